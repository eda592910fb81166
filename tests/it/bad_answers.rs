//! Services that are down, slow, cut off, or answer nonsense. The real program against a script; the cases wait side by
//! side, since what they test is patience.

use std::io::Write;
use std::process::Child;
use std::time::{Duration, Instant};

use stripesync::sandbox::{Fault, Faults, Options, Sandbox, Sizes, TEST_KEY};

use crate::program::{Home, Ran, Reply, Scripted, Unanswered, account, finished, holds, ran, started};

/// The program may use this much memory whatever comes.
const MEMORY_MAX_KB: u64 = 64 * 1024;

fn json(text: &str) -> Reply {
    Reply::Json(200, text.to_owned())
}

fn raw(text: &str) -> Reply {
    Reply::Raw(text.replacen("\r\n", "\r\nConnection: close\r\n", 1).into_bytes())
}

fn rate(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","object":"tax_rate","created":1700000000,"active":true,"display_name":"VAT","percentage":22.0}}"#
    )
}

fn page(ids: &[&str], has_more: bool) -> String {
    let data: Vec<String> = ids.iter().map(|id| rate(id)).collect();
    format!(r#"{{"object":"list","data":[{}],"has_more":{has_more},"url":"/v1/tax_rates"}}"#, data.join(","))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// What a service answers to a path.
type Script = Box<dyn Fn(&str) -> Reply + Send + Sync>;

/// Asserts that the run ended with one message, in bounded time, and left a whole file or none.
fn assert_ended(what: &str, home: &Home, ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, Some(code), "{what}: {}", ran.stderr);
    for part in parts {
        assert!(ran.stderr.contains(part), "{what}: {part:?} is not in\n{}", ran.stderr);
    }
    assert!(ran.took < Duration::from_secs(40), "{what}: {:?}", ran.took);
    if home.database().exists() {
        home.assert_intact();
    }
}

#[test]
fn whatever_answers_first_the_message_says_what_to_do_and_nothing_is_stored() {
    let unanswered = Unanswered::new();
    let closed = &format!("http://{}", unanswered.address());
    let down = r#"{"error":{"message":"down"}}"#;
    let cases: Vec<(&str, Option<Reply>, &[&str])> = vec![
        ("refused", None, &["cannot reach 127.0.0.1: connection refused", "look at the network"]),
        ("503 for ever", Some(Reply::Json(503, down.into())), &["status 503", "the service has trouble"]),
        (
            "cut body",
            Some(raw("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"id\"")),
            &["ended before", "the service has trouble"],
        ),
        (
            "html",
            Some(raw("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")),
            &["unreadable answer", "in the service's place"],
        ),
        ("empty object", Some(json("{}")), &["no account", "in the service's place"]),
        (
            "nothing",
            Some(raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")),
            &["no account", "in the service's place"],
        ),
        ("no http", Some(raw("SSH-2.0-OpenSSH_9.9\r\n\r\n")), &["gave up after 6 attempts"]),
    ];
    std::thread::scope(|scope| {
        for (what, reply, parts) in cases {
            scope.spawn(move || {
                let service = reply.map(|reply| Scripted::start(move |_, _| reply.clone()));
                let url = service.as_ref().map_or(closed, |service| &service.url);
                let home = Home::new();
                let ran = ran(&mut home.asking(url, TEST_KEY, &["sync", "tax_rates"]));
                assert_ended(what, &home, &ran, 1, parts);
                assert!(ran.stderr.contains("nothing was changed"), "{what}: {}", ran.stderr);
                assert!(!ran.stderr.contains("is in the file"), "{what}: nothing is\n{}", ran.stderr);
                assert!(!ran.stderr.contains("without id"), "{what}: {}", ran.stderr);
                assert_eq!(ran.stderr.matches("error:").count(), 1, "{what}: {}", ran.stderr);
                assert_eq!(std::fs::read_dir(home.path()).expect("readable").count(), 0, "{what}: a file is left");
                if let Some(service) = service {
                    assert!(service.requests().len() <= 6, "{what}: {} requests", service.requests().len());
                }
            });
        }
    });
}

#[test]
fn a_list_that_makes_no_sense_is_named_and_nothing_of_it_counts() {
    let half = page(&["txr_1", "txr_2"], true).replace(r#""id":"txr_2","#, "");
    let cases: Vec<(&str, Script, &str)> = vec![
        ("no has_more", Box::new(|_| json(r#"{"object":"list","data":[]}"#)), "unreadable answer"),
        ("an object without id", Box::new(move |_| json(&half)), "unreadable answer"),
        ("data is no list", Box::new(|_| json(r#"{"data":{},"has_more":false}"#)), "unreadable answer"),
        ("empty, and more", Box::new(|_| json(&page(&[], true))), "unreadable answer"),
        ("{}", Box::new(|_| json("{}")), "unreadable answer"),
        ("503", Box::new(|_| Reply::Json(503, "{}".into())), "status 503"),
        ("the same page again", Box::new(|_| json(&page(&["txr_1", "txr_2"], true))), "txr_2 came twice"),
        (
            "a circle",
            Box::new(|path| json(&page(&[if path.contains("txr_1") { "txr_2" } else { "txr_1" }], true))),
            "came twice as a cursor",
        ),
    ];
    std::thread::scope(|scope| {
        for (what, script, words) in cases {
            scope.spawn(move || {
                let service = Scripted::start(move |path, _| match path {
                    "/v1/account" => account(),
                    path if path.starts_with("/v1/events") => json(&page(&[], false)),
                    path => script(path),
                });
                let home = Home::new();
                let ran = ran(&mut home.asking(&service.url, TEST_KEY, &["sync", "tax_rates"]));
                assert_ended(what, &home, &ran, 3, &["stripe:tax_rates of acct_1Scripted failed", words]);
                assert!(service.requests().len() < 20, "{what}: {} requests", service.requests().len());
                let complete = "SELECT count(*) FROM walks WHERE drained_s IS NOT NULL";
                assert_eq!(home.count(complete), 0, "{what}: a list counts as complete");
                let without_id = "SELECT count(*) FROM stripe_tax_rates WHERE id IS NULL OR id = ''";
                assert_eq!(home.count(without_id), 0, "{what}");
            });
        }
    });
}

#[test]
fn an_object_that_cannot_be_read_is_asked_for_once_in_a_run() {
    let event = r#"{"object":"list","has_more":false,"data":[{"id":"evt_1","object":"event","type":"tax_rate.updated","created":NOW,"api_version":"2020-08-27","data":{"object":OBJECT}}]}"#;
    let now_s = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let event = event.replace("NOW", &now_s.to_string()).replace("OBJECT", &rate("txr_1"));
    let service = Scripted::start(move |path, _| match path {
        "/v1/account" => account(),
        path if path.starts_with("/v1/events") => json(&event),
        "/v1/tax_rates/txr_1" => json("{}"),
        path if path.contains("starting_after") || path.contains("created") => json(&page(&[], false)),
        _ => json(&page(&["txr_1"], false)),
    });
    let home = Home::new();
    let ran = ran(&mut home.asking(&service.url, TEST_KEY, &["sync", "tax_rates"]));
    assert_ended("an unreadable object", &home, &ran, 3, &["stripe:tax_rates of acct_1Scripted failed"]);
    let asked = service.requests().iter().filter(|head| head.contains("/v1/tax_rates/txr_1 ")).count();
    assert_eq!(asked, 6, "{}", ran.stderr);
    assert_eq!(home.count("SELECT count(*) FROM fetches WHERE id='txr_1'"), 1, "the next run asks again");
}

#[test]
fn a_slow_answer_is_waited_for() {
    let faults = Faults::share(1000, &[Fault::SlowBody]);
    let sandbox =
        Sandbox::start(Options { sizes: Sizes::customers(10), faults, ..Options::default() }).expect("starts");
    let home = Home::new();
    let ran = ran(&mut home.asking(&sandbox.stripe_base_url(), TEST_KEY, &["sync", "tax_rates", "-v"]));
    assert_ended("slow", &home, &ran, 0, &["stripe:tax_rates: complete"]);
    assert!(ran.took > Duration::from_secs(1), "it was not slow: {:?}", ran.took);
}

#[test]
fn a_key_never_follows_a_redirect() {
    let elsewhere = Scripted::start(|_, _| json("{}"));
    let port = elsewhere.url.rsplit(':').next().expect("a port").to_owned();
    let to = format!("HTTP/1.1 302 Found\r\nLocation: http://localhost:{port}/v1/account\r\nContent-Length: 0\r\n\r\n");
    let service = Scripted::start(move |_, _| raw(&to));
    let home = Home::new();
    let ran = ran(&mut home.asking(&service.url, "sk_test_MARKER0123456789abcdef", &["sync"]));
    assert_ended("redirect", &home, &ran, 1, &["answered 302 and points to localhost", "redirects are not followed"]);
    assert!(ran.stderr.contains("STRIPE_API_BASE") && !ran.stderr.contains("is in the file"), "{}", ran.stderr);
    assert_eq!(service.requests().len(), 1);
    assert_eq!(elsewhere.requests(), Vec::<String>::new());
}

/// Waits for the child's end and returns its high-water mark of memory on the way.
fn watched(mut child: Child, began: Instant) -> (Ran, u64) {
    let path = format!("/proc/{}/status", child.id());
    let mut most_kb = 0;
    while child.try_wait().expect("its own child").is_none() {
        let status = std::fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        most_kb = most_kb.max(kb.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    (finished(child, began), most_kb)
}

#[test]
fn bombs_and_endless_headers_are_refused_in_little_memory() {
    let packed = gzip(&vec![b' '; 300 << 20]);
    let mut bomb =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len()).into_bytes();
    bomb.extend(packed);
    let heads =
        format!("HTTP/1.1 200 OK\r\nX: {}\r\nContent-Length: 2\r\n\r\n{{}}", "x".repeat(200 << 10)).into_bytes();
    for (what, bytes, words) in
        [("bomb", bomb, "the answer is larger than"), ("headers", heads, "the headers are larger than")]
    {
        for at_once in [true, false] {
            let reply = Reply::Raw(bytes.clone());
            let service =
                if at_once { Scripted::start(move |_, _| reply.clone()) } else { Scripted::after_the_account(reply) };
            let home = Home::new();
            let (child, began) = started(&mut home.asking(&service.url, TEST_KEY, &["sync", "tax_rates", "coupons"]));
            let (ran, most_kb) = watched(child, began);
            assert_ended(what, &home, &ran, 1, &[words]);
            assert!(most_kb < MEMORY_MAX_KB, "{what}: {most_kb} kB");
            assert!(ran.took < Duration::from_secs(20), "{what}: {:?}", ran.took);
        }
    }
}

#[test]
fn a_refusal_that_repeats_the_key_does_not_spread_it() {
    const KEY: &str = "sk_test_MARKERq1w2e3r4t5y6u7i8";
    const BASE64: &str = "c2tfdGVzdF9NQVJLRVJxMXcyZTNyNHQ1eTZ1N2k4";
    let refusal = format!(r#"{{"error":{{"message":"Invalid API Key provided: {KEY} \u001b[2J\u202egpj"}}}}"#);
    for status in [400, 401, 403, 404, 500] {
        for at_once in [true, false] {
            let answer = format!(
                "HTTP/1.1 {status} X\r\nRequest-Id: {KEY}\r\nStripe-Should-Retry: false\r\nContent-Length: {}\r\n\r\n{refusal}",
                refusal.len()
            );
            let reply = raw(&answer);
            let service =
                if at_once { Scripted::start(move |_, _| reply.clone()) } else { Scripted::after_the_account(reply) };
            let home = Home::new();
            let ran = ran(&mut home.asking(&service.url, KEY, &["sync", "tax_rates", "-v", "-v", "-v"]));
            assert_ne!(ran.code, Some(0), "{status}");
            assert!(status == 500 || ran.stderr.contains("sk_test_…u7i8"), "{status}: {}", ran.stderr);
            for needle in ["MARKER", BASE64] {
                let found = holds(home.path(), &[&ran.stdout, &ran.stderr], needle);
                assert_eq!(found, Vec::<String>::new(), "{status}");
            }
            for text in [&ran.stdout, &ran.stderr] {
                assert!(!text.chars().any(|c| c != '\n' && c.is_control() || c == '\u{202e}'), "{status}: {text:?}");
            }
            // Where not even the account was told, nothing is kept.
            assert_eq!(home.database().exists(), !at_once, "{status}");
            if !at_once {
                home.assert_intact();
            }
        }
    }
}

#[test]
fn a_token_that_a_refusal_repeats_is_not_shown() {
    const TOKEN: &str = "a/eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.MARKERpayload.MARKERsignature";
    let service = Scripted::start(|_, _| {
        Reply::Json(
            401,
            format!(r#"{{"error":"invalid_token","error_description":"expired: {}"}}"#, TOKEN.replace('/', "\\/")),
        )
    });
    let home = Home::new();
    let mut command = home.command(&["sync", "-v", "-v", "-v"]);
    let ran = ran(command.env("FIC_API_BASE", &service.url).env("FIC_ACCESS_TOKEN", TOKEN));
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert!(ran.stderr.contains("invalid_token: expired"), "{}", ran.stderr);
    assert_eq!(holds(home.path(), &[&ran.stdout, &ran.stderr], "MARKER"), Vec::<String>::new());
}
