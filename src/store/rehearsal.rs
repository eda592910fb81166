//! The accounts of a file without their rows, in memory: what a reading of the services would change of them can be seen
//! there, for as long as it takes, while the file stays as it is.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::Store;
use super::error::Error;

impl Store {
    /// Returns a file in memory that holds the same accounts, and nothing else.
    ///
    /// # Errors
    /// SQLite's.
    pub fn accounts_alone(&self) -> Result<Store, Error> {
        let (sql, other) = (|e| self.sql(e), Store::in_memory()?);
        // A platform stands before those that are connected to it: its row is the older one, or it is put in later.
        other.conn.execute_batch("PRAGMA foreign_keys = OFF").map_err(sql)?;
        let mut select = self.conn.prepare("SELECT * FROM accounts ORDER BY id").map_err(sql)?;
        let names: Vec<String> = select.column_names().map(str::to_owned).collect();
        let marks = vec!["?"; names.len()].join(",");
        let insert = format!("INSERT INTO accounts ({}) VALUES ({marks})", names.join(","));
        let mut rows = select.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let values: Vec<Value> = (0..names.len()).map(|at| row.get(at)).collect::<Result<_, _>>().map_err(sql)?;
            other.conn.prepare_cached(&insert).and_then(|mut it| it.execute(params_from_iter(values))).map_err(sql)?;
        }
        Ok(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_there_is_in_no_file() {
        let store = Store::in_memory().expect("opens");
        let fill = "INSERT INTO accounts (id, provider, remote_id, mode, platform, company) VALUES
            (1, 'stripe', 'acct_shop', 'live', 2, '7'), (2, 'stripe', 'acct_own', 'live', NULL, NULL)";
        store.conn.execute_batch(fill).expect("fills");
        let other = store.accounts_alone().expect("copied");
        let all = "SELECT * FROM accounts";
        assert_eq!(store.query_text(all).expect("rows"), other.query_text(all).expect("rows"));
        assert!(other.disconnected(1, "gone").expect("written"));
        assert_eq!(store.query_text("SELECT status FROM accounts WHERE id=1").expect("a row"), [["active"]]);
    }
}
