//! The rows of the sandbox's company, by list path.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::generate::rome;

/// Members that are made anew at every read.
pub const VOLATILE: &[&str] = &["url", "dn_url", "ai_url", "attachment_url", "attachment_preview_url"];

/// All rows, those in the bins, and the prices.
#[derive(Debug, Default)]
pub struct State {
    lists: BTreeMap<&'static str, Vec<Value>>,
    bins: BTreeMap<&'static str, Vec<Value>>,
    prices: BTreeMap<String, Map<String, Value>>,
    next_id: BTreeMap<&'static str, u64>,
}

/// Returns an id's text, number or string on the wire.
pub fn id_of(row: &Value) -> String {
    row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned)
}

/// Returns whether deleting from a list goes to a bin.
pub fn has_bin(list: &str) -> bool {
    matches!(list, "/issued_documents" | "/received_documents")
}

/// Returns whether the service keeps `created_at` and `updated_at` for a list's rows.
pub fn has_stamps(list: &str) -> bool {
    let without = ["/taxes", "/archive", "/emails", "/cashbook", "/received_documents/pending", "/price_lists"];
    !without.contains(&list) && !list.starts_with("/info/") && !list.starts_with("/settings/")
}

impl State {
    /// Replaces a whole list.
    pub fn set(&mut self, list: &'static str, rows: Vec<Value>) {
        self.lists.insert(list, rows);
    }

    /// Adds a row as it is.
    pub fn append(&mut self, list: &'static str, row: Value) {
        self.lists.entry(list).or_default().push(row);
    }

    /// Adds a row under the next id, which it returns.
    pub fn insert(&mut self, list: &'static str, mut row: Value) -> String {
        let next = self.next_id.entry(list).or_insert(1);
        row["id"] = json!(*next);
        *next += 1;
        let id = id_of(&row);
        self.append(list, row);
        id
    }

    /// Sets a product's price in a price list.
    pub fn set_price(&mut self, price_list: &str, product: &str, price: Value) {
        self.prices.entry(price_list.to_owned()).or_default().insert(product.to_owned(), json!({"price": price}));
    }

    /// Returns a price list's items.
    pub fn prices(&self, price_list: &str) -> Option<&Map<String, Value>> {
        self.prices.get(price_list)
    }

    /// Returns a list's rows in order of creation.
    pub fn rows(&self, list: &str) -> &[Value] {
        self.lists.get(list).map_or(&[], Vec::as_slice)
    }

    /// Returns what is in a list's bin.
    pub fn binned(&self, list: &str) -> &[Value] {
        self.bins.get(list).map_or(&[], Vec::as_slice)
    }

    /// Writes members into a row and moves its `updated_at`, where it has one. Returns whether it exists.
    pub fn change(&mut self, list: &str, id: &str, members: &Value, now_s: i64) -> bool {
        let rows = self.lists.get_mut(list).into_iter().flatten();
        let Some(row) = rows.into_iter().find(|row| id_of(row) == id) else { return false };
        for (name, value) in members.as_object().into_iter().flatten() {
            row[name.as_str()] = value.clone();
        }
        if row.get("updated_at").is_some() {
            row["updated_at"] = json!(rome(now_s));
        }
        true
    }

    /// Takes a row out; documents go to the bin, everything else vanishes. Returns whether it existed.
    pub fn delete(&mut self, list: &'static str, id: &str) -> bool {
        let Some(rows) = self.lists.get_mut(list) else { return false };
        let Some(at) = rows.iter().position(|row| id_of(row) == id) else { return false };
        let row = rows.remove(at);
        if has_bin(list) {
            self.bins.entry(list).or_default().push(row);
        }
        true
    }

    /// Puts a document back from the bin. Returns whether it was there.
    pub fn restore(&mut self, list: &'static str, id: &str) -> bool {
        let Some(bin) = self.bins.get_mut(list) else { return false };
        let Some(at) = bin.iter().position(|row| id_of(row) == id) else { return false };
        let row = bin.remove(at);
        self.append(list, row);
        true
    }
}
