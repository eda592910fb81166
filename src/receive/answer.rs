//! What a sender is told. Pure. Failures of one kind all look alike: nobody learns from an answer how close he came.

use crate::model::resource::Provider;
use crate::sync::delivery::{Accepted, Verdict};

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is durable: processed, known already, of no concern, or such that nobody can take it.
    Taken,
    /// It is durable, and what it is about is fetched later.
    Stored,
    /// Not signed by who may, or no event.
    Bad,
    /// Its token is not good, and this receiver knows what a good one is.
    Unauthorised,
    /// No such path.
    Nothing,
    /// Not with this method; with that one.
    OtherMethod(&'static str),
    /// Too slow.
    TooSlow,
    /// Too large.
    TooLarge,
    /// It is kept, and its effect could not be taken.
    Failed,
    /// Later: full, stopping, or the file cannot be written.
    Later,
    /// The receiver is there.
    Healthy,
}

impl Answer {
    /// Returns the status, and the body that always goes with it.
    pub fn status_and_body(self) -> (u16, &'static str) {
        match self {
            Answer::Taken => (200, "{\"received\":true}"),
            Answer::Stored => (202, "{\"received\":true}"),
            Answer::Healthy => (200, "{\"ok\":true}"),
            Answer::Bad => (400, "{\"error\":\"bad request\"}"),
            Answer::Unauthorised => (401, "{\"error\":\"unauthorized\"}"),
            Answer::Nothing => (404, "{\"error\":\"not found\"}"),
            Answer::OtherMethod(_) => (405, "{\"error\":\"method not allowed\"}"),
            Answer::TooSlow => (408, "{\"error\":\"too slow\"}"),
            Answer::TooLarge => (413, "{\"error\":\"too large\"}"),
            Answer::Failed => (500, "{\"error\":\"failed\"}"),
            Answer::Later => (503, "{\"error\":\"try again later\"}"),
        }
    }

    /// Returns whether the connection ends with it: what is left of the request is not read.
    pub fn ends_connection(self) -> bool {
        matches!(self, Answer::TooSlow | Answer::TooLarge)
    }

    /// Returns what a delivery's end is answered with.
    pub fn of(accepted: &Accepted) -> Answer {
        match (&accepted.verdict, accepted.provider) {
            // A refusal would end a subscription that may be somebody's own by tomorrow.
            (Verdict::Processed | Verdict::Duplicate | Verdict::Ignored | Verdict::Unkept, _) => Answer::Taken,
            // It is kept, and would end the same however often it came.
            (Verdict::Unusable(_), _) => Answer::Taken,
            (Verdict::Stored, _) => Answer::Stored,
            // Its sender gives up at once for a 4xx, and after four times for a 5xx: what is in the log is tried again here.
            (Verdict::Failed(_) | Verdict::GivenUp(_), Provider::Fic) => Answer::Stored,
            (Verdict::Failed(_) | Verdict::GivenUp(_), Provider::Stripe) => Answer::Failed,
            (Verdict::Malformed(_), _) => Answer::Bad,
        }
    }
}
