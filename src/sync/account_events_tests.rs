use super::*;
use crate::model::resource::Provider;
use crate::store::{NewAccount, Opened};
use crate::sync::delivery::{Delivery, Retries};
use crate::sync::intake::Intake;

fn event(id: &str, kind: &str, created_s: i64, account: &str, object: &str) -> Delivery {
    let named = if account.is_empty() { String::new() } else { format!(r#""account":"{account}","#) };
    Delivery {
        provider: Provider::Stripe,
        body: format!(
            r#"{{"id":"{id}","object":"event","type":"{kind}","created":{created_s},"livemode":true,{named}
               "data":{{"object":{object}}}}}"#
        ),
        door: "live",
        owner: None,
        correlation_id: "c".to_owned(),
    }
}

fn access(id: &str, grants: bool, created_s: i64, account: &str) -> Delivery {
    let kind = if grants { "account.application.authorized" } else { "account.application.deauthorized" };
    event(id, kind, created_s, account, r#"{"id":"ca_1","object":"application","name":"Platform"}"#)
}

fn described(id: &str, created_s: i64, account: &str, about: &str, name: &str) -> Delivery {
    let object =
        format!(r#"{{"id":"{about}","object":"account","country":"FR","business_profile":{{"name":"{name}"}}}}"#);
    event(id, "account.updated", created_s, account, &object)
}

/// A platform and an account that is connected to it, as an answer of this second shows it.
fn answer(store: &Store, answered_s: i64, name: &str) {
    let own = NewAccount { answered_s: Some(1), ..NewAccount::opened("stripe", "acct_platform", "live") };
    let platform = store.account(&own).expect("made").id;
    let row = store.account(&NewAccount {
        name: Some(name.to_owned()),
        opened: Some(Opened { credential: None, platform: Some(platform) }),
        answered_s: Some(answered_s),
        ..NewAccount::named("stripe", "acct_shop", "live")
    });
    follow(store, row.expect("made").id).expect("follows");
}

fn marks(store: &Store) -> String {
    let text = "SELECT status, name, country FROM accounts WHERE remote_id='acct_shop'";
    store.query_text(text).expect("a row").concat().join(" ")
}

/// Every order of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    (0..count).fold(vec![Vec::new()], |orders, _| {
        let longer = |order: Vec<usize>| {
            let rest: Vec<usize> = (0..count).filter(|it| !order.contains(it)).collect();
            rest.into_iter().map(move |next| [order.clone(), vec![next]].concat())
        };
        orders.into_iter().flat_map(longer).collect()
    })
}

#[test]
fn any_order_of_events_and_answers_leaves_the_same_marks() {
    let catalog = crate::sync::catalog();
    let cases: [(&[Delivery], i64, &str); 4] = [
        (
            &[
                access("evt_1", true, 10, "acct_shop"),
                access("evt_2", false, 20, "acct_shop"),
                described("evt_3", 12, "acct_shop", "acct_shop", "Old"),
                described("evt_4", 18, "acct_shop", "acct_shop", "New"),
            ],
            15,
            "disconnected New FR",
        ),
        // The answer is the newest.
        (
            &[access("evt_1", false, 10, "acct_shop"), described("evt_3", 12, "acct_shop", "acct_shop", "Old")],
            15,
            "active Answered null",
        ),
        (
            &[
                access("evt_1", false, 20, "acct_shop"),
                access("evt_2", true, 30, "acct_shop"),
                described("evt_3", 20, "", "acct_shop", "By the platform's list"),
            ],
            15,
            "active By the platform's list FR",
        ),
        // In one second: whichever, but always the same.
        (
            &[access("evt_1", true, 20, "acct_shop"), access("evt_2", false, 20, "acct_shop")],
            15,
            "disconnected Answered null",
        ),
    ];
    for (events, answered_s, wanted) in cases {
        for order in orders(events.len() + 1) {
            let store = Store::in_memory().expect("opens");
            answer(&store, 5, "First");
            let own = Some(("acct_platform".to_owned(), "live"));
            let mut intake = Intake::new(&store, &catalog, Retries::default(), own).expect("prepares").offline();
            for at in &order {
                match events.get(*at) {
                    Some(event) => drop(intake.take(std::slice::from_ref(event), 100).expect("takes")),
                    None => answer(&store, answered_s, "Answered"),
                }
            }
            assert_eq!(marks(&store), wanted, "{order:?}");
        }
    }
}

