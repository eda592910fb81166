//! What keeps the accounts that are connected to a key's own current beside a receiver: soon after an event, the objects that
//! its payload could not tell; and after each look at the own account's events a round over theirs, in bounded pieces.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::engine::{Access, Order};
use super::exit::Failure;
use super::fleet::{self, Batch, Choice};
use crate::clock::SystemClock;
use crate::model::cancel::Cancel;
use crate::model::fleet::{End, FleetReport, Unwatched};
use crate::store::{self, Store};

/// Accounts in one piece: another sync waits for it to end.
const PIECE_MAX: u32 = 200;
/// Accounts at a time. Each has a connection to the file, and a receiver is to stay small.
const AT_ONCE: usize = 3;
/// Requests of each that are on their way: together no more than of an account that is read alone.
const JOBS: usize = 3;
/// How long a piece may take.
const PIECE_TIME: Duration = Duration::from_secs(60);
/// How soon it is looked whether there is something to do, and how late at most after a failure.
const SOON: Duration = Duration::from_secs(2);
const LATE: Duration = Duration::from_secs(300);
/// Accounts that are named where some failed.
const NAMED_MAX: usize = 3;

/// The rounds over the accounts that are connected to one key's own.
pub(super) struct Connected {
    /// Those whose last turn was before then have one in this round; none where the round is over.
    before_s: Option<i64>,
    look_at: Instant,
    pause: Duration,
    /// When what failed before is tried again, too.
    again_at: Instant,
    /// Whether the last piece was queued objects: on a busy platform there always are some, and a round has its turn too.
    was_queued: bool,
}

/// A piece of work.
pub(super) struct Piece {
    accounts: Vec<String>,
    /// Whether only queued objects are fetched.
    pub queued_only: bool,
}

impl Connected {
    pub fn new() -> Connected {
        let now = Instant::now();
        Connected { before_s: None, look_at: now, pause: SOON, again_at: now + LATE, was_queued: false }
    }

    /// Begins a round, unless one is under way.
    pub fn begin_round(&mut self, now_s: i64) {
        self.before_s.get_or_insert(now_s);
    }

    /// Looks what is to be done for the accounts that the account named has connected; mostly nothing.
    pub fn next(
        &mut self,
        database: &Path,
        (own, mode): (&str, &str),
        now_s: i64,
    ) -> Result<Option<Piece>, store::Error> {
        let now = Instant::now();
        if now < self.look_at {
            return Ok(None);
        }
        self.look_at = now + self.pause;
        let store = Store::open_read_only(database)?;
        let Some(platform) = store.find_account("stripe", own, mode)? else { return Ok(None) };
        if store.is_removed(platform)? {
            return Ok(None);
        }
        let is_again = now >= self.again_at;
        if is_again {
            self.again_at = now + LATE;
        }
        let tries_max = if is_again { i64::MAX } else { 0 };
        let queued = store.connected_due(platform, now_s, tries_max, PIECE_MAX)?;
        let is_rounds_turn = self.was_queued && self.before_s.is_some();
        if !queued.is_empty() && !is_rounds_turn {
            self.was_queued = true;
            return Ok(Some(Piece { accounts: queued, queued_only: true }));
        }
        self.was_queued = false;
        let Some(before_s) = self.before_s else { return Ok(None) };
        let accounts = store.connected_before(platform, before_s, now_s, PIECE_MAX)?;
        if accounts.is_empty() {
            self.before_s = None;
            return Ok(None);
        }
        Ok(Some(Piece { accounts, queued_only: false }))
    }

    /// Notes how a piece ended.
    pub fn ended(&mut self, is_well: bool) {
        self.pause = if is_well { SOON } else { (self.pause * 2).min(LATE) };
        // In a round the next piece follows after a breath, in which others may have the file.
        self.look_at = Instant::now() + self.pause;
    }
}

/// Does a piece; returns what there is to tell of accounts that failed.
pub(super) fn pull(piece: Piece, order: &Order, access: &Access, cancel: &Cancel) -> Result<Option<String>, Failure> {
    let order = Order { queued_only: piece.queued_only, jobs: JOBS, ..order.clone() };
    // Others wait for the file: what is not done by then is a later piece's.
    let cancel = cancel.for_turn(Instant::now() + PIECE_TIME, &Arc::new(AtomicBool::new(true)));
    let choice = Choice {
        accounts: piece.accounts,
        heeds_back_off: true,
        at_once: AT_ONCE,
        may_be_gone: true,
        ..Choice::default()
    };
    match fleet::pull(&order, access, &choice, &Unwatched, &cancel, &SystemClock::new())? {
        Batch::Done(report) => Ok(trouble(&report)),
        Batch::Planned(_) => Ok(None),
    }
}

/// Names the accounts that failed, a few of them.
fn trouble(report: &FleetReport) -> Option<String> {
    let failed: Vec<String> = report
        .members
        .iter()
        .filter_map(|it| match &it.end {
            End::Failed(why) | End::Disconnected(why) => Some(format!("{}: {why}", it.member.remote_id)),
            _ => None,
        })
        .chain(report.stopped.iter().map(|stopped| stopped.why.clone()))
        .collect();
    let more = match failed.len().saturating_sub(NAMED_MAX) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let named: Vec<&str> = failed.iter().take(NAMED_MAX).map(String::as_str).collect();
    (!failed.is_empty()).then(|| format!("{}{more}", named.join("; ")))
}
