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
    /// Whether anybody works them off: Stripe's key does.
    pub are_heard: bool,
}

/// Why, where nothing in particular failed.
const UNFINISHED: &str = "not all of it was read; `stripesync status` names what is left";

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

/// A sync that somebody wished for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wish {
    pub id: String,
    /// Unix seconds, like the other times.
    pub asked_s: i64,
    pub began_s: Option<i64>,
    pub ended_s: Option<i64>,
    /// Why it failed; of several reasons the first.
    pub error: Option<String>,
}

impl Wish {
    /// Returns how it stands in a word.
    pub fn state(&self) -> &'static str {
        match (self.began_s, self.ended_s, &self.error) {
            (None, ..) => "waiting",
            (_, None, _) => "running",
            (.., None) => "done",
            (.., Some(_)) => "failed",
        }
    }
}

#[derive(Debug, Default)]
struct State {
    count: u32,
    /// What is to be worked off, or is at work.
    open: Option<Wish>,
    ended: VecDeque<Wish>,
    told: Told,
}

impl Wishes {
    pub fn new(seed: u32, are_heard: bool) -> Wishes {
        Wishes { seed, state: Mutex::default(), are_heard }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wishes for a sync; returns its id, or that of the one that is wanted or at work.
    pub fn ask(&self, now_s: i64) -> String {
        let mut state = self.state();
        if let Some(open) = &state.open {
            return open.id.clone();
        }
        state.count += 1;
        let id = format!("sync_{:08x}_{}", self.seed, state.count);
        state.open = Some(Wish { id: id.clone(), asked_s: now_s, ..Wish::default() });
        id
    }

    /// Returns a sync, if it is one of the last.
    pub fn find(&self, id: &str) -> Option<Wish> {
        let state = self.state();
        state.open.iter().chain(&state.ended).find(|wish| wish.id == id).cloned()
    }

    /// Begins with what is wanted; false where nothing is.
    pub fn begin(&self, now_s: i64) -> bool {
        match &mut self.state().open {
            Some(open) => {
                open.began_s = Some(now_s);
                true
            }
            None => false,
        }
    }

    /// Something of what is at work failed.
    pub fn because(&self, why: &str) {
        if let Some(open) = self.state().open.as_mut().filter(|open| open.began_s.is_some()) {
            open.error.get_or_insert_with(|| why.to_owned());
        }
    }

    /// A reading of all that the file holds has ended, one that was wished for or another.
    pub fn end(&self, is_done: bool, now_s: i64) {
        let mut state = self.state();
        if let Some(mut ended) = state.open.take_if(|open| open.began_s.is_some()) {
            ended.ended_s = Some(now_s);
            ended.error = match is_done {
                true => None,
                false => Some(ended.error.unwrap_or_else(|| UNFINISHED.to_owned())),
            };
            state.ended.push_back(ended);
        }
        if state.ended.len() > ENDED_MAX {
            state.ended.pop_front();
        }
        match is_done {
            true => (state.told.done, state.told.last_done_s) = (state.told.done + 1, Some(now_s)),
            false => state.told.failed += 1,
        }
    }

    /// A reading of the other service's lists has ended, which nobody can wish for.
    pub fn other_ended(&self, is_done: bool) {
        let told = &mut self.state().told;
        *(if is_done { &mut told.done } else { &mut told.failed }) += 1;
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
        let wishes = Wishes::new(7, true);
        let stands = |id: &str| wishes.find(id).map(|wish| wish.state());
        assert!(!wishes.begin(5));
        wishes.end(true, 10);
        let first = wishes.ask(11);
        assert_eq!((wishes.ask(12), stands(&first)), (first.clone(), Some("waiting")));
        // What was at work before the wish does not fulfil it.
        wishes.because("no such key");
        wishes.end(true, 20);
        assert_eq!(stands(&first), Some("waiting"));
        assert!(wishes.begin(25));
        assert_eq!((wishes.ask(26), stands(&first)), (first.clone(), Some("running")));
        wishes.because("the network");
        wishes.because("and the key");
        wishes.end(false, 30);
        let wanted = Wish {
            id: first.clone(),
            asked_s: 11,
            began_s: Some(25),
            ended_s: Some(30),
            error: Some("the network".to_owned()),
        };
        assert_eq!((wishes.find(&first), wanted.state()), (Some(wanted.clone()), "failed"));
        let second = wishes.ask(31);
        assert!(wishes.begin(32));
        wishes.end(false, 33);
        assert_eq!(wishes.find(&second).and_then(|wish| wish.error).as_deref(), Some(UNFINISHED));
        let third = wishes.ask(34);
        assert!(wishes.begin(35));
        wishes.end(true, 36);
        assert_eq!((stands(&third), stands("sync_x")), (Some("done"), None));
        wishes.other_ended(false);
        wishes.other_ended(true);
        assert_eq!(wishes.told(), Told { done: 4, failed: 3, last_done_s: Some(36) });
    }
}
