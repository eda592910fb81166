//! Which accounts credentials open: asked of the services, and written into the file.

use std::collections::HashSet;

use super::identity::connected_and;
use super::{Error, Platform, TakesUp, fic, identify};
use crate::http::Client;
use crate::model::accounts::{AccountLine, Found};
use crate::model::cancel::Cancel;
use crate::store::{Error as StoreError, NewAccount, Opened, Readable, Store};
use fic::Company;

/// What is asked with one credential.
pub struct Asked<'a> {
    /// With the credential.
    pub client: &'a Client,
    /// `live`, `test`.
    pub mode: &'static str,
    /// The credential's name; none of the one that has no name.
    pub credential: Option<String>,
    /// The names of all credentials of this service: an account that one of them reads is not taken from it.
    pub all: &'a [Option<String>],
    /// Which of those that were removed by hand come back; the others stay as they are, whatever opens them.
    pub takes_up: TakesUp<'a>,
    /// Ends it early.
    pub cancel: &'a Cancel,
}

/// Asks whose a Stripe key is and, where wanted, which accounts are connected to it; writes them into the file. `told` hears
/// how many accounts were read so far.
///
/// # Errors
/// When the service cannot be asked, refuses the key, or the file cannot be written. What was read before is in the file.
pub fn stripe(store: &Store, asked: &Asked, with_connected: bool, told: &mut dyn FnMut(u64)) -> Result<Found, Error> {
    let mut own = identify(asked.client, asked.mode, asked.credential.clone())?;
    let mut found = Found {
        provider: "stripe",
        credential: asked.credential.clone(),
        mode: asked.mode,
        own: Some(own.remote_id.clone()),
        listed: 1,
        ..Found::default()
    };
    let known = find(store, "stripe", &own.remote_id, asked.mode)?;
    if let Some(other) = known.as_ref().and_then(|known| another(known, asked)) {
        found.shared.push((own.remote_id.clone(), other.clone()));
        own.opened = Some(Opened { credential: other, platform: None });
    }
    if let Some(known) = &known
        && asked.takes_up.stays_out(store, known.row)?
    {
        // What is connected to it stays out with it.
        return Ok(Found { removed: 1, ..found });
    }
    found.new = u64::from(known.is_none_or(|known| known.opened_s.is_none()));
    let row = store.at_once(|| store.account(&own))?.id;
    if with_connected {
        let platform = Platform { row, mode: asked.mode, credential: asked.credential.clone() };
        let mut told = |so_far| told(so_far + 1);
        let listed = connected_and(asked.takes_up, store, asked.client, &platform, asked.cancel, &mut told)?;
        found.listed += listed.listed;
        found.new += listed.new;
        found.gone += listed.disconnected;
        found.removed = listed.removed;
    }
    Ok(found)
}

/// Asks which companies a token of Fatture in Cloud opens, an accountant's included; writes them into the file. With `chosen`,
/// that one alone.
///
/// # Errors
/// As [`stripe`].
pub fn companies(store: &Store, asked: &Asked, chosen: Option<&str>) -> Result<Found, Error> {
    let seen = fic::companies(asked.client)?;
    let answered_s = asked.client.service_now_s();
    let mut found =
        Found { provider: "fic", credential: asked.credential.clone(), mode: asked.mode, ..Found::default() };
    store.at_once(|| {
        for company in seen.iter().filter(|company| chosen.is_none_or(|chosen| chosen == company.id)) {
            found.listed += 1;
            let known = find(store, "fic", &company.id, asked.mode)?;
            let other = known.as_ref().and_then(|known| another(known, asked));
            found.shared.extend(other.clone().map(|other| (company.id.clone(), other)));
            if known.as_ref().map(|known| asked.takes_up.stays_out(store, known.row)).transpose()?.unwrap_or(false) {
                found.removed += 1;
                continue;
            }
            found.new += u64::from(known.is_none_or(|known| known.opened_s.is_none()));
            let credential = other.unwrap_or_else(|| asked.credential.clone());
            store.account(&NewAccount {
                name: Some(company.name.clone()).filter(|name| !name.is_empty()),
                country: Some("IT".to_owned()),
                opened: Some(Opened { credential, platform: None }),
                answered_s: Some(answered_s),
                ..NewAccount::named("fic", company.id.clone(), asked.mode)
            })?;
        }
        found.gone += no_longer_shown(store, asked.mode, asked.credential.as_deref(), &seen)?.len() as u64;
        Ok::<(), Error>(())
    })?;
    Ok(found)
}

/// What is said of a company that its token does not show any more.
pub const NOT_SHOWN: &str = "the token does not show it any more";

/// Notes of the companies that a token reads, and that are not among those it shows any more, that nobody may read them;
/// returns those of which that is new.
///
/// # Errors
/// SQLite's.
pub fn no_longer_shown(
    store: &Store,
    mode: &str,
    credential: Option<&str>,
    shown: &[Company],
) -> Result<Vec<Readable>, Error> {
    let shown: HashSet<&str> = shown.iter().map(|company| company.id.as_str()).collect();
    let is_gone = |it: &Readable| {
        it.provider == "fic"
            && it.mode == mode
            && it.credential.as_deref() == credential
            && !shown.contains(it.remote_id.as_str())
    };
    store.at_once(|| {
        let mut gone = Vec::new();
        for it in store.readable_accounts()?.into_iter().filter(is_gone) {
            if store.disconnected(it.row, NOT_SHOWN)? {
                gone.push(it);
            }
        }
        Ok(gone)
    })
}

/// Notes of the accounts of a credential, named by service, mode and name, whether the service takes it.
///
/// # Errors
/// SQLite's.
pub fn credential_asked(
    store: &Store,
    (provider, mode, name): (&str, &str, Option<&str>),
    error: Option<&Error>,
) -> Result<(), StoreError> {
    match error {
        None => store.accepted(provider, mode, name),
        Some(error) if error.is_refusal() => store.refused(provider, mode, name, &error.to_string()),
        Some(_) => Ok(()),
    }
}

fn find(store: &Store, provider: &str, remote_id: &str, mode: &str) -> Result<Option<AccountLine>, Error> {
    let named = store.accounts_named(remote_id)?;
    Ok(named.into_iter().find(|it| it.provider == provider && it.mode == mode))
}

/// Returns the other credential that reads an account already, by a name that the settings still have.
fn another(known: &AccountLine, asked: &Asked) -> Option<Option<String>> {
    let is_its_own = known.opened_s.is_some() && known.platform.is_none() && known.standing.is_synced();
    let other = known.credential.clone();
    (is_its_own && other != asked.credential && asked.all.contains(&other)).then_some(other)
}
