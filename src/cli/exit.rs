//! What went wrong, as an exit code and a hint. The one table that knows both.

use std::error::Error as StdError;
use std::process::ExitCode;

use super::{select, values};
use crate::config;
use crate::model::progress::{EVENTS, Outcome, ResourceReport};
use crate::model::report::RunReport;
use crate::{http, store, sync};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: everything done.
    Done,
    /// 1: nothing could be done, for a reason without a code of its own.
    Failed,
    /// 2: asked for in a way that cannot be done.
    Usage,
    /// 3: a resource or an account failed; the summary names it.
    Partly,
    /// 4: no credential, or one that is refused.
    Unauthorised,
    /// 5: another process holds the file.
    Held,
    /// 6: the file is newer, damaged, full or read-only.
    Database,
    /// 128 and the signal's number: 130, 143.
    Interrupted(i32),
}

impl Exit {
    /// Returns the process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Partly => 3,
            Exit::Unauthorised => 4,
            Exit::Held => 5,
            Exit::Database => 6,
            Exit::Interrupted(signal) => u8::try_from(128 + signal).unwrap_or(130),
        }
    }

    /// Returns how a run ends by what became of its resources.
    pub fn of_run(report: &RunReport) -> Exit {
        if let Some(signal) = report.signal {
            return Exit::Interrupted(signal);
        }
        if report.locked.is_some() {
            return Exit::Held;
        }
        let reports = &report.resources;
        let is_bad = |report: &&ResourceReport| {
            let is_read = !matches!(report.outcome, Outcome::Failed(_) | Outcome::Forbidden(_) | Outcome::Interrupted);
            // Whoever sums a column that is empty for some rows must hear of it, also where a script runs this.
            !is_read || !report.gaps.is_none()
        };
        match reports.iter().filter(is_bad).count() {
            0 if report.failures.is_empty() => Exit::Done,
            bad if bad > 0
                && bad == reports.len()
                && reports.iter().all(|r| matches!(r.outcome, Outcome::Failed(_)))
                // The log is read when the lists are whole.
                && reports.iter().any(|r| r.name != EVENTS) =>
            {
                Exit::Failed
            }
            _ => Exit::Partly,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// What ends a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The code to end with.
    pub exit: Exit,
    /// What failed, on what.
    pub message: String,
    /// Why, outermost first.
    pub causes: Vec<String>,
    /// What to do next.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure of a kind.
    pub fn new(exit: Exit, message: impl Into<String>) -> Failure {
        Failure { exit, message: message.into(), causes: Vec::new(), hint: None }
    }

    /// A failure without a code of its own.
    pub fn failed(message: impl Into<String>) -> Failure {
        Failure::new(Exit::Failed, message)
    }

    /// Something asked for that cannot be done.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, message)
    }

    /// Says what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }

    /// Says that the data could not be handed over.
    pub fn stdout(error: &std::io::Error) -> Failure {
        Failure::failed("stdout cannot be written").because(error)
    }

    /// Appends an error and what caused it.
    pub fn because(mut self, error: &dyn StdError) -> Failure {
        self.causes.push(error.to_string());
        self.follow(error.source())
    }

    /// Makes a failure out of an error, its causes behind it.
    pub fn from_error(exit: Exit, error: &dyn StdError) -> Failure {
        Failure::new(exit, error.to_string()).follow(error.source())
    }

    fn follow(mut self, mut cause: Option<&dyn StdError>) -> Failure {
        while let Some(error) = cause {
            self.causes.push(error.to_string());
            cause = error.source();
        }
        self
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Failure {
        use config::Error as E;
        let (exit, hint) = match &error {
            E::NoKey { .. } => (Exit::Usage, "`stripesync accounts add NAME` puts one there"),
            E::File { .. } => (Exit::Usage, "name a file that you may read with --config, or leave the option away"),
            E::Unwritten { .. } => (
                Exit::Failed,
                "mend that, or name a file that this program may write with --config; nothing in it was changed",
            ),
            E::Malformed { .. } => (
                Exit::Usage,
                "mend or move the file; `stripesync --help` shows what belongs into config.toml, and .env has NAME=value lines",
            ),
            E::Blank { .. } => (Exit::Usage, "give it a value, or take it away there"),
            E::Credential { setting, .. } if setting.to_lowercase().contains("fic") => (
                Exit::Unauthorised,
                "a token is made in Fatture in Cloud's settings, under developers; read scopes are enough",
            ),
            E::Credential { setting, .. } if setting.to_lowercase().contains("webhook") => (
                Exit::Unauthorised,
                "the whsec_… of your endpoint is at Stripe's Dashboard, Developers, Webhooks; `stripe listen` prints one, too",
            ),
            E::Credential { .. } => (
                Exit::Unauthorised,
                "Stripe's keys are at https://dashboard.stripe.com/apikeys; a restricted key with read permissions is enough",
            ),
            E::Twice { .. } => {
                (Exit::Usage, "nothing was written: each account needs one key alone, and that one works")
            }
            E::Unset { .. } => (
                Exit::Unauthorised,
                "set that variable, or mend the entry; `stripesync accounts list` shows what it opened",
            ),
            E::Value { .. } => (Exit::Usage, "`stripesync --help` shows the settings and what they may be"),
            E::BaseUrl { .. } => (
                Exit::Usage,
                "it is meant for test servers, such as http://localhost:12111; take it away to reach the real service",
            ),
            E::NoProject { .. } => (Exit::Usage, "`stripe config --list` shows the projects"),
            E::NoCredentials => (Exit::Unauthorised, NO_CREDENTIALS_HINT),
            E::OtherCredentials { .. } => (
                Exit::Unauthorised,
                "give it in the environment, in .env of the working folder, or in config.toml; or name what the other service has",
            ),
        };
        Failure::from_error(exit, &error).hint(hint)
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        use store::Error as E;
        let (exit, hint) = match &error {
            E::Newer { .. } => (Exit::Database, "install the newer stripesync, or name another file with --database"),
            E::Older { .. } => (Exit::Database, "`stripesync sync` brings it up to date"),
            E::Damaged { .. } => (
                Exit::Database,
                "look whether --database names the right file; if it is yours, restore a backup, or move it away and read everything again: `stripesync sync --all`",
            ),
            E::Foreign { .. } => (Exit::Database, "name a file of its own with --database"),
            E::Full { .. } => {
                (Exit::Database, "make room; the file is intact, and the same command goes on from there")
            }
            E::Gone { .. } => (
                Exit::Database,
                "leave the file in its place while a sync runs; `stripesync sync` reads again what is missing in the one there now",
            ),
            E::ReadOnly { .. } => (Exit::Database, "name a file in a folder that you may write to with --database"),
            E::OpenFiles { .. } => (Exit::Failed, OPEN_FILES_HINT),
            E::NoFolder { .. } => (Exit::Database, "make the folder, or look whether --database is spelt right"),
            E::NoFile { .. } => (Exit::Database, "look whether --database is spelt right"),
            E::Unmerged { .. } => (
                Exit::Database,
                "run it where the folder may be written to, or copy the file together with its -wal to such a folder",
            ),
            E::Unlocked { .. } => (
                Exit::Held,
                "leave that file in its place: it keeps a second sync out; everything read so far is in the file, and the same command goes on",
            ),
            E::Held { .. } => (Exit::Held, "wait for it, or stop that process"),
            E::Locked { .. } => {
                (Exit::Held, "another program holds a long transaction on it; close that and run this again")
            }
            E::Mixed(_) => (Exit::Usage, "name another file with --database"),
            E::Sql(_) => (Exit::Failed, "run it again; if it stays so, please report it"),
        };
        Failure::from_error(exit, &error).hint(hint)
    }
}

/// What to do about a key, or a token, that is refused, wherever it stands.
pub(super) const REFUSED_KEY_HINT: &str = "look whether the key in STRIPE_API_KEY was revoked, or belongs to the other mode; or the one under [keys], where that is used";
pub(super) const REFUSED_TOKEN_HINT: &str = "look whether the token in FIC_ACCESS_TOKEN was revoked, or has expired; or the one under [keys], where that is used";

impl From<sync::Error> for Failure {
    fn from(error: sync::Error) -> Failure {
        use sync::Error as E;
        let (exit, hint) = match error {
            E::Bug(_) => (Exit::Failed, "the event stays in the log; `stripesync status` shows how the file stands"),
            E::Store(error) => return error.into(),
            E::Unauthorized(_) => (Exit::Unauthorised, REFUSED_KEY_HINT),
            E::Disconnected(_) => (
                Exit::Unauthorised,
                "its owner has taken the access back, or the key is of another platform; `stripesync accounts list` shows it",
            ),
            E::TokenRefused(_) => (Exit::Unauthorised, REFUSED_TOKEN_HINT),
            E::Unanswered(_) => (Exit::Failed, "run it again later; what was read before is kept"),
            E::Account(_) => (Exit::Failed, "the key must be allowed to read its own account"),
            E::OtherAccount { .. } => (
                Exit::Usage,
                "name with --account what the credentials open, or give a key of the account that is meant",
            ),
            E::Threads(_) | E::NoThreads => {
                (Exit::Failed, "end some processes, or raise `ulimit -u`; nothing was changed")
            }
            E::Http(ref error) => (Exit::Failed, unasked(error)),
        };
        Failure::from_error(exit, &error).hint(hint)
    }
}

/// The one host that Stripe's own page tells about.
const STRIPE_HOST: &str = "api.stripe.com";

/// What to do when the service could not even be asked whose credential it is: nothing was read then.
fn unasked(error: &http::Error) -> &'static str {
    use http::Error as E;
    match error {
        E::Unreachable { cause, .. } | E::CircuitOpen { cause, .. } | E::GaveUp { last: cause, .. }
            if cause.contains("open files") =>
        {
            OPEN_FILES_HINT
        }
        E::Unreachable { .. } | E::Interrupted => {
            "look at the network, and at HTTPS_PROXY where a proxy is needed; nothing was changed, run it again then"
        }
        E::CircuitOpen { host, .. } | E::GaveUp { host, .. } if host == STRIPE_HOST => {
            "the service has trouble (see https://status.stripe.com); nothing was changed, run it again later"
        }
        E::CircuitOpen { .. } | E::GaveUp { .. } => "the service has trouble; nothing was changed, run it again later",
        E::Redirected { .. } | E::Unreadable { .. } | E::TooLarge { .. } | E::Refused(_) => {
            "something else answers in the service's place: look at STRIPE_API_BASE, FIC_API_BASE and the proxy; nothing was changed"
        }
        E::Uncertain { .. } => "run the same command again: it looks first at what is there",
        E::Quota { .. } => "nothing was changed; run it again after that time",
        E::Setup(_) => "mend that setting; nothing was changed",
    }
}

