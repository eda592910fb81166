//! Faults of the wire, from a raw socket: no HTTP library would produce them. Waits are the fake clock's.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::clock::{Clock, FakeClock};
use crate::http::{Client, Error, Limits, Settings, Used, Window};
use crate::model::cancel::Cancel;
use crate::model::secret::Secret;
use crate::model::wire::{Answer, Request, Unreadable};

const GOOD: &str = "HTTP/1.1 200 OK\r\nRequest-Id: req_1\r\nContent-Length: 13\r\n\r\n{\"data\":[1,2]}";
const START_MS: i64 = 1_700_000_000_000;
/// Far more than anything takes that does not hang.
const LONG: Duration = Duration::from_secs(600);

/// What the server does with one connection, after which it closes.
#[derive(Clone)]
pub(super) enum Reply {
    Bytes(Vec<u8>),
    /// Closes with the request unread, which the kernel turns into a reset.
    Reset,
    /// The bytes, then one more every 20 ms, for as long as somebody reads.
    Drip(Vec<u8>),
}

pub(super) fn text(text: &str) -> Reply {
    // The server closes after each reply; unsaid, the client would try the dead connection again.
    Reply::Bytes(text.replacen("\r\n", "\r\nConnection: close\r\n", 1).into())
}

/// More is promised than anybody waits for.
fn drip() -> Reply {
    Reply::Drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n".to_vec())
}

fn good() -> Reply {
    text(&GOOD.replace("13", "14"))
}

