//! How many connected accounts a platform has, and how big each is.

use std::collections::BTreeMap;

use super::generate::Sizes;
use crate::sandbox::tail::long_tail;

/// Where nothing is said, connected accounts are this much smaller than the platform.
const SHARE: u32 = 10;
/// And of no larger a platform than this.
const PLATFORM_MAX: u32 = 1000;
/// And have so many customers more.
const AT_LEAST: u32 = 3;

/// The connected accounts of a platform, numbered from the oldest: the nth is `Stripe::connected_ids()[n]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Connected {
    /// None leaves it to the generator: three, and none with [`Sizes::speed`].
    count: Option<u32>,
    /// Customers of the largest where sizes follow a long tail; else all are alike.
    largest: Option<u32>,
    /// Whether they have customers, subscriptions, invoices and charges alone.
    is_lean: bool,
    /// Those whose size was said.
    chosen: BTreeMap<u32, Sizes>,
}

impl Connected {
    /// No connected accounts.
    pub fn none() -> Connected {
        Connected { count: Some(0), ..Connected::default() }
    }

    /// So many, whose sizes follow a long tail: the largest has so many customers, most have a handful. Which is which is
    /// decided by the seed.
    pub fn long_tail(count: u32, largest: u32) -> Connected {
        Connected { count: Some(count), largest: Some(largest), ..Connected::default() }
    }

    /// One for each size, oldest first.
    pub fn of(sizes: Vec<Sizes>) -> Connected {
        let chosen: BTreeMap<u32, Sizes> = (0..).zip(sizes).collect();
        Connected { count: u32::try_from(chosen.len()).ok(), chosen, ..Connected::default() }
    }

    /// Sets the size of the nth (from 0), whatever the others have.
    pub fn with(mut self, n: u32, sizes: Sizes) -> Connected {
        self.chosen.insert(n, sizes);
        self
    }

    /// Leaves them customers, subscriptions, invoices and charges alone, so that one is read with few requests.
    pub fn lean(mut self) -> Connected {
        self.is_lean = true;
        self
    }

    /// How many there are, where the generator does not decide it.
    pub(super) fn count(&self) -> Option<u32> {
        self.count
    }
}

/// The sizes of one platform's connected accounts, worked out once.
#[derive(Debug)]
pub(super) struct Ranked {
    connected: Connected,
    /// Customers by number.
    tail: Vec<u32>,
    /// Customers where no tail says it.
    alike: u32,
}

impl Ranked {
    pub(super) fn new(connected: Connected, seed: u64, platform: &Sizes) -> Ranked {
        let tail = match (connected.count, connected.largest) {
            (Some(count), Some(largest)) => long_tail(seed, count, largest),
            _ => Vec::new(),
        };
        Ranked { connected, tail, alike: platform.customers.min(PLATFORM_MAX) / SHARE + AT_LEAST }
    }

    /// How big the nth is. One that came later than the start has no number.
    pub(super) fn sizes(&self, n: Option<u32>) -> Sizes {
        if let Some(chosen) = n.and_then(|n| self.connected.chosen.get(&n)) {
            return chosen.clone();
        }
        let ranked = n.and_then(|n| self.tail.get(n as usize)).copied();
        let customers = match self.connected.largest {
            Some(_) => ranked.unwrap_or(AT_LEAST),
            None => self.alike,
        };
        if self.connected.is_lean { Sizes::lean(customers) } else { Sizes::customers(customers) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(connected: Connected) -> Ranked {
        Ranked::new(connected, 1, &Sizes::customers(200))
    }

    #[test]
    fn a_chosen_size_goes_before_the_tail_and_the_tail_before_being_alike() {
        let mixed = ranked(Connected::long_tail(100, 40).with(7, Sizes::speed(500_000)).lean());
        assert_eq!(mixed.sizes(Some(7)), Sizes::speed(500_000));
        let customers: Vec<u32> = (0..100).filter(|n| *n != 7).map(|n| mixed.sizes(Some(n)).customers).collect();
        assert!(customers.iter().all(|size| (1..=40).contains(size)) && customers.iter().any(|size| *size >= 20));
        assert!((0..100).all(|n| mixed.sizes(Some(n)).exact.is_some()));
        assert_eq!(ranked(Connected::default()).sizes(Some(1)), Sizes::customers(23));
        assert_eq!(mixed.sizes(None).customers, AT_LEAST);
    }

    #[test]
    fn a_list_of_sizes_is_as_long_as_it_is() {
        let three = Connected::of(vec![Sizes::customers(5), Sizes::customers(0), Sizes::speed(150)]);
        assert_eq!((three.count(), Connected::none().count(), Connected::default().count()), (Some(3), Some(0), None));
        assert_eq!(ranked(three).sizes(Some(2)), Sizes::speed(150));
    }
}
