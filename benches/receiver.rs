//! How many events a second the receiver makes durable, measured against the same receiver where the log row is all that it
//! writes, and against bare group-committed inserts of the same bodies, on the same disk in the same run; and how long an answer takes at a steady 500 a second.
//!
//! `cargo bench --bench receiver` prints all parts; `-- rate` or `-- latency` one of them. The receiver runs as a process of its
//! own; the senders share the machine with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::time::{Duration, Instant};

use stripesync::model::secret::Secret;
use stripesync::providers::stripe::{API_VERSION, signature};

const SECRET: &str = "whsec_aSigningSecretForTheBench";
/// Senders at once, and how many events they send together.
const ROUNDS: [(usize, usize); 3] = [(1, 3_000), (16, 30_000), (64, 60_000)];
/// Each object is told of so many times at most.
const OBJECTS: usize = 5_000;
const STEADY_PER_S: u32 = 500;
const STEADY_SECONDS: u32 = 15;
const STEADY_SENDERS: usize = 16;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let wants = |part: &str| args.is_empty() || args.iter().any(|arg| arg == part);
    if wants("rate") {
        println!("durable events/s (log row, effect and sync before each answer)");
        for (senders, total) in ROUNDS {
            rate(senders, total);
        }
    }
    if wants("latency") {
        println!("{STEADY_PER_S}/s, open loop, {STEADY_SECONDS} s");
        latency();
    }
}

/// A receiver with a file of its own.
struct Listening {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Listening {
    fn start() -> Listening {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(env!("CARGO_BIN_EXE_stripesync"))
            .args(["listen", "--port", "0", "--admin-port", "off"])
            .env_clear()
            .env("HOME", folder.path())
            .env("STRIPE_WEBHOOK_SECRET", SECRET)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("says where");
        let port = line.split("127.0.0.1:").nth(1).and_then(|rest| rest.split(',').next()).expect("an address");
        let port = port.trim().parse().expect("a port");
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        Listening { child, port, folder }
    }

    fn memory_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let kib =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok());
        kib.unwrap_or_default() / 1024.0
    }

    /// Stops it and counts what is in its log.
    fn stop(mut self, does: Does) -> usize {
        let stopped = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(stopped.expect("kill is there").success() && self.child.wait().expect("ends").success());
        let store = stripesync::store::Store::open_read_only(&self.folder.path().join("stripesync.db")).expect("opens");
        let status = if does == Does::All { "processed" } else { "ignored" };
        let rows = store.query_text(&format!("SELECT count(*) FROM webhook_events WHERE status = '{status}'"));
        let rows = rows.expect("rows");
        rows[0][0].parse().expect("a number")
    }
}

/// What the receiver does with an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Log row and effect.
    All,
    /// The log row alone: no table is concerned.
    Log,
}

/// A body of the size that events have, about an object whose payload suffices, or of a type that concerns no table.
fn body(n: usize, does: Does) -> String {
    let of = match does {
        Does::All => "product",
        Does::Log => "nothing",
    };
    let object = n % OBJECTS;
    let filling = "x".repeat(1_200);
    format!(
        r#"{{"id":"evt_{n:08}","object":"event","type":"{of}.updated","created":{},"livemode":true,"api_version":"{API_VERSION}","data":{{"object":{{"id":"prod_{object}","object":"{of}","name":"Name {n}","description":"{filling}","active":true,"metadata":{{}}}},"previous_attributes":{{"name":"before"}}}}}}"#,
        1_790_000_000 + n / 4
    )
}

