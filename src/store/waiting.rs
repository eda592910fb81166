//! Waiting for another process's lock, in steps short enough to hear that somebody asks to stop.

use std::ffi::c_int;
use std::sync::OnceLock;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use crate::model::cancel::Cancel;

/// Milliseconds between one try and the next; the last goes on.
const STEPS_MS: [u64; 7] = [1, 2, 5, 10, 15, 20, 25];
/// Tries of 25 ms that make ten seconds: other processes' transactions are bounded to a fraction of a second.
const TRIES_MAX: c_int = 400;
/// The same for who is asked to stop: a third of a second, in which a process that writes as this one does lets go.
const LAST_TRIES_MAX: c_int = 12;

/// SQLite takes a plain function here, so that what it looks at is the process's.
static STOP: OnceLock<Cancel> = OnceLock::new();

/// Says whose wish to stop ends every waiting in this process; the first one stays.
pub fn stop_waiting_for(cancel: &Cancel) {
    let _ = STOP.set(cancel.clone());
}

/// Lets a connection wait.
pub(super) fn patient(conn: &mut Connection) -> rusqlite::Result<()> {
    conn.busy_handler(Some(wait))
}

/// Switches the file to a WAL. SQLite does not wait for others there, who may just be making the same file.
pub(super) fn into_wal(conn: &Connection) -> rusqlite::Result<()> {
    let mut tries = 0;
    loop {
        match conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && wait(tries) => tries += 1,
            done => return done,
        }
    }
}

fn wait(tries: c_int) -> bool {
    let is_asked_to_stop = STOP.get().is_some_and(Cancel::is_set);
    if tries >= if is_asked_to_stop { LAST_TRIES_MAX } else { TRIES_MAX } {
        return false;
    }
    let step = usize::try_from(tries).unwrap_or(0).min(STEPS_MS.len() - 1);
    std::thread::sleep(Duration::from_millis(STEPS_MS[step]));
    true
}
