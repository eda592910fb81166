//! Stripe: requests, list envelopes, error bodies, events, webhook endpoints and the table of resources.

pub mod account;
pub mod billing_period;
pub mod endpoints;
pub mod event;
pub mod event_body;
pub mod event_types;
pub mod invoice_facts;
pub mod page;
pub mod refusal;
pub mod request;
pub mod resources;
pub mod signature;
pub mod subscription_change;
pub mod subscription_terms;

/// The version whose shapes this program stores; sent with every request.
pub const API_VERSION: &str = "2026-10-28.endive";

/// Where Stripe answers.
pub const BASE_URL: &str = "https://api.stripe.com";

/// Requests per second that an account may make in live and in test mode, and on one endpoint.
/// Source: docs.stripe.com/rate-limits.
pub const LIVE_PER_S: u32 = 100;
/// In test mode and in sandboxes.
pub const TEST_PER_S: u32 = 25;
/// On one named operation.
pub const ENDPOINT_PER_S: u32 = 25;

/// Events are listed for 30 days; a day less is certain.
pub const EVENTS_KEPT_S: i64 = 29 * 24 * 3600;

/// Ids that rows name and that lists may never show (inline prices, deleted parents): from which column, to which
/// resource. What is unknown there is fetched one by one.
pub const REFERENCES: &[(&str, &str, &str)] = &[
    ("subscription_items", "price_id", "prices"),
    ("invoice_lines", "price_id", "prices"),
    ("invoice_items", "price_id", "prices"),
    ("prices", "product_id", "products"),
    ("discounts", "coupon_id", "coupons"),
];
