//! Reading lists: slices of walks, and the objects that wait for what is under them.

mod under;

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::Error;
use super::failed::Failed;
use super::held::{self, Held};
use super::plan::{self, PageEnd};
use super::pool::{Done, Work};
use super::share::{self, Share};
use super::tally::Tally;
use super::task::{Failure, Got, Task, When};
use crate::model::progress::Outcome;
use crate::model::resource::{List, Resource};
use crate::model::row::Object;
use crate::model::span::Span;
use crate::providers::stripe::refusal::Kind;
use crate::store::{Applied, Rows, SliceRow, Source, Store, Told, Turn};

/// A slice is cut into pieces worth so many pages.
const PIECE_PAGES: i64 = 2;

/// One list being read.
pub struct Walk {
    /// Its row in the file.
    pub row: i64,
    /// The resource.
    pub resource: &'static Resource,
    /// The pass.
    pub pass: String,
    /// When it began, by the service's clock.
    pub began_s: i64,
    /// Whether this only reads what appeared since: it stops at the first page that shows nothing new.
    pub is_drain: bool,
    /// Whether it reads from its start a list of which there were rows already: events may have been missed, and what
    /// stands under those rows is read again with them.
    pub is_again: bool,
    /// The cursors used, in short, for each open slice: one that comes twice tells a circle.
    pub seen: HashMap<i64, HashSet<u64>>,
    /// Number of the last slice that is not in the file; they count down from zero.
    pub parts: i64,
    /// Pages read.
    pub pages: u64,
    /// How much of it is read, for the remaining time.
    pub share: Share,
    /// Slices open or queued.
    pub open: usize,
    /// Given up in this run.
    pub stopped: bool,
    /// When the first page of a drain was asked for: what was created later is not in it.
    pub asked_s: Option<i64>,
    /// Whether a drain reads on where nothing is new: an earlier one was cut short there.
    pub is_whole: bool,
    /// Whether a deleted cursor made it start over once.
    pub restarted: bool,
    /// Whether its rows stand for the GETs that are queued for them.
    pub is_for_fetches: bool,
}

impl Walk {
    /// Drains, polls and parts leave no slices in the file: they are short and begin anew.
    fn is_unstored(&self) -> bool {
        self.is_drain || self.row == 0
    }
}

/// The phase that reads lists.
pub struct Lists<'a, 'c> {
    /// The file.
    pub store: &'a Store,
    /// Its resource tables.
    pub rows: &'a mut Rows<'c>,
    /// The account's row.
    pub account: i64,
    /// The pinned version.
    pub api_version: &'static str,
    /// A guess at where an open slice ends: when the account was made.
    pub floor_s: i64,
    /// Counts.
    pub tally: &'a mut Tally<'c>,
    /// The lists.
    pub walks: Vec<Walk>,
    /// Child lists that this run reads: resource numbers in the file and entries.
    pub numbers: Vec<(i64, &'static Resource)>,
    /// Where the queue of lists under parents was last read.
    pub fanned: Turn,
    /// Lists under parents that failed in this run.
    pub failed: &'a mut Failed,
    /// Lists under parents that were begun again because what they had come to was gone.
    pub restarted: HashSet<(i64, String)>,
    /// Whether the failure about to be applied was made good by such a beginning.
    pub is_begun_again: bool,
    /// Pages of one walk; a list that promises more does not end.
    pub pages_max: u64,
    /// Lists under parents in flight.
    pub under: usize,
    /// Objects that wait for their lists.
    pub held: Held,
}

impl Lists<'_, '_> {
    /// Queues a slice.
    pub fn open(&mut self, walk: usize, slice: &SliceRow, queue: &mut VecDeque<Task>) {
        let cursor = slice.cursor.clone().map(|cursor| (cursor, slice.cursor_s));
        self.queue(walk, slice.id, slice.span, cursor, queue);
    }

    fn queue(
        &mut self,
        walk: usize,
        slice: i64,
        span: Span,
        cursor: Option<(String, Option<i64>)>,
        queue: &mut VecDeque<Task>,
    ) {
        let left_s = self.left_s(walk, span, cursor.as_ref().and_then(|cursor| cursor.1));
        let it = &mut self.walks[walk];
        it.open += 1;
        it.share.known(slice, left_s, span.from_s.is_none());
        queue.push_back(Task::Page { walk, slice, resource: it.resource, pass: it.pass.clone(), span, cursor });
    }

