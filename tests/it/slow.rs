//! Senders that begin and do not end: they cost little, and those that have something to deliver are served meanwhile.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use stripesync::model::secret::Secret;
use stripesync::providers::stripe::signature;

use crate::listening::{Listening, event, exchange, now_s, request, signed};
use crate::program::{Home, until};
use crate::receiver::SECRET;

/// More than there are places.
const SLOW: usize = 450;
/// The receiver waits so long for the next request on a connection.
const SILENCE_MAX: Duration = Duration::from_secs(5);
/// It tells a connection that is as old to end.
const AGE_MAX: Duration = Duration::from_secs(30);
/// Somebody who is held up before he has sent anything has to give way as others do, and comes again.
const TRIES_MAX: usize = 20;
/// A body of this length needs some of the common room.
const LARGE_BYTES: usize = 32 << 10;

fn started(home: &Home) -> Listening {
    let listening = Listening::start(home, &["--admin-port", "0"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    });
    listening.says(MONITORS);
    listening
}

const MONITORS: &str = "for monitors: GET http://127.0.0.1:";

/// How many connections gave way to others so far, as the receiver counts them.
fn gave_way(listening: &Listening) -> u64 {
    let port = listening.port_after(MONITORS).expect("said");
    let answer = exchange(port, &request("GET /metrics", &[("Host", &format!("127.0.0.1:{port}"))], b""));
    let count = answer.lines().find_map(|line| line.strip_prefix("stripesync_connections_ended_total "));
    count.and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("is there");
    stream.set_read_timeout(Some(Duration::from_secs(300))).expect("is set");
    stream.set_nodelay(true).expect("is set");
    stream
}

/// A connection that says this and is in no hurry.
fn slow(port: u16, said: &[u8]) -> TcpStream {
    let mut stream = connect(port);
    stream.set_nonblocking(true).expect("is set");
    // What the receiver does not take is not sent.
    let mut sent = 0;
    while let Ok(count) = stream.write(&said[sent..]) {
        sent += count;
        if sent == said.len() {
            break;
        }
    }
    stream
}

/// Whether the other side has ended it, or it gets no byte more through.
fn is_over(stream: &mut TcpStream, byte: &[u8]) -> bool {
    let is_closed = match stream.read(&mut [0; 512]) {
        Ok(_) => true,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    };
    is_closed || stream.write(byte).is_err_and(|error| error.kind() != ErrorKind::WouldBlock)
}

