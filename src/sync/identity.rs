//! Whose a key is, and which accounts are connected to it.

use std::collections::HashSet;

use super::{Error, account_events};
use crate::http::{Client, Error as HttpError};
use crate::model::cancel::Cancel;
use crate::model::wire::{Request, Unreadable};
use crate::providers::stripe::account::{self, Account};
use crate::providers::stripe::{page, refusal, request};
use crate::store::{NewAccount, Opened, Store};

/// Pages of the list of connected accounts; a million accounts.
const PAGES_MAX: usize = 10_000;

/// What a service's answer says of an account, and when it said so.
fn opened(account: Account, mode: &'static str, opened: Opened, answered_s: i64) -> NewAccount {
    NewAccount {
        name: account.name,
        country: account.country,
        created_s: account.created_s,
        opened: Some(opened),
        answered_s: Some(answered_s),
        ..NewAccount::named("stripe", account.id, mode)
    }
}

/// Asks whose a key is. `credential` is the key's name, if it has one.
///
/// # Errors
/// [`Error::Unauthorized`] for a key that is wrong or revoked, [`Error::Account`] for any other refusal, and what the
/// network does.
pub fn identify(client: &Client, mode: &'static str, credential: Option<String>) -> Result<NewAccount, Error> {
    let (account, answered_s) = ask(client, &request::account(), account::read)?;
    Ok(opened(account, mode, Opened { credential, platform: None }, answered_s))
}

/// Asks; returns what was read, and the second since which it is known to hold.
fn ask<T>(client: &Client, asked: &Request, read: impl Fn(&str) -> Result<T, Unreadable>) -> Result<(T, i64), Error> {
    match client.get(asked, &mut |answer| Ok((read(page::text(&answer.body)?)?, answer.sent_s))) {
        Ok(read) => Ok(read),
        Err(HttpError::Refused(answer)) => {
            let refusal = refusal::read(answer.status, &answer.body, None);
            Err(match refusal.kind {
                refusal::Kind::Unauthorized => Error::Unauthorized(refusal.message),
                refusal::Kind::Disconnected => Error::Disconnected(refusal.message),
                _ => Error::Account(refusal.message),
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// The account whose key lists others.
#[derive(Debug, Clone)]
pub struct Platform {
    /// Its row.
    pub row: i64,
    /// `live`, `test` or `sandbox`.
    pub mode: &'static str,
    /// The name of its key, if it has one.
    pub credential: Option<String>,
}

/// What the list of connected accounts brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Discovered {
    /// Accounts in the list.
    pub listed: u64,
    /// Those that no credential had opened before.
    pub new: u64,
    /// Those that were in the file, and are in the list no more.
    pub disconnected: u64,
    /// Those that were removed by hand, and stay so.
    pub removed: u64,
}

/// Which of the accounts that were removed by hand are taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakesUp<'a> {
    /// None: they stay out.
    Nobody,
    /// This one.
    Only(&'a str),
    /// All that a credential opens.
    Everybody,
}

impl TakesUp<'_> {
    /// Takes an account up again if it is meant and was removed; returns whether it stays out.
    pub(super) fn stays_out(self, store: &Store, row: i64) -> Result<bool, Error> {
        if !store.is_removed(row)? {
            return Ok(false);
        }
        let is_meant = match self {
            TakesUp::Nobody => false,
            TakesUp::Only(id) => store.mark(row)?.remote_id == id,
            TakesUp::Everybody => true,
        };
        Ok(!(is_meant && store.brought_back(row)?))
    }
}

/// Reads the list of the accounts that are connected to a platform into the file, page by page. Those that it does not show
/// any more count as disconnected, if it was read to its end; those that were removed by hand stay so.
///
/// # Errors
/// As [`identify`], and the file's.
pub fn connected(
    store: &Store,
    client: &Client,
    platform: &Platform,
    cancel: &Cancel,
    told: &mut dyn FnMut(u64),
) -> Result<Discovered, Error> {
    connected_and(TakesUp::Nobody, store, client, platform, cancel, told)
}

/// The same; takes accounts up again that were removed.
///
/// # Errors
/// As [`connected`].
pub(super) fn connected_and(
    takes_up: TakesUp,
    store: &Store,
    client: &Client,
    platform: &Platform,
    cancel: &Cancel,
    told: &mut dyn FnMut(u64),
) -> Result<Discovered, Error> {
    let before: HashSet<String> = store.connected_to(platform.row)?.into_iter().collect();
    let by = || Opened { credential: platform.credential.clone(), platform: Some(platform.row) };
    let (mut found, mut listed) = (Discovered::default(), HashSet::new());
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES_MAX {
        if cancel.is_set() {
            return Err(HttpError::Interrupted.into());
        }
        let ((accounts, has_more), answered_s) = ask(client, &request::connected(cursor.as_deref()), |text| {
            let page = page::read(text.as_bytes())?;
            let accounts: Result<Vec<Account>, _> =
                page.data.iter().map(|element| account::read(element.get())).collect();
            Ok((accounts?, page.has_more))
        })?;
        let last = accounts.last().map(|account| account.id.clone());
        store.at_once(|| {
            for account in accounts {
                found.listed += u64::from(listed.insert(account.id.clone()));
                // It may be read with a key of its own.
                let known = store.find_account("stripe", &account.id, platform.mode)?;
                if known.map(|row| takes_up.stays_out(store, row)).transpose()?.unwrap_or(false) {
                    found.removed += 1;
                    continue;
                }
                let is_seen = known.map(|row| store.is_seen(row)).transpose()?.unwrap_or(false);
                found.new += u64::from(!is_seen);
                let row = store.account(&opened(account, platform.mode, by(), answered_s))?.id;
                // An event that is newer than the page may have come before it.
                account_events::follow(store, row)?;
            }
            Ok::<(), Error>(())
        })?;
        told(found.listed);
        if !has_more {
            for gone in before.difference(&listed) {
                let row = store.find_account("stripe", gone, platform.mode)?;
                let is_gone = |row| {
                    store.at_once(|| {
                        store.put_answered(row, answered_s)?;
                        store.disconnected(row, "the platform's list does not show it any more")
                    })
                };
                found.disconnected += u64::from(row.map(is_gone).transpose()?.unwrap_or(false));
            }
            store.listed(platform.row)?;
            return Ok(found);
        }
        // The same page again and again would be no list.
        if last == cursor {
            break;
        }
        cursor = last;
    }
    Err(Error::Account("the list of connected accounts does not end".to_owned()))
}
