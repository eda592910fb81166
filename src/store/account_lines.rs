//! The SELECTs behind `accounts list`: thousands of accounts at the cost of a few dozen.

use std::collections::HashMap;

use rusqlite::Row;

use super::Store;
use super::error::Error;
use crate::model::accounts::{AccountLine, Standing};
use crate::model::extract::Catalog;

const LINE: &str =
    "SELECT a.id, a.provider, a.remote_id, a.mode, a.name, a.country, a.status, a.credential, p.remote_id,
       a.company, c.name, a.opened, a.synced, a.events_until, a.failures, a.error, a.retry_at, a.answered,
       p.status IS 'removed'
     FROM accounts a LEFT JOIN accounts p ON p.id = a.platform LEFT JOIN companies c ON c.id = a.company";

fn line(row: &Row) -> rusqlite::Result<AccountLine> {
    let (status, opened_s): (String, Option<i64>) = (row.get(6)?, row.get(11)?);
    let failures = row.get::<_, i64>(14)?.unsigned_abs();
    let (platform, is_platform_removed): (Option<String>, bool) = (row.get(8)?, row.get(18)?);
    let standing = match Standing::of(&status, opened_s.is_some(), failures) {
        // It stands as its platform does, and comes back with it.
        standing if standing.is_synced() && is_platform_removed => Standing::Removed,
        standing => standing,
    };
    let with_platform = platform.as_ref().filter(|_| standing == Standing::Removed && status != "removed");
    let with_platform = with_platform.map(|platform| format!("{platform}, on whose key it is read, was removed"));
    Ok(AccountLine {
        row: row.get(0)?,
        provider: row.get(1)?,
        id: row.get(2)?,
        mode: row.get(3)?,
        name: row.get(4)?,
        country: row.get(5)?,
        standing,
        credential: row.get(7)?,
        platform,
        company: row.get(9)?,
        company_name: row.get(10)?,
        opened_s,
        synced_s: row.get(12)?,
        events_until_s: row.get(13)?,
        failures,
        error: with_platform.map_or_else(|| row.get(15), |why| Ok(Some(why)))?,
        retry_at_s: row.get(16)?,
        answered_s: row.get(17)?,
        rows: None,
    })
}

