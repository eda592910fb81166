//! What one event says about the history of a subscription.
//!
//! It is derived from the event alone: the state before is `previous_attributes` laid over the object. No row is asked, so
//! that every order of delivery books the same changes.
//!
//! # Which event tells what
//! Every change is told by one event only, or it would be counted twice:
//! * `….created` and `….updated` tell everything but what follows.
//! * `….deleted` alone tells the end, since it "occurs whenever a customer's subscription ends"; an update that shows
//!   `canceled` may come beside it, or later, when somebody edits the metadata of what has ended.
//! * `….paused` and `….resumed` alone tell of the status `paused`; they come beside an update. Paused collection
//!   (`pause_collection`) has no event of its own: the update tells it.
//! * `….trial_will_end` and `….pending_update_*` announce, or repeat what an update says: they tell nothing here.
//!
//! Source: Stripe API reference, "Types of events".
//!
//! # When a subscription begins
//! When its first invoice is paid or needs no payment, and not before: a subscription that is created `incomplete` is no
//! revenue yet. It is `new` when an event shows it with another status for the first time: at its creation, or by the
//! update from `incomplete`. `incomplete_expired` never began, and its end tells nothing. A beginning tells all that
//! stands at that moment: a trial, a planned end, paused collection.
//!
//! # Amounts
//! They are the contract's: what the items bill each period ([`super::subscription_terms`]) from the beginning to the end.
//! Whether that is collected is told by the statuses: trials, pauses, `past_due` and `unpaid` do not change the amount, for
//! the event of an end does not tell which of these it ended. So `new` goes from 0 to the amount, `canceled` from the
//! amount to 0, `reactivated` from 0 to the amount where it had ended and not at all where it was only `unpaid`; upgrade,
//! downgrade, quantity and plan change from the old to the new one; in all others both are equal. Within an event each
//! change begins with the amount that the one before it ended with: the differences of a subscription's changes add up to
//! what it bills now.
//!
//! # Upgrade or downgrade
//! Other prices are an upgrade if they bill more per year, a downgrade if less, and a plan change if as much, or if one of
//! the two is not known. More or fewer of the same prices is a quantity, whatever the amounts.

use std::cmp::Ordering;

use serde_json::Value;

use super::event_body::{EventBody, reference};
use super::subscription_terms::{Difference, Reading, Terms};
use crate::model::order::overlay;

/// What happened. In the order in which one event's changes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It began.
    New,
    /// It had ended, or was given up as unpaid, and goes on.
    Reactivated,
    /// Other prices, more per year.
    Upgrade,
    /// Other prices, less per year.
    Downgrade,
    /// More or fewer of the same.
    Quantity,
    /// Other prices, as much per year or not comparable.
    PlanChange,
    /// A trial ended, however.
    TrialEnd,
    /// A trial began.
    TrialStart,
    /// A planned end was taken back.
    CancelUnscheduled,
    /// An end was planned, or moved.
    CancelScheduled,
    /// It, or its collection, goes on.
    Resumed,
    /// It, or its collection, was paused.
    Paused,
    /// It ended.
    Canceled,
}

impl Kind {
    /// Returns its name in the file.
    pub fn as_text(self) -> &'static str {
        match self {
            Kind::New => "new",
            Kind::Reactivated => "reactivated",
            Kind::Upgrade => "upgrade",
            Kind::Downgrade => "downgrade",
            Kind::Quantity => "quantity",
            Kind::PlanChange => "plan_change",
            Kind::TrialEnd => "trial_end",
            Kind::TrialStart => "trial_start",
            Kind::CancelUnscheduled => "cancel_unscheduled",
            Kind::CancelScheduled => "cancel_scheduled",
            Kind::Resumed => "resumed",
            Kind::Paused => "paused",
            Kind::Canceled => "canceled",
        }
    }

    fn takes_new_terms(self) -> bool {
        matches!(self, Kind::New | Kind::Upgrade | Kind::Downgrade | Kind::Quantity | Kind::PlanChange)
    }
}

/// One side of a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side {
    /// The subscription's status, where the event tells it.
    pub status: Option<String>,
    /// What it bills.
    pub terms: Terms,
}

/// One change of one subscription.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubscriptionChange {
    /// Its place among the changes of its event, from 0.
    pub ordinal: i64,
    /// What happened.
    pub kind: Kind,
    /// `sub_…`.
    pub subscription_id: String,
    /// `cus_…`; a subscription of an account that is a customer has none.
    pub customer_id: Option<String>,
    /// Of both amounts.
    pub currency: Option<String>,
    /// Before.
    pub old: Side,
    /// After.
    pub new: Side,
    /// From when: the event's second; for a planned end, when that is.
    pub effective_s: i64,
}

