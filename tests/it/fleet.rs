//! Thousands of connected accounts in one file: all that are well are complete, the others are named, nobody is held up, and
//! what was cut short goes on.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use stripesync::clock::SystemClock;
use stripesync::http::{Client, Limits, Settings};
use stripesync::model::cancel::Cancel;
use stripesync::model::secret::Secret;
use stripesync::sandbox::fic::{FicLife, FicSandbox, FicSettings};
use stripesync::sandbox::{Connected, Fault, Mount, Options, Sandbox, Sizes, TEST_KEY, Trouble};
use stripesync::store::Store;
use stripesync::sync::{self, Platform};

use crate::program::{Home, Ran, execute, finished, ran, signal, started, text, until};

/// A platform with these connected accounts, quick and without limits.
pub fn platform(connected: Connected) -> Sandbox {
    platform_with(connected, Options::default())
}

fn platform_with(connected: Connected, options: Options) -> Sandbox {
    let sizes = Sizes::customers(5);
    Sandbox::start(Options { sizes, connected, ..options }).expect("starts")
}

/// The program at this platform, in this home.
fn asking(home: &Home, sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = home.asking(&sandbox.stripe_base_url(), TEST_KEY, arguments);
    command.env("STRIPE_REQUESTS_PER_S", "10000");
    command
}

fn client(sandbox: &Sandbox, key: &str) -> Client {
    let settings = Settings::new(sandbox.stripe_base_url(), Limits::new(100_000, None))
        .header("Authorization", Secret::new(format!("Bearer {key}")));
    Client::new(settings, Arc::new(SystemClock::new()), Cancel::default()).expect("a client")
}

/// Reads the platform's list of accounts into the file.
fn discovered(home: &Home, sandbox: &Sandbox) {
    discovered_by(home, sandbox, TEST_KEY, "test");
}

/// The same with another key.
pub fn discovered_by(home: &Home, sandbox: &Sandbox, key: &str, mode: &'static str) {
    let (store, client) = (Store::open(&home.database()).expect("opens"), client(sandbox, key));
    let own = sync::identify(&client, mode, None).expect("the key is good");
    let row = store.account(&own).expect("an account").id;
    let platform = Platform { row, mode, credential: None };
    sync::connected(&store, &client, &platform, &Cancel::default(), &mut |_| {}).expect("lists");
}

/// The ids that the file has of a table, by account.
fn rows(database: &Path, table: &str) -> BTreeMap<String, HashSet<String>> {
    let store = Store::open_read_only(database).expect("opens");
    let sql = format!(
        "SELECT a.remote_id, r.id FROM {table} r JOIN accounts a ON a.id = r.account WHERE r.deleted_at IS NULL"
    );
    let mut found: BTreeMap<String, HashSet<String>> = BTreeMap::new();
    for row in store.query_text(&sql).expect("rows") {
        found.entry(row[0].clone()).or_default().insert(row[1].clone());
    }
    found
}

/// The same at the service.
fn truth(sandbox: &Sandbox, account: &str, path: &str) -> HashSet<String> {
    let truth = sandbox.stripe().truth_of(Some(account), path);
    truth.into_iter().filter(|object| object.listed).map(|object| object.id).collect()
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

/// What each account came to.
fn outcomes(report: &Value) -> BTreeMap<String, (String, String)> {
    let accounts = report["accounts"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    accounts.iter().map(|it| (text(&it["account"]), (text(&it["outcome"]), text(&it["detail"])))).collect()
}

/// The most memory (KiB) and the most open files that a process had, as far as one can look.
fn watched(child: Child, began: Instant) -> (Ran, u64, usize) {
    let place = format!("/proc/{}", child.id());
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let (mut memory_kib, mut files) = (0, 0);
            while !is_over.load(Ordering::Relaxed) {
                let status = std::fs::read_to_string(format!("{place}/status")).unwrap_or_default();
                let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
                memory_kib = peak.and_then(|kib| kib.parse().ok()).unwrap_or(0).max(memory_kib);
                files = std::fs::read_dir(format!("{place}/fd")).map_or(0, Iterator::count).max(files);
                std::thread::sleep(Duration::from_millis(20));
            }
            (memory_kib, files)
        });
        let ran = finished(child, began);
        is_over.store(true, Ordering::Relaxed);
        let (memory_kib, files) = watch.join().expect("looks");
        (ran, memory_kib, files)
    })
}

