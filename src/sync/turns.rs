//! Turns at the file: nobody writes to it for long, and while another process has it open there are pauses between.

use std::time::{Duration, Instant};

use crate::store::{REST as PAUSE, SHARED_TURN_MAX, Store};

/// Longest time that a write transaction stays open while nobody else is there: an index page that many rows touch is
/// written once for all of them. What comes in one piece may go a little beyond.
const TURN_MAX: Duration = Duration::from_millis(250);
/// How long an open transaction waits for more before it is committed: the fewer commits, the fewer pages are written
/// twice.
const IDLE: Duration = Duration::from_millis(50);
/// The same while another process has the file open, or this one writes with several connections in turns.
const SHARED_IDLE: Duration = Duration::from_millis(5);

/// The writer's turns.
pub struct Turns<'a> {
    store: &'a Store,
    turn: Option<(Instant, Duration)>,
}

impl<'a> Turns<'a> {
    /// Begins outside of a transaction.
    pub fn new(store: &'a Store) -> Turns<'a> {
        Turns { store, turn: None }
    }

    /// A transaction has begun.
    pub fn begin(&mut self) {
        self.turn = Some((Instant::now(), self.most()));
    }

    fn most(&self) -> Duration {
        if self.store.has_siblings() || self.store.is_shared() { SHARED_TURN_MAX } else { TURN_MAX }
    }

    /// Returns when the turn began and how long it may last: somebody may have come meanwhile.
    fn turn(&self) -> Option<(Instant, Duration)> {
        self.turn.map(|(since, most)| (since, most.min(self.most())))
    }

    /// Returns whether a transaction is open.
    pub fn is_begun(&self) -> bool {
        self.turn.is_some()
    }

    /// Returns how long an open transaction may wait for more to write; none is open where this is `None`.
    pub fn patience(&self) -> Option<Duration> {
        self.turn().map(|(_, most)| if most == SHARED_TURN_MAX { SHARED_IDLE } else { IDLE })
    }

    /// Returns whether the transaction was open long enough.
    pub fn is_over(&self) -> bool {
        self.turn().is_some_and(|(since, most)| since.elapsed() >= most)
    }

    /// The transaction was committed: where others have the file open the next one begins after a pause, if this turn was
    /// used up. Those that write in turns keep the books together.
    pub fn end(&mut self) {
        let used_up = self.turn().is_some_and(|(since, most)| most == SHARED_TURN_MAX && since.elapsed() >= most);
        self.turn = None;
        if used_up && !self.store.has_siblings() {
            self.store.rest();
        }
    }
}

/// The rests of a writer whose transactions are short, and follow each other for as long as somebody hands it something:
/// without them another writer may find the file taken at each of its tries.
#[derive(Debug, Default)]
pub struct Rests {
    /// How long it wrote since the file was free for long enough.
    busy: Duration,
}

impl Rests {
    /// Nothing was to be written for so long.
    pub fn idle(&mut self, lasted: Duration) {
        if lasted >= PAUSE {
            self.busy = Duration::ZERO;
        }
    }

    /// A transaction lasted so long; returns the rest that is due after it.
    pub fn after(&mut self, lasted: Duration, is_shared: impl FnOnce() -> bool) -> Option<Duration> {
        self.busy += lasted;
        if self.busy < SHARED_TURN_MAX {
            return None;
        }
        self.busy = Duration::ZERO;
        is_shared().then_some(PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_transactions_that_together_last_for_a_turn_are_followed_by_a_rest_where_others_are() {
        let ms = Duration::from_millis;
        let mut rests = Rests::default();
        assert_eq!(rests.after(ms(15), || true), None);
        assert_eq!(rests.after(ms(15), || true), Some(PAUSE));
        assert_eq!(rests.after(ms(15), || true), None, "it begins anew");
        rests.idle(ms(10));
        assert_eq!(rests.after(ms(15), || false), None, "nobody else is there");
        assert_eq!(rests.after(ms(15), || true), None);
        rests.idle(PAUSE);
        assert_eq!(rests.after(ms(15), || true), None, "it rested by itself");
    }

    #[test]
    fn nobody_waits_alone() {
        // A file in memory is nobody else's.
        let store = Store::in_memory().expect("opens");
        let mut turns = Turns::new(&store);
        assert_eq!(turns.patience(), None);
        turns.begin();
        assert!(turns.is_begun() && turns.patience() == Some(IDLE));
        turns.turn = turns.turn.map(|(since, most)| (since - TURN_MAX, most));
        assert!(turns.is_over());
        turns.end();
        assert!(!turns.is_begun() && !store.is_rest_due(), "the next one begins at once");
    }

    #[test]
    fn a_shared_turn_that_was_used_up_is_followed_by_a_pause_and_another_is_not() {
        let store = Store::in_memory().expect("opens");
        let now = Instant::now();
        // One that began in an hour has not lasted at all, however long this takes.
        for (since, wanted) in [(now - SHARED_TURN_MAX, true), (now + Duration::from_secs(3600), false)] {
            let mut turns = Turns::new(&store);
            turns.turn = Some((since, SHARED_TURN_MAX));
            assert_eq!((turns.is_over(), turns.patience()), (wanted, Some(SHARED_IDLE)));
            turns.end();
            assert_eq!(store.is_rest_due(), wanted);
            store.begin().expect("begins");
            store.commit().expect("commits");
        }
    }
}
