//! What commands tell about the event log. The store fills these, the UI draws them.

/// The door of events that the service's own list showed; all others were delivered.
pub const FROM_LIST: &str = "sync";

/// Which logged events are meant; what is not said does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Any of these: `received`, `processed`, `ignored`, `failed`, `dead`.
    pub statuses: Vec<&'static str>,
    /// `customer.updated`, or `customer.*` for all that begin so.
    pub kind: Option<String>,
    /// Any of these, each as in `kind`; empty for any.
    pub kinds: Vec<String>,
    /// The account's own id.
    pub account: Option<String>,
    /// `stripe`, `fic`.
    pub provider: Option<&'static str>,
    /// The id of the object that they are about.
    pub object: Option<String>,
    /// Those that happened from this second on.
    pub since_s: Option<i64>,
    /// Those that happened before this second.
    pub until_s: Option<i64>,
    /// Log rows; empty for any.
    pub rows: Vec<i64>,
}

/// One logged event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Its row in the log.
    pub row: i64,
    /// `stripe`, `fic`.
    pub provider: String,
    /// The account's own id.
    pub account: String,
    /// `evt_…`.
    pub id: String,
    /// `customer.updated`.
    pub kind: String,
    /// The table that it concerns, where one does.
    pub table: Option<String>,
    /// The object that it is about.
    pub object_id: Option<String>,
    /// When it happened, by the service's clock, unix seconds.
    pub created_s: i64,
    /// When it came in.
    pub received_s: i64,
    /// `received`, `processed`, `ignored`, `failed`, `dead`.
    pub status: String,
    /// The door it came by.
    pub source: String,
    /// How often it was tried.
    pub attempts: u64,
    /// What is wrong with it.
    pub error: Option<String>,
    /// When it is tried again by itself.
    pub next_attempt_s: Option<i64>,
}

/// Everything about one logged event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventDetails {
    /// What a list shows too.
    pub event: LoggedEvent,
    /// The version its payload is rendered in.
    pub api_version: Option<String>,
    /// Whether it is about real money, where it says so.
    pub livemode: Option<bool>,
    /// 0 high, 1 medium, 2 low.
    pub priority: i64,
    /// What the log lines of its delivery are found by.
    pub correlation_id: Option<String>,
    /// Later deliveries of the same event.
    pub duplicates: u64,
    /// When the last attempt ended.
    pub processed_s: Option<i64>,
    /// How long the last attempt took.
    pub took_us: Option<i64>,
    /// As it came, compact, secrets removed.
    pub payload: String,
    /// The attempts that failed, oldest first.
    pub failures: Vec<FailedAttempt>,
    /// The row of the object that it is about, as it is now.
    pub now: Option<RowNow>,
}

/// One attempt at an event that failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailedAttempt {
    /// Counted from 1.
    pub number: u64,
    /// Unix seconds.
    pub at_s: i64,
    /// How long it took.
    pub took_us: i64,
    /// Why it failed.
    pub error: String,
}

/// A row of a resource table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowNow {
    /// Its table.
    pub table: String,
    /// The object's id.
    pub id: String,
    /// Since when its content is known, unix seconds.
    pub as_of_s: i64,
    /// When it was deleted, if it was.
    pub deleted_s: Option<i64>,
    /// Whether its state is in doubt until a sync fetches it.
    pub is_unsettled: bool,
    /// The table's own columns that hold something, without the JSON.
    pub cells: Vec<(String, String)>,
}

/// What `retry-failed` would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RetryPlan {
    /// The first ones of those that would be tried.
    pub events: Vec<LoggedEvent>,
    /// How many would be tried.
    pub total: u64,
    /// Where none would be: how many would without any choice.
    pub others: u64,
}

/// What `retry-failed` did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RetryReport {
    /// Their effect is taken now.
    pub processed: u64,
    /// They failed again, and are tried again by themselves.
    pub failed: u64,
    /// They failed again, and wait for the next `retry-failed`.
    pub dead: u64,
    /// They ended as they would at every attempt of this version: what is wrong is their payload.
    pub hopeless: u64,
    /// The first ones of those that failed again.
    pub failures: Vec<LoggedEvent>,
    /// Where there was none to try: how many there are without any choice.
    pub others: u64,
    /// Whether somebody asked to stop before all were tried.
    pub is_interrupted: bool,
}

/// Which events are to go out of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PruneWish {
    /// Those that happened, and came in, before this second.
    pub before_s: i64,
    /// Of these, those with one of these statuses.
    pub statuses: Vec<&'static str>,
}

/// What went out of the log, or would.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many events of which status and type.
    pub removed: std::collections::BTreeMap<(String, String), u64>,
    /// As old, but the order of later ones may hang on them.
    pub needed: u64,
    /// Whether somebody asked to stop before all were looked at.
    pub is_interrupted: bool,
}

