//! Reports as JSON documents. The names here are promises to scripts: add, never rename.

use serde::Serialize;

use super::run::{detail, outcome, provider_of, table_of};
use super::status::resource_of;
use super::{log_json, text};
use crate::model::log::LogStats;
use crate::model::report::{AccountReport, OpenEvents, Overview, PlannedResource, RunReport, StatusReport};

#[derive(Serialize)]
struct Run<'a> {
    resources: Vec<Resource<'a>>,
    failures: Vec<Failed<'a>>,
    requests: u64,
    took_ms: u64,
    signal: Option<i32>,
    locked: Option<&'a str>,
    clocks: Vec<Clock>,
}

#[derive(Serialize)]
struct Clock {
    service: &'static str,
    behind_s: i64,
}

#[derive(Serialize)]
struct Resource<'a> {
    provider: &'a str,
    account: &'a str,
    mode: &'a str,
    resource: &'a str,
    table: String,
    new: u64,
    changed: u64,
    deleted: u64,
    unchanged: u64,
    requests: u64,
    took_ms: u64,
    outcome: &'static str,
    detail: Option<String>,
}

#[derive(Serialize)]
struct Failed<'a> {
    account: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Planned<'a> {
    provider: &'a str,
    account: &'a str,
    mode: &'a str,
    resource: &'a str,
    table: String,
    how: &'a str,
    requests: u64,
    open: bool,
}

/// What stands before the accounts.
#[derive(Serialize)]
struct StatusHead<'a> {
    database: &'a str,
    size_bytes: u64,
}

/// What stands behind them.
#[derive(Serialize)]
struct StatusTail<'a> {
    event_log: EventLog,
    #[serde(skip_serializing_if = "Option::is_none")]
    overview: Option<Sum<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<log_json::Stats<'a>>,
}

#[derive(Serialize)]
struct EventLog {
    events: u64,
    since_s: Option<i64>,
}

#[derive(Serialize)]
struct Account<'a> {
    provider: &'a str,
    account: &'a str,
    mode: &'a str,
    name: Option<&'a str>,
    events_until_s: Option<i64>,
    queued: u64,
    events: Events,
    status: &'static str,
    error: Option<&'a str>,
    last_sync_s: Option<i64>,
    resources: Vec<State<'a>>,
    webhooks: Vec<Trouble<'a>>,
}

#[derive(Serialize)]
struct Trouble<'a> {
    id: &'a str,
    url: &'a str,
    trouble: &'a str,
}

/// The sum of accounts, where they are many.
#[derive(Serialize)]
struct Sum<'a> {
    groups: Vec<Group<'a>>,
    queued: u64,
    events: Events,
    failing: u64,
}

#[derive(Serialize)]
struct Group<'a> {
    provider: &'a str,
    mode: &'a str,
    status: &'static str,
    accounts: u64,
    synced_within_a_day: u64,
    oldest_sync_s: Option<i64>,
}

#[derive(Serialize)]
struct Events {
    waiting: u64,
    failed: u64,
    dead: u64,
}

#[derive(Serialize)]
struct State<'a> {
    provider: &'a str,
    account: &'a str,
    resource: String,
    table: &'a str,
    rows: u64,
    deleted: u64,
    unsettled: u64,
    last_sync_s: Option<i64>,
    last_status: Option<&'a str>,
}

/// Writes what a run did, as one line: with `--every` each run adds one.
pub fn run(report: &RunReport) -> String {
    let resources = report.resources.iter().map(|r| Resource {
        provider: provider_of(&r.name),
        account: &r.account,
        mode: &r.mode,
        resource: &r.name,
        table: table_of(&r.name),
        new: r.counts.new,
        changed: r.counts.changed,
        deleted: r.counts.deleted,
        unchanged: r.counts.unchanged,
        requests: r.counts.requests,
        took_ms: r.took_ms,
        outcome: outcome(r),
        detail: detail(r),
    });
    let failures = report.failures.iter().map(|f| Failed { account: &f.account, message: &f.message });
    line(&Run {
        resources: resources.collect(),
        failures: failures.collect(),
        requests: report.requests,
        took_ms: report.took_ms,
        signal: report.signal,
        locked: report.locked.as_deref(),
        clocks: report.clocks.iter().map(|c| Clock { service: c.service, behind_s: c.behind_s }).collect(),
    })
}

/// Writes what a run would do.
pub fn plan(plan: &[PlannedResource]) -> String {
    let planned = plan.iter().map(|p| Planned {
        provider: provider_of(&p.name),
        account: &p.account,
        mode: &p.mode,
        resource: &p.name,
        table: table_of(&p.name),
        how: &p.how,
        requests: p.requests,
        open: p.is_open,
    });
    line(&planned.collect::<Vec<_>>())
}

