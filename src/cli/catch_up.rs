//! What keeps the file current beside a receiver: now and then the services' own lists, which have what no event told of;
//! and soon after an event, the objects that its payload cannot tell.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::alerts::Alerts;
use super::connected::{self, Connected};
use super::engine::{self, Access, Order, Pulled};
use super::exit::{Exit, Failure};
use super::sync::credentials;
use super::wishes::Wishes;
use crate::clock::{Clock, SystemClock};
use crate::config::{FicAccess, Settings};
use crate::model::cancel::Cancel;
use crate::model::progress::{Outcome, Silent};
use crate::model::resource::Resource;
use crate::store::{Store, Whose};
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
/// When a whole reading is tried again that another sync was in the way of.
const HELD_PAUSE: Duration = Duration::from_secs(30);
/// A whole reading of which something failed is tried again after a part of the usual time: a tenth, and then each time after
/// twice as long, up to the usual time. What works is read again with what does not.
const AGAIN_PART: u32 = 10;
/// How soon the wish to stop is seen.
const NOTICE: Duration = Duration::from_millis(100);
/// Requests in flight beside a receiver.
const JOBS: usize = 8;
/// Share of the service's limits that it takes.
const RATE_PERCENT: u32 = 80;

/// The thread that catches up; there is none without a key.
pub(super) struct CatchUp {
    thread: Option<JoinHandle<()>>,
    /// Syncs that somebody wishes for, and how those beside the receiver went.
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
        let access = credentials(settings, true, true)?;
        access.doubles.iter().for_each(|double| ui.note(&double.note));
        for (entry, why) in &access.lacking {
            ui.note(&format!("{entry} is left out: {why}"));
        }
        let (stripe, fic) = (access.stripe, access.fic);
        if stripe.is_empty() {
            ui.note(
                "without STRIPE_API_KEY nothing is fetched of Stripe: what an event cannot tell stays as it was, marked \
                 unsettled, and an event that never arrives is missed",
            );
        }
        if stripe.is_empty() && fic.is_empty() {
            return Ok(CatchUp { thread: None, wishes: None });
        }
        if Store::open_read_only(&settings.database.value)?.tables_in_use()?.is_empty() {
            ui.note("no sync has read into this file yet: `stripesync sync` brings what was there before");
        }
        let store = Store::open_read_only(&settings.database.value)?;
        if !fic.is_empty() && store.known_accounts("fic")?.iter().all(|company| !company.is_seen) {
            ui.note(
                "no company of Fatture in Cloud is in this file yet: what comes for one is logged, and nothing fetched, until \
                 `stripesync sync` has read it once",
            );
        }
        drop(store);
        // It may also be asked for from outside.
        let wishes = Arc::new(Wishes::new(std::process::id() ^ now_s() as u32, !stripe.is_empty()));
        let shared = Some(Arc::clone(&wishes));
        let mut services = Vec::new();
        for stripe in stripe {
            let whose = Whose { provider: "stripe", mode: stripe.mode.name(), remote_id: None };
            let access = Access { stripe: vec![stripe], ..Access::default() };
            services.push(Service::new(whose, every, access));
        }
        for tokens in by_mode(fic) {
            services.push(Service::of_companies(tokens, every));
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

/// Puts tokens of companies together that are of one mode: each company is read with one of them, whichever see it.
fn by_mode(tokens: Vec<FicAccess>) -> Vec<Vec<FicAccess>> {
    let mut modes: Vec<Vec<FicAccess>> = Vec::new();
    let mode = |token: &FicAccess| engine::fic_mode(false, &token.base_url);
    for token in tokens {
        match modes.iter_mut().find(|known| known.first().is_some_and(|it| mode(it) == mode(&token))) {
            Some(known) => known.push(token),
            None => modes.push(vec![token]),
        }
    }
    modes
}

/// One service, and when it is asked.
struct Service {
    whose: Whose,
    access: Access,
    every: Duration,
    /// When it is read whole next.
    whole_at: Instant,
    /// How long until then after a failure.
    whole_pause: Duration,
    /// When what is queued is looked at next, and how long to wait then: longer after each failure.
    look_at: Instant,
    pause: Duration,
    /// When what failed before is tried again.
    again_at: Instant,
    /// The accounts that are connected to the key's own.
    connected: Connected,
    /// Whether its last turn ended well.
    is_well: bool,
}

/// Returns whether a key's account is read with another key already, of those before it. Should that one fail, it has its turn
/// again.
fn is_read_before(services: &[Service], at: usize) -> bool {
    let Some((it, before)) = services.get(..=at).and_then(<[Service]>::split_last) else { return false };
    let is_same = |other: &Service| {
        other.is_stripe() && (other.whose.mode, &other.whose.remote_id) == (it.whose.mode, &it.whose.remote_id)
    };
    it.is_stripe() && it.whose.remote_id.is_some() && before.iter().any(|other| is_same(other) && other.is_well)
}

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Done,
    /// Something of it failed, or was left for the next one.
    Partly,
    /// Another sync was at work.
    Held,
}

impl Service {
    fn new(whose: Whose, every: Duration, access: Access) -> Service {
        let now = Instant::now();
        Service {
            whose,
            access,
            every,
            whole_at: now,
            whole_pause: every / AGAIN_PART,
            look_at: now,
            pause: SOON,
            again_at: now + LATE,
            connected: Connected::new(),
            is_well: false,
        }
    }

