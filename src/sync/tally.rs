//! What a run did, resource by resource.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::Error;
use crate::model::progress::{Counts, Gaps, Outcome, Progress, ResourceReport, Sink};
use crate::model::resource::Resource;
use crate::store::{Applied, Store};

/// Counts and outcomes by table name.
pub struct Tally<'a> {
    account: String,
    mode: String,
    sink: &'a dyn Sink,
    /// Where the rows are, and whose, to tell one seen again from one that was there before the run.
    file: Option<(&'a Store, i64)>,
    entries: BTreeMap<String, Entry>,
    /// Tables with rows since the last commit, and the part of their lists that is read.
    pending: BTreeMap<String, Option<u32>>,
    /// Lists under objects: how many are read, and how many wait. Those to be told of since the last commit are marked.
    under: BTreeMap<String, Under>,
    /// Tables whose lists came to an end since the last commit.
    ended: BTreeSet<String>,
}

/// Lists of one kind under the objects that they belong to.
#[derive(Default)]
struct Under {
    done: u64,
    waiting: u64,
    /// How many are read when those that wait are counted anew.
    count_at: u64,
    is_told: bool,
}

/// Those that wait are counted anew after so many: others may have come.
const COUNT_AGAIN: u64 = 50;
/// Where many wait, after one in so many of them: a count looks at each.
const COUNT_PARTS: u64 = 32;

struct Entry {
    counts: Counts,
    /// Living rows before the run, asked for when the first is seen that did not change.
    before: Option<u64>,
    /// Rows told of so far.
    told: u64,
    /// How long its requests were out and its rows were written, what went on side by side once.
    worked: Duration,
    /// Until when that is counted.
    until: Option<Instant>,
    outcome: Outcome,
    gaps: Gaps,
}

impl Entry {
    /// Counts the time since then, as far as it is not counted yet.
    fn work(&mut self, since: Instant) {
        let now = Instant::now();
        let from = self.until.map_or(since, |until| until.max(since));
        self.worked += now.saturating_duration_since(from);
        self.until = Some(now);
    }

    /// Returns how many rows came that were not told of yet, each row once.
    fn untold(&mut self, living: impl FnOnce() -> Option<u64>) -> u64 {
        if self.counts.unchanged > 0 && self.before.is_none() {
            self.before = living().map(|living| before(self.counts, living));
        }
        let counts = self.before.map_or(self.counts, |before| once(self.counts, before));
        let all = counts.new + counts.changed + counts.deleted + counts.unchanged;
        let more = all.saturating_sub(self.told);
        self.told += more;
        more
    }
}

