//! The table of Stripe's resources, its migration, the views and the sample pages agree with each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::Value;
use stripesync::model::extract::Catalog;
use stripesync::model::resource::{Kind, List, Resource};
use stripesync::model::row::{Cell, Row};
use stripesync::providers::stripe::resources;
use stripesync::store::{NewAccount, Source, Store, Told};

const VIEWS: [&str; 6] = [
    "subscription_items_overview",
    "subscriptions_overview",
    "invoices_overview",
    "customers_overview",
    "payments_overview",
    "checkouts_overview",
];

/// What stands for a secret in the samples.
const SECRET_MARKS: [&str; 3] = ["secret_sample", "whsec_", "payload of a sample"];

fn migrated() -> Connection {
    let db = Connection::open_in_memory().expect("in memory");
    db.execute_batch("CREATE TABLE accounts (id INTEGER PRIMARY KEY); INSERT INTO accounts VALUES (1);")
        .expect("dummy");
    db.execute_batch(include_str!("../../migrations/0002_stripe.sql")).expect("the tables are valid SQL");
    db.execute_batch(include_str!("../../migrations/0004_views.sql")).expect("the views are valid SQL");
    // What the walks were is of no matter here.
    db.execute_batch("CREATE TABLE resources (id, name); CREATE TABLE walks (resource);").expect("dummies");
    db.execute_batch(include_str!("../../migrations/0006_stripe_columns.sql")).expect("the changes are valid SQL");
    db.execute_batch(include_str!("../../migrations/0012_invoice_discounts.sql")).expect("the changes are valid SQL");
    db.execute_batch(include_str!("../../migrations/0017_checkouts.sql")).expect("the views are valid SQL");
    db.execute_batch("DROP TABLE rereads; DROP TABLE resources; DROP TABLE walks;").expect("drops");
    db
}

fn named(name: &str) -> &'static Resource {
    resources::all().find(|r| r.name == name).unwrap_or_else(|| panic!("no resource {name}"))
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
    all.extend(fixed(&[("data", "TEXT"), ("api_version", "TEXT"), ("as_of", "INTEGER")]));
    all.extend(fixed(&[("deleted_at", "INTEGER"), ("unsettled", "INTEGER")]));
    all
}

#[test]
fn names_are_unique_plain_words_and_parents_exist() {
    let names: BTreeSet<_> = resources::all().map(|r| r.name).collect();
    assert_eq!(names.len(), resources::all().count());
    let is_plain = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    for resource in resources::all() {
        assert!(is_plain(resource.name), "{}", resource.name);
        assert!(resource.parent().is_none_or(|parent| names.contains(parent)), "{} has no parent", resource.name);
        for (owner, _) in resource.owners {
            assert!(!named(owner).get.is_empty(), "{} of {} cannot be fetched", resource.name, owner);
        }
        for inline in resource.inline {
            assert!(names.contains(inline.parent), "{} stands in {}?", resource.name, inline.parent);
        }
        let columns: BTreeSet<_> = resource.columns.iter().map(|c| c.name).collect();
        assert_eq!(columns.len(), resource.columns.len(), "{} names a column twice", resource.name);
        for column in resource.columns {
            assert!(is_plain(column.name), "{}.{}", resource.name, column.name);
        }
    }
}

#[test]
fn pointers_are_pointers() {
    for resource in resources::all() {
        let from = resource.columns.iter().flat_map(|c| c.from.split('|'));
        let plain = resource.secret.iter().chain(resource.volatile).copied();
        for pointer in
            from.chain(plain).chain(resource.inline.iter().map(|i| i.at)).chain(resource.owners.iter().map(|o| o.1))
        {
            assert!(pointer.starts_with('/') && !pointer.ends_with('/'), "{}: {pointer}", resource.name);
            assert!(!pointer.contains("//") && !pointer.contains(' '), "{}: {pointer}", resource.name);
        }
    }
}

