//! `sync`: pulls accounts into the file, once or in a rhythm.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use super::alerts::Alerts;
use super::args::{Global, ProviderArg, SyncArgs};
use super::engine::{self, Access, Order, Pulled};
use super::exit::{Exit, Failure};
use super::fleet::Choice;
use super::meant::taken_up;
use super::playground::{self, RunningSandbox, SandboxOptions};
use super::select::{self, Selection, Wish};
use super::{batch_sync, names, next, settings, signals, values};
use crate::clock::Clock;
use crate::config::{self, Mode, Secret, Settings, Source, StripeAccess};
use crate::model::accounts::Standing;
use crate::model::cancel::Cancel;
use crate::model::resource::{Provider, Resource};
use crate::store::Store;
use crate::ui::units::moment;
use crate::ui::{Pace, Ui};

/// How to tell whose an account is.
const ACCOUNTS_HINT: &str = "Stripe's accounts begin with acct_, companies of Fatture in Cloud are numbers";
const LACKING_HINT: &str = "set that variable, or take the entry out of config.toml";
/// Accounts that are read at a time.
const ACCOUNTS_AT_ONCE: usize = 16;
/// Where the sandbox's rows go unless told otherwise: never into the file of real accounts.
const SANDBOX_DATABASE: &str = "./sandbox.db";
/// Alerts that are on their way when it has ended have so long.
pub(super) const ALERTS_TIME: Duration = Duration::from_secs(11);
/// A playground that is read in a few seconds.
const SANDBOX_CUSTOMERS: u32 = 200;

/// Runs the command.
pub(super) fn run(args: &SyncArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let (mut order, notes) = order(args, clock.now_ms().div_euclid(1000))?;
    for note in notes {
        ui.note(&note);
    }
    let cancel = signals::watch()?;
    let running = if args.sandbox { Some(sandbox()?) } else { None };
    let (access, alerts) = match &running {
        Some(running) => {
            order.database = global.database.clone().unwrap_or_else(|| PathBuf::from(SANDBOX_DATABASE));
            (sandbox_access(running, &order.only), None)
        }
        None => {
            let settings = settings(global, ui)?;
            order.database.clone_from(&settings.database.value);
            let access = real_access(&settings, &order, ui)?;
            // Who only asks for a plan looks at it himself.
            (access, if order.dry_run { None } else { Alerts::begin(&settings)? })
        }
    };
    let choice = if args.sandbox { None } else { many(args, &order, &access)? };
    let job = Job { order: &order, access: &access, choice: choice.as_ref() };
    let ended = match args.every {
        None => told(job.pass(ui, &cancel, clock, true), alerts.as_ref()),
        Some(every) => repeat(every, &job, ui, &cancel, clock, alerts.as_ref()),
    };
    if let Some(alerts) = alerts {
        alerts.end(ALERTS_TIME);
    }
    ended
}

/// What a sync is about: each key's own account and each token's companies, or accounts that were chosen among many.
#[derive(Clone, Copy)]
struct Job<'a> {
    order: &'a Order,
    access: &'a Access,
    choice: Option<&'a Choice>,
}

impl Job<'_> {
    fn pass(&self, ui: &Ui, cancel: &Cancel, clock: &dyn Clock, suggests: bool) -> Result<Exit, Failure> {
        match self.choice {
            Some(choice) => batch_sync::carry_out(self.order, self.access, choice, ui, cancel, clock),
            None => pass(self.order, self.access, ui, cancel, clock, suggests),
        }
    }
}

/// Returns which of many accounts are meant: all of them, or some that only the file knows by whose key they are read.
fn many(args: &SyncArgs, order: &Order, access: &Access) -> Result<Option<Choice>, Failure> {
    let choice = Choice { accounts: args.account.clone(), at_once: ACCOUNTS_AT_ONCE, ..Choice::default() };
    if args.all_accounts {
        return Ok(Some(choice));
    }
    if args.account.is_empty() || !order.database.exists() {
        return Ok(None);
    }
    let readable = Store::open_read_only(&order.database).and_then(|store| store.readable_accounts());
    // A file that is too old for that has none, and is brought up to date by the sync itself.
    let Ok(readable) = readable else { return Ok(None) };
    for id in &args.account {
        refuse_closed(id, order)?;
    }
    let own = access.stripe.len() == 1 && access.fic.len() <= 1;
    let is_of_many = |id: &String| readable.iter().any(|it| it.remote_id == *id && (it.platform.is_some() || !own));
    Ok(args.account.iter().any(is_of_many).then_some(choice))
}

