//! How the file stands, as tables and CSV. Pure.

use super::sheet::{self, Column, names, numbers, whole};
use super::text::safe;
use super::units::{bytes, counted, grouped, moment};
use crate::model::accounts::Standing;
use crate::model::report::{
    ACCOUNTS_NAMED_MAX, AccountReport, OpenEvents, Overview, OverviewLine, ResourceState, StatusReport,
};
use crate::model::webhooks::HookTrouble;

/// Where there is no room for all, what has nothing to tell goes first.
fn columns(account: &AccountReport) -> [Column; 6] {
    let rank = |count: fn(&ResourceState) -> u64, rank| {
        if account.resources.iter().all(|resource| count(resource) == 0) { 0 } else { rank }
    };
    [
        names("table"),
        numbers("rows"),
        numbers("deleted").dropped(rank(|it| it.deleted, 5)),
        numbers("unsettled").dropped(rank(|it| it.unsettled, 4)),
        whole("last sync").dropped(1),
        whole("outcome").dropped(3),
    ]
}

/// Draws the file, its accounts and their resources. Those without rows are summed up in a line unless `all` are wanted.
pub fn table(status: &StatusReport, all: bool, width: Option<u16>) -> String {
    let accounts = status.accounts.iter().filter(|_| status.overview.is_none());
    accounts.fold(head(status, width), |out, account| out + &account_table(account, all, width))
}

/// Draws the file, and the sum of its accounts where they are many.
pub fn head(status: &StatusReport, width: Option<u16>) -> String {
    let mut out = file(status);
    if let Some(since_s) = status.log.since_s {
        out.push_str(&format!("event log: {} since {}\n", counted(status.log.events, "event"), moment(since_s)));
    }
    if status.accounts.is_empty() {
        let of = status.provider.map(|provider| format!(" of {}", service(provider))).unwrap_or_default();
        out.push_str(&format!("no account{of} yet; `stripesync sync` brings the first\n"));
    }
    if let Some(overview) = &status.overview {
        out.push('\n');
        out.push_str(&overview_table(overview, width));
        out.push_str(&hooks_of_many(status, width));
    }
    out
}

/// Draws one account below what was drawn before.
pub fn account_table(account: &AccountReport, all: bool, width: Option<u16>) -> String {
    let mut out = format!("\n{}", heading(account));
    if !account.resources.is_empty() {
        out.push_str(&sheet::table(&columns(account), &rows(account, all), width));
    }
    out
}

/// Draws the sum of accounts that are too many to be told one by one.
fn overview_table(overview: &Overview, width: Option<u16>) -> String {
    let columns = [
        whole("provider"),
        whole("mode"),
        whole("status"),
        numbers("accounts"),
        numbers("synced within a day"),
        whole("oldest sync").dropped(1),
    ];
    let row = |it: &OverviewLine| {
        vec![
            it.provider.clone(),
            it.mode.clone(),
            it.standing.name().to_owned(),
            grouped(it.accounts),
            grouped(it.synced_lately),
            it.oldest_sync_s.map_or_else(|| "never".to_owned(), moment),
        ]
    };
    let mut out = sheet::table(&columns, &overview.lines.iter().map(row).collect::<Vec<_>>(), width);
    if overview.queued > 0 {
        out.push_str(&format!("still to read: {}\n", counted(overview.queued, "object")));
    }
    out.push_str(&open_events(&overview.events));
    if !overview.failing.is_empty() {
        out.push_str("\nfailing:\n");
        for (label, failures, error) in &overview.failing {
            let times = format!("{} in a row", counted(*failures, "failure"));
            let why = error.as_deref().map(|why| format!(", {}", safe(why))).unwrap_or_default();
            out.push_str(&sheet::sentence(&format!("{}: {times}{why}", safe(label)), 2, width));
        }
        let more = overview.failing_count.saturating_sub(overview.failing.len() as u64);
        if more > 0 {
            out.push_str(&format!("  and {} more (`stripesync accounts list --status failing`)\n", grouped(more)));
        }
    }
    out.push_str("\neach by itself: `stripesync accounts list`, `stripesync status --account ID`\n");
    out
}

