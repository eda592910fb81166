//! The SELECTs behind `status`.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params, params_from_iter};

use super::Store;
use super::error::Error;
use crate::model::extract::Catalog;
use crate::model::report::{AccountReport, LogHolds, OpenEvents, ResourceState, StatusReport};

/// A file up to this size is looked through before its rows are counted: that takes a tenth of a second at most.
const CHECKED_BYTES_MAX: u64 = 32 << 20;
/// How a run that read a list whole is logged.
const COMPLETE: &str = "complete";
/// How one is logged that read a part of it.
const PARTIAL: &str = "partial";

impl Store {
    /// Reads how everything stands.
    ///
    /// # Errors
    /// SQLite's.
    pub fn status(&self, catalog: &Catalog) -> Result<StatusReport, Error> {
        let sql = |e| self.sql(e);
        if self.size_bytes() <= CHECKED_BYTES_MAX {
            self.check()?;
        }
        let mut statement = self
            .conn
            .prepare(
                "SELECT id, provider, remote_id, mode, name, events_until,
                   (SELECT count(*) FROM fetches WHERE account=a.id) + (SELECT count(*) FROM fanouts WHERE account=a.id),
                   (SELECT count(*) FROM webhook_events WHERE account=a.id AND status='received'),
                   (SELECT count(*) FROM webhook_events WHERE account=a.id AND status='failed'),
                   (SELECT count(*) FROM webhook_events WHERE account=a.id AND status='dead')
                 FROM accounts a ORDER BY provider, remote_id",
            )
            .map_err(sql)?;
        let rows = statement
            .query_map([], |row| {
                let account = AccountReport {
                    provider: row.get(1)?,
                    id: row.get(2)?,
                    mode: row.get(3)?,
                    name: row.get(4)?,
                    events_until_s: row.get(5)?,
                    queued: row.get::<_, i64>(6)?.unsigned_abs(),
                    events: OpenEvents {
                        waiting: row.get::<_, i64>(7)?.unsigned_abs(),
                        failed: row.get::<_, i64>(8)?.unsigned_abs(),
                        dead: row.get::<_, i64>(9)?.unsigned_abs(),
                    },
                    ..AccountReport::default()
                };
                Ok((row.get::<_, i64>(0)?, account))
            })
            .map_err(sql)?;
        let mut accounts = Vec::new();
        for row in rows {
            let (id, mut account) = row.map_err(sql)?;
            for entry in catalog.entries().iter().filter(|e| e.resource.provider.name() == account.provider) {
                let resource = entry.resource;
                let parents = resource.inline.iter().map(|inline| inline.parent).chain(resource.parent());
                let parents: Vec<String> = parents.map(|name| format!("{}_{name}", resource.provider.name())).collect();
                let of_parents =
                    parents.iter().filter_map(|parent| catalog.by_table(parent)).map(|entry| entry.resource);
                let has_events = of_parents.chain([resource]).any(|resource| !resource.events.is_empty());
                let until_s = account.events_until_s.filter(|_| has_events);
                account.resources.extend(self.resource_status(id, &resource.table(), &parents, until_s)?);
            }
            accounts.push(account);
        }
        let database = self.path.display().to_string();
        Ok(StatusReport {
            database,
            size_bytes: self.size_bytes(),
            accounts,
            log: self.log_holds(None)?,
            provider: None,
        })
    }

    /// Returns how many events the log holds, of one service or of all, and since when. By indexes alone.
    ///
    /// # Errors
    /// SQLite's.
    pub fn log_holds(&self, provider: Option<&str>) -> Result<LogHolds, Error> {
        let text = match provider {
            None => "SELECT (SELECT count(*) FROM webhook_events), (SELECT min(received_at) FROM webhook_events)",
            Some(_) => {
                "SELECT count(*), min(received_at) FROM webhook_events INDEXED BY webhook_events_by_time
                 WHERE account IN (SELECT id FROM accounts WHERE provider = ?1)"
            }
        };
        let read =
            |row: &rusqlite::Row| Ok(LogHolds { events: row.get::<_, i64>(0)?.unsigned_abs(), since_s: row.get(1)? });
        self.conn.query_row(text, params_from_iter(provider), read).map_err(|e| self.sql(e))
    }

