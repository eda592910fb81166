//! Whether another process has the file open.

use std::os::unix::fs::MetadataExt;

use super::Store;

/// The system's table of file locks.
const LOCKS: &str = "/proc/locks";
/// The byte of the `-shm` file that everybody who has a WAL open holds a shared lock on (SQLite's dead man's switch).
const HELD_BYTE: &str = "128";

impl Store {
    /// Returns whether another process has the file open. Where the system cannot tell, it may have.
    pub fn is_shared(&self) -> bool {
        let Ok(shm) = std::fs::metadata(super::beside(&self.path, "-shm")) else { return false };
        let Ok(locks) = std::fs::read_to_string(LOCKS) else { return true };
        is_held_by_another(&locks, shm.ino(), std::process::id())
    }
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
