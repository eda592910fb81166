//! Checkout sessions, payment links and quotes, with their line items.

use super::catalog::currency;
use super::invoicing::{self, split};
use super::kinds::Kind;
use super::template::{Fields, list_text};
use super::{Gen, tail};

/// How long a session waits for its customer.
const SESSION_S: i64 = 86_400;
/// How long a quote can be accepted.
const QUOTE_S: i64 = 30 * 86_400;

/// Line items that come to an amount in so many parts.
fn line_items(g: &Gen, id: &str, prefix: &str, currency: &str, parts: &[u64], url: &str) -> String {
    let code = id.strip_prefix(prefix).unwrap_or(id);
    let one = |(k, amount): (usize, &u64)| {
        let mut f = Fields::new();
        f.text("/id", &format!("li_{code}{k:03}"));
        f.raw("/amount_subtotal", amount);
        f.raw("/amount_total", amount);
        f.text("/currency", currency);
        f.raw("/quantity", 1 + k);
        f.raw("/price", "null");
        g.nested(Kind::Item, &f)
    };
    let all: Vec<String> = parts.iter().enumerate().rev().map(one).collect();
    list_text(&all, false, url)
}

/// One in four expired before it was paid; the others made a charge.
pub(super) fn checkout_session(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (id, charge) = (g.id(kind, n), invoicing::of_session(n));
    let (amount, currency) = (g.charge_amount(charge), g.charge_currency(charge));
    let is_paid = !n.is_multiple_of(4);
    f.text("/status", if is_paid { "complete" } else { "expired" });
    f.text("/payment_status", if is_paid { "paid" } else { "unpaid" });
    f.maybe("/payment_intent", is_paid.then(|| g.id(Kind::PaymentIntent, charge)).as_deref());
    f.maybe("/customer", g.charge_customer(charge).map(|c| g.id(Kind::Customer, c)).as_deref());
    f.text("/currency", currency);
    f.raw("/amount_subtotal", amount);
    f.raw("/amount_total", amount);
    f.raw("/total_details/amount_discount", 0);
    f.raw("/total_details/amount_tax", 0);
    f.raw("/expires_at", g.created(kind, n) + SESSION_S);
    for null in ["/invoice", "/subscription", "/setup_intent", "/shipping_cost", "/currency_conversion"] {
        f.raw(null, "null");
    }
    f.text("/client_secret", &format!("{id}_secret_{n}"));
    f.text("/url", &format!("https://checkout.stripe.com/c/pay/{id}"));
    let parts = split(amount, if n % 20 == 3 { 15 } else { 1 + n % 3 });
    let url = format!("/v1/checkout/sessions/{id}/line_items");
    f.raw("/line_items", line_items(g, &id, "cs_test_", currency, &parts, &url));
}

pub(super) fn payment_link(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let id = g.id(kind, n);
    f.raw("/active", n % 3 != 2);
    let parts: Vec<u64> = (0..if n == 1 { 14 } else { 1 + n }).map(|k| 100 + u64::from(k)).collect();
    f.raw("/line_items", line_items(g, &id, "plink_", "usd", &parts, &format!("/v1/payment_links/{id}/line_items")));
}

/// A quote; what is due at once is the first half of its lines.
pub(super) fn quote(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (id, created, customer) = (g.id(kind, n), g.created(kind, n), g.customer_of(kind, n));
    let currency = currency(customer.unwrap_or(n));
    let parts = split(10_000 + g.bits(kind, n, 1) % 9_000 * 10, if n % 20 == 2 { 12 } else { 1 + n % 3 });
    let upfront = &parts[..parts.len() / 2];
    let (total, at_once) = (parts.iter().sum::<u64>(), upfront.iter().sum::<u64>());
    let status = ["draft", "open", "accepted", "canceled"][n as usize % 4];
    let at = |is: bool| if is { created.to_string() } else { "null".to_owned() };
    f.text("/status", status);
    f.text("/currency", currency);
    f.raw("/amount_subtotal", total);
    f.raw("/amount_total", total);
    f.raw("/computed/recurring", "null");
    f.raw("/computed/upfront/amount_subtotal", at_once);
    f.raw("/computed/upfront/amount_total", at_once);
    f.raw("/expires_at", created + QUOTE_S);
    f.raw("/status_transitions/finalized_at", at(status != "draft"));
    f.raw("/status_transitions/accepted_at", at(status == "accepted"));
    f.raw("/status_transitions/canceled_at", at(status == "canceled"));
    for null in ["/invoice", "/subscription", "/from_quote"] {
        f.raw(null, "null");
    }
    f.maybe("/test_clock", customer.and_then(|c| g.clock_of_customer(c)).as_deref());
    f.raw("/line_items", line_items(g, &id, "qt_", currency, &parts, &format!("/v1/quotes/{id}/line_items")));
    let url = format!("/v1/quotes/{id}/computed_upfront_line_items");
    f.raw("/~upfront", line_items(g, &id, "qt_", currency, upfront, &url));
}
