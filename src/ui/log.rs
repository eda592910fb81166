//! Log lines on stderr, above the bars. Only this program's own lines: what libraries log is not ours to vouch for.

use std::io::{self, Write};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use super::streams::Streams;
use super::text;

/// Longer log lines are cut: a whole page of a service's nonsense helps nobody.
const LINE_MAX: usize = 4000;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object in each line.
    Json,
}

/// Begins to log; `verbose` is absent with `--quiet`.
pub fn start(format: LogFormat, verbose: Option<u8>, streams: Streams) {
    let level = match verbose {
        None => LevelFilter::ERROR,
        Some(0) => LevelFilter::WARN,
        Some(1) => LevelFilter::INFO,
        Some(2) => LevelFilter::DEBUG,
        Some(_) => LevelFilter::TRACE,
    };
    let ours = Targets::new().with_target("stripesync", level);
    let writer = AboveBars { streams, is_text: format == LogFormat::Text };
    let layer = fmt::layer().with_ansi(false).with_writer(writer);
    let layer = match format {
        LogFormat::Text => layer.with_filter(ours).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_filter(ours).boxed(),
    };
    // A second start, as tests of one process make, keeps the first.
    let _ = tracing_subscriber::registry().with(layer).try_init();
}

#[derive(Clone)]
struct AboveBars {
    streams: Streams,
    is_text: bool,
}

impl<'a> MakeWriter<'a> for AboveBars {
    type Writer = AboveBars;
    fn make_writer(&'a self) -> AboveBars {
        self.clone()
    }
}

impl Write for AboveBars {
    /// Takes one whole line: the subscriber formats an event before it writes it.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let shown = if self.is_text { harmless(line) } else { line.to_vec() };
        self.streams.err(&shown);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn harmless(line: &[u8]) -> Vec<u8> {
    let line = String::from_utf8_lossy(line);
    let mut shown = text::safe_up_to(line.trim_end_matches('\n'), LINE_MAX).into_owned();
    shown.push('\n');
    shown.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_stays_one_harmless_line() {
        assert_eq!(harmless(b"warn: a\x1b[2J\nb\n"), b"warn: a\\u{1b}[2J\\u{a}b\n");
    }
}
