//! What one event of an invoice says about the period of a subscription that it bills.
//!
//! # The period
//! An invoice's own `period_start` and `period_end` are when items could be added to it, which for a renewal is the period
//! *before* the one that is billed. The lines of the subscription tell what is billed: of those that are no proration
//! (of all, where there is no other), the latest start, and the earliest end after it. So usage, which is billed when its
//! period is over, does not stretch the period, and a month beside a year gives the month.
//! Source: Stripe API reference, invoice `period_end` ("use the line item period to get the service period for each price");
//! list of subscriptions, `current_period_start`, which takes the same ends of several items.
//!
//! # Which event stands
//! The events of an invoice come in any order, and in one second. `paid` and `void` are terminal, and an invoice that is
//! uncollectible becomes nothing but these two; so the status never goes back, and among the others the later event
//! stands. What an event's invoice already shows (an invoice of nothing is paid when it is finalized; a receipt is sent
//! after it was paid) comes before what the event is called.
//! Source: support.stripe.com/questions/invoice-states.

use serde_json::Value;

use super::event_body::{EventBody, reference};

/// How far the collection of a period has come. The order is that of one second's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It is fixed and waits for its payment.
    Finalized,
    /// It went to the customer.
    Sent,
    /// It is to be paid by means outside of the service.
    AttemptRequired,
    /// A part was paid.
    PartlyPaid,
    /// The customer has to confirm the payment.
    ActionRequired,
    /// A payment failed.
    PaymentFailed,
    /// It was not paid when it was due.
    Overdue,
    /// It was given up.
    Uncollectible,
    /// It was paid.
    Paid,
    /// It counts no more.
    Void,
}

impl Status {
    /// Returns its name in the file.
    pub fn as_text(self) -> &'static str {
        match self {
            Status::Finalized => "finalized",
            Status::Sent => "sent",
            Status::AttemptRequired => "attempt_required",
            Status::PartlyPaid => "partly_paid",
            Status::ActionRequired => "action_required",
            Status::PaymentFailed => "payment_failed",
            Status::Overdue => "overdue",
            Status::Uncollectible => "uncollectible",
            Status::Paid => "paid",
            Status::Void => "void",
        }
    }

    /// Reads a name in the file.
    pub fn from_text(text: &str) -> Option<Status> {
        ALL.into_iter().find(|status| status.as_text() == text)
    }

    /// Returns how final it is: nothing leads back from a greater one.
    fn finality(self) -> u8 {
        match self {
            Status::Paid | Status::Void => 2,
            Status::Uncollectible => 1,
            _ => 0,
        }
    }
}

/// Every status.
pub const ALL: [Status; 10] = [
    Status::Finalized,
    Status::Sent,
    Status::AttemptRequired,
    Status::PartlyPaid,
    Status::ActionRequired,
    Status::PaymentFailed,
    Status::Overdue,
    Status::Uncollectible,
    Status::Paid,
    Status::Void,
];

/// The events that tell of a period, with the status of an invoice that is still open.
const EVENTS: &[(&str, Status)] = &[
    ("invoice.finalized", Status::Finalized),
    ("invoice.sent", Status::Sent),
    ("invoice.payment_attempt_required", Status::AttemptRequired),
    ("invoice.payment_action_required", Status::ActionRequired),
    ("invoice.payment_failed", Status::PaymentFailed),
    // A payment may be of a part; the last one closes the invoice.
    ("invoice.payment_succeeded", Status::PartlyPaid),
    ("invoice.overdue", Status::Overdue),
    ("invoice.marked_uncollectible", Status::Uncollectible),
    ("invoice.paid", Status::Paid),
    ("invoice.voided", Status::Void),
];

/// Where a period was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodFrom {
    /// All lines of the subscription.
    Lines,
    /// The lines that the event carried; there are more.
    LinesCutShort,
    /// The invoice's own, since no line of the subscription was there: for a renewal that is the period before.
    Invoice,
}

impl PeriodFrom {
    /// Returns its name in the file.
    pub fn as_text(self) -> &'static str {
        match self {
            PeriodFrom::Lines => "lines",
            PeriodFrom::LinesCutShort => "lines_cut_short",
            PeriodFrom::Invoice => "invoice",
        }
    }
}

/// One billed period of a subscription, as one event shows it. The amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingPeriod {
    /// `sub_…`.
    pub subscription_id: String,
    /// `cus_…`; a subscription of an account that is a customer has none.
    pub customer_id: Option<String>,
    /// `in_…`; a period has one row for each.
    pub invoice_id: String,
    /// When the period begins.
    pub period_start_s: Option<i64>,
    /// When it ends.
    pub period_end_s: Option<i64>,
    /// Where both were read.
    pub period_from: PeriodFrom,
    /// Of all amounts.
    pub currency: Option<String>,
    /// What is to be paid.
    pub amount_due_minor: Option<i64>,
    /// What was paid.
    pub amount_paid_minor: Option<i64>,
    /// What is left of it.
    pub amount_remaining_minor: Option<i64>,
    /// What was sold, after discounts and with taxes.
    pub total_minor: Option<i64>,
    /// How far its collection has come.
    pub status: Status,
    /// How often a payment was tried.
    pub attempt_count: Option<i64>,
    /// Why there is an invoice: `subscription_cycle`.
    pub billing_reason: Option<String>,
    /// The event's second.
    pub at_s: i64,
    /// `evt_…`.
    pub event_id: String,
}

