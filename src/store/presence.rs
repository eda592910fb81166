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

/// A row that is not deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Living {
    /// The service's id.
    pub id: String,
    /// Until when its content is known to have held.
    pub until_s: i64,
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
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO list_states VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .and_then(|mut statement| {
                statement.execute(params![account, resource, pass, state.total, state.filter, state.updated_until])
            })
            .map(drop)
            .map_err(|e| self.sql(e))
    }

    /// Returns the rows of a table that are alive, at most those whose column (a `LIKE`-free equality, or `>=` for
    /// `from`) fits. Table and column names come from the registry.
    ///
    /// # Errors
    /// SQLite's.
    pub fn living(
        &self,
        account: i64,
        resource: i64,
        table: &str,
        equal: Option<(&str, &str)>,
        from: Option<(&str, &str)>,
    ) -> Result<Vec<Living>, Error> {
        let sql = |e| self.sql(e);
        let mut text = format!(
            "SELECT t.id, coalesce(s.until_s, 0) FROM {table} t
             LEFT JOIN row_states s ON s.resource=?2 AND s.row_id=t.row_id
             WHERE t.account=?1 AND t.deleted_at IS NULL"
        );
        if let Some((column, _)) = equal {
            text.push_str(&format!(" AND t.{column} = ?3"));
        }
        if let Some((column, _)) = from {
            text.push_str(&format!(" AND t.{column} >= ?4"));
        }
        // Every number is used, so that all four may be bound.
        text.push_str(" AND ?3 IS ?3 AND ?4 IS ?4 ORDER BY t.id");
        let mut statement = self.conn.prepare_cached(&text).map_err(sql)?;
        let rows = statement
            .query_map(params![account, resource, equal.map(|e| e.1), from.map(|f| f.1)], |row| {
                Ok(Living { id: row.get(0)?, until_s: row.get(1)? })
            })
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
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
