//! The command line as clap reads it. Doc comments here are the help and the man pages.
//!
//! No option takes a secret, and none reads the environment through clap, whose help would print the values.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};

use super::names::{Names, Shells};
use super::playground;
use super::replay::ReplayArgs;
use super::test_webhook::TestWebhookArgs;
use super::values;
use crate::ui::{Format, LogFormat, Look};

mod accounts;
mod companies;
mod fleet;
mod log;
mod webhooks;

pub use accounts::{
    AccountsAddArgs, AccountsArgs, AccountsCommand, AccountsDiscoverArgs, AccountsListArgs, AccountsRemoveArgs,
    ModeArg, StandingArg,
};
pub use companies::{CompaniesAddArgs, CompaniesArgs, CompaniesAssignArgs, CompaniesCommand, CompaniesRemoveArgs};
pub use fleet::BatchSyncArgs;
pub use log::{
    EventsArgs, EventsCommand, EventsListArgs, EventsPruneArgs, EventsShowArgs, RetryFailedArgs, StatusArg, StatusArgs,
};

pub use webhooks::{
    WebhooksArgs, WebhooksCommand, WebhooksCreateArgs, WebhooksDeleteArgs, WebhooksListArgs, WebhooksSyncArgs,
    WebhooksUpdateArgs, WebhooksVerifyArgs,
};

/// Keep a local SQLite file equal to Stripe accounts and Fatture in Cloud companies
///
/// Stripe's key comes from STRIPE_API_KEY, Fatture in Cloud's token from FIC_ACCESS_TOKEN: in the environment, in .env of
/// the working folder, or in the config file. No option takes a secret.
#[derive(Debug, Parser)]
#[command(
    name = "stripesync",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_long_help = ROOT_HELP
)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const ROOT_HELP: &str = "\
Examples:
  stripesync sync --all --sandbox  try it without a key (./sandbox.db)
  stripesync sync                  bring ./stripesync.db up to date
  stripesync status                what the file holds, how fresh it is

Settings: the first place that says one counts
  1. the command line  2. the environment  3. .env of the working folder
  4. the config file, $XDG_CONFIG_HOME/stripesync/config.toml
     (~/.config/stripesync/config.toml)  5. the default

  STRIPE_API_KEY, STRIPE_SECRET  Stripe's secret or restricted key; if
                                 there is none, that of the Stripe CLI's
                                 config.toml is used (--project-name)
  STRIPE_REQUESTS_PER_S          how many Stripe permits your account
                                 (100 live, 25 test)
  STRIPE_WEBHOOK_SECRET          the signing secrets of your webhook
                                 endpoints, with commas between them
  STRIPE_WEBHOOK_MAX_RETRIES     how often a failed event is tried again,
                                 0 to 10 (3); STRIPE_WEBHOOK_RETRY_DELAY
                                 after what time first (30s), then after
                                 twice as long each time
  STRIPE_WEBHOOK_TIMEOUT         how long Stripe waits for the answer to
                                 an event before it is told to come
                                 again, 1s to 60s (25s)
  FIC_ACCESS_TOKEN               Fatture in Cloud's token
  FIC_COMPANY_ID                 which of its companies
  STRIPESYNC_DATABASE            the SQLite file
  STRIPESYNC_ADMIN_TOKEN         who shows it may start a sync through
                                 the admin port of `listen`
  STRIPESYNC_KEEP_DAYS           for how many days `listen` keeps events
                                 in the log, 31 to 3650 (for good)
  STRIPE_API_BASE, FIC_API_BASE  other servers, for tests
  HTTPS_PROXY                    a proxy

