//! Whose turn it is among many accounts, and how each last fared.

use rusqlite::params;

use super::Store;
use super::error::Error;
use super::removed::PLATFORM_REMOVED;

/// An account that can be read: a credential has opened it, nobody took the access back, and nobody removed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readable {
    /// Its row.
    pub row: i64,
    /// `stripe`, `fic`.
    pub provider: String,
    /// The service's id.
    pub remote_id: String,
    /// `live`, `test`, `sandbox`.
    pub mode: String,
    /// Its name, for people.
    pub name: Option<String>,
    /// The name of the credential that reads it; none of the one without a name.
    pub credential: Option<String>,
    /// The row of the account whose key reads it on its behalf.
    pub platform: Option<i64>,
    /// The user's own company that it belongs to.
    pub company: Option<String>,
    /// When it last had a turn, unix seconds of this machine.
    pub attempted_s: Option<i64>,
    /// It failed, and waits until then.
    pub retry_at_s: Option<i64>,
}

/// How an account's turn ended.
pub enum TurnEnd<'a> {
    /// What was asked for is in the file; but for what is named.
    Synced(Option<&'a str>),
    /// What was queued for it is done; its lists were not read.
    WorkedOff,
    /// It failed.
    Failed {
        /// Why.
        why: &'a str,
        /// After how many seconds it has its turn again, by how often it failed in a row.
        back_off_s: &'a dyn Fn(u32) -> i64,
    },
    /// Nobody may read it any more.
    Disconnected(&'a str),
}

impl Store {
    /// Returns all accounts that can be read, those first that waited longest for a turn.
    ///
    /// # Errors
    /// SQLite's.
    pub fn readable_accounts(&self) -> Result<Vec<Readable>, Error> {
        self.readable("ORDER BY attempted, id", params![])
    }

    /// Returns accounts that can be read, and of which events named objects that are to be fetched by `now_s`, unix seconds,
    /// those first of which something waits longest. What failed already, and who failed lately, waits.
    ///
    /// # Errors
    /// SQLite's.
    pub fn readable_due(&self, now_s: i64) -> Result<Vec<Readable>, Error> {
        let due = "AND (retry_at IS NULL OR retry_at<=?1)
                   AND EXISTS (SELECT 1 FROM fetches f WHERE f.account=accounts.id AND f.not_before_s<=?1 AND f.tries=0
                                 AND f.reason='event')
                   ORDER BY (SELECT min(f.not_before_s) FROM fetches f WHERE f.account=accounts.id AND f.tries=0
                               AND f.reason='event'), id";
        self.readable(due, params![now_s])
    }

    fn readable(&self, which: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<Readable>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare_cached(&format!(
                "SELECT id, provider, remote_id, mode, name, credential, platform, company, attempted, retry_at FROM accounts
                 WHERE opened IS NOT NULL AND status='active' AND NOT {PLATFORM_REMOVED} {which}",
            ))
            .map_err(sql)?;
        let rows = statement
            .query_map(values, |row| {
                Ok(Readable {
                    row: row.get(0)?,
                    provider: row.get(1)?,
                    remote_id: row.get(2)?,
                    mode: row.get(3)?,
                    name: row.get(4)?,
                    credential: row.get(5)?,
                    platform: row.get(6)?,
                    company: row.get(7)?,
                    attempted_s: row.get(8)?,
                    retry_at_s: row.get(9)?,
                })
            })
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns the ids of accounts that are connected to this one, and for which something waits to be asked for at `now_s`,
    /// unix seconds: at most so many. `tries_max` is 0 for what did not fail yet, more for what did, too.
    ///
    /// # Errors
    /// SQLite's.
    pub fn connected_due(&self, platform: i64, now_s: i64, tries_max: i64, most: u32) -> Result<Vec<String>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT remote_id FROM accounts a WHERE platform=?1 AND status='active' AND (retry_at IS NULL OR retry_at<=?2)
                   AND (EXISTS (SELECT 1 FROM fetches WHERE account=a.id AND not_before_s<=?2 AND tries<=?3)
                        OR EXISTS (SELECT 1 FROM fanouts WHERE account=a.id AND tries<=?3)) LIMIT ?4",
            )
            .map_err(sql)?;
        let rows = statement.query_map(params![platform, now_s, tries_max, most], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns the ids of accounts that are connected to this one, have been read, and had their last turn before `before_s`:
    /// at most so many, those first that waited longest. Who failed lately waits.
    ///
    /// # Errors
    /// SQLite's.
    pub fn connected_before(&self, platform: i64, before_s: i64, now_s: i64, most: u32) -> Result<Vec<String>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT remote_id FROM accounts WHERE platform=?1 AND status='active' AND attempted<?2
                   AND (retry_at IS NULL OR retry_at<=?3) ORDER BY attempted, id LIMIT ?4",
            )
            .map_err(sql)?;
        let rows = statement.query_map(params![platform, before_s, now_s, most], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Notes of all accounts that a credential reads as its own, or on behalf of whose they are, that it was refused: nobody
    /// could read them. Those that failed themselves keep what they failed with.
    ///
    /// # Errors
    /// SQLite's.
    pub fn refused(&self, provider: &str, mode: &str, credential: Option<&str>, why: &str) -> Result<(), Error> {
        self.at_once(|| {
            self.conn
                .execute(
                    "UPDATE accounts SET failures=failures+1, error=?4
                     WHERE provider=?1 AND mode=?2 AND credential IS ?3 AND opened IS NOT NULL AND status='active'
                       AND retry_at IS NULL",
                    params![provider, mode, credential, why],
                )
                .map(drop)
                .map_err(|e| self.sql(e))
        })
    }

    /// Notes that a credential is taken: what its accounts were said to fail with because it was refused is over. Those that
    /// failed themselves are told by when they are tried again, and go on waiting.
    ///
    /// # Errors
    /// SQLite's.
    pub fn accepted(&self, provider: &str, mode: &str, credential: Option<&str>) -> Result<(), Error> {
        const WHICH: &str = "provider=?1 AND mode=?2 AND credential IS ?3 AND opened IS NOT NULL AND status='active'
                             AND failures>0 AND retry_at IS NULL";
        let sql = |e| self.sql(e);
        // As a rule there is none, and nobody has to wait for who writes.
        let any = format!("SELECT EXISTS (SELECT 1 FROM accounts WHERE {WHICH})");
        if !self.conn.query_row(&any, params![provider, mode, credential], |row| row.get(0)).map_err(sql)? {
            return Ok(());
        }
        self.at_once(|| {
            let text = format!("UPDATE accounts SET failures=0, error=NULL WHERE {WHICH}");
            self.conn.execute(&text, params![provider, mode, credential]).map(drop).map_err(sql)
        })
    }

    /// Notes how an account's turn ended at `now_s`, unix seconds of this machine.
    ///
    /// # Errors
    /// SQLite's.
    pub fn turn_ended(&self, account: i64, now_s: i64, end: &TurnEnd) -> Result<(), Error> {
        self.at_once(|| {
            let sql = |e| self.sql(e);
            match end {
                TurnEnd::Synced(but) => self
                    .conn
                    .prepare_cached(
                        // Whether it came to its end with nothing missing, its own log has said.
                        "UPDATE accounts SET attempted=?2, failures=0, retry_at=NULL, error=?3 WHERE id=?1",
                    )
                    .and_then(|mut statement| statement.execute(params![account, now_s, but]))
                    .map(drop)
                    .map_err(sql),
                TurnEnd::WorkedOff => self
                    .conn
                    .prepare_cached("UPDATE accounts SET failures=0, retry_at=NULL, error=NULL WHERE id=?1 AND failures>0")
                    .and_then(|mut statement| statement.execute([account]))
                    .map(drop)
                    .map_err(sql),
                TurnEnd::Failed { why, back_off_s } => {
                    let failures: u32 = self
                        .conn
                        .prepare_cached(
                            "UPDATE accounts SET attempted=?2, failures=failures+1, error=?3 WHERE id=?1 RETURNING failures",
                        )
                        .and_then(|mut statement| {
                            statement.query_row(params![account, now_s, why], |row| row.get(0))
                        })
                        .map_err(sql)?;
                    self.conn
                        .prepare_cached("UPDATE accounts SET retry_at=?2 WHERE id=?1")
                        .and_then(|mut statement| {
                            statement.execute(params![account, now_s.saturating_add(back_off_s(failures))])
                        })
                        .map(drop)
                        .map_err(sql)
                }
                TurnEnd::Disconnected(why) => self.disconnected(account, why).map(drop),
            }
        })
    }
}