    /// Decides what a page leads to: the next page, several slices, or the end of its slice.
    fn follow_page(
        &mut self,
        (walk, slice, span): (usize, i64, Span),
        (objects, has_more): (&[Object], bool),
        when: When,
        free: usize,
        queue: &mut VecDeque<Task>,
    ) -> Result<(), Error> {
        let it = &mut self.walks[walk];
        it.pages += 1;
        it.open -= 1;
        let Some(last) = objects.last().filter(|_| has_more) else {
            return self.end_slice(walk, slice, when);
        };
        let is_circle = !it.seen.entry(slice).or_default().insert(short(&last.row.id));
        if is_circle || it.pages > self.pages_max {
            let why = if is_circle {
                format!("{} came twice as a cursor", last.row.id)
            } else {
                format!("{} pages, and more after {}", self.pages_max, last.row.id)
            };
            self.stop(walk, Outcome::Failed(format!("its list does not end: {why}")));
            return Ok(());
        }
        let spans = match (it.resource.list, objects.first().and_then(|o| o.created_s), last.created_s) {
            (List::Sliced(_), Some(newest_s), Some(oldest_s)) if !it.is_drain => {
                let active = self.walks.iter().filter(|w| w.open > 0).count().max(1);
                plan::cut(span, PageEnd { newest_s, oldest_s }, self.floor_s, free.div_ceil(active), PIECE_PAGES)
            }
            _ => Vec::new(),
        };
        if self.walks[walk].is_drain && !matches!(self.walks[walk].resource.list, List::Sliced(_)) {
            self.leave_mark(walk)?;
        }
        if spans.len() < 2 {
            if !self.walks[walk].is_unstored() {
                self.store.move_cursor(slice, &last.row.id, last.created_s)?;
            }
            let cursor = Some((last.row.id.clone(), last.created_s));
            self.queue(walk, slice, span, cursor, queue);
            return Ok(());
        }
        // A cursor is never carried into a slice with other bounds: the old one ends here, new ones begin.
        for span in spans {
            let piece = self.add_slice(walk, span)?;
            let left_s = self.left_s(walk, span, None);
            self.walks[walk].share.cut(slice, piece, left_s, span.from_s.is_none());
            self.queue(walk, piece, span, None, queue);
        }
        self.end_slice(walk, slice, when)
    }

    /// Returns whether a drain that no time bounds has met a page without anything new. One known object does not
    /// suffice: an event or a GET may have brought it before its older neighbours.
    fn is_drained(&self, walk: usize, objects: &[Object]) -> Result<bool, Error> {
        let it = &self.walks[walk];
        if !it.is_drain || it.is_whole || matches!(it.resource.list, List::Sliced(_)) {
            return Ok(false);
        }
        let ids = objects.iter().map(|object| object.row.id.as_str());
        self.store.has_all(self.account, &it.resource.table(), ids).map_err(Error::from)
    }

    /// Returns how many seconds of a span are to be read from a cursor on.
    fn left_s(&self, walk: usize, span: Span, cursor_s: Option<i64>) -> i64 {
        let upper_s = cursor_s.or(span.until_s).unwrap_or(self.walks[walk].began_s);
        upper_s.saturating_sub(span.from_s.unwrap_or(self.floor_s)).max(0)
    }

    /// Counts what a page has read of its slice.
    fn cover(&mut self, (walk, slice, span): (usize, i64, Span), cursor_s: Option<i64>, objects: &[Object]) {
        let before_s = self.left_s(walk, span, cursor_s);
        let last_s = objects.last().and_then(|object| object.created_s);
        let left_s = last_s.map_or(0, |last_s| self.left_s(walk, span, Some(last_s)));
        self.walks[walk].share.page(slice, objects.len(), (before_s - left_s).max(0), left_s);
    }

    /// Tells how much of a walk's list is read, where its objects tell their time.
    fn tell_share(&mut self, walk: usize) {
        let resource = self.walks[walk].resource;
        if self.walks[walk].is_drain || !matches!(resource.list, List::Sliced(_)) {
            return;
        }
        let table = resource.table();
        let passes = self.walks.iter().filter(|it| !it.is_drain && std::ptr::eq(it.resource, resource));
        if let Some(permille) = share::permille(passes.map(|it| &it.share)) {
            self.tally.share(&table, permille);
        }
    }

    /// Says of a walk's list that it is read, or given up, when that holds for all its passes.
    fn tell_end(&mut self, walk: usize) {
        let resource = self.walks[walk].resource;
        let mut passes = self.walks.iter().filter(|it| std::ptr::eq(it.resource, resource));
        if passes.all(|it| it.open == 0 || it.stopped) {
            self.tally.ended(&resource.table());
        }
    }

    /// Says in the file that a drain by cursor is under way: the first page of the next one will show nothing new, and
    /// must not be taken for its end.
    fn leave_mark(&mut self, walk: usize) -> Result<(), Error> {
        let it = &mut self.walks[walk];
        if it.row != 0 && !it.is_whole && it.pages == 1 {
            self.store.add_slice(it.row, Span::ALL)?;
        }
        Ok(())
    }

