//! The payloads are made of the shapes that Stripe publishes (`testdata/sandbox/stripe-fixtures.json`).

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;

use super::super::subscription_terms::Amount;
use super::*;

static SHAPES: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../testdata/sandbox/stripe-fixtures.json");
    serde_json::from_str(text).expect("is JSON")
});

/// A price: its id, its unit amount, and what is special about it laid over.
fn price(id: &str, unit: i64, special: Value) -> Value {
    let mut price = SHAPES["price"].clone();
    overlay(
        &mut price,
        &json!({"id": id, "unit_amount": unit, "unit_amount_decimal": unit.to_string(), "transform_quantity": null}),
    );
    overlay(&mut price, &special);
    price
}

fn item(id: &str, price: Value, quantity: i64) -> Value {
    let mut item = SHAPES["subscription_item"].clone();
    let period = json!({"current_period_start": 1_000, "current_period_end": 5_000, "plan": null});
    overlay(&mut item, &period);
    (item["id"], item["price"], item["quantity"]) = (json!(id), price, json!(quantity));
    item
}

fn subscription(status: &str, items: &[Value]) -> Value {
    let mut subscription = SHAPES["subscription"].clone();
    let plain = json!({"id": "sub_1", "customer": "cus_1", "status": status, "cancel_at": null,
        "cancel_at_period_end": false, "pause_collection": null, "items": {"data": items}});
    overlay(&mut subscription, &plain);
    subscription
}

fn one(status: &str, unit: i64, quantity: i64) -> Value {
    subscription(status, &[item("si_1", price(&format!("price_{unit}"), unit, json!({})), quantity)])
}

/// The old values of what changed, as the service sends them: hashes by key, arrays whole.
fn previous(old: &Value, new: &Value) -> Value {
    let (Value::Object(before), Value::Object(after)) = (old, new) else { return old.clone() };
    let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)));
    let changed = keys.filter(|key| old[*key] != new[*key]);
    Value::Object(changed.map(|key| (key.clone(), previous(&old[key], &new[key]))).collect())
}

fn at(second: i64, verb: &str, version: &str, object: &Value, previous: Option<&Value>) -> String {
    let mut data = json!({"object": object});
    if let Some(previous) = previous {
        data["previous_attributes"] = previous.clone();
    }
    let kind = format!("customer.subscription.{verb}");
    json!({"id": format!("evt_{second}"), "object": "event", "type": kind, "created": second, "api_version": version, "data": data})
        .to_string()
}

const NEW: &str = "2026-10-28.endive";

fn read(json: &str) -> Vec<SubscriptionChange> {
    changes(&EventBody::read(json).expect("is an event"))
}

fn told(verb: &str, object: &Value) -> Vec<SubscriptionChange> {
    read(&at(9, verb, NEW, object, None))
}

fn update(old: &Value, new: &Value) -> Vec<SubscriptionChange> {
    read(&at(9, "updated", NEW, new, Some(&previous(old, new))))
}

fn amount(amount: &Amount) -> String {
    let whole = amount.minor.map(|minor| minor.to_string());
    whole.or_else(|| amount.decimal.clone()).unwrap_or_else(|| amount.unknown.unwrap_or("?").to_owned())
}

/// `upgrade 1000→2000`, one after the other.
fn brief(changes: &[SubscriptionChange]) -> String {
    let each = changes
        .iter()
        .map(|c| format!("{} {}→{}", c.kind.as_text(), amount(&c.old.terms.amount), amount(&c.new.terms.amount)));
    each.collect::<Vec<_>>().join(", ")
}

