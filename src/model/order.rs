//! Which state of an object wins. Written once, here; arrival order never matters.
//!
//! A *state* is what some source said about an object, with the interval of the service's time during which it held:
//! an event's state at its `created` second, an answer of the API from the second before it was sent to its `Date`.
//! A state wins if its interval begins after the other's ends. All else is a tie, and [`settle`] decides ties from the
//! *set* of states, so that the same states in any order end in the same winner.
//!
//! Ties among events are decided by what the events themselves say: each is an edge from the content before it (its
//! `previous_attributes` laid over its content; nothing, for a creation) to the content after it (nothing, for a
//! deletion). If the edges of one second form a trail, its end is the state after that second whatever the order of
//! arrival. A toggle A→B→A is a closed trail and ends where the older state says it began. Events in the shapes of several
//! API versions form no trail.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

/// The service's time during which a content is known to have held; both ends are inside. Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// First second.
    pub from_s: i64,
    /// Last second.
    pub until_s: i64,
}

impl Interval {
    /// An event's: its second.
    pub fn of_event(created_s: i64) -> Interval {
        Interval { from_s: created_s, until_s: created_s }
    }

    /// An answer's: from the second before it was sent (clocks are known to about a second) to its `Date`.
    pub fn of_answer(sent_s: i64, date_s: i64) -> Interval {
        Interval { from_s: sent_s - 1, until_s: date_s.max(sent_s) }
    }

    /// Returns whether this begins after the other ends.
    pub fn is_after(self, other: Interval) -> bool {
        self.from_s > other.until_s
    }
}

/// Who said it.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// A list page or a GET.
    Answer {
        /// When it was sent, in the service's seconds.
        sent_s: i64,
    },
    /// An event.
    Event {
        /// `evt_…`; the last resort among equals.
        id: String,
        /// What it did.
        act: Act,
    },
}

/// What an event did to its object.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Brought it into being.
    Created,
    /// Changed it; the old values of what changed.
    Updated(Value),
    /// Changed it without saying what was there before.
    Unexplained,
    /// Took it away; the last content as the event carried it.
    Deleted(Value),
}

/// One state of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// When it held.
    pub interval: Interval,
    /// Who said it.
    pub origin: Origin,
    /// The object's JSON; `None` says that it does not exist.
    pub content: Option<Value>,
    /// Whether its status is one after which nothing changes.
    pub terminal: bool,
    /// The API version in whose shape an event carries it, if it says.
    pub api_version: Option<String>,
}

/// Which of the given states holds, and whether that is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Index of the winner.
    pub winner: usize,
    /// False when the states do not say enough: only a GET sent later will.
    pub settled: bool,
}

/// Decides which of the states holds now; `None` for no states.
///
/// `states` are all that is known about one object, in any order. What a later state outdates may be left out, except
/// the newest ones older than a tie: they say where a closed trail began.
pub fn settle(states: &[State]) -> Option<Verdict> {
    let contents: Vec<Node> = states.iter().map(|s| s.content.as_ref().map(node)).collect();
    settle_among(states, &contents, (0..states.len()).collect())
}

/// A content's name in the graph of one tie; `None` is "does not exist".
type Node = Option<String>;

fn settle_among(states: &[State], contents: &[Node], among: Vec<usize>) -> Option<Verdict> {
    let latest_from_s = among.iter().map(|&i| states[i].interval.from_s).max()?;
    let (mut tied, older): (Vec<usize>, Vec<usize>) =
        among.into_iter().partition(|&i| states[i].interval.until_s >= latest_from_s);
    // A fixed order to begin with makes every later choice independent of the order of arrival.
    let key = |i: usize| (rank(&states[i]), states[i].interval.until_s, &contents[i]);
    tied.sort_by(|&a, &b| key(a).cmp(&key(b)));
    // The same said twice is said once: an event is one step of a trail however often it arrives.
    tied.dedup_by(|a, b| states[*a] == states[*b]);
    let last = *tied.last()?;
    if tied.iter().all(|&i| contents[i] == contents[last]) {
        return Some(Verdict { winner: last, settled: true });
    }
    let events: Vec<usize> = tied.iter().copied().filter(|&i| is_event(&states[i])).collect();
    // Where nothing older is known, a creation comes first and a deletion last; but an answer of the same seconds may
    // have taken the place of an older one.
    let is_first_heard = tied.len() == events.len();
    let begin = || match settle_among(states, contents, older) {
        None => is_first_heard.then_some(None),
        Some(before) => before.settled.then(|| contents[before.winner].clone()),
    };
    let end = trail_end(states, contents, &events, begin).or_else(|| only_deletion(states, &events));
    let Some(end) = end else { return Some(Verdict { winner: last, settled: false }) };
    // An answer of those very seconds may have seen any step of the trail. Anything else was changed in silence.
    let on_trail = |i: usize| events.iter().any(|&e| contents[e] == contents[i] || before(&states[e]) == contents[i]);
    let settled = tied.iter().all(|&i| is_event(&states[i]) || on_trail(i));
    Some(Verdict { winner: end, settled })
}

fn is_event(state: &State) -> bool {
    matches!(state.origin, Origin::Event { .. })
}

