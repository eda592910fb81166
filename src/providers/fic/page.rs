//! Reading lists. Everything that is not an object with an `id` becomes one here, so that the layers above see rows.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::resource::Resource;
use crate::model::wire::Unreadable;

/// One answer of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The rows' JSON, number text as sent, each with an `id`.
    pub rows: Vec<String>,
    /// The page's number, if told.
    pub current_page: Option<u32>,
    /// The last page's number, if told.
    pub last_page: Option<u32>,
    /// How many rows the whole list has, if told.
    pub total: Option<u64>,
}

/// How a list's elements look on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Objects with an `id`.
    Objects,
    /// Plain texts: the text is id and name.
    Names,
    /// Objects whose id is another member.
    KeyedBy(&'static str),
    /// A map from product id to the rest of the row.
    ByProduct,
    /// Objects that may lack their id, which is then made from what tells entries apart.
    Cashbook,
}

/// The lists that are not plain objects with ids.
const SHAPES: &[(&str, Shape)] = &[
    ("revenue_centers", Shape::Names),
    ("cost_centers", Shape::Names),
    ("product_categories", Shape::Names),
    ("received_document_categories", Shape::Names),
    ("archive_categories", Shape::Names),
    ("measures", Shape::Names),
    ("dn_causals", Shape::Names),
    ("countries", Shape::KeyedBy("name")),
    ("languages", Shape::KeyedBy("code")),
    ("price_list_items", Shape::ByProduct),
    ("cashbook", Shape::Cashbook),
];

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(default, borrow)]
    current_page: Option<&'a RawValue>,
    #[serde(default, borrow)]
    last_page: Option<&'a RawValue>,
    #[serde(default, borrow)]
    total: Option<&'a RawValue>,
}

/// Reads a list answer; `pass` is the query string of the pass that asked for it.
pub fn read(resource: &Resource, pass: &str, body: &[u8]) -> Result<Page, Unreadable> {
    let unreadable = |what: &str| Unreadable(format!("the list of {} {what}", resource.name));
    let text = std::str::from_utf8(body).map_err(|_| unreadable("is not UTF-8"))?;
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|_| unreadable("is cut or has no data"))?;
    let shape = SHAPES.iter().find(|(name, _)| *name == resource.name).map_or(Shape::Objects, |(_, shape)| *shape);
    let rows = match shape {
        Shape::ByProduct => by_product(envelope.data),
        _ => elements(envelope.data).and_then(|raw| rows(shape, pass, &raw)),
    };
    let page_number = |raw| whole(raw).and_then(|n| u32::try_from(n).ok());
    Ok(Page {
        rows: rows.ok_or_else(|| unreadable("has rows of an unexpected shape"))?,
        current_page: page_number(envelope.current_page),
        last_page: page_number(envelope.last_page),
        total: whole(envelope.total),
    })
}

/// Reads a single object's answer and returns its JSON text.
pub fn read_single(resource: &Resource, body: &[u8]) -> Result<String, Unreadable> {
    let unreadable = || Unreadable(format!("the answer about one of {} is cut or has no data", resource.name));
    let text = std::str::from_utf8(body).map_err(|_| unreadable())?;
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|_| unreadable())?;
    let data = envelope.data.get();
    if data.starts_with('{') { Ok(data.to_owned()) } else { Err(unreadable()) }
}

/// Reads the ids out of a bin's list.
pub fn read_bin(body: &[u8]) -> Result<Vec<String>, Unreadable> {
    let unreadable = || Unreadable("the bin's list is cut or has rows without id".to_owned());
    let text = std::str::from_utf8(body).map_err(|_| unreadable())?;
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|_| unreadable())?;
    let rows = elements(envelope.data).ok_or_else(unreadable)?;
    rows.into_iter().map(|raw| member(raw.get(), "id").map(|id| unquoted(id.get())).ok_or_else(unreadable)).collect()
}

fn elements(data: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(data.get()).ok()
}

fn rows(shape: Shape, pass: &str, elements: &[&RawValue]) -> Option<Vec<String>> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    elements.iter().map(|raw| row(shape, pass, raw.get(), &mut seen)).collect()
}