#[test]
fn one_event_may_tell_several_changes_each_from_where_the_one_before_ended() {
    let (old, new) = (one("trialing", 1_000, 1), one("active", 2_000, 1));
    let changes = update(&old, &new);
    assert_eq!(brief(&changes), "upgrade 1000→2000, trial_end 2000→2000");
    assert_eq!(changes.iter().map(|change| change.ordinal).collect::<Vec<_>>(), [0, 1]);
    let first = &changes[0];
    assert_eq!((&*first.subscription_id, first.customer_id.as_deref()), ("sub_1", Some("cus_1")));
    assert_eq!((first.currency.as_deref(), first.effective_s), (Some("usd"), 9));
    assert_eq!((first.old.status.as_deref(), first.new.status.as_deref()), (Some("trialing"), Some("active")));
    let sides = [&first.old.terms, &first.new.terms];
    assert_eq!(sides.map(|terms| terms.price_id.as_deref()), [Some("price_1000"), Some("price_2000")]);
    assert_eq!(sides.map(|terms| (terms.interval.as_deref(), terms.interval_count)), [(Some("month"), Some(1)); 2]);
    assert_eq!(sides.map(|terms| (terms.quantity, terms.items.as_deref())), [(Some(1), None); 2]);
}

#[test]
fn more_less_and_as_much_are_told_apart() {
    for (old, new, wanted) in [
        (one("active", 1_000, 1), one("active", 1_000, 3), "quantity 1000→3000"),
        (one("active", 1_000, 3), one("active", 1_000, 0), "quantity 3000→0"),
        (one("active", 1_000, 3), one("active", 2_000, 1), "downgrade 3000→2000"),
        (one("active", 1_000, 2), one("active", 2_000, 1), "plan_change 2000→2000"),
        (one("active", 1_000, 1), one("past_due", 1_000, 1), ""),
    ] {
        assert_eq!(brief(&update(&old, &new)), wanted);
    }
    let same_status = &update(&one("past_due", 1_000, 1), &one("past_due", 1_000, 3))[0];
    assert_eq!(same_status.old.status.as_deref(), Some("past_due"), "also where the status is not what changed");
}

#[test]
fn a_renewal_and_other_edits_of_items_tell_nothing() {
    let old = one("active", 1_000, 1);
    let mut new = old.clone();
    new["items"]["data"][0]["current_period_end"] = json!(9_000);
    new["items"]["data"][0]["metadata"]["seat"] = json!("7");
    assert_eq!(brief(&update(&old, &new)), "");
    assert_eq!(brief(&told("updated", &new)), "", "an update that says nothing of before");
}

#[test]
fn amounts_of_different_intervals_are_compared_per_year() {
    let of = |interval: &str, count: i64, unit: i64| {
        let every = json!({"recurring": {"interval": interval, "interval_count": count}});
        subscription("active", &[item("si_1", price(&format!("price_{interval}_{count}_{unit}"), unit, every), 1)])
    };
    let mut uncounted = of("month", 1, 10);
    uncounted["items"]["data"][0]["price"]["recurring"]["interval_count"] = Value::Null;
    for (old, new, wanted) in [
        (of("month", 1, 10), of("year", 1, 100), "downgrade 10→100"),
        (of("month", 1, 10), of("year", 1, 120), "plan_change 10→120"),
        (of("month", 1, 10), of("year", 1, 121), "upgrade 10→121"),
        (of("month", 1, 10), of("month", 3, 31), "upgrade 10→31"),
        (of("week", 1, 7), of("day", 1, 1), "upgrade 7→1"),
        (of("day", 365, 100), of("week", 52, 100), "plan_change 100→100"),
        (of("month", 7, 100), of("month", 3, 43), "upgrade 100→43"),
        (uncounted, of("year", 1, 121), "upgrade 10→121"),
        (of("fortnight", 1, 10), of("year", 1, 9_000), "plan_change 10→9000"),
    ] {
        assert_eq!(brief(&update(&old, &new)), wanted);
    }
    let terms = &update(&of("month", 1, 10), &of("month", 3, 31))[0].new.terms;
    assert_eq!((terms.interval.as_deref(), terms.interval_count), (Some("month"), Some(3)));
}

