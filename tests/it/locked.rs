//! Other processes that keep the file locked for long, and a lock that is taken away. The real program each time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use stripesync::sandbox::TEST_KEY;
use stripesync::store::Store;

use crate::program::{Home, Reply, Scripted, account, finished, signal, started, until};

fn rates(ids: &[String], has_more: bool) -> Reply {
    let data: Vec<String> =
        ids.iter().map(|id| format!(r#"{{"id":"{id}","object":"tax_rate","created":1700000000}}"#)).collect();
    Reply::Json(200, format!(r#"{{"object":"list","data":[{}],"has_more":{has_more}}}"#, data.join(",")))
}

/// A list of tax rates without end, a page in twenty milliseconds.
fn slow_list() -> Scripted {
    slow_list_with(|_| {})
}

/// The same; this gets the number of each page before it is answered.
fn slow_list_with(before: impl Fn(usize) + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |path, number| match path {
        "/v1/account" => account(),
        path if path.starts_with("/v1/tax_rates") => {
            std::thread::sleep(Duration::from_millis(20));
            before(number);
            rates(&[format!("txr_{number}")], true)
        }
        _ => rates(&[], false),
    })
}

/// Takes the write lock, as a program that a user left open does.
fn locking(home: &Home) -> Connection {
    let conn = Connection::open(home.database()).expect("opens");
    conn.busy_timeout(Duration::from_secs(20)).expect("set");
    conn.execute_batch("BEGIN IMMEDIATE").expect("locks");
    conn
}

#[test]
fn a_signal_is_heard_while_another_process_has_the_file_locked() {
    let home = Home::new();
    drop(Store::open(&home.database()).expect("opens"));
    let service = slow_list();
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let conn = locking(&home);
        let before = service.requests().len();
        let (child, began) = started(&mut home.asking(&service.url, TEST_KEY, &["sync", "tax_rates"]));
        until("asked", || service.requests().len() > before);
        // It has its answer, and waits for the file.
        std::thread::sleep(Duration::from_millis(300));
        let asked = Instant::now();
        signal(&child, name);
        let ran = finished(child, began);
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        // Who hears nothing waits for ten seconds; it takes half a second.
        assert!(asked.elapsed() < Duration::from_secs(8), "{:?}: {}", asked.elapsed(), ran.stderr);
        assert!(ran.stderr.contains("interrupted"), "{}", ran.stderr);
        drop(conn);
    }
    home.assert_intact();
}

#[test]
fn a_file_that_stays_locked_ends_the_run_with_what_it_has_done() {
    let home = Home::new();
    drop(Store::open(&home.database()).expect("opens"));
    let service = slow_list();
    let (child, began) = started(&mut home.asking(&service.url, TEST_KEY, &["sync", "tax_rates"]));
    until("a page in the file", || home.count("SELECT count(*) FROM stripe_tax_rates") > 0);
    let conn = locking(&home);
    let rows = home.count("SELECT count(*) FROM stripe_tax_rates");
    let ran = finished(child, began);
    assert_eq!(ran.code, Some(5), "{}", ran.stderr);
    for part in ["stripesync.db is locked by another process", "close the other program, and the same command goes on"]
    {
        assert!(ran.stderr.contains(part), "{part:?} is not in\n{}", ran.stderr);
    }
    assert!(ran.stdout.contains("stripe:tax_rates") && ran.stdout.contains("interrupted"), "{}", ran.stdout);
    drop(conn);
    assert_eq!(home.count("SELECT count(*) FROM stripe_tax_rates"), rows);
    home.assert_intact();
}

#[test]
fn a_sync_whose_lock_is_taken_away_writes_nothing_more() {
    let home = Home::new();
    drop(Store::open(&home.database()).expect("opens"));
    // The lock goes before a page is answered: whatever comes from that page on may not be in the file.
    let (lock, take) = (home.path().join("stripesync.db.lock"), Arc::new(AtomicBool::new(false)));
    let (told, first_late) = (Arc::clone(&take), Arc::new(AtomicUsize::new(0)));
    let late = Arc::clone(&first_late);
    let service = slow_list_with(move |number| {
        if told.swap(false, SeqCst) {
            std::fs::remove_file(&lock).expect("removed");
            late.store(number, SeqCst);
        }
    });
    let (child, began) = started(&mut home.asking(&service.url, TEST_KEY, &["sync", "tax_rates"]));
    until("a page in the file", || home.count("SELECT count(*) FROM stripe_tax_rates") > 0);
    take.store(true, SeqCst);
    let ran = finished(child, began);
    assert_eq!(ran.code, Some(5), "{}", ran.stderr);
    assert!(ran.stderr.contains("stripesync.db.lock was taken away or replaced"), "{}", ran.stderr);
    assert!(ran.stderr.contains("keeps a second sync out"), "{}", ran.stderr);
    home.assert_intact();
    let late = first_late.load(SeqCst);
    assert!(late > 0 && service.requests().len() >= late, "there was something that must not be in the file");
    let newest = home.count("SELECT max(CAST(substr(id, 5) AS INTEGER)) FROM stripe_tax_rates");
    assert!((1..late as i64).contains(&newest), "page {newest} is in the file, the lock went before page {late}");
    let cursors = "SELECT count(*) FROM slices WHERE CAST(substr(cursor, 5) AS INTEGER) >= ";
    assert_eq!(home.count(&format!("{cursors}{late}")), 0, "no cursor claims what is not there");
}
