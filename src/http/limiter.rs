//! The governor: decides when a request may leave. Pure: it is told the time and answers with a wait, it never sleeps.
//!
//! Two levels, the account and the endpoint, are each paced evenly; longer windows (per five minutes, hour, month) are
//! counted. Invariant: no window of a second, wherever it is laid, holds more than the permitted number of departures,
//! and that stays true at the service when the network shifts them by up to 10 ms.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// Pacing is this much slower than permitted; the room is spent on [`TOLERANCE`] and on 10 ms of network jitter.
/// 3 % of a second = 20 ms + 10 ms.
const SLOWER_PERCENT: u64 = 3;
/// How late a departure may be and still be caught up. Also the whole burst after an idle time.
const TOLERANCE: Duration = Duration::from_millis(20);
/// Speed of an unthrottled level.
const FULL: u64 = 1000;
/// A throttled level is never slower than this part of its rate.
const SLOWEST: u64 = 50;
/// Added to the speed after each [`QUIET`] without a 429.
const RECOVERY: u64 = 100;
const QUIET: Duration = Duration::from_secs(2);
/// Several 429s within this time are one: the requests in flight left before the halving.
const ONE_BLOW: Duration = Duration::from_secs(1);
/// A window is counted in this many parts; it is stricter than told by one of them.
const PARTS: u32 = 60;
/// Longest nap of one that waits for a pace: a level may recover, and whoever oversleeps its turn holds up those behind.
const LONGEST_NAP: Duration = Duration::from_millis(50);
/// Asked again after this when nothing tells when room will be: all in flight, or an earlier ticket is waking up.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// What a service permits, and how much of it to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Requests per second of the whole account.
    pub per_s: u32,
    /// Requests per second of one endpoint, where the service limits that.
    pub endpoint_per_s: Option<u32>,
    /// The part of every limit to use.
    pub share_percent: u32,
    /// Requests on their way at a time.
    pub max_in_flight: usize,
    /// Longer limits.
    pub windows: Vec<Window>,
}

impl Limits {
    /// Limits with the default share (80 %) and number in flight (32), without longer windows.
    pub fn new(per_s: u32, endpoint_per_s: Option<u32>) -> Limits {
        Limits { per_s, endpoint_per_s, share_percent: 80, max_in_flight: 32, windows: Vec::new() }
    }
}

/// A limit over a longer sliding time, with what is already used of it, so that quotas survive restarts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Requests permitted within `per`.
    pub limit: u32,
    /// The window's length.
    pub per: Duration,
    /// Requests already sent, in any order.
    pub used: Vec<Used>,
}

/// Requests sent some time ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// How long ago the last of them left.
    pub age: Duration,
    /// How many.
    pub requests: u32,
}

/// Which level a 429 speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The whole account.
    Account,
    /// One endpoint.
    Endpoint,
}

/// Whether a request may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// It has left: it is counted, and [`Governor::done`] must follow.
    Go,
    /// Ask again after this time.
    For(Duration),
    /// A longer window is full for this time.
    Full(Duration),
}

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(u64);

/// Decides when requests may leave.
#[derive(Debug)]
pub struct Governor {
    account: Pace,
    endpoint_rate: Option<u64>,
    endpoints: HashMap<&'static str, Pace>,
    windows: Vec<Counter>,
    queue: VecDeque<(Ticket, &'static str)>,
    next_ticket: u64,
    in_flight: usize,
    max_in_flight: usize,
}

impl Governor {
    /// Starts with everything permitted, less what the windows say is used.
    pub fn new(limits: &Limits, now: Duration) -> Governor {
        let shared = |limit: u32| (u64::from(limit) * u64::from(limits.share_percent.clamp(1, 100)) / 100).max(1);
        Governor {
            account: Pace::new(shared(limits.per_s), now),
            endpoint_rate: limits.endpoint_per_s.map(shared),
            endpoints: HashMap::new(),
            windows: limits.windows.iter().map(|w| Counter::new(w, shared(w.limit), now)).collect(),
            queue: VecDeque::new(),
            next_ticket: 0,
            in_flight: 0,
            max_in_flight: limits.max_in_flight.max(1),
        }
    }

