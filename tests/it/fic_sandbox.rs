//! What the client asks, the look-alike answers: neither knows the other, so this is where they are held together.

use std::collections::BTreeSet;

use stripesync::model::resource::{List, Resource};
use stripesync::model::wire::Request;
use stripesync::providers::fic::{authorization, cashbook, companies, page, refusal, request, resources::RESOURCES};
use stripesync::sandbox::fic::{FicSandbox, FicSettings, Limits};
use stripesync::sandbox::service::{Call, Reply, Service};

const COMPANY: &str = "12345";
const NOW_S: i64 = 1_767_225_600;

fn sandbox() -> FicSandbox {
    let limits = Limits { five_minutes: usize::MAX, hour: u64::MAX, month: u64::MAX };
    FicSandbox::new(FicSettings { clients: 150, limits, ..FicSettings::default() })
}

fn decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let hex: String = bytes.by_ref().take(2).map(char::from).collect();
            out.push(u8::from_str_radix(&hex, 16).expect("two hex digits"));
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).expect("UTF-8")
}

fn send(sandbox: &FicSandbox, request: &Request) -> Reply {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let call = Call {
        method: "GET".to_owned(),
        path: decoded(path),
        query: pairs.map(|(name, value)| (decoded(name), decoded(value))).collect(),
        headers: vec![("authorization".to_owned(), authorization("a/sandbox"))],
        body: Vec::new(),
    };
    sandbox.answer(&call, NOW_S)
}

fn ok(sandbox: &FicSandbox, request: &Request) -> Vec<u8> {
    let reply = send(sandbox, request);
    assert_eq!(reply.status, 200, "{}: {}", request.path, refusal::read(reply.status, None, &reply.body));
    reply.body
}

/// Walks all pages of all passes and returns the ids.
fn walk(sandbox: &FicSandbox, resource: &Resource, since: Option<&str>) -> BTreeSet<String> {
    let passes = if resource.passes.is_empty() { &[""][..] } else { resource.passes };
    let mut ids = BTreeSet::new();
    for pass in passes {
        let selection = request::Selection { pass, updated_since: since };
        let mut number = 1;
        loop {
            let asked = request::page(resource, COMPANY, selection, number).expect("paged");
            let page = page::read(resource, pass, &ok(sandbox, &asked)).expect("readable");
            ids.extend(page.rows.iter().map(|row| id_of(row)));
            if number >= page.last_page.unwrap_or(1) {
                break;
            }
            number += 1;
        }
    }
    ids
}

fn id_of(row: &str) -> String {
    let row: serde_json::Value = serde_json::from_str(row).expect("JSON");
    row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned)
}

fn named(name: &str) -> &'static Resource {
    RESOURCES.iter().find(|r| r.name == name).expect("in the table")
}

#[test]
fn every_paged_list_is_read_whole() {
    let sandbox = sandbox();
    for resource in RESOURCES {
        let List::Pages(path) = resource.list else { continue };
        let truth: BTreeSet<_> = sandbox.life().truth(path).iter().map(|row| id_of(&row.to_string())).collect();
        assert!(!truth.is_empty(), "{path} is empty");
        assert_eq!(walk(&sandbox, resource, None), truth, "{path}");
        let passes = if resource.passes.is_empty() { &[""][..] } else { resource.passes };
        ok(&sandbox, &request::id_page(resource, COMPANY, passes[0], 1).expect("paged"));
    }
}

#[test]
fn every_other_list_and_every_single_get_is_accepted() {
    let sandbox = sandbox();
    for resource in RESOURCES {
        for pass in if resource.passes.is_empty() { &[""][..] } else { resource.passes } {
            if let Some(asked) = request::once(resource, COMPANY, pass) {
                let page = page::read(resource, pass, &ok(&sandbox, &asked)).expect("readable");
                assert!(!page.rows.is_empty(), "{} is empty", resource.name);
            }
        }
        let List::Pages(path) = resource.list else { continue };
        let id = id_of(&sandbox.life().truth(path)[0].to_string());
        if let Some(asked) = request::single(resource, COMPANY, &id) {
            assert_eq!(id_of(&page::read_single(resource, &ok(&sandbox, &asked)).expect("readable")), id);
        }
    }
    let items = named("price_list_items");
    let asked = request::under(items, COMPANY, "10").expect("under a price list");
    assert!(!page::read(items, "", &ok(&sandbox, &asked)).expect("readable").rows.is_empty());
    assert_eq!(companies::read(&ok(&sandbox, &request::companies())).expect("readable")[0].id, COMPANY);
}

#[test]
fn a_change_is_found_by_the_filter_and_a_deletion_in_the_bin() {
    let sandbox = sandbox();
    let documents = named("issued_documents");
    sandbox.life().change("/issued_documents", "5", &serde_json::json!({"notes": "x"}), NOW_S);
    sandbox.life().delete("/issued_documents", "6");
    let changed = walk(&sandbox, documents, Some("2026-01-01 01:00:00"));
    assert!(changed.contains("5"));
    assert!(!walk(&sandbox, documents, None).contains("6"));
    let bin = request::bin(request::BINS[0], COMPANY);
    assert_eq!(page::read_bin(&ok(&sandbox, &bin)).expect("readable"), ["6"]);
    let total = |asked: Option<Request>| {
        let body = ok(&sandbox, &asked.expect("has timestamps"));
        page::read(documents, "type=invoice", &body).expect("readable").total.expect("told")
    };
    let filtered = total(request::probe_filtered(documents, COMPANY, "type=invoice"));
    let plain = total(request::probe_plain(documents, COMPANY, "type=invoice"));
    assert_eq!(request::filter_works(filtered, plain), Some(true));
}

#[test]
fn the_cashbook_is_read_whole_through_windows() {
    let sandbox = FicSandbox::new(FicSettings {
        clients: 1_100,
        limits: Limits { five_minutes: usize::MAX, hour: u64::MAX, month: u64::MAX },
        ..FicSettings::default()
    });
    let resource = named("cashbook");
    let (from, to) = (cashbook::FIRST_DAY, cashbook::LAST_DAY);
    let mut pending = vec![cashbook::Window { from, to, side: cashbook::Side::All }];
    let mut ids = BTreeSet::new();
    while let Some(window) = pending.pop() {
        let asked = window.request(resource, COMPANY).expect("by date");
        let page = page::read(resource, "", &ok(&sandbox, &asked)).expect("readable");
        if cashbook::Window::is_suspect(page.rows.len()) {
            pending.extend(window.split().expect("a day has few entries"));
        } else {
            ids.extend(page.rows.iter().map(|row| id_of(row)));
        }
    }
    assert_eq!(ids.len(), sandbox.life().truth("/cashbook").len());
}
