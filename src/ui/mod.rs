//! Owns stdout and stderr. Data goes to stdout, everything else to stderr; the only place that knows indicatif.
//!
//! Text from the services never reaches a terminal as it is: see [`text::safe`].

mod accounts;
mod ask;
mod board;
mod delivery;
mod events;
mod fleet;
mod fleet_board;
mod json;
mod log;
mod log_json;
mod plan;
mod progress;
mod prune;
mod redraw;
mod run;
mod sheet;
mod stats;
mod status;
mod status_writer;
mod steps;
mod streams;
pub mod text;
mod trial;
pub mod units;
mod webhooks;

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dialoguer::console::Term;
use indicatif::{MultiProgress, ProgressDrawTarget};

use crate::model::accounts::{AccountLine, Assigned, CompanyLine, Found, RemovedAccount};
use crate::model::fleet::{FleetPlan, FleetReport};
use crate::model::log::{EventDetails, LogStats, LoggedEvent, Pruned, RetryPlan, RetryReport};
use crate::model::report::{PlannedResource, RunReport, StatusReport};
use crate::model::secret::Secret;
use crate::model::trial::Trial;
use crate::model::webhooks::{Hook, HookStep};
pub use delivery::{DeliveryLine, ForwardLine, Replayed};
pub use fleet::FleetWatch;
pub use log::LogFormat;
pub use plan::Pace;
pub use progress::Watch;
pub use redraw::Redraw;
pub use status_writer::StatusWriter;
pub use steps::Steps;
use streams::Streams;
pub use trial::PostLine;

/// Narrower than this no table of numbers can be read.
const WIDTH_MIN: u16 = 40;

/// Nobody says yes at greater length.
const ANSWER_BYTES_MAX: u64 = 256;

/// What waits for a reader at the end has so long.
const FINISH_TIME: Duration = Duration::from_secs(1);

/// How data is written to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// Comma-separated values with a header.
    Csv,
}

/// How the user wants things to look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    /// How data is written.
    pub format: Format,
    /// Whether colours may be used.
    pub color: bool,
    /// Whether stderr has errors alone.
    pub quiet: bool,
    /// Whether to show what is usually summed up.
    pub verbose: bool,
    /// Whether the terminal can only take lines one after the other.
    pub dumb: bool,
}

/// The one owner of stdout and stderr.
#[derive(Debug)]
pub struct Ui {
    look: Look,
    streams: Streams,
    /// Whether a run's records were written: those of the next go below them, without a header of their own.
    has_header: AtomicBool,
}

impl Ui {
    /// Takes the process's streams.
    pub fn new(look: &Look) -> Ui {
        // Hidden until there is something that lasts long enough to be worth a bar.
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        Ui { look: *look, streams: Streams::new(bars), has_header: AtomicBool::new(false) }
    }

    /// Returns another handle on the same streams, for a thread.
    pub fn share(&self) -> Ui {
        let has_header = AtomicBool::new(self.has_header.load(Ordering::Relaxed));
        Ui { look: self.look, streams: self.streams.clone(), has_header }
    }

    /// Begins to write log lines to stderr, above the bars.
    pub fn start_log(&self, format: impl Into<LogFormat>, verbose: u8) {
        log::start(format.into(), if self.look.quiet { None } else { Some(verbose) }, self.streams.clone());
    }

    /// From now on nobody waits for whoever reads: what is written goes through a queue, and what has no room there is
    /// counted and left out. For commands whose work must not stand still with a terminal.
    ///
    /// # Errors
    /// When the system has no threads.
    pub fn write_aside(&self) -> io::Result<()> {
        self.streams.set_aside()
    }

    /// Waits for what is still to be written, as long as a reader who reads at all needs.
    pub fn finish(&self) {
        self.streams.flush(FINISH_TIME);
    }

    /// Writes a sentence for the user to stderr.
    pub fn note(&self, note: &str) {
        if !self.look.quiet {
            self.stderr_line(&wrapped(&text::safe(note), 0));
        }
    }

