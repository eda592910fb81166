//! A pull from the sandbox ends in the sandbox's own truth.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use stripesync::http::Limits;
use stripesync::model::cancel::Cancel;
use stripesync::model::progress::Outcome;
use stripesync::sandbox::service::Call;
use stripesync::sandbox::{Change, Fault, Faults, Limits as SandboxLimits, Options as SandboxOptions, Sandbox, Sizes};
use stripesync::store::Store;

use crate::support;

#[test]
fn a_full_sync_equals_the_truth_of_every_list() {
    let sandbox =
        Sandbox::start(SandboxOptions { sizes: Sizes::customers(60), ..SandboxOptions::default() }).expect("starts");
    let store = Store::in_memory().expect("opens");
    let summary = support::sync(&sandbox, &store, &support::all()).expect("syncs");
    for report in &summary.reports {
        if !matches!(report.outcome, Outcome::Complete | Outcome::NotAvailable(_)) {
            println!("{} {:?}", report.name, report.outcome);
        }
    }
    let differences = support::differences(&sandbox, &store);
    println!("{} requests, {} ms", summary.requests, summary.took_ms);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Collects the discounts in an object, each with the id of what it stands in.
fn discounts(within: &str, value: &Value, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(members) if value["object"] == "discount" => {
            found.insert((within.to_owned(), members["id"].as_str().unwrap_or_default().to_owned()));
        }
        Value::Object(members) => {
            let within = value["id"].as_str().unwrap_or(within);
            members.values().for_each(|member| discounts(within, member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| discounts(within, element, found)),
        _ => {}
    }
}

#[test]
fn every_discount_has_a_row_under_what_it_stands_in() {
    let sandbox =
        Sandbox::start(SandboxOptions { sizes: Sizes::customers(120), ..SandboxOptions::default() }).expect("starts");
    let mut wanted = BTreeSet::new();
    let truth = sandbox.stripe().truth(None);
    for path in ["/v1/customers", "/v1/subscriptions", "/v1/invoices", "/v1/invoiceitems", "/v1/quotes"] {
        truth[path].iter().for_each(|object| discounts("", &object.json, &mut wanted));
    }
    for prefix in ["sub_", "si_", "in_", "il_", "ii_"] {
        assert!(wanted.iter().any(|(within, _)| within.starts_with(prefix)), "none in {prefix}");
    }
    let store = Store::in_memory().expect("opens");
    support::sync(&sandbox, &store, &support::all()).expect("syncs");
    let rows = store.query_text("SELECT parent_id, id FROM stripe_discounts WHERE deleted_at IS NULL").expect("rows");
    let found: BTreeSet<(String, String)> = rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(found, wanted);
}

#[test]
fn an_ordinary_account_ends_without_failures_and_a_second_run_is_quiet() {
    let sandbox =
        Sandbox::start(SandboxOptions { sizes: Sizes::customers(60), ..SandboxOptions::default() }).expect("starts");
    let store = Store::in_memory().expect("opens");
    let first = support::sync(&sandbox, &store, &support::all()).expect("syncs");
    assert_eq!(support::failures(&first), Vec::<String>::new());
    assert!(first.reports.iter().any(|r| matches!(r.outcome, Outcome::NotAvailable(_))), "issuing is not there");
    let second = support::sync(&sandbox, &store, &support::all()).expect("syncs");
    assert_eq!(support::failures(&second), Vec::<String>::new());
    // The account, the events, and the balance transactions.
    assert!(second.requests <= 4, "{} requests", second.requests);
    let touched: u64 = second.reports.iter().map(|r| r.counts.new + r.counts.changed + r.counts.deleted).sum();
    assert_eq!(touched, 0, "{:#?}", second.reports);
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
}

#[test]
fn changes_come_in_by_events_with_at_most_one_get_for_each_object() {
    let sandbox =
        Sandbox::start(SandboxOptions { sizes: Sizes::customers(120), ..SandboxOptions::default() }).expect("starts");
    let store = Store::in_memory().expect("opens");
    support::sync(&sandbox, &store, &support::all()).expect("syncs");
    sandbox.advance_s(3600);
    let (changed, by_payload) = support::change_many(&sandbox, 150);
    sandbox.advance_s(30);
    sandbox.reset_stats();
    let second = support::sync(&sandbox, &store, &support::all()).expect("syncs");
    assert_eq!(support::failures(&second), Vec::<String>::new());
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
    let stats = sandbox.stats();
    let singles: u64 =
        stats.endpoints.iter().filter(|(name, _)| name.contains("{id}")).map(|(_, e)| e.requests).sum::<u64>();
    // Lists under a changed parent are that parent's own; everything else is the log and the polls.
    let lists: u64 = stats
        .endpoints
        .iter()
        .filter(|(name, _)| !name.contains('{') && !name.contains("active_entitlements"))
        .map(|(_, e)| e.requests)
        .sum();
    assert!(singles <= (changed - by_payload) as u64, "{singles} GETs for {changed} objects, {by_payload} by payload");
    assert!(lists <= 150 * 3 / 100 + 8, "{lists} lists: {:#?}", stats.endpoints);
}

/// What may go wrong between two programs; each must end in the truth all the same.
pub const FAULTS: &[Fault] = &[
    Fault::Internal,
    Fault::Unavailable,
    Fault::Conflict,
    Fault::RateLimited,
    Fault::ResetBefore,
    Fault::ResetInHeaders,
    Fault::ResetInBody,
    Fault::CutWithoutLength,
    Fault::MalformedJson,
    Fault::Html,
    Fault::EmptyBody,
    Fault::EmptyObject,
    Fault::DataNotAList,
    Fault::ObjectWithoutId,
    Fault::HasMoreMissing,
    Fault::EmptyPageWithMore,
    Fault::SlowBody,
];

/// How many requests of a sync are sent again word for word.
fn sent_again(calls: &[Call]) -> usize {
    calls.len() - calls.iter().map(support::asked).collect::<BTreeSet<_>>().len()
}

/// Syncs while one in twenty requests goes wrong like this; says how many did, and how many were sent again.
fn with_faults(fault: Option<Fault>) -> (u64, usize) {
    let faults = Faults { pause: Some(support::SLOW), ..Faults::share(50, fault.as_slice()) };
    let sandbox = Sandbox::start(SandboxOptions { sizes: Sizes::customers(25), faults, ..SandboxOptions::default() })
        .expect("starts");
    let store = Store::in_memory().expect("opens");
    let (calls, cancel) = (support::watched(&sandbox), Cancel::default());
    let client = match fault {
        Some(Fault::SlowBody) => support::impatient(&sandbox, &cancel),
        _ => support::client(&sandbox, Limits::new(100_000, None), &cancel),
    };
    let summary = support::sync_by(&client, &store, &support::all(), &cancel).expect("syncs");
    assert_eq!(support::failures(&summary), Vec::<String>::new(), "{fault:?}");
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new(), "{fault:?}");
    let again = sent_again(&calls.lock().expect("whole"));
    (sandbox.stats().faults, again)
}

#[test]
fn five_percent_of_every_fault_end_in_the_truth() {
    // Most of the time goes into waiting before the next try.
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(fault) = FAULTS.get(next.fetch_add(1, SeqCst)) {
                    let (met, _) = with_faults(Some(*fault));
                    assert!(met > 5, "{fault:?} was hardly met");
                }
            });
        }
    });
}

