//! The receiver of webhooks: the only place that knows hyper and tokio. One thread speaks HTTP, the caller's thread writes;
//! another speaks HTTP on a port of its own, for monitors ([`admin`]).
//!
//! An event is acknowledged when it is on the disk, log row and effect together, and never before.

pub mod admin;
pub mod answer;
mod body;
mod crowd;
mod desk;
mod figures;
mod gate;
mod heads;
pub mod route;
mod secrets;
mod server;
mod syncer;
mod token_gate;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::model::cancel::Cancel;
pub use crate::model::wire::CORRELATION_HEADER;
use crate::providers::fic::token::Key;
use crate::sync::Error;
use crate::sync::delivery::Accepted;
use crate::sync::intake::Intake;
use answer::Answer;
use desk::Voice;
pub use figures::{BOUNDS_US, Figures};
pub use secrets::{Matched, SigningSecret, SigningSecrets};

/// Refusals that wait to be told; more than these are not.
const REFUSALS_MAX: usize = 64;

/// What was refused before anybody read it.
#[derive(Debug)]
pub struct Refusal {
    /// Why.
    pub why: String,
    /// With what.
    pub answer: Answer,
    /// What it is found by.
    pub correlation_id: String,
}

/// An event of Stripe that is on the disk, as it came.
#[derive(Debug, Clone, Copy)]
pub struct Durable<'a> {
    /// What became of it.
    pub accepted: &'a Accepted,
    /// The body.
    pub body: &'a str,
    /// The header with its signature.
    pub signature: Option<&'a str>,
    /// The receivers that it came through, where it came through others.
    pub via: Option<&'a str>,
    /// What it is found by; what stands before the hyphen names this receiver.
    pub correlation_id: &'a str,
}

/// What the receiver tells as it works.
#[derive(Debug)]
pub enum News<'a> {
    /// A delivery was taken in, and answered so.
    Taken(&'a Accepted, Answer),
    /// A delivery is on the disk, and may be passed on.
    Durable(Durable<'a>),
    /// An event of the log was tried again.
    Again(&'a Accepted),
    /// So many deliveries could not be written, and were told to come again; 0 where it was the log's turn.
    Unwritten(usize, &'a Error),
    /// A request was refused.
    Refused(&'a Refusal),
}

/// Why the receiver ended.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The file cannot be written any more.
    #[error(transparent)]
    Sync(#[from] Error),
    /// The system refused threads or sockets.
    #[error("the receiver cannot listen: {0}")]
    System(#[from] std::io::Error),
}

/// How a receiver works.
#[derive(Debug, Clone)]
pub struct Terms {
    /// What Stripe signs with.
    pub secrets: SigningSecrets,
    /// What Fatture in Cloud signs with.
    pub fic_key: Key,
    /// Whether unsigned events are taken, too.
    pub is_open: bool,
    /// How long a sender waits for an answer; it is told to come again then.
    pub answer_time: Duration,
    /// Where it counts what it does.
    pub figures: Arc<Figures>,
}

/// Receives until somebody asks to stop, and ends what is in flight.
///
/// # Errors
/// What no waiting mends.
pub fn run(
    listener: TcpListener,
    terms: &Terms,
    intake: &mut Intake,
    (clock, cancel): (&Arc<dyn Clock>, &Cancel),
    tell: &mut (dyn FnMut(News) + Send),
) -> Result<(), Ended> {
    let (counter, waiting) = desk::queue();
    let (refused, refusals) = sync_channel(REFUSALS_MAX);
    // Whoever tells may be in another thread each time.
    let refusals = Mutex::new(refusals);
    let shared = server::Shared {
        counter,
        gate: gate::Gate::new(terms.secrets.clone(), terms.is_open),
        token_gate: token_gate::TokenGate::new(terms.fic_key, terms.is_open),
        answer_time: terms.answer_time,
        figures: Arc::clone(&terms.figures),
        clock: Arc::clone(clock),
        cancel: cancel.clone(),
        refused,
        seed: RandomState::new().build_hasher().finish() as u32,
        count: Default::default(),
    };
    let server = std::thread::Builder::new().name("receiver".into()).spawn(move || server::serve(listener, shared))?;
    let worked = {
        let mut tell_all = |news: desk::News| {
            told(&refusals, tell);
            if let desk::News::Taken(accepted, _) | desk::News::Again(accepted) = &news {
                terms.figures.ended(accepted);
            }
            match news {
                desk::News::Taken(accepted, answer) => tell(News::Taken(accepted, answer)),
                desk::News::Durable(accepted, delivery, original) => tell(News::Durable(Durable {
                    accepted,
                    body: &delivery.body,
                    signature: original.signature.as_deref(),
                    via: original.via.as_deref(),
                    correlation_id: &delivery.correlation_id,
                })),
                desk::News::Again(accepted) => tell(News::Again(accepted)),
                desk::News::Unwritten(count, error) => tell(News::Unwritten(count, error)),
                desk::News::Idle => {}
            }
        };
        desk::work(&waiting, intake, &**clock, cancel, &Mutex::new(Voice::new(&mut tell_all)))
    };
    if worked.is_err() {
        // Nobody takes anything in any more: those who come are told to come again, and then there is nobody.
        cancel.set(BROKEN);
    }
    drop(waiting);
    let served = server.join();
    told(&refusals, tell);
    worked?;
    match served {
        Ok(served) => Ok(served?),
        Err(_) => Err(std::io::Error::other("its thread broke down").into()),
    }
}

/// What the wish to stop looks like when no signal made it.
const BROKEN: i32 = -1;

fn told(refusals: &Mutex<Receiver<Refusal>>, tell: &mut (dyn FnMut(News) + Send)) {
    let refusals = refusals.lock().unwrap_or_else(PoisonError::into_inner);
    while let Ok(refusal) = refusals.try_recv() {
        tell(News::Refused(&refusal));
    }
}
