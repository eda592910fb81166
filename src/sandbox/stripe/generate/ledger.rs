//! What money did: which charge was refunded, disputed, paid out, and the balance transactions that say so.
//!
//! All of it hangs on the number of a charge: of each 336 the same ones succeed, are refunded and disputed, so that every
//! question can be answered from either side without keeping anything.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::Gen;
use super::invoicing::{self, Sale};
use super::kinds::Kind;

/// Charges between two payouts; one of them is refunded.
const BLOCK: u32 = 28;
/// Which of them.
const REFUNDED: u32 = 1;
/// Charges between two disputes.
const DISPUTES: u32 = 112;
/// Which of them is disputed.
const DISPUTED: u32 = 2;
/// And when: in the second of this one.
const DISPUTED_AT: u32 = 30;
/// A dispute that is won brings the money back so many charges later.
const WON_AFTER: u32 = 80;
/// After so many charges all of it begins anew.
const CYCLE: u32 = 336;
/// What a dispute costs, in cents.
const DISPUTE_FEE: i64 = 1_500;

/// What a balance transaction is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Entry {
    Charge,
    Refund,
    Payout,
    /// The disputed money is taken.
    Withdrawal,
    /// It comes back.
    Return,
}

impl Entry {
    /// How many there are in a cycle; of returns, one in three.
    fn in_cycle(self) -> u32 {
        match self {
            Entry::Charge => CYCLE,
            Entry::Refund | Entry::Payout => CYCLE / BLOCK,
            Entry::Withdrawal | Entry::Return => CYCLE / DISPUTES,
        }
    }
}

/// A cycle's balance transactions in their order: in the second of which charge, what, and its number.
struct Program {
    entries: Vec<(u32, Entry, u32)>,
    places: HashMap<(Entry, u32), u32>,
    /// The first payout would come before there is anything to pay out; it is left out.
    first_payout: u32,
}

impl Program {
    fn get() -> &'static Program {
        static PROGRAM: OnceLock<Program> = OnceLock::new();
        PROGRAM.get_or_init(|| {
            let mut entries = Vec::new();
            for i in 0..CYCLE {
                if invoicing::sale(i) != Sale::Failed {
                    entries.push((i, Entry::Charge, i));
                }
                if i % DISPUTES == DISPUTED_AT {
                    entries.push((i, Entry::Withdrawal, i / DISPUTES));
                }
                if i == DISPUTES + DISPUTED_AT + WON_AFTER {
                    entries.push((i, Entry::Return, 1));
                }
                if i % BLOCK == BLOCK - 1 {
                    entries.push((i, Entry::Refund, i / BLOCK));
                    entries.push((i, Entry::Payout, i / BLOCK));
                }
            }
            let place = |(at, (_, entry, number)): (usize, &(u32, Entry, u32))| ((*entry, *number), at as u32);
            let places: HashMap<_, _> = entries.iter().enumerate().map(place).collect();
            let first_payout = places[&(Entry::Payout, 0)];
            Program { entries, places, first_payout }
        })
    }

    fn len(&self) -> u32 {
        self.entries.len() as u32
    }
}

/// How many balance transactions so many charges make.
pub(super) fn entries(charges: u32) -> u32 {
    let program = Program::get();
    let rest = program.entries.iter().filter(|(at, ..)| *at < charges % CYCLE).count() as u32;
    (charges / CYCLE * program.len() + rest).saturating_sub(u32::from(charges >= BLOCK))
}

/// How many refunds.
pub(super) fn refunds(charges: u32) -> u32 {
    charges / BLOCK
}

/// How many payouts.
pub(super) fn payouts(charges: u32) -> u32 {
    (charges / BLOCK).saturating_sub(1)
}

/// How many disputes.
pub(super) fn disputes(charges: u32) -> u32 {
    (charges + DISPUTES - 1).saturating_sub(DISPUTED_AT) / DISPUTES
}

/// The charge in whose second an object of money was made.
pub(super) fn anchor(kind: Kind, n: u32) -> Option<u32> {
    match kind {
        Kind::Refund => Some(n * BLOCK + BLOCK - 1),
        Kind::Payout => Some((n + 1) * BLOCK + BLOCK - 1),
        Kind::Dispute => Some(n * DISPUTES + DISPUTED_AT),
        Kind::BalanceTransaction => {
            let program = Program::get();
            let place = if n >= program.first_payout { n + 1 } else { n };
            let (at, ..) = program.entries[(place % program.len()) as usize];
            Some(place / program.len() * CYCLE + at)
        }
        _ => None,
    }
}

/// What the nth balance transaction is about, and the number of that charge, refund, payout or dispute.
pub(super) fn entry(n: u32) -> (Entry, u32) {
    let program = Program::get();
    let place = if n >= program.first_payout { n + 1 } else { n };
    let (_, entry, number) = program.entries[(place % program.len()) as usize];
    let number = place / program.len() * entry.in_cycle() + number;
    (entry, if entry == Entry::Payout { number - 1 } else { number })
}

