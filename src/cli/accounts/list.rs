//! `accounts list`: which accounts the file has.

use crate::cli::args::{AccountsListArgs, Global};
use crate::cli::companies::company;
use crate::cli::exit::{Exit, Failure};
use crate::cli::openers::openers;
use crate::cli::{settings, status, sync as sync_command};
use crate::model::accounts::AccountLine;
use crate::store::Store;
use crate::sync;
use crate::ui::Ui;

/// Where the file has none at all.
const NONE: &str = "no account yet; `stripesync accounts discover` finds those that your keys open";

/// Runs the command.
pub(super) fn run(args: &AccountsListArgs, global: &Global, ui: &Ui) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    let openers = openers(&settings, ui);
    let database = settings.database.value;
    status::present(&database)?;
    let store = Store::open_read_only(&database)?;
    args.company.as_ref().map(|id| company(&store, id)).transpose()?;
    let mut lines = store.account_lines()?;
    let known = lines.len();
    if let Some(openers) = openers {
        openers.look_at(&mut lines);
    }
    lines.retain(|line| is_meant(args, line));
    // Whoever chose nobody waits for no count.
    if !lines.is_empty() {
        let rows = store.living_rows(&sync::catalog(), None)?;
        lines.iter_mut().for_each(|line| line.rows = Some(rows.get(&line.row).copied().unwrap_or(0)));
    }
    let none = if known == 0 { NONE.to_owned() } else { nobody(args) };
    ui.accounts(&lines, &none).map_err(|error| Failure::stdout(&error))?;
    Ok(Exit::Done)
}

fn is_meant(args: &AccountsListArgs, line: &AccountLine) -> bool {
    let provider = args.provider.map(|provider| sync_command::provider(provider).name());
    provider.is_none_or(|provider| provider == line.provider)
        && (args.company.is_none() || args.company == line.company)
        && (args.status.is_empty() || args.status.iter().any(|status| status.standing() == line.standing))
}

/// Says that none of those in the file is as it was asked for.
fn nobody(args: &AccountsListArgs) -> String {
    let mut out = "no account".to_owned();
    if let Some(provider) = args.provider {
        out.push_str(&format!(" of {}", sync_command::provider(provider).name()));
    }
    if let Some(company) = &args.company {
        out.push_str(&format!(" of company {company}"));
    }
    let statuses: Vec<&str> = args.status.iter().map(|status| status.standing().name()).collect();
    match statuses.is_empty() {
        true => out + " is in the file",
        false => format!("{out} is {}", statuses.join(" or ")),
    }
}