/// Names the first of many accounts' webhooks that are not as they should be.
fn hooks_of_many(status: &StatusReport, width: Option<u16>) -> String {
    let mut told = status.accounts.iter().flat_map(|account| account.webhooks.iter().map(move |it| (account, it)));
    let line = |(account, it): (&AccountReport, &HookTrouble)| {
        let line =
            format!("{} {}: webhook {} {}", safe(&account.provider), safe(&account.id), safe(&it.id), safe(&it.what));
        sheet::sentence(&line, 2, width)
    };
    let mut lines: Vec<String> = told.by_ref().take(ACCOUNTS_NAMED_MAX).map(line).collect();
    if lines.is_empty() {
        return String::new();
    }
    let more = told.count() as u64;
    lines.extend((more > 0).then(|| format!("  and {} more (`stripesync webhooks list`)\n", grouped(more))));
    format!("\nwebhooks:\n{}", lines.concat())
}

/// Returns a service's own name.
pub fn service(provider: &str) -> &'static str {
    if provider == "fic" { "Fatture in Cloud" } else { "Stripe" }
}

/// Names the file and its size.
pub fn file(status: &StatusReport) -> String {
    format!("{}  {}\n", safe(&status.database), bytes(status.size_bytes))
}

/// Returns a row for each resource by name, those with rows first, and their sum.
fn rows(account: &AccountReport, all: bool) -> Vec<Vec<String>> {
    let mut resources: Vec<&ResourceState> = account.resources.iter().collect();
    resources.sort_by_key(|resource| (is_empty(resource), &resource.table));
    let (empty, shown): (Vec<&ResourceState>, Vec<_>) = resources.iter().partition(|it| !all && is_folded(it));
    let mut rows: Vec<Vec<String>> = shown.into_iter().map(row).collect();
    let is = |status| move |it: &&ResourceState| it.last_status.as_deref() == Some(status);
    let (absent, empty): (Vec<&ResourceState>, Vec<_>) = empty.into_iter().partition(is(ABSENT));
    let (unread, empty): (Vec<&ResourceState>, Vec<_>) = empty.into_iter().partition(is(INTERRUPTED));
    for (folded, what) in [(empty, "empty"), (unread, "empty, interrupted"), (absent, ABSENT)] {
        match folded[..] {
            [] => {}
            [one] => rows.push(row(one)),
            _ => rows.push(sum(format!("{} {what} (-v)", folded.len()), &folded)),
        }
    }
    if resources.len() > 1 {
        rows.push(sum(format!("total of {} tables", resources.len()), &resources));
    }
    rows
}

/// How a run says that the account does not have a product.
const ABSENT: &str = "not available";
/// How a run says that it did not come to the end of a list.
const INTERRUPTED: &str = "interrupted";

fn is_empty(resource: &ResourceState) -> bool {
    resource.rows + resource.deleted + resource.unsettled == 0
}

/// Returns whether a resource says nothing by a line of its own. What went wrong does.
fn is_folded(resource: &ResourceState) -> bool {
    is_empty(resource)
        && matches!(resource.last_status.as_deref(), None | Some("complete" | "partial" | INTERRUPTED | ABSENT))
}

fn row(resource: &ResourceState) -> Vec<String> {
    let mut row = vec![resource.table.clone()];
    row.extend([resource.rows, resource.deleted, resource.unsettled].map(grouped));
    row.push(resource.last_sync_s.map_or_else(|| "never".to_owned(), moment));
    row.push(resource.last_status.clone().unwrap_or_default());
    row
}

fn sum(name: String, resources: &[&ResourceState]) -> Vec<String> {
    let of = |count: fn(&ResourceState) -> u64| grouped(resources.iter().map(|resource| count(resource)).sum());
    vec![name, of(|it| it.rows), of(|it| it.deleted), of(|it| it.unsettled), String::new(), String::new()]
}

fn heading(account: &AccountReport) -> String {
    let name = account.name.as_deref().map(|name| format!(" \"{}\"", safe(name))).unwrap_or_default();
    let (provider, id, mode) = (safe(&account.provider), safe(&account.id), safe(&account.mode));
    let mut out = format!("{provider} {id}{name} ({mode})\n");
    out.push_str(&format!("last sync: {}\n", account.synced_s.map_or_else(|| "never".to_owned(), moment)));
    if let Some(until_s) = account.events_until_s {
        out.push_str(&format!("events read until: {}\n", moment(until_s)));
    }
    if account.queued > 0 {
        out.push_str(&format!("still to read: {}\n", counted(account.queued, "object")));
    }
    out.push_str(&open_events(&account.events));
    for it in &account.webhooks {
        out.push_str(&format!("webhook {} {}\n", safe(&it.id), safe(&it.what)));
    }
    if !matches!(account.standing, Standing::Active | Standing::Named) {
        let why = account.error.as_deref().map(|why| format!(": {}", safe(why))).unwrap_or_default();
        out.push_str(&format!("{}{why}\n", account.standing.name()));
    }
    out
}

