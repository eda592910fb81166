//! Takes old events out of the log, in short transactions beside whoever else writes.

use std::time::{Duration, Instant};

use super::Error;
use super::turns::Turns;
use crate::model::cancel::Cancel;
use crate::model::extract::Catalog;
use crate::model::log::{PruneWish, Pruned};
use crate::store::{OldEvents, Store};

/// Rows of the log that are looked at in one transaction.
const BATCH: usize = 50;
/// Rows that are looked at before a plan sees the wish to stop.
const PLAN_BATCH: usize = 1000;
/// The longest rest between two transactions.
const REST_MAX: Duration = Duration::from_secs(1);

/// Says what [`prune`] would take; writes nothing.
///
/// # Errors
/// SQLite's.
pub fn plan(store: &Store, catalog: &Catalog, wish: &PruneWish, cancel: &Cancel) -> Result<Pruned, Error> {
    let mut pruned = Pruned::default();
    let Some(last) = store.last_old_event(wish.before_s)? else { return Ok(pruned) };
    let mut after = 0;
    while !cancel.is_set() {
        let old = store.old_events(catalog, wish, (after, last, PLAN_BATCH))?;
        count(&old, &mut pruned);
        let Some(row) = old.last_row else { return Ok(pruned) };
        after = row;
    }
    pruned.is_interrupted = true;
    Ok(pruned)
}

/// Takes the events of a wish out of the log. `resting` is the share of the time in which others find the file free:
/// after each transaction so many times as long as it took is rested.
///
/// # Errors
/// What keeps the file from being written; what went before is gone.
pub fn prune(
    store: &Store,
    catalog: &Catalog,
    wish: &PruneWish,
    resting: u32,
    cancel: &Cancel,
) -> Result<Pruned, Error> {
    let (mut pruned, mut turns) = (Pruned::default(), Turns::new(store));
    let Some(last) = store.last_old_event(wish.before_s)? else { return Ok(pruned) };
    let mut after = 0;
    while !cancel.is_set() {
        let began = Instant::now();
        let old = store.at_once(|| {
            turns.begin();
            // What may go is decided where it goes: nothing comes between.
            let old = store.old_events(catalog, wish, (after, last, BATCH))?;
            store.remove_events(old.events.iter().filter(|event| event.may_go).map(|event| event.row))?;
            Ok::<_, Error>(old)
        })?;
        turns.end();
        count(&old, &mut pruned);
        let Some(row) = old.last_row else { return Ok(pruned) };
        after = row;
        std::thread::sleep((began.elapsed() * resting).min(REST_MAX));
    }
    pruned.is_interrupted = true;
    Ok(pruned)
}

fn count(old: &OldEvents, pruned: &mut Pruned) {
    for event in &old.events {
        if event.may_go {
            *pruned.removed.entry((event.status.clone(), event.kind.clone())).or_default() += 1;
        } else {
            pruned.needed += 1;
        }
    }
}
