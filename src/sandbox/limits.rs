//! Sliding-window rate limits and the counters that tests read. Pure: the caller brings the time.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::service::Whose;

/// The width of the window in which requests are counted.
const WINDOW_US: u64 = 1_000_000;

/// How many requests any one-second window may hold. Each owner of a credential has windows of its own, as on Stripe each
/// account has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Over all endpoints; none means unlimited.
    pub global_per_s: Option<u32>,
    /// For each endpoint; none means unlimited.
    pub endpoint_per_s: Option<u32>,
    /// For each account or company that is asked, whoever asks; none means unlimited.
    pub account_per_s: Option<u32>,
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

/// What the sandbox counted for one account or company.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountStats {
    /// Requests received, refused ones included.
    pub requests: u64,
    /// Requests answered 429 by the limits.
    pub refused: u64,
    /// The most requests (refused ones included) that any one-second window held.
    pub most_in_1s: u32,
    /// The most requests being answered at one time.
    pub most_in_flight: u32,
    /// The number (from 1 since the start) of its first request.
    pub first: u64,
    /// The number of its last request.
    pub last: u64,
}

/// What the sandbox counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// Over all endpoints.
    pub total: EndpointStats,
    /// By endpoint: `GET /v1/customers`.
    pub endpoints: BTreeMap<String, EndpointStats>,
    /// By account: the connected one, else the key's own; companies by their number.
    pub accounts: BTreeMap<String, AccountStats>,
    /// The most requests being answered at one time.
    pub most_in_flight: u32,
    /// Faults injected, and answers that an account's trouble made bad.
    pub faults: u64,
}

/// One request: who was asked for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The account or company.
    pub account: String,
    /// `GET /v1/customers`.
    pub endpoint: String,
    /// When it was received: microseconds by a clock that never goes back.
    pub at_us: u64,
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

/// What one owner of a credential has used.
#[derive(Default)]
struct Owner {
    all: Window,
    endpoints: BTreeMap<String, Window>,
    in_flight: u32,
}

/// What one account was asked.
#[derive(Default)]
struct Account {
    window: Window,
    in_flight: u32,
    /// Since the start, whatever was reset.
    requests: u64,
}

/// The meter of one running sandbox.
#[derive(Default)]
pub(super) struct Meter {
    limits: Limits,
    all: Window,
    endpoints: BTreeMap<String, Window>,
    owners: HashMap<String, Owner>,
    accounts: HashMap<String, Account>,
    in_flight: u32,
    stats: Stats,
    asked: VecDeque<Asked>,
    asked_max: usize,
}

/// What becomes of a request that arrived.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    /// Whether a limit refuses it.
    pub(super) verdict: Result<(), Reason>,
    /// Which of its account's requests it is, from 1 since the start.
    pub(super) nth_of_account: u64,
}

impl Meter {
    pub(super) fn new(limits: Limits, asked_max: usize) -> Meter {
        Meter { limits, asked_max, ..Meter::default() }
    }

    /// Counts the nth request, which arrives now, and says what becomes of it. Call [`Meter::leave`] after the answer.
    pub(super) fn enter(&mut self, endpoint: &str, whose: &Whose, n: u64, now_us: u64) -> Arrival {
        self.tell(endpoint, whose, now_us);
        self.in_flight += 1;
        self.stats.most_in_flight = self.stats.most_in_flight.max(self.in_flight);
        let owner = self.owners.entry(whose.owner.clone()).or_default();
        let own = owner.endpoints.entry(endpoint.to_owned()).or_default();
        let account = self.accounts.entry(whose.account.clone()).or_default();
        owner.in_flight += 1;
        account.in_flight += 1;
        account.requests += 1;
        let in_account = account.window.arrive(now_us);
        owner.all.arrive(now_us);
        own.arrive(now_us);
        let verdict = if owner.all.full(self.limits.global_per_s) || account.window.full(self.limits.account_per_s) {
            Err("global-rate")
        } else if own.full(self.limits.endpoint_per_s) {
            Err("endpoint-rate")
        } else if self.limits.concurrency.is_some_and(|most| owner.in_flight > most) {
            Err("global-concurrency")
        } else {
            for window in [&mut owner.all, own, &mut account.window] {
                window.allowed.push_back(now_us);
            }
            Ok(())
        };
        let in_all = self.all.arrive(now_us);
        let in_endpoint = self.endpoints.entry(endpoint.to_owned()).or_default().arrive(now_us);
        let row = self.stats.endpoints.entry(endpoint.to_owned()).or_default();
        for (counted, most) in [(&mut self.stats.total, in_all), (row, in_endpoint)] {
            counted.requests += 1;
            counted.refused += u64::from(verdict.is_err());
            counted.most_in_1s = counted.most_in_1s.max(most);
        }
        let row = self.stats.accounts.entry(whose.account.clone()).or_default();
        row.requests += 1;
        row.refused += u64::from(verdict.is_err());
        row.most_in_1s = row.most_in_1s.max(in_account);
        row.most_in_flight = row.most_in_flight.max(account.in_flight);
        row.first = if row.first == 0 { n } else { row.first.min(n) };
        row.last = row.last.max(n);
        Arrival { verdict, nth_of_account: account.requests }
    }

