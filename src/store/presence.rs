//! What lists without events showed: their size, how far their changes are read, and which rows are alive.

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::error::Error;

/// What is remembered of one pass of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListState {
    /// Rows that it had when it was last read whole.
    pub total: Option<i64>,
    /// Whether its changes can be asked for: `works`, `ignored`, `refused`; none until probed.
    pub filter: Option<String>,
    /// Every change before this local time of the service is in the file.
    pub updated_until: Option<String>,
}

/// Which of a table's living rows are meant. Column names come from the registry.
#[derive(Debug, Clone, Copy, Default)]
pub struct Living<'a> {
    /// A column with this value.
    pub equal: Option<(&'a str, &'a str)>,
    /// A column with this value or a greater one.
    pub from: Option<(&'a str, &'a str)>,
    /// Not known to have held at this second or later: what a reading begun then did not show.
    pub unseen_since_s: Option<i64>,
}

impl Living<'_> {
    /// The rest of a query over `?1` account, `?2` resource, `?3` to `?5` the three conditions.
    fn text(&self, table: &str) -> String {
        let mut text = format!("FROM {table} t WHERE t.account=?1 AND t.deleted_at IS NULL");
        if let Some((column, _)) = self.equal {
            text.push_str(&format!(" AND t.{column} = ?3"));
        }
        if let Some((column, _)) = self.from {
            text.push_str(&format!(" AND t.{column} >= ?4"));
        }
        if self.unseen_since_s.is_some() {
            text.push_str(
                " AND NOT EXISTS (SELECT 1 FROM row_states s
                 WHERE s.resource=?2 AND s.row_id=t.row_id AND s.until_s >= ?5)",
            );
        }
        // Every number is used, so that all of them may be bound.
        text.push_str(" AND ?2 IS ?2 AND ?3 IS ?3 AND ?4 IS ?4 AND ?5 IS ?5");
        text
    }
}

impl Store {
    /// Returns what is remembered of a pass.
    ///
    /// # Errors
    /// SQLite's.
    pub fn list_state(&self, account: i64, resource: i64, pass: &str) -> Result<ListState, Error> {
        self.conn
            .prepare_cached(
                "SELECT total, filter, updated_until FROM list_states WHERE account=?1 AND resource=?2 AND pass=?3",
            )
            .and_then(|mut statement| {
                statement
                    .query_row(params![account, resource, pass], |row| {
                        Ok(ListState { total: row.get(0)?, filter: row.get(1)?, updated_until: row.get(2)? })
                    })
                    .optional()
            })
            .map(Option::unwrap_or_default)
            .map_err(|e| self.sql(e))
    }