    /// Writes what went wrong while the command goes on; also with `--quiet`.
    pub fn trouble(&self, trouble: &str) {
        self.stderr_line(&wrapped(&text::safe(trouble), 0));
    }

    /// Writes a command to stderr that is to be copied: in one line, and uncut.
    pub fn command(&self, command: &str) {
        if !self.look.quiet {
            self.stderr_line(&text::safe_up_to(command, usize::MAX));
        }
    }

    /// Writes why the command ended; also with `--quiet`.
    pub fn failure(&self, message: &str, causes: &[String], hint: Option<&str>) {
        // Wrapped before it is painted: a colour has no width.
        let painted = |begin: &str, ansi: &str, text: &str| {
            wrapped(&format!("{begin} {}", text::safe(text)), 0).replacen(begin, &self.painted(begin, ansi), 1)
        };
        let mut lines = vec![painted("error:", "1;31", message)];
        lines.extend(causes.iter().map(|cause| wrapped(&format!("because {}", text::safe(cause)), 2)));
        lines.extend(hint.map(|hint| painted("hint:", "1;36", hint)));
        self.stderr_line(&lines.join("\n"));
    }

    /// Returns where long work on these lists reports to; the bars end when it is dropped.
    pub fn watch(&self, lists: HashSet<String>) -> Watch {
        Watch::new(&self.look, self.streams.bars.clone(), lists)
    }

    /// Returns where work on many accounts reports to; the bars end when it is dropped.
    pub fn fleet_watch(&self) -> FleetWatch {
        FleetWatch::new(&self.look, self.streams.bars.clone())
    }

