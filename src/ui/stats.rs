//! The figures of the event log, as tables and CSV. Pure.

use super::events::priority;
use super::sheet::{self, names, numbers, whole};
use super::status::service;
use super::units::{counted, grouped, moment, span, took};
use crate::model::log::{HourStats, KindStats, LogStats, Outcomes, QueueStats, basis_points};

/// Types that are shown unless all are wanted.
const KINDS_SHOWN: usize = 20;

/// Returns a share in percent with two decimals: `99.96`; only all is `100.00`, only nothing `0.00`.
pub fn percent(part: u64, of: u64) -> Option<String> {
    basis_points(part, of).map(|points| format!("{}.{:02}", points / 100, points % 100))
}

/// Returns how many retries there were for each event that was tried, with two decimals: `0.04`.
pub fn average_retries(outcomes: &Outcomes) -> Option<String> {
    let hundredths = u128::from(outcomes.retries) * 100 / u128::from((outcomes.tried > 0).then_some(outcomes.tried)?);
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

/// Draws the figures.
pub fn table(stats: &LogStats, all: bool, width: Option<u16>) -> String {
    let mut out = totals(stats, width);
    out.push_str(&format!("\n{}", queue(stats, width)));
    if !stats.kinds.is_empty() {
        out.push_str(&format!("\n{}", kinds(&stats.kinds, all, width)));
    }
    let is_shown = |hour: &&HourStats| all || hour.delivered + hour.listed > 0;
    let rows: Vec<Vec<String>> = stats.hours.iter().filter(is_shown).map(hour).collect();
    if rows.is_empty() {
        out.push_str("\nno event came in during the last 24 hours\n");
    } else {
        let columns = [whole("hour (UTC)"), numbers("webhooks"), numbers("failed"), numbers("by sync")];
        out.push_str(&format!("\n{}", sheet::table(&columns, &rows, width)));
    }
    out
}

fn totals(stats: &LogStats, width: Option<u16>) -> String {
    let of = &stats.delivered;
    let none = || "none yet".to_owned();
    let rate = percent(of.succeeded(), of.ended()).map_or_else(none, |percent| format!("{percent} %"));
    let mut rows = vec![
        ("Total Webhooks", grouped(of.total())),
        ("Success Rate", rate),
        ("Failed Count", grouped(of.unsuccessful())),
        ("Duplicates Prevented", grouped(stats.duplicates)),
        ("Average Retry Count", average_retries(of).unwrap_or_else(none)),
    ];
    // Fatture in Cloud has no list of what happened.
    if stats.provider != Some("fic") {
        rows.push(("Events read by sync", grouped(stats.listed.total())));
    }
    match &stats.accounts[..] {
        [] => {}
        [account] => rows.insert(0, ("Account", account.clone())),
        several => rows.insert(0, ("Accounts", grouped(several.len() as u64))),
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    let heading = stats.provider.map_or("figure", service);
    sheet::table(&[whole(heading), numbers("value")], &rows, width)
}

fn queue(stats: &LogStats, width: Option<u16>) -> String {
    let row = |queue: &QueueStats| {
        let age = |oldest_s: i64| span(stats.at_s.saturating_sub(oldest_s).max(0).unsigned_abs());
        let oldest = queue.oldest_s.map(age).unwrap_or_default();
        vec![priority(queue.priority).to_owned(), grouped(queue.waiting), grouped(queue.failed), oldest]
    };
    let rows: Vec<Vec<String>> = stats.queue.iter().map(row).collect();
    let columns = [whole("queue"), numbers("waiting"), numbers("to retry"), whole("oldest waits for")];
    sheet::table(&columns, &rows, width)
}

fn kinds(kinds: &[KindStats], all: bool, width: Option<u16>) -> String {
    let time = |us: Option<u64>| us.map(took).unwrap_or_default();
    let row = |kind: &KindStats| {
        let of = &kind.outcomes;
        let counts = [of.total(), of.unsuccessful()].map(grouped);
        let times = [kind.p50_us, kind.p95_us, kind.p99_us].map(time);
        std::iter::once(kind.kind.clone()).chain(counts).chain(times).collect::<Vec<_>>()
    };
    let shown = if all { kinds.len() } else { kinds.len().min(KINDS_SHOWN) };
    let rows: Vec<Vec<String>> = kinds[..shown].iter().map(row).collect();
    let columns = [
        names("type"),
        numbers("webhooks"),
        numbers("failed"),
        numbers("p50").dropped(1),
        numbers("p95").dropped(2),
        numbers("p99").dropped(3),
    ];
    let mut out = sheet::table(&columns, &rows, width);
    if shown < kinds.len() {
        let more = counted((kinds.len() - shown) as u64, "type");
        out.push_str(&format!("and {more} more (-v)\n"));
    }
    out
}

fn hour(hour: &HourStats) -> Vec<String> {
    // `2026-11-21 08:00:00Z` without the seconds, which are none.
    let begin: String = moment(hour.from_s).chars().take("2026-11-21 08:00".len()).collect();
    let counts = [hour.delivered, hour.unsuccessful, hour.listed].map(grouped);
    std::iter::once(begin).chain(counts).collect()
}

/// Writes every figure as a line: what it is about, and the counts.
pub fn csv(stats: &LogStats) -> String {
    let titles = [
        "section",
        "name",
        "events",
        "processed",
        "ignored",
        "failed",
        "dead",
        "waiting",
        "duplicates",
        "retries",
        "p50_us",
        "p95_us",
        "p99_us",
        "oldest_s",
    ];
    let none = String::new;
    let outcomes = |section: &str, name: &str, of: &Outcomes, duplicates: String| {
        let counts = [of.total(), of.processed, of.ignored, of.failed, of.dead, of.waiting].map(|n| n.to_string());
        let mut row = vec![section.to_owned(), name.to_owned()];
        row.extend(counts);
        row.extend([duplicates, of.retries.to_string(), none(), none(), none(), none()]);
        row
    };
    let mut rows = vec![
        outcomes("total", "webhooks", &stats.delivered, stats.duplicates.to_string()),
        outcomes("total", "sync", &stats.listed, none()),
    ];
    for kind in &stats.kinds {
        let mut row = outcomes("type", &kind.kind, &kind.outcomes, none());
        for (at, us) in [kind.p50_us, kind.p95_us, kind.p99_us].into_iter().enumerate() {
            row[10 + at] = us.map(|us| us.to_string()).unwrap_or_default();
        }
        rows.push(row);
    }
    let plain = |section: &str, name: String| {
        let mut row = vec![none(); titles.len()];
        (row[0], row[1]) = (section.to_owned(), name);
        row
    };
    for hour in &stats.hours {
        for (section, count) in [("hour of webhooks", hour.delivered), ("hour of sync", hour.listed)] {
            let mut row = plain(section, hour.from_s.to_string());
            row[2] = count.to_string();
            rows.push(row);
        }
    }
    for queue in &stats.queue {
        let mut row = plain("queue", priority(queue.priority).to_owned());
        row[2] = (queue.waiting + queue.failed).to_string();
        (row[5], row[7]) = (queue.failed.to_string(), queue.waiting.to_string());
        row[13] = queue.oldest_s.map(|s| s.to_string()).unwrap_or_default();
        rows.push(row);
    }
    sheet::csv(&titles, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    fn stats() -> LogStats {
        let delivered =
            Outcomes { processed: 9996, dead: 3, failed: 1, tried: 10_000, retries: 412, waiting: 2, ignored: 0 };
        let kind = |number: u64| KindStats {
            kind: format!("customer.subscription.trial_will_end_{number}"),
            outcomes: Outcomes { processed: 30 - number, ..Outcomes::default() },
            p50_us: Some(850),
            p95_us: Some(1_234),
            p99_us: Some(2_345_678),
        };
        LogStats {
            at_s: 1_793_494_800,
            provider: None,
            accounts: Vec::new(),
            delivered,
            listed: Outcomes { processed: 12_000, ..Outcomes::default() },
            duplicates: 17,
            kinds: (0..22).map(kind).collect(),
            hours: vec![
                HourStats { from_s: 1_793_491_200, delivered: 10, unsuccessful: 1, listed: 0 },
                HourStats { from_s: 1_793_494_800, ..HourStats::default() },
            ],
            queue: vec![
                QueueStats { priority: 0, waiting: 2, failed: 1, oldest_s: Some(1_793_494_620) },
                QueueStats { priority: 2, ..QueueStats::default() },
            ],
        }
    }

    #[test]
    fn the_figures_are_told_and_a_failure_is_never_rounded_away() {
        let drawn = table(&stats(), false, None);
        let line = |begin: &str| {
            let line = drawn.lines().find(|line| line.starts_with(begin)).unwrap_or_default();
            line[begin.len().min(line.len())..].trim().to_owned()
        };
        for (name, wanted) in [
            ("Total Webhooks", "10,002"),
            ("Success Rate", "99.96 %"),
            ("Failed Count", "4"),
            ("Duplicates Prevented", "17"),
            ("Average Retry Count", "0.04"),
            ("Events read by sync", "12,000"),
            ("high", "2         1  3 min"),
            ("low", "0         0"),
            ("2026-11-01 00:00", "10       1        0"),
            ("customer.subscription.trial_will_end_0", "30       0  850 µs  1.2 ms  2.34 s"),
            ("and ", "2 types more (-v)"),
        ] {
            assert_eq!(line(name), wanted, "{name} in\n{drawn}");
        }
        assert!(!drawn.contains("2026-11-01 01:00"), "an hour without events says nothing");
        let all_but_one = LogStats { kinds: stats().kinds[..=KINDS_SHOWN].to_vec(), ..stats() };
        assert!(table(&all_but_one, false, None).contains("\nand 1 type more (-v)\n"));
        let all = table(&stats(), true, None);
        assert!(all.contains("2026-11-01 01:00") && all.contains("trial_will_end_21"), "{all}");
        let fic = table(&LogStats { provider: Some("fic"), ..stats() }, false, None);
        assert!(fic.starts_with("Fatture in Cloud  "), "{fic}");
        assert!(!fic.contains("Events read by sync"), "{fic}");
        for width in [40, 60, 80] {
            let drawn = table(&stats(), true, Some(width));
            assert!(drawn.lines().all(|line| line.width() <= width.into()), "{width}\n{drawn}");
        }
        assert_eq!((percent(9_999_999, 10_000_000), percent(3, 3)), (Some("99.99".into()), Some("100.00".into())));
    }

    #[test]
    fn an_empty_log_divides_by_nothing() {
        let drawn = table(&LogStats::default(), false, None);
        assert!(
            drawn.contains("none yet") && drawn.ends_with("\nno event came in during the last 24 hours\n"),
            "{drawn}"
        );
    }

    #[test]
    fn csv_has_a_line_for_each_figure() {
        let csv = csv(&stats());
        for line in [
            "total,webhooks,10002,9996,0,1,3,2,17,412,,,,",
            "total,sync,12000,12000,0,0,0,0,,0,,,,",
            "type,customer.subscription.trial_will_end_0,30,30,0,0,0,0,,0,850,1234,2345678,",
            "hour of webhooks,1793491200,10,,,,,,,,,,,",
            "queue,high,3,,,1,,2,,,,,,1793494620",
        ] {
            assert!(csv.lines().any(|it| it == line), "{line} in\n{csv}");
        }
    }
}
