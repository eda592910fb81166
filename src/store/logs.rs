//! The log of runs, and which lists an account may read.

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::error::Error;
use crate::model::progress::Counts;

/// Runs of a resource that are remembered: with thousands of accounts, each read every few minutes, the log of runs would
/// outgrow all else.
const KEPT: u32 = 100;

/// One resource in one run.
#[derive(Debug, Clone)]
pub struct LogEntry<'a> {
    /// The run's name.
    pub run: &'a str,
    /// The account's row.
    pub account: i64,
    /// Qualified name.
    pub resource: &'a str,
    /// Unix seconds.
    pub started_s: i64,
    /// Unix seconds.
    pub finished_s: i64,
    /// `complete`, `failed`, …
    pub status: &'a str,
    /// Counts.
    pub counts: Counts,
    /// What went wrong.
    pub error: Option<&'a str>,
}

impl Store {
    /// Returns whether any of the runs that the log still has read a list to its end.
    ///
    /// # Errors
    /// SQLite's.
    pub fn was_complete(&self, account: i64, table: &str) -> Result<bool, Error> {
        let text = "SELECT EXISTS (SELECT 1 FROM sync_logs
                      WHERE account=?1 AND resource=?2 AND status IN ('complete', 'with gaps'))";
        self.conn.query_row(text, params![account, table], |row| row.get(0)).map_err(|e| self.sql(e))
    }

    /// Writes one resource's run into the log, and forgets the oldest where there are many.
    ///
    /// # Errors
    /// SQLite's.
    pub fn log_run(&self, entry: &LogEntry) -> Result<(), Error> {
        let c = entry.counts;
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.conn
            .prepare_cached(
                "INSERT INTO sync_logs (run, account, resource, started_at, finished_at, status,
                   new, changed, deleted, unchanged, requests, error)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )
            .and_then(|mut statement| {
                statement.execute(params![
                    entry.run,
                    entry.account,
                    entry.resource,
                    entry.started_s,
                    entry.finished_s,
                    entry.status,
                    count(c.new),
                    count(c.changed),
                    count(c.deleted),
                    count(c.unchanged),
                    count(c.requests),
                    entry.error
                ])
            })
            .map_err(|e| self.sql(e))?;
        self.conn
            .prepare_cached(&format!(
                "DELETE FROM sync_logs WHERE account=?1 AND resource=?2 AND id <= (
                   SELECT id FROM sync_logs WHERE account=?1 AND resource=?2 ORDER BY id DESC LIMIT 1 OFFSET {KEPT})"
            ))
            .and_then(|mut statement| statement.execute(params![entry.account, entry.resource]))
            .map(drop)
            .map_err(|e| self.sql(e))
    }

    /// Returns what was last known of a list's availability, and when it was asked.
    ///
    /// # Errors
    /// SQLite's.
    pub fn availability(&self, account: i64, resource: i64) -> Result<Option<(String, i64)>, Error> {
        self.conn
            .query_row(
                "SELECT state, checked_s FROM availability WHERE account=?1 AND resource=?2",
                params![account, resource],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(|e| self.sql(e))
    }

    /// Remembers a list's availability.
    ///
    /// # Errors
    /// SQLite's.
    pub fn set_availability(
        &self,
        account: i64,
        resource: i64,
        state: &str,
        reason: Option<&str>,
        now_s: i64,
    ) -> Result<(), Error> {
        self.at_once(|| {
            self.conn
                .execute(
                    "INSERT INTO availability (account, resource, state, reason, checked_s) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET state=?3, reason=?4, checked_s=?5",
                    params![account, resource, state, reason, now_s],
                )
                .map(drop)
                .map_err(|e| self.sql(e))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::NewAccount;

    #[test]
    fn of_each_resource_the_last_hundred_runs_are_remembered() {
        let store = Store::in_memory().expect("opens");
        let accounts = ["acct_1", "acct_2"]
            .map(|id| store.account(&NewAccount::opened("stripe", id, "test")).expect("an account").id);
        for at_s in 0..250 {
            for (account, resource) in [(accounts[0], "stripe_customers"), (accounts[1], "stripe_customers")] {
                let run = at_s.to_string();
                let (run, status, counts) = (run.as_str(), "complete", Counts::default());
                let entry =
                    LogEntry { run, account, resource, started_s: at_s, finished_s: at_s, status, counts, error: None };
                store.log_run(&entry).expect("written");
                if at_s >= 100 && account == accounts[1] {
                    break;
                }
            }
        }
        let kept = "SELECT account, count(*), min(started_at) FROM sync_logs GROUP BY account ORDER BY account";
        assert_eq!(store.query_text(kept).expect("rows"), [["1", "100", "150"], ["2", "100", "150"]]);
    }
}
