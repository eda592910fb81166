//! Whether what stands in the WAL of a file may never come onto the disk.
//!
//! After a sync that failed the system takes what it was for as written, whether it is or not, and a later sync says
//! nothing of it. Linux since 4.13 tells each descriptor once (fsync(2)), others tell whoever asked first: therefore all of
//! this process that sync the same WAL tell each other. It could be the receiver's own sync, or one that SQLite makes before
//! it copies.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rusqlite::ffi::{SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_FSYNC};

use super::tickets::{Tickets, Turn};

/// A file's device and inode, and what is doubted of its WAL.
type Known = ((u64, u64), Weak<Doubts>);

/// The files that this process has open.
static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

/// What all connections of this process to one file know of its WAL.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// How often something failed.
    arisen: AtomicU64,
    /// How many of these are over: the WAL was written again.
    settled: AtomicU64,
    syncing: Tickets,
}

/// Tells the transactions before a doubt from those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WalMark(u64);

impl Doubts {
    /// Returns those about a file; a file in memory has none. What stands in a WAL that is found may have been written by a
    /// process whose sync failed, and which did not live to write it again.
    pub fn of(identity: Option<(u64, u64)>, wal: &Path) -> Arc<Doubts> {
        let Some(identity) = identity else { return Arc::default() };
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(_, doubts)| doubts.strong_count() > 0);
        let found = known.iter().find(|(it, _)| *it == identity).and_then(|(_, doubts)| doubts.upgrade());
        found.unwrap_or_else(|| {
            let doubts = Arc::new(Doubts::default());
            if std::fs::metadata(wal).is_ok_and(|wal| wal.len() > 0) {
                doubts.raise();
            }
            known.push((identity, Arc::downgrade(&doubts)));
            doubts
        })
    }

    /// Something failed: what was written and not synced by now may be lost.
    pub fn raise(&self) {
        self.arisen.fetch_add(1, Ordering::SeqCst);
    }

    /// Something failed in SQLite; what it has read or not written is its own affair.
    pub fn raise_if_unsynced(&self, error: &rusqlite::Error) {
        let code = error.sqlite_error().map(|error| error.extended_code);
        if code.is_some_and(|code| [SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC].contains(&code)) {
            self.raise();
        }
    }

    /// Returns the mark of what is written from now on.
    pub fn mark(&self) -> WalMark {
        WalMark(self.arisen.load(Ordering::SeqCst))
    }

    /// Returns whether nothing failed since.
    pub fn holds(&self, mark: WalMark) -> bool {
        self.mark() == mark
    }

    /// Returns whether something failed that is not settled: until then nothing is to be written that is to last, and
    /// nothing to be copied from the WAL.
    pub fn is_open(&self) -> bool {
        self.settled.load(Ordering::SeqCst) < self.arisen.load(Ordering::SeqCst)
    }

    /// The WAL was written again after this mark was taken; a doubt that came up meanwhile is another one.
    pub fn settle(&self, mark: WalMark) {
        self.settled.fetch_max(mark.0, Ordering::SeqCst);
    }

    /// Waits for the turn to sync the WAL, or to copy from it, which syncs it first: were two at it at once, the one that
    /// succeeds would not know of the one that fails.
    pub fn sync_alone(&self) -> Turn<'_> {
        self.syncing.turn()
    }

    /// The same where nobody else is at it, or waits for it.
    pub fn sync_alone_now(&self) -> Option<Turn<'_>> {
        self.syncing.turn_now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_sync_that_failed_nothing_counts_as_durable_that_was_written_before() {
        let doubts = Doubts::default();
        let first = doubts.mark();
        assert!(doubts.holds(first) && !doubts.is_open());
        doubts.raise();
        let second = doubts.mark();
        assert!(!doubts.holds(first) && doubts.holds(second) && doubts.is_open());
        doubts.raise();
        doubts.settle(second);
        assert!(doubts.is_open(), "what came up while the WAL was written is not over");
        doubts.settle(doubts.mark());
        doubts.settle(second);
        assert!(!doubts.is_open(), "what is late takes nothing back");
        assert!(!doubts.holds(first) && !doubts.holds(second), "what was begun before is not trusted again");
    }

    #[test]
    fn all_who_have_a_file_open_know_the_same_and_the_next_file_at_its_place_begins_anew() {
        // No file has such an inode.
        let (one, other) = (Some((u64::MAX, 1)), Some((u64::MAX, 2)));
        let none = Path::new("/nowhere/x.db-wal");
        let (mine, yours, theirs) = (Doubts::of(one, none), Doubts::of(one, none), Doubts::of(other, none));
        mine.raise();
        assert!(yours.is_open() && !theirs.is_open() && !Doubts::of(None, none).is_open());
        drop((mine, yours));
        assert!(!Doubts::of(one, none).is_open());
        let wal = tempfile::NamedTempFile::new().expect("a file");
        assert!(!Doubts::of(one, wal.path()).is_open(), "an empty one holds nothing");
        std::fs::write(wal.path(), "frames").expect("written");
        assert!(Doubts::of(one, wal.path()).is_open(), "nobody knows who wrote it, and what came of that");
    }
}
