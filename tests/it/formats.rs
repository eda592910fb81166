//! What programs read of commands about accounts: with `--format json` one document and nothing else, with `--format csv`
//! records under a header, by the same names; whole however many accounts there are.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::Value;
use stripesync::sandbox::fic::{FicSandbox, FicSettings};
use stripesync::sandbox::{Connected, Key, Mount, Options, Sandbox, Sizes, TEST_KEY, Trouble};
use stripesync::store::Store;

use crate::program::{Home, Ran, execute, finished, ran, signal, text};
use crate::receiver::Running;

const SHOP_KEY: &str = "sk_test_ofTheShopAlone";

/// A platform with three connected accounts, a shop with a key of its own, and a company of Fatture in Cloud.
struct World {
    sandbox: Sandbox,
    home: Home,
}

impl World {
    fn new() -> World {
        let company = FicSandbox::new(FicSettings { clients: 3, ..FicSettings::default() });
        let mounts: Vec<Mount> = vec![(&["/c/", "/user/", "/info/"], Arc::new(company))];
        let sandbox = Sandbox::start(Options {
            sizes: Sizes::customers(2),
            connected: Connected::of(vec![Sizes::customers(1); 3]).lean(),
            keys: vec![Key::new(TEST_KEY), Key::new(SHOP_KEY).of("acct_1ShopOnItsOwn")],
            mounts,
            clock_runs: false,
            ..Options::default()
        });
        World { sandbox: sandbox.expect("starts"), home: Home::new() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.asking(&self.sandbox.stripe_base_url(), TEST_KEY, arguments);
        command.env("FIC_API_BASE", self.sandbox.fic_base_url()).env("FIC_ACCESS_TOKEN", "a/sandbox");
        command.env("SHOP", SHOP_KEY).env("STRIPE_REQUESTS_PER_S", "10000");
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(&mut self.command(arguments))
    }

    fn json(&self, arguments: &[&str]) -> Value {
        json(&self.run(&[arguments, &["--format", "json"]].concat()), arguments)
    }

    fn connected(&self) -> Vec<String> {
        self.sandbox.stripe().connected_ids()
    }
}

/// One document, and nothing else.
fn json(ran: &Ran, arguments: &[&str]) -> Value {
    assert_eq!(ran.stdout.lines().count(), 1, "{arguments:?}: {}", ran.stdout);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", ran.stdout))
}

/// The header; all records are as long.
fn header(ran: &Ran, arguments: &[&str]) -> BTreeSet<String> {
    let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
    let header: BTreeSet<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    assert!(header.len() > 2, "{arguments:?}: {}", ran.stdout);
    for record in reader.records() {
        record.unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", ran.stdout));
    }
    header
}

/// Every name in a document.
fn names(json: &Value, found: &mut BTreeSet<String>) {
    match json {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            found.insert(name.clone());
            names(value, found);
        }),
        Value::Array(values) => values.iter().for_each(|value| names(value, found)),
        _ => {}
    }
}

