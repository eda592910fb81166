//! The admin port: what it serves, to whom, and that its figures are those of the file; and the log that is pruned.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use serde_json::Value;

use super::listening::{Listening, event, exchange, now_s, request, status};
use super::program::{Home, Reply, Scripted, account, execute, text, until};

const SECRET: &str = "whsec_aSigningSecretForTheTests";
const TOKEN: &str = "aTokenThatNobodyGuesses";

struct Served {
    running: Listening,
    port: u16,
}

impl Served {
    fn start(home: &Home, more: &[(&str, &str)]) -> Served {
        let running = Listening::start(home, &["--admin-port", "0"], |command| {
            command.env("STRIPE_WEBHOOK_SECRET", SECRET).envs(more.iter().copied());
        });
        running.says("for monitors: GET http://127.0.0.1:");
        let port = running.port_after("for monitors: GET http://127.0.0.1:").expect("said");
        Served { running, port }
    }

    fn asked(&self, line: &str, headers: &[(&str, &str)]) -> String {
        let host = format!("127.0.0.1:{}", self.port);
        exchange(self.port, &request(line, &[&[("Host", host.as_str())], headers].concat(), b""))
    }

    fn metrics(&self) -> BTreeMap<String, f64> {
        let answer = self.asked("GET /metrics", &[]);
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(
            head.starts_with("HTTP/1.1 200 ") && head.contains("content-type: text/plain; version=0.0.4"),
            "{head}"
        );
        parsed(body)
    }
}

/// Reads the text by the grammar of the format; panics where it breaks it.
fn parsed(text: &str) -> BTreeMap<String, f64> {
    assert!(text.ends_with('\n'), "the last line ends");
    let is_name = |name: &str| {
        let mut chars = name.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let (mut family, mut kinds, mut samples) = (String::new(), BTreeMap::new(), BTreeMap::new());
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').expect("a help");
            assert!(is_name(name) && !help.is_empty() && !kinds.contains_key(name), "{line}");
            family = name.to_owned();
            continue;
        }
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a type");
            assert!(name == family && ["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(kind != "counter" || name.ends_with("_total"), "{line}");
            kinds.insert(name.to_owned(), kind.to_owned());
            continue;
        }
        let (series, value) = line.rsplit_once(' ').expect("a value");
        let name = series.split('{').next().expect("a name");
        let suffixes: &[&str] = if kinds[&family] == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
        assert!(suffixes.iter().any(|suffix| name == format!("{family}{suffix}")) && is_name(name), "{line}");
        if let Some(labels) = series[name.len()..].strip_prefix('{').map(|it| it.strip_suffix('}').expect("closed")) {
            for label in labels.split("\",") {
                let (name, value) = label.split_once("=\"").expect("a label");
                assert!(is_name(name) && !value.trim_end_matches('"').contains('"'), "{line}");
            }
        }
        assert!(samples.insert(series.to_owned(), value.parse().expect("a number")).is_none(), "{line} is there twice");
    }
    samples
}

