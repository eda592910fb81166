//! Days on which a key, the clock or the user's patience is at its end. The real program each time.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use stripesync::sandbox::{Change, Faults, Key, LIVE_KEY, Options, Sandbox, Sizes, TEST_KEY};
use stripesync::store::Store;

use crate::listening::now_s;
use crate::program::{Home, Ran, Reply, Scripted, Unanswered, count, finished, ran, signal, started, until};
use crate::support::{self, hold_from};

/// A live account: its limits let a test be quick.
fn live(customers: u32, more: Options) -> Sandbox {
    Sandbox::start(Options { sizes: Sizes::customers(customers), livemode: true, ..more }).expect("starts")
}

fn key(text: &str, denied: &[&str]) -> Options {
    let denied = denied.iter().map(|object| (*object).to_owned()).collect();
    Options { keys: vec![Key { text: text.to_owned(), denied, ..Key::default() }], ..Options::default() }
}

/// As fast as the account permits.
const ALL: [&str; 4] = ["sync", "--all", "--rate", "100%"];

/// Asserts that one message was written, and that it says all of this.
fn assert_told(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, Some(code), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("error:").count(), 1, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("hint:").count(), 1, "{}", ran.stderr);
    for part in parts {
        assert!(ran.stderr.contains(part), "{part:?} is not in\n{}", ran.stderr);
    }
}

fn assert_whole(sandbox: &Sandbox, home: &Home) {
    let store = Store::open(&home.database()).expect("opens");
    assert_eq!(support::differences(sandbox, &store), Vec::<String>::new());
    drop(store);
    home.assert_intact();
}

#[test]
fn a_key_that_is_refused_ends_the_run_and_leaves_nothing() {
    let sandbox = live(10, key("sk_live_theRightOne", &[]));
    for wrong in ["sk_live_aWrongOneWithSomeLength", "sk_test_aKeyOfTheOtherMode", TEST_KEY] {
        let home = Home::new();
        let ran = ran(&mut home.asking(&sandbox.stripe_base_url(), wrong, &["sync", "--all"]));
        assert_told(&ran, 4, &["Stripe refused the key", "STRIPE_API_KEY was revoked, or belongs to the other mode"]);
        assert!(!(ran.stderr + &ran.stdout).contains(wrong), "{wrong}");
        assert_eq!(files(&home), [""; 0], "nothing was read, and nothing is kept of it");
    }
}

/// The names of what is in the home's folder.
fn files(home: &Home) -> Vec<String> {
    let entries = std::fs::read_dir(home.path()).expect("readable");
    entries.map(|entry| entry.expect("readable").file_name().into_string().expect("text")).collect()
}

#[test]
fn a_first_run_that_reaches_nobody_leaves_no_file_and_a_later_one_the_file_as_it_was() {
    let unanswered = Unanswered::new();
    let nobody = &format!("http://{}", unanswered.address());
    let broken = Scripted::start(|_, _| Reply::Json(500, "{}".to_owned()));
    let sandbox = live(3, Options::default());
    let home = Home::new();
    let first = ran(&mut home.asking(&sandbox.stripe_base_url(), LIVE_KEY, &["sync", "stripe:products"]));
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let before = std::fs::read(home.database()).expect("readable");
    // Side by side: each tries for a while.
    let new = [(); 3].map(|()| Home::new());
    let asking = |home: &Home, url: &str| home.asking(url, LIVE_KEY, &["sync", "stripe:products"]);
    let mut fic = new[2].command(&["sync", "fic:clients"]);
    fic.env("FIC_API_BASE", nobody).env("FIC_ACCESS_TOKEN", "a/token");
    let commands = [asking(&home, nobody), asking(&new[0], nobody), asking(&new[1], &broken.url), fic];
    let running = commands.map(|mut command| started(&mut command));
    let [again, unreached, refused, fic] = running.map(|(child, began)| finished(child, began));
    assert_told(&again, 1, &["cannot reach 127.0.0.1", "nothing was changed"]);
    assert!(std::fs::read(home.database()).expect("readable") == before, "the file is as it was");
    assert_told(&unreached, 1, &["cannot reach 127.0.0.1", "nothing was changed"]);
    assert_told(&refused, 1, &["the service has trouble; nothing was changed"]);
    assert!(!refused.stderr.contains("status.stripe.com"), "{}", refused.stderr);
    assert_told(&fic, 1, &["cannot reach 127.0.0.1", "nothing was changed"]);
    assert_eq!(new.each_ref().map(files), [const { Vec::<String>::new() }; 3]);
}

