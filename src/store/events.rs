//! The event log.

use rusqlite::params;
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
    /// Writes an event into the log; returns whether it is new there.
    ///
    /// # Errors
    /// SQLite's.
    pub fn log_event(&self, provider: &str, account: i64, event: &Event, now_s: i64) -> Result<bool, Error> {
        let status = match (event.table.is_empty(), &event.error) {
            (false, _) => "received",
            (true, None) => "ignored",
            (true, Some(_)) => "failed",
        };
        let table = Some(&event.table).filter(|table| !table.is_empty());
        let mut statement = self
            .conn
            .prepare_cached(
                "INSERT INTO webhook_events
                   (provider, account, event_id, type, object, object_id, api_version, created, payload, status, source, received_at,
                    error)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'sync', ?11, ?12)
                 -- What came broken and comes whole later is as good as new.
                 ON CONFLICT DO UPDATE SET type=?4, object=?5, object_id=?6, api_version=?7, created=?8, payload=?9,
                   status=?10, received_at=?11, error=?12
                 WHERE status='failed' AND object IS NULL AND excluded.error IS NULL",
            )
            .map_err(|e| self.sql(e))?;
        let logged = statement
            .execute(params![
                provider,
                account,
                event.id,
                event.kind,
                table,
                event.object_id,
                event.api_version,
                event.created_s,
                event.payload,
                status,
                now_s,
                event.error
            ])
            .map_err(|e| self.sql(e))?;
        Ok(logged == 1)
    }

    /// Returns how many events told of a change that nobody can name, and what was wrong with the first `most` of them:
    /// those that came after some list began to be read. `log` is the number under which the event log itself is read.
    ///
    /// # Errors
    /// SQLite's.
    pub fn lost_events(&self, account: i64, log: i64, most: usize) -> Result<(u64, Vec<Lost>), Error> {
        const LOST: &str = "FROM webhook_events WHERE account=?1 AND status='failed' AND object IS NULL AND received_at >=
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
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT id, event_id, type, object, object_id, api_version, created, payload, error FROM webhook_events
                 WHERE account=?1 AND status='received' ORDER BY created, id LIMIT ?2",
            )
            .map_err(sql)?;
        let rows = statement
            .query_map(params![account, most as i64], |row| {
                let event = Event {
                    id: row.get(1)?,
                    kind: row.get(2)?,
                    table: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
                    object_id: row.get(4)?,
                    api_version: row.get(5)?,
                    created_s: row.get(6)?,
                    payload: row.get(7)?,
                    error: row.get(8)?,
                };
                Ok(Waiting { row: row.get(0)?, event })
            })
            .map_err(sql)?;
        rows.collect::<Result<_, _>>().map_err(sql)
    }

    /// Ends a logged event; `error` says why it failed.
    ///
    /// # Errors
    /// SQLite's.
    pub fn end_event(&self, row: i64, status: &str, error: Option<&str>, now_s: i64) -> Result<(), Error> {
        let mut statement = self
            .conn
            .prepare_cached(
                "UPDATE webhook_events SET status=?2, error=?3, processed_at=?4, attempts=attempts+1 WHERE id=?1",
            )
            .map_err(|e| self.sql(e))?;
        statement.execute(params![row, status, error, now_s]).map(drop).map_err(|e| self.sql(e))
    }
}
