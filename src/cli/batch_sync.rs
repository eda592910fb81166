//! `batch-sync`: a bounded piece of many accounts, those first that waited longest.

use std::path::PathBuf;

use super::alerts::Alerts;
use super::args::{BatchSyncArgs, Global};
use super::engine::{Access, Order};
use super::exit::{Exit, Failure};
use super::fleet::{self, Batch, Choice};
use super::select::{self, Selection, Wish};
use super::sync::{ALERTS_TIME, credentials, provider};
use super::{names, settings, signals};
use crate::clock::Clock;
use crate::config;
use crate::model::cancel::Cancel;
use crate::model::fleet::StopCause;
use crate::model::resource::Provider;
use crate::ui::Ui;

/// Requests of one account in flight.
const IN_FLIGHT_MAX: usize = 32;

/// Runs the command.
pub(super) fn run(args: &BatchSyncArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let table = names::table();
    let names = select::parted(&args.resources);
    let wish = Wish { names: &names, exclude: &args.exclude, provider: args.provider.map(provider) };
    let Selection { resources, notes } = select::select(&table, &wish)?;
    for note in notes {
        ui.note(&note);
    }
    let cancel = signals::watch()?;
    let settings = settings(global, ui)?;
    let concerns = |provider| resources.iter().any(|resource| resource.provider == provider);
    let access = credentials(&settings, concerns(Provider::Stripe), concerns(Provider::Fic))?;
    access.doubles.iter().for_each(|double| ui.note(&double.note));
    if access.stripe.is_empty() && access.fic.is_empty() && access.lacking.is_empty() {
        return Err(config::Error::NoCredentials.into());
    }
    let order = Order {
        database: PathBuf::clone(&settings.database.value),
        only: resources,
        accounts: Vec::new(),
        initial: args.initial,
        since_s: None,
        dry_run: args.dry_run,
        jobs: IN_FLIGHT_MAX,
        rate_percent: args.rate,
        queued_only: false,
        beside_receiver: false,
    };
    let choice = Choice {
        limit: Some(args.limit),
        company: args.company_id.clone(),
        accounts: Vec::new(),
        heeds_back_off: true,
        at_once: args.jobs,
        ..Choice::default()
    };
    let alerts = if args.dry_run { None } else { Alerts::begin(&settings)? };
    let ended = carry_out(&order, &access, &choice, ui, &cancel, clock);
    if let Some(alerts) = alerts {
        alerts.synced(&ended);
        alerts.end(ALERTS_TIME);
    }
    ended
}

/// Reads the accounts chosen, and shows what came of each.
pub(super) fn carry_out(
    order: &Order,
    access: &Access,
    choice: &Choice,
    ui: &Ui,
    cancel: &Cancel,
    clock: &dyn Clock,
) -> Result<Exit, Failure> {
    let watch = ui.fleet_watch();
    let batch = fleet::pull(order, access, choice, &watch, cancel, clock);
    // The bars must be gone before anything else is written.
    drop(watch);
    match batch? {
        Batch::Planned(plan) => {
            ui.fleet_plan(&plan).map_err(|error| Failure::stdout(&error))?;
            Ok(Exit::Done)
        }
        Batch::Done(report) => {
            ui.fleet_report(&report).map_err(|error| Failure::stdout(&error))?;
            for stopped in &report.stopped {
                ui.failure(&stopped.why, &[], Some(next_after(stopped.cause)));
            }
            if let Some(why) = &report.locked {
                let hint = "what was read is in the file; close the other program, and the same command goes on";
                ui.failure(&format!("{why}, and did not let go"), &[], Some(hint));
            }
            if report.signal.is_some() {
                ui.note("interrupted; everything read so far is in the file, and the same command goes on from there");
            } else if report.members.is_empty() && report.stopped.is_empty() {
                ui.note(nobody(choice));
            }
            Ok(fleet::exit_of(&report))
        }
    }
}

/// Says why there was nothing to do.
fn nobody(choice: &Choice) -> &'static str {
    match choice.company {
        Some(_) => {
            "no account of that company is due; `stripesync accounts list` shows them, `stripesync companies assign` adds one"
        }
        None => "no account is due; `stripesync accounts list` shows how each stands, -v when it is tried again",
    }
}

/// Says what to do about a credential that opened nothing.
fn next_after(cause: StopCause) -> &'static str {
    match cause {
        StopCause::Keyless => "set it again, or take them out: `stripesync accounts remove ID`",
        StopCause::Unset => "set that variable, or mend the entry; what it opens was not read",
        StopCause::Refused => "look whether it was revoked or has expired; what it opens was not read",
        StopCause::Elsewhere => {
            "look which companies the token was made for; mend or take away its company_id (FIC_COMPANY_ID), if it has one"
        }
        StopCause::Unreached => "its accounts were not begun; the same command goes on there",
    }
}
