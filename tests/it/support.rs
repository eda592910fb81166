//! A sandbox, a file, and the comparison of the file with the sandbox's own truth.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use stripesync::clock::{Clock, SystemClock};
use stripesync::http::{Client, Limits, Settings};
use stripesync::model::cancel::Cancel;
use stripesync::model::extract::Catalog;
use stripesync::model::progress::{Outcome, ResourceReport, Silent};
use stripesync::model::resource::{List, Resource};
use stripesync::model::secret::Secret;
use stripesync::model::text::{self, Edit};
use stripesync::providers::stripe;
use stripesync::sandbox::service::Call;
use stripesync::sandbox::{Change, Sandbox};
use stripesync::store::Store;
use stripesync::sync::{self, Error, Options, Summary, Target};

use crate::program::until;

/// A wall clock that stands, as a sandbox's may: on a busy machine a pull takes seconds, and what may wait for a later
/// run would be done in this one or not by chance.
pub struct StillClock {
    now_ms: i64,
    machine: SystemClock,
}

impl StillClock {
    /// Shows what the sandbox's clock shows now, whatever `Date` it sends.
    pub fn of(sandbox: &Sandbox) -> StillClock {
        StillClock { now_ms: sandbox.now_s() * 1_000 + 500, machine: SystemClock::new() }
    }
}

impl Clock for StillClock {
    fn now_ms(&self) -> i64 {
        self.now_ms
    }
    fn elapsed(&self) -> Duration {
        self.machine.elapsed()
    }
    fn sleep(&self, duration: Duration) {
        self.machine.sleep(duration);
    }
}

/// Makes a client for a sandbox, quick to give up and without a pace unless told.
pub fn client(sandbox: &Sandbox, limits: Limits, cancel: &Cancel) -> Client {
    client_by(Arc::new(SystemClock::new()), sandbox, limits, cancel)
}

/// The pause in a slow body, and how long such a client waits for its next piece: so it is a fault.
pub const SLOW: Duration = Duration::from_secs(3);
pub const SILENCE_MAX: Duration = Duration::from_secs(1);

/// A client that waits for no slow body.
pub fn impatient(sandbox: &Sandbox, cancel: &Cancel) -> Client {
    let mut settings = settings(sandbox, Limits::new(100_000, None));
    settings.timeouts.per_read = SILENCE_MAX;
    Client::new(settings, Arc::new(SystemClock::new()), cancel.clone()).expect("a client")
}

/// The same by another clock.
pub fn client_by(clock: Arc<dyn Clock>, sandbox: &Sandbox, limits: Limits, cancel: &Cancel) -> Client {
    Client::new(settings(sandbox, limits), clock, cancel.clone()).expect("a client")
}

fn settings(sandbox: &Sandbox, limits: Limits) -> Settings {
    let mut settings = Settings::new(sandbox.stripe_base_url(), limits)
        .header("Authorization", Secret::new(format!("Bearer {}", sandbox.keys()[0].text)))
        .header("Stripe-Version", Secret::new(stripe::API_VERSION));
    settings.timeouts.global = Duration::from_secs(20);
    settings
}

/// Every Stripe resource.
pub fn everything() -> Vec<&'static Resource> {
    stripe::resources::all().collect()
}

/// Syncs with default options, through the library.
pub fn sync(sandbox: &Sandbox, store: &Store, options: &Options) -> Result<Summary, Error> {
    sync_at(sandbox, store, options, Limits::new(100_000, None))
}

/// The same at a pace.
pub fn sync_at(sandbox: &Sandbox, store: &Store, options: &Options, limits: Limits) -> Result<Summary, Error> {
    let cancel = Cancel::default();
    sync_by(&client(sandbox, limits, &cancel), store, options, &cancel)
}

/// The same with a client of one's own.
pub fn sync_by(client: &Client, store: &Store, options: &Options, cancel: &Cancel) -> Result<Summary, Error> {
    let catalog = sync::catalog();
    sync::run(
        store,
        &catalog,
        &Target { client, mode: "sandbox", who: sync::Who::Own(None), readers: None },
        options,
        cancel,
        &Silent,
    )
}

/// The options of `sync --all`.
pub fn all() -> Options {
    Options { only: everything(), in_flight_max: 8, ..Options::default() }
}

/// Compares every table with the sandbox's truth and returns what differs, at most a few lines for each table.
pub fn differences(sandbox: &Sandbox, store: &Store) -> Vec<String> {
    differences_in(sandbox, store, |_| true)
}

