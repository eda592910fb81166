//! List envelopes.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::wire::Unreadable;

/// One page, newest first; its objects are slices of the body.
#[derive(Debug, Deserialize)]
pub struct Page<'a> {
    /// The objects.
    #[serde(borrow)]
    pub data: Vec<&'a RawValue>,
    /// Whether older ones follow.
    pub has_more: bool,
}

/// Reads a list's envelope. `has_more` must be there: a page without it says nothing about the end.
///
/// # Errors
/// When the body is no such envelope; worth another try.
pub fn read(body: &[u8]) -> Result<Page<'_>, Unreadable> {
    let page: Page = serde_json::from_slice(body).map_err(|error| Unreadable(format!("no list: {error}")))?;
    if page.data.is_empty() && page.has_more {
        return Err(Unreadable("an empty page that promises more".to_owned()));
    }
    Ok(page)
}

/// Reads a body as text.
///
/// # Errors
/// When it is not UTF-8.
pub fn text(body: &[u8]) -> Result<&str, Unreadable> {
    std::str::from_utf8(body).map_err(|error| Unreadable(error.to_string()))
}