    fn add_slice(&mut self, walk: usize, span: Span) -> Result<i64, Error> {
        let it = &mut self.walks[walk];
        if it.is_unstored() {
            it.parts -= 1;
            return Ok(it.parts);
        }
        Ok(self.store.add_slice(it.row, span)?)
    }

    fn end_slice(&mut self, walk: usize, slice: i64, when: When) -> Result<(), Error> {
        let it = &mut self.walks[walk];
        it.seen.remove(&slice);
        it.share.end(slice);
        if !it.is_unstored() {
            self.store.end_slice(it.row, slice, when.date_s)?;
        } else if it.row != 0 && it.open == 0 {
            // All that had appeared when it was first asked for it is in this transaction or before.
            self.store.end_drain(it.row, it.asked_s.unwrap_or(it.began_s))?;
        }
        Ok(())
    }

    /// Gives a walk up for this run; what it has read stays, and the next run goes on there.
    fn stop(&mut self, walk: usize, outcome: Outcome) {
        let it = &mut self.walks[walk];
        it.stopped = true;
        let table = it.resource.table();
        self.tally.fail(&table, outcome);
    }

    fn page_failed(
        &mut self,
        (walk, slice, span): (usize, i64, Span),
        cursor: Option<&(String, Option<i64>)>,
        failure: &Failure,
        when: When,
        queue: &mut VecDeque<Task>,
    ) -> Result<(), Error> {
        self.walks[walk].open -= 1;
        let resource = self.walks[walk].resource;
        let Failure::Refused(refusal) = failure else {
            self.stop(walk, outcome_of(failure));
            return Ok(());
        };
        match (&refusal.kind, cursor) {
            (Kind::CursorGone, Some((_, Some(cursor_s)))) if matches!(resource.list, List::Sliced(_)) => {
                // Go on by time from where the deleted object stood; its second is read again.
                let span = Span { from_s: span.from_s, until_s: Some(cursor_s.saturating_add(1)) };
                let next = self.add_slice(walk, span)?;
                self.queue(walk, next, span, None, queue);
                self.end_slice(walk, slice, when)
            }
            (Kind::CursorGone, Some(_)) if !self.walks[walk].restarted => {
                self.walks[walk].restarted = true;
                self.walks[walk].seen.clear();
                let next = self.add_slice(walk, Span::ALL)?;
                self.queue(walk, next, Span::ALL, None, queue);
                self.end_slice(walk, slice, when)
            }
            (kind, _) => self.refused(walk, kind.clone(), &refusal.message, when),
        }
    }

    fn refused(&mut self, walk: usize, kind: Kind, message: &str, when: When) -> Result<(), Error> {
        let resource = self.walks[walk].resource;
        let (state, outcome) = match kind {
            Kind::NotAvailable => ("not available", Outcome::NotAvailable(message.to_owned())),
            Kind::Forbidden(permission) => {
                ("forbidden", Outcome::Forbidden(permission.unwrap_or_else(|| message.to_owned())))
            }
            _ => ("", Outcome::Failed(message.to_owned())),
        };
        if !state.is_empty() {
            let number = super::number(&self.numbers, resource);
            self.store.set_availability(self.account, number, state, Some(message), when.date_s)?;
        }
        self.stop(walk, outcome);
        Ok(())
    }

    fn apply_page(&mut self, walk: usize, objects: &[Object], when: When) -> Result<(), Error> {
        for object in objects {
            if self.walks[walk].is_for_fetches && held::is_cut(object) && !self.is_fetched(object)? {
                // It only stands among those that changed, and events tell of it: its lists cost a request each.
                continue;
            }
            if self.held.take(walk, object, when) {
                // The page's cursor goes on without it: were this the end, the next run would ask for it.
                let number = super::number(&self.numbers, object.resource);
                self.store.queue_fetch(self.account, number, &object.row.id, when.sent_s, "held")?;
                // The run may end before it comes back, and a GET says nothing of what is under it.
                self.ask_again(walk, object)?;
            } else {
                self.apply_object(walk, object, when)?;
                if self.walks[walk].is_for_fetches {
                    self.end_fetch(object, when)?;
                }
            }
        }
        Ok(())
    }

    fn apply_object(&mut self, walk: usize, object: &Object, when: When) -> Result<(), Error> {
        let applied = self.rows.apply(object, &answer(self.account, when, self.api_version))?;
        self.tally.applied(&self.walks[walk].resource.table(), applied);
        if applied == Applied::New { Ok(()) } else { self.ask_again(walk, object) }
    }

    /// Queues the lists under an object of a list that is read again.
    fn ask_again(&mut self, walk: usize, object: &Object) -> Result<(), Error> {
        let it = &self.walks[walk];
        if it.is_again && !it.is_unstored() {
            self.rows.ask_for_lists_under(self.account, object)?;
        }
        Ok(())
    }

