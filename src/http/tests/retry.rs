use crate::http::retry::{DICE, Next, Outcome, next};
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
        assert_eq!(next(6, 1, &outcome, 0) != Next::GiveUp, worth, "{outcome:?}");
    }
}

#[test]
fn retry_after_is_obeyed_up_to_a_minute() {
    let told = |status, s| next(6, 1, &Outcome::Status { status, should_retry: None, retry_after_s: Some(s) }, 0);
    assert_eq!(told(429, 7), Next::After(Duration::from_secs(7)));
    assert_eq!(told(403, 60), Next::After(Duration::from_secs(60)));
    assert_eq!(told(403, 61), Next::Quota { retry_after_s: 61 });
    assert_eq!(told(429, 86_400), Next::Quota { retry_after_s: 86_400 });
    assert_eq!(told(503, 86_400), Next::After(Duration::from_secs(60)), "an outage may end sooner than told");
}

#[test]
fn the_jitter_is_half_of_the_delay() {
    let delays: Vec<_> = [0, DICE].map(|dice| next(6, 3, &Outcome::Fault, dice)).into();
    assert_eq!(delays, [1000, 2000].map(|ms| Next::After(Duration::from_millis(ms))));
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let any_status = (100u16..600, any::<Option<bool>>(), any::<Option<u64>>())
        .prop_map(|(status, should_retry, retry_after_s)| Outcome::Status { status, should_retry, retry_after_s });
    prop_oneof![Just(Outcome::Fault), Just(Outcome::Unreadable), any_status]
}

proptest! {
    #[test]
    fn it_always_ends_and_never_waits_too_long(outcomes in proptest::collection::vec(any_outcome(), 40), attempts in 1u32..20, dice in any::<u32>()) {
        let mut asked = 0;
        for (attempt, outcome) in (1u32..).zip(&outcomes) {
            asked = attempt;
            match next(attempts, attempt, outcome, dice) {
                Next::After(delay) => prop_assert!(delay >= Duration::from_millis(250) && delay <= Duration::from_secs(60)),
                _ => break,
            }
        }
        prop_assert!(asked <= attempts + 4);
    }
}
