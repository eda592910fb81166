//! A file ends in the service's final state whatever the order in which its events and answers arrive. The oracle is an
//! object's life as it happened: toggles inside one second, payloads of old releases, lists that come cut short,
//! deletions and new lives under the old id, pages in flight. What arrives goes the way of a sync, or of the receiver.

use std::collections::VecDeque;
use std::time::Instant;

use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::changes::{Fetches, TakeEffects};
use super::delivery::{Delivery, Retries, Verdict};
use super::failed::Failed;
use super::handler::Current;
use super::intake::Intake;
use super::lists::answer;
use super::pool::{Done, Work};
use super::tally::Tally;
use super::task::{Got, When};
use crate::model::cancel::Cancel;
use crate::model::extract::Catalog;
use crate::model::progress::Silent;
use crate::model::resource::Provider;
use crate::providers::stripe::API_VERSION;
use crate::store::{Arrival, Event, NewAccount, Rows, Store, Turn};

const OLD_VERSION: &str = "2020-08-27";
/// Elements of a list that events and pages show.
const SHOWN: usize = 2;
/// GETs that lead to further GETs end well before.
const ROUNDS_MAX: i64 = 20;

/// What lives: products have no lists, credit notes have one, and invoices have fields that no event shows.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Kind {
    object: &'static str,
    table: &'static str,
    /// The member that changes.
    member: &'static str,
    /// Table and `object` of the elements of its list.
    lines: Option<(&'static str, &'static str)>,
    can_die: bool,
}

const KINDS: [Kind; 3] = [
    Kind { object: "product", table: "stripe_products", member: "name", lines: None, can_die: true },
    Kind {
        object: "credit_note",
        table: "stripe_credit_notes",
        member: "memo",
        lines: Some(("stripe_credit_note_lines", "credit_note_line_item")),
        can_die: false,
    },
    Kind {
        object: "invoice",
        table: "stripe_invoices",
        member: "description",
        lines: Some(("stripe_invoice_lines", "line_item")),
        can_die: true,
    },
];

#[derive(Debug, Clone)]
enum What {
    /// Small numbers make toggles.
    Rename(u8),
    /// So many elements.
    Lines(u8),
    Delete,
    /// Somebody asks; the answer shows what is there so many steps later.
    Ask {
        steps: usize,
        is_whole: bool,
    },
}

#[derive(Debug, Clone)]
struct Step {
    after_s: i64,
    what: What,
    is_old: bool,
}

/// One thing that arrives.
#[derive(Debug, Clone)]
enum Said {
    Event(Event),
    /// A page, or a GET with its lists completed; none where there is nothing to show.
    Answer {
        when: When,
        content: Option<Value>,
    },
}

/// An object's life: what was said in it, and how it ended.
struct Life {
    kind: Kind,
    said: Vec<Said>,
    end: Option<Value>,
    end_s: i64,
}

impl Kind {
    fn lived(self, steps: &[Step]) -> Life {
        let mut now_s = 1_790_000_000;
        let mut object: Option<Value> = None;
        let (mut said, mut past, mut asked) = (Vec::new(), Vec::new(), Vec::new());
        for (n, step) in steps.iter().enumerate() {
            now_s += step.after_s;
            let old = object.clone();
            match (&step.what, &mut object) {
                (What::Ask { steps, is_whole }, _) => asked.push((n, now_s, *steps, *is_whole)),
                (What::Delete, Some(_)) if self.can_die => object = None,
                (What::Delete, _) => {}
                (What::Lines(count), Some(object)) if self.lines.is_some() => {
                    object["lines"] = self.lines_of(usize::from(*count), n);
                }
                (What::Rename(name), Some(object)) => object[self.member] = json!(format!("N{name}")),
                (_, Some(_)) => {}
                (_, None) => object = Some(self.born(n)),
            }
            if old != object {
                said.push(Said::Event(self.event(n, step.is_old, now_s, (old.as_ref(), object.as_ref()))));
            }
            past.push((now_s, object.clone()));
        }
        for (n, sent_s, steps, is_whole) in asked {
            let (date_s, seen) = &past[(n + steps).min(past.len() - 1)];
            let content = seen.as_ref().map(|seen| if is_whole { seen.clone() } else { self.shown(seen, false) });
            // A page that does not show an object says nothing of it.
            if content.is_some() || is_whole {
                said.push(Said::Answer { when: When { sent_s, date_s: *date_s }, content });
            }
        }
        Life { kind: self, said, end: object, end_s: now_s }
    }

