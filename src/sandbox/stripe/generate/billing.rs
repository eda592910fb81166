//! Customers, subscriptions, invoices and what hangs on them.

use super::catalog::{currency, discount, discounts};
use super::kinds::Kind;
use super::template::{Fields, list_text};
use super::{Gen, tail};
use crate::sandbox::stripe::text::NESTED;

/// Names as customers have them, in several scripts.
const NAMES: &[&str] = &[
    "Ada Lovelace",
    "Jürgen Groß",
    "株式会社サンプル",
    "Bottega Verde S.r.l.",
    "Zoë & Filles",
    "🚀 Rocket GmbH",
    "Società Già S.r.l.",
    "مثال للتجارة",
    "Northwind Traders",
    "Maria Rossi",
    "Étienne Lefèvre",
];
/// Names that break careless programs: control characters, quotes, writing from right to left, joined emoji.
const HOSTILE: &[&str] = &[
    "Robert'); DROP TABLE customers;--",
    "Ctrl\u{1}\u{1b}[31mRed\u{7f}",
    "O'Brien \"Bob\" \\ Sons",
    "Tab\tand\nnewline",
    "שלום עולם",
    "Famiglia 👩‍👩‍👧 GmbH",
];
/// Customers with such a name: one in so many, of this remainder. Neither the oldest nor, in the usual account, the newest
/// are among them: those are what one looks at first.
const HOSTILES: (u32, u32) = (31, 28);
/// Customers without a name.
const NAMELESS: (u32, u32) = (41, 33);
/// A month, near enough for periods.
const MONTH_S: i64 = 30 * 86_400;
/// Customers made deleted: one in so many, of this remainder.
const DELETED: (u32, u32) = (97, 13);
/// Customers on a test clock.
const CLOCKED: (u32, u32) = (101, 5);

impl Gen {
    /// Whether the nth customer was deleted before the sandbox began: its GET is a stub.
    pub(in super::super) fn customer_is_gone(&self, n: u32) -> bool {
        self.odd && n % DELETED.0 == DELETED.1
    }

    fn clock_of_customer(&self, n: u32) -> Option<String> {
        let clocked = self.odd && n % CLOCKED.0 == CLOCKED.1 && self.count(Kind::TestClock) > 0;
        clocked.then(|| self.id(Kind::TestClock, n / CLOCKED.0 % self.count(Kind::TestClock)))
    }

    fn customer_of(&self, kind: Kind, n: u32) -> Option<u32> {
        self.parent(kind, n, Kind::Customer)
    }

    fn customer_id_of(&self, kind: Kind, n: u32) -> Option<String> {
        self.customer_of(kind, n).map(|c| self.id(Kind::Customer, c))
    }
}

pub(super) fn customer(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    let created = g.created(kind, n);
    let name = match n % HOSTILES.0 == HOSTILES.1 {
        true => HOSTILE[(n / HOSTILES.0) as usize % HOSTILE.len()],
        false => NAMES[g.bits(kind, n, 1) as usize % NAMES.len()],
    };
    f.raw("/created", created);
    f.raw("/livemode", g.livemode);
    f.raw("/balance", if n.is_multiple_of(9) { -i64::from(n) } else { 0 });
    f.text("/currency", currency(n));
    f.raw("/discount", "null");
    f.maybe("/name", (n % NAMELESS.0 != NAMELESS.1).then_some(name));
    f.maybe("/email", (n % 15 != 1).then(|| format!("customer{n}@example.com")).as_deref());
    f.raw("/delinquent", n.is_multiple_of(31));
    f.text("/invoice_prefix", &format!("{:07X}", g.bits(kind, n, 2) & 0xfff_ffff));
    f.raw(
        "/metadata",
        format!("{{\n        \"company_id\": \"{}\",\n        \"note\": \"ünïcode \\\"{n}\\\"\"\n      }}", n % 10),
    );
    f.maybe("/address/country", [Some("IT"), Some("DE"), None, Some("JP")][n as usize % 4]);
    f.maybe("/address/city", (n % 4 != 2).then_some("Città"));
    f.maybe("/test_clock", g.clock_of_customer(n).as_deref());
}

