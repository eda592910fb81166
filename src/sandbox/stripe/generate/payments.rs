//! Charges, intents, refunds, money movements, Connect.

use super::billing::line_items;
use super::catalog::currency;
use super::kinds::Kind;
use super::template::{Fields, list_text};
use super::{Gen, tail};
use crate::sandbox::stripe::text::quoted;

pub(super) fn charge(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    let id = g.id(kind, n);
    let (created, customer) = (g.created(kind, n), g.parent(kind, n, Kind::Customer));
    let amount = 100 + g.bits(kind, n, 1) % 90_000;
    let failed = n % 13 == 4;
    let good = |value: u64| if failed { 0 } else { value };
    let joined = |to: Kind| g.parent(kind, n, to).map(|p| g.id(to, p));
    f.raw("/created", created);
    f.raw("/livemode", g.livemode);
    f.raw("/amount", amount);
    f.raw("/amount_captured", good(amount));
    f.raw("/amount_refunded", if n.is_multiple_of(24) { good(amount / 2) } else { 0 });
    f.raw("/captured", !failed);
    f.raw("/paid", !failed);
    f.text("/status", if failed { "failed" } else { "succeeded" });
    f.maybe("/failure_code", failed.then_some("card_declined"));
    f.maybe("/failure_message", failed.then_some("Your card was declined."));
    f.text("/currency", currency(customer.unwrap_or(n)));
    f.maybe("/customer", customer.map(|c| g.id(Kind::Customer, c)).as_deref());
    f.maybe("/payment_intent", joined(Kind::PaymentIntent).as_deref());
    f.maybe("/balance_transaction", joined(Kind::BalanceTransaction).as_deref());
    f.maybe("/payment_method", joined(Kind::PaymentMethod).as_deref());
    f.text("/description", &format!("Zahlung № {n} – ありがとう"));
    f.text("/receipt_url", &format!("https://pay.stripe.com/receipts/{id}"));
    f.raw("/transfer_data", "null");
    f.text("/payment_method_details/card/last4", &format!("{:04}", n % 10_000));
    f.raw(
        "/metadata",
        if n.is_multiple_of(3) { format!("{{\n        \"order\": \"{n}\"\n      }}") } else { "{}".to_owned() },
    );
}

pub(super) fn payment_intent(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let id = g.id(kind, n);
    f.raw("/amount", 100 + g.bits(kind, n, 1) % 90_000);
    f.text("/currency", currency(n));
    f.text("/client_secret", &format!("{id}_secret_{}", g.bits(kind, n, 2)));
    f.text("/status", if n % 13 == 4 { "requires_payment_method" } else { "succeeded" });
    f.maybe("/latest_charge", g.parent(kind, n, Kind::Charge).map(|c| g.id(Kind::Charge, c)).as_deref());
    let code = id.trim_start_matches("pi_");
    let count = if n % 50 == 7 { 12 } else { 0 };
    let one = |k: u32| {
        let mut f = Fields::new();
        f.text("/id", &format!("uli_{code}{k:03}"));
        g.nested(Kind::AmountLine, &f)
    };
    let all: Vec<String> = (0..count).rev().map(one).collect();
    f.raw("/~amount_lines", list_text(&all, false, &format!("/v1/payment_intents/{id}/amount_details_line_items")));
}

pub(super) fn setup_intent(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.text("/client_secret", &format!("{}_secret_{n}", g.id(kind, n)));
    f.text("/status", "succeeded");
    f.maybe("/latest_attempt", g.parent(kind, n, Kind::SetupAttempt).map(|a| g.id(Kind::SetupAttempt, a)).as_deref());
}

pub(super) fn setup_attempt(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
}

pub(super) fn refund(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.raw("/amount", 50 + n);
    f.text("/status", if n % 11 == 3 { "pending" } else { "succeeded" });
}

pub(super) fn dispute(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.text("/status", ["needs_response", "won", "lost"][n as usize % 3]);
    f.text("/reason", "fraudulent");
}

pub(super) fn balance_transaction(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let amount = 100 + g.bits(kind, n, 1) % 90_000;
    f.raw("/amount", amount);
    f.raw("/fee", amount / 33);
    f.raw("/net", amount - amount / 33);
    f.text("/status", if n + 5 > g.count(kind) { "pending" } else { "available" });
}

