//! Products, prices, plans, coupons, promotion codes, and the discounts that grow from them.

use super::kinds::Kind;
use super::redeem::Redeemed;
use super::template::Fields;
use super::{Gen, tail};
use crate::sandbox::stripe::text::quoted;

/// Every so many prices one is made inline: never listed, found by its id.
const INLINE_EVERY: u32 = 7;
/// What is sold.
const PLANS: &[&str] = &["Starter", "Team", "Business", "Größe XL", "Support 🚀"];

/// How long a price's term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Term {
    Month,
    Quarter,
    Year,
}

impl Term {
    /// From short to long.
    pub(super) const ALL: [Term; 3] = [Term::Month, Term::Quarter, Term::Year];

    pub(super) fn length_s(self) -> i64 {
        [30, 90, 365][self as usize] * 86_400
    }
    fn interval(self) -> (&'static str, u32) {
        [("month", 1), ("month", 3), ("year", 1)][self as usize]
    }
}

/// What prices cost: ten in a row by month, ten by quarter, ten by year.
pub(super) fn term(price: u32) -> Term {
    Term::ALL[(price / 10 % 3) as usize]
}

/// The currency of a price: of ten in a row, most in euro, one in yen and one in dinar, and none of these two in tiers.
pub(super) fn price_currency(price: u32) -> &'static str {
    match price % 10 {
        3 | 7 => "usd",
        5 => "jpy",
        8 => "kwd",
        _ => "eur",
    }
}

/// What a price says of its amount.
struct Amount {
    is_tiered: bool,
    unit: String,
    decimal: String,
    tiers_mode: Option<&'static str>,
}

fn amount(price: u32) -> Amount {
    let is_tiered = price % 5 == 2;
    let unit = unit(price);
    // What is no whole number of the smallest unit stands in the decimal text alone.
    let is_odd = price % 10 == 4;
    Amount {
        is_tiered,
        unit: if is_tiered || is_odd { "null".to_owned() } else { unit.to_string() },
        decimal: match (is_tiered, is_odd) {
            (true, _) => "null".to_owned(),
            (_, true) => format!("\"{unit}.000000000125\""),
            _ => format!("\"{unit}\""),
        },
        tiers_mode: tiers_mode(price),
    }
}

fn tiers_mode(price: u32) -> Option<&'static str> {
    (price % 5 == 2).then_some(if price.is_multiple_of(2) { "volume" } else { "graduated" })
}

/// What lines say of their price, which many of them have in common.
pub(super) struct Label {
    pub(super) id: String,
    pub(super) product: Option<String>,
    /// What one costs, as JSON: null where that depends on how many.
    pub(super) decimal: String,
}

/// What one of something costs; ten times as much by the year.
fn unit(price: u32) -> u64 {
    (1_000 + u64::from(price) % 1_000 * 100) * [1, 3, 10][term(price) as usize]
}

impl Gen {
    /// A price of a currency and term, the pick-th of them.
    pub(super) fn price_for(&self, currency: &str, of: Term, pick: u64) -> u32 {
        let fits = |price: &u32| price_currency(*price) == currency && term(*price) == of;
        let shelf = self.shelves.get_or_init(|| {
            let all = |currency: &str, of: Term| {
                let fits = |price: &u32| price_currency(*price) == currency && term(*price) == of;
                (0..self.count(Kind::Price)).filter(fits).collect::<Vec<u32>>()
            };
            CURRENCIES.iter().flat_map(|currency| Term::ALL.map(|of| all(currency, of))).collect()
        });
        let at = CURRENCIES.iter().position(|c| *c == currency).unwrap_or(0) * Term::ALL.len() + of as usize;
        let prices = &shelf[at];
        debug_assert!(prices.iter().all(fits));
        if prices.is_empty() { 0 } else { prices[(pick % prices.len() as u64) as usize] }
    }

    /// What so many cost at a price, rounded to the smallest unit.
    pub(super) fn cost(&self, price: u32, quantity: u64) -> u64 {
        let first_ten = |quantity: u64| 1_000 + (quantity * 123_456_789_012 + 500_000_000_000) / 1_000_000_000_000;
        match tiers_mode(price) {
            None => unit(price) * quantity,
            Some(_) if quantity <= 10 => first_ten(quantity),
            Some("volume") => 500 * quantity,
            Some(_) => first_ten(10) + 500 * (quantity - 10),
        }
    }

