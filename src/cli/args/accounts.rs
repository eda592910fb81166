//! The arguments of `accounts`.

use clap::{Args, Subcommand, ValueEnum};

use super::ProviderArg;
use crate::model::accounts::Standing;

/// The arguments of `accounts`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = ACCOUNTS_HELP, disable_help_subcommand = true)]
pub struct AccountsArgs {
    /// What to do
    #[command(subcommand)]
    pub command: AccountsCommand,
}

const ACCOUNTS_HELP: &str = "\
Examples:
  stripesync accounts add shop --stripe-key-env SHOP_KEY
  stripesync accounts discover
  stripesync accounts list --status failing
  stripesync accounts remove acct_123

Keys and tokens with names stand in the config file, as many as wanted
beside those of the environment:
  [keys.shop]
  stripe_key_env = \"SHOP_KEY\"  # or stripe_key, fic_token, fic_token_env
  [keys.studio]
  fic_token = \"a/…\"
  company_id = 12345           # only this company; without it all";

/// The commands of `accounts`.
#[derive(Debug, Clone, Subcommand)]
pub enum AccountsCommand {
    /// Add a key or token under a name, or take up again what was removed
    ///
    /// The service is asked first what it opens; only what works is written into the config file (mode 0600), and the
    /// accounts that it opens into the database. Without an option it asks for the key, and does not show it; where stdin is
    /// no terminal it reads one line there.
    Add(AccountsAddArgs),
    /// Find the accounts that all keys and tokens open
    ///
    /// Of a Stripe platform those connected to it, of Fatture in Cloud every company, an accountant's clients included.
    /// What is not shown any more counts as disconnected; its rows stay. What was removed by hand stays out.
    Discover(AccountsDiscoverArgs),
    /// List the accounts in the file, and how each stands
    ///
    /// Reads the file and the settings alone: needs no key and no network.
    List(AccountsListArgs),
    /// Delete an account and all its rows from the file; or take a key out of the config file
    ///
    /// May be interrupted at any instant: the same command goes on. With --keep-data the rows stay. Either way the account is
    /// synced no more, and what is read with its key neither, until `accounts add ID` or `accounts discover
    /// --include-removed` takes it up again; where its key went out of the config file with it, `accounts add NAME` with
    /// that key.
    Remove(AccountsRemoveArgs),
}

/// The arguments of `accounts add`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = ADD_HELP)]
pub struct AccountsAddArgs {
    /// A name of your own for the key or token: letters, digits, - and _; or the id of an account that was removed
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The environment variable that holds the Stripe key; the config file keeps its name, not the key
    #[arg(long, value_name = "VARIABLE", conflicts_with = "fic_token_env")]
    pub stripe_key_env: Option<String>,
    /// The environment variable that holds the token of Fatture in Cloud
    #[arg(long, value_name = "VARIABLE")]
    pub fic_token_env: Option<String>,
    /// Whose key it is; told by its look where this is left away
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub provider: Option<ProviderArg>,
    /// Only this company of Fatture in Cloud, not one of your own; without it all that the token opens
    #[arg(long, value_name = "FIC_COMPANY")]
    pub company_id: Option<String>,
}

const ADD_HELP: &str = "\
Examples:
  stripesync accounts add shop --stripe-key-env SHOP_KEY
  stripesync accounts add studio --fic-token-env STUDIO_TOKEN
  stripesync accounts add shop          # asks for the key
  pass shop/stripe | stripesync accounts add shop
  stripesync accounts add acct_123      # removed before: sync it again

Exit codes: 0 added, 2 a name or setting that cannot be, 4 a key that is
  none, or that the service refuses, 5 what was removed cannot be taken
  up while another process has the file; nothing was written then
  all of them: `stripesync --help`";

/// The arguments of `accounts discover`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = DISCOVER_HELP)]
pub struct AccountsDiscoverArgs {
    /// Show what would be found; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take up again what `accounts remove` left out
    #[arg(long)]
    pub include_removed: bool,
    /// Only with the credentials of this service
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub provider: Option<ProviderArg>,
}

const DISCOVER_HELP: &str = "\
Examples:
  stripesync accounts discover --dry-run
  stripesync accounts discover
  stripesync accounts discover --format json | jq '.[].new'

Exit codes: 0 done, 3 one key or token failed and others did not, 4 all
  were refused, 5 --include-removed while another process has the file
  all of them: `stripesync --help`";