#[test]
fn of_two_thousand_accounts_all_that_are_well_are_complete_and_the_others_are_named() {
    let sandbox = platform(Connected::long_tail(2000, 300).lean());
    let ids = sandbox.stripe().connected_ids();
    let troubles = [
        Trouble::Revoked,
        Trouble::Fault(Fault::Internal),
        Trouble::Fault(Fault::MalformedJson),
        Trouble::Fault(Fault::Html),
        Trouble::Fault(Fault::Unauthorized),
        Trouble::Fault(Fault::ResetBefore),
    ];
    // One of a hundred.
    let troubled: BTreeMap<&str, Trouble> = (0..20)
        .map(|n| (ids[n * 100 + 7].as_str(), troubles[n % troubles.len()]))
        .inspect(|(id, trouble)| sandbox.set_account_trouble(id, Some(*trouble)))
        .collect();
    let home = Home::new();
    discovered(&home, &sandbox);
    let arguments = ["batch-sync", "charges", "--limit", "5000", "--format", "json"];
    let (child, began) = started(&mut asking(&home, &sandbox, &arguments));
    let (first, memory_kib, files) = watched(child, began);
    assert_eq!(first.code, Some(3), "{}", first.stderr);
    assert!(memory_kib < 64 << 10, "{memory_kib} KiB");
    assert!(files < 150, "{files} open files");
    let outcomes = outcomes(&json(&first));
    assert_eq!(outcomes.len(), 2001);
    for (id, (outcome, detail)) in &outcomes {
        let wanted = match troubled.get(id.as_str()) {
            None => "done",
            Some(Trouble::Revoked) => "disconnected",
            Some(_) => "failed",
        };
        assert_eq!(outcome, wanted, "{id}: {detail}");
        assert_eq!(detail.is_empty(), wanted == "done", "{id}: {detail}");
    }
    let have = rows(&home.database(), "stripe_charges");
    for id in ids.iter().filter(|id| !troubled.contains_key(id.as_str())) {
        assert_eq!(have.get(id).cloned().unwrap_or_default(), truth(&sandbox, id, "/v1/charges"), "{id}");
    }
    home.assert_intact();
    let failing =
        "SELECT count(*) FROM accounts WHERE error IS NOT NULL AND (status = 'disconnected' OR retry_at > attempted)";
    assert_eq!(home.count(failing), 20);

    // Nothing happened since: one or two requests each, and those that failed wait, however long all this takes.
    execute(&home.database(), "UPDATE accounts SET retry_at = unixepoch() + 36000 WHERE retry_at IS NOT NULL");
    sandbox.reset_stats();
    let second = ran(&mut asking(&home, &sandbox, &arguments));
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    let stats = sandbox.stats();
    let asked = |id: &str| stats.accounts.get(id).map_or(0, |it| it.requests);
    for id in &ids {
        let requests = asked(id);
        let wanted = if troubled.contains_key(id.as_str()) { 0..=0 } else { 1..=2 };
        assert!(wanted.contains(&requests), "{id}: {requests}, {:?}", stats.endpoints);
    }
}

/// Objects of the large account beside which a hundred small ones are read.
const LARGE: u32 = 500_000;
const LISTS: [(&str, &str); 4] = [
    ("stripe_customers", "/v1/customers"),
    ("stripe_subscriptions", "/v1/subscriptions"),
    ("stripe_invoices", "/v1/invoices"),
    ("stripe_charges", "/v1/charges"),
];

