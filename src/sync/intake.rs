//! Where every delivered event comes in: a webhook, a file, one of the log. It goes into the log and takes its effect in
//! one transaction; many events share one commit.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::delivery::{Accepted, Delivery, Retries, Verdict, nothing};
use super::handler::{Current, Handler, Taken};
use super::strangers::Strangers;
use super::{Error, logged};
use crate::model::extract::Catalog;
use crate::model::resource::{Provider, Resource};
use crate::providers::stripe::{event, invoice_facts};
use crate::store::{
    Applied, Arrival, Ended, Error as StoreError, Event, KnownAccount, Logged, Rows, Store, Waiting, WalMark, WalSync,
};

/// Others at the file wait no longer than that.
const TRANSACTION_TIME_MAX: Duration = Duration::from_millis(40);
/// How far ahead an event may be.
const AHEAD_MAX_S: i64 = 20 * 366 * 24 * 3600;
/// Doors that nobody's signature opens.
const FROM_OUTSIDE: [&str; 2] = ["test", "replay"];

/// Who asks the services for what events cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// Somebody, for every account.
    All,
    /// Somebody, for what a key of this mode opens.
    In(&'static str),
    /// Nobody.
    Nobody,
}

/// Takes deliveries in. Lives as long as one writer.
pub struct Intake<'c> {
    pub(super) store: &'c Store,
    pub(super) catalog: &'c Catalog,
    rows: Rows<'c>,
    /// The lists under objects that no JSON holds.
    children: Vec<&'static Resource>,
    numbers: Vec<(i64, &'static Resource)>,
    retries: Retries,
    /// Whether the file is the sandbox's.
    pub(super) is_sandbox: bool,
    /// The account that the key opens, and its mode.
    pub(super) own: Option<(String, &'static str)>,
    pub(super) accounts: Vec<KnownAccount>,
    pub(super) asking: Asking,
    /// Of Fatture in Cloud.
    pub(super) companies: Vec<KnownAccount>,
    /// The mode of companies that the file does not know yet.
    pub(super) company_mode: &'static str,
    pub(super) strangers: Strangers,
    pub(super) current: HashMap<i64, (Instant, Arc<Current>)>,
    /// Of accounts of which no list was ever read.
    pub(super) unread: Arc<Current>,
    /// How the accounts stood when they were read last.
    pub(super) seen_version: Option<(u64, i64)>,
    undone: Undone,
}

/// Why an event is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occasion {
    /// It is new; its row may count the attempt already.
    Arrival { is_counted: bool },
    /// It failed before, and was delivered again. That takes nothing from what it is tried by itself, nor does it fill the
    /// list of attempts: senders may be many.
    Redelivery { next_attempt_s: Option<i64> },
    /// It is its turn, or somebody asked for it.
    Turn,
}

/// What is undone where an event's effect fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Undone {
    /// That effect, by a savepoint.
    Alone,
    /// The whole transaction.
    Together,
}

impl<'c> Intake<'c> {
    /// Prepares to write. `own` is the account that the key opens, where there is one, and its mode.
    ///
    /// # Errors
    /// SQLite's.
    pub fn new(
        store: &'c Store,
        catalog: &'c Catalog,
        retries: Retries,
        own: Option<(String, &'static str)>,
    ) -> Result<Intake<'c>, Error> {
        let numbers = store.numbers(catalog)?;
        let children: Vec<&'static Resource> =
            numbers.iter().map(|(_, resource)| *resource).filter(|r| r.is_child() && r.inline.is_empty()).collect();
        let accounts = store.known_accounts("stripe")?;
        let companies = store.known_accounts("fic")?;
        let is_sandbox = accounts.iter().chain(&companies).any(|account| account.mode == "sandbox");
        let rows = store.rows(catalog, &children)?;
        let current = Default::default();
        let unread = numbers.iter().map(|(_, resource)| (resource.table(), None)).collect();
        let unread = Arc::new(unread);
        let company_mode = "live";
        Ok(Intake {
            store,
            catalog,
            rows,
            children,
            numbers,
            retries,
            is_sandbox,
            own,
            accounts,
            asking: Asking::All,
            companies,
            company_mode,
            strangers: Strangers::default(),
            current,
            unread,
            seen_version: None,
            undone: Undone::Alone,
        })
    }