/// A state of a subscription, as far as changes are told from it.
struct State {
    status: Option<String>,
    reading: Reading,
    /// The second of its planned end, where that is told; nothing where none is planned.
    ends: Option<Option<i64>>,
    is_collection_paused: bool,
}

/// Returns what an event says; nothing for an event of another kind and for what is no subscription.
pub fn changes(event: &EventBody) -> Vec<SubscriptionChange> {
    let Some(verb) = event.kind.strip_prefix("customer.subscription.") else { return Vec::new() };
    let Some(object) = event.object_of("subscription") else { return Vec::new() };
    let Some(subscription_id) = reference(&object["id"]) else { return Vec::new() };
    let previous = event.previous();
    let is = State::of(&object, Reading::of(&object));
    let was = previous.as_ref().map(|previous| is.before(&object, previous, event.api_version.as_deref()));
    let (kinds, from) = match verb {
        "created" => (created(&is), Terms::nothing()),
        "updated" => was.as_ref().map_or((Vec::new(), Terms::nothing()), |was| updated(was, &is)),
        "deleted" => (deleted(was.as_ref(), &is), is.reading.terms.clone()),
        "paused" => (single(Kind::Paused, &is), is.reading.terms.clone()),
        "resumed" => (single(Kind::Resumed, &is), is.reading.terms.clone()),
        _ => return Vec::new(),
    };
    // Only an update tells for certain what was there; elsewhere it is known where the event says so itself.
    let old_status = match verb {
        "updated" => was.and_then(|was| was.status),
        "resumed" => Some("paused".to_owned()),
        _ => previous.and_then(|previous| previous["status"].as_str().map(str::to_owned)),
    };
    let head = Head { subscription_id, customer_id: reference(&object["customer"]), old_status, at_s: event.created_s };
    told(&kinds, from, &is, &head)
}

/// Returns what lies between two states of a subscription that the service showed, the later one at `at_s`. What happened
/// in between and was taken back, nobody sees.
pub fn between(before: &str, after: &str, at_s: i64) -> Vec<SubscriptionChange> {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok().filter(|value| value["object"] == "subscription");
    let (Some(before), Some(after)) = (read(before), read(after)) else { return Vec::new() };
    let Some(subscription_id) = reference(&after["id"]) else { return Vec::new() };
    let was = State::of(&before, Reading::of(&before));
    let is = State::of(&after, Reading::of(&after));
    let (mut kinds, from) = updated(&was, &is);
    if was.has_begun() && !is.has_begun() {
        kinds.extend(deleted(Some(&was), &is));
    }
    let head =
        Head { subscription_id, customer_id: reference(&after["customer"]), old_status: was.status.clone(), at_s };
    told(&kinds, from, &is, &head)
}

/// What all changes of an event have in common.
struct Head {
    subscription_id: String,
    customer_id: Option<String>,
    old_status: Option<String>,
    at_s: i64,
}

/// Makes changes of kinds: each begins with the terms that the one before it ended with.
fn told(kinds: &[Kind], from: Terms, is: &State, head: &Head) -> Vec<SubscriptionChange> {
    let mut standing = from;
    let each = kinds.iter().zip(0..).map(|(&kind, ordinal)| {
        // What had ended begins anew; what was unpaid goes on with what it had.
        let begins = kind == Kind::Reactivated && head.old_status.as_deref() == Some("canceled");
        let after = match kind {
            Kind::Canceled => Terms::nothing(),
            kind if begins || kind.takes_new_terms() => is.reading.terms.clone(),
            _ => standing.clone(),
        };
        let old = std::mem::replace(&mut standing, after.clone());
        let effective_s = is.ends.flatten().filter(|_| kind == Kind::CancelScheduled).unwrap_or(head.at_s);
        SubscriptionChange {
            ordinal,
            kind,
            subscription_id: head.subscription_id.clone(),
            customer_id: head.customer_id.clone(),
            currency: is.reading.currency.clone(),
            old: Side { status: head.old_status.clone(), terms: old },
            new: Side { status: is.status.clone(), terms: after },
            effective_s,
        }
    });
    each.collect()
}

fn created(is: &State) -> Vec<Kind> {
    if is.has_begun() { beginning(Kind::New, is) } else { Vec::new() }
}

