use crate::http::limiter::{Governor, Level, Limits, Ticket, Used, Wait, Window};
use proptest::prelude::*;
use std::time::Duration;

const ENDPOINTS: [&str; 6] = ["/a", "/b", "/c", "/d", "/e", "/f"];

/// Threads that always want something: each asks when its wait ends, a little late, and is done after `busy`.
struct Simulation {
    governor: Governor,
    now: Duration,
    threads: Vec<Thread>,
    left: Vec<(Duration, &'static str)>,
}

struct Thread {
    endpoint: &'static str,
    wakes: Duration,
    ticket: Option<Ticket>,
    is_out: bool,
}

impl Simulation {
    fn new(limits: &Limits, endpoints: &[&'static str]) -> Simulation {
        let thread = |endpoint: &&'static str| Thread { endpoint, wakes: Duration::ZERO, ticket: None, is_out: false };
        Simulation {
            governor: Governor::new(limits, Duration::ZERO),
            now: Duration::ZERO,
            threads: endpoints.iter().map(thread).collect(),
            left: Vec::new(),
        }
    }

    fn run(&mut self, until: Duration, busy: Duration, mut late: impl FnMut() -> Duration) {
        while let Some(thread) = self.threads.iter_mut().min_by_key(|t| t.wakes) {
            self.now = self.now.max(thread.wakes);
            if self.now >= until {
                return;
            }
            if thread.is_out {
                self.governor.done();
                thread.is_out = false;
            }
            let ticket = *thread.ticket.get_or_insert_with(|| self.governor.enter(thread.endpoint));
            thread.wakes = self.now
                + match self.governor.take(self.now, ticket) {
                    Wait::Go => {
                        self.left.push((self.now, thread.endpoint));
                        (thread.ticket, thread.is_out) = (None, true);
                        busy
                    }
                    Wait::For(delay) | Wait::Full(delay) => {
                        assert!(!delay.is_zero(), "a wait of nothing would spin");
                        delay + late()
                    }
                };
        }
    }

    fn times(&self, endpoint: Option<&str>) -> Vec<Duration> {
        self.left.iter().filter(|(_, e)| endpoint.is_none_or(|wanted| wanted == *e)).map(|(at, _)| *at).collect()
    }
}

/// Returns the most departures in any window, with each shifted by up to `jitter` towards the others.
fn most_within(times: &[Duration], window: Duration, jitter: Duration) -> usize {
    let mut from = 0;
    let mut most = 0;
    for (index, at) in times.iter().enumerate() {
        while *at - times[from] >= window + jitter {
            from += 1;
        }
        most = most.max(index - from + 1);
    }
    most
}

const SECOND: Duration = Duration::from_secs(1);
const JITTER: Duration = Duration::from_millis(9);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_second_holds_more_than_permitted(
        per_s in 2u32..200, endpoint_per_s in 2u32..100, share_percent in 10u32..=100,
        threads in proptest::collection::vec(0usize..6, 1..40), busy_ms in 0u64..300, late_ms in proptest::collection::vec(0u64..40, 50),
    ) {
        let limits = Limits { share_percent, ..Limits::new(per_s, Some(endpoint_per_s)) };
        let endpoints: Vec<_> = threads.iter().map(|i| ENDPOINTS[*i]).collect();
        let mut simulation = Simulation::new(&limits, &endpoints);
        let mut late = late_ms.iter().cycle();
        simulation.run(5 * SECOND, Duration::from_millis(busy_ms), || Duration::from_millis(*late.next().unwrap()));
        let permitted = |limit: u32| ((limit * share_percent / 100).max(1)) as usize;
        prop_assert!(most_within(&simulation.times(None), SECOND, JITTER) <= permitted(per_s));
        for endpoint in ENDPOINTS {
            prop_assert!(most_within(&simulation.times(Some(endpoint)), SECOND, JITTER) <= permitted(endpoint_per_s));
        }
    }

    #[test]
    fn demand_is_met_to_95_percent(per_s in 5u32..120, endpoint_per_s in 5u32..120, kinds in 1usize..6, late_us in proptest::collection::vec(0u64..5000, 50)) {
        let limits = Limits::new(per_s, Some(endpoint_per_s));
        let endpoints: Vec<_> = (0..32).map(|i| ENDPOINTS[i % kinds]).collect();
        let mut simulation = Simulation::new(&limits, &endpoints);
        let mut late = late_us.iter().cycle();
        simulation.run(20 * SECOND, Duration::from_millis(60), || Duration::from_micros(*late.next().unwrap()));
        let share = |limit: u32| u64::from(limit * 80 / 100);
        // 32 threads, each out for 60 ms.
        let wanted = share(per_s).min(share(endpoint_per_s) * kinds as u64).min(500);
        let got = simulation.left.len() as u64;
        prop_assert!(got * 100 >= wanted * 20 * 95, "{got} of {}", wanted * 20);
    }

