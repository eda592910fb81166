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
        self.held().begin(Instant::now());
    }

    /// Gives the pen back; returns whether all that was written since the last rest makes a turn that is used up.
    pub fn give_back(&self) -> bool {
        let is_used_up = self.held().end(Instant::now());
        self.tickets.end();
        is_used_up
    }

    /// Has whoever takes the pen next rest first.
    pub fn rest(&self) {
        self.held().rest(Instant::now());
    }

    /// Returns whether whoever takes the pen next rests first.
    #[cfg(test)]
    pub fn is_rest_due(&self) -> bool {
        self.held().rests_until.is_some()
    }
}

impl State {
    fn begin(&mut self, now: Instant) {
        if self.given_back.is_none_or(|at| now.saturating_duration_since(at) >= REST) {
            self.busy = Duration::ZERO;
        }
        self.taken = Some(now);
    }

    /// Returns whether all that was written since the last rest makes a turn that is used up.
    fn end(&mut self, now: Instant) -> bool {
        if let Some(taken) = self.taken.take() {
            self.busy += now.saturating_duration_since(taken);
        }
        self.given_back = Some(now);
        self.busy >= SHARED_TURN_MAX
    }

    fn rest(&mut self, now: Instant) {
        self.busy = Duration::ZERO;
        self.rests_until = Some(now + REST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_short_turns_are_one_that_is_used_up() {
        let (mut state, mut now) = (State::default(), Instant::now());
        let mut turn = |state: &mut State, pause: Duration| {
            now += pause;
            state.begin(now);
            now += Duration::from_millis(5);
            state.end(now)
        };
        let short = Duration::from_millis(29);
        assert_eq!([short; 4].map(|pause| turn(&mut state, pause)), [false, false, false, true]);
        state.rest(Instant::now());
        assert_eq!([short; 4].map(|pause| turn(&mut state, pause)), [false, false, false, true], "it begins anew");
        assert!(!turn(&mut state, REST), "the file was free for as long as a rest");
    }

    #[test]
    fn a_rest_is_rested_once() {
        let pen = Pen::default();
        let began = Instant::now();
        pen.rest();
        assert!(pen.is_rest_due());
        pen.take();
        assert!(began.elapsed() >= REST && !pen.is_rest_due());
        pen.give_back();
    }
}
