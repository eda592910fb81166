//! What `listen --forward-to` does: each event goes on to another application as it came, once it is in the file. A
//! target that is slow or gone never slows the receiver: what does not fit into the queue is counted and told.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::exit::Failure;
use crate::clock::{Clock, SystemClock};
use crate::http::post::Poster;
use crate::model::wire::{CORRELATION_HEADER, VIA_HEADER};
use crate::providers::stripe::signature;
use crate::receive::Durable;
use crate::sync::delivery::Verdict;
use crate::ui::{ForwardLine, Ui};

/// How long the application may take to answer; Stripe itself waits no longer.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Events that wait for it, and what they may hold together.
const WAITING_MAX: usize = 1024;
const WAITING_BYTES_MAX: usize = 8 << 20;
/// How long those that wait may still be sent once somebody asked to stop.
const STOP_TIME: Duration = Duration::from_secs(5);
/// How soon the end of the thread is seen.
const NOTICE: Duration = Duration::from_millis(20);
const MINUTE: Duration = Duration::from_secs(60);
/// Receivers that an event may have come through; more are a circle that nobody sees.
const VIA_MAX: usize = 8;

/// An event on its way.
struct Parcel {
    id: String,
    kind: String,
    body: String,
    signature: Option<String>,
    correlation_id: String,
    via: String,
}

/// What the receiver and the thread share.
#[derive(Default)]
struct Shared {
    waiting_bytes: AtomicUsize,
    /// Whether what waits is to be dropped.
    is_ended: AtomicBool,
    dropped: AtomicU64,
}

/// Checks where events are to go on to; `own` is where the receiver listens.
///
/// # Errors
/// When it is no address, or the receiver's own.
pub(super) fn target(url: Option<&str>, own: SocketAddr) -> Result<Option<Poster>, Failure> {
    let Some(url) = url else { return Ok(None) };
    let poster = Poster::new(url, TIMEOUT).map_err(|error| Failure::usage(format!("--forward-to: {error}")))?;
    let (host, port) = poster.host_and_port();
    if leads_here(host, port, own) {
        return Err(Failure::usage(format!("--forward-to {} is this receiver itself", poster.shown()))
            .hint("name the address of the application that is to have the events, too"));
    }
    Ok(Some(poster))
}

/// The thread that passes events on, and the queue before it.
pub(super) struct PassOn {
    sender: SyncSender<Parcel>,
    thread: JoinHandle<()>,
    poster: Arc<Poster>,
    shared: Arc<Shared>,
    full: Seldom,
    circling: Seldom,
}

impl PassOn {
    /// Begins, and says so.
    ///
    /// # Errors
    /// When the system has no thread.
    pub fn begin(poster: Poster, ui: &Ui) -> Result<PassOn, Failure> {
        ui.note(&format!("each event goes on to {}, once it is in the file", poster.shown()));
        let (poster, shared) = (Arc::new(poster), Arc::<Shared>::default());
        let (sender, receiver) = sync_channel(WAITING_MAX);
        let work = Work { poster: Arc::clone(&poster), shared: Arc::clone(&shared), ui: ui.share() };
        let thread = std::thread::Builder::new().name("forward".into()).spawn(move || work.run(&receiver));
        let thread = thread.map_err(|error| Failure::failed("no thread to pass events on with").because(&error))?;
        let (full, circling) = Default::default();
        Ok(PassOn { sender, thread, poster, shared, full, circling })
    }

    /// Hands an event to the thread; never waits.
    pub fn pass(&mut self, event: &Durable, ui: &Ui) {
        // Nobody knows what that is; it was answered 400.
        if matches!(event.accepted.verdict, Verdict::Malformed(_)) {
            return;
        }
        let own = event.correlation_id.split('-').next().unwrap_or_default();
        let seen = event.via.unwrap_or_default();
        if seen.split(',').any(|name| name.trim() == own) || seen.split(',').count() > VIA_MAX {
            if let Some(count) = self.circling.add(Instant::now()) {
                ui.note(&format!(
                    "{count} events came back from {}: it leads here, and they are not sent there again",
                    self.poster.shown()
                ));
            }
            return;
        }
        let parcel = Parcel {
            id: event.accepted.id.clone(),
            kind: event.accepted.kind.clone(),
            body: event.body.to_owned(),
            signature: event.signature.map(str::to_owned),
            correlation_id: event.correlation_id.to_owned(),
            via: if seen.is_empty() { own.to_owned() } else { format!("{seen}, {own}") },
        };
        let bytes = parcel.body.len();
        let fits = self.shared.waiting_bytes.fetch_add(bytes, Ordering::SeqCst) + bytes <= WAITING_BYTES_MAX;
        if fits && self.sender.try_send(parcel).is_ok() {
            return;
        }
        self.shared.waiting_bytes.fetch_sub(bytes, Ordering::SeqCst);
        if let Some(count) = self.full.add(Instant::now()) {
            ui.note(&self.lost(count));
        }
    }

    fn lost(&self, count: u64) -> String {
        format!(
            "{count} events were not passed on: {} takes them slower than they come; `stripesync replay --forward-to` \
             sends those of the log",
            self.poster.shown()
        )
    }

