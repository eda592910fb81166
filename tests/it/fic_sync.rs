//! A pull of a company ends in the company's own truth, whatever happens on the way.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use stripesync::http::{Client, Limits};
use stripesync::model::cancel::Cancel;
use stripesync::model::progress::{Outcome, Silent};
use stripesync::providers::fic::resources::RESOURCES;
use stripesync::sandbox::fic::{FicSettings, UpdateFilter};
use stripesync::sandbox::{Fault, Faults};
use stripesync::sync::fic;
use stripesync::sync::{self, Error, Options};

use crate::fic_world::{assert_complete, client, company, settings, sum, whose, world};
use crate::stripe_sync::FAULTS;
use crate::support;

/// Clients enough for three pages of them and two of what follows from them; more would only take longer.
const SEVERAL_PAGES: usize = 220;

#[test]
fn a_full_pull_equals_the_truth_and_the_next_is_quiet() {
    for clients in [20, SEVERAL_PAGES] {
        let world = world(settings(clients));
        let summary = world.pull();
        assert_complete(&summary);
        assert!(sum(&summary).new > 0);
        assert_eq!((sum(&summary).changed, sum(&summary).deleted), (0, 0));
        world.assert_true();
        for after_s in [60, 3_600, 90_000] {
            world.sandbox.advance_s(after_s);
            world.sandbox.reset_stats();
            let summary = world.pull();
            assert_complete(&summary);
            let counts = sum(&summary);
            assert_eq!((counts.new, counts.changed, counts.deleted), (0, 0, 0), "volatile members changed nothing");
            assert_eq!((counts.requests, world.sandbox.stats().total.requests), (summary.requests, summary.requests));
            assert!(summary.requests <= 30 || after_s > 86_400, "{} requests", summary.requests);
        }
        world.assert_true();
    }
}

#[test]
fn every_second_request_going_wrong_in_another_way_ends_in_the_truth() {
    // The others bend what only Stripe's pages have.
    let is_shared =
        |fault: &Fault| !matches!(fault, Fault::ObjectWithoutId | Fault::HasMoreMissing | Fault::EmptyPageWithMore);
    let at: Vec<(u64, Fault)> = (2..).step_by(2).zip(FAULTS.iter().copied().filter(is_shared)).collect();
    let met = at.len() as u64;
    let world = world(settings(20));
    let calls = support::watched(&world.sandbox);
    world.sandbox.set_faults(Faults { at: at.clone(), pause: Some(support::SLOW), ..Faults::default() });
    let summary = world.pull_impatiently();
    assert_complete(&summary);
    assert_eq!(world.sandbox.stats().faults, met);
    // Whatever is a fault is asked for again at once: one request after the other here.
    let calls: Vec<String> = calls.lock().expect("whole").iter().map(support::asked).collect();
    for (n, fault) in at {
        assert_eq!(calls[n as usize - 1], calls[n as usize], "{fault:?}");
    }
    world.assert_true();
}

#[test]
fn prices_stand_under_their_lists() {
    let world = world(settings(20));
    world.pull();
    let rows = world.rows("SELECT parent_id, product_id, price FROM fic_price_list_items");
    assert!(!rows.is_empty());
    for row in rows {
        assert_eq!(world.life.prices(&row[0])[&row[1]]["price"].to_string().trim_matches('"'), row[2]);
    }
}

#[test]
fn what_happens_between_pulls_is_mirrored_whatever_the_filter_does() {
    for update_filter in [UpdateFilter::Works, UpdateFilter::Ignored, UpdateFilter::Refused] {
        for clients in [30, SEVERAL_PAGES] {
            let world = world(FicSettings { update_filter, ..settings(clients) });
            world.pull();
            world.sandbox.advance_s(600);
            let now_s = world.sandbox.now_s();
            let life = &world.life;
            life.change("/entities/clients", "5", &json!({"name": "Altro"}), now_s);
            life.create("/entities/clients", json!({"name": "Nuovo", "code": "N1"}), now_s);
            life.delete("/entities/clients", "7");
            life.delete("/products", "3");
            life.change("/issued_documents", "5", &json!({"notes": "x"}), now_s);
            life.delete("/issued_documents", "6");
            life.delete("/received_documents", "2");
            life.change("/receipts", "1", &json!({"description": "altro"}), now_s);
            life.delete("/receipts", "2");
            life.change("/taxes", "1", &json!({"status": "paid"}), now_s);
            life.delete("/archive", "1");
            world.pull();
            // Lists without timestamps may wait for the upkeep of a later run.
            world.sandbox.advance_s(90_000);
            for _ in 0..6 {
                world.pull();
            }
            world.assert_true();
            let gone = world.rows("SELECT id FROM fic_issued_documents WHERE deleted_at IS NOT NULL");
            assert_eq!(gone, [["6"]]);
            life.restore("/issued_documents", "6");
            let counts = sum(&world.pull());
            assert_eq!(counts.changed, 1, "{update_filter:?}: the document that came back");
            world.assert_true();
        }
    }
}