impl Store {
    /// Returns every account, in the order of service and id, without how many rows it has.
    ///
    /// # Errors
    /// SQLite's.
    pub fn account_lines(&self) -> Result<Vec<AccountLine>, Error> {
        let sql = |e| self.sql(e);
        let text = format!("{LINE} ORDER BY a.provider, a.remote_id, a.mode");
        let mut statement = self.conn.prepare(&text).map_err(sql)?;
        let rows = statement.query_map([], line).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns the accounts of this id: of both services, and of each mode.
    ///
    /// # Errors
    /// SQLite's.
    pub fn accounts_named(&self, remote_id: &str) -> Result<Vec<AccountLine>, Error> {
        let sql = |e| self.sql(e);
        let text = format!("{LINE} WHERE a.remote_id=?1 ORDER BY a.provider, a.mode");
        let mut statement = self.conn.prepare(&text).map_err(sql)?;
        let rows = statement.query_map([remote_id], line).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns how many rows each account has, or the `only` one that is meant: the living ones in the tables of resources.
    /// Tombstones, logged events and the logs of runs do not count. Whatever command tells how many rows an account has tells
    /// this number. Each table is looked through once, by its index alone, however many accounts there are.
    ///
    /// # Errors
    /// SQLite's.
    pub fn living_rows(&self, catalog: &Catalog, only: Option<i64>) -> Result<HashMap<i64, u64>, Error> {
        let (mut counts, mut gone): (HashMap<i64, u64>, HashMap<i64, u64>) = Default::default();
        for entry in catalog.entries() {
            let table = entry.resource.table();
            let (all, deleted) = (counts_all(&table, only), counts_gone(&table, only));
            self.each_account(&all, |account, count| *counts.entry(account).or_default() += count)?;
            self.each_account(&deleted, |account, count| *gone.entry(account).or_default() += count)?;
        }
        for (account, count) in gone {
            counts.entry(account).and_modify(|all| *all = all.saturating_sub(count));
        }
        Ok(counts)
    }
}

/// Counts a table's rows by account. The unique index begins with the account and holds no JSON.
pub(super) fn counts_all(table: &str, only: Option<i64>) -> String {
    let whose = only.map(|account| format!("WHERE account = {account} ")).unwrap_or_default();
    format!("SELECT account, count(*) FROM {table} {whose}GROUP BY account")
}

/// Counts its tombstones. Word for word the condition of the table's `_odd` index.
fn counts_gone(table: &str, only: Option<i64>) -> String {
    let whose = only.map(|account| format!("account = {account} AND ")).unwrap_or_default();
    format!(
        "SELECT account, count(deleted_at) FROM {table} INDEXED BY {table}_odd
         WHERE {whose}(deleted_at IS NOT NULL OR unsettled = 1) GROUP BY account"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::resource::Resource;

    fn catalog() -> Catalog {
        let resources: Vec<&'static Resource> =
            crate::providers::stripe::resources::all().chain(crate::providers::fic::resources::RESOURCES).collect();
        Catalog::new(resources)
    }

    #[test]
    fn rows_are_counted_by_indexes_alone_whatever_the_table() {
        let (store, catalog) = (Store::in_memory().expect("opens"), catalog());
        for entry in catalog.entries() {
            let table = entry.resource.table();
            let plan = store.query_text(&format!("EXPLAIN QUERY PLAN {}", counts_all(&table, None))).expect("a plan");
            assert!(plan.iter().flatten().any(|it| it.contains("USING COVERING INDEX")), "{table}: {plan:?}");
            assert!(!plan.iter().flatten().any(|it| it.contains("TEMP B-TREE")), "{table}: {plan:?}");
        }
    }

    #[test]
    fn each_account_has_its_own_living_rows_and_stands_as_it_does() {
        let store = Store::in_memory().expect("opens");
        store
            .conn
            .execute_batch(
                "INSERT INTO accounts (id, provider, remote_id, mode, opened, status, failures, platform, company) VALUES
                   (1, 'stripe', 'acct_1', 'live', 5, 'active', 0, NULL, '7'), (2, 'stripe', 'acct_2', 'live', 6, 'active', 3, 1, NULL),
                   (3, 'fic', '12', 'live', NULL, 'active', 0, NULL, NULL), (4, 'stripe', 'acct_1', 'test', 1, 'removed', 0, NULL, NULL);
                 INSERT INTO companies VALUES ('7', 'Seven', 0);
                 INSERT INTO stripe_customers (account, id, data, as_of, deleted_at, unsettled) VALUES
                   (1, 'cus_1', '{}', 0, NULL, 0), (1, 'cus_2', '{}', 0, 9, 0), (1, 'cus_3', '{}', 0, NULL, 1), (2, 'cus_1', '{}', 0, NULL, 0);
                 INSERT INTO stripe_invoice_lines (account, parent_id, id, position, data, as_of) VALUES
                   (2, 'in_1', 'il_1', 0, '{}', 0), (2, 'in_1', NULL, 1, '{}', 0);
                 INSERT INTO fic_clients (account, id, data, as_of) VALUES (3, '1', '{}', 0);",
            )
            .expect("fills");
        let counts = store.living_rows(&catalog(), None).expect("counts");
        for account in 1..=4 {
            let one = store.living_rows(&catalog(), Some(account)).expect("counts");
            assert_eq!((one.get(&account), one.len() <= 1), (counts.get(&account), true), "{account}");
        }
        assert_eq!([1, 2, 3, 4].map(|account| counts.get(&account).copied().unwrap_or(0)), [2, 3, 1, 0]);
        let lines = store.account_lines().expect("lines");
        let told: Vec<_> = lines.iter().map(|it| (it.row, it.standing.name(), it.platform.as_deref())).collect();
        let wanted = [(3, "named", None), (1, "active", None), (4, "removed", None), (2, "failing", Some("acct_1"))];
        assert_eq!(told, wanted);
        assert_eq!(lines[1].company_name.as_deref(), Some("Seven"));
        assert_eq!(store.accounts_named("acct_1").expect("both").len(), 2);
    }
}
