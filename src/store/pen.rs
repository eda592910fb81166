//! The right to write, for the connections of one program that write into the same file: one of them at a time has it, and
//! whoever waited longest gets it next. SQLite itself lets them try again and again, and the quickest wins.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::tickets::Tickets;

/// Longest writing without a rest while others have the file open, too: theirs are other processes, or other writers of
/// this one. SQLite's own waiting tries again every 25 ms: a turn that is no longer, and a rest that is no shorter, mean
/// that one of two tries in succession falls into the rest.
pub const SHARED_TURN_MAX: Duration = Duration::from_millis(20);
/// The rest after a turn that was used up.
pub const REST: Duration = Duration::from_millis(30);

/// One pen, and the rests of those who write with it.
#[derive(Debug, Default)]
pub(super) struct Pen {
    tickets: Tickets,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: Option<Instant>,
    given_back: Option<Instant>,
    /// Written since the file was free for as long as a rest.
    busy: Duration,
    rests_until: Option<Instant>,
}

impl Pen {
    fn held(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the pen, and for the end of the rest that is due.
    pub fn take(&self) {
        self.tickets.wait();
        let rests_until = self.held().rests_until.take();
        // Whoever comes now waits behind: this one's turn it is.
        if let Some(until) = rests_until {
            std::thread::sleep(until.saturating_duration_since(Instant::now()));
        }
        let mut state = self.held();
        let now = Instant::now();
        if state.given_back.is_none_or(|at| now.saturating_duration_since(at) >= REST) {
            state.busy = Duration::ZERO;
        }
        state.taken = Some(now);
    }

    /// Gives the pen back; returns whether all that was written since the last rest makes a turn that is used up.
    pub fn give_back(&self) -> bool {
        let mut state = self.held();
        let now = Instant::now();
        if let Some(taken) = state.taken.take() {
            state.busy += now.saturating_duration_since(taken);
        }
        state.given_back = Some(now);
        let is_used_up = state.busy >= SHARED_TURN_MAX;
        drop(state);
        self.tickets.end();
        is_used_up
    }

    /// Has whoever takes the pen next rest first.
    pub fn rest(&self) {
        let mut state = self.held();
        state.busy = Duration::ZERO;
        state.rests_until = Some(Instant::now() + REST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_short_turns_are_one_that_is_used_up_and_a_rest_is_rested_once() {
        let pen = Pen::default();
        let mut used_up = 0;
        for _ in 0..6 {
            pen.take();
            std::thread::sleep(Duration::from_millis(5));
            used_up += u32::from(pen.give_back());
        }
        assert!(used_up >= 1);
        pen.rest();
        let began = Instant::now();
        pen.take();
        assert!(began.elapsed() >= REST - Duration::from_millis(1));
        assert!(!pen.give_back(), "it begins anew");
    }
}
