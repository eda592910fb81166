//! When somebody is to be woken: an event that is given up, a sync that failed, too many failures. Decides, and does nothing.
//! Pure; the hour is given.

use std::collections::{BTreeMap, HashMap, VecDeque};

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlertKind {
    /// An event failed as often as it may, and is not tried again by itself.
    EventDead,
    /// A sync, or a look for missed events, failed.
    SyncFailed,
    /// Too many deliveries failed.
    FailureRate,
}

impl AlertKind {
    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            AlertKind::EventDead => "event_dead",
            AlertKind::SyncFailed => "sync_failed",
            AlertKind::FailureRate => "failure_rate",
        }
    }
}

/// Something that somebody wants to know at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// What it is about.
    pub kind: AlertKind,
    /// What the same alert is told by: an account and a type of event, a sync.
    pub subject: String,
    /// A sentence.
    pub message: String,
    /// When, unix seconds.
    pub at_s: i64,
    /// How many events it tells of.
    pub events: u64,
    /// The ids of the first of them.
    pub event_ids: Vec<String>,
}

/// An event that was tried.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'a> {
    /// `evt_…`.
    pub id: &'a str,
    /// `customer.updated`.
    pub kind: &'a str,
    /// The account's own id.
    pub account: &'a str,
    /// Why it failed, where it did.
    pub why: Option<&'a str>,
    /// Whether it is not tried again.
    pub is_dead: bool,
}

/// Below so many events a share says nothing.
const EVENTS_MIN: u64 = 10;
/// The same alert is not told again for so long.
const QUIET_S: i64 = 3600;
/// What is given up within this time of the first goes into one alert.
const GATHERING_S: i64 = 2;
/// Ids that an alert names.
const NAMED_MAX: usize = 3;
/// Events whose failure is remembered, so that another attempt at one is not counted as another event.
const FAILED_MAX: usize = 10_000;
/// So many alerts are remembered.
const TOLD_MAX: usize = 256;
/// The window is counted in so many parts.
const PARTS: i64 = 30;

/// Watches what happens, and says when somebody is to be woken.
#[derive(Debug)]
pub struct Watchman {
    failure_percent: u64,
    window_s: i64,
    /// Number of a part of time, events in it, and how many of them failed.
    parts: VecDeque<(i64, u64, u64)>,
    told: BTreeMap<(AlertKind, String), i64>,
    /// Events that failed, with the part in which they were counted.
    failed: HashMap<(String, String), i64>,
    /// Events that were given up, and not told yet, by subject.
    gathered: BTreeMap<String, Gathered>,
}

/// Events of one type and account that were given up.
#[derive(Debug)]
struct Gathered {
    kind: String,
    count: u64,
    ids: Vec<String>,
    why: String,
    due_s: i64,
}

impl Gathered {
    fn message(&self) -> String {
        let Gathered { kind, count, ids, why, .. } = self;
        match &ids[..] {
            [only] if *count == 1 => {
                format!("the event {only} ({kind}) was given up: {why}; `stripesync retry-failed` tries it again")
            }
            ids => format!(
                "{count} events of type {kind} were given up ({}{}), the last because {why}; `stripesync retry-failed` \
                 tries them again",
                ids.join(", "),
                if *count > ids.len() as u64 { ", …" } else { "" }
            ),
        }
    }
}

impl Watchman {
    /// Watches for so many failures of a hundred within so many seconds.
    pub fn new(failure_percent: u32, window_s: i64) -> Watchman {
        let (parts, told, failed, gathered) = Default::default();
        let window_s = window_s.max(PARTS);
        Watchman { failure_percent: u64::from(failure_percent), window_s, parts, told, failed, gathered }
    }

    /// An event was tried; what was given up is told when it is due.
    pub fn tried(&mut self, event: &Tried, now_s: i64) -> Option<Alert> {
        let (total, failed) = self.count(event, now_s);
        let why = event.why?;
        if event.is_dead {
            self.gather(event, why, now_s);
        }
        if total < EVENTS_MIN || failed * 100 < self.failure_percent * total {
            return None;
        }
        let message = format!("{failed} of {total} events failed within {} min; the last: {why}", self.window_s / 60);
        let alert = self.raise(AlertKind::FailureRate, "events".to_owned(), message, now_s)?;
        Some(Alert { events: failed, event_ids: vec![event.id.to_owned()], ..alert })
    }

    /// A sync failed.
    pub fn sync_failed(&mut self, subject: &str, message: &str, now_s: i64) -> Option<Alert> {
        self.raise(AlertKind::SyncFailed, subject.to_owned(), message.to_owned(), now_s)
    }

