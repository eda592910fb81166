//! Typed columns that are empty because they cannot hold what was sent: remembered with the row, told by every run until
//! the row holds its values.

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::apply::Rows;
use super::error::Error;
use crate::model::cell::shown;
use crate::model::extract::{Catalog, Compiled};
use crate::model::progress::Gaps;
use crate::model::resource::Resource;
use crate::model::row::{ChildSet, Object, Row};

/// Values named for each resource; the others are counted.
const NAMED_MAX: usize = 3;
/// Rows of a resource that are looked at to tell how many values are missing.
const LOOKED_AT_MAX: usize = 10_000;

/// Where a row is that had a gap when it was written.
struct Place {
    parent_id: String,
    /// Its id, or `#` and its position where it has none.
    key: String,
}

impl Rows<'_> {
    /// Remembers an object, and what stands in its lists, if a column is empty for what it cannot hold.
    pub(super) fn note_gaps(&self, account: i64, object: &Object) -> Result<(), Error> {
        self.note_row_gaps(account, object.resource, &object.row)?;
        object.children.iter().try_for_each(|set| self.note_list_gaps(account, set))
    }

    /// The same of a list's elements.
    pub(super) fn note_list_gaps(&self, account: i64, set: &ChildSet) -> Result<(), Error> {
        set.rows.iter().try_for_each(|row| self.note_row_gaps(account, set.resource, row))
    }

    /// The same of one row.
    pub(super) fn note_row_gaps(&self, account: i64, resource: &Resource, row: &Row) -> Result<(), Error> {
        if !row.unheld.is_empty() {
            self.store.note_gap(account, self.numbers[self.catalog.get(resource).index], row)?;
        }
        row.nested.iter().try_for_each(|nested| self.note_list_gaps(account, nested))
    }
}

impl Store {
    pub(super) fn note_gap(&self, account: i64, resource: i64, row: &Row) -> Result<(), Error> {
        let insert = "INSERT INTO gaps (account, resource, parent_id, row_key) VALUES (?1, ?2, ?3, ?4)
                      ON CONFLICT DO NOTHING";
        let place = Place::of(row);
        let mut statement = self.conn.prepare_cached(insert).map_err(|e| self.sql(e))?;
        statement.execute(params![account, resource, place.parent_id, place.key]).map(drop).map_err(|e| self.sql(e))
    }

    /// The same of a row that is in its table already.
    pub(super) fn note_gap_at(&self, resource: &Resource, row_id: i64) -> Result<(), Error> {
        let number = self.resource_number(&resource.table())?;
        let text = format!(
            "INSERT INTO gaps (account, resource, parent_id, row_key) SELECT account, ?1, {} FROM {} WHERE row_id=?2
             ON CONFLICT DO NOTHING",
            if resource.is_child() { "parent_id, coalesce(id, '#' || position)" } else { "'', id" },
            resource.table()
        );
        let mut statement = self.conn.prepare_cached(&text).map_err(|e| self.sql(e))?;
        statement.execute([number, row_id]).map(drop).map_err(|e| self.sql(e))
    }

    /// Looks at the rows of an account that had gaps when they were written; returns by table what is missing now, and
    /// forgets those that hold their values by now.
    ///
    /// # Errors
    /// SQLite's.
    pub fn gaps(&self, catalog: &Catalog, account: i64) -> Result<Vec<(String, Gaps)>, Error> {
        let mut found = Vec::new();
        for table in self.tables_with_gaps(account)? {
            let Some(compiled) = catalog.by_table(&table) else { continue };
            let number = self.resource_number(&table)?;
            let mut gaps = self.look_at_first(catalog, compiled, account, number)?;
            // All of the first hold their values by now: the next may not. Every turn forgets what it looked at.
            while gaps.is_none() && gaps.is_at_least {
                gaps = self.look_at_first(catalog, compiled, account, number)?;
            }
            if !gaps.is_none() {
                found.push((table, gaps));
            }
        }
        Ok(found)
    }

    /// Looks at as many rows of one table as one turn may take, and forgets those that hold their values by now.
    fn look_at_first(&self, catalog: &Catalog, compiled: &Compiled, account: i64, number: i64) -> Result<Gaps, Error> {
        let mut gaps = Gaps::default();
        let mut healed = Vec::new();
        let places = self.places(account, number)?;
        gaps.is_at_least = places.len() > LOOKED_AT_MAX;
        for place in places.into_iter().take(LOOKED_AT_MAX) {
            let before = gaps.count;
            self.look(catalog, compiled, account, &place, &mut gaps)?;
            if gaps.count == before {
                healed.push(place);
            }
        }
        self.forget_gaps(account, number, &healed)?;
        Ok(gaps)
    }