#[test]
fn a_body_that_comes_too_slowly_is_asked_for_again() {
    let (_, always) = with_faults(None);
    let (met, again) = with_faults(Some(Fault::SlowBody));
    assert!(again >= always + met as usize / 2, "{met} slow, {again} sent again, and {always} when none is slow");
}

#[test]
fn what_changes_while_pages_are_read_ends_in_the_truth() {
    let sandbox =
        Sandbox::start(SandboxOptions { sizes: Sizes::customers(120), ..SandboxOptions::default() }).expect("starts");
    let sandbox = std::sync::Arc::new(sandbox);
    let store = Store::in_memory().expect("opens");
    let stripe = std::sync::Arc::clone(sandbox.stripe());
    let customers: Vec<String> = stripe.truth(None)["/v1/customers"].iter().map(|c| c.id.clone()).collect();
    let products: Vec<String> = stripe.truth(None)["/v1/products"].iter().map(|c| c.id.clone()).collect();
    sandbox.on_request(move |n, _| {
        if !(20..=400).contains(&n) || !n.is_multiple_of(5) {
            return;
        }
        let n = n as usize;
        let note = serde_json::json!({"metadata": {"at": n.to_string()}});
        stripe.change(None, "customer", &customers[n % customers.len()], &note, Change::Evented);
        stripe.change(None, "product", &products[n % products.len()], &note, Change::Evented);
        if n.is_multiple_of(25) {
            stripe.create(None, "customer", &note, Change::Evented);
            stripe.delete(None, "product", &products[n / 5 % products.len()], Change::Evented);
        }
    });
    let summary = support::sync(&sandbox, &store, &support::all()).expect("syncs");
    assert_eq!(support::failures(&summary), Vec::<String>::new());
    // What landed after the event log was read comes with the next run.
    sandbox.on_request(|_, _| {});
    sandbox.advance_s(60);
    support::sync(&sandbox, &store, &support::all()).expect("syncs");
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
}