/// Has so many small accounts and a large one, which has its turn first, read by so many at a time with so many requests a
/// second permitted, until the small ones are done and equal the truth. Returns how many requests the large one sent while
/// some of them had not begun, and how many the small ones: until then all places are taken.
fn beside_a_large_one(small: usize, jobs: &str, permitted_per_s: &str) -> [usize; 2] {
    let sizes = [vec![Sizes::lean(2); small], vec![Sizes::speed(LARGE)]].concat();
    let options = Options { latency: Duration::from_millis(20), asked_max: 100_000, ..Options::default() };
    let sandbox = platform_with(Connected::of(sizes), options);
    let ids = sandbox.stripe().connected_ids();
    let (large, small) = ids.split_last().expect("one at least");
    let home = Home::new();
    discovered(&home, &sandbox);
    let first = "SELECT remote_id FROM accounts WHERE platform IS NOT NULL ORDER BY attempted, id LIMIT 1";
    assert_eq!(text(&home.database(), first), *large);
    sandbox.reset_stats();
    let lists = ["customers", "subscriptions", "invoices", "charges"];
    let arguments = [&["batch-sync", "--limit", "500", "--jobs", jobs], &lists[..]].concat();
    let mut command = asking(&home, &sandbox, &arguments);
    let (child, began) = started(command.env("STRIPE_REQUESTS_PER_S", permitted_per_s));
    let done = || home.count("SELECT count(*) FROM accounts WHERE synced IS NOT NULL AND platform IS NOT NULL");
    until("the small ones are done", || done() >= small.len() as i64);
    signal(&child, "TERM");
    let stopped = finished(child, began);
    assert_eq!(stopped.code, Some(143), "{}", stopped.stderr);
    let mut begun = 0;
    for (table, path) in LISTS {
        let have = rows(&home.database(), table);
        for id in small {
            assert_eq!(have.get(id).cloned().unwrap_or_default(), truth(&sandbox, id, path), "{table} of {id}");
        }
        begun += have.get(large).map_or(0, HashSet::len);
    }
    assert!((1..LARGE as usize).contains(&begun), "{begun} of the large one, which had its turn first");
    let asked = sandbox.asked();
    let first_of = |id: &String| asked.iter().position(|it| it.account == *id).expect("it was asked for");
    let last_begins = small.iter().map(first_of).max().expect("some");
    let by = |is_of: &dyn Fn(&String) -> bool| asked[..last_begins].iter().filter(|it| is_of(&it.account)).count();
    [by(&|id| id == large), by(&|id| small.contains(id))]
}

#[test]
fn a_hundred_small_accounts_are_done_while_one_of_half_a_million_objects_has_hardly_begun() {
    // So few are permitted that it is this limit which all wait for, also where the machine is slow.
    let [of_large, of_small] = beside_a_large_one(100, "16", "60");
    // Sixteen have their turn at a time: its share of the requests is one of them.
    assert!(of_large * 4 < of_small, "{of_large} requests of the large one, {of_small} of the hundred");
}

#[test]
fn where_there_is_one_place_a_large_account_gives_it_to_the_small_ones_after_its_turn() {
    let [of_large, _] = beside_a_large_one(20, "1", "100");
    // Half a minute long; it needs five thousand requests.
    assert!((1..4000).contains(&of_large), "{of_large} requests");
}

/// Has a service answer for the first few accounts of each round alone, so that none ends before it is told to.
#[derive(Default)]
struct Barrier {
    round: Mutex<Round>,
    changed: Condvar,
}

#[derive(Default)]
struct Round {
    number: usize,
    answered: HashSet<String>,
    is_lifted: bool,
}

impl Barrier {
    /// The platform, which is asked first, and some more than have their turn at a time.
    const ANSWERED_MAX: usize = 8;

    fn pass(&self, account: &str) {
        let mut round = self.round.lock().expect("whole");
        let number = round.number;
        if round.answered.len() < Barrier::ANSWERED_MAX {
            round.answered.insert(account.to_owned());
        }
        while round.number == number && !round.is_lifted && !round.answered.contains(account) {
            round = self.changed.wait(round).expect("whole");
        }
    }

    /// Lets go of what belongs to the round that is over.
    fn next_round(&self) {
        let mut round = self.round.lock().expect("whole");
        round.number += 1;
        round.answered.clear();
        self.changed.notify_all();
    }

    fn lift(&self) {
        self.round.lock().expect("whole").is_lifted = true;
        self.changed.notify_all();
    }
}

#[test]
fn a_batch_that_is_killed_goes_on_where_it_was() {
    let connected = Connected::of(vec![Sizes::customers(250); 40]).lean();
    let sandbox = platform_with(connected, Options { latency: Duration::from_millis(5), ..Options::default() });
    let ids = sandbox.stripe().connected_ids();
    let home = Home::new();
    discovered(&home, &sandbox);
    let barrier = Arc::new(Barrier::default());
    let passed = Arc::clone(&barrier);
    sandbox.on_request(move |_, call| passed.pass(call.header("stripe-account").unwrap_or_default()));
    let arguments = ["batch-sync", "charges", "invoices", "--limit", "100", "--jobs", "4", "--format", "json"];
    for (signal_name, code) in [("KILL", None), ("TERM", Some(143)), ("INT", Some(130)), ("KILL", None)] {
        let done = || home.count("SELECT count(*) FROM accounts WHERE synced IS NOT NULL");
        let before = done();
        let (child, began) = started(&mut asking(&home, &sandbox, &arguments));
        until("another account is done", || done() > before);
        signal(&child, signal_name);
        let ran = finished(child, began);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        home.assert_intact();
        barrier.next_round();
    }
    barrier.lift();
    let requests = |id: &String| sandbox.stats().accounts.get(id).map_or(0, |it| it.requests);
    let first: u64 = ids.iter().map(requests).sum();
    sandbox.reset_stats();
    let last = ran(&mut asking(&home, &sandbox, &arguments));
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    let second: u64 = ids.iter().map(requests).sum();
    for (table, path) in [("stripe_charges", "/v1/charges"), ("stripe_invoices", "/v1/invoices")] {
        let have = rows(&home.database(), table);
        for id in &ids {
            assert_eq!(have.get(id).cloned().unwrap_or_default(), truth(&sandbox, id, path), "{table} of {id}");
        }
    }
    // A whole reading of one that nothing cut short.
    let whole = requests_of_one(&sandbox, &arguments);
    let most = whole * ids.len() as u64;
    assert!(first + second <= most + most / 3 + 40 * 8, "{first} and {second}, {most} are needed");
}

