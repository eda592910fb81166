//! Numbered SQL files, embedded, applied in one transaction.

use std::path::Path;

use rusqlite::Connection;

use super::error::Error;

/// The migrations in order; the file's `user_version` is how many of them it has.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_core.sql"),
    include_str!("../../migrations/0002_stripe.sql"),
    include_str!("../../migrations/0003_fic.sql"),
    include_str!("../../migrations/0004_views.sql"),
    include_str!("../../migrations/0005_fic_sync.sql"),
    include_str!("../../migrations/0006_stripe_columns.sql"),
    include_str!("../../migrations/0007_queues.sql"),
    include_str!("../../migrations/0008_turns.sql"),
];

/// "ssyn": tells our files from others'.
const APPLICATION_ID: i64 = 0x7373_796e;

/// Brings the file to this program's schema.
///
/// # Errors
/// [`Error::Newer`] for a file from the future, [`Error::Foreign`] for another program's; both leave it untouched.
pub fn migrate(conn: &Connection, path: &Path) -> Result<(), Error> {
    let sql = |error| Error::from_sql(path, error);
    let supported = MIGRATIONS.len() as i64;
    if version(conn, path)? == supported {
        return Ok(());
    }
    conn.execute_batch("BEGIN IMMEDIATE").map_err(sql)?;
    // Another process may have been at it meanwhile.
    let have = version(conn, path).inspect_err(|_| drop(conn.execute_batch("ROLLBACK")))?;
    let missing = MIGRATIONS[usize::try_from(have).unwrap_or(0)..].join("\n");
    let migrated = conn
        .execute_batch(&format!(
            "{missing}\nPRAGMA user_version = {supported};\nPRAGMA application_id = {APPLICATION_ID};"
        ))
        .and_then(|()| {
            #[cfg(debug_assertions)]
            super::breaking::at(super::breaking::MIGRATING);
            conn.execute_batch("COMMIT")
        });
    migrated.map_err(|error| {
        let _ = conn.execute_batch("ROLLBACK");
        sql(error)
    })?;
    #[cfg(debug_assertions)]
    super::breaking::at(super::breaking::MIGRATED);
    Ok(())
}

/// Checks that a file opened for reading has this program's schema.
///
/// # Errors
/// As [`migrate`], and [`Error::Older`] for a file that a sync has yet to bring up to date.
pub fn check(conn: &Connection, path: &Path) -> Result<(), Error> {
    let have = version(conn, path)?;
    if have < MIGRATIONS.len() as i64 {
        return Err(Error::Older { path: path.to_owned() });
    }
    Ok(())
}

/// Returns how many migrations the file has; changes nothing.
///
/// # Errors
/// As [`migrate`].
pub fn version(conn: &Connection, path: &Path) -> Result<i64, Error> {
    let sql = |error| Error::from_sql(path, error);
    let have: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sql)?;
    let application: i64 = conn.query_row("PRAGMA application_id", [], |row| row.get(0)).map_err(sql)?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(sql)?;
    let supported = MIGRATIONS.len() as i64;
    if tables > 0 && application != APPLICATION_ID {
        return Err(Error::Foreign { path: path.to_owned() });
    }
    if have > supported {
        return Err(Error::Newer { path: path.to_owned(), found: have, supported });
    }
    Ok(have)
}
