//! What a client is made of: where to, with which key, how fast, how patiently.

use std::time::Duration;

use super::limiter::Limits;
use crate::model::secret::Secret;

/// Several times the largest page (a hundred invoices with their lines are about 3 MB), and still little to lose to a bomb.
const MAX_BODY_BYTES: usize = 16 << 20;
/// With the delays between them about 12 seconds: longer than a restart of a load balancer.
const ATTEMPTS: u32 = 6;
/// Nobody waits longer for a quota; the next run finds it free.
const LONGEST_WINDOW_WAIT: Duration = Duration::from_secs(300);

/// How long each part of an exchange may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Name lookup, and connecting with TLS.
    pub connect: Duration,
    /// From the request to the end of the headers.
    pub response: Duration,
    /// Silence within an answer.
    pub per_read: Duration,
    /// The whole exchange.
    pub global: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        let s = Duration::from_secs;
        Timeouts { connect: s(10), response: s(60), per_read: s(30), global: s(80) }
    }
}

/// What a client is made of.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Scheme and host, `https://api.stripe.com`; plain http only on loopback.
    pub base_url: String,
    /// Sent with every request: `Authorization`, `Stripe-Version`.
    pub headers: Vec<(String, Secret)>,
    /// What the service permits.
    pub limits: Limits,
    /// How long an exchange may take.
    pub timeouts: Timeouts,
    /// Longest body, counted after decoding.
    pub max_body_bytes: usize,
    /// Attempts for a fault; a 429 gets a few more.
    pub attempts: u32,
    /// A full window that frees within this is waited for; a longer one ends the run with [`super::Error::Quota`].
    pub window_wait_max: Duration,
    /// The authority to trust in place of those that come with the program, as DER.
    #[cfg(test)]
    pub root: Option<Vec<u8>>,
}

impl Settings {
    /// Settings with the default timeouts, attempts and body limit, without headers.
    pub fn new(base_url: impl Into<String>, limits: Limits) -> Settings {
        Settings {
            base_url: base_url.into(),
            headers: Vec::new(),
            limits,
            timeouts: Timeouts::default(),
            max_body_bytes: MAX_BODY_BYTES,
            attempts: ATTEMPTS,
            window_wait_max: LONGEST_WINDOW_WAIT,
            #[cfg(test)]
            root: None,
        }
    }

    /// Adds a header to every request.
    pub fn header(mut self, name: &str, value: Secret) -> Settings {
        self.headers.push((name.to_owned(), value));
        self
    }
}
