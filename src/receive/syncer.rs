//! What lets answers go: once their batch is on the disk, and never before. While the disk works on one batch the writer
//! works on the next.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use tokio::sync::oneshot;

use super::answer::Answer;
use super::desk::{News, Original, Voice, speak};
use crate::store::{WalMark, WalSync};
use crate::sync::Error;
use crate::sync::delivery::{Accepted, Delivery};

/// Batches that wait for the disk; the writer waits for it when so many do.
const WAITING_MAX: usize = 2;

/// A batch that is committed.
pub(super) struct Committed {
    /// Tells whether its WAL is doubted since.
    pub mark: WalMark,
    pub taken: Vec<Accepted>,
    pub deliveries: Vec<Delivery>,
    pub originals: Vec<Option<Original>>,
    pub answers: Vec<oneshot::Sender<Answer>>,
}

/// Makes the queue between the writer and the disk.
pub(super) fn queue() -> (SyncSender<Committed>, Receiver<Committed>) {
    sync_channel(WAITING_MAX)
}

/// Brings batches onto the disk and lets their answers go, until the other end of the queue is gone.
pub(super) fn work(batches: &Receiver<Committed>, sync: &WalSync, voice: &Mutex<Voice>) {
    while let Ok(first) = batches.recv() {
        // One sync brings all onto the disk that are committed by now.
        let all: Vec<_> = std::iter::once(first).chain(batches.try_iter()).collect();
        let mut why = sync.sync().err();
        for batch in all {
            if sync.holds(batch.mark) {
                batch.let_go(voice);
            } else {
                batch.turn_away(why.take().map(Error::Store), voice);
            }
        }
    }
}

impl Committed {
    /// Answers what is durable, and tells of it.
    pub fn let_go(self, voice: &Mutex<Voice>) {
        // Who sent it may have gone; it is durable all the same.
        for (one, answer) in self.taken.iter().zip(self.answers) {
            let _ = answer.send(Answer::of(one));
        }
        let mut voice = speak(voice);
        voice.written();
        for ((one, delivery), original) in self.taken.iter().zip(&self.deliveries).zip(&self.originals) {
            voice.tell(News::Taken(one, Answer::of(one)));
            if let Some(original) = original {
                voice.tell(News::Durable(one, delivery, original));
            }
        }
    }

    /// Has everything come again that may not be on the disk.
    fn turn_away(self, why: Option<Error>, voice: &Mutex<Voice>) {
        let count = self.answers.len();
        for answer in self.answers {
            let _ = answer.send(Answer::Later);
        }
        speak(voice).unwritten(count, why);
    }
}
