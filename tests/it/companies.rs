//! Companies by command: what belongs to which, through the real program on a file that a sandbox filled.

use serde_json::Value;
use stripesync::store::Store;

use crate::program::{Home, Ran, text};

fn filled() -> Home {
    let home = Home::new();
    let database = home.database().display().to_string();
    let wanted = ["sync", "stripe:customers", "stripe:invoices", "stripe:products", "fic:clients", "-q"];
    let ran = home.run(&[&wanted[..], &["--sandbox", "--database", &database]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    home
}

fn fine(home: &Home, arguments: &[&str]) -> Ran {
    let ran = home.run(&[&["companies"], arguments].concat());
    assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
    ran
}

#[test]
fn rows_belong_to_the_company_of_their_account_or_of_their_customer() {
    let home = filled();
    let one = |sql: &str| text(&home.database(), sql);
    let account = one("SELECT remote_id FROM accounts WHERE provider='stripe'");
    // The look-alike's customers all carry a company in their metadata: one of them loses it here.
    let nobodys = "UPDATE stripe_customers SET metadata='{}' WHERE id = (SELECT v.customer_id FROM stripe_invoices v
                   JOIN stripe_customers c ON c.id = v.customer_id
                   WHERE json_extract(c.data, '$.metadata.company_id') <> '1' ORDER BY 1 LIMIT 1) RETURNING id";
    let customer = one(nobodys);
    fine(&home, &["add", "Acme S.r.l.", "--id", "acme"]);
    fine(&home, &["add", "Beta", "--id", "north"]);
    // The metadata of the sandbox's customers names 0 to 9: nobody gets theirs unasked.
    assert!(fine(&home, &["add", "Ten"]).stdout.contains("10"), "the smallest free number");
    let first = fine(&home, &["add", "One", "--id", "1"]);
    assert!(
        first.stdout.contains("One") && first.stderr.contains("names company 1: these belong to it"),
        "{}",
        first.stderr
    );
    fine(&home, &["assign", "acme", "--account", "12345"]);
    let told = fine(&home, &["assign", "north", "--customer", &customer]).stderr;
    assert!(told.contains(&format!("{customer} of stripe {account}")) && told.contains("\"Beta\""), "{told}");
    let store = Store::open_read_only(&home.database()).expect("opens");
    let counted = |of: &str| {
        let sql = format!(
            "SELECT count(*), sum(company_id IS 'north'), sum(company_id IS 'acme'), sum(company_id IS '1') FROM company_rows
             WHERE {of}"
        );
        store.query_text(&sql).expect("a count").concat()
    };
    let count = |of: &str| one(&format!("SELECT CAST(count(*) AS TEXT) FROM {of}"));
    let all = count("stripe_invoices WHERE deleted_at IS NULL");
    let its = count(&format!("stripe_invoices WHERE deleted_at IS NULL AND customer_id='{customer}'"));
    let by_metadata = count(
        "stripe_invoices v JOIN stripe_customers c ON c.id = v.customer_id
         WHERE v.deleted_at IS NULL AND json_extract(c.data, '$.metadata.company_id') = '1'",
    );
    assert!(its != "0" && by_metadata != "0");
    let mixed = [all.as_str(), &its, "0", &by_metadata];
    assert_eq!(counted("resource='stripe_invoices'"), mixed);
    let clients = count("fic_clients WHERE deleted_at IS NULL");
    assert_eq!(counted("resource='fic_clients'"), [clients.as_str(), "0", &clients, "0"]);
    let names = "SELECT DISTINCT company_name FROM company_rows WHERE resource='fic_clients'";
    assert_eq!(store.query_text(names).expect("a name"), [["Acme S.r.l."]]);

    // The account's company comes first, and it is said that the assignment counts for nothing then.
    let told = fine(&home, &["assign", "acme", "--account", &account]).stderr;
    assert!(told.contains("belongs to company acme \"Acme S.r.l.\" now"), "{told}");
    let told = fine(&home, &["assign", "north", "--customer", &customer]).stderr;
    assert!(told.contains("belongs to company acme all the same: its account's company comes first"), "{told}");
    assert_eq!(counted("resource='stripe_invoices'"), [all.as_str(), "0", &all, "0"]);
    let told = fine(&home, &["assign", "north", "--account", &account]).stderr;
    assert!(told.contains("moves from company acme to north"), "{told}");
    let told = fine(&home, &["assign", "--none", "--account", &account]).stderr;
    assert!(told.contains("was taken out of company north"), "{told}");
    assert_eq!(counted("resource='stripe_invoices'"), mixed);

    let list: Value = serde_json::from_str(&fine(&home, &["list", "--format", "json"]).stdout).expect("JSON");
    let told: Vec<_> =
        list.as_array().expect("a list").iter().map(|it| (&it["company"], &it["accounts"], &it["customers"])).collect();
    let wanted = [("1", 0, 0), ("10", 0, 0), ("acme", 1, 0), ("north", 0, 1)]
        .map(|it| (Value::from(it.0), Value::from(it.1), Value::from(it.2)));
    assert_eq!(told, wanted.each_ref().map(|it| (&it.0, &it.1, &it.2)));
    let accounts = home.run(&["accounts", "list", "--company", "acme", "--format", "csv"]).stdout;
    assert!(accounts.lines().count() == 2 && accounts.contains("fic,12345,"), "{accounts}");
    let told = fine(&home, &["remove", "north", "--yes"]).stderr;
    assert!(told.contains("0 accounts and 1 customer are nobody's"), "{told}");
    assert_eq!(counted("company_id='north'")[0], "0");
}

#[test]
fn what_cannot_be_meant_is_refused_and_changes_nothing() {
    let home = filled();
    fine(&home, &["add", "Acme", "--id", "1"]);
    for (arguments, part) in [
        (&["add", ""][..], "give a name"),
        (&["add", "A", "--id", "a b"], "give an id"),
        (&["add", "A", "--id", "1"], "there is a company 1 already"),
        (&["assign", "9", "--account", "12345"], "there is no company 9"),
        (&["assign", "1", "--account", "acct_nobody"], "the file has no account acct_nobody"),
        (&["assign", "1", "--customer", "cus_1", "--in-account", "acct_nobody"], "the file has no account"),
        (&["assign", "1"], "--account"),
        (&["assign", "1", "--none", "--account", "12345"], "cannot be used with"),
        (&["remove", "9", "--yes"], "there is no company 9"),
        (&["remove", "1"], "there is nobody to ask"),
    ] {
        let ran = home.run(&[&["companies"], arguments].concat());
        assert!(ran.code == Some(2) && ran.stderr.contains(part), "{arguments:?}: {}", ran.stderr);
    }
    assert_eq!(home.count("SELECT count(*) FROM companies"), 1);
    assert_eq!(home.count("SELECT count(*) FROM accounts WHERE company IS NOT NULL"), 0);
    assert_eq!(Home::new().run(&["companies", "list"]).code, Some(1), "there is no file");
}
