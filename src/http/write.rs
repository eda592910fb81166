//! The door for what changes something at a service. It shares the governor, the breaker and the retry rules of a
//! [`Client`], with one rule more: what may have arrived, and would be done twice, is not sent twice.
//!
//! Only commands that write hold a [`Writer`], and only with a [`Permit`].

use std::hash::{BuildHasher, Hasher, RandomState};

use super::retry::{self, Next, Outcome, Tally};
use super::{Client, Error, Failure, Taken, dice, held};
use crate::model::wire::{Answer, Change, Content, Unreadable, Verb};

/// The word that changes may be made there: somebody said `--live`, or it is no place where real things happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit(());

impl Permit {
    /// Returns it where nothing real is changed, or where the user said that it shall be.
    pub fn of(is_real: bool, is_meant: bool) -> Option<Permit> {
        (!is_real || is_meant).then_some(Permit(()))
    }
}

/// Changes things at one service.
pub struct Writer<'c> {
    client: &'c Client,
}

impl<'c> Writer<'c> {
    /// Opens the door.
    pub fn new(client: &'c Client, _permit: Permit) -> Writer<'c> {
        Writer { client }
    }

    /// Waits for the governor, sends, and sends again where that is worth it and cannot do it twice. `read` turns a 2xx
    /// body into what the caller wants.
    ///
    /// # Errors
    /// As [`Client::get`]; [`Error::Uncertain`] where it may have been done and must not be tried again.
    pub fn send<T>(&self, change: &Change, read: &mut dyn FnMut(&Answer) -> Result<T, Unreadable>) -> Result<T, Error> {
        let client = self.client;
        let key = idempotency_key(change);
        let may_repeat = key.is_some() || change.verb != Verb::Post;
        let (mut attempt, mut tally) = (1, Tally::default());
        loop {
            client.pass(change.endpoint)?;
            let failure = match self.attempt(change, key.as_deref(), attempt, read)? {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            if !may_repeat && may_have_been_done(&failure) {
                let (host, last) = (client.wire.host.clone(), last_words(failure.error));
                return Err(Error::Uncertain { endpoint: change.endpoint, host, last });
            }
            match retry::next(client.attempts, &mut tally, &failure.outcome, dice()) {
                Next::After(delay) => client.wait(delay)?,
                Next::GiveUp => return Err(failure.error),
                Next::Quota { retry_after_s } => return Err(Error::Quota { retry_after_s }),
            }
            attempt += 1;
        }
    }

    fn attempt<T>(
        &self,
        change: &Change,
        key: Option<&str>,
        attempt: u32,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unreadable>,
    ) -> Result<Result<T, Failure>, Error> {
        let (client, endpoint) = (self.client, change.endpoint);
        let taken = client.booked(change.verb.name(), endpoint, &change.path, attempt, |account| {
            client.wire.submit(change, key, account)
        });
        for gate in client.gates() {
            held(&gate.governor).done();
        }
        match taken? {
            Err(failure) => Ok(Err(failure)),
            Ok(Taken { answer, .. }) if (200..300).contains(&answer.status) => Ok(read(&answer).map_err(|why| {
                let what = client.wire.clean(&why.0);
                let error = Error::Unreadable { endpoint, what, attempts: attempt, request_id: answer.request_id };
                Failure { outcome: Outcome::Unreadable, error }
            })),
            Ok(taken) => Ok(Err(client.refusal(endpoint, attempt, taken))),
        }
    }
}

/// Returns a name that no other change has, for those that the service does once under one.
fn idempotency_key(change: &Change) -> Option<String> {
    let has_key = change.verb == Verb::Post && matches!(change.content, Content::Form(_));
    // The standard library seeds its hashers from the system's own dice: 128 bits of them are as good as a UUID.
    let half = || RandomState::new().build_hasher().finish();
    has_key.then(|| format!("stripesync-{:016x}{:016x}", half(), half()))
}

/// Whether the service may have carried out what came to this end.
fn may_have_been_done(failure: &Failure) -> bool {
    match failure.outcome {
        // Without a connection nothing was sent.
        Outcome::Fault => !matches!(failure.error, Error::Unreachable { .. }),
        Outcome::Unreadable => true,
        Outcome::Status { status, .. } => status >= 500,
    }
}

fn last_words(error: Error) -> String {
    match error {
        Error::GaveUp { last, .. } => last,
        Error::Unreadable { what, .. } => format!("unreadable answer: {what}"),
        other => other.to_string(),
    }
}
