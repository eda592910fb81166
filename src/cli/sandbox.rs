//! `sandbox`: a look-alike of both services for other programs, until stopped.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::args::SandboxArgs;
use super::exit::{Exit, Failure};
use super::playground::{self, SandboxOptions};
use super::signals;
use crate::clock::Clock;
use crate::ui::Ui;

/// A resting sandbox looks up this often; only a signal ends it.
const REST: Duration = Duration::from_secs(3600);

/// Runs the command.
pub(super) fn run(args: &SandboxArgs, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let cancel = signals::watch()?;
    let running = playground::start(SandboxOptions {
        port: args.port,
        customers: args.customers,
        accounts: args.accounts,
        companies: args.companies,
        latency_ms: args.latency_ms,
        rate_limit: args.rate_limit,
        receiver_port: args.receiver_port,
        clock_runs: true,
    })?;
    // Data, not a note: a script reads from here where the sandbox is and how to get in.
    let lines = format!(
        "STRIPE_API_BASE={url}\nSTRIPE_API_KEY={key}\nFIC_API_BASE={url}\nFIC_ACCESS_TOKEN={token}\n\
         FIC_PUBLIC_KEY={public_key}\n",
        url = running.base_url,
        key = running.stripe_key,
        token = running.fic_token,
        // In one word, as an environment takes it.
        public_key = STANDARD.encode(crate::sandbox::fic::public_key())
    );
    ui.raw(lines.as_bytes()).map_err(|error| Failure::stdout(&error))?;
    ui.note("the sandbox is running, everything in it is made up; stop it with Ctrl-C");
    while !cancel.is_set() {
        signals::rest(clock, &cancel, REST);
    }
    drop(running);
    // As a server, it ends well when told to end.
    Ok(Exit::Done)
}
