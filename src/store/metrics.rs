//! What a monitor wants to know of the file, within a time that is set.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Store;
use super::error::Error;
use crate::model::cancel::Cancel;
use crate::model::metrics::{AccountFigures, FileFigures};

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
        let sql = |e| self.sql(e);
        let text = "SELECT id, provider, remote_id, mode, events_until,
                      (SELECT max(finished_at) FROM sync_logs WHERE account = a.id) FROM accounts a ORDER BY id";
        let mut statement = self.conn.prepare(text).map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        let mut providers = BTreeMap::new();
        while let Some(row) = rows.next().map_err(sql)? {
            let mut read = || {
                let account = AccountFigures {
                    provider: row.get(1)?,
                    account: row.get(2)?,
                    mode: row.get(3)?,
                    events_until_s: row.get(4)?,
                    last_sync_s: row.get(5)?,
                };
                providers.insert(row.get(0)?, account.provider.clone());
                figures.accounts.push(account);
                Ok(())
            };
            read().map_err(sql)?;
        }
        Ok(providers)
    }
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
        let plan = store.query_text(&format!("EXPLAIN QUERY PLAN {EVENTS}")).expect("rows");
        assert!(plan[0].iter().any(|it| it.contains("USING COVERING INDEX webhook_events_by_time")), "{plan:?}");
        store.read_no_longer_than(Duration::ZERO, &Cancel::default()).expect("is set");
        store.figures().expect_err("there is no time");
    }
}
