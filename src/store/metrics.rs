//! What a monitor wants to know of the file, within a time that is set.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Store;
use super::error::Error;
use crate::model::accounts::{AccountLine, Standing};
use crate::model::cancel::Cancel;
use crate::model::metrics::{AccountFigures, AccountGroup, FileFigures, SERIES_MAX};

/// After so many of SQLite's steps it is looked whether the time is over.
const STEPS: std::ffi::c_int = 10_000;
/// All of it stands in the index by time.
const EVENTS: &str = "SELECT account, status, priority, received_at FROM webhook_events ORDER BY received_at";

impl Store {
    /// Lets all reading by this connection end after this time, or when somebody asks to stop.
    ///
    /// # Errors
    /// SQLite's.
    pub fn read_no_longer_than(&mut self, time: Duration, cancel: &Cancel) -> Result<(), Error> {
        let (began, cancel) = (Instant::now(), cancel.clone());
        let is_over = move || cancel.is_set() || began.elapsed() > time;
        self.conn.progress_handler(STEPS, Some(is_over)).map_err(|e| self.sql(e))
    }

    /// Returns what a monitor wants to know.
    ///
    /// # Errors
    /// SQLite's.
    pub fn figures(&self) -> Result<FileFigures, Error> {
        let sql = |e| self.sql(e);
        let mut figures = FileFigures { bytes: self.size_bytes(), ..FileFigures::default() };
        let providers = self.account_figures(&mut figures)?;
        let text = "SELECT (SELECT count(*) FROM fetches) + (SELECT count(*) FROM fanouts)";
        figures.fetches = self.conn.query_row(text, [], |row| row.get::<_, i64>(0)).map_err(sql)?.unsigned_abs();
        let mut counts: BTreeMap<(i64, String), u64> = BTreeMap::new();
        let mut statement = self.conn.prepare(EVENTS).map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            count(row, &mut counts, &mut figures).map_err(sql)?;
        }
        let mut events: BTreeMap<(String, String), u64> = BTreeMap::new();
        for ((account, status), count) in counts {
            let provider = providers.get(&account).cloned().unwrap_or_default();
            *events.entry((provider, status)).or_default() += count;
        }
        figures.events = events.into_iter().map(|((provider, status), count)| (provider, status, count)).collect();
        Ok(figures)
    }

    fn account_figures(&self, figures: &mut FileFigures) -> Result<BTreeMap<i64, String>, Error> {
        let lines = self.account_lines()?;
        let providers = lines.iter().map(|line| (line.row, line.provider.clone())).collect();
        figures.groups = groups(&lines);
        // A monitor keeps a series for each label that it ever saw.
        if lines.len() > SERIES_MAX {
            return Ok(providers);
        }
        for line in lines.into_iter().filter(|line| line.standing != Standing::Removed) {
            figures.accounts.push(AccountFigures {
                provider: line.provider,
                account: line.id,
                mode: line.mode,
                events_until_s: line.events_until_s,
                last_sync_s: line.synced_s,
            });
        }
        Ok(providers)
    }
}

/// Sums accounts up by service, mode and standing.
fn groups(lines: &[AccountLine]) -> Vec<AccountGroup> {
    let mut groups: BTreeMap<(&str, &str, Standing), AccountGroup> = BTreeMap::new();
    for line in lines {
        let group = groups.entry((&line.provider, &line.mode, line.standing)).or_insert_with(|| AccountGroup {
            provider: line.provider.clone(),
            mode: line.mode.clone(),
            status: line.standing.name(),
            ..AccountGroup::default()
        });
        group.accounts += 1;
        group.never_synced += u64::from(line.synced_s.is_none());
        group.oldest_sync_s = match (group.oldest_sync_s, line.synced_s) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    groups.into_values().collect()
}

fn count(
    row: &rusqlite::Row,
    counts: &mut BTreeMap<(i64, String), u64>,
    figures: &mut FileFigures,
) -> rusqlite::Result<()> {
    let (account, status): (i64, String) = (row.get(0)?, row.get(1)?);
    if matches!(status.as_str(), "received" | "processing" | "failed") {
        let priority = usize::try_from(row.get::<_, i64>(2)?).unwrap_or(0).min(figures.queue.len() - 1);
        figures.queue[priority] += 1;
        figures.oldest_waiting_s = figures.oldest_waiting_s.or(row.get(3)?);
    }
    *counts.entry((account, status)).or_default() += 1;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_an_index_and_no_longer_than_permitted() {
        let mut store = Store::in_memory().expect("opens");
        store
            .conn
            .execute_batch(
                "INSERT INTO accounts (id, provider, remote_id, mode) VALUES (1, 'stripe', 'acct_1', 'live'), (2, 'fic', '7', 'live');
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                 INSERT INTO webhook_events (account, provider, event_id, type, created, payload, status, source, received_at, priority)
                 SELECT 1 + i % 2, 'x', 'evt_' || i, 'a.b', 1, '{}', iif(i = 500, 'received', 'processed'), 'live', i, 1 FROM n;",
            )
            .expect("fills");
        let figures = store.figures().expect("reads");
        let event = |provider: &str, status: &str, count| (provider.to_owned(), status.to_owned(), count);
        assert_eq!(
            figures.events,
            [event("fic", "processed", 1500), event("stripe", "processed", 1499), event("stripe", "received", 1)]
        );
        assert_eq!((figures.queue, figures.oldest_waiting_s, figures.accounts.len()), ([0, 1, 0], Some(500), 2));
        let more = "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
            INSERT INTO accounts (provider, remote_id, mode, opened, synced, status)
            SELECT 'stripe', 'acct_' || i, 'live', 1, nullif(i, 7), iif(i > 299, 'disconnected', 'active') FROM n";
        store.conn.execute_batch(more).expect("fills");
        let many = store.figures().expect("reads");
        assert!(many.accounts.is_empty(), "a series for each of thousands would fill a monitor");
        let told: Vec<_> =
            many.groups.iter().map(|it| (it.status, it.accounts, it.never_synced, it.oldest_sync_s)).collect();
        assert_eq!(
            told,
            [
                ("named", 1, 1, None),
                ("active", 297, 1, Some(3)),
                ("named", 1, 1, None),
                ("disconnected", 1, 0, Some(300))
            ]
        );
        let plan = store.query_text(&format!("EXPLAIN QUERY PLAN {EVENTS}")).expect("rows");
        assert!(plan[0].iter().any(|it| it.contains("USING COVERING INDEX webhook_events_by_time")), "{plan:?}");
        store.read_no_longer_than(Duration::ZERO, &Cancel::default()).expect("is set");
        store.figures().expect_err("there is no time");
    }
}
