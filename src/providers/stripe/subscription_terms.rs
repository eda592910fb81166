//! What a state of a subscription bills in each of its periods, before discounts and taxes, exactly or not at all.
//!
//! * An item bills its unit amount × its quantity; a missing quantity is 1; a price by the package rounds the quantity to
//!   packages first. Unit amounts have up to twelve decimal places, so the arithmetic is in whole numbers of 10⁻¹² minor
//!   units.
//! * Tiers come only to who expands them, and usage is not known before it happened: an amount with either is unknown, and
//!   so is one of a list cut short, of items that bill at different intervals, or of a price that tells no amount in the
//!   subscription's currency. The reason stands in the amount's place.
//! * Amounts of different intervals are compared per year, as fractions of whole numbers: 365 days, 52 weeks, 12 months.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::event_body::reference;

/// An amount of minor units as the service counts them. Exactly one of the three is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount {
    /// Where it is a whole number.
    pub minor: Option<i64>,
    /// Where it has a fraction, or is beyond 64 bits: its digits.
    pub decimal: Option<String>,
    /// Why it is not known: `tiered`, `metered`, `mixed_intervals`, `items_cut_short`, `currency`, `unreadable`,
    /// `too_large`, `no_items`, `array_in_part`.
    pub unknown: Option<&'static str>,
}

/// What is sold, and what it bills each period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Terms {
    /// The sum of the items.
    pub amount: Amount,
    /// `day`, `week`, `month` or `year`; nothing where the items differ.
    pub interval: Option<String>,
    /// How many of them make a period.
    pub interval_count: Option<i64>,
    /// The price, where there is one item.
    pub price_id: Option<String>,
    /// Its quantity; usage has none.
    pub quantity: Option<i64>,
    /// Where there are several: `[{"price":"price_…","quantity":1},…]`, in the order of the prices.
    pub items: Option<String>,
}

/// The terms, and what comparing them needs.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) terms: Terms,
    pub(super) currency: Option<String>,
    rate: Option<Ratio>,
    sold: Vec<(Option<String>, Option<i64>)>,
}

/// How terms differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    /// Only how much of the same.
    Quantity,
    /// Other prices that bill more, less or as much per year; nothing where that is not known.
    Price(Option<Ordering>),
}

/// Digits behind the point of a unit amount. Source: Stripe API reference, price `unit_amount_decimal`.
const PLACES: usize = 12;
/// One minor unit.
const ONE: i128 = 1_000_000_000_000;
/// Until this version an array in `previous_attributes` has only the elements that changed.
/// Source: Stripe API reference, event `data.previous_attributes`.
const ARRAYS_IN_PART_UNTIL: &str = "2017-04-06";

impl Amount {
    /// Returns the amount of what does not bill.
    pub fn zero() -> Amount {
        Amount { minor: Some(0), decimal: None, unknown: None }
    }

    fn unknown(why: &'static str) -> Amount {
        Amount { minor: None, decimal: None, unknown: Some(why) }
    }

    fn exact(parts: i128) -> Amount {
        match (parts % ONE, i64::try_from(parts / ONE)) {
            (0, Ok(minor)) => Amount { minor: Some(minor), decimal: None, unknown: None },
            _ => Amount { minor: None, decimal: Some(spelled(parts)), unknown: None },
        }
    }
}

impl Terms {
    /// Returns the terms of no subscription.
    pub fn nothing() -> Terms {
        let amount = Amount::zero();
        Terms { amount, interval: None, interval_count: None, price_id: None, quantity: None, items: None }
    }
}

