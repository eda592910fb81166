//! The long tail: samples with id, time and references filled in.

use super::Gen;
use super::kinds::Kind;
use super::template::{Fields, list_text};
use crate::sandbox::stripe::facts::sample;

/// Top-level references that join up: field, pointer, kind it points to.
const REFERENCES: &[(&str, &str, Kind)] = &[
    ("charge", "/charge", Kind::Charge),
    ("payment_intent", "/payment_intent", Kind::PaymentIntent),
    ("setup_intent", "/setup_intent", Kind::SetupIntent),
    ("invoice", "/invoice", Kind::Invoice),
    ("price", "/price", Kind::Price),
    ("product", "/product", Kind::Product),
    ("payment_method", "/payment_method", Kind::PaymentMethod),
    ("subscription", "/subscription", Kind::Subscription),
    ("file", "/file", Kind::File),
    ("credit_grant", "/credit_grant", Kind::CreditGrant),
    ("payment_record", "/payment_record", Kind::PaymentRecord),
    ("source", "/source", Kind::Source),
];

/// Id, created, livemode and whatever references the sample has.
pub(super) fn plain(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    plain_without_customer(g, kind, n, f);
    if let Some(parent) = sample(kind.row().object).get("customer").and_then(|_| g.parent(kind, n, Kind::Customer)) {
        f.text("/customer", &g.id(Kind::Customer, parent));
    }
}

/// The same for kinds whose customer is not simply the one of the same time.
pub(super) fn plain_without_customer(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    let sample = sample(kind.row().object);
    if sample.get("created").is_some() {
        f.raw("/created", g.created(kind, n));
    }
    if sample.get("livemode").is_some() {
        f.raw("/livemode", g.livemode);
    }
    for (field, at, target) in REFERENCES {
        let Some(parent) = sample.get(*field).and_then(|_| g.parent(kind, n, *target)) else { continue };
        f.text(at, &g.id(*target, parent));
    }
    if sample.get("metadata").is_some_and(|m| m.is_object()) {
        f.raw("/metadata", format!("{{\n        \"number\": \"{n}\"\n      }}"));
    }
}

/// An active entitlement belongs to a customer, which its JSON does not say.
pub(super) fn active_entitlement(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    plain(g, kind, n, f);
    f.text("/lookup_key", &format!("feature-{n}"));
    owner(g, kind, n, Kind::Customer, "/~customer", f);
}

/// A bank transaction belongs to a linked account.
pub(super) fn fc_transaction(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    plain(g, kind, n, f);
    owner(g, kind, n, Kind::FcAccount, "/account", f);
}

/// A product's feature belongs to a product, which its JSON does not say.
pub(super) fn product_feature(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    plain(g, kind, n, f);
    owner(g, kind, n, Kind::Product, "/~product", f);
}

/// A day of a meter's usage by one customer.
pub(super) fn meter_summary(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    plain(g, kind, n, f);
    owner(g, kind, n, Kind::Meter, "/meter", f);
    owner(g, kind, n, Kind::Customer, "/~customer", f);
    f.raw("/start_time", g.end_s - 86_400 * i64::from(n + 1));
    f.raw("/end_time", g.end_s - 86_400 * i64::from(n));
}

fn owner(g: &Gen, kind: Kind, n: u32, of: Kind, at: &'static str, f: &mut Fields) {
    f.maybe(at, g.parent(kind, n, of).map(|parent| g.id(of, parent)).as_deref());
}

/// A review: the older half is closed, which the list then hides.
pub(super) fn review(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    plain(g, kind, n, f);
    let open = n % 2 == 1;
    f.raw("/open", open);
    f.text("/reason", if open { "rule" } else { "approved" });
    f.maybe("/closed_reason", (!open).then_some("approved"));
}

/// A file; its links are listed by themselves.
pub(super) fn file(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    plain(g, kind, n, f);
    f.raw("/links", "null");
    f.text("/filename", &format!("evidence-{n}.pdf"));
    f.raw("/size", 1000 + n);
}

/// A value list; the last has more items than a page shows inline.
pub(super) fn value_list(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    plain(g, kind, n, f);
    let id = g.id(kind, n);
    let code = id.trim_start_matches(kind.row().prefix);
    let count = if n + 1 == g.count(kind) { 130 } else { n };
    let items: Vec<String> = (0..count)
        .rev()
        .map(|k| {
            let mut item = Fields::new();
            item.text("/id", &format!("rsli_{code}{k:03}"));
            item.raw("/created", g.created(kind, n) + i64::from(k));
            item.text("/value", &format!("value {k}"));
            item.text("/value_list", &id);
            g.nested(Kind::ValueListItem, &item)
        })
        .collect();
    f.raw("/list_items", list_text(&items, false, &format!("/v1/radar/value_list_items?value_list={id}")));
    f.text("/alias", &format!("list_{n}"));
}