    #[test]
    fn no_window_holds_more_than_permitted(limit in 1u32..50, used in 0u32..60, age_s in 0u64..70) {
        let per = Duration::from_secs(60);
        let used = vec![Used { age: Duration::from_secs(age_s), requests: used }];
        let window = Window { limit, per, used: used.clone() };
        let limits = Limits { share_percent: 100, windows: vec![window], ..Limits::new(100, None) };
        let mut simulation = Simulation::new(&limits, &["/a", "/b"]);
        simulation.run(Duration::from_secs(300), Duration::from_millis(10), || Duration::ZERO);
        prop_assert!(most_within(&simulation.times(None), per, Duration::ZERO) <= limit as usize);
        let before = simulation.left.iter().filter(|(at, _)| *at + used[0].age < per).count();
        if age_s < 60 {
            prop_assert!(before <= limit.saturating_sub(used[0].requests) as usize, "{before}");
        }
        prop_assert!(simulation.left.len() >= 3 * limit as usize);
    }
}

#[test]
fn a_full_endpoint_blocks_no_other() {
    let mut endpoints = vec!["/a"; 31];
    endpoints.push("/b");
    let mut simulation = Simulation::new(&Limits::new(100, Some(25)), &endpoints);
    simulation.run(10 * SECOND, Duration::from_millis(20), || Duration::from_micros(100));
    assert!(simulation.times(Some("/b")).len() >= 10 * 19, "{}", simulation.times(Some("/b")).len());
    assert!(simulation.times(Some("/a")).len() >= 10 * 19);
}

#[test]
fn a_429_halves_and_quiet_time_recovers() {
    let mut simulation = Simulation::new(&Limits::new(100, None), &["/a"; 32]);
    let mut counts = Vec::new();
    for second in 1..=14u32 {
        if second == 2 {
            // Those in flight are refused together: that is one blow.
            (0..10).for_each(|_| simulation.governor.throttle(SECOND, "/a", Level::Account, Duration::ZERO));
        }
        let before = simulation.left.len();
        simulation.run(second * SECOND, Duration::from_millis(20), || Duration::ZERO);
        counts.push(simulation.left.len() - before);
    }
    assert!((37..=40).contains(&counts[1]), "{counts:?}");
    assert!(counts[13] >= 76, "{counts:?}");
}

#[test]
fn an_endpoints_429_leaves_the_others_alone() {
    let mut simulation = Simulation::new(&Limits::new(100, Some(25)), &["/a", "/a", "/b", "/b"]);
    simulation.governor.throttle(Duration::ZERO, "/a", Level::Endpoint, SECOND);
    simulation.run(SECOND, Duration::from_millis(1), || Duration::ZERO);
    assert_eq!(simulation.times(Some("/a")).len(), 0, "told to pause for a second");
    assert!(simulation.times(Some("/b")).len() >= 19);
}

#[test]
fn usage_survives_a_restart() {
    let per = Duration::from_secs(3600);
    let limits = Limits {
        share_percent: 100,
        windows: vec![Window { limit: 10, per, used: Vec::new() }],
        ..Limits::new(100, None)
    };
    let mut simulation = Simulation::new(&limits, &["/a"]);
    simulation.run(10 * SECOND, Duration::ZERO, || Duration::ZERO);
    let usage = simulation.governor.unkept(Duration::from_secs(1800));
    simulation.governor.kept(&usage);
    assert_eq!(simulation.governor.unkept(Duration::from_secs(1800))[0].used, [], "each is kept once");
    let mut again = Simulation::new(&Limits { windows: usage, ..limits }, &["/a"]);
    assert_eq!(again.governor.unkept(Duration::ZERO)[0].used, [], "it was kept by the first");
    again.run(Duration::from_secs(1790), Duration::ZERO, || Duration::ZERO);
    assert_eq!(again.left.len(), 0);
    again.run(Duration::from_secs(1900), Duration::ZERO, || Duration::ZERO);
    assert_eq!(again.left.len(), 10);
    let sent: u32 = again.governor.unkept(Duration::from_secs(1900))[0].used.iter().map(|used| used.requests).sum();
    assert_eq!(sent, 10, "its own");
}
