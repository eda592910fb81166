use proptest::prelude::*;

use super::*;
use crate::providers::stripe;

const ACCOUNTS: &str = "INSERT INTO accounts (id, provider, remote_id, mode) VALUES
    (1, 'stripe', 'acct_1', 'live'), (2, 'stripe', 'acct_2', 'live'), (3, 'fic', '108061', 'live')";

fn store() -> Store {
    let store = Store::in_memory().expect("opens");
    store.conn.execute_batch(ACCOUNTS).expect("fills");
    store
}

fn customer(store: &Store, account: i64, id: &str, metadata: &str) {
    let text =
        "INSERT INTO stripe_customers (account, id, metadata, data, as_of, created) VALUES (?1, ?2, ?3, '{}', 0, 5)";
    store.conn.execute(text, params![account, id, metadata]).expect("fills");
}

fn rows(store: &Store, text: &str) -> Vec<String> {
    store.query_text(text).expect("rows").into_iter().map(|row| row.join(" ")).collect()
}

#[test]
fn numbers_are_given_from_the_smallest_free_one_on_and_no_id_twice() {
    let store = store();
    let add = |id: Option<&str>, name: &str| store.add_company(id, name, &["3"], 7).expect("adds");
    assert_eq!(add(None, "A").as_deref(), Some("1"));
    assert_eq!(add(Some("3"), "C").as_deref(), Some("3"));
    assert_eq!(add(Some("north"), "N").as_deref(), Some("north"));
    assert_eq!(add(Some("3"), "another"), None);
    assert_eq!([add(None, "B"), add(None, "D")].map(Option::unwrap_or_default), ["2", "4"]);
    let listed: Vec<String> = store.companies().expect("list").into_iter().map(|it| it.id + &it.name).collect();
    assert_eq!(listed, ["1A", "2B", "3C", "4D", "northN"]);
}

