//! Applying states to rows: the only writer of resource tables.
//!
//! [`crate::model::order`] decides which state wins; ties are put to it in `settle`, the lists in and under objects are
//! in `children`. A row is rewritten only when its content changed.

use rusqlite::types::{ToSqlOutput, Value as Sql};
use rusqlite::{Connection, OptionalExtension, Statement, ToSql, params};

use super::Store;
use super::children::at;
use super::error::Error;
use super::statements::Statements;
use crate::model::extract::Catalog;
use crate::model::order::Interval;
use crate::model::progress::Counts;
use crate::model::resource::{Provider, Resource};
use crate::model::row::{Cell, Object, Row};
use crate::model::text;

/// Seconds after a tie from which on a GET cannot tie again.
pub const SETTLING_S: i64 = 2;

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
    pub(super) fn interval(&self) -> Interval {
        match self.source {
            Source::Answer { sent_s, date_s } => Interval::of_answer(sent_s, date_s),
            Source::Event { created_s, .. } => Interval::of_event(created_s),
        }
    }
    pub(super) fn event_id(&self) -> Option<&str> {
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

pub(super) struct Prepared<'c> {
    pub(super) insert: Statement<'c>,
    update: Statement<'c>,
    select: Statement<'c>,
    pub(super) delete_under: Option<Statement<'c>>,
}

/// A row as it stands.
pub(super) struct Stored {
    pub(super) row_id: i64,
    pub(super) data: String,
    pub(super) deleted_at: Option<i64>,
    pub(super) unsettled: bool,
    pub(super) interval: Interval,
    pub(super) event_id: Option<String>,
}

/// Two states of an object that answers showed.
#[derive(Debug, Clone, Copy)]
pub struct Observed<'a> {
    /// The account's row.
    pub account: i64,
    /// The JSON of the earlier one.
    pub before: &'a str,
    /// The JSON of the later one.
    pub after: &'a str,
    /// From when on the earlier one held, unix seconds of the service.
    pub since_s: i64,
    /// When the later one was seen.
    pub at_s: i64,
}

/// Who is told of two states.
pub type Observer = fn(&Store, &Observed) -> Result<(), Error>;

/// What may keep a state from the row that is there.
pub(super) type Condition<'c> = fn(&Rows<'c>, &Stored, &Object, &Told) -> Result<bool, Error>;

/// The resource tables, with their statements prepared once. Lives as long as one writer.
pub struct Rows<'c> {
    pub(super) store: &'c Store,
    pub(super) conn: &'c Connection,
    pub(super) catalog: &'c Catalog,
    pub(super) numbers: Vec<i64>,
    prepared: Vec<Option<Prepared<'c>>>,
    put_state: Statement<'c>,
    get_state: Statement<'c>,
    /// For each parent's catalog index, the child lists of this run that no JSON holds.
    pub(super) under: Vec<Vec<usize>>,
    /// Whether nobody will ask the service soon.
    pub(super) is_offline: bool,
    /// Who wants to know what answers change of which resource.
    observer: Option<(usize, Observer)>,
    /// What became of elements of lists, for each catalog index.
    pub(super) child_counts: Vec<Counts>,
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
            is_offline: false,
            observer: None,
            child_counts: vec![Counts::default(); catalog.entries().len()],
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

    /// Returns each catalog entry with its number in this file as far as it has one, else 0; writes nothing.
    ///
    /// # Errors
    /// SQLite's.
    pub fn known_numbers(&self, catalog: &Catalog) -> Result<Vec<(i64, &'static Resource)>, Error> {
        let mut select = self.conn.prepare("SELECT id FROM resources WHERE name=?1").map_err(|e| self.sql(e))?;
        let numbers = catalog.entries().iter().map(|entry| {
            let known = select.query_row([entry.resource.table()], |row| row.get(0)).optional()?;
            Ok((known.unwrap_or(0), entry.resource))
        });
        numbers.collect::<Result<_, _>>().map_err(|e| self.sql(e))
    }

    /// Returns each catalog entry's number in this file, giving numbers to new ones.
    pub(super) fn resource_numbers(&self, catalog: &Catalog) -> Result<Vec<i64>, Error> {
        catalog.entries().iter().map(|e| self.resource_number(&e.resource.table())).collect()
    }

    /// Returns the number of a table's name in this file, giving it one if it is new.
    ///
    /// # Errors
    /// SQLite's.
    pub fn resource_number(&self, table: &str) -> Result<i64, Error> {
        let prepare = |text| self.conn.prepare_cached(text).map_err(|e| self.sql(e));
        let mut select = prepare("SELECT id FROM resources WHERE name=?1")?;
        let mut find = || select.query_row([table], |row| row.get(0)).optional().map_err(|e| self.sql(e));
        if let Some(id) = find()? {
            return Ok(id);
        }
        let mut insert = prepare("INSERT INTO resources (name) VALUES (?1) ON CONFLICT DO NOTHING")?;
        self.at_once(|| insert.execute([table]).map(drop).map_err(|e| self.sql(e)))?;
        find()?.ok_or_else(|| self.sql(rusqlite::Error::QueryReturnedNoRows))
    }
}