#[test]
fn a_limit_on_open_files_is_named() {
    let home = Home::new();
    // Too few for the file, and for a connection.
    for files_max in [6, 8, 9] {
        let program = home.command(&[]).get_program().to_owned();
        let mut limited = std::process::Command::new("sh");
        limited.current_dir(home.path()).env_clear().env("HOME", home.path());
        limited.env("STRIPE_API_KEY", LIVE_KEY).env("STRIPE_API_BASE", "http://127.0.0.1:9");
        let script = format!("ulimit -n {files_max}; exec \"$0\" sync");
        let ran = ran(limited.arg("-c").arg(script).arg(program));
        assert_told(&ran, 1, &["oo many open files", "ulimit -n 256"]);
    }
}

#[test]
fn a_status_after_an_interruption_sums_up_what_is_empty() {
    let sandbox = live(60, Options::default());
    let held = hold_from(&sandbox, 30);
    let home = Home::new();
    let (child, began) = started(&mut home.asking(&sandbox.stripe_base_url(), LIVE_KEY, &ALL));
    until("begun", || sandbox.stats().total.requests > 30);
    signal(&child, "INT");
    held.let_go();
    let stopped = finished(child, began);
    assert_eq!(stopped.code, Some(130), "{}", stopped.stderr);
    let status = home.run(&["status"]).stdout;
    assert!(status.contains(" empty, interrupted (-v) "), "{status}");
    let alone =
        status.lines().filter(|line| line.starts_with("stripe_") && line.split_whitespace().nth(1) == Some("0"));
    assert_eq!(alone.count(), 0, "{status}");
}

#[test]
fn a_restricted_key_leaves_out_what_it_may_not_read_by_name() {
    let sandbox = live(10, key("rk_live_restricted", &["refund"]));
    let home = Home::new();
    let ran = ran(&mut home.asking(&sandbox.stripe_base_url(), "rk_live_restricted", &ALL));
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("stripe:refunds of acct_1"), "{}", ran.stderr);
    assert!(ran.stderr.contains("the key may not read it"), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("may not read").count(), 1, "{}", ran.stderr);
    assert_eq!(home.count("SELECT count(*) FROM stripe_refunds"), 0);
    let bad = "SELECT count(*) FROM sync_logs WHERE status NOT IN ('complete', 'not available')";
    assert_eq!(home.count(bad), 1);
    let truth = sandbox.stripe().truth(None)["/v1/charges"].len() as i64;
    assert_eq!(home.count("SELECT count(*) FROM stripe_charges"), truth);
    // With the permission the next run reads what was left out, and nothing is missing.
    let sandbox = live(10, key("rk_live_restricted", &[]));
    let again = crate::program::ran(&mut home.asking(&sandbox.stripe_base_url(), "rk_live_restricted", &ALL));
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_whole(&sandbox, &home);
}

#[test]
fn a_key_revoked_in_mid_run_keeps_what_was_read_and_the_next_key_goes_on() {
    for revoked_from in [2, 150] {
        let sandbox = live(10, Options::default());
        sandbox.set_faults(Faults { revoked_from: Some(revoked_from), ..Faults::default() });
        let home = Home::new();
        let sync = || ran(&mut home.asking(&sandbox.stripe_base_url(), LIVE_KEY, &ALL));
        let ran = sync();
        assert_told(&ran, 4, &["Stripe refused the key"]);
        home.assert_intact();
        let kept = home.count("SELECT (SELECT count(*) FROM stripe_charges) + (SELECT count(*) FROM stripe_customers)");
        assert!(revoked_from < 50 || kept > 0, "nothing was kept of {revoked_from} requests");
        sandbox.set_faults(Faults::default());
        let again = sync();
        assert_eq!(again.code, Some(0), "{}", again.stderr);
        assert_whole(&sandbox, &home);
    }
}

#[test]
fn a_name_that_means_nothing_brings_the_one_that_was_meant() {
    let home = Home::new();
    for (typed, meant) in [
        ("custmers", "did you mean one of customers"),
        ("stripe:invoice", "stripe:invoices"),
        ("fic:client", "fic:clients"),
        ("xylophones", "there is no resource xylophones"),
    ] {
        let ran = home.run(&["sync", typed, "--sandbox"]);
        assert_told(&ran, 2, &[typed, meant, "names are tables"]);
    }
    let ran = home.run(&["sync", "--since", "2999-12-31", "--sandbox"]);
    assert_told(&ran, 2, &["lies in the future", "past day", "this machine's clock"]);
    assert_eq!(std::fs::read_dir(home.path()).expect("readable").count(), 0, "a refusal leaves nothing behind");
}

