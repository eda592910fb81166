//! Requests and answers as plain data, so that providers build and read them without sending.

/// The header of every answer of the receiver by which the log lines of its request are found.
pub const CORRELATION_HEADER: &str = "stripesync-correlation-id";

/// The header of what a receiver passes on: the receivers that it came through, so that it does not go in a circle.
pub const VIA_HEADER: &str = "stripesync-via";

/// One GET to a service. This program's pulling never sends anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Path with query, percent-encoded, from the leading slash: `/v1/customers?limit=100`.
    pub path: String,
    /// The operation that the service's endpoint limit counts, without ids: `/v1/customers/{id}`.
    pub endpoint: &'static str,
}

/// One change asked of a service: what commands that write send, and nothing else does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is done to the path.
    pub verb: Verb,
    /// Path with query, percent-encoded, from the leading slash: `/v1/webhook_endpoints`.
    pub path: String,
    /// The operation that the service's endpoint limit counts, without ids.
    pub endpoint: &'static str,
    /// What goes along.
    pub content: Content,
}

/// What is done to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Something is made, or done: a second time it is done twice, unless a key says that it is the same.
    Post,
    /// Something is made so: a second time changes nothing.
    Put,
    /// Something is taken away: a second time it is not there.
    Delete,
}

impl Verb {
    /// Returns the word on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Post => "POST",
            Verb::Put => "PUT",
            Verb::Delete => "DELETE",
        }
    }
}

/// What goes along with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    Nothing,
    /// Names and values, as forms send them; such a POST gets a key under which the service does it once.
    Form(Vec<(String, String)>),
    /// A JSON document; the service knows no keys.
    Json(String),
}

/// What came back, with the service's own idea of when.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The whole body, after decoding; bounded by the client.
    pub body: Vec<u8>,
    /// The service's clock (unix seconds) when the request left: local clock corrected by the `Date` seen.
    pub sent_s: i64,
    /// The service's `Date` of this answer (unix seconds), or the corrected local clock where it is absent.
    pub date_s: i64,
    /// `Request-Id`, for messages.
    pub request_id: Option<String>,
    /// `Retry-After` in seconds; on a 403 of Fatture in Cloud it tells quota from permission.
    pub retry_after_s: Option<u64>,
}

/// Why a 2xx body cannot be used: cut, not JSON, or not of the promised shape. Worth another try.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);
