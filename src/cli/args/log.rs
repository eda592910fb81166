//! The arguments of commands that look at the file and its event log.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::ProviderArg;
use crate::cli::values::{self, When};

/// The arguments of `status`.
#[derive(Debug, Clone, Args, Default)]
#[command(after_long_help = STATUS_HELP)]
pub struct StatusArgs {
    /// Show the figures of the event log: how many came, failed, were delivered twice, and how long they took
    #[arg(long)]
    pub stats: bool,
    /// Stay, and draw it anew every two seconds until Ctrl-C; needs a terminal
    #[arg(long, conflicts_with = "max_age")]
    pub watch: bool,
    /// Only this service
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub provider: Option<ProviderArg>,
    /// Only this account (acct_…) or company (a number), table by table; may be repeated
    #[arg(long, value_name = "ID")]
    pub account: Vec<String>,
    /// End with code 3 where an account's last sync ended longer ago than this: 90s, 15m, 2h, 1d
    #[arg(long, value_name = "TIME", value_parser = values::age)]
    pub max_age: Option<Duration>,
}

const STATUS_HELP: &str = "\
Examples:
  stripesync status
  stripesync status --database sandbox.db
  stripesync status --account acct_123
  stripesync status --stats                 how the webhooks do
  stripesync status --stats --watch         the same, kept fresh
  stripesync status --max-age 1h --quiet > /dev/null    for a monitor
  stripesync status --format json | jq '.accounts[].resources[].table'

In tables more than 20 accounts are summed up; --account or -v tells each
table by table. --format json and csv always tell all of them in full.

