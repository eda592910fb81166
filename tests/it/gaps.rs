//! What happens between runs, and what one broken list does to the others: nothing that changed unseen stays unknown.

use std::collections::BTreeMap;

use serde_json::json;
use stripesync::http::Limits;
use stripesync::model::cancel::Cancel;
use stripesync::sandbox::{Change, Fault, Faults, Options as SandboxOptions, Sandbox, Sizes};
use stripesync::store::Store;
use stripesync::sync::{Error, Options, Summary};

use crate::support;

const DAY_S: i64 = 24 * 3600;

fn sandbox(customers: u32) -> Sandbox {
    Sandbox::start(SandboxOptions { sizes: Sizes::customers(customers), ..SandboxOptions::default() }).expect("starts")
}

fn whole(sandbox: &Sandbox, store: &Store, options: &Options) -> Summary {
    let summary = support::sync(sandbox, store, options).expect("syncs");
    assert_eq!(support::failures(&summary), Vec::<String>::new());
    summary
}

fn ids(sandbox: &Sandbox, path: &str) -> Vec<String> {
    sandbox.stripe().truth(None)[path].iter().map(|object| object.id.clone()).collect()
}

fn only(names: &[&str]) -> Options {
    let only = support::everything().into_iter().filter(|resource| names.contains(&resource.name)).collect();
    Options { only, ..support::all() }
}

fn asked(sandbox: &Sandbox) -> BTreeMap<String, u64> {
    sandbox.stats().endpoints.into_iter().map(|(endpoint, stats)| (endpoint, stats.requests)).collect()
}

#[test]
fn changes_between_an_interrupted_first_reading_and_its_resumption_are_found() {
    let sandbox = sandbox(60);
    let store = Store::in_memory().expect("opens");
    sandbox.set_faults(Faults { revoked_from: Some(60), ..Faults::default() });
    assert!(matches!(support::sync(&sandbox, &store, &support::all()), Err(Error::Unauthorized(_))));
    let rows = store.query_text("SELECT id FROM stripe_customers ORDER BY row_id").expect("rows");
    assert!(rows.len() > 20, "{} customers were read", rows.len());
    sandbox.set_faults(Faults::default());
    sandbox.advance_s(3 * DAY_S);
    let stripe = sandbox.stripe();
    assert!(stripe.change(None, "customer", &rows[0][0], &json!({"name": "meanwhile"}), Change::Evented));
    assert!(stripe.delete(None, "customer", &rows[1][0], Change::Evented));
    sandbox.advance_s(2 * DAY_S);
    whole(&sandbox, &store, &support::all());
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
}

#[test]
fn a_gap_longer_than_the_events_reach_is_not_covered_up_by_reading_a_part() {
    let sandbox = sandbox(30);
    let store = Store::in_memory().expect("opens");
    whole(&sandbox, &store, &support::all());
    sandbox.advance_s(5 * DAY_S);
    let invoices = ids(&sandbox, "/v1/invoices");
    let note = json!({"description": "in the gap"});
    assert!(sandbox.stripe().change(None, "invoice", &invoices[3], &note, Change::Evented));
    sandbox.advance_s(40 * DAY_S);
    whole(&sandbox, &store, &only(&["customers"]));
    sandbox.advance_s(DAY_S);
    whole(&sandbox, &store, &support::all());
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
}

#[test]
fn one_list_that_fails_under_its_parent_keeps_no_other_from_being_read() {
    let sandbox = sandbox(120);
    let store = Store::in_memory().expect("opens");
    let truth = sandbox.stripe().truth(None);
    let is_long = |invoice: &&stripesync::sandbox::TruthObject| {
        invoice.json["lines"]["data"].as_array().is_some_and(|lines| lines.len() > 10)
    };
    let long: Vec<_> = truth["/v1/invoices"].iter().filter(is_long).map(|invoice| invoice.id.clone()).collect();
    assert!(long.len() > 10, "{} long lists", long.len());
    let first = long.iter().min().expect("there are some");
    let path = Some(format!("/v1/invoices/{first}/lines"));
    sandbox.set_faults(Faults { path, ..Faults::share(1000, &[Fault::Redirect]) });
    let summary = support::sync(&sandbox, &store, &support::all()).expect("ends");
    // The discounts of lines stand in lines, and these are not all there.
    let failed = support::failures(&summary);
    assert!(failed.len() == 2 && failed[0] == "stripe:discounts Partial", "{failed:?}");
    let missing = support::differences(&sandbox, &store);
    assert!(missing.iter().all(|line| line.contains("invoice")), "{missing:?}");
    let waiting = store.query_text("SELECT parent_id FROM fanouts").expect("rows");
    assert_eq!(
        waiting,
        vec![vec![first.clone()]],
        "what failed is tried again by the next run, and nothing else waits"
    );
    sandbox.set_faults(Faults::default());
    whole(&sandbox, &store, &support::all());
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
}

