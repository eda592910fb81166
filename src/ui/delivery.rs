//! What becomes of deliveries, line by line as they come.

use std::collections::BTreeMap;

use serde_json::json;

use super::sheet::{self, names, numbers};
use super::text::safe;
use super::units::{grouped, moment};
use crate::model::invoice::InvoiceFacts;

/// One delivery, or one attempt at an event of the log.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryLine<'a> {
    /// When, unix seconds.
    pub at_s: i64,
    /// `customer.created`; empty where nobody could read one.
    pub kind: &'a str,
    /// `evt_…`
    pub id: &'a str,
    /// The account's own id.
    pub account: &'a str,
    /// The answer's status; none for an attempt that nobody waits for.
    pub status: Option<u16>,
    /// `processed`, `stored`, `duplicate`, `ignored`, `failed`, `dead`, `malformed`, `refused`.
    pub outcome: &'a str,
    /// Why it was refused or failed.
    pub why: Option<&'a str>,
    /// Microseconds for log and effect.
    pub took_us: Option<i64>,
    /// The log row.
    pub row: Option<i64>,
    /// What answer, row and line have in common; empty for an attempt that nobody waits for.
    pub correlation_id: &'a str,
    /// What it says of an invoice.
    pub invoice: Option<&'a InvoiceFacts>,
}

/// One event that was passed on to another application.
#[derive(Debug, Clone, Copy)]
pub struct ForwardLine<'a> {
    /// When the answer came, unix seconds.
    pub at_s: i64,
    /// `customer.created`.
    pub kind: &'a str,
    /// `evt_…`
    pub id: &'a str,
    /// Where to, without what is secret in it.
    pub url: &'a str,
    /// The answer's status, where there was one.
    pub status: Option<u16>,
    /// Why there was none.
    pub why: Option<&'a str>,
    /// From the request to the end of the answer.
    pub took_ms: Option<u64>,
}

/// What a replay came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replayed {
    /// How many events ended how: `processed`, `duplicate`, `ignored`, `failed`, `dead`, `malformed`; of those that were sent
    /// elsewhere by the answer's status, or `no answer`.
    pub by_outcome: BTreeMap<String, u64>,
    /// How many did not end well.
    pub failed: u64,
}

impl Replayed {
    /// Counts one more.
    pub fn add(&mut self, outcome: &str, has_failed: bool) {
        *self.by_outcome.entry(outcome.to_owned()).or_default() += 1;
        self.failed += u64::from(has_failed);
    }

    fn total(&self) -> u64 {
        self.by_outcome.values().sum()
    }
}

/// Draws what a replay came to.
pub fn replayed(done: &Replayed, width: Option<u16>) -> String {
    let rows = done.by_outcome.iter().map(|(outcome, count)| vec![outcome.clone(), grouped(*count)]);
    let total = std::iter::once(vec!["total".to_owned(), grouped(done.total())]);
    sheet::table(&[names("outcome"), numbers("events")], &rows.chain(total).collect::<Vec<_>>(), width)
}

/// Writes the same as CSV, without the sum.
pub fn replayed_csv(done: &Replayed) -> String {
    let rows: Vec<Vec<String>> =
        done.by_outcome.iter().map(|(outcome, count)| vec![outcome.clone(), count.to_string()]).collect();
    sheet::csv(&["outcome", "events"], &rows)
}

/// Writes the same as JSON.
pub fn replayed_json(done: &Replayed) -> String {
    format!("{}\n", json!({"total": done.total(), "outcomes": done.by_outcome}))
}

/// Draws a delivery as those do who use the Stripe CLI: what came, and what was answered.
pub fn lines(line: &DeliveryLine) -> String {
    let at = moment(line.at_s);
    let mut out = String::new();
    if !line.kind.is_empty() {
        out.push_str(&format!("{at}   --> {} [{}]\n", safe(line.kind), safe(line.id)));
    }
    let status = line.status.map_or_else(|| "again".to_owned(), |status| status.to_string());
    let took = line.took_us.map(|us| format!(" {} ms", thousandths(us))).unwrap_or_default();
    let why = line.why.map(|why| format!(": {}", safe(why))).unwrap_or_default();
    let correlation_id = Some(line.correlation_id).filter(|id| !id.is_empty());
    let correlation_id = correlation_id.map(|id| format!(" ({})", safe(id))).unwrap_or_default();
    out.push_str(&format!("{at}  <--  [{status}]{took} {}{correlation_id}{why}\n", line.outcome));
    if let Some(invoice) = line.invoice {
        let row = ("webhook_id", line.row.map(|row| row.to_string()));
        let facts = [row].into_iter().chain(invoice.named());
        let facts = facts.filter_map(|(name, fact)| Some(format!("{name}={}", safe(&fact?))));
        out.push_str(&format!("{at}       {}\n", facts.collect::<Vec<_>>().join(" ")));
    }
    out
}

