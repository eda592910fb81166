//! A receiver whose disk is full, whose file may not grow, or is locked by another program for long: it says so, stays, and
//! goes on by itself.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use stripesync::store::Store;

use crate::listening::{Listening, event, exchange, signed, status};
use crate::program::{Home, until};
use crate::receiver::SECRET;

fn send(listening: &Listening, id: &str) -> u16 {
    // Each is a page of its own.
    let name = format!("{id} {}", "x".repeat(9_000));
    listening.post(&event(id, &format!("prod_{id}"), &name, 1000), SECRET)
}

fn logged(database: &Path) -> HashSet<String> {
    let store = Store::open(database).expect("opens");
    let rows = store.query_text("SELECT event_id FROM webhook_events").expect("rows");
    rows.into_iter().map(|mut row| row.remove(0)).collect()
}

/// Sends until there is no room, of which it says one of these things with the file's name, makes room, and sends on; returns
/// what was acknowledged.
fn filled_and_freed(listening: &Listening, says: &[&str], make_room: impl FnOnce()) -> Vec<String> {
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    for number in 0..4_000 {
        let id = format!("evt_{number}");
        match send(listening, &id) {
            200 => acknowledged.push(id),
            500 | 503 => refused += 1,
            other => panic!("{id}: {other}"),
        }
        if refused == 10 {
            break;
        }
    }
    assert!(acknowledged.len() > 5 && refused == 10, "{} and {refused}", acknowledged.len());
    let is_told = |line: &str| line.contains("stripesync.db") && says.iter().any(|words| line.contains(words));
    until("said which file and why", || listening.said().lines().any(is_told));
    make_room();
    for number in 0..5 {
        let id = format!("evt_after_{number}");
        assert_eq!(send(listening, &id), 200, "{}", listening.said());
        acknowledged.push(id);
    }
    acknowledged
}

fn assert_kept(database: &Path, acknowledged: &[String]) {
    let kept = logged(database);
    let lost: Vec<&String> = acknowledged.iter().filter(|id| !kept.contains(*id)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn a_file_that_may_not_grow_refuses_events_until_it_may() {
    let home = Home::new();
    drop(Store::open(&home.database()).expect("opens"));
    let size = fs::metadata(home.database()).expect("is there").len();
    // The WAL may become as long as that; the signal that comes with it must not end the receiver.
    let limit = format!("ulimit -S -f {}; exec \"$@\"", (size + (1 << 20)) / 512);
    let mut shell = Command::new("sh");
    shell.args(["-c", &limit, "sh", env!("CARGO_BIN_EXE_stripesync"), "listen", "--port", "0", "--admin-port", "off"]);
    shell.env_clear().env("HOME", home.path()).current_dir(home.path());
    shell.env("STRIPE_WEBHOOK_SECRET", SECRET).stdout(Stdio::null());
    let listening = Listening::of(shell);
    let pid = listening.pid().to_string();
    // The write that crosses the limit is cut, the next is refused.
    let says = ["is full while writing", "cannot be written"];
    let acknowledged = filled_and_freed(&listening, &says, || {
        let raised = Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited:unlimited"]).status();
        assert!(raised.expect("prlimit is there").success());
    });
    listening.stop();
    assert_kept(&home.database(), &acknowledged);
    home.assert_intact();
}

/// A small file system of its own; none where this user may not have one.
pub struct Small(pub tempfile::TempDir);

impl Small {
    pub fn mounted() -> Option<Small> {
        let folder = tempfile::tempdir().expect("a folder");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"]).arg(folder.path()).output();
        mount.is_ok_and(|done| done.status.success()).then_some(Small(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_refuses_events_until_there_is_room() {
    let Some(small) = Small::mounted() else {
        println!("no superuser, no file system of one's own: what is left is the file that may not grow");
        return;
    };
    let database = small.0.path().join("stripesync.db");
    drop(Store::open(&database).expect("opens"));
    let ballast = small.0.path().join("ballast");
    fs::write(&ballast, vec![0; 6 << 20]).expect("written");
    let home = Home::new();
    let place = database.display().to_string();
    let listening = Listening::start(&home, &["--admin-port", "off", "--database", &place], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    });
    let says = ["is full while writing"];
    let acknowledged = filled_and_freed(&listening, &says, || fs::remove_file(&ballast).expect("removed"));
    listening.stop();
    assert_kept(&database, &acknowledged);
    assert_eq!(crate::program::text(&database, "PRAGMA quick_check"), "ok");
}

#[test]
fn a_file_that_another_program_keeps_locked_is_waited_for_and_nothing_is_lost() {
    let home = Home::new();
    let listening = Listening::start(&home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET).env("STRIPE_WEBHOOK_TIMEOUT", "4s");
    });
    let body = |id: &str| event(id, &format!("prod_{id}"), id, 1000);
    assert_eq!(listening.post(&body("evt_before"), SECRET), 200);
    let other = rusqlite::Connection::open(home.database()).expect("opens");
    other.execute_batch("BEGIN EXCLUSIVE").expect("locks");
    let began = Instant::now();
    let answers: Vec<(String, String)> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..12)
            .map(|sender| {
                let (listening, body) = (&listening, &body);
                scope.spawn(move || {
                    let id = format!("evt_{sender}");
                    // One a second, also when the wait for the lock begins anew.
                    std::thread::sleep(Duration::from_secs(sender).saturating_sub(began.elapsed()));
                    let answer = exchange(listening.port, &signed(&body(&id), SECRET));
                    (id, answer)
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(12_000));
        other.execute_batch("COMMIT").expect("lets go");
        senders.into_iter().map(|sender| sender.join().expect("answered")).collect()
    });
    let mut acknowledged = vec!["evt_before".to_owned()];
    let mut refused = Vec::new();
    for (id, answer) in answers {
        match status(&answer) {
            200 => acknowledged.push(id),
            503 => {
                assert!(answer.to_ascii_lowercase().contains("\r\nretry-after: "), "{answer}");
                refused.push(id);
            }
            other => panic!("{id}: {other}"),
        }
    }
    assert!(refused.len() >= 4, "{refused:?}");
    for id in refused {
        assert_eq!(listening.post(&body(&id), SECRET), 200, "{id} comes again");
        acknowledged.push(id);
    }
    listening.stop();
    assert_kept(&home.database(), &acknowledged);
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE status = 'processed'"), 13);
    home.assert_intact();
}
