//! What came into the file with a typed column empty because it cannot hold the value: gathered for whoever sums it.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::apply::Rows;
use crate::model::cell::shown;
use crate::model::progress::Gaps;
use crate::model::row::{ChildSet, Object, Row};

/// Values named for each resource; the others are counted.
const NAMED_MAX: usize = 3;
/// Values told apart; beyond, what is met twice is no longer known from what is new, and nothing more is counted.
const SEEN_MAX: usize = 10_000;

/// Empty columns by catalog index, each counted once however often its row is shown.
#[derive(Debug, Default)]
pub(super) struct Found {
    seen: HashSet<u64>,
    gaps: Vec<(usize, Gaps)>,
}

impl Rows<'_> {
    /// Notes what the columns of an object, or of the lists inside it, are empty for.
    pub(super) fn note_gaps(&mut self, object: &Object) {
        self.note_row(self.catalog.get(object.resource).index, &object.row);
        object.children.iter().for_each(|set| self.note_list_gaps(set));
    }

    /// The same of a list's elements.
    pub(super) fn note_list_gaps(&mut self, set: &ChildSet) {
        let index = self.catalog.get(set.resource).index;
        for row in &set.rows {
            self.note_row(index, row);
            row.nested.iter().for_each(|nested| self.note_list_gaps(nested));
        }
    }

    pub(super) fn note_row(&mut self, index: usize, row: &Row) {
        for unheld in &row.unheld {
            let key = (index, &row.id, &row.parent_id, row.position, unheld.column);
            let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
            let is_known = self.found.gaps.iter().any(|(of, _)| *of == index);
            if is_known && self.found.seen.len() >= SEEN_MAX || !self.found.seen.insert(hash) {
                continue;
            }
            let gaps = &mut self.found.gaps;
            let at = gaps.iter().position(|(of, _)| *of == index).unwrap_or_else(|| {
                gaps.push((index, Gaps::default()));
                gaps.len() - 1
            });
            let (_, gaps) = &mut gaps[at];
            gaps.count += 1;
            if gaps.first.len() < NAMED_MAX {
                gaps.first.push(format!("{}: {} {}", name(row), unheld.column, unheld.why));
            }
        }
    }

    /// Returns the columns that stayed empty since it was last asked, by table.
    pub fn take_gaps(&mut self) -> Vec<(String, Gaps)> {
        let found = std::mem::take(&mut self.found);
        found.gaps.into_iter().map(|(index, gaps)| (self.catalog.entries()[index].resource.table(), gaps)).collect()
    }
}

fn name(row: &Row) -> String {
    match &row.parent_id {
        None => shown(&row.id).into_owned(),
        Some(parent) if row.id.is_empty() => format!("element {} of {}", row.position + 1, shown(parent)),
        Some(parent) => format!("{} of {}", shown(&row.id), shown(parent)),
    }
}