impl Reading {
    /// Reads the items of a subscription of any version.
    pub(super) fn of(subscription: &Value) -> Reading {
        let items = items(subscription);
        let first = items.first().map_or(&Value::Null, |item| price(item));
        let currency = subscription["currency"].as_str().or(first["currency"].as_str()).map(str::to_owned);
        let billed: Vec<Result<i128, &'static str>> =
            items.iter().map(|item| billed(item, currency.as_deref())).collect();
        let mut intervals: Vec<_> = items.iter().map(|item| interval(price(item))).collect();
        let rate = rate(&billed, &intervals);
        intervals.dedup();
        let same = if let [Some((name, count))] = intervals[..] { Some((name.to_owned(), count)) } else { None };
        let amount = match billed.into_iter().collect::<Result<Vec<_>, _>>() {
            _ if subscription["items"]["has_more"] == true => Amount::unknown("items_cut_short"),
            Err(why) => Amount::unknown(why),
            Ok(billed) if billed.is_empty() => Amount::unknown("no_items"),
            Ok(_) if intervals.len() > 1 => Amount::unknown("mixed_intervals"),
            Ok(billed) => {
                let sum = billed.iter().try_fold(0_i128, |sum, part| sum.checked_add(*part));
                sum.map_or(Amount::unknown("too_large"), Amount::exact)
            }
        };
        let mut sold: Vec<_> = items.iter().map(|item| (reference(price(item)), quantity(item))).collect();
        sold.sort();
        let (interval, interval_count) = same.unzip();
        let single = if let [only] = &sold[..] { only.clone() } else { (None, None) };
        let list = || sold.iter().map(|(price, quantity)| json!({"price": price, "quantity": quantity})).collect();
        let several = (sold.len() > 1).then(|| Value::Array(list()).to_string());
        let terms = Terms { amount, interval, interval_count, price_id: single.0, quantity: single.1, items: several };
        let rate = rate.filter(|_| subscription["items"]["has_more"] != true);
        Reading { terms, currency, rate, sold }
    }

    /// Reads the items before an event: its object with the old values laid over it. Amounts are of the later currency.
    pub(super) fn before(&self, old: &Value, previous: &Value, api_version: Option<&str>) -> Reading {
        let mut old = old.clone();
        lift_single(&mut old, previous);
        let mut reading = Reading::of(&old);
        let is_in_part = api_version.is_some_and(|version| version <= ARRAYS_IN_PART_UNTIL);
        let trouble = if is_in_part && previous["items"]["data"].is_array() {
            Some("array_in_part")
        } else {
            (reading.currency != self.currency).then_some("currency")
        };
        if let Some(why) = trouble {
            (reading.terms.amount, reading.rate) = (Amount::unknown(why), None);
        }
        reading
    }

    /// Returns how the later terms differ, if they do. Items change at every renewal (their periods are in them); only what
    /// is sold and what it bills counts.
    pub(super) fn difference(&self, later: &Reading) -> Option<Difference> {
        let prices = |sold: &[(Option<String>, _)]| sold.iter().map(|(price, _)| price.clone()).collect::<Vec<_>>();
        if prices(&self.sold) == prices(&later.sold) {
            if self.sold != later.sold {
                return Some(Difference::Quantity);
            }
            if self.terms == later.terms {
                return None;
            }
        }
        Some(Difference::Price(self.rate.zip(later.rate).and_then(|(old, new)| new.compare(old))))
    }
}

/// Returns the items; old versions have subscriptions that are one item themselves.
fn items(subscription: &Value) -> Vec<&Value> {
    match subscription["items"]["data"].as_array() {
        Some(items) => items.iter().collect(),
        None if subscription["plan"].is_object() => vec![subscription],
        None => Vec::new(),
    }
}

/// Old shapes tell of the only item's old plan and quantity at the top of the subscription: puts them where items are.
fn lift_single(old: &mut Value, previous: &Value) {
    if previous.get("items").is_some() {
        return;
    }
    let plan = previous["plan"].is_object().then(|| old["plan"].clone());
    let quantity = previous.get("quantity").map(|_| old["quantity"].clone());
    let Some([item]) = old["items"]["data"].as_array_mut().map(Vec::as_mut_slice) else { return };
    let Some(item) = item.as_object_mut() else { return };
    if let Some(plan) = plan {
        // The price beside it is the new one.
        item.remove("price");
        item.insert("plan".to_owned(), plan);
    }
    if let Some(quantity) = quantity {
        item.insert("quantity".to_owned(), quantity);
    }
}

/// Returns an item's price, or the plan that old versions have in its place.
fn price(item: &Value) -> &Value {
    if item["price"].is_null() { &item["plan"] } else { &item["price"] }
}

fn is_metered(price: &Value) -> bool {
    price["recurring"]["usage_type"] == "metered" || price["usage_type"] == "metered"
}

fn interval(price: &Value) -> Option<(&str, i64)> {
    let from = if price["recurring"].is_object() { &price["recurring"] } else { price };
    let count = if from["interval_count"].is_null() { Some(1) } else { from["interval_count"].as_i64() };
    Some((from["interval"].as_str()?, count.filter(|count| *count > 0)?))
}

