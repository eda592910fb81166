//! Ctrl-C and SIGTERM: the first asks everybody to finish the batch in hand, the second ends at once.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use super::exit::{Exit, Failure};
use crate::clock::Clock;
use crate::model::cancel::Cancel;
use crate::ui::Ui;

/// How soon a resting command notices that it should stop.
const NOTICE: Duration = Duration::from_millis(200);

/// Begins to watch for signals.
///
/// # Errors
/// When the system refuses handlers.
pub fn watch() -> Result<Cancel, Failure> {
    let refused = |error: std::io::Error| Failure::failed("signals cannot be watched").because(&error);
    let cancel = Cancel::default();
    // A file-size limit (ulimit -f) must come back as a failed write, not as the end of the process.
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))).map_err(refused)?;
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(refused)?;
    let seen = cancel.clone();
    let wait = move || {
        for signal in signals.forever() {
            if seen.is_set() {
                // The user means it; what is committed is safe.
                std::process::exit(128 + signal);
            }
            seen.set(signal);
        }
    };
    std::thread::Builder::new().name("signals".into()).spawn(wait).map_err(refused)?;
    Ok(cancel)
}

/// Asks at the terminal, and leaves it as it was also where Ctrl-C ends the question: the first signal waits for the answer,
/// the second ends at once.
///
/// # Errors
/// When somebody asked to stop, or the terminal cannot be asked.
pub fn asking<T>(ui: &Ui, ask: impl FnOnce() -> std::io::Result<T>) -> Result<T, Failure> {
    let refused = |error: std::io::Error| Failure::failed("signals cannot be watched").because(&error);
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(refused)?;
    let (handle, told) = (signals.handle(), ui.share());
    let wait = move || {
        let mut first = None;
        for signal in signals.forever() {
            if first.is_some() {
                std::process::exit(128 + signal);
            }
            first = Some(signal);
            // Who reads a line that is not shown reads it to its end.
            told.note("interrupted; Enter ends it");
        }
        first
    };
    let waiting = std::thread::Builder::new().name("signals".into()).spawn(wait).map_err(refused)?;
    let answer = ask();
    handle.close();
    match (waiting.join().ok().flatten(), answer) {
        (Some(signal), _) => Err(Failure::new(Exit::Interrupted(signal), "interrupted; nothing was changed")),
        (None, Ok(answer)) => Ok(answer),
        // The key was seen before the signal that it sends.
        (None, Err(error)) if error.kind() == std::io::ErrorKind::Interrupted => {
            Err(Failure::new(Exit::Interrupted(SIGINT), "interrupted; nothing was changed"))
        }
        (None, Err(error)) => Err(Failure::failed("the terminal cannot be asked").because(&error)),
    }
}

/// Rests until the time is over or somebody asks to stop.
pub fn rest(clock: &dyn Clock, cancel: &Cancel, time: Duration) {
    let until = clock.elapsed() + time;
    while !cancel.is_set() {
        let left = until.saturating_sub(clock.elapsed());
        if left.is_zero() {
            return;
        }
        clock.sleep(left.min(NOTICE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::FakeClock;

    #[test]
    fn a_rest_lasts_as_long_as_told_and_no_longer_than_wanted() {
        let clock = FakeClock::at_ms(0);
        rest(&clock, &Cancel::default(), Duration::from_millis(1100));
        assert_eq!(clock.elapsed(), Duration::from_millis(1100));
        let cancel = Cancel::default();
        cancel.set(SIGTERM);
        rest(&clock, &cancel, Duration::from_secs(9));
        assert_eq!(clock.elapsed(), Duration::from_millis(1100));
    }
}