/// Says how many events did not have their effect, and where to look; nothing where all had.
fn open_events(events: &OpenEvents) -> String {
    let counts = [("waiting", events.waiting), ("failed", events.failed), ("dead", events.dead)];
    let told: Vec<String> =
        counts.iter().filter(|it| it.1 > 0).map(|(name, count)| format!("{} {name}", grouped(*count))).collect();
    let hint = match (events.failed, events.dead) {
        (0, 0) => "",
        (0, _) => " (`stripesync events list --status dead`)",
        (_, 0) => " (`stripesync events list --status failed`)",
        _ => " (`stripesync events list --status failed,dead`)",
    };
    if told.is_empty() { String::new() } else { format!("events: {}{hint}\n", told.join(", ")) }
}

/// Returns the name that `sync` knows a table's rows by: `stripe:invoices`.
pub fn resource_of(table: &str) -> String {
    table.replacen('_', ":", 1)
}

/// Writes the titles of the records.
pub fn csv_head() -> String {
    sheet::csv(&TITLES, &[])
}

/// Writes a record for each resource of an account.
pub fn csv_account(account: &AccountReport) -> String {
    let record = |resource: &ResourceState| {
        let mut row = vec![account.provider.clone(), account.id.clone(), account.mode.clone()];
        row.extend([resource_of(&resource.table), resource.table.clone()]);
        row.extend([resource.rows, resource.deleted, resource.unsettled].map(|n| n.to_string()));
        row.push(resource.last_sync_s.map(|s| s.to_string()).unwrap_or_default());
        row.push(resource.last_status.clone().unwrap_or_default());
        row
    };
    let text = sheet::csv(&TITLES, &account.resources.iter().map(record).collect::<Vec<_>>());
    text.split_once('\n').map_or_else(String::new, |(_, records)| records.to_owned())
}

