//! Whom the services send events to, as mirrored; and how often a sink was asked who it is.

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::error::Error;

/// A subscription of Fatture in Cloud, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirroredSubscription {
    /// `SUB230`.
    pub id: String,
    /// Where notifications go.
    pub sink: String,
    /// The group that the sink names.
    pub group: String,
    /// Whether the sink has answered the challenge.
    pub is_verified: bool,
    /// When it ends, as sent.
    pub expires_at: Option<String>,
    /// The whole answer.
    pub data: String,
}

/// What a mirroring changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mirrored {
    /// Rows that were not there.
    pub new: u64,
    /// Rows that were otherwise.
    pub changed: u64,
    /// Rows that were as they are.
    pub unchanged: u64,
    /// Rows that the list does not show any more.
    pub deleted: u64,
}

/// A mirrored row, with whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirroredHook {
    /// `stripe`, `fic`.
    pub provider: String,
    /// The service's id of the account.
    pub account: String,
    /// `live`, `test` or `sandbox`.
    pub mode: String,
    /// The name of the credential that reads it, if it has one.
    pub credential: Option<String>,
    /// `SUB…`, `we_…`.
    pub id: String,
    /// The whole answer.
    pub data: String,
    /// When it was not there any more, unix seconds.
    pub deleted_s: Option<i64>,
}

impl Store {
    /// Makes a company's rows equal to the list that the service gave at `as_of_s` (unix seconds, its clock).
    ///
    /// # Errors
    /// SQLite's.
    pub fn mirror_subscriptions(
        &self,
        account: i64,
        list: &[MirroredSubscription],
        as_of_s: i64,
    ) -> Result<Mirrored, Error> {
        self.begin()?;
        let mirrored = self.write_subscriptions(account, list, as_of_s).inspect_err(|_| self.rollback())?;
        self.commit()?;
        Ok(mirrored)
    }

