//! A file that an older program made: the columns and rows that came later are filled from what it holds.

use std::path::Path;
use std::process::{Command, Stdio};

use rusqlite::Connection;
use serde_json::value::RawValue;
use stripesync::model::cancel::Cancel;
use stripesync::model::resource::Resource;
use stripesync::store::{Error, NewAccount, Source, Store, Told};
use stripesync::sync;

use crate::support;

/// The schema of a file with five migrations; what is above it, today's program adds.
const OLD: [&str; 5] = [
    include_str!("../../migrations/0001_core.sql"),
    include_str!("../../migrations/0002_stripe.sql"),
    include_str!("../../migrations/0003_fic.sql"),
    include_str!("../../migrations/0004_views.sql"),
    include_str!("../../migrations/0005_fic_sync.sql"),
];

fn make_older(path: &Path) {
    let db = Connection::open(path).expect("opens");
    db.execute_batch(&OLD.join("\n")).expect("the schema of then");
    db.execute_batch("PRAGMA user_version = 5; PRAGMA application_id = 0x7373796e;").expect("marks");
    db.execute_batch(include_str!("../../testdata/store/schema-5.sql")).expect("rows");
}

/// Every typed cell of the rows of the older account, table by table.
fn cells(store: &Store) -> Vec<String> {
    let mut all = Vec::new();
    for resource in support::everything() {
        let place = if resource.is_child() { "parent_id, id, position" } else { "'', id, ''" };
        let columns: String = resource.columns.iter().map(|column| format!("{}, ", column.name)).collect();
        let table = resource.table();
        let sql = format!("SELECT {place}, {columns}data FROM {table} WHERE account=1 ORDER BY 1, 2, 3");
        all.extend(store.query_text(&sql).expect("rows").into_iter().map(|row| format!("{table} {}", row.join("|"))));
    }
    all
}

/// Puts the JSON that the older file holds into a new file, as a sync would.
fn fresh(older: &Store, path: &Path) -> Vec<String> {
    let store = Store::open(path).expect("opens");
    let catalog = sync::catalog();
    let remote_id = "acct_older".to_owned();
    let new = NewAccount::named("stripe", remote_id, "sandbox");
    let account = store.account(&new).expect("an account").id;
    let mut rows = store.rows(&catalog, &[]).expect("prepares");
    let source = Source::Answer { sent_s: 1_767_225_600, date_s: 1_767_225_600 };
    let told = Told { account, source, api_version: None };
    let stored = |resource: &Resource, parent: &str| {
        let sql = format!("SELECT {parent}, data FROM {} ORDER BY 1, row_id", resource.table());
        older.query_text(&sql).expect("rows")
    };
    for resource in support::everything() {
        if !resource.is_child() {
            for row in stored(resource, "id") {
                rows.apply(&catalog.object(catalog.get(resource), &row[1]).expect("reads"), &told).expect("applies");
            }
            continue;
        }
        for under in stored(resource, "parent_id").chunk_by(|a, b| a[0] == b[0]) {
            let list: Vec<&RawValue> = under.iter().map(|row| serde_json::from_str(&row[1]).expect("JSON")).collect();
            let list = serde_json::to_string(&list).expect("JSON");
            let set = catalog.children(catalog.get(resource), &under[0][0], &list).expect("reads");
            rows.complete(&under[0][0], &set, 0, &told).expect("applies");
        }
    }
    drop(rows);
    cells(&store)
}

fn is_done(store: &Store) -> bool {
    store.query_text("SELECT count(*) FROM rereads").expect("counts") == [["0"]]
}

#[test]
fn columns_that_came_later_are_filled_from_the_json_of_an_older_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("older.db");
    make_older(&path);
    assert!(matches!(Store::open_read_only(&path), Err(Error::Older { .. })), "reading alone migrates nothing");
    let store = Store::open(&path).expect("migrates");
    let wanted = fresh(&store, &folder.path().join("fresh.db"));
    assert_ne!(cells(&store), wanted);
    assert!(!is_done(&Store::open_read_only(&path).expect("opens")));
    store.reread(&sync::catalog(), &Cancel::default()).expect("rereads");
    assert_eq!(cells(&store), wanted);
    assert!(is_done(&store));
    for (sql, wanted) in [
        ("SELECT customer_account_id FROM stripe_customers ORDER BY id LIMIT 1", "acct_of_0"),
        ("SELECT merchant_amount_minor || merchant_currency FROM stripe_issuing_transactions", "-100usd"),
        ("SELECT amount_minor || currency FROM stripe_billing_credit_grants", "111972721eur"),
        ("SELECT cardholder_id FROM stripe_issuing_cards", "ich_1Pgag4B7WZ01zgkWdPVfBngi"),
        ("SELECT count(*) FROM stripe_discounts WHERE subscription_item_id IS NOT NULL", "451"),
        // The old program never expanded these: the lists are read again. Others are not.
        ("SELECT group_concat(resource) FROM walks", "3"),
    ] {
        assert_eq!(store.query_text(sql).expect("runs"), [[wanted]], "{sql}");
    }
}

#[test]
fn a_reread_cut_short_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("older.db");
    make_older(&path);
    let catalog = sync::catalog();
    let mut steps = 0;
    while Store::open(&path).expect("opens").reread_some(&catalog).expect("rereads") {
        steps += 1;
        assert!(steps < 100, "it ends");
    }
    assert!(steps > 13, "{steps} transactions for eleven tables, one of them of three");
    let store = Store::open(&path).expect("opens");
    assert!(is_done(&store));
    assert_eq!(cells(&store), fresh(&store, &folder.path().join("fresh.db")));
}

#[test]
fn a_program_killed_while_rereading_leaves_the_rest_to_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("older.db");
    make_older(&path);
    let sync = |abort: &str| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("stripesync"));
        command
            .env_clear()
            .env("HOME", folder.path())
            .env("STRIPESYNC_TEST_ABORT", abort)
            .current_dir(folder.path())
            .args(["sync", "products", "--sandbox", "--provider", "stripe", "--quiet", "--database"])
            .arg(&path)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().expect("runs").success()
    };
    for abort in ["before:1", "before:3", "after:4", "before:9"] {
        assert!(!sync(abort), "{abort}");
        assert!(!is_done(&Store::open_read_only(&path).expect("opens")), "{abort}");
    }
    assert!(sync(""));
    let store = Store::open(&path).expect("opens");
    assert!(is_done(&store));
    assert_eq!(store.query_text("PRAGMA integrity_check").expect("checks"), [["ok"]]);
    // What it synced belongs to another account.
    let older = folder.path().join("again.db");
    make_older(&older);
    assert_eq!(cells(&store), fresh(&Store::open(&older).expect("opens"), &folder.path().join("fresh.db")));
}
