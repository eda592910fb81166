//! Lists that promise more for ever, with ever new objects: they end at a bound, by name.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use serde_json::{Value, json};
use stripesync::clock::SystemClock;
use stripesync::http::{Client, Limits, Settings};
use stripesync::model::cancel::Cancel;
use stripesync::model::progress::{Outcome, Silent};
use stripesync::model::secret::Secret;
use stripesync::providers::stripe;
use stripesync::sandbox::{Options as SandboxOptions, Sandbox, Sizes, TEST_KEY};
use stripesync::store::Store;
use stripesync::sync::{self, Bounds, Options, Summary, Target};

use crate::program::{Reply, Scripted, account};
use crate::support;

const BOUNDS: Bounds = Bounds { list_pages: 20, event_pages: 20, elements: 2000 };

fn list(data: &[Value], has_more: bool) -> Reply {
    Reply::Json(200, json!({"object": "list", "data": data, "has_more": has_more, "url": "/"}).to_string())
}

fn rate(id: &str) -> Value {
    json!({"id": id, "object": "tax_rate", "created": 1_700_000_000, "active": true, "percentage": 22.0})
}

fn sync_with(service: &Scripted, names: &[&str], store: &Store) -> Summary {
    let cancel = Cancel::default();
    let settings = Settings::new(service.url.clone(), Limits::new(100_000, None))
        .header("Authorization", Secret::new(format!("Bearer {TEST_KEY}")))
        .header("Stripe-Version", Secret::new(stripe::API_VERSION));
    let client = Client::new(settings, Arc::new(SystemClock::new()), cancel.clone()).expect("a client");
    let only = support::everything().into_iter().filter(|resource| names.contains(&resource.name)).collect();
    let options = Options { only, in_flight_max: 4, ..Options::default() };
    let target = Target { client: &client, mode: "test", who: sync::Who::Own(None), readers: None };
    sync::run_within(BOUNDS, store, &sync::catalog(), &target, &options, &cancel, &Silent).expect("ends")
}

/// Asserts that this and nothing else failed, with these words.
fn assert_failed(summary: &Summary, name: &str, words: &str) {
    let bad: Vec<_> = summary.reports.iter().filter(|report| report.outcome != Outcome::Complete).collect();
    let [report] = bad[..] else { panic!("{bad:?}") };
    let Outcome::Failed(why) = &report.outcome else { panic!("{report:?}") };
    assert!(report.name == name && why.contains(words), "{report:?}");
}

fn times(service: &Scripted, part: &str) -> usize {
    service.requests().iter().filter(|head| head.contains(part)).count()
}

#[test]
fn a_list_of_ever_new_objects_ends_at_a_bound() {
    let made = AtomicU64::new(0);
    let service = Scripted::start(move |path, _| match path {
        "/v1/account" => account(),
        path if path.starts_with("/v1/tax_rates") => list(&[rate(&format!("txr_{}", made.fetch_add(1, SeqCst)))], true),
        _ => list(&[], false),
    });
    let store = Store::in_memory().expect("opens");
    let summary = sync_with(&service, &["tax_rates", "coupons"], &store);
    assert_failed(&summary, "stripe:tax_rates", "does not end: 20 pages, and more after txr_20");
    assert_eq!(times(&service, "/v1/tax_rates"), 21);
    let whole = "SELECT group_concat(name) FROM walks JOIN resources r ON r.id=resource
                 WHERE drained_s IS NOT NULL AND name<>'stripe_events'";
    assert_eq!(store.query_text(whole).expect("names"), [["stripe_coupons"]]);
}

#[test]
fn an_event_log_of_ever_new_events_ends_at_a_bound() {
    let made = AtomicU64::new(0);
    let now_s = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let service = Scripted::start(move |path, _| match path {
        "/v1/account" => account(),
        path if path.starts_with("/v1/tax_rates") => list(&[], false),
        path if path.starts_with("/v1/events") => {
            let id = format!("evt_{}", made.fetch_add(1, SeqCst));
            let event = json!({"id": id, "object": "event", "type": "plan.created", "created": now_s, "data": {"object":
                {"id": "plan_1", "object": "plan"}}, "api_version": stripe::API_VERSION});
            list(&[event], true)
        }
        _ => list(&[], false),
    });
    let store = Store::in_memory().expect("opens");
    let summary = sync_with(&service, &["tax_rates"], &store);
    assert_failed(&summary, "stripe:events", "the event log does not end");
    // The log is read in slices at once: each of those in flight ends at its next page.
    let asked = times(&service, "/v1/events");
    assert!((21..21 + 4 * 4).contains(&asked), "{asked} pages");
    let watermark = store.query_text("SELECT coalesce(events_until, 'none') FROM accounts").expect("a row");
    assert_eq!(watermark, [["none"]], "the events count as read");
}

#[test]
fn a_list_of_ever_new_elements_under_one_object_ends_at_a_bound() {
    let sandbox = Sandbox::start(SandboxOptions { sizes: Sizes::customers(5), ..SandboxOptions::default() });
    let mut invoice = sandbox.expect("starts").stripe().truth(None)["/v1/invoices"][0].json.clone();
    let line = invoice["lines"]["data"][0].clone();
    invoice["lines"]["data"] = json!([line]);
    invoice["lines"]["has_more"] = json!(true);
    let made = AtomicU64::new(0);
    let service = Scripted::start(move |path, _| match path {
        "/v1/account" => account(),
        path if path.contains("/lines") => {
            let lines = (0..100).map(|_| {
                let mut line = line.clone();
                line["id"] = json!(format!("il_new{}", made.fetch_add(1, SeqCst)));
                line
            });
            list(&lines.collect::<Vec<_>>(), true)
        }
        path if path.starts_with("/v1/invoices?") && !path.contains("created") => list(&[invoice.clone()], false),
        _ => list(&[], false),
    });
    let store = Store::in_memory().expect("opens");
    let summary = sync_with(&service, &["invoices", "invoice_lines"], &store);
    assert_failed(&summary, "stripe:invoice_lines", "does not end");
    assert_eq!(times(&service, "/lines"), 3 + 20, "asked for once in a run, after a look whether it is short");
    let waiting = store.query_text("SELECT tries FROM fanouts").expect("rows");
    assert_eq!(waiting, [["1"]], "the next run tries again, behind the others");
}
