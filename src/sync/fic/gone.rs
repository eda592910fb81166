//! Finding what is gone, and what came back.

use std::collections::HashSet;

use super::ask::{Trouble, When};
use super::{PROBE, Pull};
use crate::model::resource::Resource;
use crate::providers::fic::page;
use crate::providers::fic::refusal::RefusalKind;
use crate::providers::fic::request::{self, Bin};
use crate::sync::Error;

/// More absent rows than this are confirmed by reading the list's ids again instead of one by one.
const SINGLES_MAX: usize = 20;
/// Rows in doubt that are looked at in one run.
const SETTLED_MAX: usize = 20;
/// Pages of one sweep; ten million rows.
const SWEEP_PAGES_MAX: u32 = 100_000;
/// Rows buried in one transaction.
const BURIED_TOGETHER: usize = 200;

impl Pull<'_> {
    /// Returns the living rows that a whole reading did not show. `fence` is when the reading began, where an earlier
    /// run has done a part of it: rows known to have held after that were shown.
    pub(super) fn absent(
        &self,
        resource: &Resource,
        equal: Option<(&str, &str)>,
        from: Option<(&str, &str)>,
        seen: &HashSet<String>,
        fence: Option<i64>,
    ) -> Result<Vec<String>, Trouble> {
        let living = self.store.living(self.account.id, self.number(resource), &resource.table(), equal, from)?;
        let is_old = |until_s: i64| fence.is_none_or(|fence| until_s < fence);
        Ok(living.into_iter().filter(|r| !seen.contains(&r.id) && is_old(r.until_s)).map(|r| r.id).collect())
    }

    /// Makes tombstones of absent rows, each only after a second opinion where the service can give one.
    pub(super) fn bury(
        &mut self,
        resource: &'static Resource,
        pass: &'static str,
        absent: Vec<String>,
        last: When,
    ) -> Result<(), Trouble> {
        let (asked, sure): (Vec<_>, Vec<_>) =
            absent.into_iter().partition(|id| !resource.get.is_empty() && !is_invented(id));
        self.bury_sure(resource, &sure, last)?;
        if asked.len() <= SINGLES_MAX || request::id_page(resource, self.company, pass, 1).is_none() {
            for id in asked {
                self.look(resource, &id)?;
            }
            return Ok(());
        }
        let (shown, when) = self.sweep(resource, pass)?;
        let gone: Vec<String> = asked.into_iter().filter(|id| !shown.contains(id)).collect();
        self.bury_sure(resource, &gone, when)
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
        let Some(asked) = request::single(resource, self.company, id) else { return Ok(()) };
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

    /// Reads the ids of a list.
    fn sweep(&mut self, resource: &'static Resource, pass: &'static str) -> Result<(HashSet<String>, When), Trouble> {
        let mut ids = HashSet::new();
        for number in 1..=SWEEP_PAGES_MAX {
            let Some(asked) = request::id_page(resource, self.company, pass, number) else { break };
            let shown = self.ask_list(resource, pass, asked)?;
            ids.extend(shown.objects.into_iter().map(|object| object.row.id));
            if number >= shown.last_page {
                return Ok((ids, shown.when));
            }
        }
        Err(Trouble::Endless(format!("its ids do not end within {SWEEP_PAGES_MAX} pages")))
    }

    /// Reads a bin: what lies in it is deleted, what has left it is alive again or gone for good.
    pub(super) fn bin(&mut self, bin: Bin, resource: &'static Resource) -> Result<(), Trouble> {
        let read = &mut |body: &[u8]| page::read_bin(body);
        let (ids, when) = self.ask(resource, &request::bin(bin, self.company), read)?;
        let number = self.number(resource);
        let living = self.absent(resource, None, None, &HashSet::new(), None)?;
        let living: HashSet<String> = living.into_iter().collect();
        let fallen: Vec<String> = ids.iter().filter(|id| living.contains(*id)).cloned().collect();
        self.bury_sure(resource, &fallen, when)?;
        let known: HashSet<String> = self.store.binned(self.account.id, number)?.into_iter().collect();
        let ids: HashSet<String> = ids.into_iter().collect();
        self.store.begin()?;
        for id in ids.difference(&known) {
            self.store.set_binned(self.account.id, number, id, true)?;
        }
        self.commit()?;
        for id in known.difference(&ids) {
            self.look(resource, id)?;
            self.store.set_binned(self.account.id, number, id, false)?;
        }
        Ok(())
    }

    /// Looks at rows that two answers of one second left in doubt.
    pub(super) fn settle_rows(&mut self) -> Result<(), Error> {
        let now_s = self.client.service_now_s();
        for fetch in self.store.fetches(self.account.id, (0, ""), SETTLED_MAX)? {
            let found = self.numbers.iter().find(|(number, _)| *number == fetch.resource);
            let Some(&(_, resource)) = found.filter(|_| fetch.not_before_s <= now_s) else { continue };
            if self.spent.is_some() || self.cancel.is_set() {
                break;
            }
            let done = self.look(resource, &fetch.id);
            if done.is_ok() {
                self.store.end_fetch(self.account.id, fetch.resource, &fetch.id, now_s)?;
            }
            self.settle_job(resource, PROBE, done)?;
        }
        Ok(())
    }
}

/// Returns whether an id was made by this program for a cashbook entry without one.
fn is_invented(id: &str) -> bool {
    id.contains('#')
}