/// The order of last resort: deletions last, then the terminal status, then events over answers, creations first,
/// then the later request or the greater event id.
fn rank(state: &State) -> (bool, bool, bool, bool, i64, &str) {
    match &state.origin {
        Origin::Answer { sent_s } => (false, state.terminal, false, false, *sent_s, ""),
        Origin::Event { id, act } => {
            let is_created = matches!(act, Act::Created);
            (matches!(act, Act::Deleted(_)), state.terminal, true, !is_created, 0, id.as_str())
        }
    }
}

/// Returns the event at the end of the trail that uses every event once, if there is such a trail.
///
/// Whatever order the trail takes, its end is the one content that is entered once more than it is left; only a closed
/// trail needs to be told where it began.
fn trail_end(
    states: &[State],
    contents: &[Node],
    events: &[usize],
    begin: impl FnOnce() -> Option<Node>,
) -> Option<usize> {
    // The same content in the shapes of two API versions is two nodes: what looks like a step would be none.
    if events.iter().any(|&event| states[event].api_version != states[events[0]].api_version) {
        return None;
    }
    let mut surplus: HashMap<Node, i32> = HashMap::new();
    let mut edges = Vec::with_capacity(events.len());
    for &event in events {
        if matches!(states[event].origin, Origin::Event { act: Act::Unexplained, .. }) {
            return None;
        }
        let edge = (before(&states[event]), contents[event].clone());
        *surplus.entry(edge.0.clone()).or_default() -= 1;
        *surplus.entry(edge.1.clone()).or_default() += 1;
        edges.push(edge);
    }
    if !is_connected(&edges) {
        return None;
    }
    let mut uneven: Vec<(Node, i32)> = surplus.iter().filter(|(_, s)| **s != 0).map(|(n, s)| (n.clone(), *s)).collect();
    uneven.sort_by_key(|(_, surplus)| *surplus);
    let end = match &uneven[..] {
        [] => begin().filter(|content| surplus.contains_key(content))?,
        [(_, -1), (end, 1)] => end.clone(),
        _ => return None,
    };
    events.iter().rev().copied().find(|&event| contents[event] == end)
}

/// Returns whether the events of one second say only together with what was before it how it ended: they go in a circle.
pub fn asks_for_older(events: &[State]) -> bool {
    let contents: Vec<Node> = events.iter().map(|s| s.content.as_ref().map(node)).collect();
    let all: Vec<usize> = (0..events.len()).collect();
    let mut is_asked = false;
    trail_end(events, &contents, &all, || {
        is_asked = true;
        None
    });
    is_asked
}

/// Returns the one deletion of a second without a creation: nothing can follow it there.
fn only_deletion(states: &[State], events: &[usize]) -> Option<usize> {
    let act = |i: usize| match &states[i].origin {
        Origin::Event { act, .. } => Some(act),
        Origin::Answer { .. } => None,
    };
    let mut deletions = events.iter().copied().filter(|&i| matches!(act(i), Some(Act::Deleted(_))));
    let deletion = deletions.next()?;
    let alone = deletions.next().is_none() && !events.iter().any(|&i| matches!(act(i), Some(Act::Created)));
    alone.then_some(deletion)
}

/// Returns whether the edges hang together, direction aside.
fn is_connected(edges: &[(Node, Node)]) -> bool {
    let Some(first) = edges.first() else { return false };
    let mut reached = vec![&first.0];
    let mut left: Vec<_> = edges.iter().collect();
    while let Some(at) = left.iter().position(|(a, b)| reached.contains(&a) || reached.contains(&b)) {
        let (a, b) = left.swap_remove(at);
        reached.extend([a, b]);
    }
    left.is_empty()
}

/// Returns the content before an event, as far as it says.
fn before(state: &State) -> Node {
    match (&state.origin, &state.content) {
        (Origin::Event { act: Act::Updated(previous), .. }, Some(content)) => {
            let mut old = content.clone();
            overlay(&mut old, previous);
            Some(node(&old))
        }
        (Origin::Event { act: Act::Deleted(last), .. }, _) => Some(node(last)),
        _ => None,
    }
}

/// Lays the old values over the new content. Arrays are sent whole; hashes only with the keys that changed.
pub fn overlay(content: &mut Value, previous: &Value) {
    match (content, previous) {
        (Value::Object(content), Value::Object(previous)) => {
            for (key, old) in previous {
                overlay(content.entry(key.clone()).or_insert(Value::Null), old);
            }
        }
        (content, previous) => *content = previous.clone(),
    }
}

/// Returns a content's name in the graph: its JSON with sorted keys, null members left out, since
/// `previous_attributes` says null where a key was absent.
fn node(content: &Value) -> String {
    fn prune(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let sorted: BTreeMap<&String, &Value> = members.iter().filter(|(_, v)| !v.is_null()).collect();
                Value::Object(sorted.into_iter().map(|(k, v)| (k.clone(), prune(v))).collect())
            }
            Value::Array(elements) => Value::Array(elements.iter().map(prune).collect()),
            other => other.clone(),
        }
    }
    prune(content).to_string()
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
