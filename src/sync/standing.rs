//! How far a list has been read, and what a run does about it. The run asks this, and so does its estimate.

use super::Error;
use crate::model::resource::{Poll, Resource};
use crate::providers::stripe::{self, request};
use crate::store::{Account, Store, WalkRow};

/// Events are listed again from so long before the last one known: they become visible late.
pub(super) const EVENTS_OVERLAP_S: i64 = 600;
/// A list whose state is older than the events reach is read again.
const SLICE_AGE_MAX_S: i64 = stripe::EVENTS_KEPT_S - EVENTS_OVERLAP_S;
/// What is not available is asked for again after a week.
const PROBE_AGAIN_S: i64 = 7 * 24 * 3600;
/// Lists that nothing tells of are asked for what is new after a day.
const DAILY_S: i64 = 24 * 3600;
/// The list of test clocks, without which other lists are not whole in test mode.
pub(super) const TEST_CLOCKS: &str = "test_helpers_test_clocks";

/// What is to be done about one pass of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: it is whole, and events tell of changes, or it was polled lately.
    Rest,
    /// Ask it for what is new.
    Poll(WalkRow),
    /// Go on where it was left.
    GoOn(WalkRow),
    /// Read it from its start.
    Anew,
}

/// One account's lists in the file at one moment.
pub(super) struct Standing<'a> {
    pub store: &'a Store,
    pub account: &'a Account,
    /// When the run begins, by the service's clock.
    pub began_s: i64,
    /// Whether everything is to be read again.
    pub initial: bool,
    pub is_live: bool,
}

impl Standing<'_> {
    /// Returns whether the account lacks this product, and said so within a week.
    pub fn is_absent(&self, number: i64) -> Result<bool, Error> {
        let known = self.store.availability(self.account.id, number)?;
        let is_late =
            |(state, checked_s): (String, i64)| state == "not available" && self.began_s - checked_s < PROBE_AGAIN_S;
        Ok(!self.initial && known.is_some_and(is_late))
    }

    /// Returns when the oldest of the readings began that show a resource whole; nothing while one is missing. `ended` are
    /// walks that have come to their end and are not yet marked so.
    pub fn whole_since_s(&self, number: i64, resource: &Resource, ended: &[i64]) -> Result<Option<i64>, Error> {
        let mut since_s = i64::MAX;
        for pass in plain_passes(resource) {
            match self.store.walk(self.account.id, number, pass)? {
                Some(walk) if walk.drained_s.is_some() || ended.contains(&walk.id) => {
                    since_s = since_s.min(walk.began_s)
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(since_s))
    }

    /// Returns whether the reading of a list has ever begun.
    pub fn is_begun(&self, number: i64, resource: &Resource) -> Result<bool, Error> {
        for pass in plain_passes(resource) {
            if self.store.walk(self.account.id, number, pass)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns for how many days nothing was heard of the account, where that is longer than events are kept.
    pub fn days_unseen(&self) -> Result<Option<i64>, Error> {
        let last_s = match self.account.events_until_s {
            None => self.store.oldest_walk_s(self.account.id)?,
            known => known,
        };
        let unseen_s = last_s.map_or(0, |last_s| self.began_s - last_s);
        Ok(Some(unseen_s / (24 * 3600)).filter(|_| unseen_s > SLICE_AGE_MAX_S))
    }

    /// Returns the passes of a list: the table's, and in test mode the same again for each test clock.
    pub fn passes(&self, resource: &Resource) -> Result<Vec<String>, Error> {
        let plain = plain_passes(resource);
        let mut passes: Vec<String> = plain.iter().map(|pass| (*pass).to_owned()).collect();
        if resource.hides_test_clocks && !self.is_live {
            for clock in self.store.living_ids(self.account.id, &format!("stripe_{TEST_CLOCKS}"))? {
                let clock = format!("test_clock={}", request::encode(&clock));
                passes.extend(plain.iter().map(|p| if p.is_empty() { clock.clone() } else { format!("{p}&{clock}") }));
            }
        }
        Ok(passes)
    }

    /// Decides about one pass; `is_complete` is of the whole list.
    pub fn next(&self, number: i64, resource: &Resource, pass: &str, is_complete: bool) -> Result<Next, Error> {
        let old = self.store.walk(self.account.id, number, pass)?;
        let is_stale = |walk: &WalkRow| {
            let events_end_s = self.account.events_until_s.unwrap_or(walk.began_s);
            events_end_s.max(walk.began_s) < self.began_s - SLICE_AGE_MAX_S
        };
        Ok(match old {
            Some(walk) if walk.drained_s.is_some() && !self.initial && !is_stale(&walk) => {
                if resource.poll != Poll::ByEvent && is_complete && self.is_due(resource, &walk) {
                    Next::Poll(walk)
                } else {
                    Next::Rest
                }
            }
            Some(walk) if walk.drained_s.is_none() && !is_stale(&walk) => Next::GoOn(walk),
            _ => Next::Anew,
        })
    }

    fn is_due(&self, resource: &Resource, walk: &WalkRow) -> bool {
        resource.poll == Poll::EachRun || self.began_s - walk.drained_s.unwrap_or(walk.began_s) >= DAILY_S
    }
}

/// Returns the table's passes of a list; one plain pass where it names none.
pub(super) fn plain_passes(resource: &Resource) -> &'static [&'static str] {
    if resource.passes.is_empty() { &[""] } else { resource.passes }
}