#[test]
fn fractions_of_minor_units_are_exact() {
    let of = |decimal: &str, quantity: i64| {
        let odd = json!({"unit_amount": null, "unit_amount_decimal": decimal});
        subscription("active", &[item("si_1", price("price_odd", 0, odd), quantity)])
    };
    for (decimal, quantity, wanted) in [
        ("0.5", 3, "1.5"),
        ("0.5", 4, "2"),
        ("0.000000000001", 1, "0.000000000001"),
        ("0.1", 3, "0.3"),
        ("1050.0", 2, "2100"),
        ("-0.5", 1, "-0.5"),
        ("9223372036854775807", 2, "18446744073709551614"),
        ("0.0000000000001", 1, "unreadable"),
        ("1e3", 1, "unreadable"),
        ("", 1, "unreadable"),
        (".5", 1, "unreadable"),
        ("9999999999999999999999999999", 9_999_999, "unreadable"),
        ("9999999999999999999999999", 9_999_999, "too_large"),
    ] {
        assert_eq!(brief(&told("created", &of(decimal, quantity))), format!("new 0→{wanted}"), "{decimal}");
    }
    assert_eq!(brief(&update(&of("0.1", 3), &of("0.1", 4))), "quantity 0.3→0.4");
}

#[test]
fn minor_units_are_taken_as_they_are_sent_in_every_currency() {
    for (currency, unit) in [("jpy", 980), ("kwd", 12_340), ("usd", 999)] {
        let mut all = one("active", 1, 2);
        let priced = price("price_x", unit, json!({"currency": currency}));
        (all["currency"], all["items"]["data"][0]["price"]) = (json!(currency), priced);
        let changes = told("created", &all);
        assert_eq!(brief(&changes), format!("new 0→{}", unit * 2));
        assert_eq!(changes[0].currency.as_deref(), Some(currency));
        // The oldest versions name it in the plan alone.
        all["currency"] = Value::Null;
        assert_eq!(told("created", &all), changes);
    }
}

#[test]
fn several_items_are_a_sum_and_a_list() {
    let items = |last: i64| {
        [item("si_2", price("price_b", 300, json!({})), last), item("si_1", price("price_a", 1_000, json!({})), 1)]
    };
    let (old, new) = (subscription("active", &items(2)), subscription("active", &items(5)));
    let changes = update(&old, &new);
    assert_eq!(brief(&changes), "quantity 1600→2500");
    let terms = &changes[0].old.terms;
    assert_eq!((terms.price_id.as_deref(), terms.quantity), (None, None));
    let list = r#"[{"price":"price_a","quantity":1},{"price":"price_b","quantity":2}]"#;
    assert_eq!(terms.items.as_deref(), Some(list));
    assert_eq!(brief(&update(&one("active", 1_000, 1), &old)), "upgrade 1000→1600");
    assert_eq!(brief(&update(&old, &one("active", 1_000, 1))), "downgrade 1600→1000");
}

#[test]
fn what_cannot_be_known_is_not_guessed_and_says_why() {
    let with = |special: Value| subscription("active", &[item("si_1", price("price_x", 100, special), 1)]);
    let mixed = subscription(
        "active",
        &[
            item("si_1", price("price_m", 100, json!({})), 1),
            item("si_2", price("price_y", 900, json!({"recurring": {"interval": "year"}})), 1),
        ],
    );
    let mut cut = one("active", 100, 1);
    cut["items"]["has_more"] = json!(true);
    for (object, wanted) in [
        (with(json!({"billing_scheme": "tiered", "unit_amount": null})), "tiered"),
        (with(json!({"recurring": {"usage_type": "metered"}})), "metered"),
        (with(json!({"currency": "eur"})), "currency"),
        (with(json!({"unit_amount": null, "unit_amount_decimal": null})), "unreadable"),
        (with(json!({"unit_amount": 1.5, "unit_amount_decimal": null})), "unreadable"),
        (mixed.clone(), "mixed_intervals"),
        (cut.clone(), "items_cut_short"),
        (one("active", 100, -1), "unreadable"),
        (subscription("active", &[]), "no_items"),
    ] {
        let changes = told("created", &object);
        assert_eq!(brief(&changes), format!("new 0→{wanted}"));
        assert_eq!((changes[0].new.terms.amount.minor, &changes[0].new.terms.amount.decimal), (None, &None));
    }
    let tiered = with(json!({"id": "price_t", "billing_scheme": "tiered"}));
    assert_eq!(brief(&update(&one("active", 100, 1), &tiered)), "plan_change 100→tiered");
    // The sum of a month and a year is none, but which of two such is more is certain.
    let mut more = mixed.clone();
    more["items"]["data"][1]["price"] =
        price("price_z", 901, json!({"recurring": {"interval": "year", "interval_count": 1}}));
    assert_eq!(brief(&update(&mixed, &more)), "upgrade mixed_intervals→mixed_intervals");
    let mut foreign = with(json!({"id": "price_e", "currency": "eur"}));
    foreign["currency"] = json!("eur");
    assert_eq!(brief(&update(&foreign, &one("active", 500, 1))), "plan_change currency→500");
    let offered = with(json!({"currency": "eur", "currency_options": {"usd": {"unit_amount": 130}}}));
    assert_eq!(brief(&told("created", &offered)), "new 0→130");
    let stepped = json!({"usd": {"unit_amount": 130, "tiers": [{"up_to": null, "unit_amount": 130}]}});
    let stepped = with(json!({"currency": "eur", "currency_options": stepped}));
    assert_eq!(brief(&told("created", &stepped)), "new 0→tiered");
    let mut also_cut = one("active", 900, 1);
    also_cut["items"]["has_more"] = json!(true);
    assert_eq!(brief(&update(&cut, &also_cut)), "plan_change items_cut_short→items_cut_short");
}

