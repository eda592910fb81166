//! Many accounts in one run: several have their turn at a time, each with a connection of its own to the file, and the
//! file's one pen goes from hand to hand. Whoever is large is cut short where others wait, and goes on behind them; whoever
//! fails is noted, waits longer each time, and holds up nobody.

mod errands;
mod schedule;
mod verdict;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Error, Summary};
use crate::clock::Clock;
use crate::model::cancel::Cancel;
use crate::model::fleet::{End, FleetReport, FleetSink, FleetStep, Member, MemberReport, StopCause, Stopped};
use crate::model::progress::{Counts, Progress, Sink};
use crate::store::{Store, TurnEnd};
use schedule::{Ended, Next, Schedule};
use verdict::{Short, Verdict, judge};

pub use verdict::back_off_s;

/// What all connections together keep of the file in memory, and what each keeps at least, KiB.
const CACHE_KIB: u32 = 8_000;
const CACHE_KIB_MIN: u32 = 500;
/// How often it is looked whether somebody asked to stop.
const LOOK: Duration = Duration::from_millis(50);
/// A turn is not made longer than by so many doublings: eight hours at half a minute for the first.
const DOUBLINGS_MAX: u32 = 10;
/// An account's quotas are waited for no longer than this, all its waits together.
const WAITED_MAX: Duration = Duration::from_secs(900);

/// How accounts are reached.
pub trait Pull: Sync {
    /// Brings one account up to date, as far as `cancel` lets it.
    ///
    /// # Errors
    /// What ended it.
    fn pull(&self, store: &Store, member: &Member, cancel: &Cancel, sink: &dyn Sink) -> Result<Summary, Error>;

    /// Returns accounts for which a receiver has queued what it could not tell, whether or not they are to have a turn: those
    /// first that wait longest.
    ///
    /// # Errors
    /// SQLite's.
    fn queued(&self, store: &Store) -> Result<Vec<Member>, Error>;

    /// Asks for what is queued for one account, and nothing else.
    ///
    /// # Errors
    /// What ended it.
    fn work_off(&self, store: &Store, member: &Member, cancel: &Cancel) -> Result<Summary, Error>;

    /// Looks whether a credential still opens what is its own.
    ///
    /// # Errors
    /// What it is refused for, or what keeps it from being asked.
    fn probe(&self, line: usize) -> Result<(), Error>;

    /// Ends everything that is on its way.
    fn interrupt(&self);
}

/// How the accounts share.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Accounts that have their turn at a time.
    pub workers: usize,
    /// The same for the accounts of each credential.
    pub at_once: Vec<usize>,
    /// How long the first turn of an account lasts where others wait for theirs, by its credential; each further one lasts
    /// twice as long, so that what cannot be cut comes to its end. Where there is none it is not cut.
    pub turns: Vec<Option<Duration>>,
    /// Whether only what is queued is worked off: that is no reading of an account.
    pub queued_only: bool,
    /// Whether what a receiver queues meanwhile is worked off beside the turns, for any account.
    pub runs_errands: bool,
}

