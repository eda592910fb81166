//! What coming up to date costs, object by object, told by what the service was asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use stripesync::sandbox::service::Call;
use stripesync::sandbox::{Change, Options as SandboxOptions, Sandbox, Sizes};
use stripesync::store::Store;

use crate::support::{self, Dice};

/// A kind of object that changes: where it is listed, its name, whether an event tells all of it (nothing of it comes
/// only when asked for), how many of them change, and what the log calls a new one, where it tells of it.
struct Kind {
    path: &'static str,
    object: &'static str,
    is_told: bool,
    distinct: usize,
    is_made: bool,
}

const fn kind(path: &'static str, object: &'static str, is_told: bool, distinct: usize) -> Kind {
    Kind { path, object, is_told, distinct, is_made: false }
}

/// Few of some kinds, so that each is asked for; many of others, so that their list is cheaper.
const KINDS: &[Kind] = &[
    Kind { is_made: true, ..kind("/v1/customers", "customer", false, 7) },
    Kind { is_made: true, ..kind("/v1/invoices", "invoice", false, 60) },
    kind("/v1/subscriptions", "subscription", false, 7),
    // A new price may name a product that no list shows: that one would be asked for too.
    kind("/v1/prices", "price", false, 4),
    Kind { is_made: true, ..kind("/v1/products", "product", true, 5) },
    kind("/v1/charges", "charge", true, 40),
    kind("/v1/payouts", "payout", true, 9),
    kind("/v1/refunds", "refund", true, 9),
    kind("/v1/disputes", "dispute", true, 3),
];

/// What changed: the ids by list, and those among them that are new.
#[derive(Default)]
struct Changed {
    by_list: BTreeMap<&'static str, BTreeSet<String>>,
    made: BTreeSet<String>,
    events: usize,
}

impl Changed {
    fn distinct(&self) -> usize {
        self.by_list.values().map(BTreeSet::len).sum()
    }
}

fn change(sandbox: &Sandbox, count: usize, dice: &mut Dice) -> Changed {
    let stripe = sandbox.stripe();
    let truth = stripe.truth(None);
    let mut changed = Changed::default();
    for n in 0..count {
        let kind = dice.pick(KINDS);
        // Spread over the whole list, and the same ones again and again.
        let listed: Vec<_> =
            truth[kind.path].iter().filter(|object| object.listed && object.json["test_clock"].is_null()).collect();
        let distinct = kind.distinct.min(listed.len());
        let object = &listed[dice.below(distinct) * (listed.len() / distinct)];
        let note = json!({"metadata": {"n": n.to_string()}});
        let id = match dice.below(25) {
            0 if kind.is_made => {
                let id = stripe.create(None, kind.object, &note, Change::Evented).expect("is made");
                changed.made.insert(id.clone());
                id
            }
            1 if kind.object == "price" && stripe.delete(None, kind.object, &object.id, Change::Evented) => {
                object.id.clone()
            }
            _ => match stripe.change(None, kind.object, &object.id, &note, Change::Evented) {
                true => object.id.clone(),
                false => continue,
            },
        };
        changed.events += 1;
        changed.by_list.entry(kind.path).or_default().insert(id);
        sandbox.advance_s((n % 3 == 0).into());
    }
    changed
}

/// What a request is for.
enum Asked<'c> {
    /// A list on its own.
    List,
    /// A list under this object.
    Under(&'c str),
    /// This object of the list.
    One(&'c str, &'c str),
}

/// Lists under an object that name it as a parameter.
const PARENTS: &[&str] =
    &["customer", "subscription", "setup_intent", "value_list", "payment_record", "card", "financial_account"];

fn read(call: &Call) -> Asked<'_> {
    let parts: Vec<&str> = call.path.trim_start_matches("/v1/").split('/').collect();
    let is_id = |part: &str| part.contains('_') && part.chars().any(|c| c.is_ascii_digit());
    match parts.iter().position(|part| is_id(part)) {
        Some(at) if at + 1 == parts.len() => Asked::One(&call.path[..call.path.len() - parts[at].len() - 1], parts[at]),
        Some(at) => Asked::Under(parts[at]),
        None => PARENTS.iter().find_map(|name| call.param(name)).map_or(Asked::List, Asked::Under),
    }
}

