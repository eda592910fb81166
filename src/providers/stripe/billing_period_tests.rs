//! The payloads are made of the shapes that Stripe publishes (`testdata/sandbox/stripe-fixtures.json`).

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;

use super::*;

static SHAPES: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../testdata/sandbox/stripe-fixtures.json");
    serde_json::from_str(text).expect("is JSON")
});

/// A line of an item of a subscription as it is today.
fn line(subscription: &str, start_s: i64, end_s: i64, is_proration: bool) -> Value {
    let mut line = SHAPES["line_item"].clone();
    line["period"] = json!({"start": start_s, "end": end_s});
    line["parent"] = json!({"type": "subscription_item_details", "invoice_item_details": null, "subscription_item_details": {
        "subscription": subscription, "subscription_item": "si_1", "proration": is_proration, "invoice_item": null}});
    line
}

/// A line of something that was added to the invoice.
fn added(start_s: i64, end_s: i64, is_proration: bool) -> Value {
    let mut line = SHAPES["line_item"].clone();
    line["period"] = json!({"start": start_s, "end": end_s});
    line["parent"] = json!({"type": "invoice_item_details", "subscription_item_details": null, "invoice_item_details": {
        "invoice_item": "ii_1", "subscription": "sub_1", "proration": is_proration}});
    line
}

fn invoice(status: &str, lines: &[Value]) -> Value {
    let mut invoice = SHAPES["invoice"].clone();
    for (name, value) in [
        ("id", json!("in_1")),
        ("customer", json!("cus_1")),
        ("status", json!(status)),
        ("billing_reason", json!("subscription_cycle")),
        ("currency", json!("usd")),
        ("amount_due", json!(1_220)),
        ("amount_paid", json!(0)),
        ("amount_remaining", json!(1_220)),
        ("total", json!(1_220)),
        ("attempt_count", json!(1)),
        ("period_start", json!(1_000)),
        ("period_end", json!(2_000)),
        (
            "parent",
            json!({"type": "subscription_details", "quote_details": null,
            "subscription_details": {"subscription": "sub_1", "metadata": {}}}),
        ),
    ] {
        invoice[name] = value;
    }
    invoice["lines"]["data"] = json!(lines);
    invoice
}

/// The same invoice as 2024-06-20 shows it.
fn aged(mut invoice: Value) -> Value {
    invoice["subscription"] = invoice["parent"]["subscription_details"]["subscription"].clone();
    invoice.as_object_mut().expect("is one").remove("parent");
    for line in invoice["lines"]["data"].as_array_mut().expect("is a list") {
        let (item, loose) = (&line["parent"]["subscription_item_details"], &line["parent"]["invoice_item_details"]);
        let details = if item.is_object() { item } else { loose }.clone();
        line["type"] =
            json!(if line["parent"]["type"] == "invoice_item_details" { "invoiceitem" } else { "subscription" });
        (line["subscription"], line["proration"]) = (details["subscription"].clone(), details["proration"].clone());
        line.as_object_mut().expect("is one").remove("parent");
    }
    invoice
}

fn told(verb: &str, invoice: &Value) -> Option<BillingPeriod> {
    let event = json!({"id": "evt_1", "object": "event", "type": format!("invoice.{verb}"), "created": 2_100, "api_version": null,
        "data": {"object": invoice}})
    .to_string();
    period(&EventBody::read(&event).expect("is an event"))
}

fn span(invoice: &Value) -> (Option<i64>, Option<i64>, &'static str) {
    let period = told("finalized", invoice).expect("tells one");
    (period.period_start_s, period.period_end_s, period.period_from.as_text())
}

