//! The event log.

use rusqlite::{OptionalExtension, params};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Store;
use super::error::Error;
use crate::model::order::{Act, Interval, Origin, State};
use crate::model::resource::Resource;

/// An event as it goes into the log.
#[derive(Debug, Clone)]
pub struct Event {
    /// `evt_…`.
    pub id: String,
    /// `customer.updated`.
    pub kind: String,
    /// The table it concerns; empty where none does.
    pub table: String,
    /// The object's id, where it has one.
    pub object_id: Option<String>,
    /// The version its payload is rendered in.
    pub api_version: Option<String>,
    /// Its second, by the service's clock.
    pub created_s: i64,
    /// The whole event, compact, secrets removed.
    pub payload: String,
    /// Why it cannot be read, where it cannot; a table is named then only if the object can be asked for.
    pub error: Option<String>,
    /// Whether it is about real money, where it says so.
    pub livemode: Option<bool>,
    /// How urgent it is: 0 high, 1 medium, 2 low.
    pub priority: i64,
}

pub use crate::model::log::FROM_LIST;

/// An event that came in.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// `stripe`, `fic`.
    pub provider: &'a str,
    /// The account's row.
    pub account: i64,
    /// The event.
    pub event: &'a Event,
    /// How it came: [`FROM_LIST`], `live`, `test`, `replay`.
    pub door: &'a str,
    /// What the log lines of its delivery are found by.
    pub correlation_id: Option<&'a str>,
    /// The time, unix seconds.
    pub now_s: i64,
    /// Whether its effect is taken at once, in the same transaction: it is written as one that is processed, and written
    /// again only where it ends otherwise.
    pub is_taken_at_once: bool,
}

impl<'a> Arrival<'a> {
    /// An event that Stripe's list of events showed.
    pub fn listed(account: i64, event: &'a Event, now_s: i64) -> Arrival<'a> {
        let (door, correlation_id, is_taken_at_once) = (FROM_LIST, None, false);
        Arrival { provider: "stripe", account, event, door, correlation_id, now_s, is_taken_at_once }
    }
}

/// Where an event stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logged {
    /// It is new there, in this row.
    New(i64),
    /// It was there.
    Again {
        /// Its row.
        row: i64,
        /// What became of it: `processed`, `failed`, …
        status: String,
        /// When it is tried again by itself, unix seconds.
        next_attempt_s: Option<i64>,
    },
}

/// How an attempt at an event ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Its effect was taken; what was wrong with it where its object is asked for instead.
    Processed(Option<String>),
    /// It could not be taken.
    Failed {
        /// Why.
        why: String,
        /// When it is tried again by itself, unix seconds.
        next_attempt_s: Option<i64>,
    },
    /// It could not be taken, and is not tried again by itself.
    Dead {
        /// Why.
        why: String,
    },
}

/// A logged event that waits for its effect.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The log row.
    pub row: i64,
    /// The event.
    pub event: Event,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    object: &'a RawValue,
    #[serde(borrow, default)]
    previous_attributes: Option<&'a RawValue>,
}

/// Returns the object's JSON inside an event's payload.
pub fn object_of(payload: &str) -> Option<&str> {
    serde_json::from_str::<Payload>(payload).ok().map(|payload| payload.data.object.get())
}

/// An event that could not be read, and whose object is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Its id, or a name made of its content.
    pub id: String,
    /// `charge.updated`; empty where it has none.
    pub kind: String,
    /// What is wrong with it.
    pub why: String,
}

