//! Coming up to date by events: read the log's new part, take each event's effect, fetch what a payload cannot tell.

use std::collections::{HashSet, VecDeque};

use super::Error;
use super::failed::Failed;
use super::handler::{Current, Handler};
use super::lists::{answer, is_cursor_gone, outcome_of};
use super::logged::Broken;
use super::plan::{self, PageEnd};
use super::pool::{Done, Work};
use super::tally::Tally;
use super::task::{Failure, Got, Task, When};
use super::turns::Turns;
use crate::model::cancel::Cancel;
use crate::model::extract::Catalog;
use crate::model::progress::Outcome;
use crate::model::resource::{List, Resource};
use crate::model::span::Span;
use crate::providers::stripe::refusal::Kind;
use crate::store::{Arrival, Ended, Event, Logged, Rows, SliceRow, Store, Turn, Waiting};

/// The event log is cut into pieces worth so many pages: a run with few events costs few requests.
const PIECE_PAGES: i64 = 8;
/// Events whose effects are taken at a time.
const EFFECTS_MAX: usize = 500;

/// The events' line in the closing table, and the name of their walk in the file.
pub const EVENTS: &str = "stripe_events";

/// The phase that reads new events into the log.
pub struct ReadEvents<'a, 'c> {
    store: &'a Store,
    account: i64,
    tally: &'a mut Tally<'c>,
    walk: i64,
    /// Slices to ask for, until they are asked for.
    slices: Vec<SliceRow>,
    pages: u64,
    /// The cursors used in each slice: one that comes twice tells a circle.
    seen: HashSet<(i64, String)>,
    /// The cursors that were refused.
    gone: HashSet<(i64, String)>,
    pages_max: u64,
    /// Why it could not be read to its end.
    pub failure: Option<Failure>,
    /// What came and could not be read.
    pub broken: Broken,
}

impl<'a, 'c> ReadEvents<'a, 'c> {
    /// Goes on with the open slices of a walk.
    pub fn new(
        store: &'a Store,
        account: i64,
        walk: i64,
        slices: Vec<SliceRow>,
        pages_max: u64,
        tally: &'a mut Tally<'c>,
    ) -> ReadEvents<'a, 'c> {
        let (seen, gone) = Default::default();
        ReadEvents {
            store,
            account,
            tally,
            walk,
            slices,
            pages: 0,
            seen,
            gone,
            pages_max,
            failure: None,
            broken: Broken::default(),
        }
    }

    /// Decides what a page leads to: the next page, several slices, or the end of its slice.
    fn follow_page(
        &mut self,
        (slice, span): (i64, Span),
        (events, next): (&[Event], Option<&String>),
        (when, free): (When, usize),
        queue: &mut VecDeque<Task>,
    ) -> Result<(), Error> {
        self.pages += 1;
        let (Some(first), Some(last), Some(next)) = (events.first(), events.last(), next) else {
            self.store.end_slice(self.walk, slice, when.date_s)?;
            return Ok(());
        };
        if !self.seen.insert((slice, next.clone())) || self.pages > self.pages_max {
            self.failure = Some(Failure::Endless(format!("the event log does not end at {next}")));
            return Ok(());
        }
        let end = PageEnd { newest_s: first.created_s, oldest_s: last.created_s };
        // The span is bounded below: events are asked for from the watermark on.
        let spans = plan::cut(span, end, span.from_s.unwrap_or(last.created_s), free, PIECE_PAGES);
        if spans.len() < 2 {
            self.store.move_cursor(slice, next, Some(last.created_s))?;
            queue.push_back(Task::Events { slice, span, cursor: Some(next.clone()) });
            return Ok(());
        }
        for span in spans {
            let slice = self.store.add_slice(self.walk, span)?;
            queue.push_back(Task::Events { slice, span, cursor: None });
        }
        self.store.end_slice(self.walk, slice, when.date_s).map(drop).map_err(Error::from)
    }
}

impl Work for ReadEvents<'_, '_> {
    fn refill(&mut self, _: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        let tasks = self.slices.drain(..).map(|it| Task::Events { slice: it.id, span: it.span, cursor: it.cursor });
        queue.extend(tasks);
        Ok(())
    }