/// Sends an event over a connection that stays; returns the status, or nothing where the connection has ended.
fn send(stream: &mut TcpStream, body: &str) -> Option<u16> {
    let header = signature::sign(body.as_bytes(), &Secret::new(SECRET), now_s());
    let length = body.len();
    let head =
        format!("POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: {header}\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all((head + body).as_bytes()).ok()?;
    let mut answer = [0; 1024];
    let count = stream.read(&mut answer).ok().filter(|count| *count > 0)?;
    std::str::from_utf8(&answer[..count]).ok()?.get(9..12)?.parse().ok()
}

/// A connection over which something was delivered.
struct Kept {
    stream: TcpStream,
    /// Before it was made, and before the last request on it was sent: the receiver's own times began later.
    since: Instant,
    sent: Instant,
}

impl Kept {
    fn connect(port: u16) -> Kept {
        let try_once = |number| {
            let now = Instant::now();
            let mut stream = connect(port);
            let id = format!("evt_proof_{number}");
            let status = send(&mut stream, &event(&id, "prod_1", "A", 1000));
            (status == Some(200)).then_some(Kept { stream, since: now, sent: now })
        };
        (0..TRIES_MAX).find_map(try_once).expect("somebody who may sign is heard")
    }

    /// Sends something more. Returns whether the connection is still there: it may only end for its age, or a long silence.
    fn stays(&mut self, number: usize) -> bool {
        let before = std::mem::replace(&mut self.sent, Instant::now());
        let status = send(&mut self.stream, &event(&format!("evt_kept_{number}"), "prod_1", "A", 1000));
        let may_end = before.elapsed() >= SILENCE_MAX || self.since.elapsed() >= AGE_MAX;
        assert!(status == Some(200) || status.is_none() && may_end, "who has delivered something is not ended");
        status.is_some()
    }
}

/// Sends events on one connection until it is enough, and counts those on a connection that had delivered before.
fn keep_delivering(mut kept: Kept, port: u16, is_enough: &AtomicBool, stayed: &AtomicUsize) {
    for number in 0.. {
        if is_enough.load(SeqCst) {
            return;
        }
        if kept.stays(number) {
            stayed.fetch_add(1, SeqCst);
        } else {
            kept = Kept::connect(port);
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Those who only need to look for it hear that it is enough, also where something broke.
struct Enough<'a>(&'a AtomicBool);

impl Drop for Enough<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

/// Sends an event until it is taken; returns how long that took.
fn delivered(listening: &Listening, body: &str) -> Duration {
    let began = Instant::now();
    for _ in 0..TRIES_MAX {
        let answer = exchange(listening.port, &signed(body, SECRET));
        let has_no_room = body.len() > LARGE_BYTES && answer.starts_with("HTTP/1.1 503");
        if !answer.is_empty() && !has_no_room {
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}: {}", listening.said());
            return began.elapsed();
        }
    }
    panic!("never taken in {:?}: {}", began.elapsed(), listening.said());
}

/// Sends events over a connection each; returns how long each took, the longest last. For people: a machine may be slow.
fn times(listening: &Listening, name: &str, count: usize, pause: Duration) -> Vec<Duration> {
    let mut times: Vec<Duration> = (0..count)
        .map(|number| {
            std::thread::sleep(pause);
            let id = format!("evt_{name}_{number}");
            delivered(listening, &event(&id, "prod_1", &id, 1000))
        })
        .collect();
    times.sort_unstable();
    times
}

#[test]
fn hundreds_that_send_slowly_or_nothing_keep_nobody_out() {
    let home = Home::new();
    let listening = started(&home);
    let port = listening.port;
    let kept = Kept::connect(port);
    let head = "POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: t=1,v1=00\r\n";
    let starts = [head.to_owned(), format!("{head}Content-Length: 4000\r\n\r\n{{"), String::new()];
    let open = |number: usize| slow(port, starts[number % starts.len()].as_bytes());
    let (is_enough, stayed, came_again) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let _ends = Enough(&is_enough);
        let keeping = scope.spawn(|| keep_delivering(kept, port, &is_enough, &stayed));
        let mut others: Vec<TcpStream> = (0..SLOW).map(open).collect();
        let first = times(&listening, "first", 50, Duration::from_millis(5));
        // A byte now and then from each, and whoever is ended comes again.
        let (is_enough, came_again) = (&is_enough, &came_again);
        let starts = &starts;
        scope.spawn(move || {
            while !is_enough.load(SeqCst) {
                for (number, other) in others.iter_mut().enumerate() {
                    if is_over(other, if starts[number % starts.len()].is_empty() { b"" } else { b"x" }) {
                        *other = open(number);
                        came_again.fetch_add(1, SeqCst);
                    }
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        let second = times(&listening, "second", 100, Duration::from_millis(50));
        let told = |times: &[Duration]| (times[times.len() / 2], times[times.len() * 99 / 100]);
        println!("median and p99: {:?}, {:?}", told(&first), told(&second));
        // They were served because others gave way, and not because the time of these was over.
        until("hundreds gave way while one stayed", || {
            keeping.is_finished() || gave_way(&listening) > SLOW as u64 && stayed.load(SeqCst) > 10
        });
    });
    println!("{} KiB, {} came again", listening.memory_kib(), came_again.into_inner());
    listening.stop();
    assert!(home.count("SELECT count(*) FROM webhook_events") > 150);
}

#[test]
fn large_bodies_that_never_end_share_a_room_and_honest_ones_pass() {
    let home = Home::new();
    let listening = started(&home);
    let before_kib = listening.memory_kib();
    let head = |framing: &str| {
        format!("POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: t=1,v1=00\r\n{framing}\r\n\r\n")
    };
    let body = vec![b'x'; (1 << 20) - 1];
    let length = [head("Content-Length: 1048576").as_bytes(), &body].concat();
    let chunks = [head("Transfer-Encoding: chunked\r\n\r\nfffff").as_bytes(), &body].concat();
    let open = |number: usize| slow(listening.port, if number.is_multiple_of(2) { &length } else { &chunks });
    let mut others: Vec<TcpStream> = (0..64).map(open).collect();
    let began = Instant::now();
    let mut large = Vec::new();
    for number in 0..20 {
        // They send as much as is taken.
        for other in &mut others {
            while other.write(&body[..64 << 10]).is_ok_and(|count| count > 0) {}
        }
        times(&listening, &format!("small_{number}"), 5, Duration::ZERO);
        if number % 5 == 0 {
            let id = format!("evt_large_{number}");
            let body = event(&id, &format!("prod_{number}"), &"y".repeat(300_000), 1000);
            large.push(delivered(&listening, &body));
        }
    }
    println!("{before_kib} KiB before, {} KiB after {:?}; {large:?}", listening.memory_kib(), began.elapsed());
    assert!(listening.memory_kib() <= 40 << 10, "{} KiB", listening.memory_kib());
    drop(others);
    listening.stop();
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE status = 'processed'"), 104);
    home.assert_intact();
}