/// Refuses an account that was removed, or that nobody may read any more.
fn refuse_closed(id: &str, order: &Order) -> Result<(), Failure> {
    let named = Store::open_read_only(&order.database)?.accounts_named(id)?;
    // One of several may well be read.
    let closed = named.iter().find(|it| !it.standing.is_synced());
    match closed.filter(|_| named.len() == 1).map(|it| it.standing) {
        Some(Standing::Removed) => Err(Failure::usage(format!("account {id} was removed")).hint(taken_up(id))),
        Some(Standing::Disconnected) => Err(Failure::usage(format!("nobody gives access to account {id} any more"))
            .hint("`stripesync accounts list -v` says why; `stripesync accounts discover` looks again")),
        _ => Ok(()),
    }
}

/// Raises an alert where a sync failed.
fn told(ended: Result<Exit, Failure>, alerts: Option<&Alerts>) -> Result<Exit, Failure> {
    if let Some(alerts) = alerts {
        alerts.synced(&ended);
    }
    ended
}

/// Turns arguments into an order, and into what there is to say about it; the database is not known yet.
fn order(args: &SyncArgs, now_s: i64) -> Result<(Order, Vec<String>), Failure> {
    let table = names::table();
    let names = select::parted(&args.resources);
    let wish = Wish { names: &names, exclude: &args.exclude, provider: args.provider.map(provider) };
    let since = args.since.as_deref().map(|text| values::since_s(text, now_s));
    let Selection { resources, notes } = select::select(&table, &wish)?;
    let order = Order {
        database: PathBuf::new(),
        only: resources,
        accounts: args.account.clone(),
        initial: args.initial,
        since_s: since.transpose()?,
        dry_run: args.dry_run,
        jobs: args.jobs,
        rate_percent: args.rate,
        queued_only: false,
        beside_receiver: false,
    };
    Ok((order, notes))
}

pub(super) fn provider(arg: ProviderArg) -> Provider {
    match arg {
        ProviderArg::Stripe => Provider::Stripe,
        ProviderArg::Fic => Provider::Fic,
    }
}

fn sandbox() -> Result<RunningSandbox, Failure> {
    playground::start(SandboxOptions {
        port: 0,
        customers: SANDBOX_CUSTOMERS,
        accounts: None,
        companies: 1,
        latency_ms: 0,
        rate_limit: 0,
        receiver_port: playground::RECEIVER_PORT,
        clock_runs: false,
    })
}

