//! Platforms with many connected accounts, several keys, both modes; through the service, without sockets.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::generate::{Gen, Kind, ROWS, Role};
use super::{Change, Connected, Key, Platform, Setup, Sizes, Stripe};
use crate::sandbox::clock::SandboxClock;
use crate::sandbox::server::pairs;
use crate::sandbox::service::{Call, Service};
use crate::sandbox::{START_S, TEST_KEY};

fn setup(connected: Connected) -> Setup {
    Setup {
        seed: 3,
        sizes: Sizes::customers(30),
        connected,
        platforms: Vec::new(),
        livemode: false,
        start_s: START_S,
        keys: vec![Key::new(TEST_KEY)],
        missing_products: Vec::new(),
        event_version: "2026-10-28.endive".into(),
    }
}

fn start(setup: Setup) -> Stripe {
    Stripe::new(setup, Arc::new(SandboxClock::new(START_S, false)))
}

/// Asks with a key, on behalf of an account unless that is empty.
fn ask(stripe: &Stripe, key: &str, account: &str, target: &str) -> (u16, Value) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = vec![
        ("authorization".to_owned(), format!("Bearer {key}")),
        ("stripe-version".to_owned(), "2026-10-28.endive".to_owned()),
    ];
    if !account.is_empty() {
        headers.push(("stripe-account".to_owned(), account.to_owned()));
    }
    let call = Call { method: "GET".into(), path: path.into(), query: pairs(query), headers, body: Vec::new() };
    let reply = stripe.answer(&call, START_S);
    (reply.status, serde_json::from_slice(&reply.body).unwrap_or_else(|e| panic!("{target}: {e}")))
}

/// Walks a list to its end.
fn walk(stripe: &Stripe, key: &str, account: &str, target: &str) -> Vec<Value> {
    let (mut out, join) = (Vec::<Value>::new(), if target.contains('?') { '&' } else { '?' });
    for _ in 0..1000 {
        let after = out.last().map_or(String::new(), |o| format!("&starting_after={}", o["id"].as_str().unwrap()));
        let (status, page) = ask(stripe, key, account, &format!("{target}{join}limit=100{after}"));
        assert_eq!(status, 200, "{target}: {page}");
        out.extend(page["data"].as_array().unwrap().iter().cloned());
        if page["has_more"] == false {
            return out;
        }
    }
    panic!("{target} does not end");
}

fn ids(objects: &[Value]) -> Vec<&str> {
    objects.iter().map(|o| o["id"].as_str().unwrap()).collect()
}

#[test]
fn the_platform_lists_exactly_its_accounts_and_each_opens_on_its_own() {
    let stripe = start(setup(Connected::long_tail(250, 90).with(4, Sizes::customers(140)).lean()));
    let known = stripe.connected_ids();
    let mut listed = walk(&stripe, TEST_KEY, "", "/v1/accounts");
    listed.reverse();
    assert_eq!((ids(&listed), known.len()), (known.iter().map(String::as_str).collect(), 250));
    assert!(listed.is_sorted_by_key(|a| a["created"].as_i64().unwrap()));
    for (n, account) in listed.iter().enumerate().take(9) {
        assert!(account["business_profile"]["name"].is_string() && account["email"].is_string(), "{account}");
        assert!(account["country"].is_string() && account["charges_enabled"].is_boolean());
        assert_eq!(&ask(&stripe, TEST_KEY, "", &format!("/v1/accounts/{}", known[n])).1, account);
        assert_eq!(&ask(&stripe, TEST_KEY, &known[n], "/v1/account").1, account);
    }
    let own = ask(&stripe, TEST_KEY, "", "/v1/account").1;
    assert_eq!(own, ask(&stripe, TEST_KEY, "", "/v1/accounts/acct_1SandboxPlatform").1);
    for field in ["id", "email", "country", "created"] {
        assert!(listed.iter().all(|account| account[field] != own[field]), "{field}");
    }
    assert!(listed.iter().all(|a| a["business_profile"]["name"] != own["business_profile"]["name"]));
    assert!(listed.iter().all(|a| a["created"].as_i64() > own["created"].as_i64()));
    let since = listed[200]["created"].as_i64().unwrap();
    let newer = listed.iter().filter(|a| a["created"].as_i64().unwrap() >= since).count();
    assert_eq!(walk(&stripe, TEST_KEY, "", &format!("/v1/accounts?created[gte]={since}")).len(), newer);
    assert_eq!(walk(&stripe, TEST_KEY, &known[4], "/v1/accounts"), Vec::<Value>::new());
}

