//! Events sent to another application, signed anew: what `replay --forward-to` does.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::exit::Failure;
use super::payloads::provider_of;
use super::signals;
use super::stored::{Found, NOT_SENT};
use crate::clock::Clock;
use crate::config::Secret;
use crate::http::post::Poster;
use crate::model::cancel::Cancel;
use crate::model::resource::Provider;
use crate::providers::stripe::{event, signature};
use crate::ui::{Replayed, Steps, Ui};

/// How long an application may take to answer; Stripe itself waits no longer.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Events on their way at once.
const IN_FLIGHT: usize = 8;
/// What each one is worth, with these pauses between.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];
/// So many without an answer in a row, and the rest would have none either.
const SILENT_MAX: u32 = 10;
/// How soon room for another is seen.
const FULL_PAUSE: Duration = Duration::from_millis(2);
/// How long those on their way may go on once somebody asked to stop.
const STOP_TIME: Duration = Duration::from_secs(2);
/// Failures that are told by name.
const NAMED_MAX: usize = 10;

/// Sends events to one address.
pub(super) struct Forward<'f> {
    poster: Poster,
    secret: Secret,
    clock: &'f dyn Clock,
    cancel: &'f Cancel,
    ui: &'f Ui,
    steps: Steps,
    done: Mutex<Replayed>,
    named: Mutex<usize>,
    in_flight: AtomicU64,
    silent: AtomicU32,
    is_answered: AtomicBool,
    is_given_up: AtomicBool,
}

/// How sending one ended: what is counted, and why where it did not end well.
struct Sent {
    outcome: String,
    why: Option<String>,
}

impl<'f> Forward<'f> {
    /// Checks the address; sends nothing.
    pub fn new(
        url: &str,
        secret: Secret,
        total: Option<u64>,
        (clock, cancel, ui): (&'f dyn Clock, &'f Cancel, &'f Ui),
    ) -> Result<Forward<'f>, Failure> {
        let poster = Poster::new(url, TIMEOUT).map_err(|error| Failure::usage(error.to_string()))?;
        let (done, named, in_flight, silent, is_answered, is_given_up) = Default::default();
        let steps = ui.steps(total);
        Ok(Forward {
            poster,
            secret,
            clock,
            cancel,
            ui,
            steps,
            done,
            named,
            in_flight,
            silent,
            is_answered,
            is_given_up,
        })
    }

    /// Sends all of them, several at once, and returns what became of them.
    ///
    /// # Errors
    /// What ended the reading, or that nobody answers; what was sent until then is counted.
    pub fn all(self, events: impl Iterator<Item = Result<Found, Failure>>) -> (Replayed, Result<(), Failure>) {
        let (sender, receiver) = sync_channel(4 * IN_FLIGHT);
        let receiver = Mutex::new(receiver);
        let ended = std::thread::scope(|scope| {
            for _ in 0..IN_FLIGHT {
                scope.spawn(|| self.work(&receiver));
            }
            let ended = self.feed(events, &sender);
            drop(sender);
            self.cut_off();
            ended
        });
        let answerless = self.answerless();
        drop(self.steps);
        let done = self.done.into_inner().unwrap_or_else(PoisonError::into_inner);
        (done, ended.and(answerless.map_or(Ok(()), Err)))
    }

    /// Says that nobody answers: none of many in a row, or none of a few at all.
    fn answerless(&self) -> Option<Failure> {
        let is_none = self.silent.load(Ordering::SeqCst) > 0 && !self.is_answered.load(Ordering::SeqCst);
        let what = match self.is_given_up.load(Ordering::SeqCst) {
            true => "the rest was not sent",
            // What was cut off might have been answered.
            false if is_none && !self.cancel.is_set() => "not one event is known to have arrived",
            false => return None,
        };
        let failure = Failure::failed(format!("{} does not answer; {what}", self.poster.shown()));
        Some(failure.hint("is the application running there? The same command sends them all again"))
    }

