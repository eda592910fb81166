//! `test-webhook`, and that every door leads to the same rows.

use std::path::{Path, PathBuf};

use serde_json::Value;
use stripesync::store::{NewAccount, Store};

use crate::program::{Home, Ran, Reply, Scripted, Unanswered, count, ran, text};
use crate::receiver::{Running, SECRET};

fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/events");
    let entries = std::fs::read_dir(folder).expect("is there").map(|entry| entry.expect("readable").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|it| it == "json")).collect();
    files.sort();
    assert!(files.len() >= 24, "{files:?}");
    files
}

fn sample(kind: &str) -> String {
    let found = samples().into_iter().find(|path| path.file_stem().is_some_and(|stem| stem == kind));
    found.unwrap_or_else(|| panic!("no sample of {kind}")).display().to_string()
}

/// Everything that the events left, but for when and by which door they came.
fn dump(database: &Path) -> Vec<String> {
    let store = Store::open_read_only(database).expect("opens");
    let rows = |sql: &str| store.query_text(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let mut lines = Vec::new();
    for table in rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'stripe\\_%' ESCAPE '\\'") {
        let columns = rows(&format!("SELECT name FROM pragma_table_info('{}') WHERE name <> 'row_id'", table[0]));
        let columns: Vec<String> = columns.into_iter().map(|row| row[0].clone()).collect();
        let sql = format!("SELECT {} FROM {} ORDER BY id", columns.join(", "), table[0]);
        lines.extend(rows(&sql).into_iter().map(|row| format!("{}: {}", table[0], row.join(" | "))));
    }
    for sql in [
        "SELECT event_id, type, object, object_id, api_version, created, payload, status, error, livemode, priority
         FROM webhook_events ORDER BY event_id",
        "SELECT * FROM subscription_changes ORDER BY event_id",
        "SELECT * FROM billing_periods ORDER BY invoice_id",
        "SELECT name, fetches.id, not_before_s, reason FROM fetches JOIN resources ON resources.id = resource ORDER BY 1, 2",
    ] {
        lines.extend(rows(sql).into_iter().map(|row| row.join(" | ")));
    }
    lines
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

#[test]
fn the_samples_leave_the_same_rows_by_every_door() {
    let [tested, replayed, received] = [Home::new(), Home::new(), Home::new()];
    let files = samples();
    let running = Running::start(&received, &[]);
    for file in &files {
        let body = std::fs::read_to_string(file).expect("readable");
        let event: Value = serde_json::from_str(&body).expect("JSON");
        let kind = event["type"].as_str().expect("a type");
        assert_eq!(file.file_stem().and_then(|stem| stem.to_str()), Some(kind));
        let name = file.display().to_string();
        let ran = tested.run(&["test-webhook", "--file", &name, "--format", "json"]);
        assert_eq!(ran.code, Some(0), "{kind}: {}", ran.stderr);
        let trial = json(&ran);
        assert_eq!(trial["status"], "processed", "{kind}: {trial}");
        let object = event["data"]["object"]["id"].as_str().expect("an id");
        let table = trial["table"].as_str().unwrap_or_else(|| panic!("{kind} concerns a table: {trial}"));
        let there = format!("SELECT count(*) FROM {table} WHERE id = '{object}'");
        assert_eq!(count(&tested.database(), &there), 1, "{kind}");
        assert_eq!(trial["is_there"], true, "{kind}");
        assert_eq!(running.post(&body), 200, "{kind}");
    }
    running.stop();
    let folder = files[0].parent().expect("a folder").display().to_string();
    let ran = replayed.run(&["replay", &folder]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let wanted = dump(&received.database());
    assert!(wanted.iter().filter(|line| line.starts_with("stripe_")).count() >= 14, "{wanted:#?}");
    assert!(wanted.iter().any(|line| line.contains("quantity")), "{wanted:#?}");
    let store = Store::open_read_only(&received.database()).expect("opens");
    let linked = "SELECT client_reference_id, customer_id, customer_name, subscription_id, subscription_status, status,
                    payment_status, amount_total_minor, currency FROM checkouts_overview";
    assert_eq!(
        store.query_text(linked).expect("rows"),
        [[
            "user-42",
            "cus_TkSampleAda001",
            "Ada Rossi",
            "sub_1TkSampleGold0001aaaaaaaa",
            "canceled",
            "complete",
            "paid",
            "2000",
            "eur"
        ]]
    );
    drop(store);
    assert_eq!(dump(&tested.database()), wanted, "test-webhook");
    assert_eq!(dump(&replayed.database()), wanted, "replay");
    let ran = replayed.run(&["replay", "--database", "mixed.db", "--shuffle", "5", "--duplicate", "30", &folder]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    // The whole story, in another order too.
    for database in [received.database(), replayed.path().join("mixed.db")] {
        for (wanted, rows) in [
            ("paid,uncollectible,void", "status FROM stripe_invoices ORDER BY number"),
            ("succeeded500,failed0", "status || amount_refunded_minor AS status FROM stripe_charges ORDER BY created"),
            ("canceled", "status FROM stripe_subscriptions"),
            ("3", "quantity AS status FROM stripe_subscription_items"),
            ("lost", "status FROM stripe_disputes"),
            ("Ada Rossi", "name AS status FROM stripe_customers WHERE deleted_at IS NOT NULL"),
            ("Gold plan 2026", "name AS status FROM stripe_products"),
            ("gold_monthly", "lookup_key AS status FROM stripe_prices"),
            ("new,quantity,canceled", "kind AS status FROM subscription_changes ORDER BY at"),
            (
                "paid,uncollectible,void",
                "status FROM billing_periods ORDER BY amount_due_minor <> 2000, amount_due_minor DESC",
            ),
        ] {
            let sql = format!("SELECT group_concat(status) FROM (SELECT {rows})");
            assert_eq!(text(&database, &sql), wanted, "{rows} in {}", database.display());
        }
    }
}

#[test]
fn what_an_event_changes_is_shown_before_and_after() {
    let home = Home::new();
    let run = |kind: &str, more: &[&str]| home.run(&[&["test-webhook", "--file", &sample(kind)], more].concat());
    let created = run("product.created", &[]);
    assert_eq!(created.code, Some(0), "{}", created.stderr);
    let lines: Vec<&str> = created.stdout.lines().collect();
    assert!(lines[0].ends_with("  product.created") && lines[1].starts_with("processed in "), "{}", created.stdout);
    assert_eq!(lines[3], "stripe_products prod_TkSampleGold01: new");
    assert!(created.stdout.contains("\nname         (no row)  Gold plan\n"), "{}", created.stdout);
    assert!(created.stderr.contains("no signing secret is set"), "{}", created.stderr);
    let updated = run("product.updated", &[]).stdout;
    assert!(updated.contains("\nname              Gold plan   Gold plan 2026\n"), "{updated}");
    assert!(!updated.contains("description"), "only what changed: {updated}");
    let again = run("product.updated", &[]).stdout;
    assert!(again.contains("\nduplicate in ") && again.contains("nothing was done"), "{again}");
    // The bare object, as another tool prints it, and its end.
    let text = std::fs::read_to_string(sample("product.updated")).expect("readable");
    let event: Value = serde_json::from_str(&text).expect("JSON");
    std::fs::write(home.path().join("bare.json"), event["data"]["object"].to_string()).expect("written");
    let bare = |more: &[&str]| home.run(&[&["test-webhook", "--file", "bare.json"], more].concat());
    let unsaid = bare(&[]);
    assert!(unsaid.code == Some(2) && unsaid.stderr.contains("--type product.updated"), "{}", unsaid.stderr);
    let deleted = json(&bare(&["--type", "product.deleted", "--format", "json"]));
    assert!(deleted["deleted_s"].is_i64() && deleted["was_there"] == true, "{deleted}");
    assert!(deleted["changes"].as_array().is_some_and(|all| all.iter().any(|it| it["column"] == "deleted_at")));
    assert_eq!(home.count("SELECT count(*) FROM stripe_products WHERE deleted_at IS NOT NULL"), 1);
    let csv = bare(&["--type", "product.updated", "--format", "csv"]).stdout;
    assert!(csv.starts_with("event_id,type,account,status,"), "{csv}");
    for (kind, why) in [
        ("product.update", "did you mean product.updated?"),
        ("some.news", "Stripe has no such type; "),
        ("charge.updated", "charge.updated tells of \"charge\", and bare.json holds \"product\""),
    ] {
        let ran = bare(&["--type", kind]);
        assert!(ran.code == Some(2) && ran.stderr.contains(why), "{kind}: {}", ran.stderr);
    }
    for (text, why) in
        [("[]", "is empty"), ("{", "neither an event nor"), ("[{}, {}]", "several events"), ("", "is empty")]
    {
        std::fs::write(home.path().join("bad.json"), text).expect("written");
        let ran = home.run(&["test-webhook", "--file", "bad.json"]);
        assert!(ran.code == Some(2) && ran.stderr.contains(why), "{text}: {}", ran.stderr);
    }
}

#[test]
fn a_rehearsal_writes_nothing_and_makes_nothing() {
    let home = Home::new();
    let dry = |kind: &str| home.run(&["test-webhook", "--file", &sample(kind), "--dry-run"]);
    let first = dry("product.created");
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stdout.contains("would be processed in") && first.stdout.contains("Gold plan"), "{}", first.stdout);
    assert_eq!(std::fs::read_dir(home.path()).expect("readable").count(), 0, "nothing was made");
    assert_eq!(home.run(&["test-webhook", "--file", &sample("product.created")]).code, Some(0));
    let before = std::fs::read(home.database()).expect("readable");
    let second = dry("product.updated");
    assert!(second.stdout.contains("Gold plan   Gold plan 2026"), "{}{}", second.stdout, second.stderr);
    assert!(std::fs::read(home.database()).expect("readable") == before, "not one byte of it");
    assert_eq!(std::fs::read_dir(home.path()).expect("readable").count(), 1, "nothing stands beside it");
    // With a connection open beside it, nothing of what is rehearsed is left in the WAL either.
    let other = Store::open(&home.database()).expect("opens");
    assert_eq!(dry("product.updated").code, Some(0));
    assert_eq!(other.query_text("SELECT name FROM stripe_products").expect("rows"), [["Gold plan"]]);
    assert_eq!(other.query_text("SELECT count(*) FROM webhook_events").expect("rows"), [["1"]]);
}

#[test]
fn among_real_accounts_it_writes_only_where_told_and_a_sync_has_the_last_word() {
    let home = Home::new();
    let real = NewAccount { country: Some("IT".to_owned()), ..NewAccount::opened("stripe", "acct_real", "test") };
    Store::open(&home.database()).expect("opens").account(&real).expect("made");
    let file = sample("charge.succeeded");
    let ran = home.run(&["test-webhook", "--file", &file]);
    assert!(
        ran.code == Some(2) && ran.stderr.contains("acct_real") && ran.stderr.contains("--apply"),
        "{}",
        ran.stderr
    );
    assert_eq!(home.count("SELECT count(*) FROM webhook_events"), 0);
    assert_eq!(home.run(&["test-webhook", "--file", &file, "--dry-run"]).code, Some(0), "that writes nothing");
    let ran = home.run(&["test-webhook", "--file", &file, "--apply"]);
    assert!(ran.code == Some(0) && ran.stdout.contains("unsettled until a sync"), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(home.count("SELECT unsettled FROM stripe_charges"), 1);
    assert_eq!(home.count("SELECT count(*) FROM fetches WHERE id LIKE 'ch_%'"), 1);
    // A webhook is signed: nobody doubts it.
    let running = Running::start(&home, &[]);
    assert_eq!(running.post(&std::fs::read_to_string(sample("payout.paid")).expect("readable")), 200);
    running.stop();
    assert_eq!(home.count("SELECT unsettled FROM stripe_payouts"), 0);
    let other = home.run(&["replay", "--apply", &sample("charge.dispute.created")]);
    assert_eq!(other.code, Some(0), "{}", other.stderr);
    assert_eq!(home.count("SELECT unsettled FROM stripe_disputes"), 1);
}

#[test]
fn another_receiver_gets_it_signed_and_what_it_says_is_told() {
    let [home, theirs] = [Home::new(), Home::new()];
    let running = Running::start(&theirs, &[]);
    let url = format!("http://127.0.0.1:{}/api/stripe/webhook", running.port);
    let file = sample("product.created");
    let post = |secret: &str, more: &[&str]| {
        let mut command = home.command(&[&["test-webhook", "--file", &file], more].concat());
        ran(command.env("STRIPE_WEBHOOK_SECRET", secret))
    };
    let taken = post(&format!("{SECRET},whsec_anotherSigningSecret"), &["--url", &url, "--format", "json"]);
    assert_eq!(taken.code, Some(0), "{}", taken.stderr);
    let told = json(&taken);
    assert_eq!((&told["http_status"], &told["url"]), (&200.into(), &url.as_str().into()), "{told}");
    assert!(told["took_us"].as_u64().is_some_and(|us| us > 0), "{told}");
    let name = told["correlation_id"].as_str().expect("a correlation id");
    let found = format!("SELECT count(*) FROM webhook_events WHERE correlation_id = '{name}' AND source = 'live'");
    assert_eq!(count(&theirs.database(), &found), 1);
    let nowhere = post(SECRET, &["--url", &format!("http://127.0.0.1:{}", running.port)]);
    assert!(nowhere.code == Some(1) && nowhere.stderr.contains(&url), "{}", nowhere.stderr);
    let refused = post("whsec_anotherSigningSecret", &["--url", &url]);
    assert!(refused.code == Some(1) && refused.stdout.contains("<-- [400] "), "{}{}", refused.stdout, refused.stderr);
    running.stop();
    let unanswered = Unanswered::new();
    let gone = post(SECRET, &["--url", &format!("http://{}/api/stripe/webhook", unanswered.address())]);
    assert!(gone.code == Some(1) && gone.stderr.contains("connection refused"), "{}", gone.stderr);
    let elsewhere = Scripted::start(|_, _| {
        Reply::Raw(b"HTTP/1.1 307 X\r\nLocation: /other\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec())
    });
    let moved = post(SECRET, &["--url", &elsewhere.url.replace("http://", "http://user:verysecret@")]);
    assert!(moved.code == Some(1) && moved.stdout.contains("<-- [307] "), "{}{}", moved.stdout, moved.stderr);
    assert!(moved.stderr.contains("not followed") && elsewhere.requests().len() == 1, "{}", moved.stderr);
    assert!(!format!("{}{}", moved.stdout, moved.stderr).contains("verysecret"), "{}", moved.stdout);
    assert!(!home.database().exists(), "nothing was written here");
}

#[test]
fn a_notification_of_fatture_in_cloud_is_taken_and_never_sent() {
    let home = Home::new();
    let notification = r#"{"specversion": "1.0", "id": "1:1", "datacontenttype": "application/json",
        "type": "it.fattureincloud.webhooks.entities.clients.create", "time": "2026-01-01T10:00:00+02:00",
        "source": "https://api-v2.fattureincloud.it", "subject": "company:12345", "data": {"ids": [7]}}"#;
    std::fs::write(home.path().join("fic.json"), notification).expect("written");
    let ran = home.run(&["test-webhook", "--file", "fic.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("\nprocessed in ") && ran.stderr.contains("only the service can sign"),
        "{}",
        ran.stdout
    );
    // Nobody has opened that company: its first reading will show what it has.
    assert_eq!(home.count("SELECT count(*) FROM fetches"), 0);
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE provider = 'fic'"), 1);
    let ran = home.run(&["test-webhook", "--file", "fic.json", "--url", "http://127.0.0.1:9/"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("cannot be sent"), "{}", ran.stderr);
}
