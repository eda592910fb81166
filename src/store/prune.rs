//! Which events of the log may go. What the rule of order may still ask for stays: of each object the last events before the
//! time in question that decide for themselves, and all that is newer than what its row says.

use std::collections::HashMap;

use rusqlite::params;

use super::Store;
use super::error::Error;
use super::settle::{TIE_EVENTS_MAX, comparable, may_replace};
use crate::model::extract::{Catalog, Compiled};
use crate::model::log::PruneWish;
use crate::model::order::{self, State};
use crate::model::resource::Provider;

/// An event that is as old as the wish says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldEvent {
    /// Its log row.
    pub row: i64,
    /// What became of it.
    pub status: String,
    /// `customer.updated`.
    pub kind: String,
    /// Whether it may go.
    pub may_go: bool,
}

/// A step through the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OldEvents {
    /// What was found.
    pub events: Vec<OldEvent>,
    /// The last row that was looked at; none where the log has no more.
    pub last_row: Option<i64>,
}

/// A row of the log, as far as it matters here.
struct Seen {
    row: i64,
    account: i64,
    table: Option<String>,
    object_id: Option<String>,
    created_s: i64,
    received_s: i64,
    status: String,
    kind: String,
}

/// Looks for the newest second whose events say by themselves how it ended.
#[derive(Default)]
struct Anchor {
    second_s: i64,
    events: Vec<State>,
    found_s: Option<i64>,
}

impl Anchor {
    /// Takes the next older event.
    fn take(&mut self, state: State) {
        if self.found_s.is_some() {
            return;
        }
        let created_s = state.interval.from_s;
        if created_s != self.second_s {
            self.close();
            self.second_s = created_s;
        }
        if self.found_s.is_none() {
            self.events.push(state);
        }
    }

    /// Ends a second.
    fn close(&mut self) {
        if !self.events.is_empty() && !order::asks_for_older(&self.events) {
            self.found_s = Some(self.second_s);
        }
        self.events.clear();
    }

    /// Returns from when on events have to stay; `has_any` says whether there were some.
    fn end(mut self, has_any: bool) -> i64 {
        if self.found_s.is_none() {
            self.close();
        }
        self.found_s.unwrap_or(if has_any { i64::MIN } else { i64::MAX })
    }
}

impl Store {
    /// Returns the last row of the log that may be as old as the wish says.
    ///
    /// # Errors
    /// SQLite's.
    pub fn last_old_event(&self, before_s: i64) -> Result<Option<i64>, Error> {
        let text = "SELECT max(id) FROM webhook_events INDEXED BY webhook_events_by_time WHERE received_at < ?1";
        self.conn.query_row(text, [before_s], |row| row.get(0)).map_err(|e| self.sql(e))
    }

