//! What a receiver queued meanwhile. One run at a time asks the services for one file, and a run over many accounts may last
//! for hours: so that nothing waits for its end, the run itself works off what is queued, an account at a time, beside the
//! turns.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::{Fleet, LOOK, held};
use crate::model::fleet::Member;
use crate::model::progress::Outcome;
use crate::store::Store;

/// How often it is looked what is queued.
const EVERY: Duration = Duration::from_secs(2);
/// How long what is queued for one account may take; the rest is for later.
const ERRAND: Duration = Duration::from_secs(10);

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

    /// Works off what is queued, as long as there are turns. An account that fails is left to its own turn.
    pub(super) fn errands(&self, store: &Store) {
        let mut failed = HashSet::new();
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
            for member in queued {
                let is_left = failed.contains(&member.row) || held(&self.schedule).is_stopped(member.line);
                // Who has a turn now works its own queue off at the end of it, or is looked at again.
                let Some(_seat) = (!is_left).then(|| self.free_seat(member.row)).flatten() else { continue };
                if !self.is_under_way() {
                    return;
                }
                if !self.errand(store, &member) {
                    failed.insert(member.row);
                }
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