fn request(body: &str, at_s: i64) -> Vec<u8> {
    let signed = signature::sign(body.as_bytes(), &Secret::new(SECRET), at_s);
    format!(
        "POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: {signed}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn now_s() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs() as i64
}

/// Sends on a connection that stays, and waits for the answer; returns its status.
fn exchange(stream: &mut TcpStream, request: &[u8], answer: &mut Vec<u8>) -> u16 {
    stream.write_all(request).expect("sends");
    answer.clear();
    let mut part = [0; 2048];
    loop {
        let read = stream.read(&mut part).expect("answers");
        assert!(read > 0, "the connection ended");
        answer.extend_from_slice(&part[..read]);
        // Each answer has a body of a line without a brace but its last.
        if answer.ends_with(b"}") {
            return std::str::from_utf8(&answer[9..12]).expect("text").parse().expect("a status");
        }
    }
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("is there");
    stream.set_nodelay(true).expect("set");
    stream
}

fn rate(senders: usize, total: usize) {
    let bare_per_s = bare(senders, total);
    let (log_per_s, _) = received(senders, total, Does::Log);
    let (per_s, memory) = received(senders, total, Does::All);
    println!(
        "  {senders:>2} senders: {per_s:>6.0}/s; {log_per_s:>6.0}/s with the log row alone = {:>3.0} %; {bare_per_s:>6.0}/s bare = {:>3.0} %; {memory:.0} MiB",
        100.0 * per_s / log_per_s,
        100.0 * per_s / bare_per_s
    );
}

/// Returns how many events a second a receiver acknowledges, and the most memory that it took, MiB.
fn received(senders: usize, total: usize, does: Does) -> (f64, f64) {
    let listening = Listening::start();
    let at_s = now_s();
    let requests: Vec<Vec<u8>> = (0..total).map(|n| request(&body(n, does), at_s)).collect();
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..senders {
            scope.spawn(|| {
                let (mut stream, mut answer) = (connect(listening.port), Vec::new());
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    assert_eq!(exchange(&mut stream, request, &mut answer), 200);
                }
            });
        }
    });
    let per_s = total as f64 / began.elapsed().as_secs_f64();
    let memory = listening.memory_mib();
    assert_eq!(listening.stop(does), total, "what was acknowledged is in the log");
    (per_s, memory)
}

/// Inserts the same bodies into a table with a key, many to a commit: as many as wait by then.
fn bare(senders: usize, total: usize) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let bodies: Vec<String> = (0..total).map(|n| body(n, Does::All)).collect();
    let (sender, receiver) = sync_channel::<(usize, Sender<()>)>(1024);
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        let (bodies, next, path) = (&bodies, &next, folder.path().join("bare.db"));
        scope.spawn(move || write_all(&path, bodies, &receiver));
        for _ in 0..senders {
            let sender = sender.clone();
            scope.spawn(move || {
                let (done, is_done) = channel();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= bodies.len() {
                        return;
                    }
                    sender.send((n, done.clone())).expect("is taken");
                    is_done.recv().expect("is written");
                }
            });
        }
        drop(sender);
    });
    total as f64 / began.elapsed().as_secs_f64()
}

fn write_all(path: &Path, bodies: &[String], waiting: &Receiver<(usize, Sender<()>)>) {
    let conn = rusqlite::Connection::open(path).expect("opens");
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE events (id INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, payload TEXT NOT NULL) STRICT",
    )
    .expect("made");
    let mut insert = conn.prepare("INSERT INTO events (event_id, payload) VALUES (?1, ?2)").expect("prepares");
    while let Ok(first) = waiting.recv() {
        let batch: Vec<_> = std::iter::once(first).chain(waiting.try_iter().take(255)).collect();
        conn.execute_batch("BEGIN IMMEDIATE").expect("begins");
        for (n, _) in &batch {
            insert.execute((format!("evt_{n:08}"), &bodies[*n])).expect("inserts");
        }
        conn.execute_batch("COMMIT").expect("commits");
        for (_, done) in batch {
            let _ = done.send(());
        }
    }
}

fn latency() {
    let listening = Listening::start();
    let total = (STEADY_PER_S * STEADY_SECONDS) as usize;
    let at_s = now_s();
    let requests: Vec<Vec<u8>> = (0..total).map(|n| request(&body(n, Does::All), at_s)).collect();
    let began = Instant::now() + Duration::from_millis(200);
    let mut took: Vec<Duration> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..STEADY_SENDERS)
            .map(|worker| {
                let (requests, port) = (&requests, listening.port);
                scope.spawn(move || {
                    let (mut stream, mut answer) = (connect(port), Vec::new());
                    let mut took = Vec::new();
                    for (n, request) in requests.iter().enumerate().skip(worker).step_by(STEADY_SENDERS) {
                        // From when it was to be sent: who waits for his turn waits as well.
                        let due = began + Duration::from_secs(1) * n as u32 / STEADY_PER_S;
                        std::thread::sleep(due.saturating_duration_since(Instant::now()));
                        assert_eq!(exchange(&mut stream, request, &mut answer), 200);
                        took.push(due.elapsed());
                    }
                    took
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("ends")).collect()
    });
    took.sort_unstable();
    let of_hundred = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)].as_secs_f64() * 1000.0;
    let memory = listening.memory_mib();
    assert_eq!(listening.stop(Does::All), total, "what was acknowledged is in the log");
    println!(
        "  p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, worst {:.1} ms; {memory:.0} MiB",
        of_hundred(50),
        of_hundred(95),
        of_hundred(99),
        of_hundred(100)
    );
}
