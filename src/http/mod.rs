//! The only place that knows ureq: sends a request, waits for the governor, retries what is worth it.
//!
//! What to do is decided in pure parts ([`limiter`], [`retry`], [`breaker`], [`skew`]); this file waits and counts.
//! It never follows a redirect, never logs a header, and every loop here has a bound. A [`Client`] reads; what changes
//! something at a service goes through a door of its own, [`write::Writer`].

mod agent;
pub mod breaker;
mod error;
pub mod limiter;
mod names;
pub mod post;
pub mod retry;
mod settings;
pub mod skew;
#[cfg(test)]
mod tests;
pub mod write;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use error::Error;
pub use limiter::{Limits, Used, Window};
pub use settings::{Settings, Timeouts};

use crate::clock::Clock;
use crate::model::cancel::Cancel;
use crate::model::wire::{Answer, Request, Unreadable};
use agent::{Fault, Received, Wire};
use breaker::{Admit, Breaker};
use limiter::{Governor, Level, Wait};
use retry::{Next, Outcome, Tally};

/// How long a wish to stop may go unseen while waiting.
const SLICE: Duration = Duration::from_millis(100);
/// Two accounts that are told to slow down within this time are told so for the same reason.
const TOGETHER: Duration = Duration::from_secs(2);
/// Sends requests to one service with one key, for one account. Shared between threads.
pub struct Client {
    wire: Arc<Wire>,
    attempts: u32,
    window_wait_max: Duration,
    clock: Arc<dyn Clock>,
    cancel: Cancel,
    gate: Arc<Gate>,
    /// The gate of all accounts that the key opens, where this client asks for one of them.
    above: Option<Above>,
    is_interrupted: AtomicBool,
    sent: AtomicU64,
    offset_ms: AtomicI64,
    /// The last `Date` seen, and when by the clock that nobody sets.
    dated: Mutex<Option<(i64, Duration)>>,
    /// The greatest offset of all answers.
    offset_ms_max: AtomicI64,
    is_clock_made_up: AtomicBool,
    /// Moving average plus one; zero is "none yet".
    latency_ms: AtomicU64,
}

/// What lets requests go, or not.
struct Gate {
    governor: Mutex<Governor>,
    breaker: Mutex<Breaker>,
    /// What the last failure was, for those that the breaker refuses.
    last_cause: Mutex<String>,
    /// Which of the accounts beneath was last told to slow down, and when.
    slowed: Mutex<Option<(String, Duration)>>,
}

impl Gate {
    fn new(limits: &Limits, now: Duration) -> Gate {
        Gate {
            governor: Mutex::new(Governor::new(limits, now)),
            breaker: Mutex::new(Breaker::default()),
            last_cause: Mutex::default(),
            slowed: Mutex::default(),
        }
    }

    /// Notes that an account beneath was told to slow down; returns whether another one was, a moment ago.
    fn slows(&self, account: &str, now: Duration) -> bool {
        let before = held(&self.slowed).replace((account.to_owned(), now));
        before.is_some_and(|(other, at)| other != account && now.saturating_sub(at) < TOGETHER)
    }
}

/// What one account has above it.
struct Above {
    gate: Arc<Gate>,
    /// On whose behalf it is asked.
    account: Option<String>,
    /// One request of each account waits at the common gate at a time: whoever has many of them waiting gets no greater
    /// share than whoever has one.
    turnstile: Mutex<()>,
}

/// An answer with what only this module looks at.
struct Taken {
    answer: Answer,
    should_retry: Option<bool>,
    is_endpoint_limit: bool,
}

/// How one attempt went, if it went wrong.
struct Failure {
    outcome: Outcome,
    error: Error,
}

