//! Owns stdout and stderr. Data goes to stdout, everything else to stderr; the only place that knows indicatif.
//!
//! Text from the services never reaches a terminal as it is: see [`text::safe`].

mod accounts;
mod ask;
mod board;
mod data;
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

    /// Shows how far one step after the other has come, until that is dropped.
    pub fn steps(&self, total: Option<u64>) -> Steps {
        self.steps_of("event", total)
    }

    /// The same for steps that are about something else: `row`, `account`.
    pub fn steps_of(&self, noun: &'static str, total: Option<u64>) -> Steps {
        Steps::new(&self.look, self.streams.bars.clone(), noun, total)
    }

    /// Returns whether one picture after the other can be drawn at the same place.
    pub fn can_redraw(&self) -> bool {
        self.look.format == Format::Table && !self.look.dumb && io::stdout().is_terminal()
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
