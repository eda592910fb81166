//! The one writer behind the receiver: takes what waits in batches and commits them; the answers go when the disk has them
//! ([`super::syncer`]).

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::Ended;
use super::answer::Answer;
use super::syncer::{self, Committed};
use crate::clock::Clock;
use crate::model::cancel::Cancel;
use crate::store;
use crate::sync::Error;
use crate::sync::delivery::{Accepted, Delivery};
use crate::sync::intake::Intake;
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
/// How often what stands in the WAL is copied into the file beside the writer: in small parts, so that no commit has to
/// copy a long one, and nobody waits for that.
const COPY_EVERY: Duration = Duration::from_millis(250);
/// A WAL from that length on is told of: it is 64 MB where everybody closes what he reads.
const WAL_BYTES_TOLD: u64 = 256 << 20;
const WAL_TOLD_EVERY: Duration = Duration::from_secs(600);
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

/// Who tells what happens, whichever thread it happens in.
pub(super) struct Voice<'a> {
    tell: &'a mut (dyn FnMut(News) + Send),
    unwritten: Unwritten,
}

/// What could not be written, and was not told yet: while a disk is full the same happens to every delivery.
#[derive(Default)]
struct Unwritten {
    told: Option<Instant>,
    count: usize,
    why: Option<Error>,
}

