//! `accounts remove`: an account and its rows out of the file; or out of syncing alone.

use std::path::PathBuf;

use super::{connected, lock, only, opened};
use crate::cli::args::{AccountsRemoveArgs, Global};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{places, settings, signals, status};
use crate::clock::Clock;
use crate::config::{Settings, edit};
use crate::model::accounts::{AccountLine, RemovedAccount, Standing};
use crate::model::cancel::Cancel;
use crate::store::{self, NAMELESS, Store};
use crate::sync;
use crate::sync::removal::{self, Leaving};
use crate::ui::Ui;
use crate::ui::units::counted;

/// Runs the command.
pub(super) fn run(
    id: &str,
    args: &AccountsRemoveArgs,
    global: &Global,
    ui: &Ui,
    clock: &dyn Clock,
) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    let database = settings.database.value.clone();
    status::present(&database)?;
    // A sync that runs is told of before anybody is asked.
    drop(lock(&database, &Cancel::default(), ui, clock)?);
    let store = opened(&database)?;
    let account = only(&store, id, args.mode)?;
    let key = own_key(&store, &account)?;
    let rows = rows_of(&store, &account)?;
    let with_it = connected(&store, &account)?;
    if !is_meant(args.yes, global, &question(args, &account, (rows, with_it), key.as_deref()), ui)? {
        ui.note("nothing was removed");
        ui.removed_account(&declined(&account)).map_err(|error| Failure::stdout(&error))?;
        return Ok(Exit::Done);
    }
    let cancel = signals::watch()?;
    store.guard(lock(&database, &cancel, ui, clock)?);
    store::stop_waiting_for(&cancel);
    let config = places(global)?.config_path();
    let removing = Removing { args, store: &store, account: &account, config, cancel: &cancel, ui };
    let removed = RemovedAccount { connected: with_it, ..removing.run(key, rows)? };
    ui.removed_account(&removed).map_err(|error| Failure::stdout(&error))?;
    if !removed.is_interrupted && account.id != NAMELESS && account.mode != "sandbox" {
        ui.note(&way_back(&account, &removed, &settings));
    }
    Ok(match cancel.signal().filter(|_| removed.is_interrupted) {
        Some(signal) => {
            ui.note("interrupted; the same command goes on");
            Exit::Interrupted(signal)
        }
        None => Exit::Done,
    })
}

/// Says what takes the account up again: its id, as long as the key that reads it is there; else that key.
fn way_back(account: &AccountLine, removed: &RemovedAccount, settings: &Settings) -> String {
    let is_there =
        |name: &&String| removed.key.as_ref() != Some(*name) && settings.named_keys.iter().any(|it| it.name == **name);
    let own = account.credential.as_ref().filter(|_| account.platform.is_none());
    let Some(name) = own.filter(|name| !is_there(name)) else {
        return format!("it stays out, whatever opens it, until `stripesync accounts add {}`", account.id);
    };
    // A token may open other companies, too: only the one that is named comes back.
    let company = if account.provider == "fic" { format!(" --company-id {}", account.id) } else { String::new() };
    let back = format!("stripesync accounts add {name}{company}");
    format!(
        "it stays out, whatever opens it, until `{back}` with its {}",
        if company.is_empty() { "key" } else { "token" }
    )
}

/// Counts the account's rows as `accounts list` does.
fn rows_of(store: &Store, account: &AccountLine) -> Result<u64, Failure> {
    Ok(store.living_rows(&sync::catalog(), Some(account.row))?.remove(&account.row).unwrap_or(0))
}

/// What becomes of an account whose owner said no.
fn declined(account: &AccountLine) -> RemovedAccount {
    RemovedAccount {
        provider: account.provider.clone(),
        id: account.id.clone(),
        mode: account.mode.clone(),
        ..RemovedAccount::default()
    }
}

