//! Break points for the tests that kill the program; not in release builds.

use std::sync::atomic::{AtomicU64, Ordering};

/// Names the commit to die at, counted from 1: `STRIPESYNC_TEST_ABORT=before:7`; or a moment of a migration.
const VARIABLE: &str = "STRIPESYNC_TEST_ABORT";
/// Before the commit: its rows are lost.
pub const BEFORE: &str = "before";
/// After it: its rows are there, and nobody heard of it.
pub const AFTER: &str = "after";

/// The new schema is written, and not committed.
pub const MIGRATING: &str = "migrating";
/// The new schema is committed, and nothing else has happened.
pub const MIGRATED: &str = "migrated";

/// Dies as if killed if this is the moment that the test named.
pub fn at(moment: &str) {
    if std::env::var(VARIABLE).is_ok_and(|wanted| wanted == moment) {
        std::process::abort();
    }
}

/// Dies as if killed if this is the commit that the test named.
pub fn at_commit(moment: &str) {
    static BEGUN: AtomicU64 = AtomicU64::new(0);
    let number =
        if moment == BEFORE { BEGUN.fetch_add(1, Ordering::Relaxed) + 1 } else { BEGUN.load(Ordering::Relaxed) };
    at(&format!("{moment}:{number}"));
}