    fn write_subscriptions(
        &self,
        account: i64,
        list: &[MirroredSubscription],
        as_of_s: i64,
    ) -> Result<Mirrored, Error> {
        let sql = |e| self.sql(e);
        let mut mirrored = Mirrored::default();
        for it in list {
            let known: Option<(String, bool)> = self
                .conn
                .query_row(
                    "SELECT data, deleted_at IS NULL FROM fic_webhook_subscriptions WHERE account=?1 AND id=?2",
                    params![account, it.id],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()
                .map_err(sql)?;
            match known {
                Some((data, true)) if data == it.data => {
                    mirrored.unchanged += 1;
                    continue;
                }
                Some(_) => mirrored.changed += 1,
                None => mirrored.new += 1,
            }
            self.conn
                .execute(
                    "INSERT INTO fic_webhook_subscriptions (account, id, sink, event_group, verified, expires_at, data, as_of)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                     ON CONFLICT DO UPDATE SET sink=?3, event_group=?4, verified=?5, expires_at=?6, data=?7, as_of=?8,
                       deleted_at=NULL",
                    params![account, it.id, it.sink, it.group, it.is_verified, it.expires_at, it.data, as_of_s],
                )
                .map_err(sql)?;
        }
        let ids = serde_json::json!(list.iter().map(|it| &it.id).collect::<Vec<_>>()).to_string();
        let gone = self
            .conn
            .execute(
                "UPDATE fic_webhook_subscriptions SET deleted_at=?3
                 WHERE account=?1 AND deleted_at IS NULL AND id NOT IN (SELECT value FROM json_each(?2))",
                params![account, ids, as_of_s],
            )
            .map_err(sql)?;
        mirrored.deleted = gone as u64;
        Ok(mirrored)
    }

    /// Forgets a subscription that somebody took away on purpose, and what was tried for it.
    ///
    /// # Errors
    /// SQLite's.
    pub fn forget_subscription(&self, account: i64, id: &str) -> Result<(), Error> {
        for text in [
            "DELETE FROM fic_webhook_subscriptions WHERE account=?1 AND id=?2",
            "DELETE FROM fic_webhook_attempts WHERE account=?1 AND subscription_id=?2",
        ] {
            self.conn.execute(text, params![account, id]).map_err(|e| self.sql(e))?;
        }
        Ok(())
    }

    /// Returns the latest second at which the row of any of an account's endpoints of Stripe's is known to have held: of that
    /// second the service may tell something else by now.
    ///
    /// # Errors
    /// SQLite's.
    pub fn endpoints_known_s(&self, account: &str, mode: &str) -> Result<Option<i64>, Error> {
        let text = "SELECT max(max(e.as_of, coalesce(s.until_s, 0))) FROM stripe_webhook_endpoints e
                      LEFT JOIN row_states s ON s.row_id = e.row_id
                        AND s.resource = (SELECT id FROM resources WHERE name = 'stripe_webhook_endpoints')
                    WHERE e.account = (SELECT id FROM accounts WHERE provider='stripe' AND remote_id=?1 AND mode=?2)";
        self.conn.query_row(text, [account, mode], |row| row.get(0)).map_err(|e| self.sql(e))
    }

    /// Returns how often the service was had to ask a sink, and when last (unix seconds, its clock).
    ///
    /// # Errors
    /// SQLite's.
    pub fn verify_attempts(&self, account: i64, id: &str) -> Result<Option<(u32, i64)>, Error> {
        self.conn
            .query_row(
                "SELECT attempts, attempted_at FROM fic_webhook_attempts WHERE account=?1 AND subscription_id=?2",
                params![account, id],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(|e| self.sql(e))
    }

    /// Notes that the service was had to ask a sink once more.
    ///
    /// # Errors
    /// SQLite's.
    pub fn note_verify_attempt(&self, account: i64, id: &str, at_s: i64) -> Result<(), Error> {
        self.conn
            .execute(
                "INSERT INTO fic_webhook_attempts VALUES (?1, ?2, 1, ?3)
                 ON CONFLICT DO UPDATE SET attempts=attempts+1, attempted_at=?3",
                params![account, id, at_s],
            )
            .map(drop)
            .map_err(|e| self.sql(e))
    }

    /// Returns every mirrored subscription, those that are gone among them, unless another one leads to the same sink.
    ///
    /// # Errors
    /// SQLite's.
    pub fn mirrored_subscriptions(&self) -> Result<Vec<MirroredHook>, Error> {
        self.hooks(
            "SELECT provider, remote_id, mode, credential, s.id, data, deleted_at
             FROM fic_webhook_subscriptions s JOIN accounts a ON a.id = s.account
             WHERE deleted_at IS NULL OR NOT EXISTS (SELECT 1 FROM fic_webhook_subscriptions o
               WHERE o.account=s.account AND o.sink=s.sink AND (o.deleted_at IS NULL OR o.row_id > s.row_id))
             ORDER BY s.account, row_id",
        )
    }

    /// Returns every endpoint of Stripe that is mirrored and was there when it was read last.
    ///
    /// # Errors
    /// SQLite's.
    pub fn mirrored_endpoints(&self) -> Result<Vec<MirroredHook>, Error> {
        self.hooks(
            "SELECT provider, remote_id, mode, credential, e.id, data, deleted_at
             FROM stripe_webhook_endpoints e JOIN accounts a ON a.id = e.account
             WHERE deleted_at IS NULL ORDER BY e.account, row_id",
        )
    }

    fn hooks(&self, text: &str) -> Result<Vec<MirroredHook>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self.conn.prepare(text).map_err(sql)?;
        let rows = statement
            .query_map([], |row| {
                Ok(MirroredHook {
                    provider: row.get(0)?,
                    account: row.get(1)?,
                    mode: row.get(2)?,
                    credential: row.get(3)?,
                    id: row.get(4)?,
                    data: row.get(5)?,
                    deleted_s: row.get(6)?,
                })
            })
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::NewAccount;

    fn subscription(id: &str, sink: &str) -> MirroredSubscription {
        MirroredSubscription {
            id: id.to_owned(),
            sink: sink.to_owned(),
            group: "taxes".to_owned(),
            is_verified: true,
            expires_at: None,
            data: format!("{{\"id\":\"{id}\",\"sink\":\"{sink}\"}}"),
        }
    }

    #[test]
    fn rows_follow_the_list_and_what_vanished_is_told_until_another_takes_its_place() {
        let store = Store::in_memory().expect("opens");
        let account = store.account(&NewAccount::opened("fic", "12", "test")).expect("written").id;
        let (one, two) = (subscription("SUB1", "https://a/1"), subscription("SUB2", "https://a/2"));
        let mirror = |list: &[MirroredSubscription], at_s| {
            let it = store.mirror_subscriptions(account, list, at_s).expect("written");
            (it.new, it.changed, it.unchanged, it.deleted)
        };
        assert_eq!(mirror(&[one.clone(), two.clone()], 100), (2, 0, 0, 0));
        let other = MirroredSubscription { data: "{}".to_owned(), ..one.clone() };
        assert_eq!(mirror(std::slice::from_ref(&other), 200), (0, 1, 0, 1));
        let gone = |store: &Store| {
            let all = store.mirrored_subscriptions().expect("read");
            all.into_iter().filter(|it| it.deleted_s.is_some()).map(|it| it.id).collect::<Vec<_>>()
        };
        assert_eq!(gone(&store), ["SUB2"]);
        assert_eq!(mirror(&[other.clone(), subscription("SUB3", "https://a/2")], 300), (1, 0, 1, 0));
        assert!(gone(&store).is_empty(), "another leads there");
        assert_eq!(mirror(&[other, two], 400), (0, 1, 1, 1), "it is there again");
        assert!(gone(&store).is_empty());
        store.forget_subscription(account, "SUB1").expect("written");
        assert!(store.mirrored_subscriptions().expect("read").iter().all(|it| it.id != "SUB1"));
    }

    #[test]
    fn attempts_are_counted() {
        let store = Store::in_memory().expect("opens");
        let account = store.account(&NewAccount::opened("fic", "12", "test")).expect("written").id;
        assert_eq!(store.verify_attempts(account, "SUB1").expect("read"), None);
        store.note_verify_attempt(account, "SUB1", 100).expect("written");
        store.note_verify_attempt(account, "SUB1", 700).expect("written");
        assert_eq!(store.verify_attempts(account, "SUB1").expect("read"), Some((2, 700)));
        store.forget_subscription(account, "SUB1").expect("written");
        assert_eq!(store.verify_attempts(account, "SUB1").expect("read"), None);
    }
}