#[test]
fn many_rows_vanishing_are_not_asked_for_one_by_one() {
    let world = world(settings(350));
    world.pull();
    for id in 1..=200 {
        world.life.delete("/entities/clients", &id.to_string());
    }
    let summary = world.pull();
    assert_eq!(sum(&summary).deleted, 200);
    assert!(summary.requests < 50, "{} requests", summary.requests);
    world.assert_true();
}

#[test]
fn many_changes_are_read_in_pages_that_rows_cannot_leave() {
    let world = world(settings(350));
    world.pull();
    world.sandbox.advance_s(600);
    let now_s = world.sandbox.now_s();
    for id in 1..=320 {
        world.life.change("/entities/clients", &id.to_string(), &json!({"notes": "x"}), now_s + id / 3);
    }
    let (life, done) = (world.life.clone(), AtomicU64::new(0));
    world.sandbox.on_request(move |_, call| {
        if call.path.ends_with("/entities/clients") && call.param("q").is_some() {
            // Rows of the first page change again and move to the end, so that those behind them move up.
            let first = done.fetch_add(20, Ordering::SeqCst);
            for id in first..(first + 20).min(60) {
                life.change("/entities/clients", &(id + 1).to_string(), &json!({"notes": "y"}), now_s + 200);
            }
        }
    });
    let summary = world.pull();
    assert!(summary.requests < 40, "{} requests", summary.requests);
    world.sandbox.on_request(|_, _| {});
    world.assert_true();
}

#[test]
fn rows_that_move_during_the_scan_are_found() {
    let world = world(settings(350));
    let (life, now_s) = (world.life.clone(), world.sandbox.now_s());
    let moves = AtomicU64::new(0);
    world.sandbox.on_request(move |number, call| {
        let page: u64 = call.param("page").and_then(|page| page.parse().ok()).unwrap_or(0);
        let is_moved = ["/entities/clients", "/entities/suppliers"].iter().any(|path| call.path.ends_with(path));
        if page != 2 || !is_moved || moves.fetch_add(1, Ordering::SeqCst) >= 3 {
            return;
        }
        life.delete("/entities/clients", &number.to_string());
        life.create("/entities/suppliers", json!({"name": "Nuovo"}), now_s);
    });
    let summary = world.pull();
    assert_complete(&summary);
    world.sandbox.on_request(|_, _| {});
    // What was shown and refused within one second is a tie; the next run decides it.
    assert_complete(&world.pull());
    world.assert_true();
}

#[test]
fn a_list_that_never_rests_is_not_called_complete() {
    let world = world(settings(350));
    let (life, now_s) = (world.life.clone(), world.sandbox.now_s());
    world.sandbox.on_request(move |_, call| {
        if call.path.ends_with("/emails") && call.param("page") == Some("2") {
            life.create("/emails", json!({"subject": "Nuova", "status": "sent"}), now_s);
        }
    });
    let summary = world.pull();
    let emails = summary.reports.iter().find(|report| report.name == "fic:emails").expect("reported");
    assert!(matches!(&emails.outcome, Outcome::Failed(why) if why.contains("kept moving")), "{:?}", emails.outcome);
    world.sandbox.on_request(|_, _| {});
    assert_complete(&world.pull());
    world.assert_true();
}

#[test]
fn a_missing_scope_is_named_and_the_rest_goes_on() {
    let missing_scopes = ["taxes:r", "issued_documents.quotes:r"].map(str::to_owned).into();
    let world = world(FicSettings { missing_scopes, ..settings(30) });
    let summary = world.pull();
    for report in &summary.reports {
        match report.name.as_str() {
            "fic:taxes" => assert!(matches!(report.outcome, Outcome::Forbidden(_))),
            "fic:issued_documents" => {
                assert!(matches!(&report.outcome, Outcome::Forbidden(why) if why.contains("type=quote")));
            }
            name => assert_eq!(report.outcome, Outcome::Complete, "{name}"),
        }
    }
    let kinds = world.rows("SELECT DISTINCT type FROM fic_issued_documents");
    assert_eq!(kinds.len(), 10);
    assert!(world.rows("SELECT id FROM fic_taxes").is_empty());
}

