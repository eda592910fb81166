//! Logged events, and what became of them when they were tried again, as tables and CSV. Pure.

use super::sheet::{self, names, numbers, whole, words};
use super::text::{safe, safe_json};
use super::units::{counted, grouped, moment, took};
use crate::model::log::{EventDetails, FailedAttempt, LoggedEvent, RetryPlan, RetryReport, RowNow};

/// How the log's priorities are called.
pub const PRIORITIES: [&str; 3] = ["high", "medium", "low"];
/// Failures that are named below a table.
const NAMED_MAX: usize = 10;

/// Returns the name of a priority.
pub fn priority(priority: i64) -> &'static str {
    usize::try_from(priority).ok().and_then(|at| PRIORITIES.get(at)).copied().unwrap_or("low")
}

/// Draws events, one in a line.
pub fn table(events: &[LoggedEvent], width: Option<u16>) -> String {
    let columns = [
        numbers("row"),
        whole("came in"),
        whole("happened").dropped(3),
        names("type"),
        names("event"),
        whole("account").dropped(4),
        whole("object").dropped(5),
        whole("status"),
        numbers("attempts").dropped(2),
        whole("source").dropped(1),
    ];
    let row = |event: &LoggedEvent| {
        vec![
            event.row.to_string(),
            moment(event.received_s),
            moment(event.created_s),
            event.kind.clone(),
            event.id.clone(),
            event.account.clone(),
            event.object_id.clone().unwrap_or_default(),
            event.status.clone(),
            grouped(event.attempts),
            event.source.clone(),
        ]
    };
    if events.is_empty() {
        return String::new();
    }
    sheet::table(&columns, &events.iter().map(row).collect::<Vec<_>>(), width)
}

const TITLES: [&str; 14] = [
    "webhook_id",
    "provider",
    "account",
    "event_id",
    "type",
    "table",
    "object_id",
    "created_s",
    "received_s",
    "status",
    "source",
    "attempts",
    "error",
    "next_attempt_s",
];

fn record(event: &LoggedEvent) -> Vec<String> {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![
        event.row.to_string(),
        event.provider.clone(),
        event.account.clone(),
        event.id.clone(),
        event.kind.clone(),
        optional(&event.table),
        optional(&event.object_id),
        event.created_s.to_string(),
        event.received_s.to_string(),
        event.status.clone(),
        event.source.clone(),
        event.attempts.to_string(),
        optional(&event.error),
        event.next_attempt_s.map(|s| s.to_string()).unwrap_or_default(),
    ]
}

/// Writes a line for each event.
pub fn csv(events: &[LoggedEvent]) -> String {
    sheet::csv(&TITLES, &events.iter().map(record).collect::<Vec<_>>())
}

/// Writes one event as a line, its payload at the end.
pub fn details_csv(details: &EventDetails) -> String {
    let titles: Vec<&str> = TITLES.into_iter().chain(["duplicates", "correlation_id", "took_us", "payload"]).collect();
    let mut row = record(&details.event);
    row.push(details.duplicates.to_string());
    row.push(details.correlation_id.clone().unwrap_or_default());
    row.push(details.took_us.map(|us| us.to_string()).unwrap_or_default());
    row.push(details.payload.clone());
    sheet::csv(&titles, &[row])
}

/// Draws everything about one event: fields, failed attempts, the row that it is about, and the payload.
pub fn details(details: &EventDetails, width: Option<u16>) -> String {
    let mut out = sheet::table(&[whole("event"), words("")], &fields(details), width);
    out = with_heading(&out, &details.event);
    if !details.failures.is_empty() {
        let columns = [numbers("attempt"), whole("failed at"), numbers("took").dropped(1), words("error")];
        let row = |it: &FailedAttempt| {
            vec![it.number.to_string(), moment(it.at_s), took(it.took_us.unsigned_abs()), it.error.clone()]
        };
        let rows: Vec<Vec<String>> = details.failures.iter().map(row).collect();
        out.push_str(&format!("\n{}", sheet::table(&columns, &rows, width)));
    }
    out.push_str(&match &details.now {
        Some(now) => row_now(now, width),
        None => format!("\n{}\n", without_row(&details.event)),
    });
    out.push_str(&format!("\npayload\n{}\n", indented(&safe_json(details.payload.clone()))));
    out
}

