//! `accounts add` beside another one.

use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Instant;

use crate::program::{Home, Scripted, account, finished, until};

/// Starts to add a key that a service is asked about.
fn add(home: &Home, service: &Scripted, name: &str, key: &str) -> Child {
    let mut command = home.command(&["accounts", "add", name]);
    command.env("STRIPE_API_BASE", &service.url);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("piped"), format!("{key}\n").as_bytes()).expect("read");
    child
}

#[test]
fn nobody_waits_for_a_key_that_a_slow_service_is_asked_about_and_what_came_meanwhile_counts() {
    let is_slow = Arc::new(AtomicBool::new(true));
    let slow = Arc::clone(&is_slow);
    // The first one's question has no answer yet.
    let service = Scripted::start(move |_, number| {
        if number == 1 {
            until("answered", || !slow.load(SeqCst));
        }
        account()
    });
    let home = Home::new();
    let slow = add(&home, &service, "slow", "sk_test_MARKERtheSameForBoth");
    until("asked", || !service.requests().is_empty());
    let quick = finished(add(&home, &service, "quick", "sk_test_MARKERtheSameForBoth"), Instant::now());
    assert_eq!(quick.code, Some(0), "{}", quick.stderr);
    is_slow.store(false, SeqCst);
    let slow = finished(slow, Instant::now());
    assert_eq!(slow.code, Some(2), "{}", slow.stderr);
    let config = std::fs::read_to_string(home.path().join(".config/stripesync/config.toml")).expect("written");
    assert_eq!((config.matches("MARKER").count(), config.contains("[keys.quick]")), (1, true), "{config}");
}