/// Returns the one voice.
pub(super) fn speak<'v, 'a>(voice: &'v Mutex<Voice<'a>>) -> MutexGuard<'v, Voice<'a>> {
    voice.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Voice<'a> {
    pub fn new(tell: &'a mut (dyn FnMut(News) + Send)) -> Voice<'a> {
        Voice { tell, unwritten: Unwritten::default() }
    }

    pub fn tell(&mut self, news: News) {
        (self.tell)(news);
    }

    /// Remembers that so many deliveries could not be written, and tells it unless that was done a moment ago.
    pub fn unwritten(&mut self, count: usize, why: Option<Error>) {
        self.unwritten.count += count;
        self.unwritten.why = why.or(self.unwritten.why.take());
        if self.unwritten.told.is_none_or(|at| at.elapsed() >= TELL_EVERY) {
            self.unwritten.told = Some(Instant::now());
            self.tell_unwritten();
        }
    }

    /// Tells what was not told yet, now that it is over.
    pub fn written(&mut self) {
        if self.unwritten.count > 0 {
            self.tell_unwritten();
        }
        self.unwritten = Unwritten::default();
    }

    fn tell_unwritten(&mut self) {
        if let Some(why) = self.unwritten.why.take() {
            let count = std::mem::take(&mut self.unwritten.count);
            self.tell(News::Unwritten(count, &why));
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
    voice: &Mutex<Voice>,
) -> Result<(), Ended> {
    let sync = intake.wal_sync()?;
    std::thread::scope(|scope| {
        let (batches, committed) = syncer::queue();
        let disk = match &sync {
            Some(sync) => {
                let work = move || syncer::work(&committed, sync, voice);
                std::thread::Builder::new().name("disk".into()).spawn_scoped(scope, work).map_err(Ended::System)?;
                Some(batches)
            }
            None => None,
        };
        let mut desk = Desk { intake, clock, voice, disk, copied: Instant::now(), wal_told: None };
        desk.work(waiting, cancel)
    })
}

/// The writer.
struct Desk<'d, 'c, 'v> {
    intake: &'d mut Intake<'c>,
    clock: &'d dyn Clock,
    voice: &'d Mutex<Voice<'v>>,
    /// Where batches wait for the disk; none where there is none.
    disk: Option<SyncSender<Committed>>,
    /// When it was last copied from.
    copied: Instant,
    /// When it was last told how long that is.
    wal_told: Option<Instant>,
}

impl Desk<'_, '_, '_> {
    fn work(&mut self, waiting: &Receiver<Waiting>, cancel: &Cancel) -> Result<(), Ended> {
        let (mut looked, mut rests) = (None::<Instant>, Rests::default());
        loop {
            let free = Instant::now();
            let next = waiting.recv_timeout(NOTICE);
            rests.idle(free.elapsed());
            let began = Instant::now();
            match next {
                Ok(first) => self.serve(batch(first, waiting))?,
                Err(RecvTimeoutError::Disconnected) => {
                    speak(self.voice).written();
                    return Ok(());
                }
                Err(RecvTimeoutError::Timeout) => speak(self.voice).tell(News::Idle),
            }
            if looked.is_none_or(|at| at.elapsed() >= DUE_EVERY) && !cancel.is_set() {
                looked = Some(Instant::now());
                self.try_again()?;
            }
            if let Some(rest) = rests.after(began.elapsed(), || self.intake.is_file_shared()) {
                std::thread::sleep(rest);
            }
        }
    }

    /// Tries what failed before, and is due.
    fn try_again(&mut self) -> Result<(), Error> {
        let now_s = self.clock.now_ms() / 1000;
        match self.intake.look().and_then(|()| self.intake.take_due(now_s, DUE_MAX)) {
            Ok(taken) => {
                let mut voice = speak(self.voice);
                taken.iter().for_each(|one| voice.tell(News::Again(one)));
            }
            Err(error) if is_final(&error) => return Err(error),
            // It stays due.
            Err(error) => speak(self.voice).unwritten(0, Some(error)),
        }
        Ok(())
    }

    fn serve(&mut self, batch: Vec<Waiting>) -> Result<(), Ended> {
        let (mut deliveries, mut originals, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        for one in batch {
            deliveries.push(one.delivery);
            originals.push(one.original);
            answers.push(one.answer);
        }
        while !deliveries.is_empty() {
            let taken = match self.intake.take_some(&deliveries, self.clock.now_ms() / 1000) {
                Ok(taken) => taken,
                Err(error) => {
                    let count = answers.len();
                    for answer in answers {
                        let _ = answer.send(Answer::Later);
                    }
                    if is_final(&error) {
                        speak(self.voice).tell(News::Unwritten(count, &error));
                        return Err(error.into());
                    }
                    speak(self.voice).unwritten(count, Some(error));
                    return Ok(());
                }
            };
            let rest =
                (deliveries.split_off(taken.len()), originals.split_off(taken.len()), answers.split_off(taken.len()));
            self.hand_over(Committed { mark: self.intake.wal_mark(), taken, deliveries, originals, answers })?;
            (deliveries, originals, answers) = rest;
        }
        if self.copied.elapsed() >= COPY_EVERY {
            self.copied = Instant::now();
            if let Err(error) = self.intake.checkpoint_soon() {
                speak(self.voice).unwritten(0, Some(error));
            }
            self.look_at_wal();
        }
        Ok(())
    }

    /// Tells of a WAL that grows and grows: somebody reads what was there long ago, and what came since is kept beside.
    fn look_at_wal(&mut self) {
        let bytes = self.intake.wal_bytes();
        if bytes >= WAL_BYTES_TOLD && self.wal_told.is_none_or(|at| at.elapsed() >= WAL_TOLD_EVERY) {
            self.wal_told = Some(Instant::now());
            tracing::warn!(
                "the WAL beside the database has grown to {} MB: another program has kept a read open for long, and until it \
                 ends nothing can be copied out; close it",
                bytes >> 20
            );
        }
    }

    /// Has the answers go when the disk has what they are about.
    fn hand_over(&self, batch: Committed) -> Result<(), Ended> {
        match &self.disk {
            Some(disk) => {
                // Its other end is gone only if that thread broke down. Whoever started this starts it anew.
                disk.send(batch).map_err(|_| std::io::Error::other("the thread that waits for the disk broke down"))?;
            }
            None => batch.let_go(self.voice),
        }
        Ok(())
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

/// Returns whether no waiting mends it. A file that was taken away may be put back; whoever started a receiver anew in its
/// place would have it make an empty one, and acknowledge into that.
fn is_final(error: &Error) -> bool {
    use store::Error as E;
    matches!(error, Error::Store(E::Damaged { .. } | E::Foreign { .. } | E::Newer { .. } | E::Unlocked { .. }))
}