#[test]
fn neither_limit_is_ever_passed_at_the_defaults() {
    let limits = SandboxLimits { global_per_s: Some(100), endpoint_per_s: Some(25), ..SandboxLimits::default() };
    let sandbox = Sandbox::start(SandboxOptions {
        sizes: Sizes::customers(100),
        limits,
        latency: std::time::Duration::from_millis(20),
        ..SandboxOptions::default()
    })
    .expect("starts");
    let store = Store::in_memory().expect("opens");
    let options = stripesync::sync::Options { in_flight_max: 32, ..support::all() };
    let summary = support::sync_at(&sandbox, &store, &options, Limits::new(100, Some(25))).expect("syncs");
    assert_eq!(support::failures(&summary), Vec::<String>::new());
    let stats = sandbox.stats();
    assert_eq!(stats.total.refused, 0, "{:#?}", stats.total);
    assert!(stats.total.most_in_1s <= 100, "{:#?}", stats.total);
    assert!(stats.endpoints.values().all(|endpoint| endpoint.most_in_1s <= 25), "{:#?}", stats.endpoints);
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
}

#[test]
fn many_changes_of_one_list_are_read_from_the_list() {
    let sandbox =
        Sandbox::start(SandboxOptions { sizes: Sizes::customers(300), ..SandboxOptions::default() }).expect("starts");
    let store = Store::in_memory().expect("opens");
    support::sync(&sandbox, &store, &support::all()).expect("syncs");
    sandbox.advance_s(3600);
    let customers: Vec<String> =
        sandbox.stripe().truth(None)["/v1/customers"].iter().map(|customer| customer.id.clone()).collect();
    for id in &customers {
        let note = serde_json::json!({"metadata": {"all": "changed"}});
        sandbox.stripe().change(None, "customer", id, &note, Change::Evented);
    }
    sandbox.advance_s(30);
    let second = support::sync(&sandbox, &store, &support::all()).expect("syncs");
    assert_eq!(support::failures(&second), Vec::<String>::new());
    assert!(second.requests < 40, "{} requests for {} changes", second.requests, customers.len());
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
}

