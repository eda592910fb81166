//! Reads the places: environment, `.env`, the config file, the Stripe CLI's config file. Decides nothing between them.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::keys::{self, KeySection};
use super::layers::{Layer, Layers, SETTINGS, Source};
use super::{AccountSecret, Error, NamedKey, Secret};

/// Settings are a few lines; anything longer is another file by mistake (or /dev/zero).
pub(super) const FILE_BYTES_MAX: u64 = 64 * 1024;
/// The section of the Stripe CLI's file that it uses itself unless told otherwise.
const STRIPE_CLI_PROJECT: &str = "default";
/// Permission bits of others than the owner that let them write.
pub(super) const OTHERS_WRITE: u32 = 0o022;
/// Permission bits of others than the owner that let them read.
const OTHERS_READ: u32 = 0o044;

/// Where to look, given as values so that nothing below reads the process's own state.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The environment.
    pub variables: HashMap<String, String>,
    /// The folder whose `.env` counts.
    pub working_folder: PathBuf,
    /// `$XDG_CONFIG_HOME` or `~/.config`; absent where there is no home.
    pub config_folder: Option<PathBuf>,
    /// `--config`: this file instead of the usual one, and it must be there.
    pub config_file: Option<PathBuf>,
    /// `--project-name`.
    pub project: Option<String>,
}

impl Places {
    /// Returns where our config file is, or would be; none where nobody names one and there is no home.
    pub fn config_path(&self) -> Option<PathBuf> {
        let usual = self.config_folder.as_ref().map(|folder| folder.join("stripesync").join("config.toml"));
        self.config_file.clone().or(usual)
    }
}

/// What the places say, and what the user should know about them.
#[derive(Debug, Default)]
pub struct Gathered {
    /// What was said, without the command line.
    pub layers: Layers,
    /// Sentences about a place that was passed over or is in bad order.
    pub notes: Vec<String>,
}

