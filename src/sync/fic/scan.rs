//! Reading paged lists: whole, by change, or just their size.

use super::ask::{Shown, Trouble, When};
use super::{PROBE, Pull, place};
use crate::model::resource::{List, Resource};
use crate::model::row::{Cell, Object};
use crate::model::span::Span;
use crate::model::wire::Request;
use crate::providers::fic::page;
use crate::providers::fic::refusal::RefusalKind;
use crate::providers::fic::request::{self, PER_PAGE, Selection};
use crate::store::{Living, WalkRow};

/// Steps of one scan; a hundred million rows.
const STEPS_MAX: u32 = 1_000_000;
/// A list is read so often, at most, when rows keep moving under the scan.
const SCANS_MAX: u32 = 4;
/// An interrupted scan older than this begins anew: too much may have moved.
const RESUMED_S_MAX: i64 = 24 * 3600;
/// Changes are asked for again from so long before the last one known. The zone of the service's times is not
/// documented; a summer's end alone moves them by an hour.
const CHANGES_OVERLAP_S: i64 = 3600;

/// A scan in hand.
struct Scan {
    walk: WalkRow,
    slice: i64,
    /// Rows shown by this run, some of them perhaps twice.
    shown: u64,
    /// Whether one answer told it all, so that nothing can have moved.
    is_one_page: bool,
    newest: Option<String>,
    total: Option<u64>,
    last: When,
}