/// The figures of the event log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogStats {
    /// When they were read, unix seconds.
    pub at_s: i64,
    /// The only service that they are of, where one was chosen: `stripe`, `fic`.
    pub provider: Option<&'static str>,
    /// The only accounts that they are of, where some were chosen: the service's ids.
    pub accounts: Vec<String>,
    /// What was delivered, by whatever door.
    pub delivered: Outcomes,
    /// What the service's own list showed.
    pub listed: Outcomes,
    /// Deliveries of what was in the log already, and took no effect twice.
    pub duplicates: u64,
    /// By type, those with most deliveries first.
    pub kinds: Vec<KindStats>,
    /// The last 24 hours, the present one last.
    pub hours: Vec<HourStats>,
    /// What waits, by priority.
    pub queue: Vec<QueueStats>,
}

/// How many events ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Their effect is taken.
    pub processed: u64,
    /// They concern no table.
    pub ignored: u64,
    /// They failed, and are tried again.
    pub failed: u64,
    /// They failed, and are not tried again by themselves.
    pub dead: u64,
    /// They wait for their effect.
    pub waiting: u64,
    /// Events that were tried at least once.
    pub tried: u64,
    /// Attempts at an event that had failed before.
    pub retries: u64,
}

impl Outcomes {
    /// Returns how many events there are.
    pub fn total(&self) -> u64 {
        self.ended() + self.waiting
    }

    /// Returns how many have ended, well or not; some of them are tried again.
    pub fn ended(&self) -> u64 {
        self.succeeded() + self.unsuccessful()
    }

    /// Returns how many had the effect that they should have.
    pub fn succeeded(&self) -> u64 {
        self.processed + self.ignored
    }

    /// Returns how many failed the last time they were tried.
    pub fn unsuccessful(&self) -> u64 {
        self.failed + self.dead
    }

    /// Counts one event: how often it was tried, and how many of the attempts failed. What was taken and is replayed is
    /// tried once more without being a retry.
    pub fn add(&mut self, status: &str, attempts: u64, failures: u64) {
        match status {
            "processed" => self.processed += 1,
            "ignored" => self.ignored += 1,
            "failed" => self.failed += 1,
            "dead" => self.dead += 1,
            _ => self.waiting += 1,
        }
        self.tried += u64::from(attempts > 0);
        let is_last_a_failure = matches!(status, "failed" | "dead");
        self.retries += failures.saturating_sub(u64::from(is_last_a_failure));
    }
}

/// The deliveries of one type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KindStats {
    /// `customer.updated`.
    pub kind: String,
    /// How they ended.
    pub outcomes: Outcomes,
    /// Half of them took no longer than this, microseconds; none where nothing was measured.
    pub p50_us: Option<u64>,
    /// 95 of 100 took no longer.
    pub p95_us: Option<u64>,
    /// 99 of 100 took no longer.
    pub p99_us: Option<u64>,
}

/// What came in during one hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HourStats {
    /// Its first second, unix.
    pub from_s: i64,
    /// Deliveries.
    pub delivered: u64,
    /// Of those, the ones that are failed or dead now.
    pub unsuccessful: u64,
    /// Events that the service's list showed.
    pub listed: u64,
}

/// What waits at one priority.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueStats {
    /// 0 high, 1 medium, 2 low.
    pub priority: i64,
    /// Received, and not taken yet.
    pub waiting: u64,
    /// Failed, and to be tried again.
    pub failed: u64,
    /// When the oldest of them came in, unix seconds.
    pub oldest_s: Option<i64>,
}

/// Sub-buckets of each doubling: a quantile is told to 1/64 at worst.
const STEPS: u64 = 64;
const STEPS_LOG2: u32 = 6;
/// Up to 2^32 microseconds, an hour and eleven minutes.
const DOUBLINGS: usize = 32 - STEPS_LOG2 as usize;

/// So many values are kept as they are.
const EXACT_MAX: usize = 1 << 17;

/// How long many things took: each value, and of more than 131,072 counts in buckets that grow with the value. Its
/// size has a bound.
#[derive(Debug, Clone, Default)]
pub struct Latencies {
    values: Vec<u32>,
    /// Empty while the values are kept.
    buckets: Vec<u32>,
    count: u64,
}