#[test]
fn settings_files_that_cannot_be_read_come_with_a_hint() {
    let home = Home::new();
    std::fs::write(home.path().join("config.toml"), "[stripe]\napi_kye = \"sk_test_MARKER0123456789\"\n")
        .expect("written");
    let ran = home.run(&["sync", "--config", "config.toml"]);
    assert_told(&ran, 2, &["config.toml is not a usable settings file", "line 2", "--help"]);
    assert!(!ran.stderr.contains("MARKER"), "{}", ran.stderr);
    let ran = home.run(&["sync", "--config", "nowhere.toml"]);
    assert_told(&ran, 2, &["cannot read nowhere.toml", "--config"]);
}

#[test]
fn a_clock_that_is_off_by_hours_is_told_and_does_no_harm() {
    const HOUR_S: i64 = 3600;
    // In the midst of the minute that is told: half a one may go by until a clock is read.
    for (off_s, told) in [
        (3 * HOUR_S + 150, Some("clock is 3 h 2 min behind Stripe's")),
        (-(3 * HOUR_S + 150), Some("clock is 3 h 2 min ahead of Stripe's")),
        (24 * HOUR_S + 30, Some("clock is 1 d behind Stripe's")),
        (-(24 * HOUR_S + 30), Some("ahead of Stripe's")),
        (20, None),
    ] {
        let sandbox = live(25, Options { start_s: now_s() + off_s, ..Options::default() });
        let home = Home::new();
        let mut sync =
            home.asking(&sandbox.stripe_base_url(), LIVE_KEY, &["sync", "charges", "payouts", "--format", "json"]);
        let first = ran(&mut sync);
        assert_eq!(first.code, Some(0), "{}", first.stderr);
        match told {
            Some(told) => {
                assert!(first.stderr.contains(told), "{off_s}: {}", first.stderr);
                let report: serde_json::Value = serde_json::from_str(&first.stdout).expect("JSON");
                let behind_s = report["clocks"][0]["behind_s"].as_i64().expect("a number");
                assert!((behind_s - off_s).abs() < 60, "{behind_s} for {off_s}");
            }
            None => assert!(!first.stderr.contains("clock is"), "{}", first.stderr),
        }
        // What changes after the first run is found by the service's time, whatever this machine thinks of it.
        let payout = sandbox.stripe().truth(None)["/v1/payouts"][0].id.clone();
        let note = serde_json::json!({"metadata": {"n": "1"}});
        assert!(sandbox.stripe().change(None, "payout", &payout, &note, Change::Evented));
        sandbox.advance_s(5);
        let second = ran(&mut sync);
        assert_eq!(second.code, Some(0), "{}", second.stderr);
        let store = Store::open(&home.database()).expect("opens");
        let mut differences = support::differences(&sandbox, &store);
        differences.retain(|line| line.starts_with("stripe_charges") || line.starts_with("stripe_payouts"));
        assert_eq!(differences, Vec::<String>::new(), "{off_s}");
    }
}

#[test]
fn a_signal_ends_the_run_with_the_batch_committed_and_a_word_how_to_go_on() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let sandbox = live(25, Options::default());
        // It is told in the midst of its work, however long that takes.
        let held = hold_from(&sandbox, 100);
        let home = Home::new();
        let everything = [&ALL[..], &["--format", "json"]].concat();
        let mut sync = home.asking(&sandbox.stripe_base_url(), LIVE_KEY, &everything);
        let (child, _) = started(&mut sync);
        until("a hundred requests", || sandbox.stats().total.requests > 100);
        signal(&child, name);
        let ran = finished(child, Instant::now());
        held.let_go();
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        // It waits for none of the answers that do not come: those it would for a minute each.
        assert!(ran.took < Duration::from_secs(30), "{:?}", ran.took);
        assert!(
            ran.stderr.contains("interrupted") && ran.stderr.contains("the same command goes on"),
            "{}",
            ran.stderr
        );
        home.assert_intact();
        assert!(home.count("SELECT count(*) FROM stripe_charges") > 0);
        assert!(home.count("SELECT count(*) FROM sync_logs WHERE status='interrupted'") > 0);
        assert_unfinished_is_not_called_complete(&ran, &sandbox, &home);
        if name == "INT" {
            let again = crate::program::ran(&mut sync);
            assert_eq!(again.code, Some(0), "{}", again.stderr);
            assert_whole(&sandbox, &home);
        }
    }
}

