//! Lists by other keys than page numbers: the cashbook by days, price list items under their lists.

use std::collections::HashSet;

use jiff::civil::{Date, date};

use super::ask::{Trouble, When};
use super::{PROBE, Pull, WEEKLY_S};
use crate::model::resource::Resource;
use crate::model::span::Span;
use crate::providers::fic::cashbook::{Side, Window};
use crate::providers::fic::page;
use crate::providers::fic::refusal::RefusalKind;
use crate::providers::fic::request;

/// The days that a whole reading covers: before the service was there, and past every due date.
const FIRST_DAY: Date = date(2000, 1, 1);
const LAST_DAY: Date = date(2099, 12, 31);
/// Days before today that every run reads again.
const RECENT_DAYS: i64 = 35;
/// Windows of one reading; a century of days in both directions is fewer.
const WINDOWS_MAX: usize = 100_000;

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
            Some(read_s) if now_s - read_s < WEEKLY_S && !is_one_answer => {
                let from = day_before(now_s, RECENT_DAYS);
                let read = self.days(resource, from, None)?;
                let absent = self.absent(resource, None, Some(("date", &from.to_string())), &read.seen, None)?;
                self.bury(resource, PROBE, absent, read.last)
            }
            _ => self.whole_cashbook(resource, number),
        }
    }

    fn whole_cashbook(&mut self, resource: &'static Resource, number: i64) -> Result<(), Trouble> {
        let unfinished = self.store.walk(self.account.id, number, PROBE)?.filter(|walk| walk.drained_s.is_none());
        let walk = match unfinished {
            Some(walk) => walk,
            None => self.store.begin_walk(self.account.id, number, PROBE, (Span::ALL, self.client.service_now_s()))?,
        };
        let slice = self.store.open_slices(walk.id)?.into_iter().next();
        let from = slice.as_ref().and_then(|s| s.cursor.as_deref()?.parse().ok()).unwrap_or(FIRST_DAY);
        let read = self.days(resource, from, slice.as_ref().map(|slice| slice.id))?;
        // What an earlier run read is before `from`, and is left for the next whole reading.
        let absent = self.absent(resource, None, Some(("date", &from.to_string())), &read.seen, None)?;
        self.bury(resource, PROBE, absent, read.last)?;
        let living = self.store.living(self.account.id, number, &resource.table(), None, None)?;
        let mut state = self.store.list_state(self.account.id, number, PROBE)?;
        state.total = i64::try_from(living.len()).ok();
        self.store.begin()?;
        self.store.set_list_state(self.account.id, number, PROBE, &state)?;
        self.store.end_slice(walk.id, slice.map_or(0, |slice| slice.id), read.last.date_s)?;
        self.store.end_drain(walk.id, read.last.date_s)?;
        self.commit()
    }

    /// Reads the days from one on, in order, in windows small enough to be answered whole.
    fn days(&mut self, resource: &'static Resource, from: Date, slice: Option<i64>) -> Result<Days, Trouble> {
        let mut pending = vec![Window { from, to: LAST_DAY, side: Side::All }];
        let mut days = Days { seen: HashSet::new(), last: When { sent_s: 0, date_s: 0 } };
        for _ in 0..WINDOWS_MAX {
            let Some(window) = pending.pop() else { return Ok(days) };
            let Some(asked) = window.request(resource, self.company) else { return Ok(days) };
            let shown = self.ask_list(resource, PROBE, asked)?;
            if Window::is_suspect(shown.objects.len()) {
                let Some([left, right]) = window.split() else {
                    let text = format!("more entries on {} than one answer holds", window.from);
                    return Err(Trouble::Endless(text));
                };
                pending.extend([right, left]);
                continue;
            }
            days.seen.extend(shown.objects.iter().map(|object| object.row.id.clone()));
            days.last = shown.when;
            self.store.begin()?;
            self.apply(&shown.objects, shown.when)?;
            // A day that is read by direction is done only with the second one.
            if let Some(slice) = slice
                && window.side != Side::In
                && let Ok(next) = window.to.tomorrow()
            {
                self.store.move_cursor(slice, &next.to_string(), None)?;
            }
            self.commit()?;
        }
        Err(Trouble::Endless(format!("more than {WINDOWS_MAX} windows of days")))
    }

    /// Reads the prices in every price list.
    pub(super) fn price_list_items(&mut self) -> Result<(), Trouble> {
        let (Some(lists), Some(items)) = (self.chosen("price_lists"), self.chosen("price_list_items")) else {
            return Ok(());
        };
        self.tally.begin(&items.table(), "fan-out");
        let catalog = self.catalog;
        for list in self.absent(lists, None, None, &HashSet::new(), None)? {
            let Some(asked) = request::under(items, self.company, &list) else { continue };
            let read = &mut |body: &[u8]| {
                let rows = format!("[{}]", page::read(items, "", body)?.rows.join(","));
                catalog.children(catalog.get(items), &list, &rows)
            };
            match self.ask(items, &asked, read) {
                Ok((set, when)) => {
                    let told = self.told(when);
                    self.store.begin()?;
                    self.rows.complete(&list, &set, 0, &told)?;
                    self.commit()?;
                }
                // The price list went away meanwhile.
                Err(Trouble::Refused(refusal, _)) if refusal.kind == RefusalKind::NotFound => {}
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(())
    }
}

/// What a reading of days showed.
struct Days {
    seen: HashSet<String>,
    last: When,
}

/// Returns the day so many days before a second; time zones are less than the overlap.
fn day_before(now_s: i64, days: i64) -> Date {
    let day =
        jiff::Timestamp::from_second(now_s - days * 24 * 3600).map(|t| t.to_zoned(jiff::tz::TimeZone::UTC).date());
    day.unwrap_or(FIRST_DAY)
}
