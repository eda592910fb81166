//! Senders that begin and do not end: they cost little, and those that have something to deliver are served meanwhile.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use stripesync::model::secret::Secret;
use stripesync::providers::stripe::signature;

use crate::listening::{Listening, event, now_s};
use crate::program::Home;
use crate::receiver::SECRET;

/// More than there are places.
const SLOW: usize = 450;

fn started(home: &Home) -> Listening {
    Listening::start(home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    })
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("is there");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("is set");
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

/// Sends events over a connection each; returns how long each took, the longest last.
fn times(listening: &Listening, name: &str, count: usize, pause: Duration) -> Vec<Duration> {
    let mut times: Vec<Duration> = (0..count)
        .map(|number| {
            std::thread::sleep(pause);
            let id = format!("evt_{name}_{number}");
            let began = Instant::now();
            let status = listening.post(&event(&id, "prod_1", &id, 1000), SECRET);
            assert_eq!(status, 200, "{id} after {:?}: {}", began.elapsed(), listening.said());
            began.elapsed()
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
    let mut kept = connect(port);
    assert_eq!(send(&mut kept, &event("evt_kept", "prod_1", "A", 1000)), Some(200));
    let head = "POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: t=1,v1=00\r\n";
    let starts = [head.to_owned(), format!("{head}Content-Length: 4000\r\n\r\n{{"), String::new()];
    let open = |number: usize| slow(port, starts[number % starts.len()].as_bytes());
    let mut others: Vec<TcpStream> = (0..SLOW).map(open).collect();
    let first = times(&listening, "first", 50, Duration::from_millis(5));
    // A byte now and then from each, and whoever is ended comes again.
    let is_enough = AtomicBool::new(false);
    let (second, came_again) = std::thread::scope(|scope| {
        let slow = scope.spawn(|| {
            let mut came_again = 0;
            while !is_enough.load(Ordering::Relaxed) {
                for (number, other) in others.iter_mut().enumerate() {
                    if is_over(other, if starts[number % starts.len()].is_empty() { b"" } else { b"x" }) {
                        *other = open(number);
                        came_again += 1;
                    }
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            came_again
        });
        let keeping = scope.spawn(|| {
            for number in 0.. {
                if is_enough.load(Ordering::Relaxed) {
                    break;
                }
                let status = send(&mut kept, &event(&format!("evt_kept_{number}"), "prod_1", "A", 1000));
                assert_eq!(status, Some(200), "who has delivered something is not ended");
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        let second = times(&listening, "second", 100, Duration::from_millis(50));
        is_enough.store(true, Ordering::Relaxed);
        keeping.join().expect("stays");
        (second, slow.join().expect("ends"))
    });
    let told = |times: &[Duration]| (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("median and p99: {:?}, {:?} while {came_again} came again", told(&first), told(&second));
    println!("{} KiB", listening.memory_kib());
    assert!(came_again > 100, "{came_again}");
    for times in [&first, &second] {
        let (median, p99) = told(times);
        assert!(median < Duration::from_millis(500) && p99 < Duration::from_secs(2), "{median:?}, {p99:?}");
    }
    drop(others);
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
            let sent = Instant::now();
            assert_eq!(listening.post(&body, SECRET), 200, "{}", listening.said());
            large.push(sent.elapsed());
        }
    }
    println!("{before_kib} KiB before, {} KiB after {:?}; {large:?}", listening.memory_kib(), began.elapsed());
    assert!(large.iter().all(|took| *took < Duration::from_secs(5)), "{large:?}");
    assert!(listening.memory_kib() <= 40 << 10, "{} KiB", listening.memory_kib());
    drop(others);
    listening.stop();
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE status = 'processed'"), 104);
    home.assert_intact();
}
