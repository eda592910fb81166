//! Events from files: the same rows for every order, as often as they come.

use serde_json::{Value, json};
use stripesync::providers::stripe::API_VERSION;
use stripesync::store::{NewAccount, Store};

use crate::program::Home;
use crate::support::Dice;

fn event(number: usize, kind: &str, created_s: i64, object: &Value, previous: Option<Value>) -> Value {
    let mut data = json!({"object": object});
    if let Some(previous) = previous {
        data["previous_attributes"] = previous;
    }
    json!({"id": format!("evt_{number:03}"), "object": "event", "type": kind, "created": created_s, "livemode": true,
        "api_version": API_VERSION, "data": data})
}

/// Lives of products, with toggles inside one second, deletions and re-creations; returns what is true at the end, too.
fn products(dice: &mut Dice, events: &mut Vec<Value>) -> Vec<(String, Option<String>)> {
    let mut truth = Vec::new();
    for product in 0..8 {
        let id = format!("prod_{product}");
        let mut now_s = 1000 + dice.below(50) as i64;
        let mut living = None::<Value>;
        for step in 0..6 {
            now_s += dice.below(2) as i64;
            let names = ["A", "B", "C"];
            let name = *dice.pick(&names);
            let number = events.len();
            match living.take() {
                None => {
                    let new = json!({"id": id, "object": "product", "name": name, "created": now_s, "step": step});
                    events.push(event(number, "product.created", now_s, &new, None));
                    living = Some(new);
                }
                // What comes back within the second of its end cannot be told from what went within it.
                Some(old) if step == 3 && dice.below(2) == 0 => {
                    events.push(event(number, "product.deleted", now_s, &old, None));
                    now_s += 5;
                }
                Some(old) => {
                    let mut new = old.clone();
                    new["name"] = json!(name);
                    new["step"] = json!(step);
                    let previous = json!({"name": old["name"], "step": old["step"]});
                    events.push(event(number, "product.updated", now_s, &new, Some(previous)));
                    living = Some(new);
                }
            }
        }
        truth.push((id, living.map(|living| living["name"].as_str().expect("a name").to_owned())));
    }
    truth
}

