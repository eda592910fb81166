//! Events: which object they carry, and whether their payload suffices.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::API_VERSION;
use crate::model::resource::Resource;

/// The parts of an event that decide what to do with it, as far as they can be read.
#[derive(Debug, Default)]
pub struct Event {
    /// `evt_…`.
    pub id: Option<String>,
    /// `customer.updated`; empty where it does not say.
    pub kind: String,
    /// Its second.
    pub created_s: Option<i64>,
    /// The version its payload is rendered in, which is never the request's.
    pub api_version: Option<String>,
    /// Whether it is about real money, where it says so.
    pub livemode: Option<bool>,
    /// The connected account that it is of.
    pub account: Option<String>,
    /// What it is about.
    pub subject: Subject,
    /// What is wrong with it, where something is: it tells of a change, and not of which.
    pub trouble: Option<&'static str>,
}

/// The few fields of an event's object that routing needs.
#[derive(Debug, Default, Deserialize)]
pub struct Subject {
    /// `customer`.
    #[serde(default)]
    pub object: String,
    /// Its id; a preview has none.
    #[serde(default)]
    pub id: Option<String>,
    /// The test clock it lives on.
    #[serde(default)]
    pub test_clock: Option<serde_json::Value>,
}

impl Subject {
    /// An empty id is none, nor is one that leads elsewhere in a path: nothing can be asked for by it.
    fn named(self) -> Subject {
        Subject { id: self.id.filter(|id| !matches!(id.trim(), "" | "." | "..")), ..self }
    }
}

/// What a thin event calls itself. It names what it is about and carries none of it: no table follows from it, and its
/// snapshot twin, where there is one, says all.
pub const THIN: &str = "v2.core.event";

#[derive(Default, Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    object: Option<&'a RawValue>,
    #[serde(borrow, default)]
    related_object: Option<&'a RawValue>,
    #[serde(borrow, default)]
    context: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    created: Option<&'a RawValue>,
    #[serde(borrow, default)]
    api_version: Option<&'a RawValue>,
    #[serde(borrow, default)]
    livemode: Option<&'a RawValue>,
    #[serde(borrow, default)]
    account: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    object: &'a RawValue,
}

/// Reads one event, or as much of it as there is.
pub fn read(json: &str) -> Event {
    let Some(fields) = object::<Fields>(json) else {
        return Event { trouble: Some("it is no object"), ..Event::default() };
    };
    let text = |raw: Option<&RawValue>| raw.and_then(|raw| parsed::<String>(raw.get()));
    let id = text(fields.id).filter(|id| !id.is_empty());
    let kind = text(fields.kind);
    if text(fields.object).as_deref() == Some(THIN) {
        return thin(&fields, id, kind);
    }
    let created_s = fields.created.and_then(|raw| parsed(raw.get()));
    let subject = fields.data.and_then(|raw| object::<Data>(raw.get())).map(|data| object(data.object.get()));
    let trouble = match (&subject, &created_s) {
        _ if id.is_none() => Some("it has no id"),
        _ if kind.is_none() => Some("it has no type"),
        (None, _) => Some("it has no data.object"),
        (Some(None), _) => Some("its data.object is none"),
        (_, None) => Some("its created is no time"),
        _ => None,
    };
    Event {
        id,
        kind: kind.unwrap_or_default(),
        created_s,
        api_version: text(fields.api_version),
        livemode: fields.livemode.and_then(|raw| parsed(raw.get())),
        account: text(fields.account).filter(|account| !account.is_empty()),
        subject: subject.flatten().map(Subject::named).unwrap_or_default(),
        trouble,
    }
}

/// Reads a thin event, whose time is a text.
fn thin(fields: &Fields, id: Option<String>, kind: Option<String>) -> Event {
    let text = |raw: Option<&RawValue>| raw.and_then(|raw| parsed::<String>(raw.get()));
    let created = text(fields.created).and_then(|created| created.parse::<jiff::Timestamp>().ok());
    let related = fields.related_object.and_then(|raw| object::<Subject>(raw.get()));
    let trouble = match () {
        () if id.is_none() => Some("it has no id"),
        () if kind.is_none() => Some("it has no type"),
        () => None,
    };
    Event {
        id,
        kind: kind.unwrap_or_default(),
        created_s: created.map(|created| created.as_second()),
        api_version: None,
        livemode: fields.livemode.and_then(|raw| parsed(raw.get())),
        account: text(fields.context).filter(|context| context.starts_with("acct_") && !context.contains('/')),
        // The id is found by whoever asks the log for it; without the object's kind no table claims it.
        subject: Subject { id: related.and_then(|it| it.named().id), ..Subject::default() },
        trouble,
    }
}