    /// Writes what came of many accounts.
    ///
    /// # Errors
    /// When stdout cannot be written; not when nobody reads it any more.
    pub fn fleet_report(&self, report: &FleetReport) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&fleet::json(report)),
            Format::Csv => self.csv(&fleet::csv(report)),
            Format::Table => self.stdout(&fleet::table(report, self.look.verbose, width())),
        }
    }

    /// Writes whose turn it would be, and what it would cost.
    ///
    /// # Errors
    /// As [`Ui::fleet_report`].
    pub fn fleet_plan(&self, plan: &FleetPlan) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&fleet::plan_json(plan)),
            Format::Csv => self.csv(&fleet::plan_csv(plan)),
            Format::Table => self.stdout(&fleet::plan_table(plan, self.look.verbose, width())),
        }
    }

    /// Shows how far one step after the other has come, until that is dropped.
    pub fn steps(&self, total: Option<u64>) -> Steps {
        self.steps_of("event", total)
    }

    /// The same for steps that are about something else: `row`, `account`.
    pub fn steps_of(&self, noun: &'static str, total: Option<u64>) -> Steps {
        Steps::new(&self.look, self.streams.bars.clone(), noun, total)
    }

    /// Writes what a run did: data to stdout, what went wrong to stderr.
    ///
    /// # Errors
    /// When stdout cannot be written; not when nobody reads it any more.
    pub fn run_report(&self, report: &RunReport) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&json::run(report))?,
            Format::Csv => {
                let csv = run::csv(report);
                let is_first = !self.has_header.swap(true, Ordering::Relaxed);
                self.csv(if is_first { &csv } else { csv.split_once('\n').map_or("", |(_, records)| records) })?;
            }
            Format::Table => {
                self.stdout(&run::table(report, self.look.verbose, width()))?;
            }
        }
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
        match self.look.format {
            Format::Json => self.stdout(&json::plan(plan)),
            Format::Csv => self.csv(&plan::csv(plan)),
            Format::Table => self.stdout(&plan::table(plan, pace, self.look.verbose, width())),
        }
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
        match self.look.format {
            Format::Json => self.stdout(&delivery::replayed_json(done)),
            Format::Csv => self.csv(&delivery::replayed_csv(done)),
            Format::Table => self.stdout(&delivery::replayed(done, width())),
        }
    }

    /// Writes what one event did to its row, or would have done where it was only rehearsed.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn trial(&self, trial: &Trial, is_rehearsed: bool) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&trial::json(trial, is_rehearsed)),
            Format::Csv => self.csv(&trial::csv(trial)),
            Format::Table => self.stdout(&trial::table(trial, is_rehearsed, width())),
        }
    }

    /// Writes what another receiver said.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn posted(&self, post: &PostLine) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&trial::posted_json(post)),
            Format::Csv => self.csv(&trial::posted_csv(post)),
            Format::Table => self.stdout(&trial::posted(post)),
        }
    }

    fn status_table(&self, status: &StatusReport, stats: Option<&LogStats>) -> String {
        match stats {
            None => status::table(status, self.look.verbose, width()),
            Some(stats) => {
                format!("{}\n{}", status::file(status), stats::table(stats, self.look.verbose, width()))
            }
        }
    }

    /// Returns whether one picture after the other can be drawn at the same place.
    pub fn can_redraw(&self) -> bool {
        self.look.format == Format::Table && !self.look.dumb && io::stdout().is_terminal()
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
        match self.look.format {
            Format::Json => self.stdout(&log_json::events(events)),
            Format::Csv => self.csv(&events::csv(events)),
            Format::Table => self.stdout(&events::table(events, width())),
        }
    }

    /// Writes everything about one event.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn event(&self, details: &EventDetails) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&log_json::details(details)),
            Format::Csv => self.csv(&events::details_csv(details)),
            Format::Table => self.stdout(&events::details(details, width())),
        }
    }

    /// Writes which events would be tried again at this second.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn retry_plan(&self, plan: &RetryPlan, now_s: i64) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&log_json::plan(plan))?,
            Format::Csv => self.csv(&events::plan_csv(plan))?,
            Format::Table => self.stdout(&events::plan(plan, now_s, width()))?,
        }
        Ok(())
    }

    /// Writes what became of events that were tried again: data to stdout, what failed to stderr.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn retry_report(&self, report: &RetryReport) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&log_json::retried(report))?,
            Format::Csv => self.csv(&events::retried_csv(report))?,
            Format::Table => self.stdout(&events::retried(report, width()))?,
        }
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
        match self.look.format {
            Format::Json => self.stdout(&prune::json(pruned, is_plan))?,
            Format::Csv => self.csv(&prune::csv(pruned))?,
            Format::Table => self.stdout(&prune::table(pruned, is_plan, width()))?,
        }
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
        match self.look.format {
            Format::Json => self.stdout(&webhooks::list_json(hooks))?,
            Format::Csv => self.csv(&webhooks::list_csv(hooks))?,
            Format::Table => self.stdout(&webhooks::list(hooks, width()))?,
        }
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
        match self.look.format {
            Format::Json => self.stdout(&webhooks::steps_json(steps, is_plan)),
            Format::Csv => self.csv(&webhooks::steps_csv(steps)),
            Format::Table => self.stdout(&webhooks::steps(steps, is_plan, width())),
        }
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

    /// Asks a question that is answered with yes or no; nothing where there is nobody to answer. It reads a plain line: a
    /// signal ends the program as ever, and leaves the terminal as it was.
    ///
    /// # Errors
    /// When the terminal goes away.
    pub fn confirm(&self, question: &str) -> io::Result<Option<bool>> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(None);
        }
        self.streams.err(format!("{} [y/N] ", text::safe(question)).as_bytes());
        let mut answer = String::new();
        io::stdin().lock().take(ANSWER_BYTES_MAX).read_line(&mut answer)?;
        Ok(Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")))
    }

    /// Writes which accounts there are.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn accounts(&self, lines: &[AccountLine], none: &str) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&accounts::json(lines)),
            Format::Csv => self.csv(&accounts::csv(lines)),
            Format::Table if lines.is_empty() => self.stdout(&format!("{}\n", text::safe(none))),
            Format::Table => self.stdout(&accounts::table(lines, self.look.verbose, width())),
        }
    }

    /// Writes what credentials open.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn found(&self, found: &[Found], is_plan: bool) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&accounts::found_json(found, is_plan))?,
            Format::Csv => self.csv(&accounts::found_csv(found))?,
            Format::Table => self.stdout(&accounts::found_table(found, is_plan, width()))?,
        }
        accounts::found_notes(found).iter().for_each(|note| self.note(note));
        Ok(())
    }

    /// Writes what became of an account that was removed, or was to be.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn removed_account(&self, removed: &RemovedAccount) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&accounts::removed_json(removed)),
            Format::Csv => self.csv(&accounts::removed_csv(removed)),
            Format::Table if !removed.is_removed => Ok(()),
            Format::Table => self.stdout(&accounts::removed_table(removed)),
        }
    }

    /// Writes companies.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn companies(&self, companies: &[CompanyLine]) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&accounts::companies_json(companies)),
            Format::Csv => self.csv(&accounts::companies_csv(companies)),
            Format::Table => self.stdout(&accounts::companies_table(companies, width())),
        }
    }

    /// Writes for programs what was put into companies, or taken out; people are told in sentences.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn assigned(&self, assigned: &[Assigned]) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&accounts::assigned_json(assigned)),
            Format::Csv => self.csv(&accounts::assigned_csv(assigned)),
            Format::Table => Ok(()),
        }
    }

    /// Writes for programs whether a company was removed; people are told in a sentence.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn removed_company(&self, company: &CompanyLine, is_removed: bool) -> io::Result<()> {
        match self.look.format {
            Format::Json => self.stdout(&accounts::removed_company_json(company, is_removed)),
            Format::Csv => self.csv(&accounts::removed_company_csv(company, is_removed)),
            Format::Table => Ok(()),
        }
    }

    /// Writes bytes to stdout as they are: completions, man pages.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn raw(&self, bytes: &[u8]) -> io::Result<()> {
        self.streams.out(bytes)
    }

    /// Writes what is told once to stdout: here a reader that went away is a failure.
    ///
    /// # Errors
    /// When not all of it could be written.
    pub fn raw_once(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes).and_then(|()| stdout.flush())
    }

    /// Writes CSV: the data as it is for programs, and harmless where a terminal would obey it.
    fn csv(&self, csv: &str) -> io::Result<()> {
        if !io::stdout().is_terminal() {
            return self.stdout(csv);
        }
        let lines = csv.lines().map(|line| text::safe_up_to(line, usize::MAX) + "\n");
        self.stdout(&lines.collect::<String>())
    }

    fn stdout(&self, text: &str) -> io::Result<()> {
        self.streams.out(text.as_bytes())
    }

    fn stderr_line(&self, line: &str) {
        self.streams.err(format!("{line}\n").as_bytes());
    }

    fn painted(&self, word: &str, ansi: &str) -> String {
        if self.look.color { format!("\x1b[{ansi}m{word}\x1b[0m") } else { word.to_owned() }
    }
}