    /// Keeps what is to be told of an event that was given up: soon, with others like it; within an hour of the last alert
    /// of its kind, when that is over.
    fn gather(&mut self, event: &Tried, why: &str, now_s: i64) {
        let subject = format!("{} {}", event.account, event.kind).trim().to_owned();
        if self.gathered.len() >= TOLD_MAX && !self.gathered.contains_key(&subject) {
            return;
        }
        let key = (AlertKind::EventDead, subject);
        let quiet_until_s = self.told.get(&key).map_or(i64::MIN, |told_s| told_s.saturating_add(QUIET_S));
        let due_s = now_s.saturating_add(GATHERING_S).max(quiet_until_s);
        let empty = || Gathered { kind: event.kind.to_owned(), count: 0, ids: Vec::new(), why: String::new(), due_s };
        let gathered = self.gathered.entry(key.1).or_insert_with(empty);
        // A further attempt at one of them is no further event.
        if gathered.ids.iter().any(|id| id == event.id) {
            return;
        }
        gathered.count += 1;
        gathered.why = why.to_owned();
        if gathered.ids.len() < NAMED_MAX {
            gathered.ids.push(event.id.to_owned());
        }
    }

    /// Returns what is to be told now of events that were given up.
    pub fn due(&mut self, now_s: i64) -> Vec<Alert> {
        self.told_of(now_s, |gathered| gathered.due_s <= now_s)
    }

    /// Returns what was about to be told, for there is no later.
    pub fn last(&mut self, now_s: i64) -> Vec<Alert> {
        self.told_of(now_s, |gathered| gathered.due_s <= now_s.saturating_add(GATHERING_S))
    }

    fn told_of(&mut self, now_s: i64, is_meant: impl Fn(&Gathered) -> bool) -> Vec<Alert> {
        let meant: Vec<String> =
            self.gathered.iter().filter(|(_, it)| is_meant(it)).map(|(subject, _)| subject.clone()).collect();
        let mut alerts = Vec::new();
        for subject in meant {
            let Some(gathered) = self.gathered.remove(&subject) else { continue };
            let alert = self.raise(AlertKind::EventDead, subject, gathered.message(), now_s);
            alerts.extend(alert.map(|it| Alert { events: gathered.count, event_ids: gathered.ids, ..it }));
        }
        alerts
    }

    /// Counts an event, once however often it is tried; returns how many there were within the window, and how many of
    /// them failed.
    fn count(&mut self, event: &Tried, now_s: i64) -> (u64, u64) {
        let part_s = self.window_s / PARTS;
        let part = now_s.div_euclid(part_s);
        while self.parts.front().is_some_and(|first| first.0 <= part - PARTS) {
            self.parts.pop_front();
            self.failed.retain(|_, counted| *counted > part - PARTS);
        }
        let key = (event.account.to_owned(), event.id.to_owned());
        let is_known = self.failed.contains_key(&key);
        if !is_known {
            let failed = u64::from(event.why.is_some());
            match self.parts.back_mut().filter(|last| last.0 >= part) {
                Some(last) => (last.1, last.2) = (last.1 + 1, last.2 + failed),
                None => self.parts.push_back((part, 1, failed)),
            }
            if failed > 0 && self.failed.len() < FAILED_MAX {
                self.failed.insert(key, part);
            }
        }
        self.parts.iter().fold((0, 0), |sums, (_, total, failed)| (sums.0 + total, sums.1 + failed))
    }

    /// Returns an alert, unless the same was told not long ago.
    fn raise(&mut self, kind: AlertKind, subject: String, message: String, at_s: i64) -> Option<Alert> {
        let key = (kind, subject);
        if self.told.get(&key).is_some_and(|told_s| at_s.saturating_sub(*told_s) < QUIET_S) {
            return None;
        }
        if self.told.len() >= TOLD_MAX {
            self.told.retain(|_, told_s| at_s.saturating_sub(*told_s) < QUIET_S);
        }
        if self.told.len() >= TOLD_MAX
            && let Some(oldest) = self.told.iter().min_by_key(|(_, told_s)| **told_s).map(|(key, _)| key.clone())
        {
            self.told.remove(&oldest);
        }
        self.told.insert(key.clone(), at_s);
        Some(Alert { kind, subject: key.1, message, at_s, events: 0, event_ids: Vec::new() })
    }
}

