//! What a file without a key makes of payloads that may not replace a row: their fields are taken, what they cannot show is
//! kept, and the row is in doubt until somebody asks the service.
//!
//! What a row holds then is a function of the *set* of events and of the newest answer, so that it is the same in any order
//! of arrival. Whatever more than one of them has a say in is therefore put to all of them here, and to nobody else: who
//! knows only the payloads that may replace a row misses what the others say about where a circle began.

use rusqlite::params;

use super::apply::{Applied, Rows, SETTLING_S, Source, Stored, Told};
use super::error::Error;
use super::events::{Event, object_of};
use super::settle::{Logged, answer_state, event_id, is_all_that_answers_show, release};
use crate::model::extract::Compiled;
use crate::model::merge::{Hidden, laid_over};
use crate::model::order::{self, Interval, State};
use crate::model::resource::Resource;
use crate::model::row::Object;
use crate::model::wire::Unreadable;

/// What an answer said: when it held, and the object's JSON where there was one.
type Answer = (Interval, Option<String>);

impl<'c> Rows<'c> {
    /// As [`Rows::apply`]; does nothing, and returns nothing, where only all logged events together tell what the row is,
    /// so that they are to be merged.
    ///
    /// # Errors
    /// As [`Rows::apply`].
    pub fn apply_unless_merged(&mut self, object: &Object, told: &Told) -> Result<Option<Applied>, Error> {
        self.apply_unless(Self::is_to_be_merged, object, told)
    }

    /// Returns whether a row is in doubt, in a tie with a state, or at the end of a circle that the state may move.
    fn is_to_be_merged(&self, stored: &Stored, object: &Object, told: &Told) -> Result<bool, Error> {
        let (index, now) = (self.catalog.get(object.resource).index, told.interval());
        let is_tie = !now.is_after(stored.interval) && !stored.interval.is_after(now);
        let is_open = stored.unsettled || is_tie && !self.is_equal(index, stored, object);
        Ok(is_open || self.may_move_the_end(index, stored, object, told)?)
    }

