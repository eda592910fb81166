//! The lists under objects: the file has a queue of them, and each is read in parts to its end.

use std::collections::VecDeque;

use super::super::Error;
use super::super::pool::Done;
use super::super::task::{Failure, From, Got, Task, When};
use super::{Lists, answer, is_cursor_gone, outcome_of};
use crate::model::progress::Outcome;
use crate::model::resource::Resource;
use crate::providers::stripe::refusal::Kind;
use crate::store::{Fanout, Turn};

impl Lists<'_, '_> {
    /// Queues lists that wait in the file, at most `room` of them.
    pub(super) fn refill_under(&mut self, room: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        let mut is_second_round = false;
        loop {
            let waiting = self.store.fanouts(self.account, &self.fanned, room)?;
            if waiting.is_empty() {
                // From the start again only when none is in flight: those in flight are still in the queue's table.
                let is_start = self.fanned == Turn::default();
                if self.under > 0 || is_start || is_second_round {
                    return Ok(());
                }
                self.fanned = Turn::default();
                is_second_round = true;
            }
            let before = queue.len();
            for fanout in waiting {
                self.fanned = fanout.turn();
                if self.failed.is_blocked(fanout.resource) {
                    self.fanned = self.fanned.after_its_kind();
                    break;
                }
                let has_failed = self.failed.has(fanout.resource, &fanout.parent_id);
                let found = self.numbers.iter().find(|(number, _)| *number == fanout.resource);
                if let Some(&(_, resource)) = found.filter(|_| !has_failed) {
                    self.under += 1;
                    queue.push_back(Task::Under { resource, fanout, from: None });
                }
            }
            if queue.len() > before {
                return Ok(());
            }
        }
    }

    /// Queues what a part of such a list leads to; returns whether that is all there is to follow.
    pub(super) fn follow_under(&mut self, done: &Done, queue: &mut VecDeque<Task>) -> bool {
        if let (Task::Under { resource, fanout, from }, Ok(Got::Under(set))) = (&done.task, &done.got) {
            if let Some(last) = set.rows.last().filter(|_| !set.complete) {
                let position = from.as_ref().map_or(0, |from| from.position) + set.rows.len() as i64;
                self.under += 1;
                let from = Some(From { cursor: last.id.clone(), position });
                queue.push_back(Task::Under { resource, fanout: fanout.clone(), from });
            }
            return true;
        }
        if let (Task::Under { resource, fanout, from: Some(_) }, Err(failure)) = (&done.task, &done.got)
            && is_cursor_gone(failure)
            && self.restarted.insert((fanout.resource, fanout.parent_id.clone()))
        {
            // What the part before ended with is gone: the list from its start, once.
            self.under += 1;
            queue.push_back(Task::Under { resource, fanout: fanout.clone(), from: None });
            self.is_begun_again = true;
            return true;
        }
        false
    }

    /// Writes a list under an object, or what is to be said of it.
    pub(super) fn apply_under(
        &mut self,
        (resource, fanout, from): (&'static Resource, &Fanout, i64),
        got: Result<Got, Failure>,
        when: When,
    ) -> Result<(), Error> {
        self.under -= 1;
        if std::mem::take(&mut self.is_begun_again) {
            return Ok(());
        }
        let set = match got {
            Ok(Got::Under(set)) => set,
            // The parent was deleted meanwhile: a skip here, and a look at the parent itself.
            Ok(_) => {
                self.store.end_fanout(self.account, fanout)?;
                self.count_under(resource, fanout)?;
                return self.queue_parent(resource, fanout, when);
            }
            Err(failure) => return self.under_failed(resource, fanout, failure),
        };
        let is_wanted = match set.complete {
            true => {
                let is_wanted = self.store.end_fanout(self.account, fanout)?;
                self.count_under(resource, fanout)?;
                is_wanted
            }
            false => self.store.is_asked(self.account, fanout)?,
        };
        // Asked for again meanwhile, or shown whole by the parent: what this reading saw is older.
        if is_wanted {
            let told = answer(self.account, when, self.api_version);
            self.rows.complete(&fanout.parent_id, &set, from, &told)?;
        }
        Ok(())
    }

    fn count_under(&mut self, resource: &Resource, fanout: &Fanout) -> Result<(), Error> {
        let (store, account) = (self.store, self.account);
        Ok(self.tally.read_under(&resource.table(), || store.waiting_lists(account, fanout.resource))?)
    }

    fn queue_parent(&self, child: &Resource, fanout: &Fanout, when: When) -> Result<(), Error> {
        let is_parent = |r: &Resource| child.provider == r.provider && child.parent() == Some(r.name);
        match self.numbers.iter().find(|(_, resource)| is_parent(resource)) {
            Some((number, parent)) if !parent.get.is_empty() => self
                .store
                .queue_fetch(self.account, *number, &fanout.parent_id, when.sent_s, "missing")
                .map_err(Error::from),
            _ => Ok(()),
        }
    }

    fn under_failed(&mut self, resource: &'static Resource, fanout: &Fanout, failure: Failure) -> Result<(), Error> {
        let parent_id = &fanout.parent_id;
        let outcome = match &failure {
            Failure::Refused(refusal) => match &refusal.kind {
                Kind::NotAvailable => {
                    self.store.end_fanout(self.account, fanout)?;
                    Outcome::NotAvailable(refusal.message.clone())
                }
                Kind::Forbidden(permission) => {
                    Outcome::Forbidden(permission.clone().unwrap_or_else(|| refusal.message.clone()))
                }
                _ => Outcome::Failed(format!("under {parent_id}: {}", refusal.message)),
            },
            other => outcome_of(other),
        };
        self.failed.add(fanout.resource, parent_id, &outcome);
        if matches!(outcome, Outcome::Failed(_)) {
            self.store.fanout_failed(self.account, fanout)?;
        }
        self.tally.fail(&resource.table(), outcome);
        Ok(())
    }
}
