use crate::http::skew::offset_ms;
use proptest::prelude::*;

const DAY_MS: i64 = 86_400_000;

#[test]
fn within_the_grain_there_is_no_skew() {
    for local_ms in [1_000_000, 1_000_001, 1_000_999] {
        assert_eq!(offset_ms(0, 1000, local_ms, local_ms), 0, "{local_ms}");
        assert_eq!(offset_ms(5_000, 1000, local_ms, local_ms), 0, "an old offset goes when the clock is set right");
    }
}

proptest! {
    /// Whatever the skew, the estimate is within a second and half the travel time of the truth, and stays put.
    #[test]
    fn the_estimate_is_close_and_steady(skew_ms in -DAY_MS..DAY_MS, begin_ms in 0..DAY_MS, travel_ms in 0i64..2000, later_ms in 0i64..100_000) {
        let date = |local_ms: i64| (local_ms + travel_ms / 2 + skew_ms).div_euclid(1000);
        let first = offset_ms(0, date(begin_ms), begin_ms, begin_ms + travel_ms);
        prop_assert!((first - skew_ms).abs() <= 1501 + travel_ms / 2, "{first} for {skew_ms}");
        let second_ms = begin_ms + later_ms;
        let second = offset_ms(first, date(second_ms), second_ms, second_ms + travel_ms);
        prop_assert!(second == first || second == 0 || (second - skew_ms).abs() <= 1501 + travel_ms / 2);
    }
}
