//! Data on stdout: each report in the format that was asked for. What it looks like is made by its subject's module.

use std::io;
use std::sync::atomic::Ordering;

use dialoguer::console::Term;

use super::{
    DeliveryLine, Format, ForwardLine, Pace, PostLine, Redraw, Replayed, StatusWriter, Ui, accounts, delivery, events,
    fleet, json, log_json, plan, prune, run, stats, status, text, trial, webhooks, width, wrapped,
};
use crate::model::accounts::{AccountLine, Assigned, CompanyLine, Found, RemovedAccount};
use crate::model::fleet::{FleetPlan, FleetReport};
use crate::model::log::{EventDetails, LogStats, LoggedEvent, Pruned, RetryPlan, RetryReport};
use crate::model::report::{PlannedResource, RunReport, StatusReport};
use crate::model::secret::Secret;
use crate::model::trial::Trial;
use crate::model::webhooks::{Hook, HookStep};

impl Ui {
    /// Writes a report in the format that was asked for; none but that is made. A table is told the terminal's width.
    fn data(
        &self,
        json: impl FnOnce() -> String,
        csv: impl FnOnce() -> String,
        table: impl FnOnce(Option<u16>) -> String,
    ) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&json()),
            Format::Csv => self.csv(&csv()),
            Format::Table => self.stdout(&table(width())),
        }
    }

    /// Writes what came of many accounts.
    ///
    /// # Errors
    /// When stdout cannot be written; not when nobody reads it any more.
    pub fn fleet_report(&self, report: &FleetReport) -> io::Result<()> {
        self.data(|| fleet::json(report), || fleet::csv(report), |width| fleet::table(report, self.look.verbose, width))
    }

    /// Writes whose turn it would be, and what it would cost.
    ///
    /// # Errors
    /// As [`Ui::fleet_report`].
    pub fn fleet_plan(&self, plan: &FleetPlan) -> io::Result<()> {
        self.data(
            || fleet::plan_json(plan),
            || fleet::plan_csv(plan),
            |width| fleet::plan_table(plan, self.look.verbose, width),
        )
    }

    /// Writes what a run did: data to stdout, what went wrong to stderr.
    ///
    /// # Errors
    /// When stdout cannot be written; not when nobody reads it any more.
    pub fn run_report(&self, report: &RunReport) -> io::Result<()> {
        let csv = || {
            let csv = run::csv(report);
            let is_first = !self.has_header.swap(true, Ordering::Relaxed);
            if is_first { csv } else { csv.split_once('\n').map_or("", |(_, records)| records).to_owned() }
        };
        self.data(|| json::run(report), csv, |width| run::table(report, self.look.verbose, width))?;
        for line in run::clocks(report) {
            self.note(&line);
        }
        for line in run::troubles(report) {
            self.stderr_line(&wrapped(&line, 0));
        }
        Ok(())
    }

    /// Writes what a run would do.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn plan(&self, plan: &[PlannedResource], pace: &Pace) -> io::Result<()> {
        self.data(|| json::plan(plan), || plan::csv(plan), |width| plan::table(plan, pace, self.look.verbose, width))
    }

    /// Begins to write how the file stands, or the figures of its event log where they are given.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn begin_status<'a>(
        &'a self,
        status: &'a StatusReport,
        stats: Option<&'a LogStats>,
    ) -> io::Result<StatusWriter<'a>> {
        StatusWriter::begin(self, status, stats)
    }

    /// Writes what became of a delivery.
    pub fn delivery(&self, line: &DeliveryLine) {
        let text = match self.look.format {
            Format::Json => delivery::json_line(line),
            Format::Table | Format::Csv => delivery::lines(line),
        };
        // A receiver goes on when nobody looks.
        let _ = self.stdout(&text);
    }

    /// Writes what another application answered to an event that was passed on.
    pub fn forwarded(&self, line: &ForwardLine) {
        let text = match self.look.format {
            Format::Json => delivery::forwarded_json(line),
            Format::Table | Format::Csv => delivery::forwarded(line),
        };
        let _ = self.stdout(&text);
    }

    /// Writes what a replay came to.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn replayed(&self, done: &Replayed) -> io::Result<()> {
        self.data(
            || delivery::replayed_json(done),
            || delivery::replayed_csv(done),
            |width| delivery::replayed(done, width),
        )
    }

    /// Writes what one event did to its row, or would have done where it was only rehearsed.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn trial(&self, trial: &Trial, is_rehearsed: bool) -> io::Result<()> {
        self.data(
            || trial::json(trial, is_rehearsed),
            || trial::csv(trial),
            |width| trial::table(trial, is_rehearsed, width),
        )
    }

    /// Writes what another receiver said.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn posted(&self, post: &PostLine) -> io::Result<()> {
        self.data(|| trial::posted_json(post), || trial::posted_csv(post), |_| trial::posted(post))
    }

    pub(super) fn status_table(&self, status: &StatusReport, stats: Option<&LogStats>) -> String {
        match stats {
            None => status::table(status, self.look.verbose, width()),
            Some(stats) => {
                format!("{}\n{}", status::file(status), stats::table(stats, self.look.verbose, width()))
            }
        }
    }

    /// Draws how the file stands over what was drawn before.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn redraw_status(
        &self,
        redraw: &mut Redraw,
        status: &StatusReport,
        stats: Option<&LogStats>,
    ) -> io::Result<()> {
        let size = Term::stdout().size_checked();
        self.stdout(&redraw.picture(&self.status_table(status, stats), size))
    }

    /// Writes logged events.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn events(&self, events: &[LoggedEvent]) -> io::Result<()> {
        self.data(|| log_json::events(events), || events::csv(events), |width| events::table(events, width))
    }

    /// Writes everything about one event.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn event(&self, details: &EventDetails) -> io::Result<()> {
        self.data(
            || log_json::details(details),
            || events::details_csv(details),
            |width| events::details(details, width),
        )
    }

    /// Writes which events would be tried again at this second.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn retry_plan(&self, plan: &RetryPlan, now_s: i64) -> io::Result<()> {
        self.data(|| log_json::plan(plan), || events::plan_csv(plan), |width| events::plan(plan, now_s, width))
    }

    /// Writes what became of events that were tried again: data to stdout, what failed to stderr.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn retry_report(&self, report: &RetryReport) -> io::Result<()> {
        self.data(
            || log_json::retried(report),
            || events::retried_csv(report),
            |width| events::retried(report, width),
        )?;
        for line in events::failed_again(report) {
            self.stderr_line(&wrapped(&line, 0));
        }
        if let Some(line) = events::hopeless(report.hopeless) {
            self.note(&line);
        }
        if report.is_interrupted {
            self.note("interrupted; what was tried is done, and the same command tries the rest");
        }
        Ok(())
    }

    /// Writes what went out of the event log, or would.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn pruned(&self, pruned: &Pruned, is_plan: bool) -> io::Result<()> {
        self.data(
            || prune::json(pruned, is_plan),
            || prune::csv(pruned),
            |width| prune::table(pruned, is_plan, width),
        )?;
        if let Some(line) = prune::needed(pruned) {
            self.note(&line);
        }
        if pruned.is_interrupted {
            self.note("interrupted; the same command goes on");
        }
        Ok(())
    }

    /// Writes whom the services send events to: data to stdout, what is to be mended to stderr.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn hooks(&self, hooks: &[Hook]) -> io::Result<()> {
        self.data(|| webhooks::list_json(hooks), || webhooks::list_csv(hooks), |width| webhooks::list(hooks, width))?;
        for line in webhooks::troubles(hooks) {
            self.note(&line);
        }
        Ok(())
    }

    /// Writes what was done about whom the services send events to, or would be.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn hook_steps(&self, steps: &[HookStep], is_plan: bool) -> io::Result<()> {
        self.data(
            || webhooks::steps_json(steps, is_plan),
            || webhooks::steps_csv(steps),
            |width| webhooks::steps(steps, is_plan, width),
        )
    }

    /// Writes the secret of an endpoint that was made, which nobody is told again: alone, or as programs read it.
    ///
    /// # Errors
    /// As [`Ui::raw_once`].
    pub fn hook_secret(&self, made: &HookStep, secret: &Secret) -> io::Result<()> {
        let text = match self.look.format {
            Format::Json => webhooks::made_json(made, secret),
            Format::Csv => webhooks::made_csv(made, secret),
            Format::Table => format!("{}\n", secret.expose()),
        };
        self.raw_once(text.as_bytes())
    }

    /// Writes which accounts there are.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn accounts(&self, lines: &[AccountLine], none: &str) -> io::Result<()> {
        let table = |width| match lines {
            [] => format!("{}\n", text::safe(none)),
            lines => accounts::table(lines, self.look.verbose, width),
        };
        self.data(|| accounts::json(lines), || accounts::csv(lines), table)
    }

    /// Writes what credentials open.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn found(&self, found: &[Found], is_plan: bool) -> io::Result<()> {
        self.data(
            || accounts::found_json(found, is_plan),
            || accounts::found_csv(found),
            |width| accounts::found_table(found, is_plan, width),
        )?;
        accounts::found_notes(found).iter().for_each(|note| self.note(note));
        Ok(())
    }

    /// Writes what became of an account that was removed, or was to be.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn removed_account(&self, removed: &RemovedAccount) -> io::Result<()> {
        let table = |_| if removed.is_removed { accounts::removed_table(removed) } else { String::new() };
        self.data(|| accounts::removed_json(removed), || accounts::removed_csv(removed), table)
    }

    /// Writes companies.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn companies(&self, companies: &[CompanyLine]) -> io::Result<()> {
        self.data(
            || accounts::companies_json(companies),
            || accounts::companies_csv(companies),
            |width| accounts::companies_table(companies, width),
        )
    }

    /// Writes for programs what was put into companies, or taken out; people are told in sentences.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn assigned(&self, assigned: &[Assigned]) -> io::Result<()> {
        self.data(|| accounts::assigned_json(assigned), || accounts::assigned_csv(assigned), |_| String::new())
    }

    /// Writes for programs whether a company was removed; people are told in a sentence.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn removed_company(&self, company: &CompanyLine, is_removed: bool) -> io::Result<()> {
        let csv = || accounts::removed_company_csv(company, is_removed);
        self.data(|| accounts::removed_company_json(company, is_removed), csv, |_| String::new())
    }
}