pub(super) fn subscription(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    let (created, id) = (g.created(kind, n), g.id(kind, n));
    let customer = g.customer_of(kind, n);
    let customer_id = customer.map(|c| g.id(Kind::Customer, c));
    let canceled = customer.is_some_and(|c| g.customer_is_gone(c)) || (g.odd && n % 8 == 6);
    let status =
        if canceled { "canceled" } else { ["active", "active", "active", "trialing", "past_due"][n as usize % 5] };
    let when = |on: bool| if on { (created + MONTH_S).to_string() } else { "null".to_owned() };
    f.raw("/created", created);
    f.raw("/start_date", created);
    f.raw("/billing_cycle_anchor", created);
    f.raw("/livemode", g.livemode);
    f.text("/currency", currency(customer.unwrap_or(n)));
    f.maybe("/customer", customer_id.as_deref());
    f.text("/status", status);
    f.raw("/cancel_at", "null");
    f.raw("/cancel_at_period_end", n.is_multiple_of(17) && !canceled);
    f.raw("/canceled_at", when(canceled));
    f.raw("/ended_at", when(canceled));
    f.raw("/trial_start", if status == "trialing" { created.to_string() } else { "null".into() });
    f.raw("/trial_end", when(status == "trialing"));
    for null in ["/billing_schedules", "/billing_thresholds", "/billing_cycle_anchor_config", "/pause_collection"] {
        f.raw(null, if null == "/billing_schedules" { "[]" } else { "null" });
    }
    for null in
        ["/pending_invoice_item_interval", "/pending_update", "/transfer_data", "/next_pending_invoice_item_invoice"]
    {
        f.raw(null, "null");
    }
    f.raw("/metadata", format!("{{\n        \"n\": \"{n}\"\n      }}"));
    let first_invoice = g.parent(kind, n, Kind::Invoice);
    f.maybe("/latest_invoice", first_invoice.map(|i| g.id(Kind::Invoice, i)).as_deref());
    f.maybe("/test_clock", customer.and_then(|c| g.clock_of_customer(c)).as_deref());
    let own = (n % 25 == 1).then(|| discount(g, "subscription", &id, customer_id.as_deref(), created, 8));
    f.raw("/discounts", discounts(own, 6));
    f.raw("/items", items(g, kind, n, &id, created));
}

/// One in twenty has more items than an inline page shows.
fn items(g: &Gen, kind: Kind, n: u32, id: &str, created: i64) -> String {
    let bits = g.bits(kind, n, 3);
    let count = if n % 20 == 19 { 11 + bits % 15 } else { [1, 1, 1, 2, 3, 1, 10, 2][bits as usize % 8] };
    let code = id.strip_prefix("sub_").unwrap_or(id);
    let prices = g.count(Kind::Price).max(1);
    let one = |k: u64| {
        let price = ((bits >> 8) + k) as u32 % prices;
        let item_id = format!("si_{code}{k:03}");
        let mut f = Fields::new();
        f.text("/id", &item_id);
        f.raw("/billing_thresholds", "null");
        f.raw("/created", created + k as i64);
        f.raw("/current_period_start", created);
        f.raw("/current_period_end", created + MONTH_S * (1 + k as i64 % 2));
        f.raw("/quantity", 1 + k);
        f.text("/subscription", id);
        embedded_price(g, price, &mut f);
        let own =
            (k == 0 && n % 50 == 7).then(|| discount(g, "subscription_item", &item_id, None, created, NESTED + 4));
        f.raw("/discounts", discounts(own, NESTED + 2));
        g.nested(Kind::SubscriptionItem, &f)
    };
    let all: Vec<String> = (0..count).rev().map(one).collect();
    list_text(&all, false, &format!("/v1/subscription_items?subscription={id}"))
}

/// The price and plan that stand whole inside an item; tiers are not among it.
fn embedded_price(g: &Gen, price: u32, f: &mut Fields) {
    let (id, amount, tiered) = (g.id(Kind::Price, price), 500 + price * 10, price % 5 == 2);
    let product = g.parent(Kind::Price, price, Kind::Product).map(|p| g.id(Kind::Product, p));
    let (number, decimal) = match tiered {
        true => ("null".to_owned(), "null".to_owned()),
        false => (amount.to_string(), format!("\"{amount}.000000000125\"")),
    };
    f.raw("/price/active", price % 4 != 3);
    f.text("/price/billing_scheme", if tiered { "tiered" } else { "per_unit" });
    f.raw("/price/created", g.created(Kind::Price, price));
    f.text("/price/currency", currency(price));
    f.raw("/price/custom_unit_amount", "null");
    f.text("/price/id", &id);
    f.maybe("/price/product", product.as_deref());
    f.raw("/price/transform_quantity", "null");
    f.raw("/price/unit_amount", &number);
    f.raw("/price/unit_amount_decimal", &decimal);
    f.raw("/plan/amount", &number);
    f.raw("/plan/amount_decimal", &decimal);
    f.raw("/plan/created", g.created(Kind::Price, price));
    f.text("/plan/currency", currency(price));
    f.text("/plan/id", &id);
    f.text("/plan/interval", "month");
    f.raw("/plan/interval_count", 1);
    f.maybe("/plan/product", product.as_deref());
    f.raw("/plan/transform_usage", "null");
}

