//! `events`: what the event log holds.

use std::time::Duration;

use super::args::{EventsArgs, EventsCommand, EventsListArgs, EventsPruneArgs, Global};
use super::exit::{Exit, Failure};
use super::{settings, signals, status, sync, values};
use crate::clock::Clock;
use crate::model::log::{LogFilter, PruneWish};
use crate::store::{self, Store};
use crate::sync::prune;
use crate::ui::Ui;
use crate::ui::units::counted;

/// Runs the command.
pub(super) fn run(args: &EventsArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let database = settings(global, ui)?.database.value;
    status::present(&database)?;
    if let EventsCommand::Prune(args) = &args.command
        && !args.dry_run
    {
        return prune_now(args, &Store::open(&database)?, ui, clock);
    }
    let store = Store::open_read_only(&database)?;
    match &args.command {
        EventsCommand::Prune(args) => prune_now(args, &store, ui, clock),
        EventsCommand::List(args) => list(args, &store, ui, clock.now_ms().div_euclid(1000)),
        EventsCommand::Show(args) => show(&args.event, &store, ui),
    }
}

fn list(args: &EventsListArgs, store: &Store, ui: &Ui, now_s: i64) -> Result<Exit, Failure> {
    values::ordered(args.since, args.until, now_s).map_err(Failure::usage)?;
    let filter = LogFilter {
        statuses: args.status.iter().map(|status| status.name()).collect(),
        kind: args.kind.clone(),
        kinds: Vec::new(),
        account: args.account.clone(),
        provider: args.provider.map(|provider| sync::provider(provider).name()),
        object: args.object.clone(),
        since_s: args.since.map(|when| when.second(now_s)),
        until_s: args.until.map(|when| when.second(now_s)),
        rows: Vec::new(),
    };
    let mut events = store.log(&filter, args.limit + 1)?;
    let is_cut = events.len() > args.limit;
    events.truncate(args.limit);
    ui.events(&events).map_err(|error| Failure::stdout(&error))?;
    if events.is_empty() {
        let all = LogFilter::default();
        ui.note(match filter == all || store.log(&all, 1)?.is_empty() {
            true => "the log is empty: events come with webhooks, and with the syncs after the first",
            false => "the log holds no such event; `stripesync events list` without options shows the last ones",
        });
    } else if is_cut {
        let shown = counted(args.limit as u64, "event");
        ui.note(&format!("the log holds more than {shown} of these; --limit shows more, the other options choose"));
    }
    Ok(Exit::Done)
}

/// Takes old events out of the log, or says which would go.
fn prune_now(args: &EventsPruneArgs, store: &Store, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let cancel = signals::watch()?;
    store::stop_waiting_for(&cancel);
    let statuses = args.status.iter().map(|status| status.name()).collect();
    let wish = PruneWish { before_s: before_s(args.older_than, clock), statuses };
    let catalog = crate::sync::catalog();
    let pruned = match args.dry_run {
        true => prune::plan(store, &catalog, &wish, &cancel)?,
        // Whoever else has the file open is given his turns as by a sync.
        false => prune::prune(store, &catalog, &wish, 0, &cancel)?,
    };
    ui.pruned(&pruned, args.dry_run).map_err(|error| Failure::stdout(&error))?;
    Ok(match cancel.signal().filter(|_| pruned.is_interrupted) {
        Some(signal) => Exit::Interrupted(signal),
        None => Exit::Done,
    })
}

/// Returns the second before which events are older than this.
pub(super) fn before_s(age: Duration, clock: &dyn Clock) -> i64 {
    clock.now_ms().div_euclid(1000).saturating_sub(i64::try_from(age.as_secs()).unwrap_or(i64::MAX))
}

fn show(name: &str, store: &Store, ui: &Ui) -> Result<Exit, Failure> {
    let rows = match name.parse() {
        Ok(row) => vec![row],
        Err(_) => store.log_rows_of(name)?,
    };
    if rows.len() > 1 {
        let rows: Vec<String> = rows.iter().map(i64::to_string).collect();
        let message = format!("several accounts have an event {name}: it is in the rows {}", rows.join(", "));
        return Err(Failure::usage(message).hint("name the row that is meant: stripesync events show ROW"));
    }
    let details = match rows.first() {
        Some(row) => store.event_details(&crate::sync::catalog(), *row)?,
        None => None,
    };
    let Some(details) = details else {
        return Err(Failure::usage(format!("the log holds no event {name}")).hint(
            "`stripesync events list` shows the last ones with their rows; --type, --object and --since find others",
        ));
    };
    ui.event(&details).map_err(|error| Failure::stdout(&error))?;
    Ok(Exit::Done)
}
