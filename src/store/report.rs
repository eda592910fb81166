//! The SELECTs behind `status`.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::{OptionalExtension, params, params_from_iter};

use super::Store;
use super::error::Error;
use crate::model::accounts::{AccountLine, Standing};
use crate::model::extract::Catalog;
use crate::model::report::{
    ACCOUNTS_IN_FULL_MAX, ACCOUNTS_NAMED_MAX, AccountReport, LogHolds, OpenEvents, Overview, OverviewLine,
    ResourceState, StatusReport, StatusWish,
};

/// A file up to this size is looked through before its rows are counted: that takes a tenth of a second at most.
const CHECKED_BYTES_MAX: u64 = 32 << 20;
/// A sync that ended within a day is a recent one.
const LATELY_S: i64 = 86_400;
/// How a run that read a list whole is logged.
const COMPLETE: &str = "complete";
/// How one is logged that read a part of it.
const PARTIAL: &str = "partial";

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
        self.status_of(catalog, &StatusWish { is_full: true, ..StatusWish::default() }, 0)
    }

    /// Reads how what is wished for stands at this second. Some hundred questions are asked of each account; where there are
    /// too many of them, they are summed up instead.
    ///
    /// # Errors
    /// SQLite's.
    pub fn status_of(&self, catalog: &Catalog, wish: &StatusWish, now_s: i64) -> Result<StatusReport, Error> {
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
        let told = if is_full && lines.len() > ACCOUNTS_IN_FULL_MAX { Some(self.tables_told(catalog)?) } else { None };
        let mut accounts = Vec::with_capacity(lines.len());
        for line in &lines {
            let mut account = account_report(line, open.get(&line.row).copied().unwrap_or_default());
            if is_full {
                account.resources = self.resources_of(catalog, line, told.as_ref())?;
            }
            accounts.push(account);
        }
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

    /// Returns the tables that have rows or runs of each account: for thousands of them nothing is asked of the others.
    fn tables_told(&self, catalog: &Catalog) -> Result<HashSet<(i64, usize)>, Error> {
        let sql = |e| self.sql(e);
        let mut told = HashSet::new();
        for entry in catalog.entries() {
            let text = super::account_lines::counts_all(&entry.resource.table());
            self.each_account(&text, |account, _| told.extend([(account, entry.index)]))?;
        }
        let mut statement = self.conn.prepare("SELECT DISTINCT account, resource FROM sync_logs").map_err(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).map_err(sql)?;
        for row in rows {
            let (account, table) = row.map_err(sql)?;
            told.extend(catalog.by_table(&table).map(|entry| (account, entry.index)));
        }
        Ok(told)
    }

    /// Reads the state of every table with rows or runs of an account; `told` are those tables, where they are known.
    fn resources_of(
        &self,
        catalog: &Catalog,
        line: &AccountLine,
        told: Option<&HashSet<(i64, usize)>>,
    ) -> Result<Vec<ResourceState>, Error> {
        let mut resources = Vec::new();
        for entry in catalog.entries().iter().filter(|e| e.resource.provider.name() == line.provider) {
            if told.is_some_and(|told| !told.contains(&(line.row, entry.index))) {
                continue;
            }
            let resource = entry.resource;
            let parents = resource.inline.iter().map(|inline| inline.parent).chain(resource.parent());
            let parents: Vec<String> = parents.map(|name| format!("{}_{name}", resource.provider.name())).collect();
            let of_parents = parents.iter().filter_map(|parent| catalog.by_table(parent)).map(|entry| entry.resource);
            let has_events = of_parents.chain([resource]).any(|resource| !resource.events.is_empty());
            let until_s = line.events_until_s.filter(|_| has_events);
            resources.extend(self.resource_status(line.row, &resource.table(), &parents, until_s)?);
        }
        Ok(resources)
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