/// A subscription that begins, grows, is to end, and ends; and its invoice.
fn subscription(events: &mut Vec<Value>) {
    let of = |quantity: i64, status: &str| {
        json!({"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": status, "currency": "eur",
            "cancel_at": null, "cancel_at_period_end": false,
            "items": {"object": "list", "has_more": false, "data": [{"id": "si_1", "object": "subscription_item",
                "quantity": quantity, "price": {"id": "price_1", "object": "price", "unit_amount": 1000,
                    "unit_amount_decimal": "1000", "currency": "eur", "billing_scheme": "per_unit",
                    "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}}}]}})
    };
    let mut add = |kind: &str, at_s, object: &Value, previous: Option<Value>| {
        let number = events.len();
        events.push(event(number, kind, at_s, object, previous));
    };
    add("customer.subscription.created", 2000, &of(1, "active"), None);
    add("customer.subscription.updated", 2100, &of(3, "active"), Some(json!({"items": of(1, "active")["items"]})));
    add("customer.subscription.deleted", 2200, &of(3, "canceled"), None);
    let invoice = |status: &str, paid: i64| {
        json!({"id": "in_1", "object": "invoice", "customer": "cus_1", "status": status, "currency": "eur",
            "amount_due": 1000, "amount_paid": paid, "amount_remaining": 1000 - paid, "total": 1000, "attempt_count": 1,
            "billing_reason": "subscription_create",
            "parent": {"subscription_details": {"subscription": "sub_1"}},
            "lines": {"object": "list", "has_more": false, "data": []}})
    };
    add("invoice.finalized", 2000, &invoice("open", 0), None);
    add("invoice.payment_failed", 2001, &invoice("open", 0), None);
    add("invoice.paid", 2001, &invoice("paid", 1000), None);
}

/// Everything that events may leave, without what tells when and how they came.
fn left(home: &Home, database: &str) -> Vec<Vec<String>> {
    let store = Store::open_read_only(&home.path().join(database)).expect("opens");
    let rows = |sql: &str| store.query_text(sql).expect("rows");
    [
        rows("SELECT id, name, deleted_at, unsettled FROM stripe_products ORDER BY id"),
        rows(
            "SELECT event_id, kind, coalesce(old_amount_minor, '-'), coalesce(new_amount_minor, '-'), new_quantity, at
             FROM subscription_changes ORDER BY event_id, ordinal",
        ),
        rows("SELECT invoice_id, status, amount_paid_minor, event_id FROM billing_periods"),
        rows("SELECT event_id, status FROM webhook_events ORDER BY event_id"),
    ]
    .concat()
}

#[test]
fn any_order_and_any_number_of_the_same_events_leave_the_same_rows() {
    let home = Home::new();
    for life in 0..3 {
        let mut events = Vec::new();
        let truth = products(&mut Dice::new(life), &mut events);
        subscription(&mut events);
        let lines: Vec<String> = events.iter().map(Value::to_string).collect();
        let file = format!("life-{life}.ndjson");
        std::fs::write(home.path().join(&file), lines.join("\n")).expect("written");
        let mut first = None;
        for seed in 0..8 {
            let database = format!("{life}-{seed}.db");
            let seed = seed.to_string();
            let mut arguments = vec!["replay", &file, "--database", &database, "--duplicate", "30"];
            if seed != "0" {
                arguments.extend(["--shuffle", &seed]);
            }
            let ran = home.run(&arguments);
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            let rows = left(&home, &database);
            let first = first.get_or_insert_with(|| rows.clone());
            assert_eq!(&rows, first, "life {life}, seed {seed}");
        }
        let store = Store::open_read_only(&home.path().join(format!("{life}-0.db"))).expect("opens");
        for (id, name) in truth {
            let sql = format!("SELECT name FROM stripe_products WHERE id = '{id}' AND deleted_at IS NULL");
            let rows = store.query_text(&sql).expect("rows");
            assert_eq!(rows.first().map(|row| row[0].clone()), name, "{id} of life {life}");
        }
        let history = store
            .query_text(
                "SELECT group_concat(kind || ' ' || coalesce(new_amount_minor, 0), ', ') FROM subscription_changes",
            )
            .expect("rows");
        assert_eq!(history, [["new 1000, quantity 3000, canceled 0"]]);
        let period = store.query_text("SELECT status, amount_paid_minor FROM billing_periods").expect("rows");
        assert_eq!(period, [["paid", "1000"]]);
    }
}

#[test]
fn what_is_no_event_is_named_and_real_accounts_are_left_alone() {
    let home = Home::new();
    let good = event(1, "product.created", 10, &json!({"id": "prod_1", "object": "product", "name": "A"}), None);
    std::fs::write(home.path().join("good.json"), good.to_string()).expect("written");
    std::fs::write(home.path().join("bad.json"), "{\"id\": 7}").expect("written");
    let ran = home.run(&["replay", "good.json", "bad.json", "--format", "json"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("bad.json") && ran.stderr.contains("it has no id"), "{}", ran.stderr);
    let told: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(told, json!({"total": 2, "outcomes": {"processed": 1, "malformed": 1}}));
    assert_eq!(home.run(&["replay", "nowhere.json"]).code, Some(1));
    let store = Store::open(&home.database()).expect("opens");
    let real = NewAccount { country: Some("IT".to_owned()), ..NewAccount::opened("stripe", "acct_real", "live") };
    store.account(&real).expect("made");
    drop(store);
    // What came before anybody said whose it is belongs to that account now.
    assert_eq!(home.count("SELECT count(*) FROM accounts"), 1);
    let ran = home.run(&["replay", "good.json"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("acct_real") && ran.stderr.contains("--apply"), "{}", ran.stderr);
    let ran = home.run(&["replay", "good.json", "--apply"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("duplicate"), "{}", ran.stdout);
}

fn refused_share(home: &Home) {
    let ran = home.run(&["replay", "--event", "evt_001", "--duplicate", "120%"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("give 0% to 100%"), "{}", ran.stderr);
}

#[test]
fn events_of_the_log_are_taken_once_more_whatever_became_of_them() {
    let home = Home::new();
    let mut events: Vec<Value> = (0..130)
        .map(|n| {
            let object = json!({"id": format!("prod_{n}"), "object": "product", "name": format!("A{n}")});
            event(n, "product.created", 1_793_491_200 + n as i64, &object, None)
        })
        .collect();
    events.push(event(500, "some.news", 1_793_491_900, &json!({"object": "news"}), None));
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    std::fs::write(home.path().join("events.ndjson"), lines.join("\n")).expect("written");
    assert_eq!(home.run(&["replay", "events.ndjson"]).code, Some(0));
    // As if a defect had left wrong rows behind, and an account that is real.
    let spoil = "DELETE FROM stripe_products; DELETE FROM row_states; UPDATE accounts SET remote_id = 'acct_1';
                 UPDATE webhook_events SET status = 'dead', error = 'no luck' WHERE event_id = 'evt_007'";
    crate::program::execute(&home.database(), spoil);
    let replay = |more: &[&str]| {
        let ran = home.run(&[&["replay", "--format", "json"], more].concat());
        assert_eq!(ran.code, Some(0), "{more:?}: {}", ran.stderr);
        serde_json::from_str::<Value>(&ran.stdout).expect("JSON")["outcomes"].clone()
    };
    let ids = || home.count("SELECT count(*) FROM stripe_products");
    assert_eq!((replay(&["--event", "evt_007", "--event", "evt_008"]), ids()), (json!({"processed": 2}), 2));
    assert_eq!(
        home.count("SELECT count(*) FROM webhook_events WHERE event_id = 'evt_007' AND status = 'processed'"),
        1
    );
    // They are the file's own: nobody doubts them.
    assert_eq!(home.count("SELECT sum(unsettled) FROM stripe_products"), 0);
    let span = ["--since", "2026-11-01T00:00:00Z", "--until", "2026-11-01T00:00:05Z"];
    assert_eq!((replay(&[&span[..], &["--type", "prod*"]].concat()), ids()), (json!({"processed": 5}), 7));
    assert_eq!((replay(&["--type", "some.news"]), ids()), (json!({"ignored": 1}), 7));
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE status = 'ignored'"), 1, "and stays so");
    assert_eq!((replay(&["--account", "acct_2"]), ids()), (json!({}), 7));
    let none = home.run(&["replay", "--type", "no.such"]);
    assert!(
        none.code == Some(0) && none.stderr.contains("no event of the log is what these options mean"),
        "{}",
        none.stderr
    );
    assert_eq!(replay(&["--event", "evt_001", "--duplicate", "100%"]), json!({"processed": 2}));
    assert_eq!(replay(&["--event", "evt_001", "--duplicate", "1.0"]), json!({"processed": 2}));
    refused_share(&home);
    let all = replay(&["--account", "acct_1", "--type", "product.*", "--type", "some.*", "--shuffle", "3"]);
    assert_eq!((all, ids()), (json!({"processed": 130, "ignored": 1}), 130));
    let refused = |more: &[&str], why: &str| {
        let ran = home.run(&[&["replay"], more].concat());
        assert!(ran.code == Some(2) && ran.stderr.contains(why), "{more:?}: {}", ran.stderr);
    };
    refused(&["--event", "evt_nowhere"], "no event evt_nowhere");
    refused(&["events.ndjson", "--type", "a.b"], "cannot be used with");
    refused(&[], "files or folders of events (- for stdin), or choose events of the log with --event, --type");
    refused(&["--speed", "2"], "it is not said which events");
    refused(&["--since", "1h", "--until", "2h"], "--since lies after --until");
    refused(&["--since", "1d", "--shuffle", "x"], "give a number");
    let listed = home.run(&["events", "list", "--since", "2026-02-01", "--until", "2026-01-01"]);
    assert!(listed.code == Some(2) && listed.stderr.contains("--since lies after --until"), "{}", listed.stderr);
    assert_eq!(home.run(&["events", "list", "--since", "2026-01-01", "--until", "2026-01-01"]).code, Some(0));
    refused(&["--since", "1d", "--speed", "0"], "give 0.01");
    let fic = "INSERT INTO accounts (id, provider, remote_id, mode) VALUES (90, 'fic', '12345', 'live');
         INSERT INTO webhook_events (id, account, provider, event_id, type, created, payload, status, source, received_at)
         VALUES (900, 90, 'fic', 'f1', 'it.fattureincloud.webhooks.entities.clients.create', 1, '{}', 'received', 'live', 1);";
    crate::program::execute(&home.database(), fic);
    let there = ["--forward-to", "http://127.0.0.1:9/"];
    refused(&[&there[..], &["--account", "12345"]].concat(), "only the service can sign them");
    let ran = home.run(&[&["replay"], &there[..], &["--until", "1970-01-01T00:00:02Z"]].concat());
    assert!(ran.code == Some(0) && ran.stderr.contains("of Fatture in Cloud are not sent"), "{}", ran.stderr);
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE provider = 'fic' AND attempts = 0"), 1);
    assert_eq!(replay(&["--account", "12345"]), json!({"ignored": 1}), "taken in here, it concerns no table");
    assert_eq!(Home::new().run(&["replay", "--since", "1d"]).code, Some(1), "there is no file");
}

#[test]
fn events_keep_to_their_times_where_that_is_asked_for_and_a_wish_to_stop_is_heard() {
    let home = Home::new();
    let at = |n: usize, created_s| {
        event(n, "product.created", created_s, &json!({"id": format!("prod_{n}"), "object": "product"}), None)
            .to_string()
    };
    std::fs::write(home.path().join("some.ndjson"), [at(1, 100), at(2, 110)].join("\n")).expect("written");
    let ran = home.run(&["replay", "some.ndjson", "--speed", "10"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.took >= std::time::Duration::from_secs(1), "{:?}", ran.took);
    std::fs::write(home.path().join("long.ndjson"), [at(3, 100), at(4, 900_100)].join("\n")).expect("written");
    let (child, began) = crate::program::started(&mut home.command(&["replay", "long.ndjson", "--speed", "1"]));
    crate::program::until("taken", || home.count("SELECT count(*) FROM webhook_events") == 3);
    crate::program::signal(&child, "INT");
    let ran = crate::program::finished(child, began);
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    assert!(ran.stdout.contains("processed") && ran.stderr.contains("interrupted"), "{}{}", ran.stdout, ran.stderr);
    // Also where nobody types the rest.
    let mut command = home.command(&["replay", "-"]);
    let (pipe, mut other) = std::os::unix::net::UnixStream::pair().expect("a pair");
    let began = std::time::Instant::now();
    let pipes = command.stdin(std::os::fd::OwnedFd::from(pipe)).stdout(std::process::Stdio::piped());
    let child = pipes.stderr(std::process::Stdio::piped()).spawn().expect("starts");
    let batch: Vec<String> = (1000..1100).map(|n| at(n, 100)).collect();
    std::io::Write::write_all(&mut other, format!("{}\n{{", batch.join("\n")).as_bytes()).expect("is read");
    crate::program::until("taken", || home.count("SELECT count(*) FROM webhook_events") == 103);
    crate::program::signal(&child, "INT");
    assert_eq!(crate::program::finished(child, began).code, Some(130));
    drop(other);
}
