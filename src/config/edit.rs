//! Writes the config file: one value among what a person has written by hand. Comments, order and all that is not touched
//! stay as they are.
//!
//! A crash at any moment leaves the old file or the new one, whole: the new text goes into a file beside it, which then takes
//! its place. Two programs at once write one after the other. A link stays a link: what it leads to is replaced.

use std::fs::{DirBuilder, File, Metadata, Permissions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::Error;
use super::files::{FILE_BYTES_MAX, OTHERS_WRITE, check_config, read_small};

/// The owner alone: what is written here is mostly secret.
const MODE: u32 = 0o600;
/// A folder made for it.
const FOLDER_MODE: u32 = 0o700;
/// Whether the owner may write a file.
const OWNER_WRITES: u32 = 0o200;
/// Another program's edit takes milliseconds.
const LOCK_WAIT: Duration = Duration::from_secs(5);
const LOCK_LOOK: Duration = Duration::from_millis(20);

/// The config file, read and about to be changed. Nothing is written before [`Edit::save`]; until then no other program's
/// edit of a file in the same folder begins.
#[derive(Debug)]
pub struct Edit {
    /// What the user calls it.
    shown: PathBuf,
    /// Where it is, links followed.
    path: PathBuf,
    /// What it was, where it was there.
    before: Option<Metadata>,
    document: DocumentMut,
    /// Its folder, which is locked.
    folder: File,
}

impl Edit {
    /// Reads the file and keeps other edits out. One that is not there yet begins empty; its folder is made.
    ///
    /// # Errors
    /// When it cannot be read or understood, when it may not be replaced here, or another program's edit does not end.
    pub fn open(path: &Path) -> Result<Edit, Error> {
        let unwritten = |why: String| Error::Unwritten { path: path.to_owned(), why };
        let target = follow(path).map_err(unwritten)?;
        let folder_path = target.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let in_folder =
            |error: std::io::Error| unwritten(format!("its folder {} cannot be used: {error}", folder_path.display()));
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder_path).map_err(in_folder)?;
        let folder = File::open(folder_path).map_err(in_folder)?;
        lock(&folder).map_err(unwritten)?;
        // Read behind the lock: what the edit before this one wrote must stay.
        let found = read_small(&target)?;
        let (text, before) = found.map_or_else(Default::default, |(text, metadata)| (text, Some(metadata)));
        if let Some(metadata) = &before {
            check_writable(path, metadata).map_err(unwritten)?;
        }
        // The parser's own words may repeat a line, and with it a secret; the program's way of reading says it without.
        let document = text.parse().map_err(|_| match check_config(path, &text) {
            Err(error) => error,
            Ok(()) => Error::Malformed { path: path.to_owned(), why: "not TOML".to_owned() },
        })?;
        let edit = Edit { shown: path.to_owned(), path: target, before, document, folder };
        // Whoever is about to obtain what can be had only once learns here whether there is a place for it.
        edit.beside()?;
        Ok(edit)
    }

    /// Says a value, in the place of the one that stands there.
    ///
    /// # Errors
    /// When something stands there, or on the way there, that is no table or no value.
    pub fn set(&mut self, keys: &[&str], value: &str) -> Result<(), Error> {
        let (table, key) = self.table_of(keys)?;
        match table.get_mut(key) {
            None => drop(table.insert(key, Item::Value(value.into()))),
            Some(Item::Value(old)) => {
                // What stands around it, such as a comment behind it, stays.
                let decor = old.decor().clone();
                *old = value.into();
                *old.decor_mut() = decor;
            }
            Some(_) => return Err(self.in_the_way(keys)),
        }
        Ok(())
    }

    /// Adds a text to a list, behind the others. One that is there already is not added twice.
    ///
    /// # Errors
    /// When something else than a list stands there.
    pub fn append(&mut self, keys: &[&str], value: &str) -> Result<(), Error> {
        let (table, key) = self.table_of(keys)?;
        match table.get_mut(key) {
            None => drop(table.insert(key, Item::Value(Array::from_iter([value]).into()))),
            Some(Item::Value(Value::Array(list))) => {
                if !list.iter().any(|it| it.as_str() == Some(value)) {
                    push(list, value);
                }
            }
            Some(_) => return Err(self.in_the_way(keys)),
        }
        Ok(())
    }

    /// Adds a part to a text whose parts stand between commas. One that is there already is not added twice.
    ///
    /// # Errors
    /// When something else than a text stands there.
    pub fn append_part(&mut self, keys: &[&str], part: &str) -> Result<(), Error> {
        let (table, key) = self.table_of(keys)?;
        let joined = match table.get(key) {
            None => part.to_owned(),
            Some(Item::Value(Value::String(old))) if old.value().trim().is_empty() => part.to_owned(),
            Some(Item::Value(Value::String(old))) if old.value().split(',').any(|it| it.trim() == part) => {
                return Ok(());
            }
            Some(Item::Value(Value::String(old))) => format!("{},{part}", old.value().trim_end_matches([',', ' '])),
            Some(_) => return Err(self.in_the_way(keys)),
        };
        self.set(keys, &joined)
    }

    /// Returns the text that stands there; none where there is none.
    pub fn text(&self, keys: &[&str]) -> Option<&str> {
        let (key, way) = keys.split_last()?;
        self.table(way)?.get(key)?.as_str()
    }

    /// Returns the names in a table, as the file has them; none where there is no table.
    pub fn names(&self, keys: &[&str]) -> Vec<String> {
        let names = self.table(keys).map(|table| table.iter().map(|(name, _)| name.to_owned()).collect());
        names.unwrap_or_default()
    }

    /// Takes texts out of a list; one that is empty then goes. Returns whether there was any.
    pub fn remove_from_list(&mut self, keys: &[&str], is_meant: &dyn Fn(&str) -> bool) -> bool {
        let Some((key, table)) = keys.split_last().and_then(|(key, way)| Some((key, self.table_there(way)?))) else {
            return false;
        };
        let Some(Item::Value(Value::Array(list))) = table.get_mut(key) else { return false };
        let before = list.len();
        let is_first = list.get(0).and_then(Value::as_str).is_some_and(is_meant);
        list.retain(|it| !it.as_str().is_some_and(is_meant));
        if list.is_empty() && before > 0 {
            table.remove(key);
            return true;
        }
        let is_removed = list.len() < before;
        // What stood behind a comma stands at the beginning now.
        if let Some(first) = list.get_mut(0).filter(|_| is_removed && is_first)
            && first.decor().prefix().and_then(|prefix| prefix.as_str()) == Some(" ")
        {
            first.decor_mut().set_prefix("");
        }
        is_removed
    }

    /// Takes parts out of a text whose parts stand between commas; one that has none any more goes. Returns whether there was
    /// any.
    pub fn remove_part(&mut self, keys: &[&str], is_meant: &dyn Fn(&str) -> bool) -> bool {
        let Some(text) = self.text(keys) else { return false };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let (gone, kept): (Vec<&str>, Vec<&str>) = parts.partition(|part| is_meant(part));
        let (is_removed, is_empty, joined) = (!gone.is_empty(), kept.is_empty(), kept.join(","));
        match (is_removed, is_empty) {
            (false, _) => false,
            (true, true) => self.remove(keys),
            (true, false) => self.set(keys, &joined).is_ok(),
        }
    }

    fn table(&self, way: &[&str]) -> Option<&dyn TableLike> {
        let begin: &dyn TableLike = self.document.as_table();
        way.iter().try_fold(begin, |table, step| table.get(step)?.as_table_like())
    }

    /// Takes away a value, or a table with all that is in it. Returns whether there was one.
    pub fn remove(&mut self, keys: &[&str]) -> bool {
        let Some((key, way)) = keys.split_last() else { return false };
        self.table_there(way).is_some_and(|table| table.remove(key).is_some())
    }

    /// Finds a table to change.
    fn table_there(&mut self, way: &[&str]) -> Option<&mut dyn TableLike> {
        let mut table: &mut dyn TableLike = self.document.as_table_mut();
        for step in way {
            table = table.get_mut(step)?.as_table_like_mut()?;
        }
        Some(table)
    }

    /// Writes the file; behind this it is on the disk. It is then open to its owner alone.
    ///
    /// # Errors
    /// When it cannot be written, or this program could not read what it would be. The old one is in its place then.
    pub fn save(self) -> Result<(), Error> {
        let text = self.document.to_string();
        if text.len() as u64 > FILE_BYTES_MAX {
            return Err(self.unwritten("it would be larger than 64 KiB"));
        }
        check_config(&self.shown, &text)?;
        let mut beside = self.beside()?;
        let failed = |error: std::io::Error| self.unwritten(&error.to_string());
        beside.write_all(text.as_bytes()).map_err(failed)?;
        if let Some(before) = &self.before {
            // With root's rights somebody else's file stays theirs.
            fchown(beside.as_file(), Some(before.uid()), Some(before.gid())).map_err(failed)?;
        }
        beside.as_file().sync_all().map_err(failed)?;
        beside.persist(&self.path).map_err(|error| failed(error.error))?;
        self.folder.sync_all().map_err(failed)
    }

    /// Makes the file that will take the old one's place.
    fn beside(&self) -> Result<tempfile::NamedTempFile, Error> {
        let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        tempfile::Builder::new()
            .prefix(".config-")
            .suffix(".toml")
            .permissions(Permissions::from_mode(MODE))
            .tempfile_in(folder)
            .map_err(|error| self.unwritten(&format!("no file can be made beside it: {error}")))
    }

    /// Finds the table that a value stands in, or makes it, and the value's own name.
    fn table_of<'a>(&mut self, keys: &[&'a str]) -> Result<(&mut dyn TableLike, &'a str), Error> {
        let in_the_way = self.in_the_way(keys);
        let Some((key, way)) = keys.split_last() else { return Err(in_the_way) };
        match table_in(&mut self.document, way) {
            Some(table) => Ok((table, *key)),
            None => Err(in_the_way),
        }
    }

    fn in_the_way(&self, keys: &[&str]) -> Error {
        self.unwritten(&format!("something else stands where {} belongs", keys.join(".")))
    }

    fn unwritten(&self, why: &str) -> Error {
        Error::Unwritten { path: self.shown.clone(), why: why.to_owned() }
    }
}

