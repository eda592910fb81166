//! How much of a list is read, reckoned in objects: time says nothing of them where an account is older than its first
//! object, or busier now than it was. Pure.

use std::collections::HashMap;

/// So much of a slice came by: the measure of what is still to come in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Pace {
    objects: u64,
    seconds: u64,
}

/// A slice that is not read to its end.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// Seconds of its span that are still to be read.
    left_s: u64,
    /// None as long as nothing tells how dense it is.
    pace: Option<Pace>,
    /// Whether it reaches back to before the account's first object, wherever that is.
    is_oldest: bool,
}

impl Part {
    /// Guesses how many objects it still holds; at least one, since it has not come to its end.
    fn expected(&self) -> Option<u64> {
        let pace = self.pace?;
        Some((self.left_s.saturating_mul(pace.objects) / pace.seconds.max(1)).max(1))
    }
}

/// What is known of one list's slices.
#[derive(Debug, Clone, Default)]
pub struct Share {
    read: u64,
    open: HashMap<i64, Part>,
}

impl Share {
    /// A slice is to be read. Of one not heard of before nobody knows how dense it is.
    pub fn known(&mut self, slice: i64, left_s: i64, is_oldest: bool) {
        self.open.entry(slice).or_insert(Part { left_s: left_s.unsigned_abs(), pace: None, is_oldest });
    }

    /// A page of it came, with so many objects in so many seconds of its span.
    pub fn page(&mut self, slice: i64, objects: usize, covered_s: i64, left_s: i64) {
        self.read += objects as u64;
        let Some(part) = self.open.get_mut(&slice) else { return };
        let pace = part.pace.get_or_insert_default();
        pace.objects += objects as u64;
        pace.seconds += covered_s.unsigned_abs();
        part.left_s = left_s.unsigned_abs();
    }

    /// A piece was cut off a slice. It is taken for as dense, but the oldest: there the account may not have begun.
    pub fn cut(&mut self, slice: i64, piece: i64, left_s: i64, is_oldest: bool) {
        let pace = self.open.get(&slice).and_then(|part| part.pace).filter(|_| !is_oldest);
        self.open.insert(piece, Part { left_s: left_s.unsigned_abs(), pace, is_oldest });
    }

    /// A slice came to its end, or others stand in its place.
    pub fn end(&mut self, slice: i64) {
        self.open.remove(&slice);
    }
}

/// Returns which part of the objects of these lists is read, in thousandths; nothing while a slice may hold any number,
/// or while most of what is to come lies where the account may not have begun.
pub fn permille<'a>(lists: impl Iterator<Item = &'a Share>) -> Option<u32> {
    let (mut read, mut expected, mut doubtful) = (0_u64, 0_u64, 0_u64);
    for list in lists {
        read = read.saturating_add(list.read);
        for part in list.open.values() {
            let objects = part.expected()?;
            expected = expected.saturating_add(objects);
            doubtful = doubtful.saturating_add(if part.is_oldest { objects } else { 0 });
        }
    }
    if expected == 0 {
        return Some(1000);
    }
    if doubtful > expected / 2 {
        return None;
    }
    let share = u128::from(read) * 1000 / (u128::from(read) + u128::from(expected)).max(1);
    Some(u32::try_from(share).unwrap_or(1000).min(999))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_S: i64 = 24 * 3600;

    fn share(list: &Share) -> Option<u32> {
        permille(std::iter::once(list))
    }

    /// A list of six years whose first page holds a day, cut into twenty.
    fn cut_in_twenty() -> Share {
        let mut list = Share::default();
        list.known(1, 2000 * DAY_S, true);
        list.page(1, 100, DAY_S, 2000 * DAY_S);
        for piece in 0..20 {
            list.cut(1, 10 + piece, 100 * DAY_S, piece == 19);
        }
        list.end(1);
        list
    }

    #[test]
    fn nothing_is_said_before_the_oldest_slice_was_seen() {
        let mut list = Share::default();
        list.known(1, 2000 * DAY_S, true);
        assert_eq!(share(&list), None);
        list.page(1, 100, DAY_S, 1999 * DAY_S);
        assert_eq!(share(&list), None, "199,900 more, if the account is as old as that");
        let mut list = cut_in_twenty();
        assert_eq!(share(&list), None);
        list.page(29, 100, DAY_S, 99 * DAY_S);
        assert!(share(&list).is_some());
    }

    #[test]
    fn slices_from_before_the_first_object_count_for_nothing() {
        let mut list = cut_in_twenty();
        // Only the newest twentieth holds objects: all others end with their first, empty page.
        for piece in 1..20 {
            list.page(10 + piece, 0, 100 * DAY_S, 0);
            list.end(10 + piece);
        }
        // 100 of 100 + 100 days at a hundred a day, and not the 95 % of the time span that are past.
        assert_eq!(share(&list), Some(9));
        list.page(10, 100, DAY_S, 99 * DAY_S);
        assert_eq!(share(&list), Some(19));
    }

    #[test]
    fn dense_slices_weigh_more_than_long_ones() {
        let mut list = Share::default();
        list.known(1, 1000 * DAY_S, false);
        list.known(2, 10 * DAY_S, false);
        list.page(1, 100, 500 * DAY_S, 500 * DAY_S);
        list.page(2, 100, DAY_S, 9 * DAY_S);
        // 200 of 200 + 100 + 900.
        assert_eq!(share(&list), Some(166));
        list.end(1);
        // 200 of 200 + 900.
        assert_eq!(share(&list), Some(181));
        list.page(2, 900, 9 * DAY_S, 0);
        assert_eq!(share(&list), Some(999), "until its last page says so");
        list.end(2);
        assert_eq!(share(&list), Some(1000));
    }

    #[test]
    fn the_passes_of_a_list_are_one() {
        let (mut one, mut other) = (Share::default(), Share::default());
        one.known(1, 0, false);
        one.page(1, 300, DAY_S, 0);
        one.end(1);
        assert_eq!(permille([&one, &other].into_iter()), Some(1000));
        other.known(1, 100 * DAY_S, false);
        assert_eq!(permille([&one, &other].into_iter()), None);
        other.page(1, 100, 10 * DAY_S, 90 * DAY_S);
        assert_eq!(permille([&one, &other].into_iter()), Some(400 * 1000 / 1300));
    }

    #[test]
    fn no_number_is_too_large() {
        let mut list = Share::default();
        list.known(1, i64::MIN, false);
        list.page(1, usize::MAX, 0, i64::MAX);
        assert_eq!(share(&list), Some(500));
    }
}
