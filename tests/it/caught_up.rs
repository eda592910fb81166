//! What keeps the file current beside a receiver: objects that an event cannot tell are fetched, changes of which no event
//! arrived are found, and a service that was away for a while is asked again.

use std::time::Duration;

use serde_json::{Value, json};
use stripesync::sandbox::{Change, Fault, Faults, LIVE_KEY, Options, Sandbox, Sizes};

use crate::listening::{Listening, exchange, now_s, request};
use crate::program::{Home, ran, text, until};
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
        let url = self.sandbox.stripe_base_url();
        Listening::start(&self.home, &["--admin-port", "off", "--catch-up", "10s"], |command| {
            command.env("STRIPE_API_BASE", url).env("STRIPE_API_KEY", LIVE_KEY).env("STRIPE_WEBHOOK_SECRET", SECRET);
        })
    }

    fn customer(&self, number: usize) -> String {
        self.sandbox.stripe().truth(None)["/v1/customers"][number].id.clone()
    }

    /// Gives a customer a name, and returns the event that Stripe would send.
    fn rename(&self, id: &str, name: &str) -> String {
        assert!(self.sandbox.stripe().change(None, "customer", id, &json!({"name": name}), Change::Evented));
        let bearer = format!("Bearer {LIVE_KEY}");
        let port =
            self.sandbox.stripe_base_url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        let asked = request("GET /v1/events?limit=1", &[("Host", "x"), ("Authorization", &bearer)], b"");
        let answer = exchange(port, &asked);
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        let mut list: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
        list["data"][0].take().to_string()
    }

    fn is_settled(&self, id: &str, name: &str) -> bool {
        let row = format!("SELECT name || ' ' || unsettled FROM stripe_customers WHERE id = '{id}'");
        text(&self.home.database(), &row) == format!("{name} 0")
    }
}

#[test]
fn what_an_event_cannot_tell_is_fetched_and_what_no_event_told_is_found_also_after_the_service_was_away() {
    let world = World::synced();
    let listening = world.listen();
    let (told, untold, while_away) = (world.customer(1), world.customer(2), world.customer(3));
    // A customer's payload does not suffice: it is asked for.
    let began = std::time::Instant::now();
    assert_eq!(listening.post(&world.rename(&told, "Told"), SECRET), 200);
    until("settled", || world.is_settled(&told, "Told"));
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    // Nothing arrives of this one.
    world.rename(&untold, "Untold");
    world.sandbox.advance_s(5);
    until("found", || world.is_settled(&untold, "Untold"));
    // The service is away: events are taken all the same, and what they ask for comes when it is back.
    let event = world.rename(&while_away, "Away");
    world.sandbox.set_faults(Faults::share(1000, &[Fault::Unavailable]));
    assert_eq!(listening.post(&event, SECRET), 200);
    until("said", || listening.said().contains("catching up failed") || listening.said().contains("503"));
    assert!(!world.is_settled(&while_away, "Away"), "nobody could ask");
    world.sandbox.set_faults(Faults::default());
    world.sandbox.advance_s(5);
    until("recovered", || world.is_settled(&while_away, "Away"));
    listening.stop();
    world.home.assert_intact();
}
