//! Whom the services send events to: reads and changes it at the services, mirrors it into the file, and says from there
//! what is not as it should be.

use super::Error as SyncError;
use crate::http::write::Writer;
use crate::http::{Client, Error as HttpError};
use crate::model::report::{AccountReport, StatusReport};
use crate::model::webhooks::{Hook, HookTrouble, Means};
use crate::model::wire::{Answer, Change, Request, Unreadable};
use crate::providers::fic::subscriptions::{self, Subscription};
use crate::providers::stripe::endpoints::{self, Endpoint};
use crate::providers::{fic, stripe};
use crate::store::{Mirrored, MirroredHook, MirroredSubscription, Store};

/// Pages of endpoints: an account has sixteen.
const PAGES_MAX: usize = 10;
/// What ends within this is told.
const EXPIRES_SOON_S: i64 = 7 * 86_400;
const DAY_CHARS: usize = 10;

/// Why a service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It could not be asked, or nobody knows what it did.
    #[error(transparent)]
    Http(HttpError),
    /// The credential is wrong or revoked.
    #[error("{service} refused the {credential}: {message}")]
    Unauthorised {
        /// Its name.
        service: &'static str,
        /// What it is called there.
        credential: &'static str,
        /// The service's words.
        message: String,
    },
    /// The credential may not do this.
    #[error("{service} does not permit it: {message}")]
    Forbidden {
        /// Its name.
        service: &'static str,
        /// The service's words.
        message: String,
    },
    /// There is no such thing.
    #[error("{service} has no such thing: {message}")]
    Missing {
        /// Its name.
        service: &'static str,
        /// The service's words.
        message: String,
    },
    /// Anything else that it does not want.
    #[error("{service} refused it: {message}")]
    Refused {
        /// Its name.
        service: &'static str,
        /// The service's words.
        message: String,
    },
    /// The list has no end.
    #[error("the list of webhook endpoints does not end after {PAGES_MAX} pages")]
    Endless,
    /// The file.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// Whose credential it is could not be told.
    #[error(transparent)]
    Sync(#[from] SyncError),
}

/// Reads a refusal of Stripe.
fn of_stripe(error: HttpError) -> Error {
    use stripe::refusal::Kind;
    let HttpError::Refused(answer) = error else { return Error::Http(error) };
    let refusal = stripe::refusal::read(answer.status, &answer.body, None);
    let (service, message) = ("Stripe", refusal.message);
    match refusal.kind {
        Kind::Unauthorized => Error::Unauthorised { service, credential: "key", message },
        Kind::Forbidden(_) => Error::Forbidden { service, message },
        Kind::Missing => Error::Missing { service, message },
        _ => Error::Refused { service, message },
    }
}

/// Reads a refusal of Fatture in Cloud.
fn of_fic(error: HttpError) -> Error {
    use fic::refusal::RefusalKind as Kind;
    let HttpError::Refused(answer) = error else { return Error::Http(error) };
    let refusal = fic::refusal::read(answer.status, answer.retry_after_s, &answer.body);
    let (service, message) = ("Fatture in Cloud", refusal.message);
    match refusal.kind {
        Kind::Unauthorized => Error::Unauthorised { service, credential: "token", message },
        Kind::NoPermission => Error::Forbidden { service, message },
        Kind::NotFound => Error::Missing { service, message },
        _ => Error::Refused { service, message },
    }
}

/// Asks Stripe for every endpoint of the account.
///
/// # Errors
/// What the network and the service do.
pub fn endpoints(client: &Client) -> Result<Vec<Endpoint>, Error> {
    let mut all: Vec<Endpoint> = Vec::new();
    for _ in 0..PAGES_MAX {
        let request = endpoints::all(all.last().map(|last| last.id.as_str()));
        let (page, has_more) =
            client.get(&request, &mut |answer| endpoints::read_page(&answer.body)).map_err(of_stripe)?;
        all.extend(page);
        if !has_more {
            return Ok(all);
        }
    }
    Err(Error::Endless)
}

/// Sends Stripe a change; `read` reads what comes back.
///
/// # Errors
/// What the network and the service do.
pub fn change_endpoint<T>(
    writer: &Writer<'_>,
    change: &Change,
    mut read: impl FnMut(&[u8]) -> Result<T, Unreadable>,
) -> Result<T, Error> {
    writer.send(change, &mut |answer: &Answer| read(&answer.body)).map_err(of_stripe)
}

