//! Break points for the tests that kill the program; not in release builds.

use std::sync::atomic::{AtomicU64, Ordering};

/// Names the commit to die at, counted from 1: `STRIPESYNC_TEST_ABORT=before:7`.
const VARIABLE: &str = "STRIPESYNC_TEST_ABORT";
/// Before the commit: its rows are lost.
pub const BEFORE: &str = "before";
/// After it: its rows are there, and nobody heard of it.
pub const AFTER: &str = "after";

/// Dies as if killed if this is the commit that the test named.
pub fn at_commit(moment: &str) {
    static BEGUN: AtomicU64 = AtomicU64::new(0);
    let number =
        if moment == BEFORE { BEGUN.fetch_add(1, Ordering::Relaxed) + 1 } else { BEGUN.load(Ordering::Relaxed) };
    if std::env::var(VARIABLE).is_ok_and(|wanted| wanted == format!("{moment}:{number}")) {
        std::process::abort();
    }
}
