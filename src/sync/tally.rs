//! What a run did, resource by resource.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::model::progress::{Counts, Outcome, Progress, ResourceReport, Sink};
use crate::store::Applied;

/// Counts and outcomes by table name.
pub struct Tally<'a> {
    account: String,
    sink: &'a dyn Sink,
    entries: BTreeMap<String, Entry>,
    pending: BTreeMap<String, (u64, Option<u32>)>,
}

struct Entry {
    counts: Counts,
    began: Instant,
    ended: Instant,
    outcome: Outcome,
}

impl<'a> Tally<'a> {
    /// Starts with nothing.
    pub fn new(account: &str, sink: &'a dyn Sink) -> Tally<'a> {
        Tally { account: account.to_owned(), sink, entries: BTreeMap::new(), pending: BTreeMap::new() }
    }

    /// Begins a resource's line.
    pub fn begin(&mut self, table: &str, phase: &'static str) {
        self.entry(table);
        self.sink.report(Progress::Started { name: qualified(table), phase });
    }

    fn entry(&mut self, table: &str) -> &mut Entry {
        self.entries.entry(table.to_owned()).or_insert_with(|| {
            let now = Instant::now();
            Entry { counts: Counts::default(), began: now, ended: now, outcome: Outcome::Complete }
        })
    }

    /// Counts requests.
    pub fn asked(&mut self, table: &str, requests: u64) {
        let entry = self.entry(table);
        entry.counts.requests += requests;
        entry.ended = Instant::now();
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
        self.pending.entry(table.to_owned()).or_default().0 += 1;
    }

    /// Counts what became of elements of lists.
    pub fn children(&mut self, counted: Vec<(String, Counts)>) {
        for (table, more) in counted {
            let counts = &mut self.entry(&table).counts;
            counts.new += more.new;
            counts.changed += more.changed;
            counts.deleted += more.deleted;
            counts.unchanged += more.unchanged;
            self.pending.entry(table).or_default().0 += more.new + more.changed + more.deleted + more.unchanged;
        }
    }

    /// Remembers how much of a resource's time span is read.
    pub fn share(&mut self, table: &str, permille: u32) {
        self.pending.entry(table.to_owned()).or_default().1 = Some(permille);
    }

    /// Says what is durable now.
    pub fn committed(&mut self) {
        for (table, (rows, share_permille)) in std::mem::take(&mut self.pending) {
            self.sink.report(Progress::Stored { name: qualified(&table), rows, share_permille });
        }
    }

    /// Notes that a resource did not end well; the first reason stays.
    pub fn fail(&mut self, table: &str, outcome: Outcome) {
        let entry = self.entry(table);
        if entry.outcome == Outcome::Complete {
            entry.outcome = outcome;
        }
    }

    /// Tells the user something.
    pub fn note(&self, text: String) {
        self.sink.report(Progress::Note(text));
    }

    /// Ends the run.
    pub fn reports(mut self) -> Vec<ResourceReport> {
        self.committed();
        let mut reports = Vec::new();
        for (table, entry) in self.entries {
            let report = ResourceReport {
                name: qualified(&table),
                account: self.account.clone(),
                counts: entry.counts,
                took_ms: u64::try_from((entry.ended - entry.began).as_millis()).unwrap_or(u64::MAX),
                outcome: entry.outcome,
            };
            self.sink.report(Progress::Finished { report: report.clone() });
            reports.push(report);
        }
        reports
    }
}

/// Turns `stripe_customers` into `stripe:customers`.
fn qualified(table: &str) -> String {
    table.replacen('_', ":", 1)
}
