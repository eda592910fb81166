//! The arguments of `webhooks`.

use std::time::Duration;

use clap::{ArgGroup, Args, Subcommand, ValueHint};

use super::ProviderArg;
use crate::cli::values;

/// The arguments of `webhooks`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = WEBHOOKS_HELP, disable_help_subcommand = true)]
pub struct WebhooksArgs {
    /// With this key or token of the config file ([keys.NAME]), instead of those without a name
    #[arg(long, global = true, value_name = "NAME")]
    pub credential: Option<String>,
    /// What to do
    #[command(subcommand)]
    pub command: WebhooksCommand,
}

const WEBHOOKS_HELP: &str = "\
Examples:
  stripesync webhooks list
  stripesync webhooks create hooks.example.com --dry-run
  stripesync webhooks create hooks.example.com --live
  stripesync webhooks create --provider fic hooks.example.com --live
  stripesync webhooks list --credential shop     with [keys.shop]
  stripesync webhooks verify

Nothing real is changed without --live: neither with a live key of
Stripe's, nor in Fatture in Cloud, which has real companies alone. Test
keys, and servers on this machine, need no such word.

Exit codes: 0 done, 1 no such endpoint or company, 2 usage, 3 partly done
  or not as it should be, 4 not authorised, 5 another one makes endpoints
  all of them: `stripesync --help`";

/// The commands of `webhooks`.
#[derive(Debug, Clone, Subcommand)]
pub enum WebhooksCommand {
    /// Show whom the services send events to
    ///
    /// Asks every service that there are credentials for.
    List(WebhooksListArgs),
    /// Have a service send events to a receiver
    ///
    /// Stripe says an endpoint's signing secret once: it goes into the config file, where `listen` finds it. Fatture in
    /// Cloud asks the receiver who it is: `listen` has to be up, and reachable, before.
    Create(Box<WebhooksCreateArgs>),
    /// Change where events go, which ones, or whether they do
    Update(WebhooksUpdateArgs),
    /// Have a service send nothing more
    Delete(WebhooksDeleteArgs),
    /// Check that events can come, and have Fatture in Cloud ask receivers again who they are
    Verify(WebhooksVerifyArgs),
    /// Read whom the services send events to into the file
    ///
    /// `stripesync status` then tells of those that are disabled, unverified, gone, or of another version.
    Sync(WebhooksSyncArgs),
}

/// The arguments of `webhooks list`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = LIST_HELP)]
pub struct WebhooksListArgs {
    /// Only this service
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub provider: Option<ProviderArg>,
    /// Only this company of Fatture in Cloud
    #[arg(long, value_name = "FIC_COMPANY", value_parser = values::company)]
    pub company: Option<String>,
}

const LIST_HELP: &str = "\
Examples:
  stripesync webhooks list
  stripesync webhooks list --provider fic --company 12345
  stripesync webhooks list --format json | jq '.[].missing'";

/// The arguments of `webhooks create`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = CREATE_HELP)]
pub struct WebhooksCreateArgs {
    /// Where events shall go: https://HOST/PATH, or a host alone, where `listen` is then expected
    #[arg(value_name = "URL", value_hint = ValueHint::Url)]
    pub url: String,
    /// Which service
    #[arg(long, value_enum, value_name = "SERVICE", default_value = "stripe")]
    pub provider: ProviderArg,
    /// Events of connected accounts instead of the account's own (Stripe)
    #[arg(long)]
    pub connect: bool,
    /// Types of events with commas, or all (Stripe) [default: default, those that concern a table]
    ///
    /// With * at its end a name stands for all types that begin so: 'invoice.*'.
    #[arg(long, value_name = "TYPE", value_delimiter = ',', value_parser = values::subscribed)]
    pub events: Vec<String>,
    /// What to write about it (Stripe)
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Write the signing secret to stdout, and nowhere else (Stripe)
    #[arg(long)]
    pub print_secret: bool,
    /// Groups of types with commas, or all (Fatture in Cloud) [default: all]
    #[arg(long, value_name = "GROUP", value_delimiter = ',', value_parser = values::group)]
    pub groups: Vec<String>,
    /// Only this company (Fatture in Cloud) [default: all that the token sees]
    #[arg(long, value_name = "FIC_COMPANY", value_parser = values::company)]
    pub company: Option<String>,
    /// How long to wait until the service says that a receiver is verified
    #[arg(long, value_name = "TIME", value_parser = values::age, default_value = "60s", conflicts_with = "no_wait")]
    pub wait: Duration,
    /// Do not wait until the service says that a receiver is verified
    #[arg(long)]
    pub no_wait: bool,
    /// Change real things
    #[arg(long)]
    pub live: bool,
    /// Show what would be done; read only
    #[arg(long)]
    pub dry_run: bool,
}

const CREATE_HELP: &str = "\
Examples:
  stripesync webhooks create hooks.example.com
  stripesync webhooks create https://hooks.example.com/webhook --connect
  stripesync webhooks create h.example.com --events 'invoice.*' --live
  stripesync webhooks create hooks.example.com --print-secret | my-vault
  stripesync webhooks create --provider fic hooks.example.com --live \\
    --groups entity,issued_documents --company 12345

Stripe: a host alone gets the path /api/stripe/webhook. The endpoint has
the API version that rows are made from. Its signing secret is appended
to webhook_secrets of the account in the config file, that of an endpoint
for connected accounts to webhook_secret; `listen` takes it with SIGHUP.
[webhooks.endpoints] says which endpoint's it is, by a fingerprint.
Where it cannot be saved, the endpoint is taken away again. An account
has sixteen endpoints at most. What is there already is not made twice,
also not by two of these at once: the second waits half a minute.
--print-secret writes the secret alone, with --format json or csv the
step with it.

