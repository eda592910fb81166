//! The SELECTs behind `status`.

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::error::Error;
use crate::model::extract::Catalog;

/// How one resource of one account stands.
#[derive(Debug, Clone)]
pub struct ResourceStatus {
    /// Table name.
    pub table: String,
    /// Living rows.
    pub rows: u64,
    /// Tombstones.
    pub deleted: u64,
    /// Rows whose state is in doubt until a sync fetches them.
    pub unsettled: u64,
    /// When a run last ended with it, unix seconds.
    pub last_sync_s: Option<i64>,
    /// How that ended.
    pub last_status: Option<String>,
}

/// How one account stands.
#[derive(Debug, Clone)]
pub struct AccountStatus {
    /// `stripe`, `fic`.
    pub provider: String,
    /// The service's id.
    pub remote_id: String,
    /// `live`, `test`, `sandbox`.
    pub mode: String,
    /// Its name.
    pub name: Option<String>,
    /// Every event before this second is in.
    pub events_until_s: Option<i64>,
    /// GETs and lists still queued.
    pub queued: u64,
    /// Its resources with rows or runs.
    pub resources: Vec<ResourceStatus>,
}

/// How the file stands.
#[derive(Debug, Clone)]
pub struct Status {
    /// Bytes of the file and its WAL.
    pub size_bytes: u64,
    /// Accounts.
    pub accounts: Vec<AccountStatus>,
}

impl Store {
    /// Reads how everything stands.
    ///
    /// # Errors
    /// SQLite's.
    pub fn status(&self, catalog: &Catalog) -> Result<Status, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare(
                "SELECT id, provider, remote_id, mode, name, events_until,
                   (SELECT count(*) FROM fetches WHERE account=a.id) + (SELECT count(*) FROM fanouts WHERE account=a.id)
                 FROM accounts a ORDER BY provider, remote_id",
            )
            .map_err(sql)?;
        let rows = statement
            .query_map([], |row| {
                let account = AccountStatus {
                    provider: row.get(1)?,
                    remote_id: row.get(2)?,
                    mode: row.get(3)?,
                    name: row.get(4)?,
                    events_until_s: row.get(5)?,
                    queued: row.get::<_, i64>(6)?.unsigned_abs(),
                    resources: Vec::new(),
                };
                Ok((row.get::<_, i64>(0)?, account))
            })
            .map_err(sql)?;
        let mut accounts = Vec::new();
        for row in rows {
            let (id, mut account) = row.map_err(sql)?;
            for entry in catalog.entries().iter().filter(|e| e.resource.provider.name() == account.provider) {
                account.resources.extend(self.resource_status(id, &entry.resource.table())?);
            }
            accounts.push(account);
        }
        Ok(Status { size_bytes: self.size_bytes(), accounts })
    }

    fn resource_status(&self, account: i64, table: &str) -> Result<Option<ResourceStatus>, Error> {
        let sql = |e| self.sql(e);
        // The unique index by account answers the first count without touching the rows' pages.
        let all: i64 = self
            .conn
            .query_row(&format!("SELECT count(*) FROM {table} WHERE account=?1"), [account], |row| row.get(0))
            .map_err(sql)?;
        let count = |column: &str| {
            let text = format!("SELECT count(*) FROM {table} WHERE account=?1 AND {column}");
            self.conn.query_row(&text, [account], |row| row.get::<_, i64>(0)).map_err(sql)
        };
        let last: Option<(Option<i64>, String)> = self
            .conn
            .query_row(
                "SELECT finished_at, status FROM sync_logs WHERE account=?1 AND resource=?2 ORDER BY id DESC LIMIT 1",
                params![account, table],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(sql)?;
        if all == 0 && last.is_none() {
            return Ok(None);
        }
        let deleted = if all == 0 { 0 } else { count("deleted_at IS NOT NULL")? };
        let unsettled = if all == 0 { 0 } else { count("unsettled = 1")? };
        Ok(Some(ResourceStatus {
            table: table.to_owned(),
            rows: (all - deleted).unsigned_abs(),
            deleted: deleted.unsigned_abs(),
            unsettled: unsettled.unsigned_abs(),
            last_sync_s: last.as_ref().and_then(|l| l.0),
            last_status: last.map(|l| l.1),
        }))
    }

    /// Returns the ids of the living rows of a table.
    ///
    /// # Errors
    /// SQLite's.
    pub fn living_ids(&self, account: i64, table: &str) -> Result<Vec<String>, Error> {
        let sql = |e| self.sql(e);
        let text = format!("SELECT id FROM {table} WHERE account=?1 AND deleted_at IS NULL ORDER BY row_id");
        let mut statement = self.conn.prepare(&text).map_err(sql)?;
        let rows = statement.query_map([account], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    fn size_bytes(&self) -> u64 {
        let wal = self.path.with_extension("db-wal");
        [self.path.as_path(), wal.as_path()].iter().filter_map(|p| std::fs::metadata(p).ok()).map(|m| m.len()).sum()
    }
}
