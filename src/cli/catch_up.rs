//! What keeps the file current beside a receiver: now and then the service's own list of events, which has those that
//! never arrived; and soon after an event, the objects that its payload cannot tell.

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
use crate::model::progress::Silent;
use crate::model::resource::{Provider, Resource};
use crate::store::Store;
use crate::sync;
use crate::ui::Ui;

/// How often the service's list of events is read.
pub(super) const DEFAULT: &str = "15m";
/// How soon an object is fetched that an event could not tell: several events of it share one GET.
const SOON: Duration = Duration::from_secs(2);
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
        let Some(stripe) = settings.stripe()? else {
            ui.note(
                "without STRIPE_API_KEY nothing is fetched: what an event cannot tell stays as it was, marked unsettled, \
                 and an event that never arrives is missed",
            );
            return Ok(CatchUp { thread: None, wishes: None });
        };
        if Store::open_read_only(&settings.database.value)?.tables_in_use()?.is_empty() {
            ui.note("no sync has read this file's account yet: `stripesync sync` brings what was there before");
        }
        let access = Access { stripe: Some(stripe), fic: None, is_sandbox: false };
        let database = settings.database.value.clone();
        let cancel = cancel.clone();
        let wishes = Arc::new(Wishes::new(std::process::id() ^ now_s() as u32));
        let theirs = Arc::clone(&wishes);
        let work = move || Work { database, access, cancel, wishes: theirs, alerts }.run(every);
        let thread = std::thread::Builder::new().name("catch-up".into()).spawn(work);
        let thread = thread.map_err(|error| Failure::failed("no thread to catch up with").because(&error))?;
        Ok(CatchUp { thread: Some(thread), wishes: Some(wishes) })
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

struct Work {
    database: PathBuf,
    access: Access,
    cancel: Cancel,
    wishes: Arc<Wishes>,
    alerts: Option<Arc<Alerts>>,
}

fn now_s() -> i64 {
    SystemClock::new().now_ms() / 1000
}

impl Work {
    fn run(&self, every: Duration) {
        let mut caught_up = None::<Instant>;
        let mut looked = Instant::now();
        while !self.cancel.is_set() {
            if self.wishes.begin() || caught_up.is_none_or(|at| at.elapsed() >= every) {
                caught_up = Some(Instant::now());
                let done = self.pull(false);
                self.wishes.end(done.is_ok(), now_s());
                self.report(done);
            } else if looked.elapsed() >= SOON {
                looked = Instant::now();
                if self.is_something_queued() {
                    self.report(self.pull(true));
                }
            }
            std::thread::sleep(NOTICE);
        }
    }

    fn is_something_queued(&self) -> bool {
        Store::open_read_only(&self.database).and_then(|store| store.is_due(now_s())).unwrap_or(false)
    }

    /// Brings up to date what the file has of the account, or only what is queued.
    fn pull(&self, queued_only: bool) -> Result<(), Failure> {
        let tables: HashSet<String> = Store::open_read_only(&self.database)?.tables_in_use()?.into_iter().collect();
        let is_used = |resource: &Resource| {
            tables.contains(&resource.table())
                || resource.parent().is_some_and(|parent| tables.contains(&format!("stripe_{parent}")))
        };
        let catalog = sync::catalog();
        let all = catalog.entries().iter().map(|entry| entry.resource).filter(|r| r.provider == Provider::Stripe);
        // What was never read is no sync's: only what events ask for.
        let queued_only = queued_only || tables.is_empty();
        let only = all.filter(|resource| queued_only || is_used(resource)).collect();
        let order = Order {
            database: self.database.clone(),
            only,
            accounts: Vec::new(),
            initial: false,
            since_s: None,
            dry_run: false,
            jobs: JOBS,
            rate_percent: RATE_PERCENT,
            queued_only,
        };
        match engine::pull(&order, &self.access, &Silent, &self.cancel, &SystemClock::new())? {
            Pulled::Done { report, .. } => {
                for failure in report.failures {
                    tracing::warn!(account = failure.account, "{}", failure.message);
                    self.alert(&failure.account, &failure.message);
                }
                Ok(())
            }
            Pulled::Planned { .. } => Ok(()),
        }
    }

    fn report(&self, done: Result<(), Failure>) {
        match done {
            Err(failure) if failure.exit == Exit::Held => {
                tracing::info!("another sync is at work: {}", failure.message);
            }
            Err(failure) if !self.cancel.is_set() => {
                tracing::warn!("catching up failed: {}", failure.message);
                self.alert("catch-up", &failure.message);
            }
            _ => {}
        }
    }

    fn alert(&self, subject: &str, message: &str) {
        if let Some(alerts) = &self.alerts {
            alerts.sync_failed(subject, &format!("catching up failed: {message}"));
        }
    }
}
