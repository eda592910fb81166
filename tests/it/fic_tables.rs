//! The table of Fatture in Cloud's resources, its migration and the sample pages agree with each other.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;
use stripesync::model::resource::{Kind, List, Resource};
use stripesync::providers::fic::page;
use stripesync::providers::fic::resources::RESOURCES;

fn migrated() -> Connection {
    let db = Connection::open_in_memory().expect("in memory");
    db.execute_batch("CREATE TABLE accounts (id INTEGER PRIMARY KEY); INSERT INTO accounts VALUES (1);")
        .expect("dummy");
    db.execute_batch(include_str!("../../migrations/0003_fic.sql")).expect("the migration is valid SQL");
    db
}

fn expected_columns(resource: &Resource) -> Vec<(String, String)> {
    let fixed = |names: &[(&str, &str)]| names.iter().map(|(n, t)| (n.to_string(), t.to_string())).collect::<Vec<_>>();
    let mut all = fixed(&[("row_id", "INTEGER"), ("account", "INTEGER")]);
    if resource.is_child() {
        all.extend(fixed(&[("parent_id", "TEXT"), ("id", "TEXT"), ("position", "INTEGER")]));
    } else {
        all.extend(fixed(&[("id", "TEXT")]));
    }
    for column in resource.columns {
        let integer = matches!(column.kind, Kind::Int | Kind::Minor | Kind::Bool | Kind::Time | Kind::RomeTime);
        all.push((column.name.to_owned(), if integer { "INTEGER" } else { "TEXT" }.to_owned()));
    }
    let tail = [("data", "TEXT"), ("api_version", "TEXT"), ("as_of", "INTEGER"), ("deleted_at", "INTEGER")];
    all.extend(fixed(&tail));
    all.extend(fixed(&[("unsettled", "INTEGER")]));
    all
}

#[test]
fn names_are_unique_and_parents_exist() {
    let names: BTreeSet<_> = RESOURCES.iter().map(|r| r.name).collect();
    assert_eq!(names.len(), RESOURCES.len());
    for resource in RESOURCES {
        assert!(resource.parent().is_none_or(|parent| names.contains(parent)), "{} has no parent", resource.name);
    }
}

#[test]
fn the_migration_has_exactly_the_columns_of_the_table() {
    let db = migrated();
    let mut tables: BTreeSet<String> = BTreeSet::new();
    for resource in RESOURCES {
        let mut query = db.prepare("SELECT name, type FROM pragma_table_info(?1) ORDER BY cid").expect("pragma");
        let found: Vec<(String, String)> = query
            .query_map([resource.table()], |row| Ok((row.get(0)?, row.get(1)?)))
            .and_then(Iterator::collect)
            .expect("columns");
        assert_eq!(found, expected_columns(resource), "{}", resource.table());
        tables.insert(resource.table());
    }
    let mut query =
        db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'accounts'").expect("sql");
    let found: BTreeSet<String> = query.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("tables");
    assert_eq!(found, tables);
}

/// Returns whether any alternative of a column's pointer exists in the row, null or not.
fn hits(row: &Value, from: &str) -> bool {
    from.split('|').any(|pointer| row.pointer(pointer).is_some())
}

fn rows_of(resource: &Resource, raw: &str) -> Vec<Value> {
    let pass = resource.passes.first().copied().unwrap_or("");
    let page = page::read(resource, pass, raw.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    page.rows.iter().map(|row| serde_json::from_str(row).expect("rows are JSON")).collect()
}

fn sample(resource: &Resource) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/fic/{}/page.json", resource.name));
    let raw = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    rows_of(resource, &raw)
}

#[test]
fn sample_pages_hit_every_pointer() {
    for resource in RESOURCES {
        let rows = match resource.inline.first() {
            None => sample(resource),
            Some(inline) => {
                let parent = RESOURCES.iter().find(|r| r.name == inline.parent).expect("checked above");
                let lists = sample(parent).into_iter().filter_map(|row| row.pointer(inline.at)?.as_array().cloned());
                lists.flatten().collect()
            }
        };
        assert!(!rows.is_empty(), "{} has no sample", resource.name);
        for column in resource.columns {
            assert!(rows.iter().any(|row| hits(row, column.from)), "{}.{} hits nothing", resource.name, column.name);
        }
        assert!(resource.is_child() || rows.iter().all(|row| !row["id"].is_null()), "{} without id", resource.name);
    }
}

#[test]
fn every_list_says_how_it_is_read() {
    for resource in RESOURCES {
        let is_listed = !matches!(resource.list, List::Unlisted(_));
        assert!(is_listed || !resource.inline.is_empty(), "{} cannot be reached", resource.name);
    }
}

#[test]
fn the_overview_sums_instalments_exactly_or_not_at_all() {
    let db = migrated();
    db.execute_batch(
        "INSERT INTO fic_issued_documents (account, id, type, data, as_of) VALUES (1, '1', 'invoice', '{}', 0),
             (1, '2', 'quote', '{}', 0), (1, '3', 'invoice', '{}', 0);
         INSERT INTO fic_issued_document_payments (account, parent_id, id, position, amount, status, data, as_of) VALUES
             (1, '1', '1', 0, '1220', 'paid', '{}', 0), (1, '1', '2', 1, '-3.1', 'paid', '{}', 0),
             (1, '1', '3', 2, '0.29', 'not_paid', '{}', 0), (1, '3', '4', 0, '68.18182', 'paid', '{}', 0),
             (1, '3', '5', 1, '1e2', 'not_paid', '{}', 0);",
    )
    .expect("rows");
    let mut query =
        db.prepare("SELECT id, payment_state, paid_cents, open_cents FROM fic_invoices_overview").expect("view");
    let found: Vec<(String, String, Option<i64>, Option<i64>)> = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .and_then(Iterator::collect)
        .expect("rows");
    let partly = |id: &str, paid, open| (id.to_owned(), "partly_paid".to_owned(), paid, open);
    assert_eq!(found, [partly("1", Some(121_690), Some(29)), partly("3", None, None)]);
}
