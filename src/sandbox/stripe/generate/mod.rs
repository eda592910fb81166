//! The generated account: every object is a function of (seed, kind, number), so nothing is kept and a million objects
//! weigh nothing. Numbers run from the oldest to the newest object of a kind; ids and references are computed.

mod accounts;
mod billing;
mod catalog;
mod invoices;
mod invoicing;
mod kinds;
mod ledger;
mod payments;
mod redeem;
mod sales;
mod tail;
mod template;
mod timeline;

pub(super) use accounts::own_account;
pub(super) use kinds::{Kind, ROWS};
pub(super) use template::{Fields, list_text};

use std::sync::{Arc, OnceLock};

use super::text::{NESTED, PAGE};
use crate::sandbox::random::mix;
use template::{Template, shared};

/// The newest generated object is this much older than the clock's start, so that what tests create is newer.
const QUIET_S: i64 = 3600;
/// Stripe's ids begin with their second: `link_1PgaxS…` was made 1,096 s after `price_1Pgafm…` (stripe-fixtures.json),
/// which is what five digits of base 62 say that count from here.
const IDS_FROM_S: i64 = 1_342_389_380;
/// Then ten digits say whose they are. `cus_QXg1o8vcGmoR32` and some more go without.
const SHORT_IDS: &[&str] = &["cus_", "prod_", "prodft_", "taxreg_", "ics_", "ipcd_"];
/// The length of what follows the prefix in an id that says whose it is.
const CODE_LEN: usize = 24;
/// Of the rest six digits say the number, the others prove it.
const NUMBER_LEN: usize = 6;

/// How big the account is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// Customers; all else follows in realistic proportion.
    pub customers: u32,
    /// Exactly so many subscriptions, invoices and charges, and next to nothing of all else.
    pub exact: Option<[u32; 3]>,
}

impl Sizes {
    /// An account with so many customers.
    pub fn customers(customers: u32) -> Sizes {
        Sizes { customers, exact: None }
    }

    /// An account of so many customers with a subscription, three invoices and three charges each, and next to nothing of
    /// all else: read with few requests.
    pub fn lean(customers: u32) -> Sizes {
        Sizes { customers, exact: Some([customers, customers * 3, customers * 3]) }
    }

    /// The preset for measuring: customers, subscriptions, invoices and charges that add up to the total.
    pub fn speed(total: u32) -> Sizes {
        let (customers, subscriptions, charges) = (total * 2 / 15, total * 2 / 15, total * 5 / 15);
        Sizes { customers, exact: Some([subscriptions, total - customers - subscriptions - charges, charges]) }
    }
}

/// What an account is to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It has so many connected accounts; none leaves it to the table of kinds.
    Platform(Option<u32>),
    /// It is one of a platform's, and has none of its own.
    Connected,
}

/// For each connected account a platform has so many persons and capabilities.
const PER_ACCOUNT: u32 = 2;

/// One account's generator.
pub(super) struct Gen {
    pub(super) seed: u64,
    pub(super) livemode: bool,
    pub(super) account_id: String,
    pub(super) role: Role,
    pub(super) end_s: i64,
    /// Whether the oddities (deleted customers, test clocks, …) are in; the speed preset is plain.
    pub(super) odd: bool,
    counts: Vec<u32>,
    /// Shared with all other accounts: five thousand of them would not fit otherwise.
    templates: Vec<OnceLock<Arc<Template>>>,
    /// Prices by currency and term.
    shelves: OnceLock<Vec<Vec<u32>>>,
    /// What lines say of prices.
    labels: OnceLock<Vec<catalog::Label>>,
    /// How often coupons and codes were redeemed.
    redemptions: OnceLock<redeem::Redemptions>,
}

impl Gen {
    pub(super) fn new(seed: u64, account_id: &str, livemode: bool, role: Role, start_s: i64, sizes: &Sizes) -> Gen {
        let counts = ROWS.iter().map(|row| match sizes.exact {
            _ if row.platform_only && role == Role::Connected => 0,
            _ if row.test_only && livemode => 0,
            None => told(role, row.kind).unwrap_or_else(|| (row.count)(sizes.customers)),
            Some(_) if row.kind == Kind::Account => told(role, row.kind).unwrap_or(0),
            Some([subscriptions, invoices, charges]) => match row.kind {
                Kind::Customer => sizes.customers,
                Kind::Subscription => subscriptions,
                Kind::Invoice => invoices,
                Kind::Charge => charges,
                Kind::Product | Kind::Price | Kind::Plan => (row.count)(20),
                _ => 0,
            },
        });
        Gen {
            seed,
            livemode,
            account_id: account_id.to_owned(),
            role,
            end_s: start_s - QUIET_S,
            odd: sizes.exact.is_none(),
            counts: counts.collect(),
            templates: (0..ROWS.len() * 2).map(|_| OnceLock::new()).collect(),
            shelves: OnceLock::new(),
            labels: OnceLock::new(),
            redemptions: OnceLock::new(),
        }
    }

