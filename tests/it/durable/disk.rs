//! What a program did to the files of its database and when it answered, as a shim under it wrote down; faults that the
//! shim makes; and what a power cut would have left.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use memchr::memmem;

use crate::support::Dice;

/// Which calls fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    Writes = 1,
    Syncs = 2,
    Opens = 4,
    /// Syncs by the thread that copies from the WAL.
    CopyingSyncs = 8,
}

pub const EINTR: i32 = 4;
pub const EIO: i32 = 5;
pub const ENOSPC: i32 = 28;

/// Compiles the shim once for all tests.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let made = || {
        let folder = tempfile::tempdir().expect("a folder");
        let (source, library) = (folder.path().join("io.c"), folder.path().join("io.so"));
        fs::write(&source, include_str!("io.c")).expect("written");
        let compiled = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).args([&library, &source]).status();
        assert!(compiled.expect("a C compiler is there, as the README asks for").success());
        (folder, library)
    };
    &LIBRARY.get_or_init(made).1
}

/// A shim under one or several processes.
pub struct Disk {
    folder: tempfile::TempDir,
    control: File,
}

impl Disk {
    pub fn new() -> Disk {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("control"), [0; 20]).expect("written");
        let control = File::options().read(true).write(true).open(folder.path().join("control")).expect("opens");
        Disk { folder, control }
    }

    /// Puts the shim under a command.
    pub fn under(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", library())
            .env("IO_LOG", self.folder.path().join("log"))
            .env("IO_CONTROL", self.folder.path().join("control"));
    }

    /// Lets so many calls pass, and so many fail after them.
    pub fn fail(&self, which: Failing, passing: i32, failing: i32, error: i32) {
        // What decides comes last.
        for (place, value) in [(1, passing), (2, failing), (3, error), (0, which as i32)] {
            self.control.write_all_at(&i32::to_ne_bytes(value), place * 4).expect("written");
        }
    }

    /// Lets everything pass.
    pub fn heal(&self) {
        self.control.write_all_at(&[0; 16], 0).expect("written");
    }

    /// How many calls failed so far.
    pub fn failed(&self) -> i32 {
        let mut bytes = [0; 4];
        self.control.read_exact_at(&mut bytes, 16).expect("read");
        i32::from_ne_bytes(bytes)
    }

    /// All that happened so far, in order.
    pub fn records(&self) -> Vec<Record> {
        let log = fs::read(self.folder.path().join("log")).expect("a log");
        let (mut records, mut at) = (Vec::new(), 0);
        while let Some(end) = memchr::memchr(b'\n', &log[at..]) {
            let head = String::from_utf8(log[at..at + end].to_vec()).expect("text");
            at += end + 1;
            let mut fields = head.splitn(4, ' ');
            let mut next = || fields.next().expect("four fields");
            let what = next().chars().next().expect("a letter");
            let number = |text: &str| text.parse::<usize>().expect("a number");
            let (offset, length, path) = (number(next()), number(next()), next().to_owned());
            records.push(Record { what, offset, path, bytes: log[at..at + length].to_vec() });
            at += length;
        }
        records
    }
}

/// One thing that happened; `io.c` says what the letters mean.
pub struct Record {
    pub what: char,
    pub offset: usize,
    pub path: String,
    pub bytes: Vec<u8>,
}

impl Record {
    pub fn is_of_wal(&self) -> bool {
        self.path.ends_with("-wal")
    }

    /// The correlation id of an answer that says that an event is taken.
    pub fn acknowledges(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.bytes);
        if self.what != 'H' || !text.starts_with("HTTP/1.1 200") {
            return None;
        }
        let name = stripesync::receive::CORRELATION_HEADER;
        let line = text.lines().find(|line| line.to_ascii_lowercase().starts_with(name))?;
        line.split_once(": ").map(|(_, id)| id.to_owned())
    }
}

