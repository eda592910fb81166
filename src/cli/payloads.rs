//! Events out of files, folders and stdin, one after the other, so that no file is too large.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, stdin};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::exit::Failure;
use crate::model::cancel::Cancel;
use crate::model::resource::Provider;
use crate::providers::fic::notification;

/// A file that is read as a whole; longer ones have to have a line for each event.
const WHOLE_BYTES_MAX: u64 = 64 << 20;
/// One event; the receiver takes no longer one either.
const EVENT_BYTES_MAX: usize = 1 << 20;
/// Files of a folder, with those below it.
const FILES_MAX: usize = 100_000;
/// Folders in one another.
const DEPTH_MAX: usize = 16;
/// How soon the wish to stop is seen.
const NOTICE: Duration = Duration::from_millis(100);
/// Endings of files with a line for each event.
const LINES: [&str; 2] = ["ndjson", "jsonl"];

/// One body, and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// The file, and the line where it has many.
    pub place: String,
    /// The JSON text.
    pub body: String,
}

/// Reads what is named, in the order of the names, a folder's files by name.
pub struct Payloads {
    files: VecDeque<PathBuf>,
    ready: VecDeque<Payload>,
    lines: Option<(String, usize, Box<dyn BufRead + Send>)>,
}

/// A list as the API and its command-line tools print it.
#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
}

impl Payloads {
    /// Finds the files.
    ///
    /// # Errors
    /// When something named is not there, or is no file and no folder.
    pub fn of(paths: &[PathBuf]) -> Result<Payloads, Failure> {
        let mut files = VecDeque::new();
        for path in paths {
            if path.as_os_str() == "-" {
                files.push_back(path.clone());
            } else {
                find(path, DEPTH_MAX, true, &mut files)?;
            }
        }
        Ok(Payloads { files, ready: VecDeque::new(), lines: None })
    }

    /// Reads the one event of a file, or of stdin where it is called `-`.
    ///
    /// # Errors
    /// When it cannot be read, is empty, or holds several.
    pub fn one(path: &Path) -> Result<Payload, Failure> {
        let mut payloads = Payloads { files: VecDeque::new(), ready: VecDeque::new(), lines: None };
        let name = if path.as_os_str() == "-" { "stdin".to_owned() } else { path.display().to_string() };
        if path.as_os_str() == "-" {
            let mut text = String::new();
            let read = stdin().take(WHOLE_BYTES_MAX).read_to_string(&mut text);
            read.map_err(|error| unreadable(&name, &error))?;
            payloads.take_whole(&name, &text)?;
        } else {
            if path.is_dir() {
                return Err(Failure::usage(format!("{name} is a folder"))
                    .hint("`stripesync replay` takes folders; this command shows what one event does"));
            }
            find(path, 0, true, &mut payloads.files)?;
        }
        let first = payloads.next().transpose()?.filter(|payload| !payload.body.is_empty());
        let Some(first) = first else { return Err(Failure::usage(format!("{name} is empty"))) };
        match payloads.next() {
            None => Ok(first),
            Some(_) => Err(Failure::usage(format!("{name} holds several events"))
                .hint("`stripesync replay` takes many; this command shows what one does")),
        }
    }

