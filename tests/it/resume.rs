//! What breaks off in the middle of something, and what fails again and again: the others have their turn, and the next run
//! goes on.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use serde_json::json;
use stripesync::http::Limits;
use stripesync::model::cancel::Cancel;
use stripesync::model::progress::{Outcome, Progress, Sink};
use stripesync::sandbox::{Change, Fault, Faults, Options as SandboxOptions, Sandbox, Sizes};
use stripesync::store::Store;
use stripesync::sync::{self, Options, Summary, Target};

use crate::support;

const DAY_S: i64 = 24 * 3600;
/// Ctrl-C.
const SIGINT: i32 = 2;

fn sandbox(customers: u32) -> Arc<Sandbox> {
    let options = SandboxOptions { sizes: Sizes::customers(customers), ..SandboxOptions::default() };
    Arc::new(Sandbox::start(options).expect("starts"))
}

fn only(names: &[&str]) -> Options {
    let only = support::everything().into_iter().filter(|resource| names.contains(&resource.name)).collect();
    Options { only, ..support::all() }
}

fn whole(sandbox: &Sandbox, store: &Store, options: &Options) -> Summary {
    let summary = support::sync(sandbox, store, options).expect("syncs");
    assert_eq!(support::failures(&summary), Vec::<String>::new());
    summary
}

fn assert_same(sandbox: &Sandbox, store: &Store, tables: &[&str]) {
    let mut found = support::differences(sandbox, store);
    found.retain(|line| tables.is_empty() || tables.iter().any(|table| line.starts_with(&format!("{table}:"))));
    assert_eq!(found, Vec::<String>::new());
}

fn count(store: &Store, sql: &str) -> u64 {
    store.query_text(sql).expect("a count")[0][0].parse().expect("a number")
}

#[test]
fn a_thousand_objects_that_fail_keep_no_other_from_its_turn() {
    const MADE: usize = 1100;
    let sandbox = sandbox(5);
    let stripe = sandbox.stripe();
    let made: Vec<String> = (0..MADE)
        .map(|n| stripe.create(None, "customer", &json!({"name": format!("C{n}")}), Change::Silent).expect("is made"))
        .collect();
    let store = Store::in_memory().expect("opens");
    let customers = only(&["customers"]);
    whole(&sandbox, &store, &customers);
    for id in &made {
        assert!(stripe.delete(None, "customer", id, Change::Silent));
    }
    sandbox.advance_s(60);
    sandbox.set_faults(Faults { path: Some("/v1/customers/".to_owned()), ..Faults::share(1000, &[Fault::Redirect]) });
    let asked: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let seen = Arc::clone(&asked);
    sandbox.on_request(move |_, call| {
        if let Some(id) = call.path.strip_prefix("/v1/customers/") {
            seen.lock().expect("whole").insert(id.to_owned());
        }
    });
    let take = || std::mem::take(&mut *asked.lock().expect("whole"));
    let first = support::sync(&sandbox, &store, &Options { initial: true, ..only(&["customers"]) }).expect("ends");
    assert_eq!(support::failures(&first).len(), 1, "{:?}", support::failures(&first));
    let first = take();
    // The bound is passed by at most the requests in flight.
    assert!((1000..1010).contains(&first.len()), "{} were asked for", first.len());
    support::sync(&sandbox, &store, &customers).expect("ends");
    let second = take();
    let never: Vec<_> = made.iter().filter(|id| !first.contains(*id) && !second.contains(*id)).collect();
    assert_eq!(never, Vec::<&String>::new(), "asked for neither in the first run nor in the second");
    assert!(second.iter().any(|id| first.contains(id)), "what failed is tried again, behind the others");
    sandbox.set_faults(Faults::default());
    whole(&sandbox, &store, &customers);
    assert_same(&sandbox, &store, &["stripe_customers"]);
    assert_eq!(count(&store, "SELECT count(*) FROM fetches"), 0);
}

/// Somebody presses Ctrl-C as soon as rows of this resource are in the file.
struct Impatient<'a> {
    name: &'a str,
    cancel: Cancel,
}

impl Sink for Impatient<'_> {
    fn report(&self, progress: Progress) {
        if matches!(progress, Progress::Stored { name, .. } if name == self.name) {
            self.cancel.set(SIGINT);
        }
    }
}

