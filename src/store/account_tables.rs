//! The SELECTs behind what `status` tells of each table of each account: one account after the other, so that thousands of
//! them take no more memory than one.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::error::Error;
use crate::model::extract::Catalog;
use crate::model::report::{ACCOUNTS_IN_FULL_MAX, AccountReport, ResourceState};

/// How a run that read a list whole is logged.
const COMPLETE: &str = "complete";
/// How one is logged that read a part of it.
const PARTIAL: &str = "partial";
/// Statements that are kept ready where many accounts are told: two for each table, and some more.
const STATEMENTS: usize = 512;
/// Tables in a word of those that an account has.
const WORD: usize = u64::BITS as usize;

/// Reads the tables of one account after the other.
pub struct AccountTables<'a> {
    store: &'a Store,
    catalog: &'a Catalog,
    /// Of each account the tables that have rows or runs of it, a bit for each; none where the accounts are few.
    told: Option<HashMap<i64, Vec<u64>>>,
}

impl Store {
    /// Returns the reader of what these accounts have in each table.
    ///
    /// # Errors
    /// SQLite's.
    pub fn account_tables<'a>(
        &'a self,
        catalog: &'a Catalog,
        accounts: &[AccountReport],
    ) -> Result<AccountTables<'a>, Error> {
        // For a few each table is asked; for thousands nothing is asked of those that have none of it.
        let told = if accounts.len() > ACCOUNTS_IN_FULL_MAX {
            self.conn.set_prepared_statement_cache_capacity(STATEMENTS);
            Some(self.tables_told(catalog)?)
        } else {
            None
        };
        Ok(AccountTables { store: self, catalog, told })
    }

    fn tables_told(&self, catalog: &Catalog) -> Result<HashMap<i64, Vec<u64>>, Error> {
        let sql = |e| self.sql(e);
        let words = catalog.entries().len().div_ceil(WORD);
        let mut told: HashMap<i64, Vec<u64>> = HashMap::new();
        let mut tell = |account: i64, index: usize| {
            told.entry(account).or_insert_with(|| vec![0; words])[index / WORD] |= 1 << (index % WORD);
        };
        for entry in catalog.entries() {
            let text = super::account_lines::counts_all(&entry.resource.table(), None);
            self.each_account(&text, |account, _| tell(account, entry.index))?;
        }
        let mut statement = self.conn.prepare("SELECT DISTINCT account, resource FROM sync_logs").map_err(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).map_err(sql)?;
        for row in rows {
            let (account, table) = row.map_err(sql)?;
            if let Some(entry) = catalog.by_table(&table) {
                tell(account, entry.index);
            }
        }
        Ok(told)
    }
}

impl AccountTables<'_> {
    /// Reads the state of every table with rows or runs of an account into its report.
    ///
    /// # Errors
    /// SQLite's.
    pub fn read(&self, account: &mut AccountReport) -> Result<(), Error> {
        account.resources.clear();
        for entry in self.catalog.entries().iter().filter(|e| e.resource.provider.name() == account.provider) {
            if !self.has(account.row, entry.index) {
                continue;
            }
            let resource = entry.resource;
            let parents = resource.inline.iter().map(|inline| inline.parent).chain(resource.parent());
            let parents: Vec<String> = parents.map(|name| format!("{}_{name}", resource.provider.name())).collect();
            let of_parents = parents.iter().filter_map(|parent| self.catalog.by_table(parent)).map(|it| it.resource);
            let has_events = of_parents.chain([resource]).any(|resource| !resource.events.is_empty());
            let until_s = account.events_until_s.filter(|_| has_events);
            account.resources.extend(self.state(account.row, &resource.table(), &parents, until_s)?);
        }
        Ok(())
    }

    fn has(&self, account: i64, index: usize) -> bool {
        let Some(told) = &self.told else { return true };
        told.get(&account).is_some_and(|words| words[index / WORD] & (1 << (index % WORD)) != 0)
    }

    /// Reads one table's state. What comes inside a parent is as fresh as the parent, and what events tell of is as
    /// fresh as the log of them once its list was whole.
    fn state(
        &self,
        account: i64,
        table: &str,
        parents: &[String],
        events_until_s: Option<i64>,
    ) -> Result<Option<ResourceState>, Error> {
        let sql = |e| self.store.sql(e);
        // The unique index by account answers the first count without touching the rows' pages.
        let all = format!("SELECT count(*) FROM {table} WHERE account=?1");
        let all: i64 = self
            .store
            .conn
            .prepare_cached(&all)
            .and_then(|mut count| count.query_row([account], |row| row.get(0)))
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
        let (deleted, unsettled): (i64, i64) = self
            .store
            .conn
            .prepare_cached(&odd)
            .and_then(|mut count| count.query_row([account], |row| Ok((row.get(0)?, row.get(1)?))))
            .map_err(sql)?;
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
            self.store
                .conn
                .prepare_cached(&text)
                .and_then(|mut last| {
                    last.query_row(params![account, table], |row| Ok((row.get(0)?, row.get(1)?))).optional()
                })
                .map_err(|e| self.store.sql(e))
        };
        let last: Option<(Option<i64>, String)> = newest("")?;
        match &last {
            Some((_, status)) if status == PARTIAL => Ok(newest("AND status<>'partial'")?.or(last)),
            _ => Ok(last),
        }
    }
}
