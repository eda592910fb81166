//! Fatture in Cloud: requests, list envelopes, error bodies, webhook subscriptions and the table of resources.

pub mod cashbook;
pub mod companies;
pub mod notification;
pub mod page;
pub mod refusal;
pub mod request;
pub mod resources;
pub mod subscriptions;
pub mod token;

/// The only server there is; test servers come from the settings.
pub const BASE_URL: &str = "https://api-v2.fattureincloud.it";

/// Returns the value of the `Authorization` header for a token.
pub fn authorization(token: &str) -> String {
    format!("Bearer {token}")
}
