//! The order of the places, and the one decision between them. Pure.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::{AccountSecret, Error, NamedKey, Secret, Settings};

/// One setting and its names in the places that may say it.
#[derive(Debug)]
pub struct Setting {
    /// How it is called in the code and in a [`Layer`].
    pub name: &'static str,
    /// Environment variables, the one that wins first. The same names count in `.env`.
    pub variables: &'static [&'static str],
    /// Section and key in the config file.
    pub in_file: (&'static str, &'static str),
    /// Where nobody says anything.
    pub default: Option<&'static str>,
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "database",
        variables: &["STRIPESYNC_DATABASE"],
        in_file: ("", "database"),
        default: Some("./stripesync.db"),
    },
    Setting {
        name: "stripe_key",
        variables: &["STRIPE_API_KEY", "STRIPE_SECRET"],
        in_file: ("stripe", "api_key"),
        default: None,
    },
    Setting {
        name: "stripe_base",
        variables: &["STRIPE_API_BASE"],
        in_file: ("stripe", "api_base"),
        default: Some("https://api.stripe.com"),
    },
    Setting {
        name: "stripe_per_s",
        variables: &["STRIPE_REQUESTS_PER_S"],
        in_file: ("stripe", "requests_per_s"),
        default: None,
    },
    Setting {
        name: "webhook_secret",
        variables: &["STRIPE_WEBHOOK_SECRET"],
        in_file: ("stripe", "webhook_secret"),
        default: None,
    },
    Setting { name: "fic_token", variables: &["FIC_ACCESS_TOKEN"], in_file: ("fic", "access_token"), default: None },
    Setting { name: "fic_public_key", variables: &["FIC_PUBLIC_KEY"], in_file: ("fic", "public_key"), default: None },
    Setting { name: "fic_company", variables: &["FIC_COMPANY_ID"], in_file: ("fic", "company_id"), default: None },
    Setting {
        name: "fic_base",
        variables: &["FIC_API_BASE"],
        in_file: ("fic", "api_base"),
        default: Some("https://api-v2.fattureincloud.it"),
    },
    Setting {
        name: "max_retries",
        variables: &["STRIPE_WEBHOOK_MAX_RETRIES"],
        in_file: ("webhooks", "max_retries"),
        default: Some("3"),
    },
    Setting {
        name: "retry_delay",
        variables: &["STRIPE_WEBHOOK_RETRY_DELAY"],
        in_file: ("webhooks", "retry_delay"),
        default: Some("30s"),
    },
    Setting {
        name: "answer_timeout",
        variables: &["STRIPE_WEBHOOK_TIMEOUT"],
        in_file: ("webhooks", "timeout"),
        default: Some("25s"),
    },
    // In the config file alone: whoever can put a .env into a folder must not choose what is run.
    Setting { name: "alert_command", variables: &[], in_file: ("alerts", "command"), default: None },
    Setting { name: "alert_url", variables: &[], in_file: ("alerts", "url"), default: None },
    Setting { name: "alert_failure_rate", variables: &[], in_file: ("alerts", "failure_rate"), default: Some("20%") },
    Setting { name: "alert_window", variables: &[], in_file: ("alerts", "window"), default: Some("10m") },
    Setting { name: "admin_token", variables: &["STRIPESYNC_ADMIN_TOKEN"], in_file: ("admin", "token"), default: None },
    Setting {
        name: "keep_days",
        variables: &["STRIPESYNC_KEEP_DAYS"],
        in_file: ("webhooks", "keep_days"),
        default: None,
    },
];

/// Who said a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flag,
    /// The environment, under this name.
    Environment(&'static str),
    /// `.env` of the working folder, under this name.
    DotEnv(&'static str),
    /// A variable that the config file names.
    Variable {
        /// Its name.
        name: String,
        /// Whether `.env` of the working folder sets it, and not the environment.
        is_dot_env: bool,
    },
    /// The config file.
    File(PathBuf),
    /// The Stripe CLI's own config file.
    StripeCli {
        /// The file.
        path: PathBuf,
        /// Its section.
        project: String,
    },
    /// Whoever was asked, or stdin.
    Given,
    /// Nobody.
    Default,
}

impl Source {
    /// Returns whether `.env` of the working folder says it.
    pub fn is_dot_env(&self) -> bool {
        matches!(self, Source::DotEnv(_) | Source::Variable { is_dot_env: true, .. })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Flag => f.write_str("from the command line"),
            // Whoever says this has named the setting as that place does.
            Source::Environment(_) | Source::Variable { is_dot_env: false, .. } => f.write_str("from the environment"),
            Source::DotEnv(_) | Source::Variable { is_dot_env: true, .. } => {
                f.write_str("from .env in the working folder")
            }
            Source::File(path) => write!(f, "from {}", path.display()),
            Source::StripeCli { path, project } => {
                write!(f, "from the Stripe CLI's settings, project {project} in {}", path.display())
            }
            Source::Given => f.write_str("as it was given"),
            Source::Default => f.write_str("by default"),
        }
    }
}

