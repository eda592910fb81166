//! The phase that reads lists: which are due, from where, what they did not show, and what appeared meanwhile.

use std::collections::{HashMap, HashSet, VecDeque};

use super::Error;
use super::changes::is_listed;
use super::failed::Failed;
use super::lists::{Lists, Walk};
use super::run::{Queued, Run};
use super::share::Share;
use super::standing::{Next, TEST_CLOCKS};
use super::tally::Tally;
use super::task::Task;
use crate::model::progress::Outcome;
use crate::model::resource::{List, Poll, Resource};
use crate::model::span::Span;
use crate::store::{Rows, SliceRow, WalkRow};

/// A list is drained from so long before its walk began.
const DRAIN_OVERLAP_S: i64 = 60;

impl<'a> Run<'a> {
    /// Reads every chosen list that is not complete, then what appeared meanwhile.
    pub(super) fn read_lists(
        &self,
        rows: &mut Rows<'a>,
        tally: &mut Tally<'a>,
        failed: &mut Failed,
    ) -> Result<(), Error> {
        let mut lists = self.lists(rows, tally, failed);
        // Lists that hide what lives on a test clock are read once more for each clock: so clocks come first.
        let others: Vec<_> =
            self.options.only.iter().copied().filter(|r| is_listed(r) && r.name != TEST_CLOCKS).collect();
        let is_wanted = |r: &Resource| r.name == TEST_CLOCKS && self.options.only.iter().any(|o| o.name == r.name);
        let needs_clocks = !self.is_live && others.iter().any(|r| r.hides_test_clocks);
        let clocks =
            self.numbers.iter().map(|(_, r)| *r).filter(|r| is_wanted(r) || needs_clocks && r.name == TEST_CLOCKS);
        let clocks: Vec<_> = clocks.collect();
        for chosen in [clocks, others] {
            let mut queue = VecDeque::new();
            for resource in chosen {
                self.begin(resource, &mut lists, &mut queue)?;
            }
            lists.tally.committed();
            if !queue.is_empty() {
                self.drive(&mut Queued { queue, work: &mut lists })?;
            }
            if self.cancel.is_set() {
                return Ok(());
            }
        }
        let mut done = std::mem::take(&mut lists.walks);
        done.retain(|walk| !walk.stopped && self.options.since_s.is_none());
        self.end_walks(&done)?;
        // A poll has come to its end, and is marked so.
        done.retain(|walk| !walk.is_drain);
        let mut queue = VecDeque::new();
        let mut at_once = Vec::new();
        for walk in done {
            match walk.resource.list {
                // A list that comes in one answer has just come whole.
                List::Once(_) => at_once.push((walk.row, walk.began_s)),
                _ => self.drain(walk, &mut lists, &mut queue),
            }
        }
        self.store.at_once(|| at_once.into_iter().try_for_each(|(row, began_s)| self.store.end_drain(row, began_s)))?;
        self.drive(&mut Queued { queue, work: &mut lists })
    }

    /// Queues what whole readings did not show. Only then are they drained, and each is marked as whole when that ends:
    /// killed between, the next run looks again.
    fn end_walks(&self, done: &[Walk]) -> Result<(), Error> {
        let ended: Vec<i64> = done.iter().map(|walk| walk.row).collect();
        let (mut looked, mut buried) = (HashSet::new(), Vec::new());
        // A poll shows only what is new: it says nothing about what is gone.
        for Walk { resource, .. } in done.iter().filter(|walk| !walk.is_drain) {
            let number = super::number(&self.numbers, resource);
            let Some(began_s) = self.standing().whole_since_s(number, resource, &ended)? else { continue };
            // Each pass of a list has a walk.
            if !looked.insert(number) {
                continue;
            }
            if !resource.get.is_empty() {
                self.store.queue_missing(self.account.id, number, &resource.table(), began_s)?;
            } else if !resource.hides_rows && !resource.hides_test_clocks {
                // Where there is no way to ask, the list's word is the last.
                buried.push((number, resource.table(), began_s));
            }
        }
        let now_s = self.worker.client.service_now_s();
        self.store.at_once(|| {
            for Walk { resource, .. } in done {
                let number = super::number(&self.numbers, resource);
                self.store.set_availability(self.account.id, number, "available", None, now_s)?;
            }
            for (number, table, began_s) in buried {
                self.store.bury_missing(self.account.id, number, &table, began_s)?;
            }
            Ok(())
        })
    }

