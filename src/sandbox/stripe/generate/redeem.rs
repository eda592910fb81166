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

/// How many discounts come from each coupon and code, by their number.
#[derive(Debug)]
pub(super) struct Redemptions {
    pub(super) coupons: Vec<u32>,
    pub(super) promotion_codes: Vec<u32>,
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

    /// How often coupons and codes were redeemed; counted once, since that takes a look at every discount.
    pub(super) fn redemptions(&self) -> &Redemptions {
        self.redemptions.get_or_init(|| {
            let none = |kind: Kind| vec![0; self.count(kind) as usize];
            let mut all = Redemptions { coupons: none(Kind::Coupon), promotion_codes: none(Kind::PromotionCode) };
            for redeemed in self.holders().filter_map(|holder| self.redeemed(holder)) {
                redeemed.coupon.into_iter().for_each(|n| all.coupons[n as usize] += 1);
                redeemed.promotion_code.into_iter().for_each(|n| all.promotion_codes[n as usize] += 1);
            }
            all
        })
    }

    /// All that may have a discount.
    fn holders(&self) -> impl Iterator<Item = Holder> + '_ {
        let every = |kind: Kind, step: u32, from: u32| (from..self.count(kind)).step_by(step as usize);
        let subscriptions = every(Kind::Subscription, 25, 1).map(Holder::Subscription);
        let items = every(Kind::Subscription, 50, 7).map(Holder::Item);
        let invoices = every(Kind::Invoice, 30, 3).map(Holder::Invoice);
        let lines = every(Kind::Invoice, 40, 17).flat_map(|invoice| {
            let last = self.line_count(invoice).saturating_sub(1);
            [0, last].into_iter().take(1 + usize::from(last > 0)).map(move |line| Holder::Line { invoice, line })
        });
        let waiting = every(Kind::Invoiceitem, 9, 2).map(Holder::Waiting);
        subscriptions.chain(items).chain(invoices).chain(lines).chain(waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::stripe::generate::{Role, Sizes};

    #[test]
    fn redemptions_are_counted_once_and_without_adding_invoices_up() {
        let made = Gen::new(7, "acct_1", false, Role::Platform(None), 1_793_491_200, &Sizes::customers(100));
        let once = made.redemptions();
        assert!(once.coupons.iter().sum::<u32>() > 10 && once.promotion_codes.iter().sum::<u32>() > 0, "{once:?}");
        assert!(std::ptr::eq(once, made.redemptions()));
        for invoice in 0..made.count(Kind::Invoice) {
            assert_eq!(made.line_count(invoice) as usize, made.bill(invoice).lines.len(), "{invoice}");
        }
    }
}