/// The same for the tables that are meant.
pub fn differences_in(sandbox: &Sandbox, store: &Store, is_meant: impl Fn(&Resource) -> bool) -> Vec<String> {
    let catalog = sync::catalog();
    let truth = sandbox.stripe().truth(None);
    let mut found = Vec::new();
    // What belonged to a deleted parent cannot be listed any more.
    let gone: HashSet<String> = sandbox.stripe().deleted(None).into_iter().map(|(_, id, _)| id).collect();
    for line in include_str!("../../testdata/stripe/list-paths.tsv").lines() {
        let mut fields = line.split('\t');
        let (Some(path), Some(name)) = (fields.next(), fields.next()) else { continue };
        let (Some(objects), Some(compiled)) = (truth.get(path), catalog.by_table(&format!("stripe_{name}"))) else {
            continue;
        };
        if matches!(compiled.resource.list, List::Unlisted(_)) || !is_meant(compiled.resource) {
            continue;
        }
        let wanted: BTreeMap<(String, String), &Value> = objects
            .iter()
            .filter(|object| object.listed && !object.parent.as_ref().is_some_and(|parent| gone.contains(parent)))
            .map(|object| ((object.parent.clone().unwrap_or_default(), object.id.clone()), &object.json))
            .collect();
        let unlisted = objects.iter().filter(|object| !object.listed).map(|object| object.id.as_str()).collect();
        found.extend(compare(&catalog, compiled.resource, &wanted, &unlisted, store));
    }
    found
}

fn compare(
    catalog: &Catalog,
    resource: &'static Resource,
    wanted: &BTreeMap<(String, String), &Value>,
    unlisted: &HashSet<&str>,
    store: &Store,
) -> Vec<String> {
    let table = resource.table();
    let parent = if resource.is_child() { "parent_id" } else { "''" };
    let rows = store
        .query_text(&format!("SELECT {parent}, coalesce(id, ''), data FROM {table} WHERE deleted_at IS NULL"))
        .expect("rows");
    // Lists that take their parent as a parameter tell no parent in the truth.
    let by_parent = wanted.keys().any(|(parent, _)| !parent.is_empty());
    let key = |row: &mut Vec<String>| {
        let parent = row.remove(0);
        (if by_parent { parent } else { String::new() }, row.remove(0))
    };
    let rows: HashMap<(String, String), String> =
        rows.into_iter().map(|mut row| (key(&mut row), row.remove(0))).collect();
    let mut found = Vec::new();
    let missing: Vec<_> = wanted.keys().filter(|key| !rows.contains_key(*key)).collect();
    let extra: Vec<_> =
        rows.keys().filter(|key| !wanted.contains_key(*key) && !unlisted.contains(key.1.as_str())).collect();
    if !missing.is_empty() {
        found.push(format!("{table}: {} of {} missing, such as {:?}", missing.len(), wanted.len(), missing[0]));
    }
    if !extra.is_empty() {
        found.push(format!("{table}: {} rows too many, such as {:?}", extra.len(), extra[0]));
    }
    // Lists that an expansion puts into the object have tables of their own, compared on their own.
    let expanded: Vec<(&str, Edit)> = catalog
        .entries()
        .iter()
        .flat_map(|entry| entry.resource.inline)
        .filter(|inline| inline.parent == resource.name && inline.expand && inline.at != "/discounts")
        .map(|inline| (inline.at, Edit::Remove))
        .collect();
    let mut different = 0;
    let mut example = String::new();
    for (key, json) in wanted {
        let Some(data) = rows.get(key) else { continue };
        let stored: Value = serde_json::from_str(&text::edit(data, &expanded)).expect("JSON");
        // The secret fields are the client's to leave out; the truth has them.
        let text = catalog.object(catalog.get(resource), &json.to_string()).map(|o| o.row.data).unwrap_or_default();
        let json: Value = serde_json::from_str(&text::edit(&text, &expanded)).unwrap_or(Value::Null);
        if let Some(place) = difference("", &json, &stored) {
            different += 1;
            example = format!("{}: {place}", key.1);
        }
    }
    if different > 0 {
        found.push(format!("{table}: {different} of {} differ, such as {example}", wanted.len()));
    }
    found
}

/// Keeps every request that comes from now on.
pub fn watched(sandbox: &Sandbox) -> Arc<Mutex<Vec<Call>>> {
    let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
    let kept = Arc::clone(&calls);
    sandbox.on_request(move |_, call| kept.lock().expect("whole").push(call.clone()));
    calls
}

/// Requests that a sandbox does not answer yet.
pub struct Held(Arc<AtomicBool>);

impl Held {
    /// Lets them be answered, and all that come.
    pub fn let_go(self) {
        self.0.store(false, SeqCst);
    }
}