    fn next_line(&mut self) -> Option<Result<Payload, Failure>> {
        let (name, number, reader) = self.lines.as_mut()?;
        loop {
            let mut line = Vec::new();
            let read = reader.by_ref().take(EVENT_BYTES_MAX as u64 + 1).read_until(b'\n', &mut line);
            *number += 1;
            let place = format!("{name}:{number}");
            match read {
                Ok(0) => {
                    self.lines = None;
                    return None;
                }
                Ok(_) if line.len() > EVENT_BYTES_MAX => {
                    self.lines = None;
                    return Some(Err(too_long(&place)));
                }
                Ok(_) => {}
                Err(error) => {
                    self.lines = None;
                    return Some(Err(unreadable(&place, &error)));
                }
            }
            match String::from_utf8(line) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => return Some(Ok(Payload { place, body: text.trim().to_owned() })),
                Err(_) => return Some(Err(Failure::usage(format!("{place} is no UTF-8 text")))),
            }
        }
    }

    fn open(&mut self, path: &Path) -> Result<(), Failure> {
        let name = path.display().to_string();
        if path.as_os_str() == "-" {
            return self.take_stream("stdin", Box::new(BufReader::new(stdin())));
        }
        let file = File::open(path).map_err(|error| unreadable(&name, &error))?;
        let length = file.metadata().map_err(|error| unreadable(&name, &error))?.len();
        let has_lines = path.extension().is_some_and(|ending| LINES.iter().any(|known| ending == *known));
        if has_lines {
            self.lines = Some((name, 0, Box::new(BufReader::new(file))));
            return Ok(());
        }
        if length > WHOLE_BYTES_MAX {
            let message = format!("{name} is larger than {} MB", WHOLE_BYTES_MAX >> 20);
            return Err(
                Failure::usage(message).hint("with a line for each event, and named .ndjson, it may be of any size")
            );
        }
        let mut text = String::new();
        file.take(WHOLE_BYTES_MAX).read_to_string(&mut text).map_err(|error| unreadable(&name, &error))?;
        self.take_whole(&name, &text)
    }

    /// Takes what has a line for each event as it comes; a text that goes on beyond its first line is read whole.
    fn take_stream(&mut self, name: &str, mut reader: Box<dyn BufRead + Send>) -> Result<(), Failure> {
        let mut first = Vec::new();
        let read = reader.by_ref().take(EVENT_BYTES_MAX as u64 + 1).read_until(b'\n', &mut first);
        read.map_err(|error| unreadable(name, &error))?;
        let rest = std::io::Cursor::new(first.clone()).chain(reader);
        if !String::from_utf8(first).is_ok_and(|first| is_of_a_whole(first.trim())) {
            self.lines = Some((name.to_owned(), 0, Box::new(rest)));
            return Ok(());
        }
        let mut text = String::new();
        rest.take(WHOLE_BYTES_MAX + 1).read_to_string(&mut text).map_err(|error| unreadable(name, &error))?;
        if text.len() as u64 > WHOLE_BYTES_MAX {
            let message = format!("{name} is larger than {} MB", WHOLE_BYTES_MAX >> 20);
            return Err(Failure::usage(message).hint("with a line for each event it may be of any size"));
        }
        self.take_whole(name, &text)
    }

    fn take_whole(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        self.ready = elements(text)
            .into_iter()
            .enumerate()
            .map(|(at, body)| {
                let place = if at == 0 { name.to_owned() } else { format!("{name} (event {})", at + 1) };
                Payload { place, body }
            })
            .collect();
        match self.ready.iter().find(|payload| payload.body.len() > EVENT_BYTES_MAX) {
            Some(payload) => Err(too_long(&payload.place)),
            None => Ok(()),
        }
    }
}

impl Iterator for Payloads {
    type Item = Result<Payload, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(payload) = self.ready.pop_front() {
                return Some(Ok(payload));
            }
            if let Some(line) = self.next_line() {
                return Some(line);
            }
            let path = self.files.pop_front()?;
            if let Err(failure) = self.open(&path) {
                return Some(Err(failure));
            }
        }
    }
}

/// Payloads that are read in a thread of their own: who waits for what somebody may never type hears the wish to stop.
pub struct Awaited {
    read: Receiver<Result<Payload, Failure>>,
    cancel: Cancel,
}

impl Awaited {
    /// Begins to read.
    ///
    /// # Errors
    /// When the system has no thread.
    pub fn of(payloads: Payloads, cancel: &Cancel) -> Result<Awaited, Failure> {
        let (sender, read) = sync_channel(1);
        let send = move || {
            for payload in payloads {
                if sender.send(payload).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("stdin".into()).spawn(send);
        thread.map_err(|error| Failure::failed("no thread to read with").because(&error))?;
        Ok(Awaited { read, cancel: cancel.clone() })
    }
}

impl Iterator for Awaited {
    type Item = Result<Payload, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.read.recv_timeout(NOTICE) {
                Ok(payload) => return Some(payload),
                Err(RecvTimeoutError::Timeout) if !self.cancel.is_set() => {}
                Err(_) => return None,
            }
        }
    }
}

/// Returns whether a line is a list, or the beginning of something that has several lines.
fn is_of_a_whole(line: &str) -> bool {
    if !line.starts_with(['{', '[']) {
        return false;
    }
    serde_json::from_str::<&RawValue>(line).is_err() || elements(line).first().is_none_or(|first| first != line)
}

/// Returns whose event a body is: Fatture in Cloud's say so themselves.
pub(super) fn provider_of(body: &str) -> Provider {
    if notification::is_notification(body) { Provider::Fic } else { Provider::Stripe }
}

