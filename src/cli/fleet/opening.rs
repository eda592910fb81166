//! What the credentials open: each is asked once, and becomes a line to its accounts.

use std::sync::Arc;
use std::time::Duration;

use super::super::engine::{
    Access, Order, QUOTA_WAIT, UNLIMITED_PER_S, fic_mode, fic_settings, stripe_limits, stripe_mode, stripe_settings,
    unless_interrupted,
};
use super::super::exit::Failure;
use super::super::meant::{check_companies, left_out};
use super::member;
use crate::clock::SystemClock;
use crate::config::{FicAccess, StripeAccess};
use crate::http::{Client, Limits, Settings};
use crate::model::cancel::Cancel;
use crate::model::fleet::{End, FleetReport, FleetSink, FleetStep, MemberReport, StopCause, Stopped};
use crate::model::progress::Counts;
use crate::store::{NewAccount, Readable, Store};
use crate::sync::fic::{Company, Whose};
use crate::sync::{self, Platform, View, discovery};
use crate::ui::units::counted;

/// Attempts, and the wait for an answer: others want the place.
const ATTEMPTS: u32 = 4;
const RESPONSE: Duration = Duration::from_secs(30);
/// Requests of one account on their way: by the service's latency as many as its rate needs.
const IN_FLIGHT_MAX: usize = 12;

/// A credential, and how it reaches its accounts.
pub(super) struct Line {
    pub client: Client,
    pub mode: &'static str,
    /// What one account permits.
    pub limits: Limits,
    pub credential: Option<String>,
    /// The key's own account, by row and id; for a token of Fatture in Cloud the companies that it sees.
    pub opens: Opens,
}

pub(super) enum Opens {
    Account { row: i64, remote_id: String },
    Companies(Vec<Company>),
}

impl Line {
    /// Returns service, mode and name of its credential.
    pub fn whose(&self) -> (&'static str, &'static str, Option<&str>) {
        let provider = if matches!(self.opens, Opens::Account { .. }) { "stripe" } else { "fic" };
        (provider, self.mode, self.credential.as_deref())
    }

