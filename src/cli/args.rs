//! The command line as clap reads it. Doc comments here are the help and the man pages.
//!
//! No option takes a secret, and none reads the environment through clap, whose help would print the values.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};

use super::values;
use crate::ui::{Format, LogFormat, Look};

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
  stripesync sync --all --sandbox     try everything without a key, into ./sandbox.db
  stripesync sync                     bring ./stripesync.db up to date
  stripesync status                   what the file holds and how fresh it is

Settings: flag > environment > .env of the working folder > config file > default
  STRIPE_API_KEY, STRIPE_SECRET       Stripe's secret or restricted key
  FIC_ACCESS_TOKEN, FIC_COMPANY_ID    Fatture in Cloud's token, and which company
  STRIPESYNC_DATABASE                 the SQLite file
  STRIPE_API_BASE, FIC_API_BASE       other servers, for tests
  HTTPS_PROXY                         a proxy
  $XDG_CONFIG_HOME/stripesync/config.toml (~/.config/stripesync/config.toml):
    database = \"/data/stripe.db\"
    [stripe]
    api_key = \"rk_live_…\"
    [fic]
    access_token = \"…\"
    company_id = 12345

Exit codes: 0 done, 1 failed, 2 usage, 3 partly done, 4 not authorised, 5 another process holds it,
  6 database newer, damaged, full or read-only, 130 and 143 interrupted (the same command goes on)";

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
    /// Project of the Stripe CLI's settings to take a key from when there is no other [default: default]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub project_name: Option<String>,
    /// How data is written to stdout
    #[arg(long, global = true, value_enum, default_value_t = FormatArg::Table)]
    pub format: FormatArg,
    /// Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR
    #[arg(long, global = true, value_enum, default_value_t = ColorArg::Auto, value_name = "WHEN")]
    pub color: ColorArg,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Log more: once for steps, twice for each request
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
    /// Where a terminal reads it
    Auto,
    /// Always
    On,
    /// Never
    Off,
}

/// `--log-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormatArg {
    /// A line for people
    Text,
    /// A JSON object in each line
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
    Sync(Box<SyncArgs>),
    /// Show what the file holds and how fresh it is
    #[command(after_long_help = STATUS_HELP)]
    Status,
    /// Serve a look-alike of both services on this machine
    Sandbox(SandboxArgs),
    /// Write completions for a shell
    Completions(CompletionsArgs),
    /// Write the man pages
    Man(ManArgs),
}

const STATUS_HELP: &str = "\
Reads the file alone; needs no key and no network, and may run while a sync does.

Examples:
  stripesync status
  stripesync status --database sandbox.db
  stripesync status --format json | jq '.accounts[].resources[] | {table, rows}'";

/// Pull accounts into the file
///
/// The first run reads everything that the services list; later runs read what changed since. A run may be interrupted at
/// any instant: the same command goes on where it stopped. A service without credentials is left out.
///
/// RESOURCE is a name such as customers (of both services), stripe:invoices, fic:clients, or all. What stands inside a
/// resource (invoice_lines in invoices) comes with it.
#[derive(Debug, Clone, Args, Default)]
#[command(after_long_help = SYNC_HELP)]
pub struct SyncArgs {
    /// What to pull; nothing means everything
    #[arg(value_name = "RESOURCE", conflicts_with = "all")]
    pub resources: Vec<String>,
    /// Pull everything
    #[arg(long)]
    pub all: bool,
    /// Only this service
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub provider: Option<ProviderArg>,
    /// Only this account (acct_…) or company; may be repeated
    #[arg(long, value_name = "ID")]
    pub account: Vec<String>,
    /// Leave a resource out; may be repeated
    #[arg(long, value_name = "RESOURCE", value_delimiter = ',')]
    pub exclude: Vec<String>,
    /// Read everything again, even what is complete
    #[arg(long, conflicts_with = "since")]
    pub initial: bool,
    /// Read only what was created from then on: 2026-01-31 (UTC) or 2026-01-31T12:00:00Z
    ///
    /// Covers a part: nothing counts as complete, and nothing as deleted, because of such a run.
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Stay and repeat in this rhythm: 90s, 15m, 2h, 1d
    #[arg(long, value_name = "TIME", value_parser = values::every, conflicts_with = "dry_run")]
    pub every: Option<Duration>,
    /// Most requests in flight, 1 to 32
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = values::jobs)]
    pub jobs: usize,
    /// Share of the service's rate limit to use, 1% to 100%; the rest is left to your own traffic
    #[arg(long, value_name = "PERCENT", default_value = "80%", value_parser = values::percent)]
    pub rate: u32,
    /// Show the plan and an estimate of the requests; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Pull from a built-in look-alike of both services: no key, no network; into ./sandbox.db unless --database is given
    #[arg(long, conflicts_with_all = ["project_name", "account"])]
    pub sandbox: bool,
}