/// A value and who said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Who said it.
    pub source: Source,
}

/// What one place says: setting names to values. All are kept as secrets, so that no layer can be printed.
#[derive(Debug, Clone, Default)]
pub struct Layer(BTreeMap<&'static str, Sourced<Secret>>);

impl Layer {
    /// Says a value.
    pub fn with(mut self, name: &'static str, value: impl Into<String>, source: Source) -> Layer {
        self.0.insert(name, Sourced { value: Secret::new(value), source });
        self
    }

    /// Says a value only where this place did not say it yet.
    pub(super) fn say_once(&mut self, name: &'static str, value: String, source: Source) {
        self.0.entry(name).or_insert_with(|| Sourced { value: Secret::new(value), source });
    }

    /// Returns whether the place says it.
    pub fn says(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn get(&self, name: &str) -> Option<Sourced<Secret>> {
        self.0.get(name).cloned()
    }
}

/// All places, the strongest first.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// The command line.
    pub flags: Layer,
    /// The environment.
    pub environment: Layer,
    /// `.env` of the working folder.
    pub dot_env: Layer,
    /// The config file.
    pub file: Layer,
    /// The Stripe CLI's own config file: a key, when nobody else has one.
    pub stripe_cli: Layer,
    /// Signing secrets that name their account; only the config file has such.
    pub account_secrets: Vec<AccountSecret>,
    /// Endpoints and their secrets' fingerprints; only the config file has such.
    pub endpoint_secrets: BTreeMap<String, String>,
    /// Keys and tokens with names; only the config file has such.
    pub named_keys: Vec<NamedKey>,
}

impl Layers {
    fn first(&self, name: &'static str) -> Option<Sourced<Secret>> {
        let places = [&self.flags, &self.environment, &self.dot_env, &self.file, &self.stripe_cli];
        let said = places.into_iter().find_map(|layer| layer.get(name));
        said.or_else(|| {
            let setting = SETTINGS.iter().find(|setting| setting.name == name)?;
            Some(Sourced { value: Secret::new(setting.default?), source: Source::Default })
        })
    }
}

/// Decides between the places.
///
/// # Errors
/// When the strongest place that says an ordinary setting says nothing but white space. Credentials are checked later,
/// by those who need them.
pub fn resolve(layers: &Layers) -> Result<Settings, Error> {
    let required = |name| layers.first(name).expect("settings without a default are read by `first` alone");
    let text = |name: &'static str, said: Sourced<Secret>| {
        let value = said.value.expose().trim().to_owned();
        if value.is_empty() {
            return Err(Error::Blank { setting: label(name, &said.source), place: said.source });
        }
        Ok(Sourced { value, source: said.source })
    };
    let database = text("database", required("database"))?;
    Ok(Settings {
        database: Sourced { value: PathBuf::from(database.value), source: database.source },
        stripe_key: layers.first("stripe_key"),
        webhook_secret: layers.first("webhook_secret"),
        fic_token: layers.first("fic_token"),
        fic_public_key: layers.first("fic_public_key").map(|said| text("fic_public_key", said)).transpose()?,
        fic_company: layers.first("fic_company").map(|said| text("fic_company", said)).transpose()?,
        stripe_per_s: layers.first("stripe_per_s").map(|said| text("stripe_per_s", said)).transpose()?,
        stripe_base: text("stripe_base", required("stripe_base"))?,
        fic_base: text("fic_base", required("fic_base"))?,
        max_retries: text("max_retries", required("max_retries"))?,
        retry_delay: text("retry_delay", required("retry_delay"))?,
        answer_timeout: text("answer_timeout", required("answer_timeout"))?,
        alert_command: layers.first("alert_command").map(|said| text("alert_command", said)).transpose()?,
        alert_url: layers.first("alert_url"),
        alert_failure_rate: text("alert_failure_rate", required("alert_failure_rate"))?,
        alert_window: text("alert_window", required("alert_window"))?,
        admin_token: layers.first("admin_token"),
        keep_days: layers.first("keep_days").map(|said| text("keep_days", said)).transpose()?,
        account_secrets: layers.account_secrets.clone(),
        endpoint_secrets: layers.endpoint_secrets.clone(),
        named_keys: layers.named_keys.clone(),
    })
}

/// Returns how the place calls the setting.
pub(super) fn label(name: &'static str, source: &Source) -> String {
    let setting = SETTINGS.iter().find(|setting| setting.name == name);
    match (source, setting) {
        (Source::Environment(variable) | Source::DotEnv(variable), _) => (*variable).to_owned(),
        (Source::File(_), Some(Setting { in_file: ("", key), .. })) => (*key).to_owned(),
        (Source::File(_), Some(Setting { in_file: (section, key), .. })) => format!("{section}.{key}"),
        _ => name.replace('_', " "),
    }
}