#[test]
fn packages_are_counted_before_they_are_priced() {
    for (round, quantity, wanted) in [("up", 1_001, 200), ("down", 1_999, 100), ("up", 1_000, 100), ("up", 0, 0)] {
        let packed = price("price_p", 100, json!({"transform_quantity": {"divide_by": 1_000, "round": round}}));
        let object = subscription("active", &[item("si_1", packed, quantity)]);
        assert_eq!(brief(&told("created", &object)), format!("new 0→{wanted}"));
    }
    let broken = price("price_p", 100, json!({"transform_quantity": {"divide_by": 0, "round": "up"}}));
    assert_eq!(brief(&told("created", &subscription("active", &[item("si_1", broken, 1)]))), "new 0→unreadable");
}

#[test]
fn a_subscription_begins_when_it_is_no_longer_incomplete() {
    let incomplete = one("incomplete", 500, 1);
    assert_eq!(brief(&told("created", &incomplete)), "");
    assert_eq!(brief(&update(&incomplete, &one("incomplete", 700, 1))), "");
    let mut active = one("active", 500, 1);
    assert_eq!(brief(&update(&incomplete, &active)), "new 0→500");
    assert_eq!(brief(&told("created", &active)), "new 0→500");
    assert_eq!(brief(&told("created", &one("a_new_status", 500, 1))), "new 0→500");
    active["cancel_at"] = json!(77);
    active["status"] = json!("trialing");
    let changes = update(&incomplete, &active);
    assert_eq!(brief(&changes), "new 0→500, trial_start 500→500, cancel_scheduled 500→500");
    assert_eq!(changes.iter().map(|change| change.effective_s).collect::<Vec<_>>(), [9, 9, 77]);
    assert_eq!((changes[0].old.status.as_deref(), &changes[0].old.terms), (Some("incomplete"), &Terms::nothing()));
    let expired = one("incomplete_expired", 500, 1);
    assert_eq!(brief(&update(&incomplete, &expired)), "");
    assert_eq!(brief(&told("deleted", &expired)), "");
    let was_incomplete = at(9, "deleted", NEW, &one("canceled", 500, 1), Some(&json!({"status": "incomplete"})));
    assert_eq!(brief(&read(&was_incomplete)), "");
}

#[test]
fn the_end_is_told_once() {
    let (active, ended) = (one("active", 500, 2), one("canceled", 500, 2));
    let changes = told("deleted", &ended);
    assert_eq!(brief(&changes), "canceled 1000→0");
    let only = &changes[0];
    assert_eq!((only.old.status.as_deref(), only.new.status.as_deref()), (None, Some("canceled")));
    assert_eq!(only.old.terms.price_id.as_deref(), Some("price_500"));
    assert_eq!(only.new.terms, Terms::nothing());
    assert_eq!(brief(&update(&active, &ended)), "");
    assert_eq!(brief(&update(&active, &one("canceled", 700, 2))), "upgrade 1000→1400");
    let mut edited = ended.clone();
    edited["metadata"]["note"] = json!("later");
    edited["cancel_at"] = json!(88);
    assert_eq!(brief(&update(&ended, &edited)), "");
}

