//! Webhook endpoints: what is wanted, what is there, what differs, and the requests that change it. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;

use super::{API_VERSION, event_types, page};
use crate::model::secret::Secret;
use crate::model::wire::{Change, Content, Request, Unreadable, Verb};

/// An account has no more of them. Source: support pages of Stripe; the API's specification does not say.
pub const ENDPOINTS_MAX: usize = 16;
/// Where a receiver of this program takes Stripe's events.
pub const PATH: &str = "/api/stripe/webhook";
/// All events but those that have to be named. Source: the API's specification, `enabled_events`.
pub const ALL: &str = "*";
/// The metadata by which an endpoint is known as made here: it says whose events come.
const MARK: &str = "stripesync";
const MARK_OWN: &str = "own";
const MARK_CONNECT: &str = "connect";
const LIST: &str = "/v1/webhook_endpoints";
const ONE: &str = "/v1/webhook_endpoints/{webhook_endpoint}";

/// An endpoint as the service has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Endpoint {
    /// `we_…`.
    pub id: String,
    /// Where events go.
    pub url: String,
    /// Types, or [`ALL`].
    #[serde(default)]
    pub enabled_events: BTreeSet<String>,
    /// `enabled`, `disabled`.
    #[serde(default)]
    pub status: String,
    /// What payloads are rendered in; none means the account's own default.
    #[serde(default)]
    pub api_version: Option<String>,
    /// The platform's application.
    #[serde(default)]
    application: Option<String>,
    /// Whatever somebody wrote about it.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether it is about real money.
    #[serde(default)]
    pub livemode: bool,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

impl Endpoint {
    /// Returns whether it gets the events of connected accounts.
    ///
    /// NOT VERIFIED: an endpoint does not say so itself. Those made here are marked; of others it is believed that they
    /// name the platform's application where they are for connected accounts.
    pub fn is_connect(&self) -> bool {
        match self.metadata.get(MARK) {
            Some(mark) => mark == MARK_CONNECT,
            None => self.application.is_some(),
        }
    }

    /// Returns whether it leads to a receiver of this program, as far as that can be seen.
    pub fn is_ours(&self) -> bool {
        let path = self.url.split(['?', '#']).next().unwrap_or_default();
        self.metadata.contains_key(MARK) || path.ends_with(PATH)
    }

    /// Returns whether events are sent to it.
    pub fn is_enabled(&self) -> bool {
        self.status != "disabled"
    }

    /// Returns whether its payloads have the shape that rows are made from.
    pub fn is_version_ours(&self) -> bool {
        super::event::is_pinned_release(self.api_version.as_deref())
    }

    /// Returns the types that concern a table and that it does not get.
    pub fn missing(&self) -> Vec<&'static str> {
        if self.enabled_events.contains(ALL) {
            return Vec::new();
        }
        let handled = event_types::handled(self.is_connect());
        handled.into_iter().filter(|kind| !self.enabled_events.contains(*kind)).collect()
    }
}

/// An endpoint as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where events shall go.
    pub url: String,
    /// Types, or [`ALL`].
    pub events: BTreeSet<String>,
    /// Whether it shall get the events of connected accounts.
    pub connect: bool,
    /// What to write about it.
    pub description: Option<String>,
}

/// In what an endpoint is other than wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Types that it does not get.
    Missing(Vec<String>),
    /// Types that it gets beyond those.
    More(Vec<String>),
    /// Another version than the one that rows are made from. Only another endpoint has another one.
    Version(Option<String>),
    /// It is disabled.
    Disabled,
    /// What is written about it.
    Description,
}

/// Types named in a sentence.
const NAMED_MAX: usize = 3;

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Missing(types) => write!(f, "it does not get {}", some(types)),
            Difference::More(types) => write!(f, "it gets {} besides", some(types)),
            Difference::Version(Some(version)) => write!(f, "its version is {version}, not {API_VERSION}"),
            Difference::Version(None) => write!(f, "its version is the account's, not {API_VERSION}"),
            Difference::Disabled => f.write_str("it is disabled"),
            Difference::Description => f.write_str("its description is another"),
        }
    }
}

