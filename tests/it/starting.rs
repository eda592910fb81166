//! The start of a receiver: it says that it listens when it can take events in, and else why not.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rusqlite::Connection;
use stripesync::store::Store;

use crate::listening::{Listening, event};
use crate::no_room::Small;
use crate::program::{Home, Ran, Reply, Scripted, finished, has_open, ran, signal, started, until};
use crate::receiver::SECRET;

fn listen(home: &Home, more: &[&str]) -> Command {
    let mut command = home.command(&[&["listen", "--port", "0", "--admin-port", "off"], more].concat());
    command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    command
}

/// Takes the file for itself, as a program does that a user left open.
fn locked(home: &Home) -> Connection {
    drop(Store::open(&home.database()).expect("opens"));
    let other = Connection::open(home.database()).expect("opens");
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").expect("locks");
    other
}

fn assert_ended(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, Some(code), "{}", ran.stderr);
    assert!(!ran.stderr.contains("listening on"), "it never listened:\n{}", ran.stderr);
    for part in parts {
        assert!(ran.stderr.contains(part), "{part:?} is not in\n{}", ran.stderr);
    }
}

#[test]
fn a_file_that_is_locked_at_the_start_is_waited_for() {
    let home = Home::new();
    let other = locked(&home);
    let mut command = listen(&home, &[]);
    command.stdout(Stdio::null());
    let listening = Listening::begun(command);
    // It is let go as soon as the wait is told of, whenever that is.
    listening.says("stripesync.db is locked by another program");
    assert!(!listening.said().contains("listening on"), "{}", listening.said());
    drop(other);
    let listening = listening.listens();
    assert_eq!(listening.post(&event("evt_1", "prod_1", "A", 1000), SECRET), 200);
    listening.stop();
}

#[test]
fn a_file_that_stays_locked_ends_it_and_so_does_a_signal_meanwhile() {
    let home = Home::new();
    let other = locked(&home);
    let told = home.path().join("told.txt");
    let mut command = listen(&home, &[]);
    let began = Instant::now();
    let child = command.stdout(Stdio::null()).stderr(fs::File::create(&told).expect("a file")).spawn().expect("starts");
    let is_at_the_file = |child: &Child| has_open(child, &fs::canonicalize(home.database()).expect("is there"));
    until("waited for the file", || is_at_the_file(&child));
    let (asked, asked_at) = started(&mut listen(&home, &[]));
    until("waited for the file", || is_at_the_file(&asked));
    signal(&asked, "TERM");
    assert_ended(&finished(asked, asked_at), 0, &[]);
    // The other one, which came before, has not even ended its first try.
    let said = || fs::read_to_string(&told).expect("readable");
    assert!(!said().contains("is locked by another"), "{}", said());
    let ran = finished(child, began);
    let ran = Ran { stderr: said(), ..ran };
    assert_ended(&ran, 5, &["stripesync.db is locked by another process", "close that and run this again"]);
    drop(other);
}

#[test]
fn a_disk_that_is_full_or_read_only_at_the_start_ends_it() {
    let Some(small) = Small::mounted() else {
        println!("no superuser, no file system of one's own");
        return;
    };
    let home = Home::new();
    let database = small.0.path().join("stripesync.db");
    let place = database.display().to_string();
    fs::write(small.0.path().join("ballast"), vec![0; 20 << 20]).expect("written");
    let full = ran(&mut listen(&home, &["--database", &place]));
    assert_ended(&full, 6, &["full", &place, "make room"]);
    assert!(!database.exists(), "nothing half made stays");
    fs::remove_file(small.0.path().join("ballast")).expect("removed");
    drop(Store::open(&database).expect("opens"));
    let remount = |how: &str| {
        let done = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(small.0.path()).status();
        assert!(done.expect("mount is there").success());
    };
    remount("ro");
    let read_only = ran(&mut listen(&home, &["--database", &place]));
    remount("rw");
    assert_ended(&read_only, 6, &["cannot be written", &place, "--database"]);
}

#[test]
fn settings_that_cannot_work_are_told_before_anything_begins() {
    let home = Home::new();
    let with = |secret: &str, more: &[&str]| {
        let mut command = listen(&home, &[]);
        if !more.is_empty() {
            command = home.command(&[&["listen"], more].concat());
        }
        ran(command.env("STRIPE_WEBHOOK_SECRET", secret))
    };
    for (secret, part) in [
        ("whsec_", "nothing follows whsec_"),
        ("whsec_MARKER", "too short"),
        ("\"whsec_MARKERaSigningSecretForTheTests\"", "quotation marks"),
        ("'whsec_MARKERaSigningSecretForTheTests'", "quotation marks"),
        ("whsec_MARKERaSigning SecretForTheTests", "white space"),
        ("whsec_MARKERaSigningSecretForTheTests,", "blank"),
    ] {
        let ran = with(secret, &[]);
        assert_ended(&ran, 4, &["STRIPE_WEBHOOK_SECRET", part, "whsec_"]);
        assert!(!ran.stderr.contains("MARKER"), "{}", ran.stderr);
    }
    let same = with(SECRET, &["--port", "4299", "--admin-port", "4299"]);
    assert_ended(&same, 2, &["--port and --admin-port are both 4299", "--admin-port off"]);
    assert!(!home.database().exists(), "nothing was begun");
    // White space around it is no part of it.
    let service = Scripted::start(|_, _| Reply::Json(401, r#"{"error":{"message":"Invalid token"}}"#.to_owned()));
    let listening = Listening::start(&home, &["--admin-port", "0"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", format!(" {SECRET}\n"));
        command.env("FIC_ACCESS_TOKEN", "a/MARKERwrongToken").env("FIC_API_BASE", &service.url);
    });
    assert_eq!(listening.post(&event("evt_1", "prod_1", "A", 1000), SECRET), 200);
    listening.says("no company of Fatture in Cloud is in this file yet");
    // It is not found out at the first notification alone.
    listening.says("Fatture in Cloud refused the token");
    assert!(!listening.said().contains("MARKER"), "{}", listening.said());
    assert_eq!(service.requests().len(), 1, "{:?}", service.requests());
    listening.stop();
}