#[test]
fn a_wrong_token_ends_the_run() {
    let world = world(settings(5));
    let cancel = Cancel::default();
    let client = client(&world.sandbox, Limits::new(100_000, None), "a/wrong", &cancel);
    assert!(matches!(fic::companies(&client), Err(Error::TokenRefused(_))));
    let options = Options { only: RESOURCES.iter().collect(), ..Options::default() };
    let run = fic::run(&world.store, &sync::catalog(), &client, &whose(&company()), &options, &cancel, &Silent);
    assert!(matches!(run, Err(Error::TokenRefused(_))));
}

#[test]
fn an_interrupted_pull_is_taken_up_again() {
    for after in [1, 4, 9, 17, 30] {
        let world = world(settings(SEVERAL_PAGES));
        let mut runs = 0;
        loop {
            let cancel = Cancel::default();
            let (stop, left) = (cancel.clone(), AtomicU64::new(after));
            world.sandbox.on_request(move |_, _| {
                if left.fetch_sub(1, Ordering::SeqCst) == 1 {
                    stop.set(2);
                }
            });
            world.sandbox.advance_s(60);
            let summary = world.pull_until(&cancel).expect("ends in order");
            runs += 1;
            if !cancel.is_set() || runs == 8 {
                break;
            }
            assert_eq!(summary.signal, Some(2));
            let logged =
                world.rows("SELECT status FROM sync_logs WHERE run=(SELECT run FROM sync_logs ORDER BY id DESC)");
            assert!(logged.iter().all(|row| row[0] != "complete"), "{logged:?}");
            assert!(summary.reports.iter().any(|report| report.outcome == Outcome::Interrupted));
        }
        world.sandbox.on_request(|_, _| {});
        assert_complete(&world.pull());
        world.assert_true();
    }
}

#[test]
fn quotas_survive_a_restart_and_a_spent_one_says_when_to_come_back() {
    let world = world(settings(30));
    let cancel = Cancel::default();
    let now_s = || world.sandbox.now_s();
    let permitted = |share| fic::limits(&world.store, "12345", share, now_s()).expect("limits");
    assert!(permitted(100).windows.iter().all(|window| window.used.is_empty()));
    let fast = |mut limits: Limits| {
        limits.per_s = 100_000;
        client(&world.sandbox, limits, "a/sandbox", &cancel)
    };
    let options = Options { only: RESOURCES.iter().collect(), ..Options::default() };
    let run = |client: &Client| {
        let catalog = sync::catalog();
        fic::run(&world.store, &catalog, client, &whose(&company()), &options, &cancel, &Silent).expect("runs")
    };
    let first = run(&fast(permitted(100)));
    let used = |limits: &Limits| -> Vec<u64> {
        limits.windows.iter().map(|w| w.used.iter().map(|u| u64::from(u.requests)).sum()).collect()
    };
    assert_eq!(used(&permitted(100)), [first.requests; 3]);
    world.sandbox.advance_s(60);
    let mut limits = permitted(100);
    limits.windows.remove(0);
    limits.windows[0].limit = u32::try_from(first.requests).expect("few") + 5;
    let second = run(&fast(limits));
    assert_eq!(second.requests, 5);
    let told = |report: &stripesync::model::progress::ResourceReport| matches!(&report.outcome, Outcome::Failed(why) if why.contains("free again in"));
    assert!(second.reports.iter().any(told));
}

#[test]
fn a_cashbook_beyond_the_cap_is_read_whole_and_loses_what_is_deleted() {
    let world = world(settings(1_100));
    let only: Vec<_> = RESOURCES.iter().filter(|resource| resource.name == "cashbook").collect();
    let cancel = Cancel::default();
    let pull = || {
        world.sandbox.advance_s(8 * 86_400);
        let client = client(&world.sandbox, Limits::new(100_000, None), "a/sandbox", &cancel);
        let options = Options { only: only.clone(), ..Options::default() };
        // The first request tells the service's time.
        fic::companies(&client).expect("answers");
        let catalog = sync::catalog();
        fic::run(&world.store, &catalog, &client, &whose(&company()), &options, &cancel, &Silent).expect("runs")
    };
    assert_complete(&pull());
    assert!(world.life.truth("/cashbook").len() > 1_000);
    assert_eq!(world.compare(only[0]), None);
    let with_id = world.life.truth("/cashbook").iter().find_map(|row| row["id"].as_str().map(str::to_owned));
    assert!(world.life.delete("/cashbook", &with_id.expect("some have ids")));
    assert_eq!(sum(&pull()).deleted, 1);
    assert_eq!(world.compare(only[0]), None);
}
