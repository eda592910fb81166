//! A delivery of an event, and what became of it.

use crate::model::invoice::InvoiceFacts;
use crate::model::resource::Provider;
use crate::store::{Applied, Ended};

/// Why a notification that is a service's own is not kept.
const UNKEPT: &str = "no token here opens its company, and enough of such companies was kept today";

/// How often a failed event is tried again, and after how many seconds each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retries {
    /// Delays before the second attempt, the third and so on.
    pub delays_s: Vec<i64>,
}

impl Default for Retries {
    fn default() -> Retries {
        Retries::doubling(3, 30)
    }
}

impl Retries {
    /// Tries so often, after this time first and after twice the time before from then on.
    pub fn doubling(times: u32, first_delay_s: i64) -> Retries {
        let delays = std::iter::successors(Some(first_delay_s), |delay_s| Some(delay_s.saturating_mul(2)));
        Retries { delays_s: delays.take(times as usize).collect() }
    }

    /// Returns how a failed attempt ends, the `attempts`th one at this event.
    pub(super) fn end(&self, attempts: i64, why: String, now_s: i64) -> (Ended, Verdict) {
        let delay_s = usize::try_from(attempts - 1).ok().and_then(|attempt| self.delays_s.get(attempt));
        match delay_s {
            Some(delay_s) => {
                let next_attempt_s = Some(now_s.saturating_add(*delay_s));
                (Ended::Failed { why: why.clone(), next_attempt_s }, Verdict::Failed(why))
            }
            None => (Ended::Dead { why: why.clone() }, Verdict::GivenUp(why)),
        }
    }
}

/// One event as it was delivered, its signature checked where it had to have one.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Whose event it is.
    pub provider: Provider,
    /// The body.
    pub body: String,
    /// The door: `live`, `test`, `replay`.
    pub door: &'static str,
    /// The account whose secret signed it, where the settings say.
    pub owner: Option<String>,
    /// What its log lines are found by.
    pub correlation_id: String,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Whose event it is.
    pub provider: Provider,
    /// The log row; none where the body is no event.
    pub row: Option<i64>,
    /// `evt_…`.
    pub id: String,
    /// `customer.updated`.
    pub kind: String,
    /// The account's own id.
    pub account: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What became of the row it is about, where there is one.
    pub applied: Option<Applied>,
    /// How long log and effect took, without the commit.
    pub took_us: i64,
    /// What its lines are found by; empty for an attempt that nobody waits for.
    pub correlation_id: String,
    /// What it says of an invoice, where it is about one.
    pub invoice: Option<InvoiceFacts>,
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Its effect is taken.
    Processed,
    /// It is in the log, and what it is about is queued to be fetched.
    Stored,
    /// It was in the log, and had been taken.
    Duplicate,
    /// Of a type that concerns no table.
    Ignored,
    /// It is in the log, and something kept it from its effect that may pass: it is tried again.
    Failed(String),
    /// As that, as often as it may: it is not tried again by itself.
    GivenUp(String),
    /// It is in the log, and its payload cannot be taken: every attempt of this version ends the same.
    Unusable(String),
    /// It is no event; nothing is kept of it.
    Malformed(String),
    /// It is of a company that nobody reads, and enough of those is kept; nothing is kept of it.
    Unkept,
}

impl Verdict {
    /// Returns how a delivery ended in a word, and why where it did not end well.
    pub fn in_words(&self) -> (&'static str, Option<&str>) {
        match self {
            Verdict::Processed => ("processed", None),
            Verdict::Stored => ("stored", None),
            Verdict::Duplicate => ("duplicate", None),
            Verdict::Ignored => ("ignored", None),
            Verdict::Failed(why) => ("failed", Some(why)),
            Verdict::GivenUp(why) | Verdict::Unusable(why) => ("dead", Some(why)),
            Verdict::Malformed(why) => ("malformed", Some(why)),
            Verdict::Unkept => ("unkept", Some(UNKEPT)),
        }
    }

    /// Returns whether it is in the log and is not tried again by itself, though its effect was not taken.
    pub fn is_dead(&self) -> bool {
        matches!(self, Verdict::GivenUp(_) | Verdict::Unusable(_))
    }
}

/// Returns what became of a delivery of which nothing more is known.
pub(super) fn nothing(verdict: Verdict) -> Accepted {
    let (id, kind, account, correlation_id) = Default::default();
    let provider = Provider::Stripe;
    let (applied, invoice) = (None, None);
    Accepted { provider, row: None, id, kind, account, verdict, applied, took_us: 0, correlation_id, invoice }
}
