//! What a receiver endures: thousands of bad requests, more connections than it has files, the end in the middle of it all.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::listening::{Listening, event, exchange, now_s, request, signed, status};
use super::program::{Home, count, until};

const SECRET: &str = "whsec_aSigningSecretForTheTests";

fn started(home: &Home) -> Listening {
    Listening::start(home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    })
}

/// Many requests on one connection, the last of which ends it.
fn pipelined(requests: &[Vec<u8>]) -> Vec<u8> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let (last, others) = requests.split_last().expect("some");
    let open: String = others.iter().map(|one| text(one).replacen("Connection: close\r\n", "", 1)).collect();
    (open + &text(last)).into_bytes()
}

#[test]
fn bad_requests_all_look_alike_and_fill_no_disk() {
    let home = Home::new();
    let told = home.path().join("told.txt");
    let running = Listening::start(&home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET).stdout(std::fs::File::create(&told).expect("a file"));
    });
    let body = event("evt_1", "prod_1", "A", now_s());
    let with =
        |headers: &[(&str, &str)]| request("POST /webhook", &[&[("Host", "x")], headers].concat(), body.as_bytes());
    let bad = [
        with(&[]),
        with(&[("Stripe-Signature", "nonsense")]),
        with(&[("Stripe-Signature", "t=1,v1=00")]),
        with(&[("Stripe-Signature", "t=1,v0=00"), ("User-Agent", "Stripe/1.0")]),
        signed(&body, "whsec_anotherSecretThanThat"),
        signed("not json", SECRET),
    ];
    let bytes = pipelined(&bad.iter().cycle().take(120).cloned().collect::<Vec<_>>());
    let mut answers = BTreeSet::new();
    let mut count_of_them = 0;
    for _ in 0..100 {
        for answer in exchange(running.port, &bytes).split("HTTP/1.1 ").skip(1) {
            let kept = |line: &&str| {
                !["date:", "stripesync-correlation-id:", "connection:"]
                    .iter()
                    .any(|name| line.to_lowercase().starts_with(name))
            };
            answers.insert(answer.lines().filter(kept).collect::<Vec<_>>().join("\n"));
            count_of_them += 1;
        }
    }
    assert_eq!(count_of_them, 12_000);
    assert_eq!(answers.len(), 1, "{answers:#?}");
    let answer = answers.pop_first().expect("one").to_lowercase();
    assert!(answer.starts_with("400 ") && !answer.contains("server:") && !answer.contains("stripesync"), "{answer}");
    assert_eq!(running.post(&body, SECRET), 200);
    running.stop();
    let bytes_told = std::fs::metadata(&told).expect("there").len();
    assert!(bytes_told < 20_000, "{bytes_told} bytes were told");
    assert_eq!(home.count("SELECT count(*) FROM webhook_events"), 1);
}

#[test]
fn a_terminal_that_is_held_and_a_pipe_that_nobody_reads_keep_no_event_from_the_file() {
    const EVENTS: usize = 6_000;
    let home = Home::new();
    let (unread, stdout) = std::io::pipe().expect("a pipe");
    let running = Listening::start(&home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET).stdout(stdout);
    });
    let requests: Vec<_> = (0..EVENTS)
        .map(|n| signed(&event(&format!("evt_{n}"), &format!("prod_{}", n % 50), "A", now_s()), SECRET))
        .collect();
    for some in requests.chunks(100) {
        let answers = exchange(running.port, &pipelined(some));
        assert_eq!(answers.matches("HTTP/1.1 200").count(), some.len());
    }
    // Nobody has read a line, and one signal is enough.
    running.signal("TERM");
    running.says("of output were not written: stdout was not read fast enough");
    let (code, took) = running.ended();
    assert!(code == Some(0) && took < Duration::from_secs(8), "{code:?} {took:?}");
    drop(unread);
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE status='processed'"), EVENTS as i64);
}

#[test]
fn lines_that_were_left_out_are_counted() {
    let home = Home::new();
    let (mut unread, stdout) = std::io::pipe().expect("a pipe");
    let running = Listening::start(&home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET).stdout(stdout);
    });
    // A line for each, and few fit into a pipe and a queue.
    let again = signed(&event("evt_1", "prod_1", "A", now_s()), SECRET);
    for _ in 0..70 {
        exchange(running.port, &pipelined(&vec![again.clone(); 100]));
    }
    let read = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&read);
    let reader = std::thread::spawn(move || {
        let mut part = [0; 4096];
        while let Ok(length @ 1..) = unread.read(&mut part) {
            kept.lock().expect("whole").extend_from_slice(&part[..length]);
        }
    });
    // All of it, before the end: at the end nobody waits long for a reader.
    let has_come =
        || String::from_utf8_lossy(&read.lock().expect("whole")).matches("--> product.updated [evt_1]").count();
    until("all has come or is said to be lost", || has_come() + lost_of(&running.said()) >= 7_000);
    let said = running.said();
    running.stop();
    reader.join().expect("ends");
    let lost = lost_of(&said);
    assert_eq!(has_come() + lost, 7_000, "{lost} are said to be lost");
    assert!(read.lock().expect("whole").ends_with(b"\n") && lost > 0);
    assert!(said.contains("of output were not written: stdout was not read fast enough"), "{said}");
}

