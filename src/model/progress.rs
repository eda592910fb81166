//! What long work tells whoever watches. The engine sends these, the UI draws them.

/// The name under which the log of what changed is reported: it is read too, and is no resource.
pub const EVENTS: &str = "stripe:events";

/// How a resource's pull ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Everything the service lists is in the file.
    Complete,
    /// A part is in the file: what was asked for (`--since`), or what stands in those objects that could be read.
    Partial,
    /// The account does not have this product; asked again in a week.
    NotAvailable(String),
    /// The key lacks a permission; its name where the service told it.
    Forbidden(String),
    /// Something else went wrong; the text names it.
    Failed(String),
    /// Stopped by a signal; state saved.
    Interrupted,
}

/// Counts of one resource in one run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that were not there before.
    pub new: u64,
    /// Rows whose content changed.
    pub changed: u64,
    /// Rows that became tombstones.
    pub deleted: u64,
    /// Rows that were there before the run, and were seen again with equal content.
    pub unchanged: u64,
    /// Requests sent, retries included.
    pub requests: u64,
}

/// Values that their typed columns cannot hold: those are empty, and whoever sums them must know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gaps {
    /// How many.
    pub count: u64,
    /// Whether there are too many to count them all.
    pub is_at_least: bool,
    /// The first of them: which object, which column, which value, and why it does not fit.
    pub first: Vec<String>,
}

impl Gaps {
    /// Returns whether every column holds what was sent.
    pub fn is_none(&self) -> bool {
        self.count == 0
    }
}

impl std::fmt::Display for Gaps {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        if self.is_none() {
            return Ok(());
        }
        let more = self.count.saturating_sub(self.first.len() as u64);
        f.write_str(&self.first.join("; "))?;
        if more > 0 {
            write!(f, "; and {}{more} more", if self.is_at_least { "at least " } else { "" })?;
        }
        f.write_str(if self.count == 1 { "; that column is empty" } else { "; those columns are empty" })?;
        f.write_str(", data keeps what was sent")
    }
}

/// One resource's line in the closing table.
#[derive(Debug, Clone)]
pub struct ResourceReport {
    /// Qualified name: `stripe:customers`.
    pub name: String,
    /// The account's own id (`acct_…`, company id).
    pub account: String,
    /// `live`, `test` or `sandbox`: two keys may open one account's two data sets.
    pub mode: String,
    /// Counts.
    pub counts: Counts,
    /// How long its requests were out and its rows were written, in milliseconds.
    pub took_ms: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// What its columns cannot hold.
    pub gaps: Gaps,
}

/// A step worth drawing.
#[derive(Debug, Clone)]
pub enum Progress {
    /// A resource's work begins.
    Started {
        /// Qualified name.
        name: String,
        /// A word such as "listing", "events", "polling".
        phase: &'static str,
    },
    /// Rows of this resource are committed.
    Stored {
        /// Qualified name.
        name: String,
        /// How many since the last such step.
        rows: u64,
        /// The part of its list that is read, in thousandths of its objects, where known.
        share_permille: Option<u32>,
    },
    /// Lists of this resource under the objects that they belong to are read.
    Under {
        /// Qualified name.
        name: String,
        /// How many in this run.
        done: u64,
        /// How many with those that are known to wait.
        of: u64,
    },
    /// A resource's list is read for now; single objects of it may still come.
    Ended {
        /// Qualified name.
        name: String,
        /// Whether to its end: not what was given up.
        is_whole: bool,
    },
    /// A resource's work ended.
    Finished {
        /// How.
        report: ResourceReport,
    },
    /// A line for the user: a skip, a wait, a warning. Already one sentence without a full stop.
    Note(String),
}

/// Where progress goes. Called from the engine's threads.
pub trait Sink: Send + Sync {
    /// Takes one step; must not block.
    fn report(&self, progress: Progress);
}

/// A sink that drops everything: tests, `--quiet`.
pub struct Silent;

impl Sink for Silent {
    fn report(&self, _: Progress) {}
}
