//! Coming up to date by events: read the log's new part, take each event's effect, fetch what a payload cannot tell.

use std::collections::{HashSet, VecDeque};

use super::Error;
use super::lists::{answer, outcome_of};
use super::pool::{Done, Work};
use super::tally::Tally;
use super::task::{Failure, Got, Task};
use crate::model::extract::{Catalog, Compiled};
use crate::model::progress::Outcome;
use crate::model::resource::{List, Resource};
use crate::model::span::Span;
use crate::providers::stripe::{event, refusal::Kind};
use crate::store::{Rows, Source, Store, Told, Waiting, object_of};

/// Event pages of one run; ten million events.
const EVENT_PAGES_MAX: u64 = 100_000;

/// The phase that reads new events into the log.
pub struct ReadEvents<'a, 'c> {
    /// The file.
    pub store: &'a Store,
    /// The account's row.
    pub account: i64,
    /// Counts.
    pub tally: &'a mut Tally<'c>,
    /// The first page to ask for, until it is asked for.
    pub first: Option<Span>,
    /// Pages read.
    pub pages: u64,
    /// Cursors used.
    pub seen: HashSet<String>,
    /// Why it could not be read to its end.
    pub failure: Option<Failure>,
    /// New events logged.
    pub logged: u64,
}

/// The events' line in the closing table.
pub const EVENTS: &str = "stripe_events";

impl Work for ReadEvents<'_, '_> {
    fn refill(&mut self, _: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        queue.extend(self.first.take().map(|span| Task::Events { span, cursor: None }));
        Ok(())
    }

    fn follow(&mut self, done: &Done, _: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        let (Task::Events { span, .. }, Ok(Got::Events { events, has_more: true })) = (&done.task, &done.got) else {
            return Ok(());
        };
        self.pages += 1;
        let Some(last) = events.last() else { return Ok(()) };
        if !self.seen.insert(last.id.clone()) || self.pages > EVENT_PAGES_MAX {
            self.failure = Some(Failure::Endless(format!("the event log does not end at {}", last.id)));
            return Ok(());
        }
        queue.push_back(Task::Events { span: *span, cursor: Some(last.id.clone()) });
        Ok(())
    }

    fn apply(&mut self, done: Done) -> Result<(), Error> {
        self.tally.asked(EVENTS, done.requests);
        match done.got {
            Ok(Got::Events { events, .. }) => {
                for event in &events {
                    if self.store.log_event("stripe", self.account, event, done.when.date_s)? {
                        self.logged += 1;
                        self.tally.applied(EVENTS, crate::store::Applied::New);
                    }
                }
            }
            Ok(_) => {}
            Err(failure) => self.failure = Some(failure),
        }
        Ok(())
    }
}

/// What to do about one event.
enum Effect {
    Apply,
    Fetch { index: usize, id: String },
    Fanout { index: usize, parent_id: String },
    Nothing,
}