    /// Begins a resource's walks, or takes them up where they were left.
    fn begin(
        &self,
        resource: &'static Resource,
        lists: &mut Lists<'_, 'a>,
        queue: &mut VecDeque<Task>,
    ) -> Result<(), Error> {
        let number = super::number(&self.numbers, resource);
        let table = resource.table();
        let standing = self.standing();
        if standing.is_absent(number)? {
            lists.tally.fail(&table, Outcome::NotAvailable("asked again in a week".to_owned()));
            lists.tally.ended(&table);
            say(resource, "", "not asked: the account does not have it; asked again in a week");
            return Ok(());
        }
        let is_complete = standing.whole_since_s(number, resource, &[])?.is_some();
        let walks_before = lists.walks.len();
        for pass in standing.passes(resource)? {
            let pass = pass.as_str();
            if let Some(since_s) = self.options.since_s {
                say(resource, pass, "asked for what was created since the day named");
                self.part(resource, pass, since_s, lists, queue);
                continue;
            }
            let walk = match standing.next(number, resource, pass, is_complete)? {
                Next::Rest => {
                    say(resource, pass, rests(resource));
                    continue;
                }
                Next::Poll(walk) => {
                    say(resource, pass, "asked for what is new");
                    self.poll(resource, pass, &walk, lists, queue)?;
                    continue;
                }
                Next::GoOn(walk) => {
                    say(resource, pass, "read on from where it was left");
                    walk
                }
                Next::Anew => {
                    say(resource, pass, "read whole");
                    self.store.begin_reading(self.account.id, (number, &table), pass, self.began_s)?
                }
            };
            lists.tally.begin(&table, "listing");
            let at = lists.walks.len();
            let is_again = walk.is_again;
            lists.walks.push(Walk { is_again, ..new_walk(walk.id, resource, pass, walk.began_s) });
            for slice in self.store.open_slices(walk.id)? {
                lists.open(at, &slice, queue);
            }
        }
        if lists.walks.len() == walks_before {
            lists.tally.ended(&table);
        }
        Ok(())
    }

    /// Reads the part of a list that was created since then. It leaves no walk behind: nothing counts as complete.
    pub(super) fn part(
        &self,
        resource: &'static Resource,
        pass: &str,
        since_s: i64,
        lists: &mut Lists<'_, 'a>,
        queue: &mut VecDeque<Task>,
    ) {
        let span = match resource.list {
            List::Sliced(_) => Span { from_s: Some(since_s), until_s: None },
            _ => Span::ALL,
        };
        lists.tally.begin(&resource.table(), "listing");
        let at = lists.walks.len();
        lists.walks.push(new_walk(0, resource, pass, self.began_s));
        lists.open(at, &unstored(span), queue);
    }

    /// Asks a list that no event tells of for what is new.
    fn poll(
        &self,
        resource: &'static Resource,
        pass: &str,
        walk: &WalkRow,
        lists: &mut Lists<'_, 'a>,
        queue: &mut VecDeque<Task>,
    ) -> Result<(), Error> {
        let last_s = walk.drained_s.unwrap_or(walk.began_s);
        let is_whole = !self.store.open_slices(walk.id)?.is_empty();
        let polled = Walk { began_s: last_s, is_whole, ..new_walk(walk.id, resource, pass, last_s) };
        lists.tally.begin(&resource.table(), "polling");
        self.drain(polled, lists, queue);
        Ok(())
    }

    /// Reads a list's top until it shows nothing new.
    fn drain(&self, walk: Walk, lists: &mut Lists<'_, 'a>, queue: &mut VecDeque<Task>) {
        let span = match walk.resource.list {
            List::Sliced(_) => Span { from_s: Some(walk.began_s - DRAIN_OVERLAP_S), until_s: None },
            _ => Span::ALL,
        };
        let at = lists.walks.len();
        lists.walks.push(Walk { is_drain: true, seen: HashMap::new(), pages: 0, open: 0, asked_s: None, ..walk });
        lists.open(at, &unstored(span), queue);
    }
}

/// Logs what is done about a list, and why nothing is.
fn say(resource: &Resource, pass: &str, what: &'static str) {
    let pass = Some(pass).filter(|pass| !pass.is_empty());
    tracing::info!(resource = format!("{}:{}", resource.provider.name(), resource.name), pass, "{what}");
}

/// Says why nothing is asked for.
fn rests(resource: &Resource) -> &'static str {
    match resource.poll {
        Poll::ByEvent => "not asked: its changes come with the events",
        Poll::WithParent => "not asked: it comes with what it belongs to",
        Poll::EachRun | Poll::Daily => "not asked: it was within a day, and is asked for what is new once a day",
    }
}

fn new_walk(row: i64, resource: &'static Resource, pass: &str, began_s: i64) -> Walk {
    Walk {
        row,
        resource,
        pass: pass.to_owned(),
        began_s,
        is_drain: false,
        is_again: false,
        seen: HashMap::new(),
        parts: 0,
        pages: 0,
        share: Share::default(),
        open: 0,
        stopped: false,
        restarted: false,
        asked_s: None,
        is_whole: false,
        is_for_fetches: false,
    }
}

/// A slice that is not in the file.
fn unstored(span: Span) -> SliceRow {
    SliceRow { id: 0, span, cursor: None, cursor_s: None }
}
