//! Notifications: what a webhook of this service says, and which tables that concerns.
//!
//! They are CloudEvents that carry ids and no data, and their signature covers no byte of the body: what is read here is a
//! hint of what to fetch again, never a state.

use serde::Deserialize;
use serde_json::value::RawValue;

/// The type of the event that may follow a verification. It asks for nothing.
pub const WELCOME: &str = "it.fattureincloud.webhooks.subscriptions.welcome";
/// Both the header and the query parameter that carry a challenge.
pub const CHALLENGE: &str = "x-fic-verification-challenge";

/// What every type begins with.
const PREFIX: &str = "it.fattureincloud.webhooks.";
/// What a subject begins with; the company's number follows.
const COMPANY: &str = "company:";
/// Ids in one notification; imports name many. Each costs a request.
const IDS_MAX: usize = 10_000;
/// Characters of an id of an object.
const ID_CHARS_MAX: usize = 64;
/// Characters of the notification's own id, its type, subject and time.
const FIELD_CHARS_MAX: usize = 255;
/// Digits of a company's number.
const COMPANY_DIGITS_MAX: usize = 18;
/// A challenge is 64 digits.
const CHALLENGE_CHARS_MAX: usize = 128;

/// One notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its own id, the same in each delivery.
    pub id: String,
    /// `it.fattureincloud.webhooks.entities.clients.create`.
    pub kind: String,
    /// `company:108061`; empty where a welcome has none.
    pub subject: String,
    /// The company's number; empty where a welcome has none.
    pub company_id: String,
    /// When it happened, as sent; empty where it does not say.
    pub time: String,
    /// The same in unix seconds, where it can be read.
    pub time_s: Option<i64>,
    /// The objects.
    pub ids: Vec<String>,
}

/// Why a request is no notification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The body cannot be read, or names a field twice.
    #[error("its body is no JSON object, or names a field twice")]
    Json,
    /// Nothing says that it is an event.
    #[error("it is no CloudEvent: it has no ce- headers, and its body no specversion")]
    NoEvent,
    /// A field that it cannot do without.
    #[error("its {0} is missing, is no text, or is longer than {FIELD_CHARS_MAX} characters")]
    Field(&'static str),
    /// Whom it concerns.
    #[error("its subject names no company; company:<number> is expected")]
    Subject,
    /// What it concerns.
    #[error("its data.ids is no list of ids")]
    Ids,
    /// What it concerns, without end.
    #[error("it names {0} ids, more than {IDS_MAX}; run `stripesync sync --provider fic`, which reads the lists")]
    TooManyIds(usize),
}

/// What happened to the objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// They are new.
    Create,
    /// They changed.
    Update,
    /// They are gone; only a 404 proves it.
    Delete,
    /// They were sent by email.
    EmailSent,
    /// Their stock moved.
    StockUpdate,
    /// The exchange system moved them on.
    StatusUpdate,
    /// They came in through the exchange system.
    Receive,
}

impl Act {
    const ALL: [(&'static str, Act); 7] = [
        ("create", Act::Create),
        ("update", Act::Update),
        ("delete", Act::Delete),
        ("email_sent", Act::EmailSent),
        ("stock_update", Act::StockUpdate),
        ("status_update", Act::StatusUpdate),
        ("receive", Act::Receive),
    ];

    /// Returns the word that ends a type.
    pub fn name(self) -> &'static str {
        Act::ALL.iter().find(|(_, act)| *act == self).map_or("", |(name, _)| name)
    }
}

/// Which tables a type is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concern {
    /// Where its ids may stand: one table, but for groups.
    pub tables: &'static [&'static str],
    /// What happened there.
    pub act: Act,
}

const ISSUED: &[&str] = &["fic_issued_documents"];
const ENTITIES: &[&str] = &["fic_clients", "fic_suppliers"];
const CHANGES: &[Act] = &[Act::Create, Act::Update, Act::Delete];
const DOCUMENT_CHANGES: &[Act] = &[Act::Create, Act::Update, Act::Delete, Act::EmailSent];
const PRODUCT_CHANGES: &[Act] = &[Act::Create, Act::Update, Act::Delete, Act::StockUpdate];