#[test]
fn changes_cost_what_their_number_and_kind_make_necessary_object_by_object() {
    for (seed, count) in [(1, 40), (2, 300), (3, 1_000)] {
        let sizes = Sizes::customers(120);
        let sandbox = Sandbox::start(SandboxOptions { seed, sizes, ..SandboxOptions::default() }).expect("starts");
        let store = Store::in_memory().expect("opens");
        support::sync(&sandbox, &store, &support::all()).expect("syncs");
        sandbox.advance_s(3600);
        let changed = change(&sandbox, count, &mut Dice::new(seed));
        sandbox.advance_s(30);
        let calls = support::watched(&sandbox);
        let summary = support::sync(&sandbox, &store, &support::all()).expect("syncs");
        let calls = calls.lock().expect("whole");
        assert_eq!(support::failures(&summary), Vec::<String>::new());
        assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
        println!("{count} changes of {} objects: {} requests", changed.distinct(), calls.len());
        assert_costs(&sandbox, &changed, &calls);
    }
}

/// Lists that a quiet run asks for as well: the balance transactions, which no event tells of.
const POLLED: &str = "/v1/balance_transactions";
/// Pages of the log beyond a page for each hundred events: the first, which shows how dense the log is, and one that is
/// not full for each of the slices that are then read at a time.
const LOG_PAGES_MORE: usize = 16;
/// A page of a list is worth so many GETs, or it is not asked for.
const GETS_A_PAGE: usize = 4;

fn assert_costs(sandbox: &Sandbox, changed: &Changed, calls: &[Call]) {
    let mut asked = BTreeSet::new();
    for call in calls {
        assert!(asked.insert(support::asked(call)), "{} was asked twice", support::asked(call));
    }
    let none = BTreeSet::new();
    let of = |list: &str| changed.by_list.get(list).unwrap_or(&none);
    let (mut lists, mut pages_under) = (BTreeMap::new(), BTreeMap::new());
    for call in calls.iter().filter(|call| call.path != "/v1/account") {
        match read(call) {
            Asked::List => *lists.entry(call.path.clone()).or_insert(0) += 1,
            Asked::One(list, id) => {
                assert!(of(list).contains(id), "{} did not change", call.path);
                let kind = KINDS.iter().find(|kind| kind.path == list);
                assert!(kind.is_some_and(|kind| !kind.is_told), "an event told all of {}", call.path);
            }
            Asked::Under(parent) => *pages_under.entry((parent, call.path.as_str())).or_insert(0) += 1,
        }
    }
    for ((parent, path), pages) in pages_under {
        let wanted = pages_needed(sandbox, changed, parent, path);
        assert!(pages <= wanted, "{path} of {parent}: {pages} requests, {wanted} needed");
    }
    let log = lists.remove("/v1/events").unwrap_or(0);
    assert!(log <= changed.events / 100 + LOG_PAGES_MORE, "{log} pages of the log for {} events", changed.events);
    assert!(lists.remove(POLLED) <= Some(1));
    for (list, pages) in lists {
        let saved = of(&list).len();
        assert!(pages * GETS_A_PAGE < saved, "{pages} pages of {list} for {saved} that changed");
    }
}

/// How many requests a list under an object is worth: none where the object did not change, or shows its list whole, or
/// its events would tell.
fn pages_needed(sandbox: &Sandbox, changed: &Changed, parent: &str, path: &str) -> usize {
    let is_changed = |list: &str| changed.by_list.get(list).is_some_and(|ids| ids.contains(parent));
    match path.rsplit('/').next().unwrap_or_default() {
        // Invoices show ten of their lines.
        "lines" if is_changed("/v1/invoices") => {
            let invoice = sandbox.stripe().get(None, "invoice", parent).expect("is there");
            let lines = invoice["lines"]["data"].as_array().map_or(0, Vec::len);
            if lines > 10 { lines.div_ceil(100) } else { 0 }
        }
        // No event tells of them, and no product shows them.
        "features" => is_changed("/v1/products").into(),
        // New ones may have some; later their own events tell, or the customer's balance.
        "balance_transactions" | "cash_balance_transactions" | "active_entitlements" => {
            (is_changed("/v1/customers") && changed.made.contains(parent)).into()
        }
        _ => 0,
    }
}
