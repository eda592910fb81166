//! Failed events are tried once more when somebody asks for it: in short transactions, beside whoever else writes.

use super::Error;
use super::delivery::{Accepted, Verdict};
use super::intake::Intake;
use super::turns::Turns;
use crate::model::cancel::Cancel;
use crate::model::log::{LogFilter, RetryPlan, RetryReport};
use crate::store::Store;

/// Events of one transaction.
const BATCH: usize = 100;
/// Failures that a report names, and events that a plan does.
const NAMED_MAX: usize = 1000;

/// Returns which events `retry-failed` means.
fn failed(filter: &LogFilter) -> LogFilter {
    LogFilter { statuses: vec!["failed", "dead"], ..filter.clone() }
}

/// Returns how many a filter leaves out that leaves out all.
fn others(store: &Store, is_none: bool) -> Result<u64, Error> {
    Ok(if is_none { store.log_rows(&failed(&LogFilter::default()))?.len() as u64 } else { 0 })
}

/// Says what [`retry`] would do; writes nothing.
///
/// # Errors
/// SQLite's.
pub fn plan(store: &Store, filter: &LogFilter) -> Result<RetryPlan, Error> {
    let mut plan = RetryPlan::default();
    for rows in store.log_rows(&failed(filter))?.chunks(BATCH) {
        let mut events = store.log(&LogFilter { rows: rows.to_vec(), ..LogFilter::default() }, BATCH)?;
        events.sort_by_key(|event| event.row);
        plan.total += events.len() as u64;
        let room = NAMED_MAX - plan.events.len();
        plan.events.extend(events.into_iter().take(room));
    }
    plan.others = others(store, plan.total == 0)?;
    Ok(plan)
}

/// Tries the failed and dead events of a filter once more, those too whose payload could not be taken: another version
/// may have logged them.
///
/// # Errors
/// What keeps the file from being written; what was done before is in it.
pub fn retry(
    store: &Store,
    intake: &mut Intake,
    filter: &LogFilter,
    now_s: i64,
    cancel: &Cancel,
) -> Result<RetryReport, Error> {
    let (mut report, mut turns) = (RetryReport::default(), Turns::new(store));
    let meant = store.log_rows(&failed(filter))?;
    report.others = others(store, meant.is_empty())?;
    for rows in meant.chunks(BATCH) {
        if cancel.is_set() {
            report.is_interrupted = true;
            break;
        }
        store.at_once(|| {
            turns.begin();
            batch(store, intake, rows, now_s, &mut report)
        })?;
        turns.end();
    }
    Ok(report)
}

fn batch(store: &Store, intake: &mut Intake, rows: &[i64], now_s: i64, report: &mut RetryReport) -> Result<(), Error> {
    // Somebody else may have taken them since.
    let events = store.still_failed(rows)?;
    let again = intake.again(&events, now_s)?;
    let has_failed = |one: &&Accepted| one.verdict.in_words().1.is_some();
    let hopeless = again.iter().filter(|one| matches!(one.verdict, Verdict::Unusable(_))).count() as u64;
    report.hopeless += hopeless;
    let rows: Vec<i64> = again.iter().filter(has_failed).filter_map(|one| one.row).collect();
    report.processed += (again.len() - rows.len()) as u64;
    if rows.is_empty() {
        return Ok(());
    }
    let mut failures = store.log(&LogFilter { rows, ..LogFilter::default() }, BATCH)?;
    failures.sort_by_key(|event| event.row);
    let dead = failures.iter().filter(|event| event.status == "dead").count() as u64;
    report.dead += dead - hopeless;
    report.failed += failures.len() as u64 - dead;
    let room = NAMED_MAX - report.failures.len();
    report.failures.extend(failures.into_iter().take(room));
    Ok(())
}