#[test]
fn sizes_follow_the_tail_the_maximum_and_what_was_said() {
    let stripe = start(setup(Connected::long_tail(60, 90).with(4, Sizes::customers(140)).lean()));
    let known = stripe.connected_ids();
    let count = |id: &str| stripe.truth(Some(id))["/v1/customers"].len();
    let counts: Vec<usize> = known.iter().map(|id| count(id)).collect();
    let others = || counts.iter().enumerate().filter(|(n, _)| *n != 4).map(|(_, count)| *count);
    assert!(counts[4] > 130 && others().all(|count| (1..=90).contains(&count)));
    assert!(others().filter(|count| *count <= 8).count() > 30 && others().any(|count| count >= 45));
    let again = start(setup(Connected::long_tail(60, 90).with(4, Sizes::customers(140)).lean()));
    let small = &known[(0..60).find(|n| counts[*n] < 5).unwrap()];
    let whole = |stripe: &Stripe| {
        let all = stripe.truth(Some(small));
        all.into_iter()
            .map(|(path, rows)| (path, rows.into_iter().map(|t| t.json).collect::<Vec<_>>()))
            .collect::<Vec<_>>()
    };
    assert_eq!(whole(&stripe), whole(&again), "asked for in another order");
    let listed = walk(&stripe, TEST_KEY, small, "/v1/customers");
    assert_eq!(listed.len(), stripe.truth(Some(small))["/v1/customers"].len());
}

#[test]
fn thousands_of_accounts_are_made_only_when_asked_for() {
    let began = Instant::now();
    let stripe = start(setup(Connected::long_tail(5000, 4000)));
    let known = stripe.connected_ids();
    assert_eq!((known.len(), known.iter().collect::<HashSet<_>>().len()), (5000, 5000));
    assert_eq!(stripe.world().made(), 1);
    assert_eq!(ask(&stripe, TEST_KEY, &known[4321], "/v1/balance").0, 200);
    assert_eq!(stripe.world().made(), 2);
    // Without a book for each it takes a hundredth of this.
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    // Some share a second: more than two pages of them.
    let accounts = walk(&stripe, TEST_KEY, "", "/v1/accounts");
    assert_eq!(ids(&accounts).into_iter().rev().collect::<Vec<_>>(), known);
}

#[test]
fn life_on_a_connected_account_shows_in_its_own_events() {
    let stripe = start(setup(Connected::of(vec![Sizes::customers(4), Sizes::lean(0)])));
    let known = stripe.connected_ids();
    assert_eq!(walk(&stripe, TEST_KEY, &known[0], "/v1/events").len(), 4);
    assert_eq!(walk(&stripe, TEST_KEY, &known[1], "/v1/events").len(), 0);
    let of = Some(known[1].as_str());
    let id = stripe.create(of, "customer", &json!({"name": "Ada"}), Change::Evented).unwrap();
    assert!(stripe.change(of, "customer", &id, &json!({"name": "Eva"}), Change::Evented));
    let events = walk(&stripe, TEST_KEY, &known[1], "/v1/events");
    let told: Vec<_> = events.iter().map(|e| (e["type"].as_str().unwrap(), e["account"].as_str())).collect();
    assert_eq!(told, [("customer.updated", of), ("customer.created", of)]);
    assert_eq!(walk(&stripe, TEST_KEY, &known[1], "/v1/customers")[0]["name"], "Eva");
    let elsewhere =
        [walk(&stripe, TEST_KEY, "", "/v1/events"), walk(&stripe, TEST_KEY, &known[0], "/v1/events")].concat();
    assert!(elsewhere.iter().all(|e| e["data"]["object"]["id"] != id.as_str()));
    // The account itself: listed by the platform, told by the account.
    assert!(stripe.change(of, "account", &known[1], &json!({"charges_enabled": false}), Change::Evented));
    assert_eq!(ask(&stripe, TEST_KEY, "", &format!("/v1/accounts/{}", known[1])).1["charges_enabled"], false);
    let newest = &walk(&stripe, TEST_KEY, &known[1], "/v1/events")[0];
    assert_eq!((newest["type"].as_str(), newest["account"].as_str()), (Some("account.updated"), of));
    assert!(
        stripe.announce(of, "account", &known[1], "account.updated") && !stripe.announce(of, "account", &known[0], "x")
    );
    assert_eq!(walk(&stripe, TEST_KEY, &known[1], "/v1/events").len(), 4);
    assert_eq!(stripe.get(of, "account", &known[1]), stripe.get(None, "account", &known[1]));
}

#[test]
fn accounts_come_and_go() {
    let stripe = start(setup(Connected::none()));
    assert_eq!(walk(&stripe, TEST_KEY, "", "/v1/accounts").len(), 0);
    let id = stripe.create(None, "account", &json!({"country": "FR"}), Change::Silent).unwrap();
    assert_eq!((stripe.connected_ids(), ask(&stripe, TEST_KEY, &id, "/v1/customers").0), (vec![id.clone()], 200));
    assert!(!stripe.truth(Some(&id))["/v1/customers"].is_empty());
    assert!(stripe.delete(None, "account", &id, Change::Silent));
    let (status, body) = ask(&stripe, TEST_KEY, &id, "/v1/customers");
    assert_eq!((status, body["error"]["code"].as_str()), (403, Some("account_invalid")));
    let wanted = format!(
        "The provided key 'sk_test_****dbox' does not have access to account '{id}' (or that account does not exist). \
         Application access may have been revoked."
    );
    assert_eq!(body["error"]["message"], wanted);
}