/// Our config file. Unknown names are refused: a mistyped name would otherwise be a setting silently lost.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ConfigFile {
    database: Option<String>,
    stripe: StripeSection,
    fic: FicSection,
    webhooks: WebhooksSection,
    accounts: BTreeMap<String, AccountSection>,
    keys: BTreeMap<String, KeySection>,
    admin: AdminSection,
    alerts: AlertsSection,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct StripeSection {
    api_key: Option<String>,
    api_base: Option<String>,
    requests_per_s: Option<Scalar>,
    webhook_secret: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct FicSection {
    access_token: Option<String>,
    public_key: Option<String>,
    company_id: Option<Scalar>,
    api_base: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WebhooksSection {
    max_retries: Option<Scalar>,
    retry_delay: Option<Scalar>,
    timeout: Option<Scalar>,
    keep_days: Option<Scalar>,
    endpoints: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct AlertsSection {
    command: Option<String>,
    url: Option<String>,
    failure_rate: Option<Scalar>,
    window: Option<Scalar>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct AdminSection {
    token: Option<String>,
}

/// What is said of one account, under its id.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct AccountSection {
    webhook_secrets: Vec<String>,
}

/// People write a number as the number that it is.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Number(u64),
    Text(String),
}

impl From<Scalar> for String {
    fn from(scalar: Scalar) -> String {
        match scalar {
            Scalar::Number(number) => number.to_string(),
            Scalar::Text(text) => text,
        }
    }
}

/// Reads every place that is there.
///
/// # Errors
/// When a file that is there, or was asked for, cannot be read or understood.
pub fn gather(places: &Places) -> Result<Gathered, Error> {
    let mut gathered = Gathered::default();
    gathered.layers.environment = from_variables(&places.variables, Source::Environment);
    let dot_env = read_dot_env(places, &mut gathered)?;
    read_config(places, &dot_env, &mut gathered)?;
    read_stripe_cli(places, &mut gathered)?;
    Ok(gathered)
}

fn from_variables(variables: &HashMap<String, String>, source: fn(&'static str) -> Source) -> Layer {
    let mut layer = Layer::default();
    for setting in SETTINGS {
        for name in setting.variables {
            if let Some(value) = variables.get(*name) {
                layer.say_once(setting.name, value.clone(), source(name));
            }
        }
    }
    layer
}

/// Returns all that `.env` of the working folder says, where it may be trusted.
pub(super) fn dot_env(places: &Places) -> Result<HashMap<String, String>, Error> {
    read_dot_env(places, &mut Gathered::default())
}

/// Reads `.env` of the working folder, where it may be trusted; returns all that it says.
fn read_dot_env(places: &Places, gathered: &mut Gathered) -> Result<HashMap<String, String>, Error> {
    let path = places.working_folder.join(".env");
    let Some((mut text, metadata)) = read_small(&path)? else { return Ok(HashMap::new()) };
    if let Some(why) = distrust(&metadata) {
        gathered.notes.push(format!("{} is not read: {why}", path.display()));
        return Ok(HashMap::new());
    }
    // Editors on Windows begin files with a byte order mark, which would become part of the first name.
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    let mut variables = HashMap::new();
    for (number, pair) in dotenvy::from_read_iter(text.as_bytes()).enumerate() {
        // The error's own text repeats the line, and with it a secret.
        let (name, value) = pair.map_err(|_| Error::Malformed {
            path: path.clone(),
            why: format!("entry {} is not of the form NAME=value", number + 1),
        })?;
        variables.entry(name).or_insert(value);
    }
    gathered.layers.dot_env = from_variables(&variables, Source::DotEnv);
    Ok(variables)
}

/// Returns why a file of the working folder should not be trusted with settings.
fn distrust(metadata: &Metadata) -> Option<&'static str> {
    if metadata.mode() & OTHERS_WRITE != 0 {
        return Some("others may write it (chmod go-w .env)");
    }
    // A file that we make belongs to us: that tells who we are without asking the system in unsafe ways.
    let own = tempfile::tempfile().and_then(|file| file.metadata());
    match own {
        Ok(own) if own.uid() == metadata.uid() => None,
        Ok(_) => Some("it belongs to another user"),
        Err(_) => Some("it cannot be told whom it belongs to, for no temporary file can be made"),
    }
}

fn read_config(places: &Places, dot_env: &HashMap<String, String>, gathered: &mut Gathered) -> Result<(), Error> {
    let Some(path) = places.config_path() else { return Ok(()) };
    let Some((text, metadata)) = read_small(&path)? else {
        return match &places.config_file {
            Some(_) => Err(Error::File { path, why: "there is no such file".to_owned() }),
            None => Ok(()),
        };
    };
    let file = parse(&path, &text)?;
    let accounts = &file.accounts;
    let holds_secret = [
        &file.stripe.api_key,
        &file.stripe.webhook_secret,
        &file.fic.access_token,
        &file.admin.token,
        &file.alerts.url,
    ]
    .iter()
    .any(|secret| secret.is_some())
        || accounts.values().any(|account| !account.webhook_secrets.is_empty())
        || file.keys.values().any(KeySection::holds_secret);
    if holds_secret && metadata.mode() & (OTHERS_READ | OTHERS_WRITE) != 0 {
        let path = path.display();
        gathered.notes.push(format!("{path} holds secrets and is open to others; close it with: chmod 600 {path}"));
    }
    let values = [
        ("database", file.database),
        ("stripe_key", file.stripe.api_key),
        ("stripe_base", file.stripe.api_base),
        ("stripe_per_s", file.stripe.requests_per_s.map(String::from)),
        ("webhook_secret", file.stripe.webhook_secret),
        ("fic_token", file.fic.access_token),
        ("fic_public_key", file.fic.public_key),
        ("fic_company", file.fic.company_id.map(String::from)),
        ("fic_base", file.fic.api_base),
        ("max_retries", file.webhooks.max_retries.map(String::from)),
        ("retry_delay", file.webhooks.retry_delay.map(String::from)),
        ("alert_command", file.alerts.command),
        ("alert_url", file.alerts.url),
        ("alert_failure_rate", file.alerts.failure_rate.map(String::from)),
        ("alert_window", file.alerts.window.map(String::from)),
        ("admin_token", file.admin.token),
        ("answer_timeout", file.webhooks.timeout.map(String::from)),
        ("keep_days", file.webhooks.keep_days.map(String::from)),
    ];
    gathered.layers.account_secrets = account_secrets(file.accounts, &path);
    gathered.layers.endpoint_secrets = file.webhooks.endpoints;
    gathered.layers.named_keys = keys::named(file.keys, &path, &places.variables, dot_env);
    for (name, value) in values {
        if let Some(value) = value {
            gathered.layers.file.say_once(name, value, Source::File(path.clone()));
        }
    }
    Ok(())
}

fn parse(path: &Path, text: &str) -> Result<ConfigFile, Error> {
    toml::from_str(text).map_err(|error| malformed(path, text, &error))
}

/// Returns why this program would not take the text for its config file.
pub(super) fn check_config(path: &Path, text: &str) -> Result<(), Error> {
    parse(path, text).map(drop)
}

fn account_secrets(accounts: BTreeMap<String, AccountSection>, path: &Path) -> Vec<AccountSecret> {
    let of = |(account, section): (String, AccountSection)| {
        let secrets = section.webhook_secrets.into_iter();
        let one = move |secret| AccountSecret {
            account: account.clone(),
            secret: Secret::new(secret),
            source: Source::File(path.to_owned()),
        };
        secrets.map(one).collect::<Vec<_>>()
    };
    accounts.into_iter().flat_map(of).collect()
}

/// Takes a key from the Stripe CLI's file when nobody else has one.
fn read_stripe_cli(places: &Places, gathered: &mut Gathered) -> Result<(), Error> {
    let layers = &gathered.layers;
    if [&layers.environment, &layers.dot_env, &layers.file].iter().any(|layer| layer.says("stripe_key")) {
        return Ok(());
    }
    // Whoever keeps keys with names has said which accounts are meant.
    if gathered.layers.named_keys.iter().any(NamedKey::is_stripe) && places.project.is_none() {
        return Ok(());
    }
    let Some(folder) = &places.config_folder else { return Ok(()) };
    let path = folder.join("stripe").join("config.toml");
    let project = places.project.as_deref().unwrap_or(STRIPE_CLI_PROJECT);
    let Some((text, _)) = read_small(&path)? else {
        return match &places.project {
            Some(project) => Err(Error::NoProject { project: project.clone(), path }),
            None => Ok(()),
        };
    };
    let file: toml::Table = toml::from_str(&text).map_err(|error| malformed(&path, &text, &error))?;
    let Some(section) = file.get(project).and_then(toml::Value::as_table) else {
        return match &places.project {
            Some(project) => Err(Error::NoProject { project: project.clone(), path }),
            None => Ok(()),
        };
    };
    let source = || Source::StripeCli { path: path.clone(), project: project.to_owned() };
    match stripe_cli_key(section) {
        Some(key) => gathered.layers.stripe_cli.say_once("stripe_key", key, source()),
        None => gathered.notes.push(format!("no usable key {}", source())),
    }
    Ok(())
}

/// Returns the project's key: test mode first, as the Stripe CLI itself does. Live keys stand there masked, the real one
/// being in the system's keyring.
fn stripe_cli_key(section: &toml::Table) -> Option<String> {
    ["test_mode_api_key", "live_mode_api_key"]
        .into_iter()
        .filter_map(|name| section.get(name)?.as_str())
        .find(|key| !key.trim().is_empty() && !key.contains('*'))
        .map(str::to_owned)
}

/// Returns a small regular file's text, or nothing where there is none.
pub(super) fn read_small(path: &Path) -> Result<Option<(String, Metadata)>, Error> {
    let failed = |error: std::io::Error| Error::File { path: path.to_owned(), why: error.to_string() };
    let refused = |why: &str| Error::File { path: path.to_owned(), why: why.to_owned() };
    // Looked at before it is opened: opening a named pipe would wait for a writer.
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(refused("it is not a regular file")),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(refused("it is larger than 64 KiB"));
    }
    let text = String::from_utf8(bytes).map_err(|_| refused("it is not UTF-8 text"))?;
    Ok(Some((text, metadata)))
}

/// Says where a TOML file goes wrong. Of the parser's own text only the known names are passed on: the rest may repeat
/// the line, and with it a secret.
fn malformed(path: &Path, text: &str, error: &toml::de::Error) -> Error {
    let before = error.span().map_or("", |span| text.get(..span.start).unwrap_or_default());
    let line = 1 + before.matches('\n').count();
    let why = match error.message().split_once("expected ") {
        Some((unknown, known)) if unknown.starts_with("unknown field") => format!("an unknown name, expected {known}"),
        _ => "not a value as TOML or this setting wants it (texts stand in double quotes)".to_owned(),
    };
    Error::Malformed { path: path.to_owned(), why: format!("line {line}: {why}") }
}
