//! What `replay` takes: events from outside, and events of the file's own log, page by page.

use std::collections::VecDeque;

use super::exit::Failure;
use super::payloads::Payload;
use super::replay::ReplayArgs;
use crate::model::log::LogFilter;
use crate::store::{Store, Waiting};
use crate::ui::Ui;

/// Events of the log in one run; eight bytes are remembered of each.
const EVENTS_MAX: usize = 1_000_000;
/// Events read at a time.
const PAGE: usize = 50;

/// Why some are left out.
pub(super) const NOT_SENT: &str = "events of Fatture in Cloud are not sent elsewhere: only the service can sign them";

/// One event to be replayed.
#[derive(Debug, Clone)]
pub(super) enum Found {
    /// Of a file.
    Outside(Payload),
    /// Of the log: its account's row, and it.
    Logged(i64, Waiting),
}

impl Found {
    /// Returns its JSON.
    pub fn body(&self) -> &str {
        match self {
            Found::Outside(payload) => &payload.body,
            Found::Logged(_, one) => &one.event.payload,
        }
    }

    /// Says where it stands.
    pub fn place(&self) -> String {
        match self {
            Found::Outside(payload) => payload.place.clone(),
            Found::Logged(_, one) => format!("row {} of the log", one.row),
        }
    }
}

/// Returns which events of the log are meant, oldest first, as rows.
///
/// # Errors
/// When an event that is named is not there, or cannot be sent where it is to be, or there are too many.
pub(super) fn rows(args: &ReplayArgs, store: &Store, now_s: i64, ui: &Ui) -> Result<Vec<i64>, Failure> {
    let mut filter = LogFilter {
        kinds: args.kinds.clone(),
        account: args.account.clone(),
        since_s: args.since.map(|when| when.second(now_s)),
        until_s: args.until.map(|when| when.second(now_s)),
        ..LogFilter::default()
    };
    for event in &args.events {
        let found = store.log_rows_of(event)?;
        if found.is_empty() {
            return Err(Failure::usage(format!("the log holds no event {event}"))
                .hint("`stripesync events list` shows the last ones; --type, --object and --since find others"));
        }
        filter.rows.extend(found);
    }
    if args.forward_to.is_some() {
        let of_fic = LogFilter { provider: Some("fic"), ..filter.clone() };
        let is_met = !store.log(&of_fic, 1)?.is_empty();
        if is_met && (args.account.is_some() || !args.events.is_empty()) {
            return Err(Failure::usage(NOT_SENT).hint("without --forward-to they are taken into the file once more"));
        }
        if is_met {
            ui.note(NOT_SENT);
        }
        filter.provider = Some("stripe");
    }
    let rows = store.log_rows_by_time(&filter, EVENTS_MAX + 1)?;
    if rows.len() > EVENTS_MAX {
        return Err(Failure::usage(format!("more than {EVENTS_MAX} events of the log are meant"))
            .hint("--since and --until take some of them at a time"));
    }
    Ok(rows)
}

/// Reads logged events in the order of their rows, some at a time.
pub(super) struct Pages<'s> {
    store: &'s Store,
    rows: std::vec::IntoIter<i64>,
    ready: VecDeque<(i64, Waiting)>,
}

impl<'s> Pages<'s> {
    /// Prepares to read these.
    pub fn of(store: &'s Store, rows: Vec<i64>) -> Pages<'s> {
        Pages { store, rows: rows.into_iter(), ready: VecDeque::new() }
    }

    fn read(&mut self) -> Result<(), Failure> {
        let rows: Vec<i64> = self.rows.by_ref().take(PAGE).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let mut found = self.store.logged_events(&LogFilter { rows: rows.clone(), ..LogFilter::default() })?;
        found.sort_by_key(|(_, one)| rows.iter().position(|row| *row == one.row));
        self.ready = found.into();
        Ok(())
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Found, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        // What somebody pruned meanwhile is not there any more.
        while self.ready.is_empty() && self.rows.len() > 0 {
            if let Err(failure) = self.read() {
                return Some(Err(failure));
            }
        }
        self.ready.pop_front().map(|(account, one)| Ok(Found::Logged(account, one)))
    }
}
