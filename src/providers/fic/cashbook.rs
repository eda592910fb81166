//! Windows over the cashbook, which is unpaged and cut off in silence near a thousand rows.

use jiff::ToSpan;
use jiff::civil::Date;

use super::request::{Query, request, scoped};
use crate::model::resource::{List, Resource};
use crate::model::wire::Request;

/// Where answers are reported to be cut.
pub const ROWS_CAP: usize = 1_000;
/// An answer this long is not trusted to be whole; the cap is hearsay, so some room is left below it.
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
    /// Returns the windows of one calendar year each that cover a span; bounded by the span itself.
    pub fn years(from: Date, to: Date) -> Vec<Window> {
        (from.year()..=to.year())
            .map(|year| Window {
                from: from.max(jiff::civil::date(year, 1, 1)),
                to: to.min(jiff::civil::date(year, 12, 31)),
                side: Side::All,
            })
            .collect()
    }

    /// Returns whether an answer with so many rows may have been cut.
    pub fn is_suspect(rows: usize) -> bool {
        rows >= ROWS_SUSPECT
    }

    /// Halves a window: by days, and a single day by direction. None when it cannot be made smaller, which the caller
    /// must report, since its rows beyond the cap cannot be read.
    pub fn split(self) -> Option<[Window; 2]> {
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
    use jiff::civil::date;

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
    fn years_are_cut_at_both_ends() {
        let years = Window::years(date(2024, 5, 2), date(2026, 2, 3));
        assert_eq!(years.len(), 3);
        assert_eq!((years[0].from, years[0].to), (date(2024, 5, 2), date(2024, 12, 31)));
        assert_eq!((years[2].from, years[2].to), (date(2026, 1, 1), date(2026, 2, 3)));
    }
}
