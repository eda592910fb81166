//! The door to the engines: settings in, reports out. Whoever pulls, plans or reads how the file stands goes through here;
//! commands at the event log and the receiver open the file themselves.

use std::cell::Cell;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::exit::{Exit, Failure};
use super::meant::{check_companies, left_out, tell_unopened};
use super::{locking, price, select};
use crate::clock::{Clock, SystemClock};
use crate::config::{DoubleKey, FicAccess, Mode, StripeAccess};
use crate::http::{self, Client, Limits, Settings};
use crate::model::cancel::Cancel;
use crate::model::extract::Catalog;
use crate::model::progress::{Progress, Sink};
use crate::model::report::{AccountFailure, ClockOff, PlannedResource, RunReport, StatusReport};
use crate::model::resource::{Provider, Resource};
use crate::model::secret::Secret;
use crate::providers::{fic, stripe};
use crate::store::{self, NewAccount, Store};
use crate::sync::fic::Company;
use crate::sync::{self, Options, Summary, Target, View, Who, discovery};

/// The sandbox on loopback sets no pace unless told to.
pub(super) const UNLIMITED_PER_S: u32 = 1_000_000;
/// A difference of the clocks up to this many seconds is nobody's trouble.
const CLOCK_OFF_MIN_S: i64 = 60;

/// How long a receiver works on one company at a time: Stripe waits meanwhile.
const COMPANY_TIME: Duration = Duration::from_secs(60);
/// How long a receiver waits for a quota; the next turn finds it free.
pub(super) const QUOTA_WAIT: Duration = Duration::from_secs(2);

/// What a sync is asked to do.
#[derive(Debug, Clone)]
pub struct Order {
    /// The file.
    pub database: PathBuf,
    /// The resources chosen, children with their parents.
    pub only: Vec<&'static Resource>,
    /// Accounts and companies chosen by id; none means all.
    pub accounts: Vec<String>,
    /// Read everything again.
    pub initial: bool,
    /// Read only what was created from this second on.
    pub since_s: Option<i64>,
    /// Plan, write nothing.
    pub dry_run: bool,
    /// Most requests in flight.
    pub jobs: usize,
    /// Share of the service's limits to use.
    pub rate_percent: u32,
    /// Only work off what events asked for.
    pub queued_only: bool,
    /// Whether a receiver runs beside: it shares the file, and its senders wait.
    pub beside_receiver: bool,
}

/// Who is asked, with which credentials.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Stripe's keys, each with an account of its own.
    pub stripe: Vec<StripeAccess>,
    /// Fatture in Cloud's tokens.
    pub fic: Vec<FicAccess>,
    /// Credentials that are meant and cannot be used: which, and why.
    pub lacking: Vec<(String, String)>,
    /// Those that stand in two places: the second one is not used.
    pub doubles: Vec<DoubleKey>,
    /// Whether the sandbox answers: its rows never mix with real ones.
    pub is_sandbox: bool,
}

/// What came of an order.
#[derive(Debug)]
pub enum Pulled {
    /// It was carried out.
    Done {
        /// What it did.
        report: RunReport,
        /// Tables with rows, where they are the sandbox's: a newcomer is told what to ask them.
        tables: HashSet<String>,
    },
    /// It was a dry run.
    Planned {
        /// What would be done.
        resources: Vec<PlannedResource>,
        /// Requests per second that the run would keep to, where known.
        rate_per_s: Option<u32>,
        /// How many requests Fatture in Cloud permits in how many seconds; none where it sets no limit.
        fic_windows: Vec<(u32, u64)>,
        /// Whether the file knows how large every account is.
        is_size_known: bool,
    },
}

/// Carries out an order.
///
/// # Errors
/// When nothing at all could be done.
pub fn pull(
    order: &Order,
    access: &Access,
    sink: &dyn Sink,
    cancel: &Cancel,
    clock: &dyn Clock,
) -> Result<Pulled, Failure> {
    if order.dry_run {
        return price::plan(order, access, clock);
    }
    let catalog = sync::catalog();
    let store = open(order, &catalog, sink, cancel, clock)?;
    let has_read = Cell::new(false);
    let pulling = Pulling { order, access, store: &store, catalog: &catalog, sink, cancel, clock, has_read };
    let mut report = RunReport::default();
    let mut failures = Vec::new();
    for (account, message) in &access.lacking {
        report.failures.push(AccountFailure { account: account.clone(), message: message.clone() });
    }
    pulling.all_of_stripe(&mut report, &mut failures)?;
    pulling.all_of_fic(&mut report, &mut failures)?;
    report.signal = cancel.signal();
    // With nothing but failures the first of them is the whole story, and has an exit code of its own.
    if report.resources.is_empty()
        && let Some(failure) = whole_story(failures)
    {
        return Err(failure);
    }
    // Before the file is closed: whoever reads it anew leaves files beside it.
    let tables = if access.is_sandbox { filled(&store.status(&catalog)?) } else { HashSet::new() };
    Ok(Pulled::Done { report, tables })
}

