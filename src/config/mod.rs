//! Settings: what the user wants, wherever they said it, and who said it.
//!
//! [`gather`] reads the places, [`resolve`] decides between them, and nobody re-reads a flag, a variable or a file later.
//! A higher place wins as a whole: a blank value there is an error that names it, never a reason to look further down.

mod access;
mod alerts;
pub mod edit;
mod files;
mod keys;
mod layers;
#[cfg(test)]
mod tests;
mod webhooks;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use crate::model::secret::Secret;
pub use access::{FicAccess, Mode, StripeAccess, is_like_a_secret, is_loopback, is_this_machine, is_variable_name};
pub use alerts::Alerting;
pub use files::{Gathered, Places, gather};
pub use keys::{Credentials, DoubleKey, KeyField, NamedKey, Said, UnsetKey, candidate, check_name};
pub use layers::{Layer, Layers, SETTINGS, Setting, Source, Sourced, resolve};
pub use webhooks::{AccountSecret, KEEP_DAYS_MIN, Retrying, WebhookSecret, duration, fingerprint};

/// Every setting with the place that said it. Credentials are checked when asked for: `status` needs none.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The SQLite file.
    pub database: Sourced<PathBuf>,
    /// Stripe's secret or restricted key, unchecked; see [`Settings::stripe`].
    pub stripe_key: Option<Sourced<Secret>>,
    /// The signing secrets of Stripe's webhooks, with commas between them, unchecked; see [`Settings::webhook_secrets`].
    pub webhook_secret: Option<Sourced<Secret>>,
    /// Fatture in Cloud's token, unchecked; see [`Settings::fic`].
    pub fic_token: Option<Sourced<Secret>>,
    /// The key that Fatture in Cloud signs webhooks with, where it is another than the one known here; unchecked.
    pub fic_public_key: Option<Sourced<String>>,
    /// The Fatture in Cloud company; without it all that the token sees.
    pub fic_company: Option<Sourced<String>>,
    /// Requests a second that Stripe permits an account, where that is not the usual number; unchecked.
    pub stripe_per_s: Option<Sourced<String>>,
    /// Where Stripe's API is.
    pub stripe_base: Sourced<String>,
    /// Where Fatture in Cloud's API is.
    pub fic_base: Sourced<String>,
    /// How often a failed event is tried again, unchecked; see [`Settings::retrying`].
    pub max_retries: Sourced<String>,
    /// And after what time first.
    pub retry_delay: Sourced<String>,
    /// How long a sender of events waits for an answer, unchecked; see [`Settings::answer_timeout`].
    pub answer_timeout: Sourced<String>,
    /// What is run when something is wrong, unchecked; see [`Settings::alerting`].
    pub alert_command: Option<Sourced<String>>,
    /// What is told then; an address may hold a token.
    pub alert_url: Option<Sourced<Secret>>,
    /// How many failures of a hundred are too many.
    pub alert_failure_rate: Sourced<String>,
    /// Within what time.
    pub alert_window: Sourced<String>,
    /// Who shows it may start a sync, unchecked; see [`Settings::admin_token`].
    pub admin_token: Option<Sourced<Secret>>,
    /// For how many days a receiver keeps events, unchecked; see [`Settings::keep_days`].
    pub keep_days: Option<Sourced<String>>,
    /// Signing secrets that name their account, unchecked; see [`Settings::webhook_secrets`].
    pub account_secrets: Vec<AccountSecret>,
    /// Which signing secret is which endpoint's, by its fingerprint; see [`fingerprint`].
    pub endpoint_secrets: BTreeMap<String, String>,
    /// Keys and tokens with names, unchecked; see [`Settings::credentials`].
    pub named_keys: Vec<NamedKey>,
}

/// Why the settings cannot be used. Messages name the place and the setting, never a secret's text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that was asked for, or is there, cannot be read.
    #[error("cannot read {path}: {why}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// The config file cannot be changed; it is as it was.
    #[error("cannot write {path}: {why}", path = path.display())]
    Unwritten {
        /// The file.
        path: PathBuf,
        /// What stands against it.
        why: String,
    },
    /// A file is there but not what it should be.
    #[error("{path} is not a usable settings file: {why}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line and reason, without the line's text.
        why: String,
    },
    /// Set, but to nothing.
    #[error("{setting} is set but blank ({place})")]
    Blank {
        /// The setting.
        setting: String,
        /// Who said it.
        place: Source,
    },
    /// A credential that cannot work.
    #[error("{setting} {why} ({place})")]
    Credential {
        /// The setting.
        setting: String,
        /// What is wrong with it, as the rest of a sentence.
        why: &'static str,
        /// Who said it.
        place: Source,
    },
    /// A base URL that a key must not be sent to.
    #[error("{setting} {why} ({place})")]
    BaseUrl {
        /// The setting.
        setting: &'static str,
        /// What is wrong with it, as the rest of a sentence.
        why: &'static str,
        /// Who said it.
        place: Source,
    },
    /// The same credential stands in two places.
    #[error("{second} would hold the same text as {first} ({place})")]
    Twice {
        /// One place.
        first: String,
        /// The other.
        second: String,
        /// Who said the first.
        place: Source,
    },
    /// A variable that an entry of the config file names is not set.
    #[error("{variable} is not set, which keys.{name} names (from {file})", file = file.display())]
    Unset {
        /// The entry.
        name: String,
        /// The variable.
        variable: String,
        /// The config file.
        file: PathBuf,
    },
    /// A value that the setting cannot have.
    #[error("{setting} {why} ({place})")]
    Value {
        /// The setting.
        setting: String,
        /// What it has to be, as the rest of a sentence.
        why: &'static str,
        /// Who said it.
        place: Source,
    },
    /// `--project-name` names nothing.
    #[error("the Stripe CLI's settings have no project {project} ({path})", path = path.display())]
    NoProject {
        /// The name asked for.
        project: String,
        /// The file.
        path: PathBuf,
    },
    /// `--credential` names nothing.
    #[error("no key is named {name} in the config file{}", if known.is_empty() { String::new() } else { format!(": there is {known}") })]
    NoKey {
        /// The name asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// No provider can be asked for anything.
    #[error("no credentials: neither a Stripe key nor a Fatture in Cloud token was given")]
    NoCredentials,
    /// The service that was named has none, though another one has.
    #[error("what was asked for is in {service}, and there is no {setting}")]
    OtherCredentials {
        /// Its name.
        service: &'static str,
        /// What would give them.
        setting: &'static str,
    },
}
