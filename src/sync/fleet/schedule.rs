//! Whose turn it is. Pure: it is told the time.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::fleet::End;

/// So many accounts of one credential that fail one after the other put the credential, or its service, under suspicion.
const FAILING_IN_A_ROW: u32 = 5;

/// What a worker is to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Read this one, by its number.
    Turn(usize),
    /// Ask again after this time, or when a turn has ended.
    Wait(Duration),
    /// All have had their turns.
    Over,
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It came to an end.
    With(End),
    /// It lasted long enough: it goes on behind all others.
    Cut,
    /// It may go on after this time, when a quota is free.
    Later(Duration),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seat {
    line: usize,
    /// Not before then.
    from: Duration,
}

/// The queue of those that wait, and the books of each credential.
#[derive(Debug)]
pub struct Schedule {
    seats: Vec<Seat>,
    waiting: VecDeque<usize>,
    lines: Vec<Line>,
    in_turn: usize,
}

#[derive(Debug, Clone, Default)]
struct Line {
    /// Turns at a time.
    at_once: usize,
    in_turn: usize,
    failing: u32,
    is_stopped: bool,
}

impl Schedule {
    /// Starts with the accounts in the order given: of each the number of its credential. `at_once` says for each credential how
    /// many of its accounts may have their turn at a time.
    pub fn new(lines_of: &[usize], at_once: &[usize]) -> Schedule {
        Schedule {
            seats: lines_of.iter().map(|line| Seat { line: *line, from: Duration::ZERO }).collect(),
            waiting: (0..lines_of.len()).collect(),
            lines: at_once.iter().map(|at_once| Line { at_once: (*at_once).max(1), ..Line::default() }).collect(),
            in_turn: 0,
        }
    }

    /// Says whose turn it is: whoever waited longest among those that may have one.
    pub fn next(&mut self, now: Duration) -> Next {
        let may = |number: &usize| {
            let seat = self.seats[*number];
            let line = &self.lines[seat.line];
            line.in_turn < line.at_once && seat.from <= now
        };
        if let Some(place) = self.waiting.iter().position(may) {
            let number = self.waiting.remove(place).unwrap_or_default();
            self.lines[self.seats[number].line].in_turn += 1;
            self.in_turn += 1;
            return Next::Turn(number);
        }
        if self.is_over() {
            return Next::Over;
        }
        let later = self.waiting.iter().map(|number| self.seats[*number].from).filter(|from| *from > now).min();
        // Where only turns that end can bring another one, whoever ends it wakes the others.
        Next::Wait(later.map_or(LONG, |from| (from - now).min(LONG)))
    }

    /// Returns whether all have had their turns.
    pub fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.in_turn == 0
    }

    /// Returns whether anybody waits who could have the turn of another.
    pub fn is_crowded(&self, now: Duration) -> bool {
        self.waiting.iter().any(|number| self.seats[*number].from <= now)
    }

    /// Takes the end of a turn; returns whether the credential should be looked at: too many failed one after the other.
    pub fn ended(&mut self, number: usize, ended: &Ended, now: Duration) -> bool {
        let line = &mut self.lines[self.seats[number].line];
        line.in_turn -= 1;
        self.in_turn -= 1;
        match ended {
            Ended::Cut => self.waiting.push_back(number),
            Ended::Later(delay) => {
                self.seats[number].from = now + *delay;
                self.waiting.push_back(number);
            }
            Ended::With(End::Failed(_) | End::Disconnected(_)) => {
                line.failing += 1;
                return line.failing.is_multiple_of(FAILING_IN_A_ROW);
            }
            Ended::With(End::Done | End::Partly(_)) => line.failing = 0,
            Ended::With(End::Unfinished(_)) => {}
        }
        false
    }

    /// Gives up what waits for a credential; returns who that is, in the order in which they waited.
    pub fn stop(&mut self, line: usize) -> Vec<usize> {
        self.lines[line].is_stopped = true;
        let (gone, waiting): (Vec<usize>, Vec<usize>) =
            self.waiting.iter().partition(|number| self.seats[**number].line == line);
        self.waiting = waiting.into();
        gone
    }

    /// Returns whether a credential was given up.
    pub fn is_stopped(&self, line: usize) -> bool {
        self.lines[line].is_stopped
    }

    /// Gives up all that wait; returns who that is.
    pub fn stop_all(&mut self) -> Vec<usize> {
        self.waiting.drain(..).collect()
    }
}

