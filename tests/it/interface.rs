//! What a run tells, and whether it adds up: tables, sums, suggestions, plans, lines in a pipe.

use std::collections::BTreeMap;

use serde_json::Value;
use stripesync::sandbox::{Asked, LIVE_KEY, Options, Sandbox, Sizes};
use stripesync::store::Store;

use super::program::{Home, Ran, ran, text};

fn sandboxed(home: &Home, arguments: &[&str]) -> Ran {
    let database = home.database().display().to_string();
    let all = [arguments, &["--sandbox", "--database", &database]].concat();
    let ran = home.run(&all);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

/// Returns the number in a line's column of that title.
fn cell(table: &str, line: &str, title: &str) -> u64 {
    let header = table.lines().find(|line| line.contains("requests")).expect("a header");
    let end = header.find(title).expect("a column") + title.len();
    let number = line[..end.min(line.len())].split_whitespace().next_back().expect("a number");
    number.replace(',', "").parse().unwrap_or_else(|error| panic!("{number} in {line}: {error}"))
}

#[test]
fn requests_add_up_and_a_first_pull_knows_no_unchanged_row() {
    let home = Home::new();
    let first = sandboxed(&home, &["sync", "--all"]);
    let (mut rows, mut totals) = (0, 0);
    for table in first.stdout.split("\n\n") {
        for line in table.lines().filter(|line| line.ends_with("complete") || line.contains("(-v)")) {
            rows += cell(table, line, "requests");
        }
        for line in table.lines().filter(|line| line.starts_with("total ")) {
            totals += cell(table, line, "requests");
            assert_eq!(cell(table, line, "unchanged"), 0, "{table}");
        }
    }
    let last = first.stdout.lines().last().expect("a line");
    let all: u64 = last.split(' ').next().expect("a number").replace(',', "").parse().expect("a number");
    // One for Stripe's account, one for the companies.
    assert_eq!((rows, totals), (all - 2, all - 2), "{}", first.stdout);
    assert!(last.ends_with("(2 to find the accounts)"), "{last}");

    let second = sandboxed(&home, &["sync", "--all"]);
    let up_to_date: Vec<&str> = second.stdout.lines().filter(|line| line.contains(" is up to date: ")).collect();
    assert_eq!(up_to_date.len(), 2, "{}", second.stdout);
    assert!(up_to_date[1].starts_with("stripe acct_") && up_to_date[1].contains(" requests"), "{up_to_date:?}");
    let report: Value =
        serde_json::from_str(&sandboxed(&home, &["sync", "--all", "--format", "json"]).stdout).expect("JSON");
    let pending = "fic:received_documents_pending";
    let of = report["resources"].as_array().expect("a list").iter().find(|it| it["resource"] == pending);
    // Three lists show each of them.
    assert_eq!(of.expect("listed")["unchanged"], home.count("SELECT count(*) FROM fic_received_documents_pending"));
}

#[test]
fn a_part_read_again_takes_nothing_from_what_is_complete() {
    let home = Home::new();
    let status = || {
        let shown = home.run(&["status", "--format", "csv"]).stdout;
        let lines =
            shown.lines().filter(|line| line.contains(",stripe_charges,") || line.contains(",stripe_invoice_lines,"));
        lines.map(|line| line.rsplit(',').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    sandboxed(&home, &["sync", "charges", "invoices", "--since", "2026-10-01"]);
    assert_eq!(status(), ["partial", "partial"]);
    sandboxed(&home, &["sync", "charges", "invoices"]);
    assert_eq!(status(), ["complete", "complete"]);
    sandboxed(&home, &["sync", "charges", "invoices", "--since", "2026-10-01"]);
    assert_eq!(status(), ["complete", "complete"]);
}

#[test]
fn a_pipe_gets_few_lines() {
    let home = Home::new();
    let first = sandboxed(&home, &["sync", "--all"]);
    // What tells of long work comes as often as it lasts long.
    let is_beat = |line: &&str| line.contains(" lists done");
    let is_of_long_work = |line: &&str| line.contains(" deleted in ") && !line.contains(" deleted in 0:0");
    let beats = first.stderr.lines().filter(is_beat).count() as u64;
    assert!(beats <= 2 * (first.took.as_secs() / 10), "{}", first.stderr);
    let others = first.stderr.lines().filter(|line| !is_beat(line) && !is_of_long_work(line)).count();
    assert!(others < 15, "{}", first.stderr);
    // A rate of nothing; one that ends in a nought is a rate.
    assert!(!first.stderr.contains(" 0/s"), "{}", first.stderr);
    let verbose = sandboxed(&Home::new(), &["sync", "fic:clients", "fic:archive", "-v"]);
    assert!(verbose.stderr.contains("fic:clients: complete, 50 new"), "{}", verbose.stderr);
}

#[test]
fn suggestions_are_about_what_was_pulled_and_work() {
    for (names, tables) in [
        (&["fic:clients", "fic:suppliers", "fic:taxes"][..], &["fic_clients", "fic_suppliers"][..]),
        (&["stripe:products"], &["stripe_products"]),
        (&["stripe:invoices", "fic:receipts"], &["invoices_overview", "fic_receipts"]),
        (&["fic:emails"], &["fic_emails"]),
        (&["--all"], &["stripe_subscriptions", "fic_clients"]),
    ] {
        let home = Home::new();
        let ran = sandboxed(&home, &[&["sync"][..], names].concat());
        let suggested: Vec<&str> =
            ran.stderr.lines().filter_map(|line| line.trim().strip_prefix("sqlite3 -box ")).collect();
        let found: Vec<&str> =
            suggested.iter().filter_map(|sql| sql.split(" FROM ").nth(1)?.split(' ').next()).collect();
        let bare: Vec<&str> = found.iter().map(|table| table.trim_end_matches('"')).collect();
        assert_eq!(bare, tables, "{}", ran.stderr);
        for line in suggested {
            let sql = line.split_once('"').expect("quoted").1.trim_end_matches('"');
            let counted = format!("SELECT CAST(count(*) AS TEXT) FROM ({sql})");
            assert_ne!(text(&home.database(), &counted), "0", "{sql}");
        }
    }
}

#[test]
fn a_plan_promises_no_time_that_nobody_knows() {
    let sandbox =
        Sandbox::start(Options { sizes: Sizes::customers(25), livemode: true, ..Options::default() }).expect("starts");
    let home = Home::new();
    let chosen = ["sync", "stripe:charges", "stripe:balance_transactions", "stripe:tax_codes", "stripe:country_specs"];
    let run =
        |more: &[&str]| ran(&mut home.asking(&sandbox.stripe_base_url(), LIVE_KEY, &[&chosen[..], more].concat()));
    let before = run(&["--dry-run"]);
    let least = before.stdout.lines().find(|line| line.starts_with("at least ")).expect("a sum");
    assert!(least.ends_with(" to Stripe") && before.stdout.contains("nothing was written"), "{least}");
    assert!(before.stdout.contains("how large the account is, the file does not know"), "{}", before.stdout);

    let first = run(&[]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    // Its clock stands in another month than ours, and that is no news.
    assert!(!first.stderr.contains("clock"), "{}", first.stderr);
    let after = run(&["--dry-run", "--format", "json"]);
    let plan: Vec<Value> = serde_json::from_str(&after.stdout).expect("JSON");
    let planned: u64 = plan.iter().filter_map(|it| it["requests"].as_u64()).sum();
    let second: Value = serde_json::from_str(&run(&["--format", "json"]).stdout).expect("JSON");
    assert_eq!(Some(planned), second["requests"].as_u64(), "planned by the sandbox's clock");
    let again = run(&["--dry-run"]).stdout;
    assert!(again.contains(" per second)\n") && !again.contains("how large"), "{again}");
    assert!(again.starts_with("Stripe acct_"), "{again}");
}

#[test]
fn a_file_is_whole_by_itself_when_its_sync_has_ended() {
    let home = Home::new();
    sandboxed(&home, &["sync", "stripe:products", "fic:clients"]);
    let beside = |ending: &str| home.path().join(format!("stripesync.db{ending}")).exists();
    assert_eq!(["", "-wal", "-shm"].map(beside), [true, false, false]);
}

#[test]
fn a_suggestion_is_one_line_however_long_the_path_is() {
    let home = Home::new();
    let folder = home.path().join("a folder with a rather long name ".repeat(7).trim_end());
    std::fs::create_dir(&folder).expect("made");
    let database = folder.join("sandbox.db").display().to_string();
    let ran = home.run(&["sync", "stripe:subscriptions", "--sandbox", "--database", &database]);
    let line = ran.stderr.lines().find(|line| line.contains("sqlite3 -box ")).expect("a suggestion");
    assert!(line.contains(&database) && line.ends_with("ORDER BY 2 DESC\""), "{line}");
}

#[test]
fn a_file_whose_name_cannot_be_typed_gets_no_suggestion() {
    let home = Home::new();
    let database = home.path().join("a\nb.db").display().to_string();
    let ran = home.run(&["sync", "stripe:products", "--sandbox", "--database", &database]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stderr.contains("sqlite3") && !ran.stderr.contains("to try next"), "{}", ran.stderr);
}

#[test]
fn a_look_at_a_file_leaves_nothing_beside_it() {
    let home = Home::new();
    sandboxed(&home, &["sync", "stripe:products", "fic:clients"]);
    let copy = home.path().join("copy.db");
    std::fs::copy(home.database(), &copy).expect("copied");
    let before = std::fs::read(&copy).expect("readable");
    for arguments in [&["status"][..], &["status", "--format", "json"], &["sync", "--dry-run", "--sandbox"]] {
        let ran = home.run(&[arguments, &["--database", "copy.db"]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let beside = ["-wal", "-shm", "-journal"].map(|ending| home.path().join(format!("copy.db{ending}")).exists());
        assert_eq!(beside, [false; 3], "{arguments:?}");
    }
    assert!(std::fs::read(&copy).expect("readable") == before, "looking changes nothing");
}

#[test]
fn a_quiet_run_says_of_each_list_what_was_asked_or_why_nothing_was() {
    let home = Home::new();
    let chosen = ["sync", "stripe:customers", "stripe:balance_transactions", "fic:clients", "fic:countries"];
    sandboxed(&home, &chosen);
    let quiet = sandboxed(&home, &[&chosen[..], &["-v"]].concat());
    for part in [
        "not asked: its changes come with the events resource=\"stripe:customers\"",
        "asked for what is new resource=\"stripe:balance_transactions\"",
        "asked for what happened since resource=\"stripe:events\"",
        "resource=\"fic:clients\"",
        "not asked: it was within a day resource=\"fic:countries\"",
    ] {
        assert!(quiet.stderr.contains(part), "{part} in\n{}", quiet.stderr);
    }
    assert!(!sandboxed(&home, &chosen).stderr.contains("asked"), "only where it is wanted");
}

#[test]
fn an_exclusion_tells_what_else_it_leaves_out() {
    let ran = sandboxed(&Home::new(), &["sync", "--exclude", "invoices"]);
    let note = ran.stderr.lines().find(|line| line.starts_with("left out as well")).expect("a note");
    assert!(note.contains("stripe:invoice_lines"), "{note}");
}

#[test]
fn test_accounts_are_not_said_to_be_real_ones() {
    let sandbox = Sandbox::start(Options { sizes: Sizes::customers(5), ..Options::default() }).expect("starts");
    let home = Home::new();
    let key = sandbox.keys()[0].text.clone();
    let first = ran(&mut home.asking(&sandbox.stripe_base_url(), &key, &["sync", "stripe:products"]));
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let second = home.run(&["sync", "--sandbox", "--database", "stripesync.db"]);
    assert_eq!(second.code, Some(2), "{}", second.stderr);
    assert!(second.stderr.contains("(test); `--sandbox` needs a file of its own"), "{}", second.stderr);
    assert!(!second.stderr.contains("real"), "{}", second.stderr);
}

#[test]
fn records_name_provider_account_resource_and_table_in_every_format() {
    let home = Home::new();
    let csv = sandboxed(&home, &["sync", "fic:clients", "stripe:products", "--format", "csv"]).stdout;
    assert!(csv.starts_with("provider,account,mode,resource,table,new,"), "{csv}");
    assert!(csv.contains("\nfic,12345,sandbox,fic:clients,fic_clients,50,"), "{csv}");
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&home.run(&[arguments, &["--format", "json"]].concat()).stdout).expect("JSON")
    };
    let database = home.database().display().to_string();
    let run = json(&["sync", "fic:clients", "--sandbox", "--database", &database])["resources"].clone();
    let status = json(&["status"])["accounts"][0]["resources"].clone();
    let plan = json(&["sync", "fic:clients", "--sandbox", "--dry-run", "--database", &database]);
    for records in [run, status, plan] {
        let found = records.as_array().expect("a list").iter().find(|it| it["resource"] == "fic:clients");
        let clients = found.unwrap_or_else(|| panic!("{records}"));
        let named = ["provider", "account", "table"].map(|name| clients[name].as_str());
        assert_eq!(named, [Some("fic"), Some("12345"), Some("fic_clients")], "{clients}");
    }
}

#[test]
fn the_queries_of_the_readme_run_on_what_a_sync_brings_and_find_something() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```sql\n").expect("queries");
    let (queries, _) = rest.split_once("```").expect("an end");
    let home = Home::new();
    sandboxed(&home, &["sync", "--all"]);
    let store = Store::open_read_only(&home.database()).expect("opens");
    let queries: Vec<&str> = queries.split(";\n").map(str::trim).filter(|query| !query.is_empty()).collect();
    assert_eq!(queries.len(), 8);
    for query in queries {
        let rows = store.query_text(query).unwrap_or_else(|error| panic!("{error}\n{query}"));
        assert!(!rows.is_empty() && rows.iter().all(|row| row.len() > 2), "nothing for\n{query}");
    }
    // What came in, once more from the JSON that the service sent.
    let of_view = "SELECT sum(amount_captured_minor - amount_refunded_minor) FROM payments_overview
                   WHERE status = 'succeeded'";
    let of_json = "SELECT sum((data ->> '$.amount_captured') - (data ->> '$.amount_refunded')) FROM stripe_charges
                   WHERE data ->> '$.status' = 'succeeded' AND deleted_at IS NULL";
    assert_eq!(store.query_text(of_view).expect("a sum"), store.query_text(of_json).expect("a sum"));
}

/// How many requests came more, at the worst time, than a pace of so many a second lets come by then.
fn most_ahead<'a>(asked: impl Iterator<Item = &'a Asked>, per_s: f64) -> f64 {
    let (mut ahead, mut most, mut before_us) = (0.0_f64, 0.0_f64, 0);
    for it in asked {
        ahead = (ahead - it.at_us.saturating_sub(before_us) as f64 / 1e6 * per_s).max(0.0) + 1.0;
        (most, before_us) = (most.max(ahead), it.at_us.max(before_us));
    }
    most
}

/// All that a first run of these asks of a live account with so many customers.
fn asked_for(customers: u32, arguments: &[&str]) -> Vec<Asked> {
    let sizes = Sizes::customers(customers);
    let options = Options { livemode: true, asked_max: 1_000_000, sizes, ..Options::default() };
    let sandbox = Sandbox::start(options).expect("starts");
    let ran = ran(&mut Home::new().asking(&sandbox.stripe_base_url(), LIVE_KEY, arguments));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    sandbox.asked()
}

#[test]
fn the_defaults_of_the_program_never_meet_the_limits_of_a_live_account() {
    // Everything; and a list under each customer, long enough to tell a pace from one that is a little quicker.
    let under = ["sync", "stripe:customers", "stripe:customer_cash_balance_transactions"];
    for (customers, arguments, least) in [(60, &["sync", "--all"][..], 300), (260, &under, 260)] {
        let asked = asked_for(customers, arguments);
        assert!(asked.len() > least, "{}", asked.len());
        let mut by_endpoint: BTreeMap<&str, Vec<&Asked>> = BTreeMap::new();
        asked.iter().for_each(|it| by_endpoint.entry(&it.endpoint).or_default().push(it));
        // Permitted are a hundred a second, and twenty-five for each endpoint; a fifth is left to the owner's own programs.
        // What is sent evenly need not come so: all that is on its way, 32 at most, may arrive at once where the system
        // stops somebody. How evenly it is sent, the limiter's own tests say.
        const ON_THEIR_WAY: f64 = 32.0;
        let ahead = most_ahead(asked.iter(), 80.0);
        assert!(ahead <= 3.0 + ON_THEIR_WAY, "{ahead} of all");
        for (endpoint, asked) in &by_endpoint {
            let ahead = most_ahead(asked.iter().copied(), 20.0);
            assert!(ahead <= 2.0 + ON_THEIR_WAY, "{ahead} of {endpoint}");
        }
    }
}
