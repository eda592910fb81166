//! Who has the file: one at a time asks the services for it, or does what must not be done beside that.

use std::path::Path;
use std::time::Duration;

use super::engine::utc;
use super::exit::{Exit, Failure};
use crate::clock::Clock;
use crate::model::cancel::Cancel;
use crate::store::{self, Lock, Store};

/// What the lock of a receiver's own reading says behind its time.
const BESIDE: &str = " (listen)";
/// How long a sync waits for such a reading. A company's takes a minute at most.
const BESIDE_WAIT: Duration = Duration::from_secs(90);
const LOCK_LOOK: Duration = Duration::from_millis(100);
/// How long a receiver leaves the file to others between two companies, so that whoever waits sees it; and how long it waits
/// for whoever took it then.
const BREATH: Duration = Duration::from_millis(300);
const BREATH_MAX: Duration = Duration::from_secs(600);

/// Takes the file for whoever asks the services, or for what must not be done beside: one at a time. What a receiver reads
/// beside is soon over, and is waited for, unless it is a receiver that asks.
pub(super) fn lock(
    database: &Path,
    is_beside_receiver: bool,
    told: &dyn Fn(String),
    cancel: &Cancel,
    clock: &dyn Clock,
) -> Result<Lock, Failure> {
    let now = utc(clock.now_ms());
    let holder = if is_beside_receiver { format!("{now}{BESIDE}") } else { now };
    let began = clock.elapsed();
    loop {
        let waited = clock.elapsed().saturating_sub(began);
        match Lock::take(database, &holder) {
            Err(store::Error::Held { since, .. })
                if since.ends_with(BESIDE) && !is_beside_receiver && waited < BESIDE_WAIT && !cancel.is_set() =>
            {
                if waited.is_zero() {
                    told("`listen` is reading; waiting for its turn to end".to_owned());
                }
                clock.sleep(LOCK_LOOK);
            }
            taken => return Ok(taken?),
        }
    }
}

/// Lets others have the file for a moment that a receiver's own reading keeps from it, and waits for whoever takes it.
pub(super) fn breathe(store: &Store, cancel: &Cancel, clock: &dyn Clock) -> Result<(), Failure> {
    store.unguard();
    clock.sleep(BREATH);
    let began = clock.elapsed();
    loop {
        match lock(store.path(), true, &|_| {}, cancel, clock) {
            Ok(lock) => {
                store.guard(lock);
                return Ok(());
            }
            Err(failure) if failure.exit != Exit::Held || cancel.is_set() => return Err(failure),
            Err(failure) if clock.elapsed().saturating_sub(began) > BREATH_MAX => return Err(failure),
            Err(_) => clock.sleep(LOCK_LOOK),
        }
    }
}
