//! `accounts remove`: an account and its rows out of the file; or out of syncing alone.

use std::path::{Path, PathBuf};

use super::{only, opened};
use crate::cli::args::{AccountsRemoveArgs, Global};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{places, settings, signals, status};
use crate::clock::Clock;
use crate::config::edit;
use crate::model::accounts::{AccountLine, RemovedAccount, Standing};
use crate::model::cancel::Cancel;
use crate::store::{self, Lock, Store};
use crate::sync::{self, removal};
use crate::ui::Ui;
use crate::ui::units::counted;

/// Why those are read by nobody whose platform was removed.
const ORPHANED: &str = "the platform that read it was removed";

/// Runs the command.
pub(super) fn run(args: &AccountsRemoveArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    let said = [
        ("stripe", "STRIPE_API_KEY", settings.stripe_key.is_some()),
        ("fic", "FIC_ACCESS_TOKEN", settings.fic_token.is_some()),
    ];
    let database = settings.database.value;
    status::present(&database)?;
    // A sync that runs is told of before anybody is asked.
    drop(lock(&database, clock)?);
    let mut store = opened(&database)?;
    let account = only(&store, &args.id, args.mode)?;
    let key = own_key(&store, &account)?;
    let rows = rows_of(&store, &account)?;
    let orphans = connected(&store, &account)?;
    if !is_meant(args, global, &question(args, &account, rows, orphans, key.as_deref()), ui)? {
        ui.note("nothing was removed");
        ui.removed_account(&declined(&account)).map_err(|error| Failure::stdout(&error))?;
        return Ok(Exit::Done);
    }
    store.guard(lock(&database, clock)?);
    let cancel = signals::watch()?;
    store::stop_waiting_for(&cancel);
    let config = places(global)?.config_path();
    let removed = Removing { args, store: &store, account: &account, config, cancel: &cancel, ui }.run(key, rows)?;
    ui.removed_account(&removed).map_err(|error| Failure::stdout(&error))?;
    let is_unnamed = account.credential.is_none() && account.platform.is_none() && account.opened_s.is_some();
    if let Some((_, variable, _)) = said.iter().find(|it| is_unnamed && it.2 && it.0 == account.provider) {
        ui.note(&format!("{variable} opens it still: take it away where it is said, or the next sync reads it again"));
    }
    Ok(match cancel.signal().filter(|_| removed.is_interrupted) {
        Some(signal) => {
            ui.note("interrupted; the same command goes on");
            Exit::Interrupted(signal)
        }
        None => Exit::Done,
    })
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

fn lock(database: &Path, clock: &dyn Clock) -> Result<Lock, Failure> {
    let now = jiff::Timestamp::from_millisecond(clock.now_ms());
    let now = now.map_or_else(|_| clock.now_ms().to_string(), |at| at.strftime("%FT%TZ").to_string());
    Ok(Lock::take(database, &now)?)
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

/// Counts the accounts that are read with this one's key.
fn connected(store: &Store, account: &AccountLine) -> Result<u64, Failure> {
    let lines = store.account_lines()?;
    let is_its = |it: &&AccountLine| {
        it.provider == account.provider && it.mode == account.mode && it.platform.as_ref() == Some(&account.id)
    };
    Ok(lines.iter().filter(is_its).filter(|it| it.standing.is_synced()).count() as u64)
}

fn question(args: &AccountsRemoveArgs, account: &AccountLine, rows: u64, orphans: u64, key: Option<&str>) -> String {
    let name = account.name.as_ref().map(|name| format!(" \"{name}\"")).unwrap_or_default();
    let rows = counted(rows, "row");
    let mut question = match args.keep_data {
        true => format!("Sync {}{name} no more, and keep its {rows}", account.label()),
        false => format!("Delete {}{name} and its {rows}", account.label()),
    };
    if orphans > 0 {
        question.push_str(&format!("; {} are read with its key, and by nobody then", counted(orphans, "account")));
    }
    if let Some(key) = key {
        question.push_str(&format!("; take keys.{key} out of the config file"));
    }
    question + "?"
}

/// Asks, where that is to be.
fn is_meant(args: &AccountsRemoveArgs, global: &Global, question: &str, ui: &Ui) -> Result<bool, Failure> {
    if args.yes {
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
        let orphans = store.at_once(|| {
            store.removed(account.row)?;
            store.orphaned(account.row, ORPHANED)
        })?;
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
            orphans,
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
        let (_, is_whole) = removal::remove(self.store, self.account.row, self.cancel, &mut |gone| steps.add(gone))?;
        let left = if is_whole { 0 } else { rows_of(self.store, self.account)? };
        Ok((rows.saturating_sub(left), is_whole))
    }
}
