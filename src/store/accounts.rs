//! Whose data this is.

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::error::Error;

/// The name of the account whose events came before anybody said whose they are.
pub const NAMELESS: &str = "unknown";

/// What a service says about an account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// `stripe` or `fic`.
    pub provider: &'static str,
    /// The service's id.
    pub remote_id: String,
    /// `live`, `test` or `sandbox`.
    pub mode: &'static str,
    /// Its name, for people.
    pub name: Option<String>,
    /// Two letters.
    pub country: Option<String>,
    /// Unix seconds.
    pub created_s: Option<i64>,
}

/// An account in the file.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its row.
    pub id: i64,
    /// The service's id.
    pub remote_id: String,
    /// Every event created before this second is logged; none before the first full pull.
    pub events_until_s: Option<i64>,
}

/// An account in the file, for those who ask whose an event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAccount {
    /// Whether somebody with a credential has read it: events alone do not tell its country.
    pub is_seen: bool,
    /// Its row.
    pub row: i64,
    /// The service's id.
    pub remote_id: String,
    /// `live`, `test` or `sandbox`.
    pub mode: String,
}

/// An account that has no name yet is a service's, too, once a webhook has come for it. ?1 is the name of those.
const REAL: &str = "mode <> 'sandbox' AND (remote_id <> ?1 OR EXISTS (
                      SELECT 1 FROM webhook_events WHERE account = accounts.id AND source = 'live'))";

impl Store {
    /// Returns every account of a service.
    ///
    /// # Errors
    /// SQLite's.
    pub fn known_accounts(&self, provider: &str) -> Result<Vec<KnownAccount>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare_cached("SELECT id, remote_id, mode, coalesce(country, name, created) IS NOT NULL FROM accounts WHERE provider=?1 ORDER BY id")
            .map_err(sql)?;
        let rows = statement
            .query_map([provider], |row| {
                Ok(KnownAccount { row: row.get(0)?, remote_id: row.get(1)?, mode: row.get(2)?, is_seen: row.get(3)? })
            })
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns what is another one after accounts may have changed: by this connection, or because others wrote something.
    ///
    /// # Errors
    /// SQLite's.
    pub fn accounts_version(&self) -> Result<(u64, i64), Error> {
        let others = self
            .conn
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(|e| self.sql(e))?;
        Ok((self.accounts_written.get(), others))
    }

