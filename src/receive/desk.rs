//! The one writer behind the receiver: takes what waits in batches, commits, and only then lets the answers go.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::answer::Answer;
use crate::clock::Clock;
use crate::model::cancel::Cancel;
use crate::store;
use crate::sync::Error;
use crate::sync::intake::{Accepted, Delivery, Intake};
use crate::sync::turns::Rests;

/// Deliveries that wait for the writer.
const WAITING_MAX: usize = 1024;
/// Deliveries that share one commit.
const BATCH_MAX: usize = 256;
/// Bytes of bodies that share one commit; a batch may go beyond by one body.
const BATCH_BYTES_MAX: usize = 4 << 20;
/// How soon the wish to stop is seen while nothing comes.
const NOTICE: Duration = Duration::from_millis(100);
/// How often the log is asked for what is to be tried again.
const DUE_EVERY: Duration = Duration::from_secs(1);
/// Events tried again at a time, so that deliveries wait little.
const DUE_MAX: usize = 50;
/// How often it is told that nothing can be written.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// What came with a delivery, and whoever passes it on sends along.
#[derive(Debug, Default)]
pub(super) struct Original {
    /// The header that its signature was checked by.
    pub signature: Option<String>,
    /// The receivers that it came through.
    pub via: Option<String>,
}

/// A delivery and where its answer goes.
pub(super) struct Waiting {
    delivery: Delivery,
    /// Of those that may be passed on.
    original: Option<Original>,
    answer: oneshot::Sender<Answer>,
}

/// Where the receiver hands deliveries in.
#[derive(Clone)]
pub(super) struct Counter(SyncSender<Waiting>);

impl Counter {
    /// Hands a delivery in; nothing where too many wait.
    pub fn hand_in(&self, delivery: Delivery, original: Option<Original>) -> Option<oneshot::Receiver<Answer>> {
        let (answer, answered) = oneshot::channel();
        match self.0.try_send(Waiting { delivery, original, answer }) {
            Ok(()) => Some(answered),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => None,
        }
    }
}

/// Makes the two ends of the queue.
pub(super) fn queue() -> (Counter, Receiver<Waiting>) {
    let (sender, receiver) = sync_channel(WAITING_MAX);
    (Counter(sender), receiver)
}

/// What could not be written, and was not told yet: while a disk is full the same happens to every delivery.
#[derive(Default)]
struct Unwritten {
    told: Option<Instant>,
    count: usize,
    why: Option<Error>,
}

impl Unwritten {
    /// Remembers that so many deliveries could not be written, and tells it unless that was done a moment ago.
    fn add(&mut self, count: usize, why: Error, tell: &mut dyn FnMut(News)) {
        self.count += count;
        self.why = Some(why);
        if self.told.is_none_or(|at| at.elapsed() >= TELL_EVERY) {
            self.told = Some(Instant::now());
            self.tell(tell);
        }
    }

    /// Tells what was not told yet, now that it is over.
    fn end(&mut self, tell: &mut dyn FnMut(News)) {
        if self.count > 0 {
            self.tell(tell);
        }
        *self = Unwritten::default();
    }

    fn tell(&mut self, tell: &mut dyn FnMut(News)) {
        if let Some(why) = self.why.take() {
            tell(News::Unwritten(std::mem::take(&mut self.count), &why));
        }
    }
}