impl<'c> Rows<'c> {
    /// Says whether nobody will ask the service soon for what an event cannot tell.
    pub fn set_offline(&mut self, is_offline: bool) {
        self.is_offline = is_offline;
    }

    /// Says who is to be told, in the same transaction, of what answers change in rows of a resource.
    pub fn observe(&mut self, resource: &'static Resource, observer: Observer) {
        self.observer = Some((self.catalog.get(resource).index, observer));
    }

    /// Returns whether payloads that may not replace a row are laid over what is known meanwhile.
    pub fn is_offline(&self) -> bool {
        self.is_offline
    }

    /// Applies one object's state.
    ///
    /// # Errors
    /// SQLite's; the transaction should be rolled back then.
    pub fn apply(&mut self, object: &Object, told: &Told) -> Result<Applied, Error> {
        let applied = self.apply_unless(|_, _, _, _| Ok(false), object, told)?;
        Ok(applied.unwrap_or(Applied::Unchanged))
    }

    /// As [`Rows::apply`]; does nothing, and returns nothing, where a condition on the row that is there holds.
    pub(super) fn apply_unless(
        &mut self,
        is_left: Condition<'c>,
        object: &Object,
        told: &Told,
    ) -> Result<Option<Applied>, Error> {
        let applied = self.apply_state(is_left, object, told)?;
        if applied.is_some() && told.event_id().is_some() {
            self.doubt(object.resource, &object.row.id, told.account)?;
        }
        Ok(applied)
    }

    fn apply_state(&mut self, is_left: Condition<'c>, object: &Object, told: &Told) -> Result<Option<Applied>, Error> {
        let index = self.catalog.get(object.resource).index;
        self.prepare(index)?;
        // Most objects of a list are new, and most of those that events tell of are known.
        if !object.gone && told.event_id().is_none() && self.insert(index, object, told, None)? {
            return Ok(Some(Applied::New));
        }
        match self.stored(index, told.account, &object.row.id)? {
            Some(stored) if is_left(self, &stored, object, told)? => Ok(None),
            Some(stored) => self.meet(index, stored, object, told).map(Some),
            None if !object.gone => {
                self.insert(index, object, told, None)?;
                Ok(Some(Applied::New))
            }
            // A tombstone for what was never here keeps a late update from bringing it to life.
            None => {
                self.insert(index, object, told, Some(told.interval().from_s))?;
                Ok(Some(Applied::Deleted))
            }
        }
    }

    /// Marks an object as gone, as a GET that answers 404 says. One that was never here leaves a tombstone too: what
    /// names it would have it asked for again and again.
    ///
    /// # Errors
    /// SQLite's.
    pub fn apply_absence(&mut self, resource: &'static Resource, id: &str, told: &Told) -> Result<Applied, Error> {
        let index = self.catalog.get(resource).index;
        self.prepare(index)?;
        let object = absent(resource, id);
        match self.stored(index, told.account, id)? {
            Some(stored) => self.meet(index, stored, &object, told),
            None => {
                if !resource.is_child() {
                    self.insert(index, &object, told, Some(told.interval().from_s))?;
                }
                Ok(Applied::Unchanged)
            }
        }
    }

    pub(super) fn prepare(&mut self, index: usize) -> Result<(), Error> {
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

    pub(super) fn statements(&mut self, index: usize) -> &mut Prepared<'c> {
        self.prepared[index].as_mut().expect("prepared by every public door")
    }

    /// Inserts the row with its state and children unless one is there already; returns whether it did.
    pub(super) fn insert(
        &mut self,
        index: usize,
        object: &Object,
        told: &Told,
        gone_s: Option<i64>,
    ) -> Result<bool, Error> {
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
        if gone_s.is_none() {
            self.note_gaps(told.account, object)?;
        }
        self.advance(index, row_id, interval, told.event_id())?;
        self.put_first_children(object, told, gone_s)?;
        Ok(true)
    }