const SYNC_HELP: &str = "\
Examples:
  stripesync sync --all --sandbox               try it without a key
  stripesync sync                               everything, both services
  stripesync sync customers stripe:invoices     these only
  stripesync sync --exclude stripe:tax_rates,fic:archive   all but these
  stripesync sync --since 2026-01-01 charges    recent ones, quickly
  stripesync sync --every 15m --quiet           stay and keep the file fresh
  stripesync sync --dry-run                     what it would cost

Exit codes: 0 done, 3 a resource or account failed (the summary names it), 4 not authorised,
  5 another sync holds the file, 6 the file is newer, damaged, full or read-only,
  130 and 143 interrupted";

/// `--provider`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProviderArg {
    /// Stripe
    Stripe,
    /// Fatture in Cloud
    Fic,
}

/// Serve a look-alike of both services on this machine
///
/// Everything is made up, and the same on every start. Point any client at it; stop it with Ctrl-C.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = SANDBOX_HELP)]
pub struct SandboxArgs {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 12111)]
    pub port: u16,
    /// How many customers the Stripe account has; the rest grows along
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = values::customers)]
    pub customers: u32,
    /// Let every answer wait so long
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = values::latency_ms)]
    pub latency_ms: u64,
    /// Requests per second that the Stripe account permits; 0 permits any number
    #[arg(long, value_name = "N", default_value_t = 25)]
    pub rate_limit: u32,
}

const SANDBOX_HELP: &str = "\
Examples:
  stripesync sandbox                                  on port 12111
  stripesync sandbox --customers 5000 --latency-ms 150 --rate-limit 100
  curl -u sk_test_sandbox: 'http://127.0.0.1:12111/v1/customers?limit=1'
  STRIPE_API_BASE=http://127.0.0.1:12111 STRIPE_API_KEY=sk_test_sandbox stripesync sync --database look-alike.db";

/// Write completions for a shell
#[derive(Debug, Clone, Args)]
#[command(after_long_help = COMPLETIONS_HELP)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, required_unless_present = "dir")]
    pub shell: Option<clap_complete::Shell>,
    /// Write the files for all shells into this folder instead
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath, conflicts_with = "shell")]
    pub dir: Option<PathBuf>,
}

const COMPLETIONS_HELP: &str = "\
Examples:
  mkdir -p ~/.local/share/bash-completion/completions ~/.zfunc ~/.config/fish/completions
  stripesync completions bash > ~/.local/share/bash-completion/completions/stripesync
  stripesync completions zsh > ~/.zfunc/_stripesync
  stripesync completions fish > ~/.config/fish/completions/stripesync.fish";

const MAN_HELP: &str = "\
Examples:
  stripesync man | man -l -
  stripesync man --dir ~/.local/share/man/man1";

/// Write the man pages
#[derive(Debug, Clone, Args)]
#[command(after_long_help = MAN_HELP)]
pub struct ManArgs {
    /// Folder to write them into; without it the first page goes to stdout
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
