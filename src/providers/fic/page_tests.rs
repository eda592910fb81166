use super::*;
use crate::providers::fic::resources::RESOURCES;

fn read_as(name: &str, pass: &str, body: &str) -> Result<Page, Unreadable> {
    let resource = RESOURCES.iter().find(|r| r.name == name).expect("in the table");
    read(resource, pass, body.as_bytes())
}

#[test]
fn rows_keep_their_number_text() {
    let body = r#"{"current_page":2,"last_page":"3","total":201,"data":[{"id":7,"net_price":68.18182000}]}"#;
    let page = read_as("products", "", body).expect("readable");
    assert_eq!(page.rows, [r#"{"id":7,"net_price":68.18182000}"#]);
    assert_eq!((page.current_page, page.last_page, page.total), (Some(2), Some(3), Some(201)));
}

#[test]
fn names_become_rows() {
    let page = read_as("cost_centers", "", r#"{"data":["Negozio \"A\""]}"#).expect("readable");
    assert_eq!(page.rows, [r#"{"id":"Negozio \"A\"","name":"Negozio \"A\""}"#]);
    let page = read_as("product_categories", "context=products", r#"{"data":["Cibo"]}"#).expect("readable");
    assert_eq!(page.rows, [r#"{"id":"products:Cibo","context":"products","name":"Cibo"}"#]);
}

#[test]
fn price_list_items_become_rows() {
    let page = read_as("price_list_items", "", r#"{"data":{"2":{"price":3.50},"1":{"price":5}}}"#).expect("readable");
    assert_eq!(page.rows, [r#"{"product_id":"2","id":"2","price":3.50}"#, r#"{"product_id":"1","id":"1","price":5}"#]);
    assert!(read_as("price_list_items", "", r#"{"data":[]}"#).expect("empty").rows.is_empty());
}

#[test]
fn cashbook_rows_without_id_get_distinct_stable_ones() {
    let entry = r#"{"date":"2026-01-02","amount_in":1.50,"kind":"receipt","type":"in","document":{"id":5}}"#;
    let body = format!("{{\"data\":[{entry},{entry},{{\"id\":\"x\",\"date\":\"2026-01-02\"}}]}}");
    let first = read_as("cashbook", "", &body).expect("readable");
    assert!(first.rows[0].starts_with(r#"{"id":"2026-01-02:receipt:in:5:1.50#1","#), "{}", first.rows[0]);
    assert!(first.rows[1].contains("#2"));
    assert_eq!(first, read_as("cashbook", "", &body).expect("readable"));
}

#[test]
fn a_row_without_id_is_not_swallowed() {
    assert!(read_as("clients", "", r#"{"data":[{"name":"x"}]}"#).is_err());
    assert!(read_as("clients", "", r#"{"data":null}"#).is_err());
    assert!(read_as("clients", "", r#"{"data":[{"id":1}"#).is_err());
}

#[test]
fn a_bin_gives_ids() {
    assert_eq!(read_bin(br#"{"data":[{"id":1},{"id":"2"}]}"#).expect("readable"), ["1", "2"]);
}