    /// Looks at the next rows of the log, at most so many, and says which of their events may go.
    ///
    /// # Errors
    /// SQLite's.
    pub fn old_events(
        &self,
        catalog: &Catalog,
        wish: &PruneWish,
        (after, until, most): (i64, i64, usize),
    ) -> Result<OldEvents, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT id, account, object, object_id, created, received_at, status, type FROM webhook_events
                 WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3",
            )
            .map_err(sql)?;
        let seen = |row: &rusqlite::Row| {
            Ok(Seen {
                row: row.get(0)?,
                account: row.get(1)?,
                table: row.get(2)?,
                object_id: row.get(3)?,
                created_s: row.get(4)?,
                received_s: row.get(5)?,
                status: row.get(6)?,
                kind: row.get(7)?,
            })
        };
        let rows = statement.query_map(params![after, until, most as i64], seen).map_err(sql)?;
        let rows: Vec<Seen> = rows.collect::<Result<_, _>>().map_err(sql)?;
        let mut old = OldEvents { events: Vec::new(), last_row: rows.last().map(|seen| seen.row) };
        let mut needed_from = HashMap::new();
        for seen in rows {
            // When it happened, and when it came: what somebody replayed yesterday is wanted.
            let is_old = seen.created_s < wish.before_s && seen.received_s < wish.before_s;
            if !is_old || !wish.statuses.contains(&seen.status.as_str()) {
                continue;
            }
            let may_go = match (seen.table, seen.object_id) {
                (Some(table), Some(id)) => {
                    let object = (seen.account, table, id);
                    let from_s = match needed_from.get(&object) {
                        Some(from_s) => *from_s,
                        None => {
                            let from_s = self.needed_from_s(catalog, &object, wish.before_s)?;
                            needed_from.insert(object, from_s);
                            from_s
                        }
                    };
                    seen.created_s < from_s
                }
                _ => true,
            };
            old.events.push(OldEvent { row: seen.row, status: seen.status, kind: seen.kind, may_go });
        }
        Ok(old)
    }

    /// Takes events out of the log, with their attempts.
    ///
    /// # Errors
    /// SQLite's.
    pub fn remove_events(&self, rows: impl IntoIterator<Item = i64>) -> Result<(), Error> {
        let sql = |e| self.sql(e);
        let mut statement = self.conn.prepare_cached("DELETE FROM webhook_events WHERE id = ?1").map_err(sql)?;
        for row in rows {
            statement.execute([row]).map_err(sql)?;
        }
        Ok(())
    }

    /// Returns from which second on the log has to keep the events of an object, given that none comes any more that is
    /// older than `before_s`.
    fn needed_from_s(&self, catalog: &Catalog, object: &(i64, String, String), before_s: i64) -> Result<i64, Error> {
        // Of a table that there is not any more, nobody asks.
        let Some(compiled) = catalog.by_table(&object.1) else { return Ok(i64::MAX) };
        let (row_s, answer_s) = self.row_from_s(object)?;
        let row_s = row_s.unwrap_or(i64::MAX);
        // Those of Fatture in Cloud say no more than what is to be asked for.
        if compiled.resource.provider == Provider::Fic {
            return Ok(row_s);
        }
        Ok(row_s.min(self.decided_from_s(catalog, compiled, object, (before_s, answer_s))?))
    }

    /// Returns since when an object's row holds: what is newer may not have met it yet; and the newest answer that is known
    /// of it.
    fn row_from_s(&self, (account, table, id): &(i64, String, String)) -> Result<(Option<i64>, Option<i64>), Error> {
        let text = format!(
            "SELECT min(coalesce(s.from_s, ?4)), min(iif(s.event_id IS NULL, s.from_s, a.from_s)) FROM {table} t
             LEFT JOIN resources r ON r.name = ?3
             LEFT JOIN row_states s ON s.resource = r.id AND s.row_id = t.row_id
             LEFT JOIN answers a ON a.resource = r.id AND a.row_id = t.row_id
             WHERE t.account = ?1 AND t.id = ?2"
        );
        self.conn
            .prepare_cached(&text)
            .and_then(|mut s| s.query_row(params![account, id, table, i64::MIN], |row| Ok((row.get(0)?, row.get(1)?))))
            .map_err(|e| self.sql(e))
    }

    fn is_asked_for(&self, account: i64, table: &str, id: &str) -> Result<bool, Error> {
        let text = "SELECT EXISTS (SELECT 1 FROM fetches WHERE account=?1 AND resource=(SELECT id FROM resources WHERE name=?2) AND id=?3)";
        self.conn
            .prepare_cached(text)
            .and_then(|mut s| s.query_row(params![account, table, id], |row| row.get(0)))
            .map_err(|e| self.sql(e))
    }

    /// Returns the newest second before the time in question whose events say by themselves how it ended. Payloads that may
    /// replace a row are asked without the others, so that both have such a second.
    fn decided_from_s(
        &self,
        catalog: &Catalog,
        compiled: &Compiled,
        (account, table, id): &(i64, String, String),
        (before_s, answer_s): (i64, Option<i64>),
    ) -> Result<i64, Error> {
        let sql = |e| self.sql(e);
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT event_id, type, created, payload, api_version FROM webhook_events
                 WHERE account=?1 AND object=?2 AND object_id=?3 AND created<?4 AND error IS NULL
                 ORDER BY created DESC, event_id LIMIT ?5",
            )
            .map_err(sql)?;
        let mut rows = statement.query(params![account, table, id, before_s, TIE_EVENTS_MAX]).map_err(sql)?;
        let (mut all, mut whole, mut has_all, mut has_whole) = (Anchor::default(), Anchor::default(), false, false);
        let (mut looked, mut last_s) = (0, i64::MIN);
        // While a GET is to bring what a payload could not, that payload is a reason for doubt.
        let (is_queued, mut partial_s) = (self.is_asked_for(*account, table, id)?, None);
        while let Some(row) = rows.next().map_err(sql)? {
            let (event_id, kind): (String, String) = (row.get(0).map_err(sql)?, row.get(1).map_err(sql)?);
            let (created_s, payload): (i64, String) = (row.get(2).map_err(sql)?, row.get(3).map_err(sql)?);
            let api_version: Option<String> = row.get(4).map_err(sql)?;
            let state = super::events::state(compiled.resource, event_id, &kind, created_s, &payload, comparable);
            (looked, last_s) = (looked + 1, created_s);
            let Some((mut state, body)) = state else { continue };
            state.api_version.clone_from(&api_version);
            if may_replace(catalog, compiled, &state, body.as_deref(), api_version.as_deref()) {
                has_whole = true;
                whole.take(state.clone());
            } else if is_queued {
                partial_s = partial_s.or(Some(created_s));
            }
            has_all = true;
            all.take(state);
            if all.found_s.is_some() && whole.found_s.is_some() && (!is_queued || partial_s.is_some()) {
                break;
            }
        }
        // Without a key such payloads are laid one over the other, beginning with a whole one or with the newest answer.
        let whole_s = if has_whole { whole.end(true) } else { answer_s.unwrap_or(i64::MIN) };
        let from_s = all.end(has_all).min(whole_s).min(partial_s.unwrap_or(i64::MAX));
        // Beyond so many nobody looks.
        Ok(if looked == TIE_EVENTS_MAX { from_s.max(last_s) } else { from_s })
    }
}