    fn follow(&mut self, done: &Done, free: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        match (&done.task, &done.got) {
            (Task::Events { slice, span, .. }, Ok(Got::Events { events, next })) => {
                self.follow_page((*slice, *span), (events, next.as_ref()), (done.when, free), queue)
            }
            (Task::Events { slice, span, cursor: Some(cursor) }, Err(failure)) if is_cursor_gone(failure) => {
                // The event that it stood at is no longer kept: its slice from the start, once. The cursors on the way
                // are met again then.
                if self.gone.insert((*slice, cursor.clone())) {
                    self.seen.retain(|(of, _)| of != slice);
                    queue.push_back(Task::Events { slice: *slice, span: *span, cursor: None });
                } else {
                    self.failure = Some(Failure::Endless(format!("the event log refuses its own cursor {cursor}")));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn apply(&mut self, done: Done) -> Result<(), Error> {
        self.tally.asked(EVENTS, (done.requests, done.began));
        let has_cursor = matches!(done.task, Task::Events { cursor: Some(_), .. });
        match done.got {
            Ok(Got::Events { events, .. }) => {
                for event in &events {
                    let arrival = Arrival::listed(self.account, event, done.when.date_s);
                    if matches!(self.store.log_event(&arrival)?, Logged::New(_)) {
                        self.tally.applied(EVENTS, crate::store::Applied::New);
                        self.broken.add(event);
                    }
                }
            }
            Ok(_) => {}
            Err(failure) if is_cursor_gone(&failure) && has_cursor => {}
            Err(failure) => self.failure = Some(failure),
        }
        Ok(())
    }
}

/// The phase that takes the effect of every waiting event: its payload where that suffices, else a queued GET, one for
/// each object.
///
/// Events of what is not current change nothing: its first reading will begin after them.
pub struct TakeEffects<'a, 'c, 'r> {
    /// The file.
    pub store: &'a Store,
    /// Its resource tables.
    pub rows: &'r mut Rows<'c>,
    /// The registry.
    pub catalog: &'c Catalog,
    /// The account's row.
    pub account: i64,
    /// Resource numbers in the file and entries.
    pub numbers: &'a [(i64, &'static Resource)],
    /// The tables that events keep true.
    pub current: &'a Current,
    /// The service's time.
    pub now_s: i64,
    /// Counts.
    pub tally: &'r mut Tally<'c>,
}

impl TakeEffects<'_, '_, '_> {
    /// Takes all that wait, or as many as come before somebody asks to stop.
    pub fn run(&mut self, cancel: &Cancel) -> Result<(), Error> {
        let mut turns = Turns::new(self.store);
        while !cancel.is_set() {
            let waiting = self.store.waiting_events(self.account, EFFECTS_MAX)?;
            if waiting.is_empty() {
                break;
            }
            let store = self.store;
            store.at_once(|| {
                turns.begin();
                for one in &waiting {
                    self.take(one)?;
                    if turns.is_over() {
                        break;
                    }
                }
                Ok::<_, Error>(())
            })?;
            turns.end();
            self.tally.children(self.rows.take_child_counts());
            self.tally.committed();
        }
        Ok(())
    }

    fn take(&mut self, one: &Waiting) -> Result<(), Error> {
        let mut handler = Handler {
            store: self.store,
            rows: self.rows,
            catalog: self.catalog,
            account: self.account,
            numbers: self.numbers,
            current: self.current,
        };
        let taken = handler.take(one)?;
        let table = one.event.table.as_str();
        if let Some(applied) = taken.applied {
            self.tally.applied(table, applied);
        }
        match taken.trouble {
            // What was wrong with an event whose object is asked for instead stays with it.
            None => {
                self.store.end_event(one.row, &Ended::Processed(one.event.error.clone()), self.now_s, (false, None))?
            }
            Some(why) => {
                let end = Ended::Dead { why: why.clone() };
                self.store.end_event(one.row, &end, self.now_s, (false, None))?;
                self.tally.fail(table, Outcome::Failed(format!("event {}: {why}", one.event.id)));
            }
        }
        Ok(())
    }
}

