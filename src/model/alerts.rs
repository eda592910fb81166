//! When somebody is to be woken: an event that is given up, a sync that failed, too many failures. Decides, and does nothing.
//! Pure; the hour is given.

use std::collections::{BTreeMap, VecDeque};

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
}

impl Watchman {
    /// Watches for so many failures of a hundred within so many seconds.
    pub fn new(failure_percent: u32, window_s: i64) -> Watchman {
        let (parts, told) = Default::default();
        Watchman { failure_percent: u64::from(failure_percent), window_s: window_s.max(PARTS), parts, told }
    }

    /// An event was tried.
    pub fn tried(&mut self, event: &Tried, now_s: i64) -> Vec<Alert> {
        let (total, failed) = self.count(event.why.is_some(), now_s);
        let Some(why) = event.why else { return Vec::new() };
        let mut alerts = Vec::new();
        if event.is_dead {
            let message = format!(
                "the event {} ({}) was given up: {why}; `stripesync retry-failed` tries it again",
                event.id, event.kind
            );
            let subject = format!("{} {}", event.account, event.kind);
            alerts.extend(self.raise(AlertKind::EventDead, subject.trim().to_owned(), message, now_s));
        }
        if total >= EVENTS_MIN && failed * 100 >= self.failure_percent * total {
            let message =
                format!("{failed} of {total} events failed within {} min; the last: {why}", self.window_s / 60);
            alerts.extend(self.raise(AlertKind::FailureRate, "events".to_owned(), message, now_s));
        }
        alerts
    }

    /// A sync failed.
    pub fn sync_failed(&mut self, subject: &str, message: &str, now_s: i64) -> Option<Alert> {
        self.raise(AlertKind::SyncFailed, subject.to_owned(), message.to_owned(), now_s)
    }

    /// Counts an event; returns how many there were within the window, and how many of them failed.
    fn count(&mut self, has_failed: bool, now_s: i64) -> (u64, u64) {
        let part_s = self.window_s / PARTS;
        let part = now_s.div_euclid(part_s);
        match self.parts.back_mut().filter(|last| last.0 >= part) {
            Some(last) => (last.1, last.2) = (last.1 + 1, last.2 + u64::from(has_failed)),
            None => self.parts.push_back((part, 1, u64::from(has_failed))),
        }
        while self.parts.front().is_some_and(|first| first.0 <= part - PARTS) {
            self.parts.pop_front();
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
        Some(Alert { kind, subject: key.1, message, at_s })
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

    fn kinds(alerts: &[Alert]) -> Vec<AlertKind> {
        alerts.iter().map(|alert| alert.kind).collect()
    }

    #[test]
    fn a_dead_event_is_told_once_an_hour_for_each_type_and_account() {
        let mut watchman = Watchman::new(20, 600);
        let dead = Tried { why: Some("no luck"), is_dead: true, ..fine() };
        let first = watchman.tried(&dead, 1000);
        assert_eq!((kinds(&first), first[0].subject.as_str()), (vec![AlertKind::EventDead], "acct_1 a.b"));
        assert!(first[0].message.contains("evt_1 (a.b) was given up: no luck"), "{first:?}");
        assert_eq!(watchman.tried(&Tried { id: "evt_2", ..dead }, 1000 + QUIET_S - 1), []);
        assert_eq!(watchman.tried(&Tried { account: "acct_2", ..dead }, 1001).len(), 1);
        assert_eq!(watchman.tried(&dead, 1000 + QUIET_S).len(), 1);
        assert_eq!(watchman.tried(&Tried { is_dead: false, ..dead }, 20_000), [], "it is tried again");
    }

    #[test]
    fn a_share_of_failures_is_told_when_there_are_enough_and_within_the_window() {
        let failed = Tried { why: Some("no luck"), ..fine() };
        let mut watchman = Watchman::new(20, 600);
        for second in 0..8 {
            assert_eq!(watchman.tried(&fine(), second), []);
        }
        assert_eq!(watchman.tried(&failed, 8), [], "one of nine");
        let told = watchman.tried(&failed, 9);
        assert_eq!(kinds(&told), [AlertKind::FailureRate]);
        assert_eq!(told[0].message, "2 of 10 events failed within 10 min; the last: no luck");
        assert_eq!(watchman.tried(&failed, 10), [], "told already");
        // What happened before the window does not count.
        let mut watchman = Watchman::new(20, 600);
        for second in 0..9 {
            watchman.tried(&failed, second);
        }
        for second in 0..8 {
            assert_eq!(watchman.tried(&fine(), 700 + second), []);
        }
        assert_eq!(watchman.tried(&failed, 709), []);
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
