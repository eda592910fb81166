//! Whose data this is.

use std::sync::atomic::Ordering;

use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use super::error::Error;
use super::removed::PLATFORM_REMOVED;

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
    /// How a credential opened it; none where only events have named it.
    pub opened: Option<Opened>,
    /// When an answer of the service said so, by the service's clock; none where that is not known.
    pub answered_s: Option<i64>,
}

/// Who reads an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// The name of the key or token; none of the one that has no name.
    pub credential: Option<String>,
    /// The row of the account whose key reads it on its behalf; none where it is the key's own.
    pub platform: Option<i64>,
}

impl NewAccount {
    /// An account that an event has named.
    pub fn named(provider: &'static str, remote_id: impl Into<String>, mode: &'static str) -> NewAccount {
        let remote_id = remote_id.into();
        NewAccount {
            provider,
            remote_id,
            mode,
            name: None,
            country: None,
            created_s: None,
            opened: None,
            answered_s: None,
        }
    }

    /// An account that a credential without a name has opened.
    pub fn opened(provider: &'static str, remote_id: impl Into<String>, mode: &'static str) -> NewAccount {
        NewAccount { opened: Some(Opened::default()), ..NewAccount::named(provider, remote_id, mode) }
    }
}

/// An account in the file.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its row.
    pub id: i64,
    /// The service's id.
    pub remote_id: String,
    /// When it was made, unix seconds, as the service says.
    pub created_s: Option<i64>,
    /// Every event created before this second is logged; none before the first full pull.
    pub events_until_s: Option<i64>,
}

/// What an [`Account`] is read from.
const ACCOUNT: &str = "SELECT id, remote_id, created, events_until FROM accounts";

fn account(row: &Row) -> rusqlite::Result<Account> {
    Ok(Account { id: row.get(0)?, remote_id: row.get(1)?, created_s: row.get(2)?, events_until_s: row.get(3)? })
}

