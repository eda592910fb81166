//! Many at once: a burst of events over many connections, and a sync into the file that a receiver writes.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use stripesync::model::secret::Secret;
use stripesync::providers::stripe::signature;
use stripesync::sandbox::{LIVE_KEY, Options, Sandbox, Sizes};
use stripesync::store::Store;

use crate::listening::{Listening, event, now_s};
use crate::program::{Home, finished, started};
use crate::receiver::SECRET;
use crate::support;

fn listening(home: &Home) -> Listening {
    Listening::start(home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    })
}

/// A connection that is kept for as long as the receiver keeps it, and then another one.
struct Sender {
    port: u16,
    /// With the moment since when the receiver may wait for the next request.
    kept: Option<(TcpStream, Instant)>,
}

impl Sender {
    /// So long the receiver waits for a request, or longer.
    const PATIENCE: Duration = Duration::from_secs(5);

    fn to(port: u16) -> Sender {
        Sender { port, kept: None }
    }

    fn connected(&self) -> (TcpStream, Instant) {
        let began = Instant::now();
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("is there");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("is set");
        stream.set_nodelay(true).expect("is set");
        (stream, began)
    }

    /// Sends an event and waits for the status of its answer.
    fn send(&mut self, body: &str) -> u16 {
        let header = signature::sign(body.as_bytes(), &Secret::new(SECRET), now_s());
        let head = format!(
            "POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: {header}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        loop {
            let (mut stream, since) = self.kept.take().unwrap_or_else(|| self.connected());
            let sent = Instant::now();
            let answer = stream.write_all((head.clone() + body).as_bytes()).and_then(|()| answer(&mut stream));
            match answer {
                Ok((head, status)) => {
                    self.kept = (!head.contains("connection: close")).then_some((stream, sent));
                    return status;
                }
                // It came too late on this connection, and comes again on another. Nobody else is sent away.
                Err(error) => {
                    let is_late = since.elapsed() >= Sender::PATIENCE;
                    assert!(is_end(&error) && is_late, "{error} after {:?}", since.elapsed());
                }
            }
        }
    }
}

/// Whether the other side has ended the connection.
fn is_end(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
}

/// Reads an answer; returns its head and its status.
fn answer(stream: &mut TcpStream) -> std::io::Result<(String, u16)> {
    let (mut answer, mut piece) = (Vec::new(), [0; 1024]);
    loop {
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
            if body.len() >= length.parse().expect("a number") {
                return Ok((head.to_owned(), text[9..12].parse().expect("a status")));
            }
        }
        let count = stream.read(&mut piece)?;
        if count == 0 {
            assert!(answer.is_empty(), "the connection ended: {text}");
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        answer.extend_from_slice(&piece[..count]);
    }
}

#[test]
fn a_burst_over_many_connections_is_taken_whole_and_once() {
    const EVENTS: usize = 20_000;
    const PRODUCTS: usize = 5_000;
    /// A machine that takes fewer within this time is asked for fewer; how fast the receiver is, its benchmark tells.
    const TIME: Duration = Duration::from_secs(10);
    let home = Home::new();
    let listening = listening(&home);
    let (next, again) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..128 {
            scope.spawn(|| {
                let mut sender = Sender::to(listening.port);
                while began.elapsed() < TIME {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= EVENTS {
                        break;
                    }
                    let body = event(&format!("evt_{number}"), &format!("prod_{}", number % PRODUCTS), "A", 1000);
                    while let status = sender.send(&body)
                        && status != 200
                    {
                        assert_eq!(status, 503, "it is to come again");
                        again.fetch_add(1, Ordering::Relaxed);
                        std::thread::sleep(Duration::from_millis(20));
                    }
                }
            });
        }
    });
    let sent = next.into_inner().min(EVENTS);
    println!("{sent} in {:?}, {again:?} came again", began.elapsed());
    listening.stop();
    let log =
        "SELECT count(*) || ' ' || count(DISTINCT event_id) || ' ' || sum(status = 'processed') || ' ' || sum(attempts)
               FROM webhook_events";
    assert_eq!(crate::program::text(&home.database(), log), format!("{sent} {sent} {sent} {sent}"));
    assert_eq!(home.count("SELECT count(*) FROM stripe_products"), sent.min(PRODUCTS) as i64);
    home.assert_intact();
}

#[test]
fn a_sync_and_a_receiver_share_a_file_and_neither_waits_for_long() {
    let sandbox = Sandbox::start(Options {
        sizes: Sizes::customers(20),
        livemode: true,
        start_s: now_s() - 100,
        ..Options::default()
    });
    let sandbox = sandbox.expect("starts");
    let home = Home::new();
    let listening = listening(&home);
    let is_over = AtomicBool::new(false);
    let sent = Mutex::new(HashMap::new());
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (listening, is_over, sent) = (&listening, &is_over, &sent);
            scope.spawn(move || {
                let mut sender = Sender::to(listening.port);
                for count in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let id = format!("evt_{number}_{count}");
                    let began = Instant::now();
                    // Of an account of its own: the sync has nothing to ask of it.
                    let body = event(&id, &format!("prod_{}", count % 50), &id, 1000 + count);
                    let status = sender.send(&body.replacen('{', r#"{"account":"acct_beside","#, 1));
                    if status != 200 {
                        std::thread::sleep(Duration::from_millis(300));
                        is_over.store(true, Ordering::Relaxed);
                        panic!("{id}: {status} after {:?}: {}", began.elapsed(), listening.said());
                    }
                    sent.lock().expect("whole").insert(id, began.elapsed());
                    std::thread::sleep(Duration::from_millis(3));
                }
            });
        }
        let (url, key) = (sandbox.stripe_base_url(), LIVE_KEY);
        for arguments in [&["sync", "--rate", "100%"][..], &["sync", "--initial", "--rate", "100%"]] {
            let (child, began) = started(&mut home.asking(&url, key, arguments));
            let ran = finished(child, began);
            if ran.code != Some(0) {
                is_over.store(true, Ordering::Relaxed);
            }
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            println!("{arguments:?} took {:?}", ran.took);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let sent = sent.into_inner().expect("whole");
    let mut times: Vec<Duration> = sent.values().copied().collect();
    times.sort_unstable();
    assert!(sent.len() > 200, "{} events", sent.len());
    // The machine may stand still for a while, which only a few wait for.
    let (most, longest) = (times[times.len() * 9 / 10], times[times.len() - 1]);
    println!("{} events beside the sync, most within {most:?}, the slowest {longest:?}", sent.len());
    assert!(most < Duration::from_secs(2), "{most:?}");
    // Whoever waits for ten seconds says this.
    assert!(!listening.said().contains("locked"), "{}", listening.said());
    listening.stop();
    let store = Store::open(&home.database()).expect("opens");
    let log = store.query_text("SELECT event_id FROM webhook_events WHERE status = 'processed'");
    let log: HashSet<String> = log.expect("rows").into_iter().map(|mut row| row.remove(0)).collect();
    assert_eq!(sent.keys().find(|id| !log.contains(*id)), None, "an event was lost");
    let wrong = support::differences_in(&sandbox, &store, |resource| resource.name != "products");
    assert_eq!(wrong, [""; 0]);
    drop(store);
    home.assert_intact();
}
