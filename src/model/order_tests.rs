//! The oracle here is a small service: a history of one object with events, silent changes and answers that saw it at
//! some instant. Nothing in it knows the rule.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// One step of the object's life, so many milliseconds after the one before.
#[derive(Debug, Clone)]
struct Step {
    after_ms: i64,
    what: What,
    /// How an event of this step is rendered.
    shape: Shape,
}

/// How a source shows the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// As the pinned release does, the list cut short.
    Pinned,
    /// As an older release does: other names for the same, and the list cut short.
    Old,
    /// As the pinned release does, the list read to its end.
    Whole,
}

/// Elements of the list that are shown where it is cut short.
const SHOWN: usize = 1;

impl Shape {
    fn show(self, object: &Value) -> Value {
        let mut shown = object.clone();
        let lines = shown["lines"].as_array_mut().expect("a list");
        let is_cut = self != Shape::Whole && lines.len() > SHOWN;
        if is_cut {
            lines.truncate(SHOWN);
        }
        shown["has_more"] = json!(is_cut);
        if self == Shape::Old {
            let members = shown.as_object_mut().expect("a hash");
            let v = members.remove("v").expect("is there");
            members.insert("value".to_owned(), json!({"is": v}));
        }
        shown
    }
}

/// Returns what `previous_attributes` says: the old values of the members that differ; null for one that was not there.
fn previous(old: &Value, new: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return old.clone() };
    let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changed = keys.into_iter().filter(|key| old.get(*key) != new.get(*key)).map(|key| {
        let (was, is) = (old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null));
        (key.clone(), previous(was, is))
    });
    Value::Object(changed.collect())
}

#[derive(Debug, Clone)]
enum What {
    /// Sets `/v`; small numbers make toggles.
    Set(u8),
    /// Sets or clears a metadata key.
    Meta(Option<u8>),
    /// Gives the list so many elements, of which the last is new.
    Lines(u8),
    Delete,
    Create(u8),
    /// Changes `/v` without an event.
    Silent(u8),
    /// Somebody whose clock is ahead by so much reads it; the answer takes so long, and sees the object at this share of
    /// the time.
    Read {
        takes_ms: i64,
        seen_percent: i64,
        ahead_ms: i64,
        shape: Shape,
    },
}

/// What the history left: the states that sources tell, and the truth.
struct Told {
    states: Vec<State>,
    truth: Option<Value>,
    end_ms: i64,
}

fn live(steps: &[Step]) -> Told {
    let mut now_ms = 1_700_000_000_000;
    let mut object: Option<Value> = None;
    let mut past: Vec<(i64, Option<Value>)> = vec![(0, None)];
    let mut states = Vec::new();
    let mut reads = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        now_ms += step.after_ms;
        let old = object.clone();
        match (&step.what, &mut object) {
            (What::Create(v), None) => {
                object = Some(json!({"id": "x", "v": v, "metadata": {}, "lines": []}));
            }
            (What::Delete, Some(_)) => object = None,
            (What::Set(v) | What::Silent(v), Some(o)) => o["v"] = json!(v),
            (What::Meta(Some(m)), Some(o)) => o["metadata"]["k"] = json!(m),
            (What::Meta(None), Some(o)) => drop(o["metadata"].as_object_mut().expect("a hash").remove("k")),
            (What::Lines(count), Some(o)) => {
                o["lines"] = (0..*count).map(|line| json!([line, if line + 1 == *count { n } else { 0 }])).collect();
            }
            (What::Read { takes_ms, seen_percent, ahead_ms, shape }, _) => {
                reads.push((now_ms, *takes_ms, *seen_percent, *ahead_ms, *shape));
            }
            _ => {}
        }
        if old != object && !matches!(step.what, What::Silent(_)) {
            let [before, after] = [&old, &object].map(|o| o.as_ref().map(|o| step.shape.show(o)));
            let act = match (&before, &after) {
                (Some(before), Some(after)) => Act::Updated(previous(before, after)),
                (Some(before), None) => Act::Deleted(before.clone()),
                _ => Act::Created,
            };
            // Ids say nothing about order.
            let id = format!("evt_{}", (n * 7919) % 1009);
            let interval = Interval::of_event(now_ms / 1000);
            let api_version = Some(format!("{:?}", step.shape));
            states.push(State {
                interval,
                origin: Origin::Event { id, act },
                content: after,
                terminal: false,
                api_version,
            });
        }
        past.push((now_ms, object.clone()));
    }
    for (sent_ms, takes_ms, seen_percent, ahead_ms, shape) in reads {
        let seen_ms = sent_ms + takes_ms * seen_percent / 100;
        let seen = past.iter().rev().find(|(at, _)| *at <= seen_ms).and_then(|(_, o)| o.as_ref());
        let date_s = (sent_ms + takes_ms) / 1000;
        // Nothing is sent after it was answered.
        let sent_s = ((sent_ms + ahead_ms) / 1000).min(date_s);
        states.push(State {
            interval: Interval::of_answer(sent_s, date_s),
            origin: Origin::Answer { sent_s },
            content: seen.map(|o| shape.show(o)),
            terminal: false,
            api_version: None,
        });
    }
    Told { states, truth: object, end_ms: now_ms }
}

