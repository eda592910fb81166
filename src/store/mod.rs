//! The file. The only place that knows rusqlite and SQL.
//!
//! One connection writes, for one thread. Rows and the cursor that claims them are always written between the same `begin` and
//! `commit`; what is to outlive a power cut waits for [`WalSync`] besides.

mod account_lines;
mod account_marks;
mod account_removal;
mod account_tables;
mod accounts;
mod apply;
#[cfg(debug_assertions)]
mod breaking;
mod checkpoint;
mod children;
mod clocks;
mod companies;
mod doubts;
mod effects;
mod error;
mod events;
mod family;
mod gaps;
mod lock;
mod log_report;
mod logs;
mod members;
mod metrics;
mod migrate;
mod offline;
mod others;
mod pen;
mod presence;
mod prune;
mod quota;
mod rehearsal;
mod removed;
mod report;
mod reread;
mod settle;
mod statements;
mod subscriptions;
mod tickets;
mod todo;
mod unmade;
mod waiting;
mod wal_sync;
mod walks;

use std::cell::{Cell, RefCell};
use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
#[cfg(debug_assertions)]
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use doubts::Doubts;
use family::Family;
use others::Here;

pub use account_marks::{AccountEvent, Mark};
pub use account_removal::HeldIn;
pub use account_tables::AccountTables;
pub use accounts::{Account, KnownAccount, NAMELESS, NewAccount, Opened};
pub use apply::{Applied, Observed, Rows, SETTLING_S, Source, Told};
pub use children::splice_children;
pub use clocks::ClockSeen;
pub use doubts::WalMark;
pub use effects::{BILLING_PERIODS, EffectTable, EffectValue, SUBSCRIPTION_CHANGES};
pub use error::Error;
pub use events::{Arrival, Ended, Event, FROM_LIST, Logged, Lost, Waiting, object_of};
pub use lock::Lock;
pub use logs::LogEntry;
pub use members::{Readable, TurnEnd};
pub use pen::{REST, SHARED_TURN_MAX};
pub use presence::{ListState, Living};
pub use prune::{OldEvent, OldEvents};
pub use subscriptions::{Mirrored, MirroredHook, MirroredSubscription};
pub use todo::{Fanout, Fetch, LISTED_AFTER_S, Turn, Whose};
pub use waiting::stop_waiting_for;
pub use wal_sync::WalSync;
pub use walks::{SliceRow, WalkRow};

/// What a writer keeps of the file in memory, KiB: that must not grow with the account.
const CACHE_KIB: u32 = 16_000;
/// A WAL so long is copied from by the commit that made it so.
const WAL_BYTES_LONG: u64 = 96 << 20;

/// An open, migrated database.
pub struct Store {
    /// What it shares with the connections that write in turns with this one. Ends before the connection.
    family: Arc<Family>,
    is_sibling: bool,
    /// Whether it is this one's turn.
    has_pen: Cell<bool>,
    /// The same, for who looks that nobody writes out of turn.
    #[cfg(debug_assertions)]
    may_commit: Arc<AtomicBool>,
    conn: Connection,
    path: PathBuf,
    /// Device and inode of the open file; none of one in memory.
    identity: Option<(u64, u64)>,
    wal: PathBuf,
    /// The same of its WAL, once something was written.
    wal_identity: Cell<Option<(u64, u64)>>,
    doubts: Arc<Doubts>,
    /// Of the transaction that was begun last.
    mark: Cell<WalMark>,
    /// What keeps other syncs out, where this one writes.
    lock: RefCell<Option<Arc<Lock>>>,
    /// Where this process made the file: with which schema.
    made_schema: Option<i64>,
}

impl Store {
    /// Opens the file for writing, creating it with mode 0600 where it is not there.
    ///
    /// # Errors
    /// Any of [`Error`]; the file is left as it was.
    pub fn open(path: &Path) -> Result<Store, Error> {
        check_place(path)?;
        let is_new = create_private(path)?;
        let made = identity(path).filter(|_| is_new);
        let opened = Store::open_at(path, is_new);
        if opened.is_err() && made.is_some() {
            unmade::take_away_unmade(path, made);
        }
        opened
    }

