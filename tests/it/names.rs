//! Names that users and services give, made to be taken for something else: SQL, paths, patterns, commands to a terminal.
//! None changes the schema or makes the program panic; what a service says is kept to the letter and shown harmless.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::{Value, json};
use stripesync::sandbox::TEST_KEY;

use super::program::{Home, Ran, Reply, Scripted, account, ran};

/// What names are made of. (No argument can hold a NUL; values of the service can.)
const PIECES: [&str; 30] = [
    "'",
    "\"",
    "`",
    "'; drop table accounts;--",
    "\"; DELETE FROM stripe_products;--",
    ")",
    "%",
    "%s%n",
    "_",
    "?",
    "?1",
    ":id",
    "#",
    "&",
    "=",
    ";",
    "\\",
    "{id}",
    "{}",
    "$(id)",
    "\u{1b}[2J",
    "\u{9b}31m",
    "\u{1b}]8;;https://e\u{7}",
    "\r\n",
    "\t",
    "\u{202e}",
    "\u{2066}",
    "\u{feff}",
    "株式会社🙂",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}",
];
const LONG: usize = 64 << 10;

/// A name that no resource, date, account or number has.
fn name() -> impl Strategy<Value = String> {
    let pieces = || proptest::collection::vec(proptest::sample::select(&PIECES[..]), 1..6);
    prop_oneof![
        6 => pieces().prop_map(|pieces| pieces.concat()),
        2 => pieces().prop_map(|pieces| format!("charges{}", pieces.concat())),
        1 => pieces().prop_map(|pieces| pieces.concat() + &"x".repeat(LONG)),
    ]
    // White space around a name is nobody's mistake.
    .prop_filter("a name", |name| name.trim() != "charges")
}

/// So many cases, unless whoever runs the tests wants more: each is a run of the program.
fn cases(few: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { max_shrink_iters: 40, ..ProptestConfig::with_cases(asked.unwrap_or(few)) }
}

fn schema(database: &Path) -> Vec<String> {
    let conn = Connection::open(database).expect("opens");
    let mut all =
        conn.prepare("SELECT name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1").expect("a schema");
    all.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("text")
}

/// What a terminal would obey or hide.
fn treacherous(text: &str) -> Option<char> {
    let is_hidden =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    text.chars().find(|&c| c != '\n' && c.is_control() || is_hidden(c))
}

fn assert_harmless(ran: &Ran) {
    for text in [&ran.stdout, &ran.stderr] {
        assert_eq!(treacherous(text), None, "{text:?}");
    }
    assert!(!ran.stderr.contains("met a bug") && !ran.stderr.contains("panicked"), "{}", ran.stderr);
}

/// A service with these products, each with one feature.
fn with_products(products: Vec<Value>) -> Scripted {
    let by_path: BTreeMap<String, Value> = products
        .iter()
        .map(|product| {
            let id = product["id"].as_str().expect("a text");
            (
                format!("/v1/products/{}/features", encoded(id)),
                json!({"id": format!("pf of {id}"), "object": "product_feature"}),
            )
        })
        .collect();
    let list =
        |data: Vec<Value>| Reply::Json(200, json!({"object": "list", "data": data, "has_more": false}).to_string());
    Scripted::start(move |path, _| match path.split('?').next().unwrap_or_default() {
        "/v1/account" => account(),
        "/v1/products" if path.contains("active=") || !path.contains("created") => list(products.clone()),
        path => match by_path.get(path) {
            Some(feature) => list(vec![feature.clone()]),
            None => list(Vec::new()),
        },
    })
}

