//! Turns in the order in which they were asked for. A mutex of the system gives them to whoever is quickest.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Serves whoever waited longest.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    state: Mutex<State>,
    served: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The ticket that is drawn next, and the one whose turn it is.
    next: u64,
    serving: u64,
}

/// A turn. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Turn<'t>(&'t Tickets);

impl Tickets {
    fn held(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn, which lasts until [`Tickets::end`].
    pub fn wait(&self) {
        let mut state = self.held();
        let ticket = state.next;
        state.next += 1;
        drop(self.served.wait_while(state, |state| state.serving != ticket).unwrap_or_else(PoisonError::into_inner));
    }

    /// Ends the turn.
    pub fn end(&self) {
        self.held().serving += 1;
        self.served.notify_all();
    }

    /// Waits for a turn, which lasts as long as what is returned.
    pub fn turn(&self) -> Turn<'_> {
        self.wait();
        Turn(self)
    }

    /// Takes a turn that nobody has, or waits for.
    pub fn turn_now(&self) -> Option<Turn<'_>> {
        let mut state = self.held();
        if state.next != state.serving {
            return None;
        }
        state.next += 1;
        Some(Turn(self))
    }

    /// How many have drawn a ticket so far.
    #[cfg(test)]
    fn drawn(&self) -> u64 {
        self.held().next
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn whoever_waited_longest_is_next() {
        let tickets = Arc::new(Tickets::default());
        let first = tickets.turn_now().expect("nobody has it");
        assert!(tickets.turn_now().is_none());
        let (send, took) = channel();
        let others: Vec<_> = (0..4)
            .map(|number| {
                let (theirs, send) = (Arc::clone(&tickets), send.clone());
                let other = std::thread::spawn(move || {
                    let _turn = theirs.turn();
                    send.send(number).expect("somebody looks");
                });
                // They draw their tickets one after the other.
                while tickets.drawn() < number + 2 {
                    std::thread::yield_now();
                }
                other
            })
            .collect();
        drop(first);
        others.into_iter().for_each(|other| other.join().expect("ends"));
        assert_eq!(took.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert!(tickets.turn_now().is_some());
    }
}
