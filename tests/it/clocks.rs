//! Clocks that are wrong, and that jump during a run: the service's, this machine's, both. The file ends equal to the
//! truth after the next run by right clocks, and after a kill too.

use std::process::Child;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use stripesync::clock::{Clock, SystemClock};
use stripesync::http::Limits;
use stripesync::model::cancel::Cancel;
use stripesync::sandbox::service::Call;
use stripesync::sandbox::{Change, Options as SandboxOptions, Sandbox, Sizes, TEST_KEY};
use stripesync::store::Store;
use stripesync::sync::Options;

use crate::program::{Home, started, until};
use crate::support::{self, Dice};

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;

/// A machine's clock that shows the sandbox's time, and what it is wrong by.
struct Wandering {
    sandbox: Weak<Sandbox>,
    wrong_by_s: AtomicI64,
    machine: SystemClock,
}

impl Clock for Wandering {
    fn now_ms(&self) -> i64 {
        let now_s = self.sandbox.upgrade().map_or(0, |sandbox| sandbox.now_s());
        (now_s + self.wrong_by_s.load(SeqCst)) * 1_000 + 500
    }
    fn elapsed(&self) -> Duration {
        self.machine.elapsed()
    }
    fn sleep(&self, duration: Duration) {
        self.machine.sleep(duration);
    }
}

/// By how many seconds the clocks are wrong while the nth request is answered: the service's, and this machine's.
type Script = fn(u64, &mut Dice) -> (i64, i64);

fn either(dice: &mut Dice, by_s: i64) -> i64 {
    *dice.pick(&[-by_s, 0, by_s])
}

const SCRIPTS: &[(&str, Script)] = &[
    ("the service's runs a day ahead", |_, _| (DAY_S, 0)),
    ("the service's is a day behind", |_, _| (-DAY_S, 0)),
    ("this machine's runs a day ahead", |_, _| (0, DAY_S)),
    ("this machine's is a day behind", |_, _| (0, -DAY_S)),
    ("the service's goes back an hour on the way", |n, _| (if n < 4 { 0 } else { -HOUR_S }, 0)),
    ("the service's goes back from an hour ahead", |n, _| (if n < 4 { HOUR_S } else { 0 }, 0)),
    ("the service's runs ahead on the way", |n, _| (if n < 4 { 0 } else { DAY_S }, 0)),
    ("one page of the service's is dated a day later", |n, _| (if n == 4 { DAY_S } else { 0 }, 0)),
    ("one page of the service's is dated a day earlier", |n, _| (if n == 4 { -DAY_S } else { 0 }, 0)),
    ("this machine's goes back an hour on the way", |n, _| (0, if n < 4 { 0 } else { -HOUR_S })),
    ("this machine's goes back from a day ahead", |n, _| (0, if n < 4 { DAY_S } else { 0 })),
    ("this machine's jumps a day ahead on the way", |n, _| (0, if n < 4 { 0 } else { DAY_S })),
    ("a second comes twice, as leap seconds do", |n, _| (-((n % 2) as i64), 0)),
    ("a second comes twice on both", |n, _| (-((n % 2) as i64), -((n / 2 % 2) as i64))),
    ("both jump by hours to and fro", |_, dice| (either(dice, 3 * HOUR_S), either(dice, 3 * HOUR_S))),
    ("both jump by a day to and fro", |_, dice| (either(dice, DAY_S), either(dice, DAY_S))),
    ("both go wrong together", |n, _| (if n % 3 == 0 { -HOUR_S } else { 0 }, if n % 3 == 0 { -HOUR_S } else { 0 })),
];

/// What is read: with events that suffice, with events that do not, without events, with children, under parents.
const LISTS: &[&str] = &[
    "customers",
    "customer_balance_transactions",
    "products",
    "prices",
    "charges",
    "refunds",
    "invoices",
    "invoice_lines",
    "subscriptions",
    "subscription_items",
    "balance_transactions",
];
const EVENTED: &[(&str, &str)] = &[
    ("customer", "/v1/customers"),
    ("product", "/v1/products"),
    ("price", "/v1/prices"),
    ("charge", "/v1/charges"),
    ("refund", "/v1/refunds"),
    ("invoice", "/v1/invoices"),
    ("subscription", "/v1/subscriptions"),
];

