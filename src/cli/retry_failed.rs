//! `retry-failed`: failed events once more.

use super::args::{Global, RetryFailedArgs};
use super::exit::{Exit, Failure};
use super::{settings, signals, status, sync};
use crate::clock::Clock;
use crate::model::log::LogFilter;
use crate::store::{self, Store};
use crate::sync::intake::Intake;
use crate::sync::retry;
use crate::ui::Ui;

/// Runs the command.
pub(super) fn run(args: &RetryFailedArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    let (database, retries) = (settings.database.value.clone(), super::retries(&settings)?);
    status::present(&database)?;
    let filter = LogFilter {
        kind: args.kind.clone(),
        provider: args.provider.map(|provider| sync::provider(provider).name()),
        rows: args.webhook_id.clone(),
        ..LogFilter::default()
    };
    let now_s = clock.now_ms().div_euclid(1000);
    if args.dry_run {
        let store = Store::open_read_only(&database)?;
        named(&store, &args.webhook_id, ui)?;
        let plan = retry::plan(&store, &filter)?;
        ui.retry_plan(&plan, now_s).map_err(|error| Failure::stdout(&error))?;
        return Ok(Exit::Done);
    }
    let cancel = signals::watch()?;
    store::stop_waiting_for(&cancel);
    let store = Store::open(&database)?;
    named(&store, &args.webhook_id, ui)?;
    let catalog = crate::sync::catalog();
    let mut intake = Intake::new(&store, &catalog, retries, None)?.offline();
    let report = retry::retry(&store, &mut intake, &filter, now_s, &cancel)?;
    ui.retry_report(&report).map_err(|error| Failure::stdout(&error))?;
    Ok(match cancel.signal().filter(|_| report.is_interrupted) {
        Some(signal) => Exit::Interrupted(signal),
        None if report.failed + report.dead + report.hopeless > 0 => Exit::Partly,
        None => Exit::Done,
    })
}

/// Refuses rows that are not there, and says of which there is nothing to try.
fn named(store: &Store, rows: &[i64], ui: &Ui) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let found = store.log(&LogFilter { rows: rows.to_vec(), ..LogFilter::default() }, rows.len())?;
    if let Some(row) = rows.iter().find(|row| found.iter().all(|event| event.row != **row)) {
        let message = format!("the log has no row {row}");
        return Err(Failure::usage(message).hint("`stripesync events list --status failed,dead` shows those to try"));
    }
    for event in found.iter().filter(|event| !matches!(event.status.as_str(), "failed" | "dead")) {
        ui.note(&format!("row {} ({}) is {}: there is nothing to try", event.row, event.id, event.status));
    }
    Ok(())
}
