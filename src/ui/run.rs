//! What a run did, as tables, CSV and sentences. Pure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::sheet::{self, Column, names, numbers, whole};
use super::text::{safe, safe_up_to};
use super::units::{counted, grouped, seconds, span};
use crate::model::progress::{Counts, EVENTS, Outcome, ResourceReport};
use crate::model::report::{ClockOff, RunReport};

/// Where there is no room for all, what has nothing to tell goes first.
fn columns(all: &Counts, is_well: bool) -> [Column; 8] {
    let rank = |count, rank| if count == 0 { 0 } else { rank };
    [
        names("resource"),
        numbers("new"),
        numbers("changed").dropped(rank(all.changed, 6)),
        numbers("deleted").dropped(rank(all.deleted, 5)),
        numbers("unchanged").dropped(rank(all.unchanged, 3)),
        numbers("requests").dropped(4),
        numbers("seconds").dropped(1),
        whole("outcome").dropped(if is_well { 2 } else { 7 }),
    ]
}

/// In a narrower terminal the resources' service stands above the table only.
const QUALIFIED_MIN: u16 = 100;
/// Characters of a sentence that names several objects.
const GAPS_LENGTH_MAX: usize = 800;
/// More lines than this for one account are no longer read.
const LINES_MAX: usize = 30;

/// Returns the outcome in a word or two.
pub fn outcome(report: &ResourceReport) -> &'static str {
    match report.outcome {
        Outcome::Complete if !report.gaps.is_none() => "with gaps",
        Outcome::Complete => "complete",
        Outcome::Partial => "partial",
        Outcome::NotAvailable(_) => "not available",
        Outcome::Forbidden(_) => "forbidden",
        Outcome::Failed(_) => "failed",
        Outcome::Interrupted => "interrupted",
    }
}

