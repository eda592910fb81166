//! Objects are made, changed and deleted while their lists are read: nothing that was there all the time is missed, and
//! the file ends in the truth with the next run. Many seeded interleavings for each group of lists that belong together.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use stripesync::model::cancel::Cancel;
use stripesync::model::progress::Outcome;
use stripesync::providers::fic::resources::RESOURCES;
use stripesync::sandbox::fic::FicLife;
use stripesync::sandbox::{Change, Options as SandboxOptions, Sandbox, Sizes, Stripe, TruthObject};
use stripesync::store::Store;
use stripesync::sync::Options;

use crate::fic_world::{World, assert_complete, settings, world};
use crate::support::{self, Dice};

/// Interleavings of the company's lists; Stripe's groups have theirs.
const FIC_SEEDS: u64 = 16;
/// Requests of a first reading during which things happen: it has to end.
const EVENTFUL: u64 = 24;

/// Every object by its list.
type Truth = BTreeMap<String, Vec<TruthObject>>;

/// What is read together, and what may happen to it meanwhile.
struct Scene {
    /// The lists, those with parents of their own first.
    lists: &'static [&'static str],
    sizes: Sizes,
    /// Interleavings: together about five hundred.
    seeds: u64,
    /// Before the first reading: makes several pages of what the sizes give few of.
    prepare: fn(&Stripe),
    happen: fn(&Life, &mut Dice),
}

/// The objects that things happen to, and where the truth has them.
const OBJECTS: &[(&str, &str)] = &[
    ("subscription", "/v1/subscriptions"),
    ("invoice", "/v1/invoices"),
    ("charge", "/v1/charges"),
    ("product", "/v1/products"),
    ("price", "/v1/prices"),
    ("customer", "/v1/customers"),
    ("tax_id", "/v1/customers/{customer}/tax_ids"),
    ("card", "/v1/customers/{customer}/sources"),
    ("credit_note", "/v1/credit_notes"),
    ("transfer", "/v1/transfers"),
    ("quote", "/v1/quotes"),
    ("checkout.session", "/v1/checkout/sessions"),
];

/// What happens to objects of Stripe's.
struct Life {
    stripe: Arc<Stripe>,
    /// Every id by its object, those of deleted ones too.
    ids: Mutex<HashMap<&'static str, Vec<String>>>,
    /// How often something was made: names of children are made of it.
    made: Mutex<u64>,
}

impl Life {
    fn of(stripe: &Arc<Stripe>, truth: &Truth) -> Life {
        let ids = |path: &str| truth[path].iter().map(|object| object.id.clone()).collect();
        let ids = OBJECTS.iter().map(|(object, path)| (*object, ids(path))).collect();
        Life { stripe: Arc::clone(stripe), ids: Mutex::new(ids), made: Mutex::default() }
    }

    fn number(&self) -> u64 {
        let mut made = self.made.lock().expect("whole");
        *made += 1;
        *made
    }

    /// Any object of this kind that is alive.
    fn any(&self, object: &str, dice: &mut Dice) -> Option<(String, Value)> {
        let id = dice.pick(&self.ids.lock().expect("whole")[object]).clone();
        let json = self.stripe.get(None, object, &id)?;
        Some((id, json))
    }

    fn change(&self, object: &str, id: &str, fields: &Value) {
        // It may be gone by now: others are at work as well.
        self.stripe.change(None, object, id, fields, Change::Evented);
    }

    fn note(&self, object: &str, id: &str) {
        self.change(object, id, &json!({"metadata": {"n": self.number().to_string()}}));
    }

    /// There and back, inside one second if the clock stands.
    fn toggle(&self, object: &str, id: &str) {
        for note in ["A", "B", "A"] {
            self.change(object, id, &json!({"metadata": {"toggle": note}}));
        }
    }

    fn make(&self, object: &str, fields: &Value) {
        let id = self.stripe.create(None, object, fields, Change::Evented).expect("a kind of object");
        self.ids.lock().expect("whole").get_mut(object).expect("a kind of object").push(id);
    }

