//! The log of runs: what became of each resource, in the words that the file keeps.

use super::Error;
use crate::model::extract::Catalog;
use crate::model::progress::{EVENTS, Outcome, ResourceReport};
use crate::model::resource::{Poll, Resource};
use crate::store::{LogEntry, Store};

/// The list of webhook endpoints among the resources.
const ENDPOINTS: &str = "webhook_endpoints";

/// One account's run.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    /// The account's row.
    pub account: i64,
    /// All resources that there are.
    pub catalog: &'a Catalog,
    /// Those that were asked for.
    pub chosen: &'a [&'static Resource],
    /// The passes in which a list is read.
    pub passes: fn(&Resource) -> &'static [&'static str],
    /// Unix seconds of the service.
    pub started_s: i64,
    /// Unix seconds of the service.
    pub finished_s: i64,
}

/// Writes a line for each resource, in a transaction of its own.
pub(super) fn write(store: &Store, run: Run<'_>, reports: &[ResourceReport]) -> Result<(), Error> {
    let name = format!("{}-{}", run.started_s, std::process::id());
    store.at_once(|| {
        for report in reports {
            let (status, why) = status(report);
            let gaps = (!report.gaps.is_none()).then(|| report.gaps.to_string());
            let error: Vec<&str> = why.into_iter().chain(gaps.as_deref()).collect();
            store.log_run(&LogEntry {
                run: &name,
                account: run.account,
                resource: &report.name.replacen(':', "_", 1),
                started_s: run.started_s,
                finished_s: run.finished_s,
                status,
                counts: report.counts,
                error: Some(error.join("; ")).filter(|error| !error.is_empty()).as_deref(),
            })?;
        }
        let begun: Vec<String> = store.tables_begun(run.account)?;
        for report in reports {
            if is_short(store, run, report)? {
                return Ok(());
            }
        }
        Ok(store.synced(run.account, is_whole(run, &begun))?)
    })
}

/// Returns whether a list did not come to its end. What covers a part, or left some out, is no end; neither is it one where
/// something is kept back that was read before, or the events, of which nothing else tells.
fn is_short(store: &Store, run: Run<'_>, report: &ResourceReport) -> Result<bool, Error> {
    Ok(match report.outcome {
        Outcome::Failed(_) | Outcome::Interrupted | Outcome::Partial => true,
        Outcome::Forbidden(_) if report.name == EVENTS => true,
        Outcome::Forbidden(_) => was_read(store, run, &report.name.replacen(':', "_", 1))?,
        Outcome::Complete | Outcome::NotAvailable(_) => false,
    })
}

/// Returns whether a list came to its end once: by the log, which forgets, or by what stays of its readings. Where one of its
/// passes never did, it is that one that is kept back, as it was from the start.
fn was_read(store: &Store, run: Run<'_>, table: &str) -> Result<bool, Error> {
    if store.was_complete(run.account, table)? {
        return Ok(true);
    }
    let Some(entry) = run.catalog.by_table(table) else { return Ok(false) };
    let number = store.resource_number(table)?;
    for pass in (run.passes)(entry.resource) {
        let walk = store.walk(run.account, number, pass)?;
        if !walk.is_some_and(|walk| walk.is_again || walk.finished_s.is_some() || walk.drained_s.is_some()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns whether everything of the account that was ever read is brought up to date by this run: some lists no event tells
/// of. That of webhook endpoints alone, which commands about them read, is none of the account's own data.
fn is_whole(run: Run<'_>, begun: &[String]) -> bool {
    // Of all others the events tell; and what stands under an object is read with it.
    let is_told = |resource: &Resource| {
        let is_its = |it: &&'static Resource| {
            it.provider == resource.provider && (it.name == resource.name || resource.parent() == Some(it.name))
        };
        let needs_no_reading = matches!(resource.poll, Poll::ByEvent | Poll::WithParent) || resource.name == ENDPOINTS;
        needs_no_reading || run.chosen.iter().any(is_its)
    };
    let is_all = begun.iter().filter_map(|table| run.catalog.by_table(table)).all(|entry| is_told(entry.resource));
    is_all && run.chosen.iter().any(|resource| resource.name != ENDPOINTS)
}

fn status(report: &ResourceReport) -> (&'static str, Option<&str>) {
    match &report.outcome {
        Outcome::Complete if !report.gaps.is_none() => ("with gaps", None),
        Outcome::Complete => ("complete", None),
        Outcome::Partial => ("partial", None),
        Outcome::NotAvailable(why) => ("not available", Some(why)),
        Outcome::Forbidden(why) => ("forbidden", Some(why)),
        Outcome::Failed(why) => ("failed", Some(why)),
        Outcome::Interrupted => ("interrupted", None),
    }
}