/// Puts the event's own name over the fields, where the titles of the columns would stand.
fn with_heading(table: &str, event: &LoggedEvent) -> String {
    let (_, fields) = table.split_once('\n').unwrap_or_default();
    format!("{}  {}\n{fields}", safe(&event.id), safe(&event.kind))
}

fn fields(details: &EventDetails) -> Vec<Vec<String>> {
    let event = &details.event;
    let tries = match (event.attempts, details.took_us) {
        (0, _) => "none".to_owned(),
        (attempts, Some(us)) => format!("{}, the last took {}", grouped(attempts), took(us.unsigned_abs())),
        (attempts, None) => grouped(attempts),
    };
    let livemode = details.livemode.map(|live| if live { "live" } else { "test" });
    let status = match event.next_attempt_s {
        Some(next_s) => format!("{}, tried again at {}", event.status, moment(next_s)),
        None => event.status.clone(),
    };
    let object = [event.table.as_deref(), event.object_id.as_deref()].into_iter().flatten().collect::<Vec<_>>();
    let all = [
        ("row", Some(event.row.to_string())),
        ("account", Some(format!("{} {}", event.provider, event.account))),
        ("object", Some(object.join(" ")).filter(|object| !object.is_empty())),
        ("happened", Some(moment(event.created_s))),
        ("came in", Some(format!("{} by {}", moment(event.received_s), event.source))),
        ("status", Some(status)),
        ("error", event.error.clone()),
        ("attempts", Some(tries)),
        ("last attempt", details.processed_s.map(moment)),
        ("came again", Some(counted(details.duplicates, "time")).filter(|_| details.duplicates > 0)),
        ("priority", Some(priority(details.priority).to_owned())),
        ("mode", livemode.map(str::to_owned)),
        ("API version", details.api_version.clone()),
        ("correlation", details.correlation_id.clone()),
    ];
    all.into_iter().filter_map(|(name, value)| Some(vec![name.to_owned(), value?])).collect()
}

fn row_now(now: &RowNow, width: Option<u16>) -> String {
    let mut states = vec![format!("known since {}", moment(now.as_of_s))];
    states.extend(now.deleted_s.map(|at_s| format!("deleted at {}", moment(at_s))));
    states.extend(now.is_unsettled.then(|| "unsettled: the next sync with a key asks for it".to_owned()));
    let cells: Vec<Vec<String>> = now.cells.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect();
    let table = sheet::table(&[whole("column"), words("value")], &cells, width);
    format!("\n{} {} now, {}\n{table}", safe(&now.table), safe(&now.id), states.join(", "))
}

fn without_row(event: &LoggedEvent) -> String {
    match (&event.table, &event.object_id) {
        (Some(table), Some(id)) => format!("{} has no row {}", safe(table), safe(id)),
        (Some(table), None) if event.error.is_none() => format!("it is about rows of {}, and names none", safe(table)),
        _ if event.error.is_some() => "which row it is about cannot be told".to_owned(),
        _ => "it concerns no table".to_owned(),
    }
}

