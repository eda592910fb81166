//! Takes a new file away again in which nothing came to stand: a run that could not ask anybody leaves no trace.

use std::path::Path;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{Store, identity, plain};

/// Goes up whenever anybody makes, changes or drops a table or a view.
const SCHEMA_VERSION: &str = "PRAGMA schema_version";

impl Drop for Store {
    /// A file that this run made and brought no account into goes, with the lock still held that keeps other syncs out.
    fn drop(&mut self) {
        self.left_family();
        if self.doubts.is_open() {
            // Whoever closes the file last copies what is in the WAL, whatever came of that: whoever writes next looks first.
            let _ = self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
        if self.made_schema.is_none() || self.lock.borrow().is_none() {
            return;
        }
        self.rollback();
        // Its connection would count as another program's.
        if let Some(family) = Arc::get_mut(&mut self.family) {
            drop(family.checkpointer.take());
        }
        self.conn.flush_prepared_statement_cache();
        take_away(&self.conn, &self.path, self.identity, self.made_schema);
    }
}

/// Returns which schema a file has that was made just now.
pub(super) fn made_schema(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row(SCHEMA_VERSION, [], |row| row.get(0))
}

/// Does the same for a file that could not be made into a database.
pub(super) fn take_away_unmade(path: &Path, made: Option<(u64, u64)>) {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if let Ok(conn) = Connection::open_with_flags(plain(path), flags) {
        take_away(&conn, path, made, None);
    }
}

/// Removes the file if it is the one that was made, holds nothing, and nobody else has it open. Whatever cannot be found
/// out leaves it where it is.
fn take_away(conn: &Connection, path: &Path, made: Option<(u64, u64)>, made_schema: Option<i64>) {
    // What holds something stays as it is, its mode of writing too.
    if !is_empty(conn, made_schema) {
        return;
    }
    // Out of the WAL and into exclusive hands: both only succeed where no other connection is.
    let is_alone = conn
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE")
        .and_then(|()| conn.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0)))
        .and_then(|mode| conn.execute_batch("BEGIN EXCLUSIVE").map(|()| mode == "delete"));
    if matches!(is_alone, Ok(true)) && made.is_some() && identity(path) == made && is_empty(conn, made_schema) {
        let _ = std::fs::remove_file(path);
    }
    let _ = conn.execute_batch("ROLLBACK");
}

/// Returns whether there is no table, or those alone that were made with the file, and no account. Of everything else in
/// them an account is the beginning; a table more is somebody else's.
fn is_empty(conn: &Connection, made_schema: Option<i64>) -> bool {
    let number = |sql| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).ok();
    let is_as_made = || made_schema.is_some() && number(SCHEMA_VERSION) == made_schema;
    number("SELECT count(*) FROM sqlite_schema") == Some(0)
        || is_as_made() && number("SELECT count(*) FROM accounts") == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Lock, NewAccount};

    fn new(path: &Path) -> Store {
        let lock = Lock::take(path, "now").expect("free");
        let store = Store::open(path).expect("opens");
        store.guard(lock);
        store
    }

    fn left(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("readable");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("readable").file_name().into_string().expect("text")).collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_file_without_an_account_goes_and_any_other_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.db");
        drop(new(&path));
        assert_eq!(left(folder.path()), Vec::<String>::new());
        // Made by hand, for a sync to come: it was there before.
        std::fs::write(&path, b"").expect("written");
        drop(new(&path));
        assert_eq!(left(folder.path()), ["x.db", "x.db.lock"]);
        std::fs::remove_file(&path).expect("removed");
        let store = new(&path);
        let account = NewAccount::named("stripe", "acct_1", "test");
        store.account(&account).expect("kept");
        drop(store);
        assert_eq!(left(folder.path()), ["x.db", "x.db.lock"]);
        // In its header: it is read and written by means of a WAL.
        assert_eq!(std::fs::read(&path).expect("readable")[18..20], [2, 2]);
        drop(new(&path));
        assert_eq!(left(folder.path()), ["x.db", "x.db.lock"], "it was made by an earlier run");
    }

    #[test]
    fn of_any_number_that_make_the_same_file_at_once_one_made_it_and_all_have_it() {
        let folder = tempfile::tempdir().expect("a folder");
        for round in 0..8 {
            let path = folder.path().join(format!("{round}.db"));
            let start = std::sync::Barrier::new(4);
            let makers = std::thread::scope(|scope| {
                let open = || {
                    start.wait();
                    let store = Store::open(&path).expect("opens, whoever made it");
                    store.begin().and_then(|()| store.commit()).expect("is written");
                    store.made_schema.is_some()
                };
                let opened = [(); 4].map(|()| scope.spawn(open));
                opened.map(|it| it.join().expect("opened")).into_iter().filter(|it| *it).count()
            });
            assert_eq!(makers, 1, "round {round}");
        }
    }

    #[test]
    fn a_new_file_that_somebody_else_has_open_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.db");
        let store = new(&path);
        let reader = Store::open_read_only(&path).expect("opens");
        drop(store);
        assert!(path.exists());
        drop(reader);
        // Somebody put something of his own into it, and left.
        let path = folder.path().join("w.db");
        let store = new(&path);
        let other = Connection::open(&path).expect("opens");
        other.execute_batch("CREATE TABLE mine (note TEXT); INSERT INTO mine VALUES ('kept')").expect("written");
        drop(other);
        drop(store);
        let other = Connection::open(&path).expect("opens");
        assert_eq!(other.query_row("SELECT note FROM mine", [], |row| row.get(0)), Ok("kept".to_owned()));
        // Replaced meanwhile: it is no longer the file that was made.
        let path = folder.path().join("y.db");
        let store = new(&path);
        std::fs::rename(&path, folder.path().join("z.db")).expect("moved");
        std::fs::write(&path, b"another's").expect("written");
        drop(store);
        assert_eq!(std::fs::read(&path).expect("still there"), b"another's");
    }
}