impl From<select::Error> for Failure {
    fn from(error: select::Error) -> Failure {
        let failure = Failure::from_error(Exit::Usage, &error);
        match error {
            select::Error::Blank(_) => failure.hint(
                "leave the name away to pull everything, or name resources: customers, stripe:invoices, fic:clients",
            ),
            select::Error::Unknown { .. } => {
                failure.hint("names are tables without their prefix: customers, stripe:invoices, fic:clients, all; `stripesync sync --sandbox --dry-run -v` lists them")
            }
            select::Error::ParentExcluded { .. } => failure.hint("leave that exclusion away, or do not ask for it"),
            select::Error::Contradiction(_) => failure.hint("leave it away in one of the two places"),
            select::Error::OtherProvider { .. } | select::Error::NothingLeft => failure,
        }
    }
}

impl From<values::Since> for Failure {
    fn from(error: values::Since) -> Failure {
        let hint = match error {
            values::Since::NoDate(_) => {
                "give a date such as 2026-01-31 (midnight UTC), or a time with its zone such as 2026-01-31T12:00:00Z"
            }
            values::Since::Future { .. } => "give a past day; if this is one, this machine's clock is wrong",
        };
        Failure::from_error(Exit::Usage, &error).hint(hint)
    }
}

/// What to do about a limit on open files.
const OPEN_FILES_HINT: &str =
    "let this process open more files (`ulimit -n 256`), or use fewer requests at once (--jobs)";

