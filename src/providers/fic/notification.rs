//! Notifications: what a webhook of this service says, and which tables that concerns.
//!
//! They are CloudEvents that carry ids and no data, and their signature covers no byte of the body: what is read here is a
//! hint of what to fetch again, never a state.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
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

/// Returns the types of what stands between prefix and act, in full: `it.fattureincloud.webhooks.taxes.create`.
pub(super) fn types(segment: &str) -> Vec<String> {
    let found = CONCERNS.iter().find(|(known, ..)| *known == segment);
    let acts = found.map_or(&[][..], |(_, _, acts)| *acts);
    acts.iter().map(|act| format!("{PREFIX}{segment}.{}", act.name())).collect()
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
    match outline(header, body)? {
        (_, Some(why)) => Err(why),
        (read, None) => Ok(read),
    }
}

/// As [`read`], of an event whose ids cannot be read, too: it has none then, and the reason beside it.
///
/// # Errors
/// When it is no event, or does not say whom it concerns.
pub fn outline(
    header: &dyn Fn(&str) -> Option<String>,
    body: &str,
) -> Result<(Notification, Option<Unreadable>), Unreadable> {
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
    let (ids, trouble) = match ids(body.data) {
        Ok(ids) => (ids, None),
        // What nothing is fetched for needs none.
        Err(why) => (Vec::new(), concern(&kind).map(|_| why)),
    };
    let time = attributes.time.and_then(fit).unwrap_or_default();
    let time_s = time.parse::<jiff::Timestamp>().ok().map(|time| time.as_second());
    Ok((Notification { id, kind, subject, company_id, time, time_s, ids }, trouble))
}

/// An event in structured mode, as CloudEvents 1.0 writes it.
#[derive(Serialize)]
struct Structured<'a> {
    specversion: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    /// A body that is no JSON object, as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_base64: Option<String>,
}

/// Returns a request as one text that says all of it, in structured mode: what the log keeps, and what [`read`] reads
/// without headers.
pub fn structured(header: &dyn Fn(&str) -> Option<String>, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    if !is_binary(header) {
        return text.into_owned();
    }
    let read: Option<Body> = object(&text);
    let is_kept = text.trim().is_empty() || read.is_some();
    let event = Structured {
        specversion: header("ce-specversion").unwrap_or_else(|| "1.0".to_owned()),
        id: header("ce-id"),
        source: header("ce-source"),
        kind: header("ce-type"),
        subject: header("ce-subject"),
        time: header("ce-time"),
        data: read.and_then(|read| read.data),
        data_base64: (!is_kept).then(|| STANDARD.encode(body)),
    };
    serde_json::to_string(&event).unwrap_or_default()
}

/// Returns whether a text is a notification, and not another service's event.
pub fn is_notification(body: &str) -> bool {
    let no_header = |_: &str| None;
    outline(&no_header, body).is_ok_and(|(read, _)| read.kind.starts_with(PREFIX))
}

/// Returns how urgent a type is: 0 high, 1 medium, 2 low.
pub fn priority(kind: &str) -> i64 {
    match concern(kind).and_then(|concern| concern.tables.first()) {
        Some(&("fic_issued_documents" | "fic_received_documents" | "fic_received_documents_pending")) => 0,
        Some(&("fic_products" | "fic_archive")) | None => 2,
        Some(_) => 1,
    }
}

/// Returns whether the attributes stand in headers.
fn is_binary(header: &dyn Fn(&str) -> Option<String>) -> bool {
    ["ce-id", "ce-type", "ce-specversion"].iter().any(|name| header(name).is_some())
}

/// Takes them from the headers if there are any, else from a body that says it is an event.
fn attributes(header: &dyn Fn(&str) -> Option<String>, body: &Body) -> Option<Attributes> {
    if is_binary(header) {
        let [id, kind, subject, time] = ["ce-id", "ce-type", "ce-subject", "ce-time"].map(header);
        return Some(Attributes { id, kind, subject, time });
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