#[test]
fn events_in_an_old_version_toggles_deletes_and_rebirths_end_in_the_truth() {
    let sandbox = Sandbox::start(SandboxOptions {
        sizes: Sizes::customers(60),
        event_version: "2024-06-20".to_owned(),
        clock_runs: false,
        ..SandboxOptions::default()
    })
    .expect("starts");
    let store = Store::in_memory().expect("opens");
    support::sync(&sandbox, &store, &support::all()).expect("syncs");
    sandbox.advance_s(3600);
    let stripe = sandbox.stripe();
    let ids = |path: &str| stripe.truth(None)[path].iter().map(|object| object.id.clone()).collect::<Vec<_>>();
    let (products, subscriptions, charges) = (ids("/v1/products"), ids("/v1/subscriptions"), ids("/v1/charges"));
    for (object, ids) in [("product", &products), ("subscription", &subscriptions), ("charge", &charges)] {
        for id in ids.iter().take(6) {
            // There and back inside one second, and once more.
            for note in ["A", "B", "A"] {
                stripe.change(None, object, id, &serde_json::json!({"metadata": {"toggle": note}}), Change::Evented);
            }
        }
    }
    let reborn = &products[1];
    assert!(stripe.delete(None, "product", reborn, Change::Evented));
    sandbox.advance_s(2);
    let same = serde_json::json!({"id": reborn, "name": "born again"});
    assert_eq!(stripe.create(None, "product", &same, Change::Evented).as_deref(), Some(reborn.as_str()));
    assert!(stripe.delete(None, "product", &products[2], Change::Evented));
    sandbox.advance_s(60);
    let second = support::sync(&sandbox, &store, &support::all()).expect("syncs");
    assert_eq!(support::failures(&second), Vec::<String>::new());
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
    let gone = store.query_text("SELECT id FROM stripe_products WHERE deleted_at IS NOT NULL").expect("rows");
    assert_eq!(gone, vec![vec![products[2].clone()]]);
}

#[test]
fn a_silent_deletion_is_found_by_the_next_full_reading() {
    let sandbox =
        Sandbox::start(SandboxOptions { sizes: Sizes::customers(60), ..SandboxOptions::default() }).expect("starts");
    let store = Store::in_memory().expect("opens");
    support::sync(&sandbox, &store, &support::all()).expect("syncs");
    let products: Vec<String> = sandbox.stripe().truth(None)["/v1/products"].iter().map(|p| p.id.clone()).collect();
    let silent = serde_json::json!({"name": "changed in silence"});
    assert!(sandbox.stripe().change(None, "product", &products[0], &silent, Change::Silent));
    assert!(sandbox.stripe().delete(None, "product", &products[1], Change::Silent));
    sandbox.advance_s(3600);
    let again = stripesync::sync::Options { initial: true, ..support::all() };
    let summary = support::sync(&sandbox, &store, &again).expect("syncs");
    assert_eq!(support::failures(&summary), Vec::<String>::new());
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
}

/// Their events may have been missed, and what they stand under need not have changed.
#[test]
fn what_changed_in_silence_under_an_object_is_found_by_the_next_full_reading() {
    let kinds = [
        ("customer_cash_balance_transaction", "/v1/customers/{customer}/cash_balance_transactions"),
        ("customer_balance_transaction", "/v1/customers/{customer}/balance_transactions"),
        ("entitlements.active_entitlement", "/v1/entitlements/active_entitlements"),
        ("product_feature", "/v1/products/{product}/features"),
    ];
    for is_asked in [true, false] {
        let sandbox = Sandbox::start(SandboxOptions { sizes: Sizes::customers(60), ..SandboxOptions::default() })
            .expect("starts");
        let store = Store::in_memory().expect("opens");
        support::sync(&sandbox, &store, &support::all()).expect("syncs");
        for (object, path) in kinds {
            let truth = sandbox.stripe().truth(None);
            let id = &truth[path].first().unwrap_or_else(|| panic!("no {object}")).id;
            let silent = serde_json::json!({"livemode": true});
            assert!(sandbox.stripe().change(None, object, id, &silent, Change::Silent), "{object}");
        }
        // Where nobody asks for it, it is read again because the events do not reach back.
        sandbox.advance_s(if is_asked { 3600 } else { 40 * 86_400 });
        let again = stripesync::sync::Options { initial: is_asked, ..support::all() };
        let summary = support::sync(&sandbox, &store, &again).expect("syncs");
        assert_eq!(support::failures(&summary), Vec::<String>::new());
        assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new(), "asked: {is_asked}");
    }
}

