//! What commands tell about the file and about work to come. The store and the engine fill these, the UI draws them.

use super::accounts::{Openers, Standing};
use super::webhooks::HookTrouble;

/// With more accounts than these their state is summed up: nobody reads so many tables.
pub const ACCOUNTS_IN_FULL_MAX: usize = 20;
/// Accounts that a sum names.
pub const ACCOUNTS_NAMED_MAX: usize = 20;

/// How the file stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusReport {
    /// The file, as the user named it.
    pub database: String,
    /// Bytes of the file and its WAL.
    pub size_bytes: u64,
    /// Accounts, in the order of provider and id.
    pub accounts: Vec<AccountReport>,
    /// What the event log holds.
    pub log: LogHolds,
    /// The only service that it tells of, where one was chosen: `stripe`, `fic`.
    pub provider: Option<&'static str>,
    /// The sum of the accounts, where they are too many for people to be told one by one.
    pub overview: Option<Overview>,
}

/// Which accounts a look at the file is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusWish {
    /// Only this service.
    pub provider: Option<&'static str>,
    /// Only accounts of these ids, each in full; none means all.
    pub accounts: Vec<String>,
    /// Not summed up, however many there are.
    pub is_full: bool,
    /// The credentials that the settings name, where accounts are to be told that none of them opens.
    pub openers: Option<Openers>,
}

/// How many accounts stand alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverviewLine {
    /// `stripe`, `fic`.
    pub provider: String,
    /// `live`, `test`, `sandbox`.
    pub mode: String,
    /// How they stand.
    pub standing: Standing,
    /// So many accounts.
    pub accounts: u64,
    /// Those whose last sync ended within a day.
    pub synced_lately: u64,
    /// When the one ended that was synced longest ago; none where one was never synced.
    pub oldest_sync_s: Option<i64>,
}

/// The sum of many accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overview {
    /// By service, mode and standing.
    pub lines: Vec<OverviewLine>,
    /// Objects and lists that are still to be read.
    pub queued: u64,
    /// Logged events that did not have their effect.
    pub events: OpenEvents,
    /// The first of those whose last sync failed: which, how often, and why.
    pub failing: Vec<(String, u64, Option<String>)>,
    /// So many fail in all.
    pub failing_count: u64,
}

/// What the event log holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogHolds {
    /// So many events.
    pub events: u64,
    /// When the first of them came in, unix seconds.
    pub since_s: Option<i64>,
}

/// How one account stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountReport {
    /// Its row in `accounts`.
    pub row: i64,
    /// Whether it is read with the key of another account.
    pub is_connected: bool,
    /// `stripe`, `fic`.
    pub provider: String,
    /// The service's id.
    pub id: String,
    /// `live`, `test`, `sandbox`.
    pub mode: String,
    /// Its name, as the service says.
    pub name: Option<String>,
    /// The watermark: every event before this second (unix, UTC) is in the file.
    pub events_until_s: Option<i64>,
    /// Objects and lists that are still to be read.
    pub queued: u64,
    /// Logged events that did not have their effect.
    pub events: OpenEvents,
    /// How it stands.
    pub standing: Standing,
    /// Why it fails, or is disconnected.
    pub error: Option<String>,
    /// When a sync of it last came to its end: see [`AccountReport::age_s`].
    pub synced_s: Option<i64>,
    /// Resources with rows or runs; none where they were not read.
    pub resources: Vec<ResourceState>,
    /// Whom the service sends events to and who is not as it should be, as mirrored.
    pub webhooks: Vec<HookTrouble>,
}

impl AccountReport {
    /// Returns how many seconds ago the account was last synced; none where no sync ever came to its end.
    ///
    /// One clock decides how old an account is, for `accounts list`, `status`, its `--max-age` and `/metrics` alike: this
    /// machine's. Whoever asks "how long ago" asks by it, what waits for its turn is chosen by it, and both its ends are read
    /// from it, so that it harms nothing where it is wrong. The services' clocks tell what is in the rows, until when events
    /// were read, and when each list was.
    pub fn age_s(&self, now_s: i64) -> Option<i64> {
        self.synced_s.map(|synced_s| now_s.saturating_sub(synced_s))
    }
}

/// Logged events that did not have their effect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenEvents {
    /// They wait for it.
    pub waiting: u64,
    /// They failed, and are tried again.
    pub failed: u64,
    /// They failed, and are not tried again by themselves.
    pub dead: u64,
}

/// How one resource of one account stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceState {
    /// Table name.
    pub table: String,
    /// Living rows.
    pub rows: u64,
    /// Tombstones.
    pub deleted: u64,
    /// Rows whose state is in doubt until a sync fetches them.
    pub unsettled: u64,
    /// When a run last ended with it, unix seconds.
    pub last_sync_s: Option<i64>,
    /// How that run ended.
    pub last_status: Option<String>,
}

/// What a sync would do with one resource; `--dry-run` prints these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedResource {
    /// Qualified name: `stripe:customers`.
    pub name: String,
    /// The account's own id.
    pub account: String,
    /// `live`, `test` or `sandbox`: two keys may open one account's two data sets.
    pub mode: String,
    /// In a few words: `full list`, `events`, `nothing due`, `list under each of 120 invoices`.
    pub how: String,
    /// Requests that it takes at least.
    pub requests: u64,
    /// What it is read under, for lists under parents: `customers`.
    pub parent: Option<&'static str>,
    /// Whether it may take more, which nobody can know before asking.
    pub is_open: bool,
}

/// Returns how long so many requests take at least where so many are permitted in so many seconds: a window that is used up
/// has to pass.
pub fn least_s(requests: u64, windows: &[(u32, u64)]) -> u64 {
    let windows = windows.iter().filter(|(limit, _)| *limit > 0);
    windows.map(|&(limit, per_s)| requests.saturating_sub(1) / u64::from(limit) * per_s).max().unwrap_or(0)
}

/// What a run did, over all its accounts.
#[derive(Debug, Clone, Default)]
pub struct RunReport {
    /// A line for each resource of each account.
    pub resources: Vec<super::progress::ResourceReport>,
    /// Accounts that could not be worked on at all.
    pub failures: Vec<AccountFailure>,
    /// Requests sent, retries included.
    pub requests: u64,
    /// From start to end.
    pub took_ms: u64,
    /// The signal that ended it early.
    pub signal: Option<i32>,
    /// What another process did to the file that ended the run early.
    pub locked: Option<String>,
    /// Services whose clock this machine's is far from.
    pub clocks: Vec<ClockOff>,
}

/// How far this machine's clock is from a service's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockOff {
    /// `stripe`, `fic`.
    pub service: &'static str,
    /// Seconds that this machine is behind; negative where it is ahead.
    pub behind_s: i64,
}

/// An account that a run could not work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFailure {
    /// The account, or the service where the account's name is not known yet.
    pub account: String,
    /// What went wrong.
    pub message: String,
}