    fn delete(&self, object: &str, id: &str) {
        self.stripe.delete(None, object, id, Change::Evented);
    }

    /// Gives the list inside an object other elements, none to three pages' worth of what its parent shows.
    fn list(&self, object: &str, (id, parent): (&str, &Value), at: &str, dice: &mut Dice) {
        let mut list = parent[at].clone();
        let Some(one) = list["data"].get(0).cloned() else { return };
        let tag = self.number();
        let elements = (0..1 + dice.below(15)).map(|n| {
            let mut one = one.clone();
            if n > 0 {
                one["id"] = json!(format!("{}{tag}x{n}", one["id"].as_str().unwrap_or_default()));
            }
            one
        });
        list["data"] = elements.collect();
        self.change(object, id, &json!({at: list, "metadata": {"list": tag.to_string()}}));
    }

    /// What may happen to every object of a kind; `may_go` says whether it is ever deleted.
    fn usual(&self, object: &str, may_go: bool, dice: &mut Dice) {
        let Some((id, _)) = self.any(object, dice) else { return };
        match dice.below(if may_go { 4 } else { 3 }) {
            0 => self.note(object, &id),
            1 => self.toggle(object, &id),
            2 => self.make(object, &json!({"metadata": {"made": self.number().to_string()}})),
            _ => self.delete(object, &id),
        }
    }
}

fn subscriptions(life: &Life, dice: &mut Dice) {
    let Some((id, subscription)) = life.any("subscription", dice) else { return };
    match dice.below(4) {
        0 => life.list("subscription", (&id, &subscription), "items", dice),
        1 => {
            // They end, and stay in their list.
            life.stripe.change(None, "subscription", &id, &json!({"status": "canceled"}), Change::Silent);
            life.stripe.announce(None, "subscription", &id, "customer.subscription.deleted");
        }
        _ => life.usual("subscription", false, dice),
    }
}

fn invoices(life: &Life, dice: &mut Dice) {
    let Some((id, invoice)) = life.any("invoice", dice) else { return };
    match dice.below(2) {
        0 => life.list("invoice", (&id, &invoice), "lines", dice),
        _ => life.usual("invoice", true, dice),
    }
}

fn charges(life: &Life, dice: &mut Dice) {
    match dice.below(3) {
        0 => {
            // There is no `charge.created`.
            let note = json!({"metadata": {"made": life.number().to_string()}});
            if let Some(id) = life.stripe.create(None, "charge", &note, Change::Silent) {
                life.stripe.announce(None, "charge", &id, "charge.succeeded");
            }
        }
        _ => {
            let Some((id, _)) = life.any("charge", dice) else { return };
            if dice.below(2) == 0 { life.note("charge", &id) } else { life.toggle("charge", &id) }
        }
    }
}

fn prices(life: &Life, dice: &mut Dice) {
    match dice.below(3) {
        0 => life.usual("product", true, dice),
        1 => life.usual("price", true, dice),
        _ => {
            let (Some((price, _)), Some((product, _))) = (life.any("price", dice), life.any("product", dice)) else {
                return;
            };
            // A new product with its price, and a price that comes to stand under another product.
            life.make("product", &json!({"name": life.number().to_string(), "default_price": price}));
            life.make("price", &json!({"product": product, "unit_amount": life.number()}));
        }
    }
}

/// Customers, and what is read under them.
fn customers(life: &Life, dice: &mut Dice) {
    let Some((id, customer)) = life.any("customer", dice) else { return };
    match dice.below(6) {
        0 => life.make("tax_id", &json!({"customer": id, "value": life.number().to_string()})),
        1 => life.make("card", &json!({"customer": id, "last4": "0000"})),
        2 => {
            let object = *dice.pick(&["tax_id", "card"]);
            let Some((child, _)) = life.any(object, dice) else { return };
            match dice.below(2) {
                0 => life.note(object, &child),
                _ => life.delete(object, &child),
            }
        }
        3 => {
            let note = json!({"customer": id, "description": life.number().to_string()});
            life.stripe.create(None, "customer_balance_transaction", &note, Change::Silent);
            let balance = customer["balance"].as_i64().unwrap_or(0) + 1 + life.number() as i64;
            life.change("customer", &id, &json!({"balance": balance}));
        }
        _ => life.usual("customer", true, dice),
    }
}