#[test]
fn figures_follow_the_format_and_are_those_of_the_file() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let post = |body: &str| served.running.post(body, SECRET);
    for n in 0..5 {
        assert_eq!(post(&event(&format!("evt_{n}"), &format!("prod_{n}"), "A", now_s())), 200);
    }
    assert_eq!(post(&event("evt_1", "prod_1", "A", now_s())), 200, "again");
    assert_eq!(post(r#"{"id":"evt_x","object":"event","type":"no.such","created":1,"data":{"object":{}}}"#), 200);
    assert_eq!(post(&event("evt_9", "", "C", 100).replace(r#""id":"","#, "")), 200);
    assert_eq!(served.running.post("{}", "whsec_anotherSecretThanThat"), 400);
    // An answer leaves before its event is counted; one thread counts in turn, and this of the last event last.
    until("counted", || served.metrics()["stripesync_event_processing_seconds_count"] >= 6.0);
    let figures = served.metrics();
    let figure = |name: &str| *figures.get(name).unwrap_or_else(|| panic!("no {name} in {figures:#?}"));
    for (series, wanted) in [
        (r#"stripesync_events_total{provider="stripe",status="processed"}"#, 5.0),
        (r#"stripesync_events_total{provider="stripe",status="ignored"}"#, 1.0),
        (r#"stripesync_events_total{provider="stripe",status="dead"}"#, 1.0),
        (r#"stripesync_events_total{provider="fic",status="processed"}"#, 0.0),
        ("stripesync_duplicates_total", 1.0),
        ("stripesync_event_processing_seconds_count", 6.0),
        (r#"stripesync_event_processing_seconds_bucket{le="+Inf"}"#, 6.0),
        (r#"stripesync_signature_refusals_total{reason="no_match"}"#, 1.0),
        (r#"stripesync_responses_total{code="200"}"#, 8.0),
        (r#"stripesync_responses_total{code="500"}"#, 0.0),
        (r#"stripesync_responses_total{code="400"}"#, 1.0),
        (r#"stripesync_webhook_secret_matched_total{secret="whsec_…ests",account=""}"#, 8.0),
        (r#"stripesync_queue_events{priority="low"}"#, 0.0),
    ] {
        assert_eq!(figure(series), wanted, "{series}");
    }
    let mut counted = 0.0;
    for status in ["processed", "ignored", "dead"] {
        let in_file = home.count(&format!("SELECT count(*) FROM webhook_events WHERE status = '{status}'")) as f64;
        assert_eq!(figure(&format!(r#"stripesync_log_events{{provider="stripe",status="{status}"}}"#)), in_file);
        counted += in_file;
    }
    assert_eq!(counted, 7.0);
    assert!(figure("stripesync_database_bytes") > 100_000.0 && figure("stripesync_oldest_waiting_seconds") < 60.0);
    served.running.stop();
    home.assert_intact();
}

#[test]
fn who_is_no_program_on_this_machine_is_refused() {
    let home = Home::new();
    let served = Served::start(&home, &[("STRIPESYNC_ADMIN_TOKEN", TOKEN)]);
    let port = served.port;
    let bearer = format!("Bearer {TOKEN}");
    let (own, v6, name) = (format!("127.0.0.1:{port}"), format!("[::1]:{port}"), format!("localhost:{port}"));
    let (origin, other_port) = (format!("http://127.0.0.1:{port}"), format!("127.0.0.1:{}", port ^ 1));
    let (evil, suffix) = (format!("evil.example:{port}"), format!("127.0.0.1.evil.example:{port}"));
    let (subdomain, decimal) = (format!("localhost.evil.example:{port}"), format!("2130706433:{port}"));
    let (user, second, dot) =
        (format!("127.0.0.1:{port}@evil.example"), format!("127.0.0.2:{port}"), format!("localhost.:{port}"));
    let https = format!("https://127.0.0.1:{port}");
    let refused: &[&[(&str, &str)]] = &[
        &[("Host", &evil)],
        &[("Host", &suffix)],
        &[("Host", &subdomain)],
        &[("Host", &decimal)],
        &[("Host", &user)],
        &[("Host", &second)],
        &[("Host", &dot)],
        &[("Host", &other_port)],
        &[("Host", "127.0.0.1")],
        &[("Host", "localhost")],
        &[("Host", "")],
        &[],
        &[("Host", &own), ("Host", &evil)],
        &[("Host", &own), ("Origin", "http://evil.example")],
        &[("Host", &own), ("Origin", "null")],
        &[("Host", &own), ("Origin", &https)],
        &[("Host", &own), ("Origin", "http://localhost:3000")],
        &[("Host", &own), ("Sec-Fetch-Site", "cross-site")],
        &[("Host", &own), ("Sec-Fetch-Site", "same-site")],
        &[("Host", &own), ("Origin", &origin), ("Sec-Fetch-Site", "cross-site")],
    ];
    for headers in refused {
        for line in ["GET /metrics", "POST /api/stripe/sync"] {
            let headers = [*headers, &[("Authorization", &bearer)]].concat();
            let answer = exchange(port, &request(line, &headers, b""));
            assert!(answer.is_empty() || status(&answer) == 403 || status(&answer) == 400, "{headers:?}: {answer}");
            assert!(!answer.contains("stripesync_"), "{answer}");
        }
    }
    assert_eq!(status(&exchange(port, &request(&format!("GET http://{evil}/metrics"), &[("Host", &own)], b""))), 403);
    for headers in [
        &[("Host", own.as_str())][..],
        &[("Host", &v6)],
        &[("Host", &name), ("Origin", &origin), ("Sec-Fetch-Site", "same-origin")],
    ] {
        let answer = exchange(port, &request("GET /metrics", headers, b""));
        assert_eq!(status(&answer), 200, "{headers:?}");
        let head = answer.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
        for part in [
            "x-content-type-options: nosniff",
            "content-security-policy: default-src 'none'",
            "cache-control: no-store",
        ] {
            assert!(head.contains(part), "{head}");
        }
        assert!(!head.contains("access-control") && !head.contains("server:"), "{head}");
    }
    // Without a key there is nothing to sync with; without the token nobody learns that.
    assert_eq!(status(&served.asked("POST /api/stripe/sync", &[])), 401);
    assert_eq!(
        status(&served.asked("POST /api/stripe/sync", &[("Authorization", "Bearer aTokenThatNobodyGuesseD")])),
        401
    );
    let answer = served.asked("POST /api/stripe/sync", &[("Authorization", &bearer)]);
    assert!(status(&answer) == 503 && answer.contains("STRIPE_API_KEY"), "{answer}");
    // Neither port serves what is the other's.
    for line in ["POST /webhook", "POST /api/stripe/webhook", "GET /healthz", "GET /"] {
        assert_eq!(status(&served.asked(line, &[])), 404, "{line}");
    }
    for line in ["GET /metrics", "POST /api/stripe/sync"] {
        let answer = exchange(served.running.port, &request(line, &[("Host", "x"), ("Authorization", &bearer)], b""));
        assert_eq!(status(&answer), 404, "{line}");
    }
    assert!(!served.running.said().contains(TOKEN));
    served.running.stop();
}

#[test]
fn a_sync_is_started_once_however_often_it_is_asked_for() {
    let home = Home::new();
    let is_revoked = Arc::new(AtomicBool::new(false));
    let revoked = Arc::clone(&is_revoked);
    let service = Scripted::start(move |path, _| match path {
        _ if revoked.load(SeqCst) => Reply::Json(401, r#"{"error":{"message":"no such key"}}"#.to_owned()),
        "/v1/account" => account(),
        _ => Reply::Json(200, r#"{"object":"list","data":[],"has_more":false,"url":"/v1/x"}"#.to_owned()),
    });
    let env = [
        ("STRIPESYNC_ADMIN_TOKEN", TOKEN),
        ("STRIPE_API_KEY", "sk_test_ofTheScriptedService"),
        ("STRIPE_API_BASE", service.url.as_str()),
    ];
    let served = Served::start(&home, &env);
    let bearer = format!("Bearer {TOKEN}");
    let asked = |line: &str| {
        let answer = served.asked(line, &[("Authorization", &bearer)]);
        let body: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap_or_default()).expect("JSON");
        (status(&answer), body)
    };
    let (code, first) = asked("POST /api/stripe/sync");
    assert_eq!(code, 202);
    let id = first["id"].as_str().expect("an id").to_owned();
    let line = format!("GET /api/stripe/sync/{id}");
    until("done", || asked(&line).1["state"] == "done");
    let (_, done) = asked(&line);
    let times = ["asked_s", "began_s", "ended_s"].map(|name| done[name].as_i64().unwrap_or_else(|| panic!("{done}")));
    assert!(times.is_sorted() && times[0] >= now_s() - 60 && done["error"].is_null(), "{done}");
    is_revoked.store(true, SeqCst);
    let (_, second) = asked("POST /api/stripe/sync");
    assert_ne!(second["id"], first["id"], "the first one is done");
    let line = format!("GET /api/stripe/sync/{}", second["id"].as_str().expect("an id"));
    until("failed", || asked(&line).1["state"] == "failed");
    let (_, failed) = asked(&line);
    assert!(failed["error"].as_str().is_some_and(|why| why.contains("no such key")), "{failed}");
    assert_eq!(asked("GET /api/stripe/sync/sync_0_0").0, 404);
    let figures = served.metrics();
    assert!(figures[r#"stripesync_catch_ups_total{status="done"}"#] >= 1.0, "{figures:#?}");
    served.running.stop();
}

#[test]
fn a_token_that_is_refused_is_counted_and_named() {
    let home = Home::new();
    let service = Scripted::start(|_, _| Reply::Json(401, r#"{"error":{"message":"token expired"}}"#.to_owned()));
    let env =
        [("STRIPESYNC_ADMIN_TOKEN", TOKEN), ("FIC_ACCESS_TOKEN", "a/revoked"), ("FIC_API_BASE", service.url.as_str())];
    let served = Served::start(&home, &env);
    let (line, bearer) = ("POST /api/stripe/sync", format!("Bearer {TOKEN}"));
    let answer = served.asked(line, &[("Authorization", &bearer)]);
    assert!(status(&answer) == 503 && answer.contains("there is no STRIPE_API_KEY"), "{answer}");
    served.running.says("the token in FIC_ACCESS_TOKEN was revoked, or has expired");
    until("counted", || served.metrics().get(r#"stripesync_catch_ups_total{status="failed"}"#) == Some(&1.0));
    served.running.stop();
}

#[test]
fn a_port_that_is_taken_or_not_wanted_is_no_obstacle() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let running = Listening::start(&home, &["--admin-port", &port], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    });
    running.says("there is no port for monitors");
    assert_eq!(running.post(&event("evt_1", "prod_1", "A", 100), SECRET), 200);
    running.stop();
    let running = Listening::start(&home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    });
    running.says("signed with");
    assert_eq!(running.post(&event("evt_2", "prod_1", "B", 101), SECRET), 200);
    assert!(!running.said().contains("for monitors"), "{}", running.said());
    running.stop();
    let short = super::program::ran(home.command(&["listen", "--skip-verify"]).env("STRIPESYNC_ADMIN_TOKEN", "short"));
    assert!(short.code == Some(2) && short.stderr.contains("is too short"), "{}", short.stderr);
}

/// A log of products with two old events each, a young one, and some of other fates.
fn old_log(home: &Home) {
    let running = Listening::start(home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    });
    for n in 0..60 {
        for (at, name) in ["A", "B"].iter().enumerate() {
            let body = event(&format!("evt_{n}_{at}"), &format!("prod_{n}"), name, 1_700_000_000 + at as i64);
            assert_eq!(running.post(&body, SECRET), 200);
        }
    }
    assert_eq!(running.post(&event("evt_young", "prod_0", "C", now_s()), SECRET), 200);
    running
        .post(r#"{"id":"evt_x","object":"event","type":"no.such","created":1700000000,"data":{"object":{}}}"#, SECRET);
    running.post(&event("evt_dead", "", "C", 1_700_000_000).replace(r#""id":"","#, ""), SECRET);
    running.stop();
    execute(
        &home.database(),
        "UPDATE webhook_events SET received_at = received_at - 100 * 86400 WHERE event_id <> 'evt_young'",
    );
}

#[test]
fn old_events_are_pruned_and_what_rows_hang_on_stays() {
    let home = Home::new();
    old_log(&home);
    for (age, why) in [("30d", "reaches back 30 days"), ("1h", "give 31d or more"), ("4000d", "31d to 3650d")] {
        let ran = home.run(&["events", "prune", "--older-than", age]);
        assert!(ran.code == Some(2) && ran.stderr.contains(why), "{age}: {}", ran.stderr);
    }
    assert_eq!(home.run(&["events", "prune"]).code, Some(2), "how old has to be said");
    let rows = |home: &Home| {
        let query =
            "SELECT group_concat(id || name || unsettled || as_of) FROM (SELECT * FROM stripe_products ORDER BY id)";
        text(&home.database(), query)
    };
    let before = rows(&home);
    let plan = home.run(&["events", "prune", "--older-than", "90d", "--dry-run"]);
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    assert!(plan.stdout.ends_with("would remove 61 events; nothing was written\n"), "{}", plan.stdout);
    assert!(plan.stderr.contains("60 events as old stay"), "{}", plan.stderr);
    assert_eq!(home.count("SELECT count(*) FROM webhook_events"), 123);

    let ran = home.run(&["events", "prune", "--older-than", "90d", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr));
    assert_eq!((report["removed"].as_u64(), report["needed"].as_u64()), (Some(61), Some(60)), "{report}");
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE event_id LIKE 'evt!_%!_1' ESCAPE '!'"), 60);
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE event_id IN ('evt_young', 'evt_dead')"), 2);
    assert_eq!(rows(&home), before);
    let again = home.run(&["events", "prune", "--older-than", "90d"]);
    assert!(again.stdout.ends_with("removed 0 events\n"), "{}", again.stdout);
    let status = home.run(&["status"]).stdout;
    assert!(status.contains("\nevent log: 62 events since "), "{status}");
    let dead = home.run(&["events", "prune", "--older-than", "90d", "--status", "failed,dead"]);
    assert!(dead.stdout.ends_with("removed 1 event\n"), "{}", dead.stdout);
    let waiting = home.run(&["events", "prune", "--older-than", "90d", "--status", "received"]);
    assert_eq!(waiting.code, Some(2), "what waits never goes");
    home.assert_intact();
}

#[test]
fn a_receiver_prunes_by_itself_where_the_settings_say_so() {
    let home = Home::new();
    old_log(&home);
    let running = Listening::start(&home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET).env("STRIPESYNC_KEEP_DAYS", "90");
    });
    until("pruned", || home.count("SELECT count(*) FROM webhook_events") <= 62);
    for n in 0..20 {
        assert_eq!(running.post(&event(&format!("evt_new_{n}"), &format!("prod_{n}"), "D", now_s() + 1), SECRET), 200);
    }
    running.stop();
    assert_eq!(home.count("SELECT count(*) FROM webhook_events"), 82);
    assert_eq!(home.count("SELECT count(*) FROM stripe_products WHERE name = 'D'"), 20);
    home.assert_intact();
}
