//! Reading errors: two shapes of body, and a 403 with two meanings.

use serde::Deserialize;
use serde_json::Value;

use crate::model::scrub::scrub;

/// What a refusal means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The token is missing, wrong, expired or revoked.
    Unauthorized,
    /// The token lacks the scope, or the licence is over.
    NoPermission,
    /// A quota is spent; `Retry-After` tells for how long.
    Quota,
    /// There is no such object, or no longer.
    NotFound,
    /// The request is wrong in itself; another try changes nothing.
    Invalid,
    /// Anything else, the service's own faults among them.
    Other,
}

/// An answer that is no success.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("fatture in cloud refused with {status}: {message}")]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// What it means.
    pub kind: RefusalKind,
    /// The service's words, bounded, perhaps Italian.
    pub message: String,
}

/// The most characters of a service's message that are kept.
const MESSAGE_CHARS_MAX: usize = 400;

#[derive(Deserialize)]
struct Body {
    error: Value,
    #[serde(default)]
    error_description: Option<String>,
}

/// Reads a status that is not 2xx.
pub fn read(status: u16, retry_after_s: Option<u64>, body: &[u8]) -> Refusal {
    let kind = match (status, retry_after_s) {
        (401, _) => RefusalKind::Unauthorized,
        (429, _) | (403, Some(_)) => RefusalKind::Quota,
        (403, None) => RefusalKind::NoPermission,
        (404 | 410, _) => RefusalKind::NotFound,
        (400..=499, _) => RefusalKind::Invalid,
        _ => RefusalKind::Other,
    };
    let message = message(body).unwrap_or_else(|| "no readable error message".to_owned());
    Refusal { status, kind, message: scrub(&message).chars().take(MESSAGE_CHARS_MAX).collect() }
}

fn message(body: &[u8]) -> Option<String> {
    let body: Body = serde_json::from_slice(body).ok()?;
    if let Value::String(word) = &body.error {
        return Some(match body.error_description {
            Some(description) => format!("{word}: {description}"),
            None => word.clone(),
        });
    }
    let mut message = body.error.get("message")?.as_str()?.to_owned();
    for (field, complaints) in body.error.get("validation_result").and_then(Value::as_object).into_iter().flatten() {
        for complaint in complaints.as_array().into_iter().flatten().filter_map(Value::as_str) {
            message.push_str(&format!("; {field}: {complaint}"));
        }
    }
    Some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_403_is_quota_only_with_retry_after() {
        let body = br#"{"error":{"message":"No permission","code":"NO_PERMISSION","validation_result":null}}"#;
        assert_eq!(read(403, None, body).kind, RefusalKind::NoPermission);
        assert_eq!(read(403, Some(60), body).kind, RefusalKind::Quota);
        assert_eq!(read(429, None, body).kind, RefusalKind::Quota);
    }

    #[test]
    fn a_token_that_a_refusal_repeats_is_not_kept() {
        let body = br#"{"error":"invalid_token","error_description":"a\/eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.MARKER is expired"}"#;
        assert_eq!(read(401, None, body).message, "invalid_token: a/\u{2026} is expired");
    }

    #[test]
    fn both_shapes_are_read() {
        let api = br#"{"error":{"message":"Invalid","validation_result":{"type":["is required"]}}}"#;
        assert_eq!(read(422, None, api).message, "Invalid; type: is required");
        let oauth = br#"{"error":"invalid_request","error_description":"Token scaduto"}"#;
        assert_eq!(read(401, None, oauth).message, "invalid_request: Token scaduto");
        assert_eq!(read(504, None, b"<html>").kind, RefusalKind::Other);
    }
}