impl Pull<'_> {
    /// Reads a pass whole, and finds what is gone since the last time.
    pub(super) fn scan(&mut self, resource: &'static Resource, pass: &'static str) -> Result<(), Trouble> {
        let number = self.number(resource);
        let scan = self.read_until_still(resource, pass)?;
        let absent = Living { unseen_since_s: Some(unseen(scan.walk.began_s)), ..living(resource, pass) };
        self.bury(resource, pass, absent, scan.last)?;
        if resource.name == "price_lists" {
            self.price_list_items()?;
        }
        let newest = [scan.newest.clone(), Some(utc_text(scan.walk.began_s))].into_iter().flatten().min();
        let total = match scan.total {
            Some(total) => total,
            None => self.shown_count(resource, pass, &scan)?,
        };
        let total = i64::try_from(total).ok();
        let may_probe = request::may_filter_by_update(resource) && total.is_some_and(|n| n > i64::from(PER_PAGE));
        if may_probe && self.store.list_state(self.account.id, number, PROBE)?.filter.is_none() {
            self.probe(resource, pass)?;
        }
        let mut state = self.store.list_state(self.account.id, number, pass)?;
        (state.total, state.updated_until) = (total, newest);
        self.store.begin()?;
        self.store.set_list_state(self.account.id, number, pass, &state)?;
        self.store.end_slice(scan.walk.id, scan.slice, scan.last.date_s)?;
        self.store.end_drain(scan.walk.id, scan.last.date_s)?;
        self.store.set_availability(self.account.id, number, "available", None, scan.last.date_s)?;
        self.commit()
    }

    /// Reads a pass whole, again while rows move between its pages: then some were never shown, or have gone since.
    fn read_until_still(&mut self, resource: &'static Resource, pass: &'static str) -> Result<Scan, Trouble> {
        let mut before = None;
        for _ in 0..SCANS_MAX {
            let scan = self.read_whole(resource, pass)?;
            let sizes = (self.shown_count(resource, pass, &scan)?, scan.total);
            let is_whole = match scan.total {
                Some(total) if scan.is_one_page => total <= scan.shown || matches!(resource.list, List::Once(_)),
                total => total.is_none_or(|total| total == sizes.0),
            };
            if is_whole {
                return Ok(scan);
            }
            if before == Some(sizes) {
                // More rows than it counts are the service's way of counting; fewer may be a part of them only, and
                // what a part does not show is not gone.
                let (shown, total) = (sizes.0.max(scan.shown), scan.total.unwrap_or(0));
                return if shown >= total { Ok(scan) } else { Err(Trouble::Endless(falls_short(shown, total))) };
            }
            before = Some(sizes);
            self.store.forget_walk(scan.walk.id)?;
        }
        Err(Trouble::Endless("its rows kept moving while it was read; the next run reads it again".to_owned()))
    }

    /// Returns how many rows a reading showed, the part that an earlier run did included.
    fn shown_count(&self, resource: &'static Resource, pass: &'static str, scan: &Scan) -> Result<u64, Trouble> {
        let (key, table, living) = (self.key(resource), resource.table(), living(resource, pass));
        let absent = Living { unseen_since_s: Some(unseen(scan.walk.began_s)), ..living };
        let all = self.store.count_living(key, &table, living)?;
        Ok(all - self.store.count_living(key, &table, absent)?.min(all))
    }

    fn read_whole(&mut self, resource: &'static Resource, pass: &'static str) -> Result<Scan, Trouble> {
        let number = self.number(resource);
        let (mut scan, mut page) = (None, 1);
        let unfinished = self.store.walk(self.account.id, number, pass)?.filter(|walk| walk.drained_s.is_none());
        if let Some(walk) = unfinished.filter(|w| self.client.service_now_s() - w.began_s < RESUMED_S_MAX)
            && let Some(slice) = self.store.open_slices(walk.id)?.into_iter().next()
            && let Some(next) = slice.cursor.as_deref().and_then(|cursor| cursor.parse::<u32>().ok())
        {
            // Read the page before again: rows may have moved to it.
            page = next.saturating_sub(1).max(1);
            let last = When { sent_s: walk.began_s, date_s: walk.began_s };
            scan = Some(Scan { walk, slice: slice.id, shown: 0, is_one_page: false, newest: None, total: None, last });
        }
        let mut reread_to = 0;
        for _ in 0..STEPS_MAX {
            let shown = self.ask_list(resource, pass, page_request(resource, self.company, pass, page)?)?;
            self.store.begin()?;
            let it = match &mut scan {
                Some(scan) => scan,
                None => scan.insert(self.begin_scan(number, pass, shown.when)?),
            };
            let has_moved = it.total.is_some_and(|total| Some(total) != shown.total) && page > 1 && page > reread_to;
            it.take(resource, &shown);
            let (slice, when) = (it.slice, shown.when);
            self.apply(&shown.objects, when)?;
            let next = if has_moved { page - 1 } else { page + 1 };
            self.store.move_cursor(slice, &next.max(page).to_string(), None)?;
            self.commit()?;
            if has_moved {
                reread_to = page;
            } else if page >= shown.last_page {
                return scan.ok_or_else(|| Trouble::Endless("a list had no page".to_owned()));
            }
            page = next;
        }
        Err(Trouble::Endless(format!("its list does not end within {STEPS_MAX} pages")))
    }

    fn begin_scan(&self, number: i64, pass: &str, when: When) -> Result<Scan, Trouble> {
        let walk = self.store.begin_walk(self.account.id, number, pass, (Span::ALL, when.sent_s))?;
        let slice = self.store.open_slices(walk.id)?.first().map_or(0, |slice| slice.id);
        Ok(Scan { walk, slice, shown: 0, is_one_page: true, newest: None, total: None, last: when })
    }

    /// Finds out whether changes can be asked for, once for each resource.
    fn probe(&mut self, resource: &'static Resource, pass: &'static str) -> Result<(), Trouble> {
        let requests =
            (request::probe_filtered(resource, self.company, pass), request::probe_plain(resource, self.company, pass));
        let (Some(filtered), Some(plain)) = requests else { return Ok(()) };
        let read = &mut |body: &[u8]| Ok(page::read(resource, pass, body)?.total);
        let verdict = match self.ask(resource, &filtered, read) {
            Err(Trouble::Refused(refusal, _)) if refusal.kind == RefusalKind::Invalid => "refused",
            Err(trouble) => return Err(trouble),
            Ok((None, _)) => "ignored",
            Ok((Some(filtered), _)) => match self.ask(resource, &plain, read)?.0 {
                Some(plain) if request::filter_works(filtered, plain) == Some(true) => "works",
                _ => "ignored",
            },
        };
        self.set_filter(resource, verdict)
    }

    fn set_filter(&self, resource: &'static Resource, verdict: &str) -> Result<(), Trouble> {
        let number = self.number(resource);
        let mut state = self.store.list_state(self.account.id, number, PROBE)?;
        state.filter = Some(verdict.to_owned());
        self.store.set_list_state(self.account.id, number, PROBE, &state)?;
        Ok(())
    }

    /// Asks for what changed since the last time. Each page begins at the last change of the one before, since rows
    /// that change meanwhile move to the end and would shift numbered pages.
    pub(super) fn changes(&mut self, resource: &'static Resource, pass: &'static str) -> Result<(), Trouble> {
        let number = self.number(resource);
        let mut state = self.store.list_state(self.account.id, number, pass)?;
        let Some(until) = state.updated_until.clone() else { return self.scan(resource, pass) };
        let (mut since, mut page) = (before(&until, CHANGES_OVERLAP_S), 1);
        let (mut newest, mut began) = (None, None);
        for _ in 0..STEPS_MAX {
            let selection = Selection { pass, updated_since: Some(&since) };
            let asked = request::page(resource, self.company, selection, page);
            let shown = match self.ask_list(resource, pass, asked.ok_or_else(|| unlisted(resource))?) {
                Err(Trouble::Refused(refusal, _)) if refusal.kind == RefusalKind::Invalid => {
                    self.set_filter(resource, "refused")?;
                    return self.scan(resource, pass);
                }
                shown => shown?,
            };
            began.get_or_insert(shown.when.sent_s);
            self.store.begin()?;
            self.apply(&shown.objects, shown.when)?;
            self.commit()?;
            let last = shown.objects.iter().filter_map(|o| updated_at(resource, o)).max();
            newest = newest.max(last.clone());
            if page >= shown.last_page {
                break;
            }
            (since, page) = match last {
                Some(last) if last > since && !self.unsorted.contains(resource.name) => (last, 1),
                _ => (since, page + 1),
            };
        }
        let cap = began.map(utc_text);
        let reached = newest.zip(cap).map(|(newest, cap)| newest.min(cap));
        state.updated_until = reached.max(Some(until));
        self.store.set_list_state(self.account.id, number, pass, &state)?;
        Ok(())
    }

    /// Compares a list's size with ours; a difference means that something vanished, which only a scan can name.
    pub(super) fn count(&mut self, resource: &'static Resource, pass: &'static str) -> Result<(), Trouble> {
        let Some(asked) = request::probe_plain(resource, self.company, pass) else { return Ok(()) };
        let read = &mut |body: &[u8]| Ok(page::read(resource, pass, body)?.total);
        let (total, _) = self.ask(resource, &asked, read)?;
        let ours = self.store.count_living(self.key(resource), &resource.table(), living(resource, pass))?;
        if total.is_some_and(|total| total != ours) { self.scan(resource, pass) } else { Ok(()) }
    }
}