    /// Returns whether it opens this account.
    pub fn reaches(&self, it: &Readable) -> bool {
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
pub(super) enum Credential<'a> {
    Stripe(&'a StripeAccess),
    Fic(&'a FicAccess),
}

impl<'a> Credential<'a> {
    /// Returns all of them, Stripe's first: in the order of their lines.
    pub fn all(access: &'a Access) -> impl Iterator<Item = Credential<'a>> {
        access.stripe.iter().map(Credential::Stripe).chain(access.fic.iter().map(Credential::Fic))
    }

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

    /// Returns the one company that is meant, where one is.
    fn company(self) -> Option<&'a str> {
        match self {
            Credential::Stripe(_) => None,
            Credential::Fic(access) => access.company.as_deref(),
        }
    }

    /// Returns service, mode and name: by these the file knows its accounts.
    pub fn whose(self, is_sandbox: bool) -> (&'static str, &'static str, Option<&'a str>) {
        match self {
            Credential::Stripe(access) => ("stripe", stripe_mode(access, is_sandbox), access.name.as_deref()),
            Credential::Fic(access) => ("fic", fic_mode(is_sandbox, &access.base_url), access.name.as_deref()),
        }
    }
}

/// Asks each credential what it opens.
pub(super) struct Opening<'a> {
    pub order: &'a Order,
    pub access: &'a Access,
    pub store: &'a Store,
    pub cancel: &'a Cancel,
    pub sink: &'a dyn FleetSink,
    /// Whether a platform of which no connected account is known is asked for them.
    pub discovers: bool,
}

impl Opening<'_> {
    /// Asks all of them; those that are refused, or cannot be asked, are noted in the report.
    ///
    /// # Errors
    /// That one where it is the only one, and what is wrong with the file.
    pub fn all(&self, report: &mut FleetReport) -> Result<Vec<Line>, Failure> {
        for (entry, why) in &self.access.lacking {
            report.stopped.push(Stopped { why: format!("{entry}: {why}"), cause: StopCause::Unset });
        }
        let (mut asked, mut shown, mut lines, mut first) = (Vec::new(), Vec::new(), Vec::new(), None);
        for credential in Credential::all(self.access) {
            report.other_requests += 1;
            let answer = match credential {
                Credential::Stripe(access) => self.stripe(access),
                Credential::Fic(access) => self.fic(access),
            };
            let whose = credential.whose(self.access.is_sandbox);
            let noted = discovery::credential_asked(self.store, whose, answer.as_ref().err());
            noted.map_err(|error| unless_interrupted(error, self.cancel))?;
            match answer.map(|one| (one.checked(credential), one)) {
                Ok((Ok(()), one)) => asked.push((credential, one)),
                Ok((Err(failure), one)) => {
                    shown.extend(one.shown());
                    let why = format!("{}: {}", credential.label(), failure.message);
                    report.stopped.push(Stopped { why, cause: StopCause::Elsewhere });
                    first = first.or(Some(failure));
                }
                Err(sync::Error::Http(crate::http::Error::Interrupted)) if self.cancel.is_set() => break,
                Err(error) => first = self.stopped(credential, error, first, report)?,
            }
        }
        let views: Vec<View> = asked.iter().map(|(credential, one)| one.view(*credential)).collect();
        shown.extend(asked.iter().filter_map(|(_, one)| one.shown()));
        for ((credential, one), share) in asked.into_iter().zip(sync::shared_out(self.store, &views)?) {
            match self.line(one, &share) {
                Ok(line) => lines.extend(line),
                Err(sync::Error::Http(crate::http::Error::Interrupted)) if self.cancel.is_set() => break,
                Err(error) => first = self.stopped(credential, error, first, report)?,
            }
        }
        self.gone(shown, report)?;
        // Of several each is told.
        match first.filter(|_| lines.is_empty() && report.stopped.len() == 1) {
            Some(failure) => Err(failure),
            None => Ok(lines),
        }
    }

    /// Says which companies the tokens that read them do not show any more, once it is written who reads what.
    fn gone(&self, shown: Vec<Shown>, report: &mut FleetReport) -> Result<(), Failure> {
        if self.cancel.is_set() {
            return Ok(());
        }
        for Shown { mode, credential, companies } in shown {
            let gone = discovery::no_longer_shown(self.store, mode, credential.as_deref(), &companies)?;
            report.members.extend(gone.iter().map(|it| MemberReport {
                member: member(it, 0),
                end: End::Disconnected(discovery::NOT_SHOWN.to_owned()),
                counts: Counts::default(),
                took_ms: 0,
            }));
        }
        Ok(())
    }

    /// Notes what a credential cannot be used for; returns the first such error. What is wrong with the file ends it all.
    fn stopped(
        &self,
        credential: Credential,
        error: sync::Error,
        first: Option<Failure>,
        report: &mut FleetReport,
    ) -> Result<Option<Failure>, Failure> {
        if let sync::Error::Store(error) = error {
            return Err(error.into());
        }
        let why = format!("{}: {error}", credential.label());
        report.stopped.push(Stopped { why: why.clone(), cause: sync::fleet::cause(&error) });
        Ok(Some(first.unwrap_or_else(|| Failure { message: why, ..Failure::from(error) })))
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

    /// Looks for connected accounts until their list was read to its end once. A key that may not list them reads its own
    /// account all the same.
    fn discover(&self, client: &Client, platform: Platform) -> Result<(), sync::Error> {
        if self.store.is_listed(platform.row)? && !self.store.connected_to(platform.row)?.is_empty() {
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
        let saw = Saw::Companies(sync::fic::companies(&client)?);
        let credential = access.name.clone();
        Ok(Asked { client, mode, limits: unlimited, credential, saw })
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

/// All that a token shows, whichever of it is read.
struct Shown {
    mode: &'static str,
    credential: Option<String>,
    companies: Vec<Company>,
}

impl Asked {
    /// Returns what is meant of it by the credential's settings.
    fn view(&self, credential: Credential) -> View {
        let (provider, ids) = match (&self.saw, credential) {
            (Saw::Account(own), _) => ("stripe", vec![own.remote_id.clone()]),
            (Saw::Companies(shown), credential) => {
                let is_meant = |it: &&Company| credential.company().is_none_or(|meant| meant == it.id);
                ("fic", shown.iter().filter(is_meant).map(|it| it.id.clone()).collect())
            }
        };
        View { provider, mode: self.mode, credential: self.credential.clone(), ids }
    }

    fn shown(&self) -> Option<Shown> {
        match &self.saw {
            Saw::Account(_) => None,
            Saw::Companies(companies) => {
                Some(Shown { mode: self.mode, credential: self.credential.clone(), companies: companies.clone() })
            }
        }
    }

    /// Looks whether it opens what the credential's settings name.
    fn checked(&self, credential: Credential) -> Result<(), Failure> {
        match (&self.saw, credential) {
            (Saw::Companies(shown), Credential::Fic(access)) => check_companies(shown, &[], access),
            _ => Ok(()),
        }
    }
}

fn client(mut settings: Settings, cancel: &Cancel) -> Result<Client, sync::Error> {
    settings.attempts = ATTEMPTS;
    settings.timeouts.response = RESPONSE;
    Ok(Client::new(settings, Arc::new(SystemClock::new()), cancel.clone())?)
}
