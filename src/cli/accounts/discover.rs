//! `accounts discover`: what every key and token opens.

use std::path::Path;

use super::add::names;
use super::asking::Access;
use super::{lock, opened};
use crate::cli::args::{AccountsDiscoverArgs, Global};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{settings, signals, sync as sync_command};
use crate::clock::Clock;
use crate::config::{self, Credentials};
use crate::model::accounts::Found;
use crate::model::cancel::Cancel;
use crate::store::{self, Store};
use crate::sync::{self, TakesUp, discovery};
use crate::ui::Ui;

/// Runs the command.
pub(super) fn run(args: &AccountsDiscoverArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    let mut credentials = settings.credentials()?;
    if let Some(provider) = args.provider.map(|provider| sync_command::provider(provider).name()) {
        keep(&mut credentials, provider);
    }
    if credentials.is_empty() {
        return Err(config::Error::NoCredentials.into());
    }
    let cancel = signals::watch()?;
    store::stop_waiting_for(&cancel);
    let store = place(&settings.database.value, args.dry_run)?;
    // What another process is just removing is not taken up. Without that word nothing is, and a sync may run beside.
    if args.include_removed && !args.dry_run {
        store.guard(lock(&settings.database.value, &cancel, ui, clock)?);
    }
    credentials.doubles.iter().for_each(|double| ui.note(&double.note));
    let takes_up = if args.include_removed { TakesUp::Everybody } else { TakesUp::Nobody };
    let (found, failures) = find(&store, &credentials, takes_up, &cancel, ui)?;
    ui.found(&found, args.dry_run).map_err(|error| Failure::stdout(&error))?;
    if let Some(signal) = cancel.signal() {
        ui.note("interrupted; what was found is in the file, and the same command reads the lists again");
        return Ok(Exit::Interrupted(signal));
    }
    end(&found, failures)
}

fn keep(credentials: &mut Credentials, provider: &str) {
    credentials.unset.retain(|it| it.provider == provider);
    credentials.doubles.retain(|it| it.provider == provider);
    match provider {
        "stripe" => credentials.fic.clear(),
        _ => credentials.stripe.clear(),
    }
}

/// Opens the file, or what stands for it where nothing is to be written.
fn place(database: &Path, is_dry_run: bool) -> Result<Store, Failure> {
    match is_dry_run {
        false => opened(database),
        true if database.exists() => Ok(Store::open_read_only(database)?.accounts_alone()?),
        true => Ok(Store::in_memory()?),
    }
}

/// Asks with one credential after the other. What one of them fails with keeps no other from being asked; what is wrong with
/// the file is wrong for all.
fn find(
    store: &Store,
    credentials: &Credentials,
    takes_up: TakesUp,
    cancel: &Cancel,
    ui: &Ui,
) -> Result<(Vec<Found>, Vec<Failure>), Failure> {
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    let stripe = credentials.stripe.iter().map(Access::Stripe);
    let all = stripe.chain(credentials.fic.iter().map(Access::Fic));
    let steps = ui.steps_of("account", None);
    for access in all {
        if cancel.is_set() {
            break;
        }
        let mut told = 0;
        let mut tell = |so_far: u64| {
            steps.add(so_far.saturating_sub(told));
            told = so_far;
        };
        let all = names(credentials, access.provider());
        match access.find(store, &all, true, takes_up, cancel, &mut tell) {
            Ok(one) => {
                tell(one.listed);
                discovery::credential_asked(store, access.whose(), None)?;
                found.push(one);
            }
            Err(sync::Error::Store(error)) => return Err(error.into()),
            Err(_) if cancel.is_set() => break,
            Err(error) => {
                discovery::credential_asked(store, access.whose(), Some(&error))?;
                let (provider, mode) = (access.provider(), access.mode());
                let credential = access.name().clone();
                found.push(Found { provider, mode, credential, error: Some(error.to_string()), ..Found::default() });
                failures.push(error.into());
            }
        }
    }
    for unset in &credentials.unset {
        let error = unset.error();
        found.push(Found {
            provider: unset.provider,
            credential: Some(unset.name.clone()),
            error: Some(error.to_string()),
            ..Found::default()
        });
        failures.push(error.into());
    }
    Ok((found, failures))
}

/// Says how it ends: with nothing but failures as the first of them, or as a refusal where all are.
fn end(found: &[Found], failures: Vec<Failure>) -> Result<Exit, Failure> {
    if failures.is_empty() {
        return Ok(Exit::Done);
    }
    if failures.len() < found.len() {
        return Ok(Exit::Partly);
    }
    let is_refused = failures.iter().all(|failure| failure.exit == Exit::Unauthorised);
    let is_file = failures.iter().all(|failure| failure.exit == Exit::Usage);
    let exit = match () {
        () if is_refused => Exit::Unauthorised,
        () if is_file => Exit::Usage,
        () => Exit::Failed,
    };
    match failures.into_iter().next() {
        Some(first) => Err(Failure { exit, ..first }),
        None => Ok(exit),
    }
}