impl Scan {
    fn take(&mut self, resource: &Resource, shown: &Shown) {
        let newest = shown.objects.iter().filter_map(|object| updated_at(resource, object)).max();
        self.newest = self.newest.take().max(newest);
        self.total = shown.total;
        self.shown += shown.objects.len() as u64;
        self.is_one_page &= shown.last_page <= 1;
        self.last = shown.when;
    }
}

/// Returns the second from which on every row that a reading shows is known to have held. An answer speaks for the
/// second before it was asked for as well.
pub(super) fn unseen(began_s: i64) -> i64 {
    began_s - 1
}

/// Says which rows belong to a pass.
fn living(resource: &Resource, pass: &'static str) -> Living<'static> {
    Living { equal: place(resource, pass), ..Living::default() }
}

fn page_request(resource: &Resource, company: &str, pass: &str, page: u32) -> Result<Request, Trouble> {
    let request = match resource.list {
        List::Once(_) => request::once(resource, company, pass),
        _ => request::page(resource, company, Selection { pass, updated_since: None }, page),
    };
    request.ok_or_else(|| unlisted(resource))
}

/// Says that a list ended before it had shown what it counts.
pub(super) fn falls_short(shown: u64, total: u64) -> String {
    format!("it shows {shown} rows and counts {total}; what it does not show stays as it is")
}

fn unlisted(resource: &Resource) -> Trouble {
    Trouble::Endless(format!("{} has no list of its own", resource.name))
}

/// Returns the text of an object's last change.
fn updated_at(resource: &Resource, object: &Object) -> Option<String> {
    let at = resource.columns.iter().position(|column| column.name == "updated_at")?;
    match object.row.cells.get(at) {
        Some(Cell::Text(text)) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// Writes a second the way the service writes times, in UTC: that is never ahead of Italian time.
fn utc_text(second: i64) -> String {
    jiff::Timestamp::from_second(second)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// Moves a time of the service back; one that cannot be read stays.
fn before(text: &str, by_s: i64) -> String {
    use jiff::ToSpan;
    let parsed = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", text);
    let moved = parsed.and_then(|time| time.checked_sub(by_s.seconds()));
    moved.map_or_else(|_| text.to_owned(), |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_asked_for_with_an_overlap() {
        assert_eq!(before("2026-01-01 00:30:00", CHANGES_OVERLAP_S), "2025-12-31 23:30:00");
        assert_eq!(before("soon", CHANGES_OVERLAP_S), "soon");
        assert_eq!(utc_text(1_767_225_600), "2026-01-01 00:00:00");
    }
}