impl Client {
    /// Checks the settings and builds the client; sends nothing.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>, cancel: Cancel) -> Result<Client, Error> {
        let gate = Gate::new(&settings.limits, clock.elapsed());
        let attempts = settings.attempts.max(1);
        let window_wait_max = settings.window_wait_max;
        Ok(Client {
            wire: Arc::new(Wire::new(settings)?),
            attempts,
            window_wait_max,
            clock,
            cancel,
            gate: Arc::new(gate),
            above: None,
            is_interrupted: AtomicBool::new(false),
            sent: AtomicU64::new(0),
            offset_ms: AtomicI64::new(0),
            dated: Mutex::new(None),
            offset_ms_max: AtomicI64::new(i64::MIN),
            is_clock_made_up: AtomicBool::new(false),
            latency_ms: AtomicU64::new(0),
        })
    }

    /// Returns a client that asks for one account among those that this one's key opens, on behalf of `account` where it
    /// is given. It has limits and a breaker of its own, beneath those of this one, and shares its connections. What is
    /// known of the service's clock it knows, too. `cancel` ends this account's requests alone; what is on its way
    /// then is waited for.
    pub fn fork(&self, account: Option<&str>, limits: &Limits, cancel: Cancel) -> Client {
        let gate = Arc::new(Gate::new(limits, self.clock.elapsed()));
        let above =
            Above { gate: Arc::clone(&self.gate), account: account.map(str::to_owned), turnstile: Mutex::default() };
        self.with(gate, Some(above), cancel)
    }

    /// Returns a client that goes on where this one was stopped: what it was told to wait for, how fast it may be and what
    /// it knows of the service stay. It counts its requests anew.
    pub fn again(&self, cancel: Cancel) -> Client {
        let above = self.above.as_ref().map(|it| Above {
            gate: Arc::clone(&it.gate),
            account: it.account.clone(),
            turnstile: Mutex::default(),
        });
        self.with(Arc::clone(&self.gate), above, cancel)
    }

    fn with(&self, gate: Arc<Gate>, above: Option<Above>, cancel: Cancel) -> Client {
        let copy = |from: &AtomicI64| AtomicI64::new(from.load(Ordering::Relaxed));
        Client {
            wire: Arc::clone(&self.wire),
            attempts: self.attempts,
            window_wait_max: self.window_wait_max,
            clock: Arc::clone(&self.clock),
            cancel,
            gate,
            above,
            is_interrupted: AtomicBool::new(false),
            sent: AtomicU64::new(0),
            offset_ms: copy(&self.offset_ms),
            dated: Mutex::new(*held(&self.dated)),
            offset_ms_max: copy(&self.offset_ms_max),
            is_clock_made_up: AtomicBool::new(self.is_clock_made_up()),
            latency_ms: AtomicU64::new(self.latency_ms.load(Ordering::Relaxed)),
        }
    }

    /// Waits for the governor, sends, and asks again where that is worth it.
    ///
    /// `read` turns a 2xx body into what the caller wants; what it finds unreadable is asked for again, like a cut body.
    pub fn get<T>(
        &self,
        request: &Request,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unreadable>,
    ) -> Result<T, Error> {
        self.get_counted(request, &mut 0, read)
    }

    /// Does as [`Client::get`], and adds what it sends to `sent`, retries included.
    pub fn get_counted<T>(
        &self,
        request: &Request,
        sent: &mut u64,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unreadable>,
    ) -> Result<T, Error> {
        let (mut attempt, mut tally) = (1, Tally::default());
        loop {
            self.pass(request.endpoint)?;
            *sent += 1;
            let failure = match self.attempt(request, attempt, read)? {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            match retry::next(self.attempts, &mut tally, &failure.outcome, dice()) {
                Next::After(delay) => self.wait(delay)?,
                Next::GiveUp => return Err(failure.error),
                Next::Quota { retry_after_s } => return Err(Error::Quota { retry_after_s }),
            }
            attempt += 1;
        }
    }

    /// Requests sent so far, retries included.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Returns the service's time: the local clock corrected by the last `Date` seen, and never later than that and the
    /// time since. A local clock that was set forward a moment ago is found out only by the next answer.
    pub fn service_now_s(&self) -> i64 {
        let corrected_s = service_s(self.clock.now_ms(), self.offset_ms.load(Ordering::Relaxed));
        match *held(&self.dated) {
            Some((date_s, at)) => corrected_s.min(date_s.saturating_add(seconds(self.clock.elapsed(), at))),
            None => corrected_s,
        }
    }

    /// Returns how many seconds the local clock is behind the service's; negative where it is ahead.
    pub fn skew_s(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed) / 1000
    }

    /// Returns the greatest [`Client::skew_s`] that any answer told; none was dated yet where this is `None`.
    pub fn skew_s_max(&self) -> Option<i64> {
        Some(self.offset_ms_max.load(Ordering::Relaxed)).filter(|max| *max != i64::MIN).map(|max| max / 1000)
    }

    /// Takes over what another client of the same service learned of its clock.
    pub fn learn_clock(&self, other: &Client) {
        for (own, theirs) in [(&self.offset_ms, &other.offset_ms), (&self.offset_ms_max, &other.offset_ms_max)] {
            own.store(theirs.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        // Each client's clock counts from a point of its own.
        let theirs = *held(&other.dated);
        *held(&self.dated) = theirs
            .map(|(date_s, at)| (date_s.saturating_add(seconds(other.clock.elapsed(), at)), self.clock.elapsed()));
        self.is_clock_made_up.fetch_or(other.is_clock_made_up(), Ordering::Relaxed);
    }

    /// Returns whether the service says that its clock is not the world's, as a sandbox does.
    pub fn is_clock_made_up(&self) -> bool {
        self.is_clock_made_up.load(Ordering::Relaxed)
    }

    /// Returns the moving average of how long an exchange takes, to choose the number of requests in flight by.
    pub fn latency_ms(&self) -> Option<u64> {
        self.latency_ms.load(Ordering::Relaxed).checked_sub(1)
    }

    /// Returns the longer windows with what was sent since the last [`Client::kept`], to be kept for the next run.
    pub fn unkept(&self) -> Vec<Window> {
        held(&self.gate.governor).unkept(self.clock.elapsed())
    }

    /// Notes that these are kept.
    pub fn kept(&self, windows: &[Window]) {
        held(&self.gate.governor).kept(windows);
    }

    /// Ends the requests in flight, and all later ones, with [`Error::Interrupted`]. Of one account among others only
    /// those that have not left yet: its connections are not its own.
    pub fn interrupt(&self) {
        self.is_interrupted.store(true, Ordering::SeqCst);
        if self.above.is_none() {
            self.wire.shutdown();
        }
    }

    /// One attempt that the governor has let go. The outer error ends the request whatever the retry rules say.
    fn attempt<T>(
        &self,
        request: &Request,
        attempt: u32,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unreadable>,
    ) -> Result<Result<T, Failure>, Error> {
        let taken = self.exchange(request, attempt);
        for gate in self.gates() {
            held(&gate.governor).done();
        }
        let endpoint = request.endpoint;
        match taken? {
            Err(failure) => Ok(Err(failure)),
            Ok(Taken { answer, .. }) if (200..300).contains(&answer.status) => {
                let value = read(&answer);
                self.wire.give_back(answer.body);
                Ok(value.map_err(|Unreadable(what)| {
                    let what = self.wire.clean(&what);
                    let error = Error::Unreadable { endpoint, what, attempts: attempt, request_id: answer.request_id };
                    Failure { outcome: Outcome::Unreadable, error }
                }))
            }
            Ok(taken) => Ok(Err(self.refusal(endpoint, attempt, taken))),
        }
    }

    /// Sends once, and keeps the books: breaker, clock offset, latency, log.
    fn exchange(&self, request: &Request, attempt: u32) -> Result<Result<Taken, Failure>, Error> {
        self.booked("GET", request.endpoint, &request.path, attempt, |account| self.wire.exchange(request, account))
    }

    fn booked(
        &self,
        method: &'static str,
        endpoint: &'static str,
        path: &str,
        attempt: u32,
        exchange: impl FnOnce(Option<&str>) -> Result<Received, Fault>,
    ) -> Result<Result<Taken, Failure>, Error> {
        let (began, sent_ms) = (self.clock.elapsed(), self.clock.now_ms());
        self.sent.fetch_add(1, Ordering::Relaxed);
        let result = exchange(self.above.as_ref().and_then(|above| above.account.as_deref()));
        let took_ms = millis(self.clock.elapsed().saturating_sub(began));
        let path = path.split('?').next().unwrap_or_default();
        match result {
            Ok(mut received) => {
                received.request_id = received.request_id.map(|id| self.wire.clean(&id));
                let (status, id) = (received.status, received.request_id.as_deref().unwrap_or("-"));
                tracing::debug!(method, path, status, ms = took_ms, attempt, request = id, "request");
                self.book(status, took_ms);
                self.take(endpoint, received, sent_ms).map(Ok)
            }
            Err(fault) => self.fault((method, endpoint), attempt, path, took_ms, fault).map(Err),
        }
    }

    fn book(&self, status: u16, took_ms: u64) {
        if status >= 500 {
            *held(&self.gate.last_cause) = format!("it answers {status}");
            held(&self.gate.breaker).failed(self.clock.elapsed());
        } else {
            held(&self.gate.breaker).succeeded();
        }
        // Whatever one account's answers are, somebody is there.
        if let Some(above) = &self.above {
            held(&above.gate.breaker).succeeded();
        }
        let old = self.latency_ms.load(Ordering::Relaxed);
        let new = if old == 0 { took_ms + 1 } else { (old * 7 + took_ms + 1).div_ceil(8) };
        self.latency_ms.store(new, Ordering::Relaxed);
    }

    fn take(&self, endpoint: &'static str, received: Received, sent_ms: i64) -> Result<Taken, Error> {
        let received_ms = self.clock.now_ms();
        let mut offset_ms = self.offset_ms.load(Ordering::Relaxed);
        if let Some(date_s) = received.date_s {
            offset_ms = skew::offset_ms(offset_ms, date_s, sent_ms, received_ms);
            self.offset_ms.store(offset_ms, Ordering::Relaxed);
            self.offset_ms_max.fetch_max(offset_ms, Ordering::Relaxed);
            *held(&self.dated) = Some((date_s, self.clock.elapsed()));
        }
        self.is_clock_made_up.fetch_or(received.is_clock_made_up, Ordering::Relaxed);
        if (300..400).contains(&received.status) {
            return Err(Error::Redirected {
                endpoint,
                host: self.wire.host.clone(),
                status: received.status,
                location: received.location.map_or_else(|| "nowhere".to_owned(), |to| self.wire.clean(&to)),
            });
        }
        let date_s = received.date_s.unwrap_or_else(|| service_s(received_ms, offset_ms));
        let answer = Answer {
            status: received.status,
            body: received.body,
            // By what this answer says of the clocks, whatever another one says meanwhile; nothing is sent after its answer.
            sent_s: service_s(sent_ms, offset_ms).min(date_s),
            date_s,
            request_id: received.request_id,
            retry_after_s: received.retry_after_s,
        };
        let (should_retry, is_endpoint_limit) = (received.should_retry, received.is_endpoint_limit);
        Ok(Taken { answer, should_retry, is_endpoint_limit })
    }

    /// Turns an answer that is not 2xx into what the retry rules need and the error that stands if they give up.
    fn refusal(&self, endpoint: &'static str, attempt: u32, taken: Taken) -> Failure {
        let Taken { answer, should_retry, is_endpoint_limit } = taken;
        let status = if is_old_rate_limit(&answer) { 429 } else { answer.status };
        if status == 429 {
            let level = if is_endpoint_limit { Level::Endpoint } else { Level::Account };
            let told = Duration::from_secs(answer.retry_after_s.unwrap_or(0)).min(retry::TOLD_CAP);
            self.slow_down(endpoint, level, told);
        }
        let outcome = Outcome::Status { status, should_retry, retry_after_s: answer.retry_after_s };
        let error = match (status, answer.retry_after_s) {
            (403, Some(retry_after_s)) => Error::Quota { retry_after_s },
            (409 | 424 | 429 | 500.., _) => Error::GaveUp {
                endpoint,
                host: self.wire.host.clone(),
                attempts: attempt,
                last: format!("status {status}"),
                status: Some(status),
                request_id: answer.request_id,
            },
            _ => Error::Refused(answer),
        };
        Failure { outcome, error }
    }

    fn fault(
        &self,
        (method, endpoint): (&'static str, &'static str),
        attempt: u32,
        path: &str,
        ms: u64,
        fault: Fault,
    ) -> Result<Failure, Error> {
        let host = self.wire.host.clone();
        let (cause, error) = match fault {
            _ if self.is_stopping() => {
                self.abandoned();
                return Err(Error::Interrupted);
            }
            Fault::TooLarge(what, limit_bytes) => {
                self.abandoned();
                return Err(Error::TooLarge { endpoint, what, limit_bytes });
            }
            Fault::Unsendable(why) => {
                self.abandoned();
                return Err(Error::Setup(format!("{endpoint}: {why}")));
            }
            Fault::Untrusted(cause) => {
                self.abandoned();
                return Err(Error::Unreachable { host, cause });
            }
            Fault::NoConnection(cause) => {
                let cause = self.wire.clean(&cause);
                (cause.clone(), Error::Unreachable { host, cause })
            }
            Fault::Broken(last) => {
                let last = self.wire.clean(&last);
                let gave_up = Error::GaveUp {
                    endpoint,
                    host,
                    attempts: attempt,
                    last: last.clone(),
                    status: None,
                    request_id: None,
                };
                (last, gave_up)
            }
        };
        tracing::debug!(method, path, ms, attempt, cause, "request failed");
        for gate in self.gates() {
            held(&gate.last_cause).clone_from(&cause);
            held(&gate.breaker).failed(self.clock.elapsed());
        }
        Ok(Failure { outcome: Outcome::Fault, error })
    }

    /// Takes to heart that the service wants fewer requests. Whether what is asked on behalf of an account counts against
    /// that account, the platform or both is not documented: where several are told so at once it is taken for the
    /// platform's limit.
    fn slow_down(&self, endpoint: &'static str, level: Level, told: Duration) {
        let now = self.clock.elapsed();
        held(&self.gate.governor).throttle(now, endpoint, level, told);
        if let Some(above) = &self.above
            && above.gate.slows(above.account.as_deref().unwrap_or_default(), now)
        {
            held(&above.gate.governor).throttle(now, endpoint, level, told);
        }
    }

    /// Returns the gates that every request passes.
    fn gates(&self) -> impl Iterator<Item = &Gate> {
        [Some(&self.gate), self.above.as_ref().map(|above| &above.gate)].into_iter().flatten().map(Arc::as_ref)
    }

    /// An attempt ended without telling anything about the service.
    fn abandoned(&self) {
        self.gates().for_each(|gate| held(&gate.breaker).abandoned());
    }

    /// Waits until this account's gate lets a request go, and the one above it.
    fn pass(&self, endpoint: &'static str) -> Result<(), Error> {
        self.pass_gate(&self.gate, endpoint)?;
        let Some(above) = &self.above else { return Ok(()) };
        // Whoever is inside looks for a wish to stop as often as those that wait here would.
        let inside = held(&above.turnstile);
        let passed = self.pass_gate(&above.gate, endpoint);
        drop(inside);
        passed.inspect_err(|_| {
            held(&self.gate.governor).done();
            held(&self.gate.breaker).abandoned();
        })
    }

    /// Waits until a gate's breaker and governor let this request go. The breaker's pauses are few and bounded.
    ///
    /// The governor has the last word on the time, so that no crowd leaves when the breaker closes; the breaker is asked
    /// before it too, so that waiting for a service that is down spends no quota.
    fn pass_gate(&self, gate: &Gate, endpoint: &'static str) -> Result<(), Error> {
        loop {
            let mut admit = held(&gate.breaker).look(self.clock.elapsed());
            if admit == Admit::Go {
                self.pass_governor(gate, endpoint)?;
                admit = held(&gate.breaker).admit(self.clock.elapsed());
                if admit == Admit::Go {
                    return Ok(());
                }
                held(&gate.governor).done();
            }
            match admit {
                Admit::Go => {}
                Admit::Wait(delay) => self.wait(delay)?,
                Admit::Refuse => {
                    let cause = held(&gate.last_cause).clone();
                    return Err(Error::CircuitOpen { host: self.wire.host.clone(), cause });
                }
            }
        }
    }

    /// Waits until the governor lets this request go.
    fn pass_governor(&self, gate: &Gate, endpoint: &'static str) -> Result<(), Error> {
        self.wait(Duration::ZERO)?;
        let ticket = held(&gate.governor).enter(endpoint);
        loop {
            let wait = held(&gate.governor).take(self.clock.elapsed(), ticket);
            let waited = match wait {
                Wait::Go => return Ok(()),
                Wait::For(delay) => self.wait(delay),
                Wait::Full(delay) if delay <= self.window_wait_max => {
                    tracing::info!(endpoint, seconds = delay.as_secs() + 1, "waiting: the quota of this time is used");
                    self.wait(delay)
                }
                Wait::Full(delay) => Err(Error::Quota { retry_after_s: delay.as_secs() + 1 }),
            };
            if let Err(error) = waited {
                held(&gate.governor).give_up(ticket);
                return Err(error);
            }
        }
    }

    /// Sleeps, but wakes for a wish to stop.
    fn wait(&self, delay: Duration) -> Result<(), Error> {
        let until = self.clock.elapsed() + delay;
        loop {
            if self.is_stopping() {
                return Err(Error::Interrupted);
            }
            let left = until.saturating_sub(self.clock.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            self.clock.sleep(left.min(SLICE));
        }
    }

    fn is_stopping(&self) -> bool {
        self.cancel.is_set() || self.is_interrupted.load(Ordering::SeqCst)
    }
}

fn service_s(local_ms: i64, offset_ms: i64) -> i64 {
    local_ms.saturating_add(offset_ms).div_euclid(1000)
}

fn seconds(now: Duration, since: Duration) -> i64 {
    i64::try_from(now.saturating_sub(since).as_secs()).unwrap_or(i64::MAX)
}

/// Very old Stripe versions answered 400 with this code instead of 429.
fn is_old_rate_limit(answer: &Answer) -> bool {
    #[derive(serde::Deserialize)]
    struct Envelope {
        error: Code,
    }
    #[derive(serde::Deserialize)]
    struct Code {
        code: String,
    }
    answer.status == 400
        && serde_json::from_slice::<Envelope>(&answer.body).is_ok_and(|envelope| envelope.error.code == "rate_limit")
}

/// Returns a number even in `0..=DICE`. The standard library seeds its hashers at random, which is enough here.
fn dice() -> u32 {
    let roll = RandomState::new().build_hasher().finish() % u64::from(retry::DICE + 1);
    u32::try_from(roll).unwrap_or(0)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Locks; a thread that panicked while holding leaves plain numbers behind, which are still good.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