    fn is_fetched(&self, object: &Object) -> Result<bool, Error> {
        let number = super::number(&self.numbers, object.resource);
        Ok(self.store.is_queued(self.account, number, &object.row.id)?)
    }

    fn end_fetch(&self, object: &Object, when: When) -> Result<(), Error> {
        let number = super::number(&self.numbers, object.resource);
        Ok(self.store.end_fetch(self.account, number, &object.row.id, when.sent_s)?)
    }

    /// Writes an object that was held back: with its lists, or as the page showed it where they could not be read. They
    /// are queued then, and what was wrong is told when their turn comes.
    fn apply_held(
        &mut self,
        walk: usize,
        held: (&Object, When),
        done: (Result<Got, Failure>, When),
    ) -> Result<(), Error> {
        let (object, when) = held;
        match done {
            (Ok(Got::Object(whole)), last) if !held::is_cut(&whole) => self.apply_object(walk, &whole, last)?,
            _ => self.apply_object(walk, object, when)?,
        }
        self.end_fetch(object, when)
    }
}

impl Work for Lists<'_, '_> {
    fn refill(&mut self, room: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        let waiting = queue.len();
        self.held.give(queue);
        if queue.len() > waiting { Ok(()) } else { self.refill_under(room, queue) }
    }

    fn follow(&mut self, done: &Done, free: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        if self.follow_under(done, queue) {
            return Ok(());
        }
        if matches!(done.task, Task::Complete { .. }) {
            self.held.came_back();
        }
        self.held.give(queue);
        let Task::Page { walk, slice, span, cursor, .. } = &done.task else { return Ok(()) };
        let at = (*walk, *slice, *span);
        match &done.got {
            _ if self.walks[*walk].stopped => {
                self.walks[*walk].open -= 1;
                Ok(())
            }
            Ok(Got::Page { objects, has_more }) => {
                let it = &mut self.walks[*walk];
                it.asked_s = it.asked_s.or(Some(done.when.sent_s)).filter(|_| it.is_drain);
                self.cover(at, cursor.as_ref().and_then(|c| c.1), objects);
                let goes_on = *has_more && !self.is_drained(*walk, objects)?;
                self.follow_page(at, (objects, goes_on), done.when, free, queue)?;
                self.tell_share(*walk);
                self.tell_end(*walk);
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(failure) => {
                self.page_failed(at, cursor.as_ref(), failure, done.when, queue)?;
                self.tell_end(*walk);
                Ok(())
            }
        }
    }

    fn apply(&mut self, done: Done) -> Result<(), Error> {
        match (done.task, done.got) {
            (Task::Page { walk, resource, .. }, got) => {
                self.tally.asked(&resource.table(), (done.requests, done.began));
                if let Ok(Got::Page { objects, .. }) = got {
                    self.apply_page(walk, &objects, done.when)?;
                }
            }
            (Task::Complete { walk, object, when }, got) => {
                let cut = object.children.iter().find(|set| !set.complete).map_or(object.resource, |set| set.resource);
                self.tally.asked(&cut.table(), (done.requests, done.began));
                self.apply_held(walk, (&object, when), (got, done.when))?;
            }
            (Task::Under { resource, fanout, from }, got) => {
                self.tally.asked(&resource.table(), (done.requests, done.began));
                let position = from.map_or(0, |from| from.position);
                self.apply_under((resource, &fanout, position), got, done.when)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn committed(&mut self) {
        self.tally.children(self.rows.take_child_counts());
        self.tally.committed();
    }
}

/// Returns a cursor's hash: a list of a hundred million objects has a million of them.
fn short(cursor: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(cursor)
}

/// Says how a resource ends when its request brought nothing, beyond what a refusal tells.
pub fn outcome_of(failure: &Failure) -> Outcome {
    match failure {
        Failure::Refused(refusal) => Outcome::Failed(refusal.message.clone()),
        Failure::Http(crate::http::Error::Interrupted) => Outcome::Interrupted,
        Failure::Http(error) => Outcome::Failed(error.to_string()),
        Failure::Endless(text) => Outcome::Failed(text.clone()),
        Failure::Crashed => Outcome::Failed("a worker broke down; please report this as a bug".to_owned()),
    }
}

/// Returns whether the object that a cursor stood at is gone.
pub fn is_cursor_gone(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused(refusal) if refusal.kind == Kind::CursorGone)
}

/// An answer's circumstances.
pub fn answer(account: i64, when: When, api_version: &'static str) -> Told<'static> {
    Told {
        account,
        source: Source::Answer { sent_s: when.sent_s, date_s: when.date_s },
        api_version: Some(api_version),
    }
}
