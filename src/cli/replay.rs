//! `replay`: events from files through the same path as those of the receiver.

use std::path::Path;
use std::time::Duration;

use super::args::{Global, ReplayArgs};
use super::exit::{Exit, Failure};
use super::payloads::{Payload, Payloads};
use super::{settings, signals};
use crate::clock::Clock;
use crate::model::cancel::Cancel;
use crate::store::{self, Store};
use crate::sync;
use crate::sync::intake::{Accepted, Delivery, Intake, Verdict};
use crate::ui::{Replayed, Ui};

/// Events that share a transaction.
const BATCH: usize = 100;
/// Events that can be held to be mixed up.
const SHUFFLED_MAX: usize = 100_000;
/// Failures that are told by name.
const NAMED_MAX: usize = 10;
/// Between two transactions others find the file free.
const PAUSE: Duration = Duration::from_millis(30);

/// Runs the command.
pub(super) fn run(args: &ReplayArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    let (database, retries) = (settings.database.value.clone(), super::retries(&settings)?);
    let payloads = Payloads::of(&args.paths)?;
    let cancel = signals::watch()?;
    store::stop_waiting_for(&cancel);
    let catalog = sync::catalog();
    let store = open(&database, args.apply, &cancel)?;
    let mut intake = Intake::new(&store, &catalog, retries, None)?;
    let mut replay = Replay { intake: &mut intake, store: &store, clock, ui, done: Replayed::default(), named: 0 };
    let ended = replay.all(mixed(payloads, args)?, &cancel);
    let done = std::mem::take(&mut replay.done);
    ui.replayed(&done).map_err(|error| Failure::stdout(&error))?;
    ended?;
    Ok(match cancel.signal() {
        Some(signal) => Exit::Interrupted(signal),
        None if done.failed() > 0 => Exit::Partly,
        None => Exit::Done,
    })
}

/// Opens the file for events from outside. A file that a service's accounts are in takes them only from who says so.
///
/// # Errors
/// When it holds such accounts and `apply` is not set; the store's.
pub(super) fn open(database: &Path, apply: bool, cancel: &Cancel) -> Result<Store, Failure> {
    let catalog = sync::catalog();
    let store = Store::open(database)?;
    let real: Vec<String> = store
        .known_accounts("stripe")?
        .into_iter()
        .filter(|account| account.mode != "sandbox" && account.remote_id != store::NAMELESS)
        .map(|account| account.remote_id)
        .collect();
    if !real.is_empty() && !apply {
        let message = format!("{} holds the account {}", database.display(), real.join(", "));
        return Err(Failure::usage(message)
            .hint("--database names another file to try things in; --apply takes the events into this one"));
    }
    store.reread(&catalog, cancel)?;
    Ok(store)
}

/// Returns the events in the order in which they are to come: as they stand, or mixed up and some of them twice.
fn mixed(payloads: Payloads, args: &ReplayArgs) -> Result<Box<dyn Iterator<Item = Result<Payload, Failure>>>, Failure> {
    let mut dice = Dice(args.shuffle.unwrap_or(1));
    let percent = u64::from(args.duplicate);
    let twice = move |payload: Result<Payload, Failure>| {
        let again = payload.as_ref().ok().filter(|_| dice.below(100) < percent).cloned().map(Ok);
        std::iter::once(payload).chain(again)
    };
    let all = payloads.flat_map(twice);
    let Some(seed) = args.shuffle else { return Ok(Box::new(all)) };
    let mut held = all.take(SHUFFLED_MAX + 1).collect::<Result<Vec<_>, _>>()?;
    if held.len() > SHUFFLED_MAX {
        let message = format!("--shuffle holds all events at once, at most {SHUFFLED_MAX}");
        return Err(Failure::usage(message).hint("replay some of the files at a time"));
    }
    let mut dice = Dice(seed);
    for at in (1..held.len()).rev() {
        held.swap(at, dice.below(at as u64 + 1) as usize);
    }
    Ok(Box::new(held.into_iter().map(Ok)))
}

/// The same seed, the same numbers (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound.max(1)
    }
}

struct Replay<'r, 'c> {
    intake: &'r mut Intake<'c>,
    store: &'r Store,
    clock: &'r dyn Clock,
    ui: &'r Ui,
    done: Replayed,
    named: usize,
}

impl Replay<'_, '_> {
    fn all(
        &mut self,
        payloads: impl Iterator<Item = Result<Payload, Failure>>,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let mut batch = Vec::with_capacity(BATCH);
        for payload in payloads {
            if cancel.is_set() {
                return Ok(());
            }
            batch.push(payload?);
            if batch.len() == BATCH {
                self.take(&mut batch)?;
            }
        }
        self.take(&mut batch)
    }

    fn take(&mut self, batch: &mut Vec<Payload>) -> Result<(), Failure> {
        let deliveries: Vec<Delivery> = batch
            .iter()
            .map(|payload| Delivery {
                body: payload.body.clone(),
                door: "replay",
                owner: None,
                correlation_id: payload.place.clone(),
            })
            .collect();
        let accepted = self.intake.take(&deliveries, self.clock.now_ms() / 1000)?;
        for (payload, one) in batch.drain(..).zip(&accepted) {
            self.count(&payload, one);
        }
        if self.store.is_shared() {
            self.clock.sleep(PAUSE);
        }
        Ok(())
    }

    fn count(&mut self, payload: &Payload, one: &Accepted) {
        let (outcome, why) = outcome(&one.verdict);
        *self.done.by_outcome.entry(outcome).or_default() += 1;
        let Some(why) = why else { return };
        self.named += 1;
        if self.named <= NAMED_MAX {
            let named = if one.id.is_empty() { String::new() } else { format!(" ({} {})", one.kind, one.id) };
            self.ui.note(&format!("{}{named}: {why}", payload.place));
        }
    }
}

/// Returns how a delivery ended in a word, and why where it did not end well.
pub(super) fn outcome(verdict: &Verdict) -> (&'static str, Option<&str>) {
    match verdict {
        Verdict::Processed => ("processed", None),
        Verdict::Duplicate => ("duplicate", None),
        Verdict::Ignored => ("ignored", None),
        Verdict::Failed(why) => ("failed", Some(why)),
        Verdict::Malformed(why) => ("malformed", Some(why)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn dice_are_the_same_for_the_same_seed_and_reach_everything() {
        let thrown = |seed: u64| {
            let mut dice = Dice(seed);
            (0..200).map(|_| dice.below(6)).collect::<Vec<_>>()
        };
        assert_eq!(thrown(7), thrown(7));
        assert_ne!(thrown(7), thrown(8));
        let counts = thrown(7).into_iter().fold(BTreeMap::<u64, u32>::new(), |mut counts, number| {
            *counts.entry(number).or_default() += 1;
            counts
        });
        assert_eq!(counts.len(), 6);
    }
}
