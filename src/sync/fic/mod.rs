//! The engine for Fatture in Cloud: brings one company's part of the file up to date.
//!
//! There are no events to pull, so lists are read: whole the first time, then by `updated_at` where the service can
//! filter by it. Requests go out one after the other, since the quota is one a second. Every step can be interrupted;
//! how far each list has been read is in the file.

mod ask;
mod cashbook;
mod decide;
mod estimate;
mod gone;
mod queued;
mod quota;
mod scan;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::clocks;
use super::journal;
use super::tally::Tally;
use super::{Error, Options, Summary};
use crate::http::{Client, Error as HttpError};
use crate::model::cancel::Cancel;
use crate::model::extract::Catalog;
use crate::model::progress::{Outcome, Sink};
use crate::model::resource::{Provider, Resource};
use crate::model::wire::Request;
use crate::providers::fic::refusal::{self, RefusalKind};
use crate::providers::fic::request;
use crate::store::{Account, NewAccount, Opened, Rows, Store};

pub use crate::providers::fic::companies::Company;
use ask::Trouble;
use decide::{Decision, Job, PROBE, Upkeep, WEEKLY_S, passes};
pub use estimate::estimate;
use gone::SETTLED_MAX;
pub use quota::{limits, spend, windows};

/// Asks which companies a token may see.
///
/// # Errors
/// [`Error::TokenRefused`] for a token that is wrong or revoked, and what the network does.
pub fn companies(client: &Client) -> Result<Vec<Company>, Error> {
    let read = client.get(&request::companies(), &mut |a| crate::providers::fic::companies::read(&a.body));
    read.map_err(|error| match error {
        HttpError::Refused(answer) => {
            let refusal = refusal::read(answer.status, answer.retry_after_s, &answer.body);
            match refusal.kind {
                RefusalKind::Unauthorized => Error::TokenRefused(refusal.message),
                _ => Error::Account(refusal.message),
            }
        }
        other => other.into(),
    })
}

/// Which company is read, and by whom.
#[derive(Debug, Clone)]
pub struct Whose<'a> {
    /// The company.
    pub company: &'a Company,
    /// `live`, `test` or `sandbox`.
    pub mode: &'static str,
    /// The name of the token, if it has one.
    pub credential: Option<String>,
}

impl Whose<'_> {
    /// Returns the company as the file has it.
    pub fn account(&self) -> NewAccount {
        NewAccount {
            name: Some(self.company.name.clone()).filter(|name| !name.is_empty()),
            country: Some("IT".to_owned()),
            opened: Some(Opened { credential: self.credential.clone(), platform: None }),
            ..NewAccount::named("fic", self.company.id.clone(), self.mode)
        }
    }
}