/// The three ways to give a key, and the way without one.
const NO_CREDENTIALS_HINT: &str = "give one in one of three ways: \
(1) in the environment, STRIPE_API_KEY or FIC_ACCESS_TOKEN; \
(2) with the same names in .env of the working folder; \
(3) in ~/.config/stripesync/config.toml, [stripe] api_key or [fic] access_token. \
Or try it without: stripesync sync --all --sandbox";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::progress::{Counts, Gaps};
    use crate::model::report::AccountFailure;

    fn report(outcome: Outcome) -> ResourceReport {
        ResourceReport {
            name: "stripe:x".into(),
            account: "acct_1".into(),
            mode: "live".into(),
            counts: Counts::default(),
            took_ms: 0,
            outcome,
            gaps: Gaps::default(),
        }
    }

    #[test]
    fn a_run_ends_by_its_worst_resource() {
        let complete = || report(Outcome::Complete);
        let failed = || report(Outcome::Failed("x".into()));
        let absent = || report(Outcome::NotAvailable("x".into()));
        let forbidden = || report(Outcome::Forbidden("x".into()));
        let cases: [(Vec<ResourceReport>, Option<i32>, Exit); 8] = [
            (vec![], None, Exit::Done),
            (vec![complete(), absent()], None, Exit::Done),
            (vec![absent()], None, Exit::Done),
            (vec![complete(), forbidden()], None, Exit::Partly),
            (vec![complete(), failed()], None, Exit::Partly),
            (vec![failed(), failed()], None, Exit::Failed),
            (vec![forbidden()], None, Exit::Partly),
            (vec![failed()], Some(15), Exit::Interrupted(15)),
        ];
        for (resources, signal, wanted) in cases {
            let report = RunReport { resources, signal, ..RunReport::default() };
            assert_eq!(Exit::of_run(&report), wanted, "{report:?}");
        }
        let lost = AccountFailure { account: "acct_2".into(), message: "the key was refused".into() };
        let report = RunReport { resources: vec![complete()], failures: vec![lost], ..RunReport::default() };
        assert_eq!(Exit::of_run(&report), Exit::Partly);
    }

    #[test]
    fn codes_are_the_promised_ones() {
        let all = [
            (Exit::Done, 0),
            (Exit::Failed, 1),
            (Exit::Usage, 2),
            (Exit::Partly, 3),
            (Exit::Unauthorised, 4),
            (Exit::Held, 5),
            (Exit::Database, 6),
            (Exit::Interrupted(2), 130),
            (Exit::Interrupted(15), 143),
        ];
        for (exit, code) in all {
            assert_eq!(exit.code(), code);
        }
    }

    #[test]
    fn only_stripes_own_host_is_sent_to_stripes_status_page() {
        let gave_up = |host: &str| http::Error::GaveUp {
            endpoint: "/v1/account",
            host: host.to_owned(),
            attempts: 5,
            last: "status 500".to_owned(),
            status: Some(500),
            request_id: None,
        };
        for (host, wanted) in [("api.stripe.com", true), ("localhost", false), ("api-v2.fattureincloud.it", false)] {
            assert_eq!(unasked(&gave_up(host)).contains("status.stripe.com"), wanted, "{host}");
        }
    }

    #[test]
    fn no_credentials_names_the_ways_to_give_one() {
        let failure = Failure::from(config::Error::NoCredentials);
        let hint = failure.hint.expect("there is one");
        for part in ["STRIPE_API_KEY", "FIC_ACCESS_TOKEN", ".env", "config.toml", "--sandbox"] {
            assert!(hint.contains(part), "{part}");
        }
        assert_eq!(failure.exit, Exit::Unauthorised);
    }
}
