//! How a whole object is shown: truncated lists, hidden fields, references as ids, expansions.

use serde_json::Value;

use super::book::{Book, EMBEDDED};
use super::facts::Facts;
use super::generate::{Kind, list_text};
use super::text::{NESTED, PAGE, canonical, edit, elements, field, find, scalar, shift};

/// Elements of a list that an object shows inline.
const INLINE: usize = 10;
/// Levels of an expansion; the service answers 400 beyond.
pub(super) const MAX_EXPAND_DEPTH: usize = 4;

/// Shows an object as a list page does, with the given expansions (dotted, without `data.`), already checked.
pub(super) fn show(book: &Book, kind: Kind, whole: &str, expand: &[&str]) -> String {
    let known = book.expand_only(kind);
    let mut edits = Vec::new();
    for name in known {
        if let Some((line, value)) = field(whole, name) {
            let wanted = expand.iter().any(|e| e.split('.').next() == Some(*name));
            let raw = &whole[value.clone()];
            match (wanted, raw) {
                (true, _) if find(raw, "\n        \"object\": \"list\"").is_some() => {
                    edits.push((value, inline(raw, true)))
                }
                (true, _) => {}
                (false, raw) if raw.starts_with('"') || raw == "[]" => {}
                (false, raw) if raw.starts_with('[') && find(raw, "\"object\": \"discount\"").is_some() => {
                    edits.push((value, ids(raw, PAGE + 4, PAGE + 2)));
                }
                (false, _) => edits.push((line, String::new())),
            }
        }
    }
    for (parent, name, ..) in EMBEDDED.iter().filter(|e| e.0 == kind && !known.contains(&e.1)) {
        debug_assert_eq!(*parent, kind);
        if name.starts_with('~') {
            continue;
        }
        if let Some((_, value)) = field(whole, name) {
            let keeps = expand.iter().any(|e| e.starts_with(&format!("{name}.data.discounts")));
            let raw = &whole[value.clone()];
            if memchr::memmem::find_iter(raw.as_bytes(), "\n          {").count() > INLINE
                || (!keeps && find(raw, "\"object\": \"discount\"").is_some())
            {
                edits.push((value, inline(raw, keeps)));
            }
        }
    }
    // Private fields sort behind all others, so they are the object's end.
    let private =
        has_private(whole).then(|| find(whole, "\n      \"~")).flatten().map(|at| at..whole.len() - "\n    }".len());
    let cuts_end = private.is_some();
    if let Some(range) = private {
        edits.push((range, String::new()));
    }
    let mut shown = if edits.is_empty() { whole.to_owned() } else { edit(whole, edits) };
    if (cuts_end || shown.ends_with(",\n    }")) && shown.ends_with(",\n    }") {
        shown.truncate(shown.len() - ",\n    }".len());
        shown.push_str("\n    }");
    }
    expand_others(book, kind, whole, shown, expand)
}

/// The first elements of a list and whether there are more; discounts in them as ids unless kept.
fn inline(list: &str, keep_discounts: bool) -> String {
    let all = elements(list, NESTED);
    let url = list.rsplit("\"url\": \"").next().and_then(|u| u.split('"').next()).unwrap_or("");
    let shown: Vec<String> =
        all.iter().take(INLINE).map(|e| if keep_discounts { (*e).to_owned() } else { element(e) }).collect();
    list_text(&shown, all.len() > INLINE, url)
}

/// An element of a nested list as shown by default.
fn element(text: &str) -> String {
    let start = format!("\n{}\"discounts\": [\n", " ".repeat(NESTED + 2));
    let Some(at) = find(text, &start) else { return text.to_owned() };
    let open = at + start.len() - 2;
    let close = format!("\n{}]", " ".repeat(NESTED + 2));
    let Some(len) = find(&text[open..], &close) else { return text.to_owned() };
    let end = open + len + close.len();
    edit(text, vec![(open..end, ids(&text[open..end], NESTED + 4, NESTED + 2))])
}

/// An array of objects as an array of their ids.
fn ids(array: &str, column: usize, own: usize) -> String {
    let pad = " ".repeat(column);
    let each = elements(array, column)
        .into_iter()
        .filter_map(|e| e.split_once("\"id\": \"").and_then(|(_, r)| r.split('"').next()));
    let list: Vec<String> = each.map(|id| format!("\n{pad}\"{id}\"")).collect();
    format!("[{}\n{}]", list.join(","), " ".repeat(own))
}

/// Elements of a nested list as their own endpoint shows them.
pub(super) fn nested_page(whole: &str, name: &str, keep_discounts: bool) -> Vec<String> {
    let Some((_, value)) = field(whole, name) else { return Vec::new() };
    let all = elements(&whole[value], NESTED);
    let shown = all.into_iter().map(|e| if keep_discounts { e.to_owned() } else { element(e) });
    shown.map(|e| shift(&e, NESTED, PAGE).into_owned()).collect()
}

