//! Many accounts: which of them, with which credentials, and how the engine reaches each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::companies::refuse_unknown as refuse_unknown_company;
use super::engine::{
    self, Access, Order, QUOTA_WAIT, UNLIMITED_PER_S, fic_mode, fic_settings, left_out, stripe_limits, stripe_mode,
    stripe_settings,
};
use super::exit::{Exit, Failure};
use super::fleet_price;
use crate::clock::{Clock, SystemClock};
use crate::config::{FicAccess, StripeAccess};
use crate::http::{Client, Limits, Settings};
use crate::model::cancel::Cancel;
use crate::model::extract::Catalog;
use crate::model::fleet::{FleetPlan, FleetReport, FleetSink, FleetStep, Member, Stopped};
use crate::model::progress::{Progress, Sink};
use crate::model::resource::Provider;
use crate::store::{NewAccount, Readable, Store};
use crate::sync::fic::{Company, Whose};
use crate::sync::fleet::{Plan, Pull};
use crate::sync::{self, Options, Platform, Readers, Summary, Target, View, Who};
use crate::ui::units::counted;

/// How long an account has its turn while others wait.
const TURN: Duration = Duration::from_secs(30);
/// Faults before the first answer, after which an account has had its turn.
const FAULTS_MAX: u32 = 4;
/// Attempts, and the wait for an answer: others want the place.
const ATTEMPTS: u32 = 4;
const RESPONSE: Duration = Duration::from_secs(30);
/// Requests of one account on their way: by the service's latency as many as its rate needs.
const IN_FLIGHT_MAX: usize = 12;
/// Companies that are read side by side with one token. Each has quotas of its own.
pub(super) const COMPANIES_AT_ONCE: usize = 8;

/// Which accounts are meant.
#[derive(Debug, Clone, Default)]
pub(super) struct Choice {
    /// At most so many; those first that waited longest.
    pub limit: Option<usize>,
    /// Only those that belong to this company of the user's.
    pub company: Option<String>,
    /// These alone, by the services' ids; none means all.
    pub accounts: Vec<String>,
    /// Whether those that failed lately wait: a person who names them does not want to.
    pub heeds_back_off: bool,
    /// Accounts that are read at a time.
    pub at_once: usize,
    /// Whether one that was named may have been disconnected meanwhile.
    pub may_be_gone: bool,
}

/// What came of it.
pub(super) enum Batch {
    /// It was carried out.
    Done(FleetReport),
    /// Whose turn it would be, and what it would cost.
    Planned(FleetPlan),
}

/// A credential, and how it reaches its accounts.
struct Line {
    client: Client,
    mode: &'static str,
    /// What one account permits.
    limits: Limits,
    credential: Option<String>,
    /// The key's own account, by row and id; for a token of Fatture in Cloud the companies that it sees.
    opens: Opens,
}

enum Opens {
    Account { row: i64, remote_id: String },
    Companies(Vec<Company>),
}

/// Reads many accounts, or says whose turn it is.
///
/// # Errors
/// What is wrong with the file, with all credentials, or with the choice.
pub(super) fn pull(
    order: &Order,
    access: &Access,
    choice: &Choice,
    sink: &dyn FleetSink,
    cancel: &Cancel,
    clock: &dyn Clock,
) -> Result<Batch, Failure> {
    if let Some(id) = &choice.company {
        refuse_unknown_company(id, &order.database)?;
    }
    if order.dry_run {
        return fleet_price::plan(order, access, choice, clock).map(Batch::Planned);
    }
    let catalog = sync::catalog();
    let store = engine::open(order, &catalog, &Notes(sink), cancel, clock)?;
    // Whoever asks for all means those that nobody has looked for yet, too.
    let discovers = choice.accounts.is_empty() && choice.company.is_none() && !order.queued_only;
    let opening = Opening { order, access, store: &store, cancel, sink, discovers };
    let mut report = FleetReport::default();
    let lines = opening.all(&mut report)?;
    // Given here, where nobody writes beside.
    store.numbers(&catalog)?;
    let readable = store.readable_accounts()?;
    let members = chosen(&readable, &lines, choice, order, clock.now_ms().div_euclid(1000));
    // Who could not be asked may open what was named.
    if !cancel.is_set() && report.stopped.is_empty() {
        refuse_unknown(choice, &members, &readable)?;
    }
    let reach = Reach {
        order,
        access,
        catalog: &catalog,
        lines: &lines,
        store_clock: clock,
        readers: sync::readers()?,
        cut: Mutex::default(),
    };
    let plan = shares(&lines, choice, order);
    let done = sync::fleet::run(&store, members, &reach, &plan, cancel, clock, sink)?;
    report.stopped.extend(done.stopped);
    Ok(Batch::Done(FleetReport {
        stopped: report.stopped,
        other_requests: report.other_requests + done.other_requests,
        credentials: lines.len() as u64,
        ..done
    }))
}