Config file:
  database = \"/data/stripe.db\"
  [stripe]
  api_key = \"rk_live_…\"
  webhook_secret = \"whsec_…\"   # several with commas
  [fic]
  access_token = \"…\"
  company_id = 12345
  [webhooks]
  max_retries = 3
  retry_delay = \"30s\"
  timeout = \"25s\"
  keep_days = 365        # listen prunes the event log once a day
  [alerts]       # an event given up, a failed sync, many failures
  command = \"notify-me\"  # gets JSON on stdin and STRIPESYNC_ALERT_*
  url = \"https://…\"      # gets the same JSON by POST
  failure_rate = \"20%\"   # of the events within the window
  window = \"10m\"
  [admin]
  token = \"…\"
  [accounts.acct_123]
  webhook_secrets = [\"whsec_…\"]
  [keys.shop]    # more accounts: `stripesync accounts add --help`
  stripe_key_env = \"SHOP_KEY\"

Exit codes:
  0  done; also `listen`, `sandbox` and `status --watch` when Ctrl-C or
     SIGTERM ends them
  1  failed: nothing could be read (network, service), or no file to show
  2  usage: an argument, a setting, an account that the credentials do
     not open, or the wrong file for it
  3  partly done: a resource, an account or an event failed, a value
     could not be held (the summary names it), or --max-age is exceeded
  4  not authorised: no credentials, or refused ones
  5  another process holds the file
  6  the file: made by a newer program, too old for `status`, damaged,
     not this program's, read-only, taken away during the run, in a
     folder that is not there; or the disk is full
  130, 143  another command was stopped by Ctrl-C or SIGTERM; what was
     read is kept, and the same command goes on";

/// What holds for every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub database: Option<PathBuf>,
    /// Config file [default: ~/.config/stripesync/config.toml]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Project of the Stripe CLI's own settings, whose key is used when no other is given [default: default]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub project_name: Option<String>,
    /// How results are written to stdout
    #[arg(long, global = true, value_enum, default_value_t = FormatArg::Table)]
    pub format: FormatArg,
    /// Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR
    #[arg(long, global = true, value_enum, default_value_t = ColorArg::Auto, value_name = "WHEN")]
    pub color: ColorArg,
    /// Write only errors to stderr
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show every line of the tables, and log steps; -vv logs each request too
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Never ask a question
    #[arg(long, global = true)]
    pub no_input: bool,
    /// How log lines are written to stderr
    #[arg(long, global = true, value_enum, default_value_t = LogFormatArg::Text, value_name = "FORMAT")]
    pub log_format: LogFormatArg,
}

impl Global {
    /// Returns how the user wants things to look.
    pub fn look(&self, variable: impl Fn(&str) -> Option<OsString>) -> Look {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        // A terminal that does not say what it is gets what every terminal understands.
        let is_dumb = !is_set("TERM") || variable("TERM").is_some_and(|value| value == "dumb");
        let off = is_set("NO_COLOR") || variable("CLICOLOR").is_some_and(|value| value == "0") || is_dumb;
        Look {
            format: self.format.into(),
            color: match self.color {
                ColorArg::On => true,
                ColorArg::Off => false,
                ColorArg::Auto => !off && std::io::stderr().is_terminal(),
            },
            quiet: self.quiet,
            verbose: self.verbose > 0,
            dumb: is_dumb,
        }
    }
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// A table for people
    Table,
    /// One JSON document
    Json,
    /// Comma-separated values with a header
    Csv,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Format {
        match format {
            FormatArg::Table => Format::Table,
            FormatArg::Json => Format::Json,
            FormatArg::Csv => Format::Csv,
        }
    }
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal
    Auto,
    /// Always
    On,
    /// Never
    Off,
}

/// `--log-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormatArg {
    /// Lines for people
    Text,
    /// One JSON object per line
    Json,
}