pub(super) fn invoice(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    let (created, id) = (g.created(kind, n), g.id(kind, n));
    let subscription = g.parent(kind, n, Kind::Subscription);
    let customer = subscription.map_or_else(|| g.customer_of(kind, n), |s| g.customer_of(Kind::Subscription, s));
    let customer_id = customer.map(|c| g.id(Kind::Customer, c));
    let status = ["paid", "paid", "paid", "open", "draft", "void", "uncollectible"][n as usize % 7];
    let total = 500 + g.bits(kind, n, 1) % 100_000;
    let paid = if status == "paid" { total } else { 0 };
    f.raw("/created", created);
    f.raw("/effective_at", created);
    f.raw("/livemode", g.livemode);
    f.maybe("/customer", customer_id.as_deref());
    f.maybe("/customer_email", customer.map(|c| format!("customer{c}@example.com")).as_deref());
    f.text("/currency", currency(customer.unwrap_or(n)));
    f.text("/status", status);
    f.text("/billing_reason", if subscription.is_some() { "subscription_cycle" } else { "manual" });
    for (at, amount) in [("/amount_due", total), ("/subtotal", total), ("/total", total), ("/amount_paid", paid)] {
        f.raw(at, amount);
    }
    f.raw("/subtotal_excluding_tax", total);
    f.raw("/total_excluding_tax", total);
    f.raw("/amount_remaining", total - paid);
    f.raw("/amount_overpaid", 0);
    f.maybe("/number", (status != "draft").then(|| format!("INV-{n:07}")).as_deref());
    f.raw("/period_start", created - MONTH_S);
    f.raw("/period_end", created);
    f.raw("/due_date", if n.is_multiple_of(6) { (created + MONTH_S).to_string() } else { "null".into() });
    f.raw("/status_transitions/paid_at", if status == "paid" { created.to_string() } else { "null".into() });
    f.raw("/metadata", format!("{{\n        \"n\": \"{n}\"\n      }}"));
    for null in [
        "/from_invoice",
        "/last_finalization_error",
        "/next_payment_attempt",
        "/shipping_cost",
        "/customer_shipping",
        "/shipping_details",
    ] {
        f.raw(null, "null");
    }
    let own = (n % 30 == 3).then(|| discount(g, "invoice", &id, customer_id.as_deref(), created, 8));
    f.raw("/discounts", discounts(own, 6));
    let subscription_id = subscription.map(|s| g.id(Kind::Subscription, s));
    f.raw("/parent", match &subscription_id {
        None => "null".to_owned(),
        Some(s) => format!(
            "{{\n        \"quote_details\": null,\n        \"subscription_details\": {{\n          \"metadata\": {{}},\n          \
             \"subscription\": \"{s}\"\n        }},\n        \"type\": \"subscription_details\"\n      }}"
        ),
    });
    f.raw("/lines", lines(g, kind, n, &id, subscription_id.as_deref(), created));
}