#[test]
fn the_migration_has_exactly_the_columns_of_the_table() {
    let db = migrated();
    let mut tables = BTreeSet::new();
    for resource in resources::all() {
        let mut query = db.prepare("SELECT name, type FROM pragma_table_info(?1) ORDER BY cid").expect("pragma");
        let mut found: Vec<(String, String)> = query
            .query_map([resource.table()], |row| Ok((row.get(0)?, row.get(1)?)))
            .and_then(Iterator::collect)
            .expect("columns");
        // Columns that a later migration added stand last; their order means nothing.
        let mut wanted = expected_columns(resource);
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{}", resource.table());
        tables.insert(resource.table());
    }
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'accounts'";
    let mut query = db.prepare(sql).expect("sql");
    let found: BTreeSet<String> = query.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("tables");
    assert_eq!(found, tables);
}

#[test]
fn hot_tables_have_few_indexes_beside_their_key() {
    let db = migrated();
    let most =
        [("customers", 1), ("subscriptions", 2), ("subscription_items", 1), ("invoices", 2), ("invoice_lines", 1)];
    for (name, most) in most.into_iter().chain([("charges", 2)]) {
        let sql = "SELECT count(*) FROM pragma_index_list(?1) WHERE origin = 'c' AND partial = 0";
        let found: i64 = db.query_row(sql, [format!("stripe_{name}")], |row| row.get(0)).expect("counts");
        assert!(found <= most, "{name}: {found} indexes");
    }
}

/// The list paths of the facts: path, resource or `-`, why it is left out.
#[test]
fn every_list_of_the_api_has_a_table_or_a_reason() {
    let lines: Vec<&str> = include_str!("../../testdata/stripe/list-paths.tsv").lines().collect();
    assert_eq!(lines.len(), 120);
    for line in lines {
        let fields: Vec<&str> = line.split('\t').collect();
        let (path, name, why) = (fields[0], fields[1], fields.get(2).copied().unwrap_or_default());
        if name == "-" {
            assert!(!why.is_empty(), "{path} is left out without a reason");
            continue;
        }
        if let List::Unlisted(why) = named(name).list {
            assert!(!why.is_empty(), "{name} is unlisted without a reason");
        }
    }
}

#[test]
fn every_event_with_a_table_leads_to_one_table() {
    for line in include_str!("../../testdata/stripe/event-types.tsv").lines() {
        let (kind, objects) = line.split_once('\t').expect("two fields");
        for object in objects.split('|') {
            let fit = |r: &Resource| r.events.iter().filter(|p| kind.starts_with(**p)).map(|p| p.len()).max();
            let claims: Vec<_> =
                resources::all().filter(|r| r.objects.contains(&object)).map(|r| (fit(r), r.name)).collect();
            let best = claims.iter().map(|(fit, _)| *fit).max();
            let winners: Vec<_> = claims.iter().filter(|(fit, _)| Some(*fit) == best).collect();
            assert!(winners.len() <= 1, "{kind} with {object}: {winners:?}");
        }
    }
}

#[test]
fn event_types_named_by_the_table_exist() {
    let kinds: Vec<&str> =
        include_str!("../../testdata/stripe/event-types.tsv").lines().filter_map(|l| l.split('\t').next()).collect();
    for resource in resources::all() {
        for prefix in resource.events {
            assert!(kinds.iter().any(|kind| kind.starts_with(prefix)), "{}: {prefix}", resource.name);
        }
        for gone in resource.gone {
            assert!(kinds.contains(gone), "{}: {gone}", resource.name);
            assert_ne!(*gone, "customer.subscription.deleted", "a canceled subscription is not gone");
        }
    }
}

fn sample_path(resource: &Resource, file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/stripe/{}/{file}", resource.name))
}

fn sample(resource: &Resource, file: &str) -> Vec<Value> {
    let Ok(raw) = std::fs::read_to_string(sample_path(resource, file)) else { return Vec::new() };
    let page: Value = serde_json::from_str(&raw).unwrap_or_else(|e| panic!("{} {file}: {e}", resource.name));
    page["data"].as_array().cloned().expect("a list envelope")
}

/// Reads a sample as the program would.
fn extracted(catalog: &Catalog, resource: &'static Resource, file: &str) -> Vec<Row> {
    let compiled = catalog.get(resource);
    let rows = sample(resource, file);
    if resource.is_child() {
        return catalog.children(compiled, "parent", &Value::from(rows).to_string()).expect("readable").rows;
    }
    rows.iter().map(|row| catalog.object(compiled, &row.to_string()).expect("readable").row).collect()
}

