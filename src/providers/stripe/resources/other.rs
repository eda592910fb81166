//! The rest.

use crate::model::resource::{Inline, List, Poll, Resource, boolean, minor, refer, text, time};

/// The rest.
pub static RESOURCES: &[Resource] = &[
    Resource {
        name: "apple_pay_domains",
        objects: &["apple_pay_domain"],
        list: List::Cursor("/v1/apple_pay/domains"),
        get: "/v1/apple_pay/domains/{id}",
        columns: &[time("created", "/created"), text("domain_name", "/domain_name"), boolean("livemode", "/livemode")],
        poll: Poll::Daily,
        product: "Apple Pay",
        ..Resource::BLANK
    },
    Resource {
        name: "apps_installs",
        objects: &["apps.install"],
        list: List::Sliced("/v1/apps/installs"),
        get: "/v1/apps/installs/{id}",
        columns: &[time("created", "/created")],
        events: &["apps.install."],
        gone: &["apps.install.deleted"],
        product: "apps",
        platform_only: true,
        ..Resource::BLANK
    },
    Resource {
        name: "apps_secrets",
        objects: &["apps.secret"],
        list: List::Cursor("/v1/apps/secrets"),
        columns: &[
            time("created", "/created"),
            time("expires_at", "/expires_at"),
            boolean("livemode", "/livemode"),
            text("name", "/name"),
        ],
        passes: &["scope%5Btype%5D=account"],
        secret: &["/payload"],
        poll: Poll::Daily,
        product: "apps",
        platform_only: true,
        ..Resource::BLANK
    },
    Resource {
        name: "climate_orders",
        objects: &["climate.order"],
        list: List::Cursor("/v1/climate/orders"),
        get: "/v1/climate/orders/{id}",
        columns: &[
            time("created", "/created"),
            minor("amount_fees_minor", "/amount_fees"),
            minor("amount_subtotal_minor", "/amount_subtotal"),
            minor("amount_total_minor", "/amount_total"),
            time("canceled_at", "/canceled_at"),
            time("confirmed_at", "/confirmed_at"),
            text("currency", "/currency"),
            time("delayed_at", "/delayed_at"),
            time("delivered_at", "/delivered_at"),
            boolean("livemode", "/livemode"),
            refer("product_id", "/product"),
            time("product_substituted_at", "/product_substituted_at"),
            text("status", "/status"),
        ],
        events: &["climate.order."],
        product: "climate",
        platform_only: true,
        ..Resource::BLANK
    },
    Resource {
        name: "climate_products",
        objects: &["climate.product"],
        list: List::Cursor("/v1/climate/products"),
        get: "/v1/climate/products/{id}",
        columns: &[time("created", "/created"), boolean("livemode", "/livemode"), text("name", "/name")],
        events: &["climate.product."],
        product: "climate",
        platform_only: true,
        ..Resource::BLANK
    },
    Resource {
        name: "climate_suppliers",
        objects: &["climate.supplier"],
        list: List::Cursor("/v1/climate/suppliers"),
        get: "/v1/climate/suppliers/{id}",
        columns: &[boolean("livemode", "/livemode"), text("name", "/name")],
        poll: Poll::Daily,
        product: "climate",
        platform_only: true,
        ..Resource::BLANK
    },
    Resource {
        name: "financial_connections_accounts",
        objects: &["financial_connections.account"],
        list: List::Cursor("/v1/financial_connections/accounts"),
        get: "/v1/financial_connections/accounts/{id}",
        columns: &[
            time("created", "/created"),
            text("display_name", "/display_name"),
            boolean("livemode", "/livemode"),
            refer("ownership_id", "/ownership"),
            text("status", "/status"),
        ],
        expand: &["ownership"],
        events: &["financial_connections.account."],
        product: "financial connections",
        ..Resource::BLANK
    },
    Resource {
        name: "financial_connections_account_owners",
        objects: &["financial_connections.account_owner"],
        list: List::Unlisted("its list asks for an ownership; the account shows its owners when that is expanded"),
        inline: &[Inline { parent: "financial_connections_accounts", at: "/ownership/owners", expand: true }],
        columns: &[
            text("email", "/email"),
            text("name", "/name"),
            refer("ownership_id", "/ownership"),
            time("refreshed_at", "/refreshed_at"),
        ],
        poll: Poll::WithParent,
        product: "financial connections",
        ..Resource::BLANK
    },
    Resource {
        name: "financial_connections_transactions",
        objects: &["financial_connections.transaction"],
        list: List::Under {
            parent: "financial_connections_accounts",
            path: "/v1/financial_connections/transactions?account={parent}",
        },
        owner: "/account",
        columns: &[
            minor("amount_minor", "/amount"),
            text("currency", "/currency"),
            text("description", "/description"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            time("transacted_at", "/transacted_at"),
            time("updated", "/updated"),
        ],
        poll: Poll::WithParent,
        product: "financial connections",
        ..Resource::BLANK
    },
    Resource {
        name: "forwarding_requests",
        objects: &["forwarding.request"],
        list: List::Sliced("/v1/forwarding/requests"),
        get: "/v1/forwarding/requests/{id}",
        columns: &[time("created", "/created"), boolean("livemode", "/livemode"), text("url", "/url")],
        poll: Poll::Daily,
        product: "forwarding",
        ..Resource::BLANK
    },
    Resource {
        name: "identity_verification_reports",
        objects: &["identity.verification_report"],
        list: List::Sliced("/v1/identity/verification_reports"),
        get: "/v1/identity/verification_reports/{id}",
        columns: &[time("created", "/created"), boolean("livemode", "/livemode"), text("type", "/type")],
        poll: Poll::Daily,
        product: "identity",
        ..Resource::BLANK
    },
    Resource {
        name: "identity_verification_sessions",
        objects: &["identity.verification_session"],
        list: List::Sliced("/v1/identity/verification_sessions"),
        get: "/v1/identity/verification_sessions/{id}",
        columns: &[
            time("created", "/created"),
            refer("last_verification_report_id", "/last_verification_report"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            text("type", "/type"),
        ],
        secret: &["/client_secret", "/url"],
        events: &["identity.verification_session."],
        product: "identity",
        ..Resource::BLANK
    },
    Resource {
        name: "reporting_report_runs",
        objects: &["reporting.report_run"],
        list: List::Sliced("/v1/reporting/report_runs"),
        get: "/v1/reporting/report_runs/{id}",
        columns: &[
            time("created", "/created"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            time("succeeded_at", "/succeeded_at"),
        ],
        events: &["reporting.report_run."],
        product: "reporting",
        platform_only: true,
        ..Resource::BLANK
    },
    Resource {
        name: "reporting_report_types",
        objects: &["reporting.report_type"],
        list: List::Once("/v1/reporting/report_types"),
        get: "/v1/reporting/report_types/{id}",
        columns: &[
            time("data_available_end", "/data_available_end"),
            time("data_available_start", "/data_available_start"),
            boolean("livemode", "/livemode"),
            text("name", "/name"),
            time("updated", "/updated"),
        ],
        events: &["reporting.report_type."],
        product: "reporting",
        platform_only: true,
        ..Resource::BLANK
    },
    Resource {
        name: "sigma_scheduled_query_runs",
        objects: &["scheduled_query_run"],
        list: List::Cursor("/v1/sigma/scheduled_query_runs"),
        get: "/v1/sigma/scheduled_query_runs/{id}",
        columns: &[
            time("created", "/created"),
            time("data_load_time", "/data_load_time"),
            boolean("livemode", "/livemode"),
            time("result_available_until", "/result_available_until"),
            text("status", "/status"),
            text("title", "/title"),
        ],
        events: &["sigma.scheduled_query_run."],
        product: "sigma",
        platform_only: true,
        ..Resource::BLANK
    },
    Resource {
        name: "three_d_secure_authentications",
        objects: &["three_d_secure.authentication"],
        list: List::Sliced("/v1/three_d_secure/authentications"),
        get: "/v1/three_d_secure/authentications/{id}",
        columns: &[time("created", "/created")],
        events: &["three_d_secure.authentication."],
        product: "3D Secure",
        ..Resource::BLANK
    },
    Resource {
        name: "webhook_endpoints",
        objects: &["webhook_endpoint"],
        list: List::Cursor("/v1/webhook_endpoints"),
        get: "/v1/webhook_endpoints/{id}",
        columns: &[
            time("created", "/created"),
            text("description", "/description"),
            boolean("livemode", "/livemode"),
            text("status", "/status"),
            text("url", "/url"),
        ],
        secret: &["/secret"],
        poll: Poll::Daily,
        platform_only: true,
        ..Resource::BLANK
    },
];
