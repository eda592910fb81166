//! Starts the look-alike of both services: for other programs, or for one run of this one.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::exit::Failure;
use crate::sandbox::fic::{FicSandbox, FicSettings};
use crate::sandbox::{self, Connected, Limits, Sandbox, Sizes};

/// Where the look-alike of Fatture in Cloud answers.
const FIC_PATHS: &[&str] = &["/c/", "/user/", "/info/", "/oauth/"];
/// Where `listen` listens unless told otherwise.
pub const RECEIVER_PORT: u16 = 4242;
/// Companies have so many times fewer clients than the Stripe account has customers.
const CLIENTS_SHARE: u32 = 4;
/// And the largest of them never fewer than this.
const CLIENTS_MIN: u32 = 10;

/// How big and how slow a sandbox is.
#[derive(Debug, Clone, Copy)]
pub struct SandboxOptions {
    /// 0 takes a free one.
    pub port: u16,
    /// Customers of the Stripe account.
    pub customers: u32,
    /// Connected accounts, whose sizes follow a long tail; none leaves the sandbox its own few.
    pub accounts: Option<u32>,
    /// Companies; where there are several, an accountant's firm controls them.
    pub companies: u32,
    /// Each answer waits so long.
    pub latency_ms: u64,
    /// Requests per second; 0 is any number.
    pub rate_limit: u32,
    /// Where the receiver of its companies' notifications is, on this machine.
    pub receiver_port: u16,
    /// Whether its clock runs; a file's own sandbox stands still, so that a second run finds what the first one did.
    pub clock_runs: bool,
}

/// A running sandbox; it ends when dropped.
pub struct RunningSandbox {
    /// What `STRIPE_API_BASE` and `FIC_API_BASE` should be.
    pub base_url: String,
    /// A key that it accepts.
    pub stripe_key: &'static str,
    /// A token that it accepts.
    pub fic_token: String,
    /// Keeps it alive; dropping it stops it.
    _server: Sandbox,
}

/// Starts a sandbox.
///
/// # Errors
/// When the port is taken.
pub fn start(options: SandboxOptions) -> Result<RunningSandbox, Failure> {
    let company = companies(options);
    let fic_token = company.token.clone();
    let fic = FicSandbox::new(company);
    // Whatever host they were made for.
    fic.life().map_all_hosts(SocketAddr::from((Ipv4Addr::LOCALHOST, options.receiver_port)));
    let limits = Limits { global_per_s: Some(options.rate_limit).filter(|per_s| *per_s > 0), ..Limits::default() };
    let connected = options.accounts.map_or_else(Connected::default, |n| Connected::long_tail(n, options.customers));
    let started = Sandbox::start(sandbox::Options {
        port: options.port,
        sizes: Sizes::customers(options.customers),
        connected,
        latency: Duration::from_millis(options.latency_ms),
        limits,
        clock_runs: options.clock_runs,
        mounts: vec![(FIC_PATHS, Arc::new(fic))],
        ..sandbox::Options::default()
    });
    let server = started.map_err(|error| {
        let message = format!("the sandbox cannot listen on port {}", options.port);
        let failure = Failure::failed(message).because(&error);
        match error.kind() {
            ErrorKind::AddrInUse => failure.hint("another sandbox may be running; `--port 0` takes a free port"),
            _ => failure,
        }
    })?;
    Ok(RunningSandbox { base_url: server.stripe_base_url(), stripe_key: sandbox::TEST_KEY, fic_token, _server: server })
}

fn companies(options: SandboxOptions) -> FicSettings {
    let largest = (options.customers / CLIENTS_SHARE).max(CLIENTS_MIN);
    match options.companies {
        0 | 1 => FicSettings { clients: largest as usize, ..FicSettings::default() },
        many => FicSettings::accountant(many, largest),
    }
}