/// Requests that one such account takes from its beginning.
fn requests_of_one(sandbox: &Sandbox, arguments: &[&str]) -> u64 {
    let home = Home::new();
    discovered(&home, sandbox);
    sandbox.reset_stats();
    let id = sandbox.stripe().connected_ids()[0].clone();
    let arguments: Vec<&str> = ["sync", "--account", &id].into_iter().chain(arguments[1..3].iter().copied()).collect();
    let ran = ran(&mut asking(&home, sandbox, &arguments));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let asked = sandbox.stats().accounts;
    // Of the platform it is asked whose the key is.
    let others: u64 = asked.iter().filter(|(other, _)| **other != id).map(|(_, it)| it.requests).sum();
    assert_eq!(others, 1, "nobody else was asked for: {asked:?}");
    asked[&id].requests
}

#[test]
fn fifty_companies_are_read_side_by_side_each_within_its_own_quotas() {
    let settings = FicSettings::accountant(50, 40);
    let controlled: Vec<u64> =
        std::iter::once(settings.company_id).chain(settings.companies.iter().skip(1).map(|it| it.id)).collect();
    let companies = FicSandbox::new(settings);
    let lives: BTreeMap<String, FicLife> =
        controlled.iter().map(|id| (id.to_string(), companies.life_of(*id).expect("a company"))).collect();
    let ids: Vec<String> = controlled.iter().map(u64::to_string).collect();
    let mounts: Vec<Mount> = vec![(&["/c/", "/user/", "/info/"], Arc::new(companies))];
    let sandbox = platform_with(Connected::none(), Options { mounts, ..Options::default() });
    let home = Home::new();
    let run = || {
        let mut command =
            home.command(&["batch-sync", "fic:clients", "fic:products", "--limit", "100", "--format", "json"]);
        command.env("FIC_API_BASE", sandbox.fic_base_url()).env("FIC_ACCESS_TOKEN", "a/sandbox");
        ran(&mut command)
    };
    sandbox.set_account_trouble(&ids[3], Some(Trouble::Revoked));
    sandbox.set_account_trouble(&ids[7], Some(Trouble::Fault(Fault::Internal)));
    let first = run();
    assert_eq!(first.code, Some(3), "{}", first.stderr);
    let ends = outcomes(&json(&first));
    assert_eq!(ends.len(), 50);
    for (id, (outcome, detail)) in &ends {
        let is_well = *id != ids[3] && *id != ids[7];
        assert_eq!(outcome == "done", is_well, "{id}: {outcome} {detail}");
    }
    let have = rows(&home.database(), "fic_clients");
    for id in ids.iter().filter(|id| **id != ids[3] && **id != ids[7]) {
        let clients = lives[id].truth("/entities/clients");
        assert_eq!(have.get(id).map_or(0, HashSet::len), clients.len(), "{id}");
    }
    // What each used of its quotas is in the file for the next run.
    assert_eq!(home.count("SELECT count(DISTINCT account) FROM quotas WHERE requests > 0"), 50);
}

#[test]
fn a_list_of_accounts_that_was_cut_short_is_read_again_by_the_next_run() {
    let sandbox = platform(Connected::of(vec![Sizes::lean(1); 230]).lean());
    let home = Home::new();
    {
        // Ended after its first page, as by Ctrl-C or a fault.
        let (store, client) = (Store::open(&home.database()).expect("opens"), client(&sandbox, TEST_KEY));
        let own = sync::identify(&client, "test", None).expect("the key is good");
        let row = store.account(&own).expect("an account").id;
        let (platform, cancel) = (Platform { row, mode: "test", credential: None }, Cancel::default());
        sync::connected(&store, &client, &platform, &cancel, &mut |_| cancel.set(2)).expect_err("interrupted");
    }
    let known = || home.count("SELECT count(*) FROM accounts WHERE platform IS NOT NULL");
    assert!((1..230).contains(&known()), "{}", known());
    let batch = ["batch-sync", "customers", "--limit", "1", "-q"];
    assert_eq!(ran(&mut asking(&home, &sandbox, &batch)).code, Some(0));
    assert_eq!(known(), 230);
    // Read to its end once, it costs nothing more.
    sandbox.reset_stats();
    assert_eq!(ran(&mut asking(&home, &sandbox, &batch)).code, Some(0));
    let service = sandbox.stripe();
    assert_eq!(sandbox.stats().accounts.get(service.account_id()).map_or(0, |it| it.requests), 1, "whose the key is");
}