/// What the run says of each list, the log says too, and complete is only what has all that the service has.
fn assert_unfinished_is_not_called_complete(ran: &Ran, sandbox: &Sandbox, home: &Home) {
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let resources = report["resources"].as_array().expect("resources");
    assert!(!resources.is_empty());
    for resource in resources {
        let (name, outcome) = (resource["resource"].as_str().expect("a name"), &resource["outcome"]);
        let table = name.replacen(':', "_", 1);
        let logged = crate::program::text(
            &home.database(),
            &format!("SELECT status FROM sync_logs WHERE resource='{table}' ORDER BY rowid DESC LIMIT 1"),
        );
        assert_eq!(outcome, logged.as_str(), "{name}");
    }
    let store = Store::open(&home.database()).expect("opens");
    let missing = support::differences(sandbox, &store);
    for resource in resources.iter().filter(|resource| resource["outcome"] == "complete") {
        let table = resource["resource"].as_str().expect("a name").replacen(':', "_", 1);
        let open = missing.iter().find(|line| line.split([' ', ':']).next() == Some(&table));
        assert_eq!(open, None, "is called complete");
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let service = Scripted::start(|_, _| Reply::Silence);
    let home = Home::new();
    let (child, _) = started(&mut home.asking(&service.url, TEST_KEY, &["sync"]));
    until("a request", || !service.requests().is_empty());
    signal(&child, "INT");
    // The process may have ended on the first already, and is then not there to be told.
    std::thread::sleep(Duration::from_millis(20));
    let _ = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).output();
    let ran = finished(child, Instant::now());
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    // Whoever waits for an answer does so for a minute.
    assert!(ran.took < Duration::from_secs(30), "{:?}", ran.took);
}

