//! Events whose payload can never be taken: kept, answered 200, counted, told, and tried again only when somebody asks.

use serde_json::Value;

use super::listening::{Listening, event, now_s};
use super::program::{Home, Ran, execute, text};

const SECRET: &str = "whsec_thatSignsWhatNobodyCanTake";

/// It does not say which product it is about.
fn lost(id: &str) -> String {
    event(id, "", "A", now_s()).replace(r#""id":"","#, "")
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

fn listen(home: &Home) -> Listening {
    Listening::start(home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    })
}

#[test]
fn a_receiver_keeps_them_and_asks_for_no_other_delivery() {
    let home = Home::new();
    let running = listen(&home);
    let thin = r#"{"id":"evt_thin","object":"v2.core.event","type":"v1.customer.created","created":"2026-11-01T00:00:00Z","livemode":true}"#;
    let balance = event("evt_balance", "", "A", 5).replace(r#""id":"","#, "").replace("product", "balance");
    for body in [lost("evt_lost").as_str(), thin, &balance] {
        assert_eq!(running.post(body, SECRET), 200, "{body}");
    }
    // What may pass is to come again.
    let refuse = "CREATE TRIGGER refuses BEFORE INSERT ON stripe_products BEGIN SELECT RAISE(ABORT, 'not now'); END";
    execute(&home.database(), refuse);
    assert_eq!(running.post(&event("evt_later", "prod_1", "A", now_s()), SECRET), 500);
    running.stop();
    let log = "SELECT group_concat(event_id || ' ' || status || ' ' || (next_attempt_at IS NOT NULL), ', ')
               FROM (SELECT * FROM webhook_events ORDER BY id)";
    let wanted = "evt_lost dead 0, evt_thin ignored 0, evt_balance ignored 0, evt_later failed 1";
    assert_eq!(text(&home.database(), log), wanted);
    let status = home.run(&["status"]).stdout;
    assert!(status.contains("events: 1 failed, 1 dead (`stripesync events list --status failed,dead`)"), "{status}");
    let stats = json(&home.run(&["status", "--stats", "--format", "json"]))["stats"].clone();
    assert_eq!((stats["webhooks"]["dead"].as_u64(), stats["webhooks"]["ignored"].as_u64()), (Some(1), Some(2)));
    let kinds = stats["types"].as_array().expect("types").iter();
    let dead: Vec<&str> = kinds.filter(|it| it["dead"] == 1).filter_map(|it| it["type"].as_str()).collect();
    assert_eq!(dead, ["product.updated"]);
}

#[test]
fn every_other_door_says_so_and_ends_with_3() {
    let home = Home::new();
    std::fs::write(home.path().join("lost.json"), lost("evt_lost")).expect("written");
    let tested = home.run(&["test-webhook", "--file", "lost.json"]);
    assert_eq!(tested.code, Some(3), "{}{}", tested.stdout, tested.stderr);
    assert!(tested.stdout.contains("dead in ") && tested.stdout.contains("nothing changed"), "{}", tested.stdout);
    let replayed = home.run(&["replay", "lost.json", "--format", "json"]);
    assert_eq!(
        (replayed.code, json(&replayed)["outcomes"]["dead"].as_u64()),
        (Some(3), Some(1)),
        "{}",
        replayed.stderr
    );
    let again = home.run(&["replay", "--event", "evt_lost"]);
    assert!(again.code == Some(3) && again.stderr.contains("has no id"), "{:?} {}", again.code, again.stderr);
    let plan = home.run(&["retry-failed", "--dry-run"]);
    assert!(plan.stdout.contains("would try 1 event;"), "{}", plan.stdout);
    let retried = home.run(&["retry-failed", "--format", "json"]);
    assert_eq!(retried.code, Some(3), "{}", retried.stderr);
    let report = json(&retried);
    let counts = ["processed", "failed", "dead", "cannot_succeed"].map(|name| report[name].as_u64());
    assert_eq!(counts, [Some(0), Some(0), Some(0), Some(1)], "{report}");
    assert!(retried.stderr.contains("1 event ended the same way"), "{}", retried.stderr);
    assert_eq!(text(&home.database(), "SELECT status || attempts || duplicates FROM webhook_events"), "dead30");
    // (The redelivery by `replay lost.json` takes none of its tries.)
    // As if another version had logged what this one can read.
    let spoil = r#"UPDATE webhook_events SET payload = replace(payload, '{"object":{', '{"object":{"id":"prod_1",')"#;
    execute(&home.database(), spoil);
    let healed = home.run(&["retry-failed"]);
    assert!(healed.code == Some(0) && healed.stdout.contains("processed"), "{}{}", healed.stdout, healed.stderr);
    assert_eq!(text(&home.database(), "SELECT id || name FROM stripe_products"), "prod_1A");
    home.assert_intact();
}