/// Brings all of them up to date, in this order as far as they do not have their turns side by side.
///
/// # Errors
/// What is wrong with the file, or with this machine; what concerns one account is in its report.
pub fn run(
    store: &Store,
    members: Vec<Member>,
    pull: &dyn Pull,
    plan: &Plan,
    cancel: &Cancel,
    clock: &dyn Clock,
    sink: &dyn FleetSink,
) -> Result<FleetReport, Error> {
    let began = clock.elapsed();
    let workers = plan.workers.clamp(1, members.len().max(1));
    let cache_kib = (CACHE_KIB / u32::try_from(workers).unwrap_or(u32::MAX)).max(CACHE_KIB_MIN);
    sink.step(FleetStep::Of(members.len() as u64));
    let stores = (0..workers).map(|_| store.sibling(cache_kib)).collect::<Result<Vec<Store>, _>>()?;
    let lines_of: Vec<usize> = members.iter().map(|member| member.line).collect();
    // Nobody's turn goes on where the file is lost.
    let is_ended = Arc::new(AtomicBool::new(false));
    let cancel = cancel.for_turn(Instant::now(), &is_ended);
    let fleet = Fleet {
        is_ended,
        books: members.iter().map(|_| Mutex::default()).collect(),
        members,
        pull,
        plan,
        cancel: &cancel,
        clock,
        sink,
        schedule: Mutex::new(Schedule::new(&lines_of, &plan.at_once)),
        changed: Condvar::new(),
        others_wait: Arc::default(),
        report: Mutex::default(),
        fatal: Mutex::default(),
        looked_at: Mutex::new(vec![None; plan.at_once.len()]),
        seats: Mutex::default(),
        left: Condvar::new(),
    };
    let errands = plan.runs_errands.then(|| store.sibling(CACHE_KIB_MIN)).transpose()?;
    std::thread::scope(|scope| {
        let running: Vec<_> = stores
            .into_iter()
            .enumerate()
            .filter_map(|(number, store)| {
                let work = || fleet.work(store);
                std::thread::Builder::new().name(format!("account-{number}")).spawn_scoped(scope, work).ok()
            })
            .collect();
        if running.is_empty() {
            *held(&fleet.fatal) = Some(Error::NoThreads);
            held(&fleet.schedule).stop_all();
        }
        if let Some(store) = errands {
            // Without a thread for them errands wait for the receiver's own time.
            let _ =
                std::thread::Builder::new().name("errands".into()).spawn_scoped(scope, || fleet.errands(&{ store }));
        }
        fleet.watch(|| running.iter().all(|thread| thread.is_finished()));
    });
    if let Some(error) = held(&fleet.fatal).take() {
        return Err(error);
    }
    let mut report = std::mem::take(&mut *held(&fleet.report));
    report.signal = cancel.signal();
    report.took_ms = u64::try_from(clock.elapsed().saturating_sub(began).as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}

/// What an account's turns brought so far.
#[derive(Debug, Clone, Copy, Default)]
struct Book {
    counts: Counts,
    took: Duration,
    /// Turns that were cut short.
    cuts: u32,
    /// How long it was waited for quotas.
    waited: Duration,
}

struct Fleet<'a> {
    members: Vec<Member>,
    books: Vec<Mutex<Book>>,
    pull: &'a dyn Pull,
    plan: &'a Plan,
    cancel: &'a Cancel,
    is_ended: Arc<AtomicBool>,
    clock: &'a dyn Clock,
    sink: &'a dyn FleetSink,
    schedule: Mutex<Schedule>,
    changed: Condvar,
    others_wait: Arc<AtomicBool>,
    report: Mutex<FleetReport>,
    fatal: Mutex<Option<Error>>,
    /// When each credential was last found to be well.
    looked_at: Mutex<Vec<Option<Duration>>>,
    /// Accounts that are asked for now.
    seats: Mutex<HashSet<i64>>,
    left: Condvar,
}

