//! When objects were made, and whose they are: all kinds run through the same time, so that a parent is never younger
//! than its child.

use std::ops::Range;

use super::kinds::Kind;
use super::{Gen, invoicing, ledger};

/// How long before the clock's start the oldest objects were made.
const SPAN_S: i64 = 6 * 365 * 86_400;
/// From this many objects of a kind on, a run of them shares one second, longer than two pages. In a smaller account it
/// would be a month's revenue of its own.
const RUN_FROM: u32 = 2_500;
/// The same for customers, who bring no revenue by themselves.
const RUN_FROM_CUSTOMERS: u32 = 280;
/// The length of that run.
const RUN: u32 = 230;
/// Of so many objects in a row the first few are made in one second. No divisor of a page's hundred: of several pages
/// some begin in the midst of such a second.
const BATCH: u32 = 7;
/// How many those are.
const BATCH_SAME: u32 = 3;
/// From this many objects of a kind on.
const BATCH_FROM: u32 = 200;
/// What was there before the first customer came: kind, and from and to how long before.
const FOUNDED: &[(Kind, i64, i64)] = &[
    (Kind::TaxRate, 120, 110),
    (Kind::Product, 120, 90),
    (Kind::Price, 90, 60),
    (Kind::Plan, 90, 60),
    (Kind::Coupon, 60, 30),
    (Kind::PromotionCode, 30, 1),
];
const DAY_S: i64 = 86_400;

impl Gen {
    /// The clock's start.
    pub(super) fn now_s(&self) -> i64 {
        self.end_s + super::QUIET_S
    }

    /// The second in which the nth object was made: density grows with time; some share a second.
    pub(in super::super) fn created(&self, kind: Kind, n: u32) -> i64 {
        if let Some((of, n)) = self.follows(kind, n) {
            return self.created(of, n);
        }
        let first_s = self.end_s - SPAN_S;
        if let Some((_, from, to)) = FOUNDED.iter().find(|row| row.0 == kind) {
            let ran_s = (from - to) * DAY_S * i64::from(n) / i64::from(self.count(kind).max(1));
            return first_s - from * DAY_S + ran_s;
        }
        let (place, of) = self.stand(kind, n);
        first_s + (SPAN_S as f64 * (f64::from(place) / f64::from(of)).sqrt()) as i64
    }

    /// The object in whose second one was made, where it has no time of its own.
    fn follows(&self, kind: Kind, n: u32) -> Option<(Kind, u32)> {
        match kind {
            Kind::PaymentMethod => Some((Kind::Customer, self.parent(kind, n, Kind::Customer)?)),
            _ if !self.odd => None,
            Kind::InvoicePayment => Some((Kind::Invoice, invoicing::of_payment(n))),
            Kind::Invoiceitem => Some((Kind::Invoice, invoicing::of_item(n))),
            Kind::CreditNote => {
                Some((Kind::Invoice, invoicing::after_credit(n).min(self.count(Kind::Invoice).saturating_sub(1))))
            }
            Kind::CheckoutSession => Some((Kind::Charge, invoicing::of_session(n))),
            _ => ledger::anchor(kind, n).map(|charge| (Kind::Charge, charge)),
        }
    }

    /// How many objects of a kind share one second in the midst of its time.
    fn run(&self, kind: Kind) -> u32 {
        let count = self.count(kind);
        let run_from = if kind == Kind::Customer { RUN_FROM_CUSTOMERS } else { RUN_FROM };
        if count >= run_from { RUN.min(count * 2 / 5) } else { 0 }
    }

    /// How far on in its kind's time the nth object stands, and of how much. The run takes a moment of the time, and not
    /// the share of it that its number would.
    fn stand(&self, kind: Kind, n: u32) -> (u32, u32) {
        let count = self.count(kind).max(1);
        let n = if count >= BATCH_FROM && n % BATCH < BATCH_SAME { n - n % BATCH } else { n };
        let (half, run) = (count / 2, self.run(kind));
        let place = if n < half { n } else { (n - half).saturating_sub(run) + half };
        (place, count - run)
    }

    /// How many objects of a kind were made before the given second.
    pub(in super::super) fn made_before(&self, kind: Kind, second: i64) -> u32 {
        first(self.count(kind), |n| self.created(kind, n) >= second)
    }

    /// The parent to which the nth of `kind` belongs: the newest that was there, both running through the same time.
    pub(super) fn parent(&self, kind: Kind, n: u32, parent: Kind) -> Option<u32> {
        let parents = self.count(parent);
        let ((place, of), run, half) = (self.stand(kind, n), self.run(parent), parents / 2);
        let at = u64::from(place) * u64::from(parents.checked_sub(run)?) / u64::from(of);
        let at = u32::try_from(at).ok()?;
        (parents > 0).then(|| if at > half { at + run } else { at }.min(parents - 1))
    }

    /// The children of a parent, by the same rule.
    pub(super) fn children(&self, child: Kind, parent: Kind, of: u32) -> Range<u32> {
        let count = self.count(child);
        let from = |of: u32| first(count, |n| self.parent(child, n, parent).is_some_and(|p| p >= of));
        if count == 0 { 0..0 } else { from(of)..from(of + 1) }
    }

    /// The oldest of them.
    pub(super) fn first_child(&self, child: Kind, parent: Kind, of: u32) -> Option<u32> {
        let n = first(self.count(child), |n| self.parent(child, n, parent).is_some_and(|p| p >= of));
        (n < self.count(child) && self.parent(child, n, parent) == Some(of)).then_some(n)
    }
}

/// The first number of so many that is far enough; the count where none is.
fn first(count: u32, is_far: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match is_far(middle) {
            false => low = middle + 1,
            true => high = middle,
        }
    }
    low
}
