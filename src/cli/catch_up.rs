//! What keeps the file current beside a receiver: now and then the services' own lists, which have what no event told of;
//! and soon after an event, the objects that its payload cannot tell.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::alerts::Alerts;
use super::engine::{self, Access, Order, Pulled};
use super::exit::{Exit, Failure};
use super::wishes::Wishes;
use crate::clock::{Clock, SystemClock};
use crate::config::Settings;
use crate::model::cancel::Cancel;
use crate::model::progress::{Outcome, Silent};
use crate::model::resource::{Provider, Resource};
use crate::store::Store;
use crate::sync;
use crate::ui::Ui;

/// How often the service's list of events is read.
pub(super) const DEFAULT: &str = "15m";
/// Fatture in Cloud has no such list: its lists themselves are read, which costs a part of a month's requests.
const FIC_EVERY: Duration = Duration::from_secs(6 * 3600);
/// How soon an object is fetched that an event could not tell: several events of it share one GET.
const SOON: Duration = Duration::from_secs(2);
/// How late at most after what failed again and again.
const LATE: Duration = Duration::from_secs(300);
/// How soon the wish to stop is seen.
const NOTICE: Duration = Duration::from_millis(100);
/// Requests in flight beside a receiver.
const JOBS: usize = 8;
/// Share of the service's limits that it takes.
const RATE_PERCENT: u32 = 80;

/// The thread that catches up; there is none without a key.
pub(super) struct CatchUp {
    thread: Option<JoinHandle<()>>,
    /// Syncs that somebody wishes for.
    pub wishes: Option<Arc<Wishes>>,
}

impl CatchUp {
    /// Begins, where there is a key, and says what it does.
    pub fn begin(
        settings: &Settings,
        every: Duration,
        alerts: Option<Arc<Alerts>>,
        cancel: &Cancel,
        ui: &Ui,
    ) -> Result<CatchUp, Failure> {
        let (stripe, fic) = (settings.stripe()?, settings.fic()?);
        if stripe.is_none() {
            ui.note(
                "without STRIPE_API_KEY nothing is fetched of Stripe: what an event cannot tell stays as it was, marked \
                 unsettled, and an event that never arrives is missed",
            );
        }
        if stripe.is_none() && fic.is_none() {
            return Ok(CatchUp { thread: None, wishes: None });
        }
        if Store::open_read_only(&settings.database.value)?.tables_in_use()?.is_empty() {
            ui.note("no sync has read into this file yet: `stripesync sync` brings what was there before");
        }
        // It may also be asked for from outside.
        let wishes = Arc::new(Wishes::new(std::process::id() ^ now_s() as u32));
        let shared = stripe.is_some().then(|| Arc::clone(&wishes));
        let mut services = Vec::new();
        if let Some(stripe) = stripe {
            let access = Access { stripe: Some(stripe), ..Access::default() };
            services.push(Service::new(Provider::Stripe, every, access));
        }
        if let Some(fic) = fic {
            let access = Access { fic: Some(fic), ..Access::default() };
            services.push(Service::new(Provider::Fic, every.max(FIC_EVERY), access));
        }
        let work = Work { database: settings.database.value.clone(), cancel: cancel.clone(), wishes, alerts };
        let work = move || work.run(&mut services);
        let thread = std::thread::Builder::new().name("catch-up".into()).spawn(work);
        let thread = thread.map_err(|error| Failure::failed("no thread to catch up with").because(&error))?;
        Ok(CatchUp { thread: Some(thread), wishes: shared })
    }

    /// Waits for its end; somebody must have asked it to stop, or does so now.
    pub fn end(self, cancel: &Cancel) {
        if !cancel.is_set() {
            cancel.set(signal_hook::consts::SIGTERM);
        }
        if let Some(thread) = self.thread {
            // Its message is on stderr already.
            let _ = thread.join();
        }
    }
}

/// One service, and when it was asked last.
struct Service {
    provider: Provider,
    access: Access,
    every: Duration,
    caught_up: Option<Instant>,
    looked: Instant,
    /// How long to wait before what is queued is looked at: longer after each failure.
    pause: Duration,
}

