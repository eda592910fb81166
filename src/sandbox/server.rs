//! The sockets: reads requests, asks limits, faults and services, writes answers. The only file here that knows TCP.

use std::collections::HashMap;
use std::io::{self, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::clock::SandboxClock;
use super::faults::{Fault, Faults};
use super::limits::Meter;
use super::send;
use super::service::{Call, Reply, Service};
use super::trouble::{Trouble, Troubles};

/// Connections served at one time; more are closed at once.
const MAX_CONNECTIONS: usize = 512;
/// Bytes of a request's head.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// Bytes of a request's body.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// How long a kept-alive connection may be silent.
const IDLE: Duration = Duration::from_secs(60);
/// An answer that hangs looks up this often whether the sandbox has ended.
const HANGING_LOOK: Duration = Duration::from_millis(20);

/// Called before or after each answer with the request's number (from 1), so that tests change things between pages.
pub(super) type Hook = Arc<dyn Fn(u64, &Call) + Send + Sync>;

/// What all connections share.
pub(super) struct Shared {
    pub(super) services: Vec<(&'static [&'static str], Arc<dyn Service>)>,
    pub(super) clock: Arc<SandboxClock>,
    pub(super) meter: Mutex<Meter>,
    pub(super) faults: RwLock<Faults>,
    pub(super) troubles: RwLock<Troubles>,
    pub(super) hook: RwLock<Option<Hook>>,
    pub(super) answered: RwLock<Option<Hook>>,
    pub(super) latency: Duration,
    pub(super) seed: u64,
    started: Instant,
    numbered: AtomicU64,
    stopping: AtomicBool,
    open: Mutex<HashMap<u64, TcpStream>>,
}

impl Shared {
    pub(super) fn new(
        services: Vec<(&'static [&'static str], Arc<dyn Service>)>,
        clock: Arc<SandboxClock>,
        meter: Meter,
        faults: Faults,
        latency: Duration,
        seed: u64,
    ) -> Shared {
        Shared {
            services,
            clock,
            meter: Mutex::new(meter),
            faults: RwLock::new(faults),
            troubles: RwLock::default(),
            hook: RwLock::new(None),
            answered: RwLock::new(None),
            latency,
            seed,
            started: Instant::now(),
            numbered: AtomicU64::new(0),
            stopping: AtomicBool::new(false),
            open: Mutex::new(HashMap::new()),
        }
    }

    /// A thread that panicked while holding a lock left whole values behind: every critical section here is one step.
    pub(super) fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops accepting and closes what is open.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        for stream in self.open.lock().unwrap_or_else(PoisonError::into_inner).values() {
            // Already closed is as good as closed.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Lets an answer wait, unless the sandbox ends.
    fn hang(&self, wait: Duration) {
        let until = Instant::now() + wait;
        while !self.stopping.load(Ordering::SeqCst) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(HANGING_LOOK));
        }
    }

    fn service(&self, call: &Call) -> Option<&Arc<dyn Service>> {
        let of = |prefixes: &[&str]| prefixes.iter().any(|p| call.path.starts_with(p));
        self.services.iter().find(|(prefixes, _)| of(prefixes)).map(|(_, service)| service)
    }
}

/// Accepts until stopped, one thread for each connection.
pub(super) fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for (number, stream) in listener.incoming().enumerate() {
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let mut open = shared.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MAX_CONNECTIONS {
            continue;
        }
        if let Ok(twin) = stream.try_clone() {
            open.insert(number as u64, twin);
        }
        drop(open);
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            // The client's going away is its own affair.
            let _ = converse(stream, &shared);
            shared.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&(number as u64));
        });
    }
}

fn converse(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(IDLE))?;
    let mut buffer = Vec::with_capacity(8 * 1024);
    while let Some(call) = read_call(&mut stream, &mut buffer)? {
        if !answer(&mut stream, shared, call)? || shared.stopping.load(Ordering::SeqCst) {
            break;
        }
    }
    Ok(())
}

