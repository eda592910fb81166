//! Tax: codes, rates, registrations, ids.

use crate::model::resource::{List, Poll, Resource, boolean, decimal, minor, refer, text, time};

/// Tax: codes, rates, registrations, ids.
pub static RESOURCES: &[Resource] = &[
    Resource {
        name: "tax_calculation_line_items",
        objects: &["tax.calculation_line_item"],
        list: List::Unlisted("tax calculations have no list to take their ids from"),
        columns: &[
            minor("amount_minor", "/amount"),
            minor("amount_tax_minor", "/amount_tax"),
            boolean("livemode", "/livemode"),
        ],
        ..Resource::BLANK
    },
    Resource {
        name: "tax_locations",
        objects: &["tax.location"],
        list: List::Unlisted("asks for a type whose values no source names"),
        get: "/v1/tax/locations/{id}",
        columns: &[],
        poll: Poll::Daily,
        product: "tax",
        ..Resource::BLANK
    },
    Resource {
        name: "tax_registrations",
        objects: &["tax.registration"],
        list: List::Cursor("/v1/tax/registrations"),
        get: "/v1/tax/registrations/{id}",
        columns: &[
            time("created", "/created"),
            time("active_from", "/active_from"),
            text("country", "/country"),
            time("expires_at", "/expires_at"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
        ],
        poll: Poll::Daily,
        product: "tax",
        ..Resource::BLANK
    },
    Resource {
        name: "tax_transaction_line_items",
        objects: &["tax.transaction_line_item"],
        list: List::Unlisted("tax transactions have no list to take their ids from"),
        columns: &[
            minor("amount_minor", "/amount"),
            minor("amount_tax_minor", "/amount_tax"),
            boolean("livemode", "/livemode"),
            text("type", "/type"),
        ],
        ..Resource::BLANK
    },
    Resource {
        name: "tax_codes",
        objects: &["tax_code"],
        list: List::Cursor("/v1/tax_codes"),
        get: "/v1/tax_codes/{id}",
        columns: &[text("description", "/description"), text("name", "/name")],
        poll: Poll::Daily,
        platform_only: true,
        ..Resource::BLANK
    },
    Resource {
        name: "tax_ids",
        objects: &["tax_id"],
        list: List::Cursor("/v1/tax_ids"),
        get: "/v1/tax_ids/{id}",
        columns: &[
            time("created", "/created"),
            text("type", "/type"),
            text("value", "/value"),
            text("country", "/country"),
            refer("customer_id", "/customer"),
            text("verification_status", "/verification/status"),
            boolean("livemode", "/livemode"),
        ],
        poll: Poll::Daily,
        hides_rows: true,
        ..Resource::BLANK
    },
    Resource {
        name: "tax_rates",
        objects: &["tax_rate"],
        list: List::Sliced("/v1/tax_rates"),
        get: "/v1/tax_rates/{id}",
        columns: &[
            time("created", "/created"),
            text("display_name", "/display_name"),
            decimal("percentage", "/percentage"),
            decimal("effective_percentage", "/effective_percentage"),
            boolean("inclusive", "/inclusive"),
            boolean("active", "/active"),
            text("country", "/country"),
            text("state", "/state"),
            text("jurisdiction", "/jurisdiction"),
            text("tax_type", "/tax_type"),
            boolean("livemode", "/livemode"),
        ],
        events: &["tax_rate."],
        ..Resource::BLANK
    },
];
