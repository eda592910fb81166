//! What keeps the event log from growing for good while a receiver runs: it is pruned once a day, where the settings say so.

use std::path::PathBuf;
use std::time::Duration;

use super::{events, signals};
use crate::clock::Clock;
use crate::model::cancel::Cancel;
use crate::model::log::{PruneWish, Pruned};
use crate::store::Store;
use crate::sync::{self, prune};

const DAY: Duration = Duration::from_secs(86_400);
/// After each transaction the receiver has nine times as long for itself.
const RESTING: u32 = 9;

/// Keeps a log to so many days.
pub(super) struct Keeping<'a> {
    pub database: PathBuf,
    pub days: u32,
    pub clock: &'a dyn Clock,
    pub cancel: &'a Cancel,
}

impl Keeping<'_> {
    /// Prunes now and once a day, until somebody asks to stop.
    pub fn serve(&self) {
        while !self.cancel.is_set() {
            // Where the file was taken away, no other is to be begun.
            let pruned = if self.database.exists() { self.prune() } else { Ok(Pruned::default()) };
            match pruned {
                Ok(pruned) => {
                    let removed: u64 = pruned.removed.values().sum();
                    tracing::info!(removed, needed = pruned.needed, "the event log was pruned");
                }
                Err(_) if self.cancel.is_set() => {}
                Err(error) => tracing::warn!("the event log could not be pruned: {error}"),
            }
            signals::rest(self.clock, self.cancel, DAY);
        }
    }

    fn prune(&self) -> Result<Pruned, sync::Error> {
        let store = Store::open(&self.database)?;
        let before_s = events::before_s(DAY * self.days, self.clock);
        let wish = PruneWish { before_s, statuses: vec!["processed", "ignored"] };
        prune::prune(&store, &sync::catalog(), &wish, RESTING, self.cancel)
    }
}