/// Says how the accounts of the credentials share the places.
fn shares(lines: &[Line], choice: &Choice, order: &Order) -> Plan {
    let at_once = lines.iter().map(|line| match line.opens {
        Opens::Account { .. } => choice.at_once,
        Opens::Companies(_) => choice.at_once.min(COMPANIES_AT_ONCE),
    });
    // A company's lists are read anew where a turn is cut, which costs a part of its quota.
    let turns = lines.iter().map(|line| matches!(line.opens, Opens::Account { .. }).then_some(TURN));
    Plan { workers: choice.at_once, at_once: at_once.collect(), turns: turns.collect(), queued_only: order.queued_only }
}

/// Says whose turn it would be, by what the file knows, and with which of the credentials, Stripe's first. Asks nobody.
pub(super) fn turns(
    store: &Store,
    order: &Order,
    access: &Access,
    choice: &Choice,
    now_s: i64,
) -> Result<Vec<Member>, Failure> {
    let readable = store.readable_accounts()?;
    let line_of = |it: &Readable| {
        let is_key = |key: &StripeAccess| {
            it.provider == "stripe" && it.credential == key.name && it.mode == stripe_mode(key, access.is_sandbox)
        };
        let is_token = |token: &FicAccess| it.provider == "fic" && it.credential == token.name;
        let token = || access.fic.iter().position(is_token).map(|at| access.stripe.len() + at);
        access.stripe.iter().position(is_key).or_else(token)
    };
    let members = select(readable.iter().filter_map(|it| Some((it, line_of(it)?))), choice, order, now_s);
    refuse_unknown(choice, &members, &readable)?;
    Ok(members)
}

/// Returns the accounts that the credentials reach and the choice means, in the order of their turns.
fn chosen(readable: &[Readable], lines: &[Line], choice: &Choice, order: &Order, now_s: i64) -> Vec<Member> {
    let line_of = |it: &Readable| lines.iter().position(|line| line.reaches(it));
    let reached = readable.iter().filter_map(|it| Some((it, line_of(it)?)));
    select(reached, choice, order, now_s)
}

/// Takes of the accounts reached those that are meant.
fn select<'a>(
    reached: impl Iterator<Item = (&'a Readable, usize)>,
    choice: &Choice,
    order: &Order,
    now_s: i64,
) -> Vec<Member> {
    let concerns = |provider| order.only.iter().any(|resource| resource.provider == provider);
    let members = reached.filter_map(|(it, line)| {
        let provider = if it.provider == "fic" { Provider::Fic } else { Provider::Stripe };
        let is_named = choice.accounts.is_empty() || choice.accounts.contains(&it.remote_id);
        let is_its = choice.company.is_none() || it.company == choice.company;
        let is_due = !choice.heeds_back_off || it.retry_at_s.is_none_or(|at_s| at_s <= now_s);
        (is_named && is_its && is_due && concerns(provider)).then(|| Member {
            row: it.row,
            provider,
            remote_id: it.remote_id.clone(),
            name: it.name.clone(),
            line,
            is_connected: it.platform.is_some(),
        })
    });
    members.take(choice.limit.unwrap_or(usize::MAX)).collect()
}

/// Refuses accounts that were named and are not read: a run that does nothing must not look like success.
fn refuse_unknown(choice: &Choice, members: &[Member], readable: &[Readable]) -> Result<(), Failure> {
    let is_meant = |id: &&String| members.iter().all(|member| member.remote_id != **id);
    let missing: Vec<&str> = choice.accounts.iter().filter(is_meant).map(String::as_str).collect();
    if missing.is_empty() || choice.may_be_gone {
        return Ok(());
    }
    let known = missing.iter().filter(|id| readable.iter().any(|it| it.remote_id == **id)).count();
    let (why, hint) = match known {
        0 => (
            "no credential is known to open",
            "`stripesync accounts list` shows all accounts; `stripesync accounts discover` finds connected ones",
        ),
        _ => ("no credential that is set opens", "`stripesync accounts list` says which key or token reads each"),
    };
    Err(Failure::usage(format!("{why} {}", missing.join(", "))).hint(hint))
}

