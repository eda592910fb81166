//! Whether others have the file open, too.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Store;

/// The system's table of file locks. To read it takes the kernel milliseconds: it waits for every processor.
const LOCKS: &str = "/proc/locks";
/// The byte of the `-shm` file that everybody who has a WAL open holds a shared lock on (SQLite's dead man's switch).
const HELD_BYTE: &str = "128";
/// How often the table is read.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A thread that looks for other processes while the writer writes, so that it need not wait for the answer. Ends when it
/// is dropped.
pub(super) struct Watch {
    seen: Arc<Seen>,
    thread: Option<JoinHandle<()>>,
}

struct Seen {
    shm: PathBuf,
    is_shared: AtomicBool,
    /// Whether somebody wanted to know since the last look.
    is_wanted: AtomicBool,
    /// Whether the last look was a moment ago.
    is_fresh: AtomicBool,
    is_ended: Mutex<bool>,
    ended: Condvar,
}

/// The files that this process has open for writing, as often as it has: the system's table tells only of processes.
static HERE: Mutex<Vec<(u64, u64)>> = Mutex::new(Vec::new());

/// One of them, for as long as this is kept.
pub(super) struct Here((u64, u64));

impl Here {
    pub fn enter(identity: (u64, u64)) -> Here {
        HERE.lock().unwrap_or_else(PoisonError::into_inner).push(identity);
        Here(identity)
    }

    fn is_shared(&self) -> bool {
        HERE.lock().unwrap_or_else(PoisonError::into_inner).iter().filter(|it| **it == self.0).count() > 1
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        let mut here = HERE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = here.iter().position(|it| *it == self.0) {
            here.swap_remove(at);
        }
    }
}

impl Store {
    /// Returns whether another writer of this process has the file open, or another process had when the system was last
    /// asked, a moment ago. Where the system cannot tell, it may have.
    pub fn is_shared(&self) -> bool {
        if self.family.here.get().is_some_and(Here::is_shared) {
            return true;
        }
        // A file in memory is nobody else's.
        self.identity.is_some()
            && self.family.watch.get_or_init(|| Watch::begin(super::beside(&self.path, "-shm"))).is_shared()
    }
}

impl Watch {
    fn begin(shm: PathBuf) -> Watch {
        let (is_shared, is_wanted, is_fresh) = Default::default();
        let (is_ended, ended) = Default::default();
        let seen = Arc::new(Seen { shm, is_shared, is_wanted, is_fresh, is_ended, ended });
        let theirs = Arc::clone(&seen);
        // Without a thread every question is answered by a look.
        let thread = std::thread::Builder::new().name("others".into()).spawn(move || theirs.serve()).ok();
        Watch { seen, thread }
    }

    fn is_shared(&self) -> bool {
        self.seen.is_wanted.store(true, Ordering::Relaxed);
        if self.thread.is_none() || !self.seen.is_fresh.load(Ordering::Acquire) {
            self.seen.look();
        }
        self.seen.is_shared.load(Ordering::Relaxed)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        *self.seen.is_ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.seen.ended.notify_all();
        if let Some(thread) = self.thread.take() {
            // It has no way to panic.
            let _ = thread.join();
        }
    }
}

impl Seen {
    /// Looks as long as somebody wants to know; who asks again after a rest looks for himself.
    fn serve(&self) {
        loop {
            let is_ended = self.is_ended.lock().unwrap_or_else(PoisonError::into_inner);
            let rested = self.ended.wait_timeout_while(is_ended, LOOK_EVERY, |ended| !*ended);
            if *rested.unwrap_or_else(PoisonError::into_inner).0 {
                return;
            }
            if self.is_wanted.swap(false, Ordering::Relaxed) {
                self.look();
            } else {
                self.is_fresh.store(false, Ordering::Release);
            }
        }
    }

    fn look(&self) {
        self.is_shared.store(look(&self.shm), Ordering::Relaxed);
        self.is_fresh.store(true, Ordering::Release);
    }
}

fn look(shm: &Path) -> bool {
    let Ok(shm) = std::fs::metadata(shm) else { return false };
    let Ok(locks) = std::fs::read_to_string(LOCKS) else { return true };
    is_held_by_another(&locks, shm.ino(), std::process::id())
}

/// Reads lines such as `1: POSIX  ADVISORY  READ 27826 fe:00:10010870 128 128`.
fn is_held_by_another(locks: &str, inode: u64, own: u32) -> bool {
    let (inode, own) = (inode.to_string(), own.to_string());
    locks.lines().any(|line| {
        // Who waits for a lock has a line with an arrow; it holds another lock if it has the file open.
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, "POSIX", _, _, pid, place, from, to] = fields[..] else { return false };
        from == HELD_BYTE && to == HELD_BYTE && pid != own && place.rsplit(':').next() == Some(inode.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_writer_of_the_same_process_shares_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.db");
        let store = Store::open(&path).expect("opens");
        let elsewhere = Store::open(&folder.path().join("y.db")).expect("opens");
        assert!(!store.is_shared() && !elsewhere.is_shared());
        let other = Store::open(&path).expect("opens");
        assert!(store.is_shared() && other.is_shared() && !elsewhere.is_shared());
        drop(other);
        assert!(!store.is_shared());
    }

    #[test]
    fn another_process_is_told_from_this_one_and_from_other_files() {
        let locks = "1: POSIX  ADVISORY  WRITE 7 fe:00:55 120 120
2: POSIX  ADVISORY  READ 7 fe:00:55 128 128
3: POSIX  ADVISORY  READ 8 fe:00:56 128 128
4: FLOCK  ADVISORY  WRITE 9 fe:00:55 0 EOF
4: -> POSIX  ADVISORY  READ 10 fe:00:55 128 128
";
        let cases = [(55, 7, false), (55, 8, true), (56, 7, true), (57, 7, false), (5, 1, false)];
        for (inode, own, wanted) in cases {
            assert_eq!(is_held_by_another(locks, inode, own), wanted, "{inode} {own}");
        }
        assert!(!is_held_by_another("", 55, 7));
    }
}
