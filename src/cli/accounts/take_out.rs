//! `accounts remove --credential`: a key or token with a name out of the config file. What it read stays in the file.

use super::remove::is_meant;
use crate::cli::args::Global;
use crate::cli::exit::{Exit, Failure};
use crate::cli::settings;
use crate::config::{self, Settings, edit};
use crate::model::accounts::AccountLine;
use crate::store::Store;
use crate::ui::Ui;
use crate::ui::units::counted;

/// Runs the command.
pub(super) fn run(name: &str, is_said: bool, global: &Global, ui: &Ui) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    let Some(entry) = settings.named_keys.iter().find(|it| it.name == name) else {
        let known = settings.named_keys.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(config::Error::NoKey { name: name.to_owned(), known }.into());
    };
    let provider = if entry.is_stripe() { "stripe" } else { "fic" };
    let reads = match settings.database.value.exists() {
        true => Store::open_read_only(&settings.database.value)?.account_lines()?,
        false => Vec::new(),
    };
    let is_its = |it: &&AccountLine| {
        it.provider == provider && it.credential.as_deref() == Some(name) && it.standing.is_synced()
    };
    let reads = reads.iter().filter(is_its).count() as u64;
    let path = entry.file.display();
    let other = same_elsewhere(&settings, provider, name);
    let of_it = match (reads, &other) {
        (0, _) => String::new(),
        (reads, None) => format!("; it reads {}, and nothing else does", counted(reads, "account")),
        (reads, Some(other)) => format!("; {other} is the same, and goes on reading {}", counted(reads, "account")),
    };
    if !is_meant(is_said, global, &format!("Take keys.{name} out of {path}{of_it}?"), ui)? {
        ui.note("nothing was removed");
        return Ok(Exit::Done);
    }
    match edit::remove(&entry.file, &["keys", name])? {
        true => ui.note(&format!("keys.{name} is out of {path}")),
        false => ui.note(&format!("keys.{name} was taken out of {path} meanwhile")),
    }
    if reads > 0 && other.is_none() {
        let reads = counted(reads, "account");
        ui.note(&format!(
            "{reads} that it read: their rows stay; `stripesync accounts list --status no-key` shows them"
        ));
    }
    Ok(Exit::Done)
}

/// Returns the other place in which the same credential stands, as the user calls it.
fn same_elsewhere(settings: &Settings, provider: &str, name: &str) -> Option<String> {
    let credentials = settings.credentials().ok()?;
    let is_it = |it: &Option<String>| it.as_deref() == Some(name);
    let its = credentials.doubles.iter().filter(|double| double.provider == provider);
    let other = its.into_iter().find_map(|double| match (is_it(&double.name), is_it(&double.used)) {
        (true, _) => Some(double.used.clone()),
        (_, true) => Some(double.name.clone()),
        _ => None,
    })?;
    let nameless = if provider == "fic" { "FIC_ACCESS_TOKEN" } else { "STRIPE_API_KEY" };
    Some(other.map_or_else(|| nameless.to_owned(), |other| format!("keys.{other}")))
}
