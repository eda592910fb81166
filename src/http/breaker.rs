//! The circuit breaker: stops hammering a service that is down, and ends a run against it in bounded time. Pure.

use std::time::Duration;

/// Failures in a row, across all requests, after which nobody sends any more.
const TRIP: u32 = 6;
/// Pause before the first probe; doubles with each that fails.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// After this many failed probes (1 + 2 + 4 + 8 s) requests end at once instead of waiting for the next.
const PROBES: u32 = 4;
/// Pause between probes from then on.
const LONG_PAUSE: Duration = Duration::from_secs(60);

/// Whether a request may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admit {
    /// Send it, and tell how it went.
    Go,
    /// Ask again after this time.
    Wait(Duration),
    /// The service is down.
    Refuse,
}

/// Counts failures in a row.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
    probes_failed: u32,
    until: Duration,
    is_probing: bool,
}

/// How long others wait for a probe's end before they ask again.
const PROBE_POLL: Duration = Duration::from_millis(100);

impl Breaker {
    /// Tells what [`Breaker::admit`] would say, without beginning a probe.
    pub fn look(&self, now: Duration) -> Admit {
        if self.failures < TRIP || !self.is_probing && now >= self.until {
            Admit::Go
        } else if self.probes_failed >= PROBES {
            Admit::Refuse
        } else {
            Admit::Wait(self.until.saturating_sub(now).max(PROBE_POLL))
        }
    }

    /// Decides for one attempt. After [`Admit::Go`] exactly one of `succeeded`, `failed`, `abandoned` follows.
    pub fn admit(&mut self, now: Duration) -> Admit {
        let admit = self.look(now);
        self.is_probing |= admit == Admit::Go && self.failures >= TRIP;
        admit
    }

    /// The service answered, with whatever status below 500.
    pub fn succeeded(&mut self) {
        *self = Breaker::default();
    }

    /// The service could not be reached, or failed on its side.
    ///
    /// A request that left before the circuit opened may be taken for the probe; that only ends the run a little sooner.
    pub fn failed(&mut self, now: Duration) {
        let was_open = self.failures >= TRIP;
        self.failures = self.failures.saturating_add(1);
        if was_open && self.is_probing {
            self.is_probing = false;
            self.probes_failed = self.probes_failed.saturating_add(1);
        } else if was_open || self.failures < TRIP {
            // Those that left before it opened add nothing: the pause is the probe's to prolong.
            return;
        }
        let pause = if self.probes_failed >= PROBES { LONG_PAUSE } else { FIRST_PAUSE * (1 << self.probes_failed) };
        self.until = now + pause;
    }

    /// The attempt ended without telling anything about the service.
    pub fn abandoned(&mut self) {
        self.is_probing = false;
    }
}