--max-age leaves out what was removed or is disconnected. An account's
last sync is the last that brought all of its lists up to date that were
ever read, with nothing failed, by this machine's clock, as in `accounts
list`; of a list that was never asked for it says nothing. When each
table was read, and until when events were, is by the service's clock.

With --stats, times are those of taking an event's effect: half (p50), 95
and 99 of 100 took no longer (of more than 131,072 events of one type,
told to 2 %). The retry count is of attempts at events that had failed,
for each event that was tried. What `sync` read from Stripe's own list
of events counts apart from what was delivered.

Exit codes: 0 done, also when --watch is ended by Ctrl-C or SIGTERM,
  1 there is no file, 3 older than --max-age
  all of them: `stripesync --help`";

/// The arguments of `events`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = EVENTS_HELP, disable_help_subcommand = true)]
pub struct EventsArgs {
    /// What to do
    #[command(subcommand)]
    pub command: EventsCommand,
}

const EVENTS_HELP: &str = "\
Examples:
  stripesync events list
  stripesync events list --status failed,dead
  stripesync events show evt_1PqRsT
  stripesync events show 1234
  stripesync events prune --older-than 90d --dry-run";

/// The commands of `events`.
#[derive(Debug, Clone, Subcommand)]
pub enum EventsCommand {
    /// List events, those that came in last first
    List(EventsListArgs),
    /// Show one event: its payload, its attempts, and the row that it is about
    Show(EventsShowArgs),
    /// Take old events out of the log
    ///
    /// The history of subscriptions and billed periods stays, and so do the last events of an object that the order of
    /// later ones may hang on. May run while a sync or a receiver does. The file keeps its size: the room is used again.
    Prune(EventsPruneArgs),
}

/// The arguments of `events list`.
#[derive(Debug, Clone, Args, Default)]
#[command(after_long_help = EVENTS_LIST_HELP)]
pub struct EventsListArgs {
    /// Only those with this status; several with commas
    #[arg(long, value_enum, value_name = "STATUS", value_delimiter = ',')]
    pub status: Vec<StatusArg>,
    /// Only those of this type; with * at the end, all that begin so
    #[arg(long = "type", value_name = "TYPE", value_parser = values::event_type)]
    pub kind: Option<String>,
    /// Only those of this account (acct_…) or company (a number)
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Only those of this service
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub provider: Option<ProviderArg>,
    /// Only those about the object with this id (cus_…, in_…)
    #[arg(long, value_name = "ID")]
    pub object: Option<String>,
    /// Only what happened from then on: 2026-01-31 (UTC), 2026-01-31T12:00:00Z, or 2h, 1d ago
    #[arg(long, value_name = "TIME", value_parser = values::when)]
    pub since: Option<When>,
    /// Only what happened before then
    #[arg(long, value_name = "TIME", value_parser = values::when)]
    pub until: Option<When>,
    /// At most so many, up to 100,000
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = values::limit)]
    pub limit: usize,
}

const EVENTS_LIST_HELP: &str = "\
Examples:
  stripesync events list --status failed,dead
  stripesync events list --type 'invoice.*' --since 1d
  stripesync events list --object cus_123 --limit 5
  stripesync events list --format json | jq -r '.[].event_id'

Status:
  received   in the log; its effect is still to be taken
  processed  its effect is taken
  ignored    of a type that concerns no table
  failed     something kept it from its effect; it is tried again
  dead       tried often enough, or its payload cannot be taken;
             `stripesync retry-failed` tries it again

Source: live (a webhook), test, replay, sync (Stripe's list of events).
Those that came in last stand first. When one happened is told by the
service's clock; --since and --until are about that.";

/// The arguments of `events show`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = EVENTS_SHOW_HELP)]
pub struct EventsShowArgs {
    /// The event's id (evt_…), or its row in the log
    #[arg(value_name = "EVENT")]
    pub event: String,
}

const EVENTS_SHOW_HELP: &str = "\
Examples:
  stripesync events show evt_1PqRsT
  stripesync events show 1234
  stripesync events show 1234 --format json | jq .payload.data.object";

/// The arguments of `events prune`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = EVENTS_PRUNE_HELP)]
pub struct EventsPruneArgs {
    /// Those that came in longer ago than this: 31d or more, such as 90d
    #[arg(long, value_name = "TIME", value_parser = values::prune_age)]
    pub older_than: Duration,
    /// Those with this status; several with commas
    #[arg(long, value_enum, value_name = "STATUS", value_delimiter = ',', default_value = "processed,ignored")]
    pub status: Vec<PruneStatusArg>,
    /// Show what would go, by status and type; write nothing
    #[arg(long)]
    pub dry_run: bool,
}

const EVENTS_PRUNE_HELP: &str = "\
Examples:
  stripesync events prune --older-than 90d --dry-run
  stripesync events prune --older-than 90d
  stripesync events prune --older-than 1000d --status failed,dead

Failed and dead events go only where --status says so: what they told of
is not in the file. `stripesync retry-failed` tries them before. `listen`
prunes by itself once a day where [webhooks] keep_days says so.";

/// `--status` of `events prune`: what waits for its effect never goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PruneStatusArg {
    /// Its effect is taken
    Processed,
    /// Of a type that concerns no table
    Ignored,
    /// Its effect could not be taken; it is tried again
    Failed,
    /// It is not tried again by itself
    Dead,
}

impl PruneStatusArg {
    /// Returns how the log says it.
    pub fn name(self) -> &'static str {
        match self {
            PruneStatusArg::Processed => "processed",
            PruneStatusArg::Ignored => "ignored",
            PruneStatusArg::Failed => "failed",
            PruneStatusArg::Dead => "dead",
        }
    }
}

/// `--status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusArg {
    /// Its effect is still to be taken
    Received,
    /// Its effect is taken
    Processed,
    /// Of a type that concerns no table
    Ignored,
    /// Its effect could not be taken; it is tried again
    Failed,
    /// It is not tried again by itself
    Dead,
}

impl StatusArg {
    /// Returns how the log says it.
    pub fn name(self) -> &'static str {
        match self {
            StatusArg::Received => "received",
            StatusArg::Processed => "processed",
            StatusArg::Ignored => "ignored",
            StatusArg::Failed => "failed",
            StatusArg::Dead => "dead",
        }
    }
}

/// The arguments of `retry-failed`.
#[derive(Debug, Clone, Args, Default)]
#[command(after_long_help = RETRY_FAILED_HELP)]
pub struct RetryFailedArgs {
    /// Only those of this service
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub provider: Option<ProviderArg>,
    /// Only the event in this row of the log (see `events list`); may be repeated
    #[arg(long, value_name = "N", value_parser = values::row)]
    pub webhook_id: Vec<i64>,
    /// Only those of this type; with * at the end, all that begin so
    #[arg(long = "type", value_name = "TYPE", value_parser = values::event_type)]
    pub kind: Option<String>,
    /// Show what would be tried; write nothing
    #[arg(long)]
    pub dry_run: bool,
}

const RETRY_FAILED_HELP: &str = "\
Examples:
  stripesync retry-failed --dry-run              what would be tried
  stripesync retry-failed
  stripesync retry-failed --webhook-id 12 --webhook-id 15
  stripesync retry-failed --type 'invoice.*'

Exit codes: 0 all that were tried succeeded, 3 some failed again
  all of them: `stripesync --help`";
