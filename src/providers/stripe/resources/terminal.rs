//! Terminal: readers and locations.

use crate::model::resource::{List, Poll, Resource, boolean, refer, text, time};

/// Terminal: readers and locations.
pub static RESOURCES: &[Resource] = &[
    Resource {
        name: "terminal_configurations",
        objects: &["terminal.configuration"],
        list: List::Cursor("/v1/terminal/configurations"),
        get: "/v1/terminal/configurations/{id}",
        columns: &[boolean("livemode", "/livemode"), text("name", "/name")],
        poll: Poll::Daily,
        product: "terminal",
        ..Resource::BLANK
    },
    Resource {
        name: "terminal_locations",
        objects: &["terminal.location"],
        list: List::Cursor("/v1/terminal/locations"),
        get: "/v1/terminal/locations/{id}",
        columns: &[text("display_name", "/display_name"), boolean("livemode", "/livemode")],
        poll: Poll::Daily,
        product: "terminal",
        ..Resource::BLANK
    },
    Resource {
        name: "terminal_readers",
        objects: &["terminal.reader"],
        list: List::Cursor("/v1/terminal/readers"),
        get: "/v1/terminal/readers/{id}",
        columns: &[
            time("last_seen_at", "/last_seen_at"),
            boolean("livemode", "/livemode"),
            refer("location_id", "/location"),
            text("status", "/status"),
        ],
        secret: &[
            "/action/api_error/payment_intent/client_secret",
            "/action/api_error/setup_intent/client_secret",
            "/action/api_error/source/client_secret",
        ],
        events: &["terminal.reader."],
        product: "terminal",
        ..Resource::BLANK
    },
];
