//! The lists that stand in objects or under them: replaced as a set, spliced into their parent's JSON, queued where cut.

use std::collections::HashMap;

use rusqlite::{ToSql, params};
use serde_json::Value;

use super::apply::{Applied, Rows, Told};
use super::error::Error;
use crate::model::extract::Catalog;
use crate::model::progress::Counts;
use crate::model::resource::{Inline, List, Resource};
use crate::model::row::{Cell, ChildSet, Object, Row};
use crate::model::text::{self, Edit};

/// Beyond this many elements a list stays in its table only, and the parent's JSON says so.
const SPLICED_MAX: usize = 1000;

impl Rows<'_> {
    /// Takes a part of a list that was read under a parent, which begins at the element `from`: the first replaces the
    /// rows there are, later ones are added, and the last splices the list into the parent's JSON where it stands there.
    ///
    /// # Errors
    /// SQLite's.
    pub fn complete(&mut self, parent_id: &str, part: &ChildSet, from: i64, told: &Told) -> Result<Applied, Error> {
        self.prepare(self.catalog.get(part.resource).index)?;
        self.note_list_gaps(told.account, part)?;
        if from == 0 {
            self.replace(told, parent_id, part)?;
        } else {
            let nested = part.rows.iter().flat_map(|row| &row.nested);
            for list in nested.chain([part]) {
                self.child_counts[self.catalog.get(list.resource).index].new += list.rows.len() as u64;
            }
            self.insert_children(told, parent_id, part, None)?;
        }
        let parent = part.resource.parent().and_then(|name| {
            self.catalog.by_table(&format!("{}_{name}", part.resource.provider.name())).map(|compiled| compiled.index)
        });
        match (parent, part.resource.inline.first()) {
            (Some(parent), Some(inline)) if part.complete => {
                let shown = match from {
                    0 => Shown::of(part),
                    _ => self.shown(part.resource, parent_id, told.account)?,
                };
                self.splice(parent, inline, parent_id, &shown, told)
            }
            _ => Ok(Applied::Unchanged),
        }
    }

    /// Returns what a parent's JSON shows of a list that stands in its table.
    fn shown(&self, child: &'static Resource, parent_id: &str, account: i64) -> Result<Shown, Error> {
        let sql = |e| self.store.sql(e);
        let under = format!("FROM {} WHERE account=?1 AND parent_id=?2", child.table());
        let text = format!("SELECT data {under} ORDER BY position LIMIT {SPLICED_MAX}");
        let mut first = self.conn.prepare_cached(&text).map_err(sql)?;
        let rows = first.query_map(params![account, parent_id], |row| row.get(0)).map_err(sql)?;
        let elements = rows.collect::<Result<_, _>>().map_err(sql)?;
        let text = format!("SELECT count(*) {under}");
        let count: i64 = self.conn.query_row(&text, params![account, parent_id], |row| row.get(0)).map_err(sql)?;
        Ok(Shown { child, elements, count: usize::try_from(count).unwrap_or_default() })
    }

    /// Writes the lists of an object that was never here: there are no rows under it to replace.
    pub(super) fn put_first_children(
        &mut self,
        object: &Object,
        told: &Told,
        gone_s: Option<i64>,
    ) -> Result<(), Error> {
        for set in &object.children {
            if gone_s.is_none() {
                let nested = set.rows.iter().flat_map(|row| &row.nested);
                for list in nested.chain([set]) {
                    self.child_counts[self.catalog.get(list.resource).index].new += list.rows.len() as u64;
                }
            }
            self.insert_children(told, &object.row.id, set, gone_s)?;
        }
        match gone_s {
            None => self.queue_fanouts(object, told, None),
            Some(_) => Ok(()),
        }
    }

    pub(super) fn put_children(
        &mut self,
        object: &Object,
        told: &Told,
        gone_s: Option<i64>,
        before: Option<&str>,
    ) -> Result<(), Error> {
        for set in &object.children {
            let index = self.catalog.get(set.resource).index;
            self.prepare(index)?;
            // A list that came cut short waits for its reading: what is known of it stands until then.
            if set.complete || gone_s.is_some() || !matches!(set.resource.list, List::Under { .. }) {
                self.replace_marked(told, &object.row.id, set, gone_s)?;
            }
        }
        if gone_s.is_none() {
            // What is being read of a list that its parent now shows whole is older.
            for set in object.children.iter().filter(|set| before.is_some() && set.complete) {
                let number = self.numbers[self.catalog.get(set.resource).index];
                self.store.drop_fanout(told.account, number, &object.row.id)?;
            }
            self.queue_fanouts(object, told, before)?;
        }
        Ok(())
    }

    /// Queues the lists under this object that its JSON does not hold whole. A list that no JSON holds is read when its
    /// parent is new (`before` is none), and later only when its own events or the parent's hint say so.
    pub(super) fn queue_fanouts(&mut self, object: &Object, told: &Told, before: Option<&str>) -> Result<(), Error> {
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

    /// Queues every list under this object that no JSON holds, whatever is known of them.
    ///
    /// # Errors
    /// SQLite's.
    pub fn ask_for_lists_under(&mut self, account: i64, object: &Object) -> Result<(), Error> {
        if object.gone {
            return Ok(());
        }
        for &index in &self.under[self.catalog.get(object.resource).index] {
            self.store.queue_fanout(account, self.numbers[index], &object.row.id)?;
        }
        Ok(())
    }

    pub(super) fn replace(&mut self, told: &Told, parent_id: &str, set: &ChildSet) -> Result<(), Error> {
        self.replace_marked(told, parent_id, set, None)
    }

    pub(super) fn replace_marked(
        &mut self,
        told: &Told,
        parent_id: &str,
        set: &ChildSet,
        gone_s: Option<i64>,
    ) -> Result<(), Error> {
        let index = self.catalog.get(set.resource).index;
        let store = self.store;
        if let Some(absent) = self.compare(index, parent_id, set, told.account, gone_s)? {
            return self.insert_rows(told, parent_id, index, &absent, gone_s);
        }
        self.delete_nested(index, parent_id, told.account)?;
        if let Some(delete) = &mut self.statements(index).delete_under {
            delete.execute(params![told.account, parent_id]).map_err(|e| store.sql(e))?;
        }
        self.insert_children(told, parent_id, set, gone_s)
    }

    /// Counts what a list changes under its parent. Where it only adds to what stands there, as the rest of a list that
    /// came cut short does, it returns the rows to add.
    fn compare<'s>(
        &mut self,
        index: usize,
        parent_id: &str,
        set: &'s ChildSet,
        account: i64,
        gone_s: Option<i64>,
    ) -> Result<Option<Vec<&'s Row>>, Error> {
        let sql = |e| self.store.sql(e);
        let text = format!(
            "SELECT coalesce(id, position), position, data, deleted_at FROM {} WHERE account=?1 AND parent_id=?2",
            set.resource.table()
        );
        let mut statement = self.conn.prepare_cached(&text).map_err(sql)?;
        let rows = statement
            .query_map(params![account, parent_id], |row| {
                let key: String = row.get(0).or_else(|_| row.get::<_, i64>(0).map(|position| position.to_string()))?;
                Ok((key, (row.get::<_, i64>(1)?, row.get::<_, String>(2)?, row.get::<_, Option<i64>>(3)?)))
            })
            .map_err(sql)?;
        let mut old: HashMap<String, _> = rows.collect::<Result<_, _>>().map_err(sql)?;
        let mut counts = std::mem::take(&mut self.child_counts[index]);
        let mut adds_only = true;
        let mut absent = Vec::new();
        for row in &set.rows {
            let key = if row.id.is_empty() { row.position.to_string() } else { row.id.clone() };
            let before = old.remove(&key);
            match &before {
                Some((position, data, gone)) => {
                    adds_only &= *position == row.position && *data == row.data && *gone == gone_s;
                }
                None => absent.push(row),
            }
            match before {
                Some((_, data, None)) if gone_s.is_none() && data == row.data => counts.unchanged += 1,
                Some((_, _, None)) if gone_s.is_none() => counts.changed += 1,
                Some((_, _, None)) => counts.deleted += 1,
                _ if gone_s.is_none() => {
                    counts.new += 1;
                    for nested in &row.nested {
                        self.child_counts[self.catalog.get(nested.resource).index].new += nested.rows.len() as u64;
                    }
                }
                _ => {}
            }
        }
        counts.deleted += old.values().filter(|(_, _, gone)| gone.is_none()).count() as u64;
        self.child_counts[index] = counts;
        Ok((adds_only && old.is_empty()).then_some(absent))
    }

    /// Returns what became of elements of lists since it was last asked, by table.
    pub fn take_child_counts(&mut self) -> Vec<(String, Counts)> {
        let mut taken = Vec::new();
        for (index, counts) in self.child_counts.iter_mut().enumerate() {
            let counts = std::mem::take(counts);
            if counts.new + counts.changed + counts.deleted + counts.unchanged > 0 {
                taken.push((self.catalog.entries()[index].resource.table(), counts));
            }
        }
        taken
    }

    fn insert_children(
        &mut self,
        told: &Told,
        parent_id: &str,
        set: &ChildSet,
        gone_s: Option<i64>,
    ) -> Result<(), Error> {
        let rows: Vec<&Row> = set.rows.iter().collect();
        self.insert_rows(told, parent_id, self.catalog.get(set.resource).index, &rows, gone_s)
    }

    fn insert_rows(
        &mut self,
        told: &Told,
        parent_id: &str,
        index: usize,
        rows: &[&Row],
        gone_s: Option<i64>,
    ) -> Result<(), Error> {
        self.prepare(index)?;
        let store = self.store;
        let as_of = told.interval().from_s;
        let prepared = self.statements(index);
        for row in rows {
            let id = Some(&row.id).filter(|id| !id.is_empty());
            let unsettled = false;
            let head: [&dyn ToSql; 4] = [&told.account, &parent_id, &id, &row.position];
            let tail: [&dyn ToSql; 5] = [&row.data, &told.api_version, &as_of, &gone_s, &unsettled];
            let values: Vec<&dyn ToSql> =
                head.into_iter().chain(row.cells.iter().map(|cell| cell as &dyn ToSql)).chain(tail).collect();
            prepared.insert.execute(&values[..]).map_err(|e| store.sql(e))?;
        }
        for row in rows {
            for nested in row.nested.iter().filter(|nested| !nested.rows.is_empty()) {
                self.insert_children(told, &row.id, nested, gone_s)?;
            }
        }
        Ok(())
    }

    /// Deletes what stands in the elements of the list under this parent.
    fn delete_nested(&self, index: usize, parent_id: &str, account: i64) -> Result<(), Error> {
        let child = &self.catalog.entries()[index];
        for nested in child.child_indexes() {
            let nested = self.catalog.entries()[nested].resource.table();
            let sql = format!("DELETE FROM {nested} WHERE account=?1 AND {}", within(child.resource));
            let mut statement = self.conn.prepare_cached(&sql).map_err(|e| self.store.sql(e))?;
            statement.execute(params![account, parent_id]).map_err(|e| self.store.sql(e))?;
        }
        Ok(())
    }

    pub(super) fn bury_children(
        &mut self,
        index: usize,
        parent_id: &str,
        account: i64,
        gone_s: i64,
    ) -> Result<(), Error> {
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
            for nested in child.child_indexes() {
                let nested = catalog.entries()[nested].resource.table();
                let sql = format!(
                    "UPDATE {nested} SET deleted_at=?3 WHERE account=?1 AND {} AND deleted_at IS NULL",
                    within(child.resource)
                );
                self.conn.execute(&sql, params![account, parent_id, gone_s]).map_err(|e| self.store.sql(e))?;
            }
        }
        Ok(())
    }

    /// Puts the whole list into the parent's JSON and computes anew the columns that are read from it.
    fn splice(
        &mut self,
        parent: usize,
        inline: &Inline,
        parent_id: &str,
        shown: &Shown,
        told: &Told,
    ) -> Result<Applied, Error> {
        self.prepare(parent)?;
        let Some(stored) = self.stored(parent, told.account, parent_id)? else { return Ok(Applied::Unchanged) };
        let list = whole_list(&stored.data, inline.at, shown);
        let data = text::edit(&stored.data, &[(inline.at, Edit::Replace(list))]);
        if data == stored.data {
            return Ok(Applied::Unchanged);
        }
        let (store, catalog) = (self.store, self.catalog);
        let entry = &catalog.entries()[parent];
        let (mut sets, mut values) = (String::new(), Vec::<Cell>::new());
        if entry.resource.columns.iter().any(|column| column.from.split('|').any(|path| path.starts_with(inline.at))) {
            let Ok(object) = catalog.object(entry, &data) else { return Ok(Applied::Unchanged) };
            sets = entry.resource.columns.iter().map(|column| format!("{}=?,", column.name)).collect();
            self.note_row_gaps(told.account, entry.resource, &object.row)?;
            values = object.row.cells;
        }
        let sql = format!("UPDATE {} SET {sets}data=? WHERE row_id=?", entry.resource.table());
        let mut bound: Vec<&dyn ToSql> = values.iter().map(|cell| cell as &dyn ToSql).collect();
        bound.extend([&data as &dyn ToSql, &stored.row_id]);
        let mut statement = self.conn.prepare_cached(&sql).map_err(|e| store.sql(e))?;
        statement.execute(&bound[..]).map_err(|e| store.sql(e))?;
        Ok(Applied::Changed)
    }
}

