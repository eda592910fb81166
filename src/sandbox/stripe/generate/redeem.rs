//! Which coupon and promotion code a discount comes from, and how often each was redeemed.

use super::Gen;
use super::catalog::currency;
use super::kinds::Kind;

/// What a discount is on. Those on subscriptions and their items count from the next invoice on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Subscription(u32),
    /// A subscription's first item.
    Item(u32),
    Invoice(u32),
    Line {
        invoice: u32,
        line: u32,
    },
    /// An invoice item that waits for its invoice.
    Waiting(u32),
}

/// Where a discount comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Redeemed {
    pub(super) coupon: Option<u32>,
    pub(super) promotion_code: Option<u32>,
}

impl Gen {
    /// The coupon that something is discounted by, if it is.
    pub(super) fn redeemed(&self, holder: Holder) -> Option<Redeemed> {
        let (kind, n, has, salt) = match holder {
            Holder::Subscription(n) => (Kind::Subscription, n, n % 25 == 1, 20),
            Holder::Item(n) => (Kind::Subscription, n, n % 50 == 7, 21),
            Holder::Invoice(n) => (Kind::Invoice, n, n % 30 == 3, 22),
            Holder::Line { invoice, line } => (Kind::Invoice, invoice, invoice % 40 == 17, 23 + line),
            Holder::Waiting(n) => (Kind::Invoiceitem, n, n % 9 == 2 && self.billed_by(n).is_none(), 24),
        };
        has.then(|| self.choose(self.bits(kind, n, salt), self.holder_currency(holder)))
    }

    fn holder_currency(&self, holder: Holder) -> &'static str {
        let customer = match holder {
            Holder::Subscription(n) | Holder::Item(n) => self.parent(Kind::Subscription, n, Kind::Customer),
            Holder::Invoice(invoice) | Holder::Line { invoice, .. } => self.invoice_customer(invoice),
            Holder::Waiting(n) => self.item_customer(n),
        };
        currency(customer.unwrap_or(0))
    }

    /// A code for one in three; else a coupon. Those in euro are for euro, those for one product are for nothing here.
    fn choose(&self, bits: u64, currency: &str) -> Redeemed {
        let fits = |coupon: &u32| coupon % 3 != 1 && (coupon.is_multiple_of(2) || currency == "eur");
        let (coupons, codes) = (self.count(Kind::Coupon), self.count(Kind::PromotionCode));
        let code = (codes > 0 && bits.is_multiple_of(3)).then(|| (bits >> 8) as u32 % codes);
        let by_code = code.and_then(|code| Some((code, self.parent(Kind::PromotionCode, code, Kind::Coupon)?)));
        if let Some((code, coupon)) = by_code.filter(|(_, coupon)| fits(coupon)) {
            return Redeemed { coupon: Some(coupon), promotion_code: Some(code) };
        }
        let from = (bits >> 16) as u32;
        let coupon = (0..coupons).map(|step| (from % coupons + step) % coupons).find(fits);
        Redeemed { coupon, promotion_code: None }
    }

    /// How many discounts come from each coupon or code, by what the caller takes of them.
    pub(super) fn redemptions(&self, is: impl Fn(Redeemed) -> bool) -> usize {
        let every = |kind: Kind, step: u32, from: u32| (from..self.count(kind)).step_by(step as usize);
        let subscriptions = every(Kind::Subscription, 25, 1).map(Holder::Subscription);
        let items = every(Kind::Subscription, 50, 7).map(Holder::Item);
        let invoices = every(Kind::Invoice, 30, 3).map(Holder::Invoice);
        let lines = every(Kind::Invoice, 40, 17).flat_map(|invoice| {
            let last = self.bill(invoice).lines.len().saturating_sub(1) as u32;
            [0, last].into_iter().take(1 + usize::from(last > 0)).map(move |line| Holder::Line { invoice, line })
        });
        let waiting = every(Kind::Invoiceitem, 9, 2).map(Holder::Waiting);
        let all = subscriptions.chain(items).chain(invoices).chain(lines).chain(waiting);
        all.filter_map(|holder| self.redeemed(holder)).filter(|redeemed| is(*redeemed)).count()
    }
}
