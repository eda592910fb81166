//! How much of what the service permits a quiet pass over many connected accounts uses: each costs a request or two, and
//! nothing but the limit should hold them up. And how long a hundred small accounts take beside one of half a million objects,
//! against how long they take without it.
//!
//! `cargo bench --bench fleet` prints both parts; `-- quiet` or `-- beside` one of them. The look-alike answers as late as
//! the service does.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use stripesync::clock::SystemClock;
use stripesync::http::{Client, Limits, Settings};
use stripesync::model::cancel::Cancel;
use stripesync::model::secret::Secret;
use stripesync::sandbox::{Connected, LIVE_KEY, Options, Sandbox, Sizes};
use stripesync::store::Store;
use stripesync::sync::{self, Platform};

/// As long as Stripe takes for a small answer.
const LATENCY: Duration = Duration::from_millis(150);
const ACCOUNTS: u32 = 1_000;
/// What Stripe permits in live mode, and what is used of it unless told otherwise.
const PERMITTED_PER_S: f64 = 100.0;
const USED_PER_S: f64 = 80.0;
/// Accounts beside a large one, and how many objects that has.
const SMALL: usize = 100;
const LARGE: u32 = 500_000;
const DEADLINE: Duration = Duration::from_secs(300);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let wants = |part: &str| args.is_empty() || args.iter().any(|arg| arg == part);
    if wants("quiet") {
        quiet();
    }
    if wants("beside") {
        beside();
    }
}

/// A platform, and a file that knows its accounts.
struct World {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

fn world(connected: Connected) -> World {
    let sizes = Sizes::customers(5);
    let options = Options { sizes, connected, livemode: true, latency: LATENCY, ..Options::default() };
    let sandbox = Sandbox::start(options).expect("starts");
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("stripesync.db")).expect("opens");
    let settings = Settings::new(sandbox.stripe_base_url(), Limits::new(100_000, None))
        .header("Authorization", Secret::new(format!("Bearer {LIVE_KEY}")));
    let client = Client::new(settings, Arc::new(SystemClock::new()), Cancel::default()).expect("a client");
    let own = sync::identify(&client, "live", None).expect("the key is good");
    let row = store.account(&own).expect("an account").id;
    let platform = Platform { row, mode: "live", credential: None };
    sync::connected(&store, &client, &platform, &Cancel::default(), &mut |_| {}).expect("lists");
    World { sandbox, folder }
}

/// What a run of the program took.
struct Took {
    time: Duration,
    memory_kib: u64,
}

impl World {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stripesync"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("STRIPE_API_BASE", self.sandbox.stripe_base_url())
            .env("STRIPE_API_KEY", LIVE_KEY)
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str], per_s: Option<u32>) -> Took {
        let mut command = self.command(arguments);
        if let Some(per_s) = per_s {
            command.env("STRIPE_REQUESTS_PER_S", per_s.to_string());
        }
        let began = Instant::now();
        let mut child = command.spawn().expect("starts");
        let mut memory_kib = 0;
        while child.try_wait().expect("is a child").is_none() {
            memory_kib = peak_kib(child.id()).max(memory_kib);
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(child.wait().expect("ends").success(), "{arguments:?}");
        Took { time: began.elapsed(), memory_kib }
    }
}

fn peak_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status"));
    let peak = |text: String| {
        text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
    };
    status.ok().and_then(peak).unwrap_or(0)
}

fn quiet() {
    let world = world(Connected::long_tail(ACCOUNTS, 30).lean());
    let arguments = ["batch-sync", "--limit", "5000", "charges", "balance_transactions"];
    let first = world.run(&arguments, Some(10_000));
    println!("{ACCOUNTS} accounts read for the first time, without a limit: {:.1} s", first.time.as_secs_f64());
    world.sandbox.reset_stats();
    let second = world.run(&arguments, None);
    let stats = world.sandbox.stats();
    let requests = stats.total.requests as f64;
    let per_s = requests / second.time.as_secs_f64();
    println!(
        "a quiet pass: {requests} requests ({:.2} each) in {:.1} s",
        requests / f64::from(ACCOUNTS),
        second.time.as_secs_f64()
    );
    println!(
        "  {per_s:.1}/s = {:.0} % of the {USED_PER_S}/s that are used of {PERMITTED_PER_S}/s",
        per_s / USED_PER_S * 100.0
    );
    println!("  at most {} in any second, {} KiB of memory at most", stats.total.most_in_1s, second.memory_kib);
}

fn beside() {
    let small = vec![Sizes::lean(2); SMALL];
    let alone = small_ones_done(&world(Connected::of(small.clone())));
    // The newest has its turn first.
    let large = world(Connected::of([small, vec![Sizes::speed(LARGE)]].concat()));
    let beside = small_ones_done(&large);
    let id = large.sandbox.stripe().connected_ids().pop().expect("a hundred and one");
    let requests_of_large = large.sandbox.stats().accounts[&id].requests;
    println!(
        "{SMALL} small accounts are done after {:.1} s alone, after {:.1} s beside one of {LARGE} objects, which sends \
         {requests_of_large} requests meanwhile",
        alone.as_secs_f64(),
        beside.as_secs_f64(),
    );
}

/// How long it takes until all but one of the connected accounts, or all, are done; what is left then is not waited for.
fn small_ones_done(world: &World) -> Duration {
    world.sandbox.reset_stats();
    let arguments = ["batch-sync", "--limit", "5000", "customers", "subscriptions", "invoices", "charges"];
    let began = Instant::now();
    let mut child = world.command(&arguments).spawn().expect("starts");
    let done = "SELECT count(*) FROM accounts WHERE synced IS NOT NULL AND platform IS NOT NULL";
    let database = world.folder.path().join("stripesync.db");
    let is_done = || {
        let store = Store::open_read_only(&database).ok()?;
        Some(store.query_text(done).ok()?[0][0].parse::<usize>().ok()? >= SMALL)
    };
    while is_done() != Some(true) {
        assert!(began.elapsed() < DEADLINE, "the small ones are not done");
        std::thread::sleep(Duration::from_millis(50));
    }
    let took = began.elapsed();
    child.kill().expect("is a child");
    child.wait().expect("ends");
    took
}
