//! The SELECTs behind `events`, `retry-failed` and the figures of the event log.

use std::collections::{HashMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params_from_iter};

use super::error::Error;
use super::events::{WAITING, waiting};
use super::{Store, Waiting};
use crate::model::extract::Catalog;
use crate::model::log::{
    EventDetails, FROM_LIST, FailedAttempt, HourStats, KindStats, Latencies, LogFilter, LogStats, LoggedEvent,
    Outcomes, QueueStats, RowNow,
};
use crate::model::trial::RowCells;

/// Types that are told apart; signed events have some hundreds, files may have any.
const KINDS_MAX: usize = 500;
/// What the types beyond are counted as.
const OTHER_KINDS: &str = "other types";
const HOUR_S: i64 = 3600;
const HOURS: usize = 24;
/// So many events are tried again in one run; eight bytes are remembered of each.
const RETRIED_MAX: i64 = 1_000_000;
/// Columns of a row that say something about the row, and not about the object.
const OF_THE_ROW: &[&str] = &["row_id", "account", "id", "data", "as_of", "deleted_at", "unsettled"];
/// Columns that a change of the object's content says nothing by.
const ABOUT_THE_ROW: &[&str] = &["row_id", "account", "as_of"];

/// What a [`LoggedEvent`] is read from.
const LOGGED: &str =
    "e.id, e.provider, (SELECT remote_id FROM accounts WHERE id = e.account), e.event_id, e.type, e.object,
   e.object_id, e.created, e.received_at, e.status, e.source, e.attempts, e.error, e.next_attempt_at";

fn logged(row: &rusqlite::Row) -> rusqlite::Result<LoggedEvent> {
    Ok(LoggedEvent {
        row: row.get(0)?,
        provider: row.get(1)?,
        account: row.get(2)?,
        id: row.get(3)?,
        kind: row.get(4)?,
        table: row.get(5)?,
        object_id: row.get(6)?,
        created_s: row.get(7)?,
        received_s: row.get(8)?,
        status: row.get(9)?,
        source: row.get(10)?,
        attempts: row.get::<_, i64>(11)?.unsigned_abs(),
        error: row.get(12)?,
        next_attempt_s: row.get(13)?,
    })
}

/// Returns a filter as a condition, and what it is asked with. Without an object it needs no more than the index by time; the
/// plus keeps SQLite from another one, behind which it would read every row of an account.
fn condition(filter: &LogFilter) -> (String, Vec<Value>) {
    let (mut parts, mut values): (Vec<String>, Vec<Value>) = (vec!["1".to_owned()], Vec::new());
    let mut ask = |part: &str, value: Value| {
        values.push(value);
        parts.push(part.replace('?', &format!("?{}", values.len())));
    };
    let of_kind = |kind: &str| match kind.strip_suffix('*') {
        Some(begin) => ("substr(type, 1, length(?)) = ?", Value::from(begin.to_owned())),
        None => ("type = ?", Value::from(kind.to_owned())),
    };
    if let Some((part, value)) = filter.kind.as_deref().map(of_kind) {
        ask(part, value);
    }
    if let Some(account) = &filter.account {
        ask("+account IN (SELECT id FROM accounts WHERE remote_id = ?)", account.clone().into());
    }
    if let Some(provider) = filter.provider {
        ask("+account IN (SELECT id FROM accounts WHERE provider = ?)", provider.to_owned().into());
    }
    if let Some(object) = &filter.object {
        // Every part of the index by object is named, so that it finds them among a million.
        ask(
            "id IN (SELECT id FROM webhook_events WHERE account IN (SELECT id FROM accounts)
                      AND object IN (SELECT name FROM sqlite_schema WHERE type = 'table') AND object_id = ?
                    UNION ALL SELECT id FROM webhook_events WHERE account IN (SELECT id FROM accounts)
                      AND object IS NULL AND object_id = ?)",
            object.clone().into(),
        );
    }
    if let Some(since_s) = filter.since_s {
        ask("created >= ?", since_s.into());
    }
    if let Some(until_s) = filter.until_s {
        ask("created < ?", until_s.into());
    }
    if !filter.kinds.is_empty() {
        let each = filter.kinds.iter().map(|kind| {
            let (part, value) = of_kind(kind);
            values.push(value);
            part.replace('?', &format!("?{}", values.len()))
        });
        parts.push(format!("({})", each.collect::<Vec<_>>().join(" OR ")));
    }
    let listed = |texts: &mut dyn Iterator<Item = String>| texts.collect::<Vec<_>>().join(", ");
    if !filter.statuses.is_empty() {
        parts.push(format!("status IN ({})", listed(&mut filter.statuses.iter().map(|it| format!("'{it}'")))));
    }
    if !filter.rows.is_empty() {
        parts.push(format!("id IN ({})", listed(&mut filter.rows.iter().map(i64::to_string))));
    }
    (parts.join(" AND "), values)
}

