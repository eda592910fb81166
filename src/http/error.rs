//! Why a request ended without a usable answer.

use crate::model::wire::Answer;

/// What went wrong, named for what the caller may do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The service said no, and asking again would not help. The provider reads the body.
    #[error("the service answered {}{}", .0.status, named(&.0.request_id))]
    Refused(Answer),
    /// Every attempt failed in a way that was worth another.
    #[error("{endpoint}: gave up after {attempts} attempts, last: {last}{}", named(.request_id))]
    GaveUp {
        /// The operation asked for.
        endpoint: &'static str,
        /// Host name of the base URL.
        host: String,
        /// How often it was sent.
        attempts: u32,
        /// What the last attempt met.
        last: String,
        /// HTTP status of the last attempt, where it got one.
        status: Option<u16>,
        /// The service's name for the last attempt.
        request_id: Option<String>,
    },
    /// No connection to the host can be made.
    #[error("cannot reach {host}: {cause}")]
    Unreachable {
        /// Host name of the base URL.
        host: String,
        /// Name lookup, refusal, certificate, timeout.
        cause: String,
    },
    /// The body, or the headers, are longer than this program takes.
    #[error("{endpoint}: the {what} larger than {limit_bytes} bytes")]
    TooLarge {
        /// The operation asked for.
        endpoint: &'static str,
        /// What is: `answer is`, `headers are`.
        what: &'static str,
        /// The limit that was met, counted after decoding.
        limit_bytes: usize,
    },
    /// The service is down for everybody; nothing was sent.
    #[error("{host} is not answering, not asking again for now: {cause}")]
    CircuitOpen {
        /// Host name of the base URL.
        host: String,
        /// What the last request met.
        cause: String,
    },
    /// The service points elsewhere. The key is not carried there.
    #[error("{endpoint}: {host} answered {status} and points to {location}; redirects are not followed")]
    Redirected {
        /// The operation asked for.
        endpoint: &'static str,
        /// Host that was asked.
        host: String,
        /// HTTP status.
        status: u16,
        /// Host that it points to; its path and query are left out.
        location: String,
    },
    /// A 2xx body stayed unusable through every attempt.
    #[error("{endpoint}: unreadable answer after {attempts} attempts: {what}{}", named(.request_id))]
    Unreadable {
        /// The operation asked for.
        endpoint: &'static str,
        /// What the reader said.
        what: String,
        /// How often it was sent.
        attempts: u32,
        /// The service's name for the last attempt.
        request_id: Option<String>,
    },
    /// The quota is spent, and the wait is longer than a run should last.
    #[error("the quota is spent; it is free again in {retry_after_s} s")]
    Quota {
        /// Seconds until it is worth asking again.
        retry_after_s: u64,
    },
    /// A change that the service may have carried out, and may not: nothing says that asking again would not do it twice.
    #[error("{endpoint}: nobody knows whether {host} did it: {last}")]
    Uncertain {
        /// The operation asked for.
        endpoint: &'static str,
        /// Host name of the base URL.
        host: String,
        /// What the attempt met.
        last: String,
    },
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The settings cannot work.
    #[error("{0}")]
    Setup(String),
}

impl Error {
    /// Returns whether it lies in what was asked for, and not in whoever is asked or in who asks.
    pub fn is_about_the_request(&self) -> bool {
        !matches!(
            self,
            Error::Unreachable { .. } | Error::CircuitOpen { .. } | Error::Quota { .. } | Error::Interrupted
        )
    }
}

fn named(request_id: &Option<String>) -> String {
    request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default()
}
