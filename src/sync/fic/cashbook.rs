//! Lists by other keys than page numbers: the cashbook by days, price list items under their lists.

use std::collections::HashSet;

use jiff::civil::Date;

use super::ask::{Shown, Trouble, When};
use super::gone::SINGLES_MAX;
use super::scan::unseen;
use super::{PROBE, Pull, WEEKLY_S};
use crate::model::resource::Resource;
use crate::model::span::Span;
use crate::providers::fic::cashbook::{FIRST_DAY, LAST_DAY, Side, Window};
use crate::providers::fic::page;
use crate::providers::fic::refusal::RefusalKind;
use crate::providers::fic::request;
use crate::store::{Living, WalkRow};

/// Days before today that every run reads again.
const RECENT_DAYS: i64 = 35;
/// Windows of one reading; a century of days in both directions is fewer.
const WINDOWS_MAX: usize = 100_000;
/// Price lists whose prices are read before the next ones are looked up.
const LISTS_TOGETHER: usize = 100;

impl Pull<'_> {
    /// Reads the cashbook: whole when that is due or costs one request, else its recent days.
    pub(super) fn cashbook(&mut self, resource: &'static Resource) -> Result<(), Trouble> {
        let number = self.number(resource);
        let walk = self.store.walk(self.account.id, number, PROBE)?;
        let read_s = walk.as_ref().and_then(|walk| walk.drained_s).filter(|_| !self.options.initial);
        let now_s = self.client.service_now_s();
        let total = self.store.list_state(self.account.id, number, PROBE)?.total;
        let is_one_answer = total.is_some_and(|total| !Window::is_suspect(usize::try_from(total).unwrap_or(0)));
        match read_s {
            Some(read_s) if now_s - read_s < WEEKLY_S && !is_one_answer => self.recent_days(resource, now_s),
            _ => self.whole_cashbook(resource, number),
        }
    }

    fn recent_days(&mut self, resource: &'static Resource, now_s: i64) -> Result<(), Trouble> {
        let from = day_before(now_s, RECENT_DAYS);
        let mut began_s = None;
        let last = self.days(resource, (from, LAST_DAY), &mut |pull, _, shown| {
            began_s.get_or_insert(shown.when.sent_s);
            pull.store.begin()?;
            pull.apply(&shown.objects, shown.when)?;
            pull.commit()
        })?;
        let (Some(last), Some(began_s)) = (last, began_s) else { return Ok(()) };
        let from = from.to_string();
        let absent = Living { from: Some(("date", &from)), unseen_since_s: Some(unseen(began_s)), ..Living::default() };
        // Many at once may have moved to earlier days, which only a whole reading tells.
        if self.store.count_living(self.key(resource), &resource.table(), absent)? > SINGLES_MAX as u64 {
            return self.whole_cashbook(resource, self.number(resource));
        }
        self.bury(resource, PROBE, absent, last)
    }

    fn whole_cashbook(&mut self, resource: &'static Resource, number: i64) -> Result<(), Trouble> {
        let unfinished = self.store.walk(self.account.id, number, PROBE)?.filter(|walk| walk.drained_s.is_none());
        let mut walk: Option<(WalkRow, i64)> = None;
        let mut from = FIRST_DAY;
        if let Some(unfinished) = unfinished
            && let Some(slice) = self.store.open_slices(unfinished.id)?.into_iter().next()
        {
            from = slice.cursor.as_deref().and_then(|cursor| cursor.parse().ok()).unwrap_or(FIRST_DAY);
            walk = Some((unfinished, slice.id));
        }
        let last = self.days(resource, (from, LAST_DAY), &mut |pull, window, shown| {
            pull.store.begin()?;
            let (_, slice) = match &walk {
                Some(walk) => walk,
                // The first answer tells the service's time.
                None => walk.insert(pull.begin_cashbook(number, shown.when)?),
            };
            let slice = *slice;
            pull.apply(&shown.objects, shown.when)?;
            // A day that is read by direction is done only with the second one.
            if window.side != Side::In
                && let Ok(next) = window.to.tomorrow()
            {
                pull.store.move_cursor(slice, &next.to_string(), None)?;
            }
            pull.commit()
        })?;
        let (Some(last), Some((walk, slice))) = (last, walk) else { return Ok(()) };
        let absent = Living { unseen_since_s: Some(unseen(walk.began_s)), ..Living::default() };
        self.bury(resource, PROBE, absent, last)?;
        let mut state = self.store.list_state(self.account.id, number, PROBE)?;
        let living = self.store.count_living(self.key(resource), &resource.table(), Living::default())?;
        state.total = i64::try_from(living).ok();
        self.store.begin()?;
        self.store.set_list_state(self.account.id, number, PROBE, &state)?;
        self.store.end_slice(walk.id, slice, last.date_s)?;
        self.store.end_drain(walk.id, last.date_s)?;
        self.commit()
    }

    fn begin_cashbook(&self, number: i64, when: When) -> Result<(WalkRow, i64), Trouble> {
        let walk = self.store.begin_walk(self.account.id, number, PROBE, (Span::ALL, when.sent_s))?;
        let slice = self.store.open_slices(walk.id)?.first().map_or(0, |slice| slice.id);
        Ok((walk, slice))
    }

    /// Reads the days on which absent entries stood once more, and keeps those not shown this time either.
    pub(super) fn days_again(
        &mut self,
        resource: &'static Resource,
        absent: Living,
        gone: &mut HashSet<String>,
    ) -> Result<Option<When>, Trouble> {
        let span = self.store.span_of_living(self.key(resource), &resource.table(), absent, "date")?;
        let (from, to) = span.map_or((FIRST_DAY, LAST_DAY), |(from, to)| {
            // A date that cannot be read is not one that a window could leave out.
            (from.parse().unwrap_or(FIRST_DAY), to.parse().unwrap_or(LAST_DAY))
        });
        self.days(resource, (from, to), &mut |_, _, shown| {
            for object in &shown.objects {
                gone.remove(&object.row.id);
            }
            Ok(())
        })
    }

    /// Reads a span of days in order, in windows small enough to be answered whole. Returns when the last one was.
    fn days(
        &mut self,
        resource: &'static Resource,
        (from, to): (Date, Date),
        take: &mut dyn FnMut(&mut Self, Window, Shown) -> Result<(), Trouble>,
    ) -> Result<Option<When>, Trouble> {
        let mut pending = vec![Window { from, to, side: Side::All }];
        let mut last = None;
        for _ in 0..WINDOWS_MAX {
            let Some(window) = pending.pop() else { return Ok(last) };
            let Some(asked) = window.request(resource, self.company) else { return Ok(last) };
            let shown = match self.ask_list(resource, PROBE, asked) {
                // Days that no calendar of the service has hold no entries.
                Err(Trouble::Refused(refusal, when)) if refusal.kind == RefusalKind::Invalid && !window.is_usual() => {
                    match window.cut_at_usual() {
                        Some([left, right]) => pending.extend([right, left]),
                        None => take(self, window, Shown { objects: Vec::new(), last_page: 1, total: None, when })?,
                    }
                    continue;
                }
                shown => shown?,
            };
            if Window::is_suspect(shown.objects.len()) {
                let Some([left, right]) = window.split() else {
                    let text = format!("more entries on {} than one answer holds", window.from);
                    return Err(Trouble::Endless(text));
                };
                pending.extend([right, left]);
                continue;
            }
            last = Some(shown.when);
            take(self, window, shown)?;
        }
        Err(Trouble::Endless(format!("more than {WINDOWS_MAX} windows of days")))
    }

    /// Reads the prices in every price list.
    pub(super) fn price_list_items(&mut self) -> Result<(), Trouble> {
        let (Some(lists), Some(items)) = (self.chosen("price_lists"), self.chosen("price_list_items")) else {
            return Ok(());
        };
        self.tally.begin(&items.table(), "fan-out");
        let (key, table) = (self.key(lists), lists.table());
        let mut after = String::new();
        let mut left = self.store.living_count(self.account.id, &table)?;
        loop {
            let some = self.store.living(key, &table, Living::default(), &after, LISTS_TOGETHER)?;
            let Some(end) = some.last() else { return Ok(()) };
            after.clone_from(end);
            for list in some {
                self.prices(items, &list)?;
                left = left.saturating_sub(1);
                self.tally.read_under(&items.table(), || Ok::<_, Trouble>(left))?;
            }
            self.tally.committed();
        }
    }

    fn prices(&mut self, items: &'static Resource, list: &str) -> Result<(), Trouble> {
        let Some(asked) = request::under(items, self.company, list) else { return Ok(()) };
        let catalog = self.catalog;
        let read = &mut |body: &[u8]| {
            let rows = format!("[{}]", page::read(items, "", body)?.rows.join(","));
            catalog.children(catalog.get(items), list, &rows)
        };
        match self.ask(items, &asked, read) {
            Ok((set, when)) => {
                let told = self.told(when);
                self.store.begin()?;
                self.rows.complete(list, &set, 0, &told)?;
                self.commit()
            }
            // The price list went away meanwhile.
            Err(Trouble::Refused(refusal, _)) if refusal.kind == RefusalKind::NotFound => Ok(()),
            Err(trouble) => Err(trouble),
        }
    }
}

/// Returns the day so many days before a second; time zones are less than the overlap.
fn day_before(now_s: i64, days: i64) -> Date {
    let day =
        jiff::Timestamp::from_second(now_s - days * 24 * 3600).map(|t| t.to_zoned(jiff::tz::TimeZone::UTC).date());
    day.unwrap_or(FIRST_DAY)
}