impl Service {
    fn new(provider: Provider, every: Duration, access: Access) -> Service {
        Service { provider, access, every, caught_up: None, looked: Instant::now(), pause: SOON }
    }
}

struct Work {
    database: PathBuf,
    cancel: Cancel,
    wishes: Arc<Wishes>,
    alerts: Option<Arc<Alerts>>,
}

fn now_s() -> i64 {
    SystemClock::new().now_ms() / 1000
}

impl Work {
    fn run(&self, services: &mut [Service]) {
        while !self.cancel.is_set() {
            for service in &mut *services {
                self.attend(service);
            }
            std::thread::sleep(NOTICE);
        }
    }

    /// Asks a service if it is time to.
    fn attend(&self, service: &mut Service) {
        if self.cancel.is_set() {
            return;
        }
        let is_stripe = service.provider == Provider::Stripe;
        let is_whole =
            is_stripe && self.wishes.begin() || service.caught_up.is_none_or(|at| at.elapsed() >= service.every);
        if !is_whole && (service.looked.elapsed() < service.pause || !self.is_something_queued(service.provider)) {
            return;
        }
        let done = self.pull(service, !is_whole);
        if is_whole && is_stripe {
            self.wishes.end(matches!(done, Ok(true)), now_s());
        }
        let is_well = self.report(done);
        service.looked = Instant::now();
        if is_whole {
            service.caught_up = Some(service.looked);
        }
        service.pause = if is_well { SOON } else { (service.pause * 2).min(LATE) };
    }

    fn is_something_queued(&self, provider: Provider) -> bool {
        let is_due = |store: Store| store.is_due(provider.name(), now_s());
        Store::open_read_only(&self.database).and_then(is_due).unwrap_or(false)
    }

    /// Brings up to date what the file has of a service, or only what is queued. Returns whether all of it went well.
    fn pull(&self, service: &Service, queued_only: bool) -> Result<bool, Failure> {
        let tables: HashSet<String> = Store::open_read_only(&self.database)?.tables_in_use()?.into_iter().collect();
        let name = service.provider.name();
        let is_used = |resource: &Resource| {
            tables.contains(&resource.table())
                || resource.parent().is_some_and(|parent| tables.contains(&format!("{name}_{parent}")))
        };
        let catalog = sync::catalog();
        let all: Vec<_> =
            catalog.entries().iter().map(|it| it.resource).filter(|r| r.provider == service.provider).collect();
        // What was never read is no sync's: only what events ask for.
        let queued_only = queued_only || !all.iter().any(|resource| tables.contains(&resource.table()));
        let order = Order {
            database: self.database.clone(),
            only: all.into_iter().filter(|resource| queued_only || is_used(resource)).collect(),
            accounts: Vec::new(),
            initial: false,
            since_s: None,
            dry_run: false,
            jobs: JOBS,
            rate_percent: RATE_PERCENT,
            queued_only,
        };
        match engine::pull(&order, &service.access, &Silent, &self.cancel, &SystemClock::new())? {
            Pulled::Done { report, .. } => {
                for failure in &report.failures {
                    tracing::warn!(account = failure.account, "{}", failure.message);
                    self.alert(&failure.account, &failure.message);
                }
                let has_failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed(_));
                Ok(report.failures.is_empty() && !report.resources.iter().any(|it| has_failed(&it.outcome)))
            }
            Pulled::Planned { .. } => Ok(true),
        }
    }

    /// Tells what went wrong; returns whether nothing did.
    fn report(&self, done: Result<bool, Failure>) -> bool {
        match done {
            Ok(is_well) => is_well,
            Err(failure) if failure.exit == Exit::Held => {
                tracing::info!("another sync is at work: {}", failure.message);
                true
            }
            Err(failure) => {
                if !self.cancel.is_set() {
                    tracing::warn!("catching up failed: {}", failure.message);
                    self.alert("catch-up", &failure.message);
                }
                false
            }
        }
    }

    fn alert(&self, subject: &str, message: &str) {
        if let Some(alerts) = &self.alerts {
            alerts.sync_failed(subject, &format!("catching up failed: {message}"));
        }
    }
}