#[test]
fn ctrl_c_while_events_take_effect_leaves_the_others_for_the_next_run() {
    let sandbox = sandbox(10);
    let store = Store::in_memory().expect("opens");
    whole(&sandbox, &store, &support::all());
    let products: Vec<_> = sandbox.stripe().truth(None)["/v1/products"].iter().map(|p| p.id.clone()).collect();
    for n in 0..1200 {
        let fields = json!({"description": format!("change {n}")});
        assert!(sandbox.stripe().change(None, "product", &products[n % products.len()], &fields, Change::Evented));
        sandbox.advance_s(1);
    }
    let cancel = Cancel::default();
    let client = support::client(&sandbox, Limits::new(100_000, None), &cancel);
    let sink = Impatient { name: "stripe:products", cancel: cancel.clone() };
    let target = Target { client: &client, mode: "sandbox", who: sync::Who::Own(None), readers: None };
    let summary = sync::run(&store, &sync::catalog(), &target, &support::all(), &cancel, &sink).expect("ends");
    assert_eq!(summary.signal, Some(SIGINT));
    let waiting = count(&store, "SELECT count(*) FROM webhook_events WHERE status='received'");
    assert!((700..1200).contains(&waiting), "{waiting} of 1200 wait");
    whole(&sandbox, &store, &support::all());
    assert_same(&sandbox, &store, &[]);
}

/// Makes so many events about products; returns those products' table.
fn many_events(sandbox: &Sandbox, events: usize) {
    let products: Vec<_> = sandbox.stripe().truth(None)["/v1/products"].iter().map(|p| p.id.clone()).collect();
    for n in 0..events {
        let fields = json!({"description": format!("event {n}")});
        assert!(sandbox.stripe().change(None, "product", &products[n % products.len()], &fields, Change::Evented));
        if n % 10 == 0 {
            sandbox.advance_s(1);
        }
    }
}

fn events_missing(sandbox: &Sandbox, store: &Store, since_s: i64) -> Vec<String> {
    let logged: BTreeSet<String> = store
        .query_text("SELECT event_id FROM webhook_events")
        .expect("ids")
        .into_iter()
        .map(|mut r| r.remove(0))
        .collect();
    let truth = sandbox.stripe().truth(None);
    let events = truth["/v1/events"].iter().filter(|e| e.json["created"].as_i64().is_some_and(|s| s >= since_s));
    events.map(|event| event.id.clone()).filter(|id| !logged.contains(id)).collect()
}

#[test]
fn an_event_that_is_gone_while_the_log_is_read_ends_neither_the_run_nor_the_log() {
    for nth in [1, 3] {
        let sandbox = sandbox(5);
        let store = Store::in_memory().expect("opens");
        whole(&sandbox, &store, &support::all());
        let since_s = sandbox.now_s();
        many_events(&sandbox, 450);
        // The event that the n-th further page begins after goes just before that page is asked for.
        let (stripe, pages, refused) = (Arc::clone(sandbox.stripe()), AtomicU64::new(0), Arc::new(AtomicU64::new(0)));
        let gone = Arc::clone(&refused);
        sandbox.on_request(move |_, call| {
            let cursor = call.query.iter().find(|(name, _)| name == "starting_after");
            if let Some((_, cursor)) = cursor.filter(|_| call.path == "/v1/events")
                && pages.fetch_add(1, SeqCst) + 1 == nth
            {
                gone.fetch_add(u64::from(stripe.delete(None, "event", cursor, Change::Silent)), SeqCst);
            }
        });
        whole(&sandbox, &store, &support::all());
        assert_eq!(refused.load(SeqCst), 1, "no event went");
        assert_eq!(events_missing(&sandbox, &store, since_s), Vec::<String>::new());
        assert_same(&sandbox, &store, &[]);
    }
}