    /// Returns whether an object's row is in doubt.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_doubtful(&self, resource: &'static Resource, id: &str, account: i64) -> Result<bool, Error> {
        let text = format!("SELECT 1 FROM {} WHERE account=?1 AND id=?2 AND unsettled=1", resource.table());
        self.conn
            .prepare_cached(&text)
            .and_then(|mut statement| statement.exists(params![account, id]))
            .map_err(|e| self.store.sql(e))
    }

    /// Writes what all logged events of an object, laid over the newest answer, come to. Says so where that is no object.
    ///
    /// # Errors
    /// SQLite's; the transaction should be rolled back then.
    pub fn merge_logged(
        &mut self,
        resource: &'static Resource,
        id: &str,
        account: i64,
        came: &Event,
    ) -> Result<Result<Applied, Unreadable>, Error> {
        let index = self.catalog.get(resource).index;
        self.prepare(index)?;
        let stored = match self.stored(index, account, id)? {
            Some(stored) if self.is_next(index, &stored, account, came)? => {
                return self.lay_over(index, stored, account, came);
            }
            stored => stored,
        };
        let logged = self.logged(resource, account, id, i64::MIN)?;
        let answer = self.newest_answer(index, stored.as_ref())?;
        let mut states: Vec<State> = logged.iter().map(|(state, _, _)| state.clone()).collect();
        states.extend(answer.as_ref().map(|(interval, data)| answer_state(resource, *interval, data.as_deref())));
        let Some(verdict) = order::settle(&states) else { return Ok(Ok(Applied::Unchanged)) };
        let Some((winner, _, api_version)) = logged.get(verdict.winner) else {
            return self.keep_to_answer(index, (stored, answer), (account, id), verdict.settled).map(Ok);
        };
        // Several events of one second may go in a circle, and where that began an older one may have said.
        let is_alone = logged.iter().filter(|one| one.0.interval == winner.interval).count() == 1;
        let is_outdated = |one: &Logged| answer.as_ref().is_some_and(|(interval, _)| interval.is_after(one.0.interval));
        let may_tell_more = |one: &Logged| {
            let is_older = is_alone && winner.interval.is_after(one.0.interval) || is_outdated(one);
            !is_older && !self.may_replace(index, one)
        };
        let settled = verdict.settled && !logged.iter().any(may_tell_more);
        let created_s = winner.interval.from_s;
        let source = Source::Event { id: event_id(winner).unwrap_or_default(), created_s };
        let told = Told { account, source, api_version: api_version.as_deref() };
        let compiled = &self.catalog.entries()[index];
        let object = match winner.content {
            None => {
                let last = logged[verdict.winner].1.as_deref();
                let last = last.and_then(|body| self.catalog.object(compiled, body).ok());
                last.map_or_else(|| super::apply::absent(resource, id), |last| Object { gone: true, ..last })
            }
            Some(_) => {
                match self.catalog.object(compiled, &self.folded(compiled, verdict.winner, &logged, answer.as_ref())) {
                    Ok(object) => object,
                    Err(why) => return Ok(Err(why)),
                }
            }
        };
        if let (Some(stored), Some((interval, data))) = (&stored, &answer)
            && stored.event_id.is_none()
        {
            self.put_answer(index, stored.row_id, *interval, data.as_deref())?;
        }
        self.put_merged(index, stored, &object, &told, settled).map(Ok)
    }

    /// Returns whether an event follows all that is known of a living object, alone in its second: the row is what came
    /// before it, and the log need not be read again.
    fn is_next(&self, index: usize, stored: &Stored, account: i64, came: &Event) -> Result<bool, Error> {
        let resource = self.catalog.entries()[index].resource;
        let is_gone = stored.deleted_at.is_some() || resource.gone.contains(&came.kind.as_str());
        if is_gone || stored.interval.from_s == i64::MIN || came.created_s <= stored.interval.until_s {
            return Ok(false);
        }
        let since = "SELECT count(*) FROM webhook_events
                     WHERE account=?1 AND object=?2 AND object_id=?3 AND created>=?4 AND error IS NULL";
        let bound = params![account, came.table, came.object_id, stored.interval.from_s];
        let count: i64 = self
            .conn
            .prepare_cached(since)
            .and_then(|mut statement| statement.query_row(bound, |row| row.get(0)))
            .map_err(|e| self.store.sql(e))?;
        // Itself, and the one that the row is.
        Ok(count == 1 + i64::from(stored.event_id.is_some()))
    }

    /// Lays an event over the row.
    fn lay_over(
        &mut self,
        index: usize,
        stored: Stored,
        account: i64,
        came: &Event,
    ) -> Result<Result<Applied, Unreadable>, Error> {
        let (compiled, api_version) = (&self.catalog.entries()[index], came.api_version.as_deref());
        let payload = object_of(&came.payload).unwrap_or_default();
        let is_other_release = release(api_version) != release(self.catalog.api_version());
        let merged = laid_over(payload, Some(&stored.data), &self.hidden(compiled.resource), is_other_release);
        let object = match self.catalog.object(compiled, &merged) {
            Ok(object) => object,
            Err(why) => return Ok(Err(why)),
        };
        if stored.event_id.is_none() {
            self.put_answer(index, stored.row_id, stored.interval, Some(&stored.data))?;
        }
        let settled = is_all_that_answers_show(self.catalog, compiled, Some(payload), api_version);
        let source = Source::Event { id: &came.id, created_s: came.created_s };
        self.put_merged(index, Some(stored), &object, &Told { account, source, api_version }, settled).map(Ok)
    }

    fn hidden(&self, resource: &Resource) -> Hidden {
        let children: Vec<&'static Resource> =
            self.catalog.entries().iter().map(|entry| entry.resource).filter(|resource| resource.is_child()).collect();
        Hidden::of(resource, &children)
    }

    /// Returns the newest answer that is known of an object: the row, or what is kept beside one that is an event's.
    fn newest_answer(&self, index: usize, stored: Option<&Stored>) -> Result<Option<Answer>, Error> {
        match stored {
            None => Ok(None),
            Some(stored) if stored.event_id.is_some() => self.kept_answer(index, stored.row_id),
            // A row without a state is older than anything.
            Some(stored) if stored.interval.from_s == i64::MIN => Ok(None),
            Some(stored) => {
                let data = stored.deleted_at.is_none().then(|| stored.data.clone());
                Ok(Some((stored.interval, data)))
            }
        }
    }

    /// Lets the newest answer stand, or puts it back where an event took its place.
    fn keep_to_answer(
        &mut self,
        index: usize,
        (stored, answer): (Option<Stored>, Option<Answer>),
        (account, id): (i64, &str),
        settled: bool,
    ) -> Result<Applied, Error> {
        let (Some(stored), Some((interval, data))) = (stored, answer) else { return Ok(Applied::Unchanged) };
        if stored.event_id.is_none() {
            if !settled {
                self.mark(index, stored.row_id, true)?;
                self.queue_fetch(index, account, id, interval.until_s)?;
            }
            return Ok(Applied::Unchanged);
        }
        let compiled = &self.catalog.entries()[index];
        // An answer's interval begins a second before it was sent.
        let source = Source::Answer { sent_s: interval.from_s.saturating_add(1), date_s: interval.until_s };
        let told = Told { account, source, api_version: self.catalog.api_version() };
        let object = match data.map(|data| self.catalog.object(compiled, &data)) {
            Some(Ok(object)) => object,
            None => super::apply::absent(compiled.resource, id),
            // It was a row: that it is none any more is for a GET to mend.
            Some(Err(_)) => return Ok(Applied::Unchanged),
        };
        self.put_merged(index, Some(stored), &object, &told, false)
    }

    /// Lays the events since the newest answer over it, one after the other, the winner last.
    fn folded(&self, compiled: &Compiled, winner: usize, logged: &[Logged], answer: Option<&Answer>) -> String {
        let hidden = self.hidden(compiled.resource);
        let key = |one: &Logged| (one.0.interval.from_s, event_id(&one.0).unwrap_or_default().to_owned());
        let is_outdated = |one: &Logged| answer.is_some_and(|(interval, _)| interval.is_after(one.0.interval));
        let last = &logged[winner];
        let mut before: Vec<&Logged> = logged
            .iter()
            .filter(|one| {
                one.0.interval.from_s <= last.0.interval.from_s && !is_outdated(one) && !std::ptr::eq(*one, last)
            })
            .collect();
        before.sort_by_key(|one| key(one));
        let mut merged = answer.and_then(|(_, data)| data.clone());
        for (state, body, api_version) in before.into_iter().chain([last]) {
            let is_other_release = release(api_version.as_deref()) != release(self.catalog.api_version());
            merged = match (body, &state.content) {
                (Some(body), Some(_)) => Some(laid_over(body, merged.as_deref(), &hidden, is_other_release)),
                _ => None,
            };
        }
        merged.unwrap_or_default()
    }

    /// Writes a row, its lists as far as they are known, and whether that is certain.
    fn put_merged(
        &mut self,
        index: usize,
        stored: Option<Stored>,
        object: &Object,
        told: &Told,
        settled: bool,
    ) -> Result<Applied, Error> {
        let applied = match &stored {
            None => {
                self.insert(index, object, told, object.gone.then_some(told.interval().from_s))?;
                if object.gone { Applied::Deleted } else { Applied::New }
            }
            Some(stored) if stored.event_id.as_deref() == told.event_id() && self.is_same(stored, object) => {
                Applied::Unchanged
            }
            Some(stored) => {
                let applied = self.rewrite(index, stored, object, told, settled)?;
                // What is known of a list that came cut short is all there is here.
                for set in object.children.iter().filter(|set| !set.complete && !object.gone) {
                    self.replace(told, &object.row.id, set)?;
                }
                if self.is_same(stored, object) { Applied::Unchanged } else { applied }
            }
        };
        let Some(now) = self.stored(index, told.account, &object.row.id)? else { return Ok(applied) };
        if now.unsettled == settled {
            self.mark(index, now.row_id, !settled)?;
        }
        if !settled {
            let not_before_s = told.interval().until_s.saturating_add(SETTLING_S);
            self.store.queue_fetch(told.account, self.numbers[index], &object.row.id, not_before_s, "unsettled")?;
        }
        Ok(applied)
    }

    fn is_same(&self, stored: &Stored, object: &Object) -> bool {
        match (stored.deleted_at.is_some(), object.gone) {
            (true, gone) => gone,
            (false, gone) => !gone && stored.data == object.row.data,
        }
    }
}
