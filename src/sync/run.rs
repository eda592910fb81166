//! One run for one Stripe account, phase by phase.

use std::collections::{HashSet, VecDeque};
use std::time::Instant;

use super::changes::{EVENTS, Fetches, ReadEvents, TakeEffects, is_listed};
use super::clocks;
use super::failed::{Failed, Failures};
use super::handler::Current;
use super::held::Held;
use super::identity::identify;
use super::journal;
use super::lists::Lists;
use super::logged;
use super::plan;
use super::pool::{self, Work};
use super::standing::{EVENTS_OVERLAP_S, Standing, plain_passes};
use super::tally::Tally;
use super::task::{self, Failure, Readers, Task, Worker};
use super::{Bounds, Error, Options, Summary};
use crate::http::Client;
use crate::model::cancel::Cancel;
use crate::model::extract::Catalog;
use crate::model::progress::{Outcome, ResourceReport, Sink};
use crate::model::resource::{List, Resource};
use crate::model::span::Span;
use crate::providers::stripe;
use crate::store::{Account, Rows, SliceRow, Store, Turn, WalkRow};

/// Rounds of fetching what the round before left in doubt.
const SETTLING_ROUNDS: usize = 3;
/// Ties of the seconds before a round are settled in it.
const SETTLED_SOON_S: i64 = 5;
/// Before Stripe there was nothing: 2010-01-01.
const FLOOR_S: i64 = 1_262_304_000;

/// One account and how to reach it.
pub struct Target<'a> {
    /// The client with the account's key, or its platform's and on its behalf.
    pub client: &'a Client,
    /// `live`, `test` or `sandbox`.
    pub mode: &'static str,
    /// Which account it is.
    pub who: Who,
    /// The threads that read answers, where several runs share them; else the run has its own.
    pub readers: Option<&'a Readers>,
}

/// Which account a client asks for.
#[derive(Debug, Clone)]
pub enum Who {
    /// The key's own, whichever that is; with the key's name, if it has one.
    Own(Option<String>),
    /// One that is in the file already: its row. It is connected to the key's own, or was asked for before.
    Known(i64),
}

/// Returns the registry of every resource of both services.
pub fn catalog() -> Catalog {
    let resources = stripe::resources::all().chain(crate::providers::fic::resources::RESOURCES);
    Catalog::new(resources).answered_in(stripe::API_VERSION)
}

pub(super) struct Run<'a> {
    pub(super) store: &'a Store,
    pub(super) catalog: &'a Catalog,
    pub(super) worker: Worker<'a>,
    pub(super) cancel: &'a Cancel,
    pub(super) options: &'a Options,
    pub(super) bounds: Bounds,
    pub(super) account: Account,
    pub(super) floor_s: i64,
    pub(super) began_s: i64,
    pub(super) is_live: bool,
    pub(super) numbers: Vec<(i64, &'static Resource)>,
}

