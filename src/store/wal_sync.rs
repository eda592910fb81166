//! Waiting for the disk, apart from writing: what one connection has committed is brought onto the disk by another thread,
//! while the next transaction is under way.
//!
//! With `synchronous=NORMAL` a commit has been written to the WAL and not waited for. SQLite itself waits where the order of
//! things on the disk depends on it: before a checkpoint copies from the WAL, and before the WAL begins anew.

use std::fs::File;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use super::error::Error;
use super::{Store, identity};

/// The WAL of an open store. It stays the same file as long as any connection has it.
#[derive(Debug)]
pub struct WalSync {
    path: PathBuf,
    wal_path: PathBuf,
    wal: File,
    /// Device and inode of the file and of its WAL.
    identities: [Option<(u64, u64)>; 2],
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
        Ok(Some(WalSync { path: self.path.clone(), wal_path: self.wal.clone(), wal, identities }))
    }

    /// Returns how long the WAL is, bytes; 0 where there is none.
    pub fn wal_bytes(&self) -> u64 {
        std::fs::metadata(&self.wal).map_or(0, |wal| wal.len())
    }

    /// Says that a sync of the WAL failed: it begins anew before anything more is written.
    pub fn doubt_wal(&self) {
        self.family.is_wal_in_doubt.store(true, Ordering::SeqCst);
    }
}

impl WalSync {
    /// Waits until everything is on the disk that was committed before.
    ///
    /// # Errors
    /// When the disk fails: what was committed may never come onto it then, also where a later sync succeeds. [`Error::Gone`]
    /// where somebody took the file or its WAL away meanwhile: it is on the disk, and in no file that anybody opens again.
    pub fn sync(&self) -> Result<(), Error> {
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
