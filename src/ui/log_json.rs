//! The event log as JSON documents. The names here are promises to scripts: add, never rename. One thing has one name in
//! all of them, and in the lines of `listen` and `test-webhook`: `webhook_id` (the row of the log), `event_id`, `type`,
//! `account`, `object_id`, `status` (what became of the event), `http_status`, `error`; times end in `_s`, unix seconds.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::events::priority;
use super::json::line;
use super::stats::{average_retries, percent};
use crate::model::log::{EventDetails, LogStats, LoggedEvent, Outcomes, RetryPlan, RetryReport, RowNow};

#[derive(Serialize)]
struct Event<'a> {
    webhook_id: i64,
    provider: &'a str,
    account: &'a str,
    event_id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    table: Option<&'a str>,
    object_id: Option<&'a str>,
    created_s: i64,
    received_s: i64,
    status: &'a str,
    source: &'a str,
    attempts: u64,
    error: Option<&'a str>,
    next_attempt_s: Option<i64>,
}

impl<'a> From<&'a LoggedEvent> for Event<'a> {
    fn from(event: &'a LoggedEvent) -> Event<'a> {
        Event {
            webhook_id: event.row,
            provider: &event.provider,
            account: &event.account,
            event_id: &event.id,
            kind: &event.kind,
            table: event.table.as_deref(),
            object_id: event.object_id.as_deref(),
            created_s: event.created_s,
            received_s: event.received_s,
            status: &event.status,
            source: &event.source,
            attempts: event.attempts,
            error: event.error.as_deref(),
            next_attempt_s: event.next_attempt_s,
        }
    }
}

#[derive(Serialize)]
struct Details<'a> {
    #[serde(flatten)]
    event: Event<'a>,
    api_version: Option<&'a str>,
    livemode: Option<bool>,
    priority: &'static str,
    correlation_id: Option<&'a str>,
    duplicates: u64,
    processed_s: Option<i64>,
    took_us: Option<i64>,
    failures: Vec<Failure<'a>>,
    now: Option<Now<'a>>,
}

#[derive(Serialize)]
struct Failure<'a> {
    attempt: u64,
    at_s: i64,
    took_us: i64,
    error: &'a str,
}

#[derive(Serialize)]
struct Now<'a> {
    table: &'a str,
    id: &'a str,
    as_of_s: i64,
    deleted_s: Option<i64>,
    unsettled: bool,
    columns: Columns<'a>,
}

/// Columns by name, each as text: no program takes an amount for a float.
struct Columns<'a>(&'a RowNow);

impl Serialize for Columns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.cells.iter().map(|(name, value)| (name, value)))
    }
}

/// Writes events as one list.
pub fn events(events: &[LoggedEvent]) -> String {
    line(&events.iter().map(Event::from).collect::<Vec<_>>())
}

/// Writes everything about one event; its payload as it came, to the digit.
pub fn details(details: &EventDetails) -> String {
    let failures = details.failures.iter().map(|it| Failure {
        attempt: it.number,
        at_s: it.at_s,
        took_us: it.took_us,
        error: &it.error,
    });
    let now = details.now.as_ref().map(|now| Now {
        table: &now.table,
        id: &now.id,
        as_of_s: now.as_of_s,
        deleted_s: now.deleted_s,
        unsettled: now.is_unsettled,
        columns: Columns(now),
    });
    let written = line(&Details {
        event: Event::from(&details.event),
        api_version: details.api_version.as_deref(),
        livemode: details.livemode,
        priority: priority(details.priority),
        correlation_id: details.correlation_id.as_deref(),
        duplicates: details.duplicates,
        processed_s: details.processed_s,
        took_us: details.took_us,
        failures: failures.collect(),
        now,
    });
    // Raw JSON cannot go through a flattened struct. What is no JSON becomes a text.
    let payload = match serde_json::from_str::<&RawValue>(&details.payload) {
        Ok(raw) => super::text::safe_json(raw.get().to_owned()),
        Err(_) => line(&details.payload).trim_end().to_owned(),
    };
    let open = written.trim_end().strip_suffix('}').unwrap_or_default();
    format!("{open},\"payload\":{payload}}}\n")
}

#[derive(Serialize)]
struct Plan<'a> {
    would_try: u64,
    events: Vec<Event<'a>>,
}

/// Writes what `retry-failed` would try.
pub fn plan(plan: &RetryPlan) -> String {
    let events = plan.events.iter().map(Event::from).collect();
    line(&Plan { would_try: plan.total, events })
}

#[derive(Serialize)]
struct Retried<'a> {
    processed: u64,
    failed: u64,
    dead: u64,
    cannot_succeed: u64,
    interrupted: bool,
    failures: Vec<Event<'a>>,
}

