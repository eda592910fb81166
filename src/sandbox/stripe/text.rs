//! JSON text in the one layout that the sandbox writes, and cheap surgery on it.
//!
//! Objects are rendered once as they stand in a list page: indented by two, starting at column four. Because the layout is
//! ours, a field of an object is found by its line's beginning; strings cannot hold a raw newline. Parsing 140,000
//! objects only to serve them would cost ten times as much.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

/// Column at which an object of a list page starts.
pub(super) const PAGE: usize = 4;
/// Column at which an element of an object's own list (`{data: […]}`) starts, seen from the object.
pub(super) const NESTED: usize = PAGE + 6;

/// Writes a value, `id` and `object` first as Stripe does, from the given column on (the first line unindented).
pub(super) fn pretty(value: &Value, column: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let first = ["id", "object"].iter().filter_map(|k| map.get_key_value(*k));
            let rest = map.iter().filter(|(k, _)| *k != "id" && *k != "object");
            out.push('{');
            for (at, (key, value)) in first.chain(rest).enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                line(column + 2, out);
                push_string(key, out);
                out.push_str(": ");
                pretty(value, column + 2, out);
            }
            line(column, out);
            out.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                line(column + 2, out);
                pretty(item, column + 2, out);
            }
            line(column, out);
            out.push(']');
        }
        Value::String(text) => push_string(text, out),
        other => out.push_str(&other.to_string()),
    }
}

fn line(column: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', column));
}

/// Writes a JSON string with its quotes.
pub(super) fn push_string(text: &str, out: &mut String) {
    if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&Value::from(text).to_string());
    }
}

/// Returns a JSON string with its quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_string(text, &mut out);
    out
}

/// Renders an object as it stands in a list page.
pub(super) fn canonical(value: &Value) -> String {
    let mut out = String::with_capacity(4096);
    pretty(value, PAGE, &mut out);
    out
}

/// Moves a text that starts at one column to another.
pub(super) fn shift(text: &str, from: usize, to: usize) -> Cow<'_, str> {
    let pad = |n: usize| format!("\n{}", " ".repeat(n));
    match from == to {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.replace(&pad(from), &pad(to))),
    }
}

/// Finds an object's own field: the range of its whole line(s) from the newline on, and of its value.
pub(super) fn field(text: &str, name: &str) -> Option<(Range<usize>, Range<usize>)> {
    let mut key = String::with_capacity(name.len() + 12);
    key.push_str("\n      \"");
    key.push_str(name);
    key.push_str("\": ");
    let start = find(text, &key)?;
    let value = start + key.len();
    let end = find(&text[value..], "\n      \"").map_or(text.len().saturating_sub("\n    }".len()), |at| value + at);
    let stripped = text[value..end].strip_suffix(',').map_or(end, |t| value + t.len());
    Some((start..end, value..stripped))
}

/// Returns an object's own string, number, boolean or null as text without quotes.
pub(super) fn scalar<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = field(text, name)?;
    let raw = &text[value];
    Some(raw.strip_prefix('"').and_then(|r| r.strip_suffix('"')).unwrap_or(raw))
}

/// Returns what a reference points to: the field's own text, or the `id` of the object that stands there.
pub(super) fn reference<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let raw = scalar(text, name)?;
    match raw.starts_with('{') {
        true => raw.split_once("\"id\": \"").and_then(|(_, rest)| rest.split('"').next()),
        false => Some(raw),
    }
}

/// Returns where a text begins in another: `str::find` takes half of a served page's time.
pub(super) fn find(text: &str, sought: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), sought.as_bytes())
}

/// Returns the elements of a list envelope's `data` or of a plain array, each as text starting at its column.
pub(super) fn elements(value: &str, column: usize) -> Vec<&str> {
    let open = format!("\n{}{{", " ".repeat(column));
    let close = format!("\n{}}}", " ".repeat(column));
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(start) = find(&value[at..], &open) {
        let begin = at + start + open.len() - 1;
        let Some(len) = find(&value[begin..], &close) else { break };
        at = begin + len + close.len();
        out.push(&value[begin..at]);
    }
    out
}

/// Cuts ranges out of a text and puts others in; ranges must not overlap.
pub(super) fn edit(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (range, new) in edits {
        out.push_str(&text[at..range.start]);
        out.push_str(&new);
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_found_by_depth_not_by_name() {
        let value = json!({"id": "a\n \"x", "inner": {"status": "deep"}, "status": "own", "lines": {"data": [{"id": 1}, {"id": 2}]}});
        let text = canonical(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert_eq!(scalar(&text, "status"), Some("own"));
        assert_eq!(scalar(&text, "data"), None);
        let (_, lines) = field(&text, "lines").unwrap();
        let inside = elements(&text[lines], NESTED);
        assert_eq!(inside.len(), 2);
        assert_eq!(serde_json::from_str::<Value>(&shift(inside[1], NESTED, PAGE)).unwrap(), json!({"id": 2}));
    }

    #[test]
    fn cutting_a_field_leaves_json() {
        let text = canonical(&json!({"a": 1, "b": {"c": []}, "~p": 3}));
        for name in ["b", "~p"] {
            let (whole, _) = field(&text, name).unwrap();
            let mut cut = edit(&text, vec![(whole, String::new())]);
            // The last field takes the comma before it along.
            if cut.ends_with(",\n    }") {
                cut.truncate(cut.len() - ",\n    }".len());
                cut.push_str("\n    }");
            }
            assert!(serde_json::from_str::<Value>(&cut).unwrap().get(name).is_none());
        }
    }
}
