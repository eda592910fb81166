//! Waiting for the disk, apart from writing: what one connection has committed is brought onto the disk by another thread,
//! while the next transaction is under way.
//!
//! With `synchronous=NORMAL` a commit has been written to the WAL and not waited for. SQLite itself waits where the order of
//! things on the disk depends on it: before a checkpoint copies from the WAL, and before the WAL begins anew.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use super::doubts::{Doubts, WalMark};
use super::error::Error;
use super::{Store, identity};

/// So much of a WAL is written again at a time.
const PART_BYTES: usize = 1 << 20;

/// The WAL of an open store. It stays the same file as long as any connection has it.
#[derive(Debug)]
pub struct WalSync {
    path: PathBuf,
    wal_path: PathBuf,
    wal: File,
    /// Device and inode of the file and of its WAL.
    identities: [Option<(u64, u64)>; 2],
    doubts: Arc<Doubts>,
}

impl Store {
    /// Returns what brings this file's commits onto the disk; nothing for one in memory.
    ///
    /// # Errors
    /// When the WAL cannot be opened, or its name in the folder cannot be brought onto the disk.
    pub fn wal_sync(&self) -> Result<Option<WalSync>, Error> {
        if self.identity.is_none() {
            return Ok(None);
        }
        let io = |error| Error::from_io(&self.path, &error);
        let wal = File::open(&self.wal).map_err(io)?;
        if let Some(folder) = self.wal.parent() {
            match File::open(folder).and_then(|folder| folder.sync_all()) {
                // Some file systems cannot, and some folders may be written and not read.
                Err(error)
                    if !matches!(
                        error.kind(),
                        ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
                    ) =>
                {
                    return Err(io(error));
                }
                _ => {}
            }
        }
        let identities = [self.identity, identity(&self.wal)];
        let (path, wal_path, doubts) = (self.path.clone(), self.wal.clone(), Arc::clone(&self.doubts));
        Ok(Some(WalSync { path, wal_path, wal, identities, doubts }))
    }

    /// Returns how long the WAL is, bytes; 0 where there is none.
    pub fn wal_bytes(&self) -> u64 {
        std::fs::metadata(&self.wal).map_or(0, |wal| wal.len())
    }

    /// Writes what the WAL holds once more, each byte where it stands, and waits for the disk; within a transaction that has
    /// written nothing, while nobody else can write.
    ///
    /// After a sync that failed the system takes what it was for as written, whether it is or not. What any connection had
    /// committed before would be a hole in the WAL: after a power cut nothing behind it is read, and where what stood
    /// behind it had come into the file by then, what stands before it would be read over that.
    pub(super) fn write_wal_again(&self) -> Result<(), Error> {
        let io = |error| Error::from_io(&self.path, &error);
        if self.identity.is_none() {
            return Ok(());
        }
        self.look_at_place()?;
        let _turn = self.doubts.sync_alone();
        let wal = File::options().read(true).write(true).open(&self.wal).map_err(io)?;
        let mut part = vec![0; PART_BYTES];
        let mut at = 0;
        loop {
            let length = match wal.read_at(&mut part, at) {
                Ok(0) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                read => read.map_err(io)?,
            };
            wal.write_all_at(&part[..length], at).map_err(io)?;
            at += length as u64;
        }
        wal.sync_data().map_err(io)
    }

    /// Returns the mark of the transaction that was begun last, for [`WalSync::holds`].
    pub fn wal_mark(&self) -> WalMark {
        self.mark.get()
    }
}

impl WalSync {
    /// Waits until everything is on the disk that was committed before.
    ///
    /// # Errors
    /// When the disk fails: what was committed may never come onto it then, also where a later sync succeeds. [`Error::Gone`]
    /// where somebody took the file or its WAL away meanwhile: it is on the disk, and in no file that anybody opens again.
    pub fn sync(&self) -> Result<(), Error> {
        let _turn = self.doubts.sync_alone();
        self.sync_wal().inspect_err(|_| self.doubts.raise())
    }

    /// Returns whether a committed transaction is on the disk after a sync that began later and succeeded: nobody's sync of
    /// the WAL has failed since the transaction began. Where one has, this one's success says nothing.
    pub fn holds(&self, mark: WalMark) -> bool {
        self.doubts.holds(mark)
    }

    fn sync_wal(&self) -> Result<(), Error> {
        // Neither its length nor its place depends on what else an fsync would write.
        self.wal.sync_data().map_err(|error| match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Error::Full { path: self.path.clone() },
            _ => Error::from_io(&self.path, &error),
        })?;
        for (path, identity) in [&self.path, &self.wal_path].into_iter().zip(self.identities) {
            if super::identity(path) != identity {
                return Err(Error::Gone { path: path.clone() });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_synced_into_a_file_that_somebody_took_away_is_not_kept() {
        for ending in ["", "-wal"] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("x.db");
            let store = Store::open(&path).expect("opens");
            let sync = store.wal_sync().expect("opens").expect("is a file");
            sync.sync().expect("is there");
            store.at_once(|| store.set_events_until(1, 1)).expect("writes");
            sync.sync().expect("is there");
            std::fs::remove_file(folder.path().join(format!("x.db{ending}"))).expect("was there");
            assert!(matches!(sync.sync(), Err(Error::Gone { .. })), "{ending:?}");
        }
        assert!(Store::in_memory().expect("opens").wal_sync().expect("needs none").is_none());
    }
}