    /// Says that nobody asks the service soon for what an event cannot tell: its payload is laid over what is known.
    pub fn offline(self) -> Intake<'c> {
        Intake { asking: Asking::Nobody, ..self }
    }

    /// Says that somebody asks soon, but only for accounts of this mode that a key has opened.
    pub fn asking_in(self, mode: &'static str) -> Intake<'c> {
        Intake { asking: Asking::In(mode), ..self }
    }

    /// Says in which mode companies of Fatture in Cloud are that the file does not know yet; `live` unless it is said.
    pub fn with_companies_in(self, company_mode: &'static str) -> Intake<'c> {
        Intake { company_mode, ..self }
    }

    /// Returns whether others write into the file, too.
    pub fn is_file_shared(&self) -> bool {
        self.store.is_shared()
    }

    /// Returns what brings commits onto the disk; nothing for a file in memory.
    ///
    /// # Errors
    /// When the file's WAL cannot be opened.
    pub fn wal_sync(&self) -> Result<Option<WalSync>, Error> {
        Ok(self.store.wal_sync()?)
    }

    /// Returns how long the WAL is, bytes.
    pub fn wal_bytes(&self) -> u64 {
        self.store.wal_bytes()
    }

    /// Has what is committed copied into the file itself, by a thread of its own.
    ///
    /// # Errors
    /// What an earlier copying came to.
    pub fn checkpoint_soon(&self) -> Result<(), Error> {
        Ok(self.store.checkpoint_soon()?)
    }

    /// Returns the mark of what was taken in last, for [`WalSync::holds`].
    pub fn wal_mark(&self) -> WalMark {
        self.store.wal_mark()
    }

    /// Looks whether the file is still in its place.
    ///
    /// # Errors
    /// When somebody took it away, or put another there.
    pub fn look(&self) -> Result<(), Error> {
        Ok(self.store.look_at_place()?)
    }

    /// Returns the resources with their numbers in the file.
    pub(super) fn numbers(&self) -> &[(i64, &'static Resource)] {
        &self.numbers
    }

    /// Takes a batch in: when this returns, it is committed; on the disk it is after the next sync of [`Intake::wal_sync`].
    ///
    /// # Errors
    /// What keeps the file from being written.
    pub fn take(&mut self, batch: &[Delivery], now_s: i64) -> Result<Vec<Accepted>, Error> {
        let mut taken = Vec::with_capacity(batch.len());
        while taken.len() < batch.len() {
            taken.extend(self.take_some(&batch[taken.len()..], now_s)?);
        }
        Ok(taken)
    }

    /// Takes the first of a batch in, in one transaction that is short: as many as there is time for, at least one.
    ///
    /// # Errors
    /// What keeps the file from being written; nothing of the batch is in it then.
    pub fn take_some(&mut self, batch: &[Delivery], now_s: i64) -> Result<Vec<Accepted>, Error> {
        // A savepoint copies each page that changes within it: a fifth of an event's time, and few fail. Where one does,
        // all begin again with a savepoint each, and only that one is undone.
        // A transaction of the caller's cannot be begun again here.
        if self.store.is_in_transaction() {
            return self.take_part(batch, now_s, Undone::Alone);
        }
        match self.take_part(batch, now_s, Undone::Together) {
            Err(error) if is_of_the_event(&error) => {
                self.rows = self.store.rows(self.catalog, &self.children)?;
                self.take_part(batch, now_s, Undone::Alone)
            }
            taken => taken,
        }
    }

    fn take_part(&mut self, batch: &[Delivery], now_s: i64, undone: Undone) -> Result<Vec<Accepted>, Error> {
        let store = self.store;
        let began = Instant::now();
        self.undone = undone;
        let taken = store.at_once(|| {
            self.look_at_accounts()?;
            let mut taken = Vec::with_capacity(batch.len());
            for one in batch {
                taken.push(self.take_one(one, now_s)?);
                if began.elapsed() >= TRANSACTION_TIME_MAX {
                    break;
                }
            }
            Ok::<_, Error>(taken)
        });
        self.undone = Undone::Alone;
        if taken.is_err() {
            // Accounts made in it are not there, and their numbers may be given to others.
            self.accounts = store.known_accounts("stripe").unwrap_or_default();
            self.companies = store.known_accounts("fic").unwrap_or_default();
            self.current.clear();
            self.seen_version = None;
        }
        self.rows.take_child_counts();
        taken
    }

    /// Takes the events whose turn it is, at most so many; returns what became of each.
    ///
    /// # Errors
    /// As [`Intake::take`].
    pub fn take_due(&mut self, now_s: i64, most: usize) -> Result<Vec<Accepted>, Error> {
        let store = self.store;
        if store.due_events(now_s, 1)?.is_empty() {
            return Ok(Vec::new());
        }
        // Another receiver at the file may have taken them meanwhile.
        store.at_once(|| {
            let due = store.due_events(now_s, most)?;
            self.again(&due, now_s)
        })
    }

    /// Takes events of the log once more, whatever became of them before.
    ///
    /// # Errors
    /// As [`Intake::take`].
    pub fn again(&mut self, events: &[(i64, Waiting)], now_s: i64) -> Result<Vec<Accepted>, Error> {
        let store = self.store;
        let taken = store.at_once(|| {
            events
                .iter()
                .map(|(account, one)| {
                    let name = self.name_of(*account);
                    let one = self.as_read_now(*account, one.clone())?;
                    if one.event.table.is_empty() && one.event.error.is_none() {
                        // It concerns no table, however often it is taken.
                        let (id, kind) = (one.event.id.clone(), one.event.kind.clone());
                        return Ok(Accepted {
                            row: Some(one.row),
                            id,
                            kind,
                            account: name,
                            ..nothing(Verdict::Ignored)
                        });
                    }
                    if one.event.error.is_none() {
                        store.forget_error(one.row)?;
                    }
                    let provider = self.provider_of(*account);
                    self.effect(*account, &one, now_s, (Occasion::Turn, Instant::now())).map(|it| Accepted {
                        account: name,
                        provider,
                        ..it
                    })
                })
                .collect::<Result<Vec<_>, _>>()
        });
        self.rows.take_child_counts();
        taken
    }

    fn take_one(&mut self, delivery: &Delivery, now_s: i64) -> Result<Accepted, Error> {
        let accepted = self.take_whosever(delivery, now_s)?;
        Ok(Accepted { correlation_id: delivery.correlation_id.clone(), ..accepted })
    }

    fn take_whosever(&mut self, delivery: &Delivery, now_s: i64) -> Result<Accepted, Error> {
        if delivery.provider == Provider::Fic {
            return self.take_notification(delivery, now_s);
        }
        let began = Instant::now();
        let (account, event) = match self.identify(delivery, now_s)? {
            Ok(found) => found,
            Err(why) => return Ok(nothing(Verdict::Malformed(why.to_owned()))),
        };
        self.log(account, event, delivery, now_s, began)
    }

    /// Writes an event into the log, and takes its effect unless that was done.
    pub(super) fn log(
        &mut self,
        account: i64,
        event: Event,
        delivery: &Delivery,
        now_s: i64,
        began: Instant,
    ) -> Result<Accepted, Error> {
        let arrival = Arrival {
            provider: delivery.provider.name(),
            account,
            event: &event,
            door: delivery.door,
            correlation_id: Some(&delivery.correlation_id),
            now_s,
            is_taken_at_once: true,
        };
        let accepted = Accepted { id: event.id.clone(), kind: event.kind.clone(), ..nothing(Verdict::Ignored) };
        let accepted = Accepted { account: self.name_of(account), provider: delivery.provider, ..accepted };
        let logged = self.store.log_event(&arrival)?;
        let (one, occasion) = match logged {
            Logged::New(row) => {
                let is_counted = !event.table.is_empty();
                (Waiting { row, event }, Occasion::Arrival { is_counted })
            }
            // A redelivery runs what failed again at once: what the log has of it, whatever else came by its name.
            Logged::Again { row, status, next_attempt_s } if status == "failed" || status == "dead" => {
                let one = self.as_read_now(account, self.store.logged_event(row)?)?;
                if one.event.error.is_none() {
                    self.store.forget_error(row)?;
                }
                (one, Occasion::Redelivery { next_attempt_s })
            }
            Logged::Again { row, status, .. } => {
                let verdict = if status == "ignored" { Verdict::Ignored } else { Verdict::Duplicate };
                return Ok(Accepted { row: Some(row), verdict, took_us: micros(began), ..accepted });
            }
        };
        if one.event.table.is_empty() && one.event.error.is_none() {
            return Ok(Accepted { row: Some(one.row), took_us: micros(began), ..accepted });
        }
        let done = self.effect(account, &one, now_s, (occasion, began))?;
        self.distrust(account, delivery.door, &one.event, &done, now_s)?;
        Ok(Accepted { account: accepted.account, provider: delivery.provider, ..done })
    }

    /// Says whose event it is, and what of it goes into the log; or why it is no event.
    pub(super) fn identify(
        &mut self,
        delivery: &Delivery,
        now_s: i64,
    ) -> Result<Result<(i64, Event), &'static str>, Error> {
        let mut read = event::read(&delivery.body);
        // Test clocks run ahead by years; what lies beyond would stand above all that comes later.
        let is_time = |created_s: i64| (0..=now_s.saturating_add(AHEAD_MAX_S)).contains(&created_s);
        if read.created_s.is_some_and(|created_s| !is_time(created_s)) {
            read.created_s = None;
            read.trouble.get_or_insert("its created is no time");
        }
        if read.id.is_none() || read.kind.is_empty() {
            return Ok(Err(read.trouble.unwrap_or("it is no event")));
        }
        let account = self.owner(&read, delivery.owner.as_deref())?;
        let created_s = read.created_s.unwrap_or(now_s);
        Ok(Ok((account, logged::logged(self.catalog, read, created_s, &delivery.body))))
    }

    /// Leaves a row of a service's account in doubt that somebody's file has changed: a GET has the last word.
    fn distrust(&mut self, account: i64, door: &str, event: &Event, done: &Accepted, now_s: i64) -> Result<(), Error> {
        let is_changed = done.applied.is_some_and(|applied| applied != Applied::Unchanged);
        if !(is_changed && FROM_OUTSIDE.contains(&door) && self.store.is_real(account)?) {
            return Ok(());
        }
        let (Some(compiled), Some(id)) = (self.catalog.by_table(&event.table), &event.object_id) else {
            return Ok(());
        };
        Ok(self.rows.have_asked(compiled.resource, id, account, event.created_s.min(now_s))?)
    }

    /// Takes one event's effect, and writes down how it ended, unless the row says so already.
    fn effect(
        &mut self,
        account: i64,
        one: &Waiting,
        now_s: i64,
        (occasion, began): (Occasion, Instant),
    ) -> Result<Accepted, Error> {
        self.refresh(account, now_s)?;
        self.rows.set_offline(self.is_offline(account));
        let store = self.store;
        // What lies in the payload is the same at every attempt; an error of the file, or a defect, may not be.
        let mut may_pass = false;
        let taken = match (&one.event.error, one.event.table.is_empty(), self.undone) {
            // Which change it tells of, nobody can say.
            (Some(why), true, _) => Taken { trouble: Some(why.clone()), ..Taken::default() },
            (_, _, Undone::Together) => self.handle(account, one)?,
            (_, _, Undone::Alone) => match store.aside(|| self.handle(account, one)) {
                Ok(taken) => taken,
                Err(error) if is_of_the_event(&error) => {
                    self.rows = store.rows(self.catalog, &self.children)?;
                    may_pass = true;
                    Taken { trouble: Some(error.to_string()), ..Taken::default() }
                }
                Err(error) => return Err(error),
            },
        };
        let took_us = micros(began);
        let (end, verdict) = match (taken.trouble, occasion) {
            (None, _) if taken.is_fetched_later => (Ended::Processed(None), Verdict::Stored),
            (None, _) => (Ended::Processed(one.event.error.clone()), Verdict::Processed),
            (Some(why), _) if !may_pass => (Ended::Dead { why: why.clone() }, Verdict::Unusable(why)),
            (Some(why), Occasion::Redelivery { next_attempt_s: None }) => {
                (Ended::Dead { why: why.clone() }, Verdict::GivenUp(why))
            }
            (Some(why), Occasion::Redelivery { next_attempt_s }) => {
                (Ended::Failed { why: why.clone(), next_attempt_s }, Verdict::Failed(why))
            }
            (Some(why), _) => {
                let is_counted = occasion == Occasion::Arrival { is_counted: true };
                let before = store.attempts_at(one.row)? - i64::from(is_counted);
                self.retries.end(before + 1, why, now_s)
            }
        };
        let is_counted = match occasion {
            Occasion::Arrival { is_counted } => is_counted,
            Occasion::Redelivery { .. } => !matches!(end, Ended::Processed(_)),
            Occasion::Turn => false,
        };
        let is_as_written = matches!(occasion, Occasion::Arrival { is_counted: true });
        if is_as_written && end == Ended::Processed(one.event.error.clone()) {
            store.put_time(one.row, took_us)?;
        } else {
            store.end_event(one.row, &end, now_s, (is_counted, Some(took_us)))?;
        }
        let (id, kind) = (one.event.id.clone(), one.event.kind.clone());
        let invoice = kind.starts_with("invoice.").then(|| invoice_facts::facts(&one.event.payload)).flatten();
        Ok(Accepted { row: Some(one.row), id, kind, applied: taken.applied, took_us, invoice, ..nothing(verdict) })
    }

    fn handle(&mut self, account: i64, one: &Waiting) -> Result<Taken, Error> {
        let mut handler = Handler {
            store: self.store,
            rows: &mut self.rows,
            catalog: self.catalog,
            account,
            numbers: &self.numbers,
            current: &self.current[&account].1,
        };
        // A defect in one event's handling must not end the others'.
        match catch_unwind(AssertUnwindSafe(|| handler.take(one))) {
            Ok(taken) => taken,
            Err(_) => Err(Error::Bug(one.event.id.clone())),
        }
    }

    /// Returns a logged event as this version reads its payload, without the reason for which an attempt at it failed. A
    /// version before may not have known its object; what this one cannot read either stays as it is.
    fn as_read_now(&self, account: i64, mut one: Waiting) -> Result<Waiting, Error> {
        let old = &one.event;
        if old.error.is_none() && !old.table.is_empty() {
            return Ok(one);
        }
        let read = match self.provider_of(account) {
            Provider::Stripe => {
                let read = event::read(&old.payload);
                // A time that was none stands for itself, and tells nothing of the order.
                let is_sound = read.trouble.is_none() && read.created_s == Some(old.created_s);
                is_sound.then(|| logged::logged(self.catalog, read, old.created_s, &old.payload))
            }
            Provider::Fic => super::notified::reread(old),
        };
        let Some(event) = read.filter(|read| read.error.is_none()) else { return Ok(one) };
        if (&event.table, &event.object_id) != (&old.table, &old.object_id) || event.table.is_empty() {
            self.store.reread_event(one.row, &event)?;
        }
        one.event = event;
        Ok(one)
    }
}

/// Returns whether an error lies in one event, and not in the file: the others' effects can be taken.
fn is_of_the_event(error: &Error) -> bool {
    matches!(error, Error::Bug(_) | Error::Store(StoreError::Sql(_)))
}

fn micros(began: Instant) -> i64 {
    i64::try_from(began.elapsed().as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "intake_tests.rs"]
mod tests;
