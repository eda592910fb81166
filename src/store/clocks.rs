//! What is done about times that were told by a clock which was wrong.
//!
//! All times in the file are the service's, told by the `Date` of its answers; a clock of this machine that is wrong
//! harms nothing. But between here and there stand proxies and caches, and a `Date` that runs ahead would make rows look
//! newer than they are and the event log read further than it is. Within a run that can't be told from a wrong clock of
//! this machine; the next run sees the two clocks agree otherwise, and then what was dated meanwhile is put back.

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::error::Error;
use crate::model::resource::Resource;

/// Clocks drift by seconds, and are set right by as many.
const DRIFT_S_MAX: i64 = 120;
/// An answer's state begins the second before it was sent.
const GRAIN_S: i64 = 2;

/// An answer that begins so much after another's end is newer beyond doubt.
const SETTLED_S: i64 = 3;

/// How a service's clock stands against this machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockSeen {
    /// Seconds that the service's is ahead.
    pub ahead_s: i64,
    /// The service's time when this was first seen.
    pub since_s: i64,
}

/// Returns by how much what was dated under the `old` clocks may be too late, now that they stand otherwise.
fn too_late_s(old: ClockSeen, ahead_s: i64) -> Option<i64> {
    Some(old.ahead_s.saturating_sub(ahead_s)).filter(|by_s| *by_s > DRIFT_S_MAX)
}

impl Store {
    /// Compares how the clocks stand now with how they stood at the last run. Where what was dated then may be too late,
    /// it is put back, and the number of seconds returned: what changed since is then read again, and what is in doubt
    /// asked for.
    ///
    /// # Errors
    /// SQLite's.
    pub fn check_clock(
        &self,
        account: i64,
        numbers: &[(i64, &'static Resource)],
        now: ClockSeen,
    ) -> Result<Option<i64>, Error> {
        let old = self.clock_seen(account)?;
        let put_back = old.and_then(|old| Some((old, too_late_s(old, now.ahead_s)?)));
        if let Some((old, by_s)) = put_back {
            self.at_once(|| {
                // All that is known was known before this run: what it asks for now is newer.
                self.put_back(account, numbers, old.since_s - GRAIN_S, by_s, now.since_s - SETTLED_S)?;
                self.set_clock(account, now)
            })?;
        } else if old.is_none_or(|old| old.ahead_s.abs_diff(now.ahead_s) > DRIFT_S_MAX as u64) {
            self.set_clock(account, now)?;
        }
        Ok(put_back.map(|(_, by_s)| by_s))
    }

    /// Remembers the furthest that the service's clock was ahead during a run, where that is further than at its begin.
    ///
    /// # Errors
    /// SQLite's.
    pub fn keep_clock(&self, account: i64, furthest: ClockSeen) -> Result<(), Error> {
        match self.clock_seen(account)? {
            Some(old) if furthest.ahead_s - old.ahead_s <= DRIFT_S_MAX => Ok(()),
            _ => self.set_clock(account, furthest),
        }
    }

    fn clock_seen(&self, account: i64) -> Result<Option<ClockSeen>, Error> {
        self.conn
            .query_row(
                "SELECT clock_ahead_s, clock_since_s FROM accounts WHERE id=?1 AND clock_since_s IS NOT NULL",
                [account],
                |row| Ok(ClockSeen { ahead_s: row.get(0)?, since_s: row.get(1)? }),
            )
            .optional()
            .map_err(|e| self.sql(e))
    }

    fn set_clock(&self, account: i64, seen: ClockSeen) -> Result<(), Error> {
        self.at_once(|| {
            self.conn
                .execute(
                    "UPDATE accounts SET clock_ahead_s=?2, clock_since_s=?3 WHERE id=?1",
                    params![account, seen.ahead_s, seen.since_s],
                )
                .map(drop)
                .map_err(|e| self.sql(e))
        })
    }

    /// Moves back by so much what the service's clock dated from `since_s` on. Answers hold from so much earlier, and no
    /// longer than until now: an event that falls inside is a tie, and ties are decided by asking. Events bear their own
    /// times.
    fn put_back(
        &self,
        account: i64,
        numbers: &[(i64, &'static Resource)],
        since_s: i64,
        by_s: i64,
        now_s: i64,
    ) -> Result<(), Error> {
        let run = |sql: &str, bound: &[&dyn rusqlite::ToSql]| {
            self.conn.execute(sql, bound).map(drop).map_err(|e| self.sql(e))
        };
        let bound = params![account, since_s, by_s];
        // What was older than a row by the wrong clock had no effect on it, and may be newer.
        run(
            "UPDATE webhook_events SET status='received'
             WHERE account=?1 AND created>=?2-?3 AND status='processed' AND object IS NOT NULL",
            bound,
        )?;
        let now = params![account, now_s];
        run("UPDATE availability SET checked_s=?2 WHERE account=?1 AND checked_s>?2", now)?;
        run("UPDATE accounts SET events_until=events_until-?3 WHERE id=?1 AND events_until>=?2", bound)?;
        run("UPDATE fetches SET not_before_s=not_before_s-?3 WHERE account=?1 AND not_before_s>=?2", bound)?;
        run("UPDATE fetches SET not_before_s=?2 WHERE account=?1 AND not_before_s>?2", params![account, now_s])?;
        for column in ["began_s", "finished_s", "drained_s"] {
            run(&format!("UPDATE walks SET {column}={column}-?3 WHERE account=?1 AND {column}>=?2"), bound)?;
        }
        for (number, resource) in numbers {
            let rows = format!("(SELECT row_id FROM {} WHERE account=?1)", resource.table());
            for states in ["row_states", "answers"] {
                let of_answers = if states == "answers" { "" } else { "AND event_id IS NULL" };
                run(
                    &format!(
                        "UPDATE {states} SET from_s=from_s-?3, until_s=max(from_s-?3, min(until_s, ?5))
                         WHERE resource=?4 AND from_s>=?2 {of_answers} AND row_id IN {rows}"
                    ),
                    params![account, since_s, by_s, number, now_s],
                )?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clock_that_ran_ahead_puts_times_in_doubt() {
        let old = |ahead_s| ClockSeen { ahead_s, since_s: 1_000 };
        for (was_s, is_s, wanted) in [
            (0, 0, None),
            (90, 0, None),
            (10_800, 0, Some(10_800)),
            (10_800, 10_790, None),
            (10_800, 7_200, Some(3_600)),
            (-10_800, 0, None),
            (0, 10_800, None),
            (0, -10_800, Some(10_800)),
        ] {
            assert_eq!(too_late_s(old(was_s), is_s), wanted, "{was_s} {is_s}");
        }
    }
}
