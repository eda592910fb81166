//! The file ends the same whatever the order in which states arrive, and in the service's final state where they say
//! enough. The oracle is a product's life as it happened; nothing here knows the rule.

use proptest::prelude::*;
use serde_json::{Value, json};
use stripesync::providers::stripe;
use stripesync::store::{Account, Event, NewAccount, Source, Store, Told};
use stripesync::sync;

const TABLE: &str = "stripe_products";

/// One event of a product's life.
#[derive(Debug, Clone)]
struct Told1 {
    event: Event,
    gone: bool,
}

/// Lives a product's life: small names make toggles; many steps share a second. Returns its events and its end.
fn live(steps: &[(bool, u8)]) -> (Vec<Told1>, Option<Value>) {
    let mut now_s = 1_790_000_000;
    let mut object: Option<Value> = None;
    let mut events = Vec::new();
    for (n, &(tick, what)) in steps.iter().enumerate() {
        now_s += i64::from(tick);
        let mut previous = None;
        let kind = match (&mut object, what) {
            (None, _) => {
                object = Some(
                    json!({"id": "prod_x", "object": "product", "name": format!("N{}", what % 3), "active": true}),
                );
                "product.created"
            }
            (Some(_), 9) => "product.deleted",
            (Some(product), _) => {
                let name = json!(format!("N{}", what % 3));
                if product["name"] == name {
                    continue;
                }
                previous = Some(json!({"name": product["name"]}));
                product["name"] = name;
                "product.updated"
            }
        };
        let id = format!("evt_{:03}", (n * 37) % 101);
        let mut data = json!({"object": object});
        if let Some(previous) = previous {
            data["previous_attributes"] = previous;
        }
        let payload = json!({"id": id, "object": "event", "type": kind, "created": now_s, "data": data}).to_string();
        let event = Event {
            id,
            kind: kind.to_owned(),
            table: TABLE.to_owned(),
            object_id: Some("prod_x".to_owned()),
            api_version: Some(stripe::API_VERSION.to_owned()),
            created_s: now_s,
            payload,
        };
        let gone = kind == "product.deleted";
        events.push(Told1 { event, gone });
        if gone {
            object = None;
        }
    }
    (events, object)
}

fn account(store: &Store) -> Account {
    let new = NewAccount {
        provider: "stripe",
        remote_id: "acct_1".into(),
        mode: "test",
        name: None,
        country: None,
        created_s: None,
    };
    store.account(&new).expect("an account")
}

/// Applies the events in this order, each logged as it arrives; returns the row: data (none when gone) and its doubt.
fn applied(events: &[&Told1]) -> (Option<Value>, bool) {
    let store = Store::in_memory().expect("opens");
    let catalog = sync::catalog();
    let account = account(&store).id;
    let mut rows = store.rows(&catalog, &[]).expect("prepares");
    let compiled = catalog.by_table(TABLE).expect("products");
    for told in events {
        let event = &told.event;
        store.log_event("stripe", account, event, event.created_s).expect("logs");
        let text = stripesync::store::object_of(&event.payload).expect("an object").to_owned();
        let mut object = catalog.object(compiled, &text).expect("reads");
        object.gone = told.gone;
        let source = Source::Event { id: &event.id, created_s: event.created_s };
        rows.apply(&object, &Told { account, source, api_version: event.api_version.as_deref() }).expect("applies");
    }
    let row = store.query_text(&format!("SELECT data, deleted_at IS NULL, unsettled FROM {TABLE}")).expect("a row");
    let alive = row[0][1] == "1";
    (alive.then(|| serde_json::from_str(&row[0][0]).expect("JSON")), row[0][2] == "1")
}

fn shuffled<T>(items: &[T], mut seed: u64) -> Vec<&T> {
    let mut order: Vec<&T> = items.iter().collect();
    for i in (1..order.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(i, (seed >> 33) as usize % (i + 1));
    }
    order
}

#[test]
fn a_circle_that_came_before_its_beginning_ends_where_that_says() {
    // Two circles, the second in a second of its own: what is told of the first one late moves the end of both.
    let steps = [(false, 2), (false, 0), (false, 2), (false, 0), (true, 2), (false, 3)];
    let (events, end) = live(&steps);
    for seed in (0..60).map(|n| 2_121_112_888_816_490_886 + n) {
        let order = shuffled(&events, seed);
        assert_eq!(applied(&order), (end.clone(), false), "{seed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_order_and_repetition_of_events_ends_in_the_final_state(
        steps in proptest::collection::vec((proptest::bool::weighted(0.3), 0..10u8), 1..9),
        seed in any::<u64>(),
    ) {
        let (events, end) = live(&steps);
        let (in_order, doubt) = applied(&events.iter().collect::<Vec<_>>());
        prop_assert!(!doubt);
        prop_assert_eq!(&in_order, &end);
        let mut order = shuffled(&events, seed);
        order.extend(shuffled(&events, !seed).into_iter().take(3));
        let (other, doubt) = applied(&order);
        prop_assert!(!doubt, "{:?}", order.iter().map(|t| (&t.event.kind, t.event.created_s)).collect::<Vec<_>>());
        prop_assert_eq!(other, end);
    }
}
