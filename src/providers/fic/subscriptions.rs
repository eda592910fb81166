//! Subscriptions to webhooks: what is wanted, what is there, what is missing, and the requests that change it. Pure.
//!
//! Making one is not idempotent: of two equal creations the second takes what the first left over, with a warning. So what
//! is there is read first, and only what is missing is asked for.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::notification;
use super::request::{Query, request};
use crate::model::wire::{Change, Content, Request, Unreadable, Verb};

/// Where a receiver of this program takes notifications: a name for the account and one for the group of types follow.
pub const PATH: &str = "/api/webhooks/fic/";
/// So often the service asks whether a sink is whom somebody says it is; then the subscription is lost.
/// Source: developers.fattureincloud.it/docs/webhooks/subscriptions.
pub const ATTEMPTS_MAX: u32 = 5;
/// And no more often than this. Same source.
pub const ATTEMPT_EVERY_S: i64 = 600;
/// Stands for every group.
pub const ALL: &str = "all";

const LIST: &str = "/subscriptions";
const ONE: &str = "/subscriptions/{subscription_id}";
const VERIFY: &str = "/subscriptions/{subscription_id}/verify";

/// The groups by which subscriptions are made, and what stands between prefix and act of their types. Groups of the
/// service's own (`entities.all`) are taken apart by it when a subscription is made, and one of them lacks a type: here
/// every type is named.
const GROUPS: &[(&str, &[&str])] = &[
    ("entity", &["entities.clients", "entities.suppliers"]),
    (
        "issued_documents",
        &[
            "issued_documents.invoices",
            "issued_documents.quotes",
            "issued_documents.proformas",
            "issued_documents.receipts",
            "issued_documents.delivery_notes",
            "issued_documents.credit_notes",
            "issued_documents.orders",
            "issued_documents.work_reports",
            "issued_documents.supplier_orders",
            "issued_documents.self_supplier_invoices",
            "issued_documents.self_own_invoices",
            "issued_documents.e_invoices",
        ],
    ),
    ("received_documents", &["received_documents", "received_documents.e_invoices"]),
    ("products", &["products"]),
    ("receipts", &["receipts"]),
    ("taxes", &["taxes"]),
    ("archive", &["archive_documents"]),
    ("cashbook", &["cashbook"]),
];

/// Returns the names of the groups.
pub fn groups() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().map(|(name, _)| *name)
}

/// Returns the types of a group; none where there is no such group.
pub fn types(group: &str) -> BTreeSet<String> {
    let segments = GROUPS.iter().find(|(name, _)| *name == group).map_or(&[][..], |(_, segments)| *segments);
    segments.iter().flat_map(|segment| notification::types(segment)).collect()
}

/// A subscription as the service has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subscription {
    /// `SUB230`.
    pub id: String,
    /// Where notifications go.
    pub sink: String,
    /// Whether the sink has answered the challenge: until then nothing is sent.
    pub is_verified: bool,
    /// Types, in full.
    pub types: BTreeSet<String>,
    /// When it ends, as the service says it, where it does.
    pub expires_at: Option<String>,
    /// The whole answer.
    pub data: String,
}

impl Subscription {
    /// Returns whether its notifications go to a receiver of this program, as far as that can be seen.
    pub fn is_ours(&self) -> bool {
        let path = self.sink.split(['?', '#']).next().unwrap_or_default();
        path.contains(PATH)
    }

    /// Returns the group that its sink names; empty where it names none.
    pub fn group(&self) -> &str {
        let path = self.sink.split(['?', '#']).next().unwrap_or_default();
        let rest = path.split_once(PATH).map_or("", |(_, rest)| rest);
        rest.split_once('/').map_or("", |(_, group)| group.trim_end_matches('/'))
    }

    /// Returns the types of its group that it does not get.
    pub fn missing(&self) -> Vec<String> {
        types(self.group()).difference(&self.types).cloned().collect()
    }
}

/// NOT VERIFIED: the documentation tells of an expiry ten days after the first failed delivery, and names no member that
/// says when. Should one of these come, it is shown.
const EXPIRY: [&str; 2] = ["expires_at", "expiration_date"];