    /// Returns the names of the accounts whose rows are a service's own: those of a sandbox are made up, and so is all that
    /// only files told of.
    ///
    /// # Errors
    /// SQLite's.
    pub fn real_accounts(&self) -> Result<Vec<String>, Error> {
        let sql = |e| self.sql(e);
        let text = format!("SELECT remote_id FROM accounts WHERE {REAL} ORDER BY id");
        let mut statement = self.conn.prepare(&text).map_err(sql)?;
        let rows = statement.query_map([NAMELESS], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns whether an account is one of [`Store::real_accounts`].
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_real(&self, account: i64) -> Result<bool, Error> {
        let text = format!("SELECT EXISTS (SELECT 1 FROM accounts WHERE id=?2 AND {REAL})");
        self.conn
            .prepare_cached(&text)
            .and_then(|mut statement| statement.query_row(params![NAMELESS, account], |row| row.get(0)))
            .map_err(|e| self.sql(e))
    }

    /// Returns whether somebody with a credential has read an account.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_seen(&self, account: i64) -> Result<bool, Error> {
        self.conn
            .prepare_cached("SELECT coalesce(country, name, created) IS NOT NULL FROM accounts WHERE id=?1")
            .and_then(|mut statement| statement.query_row([account], |row| row.get(0)))
            .map_err(|e| self.sql(e))
    }

    /// Finds or makes the account's row.
    ///
    /// # Errors
    /// [`Error::Mixed`] when the sandbox's data would share a file with real accounts; SQLite's.
    pub fn account(&self, new: &NewAccount) -> Result<Account, Error> {
        let sql = |e| self.sql(e);
        let other: Option<(String, String)> = self
            .conn
            .query_row(
                "SELECT remote_id, mode FROM accounts WHERE (mode = 'sandbox') <> (?1 = 'sandbox') LIMIT 1",
                [new.mode],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(sql)?;
        if let Some((other, mode)) = other {
            let path = self.path.display();
            return Err(Error::Mixed(match new.mode {
                "sandbox" => format!("{path} holds the account {other} ({mode}); `--sandbox` needs a file of its own"),
                _ => format!(
                    "{path} holds what `sync --sandbox` made up; the account {} ({}) needs a file of its own",
                    new.remote_id, new.mode
                ),
            }));
        }
        self.accounts_written.set(self.accounts_written.get() + 1);
        // Events may have come before anybody said whose they are: now a key does. An event about another account does not.
        if new.country.is_some() || new.name.is_some() || new.created_s.is_some() {
            self.forget_made_up(new)?;
            self.conn
                .execute(
                    "UPDATE accounts SET remote_id=?2 WHERE provider=?1 AND mode=?3 AND remote_id=?4 AND ?2 <> ?4
                       AND NOT EXISTS (SELECT 1 FROM accounts WHERE provider=?1 AND mode=?3 AND remote_id=?2)",
                    params![new.provider, new.remote_id, new.mode, NAMELESS],
                )
                .map_err(sql)?;
        }
        self.conn
            .execute(
                "INSERT INTO accounts (provider, remote_id, mode, name, country, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET name=?4, country=?5, created=?6, status='active'
                 WHERE name IS NOT ?4 OR country IS NOT ?5 OR created IS NOT ?6 OR status <> 'active'",
                params![new.provider, new.remote_id, new.mode, new.name, new.country, new.created_s],
            )
            .map_err(sql)?;
        self.conn
            .query_row(
                "SELECT id, remote_id, events_until FROM accounts WHERE provider=?1 AND remote_id=?2 AND mode=?3",
                params![new.provider, new.remote_id, new.mode],
                |row| Ok(Account { id: row.get(0)?, remote_id: row.get(1)?, events_until_s: row.get(2)? }),
            )
            .map_err(sql)
    }

    /// Takes out of the placeholder what events told that somebody made up (`test-webhook`) of subscriptions' histories and
    /// billed periods: no answer of the service would ever correct it. Their rows wait for a GET, and go with a 404.
    fn forget_made_up(&self, new: &NewAccount) -> Result<(), Error> {
        for table in [super::effects::SUBSCRIPTION_CHANGES.name, super::effects::BILLING_PERIODS.name] {
            let text = format!(
                "DELETE FROM {table} WHERE account IN (SELECT id FROM accounts WHERE provider=?1 AND mode=?2 AND remote_id=?3)
                   AND event_id IN (SELECT event_id FROM webhook_events e WHERE e.account={table}.account AND e.source='test')"
            );
            self.conn.execute(&text, params![new.provider, new.mode, NAMELESS]).map_err(|e| self.sql(e))?;
        }
        Ok(())
    }

    /// Returns the accounts of a service in one mode, those lately synced first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn accounts_of(&self, provider: &str, mode: &str) -> Result<Vec<Account>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare(
                "SELECT id, remote_id, events_until FROM accounts WHERE provider=?1 AND mode=?2
                 ORDER BY events_until DESC, id",
            )
            .map_err(sql)?;
        let rows = statement
            .query_map([provider, mode], |row| {
                Ok(Account { id: row.get(0)?, remote_id: row.get(1)?, events_until_s: row.get(2)? })
            })
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Remembers that every event created before this second is logged.
    ///
    /// # Errors
    /// SQLite's.
    pub fn set_events_until(&self, account: i64, until_s: i64) -> Result<(), Error> {
        self.conn
            .execute("UPDATE accounts SET events_until=?2 WHERE id=?1", params![account, until_s])
            .map(drop)
            .map_err(|e| self.sql(e))
    }
}
