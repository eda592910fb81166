//! What is on the disk when an event is acknowledged: the order of writes, syncs and answers of the real program, power
//! cuts, and a disk that fails. A shim in C stands under the program; Linux only.

mod disk;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use stripesync::receive::CORRELATION_HEADER;
use stripesync::store::Store;

use crate::listening::{Listening, event, exchange, signed, status};
use crate::program::{Home, ran};
use crate::receiver::SECRET;
use crate::support::Dice;
use disk::{Cut, Disk, EINTR, EIO, ENOSPC, Failing, Record, after_a_cut, unproven};

/// A file that is there already, whole, without a WAL.
fn home_with_a_file() -> Home {
    let home = Home::new();
    drop(Store::open(&home.database()).expect("opens"));
    home
}

/// A receiver with the shim under it.
fn listening(home: &Home, disk: &Disk) -> Listening {
    Listening::start(home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
        disk.under(command);
    })
}

fn killed(listening: Listening) {
    listening.signal("KILL");
    listening.ended();
}

/// Sends the event with this id once; returns the answer's status and correlation id.
fn send(port: u16, id: &str) -> (u16, String) {
    let product = format!("prod_{}", id.len() % 3);
    let answer = exchange(port, &signed(&event(id, &product, id, 1000), SECRET));
    let line = answer.lines().find(|line| line.to_ascii_lowercase().starts_with(CORRELATION_HEADER));
    let correlation_id = line.and_then(|line| line.split_once(": ")).map_or("", |(_, id)| id);
    (status(&answer), correlation_id.to_owned())
}

/// Sends events from several senders at once; returns what was answered to each.
fn send_many(port: u16, name: &str, senders: usize, each: usize) -> Vec<(String, u16, String)> {
    let answers = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for sender in 0..senders {
            let answers = &answers;
            scope.spawn(move || {
                for number in 0..each {
                    let id = format!("evt_{name}_{sender}_{number}_");
                    let (status, correlation_id) = send(port, &id);
                    answers.lock().expect("whole").push((id, status, correlation_id));
                }
            });
        }
    });
    answers.into_inner().expect("whole")
}

fn logged(database: &Path) -> HashSet<String> {
    let store = Store::open(database).expect("opens");
    let rows = store.query_text("SELECT event_id FROM webhook_events").expect("rows");
    rows.into_iter().map(|mut row| row.remove(0)).collect()
}

#[test]
fn each_acknowledged_event_was_synced_before_the_first_byte_of_its_answer() {
    let (home, disk) = (home_with_a_file(), Disk::new());
    let listening = listening(&home, &disk);
    let answers = send_many(listening.port, "a", 8, 40);
    killed(listening);
    assert!(answers.iter().all(|(_, status, _)| *status == 200), "{answers:?}");
    let events: HashMap<String, String> = answers.into_iter().map(|(id, _, at)| (at, id)).collect();
    let records = disk.records();
    let all: Vec<&Record> = records.iter().collect();
    assert_eq!(all.iter().filter(|it| it.acknowledges().is_some()).count(), events.len());
    assert_eq!(unproven(&all, &events), [""; 0]);
    // The rule can be broken: without the syncs nothing of it is proven, nor where each came a moment later.
    let without: Vec<&Record> = records.iter().filter(|it| it.what != 'S').collect();
    assert_eq!(unproven(&without, &events).len(), events.len());
    let syncs = all.iter().filter(|it| it.what == 'S' && it.is_of_wal()).count();
    assert!((8..=events.len() + 8).contains(&syncs), "{syncs} syncs for {} events", events.len());
}

#[test]
fn a_disk_that_fails_at_any_write_or_sync_costs_no_acknowledged_event() {
    let (home, disk) = (home_with_a_file(), Disk::new());
    let listening = listening(&home, &disk);
    // What a start writes is over when it answers.
    let mut acknowledged = vec!["evt_begun_".to_owned()];
    assert_eq!(send(listening.port, &acknowledged[0]).0, 200);
    let mut refused = 0;
    for (which, error) in
        [Failing::Writes, Failing::Syncs].into_iter().flat_map(|w| [EIO, ENOSPC, EINTR].map(|error| (w, error)))
    {
        let before = disk.failed();
        for passing in 0..8 {
            for failing in [1, 1000] {
                let name = format!("{}x{error}x{passing}x{failing}", which as i32);
                disk.fail(which, passing, failing, error);
                let answers = send_many(listening.port, &name, 4, 2);
                disk.heal();
                for (id, status, _) in answers {
                    assert!([200, 500, 503].contains(&status), "{id}: {status}");
                    refused += usize::from(status != 200);
                    acknowledged.extend((status == 200).then_some(id));
                }
                let id = format!("evt_{name}_after_");
                assert_eq!(
                    send(listening.port, &id).0,
                    200,
                    "{id}: it goes on when the disk does\n{}",
                    listening.said()
                );
                acknowledged.push(id);
            }
        }
        assert!(disk.failed() > before, "{which:?} {error}");
    }
    assert!(refused > 100, "{refused} refused");
    assert!(listening.said().contains("stripesync.db"), "it says which file:\n{}", listening.said());
    killed(listening);
    let kept = logged(&home.database());
    let lost: Vec<&String> = acknowledged.iter().filter(|id| !kept.contains(*id)).collect();
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), acknowledged.len());
    home.assert_intact();
}

