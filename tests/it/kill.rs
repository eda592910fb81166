//! The real program, killed at page ends, at its commits and at random instants: the file is whole after the next good run.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use stripesync::model::resource::Resource;
use stripesync::providers::fic;
use stripesync::sandbox::{LIVE_KEY, Options as SandboxOptions, Sandbox, Sizes, TEST_KEY};
use stripesync::store::Store;

use crate::program::{Home, finished, ran, signal, started, until};
use crate::support;

/// Runs cut short, at least. At page ends and at commits as many as a file takes to get whole in spite of them, the rest
/// at random instants.
const KILLS: u64 = 50;
/// Kills at random instants, at least.
const RANDOM_KILLS: u64 = 15;
/// Files that those are spread over, at most.
const FILES_MAX: u64 = 12;
/// Runs of one file, so that a program that never gets on ends the test too.
const RUNS_MAX: u64 = 150;
/// Requests that a run may repeat after a kill: what was in flight, how a run begins, and what was not committed yet: a
/// transaction is open for a quarter of a second at most, and that is 25 requests at this rate.
const REPEATED_MAX: u64 = 25;

/// Everything of one service.
const ALL: &[&str] = &["--all", "--provider", "stripe"];

fn stripesync(database: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("stripesync"));
    let home = database.parent().expect("a folder");
    command
        .env_clear()
        .env("HOME", home)
        .current_dir(home)
        .args(["sync", "--quiet", "--database"])
        .arg(database)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// With the look-alike that is inside the program: no network, no pace.
fn embedded(database: &Path) -> Command {
    stripesync(database, &[ALL, &["--sandbox"]].concat())
}

/// A digest of every row of every table of Stripe's, apart from when it was first seen.
fn digest(store: &Store) -> String {
    digest_of(store, &support::everything(), "data")
}