/// Says one value in the file; see [`Edit::set`].
///
/// # Errors
/// When the file cannot be read, understood or written; it is as it was then.
pub fn set(path: &Path, keys: &[&str], value: &str) -> Result<(), Error> {
    let mut edit = Edit::open(path)?;
    edit.set(keys, value)?;
    edit.save()
}

/// Takes one value or table out of the file. Returns whether there was one.
///
/// # Errors
/// When the file cannot be read, understood or written; it is as it was then.
pub fn remove(path: &Path, keys: &[&str]) -> Result<bool, Error> {
    let mut edit = Edit::open(path)?;
    let was_there = edit.remove(keys);
    if was_there {
        edit.save()?;
    }
    Ok(was_there)
}

/// Returns the file itself: what a link leads to, or the path where nothing is yet.
fn follow(path: &Path) -> Result<PathBuf, String> {
    match (path.canonicalize(), path.symlink_metadata()) {
        (Ok(target), _) => Ok(target),
        (Err(error), Ok(_)) => Err(format!("where the link leads there is nothing: {error}")),
        (Err(_), Err(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(path.to_owned()),
        (Err(error), Err(_)) => Err(error.to_string()),
    }
}

/// Takes the folder for this program alone, for as long as it is held open.
fn lock(folder: &File) -> Result<(), String> {
    let began = Instant::now();
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(format!("its folder cannot be locked: {error}")),
            Err(TryLockError::WouldBlock) if began.elapsed() > LOCK_WAIT => {
                return Err("another program is writing there and does not end".to_owned());
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_LOOK),
        }
    }
}

