//! The engine: brings one account's part of the file up to date.
//!
//! A run has phases, each driven by the same pool of workers and one writer: read the lists (first run, or what is incomplete), read what
//! appeared meanwhile, read the new events, take their effects, fetch what they cannot tell, and find what is gone.
//! Every phase can be interrupted at any instant; what is left to do is in the file.

mod account_events;
mod changes;
mod clocks;
pub mod delivery;
mod derived;
pub mod discovery;
mod dispatch;
mod estimate;
mod failed;
pub mod fic;
pub mod fleet;
mod handler;
mod held;
mod identity;
pub mod intake;
mod journal;
mod lists;
mod logged;
mod notified;
mod plan;
mod pool;
pub mod prune;
mod reading;
pub mod removal;
pub mod retry;
mod run;
mod share;
mod sharing;
mod standing;
mod strangers;
mod tally;
mod task;
pub mod trial;
pub mod turns;
pub mod webhooks;
mod whose;

use crate::model::progress::ResourceReport;
use crate::model::resource::Resource;

pub use estimate::estimate;
pub use identity::{Discovered, Platform, TakesUp, connected, identify};
pub use run::{Target, Who, catalog, run, run_within};
pub use sharing::{View, shared_out};
pub use task::{Readers, readers};

/// What a run is asked to do.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The resources chosen; children come along with their parents.
    pub only: Vec<&'static Resource>,
    /// The accounts meant, by the service's ids; empty means whichever the key opens.
    pub accounts: Vec<String>,
    /// Read everything again, even what is complete.
    pub initial: bool,
    /// Read only what was created from this second on; nothing counts as complete then.
    pub since_s: Option<i64>,
    /// Most requests in flight.
    pub in_flight_max: usize,
    /// Only work off what is queued: objects and lists that events asked for. No list and no event log is read.
    pub queued_only: bool,
    /// How long a company of Fatture in Cloud is worked on; what is left is the next run's. Its pace is a few requests a
    /// second, and others may wait for the same file.
    pub time_max: Option<std::time::Duration>,
    /// So many faults before the first answer end the run: where many accounts wait, one that answers nothing has had its
    /// turn. With no number each resource is asked for, and reported.
    pub faults_max: Option<u32>,
}

/// What no honest list comes near. A list that goes beyond does not end.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Pages of one list; a hundred million objects.
    pub list_pages: u64,
    /// Pages of the event log in one run; ten million events.
    pub event_pages: u64,
    /// Elements of one list under one object.
    pub elements: i64,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { list_pages: 1_000_000, event_pages: 100_000, elements: 1_000_000 }
    }
}

/// What a run did.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// A line for each resource.
    pub reports: Vec<ResourceReport>,
    /// Requests sent, retries included.
    pub requests: u64,
    /// From start to end.
    pub took_ms: u64,
    /// The signal that ended it early.
    pub signal: Option<i32>,
    /// What another process did to the file that ended it early.
    pub locked: Option<String>,
    /// A quota that is used ended it early: after this time there is some of it again.
    pub quota_free_after: Option<std::time::Duration>,
}

/// What ends a whole run. What concerns one resource is in its report instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// The service could not be asked at all.
    #[error(transparent)]
    Http(#[from] crate::http::Error),
    /// Stripe's key is wrong or revoked.
    #[error("Stripe refused the key: {0}")]
    Unauthorized(String),
    /// Stripe's key may not ask on behalf of the account any more.
    #[error("Stripe gives no access to the account any more: {0}")]
    Disconnected(String),
    /// The first questions all ended in faults; this is the last of them.
    #[error("nothing of it could be read: {0}")]
    Unanswered(String),
    /// Fatture in Cloud's token is wrong, revoked or expired.
    #[error("Fatture in Cloud refused the token: {0}")]
    TokenRefused(String),
    /// The account could not be read.
    #[error("the account could not be read: {0}")]
    Account(String),
    /// The key opens another account than the one asked for.
    #[error("this key opens {opened}, not {asked}")]
    OtherAccount {
        /// The key's.
        opened: String,
        /// Those asked for.
        asked: String,
    },
    /// A defect of this program, met while an event was handled.
    #[error("this program broke down over the event {0}; please report this as a bug")]
    Bug(String),
    /// The system gives no threads to read answers with.
    #[error("no thread to read answers with: {0}")]
    Threads(rayon_core::ThreadPoolBuildError),
    /// The system gives no threads for accounts.
    #[error("no thread for any account")]
    NoThreads,
}

impl Error {
    /// Returns whether the service refused the credential itself, and not only what it was used for.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Error::Unauthorized(_) | Error::TokenRefused(_))
    }
}

/// Says that another process keeps the file locked, where that ended a run.
fn locked(outcome: &Result<(), Error>) -> Option<String> {
    match outcome {
        Err(Error::Store(error @ crate::store::Error::Locked { .. })) => Some(error.to_string()),
        _ => None,
    }
}

/// Returns a resource's number in the file.
fn number(numbers: &[(i64, &'static Resource)], resource: &Resource) -> i64 {
    let found = numbers.iter().find(|(_, r)| r.name == resource.name && r.provider == resource.provider);
    found.expect("every resource of the catalog has a number").0
}

#[cfg(test)]
#[path = "ordering_tests.rs"]
mod ordering_tests;
