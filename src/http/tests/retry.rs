use crate::http::retry::{DICE, Next, Outcome, Tally, next};
use proptest::prelude::*;
use std::time::Duration;

fn status(status: u16) -> Outcome {
    Outcome::Status { status, should_retry: None, retry_after_s: None }
}

#[test]
fn what_is_worth_another_attempt() {
    for (outcome, worth) in [
        (Outcome::Fault, true),
        (Outcome::Unreadable, true),
        (status(400), false),
        (status(401), false),
        (status(403), false),
        (status(404), false),
        (status(409), true),
        (status(424), true),
        (status(429), true),
        (status(500), true),
        (status(503), true),
        (Outcome::Status { status: 500, should_retry: Some(false), retry_after_s: None }, false),
        (Outcome::Status { status: 400, should_retry: Some(true), retry_after_s: None }, true),
        (Outcome::Status { status: 403, should_retry: None, retry_after_s: Some(5) }, true),
    ] {
        assert_eq!(next(6, &mut Tally::default(), &outcome, 0) != Next::GiveUp, worth, "{outcome:?}");
    }
}

#[test]
fn retry_after_is_obeyed_up_to_a_minute() {
    let told = |status, s| {
        next(6, &mut Tally::default(), &Outcome::Status { status, should_retry: None, retry_after_s: Some(s) }, 0)
    };
    assert_eq!(told(429, 7), Next::After(Duration::from_secs(7)));
    assert_eq!(told(403, 60), Next::After(Duration::from_secs(60)));
    assert_eq!(told(403, 61), Next::Quota { retry_after_s: 61 });
    assert_eq!(told(429, 86_400), Next::Quota { retry_after_s: 86_400 });
    assert_eq!(told(503, 86_400), Next::After(Duration::from_secs(60)), "an outage may end sooner than told");
}

#[test]
fn delays_double_and_the_jitter_is_half_of_them() {
    for (dice, expected_ms) in [(0, [250, 500, 1000, 2000, 4000]), (DICE, [500, 1000, 2000, 4000, 8000])] {
        let mut tally = Tally::default();
        let delays = expected_ms.map(|_| next(6, &mut tally, &Outcome::Fault, dice));
        assert_eq!(delays, expected_ms.map(|ms| Next::After(Duration::from_millis(ms))));
        assert_eq!(next(6, &mut tally, &Outcome::Fault, dice), Next::GiveUp, "six attempts");
    }
}

#[test]
fn limits_use_up_no_attempts_for_faults() {
    let mut tally = Tally::default();
    (0..9).for_each(|_| assert!(matches!(next(6, &mut tally, &status(429), 0), Next::After(_))));
    assert!(matches!(next(6, &mut tally, &Outcome::Fault, 0), Next::After(_)));
    assert_eq!(next(6, &mut tally, &status(429), 0), Next::GiveUp);
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let any_status = (100u16..600, any::<Option<bool>>(), any::<Option<u64>>())
        .prop_map(|(status, should_retry, retry_after_s)| Outcome::Status { status, should_retry, retry_after_s });
    prop_oneof![Just(Outcome::Fault), Just(Outcome::Unreadable), any_status]
}

proptest! {
    #[test]
    fn it_always_ends_and_never_waits_too_long(outcomes in proptest::collection::vec(any_outcome(), 40), attempts in 1u32..20, dice in any::<u32>()) {
        let (mut asked, mut tally) = (0, Tally::default());
        for outcome in outcomes.iter().cycle() {
            asked += 1;
            match next(attempts, &mut tally, outcome, dice) {
                Next::After(delay) => prop_assert!(delay >= Duration::from_millis(250) && delay <= Duration::from_secs(60)),
                _ => break,
            }
        }
        prop_assert!(asked < 2 * attempts + 4);
    }
}
