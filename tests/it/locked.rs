//! Other processes that keep the file locked for long, and a lock that is taken away. The real program each time.

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
    Scripted::start(|path, number| match path {
        "/v1/account" => account(),
        path if path.starts_with("/v1/tax_rates") => {
            std::thread::sleep(Duration::from_millis(20));
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
        assert!(asked.elapsed() < Duration::from_secs(3), "{:?}: {}", asked.elapsed(), ran.stderr);
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
    let service = slow_list();
    let (child, began) = started(&mut home.asking(&service.url, TEST_KEY, &["sync", "tax_rates"]));
    until("begun", || home.database().exists() && service.requests().len() > 20);
    std::fs::remove_file(home.path().join("stripesync.db.lock")).expect("removed");
    let ran = finished(child, began);
    assert_eq!(ran.code, Some(5), "{}", ran.stderr);
    assert!(ran.stderr.contains("stripesync.db.lock was taken away or replaced"), "{}", ran.stderr);
    assert!(ran.stderr.contains("keeps a second sync out"), "{}", ran.stderr);
    home.assert_intact();
}