    /// Takes a place at the end of the queue.
    pub fn enter(&mut self, endpoint: &'static str) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        self.queue.push_back((ticket, endpoint));
        ticket
    }

    /// Gives a place in the queue back without leaving.
    pub fn give_up(&mut self, ticket: Ticket) {
        self.queue.retain(|(t, _)| *t != ticket);
    }

    /// Lets the ticket's request leave, or says when to ask again.
    ///
    /// First come, first served; but whoever waits for a slow endpoint lets the others pass.
    pub fn take(&mut self, now: Duration, ticket: Ticket) -> Wait {
        let Some(place) = self.queue.iter().position(|(t, _)| *t == ticket) else {
            return Wait::For(LOOK_AGAIN);
        };
        let endpoint = self.queue[place].1;
        self.account.recover(now);
        let mut full = Duration::ZERO;
        for window in &mut self.windows {
            full = full.max(window.wait(now));
        }
        if !full.is_zero() {
            return Wait::Full(full);
        }
        if self.in_flight >= self.max_in_flight {
            return Wait::For(LOOK_AGAIN);
        }
        let wait = self.pace_wait(now, place, endpoint);
        if !wait.is_zero() {
            return Wait::For(wait);
        }
        self.leave(now, place, endpoint);
        Wait::Go
    }

    /// Returns how long the request at this place has to wait for the two paces and for those before it.
    fn pace_wait(&mut self, now: Duration, place: usize, endpoint: &'static str) -> Duration {
        let own = self.endpoint_pace(endpoint, now).map(|pace| {
            pace.recover(now);
            (pace.next, pace.interval())
        });
        let ready = |e: &&'static str| self.endpoints.get(*e).is_none_or(|pace| pace.next <= now);
        let before: Vec<&'static str> = self.queue.iter().take(place).map(|(_, e)| *e).collect();
        let ahead = u32::try_from(before.iter().filter(|e| ready(e)).count()).unwrap_or(u32::MAX);
        let same = u32::try_from(before.iter().filter(|e| **e == endpoint).count()).unwrap_or(u32::MAX);

        let account_at = self.account.next + self.account.interval().saturating_mul(ahead);
        let endpoint_at = own.map_or(Duration::ZERO, |(next, interval)| next + interval.saturating_mul(same));
        let wait = account_at.max(endpoint_at).saturating_sub(now);
        let is_first = ahead == 0 && (own.is_none() || same == 0);
        if is_first { wait.min(LONGEST_NAP) } else { wait.clamp(LOOK_AGAIN, LONGEST_NAP) }
    }

    fn leave(&mut self, now: Duration, place: usize, endpoint: &'static str) {
        self.queue.remove(place);
        self.in_flight += 1;
        self.account.depart(now);
        if let Some(pace) = self.endpoint_pace(endpoint, now) {
            pace.depart(now);
        }
        for window in &mut self.windows {
            window.count(now);
        }
    }

    fn endpoint_pace(&mut self, endpoint: &'static str, now: Duration) -> Option<&mut Pace> {
        let rate = self.endpoint_rate?;
        Some(self.endpoints.entry(endpoint).or_insert_with(|| Pace::new(rate, now)))
    }