/// Returns whether a terminal shows this text as it is; some that is harmless is not known to be.
pub fn is_harmless(text: &str) -> bool {
    matches!(text::safe(text), Cow::Borrowed(_))
}

/// Writes a refusal of arguments to stderr, whatever it repeats of them.
pub fn refusal(message: &str) {
    let lines: Vec<_> = message.lines().map(text::safe).collect();
    // There is nowhere left to tell that stderr is gone.
    let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
}

/// Breaks a sentence at blanks where stderr is a terminal that it is too long for.
fn wrapped(sentence: &str, indent: usize) -> String {
    let width = Some(Term::stderr()).filter(|_| io::stderr().is_terminal()).and_then(|it| it.size_checked());
    let width = width.map(|(_, columns)| columns.max(WIDTH_MIN));
    sheet::sentence(sentence, indent, width).trim_end_matches('\n').to_owned()
}

/// Returns the terminal's width, or nothing where stdout is none: lines are then as long as they need to be.
fn width() -> Option<u16> {
    if !io::stdout().is_terminal() {
        return None;
    }
    Term::stdout().size_checked().map(|(_, columns)| columns.max(WIDTH_MIN))
}

/// Replaces the message of a panic by its place: the payload may repeat data or a secret.
pub fn hide_panic_payloads() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        let version = env!("CARGO_PKG_VERSION");
        let _ = writeln!(io::stderr(), "stripesync {version} met a bug at {place}; please report this line");
    }));
}