#[test]
fn keys_open_accounts_of_their_own_and_each_mode_has_its_own_data() {
    let other =
        Platform { id: "acct_1Other".into(), sizes: Sizes::customers(9), connected: Connected::long_tail(4, 6) };
    let keys = ["sk_test_a", "sk_live_a"].map(Key::new).into_iter();
    let more = [("sk_test_b", "acct_1Other"), ("rk_live_b", "acct_1Other"), ("sk_test_c", "acct_1Alone")];
    let keys = keys.chain(more.map(|(text, account)| Key::new(text).of(account))).collect();
    let stripe = start(Setup { keys, platforms: vec![other], ..setup(Connected::default()) });
    let all = ["sk_test_a", "sk_live_a", "sk_test_b", "rk_live_b", "sk_test_c"];
    let own = all.map(|key| ask(&stripe, key, "", "/v1/account").1["id"].as_str().unwrap().to_owned());
    assert_eq!(own, ["acct_1SandboxPlatform", "acct_1SandboxPlatform", "acct_1Other", "acct_1Other", "acct_1Alone"]);
    let connected = all.map(|key| walk(&stripe, key, "", "/v1/accounts"));
    assert_eq!([0, 1, 2, 3, 4].map(|n| connected[n].len()), [3, 3, 4, 4, 0]);
    for list in ["/v1/customers", "/v1/accounts", "/v1/events", "/v1/invoices"] {
        let sets = all.map(|key| walk(&stripe, key, "", list));
        let every: Vec<&str> = sets.iter().flat_map(|set| ids(set)).collect();
        assert_eq!(every.iter().collect::<BTreeSet<_>>().len(), every.len(), "{list} of two keys have ids in common");
        for (key, set) in all.iter().zip(&sets) {
            let livemode = key.contains("_live_");
            assert!(set.iter().all(|o| o.get("livemode").is_none_or(|l| *l == livemode)), "{key} {list}");
        }
    }
    assert_eq!(ask(&stripe, "sk_test_b", "", "/v1/balance").1["livemode"], false);
    assert_eq!(ask(&stripe, "rk_live_b", "", "/v1/balance").1["livemode"], true);
    // Nobody opens another's connected accounts, nor the other mode's.
    let of_other = connected[2][0]["id"].as_str().unwrap();
    let statuses = all.map(|key| ask(&stripe, key, of_other, "/v1/customers").0);
    assert_eq!(statuses, [403, 403, 200, 403, 403]);
    // What happens is said through the eyes of a key.
    let live = stripe.as_seen_by("rk_live_b").unwrap();
    let id = live.create(None, "customer", &json!({"name": "Live"}), Change::Evented).unwrap();
    assert_eq!(all.map(|key| ask(&stripe, key, "", &format!("/v1/customers/{id}")).0), [404, 404, 404, 200, 404]);
    assert_eq!((live.account_id(), live.connected_ids().len()), ("acct_1Other", 4));
    assert!(stripe.as_seen_by("sk_test_nobody").is_none());
}

#[test]
fn a_connected_accounts_own_key_opens_it_alone() {
    let known = start(setup(Connected::default())).connected_ids();
    let keys = vec![Key::new(TEST_KEY), Key::new("sk_test_own").of(known[1].clone())];
    let stripe = start(Setup { keys, ..setup(Connected::default()) });
    let by_platform = walk(&stripe, TEST_KEY, &known[1], "/v1/customers");
    assert_eq!(walk(&stripe, "sk_test_own", "", "/v1/customers"), by_platform);
    assert_eq!(ask(&stripe, "sk_test_own", "", "/v1/account").1["id"], known[1].as_str());
    assert_eq!(walk(&stripe, "sk_test_own", "", "/v1/accounts"), Vec::<Value>::new());
    assert_eq!([&known[0], &known[1]].map(|id| ask(&stripe, "sk_test_own", id, "/v1/customers").0), [403, 200]);
}

/// Accounts share templates by the places of their holes; whatever an account's size and role, its objects are JSON with
/// its own ids.
#[test]
fn accounts_of_every_size_and_role_render() {
    let sizes = [0, 1, 2, 7, 40].map(Sizes::customers).into_iter();
    let sizes = sizes.chain([0, 1, 5].map(Sizes::lean)).chain([Sizes::speed(150), Sizes::speed(30)]);
    for (n, size) in sizes.enumerate() {
        for role in [Role::Connected, Role::Platform(None), Role::Platform(Some(0)), Role::Platform(Some(40))] {
            for livemode in [false, true] {
                let made = Gen::new(n as u64, "acct_1", livemode, role, START_S, &size);
                for row in ROWS.iter().filter(|row| row.kind != Kind::Event) {
                    for at in [0, made.count(row.kind) / 2, made.count(row.kind).saturating_sub(1)] {
                        if at < made.count(row.kind) {
                            let text = made.text(row.kind, at);
                            let value: Value = serde_json::from_str(&text)
                                .unwrap_or_else(|e| panic!("{size:?} {role:?} {}: {e}", row.object));
                            assert_eq!(value["id"], made.id(row.kind, at).as_str(), "{size:?} {role:?} {}", row.object);
                        }
                    }
                }
            }
        }
    }
}
