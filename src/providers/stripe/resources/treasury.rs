//! Treasury: money held.

use crate::model::resource::{List, Poll, Resource, boolean, minor, refer, text, time};

/// Treasury: money held.
pub static RESOURCES: &[Resource] = &[
    Resource {
        name: "treasury_credit_reversals",
        objects: &["treasury.credit_reversal"],
        list: List::Under {
            parent: "treasury_financial_accounts",
            path: "/v1/treasury/credit_reversals?financial_account={parent}",
        },
        owner: "/financial_account",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/amount"),
            text("currency", "/currency"),
            text("financial_account", "/financial_account"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            refer("transaction_id", "/transaction"),
        ],
        events: &["treasury.credit_reversal."],
        poll: Poll::WithParent,
        product: "treasury",
        ..Resource::BLANK
    },
    Resource {
        name: "treasury_debit_reversals",
        objects: &["treasury.debit_reversal"],
        list: List::Under {
            parent: "treasury_financial_accounts",
            path: "/v1/treasury/debit_reversals?financial_account={parent}",
        },
        owner: "/financial_account",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/amount"),
            text("currency", "/currency"),
            text("financial_account", "/financial_account"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            refer("transaction_id", "/transaction"),
        ],
        events: &["treasury.debit_reversal."],
        poll: Poll::WithParent,
        product: "treasury",
        ..Resource::BLANK
    },
    Resource {
        name: "treasury_financial_accounts",
        objects: &["treasury.financial_account"],
        list: List::Sliced("/v1/treasury/financial_accounts"),
        get: "/v1/treasury/financial_accounts/{id}",
        columns: &[
            time("created", "/created"),
            text("country", "/country"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
        ],
        expand: &["features"],
        events: &["treasury.financial_account."],
        product: "treasury",
        ..Resource::BLANK
    },
    Resource {
        name: "treasury_inbound_transfers",
        objects: &["treasury.inbound_transfer"],
        list: List::Under {
            parent: "treasury_financial_accounts",
            path: "/v1/treasury/inbound_transfers?financial_account={parent}",
        },
        owner: "/financial_account",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/amount"),
            text("currency", "/currency"),
            text("description", "/description"),
            text("financial_account", "/financial_account"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            refer("transaction_id", "/transaction"),
        ],
        events: &["treasury.inbound_transfer."],
        poll: Poll::WithParent,
        product: "treasury",
        ..Resource::BLANK
    },
    Resource {
        name: "treasury_outbound_payments",
        objects: &["treasury.outbound_payment"],
        list: List::Under {
            parent: "treasury_financial_accounts",
            path: "/v1/treasury/outbound_payments?financial_account={parent}",
        },
        owner: "/financial_account",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/amount"),
            text("currency", "/currency"),
            text("customer", "/customer"),
            text("description", "/description"),
            time("expected_arrival_date", "/expected_arrival_date"),
            text("financial_account", "/financial_account"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            refer("transaction_id", "/transaction"),
        ],
        events: &["treasury.outbound_payment."],
        poll: Poll::WithParent,
        product: "treasury",
        ..Resource::BLANK
    },
    Resource {
        name: "treasury_outbound_transfers",
        objects: &["treasury.outbound_transfer"],
        list: List::Under {
            parent: "treasury_financial_accounts",
            path: "/v1/treasury/outbound_transfers?financial_account={parent}",
        },
        owner: "/financial_account",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/amount"),
            text("currency", "/currency"),
            text("description", "/description"),
            time("expected_arrival_date", "/expected_arrival_date"),
            text("financial_account", "/financial_account"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            refer("transaction_id", "/transaction"),
        ],
        events: &["treasury.outbound_transfer."],
        poll: Poll::WithParent,
        product: "treasury",
        ..Resource::BLANK
    },
    Resource {
        name: "treasury_received_credits",
        objects: &["treasury.received_credit"],
        list: List::Under {
            parent: "treasury_financial_accounts",
            path: "/v1/treasury/received_credits?financial_account={parent}",
        },
        owner: "/financial_account",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/amount"),
            text("currency", "/currency"),
            text("description", "/description"),
            text("financial_account", "/financial_account"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            refer("transaction_id", "/transaction"),
        ],
        events: &["treasury.received_credit."],
        poll: Poll::WithParent,
        product: "treasury",
        ..Resource::BLANK
    },
    Resource {
        name: "treasury_received_debits",
        objects: &["treasury.received_debit"],
        list: List::Under {
            parent: "treasury_financial_accounts",
            path: "/v1/treasury/received_debits?financial_account={parent}",
        },
        owner: "/financial_account",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/amount"),
            text("currency", "/currency"),
            text("description", "/description"),
            text("financial_account", "/financial_account"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            refer("transaction_id", "/transaction"),
        ],
        events: &["treasury.received_debit."],
        poll: Poll::WithParent,
        product: "treasury",
        ..Resource::BLANK
    },
    Resource {
        name: "treasury_transaction_entries",
        objects: &["treasury.transaction_entry"],
        list: List::Under {
            parent: "treasury_financial_accounts",
            path: "/v1/treasury/transaction_entries?financial_account={parent}",
        },
        owner: "/financial_account",
        columns: &[
            time("created", "/created"),
            text("currency", "/currency"),
            time("effective_at", "/effective_at"),
            text("financial_account", "/financial_account"),
            boolean("livemode", "/livemode"),
            refer("transaction_id", "/transaction"),
            text("type", "/type"),
        ],
        secret: &["/flow_details/issuing_authorization/card/number", "/flow_details/issuing_authorization/card/cvc"],
        poll: Poll::WithParent,
        product: "treasury",
        ..Resource::BLANK
    },
    Resource {
        name: "treasury_transactions",
        objects: &["treasury.transaction"],
        list: List::Under {
            parent: "treasury_financial_accounts",
            path: "/v1/treasury/transactions?financial_account={parent}",
        },
        owner: "/financial_account",
        columns: &[
            time("created", "/created"),
            minor("amount_minor", "/amount"),
            text("currency", "/currency"),
            text("description", "/description"),
            text("financial_account", "/financial_account"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
        ],
        secret: &["/flow_details/issuing_authorization/card/number", "/flow_details/issuing_authorization/card/cvc"],
        poll: Poll::WithParent,
        product: "treasury",
        ..Resource::BLANK
    },
];