/// Lists under other parents, which no event of their own tells of.
fn documents(life: &Life, dice: &mut Dice) {
    let (object, at) = *dice.pick(&[
        ("credit_note", "lines"),
        ("transfer", "reversals"),
        ("quote", "line_items"),
        ("checkout.session", "line_items"),
    ]);
    let Some((id, parent)) = life.any(object, dice) else { return };
    life.list(object, (&id, &parent), at, dice);
    let told = match object {
        "quote" => "quote.finalized",
        "checkout.session" => "checkout.session.completed",
        "credit_note" => "credit_note.updated",
        _ => "transfer.updated",
    };
    life.stripe.announce(None, object, &id, told);
}

fn exact(subscriptions: u32, invoices: u32, charges: u32) -> Sizes {
    Sizes { customers: 10, exact: Some([subscriptions, invoices, charges]) }
}

fn nothing(_: &Stripe) {}

fn many_prices(stripe: &Stripe) {
    for n in 0..110 {
        stripe.create(None, "price", &json!({"unit_amount": n}), Change::Silent);
        if n % 2 == 0 {
            stripe.create(None, "product", &json!({"name": format!("P{n}")}), Change::Silent);
        }
    }
}

/// The same account each time, before anything happens.
fn sandbox(scene: &Scene) -> Sandbox {
    let sizes = scene.sizes.clone();
    let sandbox =
        Sandbox::start(SandboxOptions { sizes, clock_runs: false, ..SandboxOptions::default() }).expect("starts");
    (scene.prepare)(sandbox.stripe());
    sandbox.advance_s(3600);
    sandbox
}

/// One interleaving; returns what is wrong at its end.
fn read_while_it_happens(scene: &Scene, before: &Truth, seed: u64) -> Result<(), String> {
    let (mut dice, sandbox) = (Dice::new(seed), sandbox(scene));
    let only = support::everything().into_iter().filter(|resource| scene.lists.contains(&resource.name)).collect();
    // Time passes between requests that come one by one, or it stands and many share a second.
    let in_flight_max = *dice.pick(&[1, 1, 2, 8]);
    let options = Options { only, in_flight_max, ..support::all() };
    let sandbox = Arc::new(sandbox);
    let life = Life::of(sandbox.stripe(), before);
    let (clock, happen, dice) = (Arc::downgrade(&sandbox), scene.happen, Mutex::new(dice));
    sandbox.on_request(move |n, _| {
        let mut dice = dice.lock().expect("whole");
        if n > EVENTFUL {
            return;
        }
        for _ in 0..dice.below(3) {
            happen(&life, &mut dice);
        }
        if let Some(sandbox) = clock.upgrade().filter(|_| in_flight_max == 1 && dice.below(3) == 0) {
            sandbox.advance_s(1 + dice.below(2) as i64);
        }
    });
    let store = Store::in_memory().expect("opens");
    let sync = || match support::sync(&sandbox, &store, &options) {
        Ok(summary) => match support::failures(&summary) {
            failed if failed.is_empty() => Ok(()),
            failed => Err(format!("failed: {failed:?}")),
        },
        Err(error) => Err(error.to_string()),
    };
    sync()?;
    sandbox.on_request(|_, _| {});
    let gone: HashSet<String> = sandbox.stripe().deleted(None).into_iter().map(|(_, id, _)| id).collect();
    for resource in options.only.iter().filter(|resource| !resource.is_child()) {
        let found = store.query_text(&format!("SELECT id FROM {} WHERE deleted_at IS NULL", resource.table()));
        let found: HashSet<String> = found.expect("rows").into_iter().map(|mut row| row.remove(0)).collect();
        let objects = &before[&format!("/v1/{}", resource.name.replace("checkout_", "checkout/"))];
        let missed =
            objects.iter().find(|object| object.listed && !gone.contains(&object.id) && !found.contains(&object.id));
        if let Some(missed) = missed {
            return Err(format!("{} was there all the time and is not in {}", missed.id, resource.table()));
        }
    }
    sandbox.advance_s(60);
    sync()?;
    let different = support::differences_in(&sandbox, &store, |resource| scene.lists.contains(&resource.name));
    if different.is_empty() { Ok(()) } else { Err(different.join("\n")) }
}

