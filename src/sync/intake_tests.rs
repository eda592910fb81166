use super::super::whose::CURRENT_MAX;
use super::*;
use crate::store::{NAMELESS, NewAccount};

fn delivery(body: &str) -> Delivery {
    Delivery {
        provider: Provider::Stripe,
        body: body.to_owned(),
        door: "live",
        owner: None,
        correlation_id: "c".to_owned(),
    }
}

fn event(id: &str, kind: &str, created_s: i64, object: &str) -> Delivery {
    let version = crate::providers::stripe::API_VERSION;
    delivery(&format!(
        r#"{{"id":"{id}","object":"event","type":"{kind}","created":{created_s},"livemode":true,
            "api_version":"{version}","data":{{"object":{object}}}}}"#
    ))
}

fn verdicts(accepted: &[Accepted]) -> Vec<&Verdict> {
    accepted.iter().map(|one| &one.verdict).collect()
}

#[test]
fn an_event_is_logged_and_applied_once_whatever_else_is_in_the_batch() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    let product = r#"{"id":"prod_1","object":"product","name":"A","active":true}"#;
    let batch = [
        event("evt_1", "product.created", 10, product),
        delivery("[]"),
        event("evt_1", "product.created", 10, product),
        event("evt_2", "product.updated", 11, &product.replace("\"A\"", "\"B\"")),
        event("evt_3", "some.news", 11, r#"{"object":"news"}"#),
        event("evt_4", "product.updated", 12, r#"{"object":"product"}"#),
    ];
    let accepted = intake.take(&batch, 100).expect("takes");
    let why = "its data.object has no id".to_owned();
    let wanted = [
        &Verdict::Processed,
        &Verdict::Malformed("it is no object".to_owned()),
        &Verdict::Duplicate,
        &Verdict::Processed,
        &Verdict::Ignored,
        &Verdict::Unusable(why),
    ];
    assert_eq!(verdicts(&accepted), wanted);
    assert_eq!(store.query_text("SELECT id, name FROM stripe_products").expect("rows"), [["prod_1", "B"]]);
    let log = "SELECT event_id, status, duplicates, attempts, coalesce(next_attempt_at, '-') FROM webhook_events
               ORDER BY id";
    let wanted = [
        ["evt_1", "processed", "1", "1", "-"],
        ["evt_2", "processed", "0", "1", "-"],
        ["evt_3", "ignored", "0", "0", "-"],
        ["evt_4", "dead", "0", "1", "-"],
    ];
    assert_eq!(store.query_text(log).expect("rows"), wanted);
    // Nobody said whose they are.
    let accounts = "SELECT remote_id, mode FROM accounts";
    assert_eq!(store.query_text(accounts).expect("rows"), [[NAMELESS, "live"]]);
}

#[test]
fn an_event_is_its_accounts_also_when_that_became_known_meanwhile() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    let mut take = |id: &str, account: &str| {
        let one = event(id, "product.updated", 10, r#"{"id":"prod_1","object":"product","name":"A"}"#);
        let account = if account.is_empty() { String::new() } else { format!(r#""account":"{account}","#) };
        let one = delivery(&one.body.replacen('{', &format!("{{{account}"), 1));
        intake.take(&[one], 100).expect("takes").remove(0).account
    };
    assert_eq!(take("evt_0", "acct_other"), "acct_other", "whose is told");
    assert_eq!(take("evt_1", ""), NAMELESS);
    let new = |remote_id: &str| NewAccount {
        country: Some("IT".to_owned()),
        ..NewAccount::opened("stripe", remote_id, "live")
    };
    // A sync finds out whose they are: those that came before are that account's, too.
    store.account(&new("acct_1")).expect("made");
    assert_eq!(take("evt_2", ""), "acct_1");
    let accounts = "SELECT remote_id, (SELECT count(*) FROM webhook_events WHERE account = accounts.id) FROM accounts";
    assert_eq!(store.query_text(accounts).expect("rows"), [["acct_1", "2"], ["acct_other", "1"]]);
    assert_eq!(take("evt_3", "acct_connected"), "acct_connected");
    // With several of them nobody can tell.
    store.account(&new("acct_2")).expect("made");
    assert_eq!(take("evt_4", ""), NAMELESS);
}

#[test]
fn what_kept_an_event_from_its_effect_is_nothing_against_the_event() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    let refuse = "CREATE TRIGGER refuses BEFORE INSERT ON stripe_products BEGIN SELECT RAISE(ABORT, 'no'); END";
    store.query_text(refuse).expect("made");
    let product = event("evt_1", "product.created", 12, r#"{"id":"prod_1","object":"product","name":"A"}"#);
    let accepted = intake.take(&[product], 100).expect("takes");
    assert!(matches!(&accepted[0].verdict, Verdict::Failed(why) if why.contains("no")), "{accepted:?}");
    store.query_text("DROP TRIGGER refuses").expect("dropped");
    assert_eq!(verdicts(&intake.take_due(130, 10).expect("takes")), [&Verdict::Processed]);
    assert_eq!(store.query_text("SELECT id, name FROM stripe_products").expect("rows"), [["prod_1", "A"]]);
    let log = "SELECT status, coalesce(error, '-'), (SELECT count(*) FROM fetches) FROM webhook_events";
    assert_eq!(store.query_text(log).expect("rows"), [["processed", "-", "0"]]);
}

#[test]
fn what_fails_once_is_taken_at_the_next_attempt_also_where_nobody_asks() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares").offline();
    let refuse = "CREATE TRIGGER refuses BEFORE INSERT ON stripe_customers BEGIN SELECT RAISE(ABORT, 'no'); END";
    store.query_text(refuse).expect("made");
    let customer = event("evt_1", "customer.created", 12, r#"{"id":"cus_1","object":"customer","name":"A"}"#);
    let accepted = intake.take(std::slice::from_ref(&customer), 100).expect("takes");
    assert!(matches!(accepted[0].verdict, Verdict::Failed(_)), "{accepted:?}");
    store.query_text("DROP TRIGGER refuses").expect("dropped");
    assert_eq!(verdicts(&intake.take_due(130, 10).expect("takes")), [&Verdict::Processed]);
    let row = "SELECT id, name, unsettled FROM stripe_customers";
    assert_eq!(store.query_text(row).expect("rows"), [["cus_1", "A", "1"]]);
}

#[test]
fn a_payload_is_laid_over_what_is_known_where_the_key_opens_another_account() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let new = NewAccount { country: Some("IT".to_owned()), ..NewAccount::opened("stripe", "acct_own", "live") };
    store.account(&new).expect("made");
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares").asking_in("live");
    let customer = |id: &str, account: &str| {
        let one =
            event(&format!("evt_{id}"), "customer.created", 12, &format!(r#"{{"id":"{id}","object":"customer"}}"#));
        delivery(&one.body.replacen('{', &format!(r#"{{"account":"{account}","#), 1))
    };
    let batch = [customer("cus_own", "acct_own"), customer("cus_other", "acct_other")];
    assert_eq!(verdicts(&intake.take(&batch, 100).expect("takes")), [&Verdict::Processed, &Verdict::Processed]);
    let ids = |sql: &str| store.query_text(sql).expect("rows").concat();
    assert_eq!(ids("SELECT id FROM stripe_customers"), ["cus_other"]);
    assert_eq!(ids("SELECT id FROM fetches ORDER BY id"), ["cus_other", "cus_own"]);
}

/// Prints for each type what becomes of it.
#[test]
fn every_type_that_stripe_has_is_mirrored_where_its_object_has_a_table() {
    #[derive(serde::Deserialize)]
    struct Facts {
        events: std::collections::BTreeMap<String, Vec<String>>,
    }
    let facts = include_str!("../../testdata/sandbox/stripe-facts.json");
    let facts: Facts = serde_json::from_str(facts).expect("the facts");
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    let has_table = |object: &str| catalog.entries().iter().any(|entry| entry.resource.objects.contains(&object));
    let mut mirrored = 0;
    for (number, (kind, objects)) in facts.events.iter().enumerate() {
        for object in objects {
            let body = format!(r#"{{"id":"x_{number}","object":"{object}"}}"#);
            let one = event(&format!("evt_{number}_{object}"), kind, 10, &body);
            let verdict = intake.take(&[one], 100).expect("takes").remove(0).verdict;
            // A preview has no row, whatever it is a preview of.
            let is_wanted = has_table(object) && kind != "invoice.upcoming";
            println!("{kind} ({object}): {}", if verdict == Verdict::Ignored { "ignored" } else { "mirrored" });
            assert_eq!(verdict == Verdict::Ignored, !is_wanted, "{kind} ({object}): {verdict:?}");
            mirrored += usize::from(is_wanted);
        }
    }
    assert!(facts.events.len() > 200 && mirrored > 150, "{} types, {mirrored} mirrored", facts.events.len());
}

#[test]
fn what_failed_is_tried_again_three_times_and_then_left_until_it_is_delivered_anew() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    let refuse = "CREATE TRIGGER refuses BEFORE INSERT ON stripe_products BEGIN SELECT RAISE(ABORT, 'no'); END";
    store.query_text(refuse).expect("made");
    let whole = event("evt_1", "product.updated", 12, r#"{"id":"prod_1","object":"product"}"#);
    intake.take(std::slice::from_ref(&whole), 100).expect("takes");
    let log = || {
        let text = "SELECT status, attempts, coalesce(next_attempt_at, '-') FROM webhook_events";
        store.query_text(text).expect("rows").remove(0).join(" ")
    };
    for (now_s, wanted) in [
        (129, "failed 1 130"),
        (130, "failed 2 190"),
        (189, "failed 2 190"),
        (190, "failed 3 310"),
        (310, "dead 4 -"),
        (9999, "dead 4 -"),
    ] {
        let taken = intake.take_due(now_s, 10).expect("takes");
        assert_eq!(log(), wanted, "at {now_s}");
        assert_eq!(taken.iter().any(|one| one.verdict.is_dead()), now_s == 310, "{taken:?}");
    }
    let attempts = "SELECT attempt, at, error FROM webhook_attempts ORDER BY attempt";
    assert_eq!(store.query_text(attempts).expect("rows").len(), 4);
    let again = intake.take(std::slice::from_ref(&whole), 15_000).expect("takes");
    assert!(matches!(again[0].verdict, Verdict::GivenUp(_)), "its sender is to send it again: {again:?}");
    store.query_text("DROP TRIGGER refuses").expect("dropped");
    let accepted = intake.take(&[whole], 20_000).expect("takes");
    assert_eq!(verdicts(&accepted), [&Verdict::Processed]);
    assert!(log().starts_with("processed "), "{}", log());
}

#[test]
fn what_is_left_of_a_deleted_object_is_what_its_deletion_told_in_any_order() {
    let product = |name: &str| format!(r#"{{"id":"prod_1","object":"product","name":"{name}"}}"#);
    let all = [
        event("evt_1", "product.created", 10, &product("A")),
        event("evt_2", "product.updated", 11, &product("B")),
        event("evt_3", "product.deleted", 12, &product("C")),
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let store = Store::in_memory().expect("opens");
        let catalog = super::super::catalog();
        let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
        for index in order {
            intake.take(&all[index..=index], 100).expect("takes");
        }
        let row = store.query_text("SELECT name, as_of, deleted_at, unsettled FROM stripe_products").expect("rows");
        assert_eq!(row, [["C", "12", "12", "0"]], "{order:?}");
    }
}

#[test]
fn a_time_that_is_none_does_not_stand_above_all_that_comes_later() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    let product = |name: &str| format!(r#"{{"id":"prod_1","object":"product","name":"{name}"}}"#);
    for (id, created_s, name) in [("evt_1", i64::MAX, "A"), ("evt_2", -5, "B"), ("evt_3", 50, "C")] {
        intake.take(&[event(id, "product.updated", created_s, &product(name))], 100).expect("takes");
    }
    let row = store.query_text("SELECT name, as_of FROM stripe_products").expect("rows");
    assert_eq!(row, [["C", "50"]]);
}

#[test]
fn what_lies_in_a_payload_ends_the_same_at_every_attempt_and_is_not_tried_in_vain() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    let twice = event("evt_1", "product.updated", 12, r#"{"id":"prod_1","id":"prod_2","object":"product"}"#);
    let lost = event("evt_2", "product.updated", 12, r#"{"object":"product"}"#);
    let accepted = intake.take(&[twice, lost.clone()], 100).expect("takes");
    assert!(accepted.iter().all(|one| matches!(one.verdict, Verdict::Unusable(_))), "{accepted:?}");
    assert_eq!(intake.take_due(99_999, 10).expect("takes"), []);
    let log = || {
        let text = "SELECT event_id, status, attempts, coalesce(next_attempt_at, '-') FROM webhook_events ORDER BY id";
        store.query_text(text).expect("rows")
    };
    assert_eq!(log(), [["evt_1", "dead", "1", "-"], ["evt_2", "dead", "1", "-"]]);
    let waiting = |row| (1, store.logged_event(row).expect("is there"));
    let again = intake.again(&[waiting(1), waiting(2)], 200).expect("takes");
    assert!(again.iter().all(|one| matches!(one.verdict, Verdict::Unusable(_))), "{again:?}");
    // Whoever wrote this row could not read what this version can.
    let spoil = "UPDATE webhook_events SET payload = replace(payload, '{\"object\":\"product\"', '{\"id\":\"prod_3\",\"object\":\"product\"')";
    store.query_text(spoil).expect("written");
    let again = intake.again(&[waiting(2)], 300).expect("takes");
    assert_eq!(verdicts(&again), [&Verdict::Processed]);
    assert_eq!(store.query_text("SELECT id FROM stripe_products").expect("rows"), [["prod_3"]]);
    let row = "SELECT status, object, object_id, coalesce(error, '-') FROM webhook_events WHERE event_id = 'evt_2'";
    assert_eq!(store.query_text(row).expect("rows"), [["processed", "stripe_products", "prod_3", "-"]]);
    // What came broken, comes whole.
    assert_eq!(verdicts(&intake.take(&[lost], 400).expect("takes")), [&Verdict::Duplicate]);
}

#[test]
fn objects_that_have_no_id_by_nature_are_no_failure() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    for (kind, object) in [
        ("balance.available", r#"{"object":"balance","available":[]}"#),
        ("balance_settings.updated", r#"{"object":"balance_settings"}"#),
        ("cash_balance.funds_available", r#"{"object":"cash_balance","customer":"cus_1"}"#),
        ("tax.settings.updated", r#"{"object":"tax.settings"}"#),
        ("billing.alert.triggered", r#"{"object":"billing.alert_triggered","customer":"cus_1"}"#),
        ("invoice.upcoming", r#"{"object":"invoice","customer":"cus_1"}"#),
    ] {
        let accepted = intake.take(&[event(kind, kind, 10, object)], 100).expect("takes");
        assert_eq!(verdicts(&accepted), [&Verdict::Ignored], "{kind}");
    }
    // A customer's entitlements are a list under the customer: the summary of them says whose is to be read anew.
    let customer = event("evt_1", "customer.created", 9, r#"{"id":"cus_1","object":"customer"}"#);
    let kind = "entitlements.active_entitlement_summary.updated";
    let summary =
        r#"{"object":"entitlements.active_entitlement_summary","customer":"cus_1","entitlements":{"data":[]}}"#;
    let accepted = intake.take(&[customer, event("evt_2", kind, 10, summary)], 100).expect("takes");
    assert_eq!(verdicts(&accepted)[1], &Verdict::Processed);
    let queued = "SELECT name, parent_id FROM fanouts JOIN resources ON resources.id = resource";
    assert_eq!(store.query_text(queued).expect("rows"), [["stripe_entitlements_active_entitlements", "cus_1"]]);
}

#[test]
fn a_thin_event_is_kept_and_concerns_no_table() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    let thin = delivery(
        r#"{"id":"evt_thin","object":"v2.core.event","type":"v1.customer.created","created":"2026-11-01T00:00:00.123Z",
            "livemode":true,"context":null,"related_object":{"id":"cus_1","type":"customer","url":"/v1/customers/cus_1"}}"#,
    );
    assert_eq!(verdicts(&intake.take(&[thin], 1_793_500_000).expect("takes")), [&Verdict::Ignored]);
    let log = "SELECT status, object_id, created, coalesce(object, '-'), coalesce(error, '-') FROM webhook_events";
    assert_eq!(store.query_text(log).expect("rows"), [["ignored", "cus_1", "1793491200", "-", "-"]]);
}

#[test]
fn a_redelivery_takes_the_event_of_the_log_and_none_of_its_tries() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    let refuse = "CREATE TRIGGER refuses BEFORE INSERT ON stripe_products WHEN new.name = 'bad'
                  BEGIN SELECT RAISE(ABORT, 'no'); END";
    store.query_text(refuse).expect("made");
    let of = |product: &str, name: &str| {
        event("evt_1", "product.updated", 12, &format!(r#"{{"id":"{product}","object":"product","name":"{name}"}}"#))
    };
    for _ in 0..9 {
        intake.take(&[of("prod_1", "bad")], 100).expect("takes");
    }
    let log = "SELECT status, attempts, next_attempt_at, object_id, (SELECT count(*) FROM webhook_attempts) FROM webhook_events";
    assert_eq!(store.query_text(log).expect("rows"), [["failed", "1", "130", "prod_1", "1"]]);
    // Another event by its name is not it.
    let other = intake.take(&[of("prod_2", "good")], 100).expect("takes");
    assert!(matches!(other[0].verdict, Verdict::Failed(_)), "{other:?}");
    store.query_text("DROP TRIGGER refuses").expect("dropped");
    assert_eq!(verdicts(&intake.take(&[of("prod_2", "good")], 100).expect("takes")), [&Verdict::Processed]);
    assert_eq!(store.query_text("SELECT id, name FROM stripe_products").expect("rows"), [["prod_1", "bad"]]);
    assert_eq!(verdicts(&intake.take(&[of("prod_1", "bad")], 100).expect("takes")), [&Verdict::Duplicate]);
}

#[test]
fn thousands_of_accounts_are_kept_apart_and_not_all_of_what_is_known_of_them() {
    const ACCOUNTS: usize = 3 * CURRENT_MAX;
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    let all: Vec<Delivery> = (0..ACCOUNTS)
        .map(|n| {
            let one = event(&format!("evt_{n}"), "product.updated", 12, r#"{"id":"prod_1","object":"product"}"#);
            delivery(&one.body.replacen('{', &format!(r#"{{"account":"acct_{n}","#), 1))
        })
        .collect();
    let accepted = intake.take(&all, 100).expect("takes");
    for (n, one) in accepted.iter().enumerate() {
        assert_eq!((&one.verdict, &one.account), (&Verdict::Processed, &format!("acct_{n}")));
    }
    assert!(intake.current.len() <= CURRENT_MAX, "{}", intake.current.len());
    let apart = "SELECT count(*), count(DISTINCT account) FROM stripe_products";
    assert_eq!(store.query_text(apart).expect("rows"), [[ACCOUNTS.to_string(), ACCOUNTS.to_string()]]);
}

#[test]
fn what_somebody_made_up_is_nobodys_history_once_a_key_says_whose_the_file_is() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::super::catalog();
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
    let sample = |kind: &str| {
        let path = format!("{}/testdata/events/{kind}.json", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).expect("a sample")
    };
    let made_up = Delivery { door: "test", ..delivery(&sample("customer.subscription.created")) };
    let told = delivery(&sample("invoice.paid"));
    intake.take(&[made_up, told], 1_800_000_000).expect("takes");
    let effects = "SELECT (SELECT count(*) FROM subscription_changes), (SELECT count(*) FROM billing_periods)";
    assert_eq!(store.query_text(effects).expect("rows"), [["1", "1"]]);
    let new = NewAccount { country: Some("IT".to_owned()), ..NewAccount::opened("stripe", "acct_1", "test") };
    store.account(&new).expect("is known");
    assert_eq!(store.query_text("SELECT remote_id FROM accounts").expect("rows"), [["acct_1"]]);
    assert_eq!(store.query_text(effects).expect("rows"), [["0", "1"]], "what a webhook told stays");
}