    pub(super) fn stored(&mut self, index: usize, account: i64, id: &str) -> Result<Option<Stored>, Error> {
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

    pub(super) fn advance(
        &mut self,
        index: usize,
        row_id: i64,
        interval: Interval,
        event_id: Option<&str>,
    ) -> Result<(), Error> {
        let number = self.numbers[index];
        self.put_state
            .execute(params![number, row_id, interval.from_s, interval.until_s, event_id])
            .map(drop)
            .map_err(|e| self.store.sql(e))
    }

    /// Lets a state meet the row that is there.
    pub(super) fn meet(
        &mut self,
        index: usize,
        stored: Stored,
        object: &Object,
        told: &Told,
    ) -> Result<Applied, Error> {
        let now = told.interval();
        if self.is_outdated_answer(index, &stored, told)? {
            return Ok(Applied::Unchanged);
        }
        self.keep_answer(index, &stored, object, told)?;
        let is_tie = !now.is_after(stored.interval) && !stored.interval.is_after(now);
        if self.may_move_the_end(index, &stored, object, told)? {
            return self.settle(index, stored, object, told);
        }
        // What is equal to a doubtful row may still be the word that was missing.
        if !(stored.unsettled && is_tie) && self.is_equal(index, &stored, object) {
            if now.from_s > stored.interval.from_s {
                self.advance(index, stored.row_id, now, told.event_id())?;
                // What is newer than the doubt ends it.
                if stored.unsettled && now.is_after(stored.interval) && !self.is_asked_later(index, object, told)? {
                    self.mark(index, stored.row_id, false)?;
                }
            }
            if !object.gone {
                self.note_gaps(told.account, object)?;
                self.queue_fanouts(object, told, Some(&stored.data))?;
            }
            return Ok(Applied::Unchanged);
        }
        if now.is_after(stored.interval) {
            let settled = !self.is_asked_later(index, object, told)?;
            return self.rewrite(index, &stored, object, told, settled);
        }
        if stored.interval.is_after(now) && !stored.unsettled {
            return Ok(Applied::Unchanged);
        }
        self.settle(index, stored, object, told)
    }

    /// Returns whether an answer was sent before the second from which on one is waited for: an event has come since.
    fn is_asked_later(&self, index: usize, object: &Object, told: &Told) -> Result<bool, Error> {
        let Source::Answer { sent_s, .. } = told.source else { return Ok(false) };
        self.store.is_queued_after(told.account, self.numbers[index], &object.row.id, sent_s)
    }

    pub(super) fn is_equal(&self, index: usize, stored: &Stored, object: &Object) -> bool {
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
    pub(super) fn rewrite(
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
            if told.event_id().is_some() && !is_stub(object) {
                // A deletion tells what there was last, and any order leaves that.
                let statement = &mut self.statements(index).update;
                let mut values: Vec<&dyn ToSql> = object.row.cells.iter().map(|cell| cell as &dyn ToSql).collect();
                let unsettled = !settled;
                let rest: [&dyn ToSql; 6] = [
                    &object.row.data,
                    &told.api_version,
                    &interval.from_s,
                    &interval.from_s,
                    &unsettled,
                    &stored.row_id,
                ];
                values.extend(rest);
                statement.execute(&values[..]).map_err(|e| store.sql(e))?;
            } else {
                let table = object.resource.table();
                let sql = format!("UPDATE {table} SET deleted_at=?1, unsettled=?2 WHERE row_id=?3");
                self.conn.execute(&sql, params![interval.from_s, !settled, stored.row_id]).map_err(|e| store.sql(e))?;
            }
            self.bury_children(index, &object.row.id, told.account, interval.from_s)?;
        } else {
            self.note_gaps(told.account, object)?;
            self.tell_observer(index, stored, object, told)?;
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

    /// Tells of an answer that is another than the one before it.
    fn tell_observer(&self, index: usize, stored: &Stored, object: &Object, told: &Told) -> Result<(), Error> {
        let observer = self.observer.filter(|(of, _)| *of == index && told.event_id().is_none());
        let Some((_, tell)) = observer.filter(|_| stored.deleted_at.is_none()) else { return Ok(()) };
        let interval = told.interval();
        tell(
            self.store,
            &Observed {
                account: told.account,
                before: &stored.data,
                after: &object.row.data,
                // An event that is the row has told what led to it.
                since_s: stored.interval.from_s.saturating_add(i64::from(stored.event_id.is_some())),
                at_s: interval.until_s,
            },
        )
    }

    pub(super) fn mark(&self, index: usize, row_id: i64, unsettled: bool) -> Result<(), Error> {
        let table = self.catalog.entries()[index].resource.table();
        self.conn
            .execute(&format!("UPDATE {table} SET unsettled=?1 WHERE row_id=?2"), params![unsettled, row_id])
            .map(drop)
            .map_err(|e| self.store.sql(e))
    }

    /// Queues a GET that decides a tie. What Stripe cannot be asked for by itself is decided by the next reading of its
    /// list; for Fatture in Cloud the queue is what brings that reading about.
    pub(super) fn queue_fetch(&self, index: usize, account: i64, id: &str, tied_until_s: i64) -> Result<(), Error> {
        let resource = self.catalog.entries()[index].resource;
        if resource.get.is_empty() && resource.provider == Provider::Stripe {
            return Ok(());
        }
        self.store.queue_fetch(account, self.numbers[index], id, tied_until_s.saturating_add(SETTLING_S), "unsettled")
    }
}

/// Returns whether an object says no more than that it is gone.
fn is_stub(object: &Object) -> bool {
    text::at(&object.row.data, "/deleted") == Some("true")
}

/// Returns what is known of an object that is not there, as Stripe shows a deleted one.
pub(super) fn absent(resource: &'static Resource, id: &str) -> Object {
    let kind = resource.objects.first().copied().unwrap_or_default();
    let data = serde_json::json!({"id": id, "object": kind, "deleted": true}).to_string();
    let cells = resource.columns.iter().map(|_| Cell::Null).collect();
    let row =
        Row { id: id.to_owned(), parent_id: None, position: 0, cells, unheld: Vec::new(), data, nested: Vec::new() };
    Object { resource, row, children: Vec::new(), gone: true, created_s: None }
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
