//! A pull from the sandbox ends in the sandbox's own truth.

use stripesync::model::progress::Outcome;
use stripesync::sandbox::{Options as SandboxOptions, Sandbox, Sizes};
use stripesync::store::Store;

use crate::support;

#[test]
fn a_full_sync_equals_the_truth_of_every_list() {
    let sandbox =
        Sandbox::start(SandboxOptions { sizes: Sizes::customers(60), ..SandboxOptions::default() }).expect("starts");
    let store = Store::in_memory().expect("opens");
    let summary = support::sync(&sandbox, &store, &support::all()).expect("syncs");
    for report in &summary.reports {
        if !matches!(report.outcome, Outcome::Complete | Outcome::NotAvailable(_)) {
            println!("{} {:?}", report.name, report.outcome);
        }
    }
    let differences = support::differences(&sandbox, &store);
    println!("{} requests, {} ms", summary.requests, summary.took_ms);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