/// Opens the file for a sync, which nobody else carries out meanwhile.
pub(super) fn open(
    order: &Order,
    catalog: &Catalog,
    sink: &dyn Sink,
    cancel: &Cancel,
    clock: &dyn Clock,
) -> Result<Store, Failure> {
    let told = |note| sink.report(Progress::Note(note));
    let lock = locking::lock(&order.database, order.beside_receiver, &told, cancel, clock)?;
    store::stop_waiting_for(cancel);
    let opened = || {
        let store = Store::open(&order.database)?;
        store.guard(lock);
        store.reread(catalog, cancel)?;
        Ok(store)
    };
    opened().map_err(|error: store::Error| unless_interrupted(error, cancel))
}

/// Returns the tables that have rows.
fn filled(status: &StatusReport) -> HashSet<String> {
    let states = status.accounts.iter().flat_map(|account| &account.resources);
    states.filter(|state| state.rows > 0).map(|state| state.table.clone()).collect()
}

/// What is wrong with the file, unless it is only that somebody asked to stop while another process had it locked.
pub(super) fn unless_interrupted(error: store::Error, cancel: &Cancel) -> Failure {
    match (&error, cancel.signal()) {
        (store::Error::Locked { .. }, Some(signal)) => {
            Failure::new(Exit::Interrupted(signal), format!("interrupted: {error}"))
                .hint("close the other program; the same command goes on from there")
        }
        _ => error.into(),
    }
}

/// The first failure; of accounts that no credential opens, what each of them opens instead.
fn whole_story(failures: Vec<Failure>) -> Option<Failure> {
    let mut failures = failures.into_iter();
    let mut first = failures.next()?;
    for other in failures.filter(|other| (other.exit, first.exit) == (Exit::Usage, Exit::Usage)) {
        first.message.push_str("; ");
        first.message.push_str(&other.message);
    }
    Some(first)
}

/// One order being carried out.
struct Pulling<'a> {
    order: &'a Order,
    access: &'a Access,
    store: &'a Store,
    catalog: &'a Catalog,
    sink: &'a dyn Sink,
    cancel: &'a Cancel,
    clock: &'a dyn Clock,
    /// Whether a company was read already.
    has_read: Cell<bool>,
}

/// Returns what a Stripe account permits, and how much of it an order uses.
pub(super) fn stripe_limits(order: &Order, access: &StripeAccess, is_sandbox: bool) -> Limits {
    if is_sandbox {
        return Limits::new(UNLIMITED_PER_S, None);
    }
    let per_s = stripe_per_s(access);
    // Of more for the account, as much more for each endpoint.
    let endpoint_per_s = stripe::ENDPOINT_PER_S.max(per_s * stripe::ENDPOINT_PER_S / stripe::LIVE_PER_S);
    Limits { share_percent: order.rate_percent, ..Limits::new(per_s, Some(endpoint_per_s)) }
}

/// Returns how many requests a second Stripe permits the accounts of a key.
pub(super) fn stripe_per_s(access: &StripeAccess) -> u32 {
    let usual = if access.mode == Mode::Live { stripe::LIVE_PER_S } else { stripe::TEST_PER_S };
    access.per_s.unwrap_or(usual)
}

/// Returns what a client with a key is made of.
pub(super) fn stripe_settings(access: &StripeAccess, limits: Limits) -> Settings {
    Settings::new(&access.base_url, limits)
        .header("Authorization", Secret::new(format!("Bearer {}", access.key.expose())))
        .header("Stripe-Version", Secret::new(stripe::API_VERSION))
}

/// Returns the mode of a key's accounts.
pub(super) fn stripe_mode(access: &StripeAccess, is_sandbox: bool) -> &'static str {
    if is_sandbox { "sandbox" } else { access.mode.name() }
}