#[test]
fn what_was_given_up_and_goes_on_is_reactivated() {
    assert_eq!(brief(&update(&one("unpaid", 500, 1), &one("active", 500, 1))), "reactivated 500→500");
    let both = "reactivated 500→500, upgrade 500→600";
    assert_eq!(brief(&update(&one("unpaid", 500, 1), &one("active", 600, 1))), both);
    assert_eq!(brief(&update(&one("unpaid", 500, 1), &one("past_due", 500, 1))), "");
    assert_eq!(brief(&update(&one("canceled", 500, 1), &one("active", 600, 1))), "reactivated 0→600");
}

#[test]
fn planned_ends_tell_when() {
    let none = one("active", 500, 1);
    let planned = |cancel_at: Value, at_period_end: bool| {
        let mut planned = none.clone();
        (planned["cancel_at"], planned["cancel_at_period_end"]) = (cancel_at, json!(at_period_end));
        planned
    };
    let told = |old: &Value, new: &Value| {
        update(old, new)
            .iter()
            .map(|c| format!("{} {}", c.kind.as_text(), c.effective_s))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (dated, moved) = (planned(json!(300), false), planned(json!(400), true));
    assert_eq!(told(&none, &dated), "cancel_scheduled 300");
    assert_eq!(told(&dated, &moved), "cancel_scheduled 400");
    assert_eq!(told(&moved, &none), "cancel_unscheduled 9");
    assert_eq!(told(&planned(json!(300), true), &dated), "");
    // Versions that give no date: the end of the period that runs, in the items or at the top.
    let undated = planned(Value::Null, true);
    assert_eq!(told(&none, &undated), "cancel_scheduled 5000");
    let mut old_shape = undated.clone();
    old_shape["current_period_end"] = json!(6_000);
    assert_eq!(told(&none, &old_shape), "cancel_scheduled 6000");
    old_shape["items"] = Value::Null;
    old_shape["current_period_end"] = Value::Null;
    old_shape["plan"] = json!({"id": "gold", "amount": 500, "interval": "month"});
    let unflagged = json!({"cancel_at_period_end": false});
    let changes = read(&at(9, "updated", "2015-10-16", &old_shape, Some(&unflagged)));
    assert_eq!((brief(&changes), changes[0].effective_s), ("cancel_scheduled 500→500".to_owned(), 9));
}

#[test]
fn pauses_are_told_once_and_change_no_amount() {
    let (active, paused) = (one("active", 500, 1), one("paused", 500, 1));
    assert_eq!(brief(&update(&active, &paused)), "");
    assert_eq!(brief(&update(&one("trialing", 500, 1), &paused)), "trial_end 500→500");
    let changes = told("paused", &paused);
    assert_eq!(brief(&changes), "paused 500→500");
    assert_eq!((changes[0].old.status.as_deref(), changes[0].new.status.as_deref()), (None, Some("paused")));
    let changes = told("resumed", &active);
    assert_eq!(brief(&changes), "resumed 500→500");
    assert_eq!((changes[0].old.status.as_deref(), changes[0].new.status.as_deref()), (Some("paused"), Some("active")));
    assert_eq!(brief(&told("resumed", &one("incomplete", 500, 1))), "", "what never began is not resumed");
    let mut uncollected = active.clone();
    uncollected["pause_collection"] = json!({"behavior": "void", "resumes_at": null});
    assert_eq!(brief(&update(&active, &uncollected)), "paused 500→500");
    assert_eq!(brief(&update(&uncollected, &active)), "resumed 500→500");
    let mut otherwise = uncollected.clone();
    otherwise["pause_collection"]["behavior"] = json!("keep_as_draft");
    assert_eq!(brief(&update(&uncollected, &otherwise)), "");
}

#[test]
fn other_events_and_what_is_no_subscription_tell_nothing() {
    let active = one("active", 500, 1);
    for verb in ["trial_will_end", "pending_update_applied", "pending_update_expired", "invented"] {
        assert_eq!(told(verb, &active), [], "{verb}");
    }
    for object in
        [json!(null), json!([]), json!("sub_1"), json!({"object": "invoice", "id": "in_1"}), SHAPES["invoice"].clone()]
    {
        assert_eq!(told("created", &object), []);
    }
    let mut nameless = active.clone();
    nameless["id"] = Value::Null;
    assert_eq!(told("created", &nameless), []);
    let other = at(9, "created", NEW, &active, None).replace("customer.subscription.", "subscription_schedule.");
    assert_eq!(read(&other), []);
    let mut expanded = active;
    expanded["customer"] = json!({"id": "cus_9", "object": "customer"});
    assert_eq!(told("created", &expanded)[0].customer_id.as_deref(), Some("cus_9"));
}

#[test]
fn the_oldest_versions_send_a_part_of_an_array_and_it_is_not_taken_for_the_whole() {
    let items = |first: i64| {
        [
            item("si_1", price(&format!("price_{first}"), first, json!({})), 1),
            item("si_2", price("price_b", 300, json!({})), 1),
        ]
    };
    let new = subscription("active", &items(1_000));
    let part = json!({"items": {"data": [items(500)[0]]}});
    let wanted = "plan_change array_in_part→1300";
    assert_eq!(brief(&read(&at(9, "updated", "2017-04-06", &new, Some(&part)))), wanted);
    assert_eq!(brief(&read(&at(9, "updated", "2017-05-25", &new, Some(&part)))), "upgrade 500→1300");
}

/// A state of a generated life.
#[derive(Debug, Clone)]
struct Phase {
    status: &'static str,
    interval: &'static str,
    sold: Vec<(usize, i64)>,
    ends: Option<i64>,
    is_paused: bool,
}

const UNITS: [i64; 5] = [0, 1, 999, 2_000, 123_456];

impl Phase {
    fn amount(&self) -> i64 {
        self.sold.iter().map(|(unit, quantity)| UNITS[*unit] * quantity).sum()
    }

    fn object(&self, at: i64) -> Value {
        let every = json!({"recurring": {"interval": self.interval}});
        let items: Vec<Value> = (self.sold.iter())
            .map(|&(unit, quantity)| {
                let id = format!("price_{unit}_{}", self.interval);
                let mut item = item(&format!("si_{unit}"), price(&id, UNITS[unit], every.clone()), quantity);
                item["current_period_end"] = json!(5_000 + at);
                item
            })
            .collect();
        let mut object = subscription(self.status, &items);
        object["cancel_at"] = json!(self.ends);
        if self.is_paused {
            object["pause_collection"] = json!({"behavior": "void", "resumes_at": null});
        }
        object
    }
}

/// Which shape the events of a life have.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    Today,
    /// A plan beside each price, and the only plan and quantity at the top as well.
    Plans,
    /// The same, and the old values of an only item at the top alone.
    PlansOnTop,
}

