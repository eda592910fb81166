//! The look-alike through its service, without sockets.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::facts::Facts;
use super::{Change, Connected, Key, Setup, Sizes, Stripe};
use crate::sandbox::clock::SandboxClock;
use crate::sandbox::server::pairs;
use crate::sandbox::service::{Call, Service};
use crate::sandbox::{START_S, TEST_KEY};

fn stripe(sizes: Sizes) -> Stripe {
    let key = |text: &str, denied: &[&str]| Key {
        text: text.into(),
        denied: denied.iter().map(|d| (*d).into()).collect(),
        account: None,
    };
    let setup = Setup {
        seed: 3,
        sizes,
        connected: Connected::default(),
        platforms: Vec::new(),
        livemode: false,
        start_s: START_S,
        keys: vec![key(TEST_KEY, &[]), key("rk_test_x", &["refund"])],
        missing_products: vec!["issuing".into(), "treasury".into()],
        event_version: "2026-10-28.endive".into(),
    };
    Stripe::new(setup, Arc::new(SandboxClock::new(START_S, false)))
}

fn call(target: &str, more: &[(&str, &str)]) -> Call {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    headers.insert("authorization".into(), format!("Bearer {TEST_KEY}"));
    headers.insert("stripe-version".into(), "2026-10-28.endive".into());
    headers.extend(more.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    let headers = headers.into_iter().collect();
    Call { method: "GET".into(), path: path.into(), query: pairs(query), headers, body: Vec::new() }
}

fn get(stripe: &Stripe, target: &str) -> (u16, Value) {
    let reply = stripe.answer(&call(target, &[]), START_S);
    let value = serde_json::from_slice(&reply.body).unwrap_or_else(|e| panic!("{target}: {e}"));
    (reply.status, value)
}

/// Walks a list to its end.
fn walk(stripe: &Stripe, target: &str, limit: usize) -> Vec<Value> {
    let (mut out, join) = (Vec::<Value>::new(), if target.contains('?') { '&' } else { '?' });
    for _ in 0..10_000 {
        let after = out.last().map_or(String::new(), |o| format!("&starting_after={}", o["id"].as_str().unwrap()));
        let (status, page) = get(stripe, &format!("{target}{join}limit={limit}{after}"));
        assert_eq!(status, 200, "{target}: {page}");
        out.extend(page["data"].as_array().unwrap().iter().cloned());
        if page["has_more"] == false {
            return out;
        }
    }
    panic!("{target} does not end");
}

#[test]
fn paging_covers_each_object_once_in_order_whatever_the_page() {
    let stripe = stripe(Sizes::customers(1100));
    let all = walk(&stripe, "/v1/invoices", 100);
    let ids: HashSet<&str> = all.iter().map(|o| o["id"].as_str().unwrap()).collect();
    assert_eq!((all.len(), ids.len()), (3300, 3300));
    assert!(all.is_sorted_by_key(|o| -o["created"].as_i64().unwrap()));
    let second = all[1600]["created"].as_i64().unwrap();
    let run = walk(&stripe, &format!("/v1/invoices?created[gte]={second}&created[lte]={second}"), 7);
    assert!(run.len() > 200, "{}", run.len());
    let (older, newer) = (format!("/v1/invoices?created[lt]={second}"), format!("/v1/invoices?created[gt]={second}"));
    assert_eq!(walk(&stripe, &older, 100).len() + walk(&stripe, &newer, 100).len() + run.len(), 3300);
}

#[test]
fn ending_before_gives_the_page_next_to_the_cursor_newest_first() {
    let stripe = stripe(Sizes::customers(60));
    let all = walk(&stripe, "/v1/charges", 100);
    let cursor = all[20]["id"].as_str().unwrap();
    let (_, page) = get(&stripe, &format!("/v1/charges?limit=5&ending_before={cursor}"));
    assert_eq!(page["data"].as_array().unwrap()[..], all[15..20]);
    assert_eq!(page["has_more"], true);
}

#[test]
fn what_the_specification_does_not_allow_is_refused() {
    let stripe = stripe(Sizes::customers(30));
    for (target, status, code) in [
        ("/v1/nothing", 404, Value::Null),
        ("/v1/customers?colour=red", 400, json!("parameter_unknown")),
        ("/v1/payment_methods?created[gte]=1", 400, json!("parameter_unknown")),
        ("/v1/customers?created[near]=1", 400, json!("parameter_unknown")),
        ("/v1/customers?limit=101", 400, Value::Null),
        ("/v1/customers?limit=0", 400, Value::Null),
        ("/v1/customers?starting_after=cus_nobody", 400, json!("resource_missing")),
        ("/v1/customers?starting_after=a&ending_before=b", 400, Value::Null),
        ("/v1/customers?expand[]=data.name", 400, Value::Null),
        ("/v1/prices?expand[]=tiers", 400, Value::Null),
        ("/v1/subscriptions?status=gone", 400, Value::Null),
        ("/v1/subscription_items", 400, json!("parameter_missing")),
        ("/v1/customers/cus_nobody", 404, json!("resource_missing")),
        ("/v1/invoices/in_nobody/lines", 404, json!("resource_missing")),
        ("/v1/issuing/cards", 400, Value::Null),
        ("/v1/treasury/financial_accounts", 403, Value::Null),
        ("/v1/events?type=a&types[]=b", 400, Value::Null),
    ] {
        let (got, body) = get(&stripe, target);
        assert_eq!((got, &body["error"]["code"]), (status, &code), "{target}: {body}");
        assert!(body["error"]["message"].is_string());
    }
}

#[test]
fn keys_and_accounts_are_checked() {
    let stripe = stripe(Sizes::customers(30));
    let status = |target: &str, more: &[(&str, &str)]| stripe.answer(&call(target, more), START_S).status;
    assert_eq!(status("/v1/customers", &[("authorization", "Bearer sk_live_other")]), 401);
    assert_eq!(status("/v1/customers", &[("authorization", "Basic c2tfdGVzdF9zYW5kYm94Og==")]), 200);
    assert_eq!(status("/v1/customers", &[("stripe-account", "acct_unknown")]), 403);
    let connected = &stripe.connected_ids()[0];
    assert_eq!(status("/v1/customers", &[("stripe-account", connected)]), 200);
    let refused = stripe.answer(&call("/v1/refunds", &[("authorization", "Bearer rk_test_x")]), START_S);
    assert_eq!(refused.status, 403);
    assert!(String::from_utf8_lossy(&refused.body).contains("rak_refund_read"));
}

#[test]
fn lists_hide_what_stripe_hides() {
    let stripe = stripe(Sizes::customers(300));
    let count = |target: &str| walk(&stripe, target, 100).len();
    let truth = stripe.truth(None);
    let real =
        |path: &str, test: &dyn Fn(&Value) -> bool| truth[path].iter().filter(|t| t.listed && test(&t.json)).count();
    let unclocked = |v: &Value| v["test_clock"].is_null();
    assert_eq!(count("/v1/subscriptions?status=all"), real("/v1/subscriptions", &unclocked));
    assert_eq!(count("/v1/subscriptions"), real("/v1/subscriptions", &|v| unclocked(v) && v["status"] != "canceled"));
    assert!(count("/v1/subscriptions") < count("/v1/subscriptions?status=all"));
    let prices = [count("/v1/prices"), count("/v1/prices?active=false")];
    assert!(prices[1] > 0 && prices.iter().sum::<usize>() == real("/v1/prices", &|_| true));
    let inline = truth["/v1/prices"].iter().find(|t| !t.listed).unwrap();
    assert_eq!(get(&stripe, &format!("/v1/prices/{}", inline.id)).0, 200);
    let clocks = walk(&stripe, "/v1/test_helpers/test_clocks", 100);
    let on_clocks: usize =
        clocks.iter().map(|c| count(&format!("/v1/customers?test_clock={}", c["id"].as_str().unwrap()))).sum();
    assert!(on_clocks > 0 && on_clocks + count("/v1/customers") == real("/v1/customers", &|_| true));
    assert!(count("/v1/payment_methods?type=custom") > 0);
    assert!(walk(&stripe, "/v1/payment_methods", 100).iter().all(|m| m["type"] == "card" && m["customer"].is_string()));
    assert!(walk(&stripe, "/v1/reviews", 100).iter().all(|r| r["open"] == true));
    assert!(walk(&stripe, "/v1/tax_ids", 100).iter().all(|t| t["customer"].is_null()));
}

#[test]
fn nested_lists_are_cut_and_completed_and_expand_only_fields_come_by_expansion() {
    let stripe = stripe(Sizes::customers(100));
    let truth = stripe.truth(None);
    let mut cut = 0;
    for invoice in walk(&stripe, "/v1/invoices", 100) {
        let (id, shown) = (invoice["id"].as_str().unwrap(), invoice["lines"]["data"].as_array().unwrap());
        assert!(shown.iter().all(|line| line["discounts"].as_array().unwrap().iter().all(Value::is_string)));
        assert!(shown.len() <= 10 && invoice["discounts"].as_array().unwrap().iter().all(Value::is_string));
        if invoice["lines"]["has_more"] == true {
            cut += 1;
            let whole = truth["/v1/invoices"].iter().find(|t| t.id == id).unwrap();
            let lines = walk(&stripe, &format!("/v1/invoices/{id}/lines?expand[]=data.discounts"), 7);
            assert_eq!(json!(lines), whole.json["lines"]["data"]);
        }
    }
    assert!(cut >= 10, "{cut}");
    let plain = walk(&stripe, "/v1/prices", 100);
    let tiered = walk(&stripe, "/v1/prices?expand[]=data.tiers", 100);
    assert!(plain.iter().all(|p| p.get("tiers").is_none()) && tiered.iter().any(|p| p["tiers"].is_array()));
    let discounted =
        walk(&stripe, "/v1/subscriptions?status=all&expand[]=data.discounts&expand[]=data.items.data.discounts", 100);
    assert!(discounted.iter().any(|s| s["discounts"][0]["source"]["coupon"].is_string()));
    assert!(
        discounted.iter().any(|s| s["items"]["data"].as_array().unwrap().iter().any(|i| i["discounts"][0].is_object()))
    );
    let with_customer = walk(&stripe, "/v1/charges?expand[]=data.customer", 100);
    assert!(with_customer.iter().all(|c| c["customer"]["object"] == "customer"));
    assert!(with_customer.iter().any(|c| c["customer"]["deleted"] == true));
    let with_tax_ids = walk(&stripe, "/v1/customers?expand[]=data.tax_ids", 100);
    assert!(with_tax_ids.iter().any(|c| c["tax_ids"]["data"][0]["object"] == "tax_id"));
}

/// Every list that needs no parent, walked with the passes that show hidden rows, holds exactly what is true.
#[test]
fn every_plain_list_holds_the_truth() {
    let stripe = stripe(Sizes::customers(60));
    let truth = stripe.truth(None);
    for list in Facts::get().lists.iter().filter(|l| !l.path.contains('{') && truth.contains_key(&l.path)) {
        if list.path.ends_with("/preview/lines")
            || list.params.values().any(|p| p.required == 1)
            || !list.hides.is_empty()
        {
            continue;
        }
        let have = if list.paginated {
            walk(&stripe, &list.path, 100)
        } else {
            get(&stripe, &list.path).1["data"].as_array().unwrap().clone()
        };
        let mut have: Vec<&str> = have.iter().map(|o| o["id"].as_str().unwrap()).collect();
        let mut want: Vec<&str> = truth[&list.path].iter().filter(|t| t.listed).map(|t| t.id.as_str()).collect();
        have.sort_unstable();
        want.sort_unstable();
        assert_eq!(have, want, "{}", list.path);
        assert!(!want.is_empty(), "{} is empty", list.path);
    }
}

/// The same for lists under a parent, and for those that need one as parameter.
#[test]
fn every_list_of_a_parent_holds_the_truth() {
    let stripe = stripe(Sizes::customers(60));
    for (path, objects) in
        stripe.truth(None).iter().filter(|(path, _)| path.contains('{') || *path == "/v1/subscription_items")
    {
        let mut by_parent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for object in objects {
            by_parent.entry(object.parent.as_deref().unwrap()).or_default().push(&object.id);
        }
        for (parent, mut want) in by_parent.into_iter().take(30) {
            let query = match path.as_str() {
                "/v1/subscription_items" => format!("?subscription={parent}"),
                p if p.ends_with("/event_summaries") => continue,
                "/v1/customers/{customer}/payment_methods" | "/v1/financial_connections/accounts/{account}/owners" => {
                    continue;
                }
                _ => String::new(),
            };
            let target =
                path.split('/').map(|s| if s.starts_with('{') { parent } else { s }).collect::<Vec<_>>().join("/")
                    + &query;
            if get(&stripe, &target).0 == 404 && stripe.deleted(None).iter().any(|(_, id, _)| id == parent) {
                continue;
            }
            let have = if path.ends_with("capabilities") {
                get(&stripe, &target).1["data"].as_array().unwrap().clone()
            } else {
                walk(&stripe, &target, 9)
            };
            let mut have: Vec<&str> = have.iter().map(|o| o["id"].as_str().unwrap()).collect();
            have.sort_unstable();
            want.sort_unstable();
            assert_eq!(have, want, "{target}");
        }
    }
}

#[test]
fn life_shows_in_lists_events_and_truth() {
    let stripe = stripe(Sizes::customers(40));
    let id = stripe.create(None, "customer", &json!({"name": "New"}), Change::Evented).unwrap();
    assert!(stripe.change(None, "customer", &id, &json!({"name": "Newer", "metadata": {"a": "1"}}), Change::Evented));
    assert!(stripe.change(None, "customer", &id, &json!({"name": "Silent"}), Change::Silent));
    let (_, first) = get(&stripe, "/v1/customers?limit=1");
    assert_eq!(
        (first["data"][0]["id"].as_str(), first["data"][0]["name"].as_str()),
        (Some(id.as_str()), Some("Silent"))
    );
    let (_, events) = get(&stripe, &format!("/v1/events?created[gte]={START_S}"));
    assert_eq!(events["data"][0]["type"], "customer.updated");
    assert_eq!(events["data"][0]["data"]["object"]["name"], "Newer");
    assert_eq!(events["data"][0]["data"]["previous_attributes"]["name"], "New");
    assert_eq!(events["data"][1]["type"], "customer.created");
    assert!(stripe.delete(None, "customer", &id, Change::Evented));
    assert_eq!(get(&stripe, &format!("/v1/customers/{id}")).1["deleted"], true);
    assert_eq!(get(&stripe, "/v1/events?type=customer.deleted").1["data"].as_array().unwrap().len(), 1);
    let again = stripe.create(None, "customer", &json!({"id": id, "name": "Back"}), Change::Silent).unwrap();
    assert_eq!((again == id, get(&stripe, &format!("/v1/customers/{id}")).1["name"].as_str()), (true, Some("Back")));
    let generated = walk(&stripe, "/v1/charges", 100)[3]["id"].as_str().unwrap().to_owned();
    assert!(stripe.delete(None, "charge", &generated, Change::Silent));
    assert_eq!(get(&stripe, &format!("/v1/charges/{generated}")).0, 404);
    assert!(walk(&stripe, "/v1/charges", 100).iter().all(|c| c["id"] != generated.as_str()));
    assert!(stripe.deleted(None).iter().any(|(object, gone, _)| object == "charge" && *gone == generated));
}

#[test]
fn old_versions_give_old_shapes_to_answers_and_to_events() {
    let stripe = stripe(Sizes::customers(30));
    let reply = stripe.answer(&call("/v1/subscriptions?limit=1", &[("stripe-version", "2024-06-20")]), START_S);
    let page: Value = serde_json::from_slice(&reply.body).unwrap();
    assert!(page["data"][0]["current_period_end"].is_number());
    stripe.set_event_version("2024-06-20");
    let id = stripe.create(None, "invoice", &json!({}), Change::Evented).unwrap();
    let (_, events) = get(&stripe, "/v1/events?limit=1");
    let object = &events["data"][0]["data"]["object"];
    assert!(object["subscription"].is_string() && object.get("parent").is_none());
    assert_eq!(
        (object["id"].as_str(), events["data"][0]["api_version"].as_str()),
        (Some(id.as_str()), Some("2024-06-20"))
    );
}

#[test]
fn bodies_are_indented_by_two() {
    let stripe = stripe(Sizes::customers(30));
    let body = stripe.answer(&call("/v1/customers?limit=1", &[]), START_S).body;
    let text = String::from_utf8(body).unwrap();
    assert!(text.starts_with("{\n  \"object\": \"list\",\n  \"data\": [\n    {\n      \"id\": \"cus_"), "{text}");
    let single = stripe.answer(&call("/v1/balance", &[]), START_S).body;
    assert!(String::from_utf8(single).unwrap().starts_with("{\n  \"object\": \"balance\""));
}
