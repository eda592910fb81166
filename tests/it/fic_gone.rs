//! What vanished, what is refused and what is in doubt: found at a price that is bounded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use stripesync::model::cancel::Cancel;
use stripesync::model::progress::Outcome;
use stripesync::model::resource::Resource;
use stripesync::providers::fic::resources::RESOURCES;
use stripesync::sandbox::fic::FicSandbox;
use stripesync::sandbox::service::{Call, Reply, Service};
use stripesync::sync::{self, Options, Summary};

use crate::fic_world::{World, assert_complete, settings, sum, world, world_behind};

fn named(name: &str) -> &'static Resource {
    RESOURCES.iter().find(|resource| resource.name == name).expect("a resource")
}

fn only(name: &str) -> Options {
    Options { only: vec![named(name)], ..Options::default() }
}

fn pull_only(world: &World, name: &str, after_s: i64) -> Summary {
    world.sandbox.advance_s(after_s);
    world.pull_with(&only(name), &Cancel::default()).expect("pulls")
}

/// Refuses what the company would answer, where it is told to.
struct Refusing {
    company: FicSandbox,
    refuse: fn(&Call) -> Option<u16>,
}

impl Service for Refusing {
    fn answer(&self, call: &Call, now_s: i64) -> Reply {
        match (self.refuse)(call) {
            Some(status) => {
                let body = json!({"error": {"message": "Permessi insufficienti", "validation_result": null}});
                Reply { status, headers: Vec::new(), body: body.to_string().into_bytes() }
            }
            None => self.company.answer(call, now_s),
        }
    }

    fn endpoint(&self, call: &Call) -> String {
        self.company.endpoint(call)
    }
}

#[test]
fn a_bin_that_may_not_be_read_does_not_spoil_its_documents() {
    let refuse = |call: &Call| call.path.ends_with("/bin/issued_documents").then_some(403);
    let world = world_behind(settings(30), |company| Arc::new(Refusing { company, refuse }));
    let summary = world.pull();
    for report in &summary.reports {
        match report.name.as_str() {
            "fic:issued_documents_bin" => assert!(matches!(report.outcome, Outcome::Forbidden(_))),
            name => assert_eq!(report.outcome, Outcome::Complete, "{name}"),
        }
    }
    assert!(summary.reports.iter().any(|report| report.name == "fic:issued_documents_bin"));
    let states = world.rows(
        "SELECT state FROM availability a JOIN resources r ON r.id=a.resource WHERE r.name='fic_issued_documents'",
    );
    assert_eq!(states, [["available"]]);
    world.assert_true();
}

#[test]
fn an_emptied_bin_is_not_asked_about_document_by_document() {
    let world = world(settings(350));
    world.pull();
    for id in 1..=100 {
        world.life.delete("/issued_documents", &id.to_string());
    }
    assert_eq!(sum(&world.pull()).deleted, 100);
    for id in 1..=100 {
        world.life.restore("/issued_documents", &id.to_string());
    }
    let summary = world.pull();
    assert!(summary.requests < 60, "{} requests", summary.requests);
    for _ in 0..5 {
        world.pull();
    }
    world.assert_true();
}

#[test]
fn many_lost_cashbook_entries_are_not_asked_for_one_by_one() {
    let world = world(settings(1_500));
    let whole = pull_only(&world, "cashbook", 60);
    assert_complete(&whole);
    let ids: Vec<String> =
        world.life.truth("/cashbook").iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect();
    assert!(ids.len() > 1_000);
    for id in ids.iter().step_by(2) {
        world.life.delete("/cashbook", id);
    }
    let summary = pull_only(&world, "cashbook", 8 * 86_400);
    assert_eq!(sum(&summary).deleted, ids.len().div_ceil(2) as u64);
    assert!(summary.requests <= 2 * whole.requests + 2, "{} requests, {}", summary.requests, whole.requests);
    assert_eq!(world.compare(named("cashbook")), None);
}

#[test]
fn cashbook_entries_of_any_century_are_read() {
    let world = world(settings(1_100));
    for (id, date) in [("early", "1899-12-31"), ("late", "2100-01-01"), ("typo", "9999-12-31")] {
        let row = json!({"date": date, "kind": "cashbook", "type": "in", "amount_in": 1, "description": "x"});
        let made = world.life.create("/cashbook", row, 0);
        world.life.change("/cashbook", &made, &json!({"id": id}), 0);
    }
    assert_complete(&pull_only(&world, "cashbook", 60));
    assert_eq!(world.compare(named("cashbook")), None);
}

#[test]
fn days_that_the_service_has_no_calendar_for_are_left_out() {
    let refuse = |call: &Call| {
        let reaches = |name: &str, is_odd: fn(&str) -> bool| call.param(name).is_some_and(is_odd);
        let is_odd = reaches("date_from", |from| from < "1970") || reaches("date_to", |to| to > "2100");
        (call.path.ends_with("/cashbook") && is_odd).then_some(422)
    };
    let world = world_behind(settings(30), |company| Arc::new(Refusing { company, refuse }));
    assert_complete(&pull_only(&world, "cashbook", 60));
    assert_eq!(world.compare(named("cashbook")), None);
    assert_complete(&pull_only(&world, "cashbook", 60));
}

