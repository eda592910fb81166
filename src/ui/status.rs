//! How the file stands, as tables and CSV. Pure.

use super::sheet::{self, numbers, whole, words};
use super::text::safe;
use super::units::{bytes, counted, grouped, moment};
use crate::model::report::{AccountReport, StatusReport};

/// Draws the file, its accounts and their resources.
pub fn table(status: &StatusReport, width: Option<u16>) -> String {
    let mut out = format!("{}  {}\n", safe(&status.database), bytes(status.size_bytes));
    if status.accounts.is_empty() {
        out.push_str("no account yet; `stripesync sync` brings the first\n");
    }
    for account in &status.accounts {
        out.push('\n');
        out.push_str(&heading(account));
        let columns = [
            words("table"),
            numbers("rows"),
            numbers("deleted"),
            numbers("unsettled"),
            whole("last sync"),
            whole("outcome"),
        ];
        let rows: Vec<Vec<String>> = account
            .resources
            .iter()
            .map(|resource| {
                vec![
                    resource.table.clone(),
                    grouped(resource.rows),
                    grouped(resource.deleted),
                    grouped(resource.unsettled),
                    resource.last_sync_s.map_or_else(|| "never".to_owned(), moment),
                    resource.last_status.clone().unwrap_or_default(),
                ]
            })
            .collect();
        out.push_str(&sheet::table(&columns, &rows, width));
    }
    out
}

fn heading(account: &AccountReport) -> String {
    let name = account.name.as_deref().map(|name| format!(" \"{}\"", safe(name))).unwrap_or_default();
    let (provider, id, mode) = (safe(&account.provider), safe(&account.id), safe(&account.mode));
    let mut out = format!("{provider} {id}{name} ({mode})\n");
    let last_s = account.resources.iter().filter_map(|resource| resource.last_sync_s).max();
    out.push_str(&format!("last sync: {}\n", last_s.map_or_else(|| "never".to_owned(), moment)));
    if let Some(until_s) = account.events_until_s {
        out.push_str(&format!("events read until: {}\n", moment(until_s)));
    }
    if account.queued > 0 {
        out.push_str(&format!("still to read: {}\n", counted(account.queued, "object")));
    }
    out
}

/// Writes a line for each resource of each account.
pub fn csv(status: &StatusReport) -> String {
    let titles = ["provider", "account", "mode", "table", "rows", "deleted", "unsettled", "last_sync_s", "last_status"];
    let mut rows = Vec::new();
    for account in &status.accounts {
        for resource in &account.resources {
            let mut row =
                vec![account.provider.clone(), account.id.clone(), account.mode.clone(), resource.table.clone()];
            row.extend([resource.rows, resource.deleted, resource.unsettled].map(|n| n.to_string()));
            row.push(resource.last_sync_s.map(|s| s.to_string()).unwrap_or_default());
            row.push(resource.last_status.clone().unwrap_or_default());
            rows.push(row);
        }
    }
    sheet::csv(&titles, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::ResourceState;
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
            database: "./stripesync.db".into(),
            size_bytes: 12_345_678,
            accounts: vec![AccountReport {
                provider: "stripe".into(),
                id: "acct_1".into(),
                mode: "live".into(),
                name: Some("Acme\x1b[31m".into()),
                events_until_s: Some(1_793_491_260),
                queued: 2,
                resources: vec![resource("stripe_customers", 1_234_567), resource("stripe_invoices", 9)],
            }],
        }
    }

    #[test]
    fn status_tells_size_accounts_counts_and_freshness() {
        let drawn = table(&status(), Some(80));
        assert!(drawn.lines().all(|line| line.width() <= 80), "{drawn}");
        for part in [
            "./stripesync.db  12.3 MB",
            r#"stripe acct_1 "Acme\u{1b}[31m" (live)"#,
            "last sync: 2026-11-01 00:00:00Z\nevents read until: 2026-11-01 00:01:00Z\nstill to read: 2 objects\n",
            "1,234,567",
        ] {
            assert!(drawn.contains(part), "{part} in\n{drawn}");
        }
    }

    #[test]
    fn an_empty_file_says_what_to_do() {
        let drawn = table(&StatusReport { database: "x.db".into(), ..StatusReport::default() }, None);
        assert_eq!(drawn, "x.db  0 B\nno account yet; `stripesync sync` brings the first\n");
    }

    #[test]
    fn csv_has_a_line_for_each_resource() {
        let text = csv(&status());
        assert!(text.ends_with("stripe,acct_1,live,stripe_invoices,9,3,0,1793491200,complete\n"), "{text}");
    }
}
