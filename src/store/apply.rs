//! Applying states to rows: the only writer of resource tables.
//!
//! [`crate::model::order`] decides which state wins; this file asks it and does as told. A row is rewritten only when
//! its content changed. Children are replaced as a set under their parent.

use rusqlite::types::{ToSqlOutput, Value as Sql};
use rusqlite::{Connection, OptionalExtension, Statement, ToSql, params};
use serde_json::Value;

use super::Store;
use super::error::Error;
use super::statements::Statements;
use crate::model::extract::Catalog;
use crate::model::order::{self, Act, Interval, Origin, State};
use crate::model::resource::{Inline, Resource};
use crate::model::row::{Cell, ChildSet, Object, Row};
use crate::model::text::{self, Edit};

/// Seconds after a tie from which on a GET cannot tie again.
const SETTLING_S: i64 = 2;
/// Logged events looked at to decide a tie; a busier second stays unsettled until its GET.
const TIE_EVENTS_MAX: i64 = 200;

/// Who says it.
#[derive(Debug, Clone)]
pub enum Source<'a> {
    /// A list page or a GET.
    Answer {
        /// When it was sent, by the service's clock.
        sent_s: i64,
        /// Its `Date`.
        date_s: i64,
    },
    /// An event that is in the log.
    Event {
        /// `evt_…`.
        id: &'a str,
        /// Its second.
        created_s: i64,
    },
}

/// The circumstances of a state.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// The account's row.
    pub account: i64,
    /// Who says it.
    pub source: Source<'a>,
    /// The API version of its shape.
    pub api_version: Option<&'a str>,
}

impl Told<'_> {
    fn interval(&self) -> Interval {
        match self.source {
            Source::Answer { sent_s, date_s } => Interval::of_answer(sent_s, date_s),
            Source::Event { created_s, .. } => Interval::of_event(created_s),
        }
    }
    fn event_id(&self) -> Option<&str> {
        match self.source {
            Source::Answer { .. } => None,
            Source::Event { id, .. } => Some(id),
        }
    }
}

/// What became of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// A row that was not there.
    New,
    /// The content changed.
    Changed,
    /// The row became a tombstone.
    Deleted,
    /// Equal content, or an older state: nothing rewritten.
    Unchanged,
}

struct Prepared<'c> {
    insert: Statement<'c>,
    update: Statement<'c>,
    select: Statement<'c>,
    delete_under: Option<Statement<'c>>,
}

struct Stored {
    row_id: i64,
    data: String,
    deleted_at: Option<i64>,
    unsettled: bool,
    interval: Interval,
    event_id: Option<String>,
}

/// The resource tables, with their statements prepared once. Lives as long as one writer.
pub struct Rows<'c> {
    store: &'c Store,
    conn: &'c Connection,
    catalog: &'c Catalog,
    numbers: Vec<i64>,
    prepared: Vec<Option<Prepared<'c>>>,
    put_state: Statement<'c>,
    get_state: Statement<'c>,
    /// For each parent's catalog index, the child lists of this run that no JSON holds.
    under: Vec<Vec<usize>>,
}

