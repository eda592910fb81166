//! What is kept of companies that nobody here reads. Whoever owns one may have its notifications sent to this address, with
//! good tokens of the service's: they are kept, in case it is to be read later, but they do not fill the file. Nothing is
//! lost with the others: notifications carry ids alone, and the first reading of a company begins after all of them.

use std::collections::HashMap;

/// Companies of one day.
const COMPANIES_MAX: usize = 100;
/// Notifications of one of them in one day.
const EVENTS_MAX: u32 = 1000;
/// Bytes of all of them in one day.
const BYTES_MAX: usize = 32 << 20;
const DAY_S: i64 = 86_400;

/// What was kept of them on one day, by this process.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    day: i64,
    bytes: usize,
    events: HashMap<String, u32>,
}

impl Strangers {
    /// Returns whether a notification of a company that nobody reads is kept, and counts it then.
    pub fn is_kept(&mut self, company_id: &str, bytes: usize, now_s: i64) -> bool {
        let day = now_s.div_euclid(DAY_S);
        if day != self.day {
            *self = Strangers { day, ..Strangers::default() };
        }
        let is_known = self.events.contains_key(company_id);
        if self.bytes + bytes > BYTES_MAX || !is_known && self.events.len() >= COMPANIES_MAX {
            return false;
        }
        let events = self.events.entry(company_id.to_owned()).or_default();
        if *events >= EVENTS_MAX {
            return false;
        }
        *events += 1;
        self.bytes += bytes;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_strangers_has_an_end() {
        let mut strangers = Strangers::default();
        for _ in 0..EVENTS_MAX {
            assert!(strangers.is_kept("1", 10, DAY_S));
        }
        assert!(!strangers.is_kept("1", 10, DAY_S * 2 - 1), "enough of that one");
        for number in 2..=COMPANIES_MAX {
            assert!(strangers.is_kept(&number.to_string(), 10, DAY_S));
        }
        assert!(!strangers.is_kept("another", 10, DAY_S), "enough companies");
        assert!(strangers.is_kept("2", 10, DAY_S));
        assert!(!strangers.is_kept("2", BYTES_MAX, DAY_S), "enough bytes");
        assert!(strangers.is_kept("1", 10, DAY_S * 2), "another day");
    }
}