fn steps(silent: bool, reads: bool, mixed: bool) -> impl Strategy<Value = Vec<Step>> {
    // Answers are of the pinned release. No event shows a list to its end.
    let answer = prop_oneof![Just(Shape::Pinned), Just(Shape::Whole)];
    let event = prop_oneof![3 => Just(Shape::Pinned), u32::from(mixed) * 2 => Just(Shape::Old)];
    let what = prop_oneof![
        6 => (0..3u8).prop_map(What::Set),
        2 => proptest::option::of(0..2u8).prop_map(What::Meta),
        2 => (0..4u8).prop_map(What::Lines),
        1 => Just(What::Delete),
        2 => (0..3u8).prop_map(What::Create),
        u32::from(silent) => (0..3u8).prop_map(What::Silent),
        if reads { 3 } else { 0 } => (0..2500i64, 0..=100i64, -1000..=1000i64, answer)
            .prop_map(|(takes_ms, seen_percent, ahead_ms, shape)| What::Read { takes_ms, seen_percent, ahead_ms, shape }),
    ];
    let after_ms = prop_oneof![4 => 0..200i64, 1 => 200..3000i64];
    let step = (after_ms, what, event).prop_map(|(after_ms, what, shape)| Step { after_ms, what, shape });
    proptest::collection::vec(step, 1..14).prop_map(|mut steps| {
        steps.insert(0, Step { after_ms: 0, what: What::Create(0), shape: Shape::Pinned });
        steps
    })
}

fn shuffled(states: &[State], seed: usize) -> Vec<State> {
    let mut states = states.to_vec();
    let mut seed = seed;
    for i in (1..states.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        states.swap(i, (seed >> 33) % (i + 1));
    }
    states
}

/// Compares as the file would, by content.
fn content(states: &[State], verdict: Verdict) -> Option<String> {
    states[verdict.winner].content.as_ref().map(node)
}

/// Returns whether the winner is the truth, in whichever shape its source shows it.
fn is_true(told: &Told, states: &[State], verdict: Verdict) -> bool {
    let shapes = [Shape::Pinned, Shape::Old, Shape::Whole];
    let winner = content(states, verdict);
    match &told.truth {
        None => winner.is_none(),
        Some(truth) => shapes.iter().any(|shape| winner == Some(node(&shape.show(truth)))),
    }
}

/// So many cases, unless whoever runs the tests wants more.
fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(asked.unwrap_or(2000))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn events_of_one_shape_always_settle_in_the_truth(steps in steps(false, false, false), seed in any::<usize>()) {
        let told = live(&steps);
        let states = shuffled(&told.states, seed);
        let verdict = settle(&states).expect("created at least");
        prop_assert!(verdict.settled);
        prop_assert!(is_true(&told, &states, verdict), "{:?} of {states:#?}", content(&states, verdict));
    }

    #[test]
    fn events_of_several_shapes_settle_in_the_truth_or_not_at_all(
        steps in steps(false, false, true),
        seed in any::<usize>(),
    ) {
        let told = live(&steps);
        let states = shuffled(&told.states, seed);
        let verdict = settle(&states).expect("created at least");
        prop_assert!(!verdict.settled || is_true(&told, &states, verdict), "{states:#?}");
    }

    #[test]
    fn what_is_called_settled_is_the_truth(steps in steps(false, true, true), seed in any::<usize>()) {
        let told = live(&steps);
        let states = shuffled(&told.states, seed);
        let verdict = settle(&states).expect("created at least");
        if verdict.settled {
            prop_assert!(is_true(&told, &states, verdict), "{:?} of {states:#?}", content(&states, verdict));
        }
    }

    #[test]
    fn every_order_gives_the_same_row_and_the_same_doubt(steps in steps(true, true, true), seed in any::<usize>()) {
        let told = live(&steps);
        let states = shuffled(&told.states, seed);
        let (one, other) = (settle(&told.states).expect("some"), settle(&states).expect("some"));
        prop_assert_eq!(one.settled, other.settled);
        prop_assert_eq!(content(&told.states, one), content(&states, other));
    }

    #[test]
    fn a_get_two_seconds_later_settles_everything(steps in steps(true, true, true), seed in any::<usize>()) {
        let mut told = live(&steps);
        let last_s = told.states.iter().map(|s| s.interval.until_s).max().expect("some").max(told.end_ms / 1000);
        told.states.push(State {
            interval: Interval::of_answer(last_s + 2, last_s + 2),
            origin: Origin::Answer { sent_s: last_s + 2 },
            content: told.truth.as_ref().map(|truth| Shape::Whole.show(truth)),
            terminal: false,
            api_version: None,
        });
        let states = shuffled(&told.states, seed);
        let verdict = settle(&states).expect("some");
        prop_assert!(verdict.settled);
        prop_assert!(is_true(&told, &states, verdict), "{:?} of {states:#?}", content(&states, verdict));
    }

    #[test]
    fn repetition_changes_nothing(steps in steps(true, true, true)) {
        let told = live(&steps);
        let twice: Vec<State> = told.states.iter().chain(&told.states).cloned().collect();
        let (one, other) = (settle(&told.states).expect("some"), settle(&twice).expect("some"));
        prop_assert_eq!(content(&told.states, one), content(&twice, other));
    }
}

#[test]
fn a_toggle_inside_one_second_ends_where_it_began() {
    let state = |id: &str, v: u8, old: u8| State {
        interval: Interval::of_event(10),
        origin: Origin::Event { id: id.into(), act: Act::Updated(json!({"v": old})) },
        content: Some(json!({"v": v})),
        terminal: false,
        api_version: None,
    };
    let older = State {
        interval: Interval::of_answer(5, 6),
        origin: Origin::Answer { sent_s: 5 },
        content: Some(json!({"v": 1})),
        terminal: false,
        api_version: None,
    };
    let states = [state("evt_z", 2, 1), older, state("evt_a", 1, 2)];
    assert_eq!(settle(&states), Some(Verdict { winner: 2, settled: true }));
    // Without the older state nobody can say, and the verdict says so.
    assert!(!settle(&[states[0].clone(), states[2].clone()]).expect("two").settled);
}