/// Reads an object; serde would take a list of the fields for one.
fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    parsed(json).filter(|_| json.trim_start().starts_with('{'))
}

fn parsed<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    serde_json::from_str(json).ok()
}

/// How urgent events are, by what their types begin with: 0 what subscriptions and money owed hang on, 1 payments and
/// those who pay. The longest beginning that fits counts; all others are the least urgent.
const PRIORITIES: &[(&str, i64)] = &[
    ("customer.subscription.", 0),
    ("subscription_schedule.", 0),
    ("invoice.", 0),
    ("charge.dispute.", 0),
    ("issuing_dispute.", 0),
    ("charge.", 1),
    ("payment_intent.", 1),
    ("setup_intent.", 1),
    ("payment_method.", 1),
    ("checkout.session.", 1),
    ("refund.", 1),
    ("payout.", 1),
    ("customer.", 1),
];
/// Of all others.
const LOW: i64 = 2;

/// Returns how urgent events of a type are: 0 high, 1 medium, 2 low.
pub fn priority(kind: &str) -> i64 {
    let fitting = PRIORITIES.iter().filter(|(begin, _)| kind.starts_with(begin));
    fitting.max_by_key(|(begin, _)| begin.len()).map_or(LOW, |(_, priority)| *priority)
}

/// Returns whether shapes of this version are the pinned release's. Monthly releases only add.
/// Source: docs.stripe.com/api/versioning.
pub fn is_pinned_release(api_version: Option<&str>) -> bool {
    let release = |version: &str| version.rsplit('.').next().map(str::to_owned);
    api_version.and_then(|version| version.contains('.').then(|| release(version)).flatten()) == release(API_VERSION)
}

/// Returns whether a payload may replace a row: its resource has no field that only an expanded answer shows, and
/// its shape is the pinned one. (Whether a list in it is cut short is seen when it is read.)
pub fn suffices(resource: &Resource, api_version: Option<&str>) -> bool {
    resource.expand.is_empty() && is_pinned_release(api_version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_as_far_as_it_can_be() {
        let whole = r#"{"id":"evt_1","type":"a.b","created":5,"data":{"object":{"id":"x_1","object":"x"}}}"#;
        let read_whole = read(whole);
        assert_eq!(
            (read_whole.trouble, read_whole.created_s, read_whole.subject.id.as_deref()),
            (None, Some(5), Some("x_1"))
        );
        for (from, to, wanted) in [
            (r#""evt_1""#, "null", "it has no id"),
            (r#""a.b""#, "7", "it has no type"),
            ("5", "1.5", "its created is no time"),
            (r#"{"object":{"id":"x_1","object":"x"}}"#, "null", "it has no data.object"),
            (r#"{"id":"x_1","object":"x"}"#, "[]", "its data.object is none"),
            (r#""x_1""#, "{}", "its data.object is none"),
        ] {
            assert_eq!(read(&whole.replace(from, to)).trouble, Some(wanted));
        }
        for nowhere in ["", " ", ".", ".."] {
            assert_eq!(read(&whole.replace("x_1", nowhere)).subject.id, None, "{nowhere:?}");
        }
        let thin = r#"{"id":"evt_2","object":"v2.core.event","type":"v1.customer.created","livemode":true,
            "created":"1970-01-01T00:00:05.250Z","context":"acct_1","related_object":{"id":"cus_1","type":"customer"}}"#;
        let thin = read(thin);
        assert_eq!((thin.trouble, thin.created_s, thin.account.as_deref()), (None, Some(5), Some("acct_1")));
        assert_eq!((thin.subject.object.as_str(), thin.subject.id.as_deref()), ("", Some("cus_1")));
        let untimed = read(&whole.replace('5', "null"));
        assert_eq!((untimed.subject.object.as_str(), untimed.subject.id.as_deref()), ("x", Some("x_1")));
        for none in ["null", "7", "[]", r#""evt_1""#] {
            assert_eq!(read(none).trouble, Some("it is no object"), "{none}");
        }
    }
}