/// A file, the account that it mirrors, and both clocks.
struct World {
    sandbox: Arc<Sandbox>,
    clock: Arc<Wandering>,
    store: Store,
    /// Some ids of each kind that changes.
    ids: Vec<(&'static str, Vec<String>)>,
    dice: Arc<Mutex<Dice>>,
}

impl World {
    fn new(seed: u64) -> World {
        // A clock that started where sandboxes do would say that it is made up.
        let start_s = SandboxOptions::default().start_s + DAY_S;
        let sizes = Sizes::customers(15);
        let options = SandboxOptions { seed, start_s, clock_runs: false, sizes, ..SandboxOptions::default() };
        let sandbox = Arc::new(Sandbox::start(options).expect("starts"));
        sandbox.advance_s(DAY_S);
        let truth = sandbox.stripe().truth(None);
        let ids = |path: &str| truth[path].iter().filter(|o| o.listed).map(|o| o.id.clone()).take(6).collect();
        let ids = EVENTED.iter().map(|(object, path)| (*object, ids(path))).collect();
        let clock =
            Wandering { sandbox: Arc::downgrade(&sandbox), wrong_by_s: AtomicI64::new(0), machine: SystemClock::new() };
        let store = Store::in_memory().expect("opens");
        World { sandbox, clock: Arc::new(clock), store, ids, dice: Arc::new(Mutex::new(Dice::new(seed))) }
    }

    fn sync(&self) {
        let only = support::everything().into_iter().filter(|resource| LISTS.contains(&resource.name)).collect();
        let options = Options { only, in_flight_max: 2, ..support::all() };
        let cancel = Cancel::default();
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let client = support::client_by(clock, &self.sandbox, Limits::new(100_000, None), &cancel);
        let summary = support::sync_by(&client, &self.store, &options, &cancel).expect("syncs");
        assert_eq!(support::failures(&summary), Vec::<String>::new());
    }

    /// The same while the clocks do as the script says, and things happen.
    fn sync_by(&self, script: Script) {
        let (sandbox, clock) = (Arc::downgrade(&self.sandbox), Arc::clone(&self.clock));
        let (dice, ids, first) = (Arc::clone(&self.dice), self.ids.clone(), AtomicU64::new(0));
        let asked = AtomicU64::new(0);
        self.sandbox.on_request(move |_, _| {
            let Some(sandbox) = sandbox.upgrade() else { return };
            let mut dice = dice.lock().expect("whole");
            let (service_s, machine_s) = script(asked.fetch_add(1, SeqCst) + 1, &mut dice);
            sandbox.set_skew_s(service_s);
            clock.wrong_by_s.store(machine_s, SeqCst);
            if first.fetch_add(1, SeqCst) < 40 && dice.below(2) == 0 {
                change(&sandbox, &ids, &mut dice);
            }
            sandbox.advance_s(dice.below(3) as i64);
        });
        self.sync();
        self.sandbox.on_request(|_, _| {});
        self.sandbox.set_skew_s(0);
        self.clock.wrong_by_s.store(0, SeqCst);
    }

    /// Time goes on, and things happen.
    fn wait_s(&self, by_s: i64) {
        let mut dice = self.dice.lock().expect("whole");
        for _ in 0..8 {
            self.sandbox.advance_s(by_s / 8);
            change(&self.sandbox, &self.ids, &mut dice);
        }
        self.sandbox.advance_s(by_s / 8);
    }