#[test]
fn those_that_waited_longest_have_their_turn_and_a_company_its_own() {
    let sandbox = platform(Connected::of(vec![Sizes::customers(1); 9]).lean());
    let home = Home::new();
    discovered(&home, &sandbox);
    let ids = sandbox.stripe().connected_ids();
    let batch = |more: &[&str]| {
        let arguments = [&["batch-sync", "customers", "--limit", "4", "--format", "json"], more].concat();
        let ran = ran(&mut asking(&home, &sandbox, &arguments));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        outcomes(&json(&ran)).into_keys().collect::<HashSet<String>>()
    };
    let turns = [batch(&[]), batch(&[]), batch(&[])];
    assert_eq!(turns.each_ref().map(HashSet::len), [4, 4, 4]);
    let all: HashSet<&String> = turns.iter().flatten().collect();
    assert_eq!(all.len(), 10, "the platform and its nine had theirs before anybody had a second one");
    let company = format!(
        "INSERT INTO companies VALUES ('7', 'Rossi', 0), ('8', 'Bianchi', 0);
         UPDATE accounts SET company = '7' WHERE remote_id IN ('{}', '{}')",
        ids[2], ids[5]
    );
    crate::program::execute(&home.database(), &company);
    assert_eq!(batch(&["--company-id", "7"]), [ids[2].clone(), ids[5].clone()].into());
    let ran = ran(&mut asking(&home, &sandbox, &["batch-sync", "--company-id", "8"]));
    assert!(ran.code == Some(0) && ran.stderr.contains("no account of that company is due"), "{}", ran.stderr);
    let ran = crate::program::ran(&mut asking(&home, &sandbox, &["batch-sync", "--company-id", "9"]));
    assert!(ran.code == Some(2) && ran.stderr.contains("no company 9"), "{}", ran.stderr);
}

#[test]
fn a_refused_key_is_said_an_unknown_account_is_refused_and_all_are_all() {
    let sandbox = platform(Connected::of(vec![Sizes::customers(1); 3]).lean());
    let home = Home::new();
    discovered(&home, &sandbox);
    let url = sandbox.stripe_base_url();
    let refused = ran(&mut home.asking(&url, "sk_test_nobodys", &["batch-sync"]));
    assert!(refused.code == Some(4) && refused.stderr.contains("refused the key"), "{}", refused.stderr);
    let unknown = ran(&mut asking(&home, &sandbox, &["sync", "--account", "acct_unknown"]));
    assert!(unknown.code == Some(2) && unknown.stderr.contains("not acct_unknown"), "{}", unknown.stderr);
    let gone = ran(&mut asking(&home, &sandbox, &["batch-sync", "--dry-run", "--format", "csv"]));
    assert!(gone.code == Some(0) && gone.stdout.lines().count() == 5, "{}{}", gone.stdout, gone.stderr);
    let all = ran(&mut asking(&home, &sandbox, &["sync", "customers", "--all-accounts"]));
    assert!(all.code == Some(0) && all.stdout.contains("4 accounts: 4 done"), "{}{}", all.stdout, all.stderr);
    let failing = "SELECT count(*) FROM accounts WHERE failures > 0 AND error LIKE '%refused the key%'";
    let refused = ran(&mut home.asking(&url, "sk_test_nobodys", &["batch-sync"]));
    assert_eq!((refused.code, home.count(failing)), (Some(4), 4), "it is seen in the file");
    // In a file that knows none of them yet, all are found.
    let fresh = Home::new();
    let all = ran(&mut asking(&fresh, &sandbox, &["sync", "customers", "--all-accounts"]));
    assert!(all.code == Some(0) && all.stdout.contains("4 accounts: 4 done"), "{}{}", all.stdout, all.stderr);
    assert!(all.stderr.contains("3 connected accounts found"), "{}", all.stderr);
}