impl Store {
    /// Prepares to write rows. `following` names the child resources whose lists are to be read under changed parents.
    ///
    /// # Errors
    /// SQLite's.
    pub fn rows<'c>(&'c self, catalog: &'c Catalog, following: &[&'static Resource]) -> Result<Rows<'c>, Error> {
        let numbers = self.resource_numbers(catalog)?;
        let mut under = vec![Vec::new(); numbers.len()];
        for child in following.iter().filter(|child| child.inline.is_empty()) {
            let parent = child.parent().and_then(|name| catalog.by_table(&format!("{}_{name}", child.provider.name())));
            if let Some(parent) = parent {
                under[parent.index].push(catalog.get(child).index);
            }
        }
        let prepare = |sql: &str| self.conn.prepare(sql).map_err(|e| self.sql(e));
        Ok(Rows {
            store: self,
            conn: &self.conn,
            catalog,
            prepared: (0..numbers.len()).map(|_| None).collect(),
            numbers,
            put_state: prepare(
                "INSERT INTO row_states (resource, row_id, from_s, until_s, event_id) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET from_s=?3, until_s=?4, event_id=?5",
            )?,
            get_state: prepare("SELECT from_s, until_s, event_id FROM row_states WHERE resource=?1 AND row_id=?2")?,
            under,
        })
    }

    /// Returns each resource with its number in this file.
    ///
    /// # Errors
    /// SQLite's.
    pub fn numbers(&self, catalog: &Catalog) -> Result<Vec<(i64, &'static Resource)>, Error> {
        let numbers = self.resource_numbers(catalog)?;
        Ok(numbers.into_iter().zip(catalog.entries().iter().map(|entry| entry.resource)).collect())
    }

    /// Returns each catalog entry's number in this file, giving numbers to new ones.
    pub(super) fn resource_numbers(&self, catalog: &Catalog) -> Result<Vec<i64>, Error> {
        let sql = |e| self.sql(e);
        let mut insert =
            self.conn.prepare("INSERT INTO resources (name) VALUES (?1) ON CONFLICT DO NOTHING").map_err(sql)?;
        let mut select = self.conn.prepare("SELECT id FROM resources WHERE name=?1").map_err(sql)?;
        let number = |table: String| {
            if let Some(id) = select.query_row([&table], |row| row.get(0)).optional()? {
                return Ok(id);
            }
            insert.execute([&table])?;
            select.query_row([&table], |row| row.get(0))
        };
        catalog.entries().iter().map(|e| e.resource.table()).map(number).collect::<Result<_, _>>().map_err(sql)
    }
}

impl<'c> Rows<'c> {
    /// Applies one object's state.
    ///
    /// # Errors
    /// SQLite's; the transaction should be rolled back then.
    pub fn apply(&mut self, object: &Object, told: &Told) -> Result<Applied, Error> {
        let index = self.catalog.get(object.resource).index;
        self.prepare(index)?;
        if !object.gone && self.insert(index, object, told, None)? {
            return Ok(Applied::New);
        }
        match self.stored(index, told.account, &object.row.id)? {
            Some(stored) => self.meet(index, stored, object, told),
            // A tombstone for what was never here keeps a late update from bringing it to life.
            None => {
                self.insert(index, object, told, Some(told.interval().from_s))?;
                Ok(Applied::Deleted)
            }
        }
    }

    /// Marks an object as gone, as a GET that answers 404 says.
    ///
    /// # Errors
    /// SQLite's.
    pub fn apply_absence(&mut self, resource: &'static Resource, id: &str, told: &Told) -> Result<Applied, Error> {
        let index = self.catalog.get(resource).index;
        self.prepare(index)?;
        let Some(stored) = self.stored(index, told.account, id)? else { return Ok(Applied::Unchanged) };
        let row = Row { id: id.to_owned(), parent_id: None, position: 0, cells: Vec::new(), data: String::new() };
        let object = Object { resource, row, children: Vec::new(), gone: true, created_s: None };
        self.meet(index, stored, &object, told)
    }

    /// Replaces the rows of one child resource under one parent by a list that was read whole, and splices it into the
    /// parent's JSON where it stands there.
    ///
    /// # Errors
    /// SQLite's.
    pub fn complete(&mut self, parent_id: &str, set: &ChildSet, told: &Told) -> Result<Applied, Error> {
        let child = self.catalog.get(set.resource).index;
        self.prepare(child)?;
        let parent = set.resource.parent().and_then(|name| {
            self.catalog.by_table(&format!("{}_{name}", set.resource.provider.name())).map(|compiled| compiled.index)
        });
        let mut applied = Applied::Unchanged;
        if let (Some(parent), Some(inline)) = (parent, set.resource.inline.first()) {
            applied = self.splice(parent, inline, parent_id, set, told)?;
        }
        self.replace(told, parent_id, set)?;
        Ok(applied)
    }

