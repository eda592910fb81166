//! Whose an invoice is, what became of it, and how it adds up. An invoice, its payment intent and the charge that pays it
//! have one number.

use super::Gen;
use super::catalog::{self, Term, currency};
use super::kinds::Kind;
use super::redeem::{Holder, Redeemed};

/// What becomes of invoices, in turn.
const STATUSES: [&str; CYCLE as usize] = [
    "paid",
    "paid",
    "paid",
    "open",
    "draft",
    "paid",
    "void",
    "paid",
    "paid",
    "open",
    "paid",
    "paid",
    "uncollectible",
    "paid",
];
const CYCLE: u32 = 14;
/// The open one that nobody tried to collect yet, the draft, and the one that was written by hand.
const WAITING: u32 = 9;
const DRAFT: u32 = 4;
const MANUAL: u32 = 11;
/// One in so many invoices is credited in part, a while later.
const CREDITED: u32 = 42;
const CREDITED_AFTER: u32 = 6;
const DAY_S: i64 = 86_400;
/// Price (as JSON), quantity and amount of a line for a part of a term: 3 × 33.333… = 100.
pub(super) const PART: (&str, u64, u64) = ("\"33.333333333333\"", 3, 100);

/// What a charge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sale {
    /// It pays the invoice of its number.
    Invoice,
    /// It should have.
    Failed,
    /// It was made by a checkout session.
    Checkout,
    /// It was made by itself.
    Direct,
}

/// What the nth charge is for, in an account whose charges pay invoices.
pub(super) fn sale(n: u32) -> Sale {
    match (STATUSES[(n % CYCLE) as usize], n % CYCLE) {
        ("paid", _) => Sale::Invoice,
        (_, DRAFT) => Sale::Checkout,
        ("void", _) | (_, WAITING) => Sale::Direct,
        _ => Sale::Failed,
    }
}

/// What became of the nth invoice.
pub(super) fn status(n: u32) -> &'static str {
    STATUSES[(n % CYCLE) as usize]
}

/// How many invoices of so many have a payment: all but drafts.
pub(super) fn payments(invoices: u32) -> u32 {
    invoices - sessions(invoices)
}

/// The invoice of the nth payment.
pub(super) fn of_payment(n: u32) -> u32 {
    let within = n % (CYCLE - 1);
    n / (CYCLE - 1) * CYCLE + within + u32::from(within >= DRAFT)
}

/// How many checkout sessions there are beside so many charges.
pub(super) fn sessions(charges: u32) -> u32 {
    (charges + CYCLE - 1 - DRAFT) / CYCLE
}

/// The charge of the nth checkout session.
pub(super) fn of_session(n: u32) -> u32 {
    n * CYCLE + DRAFT
}

/// How many invoice items there are beside so many invoices: one for each invoice written by hand, and some that wait.
pub(super) fn items(invoices: u32) -> u32 {
    (invoices + CYCLE - 1 - MANUAL) / CYCLE
}

/// The invoice in whose second the nth invoice item was made, and which bills it where it is one written by hand.
pub(super) fn of_item(n: u32) -> u32 {
    n * CYCLE + MANUAL
}

/// The invoice item made in an invoice's second.
pub(super) fn item_of(invoice: u32) -> Option<u32> {
    (invoice % CYCLE == MANUAL).then_some(invoice / CYCLE)
}

/// How many credit notes there are for so many invoices.
pub(super) fn credit_notes(invoices: u32) -> u32 {
    invoices.div_ceil(CREDITED)
}

/// The invoice of the nth credit note.
pub(super) fn of_credit_note(n: u32) -> u32 {
    n * CREDITED
}

/// The invoice in whose second the nth credit note was made.
pub(super) fn after_credit(n: u32) -> u32 {
    of_credit_note(n) + CREDITED_AFTER
}

/// The credit note of an invoice.
pub(super) fn credit_note(invoice: u32) -> Option<u32> {
    invoice.is_multiple_of(CREDITED).then_some(invoice / CREDITED)
}

/// A line of an invoice.
pub(super) struct Line {
    /// Which of the subscription's items it bills.
    pub(super) item: u32,
    pub(super) price: u32,
    pub(super) quantity: u64,
    pub(super) amount: u64,
    /// What a discount takes off, its own or the invoice's.
    pub(super) discount: u64,
    pub(super) tax: u64,
    /// Whether it bills a part of a term only.
    pub(super) is_part: bool,
}

/// An invoice's sums.
pub(super) struct Bill {
    pub(super) lines: Vec<Line>,
    pub(super) subtotal: u64,
    pub(super) discount: u64,
    pub(super) tax: u64,
    pub(super) total: u64,
}