/// Brings a company up to date. `options.since_s` cannot be asked for here: the lists are read as ever, and a note says so.
///
/// # Errors
/// What ends the whole run; what concerns one resource is in its report.
pub fn run(
    store: &Store,
    catalog: &Catalog,
    client: &Client,
    whose: &Whose,
    options: &Options,
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<Summary, Error> {
    let company = whose.company;
    let account = store.account(&whose.account())?;
    let mut pull = Pull {
        store,
        catalog,
        client,
        cancel,
        options,
        company: &company.id,
        numbers: store.numbers(catalog)?,
        rows: store.rows(catalog, &[])?,
        tally: Tally::new(&company.id, whose.mode, sink).counting(store, account.id),
        sent_before: client.sent(),
        account,
        began: Instant::now(),
        unsorted: HashSet::new(),
        spent: None,
        quota_kept: Instant::now(),
    };
    if options.since_s.is_some() {
        pull.tally.note("Fatture in Cloud cannot be asked by creation time: its lists are read as ever".to_owned());
    }
    let outcome = pull.everything();
    pull.end(outcome)
}

/// A quota that is used.
#[derive(Debug, Clone)]
struct Spent {
    text: String,
    /// There is some of it again after this time.
    free_after: Duration,
}

struct Pull<'a> {
    store: &'a Store,
    catalog: &'a Catalog,
    client: &'a Client,
    cancel: &'a Cancel,
    options: &'a Options,
    company: &'a str,
    account: Account,
    numbers: Vec<(i64, &'static Resource)>,
    rows: Rows<'a>,
    tally: Tally<'a>,
    sent_before: u64,
    began: Instant,
    /// Resources that refused to be sorted.
    unsorted: HashSet<&'static str>,
    /// Set when the quota is spent: nothing more is asked in this run.
    spent: Option<Spent>,
    quota_kept: Instant,
}

impl Pull<'_> {
    fn everything(&mut self) -> Result<(), Error> {
        if let Some(by_s) = clocks::check(self.store, self.account.id, &self.numbers, self.client)? {
            clocks::tell(by_s, "Fatture in Cloud", &self.tally);
        }
        if self.options.queued_only {
            return self.queued();
        }
        // The bins come first: they also tell the service's time, where nobody did, before anything is decided by it.
        for &bin in request::BINS {
            if let Some(resource) = self.chosen(bin.resource) {
                let done = self.bin(bin, resource);
                self.settle_bin(resource, done)?;
            }
        }
        let mut upkeep = Vec::new();
        let chosen: Vec<&'static Resource> =
            self.options.only.iter().copied().filter(|r| r.provider == Provider::Fic && !r.is_child()).collect();
        for resource in chosen {
            for &pass in passes(resource) {
                let (now, later) = self.plan(resource, pass)?;
                say(resource, pass, now.or(later.as_ref().map(|it| it.job)), now.is_none());
                upkeep.extend(later);
                if let Some(job) = now {
                    self.perform(job, resource, pass)?;
                }
            }
            self.tell_end(resource);
        }
        upkeep.sort_by_key(|it| -it.urgency);
        let allowance = decide::upkeep_allowance(self.sent());
        let most = self.sent() + allowance;
        for Upkeep { job, resource, pass, .. } in upkeep {
            if self.sent() < most {
                self.perform(job, resource, pass)?;
                self.tell_end(resource);
            }
        }
        self.settle_rows(SETTLED_MAX)
    }

    /// Writes what there is to say of the run, whatever its end.
    fn end(mut self, outcome: Result<(), Error>) -> Result<Summary, Error> {
        let (store, account) = (self.store, self.account.id);
        if outcome.is_err() {
            store.rollback();
        }
        let locked = super::locked(&outcome);
        if locked.is_none() {
            self.keep_quota()?;
        }
        self.tally.count_once()?;
        if self.cancel.is_set() || outcome.is_err() {
            // What is gone is looked for when all lists are read: until then none is complete.
            self.tally.end_early(&Outcome::Interrupted, |_| false);
        }
        let looked = if locked.is_none() { store.gaps(self.catalog, account) } else { Ok(Vec::new()) };
        let looked = looked.map(|found| self.tally.gaps(found, &self.options.only));
        let requests = self.sent();
        let reports = self.tally.reports();
        let took = self.began.elapsed();
        let finished_s = self.client.service_now_s();
        let started_s = finished_s - i64::try_from(took.as_secs()).unwrap_or(0);
        if locked.is_none() {
            let kept = clocks::keep(store, account, started_s, self.client);
            let (catalog, chosen) = (self.catalog, &self.options.only[..]);
            let run = journal::Run { account, catalog, chosen, passes: decide::passes, started_s, finished_s };
            // What notifications asked for is no reading of any list.
            let logged = if self.options.queued_only { Ok(()) } else { journal::write(store, run, &reports) };
            outcome?;
            logged?;
            kept?;
        }
        looked?;
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let quota_free_after = self.spent.as_ref().map(|spent| spent.free_after);
        Ok(Summary { reports, requests, took_ms, signal: self.cancel.signal(), locked, quota_free_after })
    }

    fn sent(&self) -> u64 {
        self.client.sent() - self.sent_before
    }

    /// Tells that a list is read for now, unless the run was cut short in it.
    fn tell_end(&mut self, resource: &Resource) {
        if self.spent.is_none() && !self.cancel.is_set() {
            self.tally.ended(&resource.table());
            self.tally.committed();
        }
    }

    fn chosen(&self, name: &str) -> Option<&'static Resource> {
        self.options.only.iter().copied().find(|r| r.provider == Provider::Fic && r.name == name)
    }

    fn number(&self, resource: &Resource) -> i64 {
        super::number(&self.numbers, resource)
    }

    /// Which rows are meant, in the file's numbers.
    fn key(&self, resource: &Resource) -> (i64, i64) {
        (self.account.id, self.number(resource))
    }

    fn plan(&self, resource: &'static Resource, pass: &'static str) -> Result<(Option<Job>, Option<Upkeep>), Error> {
        let decision = Decision {
            store: self.store,
            account: self.account.id,
            now_s: self.client.service_now_s(),
            initial: self.options.initial,
        };
        decision.plan(self.number(resource), resource, pass)
    }

    fn perform(&mut self, job: Job, resource: &'static Resource, pass: &'static str) -> Result<(), Error> {
        self.tally.begin(&resource.table(), if job == Job::Changes { "changes" } else { "listing" });
        let done = match job {
            _ if self.spent.is_some() || self.cancel.is_set() => Ok(()),
            Job::Scan => self.scan(resource, pass),
            Job::Changes => self.changes(resource, pass),
            Job::Count => self.count(resource, pass),
            Job::Cashbook => self.cashbook(resource),
        };
        self.settle_job(resource, pass, done)
    }

    /// Turns the end of a job into the resource's outcome, or into the end of the run.
    fn settle_job(&mut self, resource: &'static Resource, pass: &str, done: Result<(), Trouble>) -> Result<(), Error> {
        if let Err(Trouble::Refused(refusal, when)) = &done
            && refusal.kind == RefusalKind::NoPermission
        {
            self.store.rollback();
            let (number, why) = (self.number(resource), Some(refusal.message.as_str()));
            self.store.set_availability(self.account.id, number, "forbidden", why, when.date_s)?;
        }
        self.settle(&resource.table(), pass, done)
    }

    /// The same for a bin, which has a line of its own where it is refused: the rows are listed all the same.
    fn settle_bin(&mut self, resource: &'static Resource, done: Result<(), Trouble>) -> Result<(), Error> {
        match done {
            Err(trouble @ (Trouble::Refused(..) | Trouble::Endless(_))) => {
                self.settle(&format!("{}_bin", resource.table()), PROBE, Err(trouble))
            }
            done => self.settle(&resource.table(), PROBE, done),
        }
    }

    fn settle(&mut self, table: &str, pass: &str, done: Result<(), Trouble>) -> Result<(), Error> {
        self.tally.children(self.rows.take_child_counts());
        self.tally.committed();
        if let Err(trouble) = done {
            self.store.rollback();
            return self.trouble(table, pass, trouble);
        }
        if let Some(spent) = self.spent.clone() {
            self.tally.fail(table, Outcome::Failed(spent.text));
        } else if self.cancel.is_set() {
            self.tally.fail(table, Outcome::Interrupted);
        }
        Ok(())
    }

    fn trouble(&mut self, table: &str, pass: &str, trouble: Trouble) -> Result<(), Error> {
        let named = |text: &str| if pass.is_empty() { text.to_owned() } else { format!("{pass}: {text}") };
        let outcome = match trouble {
            Trouble::Fatal(error) => return Err(error),
            Trouble::Refused(refusal, _) => match refusal.kind {
                RefusalKind::Unauthorized => return Err(Error::TokenRefused(refusal.message)),
                RefusalKind::NoPermission => Outcome::Forbidden(named(&refusal.message)),
                _ => Outcome::Failed(named(&refusal.to_string())),
            },
            Trouble::Http(HttpError::Interrupted) => Outcome::Interrupted,
            Trouble::Http(error @ HttpError::Quota { retry_after_s }) => {
                let text = error.to_string();
                self.spent = Some(Spent { text: text.clone(), free_after: Duration::from_secs(retry_after_s) });
                Outcome::Failed(text)
            }
            Trouble::Http(error) => Outcome::Failed(named(&error.to_string())),
            Trouble::Endless(text) => Outcome::Failed(named(&text)),
        };
        self.tally.fail(table, outcome);
        Ok(())
    }
}