impl From<LogFormatArg> for LogFormat {
    fn from(format: LogFormatArg) -> LogFormat {
        match format {
            LogFormatArg::Text => LogFormat::Text,
            LogFormatArg::Json => LogFormat::Json,
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Pull accounts into the file
    ///
    /// The first run reads everything that the services list; later runs read what changed since. A run may be
    /// interrupted at any instant: the same command goes on where it stopped. A service without credentials is left
    /// out.
    Sync(Box<SyncArgs>),
    /// Pull many accounts, those first that waited longest
    ///
    /// Takes a bounded piece of them, several at a time. One that fails is noted and backed off, and holds up no other;
    /// one that is large makes room for the others. For all of them at once there is `sync --all-accounts`.
    BatchSync(BatchSyncArgs),
    /// Add, find, list and remove accounts
    Accounts(AccountsArgs),
    /// Say which of your companies accounts and customers belong to
    Companies(CompaniesArgs),
    /// Receive webhooks, and keep the file current to the second
    ///
    /// Takes signed events of Stripe and Fatture in Cloud, and answers when they are on the disk, log and rows together.
    /// With a key it also fetches what a payload cannot tell, and reads what never arrived. Stop it with Ctrl-C.
    Listen(ListenArgs),
    /// Take events from files or from the log, as if they were delivered; or send them elsewhere
    ///
    /// Goes the same way as the receiver, without signatures. What a file brings that was taken before is a duplicate, so
    /// that replaying twice does no harm. Events of the log (--event, --type, --account, --since, --until) are taken once
    /// more, whatever became of them.
    Replay(Box<ReplayArgs>),
    /// Take one event by the receiver's own path, and show what it does
    ///
    /// Signs the event, checks the signature, and takes the event in as `listen` and `replay` do; shows its row before and
    /// after.
    TestWebhook(TestWebhookArgs),
    /// Show what the file holds and how fresh it is
    ///
    /// Reads the file alone: needs no key and no network, and may run while a sync does.
    Status(StatusArgs),
    /// Show what the event log holds, and prune it
    ///
    /// Every event that a webhook, a file or a sync brought is in the log, with what became of it. Needs no key and no
    /// network, and may run while a sync does.
    Events(EventsArgs),
    /// Try failed events once more
    ///
    /// Works off the events whose effect could not be taken, also those that are not tried again by themselves (dead).
    /// May run while a sync does. An event whose payload could not be taken may be taken by a later version; by the same
    /// one it ends the same way, which is told.
    RetryFailed(RetryFailedArgs),
    /// Set up whom the services send events to
    ///
    /// Endpoints of Stripe, subscriptions of Fatture in Cloud.
    Webhooks(WebhooksArgs),
    /// Serve a look-alike of both services on this machine
    ///
    /// Everything is made up, and the same on every start. Point any client at it; stop it with Ctrl-C.
    Sandbox(SandboxArgs),
    /// Write completions for a shell
    Completions(CompletionsArgs),
    /// Write the man pages
    Man(ManArgs),
}

/// The arguments of `sync`.
#[derive(Debug, Clone, Args, Default)]
#[command(after_long_help = SYNC_HELP)]
pub struct SyncArgs {
    /// What to pull; without a name, everything
    ///
    /// A name such as customers (of both services), stripe:invoices, fic:clients, or all; several with blanks or commas
    /// between them. What stands inside a resource comes with it.
    #[arg(value_name = "RESOURCE", conflicts_with = "all", value_parser = Names, hide_possible_values = true)]
    pub resources: Vec<String>,
    /// Pull everything, as without a name
    #[arg(long)]
    pub all: bool,
    /// Only this service
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub provider: Option<ProviderArg>,
    /// Only this account (acct_…) or company (a number); may be repeated
    #[arg(long, value_name = "ID")]
    pub account: Vec<String>,
    /// Also the accounts that are connected to each key's own (`accounts discover` finds them)
    #[arg(long, conflicts_with_all = ["account", "since", "sandbox"])]
    pub all_accounts: bool,
    /// Leave these out, and what can only be read with them: a name, or several with commas
    #[arg(long, value_name = "RESOURCE", value_delimiter = ',', value_parser = Names, hide_possible_values = true)]
    pub exclude: Vec<String>,
    /// Read everything again, even what is complete
    #[arg(long, conflicts_with = "since")]
    pub initial: bool,
    /// Read only what was created from then on: 2026-01-31 (UTC) or 2026-01-31T12:00:00Z
    ///
    /// Such a run covers a part: because of it nothing counts as complete or as deleted.
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Stay, and sync again this often, from 10s to 7d: 90s, 15m, 2h, 1d
    #[arg(long, value_name = "TIME", value_parser = values::every, conflicts_with = "dry_run")]
    pub every: Option<Duration>,
    /// Most requests at once, 1 to 32
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = values::jobs)]
    pub jobs: usize,
    /// Share of the service's rate limit to use, 1% to 100%; the rest is left to your own traffic
    #[arg(long, value_name = "PERCENT", default_value = "80%", value_parser = values::percent)]
    pub rate: u32,
    /// Show what would be asked for, and the least number of requests; ask nothing, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Pull from a built-in look-alike of both services: no key, no network; into ./sandbox.db unless --database is given
    #[arg(long, conflicts_with_all = ["project_name", "account"])]
    pub sandbox: bool,
}

const SYNC_HELP: &str = "\
Resources, the usual ones:
  Stripe            customers, subscriptions, invoices, charges,
                    payment_intents, refunds, disputes, payouts,
                    balance_transactions, products, prices, coupons,
                    credit_notes
  Fatture in Cloud  clients, suppliers, products, issued_documents,
                    received_documents, receipts, taxes, cashbook
  All others: the shell completes them (`stripesync completions`), and
  `stripesync sync --sandbox --dry-run -v` lists them.

