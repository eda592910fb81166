//! `replay`: events from files, or of the log, through the same path as those of the receiver; or on to another
//! application.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueHint};

use super::args::Global;
use super::exit::{Exit, Failure};
use super::forward::Forward;
use super::payloads::{Awaited, Payload, Payloads, provider_of};
use super::stored::{self, Found, Pages};
use super::values::{self, When};
use super::{settings, signals, status, test_webhook};
use crate::clock::Clock;
use crate::model::cancel::Cancel;
use crate::providers::stripe::event;
use crate::store::{self, Store, Waiting};
use crate::sync;
use crate::sync::delivery::{Accepted, Delivery, Retries};
use crate::sync::intake::Intake;
use crate::ui::{Replayed, Steps, Ui};

/// Events that share a transaction.
const BATCH: usize = 100;
/// Bytes of events that share one; a batch may go beyond by one event.
const BATCH_BYTES_MAX: usize = 4 << 20;
/// Events that can be held to be mixed up.
const SHUFFLED_MAX: usize = 100_000;
/// Failures that are told by name.
const NAMED_MAX: usize = 10;
/// Between two transactions others find the file free.
const PAUSE: Duration = Duration::from_millis(30);

/// The arguments of `replay`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = HELP)]
pub struct ReplayArgs {
    /// Files with an event, a list of events or a line for each; folders of such; - for stdin, a line for each
    #[arg(value_name = "PATH", conflicts_with_all = OF_THE_LOG, value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// The event of the log with this id (evt_…); may be repeated
    #[arg(long = "event", value_name = "ID")]
    pub events: Vec<String>,
    /// Events of the log of this type; with * at the end, all that begin so; may be repeated
    #[arg(long = "type", value_name = "TYPE", value_parser = values::event_type)]
    pub kinds: Vec<String>,
    /// Events of the log of this account (acct_…)
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Events of the log that happened from then on: 2026-01-31 (UTC), 2026-01-31T12:00:00Z, or 2h, 1d ago
    #[arg(long, value_name = "TIME", value_parser = values::when)]
    pub since: Option<When>,
    /// Events of the log that happened before then
    #[arg(long, value_name = "TIME", value_parser = values::when)]
    pub until: Option<When>,
    /// Send them to this address, signed anew, and write nothing into the file
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, conflicts_with = "apply")]
    pub forward_to: Option<String>,
    /// Keep to the times at which they happened, so many times as fast [default: as fast as possible]
    #[arg(long, value_name = "N", value_parser = values::speed, conflicts_with = "shuffle")]
    pub speed: Option<f64>,
    /// Mix the events up; the same seed gives the same order
    #[arg(long, value_name = "SEED", value_parser = values::seed)]
    pub shuffle: Option<u64>,
    /// How many of them come twice: 20%, or 0.2
    #[arg(long, value_name = "SHARE", default_value = "0%", value_parser = values::share)]
    pub duplicate: u32,
    /// Take those of files also into a database that holds accounts of Stripe
    #[arg(long)]
    pub apply: bool,
}

/// What chooses events of the log.
const OF_THE_LOG: [&str; 5] = ["events", "kinds", "account", "since", "until"];

const HELP: &str = "\
Examples:
  stripesync replay --database try.db events/
  stripesync replay --database try.db events/ --shuffle 7 --duplicate 20%
  stripe events list --limit 100 > page.json
  stripesync replay --apply page.json
  stripesync replay --event evt_1PqRsT            of the log, once more
  stripesync replay --type 'invoice.*' --since 1d
  stripesync replay --since 2h --forward-to http://localhost:3000/hook

What files change among the rows of a real account is unsettled until a
sync has asked Stripe for it. --forward-to signs with
STRIPE_WEBHOOK_SECRET (the first of several), at the time of sending;
what the log holds has no client secrets any more. An answer 408, 429 or
5xx, or none, is tried three times; redirects are not followed.

Exit codes: 0 done, 1 nobody answers there, 3 some failed or were no
  events
  all of them: `stripesync --help`";