/// Reads one page of the event log, which then is as if cut off.
fn cut_in_the_event_log(sandbox: &Arc<Sandbox>, store: &Store) {
    let weak = Arc::downgrade(sandbox);
    sandbox.on_request(move |_, call| {
        let is_further = call.query.iter().any(|(name, _)| name == "starting_after");
        if let Some(sandbox) = weak.upgrade().filter(|_| call.path == "/v1/events" && is_further) {
            let path = Some("/v1/events".to_owned());
            sandbox.set_faults(Faults { path, ..Faults::share(1000, &[Fault::Redirect]) });
        }
    });
    let cut = support::sync(sandbox, store, &support::all()).expect("ends");
    assert_eq!(support::failures(&cut).len(), 1, "{:?}", support::failures(&cut));
    let left = "SELECT count(*) FROM slices JOIN walks ON walks.id=slices.walk JOIN resources r ON r.id=walks.resource
                WHERE r.name='stripe_events' AND done=0 AND cursor IS NOT NULL";
    assert_eq!(count(store, left), 1, "a left-over reading of the event log");
    sandbox.on_request(|_, _| {});
    sandbox.set_faults(Faults::default());
}

#[test]
fn a_left_over_reading_of_the_event_log_goes_on_though_its_event_is_gone() {
    let sandbox = sandbox(5);
    let store = Store::in_memory().expect("opens");
    whole(&sandbox, &store, &support::all());
    let since_s = sandbox.now_s();
    many_events(&sandbox, 250);
    cut_in_the_event_log(&sandbox, &store);
    let cursor = store.query_text("SELECT cursor FROM slices WHERE cursor LIKE 'evt_%' AND done=0").expect("a cursor");
    assert!(sandbox.stripe().delete(None, "event", &cursor[0][0], Change::Silent));
    whole(&sandbox, &store, &support::all());
    assert_eq!(events_missing(&sandbox, &store, since_s), Vec::<String>::new());
    assert_same(&sandbox, &store, &[]);
}

#[test]
fn a_gap_behind_a_left_over_reading_of_the_event_log_is_seen_as_one() {
    for (first, then) in [(5, 40), (20, 20), (0, 31)] {
        let sandbox = sandbox(20);
        let store = Store::in_memory().expect("opens");
        whole(&sandbox, &store, &support::all());
        many_events(&sandbox, 250);
        cut_in_the_event_log(&sandbox, &store);
        sandbox.advance_s(first * DAY_S);
        // By the time of the next run nobody tells of this any more.
        let truth = sandbox.stripe().truth(None);
        let (invoice, coupon) = (&truth["/v1/invoices"][3].id, &truth["/v1/coupons"][0].id);
        assert!(sandbox.stripe().change(None, "invoice", invoice, &json!({"description": "unheard"}), Change::Evented));
        assert!(sandbox.stripe().delete(None, "coupon", coupon, Change::Evented));
        sandbox.advance_s(then * DAY_S);
        // A part first: it must not cover up the gap of the rest.
        whole(&sandbox, &store, &only(&["customers"]));
        sandbox.advance_s(3600);
        whole(&sandbox, &store, &support::all());
        assert_same(&sandbox, &store, &[]);
    }
}

/// What happens to an invoice while its lines are read.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Meanwhile {
    /// The line that the next page is to begin after goes.
    LineGoes,
    /// The invoice goes.
    InvoiceGoes,
}