/// Returns the named key that opens this account, and nothing else in the file that stays.
fn own_key(store: &Store, account: &AccountLine) -> Result<Option<String>, Failure> {
    let Some(name) = account.credential.as_ref().filter(|_| account.platform.is_none()) else { return Ok(None) };
    let is_other = |it: &AccountLine| {
        let is_its = it.credential.as_ref() == Some(name) && it.provider == account.provider;
        is_its && it.row != account.row && it.platform.is_none() && it.standing != Standing::Removed
    };
    Ok(Some(name.clone()).filter(|_| !store.account_lines().is_ok_and(|lines| lines.iter().any(is_other))))
}

fn question(
    args: &AccountsRemoveArgs,
    account: &AccountLine,
    (rows, with_it): (u64, u64),
    key: Option<&str>,
) -> String {
    let name = account.name.as_ref().map(|name| format!(" \"{name}\"")).unwrap_or_default();
    let rows = counted(rows, "row");
    let mut question = match args.keep_data {
        true => format!("Sync {}{name} no more, and keep its {rows}", account.label()),
        false => format!("Delete {}{name} and its {rows}", account.label()),
    };
    if with_it > 0 {
        question.push_str(&format!("; {} are read with its key, and by nobody then", counted(with_it, "account")));
    }
    if let Some(key) = key {
        question.push_str(&format!("; take keys.{key} out of the config file"));
    }
    question + "?"
}

/// Asks, where that is to be.
pub(super) fn is_meant(is_said: bool, global: &Global, question: &str, ui: &Ui) -> Result<bool, Failure> {
    if is_said {
        return Ok(true);
    }
    confirmed(question, global, ui)
}

/// Asks for a yes where there is somebody to ask.
pub(in crate::cli) fn confirmed(question: &str, global: &Global, ui: &Ui) -> Result<bool, Failure> {
    let answer = if global.no_input { Ok(None) } else { ui.confirm(question) };
    let answer = answer.map_err(|error| Failure::failed("the terminal cannot be asked").because(&error))?;
    answer.ok_or_else(|| Failure::usage(format!("there is nobody to ask: {question}")).hint("say so with --yes"))
}

/// One account being removed.
struct Removing<'a> {
    args: &'a AccountsRemoveArgs,
    store: &'a Store,
    account: &'a AccountLine,
    config: Option<PathBuf>,
    cancel: &'a Cancel,
    ui: &'a Ui,
}

impl Removing<'_> {
    fn run(&self, key: Option<String>, rows: u64) -> Result<RemovedAccount, Failure> {
        let (store, account) = (self.store, self.account);
        // From here on it is synced no more, however this ends.
        store.at_once(|| store.removed(account.row))?;
        let key = key.map(|key| self.take_out(key)).transpose()?.flatten();
        let (deleted, is_whole) = if self.args.keep_data { (0, true) } else { self.delete(rows)? };
        Ok(RemovedAccount {
            provider: account.provider.clone(),
            id: account.id.clone(),
            mode: account.mode.clone(),
            is_removed: true,
            rows: deleted,
            is_kept: self.args.keep_data,
            key,
            connected: 0,
            is_interrupted: !is_whole,
        })
    }

    fn take_out(&self, key: String) -> Result<Option<String>, Failure> {
        let Some(path) = self.config.as_ref().filter(|path| path.exists()) else { return Ok(None) };
        Ok(edit::remove(path, &["keys", &key])?.then_some(key))
    }

    /// Deletes them; returns how many of the account's rows went, and whether everything did.
    fn delete(&self, rows: u64) -> Result<(u64, bool), Failure> {
        // What hangs on rows is worked through as well: tombstones, events, logs.
        let records = removal::rows_of(self.store, self.account.row)?;
        let steps = self.ui.steps_of("record", Some(records));
        let (account, told) = (self.account, &mut |gone| steps.add(gone));
        let is_nobodys = account.mode == "sandbox" || account.id == NAMELESS;
        let leaving = if is_nobodys { Leaving::Nothing } else { Leaving::Mark };
        let (_, is_whole) = removal::remove(self.store, account.row, leaving, self.cancel, told)?;
        let left = if is_whole { 0 } else { rows_of(self.store, account)? };
        Ok((rows.saturating_sub(left), is_whole))
    }
}
