//! What failed in a run: nothing is tried in a circle, and what fails for one object again and again is left alone.

use std::collections::{HashMap, HashSet};

use crate::model::progress::Outcome;

/// Requests for objects of one kind that may fail before the others wait for the next run. Those have their turn first
/// then: the queue in the file puts what failed behind what did not.
const FAILURES_MAX: usize = 1000;

/// What could not be read in one run.
#[derive(Debug, Default)]
pub struct Failures {
    /// Objects, by their ids.
    pub objects: Failed,
    /// Lists, by their parents' ids.
    pub lists: Failed,
}

/// Objects, or lists under parents, that could not be read in this run.
#[derive(Debug, Default)]
pub struct Failed {
    each: HashSet<(i64, String)>,
    counts: HashMap<i64, usize>,
    blocked: HashSet<i64>,
}

impl Failed {
    /// Notes a failure. What is refused for one is refused for all of its kind.
    pub fn add(&mut self, resource: i64, id: &str, outcome: &Outcome) {
        let count = self.counts.entry(resource).or_default();
        *count += usize::from(self.each.insert((resource, id.to_owned())));
        let is_for_all = matches!(outcome, Outcome::NotAvailable(_) | Outcome::Forbidden(_) | Outcome::Interrupted);
        if *count >= FAILURES_MAX || is_for_all {
            self.blocked.insert(resource);
        }
    }

    /// Returns whether this one failed.
    pub fn has(&self, resource: i64, id: &str) -> bool {
        self.each.contains(&(resource, id.to_owned()))
    }

    /// Returns whether nothing more of this kind is to be asked for.
    pub fn is_blocked(&self, resource: i64) -> bool {
        self.blocked.contains(&resource)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_refusal_or_many_failures_stop_a_kind_and_no_other() {
        let mut failed = Failed::default();
        let broken = Outcome::Failed("500".to_owned());
        (0..999).for_each(|n| failed.add(1, &n.to_string(), &broken));
        failed.add(1, "7", &broken);
        assert!(!failed.is_blocked(1) && failed.has(1, "7") && !failed.has(2, "7"));
        failed.add(1, "999", &broken);
        failed.add(2, "a", &Outcome::Forbidden("rak_charge_read".to_owned()));
        assert!(failed.is_blocked(1) && failed.is_blocked(2) && !failed.is_blocked(3));
    }
}