#[test]
fn lines_and_invoices_that_go_while_the_lines_are_read_leave_no_gap() {
    // The second page of a list of three; the second part of a list that comes in parts.
    for (lines, nth) in [(250, 1), (250, 2), (1500, 10), (1500, 12)] {
        for what in [Meanwhile::LineGoes, Meanwhile::InvoiceGoes] {
            let sandbox = sandbox(5);
            let invoice = support::long_invoice(&sandbox, lines);
            let path = format!("/v1/invoices/{invoice}/lines");
            let (stripe, pages, done) = (Arc::clone(sandbox.stripe()), AtomicU64::new(0), Arc::new(AtomicU64::new(0)));
            let happened = Arc::clone(&done);
            let id = invoice.clone();
            sandbox.on_request(move |_, call| {
                let Some((_, cursor)) = call.query.iter().find(|(name, _)| name == "starting_after") else { return };
                if call.path != path || pages.fetch_add(1, SeqCst) + 1 != nth {
                    return;
                }
                let is_done = match what {
                    Meanwhile::InvoiceGoes => stripe.delete(None, "invoice", &id, Change::Evented),
                    Meanwhile::LineGoes => {
                        let mut list = stripe.get(None, "invoice", &id).expect("is there")["lines"].take();
                        let elements = list["data"].as_array_mut().expect("a list");
                        elements.retain(|line| line["id"] != json!(cursor));
                        stripe.change(None, "invoice", &id, &json!({"lines": list}), Change::Silent)
                    }
                };
                happened.fetch_add(u64::from(is_done), SeqCst);
            });
            let store = Store::in_memory().expect("opens");
            whole(&sandbox, &store, &only(&["invoices", "invoice_lines"]));
            assert_eq!(done.load(SeqCst), 1, "{what:?} at page {nth} of {lines} never happened");
            assert_same(&sandbox, &store, &["stripe_invoice_lines"]);
            let living = format!("SELECT count(*) FROM stripe_invoices WHERE id='{invoice}' AND deleted_at IS NULL");
            assert_eq!(count(&store, &living), u64::from(what == Meanwhile::LineGoes), "{what:?}");
            assert_eq!(count(&store, "SELECT count(*) FROM fanouts"), 0);
        }
    }
}

#[test]
fn what_waits_for_its_list_when_a_run_is_stopped_is_read_by_the_next_and_never_called_read_before() {
    let sandbox = sandbox(120);
    let store = Store::in_memory().expect("opens");
    let invoices = only(&["invoices", "invoice_lines"]);
    let cancel = Cancel::default();
    let (stop, lists) = (cancel.clone(), AtomicU64::new(0));
    sandbox.on_request(move |_, call| {
        // The third of the lists that came cut.
        if call.path.ends_with("/lines") && lists.fetch_add(1, SeqCst) == 2 {
            stop.set(SIGINT);
        }
    });
    let client = support::client(&sandbox, Limits::new(100_000, None), &cancel);
    let one_by_one = Options { in_flight_max: 2, ..invoices.clone() };
    let summary = support::sync_by(&client, &store, &one_by_one, &cancel).expect("ends");
    assert_eq!(summary.signal, Some(SIGINT));
    let unread: Vec<_> = summary.reports.iter().filter(|r| r.outcome == Outcome::Complete).map(|r| &r.name).collect();
    assert_eq!(unread, Vec::<&String>::new(), "a run that was stopped read nothing whole");
    let waiting = store.query_text("SELECT id FROM fetches WHERE reason = 'held'").expect("rows");
    assert!(!waiting.is_empty(), "the signal came too late");
    for id in &waiting {
        assert_eq!(count(&store, &format!("SELECT count(*) FROM stripe_invoices WHERE id = '{}'", id[0])), 0);
    }
    sandbox.on_request(|_, _| {});
    whole(&sandbox, &store, &invoices);
    assert_same(&sandbox, &store, &["stripe_invoices", "stripe_invoice_lines"]);
    assert_eq!(count(&store, "SELECT count(*) FROM fetches") + count(&store, "SELECT count(*) FROM fanouts"), 0);
}

#[test]
fn what_waited_for_its_list_in_vain_is_written_as_it_came_and_its_list_named() {
    let sandbox = sandbox(40);
    let store = Store::in_memory().expect("opens");
    let invoices = only(&["invoices", "invoice_lines"]);
    sandbox.set_faults(Faults { path: Some("/v1/invoices/".to_owned()), ..Faults::share(1000, &[Fault::Redirect]) });
    let summary = support::sync(&sandbox, &store, &invoices).expect("ends");
    let failures = support::failures(&summary);
    assert!(failures.iter().any(|line| line.contains("invoice_lines")), "{failures:?}");
    let truth = sandbox.stripe().truth(None)["/v1/invoices"].iter().filter(|object| object.listed).count() as u64;
    assert_eq!(count(&store, "SELECT count(*) FROM stripe_invoices"), truth, "every invoice is there");
    assert!(count(&store, "SELECT count(*) FROM fanouts") > 0, "the lists wait");
    sandbox.set_faults(Faults::default());
    whole(&sandbox, &store, &invoices);
    assert_same(&sandbox, &store, &["stripe_invoices", "stripe_invoice_lines"]);
}