impl Line {
    fn reaches(&self, it: &Readable) -> bool {
        if it.mode != self.mode {
            return false;
        }
        match &self.opens {
            Opens::Account { row, .. } => it.provider == "stripe" && (it.row == *row || it.platform == Some(*row)),
            Opens::Companies(seen) => it.provider == "fic" && seen.iter().any(|company| company.id == it.remote_id),
        }
    }
}

/// A key or a token.
#[derive(Clone, Copy)]
enum Credential<'a> {
    Stripe(&'a StripeAccess),
    Fic(&'a FicAccess),
}

impl Credential<'_> {
    /// Returns what the user calls it.
    fn label(&self) -> String {
        let (name, source) = match self {
            Credential::Stripe(access) => (&access.name, &access.source),
            Credential::Fic(access) => (&access.name, &access.source),
        };
        match name {
            Some(name) => format!("keys.{name}"),
            None => format!("{} {source}", if matches!(self, Credential::Stripe(_)) { "the key" } else { "the token" }),
        }
    }

    /// Returns service, mode and name: by these the file knows its accounts.
    fn whose(&self, is_sandbox: bool) -> (&'static str, &'static str, Option<&str>) {
        match self {
            Credential::Stripe(access) => ("stripe", stripe_mode(access, is_sandbox), access.name.as_deref()),
            Credential::Fic(access) => ("fic", fic_mode(is_sandbox, &access.base_url), access.name.as_deref()),
        }
    }
}

/// Asks each credential what it opens.
struct Opening<'a> {
    order: &'a Order,
    access: &'a Access,
    store: &'a Store,
    cancel: &'a Cancel,
    sink: &'a dyn FleetSink,
    /// Whether a platform of which no connected account is known is asked for them.
    discovers: bool,
}