#[test]
fn customers_alone_bring_those_on_test_clocks_too() {
    let sandbox =
        Sandbox::start(SandboxOptions { sizes: Sizes::customers(60), ..SandboxOptions::default() }).expect("starts");
    let store = Store::in_memory().expect("opens");
    let only = support::everything().into_iter().filter(|resource| resource.name == "customers").collect();
    let summary =
        support::sync(&sandbox, &store, &stripesync::sync::Options { only, ..support::all() }).expect("syncs");
    assert_eq!(support::failures(&summary), Vec::<String>::new());
    let truth = sandbox.stripe().truth(None)["/v1/customers"].len().to_string();
    assert_eq!(store.query_text("SELECT count(*) FROM stripe_customers").expect("a count"), [[truth]]);
}

fn only(names: &[&str]) -> stripesync::sync::Options {
    let only = support::everything().into_iter().filter(|resource| names.contains(&resource.name)).collect();
    stripesync::sync::Options { only, in_flight_max: 1, ..support::all() }
}

#[test]
fn a_list_that_turns_in_a_circle_ends_named_and_never_counts_as_complete() {
    let sandbox =
        Sandbox::start(SandboxOptions { sizes: Sizes::customers(150), ..SandboxOptions::default() }).expect("starts");
    let store = Store::in_memory().expect("opens");
    // Whatever the cursor, the first page comes again.
    sandbox.set_faults(Faults::share(1000, &[Fault::FirstPageAgain]));
    let summary = support::sync(&sandbox, &store, &only(&["payment_methods"])).expect("ends");
    assert!(
        support::failures(&summary).iter().any(|line| line.contains("does not end")),
        "{:?}",
        support::failures(&summary)
    );
    assert!(summary.requests < 20, "{} requests", summary.requests);
    assert!(!store.complete_tables().expect("reads").contains("stripe_payment_methods"));
    sandbox.set_faults(Faults::default());
    let summary = support::sync(&sandbox, &store, &support::all()).expect("syncs");
    assert_eq!(support::failures(&summary), Vec::<String>::new());
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
}

#[test]
fn a_cursor_whose_object_is_deleted_loses_nothing() {
    for (list, object) in [("products", "product"), ("payment_methods", "payment_method"), ("charges", "charge")] {
        let sandbox = Sandbox::start(SandboxOptions { sizes: Sizes::customers(150), ..SandboxOptions::default() })
            .expect("starts");
        let stripe = std::sync::Arc::clone(sandbox.stripe());
        if list == "products" {
            (0..250).for_each(|n| {
                stripe.create(None, object, &serde_json::json!({"name": format!("P{n}")}), Change::Silent);
            });
        }
        let deleted = std::sync::atomic::AtomicBool::new(false);
        let path = format!("/v1/{list}");
        sandbox.on_request(move |_, call| {
            let cursor = call.param("starting_after").filter(|_| call.path == path);
            if let Some(cursor) = cursor.filter(|_| !deleted.swap(true, std::sync::atomic::Ordering::SeqCst)) {
                assert!(stripe.delete(None, object, cursor, Change::Silent));
            }
        });
        let store = Store::in_memory().expect("opens");
        let summary = support::sync(&sandbox, &store, &only(&[list])).expect("syncs");
        assert_eq!(support::failures(&summary), Vec::<String>::new(), "{list}");
        // The deleted one was on the page before; the next full reading finds it gone, and nothing else missing.
        sandbox.on_request(|_, _| {});
        sandbox.advance_s(3600);
        let again = stripesync::sync::Options { initial: true, ..support::all() };
        let before = ids(&store, list);
        let summary = support::sync(&sandbox, &store, &again).expect("syncs");
        assert_eq!(support::failures(&summary), Vec::<String>::new(), "{list}");
        assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new(), "{list}");
        let found: Vec<_> = ids(&store, list).into_iter().filter(|id| !before.contains(id)).collect();
        assert_eq!(found, Vec::<String>::new(), "{list}: these the interrupted walk had lost");
    }
}

