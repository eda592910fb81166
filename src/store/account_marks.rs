//! What events say of an account itself, as the log has it, and the marks that they leave on the account's row.

use std::sync::atomic::Ordering;

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::error::Error;

/// How an account's row is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The service's id.
    pub remote_id: String,
    /// `active`, `disconnected`, `removed`.
    pub status: String,
    /// Whether a credential has opened it.
    pub is_opened: bool,
    /// The row of the account whose key reads it, where it is not its own.
    pub platform: Option<i64>,
    /// When an answer last showed it, by the service's clock.
    pub answered_s: Option<i64>,
}

/// A logged event that says something of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEvent {
    /// `account.updated`.
    pub kind: String,
    /// Its second.
    pub created_s: i64,
    /// The whole event.
    pub payload: String,
}

impl Store {
    /// Returns how an account's row is marked.
    ///
    /// # Errors
    /// SQLite's; also where there is none.
    pub fn mark(&self, account: i64) -> Result<Mark, Error> {
        self.conn
            .prepare_cached(
                "SELECT remote_id, status, opened IS NOT NULL, platform, answered FROM accounts WHERE id=?1",
            )
            .and_then(|mut one| {
                one.query_row([account], |row| {
                    Ok(Mark {
                        remote_id: row.get(0)?,
                        status: row.get(1)?,
                        is_opened: row.get(2)?,
                        platform: row.get(3)?,
                        answered_s: row.get(4)?,
                    })
                })
            })
            .map_err(|e| self.sql(e))
    }

    /// Returns the account of this id that a platform's key reads.
    ///
    /// # Errors
    /// SQLite's.
    pub fn connected_account(&self, platform: i64, remote_id: &str) -> Result<Option<i64>, Error> {
        // By the unique index: a platform may have thousands.
        self.conn
            .prepare_cached(
                "SELECT a.id FROM accounts a JOIN accounts p ON p.id=?1
                 WHERE a.provider=p.provider AND a.remote_id=?2 AND a.mode=p.mode AND a.platform=p.id",
            )
            .and_then(|mut one| one.query_row(params![platform, remote_id], |row| row.get(0)).optional())
            .map_err(|e| self.sql(e))
    }

    /// Returns the newest logged event about an object, of an account or of its platform: by its second, then by its id, so
    /// that any order of delivery finds the same. What somebody's own files told of is left out.
    ///
    /// # Errors
    /// SQLite's.
    pub fn newest_event_about(
        &self,
        (account, platform): (i64, Option<i64>),
        table: &str,
        object_id: &str,
    ) -> Result<Option<AccountEvent>, Error> {
        self.conn
            .prepare_cached(
                "SELECT type, created, payload FROM webhook_events
                 WHERE account IN (?1, ?2) AND object=?3 AND object_id=?4 AND error IS NULL
                   AND source NOT IN ('test', 'replay')
                 ORDER BY created DESC, event_id DESC LIMIT 1",
            )
            .and_then(|mut one| {
                one.query_row(params![account, platform, table, object_id], |row| {
                    Ok(AccountEvent { kind: row.get(0)?, created_s: row.get(1)?, payload: row.get(2)? })
                })
                .optional()
            })
            .map_err(|e| self.sql(e))
    }

    /// Writes an account's name and country.
    ///
    /// # Errors
    /// SQLite's.
    pub fn describe(&self, account: i64, name: Option<&str>, country: Option<&str>) -> Result<(), Error> {
        self.conn
            .prepare_cached(
                "UPDATE accounts SET name=?2, country=?3 WHERE id=?1 AND (name IS NOT ?2 OR country IS NOT ?3)",
            )
            .and_then(|mut write| write.execute(params![account, name, country]))
            .map(drop)
            .map_err(|e| self.sql(e))
    }

    /// Notes that an account may be read again; one that was removed by hand stays so.
    ///
    /// # Errors
    /// SQLite's.
    pub fn reconnected(&self, account: i64) -> Result<(), Error> {
        self.family.accounts_written.fetch_add(1, Ordering::Relaxed);
        self.conn
            .prepare_cached(
                "UPDATE accounts SET status='active', error=NULL, failures=0, retry_at=NULL
                 WHERE id=?1 AND status='disconnected'",
            )
            .and_then(|mut write| write.execute([account]))
            .map(drop)
            .map_err(|e| self.sql(e))
    }

    /// Notes that a sync of an account has come to its end, by this machine's clock; where it was no whole one, only that it
    /// had its turn, and fails no more.
    ///
    /// # Errors
    /// SQLite's.
    pub fn synced(&self, account: i64, is_whole: bool) -> Result<(), Error> {
        self.conn
            .prepare_cached(
                "UPDATE accounts SET attempted=unixepoch(), synced=CASE WHEN ?2 THEN unixepoch() ELSE synced END, failures=0,
                   retry_at=NULL, error=NULL WHERE id=?1",
            )
            .and_then(|mut write| write.execute(params![account, is_whole]))
            .map(drop)
            .map_err(|e| self.sql(e))
    }

    /// Notes when an answer last told of an account.
    ///
    /// # Errors
    /// SQLite's.
    pub fn put_answered(&self, account: i64, answered_s: i64) -> Result<(), Error> {
        self.conn
            .prepare_cached("UPDATE accounts SET answered=max(coalesce(answered, 0), ?2) WHERE id=?1")
            .and_then(|mut write| write.execute([account, answered_s]))
            .map(drop)
            .map_err(|e| self.sql(e))
    }
}
