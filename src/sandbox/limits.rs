//! Sliding-window rate limits and the counters that tests read. Pure: the caller brings the time.

use std::collections::{BTreeMap, VecDeque};

/// The width of the window in which requests are counted.
const WINDOW_US: u64 = 1_000_000;

/// How many requests any one-second window may hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Over all endpoints; none means unlimited.
    pub global_per_s: Option<u32>,
    /// For each endpoint; none means unlimited.
    pub endpoint_per_s: Option<u32>,
    /// Requests being answered at one time; none means unlimited.
    pub concurrency: Option<u32>,
}

/// What the sandbox counted for one endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointStats {
    /// Requests received, refused ones included.
    pub requests: u64,
    /// Requests answered 429 by the limits.
    pub refused: u64,
    /// The most requests (refused ones included) that any one-second window held.
    pub most_in_1s: u32,
}

/// What the sandbox counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// Over all endpoints.
    pub total: EndpointStats,
    /// By endpoint: `GET /v1/customers`.
    pub endpoints: BTreeMap<String, EndpointStats>,
    /// The most requests being answered at one time.
    pub most_in_flight: u32,
    /// Faults injected.
    pub faults: u64,
}

/// A refusal's reason, as Stripe names it in `Stripe-Rate-Limited-Reason`.
pub type Reason = &'static str;

#[derive(Default)]
struct Window {
    seen: VecDeque<u64>,
    allowed: VecDeque<u64>,
}

impl Window {
    fn arrive(&mut self, now_us: u64) -> u32 {
        for queue in [&mut self.seen, &mut self.allowed] {
            while queue.front().is_some_and(|&t| t + WINDOW_US <= now_us) {
                queue.pop_front();
            }
        }
        self.seen.push_back(now_us);
        u32::try_from(self.seen.len()).unwrap_or(u32::MAX)
    }
    fn full(&self, limit: Option<u32>) -> bool {
        limit.is_some_and(|most| self.allowed.len() >= most as usize)
    }
}

/// The meter of one running sandbox.
#[derive(Default)]
pub(super) struct Meter {
    limits: Limits,
    global: Window,
    endpoints: BTreeMap<String, Window>,
    in_flight: u32,
    stats: Stats,
}

impl Meter {
    pub(super) fn new(limits: Limits) -> Meter {
        Meter { limits, ..Meter::default() }
    }

    /// Counts a request that arrives now and says whether a limit refuses it. Call [`Meter::leave`] after the answer.
    pub(super) fn enter(&mut self, endpoint: &str, now_us: u64) -> Result<(), Reason> {
        self.in_flight += 1;
        self.stats.most_in_flight = self.stats.most_in_flight.max(self.in_flight);
        let own = self.endpoints.entry(endpoint.to_owned()).or_default();
        let in_all = self.global.arrive(now_us);
        let in_own = own.arrive(now_us);
        let verdict = if self.global.full(self.limits.global_per_s) {
            Err("global-rate")
        } else if own.full(self.limits.endpoint_per_s) {
            Err("endpoint-rate")
        } else if self.limits.concurrency.is_some_and(|most| self.in_flight > most) {
            Err("global-concurrency")
        } else {
            self.global.allowed.push_back(now_us);
            own.allowed.push_back(now_us);
            Ok(())
        };
        let row = self.stats.endpoints.entry(endpoint.to_owned()).or_default();
        for (counted, most) in [(&mut self.stats.total, in_all), (row, in_own)] {
            counted.requests += 1;
            counted.refused += u64::from(verdict.is_err());
            counted.most_in_1s = counted.most_in_1s.max(most);
        }
        verdict
    }

    pub(super) fn leave(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    pub(super) fn fault(&mut self) {
        self.stats.faults += 1;
    }

    pub(super) fn stats(&self) -> Stats {
        self.stats.clone()
    }

    pub(super) fn reset(&mut self) {
        self.stats = Stats::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_admits_exactly_its_limit_and_slides() {
        let mut meter = Meter::new(Limits { global_per_s: Some(3), ..Limits::default() });
        let verdicts: Vec<bool> =
            [0, 1, 2, 3, 999_999, 1_000_000, 1_000_001].map(|t| meter.enter("a", t).is_ok()).into();
        assert_eq!(verdicts, [true, true, true, false, false, true, true]);
        assert_eq!(meter.stats().total.refused, 2);
    }

    #[test]
    fn endpoints_are_counted_apart_and_refusals_name_the_level() {
        let mut meter = Meter::new(Limits { global_per_s: Some(4), endpoint_per_s: Some(2), concurrency: None });
        assert!(meter.enter("a", 0).is_ok() && meter.enter("a", 0).is_ok());
        assert_eq!(meter.enter("a", 1), Err("endpoint-rate"));
        assert!(meter.enter("b", 1).is_ok() && meter.enter("b", 1).is_ok());
        assert_eq!(meter.enter("c", 1), Err("global-rate"));
        assert_eq!(meter.stats().endpoints["a"], EndpointStats { requests: 3, refused: 1, most_in_1s: 3 });
    }

    #[test]
    fn too_many_at_once_are_refused() {
        let mut meter = Meter::new(Limits { concurrency: Some(1), ..Limits::default() });
        assert!(meter.enter("a", 0).is_ok());
        assert_eq!(meter.enter("a", 0), Err("global-concurrency"));
        meter.leave();
        meter.leave();
        assert!(meter.enter("a", 0).is_ok());
    }
}
