//! What commands tell about webhooks: whom the services send events to, and what is done about it.

/// Somebody whom a service sends events to: an endpoint of Stripe, a subscription of Fatture in Cloud.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hook {
    /// `stripe`, `fic`.
    pub provider: &'static str,
    /// The account or company whose events they are.
    pub account: String,
    /// `we_…`, `SUB…`.
    pub id: String,
    /// Where events go.
    pub url: String,
    /// `enabled`, `disabled`, `verified`, `unverified`.
    pub status: String,
    /// Whether they are connected accounts' events; only Stripe has such.
    pub connect: Option<bool>,
    /// What payloads are rendered in; only Stripe has versions, and none means the account's own default.
    pub api_version: Option<String>,
    /// Whether that is the version that rows are made from; only Stripe has versions.
    pub is_version_ours: Option<bool>,
    /// What is to be mended, as sentences.
    pub troubles: Vec<String>,
    /// Types of events; `*` stands for all.
    pub events: Vec<String>,
    /// Types that concern a table and that it does not get.
    pub missing: Vec<String>,
    /// Whatever somebody wrote about it.
    pub description: Option<String>,
    /// Whether it leads to a receiver of this program, as far as that can be seen.
    pub is_ours: bool,
}

/// One thing that is done, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookStep {
    /// `stripe`, `fic`.
    pub provider: &'static str,
    /// The account or company.
    pub account: String,
    /// What is done: `create`, `update`, `extend`, `delete`, `verify`, `leave`.
    pub act: &'static str,
    /// `we_…`, `SUB…`; none of what is still to be made.
    pub id: Option<String>,
    /// Where events go.
    pub url: String,
    /// In what it differs, or what to know about it.
    pub details: Vec<String>,
}

/// A mirrored one that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookTrouble {
    /// `we_…`, `SUB…`.
    pub id: String,
    /// Where events go.
    pub url: String,
    /// What is wrong, as the rest of a sentence that begins with its id.
    pub what: String,
}
