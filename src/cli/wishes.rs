//! Syncs that somebody wished for while a receiver runs, and how those beside it went.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Of so many it is remembered how they ended.
const ENDED_MAX: usize = 32;

/// The wishes, shared between who has them and who works.
#[derive(Debug)]
pub(super) struct Wishes {
    /// Makes the ids of this process unlike others'.
    seed: u32,
    state: Mutex<State>,
}

/// How the syncs beside a receiver went so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// So many were done.
    pub done: u64,
    /// So many failed.
    pub failed: u64,
    /// When the last that was done ended, unix seconds.
    pub last_done_s: Option<i64>,
}

#[derive(Debug, Default)]
struct State {
    count: u32,
    /// What is to be worked off, or is at work.
    open: Option<(String, bool)>,
    ended: VecDeque<(String, bool)>,
    told: Told,
}

impl Wishes {
    pub fn new(seed: u32) -> Wishes {
        Wishes { seed, state: Mutex::default() }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wishes for a sync; returns its id, or that of the one that is wanted or at work.
    pub fn ask(&self) -> String {
        let mut state = self.state();
        if let Some((id, _)) = &state.open {
            return id.clone();
        }
        state.count += 1;
        let id = format!("sync_{:08x}_{}", self.seed, state.count);
        state.open = Some((id.clone(), false));
        id
    }

    /// Returns how a sync stands.
    pub fn stands(&self, id: &str) -> Option<&'static str> {
        let state = self.state();
        let is_it = |(known, _): &&(String, bool)| known == id;
        let open = state.open.as_ref().filter(is_it).map(|(_, begun)| if *begun { "running" } else { "waiting" });
        open.or_else(|| state.ended.iter().find(is_it).map(|(_, done)| if *done { "done" } else { "failed" }))
    }

    /// Begins with what is wanted; false where nothing is.
    pub fn begin(&self) -> bool {
        match &mut self.state().open {
            Some((_, begun)) => {
                *begun = true;
                true
            }
            None => false,
        }
    }

    /// A reading of all that the file holds has ended, one that was wished for or another.
    pub fn end(&self, is_done: bool, now_s: i64) {
        let mut state = self.state();
        let ended = match state.open.take() {
            Some((id, true)) => Some((id, is_done)),
            waiting => {
                state.open = waiting;
                None
            }
        };
        state.ended.extend(ended);
        if state.ended.len() > ENDED_MAX {
            state.ended.pop_front();
        }
        match is_done {
            true => (state.told.done, state.told.last_done_s) = (state.told.done + 1, Some(now_s)),
            false => state.told.failed += 1,
        }
    }

    /// Returns how they went.
    pub fn told(&self) -> Told {
        self.state().told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sync_at_a_time_has_one_id_and_is_told_of_when_it_has_ended() {
        let wishes = Wishes::new(7);
        assert!(!wishes.begin());
        wishes.end(true, 10);
        let first = wishes.ask();
        assert_eq!((wishes.ask(), wishes.stands(&first)), (first.clone(), Some("waiting")));
        // What was at work before the wish does not fulfil it.
        wishes.end(true, 20);
        assert_eq!(wishes.stands(&first), Some("waiting"));
        assert!(wishes.begin());
        assert_eq!((wishes.ask(), wishes.stands(&first)), (first.clone(), Some("running")));
        wishes.end(false, 30);
        let second = wishes.ask();
        assert_ne!(first, second);
        assert_eq!((wishes.stands(&first), wishes.stands("sync_x")), (Some("failed"), None));
        assert_eq!(wishes.told(), Told { done: 2, failed: 1, last_done_s: Some(20) });
    }
}