/// What happened to a byte range of a file, or to its length.
struct Op<'r> {
    record: &'r Record,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It may be on the disk, or not.
    Pending,
    Durable,
    /// A sync of it failed: the system takes it for written, whether it is or not, and no later sync writes it.
    Forgotten,
}

/// What a power cut does with what was not on the disk for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// None of it is there.
    Lost,
    /// Some writes of it are there, whatever their order was.
    Some,
    /// Some sectors of 512 bytes of it are there.
    Torn,
}

/// Returns what a power cut after so many records leaves of each file, given what was there at first.
pub fn after_a_cut(
    at_first: &BTreeMap<String, Vec<u8>>,
    records: &[Record],
    cut: Cut,
    dice: &mut Dice,
) -> BTreeMap<String, Vec<u8>> {
    let mut ops: BTreeMap<&str, Vec<Op>> = BTreeMap::new();
    // Syncs that have begun: until which operation they reach.
    let mut begun: HashMap<&str, Vec<usize>> = HashMap::new();
    for record in records {
        let path = record.path.as_str();
        let of_file = ops.entry(path).or_default();
        match record.what {
            'W' | 'T' => of_file.push(Op { record, fate: Fate::Pending }),
            's' => begun.entry(path).or_default().push(of_file.len()),
            // Of several at once it is not known which one ended: the one that reaches least.
            'S' | 'F' => {
                let until = begun.get_mut(path).expect("it began").remove(0);
                let fate = if record.what == 'S' { Fate::Durable } else { Fate::Forgotten };
                for op in of_file[..until].iter_mut().filter(|op| op.fate == Fate::Pending) {
                    op.fate = fate;
                }
            }
            _ => {}
        }
    }
    let mut files = at_first.clone();
    for (path, ops) in ops {
        let file = files.entry(path.to_owned()).or_default();
        for op in ops {
            let is_certain = op.fate == Fate::Durable;
            let mut is_there = || is_certain || cut != Cut::Lost && dice.below(2) == 0;
            match (op.record.what, cut) {
                ('T', _) if is_there() => file.truncate(op.record.offset),
                ('W', Cut::Torn) if !is_certain => {
                    for (number, sector) in op.record.bytes.chunks(512).enumerate() {
                        if is_there() {
                            put(file, op.record.offset + number * 512, sector);
                        }
                    }
                }
                ('W', _) if is_there() => put(file, op.record.offset, &op.record.bytes),
                _ => {}
            }
        }
    }
    files
}

fn put(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    file.resize(file.len().max(offset + bytes.len()), 0);
    file[offset..offset + bytes.len()].copy_from_slice(bytes);
}

/// Names the events whose acknowledgement left before a sync of what the WAL has of them had returned. `events` tells the
/// event by the correlation id of its answer.
pub fn unproven(records: &[&Record], events: &HashMap<String, String>) -> Vec<String> {
    // Where the WAL first has an event.
    let mut written: HashMap<&str, usize> = HashMap::new();
    for (index, record) in records.iter().enumerate().filter(|(_, it)| it.what == 'W' && it.is_of_wal()) {
        for id in events.values() {
            if !written.contains_key(id.as_str()) && memmem::find(&record.bytes, id.as_bytes()).is_some() {
                written.insert(id, index);
            }
        }
    }
    let is_synced = |from: usize, to: usize| {
        let of_wal = |what: char| records[from..to].iter().position(|it| it.what == what && it.is_of_wal());
        of_wal('s').is_some_and(|began| records[from + began..to].iter().any(|it| it.what == 'S' && it.is_of_wal()))
    };
    let acknowledged = records.iter().enumerate().filter_map(|(at, it)| Some((at, it.acknowledges()?)));
    acknowledged
        .filter_map(|(at, correlation_id)| {
            let id = events.get(&correlation_id)?;
            let is_proven = written.get(id.as_str()).is_some_and(|from| is_synced(*from, at));
            (!is_proven).then(|| id.clone())
        })
        .collect()
}
