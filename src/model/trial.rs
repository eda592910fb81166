//! What one event does to the row that it is about. The engine fills this, the UI draws it. Pure.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// The columns of a row by name, each as text where it holds something.
pub type RowCells = Vec<(String, Option<String>)>;

/// The column with the object's whole JSON.
const DATA: &str = "data";
/// What a new row has in these says nothing.
const OF_COURSE: [&str; 2] = ["api_version", "id"];

/// One column, or one field of the JSON that no column shows, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `name`, or `data.metadata`.
    pub column: String,
    /// What stood there.
    pub before: Option<String>,
    /// What stands there.
    pub after: Option<String>,
}

/// What one event did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trial {
    /// `evt_…`.
    pub event: String,
    /// `customer.updated`.
    pub kind: String,
    /// The account's own id.
    pub account: String,
    /// `processed`, `stored`, `duplicate`, `ignored`, `failed`, `dead`.
    pub outcome: &'static str,
    /// Why it failed.
    pub why: Option<String>,
    /// How long log and effect took, without the commit.
    pub took_us: i64,
    /// What its log lines are found by.
    pub correlation_id: String,
    /// The log row; none where nothing was written.
    pub row: Option<i64>,
    /// The table that it concerns, where one does.
    pub table: Option<String>,
    /// The object that it is about.
    pub object_id: Option<String>,
    /// Whether there was a row.
    pub was_there: bool,
    /// Whether there is one.
    pub is_there: bool,
    /// Since when it is a tombstone, if it is one.
    pub deleted_s: Option<i64>,
    /// Whether its state is in doubt until a sync fetches it.
    pub is_unsettled: bool,
    /// Whether the object is to be fetched.
    pub is_queued: bool,
    /// What changed.
    pub changes: Vec<Change>,
}

impl Trial {
    /// Returns whether its effect could not be taken.
    pub fn has_failed(&self) -> bool {
        matches!(self.outcome, "failed" | "dead")
    }

    /// Takes in how the row stood before and after.
    pub fn compare(&mut self, before: Option<&RowCells>, after: Option<&RowCells>) {
        self.was_there = before.is_some();
        self.is_there = after.is_some();
        let cell = |name| after.and_then(|cells| text(cells, name));
        self.deleted_s = cell("deleted_at").and_then(|text| text.parse().ok());
        self.is_unsettled = cell("unsettled") == Some("1");
        self.changes = changes(before, after);
    }
}

fn text<'a>(cells: &'a RowCells, name: &str) -> Option<&'a str> {
    cells.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_deref())
}

/// Returns what differs, in the order of the columns: of a new row what it holds; of the JSON only the fields that no
/// column tells.
fn changes(before: Option<&RowCells>, after: Option<&RowCells>) -> Vec<Change> {
    let Some(now) = after.or(before) else { return Vec::new() };
    let mut found = Vec::new();
    for (name, _) in now.iter().filter(|(name, _)| name != DATA) {
        let [old, new] = [before, after].map(|cells| cells.and_then(|cells| text(cells, name)));
        let is_said =
            before.is_some() || !OF_COURSE.contains(&name.as_str()) && (name, new) != (&UNSETTLED.into(), Some("0"));
        if old != new && is_said {
            found.push(Change { column: name.clone(), before: old.map(str::to_owned), after: new.map(str::to_owned) });
        }
    }
    let (Some(old), Some(new)) = (before.and_then(|it| text(it, DATA)), after.and_then(|it| text(it, DATA))) else {
        return found;
    };
    let columns: Vec<String> = found.iter().map(|change| change.column.clone()).collect();
    let is_told = |field: &str| {
        columns
            .iter()
            .any(|column| column.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('_')))
    };
    found.extend(
        fields(old, new)
            .into_iter()
            .filter(|change| !is_told(&change.column))
            .map(|change| Change { column: format!("{DATA}.{}", change.column), ..change }),
    );
    found
}

/// The column that says whether a row is in doubt.
const UNSETTLED: &str = "unsettled";

/// Compares two objects field by field, by their texts.
fn fields(old: &str, new: &str) -> Vec<Change> {
    type Fields<'a> = BTreeMap<String, &'a RawValue>;
    let (Ok(old), Ok(new)) = (serde_json::from_str::<Fields>(old), serde_json::from_str::<Fields>(new)) else {
        return Vec::new();
    };
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let change = |name: &String| {
        let [before, after] = [&old, &new].map(|fields| fields.get(name).map(|raw| raw.get().to_owned()));
        (before != after).then(|| Change { column: name.clone(), before, after })
    };
    names.into_iter().filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[(&str, &str)]) -> RowCells {
        let cell = |(name, value): &(&str, &str)| {
            ((*name).to_owned(), Some((*value).to_owned()).filter(|value| !value.is_empty()))
        };
        cells.iter().map(cell).collect()
    }

    fn drawn(trial: &Trial) -> Vec<String> {
        let line = |it: &Change| format!("{}: {:?} {:?}", it.column, it.before.as_deref(), it.after.as_deref());
        trial.changes.iter().map(line).collect()
    }

    #[test]
    fn only_what_changed_is_told_and_json_only_where_no_column_does() {
        let data = |name: &str, note: &str| format!(r#"{{"id":"x_1","name":"{name}","note":{note},"amount":1.10}}"#);
        let before = row(&[
            ("id", "x_1"),
            ("name", "A"),
            ("amount_minor", "110"),
            ("data", &data("A", "1.0")),
            ("deleted_at", ""),
            ("unsettled", "0"),
        ]);
        let after = row(&[
            ("id", "x_1"),
            ("name", "B"),
            ("amount_minor", "110"),
            ("data", &data("B", "1.00")),
            ("deleted_at", "77"),
            ("unsettled", "1"),
        ]);
        let mut trial = Trial::default();
        trial.compare(Some(&before), Some(&after));
        let wanted = [
            r#"name: Some("A") Some("B")"#,
            r#"deleted_at: None Some("77")"#,
            r#"unsettled: Some("0") Some("1")"#,
            r#"data.note: Some("1.0") Some("1.00")"#,
        ];
        assert_eq!(drawn(&trial), wanted);
        assert!(trial.was_there && trial.is_there && trial.is_unsettled && trial.deleted_s == Some(77));
        trial.compare(None, Some(&before));
        assert_eq!(drawn(&trial), [r#"name: None Some("A")"#, r#"amount_minor: None Some("110")"#]);
        assert!(!trial.was_there && trial.is_there && !trial.is_unsettled);
        trial.compare(None, None);
        assert_eq!((drawn(&trial), trial.is_there), (Vec::new(), false));
    }
}
