//! Asking, and what comes of it.

use std::time::Instant;

use super::{Pull, without_sort};
use crate::http::Error as HttpError;
use crate::model::extract::Compiled;
use crate::model::resource::Resource;
use crate::model::row::Object;
use crate::model::wire::{Answer, Request, Unreadable};
use crate::providers::fic::page;
use crate::providers::fic::refusal::{self, Refusal, RefusalKind};
use crate::providers::fic::request::PER_PAGE;
use crate::store::{Source, Told};
use crate::sync::Error;

/// Why a job ended early.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The service said no.
    Refused(Refusal, When),
    /// No usable answer.
    Http(HttpError),
    /// The list does not end, or cannot be read whole.
    Endless(String),
    /// The run cannot go on.
    Fatal(Error),
}

impl From<crate::store::Error> for Trouble {
    fn from(error: crate::store::Error) -> Trouble {
        Trouble::Fatal(error.into())
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble::Fatal(error)
    }
}

/// When an answer held, by the service's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    pub sent_s: i64,
    pub date_s: i64,
}

impl When {
    fn of(answer: &Answer) -> When {
        When { sent_s: answer.sent_s, date_s: answer.date_s }
    }
}

/// A page of objects.
pub(super) struct Shown {
    pub objects: Vec<Object>,
    pub last_page: u32,
    pub total: Option<u64>,
    pub when: When,
}

impl Pull<'_> {
    /// Sends a request unless somebody asked to stop.
    pub(super) fn ask<T>(
        &mut self,
        resource: &Resource,
        request: &Request,
        read: &mut dyn FnMut(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<(T, When), Trouble> {
        if self.cancel.is_set() || self.options.time_max.is_some_and(|most| self.began.elapsed() >= most) {
            return Err(Trouble::Http(HttpError::Interrupted));
        }
        let (before, began) = (self.client.sent(), Instant::now());
        let got = self.client.get(request, &mut |answer| Ok((read(&answer.body)?, When::of(answer))));
        self.tally.asked(&resource.table(), (self.client.sent() - before, began));
        self.keep_quota_sometimes()?;
        got.map_err(|error| match error {
            HttpError::Refused(answer) => {
                let refusal = refusal::read(answer.status, answer.retry_after_s, &answer.body);
                Trouble::Refused(refusal, When::of(&answer))
            }
            other => Trouble::Http(other),
        })
    }

    /// Asks for a list; once more without an order where that is refused.
    pub(super) fn ask_list(
        &mut self,
        resource: &'static Resource,
        pass: &str,
        request: Request,
    ) -> Result<Shown, Trouble> {
        let stripped = without_sort(&request);
        let (request, stripped) = match stripped {
            Some(stripped) if self.unsorted.contains(resource.name) => (stripped, None),
            stripped => (request, stripped),
        };
        match (self.shown(resource, pass, &request), stripped) {
            (Err(Trouble::Refused(refusal, _)), Some(stripped))
                if refusal.kind == RefusalKind::Invalid && refusal.status == 422 =>
            {
                let shown = self.shown(resource, pass, &stripped)?;
                self.unsorted.insert(resource.name);
                self.tally.note(format!("{} cannot be sorted: {}", resource.name, refusal.message));
                Ok(shown)
            }
            (result, _) => result,
        }
    }

    fn shown(&mut self, resource: &'static Resource, pass: &str, request: &Request) -> Result<Shown, Trouble> {
        let catalog = self.catalog;
        let compiled: &Compiled = catalog.get(resource);
        let read = &mut |body: &[u8]| {
            let page = page::read(resource, pass, body)?;
            let objects = page.rows.iter().map(|row| catalog.object(compiled, row)).collect::<Result<Vec<_>, _>>()?;
            Ok((objects, page))
        };
        let ((objects, page), when) = self.ask(resource, request, read)?;
        let asked = page_asked_for(request);
        if let (Some(asked), Some(shown)) = (asked, page.current_page)
            && asked != shown
        {
            return Err(Trouble::Endless(format!("page {shown} came for page {asked}")));
        }
        let is_full = asked.is_some() && objects.len() >= PER_PAGE as usize;
        Ok(Shown { last_page: last_page(&page, asked.unwrap_or(1), is_full), total: page.total, objects, when })
    }

    /// Writes objects within an open transaction.
    pub(super) fn apply(&mut self, objects: &[Object], when: When) -> Result<(), Trouble> {
        let told = self.told(when);
        for object in objects {
            let applied = self.rows.apply(object, &told)?;
            self.tally.applied(&object.resource.table(), applied);
        }
        Ok(())
    }

    pub(super) fn told(&self, when: When) -> Told<'static> {
        let source = Source::Answer { sent_s: when.sent_s, date_s: when.date_s };
        Told { account: self.account.id, source, api_version: None }
    }

    /// Makes what was written since `begin` durable.
    pub(super) fn commit(&mut self) -> Result<(), Trouble> {
        self.store.commit()?;
        self.tally.children(self.rows.take_child_counts());
        self.tally.committed();
        Ok(())
    }
}

/// Returns the number of the page that a request is for, if it is for one of many.
fn page_asked_for(request: &Request) -> Option<u32> {
    let query = request.path.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix("page=")).and_then(|number| number.parse().ok())
}

/// Returns the last page's number. Where an answer does not tell it, a full page has another behind it.
fn last_page(page: &page::Page, asked: u32, is_full: bool) -> u32 {
    page.last_page.unwrap_or(if is_full { asked.saturating_add(1) } else { asked })
}