/// Returns what the service or the program said about an outcome, and which columns are empty.
pub fn detail(report: &ResourceReport) -> Option<String> {
    let why = match &report.outcome {
        Outcome::NotAvailable(text) | Outcome::Forbidden(text) | Outcome::Failed(text) => Some(text.clone()),
        Outcome::Complete | Outcome::Partial | Outcome::Interrupted => None,
    };
    let gaps = (!report.gaps.is_none()).then(|| report.gaps.to_string());
    let parts: Vec<String> = why.into_iter().chain(gaps).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Draws the closing table, one for each account; one that had nothing new has a line. Resources without rows are summed
/// up unless `all` are wanted. Whatever is shown, the requests add up to those of the last line.
pub fn table(report: &RunReport, all: bool, width: Option<u16>) -> String {
    let mut accounts: BTreeMap<(&str, &str), Vec<&ResourceReport>> = BTreeMap::new();
    for resource in &report.resources {
        accounts.entry((&resource.account, &resource.mode)).or_default().push(resource);
    }
    let modes: BTreeSet<&str> = accounts.keys().map(|(_, mode)| *mode).collect();
    let mut out = String::new();
    for ((account, mode), resources) in &accounts {
        let service = resources.first().and_then(|it| it.name.split_once(':')).map_or("", |(service, _)| service);
        let account = format!("{} {}", safe(service), safe(&label(account, mode, &modes)));
        if !all && report.signal.is_none() && report.locked.is_none() && is_up_to_date(resources) {
            let line = format!("{account} is up to date: {}", nothing_new(resources));
            out.push_str(&format!("{}\n", sheet::sentence(&line, 0, width)));
        } else {
            out.push_str(&format!("{account}\n{}\n", account_table(resources, all, width)));
        }
    }
    let named: u64 = report.resources.iter().map(|resource| resource.counts.requests).sum();
    let others = match report.requests.saturating_sub(named) {
        0 => String::new(),
        others => format!(" ({} to find the accounts)", grouped(others)),
    };
    out.push_str(&format!("{} in {} s{others}\n", counted(report.requests, "request"), seconds(report.took_ms)));
    out
}

fn is_up_to_date(resources: &[&ResourceReport]) -> bool {
    resources.iter().all(|resource| {
        let c = resource.counts;
        let is_well =
            matches!(resource.outcome, Outcome::Complete | Outcome::NotAvailable(_)) && resource.gaps.is_none();
        is_well && c.new + c.changed + c.deleted == 0
    })
}

/// Says what a run did that found nothing new.
fn nothing_new(resources: &[&ResourceReport]) -> String {
    let all = sum(resources);
    let again = match all.unchanged {
        0 => String::new(),
        rows => format!(", {} seen", counted(rows, "row")),
    };
    format!("{}{again} (-v)", counted(all.requests, "request"))
}

fn account_table(resources: &[&ResourceReport], all: bool, width: Option<u16>) -> String {
    let (shown, summed): (Vec<&ResourceReport>, Vec<&ResourceReport>) =
        resources.iter().partition(|resource| all || is_worth_a_line(resource));
    let (shown, smaller) = if all { (shown, Vec::new()) } else { largest(shown) };
    let is_well = shown.iter().all(|resource| resource.outcome == Outcome::Complete && resource.gaps.is_none());
    let (absent, quiet): (Vec<&ResourceReport>, Vec<_>) =
        summed.into_iter().partition(|resource| matches!(resource.outcome, Outcome::NotAvailable(_)));
    let is_qualified = width.is_none_or(|width| width >= QUALIFIED_MIN);
    let mut rows: Vec<Vec<String>> = shown.iter().map(|resource| row(resource, is_qualified)).collect();
    for (folded, what) in [(smaller, "smaller tables"), (quiet, "with nothing new"), (absent, "not available")] {
        match folded[..] {
            [] => {}
            // One line is as long as the line that would stand for it.
            [one] => rows.push(row(one, is_qualified)),
            _ => rows.push(sum_row(format!("{} {what} (-v)", folded.len()), &folded)),
        }
    }
    if rows.len() > 1 {
        let tables = resources.iter().filter(|resource| resource.name != EVENTS).count();
        rows.push(sum_row(format!("total of {}", counted(tables as u64, "table")), resources));
    }
    sheet::table(&columns(&sum(resources), is_well), &rows, width)
}

fn is_worth_a_line(resource: &ResourceReport) -> bool {
    let c = resource.counts;
    match resource.outcome {
        _ if !resource.gaps.is_none() => true,
        Outcome::Complete | Outcome::Partial | Outcome::Interrupted => c.new + c.changed + c.deleted + c.unchanged > 0,
        Outcome::NotAvailable(_) => false,
        Outcome::Forbidden(_) | Outcome::Failed(_) => true,
    }
}

/// Parts the resources, in the order given, into those worth a line each and the many with fewer rows.
fn largest(shown: Vec<&ResourceReport>) -> (Vec<&ResourceReport>, Vec<&ResourceReport>) {
    // One line too many is not worth a line that says so.
    if shown.len() <= LINES_MAX + 1 {
        return (shown, Vec::new());
    }
    let touched = |c: &Counts| (c.new + c.changed + c.deleted, c.unchanged);
    let mut order: Vec<usize> = (0..shown.len()).collect();
    order.sort_by_key(|&at| Reverse(touched(&shown[at].counts)));
    let kept: HashSet<usize> = order.into_iter().take(LINES_MAX).collect();
    // What went wrong is told whatever its size.
    let is_shown = |(at, resource): &(usize, &ResourceReport)| {
        kept.contains(at)
            || matches!(resource.outcome, Outcome::Failed(_) | Outcome::Forbidden(_))
            || !resource.gaps.is_none()
    };
    let (shown, smaller): (Vec<_>, Vec<_>) = shown.into_iter().enumerate().partition(is_shown);
    (
        shown.into_iter().map(|(_, resource)| resource).collect(),
        smaller.into_iter().map(|(_, resource)| resource).collect(),
    )
}

fn row(resource: &ResourceReport, is_qualified: bool) -> Vec<String> {
    let plain = resource.name.split_once(':').filter(|_| !is_qualified).map(|(_, plain)| plain);
    let mut row = vec![plain.unwrap_or(&resource.name).to_owned()];
    row.extend(counts(resource.counts));
    row.push(seconds(resource.took_ms));
    row.push(outcome(resource).to_owned());
    row
}

fn counts(c: Counts) -> impl Iterator<Item = String> {
    [c.new, c.changed, c.deleted, c.unchanged, c.requests].into_iter().map(grouped)
}

fn sum(resources: &[&ResourceReport]) -> Counts {
    let of = |count: fn(&Counts) -> u64| resources.iter().map(|resource| count(&resource.counts)).sum();
    Counts {
        new: of(|c| c.new),
        changed: of(|c| c.changed),
        deleted: of(|c| c.deleted),
        unchanged: of(|c| c.unchanged),
        requests: of(|c| c.requests),
    }
}

fn sum_row(name: String, resources: &[&ResourceReport]) -> Vec<String> {
    let mut row = vec![name];
    row.extend(counts(sum(resources)));
    // Resources are read side by side: their seconds add up to nothing that anyone waited for.
    row.extend([String::new(), String::new()]);
    row
}

/// Returns a sentence for every service whose clock this machine's is far from.
pub fn clocks(report: &RunReport) -> Vec<String> {
    let sentence = |off: &ClockOff| {
        let (way, by) = (if off.behind_s > 0 { "behind" } else { "ahead of" }, span(off.behind_s.unsigned_abs()));
        let service = if off.service == "fic" { "Fatture in Cloud" } else { "Stripe" };
        format!("this machine's clock is {by} {way} {service}'s; times in the file are the service's")
    };
    report.clocks.iter().map(sentence).collect()
}

/// Returns a sentence for everything that did not go well.
pub fn troubles(report: &RunReport) -> Vec<String> {
    let mut lines = Vec::new();
    for failure in &report.failures {
        lines.push(format!("{} failed: {}", safe(&failure.account), safe(&failure.message)));
    }
    for resource in &report.resources {
        let account = safe(&resource.account);
        match &resource.outcome {
            Outcome::Failed(why) => lines.push(format!("{} of {account} failed: {}", resource.name, safe(why))),
            Outcome::Forbidden(why) => {
                lines.push(format!(
                    "{} of {account} was left out, the key may not read it: {}",
                    resource.name,
                    safe(why)
                ));
            }
            Outcome::Complete | Outcome::Partial | Outcome::NotAvailable(_) | Outcome::Interrupted => {}
        }
        if !resource.gaps.is_none() {
            lines.push(format!(
                "{} of {account} has gaps: {}",
                resource.name,
                safe_up_to(&resource.gaps.to_string(), GAPS_LENGTH_MAX)
            ));
        }
    }
    lines
}

/// Returns the table that something read has its rows in, by its qualified name.
pub fn table_of(name: &str) -> String {
    match name {
        EVENTS => "webhook_events".to_owned(),
        "stripe:account" | "fic:companies" => "accounts".to_owned(),
        resource => resource.replacen(':', "_", 1),
    }
}

/// Returns the service that a qualified name belongs to.
pub fn provider_of(name: &str) -> &str {
    name.split_once(':').map_or("", |(provider, _)| provider)
}

/// Writes the closing table as CSV, every resource in it.
pub fn csv(report: &RunReport) -> String {
    let titles = [
        "provider",
        "account",
        "mode",
        "resource",
        "table",
        "new",
        "changed",
        "deleted",
        "unchanged",
        "requests",
        "took_ms",
        "outcome",
        "detail",
    ];
    let rows: Vec<Vec<String>> = report
        .resources
        .iter()
        .map(|resource| {
            let c = resource.counts;
            let mut row = whose(&resource.name, &resource.account, &resource.mode).to_vec();
            row.extend([c.new, c.changed, c.deleted, c.unchanged, c.requests, resource.took_ms].map(|n| n.to_string()));
            row.push(outcome(resource).to_owned());
            row.push(detail(resource).unwrap_or_default());
            row
        })
        .collect();
    sheet::csv(&titles, &rows)
}

/// Returns the first cells of every CSV line: provider, account, mode, resource, table.
pub fn whose(name: &str, account: &str, mode: &str) -> [String; 5] {
    [provider_of(name).to_owned(), account.to_owned(), mode.to_owned(), name.to_owned(), table_of(name)]
}

/// Returns how people are told whose something is: with the mode where there is more than one.
pub fn label(account: &str, mode: &str, modes: &BTreeSet<&str>) -> String {
    if modes.len() > 1 { format!("{account} ({mode})") } else { account.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::progress::Gaps;
    use crate::model::report::AccountFailure;
    use unicode_width::UnicodeWidthStr;

    fn resource(name: &str, account: &str, new: u64, outcome: Outcome) -> ResourceReport {
        let counts = Counts { new, requests: 3, unchanged: 2 * new, ..Counts::default() };
        ResourceReport {
            name: name.into(),
            account: account.into(),
            mode: "live".into(),
            counts,
            took_ms: 1234,
            outcome,
            gaps: Gaps::default(),
        }
    }

    fn report() -> RunReport {
        RunReport {
            resources: vec![
                resource("stripe:customers", "acct_1", 123_456, Outcome::Complete),
                resource("stripe:customer_balance_transactions", "acct_1", 9_876_543, Outcome::Complete),
                resource("stripe:reviews", "acct_1", 0, Outcome::Complete),
                resource("stripe:issuing_cards", "acct_1", 0, Outcome::NotAvailable("no Issuing".into())),
                resource("stripe:invoices", "acct_1", 0, Outcome::Failed("boom\x1b[2J".into())),
                resource("stripe:payouts", "acct_1", 0, Outcome::Forbidden("rak_payout_read".into())),
            ],
            requests: 18,
            took_ms: 2500,
            ..RunReport::default()
        }
    }

    #[test]
    fn the_closing_table_fits_eighty_columns_and_keeps_numbers_whole() {
        let drawn = table(&report(), false, Some(80));
        assert!(drawn.lines().all(|line| line.width() <= 80), "{drawn}");
        for part in ["9,876,543", "\ncustomers ", "failed", "forbidden", "total of 6 tables", "9,999,999", "unchanged"]
        {
            assert!(drawn.contains(part), "{part} in\n{drawn}");
        }
        assert!(drawn.starts_with("stripe acct_1\n"), "{drawn}");
        // What a line would stand for alone is itself.
        assert!(
            drawn.contains("\nreviews ") && drawn.contains("\nissuing_cards ") && !drawn.contains("(-v)"),
            "{drawn}"
        );
        let mut more = report();
        more.resources.push(resource("stripe:topups", "acct_1", 0, Outcome::Complete));
        more.resources.push(resource("stripe:events", "acct_1", 0, Outcome::Complete));
        let drawn = table(&more, false, Some(80));
        assert!(drawn.contains("\n3 with nothing new (-v) ") && drawn.contains("\ntotal of 7 tables "), "{drawn}");
        assert!(!drawn.contains("reviews"), "{drawn}");
    }

    #[test]
    fn no_width_breaks_a_name_or_a_number_that_has_room() {
        for width in [60, 80, 100, 132] {
            let drawn = table(&report(), false, Some(width));
            assert!(drawn.lines().all(|line| line.width() <= width.into()), "{drawn}");
            let whole = ["customer_balance_transactions ", "9,876,543", "failed"];
            assert!(whole.iter().all(|part| drawn.contains(part)), "{drawn}");
            assert_eq!(drawn.lines().count(), 11, "a line each\n{drawn}");
        }
    }

    #[test]
    fn the_requests_shown_add_up() {
        let mut report = report();
        report.requests += 2;
        let drawn = table(&report, false, None);
        let requests = |line: &str| line.split("  ").filter(|cell| !cell.trim().is_empty()).nth(5).map(str::to_owned);
        let shown: Vec<u64> =
            drawn.lines().skip(2).map_while(|line| requests(line).and_then(|cell| cell.trim().parse().ok())).collect();
        let (total, rows) = shown.split_last().expect("rows");
        assert_eq!((*total, rows.iter().sum::<u64>()), (18, 18), "{drawn}");
        assert!(drawn.ends_with("20 requests in 2.5 s (2 to find the accounts)\n"), "{drawn}");
    }

    #[test]
    fn an_account_with_nothing_new_is_one_line() {
        let mut report = report();
        report.resources.truncate(3);
        for resource in &mut report.resources {
            resource.counts = Counts { unchanged: 5, requests: 2, ..Counts::default() };
        }
        let line = "stripe acct_1 is up to date: 6 requests, 15 rows seen (-v)";
        let drawn = table(&report, false, Some(80));
        assert!(drawn.starts_with(line) && drawn.lines().count() == 3, "{drawn}");
        assert!(table(&report, true, None).contains("stripe:reviews"));
        report.signal = Some(2);
        assert!(!table(&report, false, None).contains("up to date"), "it was cut short");
        report.signal = None;
        report.resources[0].outcome = Outcome::Failed("boom".into());
        assert!(!table(&report, false, None).contains("up to date"), "it failed");
    }

    #[test]
    fn a_long_closing_table_sums_up_the_small_ones_and_none_that_failed() {
        let mut resources: Vec<_> =
            (0..90).map(|n| resource(&format!("stripe:r{n}"), "acct_1", n + 1, Outcome::Complete)).collect();
        resources.push(resource("stripe:broken", "acct_1", 0, Outcome::Failed("boom".into())));
        let report = RunReport { resources, ..RunReport::default() };
        let drawn = table(&report, false, Some(80));
        assert!(drawn.lines().count() < 40, "{drawn}");
        let small = drawn.lines().find(|line| line.starts_with("60 smaller tables (-v)")).expect("a line");
        // 1 + 2 + … + 60.
        assert_eq!(small.split_whitespace().nth(4), Some("1,830"), "{drawn}");
        assert!(drawn.contains("\nr89 ") && drawn.contains("\nbroken ") && !drawn.contains("\nr5 "));
        assert_eq!(table(&report, true, None).matches("stripe:").count(), 91);
    }

    #[test]
    fn without_a_terminal_every_resource_is_one_line() {
        let drawn = table(&report(), true, None);
        let line = drawn.lines().find(|line| line.starts_with("stripe:customer_balance_transactions")).expect("a line");
        let cells: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(cells[1..], ["9,876,543", "0", "0", "19,753,086", "3", "1.2", "complete"]);
        assert!(drawn.contains("stripe:reviews") && drawn.contains("not available"));
    }

    #[test]
    fn an_account_in_two_modes_has_two_tables_that_say_which_is_which() {
        let live = resource("stripe:customers", "acct_1", 7, Outcome::Complete);
        let test =
            ResourceReport { mode: "test".into(), ..resource("stripe:customers", "acct_1", 2, Outcome::Complete) };
        let both = RunReport { resources: vec![live, test], ..RunReport::default() };
        let drawn = table(&both, false, None);
        let (live_at, test_at) = (drawn.find("stripe acct_1 (live)\n"), drawn.find("stripe acct_1 (test)\n"));
        assert!(live_at.is_some() && live_at < test_at, "{drawn}");
        let records = csv(&both);
        assert!(records.contains("stripe,acct_1,live,") && records.contains("stripe,acct_1,test,"), "{records}");
        let one = RunReport { resources: vec![both.resources[0].clone()], ..RunReport::default() };
        assert!(table(&one, false, None).starts_with("stripe acct_1\n"));
    }

    #[test]
    fn accounts_have_tables_of_their_own() {
        let mut report = report();
        report.resources.push(resource("stripe:customers", "acct_2", 5, Outcome::Complete));
        let drawn = table(&report, false, None);
        assert!(drawn.starts_with("stripe acct_1\n") && drawn.contains("\nstripe acct_2\n"), "{drawn}");
    }

    #[test]
    fn troubles_name_the_resource_and_are_safe_to_print() {
        let mut report = report();
        report.failures.push(AccountFailure { account: "acct_9".into(), message: "the key was refused".into() });
        assert_eq!(
            troubles(&report),
            [
                "acct_9 failed: the key was refused",
                r"stripe:invoices of acct_1 failed: boom\u{1b}[2J",
                "stripe:payouts of acct_1 was left out, the key may not read it: rak_payout_read",
            ]
        );
    }

    #[test]
    fn csv_has_every_resource() {
        let text = csv(&report());
        assert_eq!(text.lines().count(), 7);
        assert!(
            text.contains(
                "\nstripe,acct_1,live,stripe:issuing_cards,stripe_issuing_cards,0,0,0,0,3,1234,not available,no Issuing\n"
            ),
            "{text}"
        );
    }
}
