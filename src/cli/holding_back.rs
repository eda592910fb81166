//! For tests of alerts: events that belong together may come seconds after each other where a machine is slow, and an alert
//! would tell of some of them. Not in release builds.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// Names how many events have to be tried before anybody is told of those that were given up.
const VARIABLE: &str = "STRIPESYNC_TEST_ALERT_AFTER";

static TRIED: AtomicU64 = AtomicU64::new(0);

/// Counts an event, once what it gives cause for is gathered.
pub fn tried() {
    TRIED.fetch_add(1, SeqCst);
}

/// Returns whether what is gathered has to wait.
pub fn is_on() -> bool {
    let wanted = std::env::var(VARIABLE).ok().and_then(|number| number.parse().ok());
    wanted.is_some_and(|wanted: u64| TRIED.load(SeqCst) < wanted)
}
