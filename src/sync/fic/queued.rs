//! Fetching what notifications name, and nothing else. They carry ids alone, so that many of one object cost one request.

use std::collections::HashMap;

use super::Pull;
use super::decide::{Job, passes};
use crate::model::resource::{List, Resource};
use crate::providers::fic::request::PER_PAGE;
use crate::sync::Error;

/// Objects asked for one by one in one run; what is left waits for the next.
const SINGLES_MAX: usize = 40;

impl Pull<'_> {
    /// Works off what is queued: a list whole where that costs less than its objects one by one.
    pub(super) fn queued(&mut self) -> Result<(), Error> {
        let waiting: HashMap<i64, u64> = self.store.waiting_fetches(self.account.id)?.into_iter().collect();
        for index in 0..self.numbers.len() {
            let (number, resource) = self.numbers[index];
            let Some(&count) = waiting.get(&number) else { continue };
            if self.pages(number, resource)?.is_some_and(|pages| pages < count) {
                for pass in passes(resource) {
                    self.perform(Job::Scan, resource, pass)?;
                }
                self.tell_end(resource);
            }
        }
        self.settle_rows(SINGLES_MAX)
    }

    /// Returns how many requests a list takes that was read whole before; none for one that was not, or has no pages.
    fn pages(&self, number: i64, resource: &Resource) -> Result<Option<u64>, Error> {
        if !matches!(resource.list, List::Pages(_)) {
            return Ok(None);
        }
        let mut pages = 0;
        for pass in passes(resource) {
            let Some(total) = self.store.list_state(self.account.id, number, pass)?.total else { return Ok(None) };
            pages += total.unsigned_abs().div_ceil(u64::from(PER_PAGE)).max(1);
        }
        Ok(Some(pages))
    }
}