/// The same of these tables, with this expression in the place of the JSON.
fn digest_of(store: &Store, resources: &[&'static Resource], data: &str) -> String {
    let mut hash = Sha256::new();
    for resource in resources {
        let parent = if resource.is_child() { "parent_id, position" } else { "''" };
        let columns: Vec<&str> = resource.columns.iter().map(|column| column.name).collect();
        let columns = if columns.is_empty() { "''".to_owned() } else { columns.join(", ") };
        let sql = format!(
            "SELECT {parent}, id, {columns}, {data}, deleted_at, unsettled FROM {} ORDER BY 1, 2, 3",
            resource.table()
        );
        for row in store.query_text(&sql).expect("rows") {
            hash.update(row.join("\u{1f}"));
            hash.update("\n");
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn count(store: &Store, sql: &str) -> u64 {
    store.query_text(sql).expect("a count")[0][0].parse().expect("a number")
}

/// What stood open when runs were killed.
#[derive(Debug, Default, PartialEq)]
struct Open {
    split: bool,
    fanned: bool,
    undrained: bool,
}

impl Open {
    fn look(&mut self, database: &Path) {
        let Ok(store) = Store::open(database) else { return };
        self.split |= count(&store, "SELECT count(*) FROM slices WHERE done=0 AND until_s IS NOT NULL") > 0;
        self.fanned |= count(&store, "SELECT count(*) FROM fanouts") > 0;
        let undrained = "SELECT count(*) FROM walks WHERE finished_s IS NOT NULL AND drained_s IS NULL";
        self.undrained |= count(&store, undrained) > 0;
    }
}

/// Runs again and again, the n-th time cut short at the n-th moment of some kind, until a run gets through; returns how
/// many were killed.
fn cut_short(database: &Path, kills_max: u64, open: &mut Open, mut run: impl FnMut(u64) -> bool) -> u64 {
    for n in 1..=RUNS_MAX {
        if run(n) {
            return n - 1;
        }
        open.look(database);
        if n == kills_max {
            return n;
        }
    }
    panic!("{} did not get whole in {RUNS_MAX} runs", database.display());
}

/// Asserts that the file is what an unbroken run makes, and what the service holds.
fn assert_whole(database: &Path, wanted: &str, sandbox: &Sandbox) {
    let name = database.display();
    let store = Store::open(database).expect("opens");
    assert_eq!(store.query_text("PRAGMA integrity_check").expect("checks"), [["ok"]], "{name}");
    assert_eq!(digest(&store), wanted, "{name}");
    assert_eq!(support::differences(sandbox, &store), Vec::<String>::new(), "{name}");
}

/// Kills a child as soon as its n-th request is answered.
#[derive(Default)]
struct Killer {
    child: Mutex<Option<Child>>,
    left: AtomicI64,
    answered: AtomicU64,
}

impl Killer {
    fn answered(&self, path: &str) {
        // Whose account it is comes first in every run, and is no page.
        if path == "/v1/account" {
            return;
        }
        self.answered.fetch_add(1, SeqCst);
        if self.left.fetch_sub(1, SeqCst) == 1
            && let Some(child) = self.child.lock().expect("whole").as_mut()
        {
            child.kill().expect("its own child");
        }
    }

    /// Runs a command that has so many pages to live; returns whether it came to a good end.
    fn run(&self, command: &mut Command, pages: i64) -> bool {
        {
            // Whoever wants to kill it waits until it is here.
            let mut child = self.child.lock().expect("whole");
            self.left.store(pages, SeqCst);
            *child = Some(command.spawn().expect("starts"));
        }
        loop {
            let ended = self.child.lock().expect("whole").as_mut().expect("was started").try_wait();
            if let Some(status) = ended.expect("its own child") {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// With a look-alike that is served, as fast as it may be asked.
fn served(sandbox: &Sandbox, database: &Path, arguments: &[&str]) -> Command {
    let mut command = stripesync(database, &[arguments, &["--rate", "100%"]].concat());
    command.env("STRIPE_API_BASE", sandbox.stripe_base_url()).env("STRIPE_API_KEY", LIVE_KEY);
    command
}

/// Kills while one list is read in slices; returns how many kills that took.
fn in_slices(folder: &Path, open: &mut Open) -> u64 {
    let sizes = Sizes::customers(200);
    let options = SandboxOptions { sizes, livemode: true, clock_runs: false, ..SandboxOptions::default() };
    let sandbox = Sandbox::start(options).expect("starts");
    let killer = Arc::new(Killer::default());
    let told = Arc::clone(&killer);
    sandbox.on_answer(move |_, call| told.answered(&call.path));
    let database = folder.join("slices.db");
    // Somebody else at the file makes for short transactions: the more states there are to be killed in.
    let reader = Store::open(&database).expect("opens");
    assert_eq!(count(&reader, "SELECT count(*) FROM accounts"), 0);
    let kills = cut_short(&database, RUNS_MAX, open, |n| {
        killer.run(&mut served(&sandbox, &database, &["charges"]), 2 + n as i64)
    });
    let mut differences = support::differences(&sandbox, &reader);
    differences.retain(|line| line.starts_with("stripe_charges"));
    assert_eq!(differences, Vec::<String>::new());
    println!("{kills} kills in slices");
    kills
}

/// Kills at the first page's end, at the second's of the rest, and so on; returns how many kills that took.
fn at_page_ends(folder: &Path, open: &mut Open) -> u64 {
    let sizes = Sizes::customers(20);
    let options = SandboxOptions { sizes, livemode: true, clock_runs: false, ..SandboxOptions::default() };
    let sandbox = Sandbox::start(options).expect("starts");
    let killer = Arc::new(Killer::default());
    let told = Arc::clone(&killer);
    sandbox.on_answer(move |_, call| told.answered(&call.path));
    let command = |database: &Path| served(&sandbox, database, ALL);
    let unbroken = folder.join("pages-unbroken.db");
    assert!(killer.run(&mut command(&unbroken), 0));
    let whole = killer.answered.swap(0, SeqCst);
    let wanted = digest(&Store::open(&unbroken).expect("opens"));
    let database = folder.join("pages.db");
    let kills = cut_short(&database, RUNS_MAX, open, |n| killer.run(&mut command(&database), n as i64));
    assert_whole(&database, &wanted, &sandbox);
    let asked = killer.answered.load(SeqCst);
    println!("{kills} kills at page ends: {asked} requests, {whole} unbroken");
    assert!(asked <= whole + kills * REPEATED_MAX, "{asked} requests and {kills} kills, {whole} without any");
    kills
}

#[test]
fn fifty_kills_leave_a_file_that_the_next_run_makes_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut open = Open::default();
    let mut kills = in_slices(folder.path(), &mut open) + at_page_ends(folder.path(), &mut open);

    // The look-alike inside the program is this one.
    let sandbox = Sandbox::start(SandboxOptions { sizes: Sizes::customers(200), ..SandboxOptions::default() });
    let sandbox = sandbox.expect("starts");
    let unbroken = folder.path().join("unbroken.db");
    let began = Instant::now();
    assert!(embedded(&unbroken).status().expect("runs").success());
    let whole_ms = began.elapsed().as_millis() as u64;
    let wanted = digest(&Store::open(&unbroken).expect("opens"));

    for moment in ["before", "after"] {
        let database = folder.path().join(format!("{moment}.db"));
        let at_commits = cut_short(&database, RUNS_MAX, &mut open, |n| {
            let mut command = embedded(&database);
            command.env("STRIPESYNC_TEST_ABORT", format!("{moment}:{n}")).status().expect("runs").success()
        });
        assert!(at_commits > 3, "{at_commits} kills {moment} commits");
        println!("{at_commits} kills {moment} commits");
        assert_whole(&database, &wanted, &sandbox);
        kills += at_commits;
    }

    let all = Open { split: true, fanned: true, undrained: true };
    let (mut seed, mut file, before) = (0x5eed_u64, 0, kills);
    while file < FILES_MAX && (kills < KILLS || kills < before + RANDOM_KILLS || open != all) {
        file += 1;
        let database = folder.path().join(format!("killed{file}.db"));
        // With every second file the program is alone; somebody else at it makes for short transactions.
        let reader = (file % 2 == 0).then(|| Store::open(&database).expect("opens"));
        assert!(reader.as_ref().is_none_or(|reader| count(reader, "SELECT count(*) FROM accounts") == 0));
        kills += cut_short(&database, RANDOM_KILLS, &mut open, |_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut child = embedded(&database).spawn().expect("runs");
            std::thread::sleep(Duration::from_millis((seed >> 33) % whole_ms.max(2) / 2));
            let _ = child.kill();
            child.wait().expect("ends").success()
        });
        drop(reader);
        assert!(embedded(&database).status().expect("runs").success());
        assert_whole(&database, &wanted, &sandbox);
    }
    println!("{kills} kills in all, {file} files at random");
    assert!(kills >= KILLS, "{kills} kills");
    assert_eq!(open, all);
}

#[test]
fn a_company_killed_at_each_commit_is_whole_after_the_next_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |database: &Path, abort: &str| {
        let mut command = stripesync(database, &["--all", "--provider", "fic", "--sandbox"]);
        command.env("STRIPESYNC_TEST_ABORT", abort).status().expect("runs").success()
    };
    // Links to files expire, and are other ones in each answer: of the JSON its members count, and columns have the rest.
    let members = "(SELECT group_concat(key) FROM json_each(data))";
    let tables: Vec<&'static Resource> = fic::resources::RESOURCES.iter().collect();
    let digest = |database: &Path| digest_of(&Store::open(database).expect("opens"), &tables, members);
    let unbroken = folder.path().join("unbroken.db");
    assert!(run(&unbroken, ""));
    for moment in ["before", "after"] {
        let database = folder.path().join(format!("{moment}.db"));
        let kills = cut_short(&database, RUNS_MAX, &mut Open::default(), |n| run(&database, &format!("{moment}:{n}")));
        assert!(kills > 3, "{kills} kills {moment} commits");
        println!("{kills} kills {moment} commits of Fatture in Cloud");
        let store = Store::open(&database).expect("opens");
        assert_eq!(store.query_text("PRAGMA integrity_check").expect("checks"), [["ok"]]);
        assert!(count(&store, "SELECT count(*) FROM fic_issued_documents") > 0);
        drop(store);
        assert_eq!(digest(&database), digest(&unbroken), "{moment}");
    }
}

#[test]
fn whoever_wants_back_what_is_half_removed_has_it_read_anew() {
    let sizes = Sizes::speed(6000);
    let sandbox = Sandbox::start(SandboxOptions { sizes, ..SandboxOptions::default() }).expect("starts");
    let home = Home::new();
    let id = sandbox.stripe().account_id().to_owned();
    let run = |arguments: &[&str]| {
        let mut command = home.asking(&sandbox.stripe_base_url(), TEST_KEY, arguments);
        ran(command.env("STRIPE_REQUESTS_PER_S", "10000"))
    };
    let lists = [("stripe_customers", "/v1/customers"), ("stripe_charges", "/v1/charges")];
    assert_eq!(run(&["sync", "customers", "charges", "-q"]).code, Some(0));
    let have = || lists.map(|(table, _)| home.count(&format!("SELECT count(*) FROM {table}")));
    let whole = lists.map(|(_, path)| sandbox.stripe().truth_of(None, path).len() as i64);
    assert_eq!(have(), whole);
    for signal_name in ["KILL", "INT"] {
        let mut command = home.asking(&sandbox.stripe_base_url(), TEST_KEY, &["accounts", "remove", &id, "--yes"]);
        let (child, began) = started(&mut command);
        until("some rows are gone", || have() != whole);
        signal(&child, signal_name);
        finished(child, began);
        assert_ne!(have(), whole);
        let back = run(&["accounts", "add", &id]);
        assert_eq!(back.code, Some(0), "{}", back.stderr);
        let stale = run(&["status", "--max-age", "1h", "-q"]);
        assert_eq!(stale.code, Some(3), "{}", stale.stderr);
        let again = run(&["sync", "customers", "charges", "-q"]);
        assert_eq!(again.code, Some(0), "{}", again.stderr);
        assert_eq!(have(), whole, "after {signal_name}");
        home.assert_intact();
    }
}