/// What stands between a type's prefix and its act, the tables of its ids, and the acts there are.
/// Source: `EventType` of the service's OpenAPI file 2.1.8.
const CONCERNS: &[(&str, &[&str], &[Act])] = &[
    ("issued_documents.invoices", ISSUED, DOCUMENT_CHANGES),
    ("issued_documents.quotes", ISSUED, DOCUMENT_CHANGES),
    ("issued_documents.proformas", ISSUED, DOCUMENT_CHANGES),
    ("issued_documents.receipts", ISSUED, DOCUMENT_CHANGES),
    ("issued_documents.delivery_notes", ISSUED, DOCUMENT_CHANGES),
    ("issued_documents.credit_notes", ISSUED, DOCUMENT_CHANGES),
    ("issued_documents.orders", ISSUED, DOCUMENT_CHANGES),
    ("issued_documents.work_reports", ISSUED, DOCUMENT_CHANGES),
    ("issued_documents.supplier_orders", ISSUED, DOCUMENT_CHANGES),
    ("issued_documents.self_supplier_invoices", ISSUED, DOCUMENT_CHANGES),
    ("issued_documents.self_own_invoices", ISSUED, DOCUMENT_CHANGES),
    ("issued_documents.e_invoices", ISSUED, &[Act::StatusUpdate]),
    ("received_documents", &["fic_received_documents"], CHANGES),
    // What the exchange system brings waits there until somebody registers it.
    ("received_documents.e_invoices", &["fic_received_documents_pending"], &[Act::Receive]),
    ("receipts", &["fic_receipts"], CHANGES),
    ("taxes", &["fic_taxes"], CHANGES),
    ("archive_documents", &["fic_archive"], CHANGES),
    ("cashbook", &["fic_cashbook"], CHANGES),
    ("products", &["fic_products"], PRODUCT_CHANGES),
    ("entities.clients", &["fic_clients"], CHANGES),
    ("entities.suppliers", &["fic_suppliers"], CHANGES),
    // Not expected: groups are taken apart when a subscription is made, the last three stand in older pages alone.
    ("issued_documents.all", ISSUED, DOCUMENT_CHANGES),
    ("entities.all", ENTITIES, CHANGES),
    ("issued_documents.self_invoices", ISSUED, DOCUMENT_CHANGES),
    ("issued_documents", ISSUED, DOCUMENT_CHANGES),
    ("entities", ENTITIES, CHANGES),
];

/// Returns what a type concerns; nothing for the welcome, and for types that are none of this table.
pub fn concern(kind: &str) -> Option<Concern> {
    let (segment, word) = kind.strip_prefix(PREFIX)?.rsplit_once('.')?;
    let (_, act) = *Act::ALL.iter().find(|(name, _)| *name == word)?;
    let (_, tables, _) = *CONCERNS.iter().find(|(known, _, acts)| *known == segment && acts.contains(&act))?;
    Some(Concern { tables, act })
}

/// What may stand in a body, of either mode.
#[derive(Default, Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    specversion: Option<&'a RawValue>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    subject: Option<&'a RawValue>,
    #[serde(borrow, default)]
    time: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    ids: Vec<&'a RawValue>,
}

/// An event's attributes, wherever they stood.
struct Attributes {
    id: Option<String>,
    kind: Option<String>,
    subject: Option<String>,
    time: Option<String>,
}