/// Begins to write how the file stands, up to where its accounts are listed.
pub fn status_head(status: &StatusReport) -> String {
    let head = document(&StatusHead { database: &status.database, size_bytes: status.size_bytes });
    format!("{},\"accounts\":[", head.trim_end_matches('}'))
}

/// Writes one of the accounts, behind so many others.
pub fn status_account(a: &AccountReport, others: u64) -> String {
    let account = document(&Account {
        provider: &a.provider,
        account: &a.id,
        mode: &a.mode,
        name: a.name.as_deref(),
        events_until_s: a.events_until_s,
        queued: a.queued,
        events: events(a.events),
        status: a.standing.name(),
        error: a.error.as_deref(),
        last_sync_s: a.synced_s,
        resources: a
            .resources
            .iter()
            .map(|r| State {
                provider: &a.provider,
                account: &a.id,
                resource: resource_of(&r.table),
                table: &r.table,
                rows: r.rows,
                deleted: r.deleted,
                unsettled: r.unsettled,
                last_sync_s: r.last_sync_s,
                last_status: r.last_status.as_deref(),
            })
            .collect(),
        webhooks: a.webhooks.iter().map(|it| Trouble { id: &it.id, url: &it.url, trouble: &it.what }).collect(),
    });
    if others > 0 { format!(",{account}") } else { account }
}

/// Writes what stands behind the accounts, with the figures of the event log where they are wanted.
pub fn status_tail(status: &StatusReport, stats: Option<&LogStats>) -> String {
    let tail = document(&StatusTail {
        event_log: EventLog { events: status.log.events, since_s: status.log.since_s },
        overview: status.overview.as_ref().map(sum),
        stats: stats.map(log_json::stats),
    });
    format!("],{}\n", tail.trim_start_matches('{'))
}

fn events(open: OpenEvents) -> Events {
    Events { waiting: open.waiting, failed: open.failed, dead: open.dead }
}

fn sum(overview: &Overview) -> Sum<'_> {
    Sum {
        groups: overview
            .lines
            .iter()
            .map(|it| Group {
                provider: &it.provider,
                mode: &it.mode,
                status: it.standing.name(),
                accounts: it.accounts,
                synced_within_a_day: it.synced_lately,
                oldest_sync_s: it.oldest_sync_s,
            })
            .collect(),
        queued: overview.queued,
        events: events(overview.events),
        failing: overview.failing_count,
    }
}

pub(super) fn line(value: &impl Serialize) -> String {
    document(value) + "\n"
}

fn document(value: &impl Serialize) -> String {
    text::safe_json(serde_json::to_string(value).expect("texts and whole numbers are always JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::progress::{Counts, Gaps, Outcome, ResourceReport};

    #[test]
    fn a_run_is_one_line_with_the_data_unchanged() {
        let report = RunReport {
            resources: vec![ResourceReport {
                name: "stripe:customers".into(),
                account: "acct_1".into(),
                mode: "live".into(),
                counts: Counts { new: 1, changed: 2, deleted: 3, unchanged: 4, requests: 5 },
                took_ms: 6,
                outcome: Outcome::Failed("a\u{1b}b".into()),
                gaps: Gaps::default(),
            }],
            requests: 5,
            took_ms: 7,
            ..RunReport::default()
        };
        let wanted = r#"{"resources":[{"provider":"stripe","account":"acct_1","mode":"live","resource":"stripe:customers","table":"stripe_customers","new":1,"changed":2,"deleted":3,"unchanged":4,"requests":5,"took_ms":6,"outcome":"failed","detail":"a\u001bb"}],"failures":[],"requests":5,"took_ms":7,"signal":null,"locked":null,"clocks":[]}"#;
        assert_eq!(run(&report), format!("{wanted}\n"));
    }

    #[test]
    fn status_and_plan_have_their_names() {
        let status = StatusReport { database: "}".into(), ..StatusReport::default() };
        assert_eq!(
            status_head(&status) + &status_tail(&status, None),
            "{\"database\":\"}\",\"size_bytes\":0,\"accounts\":[],\"event_log\":{\"events\":0,\"since_s\":null}}\n"
        );
        let planned = PlannedResource {
            name: "stripe:a".into(),
            account: "acct_1".into(),
            mode: "live".into(),
            how: "events".into(),
            requests: 1,
            parent: None,
            is_open: true,
        };
        assert_eq!(
            plan(&[planned]),
            "[{\"provider\":\"stripe\",\"account\":\"acct_1\",\"mode\":\"live\",\"resource\":\"stripe:a\",\"table\":\"stripe_a\",\
              \"how\":\"events\",\"requests\":1,\"open\":true}]\n"
        );
    }
}