/// Returns the events of a text: one, a list of them, a page of the API, or a line for each. What is none of these is
/// returned as it is: whoever takes it says what is wrong with it.
fn elements(text: &str) -> Vec<String> {
    let owned = |raw: Vec<&RawValue>| raw.into_iter().map(|raw| raw.get().to_owned()).collect();
    let trimmed = text.trim();
    if let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(trimmed) {
        return owned(list);
    }
    // An event has `data`, too: an object with the object in it.
    if trimmed.starts_with('{')
        && let Ok(list) = serde_json::from_str::<List>(trimmed)
    {
        return owned(list.data);
    }
    let lines: Vec<&str> = trimmed.lines().filter(|line| !line.trim().is_empty()).collect();
    let is_json = |line: &&str| serde_json::from_str::<&RawValue>(line).is_ok();
    if lines.len() > 1 && lines.iter().all(is_json) {
        return lines.into_iter().map(str::to_owned).collect();
    }
    vec![trimmed.to_owned()]
}

fn find(path: &Path, depth: usize, is_named: bool, files: &mut VecDeque<PathBuf>) -> Result<(), Failure> {
    let name = path.display().to_string();
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&name, &error))?;
    if metadata.is_dir() {
        if depth == 0 {
            return Err(Failure::usage(format!("{name}: more than {DEPTH_MAX} folders in one another")));
        }
        let entries = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = entries.map_err(|error| unreadable(&name, &error))?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        return entries.iter().try_for_each(|entry| find(&entry.path(), depth - 1, false, files));
    }
    let is_json = || path.extension().is_some_and(|it| it == "json" || LINES.iter().any(|known| it == *known));
    if !metadata.is_file() {
        // A device or a pipe gives no end of anything.
        return Err(Failure::usage(format!("{name} is no file")));
    }
    if is_named || is_json() {
        if files.len() >= FILES_MAX {
            return Err(
                Failure::usage(format!("more than {FILES_MAX} files")).hint("name some of the folders at a time")
            );
        }
        files.push_back(path.to_owned());
    }
    Ok(())
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{name} cannot be read")).because(error)
}

fn too_long(place: &str) -> Failure {
    Failure::usage(format!("{place}: an event of more than {} KiB", EVENT_BYTES_MAX >> 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_however_they_are_written_down() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, text).expect("written");
        };
        write("a.json", "{\"id\": \"evt_1\",\n \"data\": {\"object\": {}}}\n");
        write("b/list.json", r#"{"object":"list","data":[{"id":"evt_2"},{"id":"evt_3"}],"has_more":false}"#);
        write("b/many.ndjson", "{\"id\":\"evt_4\"}\n\n{\"id\":\"evt_5\"}");
        write("c.json", r#"[{"id":"evt_6"}]"#);
        write("d.json", "{\"id\":\"evt_7\"}\n{\"id\":\"evt_8\"}\n");
        write("notes.txt", "not for us");
        let found: Vec<String> = Payloads::of(&[folder.path().to_owned()])
            .expect("is there")
            .map(|payload| payload.expect("reads").body)
            .map(|body| body.chars().skip_while(|c| !c.is_ascii_digit()).take(1).collect())
            .collect();
        assert_eq!(found.join(" "), "1 2 3 4 5 6 7 8");
        assert!(Payloads::of(&[PathBuf::from("/dev/zero")]).is_err());
        assert!(Payloads::of(&[folder.path().join("nowhere.json")]).is_err());
        for (text, wanted) in [
            ("{\"id\":1}\n\nnot JSON\n{\"id\":2}\n", 3),
            ("{\n \"id\": 1\n}\n", 1),
            ("{\"object\":\"list\",\n\"data\":[{\"id\":1},\n{\"id\":2}]}", 2),
            ("[{\"id\":1},{\"id\":2},{\"id\":3}]", 3),
            ("", 0),
        ] {
            let mut stream = Payloads { files: VecDeque::new(), ready: VecDeque::new(), lines: None };
            stream.take_stream("stdin", Box::new(std::io::Cursor::new(text))).expect("reads");
            assert_eq!(stream.count(), wanted, "{text}");
        }
        write("long.ndjson", &"x".repeat(EVENT_BYTES_MAX + 9));
        let long = Payloads::of(&[folder.path().join("long.ndjson")]).expect("is there").next();
        assert!(long.expect("something").is_err());
    }
}
