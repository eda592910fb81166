//! Arguments to calls, errors to exit codes. The only place that knows clap.
//!
//! Commands turn arguments and settings into values, call the layers below, and hand what comes back to the UI. They
//! never print for themselves, and only [`exit`] knows exit codes.

mod accounts;
mod alerts;
pub mod args;
mod batch_sync;
mod catch_up;
mod companies;
mod connected;
mod engine;
mod events;
pub mod exit;
mod fleet;
mod forward;
pub mod generate;
#[cfg(debug_assertions)]
mod holding_back;
mod keeping;
mod listen;
mod locking;
mod meant;
pub mod names;
mod next;
mod no_secrets;
mod office;
mod openers;
mod pass_on;
mod payloads;
mod playground;
mod price;
mod replay;
mod retry_failed;
mod rotation;
mod sandbox;
pub mod select;
mod signals;
mod status;
mod stored;
mod sync;
mod test_webhook;
pub mod values;
mod webhooks;
mod wishes;

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use etcetera::BaseStrategy;

use crate::clock::SystemClock;
use crate::config::{self, Gathered, Layers, Places, Settings, Source};
use crate::model::scrub;
use crate::sync::delivery::Retries;
use crate::ui::{self, Ui};
use args::{Cli, Command, Global};
use exit::{Exit, Failure};

/// Parses the process's arguments and runs the command.
pub fn main() -> ExitCode {
    ui::hide_panic_payloads();
    // A bug anywhere below must still end with a code of ours; the hook has already said where it is.
    let ended = std::panic::catch_unwind(|| run(std::env::args_os()));
    ended.unwrap_or(Exit::Failed).into()
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match parsed(arguments) {
        Ok(cli) => cli,
        Err(exit) => return exit,
    };
    let ui = Ui::new(&cli.global.look(|name| std::env::var_os(name)));
    ui.start_log(cli.global.log_format, cli.global.verbose);
    let exit = dispatch(&cli, &ui).unwrap_or_else(|failure| {
        ui.failure(&failure.message, &failure.causes, failure.hint.as_deref());
        failure.exit
    });
    ui.finish();
    exit
}

/// Parses the arguments; where there is nothing to be run, everything has been said.
fn parsed(arguments: Vec<OsString>) -> Result<Cli, Exit> {
    let refuse = |refusal: String| {
        ui::refusal(&refusal);
        Exit::Usage
    };
    if let Some(refusal) = no_secrets::certain(&arguments) {
        return Err(refuse(refusal));
    }
    // A script may have put there whatever somebody else calls himself, and a refusal repeats it.
    let is_harmless = arguments.iter().all(|argument| argument.to_str().is_some_and(ui::is_harmless));
    let mut command = Cli::command();
    let matches = command.try_get_matches_from_mut(arguments);
    if let Some(refusal) = matches.as_ref().ok().and_then(|matches| no_secrets::given(&command, matches)) {
        return Err(refuse(refusal));
    }
    let cli = matches.and_then(|mut it| Cli::from_arg_matches_mut(&mut it).map_err(|it| it.format(&mut command)));
    cli.map_err(|error| {
        // Help and version end up here too. A reader that went away needs no message.
        if !error.use_stderr() {
            let _ = error.print();
            return Exit::Done;
        }
        let words = error.render().to_string();
        let scrubbed = scrub::scrub(&words);
        match no_secrets::repeated(&words) {
            Some(refusal) => ui::refusal(&refusal),
            None if is_harmless && scrubbed == words => {
                let _ = error.print();
            }
            None => ui::refusal(&scrubbed),
        }
        Exit::Usage
    })
}

fn dispatch(cli: &Cli, ui: &Ui) -> Result<Exit, Failure> {
    let clock = SystemClock::new();
    // A file that is named must be there, also for commands that take nothing from it.
    if cli.global.config.is_some() {
        config::gather(&places(&cli.global)?)?;
    }
    match &cli.command {
        Command::Sync(args) => sync::run(args, &cli.global, ui, &clock),
        Command::BatchSync(args) => batch_sync::run(args, &cli.global, ui, &clock),
        Command::Accounts(args) => accounts::run(args, &cli.global, ui, &clock),
        Command::Companies(args) => companies::run(args, &cli.global, ui, &clock),
        Command::Listen(args) => listen::run(args, &cli.global, ui),
        Command::Replay(args) => replay::run(args, &cli.global, ui, &clock),
        Command::TestWebhook(args) => test_webhook::run(args, &cli.global, ui, &clock),
        Command::Status(args) => status::run(args, &cli.global, ui, &clock),
        Command::Events(args) => events::run(args, &cli.global, ui, &clock),
        Command::RetryFailed(args) => retry_failed::run(args, &cli.global, ui, &clock),
        Command::Webhooks(args) => webhooks::run(args, &cli.global, ui, &clock),
        Command::Sandbox(args) => sandbox::run(args, ui, &clock),
        Command::Completions(args) => generate::completions(args, ui),
        Command::Man(args) => generate::man(args, ui),
    }
}

/// Reads every place that settings come from and decides between them.
fn settings(global: &Global, ui: &Ui) -> Result<Settings, Failure> {
    let Gathered { layers, notes } = config::gather(&places(global)?)?;
    for note in notes {
        ui.note(&note);
    }
    let mut layers: Layers = layers;
    if let Some(database) = &global.database {
        let text = database.to_str().ok_or_else(|| Failure::usage("--database is not UTF-8 text"))?;
        layers.flags = layers.flags.with("database", text, Source::Flag);
    }
    Ok(config::resolve(&layers)?)
}

/// Returns how often failed events are tried again.
fn retries(settings: &Settings) -> Result<Retries, Failure> {
    let retrying = settings.retrying()?;
    Ok(Retries::doubling(retrying.times, i64::try_from(retrying.first_delay.as_secs()).unwrap_or(i64::MAX)))
}

fn places(global: &Global) -> Result<Places, Failure> {
    let working_folder = std::env::current_dir()
        .map_err(|error| Failure::failed("the working folder cannot be used").because(&error))?;
    // A value that is not text stays in, spoilt: it is refused by those who need it, not taken for absent.
    let text =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned()));
    let variables: HashMap<String, String> = std::env::vars_os().filter_map(text).collect();
    let config_folder: Option<PathBuf> = etcetera::base_strategy::Xdg::new().ok().map(|base| base.config_dir());
    Ok(Places {
        variables,
        working_folder,
        config_folder,
        config_file: global.config.clone(),
        project: global.project_name.clone(),
    })
}
