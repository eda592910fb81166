//! What keeps the file current beside a receiver: objects that an event cannot tell are fetched, changes of which no event
//! arrived are found, and a service that was away for a while is asked again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use stripesync::sandbox::{Change, Connected, Fault, Faults, LIVE_KEY, Options, Sandbox, Sizes};

use crate::listening::{Listening, exchange, now_s, request};
use crate::program::{Home, finished, ran, signal, started, text, until};
use crate::receiver::SECRET;

struct World {
    sandbox: Sandbox,
    home: Home,
}

impl World {
    /// An account that was synced, and whose last second is over.
    fn synced() -> World {
        let options =
            Options { sizes: Sizes::customers(20), livemode: true, start_s: now_s() - 60, ..Options::default() };
        let world = World { sandbox: Sandbox::start(options).expect("starts"), home: Home::new() };
        let arguments = ["sync", "customers", "products", "--rate", "100%"];
        let ran = ran(&mut world.home.asking(&world.sandbox.stripe_base_url(), LIVE_KEY, &arguments));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        world.sandbox.advance_s(10);
        world
    }

    fn listen(&self) -> Listening {
        self.listen_and_look_every("10s")
    }

    fn listen_and_look_every(&self, rhythm: &str) -> Listening {
        let url = self.sandbox.stripe_base_url();
        Listening::start(&self.home, &["--admin-port", "off", "--catch-up", rhythm], |command| {
            command.env("STRIPE_API_BASE", url).env("STRIPE_API_KEY", LIVE_KEY).env("STRIPE_WEBHOOK_SECRET", SECRET);
        })
    }

    fn customer(&self, number: usize) -> String {
        self.sandbox.stripe().truth(None)["/v1/customers"][number].id.clone()
    }

    /// Gives a customer a name, and returns the event that Stripe would send.
    fn rename(&self, id: &str, name: &str) -> String {
        self.rename_of(None, id, name)
    }

    /// The same of a connected account.
    fn rename_of(&self, account: Option<&str>, id: &str, name: &str) -> String {
        assert!(self.sandbox.stripe().change(account, "customer", id, &json!({"name": name}), Change::Evented));
        let bearer = format!("Bearer {LIVE_KEY}");
        let port =
            self.sandbox.stripe_base_url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        let mut headers = vec![("Host", "x"), ("Authorization", bearer.as_str())];
        headers.extend(account.map(|account| ("Stripe-Account", account)));
        let answer = exchange(port, &request("GET /v1/events?limit=1", &headers, b""));
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        let mut list: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
        let mut event = list["data"][0].take();
        // As it comes by a Connect endpoint.
        if let Some(account) = account {
            event["account"] = account.into();
        }
        event.to_string()
    }

    fn is_settled(&self, id: &str, name: &str) -> bool {
        let row = format!("SELECT name || ' ' || unsettled FROM stripe_customers WHERE id = '{id}'");
        text(&self.home.database(), &row) == format!("{name} 0")
    }
}

#[test]
fn what_an_event_cannot_tell_is_fetched_because_of_it() {
    let world = World::synced();
    let has_looked = Arc::new(AtomicBool::new(false));
    let looked = Arc::clone(&has_looked);
    world.sandbox.on_answer(move |_, call| {
        looked.fetch_or(call.path == "/v1/events", Ordering::SeqCst);
    });
    // It looks at the beginning, and then not before the test is over: no look brings what changes behind the first one.
    let listening = world.listen_and_look_every("1h");
    until("looked", || has_looked.load(Ordering::SeqCst));
    // A customer's payload does not suffice: it is asked for.
    let told = world.customer(1);
    assert_eq!(listening.post(&world.rename(&told, "Told"), SECRET), 200);
    until("settled", || world.is_settled(&told, "Told"));
    listening.stop();
    world.home.assert_intact();
}

#[test]
fn what_no_event_told_is_found_also_after_the_service_was_away() {
    let world = World::synced();
    let listening = world.listen();
    let (untold, while_away) = (world.customer(2), world.customer(3));
    // Nothing arrives of this one.
    world.rename(&untold, "Untold");
    world.sandbox.advance_s(5);
    until("found", || world.is_settled(&untold, "Untold"));
    // The service is away: events are taken all the same, and what they ask for comes when it is back.
    let event = world.rename(&while_away, "Away");
    world.sandbox.set_faults(Faults::share(1000, &[Fault::Unavailable]));
    assert_eq!(listening.post(&event, SECRET), 200);
    until("said", || listening.said().contains("catching up failed"));
    assert!(!world.is_settled(&while_away, "Away"), "nobody could ask");
    world.sandbox.set_faults(Faults::default());
    world.sandbox.advance_s(5);
    until("recovered", || world.is_settled(&while_away, "Away"));
    listening.stop();
    world.home.assert_intact();
}

