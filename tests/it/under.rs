//! Lists under objects: asked for once in a first reading, again in every later one, and priced for what they cost.

use std::collections::HashMap;

use serde_json::json;
use stripesync::http::Limits;
use stripesync::model::cancel::Cancel;
use stripesync::sandbox::{Change, Options as SandboxOptions, Sandbox, Sizes};
use stripesync::store::Store;
use stripesync::sync::{self, Options};

use crate::support;

fn sandbox(customers: u32) -> Sandbox {
    let options = SandboxOptions { sizes: Sizes::customers(customers), ..SandboxOptions::default() };
    Sandbox::start(options).expect("starts")
}

fn only(names: &[&str]) -> Options {
    let only = support::everything().into_iter().filter(|resource| names.contains(&resource.name)).collect();
    Options { only, in_flight_max: 8, ..Options::default() }
}

#[test]
fn a_first_reading_asks_for_each_list_under_an_object_once() {
    let names = ["customers", "customer_balance_transactions", "customer_cash_balance_transactions"];
    // Which object stands where a list is cut depends on when answers come.
    for _ in 0..4 {
        let sandbox = sandbox(450);
        let calls = support::watched(&sandbox);
        let store = Store::in_memory().expect("opens");
        support::sync(&sandbox, &store, &only(&names)).expect("syncs");
        let mut times: HashMap<String, usize> = HashMap::new();
        for call in calls.lock().expect("whole").iter().filter(|call| call.path.contains("balance_transactions")) {
            *times.entry(support::asked(call)).or_default() += 1;
        }
        let again: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
        assert!(times.len() >= 800 && again.is_empty(), "{} lists, {again:?}", times.len());
    }
}

#[test]
fn a_full_reading_that_is_cut_off_asks_for_what_is_under_objects_that_waited() {
    let sandbox = sandbox(20);
    let stripe = sandbox.stripe();
    let customers: Vec<String> = stripe.truth(None)["/v1/customers"].iter().map(|it| it.id.clone()).collect();
    for customer in &customers {
        // More than a page shows of them: the customer waits for the rest.
        for number in 0..15 {
            let fields = json!({"customer": customer, "value": format!("{number}{customer}")});
            stripe.create(None, "tax_id", &fields, Change::Silent).expect("made");
        }
        let fields = json!({"customer": customer, "description": "before"});
        stripe.create(None, "customer_balance_transaction", &fields, Change::Silent).expect("made");
    }
    let store = Store::in_memory().expect("opens");
    let names = ["customers", "customer_tax_ids", "customer_balance_transactions", "test_helpers_test_clocks"];
    let options = Options { in_flight_max: 4, ..only(&names) };
    support::sync(&sandbox, &store, &options).expect("syncs");
    let path = "/v1/customers/{customer}/balance_transactions";
    for transaction in &stripe.truth(None)[path] {
        let silent = json!({"description": "changed in silence"});
        assert!(stripe.change(None, "customer_balance_transaction", &transaction.id, &silent, Change::Silent));
    }
    sandbox.advance_s(3600);
    let again = Options { initial: true, ..options };
    let cancel = Cancel::default();
    let stop = cancel.clone();
    sandbox.on_request(move |_, call| {
        if call.path.ends_with("/tax_ids") {
            stop.set(2);
        }
    });
    let client = support::client(&sandbox, Limits::new(100_000, None), &cancel);
    let cut = support::sync_by(&client, &store, &again, &cancel).expect("is cut off");
    assert_eq!(cut.signal, Some(2));
    let held = store.query_text("SELECT count(*) > 0 FROM fetches WHERE reason = 'held'").expect("a count");
    assert_eq!(held, [["1"]], "none waited for its list");
    sandbox.on_request(|_, _| {});
    let whole = support::sync(&sandbox, &store, &again).expect("syncs");
    assert_eq!(support::failures(&whole), Vec::<String>::new());
    let is_meant = |resource: &stripesync::model::resource::Resource| names.contains(&resource.name);
    assert_eq!(support::differences_in(&sandbox, &store, is_meant), Vec::<String>::new());
}

#[test]
fn a_new_test_clock_does_not_make_the_plan_promise_all_lists_again() {
    let sandbox = sandbox(60);
    let store = Store::in_memory().expect("opens");
    support::sync(&sandbox, &store, &support::all()).expect("syncs");
    sandbox.advance_s(3600);
    sandbox.stripe().create(None, "test_helpers.test_clock", &json!({}), Change::Evented).expect("made");
    // It is known from here on, and what stands on it is not.
    support::sync(&sandbox, &store, &only(&["test_helpers_test_clocks"])).expect("syncs");
    let account = store.accounts_of("stripe", "sandbox").expect("reads").remove(0);
    let now_s = account.events_until_s.expect("synced") + 60;
    let plan =
        sync::estimate(&store, &sync::catalog(), Some(&account), false, &support::all(), now_s).expect("reckons");
    let promised: u64 = plan.iter().map(|planned| planned.requests).sum();
    let taken = support::sync(&sandbox, &store, &support::all()).expect("syncs").requests;
    assert!(promised <= taken && promised > 2, "{promised} promised, {taken} taken");
}