    fn born(self, n: usize) -> Value {
        let mut object =
            json!({"id": "x_1", "object": self.object, "created": 1_789_999_999, self.member: "N0", "metadata": {}});
        if self.lines.is_some() {
            object["lines"] = self.lines_of(n % 4, n);
        }
        object
    }

    fn lines_of(self, count: usize, n: usize) -> Value {
        let object = self.lines.map_or("", |(_, object)| object);
        let line = |at: usize| json!({"id": format!("li_{at}"), "object": object, "amount": if at + 1 == count { n } else { 7 }});
        let data: Vec<Value> = (0..count).map(line).collect();
        json!({"object": "list", "data": data, "has_more": false, "url": "/v1/lines"})
    }

    /// The object as an event or a page shows it.
    fn shown(self, object: &Value, is_old: bool) -> Value {
        let mut shown = object.clone();
        if let Some(lines) = shown.pointer_mut("/lines/data").and_then(Value::as_array_mut).filter(|l| l.len() > SHOWN)
        {
            lines.truncate(SHOWN);
            shown["lines"]["has_more"] = json!(true);
        }
        if is_old {
            let members = shown.as_object_mut().expect("an object");
            let value = members.remove(self.member).expect("has it");
            members.insert("legacy".to_owned(), json!([value]));
        }
        shown
    }

    fn event(self, n: usize, is_old: bool, created_s: i64, (old, new): (Option<&Value>, Option<&Value>)) -> Event {
        let show = |object: &Value| self.shown(object, is_old);
        let mut data = json!({"object": new.or(old).map(show)});
        let act = match (old.map(show), new.map(show)) {
            (Some(old), Some(new)) => {
                data["previous_attributes"] = previous(&old, &new);
                "updated"
            }
            (Some(_), None) => "deleted",
            _ => "created",
        };
        // Ids say nothing about order.
        let id = format!("evt_{:03}", (n * 37) % 101);
        let kind = format!("{}.{act}", self.object);
        let api_version = if is_old { OLD_VERSION } else { API_VERSION };
        let payload = json!({"id": id, "object": "event", "type": kind, "created": created_s, "data": data,
                             "api_version": api_version});
        Event {
            id,
            kind,
            table: self.table.to_owned(),
            object_id: Some("x_1".to_owned()),
            api_version: Some(api_version.to_owned()),
            created_s,
            payload: payload.to_string(),
            error: None,
            livemode: None,
            priority: 2,
        }
    }
}

/// Returns the old values of what differs: of hashes only what changed, of lists all.
fn previous(old: &Value, new: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return old.clone() };
    let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changed = keys
        .into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| (key.clone(), previous(old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null))));
    Value::Object(changed.collect())
}

/// What the file holds of the object: its JSON (none when gone), the rows of its list, and whether that is in doubt.
#[derive(Debug, Clone, PartialEq)]
struct Held {
    object: Option<Value>,
    /// Id, position and JSON of those alive: what a tombstone keeps is what was heard of it first.
    lines: Vec<Vec<String>>,
    is_unsettled: bool,
    has_row: bool,
    /// Whether something about it waits to be asked for.
    is_waiting: bool,
}

impl Held {
    fn is(&self, life: &Life) -> bool {
        let lines: Vec<Value> =
            life.end.as_ref().and_then(|o| o["lines"]["data"].as_array().cloned()).unwrap_or_default();
        let alive: Vec<Value> = self.lines.iter().map(|line| serde_json::from_str(&line[2]).expect("JSON")).collect();
        self.object == life.end && alive == lines
    }
}

/// A file, and what a sync has in its hands while it writes.
struct Bench<'c> {
    store: &'c Store,
    catalog: &'c Catalog,
    rows: Rows<'c>,
    account: i64,
    kind: Kind,
    tally: Tally<'c>,
    failed: Failed,
    intake: Intake<'c>,
    door: Door,
}

/// How events come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// From the service's own list, read by a sync.
    Log,
    /// By webhook, where somebody has a key.
    Receiver,
    /// By webhook, where nobody has.
    ReceiverAlone,
}