/// Returns a logged event as a state of its object, with the object's JSON. `shown` makes contents comparable.
pub(super) fn state(
    resource: &Resource,
    id: String,
    kind: &str,
    created_s: i64,
    payload: &str,
    shown: fn(&Resource, &str) -> Option<Value>,
) -> Option<(State, Option<String>)> {
    let data = serde_json::from_str::<Payload>(payload).ok()?.data;
    let content = shown(resource, data.object.get());
    let is_gone = resource.gone.contains(&kind);
    let act = match data.previous_attributes {
        _ if is_gone => Act::Deleted(content.clone().unwrap_or_default()),
        Some(previous) => Act::Updated(shown(resource, previous.get()).unwrap_or_default()),
        None if kind.ends_with(".created") => Act::Created,
        None => Act::Unexplained,
    };
    let terminal = super::settle::is_terminal(resource, data.object.get());
    let content = if is_gone { None } else { content };
    let (interval, origin) = (Interval::of_event(created_s), Origin::Event { id, act });
    let state = State { interval, origin, content, terminal, api_version: None };
    Some((state, Some(data.object.get().to_owned())))
}

impl Store {
    /// Writes an event into the log, or finds it there.
    ///
    /// # Errors
    /// SQLite's.
    pub fn log_event(&self, arrival: &Arrival) -> Result<Logged, Error> {
        const INSERT: &str = "INSERT INTO webhook_events
               (provider, account, event_id, type, object, object_id, api_version, created, payload, status, source,
                received_at, error, livemode, priority, correlation_id, attempts, processed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, iif(?17 = 1, ?12, NULL))
             ON CONFLICT DO NOTHING RETURNING id";
        if let Some(row) = self.write_event(INSERT, arrival)? {
            return Ok(Logged::New(row));
        }
        // What came broken and comes whole later is as good as new.
        const MEND: &str = "UPDATE webhook_events SET type=?4, object=?5, object_id=?6, api_version=?7, created=?8,
               payload=?9, status=?10, received_at=?12, error=?13, livemode=?14, priority=?15, correlation_id=?16,
               attempts=attempts+?17, processed_at=iif(?17 = 1, ?12, processed_at), next_attempt_at=NULL
             WHERE provider=?1 AND account=?2 AND event_id=?3 AND status IN ('failed', 'dead') AND object IS NULL
             RETURNING id";
        let mended = if arrival.event.error.is_none() { self.write_event(MEND, arrival)? } else { None };
        match mended {
            Some(row) => Ok(Logged::New(row)),
            None => self.found(arrival),
        }
    }

    /// Runs one of the statements that take all of an event; returns the row that it wrote, if it wrote one.
    fn write_event(&self, text: &str, arrival: &Arrival) -> Result<Option<i64>, Error> {
        let Arrival { account, event, .. } = *arrival;
        let status = match (event.table.is_empty(), &event.error) {
            (false, _) if arrival.is_taken_at_once => "processed",
            (false, _) => "received",
            (true, None) => "ignored",
            // No attempt can tell which object it is about.
            (true, Some(_)) => "dead",
        };
        let table = Some(&event.table).filter(|table| !table.is_empty());
        let bound = params![
            arrival.provider,
            account,
            event.id,
            event.kind,
            table,
            event.object_id,
            event.api_version,
            event.created_s,
            event.payload,
            status,
            arrival.door,
            arrival.now_s,
            event.error,
            event.livemode,
            event.priority,
            arrival.correlation_id,
            status == "processed",
        ];
        self.conn
            .prepare_cached(text)
            .and_then(|mut statement| statement.query_row(bound, |row| row.get(0)).optional())
            .map_err(|e| self.sql(e))
    }

    /// Finds an event that is in the log, and counts that it was delivered again.
    fn found(&self, arrival: &Arrival) -> Result<Logged, Error> {
        // The service's own list shows every event again and again.
        let by = i64::from(arrival.door != FROM_LIST);
        self.conn
            .prepare_cached(
                // What failed runs again when it comes again, and is no duplicate.
                "UPDATE webhook_events SET duplicates = duplicates + ?4 * (status NOT IN ('failed', 'dead')) WHERE provider=?1 AND account=?2 AND event_id=?3
                 RETURNING id, status, next_attempt_at",
            )
            .and_then(|mut statement| {
                statement.query_row(params![arrival.provider, arrival.account, arrival.event.id, by], |row| {
                    Ok(Logged::Again { row: row.get(0)?, status: row.get(1)?, next_attempt_s: row.get(2)? })
                })
            })
            .map_err(|e| self.sql(e))
    }