/// Returns whether the pointer finds something, or ends early at an explicit null.
fn hits(value: &Value, pointer: &[&str]) -> bool {
    match (pointer, value) {
        ([], _) | (_, Value::Null) => true,
        (["*", rest @ ..], Value::Array(all)) => all.iter().any(|one| hits(one, rest)),
        ([key, rest @ ..], Value::Object(members)) => members.get(*key).is_some_and(|one| hits(one, rest)),
        _ => false,
    }
}

#[test]
fn sample_pages_hit_every_pointer() {
    for resource in resources::all() {
        let new = sample(resource, "page.json");
        assert!(!new.is_empty(), "{} has no sample", resource.name);
        assert!(new.iter().all(|row| resource.objects.iter().any(|o| row["object"] == **o)), "{}", resource.name);
        let rows: Vec<Value> = new.into_iter().chain(sample(resource, "old.json")).collect();
        for column in resource.columns {
            let found = column.from.split('|').any(|pointer| {
                let keys: Vec<&str> = pointer.split('/').skip(1).collect();
                rows.iter().any(|row| hits(row, &keys))
            });
            assert!(found, "{}.{} hits nothing", resource.name, column.name);
        }
    }
}

#[test]
fn no_secret_of_the_samples_is_kept() {
    let catalog = Catalog::new(resources::all());
    for resource in resources::all() {
        for row in ["page.json", "old.json"].iter().flat_map(|file| extracted(&catalog, resource, file)) {
            let cells: Vec<&str> =
                row.cells.iter().filter_map(|c| if let Cell::Text(t) = c { Some(&**t) } else { None }).collect();
            for mark in SECRET_MARKS {
                assert!(!row.data.contains(mark), "{} keeps a secret ({mark})", resource.name);
                assert!(!cells.iter().any(|c| c.contains(mark)), "{} has a secret column", resource.name);
            }
        }
    }
}

/// The card number is never asked for; should it ever come, nothing may keep it.
#[test]
fn card_numbers_have_no_column() {
    let cards = named("issuing_cards");
    assert!(!cards.columns.iter().any(|c| c.from.contains("/number") || c.from.contains("/cvc")));
    assert!(cards.secret.contains(&"/number") && cards.secret.contains(&"/cvc"));
}

#[test]
fn old_and_new_shapes_fill_the_same_columns() {
    let catalog = Catalog::new(resources::all());
    let same: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("customers", &["email", "balance_minor", "default_payment_method_id"][..]),
        ("subscriptions", &["customer_id", "current_period_start", "current_period_end", "item_count"]),
        ("subscription_items", &["price_id", "product_id", "quantity", "unit_amount_decimal", "interval"]),
        ("invoices", &["customer_id", "subscription_id", "tax_minor", "total_minor", "paid_at"]),
        ("invoice_lines", &["price_id", "product_id", "unit_amount_decimal", "quantity_decimal", "subscription_id"]),
        ("invoice_items", &["subscription_id", "price_id", "unit_amount_decimal", "quantity_decimal"]),
        ("discounts", &["coupon_id", "customer_id", "subscription_id"]),
        ("promotion_codes", &["coupon_id", "code"]),
    ]);
    for (name, columns) in same {
        let resource = named(name);
        let (new, old) = (extracted(&catalog, resource, "page.json"), extracted(&catalog, resource, "old.json"));
        for column in columns {
            let at =
                resource.columns.iter().position(|c| c.name == *column).unwrap_or_else(|| panic!("{name}.{column}"));
            assert_ne!(new[0].cells[at], Cell::Null, "{name}.{column}");
            assert_eq!(new[0].cells[at], old[0].cells[at], "{name}.{column}");
        }
    }
}

