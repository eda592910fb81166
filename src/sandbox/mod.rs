//! A deterministic look-alike of both services on loopback: a playground, and what the tests run against.
//!
//! It must not share its knowledge with the client: nothing here imports `providers`, `http`, `store` or `sync`.

mod clock;
mod faults;
pub mod fic;
mod limits;
mod random;
mod send;
mod server;
pub mod service;
mod stripe;
mod tail;
#[cfg(test)]
mod tests;
mod trouble;

pub use stripe::types as event_types;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, PoisonError, RwLockWriteGuard};
use std::thread::JoinHandle;
use std::time::Duration;

pub use faults::{Fault, Faults};
pub use limits::{AccountStats, Asked, EndpointStats, Limits, Stats};
pub use stripe::{Change, Connected, Key, Platform, Sizes, Stripe, TruthObject};
pub use trouble::Trouble;

use clock::SandboxClock;
use limits::Meter;
use server::Shared;
use service::{Call, Service};
use trouble::Troubles;

/// When the sandbox's clock starts unless told otherwise: 2026-11-01 00:00 UTC.
pub const START_S: i64 = 1_793_491_200;
/// The secret key that is valid unless others are given (test mode).
pub const TEST_KEY: &str = "sk_test_sandbox";
/// The secret key that is valid unless others are given (live mode).
pub const LIVE_KEY: &str = "sk_live_sandbox";

/// A service beside Stripe: the beginnings of its paths, and what answers.
pub type Mount = (&'static [&'static str], Arc<dyn Service>);

/// What a sandbox is made from.
#[derive(Clone)]
pub struct Options {
    /// Decides every object, fault and id.
    pub seed: u64,
    /// 0 takes a free port.
    pub port: u16,
    /// How big the account is.
    pub sizes: Sizes,
    /// Its connected accounts.
    pub connected: Connected,
    /// Other accounts that keys open, with connected accounts of their own.
    pub platforms: Vec<Platform>,
    /// The mode of the key that is valid where none is given, and of keys that do not say theirs.
    pub livemode: bool,
    /// Keys accepted; empty means [`TEST_KEY`] or [`LIVE_KEY`].
    pub keys: Vec<Key>,
    /// Products that the account does not have: first path segments (`issuing`).
    pub missing_products: Vec<String>,
    /// The clock's start.
    pub start_s: i64,
    /// Whether the clock runs with real time; else it stands until pushed.
    pub clock_runs: bool,
    /// Each answer waits so long first.
    pub latency: Duration,
    /// Rate limits.
    pub limits: Limits,
    /// What goes wrong.
    pub faults: Faults,
    /// How many of the last requests [`Sandbox::asked`] tells.
    pub asked_max: usize,
    /// The API version that events are rendered in.
    pub event_version: String,
    /// Other services on the same port.
    pub mounts: Vec<Mount>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            seed: 1,
            port: 0,
            sizes: Sizes::customers(200),
            connected: Connected::default(),
            platforms: Vec::new(),
            livemode: false,
            keys: Vec::new(),
            missing_products: vec!["issuing".into(), "treasury".into()],
            start_s: START_S,
            clock_runs: true,
            latency: Duration::ZERO,
            limits: Limits::default(),
            faults: Faults::default(),
            asked_max: 0,
            event_version: "2026-10-28.endive".into(),
            mounts: Vec::new(),
        }
    }
}

/// A running sandbox; dropping it stops it.
pub struct Sandbox {
    address: SocketAddr,
    shared: Arc<Shared>,
    stripe: Arc<Stripe>,
    clock: Arc<SandboxClock>,
    keys: Vec<Key>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Binds loopback and serves until dropped.
    pub fn start(mut options: Options) -> io::Result<Sandbox> {
        if options.keys.is_empty() {
            let text = if options.livemode { LIVE_KEY } else { TEST_KEY }.to_owned();
            options.keys.push(Key::new(text));
        }
        let clock = Arc::new(SandboxClock::new(options.start_s, options.clock_runs));
        let setup = stripe::Setup {
            seed: options.seed,
            sizes: options.sizes,
            connected: options.connected,
            platforms: options.platforms,
            livemode: options.livemode,
            start_s: options.start_s,
            keys: options.keys.clone(),
            missing_products: options.missing_products,
            event_version: options.event_version,
        };
        let stripe = Arc::new(Stripe::new(setup, Arc::clone(&clock)));
        let mut services: Vec<Mount> = vec![(&["/v1/"], Arc::clone(&stripe) as Arc<dyn Service>)];
        services.extend(options.mounts);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        let address = listener.local_addr()?;
        let meter = Meter::new(options.limits, options.asked_max);
        let shared =
            Arc::new(Shared::new(services, Arc::clone(&clock), meter, options.faults, options.latency, options.seed));
        let accepting = Arc::clone(&shared);
        let thread =
            std::thread::Builder::new().name("sandbox".into()).spawn(move || server::accept(&listener, &accepting))?;
        Ok(Sandbox { address, shared, stripe, clock, keys: options.keys, thread: Some(thread) })
    }

    /// Returns what `STRIPE_API_BASE` should be.
    pub fn stripe_base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns what `FIC_API_BASE` should be.
    pub fn fic_base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the keys accepted.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Returns Stripe's objects: to change them, and the truth about them.
    pub fn stripe(&self) -> &Arc<Stripe> {
        &self.stripe
    }

    /// Returns what was counted so far.
    pub fn stats(&self) -> Stats {
        self.shared.meter().stats()
    }

    /// Counts from zero again.
    pub fn reset_stats(&self) {
        self.shared.meter().reset();
    }

    /// Changes what goes wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        *self.shared.faults.write().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    /// Sets what is wrong with an account or a company, by its id, from now on; nobody else notices. None ends it.
    pub fn set_account_trouble(&self, account: &str, trouble: Option<Trouble>) {
        self.troubles().set(account, trouble.map(|trouble| (trouble, 0)));
    }

    /// Sets what will be wrong with an account from its nth request (from 1, counted since the start) on.
    pub fn set_account_trouble_from(&self, account: &str, trouble: Trouble, nth: u64) {
        self.troubles().set(account, Some((trouble, nth)));
    }

    fn troubles(&self) -> RwLockWriteGuard<'_, Troubles> {
        self.shared.troubles.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns which accounts were asked for what, oldest first: the last [`Options::asked_max`] requests.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.meter().asked()
    }

    /// Calls this before each answer with the request's number (from 1 since start): to change things between pages.
    pub fn on_request(&self, hook: impl Fn(u64, &Call) + Send + Sync + 'static) {
        *self.shared.hook.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(hook));
    }

    /// Calls this after each answer has left, as [`Sandbox::on_request`] does before it.
    pub fn on_answer(&self, hook: impl Fn(u64, &Call) + Send + Sync + 'static) {
        *self.shared.answered.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(hook));
    }

    /// Returns the service's time in unix seconds.
    pub fn now_s(&self) -> i64 {
        self.clock.now_s()
    }

    /// Pushes the clock forward.
    pub fn advance_s(&self, by_s: i64) {
        self.clock.advance_s(by_s);
    }

    /// Makes the `Date` header differ from the service's time.
    pub fn set_skew_s(&self, skew_s: i64) {
        self.clock.set_skew_s(skew_s);
    }

    /// Waits until the process is stopped from outside.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // The accepting thread has no way to panic.
            let _ = thread.join();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shared.stop();
        // Wakes the accepting thread, which then sees that it should stop.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