impl Difference {
    /// Returns whether an update cannot mend it: the version is fixed when an endpoint is made.
    pub fn is_fixed(&self) -> bool {
        matches!(self, Difference::Version(_))
    }
}

/// What is to be done to have an endpoint as wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// There is none: make it.
    Create,
    /// There is one, for the same URL and the same accounts.
    There {
        /// Its id.
        id: String,
        /// In what it is other than wanted; nothing where it is as wanted.
        differences: Vec<Difference>,
    },
    /// There is none, and no room for one.
    Full,
}

/// Compares what is wanted with what is there.
pub fn plan(wanted: &Wanted, there: &[Endpoint]) -> Plan {
    match there.iter().find(|it| it.url == wanted.url && it.is_connect() == wanted.connect) {
        Some(same) => Plan::There { id: same.id.clone(), differences: differences(wanted, same) },
        None if there.len() >= ENDPOINTS_MAX => Plan::Full,
        None => Plan::Create,
    }
}

fn differences(wanted: &Wanted, there: &Endpoint) -> Vec<Difference> {
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
    let missing = only(&wanted.events, &there.enabled_events);
    let more = only(&there.enabled_events, &wanted.events);
    let described = wanted.description.as_ref().is_some_and(|text| there.description.as_ref() != Some(text));
    let all = [
        (!missing.is_empty(), Difference::Missing(missing)),
        (!more.is_empty(), Difference::More(more)),
        (!there.is_version_ours(), Difference::Version(there.api_version.clone())),
        (!there.is_enabled(), Difference::Disabled),
        (described, Difference::Description),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, difference)| difference).collect()
}

/// What an update shall change; nothing of what is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// Where events shall go.
    pub url: Option<String>,
    /// Types, or [`ALL`].
    pub events: Option<BTreeSet<String>>,
    /// Whether it shall get none for now.
    pub disabled: Option<bool>,
    /// What to write about it.
    pub description: Option<String>,
}

impl Update {
    /// Leaves out what is so already.
    pub fn against(self, there: &Endpoint) -> Update {
        Update {
            url: self.url.filter(|url| *url != there.url),
            events: self.events.filter(|events| *events != there.enabled_events),
            disabled: self.disabled.filter(|disabled| *disabled == there.is_enabled()),
            description: self.description.filter(|text| there.description.as_ref() != Some(text)),
        }
    }

    /// Returns what it changes about an endpoint, in words.
    pub fn told(&self, there: &Endpoint) -> Vec<String> {
        let mut told = Vec::new();
        told.extend(self.url.as_ref().map(|url| format!("url: {} becomes {url}", there.url)));
        if let Some(events) = &self.events {
            let wanted = Wanted { url: String::new(), events: events.clone(), connect: false, description: None };
            told.extend(differences(&wanted, there).into_iter().filter_map(|difference| match difference {
                Difference::Missing(types) => Some(format!("events: {} come in", some(&types))),
                Difference::More(types) => Some(format!("events: {} go", some(&types))),
                _ => None,
            }));
        }
        told.extend(self.disabled.map(|it| if it { "it gets disabled" } else { "it gets enabled" }.to_owned()));
        told.extend(self.description.as_ref().map(|text| format!("description: becomes {text}")));
        told
    }
}

/// Names a few of many.
fn some(types: &[String]) -> String {
    match types.len().checked_sub(NAMED_MAX) {
        Some(more @ 1..) => format!("{} and {more} more", types[..NAMED_MAX].join(", ")),
        _ => types.join(", "),
    }
}

/// One page of the endpoints.
pub fn all(cursor: Option<&str>) -> Request {
    let after = cursor.map(|id| format!("&starting_after={id}")).unwrap_or_default();
    Request { path: format!("{LIST}?limit=100{after}"), endpoint: LIST }
}

