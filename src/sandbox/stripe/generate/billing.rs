//! Customers, subscriptions and what hangs on them.

use super::catalog::{self, Owner, Term, currency, discount, discounts, embedded_price};
use super::invoicing::{self, Sale};
use super::kinds::Kind;
use super::redeem::Holder;
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
/// Customers made deleted: one in so many, of this remainder.
const DELETED: (u32, u32) = (97, 13);
/// Customers on a test clock.
const CLOCKED: (u32, u32) = (101, 5);

impl Gen {
    /// Whether the nth customer was deleted before the sandbox began: its GET is a stub.
    pub(in super::super) fn customer_is_gone(&self, n: u32) -> bool {
        self.odd && n % DELETED.0 == DELETED.1
    }

    pub(super) fn clock_of_customer(&self, n: u32) -> Option<String> {
        let clocked = self.odd && n % CLOCKED.0 == CLOCKED.1 && self.count(Kind::TestClock) > 0;
        clocked.then(|| self.id(Kind::TestClock, n / CLOCKED.0 % self.count(Kind::TestClock)))
    }

    pub(super) fn customer_of(&self, kind: Kind, n: u32) -> Option<u32> {
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
    f.raw("/balance", g.children(Kind::CustomerBalanceTransaction, kind, n).map(credit_given).sum::<i64>());
    f.text("/currency", currency(n));
    f.raw("/discount", "null");
    f.maybe("/name", (n % NAMELESS.0 != NAMELESS.1).then_some(name));
    f.maybe("/email", (n % 15 != 1).then(|| format!("customer{n}@example.com")).as_deref());
    f.raw("/delinquent", g.is_delinquent(n));
    f.text("/invoice_prefix", &format!("{:07X}", g.bits(kind, n, 2) & 0xfff_ffff));
    f.raw(
        "/metadata",
        format!("{{\n        \"company_id\": \"{}\",\n        \"note\": \"ünïcode \\\"{n}\\\"\"\n      }}", n % 10),
    );
    f.maybe("/address/country", [Some("IT"), Some("DE"), None, Some("JP")][n as usize % 4]);
    f.maybe("/address/city", (n % 4 != 2).then_some("Città"));
    f.maybe("/test_clock", g.clock_of_customer(n).as_deref());
}

/// What a subscription is doing, as its newest invoice has it, and when that began.
struct Standing {
    status: &'static str,
    from_s: i64,
    /// When its first item's term ends, or the subscription did.
    until_s: i64,
    ended_s: Option<i64>,
}

impl Gen {
    fn standing(&self, n: u32) -> Standing {
        let customer = self.parent(Kind::Subscription, n, Kind::Customer);
        let (from_s, term) = self.last_term(n);
        let is_off = customer.is_some_and(|c| self.customer_is_gone(c)) || (self.odd && n % 8 == 6);
        let until_s = from_s + term.unwrap_or(Term::Year).length_s();
        if is_off || term.is_none() {
            let ended_s = until_s.min(from_s + (self.end_s - from_s) / 2);
            return Standing { status: "canceled", from_s, until_s, ended_s: Some(ended_s) };
        }
        let status = match self.latest_invoice(n).map(invoicing::status) {
            Some("uncollectible") => "unpaid",
            Some("open") if self.latest_invoice(n).map(invoicing::sale) == Some(Sale::Failed) => "past_due",
            Some("paid") if n % 5 == 3 => "trialing",
            _ => "active",
        };
        Standing { status, from_s, until_s, ended_s: None }
    }

