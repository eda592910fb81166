//! What is still to fetch: single objects and lists under parents. Kept in the file, so that an interruption loses none.

use rusqlite::params;

use super::Store;
use super::error::Error;

/// One object to GET.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Resource number in this file.
    pub resource: i64,
    /// The object's id.
    pub id: String,
    /// A GET sent from this second on settles it.
    pub not_before_s: i64,
}

/// One list under a parent to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fanout {
    /// The child's resource number in this file.
    pub resource: i64,
    /// The parent's id.
    pub parent_id: String,
    /// How often it was asked for: a reading satisfies no wish that came after it began.
    pub asked: i64,
}

impl Store {
    /// Queues the reading of a list under a parent.
    ///
    /// # Errors
    /// SQLite's.
    pub fn queue_fanout(&self, account: i64, resource: i64, parent_id: &str) -> Result<(), Error> {
        let mut statement = self
            .conn
            .prepare_cached(
                "INSERT INTO fanouts (account, resource, parent_id) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET asked = asked + 1",
            )
            .map_err(|e| self.sql(e))?;
        statement.execute(params![account, resource, parent_id]).map(drop).map_err(|e| self.sql(e))
    }

    /// Queues a GET; of several reasons the latest second counts.
    ///
    /// # Errors
    /// SQLite's.
    pub fn queue_fetch(
        &self,
        account: i64,
        resource: i64,
        id: &str,
        not_before_s: i64,
        reason: &str,
    ) -> Result<(), Error> {
        let mut statement = self
            .conn
            .prepare_cached(
                "INSERT INTO fetches (account, resource, id, not_before_s, reason) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET not_before_s = max(not_before_s, excluded.not_before_s)",
            )
            .map_err(|e| self.sql(e))?;
        statement.execute(params![account, resource, id, not_before_s, reason]).map(drop).map_err(|e| self.sql(e))
    }

