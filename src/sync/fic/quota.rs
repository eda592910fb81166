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
    store.at_once(|| {
        for (_, per_s) in WINDOWS {
            let length_s = i64::try_from(*per_s).unwrap_or(i64::MAX);
            store.add_quota(account, length_s, now_s, &[(now_s, requests)])?;
        }
        Ok(())
    })
}

/// Adds what a run has sent of each window, at `now_s` by this machine's clock, to what is known of a company's quotas,
/// whatever a command has added meanwhile.
fn add(store: &Store, account: i64, windows: &[Window], now_s: i64) -> Result<(), Error> {
    store.at_once(|| {
        for window in windows {
            let length_s = i64::try_from(window.per.as_secs()).unwrap_or(i64::MAX);
            let age_s = |used: &Used| i64::try_from(used.age.as_secs()).unwrap_or(i64::MAX);
            let sent: Vec<(i64, u32)> = window.used.iter().map(|u| (now_s - age_s(u), u.requests)).collect();
            store.add_quota(account, length_s, now_s, &sent)?;
        }
        Ok(())
    })
}

impl Pull<'_> {
    /// Keeps the quotas once in a while, between transactions.
    pub(super) fn keep_quota_sometimes(&mut self) -> Result<(), Error> {
        if self.quota_kept.elapsed() >= KEPT_EACH { self.keep_quota() } else { Ok(()) }
    }

    /// Writes what was sent since it was written last.
    pub(super) fn keep_quota(&mut self) -> Result<(), Error> {
        self.quota_kept = Instant::now();
        let sent = self.client.unkept();
        // This machine's clock, which `limits` is asked by as well.
        add(self.store, self.account.id, &sent, self.client.service_now_s() - self.client.skew_s())?;
        self.client.kept(&sent);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::NewAccount;

    #[test]
    fn a_plan_reckons_with_the_pace_and_with_the_quotas() {
        assert_eq!(windows(80), [(4, 1), (240, 300), (800, 3_600), (32_000, 31 * 24 * 3_600)]);
    }
    #[test]
    fn a_run_takes_nothing_from_what_a_command_adds_beside_it_and_what_is_too_old_goes() {
        let store = Store::in_memory().expect("opens");
        let account = store.account(&NewAccount::opened("fic", "7", "live")).expect("made").id;
        let now_s = 1_793_491_200;
        let known = |now_s: i64| {
            let windows = limits(&store, "7", 80, now_s).expect("readable").windows;
            windows.iter().map(|it| it.used.iter().map(|used| used.requests).sum::<u32>()).collect::<Vec<_>>()
        };
        let sent = |seconds: u64, requests: u32| {
            let used = |age_s: u64| vec![Used { age: Duration::from_secs(age_s), requests }];
            let window =
                |&(limit, per_s): &(u32, u64)| Window { limit, per: Duration::from_secs(per_s), used: used(seconds) };
            WINDOWS.iter().map(window).collect::<Vec<_>>()
        };
        add(&store, account, &sent(0, 10), now_s - 200).expect("an earlier run");
        // A run knows those ten when it begins; while it goes on, a command sends five.
        spend(&store, account, 5, now_s).expect("a command");
        add(&store, account, &sent(2, 3), now_s).expect("the run");
        assert_eq!(known(now_s), [18, 18, 18]);
        add(&store, account, &sent(0, 1), now_s + 301).expect("a later run");
        assert_eq!(known(now_s + 301), [1, 19, 19]);
        let rows = store.query_text("SELECT window_s, count(*) FROM quotas GROUP BY 1 ORDER BY 1").expect("rows");
        assert_eq!(rows[0], ["300", "1"], "nobody asks for the others any more");
    }
}