/// Logs what is done about a list, and why nothing is.
fn say(resource: &Resource, pass: &str, job: Option<Job>, may_wait: bool) {
    let what = match job {
        None => "not asked: it was within a day",
        Some(Job::Scan) => "read whole",
        Some(Job::Changes) => "asked for what changed",
        Some(Job::Count) => "asked how many there are",
        Some(Job::Cashbook) => "asked for by days",
    };
    let (pass, when) = (Some(pass).filter(|pass| !pass.is_empty()), may_wait.then_some("if requests are left"));
    tracing::info!(resource = format!("fic:{}", resource.name), pass, when = when.filter(|_| job.is_some()), "{what}");
}

/// Returns the column and value that tell a pass's rows: `type=invoice` is both.
fn place(resource: &Resource, pass: &'static str) -> Option<(&'static str, &'static str)> {
    pass.split_once('=').filter(|(column, _)| resource.columns.iter().any(|c| c.name == *column))
}

/// Leaves the sort expression out of a request.
fn without_sort(request: &Request) -> Option<Request> {
    let (path, query) = request.path.split_once('?')?;
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("sort=")).collect();
    let stripped = format!("{path}?{}", kept.join("&"));
    (stripped.len() < request.path.len()).then(|| Request { path: stripped, ..request.clone() })
}
