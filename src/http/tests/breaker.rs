use crate::http::breaker::{Admit, Breaker};
use proptest::prelude::*;
use std::time::Duration;

#[test]
fn a_service_that_is_down_is_asked_few_times_and_then_refused() {
    let (mut breaker, mut now, mut asked) = (Breaker::default(), Duration::ZERO, 0);
    loop {
        match breaker.admit(now) {
            Admit::Go => {
                asked += 1;
                breaker.failed(now);
            }
            Admit::Wait(delay) => now += delay,
            Admit::Refuse => break,
        }
        assert!(asked < 100, "must end");
    }
    assert_eq!(asked, 10);
    assert_eq!(now, Duration::from_secs(15));
    let later = now + Duration::from_secs(60);
    assert_eq!(breaker.admit(later), Admit::Go, "a long run asks again after a minute");
    breaker.succeeded();
    assert_eq!(breaker.admit(later), Admit::Go);
    assert_eq!(breaker.admit(later), Admit::Go);
}

#[test]
fn only_one_probes() {
    let mut breaker = Breaker::default();
    (0..6).for_each(|_| breaker.failed(Duration::ZERO));
    let now = Duration::from_secs(1);
    assert_eq!(breaker.admit(now), Admit::Go);
    assert!(matches!(breaker.admit(now), Admit::Wait(_)));
    breaker.abandoned();
    assert_eq!(breaker.admit(now), Admit::Go, "a probe that told nothing makes room for the next");
}

proptest! {
    /// Whatever happens, nobody waits longer than the longest pause, and waiting that long leads on.
    #[test]
    fn it_never_sticks(steps in proptest::collection::vec(0u8..3, 1..200)) {
        let (mut breaker, mut now) = (Breaker::default(), Duration::ZERO);
        for step in steps {
            match breaker.admit(now) {
                Admit::Go => match step {
                    0 => breaker.succeeded(),
                    1 => breaker.failed(now),
                    _ => breaker.abandoned(),
                },
                Admit::Wait(delay) => {
                    prop_assert!(delay <= Duration::from_secs(8));
                    now += delay;
                    prop_assert_eq!(breaker.look(now), Admit::Go);
                }
                Admit::Refuse => now += Duration::from_secs(60),
            }
        }
    }
}
