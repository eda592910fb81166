//! The event log from outside: `events`, `retry-failed`, `status --stats`, `--max-age`, `--watch`.

use std::path::Path;

use serde_json::Value;
use stripesync::model::resource::Provider;
use stripesync::providers::stripe::API_VERSION;
use stripesync::store::{Lock, Store};
use stripesync::sync::catalog;
use stripesync::sync::delivery::{Delivery, Retries};
use stripesync::sync::intake::Intake;

use super::program::{Home, Ran, count, execute, text};

fn event(id: &str, kind: &str, created_s: i64, object: &str) -> Delivery {
    Delivery {
        provider: Provider::Stripe,
        body: format!(
            r#"{{"id":"{id}","object":"event","type":"{kind}","created":{created_s},"livemode":true,"account":"acct_1",
                "api_version":"{API_VERSION}","data":{{"object":{object}}}}}"#
        ),
        door: "live",
        owner: None,
        correlation_id: format!("corr-{id}"),
    }
}

fn product(id: &str, name: &str) -> String {
    format!(r#"{{"id":"{id}","object":"product","name":"{name}","active":true,"big":12345678901234567890.10}}"#)
}

/// Takes deliveries into the file as a receiver does, at this second.
fn deliver(database: &Path, batch: &[Delivery], now_s: i64) {
    let (store, catalog) = (Store::open(database).expect("opens"), catalog());
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    intake.take(batch, now_s).expect("takes");
}

/// A log with an event of each fate; the rows are 1 to 5.
fn filled() -> Home {
    let home = Home::new();
    let batch = [
        event("evt_1", "product.created", 1_793_491_200, &product("prod_1", "A")),
        event("evt_1", "product.created", 1_793_491_200, &product("prod_1", "A")),
        event("evt_2", "some.news", 1_793_491_201, r#"{"object":"news"}"#),
        event("evt_3", "product.updated", 1_793_491_202, r#"{"object":"product"}"#),
        event("evt_4", "product.updated", 1_793_491_203, &product("prod_1", "B")),
        event("evt_5", "product.created", 1_793_491_204, &product("prod_2", "C")),
    ];
    deliver(&home.database(), &batch, 1_793_491_300);
    // The last two as if something had kept them from their effect, long ago and for the last time.
    let failed = "UPDATE webhook_events SET status = 'failed', error = 'no luck', attempts = 2, next_attempt_at = 99 WHERE event_id = 'evt_4';
         UPDATE webhook_events SET status = 'dead', error = 'no luck at all', attempts = 4 WHERE event_id = 'evt_5';
         INSERT INTO webhook_attempts SELECT id, 1, 1793491301, 850, 'no luck' FROM webhook_events WHERE event_id IN ('evt_4', 'evt_5');
         INSERT INTO webhook_attempts SELECT id, 2, 1793491302, 850, 'no luck' FROM webhook_events WHERE event_id IN ('evt_4', 'evt_5');
         INSERT INTO webhook_attempts SELECT id, 3, 1793491303, 850, 'no luck' FROM webhook_events WHERE event_id = 'evt_5';
         INSERT INTO webhook_attempts SELECT id, 4, 1793491304, 850, 'no luck' FROM webhook_events WHERE event_id = 'evt_5';
         UPDATE stripe_products SET name = 'A', data = replace(data, '\"B\"', '\"A\"') WHERE id = 'prod_1';
         DELETE FROM stripe_products WHERE id = 'prod_2'; DELETE FROM row_states;";
    execute(&home.database(), failed);
    home
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

#[test]
fn events_are_listed_the_last_first_and_filters_choose() {
    let home = filled();
    let listed = |more: &[&str]| -> Vec<String> {
        let ran = home.run(&[&["events", "list", "--format", "json"], more].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let events = json(&ran);
        let events = events.as_array().expect("a list").iter();
        events.map(|event| event["event_id"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let cases: [(&[&str], &[&str]); 10] = [
        (&[], &["evt_5", "evt_4", "evt_3", "evt_2", "evt_1"]),
        (&["--limit", "2"], &["evt_5", "evt_4"]),
        (&["--status", "failed,dead"], &["evt_5", "evt_4", "evt_3"]),
        (&["--status", "ignored"], &["evt_2"]),
        (&["--type", "product.*"], &["evt_5", "evt_4", "evt_3", "evt_1"]),
        (&["--type", "product.created"], &["evt_5", "evt_1"]),
        (&["--object", "prod_1"], &["evt_4", "evt_1"]),
        (&["--account", "acct_2"], &[]),
        (&["--provider", "fic"], &[]),
        (&["--since", "2026-11-01T00:00:02Z", "--until", "2026-11-01T00:00:04Z"], &["evt_4", "evt_3"]),
    ];
    for (more, wanted) in cases {
        assert_eq!(listed(more), wanted, "{more:?}");
    }
    // All of them happened long ago by now, and none in the last day.
    assert_eq!(
        (listed(&["--until", "1s"]).len(), listed(&["--since", "3650d", "--until", "2026-11-01T00:00:01Z"]).len()),
        (5, 1)
    );
    let table = home.run(&["events", "list", "--limit", "3"]);
    let first: Vec<&str> = table.stdout.lines().nth(1).unwrap_or_default().split_whitespace().collect();
    let wanted = [
        "5",
        "2026-11-01",
        "00:01:40Z",
        "2026-11-01",
        "00:00:04Z",
        "product.created",
        "evt_5",
        "acct_1",
        "prod_2",
        "dead",
        "4",
        "live",
    ];
    assert_eq!(first, wanted, "{}", table.stdout);
    assert!(table.stderr.contains("more than 3 events of these; --limit"), "{}", table.stderr);
    let csv = home.run(&["events", "list", "--type", "product.created", "--status", "dead", "--format", "csv"]).stdout;
    assert!(
        csv.ends_with("dead,live,4,no luck at all,\n") && csv.starts_with("webhook_id,provider,account,event_id,"),
        "{csv}"
    );
    let none = home.run(&["events", "list", "--object", "prod_9"]);
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), ""));
    assert!(none.stderr.contains("holds no such event"), "{}", none.stderr);
    for (bad, why) in [
        (&["--limit", "0"][..], "give 1 to 100000"),
        (&["--since", "yesterday"], "give a date such as"),
        (&["--type", "a*b"], "its beginning with a star"),
        (&["--status", "broken"], "possible values"),
    ] {
        let ran = home.run(&[&["events", "list"], bad].concat());
        assert!(ran.code == Some(2) && ran.stderr.contains(why), "{bad:?}: {}", ran.stderr);
    }
}

#[test]
fn an_event_is_shown_by_id_or_row_with_payload_attempts_and_row() {
    let home = filled();
    let shown = home.run(&["events", "show", "evt_5"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    for part in [
        "evt_5  product.created\n",
        "dead",
        "no luck at all",
        "corr-evt_5",
        "1  2026-11-01 00:01:41Z  850 µs  no luck",
        "stripe_products has no row prod_2",
        "\n      \"big\": 12345678901234567890.10\n",
    ] {
        assert!(shown.stdout.contains(part), "{part} in\n{}", shown.stdout);
    }
    assert_eq!(home.run(&["events", "show", "5"]).stdout, shown.stdout);
    let first = home.run(&["events", "show", "1"]).stdout;
    assert!(
        first.contains("came again    1 time\n") && first.contains("stripe_products prod_1 now, known since"),
        "{first}"
    );
    assert!(first.lines().any(|line| line == "name         A"), "{first}");
    assert!(home.run(&["events", "show", "3"]).stdout.contains("which row it is about cannot be told"));
    let ran = home.run(&["events", "show", "evt_1", "--format", "json"]);
    assert!(ran.stdout.contains("12345678901234567890.10"), "{}", ran.stdout);
    let document = json(&ran);
    assert_eq!((document["duplicates"].as_u64(), document["now"]["columns"]["name"].as_str()), (Some(1), Some("A")));
    for name in ["evt_9", "99"] {
        let unknown = home.run(&["events", "show", name]);
        assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(2), ""), "{}", unknown.stderr);
        assert!(
            unknown.stderr.contains(&format!("no event {name}")) && unknown.stderr.contains("events list"),
            "{}",
            unknown.stderr
        );
    }
    // Two accounts may have events of the same name.
    execute(&home.database(), "INSERT INTO accounts (id, provider, remote_id, mode) VALUES (9, 'stripe', 'acct_9', 'live');
         INSERT INTO webhook_events (id, account, provider, event_id, type, created, payload, status, source, received_at)
         VALUES (50, 9, 'stripe', 'evt_5', 'a.b', 1, '{}', 'ignored', 'live', 1);");
    let both = home.run(&["events", "show", "evt_5"]);
    assert!(both.code == Some(2) && both.stderr.contains("rows 5, 50"), "{}", both.stderr);
}

#[test]
fn failed_events_are_worked_off_and_what_cannot_succeed_is_named() {
    let home = filled();
    let before = std::fs::read(home.database()).expect("readable");
    let plan = home.run(&["retry-failed", "--dry-run"]);
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    assert!(plan.stdout.ends_with("would try 3 events; nothing was written\n"), "{}", plan.stdout);
    let row = |begin: &str| plan.stdout.lines().find(|line| line.trim_start().starts_with(begin)).unwrap_or_default();
    assert!(
        row("3 ").ends_with("none") && row("4 ").ends_with("due") && row("5 ").ends_with("none"),
        "{}",
        plan.stdout
    );
    assert!(row("5 ").contains("no luck at all"), "{}", plan.stdout);
    assert!(std::fs::read(home.database()).expect("readable") == before, "a dry run writes nothing");

    // A sync at the file is no obstacle.
    let _sync = Lock::take(&home.database(), "now").expect("free");
    let ran = home.run(&["retry-failed"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let lines: Vec<Vec<&str>> =
        ran.stdout.lines().map(|line| line.split("  ").map(str::trim).filter(|it| !it.is_empty()).collect()).collect();
    assert_eq!(
        lines,
        [vec!["status", "events"], vec!["processed", "2"], vec!["cannot succeed", "1"]],
        "{}",
        ran.stdout
    );
    assert!(
        ran.stderr.contains("row 3 evt_3 (product.updated): its data.object has no id")
            && ran.stderr.contains("1 event ended the same way: its payload cannot be taken by this version")
            && ran.stderr.contains("sync --initial"),
        "{}",
        ran.stderr
    );
    let names = "SELECT group_concat(name, ' ') FROM (SELECT name FROM stripe_products ORDER BY id)";
    assert_eq!(text(&home.database(), names), "B C");
    let statuses = "SELECT group_concat(status || attempts, ' ') FROM (SELECT * FROM webhook_events ORDER BY id)";
    assert_eq!(text(&home.database(), statuses), "processed1 ignored0 dead2 processed3 processed5");
    home.assert_intact();
    let nothing = home.run(&["retry-failed", "--type", "product.created"]);
    let wanted = "none of these events is failed or dead; without options 1 event would be tried\n";
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(0), wanted));
    execute(&home.database(), "UPDATE webhook_events SET status = 'processed' WHERE status = 'dead'");
    assert_eq!(home.run(&["retry-failed"]).stdout, "nothing to try: no event is failed or dead\n");
}

#[test]
fn what_fails_again_is_named_and_ends_with_3() {
    let home = filled();
    // The table refuses this one row, whoever writes it.
    execute(
        &home.database(),
        "CREATE TRIGGER refuses BEFORE INSERT ON stripe_products WHEN new.id = 'prod_2'
         BEGIN SELECT RAISE(ABORT, 'not this one'); END",
    );
    let ran = home.run(&["retry-failed", "--format", "json"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let report = json(&ran);
    let counts = ["processed", "failed", "dead", "cannot_succeed"].map(|name| report[name].as_u64());
    assert_eq!(counts, [Some(1), Some(0), Some(1), Some(1)], "{report}");
    assert!(
        ran.stderr.contains("row 5 evt_5 (product.created): ") && ran.stderr.contains("not this one"),
        "{}",
        ran.stderr
    );
    assert_eq!(count(&home.database(), "SELECT count(*) FROM webhook_attempts WHERE event = 5 AND attempt = 5"), 1);
    execute(&home.database(), "DROP TRIGGER refuses");
    for more in [&[][..], &["--dry-run"]] {
        let none = home.run(&[&["retry-failed", "--type", "no.such"], more].concat());
        let wanted = "none of these events is failed or dead; without options 2 events would be tried\n";
        assert!(none.code == Some(0) && none.stdout.starts_with(wanted), "{}", none.stdout);
    }
    let again = home.run(&["retry-failed", "--webhook-id", "5", "--webhook-id", "1"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stderr.contains("row 1 (evt_1) is processed: there is nothing to try"), "{}", again.stderr);
    assert_eq!(text(&home.database(), "SELECT status FROM webhook_events WHERE id = 5"), "processed");
    let unknown = home.run(&["retry-failed", "--webhook-id", "77"]);
    assert!(unknown.code == Some(2) && unknown.stderr.contains("the log has no row 77"), "{}", unknown.stderr);
}

#[test]
fn hundreds_of_failed_events_are_worked_off_each_once() {
    let home = Home::new();
    let batch: Vec<Delivery> = (0..250)
        .map(|n| event(&format!("evt_{n}"), "product.created", 1_793_491_200, &product(&format!("prod_{n}"), "A")))
        .collect();
    deliver(&home.database(), &batch, 1_793_491_300);
    execute(
        &home.database(),
        "UPDATE webhook_events SET status = iif(id % 2, 'failed', 'dead'), error = 'x'; DELETE FROM stripe_products; DELETE FROM row_states;",
    );
    let ran = home.run(&["retry-failed", "--provider", "stripe"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("processed     250\n"), "{}", ran.stdout);
    assert_eq!(home.count("SELECT count(*) FROM stripe_products"), 250);
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE attempts = 2 AND status = 'processed'"), 250);
}

#[test]
fn the_figures_of_the_log_are_told_in_every_format() {
    let home = filled();
    let ran = home.run(&["status", "--stats"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let value = |name: &str| -> String {
        let line = ran.stdout.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{}", ran.stdout));
        line[name.len()..].trim().to_owned()
    };
    let figures = ["Total Webhooks", "Success Rate", "Failed Count", "Duplicates Prevented", "Average Retry Count"];
    // Two of five; four tried with 1, 1, 2 and 4 attempts, of which 0, 1, 2 and 4 failed.
    assert_eq!(figures.map(value), ["5", "40.00 %", "3", "1", "1.00"], "{}", ran.stdout);
    let low = value("low").split_whitespace().collect::<Vec<_>>()[..2].join(" ");
    assert!(["0 1", "0 0"].contains(&low.as_str()), "{}", ran.stdout);
    assert!(ran.stdout.contains("product.created") && ran.stdout.contains("p99"), "{}", ran.stdout);
    let stats = json(&home.run(&["status", "--stats", "--format", "json"]))["stats"].clone();
    assert_eq!(
        (stats["webhooks"]["total"].as_u64(), stats["webhooks"]["success_percent"].as_str()),
        (Some(5), Some("40.00"))
    );
    assert_eq!((stats["hours"].as_array().map(Vec::len), stats["duplicates_prevented"].as_u64()), (Some(24), Some(1)));
    let csv = home.run(&["status", "--stats", "--format", "csv"]).stdout;
    assert!(csv.contains("\ntotal,webhooks,5,1,1,1,2,0,1,4,,,,\n"), "{csv}");
    let fic = json(&home.run(&["status", "--stats", "--provider", "fic", "--format", "json"]));
    assert_eq!(
        (fic["stats"]["webhooks"]["total"].as_u64(), fic["accounts"].as_array().map(Vec::len)),
        (Some(0), Some(0))
    );
    let plain = home.run(&["status"]).stdout;
    assert!(plain.contains("\nevents: 1 failed, 2 dead (`stripesync events list --status failed,dead`)\n"), "{plain}");
    assert!(json(&home.run(&["status", "--format", "json"])).get("stats").is_none());
}

#[test]
fn a_file_that_is_too_old_ends_with_3() {
    let home = Home::new();
    let sync = home.run(&["sync", "stripe:products", "fic:clients", "--sandbox", "--database", "stripesync.db"]);
    assert_eq!(sync.code, Some(0), "{}", sync.stderr);
    // By this machine's clock, whatever the sandbox's says.
    execute(&home.database(), "UPDATE accounts SET synced = unixepoch() - 7200");
    let fresh = home.run(&["status", "--max-age", "3h", "--quiet"]);
    assert_eq!(fresh.code, Some(0), "{}", fresh.stderr);
    let old = home.run(&["status", "--max-age", "1h", "--quiet"]);
    assert_eq!(old.code, Some(3), "{}", old.stderr);
    assert!(
        old.stderr.contains("the file is older than 1 h: ") && old.stderr.contains("was last synced 2 h"),
        "{}",
        old.stderr
    );
    assert!(old.stdout.contains("stripe_products"), "the table is drawn all the same");
    execute(&home.database(), "UPDATE accounts SET synced = unixepoch() WHERE provider = 'stripe'");
    assert_eq!(home.run(&["status", "--max-age", "1h", "--provider", "stripe"]).code, Some(0));
    assert_eq!(home.run(&["status", "--max-age", "1h", "--provider", "fic"]).code, Some(3));
    assert_eq!(home.run(&["status", "--max-age", "soon"]).code, Some(2));
}

#[test]
fn commands_at_the_log_need_a_file_and_no_key() {
    let home = Home::new();
    for arguments in [&["events", "list"][..], &["events", "show", "1"], &["retry-failed"], &["status", "--stats"]] {
        let ran = home.run(arguments);
        assert!(ran.code == Some(1) && ran.stderr.contains("there is no database"), "{arguments:?}: {}", ran.stderr);
        assert!(!home.database().exists(), "{arguments:?} makes no file");
    }
    deliver(&home.database(), &[], 1);
    let empty = home.run(&["events", "list"]);
    assert!(empty.code == Some(0) && empty.stderr.contains("the log is empty"), "{}", empty.stderr);
    let piped = home.run(&["status", "--watch"]);
    assert!(piped.code == Some(2) && piped.stderr.contains("only a terminal can show"), "{}", piped.stderr);
}
