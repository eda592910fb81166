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