/// Expansions that reach into other objects: parsed, filled, written again.
fn expand_others(book: &Book, kind: Kind, whole: &str, shown: String, expand: &[&str]) -> String {
    let is_own = |path: &&&str| {
        let own = path.split('.').count() == 1 || path.ends_with(".data.discounts");
        let first = path.split('.').next().unwrap_or("");
        own && field(&shown, first).is_some_and(|(_, value)| !shown[value].starts_with('"'))
    };
    let others: Vec<&&str> = expand.iter().filter(|path| !is_own(path)).collect();
    if others.is_empty() {
        return shown;
    }
    let Ok(mut value) = serde_json::from_str::<Value>(&shown) else { return shown };
    for path in others {
        if *path == AMOUNT_LINES {
            expand_amount_lines(whole, &mut value);
            continue;
        }
        expand_at(book, kind.row().object, &mut value, &path.split('.').collect::<Vec<_>>(), MAX_EXPAND_DEPTH);
    }
    canonical(&value)
}

/// The one list that stands two levels down.
const AMOUNT_LINES: &str = "amount_details.line_items";

fn expand_amount_lines(whole: &str, value: &mut Value) {
    let Some((_, range)) = field(whole, "~amount_lines") else { return };
    let Ok(list) = serde_json::from_str::<Value>(&inline(&whole[range], true)) else { return };
    if !value["amount_details"].is_object() {
        value["amount_details"] = serde_json::json!({});
    }
    value["amount_details"]["line_items"] = list;
}

fn expand_at(book: &Book, schema: &str, value: &mut Value, path: &[&str], depth: usize) {
    let Some((first, rest)) = path.split_first().filter(|_| depth > 0) else { return };
    if let Value::Array(items) = value {
        let path = if *first == "data" { rest } else { path };
        items.iter_mut().for_each(|item| expand_at(book, schema, item, path, depth));
        return;
    }
    if *first == "data" {
        if let Some(data) = value.get_mut("data") {
            expand_at(book, schema, data, rest, depth);
        }
        return;
    }
    let targets = Facts::get().targets(schema, first).to_vec();
    if value.get(*first).is_none()
        && let Some(list) = own_list(book, schema, value, first)
    {
        value[*first] = list;
    }
    let Some(inner) = value.get_mut(*first) else { return };
    resolve(book, inner, &targets);
    let next = inner.get("object").and_then(Value::as_str).filter(|o| *o != "list").map(str::to_owned);
    expand_at(book, &next.or_else(|| targets.first().cloned()).unwrap_or_default(), inner, rest, depth - 1);
}

/// Puts objects in the place of ids.
fn resolve(book: &Book, inner: &mut Value, targets: &[String]) {
    if let Value::Array(items) = inner {
        items.iter_mut().for_each(|item| resolve(book, item, targets));
    }
    let Some(id) = inner.as_str().map(str::to_owned) else { return };
    let unions = targets
        .iter()
        .flat_map(|t| std::iter::once(t.as_str()).chain(Facts::get().targets(t, "").iter().map(String::as_str)));
    for target in unions {
        let Some(kind) = Kind::of(target) else { continue };
        if let Some(text) = book.get(kind, &id)
            && let Ok(found) = serde_json::from_str(&show(book, kind, &text, &[]))
        {
            *inner = found;
            return;
        }
        if book.gone(kind, &id).is_some() {
            *inner = serde_json::json!({"id": id, "object": target, "deleted": true});
            return;
        }
    }
}

/// A list that stands in an object only by expansion and has its own table: `customer.tax_ids`, `charge.refunds`.
fn own_list(book: &Book, object: &str, value: &Value, name: &str) -> Option<Value> {
    let path = Facts::get().object(object).nested.get(name)?;
    let id = value.get("id")?.as_str()?;
    let found = Facts::get().find(path.split('?').next()?)?;
    let kind = if name == "sources" { Kind::Card } else { Kind::of(found.path.objects.first()?)? };
    let by = path.split('?').nth(1).and_then(|q| q.split('=').next()).unwrap_or(object);
    let places = book.having(kind, by, id);
    let shown = places.iter().rev().take(INLINE).filter_map(|p| book.at(kind, *p));
    let data: Vec<Value> = shown.filter_map(|t| serde_json::from_str(&show(book, kind, &t, &[])).ok()).collect();
    Some(
        serde_json::json!({"object": "list", "data": data, "has_more": places.len() > INLINE, "url": path.replace("{id}", id)}),
    )
}

/// Says whether a list hides an object, given the parameters of the request.
pub(super) fn is_hidden(text: &str, hides: &[(String, String, String)], given: &dyn Fn(&str) -> bool) -> bool {
    if has_private(text) && text.contains("\n      \"~unlisted\": true") {
        return true;
    }
    hides.iter().any(|(name, value, shown_by)| {
        let hit = scalar(text, name).is_some_and(|have| if value == "*" { have != "null" } else { have == value });
        hit && !shown_by.split('|').any(given)
    })
}

/// Whether a text may hold private fields at all: looking for one byte is much cheaper than for a line's beginning.
fn has_private(text: &str) -> bool {
    text.as_bytes().contains(&b'~')
}
