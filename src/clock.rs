//! The only door to time. Everything that waits or asks the hour goes through [`Clock`], so that tests need not sleep.

use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Wall clock, monotonic clock and sleep.
pub trait Clock: Send + Sync {
    /// Milliseconds since the unix epoch by this machine's (possibly wrong) clock.
    fn now_ms(&self) -> i64;
    /// Time since some fixed point; never goes back.
    fn elapsed(&self) -> Duration;
    /// Waits.
    fn sleep(&self, duration: Duration);
}

/// The machine's clock.
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// Starts the monotonic clock at zero.
    pub fn new() -> SystemClock {
        SystemClock { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// A clock that moves only when somebody sleeps or pushes it.
pub struct FakeClock {
    now: Mutex<(i64, Duration)>,
}

impl FakeClock {
    /// Starts at the given unix milliseconds.
    pub fn at_ms(now_ms: i64) -> FakeClock {
        FakeClock { now: Mutex::new((now_ms, Duration::ZERO)) }
    }
}

impl Clock for FakeClock {
    fn now_ms(&self) -> i64 {
        self.now.lock().expect("no panic while held").0
    }
    fn elapsed(&self) -> Duration {
        self.now.lock().expect("no panic while held").1
    }
    fn sleep(&self, duration: Duration) {
        let mut now = self.now.lock().expect("no panic while held");
        now.0 += i64::try_from(duration.as_millis()).unwrap_or(0);
        now.1 += duration;
    }
}
