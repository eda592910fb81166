//! Customers and what they hold: balances, sources, tax ids.

use crate::model::resource::{Inline, List, Poll, Resource, boolean, json, minor, refer, text, time};

/// Customers and what they hold: balances, sources, tax ids.
pub static RESOURCES: &[Resource] = &[
    Resource {
        name: "customers",
        objects: &["customer"],
        list: List::Sliced("/v1/customers"),
        get: "/v1/customers/{id}",
        columns: &[
            time("created", "/created"),
            text("email", "/email"),
            text("name", "/name"),
            text("phone", "/phone"),
            text("description", "/description"),
            text("currency", "/currency"),
            minor("balance_minor", "/balance"),
            boolean("delinquent", "/delinquent"),
            text("tax_exempt", "/tax_exempt"),
            text("invoice_prefix", "/invoice_prefix"),
            refer("default_source_id", "/default_source"),
            refer("default_payment_method_id", "/invoice_settings/default_payment_method"),
            text("country", "/address/country"),
            text("account_id", "/customer_account"),
            refer("test_clock_id", "/test_clock"),
            json("metadata", "/metadata"),
            boolean("livemode", "/livemode"),
        ],
        expand: &["tax_ids", "sources"],
        secret: &["/sources/data/*/client_secret"],
        events: &["customer."],
        gone: &["customer.deleted"],
        hides_rows: true,
        hides_test_clocks: true,
        ..Resource::BLANK
    },
    Resource {
        name: "customer_balance_transactions",
        objects: &["customer_balance_transaction"],
        list: List::Under { parent: "customers", path: "/v1/customers/{parent}/balance_transactions" },
        owner: "/customer",
        hint: "/balance",
        columns: &[
            text("type", "/type"),
            minor("amount_minor", "/amount"),
            minor("ending_balance_minor", "/ending_balance"),
            text("currency", "/currency"),
            refer("invoice_id", "/invoice"),
            refer("credit_note_id", "/credit_note"),
            text("description", "/description"),
            time("created", "/created"),
            boolean("livemode", "/livemode"),
        ],
        poll: Poll::WithParent,
        ..Resource::BLANK
    },
    Resource {
        name: "customer_cash_balance_transactions",
        objects: &["customer_cash_balance_transaction"],
        list: List::Under { parent: "customers", path: "/v1/customers/{parent}/cash_balance_transactions" },
        owner: "/customer",
        columns: &[
            time("created", "/created"),
            text("currency", "/currency"),
            refer("customer_id", "/customer"),
            boolean("livemode", "/livemode"),
            text("type", "/type"),
        ],
        events: &["customer_cash_balance_transaction."],
        poll: Poll::WithParent,
        ..Resource::BLANK
    },
    Resource {
        name: "customer_sources",
        objects: &["source", "card", "bank_account"],
        list: List::Under { parent: "customers", path: "/v1/customers/{parent}/sources" },
        inline: &[Inline { parent: "customers", at: "/sources", expand: true }],
        owner: "/customer",
        columns: &[
            text("object", "/object"),
            text("brand", "/brand"),
            text("last4", "/last4"),
            text("country", "/country"),
            text("type", "/type"),
            text("status", "/status"),
            text("fingerprint", "/fingerprint"),
        ],
        secret: &["/client_secret"],
        events: &["customer.source."],
        poll: Poll::WithParent,
        ..Resource::BLANK
    },
    Resource {
        name: "customer_tax_ids",
        objects: &["tax_id"],
        list: List::Under { parent: "customers", path: "/v1/customers/{parent}/tax_ids" },
        inline: &[Inline { parent: "customers", at: "/tax_ids", expand: true }],
        owner: "/customer",
        columns: &[
            text("type", "/type"),
            text("value", "/value"),
            text("country", "/country"),
            text("verification_status", "/verification/status"),
            time("created", "/created"),
            boolean("livemode", "/livemode"),
        ],
        events: &["customer.tax_id."],
        poll: Poll::WithParent,
        ..Resource::BLANK
    },
];