fn quantity(item: &Value) -> Option<i64> {
    match &item["quantity"] {
        Value::Null if is_metered(price(item)) => None,
        Value::Null => Some(1),
        quantity => quantity.as_i64(),
    }
}

/// Returns what an item bills each period, in parts of a minor unit.
fn billed(item: &Value, currency: Option<&str>) -> Result<i128, &'static str> {
    let price = price(item);
    if is_metered(price) {
        return Err("metered");
    }
    let own = price["currency"].as_str();
    let offered = match currency {
        Some(wanted) if own.is_some_and(|own| own != wanted) => match &price["currency_options"][wanted] {
            Value::Null => return Err("currency"),
            option => option,
        },
        _ => price,
    };
    if price["billing_scheme"] == "tiered" || offered["tiers"].is_array() {
        return Err("tiered");
    }
    let unit = unit_amount(offered).ok_or("unreadable")?;
    let quantity = quantity(item).filter(|quantity| *quantity >= 0).ok_or("unreadable")?;
    let packages = packages(price, quantity).ok_or("unreadable")?;
    unit.checked_mul(i128::from(packages)).ok_or("too_large")
}

/// Returns the unit amount in parts; prices and plans name it differently.
fn unit_amount(price: &Value) -> Option<i128> {
    let whole = price["unit_amount"].as_i64().or(price["amount"].as_i64());
    let text = price["unit_amount_decimal"].as_str().or(price["amount_decimal"].as_str());
    whole.map(|whole| i128::from(whole) * ONE).or_else(|| parts(text?))
}

/// Returns how many units are billed: packages, where the price sells packages.
fn packages(price: &Value, quantity: i64) -> Option<i64> {
    let package = [&price["transform_quantity"], &price["transform_usage"]].into_iter().find(|p| p.is_object());
    let Some(package) = package else { return Some(quantity) };
    let size = package["divide_by"].as_i64().filter(|size| *size > 0)?;
    match package["round"].as_str()? {
        "up" => Some(quantity / size + i64::from(quantity % size != 0)),
        "down" => Some(quantity / size),
        _ => None,
    }
}

/// Reads a decimal of minor units, exactly.
fn parts(text: &str) -> Option<i128> {
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > PLACES {
        return None;
    }
    let sum = format!("{whole}{fraction:0<PLACES$}").parse::<i128>().ok()?;
    Some(if is_negative { -sum } else { sum })
}

/// Writes parts as a decimal of minor units.
fn spelled(parts: i128) -> String {
    let (sign, size) = (if parts < 0 { "-" } else { "" }, parts.unsigned_abs());
    let text = format!("{sign}{}.{:0PLACES$}", size / ONE.unsigned_abs(), size % ONE.unsigned_abs());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A fraction of whole numbers; what it counts per year is below the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ratio {
    above: i128,
    below: i128,
}

impl Ratio {
    fn plus(self, other: Ratio) -> Option<Ratio> {
        let shared = divisor(self.below, other.below);
        let (mine, theirs) = (other.below / shared, self.below / shared);
        let above = self.above.checked_mul(mine)?.checked_add(other.above.checked_mul(theirs)?)?;
        Some(Ratio { above, below: self.below.checked_mul(mine)? })
    }

    fn compare(self, other: Ratio) -> Option<Ordering> {
        Some(self.above.checked_mul(other.below)?.cmp(&other.above.checked_mul(self.below)?))
    }
}

/// Returns the greatest divisor that two positive numbers share.
fn divisor(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// Returns what the items bill per year together, if every one of them is known.
fn rate(billed: &[Result<i128, &'static str>], intervals: &[Option<(&str, i64)>]) -> Option<Ratio> {
    let mut sum = None;
    for (billed, interval) in billed.iter().zip(intervals) {
        let (name, count) = (*interval)?;
        let in_a_year = match name {
            "day" => 365,
            "week" => 52,
            "month" => 12,
            "year" => 1,
            _ => return None,
        };
        let above = billed.as_ref().ok()?.checked_mul(in_a_year)?;
        let part = Ratio { above, below: i128::from(count) };
        sum = Some(sum.map_or(Some(part), |sum: Ratio| sum.plus(part))?);
    }
    sum
}
