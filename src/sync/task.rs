//! What workers do: one task is one request, or the few that belong to one object.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rayon_core::ThreadPool;

use super::{Error, logged};
use crate::http::{Client, Error as HttpError};
use crate::model::extract::{Catalog, Compiled};
use crate::model::resource::{List, Resource};
use crate::model::row::{ChildSet, Object};
use crate::model::span::Span;
use crate::model::wire::{Answer, Request, Unreadable};
use crate::providers::stripe::{page, refusal, request};
use crate::store::{Event, Fanout};

/// Pages of one parent's list that are read and held at a time; a longer list comes in parts.
const PART_PAGES: usize = 10;
/// The same for an object that waits for its list. Few lists are longer; those are read in parts, from their start.
const HELD_PAGES: usize = 3;

/// Threads that read answers; more than these the writer could not follow.
const READERS_MAX: usize = 4;

/// Threads that read answers.
pub type Readers = ThreadPool;

/// Starts the threads that read answers.
///
/// # Errors
/// When the system gives no thread.
pub fn readers() -> Result<ThreadPool, Error> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let named = |n| format!("reader-{n}");
    let threads = processors.min(READERS_MAX);
    rayon_core::ThreadPoolBuilder::new().num_threads(threads).thread_name(named).build().map_err(Error::Threads)
}

/// A piece of work.
#[derive(Debug, Clone)]
pub enum Task {
    /// One page of a list.
    Page {
        /// Index of the walk that it belongs to.
        walk: usize,
        /// The slice's row.
        slice: i64,
        /// The resource.
        resource: &'static Resource,
        /// The pass.
        pass: String,
        /// The slice's bounds.
        span: Span,
        /// The last object read.
        cursor: Option<(String, Option<i64>)>,
    },
    /// One page of the event log.
    Events {
        /// The slice's row.
        slice: i64,
        /// Its bounds.
        span: Span,
        /// The last event read.
        cursor: Option<String>,
    },
    /// The list under one parent, or a further part of it.
    Under {
        /// The child.
        resource: &'static Resource,
        /// The parent, as it stands in the queue.
        fanout: Fanout,
        /// Where the part before ended.
        from: Option<From>,
    },
    /// The lists that are cut in an object which a page showed.
    Complete {
        /// Index of the walk that the page belongs to.
        walk: usize,
        /// The object as it came.
        object: Box<Object>,
        /// When the page was sent and given.
        when: When,
    },
    /// One object, its lists completed.
    Get {
        /// What it is.
        resource: &'static Resource,
        /// Its id.
        id: String,
    },
}

/// Where a part of a list under a parent begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// The last element read.
    pub cursor: String,
    /// How many were read.
    pub position: i64,
}

/// When an answer was sent and given, by the service's clock.
#[derive(Debug, Clone, Copy)]
pub struct When {
    /// Sent.
    pub sent_s: i64,
    /// Its `Date`.
    pub date_s: i64,
}

/// What a task brought.
#[derive(Debug)]
pub enum Got {
    /// A page's objects.
    Page {
        /// The objects, newest first.
        objects: Vec<Object>,
        /// Whether older ones follow.
        has_more: bool,
    },
    /// A page of events.
    Events {
        /// The events, newest first.
        events: Vec<Event>,
        /// Where older ones go on, if they do.
        next: Option<String>,
    },
    /// A child list, whole or a part that is not the last.
    Under(ChildSet),
    /// An object.
    Object(Box<Object>),
    /// The object, or the parent of the list, is not there.
    Absent,
}

/// Why a task brought nothing.
#[derive(Debug)]
pub enum Failure {
    /// The service refused.
    Refused(refusal::Refusal),
    /// It could not be asked, or made no sense.
    Http(HttpError),
    /// A list that does not end or does not move.
    Endless(String),
    /// The worker panicked: a bug, told on standard error.
    Crashed,
}

/// Does tasks. Shared by all workers.
pub struct Worker<'a> {
    /// The client.
    pub client: &'a Client,
    /// The registry.
    pub catalog: &'a Catalog,
    /// The threads that read what was answered: as many as there are processors, however many requests are in flight.
    /// Every thread that builds rows keeps room for them.
    pub readers: &'a ThreadPool,
    /// Elements under one object; a list that promises more does not end.
    pub elements_max: i64,
    /// Whether the account answers at all.
    pub hope: Hope,
}

/// Whether anything of an account can be read: where the first questions all end in faults, so will the others, and each of
/// them costs its attempts and the pauses between.
#[derive(Debug, Default)]
pub struct Hope {
    /// After so many there is none; with no number it does not end.
    faults_max: Option<u32>,
    faults: AtomicU32,
    is_answered: AtomicBool,
}

impl Hope {
    /// Hope that ends after so many faults before the first answer.
    pub fn for_faults(faults_max: Option<u32>) -> Hope {
        Hope { faults_max, ..Hope::default() }
    }