/// The tax of a customer's country: tax rate and percent.
pub(super) fn tax_of(g: &Gen, customer: Option<u32>) -> Option<(u32, u64)> {
    let rate = match customer? % 4 {
        0 => 0,
        1 => 1,
        3 => 2,
        _ => return None,
    };
    (rate < g.count(Kind::TaxRate)).then(|| (rate, catalog::percent(rate)))
}

impl Gen {
    /// The subscription that an invoice bills. The newest invoices bill each subscription once, in order; those before
    /// bill any that was there.
    pub(super) fn invoice_subscription(&self, invoice: u32) -> Option<u32> {
        let (invoices, subscriptions) = (self.count(Kind::Invoice), self.count(Kind::Subscription));
        let last_from = invoices.saturating_sub(subscriptions);
        if subscriptions == 0 || invoice >= last_from {
            return (subscriptions > 0).then(|| invoice - last_from);
        }
        if invoice % CYCLE == MANUAL {
            return None;
        }
        let newest = self.parent(Kind::Invoice, invoice, Kind::Subscription)?;
        Some((self.bits(Kind::Invoice, invoice, 5) % u64::from(newest + 1)) as u32)
    }

    /// The newest invoice of a subscription.
    pub(super) fn latest_invoice(&self, subscription: u32) -> Option<u32> {
        let (invoices, subscriptions) = (self.count(Kind::Invoice), self.count(Kind::Subscription));
        let n = invoices.saturating_sub(subscriptions) + subscription;
        (n < invoices).then_some(n)
    }

    pub(super) fn invoice_customer(&self, invoice: u32) -> Option<u32> {
        match self.invoice_subscription(invoice) {
            Some(subscription) => self.parent(Kind::Subscription, subscription, Kind::Customer),
            None => self.parent(Kind::Invoice, invoice, Kind::Customer),
        }
    }

    /// When a subscription was billed last and how long that lasts: as short a term as reaches beyond now, since each
    /// has few invoices. Where none does, it has ended.
    pub(super) fn last_term(&self, subscription: u32) -> (i64, Option<Term>) {
        let from_s = match self.latest_invoice(subscription) {
            Some(invoice) => self.created(Kind::Invoice, invoice),
            None => self.created(Kind::Subscription, subscription),
        };
        let reaches = |term: &Term| from_s + term.length_s() - DAY_S > self.now_s();
        (from_s, Term::ALL.into_iter().find(reaches))
    }

    /// How many items a subscription has: one in twenty more than an inline page shows.
    pub(super) fn item_count(&self, subscription: u32) -> u32 {
        let bits = self.bits(Kind::Subscription, subscription, 3);
        let many = subscription % 20 == 19;
        (if many { 11 + bits % 15 } else { [1, 1, 1, 2, 1, 1, 10, 1][bits as usize % 8] }) as u32
    }

    /// The prices of a subscription's items; every other item is paid by the year.
    pub(super) fn item_prices(&self, subscription: u32) -> Vec<u32> {
        let bits = self.bits(Kind::Subscription, subscription, 3) >> 8;
        let customer = self.parent(Kind::Subscription, subscription, Kind::Customer);
        let currency = currency(customer.unwrap_or(subscription));
        let own = self.last_term(subscription).1.unwrap_or(Term::ALL[bits as usize % Term::ALL.len()]);
        let term = |k: u32| if k % 2 == 1 { Term::Year } else { own };
        (0..self.item_count(subscription)).map(|k| self.price_for(currency, term(k), bits + u64::from(k))).collect()
    }

    /// How many lines an invoice has: all items of its subscription, of which one in twenty has more than an inline page
    /// shows, and in one invoice of a hundred as many parts of a term.
    pub(super) fn line_count(&self, invoice: u32) -> u32 {
        let Some(subscription) = self.invoice_subscription(invoice) else { return 1 };
        let bits = self.bits(Kind::Invoice, invoice, 4);
        let items = self.item_count(subscription);
        if invoice % 100 == 17 { items.max(11 + (bits % 20) as u32) } else { items }
    }

    /// The lines of an invoice before discounts and taxes.
    fn billed(&self, invoice: u32, subscription: Option<u32>, currency: &str) -> Vec<Line> {
        let bare = |item: u32, price: u32, quantity: u64, amount: u64, is_part: bool| Line {
            item,
            price,
            quantity,
            amount,
            discount: 0,
            tax: 0,
            is_part,
        };
        let bits = self.bits(Kind::Invoice, invoice, 4);
        let Some(subscription) = subscription else {
            let price = self.price_for(currency, Term::Month, bits >> 8);
            return vec![bare(0, price, 1, self.cost(price, 1), false)];
        };
        let prices = self.item_prices(subscription);
        let items = prices.len() as u32;
        let line = |k: u32| {
            let price = prices[(k % items) as usize];
            let quantity = 1 + u64::from(k);
            if k < items {
                bare(k, price, quantity, self.cost(price, quantity), false)
            } else {
                bare(k % items, price, PART.1, PART.2, true)
            }
        };
        (0..self.line_count(invoice)).map(line).collect()
    }