const ROWS: &str = "
INSERT INTO stripe_customers (account, id, name, email, currency, data, as_of) VALUES (1, 'cus_1', 'Ada', 'a@x.it', 'eur', '{}', 0);
INSERT INTO stripe_customers (account, id, data, as_of, deleted_at) VALUES (1, 'cus_gone', '{}', 0, 1);
INSERT INTO stripe_products (account, id, name, data, as_of, deleted_at) VALUES (1, 'prod_1', 'Gold', '{}', 0, 1);
INSERT INTO stripe_products (account, id, name, data, as_of) VALUES (1, 'prod_2', 'Support', '{}', 0);
INSERT INTO stripe_prices (account, id, product_id, tiers_mode, data, as_of) VALUES
  (1, 'price_1', 'prod_1', NULL, '{}', 0), (1, 'price_2', 'prod_2', 'volume', '{\"tiers\":[{\"up_to\":null}]}', 0);
INSERT INTO stripe_subscriptions (account, id, customer_id, status, latest_invoice_id, data, as_of) VALUES
  (1, 'sub_1', 'cus_1', 'active', 'in_1', '{}', 0);
INSERT INTO stripe_subscription_items (account, parent_id, id, position, price_id, product_id, quantity, data, as_of, deleted_at) VALUES
  (1, 'sub_1', 'si_2', 1, 'price_1', 'prod_1', 3, '{}', 0, NULL), (1, 'sub_1', 'si_1', 0, 'price_2', NULL, NULL, '{}', 0, NULL),
  (1, 'sub_1', 'si_gone', 2, 'price_1', 'prod_1', 9, '{}', 0, 1);
INSERT INTO stripe_invoices (account, id, number, status, customer_id, subscription_id, currency, amount_remaining_minor, due_date, data, as_of) VALUES
  (1, 'in_1', 'A-1', 'open', 'cus_1', 'sub_1', 'eur', 700, 1, '{}', 0), (1, 'in_2', 'A-2', 'open', 'cus_1', NULL, 'usd', 5, NULL, '{}', 0);
INSERT INTO stripe_invoice_payments (account, id, invoice_id, payment_intent_id, data, as_of) VALUES (1, 'inpay_1', 'in_1', 'pi_1', '{}', 0);
INSERT INTO stripe_charges (account, id, customer_id, payment_intent_id, status, currency, amount_captured_minor, amount_refunded_minor, balance_transaction_id, data, as_of) VALUES
  (1, 'ch_1', 'cus_1', 'pi_1', 'succeeded', 'eur', 1000, 300, 'txn_1', '{}', 0),
  (1, 'ch_2', 'cus_1', NULL, 'succeeded', 'jpy', 500, 0, NULL, '{}', 0),
  (1, 'ch_3', 'cus_1', NULL, 'failed', 'eur', 0, 0, NULL, '{}', 0);
INSERT INTO stripe_balance_transactions (account, id, currency, amount_minor, fee_minor, net_minor, data, as_of) VALUES (1, 'txn_1', 'usd', 1100, 50, 1050, '{}', 0);
INSERT INTO stripe_refunds (account, id, charge_id, status, data, as_of) VALUES (1, 're_1', 'ch_1', 'succeeded', '{}', 0), (1, 're_2', 'ch_1', 'failed', '{}', 0);
";

fn one(db: &Connection, sql: &str) -> Vec<String> {
    let mut query = db.prepare(sql).expect("the query is valid");
    let width = query.column_count();
    let mut rows = query.query([]).expect("runs");
    let row = rows.next().expect("steps").expect("has a row");
    (0..width)
        .map(|at| match row.get_ref(at).expect("a cell") {
            rusqlite::types::ValueRef::Null => "-".to_owned(),
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            other => other.as_str().expect("text").to_owned(),
        })
        .collect()
}