    /// Takes the end of a question; returns whether there is no hope left.
    pub fn is_gone(&self, got: &Result<Got, Failure>) -> bool {
        let is_fault = matches!(got, Err(Failure::Http(error)) if !matches!(error, HttpError::Interrupted | HttpError::Quota { .. }));
        if !is_fault {
            self.is_answered.store(true, Ordering::Relaxed);
            return false;
        }
        let faults = self.faults.fetch_add(1, Ordering::Relaxed) + 1;
        !self.is_answered.load(Ordering::Relaxed) && self.faults_max.is_some_and(|most| faults >= most)
    }
}

impl Worker<'_> {
    /// Does one task; says when it was answered and how many requests it took.
    pub fn run(&self, task: &Task) -> (Result<Got, Failure>, When, u64) {
        let now_s = self.client.service_now_s();
        let mut asked = Asked { when: When { sent_s: now_s, date_s: now_s }, requests: 0, answers: 0 };
        let got = match task {
            Task::Page { resource, pass, span, cursor, .. } => {
                self.page(resource, pass, *span, cursor.as_ref().map(|c| c.0.as_str()), &mut asked)
            }
            Task::Events { span, cursor, .. } => self.events(*span, cursor.as_deref(), &mut asked),
            Task::Under { resource, fanout, from } => {
                match self.under(resource, &fanout.parent_id, from.as_ref(), PART_PAGES, &mut asked) {
                    Ok(set) => Ok(Got::Under(set)),
                    Err(failure) => absent(failure),
                }
            }
            Task::Complete { object, when, .. } => {
                // The page was the first answer.
                (asked.when, asked.answers) = (*when, 1);
                let mut object = object.clone();
                self.fill(&mut object, HELD_PAGES, &mut asked).map(|()| Got::Object(object))
            }
            Task::Get { resource, id } => self.object(resource, id, &mut asked),
        };
        (got, asked.when, asked.requests)
    }

    fn ask<T: Send>(
        &self,
        request: &Request,
        resource: Option<&Resource>,
        asked: &mut Asked,
        read: &mut (dyn FnMut(&str) -> Result<T, Unreadable> + Send),
    ) -> Result<T, Failure> {
        let mut when = None;
        let got = self.client.get_counted(request, &mut asked.requests, &mut |answer: &Answer| {
            when = Some(When { sent_s: answer.sent_s, date_s: answer.date_s });
            self.readers.install(|| read(page::text(&answer.body)?))
        });
        asked.answers += 1;
        match got {
            Ok(value) => {
                let when = when.expect("read was called for the answer");
                // An object of several answers holds from the first to the last of them.
                let sent_s = if asked.answered() { asked.when.sent_s.min(when.sent_s) } else { when.sent_s };
                asked.when = When { sent_s, date_s: when.date_s };
                Ok(value)
            }
            Err(HttpError::Refused(answer)) => {
                // What was read before stays as old as it is.
                if !asked.answered() {
                    asked.when = When { sent_s: answer.sent_s, date_s: answer.date_s };
                }
                Err(Failure::Refused(refusal::read(answer.status, &answer.body, resource)))
            }
            Err(error) => Err(Failure::Http(error)),
        }
    }

    fn page(
        &self,
        resource: &'static Resource,
        pass: &str,
        span: Span,
        cursor: Option<&str>,
        asked: &mut Asked,
    ) -> Result<Got, Failure> {
        let Some(request) = request::list(resource, pass, span, cursor) else { return Err(unasked(resource)) };
        let compiled = self.catalog.get(resource);
        self.ask(&request, Some(resource), asked, &mut |body| {
            if matches!(resource.list, List::Once(_)) && !body.contains("\"has_more\"") {
                return Err(Unreadable("no list".to_owned()));
            }
            let compact = self.catalog.compact_page(compiled, body)?;
            let page = page::read(compact.as_bytes())?;
            let mut objects = Vec::with_capacity(page.data.len());
            for element in &page.data {
                let object = self.catalog.element(compiled, element.get())?;
                if object.created_s.is_some_and(|created_s| !span.contains(created_s)) {
                    let outside = format!("{}: {} lies outside of the time asked for", resource.name, object.row.id);
                    return Err(Unreadable(outside));
                }
                objects.push(object);
            }
            Ok(Got::Page { objects, has_more: page.has_more })
        })
    }

    fn events(&self, span: Span, cursor: Option<&str>, asked: &mut Asked) -> Result<Got, Failure> {
        self.ask(&request::events(span, cursor), None, asked, &mut |body| {
            let page = page::read(body.as_bytes())?;
            let (events, cursor) = logged::events(self.catalog, &page, span, self.client.service_now_s());
            if page.has_more && cursor.is_none() {
                return Err(Unreadable("events without an id, and more of them".to_owned()));
            }
            Ok(Got::Events { events, next: cursor.filter(|_| page.has_more) })
        })
    }

    /// Reads the list under a parent from its start or from where a part ended, at most so many pages. A list
    /// that changes meanwhile is read again by its event.
    fn under(
        &self,
        resource: &'static Resource,
        parent_id: &str,
        from: Option<&From>,
        pages_max: usize,
        asked: &mut Asked,
    ) -> Result<ChildSet, Failure> {
        let endless = || Failure::Endless(format!("the list {} of {parent_id} does not end", resource.name));
        let begin = from.map_or(0, |from| from.position);
        if begin >= self.elements_max {
            return Err(endless());
        }
        let mut part = ChildSet { resource, rows: Vec::new(), complete: false };
        let mut cursor = from.map(|from| from.cursor.clone());
        let mut seen = HashSet::new();
        let mut is_begun_again = false;
        for _ in 0..pages_max {
            let page = match self.page_under(resource, parent_id, cursor.as_deref(), asked) {
                // The element read last is gone: once more from the start of the part.
                Err(Failure::Refused(refusal)) if refusal.kind == refusal::Kind::CursorGone && !is_begun_again => {
                    if from.is_some() && part.rows.is_empty() {
                        return Err(Failure::Refused(refusal));
                    }
                    is_begun_again = true;
                    part.rows.clear();
                    seen.clear();
                    cursor = from.map(|from| from.cursor.clone());
                    continue;
                }
                page => page?,
            };
            let position = begin + part.rows.len() as i64;
            part.rows.extend(page.rows.into_iter().map(|mut row| {
                row.position += position;
                row
            }));
            part.complete = page.complete;
            if part.complete {
                return Ok(part);
            }
            cursor = part.rows.last().map(|row| row.id.clone());
            if !cursor.as_ref().is_some_and(|cursor| seen.insert(cursor.clone())) {
                return Err(endless());
            }
        }
        Ok(part)
    }

    fn page_under(
        &self,
        resource: &'static Resource,
        parent_id: &str,
        cursor: Option<&str>,
        asked: &mut Asked,
    ) -> Result<ChildSet, Failure> {
        let Some(request) = request::under(resource, parent_id, cursor) else { return Err(unasked(resource)) };
        self.ask(&request, Some(resource), asked, &mut |body| {
            page::read(body.as_bytes())?;
            self.catalog.children(self.catalog.get(resource), parent_id, body)
        })
    }

    /// Reads one object and the lists in it that are cut. A list too long for one part stays cut: it is queued then.
    fn object(&self, resource: &'static Resource, id: &str, asked: &mut Asked) -> Result<Got, Failure> {
        let Some(request) = request::single(resource, id) else { return Err(unasked(resource)) };
        let compiled: &Compiled = self.catalog.get(resource);
        let read = self.ask(&request, Some(resource), asked, &mut |body| {
            let object = self.catalog.object(compiled, body)?;
            match object.row.id == id {
                true => Ok(object),
                false => Err(Unreadable(format!("{}: {} came for {id}", resource.name, object.row.id))),
            }
        });
        let mut object = match read {
            Ok(object) => object,
            Err(failure) => return absent(failure),
        };
        match self.fill(&mut object, PART_PAGES, asked) {
            Ok(()) => Ok(Got::Object(Box::new(object))),
            // Only the object's own word tells that it is gone.
            Err(failure) if is_missing(&failure) => match self.ask(&request, Some(resource), asked, &mut |_| Ok(())) {
                Err(own) if is_missing(&own) => Ok(Got::Absent),
                _ => Err(failure),
            },
            Err(failure) => Err(failure),
        }
    }

    /// Reads the lists that are cut in an object, at most so many pages of each, and puts the whole ones into its JSON.
    fn fill(&self, object: &mut Object, pages_max: usize, asked: &mut Asked) -> Result<(), Failure> {
        for index in 0..object.children.len() {
            let ChildSet { resource: child, complete, .. } = object.children[index];
            if !complete && matches!(child.list, List::Under { .. }) {
                object.children[index] = self.under(child, &object.row.id, None, pages_max, asked)?;
            }
        }
        crate::store::splice_children(object, self.catalog);
        Ok(())
    }
}

struct Asked {
    when: When,
    /// Sent, retries included.
    requests: u64,
    /// Questions that came to an end, whatever it was.
    answers: u64,
}

impl Asked {
    fn answered(&self) -> bool {
        self.answers > 1
    }
}

fn unasked(resource: &Resource) -> Failure {
    Failure::Endless(format!("{} cannot be asked for", resource.name))
}

fn is_missing(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused(refusal) if refusal.kind == refusal::Kind::Missing)
}

fn absent(failure: Failure) -> Result<Got, Failure> {
    if is_missing(&failure) { Ok(Got::Absent) } else { Err(failure) }
}
