//! Numbered SQL files, embedded, applied in one transaction; a new file gets their sum at once.

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
    include_str!("../../migrations/0009_clocks.sql"),
    include_str!("../../migrations/0010_broken_events.sql"),
    include_str!("../../migrations/0011_gaps.sql"),
    include_str!("../../migrations/0012_invoice_discounts.sql"),
    include_str!("../../migrations/0013_webhooks.sql"),
    include_str!("../../migrations/0014_effects.sql"),
    include_str!("../../migrations/0015_observed.sql"),
    include_str!("../../migrations/0016_times.sql"),
    include_str!("../../migrations/0017_checkouts.sql"),
    include_str!("../../migrations/0018_accounts.sql"),
    include_str!("../../migrations/0019_webhooks.sql"),
    include_str!("../../migrations/0020_companies.sql"),
    include_str!("../../migrations/0021_company_of_children.sql"),
    include_str!("../../migrations/0022_listed.sql"),
];

/// The schema that all of [`MIGRATIONS`] make together. A new file takes a third of the time this way: each `ALTER TABLE`
/// reads the whole schema anew.
const SCHEMA: &str = include_str!("../../migrations/schema.sql");

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
    let missing = match usize::try_from(have).unwrap_or(0) {
        0 => SCHEMA.to_owned(),
        have => MIGRATIONS[have..].join("\n"),
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(conn: &Connection) -> Vec<String> {
        let mut select = conn.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid").unwrap();
        select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// With STRIPESYNC_WRITE_SCHEMA in the environment it writes `migrations/schema.sql` first.
    #[test]
    fn a_new_file_is_what_all_migrations_make() {
        let migrated = Connection::open_in_memory().unwrap();
        migrated.execute_batch(&MIGRATIONS.join("\n")).unwrap();
        let want = schema(&migrated);
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/schema.sql");
        let text = format!(
            "-- What the numbered files make together; written by a test of src/store/migrate.rs.\n{};\n",
            want.join(";\n")
        );
        if std::env::var_os("STRIPESYNC_WRITE_SCHEMA").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert!(
            std::fs::read_to_string(path).unwrap() == text,
            "STRIPESYNC_WRITE_SCHEMA=1 cargo test schema writes it"
        );
        let new = Connection::open_in_memory().unwrap();
        migrate(&new, Path::new(":memory:")).unwrap();
        assert_eq!(schema(&new), want);
        // A new file has no old rows to read anew.
        migrated.execute_batch("DELETE FROM rereads").unwrap();
        for table in want.iter().filter_map(|sql| sql.strip_prefix("CREATE TABLE ")?.split([' ', '(']).next()) {
            let count = format!("SELECT count(*) FROM {table}");
            let rows: i64 = migrated.query_row(&count, [], |row| row.get(0)).unwrap();
            assert_eq!(rows, 0, "a migration puts rows into {table}: a new file would not have them");
        }
    }
}
