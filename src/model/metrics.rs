//! Figures in the text that Prometheus reads, format 0.0.4. Pure.

/// What kind of figure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureKind {
    /// Only grows, until the program starts anew.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How many took no longer than so long.
    Histogram,
}

impl FigureKind {
    fn name(self) -> &'static str {
        match self {
            FigureKind::Counter => "counter",
            FigureKind::Gauge => "gauge",
            FigureKind::Histogram => "histogram",
        }
    }
}

/// Figures of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    name: &'static str,
    kind: FigureKind,
    help: &'static str,
    samples: Vec<Sample>,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sample {
    /// What stands behind the name.
    suffix: &'static str,
    labels: Vec<(&'static str, String)>,
    value: String,
}

impl Family {
    /// Begins a family without figures.
    pub fn new(name: &'static str, kind: FigureKind, help: &'static str) -> Family {
        Family { name, kind, help, samples: Vec::new() }
    }

    /// A family of one figure without labels; none where it is not known.
    pub fn one(name: &'static str, kind: FigureKind, help: &'static str, value: impl Into<Option<i64>>) -> Family {
        value.into().into_iter().fold(Family::new(name, kind, help), |family, value| family.with(&[], value))
    }

    /// Adds a figure.
    pub fn with(mut self, labels: &[(&'static str, &str)], value: impl ToString) -> Family {
        self.add("", labels, value.to_string());
        self
    }

    /// Adds a histogram: how many took no longer than each bound, how many there were, and their time together; all times
    /// in microseconds, which are told as seconds.
    pub fn histogram(mut self, bounds_us: &[u64], up_to: &[u64], count: u64, time_us: u64) -> Family {
        for (bound_us, up_to) in bounds_us.iter().zip(up_to) {
            self.add("_bucket", &[("le", &seconds(*bound_us))], up_to.to_string());
        }
        self.add("_bucket", &[("le", "+Inf")], count.to_string());
        self.add("_sum", &[], seconds(time_us));
        self.add("_count", &[], count.to_string());
        self
    }

    fn add(&mut self, suffix: &'static str, labels: &[(&'static str, &str)], value: String) {
        let labels = labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.samples.push(Sample { suffix, labels, value });
    }
}

/// Returns microseconds as seconds, in digits.
fn seconds(us: u64) -> String {
    let text = format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Writes all families; those without figures are left out.
pub fn text(families: &[Family]) -> String {
    let mut out = String::new();
    for family in families.iter().filter(|family| !family.samples.is_empty()) {
        let Family { name, kind, help, samples } = family;
        out.push_str(&format!("# HELP {name} {}\n# TYPE {name} {}\n", escaped(help, false), kind.name()));
        for Sample { suffix, labels, value } in samples {
            let labels: Vec<String> =
                labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value, true))).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            out.push_str(&format!("{name}{suffix}{labels} {value}\n"));
        }
    }
    out
}

/// Hides what would end a line, or a label's value.
fn escaped(text: &str, is_value: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '"' if is_value => out.push_str("\\\""),
            c => out.push(c),
        }
    }
    out
}

/// What a monitor wants to know of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileFigures {
    /// Events of the log: service, status, how many.
    pub events: Vec<(String, String, u64)>,
    /// Events that wait for their effect or for another attempt, by priority.
    pub queue: [u64; 3],
    /// When the oldest of them came in, unix seconds.
    pub oldest_waiting_s: Option<i64>,
    /// Objects and lists that are still to be asked for.
    pub fetches: u64,
    /// Bytes of the file and its WAL.
    pub bytes: u64,
    /// Every account, where they are no more than [`SERIES_MAX`].
    pub accounts: Vec<AccountFigures>,
    /// How many accounts stand alike.
    pub groups: Vec<AccountGroup>,
}

/// With more accounts than these none has figures of its own: a monitor keeps a series for each.
pub const SERIES_MAX: usize = 100;

/// What a monitor wants to know of accounts that stand alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountGroup {
    /// `stripe`, `fic`.
    pub provider: String,
    /// `live`, `test`, `sandbox`.
    pub mode: String,
    /// `active`, `failing`, …
    pub status: &'static str,
    /// So many.
    pub accounts: u64,
    /// Those of which no sync came to its end.
    pub never_synced: u64,
    /// When the last sync of the one ended that was synced longest ago, unix seconds.
    pub oldest_sync_s: Option<i64>,
}

/// What a monitor wants to know of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFigures {
    /// `stripe`, `fic`.
    pub provider: String,
    /// The account's own id.
    pub account: String,
    /// `live`, `test`, `sandbox`.
    pub mode: String,
    /// When its last sync ended, unix seconds.
    pub last_sync_s: Option<i64>,
    /// Until when its events are known.
    pub events_until_s: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_the_format_wants_them() {
        let families = [
            Family::new("a_total", FigureKind::Counter, "A \"b\" \\ of\nc.").with(&[("x", "1\"2\\3\n"), ("y", "é")], 7),
            Family::one("b", FigureKind::Gauge, "B.", 5),
            Family::one("c", FigureKind::Gauge, "Not known.", None),
            Family::new("d_seconds", FigureKind::Histogram, "D.").histogram(&[100, 1_000_000], &[1, 3], 4, 2_500_000),
        ];
        let wanted = "# HELP a_total A \"b\" \\\\ of\\nc.\n# TYPE a_total counter\na_total{x=\"1\\\"2\\\\3\\n\",y=\"é\"} 7\n\
            # HELP b B.\n# TYPE b gauge\nb 5\n\
            # HELP d_seconds D.\n# TYPE d_seconds histogram\n\
            d_seconds_bucket{le=\"0.0001\"} 1\nd_seconds_bucket{le=\"1\"} 3\nd_seconds_bucket{le=\"+Inf\"} 4\n\
            d_seconds_sum 2.5\nd_seconds_count 4\n";
        assert_eq!(text(&families), wanted);
        assert_eq!(["0", "10", "2.000001"], [0, 10_000_000, 2_000_001].map(seconds).each_ref().map(String::as_str));
    }
}