Examples:
  stripesync sync --all --sandbox              try it without a key
  stripesync sync                              everything, both services
  stripesync sync customers stripe:invoices    these only
  stripesync sync --exclude tax_rates,archive  all but these
  stripesync sync --since 2026-01-01 charges   recent ones, quickly
  stripesync sync --every 15m --quiet          stay, keep the file fresh
  stripesync sync --dry-run                    what it would cost
  stripesync sync --all-accounts               connected accounts, too

Exit codes: 0 done, 3 partly done; all of them: `stripesync --help`";

/// `--provider`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProviderArg {
    /// Stripe
    Stripe,
    /// Fatture in Cloud
    Fic,
}

/// The arguments of `sandbox`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = SANDBOX_HELP)]
pub struct SandboxArgs {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 12111)]
    pub port: u16,
    /// How many customers the Stripe account has; all else is in proportion
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = values::customers)]
    pub customers: u32,
    /// Its connected accounts: a few large, most small [default: 3 alike]
    ///
    /// The largest has as many customers as the account itself, the second half of that, most a handful. GET /v1/accounts
    /// lists them; the header Stripe-Account opens one.
    #[arg(long, value_name = "N", value_parser = values::sandbox_accounts)]
    pub accounts: Option<u32>,
    /// Companies of Fatture in Cloud; several are an accountant's
    ///
    /// Each has data and quotas of its own; as of the accounts, a few are large.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = values::sandbox_companies)]
    pub companies: u32,
    /// Milliseconds that every answer waits
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = values::latency_ms)]
    pub latency_ms: u64,
    /// Requests per second that the Stripe account allows; 0 allows any number
    #[arg(long, value_name = "N", default_value_t = 25)]
    pub rate_limit: u32,
    /// Port of the receiver that its companies' notifications go to
    ///
    /// Whatever host a subscription names, it stands for this machine: `webhooks create --provider fic
    /// https://hooks.example.com` can be tried without a tunnel.
    #[arg(long, value_name = "PORT", default_value_t = playground::RECEIVER_PORT)]
    pub receiver_port: u16,
}

/// The arguments of `listen`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = LISTEN_HELP)]
pub struct ListenArgs {
    /// Address to listen on; others than 127.0.0.1 can be reached from other machines
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub host: String,
    /// Port; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = playground::RECEIVER_PORT)]
    pub port: u16,
    /// Pass each event on to this address as it came, signature included, once it is in the file
    ///
    /// What comes twice goes on twice: the target knows what it had. A slow target never slows the receiver: what does not
    /// fit into a queue of 1,024 events is counted and told. Events that --catch-up finds are not passed on.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub forward_to: Option<String>,
    /// Port for monitors, on 127.0.0.1 alone; 0 takes a free one, off has none
    ///
    /// GET /metrics has figures for Prometheus. POST /api/stripe/sync starts a sync; it needs STRIPESYNC_ADMIN_TOKEN.
    #[arg(long, value_name = "PORT", default_value = "4243", value_parser = values::admin_port)]
    pub admin_port: values::AdminPort,
    /// Take events without looking at their signatures; for tests on this machine alone
    #[arg(long)]
    pub skip_verify: bool,
    /// How often events that never arrived are asked for, with a key: from 10s to 7d
    #[arg(long, value_name = "TIME", value_parser = values::every, default_value = super::listen::CATCH_UP)]
    pub catch_up: Duration,
}

const LISTEN_HELP: &str = "\
Examples:
  export STRIPE_WEBHOOK_SECRET=whsec_…    # your endpoint's
  stripesync listen
  stripesync listen --port 8080 --format json >> deliveries.jsonl
  stripesync listen --forward-to http://localhost:3000/webhook

Where Stripe sends events to:
  the tunnel's or proxy's address that leads here, with the path
  /api/stripe/webhook; the endpoint's API version should be the one that
  `stripesync sync` asks with, so that payloads suffice.

Where Fatture in Cloud sends to:
  the same address with /api/webhooks/fic/COMPANY/GROUP, such as
  /api/webhooks/fic/108061/entity. Its challenge is answered, and what a
  notification names is fetched with FIC_ACCESS_TOKEN. The lists of what
  a sync has read are read again at the start and every six hours.
  Should it change the key that it signs with, FIC_PUBLIC_KEY takes the
  new one.

`stripesync webhooks create` has both services send there.

A secret has no flag: process lists are public. Several, for several
endpoints or while one is rolled, stand with commas between them; in the
config file they may name their account. SIGHUP reads them anew.

It says that it listens once it can take events in. A file that another
program keeps locked is waited for half a minute. While the disk is full
or the file is taken away, senders are told to come again, and a line
says what to do.