#[test]
fn a_rhythm_repeats_and_ends_when_told() {
    let sandbox = live(10, Options::default());
    let home = Home::new();
    let mut sync =
        home.asking(&sandbox.stripe_base_url(), LIVE_KEY, &["sync", "coupons", "--every", "10s", "--format", "json"]);
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counted = std::sync::Arc::clone(&asked);
    sandbox.on_request(move |_, call| {
        counted.fetch_add(u64::from(call.path == "/v1/account"), Ordering::SeqCst);
    });
    let (child, began) = started(&mut sync);
    until("a second round", || asked.load(Ordering::SeqCst) >= 2);
    assert!(began.elapsed() >= Duration::from_secs(10), "{:?}", began.elapsed());
    signal(&child, "TERM");
    let ran = finished(child, began);
    assert_eq!(ran.code, Some(143), "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    home.assert_intact();
}

#[test]
fn a_rhythm_writes_one_header_above_its_records() {
    let sandbox = live(2, Options::default());
    let home = Home::new();
    let arguments = ["sync", "stripe:products", "--every", "10s", "--format", "csv"];
    let (child, began) = started(&mut home.asking(&sandbox.stripe_base_url(), LIVE_KEY, &arguments));
    until("asked twice", || sandbox.stats().endpoints.get("GET /v1/account").is_some_and(|it| it.requests > 1));
    signal(&child, "TERM");
    let ran = finished(child, began);
    assert_eq!(ran.code, Some(143), "{}", ran.stderr);
    assert_eq!(ran.stdout.matches("provider,account,").count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.matches("\nstripe,").count() > 1, "{}", ran.stdout);
}

#[test]
fn a_dry_run_promises_no_more_than_the_run_takes() {
    let home = Home::new();
    let sync = |more: &[&str]| {
        let arguments: Vec<&str> = ["sync", "--sandbox", "--format", "json"].iter().chain(more).copied().collect();
        let ran = home.run(&arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        serde_json::from_str::<serde_json::Value>(&ran.stdout).expect("JSON")
    };
    let promised = |more: &[&str]| {
        let arguments: Vec<&str> = ["--dry-run"].iter().chain(more).copied().collect();
        let plan = sync(&arguments);
        plan.as_array().expect("a list").iter().map(|line| line["requests"].as_u64().expect("a number")).sum::<u64>()
    };
    let taken = |more: &[&str]| sync(more)["requests"].as_u64().expect("a number");
    let empty = promised(&[]);
    assert!(!home.path().join("sandbox.db").exists(), "a dry run writes nothing");
    let first = taken(&[]);
    assert!(empty <= first && empty > 100, "{empty} promised, {first} taken");
    // On a file that knows its lists nothing is left to guess but what sits under them.
    for more in [&[][..], &["--initial"], &["--since", "2026-10-01"], &["charges", "fic:clients", "--initial"], &[]] {
        let (least, most) = (promised(more), taken(more));
        assert!(least <= most && least * 3 >= most, "{more:?}: {least} promised, {most} taken");
    }
    // What comes inside of something else is as fresh as that.
    let status = home.run(&["status", "--database", "sandbox.db"]).stdout;
    assert!(status.contains("stripe_discounts") && !status.contains("never"), "{status}");
    let words = home.run(&["sync", "--sandbox", "--dry-run", "--initial"]).stdout;
    assert!(words.contains("at least ") && words.contains("on top of that, by what is found:"), "{words}");
    assert!(words.contains("one list for each of the ") && words.contains(" customers"), "{words}");
}

#[test]
fn two_syncs_at_once_end_as_one_and_a_refusal_or_in_turn() {
    let sandbox = live(10, Options::default());
    let home = Home::new();
    let sync = || home.asking(&sandbox.stripe_base_url(), LIVE_KEY, &["sync", "coupons", "--quiet"]);
    assert_eq!(ran(&mut sync()).code, Some(0));
    let mut refused = 0;
    for race in 0..25 {
        let pair = [started(&mut sync()), started(&mut sync())];
        let ends: Vec<Ran> = pair.into_iter().map(|(child, began)| finished(child, began)).collect();
        for ran in &ends {
            assert!(matches!(ran.code, Some(0 | 5)), "race {race}: {:?} {}", ran.code, ran.stderr);
        }
        let held = ends.iter().filter(|ran| ran.code == Some(5)).count();
        assert!(held <= 1, "race {race}: nobody got it");
        refused += held;
    }
    assert!(refused > 0, "none of the races was one");
    home.assert_intact();
}

#[test]
fn a_second_sync_names_the_first_at_once_and_a_killed_one_is_no_obstacle() {
    let sandbox = live(10, Options::default());
    let held = hold_from(&sandbox, 0);
    let home = Home::new();
    let sync = || home.asking(&sandbox.stripe_base_url(), LIVE_KEY, &["sync", "coupons", "products"]);
    let (mut first, _) = started(&mut sync());
    until("a request", || sandbox.stats().total.requests > 0);
    let second = ran(&mut sync());
    assert_told(&second, 5, &[&format!("process {}", first.id()), "since 20", "wait for it"]);
    // Nobody gets an answer yet: that it ends proves that it has asked nobody, and has not waited.
    assert_eq!(sandbox.stats().total.requests, 1);
    // Looking needs no lock.
    assert_eq!(home.run(&["status"]).code, Some(0));
    first.kill().expect("killed");
    first.wait().expect("ends");
    held.let_go();
    let third = ran(&mut sync());
    assert_eq!(third.code, Some(0), "{}", third.stderr);
    home.assert_intact();
    assert!(count(&home.database(), "SELECT count(*) FROM stripe_products") > 0);
}

#[test]
fn the_proxy_of_the_environment_is_asked_for_the_service_and_never_told_the_key() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    let proxy = format!("http://{}", listener.local_addr().expect("an address"));
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut seen = Vec::new();
        while !seen.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            std::io::Read::read_exact(&mut stream, &mut byte).expect("readable");
            seen.push(byte[0]);
        }
        tell.send(String::from_utf8_lossy(&seen).into_owned()).expect("somebody listens");
    });
    let home = Home::new();
    let mut command = home.command(&["sync", "customers"]);
    command.env("STRIPE_API_KEY", "sk_test_MARKER0123456789").env("HTTPS_PROXY", &proxy);
    let (child, began) = started(&mut command);
    let asked = told.recv_timeout(Duration::from_secs(30));
    signal(&child, "INT");
    let ended = finished(child, began);
    let asked = asked.unwrap_or_else(|_| panic!("the proxy was not asked\n{}", ended.stderr));
    assert!(asked.starts_with("CONNECT api.stripe.com:443 HTTP/1.1"), "{asked}");
    assert!(!asked.contains("MARKER"), "{asked}");
}
