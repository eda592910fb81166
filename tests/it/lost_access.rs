//! What a credential opened once and opens no more, and what is taken away while somebody reads: nothing of it comes back by
//! itself, and nothing of it is passed over without a word.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;
use stripesync::sandbox::fic::{FicSandbox, FicSettings};
use stripesync::sandbox::{Key, Mount, Options, Sandbox, Sizes, TEST_KEY};

use crate::listening::Listening;
use crate::program::{Home, Ran, execute, ran, text, until};

const TOKEN: &str = "a/sandbox";

/// Companies of Fatture in Cloud; and a Stripe account, which is asked where a test says so.
fn companies(settings: FicSettings, options: Options) -> Sandbox {
    let mounts: Vec<Mount> = vec![(&["/c/", "/user/", "/info/"], Arc::new(FicSandbox::new(settings)))];
    Sandbox::start(Options { sizes: Sizes::customers(2), mounts, ..options }).expect("starts")
}

fn asking(home: &Home, sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = home.command(arguments);
    command.env("FIC_API_BASE", sandbox.fic_base_url()).env("FIC_ACCESS_TOKEN", TOKEN);
    command
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

/// The companies of the file and how they stand.
fn standings(home: &Home, sandbox: &Sandbox) -> Vec<(String, String)> {
    let listed = json(&ran(&mut asking(home, sandbox, &["accounts", "list", "--format", "json"])));
    let told = |it: &Value| (it["account"].as_str().unwrap_or("").into(), it["status"].as_str().unwrap_or("").into());
    listed.as_array().expect("a list").iter().map(told).collect()
}

#[test]
fn a_company_that_is_removed_while_a_receiver_reads_others_stays_out() {
    let home = Home::new();
    let latency = std::time::Duration::from_millis(40);
    let sandbox = companies(FicSettings::accountant(4, 30), Options { latency, ..Options::default() });
    let first = ran(&mut asking(&home, &sandbox, &["sync", "fic:clients", "-q"]));
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let last = text(&home.database(), "SELECT remote_id FROM accounts ORDER BY id DESC LIMIT 1");
    let its = format!("account = (SELECT id FROM accounts WHERE remote_id = '{last}')");
    assert!(home.count(&format!("SELECT count(*) FROM fic_clients WHERE {its}")) > 0);
    // It is read anew, so that there is something to read.
    execute(&home.database(), "UPDATE walks SET began_s = 0; DELETE FROM slices");
    sandbox.reset_stats();
    let url = sandbox.fic_base_url();
    let listening = Listening::start(&home, &["--admin-port", "off"], |command| {
        command.env("FIC_API_BASE", url).env("FIC_ACCESS_TOKEN", TOKEN);
    });
    until("reading", || sandbox.stats().total.requests > 1);
    // It waits for the receiver's breath between two companies.
    let removed = ran(&mut asking(&home, &sandbox, &["accounts", "remove", &last, "--yes"]));
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    assert_eq!(home.count(&format!("SELECT count(*) FROM fic_clients WHERE {its}")), 0);
    // The others are read to their end.
    let read = || home.count("SELECT count(*) FROM accounts WHERE status = 'active' AND attempted >= unixepoch() - 60");
    until("read", || read() == 3 && stripesync::store::Lock::take(&home.database(), "now").is_ok());
    std::thread::sleep(std::time::Duration::from_secs(1));
    listening.stop();
    assert_eq!(home.count(&format!("SELECT count(*) FROM fic_clients WHERE {its}")), 0, "it stays out");
    assert_eq!(text(&home.database(), &format!("SELECT status FROM accounts WHERE remote_id = '{last}'")), "removed");
    home.assert_intact();
}

#[test]
fn a_company_that_its_token_shows_no_more_is_told_once_and_counts_as_disconnected() {
    let (many, few) = (FicSettings::accountant(5, 20), FicSettings::accountant(2, 20));
    let many = companies(many, Options::default());
    let few = companies(few, Options::default());
    for arguments in [&["sync", "fic:clients"][..], &["sync", "fic:clients", "--all-accounts"]] {
        let home = Home::new();
        let all = ran(&mut asking(&home, &many, arguments));
        assert_eq!(all.code, Some(0), "{}", all.stderr);
        let before: Vec<String> = standings(&home, &many).into_iter().map(|(id, _)| id).collect();
        assert_eq!(before.len(), 5);
        let less = ran(&mut asking(&home, &few, arguments));
        assert_eq!(less.code, Some(3), "{arguments:?}: {}{}", less.stdout, less.stderr);
        let after = standings(&home, &few);
        let gone: Vec<&String> = after.iter().filter(|(_, how)| how == "disconnected").map(|(id, _)| id).collect();
        assert_eq!(gone.len(), 3, "{after:?}");
        let told = format!("{}{}", less.stdout, less.stderr);
        assert!(gone.iter().all(|id| told.contains(id.as_str())), "{told}");
        assert!(told.contains("the token does not show it any more"), "{told}");
        // That was news once; what is shown again is read again.
        assert_eq!(ran(&mut asking(&home, &few, arguments)).code, Some(0), "{arguments:?}");
        assert_eq!(ran(&mut asking(&home, &many, arguments)).code, Some(0), "{arguments:?}");
        assert!(standings(&home, &many).iter().all(|(_, how)| how == "active"), "{arguments:?}");
    }
}

#[test]
fn a_scope_that_is_taken_away_makes_no_fresh_file() {
    let home = Home::new();
    let whole = companies(FicSettings { clients: 5, ..FicSettings::default() }, Options::default());
    let missing_scopes: BTreeSet<String> = ["entity.clients:r".to_owned()].into();
    let less = FicSettings { clients: 5, missing_scopes, ..FicSettings::default() };
    let less = companies(less, Options::default());
    let both = ["sync", "fic:clients", "fic:suppliers", "-q"];
    assert_eq!(ran(&mut asking(&home, &whole, &both)).code, Some(0));
    let is_fresh = |sandbox| ran(&mut asking(&home, sandbox, &["status", "--max-age", "1h", "-q"])).code;
    assert_eq!(is_fresh(&whole), Some(0));
    execute(&home.database(), "UPDATE accounts SET synced = synced - 7200");
    let forbidden = ran(&mut asking(&home, &less, &both));
    assert_eq!(forbidden.code, Some(3), "{}{}", forbidden.stdout, forbidden.stderr);
    assert_eq!(is_fresh(&less), Some(3), "its clients were not brought up to date");
    assert_eq!(ran(&mut asking(&home, &whole, &both)).code, Some(0));
    assert_eq!(is_fresh(&whole), Some(0));
    // What a token could never read keeps nothing from being fresh.
    let other = Home::new();
    let first = ran(&mut asking(&other, &less, &["sync", "--provider", "fic", "-q"]));
    assert_eq!(first.code, Some(3), "{}{}", first.stdout, first.stderr);
    assert_eq!(ran(&mut asking(&other, &less, &["status", "--max-age", "1h", "-q"])).code, Some(0));
}

#[test]
fn a_company_of_the_settings_that_the_token_does_not_show_is_no_success_by_any_command() {
    let sandbox = companies(FicSettings::accountant(3, 5), Options::default());
    for command in
        [&["sync", "fic:clients"][..], &["batch-sync", "fic:clients"], &["sync", "clients", "--all-accounts"]]
    {
        let home = Home::new();
        let ran = ran(asking(&home, &sandbox, command).env("FIC_COMPANY_ID", "999999"));
        assert_eq!(ran.code, Some(2), "{command:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("sees no company 999999"), "{command:?}: {}", ran.stderr);
    }
    // Beside others that work it is named, and is no success either; the one company that is meant is read alone.
    let home = Home::new();
    let both = |company: &str, arguments: &[&str]| {
        let mut command = asking(&home, &sandbox, arguments);
        command.env("FIC_COMPANY_ID", company).env("STRIPE_API_BASE", sandbox.stripe_base_url());
        ran(command.env("STRIPE_API_KEY", TEST_KEY))
    };
    let partly = both("999999", &["batch-sync", "customers", "fic:clients"]);
    assert!(partly.code == Some(3) && partly.stderr.contains("FIC_COMPANY_ID"), "{}{}", partly.stdout, partly.stderr);
    assert_eq!(ran(&mut asking(&home, &sandbox, &["sync", "fic:clients", "-q"])).code, Some(0));
    let one = text(&home.database(), "SELECT max(remote_id) FROM accounts WHERE provider = 'fic'");
    let plan = json(&both(&one, &["batch-sync", "fic:clients", "--dry-run", "--format", "json"]));
    // Whom the settings leave out has a key.
    let run = both(&one, &["batch-sync", "fic:clients"]);
    assert!(run.code == Some(0) && !run.stderr.contains("no key is set"), "{}", run.stderr);
    let planned: Vec<&Value> = plan["accounts"].as_array().expect("a list").iter().map(|it| &it["account"]).collect();
    assert_eq!(planned, [&Value::from(one.as_str())], "{plan}");
}

#[test]
fn a_refused_key_shows_in_the_list_whichever_command_met_it() {
    let sandbox = companies(FicSettings::default(), Options { keys: vec![Key::new(TEST_KEY)], ..Options::default() });
    let home = Home::new();
    let sync = |key: &str, token: &str| {
        let mut command = asking(&home, &sandbox, &["sync", "stripe:customers", "fic:clients", "-q"]);
        command.env("STRIPE_API_BASE", sandbox.stripe_base_url()).env("STRIPE_API_KEY", key);
        ran(command.env("FIC_ACCESS_TOKEN", token))
    };
    let failing = || home.count("SELECT count(*) FROM accounts WHERE failures > 0 AND error LIKE '%refused%'");
    assert_eq!(sync(TEST_KEY, TOKEN).code, Some(0));
    assert_eq!(sync("sk_test_revoked", TOKEN).code, Some(3));
    assert_eq!(failing(), 1);
    assert_eq!(sync(TEST_KEY, "a/revoked").code, Some(3));
    assert_eq!(failing(), 1, "the other one's turn");
    assert_eq!(text(&home.database(), "SELECT provider FROM accounts WHERE failures > 0"), "fic");
    assert_eq!(sync(TEST_KEY, TOKEN).code, Some(0));
    assert_eq!(failing(), 0);
}

#[test]
fn what_a_key_could_never_read_keeps_no_file_from_being_fresh_and_what_it_lost_does() {
    let key = |denied: &[&str]| {
        let denied = denied.iter().map(|object| (*object).to_owned()).collect();
        Options { keys: vec![Key { denied, ..Key::new(TEST_KEY) }], ..Options::default() }
    };
    let without = |scopes: &[&str]| {
        let missing_scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        FicSettings { clients: 5, missing_scopes, ..FicSettings::default() }
    };
    let whole = companies(without(&[]), key(&[]));
    // A list of Stripe's; one of the kinds of document, which are passes of one list.
    let less = companies(without(&["issued_documents.quotes:r"]), key(&["refund"]));
    let stripe = ["sync", "stripe:customers", "stripe:refunds", "stripe:charges", "-q"];
    let fic = ["sync", "fic:clients", "fic:issued_documents", "-q"];
    for arguments in [&stripe[..], &fic[..]] {
        let run = |home: &Home, sandbox: &Sandbox, arguments: &[&str]| {
            let mut command = asking(home, sandbox, arguments);
            command.env("STRIPE_API_BASE", sandbox.stripe_base_url()).env("STRIPE_API_KEY", TEST_KEY);
            ran(&mut command)
        };
        let is_fresh = |home: &Home| run(home, &less, &["status", "--max-age", "1h", "-q"]).code;
        let never = Home::new();
        for round in 0..2 {
            let partly = run(&never, &less, arguments);
            assert_eq!(partly.code, Some(3), "{arguments:?}: {}{}", partly.stdout, partly.stderr);
            assert_eq!(is_fresh(&never), Some(0), "{arguments:?}, run {round}");
        }
        let lost = Home::new();
        assert_eq!(run(&lost, &whole, arguments).code, Some(0), "{arguments:?}");
        assert_eq!(is_fresh(&lost), Some(0));
        execute(&lost.database(), "UPDATE accounts SET synced = synced - 7200");
        // Where events tell of changes, a list is not asked for otherwise.
        assert_eq!(run(&lost, &less, &[arguments, &["--initial"]].concat()).code, Some(3), "{arguments:?}");
        assert_eq!(is_fresh(&lost), Some(3), "{arguments:?}");
        // Looking at webhook endpoints, or not, is none of it.
        if arguments == stripe {
            assert_eq!(run(&lost, &whole, &["webhooks", "sync", "--provider", "stripe"]).code, Some(0));
            assert_eq!(is_fresh(&lost), Some(3));
            assert_eq!(run(&lost, &whole, arguments).code, Some(0));
            assert_eq!(is_fresh(&lost), Some(0));
        }
    }
}