#[test]
fn connected_accounts_are_kept_current_by_their_platforms_key() {
    let options = Options {
        sizes: Sizes::customers(5),
        connected: Connected::of(vec![Sizes::customers(3); 3]).lean(),
        livemode: true,
        start_s: now_s() - 60,
        ..Options::default()
    };
    let world = World { sandbox: Sandbox::start(options).expect("starts"), home: Home::new() };
    crate::fleet::discovered_by(&world.home, &world.sandbox, LIVE_KEY, "live");
    let batch = ["batch-sync", "customers", "--rate", "100%"];
    let ran = ran(&mut world.home.asking(&world.sandbox.stripe_base_url(), LIVE_KEY, &batch));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    world.sandbox.advance_s(10);
    let accounts = world.sandbox.stripe().connected_ids();
    let customer = |account: &str| world.sandbox.stripe().truth(Some(account))["/v1/customers"][0].id.clone();
    let listening = world.listen();
    // Its payload does not suffice: the object is asked for on behalf of the account.
    let told = customer(&accounts[0]);
    assert_eq!(listening.post(&world.rename_of(Some(&accounts[0]), &told, "Told"), SECRET), 200);
    until("settled", || world.is_settled(&told, "Told"));
    // Nothing arrives of this one: its own list of events has it.
    let untold = customer(&accounts[1]);
    world.rename_of(Some(&accounts[1]), &untold, "Untold");
    world.sandbox.advance_s(5);
    until("found", || world.is_settled(&untold, "Untold"));
    assert!(listening.memory_kib() < 32 << 10, "{} KiB", listening.memory_kib());
    let of = "SELECT a.remote_id FROM stripe_customers c JOIN accounts a ON a.id = c.account WHERE c.name = 'Told'";
    assert_eq!(text(&world.home.database(), of), accounts[0]);
    listening.stop();
    world.home.assert_intact();
}

#[test]
fn while_a_run_over_accounts_has_the_file_it_fetches_what_a_receiver_queues() {
    let options = Options {
        sizes: Sizes::customers(5),
        connected: Connected::of(vec![Sizes::lean(3), Sizes::speed(200_000)]),
        livemode: true,
        start_s: now_s() - 60,
        ..Options::default()
    };
    let world = World { sandbox: Sandbox::start(options).expect("starts"), home: Home::new() };
    crate::fleet::discovered_by(&world.home, &world.sandbox, LIVE_KEY, "live");
    let [small, large] = &world.sandbox.stripe().connected_ids()[..] else { panic!("two") };
    let url = world.sandbox.stripe_base_url();
    let first = ran(&mut world.home.asking(&url, LIVE_KEY, &["sync", "--account", small, "customers"]));
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    world.sandbox.advance_s(10);
    // As slow as this it is at it for minutes.
    let mut slow = world.home.asking(&url, LIVE_KEY, &["sync", "--account", large, "customers", "charges"]);
    let (mut long, began) = started(slow.env("STRIPE_REQUESTS_PER_S", "10"));
    let has_begun =
        "SELECT count(*) FROM stripe_customers c JOIN accounts a ON a.id = c.account WHERE a.created IS NOT NULL";
    let before = world.home.count(has_begun);
    until("begun", || world.home.count(has_begun) > before);
    let listening = world.listen();
    let told = world.sandbox.stripe().truth_of(Some(small), "/v1/customers")[0].id.clone();
    assert_eq!(listening.post(&world.rename_of(Some(small), &told, "Told"), SECRET), 200);
    until("settled", || world.is_settled(&told, "Told"));
    assert!(long.try_wait().expect("is a child").is_none(), "it is still at work");
    listening.stop();
    signal(&long, "TERM");
    let stopped = finished(long, began);
    assert_eq!(stopped.code, Some(143), "{}", stopped.stderr);
    world.home.assert_intact();
}
