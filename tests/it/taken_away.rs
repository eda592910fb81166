//! A file that is taken away, replaced or half removed while a receiver has it open: nothing is acknowledged that nobody
//! will find again.

use std::fs;
use std::path::PathBuf;

use stripesync::store::Store;

use crate::listening::{Listening, event};
use crate::program::{Home, text};
use crate::receiver::SECRET;

fn started(home: &Home) -> Listening {
    Listening::start(home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    })
}

fn send(listening: &Listening, number: usize) -> u16 {
    let id = format!("evt_{number}");
    listening.post(&event(&id, &format!("prod_{number}"), &id, 1000), SECRET)
}

fn ids(home: &Home) -> String {
    let ids = "SELECT group_concat(event_id, ' ') FROM (SELECT event_id FROM webhook_events ORDER BY event_id)";
    text(&home.database(), ids)
}

fn beside(home: &Home, ending: &str) -> PathBuf {
    home.path().join(format!("stripesync.db{ending}"))
}

#[test]
fn a_file_that_is_taken_away_takes_nothing_in_until_it_is_put_back() {
    let home = Home::new();
    let listening = started(&home);
    assert_eq!(send(&listening, 1), 200);
    let away = home.path().join("away");
    fs::create_dir(&away).expect("made");
    let names = ["stripesync.db", "stripesync.db-wal", "stripesync.db-shm"];
    names.iter().for_each(|name| fs::rename(home.path().join(name), away.join(name)).expect("moved"));
    assert_eq!([send(&listening, 2), send(&listening, 2), send(&listening, 3)], [503; 3]);
    listening.says("stripesync.db was taken away or replaced");
    listening.says("put it back");
    let told = listening.said().matches("taken away").count();
    assert!(told <= 2, "it does not say so for each event:\n{}", listening.said());
    assert!(!home.database().exists(), "no other file is begun");
    // Whoever ends it then hears that it did not end well.
    let other = Home::new();
    let left = started(&other);
    assert_eq!(send(&left, 1), 200);
    fs::remove_file(other.database()).expect("removed");
    left.signal("TERM");
    left.says("taken away or replaced");
    assert_eq!(left.ended().0, Some(6));
    names.iter().for_each(|name| fs::rename(away.join(name), home.path().join(name)).expect("moved"));
    assert_eq!([send(&listening, 2), send(&listening, 4)], [200; 2], "{}", listening.said());
    listening.stop();
    assert_eq!(ids(&home), "evt_1 evt_2 evt_4");
    home.assert_intact();
}

#[test]
fn it_says_so_when_nothing_comes_too_and_never_writes_into_another_file() {
    let home = Home::new();
    let listening = started(&home);
    assert_eq!(send(&listening, 1), 200);
    let other = home.path().join("restored.db");
    drop(Store::open(&other).expect("opens"));
    let before = fs::read(&other).expect("read");
    fs::rename(&other, home.database()).expect("moved");
    // Nobody sends anything.
    listening.says("stripesync.db was taken away or replaced");
    assert_eq!(send(&listening, 2), 503);
    listening.signal("KILL");
    listening.ended();
    assert_eq!(fs::read(home.database()).expect("read"), before);
}

#[test]
fn a_wal_that_is_removed_costs_no_acknowledged_event() {
    let home = Home::new();
    let listening = started(&home);
    assert_eq!([send(&listening, 1), send(&listening, 2)], [200; 2]);
    fs::remove_file(beside(&home, "-wal")).expect("removed");
    assert_eq!(send(&listening, 3), 503);
    listening.says("stripesync.db-wal was taken away or replaced");
    // However it ends.
    listening.signal("KILL");
    listening.ended();
    assert_eq!(ids(&home), "evt_1 evt_2");
    home.assert_intact();
    let listening = started(&home);
    assert_eq!(send(&listening, 3), 200);
    listening.stop();
    assert_eq!(ids(&home), "evt_1 evt_2 evt_3");
}

#[test]
fn a_file_that_is_made_read_only_in_mid_run_keeps_what_it_acknowledges() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let listening = started(&home);
    assert_eq!(send(&listening, 1), 200);
    let set = |mode| fs::set_permissions(home.database(), fs::Permissions::from_mode(mode)).expect("set");
    set(0o400);
    // It is open: the system asks nobody any more.
    let answered = [send(&listening, 2), send(&listening, 3)];
    listening.stop();
    set(0o600);
    assert!(answered.iter().all(|status| [200, 503].contains(status)), "{answered:?}");
    for (number, status) in [2, 3].into_iter().zip(answered) {
        assert!(status != 200 || ids(&home).contains(&format!("evt_{number}")), "{}", ids(&home));
    }
    home.assert_intact();
}
