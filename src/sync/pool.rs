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
use super::turns::Turns;
use crate::model::cancel::Cancel;
use crate::providers::stripe::refusal::{Kind, Refusal};
use crate::store::Store;

/// Fewest requests in flight, for a service without latency.
const IN_FLIGHT_MIN: usize = 4;
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
        let phase = Phase {
            worker,
            store,
            cancel,
            in_flight_max,
            work,
            give: &give,
            results: &results,
            spawn: &spawn,
            queue: VecDeque::new(),
            in_flight: 0,
            threads: 0,
            turns: Turns::new(store),
            lost: None,
        };
        let outcome = phase.run();
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

/// The loop of one phase.
struct Phase<'p, 'w> {
    worker: &'p Worker<'w>,
    store: &'p Store,
    cancel: &'p Cancel,
    in_flight_max: usize,
    work: &'p mut dyn Work,
    give: &'p SyncSender<Task>,
    results: &'p Receiver<Done>,
    /// Makes one thread more.
    spawn: &'p dyn Fn(),
    queue: VecDeque<Task>,
    in_flight: usize,
    threads: usize,
    turns: Turns<'p>,
    /// What makes every further question useless: the key or the account is refused, or nothing is answered at all.
    lost: Option<Error>,
}

impl Phase<'_, '_> {
    fn run(mut self) -> Result<(), Error> {
        loop {
            let target = target(self.worker, self.in_flight_max);
            if !self.cancel.is_set() && self.lost.is_none() {
                self.hand_out(target)?;
            }
            if self.in_flight == 0 {
                break;
            }
            let Some(done) = self.next()? else { continue };
            self.in_flight -= 1;
            if !self.is_lost(&done) {
                self.take(done, target)?;
            }
        }
        self.commit()?;
        self.lost.map_or(Ok(()), Err)
    }

    /// Keeps as many requests in flight as are wanted, and as there are.
    fn hand_out(&mut self, target: usize) -> Result<(), Error> {
        let known = self.in_flight + self.queue.len();
        if known < target {
            self.work.refill(target - known, &mut self.queue)?;
        }
        while self.in_flight < target {
            let Some(task) = self.queue.pop_front() else { break };
            if self.threads <= self.in_flight && self.threads < self.in_flight_max {
                (self.spawn)();
                self.threads += 1;
            }
            self.in_flight += 1;
            self.give.send(task).expect("the end that takes lives in `drive`");
        }
        Ok(())
    }

    /// Waits for a result; for a while only, so that what is written becomes durable and a signal is heard.
    fn next(&mut self) -> Result<Option<Done>, Error> {
        if let Ok(done) = self.results.try_recv() {
            return Ok(Some(done));
        }
        match self.results.recv_timeout(self.turns.patience().unwrap_or(LOOK)) {
            Ok(done) => Ok(Some(done)),
            Err(RecvTimeoutError::Timeout) => {
                self.commit()?;
                if self.cancel.is_set() {
                    self.worker.client.interrupt();
                }
                Ok(None)
            }
            Err(RecvTimeoutError::Disconnected) => unreachable!("`drive` keeps a sender"),
        }
    }

    /// Returns whether a result says only that the key or the account was refused, or that nothing is answered: every other
    /// request would say so, too. What came before is kept.
    fn is_lost(&mut self, done: &Done) -> bool {
        if let Err(Failure::Refused(refusal)) = &done.got
            && let Some(lost) = lost_by(refusal)
        {
            self.lost = Some(lost);
            return true;
        }
        if self.worker.hope.is_gone(&done.got)
            && let Err(Failure::Http(error)) = &done.got
        {
            self.lost.get_or_insert_with(|| Error::Unanswered(error.to_string()));
            return true;
        }
        self.lost.is_some() && done.got.is_err()
    }

    /// Sends on what follows from a result, and writes it.
    fn take(&mut self, done: Done, target: usize) -> Result<(), Error> {
        if !self.turns.is_begun() {
            self.store.begin()?;
            self.turns.begin();
        }
        let free = target.saturating_sub(self.in_flight + self.queue.len());
        self.work.follow(&done, free, &mut self.queue)?;
        self.work.apply(done)?;
        if self.turns.is_over() {
            self.commit()?;
            self.store.checkpoint_soon()?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Error> {
        if self.turns.is_begun() {
            self.store.commit()?;
            self.turns.end();
            self.work.committed();
        }
        Ok(())
    }
}

/// Returns what a refusal ends, if it is not about one object or list.
fn lost_by(refusal: &Refusal) -> Option<Error> {
    match refusal.kind {
        Kind::Unauthorized => Some(Error::Unauthorized(refusal.message.clone())),
        Kind::Disconnected => Some(Error::Disconnected(refusal.message.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::task::Hope;
    use super::*;
    use crate::clock::SystemClock;
    use crate::http::{Client, Limits, Settings};
    use crate::model::extract::Catalog;
    use crate::model::resource::{List, Resource};
    use std::sync::Arc;

    /// No catalog knows it: asking for the catalog's entry is what a worker breaks down over.
    static UNKNOWN: Resource =
        Resource { name: "unknown", list: List::Cursor("/v1/unknown"), get: "/v1/unknown/{id}", ..Resource::BLANK };

    /// Asks for one unknown object after another, and counts what comes of them.
    struct Breaking {
        asked: usize,
        crashed: usize,
    }

    impl Work for Breaking {
        fn refill(&mut self, room: usize, queue: &mut VecDeque<Task>) -> Result<(), Error> {
            while self.asked < 20 && queue.len() < room {
                queue.push_back(Task::Get { resource: &UNKNOWN, id: self.asked.to_string() });
                self.asked += 1;
            }
            Ok(())
        }
        fn follow(&mut self, _: &Done, _: usize, _: &mut VecDeque<Task>) -> Result<(), Error> {
            Ok(())
        }
        fn apply(&mut self, done: Done) -> Result<(), Error> {
            self.crashed += usize::from(matches!(done.got, Err(Failure::Crashed)));
            Ok(())
        }
    }

    #[test]
    fn a_worker_that_breaks_down_is_a_failure_and_never_waited_for() {
        let cancel = Cancel::default();
        let settings = Settings::new("http://127.0.0.1:1".to_owned(), Limits::new(1000, None));
        let client = Client::new(settings, Arc::new(SystemClock::new()), cancel.clone()).expect("a client");
        let catalog = Catalog::new(std::iter::empty());
        let readers = crate::sync::task::readers().expect("threads");
        let worker =
            Worker { client: &client, catalog: &catalog, readers: &readers, elements_max: 1, hope: Hope::default() };
        let store = Store::in_memory().expect("opens");
        let mut work = Breaking { asked: 0, crashed: 0 };
        drive(&worker, &store, &cancel, 4, &mut work).expect("ends");
        assert_eq!((work.asked, work.crashed), (20, 20));
    }
}