/// Answers one call; returns whether the connection lives on.
fn answer(stream: &mut TcpStream, shared: &Shared, mut call: Call) -> io::Result<bool> {
    let n = shared.numbered.fetch_add(1, Ordering::SeqCst) + 1;
    let Some(service) = shared.service(&call) else {
        let body = br#"{"error":{"type":"invalid_request_error","message":"Unrecognized request URL"}}"#.to_vec();
        return send::reply(stream, shared.clock.date_s(), &Reply { status: 404, headers: Vec::new(), body });
    };
    let (endpoint, whose) = (service.endpoint(&call), service.whose(&call));
    let now_us = u64::try_from(shared.started.elapsed().as_micros()).unwrap_or(0);
    let arrival = shared.meter().enter(&endpoint, &whose, n, now_us);
    if !shared.latency.is_zero() {
        std::thread::sleep(shared.latency);
    }
    let goes_on = match arrival.verdict {
        Err(reason) => send::reply(stream, shared.clock.date_s(), &send::too_many(reason)),
        Ok(()) => {
            let troubles = shared.troubles.read().unwrap_or_else(PoisonError::into_inner);
            let trouble = troubles.of(&whose.account, arrival.nth_of_account);
            drop(troubles);
            serve(stream, shared, service, &mut call, (n, trouble))
        }
    };
    shared.meter().leave(&whose);
    goes_on
}

fn serve(
    stream: &mut TcpStream,
    shared: &Shared,
    service: &Arc<dyn Service>,
    call: &mut Call,
    (n, trouble): (u64, Option<Trouble>),
) -> io::Result<bool> {
    let hook = shared.hook.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(hook) = hook {
        hook(n, call);
    }
    let (drawn, pause) = {
        let faults = shared.faults.read().unwrap_or_else(PoisonError::into_inner);
        (faults.draw(shared.seed, n, &call.path), faults.pause())
    };
    if let Some(reply) = trouble.and_then(|trouble| service.refusal(call, trouble)) {
        shared.meter().fault();
        return send::reply(stream, shared.clock.date_s(), &reply);
    }
    let fault = match trouble {
        Some(Trouble::Fault(fault)) => Some(fault),
        Some(Trouble::Revoked) => Some(Fault::Unauthorized),
        Some(Trouble::Hangs(wait)) => {
            shared.hang(wait);
            drawn
        }
        None => drawn,
    };
    if fault.is_some() {
        shared.meter().fault();
    }
    if fault == Some(Fault::FirstPageAgain) {
        call.query.retain(|(name, _)| name != "starting_after" && name != "ending_before");
    }
    let mut reply = service.answer(call, shared.clock.now_s());
    if shared.clock.is_made_up() {
        reply.headers.push(("Stripesync-Clock".into(), "made up".into()));
    }
    let date_s = shared.clock.date_s();
    let goes_on = match fault {
        None => send::reply(stream, date_s, &reply),
        Some(fault) => send::faulty(stream, date_s, reply, (fault, pause)),
    };
    let hook = shared.answered.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(hook) = hook {
        hook(n, call);
    }
    goes_on
}

/// Reads the next request, or none when the client has closed.
fn read_call(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Call>> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let (mut call, head_len, body_len) = loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(buffer).map_err(|e| bad(&e.to_string()))? {
            httparse::Status::Complete(head_len) => {
                let call = to_call(&request);
                let body_len = call.header("content-length").and_then(|v| v.parse().ok()).unwrap_or(0);
                break (call, head_len, body_len);
            }
            httparse::Status::Partial if buffer.len() > MAX_HEAD_BYTES => return Err(bad("request head too long")),
            httparse::Status::Partial => {}
        }
        if read_more(stream, buffer)? == 0 {
            return Ok(None);
        }
    };
    if body_len > MAX_BODY_BYTES {
        return Err(bad("request body too long"));
    }
    while buffer.len() < head_len + body_len {
        if read_more(stream, buffer)? == 0 {
            return Ok(None);
        }
    }
    call.body = buffer[head_len..head_len + body_len].to_vec();
    buffer.drain(..head_len + body_len);
    Ok(Some(call))
}

fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let mut chunk = [0u8; 8 * 1024];
    let got = stream.read(&mut chunk)?;
    buffer.extend_from_slice(&chunk[..got]);
    Ok(got)
}

fn to_call(request: &httparse::Request<'_, '_>) -> Call {
    let target = request.path.unwrap_or("/");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Call {
        method: request.method.unwrap_or("GET").to_ascii_uppercase(),
        path: decode(path, false),
        query: pairs(query),
        headers: request.headers.iter().map(|h| (h.name.to_ascii_lowercase(), text(h.value))).collect(),
        body: Vec::new(),
    }
}

/// Decodes `a=b&c[]=d`.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(n, v)| (decode(n, true), decode(v, true)))
        .collect()
}

fn decode(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if plus_is_space && bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded_with_repeats_kept() {
        let got = pairs("expand[]=data.tiers&expand%5B%5D=a+b&created[gte]=5&x=%zz&empty");
        let want =
            [("expand[]", "data.tiers"), ("expand[]", "a b"), ("created[gte]", "5"), ("x", "%zz"), ("empty", "")];
        assert_eq!(got, want.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }
}