#[test]
fn many_objects_of_one_second_do_not_end_a_part() {
    let sandbox = sandbox(5);
    sandbox.advance_s(DAY_S);
    for n in 0..350 {
        sandbox.stripe().create(None, "customer", &json!({"name": format!("C{n}")}), Change::Silent);
    }
    let store = Store::in_memory().expect("opens");
    let since_s = Some(sandbox.now_s() - DAY_S);
    let summary = support::sync(&sandbox, &store, &Options { since_s, ..only(&["customers"]) }).expect("syncs");
    let ends = support::failures(&summary);
    assert!(ends.contains(&"stripe:customers Partial".to_owned()), "{ends:?}");
    assert!(ends.iter().all(|end| end.ends_with(" Partial")), "nothing counts as complete: {ends:?}");
    let read = store.query_text("SELECT count(*) FROM stripe_customers WHERE name LIKE 'C%'").expect("a count");
    assert_eq!(read, [["350"]]);
}

#[test]
fn an_event_older_than_a_whole_reading_brings_nothing_back_to_life() {
    let sandbox = sandbox(20);
    let products = ids(&sandbox, "/v1/products");
    let note = json!({"name": "its last change"});
    assert!(sandbox.stripe().change(None, "product", &products[0], &note, Change::Evented));
    sandbox.advance_s(60);
    assert!(sandbox.stripe().delete(None, "product", &products[0], Change::Silent));
    sandbox.advance_s(200);
    let store = Store::in_memory().expect("opens");
    whole(&sandbox, &store, &support::all());
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
    let alive = format!("SELECT count(*) FROM stripe_products WHERE id='{}' AND deleted_at IS NULL", products[0]);
    assert_eq!(store.query_text(&alive).expect("a count"), [["0"]]);
}

#[test]
fn what_rows_name_and_is_not_there_is_asked_for_once() {
    let sandbox = sandbox(60);
    for path in ["/v1/coupons", "/v1/products"] {
        let object = path.trim_start_matches("/v1/").trim_end_matches('s');
        for id in ids(&sandbox, path).iter().take(4) {
            assert!(sandbox.stripe().delete(None, object, id, Change::Silent));
        }
    }
    let store = Store::in_memory().expect("opens");
    whole(&sandbox, &store, &support::all());
    let second = whole(&sandbox, &store, &support::all());
    assert!(second.requests <= 4, "{} requests", second.requests);
}

#[test]
fn lists_that_no_event_tells_of_are_asked_for_after_a_day_and_with_one_request() {
    let sandbox = sandbox(30);
    let store = Store::in_memory().expect("opens");
    whole(&sandbox, &store, &support::all());
    sandbox.advance_s(DAY_S + 3600);
    sandbox.reset_stats();
    whole(&sandbox, &store, &support::all());
    let asked = asked(&sandbox);
    assert_eq!(asked.get("GET /v1/balance_transactions"), Some(&1), "{asked:?}");
    assert_eq!(asked.get("GET /v1/tax_codes"), Some(&1), "{asked:?}");
    // Quotes have a pass for each test clock; the others belong to a parent.
    let is_alone =
        |endpoint: &str| !endpoint.contains("/{") && !endpoint.ends_with("_records") && !endpoint.ends_with("/quotes");
    let often: Vec<_> = asked.iter().filter(|(endpoint, times)| **times > 1 && is_alone(endpoint)).collect();
    assert!(often.is_empty(), "{often:?}");
}

#[test]
fn a_revoked_key_ends_the_run_within_the_requests_in_flight() {
    let sandbox = sandbox(120);
    let store = Store::in_memory().expect("opens");
    whole(&sandbox, &store, &support::all());
    sandbox.advance_s(3600);
    // Each needs a GET, and they are too few to read the list again.
    for id in ids(&sandbox, "/v1/subscriptions").iter().rev().take(8) {
        sandbox.stripe().change(None, "subscription", id, &json!({"metadata": {"n": "1"}}), Change::Evented);
    }
    sandbox.advance_s(60);
    let before = sandbox.stats().total.requests;
    sandbox.set_faults(Faults { revoked_from: Some(before + 5), ..Faults::default() });
    let options = Options { in_flight_max: 1, ..support::all() };
    let ended = support::sync(&sandbox, &store, &options);
    assert!(matches!(ended, Err(Error::Unauthorized(_))), "{ended:#?}");
    assert_eq!(sandbox.stats().total.requests - before, 5);
}

#[test]
fn a_list_of_thousands_under_one_object_comes_whole_in_parts() {
    let sandbox = sandbox(5);
    let invoice = support::long_invoice(&sandbox, 2345);
    let store = Store::in_memory().expect("opens");
    whole(&sandbox, &store, &only(&["invoices", "invoice_lines"]));
    let counts = format!(
        "SELECT count(*), count(DISTINCT position), max(position) FROM stripe_invoice_lines WHERE parent_id='{invoice}'"
    );
    assert_eq!(store.query_text(&counts).expect("counts"), [["2345", "2345", "2344"]]);
    let shown = format!(
        "SELECT json_array_length(data, '$.lines.data'), data ->> '$.lines.stripesync_count',
                data ->> '$.lines.stripesync_rest_in' FROM stripe_invoices WHERE id='{invoice}'"
    );
    assert_eq!(store.query_text(&shown).expect("a row"), [["1000", "2345", "stripe_invoice_lines"]]);
}

