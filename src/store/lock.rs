//! One sync at a time for one file, across processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::error::Error;

/// Held while a sync runs. The system lets go when the process dies, so a stale file is no obstacle.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock beside the database.
    ///
    /// # Errors
    /// [`Error::Held`] with the holder's process and start; [`Error::ReadOnly`] when the file cannot be made.
    pub fn take(database: &Path, now: &str) -> Result<Lock, Error> {
        super::check_place(database)?;
        // A link and its file are one database.
        let place = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
        let name = super::beside(&place, ".lock");
        let refused = |error: std::io::Error| Error::ReadOnly { path: database.to_owned(), why: error.to_string() };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&name)
            .map_err(refused)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let (pid, since) = holder.trim().split_once(' ').unwrap_or(("unknown", "an unknown time"));
                return Err(Error::Held { path: database.to_owned(), pid: pid.to_owned(), since: since.to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(refused(error)),
        }
        let written =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{} {now}", std::process::id()));
        written.map_err(refused)?;
        Ok(Lock { _file: file })
    }
}