/// Runs the command.
pub(super) fn run(args: &ReplayArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let now_s = clock.now_ms().div_euclid(1000);
    sensible(args, now_s)?;
    let settings = settings(global, ui)?;
    let (database, retries) = (&settings.database.value, super::retries(&settings)?);
    let cancel = signals::watch()?;
    store::stop_waiting_for(&cancel);
    let is_of_the_log = args.paths.is_empty();
    if is_of_the_log {
        status::present(database)?;
    }
    let store = match (&args.forward_to, is_of_the_log) {
        (Some(_), true) => Some(Store::open_read_only(database)?),
        (Some(_), false) => None,
        // What the log holds came in before: it is the file's own.
        (None, true) => Some(open(database, true, &cancel)?),
        (None, false) => None,
    };
    let mut total = None;
    let found: Box<dyn Iterator<Item = Result<Found, Failure>>> = match &store {
        Some(store) => {
            let rows = stored::rows(args, store, now_s, ui)?;
            if rows.is_empty() {
                ui.note("no event of the log is what these options mean: nothing was done");
            }
            total = Some(rows.len() as u64).filter(|_| args.duplicate == 0);
            Box::new(Pages::of(store, rows))
        }
        None => Box::new(read(args, &cancel)?.map(|payload| payload.map(Found::Outside))),
    };
    let found = mixed(found, args)?;
    let pace = Pace::new(args.speed, clock);
    let (done, ended) = match (&args.forward_to, &store) {
        (Some(url), _) => {
            let secret = test_webhook::secret(settings.webhook_secrets()?, ui);
            let forward = Forward::new(url, secret, total, (clock, &cancel, ui))?;
            let paced = found.inspect(|found| pace.wait(found.as_ref().ok(), &cancel));
            forward.all(paced)
        }
        (None, Some(store)) => take_in((store, retries), found, &pace, total, (clock, &cancel, ui))?,
        (None, None) => {
            let store = open(database, args.apply, &cancel)?;
            take_in((&store, retries), found, &pace, total, (clock, &cancel, ui))?
        }
    };
    ui.replayed(&done).map_err(|error| Failure::stdout(&error))?;
    ended?;
    if cancel.is_set() {
        ui.note("interrupted; what is counted is done");
    } else if !is_of_the_log && done.by_outcome.is_empty() {
        ui.note("there is no event in what was named: nothing was done");
    }
    Ok(match cancel.signal() {
        Some(signal) => Exit::Interrupted(signal),
        None if done.failed > 0 => Exit::Partly,
        None => Exit::Done,
    })
}

/// Refuses what names no event.
fn sensible(args: &ReplayArgs, now_s: i64) -> Result<(), Failure> {
    let ReplayArgs { paths, events, kinds, account, since, until, .. } = args;
    let is_chosen = !(events.is_empty() && kinds.is_empty()) || account.is_some() || since.is_some() || until.is_some();
    if paths.is_empty() && !is_chosen {
        return Err(Failure::usage("it is not said which events to replay").hint(
            "name files or folders of events (- for stdin), or choose events of the log with --event, --type, --account, \
             --since or --until",
        ));
    }
    values::ordered(*since, *until, now_s).map_err(Failure::usage)
}

/// Reads the files; what comes from stdin in a thread of its own.
fn read(args: &ReplayArgs, cancel: &Cancel) -> Result<Box<dyn Iterator<Item = Result<Payload, Failure>>>, Failure> {
    let payloads = Payloads::of(&args.paths)?;
    match args.paths.iter().any(|path| path.as_os_str() == "-") {
        true => Ok(Box::new(Awaited::of(payloads, cancel)?)),
        false => Ok(Box::new(payloads)),
    }
}

/// Opens the file for events from outside. A file that a service's accounts are in takes them only from who says so.
///
/// # Errors
/// When it holds such accounts and `apply` is not set; the store's.
pub(super) fn open(database: &Path, apply: bool, cancel: &Cancel) -> Result<Store, Failure> {
    let catalog = sync::catalog();
    let store = Store::open(database)?;
    let real = store.real_accounts()?;
    if !real.is_empty() && !apply {
        let accounts = if real.len() == 1 { "account" } else { "accounts" };
        let message = format!("{} holds the {accounts} {}", database.display(), real.join(", "));
        return Err(Failure::usage(message)
            .hint("--database names another file to try things in; --apply takes the events into this one"));
    }
    store.reread(&catalog, cancel)?;
    Ok(store)
}

/// Events on their way.
type Stream<'s> = Box<dyn Iterator<Item = Result<Found, Failure>> + 's>;

/// Returns the events in the order in which they are to come: as they stand, or mixed up and some of them twice.
fn mixed<'s>(found: Stream<'s>, args: &ReplayArgs) -> Result<Stream<'s>, Failure> {
    let mut dice = Dice(args.shuffle.unwrap_or(1));
    let percent = u64::from(args.duplicate);
    let twice = move |one: Result<Found, Failure>| {
        let again = one.as_ref().ok().filter(|_| dice.below(100) < percent).cloned().map(Ok);
        std::iter::once(one).chain(again)
    };
    let all = found.flat_map(twice);
    let Some(seed) = args.shuffle else { return Ok(Box::new(all)) };
    let mut held = all.take(SHUFFLED_MAX + 1).collect::<Result<Vec<_>, _>>()?;
    if held.len() > SHUFFLED_MAX {
        let message = format!("--shuffle holds all events at once, at most {SHUFFLED_MAX}");
        return Err(Failure::usage(message).hint("replay some of them at a time"));
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

/// Keeps to the times at which things happened.
struct Pace<'p> {
    speed: Option<f64>,
    clock: &'p dyn Clock,
    /// The second of the first event, and when that one was due.
    began: std::cell::Cell<Option<(i64, Duration)>>,
}

