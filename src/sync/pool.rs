//! Threads that do tasks, and the loop that hands them out.
//!
//! One thread decides and writes: it takes results, asks the [`Work`] what follows, and only then lets it apply what
//! came, so that the network never waits for the disk. The queues are as long as there are requests in flight.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Error;
use super::task::{Failure, Got, Task, When, Worker};
use crate::model::cancel::Cancel;
use crate::providers::stripe::refusal::Kind;
use crate::store::Store;

/// Longest time that a write transaction stays open; others write to the file too.
const TRANSACTION_MAX: Duration = Duration::from_millis(50);
/// Fewest requests in flight, for a service without latency.
const IN_FLIGHT_MIN: usize = 4;
/// How long an open transaction waits for more before it is committed.
const IDLE: Duration = Duration::from_millis(5);
/// How often the loop looks whether somebody asked to stop.
const LOOK: Duration = Duration::from_millis(50);

/// A done task.
pub struct Done {
    /// The task.
    pub task: Task,
    /// What it brought.
    pub got: Result<Got, Failure>,
    /// When it was answered.
    pub when: When,
    /// Requests it took.
    pub requests: u64,
    /// When a worker began with it.
    pub began: Instant,
}

/// What a phase of a sync does with its tasks. Runs on the writer's thread.
pub trait Work {
    /// Adds tasks that wait in the file, at most `room`; called when the queue runs low.
    fn refill(&mut self, room: usize, queue: &mut VecDeque<Task>) -> Result<(), Error>;
    /// Says what follows from a result, before it is applied. `free` requests could be in flight and are not.
    fn follow(&mut self, done: &Done, free: usize, queue: &mut VecDeque<Task>) -> Result<(), Error>;
    /// Writes a result, in the open transaction.
    fn apply(&mut self, done: Done) -> Result<(), Error>;
    /// Called after each commit.
    fn committed(&mut self) {}
}

/// Runs a phase to its end or until somebody asks to stop.
pub fn drive(
    worker: &Worker,
    store: &Store,
    cancel: &Cancel,
    in_flight_max: usize,
    work: &mut dyn Work,
) -> Result<(), Error> {
    let (give, take) = sync_channel::<Task>(in_flight_max);
    let (report, results) = sync_channel::<Done>(in_flight_max);
    let take = Mutex::new(take);
    std::thread::scope(|scope| {
        // Threads are made as they are needed: a quiet run needs one.
        let spawn = || {
            let report = report.clone();
            let take = &take;
            scope.spawn(move || serve(worker, take, &report));
        };
        let outcome = hand_out(worker, store, cancel, in_flight_max, work, &give, &results, &spawn);
        if outcome.is_err() {
            store.rollback();
        }
        drop(give);
        if outcome.is_err() || cancel.is_set() {
            worker.client.interrupt();
        }
        // Whoever still reports must not wait for a full queue.
        drop(report);
        while results.recv().is_ok() {}
        outcome
    })
}

fn serve(worker: &Worker, take: &Mutex<Receiver<Task>>, report: &SyncSender<Done>) {
    loop {
        let task = take.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(task) = task else { return };
        let began = Instant::now();
        // A worker that dies in silence would be waited for without end.
        let ran = catch_unwind(AssertUnwindSafe(|| worker.run(&task)));
        let (got, when, requests) = ran.unwrap_or((Err(Failure::Crashed), When { sent_s: 0, date_s: 0 }, 0));
        if report.send(Done { task, got, when, requests, began }).is_err() {
            return;
        }
    }
}

/// Returns how many requests to keep in flight: what the pace needs at the latency seen, and some.
fn target(worker: &Worker, in_flight_max: usize) -> usize {
    let latency_ms = worker.client.latency_ms().unwrap_or(0);
    // 100 requests a second at 150 ms are 15 in flight; a third more covers what jitter leaves idle.
    let wanted = usize::try_from(latency_ms * 100 * 4 / 3 / 1000).unwrap_or(in_flight_max);
    wanted.clamp(IN_FLIGHT_MIN.min(in_flight_max), in_flight_max)
}

#[expect(clippy::too_many_arguments, reason = "the ends of the channels are the loop's own")]
fn hand_out(
    worker: &Worker,
    store: &Store,
    cancel: &Cancel,
    in_flight_max: usize,
    work: &mut dyn Work,
    give: &SyncSender<Task>,
    results: &Receiver<Done>,
    spawn: &dyn Fn(),
) -> Result<(), Error> {
    let mut queue = VecDeque::new();
    let mut in_flight = 0;
    let mut threads = 0;
    let mut open_since: Option<Instant> = None;
    let mut revoked: Option<String> = None;
    loop {
        let is_over = cancel.is_set() || revoked.is_some();
        let target = target(worker, in_flight_max);
        if !is_over && in_flight + queue.len() < target {
            work.refill(target - in_flight - queue.len(), &mut queue)?;
        }
        while !is_over && in_flight < target {
            let Some(task) = queue.pop_front() else { break };
            if threads <= in_flight && threads < in_flight_max {
                spawn();
                threads += 1;
            }
            in_flight += 1;
            give.send(task).expect("the end that takes lives in `drive`");
        }
        if in_flight == 0 {
            break;
        }
        let done = match results.try_recv() {
            Ok(done) => done,
            Err(_) => {
                let patience = if open_since.is_some() { IDLE } else { LOOK };
                match results.recv_timeout(patience) {
                    Ok(done) => done,
                    Err(RecvTimeoutError::Timeout) => {
                        // Nothing to write: what is written becomes durable while the network works.
                        commit(store, &mut open_since, work)?;
                        if cancel.is_set() {
                            worker.client.interrupt();
                        }
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => unreachable!("`drive` keeps a sender"),
                }
            }
        };
        in_flight -= 1;
        if let Err(Failure::Refused(refusal)) = &done.got
            && refusal.kind == Kind::Unauthorized
        {
            // Every other request would be refused too. What came before is kept.
            revoked = Some(refusal.message.clone());
            continue;
        }
        if revoked.is_some() && done.got.is_err() {
            continue;
        }
        if open_since.is_none() {
            store.begin()?;
            open_since = Some(Instant::now());
        }
        let applied = work
            .follow(&done, target.saturating_sub(in_flight + queue.len()), &mut queue)
            .and_then(|()| work.apply(done));
        if let Err(error) = applied {
            store.rollback();
            return Err(error);
        }
        if open_since.is_some_and(|since| since.elapsed() >= TRANSACTION_MAX) {
            commit(store, &mut open_since, work)?;
        }
    }
    commit(store, &mut open_since, work)?;
    revoked.map_or(Ok(()), |message| Err(Error::Unauthorized(message)))
}

fn commit(store: &Store, open_since: &mut Option<Instant>, work: &mut dyn Work) -> Result<(), Error> {
    if open_since.take().is_some() {
        store.commit()?;
        work.committed();
    }
    Ok(())
}
