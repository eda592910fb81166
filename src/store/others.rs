//! Whether another process has the file open.

use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
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

/// A thread that looks for other processes, so that the writer need not wait for the answer. Ends when it is dropped.
pub(super) struct Watch {
    seen: Arc<Seen>,
    thread: Option<JoinHandle<()>>,
}

struct Seen {
    is_shared: AtomicBool,
    is_ended: Mutex<bool>,
    ended: Condvar,
}

impl Store {
    /// Returns whether another process had the file open when the system was last asked, a moment ago. Where the system
    /// cannot tell, it may have.
    pub fn is_shared(&self) -> bool {
        // A file in memory is nobody else's.
        self.identity.is_some()
            && self.watch.get_or_init(|| Watch::begin(super::beside(&self.path, "-shm"))).is_shared()
    }
}

impl Watch {
    fn begin(shm: PathBuf) -> Watch {
        let is_shared = AtomicBool::new(look(&shm));
        let seen = Arc::new(Seen { is_shared, is_ended: Mutex::default(), ended: Condvar::default() });
        let theirs = Arc::clone(&seen);
        let thread = std::thread::Builder::new().name("others".into()).spawn(move || theirs.serve(&shm)).ok();
        if thread.is_none() {
            // Nobody looks: the pauses that a second process needs cost little.
            seen.is_shared.store(true, Ordering::Relaxed);
        }
        Watch { seen, thread }
    }

    fn is_shared(&self) -> bool {
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
    fn serve(&self, shm: &std::path::Path) {
        let mut is_ended = self.is_ended.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_ended {
            is_ended = match self.ended.wait_timeout_while(is_ended, LOOK_EVERY, |ended| !*ended) {
                Ok((ended, _)) => ended,
                Err(poisoned) => poisoned.into_inner().0,
            };
            if !*is_ended {
                drop(is_ended);
                self.is_shared.store(look(shm), Ordering::Relaxed);
                is_ended = self.is_ended.lock().unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

fn look(shm: &std::path::Path) -> bool {
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