#[test]
fn what_changes_in_the_read_part_of_a_list_that_got_stuck_is_not_lost() {
    let sandbox =
        Sandbox::start(SandboxOptions { sizes: Sizes::customers(20), ..SandboxOptions::default() }).expect("starts");
    let stripe = sandbox.stripe();
    for n in 0..150 {
        stripe.create(None, "product", &serde_json::json!({"name": format!("P{n}")}), Change::Silent);
    }
    // Long enough ago for the drain not to show them again.
    sandbox.advance_s(3600);
    let store = Store::in_memory().expect("opens");
    let on_the_list = |fault| {
        let path = Some("/v1/products".to_owned());
        Faults { path, ..Faults::share(1000, &[fault]) }
    };
    // The first page is read, the second never comes.
    sandbox.set_faults(on_the_list(Fault::FirstPageAgain));
    let options = stripesync::sync::Options { in_flight_max: 1, ..support::all() };
    let first = support::sync(&sandbox, &store, &options).expect("ends");
    let failed = support::failures(&first);
    assert!(failed.len() == 2 && failed[0] == "stripe:product_features Partial", "{failed:?}");
    let read = store.query_text("SELECT id FROM stripe_products ORDER BY row_id").expect("rows");
    assert!((100..150).contains(&read.len()), "{} rows", read.len());
    // One of the first page changes, and its event comes while the list is still stuck.
    sandbox.advance_s(3600);
    let note = serde_json::json!({"name": "changed meanwhile"});
    assert!(stripe.change(None, "product", &read[0][0], &note, Change::Evented));
    sandbox.advance_s(60);
    sandbox.set_faults(on_the_list(Fault::Redirect));
    support::sync(&sandbox, &store, &options).expect("ends");
    sandbox.set_faults(Faults::default());
    let third = support::sync(&sandbox, &store, &options).expect("syncs");
    assert_eq!(support::failures(&third), Vec::<String>::new());
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
}

#[test]
fn an_interrupted_reading_of_the_event_log_goes_on_where_it_was() {
    let sizes = Sizes::customers(20);
    let sandbox = Arc::new(Sandbox::start(SandboxOptions { sizes, ..SandboxOptions::default() }).expect("starts"));
    let store = Store::in_memory().expect("opens");
    support::sync(&sandbox, &store, &support::all()).expect("syncs");
    sandbox.advance_s(3600);
    let products: Vec<String> = sandbox.stripe().truth(None)["/v1/products"].iter().map(|p| p.id.clone()).collect();
    for n in 0..2800 {
        let note = serde_json::json!({"metadata": {"n": n.to_string()}});
        assert!(sandbox.stripe().change(None, "product", &products[n % products.len()], &note, Change::Evented));
        sandbox.advance_s((n % 3 == 0).into());
    }
    sandbox.advance_s(3600);
    sandbox.reset_stats();
    let asked = || sandbox.stats().endpoints.get("GET /v1/events").map_or(0, |endpoint| endpoint.requests);
    // Two pages are refused, after several slices were begun.
    let logged = || store.query_text("SELECT count(*) FROM webhook_events").expect("a count")[0][0].clone();
    let before = logged();
    let (refusing, pages, refused) = (Arc::downgrade(&sandbox), AtomicU64::new(0), Mutex::new(Vec::new()));
    sandbox.on_request(move |n, call| {
        if call.path == "/v1/events"
            && [5, 8].contains(&pages.fetch_add(1, SeqCst))
            && let Some(sandbox) = refusing.upgrade()
        {
            let mut refused = refused.lock().expect("whole");
            refused.push((n, Fault::Redirect));
            sandbox.set_faults(Faults { at: refused.clone(), ..Faults::default() });
        }
    });
    let second = support::sync(&sandbox, &store, &support::all()).expect("ends");
    assert!(
        support::failures(&second).iter().any(|line| line.starts_with("stripe:events")),
        "{:?}",
        support::failures(&second)
    );
    assert_ne!(logged(), before, "some pages were read");
    sandbox.on_request(|_, _| {});
    sandbox.set_faults(Faults::default());
    let third = support::sync(&sandbox, &store, &support::all()).expect("syncs");
    assert_eq!(support::failures(&third), Vec::<String>::new());
    assert!(asked() <= 28 + 12, "{} requests for 28 pages of events", asked());
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
}

fn ids(store: &Store, list: &str) -> Vec<String> {
    let rows = store.query_text(&format!("SELECT id FROM stripe_{list}")).expect("ids");
    rows.into_iter().map(|mut row| row.remove(0)).collect()
}
