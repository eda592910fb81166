//! What a receiver counts while it runs. Anybody may read it from another thread.

use std::sync::atomic::{AtomicU64, Ordering};

use super::answer::Answer;
use crate::model::resource::Provider;
use crate::providers::stripe::signature::Refused;
use crate::sync::delivery::{Accepted, Verdict};

/// Upper bounds of the times that are told apart, microseconds.
pub const BOUNDS_US: [u64; 12] = [100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000];
/// How a delivery, or another attempt at one, can end.
const OUTCOMES: [&str; 8] = ["processed", "ignored", "duplicate", "failed", "dead", "malformed", "stored", "unkept"];
/// Whose events there are.
const PROVIDERS: [&str; 2] = ["stripe", "fic"];
/// Every status that is answered with.
const CODES: [u16; 9] = [200, 202, 400, 401, 404, 405, 408, 413, 503];
const CODE_500: usize = CODES.len();
/// Why a signature is refused.
const REASONS: [&str; 5] = ["missing", "malformed", "no_match", "stale", "future"];

/// The counts since the receiver began.
#[derive(Debug, Default)]
pub struct Figures {
    outcomes: [[AtomicU64; OUTCOMES.len()]; PROVIDERS.len()],
    buckets: [AtomicU64; BOUNDS_US.len() + 1],
    time_us: AtomicU64,
    refusals: [AtomicU64; REASONS.len()],
    answers: [AtomicU64; CODES.len() + 1],
    connections: AtomicU64,
    gave_way: AtomicU64,
}

impl Figures {
    /// Counts how a delivery, or another attempt at one, ended.
    pub(super) fn ended(&self, accepted: &Accepted) {
        let outcome = match &accepted.verdict {
            Verdict::Processed => 0,
            Verdict::Ignored => 1,
            Verdict::Duplicate => 2,
            Verdict::Failed(_) => 3,
            Verdict::GivenUp(_) | Verdict::Unusable(_) => 4,
            Verdict::Malformed(_) => 5,
            Verdict::Stored => 6,
            Verdict::Unkept => 7,
        };
        add(&self.outcomes[usize::from(accepted.provider == Provider::Fic)][outcome], 1);
        // Only what took an effect took a time that says something.
        if matches!(outcome, 0 | 3 | 4) {
            let took_us = accepted.took_us.unsigned_abs();
            let bucket = BOUNDS_US.iter().position(|bound_us| took_us <= *bound_us).unwrap_or(BOUNDS_US.len());
            add(&self.buckets[bucket], 1);
            add(&self.time_us, took_us);
        }
    }

    /// Counts a refused signature.
    pub(super) fn refused(&self, refused: &Refused) {
        let reason = match refused {
            Refused::Missing => 0,
            Refused::Malformed => 1,
            Refused::NoMatch => 2,
            Refused::Stale { .. } => 3,
            Refused::Future { .. } => 4,
        };
        add(&self.refusals[reason], 1);
    }

    /// Counts an answer.
    pub(super) fn answered(&self, answer: Answer) {
        let code = answer.status_and_body().0;
        add(&self.answers[CODES.iter().position(|known| *known == code).unwrap_or(CODE_500)], 1);
    }

    /// Counts a connection.
    pub(super) fn connected(&self) {
        add(&self.connections, 1);
    }

    /// Counts a connection that was ended so that others have its place.
    pub(super) fn gave_way(&self) {
        add(&self.gave_way, 1);
    }

    /// Returns how many deliveries and further attempts ended how: provider, outcome, count.
    pub fn outcomes(&self) -> Vec<(&'static str, &'static str, u64)> {
        let of = |at: usize| OUTCOMES.iter().enumerate().map(move |(to, name)| (PROVIDERS[at], *name, (at, to)));
        let all = (0..PROVIDERS.len()).flat_map(of);
        all.map(|(provider, name, (at, to))| (provider, name, read(&self.outcomes[at][to]))).collect()
    }

    /// Returns how many effects took no longer than each of [`BOUNDS_US`], how many there were, and their time together in
    /// microseconds.
    pub fn times(&self) -> (Vec<u64>, u64, u64) {
        let mut sum = 0;
        let mut up_to: Vec<u64> = self
            .buckets
            .iter()
            .map(|bucket| {
                sum += read(bucket);
                sum
            })
            .collect();
        up_to.pop();
        (up_to, sum, read(&self.time_us))
    }

    /// Returns how many signatures were refused, by reason.
    pub fn refusals(&self) -> Vec<(&'static str, u64)> {
        REASONS.into_iter().zip(self.refusals.iter().map(read)).collect()
    }

    /// Returns how many requests were answered, by status.
    pub fn answers(&self) -> Vec<(u16, u64)> {
        CODES.into_iter().chain([500]).zip(self.answers.iter().map(read)).collect()
    }

    /// Returns how many connections were taken.
    pub fn connections(&self) -> u64 {
        read(&self.connections)
    }

    /// Returns how many of them were ended so that others have their place.
    pub fn connections_ended(&self) -> u64 {
        read(&self.gave_way)
    }
}

fn add(count: &AtomicU64, by: u64) {
    count.fetch_add(by, Ordering::Relaxed);
}

fn read(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_is_counted_where_it_belongs() {
        let figures = Figures::default();
        let accepted = |provider, verdict, took_us| Accepted {
            provider,
            row: None,
            id: String::new(),
            kind: String::new(),
            account: String::new(),
            verdict,
            applied: None,
            took_us,
            correlation_id: String::new(),
            invoice: None,
        };
        figures.ended(&accepted(Provider::Stripe, Verdict::Processed, 100));
        figures.ended(&accepted(Provider::Stripe, Verdict::GivenUp("x".into()), 101));
        figures.ended(&accepted(Provider::Fic, Verdict::Failed("x".into()), 5_000_000));
        figures.ended(&accepted(Provider::Stripe, Verdict::Duplicate, 77));
        figures.ended(&accepted(Provider::Fic, Verdict::Unusable("x".into()), 1));
        let counted: Vec<_> = figures.outcomes().into_iter().filter(|(.., count)| *count > 0).collect();
        let wanted = [
            ("stripe", "processed", 1),
            ("stripe", "duplicate", 1),
            ("stripe", "dead", 1),
            ("fic", "failed", 1),
            ("fic", "dead", 1),
        ];
        assert_eq!(counted, wanted);
        let (up_to, all, time_us) = figures.times();
        assert_eq!((&up_to[..3], up_to[11], all, time_us), (&[2, 3, 3][..], 3, 4, 5_000_202));
        figures.answered(Answer::Taken);
        figures.answered(Answer::Failed);
        figures.refused(&Refused::NoMatch);
        assert_eq!(figures.answers().iter().filter(|it| it.1 == 1).map(|it| it.0).collect::<Vec<_>>(), [200, 500]);
        assert_eq!(figures.refusals()[2], ("no_match", 1));
    }
}