    pub(super) fn count(&self, kind: Kind) -> u32 {
        self.counts[kind as usize]
    }

    /// Random bits for one property of one object.
    pub(super) fn bits(&self, kind: Kind, n: u32, salt: u32) -> u64 {
        mix(self.seed ^ ((kind as u64) << 40) ^ (u64::from(salt) << 32), u64::from(n))
    }

    /// The id of the nth object.
    pub(super) fn id(&self, kind: Kind, n: u32) -> String {
        let kind = named_as(kind);
        let row = &ROWS[kind as usize];
        if let Some(fixed) = row.fixed_ids.get(n as usize) {
            return (*fixed).to_owned();
        }
        let mut id = String::with_capacity(row.prefix.len() + CODE_LEN);
        id.push_str(row.prefix);
        let is_short = SHORT_IDS.contains(&row.prefix);
        if !is_short {
            id.push('1');
        }
        let made_s = self.created(kind, n) - IDS_FROM_S;
        base62(u64::try_from(made_s).unwrap_or(0), 5, &mut id);
        if !is_short {
            base62(mix(self.seed, 0), 10, &mut id);
        }
        base62(u64::from(self.scramble(kind, n)), 6, &mut id);
        base62(self.bits(kind, n, u32::MAX), if is_short { 3 } else { 2 }, &mut id);
        id
    }

    /// The number of the object with this id, if there is one.
    pub(super) fn number(&self, kind: Kind, id: &str) -> Option<u32> {
        let kind = named_as(kind);
        let row = &ROWS[kind as usize];
        if let Some(at) = row.fixed_ids.iter().position(|f| *f == id) {
            return u32::try_from(at).ok().filter(|n| *n < self.count(kind));
        }
        let at = if SHORT_IDS.contains(&row.prefix) { 5 } else { CODE_LEN - NUMBER_LEN - 2 };
        let code = id.strip_prefix(row.prefix)?.get(at..at + NUMBER_LEN)?;
        let scrambled = u32::try_from(from_base62(code)?).ok()?;
        let n = self.unscramble(kind, scrambled);
        (n < self.count(kind) && self.id(kind, n) == id).then_some(n)
    }

    fn key(&self, kind: Kind) -> u32 {
        mix(self.seed, kind as u64) as u32
    }
    fn scramble(&self, kind: Kind, n: u32) -> u32 {
        let x = (n ^ self.key(kind)).wrapping_mul(0x9e37_79b1);
        x ^ (x >> 16)
    }
    fn unscramble(&self, kind: Kind, x: u32) -> u32 {
        // The inverse of the odd factor modulo 2^32.
        (x ^ (x >> 16)).wrapping_mul(inverse(0x9e37_79b1)) ^ self.key(kind)
    }

    /// The whole object as text at a list page's column: nested lists complete, expand-only fields in.
    pub(super) fn text(&self, kind: Kind, n: u32) -> String {
        let row = &ROWS[kind as usize];
        let mut fields = Fields::new();
        fields.text("/id", &self.id(kind, n));
        (row.fill)(self, kind, n, &mut fields);
        self.render(kind, PAGE, &fields)
    }

    /// The nth object of a kind as an element of another's list.
    pub(super) fn nested(&self, kind: Kind, fields: &Fields) -> String {
        self.render(kind, NESTED, fields)
    }

    fn render(&self, kind: Kind, column: usize, fields: &Fields) -> String {
        let slot = kind as usize * 2 + usize::from(column == NESTED);
        let row = &ROWS[kind as usize];
        self.templates[slot].get_or_init(|| shared(row.object, row.drop, fields, column)).fill(fields)
    }
}

