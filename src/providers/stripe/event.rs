//! Events: which object they carry, and whether their payload suffices.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::API_VERSION;
use crate::model::resource::Resource;
use crate::model::wire::Unreadable;

/// The parts of an event that decide what to do with it.
#[derive(Debug, Deserialize)]
pub struct Event<'a> {
    /// `evt_…`.
    pub id: String,
    /// `customer.updated`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its second.
    pub created: i64,
    /// The version its payload is rendered in, which is never the request's.
    #[serde(default)]
    pub api_version: Option<String>,
    /// The object and what it was.
    #[serde(borrow)]
    pub data: Data<'a>,
}

/// `data` of an event.
#[derive(Debug, Deserialize)]
pub struct Data<'a> {
    /// The object as of the event.
    #[serde(borrow)]
    pub object: &'a RawValue,
}

/// The few fields of an event's object that routing needs.
#[derive(Debug, Deserialize)]
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

/// Reads one event.
///
/// # Errors
/// When it is none.
pub fn read(json: &str) -> Result<(Event<'_>, Subject), Unreadable> {
    let event: Event = serde_json::from_str(json).map_err(|error| Unreadable(format!("no event: {error}")))?;
    let subject = serde_json::from_str(event.data.object.get())
        .map_err(|error| Unreadable(format!("event {}: {error}", event.id)))?;
    Ok((event, subject))
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