impl Pulling<'_> {
    /// Pulls the own account of each key, once where several keys open it, and says which of the accounts named none opens.
    fn all_of_stripe(&self, report: &mut RunReport, failures: &mut Vec<Failure>) -> Result<(), Failure> {
        let named = accounts_of(self.order, Provider::Stripe);
        let (mut opened_by, mut others) = (Vec::new(), Vec::new());
        for access in &self.access.stripe {
            if self.cancel.is_set() {
                break;
            }
            let asked = self.whose_key(access);
            let mode = stripe_mode(access, self.access.is_sandbox);
            self.noted(("stripe", mode, access.name.as_deref()), asked.as_ref().err())?;
            match asked {
                // Another key may open what was asked for.
                Ok((_, own))
                    if !named.is_empty() && !named.contains(&own.remote_id) && self.access.stripe.len() > 1 =>
                {
                    others.push(own.remote_id);
                }
                Ok((_, own)) if !named.is_empty() && !named.contains(&own.remote_id) => {
                    let error = sync::Error::OtherAccount { opened: own.remote_id, asked: named.join(", ") };
                    self.keep(&key_label(access), Err(error), report, failures)?;
                }
                Ok((client, own)) => opened_by.push((access, client, own)),
                Err(error) => self.keep(&key_label(access), Err(error), report, failures)?,
            }
        }
        let opened: Vec<String> = opened_by.iter().map(|(_, _, own)| own.remote_id.clone()).collect();
        let view = |(access, _, own): &(&StripeAccess, Client, NewAccount)| View {
            provider: "stripe",
            mode: own.mode,
            credential: access.name.clone(),
            ids: vec![own.remote_id.clone()],
        };
        let shares = self.shared_out(&opened_by.iter().map(view).collect::<Vec<_>>())?;
        for ((access, client, own), share) in opened_by.iter().zip(shares) {
            match share.is_empty() {
                // Another key reads it.
                true => report.requests += client.sent(),
                false if self.cancel.is_set() || report.locked.is_some() => break,
                false => {
                    let pulled = self.stripe(client, own, report);
                    self.keep(&key_label(access), pulled, report, failures)?;
                }
            }
        }
        tell_unopened(&named, opened, others, report, failures);
        Ok(())
    }

    fn whose_key(&self, access: &StripeAccess) -> Result<(Client, NewAccount), sync::Error> {
        let limits = stripe_limits(self.order, access, self.access.is_sandbox);
        let client = Client::new(stripe_settings(access, limits), Arc::new(SystemClock::new()), self.cancel.clone())?;
        let own = sync::identify(&client, stripe_mode(access, self.access.is_sandbox), access.name.clone())?;
        Ok((client, own))
    }

    /// Notes of a credential's accounts whether the service takes it.
    fn noted(&self, whose: (&str, &str, Option<&str>), error: Option<&sync::Error>) -> Result<(), Failure> {
        let noted = discovery::credential_asked(self.store, whose, error);
        noted.map_err(|error| unless_interrupted(error, self.cancel))
    }

    /// Decides which credential reads what several open.
    fn shared_out(&self, views: &[View]) -> Result<Vec<Vec<String>>, Failure> {
        sync::shared_out(self.store, views).map_err(Failure::from)
    }

    /// Pulls a key's own account, unless it was removed by hand.
    fn stripe(&self, client: &Client, own: &NewAccount, report: &mut RunReport) -> Result<Summary, sync::Error> {
        let row = self.store.account(own)?.id;
        if self.store.is_removed(row)? {
            self.sink.report(Progress::Note(left_out(&own.remote_id)));
            return Ok(Summary { requests: client.sent(), ..Summary::default() });
        }
        let target = Target { client, mode: own.mode, who: Who::Known(row), readers: None };
        let options = options(self.order, Provider::Stripe);
        let pulled = sync::run(self.store, self.catalog, &target, &options, self.cancel, self.sink);
        self.look_at_clock("stripe", client, report);
        pulled
    }

    /// Notes a clock that is far off; a sandbox's is meant to be, and says so.
    fn look_at_clock(&self, service: &'static str, client: &Client, report: &mut RunReport) {
        let behind_s = client.skew_s();
        let is_new = report.clocks.iter().all(|off| off.service != service);
        if is_new && !client.is_clock_made_up() && behind_s.abs() > CLOCK_OFF_MIN_S {
            report.clocks.push(ClockOff { service, behind_s });
        }
    }

    /// Pulls every company that the tokens see, or those chosen; each with one token.
    fn all_of_fic(&self, report: &mut RunReport, failures: &mut Vec<Failure>) -> Result<(), Failure> {
        // A token that has opened nothing yet is tried at once: nothing is queued that would show that it is wrong.
        let is_tried = self.store.known_accounts("fic")?.iter().any(|company| company.is_seen);
        let is_queued = self.order.queued_only && is_tried;
        let mut asked = Vec::new();
        for access in &self.access.fic {
            match report.locked {
                Some(_) => break,
                None if self.cancel.is_set() => {
                    self.sink.report(Progress::Note("Fatture in Cloud was not begun".to_owned()));
                    break;
                }
                None if is_queued => self.fic_queued(access, report, failures)?,
                None => asked.extend(self.companies(access, report, failures)?),
            }
        }
        let view = |seen: &Seen| View {
            provider: "fic",
            mode: fic_mode(self.access.is_sandbox, &seen.access.base_url),
            credential: seen.access.name.clone(),
            ids: seen.companies.iter().map(|company| company.id.clone()).collect(),
        };
        let shares = self.shared_out(&asked.iter().map(view).collect::<Vec<_>>())?;
        for (seen, share) in asked.iter().zip(shares) {
            self.fic(seen, &share, report, failures)?;
        }
        if !self.cancel.is_set() && report.locked.is_none() {
            self.gone(&asked, report)?;
        }
        Ok(())
    }

    /// Says which companies the tokens that read them do not show any more: nobody reads them from now on.
    fn gone(&self, asked: &[Seen], report: &mut RunReport) -> Result<(), Failure> {
        for seen in asked {
            let mode = fic_mode(self.access.is_sandbox, &seen.access.base_url);
            let gone = discovery::no_longer_shown(self.store, mode, seen.access.name.as_deref(), &seen.shown);
            report.failures.extend(gone?.into_iter().map(|company| AccountFailure {
                account: company.remote_id,
                message: discovery::NOT_SHOWN.to_owned(),
            }));
        }
        Ok(())
    }

    /// Asks which companies a token sees; those are left out that its settings leave out.
    fn companies<'p>(
        &'p self,
        access: &'p FicAccess,
        report: &mut RunReport,
        failures: &mut Vec<Failure>,
    ) -> Result<Option<Seen<'p>>, Failure> {
        let found = self.fic_client(access, None).and_then(|client| {
            let companies = sync::fic::companies(&client);
            report.requests += client.sent();
            Ok((companies?, client))
        });
        let whose = ("fic", fic_mode(self.access.is_sandbox, &access.base_url), access.name.as_deref());
        self.noted(whose, found.as_ref().err())?;
        let (shown, client) = match found {
            Ok(found) => found,
            Err(error) => {
                self.keep("fic", Err(error), report, failures)?;
                return Ok(None);
            }
        };
        let named = accounts_of(self.order, Provider::Fic);
        if let Err(failure) = check_companies(&shown, &named, access) {
            report.failures.push(AccountFailure { account: "fic".to_owned(), message: failure.message.clone() });
            failures.push(failure);
        }
        let companies = shown.iter().filter(|it| access.company.as_ref().is_none_or(|meant| *meant == it.id)).cloned();
        Ok(Some(Seen { access, client, companies: companies.collect(), shown }))
    }

    /// Pulls the companies that are a token's to read, or of these those chosen.
    fn fic(
        &self,
        seen: &Seen,
        share: &[String],
        report: &mut RunReport,
        failures: &mut Vec<Failure>,
    ) -> Result<(), Failure> {
        let named = accounts_of(self.order, Provider::Fic);
        for company in seen.companies.iter().filter(|company| share.contains(&company.id)) {
            if self.order.queued_only || !named.is_empty() && !named.contains(&company.id) {
                continue;
            }
            if self.cancel.is_set() || report.locked.is_some() {
                break;
            }
            self.company(seen.access, company, Some(&seen.client), report, failures)?;
        }
        Ok(())
    }

    /// Works off what notifications asked for, for the companies that they were about. Who they are, the file knows.
    fn fic_queued(
        &self,
        access: &FicAccess,
        report: &mut RunReport,
        failures: &mut Vec<Failure>,
    ) -> Result<(), Failure> {
        let mode = fic_mode(self.access.is_sandbox, &access.base_url);
        for (id, name) in self.store.accounts_waiting("fic", mode, access.name.as_deref())? {
            let is_chosen = access.company.as_ref().is_none_or(|company| *company == id);
            if is_chosen && !self.cancel.is_set() && report.locked.is_none() {
                self.company(access, &Company { id, name }, None, report, failures)?;
            }
        }
        Ok(())
    }

    /// Pulls one company. `asked` is a client that knows the service's time.
    fn company(
        &self,
        access: &FicAccess,
        company: &Company,
        asked: Option<&Client>,
        report: &mut RunReport,
        failures: &mut Vec<Failure>,
    ) -> Result<(), Failure> {
        // Fifty companies take minutes, and others want to read meanwhile.
        if self.order.beside_receiver && self.has_read.replace(true) {
            locking::breathe(self.store, self.cancel, self.clock)?;
        }
        // Not before: whoever had the file meanwhile may have removed it.
        let mode = fic_mode(self.access.is_sandbox, &access.base_url);
        let known = self.store.find_account("fic", &company.id, mode)?;
        if known.map(|row| self.store.is_removed(row)).transpose()?.unwrap_or(false) {
            self.sink.report(Progress::Note(left_out(&company.id)));
            return Ok(());
        }
        let pulled = self.fic_client(access, Some(&company.id)).and_then(|client| {
            // What is due is decided by the service's time, before the company's first answer.
            if let Some(asked) = asked {
                client.learn_clock(asked);
            }
            let options = options(self.order, Provider::Fic);
            let whose = sync::fic::Whose { company, mode, credential: access.name.clone() };
            let pulled = sync::fic::run(self.store, self.catalog, &client, &whose, &options, self.cancel, self.sink);
            self.look_at_clock("fic", &client, report);
            pulled
        });
        self.keep(&company.id, pulled, report, failures)
    }

    fn fic_client(&self, access: &FicAccess, company: Option<&str>) -> Result<Client, sync::Error> {
        let now_s = self.clock.now_ms().div_euclid(1000);
        let limits = match company {
            Some(company) if !self.access.is_sandbox => {
                sync::fic::limits(self.store, company, self.order.rate_percent, now_s)?
            }
            _ => Limits::new(UNLIMITED_PER_S, None),
        };
        let mut settings = fic_settings(access, limits);
        if self.order.beside_receiver {
            settings.window_wait_max = QUOTA_WAIT;
        }
        Ok(Client::new(settings, Arc::new(SystemClock::new()), self.cancel.clone())?)
    }

    fn keep(
        &self,
        account: &str,
        pulled: Result<Summary, sync::Error>,
        report: &mut RunReport,
        failures: &mut Vec<Failure>,
    ) -> Result<(), Failure> {
        match pulled {
            Ok(summary) => {
                report.requests += summary.requests;
                report.took_ms += summary.took_ms;
                report.resources.extend(summary.reports);
                // Whoever was asked to stop did not wait for the other process to its end.
                report.locked = summary.locked.filter(|_| !self.cancel.is_set());
            }
            // What a signal cut short is no failure: the exit code tells of the signal.
            Err(sync::Error::Http(http::Error::Interrupted)) if self.cancel.is_set() => {}
            // What is wrong with the file is wrong for every account.
            Err(sync::Error::Store(error)) => return Err(unless_interrupted(error, self.cancel)),
            Err(error) => {
                report.failures.push(AccountFailure { account: account.to_owned(), message: error.to_string() });
                failures.push(error.into());
            }
        }
        Ok(())
    }
}