/// Makes one. The answer alone says its secret, and says it once.
pub fn create(wanted: &Wanted) -> Change {
    let mut form = vec![("url".to_owned(), wanted.url.clone()), ("api_version".to_owned(), API_VERSION.to_owned())];
    form.extend(wanted.events.iter().map(|kind| ("enabled_events[]".to_owned(), kind.clone())));
    form.push(("connect".to_owned(), wanted.connect.to_string()));
    let mark = if wanted.connect { MARK_CONNECT } else { MARK_OWN };
    form.push((format!("metadata[{MARK}]"), mark.to_owned()));
    form.extend(wanted.description.clone().map(|text| ("description".to_owned(), text)));
    Change { verb: Verb::Post, path: LIST.to_owned(), endpoint: LIST, content: Content::Form(form) }
}

/// Changes one.
pub fn update(id: &str, update: &Update) -> Change {
    let mut form = Vec::new();
    form.extend(update.url.clone().map(|url| ("url".to_owned(), url)));
    form.extend(update.events.iter().flatten().map(|kind| ("enabled_events[]".to_owned(), kind.clone())));
    form.extend(update.disabled.map(|disabled| ("disabled".to_owned(), disabled.to_string())));
    form.extend(update.description.clone().map(|text| ("description".to_owned(), text)));
    Change { verb: Verb::Post, path: format!("{LIST}/{id}"), endpoint: ONE, content: Content::Form(form) }
}

/// Takes one away.
pub fn delete(id: &str) -> Change {
    Change { verb: Verb::Delete, path: format!("{LIST}/{id}"), endpoint: ONE, content: Content::Nothing }
}

/// Returns whether a text is the id of an endpoint, and nothing else in a path.
pub fn is_id(text: &str) -> bool {
    let rest = text.strip_prefix("we_").unwrap_or_default();
    !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Reads a page of endpoints, and whether more follow.
///
/// # Errors
/// When it is no such page.
pub fn read_page(body: &[u8]) -> Result<(Vec<Endpoint>, bool), Unreadable> {
    let page = page::read(body)?;
    let endpoints = page.data.iter().map(|raw| read(raw.get().as_bytes()));
    Ok((endpoints.collect::<Result<_, _>>()?, page.has_more))
}

/// Reads one endpoint.
///
/// # Errors
/// When it is none.
pub fn read(body: &[u8]) -> Result<Endpoint, Unreadable> {
    let endpoint: Result<Endpoint, _> = serde_json::from_slice(body);
    // The message alone: an answer to a creation has a secret in it.
    endpoint.map_err(|error| Unreadable(format!("no webhook endpoint, at column {}", error.column())))
}

/// Reads the answer to a creation: the endpoint, and its secret.
///
/// # Errors
/// When it is no endpoint.
pub fn read_created(body: &[u8]) -> Result<(Endpoint, Option<Secret>), Unreadable> {
    #[derive(Deserialize)]
    struct Created {
        #[serde(default)]
        secret: Option<String>,
    }
    let endpoint = read(body)?;
    let created: Option<Created> = serde_json::from_slice(body).ok();
    Ok((endpoint, created.and_then(|it| it.secret).map(Secret::new)))
}

/// Reads where events shall go: a URL, or the name of a host, whose receiver is meant.
///
/// # Errors
/// Why events cannot go there, as the end of a sentence.
pub fn url(text: &str, is_live: bool) -> Result<String, &'static str> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let (scheme, rest) = whole.split_once("://").unwrap_or_default();
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(at);
    match scheme {
        "https" => {}
        "http" if !is_live => {}
        "http" => return Err("has to be https: real events go nowhere else"),
        _ => return Err("has to begin with https://"),
    }
    if host.is_empty() || host.contains('@') || !whole.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("is no address: give https://HOST/PATH, or a host alone");
    }
    if path.contains('#') {
        return Err("has a fragment, which is never sent");
    }
    Ok(if matches!(path, "" | "/") { format!("{scheme}://{host}{PATH}") } else { whole })
}

#[cfg(test)]
#[path = "endpoints_tests.rs"]
mod tests;
