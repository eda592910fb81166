//! `accounts list`: which accounts the file has.

use crate::cli::args::{AccountsListArgs, Global};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{settings, status, sync as sync_command};
use crate::model::accounts::AccountLine;
use crate::store::Store;
use crate::sync;
use crate::ui::Ui;

/// Runs the command.
pub(super) fn run(args: &AccountsListArgs, global: &Global, ui: &Ui) -> Result<Exit, Failure> {
    let database = settings(global, ui)?.database.value;
    status::present(&database)?;
    let store = Store::open_read_only(&database)?;
    let mut lines = store.account_lines()?;
    lines.retain(|line| is_meant(args, line));
    // Whoever chose nobody waits for no count.
    if !lines.is_empty() {
        let rows = store.living_rows(&sync::catalog(), None)?;
        lines.iter_mut().for_each(|line| line.rows = Some(rows.get(&line.row).copied().unwrap_or(0)));
    }
    ui.accounts(&lines).map_err(|error| Failure::stdout(&error))?;
    Ok(Exit::Done)
}

fn is_meant(args: &AccountsListArgs, line: &AccountLine) -> bool {
    let provider = args.provider.map(|provider| sync_command::provider(provider).name());
    provider.is_none_or(|provider| provider == line.provider)
        && (args.company.is_none() || args.company == line.company)
        && (args.status.is_empty() || args.status.iter().any(|status| status.standing() == line.standing))
}
