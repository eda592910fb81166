//! What commands tell about webhooks: whom the services send events to, and what is done about it.

use std::fmt;

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

/// What a command that is to be copied needs besides an id, so that it means this very one, and may change it: options, each
/// behind a blank.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Means {
    /// The company: ids of Fatture in Cloud are not known to be one company's alone.
    pub company: Option<String>,
    /// The name of the key or token, where it has one.
    pub credential: Option<String>,
    /// Whether real things would be changed.
    pub is_live: bool,
}

impl fmt::Display for Means {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = [("company", &self.company), ("credential", &self.credential)];
        for (option, value) in named.into_iter().filter_map(|(option, value)| Some((option, value.as_ref()?))) {
            write!(f, " --{option} {value}")?;
        }
        f.write_str(if self.is_live { " --live" } else { "" })
    }
}

/// What came of asking the receiver itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What was asked.
    pub url: String,
    /// Whether a receiver answered.
    pub is_ok: bool,
    /// What came, as the rest of a sentence that begins with the URL.
    pub what: String,
}

/// One thing that is done, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
    /// What came of asking the receiver, where that was wanted.
    pub probe: Option<Probe>,
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
