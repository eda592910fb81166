//! What can go wrong with the file, named for what the caller may do about it.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Made by a newer program.
    #[error("{path} was made by a newer stripesync (schema {found}, this one knows {supported})", path = path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        supported: i64,
    },
    /// Made by an older program, and opened for reading only.
    #[error("{path} has the schema of an older stripesync or is empty", path = path.display())]
    Older {
        /// The file.
        path: PathBuf,
    },
    /// Not SQLite, or damaged.
    #[error("{path} is damaged or no SQLite database: {why}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// SQLite's words.
        why: String,
    },
    /// SQLite, but somebody else's.
    #[error("{path} is a database of another program", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// No room.
    #[error("the disk or its quota is full while writing {path}", path = path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// Taken away or replaced while it was open.
    #[error("{path} was taken away or replaced while it was being written", path = path.display())]
    Gone {
        /// The file.
        path: PathBuf,
    },
    /// No right to write.
    #[error("{path} cannot be written: {why}", path = path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// This process may open no more files.
    #[error("{path} cannot be opened: too many open files", path = path.display())]
    OpenFiles {
        /// The file.
        path: PathBuf,
    },
    /// Its folder is not there.
    #[error("{path} cannot be made: there is no folder {folder}", path = path.display(), folder = folder.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// The folder.
        folder: PathBuf,
    },
    /// Something else stands at its place.
    #[error("{path} is {what}, not a file", path = path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
        /// What it is: `a folder`.
        what: &'static str,
    },
    /// It cannot be written to, and a part of it stands in its WAL, which only a writer can merge.
    #[error("{path} cannot be read where it cannot be written: its latest changes are still in {wal}", path = path.display(), wal = wal.display())]
    Unmerged {
        /// The file.
        path: PathBuf,
        /// Its WAL.
        wal: PathBuf,
    },
    /// Somebody else syncs into it.
    #[error("another sync (process {pid}, since {since}) holds {path}", path = path.display())]
    Held {
        /// The file.
        path: PathBuf,
        /// Its process.
        pid: String,
        /// When it began, RFC 3339.
        since: String,
    },
    /// The file that keeps other syncs out was taken away.
    #[error("{lock} was taken away or replaced while {path} was being written", lock = lock.display(), path = path.display())]
    Unlocked {
        /// The file.
        path: PathBuf,
        /// The lock's.
        lock: PathBuf,
    },
    /// Another process keeps the write lock for longer than we wait.
    #[error("{path} is locked by another process", path = path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The sandbox's rows and real ones never share a file.
    #[error("{0}")]
    Mixed(String),
    /// Anything else SQLite says.
    #[error("the database refused: {0}")]
    Sql(#[source] rusqlite::Error),
}

/// Files that SQLite has open at once beside the database while it writes: a journal, a folder to make durable, and one more.
const FILES_OF_A_WRITE: usize = 3;

/// SQLite's words for a schema in a form that it does not know.
const UNSUPPORTED_FORMAT: &str = "unsupported file format";

/// Returns whether this process or the system may open no file more, or too few for a write: SQLite does not say why it
/// could not, and has closed what it had opened.
fn are_files_used_up() -> bool {
    let opened: Result<Vec<_>, _> = (0..FILES_OF_A_WRITE).map(|_| std::fs::File::open("/dev/null")).collect();
    opened.is_err_and(|error| is_about_open_files(&error))
}

/// EMFILE and ENFILE: the process's and the system's limit.
fn is_about_open_files(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(23 | 24))
}

impl Error {
    /// Sorts the system's error about the file into a kind.
    pub(super) fn from_io(path: &std::path::Path, error: &std::io::Error) -> Error {
        let path = path.to_owned();
        match error.kind() {
            _ if is_about_open_files(error) => Error::OpenFiles { path },
            std::io::ErrorKind::StorageFull => Error::Full { path },
            _ => Error::ReadOnly { path, why: error.to_string() },
        }
    }

    /// Sorts SQLite's error into a kind.
    pub(super) fn from_sql(path: &std::path::Path, error: rusqlite::Error) -> Error {
        let path = path.to_owned();
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Error::Damaged { path, why },
            // There is no number for what its header says of the schema's form, which is always the same in our files.
            Some(ErrorCode::Unknown) if why == UNSUPPORTED_FORMAT => Error::Damaged { path, why },
            Some(ErrorCode::DiskFull) => Error::Full { path },
            // What readers and writers share could not grow: there is no other reason for that.
            _ if error.sqlite_error().is_some_and(|it| it.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => {
                Error::Full { path }
            }
            Some(ErrorCode::CannotOpen) if are_files_used_up() => Error::OpenFiles { path },
            // A failing disk, or a limit on the size of files, is as good as read-only.
            Some(
                ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::SystemIoFailure,
            ) => Error::ReadOnly { path, why },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Locked { path },
            _ => Error::Sql(error),
        }
    }
}