#[test]
fn only_who_is_connected_is_marked_and_nobody_by_a_file_of_somebodys_own() {
    let store = Store::in_memory().expect("opens");
    let catalog = crate::sync::catalog();
    answer(&store, 5, "Shop");
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares").offline();
    let from_a_file = |delivery: Delivery| Delivery { door: "replay", ..delivery };
    let in_test_mode = |delivery: Delivery| Delivery {
        body: delivery.body.replace("\"livemode\":true", "\"livemode\":false"),
        ..delivery
    };
    let batch = [
        access("evt_1", false, 20, "acct_platform"),
        access("evt_2", false, 20, "acct_stranger"),
        described("evt_3", 20, "acct_stranger", "acct_stranger", "Stranger"),
        described("evt_4", 20, "acct_stranger", "acct_shop", "Not theirs to say"),
        from_a_file(access("evt_5", false, 20, "acct_shop")),
        in_test_mode(access("evt_6", false, 20, "acct_shop")),
        in_test_mode(described("evt_7", 20, "acct_shop", "acct_shop", "Test")),
    ];
    intake.take(&batch, 100).expect("takes");
    let text = "SELECT remote_id, mode, status, coalesce(name, '-') FROM accounts ORDER BY remote_id, mode";
    let found: Vec<String> = store.query_text(text).expect("rows").into_iter().map(|row| row.join(" ")).collect();
    let wanted = [
        "acct_platform live active -",
        "acct_shop live active Shop",
        "acct_shop test active -",
        "acct_stranger live active -",
    ];
    assert_eq!(found, wanted);
    // Who was removed by hand is not brought back by an event.
    store.query_text("UPDATE accounts SET status='removed' WHERE remote_id='acct_shop' AND mode='live'").expect("set");
    intake
        .take(&[access("evt_8", false, 30, "acct_shop"), access("evt_9", true, 31, "acct_shop")], 100)
        .expect("takes");
    let kept = "SELECT status FROM accounts WHERE remote_id='acct_shop' AND mode='live'";
    assert_eq!(store.query_text(kept).expect("a row"), [["removed"]]);
    let log = "SELECT count(*) FROM webhook_events WHERE type LIKE 'account.application.%' AND status <> 'processed'";
    assert_eq!(store.query_text(log).expect("a count"), [["0"]]);
}

#[test]
fn what_comes_for_an_account_that_was_removed_is_logged_and_kept_and_never_an_error() {
    let store = Store::in_memory().expect("opens");
    let catalog = crate::sync::catalog();
    answer(&store, 5, "Shop");
    let shop = store.find_account("stripe", "acct_shop", "live").expect("asked").expect("known");
    let of_shop = |id: &str, created_s| {
        event(id, "product.updated", created_s, "acct_shop", r#"{"id":"prod_1","object":"product","name":"P"}"#)
    };
    let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares").offline();
    let take = |intake: &mut Intake, delivery: Delivery| {
        let taken = intake.take(&[delivery], 100).expect("takes");
        assert!(matches!(taken[0].verdict, crate::sync::delivery::Verdict::Processed), "{:?}", taken[0].verdict);
    };
    let state = || {
        let text = "SELECT (SELECT count(*) FROM stripe_products), (SELECT count(*) FROM webhook_events WHERE status='processed'),
                      (SELECT status FROM accounts WHERE remote_id='acct_shop' AND mode='live')";
        store.query_text(text).expect("a row").concat().join(" ")
    };
    // Its rows are kept: they are kept current as far as events tell.
    store.removed(shop).expect("marked");
    take(&mut intake, of_shop("evt_1", 30));
    take(&mut intake, access("evt_2", true, 40, "acct_shop"));
    assert_eq!(state(), "1 2 removed");
    // Its rows went: none comes back.
    store.query_text("DELETE FROM stripe_products").expect("deleted");
    store.shut(shop).expect("marked");
    take(&mut intake, of_shop("evt_3", 50));
    take(&mut intake, access("evt_4", true, 60, "acct_shop"));
    assert_eq!(state(), "0 4 removed");
}