    fn prepare(&mut self, index: usize) -> Result<(), Error> {
        if self.prepared[index].is_some() {
            return Ok(());
        }
        let resource = self.catalog.entries()[index].resource;
        let sql = Statements::new(resource);
        let prepare = |text: &str| self.conn.prepare(text).map_err(|e| self.store.sql(e));
        self.prepared[index] = Some(Prepared {
            insert: prepare(&sql.insert)?,
            update: prepare(&sql.update)?,
            select: prepare(&sql.select)?,
            delete_under: if resource.is_child() { Some(prepare(&sql.delete_under)?) } else { None },
        });
        Ok(())
    }

    fn statements(&mut self, index: usize) -> &mut Prepared<'c> {
        self.prepared[index].as_mut().expect("prepared by every public door")
    }

    /// Inserts the row with its state and children unless one is there already; returns whether it did.
    fn insert(&mut self, index: usize, object: &Object, told: &Told, gone_s: Option<i64>) -> Result<bool, Error> {
        let interval = told.interval();
        let sql = |store: &Store, e| store.sql(e);
        let store = self.store;
        let statement = &mut self.statements(index).insert;
        let mut at = 1;
        let mut bind = |statement: &mut Statement, value: &dyn ToSql| {
            statement.raw_bind_parameter(at, value)?;
            at += 1;
            Ok::<_, rusqlite::Error>(())
        };
        let bound = (|| {
            bind(statement, &told.account)?;
            if object.resource.is_child() {
                bind(statement, &object.row.parent_id.as_deref().unwrap_or(""))?;
            }
            bind(statement, &object.row.id)?;
            if object.resource.is_child() {
                bind(statement, &object.row.position)?;
            }
            for cell in &object.row.cells {
                bind(statement, cell)?;
            }
            bind(statement, &object.row.data)?;
            bind(statement, &told.api_version)?;
            bind(statement, &interval.from_s)?;
            bind(statement, &gone_s)?;
            bind(statement, &0)?;
            statement.raw_execute()
        })()
        .map_err(|e| sql(store, e))?;
        if bound == 0 {
            return Ok(false);
        }
        let row_id = self.conn.last_insert_rowid();
        self.advance(index, row_id, interval, told.event_id())?;
        self.put_children(object, told, gone_s, None)?;
        Ok(true)
    }

    fn stored(&mut self, index: usize, account: i64, id: &str) -> Result<Option<Stored>, Error> {
        let store = self.store;
        let number = self.numbers[index];
        let found = self
            .statements(index)
            .select
            .query_row(params![account, id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()
            .map_err(|e| store.sql(e))?;
        let Some((row_id, data, deleted_at, unsettled)) = found else { return Ok(None) };
        let state = self
            .get_state
            .query_row(params![number, row_id], |row| {
                Ok((Interval { from_s: row.get(0)?, until_s: row.get(1)? }, row.get(2)?))
            })
            .optional()
            .map_err(|e| store.sql(e))?;
        // A row without a state is older than anything.
        let (interval, event_id) = state.unwrap_or((Interval { from_s: i64::MIN, until_s: i64::MIN }, None));
        Ok(Some(Stored { row_id, data, deleted_at, unsettled, interval, event_id }))
    }

    fn advance(&mut self, index: usize, row_id: i64, interval: Interval, event_id: Option<&str>) -> Result<(), Error> {
        let number = self.numbers[index];
        self.put_state
            .execute(params![number, row_id, interval.from_s, interval.until_s, event_id])
            .map(drop)
            .map_err(|e| self.store.sql(e))
    }

    /// Lets a state meet the row that is there.
    fn meet(&mut self, index: usize, stored: Stored, object: &Object, told: &Told) -> Result<Applied, Error> {
        let now = told.interval();
        if self.is_equal(index, &stored, object) {
            if now.from_s > stored.interval.from_s {
                self.advance(index, stored.row_id, now, told.event_id())?;
                if stored.unsettled && matches!(told.source, Source::Answer { .. }) && now.is_after(stored.interval) {
                    self.mark(index, stored.row_id, false)?;
                }
            }
            if !object.gone {
                self.queue_fanouts(object, told, Some(&stored.data))?;
            }
            return Ok(Applied::Unchanged);
        }
        if now.is_after(stored.interval) {
            return self.rewrite(index, &stored, object, told, true);
        }
        if stored.interval.is_after(now) && !stored.unsettled {
            return Ok(Applied::Unchanged);
        }
        self.settle(index, stored, object, told)
    }

    fn is_equal(&self, index: usize, stored: &Stored, object: &Object) -> bool {
        if stored.deleted_at.is_some() || object.gone {
            return stored.deleted_at.is_some() && object.gone;
        }
        let resource = self.catalog.entries()[index].resource;
        if stored.data == object.row.data {
            return true;
        }
        // A list that came cut short says nothing against the whole one in the row; its reading decides later.
        let cut: Vec<&str> =
            object.children.iter().filter(|set| !set.complete).flat_map(|set| at(set.resource, resource)).collect();
        let ignored: Vec<&str> = resource.volatile.iter().copied().chain(cut).collect();
        text::equal(&stored.data, &object.row.data, &ignored)
    }

    /// Writes the winning content over the row.
    fn rewrite(
        &mut self,
        index: usize,
        stored: &Stored,
        object: &Object,
        told: &Told,
        settled: bool,
    ) -> Result<Applied, Error> {
        let interval = told.interval();
        let store = self.store;
        if object.gone {
            let table = object.resource.table();
            let sql = format!("UPDATE {table} SET deleted_at=?1, unsettled=?2 WHERE row_id=?3");
            self.conn.execute(&sql, params![interval.from_s, !settled, stored.row_id]).map_err(|e| store.sql(e))?;
            self.bury_children(index, &object.row.id, told.account, interval.from_s)?;
        } else {
            let statement = &mut self.statements(index).update;
            let mut values: Vec<&dyn ToSql> = object.row.cells.iter().map(|cell| cell as &dyn ToSql).collect();
            let (unsettled, gone) = (!settled, None::<i64>);
            let rest: [&dyn ToSql; 6] =
                [&object.row.data, &told.api_version, &interval.from_s, &gone, &unsettled, &stored.row_id];
            values.extend(rest);
            statement.execute(&values[..]).map_err(|e| store.sql(e))?;
            let before = Some(stored.data.as_str()).filter(|_| stored.deleted_at.is_none());
            self.put_children(object, told, None, before)?;
        }
        self.advance(index, stored.row_id, interval, told.event_id())?;
        if !settled {
            self.queue_fetch(index, told.account, &object.row.id, interval.until_s.max(stored.interval.until_s))?;
        }
        Ok(if object.gone { Applied::Deleted } else { Applied::Changed })
    }

    /// Decides a tie from all that is known about the object.
    fn settle(&mut self, index: usize, stored: Stored, object: &Object, told: &Told) -> Result<Applied, Error> {
        let resource = self.catalog.entries()[index].resource;
        let shown = |data: &str| comparable(resource, data);
        let mut states = vec![State {
            interval: told.interval(),
            origin: origin_of(told, object, &shown),
            content: if object.gone { None } else { shown(&object.row.data) },
            terminal: is_terminal(resource, &object.row.data),
        }];
        let logged = self.logged(resource, told.account, &object.row.id)?;
        let mut bodies: Vec<Option<String>> = vec![None];
        for (state, body) in logged {
            if event_id(&state) == told.event_id() {
                // The log knows what the incoming event changed.
                states[0] = state;
            } else {
                states.push(state);
                bodies.push(body);
            }
        }
        let mut current = None;
        if stored.event_id.is_none() || !states.iter().any(|s| event_id(s) == stored.event_id.as_deref()) {
            current = Some(states.len());
            states.push(State {
                interval: stored.interval,
                origin: Origin::Answer { sent_s: stored.interval.from_s.saturating_add(1) },
                content: if stored.deleted_at.is_some() { None } else { shown(&stored.data) },
                terminal: is_terminal(resource, &stored.data),
            });
            bodies.push(None);
        }
        let verdict = order::settle(&states).expect("the incoming state is one");
        let is_current =
            Some(verdict.winner) == current || event_id(&states[verdict.winner]) == stored.event_id.as_deref();
        if verdict.winner == 0 {
            return self.rewrite(index, &stored, object, told, verdict.settled);
        }
        if is_current {
            if verdict.settled == stored.unsettled {
                self.mark(index, stored.row_id, !verdict.settled)?;
            }
            if !verdict.settled {
                let until_s = told.interval().until_s.max(stored.interval.until_s);
                self.queue_fetch(index, told.account, &object.row.id, until_s)?;
            }
            return Ok(Applied::Unchanged);
        }
        // A third state wins: an event that is in the log.
        let winner = &states[verdict.winner];
        let id = event_id(winner).unwrap_or_default().to_owned();
        let told = Told {
            account: told.account,
            source: Source::Event { id: &id, created_s: winner.interval.from_s },
            api_version: told.api_version,
        };
        let body = bodies[verdict.winner].clone().unwrap_or_default();
        let read = self.catalog.object(&self.catalog.entries()[index], &body);
        match read {
            Ok(mut third) => {
                third.gone = winner.content.is_none();
                self.rewrite(index, &stored, &third, &told, verdict.settled)
            }
            Err(_) => {
                self.mark(index, stored.row_id, true)?;
                self.queue_fetch(index, told.account, &object.row.id, stored.interval.until_s)?;
                Ok(Applied::Unchanged)
            }
        }
    }

    /// Returns the newest logged events of an object as states, with the object's JSON that each carried.
    fn logged(&self, resource: &Resource, account: i64, id: &str) -> Result<Vec<(State, Option<String>)>, Error> {
        let sql = |e| self.store.sql(e);
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT event_id, type, created, payload FROM webhook_events
                 WHERE account=?1 AND object=?2 AND object_id=?3 ORDER BY created DESC, event_id LIMIT ?4",
            )
            .map_err(sql)?;
        let rows = statement
            .query_map(params![account, resource.table(), id, TIE_EVENTS_MAX], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, String>(3)?,
                ))
            })
            .map_err(sql)?;
        let mut states = Vec::new();
        for row in rows {
            let (event_id, kind, created_s, payload) = row.map_err(sql)?;
            states.extend(super::events::state(resource, event_id, &kind, created_s, &payload, comparable));
        }
        Ok(states)
    }

    fn mark(&self, index: usize, row_id: i64, unsettled: bool) -> Result<(), Error> {
        let table = self.catalog.entries()[index].resource.table();
        self.conn
            .execute(&format!("UPDATE {table} SET unsettled=?1 WHERE row_id=?2"), params![unsettled, row_id])
            .map(drop)
            .map_err(|e| self.store.sql(e))
    }

    fn queue_fetch(&self, index: usize, account: i64, id: &str, tied_until_s: i64) -> Result<(), Error> {
        self.store.queue_fetch(account, self.numbers[index], id, tied_until_s.saturating_add(SETTLING_S), "unsettled")
    }

    fn put_children(
        &mut self,
        object: &Object,
        told: &Told,
        gone_s: Option<i64>,
        before: Option<&str>,
    ) -> Result<(), Error> {
        for set in &object.children {
            let index = self.catalog.get(set.resource).index;
            self.prepare(index)?;
            self.replace_marked(told, &object.row.id, set, gone_s)?;
        }
        if gone_s.is_none() {
            self.queue_fanouts(object, told, before)?;
        }
        Ok(())
    }

    /// Queues the lists under this object that its JSON does not hold whole. A list that no JSON holds is read when its
    /// parent is new (`before` is none), and later only when its own events or the parent's hint say so.
    fn queue_fanouts(&mut self, object: &Object, told: &Told, before: Option<&str>) -> Result<(), Error> {
        for set in object.children.iter().filter(|set| !set.complete) {
            let number = self.numbers[self.catalog.get(set.resource).index];
            self.store.queue_fanout(told.account, number, &object.row.id)?;
        }
        for index in self.under[self.catalog.get(object.resource).index].clone() {
            let child = self.catalog.entries()[index].resource;
            let is_due = match before {
                None => true,
                Some(_) if !child.events.is_empty() => false,
                Some(before) => child.hint.is_empty() || differs(before, &object.row.data, child.hint),
            };
            if is_due {
                self.store.queue_fanout(told.account, self.numbers[index], &object.row.id)?;
            }
        }
        Ok(())
    }

    fn replace(&mut self, told: &Told, parent_id: &str, set: &ChildSet) -> Result<(), Error> {
        self.replace_marked(told, parent_id, set, None)
    }

    fn replace_marked(
        &mut self,
        told: &Told,
        parent_id: &str,
        set: &ChildSet,
        gone_s: Option<i64>,
    ) -> Result<(), Error> {
        let index = self.catalog.get(set.resource).index;
        let store = self.store;
        let as_of = told.interval().from_s;
        let prepared = self.statements(index);
        if let Some(delete) = &mut prepared.delete_under {
            delete.execute(params![told.account, parent_id]).map_err(|e| store.sql(e))?;
        }
        for row in &set.rows {
            let id = Some(&row.id).filter(|id| !id.is_empty());
            let unsettled = false;
            let head: [&dyn ToSql; 4] = [&told.account, &parent_id, &id, &row.position];
            let tail: [&dyn ToSql; 5] = [&row.data, &told.api_version, &as_of, &gone_s, &unsettled];
            let values: Vec<&dyn ToSql> =
                head.into_iter().chain(row.cells.iter().map(|cell| cell as &dyn ToSql)).chain(tail).collect();
            prepared.insert.execute(&values[..]).map_err(|e| store.sql(e))?;
        }
        Ok(())
    }

    fn bury_children(&mut self, index: usize, parent_id: &str, account: i64, gone_s: i64) -> Result<(), Error> {
        let catalog = self.catalog;
        let parent = catalog.entries()[index].resource;
        let is_child = |r: &Resource| {
            r.provider == parent.provider && (r.parent() == Some(parent.name) || at(r, parent).is_some())
        };
        for child in catalog.entries().iter().filter(|entry| is_child(entry.resource)) {
            let table = child.resource.table();
            let sql =
                format!("UPDATE {table} SET deleted_at=?1 WHERE account=?2 AND parent_id=?3 AND deleted_at IS NULL");
            self.conn.execute(&sql, params![gone_s, account, parent_id]).map_err(|e| self.store.sql(e))?;
        }
        Ok(())
    }

    /// Puts the whole list into the parent's JSON and computes its columns anew.
    fn splice(
        &mut self,
        parent: usize,
        inline: &Inline,
        parent_id: &str,
        set: &ChildSet,
        told: &Told,
    ) -> Result<Applied, Error> {
        self.prepare(parent)?;
        let Some(stored) = self.stored(parent, told.account, parent_id)? else { return Ok(Applied::Unchanged) };
        let list = whole_list(&stored.data, inline.at, set);
        let data = text::edit(&stored.data, &[(inline.at, Edit::Replace(list))]);
        if data == stored.data {
            return Ok(Applied::Unchanged);
        }
        let Ok(object) = self.catalog.object(&self.catalog.entries()[parent], &data) else {
            return Ok(Applied::Unchanged);
        };
        let store = self.store;
        let table = object.resource.table();
        let columns: Vec<String> = object.resource.columns.iter().map(|c| format!("{}=?", c.name)).collect();
        let sql = format!(
            "UPDATE {table} SET {}data=? WHERE row_id=?",
            columns.iter().map(|c| format!("{c},")).collect::<String>()
        );
        let mut values: Vec<&dyn ToSql> = object.row.cells.iter().map(|cell| cell as &dyn ToSql).collect();
        values.extend([&object.row.data as &dyn ToSql, &stored.row_id]);
        let mut statement = self.conn.prepare_cached(&sql).map_err(|e| store.sql(e))?;
        statement.execute(&values[..]).map_err(|e| store.sql(e))?;
        Ok(Applied::Changed)
    }
}

