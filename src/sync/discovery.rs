//! Which accounts credentials open: asked of the services, and written into the file.

use std::collections::HashSet;

use super::{Error, Platform, connected, fic, identify};
use crate::http::Client;
use crate::model::accounts::{AccountLine, Found, Standing};
use crate::model::cancel::Cancel;
use crate::store::{NewAccount, Opened, Store};

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
    found.new = u64::from(known.is_none_or(|known| known.opened_s.is_none()));
    let row = store.at_once(|| store.account(&own))?.id;
    if with_connected {
        let platform = Platform { row, mode: asked.mode, credential: asked.credential.clone() };
        let listed = connected(store, asked.client, &platform, asked.cancel, &mut |so_far| told(so_far + 1))?;
        found.listed += listed.listed;
        found.new += listed.new;
        found.gone += listed.disconnected;
        found.removed = removed_of(store, row)?;
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
            found.removed += u64::from(known.as_ref().is_some_and(|known| known.standing == Standing::Removed));
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
        let shown: HashSet<&str> = seen.iter().map(|company| company.id.as_str()).collect();
        for known in store.account_lines()?.iter().filter(|it| it.provider == "fic" && it.mode == asked.mode) {
            let is_its = known.opened_s.is_some() && known.credential == asked.credential;
            if is_its && !shown.contains(known.id.as_str()) {
                let is_new = store.disconnected(known.row, "the token does not show it any more")?;
                found.gone += u64::from(is_new);
            }
        }
        Ok::<(), Error>(())
    })?;
    Ok(found)
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

/// Counts the accounts connected to a platform that were removed by hand.
fn removed_of(store: &Store, platform: i64) -> Result<u64, Error> {
    let lines = store.account_lines()?;
    let Some(own) = lines.iter().find(|it| it.row == platform) else { return Ok(0) };
    let is_its = |it: &&AccountLine| it.platform.as_ref() == Some(&own.id) && it.mode == own.mode;
    Ok(lines.iter().filter(is_its).filter(|it| it.standing == Standing::Removed).count() as u64)
}