    fn of_companies(tokens: Vec<FicAccess>, every: Duration) -> Service {
        let mode = tokens.first().map_or("live", |token| engine::fic_mode(false, &token.base_url));
        // One that was told which company it is for asks for no other.
        let only = match &tokens[..] {
            [token] => token.company.clone(),
            _ => None,
        };
        let whose = Whose { provider: "fic", mode, remote_id: only };
        Service::new(whose, every.max(FIC_EVERY), Access { fic: tokens, ..Access::default() })
    }

    fn is_stripe(&self) -> bool {
        !self.access.stripe.is_empty()
    }

    /// Says when it is asked next.
    fn ended(&mut self, turn: Turn, is_whole: bool, now: Instant) {
        // Another sync at work says nothing of the key.
        if turn != Turn::Held {
            self.is_well = turn == Turn::Done;
        }
        if is_whole {
            let (delay, pause) = match turn {
                Turn::Done => (self.every, self.every / AGAIN_PART),
                Turn::Partly => (self.whole_pause, (self.whole_pause * 2).min(self.every)),
                Turn::Held => (HELD_PAUSE.min(self.every), self.whole_pause),
            };
            self.whole_at = now + delay;
            self.whole_pause = pause;
        }
        self.pause = if turn == Turn::Partly { (self.pause * 2).min(LATE) } else { SOON };
        self.look_at = now + self.pause;
    }
}

/// Returns what to tell of a failure: also what to do where a credential is refused.
fn explained(failure: &Failure) -> String {
    match failure.hint.as_deref().filter(|_| failure.exit == Exit::Unauthorised) {
        Some(hint) => format!("{}; {hint}", failure.message),
        None => failure.message.clone(),
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
            for at in 0..services.len() {
                if is_read_before(services, at) {
                    continue;
                }
                let service = &mut services[at];
                self.attend(service);
                if service.is_stripe() {
                    self.attend_connected(service);
                }
            }
            std::thread::sleep(NOTICE);
        }
    }

    /// Asks a service if it is time to.
    fn attend(&self, service: &mut Service) {
        let now = Instant::now();
        if self.cancel.is_set() {
            return;
        }
        let is_wished = service.is_stripe() && self.wishes.begin(now_s());
        let is_whole = is_wished || now >= service.whole_at;
        if !is_whole && (now < service.look_at || !self.is_something_queued(service)) {
            return;
        }
        let turn = self.report(self.pull(service, is_whole, is_wished));
        if is_whole && service.is_stripe() {
            self.wishes.end(turn == Turn::Done, now_s());
        } else if is_whole && turn != Turn::Held && !self.cancel.is_set() {
            self.wishes.other_ended(turn == Turn::Done);
        }
        service.ended(turn, is_whole, Instant::now());
        if is_whole && turn != Turn::Held && service.is_stripe() {
            service.connected.begin_round(now_s());
        }
    }

