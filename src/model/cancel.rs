//! A wish to stop, shared between threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Instant;

/// Zero while running; the signal's number once somebody asked to stop.
#[derive(Clone, Default, Debug)]
pub struct Cancel {
    asked: Arc<AtomicI32>,
    turn: Option<Arc<Turn>>,
}

/// A turn that ends when it has lasted long enough and others wait for theirs.
#[derive(Debug)]
struct Turn {
    all: Cancel,
    until: Instant,
    others_wait: Arc<AtomicBool>,
    /// Once it is over it stays so, whoever waits by then.
    is_over: AtomicBool,
}

impl Turn {
    fn is_over(&self) -> bool {
        if self.is_over.load(Ordering::Relaxed) {
            return true;
        }
        let is_over = self.others_wait.load(Ordering::Relaxed) && Instant::now() >= self.until;
        if is_over {
            self.is_over.store(true, Ordering::Relaxed);
        }
        is_over || self.all.is_set()
    }
}

impl Cancel {
    /// Asks everybody to stop, saying which signal did.
    pub fn set(&self, signal: i32) {
        self.asked.store(signal, Ordering::SeqCst);
    }
    /// Returns whether to stop.
    pub fn is_set(&self) -> bool {
        self.asked.load(Ordering::SeqCst) != 0 || self.turn.as_ref().is_some_and(|turn| turn.is_over())
    }
    /// Returns the signal that asked, if any. A turn that is over has none.
    pub fn signal(&self) -> Option<i32> {
        let own = Some(self.asked.load(Ordering::SeqCst)).filter(|s| *s != 0);
        own.or_else(|| self.turn.as_ref().and_then(|turn| turn.all.signal()))
    }
    /// Returns a wish to stop that also comes when `until` is past and `others_wait`.
    pub fn for_turn(&self, until: Instant, others_wait: &Arc<AtomicBool>) -> Cancel {
        let turn =
            Turn { all: self.clone(), until, others_wait: Arc::clone(others_wait), is_over: AtomicBool::new(false) };
        Cancel { asked: Arc::default(), turn: Some(Arc::new(turn)) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_turn_ends_with_all_or_when_it_is_over_and_others_wait() {
        let (all, others_wait) = (Cancel::default(), Arc::new(AtomicBool::new(false)));
        let now = Instant::now();
        let (short, long) =
            (all.for_turn(now, &others_wait), all.for_turn(now + Duration::from_secs(60), &others_wait));
        assert!(!short.is_set(), "nobody else wants it");
        others_wait.store(true, Ordering::Relaxed);
        assert!(short.is_set() && !long.is_set() && !all.is_set());
        others_wait.store(false, Ordering::Relaxed);
        assert!(short.is_set(), "what is over stays over");
        assert_eq!(short.signal(), None);
        all.set(15);
        assert!(long.is_set());
        assert_eq!((long.signal(), short.signal()), (Some(15), Some(15)));
    }
}