/// Writes compact JSON in lines, indented by two blanks; texts and numbers stay as they are, to the digit.
pub fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    let mut rest = json.chars().peekable();
    while let Some(c) = rest.next() {
        if is_text {
            is_text = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
            out.push(c);
            continue;
        }
        match c {
            '{' | '[' => {
                out.push(c);
                match rest.next_if(|next| matches!(next, '}' | ']')) {
                    Some(end) => out.push(end),
                    None => {
                        depth += 1;
                        new_line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => {
                is_text = c == '"';
                out.push(c);
            }
        }
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

/// Draws what `retry-failed` would try.
pub fn plan(plan: &RetryPlan, now_s: i64, width: Option<u16>) -> String {
    let columns = [
        numbers("row"),
        names("type"),
        names("event"),
        numbers("attempts").dropped(2),
        words("last error"),
        whole("next attempt").dropped(1),
    ];
    let row = |event: &LoggedEvent| {
        let next = match event.next_attempt_s {
            Some(next_s) if next_s > now_s => moment(next_s),
            Some(_) => "due".to_owned(),
            None => "none".to_owned(),
        };
        let error = event.error.clone().unwrap_or_default();
        vec![event.row.to_string(), event.kind.clone(), event.id.clone(), grouped(event.attempts), error, next]
    };
    let mut out = String::new();
    if !plan.events.is_empty() {
        out.push_str(&sheet::table(&columns, &plan.events.iter().map(row).collect::<Vec<_>>(), width));
    }
    let more = plan.total.saturating_sub(plan.events.len() as u64);
    if more > 0 {
        out.push_str(&format!("and {} more\n", grouped(more)));
    }
    if plan.total == 0 && plan.others > 0 {
        out.push_str(&chosen_away(plan.others));
    }
    out.push_str(&format!("would try {}; nothing was written\n", counted(plan.total, "event")));
    out
}

/// Writes a line for each event that `retry-failed` would look at.
pub fn plan_csv(plan: &RetryPlan) -> String {
    csv(&plan.events)
}

/// Says that the options leave out all of them.
fn chosen_away(others: u64) -> String {
    format!("none of these events is failed or dead; without options {} would be tried\n", counted(others, "event"))
}

fn counts(report: &RetryReport) -> [(&'static str, u64); 4] {
    [
        ("processed", report.processed),
        ("failed", report.failed),
        ("dead", report.dead),
        ("cannot succeed", report.hopeless),
    ]
}

/// Draws what `retry-failed` did.
pub fn retried(report: &RetryReport, width: Option<u16>) -> String {
    let rows: Vec<Vec<String>> = counts(report)
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(status, count)| vec![status.to_owned(), grouped(count)])
        .collect();
    if rows.is_empty() {
        return match report.others {
            0 => "nothing to try: no event is failed or dead\n".to_owned(),
            others => chosen_away(others),
        };
    }
    sheet::table(&[whole("status"), numbers("events")], &rows, width)
}

/// Writes how many events ended how.
pub fn retried_csv(report: &RetryReport) -> String {
    let row = |(status, count): (&str, u64)| vec![status.to_owned(), count.to_string()];
    sheet::csv(&["status", "events"], &counts(report).into_iter().map(row).collect::<Vec<_>>())
}

/// Returns a sentence for each of the first events that failed again.
pub fn failed_again(report: &RetryReport) -> Vec<String> {
    let line = |event: &LoggedEvent| {
        let error = event.error.as_deref().unwrap_or("no reason is known");
        format!("row {} {} ({}): {}", event.row, safe(&event.id), safe(&event.kind), safe(error))
    };
    let mut lines: Vec<String> = report.failures.iter().take(NAMED_MAX).map(line).collect();
    let more = (report.failed + report.dead + report.hopeless).saturating_sub(lines.len() as u64);
    if more > 0 {
        lines.push(format!("and {} more: `stripesync events list --status failed,dead`", grouped(more)));
    }
    lines
}

/// Says what to do about events that no attempt of this version can take.
pub fn hopeless(count: u64) -> Option<String> {
    let payloads = match count {
        0 => return None,
        1 => "1 event ended the same way: its payload".to_owned(),
        many => format!("{} events ended the same way: their payloads", grouped(many)),
    };
    Some(format!(
        "{payloads} cannot be taken by this version, however often it tries; a later one may, and \
         `stripesync sync --initial` reads all lists anew"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    fn event(row: i64, status: &str) -> LoggedEvent {
        LoggedEvent {
            row,
            provider: "stripe".into(),
            account: "acct_1MnopQrstUvwxyzA".into(),
            id: format!("evt_1PqRsTuVwXyZ0123456789{row}"),
            kind: "customer.subscription.updated".into(),
            table: Some("stripe_subscriptions".into()),
            object_id: Some("sub_1PqRsTuVwXyZ01234567".into()),
            created_s: 1_793_491_200,
            received_s: 1_793_491_260,
            status: status.into(),
            source: "live".into(),
            attempts: 2,
            error: Some("=1+1 \x1b[2J".into()),
            next_attempt_s: Some(1_793_491_300),
        }
    }

    #[test]
    fn a_list_fits_the_terminal_and_keeps_what_names_the_event() {
        let drawn = table(&[event(12, "processed"), event(7, "dead")], None);
        let titles: Vec<&str> = drawn.lines().next().unwrap_or_default().split_whitespace().collect();
        assert_eq!(
            titles,
            ["row", "came", "in", "happened", "type", "event", "account", "object", "status", "attempts", "source"]
        );
        for width in [60, 80, 120] {
            let drawn = table(&[event(12, "processed"), event(7, "dead")], Some(width));
            assert!(drawn.lines().all(|line| line.width() <= width.into()), "{drawn}");
            assert!(drawn.contains("processed") && drawn.contains("2026-11-01 00:01:00Z"), "{drawn}");
        }
        assert_eq!(table(&[], None), "");
        assert!(csv(&[event(7, "dead")]).contains(",2,'=1+1 \x1b[2J,1793491300\n"), "{}", csv(&[event(7, "dead")]));
    }

    #[test]
    fn json_is_indented_and_keeps_every_digit() {
        let json = r#"{"a":[1.10,12345678901234567890,{}],"b":"x,{\"y\":[1]}","c":[],"d":{"e":null}}"#;
        let wanted = r#"{
  "a": [
    1.10,
    12345678901234567890,
    {}
  ],
  "b": "x,{\"y\":[1]}",
  "c": [],
  "d": {
    "e": null
  }
}"#;
        assert_eq!(indented(json), wanted);
        assert_eq!(indented(r#"{"a":"\\","b":1}"#), "{\n  \"a\": \"\\\\\",\n  \"b\": 1\n}");
        assert_eq!(indented(r#"{ "a" : [ 1 ] }"#), "{\n  \"a\": [\n    1\n  ]\n}");
    }

    #[test]
    fn an_event_is_shown_with_its_attempts_and_its_row() {
        let shown = EventDetails {
            event: event(12, "failed"),
            priority: 1,
            duplicates: 3,
            took_us: Some(1234),
            payload: "{\"name\":\"\u{1b}[2J\",\"amount\":1.10}".into(),
            failures: vec![FailedAttempt { number: 1, at_s: 1_793_491_260, took_us: 850, error: "no id".into() }],
            now: Some(RowNow {
                table: "stripe_subscriptions".into(),
                id: "sub_1".into(),
                as_of_s: 1_793_491_200,
                deleted_s: Some(1_793_491_260),
                is_unsettled: true,
                cells: vec![("status".into(), "active".into())],
            }),
            ..EventDetails::default()
        };
        let drawn = details(&shown, None);
        for part in [
            "customer.subscription.updated\n",
            "failed, tried again at 2026-11-01 00:01:40Z",
            "2, the last took 1.2 ms",
            "came again  3 times",
            "priority    medium",
            "850 µs  no id",
            "stripe_subscriptions sub_1 now, known since 2026-11-01 00:00:00Z, deleted at 2026-11-01 00:01:00Z, unsettled",
            "status  active",
            "\"amount\": 1.10\n}",
            r#""name": "\u001b[2J""#,
        ] {
            assert!(drawn.contains(part), "{part} in\n{drawn}");
        }
        assert!(!drawn.contains('\x1b'), "{drawn:?}");
        let lost = EventDetails { event: LoggedEvent { table: None, ..event(1, "failed") }, ..shown };
        assert!(details(&EventDetails { now: None, ..lost }, None).contains("which row it is about cannot be told"));
    }

    #[test]
    fn a_plan_says_when_each_comes_by_itself_and_what_is_beyond_it() {
        let lost = LoggedEvent { table: None, next_attempt_s: None, ..event(9, "dead") };
        let drawn =
            plan(&RetryPlan { events: vec![event(7, "failed"), lost], total: 5, others: 0 }, 1_793_491_250, None);
        assert!(drawn.contains("  none\n") && drawn.contains("  2026-11-01 00:01:40Z\n"), "{drawn}");
        assert!(drawn.ends_with("and 3 more\nwould try 5 events; nothing was written\n"), "{drawn}");
    }

    #[test]
    fn a_retry_is_summed_up_and_its_failures_are_named() {
        let report = RetryReport {
            processed: 1200,
            failed: 11,
            dead: 1,
            hopeless: 2,
            failures: (0..12).map(|row| event(row, "failed")).collect(),
            others: 0,
            is_interrupted: false,
        };
        let drawn = retried(&report, None);
        assert_eq!(drawn.lines().count(), 5, "{drawn}");
        assert!(drawn.contains("processed        1,200"), "{drawn}");
        let told = failed_again(&report);
        assert_eq!((told.len(), told[10].as_str()), (11, "and 4 more: `stripesync events list --status failed,dead`"));
        assert!(told[0].starts_with("row 0 evt_") && !told[0].contains('\x1b'), "{told:?}");
        assert_eq!(retried(&RetryReport::default(), None), "nothing to try: no event is failed or dead\n");
        assert!(hopeless(2).is_some_and(|it| it.starts_with("2 events ended the same way")) && hopeless(0).is_none());
    }
}