#[test]
fn whatever_a_command_did_or_did_not_do_programs_can_read_it_by_the_same_names() {
    let worlds = [World::new(), World::new()];
    let [x, y, revoked] = <[String; 3]>::try_from(worlds[0].connected()).expect("three");
    for world in &worlds {
        world.sandbox.set_account_trouble(&revoked, Some(Trouble::Revoked));
    }
    let customer = worlds[0].sandbox.stripe().truth(None)["/v1/customers"][0].id.clone();
    // In this order, each in both formats.
    let commands: &[(&[&str], i32)] = &[
        (&["batch-sync", "--dry-run"], 0),
        (&["sync", "--all-accounts", "--dry-run"], 0),
        (&["sync", "customers", "--dry-run"], 0),
        (&["accounts", "discover", "--dry-run"], 0),
        (&["accounts", "discover"], 0),
        (&["accounts", "list"], 0),
        (&["accounts", "list", "--status", "failing"], 0),
        (&["accounts", "add", "shop", "--stripe-key-env", "SHOP"], 0),
        (&["accounts", "add", &x], 0),
        (&["sync", "stripe:customers"], 0),
        (&["sync", "stripe:customers"], 0),
        (&["sync", "stripe:customers", "-v"], 0),
        (&["sync", "stripe:customers", "--dry-run"], 0),
        (&["sync", "fic:clients", "--account", "12345", "-q"], 0),
        (&["sync", "customers", "--account", &x], 0),
        (&["batch-sync", "customers", "--limit", "2", "--dry-run"], 0),
        (&["batch-sync", "customers", "--limit", "2", "-q"], 3),
        (&["sync", "stripe:customers", "--all-accounts"], 0),
        (&["status"], 0),
        (&["status", "-v", "--account", &x], 0),
        (&["status", "--provider", "fic", "--max-age", "1d"], 0),
        (&["companies", "list"], 0),
        (&["companies", "add", "Acme S.r.l.", "--id", "1"], 0),
        (&["companies", "list"], 0),
        (&["batch-sync", "--company-id", "1"], 0),
        (&["batch-sync", "--company-id", "1", "--dry-run"], 0),
        (&["companies", "assign", "1", "--account", &x], 0),
        (&["companies", "assign", "1", "--account", &x], 0),
        (&["companies", "assign", "1", "--customer", &customer], 0),
        (&["accounts", "list", "--company", "1"], 0),
        (&["companies", "assign", "--none", "--account", &x], 0),
        (&["companies", "assign", "--none", "--account", &x], 0),
        (&["companies", "remove", "1", "--yes"], 0),
        (&["accounts", "remove", &x, "--yes", "--keep-data"], 0),
        (&["accounts", "add", &x], 0),
        (&["accounts", "remove", &y, "--yes"], 0),
    ];
    for (arguments, code) in commands {
        let [of_json, of_csv] = [(&worlds[0], "json"), (&worlds[1], "csv")]
            .map(|(world, format)| world.run(&[arguments, &["--format", format][..]].concat()));
        for ran in [&of_json, &of_csv] {
            assert_eq!(ran.code, Some(*code), "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        }
        let (document, titles) = (json(&of_json, arguments), header(&of_csv, arguments));
        let mut told = BTreeSet::new();
        names(&document, &mut told);
        // Webhooks have ids of their own there.
        assert!(!told.contains("id") && !titles.contains("id"), "{arguments:?}: {document}");
        let records = csv::Reader::from_reader(of_csv.stdout.as_bytes()).into_records().count();
        let missing: Vec<_> = titles.difference(&told).collect();
        assert!(records == 0 || missing.is_empty(), "{arguments:?}: {missing:?} not in {document}");
    }
}

#[test]
fn how_many_rows_an_account_has_is_one_number_whoever_tells_it() {
    let world = World::new();
    let x = world.connected().remove(0);
    assert_eq!(world.run(&["accounts", "discover", "-q"]).code, Some(0));
    assert_eq!(world.run(&["sync", "--account", &x, "-q"]).code, Some(0));
    // A row that the service deleted, which is none of the living.
    execute(
        &world.home.database(),
        "UPDATE stripe_customers SET deleted_at=1 WHERE row_id=(SELECT min(row_id) FROM stripe_customers)",
    );
    let listed = world.json(&["accounts", "list"]);
    let its = listed.as_array().expect("a list").iter().find(|it| it["account"] == x.as_str()).expect("listed");
    let rows = its["rows"].as_u64().expect("a number");
    let status = world.json(&["status", "--account", &x]);
    let tables = status["accounts"][0]["resources"].as_array().expect("tables");
    let deleted: u64 = tables.iter().map(|it| it["deleted"].as_u64().expect("a number")).sum();
    assert_eq!((tables.iter().map(|it| it["rows"].as_u64().expect("a number")).sum::<u64>(), deleted), (rows, 1));
    assert!(rows > 10, "{rows}");
    let asked = world.run(&["accounts", "remove", &x]);
    assert!(asked.code == Some(2) && asked.stderr.contains(&format!(" and its {rows} rows?")), "{}", asked.stderr);
    let removed = world.json(&["accounts", "remove", &x, "--yes"]);
    assert_eq!((&removed["rows"], &removed["removed"], &removed["kept"]), (&rows.into(), &true.into(), &false.into()));
}

#[test]
fn a_monitor_goes_by_the_clock_of_the_list_and_is_told_what_heals() {
    let world = World::new();
    assert_eq!(world.run(&["sync", "stripe:customers", "-q"]).code, Some(0));
    // The service's clock stands at a day of its own; that this machine has just read it is what counts.
    let own = world.json(&["accounts", "list"])[0].clone();
    let synced_s = text(&world.home.database(), "SELECT CAST(synced AS TEXT) FROM accounts");
    assert_eq!((own["last_sync_s"].to_string(), own["events_until_s"].is_i64()), (synced_s, true));
    assert_eq!(world.run(&["status", "--max-age", "1h", "-q"]).code, Some(0));
    execute(&world.home.database(), "UPDATE accounts SET synced = synced - 7200");
    let old = world.run(&["status", "--max-age", "1h"]);
    assert!(old.code == Some(3) && old.stderr.contains("`stripesync sync` brings it up to date"), "{}", old.stderr);
    assert_eq!(world.run(&["accounts", "discover", "--provider", "stripe", "-q"]).code, Some(0));
    let old = world.run(&["status", "--max-age", "1h"]);
    assert!(old.code == Some(3) && old.stderr.contains("`stripesync sync --all-accounts` brings"), "{}", old.stderr);
    // And so it does.
    assert_eq!(world.run(&["sync", "customers", "--all-accounts", "-q"]).code, Some(0));
    assert_eq!(world.run(&["status", "--max-age", "1h", "-q"]).code, Some(0));
}

#[test]
fn a_plan_over_many_accounts_tells_what_each_costs_and_asks_nobody() {
    let world = World::new();
    assert_eq!(world.run(&["accounts", "discover", "-q"]).code, Some(0));
    let fresh = world.json(&["sync", "customers", "--all-accounts", "--dry-run"]);
    world.sandbox.reset_stats();
    let plan = world.json(&["sync", "customers", "charges", "--all-accounts", "--dry-run"]);
    assert_eq!(world.sandbox.stats().total.requests, 0, "nobody was asked");
    let accounts = plan["accounts"].as_array().expect("a list");
    assert_eq!(accounts.len(), 4);
    let costs = |plan: &Value| -> BTreeMap<String, u64> {
        let accounts = plan["accounts"].as_array().expect("a list").iter();
        accounts.map(|it| (it["account"].to_string(), it["requests"].as_u64().expect("a number"))).collect()
    };
    // With one more request for the key.
    assert_eq!(plan["requests"].as_u64(), Some(costs(&plan).values().sum::<u64>() + 1));
    assert!(accounts.iter().all(|it| it["how"].as_str().is_some_and(|how| how.starts_with("never read"))), "{plan}");
    assert!(costs(&fresh).iter().all(|(id, requests)| *requests > 0 && *requests < costs(&plan)[id]), "{fresh} {plan}");
    // A run takes no fewer than were told.
    let done = world.json(&["sync", "customers", "charges", "--all-accounts"]);
    for it in done["accounts"].as_array().expect("a list") {
        let least = costs(&plan)[&it["account"].to_string()];
        assert!(it["requests"].as_u64().is_some_and(|requests| requests >= least), "{least}: {it}");
    }
    let again = world.json(&["sync", "customers", "charges", "--all-accounts", "--dry-run"]);
    assert!(costs(&again).iter().all(|(id, requests)| *requests < costs(&plan)[id]), "{again}");
    // Of a token whose companies were all removed nothing comes on top.
    assert_eq!(again["unknown_credentials"], 0, "{again}");
    assert_eq!(world.run(&["accounts", "remove", "12345", "--yes"]).code, Some(0));
    assert_eq!(world.json(&["batch-sync", "--dry-run"])["unknown_credentials"], 0);
    let drawn = world.run(&["batch-sync", "--dry-run", "--limit", "2"]).stdout;
    assert!(drawn.contains("2 accounts would have a turn: at least ") && drawn.contains(" s at least\n"), "{drawn}");
    let nobody = World::new().run(&["batch-sync", "--dry-run"]).stdout;
    assert!(nobody.contains("of 2 keys or tokens the file knows no account yet"), "{nobody}");
}

#[test]
fn of_two_thousand_accounts_programs_are_told_every_table_and_people_a_sum() {
    const MANY: u64 = 2000;
    let home = Home::new();
    drop(Store::open(&home.database()).expect("made"));
    let fill = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
         INSERT INTO accounts (id, provider, remote_id, mode, opened, synced)
           SELECT i, 'stripe', 'acct_' || i, 'live', 1, unixepoch() FROM n;
         INSERT INTO stripe_customers (account, id, data, as_of) SELECT id, 'cus_1', '{{}}', 0 FROM accounts;
         INSERT INTO stripe_customers (account, id, data, as_of) SELECT id, 'cus_2', '{{}}', 0 FROM accounts WHERE id % 2 = 0;
         INSERT INTO stripe_invoices (account, id, data, as_of, deleted_at) SELECT id, 'in_1', '{{}}', 0, 5 FROM accounts WHERE id % 3 = 0;
         INSERT INTO sync_logs (run, account, resource, started_at, finished_at, status)
           SELECT 'r', id, 'stripe_charges', 1, 2, 'complete' FROM accounts;"
    );
    execute(&home.database(), &fill);
    let ran = home.run(&["status", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let status = json(&ran, &["status"]);
    let accounts = status["accounts"].as_array().expect("a list");
    assert_eq!((accounts.len() as u64, &status["overview"]["groups"][0]["accounts"]), (MANY, &MANY.into()));
    for account in accounts {
        let number: u64 = account["account"].as_str().and_then(|id| id[5..].parse().ok()).expect("a number");
        let mut wanted = BTreeMap::from([("stripe_charges", (0, 0)), ("stripe_customers", (2 - number % 2, 0))]);
        wanted.extend(number.is_multiple_of(3).then_some(("stripe_invoices", (0, 1))));
        let count = |it: &Value, name: &str| it[name].as_u64().expect("a number");
        let told: BTreeMap<&str, (u64, u64)> = account["resources"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|it| (it["table"].as_str().expect("a name"), (count(it, "rows"), count(it, "deleted"))))
            .collect();
        assert_eq!(told, wanted, "{account}");
    }
    let csv = home.run(&["status", "--format", "csv"]).stdout;
    assert_eq!(csv.lines().count() as u64, 1 + 2 * MANY + MANY / 3, "a record for each table of each");
    let drawn = home.run(&["status"]).stdout;
    assert!(drawn.lines().count() < 20 && drawn.contains("2,000"), "{drawn}");
    assert_eq!(home.run(&["status", "--max-age", "1h", "-q"]).code, Some(0));
}

#[test]
fn figures_of_events_are_those_of_the_account_that_is_named() {
    let home = Home::new();
    drop(Store::open(&home.database()).expect("made"));
    execute(
        &home.database(),
        "INSERT INTO accounts (id, provider, remote_id, mode, opened) VALUES
           (1, 'stripe', 'acct_1', 'live', 1), (2, 'stripe', 'acct_2', 'live', 1), (3, 'fic', '7', 'live', 1);
         INSERT INTO webhook_events (account, provider, event_id, type, created, payload, status, source, received_at)
           VALUES (1, 'stripe', 'evt_1', 'a.b', 1, '{}', 'processed', 'live', 1),
                  (2, 'stripe', 'evt_2', 'a.b', 1, '{}', 'dead', 'live', 1), (2, 'stripe', 'evt_3', 'a.b', 1, '{}', 'dead', 'live', 1);",
    );
    let figures = |accounts: &[&str]| {
        let named = accounts.iter().flat_map(|id| ["--account", id]);
        let arguments: Vec<&str> = ["status", "--stats"].into_iter().chain(named).collect();
        let stats = json(&home.run(&[&arguments[..], &["--format", "json"]].concat()), &arguments);
        let of = &stats["stats"]["webhooks"];
        (of["total"].as_u64(), of["dead"].as_u64())
    };
    assert_eq!([figures(&[]), figures(&["acct_1"])], [(Some(3), Some(2)), (Some(1), Some(0))]);
    assert_eq!([figures(&["acct_2"]), figures(&["acct_1", "acct_2"])], [(Some(2), Some(2)), (Some(3), Some(2))]);
    let drawn = home.run(&["status", "--stats", "--account", "acct_2"]).stdout;
    assert!(drawn.contains("acct_2") && drawn.contains("Failed Count"), "{drawn}");
    // Of another service than the one that is asked for, it is nobody's.
    let other = home.run(&["status", "--provider", "stripe", "--account", "7"]);
    assert!(other.code == Some(2) && other.stderr.contains("7 is an account of fic"), "{}", other.stderr);
}

#[test]
fn quiet_leaves_the_table_and_nothing_else_whichever_command_reads() {
    let world = World::new();
    for arguments in [&["sync", "stripe:customers", "-q"][..], &["batch-sync", "stripe:customers", "-q"]] {
        let ran = world.run(arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(ran.stdout.contains(" request") && !ran.stdout.ends_with("\n\n"), "{arguments:?}: {}", ran.stdout);
    }
}

#[test]
fn a_company_of_the_other_kind_is_told_as_that() {
    let world = World::new();
    assert_eq!(world.run(&["sync", "fic:clients", "-q"]).code, Some(0));
    for arguments in [
        &["batch-sync", "--company-id", "12345"][..],
        &["companies", "assign", "12345", "--account", "12345"],
        &["companies", "remove", "12345", "--yes"],
    ] {
        let ran = world.run(arguments);
        let why = "is a company of Fatture in Cloud, not one of `stripesync companies list`";
        assert!(ran.code == Some(2) && ran.stderr.contains(why), "{arguments:?}: {}", ran.stderr);
    }
    let added = world.run(&["accounts", "add", "studio", "--fic-token-env", "FIC_ACCESS_TOKEN", "--company-id", "7"]);
    assert_eq!(added.code, Some(2), "{}", added.stderr);
    // A customer that is none of several accounts' is nobody's.
    assert_eq!(world.run(&["accounts", "discover", "-q"]).code, Some(0));
    assert_eq!(world.run(&["companies", "add", "Acme", "--id", "1"]).code, Some(0));
    let nobodys = world.run(&["companies", "assign", "1", "--customer", "cus_nobody"]);
    let why = "none of the 4 Stripe accounts in the file has a customer cus_nobody";
    assert!(nobodys.code == Some(2) && nobodys.stderr.contains(why), "{}", nobodys.stderr);
}

#[test]
fn the_help_of_the_sandbox_names_every_variable_that_it_prints() {
    let home = Home::new();
    let help = home.run(&["sandbox", "--help"]).stdout;
    let mut command = home.command(&["sandbox", "--port", "0"]);
    let began = std::time::Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    for line in lines.take(5) {
        let line = line.expect("text");
        let (name, _) = line.split_once('=').expect("a variable");
        assert!(help.contains(name), "{name} in {help}");
    }
    signal(&child, "TERM");
    assert_eq!(finished(child, began).code, Some(0));
}

#[test]
fn the_life_of_a_subscription_can_be_tried_with_the_program_alone() {
    let home = Home::new();
    let running = {
        let mut listen = home.command(&["listen", "--port", "0", "--admin-port", "off"]);
        listen.env("FIC_PUBLIC_KEY", stripesync::sandbox::fic::public_key());
        Running::of(listen)
    };
    let port = running.port.to_string();
    let mut command = home.command(&["sandbox", "--port", "0", "--receiver-port", &port]);
    let began = std::time::Instant::now();
    let mut sandbox = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let lines = BufReader::new(sandbox.stdout.take().expect("piped")).lines().take(5);
    let said: Vec<(String, String)> = lines
        .map(|line| {
            line.expect("text").split_once('=').map(|(name, value)| (name.into(), value.into())).expect("a variable")
        })
        .collect();
    let create =
        ["webhooks", "create", "--provider", "fic", "hooks.example.com", "--groups", "taxes", "--format", "json"];
    let made = ran(home.command(&create).envs(said).env_remove("STRIPE_API_KEY"));
    assert_eq!(made.code, Some(0), "{} {}", made.stdout, made.stderr);
    assert!(json(&made, &create)["steps"][0]["details"].to_string().contains("\"verified\""), "{}", made.stdout);
    signal(&sandbox, "TERM");
    assert_eq!(finished(sandbox, began).code, Some(0));
    running.stop();
}
