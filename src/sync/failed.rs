//! What failed in a run: nothing is tried in a circle, and what fails for one object again and again is left alone.

use std::collections::HashSet;

use crate::model::progress::Outcome;

/// Requests for objects of one kind that may fail before the others wait for the next run.
const FAILURES_MAX: usize = 1000;

/// Objects, or lists under parents, that could not be read in this run.
#[derive(Debug, Default)]
pub struct Failed {
    each: HashSet<(i64, String)>,
    blocked: HashSet<i64>,
}

impl Failed {
    /// Notes a failure. What is refused for one is refused for all of its kind.
    pub fn add(&mut self, resource: i64, id: &str, outcome: &Outcome) {
        self.each.insert((resource, id.to_owned()));
        let many = self.each.iter().filter(|(of, _)| *of == resource).count() >= FAILURES_MAX;
        if many || matches!(outcome, Outcome::NotAvailable(_) | Outcome::Forbidden(_) | Outcome::Interrupted) {
            self.blocked.insert(resource);
        }
    }

    /// Returns whether this one failed.
    pub fn has(&self, key: &(i64, String)) -> bool {
        self.each.contains(key)
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
        assert!(!failed.is_blocked(1) && failed.has(&(1, "7".to_owned())) && !failed.has(&(2, "7".to_owned())));
        failed.add(1, "999", &broken);
        failed.add(2, "a", &Outcome::Forbidden("rak_charge_read".to_owned()));
        assert!(failed.is_blocked(1) && failed.is_blocked(2) && !failed.is_blocked(3));
    }
}
