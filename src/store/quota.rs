//! Requests already sent, so that the long quotas of a service survive restarts.

use rusqlite::params;

use super::Store;
use super::error::Error;

impl Store {
    /// Returns what was sent for an account within a window: when (unix seconds) and how many. An account that is not
    /// in the file yet has sent nothing.
    ///
    /// # Errors
    /// SQLite's.
    pub fn quota(
        &self,
        provider: &str,
        remote_id: &str,
        window_s: i64,
        since_s: i64,
    ) -> Result<Vec<(i64, u32)>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT at_s, requests FROM quotas WHERE window_s=?3 AND at_s>?4
                 AND account IN (SELECT id FROM accounts WHERE provider=?1 AND remote_id=?2)",
            )
            .map_err(sql)?;
        let rows = statement
            .query_map(params![provider, remote_id, window_s, since_s], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Adds what was sent, and when (unix seconds), to what is known of one window of an account, whatever others have added
    /// meanwhile; what is older than the window at `now_s` (unix seconds) goes.
    ///
    /// # Errors
    /// SQLite's.
    pub fn add_quota(&self, account: i64, window_s: i64, now_s: i64, sent: &[(i64, u32)]) -> Result<(), Error> {
        self.at_once(|| {
            let sql = |e| self.sql(e);
            self.conn
                .prepare_cached("DELETE FROM quotas WHERE account=?1 AND window_s=?2 AND at_s<=?3")
                .and_then(|mut s| s.execute(params![account, window_s, now_s - window_s]))
                .map_err(sql)?;
            let mut insert = self
                .conn
                .prepare_cached("INSERT INTO quotas (account, window_s, at_s, requests) VALUES (?1, ?2, ?3, ?4)")
                .map_err(sql)?;
            for (at_s, requests) in sent {
                insert.execute(params![account, window_s, at_s, requests]).map_err(sql)?;
            }
            Ok(())
        })
    }
}