/// Brings the account up to date.
///
/// # Errors
/// What ends the whole run; what concerns one resource is in its report.
pub fn run(
    store: &Store,
    catalog: &Catalog,
    target: &Target,
    options: &Options,
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<Summary, Error> {
    run_within(Bounds::default(), store, catalog, target, options, cancel, sink)
}

/// The same within other bounds, for tests of what does not end.
///
/// # Errors
/// As [`run`].
pub fn run_within(
    bounds: Bounds,
    store: &Store,
    catalog: &Catalog,
    target: &Target,
    options: &Options,
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<Summary, Error> {
    let began = Instant::now();
    let row = match &target.who {
        Who::Known(row) => *row,
        Who::Own(credential) => {
            let new = identify(target.client, target.mode, credential.clone())?;
            if !options.accounts.is_empty() && !options.accounts.contains(&new.remote_id) {
                return Err(Error::OtherAccount { opened: new.remote_id, asked: options.accounts.join(", ") });
            }
            store.account(&new)?.id
        }
    };
    let began_s = target.client.service_now_s();
    let numbers = store.numbers(catalog)?;
    let put_back_s = clocks::check(store, row, &numbers, target.client)?;
    let account = store.account_at(row)?;
    let floor_s = account.created_s.unwrap_or(FLOOR_S);
    let own_readers = if target.readers.is_none() { Some(task::readers()?) } else { None };
    let readers = target.readers.or(own_readers.as_ref()).expect("made where none were given");
    let hope = task::Hope::for_faults(options.faults_max);
    let worker = Worker { client: target.client, catalog, readers, elements_max: bounds.elements, hope };
    let is_live = target.mode == "live";
    let run = Run { store, catalog, worker, cancel, options, bounds, account, floor_s, began_s, is_live, numbers };
    let mut tally = Tally::new(&run.account.remote_id, target.mode, sink).counting(store, run.account.id);
    put_back_s.into_iter().for_each(|by_s| clocks::tell(by_s, "Stripe", &tally));
    let following = run.following();
    let mut rows = store.rows(catalog, &following)?;
    if let Some(subscriptions) = catalog.by_table("stripe_subscriptions") {
        rows.observe(subscriptions.resource, super::derived::book_observed);
    }
    let outcome = run.phases(&mut rows, &mut tally);
    let locked = super::locked(&outcome);
    // What ends a run early leaves lists half read, whatever it was.
    let is_cut = cancel.is_set() || outcome.is_err();
    let settled = tally.count_once().and_then(|()| run.name_unfinished(is_cut, &mut tally));
    // A file that is locked takes no log either: waiting once was enough.
    let looked = if locked.is_none() { store.gaps(catalog, run.account.id) } else { Ok(Vec::new()) };
    let looked = looked.map(|found| tally.gaps(found, &options.only));
    let reports = tally.reports();
    if locked.is_none() {
        let kept = clocks::keep(store, run.account.id, began_s, target.client);
        let logged = run.log(&reports);
        outcome?;
        logged?;
        kept?;
    }
    settled?;
    looked?;
    Ok(Summary {
        reports,
        requests: target.client.sent(),
        took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        signal: cancel.signal(),
        locked,
        quota_free_after: None,
    })
}

impl<'a> Run<'a> {
    /// The child lists that follow the chosen parents.
    fn following(&self) -> Vec<&'static Resource> {
        let chosen = &self.options.only;
        chosen.iter().copied().filter(|r| r.is_child() && r.inline.is_empty()).collect()
    }

    fn phases(&self, rows: &mut Rows<'a>, tally: &mut Tally<'a>) -> Result<(), Error> {
        if let Some(days) = self.standing().days_unseen()? {
            let kept = stripe::EVENTS_KEPT_S / (24 * 3600);
            let text =
                format!("{days} days since the last sync, and Stripe tells changes of {kept}: lists are read anew");
            tally.note(text);
        }
        let mut failures = Failures::default();
        if !self.options.queued_only {
            self.read_lists(rows, tally, &mut failures.lists)?;
            if self.options.since_s.is_some() || self.cancel.is_set() {
                return Ok(());
            }
            self.read_events(tally)?;
        }
        logged::tell_lost(self.store, self.account.id, self.store.resource_number(EVENTS)?, tally)?;
        for _ in 0..SETTLING_ROUNDS {
            if self.cancel.is_set() {
                return Ok(());
            }
            let current = self.current()?;
            self.take_effects(rows, &current, tally)?;
            if self.cancel.is_set() {
                return Ok(());
            }
            self.queue_unknown()?;
            if self.store.fetches(self.account.id, &Turn::default(), 1)?.is_empty() {
                break;
            }
            self.list_changed(rows, tally, &mut failures.lists)?;
            self.fetch(rows, tally, &mut failures.objects)?;
            self.read_under(rows, tally, &mut failures.lists)?;
        }
        Ok(())
    }

    fn take_effects(&self, rows: &mut Rows<'a>, current: &Current, tally: &mut Tally<'a>) -> Result<(), Error> {
        let mut work = TakeEffects {
            store: self.store,
            rows,
            catalog: self.catalog,
            account: self.account.id,
            numbers: &self.numbers,
            current,
            now_s: self.worker.client.service_now_s(),
            tally,
        };
        work.run(self.cancel)
    }

    /// Returns the tables whose rows events must keep true: the reading of their list has at least begun, and what its
    /// read part showed is not shown again.
    fn current(&self) -> Result<Current, Error> {
        let mut current = Current::new();
        for &(number, resource) in self.numbers.iter().filter(|(_, resource)| is_listed(resource)) {
            if self.standing().is_begun(number, resource)? {
                current.insert(resource.table(), self.standing().whole_since_s(number, resource, &[])?);
            }
        }
        Ok(current)
    }

    pub(super) fn standing(&self) -> Standing<'_> {
        Standing {
            store: self.store,
            account: &self.account,
            began_s: self.began_s,
            initial: self.options.initial,
            is_live: self.is_live,
        }
    }

    pub(super) fn lists<'r>(
        &'r self,
        rows: &'r mut Rows<'a>,
        tally: &'r mut Tally<'a>,
        failed: &'r mut Failed,
    ) -> Lists<'r, 'a> {
        Lists {
            store: self.store,
            rows,
            account: self.account.id,
            api_version: stripe::API_VERSION,
            floor_s: self.floor_s,
            tally,
            walks: Vec::new(),
            numbers: self.numbers.clone(),
            fanned: Turn::default(),
            failed,
            restarted: HashSet::new(),
            is_begun_again: false,
            pages_max: self.bounds.list_pages,
            under: 0,
            held: Held::new(self.options.in_flight_max),
        }
    }

    /// Reads the event log from the watermark to now, in slices where it is long; what an interrupted run left of it
    /// comes first.
    fn read_events(&self, tally: &mut Tally<'a>) -> Result<(), Error> {
        tally.begin(EVENTS, "events");
        let number = self.store.resource_number(EVENTS)?;
        let left = self.store.walk(self.account.id, number, "")?.filter(|walk| walk.finished_s.is_none());
        // Where no events were ever read, they are wanted since the first list began to be read.
        let mut until_s = match self.account.events_until_s {
            None => self.store.oldest_walk_s(self.account.id)?,
            known => known,
        };
        let kept_s = self.began_s - stripe::EVENTS_KEPT_S;
        // What reaches back beyond what is kept cannot be finished: the gap is to be seen as one.
        let is_kept = |slice: &SliceRow| slice.span.from_s.is_some_and(|from_s| from_s >= kept_s);
        if let Some(walk) = left
            && self.store.open_slices(walk.id)?.iter().all(is_kept)
        {
            match self.read_event_slices(&walk, tally)? {
                true => until_s = Some(walk.began_s),
                false => return Ok(()),
            }
        }
        let wanted_s = until_s.unwrap_or(self.began_s) - EVENTS_OVERLAP_S;
        let walk = self.store.at_once(|| {
            if wanted_s < kept_s {
                // Lists that this run did not read again have changed unseen: they count as unread from now on.
                self.store.forget_walks(self.account.id, kept_s)?;
            }
            let span = Span { from_s: Some(wanted_s.max(kept_s)), until_s: None };
            self.store.begin_walk(self.account.id, number, "", (span, self.began_s)).map_err(Error::from)
        })?;
        self.read_event_slices(&walk, tally).map(drop)
    }

    /// Reads the open slices of the event log; returns whether it came to their end.
    fn read_event_slices(&self, walk: &WalkRow, tally: &mut Tally<'a>) -> Result<bool, Error> {
        let slices = self.store.open_slices(walk.id)?;
        let from_s = slices.iter().filter_map(|slice| slice.span.from_s).min();
        tracing::info!(resource = crate::model::progress::EVENTS, from_s, "asked for what happened since");
        let mut work = ReadEvents::new(self.store, self.account.id, walk.id, slices, self.bounds.event_pages, tally);
        self.drive(&mut work)?;
        let (failure, broken) = (work.failure.take(), std::mem::take(&mut work.broken));
        broken.tell(tally);
        tally.ended(EVENTS);
        match failure {
            None if self.cancel.is_set() => Ok(false),
            None => {
                self.store.set_events_until(self.account.id, walk.began_s)?;
                Ok(true)
            }
            Some(Failure::Refused(refusal)) => {
                tally.fail(EVENTS, Outcome::Forbidden(refusal.message));
                Ok(false)
            }
            Some(failure) => {
                tally.fail(EVENTS, super::lists::outcome_of(&failure));
                Ok(false)
            }
        }
    }

    /// Queues what rows name and lists do not show.
    fn queue_unknown(&self) -> Result<(), Error> {
        for (from, column, to) in stripe::REFERENCES {
            let find = |name: &str| self.numbers.iter().find(|(_, r)| r.table() == format!("stripe_{name}"));
            let (Some((_, from)), Some((number, to))) = (find(from), find(to)) else { continue };
            let is_wanted = self.options.only.iter().any(|r| r.table() == to.table());
            if is_wanted && from.columns.iter().any(|c| c.name == *column) {
                let (from, to) = (from.table(), to.table());
                self.store.queue_referenced(self.account.id, (&from, column), (*number, &to))?;
            }
        }
        Ok(())
    }

    /// Reads the part of a list again where so many of its objects changed that this is cheaper than a GET for each.
    fn list_changed(&self, rows: &mut Rows<'a>, tally: &mut Tally<'a>, failed: &mut Failed) -> Result<(), Error> {
        let now_s = self.worker.client.service_now_s();
        let mut lists = self.lists(rows, tally, failed);
        let mut queue = VecDeque::new();
        let is_sliced =
            |r: &Resource| matches!(r.list, List::Sliced(_)) && r.columns.iter().any(|c| c.name == "created");
        for &(number, resource) in self.numbers.iter().filter(|(_, resource)| is_sliced(resource)) {
            let table = resource.table();
            let (changed, oldest_s, listed) = self.store.due_among(self.account.id, number, &table, now_s)?;
            let passes = plain_passes(resource);
            if let Some(oldest_s) = oldest_s
                && plan::cheapest(changed, listed, passes.len() as u64) == plan::Way::List
            {
                for pass in passes {
                    self.part(resource, pass, oldest_s, &mut lists, &mut queue);
                }
            }
        }
        if queue.is_empty() {
            return Ok(());
        }
        // Whatever these lists do not show stays queued for its GET.
        lists.walks.iter_mut().for_each(|walk| walk.is_for_fetches = true);
        self.drive(&mut Queued { queue, work: &mut lists })
    }

    fn fetch(&self, rows: &mut Rows<'a>, tally: &mut Tally<'a>, failed: &mut Failed) -> Result<(), Error> {
        let mut work = Fetches {
            store: self.store,
            rows,
            account: self.account.id,
            api_version: stripe::API_VERSION,
            tally,
            numbers: self.numbers.clone(),
            after: Turn::default(),
            failed,
            until_s: self.worker.client.service_now_s().saturating_add(SETTLED_SOON_S),
        };
        self.drive(&mut work)
    }

    fn read_under(&self, rows: &mut Rows<'a>, tally: &mut Tally<'a>, failed: &mut Failed) -> Result<(), Error> {
        let mut lists = self.lists(rows, tally, failed);
        self.drive(&mut lists)
    }

    pub(super) fn drive(&self, work: &mut dyn Work) -> Result<(), Error> {
        let mut work = Dated { run: self, work, ahead_s: None };
        pool::drive(&self.worker, self.store, self.cancel, self.options.in_flight_max.max(1), &mut work)
    }

    /// Says of every list that is not known to be whole that it is not: after a signal, where a part was asked for, and
    /// where it stands in objects that could not be read.
    fn name_unfinished(&self, is_cut: bool, tally: &mut Tally<'a>) -> Result<(), Error> {
        for (_, child) in self.numbers.iter().filter(|(_, resource)| !is_listed(resource)) {
            tally.follow(&child.table(), parents(child));
        }
        if !is_cut {
            if self.options.since_s.is_some() {
                tally.end_early(&Outcome::Partial, |_| false);
            }
            return Ok(());
        }
        let mut whole = HashSet::new();
        for &(number, resource) in self.numbers.iter().filter(|(_, resource)| is_listed(resource)) {
            if self.standing().whole_since_s(number, resource, &[])?.is_some_and(|since_s| since_s >= self.began_s)
                && !self.store.is_held(self.account.id, number)?
            {
                whole.insert(resource.table());
            }
        }
        for &(number, child) in self.numbers.iter().filter(|(_, resource)| !is_listed(resource)) {
            let table = |name: &str| format!("{}_{name}", child.provider.name());
            let mut parents = child.parent().into_iter().chain(child.inline.iter().map(|inline| inline.parent));
            if parents.all(|name| whole.contains(&table(name)))
                && self.store.waiting_lists(self.account.id, number)? == 0
            {
                whole.insert(child.table());
            }
        }
        tally.end_early(&Outcome::Interrupted, |table| whole.contains(table));
        Ok(())
    }

    fn log(&self, reports: &[ResourceReport]) -> Result<(), Error> {
        let run = journal::Run {
            account: self.account.id,
            catalog: self.catalog,
            chosen: &self.options.only,
            passes: |_| &[""],
            started_s: self.began_s,
            finished_s: self.worker.client.service_now_s(),
        };
        // What events asked for is no reading of any list.
        if self.options.queued_only { Ok(()) } else { journal::write(self.store, run, reports) }
    }
}