    fn tables_with_gaps(&self, account: i64) -> Result<Vec<String>, Error> {
        let sql = |e| self.sql(e);
        let text = "SELECT name FROM resources r
                    WHERE EXISTS (SELECT 1 FROM gaps WHERE account=?1 AND resource=r.id) ORDER BY name";
        let mut statement = self.conn.prepare(text).map_err(sql)?;
        let names = statement.query_map([account], |row| row.get(0)).map_err(sql)?;
        names.collect::<Result<_, _>>().map_err(sql)
    }

    /// Returns where to look, and one more than is looked at where there are more.
    fn places(&self, account: i64, resource: i64) -> Result<Vec<Place>, Error> {
        let sql = |e| self.sql(e);
        let text = format!(
            "SELECT parent_id, row_key FROM gaps WHERE account=?1 AND resource=?2
             ORDER BY parent_id, row_key LIMIT {}",
            LOOKED_AT_MAX + 1
        );
        let mut statement = self.conn.prepare_cached(&text).map_err(sql)?;
        let places = statement
            .query_map([account, resource], |row| Ok(Place { parent_id: row.get(0)?, key: row.get(1)? }))
            .map_err(sql)?;
        places.collect::<Result<_, _>>().map_err(sql)
    }

    /// Counts what a row's columns are empty for, as it stands now.
    fn look(
        &self,
        catalog: &Catalog,
        compiled: &Compiled,
        account: i64,
        place: &Place,
        gaps: &mut Gaps,
    ) -> Result<(), Error> {
        let table = compiled.resource.table();
        let found = match (place.parent_id.as_str(), place.position()) {
            ("", _) => {
                let text = format!("SELECT data FROM {table} WHERE account=?1 AND id=?2 AND deleted_at IS NULL");
                self.text_of(&text, params![account, place.key])
            }
            (parent, position) => {
                let text = format!(
                    "SELECT data FROM {table} WHERE account=?1 AND parent_id=?2 AND {} AND deleted_at IS NULL",
                    if position.is_some() { "id IS NULL AND position=?3" } else { "id=?3" }
                );
                match position {
                    Some(position) => self.text_of(&text, params![account, parent, position]),
                    None => self.text_of(&text, params![account, parent, place.key]),
                }
            }
        };
        let Some(data) = found? else { return Ok(()) };
        for unheld in catalog.unheld(compiled, &data) {
            gaps.count += 1;
            if gaps.first.len() < NAMED_MAX {
                gaps.first.push(format!("{}: {} {}", place.name(), unheld.column, unheld.why));
            }
        }
        Ok(())
    }

    fn text_of(&self, sql: &str, bound: &[&dyn rusqlite::ToSql]) -> Result<Option<String>, Error> {
        let mut statement = self.conn.prepare_cached(sql).map_err(|e| self.sql(e))?;
        statement.query_row(bound, |row| row.get(0)).optional().map_err(|e| self.sql(e))
    }

    fn forget_gaps(&self, account: i64, resource: i64, healed: &[Place]) -> Result<(), Error> {
        if healed.is_empty() {
            return Ok(());
        }
        let text = "DELETE FROM gaps WHERE account=?1 AND resource=?2 AND parent_id=?3 AND row_key=?4";
        self.at_once(|| {
            let mut statement = self.conn.prepare_cached(text).map_err(|e| self.sql(e))?;
            for place in healed {
                statement.execute(params![account, resource, place.parent_id, place.key]).map_err(|e| self.sql(e))?;
            }
            Ok(())
        })
    }
}

impl Place {
    fn of(row: &Row) -> Place {
        let key = if row.id.is_empty() { format!("#{}", row.position) } else { row.id.clone() };
        Place { parent_id: row.parent_id.clone().unwrap_or_default(), key }
    }

    fn position(&self) -> Option<i64> {
        self.key.strip_prefix('#')?.parse().ok()
    }

    fn name(&self) -> String {
        match (self.parent_id.as_str(), self.position()) {
            ("", _) => shown(&self.key).into_owned(),
            (parent, Some(position)) => format!("element {} of {}", position.saturating_add(1), shown(parent)),
            (parent, None) => format!("{} of {}", shown(&self.key), shown(parent)),
        }
    }
}