/// The arguments of `accounts list`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = LIST_HELP)]
pub struct AccountsListArgs {
    /// Only those of this service
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub provider: Option<ProviderArg>,
    /// Only those of this company of your own: one of `stripesync companies list`, not of Fatture in Cloud
    #[arg(long, value_name = "OWN_COMPANY", visible_alias = "company-id")]
    pub company: Option<String>,
    /// Only those that stand so; several with commas
    #[arg(long, value_enum, value_name = "STATUS", value_delimiter = ',')]
    pub status: Vec<StandingArg>,
}

const LIST_HELP: &str = "\
Examples:
  stripesync accounts list
  stripesync accounts list --status failing,disconnected
  stripesync accounts list --company 7 --format csv
  stripesync accounts list --format json | jq -r '.[].account'

Status:
  active        synced whenever it is its turn
  failing       its last sync failed; -v shows why, and when it is tried
  no-key        no key or token that is set opens it: -v names the one
                that did
  named         no key or token has opened it: events alone named it
  disconnected  its owner has taken the access back, or the list of the
                platform does not show it any more
  removed       by `accounts remove`, or with the platform that read it

\"last sync\" is when the last sync ended with nothing failed, by this
machine's clock; `status --max-age` goes by it. \"events until\" is the
second, by the service's clock, up to which every event is in the file.
\"rows\" are the living ones in all tables of its service, as `status` and
`accounts remove` count them: without tombstones, events and logs.
\"key\" is the name of the key or token that reads it; of a connected
account, its platform's.";

/// `--status` of `accounts list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StandingArg {
    /// Synced whenever it is its turn
    Active,
    /// Its last sync failed
    Failing,
    /// No key or token that is set opens it
    NoKey,
    /// Events alone named it
    Named,
    /// Its owner has taken the access back
    Disconnected,
    /// It was removed by hand
    Removed,
}

impl StandingArg {
    /// Returns what it means.
    pub fn standing(self) -> Standing {
        match self {
            StandingArg::Active => Standing::Active,
            StandingArg::Failing => Standing::Failing,
            StandingArg::NoKey => Standing::NoKey,
            StandingArg::Named => Standing::Named,
            StandingArg::Disconnected => Standing::Disconnected,
            StandingArg::Removed => Standing::Removed,
        }
    }
}

/// `--mode`: one account has a row for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    /// Real money
    Live,
    /// Stripe's test mode, and test servers
    Test,
    /// What `sync --sandbox` made up
    Sandbox,
}

impl ModeArg {
    /// Returns how the file says it.
    pub fn name(self) -> &'static str {
        match self {
            ModeArg::Live => "live",
            ModeArg::Test => "test",
            ModeArg::Sandbox => "sandbox",
        }
    }
}

/// The arguments of `accounts remove`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = REMOVE_HELP)]
pub struct AccountsRemoveArgs {
    /// The account (acct_…) or company of Fatture in Cloud (a number)
    #[arg(value_name = "ID", required_unless_present = "credential", conflicts_with = "credential")]
    pub id: Option<String>,
    /// Take this key or token alone out of the config file; what it read stays in the database
    #[arg(long, value_name = "NAME", conflicts_with_all = ["mode", "keep_data"])]
    pub credential: Option<String>,
    /// Which of its rows, where the file has the account in several modes
    #[arg(long, value_enum, value_name = "MODE")]
    pub mode: Option<ModeArg>,
    /// Keep its rows; it is synced no more
    #[arg(long)]
    pub keep_data: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

const REMOVE_HELP: &str = "\
Examples:
  stripesync accounts remove acct_123
  stripesync accounts remove acct_123 --keep-data
  stripesync accounts remove 108061 --yes
  stripesync accounts remove --credential shop

The rows counted are the living ones in all tables of its service, as in
`accounts list`; tombstones, logged events, logs and the companies that
its customers were assigned to go with them.

A key of its own that has a name, and that no other account needs, goes
out of the config file, too. A removed account stays out, whatever key
opens it and whatever list shows it; `accounts add ID` brings it back.
Where its key went with it, `accounts add NAME` does, with that key; of
a company of Fatture in Cloud with --company-id ID.

Exit codes: 0 removed, 2 no such account, or nobody to ask, 5 a sync
  runs; all of them: `stripesync --help`";