/// Returns the tables in whose objects a child's list stands, or under which it is read.
fn parents(child: &Resource) -> impl Iterator<Item = String> {
    let names = child.parent().into_iter().chain(child.inline.iter().map(|inline| inline.parent));
    names.map(|name| format!("{}_{name}", child.provider.name()))
}

/// Work of which the file says by what clock it was dated, in the transaction in which it is written.
struct Dated<'w, 'a> {
    run: &'w Run<'a>,
    work: &'w mut dyn Work,
    ahead_s: Option<i64>,
}

impl Work for Dated<'_, '_> {
    fn refill(&mut self, room: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        self.work.refill(room, queue)
    }
    fn follow(&mut self, done: &super::pool::Done, free: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        self.work.follow(done, free, queue)
    }
    fn apply(&mut self, done: super::pool::Done) -> Result<(), Error> {
        let ahead_s = self.run.worker.client.skew_s_max();
        if ahead_s != self.ahead_s {
            clocks::keep(self.run.store, self.run.account.id, self.run.began_s, self.run.worker.client)?;
            self.ahead_s = ahead_s;
        }
        self.work.apply(done)
    }
    fn committed(&mut self) {
        self.work.committed();
    }
}

/// A phase that begins with tasks already known.
pub(super) struct Queued<'w> {
    pub(super) queue: VecDeque<Task>,
    pub(super) work: &'w mut dyn Work,
}

impl Work for Queued<'_> {
    fn refill(&mut self, room: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        while queue.len() < room {
            match self.queue.pop_front() {
                Some(task) => queue.push_back(task),
                None => return self.work.refill(room - queue.len(), queue),
            }
        }
        Ok(())
    }
    fn follow(&mut self, done: &super::pool::Done, free: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
        let waiting = self.queue.len();
        self.work.follow(done, free.saturating_sub(waiting), queue)
    }
    fn apply(&mut self, done: super::pool::Done) -> Result<(), Error> {
        self.work.apply(done)
    }
    fn committed(&mut self) {
        self.work.committed();
    }
}