fn assert_every_seed_ends_well(name: &str, scene: &Scene) {
    let before = sandbox(scene).stripe().truth(None);
    // Two at a time: most of it is waiting for one another.
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for half in 0..2 {
            let (failed, before) = (&failed, &before);
            scope.spawn(move || {
                for seed in (half..scene.seeds).step_by(2) {
                    if let Err(why) = read_while_it_happens(scene, before, seed) {
                        failed.lock().expect("whole").push(format!("{name}, seed {seed}: {why}"));
                    }
                }
            });
        }
    });
    println!("{name}: {} interleavings", scene.seeds);
    let failed = failed.into_inner().expect("whole");
    assert!(failed.is_empty(), "{} of {} interleavings:\n{}", failed.len(), scene.seeds, failed.join("\n"));
}

#[test]
fn subscriptions_and_their_items_may_change_while_they_are_read() {
    let lists = &["subscriptions", "subscription_items"];
    let scene = Scene { lists, sizes: exact(130, 1, 1), seeds: 50, prepare: nothing, happen: subscriptions };
    assert_every_seed_ends_well("subscriptions", &scene);
}

#[test]
fn invoices_and_their_lines_may_change_while_they_are_read() {
    let lists = &["invoices", "invoice_lines"];
    let scene = Scene { lists, sizes: exact(1, 130, 1), seeds: 50, prepare: nothing, happen: invoices };
    assert_every_seed_ends_well("invoices", &scene);
}

#[test]
fn charges_may_change_while_they_are_read() {
    let scene = Scene { lists: &["charges"], sizes: exact(1, 1, 230), seeds: 130, prepare: nothing, happen: charges };
    assert_every_seed_ends_well("charges", &scene);
}

#[test]
fn prices_and_their_products_may_change_while_they_are_read() {
    let lists = &["products", "product_features", "prices"];
    let scene = Scene { lists, sizes: exact(1, 1, 1), seeds: 110, prepare: many_prices, happen: prices };
    assert_every_seed_ends_well("prices", &scene);
}

#[test]
fn what_stands_under_customers_may_change_while_it_is_read() {
    let lists = &["customers", "customer_tax_ids", "customer_sources", "customer_balance_transactions"];
    let scene = Scene { lists, sizes: Sizes::customers(12), seeds: 110, prepare: nothing, happen: customers };
    assert_every_seed_ends_well("customers", &scene);
}

#[test]
fn what_stands_under_documents_may_change_while_it_is_read() {
    let lists = &[
        "credit_notes",
        "credit_note_lines",
        "transfers",
        "transfer_reversals",
        "quotes",
        "quote_line_items",
        "checkout_sessions",
        "checkout_session_line_items",
    ];
    let scene = Scene { lists, sizes: Sizes::customers(12), seeds: 60, prepare: nothing, happen: documents };
    assert_every_seed_ends_well("documents", &scene);
}

const CLIENTS: &str = "/entities/clients";
const ISSUED: &str = "/issued_documents";

/// Adds clients and invoices like the first ones, enough for two pages of each.
fn many(life: &FicLife, now_s: i64) {
    let invoice = life.truth(ISSUED).into_iter().find(|row| row["type"] == "invoice").expect("there are some");
    let client = life.truth(CLIENTS).swap_remove(0);
    for n in 0..110 {
        for (list, like) in [(ISSUED, &invoice), (CLIENTS, &client)] {
            life.create(list, like.clone(), now_s - 100_000 + n);
        }
    }
}