    /// Looks through the whole file for damage: a page that still looks like one would be counted wrong without a word.
    fn check(&self) -> Result<(), Error> {
        let found: String =
            self.conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|e| self.sql(e))?;
        if found == "ok" {
            return Ok(());
        }
        let corrupt = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        Err(self.sql(rusqlite::Error::SqliteFailure(corrupt, Some(found))))
    }

    /// Reads one table's state. What comes inside a parent is as fresh as the parent, and what events tell of is as
    /// fresh as the log of them once its list was whole.
    fn resource_status(
        &self,
        account: i64,
        table: &str,
        parents: &[String],
        events_until_s: Option<i64>,
    ) -> Result<Option<ResourceState>, Error> {
        let sql = |e| self.sql(e);
        // The unique index by account answers the first count without touching the rows' pages.
        let all: i64 = self
            .conn
            .query_row(&format!("SELECT count(*) FROM {table} WHERE account=?1"), [account], |row| row.get(0))
            .map_err(sql)?;
        // Word for word the condition of the table's `_odd` index.
        let odd = format!(
            "SELECT count(deleted_at), coalesce(sum(unsettled), 0) FROM {table} INDEXED BY {table}_odd
             WHERE account=?1 AND (deleted_at IS NOT NULL OR unsettled = 1)"
        );
        let mut last = self.last_run(account, table)?;
        if all == 0 && last.is_none() {
            return Ok(None);
        }
        let is_whole = |(_, status): &(Option<i64>, String)| status == COMPLETE;
        if last.as_ref().is_none_or(is_whole) {
            let runs = parents.iter().map(|parent| self.last_run(account, parent)).collect::<Result<Vec<_>, _>>()?;
            let of_parents = runs.into_iter().flatten().max();
            last = last.max(of_parents.filter(|run| all > 0 && is_whole(run)));
        }
        if let Some((at_s, _)) = last.as_mut().filter(|run| is_whole(run)) {
            *at_s = (*at_s).max(events_until_s);
        }
        let (deleted, unsettled): (i64, i64) =
            self.conn.query_row(&odd, [account], |row| Ok((row.get(0)?, row.get(1)?))).map_err(sql)?;
        Ok(Some(ResourceState {
            table: table.to_owned(),
            rows: (all - deleted).unsigned_abs(),
            deleted: deleted.unsigned_abs(),
            unsettled: unsettled.unsigned_abs(),
            last_sync_s: last.as_ref().and_then(|l| l.0),
            last_status: last.map(|l| l.1),
        }))
    }

    /// Returns when a table's last run ended, and how. A part read again takes nothing from what is complete.
    fn last_run(&self, account: i64, table: &str) -> Result<Option<(Option<i64>, String)>, Error> {
        let newest = |only: &str| {
            let text = format!(
                "SELECT finished_at, status FROM sync_logs WHERE account=?1 AND resource=?2 {only} ORDER BY id DESC LIMIT 1"
            );
            self.conn
                .query_row(&text, params![account, table], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
                .map_err(|e| self.sql(e))
        };
        let last: Option<(Option<i64>, String)> = newest("")?;
        match &last {
            Some((_, status)) if status == PARTIAL => Ok(newest("AND status<>'partial'")?.or(last)),
            _ => Ok(last),
        }
    }

    /// Returns the tables whose lists have all been read to their end.
    ///
    /// # Errors
    /// SQLite's.
    pub fn complete_tables(&self) -> Result<HashSet<String>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare(
                "SELECT r.name FROM walks w JOIN resources r ON r.id = w.resource
                 GROUP BY r.name HAVING count(*) = count(w.drained_s)",
            )
            .map_err(sql)?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
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

    /// Returns how many living rows a table has.
    ///
    /// # Errors
    /// SQLite's.
    pub fn living_count(&self, account: i64, table: &str) -> Result<u64, Error> {
        // By indexes alone: rows with their JSON are large. The second condition is that of the `_odd` index.
        let text = format!(
            "SELECT (SELECT count(*) FROM {table} WHERE account=?1)
               - (SELECT count(deleted_at) FROM {table} INDEXED BY {table}_odd
                  WHERE account=?1 AND (deleted_at IS NOT NULL OR unsettled = 1))"
        );
        let count = self.conn.query_row(&text, [account], |row| row.get::<_, i64>(0));
        count.map(i64::unsigned_abs).map_err(|e| self.sql(e))
    }

    /// Returns when the account's last run ended, by the service's clock.
    ///
    /// # Errors
    /// SQLite's.
    pub fn last_run_s(&self, account: i64) -> Result<Option<i64>, Error> {
        let text = "SELECT max(finished_at) FROM sync_logs WHERE account=?1";
        self.conn.query_row(text, [account], |row| row.get(0)).map_err(|e| self.sql(e))
    }

    /// Returns how large the file and its WAL are.
    pub fn size_bytes(&self) -> u64 {
        let wal = super::beside(&self.path, "-wal");
        [self.path.as_path(), wal.as_path()].iter().filter_map(|p| std::fs::metadata(p).ok()).map(|m| m.len()).sum()
    }
}