/// Takes the effect of every waiting event: its payload where that suffices, else a queued GET, one for each object.
///
/// `current` tells the resources that have been read whole once; events of others change nothing, since their first
/// reading will begin after them.
pub fn take_effects(
    store: &Store,
    rows: &mut Rows,
    catalog: &Catalog,
    (account, numbers): (i64, &[(i64, &'static Resource)]),
    current: &HashSet<String>,
    now_s: i64,
    tally: &mut Tally,
) -> Result<(), Error> {
    loop {
        let waiting = store.waiting_events(account, 500)?;
        if waiting.is_empty() {
            return Ok(());
        }
        store.begin()?;
        for one in waiting {
            let number = |index: usize| super::number(numbers, catalog.entries()[index].resource);
            match effect(catalog, current, &one) {
                Effect::Apply => apply(rows, catalog, account, &one, tally)?,
                Effect::Fetch { index, id } => {
                    store.queue_fetch(account, number(index), &id, one.event.created_s, "event")?;
                }
                Effect::Fanout { index, parent_id } => store.queue_fanout(account, number(index), &parent_id)?,
                Effect::Nothing => {}
            }
            store.end_event(one.row, "processed", now_s)?;
        }
        store.commit()?;
        tally.committed();
    }
}

fn effect(catalog: &Catalog, current: &HashSet<String>, one: &Waiting) -> Effect {
    let event = &one.event;
    let (Some(compiled), Some(id)) = (catalog.by_table(&event.table), &event.object_id) else { return Effect::Nothing };
    let resource = compiled.resource;
    if resource.is_child() {
        return child_effect(catalog, current, compiled, one);
    }
    if !current.contains(&event.table) {
        return Effect::Nothing;
    }
    let is_gone = resource.gone.contains(&event.kind.as_str());
    let payload = object_of(&event.payload).unwrap_or_default();
    let is_whole = || catalog.object(compiled, payload).is_ok_and(|o| o.children.iter().all(|set| set.complete));
    let on_clock =
        || serde_json::from_str::<event::Subject>(payload).is_ok_and(|s| s.test_clock.is_some_and(|c| !c.is_null()));
    let suffices = event::suffices(resource, event.api_version.as_deref()) && is_whole() && !on_clock();
    if is_gone || suffices || resource.get.is_empty() {
        Effect::Apply
    } else {
        Effect::Fetch { index: compiled.index, id: id.clone() }
    }
}

/// A child changes with its parent: the parent is fetched where it shows its children, else their list is.
fn child_effect(catalog: &Catalog, current: &HashSet<String>, child: &Compiled, one: &Waiting) -> Effect {
    let resource = child.resource;
    let payload: serde_json::Value =
        object_of(&one.event.payload).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let parent_id = payload.pointer(resource.owner).and_then(|owner| owner.as_str().or_else(|| owner["id"].as_str()));
    let parent = resource.parent().and_then(|name| catalog.by_table(&format!("stripe_{name}")));
    match (parent, parent_id) {
        (Some(parent), Some(id)) if current.contains(&parent.resource.table()) => {
            if resource.inline.is_empty() {
                Effect::Fanout { index: child.index, parent_id: id.to_owned() }
            } else {
                Effect::Fetch { index: parent.index, id: id.to_owned() }
            }
        }
        _ => Effect::Nothing,
    }
}

fn apply(rows: &mut Rows, catalog: &Catalog, account: i64, one: &Waiting, tally: &mut Tally) -> Result<(), Error> {
    let event = &one.event;
    let Some(compiled) = catalog.by_table(&event.table) else { return Ok(()) };
    let read = catalog.object(compiled, object_of(&event.payload).unwrap_or_default());
    let Ok(mut object) = read else { return Ok(()) };
    object.gone |= compiled.resource.gone.contains(&event.kind.as_str());
    let source = Source::Event { id: &event.id, created_s: event.created_s };
    let told = Told { account, source, api_version: event.api_version.as_deref() };
    let applied = rows.apply(&object, &told)?;
    tally.applied(&event.table, applied);
    Ok(())
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
    pub after: (i64, String),
    /// What failed in this run: once is enough, the next run tries again.
    pub failed: &'a mut HashSet<(i64, String)>,
}

impl Work for Fetches<'_, '_> {
    fn refill(&mut self, room: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        loop {
            let waiting = self.store.fetches(self.account, (self.after.0, &self.after.1), room)?;
            let was_empty = waiting.is_empty();
            let mut found = false;
            for fetch in waiting {
                self.after = (fetch.resource, fetch.id.clone());
                if self.failed.contains(&self.after) {
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
        self.tally.asked(&table, done.requests);
        let told = answer(self.account, done.when, self.api_version);
        let applied = match done.got {
            Ok(Got::Object(object)) if object.gone => self.rows.apply_absence(resource, &id, &told)?,
            Ok(Got::Object(object)) => self.rows.apply(&object, &told)?,
            Ok(_) => self.rows.apply_absence(resource, &id, &told)?,
            Err(failure) => {
                self.tally.fail(&table, outcome(&id, &failure));
                self.failed.insert((super::number(&self.numbers, resource), id));
                return Ok(());
            }
        };
        self.tally.applied(&table, applied);
        let number = super::number(&self.numbers, resource);
        self.store.end_fetch(self.account, number, &id, done.when.sent_s).map_err(Error::from)
    }

    fn committed(&mut self) {
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
        Failure::Http(error) => outcome_of(error),
        Failure::Endless(text) => Outcome::Failed(text.clone()),
    }
}

/// Returns whether a resource has a list of its own.
pub fn is_listed(resource: &Resource) -> bool {
    matches!(resource.list, List::Sliced(_) | List::Cursor(_) | List::Once(_))
}
