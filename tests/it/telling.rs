//! What a run tells while it goes on, against what it comes to in the end.

use std::sync::Mutex;
use std::time::Duration;

use stripesync::http::Limits;
use stripesync::model::cancel::Cancel;
use stripesync::model::progress::{Progress, Sink};
use stripesync::sandbox::{Options as World, Sandbox, Sizes};
use stripesync::store::Store;
use stripesync::sync::{self, Options, Target};

use crate::support;

#[derive(Default)]
struct Heard(Mutex<Vec<Progress>>);

impl Sink for Heard {
    fn report(&self, progress: Progress) {
        self.0.lock().unwrap().push(progress);
    }
}

/// Syncs these lists of so many customers; returns all that was told.
fn heard(customers: u32, latency: Duration, named: &[&str]) -> Vec<Progress> {
    let sandbox = Sandbox::start(World { sizes: Sizes::customers(customers), latency, ..World::default() });
    let sandbox = sandbox.expect("starts");
    let store = Store::in_memory().expect("opens");
    let only = support::everything().into_iter().filter(|resource| named.contains(&resource.name)).collect();
    let options = Options { only, in_flight_max: 16, ..Options::default() };
    let (cancel, sink) = (Cancel::default(), Heard::default());
    let client = support::client(&sandbox, Limits::new(100_000, None), &cancel);
    let target = Target { client: &client, mode: "sandbox", who: sync::Who::Own(None), readers: None };
    sync::run(&store, &sync::catalog(), &target, &options, &cancel, &sink).expect("ends");
    sink.0.into_inner().unwrap()
}

#[test]
fn a_share_is_that_of_the_rows() {
    // An answer that takes longer than a transaction may last: no machine is fast enough to read a list in one.
    let told = heard(1500, Duration::from_millis(300), &["customers", "charges"]);
    for list in ["stripe:customers", "stripe:charges"] {
        let mut all = 0;
        let mut shares = Vec::new();
        for progress in &told {
            if let Progress::Stored { name, rows, share_permille } = progress
                && name == list
            {
                all += rows;
                shares.extend(share_permille.map(|share| (u64::from(share), all)));
            }
        }
        assert!(shares.len() > 1, "{list}: {shares:?}");
        assert_eq!(shares.last().map(|(share, _)| *share), Some(1000), "{list}: {shares:?}");
        // Early on little is known, but what is not there must never count as done.
        let wrong = shares.iter().find(|(share, rows)| *share > rows * 1000 / all + 250);
        assert_eq!(wrong, None, "{list}, of {all}: {shares:?}");
    }
    let ended = |list: &str, wanted| {
        let is_it =
            |it: &&Progress| matches!(it, Progress::Ended { name, is_whole } if name == list && *is_whole == wanted);
        told.iter().any(|it| is_it(&it))
    };
    assert!(ended("stripe:customers", true) && ended("stripe:charges", true) && !ended("stripe:charges", false));
}

#[test]
fn lists_under_objects_are_counted_to_their_end() {
    let told = heard(1500, Duration::from_millis(20), &["customers", "entitlements_active_entitlements"]);
    let under: Vec<(u64, u64)> = told
        .iter()
        .filter_map(|it| match it {
            Progress::Under { name, done, of } if name == "stripe:entitlements_active_entitlements" => {
                Some((*done, *of))
            }
            _ => None,
        })
        .collect();
    assert!(under.windows(2).all(|two| two[0].0 < two[1].0), "{under:?}");
    let (done, of) = *under.last().expect("customers have such lists");
    assert!(done == of && of > 1000, "{done} of {of}");
}