/// Has every request behind the first so many wait, until they are let go: what is to happen meanwhile has all the time.
pub fn hold_from(sandbox: &Sandbox, answered: u64) -> Held {
    let held = Held(Arc::new(AtomicBool::new(true)));
    let is_held = Arc::clone(&held.0);
    sandbox.on_request(move |number, _| {
        if number > answered {
            until("let go", || !is_held.load(SeqCst));
        }
    });
    held
}

/// What a request asks for, in words that are equal where it is.
pub fn asked(call: &Call) -> String {
    let query: Vec<String> = call.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}?{}", call.path, query.join("&"))
}

/// A small generator of numbers: the same seed, the same numbers.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }

    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

/// Names what a run did not read whole or could not hold, with how it ended; products that the account lacks are no failure.
pub fn failures(summary: &Summary) -> Vec<String> {
    let is_well = |r: &ResourceReport| matches!(r.outcome, Outcome::Complete | Outcome::NotAvailable(_));
    let bad = summary.reports.iter().filter(|report| !is_well(report) || !report.gaps.is_none());
    bad.map(|report| format!("{} {:?}{}", report.name, report.outcome, report.gaps)).collect()
}

/// Says where two values differ first.
pub fn difference(at: &str, wanted: &Value, stored: &Value) -> Option<String> {
    match (wanted, stored) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                match b.get(key) {
                    None => return Some(format!("{at}/{key} is missing")),
                    Some(other) => {
                        if let Some(found) = difference(&format!("{at}/{key}"), value, other) {
                            return Some(found);
                        }
                    }
                }
            }
            b.keys().find(|key| !a.contains_key(*key)).map(|key| format!("{at}/{key} is too many"))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(i, (x, y))| difference(&format!("{at}/{i}"), x, y))
        }
        (a, b) if a == b => None,
        (a, b) => {
            let short = |v: &Value| v.to_string().chars().take(80).collect::<String>();
            Some(format!("{at}: {} in truth, {} in the file", short(a), short(b)))
        }
    }
}

/// Gives an invoice so many lines, and returns its id.
pub fn long_invoice(sandbox: &Sandbox, count: usize) -> String {
    let truth = sandbox.stripe().truth(None);
    let invoice = truth["/v1/invoices"].iter().find(|i| i.json["lines"]["data"][0].is_object()).expect("has lines");
    let mut list = invoice.json["lines"].clone();
    let line = list["data"][0].take();
    let lines = (0..count).map(|n| {
        let mut line = line.clone();
        line["id"] = serde_json::json!(format!("il_long{n:05}"));
        line["discounts"] = serde_json::json!([]);
        line
    });
    list["data"] = lines.collect();
    list["has_more"] = serde_json::json!(false);
    let lines = serde_json::json!({"lines": list});
    assert!(sandbox.stripe().change(None, "invoice", &invoice.id, &lines, Change::Silent));
    invoice.id.clone()
}

/// Changes, creates and deletes so many objects with events, several changes for some; returns how many distinct
/// objects that were, and for how many the events' payloads suffice (no field of theirs needs an expansion).
pub fn change_many(sandbox: &Sandbox, count: usize) -> (usize, usize) {
    let stripe = sandbox.stripe();
    let truth = stripe.truth(None);
    let kinds = [
        ("/v1/customers", "customer", false),
        ("/v1/charges", "charge", true),
        ("/v1/products", "product", true),
        ("/v1/subscriptions", "subscription", false),
        ("/v1/payouts", "payout", true),
    ];
    let mut touched = HashSet::new();
    let mut by_payload = HashSet::new();
    for n in 0..count {
        let (path, object, suffices) = kinds[n % kinds.len()];
        let Some(objects) = truth.get(path).filter(|objects| !objects.is_empty()) else { continue };
        // The same object is met again after a while: its changes must come down to one fetch.
        let target = &objects[(n / kinds.len()) % objects.len().min(20)];
        // There is no `charge.created`.
        let id = if n % 11 == 7 && object != "charge" {
            stripe.create(None, object, &serde_json::json!({"metadata": {"made": n.to_string()}}), Change::Evented)
        } else if n % 29 == 5 && object == "customer" {
            stripe.delete(None, object, &target.id, Change::Evented);
            Some(target.id.clone())
        } else {
            stripe.change(
                None,
                object,
                &target.id,
                &serde_json::json!({"metadata": {"n": n.to_string()}}),
                Change::Evented,
            );
            Some(target.id.clone())
        };
        let key = (object, id.unwrap_or_default());
        if suffices {
            by_payload.insert(key.clone());
        }
        touched.insert(key);
        if n % 3 == 0 {
            sandbox.advance_s(1);
        }
    }
    (touched.len(), by_payload.len())
}
