//! Connections that belong together: those with which one run of the program writes into one file, each for a thread of its
//! own. They take turns with one pen, and share what there is one of.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rusqlite::{Connection, OpenFlags};

use super::checkpoint::Checkpointer;
use super::error::Error;
use super::others::{Here, Watch};
use super::pen::Pen;
use super::{Store, identity, plain, waiting};

/// What the connections share.
#[derive(Default)]
pub(super) struct Family {
    /// Ends before the last connection: that one merges what the WAL still holds.
    pub checkpointer: OnceLock<Checkpointer>,
    pub watch: OnceLock<Watch>,
    /// Known to this process's other writers; not of who only reads.
    pub here: OnceLock<Here>,
    pub pen: Pen,
    /// How often an account was written.
    pub accounts_written: AtomicU64,
    /// Connections beside the first.
    siblings: AtomicUsize,
}

impl Store {
    /// Opens a further connection for writing, for another thread: it is as this one is, and the two write in turns. It
    /// keeps `cache_kib` KiB of the file in memory.
    ///
    /// # Errors
    /// [`Error::Gone`] where the path names another file by now; SQLite's.
    pub fn sibling(&self, cache_kib: u32) -> Result<Store, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if self.identity.is_none() || identity(&self.path) != self.identity {
            return Err(Error::Gone { path: self.path.clone() });
        }
        let conn = Connection::open_with_flags(plain(&self.path), flags).map_err(|e| self.sql(e))?;
        let mut store = Store::around(conn, &self.path);
        store.family = Arc::clone(&self.family);
        store.lock.clone_from(&self.lock);
        store.is_sibling = true;
        waiting::patient(&mut store.conn).map_err(|e| store.sql(e))?;
        store.configure(cache_kib)?;
        self.family.siblings.fetch_add(1, Ordering::Relaxed);
        #[cfg(debug_assertions)]
        store.watch_commits()?;
        Ok(store)
    }

    /// Returns whether others write with this one in turns.
    pub fn has_siblings(&self) -> bool {
        self.family.siblings.load(Ordering::Relaxed) > 0
    }

    pub(super) fn take_pen(&self) {
        if !self.has_pen.replace(true) {
            #[cfg(debug_assertions)]
            self.may_commit.store(true, Ordering::Relaxed);
            self.family.pen.take();
        }
    }

    pub(super) fn give_pen_back(&self) {
        if self.has_pen.replace(false) {
            #[cfg(debug_assertions)]
            self.may_commit.store(false, Ordering::Relaxed);
            let is_used_up = self.family.pen.give_back();
            // Who writes alone rests by what it knows of its own work.
            if is_used_up && self.has_siblings() && self.is_shared() {
                self.family.pen.rest();
            }
        }
    }

    /// Has the next transaction begin after a rest, in which others find the file free.
    pub fn rest(&self) {
        self.family.pen.rest();
    }

    /// Returns whether the next transaction begins after a rest.
    #[cfg(test)]
    pub fn is_rest_due(&self) -> bool {
        self.family.pen.is_rest_due()
    }

    pub(super) fn left_family(&self) {
        self.give_pen_back();
        if self.is_sibling {
            self.family.siblings.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Looks that siblings write nothing without the pen: they would wait for each other by chance.
    #[cfg(debug_assertions)]
    fn watch_commits(&mut self) -> Result<(), Error> {
        let (may, family) = (Arc::clone(&self.may_commit), Arc::downgrade(&self.family));
        let is_stray = move || {
            let has_siblings = family.upgrade().is_some_and(|it| it.siblings.load(Ordering::Relaxed) > 0);
            if has_siblings && !may.load(Ordering::Relaxed) {
                eprintln!("a write outside of any transaction while others write in turns: {}", trace());
                std::process::abort();
            }
            false
        };
        self.conn.commit_hook(Some(is_stray)).map_err(|e| self.sql(e))
    }
}

#[cfg(debug_assertions)]
fn trace() -> std::backtrace::Backtrace {
    std::backtrace::Backtrace::force_capture()
}