impl<'p> Pace<'p> {
    fn new(speed: Option<f64>, clock: &'p dyn Clock) -> Pace<'p> {
        Pace { speed, clock, began: Default::default() }
    }

    /// Returns how long an event of this second is to wait.
    fn delay(&self, created_s: i64) -> Duration {
        let (Some(speed), now) = (self.speed, self.clock.elapsed()) else { return Duration::ZERO };
        let (first_s, at) = self.began.get().unwrap_or((created_s, now));
        self.began.set(Some((first_s, at)));
        let after_s = created_s.saturating_sub(first_s).max(0) as f64 / speed;
        let due = Duration::try_from_secs_f64(after_s).unwrap_or(Duration::MAX);
        at.saturating_add(due).saturating_sub(now)
    }

    /// Returns how long this event is to wait; what does not say when it happened waits for nothing.
    fn delay_of(&self, found: &Found) -> Duration {
        match self.speed {
            Some(_) => event::read(found.body()).created_s.map_or(Duration::ZERO, |created_s| self.delay(created_s)),
            None => Duration::ZERO,
        }
    }

    fn wait(&self, found: Option<&Found>, cancel: &Cancel) {
        if let Some(found) = found {
            signals::rest(self.clock, cancel, self.delay_of(found));
        }
    }
}

/// Takes events into the file.
fn take_in(
    (store, retries): (&Store, Retries),
    found: Stream,
    pace: &Pace,
    total: Option<u64>,
    (clock, cancel, ui): (&dyn Clock, &Cancel, &Ui),
) -> Result<(Replayed, Result<(), Failure>), Failure> {
    let catalog = sync::catalog();
    let mut intake = Intake::new(store, &catalog, retries, None)?.offline();
    let (steps, done) = (ui.steps(total), Replayed::default());
    let mut replay = Replay { intake: &mut intake, store, clock, ui, steps, done, named: 0 };
    let ended = replay.all(found, pace, cancel);
    Ok((replay.done, ended))
}

struct Replay<'r, 'c> {
    intake: &'r mut Intake<'c>,
    store: &'r Store,
    clock: &'r dyn Clock,
    ui: &'r Ui,
    steps: Steps,
    done: Replayed,
    named: usize,
}

impl Replay<'_, '_> {
    fn all(&mut self, all: Stream, pace: &Pace, cancel: &Cancel) -> Result<(), Failure> {
        let (mut batch, mut bytes) = (Vec::with_capacity(BATCH), 0);
        for found in all {
            if cancel.is_set() {
                return Ok(());
            }
            let found = found?;
            if !pace.delay_of(&found).is_zero() {
                self.take(&mut batch)?;
                bytes = 0;
                pace.wait(Some(&found), cancel);
            }
            bytes += found.body().len();
            batch.push(found);
            if batch.len() == BATCH || bytes >= BATCH_BYTES_MAX {
                self.take(&mut batch)?;
                bytes = 0;
            }
        }
        if cancel.is_set() { Ok(()) } else { self.take(&mut batch) }
    }

    fn take(&mut self, batch: &mut Vec<Found>) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        let places: Vec<String> = batch.iter().map(Found::place).collect();
        let now_s = self.clock.now_ms().div_euclid(1000);
        // Of one run, all are from outside or all are of the log.
        let (mut outside, mut logged) = (Vec::<Delivery>::new(), Vec::<(i64, Waiting)>::new());
        for found in batch.drain(..) {
            match found {
                Found::Outside(Payload { place, body }) => {
                    let provider = provider_of(&body);
                    outside.push(Delivery { provider, body, door: "replay", owner: None, correlation_id: place });
                }
                Found::Logged(account, one) => logged.push((account, one)),
            }
        }
        let mut accepted = self.intake.take(&outside, now_s)?;
        accepted.extend(self.intake.again(&logged, now_s)?);
        for (place, one) in places.iter().zip(&accepted) {
            self.count(place, one);
        }
        self.steps.add(accepted.len() as u64);
        if self.store.is_shared() {
            self.clock.sleep(PAUSE);
        }
        Ok(())
    }

    fn count(&mut self, place: &str, one: &Accepted) {
        let (outcome, why) = one.verdict.in_words();
        self.done.add(outcome, why.is_some());
        let Some(why) = why else { return };
        self.named += 1;
        if self.named <= NAMED_MAX {
            let named = if one.id.is_empty() { String::new() } else { format!(" ({} {})", one.kind, one.id) };
            self.ui.note(&format!("{place}{named}: {why}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::clock::FakeClock;

    #[test]
    fn events_come_at_the_pace_at_which_they_happened() {
        let clock = FakeClock::at_ms(0);
        let cancel = Cancel::default();
        let at = |created_s: i64| {
            let body = format!("{{\"created\":{created_s}}}");
            Found::Outside(Payload { place: String::new(), body })
        };
        let pace = Pace::new(Some(10.0), &clock);
        for (created_s, wanted_ms) in [(100, 0), (130, 3000), (120, 3000), (135, 3500)] {
            pace.wait(Some(&at(created_s)), &cancel);
            assert_eq!(clock.elapsed().as_millis(), wanted_ms, "{created_s}");
        }
        // What took longer than the pause is made up for.
        clock.sleep(Duration::from_secs(9));
        pace.wait(Some(&at(140)), &cancel);
        assert_eq!(clock.elapsed().as_millis(), 12_500);
        let fast = Pace::new(None, &clock);
        fast.wait(Some(&at(i64::MAX)), &cancel);
        assert_eq!(clock.elapsed().as_millis(), 12_500);
    }

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