fn row(shape: Shape, pass: &str, raw: &str, seen: &mut HashMap<String, usize>) -> Option<String> {
    match shape {
        Shape::Objects => {
            let id = member(raw, "id")?;
            (id.get() != "null").then(|| raw.to_owned())
        }
        Shape::Names => named(pass, raw),
        Shape::KeyedBy(key) => Some(with_id(raw, member(raw, key)?.get())),
        Shape::ByProduct => None,
        Shape::Cashbook => match member(raw, "id") {
            Some(id) if id.get() != "null" => Some(raw.to_owned()),
            _ => {
                let key = cashbook_key(raw)?;
                let times = seen.entry(key.clone()).and_modify(|n| *n += 1).or_insert(1);
                Some(with_id(raw, &quoted(&format!("{key}#{times}"))))
            }
        },
    }
}

/// Makes a row of a plain text. Where lists differ by context, the context is a part of the id.
fn named(pass: &str, raw: &str) -> Option<String> {
    let name: String = serde_json::from_str(raw).ok()?;
    Some(match pass.strip_prefix("context=") {
        Some(context) => {
            let id = quoted(&format!("{context}:{name}"));
            format!("{{\"id\":{id},\"context\":{},\"name\":{}}}", quoted(context), quoted(&name))
        }
        None => format!("{{\"id\":{0},\"name\":{0}}}", quoted(&name)),
    })
}

/// Returns what tells a cashbook entry from others. Equal entries of one day are numbered by the caller, which is
/// stable because windows never separate them.
fn cashbook_key(raw: &str) -> Option<String> {
    let part = |name: &str| member(raw, name).filter(|v| v.get() != "null").map(|v| unquoted(v.get()));
    let document = member(raw, "document").and_then(|d| member(d.get(), "id")).map(|id| unquoted(id.get()));
    let what = document.or_else(|| part("description")).unwrap_or_default();
    let amount = part("amount_in").or_else(|| part("amount_out")).unwrap_or_default();
    Some(format!(
        "{}:{}:{}:{what}:{amount}",
        part("date")?,
        part("kind").unwrap_or_default(),
        part("type").unwrap_or_default()
    ))
}

/// Makes rows of the map of a price list's items, in the order of the wire. An empty one may come as `[]`.
fn by_product(data: &RawValue) -> Option<Vec<String>> {
    if data.get().starts_with('[') {
        return elements(data).filter(Vec::is_empty).map(|_| Vec::new());
    }
    let items: Pairs<'_> = serde_json::from_str(data.get()).ok()?;
    items
        .0
        .into_iter()
        .map(|(product, raw)| {
            let id = quoted(&product);
            raw.get().starts_with('{').then(|| with_member(&with_id(raw.get(), &id), "product_id", &id))
        })
        .collect()
}

fn with_id(object: &str, id: &str) -> String {
    with_member(object, "id", id)
}

/// Puts a member before the others, leaving their text alone; a null of the same name goes.
fn with_member(object: &str, name: &str, value: &str) -> String {
    let pairs = serde_json::from_str::<Pairs<'_>>(object).map_or_else(|_| Vec::new(), |pairs| pairs.0);
    let mut out = format!("{{\"{name}\":{value}");
    for (key, raw) in pairs.iter().filter(|(key, _)| key != name) {
        out.push_str(&format!(",{}:{}", quoted(key), raw.get()));
    }
    out.push('}');
    out
}

/// A map in wire order, or any object's members.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Pairs<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry::<String, &RawValue>()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

fn member<'a>(object: &'a str, name: &str) -> Option<&'a RawValue> {
    let pairs: Pairs<'a> = serde_json::from_str(object).ok()?;
    pairs.0.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn unquoted(raw: &str) -> String {
    serde_json::from_str(raw).unwrap_or_else(|_| raw.to_owned())
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Reads a count that may come as a number or as text.
fn whole(raw: Option<&RawValue>) -> Option<u64> {
    raw?.get().trim_matches('"').parse().ok()
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
