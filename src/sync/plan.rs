//! Which part of a list to read next. Pure.

use crate::model::span::Span;

/// Most pieces that one slice is cut into at once.
const PIECES_MAX: usize = 32;

/// What a page showed of a slice: enough to guess how much is left.
#[derive(Debug, Clone, Copy)]
pub struct PageEnd {
    /// `created` of its newest object.
    pub newest_s: i64,
    /// `created` of its oldest object, where the slice goes on.
    pub oldest_s: i64,
}

/// Cuts what is left of a slice into spans for workers that have nothing to do; one span means: go on by cursor.
///
/// The spans cover `[span.from_s, end.oldest_s]` exactly, newest first; only the last is open below if the slice is.
/// The second of the page's last object is read again, since its other objects may follow. `floor_s` is a guess at
/// where an open slice ends; it decides where to cut, never what is covered. A piece should be worth `pages`: each
/// costs up to one page that is not full.
pub fn cut(span: Span, end: PageEnd, floor_s: i64, free: usize, pages: i64) -> Vec<Span> {
    let low_s = span.from_s.unwrap_or(floor_s);
    let rest = Span { from_s: span.from_s, until_s: Some(end.oldest_s + 1) };
    let left_s = end.oldest_s.saturating_sub(low_s);
    let page_s = (end.newest_s - end.oldest_s).max(1);
    // At the pace of this page so many more are to come.
    let worth = usize::try_from(left_s / page_s / pages.max(1)).unwrap_or(0);
    let pieces = (free + 1).min(worth).min(PIECES_MAX);
    // A page inside one second has not moved in time: only its cursor has.
    if pieces < 2 || rest == span {
        return vec![rest];
    }
    let step_s = left_s / pieces as i64;
    let mut spans = Vec::with_capacity(pieces);
    let mut until_s = rest.until_s;
    for piece in 1..pieces {
        let from_s = end.oldest_s - step_s * piece as i64;
        spans.push(Span { from_s: Some(from_s), until_s });
        until_s = Some(from_s);
    }
    spans.push(Span { from_s: span.from_s, until_s });
    spans
}

/// How to learn the state of many changed objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// One GET for each.
    Get,
    /// Their part of the list again.
    List,
}

/// A page carries a hundred times the bytes of a GET and takes longer: it should be worth several.
const GETS_WORTH_A_PAGE: u64 = 4;

/// Returns the cheaper way to read `changed` objects that lie among `listed` rows of a list with so many passes.
pub fn cheapest(changed: u64, listed: u64, passes: u64) -> Way {
    let pages = listed.div_ceil(100) + passes;
    if pages.saturating_mul(GETS_WORTH_A_PAGE) < changed { Way::List } else { Way::Get }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_is_read_again_only_where_it_saves_requests() {
        let cases = [(1, 100, 1, Way::Get), (50, 500, 1, Way::List), (50, 100_000, 1, Way::Get), (12, 0, 2, Way::List)];
        for (changed, listed, passes, way) in cases {
            assert_eq!(cheapest(changed, listed, passes), way, "{changed} of {listed}");
        }
    }

    proptest! {
        #[test]
        fn the_pieces_cover_what_is_left_exactly_once(
            from in proptest::option::of(0..2_000_000i64),
            newest in 0..2_000_000i64,
            back in 0..1_000_000i64,
            floor in 0..3_000_000i64,
            free in 0..64usize,
            until in any::<bool>(),
            probe in -10..2_000_010i64,
        ) {
            let oldest = (newest - back).max(from.unwrap_or(0));
            let newest = newest.max(oldest);
            let span = Span { from_s: from, until_s: until.then_some(newest + 1) };
            let pieces = cut(span, PageEnd { newest_s: newest, oldest_s: oldest }, floor, free, 1 + i64::from(until));
            let wanted = Span { from_s: from, until_s: Some(oldest + 1) }.contains(probe);
            let hits = pieces.iter().filter(|piece| piece.contains(probe)).count();
            prop_assert_eq!(hits, usize::from(wanted));
            prop_assert!(pieces.len() <= free + 1);
            prop_assert!(pieces.len() == 1 || pieces.iter().all(|piece| *piece != span));
            prop_assert!(pieces.iter().rev().skip(1).all(|p| p.from_s.is_some()));
        }
    }
}
