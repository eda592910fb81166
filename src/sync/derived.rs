//! What an event says beyond the row that it is about, written beside it. From its payload alone: any order of delivery
//! leaves the same rows.

use super::Error;
use crate::providers::stripe::billing_period::{self, BillingPeriod, Status};
use crate::providers::stripe::event_body::EventBody;
use crate::providers::stripe::subscription_change::{self, Side, SubscriptionChange};
use crate::store::{BILLING_PERIODS, EffectValue, SUBSCRIPTION_CHANGES, Store};

/// Writes what a logged event says of a subscription's history and of a billed period.
pub(super) fn write(store: &Store, account: i64, payload: &str) -> Result<(), Error> {
    let Some(event) = EventBody::read(payload) else { return Ok(()) };
    for change in subscription_change::changes(&event) {
        store.put_effect(&SUBSCRIPTION_CHANGES, account, &change_values(&event, &change))?;
    }
    let Some(period) = billing_period::period(&event) else { return Ok(()) };
    let stands = store.billing_standing(account, &period.invoice_id)?;
    let is_newer = stands.is_none_or(|(at_s, status, event_id)| {
        // A status that a newer program wrote is not known here, and gives way.
        Status::from_text(&status)
            .is_none_or(|status| billing_period::supersedes(period.standing(), (at_s, status, &event_id)))
    });
    if is_newer {
        store.put_effect(&BILLING_PERIODS, account, &period_values(&period))?;
    }
    Ok(())
}

fn change_values(event: &EventBody, change: &SubscriptionChange) -> Vec<EffectValue> {
    let mut values: Vec<EffectValue> = vec![
        (&*event.id).into(),
        change.ordinal.into(),
        event.created_s.into(),
        change.kind.as_text().into(),
        (&change.subscription_id).into(),
        (&change.customer_id).into(),
        (&change.currency).into(),
    ];
    for Side { status, terms } in [&change.old, &change.new] {
        values.extend([
            terms.amount.minor.into(),
            (&terms.amount.decimal).into(),
            terms.amount.unknown.into(),
            (&terms.interval).into(),
            terms.interval_count.into(),
            (&terms.price_id).into(),
            terms.quantity.into(),
            (&terms.items).into(),
            EffectValue::from(status),
        ]);
    }
    values.push(change.effective_s.into());
    values
}

fn period_values(period: &BillingPeriod) -> Vec<EffectValue> {
    vec![
        (&period.invoice_id).into(),
        (&period.subscription_id).into(),
        (&period.customer_id).into(),
        period.period_start_s.into(),
        period.period_end_s.into(),
        period.period_from.as_text().into(),
        (&period.currency).into(),
        period.amount_due_minor.into(),
        period.amount_paid_minor.into(),
        period.amount_remaining_minor.into(),
        period.total_minor.into(),
        period.status.as_text().into(),
        period.attempt_count.into(),
        (&period.billing_reason).into(),
        period.at_s.into(),
        (&period.event_id).into(),
    ]
}
