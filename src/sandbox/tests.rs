//! The sandbox over a raw socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::fic::{FicCompany, FicSandbox, FicSettings};
use super::{Change, Connected, Fault, Faults, Key, Limits, Options, START_S, Sandbox, Sizes, TEST_KEY, Trouble};

fn start(change: impl FnOnce(&mut Options)) -> Sandbox {
    let mut options = Options { sizes: Sizes::customers(150), clock_runs: false, ..Options::default() };
    change(&mut options);
    Sandbox::start(options).unwrap()
}

/// Sends one request and reads until the connection ends or the promised length is there.
fn ask(sandbox: &Sandbox, target: &str) -> (String, Vec<u8>) {
    ask_with(sandbox, target, &format!("Authorization: Bearer {TEST_KEY}\r\n"))
}

/// The same with other headers.
fn ask_with(sandbox: &Sandbox, target: &str, headers: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(sandbox.stripe_base_url().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let version = "2026-10-28.endive";
    write!(stream, "GET {target} HTTP/1.1\r\nHost: x\r\n{headers}Stripe-Version: {version}\r\n\r\n").unwrap();
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
    // How a limit slides is tried where the time is made up.
    let sandbox = start(|o| o.limits = Limits { global_per_s: Some(0), ..Limits::default() });
    let heads: Vec<String> = (0..4).map(|_| ask(&sandbox, "/v1/balance").0).collect();
    assert!(
        heads.iter().all(|h| h.starts_with("HTTP/1.1 429") && h.contains("Stripe-Rate-Limited-Reason: global-rate"))
    );
    let stats = sandbox.stats();
    assert_eq!(stats.endpoints["GET /v1/balance"].requests, 4);
    assert!(stats.total.refused == 4 && stats.total.most_in_1s >= 1);
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

/// Asks on behalf of a connected account.
fn ask_as(sandbox: &Sandbox, account: &str, target: &str) -> (String, Vec<u8>) {
    ask_with(sandbox, target, &format!("Authorization: Bearer {TEST_KEY}\r\nStripe-Account: {account}\r\n"))
}

fn status((head, _): &(String, Vec<u8>)) -> &str {
    head.get(9..12).unwrap_or("")
}

#[test]
fn one_accounts_trouble_is_nobody_elses() {
    let sandbox = start(|o| o.connected = Connected::of(vec![Sizes::customers(3); 3]));
    let known = sandbox.stripe().connected_ids();
    let target = "/v1/customers?limit=3";
    let whole = ask_as(&sandbox, &known[0], target);
    assert_eq!(status(&whole), "200");
    type Seen<'a> = &'a dyn Fn(&(String, Vec<u8>), &Value) -> bool;
    let cases: [(Trouble, Seen<'_>); 9] = [
        (Trouble::Revoked, &|it, body| status(it) == "403" && body["error"]["code"] == "account_invalid"),
        (Trouble::Fault(Fault::Unauthorized), &|it, body| status(it) == "401" && body["error"]["message"].is_string()),
        (Trouble::Fault(Fault::Internal), &|it, body| status(it) == "500" && body["error"]["type"] == "api_error"),
        (Trouble::Fault(Fault::MalformedJson), &|it, body| status(it) == "200" && body.is_null()),
        (Trouble::Fault(Fault::Html), &|it, body| it.1.starts_with(b"<!DOCTYPE") && body.is_null()),
        (Trouble::Fault(Fault::RateLimited), &|it, _| {
            status(it) == "429" && it.0.contains("Stripe-Rate-Limited-Reason")
        }),
        (Trouble::Fault(Fault::ResetBefore), &|it, _| it.0.is_empty()),
        (Trouble::Fault(Fault::GzipBomb), &|it, _| it.0.contains("Content-Encoding: gzip")),
        (Trouble::Hangs(Duration::from_millis(300)), &|it, _| it.1 == whole.1),
    ];
    for (trouble, is_so) in cases {
        sandbox.set_account_trouble(&known[0], Some(trouble));
        let began = Instant::now();
        for _ in 0..2 {
            let met = ask_as(&sandbox, &known[0], target);
            let body = serde_json::from_slice(&met.1).unwrap_or(Value::Null);
            assert!(is_so(&met, &body), "{trouble:?}: {} {body}", met.0);
        }
        if let Trouble::Hangs(wait) = trouble {
            assert!(began.elapsed() >= wait * 2);
        }
        let others = [ask_as(&sandbox, &known[1], target), ask(&sandbox, target)];
        assert!(others.iter().all(|it| status(it) == "200"), "{trouble:?}");
    }
    sandbox.set_account_trouble(&known[0], None);
    assert_eq!(ask_as(&sandbox, &known[0], target).1, whole.1);
    assert_eq!(sandbox.stats().faults, 16, "a hanging answer is a good one");
}

#[test]
fn access_is_revoked_from_an_accounts_nth_request_on() {
    let sandbox = start(|_| ());
    let known = sandbox.stripe().connected_ids();
    sandbox.set_account_trouble_from(&known[1], Trouble::Revoked, 3);
    let seen: Vec<String> =
        (0..10).map(|n| status(&ask_as(&sandbox, &known[n % 2], "/v1/charges")).to_owned()).collect();
    assert_eq!(seen, ["200", "200", "200", "200", "200", "403", "200", "403", "200", "403"]);
}

#[test]
fn a_sandbox_ends_while_an_answer_hangs() {
    let sandbox = start(|_| ());
    sandbox.set_account_trouble(sandbox.stripe().account_id(), Some(Trouble::Hangs(Duration::from_secs(3600))));
    let address = sandbox.stripe_base_url();
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    write!(stream, "GET /v1/balance HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TEST_KEY}\r\n\r\n").unwrap();
    while sandbox.stats().total.requests == 0 {
        std::thread::sleep(Duration::from_millis(2));
    }
    drop(sandbox);
    let mut rest = Vec::new();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert_eq!(stream.read_to_end(&mut rest).unwrap_or(0), 0);
}

#[test]
fn what_each_account_was_asked_is_counted_and_told_in_order() {
    let sandbox = start(|o| {
        o.asked_max = 4;
        o.limits = Limits { account_per_s: Some(2), ..Limits::default() };
    });
    let known = sandbox.stripe().connected_ids();
    let order = [0, 1, 0, 0, 2];
    let seen = order.map(|n| ask_as(&sandbox, &known[n], "/v1/charges"));
    let stats = sandbox.stats().accounts;
    assert_eq!([0, 1, 2].map(|n| stats[&known[n]].requests), [3, 1, 1]);
    assert_eq!([0, 1, 2].map(|n| (stats[&known[n]].first, stats[&known[n]].last)), [(1, 4), (2, 2), (5, 5)]);
    // Unless the machine took a second for it, the third of one account was one too many.
    let refused = seen.iter().filter(|it| status(it) == "429" && it.0.contains("global-rate")).count() as u64;
    assert_eq!((refused, stats[&known[0]].refused), (refused, refused));
    assert_eq!(u64::from(stats[&known[0]].most_in_1s > 2), refused);
    let asked = sandbox.asked();
    let told: Vec<&str> = asked.iter().map(|it| it.account.as_str()).collect();
    assert_eq!(told, [1, 0, 0, 2].map(|n| known[n].as_str()));
    assert!(asked.iter().all(|it| it.endpoint == "GET /v1/charges"));
    ask(&sandbox, "/v1/charges");
    assert_eq!(sandbox.stats().accounts[sandbox.stripe().account_id()].requests, 1);
}

#[test]
fn keys_of_two_platforms_do_not_share_a_limit() {
    let keys = vec![Key::new(TEST_KEY), Key::new("sk_test_other").of("acct_1Other")];
    let sandbox = start(|o| {
        o.keys = keys;
        o.limits = Limits { concurrency: Some(1), ..Limits::default() };
    });
    sandbox.set_account_trouble(sandbox.stripe().account_id(), Some(Trouble::Hangs(Duration::from_secs(3600))));
    let mut first = TcpStream::connect(sandbox.stripe_base_url().trim_start_matches("http://")).unwrap();
    write!(first, "GET /v1/balance HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TEST_KEY}\r\n\r\n").unwrap();
    while sandbox.stats().total.requests == 0 {
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(status(&ask(&sandbox, "/v1/balance")), "429");
    let other = ask_with(&sandbox, "/v1/balance", "Authorization: Bearer sk_test_other\r\n");
    assert_eq!(status(&other), "200");
}

#[test]
fn a_companys_trouble_is_told_in_its_services_words() {
    let settings = FicSettings { companies: vec![FicCompany::new(77, 5)], ..FicSettings::default() };
    let sandbox = start(|o| o.mounts = vec![(&["/c/", "/user/"], Arc::new(FicSandbox::new(settings)))]);
    let ask = |id: u64| {
        let target = format!("/c/{id}/products");
        let (head, bytes) = ask_with(&sandbox, &target, "Authorization: Bearer a/sandbox\r\n");
        let has_after = head.contains("Retry-After");
        (head[9..12].to_owned(), has_after, serde_json::from_slice::<Value>(&bytes).unwrap_or(Value::Null))
    };
    for (trouble, status, has_after, pointer) in [
        (Trouble::Revoked, "403", false, "/error/code"),
        (Trouble::Fault(Fault::Unauthorized), "401", false, "/error_description"),
        (Trouble::Fault(Fault::Internal), "500", false, "/error/message"),
        (Trouble::Fault(Fault::RateLimited), "429", true, "/error/message"),
    ] {
        sandbox.set_account_trouble("77", Some(trouble));
        let (got, after, body) = ask(77);
        assert_eq!((got.as_str(), after), (status, has_after), "{trouble:?}");
        assert!(body.pointer(pointer).is_some_and(Value::is_string), "{trouble:?}: {body}");
        assert_eq!(ask(12_345).0, "200");
    }
    let stats = sandbox.stats().accounts;
    assert_eq!((stats["77"].requests, stats["12345"].requests), (4, 4));
}
