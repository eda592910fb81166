//! The three limits of a company: 300 calls in five minutes, a fixed hour, a fixed month.

use std::collections::VecDeque;

const WINDOW_S: i64 = 300;
const HOUR_S: i64 = 3_600;
/// Months are taken as 30 days here: what matters is that a refusal asks for days.
const MONTH_S: i64 = 30 * 86_400;

/// How much is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// In any five minutes.
    pub five_minutes: usize,
    /// In an hour of the clock.
    pub hour: u64,
    /// In a month.
    pub month: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { five_minutes: 300, hour: 1_000, month: 40_000 }
    }
}

/// What was used so far.
#[derive(Debug, Default)]
pub struct Usage {
    recent: VecDeque<i64>,
    hour: (i64, u64),
    month: (i64, u64),
}

/// A spent limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// 403 for quotas, 429 for the short window.
    pub status: u16,
    /// Seconds until it is worth another try.
    pub retry_after_s: i64,
}

impl Usage {
    /// Counts a call, or says which limit forbids it; refused calls do not count.
    pub fn take(&mut self, limits: Limits, now_s: i64) -> Result<(), Spent> {
        for (used, length_s) in [(&mut self.hour, HOUR_S), (&mut self.month, MONTH_S)] {
            let window = now_s.div_euclid(length_s);
            if used.0 != window {
                *used = (window, 0);
            }
        }
        while self.recent.front().is_some_and(|at_s| *at_s <= now_s - WINDOW_S) {
            self.recent.pop_front();
        }
        let left_of = |length_s: i64| length_s - now_s.rem_euclid(length_s);
        if self.month.1 >= limits.month {
            return Err(Spent { status: 403, retry_after_s: left_of(MONTH_S) });
        }
        if self.hour.1 >= limits.hour {
            return Err(Spent { status: 403, retry_after_s: left_of(HOUR_S) });
        }
        if self.recent.len() >= limits.five_minutes {
            let oldest_s = self.recent.front().copied().unwrap_or(now_s);
            return Err(Spent { status: 429, retry_after_s: (oldest_s + WINDOW_S - now_s).max(1) });
        }
        self.recent.push_back(now_s);
        self.hour.1 += 1;
        self.month.1 += 1;
        Ok(())
    }

    /// Returns the `RateLimit-*` headers of a successful answer.
    pub fn headers(&self, limits: Limits) -> Vec<(String, String)> {
        let pairs = [
            ("RateLimit-HourlyRemaining", limits.hour.saturating_sub(self.hour.1)),
            ("RateLimit-HourlyLimit", limits.hour),
            ("RateLimit-MonthlyRemaining", limits.month.saturating_sub(self.month.1)),
            ("RateLimit-MonthlyLimit", limits.month),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect()
    }
}