/// Serves the replies in order, then the last one again and again; keeps the heads of the requests.
pub(super) struct Server {
    pub(super) url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) fn new(replies: Vec<Reply>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = seen.clone();
        std::thread::spawn(move || {
            for (index, stream) in listener.incoming().enumerate() {
                let reply = replies[index.min(replies.len() - 1)].clone();
                answer(stream.unwrap(), reply, &kept);
            }
        });
        Server { url, seen }
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, reply: Reply, seen: &Mutex<Vec<String>>) {
    if matches!(reply, Reply::Reset) {
        let _ = stream.read_exact(&mut [0]);
        seen.lock().unwrap().push("reset".to_owned());
        return;
    }
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        head.push(byte[0]);
    }
    seen.lock().unwrap().push(String::from_utf8(head).unwrap());
    match reply {
        Reply::Bytes(bytes) => drop(stream.write_all(&bytes)),
        Reply::Drip(bytes) => {
            let _ = stream.write_all(&bytes);
            while stream.write_all(b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Reply::Reset => {}
    }
}

struct Bench {
    client: Client,
    clock: Arc<FakeClock>,
}

fn bench(url: &str, adapt: impl FnOnce(&mut Settings)) -> Bench {
    let mut settings =
        Settings::new(url, Limits::new(1000, None)).header("Authorization", Secret::new("Bearer sk_test_secret"));
    settings.max_body_bytes = 1 << 20;
    adapt(&mut settings);
    let clock = Arc::new(FakeClock::at_ms(START_MS));
    Bench { client: Client::new(settings, clock.clone(), Cancel::default()).unwrap(), clock }
}

impl Bench {
    fn get(&self) -> Result<usize, Error> {
        let request = Request { path: "/v1/things?limit=100".to_owned(), endpoint: "/v1/things" };
        let (mut sent, before) = (0, self.client.sent());
        let got = self.client.get_counted(&request, &mut sent, &mut |answer: &Answer| {
            let value: serde_json::Value =
                serde_json::from_slice(&answer.body).map_err(|e| Unreadable(e.to_string()))?;
            value["data"].as_array().map(Vec::len).ok_or_else(|| Unreadable("no list in data".to_owned()))
        });
        assert_eq!(sent, self.client.sent() - before, "retries count");
        got
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    // As `text` does: the client would try the dead connection again.
    let head = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[test]
fn what_is_cut_is_asked_for_again() {
    let packed = gzip(br#"{"data":[1,2]}"#);
    for (what, reply) in [
        ("short content-length", text("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"data\":[1]}")),
        ("cut chunk", text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{\"data\":[1]}\r\n")),
        ("cut gzip", Reply::Bytes(gzipped(&packed[..packed.len() - 9]))),
        ("cut without length", text("HTTP/1.1 200 OK\r\n\r\n{\"data\":[1,")),
        ("cut headers", text("HTTP/1.1 200 OK\r\nContent-Le")),
        ("nothing", text("")),
        ("no http", text("SSH-2.0-OpenSSH\r\n\r\n")),
        ("html", text("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")),
        ("another shape", text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")),
        ("reset", Reply::Reset),
    ] {
        let server = Server::new(vec![reply, good()]);
        let bench = bench(&server.url, |_| {});
        assert_eq!(bench.get().unwrap_or_else(|e| panic!("{what}: {e}")), 2, "{what}");
        assert_eq!(bench.client.sent(), 2, "{what}");
    }
}

#[test]
fn what_stays_unreadable_is_an_error_that_names_it() {
    let server = Server::new(vec![text("HTTP/1.1 200 OK\r\nRequest-Id: req_9\r\n\r\n{}")]);
    let error = bench(&server.url, |_| {}).get().unwrap_err();
    assert!(matches!(error, Error::Unreadable { attempts: 6, .. }), "{error:?}");
    assert_eq!(error.to_string(), "/v1/things: unreadable answer after 6 attempts: no list in data (request req_9)");
}

#[test]
fn gzip_is_asked_for_and_decoded_and_a_bomb_is_stopped() {
    let server = Server::new(vec![Reply::Bytes(gzipped(&gzip(br#"{"data":[1,2,3]}"#)))]);
    assert_eq!(bench(&server.url, |_| {}).get().unwrap(), 3);
    assert!(server.requests()[0].to_lowercase().contains("accept-encoding: gzip"));

    let server = Server::new(vec![Reply::Bytes(gzipped(&gzip(&vec![b' '; 20 << 20])))]);
    let bench = bench(&server.url, |_| {});
    assert!(matches!(bench.get(), Err(Error::TooLarge { limit_bytes: 1_048_576, .. })));
    assert_eq!(bench.client.sent(), 1);
}

#[test]
fn long_bodies_and_long_headers_are_refused() {
    let long_body = text("HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n");
    let long_head = text(&format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(200 << 10)));
    for (reply, words) in [
        (long_body, "/v1/things: the answer is larger than 1048576 bytes"),
        (long_head, "/v1/things: the headers are larger than"),
    ] {
        let server = Server::new(vec![reply]);
        let error = bench(&server.url, |_| {}).get().unwrap_err();
        assert!(error.to_string().starts_with(words), "{error}");
    }
}

#[test]
fn no_error_repeats_the_credential() {
    const KEY: &str = "unlikely/looking-MARKER";
    for head in [
        "401 Unauthorized\r\n",
        "500 Oops\r\nStripe-Should-Retry: false\r\nRequest-Id: unlikely/looking-MARKER\r\n",
        "302 Found\r\nLocation: https://sk_live_MARKER0123456789.example.com/\r\n",
        "200 OK\r\n",
    ] {
        let body = r#"{"error":"unlikely/looking-MARKER unlikely\/looking-MARKER sk_live_MARKER0123456789"}"#;
        let server = Server::new(vec![text(&format!("HTTP/1.1 {head}\r\n{body}"))]);
        let bench = bench(&server.url, |settings| {
            settings.headers = vec![("Authorization".to_owned(), Secret::new(format!("Bearer {KEY}")))];
        });
        let request = Request { path: "/v1/things".to_owned(), endpoint: "/v1/things" };
        let read = &mut |answer: &Answer| Err(Unreadable(String::from_utf8_lossy(&answer.body).into_owned()));
        let error = bench.client.get::<()>(&request, read).unwrap_err();
        let body = match &error {
            // What keys look like is the provider's to take out, which reads the message first.
            Error::Refused(answer) => String::from_utf8_lossy(&answer.body).replace("sk_live_MARKER", ""),
            _ => String::new(),
        };
        assert!(!format!("{error}{body}").contains("MARKER"), "{head}: {error} {body}");
    }
}

#[test]
fn a_drip_ends() {
    let server = Server::new(vec![drip()]);
    let shortly = |settings: &mut Settings| {
        settings.timeouts.global = Duration::from_millis(300);
        settings.attempts = 2;
    };
    let error = bench(&server.url, shortly).get().unwrap_err();
    // By itself it would never have ended.
    assert!(
        matches!(&error, Error::GaveUp { attempts: 2, status: None, last, .. } if last.contains("timed out")),
        "{error:?}"
    );
}

#[test]
fn a_redirect_is_not_followed_and_the_key_stays() {
    let other = Server::new(vec![good()]);
    let server = Server::new(vec![text(&format!("HTTP/1.1 302 Found\r\nLocation: {}/steal?x=1\r\n\r\n", other.url))]);
    let error = bench(&server.url, |_| {}).get().unwrap_err();
    assert!(matches!(&error, Error::Redirected { status: 302, location, .. } if location == "127.0.0.1"), "{error:?}");
    assert!(other.requests().is_empty());
    assert!(!error.to_string().contains("sk_test") && !error.to_string().contains("steal"));
}

#[test]
fn headers_go_to_the_service() {
    let server = Server::new(vec![good()]);
    bench(&server.url, |_| {}).get().unwrap();
    let head = server.requests()[0].to_lowercase();
    for line in ["get /v1/things?limit=100 http/1.1", "authorization: bearer sk_test_secret"] {
        assert!(head.contains(line), "{line} in {head}");
    }
    assert!(!head.contains("stripe-account"), "{head}");
    assert!(head.contains(concat!("user-agent: stripesync/", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_429_waits_as_told() {
    let server = Server::new(vec![text("HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"), good()]);
    let bench = bench(&server.url, |_| {});
    assert_eq!(bench.get().unwrap(), 2);
    assert!(bench.clock.elapsed() >= Duration::from_secs(7) && bench.clock.elapsed() < Duration::from_secs(9));
}

#[test]
fn statuses_end_as_their_rules_say() {
    let status = |line: &str| text(&format!("HTTP/1.1 {line}\r\nContent-Length: 2\r\n\r\n{{}}"));
    let old = r#"{"error":{"code":"rate_limit"}}"#;
    let old = text(&format!("HTTP/1.1 400 Bad\r\nContent-Length: {}\r\n\r\n{old}", old.len()));
    for (what, reply, sent) in [
        ("401", status("401 No"), 1),
        ("404", status("404 No"), 1),
        ("403", status("403 No"), 1),
        ("500 not to be retried", status("500 No\r\nStripe-Should-Retry: false"), 1),
        ("400 to be retried", status("400 No\r\nStripe-Should-Retry: true"), 6),
        ("409", status("409 Lock"), 6),
        ("429", status("429 Slow"), 10),
        ("400 of old", old, 10),
        ("quota for hours", status("403 No\r\nRetry-After: 9999"), 1),
        ("quota for seconds", status("403 No\r\nRetry-After: 2"), 10),
    ] {
        let server = Server::new(vec![reply]);
        let bench = bench(&server.url, |_| {});
        let error = bench.get().unwrap_err();
        assert_eq!(bench.client.sent(), sent, "{what}: {error:?}");
        let is_right = match what {
            "401" | "404" | "403" | "400 to be retried" => matches!(error, Error::Refused(_)),
            "quota for hours" => matches!(error, Error::Quota { retry_after_s: 9999 }),
            "quota for seconds" => matches!(error, Error::Quota { retry_after_s: 2 }),
            _ => matches!(error, Error::GaveUp { status: Some(_), .. }),
        };
        assert!(is_right, "{what}: {error:?}");
    }
}

#[test]
fn a_service_that_is_down_ends_a_run_soon() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let bench = bench(&format!("http://127.0.0.1:{port}"), |_| {});
    let error = bench.get().unwrap_err();
    assert_eq!(error.to_string(), "cannot reach 127.0.0.1: connection refused");
    let mut last = error;
    for _ in 0..30 {
        last = bench.get().unwrap_err();
    }
    assert!(matches!(last, Error::CircuitOpen { .. }), "{last:?}");
    assert!(bench.client.sent() <= 12, "{} requests", bench.client.sent());
    assert!(bench.clock.elapsed() < Duration::from_secs(60));
}

#[test]
fn an_unknown_name_says_so() {
    let bench = bench("https://does-not-exist.invalid", |s| {
        s.attempts = 1;
        // The name server of this machine may take its time.
        s.timeouts.connect = LONG;
        s.timeouts.global = LONG;
    });
    let error = bench.get().unwrap_err();
    assert!(error.to_string().starts_with("cannot reach does-not-exist.invalid: name lookup "), "{error}");
}

#[test]
fn a_key_never_travels_readable() {
    let settings = Settings::new("http://api.stripe.com", Limits::new(10, None));
    let made = Client::new(settings, Arc::new(FakeClock::at_ms(0)), Cancel::default());
    assert!(matches!(made.map(|_| ()), Err(Error::Setup(_))));
}

#[test]
fn the_services_clock_is_followed() {
    // The answer is of the next day by the service's clock.
    let date = "Date: Wed, 15 Nov 2023 22:13:20 GMT";
    let server = Server::new(vec![text(&GOOD.replace("Content-Length: 13", &format!("{date}\r\nContent-Length: 14")))]);
    let bench = bench(&server.url, |_| {});
    assert_eq!(bench.client.skew_s(), 0);
    bench.get().unwrap();
    assert_eq!(bench.client.skew_s(), 86_400);
    assert_eq!(bench.client.service_now_s(), START_MS / 1000 + 86_400);
    assert!(bench.client.latency_ms().is_some());
}

#[test]
fn a_wish_to_stop_ends_a_request_in_flight() {
    let server = Server::new(vec![drip()]);
    let bench = bench(&server.url, |s| s.timeouts.global = LONG);
    let began = Instant::now();
    std::thread::scope(|scope| {
        let getting = scope.spawn(|| bench.get());
        while server.requests().is_empty() {
            std::thread::yield_now();
        }
        bench.client.interrupt();
        assert!(matches!(getting.join().unwrap(), Err(Error::Interrupted)));
    });
    assert!(began.elapsed() < LONG, "it was not its time that ended it");
    assert!(matches!(bench.get(), Err(Error::Interrupted)));
}

#[test]
fn a_quota_that_is_used_up_sends_nothing() {
    let server = Server::new(vec![good()]);
    let per = Duration::from_secs(30 * 86_400);
    let used = vec![Used { age: Duration::from_secs(86_400), requests: 40_000 }];
    let bench = bench(&server.url, |s| s.limits.windows.push(Window { limit: 40_000, per, used }));
    assert!(matches!(bench.get(), Err(Error::Quota { retry_after_s }) if retry_after_s == 29 * 86_400 + 1));
    assert_eq!(bench.client.sent(), 0);
    assert_eq!(bench.client.unkept()[0].used, [], "those were kept by whoever sent them");
}
