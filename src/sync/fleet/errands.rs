//! What a receiver queued meanwhile. One run at a time asks the services for one file, and a run over many accounts may last
//! for hours: so that nothing waits for its end, the run itself works off what is queued, an account at a time, beside the
//! turns.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::{Error, Fleet, LOOK, held};
use crate::http::Error as HttpError;
use crate::model::fleet::Member;
use crate::model::progress::Outcome;
use crate::store::Store;

/// How often it is looked what is queued.
const EVERY: Duration = Duration::from_secs(2);
/// How long what is queued for one account may take; the rest is for later.
const ERRAND: Duration = Duration::from_secs(10);
/// Accounts until it is looked again who waits longest.
const AT_A_LOOK: usize = 200;
/// How soon an account is tried again that failed; twice as late after each failure, up to the second.
const AGAIN: Duration = Duration::from_secs(120);
const AGAIN_MAX: Duration = Duration::from_secs(1800);

/// An account that failed.
struct Later {
    at: Instant,
    pause: Duration,
}

/// Whose errands have to wait: others' are run meanwhile.
#[derive(Default)]
struct Waiting(HashMap<i64, Later>);

impl Waiting {
    fn is_due(&self, row: i64, now: Instant) -> bool {
        self.0.get(&row).is_none_or(|later| later.at <= now)
    }

    fn ended(&mut self, row: i64, is_well: bool, now: Instant) {
        let before = self.0.remove(&row);
        if !is_well {
            let pause = before.map_or(AGAIN, |it| (it.pause * 2).min(AGAIN_MAX));
            self.0.insert(row, Later { at: now + pause, pause });
        }
    }
}

/// An account's row, kept from being asked for twice at a time.
pub(super) struct Seat<'a> {
    fleet: &'a Fleet<'a>,
    row: i64,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        held(&self.fleet.seats).remove(&self.row);
        self.fleet.left.notify_all();
    }
}

impl Fleet<'_> {
    /// Waits until nobody else asks for an account, and takes its seat. Errands are short.
    pub(super) fn seat(&self, row: i64) -> Seat<'_> {
        let mut seats = held(&self.seats);
        while !seats.insert(row) {
            seats = self.left.wait(seats).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        Seat { fleet: self, row }
    }

    fn free_seat(&self, row: i64) -> Option<Seat<'_>> {
        let is_free = held(&self.seats).insert(row);
        // Made only where it is free: one that is dropped frees it.
        is_free.then(|| Seat { fleet: self, row })
    }

    /// Works off what is queued, as long as there are turns. An account that fails is left alone for a while, or to its own
    /// turn.
    pub(super) fn errands(&self, store: &Store) {
        let mut waiting = Waiting::default();
        while self.rested(EVERY) {
            // Where nobody else has the file open, nobody queues anything.
            if !store.is_shared() {
                continue;
            }
            let queued = match self.pull.queued(store) {
                Ok(queued) => queued,
                Err(error) => {
                    tracing::debug!("it cannot be looked what is queued: {error}");
                    continue;
                }
            };
            let now = Instant::now();
            let is_open =
                |member: &&Member| waiting.is_due(member.row, now) && !held(&self.schedule).is_stopped(member.line);
            for member in queued.iter().filter(is_open).take(AT_A_LOOK).collect::<Vec<_>>() {
                // Who has a turn now works its own queue off at the end of it, or is looked at again.
                let Some(_seat) = self.free_seat(member.row) else { continue };
                if !self.is_under_way() {
                    return;
                }
                let is_well = self.errand(store, member);
                waiting.ended(member.row, is_well, Instant::now());
            }
        }
    }

    /// Works off what is queued for one account; returns whether that went well.
    fn errand(&self, store: &Store, member: &Member) -> bool {
        let others_wait = Arc::new(AtomicBool::new(true));
        let cancel = self.cancel.for_turn(Instant::now() + ERRAND, &others_wait);
        let done = catch_unwind(AssertUnwindSafe(|| self.pull.work_off(store, member, &cancel)));
        store.rollback();
        let summary = match done {
            Ok(Ok(summary)) => summary,
            // Its time was over: what is left waits behind the others.
            Ok(Err(Error::Http(HttpError::Interrupted))) => return true,
            Ok(Err(error)) => {
                tracing::info!(account = member.remote_id, "what is queued waits for its turn: {error}");
                return false;
            }
            Err(_) => return false,
        };
        held(&self.report).other_requests += summary.requests;
        !summary.reports.iter().any(|report| matches!(report.outcome, Outcome::Failed(_)))
    }

    fn is_under_way(&self) -> bool {
        !self.cancel.is_set() && !held(&self.schedule).is_over()
    }

    /// Rests; returns whether there is somebody left whose turn it is.
    fn rested(&self, pause: Duration) -> bool {
        let until = Instant::now() + pause;
        while self.is_under_way() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(LOOK));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_waits_ever_longer_and_is_never_given_up() {
        let (mut waiting, mut now) = (Waiting::default(), Instant::now());
        let mut pauses = Vec::new();
        for _ in 0..6 {
            waiting.ended(7, false, now);
            let until = (0..).find(|s| waiting.is_due(7, now + Duration::from_secs(*s))).expect("some day");
            pauses.push(until);
            now += Duration::from_secs(until);
        }
        assert_eq!(pauses, [120, 240, 480, 960, 1800, 1800]);
        assert!(waiting.is_due(8, now), "others do not wait");
        waiting.ended(7, true, now);
        waiting.ended(7, false, now);
        assert!(
            !waiting.is_due(7, now + Duration::from_secs(119)) && waiting.is_due(7, now + Duration::from_secs(120))
        );
    }
}
