//! Charges, intents, refunds, money movements, Connect.

use super::catalog::{currency, discounts};
use super::invoicing::{self, Sale, split};
use super::kinds::Kind;
use super::ledger::{self, Entry};
use super::template::{Fields, list_text, object_text};
use super::{Gen, tail};
use crate::sandbox::stripe::text::{PAGE, quoted, shift};

const DAY_S: i64 = 86_400;

/// Why cards are refused: code, reason, message.
const FAILURES: &[(&str, &str, &str)] = &[
    ("card_declined", "generic_decline", "Your card was declined."),
    ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    ("expired_card", "expired_card", "Your card has expired."),
    ("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
    ("processing_error", "processing_error", "An error occurred while processing your card."),
];
const BRANDS: &[&str] = &["visa", "mastercard", "visa", "amex", "mastercard", "discover"];

impl Gen {
    /// The first payment method of a customer, which pays everything.
    fn method_of(&self, customer: Option<u32>) -> Option<u32> {
        customer.and_then(|c| self.first_child(Kind::PaymentMethod, Kind::Customer, c))
    }

    /// A payment method's brand and last digits.
    fn card(&self, method: u32) -> (&'static str, String) {
        let bits = self.bits(Kind::PaymentMethod, method, 1);
        (BRANDS[bits as usize % BRANDS.len()], format!("{:04}", (bits >> 8) % 10_000))
    }

    /// Why a charge failed.
    fn failure(&self, charge: u32) -> Option<(&'static str, &'static str, &'static str)> {
        let one = FAILURES[self.bits(Kind::Charge, charge, 2) as usize % FAILURES.len()];
        (self.sale(charge) == Sale::Failed).then_some(one)
    }

    /// Whether the charge of a payment intent's number is one of its own.
    fn is_by_intent(&self, charge: u32) -> bool {
        self.pays_invoices() && self.sale(charge) != Sale::Direct
    }
}

pub(super) fn charge(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    let (id, customer) = (g.id(kind, n), g.charge_customer(n));
    let (amount, refunded, failure) = (g.charge_amount(n), g.refunded(n), g.failure(n));
    let failed = failure.is_some();
    let entry = g.entry_of(Entry::Charge, n).map(|e| g.id(Kind::BalanceTransaction, e));
    let method = g.method_of(customer);
    let (brand, last4) = g.card(method.unwrap_or(n));
    f.raw("/created", g.created(kind, n));
    f.raw("/livemode", g.livemode);
    f.raw("/amount", amount);
    f.raw("/amount_captured", if failed { 0 } else { amount });
    f.raw("/amount_refunded", refunded);
    f.raw("/captured", !failed);
    f.raw("/disputed", g.is_disputed(n));
    f.raw("/paid", !failed);
    f.raw("/refunded", refunded == amount);
    f.text("/status", if failed { "failed" } else { "succeeded" });
    f.maybe("/failure_code", failure.map(|f| f.0));
    f.maybe("/failure_message", failure.map(|f| f.2));
    f.text("/outcome/network_status", if failed { "declined_by_network" } else { "approved_by_network" });
    f.maybe("/outcome/reason", failure.map(|f| f.1));
    f.text("/outcome/type", if failed { "issuer_declined" } else { "authorized" });
    f.text("/currency", g.charge_currency(n));
    f.maybe("/customer", customer.map(|c| g.id(Kind::Customer, c)).as_deref());
    f.maybe("/payment_intent", g.is_by_intent(n).then(|| g.id(Kind::PaymentIntent, n)).as_deref());
    f.maybe("/balance_transaction", entry.as_deref());
    f.maybe("/payment_method", method.map(|m| g.id(Kind::PaymentMethod, m)).as_deref());
    f.text("/description", &format!("Zahlung № {n} – ありがとう"));
    f.text("/receipt_url", &format!("https://pay.stripe.com/receipts/{id}"));
    f.raw("/transfer_data", "null");
    f.text("/payment_method_details/card/brand", brand);
    f.text("/payment_method_details/card/network", brand);
    f.text("/payment_method_details/card/last4", &last4);
    f.raw("/payment_method_details/card/overcapture/maximum_amount_capturable", amount);
    f.raw(
        "/metadata",
        if n.is_multiple_of(3) { format!("{{\n        \"order\": \"{n}\"\n      }}") } else { "{}".to_owned() },
    );
}

/// The payment intent of the invoice or the checkout session of its number.
pub(super) fn payment_intent(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (id, created, is_own) = (g.id(kind, n), g.created(kind, n), g.is_by_intent(n));
    let (customer, amount) = match g.sale(n) {
        Sale::Checkout => (g.charge_customer(n), g.charge_amount(n)),
        _ => (g.invoice_customer(n), g.bill(n).total),
    };
    let (failure, canceled) = (g.failure(n), invoicing::status(n) == "void");
    let succeeded = is_own && failure.is_none();
    let charge = is_own.then(|| g.id(Kind::Charge, n));
    let method = g.method_of(customer).filter(|_| succeeded).map(|m| g.id(Kind::PaymentMethod, m));
    let error = failure.map(|(code, reason, message)| {
        let fields = [
            ("charge", charge.as_deref().map_or("null".to_owned(), quoted)),
            ("code", quoted(code)),
            ("decline_code", quoted(reason)),
            ("message", quoted(message)),
            ("type", quoted("card_error")),
        ];
        object_text(PAGE + 2, &fields)
    });
    f.raw("/amount", amount);
    f.raw("/amount_received", if succeeded { amount } else { 0 });
    f.text("/currency", currency(customer.unwrap_or(n)));
    f.maybe("/customer", customer.map(|c| g.id(Kind::Customer, c)).as_deref());
    f.text("/client_secret", &format!("{id}_secret_{}", g.bits(kind, n, 2)));
    f.text(
        "/status",
        match (succeeded, canceled) {
            (true, _) => "succeeded",
            (_, true) => "canceled",
            _ => "requires_payment_method",
        },
    );
    f.raw("/canceled_at", if canceled { created.to_string() } else { "null".to_owned() });
    f.maybe("/cancellation_reason", canceled.then_some("void_invoice"));
    f.maybe("/latest_charge", charge.as_deref());
    f.maybe("/payment_method", method.as_deref());
    f.raw("/last_payment_error", error.unwrap_or_else(|| "null".to_owned()));
    for null in ["/next_action", "/processing", "/transfer_data"] {
        f.raw(null, "null");
    }
    let code = id.trim_start_matches("pi_");
    let parts = split(amount, if n % 50 == 7 { 12 } else { 0 });
    let one = |(k, amount): (usize, &u64)| {
        let mut f = Fields::new();
        f.text("/id", &format!("uli_{code}{k:03}"));
        f.raw("/quantity", 1);
        f.raw("/unit_cost", amount);
        f.raw("/tax/total_tax_amount", 0);
        g.nested(Kind::AmountLine, &f)
    };
    let all: Vec<String> = parts.iter().enumerate().rev().map(one).collect();
    f.raw("/~amount_lines", list_text(&all, false, &format!("/v1/payment_intents/{id}/amount_details_line_items")));
}

/// Tells a customer and his payment method.
fn customer_and_method(g: &Gen, customer: Option<u32>, f: &mut Fields) {
    f.maybe("/customer", customer.map(|c| g.id(Kind::Customer, c)).as_deref());
    f.maybe("/payment_method", g.method_of(customer).map(|m| g.id(Kind::PaymentMethod, m)).as_deref());
}

/// Each has one attempt, of its own number.
pub(super) fn setup_intent(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    customer_and_method(g, g.customer_of(kind, n), f);
    f.text("/client_secret", &format!("{}_secret_{n}", g.id(kind, n)));
    f.text("/status", "succeeded");
    f.raw("/last_setup_error", "null");
    f.raw("/next_action", "null");
    f.text("/latest_attempt", &g.id(Kind::SetupAttempt, n));
}

pub(super) fn setup_attempt(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.text("/setup_intent", &g.id(Kind::SetupIntent, n));
    customer_and_method(g, g.customer_of(kind, n), f);
    f.raw("/setup_error", "null");
}

/// Tells which charge something is about, and all that hangs on that.
fn about_charge(g: &Gen, charge: u32, f: &mut Fields) {
    f.text("/charge", &g.id(Kind::Charge, charge));
    f.maybe("/payment_intent", g.is_by_intent(charge).then(|| g.id(Kind::PaymentIntent, charge)).as_deref());
    f.text("/currency", g.charge_currency(charge));
}

pub(super) fn refund(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (charge, amount) = g.refund_of(n);
    about_charge(g, charge, f);
    customer_and_method(g, g.charge_customer(charge), f);
    f.raw("/amount", amount);
    let entry = g.entry_of(Entry::Refund, n).map(|e| g.id(Kind::BalanceTransaction, e));
    f.maybe("/balance_transaction", entry.as_deref());
    f.text("/status", if n % 11 == 3 { "pending" } else { "succeeded" });
}

/// How long one may answer to a dispute.
const EVIDENCE_S: i64 = 21 * DAY_S;

pub(super) fn dispute(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (created, charge) = (g.created(kind, n), g.disputed_charge(n));
    let entries = [Entry::Withdrawal, Entry::Return].map(|entry| g.entry_of(entry, n));
    let status = match (n % 3, entries[1]) {
        (1, Some(_)) => "won",
        (1, None) => "under_review",
        (0, _) if created + EVIDENCE_S > g.now_s() => "needs_response",
        _ => "lost",
    };
    about_charge(g, charge, f);
    f.raw("/amount", g.charge_amount(charge));
    let texts = entries.iter().flatten().map(|e| g.text(Kind::BalanceTransaction, *e));
    let each: Vec<String> = texts.map(|t| format!("\n        {}", shift(&t, PAGE, PAGE + 4))).collect();
    f.raw("/balance_transactions", format!("[{}\n      ]", each.join(",")));
    f.raw("/evidence_details/due_by", created + EVIDENCE_S);
    f.raw("/is_charge_refundable", false);
    f.text("/status", status);
    f.text("/reason", "fraudulent");
}

/// The first midnight that lies so many whole days after a second.
fn midnight(second: i64, days: i64) -> i64 {
    (second / DAY_S + 1 + days) * DAY_S
}

pub(super) fn payout(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let arrival_s = midnight(g.created(kind, n), 1);
    f.raw("/amount", g.paid_out(n));
    f.text("/currency", "eur");
    f.raw("/arrival_date", arrival_s);
    f.text("/status", if arrival_s > g.now_s() { "in_transit" } else { "paid" });
    let entry = g.entry_of(Entry::Payout, n).map(|e| g.id(Kind::BalanceTransaction, e));
    f.maybe("/balance_transaction", entry.as_deref());
}

pub(super) fn balance_transaction(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let ((entry, number), created) = (ledger::entry(n), g.created(kind, n));
    let moved = g.moved(entry, number);
    let (kind_of, category, source, days) = match entry {
        Entry::Charge => ("charge", "charge", Kind::Charge, 1),
        Entry::Refund => ("refund", "refund", Kind::Refund, 0),
        Entry::Payout => ("payout", "payout", Kind::Payout, 1),
        Entry::Withdrawal => ("adjustment", "dispute", Kind::Dispute, 0),
        Entry::Return => ("adjustment", "dispute_reversal", Kind::Dispute, 0),
    };
    let available_s = midnight(created, days);
    f.raw("/amount", moved.cents);
    f.text("/currency", "eur");
    f.raw("/exchange_rate", moved.rate.unwrap_or("null"));
    f.raw("/fee", moved.fee);
    f.raw("/fee_details", fee_details(moved.fee));
    f.raw("/net", moved.cents - moved.fee);
    f.raw("/available_on", available_s);
    f.text("/status", if available_s > g.now_s() { "pending" } else { "available" });
    f.text("/source", &g.id(source, number));
    f.text("/type", kind_of);
    f.text("/reporting_category", category);
    f.text("/description", &format!("{kind_of} {number}"));
}

fn fee_details(fee: i64) -> String {
    let fields = [
        ("amount", fee.to_string()),
        ("application", "null".to_owned()),
        ("currency", quoted("eur")),
        ("description", quoted("Stripe processing fees")),
        ("type", quoted("stripe_fee")),
    ];
    discounts((fee != 0).then(|| object_text(PAGE + 4, &fields)), PAGE + 2)
}

pub(super) fn payment_method(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain_without_customer(g, kind, n, f);
    let detached = g.odd && n % 23 == 4;
    let customer = if detached { None } else { g.parent(kind, n, Kind::Customer).map(|c| g.id(Kind::Customer, c)) };
    f.maybe("/customer", customer.as_deref());
    f.text("/type", if g.odd && n % 19 == 2 { "custom" } else { "card" });
    let (brand, last4) = g.card(n);
    f.text("/card/brand", brand);
    f.text("/card/display_brand", brand);
    f.text("/card/last4", &last4);
    // A detached method stays retrievable but is on no list.
    f.raw("/~unlisted", detached);
}

/// How many reversals or refunds a transfer or a fee has; one in twenty more than an inline page.
fn given_back(n: u32) -> u32 {
    if n % 20 == 2 { 12 } else { n % 2 }
}

/// Reversals or refunds inside a transfer or a fee, of 1, 2, 3… cents.
fn children(g: &Gen, id: &str, n: u32, child: Kind, parent_field: &'static str, created: i64, url: &str) -> String {
    let code = id.rsplit('_').next().unwrap_or(id);
    let one = |k: u32| {
        let mut f = Fields::new();
        f.text("/id", &format!("{}{code}{k:03}", child.row().prefix));
        f.raw("/created", created + i64::from(k));
        f.raw("/amount", 1 + k);
        f.text("/currency", "eur");
        f.text(parent_field, id);
        g.nested(child, &f)
    };
    let all: Vec<String> = (0..given_back(n)).rev().map(one).collect();
    list_text(&all, false, url)
}

/// What reversals or refunds come to.
fn sum_given_back(n: u32) -> u32 {
    given_back(n) * (given_back(n) + 1) / 2
}

pub(super) fn transfer(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (id, created) = (g.id(kind, n), g.created(kind, n));
    f.maybe("/destination", g.parent(kind, n, Kind::Account).map(|a| g.id(Kind::Account, a)).as_deref());
    f.raw("/amount", 1000 + n);
    f.raw("/amount_reversed", sum_given_back(n));
    f.text("/currency", "eur");
    f.raw("/balance_transaction", "null");
    let url = format!("/v1/transfers/{id}/reversals");
    f.raw("/reversals", children(g, &id, n, Kind::TransferReversal, "/transfer", created, &url));
}

pub(super) fn application_fee(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (id, created) = (g.id(kind, n), g.created(kind, n));
    f.maybe("/account", g.parent(kind, n, Kind::Account).map(|a| g.id(Kind::Account, a)).as_deref());
    f.raw("/amount", 100 + n);
    f.raw("/amount_refunded", sum_given_back(n));
    f.text("/currency", "eur");
    f.raw("/balance_transaction", "null");
    let url = format!("/v1/application_fees/{id}/refunds");
    f.raw("/refunds", children(g, &id, n, Kind::FeeRefund, "/fee", created, &url));
}

pub(super) fn by_account(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.maybe("/account", g.parent(kind, n, Kind::Account).map(|a| g.id(Kind::Account, a)).as_deref());
}
