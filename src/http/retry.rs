//! Whether to ask again, and after how long. Pure: the dice are thrown by the caller.

use std::time::Duration;

/// First delay after a fault; doubles with every attempt.
const BASE: Duration = Duration::from_millis(500);
/// Longest delay where the service does not tell one.
const BACKOFF_CAP: Duration = Duration::from_secs(16);
/// The longest `Retry-After` that is slept on.
pub const TOLD_CAP: Duration = Duration::from_secs(60);
/// A 429 is no fault: it tells that the service is well and the pace is wrong. It gets more attempts.
const MORE_FOR_LIMITS: u32 = 4;
/// The dice of [`next`] go from 0 to this.
pub const DICE: u32 = 1000;

/// What an attempt met, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// An answer that is not 2xx.
    Status {
        /// HTTP status; a 400 with the old code `rate_limit` is given in as 429.
        status: u16,
        /// `Stripe-Should-Retry`.
        should_retry: Option<bool>,
        /// `Retry-After`.
        retry_after_s: Option<u64>,
    },
    /// No whole answer: reset, timeout, cut body.
    Fault,
    /// A 2xx whose body cannot be read.
    Unreadable,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask again after this delay.
    After(Duration),
    /// Asked often enough, or not worth asking.
    GiveUp,
    /// The quota is spent for longer than a run should sleep.
    Quota {
        /// Seconds told by the service.
        retry_after_s: u64,
    },
}

/// What the attempts of one request met so far. Limits and faults are counted apart: many of the one use up none of the other.
#[derive(Debug, Default)]
pub struct Tally {
    limits: u32,
    faults: u32,
}

/// Decides after an attempt, of which `attempts` may meet faults. `dice` is even in `0..=DICE`.
pub fn next(attempts: u32, tally: &mut Tally, outcome: &Outcome, dice: u32) -> Next {
    let (worth, is_limit, told_s) = match *outcome {
        Outcome::Fault | Outcome::Unreadable => (true, false, None),
        Outcome::Status { status, should_retry, retry_after_s } => {
            // Fatture in Cloud's 403 speaks of quota if, and only if, it says when to come back.
            let is_limit = status == 429 || status == 403 && retry_after_s.is_some();
            let usual = is_limit || matches!(status, 409 | 424 | 500..);
            (should_retry.unwrap_or(usual), is_limit, retry_after_s)
        }
    };
    if !worth {
        return Next::GiveUp;
    }
    if let (true, Some(retry_after_s)) = (is_limit, told_s)
        && retry_after_s > TOLD_CAP.as_secs()
    {
        return Next::Quota { retry_after_s };
    }
    let (met, allowed) = match is_limit {
        true => (&mut tally.limits, attempts.saturating_add(MORE_FOR_LIMITS)),
        false => (&mut tally.faults, attempts),
    };
    *met += 1;
    if *met >= allowed {
        return Next::GiveUp;
    }
    let told = Duration::from_secs(told_s.unwrap_or(0)).min(TOLD_CAP);
    Next::After(backoff(*met, dice).max(told))
}

/// Returns the doubled delay, shortened to between half and the whole of it, so that many threads do not come back as one.
fn backoff(met: u32, dice: u32) -> Duration {
    let doubled = BASE.saturating_mul(1 << met.saturating_sub(1).min(16)).min(BACKOFF_CAP);
    doubled / 2 + (doubled / 2).saturating_mul(dice.min(DICE)) / DICE
}