impl<'a> Tally<'a> {
    /// Starts with nothing.
    pub fn new(account: &str, mode: &str, sink: &'a dyn Sink) -> Tally<'a> {
        Tally {
            account: account.to_owned(),
            mode: mode.to_owned(),
            sink,
            file: None,
            entries: BTreeMap::new(),
            pending: BTreeMap::new(),
            under: BTreeMap::new(),
            ended: BTreeSet::new(),
        }
    }

    /// Counts each row of this account once, however often it is seen.
    pub fn counting(self, store: &'a Store, account: i64) -> Tally<'a> {
        Tally { file: Some((store, account)), ..self }
    }

    /// Begins a resource's line.
    pub fn begin(&mut self, table: &str, phase: &'static str) {
        self.entry(table);
        self.sink.report(Progress::Started { name: qualified(table), phase });
    }

    fn entry(&mut self, table: &str) -> &mut Entry {
        self.entries.entry(table.to_owned()).or_insert_with(|| Entry {
            counts: Counts::default(),
            before: None,
            told: 0,
            worked: Duration::ZERO,
            until: None,
            outcome: Outcome::Complete,
            gaps: Gaps::default(),
        })
    }

    /// Counts requests, and the time since the first of them.
    pub fn asked(&mut self, table: &str, (requests, began): (u64, Instant)) {
        let entry = self.entry(table);
        entry.counts.requests += requests;
        entry.work(began);
    }

    /// Counts what became of a state.
    pub fn applied(&mut self, table: &str, applied: Applied) {
        let counts = &mut self.entry(table).counts;
        match applied {
            Applied::New => counts.new += 1,
            Applied::Changed => counts.changed += 1,
            Applied::Deleted => counts.deleted += 1,
            Applied::Unchanged => counts.unchanged += 1,
        }
        if !self.pending.contains_key(table) {
            self.pending.insert(table.to_owned(), None);
        }
    }

    /// Counts what became of elements of lists.
    pub fn children(&mut self, counted: Vec<(String, Counts)>) {
        for (table, more) in counted {
            let counts = &mut self.entry(&table).counts;
            counts.new += more.new;
            counts.changed += more.changed;
            counts.deleted += more.deleted;
            counts.unchanged += more.unchanged;
            self.pending.entry(table).or_default();
        }
    }

    /// Takes the columns of the resources asked for that are empty for what they cannot hold.
    pub fn gaps(&mut self, found: Vec<(String, Gaps)>, only: &[&Resource]) {
        for (table, gaps) in found.into_iter().filter(|(table, _)| only.iter().any(|it| it.table() == *table)) {
            self.entry(&table).gaps = gaps;
        }
    }

    /// Remembers how much of a resource's list is read, in thousandths.
    pub fn share(&mut self, table: &str, permille: u32) {
        self.pending.insert(table.to_owned(), Some(permille));
    }

    /// Counts a list under an object that was read; `waiting` counts those that are still to be.
    ///
    /// # Errors
    /// Those of `waiting`.
    pub fn read_under<E>(&mut self, table: &str, waiting: impl FnOnce() -> Result<u64, E>) -> Result<(), E> {
        let under = self.under.entry(table.to_owned()).or_default();
        if under.waiting <= 1 || under.done >= under.count_at {
            under.waiting = waiting()?;
            under.count_at = under.done + COUNT_AGAIN.max(under.waiting / COUNT_PARTS);
        } else {
            under.waiting -= 1;
        }
        under.done += 1;
        under.is_told = false;
        if under.waiting == 0 {
            self.ended.insert(table.to_owned());
        }
        Ok(())
    }

    /// Remembers that a list is read, to its end or as far as it goes in this run.
    pub fn ended(&mut self, table: &str) {
        self.ended.insert(table.to_owned());
    }

    /// Says what is durable now.
    pub fn committed(&mut self) {
        for (table, share_permille) in std::mem::take(&mut self.pending) {
            let file = self.file;
            let entry = self.entry(&table);
            // From the last answer to the commit that holds it.
            if let Some(until) = entry.until {
                entry.work(until);
            }
            // A file that cannot be counted is told of by whoever writes to it next.
            let rows = entry.untold(|| file.and_then(|(store, account)| store.living_count(account, &table).ok()));
            self.sink.report(Progress::Stored { name: qualified(&table), rows, share_permille });
        }
        for (table, under) in self.under.iter_mut().filter(|(_, under)| !under.is_told) {
            under.is_told = true;
            let (done, of) = (under.done, under.done + under.waiting);
            self.sink.report(Progress::Under { name: qualified(table), done, of });
        }
        for table in std::mem::take(&mut self.ended) {
            let is_whole = self.entries.get(&table).is_none_or(|entry| {
                matches!(entry.outcome, Outcome::Complete | Outcome::Partial | Outcome::NotAvailable(_))
            });
            self.sink.report(Progress::Ended { name: qualified(&table), is_whole });
        }
    }

    /// Notes that a resource did not end well; the first reason stays.
    pub fn fail(&mut self, table: &str, outcome: Outcome) {
        let entry = self.entry(table);
        if entry.outcome == Outcome::Complete {
            entry.outcome = outcome;
        }
    }

    /// Says of all that would count as complete and is not that it ended so.
    pub fn end_early(&mut self, outcome: &Outcome, is_whole: impl Fn(&str) -> bool) {
        let complete = self.entries.iter_mut().filter(|(_, entry)| entry.outcome == Outcome::Complete);
        for (_, entry) in complete.filter(|(table, _)| !is_whole(table)) {
            entry.outcome = outcome.clone();
        }
    }

    /// Says of a list that stands in objects that it is no more complete than the lists of those.
    pub fn follow(&mut self, child: &str, parents: impl Iterator<Item = String>) {
        let mut parents = parents;
        if self.entries.contains_key(child) && parents.any(|parent| self.entries.get(&parent).is_some_and(is_unread)) {
            self.fail(child, Outcome::Partial);
        }
    }

    /// Tells the user something.
    pub fn note(&self, text: String) {
        self.sink.report(Progress::Note(text));
    }

    /// Sets right what was counted more often than there are rows: overlaps, drains, and lists that come cut and then
    /// whole show a row again, and what this very run brought is no old row that stayed as it was.
    ///
    /// # Errors
    /// SQLite's.
    pub fn count_once(&mut self) -> Result<(), Error> {
        let Some((store, account)) = self.file else { return Ok(()) };
        for (table, entry) in self.entries.iter_mut().filter(|(_, entry)| entry.counts.unchanged > 0) {
            let living = store.living_count(account, table)?;
            entry.counts = once(entry.counts, before(entry.counts, living));
        }
        Ok(())
    }

    /// Ends the run.
    pub fn reports(mut self) -> Vec<ResourceReport> {
        self.committed();
        let mut reports = Vec::new();
        for (table, entry) in self.entries {
            let report = ResourceReport {
                name: qualified(&table),
                account: self.account.clone(),
                mode: self.mode.clone(),
                counts: entry.counts,
                took_ms: u64::try_from(entry.worked.as_millis()).unwrap_or(u64::MAX),
                outcome: entry.outcome,
                gaps: entry.gaps,
            };
            self.sink.report(Progress::Finished { report: report.clone() });
            reports.push(report);
        }
        reports
    }
}

fn is_unread(entry: &Entry) -> bool {
    matches!(entry.outcome, Outcome::Failed(_) | Outcome::Forbidden(_) | Outcome::Partial)
}

/// Turns `stripe_customers` into `stripe:customers`.
fn qualified(table: &str) -> String {
    table.replacen('_', ":", 1)
}

/// Returns how many rows were alive before what was counted, where so many are alive after it.
fn before(counts: Counts, living: u64) -> u64 {
    (living + counts.deleted).saturating_sub(counts.new)
}

/// Returns the counts with no more rows unchanged than there were before the run and stayed as they were.
fn once(counts: Counts, before: u64) -> Counts {
    let stayed = before.saturating_sub(counts.changed + counts.deleted);
    Counts { unchanged: counts.unchanged.min(stayed), ..counts }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::model::progress::Silent;

    #[test]
    fn a_row_is_unchanged_once_and_only_if_it_was_there_before() {
        let counts = |new, changed, deleted, unchanged| Counts { new, changed, deleted, unchanged, requests: 0 };
        for (shown, living, unchanged) in [
            // A first pull that met a third of its rows twice.
            (counts(30, 0, 0, 10), 30, 0),
            // All of thirty read again, some of them twice, while some changed.
            (counts(2, 3, 1, 40), 31, 26),
            // A part of many.
            (counts(0, 0, 0, 100), 5000, 100),
            (counts(9, 9, 9, 9), 0, 0),
        ] {
            let counted = once(shown, before(shown, living));
            assert_eq!(counted, counts(shown.new, shown.changed, shown.deleted, unchanged), "{shown:?}");
        }
    }

    #[test]
    fn seconds_are_those_of_the_work_and_not_of_the_waiting() {
        let mut tally = Tally::new("acct_1", "live", &Silent);
        let now = Instant::now();
        let Some(before) = now.checked_sub(Duration::from_secs(100)) else { return };
        tally.begin("stripe_customers", "listing");
        tally.asked("stripe_customers", (1, before));
        // Asked for side by side: the same hundred seconds.
        tally.asked("stripe_customers", (2, before + Duration::from_secs(50)));
        tally.begin("stripe_invoices", "listing");
        let reports = tally.reports();
        assert_eq!((reports[0].name.as_str(), reports[0].counts.requests), ("stripe:customers", 3));
        assert!((100_000..110_000).contains(&reports[0].took_ms), "{}", reports[0].took_ms);
        assert_eq!(reports[1].took_ms, 0, "it was never asked for");
    }

    #[test]
    fn lists_under_objects_are_counted_with_those_that_wait() {
        #[derive(Default)]
        struct Heard(Mutex<Vec<(u64, u64)>>);
        impl Sink for Heard {
            fn report(&self, progress: Progress) {
                if let Progress::Under { done, of, .. } = progress {
                    self.0.lock().unwrap().push((done, of));
                }
            }
        }
        let heard = Heard::default();
        let mut tally = Tally::new("acct_1", "live", &heard);
        let (mut waiting, mut counts) = (119_u64, 0);
        loop {
            tally
                .read_under("stripe_tax_ids", || {
                    counts += 1;
                    Ok::<_, ()>(waiting)
                })
                .unwrap();
            tally.committed();
            // While the first half is read, as many come as go.
            match heard.0.lock().unwrap().len() {
                0..60 => {}
                _ if waiting == 0 => break,
                _ => waiting -= 1,
            }
        }
        tally.committed();
        let heard = heard.0.lock().unwrap();
        assert_eq!((heard[0], heard[50]), ((1, 120), (51, 170)));
        assert_eq!(heard.last(), Some(&(179, 179)));
        assert!(counts < 10, "{counts} counts");
    }

    #[test]
    fn counting_the_lists_that_wait_costs_no_more_where_many_wait() {
        let mut tally = Tally::new("acct_1", "live", &Silent);
        let (many, mut looked_at) = (100_000_u64, 0);
        for waiting in (0..many).rev() {
            let count = || {
                looked_at += waiting;
                Ok::<_, ()>(waiting)
            };
            tally.read_under("stripe_tax_ids", count).unwrap();
        }
        assert!(looked_at / many <= COUNT_PARTS, "{} looked at for each that was read", looked_at / many);
    }

    #[test]
    fn a_row_seen_again_is_told_of_once() {
        let mut tally = Tally::new("acct_1", "live", &Silent);
        let mut told = |new, unchanged, living| {
            let entry = tally.entry("stripe_customers");
            entry.counts.new += new;
            entry.counts.unchanged += unchanged;
            entry.untold(|| Some(living))
        };
        // Forty were there; a hundred come, thirty of which a slice shows again, and then the forty.
        assert_eq!([told(100, 0, 140), told(0, 30, 140), told(0, 10, 140), told(0, 50, 140)], [100, 30, 10, 0]);
    }
}
