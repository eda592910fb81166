//! What a turn's outcome means for its account. Pure.

use std::time::Duration;

use crate::http::Error as HttpError;
use crate::model::fleet::End;
use crate::model::progress::{Counts, Outcome, ResourceReport};
use crate::sync::{Error, Summary};

/// A quota that is free again within this time is waited for, beside the turns of others.
const QUOTA_WAIT_MAX: Duration = Duration::from_secs(300);
/// After the first failure, the second, and so on: then it is an account's turn again.
const BACK_OFF_S: [i64; 5] = [60, 300, 1800, 6 * 3600, 24 * 3600];
/// Resources that are named in a reason.
const NAMED_MAX: usize = 3;
/// A service's own words are cut there.
const WORDS_CHARS_MAX: usize = 300;

/// What is to be done with an account after a turn.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It came to an end.
    End(End),
    /// It goes on when it is its turn again.
    Cut,
    /// It goes on when a quota is free.
    Later(Duration),
    /// The service refused the credential for this account: whose fault that is has to be found out.
    Refused {
        /// What it said.
        why: String,
        /// Whether it says that the account gave its consent back.
        is_account: bool,
    },
    /// A signal came.
    Stopped,
    /// Another process keeps the file.
    Locked(String),
    /// Nobody's turn makes sense any more.
    Fatal(Error),
}

/// Whether a turn was asked to end before it came to its end by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Short {
    /// It was not.
    Not,
    /// Others wait for theirs.
    ForOthers,
    /// Nobody has a turn any more.
    ForAll,
}

/// Says what a turn's outcome means.
pub(super) fn judge(pulled: Result<&Summary, Error>, short: Short) -> Verdict {
    let summary = match pulled {
        Ok(summary) => summary,
        Err(Error::Http(HttpError::Interrupted)) if short == Short::ForOthers => return Verdict::Cut,
        Err(Error::Http(HttpError::Interrupted)) => return Verdict::Stopped,
        Err(Error::Store(error)) => return Verdict::Fatal(Error::Store(error)),
        Err(Error::Disconnected(why)) => return Verdict::Refused { why: cut(&why), is_account: true },
        Err(Error::Unauthorized(why) | Error::TokenRefused(why)) => {
            return Verdict::Refused { why: cut(&why), is_account: false };
        }
        Err(error) => return Verdict::End(End::Failed(cut(&error.to_string()))),
    };
    if let Some(why) = &summary.locked {
        return Verdict::Locked(why.clone());
    }
    let is_left = |report: &ResourceReport| report.outcome == Outcome::Interrupted;
    // What was asked to end when all was done is done.
    if short != Short::Not && (summary.reports.is_empty() || summary.reports.iter().any(is_left)) {
        return if short == Short::ForOthers { Verdict::Cut } else { Verdict::Stopped };
    }
    if let Some(wait) = summary.quota_free_after {
        return if wait <= QUOTA_WAIT_MAX { Verdict::Later(wait) } else { Verdict::End(quota_used(wait)) };
    }
    Verdict::End(end(&summary.reports))
}

/// Says that a quota is used for so long.
pub(super) fn quota_used(wait: Duration) -> End {
    let minutes = wait.as_secs().div_ceil(60);
    End::Partly(format!("its quota is used for {minutes} min more; the next run goes on"))
}

fn end(reports: &[ResourceReport]) -> End {
    let is_failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed(_));
    if let Some(why) = named(reports, is_failed) {
        // Who answers has no reason to wait longer than others: one list that fails is no account that fails.
        let is_read = |report: &ResourceReport| !is_failed(&report.outcome) && report.counts.requests > 0;
        return if reports.iter().any(is_read) { End::Partly(why) } else { End::Failed(why) };
    }
    let lacking = named(reports, |outcome| matches!(outcome, Outcome::Forbidden(_) | Outcome::Interrupted));
    let with_gaps = reports.iter().filter(|report| !report.gaps.is_none()).count();
    match (lacking, with_gaps) {
        (Some(why), _) => End::Partly(why),
        (None, 0) => End::Done,
        (None, tables) => End::Partly(format!("{tables} with values that their columns cannot hold")),
    }
}