/// Puts an object's completed lists into its JSON and computes its columns anew.
pub fn splice_children(object: &mut Object, catalog: &Catalog) {
    let edits: Vec<(&str, Edit)> = object
        .children
        .iter()
        .flat_map(|set| at(set.resource, object.resource).map(|pointer| (pointer, set)))
        .filter(|(pointer, _)| is_cut(&object.row.data, pointer))
        .map(|(pointer, set)| (pointer, Edit::Replace(whole_list(&object.row.data, pointer, set))))
        .collect();
    if edits.is_empty() {
        return;
    }
    let data = text::edit(&object.row.data, &edits);
    if let Ok(read) = catalog.object(catalog.get(object.resource), &data) {
        object.row = read.row;
    }
}

/// Returns whether the list at a pointer says that it goes on.
fn is_cut(data: &str, pointer: &str) -> bool {
    let value: Value = serde_json::from_str(data).unwrap_or_default();
    value.pointer(pointer).is_some_and(|list| list["has_more"] == Value::Bool(true))
}

/// Beyond this many elements a list stays in its table only, and the parent's JSON says so.
const SPLICED_MAX: usize = 1000;

/// Returns the text of a completed list for its parent's JSON.
fn whole_list(parent: &str, pointer: &str, set: &ChildSet) -> String {
    let parent: Value = serde_json::from_str(parent).unwrap_or_default();
    let url = parent.pointer(pointer).and_then(|list| list["url"].as_str()).unwrap_or("").to_owned();
    let elements = set.rows.iter().take(SPLICED_MAX).map(|row| row.data.as_str());
    let list = crate::model::extract::envelope_of(elements, &url);
    if set.rows.len() <= SPLICED_MAX {
        return list;
    }
    let note =
        format!(",\"stripesync_rest_in\":\"{}\",\"stripesync_count\":{}}}", set.resource.table(), set.rows.len());
    format!("{}{note}", &list[..list.len() - 1])
}

