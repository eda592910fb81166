//! Platforms and their accounts, each in both modes; their books are made when first asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use super::book::{ADDED_FROM, Book};
use super::connected::{Connected, Ranked};
use super::generate::{Gen, Kind, Role, Sizes};
use super::{Key, Setup, life};
use crate::sandbox::random::{mix, mix_text};

/// The platform that the sandbox has unless told otherwise.
pub(super) const FIRST_PLATFORM: &str = "acct_1SandboxPlatform";
/// The other mode's data are made from another seed.
const OTHER_MODE: u64 = 0x071e;

/// Another platform beside the first, or an account on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// Its id: `acct_…`.
    pub id: String,
    /// How big it is.
    pub sizes: Sizes,
    /// Its connected accounts.
    pub connected: Connected,
}

/// One account's book, shared by whoever reads it.
pub(super) type Shelved = Arc<RwLock<Book>>;

/// A platform in one mode, with its connected accounts. The same platform in the other mode has other objects and other
/// connected accounts.
pub(super) struct World {
    pub(super) account_id: String,
    pub(super) livemode: bool,
    seed: u64,
    start_s: i64,
    sizes: Sizes,
    connected: Connected,
    /// How big the connected accounts are, once one of them was asked for.
    ranked: OnceLock<Ranked>,
    /// The version in which the first events are rendered.
    event_version: String,
    books: Mutex<HashMap<String, Shelved>>,
}

/// What a key opens.
pub(super) struct Door {
    pub(super) key: Key,
    /// The number of its world.
    pub(super) world: usize,
    /// The account whose key it is: the world's platform, or one of its connected accounts.
    pub(super) account_id: String,
}

/// Reads a book. Whoever panicked while writing left it whole: every change is one step.
pub(super) fn read(book: &Shelved) -> RwLockReadGuard<'_, Book> {
    book.read().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    fn new(setup: &Setup, platform: Platform, livemode: bool) -> World {
        let own_mode = mode_of(setup.keys.first(), setup);
        let of_mode = if livemode == own_mode { setup.seed } else { mix(setup.seed, OTHER_MODE) };
        let is_first = platform.id == FIRST_PLATFORM;
        World {
            livemode,
            seed: if is_first { of_mode } else { mix_text(of_mode, &platform.id) },
            start_s: setup.start_s,
            sizes: platform.sizes,
            connected: platform.connected,
            ranked: OnceLock::new(),
            event_version: setup.event_version.clone(),
            books: Mutex::default(),
            account_id: platform.id,
        }
    }

    /// The platform's book.
    pub(super) fn platform(&self) -> Shelved {
        let make = || {
            let role = Role::Platform(self.connected.count());
            Gen::new(self.seed, &self.account_id, self.livemode, role, self.start_s, &self.sizes)
        };
        self.shelved(&self.account_id, make)
    }

    /// The book of the platform or of one of its connected accounts; none where it has no such account, or no longer.
    pub(super) fn book(&self, account_id: &str) -> Option<Shelved> {
        let platform = self.platform();
        if account_id == self.account_id {
            return Some(platform);
        }
        let (_, n) = read(&platform).place(Kind::Account, account_id)?;
        // One that was added later has no number among the generated ones.
        let n = (n < ADDED_FROM).then_some(n);
        let seed = match n {
            Some(n) => self.seed.wrapping_add(u64::from(n) + 1),
            None => mix_text(self.seed, account_id),
        };
        let make = || {
            let ranked = self.ranked.get_or_init(|| Ranked::new(self.connected.clone(), self.seed, &self.sizes));
            Gen::new(seed, account_id, self.livemode, Role::Connected, self.start_s, &ranked.sizes(n))
        };
        Some(self.shelved(account_id, make))
    }

    fn shelved(&self, account_id: &str, make: impl FnOnce() -> Gen) -> Shelved {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(book) = books.get(account_id) {
            return Arc::clone(book);
        }
        let mut book = Book::new(make());
        life::first_events(&mut book, &self.event_version);
        let book = Arc::new(RwLock::new(book));
        books.insert(account_id.to_owned(), Arc::clone(&book));
        book
    }

    /// The ids of the connected accounts, oldest first.
    pub(super) fn connected_ids(&self) -> Vec<String> {
        let platform = self.platform();
        let book = read(&platform);
        let places = book.walk(Kind::Account, (i64::MIN, i64::MAX), None, false);
        places.filter_map(|place| book.id_at(Kind::Account, place)).collect()
    }

    /// How many books were made so far.
    #[cfg(test)]
    pub(super) fn made(&self) -> usize {
        self.books.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Whether a key is of live mode; one that does not say is of the sandbox's.
fn mode_of(key: Option<&Key>, setup: &Setup) -> bool {
    let told = key.and_then(|key| match key.text.split('_').nth(1) {
        Some("live") => Some(true),
        Some("test") => Some(false),
        _ => None,
    });
    told.unwrap_or(setup.livemode)
}

/// Makes the worlds, and finds out what each key opens. The first world is the first platform in the first key's mode.
pub(super) fn open(setup: &Setup) -> (Vec<World>, Vec<Door>) {
    let first =
        Platform { id: FIRST_PLATFORM.to_owned(), sizes: setup.sizes.clone(), connected: setup.connected.clone() };
    let own_mode = mode_of(setup.keys.first(), setup);
    let both = |platform: Platform| [own_mode, !own_mode].map(|mode| World::new(setup, platform.clone(), mode));
    let mut worlds: Vec<World> = std::iter::once(first).chain(setup.platforms.iter().cloned()).flat_map(both).collect();
    let mut doors = Vec::new();
    for key in &setup.keys {
        let livemode = mode_of(Some(key), setup);
        let account_id = key.account.clone().unwrap_or_else(|| FIRST_PLATFORM.to_owned());
        let world = find(&worlds, livemode, &account_id).unwrap_or_else(|| {
            // An account on its own that only the key names.
            let alone = Platform { id: account_id.clone(), sizes: setup.sizes.clone(), connected: Connected::none() };
            worlds.extend(both(alone));
            worlds.len() - if livemode == own_mode { 2 } else { 1 }
        });
        doors.push(Door { key: key.clone(), world, account_id });
    }
    (worlds, doors)
}

/// The world of a mode that has an account: as its platform, else as a connected one.
fn find(worlds: &[World], livemode: bool, account_id: &str) -> Option<usize> {
    let of_mode = || worlds.iter().enumerate().filter(|(_, world)| world.livemode == livemode);
    let own = of_mode().find(|(_, world)| world.account_id == account_id);
    own.or_else(|| of_mode().find(|(_, world)| world.book(account_id).is_some())).map(|(at, _)| at)
}
