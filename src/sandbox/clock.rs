//! The sandbox's own time: starts where it is told, may stand still or run, and is pushed by tests.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Instant;

/// The clock that `Date`, event times and the 30-day horizon follow.
pub(super) struct SandboxClock {
    base_ms: AtomicI64,
    skew_s: AtomicI64,
    running: AtomicBool,
    since: Instant,
    is_made_up: bool,
}

impl SandboxClock {
    pub(super) fn new(start_s: i64, running: bool) -> SandboxClock {
        SandboxClock {
            base_ms: AtomicI64::new(start_s * 1000),
            skew_s: AtomicI64::new(0),
            running: AtomicBool::new(running),
            since: Instant::now(),
            is_made_up: start_s == super::START_S,
        }
    }

    /// Whether nobody chose its start, so that it tells nothing of other clocks.
    pub(super) fn is_made_up(&self) -> bool {
        self.is_made_up
    }

    /// The service's seconds, without skew: what objects and events are stamped with.
    pub(super) fn now_s(&self) -> i64 {
        let ran = if self.running.load(Ordering::SeqCst) { self.since.elapsed().as_millis() } else { 0 };
        (self.base_ms.load(Ordering::SeqCst) + i64::try_from(ran).unwrap_or(0)).div_euclid(1000)
    }

    /// The seconds that the `Date` header shows.
    pub(super) fn date_s(&self) -> i64 {
        self.now_s() + self.skew_s.load(Ordering::SeqCst)
    }

    pub(super) fn advance_s(&self, by_s: i64) {
        self.base_ms.fetch_add(by_s * 1000, Ordering::SeqCst);
    }

    pub(super) fn set_skew_s(&self, skew_s: i64) {
        self.skew_s.store(skew_s, Ordering::SeqCst);
    }
}

/// Writes unix seconds as an HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(super) fn http_date(unix_s: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, second) = (unix_s.div_euclid(86_400), unix_s.rem_euclid(86_400));
    // Howard Hinnant's civil-from-days, years starting in March.
    let z = days + 719_468;
    let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    let year = yoe + era * 400 + i64::from(month <= 2);
    let weekday = DAYS[days.rem_euclid(7) as usize];
    let month = MONTHS[(month - 1) as usize];
    format!("{weekday}, {day:02} {month} {year} {:02}:{:02}:{:02} GMT", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_http_wants_them() {
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(1_793_491_200), "Sun, 01 Nov 2026 00:00:00 GMT");
        assert_eq!(http_date(951_782_400), "Tue, 29 Feb 2000 00:00:00 GMT");
    }

    #[test]
    fn a_standing_clock_moves_when_pushed_and_skew_shows_only_in_the_date() {
        let clock = SandboxClock::new(100, false);
        clock.advance_s(5);
        clock.set_skew_s(3600);
        assert_eq!((clock.now_s(), clock.date_s()), (105, 3705));
    }
}
