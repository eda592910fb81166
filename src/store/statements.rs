//! SQL built from a table entry, once.

use crate::model::resource::Resource;

/// The statements of one resource's table.
pub struct Statements {
    /// Inserts a row that is not there yet; changes nothing where it is.
    pub insert: String,
    /// Rewrites a row by `row_id`.
    pub update: String,
    /// Finds a row by account and id: row_id, data, deleted_at, unsettled.
    pub select: String,
    /// Deletes the rows under one parent.
    pub delete_under: String,
}

impl Statements {
    /// Builds them.
    pub fn new(resource: &Resource) -> Statements {
        let table = resource.table();
        let keys: &[&str] =
            if resource.is_child() { &["account", "parent_id", "id", "position"] } else { &["account", "id"] };
        let content: Vec<&str> = resource
            .columns
            .iter()
            .map(|column| column.name)
            .chain(["data", "api_version", "as_of", "deleted_at", "unsettled"])
            .collect();
        let all: Vec<&str> = keys.iter().copied().chain(content.iter().copied()).collect();
        let marks = vec!["?"; all.len()].join(",");
        let set = content.iter().map(|name| format!("{name}=?")).collect::<Vec<_>>().join(",");
        Statements {
            insert: format!("INSERT INTO {table} ({}) VALUES ({marks}) ON CONFLICT DO NOTHING", all.join(",")),
            update: format!("UPDATE {table} SET {set} WHERE row_id=?"),
            select: format!("SELECT row_id, data, deleted_at, unsettled FROM {table} WHERE account=?1 AND id=?2"),
            delete_under: format!("DELETE FROM {table} WHERE account=?1 AND parent_id=?2"),
        }
    }
}