/// Names the first of the resources that ended in a way, with what was said of them.
fn named(reports: &[ResourceReport], is: impl Fn(&Outcome) -> bool) -> Option<String> {
    let found: Vec<&ResourceReport> = reports.iter().filter(|report| is(&report.outcome)).collect();
    let said = |report: &ResourceReport| match &report.outcome {
        Outcome::Failed(why) | Outcome::Forbidden(why) => format!("{}: {why}", report.name),
        _ => format!("{}: not finished", report.name),
    };
    let mut parts: Vec<String> = Vec::new();
    for report in &found {
        let part = said(report);
        // Ten lists that fail for one reason are one reason.
        let why = part.split_once(": ").map_or("", |(_, why)| why);
        if parts.len() < NAMED_MAX && parts.iter().all(|known| !known.ends_with(why)) {
            parts.push(part);
        }
    }
    let more = found.len().saturating_sub(parts.len());
    let mut text = parts.join("; ");
    if more > 0 {
        text.push_str(&format!("; and {more} more"));
    }
    (!found.is_empty()).then(|| cut(&text))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WORDS_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Returns the sum of what the resources of a run counted.
pub(super) fn sum(reports: &[ResourceReport]) -> Counts {
    reports.iter().fold(Counts::default(), |all, report| add(all, report.counts))
}

pub(super) fn add(a: Counts, b: Counts) -> Counts {
    Counts {
        new: a.new + b.new,
        changed: a.changed + b.changed,
        deleted: a.deleted + b.deleted,
        unchanged: a.unchanged + b.unchanged,
        requests: a.requests + b.requests,
    }
}

/// Returns after how many seconds an account has its turn again that failed so often in a row.
pub fn back_off_s(failures: u32) -> i64 {
    let at = (failures.max(1) as usize - 1).min(BACK_OFF_S.len() - 1);
    BACK_OFF_S[at]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::progress::Gaps;

    fn report(name: &str, outcome: Outcome) -> ResourceReport {
        let counts = Counts { requests: 1, ..Counts::default() };
        ResourceReport {
            name: name.into(),
            account: "acct_1".into(),
            mode: "live".into(),
            counts,
            took_ms: 0,
            outcome,
            gaps: Gaps::default(),
        }
    }

    fn summary(reports: Vec<ResourceReport>) -> Summary {
        Summary { reports, requests: 3, took_ms: 1, signal: None, locked: None, quota_free_after: None }
    }

    #[test]
    fn an_account_is_done_when_all_is_read_or_not_there() {
        let absent = report("stripe:issuing_cards", Outcome::NotAvailable("no".into()));
        let done = summary(vec![report("stripe:customers", Outcome::Complete), absent]);
        for short in [Short::Not, Short::ForOthers, Short::ForAll] {
            assert!(matches!(judge(Ok(&done), short), Verdict::End(End::Done)), "it was done by then");
        }
        let down = |name: &str| report(name, Outcome::Failed("status 500".into()));
        match judge(Ok(&summary(vec![down("stripe:a"), down("stripe:b")])), Short::Not) {
            Verdict::End(End::Failed(why)) => assert_eq!(why, "stripe:a: status 500; and 1 more"),
            other => panic!("{other:?}"),
        }
        let one_list = summary(vec![down("stripe:a"), report("stripe:b", Outcome::Complete)]);
        assert!(
            matches!(judge(Ok(&one_list), Short::Not), Verdict::End(End::Partly(why)) if why == "stripe:a: status 500")
        );
        let partly = summary(vec![report("stripe:c", Outcome::Forbidden("rak_charge_read".into()))]);
        assert!(
            matches!(judge(Ok(&partly), Short::Not), Verdict::End(End::Partly(why)) if why.contains("rak_charge_read"))
        );
    }

    #[test]
    fn what_was_left_goes_on_unless_nobody_does() {
        for reports in [vec![], vec![report("stripe:a", Outcome::Complete), report("stripe:b", Outcome::Interrupted)]] {
            let left = summary(reports);
            assert!(matches!(judge(Ok(&left), Short::ForOthers), Verdict::Cut));
            assert!(matches!(judge(Ok(&left), Short::ForAll), Verdict::Stopped));
        }
        let interrupted = || Err(Error::Http(HttpError::Interrupted));
        assert!(matches!(judge(interrupted(), Short::ForOthers), Verdict::Cut));
        assert!(matches!(judge(interrupted(), Short::ForAll), Verdict::Stopped));
    }

    #[test]
    fn a_quota_is_waited_for_if_that_is_not_long() {
        let quota = |s| Summary { quota_free_after: Some(Duration::from_secs(s)), ..summary(Vec::new()) };
        assert!(matches!(judge(Ok(&quota(300)), Short::Not), Verdict::Later(_)));
        let used = judge(Ok(&quota(301)), Short::Not);
        assert!(matches!(used, Verdict::End(End::Partly(why)) if why.contains("6 min")));
    }

    #[test]
    fn who_fails_again_and_again_waits_longer_and_at_most_a_day() {
        let waits: Vec<i64> = (0..8).map(back_off_s).collect();
        assert_eq!(waits, [60, 60, 300, 1800, 21_600, 86_400, 86_400, 86_400]);
    }

    #[test]
    fn long_words_are_cut() {
        let error = Error::Account("é".repeat(1000));
        match judge(Err(error), Short::Not) {
            Verdict::End(End::Failed(why)) => assert_eq!(why.chars().count(), WORDS_CHARS_MAX + 1),
            other => panic!("{other:?}"),
        }
    }
}
