//! How big each of many is: a few are large, most have a handful.

use super::random::mix;

/// Who is the largest, the second largest and so on.
const RANK: u64 = 0x0071_a11e;
/// How much the many have that have next to nothing.
const HANDFUL: u64 = 0x4a6d;
/// The most that those have.
const HANDFUL_MAX: u64 = 8;

/// Returns the sizes of so many by number. Sizes follow rank, as cities do: the second has half of what the largest has,
/// the tenth a tenth; from some rank on everybody has between one and a handful. Who has which rank is the seed's.
pub(super) fn long_tail(seed: u64, count: u32, largest: u32) -> Vec<u32> {
    let mut by_rank: Vec<u32> = (0..count).collect();
    by_rank.sort_by_key(|n| mix(seed ^ RANK, u64::from(*n)));
    let mut sizes = vec![0; by_rank.len()];
    for (rank, n) in (1..).zip(by_rank) {
        let handful = (1 + mix(seed ^ HANDFUL, u64::from(n)) % HANDFUL_MAX) as u32;
        sizes[n as usize] = (largest / rank).max(handful).min(largest);
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_large_and_most_have_a_handful() {
        let sizes = long_tail(5, 2000, 3000);
        assert_eq!(sizes, long_tail(5, 2000, 3000));
        assert_ne!(sizes, long_tail(6, 2000, 3000));
        let over = |least: u32| sizes.iter().filter(|size| **size >= least).count();
        assert_eq!((over(3000), over(1000), over(100), over(1)), (1, 3, 30, 2000));
        assert!(over(9) < 400, "{}", over(9));
        // The large ones do not stand together.
        let large: Vec<usize> = (0..2000).filter(|n| sizes[*n] >= 500).collect();
        assert!(large.windows(2).any(|pair| pair[1] - pair[0] > 100), "{large:?}");
    }

    #[test]
    fn nobody_is_larger_than_the_largest_and_nobody_is_nothing_without_need() {
        assert_eq!(long_tail(1, 0, 10), Vec::<u32>::new());
        assert_eq!(long_tail(1, 3, 0), [0, 0, 0]);
        assert!(long_tail(1, 50, 2).iter().all(|size| (1..=2).contains(size)));
    }
}