    fn open_at(path: &Path, is_new: bool) -> Result<Store, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(plain(path), flags).map_err(|error| Error::from_sql(path, error))?;
        let mut store = Store::around(conn, path);
        // Before anything is set: a file that is not ours, or newer, must stay as it is to the byte.
        waiting::patient(&mut store.conn).map_err(|e| store.sql(e))?;
        if migrate::version(&store.conn, path)? == 0 {
            // A page of 16 kB holds an object of 5 kB without overflow pages: 1.7 times the insert rate. It takes effect
            // only while the file is empty. The empty tables are 10 MB, which a WAL would have written twice.
            store.conn.execute_batch("PRAGMA page_size = 16384").map_err(|e| store.sql(e))?;
            migrate::migrate(&store.conn, path)?;
        }
        store.configure(CACHE_KIB)?;
        migrate::migrate(&store.conn, path)?;
        if let Some(identity) = store.identity {
            store.family.here.get_or_init(|| Here::enter(identity));
        }
        if is_new {
            store.made_schema = Some(unmade::made_schema(&store.conn).map_err(|e| store.sql(e))?);
        }
        Ok(store)
    }

    /// Opens an existing file for reading.
    ///
    /// # Errors
    /// As [`Store::open`]; a file that is not there is [`Error::ReadOnly`] with the system's words.
    pub fn open_read_only(path: &Path) -> Result<Store, Error> {
        check_place(path)?;
        // Readers of a WAL make files beside the database that only who may write takes away again. Where there is a WAL
        // already, others are at work or were killed: it is left as it is.
        let place = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let is_at_rest = !beside(&place, "-wal").exists();
        let mode = if is_at_rest { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
        match Store::read_at(path, plain(path).as_os_str(), mode) {
            // Readers of a WAL share a file beside it, and make it where it is missing: not where nobody may write.
            // Without a WAL there is nothing to share as long as nobody writes, and here nobody can.
            Err(Error::ReadOnly { .. }) if path.exists() => {
                let wal = beside(path, "-wal");
                if std::fs::metadata(&wal).is_ok_and(|wal| wal.len() > 0) {
                    return Err(Error::Unmerged { path: path.to_owned(), wal });
                }
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                Store::read_at(path, &immutable_uri(path), flags)
            }
            opened => opened,
        }
    }

    fn read_at(path: &Path, name: &OsStr, flags: OpenFlags) -> Result<Store, Error> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(name, flags).map_err(|error| Error::from_sql(path, error))?;
        let mut store = Store::around(conn, path);
        waiting::patient(&mut store.conn).map_err(|e| store.sql(e))?;
        // A damaged page that still looks like one would be counted wrong without a word.
        store.conn.execute_batch("PRAGMA query_only = ON; PRAGMA cell_size_check = ON").map_err(|e| store.sql(e))?;
        migrate::check(&store.conn, path)?;
        Ok(store)
    }

    /// Opens an existing file for writes that are all given up in the end ([`Store::rollback`]): it stays as it is, to the
    /// byte.
    ///
    /// # Errors
    /// As [`Store::open_read_only`].
    pub fn open_to_rehearse(path: &Path) -> Result<Store, Error> {
        check_place(path)?;
        let place = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let has_wal = beside(&place, "-wal").exists();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(plain(path), flags).map_err(|error| Error::from_sql(path, error))?;
        let mut store = Store::around(conn, path);
        waiting::patient(&mut store.conn).map_err(|e| store.sql(e))?;
        migrate::check(&store.conn, path)?;
        // Nothing of a transaction that is given up may reach the file, and what others left beside it is theirs.
        store
            .conn
            .execute_batch(
                "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;
                 PRAGMA cache_spill = OFF; PRAGMA wal_autocheckpoint = 0",
            )
            .and_then(|()| store.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, has_wal).map(drop))
            .map_err(|e| store.sql(e))?;
        Ok(store)
    }

    /// Opens an empty database in memory, for tests and benches, and to rehearse in where there is no file yet.
    ///
    /// # Errors
    /// When SQLite refuses, which it has no reason to.
    pub fn in_memory() -> Result<Store, Error> {
        // Made once and copied: hundreds of tests want one.
        static EMPTY: Mutex<Option<Connection>> = Mutex::new(None);
        let path = PathBuf::from(":memory:");
        let sql = |error| Error::from_sql(&path, error);
        let mut empty = EMPTY.lock().unwrap_or_else(PoisonError::into_inner);
        if empty.is_none() {
            let first = Connection::open_in_memory().map_err(sql)?;
            migrate::migrate(&first, &path)?;
            *empty = Some(first);
        }
        let mut conn = Connection::open_in_memory().map_err(sql)?;
        if let Some(empty) = empty.as_ref() {
            let copy = Backup::new(empty, &mut conn).map_err(sql)?;
            copy.step(-1).map_err(sql)?;
        }
        let mut store = Store::around(conn, &path);
        store.identity = None;
        Ok(store)
    }

    fn around(conn: Connection, path: &Path) -> Store {
        let identity = identity(path);
        // A link and its file have one WAL.
        let wal = beside(&std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()), "-wal");
        Store {
            family: Arc::default(),
            is_sibling: false,
            has_pen: Cell::new(false),
            #[cfg(debug_assertions)]
            may_commit: Arc::default(),
            conn,
            path: path.to_owned(),
            identity,
            doubts: Doubts::of(identity, &wal),
            wal,
            wal_identity: Cell::new(None),
            mark: Cell::default(),
            lock: RefCell::default(),
            made_schema: None,
        }
    }

    fn configure(&self, cache_kib: u32) -> Result<(), Error> {
        self.conn.set_prepared_statement_cache_capacity(64);
        waiting::into_wal(&self.conn).map_err(|e| self.sql(e))?;
        self.conn
            .execute_batch(&format!(
                "-- A lost last transaction after a power cut is read again: its cursor is lost with it.
                 PRAGMA synchronous = NORMAL;
                 PRAGMA foreign_keys = ON;
                 PRAGMA temp_store = MEMORY;
                 PRAGMA cache_size = -{cache_kib};
                 -- It would keep to itself that a sync failed.
                 PRAGMA wal_autocheckpoint = 0;
                 PRAGMA journal_size_limit = 67108864;"
            ))
            // A statement that is planned anew for other values than last time costs more than it runs.
            .and_then(|()| self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop))
            .map_err(|e| self.sql(e))
    }

    /// Keeps the lock, and commits nothing more once somebody took it away: another sync may run by then.
    pub fn guard(&self, lock: Lock) {
        self.lock.replace(Some(Arc::new(lock)));
    }

    /// Gives the lock away, so that others may take it; nothing is to be written until [`Store::guard`] has another one.
    pub fn unguard(&self) {
        self.lock.replace(None);
    }

    /// Returns the file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Starts a write transaction. Where a sync of the WAL has failed that is written again first.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process does not let go; what the disk says.
    pub fn begin(&self) -> Result<(), Error> {
        self.take_pen();
        self.mark.set(self.doubts.mark());
        let begun = self.conn.execute_batch("BEGIN IMMEDIATE").map_err(|e| self.sql(e));
        begun.inspect_err(|_| self.give_pen_back())?;
        if self.identity.is_some() && self.wal_identity.get().is_none() {
            self.wal_identity.set(identity(&self.wal));
        }
        if self.doubts.is_open() {
            self.write_wal_again().inspect_err(|_| self.rollback())?;
            self.doubts.settle(self.mark.get());
        }
        Ok(())
    }

    /// Looks whether the file and its WAL are still those at their paths: what is written into others is in no file that
    /// anybody opens again.
    ///
    /// # Errors
    /// [`Error::Gone`] where they are not. What the lost WAL held is in the file then, if that can be.
    pub fn look_at_place(&self) -> Result<(), Error> {
        if self.identity.is_none() {
            return Ok(());
        }
        if identity(&self.path) != self.identity {
            return Err(Error::Gone { path: self.path.clone() });
        }
        match (self.wal_identity.get(), identity(&self.wal)) {
            (Some(ours), there) if there != Some(ours) => {
                // Where there is another, others write by that one.
                if there.is_none() && self.conn.is_autocommit() {
                    let _ = self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                }
                Err(Error::Gone { path: self.wal.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Copies from the WAL where it has become long: whoever writes little needs no thread for that.
    fn copy_if_long(&self) {
        if self.identity.is_none() || self.wal_bytes() < WAL_BYTES_LONG {
            return;
        }
        // Not waited for: the next commit tries again.
        let Some(_turn) = self.doubts.sync_alone_now().filter(|_| !self.doubts.is_open()) else { return };
        // What was committed is committed. A sync that failed is settled before the next transaction; for what else is
        // wrong there is room in the WAL.
        let copied = self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        let _ = copied.map_err(|e| self.sql(e));
    }

    /// Commits the transaction; what is to outlive a power cut is brought onto the disk by [`Store::wal_sync`].
    ///
    /// # Errors
    /// [`Error::Full`] and the like, [`Error::Gone`] where the path names another file by now; the transaction is rolled
    /// back then.
    pub fn commit(&self) -> Result<(), Error> {
        if let Err(error) = self.look_at_place() {
            self.rollback();
            // What a lost WAL holds is brought into the file only while no transaction is open.
            let _ = self.look_at_place();
            return Err(error);
        }
        let lost = self.lock.borrow().as_ref().filter(|lock| !lock.is_held()).map(|lock| lock.place().to_owned());
        if let Some(lock) = lost {
            self.rollback();
            return Err(Error::Unlocked { path: self.path.clone(), lock });
        }
        #[cfg(debug_assertions)]
        breaking::at_commit(breaking::BEFORE);
        self.conn.execute_batch("COMMIT").map_err(|e| {
            // What is in doubt has to be known before the next one writes.
            let error = self.sql(e);
            self.rollback();
            error
        })?;
        self.copy_if_long();
        self.give_pen_back();
        #[cfg(debug_assertions)]
        breaking::at_commit(breaking::AFTER);
        // It may have been taken away meanwhile: what comes twice does no harm, what is lost does.
        self.look_at_place()
    }

    /// Does several writes in one transaction, the open one or one of its own.
    ///
    /// # Errors
    /// As `writes`, whose writes are undone then if the transaction was their own.
    pub fn at_once<T, E: From<Error>>(&self, writes: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        if !self.conn.is_autocommit() {
            return writes();
        }
        self.begin()?;
        match writes() {
            Ok(value) => self.commit().map(|()| value).map_err(E::from),
            Err(error) => {
                self.rollback();
                Err(error)
            }
        }
    }

    /// Returns whether a transaction is open.
    pub fn is_in_transaction(&self) -> bool {
        !self.conn.is_autocommit()
    }

    /// Does several writes within the open transaction: all of them, or none.
    ///
    /// # Errors
    /// What `writes` returns; its writes are undone then.
    pub fn aside<T, E: From<Error>>(&self, writes: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let run = |text: &str| {
            let ran = self.conn.prepare_cached(text).and_then(|mut statement| statement.execute([]));
            ran.map(drop).map_err(|e| self.sql(e))
        };
        run("SAVEPOINT aside")?;
        let done = writes();
        // A full disk may have ended the whole transaction.
        if !self.conn.is_autocommit() {
            if done.is_err() {
                run("ROLLBACK TO aside")?;
            }
            run("RELEASE aside")?;
        }
        done
    }

    /// Gives the transaction up, if one is open.
    pub fn rollback(&self) {
        if !self.conn.is_autocommit() {
            let _ = self.conn.execute_batch("ROLLBACK");
        }
        self.give_pen_back();
    }

    fn sql(&self, error: rusqlite::Error) -> Error {
        self.doubts.raise_if_unsynced(&error);
        Error::from_sql(&self.path, error)
    }

    /// Runs a statement outside of the tables that the rest of this module knows; for tests.
    ///
    /// # Errors
    /// SQLite's.
    pub fn query_text(&self, sql: &str) -> Result<Vec<Vec<String>>, Error> {
        let mut statement = self.conn.prepare(sql).map_err(|e| self.sql(e))?;
        let columns = statement.column_count();
        let rows = statement
            .query_map([], |row| (0..columns).map(|i| row.get::<_, rusqlite::types::Value>(i).map(show)).collect())
            .map_err(|e| self.sql(e))?;
        rows.collect::<Result<_, _>>().map_err(|e| self.sql(e))
    }
}

fn show(value: rusqlite::types::Value) -> String {
    use rusqlite::types::Value;
    match value {
        Value::Null => "null".to_owned(),
        Value::Integer(i) => i.to_string(),
        Value::Real(r) => r.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// Returns what tells the file at a path from any other that may stand there.
fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// Returns the path in a form that SQLite takes for nothing else: `:memory:` and `file:…` have a meaning of their own.
fn plain(path: &Path) -> PathBuf {
    if path.is_relative() { Path::new(".").join(path) } else { path.to_owned() }
}

/// Returns the path of a file beside the database: `x.db-wal`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Returns the name by which SQLite opens a file that nobody changes, without locks.
fn immutable_uri(path: &Path) -> OsString {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(char::from(*byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    OsString::from(uri)
}

/// Refuses a path where no database can be, before anything is made beside it.
fn check_place(path: &Path) -> Result<(), Error> {
    if let Ok(found) = std::fs::metadata(path) {
        let what = if found.is_dir() { "a folder" } else { "a device or a pipe" };
        return if found.is_file() { Ok(()) } else { Err(Error::NoFile { path: path.to_owned(), what }) };
    }
    if path.is_symlink() {
        return Err(Error::NoFile { path: path.to_owned(), what: "a link that leads nowhere" });
    }
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) if !folder.is_dir() => Err(Error::NoFolder { path: path.to_owned(), folder: folder.to_owned() }),
        _ => Ok(()),
    }
}

/// Creates the file with mode 0600 before SQLite would with the umask's; returns whether it was not there.
fn create_private(path: &Path) -> Result<bool, Error> {
    if path.exists() {
        return Ok(false);
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(true),
        // Somebody else made it in this moment. (A link to nowhere is there, too, and leads to no file.)
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.exists() => Ok(false),
        Err(error) => Err(Error::from_io(path, &error)),
    }
}
