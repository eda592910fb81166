//! One sync at a time for one file, and one of whatever else must not be done twice at once, across processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::Error;

/// Held while a sync, or something else, runs. The system lets go when the process dies, so a stale file is no obstacle.
pub struct Lock {
    place: PathBuf,
    identity: Option<(u64, u64)>,
    stays: Stays,
    file: File,
}

/// What becomes of a lock's file when it is let go.
enum Stays {
    /// It was there before.
    Always,
    /// It stays for the next sync, but not beside a database that never came to be.
    Beside(PathBuf),
    /// It goes.
    Never,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let goes = match &self.stays {
            Stays::Always => false,
            Stays::Beside(database) => !database.exists(),
            Stays::Never => true,
        };
        // Whoever has it next is not taken for this one before it has said who it is.
        let _ = self.file.set_len(0);
        // Still locked: whoever has opened it meanwhile sees that it is not the one at its place any more.
        if goes && self.is_held() {
            let _ = std::fs::remove_file(&self.place);
        }
    }
}

/// A lock file that is taken away between its opening and its locking is made anew so often.
const TRIES_MAX: u32 = 10;
/// How often it is looked again who holds a lock that nobody has said to hold, and for how long. It lasts for a moment,
/// unless the system stops its holder just there.
const HOLDER_PAUSE: Duration = Duration::from_millis(5);
const HOLDER_TIME_MAX: Duration = Duration::from_secs(10);
/// What its holder says ends with that: without it, it is not said whole.
const SAID: char = '\n';

impl Lock {
    /// Takes the lock beside the database.
    ///
    /// # Errors
    /// [`Error::Held`] with the holder's process and start; [`Error::ReadOnly`] when the file cannot be made.
    pub fn take(database: &Path, now: &str) -> Result<Lock, Error> {
        Lock::take_beside(database, ".lock", now)
    }

    /// Takes a lock for something else, whose file stands beside this one with an ending of its own, and goes with it. It
    /// keeps nobody out who takes another one.
    ///
    /// # Errors
    /// As [`Lock::take`].
    pub fn take_for(file: &Path, ending: &str, now: &str) -> Result<Lock, Error> {
        let mut lock = Lock::take_beside(file, ending, now)?;
        lock.stays = Stays::Never;
        Ok(lock)
    }

    fn take_beside(database: &Path, ending: &str, now: &str) -> Result<Lock, Error> {
        super::check_place(database)?;
        // A link and its file are one database.
        let place = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
        let name = super::beside(&place, ending);
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
        let began = Instant::now();
        let again = || {
            std::thread::sleep(HOLDER_PAUSE);
            began.elapsed() < HOLDER_TIME_MAX
        };
        if let Some(holder) = lock_or_ask(&mut file, again).map_err(refused)? {
            let (pid, since) = holder.trim().split_once(' ').unwrap_or(("unknown", "an unknown time"));
            return Err(Error::Held { path: database.to_owned(), pid: pid.to_owned(), since: since.to_owned() });
        }
        // In one piece: `write!` would be one for each part, and others read meanwhile.
        let holder = format!("{} {now}{SAID}", std::process::id());
        let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(holder.as_bytes()));
        written.map_err(refused)?;
        let identity = file.metadata().ok().map(|file| (file.dev(), file.ino()));
        let stays = if is_new { Stays::Beside(place.to_owned()) } else { Stays::Always };
        Ok(Lock { place: name.to_owned(), identity, stays, file })
    }
}

/// Locks a file, or reads who holds it. A holder has it for a moment before it has written that down: until it has, or has
/// let go, this waits and looks, as often as there is another time.
fn lock_or_ask(file: &mut File, mut again: impl FnMut() -> bool) -> std::io::Result<Option<String>> {
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(None),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let mut holder = String::new();
        let _ = file.rewind().and_then(|()| file.read_to_string(&mut holder));
        if holder.ends_with(SAID) || !again() {
            return Ok(Some(holder));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_for_something_else_is_held_once_names_its_holder_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.toml");
        let take = || Lock::take_for(&file, ".webhooks-lock", "2026-11-22T11:30:00Z");
        let held = take().expect("free");
        let Err(Error::Held { pid, since, .. }) = take() else { panic!("it is held") };
        assert_eq!((pid, since.as_str()), (std::process::id().to_string(), "2026-11-22T11:30:00Z"));
        Lock::take_for(&file, ".lock", "now").map(drop).expect("another one");
        drop(held);
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0);
        // One that died left its file.
        std::fs::write(folder.path().join("config.toml.webhooks-lock"), "1 long ago").expect("written");
        drop(take().expect("nobody holds it"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0);
    }

    #[test]
    fn a_holder_that_has_not_said_who_it_is_is_asked_again_until_it_has_or_lets_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("x.db.lock");
        let holding = File::create(&place).expect("made");
        holding.try_lock().expect("free");
        let mut asking = File::options().read(true).write(true).open(&place).expect("opens");
        // However its words come, and whoever is stopped between them.
        let mut said = ["", "1", "23", " ", "2026-11-22T11:30:00Z", " (listen)", "\n"].into_iter();
        let mut next = || said.next().is_some_and(|part| (&holding).write_all(part.as_bytes()).is_ok());
        let holder = lock_or_ask(&mut asking, &mut next).expect("readable");
        assert_eq!(holder.as_deref(), Some("123 2026-11-22T11:30:00Z (listen)\n"));
        // One that lets go without a word leaves it to whoever asks; one that never says anything is waited for no longer.
        holding.set_len(0).expect("cut");
        assert_eq!(lock_or_ask(&mut asking, || false).expect("readable").as_deref(), Some(""));
        let freed = lock_or_ask(&mut asking, || holding.unlock().is_ok());
        assert_eq!(freed.expect("free"), None);
    }

    #[test]
    fn what_stays_of_a_lock_names_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("x.db");
        std::fs::write(&database, "").expect("written");
        drop(Lock::take(&database, "now").expect("free"));
        assert_eq!(std::fs::read_to_string(folder.path().join("x.db.lock")).expect("it stays"), "");
    }
}
