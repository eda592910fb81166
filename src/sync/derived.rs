//! What an event says beyond the row that it is about, written beside it. From its payload alone: any order of delivery
//! leaves the same rows.

use super::Error;
use crate::providers::stripe::billing_period::{self, BillingPeriod, Status};
use crate::providers::stripe::event_body::EventBody;
use crate::providers::stripe::subscription_change::{self, Side, SubscriptionChange};
use crate::store::{BILLING_PERIODS, EffectValue, Error as StoreError, Observed, SUBSCRIPTION_CHANGES, Store};

/// What types of events begin with that may have such effects: the others' payloads are not read for them.
const TOLD_BY: [&str; 2] = ["customer.subscription.", "invoice."];

/// Writes what a logged event says of a subscription's history and of a billed period.
pub(super) fn write(store: &Store, account: i64, kind: &str, payload: &str) -> Result<(), Error> {
    if !TOLD_BY.iter().any(|begin| kind.starts_with(begin)) {
        return Ok(());
    }
    let Some(event) = EventBody::read(payload) else { return Ok(()) };
    for change in subscription_change::changes(&event) {
        // What two answers showed of it was a guess.
        store.forget_observed(account, &change.subscription_id, event.created_s)?;
        let values = change_values((&event.id, event.created_s), &change, None);
        store.put_effect(&SUBSCRIPTION_CHANGES, account, &values)?;
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

/// Books what two answers show of a subscription, unless an event tells of a change since the first of them.
pub(super) fn book_observed(store: &Store, observed: &Observed) -> Result<(), StoreError> {
    for change in subscription_change::between(observed.before, observed.after, observed.at_s) {
        if store.is_change_told(observed.account, &change.subscription_id, observed.since_s)? {
            return Ok(());
        }
        let id = format!("observed:{}:{}", change.subscription_id, observed.at_s);
        let values = change_values((&id, observed.at_s), &change, Some(observed.since_s));
        store.put_effect(&SUBSCRIPTION_CHANGES, observed.account, &values)?;
    }
    Ok(())
}

/// `told` is the event's id and second, or those that stand for them where nobody told and two answers were compared.
fn change_values(told: (&str, i64), change: &SubscriptionChange, observed_since_s: Option<i64>) -> Vec<EffectValue> {
    let mut values: Vec<EffectValue> = vec![
        told.0.into(),
        change.ordinal.into(),
        told.1.into(),
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
    values.push(if observed_since_s.is_some() { "observed" } else { "event" }.into());
    values.push(observed_since_s.into());
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::delivery::{Delivery, Retries};
    use super::super::intake::Intake;
    use super::*;
    use crate::model::resource::Provider;
    use crate::providers::stripe::API_VERSION;
    use crate::store::{NewAccount, Source, Told};

    const SUBSCRIPTION: &str = "sub_1";

    fn subscription(amount: i64) -> serde_json::Value {
        json!({
            "id": SUBSCRIPTION, "object": "subscription", "status": "active", "customer": "cus_1", "currency": "eur",
            "items": {"object": "list", "has_more": false, "data": [{
                "id": "si_1", "object": "subscription_item", "quantity": 1,
                "price": {"id": format!("price_{amount}"), "object": "price", "currency": "eur", "unit_amount": amount,
                          "unit_amount_decimal": amount.to_string(), "billing_scheme": "per_unit",
                          "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}},
            }]},
        })
    }

    fn upgrade(id: &str, created_s: i64) -> Delivery {
        let body = json!({
            "id": id, "object": "event", "type": "customer.subscription.updated", "created": created_s,
            "livemode": true, "api_version": API_VERSION,
            "data": {"object": subscription(2000), "previous_attributes": {"items": subscription(1000)["items"]}},
        });
        Delivery {
            provider: Provider::Stripe,
            body: body.to_string(),
            door: "replay",
            owner: None,
            correlation_id: String::new(),
        }
    }

    /// Takes what happens in this order, and returns the history that is left.
    fn history(happens: &[&str]) -> Vec<String> {
        let store = Store::in_memory().expect("opens");
        let catalog = super::super::catalog();
        let resource = catalog.by_table("stripe_subscriptions").expect("a resource");
        let new = NewAccount { country: Some("IT".to_owned()), ..NewAccount::opened("stripe", "acct_1", "live") };
        let account = store.account(&new).expect("an account").id;
        let mut rows = store.rows(&catalog, &[]).expect("prepares");
        rows.observe(resource.resource, book_observed);
        let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
        for what in happens {
            let mut answered = |amount: i64, at_s: i64| {
                let object = catalog.object(resource, &subscription(amount).to_string()).expect("reads");
                let source = Source::Answer { sent_s: at_s, date_s: at_s };
                rows.apply(&object, &Told { account, source, api_version: None }).expect("applies");
            };
            match *what {
                "before" => answered(1000, 100),
                "after" => answered(2000, 200),
                "long after" => answered(2000, 300),
                "event" => drop(intake.take(&[upgrade("evt_1", 150)], 400).expect("takes")),
                other => panic!("{other}"),
            }
        }
        let text = "SELECT kind, old_amount_minor, new_amount_minor, at, source FROM subscription_changes";
        store.query_text(text).expect("rows").into_iter().map(|row| row.join(" ")).collect()
    }

    #[test]
    fn what_only_answers_show_is_booked_until_its_event_comes() {
        assert_eq!(history(&["before"]), [""; 0], "the first look shows no change");
        assert_eq!(history(&["before", "after", "long after"]), ["upgrade 1000 2000 200 observed"]);
        for told in [
            ["before", "after", "event"],
            ["before", "event", "after"],
            ["event", "before", "after"],
            ["after", "event", "before"],
        ] {
            assert_eq!(history(&told), ["upgrade 1000 2000 150 event"], "{told:?}");
        }
    }
}