/// What the desk tells as it works.
#[derive(Debug)]
pub(super) enum News<'a> {
    /// Nothing; refusals may wait to be told.
    Idle,
    /// A delivery was taken in, and answered so.
    Taken(&'a Accepted, Answer),
    /// It is on the disk, as it came.
    Durable(&'a Accepted, &'a Delivery, &'a Original),
    /// An event of the log was tried again.
    Again(&'a Accepted),
    /// So many deliveries could not be written, and were answered that they come again.
    Unwritten(usize, &'a Error),
}

/// Works until the other end of the queue is gone.
///
/// # Errors
/// What no waiting mends: the file is damaged, or another program's.
pub(super) fn work(
    waiting: &Receiver<Waiting>,
    intake: &mut Intake,
    clock: &dyn Clock,
    cancel: &Cancel,
    tell: &mut dyn FnMut(News),
) -> Result<(), Error> {
    let (mut looked, mut rests, mut unwritten) = (None::<Instant>, Rests::default(), Unwritten::default());
    loop {
        let free = Instant::now();
        let next = waiting.recv_timeout(NOTICE);
        rests.idle(free.elapsed());
        let began = Instant::now();
        match next {
            Ok(first) => serve(batch(first, waiting), intake, clock, &mut unwritten, tell)?,
            Err(RecvTimeoutError::Disconnected) => {
                unwritten.end(tell);
                return Ok(());
            }
            Err(RecvTimeoutError::Timeout) => tell(News::Idle),
        }
        if looked.is_none_or(|at| at.elapsed() >= DUE_EVERY) && !cancel.is_set() {
            looked = Some(Instant::now());
            match intake.look().and_then(|()| intake.take_due(clock.now_ms() / 1000, DUE_MAX)) {
                Ok(taken) => taken.iter().for_each(|one| tell(News::Again(one))),
                Err(error) if is_final(&error) => return Err(error),
                // It stays due.
                Err(error) => unwritten.add(0, error, tell),
            }
        }
        if let Some(rest) = rests.after(began.elapsed(), || intake.is_file_shared()) {
            std::thread::sleep(rest);
        }
    }
}

/// Collects what waits by now; while one batch is written the next one grows.
fn batch(first: Waiting, waiting: &Receiver<Waiting>) -> Vec<Waiting> {
    let mut bytes = first.delivery.body.len();
    let mut batch = vec![first];
    while batch.len() < BATCH_MAX && bytes < BATCH_BYTES_MAX {
        let Ok(next) = waiting.try_recv() else { break };
        bytes += next.delivery.body.len();
        batch.push(next);
    }
    batch
}

fn serve(
    batch: Vec<Waiting>,
    intake: &mut Intake,
    clock: &dyn Clock,
    unwritten: &mut Unwritten,
    tell: &mut dyn FnMut(News),
) -> Result<(), Error> {
    let (mut deliveries, mut originals, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for one in batch {
        deliveries.push(one.delivery);
        originals.push(one.original);
        answers.push(one.answer);
    }
    let mut answers = answers.into_iter();
    let mut begun = 0;
    while begun < deliveries.len() {
        let taken = match intake.take_some(&deliveries[begun..], clock.now_ms() / 1000) {
            Ok(taken) => taken,
            Err(error) => {
                let count = answers.len();
                for answer in answers {
                    let _ = answer.send(Answer::Later);
                }
                if is_final(&error) {
                    tell(News::Unwritten(count, &error));
                    return Err(error);
                }
                unwritten.add(count, error, tell);
                return Ok(());
            }
        };
        unwritten.end(tell);
        // Who sent it may have gone; it is durable all the same.
        for (one, answer) in taken.iter().zip(&mut answers) {
            let _ = answer.send(Answer::of(one));
        }
        for ((one, delivery), original) in taken.iter().zip(&deliveries[begun..]).zip(&originals[begun..]) {
            tell(News::Taken(one, Answer::of(one)));
            if let Some(original) = original {
                tell(News::Durable(one, delivery, original));
            }
        }
        begun += taken.len();
    }
    Ok(())
}

/// Returns whether no waiting mends it. A file that was taken away may be put back; whoever started a receiver anew in its
/// place would have it make an empty one, and acknowledge into that.
fn is_final(error: &Error) -> bool {
    use store::Error as E;
    matches!(error, Error::Store(E::Damaged { .. } | E::Foreign { .. } | E::Newer { .. } | E::Unlocked { .. }))
}