    /// Returns queued GETs after the given (resource, id), in key order.
    ///
    /// # Errors
    /// SQLite's.
    pub fn fetches(&self, account: i64, after: (i64, &str), most: usize) -> Result<Vec<Fetch>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT resource, id, not_before_s FROM fetches
                 WHERE account=?1 AND (resource, id) > (?2, ?3) ORDER BY resource, id LIMIT ?4",
            )
            .map_err(sql)?;
        let rows = statement
            .query_map(params![account, after.0, after.1, most as i64], |row| {
                Ok(Fetch { resource: row.get(0)?, id: row.get(1)?, not_before_s: row.get(2)? })
            })
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Takes a GET off the queue, unless it was queued again for a later second than it was sent at.
    ///
    /// # Errors
    /// SQLite's.
    pub fn end_fetch(&self, account: i64, resource: i64, id: &str, sent_s: i64) -> Result<(), Error> {
        let mut statement = self
            .conn
            .prepare_cached("DELETE FROM fetches WHERE account=?1 AND resource=?2 AND id=?3 AND not_before_s<=?4")
            .map_err(|e| self.sql(e))?;
        statement.execute(params![account, resource, id, sent_s]).map(drop).map_err(|e| self.sql(e))
    }

    /// Returns queued lists after the given (resource, parent), in key order.
    ///
    /// # Errors
    /// SQLite's.
    pub fn fanouts(&self, account: i64, after: (i64, &str), most: usize) -> Result<Vec<Fanout>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT resource, parent_id, asked FROM fanouts
                 WHERE account=?1 AND (resource, parent_id) > (?2, ?3) ORDER BY resource, parent_id LIMIT ?4",
            )
            .map_err(sql)?;
        let rows = statement
            .query_map(params![account, after.0, after.1, most as i64], |row| {
                Ok(Fanout { resource: row.get(0)?, parent_id: row.get(1)?, asked: row.get(2)? })
            })
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns how many lists of this resource wait under parents.
    ///
    /// # Errors
    /// SQLite's.
    pub fn waiting_lists(&self, account: i64, resource: i64) -> Result<u64, Error> {
        let sql = "SELECT count(*) FROM fanouts WHERE account=?1 AND resource=?2";
        let count = self.conn.query_row(sql, params![account, resource], |row| row.get::<_, i64>(0));
        count.map(i64::unsigned_abs).map_err(|e| self.sql(e))
    }

    /// Takes a list off the queue; returns whether it stood there as it was given, not asked for again since.
    ///
    /// # Errors
    /// SQLite's.
    pub fn end_fanout(&self, account: i64, fanout: &Fanout) -> Result<bool, Error> {
        let mut statement = self
            .conn
            .prepare_cached("DELETE FROM fanouts WHERE account=?1 AND resource=?2 AND parent_id=?3 AND asked=?4")
            .map_err(|e| self.sql(e))?;
        let ended = statement.execute(params![account, fanout.resource, fanout.parent_id, fanout.asked]);
        ended.map(|ended| ended == 1).map_err(|e| self.sql(e))
    }

    /// Returns whether a list still stands in the queue as it was given.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_asked(&self, account: i64, fanout: &Fanout) -> Result<bool, Error> {
        self.conn
            .prepare_cached("SELECT 1 FROM fanouts WHERE account=?1 AND resource=?2 AND parent_id=?3 AND asked=?4")
            .and_then(|mut s| s.exists(params![account, fanout.resource, fanout.parent_id, fanout.asked]))
            .map_err(|e| self.sql(e))
    }

    /// Takes a list off the queue, however often it was asked for: its parent showed it whole.
    ///
    /// # Errors
    /// SQLite's.
    pub fn drop_fanout(&self, account: i64, resource: i64, parent_id: &str) -> Result<(), Error> {
        self.conn
            .prepare_cached("DELETE FROM fanouts WHERE account=?1 AND resource=?2 AND parent_id=?3")
            .and_then(|mut s| s.execute(params![account, resource, parent_id]))
            .map(drop)
            .map_err(|e| self.sql(e))
    }

    /// Returns how many GETs of a resource are due at `now_s`, the oldest `created` among their rows, and how many rows
    /// are as young as that. The table must have a `created` column.
    ///
    /// # Errors
    /// SQLite's.
    pub fn due_among(
        &self,
        account: i64,
        resource: i64,
        table: &str,
        now_s: i64,
    ) -> Result<(u64, Option<i64>, u64), Error> {
        let sql = |e| self.sql(e);
        let due = "SELECT id FROM fetches WHERE account=?1 AND resource=?2 AND not_before_s<=?3";
        let count = |text: &str| {
            let bound = params![account, resource, now_s];
            self.conn.query_row(text, bound, |row| row.get::<_, Option<i64>>(0)).map_err(sql)
        };
        let changed = count(&format!("SELECT count(*) FROM ({due})"))?.unwrap_or(0).unsigned_abs();
        let from_s = count(&format!("SELECT min(created) FROM {table} WHERE account=?1 AND id IN ({due})"))?;
        let Some(oldest_s) = from_s else { return Ok((changed, None, 0)) };
        let listed = self
            .conn
            .query_row(
                &format!("SELECT count(*) FROM {table} WHERE account=?1 AND created>=?2"),
                params![account, oldest_s],
                |row| row.get::<_, i64>(0),
            )
            .map_err(sql)?;
        Ok((changed, from_s, listed.unsigned_abs()))
    }

    /// Queues a GET for every living row that a walk begun at `began_s` should have shown and did not.
    ///
    /// # Errors
    /// SQLite's.
    pub fn queue_missing(&self, account: i64, resource: i64, table: &str, began_s: i64) -> Result<u64, Error> {
        let sql = format!(
            "INSERT INTO fetches (account, resource, id, not_before_s, reason)
             SELECT t.account, ?2, t.id, ?3, 'missing' FROM {table} t
             JOIN row_states s ON s.resource=?2 AND s.row_id=t.row_id
             WHERE t.account=?1 AND t.deleted_at IS NULL AND s.until_s < ?3 - 1 ON CONFLICT DO NOTHING"
        );
        self.conn.execute(&sql, params![account, resource, began_s]).map(|n| n as u64).map_err(|e| self.sql(e))
    }

    /// Buries every living row that a walk begun at `began_s` should have shown and did not.
    ///
    /// # Errors
    /// SQLite's.
    pub fn bury_missing(&self, account: i64, resource: i64, table: &str, began_s: i64) -> Result<u64, Error> {
        let sql = format!(
            "UPDATE {table} SET deleted_at=?3 WHERE account=?1 AND deleted_at IS NULL AND row_id IN
               (SELECT row_id FROM row_states WHERE resource=?2 AND until_s < ?3 - 1)"
        );
        self.conn.execute(&sql, params![account, resource, began_s]).map(|n| n as u64).map_err(|e| self.sql(e))
    }

    /// Queues a GET for every id that a column names and the table it names has no row for.
    ///
    /// # Errors
    /// SQLite's.
    pub fn queue_referenced(
        &self,
        account: i64,
        (from_table, column): (&str, &str),
        (to, to_table): (i64, &str),
    ) -> Result<u64, Error> {
        let sql = format!(
            "INSERT INTO fetches (account, resource, id, not_before_s, reason)
             SELECT DISTINCT ?1, ?2, f.{column}, 0, 'referenced' FROM {from_table} f
             WHERE f.account=?1 AND f.{column} IS NOT NULL AND f.deleted_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM {to_table} t WHERE t.account=?1 AND t.id=f.{column})
             ON CONFLICT DO NOTHING"
        );
        self.conn.execute(&sql, params![account, to]).map(|n| n as u64).map_err(|e| self.sql(e))
    }
}
