use serde_json::{Value, json};

use super::*;

const NOW_S: i64 = 1_767_225_600;

fn call(path_and_query: &str) -> Call {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let pairs = query.split('&').filter(|p| !p.is_empty()).filter_map(|p| p.split_once('='));
    Call {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        headers: vec![("authorization".to_owned(), "Bearer a/sandbox".to_owned())],
        body: Vec::new(),
    }
}

fn ask(sandbox: &FicSandbox, path: &str) -> (u16, Value) {
    let reply = sandbox.answer(&call(path), NOW_S);
    (reply.status, serde_json::from_slice(&reply.body).expect("JSON"))
}

fn with_q(sandbox: &FicSandbox, path: &str, q: &str) -> (u16, Value) {
    let mut call = call(path);
    call.query.push(("q".to_owned(), q.to_owned()));
    let reply = sandbox.answer(&call, NOW_S);
    (reply.status, serde_json::from_slice(&reply.body).expect("JSON"))
}

fn sandbox() -> FicSandbox {
    FicSandbox::new(FicSettings::default())
}

#[test]
fn the_same_seed_gives_the_same_company() {
    assert_eq!(sandbox().life().truth("/issued_documents"), sandbox().life().truth("/issued_documents"));
}

#[test]
fn every_type_has_documents_that_page_through() {
    let sandbox = sandbox();
    let mut seen = 0;
    for kind in generate::ISSUED_TYPES {
        let (status, body) =
            ask(&sandbox, &format!("/c/12345/issued_documents?type={kind}&per_page=100&fieldset=detailed"));
        assert_eq!(status, 200);
        let rows = body["data"].as_array().expect("rows");
        assert!(!rows.is_empty() && rows.iter().all(|row| row["items_list"].is_array()));
        seen += rows.len();
    }
    assert_eq!(seen, sandbox.life().truth("/issued_documents").len());
}

#[test]
fn what_the_documents_refuse_is_refused() {
    let sandbox = sandbox();
    assert_eq!(ask(&sandbox, "/c/12345/issued_documents").0, 422);
    assert_eq!(ask(&sandbox, "/c/12345/issued_documents?type=poem").0, 422);
    assert_eq!(ask(&sandbox, "/c/12345/products?colour=red").0, 422);
    assert_eq!(ask(&sandbox, "/c/12345/products?per_page=101").0, 422);
    assert_eq!(ask(&sandbox, "/c/12345/issued_documents?type=invoice&sort=id").0, 422);
    assert_eq!(ask(&sandbox, "/c/999/products").0, 404);
    assert_eq!(ask(&sandbox, "/c/12345/products/99999").0, 404);
    let mut anonymous = call("/c/12345/products");
    anonymous.headers.clear();
    assert_eq!(sandbox.answer(&anonymous, NOW_S).status, 401);
}

#[test]
fn a_list_without_detailed_is_poorer_and_short() {
    let sandbox = sandbox();
    let (_, body) = ask(&sandbox, "/c/12345/issued_documents?type=invoice");
    assert_eq!(body["data"].as_array().expect("rows").len(), 5);
    assert!(body["data"][0]["items_list"].is_null() && body["data"][0].get("created_at").is_none());
    assert_eq!(body["next_page_url"], "page=2");
}

#[test]
fn filtering_by_change_has_a_switch() {
    let q = "updated_at >= '2999-01-01'";
    for (switch, status, total) in [
        (UpdateFilter::Works, 200, json!(0)),
        (UpdateFilter::Ignored, 200, json!(50)),
        (UpdateFilter::Refused, 422, Value::Null),
    ] {
        let sandbox = FicSandbox::new(FicSettings { update_filter: switch, ..FicSettings::default() });
        let (got, body) = with_q(&sandbox, "/c/12345/entities/clients", q);
        assert_eq!((got, &body["total"]), (status, &total));
    }
    assert_eq!(with_q(&sandbox(), "/c/12345/taxes", q).0, 422);
}

#[test]
fn documents_go_to_the_bin_and_come_back() {
    let sandbox = sandbox();
    let life = sandbox.life();
    assert!(life.delete("/issued_documents", "1") && life.delete("/entities/clients", "1"));
    assert_eq!(ask(&sandbox, "/c/12345/issued_documents/1").0, 404);
    assert_eq!(ask(&sandbox, "/c/12345/bin/issued_documents").1["data"][0]["id"], 1);
    assert!(life.restore("/issued_documents", "1") && !life.restore("/entities/clients", "1"));
    assert_eq!(ask(&sandbox, "/c/12345/issued_documents/1").0, 200);
}

#[test]
fn a_change_is_dated_and_urls_differ_on_every_read() {
    let sandbox = sandbox();
    assert!(sandbox.life().change("/issued_documents", "1", &json!({"notes": "x"}), NOW_S));
    let (_, first) = ask(&sandbox, "/c/12345/issued_documents/1");
    let (_, second) = ask(&sandbox, "/c/12345/issued_documents/1");
    assert_eq!(first["data"]["updated_at"], "2026-01-01 01:00:00");
    assert_ne!(first["data"]["url"], second["data"]["url"]);
}

#[test]
fn quotas_answer_403_and_the_short_window_429() {
    let limits = Limits { five_minutes: 2, hour: 3, month: 9 };
    let sandbox = FicSandbox::new(FicSettings { limits, ..FicSettings::default() });
    let at = |now_s: i64| sandbox.answer(&call("/c/12345/products"), now_s);
    assert_eq!((at(NOW_S).status, at(NOW_S).status), (200, 200));
    let short = at(NOW_S);
    assert_eq!((short.status, short.headers[0].clone()), (429, ("Retry-After".to_owned(), "300".to_owned())));
    assert_eq!(at(NOW_S + 300).status, 200);
    let hourly = at(NOW_S + 700);
    assert_eq!((hourly.status, hourly.headers[0].1.as_str()), (403, "2900"));
}

#[test]
fn a_missing_scope_hides_one_type_only() {
    let missing_scopes = BTreeSet::from(["issued_documents.quotes:r".to_owned()]);
    let sandbox = FicSandbox::new(FicSettings { missing_scopes, ..FicSettings::default() });
    assert_eq!(ask(&sandbox, "/c/12345/issued_documents?type=quote").0, 403);
    assert_eq!(ask(&sandbox, "/c/12345/issued_documents?type=invoice").0, 200);
}

#[test]
fn the_cashbook_is_cut_without_a_word() {
    let sandbox = FicSandbox::new(FicSettings { clients: 1_100, ..FicSettings::default() });
    let (status, body) = ask(&sandbox, "/c/12345/cashbook?date_from=2025-01-01&date_to=2099-12-31");
    assert_eq!((status, body["data"].as_array().expect("rows").len()), (200, 1_000));
    assert!(sandbox.life().truth("/cashbook").len() > 1_000);
    assert_eq!(ask(&sandbox, "/c/12345/cashbook?date_from=2025-01-01").0, 422);
}

#[test]
fn the_data_has_the_oddities_of_the_real_one() {
    let life = sandbox().life();
    let documents = life.truth("/issued_documents");
    assert!(documents.iter().any(|row| row["next_due_date"] == "2021-15-08"));
    assert!(documents.iter().any(|row| row["created_at"] == "2025-10-26 02:30:00"));
    assert!(life.truth("/cashbook").iter().any(|row| row.get("id").is_none()));
    assert!(life.truth("/received_documents/pending").iter().any(|row| row["amount_gross"].is_string()));
}