impl Fleet<'_> {
    /// Waits for the end, and passes on a wish to stop: who waits for an answer would wait on.
    fn watch(&self, is_over: impl Fn() -> bool) {
        let mut is_told = false;
        while !is_over() {
            if self.cancel.is_set() && !is_told {
                is_told = true;
                self.pull.interrupt();
            }
            let schedule = held(&self.schedule);
            self.others_wait.store(schedule.is_crowded(self.clock.elapsed()), Ordering::Relaxed);
            drop(self.changed.wait_timeout(schedule, LOOK));
        }
    }

    fn work(&self, store: Store) {
        while let Some(number) = self.next() {
            let turn = catch_unwind(AssertUnwindSafe(|| self.turn(&store, number)));
            // Whatever came of it, the file is the next one's.
            store.rollback();
            let ended = turn.unwrap_or_else(|_| Ended::With(broken_down()));
            let line = self.members[number].line;
            let mut schedule = held(&self.schedule);
            let ended = match ended {
                Ended::Cut | Ended::Later(_) if schedule.is_stopped(line) || self.cancel.is_set() => {
                    Ended::With(End::Unfinished("interrupted".to_owned()))
                }
                ended => ended,
            };
            let is_suspect = schedule.ended(number, &ended, self.clock.elapsed());
            drop(schedule);
            self.changed.notify_all();
            match ended {
                Ended::With(end) => self.finish(number, end),
                Ended::Cut | Ended::Later(_) => self.sink.step(FleetStep::PutBack(self.members[number].row)),
            }
            if is_suspect && let Err(error) = self.probe(line, self.clock.elapsed()) {
                self.stop_line(line, &error);
            }
        }
    }

    /// Waits for the next account; none is left where it returns nothing.
    fn next(&self) -> Option<usize> {
        let mut schedule = held(&self.schedule);
        loop {
            if self.cancel.is_set() {
                let gone = schedule.stop_all();
                drop(schedule);
                self.give_up(gone, "not begun");
                schedule = held(&self.schedule);
            }
            let now = self.clock.elapsed();
            match schedule.next(now) {
                Next::Turn(number) => {
                    self.others_wait.store(schedule.is_crowded(now), Ordering::Relaxed);
                    return Some(number);
                }
                Next::Wait(delay) => {
                    let waited = self.changed.wait_timeout(schedule, delay.min(LOOK));
                    schedule = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                Next::Over => {
                    self.changed.notify_all();
                    return None;
                }
            }
        }
    }

    /// Gives an account its turn, and writes down what came of it.
    fn turn(&self, store: &Store, number: usize) -> Ended {
        let member = &self.members[number];
        let _seat = self.seat(member.row);
        self.sink.step(FleetStep::Began(member.clone()));
        let (began, began_at) = (Instant::now(), self.clock.elapsed());
        let cuts = held(&self.books[number]).cuts;
        let cancel = match self.plan.turns[member.line] {
            Some(first) => {
                self.cancel.for_turn(began + first * 2_u32.saturating_pow(cuts.min(DOUBLINGS_MAX)), &self.others_wait)
            }
            None => self.cancel.clone(),
        };
        let sink = MemberSink { row: member.row, name: &member.remote_id, fleet: self.sink };
        let pulled = catch_unwind(AssertUnwindSafe(|| self.pull.pull(store, member, &cancel, &sink)));
        let mut book = held(&self.books[number]);
        book.took += began.elapsed();
        if let Ok(Ok(summary)) = &pulled {
            book.counts = verdict::add(book.counts, verdict::sum(&summary.reports));
            // Whose it is was asked for beside the resources.
            let named = verdict::sum(&summary.reports).requests;
            book.counts.requests += summary.requests.saturating_sub(named);
        }
        drop(book);
        let short = match (self.cancel.is_set(), cancel.is_set()) {
            (true, _) => Short::ForAll,
            (false, true) => Short::ForOthers,
            (false, false) => Short::Not,
        };
        let verdict = match pulled {
            Ok(Ok(summary)) => judge(Ok(&summary), short),
            Ok(Err(error)) => judge(Err(error), short),
            Err(_) => Verdict::End(broken_down()),
        };
        store.rollback();
        let ended = self.settle(number, verdict, began_at);
        if let Ended::With(end) = &ended
            && let Err(error) = self.write(store, member, end)
        {
            self.end_all(error);
        }
        ended
    }

    /// Turns a verdict into the end of the turn that began at `began_at`.
    fn settle(&self, number: usize, verdict: Verdict, began_at: Duration) -> Ended {
        let member = &self.members[number];
        match verdict {
            Verdict::Cut => {
                held(&self.books[number]).cuts += 1;
                Ended::Cut
            }
            Verdict::Later(delay) => {
                let mut book = held(&self.books[number]);
                book.waited += delay;
                // Others may use the same quota, again and again.
                match book.waited <= WAITED_MAX {
                    true => Ended::Later(delay),
                    false => Ended::With(verdict::quota_used(delay)),
                }
            }
            Verdict::End(end) => Ended::With(end),
            Verdict::Refused { why, is_account } => match self.probe(member.line, began_at) {
                // The credential is well: it is about this account alone.
                Ok(()) if is_account => Ended::With(End::Disconnected(why)),
                Ok(()) => Ended::With(End::Failed(why)),
                Err(error) => {
                    let why = error.to_string();
                    self.stop_line(member.line, &error);
                    Ended::With(End::Unfinished(why))
                }
            },
            Verdict::Stopped => Ended::With(End::Unfinished("interrupted".to_owned())),
            Verdict::Locked(why) => {
                held(&self.report).locked = Some(why);
                self.is_ended.store(true, Ordering::Relaxed);
                Ended::With(End::Unfinished("another process kept the file".to_owned()))
            }
            Verdict::Fatal(error) => {
                self.end_all(error);
                Ended::With(End::Unfinished("not finished".to_owned()))
            }
        }
    }

    /// Writes down how an account fared: by that it is its turn again.
    fn write(&self, store: &Store, member: &Member, end: &End) -> Result<(), Error> {
        let now_s = self.clock.now_ms().div_euclid(1000);
        let ended = match end {
            End::Done | End::Partly(_) if self.plan.queued_only => TurnEnd::WorkedOff,
            End::Done => TurnEnd::Synced(None),
            End::Partly(why) => TurnEnd::Synced(Some(why)),
            End::Failed(why) => TurnEnd::Failed { why, back_off_s: &back_off_s },
            End::Disconnected(why) => TurnEnd::Disconnected(why),
            // It is the first again.
            End::Unfinished(_) => return Ok(()),
        };
        Ok(store.turn_ended(member.row, now_s, &ended)?)
    }

    /// Looks whether a credential is well, unless somebody found out since `since`: it may have been refused in between.
    fn probe(&self, line: usize, since: Duration) -> Result<(), Error> {
        if held(&self.looked_at)[line].is_some_and(|at| at > since) {
            return Ok(());
        }
        let began = self.clock.elapsed();
        held(&self.report).other_requests += 1;
        self.pull.probe(line)?;
        held(&self.looked_at)[line] = Some(began);
        Ok(())
    }

    fn stop_line(&self, line: usize, error: &Error) {
        let mut schedule = held(&self.schedule);
        if schedule.is_stopped(line) || self.cancel.is_set() {
            return;
        }
        let gone = schedule.stop(line);
        drop(schedule);
        held(&self.report).stopped.push(Stopped { why: error.to_string(), cause: cause(error) });
        self.give_up(gone, "not begun");
    }

    /// Ends the run over what is wrong with the file; the first reason stays.
    fn end_all(&self, error: Error) {
        held(&self.fatal).get_or_insert(error);
        self.is_ended.store(true, Ordering::Relaxed);
        let gone = held(&self.schedule).stop_all();
        self.give_up(gone, "not begun");
    }

    fn give_up(&self, numbers: Vec<usize>, why: &str) {
        for number in numbers {
            self.finish(number, End::Unfinished(why.to_owned()));
        }
        self.changed.notify_all();
    }

    fn finish(&self, number: usize, end: End) {
        let book = *held(&self.books[number]);
        let took_ms = u64::try_from(book.took.as_millis()).unwrap_or(u64::MAX);
        let report = MemberReport { member: self.members[number].clone(), end, counts: book.counts, took_ms };
        self.sink.step(FleetStep::Ended(report.clone()));
        held(&self.report).members.push(report);
    }
}

fn broken_down() -> End {
    End::Failed("this program broke down over it; please report this as a bug".to_owned())
}

/// What one account's run tells, as a part of what all of them tell.
struct MemberSink<'a> {
    row: i64,
    name: &'a str,
    fleet: &'a dyn FleetSink,
}

impl Sink for MemberSink<'_> {
    fn report(&self, progress: Progress) {
        match progress {
            Progress::Stored { rows, .. } if rows > 0 => self.fleet.step(FleetStep::Stored { row: self.row, rows }),
            // Thousands of accounts would say the same: whoever wants to know looks into the log.
            Progress::Note(note) => tracing::info!(account = self.name, "{note}"),
            _ => {}
        }
    }
}

/// Tells of what kind an error is that keeps a credential from opening anything.
pub fn cause(error: &Error) -> StopCause {
    if error.is_refusal() { StopCause::Refused } else { StopCause::Unreached }
}

/// Locks; what a thread left behind that panicked is plain data.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