For monitors, on this machine alone:
  curl http://127.0.0.1:4243/metrics
  export STRIPESYNC_ADMIN_TOKEN=…   # before listen; 16 characters min
  curl -X POST -H \"Authorization: Bearer $STRIPESYNC_ADMIN_TOKEN\" \\
    http://127.0.0.1:4243/api/stripe/sync

Alerts, by command or url in [alerts] of the config file:
  event_dead    events were given up; `stripesync retry-failed` tries
                them again
  failure_rate  too many of the last events failed, each counted once
  sync_failed   a sync, or a look for missed events, failed
The command gets STRIPESYNC_ALERT_KIND, _SUBJECT, _MESSAGE, _EVENTS (how
many) and _DATABASE; on stdin, as the url by POST, a line of JSON: kind,
subject, message, text, at_s, events, event_ids (the first ones; of
failure_rate the last one), database.

Answers, by which Stripe knows whether to send an event again:
  200  in the file; its effect is taken, or nobody can take it: then
       it is dead, and `stripesync retry-failed` tries it again
  202  in the file; what it names is fetched
  400  not signed as it should be, or no event
  500  in the file, and something kept it from its effect that may pass:
       it is tried again, and at once when it comes again
  503  not in the file: it is to come again

Exit codes: 0 stopped by Ctrl-C or SIGTERM, 1 the port is taken, or it
  cannot go on, 2 a setting, 4 no signing secret, 5 the file stayed
  locked for half a minute at the start, 6 it is full, read-only,
  damaged or made by a newer program
  all of them: `stripesync --help`";

const SANDBOX_HELP: &str = "\
Examples:
  stripesync sandbox                          on port 12111
  stripesync sandbox --customers 5000 --latency-ms 150 --rate-limit 100
  stripesync sandbox --accounts 2000 --companies 50
  curl -u sk_test_sandbox: 'http://127.0.0.1:12111/v1/customers?limit=1'

At its 25 requests a second 2,000 accounts take hours: --rate-limit 0
here and STRIPE_REQUESTS_PER_S=2000 for stripesync make it minutes.
All is the same on every start with the same options.

It needs no variable, and prints those that other programs need, a line
NAME=value each:
  STRIPE_API_BASE, FIC_API_BASE    where it is
  STRIPE_API_KEY, FIC_ACCESS_TOKEN what it accepts
  FIC_PUBLIC_KEY                   what its notifications are signed with

From another terminal:
  export STRIPE_API_BASE=http://127.0.0.1:12111
  export STRIPE_API_KEY=sk_test_sandbox
  export FIC_API_BASE=http://127.0.0.1:12111
  export FIC_ACCESS_TOKEN=a/sandbox
  stripesync sync --database look-alike.db

With `stripesync listen` at port 4242, and FIC_PUBLIC_KEY set for it:
  stripesync webhooks create --provider fic https://hooks.example.com

All at once, from a shell that started it with > sandbox.env:
  set -a; . ./sandbox.env; set +a";

/// Write completions for a shell
#[derive(Debug, Clone, Args)]
#[command(after_long_help = COMPLETIONS_HELP)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(required_unless_present = "dir", value_parser = Shells)]
    pub shell: Option<clap_complete::Shell>,
    /// Write the files for all shells into this folder, instead of one to stdout
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath, conflicts_with = "shell")]
    pub dir: Option<PathBuf>,
}

const COMPLETIONS_HELP: &str = "\
Examples:
  B=~/.local/share/bash-completion/completions
  F=~/.config/fish/completions
  mkdir -p $B $F ~/.zfunc
  stripesync completions bash > $B/stripesync
  stripesync completions fish > $F/stripesync.fish
  stripesync completions zsh > ~/.zfunc/_stripesync";

const MAN_HELP: &str = "\
Examples:
  stripesync man | man -l -
  stripesync man --dir ~/.local/share/man/man1";

/// Write the man pages
#[derive(Debug, Clone, Args)]
#[command(after_long_help = MAN_HELP)]
pub struct ManArgs {
    /// Folder to write them into; without it the main page goes to stdout
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_does_not_say_what_it_is_gets_plain_lines() {
        let cli = Cli::try_parse_from(["stripesync", "status"]).expect("parses");
        for (term, dumb) in [(None, true), (Some(""), true), (Some("dumb"), true), (Some("xterm-256color"), false)] {
            let look = cli.global.look(|name| term.filter(|_| name == "TERM").map(OsString::from));
            assert_eq!(look.dumb, dumb, "{term:?}");
        }
    }
}