    /// Ends a request that left.
    pub fn done(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Halves a level's speed after a 429, and lets nothing leave there for the time that the service told.
    /// Without a limit per endpoint it is always the account's.
    pub fn throttle(&mut self, now: Duration, endpoint: &'static str, level: Level, told: Duration) {
        let pace = match (level, self.endpoint_rate) {
            (Level::Endpoint, Some(rate)) => self.endpoints.entry(endpoint).or_insert_with(|| Pace::new(rate, now)),
            _ => &mut self.account,
        };
        pace.halve(now);
        pace.next = pace.next.max(now + told);
    }

    /// Returns the windows with what has left since the last [`Governor::kept`], to be added to what is kept for the next
    /// [`Governor::new`]: others may have added theirs meanwhile.
    pub fn unkept(&mut self, now: Duration) -> Vec<Window> {
        self.windows.iter_mut().map(|w| w.unkept(now)).collect()
    }

    /// Notes that all of these are kept.
    pub fn kept(&mut self, windows: &[Window]) {
        for (own, kept) in self.windows.iter_mut().zip(windows) {
            own.unkept = own.unkept.saturating_sub(kept.used.iter().map(|used| used.requests).sum());
        }
    }
}

/// Evenly spaced departures. A late one is caught up by at most [`TOLERANCE`].
#[derive(Debug)]
struct Pace {
    interval_ns: u64,
    /// The next departure is not before this.
    next: Duration,
    speed: u64,
    changed: Duration,
}

impl Pace {
    fn new(per_s: u64, now: Duration) -> Pace {
        let interval_ns = (1_000_000_000 * (100 + SLOWER_PERCENT)).div_ceil(100 * per_s);
        Pace { interval_ns, next: now, speed: FULL, changed: now }
    }

    fn interval(&self) -> Duration {
        Duration::from_nanos(self.interval_ns * FULL / self.speed)
    }

    fn depart(&mut self, now: Duration) {
        self.next = self.next.max(now.saturating_sub(TOLERANCE)) + self.interval();
    }

    fn halve(&mut self, now: Duration) {
        if self.speed == FULL || now.saturating_sub(self.changed) >= ONE_BLOW {
            self.speed = (self.speed / 2).max(SLOWEST);
            self.changed = now;
            self.next = self.next.max(now) + self.interval();
        }
    }

    fn recover(&mut self, now: Duration) {
        while self.speed < FULL && now.saturating_sub(self.changed) >= QUIET {
            self.speed = (self.speed + RECOVERY).min(FULL);
            self.changed += QUIET;
        }
    }
}

/// Counts departures of a sliding window in [`PARTS`] parts.
#[derive(Debug)]
struct Counter {
    told: u32,
    permitted: u64,
    per: Duration,
    /// When each part stops counting, oldest first, with its departures. (Their own times may lie before the clock's zero.)
    parts: VecDeque<(Duration, u32)>,
    total: u64,
    /// How many of the newest departures nobody has kept yet.
    unkept: u32,
}

impl Counter {
    fn new(window: &Window, permitted: u64, now: Duration) -> Counter {
        let mut used: Vec<Used> = window.used.iter().copied().filter(|u| u.age < window.per).collect();
        used.sort_by_key(|u| std::cmp::Reverse(u.age));
        let parts = used.iter().map(|u| (now + (window.per - u.age), u.requests)).collect();
        let total = used.iter().map(|u| u64::from(u.requests)).sum();
        Counter { told: window.limit, permitted, per: window.per, parts, total, unkept: 0 }
    }

    fn forget(&mut self, now: Duration) {
        while let Some((until, requests)) = self.parts.front().copied()
            && until <= now
        {
            self.total -= u64::from(requests);
            self.parts.pop_front();
        }
    }

    fn wait(&mut self, now: Duration) -> Duration {
        self.forget(now);
        match self.parts.front() {
            Some((until, _)) if self.total >= self.permitted => *until - now,
            _ => Duration::ZERO,
        }
    }

    fn count(&mut self, now: Duration) {
        self.total += 1;
        self.unkept += 1;
        match self.parts.back_mut() {
            Some((until, requests)) if now + self.per <= *until => *requests += 1,
            _ => self.parts.push_back((now + self.per + self.per / PARTS, 1)),
        }
    }

    fn unkept(&mut self, now: Duration) -> Window {
        self.forget(now);
        let mut left = self.unkept;
        let newest_first = self.parts.iter().rev().map_while(|(until, requests)| {
            let requests = left.min(*requests);
            left -= requests;
            (requests > 0).then(|| Used { age: (now + self.per).saturating_sub(*until), requests })
        });
        let used = newest_first.collect();
        // What has fallen out of the window meanwhile needs no keeping.
        self.unkept -= left;
        Window { limit: self.told, per: self.per, used }
    }
}
