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
}

#[derive(Debug, Clone)]
enum What {
    /// Sets `/v`; small numbers make toggles.
    Set(u8),
    /// Sets or clears a metadata key.
    Meta(Option<u8>),
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
        let mut act = None;
        match (&step.what, &mut object) {
            (What::Create(v), None) => {
                object = Some(json!({"id": "x", "v": v, "metadata": {}}));
                act = Some(Act::Created);
            }
            (What::Delete, Some(_)) => {
                object = None;
                act = Some(Act::Deleted(old.clone().expect("alive")));
            }
            (What::Set(v), Some(o)) if o["v"] != json!(v) => {
                act = Some(Act::Updated(json!({"v": o["v"]})));
                o["v"] = json!(v);
            }
            (What::Meta(m), Some(o)) if o["metadata"].get("k") != m.map(|m| json!(m)).as_ref() => {
                act = Some(Act::Updated(json!({"metadata": {"k": o["metadata"].get("k")}})));
                match m {
                    Some(m) => o["metadata"]["k"] = json!(m),
                    None => drop(o["metadata"].as_object_mut().expect("a hash").remove("k")),
                }
            }
            (What::Silent(v), Some(o)) => o["v"] = json!(v),
            (What::Read { takes_ms, seen_percent, ahead_ms }, _) => {
                reads.push((now_ms, *takes_ms, *seen_percent, *ahead_ms));
            }
            _ => {}
        }
        if let Some(act) = act {
            // Ids say nothing about order.
            let id = format!("evt_{}", (n * 7919) % 1009);
            let interval = Interval::of_event(now_ms / 1000);
            states.push(State {
                interval,
                origin: Origin::Event { id, act },
                content: object.clone(),
                terminal: false,
            });
        }
        past.push((now_ms, object.clone()));
    }
    for (sent_ms, takes_ms, seen_percent, ahead_ms) in reads {
        let seen_ms = sent_ms + takes_ms * seen_percent / 100;
        let content = past.iter().rev().find(|(at, _)| *at <= seen_ms).and_then(|(_, o)| o.clone());
        let date_s = (sent_ms + takes_ms) / 1000;
        // Nothing is sent after it was answered.
        let sent_s = ((sent_ms + ahead_ms) / 1000).min(date_s);
        states.push(State {
            interval: Interval::of_answer(sent_s, date_s),
            origin: Origin::Answer { sent_s },
            content,
            terminal: false,
        });
    }
    Told { states, truth: object, end_ms: now_ms }
}

fn steps(silent: bool, reads: bool) -> impl Strategy<Value = Vec<Step>> {
    let what = prop_oneof![
        6 => (0..3u8).prop_map(What::Set),
        2 => proptest::option::of(0..2u8).prop_map(What::Meta),
        1 => Just(What::Delete),
        2 => (0..3u8).prop_map(What::Create),
        u32::from(silent) => (0..3u8).prop_map(What::Silent),
        if reads { 3 } else { 0 } => (0..2500i64, 0..=100i64, -1000..=1000i64)
            .prop_map(|(takes_ms, seen_percent, ahead_ms)| What::Read { takes_ms, seen_percent, ahead_ms }),
    ];
    let after_ms = prop_oneof![4 => 0..200i64, 1 => 200..3000i64];
    let step = (after_ms, what).prop_map(|(after_ms, what)| Step { after_ms, what });
    proptest::collection::vec(step, 1..14).prop_map(|mut steps| {
        steps.insert(0, Step { after_ms: 0, what: What::Create(0) });
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

/// Puts the arrays of equal contents aside: compares as the file would, by content.
fn content(states: &[State], verdict: Verdict) -> Option<String> {
    states[verdict.winner].content.as_ref().map(node)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn events_alone_always_settle_in_the_truth(steps in steps(false, false), seed in any::<usize>()) {
        let told = live(&steps);
        let states = shuffled(&told.states, seed);
        let verdict = settle(&states).expect("created at least");
        prop_assert!(verdict.settled);
        prop_assert_eq!(content(&states, verdict), told.truth.as_ref().map(node));
    }

    #[test]
    fn what_is_called_settled_is_the_truth(steps in steps(false, true), seed in any::<usize>()) {
        let told = live(&steps);
        let states = shuffled(&told.states, seed);
        let verdict = settle(&states).expect("created at least");
        if verdict.settled {
            prop_assert_eq!(content(&states, verdict), told.truth.as_ref().map(node));
        }
    }

    #[test]
    fn every_order_gives_the_same_row_and_the_same_doubt(steps in steps(true, true), seed in any::<usize>()) {
        let told = live(&steps);
        let states = shuffled(&told.states, seed);
        let (one, other) = (settle(&told.states).expect("some"), settle(&states).expect("some"));
        prop_assert_eq!(one.settled, other.settled);
        prop_assert_eq!(content(&told.states, one), content(&states, other));
    }

    #[test]
    fn a_get_two_seconds_later_settles_everything(steps in steps(true, true), seed in any::<usize>()) {
        let mut told = live(&steps);
        let last_s = told.states.iter().map(|s| s.interval.until_s).max().expect("some").max(told.end_ms / 1000);
        told.states.push(State {
            interval: Interval::of_answer(last_s + 2, last_s + 2),
            origin: Origin::Answer { sent_s: last_s + 2 },
            content: told.truth.clone(),
            terminal: false,
        });
        let states = shuffled(&told.states, seed);
        let verdict = settle(&states).expect("some");
        prop_assert!(verdict.settled);
        prop_assert_eq!(content(&states, verdict), told.truth.as_ref().map(node));
    }

    #[test]
    fn repetition_changes_nothing(steps in steps(true, true)) {
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
    };
    let older = State {
        interval: Interval::of_answer(5, 6),
        origin: Origin::Answer { sent_s: 5 },
        content: Some(json!({"v": 1})),
        terminal: false,
    };
    let states = [state("evt_z", 2, 1), older, state("evt_a", 1, 2)];
    assert_eq!(settle(&states), Some(Verdict { winner: 2, settled: true }));
    // Without the older state nobody can say, and the verdict says so.
    assert!(!settle(&[states[0].clone(), states[2].clone()]).expect("two").settled);
}
