//! What events say beyond the row that they are about: the history of subscriptions, and billed periods.

use rusqlite::{OptionalExtension, ToSql};

use super::Store;
use super::error::Error;

/// A table of effects and its columns, in the order in which values are given.
pub struct EffectTable {
    /// Its name.
    pub name: &'static str,
    /// What a row is told from others by, besides the account.
    pub key: &'static [&'static str],
    /// The other columns.
    pub columns: &'static [&'static str],
}

/// The history of subscriptions: one row for each change of an event.
pub const SUBSCRIPTION_CHANGES: EffectTable = EffectTable {
    name: "subscription_changes",
    key: &["event_id", "ordinal"],
    columns: &[
        "at",
        "kind",
        "subscription_id",
        "customer_id",
        "currency",
        "old_amount_minor",
        "old_amount",
        "old_amount_unknown",
        "old_interval",
        "old_interval_count",
        "old_price_id",
        "old_quantity",
        "old_items",
        "old_status",
        "new_amount_minor",
        "new_amount",
        "new_amount_unknown",
        "new_interval",
        "new_interval_count",
        "new_price_id",
        "new_quantity",
        "new_items",
        "new_status",
        "effective_at",
        "source",
        "observed_since",
    ],
};

/// Billed periods: one row for each invoice.
pub const BILLING_PERIODS: EffectTable = EffectTable {
    name: "billing_periods",
    key: &["invoice_id"],
    columns: &[
        "subscription_id",
        "customer_id",
        "period_start",
        "period_end",
        "period_from",
        "currency",
        "amount_due_minor",
        "amount_paid_minor",
        "amount_remaining_minor",
        "total_minor",
        "status",
        "attempt_count",
        "billing_reason",
        "at",
        "event_id",
    ],
};

/// A value of an effect's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EffectValue {
    /// A number, or none.
    Int(Option<i64>),
    /// A text, or none.
    Text(Option<String>),
}

impl From<i64> for EffectValue {
    fn from(value: i64) -> EffectValue {
        EffectValue::Int(Some(value))
    }
}
impl From<Option<i64>> for EffectValue {
    fn from(value: Option<i64>) -> EffectValue {
        EffectValue::Int(value)
    }
}
impl From<&str> for EffectValue {
    fn from(value: &str) -> EffectValue {
        EffectValue::Text(Some(value.to_owned()))
    }
}
impl From<Option<&str>> for EffectValue {
    fn from(value: Option<&str>) -> EffectValue {
        EffectValue::Text(value.map(str::to_owned))
    }
}
impl From<&String> for EffectValue {
    fn from(value: &String) -> EffectValue {
        EffectValue::Text(Some(value.clone()))
    }
}
impl From<&Option<String>> for EffectValue {
    fn from(value: &Option<String>) -> EffectValue {
        EffectValue::Text(value.clone())
    }
}

impl ToSql for EffectValue {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        match self {
            EffectValue::Int(value) => value.to_sql(),
            EffectValue::Text(value) => value.to_sql(),
        }
    }
}

impl Store {
    /// Writes an effect's row, over the one with its key where there is one. The values are the key's, then the columns'.
    ///
    /// # Errors
    /// SQLite's.
    pub fn put_effect(&self, table: &EffectTable, account: i64, values: &[EffectValue]) -> Result<(), Error> {
        let columns: Vec<&str> = table.key.iter().chain(table.columns).copied().collect();
        let marks: Vec<String> = (0..columns.len()).map(|at| format!("?{}", at + 2)).collect();
        let set: Vec<String> = table.columns.iter().map(|column| format!("{column}=excluded.{column}")).collect();
        let text = format!(
            "INSERT INTO {} (account, {}) VALUES (?1, {}) ON CONFLICT (account, {}) DO UPDATE SET {}",
            table.name,
            columns.join(", "),
            marks.join(", "),
            table.key.join(", "),
            set.join(", "),
        );
        let mut bound: Vec<&dyn ToSql> = vec![&account];
        bound.extend(values.iter().map(|value| value as &dyn ToSql));
        let mut statement = self.conn.prepare_cached(&text).map_err(|e| self.sql(e))?;
        statement.execute(&bound[..]).map(drop).map_err(|e| self.sql(e))
    }

    /// Returns whether an event tells of a change of a subscription at or after a second.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_change_told(&self, account: i64, subscription_id: &str, since_s: i64) -> Result<bool, Error> {
        let text = "SELECT EXISTS (SELECT 1 FROM subscription_changes
                    WHERE account=?1 AND subscription_id=?2 AND at>=?3 AND source='event')";
        self.conn
            .prepare_cached(text)
            .and_then(|mut s| s.query_row(rusqlite::params![account, subscription_id, since_s], |row| row.get(0)))
            .map_err(|e| self.sql(e))
    }

    /// Takes away what was observed of a subscription around a second, as its event tells of it.
    ///
    /// # Errors
    /// SQLite's.
    pub fn forget_observed(&self, account: i64, subscription_id: &str, at_s: i64) -> Result<(), Error> {
        let text = "DELETE FROM subscription_changes
                    WHERE account=?1 AND subscription_id=?2 AND source='observed' AND observed_since<=?3 AND at>=?3";
        self.conn
            .prepare_cached(text)
            .and_then(|mut s| s.execute(rusqlite::params![account, subscription_id, at_s]))
            .map(drop)
            .map_err(|e| self.sql(e))
    }

    /// Returns what decides which event of an invoice stands: the second, the status and the id of the one that does.
    ///
    /// # Errors
    /// SQLite's.
    pub fn billing_standing(&self, account: i64, invoice_id: &str) -> Result<Option<(i64, String, String)>, Error> {
        self.conn
            .prepare_cached("SELECT at, status, event_id FROM billing_periods WHERE account=?1 AND invoice_id=?2")
            .and_then(|mut statement| {
                let bound = rusqlite::params![account, invoice_id];
                statement.query_row(bound, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()
            })
            .map_err(|e| self.sql(e))
    }
}
