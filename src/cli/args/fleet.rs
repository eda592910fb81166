//! The arguments of `batch-sync`.

use clap::Args;

use crate::cli::names::Names;
use crate::cli::values;

use super::ProviderArg;

/// The arguments of `batch-sync`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = BATCH_HELP)]
pub struct BatchSyncArgs {
    /// What to pull of each account; without a name, everything
    #[arg(value_name = "RESOURCE", value_parser = Names, hide_possible_values = true)]
    pub resources: Vec<String>,
    /// How many accounts, those first that waited longest
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = values::accounts)]
    pub limit: usize,
    /// Only accounts that belong to this company of your own: one of `stripesync companies list`, not of Fatture in Cloud
    #[arg(long, value_name = "OWN_COMPANY")]
    pub company_id: Option<String>,
    /// Only this service
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub provider: Option<ProviderArg>,
    /// Leave these out, and what can only be read with them: a name, or several with commas
    #[arg(long, value_name = "RESOURCE", value_delimiter = ',', value_parser = Names, hide_possible_values = true)]
    pub exclude: Vec<String>,
    /// Read everything of each again, even what is complete
    #[arg(long)]
    pub initial: bool,
    /// Accounts at a time, 1 to 32
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = values::jobs)]
    pub jobs: usize,
    /// Share of the services' rate limits to use, 1% to 100%; the rest is left to your own traffic
    #[arg(long, value_name = "PERCENT", default_value = "80%", value_parser = values::percent)]
    pub rate: u32,
    /// Show whose turn it is; read nothing of them, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

const BATCH_HELP: &str = "\
Examples:
  stripesync batch-sync                     the ten that waited longest
  stripesync batch-sync --limit 500 -q >/dev/null   a piece, for cron
  stripesync batch-sync --company-id 7      your own company's accounts
  stripesync batch-sync customers invoices --limit 100
  stripesync sync --all-accounts            all of them, in one run

Accounts are those that the keys and tokens open themselves, and those
that are connected to a key's own: found by `stripesync accounts
discover`, or by itself where none is known. Never synced ones come
first. One that fails is noted, and waits a minute at first and a day at
last until it is its turn again; one whose access was taken back counts
as disconnected. A large one makes room for others after half a minute,
and goes on behind them. The same command goes on after Ctrl-C.

Exit codes: 0 done, 3 some accounts failed (the summary names them),
  4 no credential was accepted, 5 another sync holds the file
  all of them: `stripesync --help`";