    fn differences(&self) -> Vec<String> {
        support::differences_in(&self.sandbox, &self.store, |resource| LISTS.contains(&resource.name))
    }
}

/// Changes, makes or deletes something; every change of all is told by an event.
fn change(sandbox: &Sandbox, ids: &[(&str, Vec<String>)], dice: &mut Dice) {
    let (object, ids) = dice.pick(ids);
    let id = dice.pick(ids);
    let note = json!({"metadata": {"n": dice.below(1_000_000).to_string()}});
    let stripe = sandbox.stripe();
    // What is gone already does not change any more.
    let _ = match dice.below(8) {
        0 if !["charge", "refund"].contains(object) => stripe.create(None, object, &note, Change::Evented).is_some(),
        1 if ["customer", "product", "price"].contains(object) => stripe.delete(None, object, id, Change::Evented),
        _ => stripe.change(None, object, id, &note, Change::Evented),
    };
}

#[test]
fn clocks_that_jump_during_a_run_leave_no_trace_after_the_next() {
    let mut wrong = Vec::new();
    for (name, script) in SCRIPTS {
        for seed in 0..3 {
            // The first reading of all lists under wrong clocks, or the reading of events.
            for is_first in [true, false] {
                let world = World::new(seed);
                if !is_first {
                    world.sync();
                    world.wait_s(HOUR_S);
                }
                world.sync_by(*script);
                // The next run comes soon, or when a clock that was a day ahead is right by what is in the file.
                world.wait_s(*[800, HOUR_S, 2 * DAY_S].get(seed as usize).unwrap_or(&800));
                world.sync();
                let differences = world.differences();
                if !differences.is_empty() {
                    wrong.push(format!("{name}, seed {seed}, first {is_first}: {differences:#?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), SCRIPTS.len() * 6, wrong.join("\n"));
}

/// Which page is dated wrongly, and which request shows that somebody goes on after it.
type Page = fn(&Call) -> bool;

/// The real program is killed once a page whose `Date` was wrong is in the file; the next run puts it right.
fn kill_after_a_wrong_page(skew_s: i64, is_first: bool) {
    // Both clocks agree, but for what is made wrong.
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs() as i64;
    let options = SandboxOptions { start_s: now_s, sizes: Sizes::customers(130), ..SandboxOptions::default() };
    let sandbox = Arc::new(Sandbox::start(options).expect("starts"));
    let home = Home::new();
    drop(Store::open(&home.database()).expect("opens"));
    let url = sandbox.stripe_base_url();
    let program = || started(&mut home.asking(&url, TEST_KEY, &["sync", "customers", "products", "charges"]));
    let ids = |path: &str| -> Vec<String> {
        sandbox.stripe().truth(None)[path].iter().filter(|o| o.listed).map(|o| o.id.clone()).collect()
    };
    let (customers, products) = (ids("/v1/customers"), ids("/v1/products"));
    let note = |text: &str| json!({"metadata": {"note": text}});
    if !is_first {
        let (child, began) = program();
        assert_eq!(crate::program::finished(child, began).code, Some(0));
        sandbox.stripe().change(None, "product", &products[0], &note("before"), Change::Evented);
        sandbox.stripe().change(None, "customer", &customers[0], &note("before"), Change::Evented);
    }
    let (wrong, in_file): (Page, &str) = match is_first {
        true => (|call| call.path == "/v1/customers", "SELECT count(*) FROM stripe_customers"),
        false => (|call| call.path == "/v1/events", "SELECT count(*) FROM webhook_events"),
    };
    let rows = home.count(in_file);
    let child: Arc<Mutex<Option<Child>>> = Arc::default();
    let (killed, database, clock) = (Arc::clone(&child), home.database(), Arc::downgrade(&sandbox));
    let is_wrong = std::sync::atomic::AtomicBool::new(false);
    sandbox.on_request(move |_, call| {
        let Some(sandbox) = clock.upgrade() else { return };
        if !is_wrong.load(SeqCst) {
            if wrong(call) {
                sandbox.set_skew_s(skew_s);
                is_wrong.store(true, SeqCst);
            }
            return;
        }
        // Somebody asks for more: the page is in the file in a moment, and then this is the end.
        if let Some(mut child) = killed.lock().expect("whole").take() {
            until("in the file", || crate::program::count(&database, in_file) > rows);
            child.kill().expect("its own child");
            child.wait().expect("ends");
        }
    });
    {
        let mut held = child.lock().expect("whole");
        *held = Some(program().0);
    }
    until("killed", || child.lock().expect("whole").is_none());
    sandbox.on_request(|_, _| {});
    sandbox.set_skew_s(0);
    // By a clock that ran ahead, these are older than what was read.
    for id in [&customers[1], &customers[100]] {
        assert!(sandbox.stripe().change(None, "customer", id, &note("after"), Change::Evented));
    }
    assert!(sandbox.stripe().change(None, "product", &products[1], &note("after"), Change::Evented));
    assert!(sandbox.stripe().delete(None, "product", &products[2], Change::Evented));
    // A tie of one second is asked for only when that second is long over.
    let changed_s = sandbox.now_s();
    until("some seconds later", || sandbox.now_s() > changed_s + 5);
    let (next, began) = program();
    let ran = crate::program::finished(next, began);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    home.assert_intact();
    let store = Store::open(&home.database()).expect("opens");
    let is_meant = |name: &str| ["customers", "products", "charges"].contains(&name);
    let differences = support::differences_in(&sandbox, &store, |resource| is_meant(resource.name));
    assert_eq!(differences, Vec::<String>::new(), "{skew_s} s, first {is_first}: {}", ran.stderr);
}

#[test]
fn a_kill_right_after_a_page_with_a_wrong_date_is_put_right_by_the_next_run() {
    std::thread::scope(|scope| {
        for skew_s in [DAY_S, 3 * HOUR_S, -DAY_S] {
            for is_first in [true, false] {
                scope.spawn(move || kill_after_a_wrong_page(skew_s, is_first));
            }
        }
    });
}