/// One in twenty has more lines than an inline page shows.
fn lines(g: &Gen, kind: Kind, n: u32, id: &str, subscription: Option<&str>, created: i64) -> String {
    let bits = g.bits(kind, n, 4);
    let count = if n % 20 == 17 { 11 + bits % 20 } else { [1, 1, 2, 1, 3, 1, 10, 1][bits as usize % 8] };
    let code = id.strip_prefix("in_").unwrap_or(id);
    let prices = g.count(Kind::Price).max(1);
    let one = |k: u64| {
        let price = ((bits >> 8) + k) as u32 % prices;
        let mut f = Fields::new();
        f.text("/id", &format!("il_{code}{k:03}"));
        f.raw("/amount", 100 + k);
        f.raw("/subtotal", 100 + k);
        f.text("/invoice", id);
        f.text("/description", "Zeile · 行 🚀");
        f.raw("/period/start", created - MONTH_S);
        f.raw("/period/end", created);
        f.raw("/quantity", 1 + k % 4);
        f.text("/quantity_decimal", &format!("{}.5", k));
        f.text("/pricing/price_details/price", &g.id(Kind::Price, price));
        f.text("/pricing/unit_amount_decimal", "33.333333333333");
        f.raw("/parent/invoice_item_details", "null");
        f.maybe("/parent/subscription_item_details/subscription", subscription);
        f.raw("/parent/subscription_item_details/proration", k % 2 == 1);
        f.raw("/parent/subscription_item_details/proration_details", "null");
        f.text("/parent/type", "subscription_item_details");
        // At both ends of a list that is cut when inline.
        let is_discounted = n % 40 == 17 && (k == 0 || k + 1 == count);
        let own = is_discounted.then(|| discount(g, "", &format!("il_{code}{k:03}"), None, created, NESTED + 4));
        f.raw("/discounts", discounts(own, NESTED + 2));
        g.nested(Kind::LineItem, &f)
    };
    let all: Vec<String> = (0..count).rev().map(one).collect();
    list_text(&all, false, &format!("/v1/invoices/{id}/lines"))
}

pub(super) fn invoice_payment(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.text("/status", "paid");
    f.maybe(
        "/payment/payment_intent",
        g.parent(kind, n, Kind::PaymentIntent).map(|p| g.id(Kind::PaymentIntent, p)).as_deref(),
    );
    f.text("/payment/type", "payment_intent");
}

pub(super) fn invoiceitem(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.raw("/date", g.created(kind, n));
    let own = (n % 9 == 2).then(|| discount(g, "", &g.id(kind, n), None, g.created(kind, n), 8));
    f.raw("/discounts", discounts(own, 6));
}

pub(super) fn tax_id(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain_without_customer(g, kind, n, f);
    let own = n < 2;
    let customer = if own { None } else { g.customer_id_of(kind, n) };
    f.maybe("/customer", customer.as_deref());
    f.text("/owner/type", if customer.is_none() { "self" } else { "customer" });
    f.maybe("/owner/customer", customer.as_deref());
    f.text("/value", &format!("IT{n:011}"));
    f.text("/type", "eu_vat");
}

pub(super) fn by_customer(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
}

pub(super) fn schedule(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.text("/status", ["active", "not_started", "completed"][n as usize % 3]);
}

pub(super) fn quote(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let id = g.id(kind, n);
    f.text("/status", ["draft", "open", "accepted", "canceled"][n as usize % 4]);
    f.maybe("/test_clock", g.customer_of(kind, n).and_then(|c| g.clock_of_customer(c)).as_deref());
    let count = if n % 20 == 2 { 12 } else { 1 + n % 3 };
    f.raw("/line_items", line_items(g, &id, "qt_", count, &format!("/v1/quotes/{id}/line_items")));
    f.raw("/~upfront", line_items(g, &id, "qt_", count / 2, &format!("/v1/quotes/{id}/computed_upfront_line_items")));
}

pub(super) fn credit_note(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let id = g.id(kind, n);
    let code = id.trim_start_matches("cn_");
    let count = if n % 20 == 1 { 13 } else { 1 + n % 3 };
    let one = |k: u32| {
        let mut f = Fields::new();
        f.text("/id", &format!("cnli_{code}{k:03}"));
        f.raw("/amount", 10 + k);
        g.nested(Kind::CreditNoteLine, &f)
    };
    let all: Vec<String> = (0..count).rev().map(one).collect();
    f.raw("/lines", list_text(&all, false, &format!("/v1/credit_notes/{id}/lines")));
    f.text("/number", &format!("CN-{n:05}"));
}

/// Line items of a checkout session, a payment link or a quote.
pub(super) fn line_items(g: &Gen, id: &str, prefix: &str, count: u32, url: &str) -> String {
    let code = id.strip_prefix(prefix).unwrap_or(id);
    let one = |k: u32| {
        let mut f = Fields::new();
        f.text("/id", &format!("li_{code}{k:03}"));
        f.raw("/amount_total", 100 + k);
        f.raw("/quantity", 1 + k);
        f.raw("/price", "null");
        g.nested(Kind::Item, &f)
    };
    let all: Vec<String> = (0..count).rev().map(one).collect();
    list_text(&all, false, url)
}