Fatture in Cloud: a subscription for each group and company, to
  https://HOST/api/webhooks/fic/COMPANY/GROUP
Groups: entity, issued_documents, received_documents, products,
  receipts, taxes, archive, cashbook
What a group has already is not asked for twice. The service asks each
address who it is, five times at most, and once in ten minutes; then the
subscription is lost. `listen` answers it.

Exit codes: 0 there, 3 there but not verified, or other than asked for,
  5 another one makes endpoints with this config file or database
  all of them: `stripesync --help`";

/// The arguments of `webhooks update`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = UPDATE_HELP, group = ArgGroup::new("state").args(["enable", "disable"]))]
pub struct WebhooksUpdateArgs {
    /// we_… of Stripe, SUB… of Fatture in Cloud
    #[arg(value_name = "ID", value_parser = values::hook)]
    pub id: String,
    /// Where events shall go from now on; of Fatture in Cloud the host
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub url: Option<String>,
    /// Types of events with commas, all, or default: those that concern a table (Stripe)
    #[arg(long, value_name = "TYPE", value_delimiter = ',', value_parser = values::subscribed)]
    pub events: Vec<String>,
    /// Send events to it again (Stripe)
    #[arg(long)]
    pub enable: bool,
    /// Send no events to it for now (Stripe)
    #[arg(long)]
    pub disable: bool,
    /// What to write about it (Stripe)
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Whose it is (Fatture in Cloud) [default: every company that the token sees]
    #[arg(long, value_name = "FIC_COMPANY", value_parser = values::company)]
    pub company: Option<String>,
    /// Change real things
    #[arg(long)]
    pub live: bool,
    /// Show what would be changed; read only
    #[arg(long)]
    pub dry_run: bool,
}

const UPDATE_HELP: &str = "\
Examples:
  stripesync webhooks update we_1PqRsT --enable
  stripesync webhooks update we_1PqRsT --events default --dry-run
  stripesync webhooks update we_1PqRsT --url https://new.example.com
  stripesync webhooks update SUB230 --live

Without options a subscription of Fatture in Cloud gets what is missing
of its group. API version, and whose events come, are fixed when an
endpoint of Stripe's is made: make another one, and delete this one.";

/// The arguments of `webhooks delete`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = DELETE_HELP)]
pub struct WebhooksDeleteArgs {
    /// we_… of Stripe, SUB… of Fatture in Cloud; several with blanks between them
    #[arg(value_name = "ID", required = true, value_parser = values::hook)]
    pub ids: Vec<String>,
    /// Whose it is (Fatture in Cloud) [default: every company that the token sees]
    #[arg(long, value_name = "FIC_COMPANY", value_parser = values::company)]
    pub company: Option<String>,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Change real things
    #[arg(long)]
    pub live: bool,
    /// Show what would go; read only
    #[arg(long)]
    pub dry_run: bool,
}

const DELETE_HELP: &str = "\
Examples:
  stripesync webhooks delete we_1PqRsT
  stripesync webhooks delete SUB230 SUB231 --yes --live

The signing secret goes out of the config file, too, where it is known
there which one it is ([webhooks.endpoints]); else it is said what stays.
What is still on its way may come for some minutes: a `listen` that runs
takes it until SIGHUP.";

/// The arguments of `webhooks verify`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = VERIFY_HELP)]
pub struct WebhooksVerifyArgs {
    /// we_… of Stripe, SUB… of Fatture in Cloud; without one, all that lead to a receiver of this program
    #[arg(value_name = "ID", value_parser = values::hook)]
    pub id: Option<String>,
    /// Only this service
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub provider: Option<ProviderArg>,
    /// Only this company (Fatture in Cloud)
    #[arg(long, value_name = "FIC_COMPANY", value_parser = values::company)]
    pub company: Option<String>,
    /// Look, too, whether the receiver's /healthz answers at that address
    #[arg(long)]
    pub probe: bool,
    /// How long to wait until the service says that a receiver is verified
    #[arg(long, value_name = "TIME", value_parser = values::age, default_value = "60s", conflicts_with = "no_wait")]
    pub wait: Duration,
    /// Wait neither for the next permitted attempt nor for its end
    #[arg(long)]
    pub no_wait: bool,
    /// Have real receivers asked
    #[arg(long)]
    pub live: bool,
    /// Check only; have nobody asked
    #[arg(long)]
    pub dry_run: bool,
}

const VERIFY_HELP: &str = "\
Examples:
  stripesync webhooks verify --probe
  stripesync webhooks verify we_1PqRsT
  stripesync webhooks verify --provider fic --live

Stripe: looks at status, version and events, and whether a secret is
configured that can be the endpoint's. It has no way to send a test.

Fatture in Cloud: has it ask every receiver that is not verified. It does
so five times at most, and once in ten minutes: the next permitted time
is waited for. --wait says how long its success may take.

Exit codes: 0 all is well, 1 no such endpoint, 3 something is not well,
  or is not verified, or there is nothing to verify
  all of them: `stripesync --help`";

/// The arguments of `webhooks sync`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = SYNC_HELP)]
pub struct WebhooksSyncArgs {
    /// Only this service
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub provider: Option<ProviderArg>,
    /// Only this company (Fatture in Cloud)
    #[arg(long, value_name = "FIC_COMPANY", value_parser = values::company)]
    pub company: Option<String>,
}

const SYNC_HELP: &str = "\
Examples:
  stripesync webhooks sync
  stripesync webhooks sync --provider fic && stripesync status

Tables: stripe_webhook_endpoints (which `stripesync sync` reads, too) and
fic_webhook_subscriptions.";