    /// Returns how many events told of a change that nobody can name, and what was wrong with the first `most` of them:
    /// those that came after some list began to be read. `log` is the number under which the event log itself is read.
    ///
    /// # Errors
    /// SQLite's.
    pub fn lost_events(&self, account: i64, log: i64, most: usize) -> Result<(u64, Vec<Lost>), Error> {
        const LOST: &str = "FROM webhook_events WHERE account=?1 AND status IN ('failed', 'dead') AND object IS NULL AND received_at >=
             coalesce((SELECT min(began_s) FROM walks WHERE account=?1 AND resource<>?2 AND finished_s IS NOT NULL), 0)";
        let sql = |e| self.sql(e);
        let count: i64 = self
            .conn
            .query_row(&format!("SELECT count(*) {LOST}"), params![account, log], |row| row.get(0))
            .map_err(sql)?;
        let text = format!("SELECT event_id, type, coalesce(error, '') {LOST} ORDER BY received_at, id LIMIT ?3");
        let mut statement = self.conn.prepare_cached(&text).map_err(sql)?;
        let rows = statement
            .query_map(params![account, log, most as i64], |row| {
                Ok(Lost { id: row.get(0)?, kind: row.get(1)?, why: row.get(2)? })
            })
            .map_err(sql)?;
        Ok((u64::try_from(count).unwrap_or(0), rows.collect::<Result<_, _>>().map_err(sql)?))
    }