/// Returns what an update says, and the terms it begins with.
fn updated(was: &State, is: &State) -> (Vec<Kind>, Terms) {
    match (was.has_begun(), is.has_begun()) {
        (false, true) if was.status() == "canceled" => (beginning(Kind::Reactivated, is), Terms::nothing()),
        (false, true) => (beginning(Kind::New, is), Terms::nothing()),
        (true, true) => (going_on(was, is), was.reading.terms.clone()),
        // The end is the other event's to tell; that one begins with what the items bill now.
        (true, false) => (sold_otherwise(was, is).into_iter().collect(), was.reading.terms.clone()),
        (false, false) => (Vec::new(), Terms::nothing()),
    }
}

fn deleted(was: Option<&State>, is: &State) -> Vec<Kind> {
    let never_began =
        is.status().starts_with("incomplete") || was.is_some_and(|was| was.status().starts_with("incomplete"));
    if never_began { Vec::new() } else { vec![Kind::Canceled] }
}

fn single(kind: Kind, is: &State) -> Vec<Kind> {
    if is.has_begun() { vec![kind] } else { Vec::new() }
}

/// Returns a beginning and all that stands with it.
fn beginning(kind: Kind, is: &State) -> Vec<Kind> {
    let also = [
        (is.status() == "trialing").then_some(Kind::TrialStart),
        is.ends.map(|_| Kind::CancelScheduled),
        is.is_collection_paused.then_some(Kind::Paused),
    ];
    [kind].into_iter().chain(also.into_iter().flatten()).collect()
}

fn going_on(was: &State, is: &State) -> Vec<Kind> {
    let is_paid_again = was.status() == "unpaid" && matches!(is.status(), "active" | "trialing");
    let (was_trial, is_trial) = (was.status() == "trialing", is.status() == "trialing");
    let told = [
        is_paid_again.then_some(Kind::Reactivated),
        sold_otherwise(was, is),
        (was_trial && !is_trial).then_some(Kind::TrialEnd),
        (!was_trial && is_trial).then_some(Kind::TrialStart),
        (was.ends.is_some() && is.ends.is_none()).then_some(Kind::CancelUnscheduled),
        (is.ends.is_some() && is.ends != was.ends).then_some(Kind::CancelScheduled),
        (was.is_collection_paused && !is.is_collection_paused).then_some(Kind::Resumed),
        (!was.is_collection_paused && is.is_collection_paused).then_some(Kind::Paused),
    ];
    told.into_iter().flatten().collect()
}

fn sold_otherwise(was: &State, is: &State) -> Option<Kind> {
    Some(match was.reading.difference(&is.reading)? {
        Difference::Quantity => Kind::Quantity,
        Difference::Price(Some(Ordering::Greater)) => Kind::Upgrade,
        Difference::Price(Some(Ordering::Less)) => Kind::Downgrade,
        Difference::Price(_) => Kind::PlanChange,
    })
}

impl State {
    fn of(subscription: &Value, reading: Reading) -> State {
        State {
            status: subscription["status"].as_str().map(str::to_owned),
            reading,
            ends: planned_end(subscription),
            is_collection_paused: subscription["pause_collection"].is_object(),
        }
    }

    /// Returns the state before an event that shows this one.
    fn before(&self, object: &Value, previous: &Value, api_version: Option<&str>) -> State {
        let mut old = object.clone();
        overlay(&mut old, previous);
        State::of(&old, self.reading.before(&old, previous, api_version))
    }

    fn status(&self) -> &str {
        self.status.as_deref().unwrap_or_default()
    }

    /// Returns whether it is running; a status that nobody knows yet counts as one of the many that are.
    fn has_begun(&self) -> bool {
        !matches!(self.status(), "incomplete" | "incomplete_expired" | "canceled")
    }
}

/// Returns the second of a planned end, where one is planned; versions that do not tell it end with the last period.
fn planned_end(subscription: &Value) -> Option<Option<i64>> {
    if let Some(at_s) = subscription["cancel_at"].as_i64() {
        return Some(Some(at_s));
    }
    (subscription["cancel_at_period_end"] == true).then(|| {
        let items = subscription["items"]["data"].as_array().into_iter().flatten();
        let ends = items.filter_map(|item| item["current_period_end"].as_i64());
        subscription["current_period_end"].as_i64().or_else(|| ends.max())
    })
}

#[cfg(test)]
#[path = "subscription_change_tests.rs"]
mod tests;