/// What decides which of two events of an invoice stands: the event's second, its status, its id.
pub type Standing<'a> = (i64, Status, &'a str);

/// Returns what an event says; nothing for events of other kinds and for invoices of no subscription.
pub fn period(event: &EventBody) -> Option<BillingPeriod> {
    let (_, named) = EVENTS.iter().find(|(name, _)| *name == event.kind)?;
    let invoice = event.object_of("invoice")?;
    let subscription_id = subscription_of(&invoice)?;
    let (period_start_s, period_end_s, period_from) = billed(&invoice, &subscription_id);
    let text = |name: &str| invoice[name].as_str().map(str::to_owned);
    let number = |name: &str| invoice[name].as_i64();
    Some(BillingPeriod {
        customer_id: reference(&invoice["customer"]),
        invoice_id: reference(&invoice["id"])?,
        period_start_s,
        period_end_s,
        period_from,
        currency: text("currency"),
        amount_due_minor: number("amount_due"),
        amount_paid_minor: number("amount_paid"),
        amount_remaining_minor: number("amount_remaining"),
        total_minor: number("total"),
        status: shown(&invoice).filter(|shown| shown.finality() >= named.finality()).unwrap_or(*named),
        attempt_count: number("attempt_count"),
        billing_reason: text("billing_reason"),
        at_s: event.created_s,
        event_id: event.id.clone().into_owned(),
        subscription_id,
    })
}

/// Returns whether what an event said takes the place of what another said about the same invoice. Of two different events
/// always exactly one does, so that all orders of arrival end with the same one.
pub fn supersedes(new: Standing, old: Standing) -> bool {
    let place = |(at_s, status, event_id): Standing<'_>| (status.finality(), at_s, status, event_id.to_owned());
    place(new) > place(old)
}

impl BillingPeriod {
    /// Returns what decides whether this one stands.
    pub fn standing(&self) -> Standing<'_> {
        (self.at_s, self.status, &self.event_id)
    }
}

/// Returns the status that the invoice itself shows, where nothing or little follows it.
fn shown(invoice: &Value) -> Option<Status> {
    match invoice["status"].as_str()? {
        "paid" => Some(Status::Paid),
        "void" => Some(Status::Void),
        "uncollectible" => Some(Status::Uncollectible),
        _ => None,
    }
}

/// Returns the subscription that an invoice is for; `parent` has it since 2025-03-31.
pub(super) fn subscription_of(invoice: &Value) -> Option<String> {
    reference(&invoice["parent"]["subscription_details"]["subscription"])
        .or_else(|| reference(&invoice["subscription"]))
}

/// Returns the period that is billed, and where it was read.
fn billed(invoice: &Value, subscription_id: &str) -> (Option<i64>, Option<i64>, PeriodFrom) {
    let lines = invoice["lines"]["data"].as_array().map_or(&[][..], Vec::as_slice);
    let all: Vec<Line> = lines.iter().filter_map(|line| Line::read(line, subscription_id)).collect();
    let whole: Vec<Line> = all.iter().copied().filter(|line| !line.is_proration).collect();
    let of = if whole.is_empty() { all } else { whole };
    let Some(start_s) = of.iter().map(|line| line.start_s).max() else {
        return (invoice["period_start"].as_i64(), invoice["period_end"].as_i64(), PeriodFrom::Invoice);
    };
    let end_s = of.iter().map(|line| line.end_s).filter(|end_s| *end_s > start_s).min().unwrap_or(start_s);
    let is_cut = invoice["lines"]["has_more"] == true;
    let from = if is_cut { PeriodFrom::LinesCutShort } else { PeriodFrom::Lines };
    (Some(start_s), Some(end_s), from)
}

/// A line of the subscription.
#[derive(Clone, Copy)]
struct Line {
    start_s: i64,
    end_s: i64,
    is_proration: bool,
}

impl Line {
    /// Reads a line of an item of this subscription; what was only added to its invoice is none.
    fn read(line: &Value, subscription_id: &str) -> Option<Line> {
        let (start_s, end_s) = (line["period"]["start"].as_i64()?, line["period"]["end"].as_i64()?);
        let parent = &line["parent"];
        let details = match parent["type"].as_str() {
            Some("subscription_item_details") => &parent["subscription_item_details"],
            // Prorations of a change are items that wait for the next invoice.
            Some("invoice_item_details") => &parent["invoice_item_details"],
            Some(_) => return None,
            None => line,
        };
        let is_proration = details["proration"] == true;
        let is_item = line["type"] == "invoiceitem" || parent["type"] == "invoice_item_details";
        // Old versions name no subscription in the lines of the only one that the invoice is for.
        let owner = reference(&details["subscription"]).or_else(|| reference(&line["subscription"]));
        let is_own = owner.is_none_or(|owner| owner == subscription_id);
        (is_own && (is_proration || !is_item)).then_some(Line { start_s, end_s, is_proration })
    }
}

#[cfg(test)]
#[path = "billing_period_tests.rs"]
mod tests;
