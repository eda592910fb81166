//! Issuing: cards given out.

use crate::model::resource::{List, Poll, Resource, boolean, minor, refer, text, time};

/// Issuing: cards given out.
pub static RESOURCES: &[Resource] = &[
    Resource {
        name: "issuing_authorizations",
        objects: &["issuing.authorization"],
        list: List::Sliced("/v1/issuing/authorizations"),
        get: "/v1/issuing/authorizations/{id}",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/amount"),
            refer("card_id", "/card"),
            refer("cardholder_id", "/cardholder|/card/cardholder"),
            text("currency", "/currency"),
            boolean("livemode", "/livemode"),
            minor("merchant_amount_minor", "/merchant_amount"),
            text("merchant_currency", "/merchant_currency"),
            text("status", "/status"),
            refer("token_id", "/token"),
        ],
        secret: &["/card/number", "/card/cvc"],
        events: &["issuing_authorization."],
        product: "issuing",
        ..Resource::BLANK
    },
    Resource {
        name: "issuing_cardholders",
        objects: &["issuing.cardholder"],
        list: List::Sliced("/v1/issuing/cardholders"),
        get: "/v1/issuing/cardholders/{id}",
        columns: &[
            time("created", "/created"),
            text("email", "/email"),
            boolean("livemode", "/livemode"),
            text("name", "/name"),
            text("status", "/status"),
            text("type", "/type"),
        ],
        events: &["issuing_cardholder."],
        product: "issuing",
        ..Resource::BLANK
    },
    Resource {
        name: "issuing_cards",
        objects: &["issuing.card"],
        list: List::Sliced("/v1/issuing/cards"),
        get: "/v1/issuing/cards/{id}",
        columns: &[
            time("created", "/created"),
            refer("cardholder_id", "/cardholder"),
            text("currency", "/currency"),
            text("financial_account", "/financial_account"),
            boolean("livemode", "/livemode"),
            refer("personalization_design_id", "/personalization_design"),
            refer("replaced_by_id", "/replaced_by"),
            refer("replacement_for_id", "/replacement_for"),
            text("status", "/status"),
            text("type", "/type"),
        ],
        secret: &["/number", "/cvc"],
        events: &["issuing_card."],
        product: "issuing",
        ..Resource::BLANK
    },
    Resource {
        name: "issuing_disputes",
        objects: &["issuing.dispute"],
        list: List::Sliced("/v1/issuing/disputes"),
        get: "/v1/issuing/disputes/{id}",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/amount"),
            text("currency", "/currency"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            refer("transaction_id", "/transaction"),
        ],
        events: &["issuing_dispute."],
        product: "issuing",
        ..Resource::BLANK
    },
    Resource {
        name: "issuing_personalization_designs",
        objects: &["issuing.personalization_design"],
        list: List::Cursor("/v1/issuing/personalization_designs"),
        get: "/v1/issuing/personalization_designs/{id}",
        columns: &[
            time("created", "/created"),
            refer("card_logo_id", "/card_logo"),
            boolean("livemode", "/livemode"),
            text("lookup_key", "/lookup_key"),
            text("name", "/name"),
            refer("physical_bundle_id", "/physical_bundle"),
            text("status", "/status"),
        ],
        events: &["issuing_personalization_design."],
        product: "issuing",
        ..Resource::BLANK
    },
    Resource {
        name: "issuing_physical_bundles",
        objects: &["issuing.physical_bundle"],
        list: List::Cursor("/v1/issuing/physical_bundles"),
        get: "/v1/issuing/physical_bundles/{id}",
        columns: &[
            boolean("livemode", "/livemode"),
            text("name", "/name"),
            text("status", "/status"),
            text("type", "/type"),
        ],
        poll: Poll::Daily,
        product: "issuing",
        ..Resource::BLANK
    },
    Resource {
        name: "issuing_tokens",
        objects: &["issuing.token"],
        list: List::Under { parent: "issuing_cards", path: "/v1/issuing/tokens?card={parent}" },
        owner: "/card",
        columns: &[
            time("created", "/created"),
            refer("card_id", "/card"),
            boolean("livemode", "/livemode"),
            time("network_updated_at", "/network_updated_at"),
            text("status", "/status"),
        ],
        events: &["issuing_token."],
        poll: Poll::WithParent,
        product: "issuing",
        ..Resource::BLANK
    },
    Resource {
        name: "issuing_transactions",
        objects: &["issuing.transaction"],
        list: List::Sliced("/v1/issuing/transactions"),
        get: "/v1/issuing/transactions/{id}",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/amount"),
            refer("authorization_id", "/authorization"),
            refer("balance_transaction_id", "/balance_transaction"),
            refer("card_id", "/card"),
            refer("cardholder_id", "/cardholder"),
            text("currency", "/currency"),
            refer("dispute_id", "/dispute"),
            boolean("livemode", "/livemode"),
            minor("merchant_amount_minor", "/merchant_amount"),
            text("merchant_currency", "/merchant_currency"),
            refer("token_id", "/token"),
            text("type", "/type"),
        ],
        events: &["issuing_transaction."],
        product: "issuing",
        ..Resource::BLANK
    },
];