    fn tell(&mut self, endpoint: &str, whose: &Whose, at_us: u64) {
        if self.asked_max == 0 {
            return;
        }
        if self.asked.len() >= self.asked_max {
            self.asked.pop_front();
        }
        self.asked.push_back(Asked { account: whose.account.clone(), endpoint: endpoint.to_owned(), at_us });
    }

    pub(super) fn leave(&mut self, whose: &Whose) {
        self.in_flight = self.in_flight.saturating_sub(1);
        let owner = self.owners.get_mut(&whose.owner).map(|owner| &mut owner.in_flight);
        let account = self.accounts.get_mut(&whose.account).map(|account| &mut account.in_flight);
        for in_flight in [owner, account].into_iter().flatten() {
            *in_flight = in_flight.saturating_sub(1);
        }
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.iter().cloned().collect()
    }

    pub(super) fn fault(&mut self) {
        self.stats.faults += 1;
    }

    pub(super) fn stats(&self) -> Stats {
        self.stats.clone()
    }

    pub(super) fn reset(&mut self) {
        self.stats = Stats::default();
        self.asked.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(owner: &str, account: &str) -> Whose {
        Whose { owner: owner.to_owned(), account: account.to_owned() }
    }

    fn enter(meter: &mut Meter, endpoint: &str, account: &str, now_us: u64) -> Result<(), Reason> {
        meter.enter(endpoint, &of("me", account), 1, now_us).verdict
    }

    #[test]
    fn a_window_admits_exactly_its_limit_and_slides() {
        let mut meter = Meter::new(Limits { global_per_s: Some(3), ..Limits::default() }, 0);
        let verdicts: Vec<bool> =
            [0, 1, 2, 3, 999_999, 1_000_000, 1_000_001].map(|t| enter(&mut meter, "a", "me", t).is_ok()).into();
        assert_eq!(verdicts, [true, true, true, false, false, true, true]);
        assert_eq!(meter.stats().total.refused, 2);
    }

    #[test]
    fn endpoints_are_counted_apart_and_refusals_name_the_level() {
        let limits = Limits { global_per_s: Some(4), endpoint_per_s: Some(2), ..Limits::default() };
        let mut meter = Meter::new(limits, 0);
        let mut at = |endpoint: &str, now_us: u64| enter(&mut meter, endpoint, "me", now_us);
        assert!(at("a", 0).is_ok() && at("a", 0).is_ok());
        assert_eq!(at("a", 1), Err("endpoint-rate"));
        assert!(at("b", 1).is_ok() && at("b", 1).is_ok());
        assert_eq!(at("c", 1), Err("global-rate"));
        assert_eq!(meter.stats().endpoints["a"], EndpointStats { requests: 3, refused: 1, most_in_1s: 3 });
    }

    #[test]
    fn too_many_at_once_are_refused() {
        let mut meter = Meter::new(Limits { concurrency: Some(1), ..Limits::default() }, 0);
        assert!(enter(&mut meter, "a", "me", 0).is_ok());
        assert_eq!(enter(&mut meter, "a", "me", 0), Err("global-concurrency"));
        assert!(meter.enter("a", &of("another", "x"), 1, 0).verdict.is_ok());
        for who in [of("me", "me"), of("me", "me"), of("another", "x")] {
            meter.leave(&who);
        }
        assert!(enter(&mut meter, "a", "me", 0).is_ok());
        assert_eq!((meter.stats().most_in_flight, meter.stats().accounts["me"].most_in_flight), (3, 2));
    }

    #[test]
    fn each_account_has_a_limit_and_counters_of_its_own() {
        let mut meter = Meter::new(Limits { account_per_s: Some(2), ..Limits::default() }, 3);
        let said: Vec<bool> = ["a", "a", "b", "a", "b", "b"].map(|it| enter(&mut meter, "x", it, 5).is_ok()).into();
        assert_eq!(said, [true, true, true, false, true, false]);
        let told = meter.stats().accounts;
        let wanted =
            |requests, refused| AccountStats { requests, refused, most_in_1s: 3, most_in_flight: 3, first: 1, last: 1 };
        assert_eq!((&told["a"], &told["b"]), (&wanted(3, 1), &wanted(3, 1)));
        assert_eq!(meter.asked().iter().map(|it| it.account.as_str()).collect::<String>(), "abb");
        meter.reset();
        let after = meter.enter("x", &of("me", "a"), 9, 2_000_000);
        assert_eq!(after, Arrival { verdict: Ok(()), nth_of_account: 4 });
        assert_eq!((meter.stats().accounts["a"].first, meter.asked().len()), (9, 1));
    }

    #[test]
    fn owners_do_not_take_from_one_another() {
        let limits = Limits { global_per_s: Some(1), endpoint_per_s: Some(1), ..Limits::default() };
        let mut meter = Meter::new(limits, 0);
        let mut at = |owner: &str| meter.enter("x", &of(owner, "same"), 1, 0).verdict.is_ok();
        assert_eq!([at("one"), at("one"), at("two"), at("two")], [true, false, true, false]);
    }
}