/// Lets one thing happen in the company.
fn live(life: &FicLife, dice: &mut Dice, now_s: i64) {
    let list = *dice.pick(&[CLIENTS, ISSUED]);
    let rows = life.truth(list);
    let row = dice.pick(&rows).clone();
    let id = row["id"].to_string();
    match dice.below(5) {
        0 | 1 => drop(life.change(list, &id, &json!({"notes": dice.below(1_000).to_string()}), now_s)),
        2 => drop(life.create(list, row, now_s)),
        3 => drop(life.delete(list, &id)),
        _ => {
            let binned = life.binned(ISSUED);
            if !binned.is_empty() {
                let id: &String = dice.pick(&binned);
                life.restore(ISSUED, id);
            }
        }
    }
}

fn ids(life: &FicLife, list: &str) -> HashSet<String> {
    life.truth(list).iter().map(|row| row["id"].to_string()).collect()
}

fn pull_while_it_happens(seed: u64) {
    let mut dice = Dice::new(seed);
    let world: World = world(settings(22));
    many(&world.life, world.sandbox.now_s());
    world.sandbox.advance_s(3600);
    let only: Vec<_> =
        RESOURCES.iter().filter(|resource| ["clients", "issued_documents"].contains(&resource.name)).collect();
    let options = Options { only: only.clone(), ..Options::default() };
    let pull = |after_s: i64| {
        world.sandbox.advance_s(after_s);
        world.pull_with(&options, &Cancel::default()).expect("pulls")
    };
    // Half of them while the first reading goes on, half while changes are read.
    if dice.below(2) == 0 {
        assert_complete(&pull(60));
        world.sandbox.advance_s(3600);
        let now_s = world.sandbox.now_s();
        (0..150).for_each(|_| live(&world.life, &mut dice, now_s));
    }
    let before: Vec<_> = [CLIENTS, ISSUED].map(|list| ids(&world.life, list)).into();
    let (life, now_s, left) = (world.life.clone(), world.sandbox.now_s() + 60, 4 + dice.below(8));
    let happening = Arc::new(Mutex::new((dice, left, before)));
    let kept = Arc::clone(&happening);
    world.sandbox.on_request(move |_, _| {
        let mut happening = happening.lock().expect("whole");
        let (dice, left, before) = &mut *happening;
        if *left > 0 && dice.below(2) == 0 {
            *left -= 1;
            live(&life, dice, now_s);
            for (there, list) in before.iter_mut().zip([CLIENTS, ISSUED]) {
                let now = ids(&life, list);
                there.retain(|id| now.contains(id));
            }
        }
    });
    let summary = pull(60);
    world.sandbox.on_request(|_, _| {});
    let always = kept.lock().expect("whole").2.clone();
    for (resource, always) in only.iter().zip(always) {
        let report = summary.reports.iter().find(|report| report.name == format!("fic:{}", resource.name));
        let outcome = report.map(|report| report.outcome.clone()).unwrap_or(Outcome::Complete);
        match outcome {
            Outcome::Complete => {
                let rows = world.rows(&format!("SELECT id FROM {} WHERE deleted_at IS NULL", resource.table()));
                let found: HashSet<String> = rows.into_iter().map(|mut row| row.remove(0)).collect();
                let missed: Vec<_> = always.difference(&found).collect();
                assert!(missed.is_empty(), "{missed:?} of {} were there all the time", resource.name);
            }
            // Too much moved: it is said, and the next run reads it again.
            Outcome::Failed(why) if why.contains("kept moving") => {}
            other => panic!("{}: {other:?}", resource.name),
        }
    }
    assert_complete(&pull(600));
    for resource in only {
        assert_eq!(world.compare(resource), None);
    }
}

#[test]
fn clients_and_documents_may_change_while_they_are_read() {
    for seed in 0..FIC_SEEDS {
        let ran = std::panic::catch_unwind(|| pull_while_it_happens(seed));
        assert!(ran.is_ok(), "seed {seed} of {FIC_SEEDS}");
    }
    println!("{FIC_SEEDS} interleavings");
}