/// Takes a command apart as a shell does that knows words, quotes and backslashes, and nothing else.
///
/// # Errors
/// When a quote is not closed, or there is no word.
pub fn words(command: &str) -> Result<Vec<String>, &'static str> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' | '"' => {
                let text = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        None => return Err("has a quote that is not closed"),
                        Some(end) if end == c => break,
                        Some('\\') if c == '"' => text.push(chars.next().ok_or("ends with a backslash")?),
                        Some(inside) => text.push(inside),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(chars.next().ok_or("ends with a backslash")?),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if words.first().is_none_or(String::is_empty) { Err("names no program") } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine() -> Tried<'static> {
        Tried { id: "evt_1", kind: "a.b", account: "acct_1", why: None, is_dead: false }
    }

    #[test]
    fn what_is_given_up_is_gathered_and_told_once_an_hour_for_each_type_and_account() {
        let mut watchman = Watchman::new(100, 600);
        let dead = Tried { why: Some("no luck"), is_dead: true, ..fine() };
        assert_eq!(watchman.tried(&dead, 1000), None);
        assert_eq!(watchman.due(1001), [], "others may come");
        let one = watchman.due(1002);
        assert_eq!((one.len(), one[0].kind, one[0].subject.as_str()), (1, AlertKind::EventDead, "acct_1 a.b"));
        let wanted = "the event evt_1 (a.b) was given up: no luck; `stripesync retry-failed` tries it again";
        assert_eq!((one[0].message.as_str(), one[0].events), (wanted, 1));
        // Those of the quiet hour are told when it is over, together.
        for id in ["evt_2", "evt_3", "evt_3", "evt_4", "evt_5"] {
            watchman.tried(&Tried { id, ..dead }, 1500);
        }
        assert_eq!(watchman.due(1002 + QUIET_S - 1), []);
        assert_eq!(watchman.last(1600), [], "an end is no reason to be loud");
        let all = watchman.due(1002 + QUIET_S);
        assert_eq!(
            (all.len(), all[0].events, &all[0].event_ids[..]),
            (1, 4, &["evt_2", "evt_3", "evt_4"].map(str::to_owned)[..])
        );
        assert!(all[0].message.starts_with("4 events of type a.b were given up (evt_2, evt_3, evt_4, …), the last"));
        watchman.tried(&Tried { account: "acct_2", ..dead }, 1001);
        assert_eq!(watchman.last(1001).len(), 1, "whoever ends tells what is about to be told");
        watchman.tried(&Tried { is_dead: false, ..dead }, 20_000);
        assert_eq!(watchman.due(30_000), [], "it is tried again");
        for n in 0..1000 {
            watchman.tried(&Tried { account: &format!("acct_{n}"), ..dead }, 40_000);
        }
        assert_eq!(watchman.gathered.len(), TOLD_MAX);
    }

    #[test]
    fn a_share_of_failures_is_told_when_there_are_enough_and_within_the_window() {
        let failed = |id: &'static str| Tried { id, why: Some("no luck"), ..fine() };
        let mut watchman = Watchman::new(20, 600);
        for second in 0..8 {
            assert_eq!(watchman.tried(&fine(), second), None);
        }
        assert_eq!(watchman.tried(&failed("evt_2"), 8), None, "one of nine");
        // The same event over and over is one that failed.
        for second in 9..40 {
            assert_eq!(watchman.tried(&failed("evt_2"), second), None);
        }
        let told = watchman.tried(&failed("evt_3"), 40).expect("two of ten");
        assert_eq!((told.kind, told.events), (AlertKind::FailureRate, 2));
        assert_eq!(told.message, "2 of 10 events failed within 10 min; the last: no luck");
        assert_eq!(watchman.tried(&failed("evt_4"), 41), None, "told already");
        // What happened before the window does not count.
        let mut watchman = Watchman::new(20, 600);
        for (second, id) in ["a", "b", "c", "d", "e", "f", "g", "h", "evt_0"].into_iter().enumerate() {
            watchman.tried(&failed(id), second as i64);
        }
        for second in 0..8 {
            assert_eq!(watchman.tried(&fine(), 700 + second), None);
        }
        assert_eq!(watchman.tried(&failed("evt_0"), 709), None);
        assert_eq!(watchman.failed.len(), 1, "and is not remembered");
    }

    #[test]
    fn a_failed_sync_is_told_by_what_it_was_about_and_memory_is_bounded() {
        let mut watchman = Watchman::new(20, 600);
        assert!(watchman.sync_failed("sync", "x", 1).is_some() && watchman.sync_failed("sync", "y", 2).is_none());
        for n in 0..1000 {
            assert!(watchman.sync_failed(&format!("s{n}"), "x", 10 + n).is_some());
        }
        assert_eq!(watchman.told.len(), TOLD_MAX);
        assert!(watchman.parts.is_empty());
        for second in 0..10_000 {
            watchman.tried(&fine(), second);
        }
        assert!(watchman.parts.len() <= PARTS as usize);
    }

    #[test]
    fn a_command_is_taken_apart_as_people_write_it() {
        for (command, wanted) in [
            ("notify", Ok(vec!["notify"])),
            ("  a  'b c' \"d \\\" $e\" f\\ g ''", Ok(vec!["a", "b c", "d \" $e", "f g", ""])),
            ("sh -c 'mail -s \"x\" me; true'", Ok(vec!["sh", "-c", "mail -s \"x\" me; true"])),
            ("a 'b", Err("has a quote that is not closed")),
            ("a \\", Err("ends with a backslash")),
            (" ", Err("names no program")),
            ("'' a", Err("names no program")),
        ] {
            let wanted = wanted.map(|words| words.into_iter().map(str::to_owned).collect());
            assert_eq!(words(command), wanted, "{command}");
        }
    }
}