fn at(child: &Resource, parent: &Resource) -> Option<&'static str> {
    child.inline.iter().find(|inline| inline.parent == parent.name).map(|inline| inline.at)
}

/// Returns whether two objects differ at a JSON pointer.
fn differs(before: &str, now: &str, pointer: &str) -> bool {
    let at = |text: &str| serde_json::from_str::<Value>(text).ok().and_then(|value| value.pointer(pointer).cloned());
    at(before) != at(now)
}

fn event_id(state: &State) -> Option<&str> {
    match &state.origin {
        Origin::Event { id, .. } => Some(id),
        Origin::Answer { .. } => None,
    }
}

fn origin_of(told: &Told, object: &Object, shown: &dyn Fn(&str) -> Option<Value>) -> Origin {
    match told.source {
        Source::Answer { sent_s, .. } => Origin::Answer { sent_s },
        Source::Event { id, .. } => {
            let act =
                if object.gone { Act::Deleted(shown(&object.row.data).unwrap_or_default()) } else { Act::Unexplained };
            Origin::Event { id: id.to_owned(), act }
        }
    }
}

/// Returns the content as far as every source shows it: what only an expanded answer has, and what differs on every
/// read, is left out.
fn comparable(resource: &Resource, data: &str) -> Option<Value> {
    let edits: Vec<(String, Edit)> = resource
        .expand
        .iter()
        .map(|field| format!("/{}", field.replace('.', "/")))
        .chain(resource.volatile.iter().map(|pointer| (*pointer).to_owned()))
        .chain(resource.secret.iter().map(|pointer| (*pointer).to_owned()))
        .map(|pointer| (pointer, Edit::Remove))
        .collect();
    let edits: Vec<(&str, Edit)> = edits.iter().map(|(pointer, edit)| (pointer.as_str(), edit.clone())).collect();
    serde_json::from_str(&text::edit(data, &edits)).ok()
}

pub(super) fn is_terminal(resource: &Resource, data: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Status {
        #[serde(default)]
        status: Option<String>,
    }
    let read = || serde_json::from_str::<Status>(data).ok()?.status;
    !resource.terminal.is_empty() && read().is_some_and(|status| resource.terminal.contains(&status.as_str()))
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Null => ToSqlOutput::Owned(Sql::Null),
            Cell::Int(integer) => ToSqlOutput::Owned(Sql::Integer(*integer)),
            Cell::Text(text) => ToSqlOutput::from(text.as_str()),
        })
    }
}