fn sandbox_access(running: &RunningSandbox, only: &[&'static Resource]) -> Access {
    let concerns = |provider| only.iter().any(|resource| resource.provider == provider);
    let stripe = StripeAccess {
        name: None,
        key: Secret::new(running.stripe_key),
        mode: Mode::Test,
        per_s: None,
        base_url: running.base_url.clone(),
        source: Source::Default,
    };
    let fic = config::FicAccess {
        name: None,
        token: Secret::new(running.fic_token.clone()),
        company: None,
        base_url: running.base_url.clone(),
        source: Source::Default,
    };
    Access {
        stripe: concerns(Provider::Stripe).then_some(stripe).into_iter().collect(),
        fic: concerns(Provider::Fic).then_some(fic).into_iter().collect(),
        is_sandbox: true,
        ..Access::default()
    }
}

/// Takes the credentials of the services that the order concerns; says which service is left out, and why.
fn real_access(settings: &Settings, order: &Order, ui: &Ui) -> Result<Access, Failure> {
    let concerns = |provider| order.only.is_empty() || order.only.iter().any(|resource| resource.provider == provider);
    let names = |provider| {
        order.accounts.is_empty() || order.accounts.iter().any(|account| select::may_belong(account, provider))
    };
    let wants_stripe = concerns(Provider::Stripe) && names(Provider::Stripe);
    let wants_fic = concerns(Provider::Fic) && names(Provider::Fic);
    let named = order.accounts.join(", ");
    if !wants_stripe && !wants_fic {
        let message = format!("--account {named} does not belong to the service whose resources are asked for");
        return Err(Failure::usage(message).hint(ACCOUNTS_HINT));
    }
    let access = credentials(settings, wants_stripe, wants_fic)?;
    access.doubles.iter().for_each(|double| ui.note(&double.note));
    for (provider, name) in [(Provider::Stripe, "Stripe"), (Provider::Fic, "Fatture in Cloud")] {
        if concerns(provider) && !names(provider) {
            ui.note(&format!("{name} is left out: --account {named} is none of its accounts"));
        }
    }
    if access.stripe.is_empty() && access.fic.is_empty() {
        return Err(match access.lacking.first() {
            Some((_, why)) => Failure::new(Exit::Unauthorised, why.clone()).hint(LACKING_HINT),
            None => nobody_to_ask(settings, wants_stripe, wants_fic)?.into(),
        });
    }
    for access in &access.stripe {
        if matches!(access.source, Source::StripeCli { .. }) {
            let (hint, mode) = (access.key.hint(), access.mode.name());
            ui.note(&format!("using the {mode} key {hint} {}, as no other was given", access.source));
        }
    }
    if wants_stripe && access.stripe.is_empty() && access.lacking.is_empty() {
        ui.note("Stripe is left out: no STRIPE_API_KEY");
    }
    if wants_fic && access.fic.is_empty() && access.lacking.is_empty() {
        ui.note("Fatture in Cloud is left out: no FIC_ACCESS_TOKEN");
    }
    Ok(access)
}

/// Takes the credentials of the services that are wanted. One service's are not looked at for the other's sake.
pub(super) fn credentials(settings: &Settings, wants_stripe: bool, wants_fic: bool) -> Result<Access, Failure> {
    if settings.named_keys.is_empty() {
        let stripe = if wants_stripe { settings.stripe()? } else { None };
        let fic = if wants_fic { settings.fic()? } else { None };
        return Ok(Access {
            stripe: stripe.into_iter().collect(),
            fic: fic.into_iter().collect(),
            ..Access::default()
        });
    }
    let mut all = settings.credentials()?;
    if !wants_stripe {
        all.stripe.clear();
    }
    if !wants_fic {
        all.fic.clear();
    }
    let is_wanted = |provider: &str| if provider == "fic" { wants_fic } else { wants_stripe };
    let lacking = all.unset.iter().filter(|unset| is_wanted(unset.provider));
    let lacking = lacking.map(|unset| (format!("keys.{}", unset.name), unset.error().to_string())).collect();
    let doubles = all.doubles.into_iter().filter(|it| is_wanted(it.provider)).collect();
    Ok(Access { stripe: all.stripe, fic: all.fic, lacking, doubles, is_sandbox: false })
}

/// Says what is missing where no service can be asked: maybe another one than was named has credentials.
fn nobody_to_ask(settings: &Settings, wants_stripe: bool, wants_fic: bool) -> Result<config::Error, Failure> {
    Ok(match (wants_stripe, wants_fic) {
        (true, false) if settings.fic()?.is_some() => {
            config::Error::OtherCredentials { service: "Stripe", setting: "STRIPE_API_KEY" }
        }
        (false, true) if settings.stripe()?.is_some() => {
            config::Error::OtherCredentials { service: "Fatture in Cloud", setting: "FIC_ACCESS_TOKEN" }
        }
        _ => config::Error::NoCredentials,
    })
}

/// Carries the order out once and shows what came of it; says how to go on where that `suggests` something.
fn pass(
    order: &Order,
    access: &Access,
    ui: &Ui,
    cancel: &Cancel,
    clock: &dyn Clock,
    suggests: bool,
) -> Result<Exit, Failure> {
    let watch = ui.watch(lists(order, access));
    let pulled = engine::pull(order, access, &watch, cancel, clock);
    // The bars must be gone before anything else is written.
    drop(watch);
    match pulled? {
        Pulled::Planned { resources, rate_per_s, fic_windows, is_size_known } => {
            ui.plan(&resources, &Pace { rate_per_s, fic_windows, is_size_known })
                .map_err(|error| Failure::stdout(&error))?;
            Ok(Exit::Done)
        }
        Pulled::Done { report, tables } => {
            ui.run_report(&report).map_err(|error| Failure::stdout(&error))?;
            let exit = Exit::of_run(&report);
            if let Some(why) = &report.locked {
                let hint =
                    "everything read so far is in the file; close the other program, and the same command goes on";
                ui.failure(&format!("{why}, and did not let go"), &[], Some(hint));
            }
            if matches!(exit, Exit::Interrupted(_)) {
                ui.note(if report.resources.is_empty() {
                    "interrupted before anything was read; the same command begins again"
                } else {
                    "interrupted; everything read so far is in the file, and the same command goes on from there"
                });
            }
            if suggests && access.is_sandbox && exit == Exit::Done {
                suggest(order, tables, ui);
            }
            Ok(exit)
        }
    }
}

/// Names the lists that are to be read: what stands inside objects comes with those.
fn lists(order: &Order, access: &Access) -> HashSet<String> {
    let is_asked = |provider| match provider {
        Provider::Stripe => !access.stripe.is_empty(),
        Provider::Fic => !access.fic.is_empty(),
    };
    let listed = order.only.iter().filter(|resource| is_asked(resource.provider) && select::has_own_list(resource));
    listed.map(|resource| select::qualified(resource)).collect()
}

/// Carries the order out in a rhythm until told to stop, or until something goes wrong that no waiting mends.
fn repeat(
    every: Duration,
    job: &Job,
    ui: &Ui,
    cancel: &Cancel,
    clock: &dyn Clock,
    alerts: Option<&Alerts>,
) -> Result<Exit, Failure> {
    let mut order = job.order.clone();
    let mut is_first = true;
    loop {
        let began = clock.elapsed();
        ui.note(&moment(clock.now_ms() / 1000));
        match told(Job { order: &order, ..*job }.pass(ui, cancel, clock, is_first), alerts) {
            Ok(_) => {}
            // A service or a network that is down comes back; another sync ends.
            Err(failure) if matches!(failure.exit, Exit::Failed | Exit::Held) => {
                ui.failure(&failure.message, &failure.causes, Some("trying again in the next round"));
            }
            Err(failure) => return Err(failure),
        }
        // Read everything again, once: a rhythm of full reads would spend the rate limit for nothing.
        order.initial = false;
        is_first = false;
        signals::rest(clock, cancel, every.saturating_sub(clock.elapsed().saturating_sub(began)));
        if let Some(signal) = cancel.signal() {
            return Ok(Exit::Interrupted(signal));
        }
    }
}

/// Names queries to go on with, on what the run was about and what has rows.
fn suggest(order: &Order, mut tables: HashSet<String>, ui: &Ui) {
    let chosen: HashSet<String> = order.only.iter().map(|resource| resource.table()).collect();
    tables.retain(|table| chosen.contains(table));
    let queries = next::queries(&tables);
    let commands: Vec<String> = queries.iter().filter_map(|sql| next::command(&order.database, sql)).collect();
    if !commands.is_empty() {
        ui.note(if commands.len() == 1 { "a query to try next:" } else { "two queries to try next:" });
    }
    for command in commands {
        ui.command(&command);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-01.
    const NOW_S: i64 = 1_793_491_200;

    #[test]
    fn arguments_become_an_order() {
        let args = SyncArgs { jobs: 7, rate: 50, since: Some("2026-01-31".into()), ..SyncArgs::default() };
        let (order, _) = order(&args, NOW_S).expect("fine");
        assert_eq!((order.jobs, order.rate_percent, order.since_s), (7, 50, Some(1_769_817_600)));
    }

    #[test]
    fn what_cannot_be_meant_is_a_usage_error() {
        for args in [
            SyncArgs { resources: vec!["zebras".into()], ..SyncArgs::default() },
            SyncArgs { exclude: vec!["zebras".into()], ..SyncArgs::default() },
            SyncArgs { since: Some("2026-11-02".into()), ..SyncArgs::default() },
        ] {
            assert_eq!(order(&args, NOW_S).expect_err("refused").exit, Exit::Usage, "{args:?}");
        }
    }
}