    /// What lines say of a price.
    pub(super) fn label(&self, price: u32) -> &Label {
        let label = |price: u32| {
            let product = self.parent(Kind::Price, price, Kind::Product);
            Label {
                id: self.id(Kind::Price, price),
                product: product.map(|p| self.id(Kind::Product, p)),
                decimal: amount(price).decimal,
            }
        };
        let all = self.labels.get_or_init(|| (0..self.count(Kind::Price).max(1)).map(label).collect());
        &all[price as usize % all.len()]
    }
}

const CURRENCIES: [&str; 4] = ["eur", "usd", "jpy", "kwd"];

pub(super) fn product(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.text("/name", &format!("{} {}", PLANS[n as usize % PLANS.len()], 1 + n as usize / PLANS.len()));
    f.raw("/active", n % 6 != 5);
    f.raw("/updated", g.created(kind, n));
    let first = g.first_child(Kind::Price, Kind::Product, n);
    f.maybe("/default_price", first.map(|price| g.id(Kind::Price, price)).as_deref());
}

pub(super) fn price(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (amount, (interval, interval_count)) = (amount(n), term(n).interval());
    f.raw("/active", n % 4 != 3);
    f.text("/billing_scheme", if amount.is_tiered { "tiered" } else { "per_unit" });
    f.text("/currency", price_currency(n));
    f.raw("/custom_unit_amount", "null");
    f.raw("/transform_quantity", "null");
    f.text("/nickname", &format!("Price {n}"));
    f.text("/recurring/interval", interval);
    f.raw("/recurring/interval_count", interval_count);
    f.maybe("/tiers_mode", amount.tiers_mode);
    f.raw("/tiers", if amount.is_tiered { TIERS } else { "null" });
    f.raw("/currency_options", "null");
    f.raw("/unit_amount", amount.unit);
    f.raw("/unit_amount_decimal", amount.decimal);
    f.raw("/~unlisted", is_inline(g, n));
}

/// Whether a price was made inline.
fn is_inline(g: &Gen, price: u32) -> bool {
    g.odd && price % INLINE_EVERY == 6
}

/// The price and plan that stand whole inside an item; tiers are not among it.
pub(super) fn embedded_price(g: &Gen, price: u32, f: &mut Fields) {
    let (label, amount, (interval, interval_count)) = (g.label(price), amount(price), term(price).interval());
    let (created, currency) = (g.created(Kind::Price, price), price_currency(price));
    let scheme = if amount.is_tiered { "tiered" } else { "per_unit" };
    f.raw("/price/active", price % 4 != 3);
    f.text("/price/billing_scheme", scheme);
    f.raw("/price/created", created);
    f.text("/price/currency", currency);
    f.raw("/price/custom_unit_amount", "null");
    f.text("/price/id", &label.id);
    f.text("/price/nickname", &format!("Price {price}"));
    f.maybe("/price/product", label.product.as_deref());
    f.text("/price/recurring/interval", interval);
    f.raw("/price/recurring/interval_count", interval_count);
    f.maybe("/price/tiers_mode", amount.tiers_mode);
    f.raw("/price/transform_quantity", "null");
    f.raw("/price/unit_amount", &amount.unit);
    f.raw("/price/unit_amount_decimal", &amount.decimal);
    f.raw("/plan/active", price % 4 != 3);
    f.raw("/plan/amount", &amount.unit);
    f.raw("/plan/amount_decimal", &amount.decimal);
    f.text("/plan/billing_scheme", scheme);
    f.raw("/plan/created", created);
    f.text("/plan/currency", currency);
    f.text("/plan/id", &label.id);
    f.text("/plan/interval", interval);
    f.raw("/plan/interval_count", interval_count);
    f.maybe("/plan/product", label.product.as_deref());
    f.maybe("/plan/tiers_mode", amount.tiers_mode);
    f.raw("/plan/transform_usage", "null");
}

const TIERS: &str = r#"[
        {
          "flat_amount": 1000,
          "flat_amount_decimal": "1000",
          "unit_amount": null,
          "unit_amount_decimal": "0.123456789012",
          "up_to": 10
        },
        {
          "flat_amount": null,
          "flat_amount_decimal": null,
          "unit_amount": 500,
          "unit_amount_decimal": "500",
          "up_to": null
        }
      ]"#;

