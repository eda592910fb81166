//! The parts of an event that its effects are derived from: what happened, to what, and what was there before.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// One event as it was sent. The object's and the old values' JSON stay text until somebody wants them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventBody<'a> {
    /// `evt_…`.
    pub id: Cow<'a, str>,
    /// `customer.subscription.updated`.
    pub kind: Cow<'a, str>,
    /// Its second.
    pub created_s: i64,
    /// The version that its payload is rendered in, where it says.
    pub api_version: Option<Cow<'a, str>>,
    /// `data.object`.
    pub object: &'a str,
    /// `data.previous_attributes`: only an update has them.
    pub previous_attributes: Option<&'a str>,
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    created: i64,
    #[serde(borrow, default)]
    api_version: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    object: &'a RawValue,
    #[serde(borrow, default)]
    previous_attributes: Option<&'a RawValue>,
}

impl<'a> EventBody<'a> {
    /// Reads a whole event; nothing where a part that effects need is missing.
    pub fn read(json: &'a str) -> Option<EventBody<'a>> {
        let Fields { id, kind, created: created_s, api_version, data } = serde_json::from_str(json).ok()?;
        let (object, previous) = (data.object.get(), data.previous_attributes.map(RawValue::get));
        Some(EventBody { id, kind, created_s, api_version, object, previous_attributes: previous })
    }

    /// Returns the object, if it is one of this kind (`invoice`) and is no list or text.
    pub(super) fn object_of(&self, object: &str) -> Option<Value> {
        let value: Value = serde_json::from_str(self.object).ok()?;
        (value.is_object() && value["object"] == object).then_some(value)
    }

    /// Returns the old values of what changed, where the event tells of any.
    pub(super) fn previous(&self) -> Option<Value> {
        let value: Value = serde_json::from_str(self.previous_attributes?).ok()?;
        value.is_object().then_some(value)
    }
}

/// Returns a text, or the id of the object that stands in its place where somebody expanded it.
pub(super) fn reference(value: &Value) -> Option<String> {
    value.as_str().or_else(|| value["id"].as_str()).filter(|id| !id.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_gives_its_parts_and_what_is_none_gives_nothing() {
        let json = r#"{"id":"evt_1","type":"a.b","created":5,"api_version":null,
            "data":{"object":{"id":"x_1","object":"x"},"previous_attributes":{"n":1}}}"#;
        let event = EventBody::read(json).expect("is one");
        assert_eq!(
            (&*event.id, &*event.kind, event.created_s, event.api_version.as_deref()),
            ("evt_1", "a.b", 5, None)
        );
        assert_eq!(event.object_of("x").expect("is one")["id"], "x_1");
        assert_eq!((event.object_of("y"), event.previous()), (None, Some(serde_json::json!({"n": 1}))));
        for broken in ["", "[]", "{}", &json.replace('5', "null"), &json.replace("\"data\"", "\"date\"")] {
            assert_eq!(EventBody::read(broken), None, "{broken}");
        }
        for value in ["[]", "null", "7", "\"x\""] {
            let event = EventBody { object: value, previous_attributes: Some(value), ..event.clone() };
            assert_eq!((event.object_of("x"), event.previous()), (None, None), "{value}");
        }
    }
}
