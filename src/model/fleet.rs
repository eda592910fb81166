//! Many accounts in one run: who they are, how each fared, and what whoever watches is told.

use super::progress::Counts;
use super::resource::Provider;

/// An account that is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its row.
    pub row: i64,
    /// Which service.
    pub provider: Provider,
    /// The service's id.
    pub remote_id: String,
    /// `live`, `test` or `sandbox`: two keys may open one account's two data sets.
    pub mode: String,
    /// Its name, for people.
    pub name: Option<String>,
    /// Which of the credentials reads it, counted from 0.
    pub line: usize,
    /// Whether it is asked for on its own behalf, with a key that is not its own.
    pub is_connected: bool,
}

/// How an account fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Everything asked for is in the file.
    Done,
    /// All but what is named: a permission that lacks, values that no column holds, a quota that is used.
    Partly(String),
    /// It could not be read, or not in part; it waits behind the others, and longer each time.
    Failed(String),
    /// Nobody may read it any more.
    Disconnected(String),
    /// Its turn did not come, or was cut short by a signal.
    Unfinished(String),
}

impl End {
    /// Returns the word that stands in tables and JSON.
    pub fn word(&self) -> &'static str {
        match self {
            End::Done => "done",
            End::Partly(_) => "partly",
            End::Failed(_) => "failed",
            End::Disconnected(_) => "disconnected",
            End::Unfinished(_) => "not finished",
        }
    }

    /// Returns what there is to say about it.
    pub fn why(&self) -> Option<&str> {
        match self {
            End::Done => None,
            End::Partly(why) | End::Failed(why) | End::Disconnected(why) | End::Unfinished(why) => Some(why),
        }
    }
}

/// What became of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberReport {
    /// Which.
    pub member: Member,
    /// How it fared.
    pub end: End,
    /// Rows and requests, over all its turns and resources.
    pub counts: Counts,
    /// How long its turns lasted.
    pub took_ms: u64,
}

/// What became of all of them.
#[derive(Debug, Clone, Default)]
pub struct FleetReport {
    /// In the order in which they came to their end; those that never had a turn last.
    pub members: Vec<MemberReport>,
    /// Requests that were no account's own: whose a key is, whether a service is there.
    pub other_requests: u64,
    /// From start to end.
    pub took_ms: u64,
    /// The signal that ended it early.
    pub signal: Option<i32>,
    /// What another process did to the file that ended it early.
    pub locked: Option<String>,
    /// Credentials whose accounts were given up.
    pub stopped: Vec<Stopped>,
    /// Credentials that opened something when it began.
    pub credentials: u64,
}

/// A credential that opens nothing this time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// What was said.
    pub why: String,
    /// Of what kind that is.
    pub cause: StopCause,
}

/// Why a credential opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopCause {
    /// The variable that holds it is not set.
    Unset,
    /// None of those that are set is the one that read some accounts.
    Keyless,
    /// The service refused it.
    Refused,
    /// The service could not be asked.
    Unreached,
    /// It opens nothing of what its settings name.
    Elsewhere,
}

impl FleetReport {
    /// Returns how many accounts ended in a way.
    pub fn count(&self, is: impl Fn(&End) -> bool) -> u64 {
        self.members.iter().filter(|report| is(&report.end)).count() as u64
    }
}

/// An account whose turn it would be, and what that would cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedMember {
    /// Which.
    pub member: Member,
    /// In a few words: `what changed`.
    pub how: &'static str,
    /// Requests that it takes at least.
    pub requests: u64,
    /// Whether it may take more, which nobody can know before asking.
    pub is_open: bool,
    /// Whether it was read before: the size of one that was not is unknown.
    pub is_read: bool,
}

/// What a run over many accounts would ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FleetPlan {
    /// In the order of their turns.
    pub members: Vec<PlannedMember>,
    /// Requests that are no account's own: what each credential opens.
    pub other_requests: u64,
    /// Credentials of which the file knows no account yet.
    pub unknown: u64,
    /// How long the services' limits make it last at least; all credentials are used side by side.
    pub time_s: u64,
}

impl FleetPlan {
    /// Returns how many requests it takes at least.
    pub fn requests(&self) -> u64 {
        self.other_requests + self.members.iter().map(|it| it.requests).sum::<u64>()
    }
}

/// A step worth drawing.
#[derive(Debug, Clone)]
pub enum FleetStep {
    /// So many accounts are to be read.
    Of(u64),
    /// An account's turn begins.
    Began(Member),
    /// Rows of it are in the file.
    Stored {
        /// Its row.
        row: i64,
        /// How many since the last such step.
        rows: u64,
    },
    /// Its turn is over, and another one follows.
    PutBack(i64),
    /// It came to its end.
    Ended(MemberReport),
    /// A line for the user.
    Note(String),
}

/// Where the steps go. Called from many threads; must not block.
pub trait FleetSink: Send + Sync {
    /// Takes one step.
    fn step(&self, step: FleetStep);
}

/// A sink that drops everything.
pub struct Unwatched;

impl FleetSink for Unwatched {
    fn step(&self, _: FleetStep) {}
}
