//! Copies what was committed from the WAL into the file, beside the writer.
//!
//! A checkpoint is a good part of the work of writing much. SQLite does it in the commit that makes the WAL long; here a
//! thread with a connection of its own does it while the writer goes on. The WAL begins anew only when all of it has been
//! copied before a transaction begins, so the writer waits for the thread when the WAL has become long.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::Store;
use super::doubts::Doubts;
use super::error::Error;

/// The thread's name.
const THREAD: &str = "checkpoint";
/// Pages in the WAL from which on the writer waits until they are copied: 64 MB.
const WAL_PAGES_MAX: i64 = 4000;
/// Longest that the writer waits. A reader that never ends lets nobody copy what came after it began.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// The thread, and what it shares with the writer. Ends when it is dropped.
pub(super) struct Checkpointer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Something was committed that no checkpoint has seen.
    is_wanted: bool,
    is_running: bool,
    is_ended: bool,
    /// Pages in the WAL when the last checkpoint ended.
    wal_pages: i64,
    error: Option<rusqlite::Error>,
}

impl Store {
    /// Has what is committed copied from the WAL into the file soon, and waits for that where the WAL has become long.
    ///
    /// # Errors
    /// What an earlier copying came to: [`Error::Full`] and the like.
    pub fn checkpoint_soon(&self) -> Result<(), Error> {
        let Some(identity) = self.identity else { return Ok(()) };
        let checkpointer = match self.family.checkpointer.get() {
            Some(checkpointer) => checkpointer,
            // The path names another file by now: the next commit ends the run over it.
            None if super::identity(&self.path) != Some(identity) => return Ok(()),
            None => {
                let begun = self.begin_checkpointer()?;
                self.family.checkpointer.get_or_init(|| begun)
            }
        };
        // A sync that failed was doubted where it did.
        checkpointer.want().map_err(|e| Error::from_sql(&self.path, e))
    }

    fn begin_checkpointer(&self) -> Result<Checkpointer, Error> {
        let conn = Checkpointer::connect(&super::plain(&self.path)).map_err(|e| self.sql(e))?;
        let shared = Arc::new(Shared::default());
        let (theirs, doubts) = (Arc::clone(&shared), Arc::clone(&self.doubts));
        let begun = std::thread::Builder::new().name(THREAD.into()).spawn(move || theirs.serve(&conn, &doubts));
        let thread = begun.map_err(|error| Error::from_io(&self.path, &error))?;
        Ok(Checkpointer { shared, thread: Some(thread) })
    }
}

impl Checkpointer {
    fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        // What it copies, it reads once.
        conn.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -256")?;
        // It is not the last to close the file, and copies nothing then that it would not copy now.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        Ok(conn)
    }

    fn want(&self) -> Result<(), rusqlite::Error> {
        let mut state = self.shared.held();
        // On a busy machine the thread may not have come to what was committed before: nobody knows how long the WAL is.
        let is_behind = state.is_wanted;
        state.is_wanted = true;
        self.shared.changed.notify_all();
        if is_behind || state.wal_pages >= WAL_PAGES_MAX {
            let is_busy = |state: &mut State| (state.is_wanted || state.is_running) && state.error.is_none();
            state = match self.shared.changed.wait_timeout_while(state, WAIT_MAX, is_busy) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        state.error.take().map_or(Ok(()), Err)
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.shared.held().is_ended = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // It has no way to panic, and whoever drops the file has nobody to tell.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, conn: &Connection, doubts: &Doubts) {
        loop {
            let idle = |state: &mut State| !state.is_wanted && !state.is_ended;
            let mut state = self.changed.wait_while(self.held(), idle).unwrap_or_else(PoisonError::into_inner);
            if state.is_ended {
                return;
            }
            (state.is_wanted, state.is_running) = (false, true);
            drop(state);
            let copied = copy(conn, doubts);
            let mut state = self.held();
            state.is_running = false;
            match copied {
                Ok(wal_pages) => state.wal_pages = wal_pages.unwrap_or(state.wal_pages),
                Err(error) => state.error = Some(error),
            }
            drop(state);
            self.changed.notify_all();
        }
    }
}

/// Copies what can be copied, and returns how many pages there are in the WAL; none is copied while it is in doubt.
fn copy(conn: &Connection, doubts: &Doubts) -> Result<Option<i64>, rusqlite::Error> {
    let _turn = doubts.sync_alone();
    if doubts.is_open() {
        return Ok(None);
    }
    // Passive: it waits for nobody, and leaves to the next what a reader still needs.
    let copied: Result<i64, _> = conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1));
    // While another process copies nobody is told how long the WAL is.
    copied.map(|pages| Some(pages).filter(|pages| *pages >= 0)).inspect_err(|error| doubts.raise_if_unsynced(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_committed_comes_into_the_file_and_the_wal_stays_short() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.db");
        let store = Store::open(&path).expect("opens");
        store.conn.execute_batch("CREATE TABLE much (text TEXT)").expect("made");
        let text = "x".repeat(10_000);
        // Three hundred megabytes: five times what the WAL may hold.
        for _ in 0..30 {
            store.begin().expect("begins");
            for _ in 0..1000 {
                store.conn.execute("INSERT INTO much VALUES (?1)", [&text]).expect("written");
            }
            store.commit().expect("commits");
            store.checkpoint_soon().expect("no failure");
        }
        let wal = std::fs::metadata(folder.path().join("x.db-wal")).expect("a WAL").len();
        assert!(wal < 160_000_000, "{wal}");
        drop(store);
        assert!(!folder.path().join("x.db-wal").exists(), "the last to close leaves no WAL");
        let store = Store::open_read_only(&path).expect("opens");
        assert_eq!(store.query_text("SELECT count(*) FROM much").expect("a count"), [["30000"]]);
    }

    #[test]
    fn a_wal_stays_short_also_where_nobody_asks_for_copying() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.db");
        let store = Store::open(&path).expect("opens");
        store.conn.execute_batch("CREATE TABLE much (text TEXT)").expect("made");
        let text = "x".repeat(10_000);
        for _ in 0..16 {
            store.begin().expect("begins");
            for _ in 0..1000 {
                store.conn.execute("INSERT INTO much VALUES (?1)", [&text]).expect("written");
            }
            store.commit().expect("commits");
        }
        assert!(store.wal_bytes() < 120_000_000, "{}", store.wal_bytes());
        assert_eq!(store.query_text("SELECT count(*) FROM much").expect("a count"), [["16000"]]);
    }
}
