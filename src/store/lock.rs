//! One sync at a time for one file, across processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::error::Error;

/// Held while a sync runs. The system lets go when the process dies, so a stale file is no obstacle.
pub struct Lock {
    place: PathBuf,
    identity: Option<(u64, u64)>,
    /// The database beside which this made the lock's file.
    made_for: Option<PathBuf>,
    _file: File,
}

impl Drop for Lock {
    /// A lock's file stays for the next sync, but not beside a database that never came to be.
    fn drop(&mut self) {
        if self.made_for.as_ref().is_some_and(|database| !database.exists()) && self.is_held() {
            let _ = std::fs::remove_file(&self.place);
        }
    }
}

/// A lock file that is taken away between its opening and its locking is made anew so often.
const TRIES_MAX: u32 = 10;

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
        for _ in 0..TRIES_MAX {
            let lock = Lock::take_at(database, &place, &name, now)?;
            if lock.is_held() {
                return Ok(lock);
            }
        }
        let why = format!("{} is taken away again and again", name.display());
        Err(Error::ReadOnly { path: database.to_owned(), why })
    }

    /// Returns whether the file that is locked is still the one that others would lock.
    pub(super) fn is_held(&self) -> bool {
        self.identity.is_some() && super::identity(&self.place) == self.identity
    }

    /// Returns where the lock's file is.
    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    fn take_at(database: &Path, place: &Path, name: &Path, now: &str) -> Result<Lock, Error> {
        let refused = |error: std::io::Error| Error::from_io(database, &error);
        let mut options = OpenOptions::new();
        options.read(true).write(true).mode(0o600);
        let (mut file, is_new) = match options.clone().create_new(true).open(name) {
            Ok(file) => (file, true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                (options.create(true).truncate(false).open(name).map_err(refused)?, false)
            }
            Err(error) => return Err(refused(error)),
        };
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
        let identity = file.metadata().ok().map(|file| (file.dev(), file.ino()));
        Ok(Lock { place: name.to_owned(), identity, made_for: is_new.then(|| place.to_owned()), _file: file })
    }
}
