//! What one event does to its row: a small table of before and after. And what a receiver elsewhere said to it.

use serde_json::json;

use super::json::line;
use super::sheet::{self, whole, words};
use super::text::{safe, safe_up_to};
use super::units::{moment, took};
use crate::model::trial::{Change, Trial};

/// Of a longer value a table shows its beginning; JSON and CSV show all of it.
const VALUE_CHARS_MAX: usize = 60;

/// A post to another receiver, and what came of it.
#[derive(Debug, Clone, Copy)]
pub struct PostLine<'a> {
    /// Where it went, without what is secret in it.
    pub url: &'a str,
    /// `customer.created`.
    pub kind: &'a str,
    /// `evt_…`.
    pub event: &'a str,
    /// The answer's status.
    pub status: u16,
    /// What the other side finds it by, where it says so.
    pub correlation_id: Option<&'a str>,
    /// From the request to the end of the answer.
    pub took_us: u64,
}

/// Draws what an event did; `is_rehearsed` where it only would have.
pub fn table(trial: &Trial, is_rehearsed: bool, width: Option<u16>) -> String {
    let would = if is_rehearsed { "would be " } else { "" };
    let took = took(trial.took_us.unsigned_abs());
    let why = trial.why.as_deref().map(|why| format!(": {}", safe(why))).unwrap_or_default();
    let row = trial.row.filter(|_| !is_rehearsed).map(|row| format!(", row {row} of the log")).unwrap_or_default();
    let mut out = format!("{}  {}\n", safe(&trial.event), safe(&trial.kind));
    out.push_str(&sheet::sentence(&format!("{would}{} in {took}{row}{why}", trial.outcome), 0, width));
    if let (Some(table), Some(id)) = (&trial.table, &trial.object_id) {
        out.push_str(&format!("\n{} {}{}\n", safe(table), safe(id), states(trial)));
    }
    if trial.changes.is_empty() {
        out.push_str(&sheet::sentence(nothing(trial), 0, width));
        return out;
    }
    let columns = [whole("column"), words("before"), words("after")];
    let row = |change: &Change| {
        let before = if trial.was_there { value(&change.before) } else { "(no row)".to_owned() };
        vec![change.column.clone(), before, value(&change.after)]
    };
    out.push_str(&sheet::table(&columns, &trial.changes.iter().map(row).collect::<Vec<_>>(), width));
    out
}

fn value(value: &Option<String>) -> String {
    match value {
        Some(text) => safe_up_to(text, VALUE_CHARS_MAX).into_owned(),
        None => "null".to_owned(),
    }
}

fn states(trial: &Trial) -> String {
    let mut states = Vec::new();
    states.extend((!trial.was_there && trial.is_there).then(|| "new".to_owned()));
    states.extend(trial.deleted_s.map(|at_s| format!("deleted at {}", moment(at_s))));
    states.extend(trial.is_unsettled.then(|| "unsettled until a sync with a key has asked for it".to_owned()));
    if states.is_empty() { String::new() } else { format!(": {}", states.join(", ")) }
}

/// Says why nothing changed.
fn nothing(trial: &Trial) -> &'static str {
    match (trial.outcome, trial.is_there) {
        ("failed" | "dead", _) => "nothing changed",
        ("duplicate", _) => {
            "nothing was done: the log has this event; `stripesync replay --event` with its id takes it once more"
        }
        ("stored", _) => "no row changed yet: what it names is fetched by the next sync with a token",
        ("ignored", _) => "no table holds what it is about; the log has it",
        (_, true) if trial.is_queued => "nothing changed yet: a sync with a key asks for the object",
        (_, true) => "nothing changed: the row holds the same already, or something newer",
        (_, false) if trial.is_queued => "no row: the payload does not tell all of it; a sync with a key asks for it",
        (_, false) => "no row of its own changed",
    }
}

/// Writes the same as one JSON document. The names are promises to scripts.
pub fn json(trial: &Trial, is_rehearsed: bool) -> String {
    let changes = trial.changes.iter().map(|it| json!({"column": it.column, "before": it.before, "after": it.after}));
    let account = Some(&trial.account).filter(|account| !account.is_empty());
    let json = json!({
        "event_id": trial.event,
        "type": trial.kind,
        "account": account,
        "status": trial.outcome,
        "error": trial.why,
        "took_us": trial.took_us,
        "dry_run": is_rehearsed,
        "webhook_id": trial.row.filter(|_| !is_rehearsed),
        "correlation_id": trial.correlation_id,
        "table": trial.table,
        "object_id": trial.object_id,
        "was_there": trial.was_there,
        "is_there": trial.is_there,
        "deleted_s": trial.deleted_s,
        "unsettled": trial.is_unsettled,
        "queued": trial.is_queued,
        "changes": changes.collect::<Vec<_>>(),
    });
    line(&json)
}