const TITLES: [&str; 10] =
    ["provider", "account", "mode", "resource", "table", "rows", "deleted", "unsettled", "last_sync_s", "last_status"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::LogHolds;
    use crate::model::webhooks::HookTrouble;
    use unicode_width::UnicodeWidthStr;

    fn status() -> StatusReport {
        let resource = |table: &str, rows| ResourceState {
            table: table.into(),
            rows,
            deleted: 3,
            unsettled: 0,
            last_sync_s: Some(1_793_491_200),
            last_status: Some("complete".into()),
        };
        StatusReport {
            log: LogHolds { events: 1234, since_s: Some(0) },
            provider: None,
            overview: None,
            database: "./stripesync.db".into(),
            size_bytes: 12_345_678,
            accounts: vec![AccountReport {
                provider: "stripe".into(),
                id: "acct_1".into(),
                mode: "live".into(),
                name: Some("Acme\x1b[31m".into()),
                events_until_s: Some(1_793_491_260),
                synced_s: Some(1_793_491_200),
                queued: 2,
                events: OpenEvents { waiting: 1234, failed: 0, dead: 1 },
                resources: vec![resource("stripe_customers", 1_234_567), resource("stripe_invoices", 9)],
                ..AccountReport::default()
            }],
        }
    }

    #[test]
    fn status_tells_size_accounts_counts_and_freshness() {
        let drawn = table(&status(), false, Some(80));
        assert!(drawn.lines().all(|line| line.width() <= 80), "{drawn}");
        for part in [
            "./stripesync.db  12.3 MB\nevent log: 1,234 events since 1970-01-01 00:00:00Z\n",
            r#"stripe acct_1 "Acme\u{1b}[31m" (live)"#,
            "last sync: 2026-11-01 00:00:00Z\nevents read until: 2026-11-01 00:01:00Z\nstill to read: 2 objects\n",
            "\nevents: 1,234 waiting, 1 dead (`stripesync events list --status dead`)\n",
            "1,234,567",
        ] {
            assert!(drawn.contains(part), "{part} in\n{drawn}");
        }
        let events = OpenEvents { waiting: 1, ..OpenEvents::default() };
        assert_eq!(
            (open_events(&events).as_str(), open_events(&OpenEvents::default()).as_str()),
            ("events: 1 waiting\n", "")
        );
    }

    #[test]
    fn a_webhook_that_is_not_as_it_should_be_is_told_with_its_account() {
        let mut status = status();
        let url = "https://a.example/api/stripe/webhook".to_owned();
        status.accounts[0].webhooks.push(HookTrouble { id: "we_1".into(), url, what: "is disabled".into() });
        let drawn = table(&status, false, None);
        assert!(drawn.contains(" dead`)\nwebhook we_1 is disabled\n"), "{drawn}");
    }

    #[test]
    fn what_holds_rows_comes_first_what_does_not_is_one_line_and_all_is_summed_up() {
        let mut status = status();
        status.log = LogHolds::default();
        let state = |table: &str, rows, outcome: &str| ResourceState {
            table: table.into(),
            rows,
            last_status: Some(outcome.into()),
            ..ResourceState::default()
        };
        status.accounts[0].resources.extend([
            state("stripe_topups", 0, "complete"),
            state("stripe_charges", 7, "complete"),
            state("stripe_orders", 0, "complete"),
            state("stripe_issuing_cards", 0, "not available"),
            state("stripe_payouts", 0, "forbidden"),
        ]);
        let first = |drawn: &str| -> Vec<String> {
            let lines = drawn.lines().skip_while(|line| !line.starts_with("table "));
            lines.map(|line| line.split("  ").next().unwrap_or_default().to_owned()).collect()
        };
        for width in [None, Some(80), Some(60), Some(40)] {
            let drawn = table(&status, false, width);
            assert!(drawn.lines().skip(7).all(|line| line.width() <= width.unwrap_or(200).into()), "{drawn}");
            let wanted = [
                "table",
                "stripe_charges",
                "stripe_customers",
                "stripe_invoices",
                "stripe_payouts",
                "2 empty (-v)",
                "stripe_issuing_cards",
                "total of 7 tables",
            ];
            assert_eq!(first(&drawn), wanted, "{drawn}");
            let total: Vec<&str> = drawn.lines().last().unwrap_or_default().split_whitespace().collect();
            assert_eq!(total[4], "1,234,583", "{drawn}");
        }
        assert_eq!(first(&table(&status, true, None)).len(), 9, "all seven, the titles and the sum");
    }

    #[test]
    fn an_empty_file_says_what_to_do() {
        let drawn = table(&StatusReport { database: "x.db".into(), ..StatusReport::default() }, false, None);
        assert_eq!(drawn, "x.db  0 B\nno account yet; `stripesync sync` brings the first\n");
        let fic = StatusReport { provider: Some("fic"), ..StatusReport::default() };
        assert!(table(&fic, false, None).contains("no account of Fatture in Cloud yet"));
    }

    #[test]
    fn thousands_of_accounts_are_a_few_lines() {
        let line = |standing, accounts, oldest_sync_s| OverviewLine {
            provider: "stripe".into(),
            mode: "live".into(),
            standing,
            accounts,
            synced_lately: accounts - 1,
            oldest_sync_s,
        };
        let failing = (0..20).map(|n| (format!("stripe acct_{n} (live)"), n + 1, Some("no\x1b access".to_owned())));
        let overview = Overview {
            lines: vec![line(Standing::Active, 4900, Some(1_793_491_200)), line(Standing::Failing, 50, None)],
            queued: 7,
            events: OpenEvents { waiting: 1, failed: 0, dead: 3 },
            failing: failing.collect(),
            failing_count: 50,
        };
        let mut status = StatusReport { overview: Some(overview), ..status() };
        status.accounts[0].resources.clear();
        let drawn = table(&status, false, Some(80));
        assert!(drawn.lines().all(|line| line.width() <= 80) && !drawn.contains('\x1b'), "{drawn}");
        for part in ["4,900", "2026-11-01", "still to read: 7 objects", "1 waiting, 3 dead", "and 30 more"] {
            assert!(drawn.contains(part), "{part} in\n{drawn}");
        }
        assert!(drawn.contains("  stripe acct_0 (live): 1 failure in a row, no"), "{drawn}");
    }

    #[test]
    fn csv_has_a_line_for_each_resource() {
        let text = csv_head() + &csv_account(&status().accounts[0]);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(
            text.ends_with("stripe,acct_1,live,stripe:invoices,stripe_invoices,9,3,0,1793491200,complete\n"),
            "{text}"
        );
    }
}
