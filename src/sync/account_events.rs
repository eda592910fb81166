//! What events say of an account itself: its name, its country, and whether it may still be read.
//!
//! The mark on an account's row is a function of the logged events and of the newest answer of the service: the newest event
//! counts, and none that is older than the answer. Of several in one second the greater id counts; which of them happened
//! last, their seconds do not tell, and the next answer decides. What was pruned from the log is forgotten here, too.

use super::Error;
use crate::providers::stripe::account::{self, AccountEffect};
use crate::store::{Mark, Store, Waiting, object_of};

/// What events of this kind concern: the account's own row.
pub(super) const TABLE: &str = "accounts";
/// Where the objects of accounts are.
const OBJECTS: &str = "stripe_accounts";
/// Why an account is synced no more that has revoked the platform's access.
const REVOKED: &str = "its owner has taken the access back";

/// Takes what a logged event says of an account that a credential has opened.
pub(super) fn take(store: &Store, account: i64, one: &Waiting) -> Result<(), Error> {
    let Some(effect) = account::effect(&one.event.kind).filter(|_| one.event.error.is_none()) else { return Ok(()) };
    match effect {
        AccountEffect::Revokes | AccountEffect::Grants => follow_access(store, account, &store.mark(account)?),
        AccountEffect::Describes => {
            let Some(id) = &one.event.object_id else { return Ok(()) };
            let mark = store.mark(account)?;
            if mark.remote_id == *id {
                return follow_description(store, account, &mark);
            }
            // The platform's own list tells of those that are connected to it.
            match store.connected_account(account, id)? {
                Some(row) => follow_description(store, row, &store.mark(row)?),
                None => Ok(()),
            }
        }
    }
}

/// Takes what the log has of an account that was just read: an event may be newer than the answer.
pub(super) fn follow(store: &Store, account: i64) -> Result<(), Error> {
    let mark = store.mark(account)?;
    follow_access(store, account, &mark)?;
    follow_description(store, account, &mark)
}

/// An account of its own, or one that events alone have named, is nobody's to connect.
fn follow_access(store: &Store, account: i64, mark: &Mark) -> Result<(), Error> {
    if !mark.is_opened || mark.platform.is_none() {
        return Ok(());
    }
    let newest = store.newest_event_about((account, None), TABLE, &mark.remote_id)?;
    let Some(newest) = newest.filter(|event| is_news(event.created_s, mark)) else { return Ok(()) };
    match account::effect(&newest.kind) {
        Some(AccountEffect::Revokes) => store.disconnected(account, REVOKED).map(drop)?,
        Some(AccountEffect::Grants) => store.reconnected(account)?,
        Some(AccountEffect::Describes) | None => {}
    }
    Ok(())
}

fn follow_description(store: &Store, account: i64, mark: &Mark) -> Result<(), Error> {
    if !mark.is_opened {
        return Ok(());
    }
    let newest = store.newest_event_about((account, mark.platform), OBJECTS, &mark.remote_id)?;
    let Some(newest) = newest.filter(|event| is_news(event.created_s, mark)) else { return Ok(()) };
    // An object that cannot be read says nothing of its name; its row has trouble of its own.
    if let Some(Ok(told)) = object_of(&newest.payload).map(account::read) {
        store.describe(account, told.name.as_deref(), told.country.as_deref())?;
    }
    Ok(())
}

fn is_news(created_s: i64, mark: &Mark) -> bool {
    mark.answered_s.is_none_or(|answered_s| created_s >= answered_s)
}

#[cfg(test)]
#[path = "account_events_tests.rs"]
mod tests;