    /// Whether the newest attempt to collect from a customer failed.
    fn is_delinquent(&self, customer: u32) -> bool {
        let first = self.first_child(Kind::Subscription, Kind::Customer, customer).filter(|_| self.odd);
        first.is_some_and(|s| matches!(self.standing(s).status, "past_due" | "unpaid"))
    }
}

pub(super) fn subscription(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    let (created, id) = (g.created(kind, n), g.id(kind, n));
    let customer = g.customer_of(kind, n);
    let customer_id = customer.map(|c| g.id(Kind::Customer, c));
    let standing = g.standing(n);
    let is_trial = standing.status == "trialing";
    let when = |at_s: Option<i64>| at_s.map_or("null".to_owned(), |s| s.to_string());
    f.raw("/created", created);
    f.raw("/start_date", created);
    f.raw("/billing_cycle_anchor", standing.from_s);
    f.raw("/livemode", g.livemode);
    f.text("/currency", currency(customer.unwrap_or(n)));
    f.maybe("/customer", customer_id.as_deref());
    f.text("/status", standing.status);
    f.raw("/cancel_at_period_end", n.is_multiple_of(17) && standing.ended_s.is_none());
    let cancels = n.is_multiple_of(17) && standing.ended_s.is_none();
    f.raw("/cancel_at", when(cancels.then_some(standing.until_s)));
    f.raw("/canceled_at", when(standing.ended_s.or(cancels.then_some(standing.from_s))));
    f.raw("/ended_at", when(standing.ended_s));
    f.raw("/trial_start", when(is_trial.then_some(standing.from_s)));
    f.raw("/trial_end", when(is_trial.then_some(standing.until_s)));
    for null in ["/billing_schedules", "/billing_thresholds", "/billing_cycle_anchor_config", "/pause_collection"] {
        f.raw(null, if null == "/billing_schedules" { "[]" } else { "null" });
    }
    for null in
        ["/pending_invoice_item_interval", "/pending_update", "/transfer_data", "/next_pending_invoice_item_invoice"]
    {
        f.raw(null, "null");
    }
    f.raw("/metadata", format!("{{\n        \"n\": \"{n}\"\n      }}"));
    f.maybe("/latest_invoice", g.latest_invoice(n).map(|i| g.id(Kind::Invoice, i)).as_deref());
    f.maybe("/test_clock", customer.and_then(|c| g.clock_of_customer(c)).as_deref());
    let owner = Owner { field: "subscription", id: &id, customer: customer_id.as_deref() };
    let own = g.redeemed(Holder::Subscription(n)).map(|from| discount(g, &owner, from, standing.from_s, 8));
    f.raw("/discounts", discounts(own, 6));
    f.raw("/items", items(g, n, &id, &standing));
}

fn items(g: &Gen, n: u32, id: &str, standing: &Standing) -> String {
    let created = g.created(Kind::Subscription, n);
    let code = id.strip_prefix("sub_").unwrap_or(id);
    let one = |(k, price): (usize, &u32)| {
        let (k, price) = (k as u32, *price);
        let item_id = format!("si_{code}{k:03}");
        let mut f = Fields::new();
        f.text("/id", &item_id);
        f.raw("/billing_thresholds", "null");
        f.raw("/created", created + i64::from(k));
        f.raw("/current_period_start", standing.from_s);
        f.raw("/current_period_end", standing.from_s + catalog::term(price).length_s());
        f.raw("/quantity", 1 + k);
        f.text("/subscription", id);
        embedded_price(g, price, &mut f);
        let redeemed = if k == 0 { g.redeemed(Holder::Item(n)) } else { None };
        let owner = Owner { field: "subscription_item", id: &item_id, customer: None };
        let own = redeemed.map(|from| discount(g, &owner, from, standing.from_s, NESTED + 4));
        f.raw("/discounts", discounts(own, NESTED + 2));
        g.nested(Kind::SubscriptionItem, &f)
    };
    let all: Vec<String> = g.item_prices(n).iter().enumerate().rev().map(one).collect();
    list_text(&all, false, &format!("/v1/subscription_items?subscription={id}"))
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

/// What the nth customer balance transaction gives.
fn credit_given(n: u32) -> i64 {
    -500 - i64::from(n) * 10
}

pub(super) fn customer_balance(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.raw("/amount", credit_given(n));
    let customer = g.customer_of(kind, n);
    let until = customer.map_or(n..n + 1, |c| g.children(kind, Kind::Customer, c).start..n + 1);
    f.raw("/ending_balance", until.map(credit_given).sum::<i64>());
    f.text("/currency", currency(customer.unwrap_or(n)));
    f.raw("/invoice", "null");
}

pub(super) fn schedule(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let subscription = g.parent(kind, n, Kind::Subscription);
    let customer = subscription.and_then(|s| g.customer_of(Kind::Subscription, s));
    f.maybe("/customer", customer.map(|c| g.id(Kind::Customer, c)).as_deref());
    f.text("/status", ["active", "not_started", "completed"][n as usize % 3]);
    let ended = (n % 3 == 2).then(|| g.created(kind, n));
    f.raw("/completed_at", ended.map_or("null".to_owned(), |s| s.to_string()));
    for null in ["/canceled_at", "/released_at"] {
        f.raw(null, "null");
    }
}
