//! A platform's two endpoints at one receiver: its own, and the one for connected accounts, each with its secret.

use stripesync::providers::stripe::API_VERSION;
use stripesync::store::{NewAccount, Opened, Store};

use crate::listening::{Listening, exchange, now_s, signed, status};
use crate::program::{Home, text};

const OWN_SECRET: &str = "whsec_ofThePlatformsOwnEndpoint";
const CONNECT_SECRET: &str = "whsec_ofTheEndpointForConnected";

/// A file with a live platform and a live connected account, as a key has opened them an hour ago.
fn platform() -> Home {
    let home = Home::new();
    let store = Store::open(&home.database()).expect("opens");
    let own = NewAccount { answered_s: Some(now_s() - 3600), ..NewAccount::opened("stripe", "acct_platform", "live") };
    let row = store.account(&own).expect("made").id;
    let shop = NewAccount {
        name: Some("Shop".to_owned()),
        opened: Some(Opened { credential: None, platform: Some(row) }),
        answered_s: Some(now_s() - 3600),
        ..NewAccount::named("stripe", "acct_shop", "live")
    };
    store.account(&shop).expect("made");
    home
}

fn event(id: &str, kind: &str, created_s: i64, (livemode, account): (bool, &str), object: &str) -> String {
    let account = if account.is_empty() { String::new() } else { format!(r#""account":"{account}","#) };
    format!(
        r#"{{"id":"{id}","object":"event","type":"{kind}","created":{created_s},"livemode":{livemode},{account}
        "api_version":"{API_VERSION}","data":{{"object":{object}}}}}"#
    )
}

const APPLICATION: &str = r#"{"id":"ca_1","object":"application","name":"Platform"}"#;

#[test]
fn both_endpoints_are_served_and_test_events_of_the_live_one_stay_apart() {
    let home = platform();
    let secrets = format!("{OWN_SECRET},{CONNECT_SECRET}");
    let running = Listening::start(&home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", &secrets);
    });
    // Which comes first is told by a few seconds.
    let now_s = now_s();
    let event = |id: &str, kind: &str, ago_s: i64, whose: (bool, &str), object: &str| {
        event(id, kind, now_s - ago_s, whose, object)
    };
    let post = |secret: &str, body: &str| status(&exchange(running.port, &signed(body, secret)));
    let product = r#"{"id":"prod_1","object":"product","name":"Live"}"#;
    let described = |name: &str| {
        format!(r#"{{"id":"acct_shop","object":"account","country":"FR","business_profile":{{"name":"{name}"}}}}"#)
    };
    let live = (true, "acct_shop");
    assert_eq!(post(OWN_SECRET, &event("evt_1", "product.updated", 90, (true, ""), product)), 200);
    assert_eq!(post(CONNECT_SECRET, &event("evt_2", "product.updated", 90, live, product)), 200);
    // A live endpoint for connected accounts gets their test events, too.
    let test = product.replace("Live", "Test");
    assert_eq!(post(CONNECT_SECRET, &event("evt_3", "product.updated", 80, (false, "acct_shop"), &test)), 200);
    let gone = event("evt_4", "account.application.deauthorized", 70, (false, "acct_shop"), APPLICATION);
    assert_eq!(post(CONNECT_SECRET, &gone), 200);
    let products = "SELECT group_concat(line, '; ') FROM (SELECT a.remote_id || ' ' || a.mode || ' ' || p.name AS line
        FROM stripe_products p JOIN accounts a ON a.id=p.account ORDER BY 1)";
    let wanted = "acct_platform live Live; acct_shop live Live; acct_shop test Test";
    assert_eq!(text(&home.database(), products), wanted);
    let stands = || {
        let sql = "SELECT status || ' ' || name || ' ' || coalesce(country, '-') FROM accounts
                   WHERE remote_id='acct_shop' AND mode='live'";
        text(&home.database(), sql)
    };
    assert_eq!(stands(), "active Shop -", "what happened in test mode is nothing to the live one");

    // Name and country, then the end; an older event that comes late changes nothing.
    assert_eq!(post(CONNECT_SECRET, &event("evt_5", "account.updated", 60, live, &described("New name"))), 200);
    assert_eq!(stands(), "active New name FR");
    assert_eq!(post(CONNECT_SECRET, &event("evt_6", "account.application.deauthorized", 50, live, APPLICATION)), 200);
    assert_eq!(post(CONNECT_SECRET, &event("evt_7", "account.application.authorized", 55, live, APPLICATION)), 200);
    assert_eq!(post(CONNECT_SECRET, &event("evt_8", "account.updated", 65, live, &described("Older"))), 200);
    assert_eq!(stands(), "disconnected New name FR");
    let listed = home.run(&["accounts", "list", "--status", "disconnected", "-v"]).stdout;
    assert!(listed.contains("acct_shop") && listed.contains("its owner has taken the access back"), "{listed}");
    assert_eq!(post(CONNECT_SECRET, &event("evt_9", "account.application.authorized", 40, live, APPLICATION)), 200);
    assert_eq!(stands(), "active New name FR");
    assert_eq!(post("whsec_ofSomebodyElseEntirely", &event("evt_10", "product.updated", 1, live, product)), 400);
    running.stop();
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE status <> 'processed'"), 0);
}
