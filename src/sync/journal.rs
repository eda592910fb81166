//! The log of runs: what became of each resource, in the words that the file keeps.

use super::Error;
use crate::model::progress::{EVENTS, Outcome, ResourceReport};
use crate::store::{LogEntry, Store};

/// One account's run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// Whether it brings all that is in use up to date where nothing fails: by its lists, or by the events of all.
    pub is_whole: bool,
    /// The account's row.
    pub account: i64,
    /// Unix seconds of the service.
    pub started_s: i64,
    /// Unix seconds of the service.
    pub finished_s: i64,
}

/// Writes a line for each resource, in a transaction of its own.
pub(super) fn write(store: &Store, run: Run, reports: &[ResourceReport]) -> Result<(), Error> {
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
        // What covers a part, or left some out, is no end; and where the events are kept back, nothing else tells of changes.
        let is_short = |report: &ResourceReport| match report.outcome {
            Outcome::Failed(_) | Outcome::Interrupted | Outcome::Partial => true,
            Outcome::Forbidden(_) => report.name == EVENTS,
            _ => false,
        };
        if reports.iter().any(is_short) { Ok(()) } else { Ok(store.synced(run.account, run.is_whole)?) }
    })
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