/// Writes what `retry-failed` did.
pub fn retried(report: &RetryReport) -> String {
    line(&Retried {
        processed: report.processed,
        failed: report.failed,
        dead: report.dead,
        cannot_succeed: report.hopeless,
        interrupted: report.is_interrupted,
        failures: report.failures.iter().map(Event::from).collect(),
    })
}

/// The figures of the log.
#[derive(Serialize)]
pub struct Stats<'a> {
    at_s: i64,
    webhooks: Figures,
    duplicates_prevented: u64,
    sync: Figures,
    types: Vec<Kind<'a>>,
    hours: Vec<Hour>,
    queue: Vec<Queue>,
}

#[derive(Serialize)]
struct Figures {
    total: u64,
    processed: u64,
    ignored: u64,
    failed: u64,
    dead: u64,
    waiting: u64,
    tried: u64,
    retries: u64,
    success_percent: Option<String>,
    average_retries: Option<String>,
}

#[derive(Serialize)]
struct Kind<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(flatten)]
    figures: Figures,
    p50_us: Option<u64>,
    p95_us: Option<u64>,
    p99_us: Option<u64>,
}

#[derive(Serialize)]
struct Hour {
    from_s: i64,
    webhooks: u64,
    failed: u64,
    sync: u64,
}

#[derive(Serialize)]
struct Queue {
    priority: &'static str,
    waiting: u64,
    failed: u64,
    oldest_s: Option<i64>,
}

impl From<&Outcomes> for Figures {
    fn from(of: &Outcomes) -> Figures {
        Figures {
            total: of.total(),
            processed: of.processed,
            ignored: of.ignored,
            failed: of.failed,
            dead: of.dead,
            waiting: of.waiting,
            tried: of.tried,
            retries: of.retries,
            success_percent: percent(of.succeeded(), of.ended()),
            average_retries: average_retries(of),
        }
    }
}

/// Returns the figures of the log, with every type.
pub fn stats(stats: &LogStats) -> Stats<'_> {
    let kinds = stats.kinds.iter().map(|it| Kind {
        kind: &it.kind,
        figures: Figures::from(&it.outcomes),
        p50_us: it.p50_us,
        p95_us: it.p95_us,
        p99_us: it.p99_us,
    });
    let hours = stats.hours.iter().map(|it| Hour {
        from_s: it.from_s,
        webhooks: it.delivered,
        failed: it.unsuccessful,
        sync: it.listed,
    });
    let queue = stats.queue.iter().map(|it| Queue {
        priority: priority(it.priority),
        waiting: it.waiting,
        failed: it.failed,
        oldest_s: it.oldest_s,
    });
    Stats {
        at_s: stats.at_s,
        webhooks: Figures::from(&stats.delivered),
        duplicates_prevented: stats.duplicates,
        sync: Figures::from(&stats.listed),
        types: kinds.collect(),
        hours: hours.collect(),
        queue: queue.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_document_with_its_payload_to_the_digit() {
        let shown = EventDetails {
            event: LoggedEvent { row: 7, id: "evt_1".into(), kind: "a.b".into(), ..LoggedEvent::default() },
            payload: "{\"x\":1.10,\"y\":{\"z\":\"\\u001b\u{7f}\"}}".into(),
            now: Some(RowNow { cells: vec![("amount_minor".into(), "10".into())], ..RowNow::default() }),
            ..EventDetails::default()
        };
        let text = details(&shown);
        assert!(text.contains(r#""webhook_id":7,"#) && text.contains(r#""columns":{"amount_minor":"10"}"#), "{text}");
        assert!(text.contains(r#""payload":{"x":1.10,"#) && !text.contains('\u{7f}'), "{text}");
        let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((read["payload"]["y"]["z"].as_str(), read["type"].as_str()), (Some("\u{1b}\u{7f}"), Some("a.b")));
        let broken = EventDetails { payload: "no {JSON}".into(), now: None, ..shown };
        let read: serde_json::Value = serde_json::from_str(&details(&broken)).expect("JSON");
        assert_eq!((read["payload"].as_str(), read["now"].is_null()), (Some("no {JSON}"), true));
    }

    #[test]
    fn shares_are_text_and_counts_are_whole() {
        let outcomes = Outcomes { processed: 9_999_999, dead: 1, tried: 10_000_000, retries: 3, ..Outcomes::default() };
        let told = serde_json::to_value(stats(&LogStats { delivered: outcomes, ..LogStats::default() })).expect("JSON");
        assert_eq!(told["webhooks"]["success_percent"], "99.99");
        assert_eq!(told["webhooks"]["total"], 10_000_000);
    }
}