pub(super) fn payment_method(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain_without_customer(g, kind, n, f);
    let detached = g.odd && n % 23 == 4;
    let customer = if detached { None } else { g.parent(kind, n, Kind::Customer).map(|c| g.id(Kind::Customer, c)) };
    f.maybe("/customer", customer.as_deref());
    f.text("/type", if g.odd && n % 19 == 2 { "custom" } else { "card" });
    // A detached method stays retrievable but is on no list.
    f.raw("/~unlisted", detached);
}

pub(super) fn checkout_session(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let id = g.id(kind, n);
    f.text("/status", if n.is_multiple_of(4) { "expired" } else { "complete" });
    f.text("/client_secret", &format!("{id}_secret_{n}"));
    f.text("/url", &format!("https://checkout.stripe.com/c/pay/{id}"));
    let count = if n % 20 == 3 { 15 } else { 1 + n % 3 };
    f.raw("/line_items", line_items(g, &id, "cs_test_", count, &format!("/v1/checkout/sessions/{id}/line_items")));
}

pub(super) fn payment_link(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let id = g.id(kind, n);
    f.raw("/active", n % 3 != 2);
    let count = if n == 1 { 14 } else { 1 + n };
    f.raw("/line_items", line_items(g, &id, "plink_", count, &format!("/v1/payment_links/{id}/line_items")));
}

/// Reversals or refunds inside a transfer or a fee; one in twenty has more than an inline page.
fn children(g: &Gen, id: &str, n: u32, child: Kind, parent_field: &'static str, created: i64, url: &str) -> String {
    let code = id.rsplit('_').next().unwrap_or(id);
    let count = if n % 20 == 2 { 12 } else { n % 2 };
    let one = |k: u32| {
        let mut f = Fields::new();
        f.text("/id", &format!("{}{code}{k:03}", child.row().prefix));
        f.raw("/created", created + i64::from(k));
        f.raw("/amount", 1 + k);
        f.text(parent_field, id);
        g.nested(child, &f)
    };
    let all: Vec<String> = (0..count).rev().map(one).collect();
    list_text(&all, false, url)
}

pub(super) fn transfer(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (id, created) = (g.id(kind, n), g.created(kind, n));
    f.maybe("/destination", g.parent(kind, n, Kind::Account).map(|a| g.id(Kind::Account, a)).as_deref());
    f.raw("/amount", 1000 + n);
    let url = format!("/v1/transfers/{id}/reversals");
    f.raw("/reversals", children(g, &id, n, Kind::TransferReversal, "/transfer", created, &url));
}

pub(super) fn application_fee(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (id, created) = (g.id(kind, n), g.created(kind, n));
    f.maybe("/account", g.parent(kind, n, Kind::Account).map(|a| g.id(Kind::Account, a)).as_deref());
    f.raw("/amount", 100 + n);
    let url = format!("/v1/application_fees/{id}/refunds");
    f.raw("/refunds", children(g, &id, n, Kind::FeeRefund, "/fee", created, &url));
}

/// A connected account with bank accounts.
pub(super) fn account(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    let id = g.id(kind, n);
    f.raw("/created", g.created(kind, n));
    f.text("/email", &format!("connected{n}@example.com"));
    f.text("/country", ["IT", "US", "JP"][n as usize % 3]);
    f.raw("/metadata", format!("{{\n        \"company_id\": {}\n      }}", quoted(&n.to_string())));
    let code = id.trim_start_matches("acct_");
    let one = |k: u32| {
        let mut f = Fields::new();
        f.text("/id", &format!("ba_{code}{k:03}"));
        f.text("/account", &id);
        f.raw("/customer", "null");
        f.text("/last4", &format!("{k:04}"));
        g.nested(Kind::BankAccount, &f)
    };
    let all: Vec<String> = (0..if n == 1 { 12 } else { 1 }).rev().map(one).collect();
    f.raw("/external_accounts", list_text(&all, false, &format!("/v1/accounts/{id}/external_accounts")));
}

pub(super) fn by_account(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.maybe("/account", g.parent(kind, n, Kind::Account).map(|a| g.id(Kind::Account, a)).as_deref());
}
