//! Accounts that share a key: each has limits and a breaker of its own, and none holds up the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::wire::{Reply, Server, text};
use crate::clock::{Clock, FakeClock, SystemClock};
use crate::http::{Client, Error, Limits, Settings};
use crate::model::cancel::Cancel;
use crate::model::secret::Secret;
use crate::model::wire::{Answer, Request};

fn line(url: &str, per_s: u32) -> Client {
    let settings =
        Settings::new(url, Limits::new(per_s, None)).header("Authorization", Secret::new("Bearer sk_test_secret"));
    Client::new(settings, Arc::new(SystemClock::new()), Cancel::default()).expect("a client")
}

fn get(client: &Client) -> Result<u16, Error> {
    let request = Request { path: "/v1/things".to_owned(), endpoint: "/v1/things" };
    client.get(&request, &mut |answer: &Answer| Ok(answer.status))
}

fn good() -> Reply {
    text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
}

#[test]
fn a_fork_asks_on_behalf_of_its_account_and_counts_for_itself() {
    let server = Server::new(vec![good()]);
    let line = line(&server.url, 1000);
    let fork = line.fork(Some("acct_1"), &Limits::new(1000, None), Cancel::default());
    assert_eq!(get(&fork).expect("answers"), 200);
    assert_eq!((fork.sent(), line.sent()), (1, 0));
    let head = server.requests()[0].to_lowercase();
    for part in ["stripe-account: acct_1", "authorization: bearer sk_test_secret"] {
        assert!(head.contains(part), "{part} in {head}");
    }
}

#[test]
fn an_account_that_fails_or_is_ended_is_no_trouble_to_the_others() {
    let refusal = text("HTTP/1.1 500 No\r\nStripe-Should-Retry: false\r\nContent-Length: 0\r\n\r\n");
    let server = Server::new(vec![refusal.clone(), refusal.clone(), refusal.clone(), refusal.clone(), refusal, good()]);
    let line = line(&server.url, 1000);
    let fork = |account| line.fork(Some(account), &Limits::new(1000, None), Cancel::default());
    let (bad, other) = (fork("acct_bad"), fork("acct_other"));
    for _ in 0..5 {
        assert!(matches!(get(&bad), Err(Error::GaveUp { status: Some(500), .. })));
    }
    bad.interrupt();
    assert!(matches!(get(&bad), Err(Error::Interrupted)));
    assert_eq!(get(&other).expect("answers"), 200, "its own breaker alone counts failures of the service's side");
}

#[test]
fn whoever_has_many_requests_waiting_gets_no_greater_share_than_whoever_has_one() {
    let server = Server::new(vec![good()]);
    // So few that the limit is what all wait for, also where the machine is slow.
    let line = line(&server.url, 20);
    let fork = |account| line.fork(Some(account), &Limits::new(100, None), Cancel::default());
    let (many, one) = (fork("acct_many"), fork("acct_one"));
    let is_over = AtomicBool::new(false);
    let mut meanwhile = std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    get(&many).expect("answers");
                }
            });
        }
        while many.sent() < 20 {
            std::thread::yield_now();
        }
        let count = |_| {
            let before = many.sent();
            get(&one).expect("answers");
            many.sent() - before
        };
        let meanwhile: Vec<u64> = (0..15).map(count).collect();
        is_over.store(true, Ordering::Relaxed);
        meanwhile
    });
    // First come, first served would be sixteen for each one. The system may stop this thread beside one of them, or some.
    meanwhile.sort_unstable();
    assert!(meanwhile[meanwhile.len() / 2] <= 4, "{meanwhile:?} of the others beside each one");
}

/// A clock that moves only when somebody sleeps, and tells who sleeps that others wait.
struct Sleeping {
    clock: FakeClock,
    others_wait: Arc<AtomicBool>,
    /// Whether the next sleep of a turn is its end.
    ends_turns: AtomicBool,
}

impl Clock for Sleeping {
    fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }
    fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration);
        self.others_wait.store(self.ends_turns.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

#[test]
fn what_an_account_was_told_to_wait_for_holds_in_its_next_turn() {
    let told = text("HTTP/1.1 429 Slow\r\nRetry-After: 50\r\nContent-Length: 0\r\n\r\n");
    let server = Server::new(vec![told, good()]);
    let others_wait = Arc::new(AtomicBool::new(false));
    let clock = Arc::new(Sleeping {
        clock: FakeClock::at_ms(1_700_000_000_000),
        others_wait: Arc::clone(&others_wait),
        ends_turns: AtomicBool::new(true),
    });
    let line = Client::new(Settings::new(&*server.url, Limits::new(1000, None)), clock.clone(), Cancel::default());
    let line = line.expect("a client");
    // Over as soon as others wait.
    let turn = || Cancel::default().for_turn(Instant::now(), &others_wait);
    let first = line.fork(Some("acct_1"), &Limits::new(1000, None), turn());
    assert!(matches!(get(&first), Err(Error::Interrupted)), "its turn ends while it waits");
    assert_eq!(server.requests().len(), 1);
    clock.ends_turns.store(false, Ordering::SeqCst);
    others_wait.store(false, Ordering::SeqCst);
    let other = line.fork(Some("acct_2"), &Limits::new(1000, None), turn());
    assert_eq!(get(&other).expect("answers"), 200);
    assert!(clock.elapsed() < Duration::from_secs(5), "who was told nothing does not wait");
    let second = first.again(turn());
    assert_eq!(get(&second).expect("answers"), 200);
    assert!(clock.elapsed() >= Duration::from_secs(49), "it still waits: {:?}", clock.elapsed());
}