#[test]
fn a_renewal_bills_the_period_of_its_lines_in_old_and_new_shapes() {
    let today = invoice("open", &[line("sub_1", 2_000, 3_000, false)]);
    let wanted = BillingPeriod {
        subscription_id: "sub_1".to_owned(),
        customer_id: Some("cus_1".to_owned()),
        invoice_id: "in_1".to_owned(),
        period_start_s: Some(2_000),
        period_end_s: Some(3_000),
        period_from: PeriodFrom::Lines,
        currency: Some("usd".to_owned()),
        amount_due_minor: Some(1_220),
        amount_paid_minor: Some(0),
        amount_remaining_minor: Some(1_220),
        total_minor: Some(1_220),
        status: Status::PaymentFailed,
        attempt_count: Some(1),
        billing_reason: Some("subscription_cycle".to_owned()),
        at_s: 2_100,
        event_id: "evt_1".to_owned(),
    };
    assert_eq!(told("payment_failed", &today), Some(wanted.clone()));
    assert_eq!(told("payment_failed", &aged(today)), Some(wanted));
}

#[test]
fn amounts_are_minor_units_of_any_currency() {
    for (currency, amount) in [("jpy", 980), ("kwd", 12_340)] {
        let mut all = invoice("paid", &[line("sub_1", 2_000, 3_000, false)]);
        (all["currency"], all["amount_paid"]) = (json!(currency), json!(amount));
        let period = told("paid", &all).expect("tells one");
        assert_eq!((period.currency.as_deref(), period.amount_paid_minor), (Some(currency), Some(amount)));
        all["amount_paid"] = json!(12.5);
        assert_eq!(told("paid", &all).expect("tells one").amount_paid_minor, None, "no amount is rounded");
    }
}

#[test]
fn usage_prorations_other_intervals_and_additions_do_not_stretch_the_period() {
    let (month, year) = (line("sub_1", 2_000, 3_000, false), line("sub_1", 2_000, 14_000, false));
    let (usage, change) = (line("sub_1", 1_000, 2_000, false), line("sub_1", 2_500, 3_000, true));
    let foreign = line("sub_2", 2_200, 2_300, false);
    for (lines, wanted) in [
        (vec![month.clone(), year.clone()], (2_000, 3_000)),
        (vec![year.clone(), usage.clone(), month.clone()], (2_000, 3_000)),
        (vec![usage.clone()], (1_000, 2_000)),
        (vec![change.clone(), month.clone()], (2_000, 3_000)),
        (vec![change.clone()], (2_500, 3_000)),
        (vec![added(2_400, 3_000, true), added(2_600, 2_600, false)], (2_400, 3_000)),
        (vec![added(2_600, 2_600, false), month.clone()], (2_000, 3_000)),
        (vec![foreign, month], (2_000, 3_000)),
        (vec![line("sub_1", 2_000, 2_000, false)], (2_000, 2_000)),
    ] {
        let all = invoice("open", &lines);
        assert_eq!(span(&all), (Some(wanted.0), Some(wanted.1), "lines"), "{lines:?}");
        assert_eq!(span(&aged(all)), (Some(wanted.0), Some(wanted.1), "lines"), "{lines:?}");
    }
}

#[test]
fn a_list_cut_short_says_so_and_no_line_leaves_the_invoices_own_period() {
    let mut cut = invoice("open", &[line("sub_1", 2_000, 3_000, false)]);
    cut["lines"]["has_more"] = json!(true);
    assert_eq!(span(&cut), (Some(2_000), Some(3_000), "lines_cut_short"));
    cut["lines"]["data"] = json!([added(2_600, 2_600, false)]);
    assert_eq!(span(&cut), (Some(1_000), Some(2_000), "invoice"));
    assert_eq!(span(&invoice("open", &[])), (Some(1_000), Some(2_000), "invoice"));
}

#[test]
fn the_status_is_what_the_invoice_shows_and_else_what_the_event_is_called() {
    for (verb, shown, wanted) in [
        ("finalized", "open", "finalized"),
        ("sent", "open", "sent"),
        ("payment_attempt_required", "open", "attempt_required"),
        ("payment_action_required", "open", "action_required"),
        ("payment_failed", "open", "payment_failed"),
        ("payment_succeeded", "open", "partly_paid"),
        ("payment_succeeded", "paid", "paid"),
        ("overdue", "open", "overdue"),
        ("marked_uncollectible", "uncollectible", "uncollectible"),
        ("paid", "paid", "paid"),
        ("voided", "void", "void"),
        // An invoice of nothing; a receipt; a payment tried on what was given up.
        ("finalized", "paid", "paid"),
        ("sent", "paid", "paid"),
        ("payment_failed", "uncollectible", "uncollectible"),
        // What it is called weighs more than a status that is behind.
        ("paid", "open", "paid"),
        ("voided", "uncollectible", "void"),
    ] {
        let period = told(verb, &invoice(shown, &[])).expect("tells one");
        assert_eq!(period.status.as_text(), wanted, "{verb} {shown}");
        assert_eq!(Status::from_text(wanted), Some(period.status));
    }
    assert_eq!(Status::from_text("draft"), None);
}

