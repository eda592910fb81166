//! The sandbox over a raw socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Change, Fault, Faults, Limits, Options, START_S, Sandbox, Sizes, TEST_KEY};

fn start(change: impl FnOnce(&mut Options)) -> Sandbox {
    let mut options = Options { sizes: Sizes::customers(150), clock_runs: false, ..Options::default() };
    change(&mut options);
    Sandbox::start(options).unwrap()
}

/// Sends one request and reads until the connection ends or the promised length is there.
fn ask(sandbox: &Sandbox, target: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(sandbox.stripe_base_url().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let version = "2026-10-28.endive";
    write!(
        stream,
        "GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TEST_KEY}\r\nStripe-Version: {version}\r\n\r\n"
    )
    .unwrap();
    let (mut bytes, mut chunk) = (Vec::new(), [0; 65536]);
    loop {
        let got = stream.read(&mut chunk).unwrap_or(0);
        bytes.extend_from_slice(&chunk[..got]);
        let split = bytes.windows(4).position(|w| w == b"\r\n\r\n");
        let head = split.map(|at| String::from_utf8_lossy(&bytes[..at]).into_owned());
        let length =
            head.as_ref().and_then(|h| h.split("Content-Length: ").nth(1)?.split("\r\n").next()?.parse::<usize>().ok());
        let whole = split.zip(length).is_some_and(|(at, len)| bytes.len() >= at + 4 + len);
        if got == 0 || whole {
            let at = split.map_or(bytes.len(), |at| at + 4);
            return (head.unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned()), bytes[at..].to_vec());
        }
    }
}

fn body(sandbox: &Sandbox, target: &str) -> Value {
    serde_json::from_slice(&ask(sandbox, target).1).unwrap()
}

#[test]
fn a_standing_clock_shows_in_the_date_with_its_skew() {
    let sandbox = start(|_| ());
    let (head, bytes) = ask(&sandbox, "/v1/customers?limit=3");
    assert!(head.starts_with("HTTP/1.1 200 OK") && head.contains("Date: Sun, 01 Nov 2026 00:00:00 GMT"), "{head}");
    assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap()["data"].as_array().unwrap().len(), 3);
    sandbox.set_skew_s(3600);
    assert!(ask(&sandbox, "/v1/customers").0.contains("01:00:00 GMT") && sandbox.now_s() == START_S);
}

#[test]
fn limits_refuse_and_count() {
    let sandbox = start(|o| o.limits = Limits { global_per_s: Some(2), ..Limits::default() });
    let heads: Vec<String> = (0..4).map(|_| ask(&sandbox, "/v1/balance").0).collect();
    assert!(
        heads.iter().any(|h| h.starts_with("HTTP/1.1 429") && h.contains("Stripe-Rate-Limited-Reason: global-rate"))
    );
    let stats = sandbox.stats();
    assert_eq!(stats.endpoints["GET /v1/balance"].requests, 4);
    assert!(stats.total.refused >= 1 && stats.total.most_in_1s >= 3);
}

#[test]
fn each_fault_does_what_its_name_says() {
    let sandbox = start(|_| ());
    let whole = ask(&sandbox, "/v1/charges?limit=100").1;
    for fault in Fault::ALL {
        sandbox.set_faults(Faults::share(1000, &[fault]));
        let (head, bytes) = ask(&sandbox, "/v1/charges?limit=100");
        let parsed = serde_json::from_slice::<Value>(&bytes);
        let status = head.get(9..12).unwrap_or("");
        let fine = match fault {
            Fault::Internal => status == "500",
            Fault::Unavailable => status == "503" && head.contains("Stripe-Should-Retry: true"),
            Fault::Conflict => status == "409",
            Fault::RateLimited => status == "429",
            Fault::Unauthorized => status == "401",
            Fault::ResetBefore => head.is_empty() && bytes.is_empty(),
            Fault::ResetInHeaders => head.starts_with("HTTP/1.1 200") && !head.contains("Content-Length"),
            Fault::ResetInBody => head.contains("Content-Length") && bytes.len() == whole.len() / 2,
            Fault::CutWithoutLength => !head.contains("Content-Length") && bytes.len() == whole.len() / 2,
            Fault::MalformedJson => status == "200" && parsed.is_err() && !bytes.is_empty(),
            Fault::Html => head.contains("text/html") && bytes.starts_with(b"<!DOCTYPE"),
            Fault::EmptyBody => status == "200" && bytes.is_empty(),
            Fault::EmptyObject => parsed.unwrap() == json!({}),
            Fault::DataNotAList => parsed.unwrap()["data"].is_object(),
            Fault::ObjectWithoutId => parsed.unwrap()["data"][0].get("id").is_none(),
            Fault::HasMoreMissing => parsed.unwrap().get("has_more").is_none(),
            Fault::HasMoreForever => parsed.unwrap()["has_more"] == true,
            Fault::EmptyPageWithMore => parsed.unwrap()["data"] == json!([]),
            Fault::FirstPageAgain | Fault::SlowBody => bytes == whole,
            Fault::GzipBomb => head.contains("Content-Encoding: gzip") && bytes.len() < 2_000_000,
            Fault::HugeHeaders => head.len() > 500_000 && bytes == whole,
            Fault::Redirect => status == "302" && head.contains("elsewhere.invalid"),
        };
        assert!(fine, "{fault:?}: {} {} bytes", head.get(..200).unwrap_or(&head), bytes.len());
    }
    assert_eq!(sandbox.stats().faults, Fault::ALL.len() as u64);
}

#[test]
fn a_scripted_fault_repeats_the_first_page() {
    let sandbox = start(|o| o.faults = Faults { at: vec![(2, Fault::FirstPageAgain)], ..Faults::default() });
    let first = body(&sandbox, "/v1/charges?limit=2");
    let target = format!("/v1/charges?limit=2&starting_after={}", first["data"][1]["id"].as_str().unwrap());
    assert_eq!(body(&sandbox, &target), first);
    assert_ne!(body(&sandbox, &target), first);
}

#[test]
fn things_change_between_two_pages() {
    let sandbox = start(|_| ());
    let stripe = Arc::clone(sandbox.stripe());
    let seen = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&seen);
    sandbox.on_request(move |n, call| {
        counted.fetch_add(1, Ordering::SeqCst);
        if n == 2 && call.path == "/v1/customers" {
            stripe.create(None, "customer", &json!({"name": "between"}), Change::Evented);
        }
    });
    let before = body(&sandbox, "/v1/customers?limit=1");
    let after = body(&sandbox, "/v1/customers?limit=1");
    assert_ne!(before["data"][0]["id"], after["data"][0]["id"]);
    assert_eq!((after["data"][0]["name"].as_str(), seen.load(Ordering::SeqCst)), (Some("between"), 2));
}

#[test]
fn a_revoked_key_is_refused_from_then_on() {
    let sandbox = start(|o| o.faults = Faults { revoked_from: Some(2), ..Faults::default() });
    let status = |_| ask(&sandbox, "/v1/customers").0[9..12].to_owned();
    assert_eq!([1, 2, 3].map(status), ["200", "401", "401"]);
}
