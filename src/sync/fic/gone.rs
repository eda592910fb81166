//! Finding what is gone, and what came back.

use std::collections::HashSet;

use super::ask::{Trouble, When};
use super::decide::passes;
use super::scan::falls_short;
use super::{PROBE, Pull};
use crate::model::resource::{List, Resource};
use crate::model::wire::Request;
use crate::providers::fic::page;
use crate::providers::fic::refusal::RefusalKind;
use crate::providers::fic::request::{self, Bin};
use crate::store::{Fetch, Living, SETTLING_S, Turn};
use crate::sync::Error;

/// More absent rows than this are confirmed by reading the list's ids again instead of one by one.
pub(super) const SINGLES_MAX: usize = 20;
/// Rows in doubt that are looked at in one run, and rows that left a bin.
pub(super) const SETTLED_MAX: usize = 20;
/// Pages of one sweep; ten million rows.
const SWEEP_PAGES_MAX: u32 = 100_000;
/// Rows buried in one transaction.
const BURIED_TOGETHER: usize = 200;
/// Absent rows held in memory at once.
const ABSENT_TOGETHER: usize = 5_000;

impl Pull<'_> {
    /// Makes tombstones of absent rows, each only after a second opinion where the service can give one.
    pub(super) fn bury(
        &mut self,
        resource: &'static Resource,
        pass: &'static str,
        absent: Living,
        last: When,
    ) -> Result<(), Trouble> {
        let (key, table) = (self.key(resource), resource.table());
        let mut after = String::new();
        loop {
            let some = self.store.living(key, &table, absent, &after, ABSENT_TOGETHER)?;
            let Some(end) = some.last() else { return Ok(()) };
            after.clone_from(end);
            let (asked, sure): (Vec<_>, Vec<_>) = some.into_iter().partition(|id| can_be_asked_for(resource, id));
            self.bury_sure(resource, &sure, last)?;
            if asked.len() > SINGLES_MAX {
                let mut gone: HashSet<String> = asked.into_iter().collect();
                if let Some(when) = self.look_again(resource, pass, absent, &mut gone)? {
                    let gone: Vec<String> = gone.into_iter().collect();
                    self.bury_sure(resource, &gone, when)?;
                }
                continue;
            }
            for id in asked {
                self.look(resource, &id)?;
            }
        }
    }

    /// Reads again where absent rows would stand, and keeps those that are not shown this time either. Returns none
    /// where the list cannot tell; no tombstones are made then.
    fn look_again(
        &mut self,
        resource: &'static Resource,
        pass: &'static str,
        absent: Living,
        gone: &mut HashSet<String>,
    ) -> Result<Option<When>, Trouble> {
        if matches!(resource.list, List::DateRange(_)) {
            return self.days_again(resource, absent, gone);
        }
        let mut swept = 0;
        for number in 1..=SWEEP_PAGES_MAX {
            let Some(asked) = request::id_page(resource, self.company, pass, number) else {
                return self.list_again(resource, pass, gone);
            };
            let shown = self.ask_list(resource, pass, asked)?;
            for object in &shown.objects {
                gone.remove(&object.row.id);
            }
            swept += shown.objects.len() as u64;
            if number >= shown.last_page {
                return match shown.total {
                    Some(total) if total > swept => Err(Trouble::Endless(falls_short(swept, total))),
                    _ => Ok(Some(shown.when)),
                };
            }
        }
        Err(Trouble::Endless(format!("its ids do not end within {SWEEP_PAGES_MAX} pages")))
    }

    /// Reads a list again that comes whole in one answer.
    fn list_again(
        &mut self,
        resource: &'static Resource,
        pass: &'static str,
        gone: &mut HashSet<String>,
    ) -> Result<Option<When>, Trouble> {
        let Some(asked) = request::once(resource, self.company, pass) else { return Ok(None) };
        let shown = self.ask_list(resource, pass, asked)?;
        for object in &shown.objects {
            gone.remove(&object.row.id);
        }
        Ok(Some(shown.when))
    }

    pub(super) fn bury_sure(&mut self, resource: &'static Resource, ids: &[String], when: When) -> Result<(), Trouble> {
        let told = self.told(when);
        for some in ids.chunks(BURIED_TOGETHER) {
            self.store.begin()?;
            for id in some {
                let applied = self.rows.apply_absence(resource, id, &told)?;
                self.tally.applied(&resource.table(), applied);
            }
            self.commit()?;
        }
        Ok(())
    }

    /// Asks for one object: what is there is written, what is not becomes a tombstone.
    fn look(&mut self, resource: &'static Resource, id: &str) -> Result<(), Trouble> {
        let Some(asked) = self.single(resource, id) else { return Ok(()) };
        let catalog = self.catalog;
        let read = &mut |body: &[u8]| catalog.object(catalog.get(resource), &page::read_single(resource, body)?);
        match self.ask(resource, &asked, read) {
            Ok((object, when)) => {
                self.store.begin()?;
                self.apply(&[object], when)?;
                self.commit()
            }
            Err(Trouble::Refused(refusal, when)) if refusal.kind == RefusalKind::NotFound => {
                self.bury_sure(resource, &[id.to_owned()], when)
            }
            Err(trouble) => Err(trouble),
        }
    }

    fn single(&self, resource: &Resource, id: &str) -> Option<Request> {
        request::single(resource, self.company, id).filter(|_| can_be_asked_for(resource, id))
    }

    /// Reads a bin: what lies in it is deleted, what has left it is alive again or gone for good.
    pub(super) fn bin(&mut self, bin: Bin, resource: &'static Resource) -> Result<(), Trouble> {
        let read = &mut |body: &[u8]| page::read_bin(body);
        let (ids, when) = self.ask(resource, &request::bin(bin, self.company), read)?;
        let (number, table) = (self.number(resource), resource.table());
        let mut fallen = Vec::new();
        for id in &ids {
            if self.store.is_living(self.account.id, &table, id)? {
                fallen.push(id.clone());
            }
        }
        self.bury_sure(resource, &fallen, when)?;
        let known: HashSet<String> = self.store.binned(self.account.id, number)?.into_iter().collect();
        let ids: HashSet<String> = ids.into_iter().collect();
        self.store.begin()?;
        for id in ids.difference(&known) {
            self.store.set_binned(self.account.id, number, id, true)?;
        }
        self.commit()?;
        // A bin that was emptied is worked off over several runs; whole readings show what came back before.
        for id in known.difference(&ids).take(SETTLED_MAX) {
            self.look(resource, id)?;
            self.store.set_binned(self.account.id, number, id, false)?;
        }
        Ok(())
    }

    /// Looks at rows that two answers of one second left in doubt, and at what notifications name; sends at most so many
    /// requests for it.
    pub(super) fn settle_rows(&mut self, most: usize) -> Result<(), Error> {
        let now_s = self.client.service_now_s();
        let (mut after, mut looked) = (Turn::default(), 0);
        // What failed stands further behind now, and is met there again.
        let mut failed = HashSet::new();
        loop {
            let fetches = self.store.fetches(self.account.id, &after, SETTLED_MAX)?;
            let Some(last) = fetches.last() else { return Ok(()) };
            after = last.turn();
            for fetch in fetches {
                if failed.contains(&(fetch.resource, fetch.id.clone())) {
                    continue;
                }
                let found = self.numbers.iter().find(|(number, _)| *number == fetch.resource);
                let Some(&(_, resource)) = found.filter(|_| fetch.not_before_s <= now_s) else { continue };
                if self.spent.is_some() || self.cancel.is_set() || looked == most {
                    return Ok(());
                }
                let since_s = fetch.not_before_s.saturating_sub(SETTLING_S);
                let done = if !self.rows.lacks_answer(resource, &fetch.id, self.account.id, since_s)? {
                    Ok(true)
                } else if self.single(resource, &fetch.id).is_some() {
                    looked += 1;
                    self.look(resource, &fetch.id).map(|()| true)
                } else {
                    self.settle_by_list(resource, &fetch)
                };
                if matches!(done, Ok(true)) {
                    self.store.end_fetch(self.account.id, fetch.resource, &fetch.id, now_s)?;
                }
                // Where nobody answers at all, the object is not what is broken.
                let is_unreached = matches!(&done, Err(Trouble::Http(error)) if !error.is_about_the_request());
                let is_broken = done.is_err() && !is_unreached;
                self.settle_job(resource, PROBE, done.map(drop))?;
                if is_unreached {
                    return Ok(());
                }
                if is_broken {
                    self.store.fetch_failed(self.account.id, fetch.resource, &fetch.id)?;
                    failed.insert((fetch.resource, fetch.id));
                }
            }
        }
    }

    /// Ends the doubt about a row that cannot be asked for, once its list was read whole since: what that showed is
    /// certain by it, and what it did not show is gone. Returns whether that was so.
    fn settle_by_list(&mut self, resource: &'static Resource, fetch: &Fetch) -> Result<bool, Trouble> {
        let mut when = When { sent_s: i64::MAX, date_s: i64::MAX };
        for pass in passes(resource) {
            let walk = self.store.walk(self.account.id, fetch.resource, pass)?;
            match walk.map(|walk| (walk.began_s, walk.drained_s)) {
                Some((began_s, Some(drained_s))) if began_s >= fetch.not_before_s => {
                    when = When { sent_s: when.sent_s.min(began_s), date_s: when.date_s.min(drained_s) };
                }
                _ => return Ok(false),
            }
        }
        if !self.store.is_living(self.account.id, &resource.table(), &fetch.id)? {
            self.bury_sure(resource, std::slice::from_ref(&fetch.id), when)?;
        }
        Ok(true)
    }
}

/// Returns whether the service has a call for one object of this id. Cashbook entries without an id got one from this
/// program, and are not known by it to the service.
fn can_be_asked_for(resource: &Resource, id: &str) -> bool {
    let is_invented = matches!(resource.list, List::DateRange(_)) && id.contains('#');
    !resource.get.is_empty() && !is_invented
}