    fn feed(
        &self,
        events: impl Iterator<Item = Result<Found, Failure>>,
        sender: &SyncSender<Found>,
    ) -> Result<(), Failure> {
        for event in events {
            let mut event = event?;
            // Not by waiting in `send`: the wish to stop is to be heard while all workers wait for answers.
            loop {
                if self.is_over() {
                    return Ok(());
                }
                match sender.try_send(event) {
                    Ok(()) => break,
                    Err(TrySendError::Full(back)) => event = back,
                    Err(TrySendError::Disconnected(_)) => return Ok(()),
                }
                self.clock.sleep(FULL_PAUSE);
            }
        }
        Ok(())
    }

    /// Waits a moment for what is on its way where somebody asked to stop, and ends it then.
    fn cut_off(&self) {
        let until = self.clock.elapsed() + STOP_TIME;
        while self.in_flight.load(Ordering::SeqCst) > 0 {
            self.clock.sleep(Duration::from_millis(20));
            if self.cancel.is_set() && self.clock.elapsed() >= until {
                self.poster.shutdown();
                return;
            }
        }
    }

    fn is_over(&self) -> bool {
        self.cancel.is_set() || self.is_given_up.load(Ordering::SeqCst)
    }

    fn work(&self, receiver: &Mutex<Receiver<Found>>) {
        loop {
            let found = {
                let receiver = held(receiver);
                let found = receiver.recv();
                // Counted before the next one may look whether any is left.
                self.in_flight.fetch_add(u64::from(found.is_ok()), Ordering::SeqCst);
                found
            };
            let Ok(found) = found else { return };
            if !self.is_over() {
                let sent = self.send(found.body());
                self.count(&found, sent);
            }
            self.in_flight.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Sends one, and once or twice more where that may help.
    fn send(&self, body: &str) -> Sent {
        if let Some(why) = unsendable(body) {
            return Sent { outcome: "malformed".to_owned(), why: Some(why.to_owned()) };
        }
        let body = body.as_bytes();
        let mut pauses = PAUSES.iter();
        loop {
            let header = signature::sign(body, &self.secret, self.clock.now_ms().div_euclid(1000));
            let (sent, is_worth_another) = match self.poster.post(&[(signature::HEADER, &header)], body) {
                Ok(posted) => {
                    self.silent.store(0, Ordering::SeqCst);
                    self.is_answered.store(true, Ordering::SeqCst);
                    let status = posted.status;
                    let why = (!posted.is_taken()).then(|| format!("answered {status}"));
                    (Sent { outcome: status.to_string(), why }, matches!(status, 408 | 429 | 500..))
                }
                Err(error) => (Sent { outcome: "no answer".to_owned(), why: Some(error.cause) }, !error.is_final),
            };
            match pauses.next().filter(|_| is_worth_another && sent.why.is_some() && !self.is_over()) {
                Some(pause) => signals::rest(self.clock, self.cancel, *pause),
                None => return self.without_answer(sent),
            }
        }
    }

    /// Counts those without an answer: many in a row end the whole.
    fn without_answer(&self, sent: Sent) -> Sent {
        if sent.outcome == "no answer" && self.silent.fetch_add(1, Ordering::SeqCst) + 1 >= SILENT_MAX {
            self.is_given_up.store(true, Ordering::SeqCst);
        }
        sent
    }

    fn count(&self, found: &Found, sent: Sent) {
        self.steps.add(1);
        held(&self.done).add(&sent.outcome, sent.why.is_some());
        let Some(why) = sent.why else { return };
        let mut named = held(&self.named);
        *named += 1;
        if *named <= NAMED_MAX {
            self.ui.note(&format!("{}: {why}", found.place()));
        }
    }
}

/// Says why a body is no event that another application could take.
fn unsendable(body: &str) -> Option<&'static str> {
    if provider_of(body) == Provider::Fic {
        return Some(NOT_SENT);
    }
    let read = event::read(body);
    read.trouble.filter(|_| read.id.is_none() || read.kind.is_empty())
}

/// Locks; numbers are good whoever panicked while holding them.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