    /// Sends what waits, for a moment, and ends.
    pub fn end(mut self, ui: &Ui) {
        let untold = self.full.rest();
        if untold > 0 {
            ui.note(&self.lost(untold));
        }
        let PassOn { sender, thread, poster, shared, .. } = self;
        drop(sender);
        let until = Instant::now() + STOP_TIME;
        while !thread.is_finished() {
            if Instant::now() >= until && !shared.is_ended.swap(true, Ordering::SeqCst) {
                poster.shutdown();
            }
            std::thread::sleep(NOTICE);
        }
        // It only ends: what it met, it has told.
        let _ = thread.join();
        let dropped = shared.dropped.load(Ordering::SeqCst);
        if dropped > 0 {
            ui.note(&format!("{dropped} events were still to be passed on to {}", poster.shown()));
        }
    }
}

/// What the thread works with.
struct Work {
    poster: Arc<Poster>,
    shared: Arc<Shared>,
    ui: Ui,
}

impl Work {
    fn run(&self, receiver: &Receiver<Parcel>) {
        let clock = SystemClock::new();
        for parcel in receiver {
            self.shared.waiting_bytes.fetch_sub(parcel.body.len(), Ordering::SeqCst);
            if self.shared.is_ended.load(Ordering::SeqCst) {
                self.shared.dropped.fetch_add(1, Ordering::SeqCst);
                continue;
            }
            self.send(&parcel, &clock);
        }
    }

    fn send(&self, parcel: &Parcel, clock: &dyn Clock) {
        let mut headers = vec![(CORRELATION_HEADER, parcel.correlation_id.as_str()), (VIA_HEADER, parcel.via.as_str())];
        headers.extend(parcel.signature.as_deref().map(|signature| (signature::HEADER, signature)));
        let sent = self.poster.post(&headers, parcel.body.as_bytes());
        let why = sent.as_ref().err().map(|error| error.cause.as_str());
        self.ui.forwarded(&ForwardLine {
            at_s: clock.now_ms().div_euclid(1000),
            kind: &parcel.kind,
            id: &parcel.id,
            url: self.poster.shown(),
            status: sent.as_ref().ok().map(|posted| posted.status),
            why,
            took_ms: sent.as_ref().ok().map(|posted| posted.took_us / 1000),
        });
    }
}

/// What happens often and is told once a minute.
#[derive(Debug, Default)]
struct Seldom {
    told: Option<Instant>,
    untold: u64,
}

impl Seldom {
    /// Counts one more; returns how many there were since it was last told, where it is time to tell.
    fn add(&mut self, now: Instant) -> Option<u64> {
        self.untold += 1;
        if self.told.is_some_and(|at| now.saturating_duration_since(at) < MINUTE) {
            return None;
        }
        self.told = Some(now);
        Some(self.rest())
    }

    fn rest(&mut self) -> u64 {
        std::mem::take(&mut self.untold)
    }
}

/// Returns whether a host and port are where the receiver itself listens.
fn leads_here(host: &str, port: u16, own: SocketAddr) -> bool {
    if port != own.port() {
        return false;
    }
    let found: Vec<IpAddr> = match host.parse() {
        Ok(ip) => vec![ip],
        Err(_) => (host, port).to_socket_addrs().map(|all| all.map(|it| it.ip()).collect()).unwrap_or_default(),
    };
    let is_own = |ip: IpAddr| match own.ip().is_unspecified() {
        // Listening everywhere: every address that this machine can take for its own.
        true => (own.is_ipv6() || ip.is_ipv4()) && UdpSocket::bind((ip, 0)).is_ok(),
        false => ip == own.ip() || ip.is_unspecified(),
    };
    found.into_iter().any(is_own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_receivers_own_is_known() {
        let own = |text: &str| text.parse::<SocketAddr>().expect("an address");
        for (host, port, listening, wanted) in [
            ("127.0.0.1", 4242, "127.0.0.1:4242", true),
            ("localhost", 4242, "127.0.0.1:4242", true),
            ("0.0.0.0", 4242, "127.0.0.1:4242", true),
            ("127.0.0.1", 4243, "127.0.0.1:4242", false),
            ("127.0.0.2", 4242, "127.0.0.1:4242", false),
            ("127.0.0.1", 4242, "0.0.0.0:4242", true),
            ("127.0.0.1", 4242, "[::]:4242", true),
            ("203.0.113.9", 4242, "0.0.0.0:4242", false),
            ("no-such-host.invalid", 4242, "0.0.0.0:4242", false),
        ] {
            assert_eq!(leads_here(host, port, own(listening)), wanted, "{host}:{port} with {listening}");
        }
    }

    #[test]
    fn what_happens_often_is_told_once_a_minute_and_none_is_forgotten() {
        let mut seldom = Seldom::default();
        let began = Instant::now();
        assert_eq!(seldom.add(began), Some(1));
        assert_eq!((0..9).filter_map(|_| seldom.add(began + MINUTE / 2)).count(), 0);
        assert_eq!(seldom.add(began + MINUTE), Some(10));
        assert_eq!(seldom.add(began + MINUTE), None);
        assert_eq!(seldom.rest(), 1);
    }
}