/// Puts an object's completed lists into its JSON and computes its columns anew.
pub fn splice_children(object: &mut Object, catalog: &Catalog) {
    let edits: Vec<(&str, Edit)> = object
        .children
        .iter()
        .flat_map(|set| at(set.resource, object.resource).map(|pointer| (pointer, set)))
        .filter(|(pointer, set)| set.complete && is_cut(&object.row.data, pointer))
        .map(|(pointer, set)| (pointer, Edit::Replace(whole_list(&object.row.data, pointer, &Shown::of(set)))))
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
    text::at(data, pointer).and_then(|list| text::at(list, "/has_more")) == Some("true")
}

/// What a parent's JSON shows of a list: all of it, or the first elements of a long one.
struct Shown {
    child: &'static Resource,
    elements: Vec<String>,
    count: usize,
}

impl Shown {
    fn of(set: &ChildSet) -> Shown {
        let elements = set.rows.iter().take(SPLICED_MAX).map(|row| row.data.clone()).collect();
        Shown { child: set.resource, elements, count: set.rows.len() }
    }
}

/// Returns the text of a completed list for its parent's JSON.
fn whole_list(parent: &str, pointer: &str, shown: &Shown) -> String {
    let url = text::at(parent, pointer).and_then(|list| text::at(list, "/url"));
    let url: String = url.and_then(|url| serde_json::from_str(url).ok()).unwrap_or_default();
    let list = crate::model::extract::envelope_of(shown.elements.iter().map(String::as_str), &url);
    if shown.count <= SPLICED_MAX {
        return list;
    }
    let note = format!(",\"stripesync_rest_in\":\"{}\",\"stripesync_count\":{}}}", shown.child.table(), shown.count);
    format!("{}{note}", &list[..list.len() - 1])
}

/// Says in SQL that a row stands in an element of the list under the parent `?2` of the account `?1`.
fn within(child: &Resource) -> String {
    format!("parent_id IN (SELECT id FROM {} WHERE account=?1 AND parent_id=?2)", child.table())
}

/// Returns where a child's list stands in its parent's JSON.
pub(super) fn at(child: &Resource, parent: &Resource) -> Option<&'static str> {
    child.inline.iter().find(|inline| inline.parent == parent.name).map(|inline| inline.at)
}

/// Returns whether two objects differ at a JSON pointer.
fn differs(before: &str, now: &str, pointer: &str) -> bool {
    let at = |text: &str| serde_json::from_str::<Value>(text).ok().and_then(|value| value.pointer(pointer).cloned());
    at(before) != at(now)
}