/// Which companies a token sees.
struct Seen<'p> {
    access: &'p FicAccess,
    /// It knows the service's time.
    client: Client,
    /// Those that its settings mean.
    companies: Vec<Company>,
    /// All of them.
    shown: Vec<Company>,
}

/// Returns how failures name what a key opens.
fn key_label(access: &StripeAccess) -> String {
    access.name.as_ref().map_or_else(|| "stripe".to_owned(), |name| format!("keys.{name}"))
}

/// Returns the accounts named that may be this service's.
fn accounts_of(order: &Order, provider: Provider) -> Vec<String> {
    order.accounts.iter().filter(|account| select::may_belong(account, provider)).cloned().collect()
}

/// Says to the engine what the order means for one service.
pub(super) fn options(order: &Order, provider: Provider) -> Options {
    Options {
        only: order.only.iter().copied().filter(|resource| resource.provider == provider).collect(),
        accounts: accounts_of(order, provider),
        initial: order.initial,
        since_s: order.since_s,
        in_flight_max: order.jobs,
        queued_only: order.queued_only,
        time_max: order.beside_receiver.then_some(COMPANY_TIME),
        faults_max: None,
    }
}

/// Returns what a client with a token is made of.
pub(super) fn fic_settings(access: &FicAccess, limits: Limits) -> Settings {
    Settings::new(&access.base_url, limits)
        .header("Authorization", Secret::new(fic::authorization(access.token.expose())))
}

/// Returns the mode of companies: the service itself has only real ones, another server's are for tests.
pub(super) fn fic_mode(is_sandbox: bool, base_url: &str) -> &'static str {
    match (is_sandbox, base_url == fic::BASE_URL) {
        (true, _) => "sandbox",
        (false, true) => "live",
        (false, false) => "test",
    }
}

/// Returns a moment as RFC 3339.
pub(super) fn utc(now_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(now_ms)
        .map_or_else(|_| now_ms.to_string(), |at| at.strftime("%FT%TZ").to_string())
}
