//! The quotas of a company, kept in the file between runs.

use std::time::{Duration, Instant};

use super::Pull;
use crate::http::{Limits, Used, Window};
use crate::store::Store;
use crate::sync::Error;

/// Requests per second; the long windows are what limits.
const PER_S: u32 = 5;
/// How many requests in how many seconds. The month is a fixed one; the longest month, sliding, is the strict reading.
const WINDOWS: &[(u32, u64)] = &[(300, 300), (1_000, 3_600), (40_000, 31 * 24 * 3_600)];
/// How often the quotas are kept while a run goes on.
const KEPT_EACH: Duration = Duration::from_secs(30);

/// Returns what the service permits for a company, with what earlier runs have used of it at `now_s` (unix seconds of
/// this machine).
///
/// # Errors
/// The file's.
pub fn limits(store: &Store, company: &str, share_percent: u32, now_s: i64) -> Result<Limits, Error> {
    let mut limits = Limits { share_percent, ..Limits::new(PER_S, None) };
    for &(limit, per_s) in WINDOWS {
        let length_s = i64::try_from(per_s).unwrap_or(i64::MAX);
        let used = store.quota("fic", company, length_s, now_s - length_s)?.into_iter().map(|(at_s, requests)| Used {
            age: Duration::from_secs(u64::try_from(now_s - at_s).unwrap_or(0)),
            requests,
        });
        limits.windows.push(Window { limit, per: Duration::from_secs(per_s), used: used.collect() });
    }
    Ok(limits)
}

/// Returns how many requests a run may send to a company in how many seconds, when nothing is used of them yet. The
/// shortest is the pace that it keeps.
pub fn windows(share_percent: u32) -> Vec<(u32, u64)> {
    [(PER_S, 1)].iter().chain(WINDOWS).map(|&(limit, per_s)| (limit * share_percent / 100, per_s)).collect()
}

/// Adds requests that a command has sent at `now_s` (unix seconds of this machine) to what is known of a company's quotas,
/// whatever a sync has added meanwhile.
///
/// # Errors
/// The file's.
pub fn spend(store: &Store, account: i64, requests: u64, now_s: i64) -> Result<(), Error> {
    let requests = u32::try_from(requests).unwrap_or(u32::MAX);
    if requests == 0 {
        return Ok(());
    }
    store.begin()?;
    for (_, per_s) in WINDOWS {
        let length_s = i64::try_from(*per_s).unwrap_or(i64::MAX);
        store.add_quota(account, length_s, now_s, requests).inspect_err(|_| store.rollback())?;
    }
    store.commit().map_err(Error::from)
}

impl Pull<'_> {
    /// Keeps the quotas once in a while, between transactions.
    pub(super) fn keep_quota_sometimes(&mut self) -> Result<(), Error> {
        if self.quota_kept.elapsed() >= KEPT_EACH { self.keep_quota() } else { Ok(()) }
    }

    /// Writes what is used of each window.
    pub(super) fn keep_quota(&mut self) -> Result<(), Error> {
        self.quota_kept = Instant::now();
        // This machine's clock, which `limits` is asked by as well.
        let now_s = self.client.service_now_s() - self.client.skew_s();
        self.store.at_once(|| {
            for window in self.client.usage() {
                let length_s = i64::try_from(window.per.as_secs()).unwrap_or(i64::MAX);
                let age_s = |used: &Used| i64::try_from(used.age.as_secs()).unwrap_or(i64::MAX);
                let used: Vec<(i64, u32)> = window.used.iter().map(|u| (now_s - age_s(u), u.requests)).collect();
                self.store.set_quota(self.account.id, length_s, &used)?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_reckons_with_the_pace_and_with_the_quotas() {
        assert_eq!(windows(80), [(4, 1), (240, 300), (800, 3_600), (32_000, 31 * 24 * 3_600)]);
    }
}