#[test]
fn an_account_comes_before_the_metadata_and_the_metadata_before_an_assignment() {
    let store = store();
    store.add_company(Some("7"), "Seven", &[], 0).expect("adds");
    store.add_company(Some("8"), "Eight", &[], 0).expect("adds");
    for account in [1, 2] {
        customer(&store, account, "cus_none", "{}");
        customer(&store, account, "cus_meta", r#"{"company_id":" 8 "}"#);
        customer(&store, account, "cus_odd", r#"{"company_id":"99"}"#);
        customer(&store, account, "cus_blank", r#"{"company_id":" "}"#);
        for id in ["cus_meta", "cus_blank", "cus_unread"] {
            store.assign_customer(account, id, Some("7")).expect("assigned");
        }
    }
    store.conn.execute_batch("UPDATE stripe_customers SET deleted_at=1 WHERE id='cus_meta'").expect("gone");
    assert_eq!(store.assign_account(2, Some("8")).expect("assigned"), None);
    let of = |account: i64| {
        rows(
            &store,
            &format!(
                "SELECT customer_id, company_id, company_name, by FROM customer_companies WHERE account={account} ORDER BY 1"
            ),
        )
    };
    let wanted = [
        "cus_blank 7 Seven customer",
        "cus_meta 8 Eight metadata",
        "cus_odd 99 null metadata",
        "cus_unread 7 Seven customer",
    ];
    assert_eq!(of(1), wanted);
    let all = ["cus_blank", "cus_meta", "cus_none", "cus_odd", "cus_unread"];
    assert_eq!(of(2), all.map(|id| format!("{id} 8 Eight account")));
    assert_eq!(store.company_of_customer(1, "cus_odd").expect("read"), Some(("99".to_owned(), "metadata".to_owned())));
    // It moves; the one before is told.
    assert_eq!(store.assign_account(2, Some("7")).expect("assigned").as_deref(), Some("8"));
    assert_eq!(store.assign_customer(1, "cus_blank", None).expect("taken out").as_deref(), Some("7"));
    assert_eq!(store.accounts_with_customer("cus_none").expect("both"), [1, 2]);
    assert!(store.remove_company("7").expect("removed") && !store.remove_company("7").expect("no more"));
    assert_eq!(of(1), ["cus_meta 8 Eight metadata", "cus_odd 99 null metadata"]);
    assert_eq!(of(2).len(), 2, "its account is nobody's again");
}

#[test]
fn every_table_with_ids_is_in_the_view_and_each_row_has_the_company_of_its_customer_or_account() {
    let store = store();
    store.add_company(Some("7"), "Seven", &[], 0).expect("adds");
    customer(&store, 1, "cus_1", r#"{"company_id":"7"}"#);
    store
        .conn
        .execute_batch(
            r#"INSERT INTO stripe_invoices (account, id, customer_id, created, data, as_of) VALUES (1, 'in_1', 'cus_1', 6, '{}', 0), (1, 'in_2', 'cus_2', 6, '{}', 0);
             INSERT INTO stripe_customer_sources (account, parent_id, id, position, data, as_of) VALUES (1, 'cus_1', 'card_1', 0, '{}', 0);
             INSERT INTO stripe_products (account, id, created, data, as_of) VALUES (1, 'prod_1', 6, '{}', 0);
             INSERT INTO stripe_invoice_lines (account, parent_id, id, position, data, as_of) VALUES (1, 'in_1', 'il_1', 0, '{}', 0), (1, 'in_2', 'il_2', 0, '{}', 0);
             INSERT INTO stripe_charges (account, id, customer_id, created, data, as_of) VALUES (1, 'ch_1', 'cus_1', 7, '{}', 0);
             INSERT INTO stripe_refunds (account, id, charge_id, created, data, as_of) VALUES (1, 're_1', 'ch_1', 8, '{}', 0);
             INSERT INTO stripe_balance_transactions (account, id, source_id, created, data, as_of) VALUES
               (1, 'txn_1', 'ch_1', 7, '{}', 0), (1, 'txn_2', 're_1', 8, '{}', 0), (1, 'txn_3', 'po_1', 9, '{}', 0);
             INSERT INTO fic_clients (account, id, created_s, data, as_of) VALUES (3, '1', 9, '{}', 0);
             INSERT INTO webhook_events (account, provider, event_id, type, object, object_id, created, payload, status, source, received_at) VALUES
               (1, 'stripe', 'evt_1', 'a', 'stripe_invoices', 'in_1', 1, '{"data":{"object":{"customer":"cus_1"}}}', 'processed', 'live', 1),
               (1, 'stripe', 'evt_2', 'a', 'stripe_invoices', 'in_1', 1, '{"data":{"object":{"customer":{"id":"cus_1"}}}}', 'processed', 'live', 1),
               (1, 'stripe', 'evt_3', 'a', 'stripe_customers', 'cus_1', 1, '{}', 'processed', 'live', 1),
               (1, 'stripe', 'evt_4', 'a', NULL, NULL, 1, 'no JSON', 'dead', 'live', 1),
               (1, 'stripe', 'evt_5', 'a', NULL, NULL, 1, '{"data":{"object":{"customer":5}}}', 'ignored', 'live', 1);
             UPDATE accounts SET company='7' WHERE id=3;"#,
        )
        .expect("fills");
    let found = rows(&store, "SELECT resource, id, created, company_id, company_name FROM company_rows ORDER BY 1, 2");
    let wanted = [
        "fic_clients 1 9 7 Seven",
        "stripe_balance_transactions txn_1 7 7 Seven",
        "stripe_balance_transactions txn_2 8 7 Seven",
        "stripe_balance_transactions txn_3 9 null null",
        "stripe_charges ch_1 7 7 Seven",
        "stripe_customer_sources card_1 null 7 Seven",
        "stripe_customers cus_1 5 7 Seven",
        "stripe_invoice_lines il_1 null 7 Seven",
        "stripe_invoice_lines il_2 null null null",
        "stripe_invoices in_1 6 7 Seven",
        "stripe_invoices in_2 6 null null",
        "stripe_products prod_1 6 null null",
        "stripe_refunds re_1 8 7 Seven",
    ];
    assert_eq!(found, wanted);
    let of_events = rows(&store, "SELECT event_id, company_id FROM company_events ORDER BY 1");
    assert_eq!(of_events, ["evt_1 7", "evt_2 7", "evt_3 7", "evt_4 null", "evt_5 null"]);

    // A table that a later version adds belongs into the view. Charges of these are other accounts', or no customer's.
    const OF_OTHERS: [&str; 1] = ["stripe_application_fees"];
    let view =
        rows(&store, "SELECT sql FROM sqlite_schema WHERE name='company_rows'").concat().replace(" x WHERE", " WHERE");
    let under_customers: Vec<String> =
        stripe::resources::all().filter(|it| it.parent() == Some("customers")).map(|it| it.table()).collect();
    let tables = "SELECT m.name FROM sqlite_schema m WHERE m.type = 'table'
                  AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'row_id')
                  AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'account')";
    let tables = rows(&store, tables);
    assert!(tables.len() > 150 && under_customers.len() > 3, "{tables:?}");
    for table in tables {
        let term = format!(" FROM {table} WHERE deleted_at IS NULL");
        assert_eq!(view.matches(&term).count(), 1, "{table}");
        let line = view.lines().find(|line| line.contains(&term)).unwrap_or_default();
        assert!(line.contains(&format!("'{table}'")), "{line}");
        let columns = rows(&store, &format!("SELECT name FROM pragma_table_info('{table}')"));
        let is_customers = under_customers.contains(&table);
        let has_customer = |table: &str| {
            let sql = format!("SELECT count(*) FROM pragma_table_info('{table}') WHERE name = 'customer_id'");
            rows(&store, &sql) == ["1"]
        };
        // What stands under an object of a customer's, or belongs to a payment, goes by that.
        let parent = stripe::resources::all().find(|it| it.table() == table).and_then(|it| it.parent());
        let is_under = parent.is_some_and(|parent| has_customer(&format!("stripe_{parent}")));
        let is_paid = columns.iter().any(|it| it == "charge_id" || it == "source_id") && !OF_OTHERS.contains(&&*table);
        let customer = match () {
            () if table == "stripe_customers" => ", id FROM",
            () if table.starts_with("stripe_") && is_customers => ", parent_id FROM",
            () if table.starts_with("stripe_") && columns.iter().any(|it| it == "customer_id") => "customer_id FROM",
            () if table.starts_with("stripe_") && (is_under || is_paid) => ") FROM",
            () => "NULL FROM",
        };
        let line = line.replace(" AS customer_id", "");
        assert!(line.contains(customer), "{table} should go by {customer}: {line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is assigned, in whatever order: each customer has one company or none, the one that the rules say.
    #[test]
    fn any_mix_of_assignments_leaves_one_company_or_none(
        metadata in proptest::collection::vec((0..4_usize, proptest::option::of(0..3_u8)), 0..6),
        moves in proptest::collection::vec((any::<bool>(), 0..2_i64, 0..4_usize, proptest::option::of(0..3_u8)), 0..12),
    ) {
        let store = store();
        let mut of_metadata = std::collections::BTreeMap::new();
        for (customer_at, company) in metadata {
            if of_metadata.insert(customer_at, company).is_none() {
                let json = company.map_or("{}".to_owned(), |it| format!(r#"{{"company_id":"m{it}"}}"#));
                customer(&store, 1, &format!("cus_{customer_at}"), &json);
                of_metadata.insert(customer_at, company);
            } else {
                let json = company.map_or("{}".to_owned(), |it| format!(r#"{{"company_id":"m{it}"}}"#));
                let text = "UPDATE stripe_customers SET metadata=?2 WHERE id=?1";
                store.conn.execute(text, params![format!("cus_{customer_at}"), json]).expect("written");
            }
        }
        let (mut of_account, mut of_customer) = (None, std::collections::BTreeMap::new());
        for (is_account, account, customer_at, company) in moves {
            let named = company.map(|it| format!("c{it}"));
            if is_account {
                store.assign_account(account + 1, named.as_deref()).expect("assigned");
                if account == 0 { of_account = named; }
            } else {
                store.assign_customer(account + 1, &format!("cus_{customer_at}"), named.as_deref()).expect("assigned");
                if account == 0 { of_customer.insert(customer_at, named); }
            }
        }
        let mut wanted = Vec::new();
        for at in 0..4 {
            let is_known = of_metadata.contains_key(&at) || of_customer.get(&at).is_some_and(Option::is_some);
            let meta = of_metadata.get(&at).copied().flatten().map(|it| (format!("m{it}"), "metadata"));
            let by_hand = of_customer.get(&at).cloned().flatten().map(|it| (it, "customer"));
            let company = of_account.clone().map(|it| (it, "account")).or(meta).or(by_hand);
            if let Some((id, by)) = company.filter(|_| is_known) {
                wanted.push(format!("cus_{at} {id} {by}"));
            }
        }
        let found = rows(&store, "SELECT customer_id, company_id, by FROM customer_companies WHERE account=1 ORDER BY 1");
        prop_assert_eq!(found, wanted);
        let of_rows = rows(&store, "SELECT r.id FROM company_rows r LEFT JOIN customer_companies c
            ON c.account=r.account AND c.customer_id=r.id WHERE r.resource='stripe_customers' AND r.company_id IS NOT c.company_id");
        prop_assert_eq!(of_rows, Vec::<String>::new());
    }
}
