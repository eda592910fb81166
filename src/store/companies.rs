//! The user's own companies, and what belongs to them.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::error::Error;
use crate::model::accounts::CompanyLine;

/// Customers that are taken out of a company in one transaction.
const PART: i64 = 1000;

impl Store {
    /// Returns how many customers name each company in their metadata (`company_id`), whether or not it was added. Reads
    /// every customer.
    ///
    /// # Errors
    /// SQLite's.
    pub fn companies_in_metadata(&self) -> Result<BTreeMap<String, u64>, Error> {
        const NAMED: &str = "SELECT named, count(*) FROM (
              SELECT trim(CAST(json_extract(metadata, '$.company_id') AS TEXT)) AS named FROM stripe_customers
              WHERE deleted_at IS NULL AND instr(metadata, 'company_id') > 0)
            WHERE named <> '' GROUP BY named";
        let sql = |e| self.sql(e);
        let mut statement = self.conn.prepare(NAMED).map_err(sql)?;
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Adds a company, by the smallest number that is free and not `taken` otherwise where no id is given; returns its id, or
    /// nothing where that id is there already.
    ///
    /// # Errors
    /// SQLite's.
    pub fn add_company(
        &self,
        id: Option<&str>,
        name: &str,
        taken: &[&str],
        now_s: i64,
    ) -> Result<Option<String>, Error> {
        // In one statement: two programs at once do not take the same number.
        const ADD: &str = "INSERT INTO companies (id, name, created) VALUES (coalesce(?1, (
              WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
                WHERE EXISTS (SELECT 1 FROM companies WHERE id = CAST(i AS TEXT))
                  OR CAST(i AS TEXT) IN (SELECT value FROM json_each(?4)))
              SELECT CAST(max(i) AS TEXT) FROM n)), ?2, ?3) ON CONFLICT DO NOTHING RETURNING id";
        self.conn
            .prepare(ADD)
            .and_then(|mut add| {
                add.query_row(params![id, name, now_s, serde_json::json!(taken).to_string()], |row| row.get(0))
                    .optional()
            })
            .map_err(|e| self.sql(e))
    }

    /// Returns every company, with how much was assigned to it.
    ///
    /// # Errors
    /// SQLite's.
    pub fn companies(&self) -> Result<Vec<CompanyLine>, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare(
                "SELECT id, name, (SELECT count(*) FROM accounts WHERE company = c.id AND company IS NOT NULL),
                   (SELECT count(*) FROM company_customers WHERE company = c.id), created
                 FROM companies c ORDER BY length(id), id",
            )
            .map_err(sql)?;
        let rows = statement
            .query_map([], |row| {
                Ok(CompanyLine {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    accounts: row.get::<_, i64>(2)?.unsigned_abs(),
                    customers: row.get::<_, i64>(3)?.unsigned_abs(),
                    created_s: row.get(4)?,
                })
            })
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Puts an account into a company, or into none; returns the one that it belonged to.
    ///
    /// # Errors
    /// SQLite's.
    pub fn assign_account(&self, account: i64, company: Option<&str>) -> Result<Option<String>, Error> {
        self.at_once(|| {
            let before = self
                .conn
                .query_row("SELECT company FROM accounts WHERE id=?1", [account], |row| row.get(0))
                .map_err(|e| self.sql(e))?;
            self.conn
                .execute("UPDATE accounts SET company=?2 WHERE id=?1", params![account, company])
                .map_err(|e| self.sql(e))?;
            Ok(before)
        })
    }

    /// Puts a customer into a company, or into none; returns the one that it was put into before.
    ///
    /// # Errors
    /// SQLite's.
    pub fn assign_customer(
        &self,
        account: i64,
        customer_id: &str,
        company: Option<&str>,
    ) -> Result<Option<String>, Error> {
        self.at_once(|| {
            let before = self
                .conn
                .query_row(
                    "SELECT company FROM company_customers WHERE account=?1 AND customer_id=?2",
                    params![account, customer_id],
                    |row| row.get(0),
                )
                .optional()
                .map_err(|e| self.sql(e))?;
            let write = match company {
                None => "DELETE FROM company_customers WHERE account=?1 AND customer_id=?2 AND ?3 IS NULL",
                Some(_) => {
                    "INSERT INTO company_customers (account, customer_id, company) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET company=?3"
                }
            };
            self.conn.execute(write, params![account, customer_id, company]).map_err(|e| self.sql(e))?;
            Ok(before)
        })
    }

    /// Returns the company that a customer resolves to, and by which rule.
    ///
    /// # Errors
    /// SQLite's.
    pub fn company_of_customer(&self, account: i64, customer_id: &str) -> Result<Option<(String, String)>, Error> {
        self.conn
            .query_row(
                "SELECT company_id, by FROM customer_companies WHERE account=?1 AND customer_id=?2",
                params![account, customer_id],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(|e| self.sql(e))
    }

    /// Returns the rows of the Stripe accounts that have a customer of this id.
    ///
    /// # Errors
    /// SQLite's.
    pub fn accounts_with_customer(&self, customer_id: &str) -> Result<Vec<i64>, Error> {
        let sql = |e| self.sql(e);
        // By the account first: the index of customers begins with it.
        let text = "SELECT a.id FROM accounts a WHERE a.provider='stripe' AND EXISTS (
                      SELECT 1 FROM stripe_customers c WHERE c.account=a.id AND c.id=?1) ORDER BY a.id";
        let mut statement = self.conn.prepare(text).map_err(sql)?;
        let rows = statement.query_map([customer_id], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Takes a company away; its accounts and customers become nobody's. Returns whether there was one.
    ///
    /// # Errors
    /// SQLite's.
    pub fn remove_company(&self, id: &str) -> Result<bool, Error> {
        const SOME: &str = "DELETE FROM company_customers WHERE (account, customer_id) IN (
              SELECT account, customer_id FROM company_customers WHERE company=?1 LIMIT ?2)";
        // A company may have a million of them: in parts, so that nobody waits for long.
        while self.at_once(|| self.conn.execute(SOME, params![id, PART]).map_err(|e| self.sql(e)))? > 0 {}
        self.at_once(|| {
            let run = |text: &str| self.conn.execute(text, [id]).map_err(|e| self.sql(e));
            run("DELETE FROM company_customers WHERE company=?1")?;
            run("UPDATE accounts SET company=NULL WHERE company=?1")?;
            Ok(run("DELETE FROM companies WHERE id=?1")? == 1)
        })
    }
}

#[cfg(test)]
#[path = "companies_tests.rs"]
mod tests;