fn shaped(mut object: Value, shape: Shape) -> Value {
    if shape == Shape::Today {
        return object;
    }
    let items = object["items"]["data"].as_array_mut().expect("is a list");
    for item in items.iter_mut() {
        let price = &item["price"];
        let plan = json!({"object": "plan", "id": price["id"], "amount": price["unit_amount"], "currency": price["currency"],
            "interval": price["recurring"]["interval"], "interval_count": 1, "usage_type": "licensed"});
        item["plan"] = plan;
    }
    let top =
        if let [only] = &items[..] { (only["plan"].clone(), only["quantity"].clone()) } else { Default::default() };
    (object["plan"], object["quantity"]) = top;
    object
}

/// Makes the events of a life. What is sold at its end is the last phase's.
fn life(phases: &[Phase], ends: bool, ends_by_update: bool, shape: Shape) -> Vec<String> {
    let version = if shape == Shape::Today { NEW } else { "2024-06-20" };
    let objects: Vec<Value> = phases.iter().zip(0..).map(|(phase, at)| shaped(phase.object(at), shape)).collect();
    let updated = |second: i64, old: &Value, new: &Value| {
        let mut previous = previous(old, new);
        let tells_on_top =
            previous.get("plan").is_some_and(Value::is_object) || previous.get("quantity").is_some_and(Value::is_i64);
        if shape == Shape::PlansOnTop && tells_on_top && new["plan"].is_object() {
            previous.as_object_mut().expect("is one").remove("items");
        }
        at(second, "updated", version, new, Some(&previous))
    };
    let mut events = vec![at(100, "created", version, &objects[0], None)];
    for (step, pair) in (1..).zip(objects.windows(2)) {
        // Two steps share a second.
        let second = 100 + step / 2;
        events.push(updated(second, &pair[0], &pair[1]));
        match (pair[0]["status"] == "paused", pair[1]["status"] == "paused") {
            (false, true) => events.push(at(second, "paused", version, &pair[1], None)),
            (true, false) => events.push(at(second, "resumed", version, &pair[1], None)),
            _ => {}
        }
    }
    if let Some(last) = objects.last().filter(|_| ends) {
        let mut ended = last.clone();
        ended["status"] = json!("canceled");
        if ends_by_update {
            events.push(updated(900, last, &ended));
        }
        events.push(at(900, "deleted", version, &ended, None));
    }
    events
}

