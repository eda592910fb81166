//! What was meant, held against what the credentials open: a run that reads nothing must not look like success.

use super::exit::Failure;
use super::select;
use crate::config::FicAccess;
use crate::model::report::{AccountFailure, RunReport};
use crate::model::resource::Provider;
use crate::sync::fic::Company;

const UNOPENED_HINT: &str = "`stripesync accounts discover` finds the accounts that are connected to a key's own";

/// Says of an account that it is not read though a credential opens it.
pub(super) fn left_out(id: &str) -> String {
    let what = if select::may_belong(id, Provider::Stripe) { "" } else { "company " };
    format!("{what}{id} is left out: it was removed; {}", taken_up(id))
}

/// Says what takes an account up again that was removed.
pub(super) fn taken_up(id: &str) -> String {
    format!("`stripesync accounts add {id}` takes it up again")
}

/// Says which of the accounts named no key opens; `others` are opened and were not named.
pub(super) fn tell_unopened(
    named: &[String],
    mut opened: Vec<String>,
    others: Vec<String>,
    report: &mut RunReport,
    failures: &mut Vec<Failure>,
) {
    if opened.is_empty() && others.is_empty() {
        return;
    }
    let unopened: Vec<&String> = named.iter().filter(|id| !opened.contains(id)).collect();
    opened.extend(others);
    for account in unopened {
        let (keys, opened) = (if opened.len() == 1 { "this key opens" } else { "these keys open" }, opened.join(", "));
        let message = format!("{keys} {opened}, not {account}");
        failures.push(Failure::usage(message.clone()).hint(UNOPENED_HINT));
        report.failures.push(AccountFailure { account: account.clone(), message });
    }
}

/// Looks whether every company named is one that the token sees; a run that reads nothing must not look like success.
pub(super) fn check_companies(seen: &[Company], named: &[String], access: &FicAccess) -> Result<(), Failure> {
    let list =
        seen.iter().map(|it| if it.name.is_empty() { it.id.clone() } else { format!("{} ({})", it.id, it.name) });
    let list = list.collect::<Vec<_>>().join(", ");
    if seen.is_empty() {
        return Err(Failure::failed("the token of Fatture in Cloud sees no company")
            .hint("look in its settings, under developers, which company the token was made for"));
    }
    let is_seen = |id: &String| seen.iter().any(|company| company.id == *id);
    if let Some(company) = access.company.as_ref().filter(|company| !is_seen(company)) {
        return Err(Failure::usage(format!("the token of Fatture in Cloud sees no company {company}, only {list}"))
            .hint("mend or take away FIC_COMPANY_ID ([fic] company_id in config.toml)"));
    }
    let missing: Vec<&str> = named.iter().filter(|id| !is_seen(id)).map(String::as_str).collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(Failure::usage(format!("the token of Fatture in Cloud sees no company {missing}, only {list}"))
            .hint("name with --account what the credentials open, or leave it away"));
    }
    match access.company.as_ref().filter(|company| !named.is_empty() && !named.contains(company)) {
        Some(company) => Err(Failure::usage(format!(
            "--account names {}, but the settings keep to company {company}",
            named.join(", ")
        ))
        .hint("take away FIC_COMPANY_ID ([fic] company_id in config.toml), or name that company")),
        None => Ok(()),
    }
}