/// Writes a line for each change, or one without a column where nothing changed.
pub fn csv(trial: &Trial) -> String {
    let titles =
        ["event_id", "type", "account", "status", "took_us", "table", "object_id", "column", "before", "after"];
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let record = |column: &str, before: &Option<String>, after: &Option<String>| {
        vec![
            trial.event.clone(),
            trial.kind.clone(),
            trial.account.clone(),
            trial.outcome.to_owned(),
            trial.took_us.to_string(),
            text(&trial.table),
            text(&trial.object_id),
            column.to_owned(),
            text(before),
            text(after),
        ]
    };
    let mut rows: Vec<Vec<String>> = trial.changes.iter().map(|it| record(&it.column, &it.before, &it.after)).collect();
    if rows.is_empty() {
        rows.push(record("", &None, &None));
    }
    sheet::csv(&titles, &rows)
}

/// Draws a post to another receiver.
pub fn posted(post: &PostLine) -> String {
    let named = post.correlation_id.map(|id| format!("  correlation id {}", safe(id))).unwrap_or_default();
    format!(
        "--> {} [{}] to {}\n<-- [{}] {}{named}\n",
        safe(post.kind),
        safe(post.event),
        safe(post.url),
        post.status,
        took(post.took_us)
    )
}

/// Writes the same as JSON.
pub fn posted_json(post: &PostLine) -> String {
    let json = json!({
        "url": post.url,
        "event_id": post.event,
        "type": post.kind,
        "http_status": post.status,
        "correlation_id": post.correlation_id,
        "took_us": post.took_us,
    });
    line(&json)
}

/// Writes the same as CSV.
pub fn posted_csv(post: &PostLine) -> String {
    let row = [
        post.url.to_owned(),
        post.event.to_owned(),
        post.kind.to_owned(),
        post.status.to_string(),
        post.correlation_id.unwrap_or_default().to_owned(),
        post.took_us.to_string(),
    ];
    sheet::csv(&["url", "event_id", "type", "http_status", "correlation_id", "took_us"], &[row.to_vec()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial() -> Trial {
        Trial {
            event: "evt_1".into(),
            kind: "customer.updated".into(),
            outcome: "processed",
            took_us: 1234,
            row: Some(7),
            table: Some("stripe_customers".into()),
            object_id: Some("cus_1".into()),
            was_there: true,
            is_there: true,
            changes: vec![Change {
                column: "name".into(),
                before: None,
                after: Some(format!("\u{1b}[2J{}", "x".repeat(99))),
            }],
            ..Trial::default()
        }
    }

    #[test]
    fn before_and_after_stand_side_by_side_and_no_value_commands_the_terminal() {
        let drawn = table(&trial(), false, None);
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines[..2], ["evt_1  customer.updated", "processed in 1.2 ms, row 7 of the log"], "{drawn}");
        assert_eq!(lines[3], "stripe_customers cus_1");
        assert_eq!(lines[4].split_whitespace().collect::<Vec<_>>(), ["column", "before", "after"]);
        assert!(lines[5].starts_with("name    null    ") && lines[5].len() < 100, "{drawn}");
        assert!(!drawn.contains('\u{1b}'), "{drawn:?}");
        let gone = Trial { deleted_s: Some(0), was_there: false, is_unsettled: true, ..trial() };
        let drawn = table(&gone, true, None);
        assert!(drawn.contains("\nwould be processed in 1.2 ms\n"), "{drawn}");
        assert!(drawn.contains("cus_1: new, deleted at 1970-01-01 00:00:00Z, unsettled until"), "{drawn}");
        assert!(drawn.contains("name    (no row)  "), "{drawn}");
        let read: serde_json::Value = serde_json::from_str(&json(&gone, true)).expect("JSON");
        assert_eq!((&read["webhook_id"], &read["dry_run"]), (&json!(null), &json!(true)));
        assert!(read["changes"][0]["after"].as_str().is_some_and(|text| text.ends_with(&"x".repeat(99))), "{read}");
    }

    #[test]
    fn why_nothing_changed_is_said() {
        let still = Trial { changes: Vec::new(), ..trial() };
        for (trial, wanted) in [
            (Trial { outcome: "duplicate", ..still.clone() }, "replay --event"),
            (Trial { outcome: "ignored", ..still.clone() }, "no table"),
            (Trial { is_there: false, is_queued: true, ..still.clone() }, "a sync with a key asks for it"),
            (still.clone(), "something newer"),
        ] {
            assert!(table(&trial, false, None).contains(wanted), "{wanted}");
        }
        assert!(csv(&still).ends_with(",stripe_customers,cus_1,,,\n"), "{}", csv(&still));
    }

    #[test]
    fn a_post_is_told_with_what_the_other_side_calls_it() {
        let post = PostLine {
            url: "http://x/y",
            kind: "a.b",
            event: "evt_1",
            status: 503,
            correlation_id: Some("c\u{1b}1"),
            took_us: 850,
        };
        let drawn = posted(&post);
        assert!(drawn.starts_with("--> a.b [evt_1] to http://x/y\n<-- [503] 850 µs  correlation id c"), "{drawn}");
        assert!(!drawn.contains('\u{1b}'), "{drawn:?}");
        assert!(
            posted_csv(&post)
                .starts_with("url,event_id,type,http_status,correlation_id,took_us\nhttp://x/y,evt_1,a.b,503,")
        );
        assert!(posted_json(&post).contains(r#""took_us":850"#));
    }
}
