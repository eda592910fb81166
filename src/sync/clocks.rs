//! How the service's clock stood against this machine's, from one run to the next.

use super::Error;
use super::tally::Tally;
use crate::http::Client;
use crate::model::resource::Resource;
use crate::store::{ClockSeen, Store};

/// Compares the clocks with how they stood at the account's last run; returns by how many seconds what was dated since
/// then was put back, where one of them was wrong. Asks nothing: an answer must have come before.
pub fn check(
    store: &Store,
    account: i64,
    numbers: &[(i64, &'static Resource)],
    client: &Client,
) -> Result<Option<i64>, Error> {
    match client.skew_s_max() {
        // A clock that stands still says nothing of any other.
        Some(_) if !client.is_clock_made_up() => {
            let now = ClockSeen { ahead_s: client.skew_s(), since_s: client.service_now_s() };
            Ok(store.check_clock(account, numbers, now)?)
        }
        _ => Ok(None),
    }
}

/// Tells the user of what was put back.
pub fn tell(by_s: i64, service: &str, tally: &Tally) {
    let minutes = by_s.div_euclid(60).max(1);
    tally.note(format!(
        "at the last sync {service}'s clock and this machine's stood {minutes} min otherwise: what changed around then is looked at again"
    ));
}

/// Remembers what a run that began at `began_s` saw of the service's clock, for the next one to compare with.
pub fn keep(store: &Store, account: i64, began_s: i64, client: &Client) -> Result<(), Error> {
    match client.skew_s_max() {
        Some(ahead_s) if !client.is_clock_made_up() => {
            Ok(store.keep_clock(account, ClockSeen { ahead_s, since_s: began_s })?)
        }
        _ => Ok(()),
    }
}
