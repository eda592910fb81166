//! How far a command has come that does one thing after the other: a bar on a terminal, a line now and then elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressDrawTarget};

use super::Look;
use super::progress::{Bars, DRAWS_PER_S, HEARTBEAT_EVERY, Screen, Ticker};
use super::units::{clock, counted, grouped};

/// Characters of the bar.
const BAR_WIDTH: u64 = 24;
/// Before this a pace is chance.
const WATCHED_MIN: Duration = Duration::from_secs(2);

/// Counts what is done, and shows it until it is dropped.
pub struct Steps {
    done: Arc<AtomicU64>,
    /// Held for their end, which ends bar and lines.
    _bars: Option<Bars>,
    _heart: Option<Ticker>,
}

impl Steps {
    pub(super) fn new(look: &Look, bars: MultiProgress, noun: &'static str, total: Option<u64>) -> Steps {
        let (began, done) = (Instant::now(), Arc::<AtomicU64>::default());
        let (counted, color) = (Arc::clone(&done), look.color);
        let text = move |color| text(counted.load(Ordering::Relaxed), (noun, total), began.elapsed(), color);
        if look.quiet {
            return Steps { done, _bars: None, _heart: None };
        }
        if io::stderr().is_terminal() && !look.dumb {
            let screen = ProgressDrawTarget::term_like_with_hz(Box::new(Screen::stderr()), DRAWS_PER_S);
            return Steps { done, _bars: Some(Bars::new(bars, move || text(color), screen)), _heart: None };
        }
        let beat = move || {
            // There is nowhere left to tell that stderr is gone.
            let _ = writeln!(io::stderr(), "{}", self::plain(&text(false)));
            HEARTBEAT_EVERY
        };
        Steps { done, _bars: None, _heart: Some(Ticker::start("heartbeat", HEARTBEAT_EVERY, beat)) }
    }

    /// So many more are done.
    pub fn add(&self, count: u64) {
        self.done.fetch_add(count, Ordering::Relaxed);
    }
}

/// Draws how far it has come after this time.
fn text(done: u64, (noun, total): (&str, Option<u64>), time: Duration, color: bool) -> String {
    let mut parts = Vec::new();
    let bar = total.filter(|total| *total > 0).map(|total| {
        let filled = (done.min(total) * BAR_WIDTH / total) as usize;
        let (begun, rest) = ("━".repeat(filled), "─".repeat(BAR_WIDTH as usize - filled));
        if color { format!("\x1b[36m{begun}\x1b[0m\x1b[2m{rest}\x1b[0m ") } else { format!("{begun}{rest} ") }
    });
    parts.push(match total {
        Some(total) => format!("{} of {}", grouped(done), counted(total, noun)),
        None => counted(done, noun),
    });
    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    if time >= WATCHED_MIN && done > 0 {
        let rate = done.saturating_mul(1000) / ms;
        parts.extend((rate > 0).then(|| format!("{}/s", grouped(rate))));
        let left_ms = total.map(|total| total.saturating_sub(done).saturating_mul(ms) / done);
        // Less than a second is over before it is read.
        parts.extend(left_ms.filter(|ms| *ms >= 1000).map(|ms| format!("{} left", clock(Duration::from_millis(ms)))));
    }
    format!("{}  {}{}", clock(time), bar.unwrap_or_default(), parts.join(", "))
}

/// Takes the bar out: a log has no use for it.
fn plain(text: &str) -> String {
    text.replace(['━', '─'], "").replace("   ", "  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_tells_how_far_how_fast_and_how_long_still() {
        let s = Duration::from_secs;
        assert_eq!(text(0, ("event", Some(4)), s(0), false), "0:00  ──────────────────────── 0 of 4 events");
        let half = text(5000, ("event", Some(10_000)), s(10), false);
        assert_eq!(half, "0:10  ━━━━━━━━━━━━──────────── 5,000 of 10,000 events, 500/s, 0:10 left");
        assert_eq!(plain(&half), "0:10  5,000 of 10,000 events, 500/s, 0:10 left");
        assert_eq!(text(7, ("event", None), s(70), false), "1:10  7 events");
        assert!(text(9, ("row", Some(9)), s(9), true).contains("\x1b[36m━"));
    }
}