    /// Does what is to be done for the accounts that are connected to the key's own.
    fn attend_connected(&self, service: &mut Service) {
        // Which that is, the first look at it tells.
        let Some(own) = service.whose.remote_id.clone().filter(|_| !self.cancel.is_set()) else { return };
        let mode = service.whose.mode;
        let next = service.connected.next(&self.database, (&own, mode), now_s()).map_err(Failure::from);
        let done = match next {
            Ok(None) => return,
            Ok(Some(piece)) => self.pull_connected(service, piece),
            Err(failure) => Err(failure),
        };
        let turn = self.report(done);
        service.connected.ended(turn != Turn::Partly);
    }

    fn pull_connected(&self, service: &Service, piece: connected::Piece) -> Result<Turn, Failure> {
        let order = self.order(service, !piece.queued_only, false)?;
        match connected::pull(piece, &order, &service.access, &self.cancel)? {
            Some(why) if !self.cancel.is_set() => {
                self.tell(Some("connected accounts"), &why);
                Ok(Turn::Partly)
            }
            _ => Ok(Turn::Done),
        }
    }

    /// Looks for what was queued since, and now and then for what failed before, too.
    fn is_something_queued(&self, service: &mut Service) -> bool {
        let now = Instant::now();
        let is_again = now >= service.again_at;
        if is_again {
            service.again_at = now + LATE;
        }
        let tries_max = if is_again { i64::MAX } else { 0 };
        let due = |store: Store| store.due(&service.whose, now_s(), tries_max);
        let due = Store::open_read_only(&self.database).and_then(due).unwrap_or(0);
        if due == 0 {
            service.look_at = now + service.pause;
        }
        due > 0
    }

    /// Brings up to date what the file has of a service's own account, or only what is queued; tells what failed.
    fn pull(&self, service: &mut Service, is_whole: bool, is_wished: bool) -> Result<Turn, Failure> {
        let order = self.order(service, is_whole, is_wished)?;
        let Pulled::Done { report, .. } =
            engine::pull(&order, &service.access, &Silent, &self.cancel, &SystemClock::new())?
        else {
            return Ok(Turn::Done);
        };
        for failure in &report.failures {
            self.tell(Some(&failure.account), &failure.message);
        }
        let mut turn = if report.failures.is_empty() { Turn::Done } else { Turn::Partly };
        for resource in &report.resources {
            match &resource.outcome {
                Outcome::Failed(why) => {
                    self.tell(Some(&format!("{} of {}", resource.name, resource.account)), why);
                    turn = Turn::Partly;
                }
                // There was no more time for it.
                Outcome::Interrupted => turn = Turn::Partly,
                _ => {}
            }
        }
        // What nobody may ask for waits on: looking at it again and again would be no use.
        if !is_whole && report.resources.is_empty() {
            turn = Turn::Partly;
        }
        // A key opens one account; what waits for others, it cannot ask for.
        if service.is_stripe()
            && let Some(first) = report.resources.first()
        {
            service.whose.remote_id = Some(first.account.clone());
        }
        Ok(turn)
    }

    /// Returns what is to be done for a service: what was read before is brought up to date, or only what is queued is worked
    /// off. What was never read is no sync's, unless somebody wishes for it.
    fn order(&self, service: &Service, is_whole: bool, is_wished: bool) -> Result<Order, Failure> {
        let tables: HashSet<String> = Store::open_read_only(&self.database)?.tables_in_use()?.into_iter().collect();
        let name = service.whose.provider;
        let is_used = |resource: &Resource| {
            tables.contains(&resource.table())
                || resource.parent().is_some_and(|parent| tables.contains(&format!("{name}_{parent}")))
        };
        let catalog = sync::catalog();
        let all: Vec<_> =
            catalog.entries().iter().map(|it| it.resource).filter(|it| it.provider.name() == name).collect();
        let is_fresh = !all.iter().any(|resource| tables.contains(&resource.table()));
        let queued_only = !is_whole || is_fresh && !is_wished;
        Ok(Order {
            database: self.database.clone(),
            only: all.into_iter().filter(|resource| queued_only || is_fresh || is_used(resource)).collect(),
            accounts: Vec::new(),
            initial: false,
            since_s: None,
            dry_run: false,
            jobs: JOBS,
            rate_percent: RATE_PERCENT,
            queued_only,
            beside_receiver: true,
        })
    }

