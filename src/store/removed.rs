//! Accounts that were removed by hand. The mark is a row's own `status`: no service, key or event takes it away, and it stays
//! when all else of the account is gone. What is read on the key of an account that was removed is read by nobody meanwhile,
//! without a mark of its own, and comes back with it.

use std::sync::atomic::Ordering;

use super::Store;
use super::error::Error;

/// Holds of accounts that are read on the key of one that was removed.
pub(super) const PLATFORM_REMOVED: &str =
    "EXISTS (SELECT 1 FROM accounts p WHERE p.id = accounts.platform AND p.status = 'removed')";

impl Store {
    /// Notes that an account is synced no more, whatever happens to its rows.
    ///
    /// # Errors
    /// SQLite's.
    pub fn removed(&self, account: i64) -> Result<(), Error> {
        self.mark_account("UPDATE accounts SET status='removed', retry_at=NULL WHERE id=?1", account).map(drop)
    }

    /// Takes an account up again that was removed or disconnected; returns whether it was. What is read on its key comes back
    /// with it.
    ///
    /// # Errors
    /// SQLite's.
    pub fn brought_back(&self, account: i64) -> Result<bool, Error> {
        const TEXT: &str = "UPDATE accounts SET status='active', failures=0, retry_at=NULL, error=NULL
                            WHERE id=?1 AND status <> 'active'";
        self.mark_account(TEXT, account)
    }

    /// Forgets everything of an account but that it was removed, and how far its lists were read with it; whoever deletes its
    /// rows begins and ends with this. Whose key read it and which company it belongs to stay
    /// known, for whoever wants it back.
    ///
    /// # Errors
    /// SQLite's.
    pub fn shut(&self, account: i64) -> Result<(), Error> {
        const TEXT: &str = "UPDATE accounts SET status='removed', name=NULL, country=NULL, created=NULL, opened=NULL,
              events_until=NULL, clock_ahead_s=NULL, clock_since_s=NULL, attempted=NULL, synced=NULL, failures=0,
              retry_at=NULL, error=NULL, answered=NULL, listed=NULL WHERE id=?1";
        self.at_once(|| {
            self.conn.execute("DELETE FROM walks WHERE account=?1", [account]).map_err(|e| self.sql(e))?;
            self.mark_account(TEXT, account).map(drop)
        })
    }

    fn mark_account(&self, text: &str, account: i64) -> Result<bool, Error> {
        self.family.accounts_written.fetch_add(1, Ordering::Relaxed);
        let changed = self.conn.execute(text, [account]);
        changed.map(|changed| changed == 1).map_err(|e| self.sql(e))
    }

