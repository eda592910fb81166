//! Which accounts there are, and which of them a command line means, through the real program against a sandbox of both
//! services.

use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::sync::Arc;

use assert_cmd::Command;
use serde_json::Value;
use stripesync::sandbox::fic::{FicCompany, FicSandbox, FicSettings, FicToken};
use stripesync::sandbox::{Connected, Key, Options, Sandbox, Sizes, TEST_KEY};
use stripesync::store::{Lock, Store};

use crate::program::{Home, Ran, execute, finished, holds, ran, text};

struct World {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> World {
        let company = FicSandbox::new(FicSettings { clients: 5, ..FicSettings::default() });
        let options = Options {
            sizes: Sizes::customers(1),
            mounts: vec![(&["/c/", "/user/", "/info/"], Arc::new(company))],
            ..Options::default()
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        World { sandbox: Sandbox::start(options).expect("starts"), folder }
    }

    /// Runs with both credentials; returns the exit code and what was said.
    fn sync(&self, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_stripesync"))
            .env_clear()
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path())
            .env("STRIPE_API_KEY", TEST_KEY)
            .env("STRIPE_API_BASE", self.sandbox.stripe_base_url())
            .env("FIC_ACCESS_TOKEN", "a/sandbox")
            .env("FIC_API_BASE", self.sandbox.fic_base_url())
            .envs(variables.iter().copied())
            .arg("sync")
            .args(arguments)
            .output()
            .expect("starts");
        (output.status.code().expect("exits"), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn a_company_named_leaves_stripe_out_and_an_account_the_companies() {
    let world = World::new();
    let both = ["stripe:customers", "fic:clients", "--account"];
    let (code, said) = world.sync(&[&both[..], &["12345"]].concat(), &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Stripe is left out: --account 12345"), "{said}");
    let (code, said) = world.sync(&[&both[..], &["acct_other"]].concat(), &[]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("Fatture in Cloud is left out") && said.contains("this key opens acct_"), "{said}");
    let opened = said.split("this key opens ").nth(1).and_then(|rest| rest.split(',').next()).expect("named");
    let (code, said) = world.sync(&[&both[..], &[opened]].concat(), &[]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = world.sync(&[&both[..], &[opened, "--account", "acct_other"]].concat(), &[]);
    assert!(code == 3 && said.contains("not acct_other"), "{code}: {said}");
}

#[test]
fn a_name_that_nobody_opens_is_refused_with_those_that_are() {
    let world = World::new();
    let seen = "12345 (Sandbox S.r.l.)";
    for (arguments, variables, parts) in [
        (&["fic:clients"][..], &[("FIC_COMPANY_ID", "999")][..], &["no company 999", seen, "FIC_COMPANY_ID"][..]),
        (&["fic:clients", "--account", "999"], &[], &["no company 999", seen]),
        (&["fic:clients", "--account", "12345"], &[("FIC_COMPANY_ID", "999")], &["no company 999", seen]),
        (&["--account", "nonsense"], &[], &["this key opens acct_", "not nonsense", "no company nonsense", seen]),
        (&["stripe:customers", "--account", "12345"], &[], &["does not belong to the service", "acct_"]),
    ] {
        let (code, said) = world.sync(arguments, variables);
        assert_eq!(code, 2, "{arguments:?}: {said}");
        for part in parts {
            assert!(said.contains(part), "{part} in {said}");
        }
    }
    let (code, said) = world.sync(&["fic:clients", "--account", "12345", "--account", "999"], &[]);
    assert!(code == 3 && said.contains("no company 999"), "{code}: {said}");
}

/// A platform with 130 connected accounts in test mode, another account with a key of its own, three companies behind two
/// tokens; and a home for the program.
pub(super) struct Many {
    sandbox: Sandbox,
    pub home: Home,
}

pub(super) const SHOP_KEY: &str = "sk_test_ofTheShopAlone";
/// Of the first of the connected accounts itself.
pub(super) const CONNECTED_KEY: &str = "rk_test_ofTheFirstConnected";
pub(super) const STUDIO: &str = "a/studio-token-of-the-tests";

impl Many {
    pub fn new() -> Many {
        let companies = FicSandbox::new(FicSettings {
            clients: 3,
            companies: vec![
                FicCompany::new(12346, 2),
                FicCompany::new(12347, 1),
                FicCompany::accountant(500, vec![12346, 12347]),
            ],
            // An accountant's: it opens the firm's clients.
            tokens: vec![FicToken { text: STUDIO.to_owned(), companies: vec![500], missing_scopes: BTreeSet::new() }],
            ..FicSettings::default()
        });
        let connected = Connected::long_tail(130, 2).lean();
        let (sizes, clock_runs) = (Sizes::customers(2), false);
        let same = Options { sizes: sizes.clone(), connected: connected.clone(), clock_runs, ..Options::default() };
        let first = Sandbox::start(same).expect("starts").stripe().connected_ids().remove(0);
        let options = Options {
            sizes,
            connected,
            keys: vec![
                Key::new(TEST_KEY),
                Key::new(SHOP_KEY).of("acct_1ShopOnItsOwn"),
                Key::new(CONNECTED_KEY).of(first),
            ],
            mounts: vec![(&["/c/", "/user/", "/info/"], Arc::new(companies))],
            clock_runs,
            ..Options::default()
        };
        Many { sandbox: Sandbox::start(options).expect("starts"), home: Home::new() }
    }

    /// A command without any credential but those named.
    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> std::process::Command {
        let mut command = self.home.command(arguments);
        command.env("STRIPE_API_BASE", self.sandbox.stripe_base_url()).env("FIC_API_BASE", self.sandbox.fic_base_url());
        command.envs(variables.iter().copied());
        command
    }

    pub fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        ran(&mut self.command(arguments, variables))
    }

    /// The same with a line on stdin.
    fn told(&self, arguments: &[&str], line: &str) -> Ran {
        let mut command = self.command(arguments, &[]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("starts");
        // Whoever is refused before reads nothing.
        let _ = child.stdin.take().expect("piped").write_all(format!("{line}\n").as_bytes());
        finished(child, std::time::Instant::now())
    }

    pub fn json(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Value {
        let ran = self.run(&[arguments, &["--format", "json"]].concat(), variables);
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
    }

    fn config_path(&self) -> std::path::PathBuf {
        self.home.path().join(".config/stripesync/config.toml")
    }

    pub fn config(&self) -> String {
        std::fs::read_to_string(self.config_path()).unwrap_or_default()
    }

    pub fn accounts(&self, which: &str) -> i64 {
        self.home.count(&format!("SELECT count(*) FROM accounts WHERE {which}"))
    }
}

#[test]
fn a_key_is_tried_before_it_is_written_and_its_text_is_nowhere_but_in_the_config() {
    let world = Many::new();
    for (line, code, part) in [
        ("", 2, "no key was given"),
        ("sk_test_nobodyKnowsThisOne1", 4, "Stripe refused the key"),
        ("a/nobody-knows-this-token", 4, "Fatture in Cloud refused the token"),
        ("pk_test_isPublishable00000", 4, "publishable"),
    ] {
        let ran = world.told(&["accounts", "add", "shop"], line);
        assert_eq!(ran.code, Some(code), "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
        assert_eq!((world.config().as_str(), world.home.database().exists()), ("", false), "{line}");
    }
    let ran = world.told(&["accounts", "add", "shop"], SHOP_KEY);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("acct_1ShopOnItsOwn") && ran.stdout.contains("test"), "{}", ran.stdout);
    let path = world.home.path().join(".config/stripesync/config.toml");
    let mode = std::fs::metadata(&path).expect("is there").permissions().mode() & 0o777;
    assert_eq!((world.config(), mode), (format!("[keys.shop]\nstripe_key = \"{SHOP_KEY}\"\n"), 0o600));
    assert_eq!(holds(world.home.path(), &[&ran.stdout, &ran.stderr], SHOP_KEY), Vec::<String>::new());
    let row = "SELECT remote_id || ' ' || mode || ' ' || credential || ' ' || status FROM accounts";
    assert_eq!(text(&world.home.database(), row), "acct_1ShopOnItsOwn test shop active");

    for (arguments, part) in [
        (&["shop"][..], "has a key named shop already"),
        (&["two words"], "is no name"),
        (&["other", "--stripe-key-env", "SHOP"], "keys.other would hold the same text as keys.shop (from "),
        (&["other", "--stripe-key-env", "NOT_SET"], "NOT_SET is not set"),
        (&["other", "--stripe-key-env", "a b"], "give the name of an environment variable"),
        (&["other", "--fic-token-env", "STUDIO", "--company-id", "99"], "the token sees no company 99, only"),
    ] {
        let variables = [("SHOP", SHOP_KEY), ("STUDIO", STUDIO)];
        let ran = world.run(&[&["accounts", "add"], arguments].concat(), &variables);
        assert!(ran.code == Some(2) && ran.stderr.contains(part), "{arguments:?}: {}", ran.stderr);
    }
    assert!(!world.config().contains("other"), "{}", world.config());
}

#[test]
fn everything_that_all_keys_open_is_found_and_a_key_that_fails_keeps_no_other() {
    let world = Many::new();
    let shop = ("SHOP", SHOP_KEY);
    let studio = ("STUDIO", STUDIO);
    assert_eq!(world.run(&["accounts", "add", "shop", "--stripe-key-env", "SHOP"], &[shop]).code, Some(0));
    assert_eq!(world.run(&["accounts", "add", "studio", "--fic-token-env", "STUDIO"], &[studio]).code, Some(0));
    assert_eq!(world.config(), "[keys.shop]\nstripe_key_env = \"SHOP\"\n\n[keys.studio]\nfic_token_env = \"STUDIO\"\n");
    let all = [shop, studio, ("STRIPE_API_KEY", TEST_KEY), ("FIC_ACCESS_TOKEN", "a/sandbox")];
    let before = world.accounts("true");
    let planned = world.json(&["accounts", "discover", "--dry-run"], &all);
    assert_eq!(world.accounts("true"), before, "a plan writes nothing");
    let found = world.json(&["accounts", "discover"], &all);
    let counts = |found: &Value| -> Vec<(String, u64, u64)> {
        let one = |it: &Value| {
            let name = it["credential"].as_str().unwrap_or("-").to_owned();
            (name, it["listed"].as_u64().unwrap_or(0), it["new"].as_u64().unwrap_or(0))
        };
        found.as_array().expect("a list").iter().map(one).collect()
    };
    let wanted = [("-", 131, 131), ("shop", 1, 0), ("-", 3, 1), ("studio", 2, 0)];
    assert_eq!(counts(&found), wanted.map(|(name, listed, new)| (name.to_owned(), listed, new)));
    assert_eq!(counts(&planned), counts(&found));
    // The sandbox's own list of them.
    let listed = world.sandbox.stripe().connected_ids();
    assert_eq!(listed.len(), 130);
    for id in &listed {
        assert_eq!(world.accounts(&format!("remote_id='{id}' AND platform IS NOT NULL AND credential IS NULL")), 1);
    }
    // Two tokens open the same companies: the one that was there first goes on.
    assert_eq!(world.accounts("provider='fic' AND credential='studio'"), 2);
    assert_eq!(found[2]["shared"].as_array().map(Vec::len), Some(2), "{found}");

    // Who has a key of its own goes on with it, whatever the platform lists; and is new only once.
    let own = world.told(&["accounts", "add", "first"], CONNECTED_KEY);
    assert_eq!(own.code, Some(0), "{}", own.stderr);
    let by_its_own = format!("remote_id='{}' AND platform IS NULL AND credential='first'", listed[0]);
    assert_eq!(world.accounts(&by_its_own), 1);
    let again = world.json(&["accounts", "discover", "--provider", "stripe"], &all);
    let none = [("-", 131, 0), ("first", 1, 0), ("shop", 1, 0)];
    assert_eq!(counts(&again), none.map(|(name, listed, new)| (name.to_owned(), listed, new)));
    assert_eq!(world.accounts(&by_its_own), 1);

    let lacking = world.run(&["accounts", "discover"], &[shop, ("STRIPE_API_KEY", "sk_test_wrongOneForThem1")]);
    assert_eq!(lacking.code, Some(3), "{}", lacking.stderr);
    for part in ["Stripe refused the key", "STUDIO is not set, which keys.studio names"] {
        assert!(lacking.stdout.contains(part), "{part} in {}", lacking.stdout);
    }
    let refused = world.run(&["accounts", "discover", "--provider", "fic"], &[]);
    assert_eq!(refused.code, Some(4), "{}", refused.stderr);
    assert_eq!(world.run(&["accounts", "discover"], &[("SHOP", "")]).code, Some(4), "a blank key is none");
}

#[test]
fn the_list_says_of_each_account_what_is_in_the_file_of_it() {
    let world = Many::new();
    let key = ("STRIPE_API_KEY", TEST_KEY);
    assert_eq!(world.run(&["accounts", "discover"], &[key]).code, Some(0));
    assert_eq!(world.run(&["sync", "customers", "charges", "-q"], &[key]).code, Some(0));
    let set = "UPDATE accounts SET failures=3, error='status 500', retry_at=99 WHERE remote_id=(SELECT min(remote_id) FROM accounts
               WHERE platform IS NOT NULL) RETURNING remote_id";
    let failing = text(&world.home.database(), set);
    let listed = world.json(&["accounts", "list"], &[key]);
    let listed = listed.as_array().expect("a list");
    assert_eq!(listed.len(), 131);
    let own = listed.iter().find(|it| it["platform"].is_null()).expect("the platform's own");
    let rows = world.home.count("SELECT (SELECT count(*) FROM stripe_customers WHERE deleted_at IS NULL) + (SELECT count(*) FROM stripe_charges)");
    assert!(own["rows"].as_i64().is_some_and(|it| it >= rows && rows > 0), "{own}");
    assert!(own["last_sync_s"].is_i64() && own["events_until_s"].is_i64(), "{own}");
    let chosen = world.json(&["accounts", "list", "--status", "failing"], &[key]);
    assert_eq!(
        (chosen[0]["account"].as_str(), chosen[0]["error"].as_str()),
        (Some(failing.as_str()), Some("status 500"))
    );
    assert_eq!(chosen.as_array().map(Vec::len), Some(1));
    let drawn = world.run(&["accounts", "list"], &[key]).stdout;
    assert!(drawn.ends_with("131 accounts: 130 active, 1 failing\n"), "{drawn}");
    let csv = world.run(&["accounts", "list", "--format", "csv", "--provider", "fic"], &[]).stdout;
    assert_eq!(csv.lines().count(), 1, "{csv}");

    // So many are summed up, and one is told in full.
    let status = world.run(&["status"], &[key]).stdout;
    assert!(status.lines().count() < 20 && status.contains(&failing) && status.contains("130"), "{status}");
    let id = own["account"].as_str().expect("an id");
    let in_full = world.run(&["status", "--account", id], &[]).stdout;
    assert!(in_full.contains("stripe_customers") && in_full.contains(id), "{in_full}");
    assert_eq!(world.run(&["status", "--account", "acct_nobody"], &[]).code, Some(2));
    let json = world.json(&["status"], &[key]);
    assert_eq!(json["accounts"].as_array().map(Vec::len), Some(131));
    assert_eq!(json["overview"]["failing"], 1);
    assert_eq!(world.run(&["status", "--max-age", "1h", "-q"], &[]).code, Some(3), "130 were never synced");
}

#[test]
fn an_account_is_removed_with_all_its_rows_or_kept_and_synced_no_more() {
    let world = Many::new();
    let (shop, key) = (("SHOP", SHOP_KEY), ("STRIPE_API_KEY", TEST_KEY));
    assert_eq!(world.told(&["accounts", "add", "shop"], SHOP_KEY).code, Some(0));
    assert_eq!(world.run(&["accounts", "discover"], &[key]).code, Some(0));
    assert_eq!(world.run(&["sync", "--all", "-q", "--exclude", "tax_codes"], &[]).code, Some(0));
    let of_shop = "account = (SELECT id FROM accounts WHERE remote_id = 'acct_1ShopOnItsOwn')";
    let rows = world.home.count(&format!("SELECT count(*) FROM stripe_customers WHERE {of_shop}"));
    assert!(rows > 0);
    let id = "acct_1ShopOnItsOwn";
    for (arguments, part) in [
        (&["acct_nobody", "--yes"][..], "the file has no account acct_nobody"),
        (&[id], "there is nobody to ask"),
        (&[id, "--no-input"], "say so with --yes"),
        (&[id, "--yes", "--mode", "live"], "in another mode: test"),
    ] {
        let ran = world.run(&[&["accounts", "remove"], arguments].concat(), &[]);
        assert!(ran.code == Some(2) && ran.stderr.contains(part), "{arguments:?}: {}", ran.stderr);
    }
    let held = Lock::take(&world.home.database(), "now").expect("is free");
    assert_eq!(world.run(&["accounts", "remove", id, "--yes"], &[]).code, Some(5), "a sync runs");
    drop(held);
    assert_eq!(world.home.count(&format!("SELECT count(*) FROM stripe_customers WHERE {of_shop}")), rows);

    // A connected account: kept, and left so by the next discovery.
    let connected = world.sandbox.stripe().connected_ids().remove(0);
    let kept = world.run(&["accounts", "remove", &connected, "--yes", "--keep-data"], &[]);
    assert_eq!(kept.code, Some(0), "{}", kept.stderr);
    let removed = format!("remote_id='{connected}' AND status='removed'");
    assert_eq!(world.run(&["accounts", "discover"], &[key]).code, Some(0));
    assert_eq!(world.accounts(&removed), 1);
    let back = world.run(&["accounts", "add", &connected], &[key]);
    assert_eq!((back.code, world.accounts(&removed)), (Some(0), 0), "{}", back.stderr);
    let nobody = world.run(&["accounts", "remove", &connected, "--yes", "--keep-data"], &[]);
    assert_eq!(nobody.code, Some(0));
    assert_eq!(world.run(&["accounts", "add", &connected], &[]).code, Some(4), "without its key nobody can look");

    let gone = world.run(&["accounts", "remove", id, "--yes"], &[shop]);
    assert_eq!(gone.code, Some(0), "{}", gone.stderr);
    assert!(gone.stdout.contains("keys.shop is out of the config file"), "{}", gone.stdout);
    assert!(!world.config().contains("shop"), "{}", world.config());
    // Nothing is left of it but that it was removed.
    let mark =
        format!("remote_id='{id}' AND status='removed' AND coalesce(name, country, created, opened, synced) IS NULL");
    assert_eq!((world.accounts(&mark), world.accounts(&format!("remote_id='{id}'"))), (1, 1));
    let emptied = format!("SELECT id FROM accounts WHERE remote_id <> '{id}'");
    let store = Store::open_read_only(&world.home.database()).expect("opens");
    let tables = "SELECT name FROM sqlite_schema WHERE type='table'
                  AND EXISTS (SELECT 1 FROM pragma_table_info(sqlite_schema.name) WHERE name='account')";
    let known = store.query_text(&emptied).expect("rows").concat().join(",");
    for table in store.query_text(tables).expect("rows").concat() {
        let left = store.query_text(&format!("SELECT count(*) FROM {table} WHERE account NOT IN ({known})"));
        assert_eq!(left.expect("a count"), [["0"]], "{table}");
    }
    let states = "SELECT count(*) FROM row_states s JOIN resources r ON r.id=s.resource WHERE r.name='stripe_customers'
                  AND s.row_id NOT IN (SELECT row_id FROM stripe_customers)";
    assert_eq!(store.query_text(states).expect("a count"), [["0"]]);
    drop(store);
    world.home.assert_intact();

    // The platform goes: what was read with its key is read by nobody.
    let own = world.sandbox.stripe().account_id().to_owned();
    let platform = world.run(&["accounts", "remove", &own, "--yes"], &[key]);
    assert_eq!(platform.code, Some(0), "{}", platform.stderr);
    assert!(platform.stdout.contains("129 accounts that its key read: synced no more either"), "{}", platform.stdout);
    assert!(
        platform.stderr.contains("it stays out, whatever opens it, until `stripesync accounts add"),
        "{}",
        platform.stderr
    );
    let removed = world.json(&["accounts", "list", "--status", "removed"], &[key]);
    assert_eq!(removed.as_array().map(Vec::len), Some(132), "all of them");
}

#[test]
fn a_platform_that_was_removed_stays_out_with_all_that_its_key_reads_until_it_is_asked_for() {
    let world = Many::new();
    let key = ("STRIPE_API_KEY", TEST_KEY);
    assert_eq!(world.run(&["accounts", "discover"], &[key]).code, Some(0));
    assert_eq!(world.run(&["sync", "customers", "-q"], &[key]).code, Some(0));
    let own = world.sandbox.stripe().account_id().to_owned();
    let connected = world.sandbox.stripe().connected_ids();
    let synced = "SELECT count(*) FROM sync_logs";
    let active = || {
        let listed = world.json(&["accounts", "list", "--status", "active"], &[key]);
        listed.as_array().map(Vec::len).expect("a list")
    };
    // One of those that are connected, with its data; and the platform without.
    assert_eq!(world.run(&["accounts", "remove", &connected[0], "--yes"], &[key]).code, Some(0));
    assert_eq!(world.run(&["accounts", "remove", &own, "--yes", "--keep-data"], &[key]).code, Some(0));
    let (runs, rows) = (world.home.count(synced), world.home.count("SELECT count(*) FROM stripe_customers"));
    assert_eq!((active(), rows > 0), (0, true));

    // Its key is still set: nothing is read with it, and each command says so.
    for arguments in [
        &["sync", "customers"][..],
        &["sync", "customers", "--all-accounts"],
        &["batch-sync", "customers", "--limit", "500"],
    ] {
        let ran = world.run(arguments, &[key]);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
        let said = format!("{own} is left out: it was removed; `stripesync accounts add {own}` takes it up again");
        let one_line = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(one_line.contains(&said), "{arguments:?}: {}", ran.stderr);
    }
    let plan = world.run(&["sync", "customers", "--dry-run"], &[key]);
    assert!(plan.stdout.contains("left out") && !plan.stdout.contains("stripe:customers"), "{}", plan.stdout);
    let found = world.json(&["accounts", "discover"], &[key]);
    assert_eq!((&found[0]["removed"], &found[0]["listed"]), (&1.into(), &1.into()), "{found}");
    assert_eq!((world.home.count(synced), active()), (runs, 0));
    for id in [&own, &connected[1]] {
        let named = world.run(&["sync", "customers", "--account", id], &[key]);
        assert!(named.code == Some(2) && named.stderr.contains("accounts add"), "{}", named.stderr);
    }
    let alone = world.run(&["accounts", "add", &connected[1]], &[key]);
    assert!(alone.code == Some(2) && alone.stderr.contains(&format!("accounts add {own}")), "{}", alone.stderr);

    // All comes back with the platform, but for the one that was removed by itself: also for the next discovery.
    let back = world.run(&["accounts", "add", &own], &[key]);
    assert!(back.code == Some(0) && back.stderr.contains("129 accounts that its key reads"), "{}", back.stderr);
    let found = world.json(&["accounts", "discover"], &[key]);
    assert_eq!((&found[0]["removed"], &found[0]["new"]), (&1.into(), &0.into()), "{found}");
    assert_eq!(active(), 130);
    assert_eq!(world.accounts(&format!("remote_id='{}' AND status='removed' AND opened IS NULL", connected[0])), 1);
    let planned = world.json(&["accounts", "discover", "--include-removed", "--dry-run"], &[key]);
    assert_eq!((&planned[0]["removed"], &planned[0]["new"], active()), (&0.into(), &1.into(), 130), "{planned}");
    let found = world.json(&["accounts", "discover", "--include-removed"], &[key]);
    assert_eq!((&found[0]["removed"], &found[0]["new"], active()), (&0.into(), &1.into(), 131), "{found}");
    let read = world.run(&["sync", "customers", "--account", &connected[0], "-q"], &[key]);
    assert_eq!(read.code, Some(0), "{}", read.stderr);
}

#[test]
fn accounts_that_no_key_opens_are_told_with_what_would() {
    let world = Many::new();
    let key = ("STRIPE_API_KEY", TEST_KEY);
    assert_eq!(world.told(&["accounts", "add", "shop"], SHOP_KEY).code, Some(0));
    assert_eq!(world.run(&["accounts", "discover"], &[key]).code, Some(0));
    assert_eq!(world.run(&["sync", "customers", "-q"], &[key]).code, Some(0));
    let id = "acct_1ShopOnItsOwn";
    let standing = |variables: &[(&str, &str)]| {
        let listed = world.json(&["accounts", "list", "--status", "no-key"], variables);
        let line = |it: &Value| {
            (it["account"].as_str().unwrap_or("").to_owned(), it["error"].as_str().unwrap_or("").to_owned())
        };
        listed.as_array().expect("a list").iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(standing(&[key]), []);
    let none = world.run(&["accounts", "list", "--status", "failing,no-key"], &[key]);
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), "no account is failing or no-key\n"));
    let nope = world.run(&["accounts", "list", "--company", "nope"], &[key]);
    assert!(nope.code == Some(2) && nope.stderr.contains("there is no company nope"), "{}", nope.stderr);

    // Who is asked for first says what it costs; a name that is none is refused.
    let unknown = world.run(&["accounts", "remove", "--credential", "other", "--yes"], &[]);
    assert!(unknown.code == Some(2) && unknown.stderr.contains("there is shop"), "{}", unknown.stderr);
    let asked = world.run(&["accounts", "remove", "--credential", "shop"], &[]);
    assert!(
        asked.code == Some(2) && asked.stderr.contains("it reads 1 account, and nothing else does"),
        "{}",
        asked.stderr
    );
    assert_eq!(world.run(&["accounts", "remove", "--credential", "shop", id, "--yes"], &[]).code, Some(2));
    let taken = world.run(&["accounts", "remove", "--credential", "shop", "--yes"], &[]);
    assert_eq!(taken.code, Some(0), "{}", taken.stderr);
    assert!(!world.config().contains("shop"), "{}", world.config());

    let why = "keys.shop, which opened it, is not in the config file".to_owned();
    execute(&world.home.database(), "UPDATE accounts SET failures=3, error='status 500', synced=1");
    assert_eq!(standing(&[key]), [(id.to_owned(), why.clone())]);
    let status = world.json(&["status"], &[key]);
    assert_eq!(status["overview"]["failing"], 131, "the others");
    let one = world.run(&["status", "--account", id], &[key]).stdout;
    assert!(one.contains(&format!("no-key: {why}")), "{one}");
    let old = world.run(&["status", "--max-age", "1s", "--account", id, "-q"], &[key]);
    assert!(
        old.code == Some(3) && old.stderr.split_whitespace().collect::<Vec<_>>().join(" ").contains(&why),
        "{}",
        old.stderr
    );
    // Without the platform's key nobody reads what is connected to it either.
    let all = standing(&[]);
    assert_eq!(all.len(), 132);
    assert!(all.iter().any(|(_, why)| why == "STRIPE_API_KEY, which opened it, is not set"), "{all:?}");
    // The name now has a key of another account. The sandbox's clock stands still.
    let earlier = format!("UPDATE accounts SET answered=answered-60 WHERE remote_id='{id}'");
    execute(&world.home.database(), &earlier);
    let moved = world.told(&["accounts", "add", "shop"], CONNECTED_KEY);
    assert_eq!(moved.code, Some(0), "{}", moved.stderr);
    let first = &world.sandbox.stripe().connected_ids()[0];
    assert_eq!(standing(&[key]), [(id.to_owned(), format!("keys.shop, which opened it, opens {first} now"))]);
    // A run over all accounts does not pass them over without a word; a key that is not set this time is told as that.
    let less = world.run(&["batch-sync", "customers", "--limit", "1"], &[]);
    let note = "no key is set any more that reads 131 accounts: `stripesync accounts list --status no-key`";
    let one_line = |ran: &Ran| ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(less.code == Some(3) && one_line(&less).contains(note), "{} {}", less.stdout, less.stderr);
    let entry = format!("{}\n[keys.later]\nstripe_key_env = \"LATER\"\n", world.config());
    std::fs::write(world.config_path(), entry).expect("written");
    let unset = world.run(&["batch-sync", "customers", "--limit", "1"], &[key]);
    let told = one_line(&unset);
    assert!(unset.code == Some(3) && told.contains("keys.later") && told.contains("set that variable"), "{told}");
    assert!(!told.contains("revoked"), "{told}");
    // Where all are refused or lack, each is told by its name.
    let entry = format!("{}\n[keys.wrong]\nstripe_key = \"sk_test_refused000000\"\n", world.config());
    std::fs::write(world.config_path(), entry.replace(CONNECTED_KEY, "sk_test_refused111111")).expect("written");
    let none = world.run(&["batch-sync", "customers"], &[]);
    let told = one_line(&none);
    assert_eq!(none.code, Some(4), "{told}");
    assert!(["keys.shop: ", "keys.wrong: ", "keys.later: "].iter().all(|name| told.contains(name)), "{told}");
    let planned = world.run(&["batch-sync", "customers", "--dry-run"], &[]);
    assert!(
        planned.code == Some(0) && one_line(&planned).contains("keys.later: LATER is not set"),
        "{}",
        planned.stderr
    );
    // A key that stands where a variable's name belongs is not repeated by anybody.
    let entry = "[keys.shop]\nstripe_key_env = \"sk_test_51HxABCmadeUpByTheTests\"\n[keys.b]\nfic_token_env = \"a/eyJ0madeUp\"\n";
    std::fs::write(world.config_path(), entry).expect("written");
    for arguments in [
        &["batch-sync"][..],
        &["accounts", "discover", "--format", "csv"],
        &["sync", "--format", "json"],
        &["webhooks", "list", "--credential", "b"],
        &["accounts", "list", "--format", "json"],
        &["accounts", "list"],
        &["status"],
    ] {
        let ran = world.run(arguments, &[]);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains("madeUp"), "{arguments:?}: {said}");
        let is_told = said.contains("holds no name of an environment variable");
        assert!(is_told || [&["accounts", "list"][..], &["status"]].contains(&arguments), "{arguments:?}: {said}");
    }
    // Beside others that work it stops nobody.
    let entry = format!("[keys.shop]\nstripe_key_env = \"a-b.c\"\n[keys.good]\nstripe_key = \"{SHOP_KEY}\"\n");
    std::fs::write(world.config_path(), entry).expect("written");
    let partly = world.run(&["sync", "customers"], &[]);
    assert!(partly.code == Some(3) && partly.stderr.contains("keys.shop"), "{}{}", partly.stdout, partly.stderr);
    for option in ["--stripe-key-env", "--fic-token-env"] {
        let ran = world.run(&["accounts", "add", "other", option, "4eC39HmadeUp/dc"], &[]);
        assert!(ran.code == Some(2) && !ran.stderr.contains("madeUp"), "{}", ran.stderr);
    }
    std::fs::remove_file(world.config_path()).expect("removed");
    // A name in capitals is none.
    let natural =
        world.run(&["accounts", "add", "natural", "--stripe-key-env", "SK_LIVE_SHOP"], &[("SK_LIVE_SHOP", SHOP_KEY)]);
    assert_eq!(natural.code, Some(0), "{}", natural.stderr);
    // A key that cannot work keeps nobody from looking at the file.
    let broken = world.run(&["accounts", "list"], &[("STRIPE_API_KEY", "pk_test_isPublishable00000")]);
    assert!(broken.code == Some(0) && broken.stderr.contains("publishable"), "{}", broken.stderr);
}

#[test]
fn an_account_with_two_keys_and_a_company_with_two_tokens_are_read_once_and_by_the_same_one() {
    let world = Many::new();
    let own = ("STRIPE_API_KEY", TEST_KEY);
    // The same text twice: the first works, the second is named.
    assert_eq!(world.told(&["accounts", "add", "own"], TEST_KEY).code, Some(0));
    for arguments in [&["sync", "customers", "--dry-run"][..], &["sync", "customers"], &["accounts", "discover"]] {
        let ran = world.run(arguments, &[own]);
        let told = "keys.own is the same as STRIPE_API_KEY, which is used";
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let one_line = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(one_line.matches(told).count(), 1, "{arguments:?}: {}", ran.stderr);
    }
    let again = world.run(&["accounts", "add", "more", "--stripe-key-env", "STRIPE_API_KEY"], &[own]);
    let place = "keys.more would hold the same text as STRIPE_API_KEY (from the environment)";
    assert!(again.code == Some(2) && again.stderr.contains(place), "{}", again.stderr);

    let tokens = [("FIC_ACCESS_TOKEN", "a/sandbox"), ("STUDIO", STUDIO)];
    assert_eq!(world.run(&["accounts", "add", "studio", "--fic-token-env", "STUDIO"], &tokens).code, Some(0));
    let readers = "SELECT group_concat(line, ' ') FROM (SELECT remote_id || ':' || coalesce(credential, '-') AS line
                   FROM accounts WHERE provider='fic' ORDER BY remote_id)";
    for arguments in [
        &["sync", "fic:clients"][..],
        &["sync", "fic:clients", "--all-accounts"],
        &["sync", "fic:clients", "--initial"],
        &["accounts", "discover", "--provider", "fic"],
    ] {
        let ran = world.json(arguments, &tokens);
        assert_eq!(text(&world.home.database(), readers), "12345:- 12346:studio 12347:studio", "{arguments:?}");
        let lists = ran["resources"].as_array().cloned().unwrap_or_default();
        let read: Vec<String> = lists.iter().map(|it| format!("{} {}", it["account"], it["resource"])).collect();
        assert_eq!(read.len(), read.iter().collect::<BTreeSet<_>>().len(), "{arguments:?} {read:?}");
    }
    // The token that read them is gone: the other one takes over.
    let ran = world.run(&["sync", "fic:clients"], &tokens[..1]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(text(&world.home.database(), readers), "12345:- 12346:- 12347:-");
}

#[test]
fn of_two_keys_of_one_account_one_reads() {
    const OTHER: &str = "rk_test_theNewKeyOfTheSame";
    let keys = vec![Key::new(TEST_KEY), Key::new(OTHER)];
    let options = Options { sizes: Sizes::customers(2), keys, clock_runs: false, ..Options::default() };
    let sandbox = Sandbox::start(options).expect("starts");
    let synced = |home: &Home, arguments: &[&str]| {
        let before = sandbox.stats().total.requests;
        let mut command = home.asking(&sandbox.stripe_base_url(), TEST_KEY, arguments);
        let ran = ran(&mut command);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        sandbox.stats().total.requests - before
    };
    let (alone, both) = (Home::new(), Home::new());
    let config = both.path().join(".config/stripesync");
    std::fs::create_dir_all(&config).expect("made");
    std::fs::write(config.join("config.toml"), format!("[keys.a]\nstripe_key = \"{OTHER}\"\n")).expect("written");
    std::fs::set_permissions(config.join("config.toml"), std::fs::Permissions::from_mode(0o600)).expect("mode");
    for arguments in [&["sync", "customers", "charges", "-q"][..], &["sync", "customers", "--all-accounts", "-q"]] {
        let one = synced(&alone, arguments);
        // Whose the other key is has to be asked.
        assert_eq!(synced(&both, arguments), one + 1, "{arguments:?}");
        assert_eq!(both.count("SELECT count(*) FROM accounts WHERE platform IS NULL AND credential IS NULL"), 1);
    }
    // The old key is taken away.
    let variables = [("STRIPE_API_BASE", sandbox.stripe_base_url())];
    let mut rotated = both.command(&["sync", "customers", "-q"]);
    assert_eq!(ran(rotated.envs(variables)).code, Some(0));
    assert_eq!(both.count("SELECT count(*) FROM accounts WHERE platform IS NULL AND credential='a'"), 1);
}

#[test]
fn a_company_that_was_removed_is_left_out_until_it_is_taken_up_again() {
    let world = Many::new();
    let token = ("FIC_ACCESS_TOKEN", "a/sandbox");
    assert_eq!(world.run(&["sync", "fic:clients", "-q"], &[token]).code, Some(0));
    assert_eq!(world.run(&["accounts", "remove", "12346", "--yes", "--keep-data"], &[]).code, Some(0));
    let rows = "SELECT count(*) FROM fic_clients WHERE account=(SELECT id FROM accounts WHERE remote_id='12346')";
    assert_eq!(world.home.count(rows), 2);
    let ran = world.run(&["sync", "fic:clients"], &[token]);
    assert!(ran.code == Some(0) && ran.stderr.contains("company 12346 is left out"), "{}", ran.stderr);
    assert_eq!(world.accounts("remote_id='12346' AND status='removed'"), 1);
    assert_eq!(world.run(&["accounts", "add", "12346"], &[token]).code, Some(0));
    let ran = world.run(&["sync", "fic:clients"], &[token]);
    assert!(ran.code == Some(0) && !ran.stderr.contains("left out"), "{}", ran.stderr);
}

#[test]
fn adding_a_key_is_all_or_nothing_and_stripes_keys_go_to_nobody_else() {
    let world = Many::new();
    // Two at once under one name, and one text under two: the second is refused.
    let add = |name: &'static str| {
        let mut command = world.command(&["accounts", "add", name], &[]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        let line = format!("{TEST_KEY}\n");
        child.stdin.take().expect("piped").write_all(line.as_bytes()).expect("written");
        (child, std::time::Instant::now())
    };
    let both = ["one", "two"].map(add);
    let mut codes = both.map(|(child, began)| finished(child, began).code);
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(2)], "{}", world.config());
    assert_eq!(world.config().matches(TEST_KEY).count(), 1, "{}", world.config());
    // A file that cannot take what a key opens: nothing is written of the key either.
    let other = Many::new();
    let refused = other.told(&["accounts", "add", "shop", "--database", "/nowhere/x.db"], TEST_KEY);
    assert!(refused.code == Some(6) && !other.config().contains(TEST_KEY), "{}", refused.stderr);
    // Nobody sends a key of Stripe's to Fatture in Cloud.
    let before = other.sandbox.stats().total.requests;
    for (arguments, line) in [
        (&["accounts", "add", "n", "--provider", "fic"][..], "sk_live_madeUp1"),
        (&["accounts", "add", "n"], "STRIPE_API_KEY=sk_live_madeUp2"),
    ] {
        let ran = other.told(arguments, line);
        assert_eq!(ran.code, Some(4), "{}", ran.stderr);
        assert!(!ran.stderr.contains("madeUp"), "{}", ran.stderr);
        // Nothing stands in the config file, and nobody is sent there.
        assert!(ran.stderr.contains("as it was given") && !ran.stderr.contains("config.toml"), "{}", ran.stderr);
    }
    assert_eq!(other.sandbox.stats().total.requests, before);
}
