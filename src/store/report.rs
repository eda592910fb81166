//! The SELECTs behind `status`.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::params_from_iter;

use super::Store;
use super::error::Error;
use crate::model::accounts::{AccountLine, Standing};
use crate::model::extract::Catalog;
use crate::model::report::{
    ACCOUNTS_IN_FULL_MAX, ACCOUNTS_NAMED_MAX, AccountReport, LogHolds, OpenEvents, Overview, OverviewLine,
    StatusReport, StatusWish,
};

/// A file up to this size is looked through before its rows are counted: that takes a tenth of a second at most.
const CHECKED_BYTES_MAX: u64 = 32 << 20;
/// A sync that ended within a day is a recent one.
const LATELY_S: i64 = 86_400;

/// What is still to be done for an account.
#[derive(Debug, Clone, Copy, Default)]
struct OpenWork {
    queued: u64,
    events: OpenEvents,
}

/// Takes a number into what is still to be done.
type AddOpen = fn(&mut OpenWork, u64);

/// How that is counted, by account.
const OPEN: [(&str, AddOpen); 5] = [
    ("SELECT account, count(*) FROM fetches GROUP BY account", |open, count| open.queued += count),
    ("SELECT account, count(*) FROM fanouts GROUP BY account", |open, count| open.queued += count),
    (
        "SELECT account, count(*) FROM webhook_events INDEXED BY webhook_events_waiting WHERE status = 'received' GROUP BY account",
        |open, count| open.events.waiting += count,
    ),
    (
        "SELECT account, count(*) FROM webhook_events INDEXED BY webhook_events_failed WHERE status = 'failed' GROUP BY account",
        |open, count| open.events.failed += count,
    ),
    (
        "SELECT account, count(*) FROM webhook_events INDEXED BY webhook_events_dead WHERE status = 'dead' GROUP BY account",
        |open, count| open.events.dead += count,
    ),
];

fn account_report(line: &AccountLine, open: OpenWork) -> AccountReport {
    AccountReport {
        row: line.row,
        is_connected: line.platform.is_some(),
        provider: line.provider.clone(),
        id: line.id.clone(),
        mode: line.mode.clone(),
        name: line.name.clone(),
        events_until_s: line.events_until_s,
        queued: open.queued,
        events: open.events,
        standing: line.standing,
        error: line.error.clone(),
        synced_s: line.synced_s,
        ..AccountReport::default()
    }
}

/// Sums accounts up.
fn overview(lines: &[AccountLine], accounts: &[AccountReport], now_s: i64) -> Overview {
    let mut groups: BTreeMap<(&str, &str, Standing), OverviewLine> = BTreeMap::new();
    let mut sum = Overview::default();
    for (line, account) in lines.iter().zip(accounts) {
        let group = groups.entry((&line.provider, &line.mode, line.standing)).or_insert_with(|| OverviewLine {
            provider: line.provider.clone(),
            mode: line.mode.clone(),
            standing: line.standing,
            accounts: 0,
            synced_lately: 0,
            oldest_sync_s: Some(i64::MAX),
        });
        group.accounts += 1;
        group.synced_lately += u64::from(line.synced_s.is_some_and(|synced_s| synced_s >= now_s - LATELY_S));
        group.oldest_sync_s = group.oldest_sync_s.zip(line.synced_s).map(|(a, b)| a.min(b));
        sum.queued += account.queued;
        sum.events.waiting += account.events.waiting;
        sum.events.failed += account.events.failed;
        sum.events.dead += account.events.dead;
        if line.standing == Standing::Failing {
            sum.failing_count += 1;
            if sum.failing.len() < ACCOUNTS_NAMED_MAX {
                sum.failing.push((line.label(), line.failures, line.error.clone()));
            }
        }
    }
    sum.lines = groups.into_values().collect();
    sum
}

impl Store {
    /// Reads how everything stands, each account in full.
    ///
    /// # Errors
    /// SQLite's.
    pub fn status(&self, catalog: &Catalog) -> Result<StatusReport, Error> {
        let mut status = self.status_of(&StatusWish { is_full: true, ..StatusWish::default() }, 0)?;
        let tables = self.account_tables(catalog, &status.accounts)?;
        status.accounts.iter_mut().try_for_each(|account| tables.read(account))?;
        drop(tables);
        Ok(status)
    }

    /// Reads how what is wished for stands at this second, and the sum of the accounts where they are many. What each table of
    /// theirs holds is told by [`Store::account_tables`].
    ///
    /// # Errors
    /// SQLite's.
    pub fn status_of(&self, wish: &StatusWish, now_s: i64) -> Result<StatusReport, Error> {
        if self.size_bytes() <= CHECKED_BYTES_MAX {
            self.check()?;
        }
        let mut lines = self.account_lines()?;
        if let Some(openers) = &wish.openers {
            openers.look_at(&mut lines);
        }
        lines.retain(|line| {
            wish.provider.is_none_or(|provider| provider == line.provider)
                && (wish.accounts.is_empty() || wish.accounts.contains(&line.id))
        });
        let is_full = wish.is_full || !wish.accounts.is_empty() || lines.len() <= ACCOUNTS_IN_FULL_MAX;
        let open = self.open_work()?;
        let report = |line: &AccountLine| account_report(line, open.get(&line.row).copied().unwrap_or_default());
        let accounts: Vec<AccountReport> = lines.iter().map(report).collect();
        Ok(StatusReport {
            database: self.path.display().to_string(),
            size_bytes: self.size_bytes(),
            overview: (!is_full).then(|| overview(&lines, &accounts, now_s)),
            accounts,
            log: self.log_holds(wish.provider)?,
            provider: wish.provider,
        })
    }

    /// Returns what is still to be done for each account, by indexes that hold nothing else.
    fn open_work(&self) -> Result<HashMap<i64, OpenWork>, Error> {
        let mut open: HashMap<i64, OpenWork> = HashMap::new();
        for (text, add) in OPEN {
            self.each_account(text, |account, count| add(open.entry(account).or_default(), count))?;
        }
        Ok(open)
    }

    /// Reads lines of an account and a number.
    pub(super) fn each_account(&self, text: &str, mut told: impl FnMut(i64, u64)) -> Result<(), Error> {
        let sql = |e| self.sql(e);
        let mut statement = self.conn.prepare(text).map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let read = row.get::<_, i64>(0).and_then(|account| Ok((account, row.get::<_, i64>(1)?)));
            let (account, count) = read.map_err(sql)?;
            told(account, count.unsigned_abs());
        }
        Ok(())
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