/// Refuses a file that is not for this program to replace.
fn check_writable(path: &Path, metadata: &Metadata) -> Result<(), String> {
    if metadata.mode() & OTHERS_WRITE != 0 {
        let path = path.display();
        return Err(format!(
            "others may write it, and with it what this program does; close it with: chmod go-w {path}"
        ));
    }
    if metadata.mode() & OWNER_WRITES == 0 {
        return Err("it is read-only".to_owned());
    }
    Ok(())
}

/// Finds a table, or makes it; none where something else stands in its place.
fn table_in<'d>(document: &'d mut DocumentMut, way: &[&str]) -> Option<&'d mut dyn TableLike> {
    let (mut known, mut is_inline): (&dyn TableLike, bool) = (document.as_table(), false);
    for step in way {
        let Some(item) = known.get(step) else { break };
        is_inline = item.is_inline_table();
        known = item.as_table_like()?;
    }
    let is_section_new = way.first().is_some_and(|section| !document.contains_key(section));
    // A remark at the file's end belongs to what stands before it, and not to a table made behind.
    let remark = document.trailing().as_str().unwrap_or_default().trim_end().to_owned();
    if is_section_new {
        document.set_trailing("");
    }
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for (at, step) in way.iter().enumerate() {
        let make = || {
            let is_last = at + 1 == way.len();
            if is_inline { Item::Value(InlineTable::new().into()) } else { section(is_section_new, is_last, &remark) }
        };
        table = table.entry(step).or_insert_with(make).as_table_like_mut()?;
    }
    Some(table)
}

/// A table with a header of its own if it is the last on the way; one of a new section stands at the file's end.
fn section(is_section_new: bool, is_last: bool, remark: &str) -> Item {
    let mut table = Table::new();
    table.set_implicit(!is_last);
    if is_section_new {
        table.set_position(Some(isize::MAX));
        if is_last && !remark.is_empty() {
            table.decor_mut().set_prefix(format!("{remark}\n\n"));
        }
    }
    Item::Table(table)
}

/// Adds a text to a list in the way the list is written: one behind the other, or each in a line of its own.
fn push(list: &mut Array, value: &str) {
    let last = list.iter().last().and_then(|last| last.decor().prefix()).and_then(|prefix| prefix.as_str());
    let indent = last.and_then(|prefix| prefix.rfind('\n').map(|at| prefix[at..].to_owned()));
    match indent {
        Some(indent) => list.push_formatted(Value::from(value).decorated(indent, "")),
        None => list.push(value),
    }
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
