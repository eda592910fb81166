//! Windows over the cashbook, which is unpaged and cut off in silence near a thousand rows.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::request::{Query, request, scoped};
use crate::model::resource::{List, Resource};
use crate::model::wire::Request;

/// The days that a whole reading covers: all that a date of four digits can name. An empty stretch costs nothing.
pub const FIRST_DAY: Date = date(1000, 1, 1);
/// The last of them.
pub const LAST_DAY: Date = date(9999, 12, 31);
/// The days that entries are likely to have; a window beyond them is cut there first.
const USUAL_FROM: Date = date(2000, 1, 1);
const USUAL_TO: Date = date(2099, 12, 31);
/// An answer this long is not trusted to be whole. Answers are reported to be cut near a thousand rows; that is hearsay,
/// so some room is left below it.
pub const ROWS_SUSPECT: usize = 900;

/// Which direction of money a window covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Both.
    All,
    /// Money in.
    In,
    /// Money out.
    Out,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Side::All => "all",
            Side::In => "in",
            Side::Out => "out",
        }
    }
}

/// A range of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Direction.
    pub side: Side,
}

impl Window {
    /// Returns whether an answer with so many rows may have been cut.
    pub fn is_suspect(rows: usize) -> bool {
        rows >= ROWS_SUSPECT
    }

    /// Returns whether a window lies within the days that entries are likely to have.
    pub fn is_usual(self) -> bool {
        self.from >= USUAL_FROM && self.to <= USUAL_TO
    }

    /// Cuts a window where the likely days begin or end; none where it lies on one side of both.
    pub fn cut_at_usual(self) -> Option<[Window; 2]> {
        if self.from < USUAL_FROM && USUAL_FROM <= self.to {
            let before = USUAL_FROM.yesterday().ok()?;
            return Some([Window { to: before, ..self }, Window { from: USUAL_FROM, ..self }]);
        }
        let after = USUAL_TO.tomorrow().ok()?;
        (self.from <= USUAL_TO && USUAL_TO < self.to)
            .then_some([Window { to: USUAL_TO, ..self }, Window { from: after, ..self }])
    }

    /// Makes two windows of one: at the ends of the likely days, else in the middle, and a single day by direction. None
    /// when it cannot be made smaller, which the caller must report, since its rows beyond the cap cannot be read.
    pub fn split(self) -> Option<[Window; 2]> {
        if let Some(cut) = self.cut_at_usual() {
            return Some(cut);
        }
        if self.from < self.to {
            let days = self.from.until(self.to).ok()?.get_days();
            let middle = self.from.checked_add((days / 2).days()).ok()?;
            let next = middle.tomorrow().ok()?;
            return Some([Window { to: middle, ..self }, Window { from: next, ..self }]);
        }
        (self.side == Side::All).then_some([Window { side: Side::In, ..self }, Window { side: Side::Out, ..self }])
    }

    /// Builds the request for a window; none for resources that are not listed by date.
    pub fn request(self, resource: &Resource, company: &str) -> Option<Request> {
        let List::DateRange(path) = resource.list else { return None };
        let mut query = Query::of("");
        query.add("date_from", &self.from.to_string()).add("date_to", &self.to.to_string());
        query.add("type", self.side.name());
        Some(request(path, &scoped(company, path), query))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_cover_the_whole_without_overlap() {
        let whole = Window { from: date(2026, 1, 1), to: date(2026, 1, 4), side: Side::All };
        let [left, right] = whole.split().expect("four days");
        assert_eq!(
            (left.from, left.to, right.from, right.to),
            (whole.from, date(2026, 1, 2), date(2026, 1, 3), whole.to)
        );
    }

    #[test]
    fn splitting_ends() {
        let mut pending = vec![Window { from: date(2020, 1, 1), to: date(2026, 12, 31), side: Side::All }];
        let mut leaves = 0;
        while let Some(window) = pending.pop() {
            match window.split() {
                Some(halves) => pending.extend(halves),
                None => leaves += 1,
            }
        }
        assert_eq!(leaves, 2 * 2557);
    }

    #[test]
    fn days_that_nobody_expects_are_cut_off_first() {
        let whole = Window { from: FIRST_DAY, to: LAST_DAY, side: Side::All };
        let [before, rest] = whole.split().expect("cut");
        let [usual, after] = rest.split().expect("cut");
        assert_eq!((before.from, after.to), (FIRST_DAY, LAST_DAY));
        assert_eq!((usual.from, usual.to), (USUAL_FROM, USUAL_TO));
        assert_eq!(before.to.tomorrow().ok(), Some(usual.from));
        assert_eq!(usual.to.tomorrow().ok(), Some(after.from));
        assert!(usual.is_usual() && !before.is_usual() && !after.is_usual() && !whole.is_usual());
        assert_eq!((before.cut_at_usual(), usual.cut_at_usual(), after.cut_at_usual()), (None, None, None));
    }
}