impl<'c> Bench<'c> {
    fn new(store: &'c Store, catalog: &'c Catalog, kind: Kind, door: Door) -> Bench<'c> {
        let new = NewAccount { country: Some("IT".into()), ..NewAccount::opened("stripe", "acct_1", "test") };
        let account = store.account(&new).expect("an account").id;
        let intake = Intake::new(store, catalog, Retries::default(), None).expect("prepares");
        let intake = if door == Door::ReceiverAlone { intake.offline() } else { intake };
        let rows = store.rows(catalog, &[]).expect("prepares");
        let (tally, failed) = (Tally::new("acct_1", "live", &Silent), Failed::default());
        Bench { store, catalog, rows, account, kind, tally, failed, intake, door }
    }

    fn arrives(&mut self, said: &Said) {
        match said {
            Said::Event(event) if self.door != Door::Log => {
                let delivery = Delivery {
                    provider: Provider::Stripe,
                    body: event.payload.clone(),
                    door: "live",
                    owner: None,
                    correlation_id: String::new(),
                };
                let accepted = self.intake.take(&[delivery], event.created_s).expect("takes").remove(0);
                assert!(matches!(accepted.verdict, Verdict::Processed | Verdict::Duplicate), "{accepted:?}");
            }
            Said::Event(event) => {
                self.store.log_event(&Arrival::listed(self.account, event, event.created_s)).expect("logs");
                let numbers = self.store.numbers(self.catalog).expect("numbers");
                let current: Current = [(self.kind.table.to_owned(), None)].into();
                TakeEffects {
                    store: self.store,
                    rows: &mut self.rows,
                    catalog: self.catalog,
                    account: self.account,
                    numbers: &numbers,
                    current: &current,
                    now_s: event.created_s,
                    tally: &mut self.tally,
                }
                .run(&Cancel::default())
                .expect("takes effect");
            }
            Said::Answer { when, content } => self.answered(content.as_ref(), *when),
        }
    }

    fn answered(&mut self, content: Option<&Value>, when: When) {
        let compiled = self.catalog.by_table(self.kind.table).expect("a resource");
        let told = answer(self.account, when, API_VERSION);
        match content {
            Some(content) => {
                let object = self.catalog.object(compiled, &content.to_string()).expect("reads");
                self.rows.apply(&object, &told).expect("applies");
            }
            None => drop(self.rows.apply_absence(compiled.resource, "x_1", &told).expect("applies")),
        }
    }

    /// Asks for all that waits to be asked for; what is there now is shown in this second.
    fn ask(&mut self, now: Option<&Value>, now_s: i64) {
        let when = When { sent_s: now_s, date_s: now_s };
        for fanout in self.store.fanouts(self.account, &Turn::default(), 9).expect("reads") {
            let number = self.store.resource_number(self.kind.table).expect("a number");
            let is_wanted = self.store.end_fanout(self.account, &fanout).expect("ends");
            let Some((now, (lines, _))) = now.zip(self.kind.lines) else {
                self.store.queue_fetch(self.account, number, "x_1", now_s, "missing").expect("queues");
                continue;
            };
            let lines = self.catalog.by_table(lines).expect("a resource");
            let set = self.catalog.children(lines, "x_1", &now["lines"].to_string()).expect("reads");
            if is_wanted {
                let told = answer(self.account, when, API_VERSION);
                self.rows.complete("x_1", &set, 0, &told).expect("completes");
            }
        }
        let mut queue = VecDeque::new();
        let mut fetches = Fetches {
            store: self.store,
            rows: &mut self.rows,
            account: self.account,
            api_version: API_VERSION,
            tally: &mut self.tally,
            numbers: self.store.numbers(self.catalog).expect("numbers"),
            after: Turn::default(),
            failed: &mut self.failed,
            until_s: i64::MAX,
        };
        fetches.refill(9, &mut queue).expect("reads");
        for task in queue {
            let compiled = self.catalog.by_table(self.kind.table).expect("a resource");
            let read = |now: &Value| Box::new(self.catalog.object(compiled, &now.to_string()).expect("reads"));
            let got = Ok(now.map_or(Got::Absent, |now| Got::Object(read(now))));
            fetches.apply(Done { task, got, when, requests: 1, began: Instant::now() }).expect("applies");
        }
    }

    /// Lets these arrive in an order of their own, some of them again.
    fn all_arrive(&mut self, said: Vec<&Said>, random: &mut Random, mut asking: Option<(Option<&Value>, &mut i64)>) {
        let mut order = said;
        random.shuffle(&mut order);
        for again in 0..3.min(order.len()) {
            order.insert(random.below(order.len() + 1), order[again]);
        }
        for said in order {
            self.arrives(said);
            if let Some((end, now_s)) = &mut asking
                && random.below(4) == 0
            {
                self.ask(*end, **now_s);
                **now_s += 3;
            }
        }
    }

    fn ask_until_done(&mut self, now: Option<&Value>, mut now_s: i64) {
        for _ in 0..ROUNDS_MAX {
            if self.is_waiting() {
                self.ask(now, now_s);
                now_s += 3;
            }
        }
    }

    fn is_waiting(&self) -> bool {
        let start = Turn::default();
        let fetches = self.store.fetches(self.account, &start, 9).expect("reads");
        !(fetches.is_empty() && self.store.fanouts(self.account, &start, 9).expect("reads").is_empty())
    }

    fn held(&self) -> Held {
        let query = |sql: &str| self.store.query_text(sql).expect("rows");
        let rows = query(&format!("SELECT data, deleted_at IS NULL, unsettled FROM {}", self.kind.table));
        assert!(rows.len() < 2, "{rows:?}");
        let row = rows.first();
        let lines = self.kind.lines.map_or(Vec::new(), |(table, _)| {
            query(&format!("SELECT id, position, data FROM {table} WHERE deleted_at IS NULL ORDER BY position, id"))
        });
        Held {
            object: row.filter(|row| row[1] == "1").map(|row| serde_json::from_str(&row[0]).expect("JSON")),
            lines,
            is_unsettled: row.is_some_and(|row| row[2] == "1"),
            has_row: row.is_some(),
            is_waiting: self.is_waiting(),
        }
    }
}