    /// Remembers a pass.
    ///
    /// # Errors
    /// SQLite's.
    pub fn set_list_state(&self, account: i64, resource: i64, pass: &str, state: &ListState) -> Result<(), Error> {
        self.at_once(|| {
            self.conn
                .prepare_cached("INSERT OR REPLACE INTO list_states VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
                .and_then(|mut statement| {
                    statement.execute(params![account, resource, pass, state.total, state.filter, state.updated_until])
                })
                .map(drop)
                .map_err(|e| self.sql(e))
        })
    }

    /// Returns the ids of living rows after the given one, in order.
    ///
    /// # Errors
    /// SQLite's.
    pub fn living(
        &self,
        (account, resource): (i64, i64),
        table: &str,
        which: Living,
        after: &str,
        most: usize,
    ) -> Result<Vec<String>, Error> {
        let sql = |e| self.sql(e);
        let text = format!("SELECT t.id {} AND t.id > ?6 ORDER BY t.id LIMIT ?7", which.text(table));
        let mut statement = self.conn.prepare_cached(&text).map_err(sql)?;
        let (equal, from) = (which.equal.map(|e| e.1), which.from.map(|f| f.1));
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let bound = params![account, resource, equal, from, which.unseen_since_s, after, most];
        let rows = statement.query_map(bound, |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns the least and the greatest value of a column of living rows; none where no row has one.
    ///
    /// # Errors
    /// SQLite's.
    pub fn span_of_living(
        &self,
        (account, resource): (i64, i64),
        table: &str,
        which: Living,
        column: &str,
    ) -> Result<Option<(String, String)>, Error> {
        let (equal, from) = (which.equal.map(|e| e.1), which.from.map(|f| f.1));
        let bound = params![account, resource, equal, from, which.unseen_since_s];
        let text = format!("SELECT min(t.{column}), max(t.{column}) {}", which.text(table));
        let span: (Option<String>, Option<String>) = self
            .conn
            .prepare_cached(&text)
            .and_then(|mut statement| statement.query_row(bound, |row| Ok((row.get(0)?, row.get(1)?))))
            .map_err(|e| self.sql(e))?;
        Ok(span.0.zip(span.1))
    }

    /// Returns how many living rows there are.
    ///
    /// # Errors
    /// SQLite's.
    pub fn count_living(&self, (account, resource): (i64, i64), table: &str, which: Living) -> Result<u64, Error> {
        let (equal, from) = (which.equal.map(|e| e.1), which.from.map(|f| f.1));
        let bound = params![account, resource, equal, from, which.unseen_since_s];
        let text = if (which.equal, which.from, which.unseen_since_s) == (None, None, None) {
            // Of all rows only the indexes are read: the one of every id, and the one of the few odd rows.
            format!(
                "SELECT (SELECT count(*) FROM {table} WHERE account=?1)
                 - (SELECT count(deleted_at) FROM {table} INDEXED BY {table}_odd
                    WHERE account=?1 AND (deleted_at IS NOT NULL OR unsettled = 1))
                 WHERE ?2 IS ?2 AND ?3 IS ?3 AND ?4 IS ?4 AND ?5 IS ?5"
            )
        } else {
            format!("SELECT count(*) {}", which.text(table))
        };
        self.conn
            .prepare_cached(&text)
            .and_then(|mut statement| statement.query_row(bound, |row| row.get::<_, i64>(0)))
            .map(i64::unsigned_abs)
            .map_err(|e| self.sql(e))
    }

    /// Returns whether a row is there and alive.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_living(&self, account: i64, table: &str, id: &str) -> Result<bool, Error> {
        self.conn
            .prepare_cached(&format!("SELECT 1 FROM {table} WHERE account=?1 AND id=?2 AND deleted_at IS NULL"))
            .and_then(|mut statement| statement.exists(params![account, id]))
            .map_err(|e| self.sql(e))
    }

    /// Returns whether a table has a row for each of these ids, deleted or not.
    ///
    /// # Errors
    /// SQLite's.
    pub fn has_all<'i>(&self, account: i64, table: &str, ids: impl Iterator<Item = &'i str>) -> Result<bool, Error> {
        let sql = |e| self.sql(e);
        let text = format!("SELECT 1 FROM {table} WHERE account=?1 AND id=?2");
        let mut statement = self.conn.prepare_cached(&text).map_err(sql)?;
        for id in ids {
            if !statement.exists(params![account, id]).map_err(sql)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns whether a table has a row for this id that is not deleted.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_alive(&self, account: i64, table: &str, id: &str) -> Result<bool, Error> {
        let text = format!("SELECT 1 FROM {table} WHERE account=?1 AND id=?2 AND deleted_at IS NULL");
        let mut statement = self.conn.prepare_cached(&text).map_err(|e| self.sql(e))?;
        statement.exists(params![account, id]).map_err(|e| self.sql(e))
    }

    /// Returns what lay in a resource's bin when it was last read.
    ///
    /// # Errors
    /// SQLite's.
    pub fn binned(&self, account: i64, resource: i64) -> Result<Vec<String>, Error> {
        let sql = |e| self.sql(e);
        let mut statement =
            self.conn.prepare_cached("SELECT id FROM bins WHERE account=?1 AND resource=?2").map_err(sql)?;
        let rows = statement.query_map([account, resource], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Notes that an object is in a bin, or no longer.
    ///
    /// # Errors
    /// SQLite's.
    pub fn set_binned(&self, account: i64, resource: i64, id: &str, is_in: bool) -> Result<(), Error> {
        let text = if is_in {
            "INSERT INTO bins (account, resource, id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM bins WHERE account=?1 AND resource=?2 AND id=?3"
        };
        self.conn
            .prepare_cached(text)
            .and_then(|mut s| s.execute(params![account, resource, id]))
            .map(drop)
            .map_err(|e| self.sql(e))
    }
}