#[test]
fn a_doubt_about_a_row_that_cannot_be_asked_for_ends_with_the_next_reading() {
    let world = world(settings(150));
    let emails = || world.rows("SELECT unsettled FROM fic_emails WHERE id='3'")[0][0].clone();
    let waiting = || world.rows("SELECT id FROM fetches").len();
    assert_complete(&pull_only(&world, "emails", 60));
    // Two answers of one second tell different things.
    world.life.change("/emails", "3", &json!({"status": "opened"}), world.sandbox.now_s());
    let again = Options { initial: true, ..only("emails") };
    assert_complete(&world.pull_with(&again, &Cancel::default()).expect("pulls"));
    assert_eq!((emails(), waiting()), ("1".to_owned(), 1));
    // Its list is too long to be read at every run, and there is no other way to ask.
    assert_complete(&pull_only(&world, "emails", 60));
    assert_eq!((emails(), waiting()), ("1".to_owned(), 1));
    assert_complete(&pull_only(&world, "emails", 90_000));
    assert_eq!((emails(), waiting()), ("0".to_owned(), 0));
    assert_eq!(world.compare(named("emails")), None);
}

#[test]
fn an_entry_whose_id_was_made_up_here_is_not_asked_for_by_it() {
    let world = world(settings(30));
    pull_only(&world, "cashbook", 60);
    let number = world.store.resource_number("fic_cashbook").expect("a number");
    let made_up = world.rows("SELECT account, id FROM fic_cashbook WHERE id LIKE '%#1'").remove(0);
    let account = made_up[0].parse().expect("a number");
    world.store.queue_fetch(account, number, &made_up[1], 0, "unsettled").expect("queued");
    assert_eq!(sum(&pull_only(&world, "cashbook", 60)).deleted, 0);
    assert_eq!(world.compare(named("cashbook")), None);
    assert!(world.rows("SELECT id FROM fetches").is_empty());
}

#[test]
fn the_bins_and_the_reading_need_no_list_of_the_living() {
    let world = world(settings(350));
    world.pull();
    let catalog = sync::catalog();
    let clients = catalog.by_table("fic_clients").expect("a table").resource;
    let number = world.store.resource_number(&clients.table()).expect("a number");
    let account = world.rows("SELECT id FROM accounts")[0][0].parse().expect("a number");
    let all = stripesync::store::Living::default();
    let some = world.store.living((account, number), "fic_clients", all, "", 100).expect("ids");
    assert_eq!((some.len(), some[0].as_str()), (100, "1"));
    let rest = world.store.living((account, number), "fic_clients", all, &some[99], 1_000).expect("ids");
    assert_eq!(rest.len(), 250);
    world.life.delete("/entities/clients", "5");
    world.pull();
    assert_eq!(world.store.count_living((account, number), "fic_clients", all).expect("a count"), 349);
    assert!(!world.store.is_living(account, "fic_clients", "5").expect("asked"));
    let unseen = stripesync::store::Living { unseen_since_s: Some(world.sandbox.now_s() - 1), ..all };
    let left = world.store.count_living((account, number), "fic_clients", unseen).expect("a count");
    assert_eq!(left, 0, "the second reading showed them all");
}

/// Says something else about the pages of its clients than what it shows.
struct Contradicting {
    company: FicSandbox,
    /// Which of [`CONTRADICTIONS`], from 1; 0 is the truth.
    how: Arc<AtomicUsize>,
}

/// Changes an answer about a page of many.
type Twist = fn(&mut Value);

const CONTRADICTIONS: &[(&str, Twist)] = &[
    ("the first page is the last", |body| body["last_page"] = json!(1)),
    ("every page is the first", |body| body["current_page"] = json!(1)),
    ("the second page is empty", |body| {
        if body["current_page"] == json!(2) {
            body["data"] = json!([]);
        }
    }),
    ("pages are half as long", |body| {
        if let Some(rows) = body["data"].as_array_mut() {
            rows.truncate(50);
        }
    }),
    ("the last page is before the first", |body| body["last_page"] = json!(-1)),
];

impl Service for Contradicting {
    fn answer(&self, call: &Call, now_s: i64) -> Reply {
        let mut reply = self.company.answer(call, now_s);
        let how = self.how.load(Ordering::SeqCst);
        if how > 0 && call.path.ends_with("/entities/clients") && call.method == "GET" {
            let mut body: Value = serde_json::from_slice(&reply.body).expect("JSON");
            (CONTRADICTIONS[how - 1].1)(&mut body);
            reply.body = body.to_string().into_bytes();
        }
        reply
    }

    fn endpoint(&self, call: &Call) -> String {
        self.company.endpoint(call)
    }
}

#[test]
fn a_list_that_contradicts_itself_is_named_and_buries_nothing() {
    for (how, (what, _)) in CONTRADICTIONS.iter().enumerate() {
        let twisted = Arc::new(AtomicUsize::new(0));
        let (company, clients) = (Arc::clone(&twisted), 250);
        let world =
            world_behind(settings(clients), |it| Arc::new(Contradicting { company: it, how: Arc::clone(&company) }));
        assert_complete(&pull_only(&world, "clients", 60));
        twisted.store(how + 1, Ordering::SeqCst);
        let again = Options { initial: true, ..only("clients") };
        world.sandbox.advance_s(60);
        let summary = world.pull_with(&again, &Cancel::default()).expect("pulls");
        let gone = world.rows("SELECT count(*) FROM fic_clients WHERE deleted_at IS NOT NULL");
        assert_eq!(gone, [["0"]], "{what}");
        // A page number that is none tells nothing: full pages are followed by others, and then all is there.
        let is_named = summary.reports.iter().any(|it| matches!(it.outcome, Outcome::Failed(_)));
        assert_eq!(is_named, *what != "the last page is before the first", "{what}: {:?}", summary.reports);
        twisted.store(0, Ordering::SeqCst);
        assert_complete(&pull_only(&world, "clients", 60));
        assert_eq!(world.compare(named("clients")), None, "{what}");
    }
}