fn encoded(id: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    id.bytes().map(|b| if is_plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn what_is_no_name_is_refused_and_changes_nothing(name in name()) {
        thread_local!(static FILE: (Home, Scripted) = {
            let home = Home::new();
            let service = with_products(vec![json!({"id": "prod_1", "object": "product", "created": 1_700_000_000})]);
            let first = ran(&mut home.asking(&service.url, TEST_KEY, &["sync", "products"]));
            assert_eq!(first.code, Some(0), "{}", first.stderr);
            (home, service)
        });
        FILE.with(|(home, service)| {
            let before = (schema(&home.database()), home.count("SELECT count(*) FROM stripe_products"));
            let log = home.count("SELECT count(*) FROM sync_logs");
            let option = |option: &str| format!("--{option}={name}");
            for arguments in [
                vec!["sync", "--", &name],
                vec!["sync", "products", &option("exclude")],
                vec!["sync", "products", &option("since")],
                vec!["sync", "products", &option("account")],
                vec!["sync", "products", &option("provider")],
                vec!["sync", "products", &option("every")],
                vec!["sync", "products", &option("jobs")],
                vec!["sync", "products", &option("rate")],
                vec!["sync", "products", &option("config")],
                vec!["sync", "products", &option("format")],
                vec!["status", &option("color")],
                vec![&name],
            ] {
                let refused = ran(&mut home.asking(&service.url, TEST_KEY, &arguments));
                assert_eq!(refused.code, Some(2), "{arguments:?}: {} {}", refused.stdout, refused.stderr);
                assert!(refused.stdout.is_empty(), "{arguments:?}: {}", refused.stdout);
                assert!(refused.stderr.len() < 8 << 10, "{} bytes to say no", refused.stderr.len());
                assert_harmless(&refused);
            }
            let after = (schema(&home.database()), home.count("SELECT count(*) FROM stripe_products"));
            assert_eq!((before, log), (after, home.count("SELECT count(*) FROM sync_logs")));
        });
    }

    #[test]
    fn a_file_has_the_name_it_was_given_or_is_refused(name in name()) {
        let home = Home::new();
        let service = with_products(vec![json!({"id": "prod_1", "object": "product", "created": 1_700_000_000})]);
        let database = format!("--database={name}");
        let ran_sync = ran(&mut home.asking(&service.url, TEST_KEY, &["sync", "products", &database]));
        assert_harmless(&ran_sync);
        let files: Vec<_> = std::fs::read_dir(home.path()).expect("readable").flatten().map(|file| file.file_name()).collect();
        if ran_sync.code == Some(0) {
            let file = home.path().join(name.trim());
            prop_assert!(file.is_file(), "{name:?}: {files:?}");
            prop_assert_eq!(super::program::count(&file, "SELECT count(*) FROM stripe_products"), 1);
            let status = home.run(&["status", &database]);
            prop_assert_eq!(status.code, Some(0), "{}", status.stderr);
            assert_harmless(&status);
        } else {
            let wanted = if name.trim().is_empty() { 2 } else { 6 };
            prop_assert_eq!(ran_sync.code, Some(wanted), "{:?}: {}", name, ran_sync.stderr);
            prop_assert_eq!(files.len(), 0, "{:?}", files);
        }
    }

    #[test]
    fn what_a_service_says_is_kept_to_the_letter_and_shown_harmless(
        names in proptest::collection::vec((name(), name(), name(), any::<bool>()), 1..5),
    ) {
        let long = |text: &str| text.chars().take(300).collect::<String>();
        let products: Vec<Value> = names
            .iter()
            .enumerate()
            .map(|(n, (id, name, key, has_nul))| {
                let nul = if *has_nul { "\0" } else { "" };
                json!({"id": format!("{n}{nul}{}", long(id)), "object": "product", "created": 1_700_000_000 + n,
                       "name": format!("{name}{nul}x"), "metadata": {format!("{key}{nul}"): format!("{nul}{name}")}})
            })
            .collect();
        let service = with_products(products.clone());
        let home = Home::new();
        let first = ran(&mut home.asking(&service.url, TEST_KEY, &["sync", "products", "product_features", "-v"]));
        prop_assert_eq!(first.code, Some(0), "{}", first.stderr);
        assert_harmless(&first);
        assert_harmless(&home.run(&["status", "-v"]));

        let fresh = Home::new();
        drop(stripesync::store::Store::open(&fresh.database()).expect("made"));
        prop_assert_eq!(schema(&home.database()), schema(&fresh.database()));
        let conn = Connection::open(home.database()).expect("opens");
        let mut select = conn
            .prepare("SELECT p.id, p.name, p.data, f.id FROM stripe_products p JOIN stripe_product_features f ON f.parent_id = p.id")
            .expect("rows");
        let text = |row: &rusqlite::Row, at: usize| row.get::<_, String>(at);
        let rows = select.query_map([], |row| Ok([text(row, 0)?, text(row, 1)?, text(row, 2)?, text(row, 3)?])).expect("rows");
        let mut kept: Vec<[String; 4]> = rows.collect::<Result<_, _>>().expect("text");
        kept.sort();
        prop_assert_eq!(kept.len(), products.len());
        let mut wanted = products;
        wanted.sort_by_key(|product| product["id"].as_str().map(str::to_owned));
        for (row, product) in kept.iter().zip(&wanted) {
            prop_assert_eq!(&json!(row[0]), &product["id"]);
            prop_assert_eq!(&json!(row[1]), &product["name"]);
            prop_assert_eq!(&serde_json::from_str::<Value>(&row[2]).expect("JSON"), product);
            prop_assert_eq!(&row[3], &format!("pf of {}", row[0]));
        }
        home.assert_intact();
    }
}
