//! Products, prices, plans, coupons, promotion codes, and the discounts that grow from them.

use super::kinds::Kind;
use super::template::Fields;
use super::{Gen, tail};
use crate::sandbox::stripe::text::quoted;

/// Every so many prices one is made inline: never listed, found by its id.
const INLINE_EVERY: u32 = 7;
/// What is sold.
const PLANS: &[&str] = &["Starter", "Team", "Business", "Größe XL", "Support 🚀"];

pub(super) fn product(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.text("/name", &format!("{} {}", PLANS[n as usize % PLANS.len()], 1 + n as usize / PLANS.len()));
    f.raw("/active", n % 6 != 5);
    f.raw("/updated", g.created(kind, n));
    f.maybe("/default_price", (n < g.count(Kind::Price)).then(|| g.id(Kind::Price, n)).as_deref());
}

pub(super) fn price(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let tiered = n % 5 == 2;
    f.raw("/active", n % 4 != 3);
    f.text("/billing_scheme", if tiered { "tiered" } else { "per_unit" });
    f.text("/currency", currency(n));
    f.raw("/custom_unit_amount", "null");
    f.raw("/transform_quantity", "null");
    f.text("/nickname", &format!("Price {n}"));
    f.maybe("/tiers_mode", tiered.then_some(if n.is_multiple_of(2) { "volume" } else { "graduated" }));
    f.raw("/tiers", if tiered { TIERS } else { "null" });
    f.raw("/currency_options", "null");
    f.raw("/unit_amount", if tiered { "null".to_owned() } else { (500 + n * 10).to_string() });
    f.raw(
        "/unit_amount_decimal",
        if tiered { "null".to_owned() } else { format!("\"{}.000000000125\"", 500 + n * 10) },
    );
    f.raw("/~unlisted", g.odd && n % INLINE_EVERY == 6);
}

const TIERS: &str = r#"[
        {
          "flat_amount": 100,
          "flat_amount_decimal": "100",
          "unit_amount": null,
          "unit_amount_decimal": "0.123456789012",
          "up_to": 10
        },
        {
          "flat_amount": null,
          "flat_amount_decimal": null,
          "unit_amount": 5,
          "unit_amount_decimal": "5",
          "up_to": null
        }
      ]"#;

pub(super) fn plan(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let tiered = n % 4 == 1;
    f.raw("/active", n % 3 != 2);
    f.raw("/amount", if tiered { "null".to_owned() } else { (900 + n).to_string() });
    f.raw("/amount_decimal", if tiered { "null".to_owned() } else { format!("\"{}\"", 900 + n) });
    f.text("/billing_scheme", if tiered { "tiered" } else { "per_unit" });
    f.text("/currency", currency(n));
    f.text("/interval", if n.is_multiple_of(3) { "year" } else { "month" });
    f.raw("/interval_count", 1);
    f.raw("/tiers", if tiered { TIERS } else { "null" });
    f.maybe("/tiers_mode", tiered.then_some("graduated"));
    f.raw("/transform_usage", "null");
}

pub(super) fn coupon(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    coupon_body(g, n, f);
    f.raw("/currency_options", "null");
    let product = quoted(&g.id(Kind::Product, 0));
    let some = format!("{{\n        \"products\": [\n          {product}\n        ]\n      }}");
    f.raw("/applies_to", if n % 3 == 1 { some } else { "null".to_owned() });
}

fn coupon_body(g: &Gen, n: u32, f: &mut Fields) {
    let percent = n.is_multiple_of(2);
    f.raw("/percent_off", if percent { "12.5" } else { "null" });
    f.raw("/amount_off", if percent { "null" } else { "300" });
    f.maybe("/currency", (!percent).then_some("eur"));
    f.text("/duration", ["forever", "once", "repeating"][n as usize % 3]);
    f.raw("/duration_in_months", if n % 3 == 2 { "3" } else { "null" });
    f.text("/name", &format!("{}% שלום {n}", n + 1));
    f.raw("/valid", g.odd);
}

pub(super) fn promotion_code(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.text("/code", &format!("SAVE{n}"));
    f.raw("/active", n % 4 != 1);
    f.text("/promotion/type", "coupon");
    f.maybe("/promotion/coupon", g.parent(kind, n, Kind::Coupon).map(|c| g.id(Kind::Coupon, c)).as_deref());
}

/// A currency: mostly euro, some dollars, a few without and with three decimals.
pub(super) fn currency(n: u32) -> &'static str {
    match n % 20 {
        3 | 9 | 15 => "usd",
        7 => "jpy",
        11 => "kwd",
        _ => "eur",
    }
}

/// A discount as it stands in an owner's `discounts`, as text whose lines are padded so far.
pub(super) fn discount(
    g: &Gen,
    owner: &str,
    owner_id: &str,
    customer: Option<&str>,
    start_s: i64,
    column: usize,
) -> String {
    let code = owner_id.rsplit('_').next().unwrap_or(owner_id);
    let coupons = g.count(Kind::Coupon);
    let coupon =
        if coupons > 0 { quoted(&g.id(Kind::Coupon, start_s.unsigned_abs() as u32 % coupons)) } else { "null".into() };
    let named = |field: &str| if owner == field { quoted(owner_id) } else { "null".to_owned() };
    let customer = customer.map_or("null".to_owned(), quoted);
    let pad = " ".repeat(column);
    let lines = [
        format!("\"id\": \"di_{code}\""),
        "\"object\": \"discount\"".to_owned(),
        "\"checkout_session\": null".to_owned(),
        format!("\"customer\": {customer}"),
        "\"customer_account\": null".to_owned(),
        "\"end\": null".to_owned(),
        format!("\"invoice\": {}", named("invoice")),
        "\"invoice_item\": null".to_owned(),
        "\"promotion_code\": null".to_owned(),
        format!("\"source\": {{\n{pad}    \"coupon\": {coupon},\n{pad}    \"type\": \"coupon\"\n{pad}  }}"),
        format!("\"start\": {start_s}"),
        format!("\"subscription\": {}", named("subscription")),
        format!("\"subscription_item\": {}", named("subscription_item")),
    ];
    let body = lines.join(&format!(",\n{pad}  "));
    format!("{{\n{pad}  {body}\n{pad}}}")
}

/// An array of one discount, or none, as the value of a field at the given column.
pub(super) fn discounts(one: Option<String>, column: usize) -> String {
    match one {
        None => "[]".to_owned(),
        Some(one) => format!("[\n{}{one}\n{}]", " ".repeat(column + 2), " ".repeat(column)),
    }
}