#[test]
fn other_events_and_invoices_of_no_subscription_tell_nothing() {
    let all = invoice("open", &[line("sub_1", 2_000, 3_000, false)]);
    for verb in ["created", "updated", "upcoming", "will_be_due", "deleted", "finalization_failed", "overpaid"] {
        assert_eq!(told(verb, &all), None, "{verb}");
    }
    let mut one_off = all.clone();
    one_off["parent"] = Value::Null;
    assert_eq!(told("paid", &one_off), None);
    let mut nameless = all.clone();
    nameless["id"] = Value::Null;
    assert_eq!(told("paid", &nameless), None);
    assert_eq!(told("paid", &SHAPES["subscription"]), None);
    let mut expanded = all;
    expanded["parent"]["subscription_details"]["subscription"] = json!({"id": "sub_1", "object": "subscription"});
    assert_eq!(told("paid", &expanded).expect("tells one").subscription_id, "sub_1");
}

#[test]
fn what_is_final_stands_and_else_what_is_later() {
    let stands = |new: (i64, &str, &str), old: (i64, &str, &str)| {
        let status = |text: &str| Status::from_text(text).expect("is one");
        supersedes((new.0, status(new.1), new.2), (old.0, status(old.1), old.2))
    };
    for (loser, winner) in [
        ((5, "finalized", "evt_9"), (5, "sent", "evt_1")),
        ((5, "sent", "evt_9"), (5, "payment_failed", "evt_1")),
        ((5, "payment_failed", "evt_9"), (5, "paid", "evt_1")),
        ((5, "payment_failed", "evt_9"), (6, "sent", "evt_1")),
        ((5, "payment_failed", "evt_1"), (5, "payment_failed", "evt_2")),
        // The seconds of one request's events are not always in order; nothing leads back from what is final.
        ((6, "finalized", "evt_1"), (5, "paid", "evt_2")),
        ((9, "payment_failed", "evt_1"), (5, "uncollectible", "evt_2")),
        ((9, "uncollectible", "evt_1"), (5, "paid", "evt_2")),
        ((9, "uncollectible", "evt_1"), (5, "void", "evt_2")),
        ((5, "paid", "evt_1"), (6, "paid", "evt_0")),
    ] {
        assert!(stands(winner, loser) && !stands(loser, winner), "{loser:?} {winner:?}");
    }
    assert!(!stands((5, "paid", "evt_1"), (5, "paid", "evt_1")), "not itself");
}

proptest! {
    #[test]
    fn every_order_of_arrival_ends_with_the_same_event(
        events in prop::collection::vec((0_i64..3, prop::sample::select(&ALL[..])), 1..8),
        keys in prop::collection::vec(any::<u32>(), 8),
    ) {
        let named: Vec<(i64, Status, String)> =
            events.into_iter().zip(0..).map(|((at_s, status), n)| (at_s, status, format!("evt_{n}"))).collect();
        let last = |order: &[usize]| {
            let mut standing = &named[order[0]];
            for &next in order {
                let (new, old) = (&named[next], standing);
                if supersedes((new.0, new.1, &new.2), (old.0, old.1, &old.2)) {
                    standing = new;
                }
            }
            standing.clone()
        };
        let mut order: Vec<usize> = (0..named.len()).collect();
        let first = last(&order);
        order.sort_by_key(|at| keys[*at]);
        prop_assert_eq!(&first, &last(&order));
        for other in named.iter().filter(|other| **other != first) {
            prop_assert!(supersedes((first.0, first.1, &first.2), (other.0, other.1, &other.2)));
        }
    }
}