    /// How an invoice adds up.
    pub(super) fn bill(&self, invoice: u32) -> Bill {
        let subscription = self.invoice_subscription(invoice);
        let customer = self.invoice_customer(invoice);
        let currency = currency(customer.unwrap_or(invoice));
        let mut lines = self.billed(invoice, subscription, currency);
        let last = lines.len().saturating_sub(1);
        let mut whole = self.redeemed(Holder::Invoice(invoice)).map(|r| Rest::of(self, r));
        let step = if currency == "kwd" { 10 } else { 1 };
        for (k, line) in lines.iter_mut().enumerate() {
            // At both ends of a list that is cut when inline.
            let holder = Holder::Line { invoice, line: k as u32 };
            let own = if k == 0 || k == last { self.redeemed(holder) } else { None };
            let mut own = own.map(|r| Rest::of(self, r));
            let rest = own.as_mut().or(whole.as_mut());
            line.discount = rest.map_or(0, |rest| rest.take(line.amount, step));
            let percent = tax_of(self, customer).map_or(0, |(_, percent)| percent);
            line.tax = ((line.amount - line.discount) * percent + 50 * step) / (100 * step) * step;
        }
        let sum = |of: fn(&Line) -> u64| lines.iter().map(of).sum::<u64>();
        let (subtotal, discount, tax) = (sum(|l| l.amount), sum(|l| l.discount), sum(|l| l.tax));
        Bill { subtotal, discount, tax, total: subtotal - discount + tax, lines }
    }

    /// Whether charges pay invoices here; in the account for measuring they stand alone.
    pub(super) fn pays_invoices(&self) -> bool {
        self.odd && self.count(Kind::Invoice) > 0
    }

    /// What the nth charge is for.
    pub(super) fn sale(&self, charge: u32) -> Sale {
        match (self.pays_invoices(), sale(charge)) {
            (true, sale) => sale,
            (false, Sale::Failed) => Sale::Failed,
            (false, _) => Sale::Direct,
        }
    }

    pub(super) fn charge_customer(&self, charge: u32) -> Option<u32> {
        match self.pays_invoices() && matches!(self.sale(charge), Sale::Invoice | Sale::Failed) {
            true => self.invoice_customer(charge),
            false => self.parent(Kind::Charge, charge, Kind::Customer),
        }
    }

    pub(super) fn charge_currency(&self, charge: u32) -> &'static str {
        currency(self.charge_customer(charge).unwrap_or(charge))
    }

    pub(super) fn charge_amount(&self, charge: u32) -> u64 {
        match self.pays_invoices() && matches!(self.sale(charge), Sale::Invoice | Sale::Failed) {
            true => self.bill(charge).total,
            false => 100 + self.bits(Kind::Charge, charge, 1) % 9_000 * 10,
        }
    }

    /// What a credit note gives back: half of the invoice, in so many lines.
    pub(super) fn credited(&self, credit_note: u32) -> Vec<u64> {
        let count = if credit_note % 20 == 1 { 13 } else { 1 + credit_note % 3 };
        split(self.bill(of_credit_note(credit_note)).total / 20 * 10, count)
    }
}

/// What is left of a discount while the lines take their part of it.
struct Rest {
    /// Thousandths, or an amount that is used up.
    percent: Option<u64>,
    amount: u64,
}

impl Rest {
    fn of(g: &Gen, redeemed: Redeemed) -> Rest {
        match redeemed.coupon.filter(|_| g.count(Kind::Coupon) > 0) {
            None => Rest { percent: None, amount: 0 },
            Some(coupon) if coupon.is_multiple_of(2) => Rest { percent: Some(125), amount: 0 },
            Some(_) => Rest { percent: None, amount: 300 },
        }
    }

    fn take(&mut self, of: u64, step: u64) -> u64 {
        if let Some(percent) = self.percent {
            return of * percent / 1000 / step * step;
        }
        let taken = of.min(self.amount);
        self.amount -= taken;
        taken
    }
}

/// An amount in so many parts.
pub(super) fn split(amount: u64, parts: u32) -> Vec<u64> {
    let part = amount / u64::from(parts.max(1)) / 10 * 10;
    let mut all = vec![part; parts as usize];
    if let Some(last) = all.last_mut() {
        *last = amount - part * u64::from(parts - 1);
    }
    all
}
