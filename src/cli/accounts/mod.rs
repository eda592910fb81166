//! `accounts`: which accounts there are, who reads them, and how they stand.

mod add;
mod asking;
mod discover;
mod list;
mod remove;
mod take_out;

use std::path::Path;

use super::args::{AccountsArgs, AccountsCommand, Global, ModeArg};
use super::exit::{Exit, Failure};
use super::locking;
use crate::clock::Clock;
use crate::model::accounts::AccountLine;
use crate::model::cancel::Cancel;
use crate::store::{Lock, Store};
use crate::ui::Ui;

pub(super) use remove::confirmed;

/// Runs the command.
pub(super) fn run(args: &AccountsArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    match &args.command {
        AccountsCommand::Add(args) => add::run(args, global, ui, clock),
        AccountsCommand::Discover(args) => discover::run(args, global, ui, clock),
        AccountsCommand::List(args) => list::run(args, global, ui),
        AccountsCommand::Remove(args) => match (&args.credential, &args.id) {
            (Some(name), _) => take_out::run(name, args.yes, global, ui),
            (None, id) => remove::run(id.as_deref().unwrap_or_default(), args, global, ui, clock),
        },
    }
}

/// Keeps whoever reads or removes accounts out of the file.
fn lock(database: &Path, cancel: &Cancel, ui: &Ui, clock: &dyn Clock) -> Result<Lock, Failure> {
    locking::lock(database, false, &|note| ui.note(&note), cancel, clock)
}

/// Opens the file for writing; one that is not there is made.
pub(super) fn opened(database: &Path) -> Result<Store, Failure> {
    Ok(Store::open(database)?)
}

/// Returns the accounts that an id means: one for each mode that the file has it in.
///
/// # Errors
/// When there is none.
pub(super) fn named(store: &Store, id: &str) -> Result<Vec<AccountLine>, Failure> {
    let found = store.accounts_named(id)?;
    if found.is_empty() {
        return Err(Failure::usage(format!("the file has no account {id}"))
            .hint("`stripesync accounts list` shows those that it has, `stripesync accounts discover` finds others"));
    }
    Ok(found)
}

/// Counts the accounts that are synced with this one's key.
fn connected(store: &Store, account: &AccountLine) -> Result<u64, Failure> {
    let lines = store.account_lines()?;
    let is_its = |it: &&AccountLine| {
        it.provider == account.provider && it.mode == account.mode && it.platform.as_ref() == Some(&account.id)
    };
    Ok(lines.iter().filter(is_its).filter(|it| it.standing.is_synced()).count() as u64)
}

/// Returns the one account that an id and a mode mean.
///
/// # Errors
/// When there is none, or several.
fn only(store: &Store, id: &str, mode: Option<ModeArg>) -> Result<AccountLine, Failure> {
    let mut found = named(store, id)?;
    let modes = found.iter().map(|it| it.mode.clone()).collect::<Vec<_>>().join(", ");
    found.retain(|it| mode.is_none_or(|mode| mode.name() == it.mode));
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Failure::usage(format!("the file has {id} in another mode: {modes}")).hint("name that with --mode")),
        _ => Err(Failure::usage(format!("the file has {id} in several modes: {modes}"))
            .hint("say which with --mode; test and live mode of one account are two accounts")),
    }
}
