//! How fast a whole pull is, measured against what the machine allows in the same run.
//!
//! `cargo bench --bench sync` prints all parts; `cargo bench --bench sync -- local` (or `pace`, `memory`) one of them.
//! The sandbox and each pull run as processes of their own, so that time and memory are the pull's alone.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use stripesync::clock::SystemClock;
use stripesync::http::{Client, Limits, Settings};
use stripesync::model::cancel::Cancel;
use stripesync::model::progress::Silent;
use stripesync::model::resource::Resource;
use stripesync::model::secret::Secret;
use stripesync::providers::stripe;
use stripesync::sandbox::{Limits as SandboxLimits, Options as SandboxOptions, Sandbox, Sizes, TEST_KEY};
use stripesync::store::Store;
use stripesync::sync::{self, Options, Target};

/// The four lists that the comparison with other programs is made on, with the lists nested in them.
const CHOSEN: &[&str] = &[
    "customers",
    "customer_tax_ids",
    "subscriptions",
    "subscription_items",
    "invoices",
    "invoice_lines",
    "charges",
    "discounts",
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let role: Vec<&str> = args.iter().map(String::as_str).collect();
    match role[..] {
        ["serve", total, latency_ms, per_s] => serve(number(total), number(latency_ms), number(per_s)),
        ["pull", url, file, per_s, in_flight] => pull(url, Path::new(file), number(per_s), number(in_flight)),
        ["plain", from, into] => plain(Path::new(from), Path::new(into)),
        _ => report(&role),
    }
}

fn number(text: &str) -> u32 {
    text.parse().expect("a number")
}

fn report(parts: &[&str]) {
    let wants = |part: &str| parts.is_empty() || parts.contains(&part);
    if wants("local") {
        println!("No latency: a pull, its unchanged second run, and plain prepared upserts of the same rows");
        for total in [15_000, 140_000] {
            local(total);
        }
    }
    if wants("pace") {
        println!("150 ms for each request, 100 requests/s allowed, 15,000 objects");
        pace();
    }
    if wants("memory") {
        println!("Memory high-water of a first pull");
        for total in [10_000, 100_000, 1_000_000] {
            let sandbox = Served::start(total, 0, 0);
            let folder = tempfile::tempdir().expect("a folder");
            let run = Run::pull(&sandbox.url, &folder.path().join("m.db"), 0, 32);
            println!("  {total:>9} objects  {:>6.2} s  {:>5.1} MiB", run.seconds, run.peak_mib);
        }
    }
}

fn local(total: u32) {
    let sandbox = Served::start(total, 0, 0);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pull.db");
    let first = Run::pull(&sandbox.url, &file, 0, 32);
    let second = Run::pull(&sandbox.url, &file, 0, 32);
    let plain = Run::new(&["plain", text(&file), text(&folder.path().join("plain.db"))]);
    println!(
        "  {total:>7} objects  first {:>6.2} s ({:.0} objects/s, {} requests, {:.1} MiB)  second {:.3} s ({} requests)",
        first.seconds,
        f64::from(total) / first.seconds,
        first.requests,
        first.peak_mib,
        second.seconds,
        second.requests,
    );
    println!(
        "  {:>7}          plain {:>6.2} s; a pull reaches {:.0} %",
        "",
        plain.seconds,
        100.0 * plain.seconds / first.seconds
    );
}

fn pace() {
    let sandbox = Served::start(15_000, 150, 100);
    let folder = tempfile::tempdir().expect("a folder");
    let sliced = Run::pull(&sandbox.url, &folder.path().join("sliced.db"), 100, 32);
    let wanted = f64::from(sliced.requests) / 100.0 + 0.15;
    println!(
        "  sliced      {:>6.2} s, {} requests; requests/limit + one round trip = {wanted:.2} s: {:.2} times that; {:.1} MiB",
        sliced.seconds,
        sliced.requests,
        sliced.seconds / wanted,
        sliced.peak_mib
    );
    let one = Run::pull(&sandbox.url, &folder.path().join("one.db"), 100, 1);
    println!("  one cursor  {:>6.2} s, {} requests", one.seconds, one.requests);
}

/// A child's measurements, as it printed them.
struct Run {
    seconds: f64,
    requests: u32,
    peak_mib: f64,
}

impl Run {
    fn pull(url: &str, file: &Path, per_s: u32, in_flight: u32) -> Run {
        Run::new(&["pull", url, text(file), &per_s.to_string(), &in_flight.to_string()])
    }

    fn new(args: &[&str]) -> Run {
        let output = Command::new(myself()).args(args).stderr(Stdio::inherit()).output().expect("runs");
        let line = String::from_utf8(output.stdout).expect("text");
        let mut fields = line.split_whitespace().map(|field| field.parse::<f64>().expect("a figure"));
        let mut next = || fields.next().expect("three figures");
        Run { seconds: next(), requests: next() as u32, peak_mib: next() }
    }
}

/// A sandbox in a process of its own; ends with its standard input.
struct Served {
    child: Child,
    url: String,
    _out: BufReader<ChildStdout>,
}