/// Asks Fatture in Cloud for every subscription to a company's events.
///
/// # Errors
/// What the network and the service do.
pub fn subscriptions(client: &Client, company: &str) -> Result<Vec<Subscription>, Error> {
    ask(client, &subscriptions::all(company), subscriptions::read_list)
}

fn ask<T>(client: &Client, request: &Request, read: fn(&[u8]) -> Result<T, Unreadable>) -> Result<T, Error> {
    client.get(request, &mut |answer| read(&answer.body)).map_err(of_fic)
}

/// Sends Fatture in Cloud a change; `read` reads what comes back.
///
/// # Errors
/// What the network and the service do.
pub fn change_subscription<T>(
    writer: &Writer<'_>,
    change: &Change,
    mut read: impl FnMut(&[u8]) -> Result<T, Unreadable>,
) -> Result<T, Error> {
    writer.send(change, &mut |answer: &Answer| read(&answer.body)).map_err(of_fic)
}

/// Makes a company's mirrored subscriptions equal to what the service listed at `as_of_s`. Of one that was removed nothing is
/// kept.
///
/// # Errors
/// The file's.
pub fn mirror(store: &Store, account: i64, list: &[Subscription], as_of_s: i64) -> Result<Mirrored, Error> {
    let kept = |it: &Subscription| MirroredSubscription {
        id: it.id.clone(),
        sink: it.sink.clone(),
        group: it.group().to_owned(),
        is_verified: it.is_verified,
        expires_at: it.expires_at.clone(),
        data: it.data.clone(),
    };
    if store.is_removed(account)? {
        return Ok(Mirrored::default());
    }
    Ok(store.mirror_subscriptions(account, &list.iter().map(kept).collect::<Vec<_>>(), as_of_s)?)
}

/// Describes an endpoint of Stripe; `means` is what commands about it need.
pub fn endpoint_hook(account: &str, it: &Endpoint, means: &Means) -> Hook {
    Hook {
        provider: "stripe",
        account: account.to_owned(),
        id: it.id.clone(),
        url: it.url.clone(),
        status: if it.is_enabled() { "enabled" } else { "disabled" }.to_owned(),
        connect: Some(it.is_connect()),
        api_version: it.api_version.clone(),
        is_version_ours: Some(it.is_version_ours()),
        troubles: endpoint_troubles(it, means),
        events: it.enabled_events.iter().cloned().collect(),
        missing: if it.is_ours() { it.missing().into_iter().map(str::to_owned).collect() } else { Vec::new() },
        description: it.description.clone(),
        is_ours: it.is_ours(),
    }
}

/// Describes a subscription of Fatture in Cloud at `now_s`; `means` is what commands about it need.
pub fn subscription_hook(company: &str, it: &Subscription, means: &Means, now_s: i64) -> Hook {
    Hook {
        provider: "fic",
        account: company.to_owned(),
        id: it.id.clone(),
        url: it.sink.clone(),
        status: if it.is_verified { "verified" } else { "unverified" }.to_owned(),
        troubles: subscription_troubles(it, means, None, now_s),
        events: it.types.iter().cloned().collect(),
        missing: if it.is_ours() { it.missing() } else { Vec::new() },
        is_ours: it.is_ours(),
        ..Hook::default()
    }
}

/// Says what is not as it should be with an endpoint that leads to a receiver of this program; others are nobody's trouble
/// here.
fn endpoint_troubles(it: &Endpoint, means: &Means) -> Vec<String> {
    if !it.is_ours() {
        return Vec::new();
    }
    let mut troubles = Vec::new();
    if !it.is_enabled() {
        troubles.push(format!("is disabled: no events come; `stripesync webhooks update {} --enable{means}`", it.id));
    }
    if !it.is_version_ours() {
        let version = it.api_version.as_deref().unwrap_or("the account's default");
        let ours = stripe::API_VERSION;
        troubles.push(format!(
            "sends payloads of {version}, which are fetched anew instead of taken; make another one ({ours}) and delete it"
        ));
    }
    troubles
}

fn subscription_troubles(it: &Subscription, means: &Means, deleted_s: Option<i64>, now_s: i64) -> Vec<String> {
    if !it.is_ours() {
        return Vec::new();
    }
    let host = it.sink.split('/').nth(2).unwrap_or("HOST");
    if deleted_s.is_some() {
        let again = again(it, means);
        return vec![format!("is gone from the service, which takes away what it cannot deliver to; `{again}`")];
    }
    let mut troubles = Vec::new();
    if !it.is_verified {
        troubles.push(format!("is not verified: no events come; `stripesync webhooks verify {}{means}`", it.id));
    }
    let ends_s = it.expires_at.as_deref().and_then(second);
    if let (Some(ends_s), Some(ends)) = (ends_s, &it.expires_at)
        && ends_s - now_s < EXPIRES_SOON_S
    {
        troubles.push(format!("ends at {ends}: look whether `stripesync listen` can be reached at {host}"));
    }
    troubles
}