/// An account in the file, for those who ask whose an event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAccount {
    /// Whether a credential has opened it: events alone only name it.
    pub is_seen: bool,
    /// Whether another account's key opened it on its behalf.
    pub is_connected: bool,
    /// Whether it was removed by hand, or the account was on whose key it is read.
    pub is_removed: bool,
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
            .prepare_cached(&format!(
                "SELECT id, remote_id, mode, opened IS NOT NULL, platform IS NOT NULL,
                   status='removed' OR {PLATFORM_REMOVED} FROM accounts WHERE provider=?1 ORDER BY id",
            ))
            .map_err(sql)?;
        let rows = statement
            .query_map([provider], |row| {
                Ok(KnownAccount {
                    row: row.get(0)?,
                    remote_id: row.get(1)?,
                    mode: row.get(2)?,
                    is_seen: row.get(3)?,
                    is_connected: row.get(4)?,
                    is_removed: row.get(5)?,
                })
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
        Ok((self.family.accounts_written.load(Ordering::Relaxed), others))
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
            .prepare_cached("SELECT opened IS NOT NULL FROM accounts WHERE id=?1")
            .and_then(|mut statement| statement.query_row([account], |row| row.get(0)))
            .map_err(|e| self.sql(e))
    }

    /// Finds or makes the account's row.
    ///
    /// # Errors
    /// [`Error::Mixed`] when the sandbox's data would share a file with real accounts; SQLite's.
    pub fn account(&self, new: &NewAccount) -> Result<Account, Error> {
        self.at_once(|| {
            let sql = |e| self.sql(e);
            let other: Option<(String, String)> = self
                .conn
                .query_row(
                    // All are of one kind: the first tells of which.
                    "SELECT remote_id, mode FROM accounts WHERE id = (SELECT min(id) FROM accounts)
                   AND (mode = 'sandbox') <> (?1 = 'sandbox')",
                    [new.mode],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()
                .map_err(sql)?;
            if let Some((other, mode)) = other {
                let path = self.path.display();
                return Err(Error::Mixed(match new.mode {
                    "sandbox" => {
                        format!("{path} holds the account {other} ({mode}); `--sandbox` needs a file of its own")
                    }
                    _ => format!(
                        "{path} holds what `sync --sandbox` made up; the account {} ({}) needs a file of its own",
                        new.remote_id, new.mode
                    ),
                }));
            }
            self.family.accounts_written.fetch_add(1, Ordering::Relaxed);
            if let Some(opened) = &new.opened {
                self.write_opened(new, opened)?;
            } else {
                self.conn
                    .execute(
                        "INSERT INTO accounts (provider, remote_id, mode) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                        params![new.provider, new.remote_id, new.mode],
                    )
                    .map_err(sql)?;
            }
            self.conn
                .prepare_cached(&format!("{ACCOUNT} WHERE provider=?1 AND remote_id=?2 AND mode=?3"))
                .and_then(|mut one| one.query_row(params![new.provider, new.remote_id, new.mode], account))
                .map_err(sql)
        })
    }

    /// Returns the account of a row.
    ///
    /// # Errors
    /// SQLite's; also where there is none.
    pub fn account_at(&self, row: i64) -> Result<Account, Error> {
        self.conn
            .prepare_cached(&format!("{ACCOUNT} WHERE id=?1"))
            .and_then(|mut one| one.query_row([row], account))
            .map_err(|e| self.sql(e))
    }

    /// Writes what a credential found. Whoever was removed by hand stays as he is until somebody takes him up again. What one
    /// platform's key reads already, or a key of its own, is not taken over by another platform.
    fn write_opened(&self, new: &NewAccount, opened: &Opened) -> Result<(), Error> {
        let sql = |e| self.sql(e);
        // Events may have come before anybody said whose they are: now a key does. That of a platform says so of its own
        // account alone.
        if opened.platform.is_none() {
            self.forget_made_up(new)?;
            self.conn
                .execute(
                    "UPDATE accounts SET remote_id=?2 WHERE provider=?1 AND mode=?3 AND remote_id=?4 AND ?2 <> ?4
                       AND NOT EXISTS (SELECT 1 FROM accounts WHERE provider=?1 AND mode=?3 AND remote_id=?2)",
                    params![new.provider, new.remote_id, new.mode, NAMELESS],
                )
                .map_err(sql)?;
        }
        let is_read = format!("opened IS NOT NULL AND status='active' AND NOT {PLATFORM_REMOVED}");
        self.conn
            .prepare_cached(&format!(
                "INSERT INTO accounts (provider, remote_id, mode, name, country, created, credential, platform, opened, answered)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, unixepoch(), ?9)
                 ON CONFLICT DO UPDATE SET name=?4, country=?5, created=?6,
                   credential=CASE WHEN ?8 IS NOT platform AND ?8 IS NOT NULL AND {is_read} THEN credential ELSE ?7 END,
                   platform=CASE WHEN ?8 IS NOT NULL AND {is_read} THEN platform ELSE ?8 END,
                   opened=coalesce(opened, excluded.opened), answered=coalesce(max(answered, ?9), answered, ?9),
                   status='active', error=CASE WHEN status='disconnected' THEN NULL ELSE error END
                 WHERE status <> 'removed'
                   AND (name IS NOT ?4 OR country IS NOT ?5 OR created IS NOT ?6 OR credential IS NOT ?7
                     OR platform IS NOT ?8 OR opened IS NULL OR answered IS NOT ?9 OR status <> 'active')",
            ))
            .and_then(|mut statement| {
                statement.execute(params![
                    new.provider,
                    new.remote_id,
                    new.mode,
                    new.name,
                    new.country,
                    new.created_s,
                    opened.credential,
                    opened.platform,
                    new.answered_s
                ])
            })
            .map_err(sql)?;
        if opened.platform.is_none() { self.tell_connected(new) } else { Ok(()) }
    }

    /// Writes whose key it is by now to the accounts that are read with it.
    fn tell_connected(&self, new: &NewAccount) -> Result<(), Error> {
        self.conn
            .prepare_cached(
                "UPDATE accounts SET credential=p.credential
                 FROM (SELECT id, credential FROM accounts WHERE provider=?1 AND remote_id=?2 AND mode=?3) p
                 WHERE accounts.platform=p.id AND accounts.credential IS NOT p.credential",
            )
            .and_then(|mut statement| statement.execute(params![new.provider, new.remote_id, new.mode]))
            .map(drop)
            .map_err(|e| self.sql(e))
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

    /// Returns an account's row, if it has one.
    ///
    /// # Errors
    /// SQLite's.
    pub fn find_account(&self, provider: &str, remote_id: &str, mode: &str) -> Result<Option<i64>, Error> {
        self.conn
            .prepare_cached("SELECT id FROM accounts WHERE provider=?1 AND remote_id=?2 AND mode=?3")
            .and_then(|mut one| one.query_row([provider, remote_id, mode], |row| row.get(0)).optional())
            .map_err(|e| self.sql(e))
    }

    /// Returns the name of the credential that reads an account as its own; nothing where none does.
    ///
    /// # Errors
    /// SQLite's.
    pub fn reader_of(&self, provider: &str, remote_id: &str, mode: &str) -> Result<Option<Option<String>>, Error> {
        self.conn
            .prepare_cached(
                "SELECT credential FROM accounts WHERE provider=?1 AND remote_id=?2 AND mode=?3
                   AND opened IS NOT NULL AND platform IS NULL",
            )
            .and_then(|mut one| one.query_row([provider, remote_id, mode], |row| row.get(0)).optional())
            .map_err(|e| self.sql(e))
    }

    /// Returns the ids of the accounts that a platform's key has opened.
    ///
    /// # Errors
    /// SQLite's.
    pub fn connected_to(&self, platform: i64) -> Result<Vec<String>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self.conn.prepare("SELECT remote_id FROM accounts WHERE platform=?1").map_err(sql)?;
        let rows = statement.query_map([platform], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns whether the list of the accounts that are connected to a platform was ever read to its end.
    ///
    /// # Errors
    /// SQLite's; also where there is no such account.
    pub fn is_listed(&self, platform: i64) -> Result<bool, Error> {
        self.conn
            .query_row("SELECT listed IS NOT NULL FROM accounts WHERE id=?1", [platform], |row| row.get(0))
            .map_err(|e| self.sql(e))
    }

    /// Notes that it was.
    ///
    /// # Errors
    /// SQLite's.
    pub fn listed(&self, platform: i64) -> Result<(), Error> {
        self.at_once(|| {
            let written = self.conn.execute("UPDATE accounts SET listed=unixepoch() WHERE id=?1", [platform]);
            written.map(drop).map_err(|e| self.sql(e))
        })
    }

    /// Notes that nobody may read an account any more, and why; returns whether that is new.
    ///
    /// # Errors
    /// SQLite's.
    pub fn disconnected(&self, account: i64, why: &str) -> Result<bool, Error> {
        self.at_once(|| {
            self.family.accounts_written.fetch_add(1, Ordering::Relaxed);
            self.conn
                .prepare_cached("UPDATE accounts SET status='disconnected', error=?2 WHERE id=?1 AND status='active'")
                .and_then(|mut statement| statement.execute(params![account, why]))
                .map(|changed| changed == 1)
                .map_err(|e| self.sql(e))
        })
    }

    /// Returns the accounts of a service in one mode that were not removed by hand, those lately synced first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn accounts_of(&self, provider: &str, mode: &str) -> Result<Vec<Account>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare(&format!(
                "{ACCOUNT} WHERE provider=?1 AND mode=?2 AND status <> 'removed' ORDER BY events_until DESC, id"
            ))
            .map_err(sql)?;
        let rows = statement.query_map([provider, mode], account).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns the accounts of a service in one mode that a credential has opened as its own, those lately synced first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn own_accounts(&self, provider: &str, mode: &str, credential: Option<&str>) -> Result<Vec<Account>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare(&format!(
                "{ACCOUNT} WHERE provider=?1 AND mode=?2 AND platform IS NULL AND credential IS ?3 AND status <> 'removed'
                 ORDER BY events_until DESC, id"
            ))
            .map_err(sql)?;
        let rows = statement.query_map(params![provider, mode, credential], account).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Remembers that every event created before this second is logged.
    ///
    /// # Errors
    /// SQLite's.
    pub fn set_events_until(&self, account: i64, until_s: i64) -> Result<(), Error> {
        self.at_once(|| {
            self.conn
                .execute("UPDATE accounts SET events_until=?2 WHERE id=?1", params![account, until_s])
                .map(drop)
                .map_err(|e| self.sql(e))
        })
    }
}
