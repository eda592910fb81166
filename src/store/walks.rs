//! How far each list has been read.

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::error::Error;
use crate::model::span::Span;

/// One full reading of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkRow {
    /// Its row.
    pub id: i64,
    /// The service's clock when it began.
    pub began_s: i64,
    /// When its last slice ended.
    pub finished_s: Option<i64>,
    /// When what had appeared meanwhile was read too.
    pub drained_s: Option<i64>,
    /// Whether there were rows of its list when it began.
    pub is_again: bool,
}

/// One part of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceRow {
    /// Its row.
    pub id: i64,
    /// What it covers.
    pub span: Span,
    /// The last object read with these bounds.
    pub cursor: Option<String>,
    /// Its `created`.
    pub cursor_s: Option<i64>,
}

impl Store {
    /// Returns the tables whose lists were begun to be read, of any account.
    ///
    /// # Errors
    /// SQLite's.
    pub fn tables_in_use(&self) -> Result<Vec<String>, Error> {
        let sql = |e| self.sql(e);
        let text = "SELECT DISTINCT name FROM walks JOIN resources ON resources.id = walks.resource";
        let mut statement = self.conn.prepare(text).map_err(sql)?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns the tables whose lists were begun to be read of one account.
    ///
    /// # Errors
    /// SQLite's.
    pub fn tables_begun(&self, account: i64) -> Result<Vec<String>, Error> {
        let sql = |e| self.sql(e);
        let text = "SELECT DISTINCT name FROM walks JOIN resources ON resources.id = walks.resource WHERE account=?1";
        let mut statement = self.conn.prepare_cached(text).map_err(sql)?;
        let rows = statement.query_map([account], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns the walk of a list's pass, if one was ever begun.
    ///
    /// # Errors
    /// SQLite's.
    pub fn walk(&self, account: i64, resource: i64, pass: &str) -> Result<Option<WalkRow>, Error> {
        self.conn
            .query_row(
                "SELECT id, began_s, finished_s, drained_s, again FROM walks WHERE account=?1 AND resource=?2 AND pass=?3",
                params![account, resource, pass],
                |row| {
                    Ok(WalkRow {
                        id: row.get(0)?,
                        began_s: row.get(1)?,
                        finished_s: row.get(2)?,
                        drained_s: row.get(3)?,
                        is_again: row.get(4)?,
                    })
                },
            )
            .optional()
            .map_err(|e| self.sql(e))
    }

    /// Begins a walk anew, with one slice over the span; what an earlier one left is forgotten.
    ///
    /// # Errors
    /// SQLite's.
    pub fn begin_walk(
        &self,
        account: i64,
        resource: i64,
        pass: &str,
        (span, began_s): (Span, i64),
    ) -> Result<WalkRow, Error> {
        // A walk without slices would look like one that has read everything.
        self.at_once(|| {
            let sql = |e| self.sql(e);
            let key = params![account, resource, pass];
            self.conn.execute("DELETE FROM walks WHERE account=?1 AND resource=?2 AND pass=?3", key).map_err(sql)?;
            self.conn
                .execute(
                    "INSERT INTO walks (account, resource, pass, began_s) VALUES (?1, ?2, ?3, ?4)",
                    params![account, resource, pass, began_s],
                )
                .map_err(sql)?;
            let id = self.conn.last_insert_rowid();
            let walk = WalkRow { id, began_s, finished_s: None, drained_s: None, is_again: false };
            self.add_slice(walk.id, span)?;
            Ok(walk)
        })
    }

    /// Begins a walk as [`Store::begin_walk`] does, over a whole list, and keeps with it whether its table has rows of
    /// the account.
    ///
    /// # Errors
    /// SQLite's.
    pub fn begin_reading(
        &self,
        account: i64,
        (resource, table): (i64, &str),
        pass: &str,
        began_s: i64,
    ) -> Result<WalkRow, Error> {
        self.at_once(|| {
            let walk = self.begin_walk(account, resource, pass, (Span::ALL, began_s))?;
            let text = format!(
                "UPDATE walks SET again = EXISTS (SELECT 1 FROM {table} WHERE account=?2) WHERE id=?1 RETURNING again"
            );
            let is_again = self.conn.query_row(&text, params![walk.id, account], |row| row.get(0));
            Ok(WalkRow { is_again: is_again.map_err(|e| self.sql(e))?, ..walk })
        })
    }

    /// Returns the slices that are still open.
    ///
    /// # Errors
    /// SQLite's.
    pub fn open_slices(&self, walk: i64) -> Result<Vec<SliceRow>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT id, from_s, until_s, cursor, cursor_s FROM slices WHERE walk=?1 AND done=0 ORDER BY id",
            )
            .map_err(sql)?;
        let rows = statement
            .query_map([walk], |row| {
                Ok(SliceRow {
                    id: row.get(0)?,
                    span: Span { from_s: row.get(1)?, until_s: row.get(2)? },
                    cursor: row.get(3)?,
                    cursor_s: row.get(4)?,
                })
            })
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Adds a slice to a walk and returns its row.
    ///
    /// # Errors
    /// SQLite's.
    pub fn add_slice(&self, walk: i64, span: Span) -> Result<i64, Error> {
        let mut statement = self
            .conn
            .prepare_cached("INSERT INTO slices (walk, from_s, until_s) VALUES (?1, ?2, ?3)")
            .map_err(|e| self.sql(e))?;
        statement.insert(params![walk, span.from_s, span.until_s]).map_err(|e| self.sql(e))
    }

    /// Moves a slice's cursor to the last object of a page whose rows are in this transaction.
    ///
    /// # Errors
    /// SQLite's.
    pub fn move_cursor(&self, slice: i64, cursor: &str, cursor_s: Option<i64>) -> Result<(), Error> {
        let mut statement = self
            .conn
            .prepare_cached("UPDATE slices SET cursor=?2, cursor_s=?3 WHERE id=?1")
            .map_err(|e| self.sql(e))?;
        statement.execute(params![slice, cursor, cursor_s]).map(drop).map_err(|e| self.sql(e))
    }

    /// Ends a slice; when it was the walk's last open one, ends the walk at `now_s` and returns true.
    ///
    /// # Errors
    /// SQLite's.
    pub fn end_slice(&self, walk: i64, slice: i64, now_s: i64) -> Result<bool, Error> {
        let sql = |e| self.sql(e);
        self.conn
            .prepare_cached("UPDATE slices SET done=1 WHERE id=?1")
            .and_then(|mut s| s.execute([slice]))
            .map_err(sql)?;
        let ended = self
            .conn
            .prepare_cached(
                "UPDATE walks SET finished_s=?2 WHERE id=?1 AND finished_s IS NULL
                 AND NOT EXISTS (SELECT 1 FROM slices WHERE walk=?1 AND done=0)",
            )
            .and_then(|mut s| s.execute(params![walk, now_s]))
            .map_err(sql)?;
        Ok(ended == 1)
    }

    /// Marks a walk as drained; its slices have served.
    ///
    /// # Errors
    /// SQLite's.
    pub fn end_drain(&self, walk: i64, now_s: i64) -> Result<(), Error> {
        let sql = |e| self.sql(e);
        self.conn.execute("DELETE FROM slices WHERE walk=?1", [walk]).map_err(sql)?;
        self.conn.execute("UPDATE walks SET drained_s=?2 WHERE id=?1", params![walk, now_s]).map(drop).map_err(sql)
    }

    /// Returns when the oldest walk of an account began.
    ///
    /// # Errors
    /// SQLite's.
    pub fn oldest_walk_s(&self, account: i64) -> Result<Option<i64>, Error> {
        let sql = "SELECT min(began_s) FROM walks WHERE account=?1";
        self.conn.query_row(sql, [account], |row| row.get(0)).map_err(|e| self.sql(e))
    }

    /// Forgets the walks of an account that began before this second.
    ///
    /// # Errors
    /// SQLite's.
    pub fn forget_walks(&self, account: i64, before_s: i64) -> Result<(), Error> {
        self.at_once(|| {
            let sql = "DELETE FROM walks WHERE account=?1 AND began_s<?2";
            self.conn.execute(sql, params![account, before_s]).map(drop).map_err(|e| self.sql(e))
        })
    }

    /// Forgets a walk, so that the next run begins it anew.
    ///
    /// # Errors
    /// SQLite's.
    pub fn forget_walk(&self, walk: i64) -> Result<(), Error> {
        self.at_once(|| self.conn.execute("DELETE FROM walks WHERE id=?1", [walk]).map(drop).map_err(|e| self.sql(e)))
    }
}