/// How many pieces are said not to have been written.
fn lost_of(said: &str) -> usize {
    let counts = said.lines().filter_map(|line| line.split_once(" pieces of output were not written"));
    counts.map(|(count, _)| count.replace(',', "").parse::<usize>().expect("a number")).sum()
}

#[test]
fn more_idle_connections_than_it_may_have_files_end_and_others_are_served() {
    let home = Home::new();
    let script = r#"ulimit -n 96; exec "$0" listen --port 0 --admin-port off"#;
    let mut command = Command::new("sh");
    command.env_clear().env("HOME", home.path()).env("STRIPE_WEBHOOK_SECRET", SECRET).current_dir(home.path());
    command.args(["-c", script, env!("CARGO_BIN_EXE_stripesync")]).stdout(Stdio::null());
    let running = Listening::of(command);
    let idle: Vec<TcpStream> =
        (0..150).map(|_| TcpStream::connect(("127.0.0.1", running.port)).expect("waits in the queue")).collect();
    let began = Instant::now();
    let answered = (0..3).find(|_| {
        exchange(running.port, &signed(&event("evt_1", "prod_1", "A", 100), SECRET)).starts_with("HTTP/1.1 200")
    });
    assert!(
        answered.is_some() && began.elapsed() < Duration::from_secs(40),
        "{:?}\n{}",
        began.elapsed(),
        running.said()
    );
    assert_eq!(home.count("SELECT count(*) FROM webhook_events"), 1);
    drop(idle);
    running.stop();
    home.assert_intact();
}

#[test]
fn the_end_under_load_loses_nothing_that_was_acknowledged_and_a_second_signal_ends_at_once() {
    let home = Home::new();
    let running = started(&home);
    let port = running.port;
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let senders: Vec<_> = (0..8)
        .map(|sender| {
            let acknowledged = Arc::clone(&acknowledged);
            std::thread::spawn(move || {
                let mut taken = Vec::new();
                for number in 0..100_000 {
                    let id = format!("evt_{sender}_{number}");
                    let bytes = signed(&event(&id, &format!("prod_{}", number % 5), &id, 1000 + number), SECRET);
                    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return taken };
                    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
                    let mut answer = Vec::new();
                    if stream.write_all(&bytes).is_err()
                        || std::io::Read::read_to_end(&mut stream, &mut answer).is_err()
                    {
                        return taken;
                    }
                    if answer.starts_with(b"HTTP/1.1 200") {
                        taken.push(id);
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                    }
                }
                taken
            })
        })
        .collect();
    until("some are acknowledged", || acknowledged.load(Ordering::SeqCst) > 50);
    let took = running.stop();
    assert!(took < Duration::from_secs(10), "{took:?}");
    let taken: Vec<String> = senders.into_iter().flat_map(|sender| sender.join().expect("whole")).collect();
    assert!(taken.len() > 50, "{} events were acknowledged", taken.len());
    let kept = home.count("SELECT count(*) FROM webhook_events WHERE status = 'processed'");
    assert!(kept >= taken.len() as i64, "{kept} of {}", taken.len());
    for id in &taken {
        let kept = count(&home.database(), &format!("SELECT count(*) FROM webhook_events WHERE event_id = '{id}'"));
        assert_eq!(kept, 1, "{id}");
    }
    home.assert_intact();

    let running = started(&home);
    // Somebody who never ends what he says keeps the end waiting.
    let mut slow = TcpStream::connect(("127.0.0.1", running.port)).expect("is there");
    slow.write_all(b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx").expect("sent");
    assert_eq!(status(&exchange(running.port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")), 200);
    running.signal("TERM");
    // Two signals that come before the first is seen are one.
    until("it takes nobody", || TcpStream::connect(("127.0.0.1", running.port)).is_err());
    running.signal("TERM");
    // Who waited for the slow one to the end would end well.
    assert_eq!(running.ended().0, Some(143));
}

#[test]
fn memory_stays_small_however_many_events_come() {
    let home = Home::new();
    let running = started(&home);
    for round in 0..40 {
        let requests: Vec<Vec<u8>> = (0..100)
            .map(|n| {
                signed(
                    &event(&format!("evt_{round}_{n}"), &format!("prod_{n}"), &format!("N{round}"), 1000 + round),
                    SECRET,
                )
            })
            .collect();
        let answers = exchange(running.port, &pipelined(&requests));
        assert_eq!(answers.matches("HTTP/1.1 200").count(), 100);
    }
    assert_eq!(home.count("SELECT count(*) FROM webhook_events"), 4000);
    let memory_kib = running.memory_kib();
    assert!(memory_kib < 32 << 10, "{memory_kib} KiB");
    running.stop();
}
