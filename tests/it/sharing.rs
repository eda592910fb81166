//! Others at the same file: they get their turn while a sync writes, and the log beside the file stays bounded.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use stripesync::sandbox::{Options, Sandbox, Sizes};
use stripesync::store::{Arrival, Event, Logged, NewAccount, REST, SHARED_TURN_MAX, Store};

use crate::program::{Home, finished, started};
use crate::support;

/// No other process waits as long for its turn.
const PATIENCE: Duration = Duration::from_secs(60);
/// Milliseconds between one try of SQLite's and the next, where it may wait for a quarter second.
const SQLITE_STEPS_MS: [u64; 12] = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 22];
/// What the log may be where no thread copies it: 96 MB between checkpoints, and the transaction that passes it.
const WAL_MAX_BYTES: u64 = 112 << 20;

fn other(path: &Path) -> Connection {
    let conn = Connection::open(path).expect("opens");
    conn.busy_timeout(PATIENCE).expect("set");
    conn
}

#[test]
fn turns_and_rests_are_such_that_sqlite_finds_a_rest_within_a_quarter_second() {
    let rest_ms = REST.as_millis() as u64;
    // A turn may go beyond by what comes in one piece: on a slow machine some pages.
    for turn_ms in SHARED_TURN_MAX.as_millis() as u64..=100 {
        for first_ms in 0..turn_ms + rest_ms {
            let tries = SQLITE_STEPS_MS.iter().scan(first_ms, |at_ms, step_ms| {
                *at_ms += step_ms;
                Some(*at_ms)
            });
            let is_free = |at_ms: u64| at_ms % (turn_ms + rest_ms) >= turn_ms;
            assert!(tries.into_iter().any(is_free), "turns of {turn_ms} ms, asked after {first_ms} ms");
        }
    }
}

/// Writes into the file as often as it can while a sync writes; returns how often that was.
fn turns_beside_a_sync(home: &Home) -> usize {
    // The file is there before, so that the first turns are not those of the schema.
    drop(Store::open(&home.database()).expect("opens"));
    let conn = other(&home.database());
    conn.execute_batch("CREATE TABLE notes (n INTEGER)").expect("a table of one's own");
    // No network, no pace: the sync writes all the time.
    let arguments = ["sync", "--all", "--sandbox", "--provider", "stripe", "--quiet", "--database", "stripesync.db"];
    let (mut child, began) = started(&mut home.command(&arguments));
    let (mut turns, mut longest) = (0, Duration::ZERO);
    while child.try_wait().expect("its own child").is_none() {
        let asked = Instant::now();
        conn.execute("INSERT INTO notes VALUES (?1)", [turns as i64]).expect("its turn comes");
        turns += 1;
        longest = longest.max(asked.elapsed());
        // The other process has something else to do, too.
        std::thread::sleep(Duration::from_millis(2));
    }
    let ran = finished(child, began);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    println!("{turns} turns in {:?}, the longest took {longest:?}", ran.took);
    turns
}

#[test]
fn whoever_else_writes_to_the_file_gets_turns_while_a_sync_writes() {
    // A machine may hold this process up for as long as a whole sync takes: another one shows it then.
    let home = (0..10).map(|_| Home::new()).find(|home| turns_beside_a_sync(home) >= 50);
    let home = home.expect("a sync beside which there were turns");
    // The look-alike inside the program is this one.
    let sandbox = Sandbox::start(Options { sizes: Sizes::customers(200), ..Options::default() }).expect("starts");
    let store = Store::open(&home.database()).expect("opens");
    assert_eq!(support::differences(&sandbox, &store), Vec::<String>::new());
}

fn wal_bytes(path: &Path) -> u64 {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    std::fs::metadata(name).map_or(0, |wal| wal.len())
}

/// Commits some megabytes of events; returns how large the log then is.
fn write(store: &Store, account: i64, round: usize) -> u64 {
    store.begin().expect("begins");
    for n in 0..20 {
        let event = Event {
            id: format!("evt_{round}_{n}"),
            kind: "plan.created".to_owned(),
            table: String::new(),
            object_id: None,
            api_version: None,
            created_s: 0,
            payload: "x".repeat(200 << 10),
            error: None,
            livemode: None,
            priority: 2,
        };
        let logged = store.log_event(&Arrival::listed(account, &event, 0)).expect("logs");
        assert!(matches!(logged, Logged::New(_)));
    }
    store.commit().expect("commits");
    wal_bytes(store.path())
}

#[test]
fn the_log_beside_the_file_is_bounded_and_shrinks_again_when_a_long_reader_ends() {
    let home = Home::new();
    let store = Store::open(&home.database()).expect("opens");
    let remote_id = "acct_1".to_owned();
    let new = NewAccount::named("stripe", remote_id, "test");
    let account = store.account(&new).expect("an account").id;
    let alone = (0..30).map(|round| write(&store, account, round)).max().expect("rounds");
    assert!((WAL_MAX_BYTES / 4..WAL_MAX_BYTES).contains(&alone), "{alone} bytes");
    let reader = other(&home.database());
    reader.execute_batch("BEGIN; SELECT count(*) FROM accounts").expect("reads");
    let held = (30..60).map(|round| write(&store, account, round)).max().expect("rounds");
    assert!(held > WAL_MAX_BYTES, "the reader holds nothing: {held} bytes");
    reader.execute_batch("COMMIT").expect("ends");
    // The next commit moves everything into the file, the one after begins the log anew.
    write(&store, account, 60);
    let after = write(&store, account, 61);
    assert!(after < WAL_MAX_BYTES, "{after} bytes");
}

#[test]
fn a_sync_waits_for_what_a_receiver_reads_beside_it() {
    let home = Home::new();
    drop(Store::open(&home.database()).expect("opens"));
    let place = home.path().join("stripesync.db.lock");
    let file = std::fs::OpenOptions::new().create(true).truncate(true).write(true).open(&place).expect("a file");
    file.lock().expect("free");
    std::fs::write(&place, "1 2026-01-01T00:00:00Z (listen)").expect("written");
    let arguments = ["sync", "products", "--sandbox", "--database", "stripesync.db"];
    let (child, began) = started(&mut home.command(&arguments));
    let held = Duration::from_secs(3);
    std::thread::sleep(held);
    drop(file);
    let ran = finished(child, began);
    assert!(ran.code == Some(0) && ran.took >= held, "{:?} after {:?}: {}", ran.code, ran.took, ran.stderr);
    // Another sync is not waited for.
    let file = std::fs::OpenOptions::new().write(true).open(&place).expect("a file");
    file.lock().expect("free");
    std::fs::write(&place, "1 2026-01-01T00:00:00Z").expect("written");
    assert_eq!(home.run(&arguments).code, Some(5));
}
