//! No secret comes by an argument: what is or looks like one is refused before anything is done, and never repeated.

use std::ffi::{OsStr, OsString};

use clap::{Arg, ArgMatches, ValueHint};

use crate::config;
use crate::model::scrub;

/// Why no secret is taken from an argument, and where it belongs.
const PUBLIC: &str = "everybody on this machine sees arguments, and the shell remembers them
hint: put it into the environment (STRIPE_API_KEY, STRIPE_WEBHOOK_SECRET, FIC_ACCESS_TOKEN), .env or the config file; ";
/// What to do about what is one.
const IS_ONE: &str = "this
  one is known by now: roll it";
/// What to do about what may be one.
const MAY_BE_ONE: &str = "if
  it is one, it is known by now: roll it; if it is none, choose another name";

/// Refuses what is long enough to be nothing else than a secret, wherever it stands, paths included.
pub(super) fn certain(arguments: &[OsString]) -> Option<String> {
    let shown = arguments.iter().find_map(|argument| scrub::first_credential(&argument.to_string_lossy()))?;
    Some(format!("error: an argument holds a secret ({shown}): {PUBLIC}{IS_ONE}"))
}

/// Refuses a name, an id, an address or any other text that looks like a secret, in whatever argument: nobody has to think of
/// it who adds one. Files may be called as they like.
pub(super) fn given(command: &clap::Command, matches: &ArgMatches) -> Option<String> {
    let is_given = |argument: &&Arg| {
        let values = matches.try_get_raw(argument.get_id().as_str()).ok().flatten();
        let names_variable = argument.get_id().as_str().ends_with("_env");
        let is_name = |value: &OsStr| names_variable && value.to_str().is_some_and(config::is_variable_name);
        values.is_some_and(|mut values| {
            values.any(|value| !is_name(value) && is_refused(value, argument.get_value_hint()))
        })
    };
    if let Some(argument) = command.get_arguments().find(is_given) {
        return Some(refusal(&format!("what was given as {}", named(argument))));
    }
    let (name, matches) = matches.subcommand()?;
    given(command.find_subcommand(name)?, matches)
}

/// Refuses arguments that clap refuses with words that repeat a secret.
pub(super) fn repeated(words: &str) -> Option<String> {
    config::is_like_a_secret(words).then(|| refusal("an argument"))
}

fn refusal(what: &str) -> String {
    format!("error: {what} looks like a key, a token or a signing secret: {PUBLIC}{MAY_BE_ONE}")
}

fn is_refused(value: &OsStr, hint: ValueHint) -> bool {
    let value = value.to_string_lossy();
    match hint {
        ValueHint::FilePath | ValueHint::DirPath | ValueHint::AnyPath => false,
        // A path may look like a token of Fatture in Cloud.
        ValueHint::Url => config::is_like_a_secret(&value),
        _ => config::is_like_a_secret(&value) || scrub::is_fic_token(&value),
    }
}

/// Names an argument as its user writes it.
fn named(argument: &Arg) -> String {
    let value = || argument.get_value_names().and_then(|names| names.first()).map(|name| name.to_string());
    match argument.get_long() {
        Some(long) => format!("--{long}"),
        None => value().unwrap_or_else(|| argument.get_id().to_string()),
    }
}
