//! What an event says of an invoice, for whoever watches them come in.

use super::billing_period::subscription_of;
use super::event_body::{EventBody, reference};
use crate::model::invoice::InvoiceFacts;

/// Reads an event's payload; nothing for an event about anything but an invoice.
pub fn facts(payload: &str) -> Option<InvoiceFacts> {
    let event = EventBody::read(payload).filter(|event| event.kind.starts_with("invoice."))?;
    let invoice = event.object_of("invoice")?;
    let text = |name: &str| invoice[name].as_str().map(str::to_owned);
    Some(InvoiceFacts {
        id: text("id")?,
        customer_id: reference(&invoice["customer"]),
        subscription_id: subscription_of(&invoice),
        amount_due_minor: invoice["amount_due"].as_i64(),
        currency: text("currency"),
        status: text("status"),
        billing_reason: text("billing_reason"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invoice_is_told_as_far_as_its_event_tells_it() {
        let payload = include_str!("../../../testdata/events/invoice.paid.json");
        let invoice: serde_json::Value = serde_json::from_str(payload).expect("JSON");
        let invoice = &invoice["data"]["object"];
        let told = facts(payload).expect("is one");
        assert_eq!(Some(told.id.as_str()), invoice["id"].as_str());
        assert_eq!(told.amount_due_minor, invoice["amount_due"].as_i64());
        assert_eq!(told.subscription_id.as_deref(), invoice["parent"]["subscription_details"]["subscription"].as_str());
        assert!(told.subscription_id.is_some() && told.status.as_deref() == Some("paid"), "{told:?}");
        let bare =
            r#"{"id":"evt_1","type":"invoice.voided","created":1,"data":{"object":{"id":"in_1","object":"invoice"}}}"#;
        assert_eq!(facts(bare), Some(InvoiceFacts { id: "in_1".into(), ..InvoiceFacts::default() }));
        for other in [
            bare.replace("invoice.voided", "invoice_payment.paid"),
            bare.replace("\"invoice\"", "\"x\""),
            String::new(),
        ] {
            assert_eq!(facts(&other), None, "{other}");
        }
    }
}