impl Served {
    fn start(total: u32, latency_ms: u32, per_s: u32) -> Served {
        let mut child = Command::new(myself())
            .args(["serve", &total.to_string(), &latency_ms.to_string(), &per_s.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut url = String::new();
        out.read_line(&mut url).expect("its address");
        Served { child, url: url.trim().to_owned(), _out: out }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn serve(total: u32, latency_ms: u32, per_s: u32) {
    let limits = match per_s {
        0 => SandboxLimits::default(),
        per_s => SandboxLimits { global_per_s: Some(per_s), ..SandboxLimits::default() },
    };
    let latency = Duration::from_millis(latency_ms.into());
    let options = SandboxOptions { sizes: Sizes::speed(total), latency, limits, ..SandboxOptions::default() };
    let sandbox = Sandbox::start(options).expect("binds loopback");
    println!("{}", sandbox.stripe_base_url());
    std::io::stdout().flush().expect("a reader");
    let _ = std::io::stdin().read_line(&mut String::new());
}

fn pull(url: &str, file: &Path, per_s: u32, in_flight: u32) {
    let began = Instant::now();
    let store = Store::open(file).expect("opens");
    let cancel = Cancel::default();
    let mut limits = Limits::new(if per_s == 0 { 1_000_000 } else { per_s }, None);
    limits.share_percent = 100;
    let settings = Settings::new(url, limits)
        .header("Authorization", Secret::new(format!("Bearer {TEST_KEY}")))
        .header("Stripe-Version", Secret::new(stripe::API_VERSION));
    let client = Client::new(settings, Arc::new(SystemClock::new()), cancel.clone()).expect("a client");
    let catalog = sync::catalog();
    let only: Vec<&'static Resource> = stripe::resources::all().filter(|r| CHOSEN.contains(&r.name)).collect();
    let options = Options { only, in_flight_max: in_flight as usize, ..Options::default() };
    let target = Target { client: &client, mode: "sandbox", who: sync::Who::Own(None), readers: None };
    let summary = sync::run(&store, &catalog, &target, &options, &cancel, &Silent).expect("pulls");
    let bad: Vec<_> =
        summary.reports.iter().filter(|r| r.outcome != stripesync::model::progress::Outcome::Complete).collect();
    assert!(bad.is_empty(), "{bad:?}");
    println!("{} {} {}", began.elapsed().as_secs_f64(), summary.requests, peak_mib());
}

/// Copies the same rows by prepared upserts, a thousand in a transaction, with the program's own settings, into a new file
/// with the same tables: what the disk and SQLite allow.
fn plain(from: &Path, into: &Path) {
    let source = rusqlite::Connection::open(from).expect("opens");
    let tables: Vec<(String, String)> = source
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type='table' AND name LIKE 'stripe_%'")
        .and_then(|mut s| s.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .expect("tables");
    let indexes: Vec<String> = source
        .prepare("SELECT sql FROM sqlite_schema WHERE type='index' AND sql IS NOT NULL AND tbl_name LIKE 'stripe_%'")
        .and_then(|mut s| s.query_map([], |row| row.get(0))?.collect())
        .expect("indexes");
    // A pull begins without a file, too.
    let began = Instant::now();
    let target = rusqlite::Connection::open(into).expect("opens");
    target
        .execute_batch(
            "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;
             PRAGMA cache_size=-16000; PRAGMA wal_autocheckpoint=4000; PRAGMA foreign_keys=OFF;",
        )
        .expect("configures");
    for sql in tables.iter().map(|(_, sql)| sql).chain(&indexes) {
        target.execute_batch(sql).expect("creates");
    }
    let mut seconds = began.elapsed().as_secs_f64();
    for (table, _) in &tables {
        seconds += copy(&source, &target, table);
    }
    println!("{seconds} 0 {}", peak_mib());
}

fn copy(source: &rusqlite::Connection, target: &rusqlite::Connection, table: &str) -> f64 {
    let mut select = source.prepare(&format!("SELECT * FROM {table}")).expect("selects");
    let columns = select.column_count();
    let marks = vec!["?"; columns].join(",");
    let mut insert = target.prepare(&format!("INSERT OR REPLACE INTO {table} VALUES ({marks})")).expect("inserts");
    let mut rows = select.query([]).expect("rows");
    let mut seconds = 0.0;
    loop {
        let mut batch: Vec<Vec<rusqlite::types::Value>> = Vec::new();
        while batch.len() < 1000 {
            let Some(row) = rows.next().expect("a row") else { break };
            batch.push((0..columns).map(|i| row.get(i).expect("a value")).collect());
        }
        if batch.is_empty() {
            return seconds;
        }
        let began = Instant::now();
        target.execute_batch("BEGIN").expect("begins");
        for row in &batch {
            insert.execute(rusqlite::params_from_iter(row)).expect("upserts");
        }
        target.execute_batch("COMMIT").expect("commits");
        seconds += began.elapsed().as_secs_f64();
    }
}

/// Returns this process's high-water mark of memory, where the system tells it.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

fn myself() -> PathBuf {
    std::env::current_exe().expect("a path")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