impl Store {
    /// Returns logged events, those that came in last first, at most so many.
    ///
    /// # Errors
    /// SQLite's.
    pub fn log(&self, filter: &LogFilter, most: usize) -> Result<Vec<LoggedEvent>, Error> {
        const ORDER: &str = "ORDER BY received_at DESC, created DESC, id DESC";
        let sql = |e| self.sql(e);
        let (condition, mut values) = condition(filter);
        values.push(i64::try_from(most).unwrap_or(i64::MAX).into());
        let limit = values.len();
        let text = format!(
            "SELECT {LOGGED} FROM webhook_events e
             WHERE e.id IN (SELECT id FROM webhook_events WHERE {condition} {ORDER} LIMIT ?{limit}) {ORDER}"
        );
        let mut statement = self.conn.prepare(&text).map_err(sql)?;
        let rows = statement.query_map(params_from_iter(values), logged).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns the log rows of an event by its id: one for each account that it is of.
    ///
    /// # Errors
    /// SQLite's.
    pub fn log_rows_of(&self, event_id: &str) -> Result<Vec<i64>, Error> {
        let sql = |e| self.sql(e);
        let text = "SELECT id FROM webhook_events WHERE provider IN (SELECT provider FROM accounts)
                      AND account IN (SELECT id FROM accounts) AND event_id = ?1 ORDER BY id";
        let mut statement = self.conn.prepare(text).map_err(sql)?;
        let rows = statement.query_map([event_id], |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns everything about one logged event; nothing where there is no such row.
    ///
    /// # Errors
    /// SQLite's.
    pub fn event_details(&self, catalog: &Catalog, row: i64) -> Result<Option<EventDetails>, Error> {
        let sql = |e| self.sql(e);
        let text = format!(
            "SELECT {LOGGED}, e.api_version, e.livemode, e.priority, e.correlation_id, e.duplicates, e.processed_at,
               (SELECT took_us FROM webhook_times WHERE event = e.id), e.payload, e.account FROM webhook_events e WHERE e.id = ?1"
        );
        let read = |row: &rusqlite::Row| {
            let details = EventDetails {
                event: logged(row)?,
                api_version: row.get(14)?,
                livemode: row.get(15)?,
                priority: row.get(16)?,
                correlation_id: row.get(17)?,
                duplicates: row.get::<_, i64>(18)?.unsigned_abs(),
                processed_s: row.get(19)?,
                took_us: row.get(20)?,
                payload: row.get(21)?,
                ..EventDetails::default()
            };
            Ok((details, row.get::<_, i64>(22)?))
        };
        let Some((mut details, account)) = self.conn.query_row(&text, [row], read).optional().map_err(sql)? else {
            return Ok(None);
        };
        details.failures = self.failures_of(row)?;
        let known = details.event.table.as_deref().filter(|table| catalog.by_table(table).is_some());
        if let (Some(table), Some(id)) = (known, details.event.object_id.as_deref()) {
            details.now = self.row_now(table, account, id)?;
        }
        Ok(Some(details))
    }

    fn failures_of(&self, event: i64) -> Result<Vec<FailedAttempt>, Error> {
        let sql = |e| self.sql(e);
        let text = "SELECT attempt, at, took_us, error FROM webhook_attempts WHERE event = ?1 ORDER BY attempt";
        let mut statement = self.conn.prepare(text).map_err(sql)?;
        let attempt = |row: &rusqlite::Row| {
            let number = row.get::<_, i64>(0)?.unsigned_abs();
            Ok(FailedAttempt { number, at_s: row.get(1)?, took_us: row.get(2)?, error: row.get(3)? })
        };
        let rows = statement.query_map([event], attempt).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Reads an object's row from a table of the catalog. Of several, the one that lives.
    fn row_now(&self, table: &str, account: i64, id: &str) -> Result<Option<RowNow>, Error> {
        let sql = |e| self.sql(e);
        let text = format!(
            "SELECT * FROM {table} WHERE account = ?1 AND id = ?2 ORDER BY deleted_at IS NOT NULL, row_id LIMIT 1"
        );
        let mut statement = self.conn.prepare(&text).map_err(sql)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let read = |row: &rusqlite::Row| {
            let mut now = RowNow {
                table: table.to_owned(),
                id: id.to_owned(),
                as_of_s: row.get("as_of")?,
                deleted_s: row.get("deleted_at")?,
                is_unsettled: row.get("unsettled")?,
                cells: Vec::new(),
            };
            for (index, name) in names.iter().enumerate().filter(|(_, name)| !OF_THE_ROW.contains(&name.as_str())) {
                match row.get(index)? {
                    Value::Null => {}
                    value => now.cells.push((name.clone(), super::show(value))),
                }
            }
            Ok(now)
        };
        statement.query_row(rusqlite::params![account, id], read).optional().map_err(sql)
    }

    /// Returns every column of an object's row by name, as text, but for those that say whose it is and since when it is
    /// known; nothing where there is no row. Of several, the one that lives. The table is one of the catalog's.
    ///
    /// # Errors
    /// SQLite's.
    pub fn row_in_full(&self, table: &str, account: i64, id: &str) -> Result<Option<RowCells>, Error> {
        let sql = |e| self.sql(e);
        let text = format!(
            "SELECT * FROM {table} WHERE account = ?1 AND id = ?2 ORDER BY deleted_at IS NOT NULL, row_id LIMIT 1"
        );
        let mut statement = self.conn.prepare(&text).map_err(sql)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let read = |row: &rusqlite::Row| {
            let shown = names.iter().enumerate().filter(|(_, name)| !ABOUT_THE_ROW.contains(&name.as_str()));
            shown
                .map(|(index, name)| {
                    let value: Value = row.get(index)?;
                    Ok((name.clone(), Some(value).filter(|value| *value != Value::Null).map(super::show)))
                })
                .collect()
        };
        statement.query_row(rusqlite::params![account, id], read).optional().map_err(sql)
    }

    /// Returns the log rows that a filter means, oldest rows first.
    ///
    /// # Errors
    /// SQLite's.
    pub fn log_rows(&self, filter: &LogFilter) -> Result<Vec<i64>, Error> {
        let sql = |e| self.sql(e);
        let (condition, values) = condition(filter);
        let text = format!("SELECT id FROM webhook_events WHERE {condition} LIMIT {RETRIED_MAX}");
        let mut statement = self.conn.prepare(&text).map_err(sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| row.get(0)).map_err(sql)?;
        let mut rows: Vec<i64> = rows.collect::<Result<_, _>>().map_err(sql)?;
        rows.sort_unstable();
        Ok(rows)
    }

    /// Returns the log rows that a filter means in the order in which the events happened, at most so many.
    ///
    /// # Errors
    /// SQLite's.
    pub fn log_rows_by_time(&self, filter: &LogFilter, most: usize) -> Result<Vec<i64>, Error> {
        let sql = |e| self.sql(e);
        let (condition, values) = condition(filter);
        let text = format!("SELECT id FROM webhook_events WHERE {condition} ORDER BY created, id LIMIT {most}");
        let mut statement = self.conn.prepare(&text).map_err(sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| row.get(0)).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns those of some logged events that are failed or dead still, with their accounts.
    ///
    /// # Errors
    /// SQLite's.
    pub fn still_failed(&self, rows: &[i64]) -> Result<Vec<(i64, Waiting)>, Error> {
        self.logged_events(&LogFilter { statuses: vec!["failed", "dead"], rows: rows.to_vec(), ..LogFilter::default() })
    }

    /// Returns logged events with their accounts, to be taken once more: the filter is to name few rows.
    ///
    /// # Errors
    /// SQLite's.
    pub fn logged_events(&self, filter: &LogFilter) -> Result<Vec<(i64, Waiting)>, Error> {
        let sql = |e| self.sql(e);
        let (condition, values) = condition(filter);
        let text = format!("SELECT {WAITING}, account FROM webhook_events WHERE {condition} ORDER BY id");
        let mut statement = self.conn.prepare(&text).map_err(sql)?;
        let rows = statement
            .query_map(params_from_iter(values), |row| Ok((row.get("account")?, waiting(row)?)))
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns the figures of the log, of one service or of all, of these accounts where some are named by the service's ids,
    /// with the hours before `now_s`. Reads an index once.
    ///
    /// # Errors
    /// SQLite's.
    pub fn log_stats(&self, provider: Option<&'static str>, named: &[String], now_s: i64) -> Result<LogStats, Error> {
        let sql = |e| self.sql(e);
        let accounts = self.account_rows(provider, named)?;
        let mut gathered = Gathered::new(now_s, self.failures_by_event()?);
        let mut statement = self.conn.prepare(STATS).map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            gathered.add(row, &accounts).map_err(sql)?;
        }
        Ok(LogStats { provider, accounts: named.to_vec(), ..gathered.stats() })
    }

    /// Returns how often each event failed that ever did.
    fn failures_by_event(&self) -> Result<HashMap<i64, u64>, Error> {
        let sql = |e| self.sql(e);
        let text = "SELECT event, count(*) FROM webhook_attempts GROUP BY event";
        let mut statement = self.conn.prepare(text).map_err(sql)?;
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    fn account_rows(&self, provider: Option<&str>, named: &[String]) -> Result<HashSet<i64>, Error> {
        let sql = |e| self.sql(e);
        let mut statement =
            self.conn.prepare("SELECT id, remote_id FROM accounts WHERE ?1 IS NULL OR provider = ?1").map_err(sql)?;
        let rows = statement.query_map([provider], |row| Ok((row.get(0)?, row.get(1)?))).map_err(sql)?;
        let all: Vec<(i64, String)> = rows.collect::<Result<_, _>>().map_err(sql)?;
        let is_meant = |(row, id): (i64, String)| (named.is_empty() || named.contains(&id)).then_some(row);
        Ok(all.into_iter().filter_map(is_meant).collect())
    }
}

/// What the figures are made of: all of it stands in the index by time, and in the narrow table beside.
const STATS: &str = "SELECT account, received_at, source, status, type, priority, attempts, duplicates,
                       webhook_times.took_us, id
                     FROM webhook_events LEFT JOIN webhook_times ON event = id ORDER BY received_at";

/// One type's figures while they are gathered.
#[derive(Default)]
struct Kind {
    name: String,
    outcomes: Outcomes,
    latencies: Option<Latencies>,
}

/// The figures while they are gathered. What it needs of memory has a bound, but for a few bytes for each event that ever
/// failed.
struct Gathered {
    failures: HashMap<i64, u64>,
    stats: LogStats,
    kinds: Vec<Kind>,
    numbers: HashMap<String, usize>,
    first_hour_s: i64,
}

impl Gathered {
    fn new(now_s: i64, failures: HashMap<i64, u64>) -> Gathered {
        let first_hour_s = now_s.div_euclid(HOUR_S) * HOUR_S - (HOURS as i64 - 1) * HOUR_S;
        let hours = (0..HOURS as i64)
            .map(|hour| HourStats { from_s: first_hour_s + hour * HOUR_S, ..HourStats::default() })
            .collect();
        let queue = (0..3).map(|priority| QueueStats { priority, ..QueueStats::default() }).collect();
        let stats = LogStats { at_s: now_s, hours, queue, ..LogStats::default() };
        Gathered { failures, stats, kinds: Vec::new(), numbers: HashMap::new(), first_hour_s }
    }

    fn add(&mut self, row: &rusqlite::Row, accounts: &HashSet<i64>) -> rusqlite::Result<()> {
        if !accounts.contains(&row.get(0)?) {
            return Ok(());
        }
        let received_s: i64 = row.get(1)?;
        let is_listed = row.get_ref(2)?.as_str()? == FROM_LIST;
        let status = row.get_ref(3)?.as_str()?;
        let attempts = row.get::<_, i64>(6)?.unsigned_abs();
        let failures = self.failures.get(&row.get(9)?).copied().unwrap_or(0);
        self.stats.duplicates += row.get::<_, i64>(7)?.unsigned_abs();
        let is_bad = matches!(status, "failed" | "dead");
        let hour = (received_s - self.first_hour_s).div_euclid(HOUR_S);
        if let Some(hour) = usize::try_from(hour).ok().and_then(|hour| self.stats.hours.get_mut(hour)) {
            hour.listed += u64::from(is_listed);
            hour.delivered += u64::from(!is_listed);
            hour.unsuccessful += u64::from(!is_listed && is_bad);
        }
        if matches!(status, "received" | "processing" | "failed") {
            let priority = usize::try_from(row.get::<_, i64>(5)?).unwrap_or(0).min(self.stats.queue.len() - 1);
            let queue = &mut self.stats.queue[priority];
            queue.failed += u64::from(is_bad);
            queue.waiting += u64::from(!is_bad);
            queue.oldest_s = queue.oldest_s.into_iter().chain([received_s]).min();
        }
        if is_listed {
            self.stats.listed.add(status, attempts, failures);
            return Ok(());
        }
        self.stats.delivered.add(status, attempts, failures);
        let kind = self.kind(row.get_ref(4)?.as_str()?);
        kind.outcomes.add(status, attempts, failures);
        if let Some(took_us) = row.get::<_, Option<i64>>(8)? {
            kind.latencies.get_or_insert_default().add(took_us.unsigned_abs());
        }
        Ok(())
    }

    fn kind(&mut self, name: &str) -> &mut Kind {
        let known = self.numbers.get(name).copied();
        let name = if known.is_some() || self.kinds.len() < KINDS_MAX { name } else { OTHER_KINDS };
        let number = known.or_else(|| self.numbers.get(name).copied()).unwrap_or(self.kinds.len());
        if number == self.kinds.len() {
            self.numbers.insert(name.to_owned(), number);
            self.kinds.push(Kind { name: name.to_owned(), ..Kind::default() });
        }
        &mut self.kinds[number]
    }

    fn stats(self) -> LogStats {
        let mut stats = self.stats;
        let told = |mut kind: Kind| {
            let mut at = |percent| kind.latencies.as_mut().and_then(|it| it.percentile_us(percent));
            let (p50_us, p95_us, p99_us) = (at(50), at(95), at(99));
            KindStats { kind: kind.name, outcomes: kind.outcomes, p50_us, p95_us, p99_us }
        };
        stats.kinds = self.kinds.into_iter().map(told).collect();
        stats.kinds.sort_by(|a, b| b.outcomes.total().cmp(&a.outcomes.total()).then_with(|| a.kind.cmp(&b.kind)));
        stats
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> Store {
        let store = Store::in_memory().expect("opens");
        let text = "INSERT INTO accounts (id, provider, remote_id, mode) VALUES (1, 'stripe', 'acct_1', 'live'), (2, 'fic', '7', 'live');
             INSERT INTO webhook_events (id, account, provider, event_id, type, object, object_id, created, payload, status, source,
               received_at, attempts, priority, duplicates) VALUES
             (1, 1, 'stripe', 'evt_1', 'product.created', 'stripe_products', 'prod_1', 90000, '{}', 'processed', 'live', 90010, 1, 2, 2),
             (2, 1, 'stripe', 'evt_2', 'product.updated', 'stripe_products', 'prod_1', 90001, '{}', 'processed', 'sync', 90010, 0, 2, 1),
             (3, 1, 'stripe', 'evt_3', 'invoice.paid', 'stripe_invoices', 'in_1', 90001, '{}', 'failed', 'live', 90020, 3, 0, 0),
             (4, 1, 'stripe', 'evt_4', 'some.news', NULL, 'n_1', 90001, '{}', 'ignored', 'replay', 86400, 0, 1, 0),
             (5, 2, 'fic', 'evt_1', 'product.created', NULL, NULL, 90001, '{}', 'dead', 'live', 3600, 4, 1, 0),
             (6, 1, 'stripe', 'evt_6', 'product.created', 'stripe_products', 'prod_2', 90002, '{}', 'received', 'live', 90015, 0, 1, 0);
             INSERT INTO webhook_times VALUES (1, 100), (3, 300), (5, 200);
             INSERT INTO webhook_attempts (event, attempt, at, took_us, error) VALUES
             (3, 1, 1, 1, 'x'), (3, 2, 1, 1, 'x'), (3, 3, 1, 1, 'x'), (5, 1, 1, 1, 'x'), (5, 2, 1, 1, 'x'), (5, 3, 1, 1, 'x'), (5, 4, 1, 1, 'x');";
        store.conn.execute_batch(text).expect("filled");
        store
    }

    fn plan(store: &Store, sql: &str) -> String {
        let plan = store.query_text(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
        plan.iter().map(|line| line[3].clone()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn filters_find_what_they_say_and_the_last_comes_first() {
        let store = store();
        let all = LogFilter::default();
        let cases: [(LogFilter, &[i64]); 13] = [
            (all.clone(), &[3, 6, 2, 1, 4, 5]),
            (LogFilter { kind: Some("product.*".into()), ..all.clone() }, &[6, 2, 1, 5]),
            (LogFilter { kind: Some("product".into()), ..all.clone() }, &[]),
            (LogFilter { kind: Some("*".into()), ..all.clone() }, &[3, 6, 2, 1, 4, 5]),
            // Neither a percent sign nor an underscore stands for anything.
            (LogFilter { kind: Some("pr_duct%*".into()), ..all.clone() }, &[]),
            (LogFilter { statuses: vec!["failed", "dead"], ..all.clone() }, &[3, 5]),
            (LogFilter { account: Some("7".into()), ..all.clone() }, &[5]),
            (LogFilter { provider: Some("stripe"), statuses: vec!["dead"], ..all.clone() }, &[]),
            (LogFilter { object: Some("prod_1".into()), ..all.clone() }, &[2, 1]),
            (LogFilter { object: Some("n_1".into()), ..all.clone() }, &[4]),
            (LogFilter { since_s: Some(90_001), until_s: Some(90_002), ..all.clone() }, &[3, 2, 4, 5]),
            (LogFilter { rows: vec![1, 4, 99], ..all.clone() }, &[1, 4]),
            (LogFilter { object: Some("prod_1".into()), kind: Some("product.updated".into()), ..all.clone() }, &[2]),
        ];
        for (filter, wanted) in cases {
            let found: Vec<i64> = store.log(&filter, 10).expect("read").iter().map(|event| event.row).collect();
            assert_eq!(found, wanted, "{filter:?}");
            let mut sorted = wanted.to_vec();
            sorted.sort_unstable();
            assert_eq!(store.log_rows(&filter).expect("read"), sorted, "{filter:?}");
        }
        assert_eq!(store.log(&all, 2).expect("read").len(), 2);
        assert_eq!(store.log_rows_of("evt_1").expect("read"), [1, 5]);
    }

    #[test]
    fn figures_tell_deliveries_from_what_a_sync_read() {
        let store = store();
        // The fourth came in in the first of the 24 hours, the fifth before it.
        let now_s = 86_400 + 23 * HOUR_S + 1800;
        let stats = store.log_stats(None, &[], now_s).expect("read");
        let wanted = Outcomes { processed: 1, ignored: 1, failed: 1, dead: 1, waiting: 1, tried: 3, retries: 5 };
        assert_eq!((stats.delivered, stats.listed.processed, stats.duplicates), (wanted, 1, 3));
        let kinds: Vec<(&str, u64, Option<u64>)> =
            stats.kinds.iter().map(|it| (it.kind.as_str(), it.outcomes.total(), it.p50_us)).collect();
        assert_eq!(kinds, [("product.created", 3, Some(100)), ("invoice.paid", 1, Some(300)), ("some.news", 1, None)]);
        let hours: Vec<(u64, u64, u64)> =
            stats.hours.iter().map(|it| (it.delivered, it.unsuccessful, it.listed)).collect();
        assert_eq!((hours.len(), hours[0], hours[1], hours[2]), (24, (1, 0, 0), (3, 1, 1), (0, 0, 0)));
        let queue: Vec<(u64, u64, Option<i64>)> =
            stats.queue.iter().map(|it| (it.waiting, it.failed, it.oldest_s)).collect();
        assert_eq!(queue, [(0, 1, Some(90_020)), (1, 0, Some(90_015)), (0, 0, None)]);
        for (provider, named) in
            [(Some("fic"), vec![]), (None, vec!["7".to_owned()]), (Some("fic"), vec!["7".to_owned()])]
        {
            let fic = store.log_stats(provider, &named, now_s).expect("read");
            assert_eq!(
                (fic.delivered.total(), fic.delivered.dead, fic.listed.total()),
                (1, 1, 0),
                "{provider:?} {named:?}"
            );
            assert_eq!((fic.provider, fic.accounts), (provider, named));
        }
        assert_eq!(store.log_stats(Some("stripe"), &["7".to_owned()], now_s).expect("read").delivered.total(), 0);
    }

    #[test]
    fn types_beyond_bounds_are_counted_together() {
        let store = Store::in_memory().expect("opens");
        let text = "INSERT INTO accounts (id, provider, remote_id, mode) VALUES (1, 'stripe', 'acct_1', 'live');
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
             INSERT INTO webhook_events (account, provider, event_id, type, created, payload, status, source, received_at)
             SELECT 1, 'stripe', 'evt_' || i, 'made.up_' || i, i, '{}', 'ignored', 'replay', i FROM n";
        store.conn.execute_batch(text).expect("filled");
        let stats = store.log_stats(None, &[], 5000).expect("read");
        assert_eq!((stats.delivered.total(), stats.kinds.len()), (1200, KINDS_MAX + 1));
        assert_eq!((stats.kinds[0].kind.as_str(), stats.kinds[0].outcomes.total()), (OTHER_KINDS, 700));
    }

    #[test]
    fn a_million_payloads_are_not_read_for_the_figures_nor_for_a_page_of_the_list() {
        let store = store();
        assert!(plan(&store, STATS).contains("USING COVERING INDEX webhook_events_by_time"), "{}", plan(&store, STATS));
        let all = LogFilter::default();
        for filter in [
            all.clone(),
            LogFilter { kind: Some("a".into()), ..all.clone() },
            LogFilter { statuses: vec!["dead"], since_s: Some(5), ..all.clone() },
            LogFilter { account: Some("acct_1".into()), ..all.clone() },
        ] {
            let (condition, values) = condition(&filter);
            let text = format!(
                "EXPLAIN QUERY PLAN SELECT id FROM webhook_events WHERE {condition} ORDER BY received_at DESC, created DESC, id DESC LIMIT 50"
            );
            let mut statement = store.conn.prepare(&text).expect("prepared");
            let rows = statement.query_map(params_from_iter(values), |row| row.get(3)).expect("planned");
            let plan: Vec<String> = rows.collect::<Result<_, _>>().expect("told");
            assert!(plan[0].contains("USING COVERING INDEX"), "{filter:?}: {plan:?}");
        }
        let (condition, _) = condition(&LogFilter { object: Some("x".into()), ..all });
        let found = plan(&store, &format!("SELECT id FROM webhook_events WHERE {condition}").replace("?1", "'x'"));
        assert_eq!(
            found
                .matches("USING COVERING INDEX webhook_events_by_object (account=? AND object=? AND object_id=?)")
                .count(),
            2,
            "{found}"
        );
    }

    #[test]
    fn an_event_is_shown_with_its_row_as_it_is_now() {
        let store = store();
        let catalog = Catalog::new([]);
        let details = store.event_details(&catalog, 3).expect("read").expect("there");
        assert_eq!((details.event.id.as_str(), details.now, details.failures.len()), ("evt_3", None, 3));
        assert_eq!(store.event_details(&catalog, 99).expect("read"), None);
    }
}