/// The plan that a price is to older programs; both have one id.
pub(super) fn plan(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (amount, (interval, interval_count)) = (amount(n), term(n).interval());
    f.raw("/active", n % 4 != 3);
    f.raw("/amount", amount.unit);
    f.raw("/amount_decimal", amount.decimal);
    f.text("/billing_scheme", if amount.is_tiered { "tiered" } else { "per_unit" });
    f.text("/currency", price_currency(n));
    f.text("/interval", interval);
    f.raw("/interval_count", interval_count);
    f.text("/nickname", &format!("Price {n}"));
    f.raw("/tiers", if amount.is_tiered { TIERS } else { "null" });
    f.maybe("/tiers_mode", amount.tiers_mode);
    f.raw("/transform_usage", "null");
}

/// What is taxed: country, percent, name.
const TAXES: [(&str, u64, &str); 4] = [("IT", 22, "IVA"), ("DE", 19, "MwSt"), ("JP", 10, "消費税"), ("FR", 20, "TVA")];

/// The percent of a tax rate.
pub(super) fn percent(tax_rate: u32) -> u64 {
    TAXES[tax_rate as usize % TAXES.len()].1
}

pub(super) fn tax_rate(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (country, percent, name) = TAXES[n as usize % TAXES.len()];
    f.text("/country", country);
    f.text("/jurisdiction", country);
    f.text("/display_name", name);
    f.text("/description", &format!("{name} {country}"));
    f.raw("/percentage", percent);
    f.raw("/flat_amount", "null");
    f.text("/rate_type", "percentage");
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
    f.raw("/redeem_by", "null");
    f.raw("/times_redeemed", g.redemptions().coupons.get(n as usize).copied().unwrap_or(0));
    f.raw("/valid", g.odd);
}

pub(super) fn promotion_code(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    f.text("/code", &format!("SAVE{n}"));
    f.raw("/active", n % 4 != 1);
    f.text("/promotion/type", "coupon");
    f.maybe("/promotion/coupon", g.parent(kind, n, Kind::Coupon).map(|c| g.id(Kind::Coupon, c)).as_deref());
    f.raw("/expires_at", "null");
    f.raw("/times_redeemed", g.redemptions().promotion_codes.get(n as usize).copied().unwrap_or(0));
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

/// Whose a discount is: its field in the discount, and the id.
pub(super) struct Owner<'a> {
    pub(super) field: &'static str,
    pub(super) id: &'a str,
    pub(super) customer: Option<&'a str>,
}

/// A discount as it stands in an owner's `discounts`, as text whose lines are padded so far.
pub(super) fn discount(g: &Gen, owner: &Owner<'_>, from: Redeemed, start_s: i64, column: usize) -> String {
    let named_by = |kind: Kind, n: Option<u32>| n.map_or("null".to_owned(), |n| quoted(&g.id(kind, n)));
    let coupon = named_by(Kind::Coupon, from.coupon);
    let code = named_by(Kind::PromotionCode, from.promotion_code);
    // A repeating one lasts three months.
    let ends = from.coupon.filter(|coupon| coupon % 3 == 2).map(|_| start_s + Term::Quarter.length_s());
    let named = |field: &str| if owner.field == field { quoted(owner.id) } else { "null".to_owned() };
    let customer = owner.customer.map_or("null".to_owned(), quoted);
    let pad = " ".repeat(column);
    let lines = [
        format!("\"id\": \"{}\"", discount_id(owner.id)),
        "\"object\": \"discount\"".to_owned(),
        "\"checkout_session\": null".to_owned(),
        format!("\"customer\": {customer}"),
        "\"customer_account\": null".to_owned(),
        format!("\"end\": {}", ends.map_or("null".to_owned(), |end| end.to_string())),
        format!("\"invoice\": {}", named("invoice")),
        format!("\"invoice_item\": {}", named("invoice_item")),
        format!("\"promotion_code\": {code}"),
        format!("\"source\": {{\n{pad}    \"coupon\": {coupon},\n{pad}    \"type\": \"coupon\"\n{pad}  }}"),
        format!("\"start\": {start_s}"),
        format!("\"subscription\": {}", named("subscription")),
        format!("\"subscription_item\": {}", named("subscription_item")),
    ];
    let body = lines.join(&format!(",\n{pad}  "));
    format!("{{\n{pad}  {body}\n{pad}}}")
}

/// The id of a discount: its owner's, with another prefix.
pub(super) fn discount_id(owner: &str) -> String {
    format!("di_{}", owner.rsplit('_').next().unwrap_or(owner))
}

/// An array of one discount, or none, as the value of a field at the given column.
pub(super) fn discounts(one: Option<String>, column: usize) -> String {
    match one {
        None => "[]".to_owned(),
        Some(one) => format!("[\n{}{one}\n{}]", " ".repeat(column + 2), " ".repeat(column)),
    }
}