    /// Returns the ids of a service's accounts that were removed by hand.
    ///
    /// # Errors
    /// SQLite's.
    pub fn removed_accounts(&self, provider: &str, mode: &str) -> Result<Vec<String>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare("SELECT remote_id FROM accounts WHERE provider=?1 AND mode=?2 AND status='removed' ORDER BY id")
            .map_err(sql)?;
        let rows = statement.query_map([provider, mode], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns the ids of the accounts that a credential opens as its own, and that were removed by hand.
    ///
    /// # Errors
    /// SQLite's.
    pub fn removed_own(&self, provider: &str, mode: &str, credential: Option<&str>) -> Result<Vec<String>, Error> {
        let sql = |e| self.sql(e);
        let text =
            "SELECT remote_id FROM accounts WHERE provider=?1 AND mode=?2 AND credential IS ?3 AND platform IS NULL
                      AND status='removed' ORDER BY id";
        let mut statement = self.conn.prepare(text).map_err(sql)?;
        let rows = statement.query_map(rusqlite::params![provider, mode, credential], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns whether an account was removed by hand.
    ///
    /// # Errors
    /// SQLite's; also where there is none.
    pub fn is_removed(&self, account: i64) -> Result<bool, Error> {
        self.is_marked("SELECT status='removed' FROM accounts WHERE id=?1", account)
    }

    /// Returns whether an account was removed by hand, and nothing of it is kept: what comes for it is logged alone.
    ///
    /// # Errors
    /// As [`Store::is_removed`].
    pub fn is_shut(&self, account: i64) -> Result<bool, Error> {
        self.is_marked("SELECT status='removed' AND opened IS NULL FROM accounts WHERE id=?1", account)
    }

    fn is_marked(&self, text: &str, account: i64) -> Result<bool, Error> {
        let mut statement = self.conn.prepare_cached(text).map_err(|e| self.sql(e))?;
        statement.query_row([account], |row| row.get(0)).map_err(|e| self.sql(e))
    }
}

#[cfg(test)]
mod tests {
    use crate::model::accounts::Standing;
    use crate::store::{NewAccount, Opened, Store};

    /// What a key says of an account; of one that is connected to row 1, where it is not `own`.
    fn answered(store: &Store, id: &str, own: bool) -> i64 {
        let opened = Opened { credential: Some("shop".to_owned()), platform: (!own).then_some(1) };
        let new = NewAccount { opened: Some(opened), ..NewAccount::named("stripe", id, "live") };
        store.account(&new).expect("written").id
    }

    fn standings(store: &Store) -> Vec<(String, Standing)> {
        store.account_lines().expect("lines").into_iter().map(|line| (line.id, line.standing)).collect()
    }

    fn wanted(standings: &[(&str, Standing)]) -> Vec<(String, Standing)> {
        standings.iter().map(|(id, standing)| ((*id).to_owned(), *standing)).collect()
    }

    #[test]
    fn a_mark_outlives_answers_and_events_and_what_hangs_on_it_goes_and_comes_with_it() {
        let store = Store::in_memory().expect("opens");
        let own = answered(&store, "acct_1", true);
        let [two, three] = ["acct_2", "acct_3"].map(|id| answered(&store, id, false));
        store.disconnected(three, "gone").expect("marked");
        store.removed(own).expect("marked");
        let without =
            [("acct_1", Standing::Removed), ("acct_2", Standing::Removed), ("acct_3", Standing::Disconnected)];
        assert_eq!(standings(&store), wanted(&without));
        let why = store.accounts_named("acct_2").expect("a line").remove(0).error;
        assert_eq!(why.as_deref(), Some("acct_1, on whose key it is read, was removed"));
        // Its own key, its platform's list, and an event that grants access.
        answered(&store, "acct_1", true);
        store.reconnected(own).expect("no change");
        assert_eq!(standings(&store), wanted(&without));
        assert!(store.readable_accounts().expect("none").is_empty());
        assert!(store.brought_back(own).expect("it was removed") && !store.brought_back(own).expect("no more"));
        let with = [("acct_1", Standing::Active), ("acct_2", Standing::Active), ("acct_3", Standing::Disconnected)];
        assert_eq!(standings(&store), wanted(&with));
        // One that was removed itself, its rows too.
        store.shut(two).expect("marked");
        assert!(store.is_removed(two).expect("it is") && store.is_shut(two).expect("it is"));
        assert_eq!(answered(&store, "acct_2", false), two);
        assert_eq!(standings(&store)[1].1, Standing::Removed);
        assert!(store.is_shut(two).expect("it is"), "no answer opens it");
    }

    #[test]
    fn another_platform_takes_over_what_was_read_on_the_key_of_one_that_was_removed() {
        let store = Store::in_memory().expect("opens");
        let (first, other) = (answered(&store, "acct_1", true), answered(&store, "acct_9", true));
        let shop = answered(&store, "acct_2", false);
        let by_other = || {
            let opened = Opened { credential: Some("other".to_owned()), platform: Some(other) };
            let new = NewAccount { opened: Some(opened), ..NewAccount::named("stripe", "acct_2", "live") };
            store.account(&new).expect("written");
            store.mark(shop).expect("a row").platform
        };
        assert_eq!(by_other(), Some(first));
        store.removed(first).expect("marked");
        assert_eq!(by_other(), Some(other));
    }

    #[test]
    fn a_key_under_another_name_reads_what_is_connected_by_that_name() {
        let store = Store::in_memory().expect("opens");
        answered(&store, "acct_1", true);
        answered(&store, "acct_2", false);
        let removed = answered(&store, "acct_3", false);
        store.removed(removed).expect("marked");
        let renamed = Opened { credential: Some("shop2".to_owned()), platform: None };
        let new = NewAccount { opened: Some(renamed), ..NewAccount::named("stripe", "acct_1", "live") };
        store.account(&new).expect("written");
        let readers = store.query_text("SELECT DISTINCT credential FROM accounts").expect("rows");
        assert_eq!(readers, [["shop2"]], "also of who was removed: somebody may want it back");
    }
}