impl Latencies {
    /// Counts one; more than an hour counts as that.
    pub fn add(&mut self, took_us: u64) {
        let took_us = u32::try_from(took_us).unwrap_or(u32::MAX);
        self.count += 1;
        if self.buckets.is_empty() && self.values.len() < EXACT_MAX {
            self.values.push(took_us);
            return;
        }
        if self.buckets.is_empty() {
            self.buckets = vec![0; STEPS as usize * (DOUBLINGS + 1)];
        }
        for value in std::mem::take(&mut self.values).into_iter().chain([took_us]) {
            let last = self.buckets.len() - 1;
            let bucket = &mut self.buckets[bucket_of(u64::from(value)).min(last)];
            *bucket = bucket.saturating_add(1);
        }
    }

    /// Returns what so many of 100 did not exceed: the value itself, or the upper end of its bucket.
    pub fn percentile_us(&mut self, percent: u64) -> Option<u64> {
        let rank = (self.count * percent).div_ceil(100).max(1);
        if self.buckets.is_empty() {
            let at = usize::try_from(rank - 1).ok().filter(|at| *at < self.values.len())?;
            return Some(u64::from(*self.values.select_nth_unstable(at).1));
        }
        let mut seen = 0;
        let reached = |&(_, count): &(usize, &u32)| {
            seen += u64::from(*count);
            seen >= rank
        };
        self.buckets.iter().enumerate().find(reached).map(|(bucket, _)| upper_end(bucket))
    }
}

fn bucket_of(value: u64) -> usize {
    if value < STEPS {
        return value as usize;
    }
    let doubling = value.ilog2() - STEPS_LOG2;
    // Of the value's highest seven bits the first is always set.
    (u64::from(doubling) * STEPS + (value >> doubling)) as usize
}

fn upper_end(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 2 * STEPS {
        return bucket;
    }
    let doubling = bucket / STEPS - 1;
    let begin = (bucket - doubling * STEPS) << doubling;
    begin + (1 << doubling) - 1
}

/// Returns a share in hundredths of a percent, rounded so that only all is 10,000 and only nothing is 0; none of nothing.
pub fn basis_points(part: u64, of: u64) -> Option<u64> {
    let of = u128::from((of > 0).then_some(of)?);
    let nearest = (u128::from(part) * 20_000 + of) / (2 * of);
    let (least, most) = (u128::from(part > 0), if u128::from(part) < of { 9_999 } else { u128::MAX });
    u64::try_from(nearest.clamp(least, most)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_no_less_than_the_value_and_no_more_than_a_64th_beyond() {
        for value in [0, 1, 63, 64, 65, 127, 128, 129, 1000, 4095, 4096, 123_456, 1 << 30, (1 << 31) + 12_345] {
            let mut latencies = Latencies::default();
            (0..=EXACT_MAX).for_each(|_| latencies.add(value));
            let told = latencies.percentile_us(50).expect("one");
            assert!(told >= value && told - value <= value / 64, "{value}: {told}");
        }
        let mut endless = Latencies::default();
        endless.add(u64::MAX);
        assert_eq!(endless.percentile_us(99), Some(u64::from(u32::MAX)));
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_values() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.percentile_us(50), None);
        (1..=100).rev().for_each(|value| latencies.add(value * 1001));
        let told = [50, 95, 99, 100].map(|percent| latencies.percentile_us(percent));
        assert_eq!(told, [Some(50_050), Some(95_095), Some(99_099), Some(100_100)], "to the microsecond");
        latencies.add(60_000_000);
        assert_eq!(latencies.percentile_us(99), Some(100_100), "one of a hundred and one is beyond");
    }

    #[test]
    fn a_share_is_all_only_when_it_is_all_and_nothing_only_when_there_is_nothing() {
        let cases = [
            (0, 0, None),
            (0, 5, Some(0)),
            (9_999, 10_000, Some(9_999)),
            (9_999_999, 10_000_000, Some(9_999)),
            (1, 10_000_000, Some(1)),
            (2, 3, Some(6_667)),
            (1, 3, Some(3_333)),
            (5, 5, Some(10_000)),
            (u64::MAX, u64::MAX, Some(10_000)),
        ];
        for (part, of, wanted) in cases {
            assert_eq!(basis_points(part, of), wanted, "{part} of {of}");
        }
    }

    #[test]
    fn what_waits_is_not_what_failed() {
        let mut outcomes = Outcomes::default();
        let statuses = [
            ("processed", 1, 0),
            ("processed", 3, 1),
            ("ignored", 0, 0),
            ("failed", 2, 2),
            ("dead", 4, 4),
            ("received", 0, 0),
        ];
        statuses.iter().for_each(|(status, attempts, failures)| outcomes.add(status, *attempts, *failures));
        assert_eq!((outcomes.total(), outcomes.ended(), outcomes.succeeded()), (6, 5, 3));
        assert_eq!((outcomes.unsuccessful(), outcomes.tried, outcomes.retries), (2, 4, 5));
    }
}
