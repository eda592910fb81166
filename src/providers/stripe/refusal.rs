//! What Stripe's refusals mean for a pull.

use serde::Deserialize;

use crate::model::resource::Resource;
use crate::model::scrub::scrub;

/// What to do about a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The key is wrong or revoked: stop the account.
    Unauthorized,
    /// The key may not ask on behalf of this account, or not any more: stop the account.
    Disconnected,
    /// The key lacks a permission, named where Stripe named it: skip the resource, say so.
    Forbidden(Option<String>),
    /// The account does not have this product: skip the resource.
    NotAvailable,
    /// The object is not there.
    Missing,
    /// The cursor's object was deleted while paging.
    CursorGone,
    /// Anything else.
    Other,
}

/// A refusal, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What to do.
    pub kind: Kind,
    /// Stripe's own words, without any key in them.
    pub message: String,
}

/// The most characters of a message that are kept.
const MESSAGE_CHARS_MAX: usize = 400;

#[derive(Deserialize, Default)]
struct Body {
    #[serde(default)]
    error: Fields,
}

#[derive(Deserialize, Default)]
struct Fields {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    param: Option<String>,
}

/// Reads a refusal of a request about `resource`.
///
/// A permission is named in the message as `rak_…_read` (source: public issue threads; the form is not documented). An
/// optional product that is refused otherwise is taken as not there: its exact answer is not verified.
pub fn read(status: u16, body: &[u8], resource: Option<&Resource>) -> Refusal {
    let fields = serde_json::from_slice::<Body>(body).unwrap_or_default().error;
    let said = fields.message.filter(|said| !said.trim().is_empty());
    let message = said.map_or_else(|| format!("status {status}"), |said| scrub(&said).into_owned());
    let message: String = message.chars().take(MESSAGE_CHARS_MAX).collect();
    let permission = message.split(|c: char| !c.is_ascii_lowercase() && c != '_').find(|word| word.starts_with("rak_"));
    let is_optional = resource.is_some_and(|resource| !resource.product.is_empty());
    let is_about_cursor = fields.param.as_deref().is_some_and(|param| param.ends_with("_after"));
    let kind = match status {
        401 => Kind::Unauthorized,
        // Source: answers quoted in public issue threads; the reference names the code alone.
        403 if fields.code.as_deref() == Some("account_invalid") => Kind::Disconnected,
        403 if permission.is_some() => Kind::Forbidden(permission.map(str::to_owned)),
        400 | 404 if fields.code.as_deref() == Some("resource_missing") && is_about_cursor => Kind::CursorGone,
        400 | 403 | 404 if is_optional => Kind::NotAvailable,
        403 => Kind::Forbidden(None),
        404 => Kind::Missing,
        _ if fields.code.as_deref() == Some("resource_missing") => Kind::Missing,
        _ => Kind::Other,
    };
    Refusal { kind, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_a_refusal_repeats_is_not_kept() {
        let body =
            r#"{"error":{"message":"Invalid API Key provided: sk_live_MARKER0123456789abcd (or rk_test_MARKER1)"}}"#;
        assert_eq!(read(401, body.as_bytes(), None).message, "Invalid API Key provided: sk_live_…abcd (or rk_test_…)");
    }

    #[test]
    fn refusals_are_told_apart() {
        let issuing = Resource { product: "issuing", ..Resource::BLANK };
        let cases: [(u16, &str, Option<&Resource>, Kind); 8] = [
            (
                403,
                r#"{"error":{"code":"account_invalid","message":"The provided key does not have access to account"}}"#,
                Some(&issuing),
                Kind::Disconnected,
            ),
            (401, r#"{"error":{"message":"Invalid API Key"}}"#, None, Kind::Unauthorized),
            (
                403,
                r#"{"error":{"message":"needs 'rak_subscription_read' on"}}"#,
                Some(&issuing),
                Kind::Forbidden(Some("rak_subscription_read".into())),
            ),
            (400, r#"{"error":{"code":"resource_missing","param":"starting_after"}}"#, None, Kind::CursorGone),
            (400, r#"{"error":{"message":"not set up for Issuing"}}"#, Some(&issuing), Kind::NotAvailable),
            (404, r#"{"error":{"code":"resource_missing","param":"id"}}"#, None, Kind::Missing),
            (400, r#"{"error":{"message":"unknown parameter"}}"#, None, Kind::Other),
            (403, "<html>", None, Kind::Forbidden(None)),
        ];
        for (status, body, resource, kind) in cases {
            assert_eq!(read(status, body.as_bytes(), resource).kind, kind, "{status} {body}");
        }
    }
}