impl Gen {
    /// The balance transaction about something, if there is one.
    pub(super) fn entry_of(&self, entry: Entry, number: u32) -> Option<u32> {
        let program = Program::get();
        let number = if entry == Entry::Payout { number + 1 } else { number };
        let place = program.places.get(&(entry, number % entry.in_cycle()))?;
        let n = number / entry.in_cycle() * program.len() + place;
        let n = if n > program.first_payout { n - 1 } else { n };
        (n < self.count(Kind::BalanceTransaction)).then_some(n)
    }

    /// The charge of a refund, and how much of it came back.
    pub(super) fn refund_of(&self, refund: u32) -> (u32, u64) {
        let charge = refund * BLOCK + REFUNDED;
        let amount = self.charge_amount(charge);
        (charge, if refund.is_multiple_of(3) { amount } else { amount / 20 * 10 })
    }

    /// How much of a charge was refunded.
    pub(super) fn refunded(&self, charge: u32) -> u64 {
        let refund = charge / BLOCK;
        match charge % BLOCK == REFUNDED && refund < self.count(Kind::Refund) {
            true => self.refund_of(refund).1,
            false => 0,
        }
    }

    /// The charge that a dispute is about.
    pub(super) fn disputed_charge(&self, dispute: u32) -> u32 {
        dispute * DISPUTES + DISPUTED
    }

    /// Whether a charge is disputed.
    pub(super) fn is_disputed(&self, charge: u32) -> bool {
        charge % DISPUTES == DISPUTED && charge / DISPUTES < self.count(Kind::Dispute)
    }

    /// What a balance transaction moves: cents, with the fee among it, and the rate where money was exchanged.
    pub(super) fn moved(&self, entry: Entry, number: u32) -> Moved {
        let of_charge = |charge: u32, amount: u64| {
            let currency = self.charge_currency(charge);
            let (cents, rate) = settled(amount, currency);
            Moved { cents, fee: 0, rate }
        };
        match entry {
            Entry::Charge => {
                let moved = of_charge(number, self.charge_amount(number));
                Moved { fee: moved.cents * 15 / 1000 + 25, ..moved }
            }
            Entry::Refund => {
                let (charge, amount) = self.refund_of(number);
                of_charge(charge, amount).taken()
            }
            Entry::Withdrawal | Entry::Return => {
                let charge = self.disputed_charge(number);
                let moved = of_charge(charge, self.charge_amount(charge));
                if entry == Entry::Return { moved } else { Moved { fee: DISPUTE_FEE, ..moved.taken() } }
            }
            Entry::Payout => Moved { cents: -self.paid_out(number), fee: 0, rate: None },
        }
    }

    /// What a payout sends to the bank: all that became of the charges before those which it follows.
    pub(super) fn paid_out(&self, payout: u32) -> i64 {
        let program = Program::get();
        let (cycle, block) = (payout / (CYCLE / BLOCK), payout % (CYCLE / BLOCK));
        let from = program.entries.partition_point(|(at, ..)| *at < block * BLOCK);
        let until = program.entries.partition_point(|(at, ..)| *at < (block + 1) * BLOCK);
        let inside = program.entries[from..until].iter().filter(|(_, entry, _)| *entry != Entry::Payout);
        inside
            .map(|(_, entry, number)| self.moved(*entry, cycle * entry.in_cycle() + number))
            .map(|moved| moved.cents - moved.fee)
            .sum()
    }
}

/// What one balance transaction moves.
pub(super) struct Moved {
    /// What it brings (or takes) before its fee.
    pub(super) cents: i64,
    pub(super) fee: i64,
    /// The rate, where money was exchanged.
    pub(super) rate: Option<&'static str>,
}

impl Moved {
    fn taken(self) -> Moved {
        Moved { cents: -self.cents, ..self }
    }
}

/// An amount in euro cents, and the rate at which it was exchanged: rates are between whole units, amounts in the
/// smallest ones (cents, yen, fils).
fn settled(amount: u64, currency: &str) -> (i64, Option<&'static str>) {
    let (times, by, rate) = match currency {
        "usd" => (92, 100, Some("0.92")),
        "jpy" => (61, 100, Some("0.0061")),
        "kwd" => (298, 1000, Some("2.98")),
        _ => (1, 1, None),
    };
    (((amount * times + by / 2) / by) as i64, rate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::stripe::generate::{Role, Sizes};

    #[test]
    fn what_a_balance_transaction_is_about_leads_back_to_it() {
        let made = Gen::new(7, "acct_1", false, Role::Platform(None), 1_793_491_200, &Sizes::customers(400));
        let count = made.count(Kind::BalanceTransaction);
        for n in 0..count {
            let (about, number) = entry(n);
            assert_eq!(made.entry_of(about, number), Some(n), "{about:?} {number}");
            assert!(anchor(Kind::BalanceTransaction, n).is_some_and(|charge| charge < made.count(Kind::Charge)));
        }
        for (about, of) in
            [(Entry::Refund, Kind::Refund), (Entry::Payout, Kind::Payout), (Entry::Withdrawal, Kind::Dispute)]
        {
            assert_eq!((0..count).filter(|n| entry(*n).0 == about).count(), made.count(of) as usize, "{about:?}");
        }
    }
}