    /// Tells what went wrong as a whole.
    fn report(&self, done: Result<Turn, Failure>) -> Turn {
        match done {
            Ok(turn) => turn,
            Err(failure) if failure.exit == Exit::Held => {
                tracing::info!("another sync is at work: {}", failure.message);
                self.wishes.because(&format!("another sync is at work: {}", failure.message));
                Turn::Held
            }
            Err(failure) => {
                if !self.cancel.is_set() {
                    self.tell(None, &explained(&failure));
                }
                Turn::Partly
            }
        }
    }

    fn tell(&self, subject: Option<&str>, message: &str) {
        let of = subject.map(|subject| format!(" ({subject})")).unwrap_or_default();
        tracing::warn!("catching up failed{of}: {message}");
        self.wishes.because(&subject.map_or_else(|| message.to_owned(), |subject| format!("{subject}: {message}")));
        if let Some(alerts) = &self.alerts {
            alerts.sync_failed(subject.unwrap_or("catch-up"), &format!("catching up failed: {message}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Mode, Secret, Source, StripeAccess};

    fn service(remote_id: Option<&str>, turn: Turn) -> Service {
        let key = StripeAccess {
            name: None,
            key: Secret::new("sk_live_1"),
            mode: Mode::Live,
            per_s: None,
            base_url: String::new(),
            source: Source::Default,
        };
        let whose = Whose { provider: "stripe", mode: "live", remote_id: remote_id.map(str::to_owned) };
        let access = Access { stripe: vec![key], ..Access::default() };
        let mut service = Service::new(whose, Duration::from_secs(60), access);
        service.ended(turn, true, Instant::now());
        service
    }

    #[test]
    fn of_two_keys_of_one_account_the_second_rests_while_the_first_works() {
        let (one, two) = (Some("acct_1"), Some("acct_2"));
        for (first, second, wanted) in [
            (service(one, Turn::Done), service(one, Turn::Done), true),
            (service(one, Turn::Partly), service(one, Turn::Done), false),
            (service(one, Turn::Held), service(one, Turn::Done), false),
            (service(two, Turn::Done), service(one, Turn::Done), false),
            (service(None, Turn::Done), service(None, Turn::Done), false),
        ] {
            let services = [first, second];
            assert_eq!([is_read_before(&services, 0), is_read_before(&services, 1)], [false, wanted]);
        }
        let mut resting = service(one, Turn::Done);
        resting.ended(Turn::Held, true, Instant::now());
        assert!(resting.is_well, "another sync was in its way");
    }

    #[test]
    fn what_fails_is_tried_again_soon_and_then_ever_later_up_to_the_usual_time() {
        let mut service = service(None, Turn::Partly);
        let mut waits = Vec::new();
        for turn in [Turn::Partly, Turn::Held, Turn::Partly, Turn::Partly, Turn::Partly, Turn::Done, Turn::Partly] {
            let now = Instant::now();
            service.ended(turn, true, now);
            waits.push(service.whole_at.saturating_duration_since(now).as_secs());
        }
        // It began with a failure: six seconds, a tenth of a minute.
        assert_eq!(waits, [12, 30, 24, 48, 60, 60, 6]);
    }

    #[test]
    fn tokens_of_one_mode_are_one_service() {
        let token = |base_url: &str, company: Option<&str>| FicAccess {
            name: None,
            token: Secret::new("a/1"),
            company: company.map(str::to_owned),
            base_url: base_url.to_owned(),
            source: Source::Default,
        };
        let real = crate::providers::fic::BASE_URL;
        let modes = by_mode(vec![token(real, Some("1")), token("http://127.0.0.1:1", None), token(real, None)]);
        assert_eq!(modes.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        let every = Duration::from_secs(60);
        let mut services = modes.into_iter().map(|tokens| Service::of_companies(tokens, every).whose);
        let whose = services.next().expect("two");
        assert_eq!((whose.mode, whose.remote_id), ("live", None), "each sees what the other may not");
        let alone = Service::of_companies(vec![token(real, Some("1"))], every).whose;
        assert_eq!(alone.remote_id.as_deref(), Some("1"));
    }
}