#[derive(Deserialize)]
struct Wire {
    id: Value,
    #[serde(default)]
    sink: Option<String>,
    #[serde(default)]
    verified: Option<bool>,
    #[serde(default)]
    types: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Envelope {
    data: Value,
    #[serde(default)]
    warnings: Value,
}

fn read(data: Value) -> Result<Subscription, Unreadable> {
    let expires_at = EXPIRY.iter().find_map(|name| data.get(name)?.as_str()).map(str::to_owned);
    let text = data.to_string();
    let wire: Wire =
        serde_json::from_value(data).map_err(|error| Unreadable(format!("no webhook subscription: {error}")))?;
    let id = wire.id.as_str().map_or_else(|| wire.id.to_string(), str::to_owned);
    if !is_id(&id) {
        return Err(Unreadable("a webhook subscription without an id".to_owned()));
    }
    Ok(Subscription {
        id,
        sink: wire.sink.unwrap_or_default(),
        is_verified: wire.verified.unwrap_or_default(),
        types: wire.types.unwrap_or_default().into_iter().collect(),
        expires_at,
        data: text,
    })
}

fn envelope(body: &[u8]) -> Result<Envelope, Unreadable> {
    serde_json::from_slice(body).map_err(|error| Unreadable(format!("no webhook subscriptions: {error}")))
}

/// Reads a company's subscriptions.
///
/// # Errors
/// When it is no such list.
pub fn read_list(body: &[u8]) -> Result<Vec<Subscription>, Unreadable> {
    match envelope(body)?.data {
        Value::Array(all) => all.into_iter().map(read).collect(),
        Value::Null => Ok(Vec::new()),
        _ => Err(Unreadable("no list of webhook subscriptions".to_owned())),
    }
}

/// Reads one subscription.
///
/// # Errors
/// When it is none.
pub fn read_one(body: &[u8]) -> Result<Subscription, Unreadable> {
    read(envelope(body)?.data)
}

/// Reads one as it is kept: without its envelope.
///
/// # Errors
/// When it is none.
pub fn read_kept(data: &str) -> Result<Subscription, Unreadable> {
    let data = serde_json::from_str(data);
    read(data.map_err(|error| Unreadable(format!("no webhook subscription: {error}")))?)
}

/// Reads the answer to a creation or a change: the subscription, and what the service has to say about it, which is a list
/// in its specification and one text in its examples. What it says of being verified is not to be trusted: documented
/// answers say yes before anybody was asked.
///
/// # Errors
/// When it is none.
pub fn read_made(body: &[u8]) -> Result<(Subscription, Vec<String>), Unreadable> {
    let Envelope { data, warnings } = envelope(body)?;
    let warnings = match warnings {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    Ok((read(data)?, warnings))
}

/// Returns whether a text is the id of a subscription, and nothing else in a path.
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// A group that a company's notifications are wanted of, and where they shall go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// `entity`.
    pub group: String,
    /// The address.
    pub sink: String,
    /// Its types.
    pub types: BTreeSet<String>,
}

impl Wanted {
    /// A group of a company, at a host's receiver.
    pub fn of(host: &str, company: &str, group: &str) -> Wanted {
        let sink = format!("https://{host}{PATH}{company}/{group}");
        Wanted { group: group.to_owned(), sink, types: types(group) }
    }
}

/// What is to be done to have a group's notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Make a subscription.
    Create {
        /// Its types.
        types: BTreeSet<String>,
    },
    /// Give the one that is there more types.
    Extend {
        /// Its id.
        id: String,
        /// Those that are new.
        added: BTreeSet<String>,
        /// All that it shall have.
        types: BTreeSet<String>,
    },
    /// It is there; it is not verified.
    Verify {
        /// Its id.
        id: String,
    },
    /// It is there.
    Leave {
        /// Its id.
        id: String,
    },
    /// Every type goes elsewhere already, and the service sends one to one place alone.
    Elsewhere,
}

/// What is to be done about one group, and the types that go elsewhere: to which subscriptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What to do.
    pub act: Act,
    /// Subscriptions of other addresses that have types of the group, and how many.
    pub elsewhere: Vec<(Subscription, usize)>,
}