impl Opening<'_> {
    /// Asks all of them; those that are refused, or cannot be asked, are noted in the report.
    ///
    /// # Errors
    /// The first of them where none can be used, and what is wrong with the file.
    fn all(&self, report: &mut FleetReport) -> Result<Vec<Line>, Failure> {
        for (entry, why) in &self.access.lacking {
            report.stopped.push(Stopped { why: format!("{entry}: {why}"), is_refused: true });
        }
        let (mut asked, mut lines, mut first) = (Vec::new(), Vec::new(), None);
        let stripe = self.access.stripe.iter().map(Credential::Stripe);
        for credential in stripe.chain(self.access.fic.iter().map(Credential::Fic)) {
            report.other_requests += 1;
            let answer = match credential {
                Credential::Stripe(access) => self.stripe(access),
                Credential::Fic(access) => self.fic(access),
            };
            match answer {
                Ok(one) => asked.push((credential, one)),
                Err(sync::Error::Http(crate::http::Error::Interrupted)) if self.cancel.is_set() => break,
                Err(error) => first = self.stopped(credential, error, first, report)?,
            }
        }
        let views: Vec<View> = asked.iter().map(|(_, one)| one.view()).collect();
        for ((credential, one), share) in asked.into_iter().zip(sync::shared_out(self.store, &views)?) {
            match self.line(one, &share) {
                Ok(line) => lines.extend(line),
                Err(sync::Error::Http(crate::http::Error::Interrupted)) if self.cancel.is_set() => break,
                Err(error) => first = self.stopped(credential, error, first, report)?,
            }
        }
        match first.filter(|_| lines.is_empty()) {
            Some(error) => Err(error.into()),
            None => Ok(lines),
        }
    }

    /// Notes what a credential cannot be used for; returns the first such error. What is wrong with the file ends it all.
    fn stopped(
        &self,
        credential: Credential,
        error: sync::Error,
        first: Option<sync::Error>,
        report: &mut FleetReport,
    ) -> Result<Option<sync::Error>, Failure> {
        if let sync::Error::Store(error) = error {
            return Err(error.into());
        }
        report.stopped.push(self.noted(credential, &error)?);
        Ok(Some(first.unwrap_or(error)))
    }

    /// Notes of the accounts of a credential that it was refused, if it was.
    fn noted(&self, credential: Credential, error: &sync::Error) -> Result<Stopped, Failure> {
        let is_refused = matches!(error, sync::Error::Unauthorized(_) | sync::Error::TokenRefused(_));
        if is_refused {
            let (provider, mode, name) = credential.whose(self.access.is_sandbox);
            self.store.refused(provider, mode, name, &error.to_string())?;
        }
        Ok(Stopped { why: format!("{}: {error}", credential.label()), is_refused })
    }

    fn stripe(&self, access: &StripeAccess) -> Result<Asked, sync::Error> {
        let limits = stripe_limits(self.order, access, self.access.is_sandbox);
        // Whether a platform's requests are counted by endpoint over all its accounts is not documented; over each one's
        // own they are. Where it is so, the answers tell, and it slows down.
        let all = Limits { endpoint_per_s: None, ..limits.clone() };
        // What has passed an account's own gate waits for the common one, and may leave in a bunch: a small one.
        let limits = Limits { max_in_flight: IN_FLIGHT_MAX, ..limits };
        let client = client(stripe_settings(access, all), self.cancel)?;
        let mode = stripe_mode(access, self.access.is_sandbox);
        let own = sync::identify(&client, mode, access.name.clone())?;
        Ok(Asked { client, mode, limits, credential: access.name.clone(), saw: Saw::Account(own) })
    }

    /// Writes down what a credential opens and is its to read; nothing where that is another one's already.
    fn line(&self, asked: Asked, share: &[String]) -> Result<Option<Line>, sync::Error> {
        let Asked { client, mode, limits, credential, saw } = asked;
        let opens = match saw {
            Saw::Account(_) if share.is_empty() => return Ok(None),
            Saw::Account(own) => self.own(own, &client, credential.clone())?,
            Saw::Companies(companies) => {
                let companies: Vec<Company> = companies.into_iter().filter(|it| share.contains(&it.id)).collect();
                self.companies(&companies, mode, &credential)?;
                Opens::Companies(companies)
            }
        };
        Ok(Some(Line { client, mode, limits, credential, opens }))
    }

    fn own(&self, own: NewAccount, client: &Client, credential: Option<String>) -> Result<Opens, sync::Error> {
        let row =
            self.store.at_once(|| self.store.account(&own).map(|account| account.id).map_err(sync::Error::from))?;
        if self.store.is_removed(row)? {
            self.sink.step(FleetStep::Note(left_out(&own.remote_id)));
        } else if self.discovers {
            self.discover(client, Platform { row, mode: own.mode, credential })?;
        }
        Ok(Opens::Account { row, remote_id: own.remote_id })
    }

    fn companies(
        &self,
        companies: &[Company],
        mode: &'static str,
        credential: &Option<String>,
    ) -> Result<(), sync::Error> {
        let removed = self.store.at_once(|| {
            let mut removed = Vec::new();
            for company in companies {
                let whose = Whose { company, mode, credential: credential.clone() };
                let row = self.store.account(&whose.account())?.id;
                removed.extend(self.store.is_removed(row)?.then_some(&company.id));
            }
            Ok::<_, sync::Error>(removed)
        })?;
        removed.into_iter().for_each(|id| self.sink.step(FleetStep::Note(left_out(id))));
        Ok(())
    }

    /// Looks for connected accounts where none is known. A key that may not list them reads its own account all the same.
    fn discover(&self, client: &Client, platform: Platform) -> Result<(), sync::Error> {
        if !self.store.connected_to(platform.row)?.is_empty() {
            return Ok(());
        }
        match sync::connected(self.store, client, &platform, self.cancel, &mut |_| {}) {
            Ok(found) if found.listed > 0 => {
                let accounts = counted(found.listed, "connected account");
                self.sink
                    .step(FleetStep::Note(format!("{accounts} found; `stripesync accounts discover` looks again")));
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(sync::Error::Account(why)) => {
                self.sink.step(FleetStep::Note(format!("connected accounts cannot be listed: {why}")));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn fic(&self, access: &FicAccess) -> Result<Asked, sync::Error> {
        let unlimited = Limits::new(UNLIMITED_PER_S, None);
        let settings = Settings { window_wait_max: QUOTA_WAIT, ..fic_settings(access, unlimited.clone()) };
        let client = client(settings, self.cancel)?;
        let mode = fic_mode(self.access.is_sandbox, &access.base_url);
        let mut companies = sync::fic::companies(&client)?;
        companies.retain(|company| access.company.as_ref().is_none_or(|meant| *meant == company.id));
        let credential = access.name.clone();
        Ok(Asked { client, mode, limits: unlimited, credential, saw: Saw::Companies(companies) })
    }
}

/// What a credential opens, as the service says.
struct Asked {
    client: Client,
    mode: &'static str,
    limits: Limits,
    credential: Option<String>,
    saw: Saw,
}

enum Saw {
    Account(NewAccount),
    Companies(Vec<Company>),
}

impl Asked {
    fn view(&self) -> View {
        let (provider, ids) = match &self.saw {
            Saw::Account(own) => ("stripe", vec![own.remote_id.clone()]),
            Saw::Companies(companies) => ("fic", companies.iter().map(|it| it.id.clone()).collect()),
        };
        View { provider, mode: self.mode, credential: self.credential.clone(), ids }
    }
}

fn client(mut settings: Settings, cancel: &Cancel) -> Result<Client, sync::Error> {
    settings.attempts = ATTEMPTS;
    settings.timeouts.response = RESPONSE;
    Ok(Client::new(settings, Arc::new(SystemClock::new()), cancel.clone())?)
}

/// Locks; a thread that panicked while holding leaves whole clients behind.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How the engine reaches the accounts.
struct Reach<'a> {
    order: &'a Order,
    access: &'a Access,
    catalog: &'a Catalog,
    lines: &'a [Line],
    store_clock: &'a dyn Clock,
    readers: Readers,
    /// Of accounts whose turn was cut: what they were told to wait for holds in their next turn, too.
    cut: Mutex<HashMap<i64, Client>>,
}

impl Pull for Reach<'_> {
    fn pull(&self, store: &Store, member: &Member, cancel: &Cancel, sink: &dyn Sink) -> Result<Summary, sync::Error> {
        let line = &self.lines[member.line];
        let mut options = Options { accounts: Vec::new(), ..engine::options(self.order, member.provider) };
        // What is queued may be broken object by object, and says nothing of the account.
        options.faults_max = (!self.order.queued_only).then_some(FAULTS_MAX);
        match &line.opens {
            Opens::Account { .. } => {
                if member.is_connected {
                    options.only.retain(|resource| !resource.platform_only);
                }
                let on_behalf_of = member.is_connected.then_some(member.remote_id.as_str());
                let client = match held(&self.cut).remove(&member.row) {
                    Some(before) => before.again(cancel.clone()),
                    None => line.client.fork(on_behalf_of, &line.limits, cancel.clone()),
                };
                let readers = Some(&self.readers);
                let target = Target { client: &client, mode: line.mode, who: Who::Known(member.row), readers };
                let pulled = sync::run(store, self.catalog, &target, &options, cancel, sink);
                if cancel.is_set() {
                    held(&self.cut).insert(member.row, client);
                }
                pulled
            }
            Opens::Companies(_) => {
                let limits = if self.access.is_sandbox {
                    line.limits.clone()
                } else {
                    let now_s = self.store_clock.now_ms().div_euclid(1000);
                    sync::fic::limits(store, &member.remote_id, self.order.rate_percent, now_s)?
                };
                let client = line.client.fork(None, &limits, cancel.clone());
                let company = Company { id: member.remote_id.clone(), name: member.name.clone().unwrap_or_default() };
                let whose = Whose { company: &company, mode: line.mode, credential: line.credential.clone() };
                sync::fic::run(store, self.catalog, &client, &whose, &options, cancel, sink)
            }
        }
    }

    fn probe(&self, line: usize) -> Result<(), sync::Error> {
        let line = &self.lines[line];
        match &line.opens {
            Opens::Account { remote_id, .. } => {
                let own = sync::identify(&line.client, line.mode, None)?;
                if own.remote_id == *remote_id {
                    return Ok(());
                }
                Err(sync::Error::OtherAccount { opened: own.remote_id, asked: remote_id.clone() })
            }
            Opens::Companies(_) => sync::fic::companies(&line.client).map(drop),
        }
    }

    fn interrupt(&self) {
        self.lines.iter().for_each(|line| line.client.interrupt());
    }
}

/// What is noted while the file is opened.
struct Notes<'a>(&'a dyn FleetSink);

impl Sink for Notes<'_> {
    fn report(&self, progress: Progress) {
        if let Progress::Note(note) = progress {
            self.0.step(FleetStep::Note(note));
        }
    }
}

/// Says how a run over many accounts ends.
pub(super) fn exit_of(report: &FleetReport) -> Exit {
    use crate::model::fleet::End;
    if let Some(signal) = report.signal {
        return Exit::Interrupted(signal);
    }
    if report.locked.is_some() {
        return Exit::Held;
    }
    let well = report.count(|end| matches!(end, End::Done | End::Partly(_)));
    let refused = report.stopped.iter().filter(|it| it.is_refused).count() as u64;
    match report.count(|end| *end != End::Done) {
        0 if report.stopped.is_empty() => Exit::Done,
        _ if well == 0 && refused > 0 && refused >= report.credentials => Exit::Unauthorised,
        bad if well == 0 && bad > 0 && report.count(|end| matches!(end, End::Failed(_))) == bad => Exit::Failed,
        _ => Exit::Partly,
    }
}