fn phase(statuses: &'static [&'static str]) -> impl Strategy<Value = Phase> {
    let sold = prop::collection::btree_map(0..UNITS.len(), 0_i64..4, 1..4);
    let ends = prop::option::of(Just(700_i64).prop_union(Just(800)));
    (prop::sample::select(statuses), prop::sample::select(&["month", "year"][..]), sold, ends, any::<bool>()).prop_map(
        |(status, interval, sold, ends, is_paused)| Phase {
            status,
            interval,
            sold: sold.into_iter().collect(),
            ends,
            is_paused,
        },
    )
}

fn phases() -> impl Strategy<Value = Vec<Phase>> {
    let before = prop::collection::vec(phase(&["incomplete"]), 0..3);
    let running = phase(&["active", "trialing", "past_due", "unpaid", "paused"]);
    (before, prop::collection::vec(running, 1..8)).prop_map(|(before, running)| [before, running].concat())
}

proptest! {
    #[test]
    fn every_order_of_a_lifes_events_books_the_same_and_the_money_adds_up(
        phases in phases(), ends: bool, ends_by_update: bool,
        shape in prop::sample::select(&[Shape::Today, Shape::Plans, Shape::PlansOnTop][..]),
        keys in prop::collection::vec(any::<u32>(), 40),
    ) {
        let events = life(&phases, ends, ends_by_update, shape);
        let booked: Vec<SubscriptionChange> = events.iter().flat_map(|event| read(event)).collect();

        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_key(|at| keys[*at]);
        let mut of_shuffled: Vec<_> = order.iter().flat_map(|at| read(&events[*at])).collect();
        let mut sorted = booked.clone();
        of_shuffled.sort();
        sorted.sort();
        prop_assert_eq!(of_shuffled, sorted);

        let of_today: Vec<_> = life(&phases, ends, ends_by_update, Shape::Today).iter().flat_map(|event| read(event)).collect();
        prop_assert_eq!(&booked, &of_today, "the shape of the version changes nothing");

        let last = phases.last().map_or(0, Phase::amount);
        let mut standing = 0;
        for change in &booked {
            prop_assert_eq!(change.old.terms.amount.minor, Some(standing), "each begins where the last one ended");
            standing = change.new.terms.amount.minor.expect("is whole");
        }
        prop_assert_eq!(standing, if ends { 0 } else { last });
        let begun = booked.iter().filter(|change| change.kind == Kind::New).count();
        let ended = booked.iter().filter(|change| change.kind == Kind::Canceled).count();
        prop_assert_eq!((begun, ended), (1, usize::from(ends)));
    }
}