/// Works on an empty file, and undoes it.
fn on_a_file<T>(kind: Kind, door: Door, work: impl FnOnce(&mut Bench) -> T) -> T {
    thread_local!(static FILE: (Store, Catalog, TempDir) = {
        let folder = tempfile::tempdir().expect("a folder");
        (Store::open(&folder.path().join("x.db")).expect("opens"), super::catalog(), folder)
    });
    // One file for all: making it costs more than what is tried in it, and is undone.
    FILE.with(|(store, catalog, _)| {
        store.begin().expect("begins");
        let mut bench = Bench::new(store, catalog, kind, door);
        let done = work(&mut bench);
        drop(bench);
        store.rollback();
        done
    })
}

/// Lets all arrive in an order of its own, some of it again; after each a number tells whether a sync asks then for what
/// waits. Returns what the file holds in the end, before and after a last asking.
fn ended(life: &Life, seed: u64, asks: bool, door: Door) -> (Held, Held) {
    on_a_file(life.kind, door, |bench| {
        let mut now_s = life.end_s + 10;
        let mut random = Random(seed);
        bench.all_arrive(life.said.iter().collect(), &mut random, asks.then_some((life.end.as_ref(), &mut now_s)));
        let offline = bench.held();
        bench.ask_until_done(life.end.as_ref(), now_s);
        (offline, bench.held())
    })
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// The doors where somebody has a key.
fn doors() -> impl Strategy<Value = Door> {
    proptest::sample::select(&[Door::Log, Door::Receiver][..])
}

fn life(can_ask: bool) -> impl Strategy<Value = (Kind, Vec<Step>)> {
    let what = prop_oneof![
        5 => (0..3u8).prop_map(What::Rename),
        3 => (0..5u8).prop_map(What::Lines),
        2 => Just(What::Delete),
        if can_ask { 3 } else { 0 } => (0..4usize, any::<bool>()).prop_map(|(steps, is_whole)| What::Ask { steps, is_whole }),
    ];
    let step = (prop_oneof![3 => Just(0i64), 2 => 1..3i64], what, proptest::bool::weighted(0.25))
        .prop_map(|(after_s, what, is_old)| Step { after_s, what, is_old });
    (proptest::sample::select(&KINDS[..]), proptest::collection::vec(step, 1..10)).prop_map(|(kind, mut steps)| {
        steps.insert(0, Step { after_s: 0, what: What::Rename(0), is_old: false });
        (kind, steps)
    })
}

#[test]
fn an_answer_that_was_sent_before_an_event_came_does_not_end_the_doubt() {
    let store = Store::in_memory().expect("opens");
    let catalog = super::catalog();
    let compiled = catalog.by_table("stripe_products").expect("a resource");
    let mut bench = Bench::new(&store, &catalog, KINDS[0], Door::Log);
    let number = store.resource_number("stripe_products").expect("a number");
    let (account, mut held) = (bench.account, |at_s: i64, name: &str| {
        let content = json!({"id": "x_1", "object": "product", "name": name});
        let object = catalog.object(compiled, &content.to_string()).expect("reads");
        let told = answer(bench.account, When { sent_s: at_s, date_s: at_s }, API_VERSION);
        bench.rows.apply(&object, &told).expect("applies");
        store.query_text("SELECT name, unsettled FROM stripe_products").expect("rows").concat().join(" ")
    });
    assert_eq!(held(100, "A"), "A 0");
    store.queue_fetch(account, number, "x_1", 107, "event").expect("queues");
    assert_eq!(held(103, "B"), "B 1", "it holds until 103, and something happened at 107");
    assert_eq!(held(105, "B"), "B 1");
    assert_eq!(held(108, "C"), "C 0");
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 3000, ..ProptestConfig::default() })]

    #[test]
    fn with_gets_every_order_ends_in_the_final_state(
        (kind, steps) in life(true),
        seed in any::<u64>(),
        door in doors(),
    ) {
        let life = kind.lived(&steps);
        let (_, end) = ended(&life, seed, true, door);
        prop_assert!(end.is(&life), "{end:#?} is not {:#?}", life.end);
        prop_assert!(!end.is_unsettled && !end.is_waiting, "{end:#?}");
    }

    #[test]
    fn offline_every_order_of_events_ends_in_the_same_rows_and_doubt_is_marked(
        (kind, steps) in life(false),
        seeds in any::<[u64; 2]>(),
        door in doors(),
    ) {
        let life = kind.lived(&steps);
        let [(one, mended), (other, _)] = seeds.map(|seed| ended(&life, seed, false, door));
        // What was doubtful on the way may still wait for a GET that nobody needs any more.
        prop_assert_eq!((&one.object, &one.lines, one.is_unsettled), (&other.object, &other.lines, other.is_unsettled));
        // What only a GET can bring has no row before.
        let is_marked = one.is_unsettled || !one.has_row && one.is_waiting;
        prop_assert!(one.is(&life) || is_marked, "{one:#?} is not {:#?}", life.end);
        prop_assert!(mended.is(&life) && !mended.is_unsettled, "{mended:#?} is not {:#?}", life.end);
    }

    #[test]
    fn payloads_laid_over_what_is_known_come_to_the_same_in_every_order(
        (kind, steps) in life(false),
        seeds in any::<[u64; 2]>(),
    ) {
        let life = kind.lived(&steps);
        let [(one, mended), (other, _)] = seeds.map(|seed| ended(&life, seed, false, Door::ReceiverAlone));
        prop_assert_eq!((&one.object, &one.lines, one.is_unsettled), (&other.object, &other.lines, other.is_unsettled));
        prop_assert!(one.is(&life) || one.is_unsettled, "{one:#?} is not {:#?}", life.end);
        prop_assert!(mended.is(&life) && !mended.is_unsettled, "{mended:#?} is not {:#?}", life.end);
        // Where every change has a second of its own, and a shape that is known, the newest fields are there at once.
        let is_clear = steps.iter().skip(1).all(|step| step.after_s > 0 && !step.is_old);
        let member = |object: &Option<Value>| object.as_ref().map(|object| object[kind.member].clone());
        prop_assert!(!is_clear || member(&one.object) == member(&life.end), "{one:#?} is not {:#?}", life.end);
    }

    #[test]
    fn payloads_laid_over_answers_are_marked_and_mended(
        (kind, steps) in life(true),
        seeds in any::<[u64; 2]>(),
        asks in any::<bool>(),
    ) {
        let life = kind.lived(&steps);
        let [(one, mended), (other, _)] = seeds.map(|seed| ended(&life, seed, asks, Door::ReceiverAlone));
        for end in [&one, &other] {
            prop_assert!(end.is(&life) || end.is_unsettled || end.is_waiting, "{end:#?} is not {:#?}", life.end);
        }
        let is_doubtful = |held: &Held| held.is_unsettled || held.is_waiting;
        prop_assert!(one == other || is_doubtful(&one) || is_doubtful(&other), "{one:#?} and {other:#?}");
        prop_assert!(mended.is(&life) && !mended.is_unsettled, "{mended:#?} is not {:#?}", life.end);
    }

    #[test]
    fn offline_every_order_of_events_and_answers_ends_in_the_truth_or_is_marked(
        (kind, steps) in life(true),
        seeds in any::<[u64; 2]>(),
        door in doors(),
    ) {
        let life = kind.lived(&steps);
        let [(one, mended), (other, _)] = seeds.map(|seed| ended(&life, seed, false, door));
        for end in [&one, &other] {
            prop_assert!(end.is(&life) || end.is_unsettled || end.is_waiting, "{end:#?} is not {:#?}", life.end);
        }
        let is_doubtful = |held: &Held| held.is_unsettled || held.is_waiting;
        prop_assert!(one == other || is_doubtful(&one) || is_doubtful(&other), "{one:#?} and {other:#?}");
        prop_assert!(mended.is(&life) && !mended.is_unsettled, "{mended:#?} is not {:#?}", life.end);
    }
}

#[path = "circle_tests.rs"]
mod circles;

#[path = "prune_tests.rs"]
mod pruning;
