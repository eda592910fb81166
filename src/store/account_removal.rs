//! Takes an account out of the file, row by row, in short transactions.

use std::sync::atomic::Ordering;

use rusqlite::types::Value;
use rusqlite::{ToSql, params, params_from_iter};

use super::Store;
use super::error::Error;

/// What an account's rows are found by in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldIn {
    table: String,
    /// The column that names the account.
    column: String,
    /// What tells one row from the others.
    key: Vec<String>,
    /// Whether its rows have an ordering state beside them.
    has_states: bool,
}

impl HeldIn {
    /// Returns the table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Returns whether it says what the service has counted: requests of a quota, questions to a sink. That goes on to count
    /// there whatever becomes of the rows here.
    pub fn is_counted_by_service(&self) -> bool {
        matches!(self.table.as_str(), "quotas" | "fic_webhook_attempts")
    }
}

impl Store {
    /// Returns the tables that hold rows of accounts, whatever version made them: those that refer to `accounts`.
    ///
    /// # Errors
    /// SQLite's.
    pub fn tables_of_accounts(&self) -> Result<Vec<HeldIn>, Error> {
        let sql = |e| self.sql(e);
        const TABLES: &str = "SELECT m.name, f.\"from\",
              (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk)),
              (SELECT wr FROM pragma_table_list(m.name) WHERE schema = 'main'),
              EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'row_id')
            FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f ON f.\"table\" = 'accounts'
            WHERE m.type = 'table' AND m.name <> 'accounts' ORDER BY m.name";
        let mut statement = self.conn.prepare(TABLES).map_err(sql)?;
        let rows = statement
            .query_map([], |row| {
                let (key, has_no_rowid): (Option<String>, bool) = (row.get(2)?, row.get(3)?);
                let by_key = key.filter(|_| has_no_rowid);
                Ok(HeldIn {
                    table: row.get(0)?,
                    column: row.get(1)?,
                    key: by_key
                        .map_or_else(|| vec!["rowid".to_owned()], |key| key.split(',').map(str::to_owned).collect()),
                    has_states: row.get(4)?,
                })
            })
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns how many rows an account has in a table.
    ///
    /// # Errors
    /// SQLite's.
    pub fn rows_held(&self, held: &HeldIn, account: i64) -> Result<u64, Error> {
        let text = format!("SELECT count(*) FROM {} WHERE {}=?1", held.table, held.column);
        let count = self.conn.query_row(&text, [account], |row| row.get::<_, i64>(0));
        count.map(i64::unsigned_abs).map_err(|e| self.sql(e))
    }

    /// Deletes rows of an account out of a table, at most so many, with all that hangs on them; returns how many.
    ///
    /// # Errors
    /// SQLite's.
    pub fn delete_held(&self, held: &HeldIn, account: i64, most: usize) -> Result<usize, Error> {
        let sql = |e| self.sql(e);
        let (table, column, key) = (&held.table, &held.column, held.key.join(", "));
        let text = format!(
            "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {column}=?1 LIMIT ?2) RETURNING {}",
            if held.has_states { "row_id" } else { "1" }
        );
        self.at_once(|| {
            let mut statement = self.conn.prepare_cached(&text).map_err(sql)?;
            let rows = statement.query_map(params![account, most as i64], |row| row.get(0)).map_err(sql)?;
            let ids: Vec<i64> = rows.collect::<Result<_, _>>().map_err(sql)?;
            if held.has_states && !ids.is_empty() {
                self.delete_states(table, &ids)?;
            }
            Ok(ids.len())
        })
    }

    /// Deletes what stands beside rows that are gone.
    fn delete_states(&self, table: &str, ids: &[i64]) -> Result<(), Error> {
        let marks = vec!["?"; ids.len()].join(",");
        for beside in ["row_states", "answers"] {
            let text = format!(
                "DELETE FROM {beside} WHERE resource=(SELECT id FROM resources WHERE name=?) AND row_id IN ({marks})"
            );
            let name = Value::Text(table.to_owned());
            let bound = std::iter::once(&name as &dyn ToSql).chain(ids.iter().map(|id| id as &dyn ToSql));
            let mut statement = self.conn.prepare(&text).map_err(|e| self.sql(e))?;
            statement.execute(params_from_iter(bound)).map_err(|e| self.sql(e))?;
        }
        Ok(())
    }

    /// Deletes an account that has no rows any more. Those that were read with its key are then read by nobody.
    ///
    /// # Errors
    /// SQLite's; also where it still has rows.
    pub fn delete_account(&self, account: i64) -> Result<(), Error> {
        self.family.accounts_written.fetch_add(1, Ordering::Relaxed);
        self.at_once(|| {
            let run = |text: &str| self.conn.execute(text, [account]).map(drop).map_err(|e| self.sql(e));
            run("UPDATE accounts SET platform=NULL WHERE platform=?1")?;
            run("DELETE FROM accounts WHERE id=?1")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_goes_with_all_that_hangs_on_it_and_another_stays_whole() {
        let store = Store::in_memory().expect("opens");
        let rows = |account: i64| {
            format!(
                "INSERT INTO accounts (id, provider, remote_id, mode) VALUES ({account}, 'stripe', 'acct_{account}', 'test');
                 INSERT INTO stripe_customers (row_id, account, id, data, as_of) VALUES
                   ({account}0, {account}, 'cus_1', '{{}}', 0), ({account}1, {account}, 'cus_2', '{{}}', 0);
                 INSERT INTO row_states (resource, row_id, from_s, until_s) VALUES (1, {account}0, 0, 0), (1, {account}1, 0, 0);
                 INSERT INTO answers (resource, row_id, from_s, until_s, data) VALUES (1, {account}0, 0, 0, '{{}}');
                 INSERT INTO walks (id, account, resource, pass, began_s) VALUES ({account}, {account}, 1, '', 0);
                 INSERT INTO slices (walk) VALUES ({account}), ({account});
                 INSERT INTO fetches (account, resource, id, not_before_s, reason) VALUES ({account}, 1, 'cus_9', 0, 'event');
                 INSERT INTO company_customers VALUES ({account}, 'cus_1', '7');
                 INSERT INTO sync_logs (run, account, resource, started_at, status) VALUES ('r', {account}, 'x', 0, 'complete');
                 INSERT INTO webhook_events (id, account, provider, event_id, type, created, payload, status, source, received_at)
                   VALUES ({account}, {account}, 'stripe', 'evt_1', 'a.b', 1, '{{}}', 'dead', 'live', 1);
                 INSERT INTO webhook_attempts VALUES ({account}, 1, 1, 1, 'no'); INSERT INTO webhook_times VALUES ({account}, 5);"
            )
        };
        store.conn.execute_batch("INSERT INTO resources VALUES (1, 'stripe_customers')").expect("fills");
        store.conn.execute_batch(&rows(1)).expect("fills");
        store.conn.execute_batch(&rows(2)).expect("fills");
        store.conn.execute_batch("UPDATE accounts SET platform=1 WHERE id=2").expect("connected");
        let tables = store.tables_of_accounts().expect("tables");
        assert!(tables.len() > 150 && tables.iter().any(|it| it.table() == "quotas"), "{tables:?}");
        let held: u64 = tables.iter().map(|it| store.rows_held(it, 1).expect("counts")).sum();
        assert_eq!(held, 7);
        for table in &tables {
            while store.delete_held(table, 1, 1).expect("deletes") > 0 {}
        }
        store.delete_account(1).expect("deletes");
        assert!(store.query_text("PRAGMA foreign_key_check").expect("checked").is_empty());
        let left = |text: &str| store.query_text(text).expect("counts").concat().concat();
        for (counted, wanted) in [
            ("accounts", "1"),
            ("stripe_customers", "2"),
            ("row_states", "2"),
            ("answers", "1"),
            ("walks", "1"),
            ("slices", "2"),
            ("fetches", "1"),
            ("company_customers", "1"),
            ("sync_logs", "1"),
            ("webhook_events", "1"),
            ("webhook_attempts", "1"),
            ("webhook_times", "1"),
        ] {
            assert_eq!(left(&format!("SELECT count(*) FROM {counted}")), wanted, "{counted}");
        }
        assert_eq!(left("SELECT count(*) FROM row_states WHERE row_id IN (20, 21)"), "2");
        assert_eq!(left("SELECT platform IS NULL FROM accounts"), "1");
    }
}