/// The phase that fetches queued objects one by one.
pub struct Fetches<'a, 'c> {
    /// The file.
    pub store: &'a Store,
    /// Its resource tables.
    pub rows: &'a mut Rows<'c>,
    /// The account's row.
    pub account: i64,
    /// The pinned version.
    pub api_version: &'static str,
    /// Counts.
    pub tally: &'a mut Tally<'c>,
    /// Resource numbers in the file and entries.
    pub numbers: Vec<(i64, &'static Resource)>,
    /// Where the queue was last read; every entry is tried once in a run of this phase.
    pub after: Turn,
    /// What failed in this run: once is enough, the next run tries again.
    pub failed: &'a mut Failed,
    /// What is to be asked for from a later second on came while this phase ran: it is the next one's, or a receiver that
    /// queues without end would keep a run from ending.
    pub until_s: i64,
}

impl Work for Fetches<'_, '_> {
    fn refill(&mut self, room: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        loop {
            let waiting = self.store.fetches(self.account, &self.after, room)?;
            let was_empty = waiting.is_empty();
            let mut found = false;
            for fetch in waiting {
                self.after = fetch.turn();
                if self.failed.is_blocked(fetch.resource) {
                    self.after = self.after.after_its_kind();
                    break;
                }
                // What failed a moment ago stands further behind now, and is met there again.
                if fetch.not_before_s > self.until_s || self.failed.has(fetch.resource, &fetch.id) {
                    continue;
                }
                if let Some(&(_, resource)) = self.numbers.iter().find(|(number, _)| *number == fetch.resource) {
                    queue.push_back(Task::Get { resource, id: fetch.id });
                    found = true;
                }
            }
            if found || was_empty {
                return Ok(());
            }
        }
    }

    fn follow(&mut self, _: &Done, _: usize, _: &mut VecDeque<Task>) -> Result<(), Error> {
        Ok(())
    }

    fn apply(&mut self, done: Done) -> Result<(), Error> {
        let Task::Get { resource, id } = done.task else { return Ok(()) };
        let table = resource.table();
        self.tally.asked(&table, (done.requests, done.began));
        let told = answer(self.account, done.when, self.api_version);
        let applied = match done.got {
            Ok(Got::Object(object)) if object.gone => self.rows.apply_absence(resource, &id, &told)?,
            Ok(Got::Object(object)) => self.rows.apply(&object, &told)?,
            Ok(_) => self.rows.apply_absence(resource, &id, &told)?,
            Err(failure) => {
                let outcome = outcome(&id, &failure);
                let number = super::number(&self.numbers, resource);
                self.failed.add(number, &id, &outcome);
                // What is forbidden waits behind what is not; a key may be given more one day.
                if !matches!(outcome, Outcome::Interrupted) {
                    self.store.fetch_failed(self.account, number, &id)?;
                }
                self.tally.fail(&table, outcome);
                return Ok(());
            }
        };
        self.tally.applied(&table, applied);
        let number = super::number(&self.numbers, resource);
        self.store.end_fetch(self.account, number, &id, done.when.sent_s).map_err(Error::from)
    }

    fn committed(&mut self) {
        self.tally.children(self.rows.take_child_counts());
        self.tally.committed();
    }
}

fn outcome(id: &str, failure: &Failure) -> Outcome {
    match failure {
        Failure::Refused(refusal) => match &refusal.kind {
            Kind::Forbidden(permission) => {
                Outcome::Forbidden(permission.clone().unwrap_or_else(|| refusal.message.clone()))
            }
            Kind::NotAvailable => Outcome::NotAvailable(refusal.message.clone()),
            _ => Outcome::Failed(format!("{id}: {}", refusal.message)),
        },
        other => outcome_of(other),
    }
}

/// Returns whether a resource has a list of its own.
pub fn is_listed(resource: &Resource) -> bool {
    matches!(resource.list, List::Sliced(_) | List::Cursor(_) | List::Once(_))
}