/// Compares what is wanted of a group with what is there of its company.
pub fn plan(wanted: &Wanted, there: &[Subscription]) -> Plan {
    let here = there.iter().find(|it| same_sink(&it.sink, &wanted.sink));
    let others = there.iter().filter(|it| !same_sink(&it.sink, &wanted.sink));
    let elsewhere: Vec<(Subscription, usize)> = others
        .map(|it| (it.clone(), it.types.intersection(&wanted.types).count()))
        .filter(|(_, count)| *count > 0)
        .collect();
    let is_taken = |kind: &&String| elsewhere.iter().any(|(it, _)| it.types.contains(*kind));
    let has = |kind: &&String| here.is_some_and(|it| it.types.contains(*kind));
    let missing: BTreeSet<String> = wanted.types.iter().filter(|kind| !is_taken(kind) && !has(kind)).cloned().collect();
    let act = match here {
        None if missing.is_empty() => Act::Elsewhere,
        None => Act::Create { types: missing },
        Some(it) if !missing.is_empty() => {
            let types = it.types.union(&missing).cloned().collect();
            Act::Extend { id: it.id.clone(), added: missing, types }
        }
        Some(it) if !it.is_verified => Act::Verify { id: it.id.clone() },
        Some(it) => Act::Leave { id: it.id.clone() },
    };
    Plan { act, elsewhere }
}

fn same_sink(a: &str, b: &str) -> bool {
    a.trim_end_matches('/') == b.trim_end_matches('/')
}

/// Asks for a company's subscriptions.
pub fn all(company: &str) -> Request {
    request(LIST, &path(company, ""), Query::of(""))
}

/// Asks for one.
pub fn one(company: &str, id: &str) -> Request {
    request(ONE, &path(company, &format!("/{id}")), Query::of(""))
}

/// Makes one.
pub fn create(company: &str, sink: &str, types: &BTreeSet<String>) -> Change {
    let data = json!({"sink": sink, "types": types, "verification_method": "header", "config": {"mapping": "binary"}});
    change(Verb::Post, LIST, path(company, ""), Some(data))
}

/// What a change of a subscription says; nothing of what is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// Where notifications shall go; the new address is asked who it is.
    pub sink: Option<String>,
    /// All types that it shall have.
    pub types: Option<BTreeSet<String>>,
}

/// Changes one.
pub fn update(company: &str, id: &str, update: &Update) -> Change {
    let mut data = json!({});
    if let Some(sink) = &update.sink {
        data["sink"] = json!(sink);
    }
    if let Some(types) = &update.types {
        data["types"] = json!(types);
    }
    change(Verb::Put, ONE, path(company, &format!("/{id}")), Some(data))
}

/// Takes one away.
pub fn delete(company: &str, id: &str) -> Change {
    change(Verb::Delete, ONE, path(company, &format!("/{id}")), None)
}

/// Has the service ask the sink once more who it is.
pub fn verify(company: &str, id: &str) -> Change {
    // It does not remember how it asked before.
    change(Verb::Post, VERIFY, path(company, &format!("/{id}/verify")), Some(json!({"verification_method": "header"})))
}

fn path(company: &str, rest: &str) -> String {
    super::request::scoped(company, &format!("{LIST}{rest}"))
}

fn change(verb: Verb, endpoint: &'static str, path: String, data: Option<Value>) -> Change {
    let content = data.map_or(Content::Nothing, |data| Content::Json(json!({"data": data}).to_string()));
    Change { verb, path, endpoint, content }
}

/// Reads the host at which a receiver is reached: `hooks.example.com`, with its port where it has one.
///
/// # Errors
/// Why it is none, as the end of a sentence.
pub fn host(text: &str) -> Result<String, &'static str> {
    let bare = match text.split_once("://") {
        Some(("https", rest)) => rest,
        Some(_) => return Err("has to be reached by https: the service refuses other addresses"),
        None => text,
    };
    let host = bare.trim_end_matches('/');
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':' | b'[' | b']');
    if host.is_empty() || !host.bytes().all(is_plain) {
        return Err("is no host: give hooks.example.com alone, the paths are added");
    }
    Ok(host.to_owned())
}

#[cfg(test)]
#[path = "subscriptions_tests.rs"]
mod tests;