#[test]
fn a_disk_that_fails_at_the_start_is_told_and_leaves_nothing_half_made() {
    for which in [Failing::Writes, Failing::Syncs, Failing::Opens] {
        for error in [EIO, ENOSPC] {
            // A start opens three files.
            let calls = if which == Failing::Opens { 3 } else { 4 };
            for passing in 0..calls {
                let (home, disk) = (Home::new(), Disk::new());
                disk.fail(which, passing, 1000, error);
                let mut command = home.command(&["listen", "--port", "0", "--admin-port", "off"]);
                command.env("STRIPE_WEBHOOK_SECRET", SECRET);
                disk.under(&mut command);
                let listening = ran(&mut command);
                let what = format!("{which:?} {error} {passing}: {:?} {}", listening.code, listening.stderr);
                assert_eq!(listening.code, Some(6), "{what}");
                assert!(!listening.stderr.contains("listening on"), "{what}");
                assert!(listening.stderr.contains("stripesync.db") && !listening.stderr.contains("panicked"), "{what}");
                disk.heal();
                drop(Store::open(&home.database()).expect("opens"));
                home.assert_intact();
            }
        }
    }
}

/// What the files hold before anything happens.
fn at_first(home: &Home) -> BTreeMap<String, Vec<u8>> {
    let database = fs::canonicalize(home.database()).expect("is there");
    BTreeMap::from([(database.display().to_string(), fs::read(&database).expect("readable"))])
}

/// Cuts the power after so many records, and compares what is left with what was acknowledged by then.
fn cut_the_power(
    at_first: &BTreeMap<String, Vec<u8>>,
    records: &[Record],
    events: &HashMap<String, String>,
    cut: Cut,
    dice: &mut Dice,
) {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in after_a_cut(at_first, records, cut, dice) {
        if let Some(name) = Path::new(&path).file_name().filter(|_| path != "socket") {
            fs::write(folder.path().join(name), bytes).expect("written");
        }
    }
    let database = folder.path().join("stripesync.db");
    let what = format!("{cut:?} after {} records", records.len());
    let store = Store::open(&database).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(store.query_text("PRAGMA integrity_check").expect("checked"), [["ok"]], "{what}");
    drop(store);
    let kept = logged(&database);
    let acknowledged: Vec<&String> =
        records.iter().filter_map(Record::acknowledges).filter_map(|it| events.get(&it)).collect();
    let lost: Vec<_> = acknowledged.iter().filter(|id| !kept.contains(**id)).collect();
    assert!(lost.is_empty(), "{what}: {} of {} lost, such as {}", lost.len(), acknowledged.len(), lost[0]);
}

#[test]
fn what_was_acknowledged_outlives_a_power_cut_at_any_moment() {
    let (home, disk) = (home_with_a_file(), Disk::new());
    let at_first = at_first(&home);
    let listening = listening(&home, &disk);
    let mut events = HashMap::new();
    for round in 0..6 {
        // Now and then a sync fails: what it was for may be on the disk or not.
        disk.fail(Failing::Syncs, 2, i32::from(round % 2 == 1), EIO);
        let answers = send_many(listening.port, &format!("{round}"), 8, 8);
        events.extend(answers.into_iter().map(|(id, _, correlation_id)| (correlation_id, id)));
    }
    killed(listening);
    assert_eq!(disk.failed(), 3);
    let records = disk.records();
    let mut dice = Dice::new(5);
    for number in 0..45 {
        let until = if number == 0 { records.len() } else { dice.below(records.len()) };
        let cut = [Cut::Lost, Cut::Some, Cut::Torn][number % 3];
        cut_the_power(&at_first, &records[..until], &events, cut, &mut dice);
    }
}

