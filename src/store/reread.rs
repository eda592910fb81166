//! Computing columns and child rows anew from `data`, after a migration that added some.
//!
//! The migration names the tables; they are worked off in small transactions, each of which notes how far it came, so
//! that a killed program goes on where it was.

use std::time::Duration;

use rusqlite::{OptionalExtension, ToSql, params};

use super::Store;
use super::error::Error;
use super::statements::Statements;
use crate::model::cancel::Cancel;
use crate::model::extract::{Again, Catalog, Compiled};
use crate::model::resource::Resource;
use crate::model::row::{Cell, ChildSet};

/// Rows of one transaction.
const ROWS_MAX: i64 = 200;
/// JSON of one transaction, in bytes; one row may pass it.
const DATA_MAX_BYTES: usize = 1 << 20;
/// Between two transactions.
const PAUSE: Duration = Duration::from_millis(1);
/// The same while another process has the file open: longer than SQLite's own waiting takes until it tries again.
const SHARED_PAUSE: Duration = Duration::from_millis(30);

/// A row as it stands.
struct Old {
    row_id: i64,
    account: i64,
    data: String,
    api_version: Option<String>,
    as_of_s: i64,
    deleted_s: Option<i64>,
}

impl Store {
    /// Computes anew what migrations asked for; nothing to do is one small SELECT.
    ///
    /// # Errors
    /// SQLite's; what is done stays done.
    pub fn reread(&self, catalog: &Catalog, cancel: &Cancel) -> Result<(), Error> {
        while !cancel.is_set() && self.reread_some(catalog)? {
            std::thread::sleep(if self.is_shared() { SHARED_PAUSE } else { PAUSE });
        }
        Ok(())
    }

    /// Does one transaction's worth of it; returns whether there may be more.
    ///
    /// # Errors
    /// SQLite's; the transaction is undone then.
    pub fn reread_some(&self, catalog: &Catalog) -> Result<bool, Error> {
        if self.next_reread()?.is_none() {
            return Ok(false);
        }
        self.begin()?;
        let done = self.reread_rows(catalog);
        match done {
            Ok(()) => self.commit().map(|()| true),
            Err(error) => {
                self.rollback();
                Err(error)
            }
        }
    }

    fn next_reread(&self) -> Result<Option<(String, i64)>, Error> {
        let sql = "SELECT name, after_row_id FROM rereads ORDER BY name LIMIT 1";
        self.conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional().map_err(|e| self.sql(e))
    }

    fn reread_rows(&self, catalog: &Catalog) -> Result<(), Error> {
        let Some((table, after)) = self.next_reread()? else { return Ok(()) };
        let rows = match catalog.by_table(&table) {
            Some(compiled) => self.reread_table(catalog, compiled, after)?,
            None => None,
        };
        let noted = match rows {
            Some(last) => self.conn.execute("UPDATE rereads SET after_row_id=?2 WHERE name=?1", params![table, last]),
            None => self.conn.execute("DELETE FROM rereads WHERE name=?1", [&table]),
        };
        noted.map(drop).map_err(|e| self.sql(e))
    }

    /// Rereads some rows of a table after the given one; returns the last of them.
    fn reread_table(&self, catalog: &Catalog, compiled: &Compiled, after: i64) -> Result<Option<i64>, Error> {
        let update = update(compiled.resource);
        let mut last = None;
        for old in self.old_rows(compiled.resource, after)? {
            last = Some(old.row_id);
            // Every row was read once before; a text that cannot be read now keeps the columns it has.
            let Ok(Again { cells, unheld, children }) = catalog.again(compiled, &old.data) else { continue };
            if !unheld.is_empty() && old.deleted_s.is_none() {
                self.note_gap_at(compiled.resource, old.row_id)?;
            }
            if let Some(update) = &update {
                let mut values: Vec<&dyn ToSql> = cells.iter().map(|cell: &Cell| cell as &dyn ToSql).collect();
                values.push(&old.row_id);
                let mut statement = self.conn.prepare_cached(update).map_err(|e| self.sql(e))?;
                statement.execute(&values[..]).map_err(|e| self.sql(e))?;
            }
            for set in &children {
                self.add_missing(set, &old)?;
            }
        }
        Ok(last)
    }

    fn old_rows(&self, resource: &Resource, after: i64) -> Result<Vec<Old>, Error> {
        let sql = |e| self.sql(e);
        let text = format!(
            "SELECT row_id, account, data, api_version, as_of, deleted_at FROM {}
             WHERE row_id > ?1 ORDER BY row_id LIMIT ?2",
            resource.table()
        );
        let mut statement = self.conn.prepare_cached(&text).map_err(sql)?;
        let mut found = statement.query(params![after, ROWS_MAX]).map_err(sql)?;
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while let Some(row) = found.next().map_err(sql)? {
            let read = || {
                Ok(Old {
                    row_id: row.get(0)?,
                    account: row.get(1)?,
                    data: row.get(2)?,
                    api_version: row.get(3)?,
                    as_of_s: row.get(4)?,
                    deleted_s: row.get(5)?,
                })
            };
            let old: Old = read().map_err(sql)?;
            bytes += old.data.len();
            rows.push(old);
            if bytes > DATA_MAX_BYTES {
                break;
            }
        }
        Ok(rows)
    }

    /// Inserts the child rows that are not there yet; those that are were written by whoever knew more.
    fn add_missing(&self, set: &ChildSet, old: &Old) -> Result<(), Error> {
        let insert = Statements::new(set.resource).insert;
        for row in &set.rows {
            if !row.unheld.is_empty() && old.deleted_s.is_none() {
                self.note_gap(old.account, self.resource_number(&set.resource.table())?, row)?;
            }
            let id = Some(&row.id).filter(|id| !id.is_empty());
            let head: [&dyn ToSql; 4] = [&old.account, &row.parent_id, &id, &row.position];
            let tail: [&dyn ToSql; 5] = [&row.data, &old.api_version, &old.as_of_s, &old.deleted_s, &0];
            let cells = row.cells.iter().map(|cell| cell as &dyn ToSql);
            let values: Vec<&dyn ToSql> = head.into_iter().chain(cells).chain(tail).collect();
            let mut statement = self.conn.prepare_cached(&insert).map_err(|e| self.sql(e))?;
            statement.execute(&values[..]).map_err(|e| self.sql(e))?;
            for nested in &row.nested {
                self.add_missing(nested, old)?;
            }
        }
        Ok(())
    }
}

/// Rewrites a row's typed columns where they differ; nothing for a table without any.
fn update(resource: &Resource) -> Option<String> {
    let names: Vec<&str> = resource.columns.iter().map(|column| column.name).collect();
    if names.is_empty() {
        return None;
    }
    let marks: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
    let set: Vec<String> = names.iter().zip(&marks).map(|(name, mark)| format!("{name}={mark}")).collect();
    Some(format!(
        "UPDATE {} SET {} WHERE row_id=?{} AND ({}) IS NOT ({})",
        resource.table(),
        set.join(","),
        names.len() + 1,
        names.join(","),
        marks.join(",")
    ))
}
