//! Text with holes: a sample object rendered once, then filled for each object by copying.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use crate::sandbox::stripe::facts::sample;
use crate::sandbox::stripe::text::{pretty, push_string};

/// What fills a template, in an order that is the same for every object of a kind: JSON pointers and raw JSON text.
pub(in super::super) struct Fields {
    list: Vec<(&'static str, String)>,
}

impl Fields {
    pub(in super::super) fn new() -> Fields {
        Fields { list: Vec::with_capacity(32) }
    }
    /// A string.
    pub(super) fn text(&mut self, at: &'static str, text: &str) {
        let mut out = String::with_capacity(text.len() + 2);
        push_string(text, &mut out);
        self.list.push((at, out));
    }
    /// A string or null.
    pub(super) fn maybe(&mut self, at: &'static str, text: Option<&str>) {
        match text {
            Some(text) => self.text(at, text),
            None => self.raw(at, "null"),
        }
    }
    /// Anything that displays as JSON: a number, `true`, `null`, a rendered value.
    pub(super) fn raw(&mut self, at: &'static str, raw: impl ToString) {
        self.list.push((at, raw.to_string()));
    }
}

/// Pieces of literal text, each but the last followed by the field of that number.
pub(super) struct Template {
    pieces: Vec<(String, usize)>,
    tail: String,
    len: usize,
}

impl Template {
    /// Cuts the sample of an object type at the fields' places. What is dropped is not there at all.
    fn new(object: &str, drop: &[&str], fields: &Fields, column: usize) -> Template {
        let mut shape = sample(object).clone();
        if let Value::Object(map) = &mut shape {
            map.retain(|key, _| !drop.contains(&key.as_str()));
        }
        for (number, (at, _)) in fields.list.iter().enumerate() {
            put(&mut shape, at, Value::from(format!("@@{number}@@")));
        }
        let mut text = String::new();
        pretty(&shape, column, &mut text);
        let (mut pieces, mut rest) = (Vec::new(), text.as_str());
        while let Some((before, after)) = rest.split_once("\"@@") {
            let (number, after) = after.split_once("@@\"").unwrap_or((after, ""));
            pieces.push((before.to_owned(), number.parse().unwrap_or(0)));
            rest = after;
        }
        let filled: usize = fields.list.iter().map(|(_, raw)| raw.len()).sum();
        Template { pieces, tail: rest.to_owned(), len: text.len() + filled }
    }

    pub(super) fn fill(&self, fields: &Fields) -> String {
        let mut out = String::with_capacity(self.len + 256);
        for (literal, number) in &self.pieces {
            out.push_str(literal);
            out.push_str(&fields.list[*number].1);
        }
        out.push_str(&self.tail);
        out
    }
}

/// What a template is made from: object type, column, and the places of its fields.
type Cut = (String, usize, Vec<&'static str>);

/// Returns the template of an object type with holes in these places. Accounts share them: there are a few shapes of each
/// type, and thousands of accounts. What is dropped follows from the type.
pub(super) fn shared(object: &str, drop: &[&str], fields: &Fields, column: usize) -> Arc<Template> {
    static ALL: OnceLock<Mutex<HashMap<Cut, Arc<Template>>>> = OnceLock::new();
    let cut = (object.to_owned(), column, fields.list.iter().map(|(at, _)| *at).collect());
    let mut all = ALL.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(all.entry(cut).or_insert_with(|| Arc::new(Template::new(object, drop, fields, column))))
}

/// Sets the value at a pointer, making objects on the way.
fn put(value: &mut Value, pointer: &str, new: Value) {
    let mut at = value;
    for key in pointer.split('/').skip(1) {
        if !at.is_object() {
            *at = Value::Object(serde_json::Map::new());
        }
        at = &mut at[key];
    }
    *at = new;
}

/// Writes an object of raw values whose lines are padded as one that starts at a column.
pub(super) fn object_text(column: usize, fields: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(fields.iter().map(|(name, raw)| name.len() + raw.len() + column + 8).sum());
    for (at, (name, raw)) in fields.iter().enumerate() {
        out.push_str(if at == 0 { "{\n" } else { ",\n" });
        out.extend(std::iter::repeat_n(' ', column + 2));
        out.push('"');
        out.push_str(name);
        out.push_str("\": ");
        out.push_str(raw);
    }
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', column));
    out.push('}');
    out
}

/// Writes a list envelope as it stands in an object of a list page; elements are texts at the nested column.
pub(in super::super) fn list_text(elements: &[impl AsRef<str>], has_more: bool, url: &str) -> String {
    let len: usize = elements.iter().map(|e| e.as_ref().len() + 16).sum();
    let mut out = String::with_capacity(len + 200);
    out.push_str("{\n        \"object\": \"list\",\n        \"data\": [");
    for (at, element) in elements.iter().enumerate() {
        out.push_str(if at == 0 { "\n          " } else { ",\n          " });
        out.push_str(element.as_ref());
    }
    out.push_str(if elements.is_empty() { "]" } else { "\n        ]" });
    out.push_str(if has_more { ",\n        \"has_more\": true" } else { ",\n        \"has_more\": false" });
    out.push_str(",\n        \"url\": \"");
    out.push_str(url);
    out.push_str("\"\n      }");
    out
}