/// Reads a request. The attributes stand in `ce-` headers or in the body; the content type says nothing of it, as the
/// service's own samples disagree. `header` looks a header up by its name in lower case.
///
/// # Errors
/// When it is no event, or does not say whom and what it concerns.
pub fn read(header: &dyn Fn(&str) -> Option<String>, body: &str) -> Result<Notification, Unreadable> {
    // What a welcome carries is not documented; in headers it may stand alone.
    let is_empty = body.trim().is_empty();
    let body: Body = if is_empty { Body::default() } else { object(body).ok_or(Unreadable::Json)? };
    let attributes = attributes(header, &body).ok_or(Unreadable::NoEvent)?;
    let id = attributes.id.and_then(fit).ok_or(Unreadable::Field("id"))?;
    let kind = attributes.kind.and_then(fit).ok_or(Unreadable::Field("type"))?;
    let subject = attributes.subject.unwrap_or_default();
    let company_id = match company(&subject) {
        Some(company_id) => company_id.to_owned(),
        None if subject.is_empty() && kind == WELCOME => String::new(),
        None => return Err(Unreadable::Subject),
    };
    let ids = match ids(body.data) {
        // What nothing is fetched for needs none.
        Err(_) if concern(&kind).is_none() => Vec::new(),
        ids => ids?,
    };
    let time = attributes.time.and_then(fit).unwrap_or_default();
    let time_s = time.parse::<jiff::Timestamp>().ok().map(|time| time.as_second());
    Ok(Notification { id, kind, subject, company_id, time, time_s, ids })
}

/// Takes them from the headers if there are any, else from a body that says it is an event.
fn attributes(header: &dyn Fn(&str) -> Option<String>, body: &Body) -> Option<Attributes> {
    let (id, kind) = (header("ce-id"), header("ce-type"));
    if id.is_some() || kind.is_some() || header("ce-specversion").is_some() {
        return Some(Attributes { id, kind, subject: header("ce-subject"), time: header("ce-time") });
    }
    body.specversion?;
    let text = |raw: Option<&RawValue>| raw.and_then(|raw| serde_json::from_str(raw.get()).ok());
    Some(Attributes { id: text(body.id), kind: text(body.kind), subject: text(body.subject), time: text(body.time) })
}

/// Takes a text that can stand in a row and in a line of a log.
fn fit(text: String) -> Option<String> {
    let is_fit = !text.trim().is_empty() && text.len() <= FIELD_CHARS_MAX && !text.contains(char::is_control);
    is_fit.then_some(text)
}

fn company(subject: &str) -> Option<&str> {
    let number = subject.strip_prefix(COMPANY)?;
    let is_number = (1..=COMPANY_DIGITS_MAX).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some(number)
}

/// Reads the ids, which are whole numbers or text.
fn ids(data: Option<&RawValue>) -> Result<Vec<String>, Unreadable> {
    let data: Data = data.and_then(|raw| object(raw.get())).ok_or(Unreadable::Ids)?;
    if data.ids.len() > IDS_MAX {
        return Err(Unreadable::TooManyIds(data.ids.len()));
    }
    data.ids.iter().map(|raw| object_id(raw.get()).ok_or(Unreadable::Ids)).collect()
}

/// Reads one id. It becomes part of a path and nobody signed it, so it has only characters that ids have.
fn object_id(raw: &str) -> Option<String> {
    let is_text = raw.starts_with('"');
    let id: String = if is_text { serde_json::from_str(raw).ok()? } else { raw.to_owned() };
    let is_fit =
        |b: u8| b.is_ascii_digit() || (is_text && (b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':')));
    ((1..=ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(is_fit)).then_some(id)
}

/// Reads an object; serde would take a list of the fields for one.
fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    serde_json::from_str(json).ok().filter(|_| json.trim_start().starts_with('{'))
}

/// Returns the challenge of a verification, from the header's value or out of the query as it stands in the URL. It is
/// sent back to whoever asks, so nothing but hex passes.
pub fn challenge<'a>(header: Option<&'a str>, query: Option<&'a str>) -> Option<&'a str> {
    let in_query =
        query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix(CHALLENGE)?.strip_prefix('='));
    let is_fit =
        |text: &&str| (1..=CHALLENGE_CHARS_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    [header, in_query].into_iter().flatten().find(is_fit)
}

#[cfg(test)]
#[path = "notification_tests.rs"]
mod tests;