    /// Returns the oldest events that wait for their effect, at most so many.
    ///
    /// # Errors
    /// SQLite's.
    pub fn waiting_events(&self, account: i64, most: usize) -> Result<Vec<Waiting>, Error> {
        let sql = |e| self.sql(e);
        let text = format!(
            "SELECT {WAITING} FROM webhook_events WHERE account=?1 AND status='received' ORDER BY created, id LIMIT ?2"
        );
        let mut statement = self.conn.prepare_cached(&text).map_err(sql)?;
        let rows = statement.query_map(params![account, most as i64], waiting).map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns one logged event, whatever became of it.
    ///
    /// # Errors
    /// SQLite's; also when there is no such row.
    pub fn logged_event(&self, row: i64) -> Result<Waiting, Error> {
        let text = format!("SELECT {WAITING} FROM webhook_events WHERE id=?1");
        let mut statement = self.conn.prepare_cached(&text).map_err(|e| self.sql(e))?;
        statement.query_row([row], waiting).map_err(|e| self.sql(e))
    }

    /// Returns events whose turn it is at `now_s`, of all accounts: what was received and not taken, and what failed and
    /// is to be tried again. The most urgent come first, older ones first among them, at most so many.
    ///
    /// # Errors
    /// SQLite's.
    pub fn due_events(&self, now_s: i64, most: usize) -> Result<Vec<(i64, Waiting)>, Error> {
        let sql = |e| self.sql(e);
        let text = format!(
            "SELECT {WAITING}, account FROM webhook_events
             WHERE id IN (SELECT id FROM webhook_events WHERE id IN ({DUE}) ORDER BY priority, created, id LIMIT ?2)
             ORDER BY priority, created, id"
        );
        let mut statement = self.conn.prepare_cached(&text).map_err(sql)?;
        let rows = statement
            .query_map(params![now_s, most as i64], |row| Ok((row.get("account")?, waiting(row)?)))
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Writes down how long log and effect of an event took, microseconds.
    ///
    /// # Errors
    /// SQLite's.
    pub fn put_time(&self, row: i64, took_us: i64) -> Result<(), Error> {
        self.conn
            .prepare_cached(
                "INSERT INTO webhook_times (event, took_us) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET took_us=?2",
            )
            .and_then(|mut statement| statement.execute([row, took_us]))
            .map(drop)
            .map_err(|e| self.sql(e))
    }

    /// Ends an attempt at a logged event; `is_counted` says whether its row counts it already.
    ///
    /// # Errors
    /// SQLite's.
    pub fn end_event(
        &self,
        row: i64,
        end: &Ended,
        now_s: i64,
        (is_counted, took_us): (bool, Option<i64>),
    ) -> Result<(), Error> {
        let sql = |e| self.sql(e);
        let (status, error, next_s) = match end {
            Ended::Processed(remark) => ("processed", remark.as_deref(), None),
            Ended::Failed { why, next_attempt_s } => ("failed", Some(why.as_str()), *next_attempt_s),
            Ended::Dead { why } => ("dead", Some(why.as_str()), None),
        };
        let attempt: i64 = self
            .conn
            .prepare_cached(
                "UPDATE webhook_events SET status=?2, error=?3, processed_at=?4, attempts=attempts+?6, next_attempt_at=?5
                 WHERE id=?1 RETURNING attempts",
            )
            .and_then(|mut s| s.query_row(params![row, status, error, now_s, next_s, !is_counted], |row| row.get(0)))
            .map_err(sql)?;
        if let Some(took_us) = took_us {
            self.put_time(row, took_us)?;
        }
        if let Ended::Failed { why, .. } | Ended::Dead { why } = end {
            self.conn
                .prepare_cached(
                    "INSERT INTO webhook_attempts (event, attempt, at, took_us, error) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO NOTHING",
                )
                .and_then(|mut s| s.execute(params![row, attempt, now_s, took_us.unwrap_or(0), why]))
                .map_err(sql)?;
        }
        Ok(())
    }

    /// Forgets why an attempt at a logged event failed: with the next one it counts among the others again.
    ///
    /// # Errors
    /// SQLite's.
    pub fn forget_error(&self, row: i64) -> Result<(), Error> {
        self.conn
            .prepare_cached("UPDATE webhook_events SET error=NULL WHERE id=?1 AND error IS NOT NULL")
            .and_then(|mut statement| statement.execute([row]))
            .map(drop)
            .map_err(|e| self.sql(e))
    }

    /// Writes down what this version reads in a logged event that another one could not read, or knew no table for.
    ///
    /// # Errors
    /// SQLite's.
    pub fn reread_event(&self, row: i64, event: &Event) -> Result<(), Error> {
        let table = Some(&event.table).filter(|table| !table.is_empty());
        self.conn
            .prepare_cached(
                "UPDATE webhook_events SET object=?2, object_id=?3, error=NULL,
                   status=iif(?2 IS NULL, 'ignored', status), next_attempt_at=iif(?2 IS NULL, NULL, next_attempt_at)
                 WHERE id=?1",
            )
            .and_then(|mut statement| statement.execute(params![row, table, event.object_id]))
            .map(drop)
            .map_err(|e| self.sql(e))
    }

    /// Returns how often a logged event was tried.
    ///
    /// # Errors
    /// SQLite's.
    pub fn attempts_at(&self, row: i64) -> Result<i64, Error> {
        self.conn
            .prepare_cached("SELECT attempts FROM webhook_events WHERE id=?1")
            .and_then(|mut s| s.query_row([row], |row| row.get(0)))
            .map_err(|e| self.sql(e))
    }
}

/// Whose turn it is at ?1: what was received, and what failed and is tried again. Each half has an index of its own, of
/// those alone, however long the log is.
const DUE: &str = "SELECT id FROM webhook_events INDEXED BY webhook_events_waiting WHERE status='received'
     UNION ALL SELECT id FROM webhook_events INDEXED BY webhook_events_due
       WHERE status='failed' AND next_attempt_at IS NOT NULL AND next_attempt_at <= ?1";

/// What a [`Waiting`] is read from.
pub(super) const WAITING: &str =
    "id, event_id, type, object, object_id, api_version, created, payload, error, livemode, priority";

pub(super) fn waiting(row: &rusqlite::Row) -> rusqlite::Result<Waiting> {
    let event = Event {
        id: row.get("event_id")?,
        kind: row.get("type")?,
        table: row.get::<_, Option<String>>("object")?.unwrap_or_default(),
        object_id: row.get("object_id")?,
        api_version: row.get("api_version")?,
        created_s: row.get("created")?,
        payload: row.get("payload")?,
        error: row.get("error")?,
        livemode: row.get("livemode")?,
        priority: row.get("priority")?,
    };
    Ok(Waiting { row: row.get("id")?, event })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_is_found_however_long_the_log_is() {
        let store = Store::in_memory().expect("opens");
        let plan = store.query_text(&format!("EXPLAIN QUERY PLAN {}", DUE.replace("?1", "5"))).expect("a plan");
        let steps: Vec<&str> =
            plan.iter().map(|step| step[3].as_str()).filter(|step| step.contains(" webhook_events")).collect();
        assert_eq!(
            steps,
            [
                "SCAN webhook_events USING COVERING INDEX webhook_events_waiting",
                "SEARCH webhook_events USING COVERING INDEX webhook_events_due (next_attempt_at>? AND next_attempt_at<?)"
            ]
        );
        store
            .conn
            .execute_batch(
                "INSERT INTO accounts (id, provider, remote_id, mode) VALUES (1, 'stripe', 'acct_1', 'live');
                 INSERT INTO webhook_events (id, account, provider, event_id, type, created, payload, status, source, received_at, priority, next_attempt_at)
                 VALUES (1, 1, 'stripe', 'a', 'a', 9, '{}', 'received', 'live', 1, 2, NULL),
                   (2, 1, 'stripe', 'b', 'a', 8, '{}', 'failed', 'live', 1, 2, 5), (3, 1, 'stripe', 'c', 'a', 7, '{}', 'failed', 'live', 1, 2, 6),
                   (4, 1, 'stripe', 'd', 'a', 6, '{}', 'failed', 'live', 1, 2, NULL), (5, 1, 'stripe', 'e', 'a', 5, '{}', 'processed', 'live', 1, 2, NULL),
                   (6, 1, 'stripe', 'f', 'a', 10, '{}', 'received', 'live', 1, 0, NULL);",
            )
            .expect("filled");
        let due =
            |most| store.due_events(5, most).expect("reads").into_iter().map(|(_, one)| one.row).collect::<Vec<_>>();
        assert_eq!((due(9), due(2)), (vec![6, 2, 1], vec![6, 2]));
    }

    #[test]
    fn what_came_broken_and_comes_whole_is_tried_no_more() {
        let store = Store::in_memory().expect("opens");
        store
            .conn
            .execute_batch(
                "INSERT INTO accounts (id, provider, remote_id, mode) VALUES (1, 'stripe', 'acct_1', 'live');
                 INSERT INTO webhook_events (id, account, provider, event_id, type, created, payload, status, source, received_at, error, next_attempt_at)
                 VALUES (1, 1, 'stripe', 'evt_1', 'a', 9, '{}', 'failed', 'live', 1, 'broken', 5);",
            )
            .expect("filled");
        let event = Event {
            id: "evt_1".into(),
            kind: "product.updated".into(),
            table: "stripe_products".into(),
            object_id: Some("prod_1".into()),
            api_version: None,
            created_s: 9,
            payload: "{}".into(),
            error: None,
            livemode: None,
            priority: 2,
        };
        let logged = store.log_event(&Arrival { is_taken_at_once: true, ..Arrival::listed(1, &event, 10) });
        assert_eq!(logged.expect("writes"), Logged::New(1));
        let row = "SELECT status, error, next_attempt_at, attempts, object FROM webhook_events";
        assert_eq!(store.query_text(row).expect("rows"), [["processed", "null", "null", "1", "stripe_products"]]);
    }
}