/// Returns the command that makes a subscription once more that leads to a receiver of this program.
pub fn again(it: &Subscription, means: &Means) -> String {
    let host = it.sink.split('/').nth(2).unwrap_or("HOST");
    format!("stripesync webhooks create --provider fic {host} --groups {}{means}", it.group())
}

/// Reads a moment or a day. NOT VERIFIED what the service would send.
fn second(text: &str) -> Option<i64> {
    let moment = text.parse::<jiff::Timestamp>().ok();
    let day = || text.get(..DAY_CHARS)?.parse::<jiff::civil::Date>().ok();
    let of_day = || day()?.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|at| at.timestamp());
    moment.or_else(of_day).map(|at| at.as_second())
}

/// Says from the file what is not as it should be at `now_s`, with each account.
///
/// # Errors
/// The file's.
pub fn add_troubles(store: &Store, status: &mut StatusReport, now_s: i64) -> Result<(), crate::store::Error> {
    let mut tell = |row: &MirroredHook, url: &str, troubles: Vec<String>| {
        let is_its =
            |it: &&mut AccountReport| (&it.provider, &it.id, &it.mode) == (&row.provider, &row.account, &row.mode);
        let Some(account) = status.accounts.iter_mut().find(is_its) else { return };
        let told = |what| HookTrouble { id: row.id.clone(), url: url.to_owned(), what };
        account.webhooks.extend(troubles.into_iter().map(told));
    };
    for row in store.mirrored_endpoints()? {
        if let Ok(it) = endpoints::read(row.data.as_bytes()) {
            tell(&row, &it.url, endpoint_troubles(&it, &means(&row)));
        }
    }
    for row in store.mirrored_subscriptions()? {
        if let Ok(it) = subscriptions::read_kept(&row.data) {
            tell(&row, &it.sink, subscription_troubles(&it, &means(&row), row.deleted_s, now_s));
        }
    }
    Ok(())
}

fn means(row: &MirroredHook) -> Means {
    Means {
        company: (row.provider == "fic").then(|| row.account.clone()),
        credential: row.credential.clone(),
        is_live: row.mode == "live",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_and_not_as_it_should_be_is_told() {
        let endpoint = |status: &str, version: &str, path: &str| {
            let body = format!(
                r#"{{"id":"we_1","url":"https://a.example{path}","enabled_events":["*"],"status":"{status}","api_version":{version}}}"#
            );
            endpoint_troubles(&endpoints::read(body.as_bytes()).expect("one"), &Means::default()).len()
        };
        let ours = format!("{:?}", stripe::API_VERSION);
        assert_eq!(endpoint("enabled", &ours, endpoints::PATH), 0);
        assert_eq!(endpoint("disabled", &ours, endpoints::PATH), 1);
        assert_eq!(endpoint("disabled", "null", endpoints::PATH), 2);
        assert_eq!(endpoint("disabled", "\"2020-08-27\"", "/elsewhere"), 0, "somebody else's");
    }

    #[test]
    fn a_subscription_is_told_that_is_unverified_gone_or_about_to_end() {
        let of = |verified: bool, ends: Option<&str>, deleted_s: Option<i64>| {
            let it = Subscription {
                id: "SUB1".into(),
                sink: "https://a.example/api/webhooks/fic/12/taxes".into(),
                is_verified: verified,
                expires_at: ends.map(str::to_owned),
                ..Subscription::default()
            };
            let means = Means { company: Some("12".into()), credential: Some("studio".into()), is_live: true };
            subscription_troubles(&it, &means, deleted_s, 1_793_491_200).join("\n")
        };
        assert_eq!(of(true, None, None), "");
        assert_eq!(of(true, Some("2026-11-20"), None), "");
        assert!(of(true, Some("2026-11-07T23:00:00Z"), None).starts_with("ends at 2026-11-07"));
        assert!(of(true, Some("2026-11-05 10:00:00"), None).contains("a.example"));
        assert!(
            of(false, None, None).contains("`stripesync webhooks verify SUB1 --company 12 --credential studio --live`")
        );
        assert!(
            of(false, None, Some(7))
                .contains("create --provider fic a.example --groups taxes --company 12 --credential studio --live`")
        );
    }
}
