//! What billing is made with: credits, meters, entitlements, the portal, test clocks.

use crate::model::resource::{List, Poll, Resource, boolean, minor, refer, text, time};

/// What billing is made with: credits, meters, entitlements, the portal, test clocks.
pub static RESOURCES: &[Resource] = &[
    Resource {
        name: "billing_alerts",
        objects: &["billing.alert"],
        list: List::Cursor("/v1/billing/alerts"),
        get: "/v1/billing/alerts/{id}",
        columns: &[boolean("livemode", "/livemode"), text("status", "/status"), text("title", "/title")],
        poll: Poll::Daily,
        product: "billing",
        ..Resource::BLANK
    },
    Resource {
        name: "billing_credit_balance_transactions",
        objects: &["billing.credit_balance_transaction"],
        list: List::Cursor("/v1/billing/credit_balance_transactions"),
        get: "/v1/billing/credit_balance_transactions/{id}",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/credit/amount/monetary/value|/debit/amount/monetary/value"),
            text("currency", "/credit/amount/monetary/currency|/debit/amount/monetary/currency"),
            refer("credit_grant_id", "/credit_grant"),
            refer("invoice_id", "/debit/credits_applied/invoice|/credit/credits_application_invoice_voided/invoice"),
            time("effective_at", "/effective_at"),
            boolean("livemode", "/livemode"),
            refer("test_clock_id", "/test_clock"),
            text("type", "/type"),
        ],
        events: &["billing.credit_balance_transaction."],
        product: "billing",
        ..Resource::BLANK
    },
    Resource {
        name: "billing_credit_grants",
        objects: &["billing.credit_grant"],
        list: List::Cursor("/v1/billing/credit_grants"),
        get: "/v1/billing/credit_grants/{id}",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/amount/monetary/value"),
            text("currency", "/amount/monetary/currency"),
            refer("customer_id", "/customer"),
            time("effective_at", "/effective_at"),
            time("expires_at", "/expires_at"),
            boolean("livemode", "/livemode"),
            text("name", "/name"),
            refer("test_clock_id", "/test_clock"),
            time("updated", "/updated"),
            time("voided_at", "/voided_at"),
        ],
        events: &["billing.credit_grant."],
        product: "billing",
        ..Resource::BLANK
    },
    Resource {
        name: "billing_feedback_options",
        objects: &["billing.feedback_option"],
        list: List::Cursor("/v1/billing/feedback_options"),
        get: "/v1/billing/feedback_options/{id}",
        columns: &[],
        poll: Poll::Daily,
        product: "billing",
        ..Resource::BLANK
    },
    Resource {
        name: "billing_meters",
        objects: &["billing.meter"],
        list: List::Cursor("/v1/billing/meters"),
        get: "/v1/billing/meters/{id}",
        columns: &[
            time("created", "/created"),
            text("display_name", "/display_name"),
            text("event_name", "/event_name"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            time("updated", "/updated"),
        ],
        events: &["billing.meter."],
        product: "billing",
        ..Resource::BLANK
    },
    Resource {
        name: "billing_meter_event_summaries",
        objects: &["billing.meter_event_summary"],
        list: List::Unlisted("a computation for one customer and window, not an object"),
        columns: &[time("end_time", "/end_time"), boolean("livemode", "/livemode"), time("start_time", "/start_time")],
        product: "billing",
        ..Resource::BLANK
    },
    Resource {
        name: "billing_portal_configurations",
        objects: &["billing_portal.configuration"],
        list: List::Cursor("/v1/billing_portal/configurations"),
        get: "/v1/billing_portal/configurations/{id}",
        columns: &[
            time("created", "/created"),
            boolean("active", "/active"),
            refer("application_id", "/application"),
            boolean("livemode", "/livemode"),
            text("name", "/name"),
            time("updated", "/updated"),
        ],
        events: &["billing_portal.configuration."],
        ..Resource::BLANK
    },
    Resource {
        name: "entitlements_active_entitlements",
        objects: &["entitlements.active_entitlement", "entitlements.active_entitlement_summary"],
        owner: "/customer",
        events: &["entitlements.active_entitlement_summary."],
        list: List::Under { parent: "customers", path: "/v1/entitlements/active_entitlements?customer={parent}" },
        columns: &[
            refer("feature_id", "/feature"),
            boolean("livemode", "/livemode"),
            text("lookup_key", "/lookup_key"),
        ],
        poll: Poll::WithParent,
        product: "entitlements",
        ..Resource::BLANK
    },
    Resource {
        name: "entitlements_features",
        objects: &["entitlements.feature"],
        list: List::Cursor("/v1/entitlements/features"),
        get: "/v1/entitlements/features/{id}",
        columns: &[
            boolean("active", "/active"),
            boolean("livemode", "/livemode"),
            text("lookup_key", "/lookup_key"),
            text("name", "/name"),
        ],
        poll: Poll::Daily,
        product: "entitlements",
        ..Resource::BLANK
    },
    Resource {
        name: "test_helpers_test_clocks",
        objects: &["test_helpers.test_clock"],
        list: List::Cursor("/v1/test_helpers/test_clocks"),
        get: "/v1/test_helpers/test_clocks/{id}",
        columns: &[
            time("created", "/created"),
            time("deletes_after", "/deletes_after"),
            time("frozen_time", "/frozen_time"),
            boolean("livemode", "/livemode"),
            text("name", "/name"),
            text("status", "/status"),
        ],
        events: &["test_helpers.test_clock."],
        gone: &["test_helpers.test_clock.deleted"],
        product: "test clocks",
        ..Resource::BLANK
    },
];