/// Returns microseconds as milliseconds, in digits.
fn thousandths(us: i64) -> String {
    format!("{}.{:03}", us / 1000, us % 1000)
}

/// Writes a delivery as a line of JSON.
pub fn json_line(line: &DeliveryLine) -> String {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let mut json = json!({
        "at_s": line.at_s,
        "type": text(line.kind),
        "event_id": text(line.id),
        "account": text(line.account),
        "http_status": line.status,
        "status": line.outcome,
        "error": line.why,
        "took_us": line.took_us,
        "webhook_id": line.row,
        "correlation_id": text(line.correlation_id),
    });
    if let Some(invoice) = line.invoice {
        let facts: BTreeMap<&str, Option<String>> = invoice.named().into_iter().collect();
        json["invoice"] = json!(facts);
        // A number for programs.
        json["invoice"]["amount_due_minor"] = json!(invoice.amount_due_minor);
    }
    format!("{}\n", super::text::safe_json(json.to_string()))
}

/// Draws what another application answered, as those do who use the Stripe CLI.
pub fn forwarded(line: &ForwardLine) -> String {
    let status = line.status.map_or_else(|| "ERROR".to_owned(), |status| status.to_string());
    let took = line.took_ms.map(|ms| format!(" {ms} ms")).unwrap_or_default();
    let why = line.why.map(|why| format!(": {}", safe(why))).unwrap_or_default();
    format!("{}  <--  [{status}] POST {} [{}]{took}{why}\n", moment(line.at_s), safe(line.url), safe(line.id))
}

/// Writes the same as a line of JSON; `forwarded_to` tells it from a delivery's.
pub fn forwarded_json(line: &ForwardLine) -> String {
    let json = json!({
        "at_s": line.at_s,
        "type": line.kind,
        "event_id": line.id,
        "forwarded_to": line.url,
        "http_status": line.status,
        "error": line.why,
        "took_ms": line.took_ms,
    });
    format!("{}\n", super::text::safe_json(json.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_application_answered_is_told() {
        let line = ForwardLine {
            at_s: 0,
            kind: "a.b",
            id: "evt_1",
            url: "http://x/y",
            status: Some(204),
            why: None,
            took_ms: Some(3),
        };
        assert_eq!(forwarded(&line), "1970-01-01 00:00:00Z  <--  [204] POST http://x/y [evt_1] 3 ms\n");
        let failed = ForwardLine { status: None, took_ms: None, why: Some("refused\u{1b}"), ..line };
        assert!(
            forwarded(&failed).ends_with("[ERROR] POST http://x/y [evt_1]: refused\\u{1b}\n"),
            "{}",
            forwarded(&failed)
        );
        let read: serde_json::Value = serde_json::from_str(&forwarded_json(&line)).expect("JSON");
        assert_eq!((&read["forwarded_to"], &read["http_status"]), (&json!("http://x/y"), &json!(204)));
    }

    #[test]
    fn a_delivery_is_told_in_the_shape_that_people_know_and_for_programs() {
        let line = DeliveryLine {
            at_s: 0,
            kind: "customer.created",
            id: "evt_1",
            account: "acct_1",
            status: Some(200),
            outcome: "processed",
            why: None,
            took_us: Some(1234),
            row: Some(7),
            correlation_id: "0a-1",
            invoice: None,
        };
        let invoice = InvoiceFacts {
            id: "in_1".into(),
            amount_due_minor: Some(1200),
            currency: Some("e\u{1b}ur".into()),
            ..InvoiceFacts::default()
        };
        let about = DeliveryLine { invoice: Some(&invoice), ..line };
        let drawn = lines(&about);
        let told = drawn.lines().last().expect("lines");
        assert!(told.ends_with("webhook_id=7 invoice=in_1 amount_due_minor=1200 currency=e\\u{1b}ur"), "{told}");
        let read: serde_json::Value = serde_json::from_str(&json_line(&about)).expect("JSON");
        assert_eq!((&read["invoice"]["invoice"], &read["invoice"]["amount_due_minor"]), (&json!("in_1"), &json!(1200)));
        let wanted = "1970-01-01 00:00:00Z   --> customer.created [evt_1]\n\
            1970-01-01 00:00:00Z  <--  [200] 1.234 ms processed (0a-1)\n";
        assert_eq!(lines(&line), wanted);
        let refused = DeliveryLine {
            kind: "",
            id: "",
            status: Some(400),
            outcome: "refused",
            why: Some("a\u{1b}b"),
            took_us: None,
            ..line
        };
        let drawn = lines(&refused);
        assert!(
            drawn.starts_with("1970-01-01 00:00:00Z  <--  [400] refused (0a-1): a") && !drawn.contains('\u{1b}'),
            "{drawn}"
        );
        let read: serde_json::Value = serde_json::from_str(&json_line(&refused)).expect("JSON");
        assert_eq!(
            (&read["type"], &read["http_status"], &read["webhook_id"]),
            (&serde_json::Value::Null, &json!(400), &json!(7))
        );
    }
}
