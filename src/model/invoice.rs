//! What somebody who watches the log wants to know of an event about an invoice.

/// An invoice as an event shows it; what it does not tell is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvoiceFacts {
    /// `in_…`.
    pub id: String,
    /// `cus_…`.
    pub customer_id: Option<String>,
    /// `sub_…`.
    pub subscription_id: Option<String>,
    /// In the currency's smallest unit.
    pub amount_due_minor: Option<i64>,
    /// `eur`.
    pub currency: Option<String>,
    /// `open`, `paid`, …
    pub status: Option<String>,
    /// `subscription_cycle`, `manual`, …
    pub billing_reason: Option<String>,
}

impl InvoiceFacts {
    /// Returns each fact with its name, the amount as its digits; what is not told is none.
    pub fn named(&self) -> [(&'static str, Option<String>); 7] {
        [
            ("invoice", Some(self.id.clone())),
            ("customer", self.customer_id.clone()),
            ("subscription", self.subscription_id.clone()),
            ("amount_due_minor", self.amount_due_minor.map(|minor| minor.to_string())),
            ("currency", self.currency.clone()),
            ("status", self.status.clone()),
            ("billing_reason", self.billing_reason.clone()),
        ]
    }
}