#[test]
fn what_appears_while_other_lists_are_read_is_polled_for_next_time() {
    let sandbox = std::sync::Arc::new(sandbox(30));
    let store = Store::in_memory().expect("opens");
    whole(&sandbox, &store, &only(&["balance_transactions"]));
    sandbox.advance_s(DAY_S);
    // Once the poll is answered, another list takes two hours, and in the first of them something is made.
    let (clock, seen) = (std::sync::Arc::downgrade(&sandbox), std::sync::atomic::AtomicU8::new(0));
    sandbox.on_request(move |_, call| {
        use std::sync::atomic::Ordering::SeqCst;
        let Some(sandbox) = clock.upgrade() else { return };
        if call.path == "/v1/balance_transactions" {
            seen.store(1, SeqCst);
        } else if call.path == "/v1/customers" && seen.swap(0, SeqCst) == 1 {
            sandbox.advance_s(3600);
            sandbox.stripe().create(None, "balance_transaction", &json!({"description": "late"}), Change::Silent);
            sandbox.advance_s(3600);
        }
    });
    let one_by_one = Options { in_flight_max: 1, ..only(&["balance_transactions", "customers"]) };
    whole(&sandbox, &store, &one_by_one);
    sandbox.on_request(|_, _| {});
    sandbox.advance_s(3600);
    whole(&sandbox, &store, &only(&["balance_transactions"]));
    let late = "SELECT count(*) FROM stripe_balance_transactions WHERE json_extract(data, '$.description') = 'late'";
    assert_eq!(store.query_text(late).expect("a count"), [["1"]]);
}

#[test]
fn a_poll_that_was_cut_short_is_not_taken_for_done_by_the_next() {
    let sandbox = sandbox(10);
    let store = Store::in_memory().expect("opens");
    let chosen = only(&["payment_method_domains"]);
    whole(&sandbox, &store, &chosen);
    for n in 0..250 {
        let domain = json!({"domain_name": format!("shop{n}.example")});
        assert!(sandbox.stripe().create(None, "payment_method_domain", &domain, Change::Silent).is_some());
    }
    sandbox.advance_s(2 * DAY_S);
    // The account and the first page are answered, the second is not.
    let second_page = sandbox.stats().total.requests + 3;
    sandbox.set_faults(Faults { at: vec![(second_page, Fault::Redirect)], ..Faults::default() });
    let cut = support::sync(&sandbox, &store, &chosen).expect("ends");
    assert_eq!(support::failures(&cut).len(), 1, "{:?}", support::failures(&cut));
    sandbox.set_faults(Faults::default());
    whole(&sandbox, &store, &chosen);
    let read = "SELECT count(*) FROM stripe_payment_method_domains WHERE data ->> '$.domain_name' LIKE 'shop%'";
    assert_eq!(store.query_text(read).expect("a count"), [["250"]]);
}

#[test]
fn a_date_that_ran_ahead_in_one_run_hides_no_change_from_the_next() {
    const HOUR_S: i64 = 3600;
    // Next runs: while the times of the first still lie in the future, and after.
    for later_s in [HOUR_S, 5 * HOUR_S] {
        let sizes = Sizes::customers(30);
        let start_s = SandboxOptions::default().start_s + DAY_S;
        let options = SandboxOptions { start_s, clock_runs: false, sizes, ..SandboxOptions::default() };
        let sandbox = Sandbox::start(options).expect("starts");
        let store = Store::in_memory().expect("opens");
        let sync = || {
            let cancel = Cancel::default();
            let clock = std::sync::Arc::new(support::StillClock::of(&sandbox));
            let client = support::client_by(clock, &sandbox, Limits::new(100_000, None), &cancel);
            let summary = support::sync_by(&client, &store, &support::all(), &cancel).expect("syncs");
            assert_eq!(support::failures(&summary), Vec::<String>::new());
        };
        sandbox.set_skew_s(3 * HOUR_S);
        sync();
        // By that clock, what changes now is older than what was read.
        sandbox.advance_s(600);
        let charge = ids(&sandbox, "/v1/charges")[0].clone();
        let note = json!({"metadata": {"changed": "unseen"}});
        assert!(sandbox.stripe().change(None, "charge", &charge, &note, Change::Evented));
        sandbox.advance_s(600);
        sync();
        sandbox.set_skew_s(0);
        sandbox.advance_s(HOUR_S / 2);
        let customer = ids(&sandbox, "/v1/customers")[0].clone();
        let refund = ids(&sandbox, "/v1/refunds")[0].clone();
        for (kind, id) in [("customer", &customer), ("refund", &refund)] {
            let note = json!({"metadata": {"changed": "between"}});
            assert!(sandbox.stripe().change(None, kind, id, &note, Change::Evented));
        }
        let made = sandbox.stripe().create(None, "customer", &json!({"name": "between"}), Change::Evented);
        assert!(made.is_some());
        sandbox.advance_s(later_s - HOUR_S / 2);
        sync();
        assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new(), "{later_s}");
    }
}