/// How many of a kind a platform has whose connected accounts are counted.
fn told(role: Role, kind: Kind) -> Option<u32> {
    match (role, kind) {
        (Role::Platform(count), Kind::Account) => count,
        (Role::Platform(count), Kind::Person | Kind::Capability) => count.map(|count| count * PER_ACCOUNT),
        _ => None,
    }
}

/// The kind whose ids another's objects have: a plan is a price by its old name.
fn named_as(kind: Kind) -> Kind {
    if kind == Kind::Plan { Kind::Price } else { kind }
}

/// Modular inverse of an odd number, by Newton's iteration.
fn inverse(odd: u32) -> u32 {
    (0..5).fold(odd, |x, _| x.wrapping_mul(2u32.wrapping_sub(odd.wrapping_mul(x))))
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Appends the last `len` digits of a number.
fn base62(value: u64, len: u32, out: &mut String) {
    out.extend((0..len).rev().map(|digit| char::from(DIGITS[(value / 62u64.pow(digit) % 62) as usize])));
}

fn from_base62(text: &str) -> Option<u64> {
    text.bytes().try_fold(0u64, |value, b| {
        let digit = DIGITS.iter().position(|d| *d == b)?;
        Some(value * 62 + digit as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::HashSet;

    fn generator(sizes: &Sizes) -> Gen {
        Gen::new(7, "acct_1", false, Role::Platform(None), 1_793_491_200, sizes)
    }

    #[test]
    fn every_kind_renders_and_its_ids_lead_back() {
        let gen_ = generator(&Sizes::customers(120));
        for row in ROWS.iter().filter(|row| row.kind != Kind::Event) {
            let count = gen_.count(row.kind);
            assert!(count > 0, "{} has no objects", row.object);
            let mut seen = HashSet::new();
            for n in 0..count.min(200) {
                let value: Value =
                    serde_json::from_str(&gen_.text(row.kind, n)).unwrap_or_else(|e| panic!("{}: {e}", row.object));
                let id = gen_.id(row.kind, n);
                assert_eq!(value["id"].as_str(), Some(id.as_str()), "{}", row.object);
                assert_eq!(value["object"], row.object);
                assert_eq!(gen_.number(row.kind, &id), Some(n), "{id}");
                assert!(seen.insert(id));
                if let Some(created) = value.get("created").filter(|_| row.object != "subscription_item") {
                    assert_eq!(created.as_i64(), Some(gen_.created(row.kind, n)), "{}", row.object);
                }
            }
        }
    }

    #[test]
    fn time_never_runs_back_and_a_second_is_shared_by_more_than_two_pages() {
        let gen_ = generator(&Sizes::customers(1000));
        let seconds: Vec<i64> = (0..3000).map(|n| gen_.created(Kind::Charge, n)).collect();
        assert!(seconds.is_sorted());
        assert!(seconds.iter().filter(|s| **s == seconds[1505]).count() >= 200);
        for n in [0, 1, 499, 1500, 1731, 2999] {
            let first = seconds.iter().position(|s| *s == seconds[n]).unwrap();
            assert_eq!(gen_.made_before(Kind::Charge, seconds[n]) as usize, first);
        }
    }

    #[test]
    fn no_quarter_is_without_a_payment_and_some_seconds_lie_on_both_sides_of_a_page() {
        let gen_ = generator(&Sizes::customers(200));
        let seconds: Vec<i64> = (0..600).map(|n| gen_.created(Kind::Charge, n)).collect();
        assert!(seconds.is_sorted());
        // The first year is thin.
        let gap_s = seconds[60..].windows(2).map(|pair| pair[1] - pair[0]).max().expect("many");
        assert!(gap_s < 31 * 86_400, "{} days without any", gap_s / 86_400);
        let same = |second: i64| seconds.iter().filter(|s| **s == second).count();
        assert!(seconds.iter().all(|second| same(*second) < 5), "nor has a month all of them");
        let newest: Vec<i64> = seconds.into_iter().rev().collect();
        assert!((1..6).any(|page| newest[page * 100 - 1] == newest[page * 100]), "no page border splits a second");
    }

    #[test]
    fn the_speed_preset_adds_up() {
        for total in [15_000, 140_000] {
            let gen_ = generator(&Sizes::speed(total));
            let sum = [Kind::Customer, Kind::Subscription, Kind::Invoice, Kind::Charge]
                .map(|k| gen_.count(k))
                .iter()
                .sum::<u32>();
            assert_eq!(sum, total);
        }
    }
}