#[test]
fn a_sync_that_failed_also_failed_for_what_others_had_written_before() {
    let (home, disk) = (home_with_a_file(), Disk::new());
    let at_first = at_first(&home);
    let listening = listening(&home, &disk);
    let mut events = HashMap::new();
    let mut send_one = |id: &str| {
        let (status, correlation_id) = send(listening.port, id);
        events.insert(correlation_id, id.to_owned());
        status
    };
    assert_eq!(send_one("evt_first_"), 200);
    // Another process writes, and leaves it to the system when that comes onto the disk.
    let body = event("evt_beside", "prod_beside", "beside", 1000);
    fs::write(home.path().join("beside.json"), body).expect("written");
    let mut beside = home.command(&["replay", "--apply", "beside.json"]);
    disk.under(&mut beside);
    let beside = ran(&mut beside);
    assert_eq!(beside.code, Some(0), "{}", beside.stderr);
    // The sync for the next event is the one in which the system finds that it cannot write it, and says so once.
    disk.fail(Failing::Syncs, 0, 1, EIO);
    assert_eq!(send_one("evt_second_"), 503, "it says that it could not");
    assert_eq!(send_one("evt_second_"), 200);
    assert_eq!(send_one("evt_third_"), 200);
    killed(listening);
    let records = disk.records();
    assert!(records.iter().any(|it| it.what == 'F'), "a sync failed");
    for cut in [Cut::Lost, Cut::Some, Cut::Torn] {
        for seed in 0..4 {
            cut_the_power(&at_first, &records, &events, cut, &mut Dice::new(seed));
        }
    }
}

#[test]
fn a_sync_that_failed_while_something_was_copied_costs_no_acknowledged_event() {
    let (home, disk) = (home_with_a_file(), Disk::new());
    let at_first = at_first(&home);
    let listening = listening(&home, &disk);
    let mut events = HashMap::new();
    // The receiver's own syncs all succeed: the system says it once, and to the thread that copies.
    for failing in 1..=12 {
        disk.fail(Failing::CopyingSyncs, 0, 1, EIO);
        for part in 0.. {
            let answers = send_many(listening.port, &format!("{failing}x{part}"), 8, 4);
            events.extend(answers.into_iter().map(|(id, _, correlation_id)| (correlation_id, id)));
            if disk.failed() == failing {
                break;
            }
        }
        // Before it copies again: what is acknowledged now must not stand behind a hole.
        let answers = send_many(listening.port, &format!("{failing}after"), 8, 2);
        events.extend(answers.into_iter().map(|(id, _, correlation_id)| (correlation_id, id)));
    }
    killed(listening);
    let records = disk.records();
    let failed = |at: &usize| records[*at].what == 'F' && records[*at].is_of_wal();
    let failures: Vec<usize> = (0..records.len()).filter(failed).collect();
    assert!(failures.len() > 6, "{} of the failures met the WAL", failures.len());
    let acknowledged = records.iter().filter(|it| it.acknowledges().is_some()).count();
    assert!(acknowledged > 300, "{acknowledged} acknowledged");
    let mut dice = Dice::new(7);
    for at in failures {
        for after in [1, 10, 40, 160] {
            let until = records.len().min(at + after);
            cut_the_power(&at_first, &records[..until], &events, Cut::Lost, &mut dice);
        }
    }
    cut_the_power(&at_first, &records, &events, Cut::Lost, &mut dice);
}

#[test]
fn a_hole_in_the_wal_is_mended_also_where_the_receiver_did_not_live_to_do_it() {
    let (home, disk) = (home_with_a_file(), Disk::new());
    let at_first = at_first(&home);
    let mut events = HashMap::new();
    for life in 0..4 {
        let listening = listening(&home, &disk);
        let mut send_one = |name: &str| {
            let id = format!("evt_{name}_{life}_");
            let (status, correlation_id) = send(listening.port, &id);
            events.insert(correlation_id, id);
            status
        };
        assert_eq!(send_one("first"), 200);
        disk.fail(Failing::Syncs, 0, 1, EIO);
        send_one("doubtful");
        killed(listening);
        disk.heal();
    }
    assert_eq!(disk.failed(), 4);
    let records = disk.records();
    let acknowledged = records.iter().filter(|it| it.acknowledges().is_some()).count();
    assert!(acknowledged >= 4, "{acknowledged} acknowledged");
    cut_the_power(&at_first, &records, &events, Cut::Lost, &mut Dice::new(3));
}