#[test]
fn views_join_names_and_leave_out_what_is_gone() {
    let db = migrated();
    db.execute_batch(ROWS).expect("rows");
    let counts = VIEWS.map(|view| one(&db, &format!("SELECT count(*) FROM {view}")).remove(0));
    assert_eq!(counts, ["2", "1", "2", "1", "3", "0"]);
    let sql = "SELECT customer_name, item_count, products, json_extract(items, '$[1].quantity'), latest_invoice_number
               FROM subscriptions_overview";
    assert_eq!(one(&db, sql), ["Ada", "2", "Support, Gold", "3", "A-1"]);
    let sql = "SELECT product_name, tiers, tiers_mode, status FROM subscription_items_overview
               WHERE subscription_item_id = 'si_1'";
    assert_eq!(one(&db, sql), ["Support", r#"[{"up_to":null}]"#, "volume", "active"]);
    let sql = "SELECT subscription_status, is_paid, is_overdue FROM invoices_overview WHERE id = 'in_1'";
    assert_eq!(one(&db, sql), ["active", "0", "1"]);
}

#[test]
fn views_never_add_up_across_currencies() {
    let db = migrated();
    db.execute_batch(ROWS).expect("rows");
    let sql = "SELECT charged_minor, refunded_minor, open_minor, open_invoice_count, running_subscription_count
               FROM customers_overview";
    assert_eq!(one(&db, sql), [r#"{"eur":1000,"jpy":500}"#, r#"{"eur":300}"#, r#"{"eur":700,"usd":5}"#, "2", "1"]);
    let sql = "SELECT currency, settlement_currency, fee_minor, net_minor, refund_count, invoice_id
               FROM payments_overview WHERE id = 'ch_1'";
    assert_eq!(one(&db, sql), ["eur", "usd", "50", "1050", "1", "in_1"]);
}

#[test]
fn discounts_of_lines_come_and_go_with_their_invoice() {
    let store = Store::in_memory().expect("opens");
    let new = NewAccount::named("stripe", "acct_1", "test");
    let account = store.account(&new).expect("an account").id;
    let catalog = Catalog::new(resources::all());
    let invoices = catalog.get(named("invoices"));
    let mut rows = store.rows(&catalog, &[]).expect("prepares");
    let told = |at_s| Told { account, source: Source::Answer { sent_s: at_s, date_s: at_s }, api_version: None };
    let shown = |lines: &str| {
        format!(r#"{{"id":"in_1","discounts":[{{"id":"di_0"}}],"lines":{{"data":[{lines}],"has_more":false}}}}"#)
    };
    let living = || {
        let sql = "SELECT parent_id || ' ' || id FROM stripe_discounts WHERE deleted_at IS NULL ORDER BY 1";
        store.query_text(sql).expect("rows").concat()
    };
    let mut apply = |text: &str, at_s| {
        let mut object = catalog.object(invoices, text).expect("reads");
        object.gone |= text.contains("deleted");
        rows.apply(&object, &told(at_s)).expect("applies");
    };
    apply(
        &shown(r#"{"id":"il_1","discounts":[{"id":"di_1"},"di_bare"]},{"id":"il_2","discounts":[{"id":"di_1"}]}"#),
        100,
    );
    assert_eq!(living(), ["il_1 di_1", "il_2 di_1", "in_1 di_0"]);
    apply(&shown(r#"{"id":"il_2","discounts":[{"id":"di_2"}]}"#), 200);
    assert_eq!(living(), ["il_2 di_2", "in_1 di_0"]);
    apply(r#"{"id":"in_1","deleted":true}"#, 300);
    assert_eq!(living(), [""; 0]);
}

#[test]
fn owners_of_a_bank_account_come_out_of_its_expanded_ownership() {
    let catalog = Catalog::new(resources::all());
    let compiled = catalog.get(named("financial_connections_accounts"));
    let owners = sample(named("financial_connections_account_owners"), "page.json");
    let mut account = sample(named("financial_connections_accounts"), "page.json").remove(0);
    let ownership = |account: &Value| {
        let read = catalog.object(compiled, &account.to_string()).expect("readable");
        let at = compiled.resource.columns.iter().position(|c| c.name == "ownership_id").expect("a column");
        (read.row.cells[at].clone(), read.children.iter().map(|set| set.rows.len()).sum::<usize>())
    };
    account["ownership"] = Value::from("fcaowns_1");
    assert_eq!(ownership(&account), (Cell::Text("fcaowns_1".to_owned()), 0));
    account["ownership"] = serde_json::json!({"id": "fcaowns_1", "owners": {"data": owners, "has_more": false}});
    assert_eq!(ownership(&account), (Cell::Text("fcaowns_1".to_owned()), 1));
}