/// How long a worker waits at most before it asks again.
const LONG: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AT: Duration = Duration::from_secs(100);

    fn failed() -> Ended {
        Ended::With(End::Failed("status 500".to_owned()))
    }

    #[test]
    fn whoever_had_a_turn_waits_behind_all_others() {
        let mut schedule = Schedule::new(&[0, 0, 0], &[2]);
        assert_eq!([schedule.next(AT), schedule.next(AT)], [Next::Turn(0), Next::Turn(1)]);
        assert!(matches!(schedule.next(AT), Next::Wait(_)), "two at a time");
        schedule.ended(0, &Ended::Cut, AT);
        assert_eq!(schedule.next(AT), Next::Turn(2));
        schedule.ended(1, &Ended::With(End::Done), AT);
        assert_eq!(schedule.next(AT), Next::Turn(0));
        for number in [2, 0] {
            schedule.ended(number, &Ended::With(End::Done), AT);
        }
        assert_eq!(schedule.next(AT), Next::Over);
    }

    #[test]
    fn one_service_does_not_take_all_the_places_and_a_quota_is_waited_for_aside() {
        let mut schedule = Schedule::new(&[0, 0, 1], &[1, 1]);
        assert_eq!([schedule.next(AT), schedule.next(AT)], [Next::Turn(0), Next::Turn(2)]);
        schedule.ended(0, &Ended::Later(Duration::from_millis(500)), AT);
        assert_eq!(schedule.next(AT), Next::Turn(1));
        schedule.ended(1, &Ended::With(End::Done), AT);
        assert!(!schedule.is_crowded(AT));
        assert_eq!(schedule.next(AT), Next::Wait(Duration::from_millis(500)));
        assert_eq!(schedule.next(AT + Duration::from_millis(500)), Next::Turn(0));
    }

    #[test]
    fn many_failures_in_a_row_ask_for_a_look_and_a_credential_that_is_given_up_takes_its_accounts_along() {
        let mut schedule = Schedule::new(&[0; 12], &[1]);
        let turn = |schedule: &mut Schedule, ended: Ended| match schedule.next(AT) {
            Next::Turn(number) => schedule.ended(number, &ended, AT),
            other => panic!("{other:?}"),
        };
        for _ in 0..4 {
            assert!(!turn(&mut schedule, failed()));
        }
        assert!(!turn(&mut schedule, Ended::With(End::Done)), "the row is broken");
        for _ in 0..4 {
            assert!(!turn(&mut schedule, failed()));
        }
        assert!(turn(&mut schedule, failed()));
        assert_eq!(schedule.stop(0), [10, 11]);
        assert!(schedule.is_stopped(0));
        assert_eq!(schedule.next(AT), Next::Over);
    }

    proptest! {
        #[test]
        fn everybody_comes_to_an_end_and_nobody_is_cut_twice_while_another_waits_for_a_first_turn(
            lines_of in proptest::collection::vec(0..3_usize, 1..40),
            at_once in proptest::array::uniform3(1..4_usize),
            cuts in proptest::collection::vec(0..4_u32, 40),
        ) {
            let mut schedule = Schedule::new(&lines_of, &at_once);
            let (mut cuts, mut begun, mut running) = (cuts, vec![0_u32; lines_of.len()], VecDeque::new());
            let mut done = 0;
            for _ in 0..10_000 {
                match schedule.next(AT) {
                    Next::Turn(number) => {
                        begun[number] += 1;
                        let line = lines_of[number];
                        let unbegun = (0..lines_of.len()).any(|n| lines_of[n] == line && begun[n] == 0);
                        prop_assert!(begun[number] == 1 || !unbegun, "{number} again before all of {line} had one");
                        running.push_back(number);
                        prop_assert!(running.iter().filter(|n| lines_of[**n] == line).count() <= at_once[line]);
                    }
                    Next::Wait(_) => {
                        let number = running.pop_front().expect("somebody is in turn");
                        let ended = if cuts[number] > 0 { Ended::Cut } else { Ended::With(End::Done) };
                        cuts[number] = cuts[number].saturating_sub(1);
                        done += usize::from(ended != Ended::Cut);
                        schedule.ended(number, &ended, AT);
                    }
                    Next::Over => break,
                }
            }
            prop_assert_eq!(done, lines_of.len());
        }
    }
}
