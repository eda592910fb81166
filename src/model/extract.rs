//! JSON to rows, driven by the resource table.
//!
//! A table entry's JSON pointers are compiled once into a tree of keys; an object's text is then read in one pass that
//! keeps slices of what the tree names: see `capture`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::capture::{Captured, Tree};
use super::cell::{Unheld, is_plain, plain_text, shown};
use super::resource::{Provider, Resource};
use super::row::{Cell, ChildSet, Object, Row};
use super::text::{self, Edit};
use super::wire::Unreadable;

/// All resources, compiled: the one registry that everything above the model looks things up in.
pub struct Catalog {
    entries: Vec<Compiled>,
    by_name: HashMap<String, usize>,
    api_version: Option<&'static str>,
}

/// One resource with its compiled tree.
pub struct Compiled {
    /// The table entry.
    pub resource: &'static Resource,
    /// Its index in the catalog.
    pub index: usize,
    /// Child resources whose rows stand in this one's JSON: index and the slot of the list.
    children: Vec<(usize, usize)>,
    tree: Tree,
    /// The slots of each column.
    columns: Vec<Vec<usize>>,
}

/// Left out wherever it stands: intents carry it, and errors and events carry intents.
pub const NEVER_STORED: &str = "client_secret";

/// What a list's envelope and its array add to the depth of an object.
const PAGE_DEPTH: usize = 2;

/// What is asked of every object, in the order of its slots.
const FIXED: [&str; 4] = ["/id", "/deleted", "/created", "/object"];
const ID: usize = 0;
const DELETED: usize = 1;
const CREATED: usize = 2;
const KIND: usize = 3;

impl Catalog {
    /// Compiles the table entries.
    pub fn new(resources: impl IntoIterator<Item = &'static Resource>) -> Catalog {
        let resources: Vec<_> = resources.into_iter().collect();
        let mut entries: Vec<Compiled> =
            resources.iter().enumerate().map(|(index, resource)| Compiled::new(index, resource)).collect();
        for (child, resource) in resources.iter().enumerate() {
            for inline in resource.inline {
                let parent = entries
                    .iter_mut()
                    .find(|e| e.resource.provider == resource.provider && e.resource.name == inline.parent);
                if let Some(parent) = parent {
                    let slot = parent.tree.slot(inline.at);
                    parent.children.push((child, slot));
                }
            }
        }
        let by_name = resources.iter().enumerate().map(|(i, r)| (r.table(), i)).collect();
        Catalog { entries, by_name, api_version: None }
    }

    /// Says in the shape of which API version answers come: events may come in others.
    pub fn answered_in(self, api_version: &'static str) -> Catalog {
        Catalog { api_version: Some(api_version), ..self }
    }

    /// Returns the API version of answers.
    pub fn api_version(&self) -> Option<&'static str> {
        self.api_version
    }

    /// Returns every resource in table order.
    pub fn entries(&self) -> &[Compiled] {
        &self.entries
    }

    /// Returns the resource with this table name (`stripe_customers`).
    pub fn by_table(&self, table: &str) -> Option<&Compiled> {
        self.by_name.get(table).map(|index| &self.entries[*index])
    }

    /// Returns the compiled form of a table entry.
    pub fn get(&self, resource: &Resource) -> &Compiled {
        self.by_table(&resource.table()).expect("every resource in use was given to the catalog")
    }

    /// Reads one object's JSON: compacts it, removes secrets, fills the columns, takes the child rows out.
    ///
    /// # Errors
    /// When the text is no JSON object, is of another kind, or has no id where its kind has one.
    pub fn object(&self, compiled: &Compiled, sent: &str) -> Result<Object, Unreadable> {
        self.kept_object(compiled, kept_text(sent, compiled.resource)?)
    }

    /// As [`Catalog::object`], of an element of a text that [`Catalog::compact_page`] returned.
    ///
    /// # Errors
    /// As [`Catalog::object`].
    pub fn element(&self, compiled: &Compiled, element: &str) -> Result<Object, Unreadable> {
        self.kept_object(compiled, text::without_key(element.to_owned(), NEVER_STORED))
    }

    /// Returns a page of a list without the white space between its tokens, which is a third of what comes: what reads it
    /// then has less to read.
    ///
    /// # Errors
    /// Where an object in it is nested too deep.
    pub fn compact_page(&self, compiled: &Compiled, sent: &str) -> Result<String, Unreadable> {
        compact(sent, compiled.resource, text::DEPTH_MAX + PAGE_DEPTH)
    }

    fn kept_object(&self, compiled: &Compiled, kept: String) -> Result<Object, Unreadable> {
        let data = compiled.without_secrets(kept);
        let captured = compiled.capture(&data)?;
        let id = compiled.id(&captured)?;
        if id.is_empty() {
            return Err(Unreadable(format!("{}: an object without an id", compiled.resource.name)));
        }
        let children = self.sets(compiled, &captured, &id)?;
        let gone = captured.first(DELETED) == Some("true");
        let created_s = captured.first(CREATED).and_then(|created| created.parse().ok());
        let (cells, unheld) = compiled.cells(&captured);
        let row = Row { id, parent_id: None, position: 0, cells, unheld, data, nested: Vec::new() };
        Ok(Object { resource: compiled.resource, row, children, gone, created_s })
    }

    /// Reads a list (an envelope `{data, has_more}`, a plain array, or one bare object) of child objects under a parent.
    ///
    /// # Errors
    /// When the text is none of these.
    pub fn children(&self, child: &Compiled, parent_id: &str, list: &str) -> Result<ChildSet, Unreadable> {
        self.stored_children(child, parent_id, &kept_text(list, child.resource)?)
    }

    /// As [`Catalog::children`], of text that is already compact and without what is never stored.
    fn stored_children(&self, child: &Compiled, parent_id: &str, list: &str) -> Result<ChildSet, Unreadable> {
        let (elements, complete) = if list.starts_with('[') {
            (parse::<Vec<&RawValue>>(list, child.resource.name)?, true)
        } else {
            match parse::<Envelope>(list, child.resource.name)? {
                Envelope { data: Some(data), has_more } => (data, !has_more),
                // A field that holds one child as it is, such as a customer's discount.
                Envelope { data: None, .. } => (vec![parse(list, child.resource.name)?], true),
            }
        };
        let mut rows = Vec::with_capacity(elements.len());
        for (position, element) in elements.into_iter().enumerate() {
            // Unexpanded references stand as bare ids: there is no row to make of them.
            if element.get().starts_with('{') {
                rows.push(self.child_row(child, element.get(), parent_id, position as i64)?);
            }
        }
        Ok(ChildSet { resource: child.resource, rows, complete })
    }

    /// Computes the columns of a stored row anew, what none of them can hold, and the rows of the lists inside it.
    ///
    /// # Errors
    /// When the text is no JSON object.
    pub fn again(&self, compiled: &Compiled, data: &str) -> Result<Again, Unreadable> {
        let captured = compiled.capture(data)?;
        let id = captured.first(ID).map(plain_text).unwrap_or_default();
        let (cells, unheld) = compiled.cells(&captured);
        Ok(Again { cells, unheld, children: self.sets(compiled, &captured, &id)? })
    }

    /// Returns what the columns of a stored row are empty for; nothing where the text is no JSON object.
    pub fn unheld(&self, compiled: &Compiled, data: &str) -> Vec<Unheld> {
        compiled.capture(data).map(|captured| compiled.cells(&captured).1).unwrap_or_default()
    }

    /// Takes out the lists that stand in an object and have tables of their own.
    fn sets(&self, compiled: &Compiled, captured: &Captured, id: &str) -> Result<Vec<ChildSet>, Unreadable> {
        let lists = compiled.children.iter().filter_map(|&(child, slot)| Some((child, captured.first(slot)?)));
        lists.map(|(child, list)| self.stored_children(&self.entries[child], id, list)).collect()
    }

    fn child_row(&self, child: &Compiled, kept: &str, parent_id: &str, position: i64) -> Result<Row, Unreadable> {
        let data = child.without_secrets(kept.to_owned());
        let captured = child.capture(&data)?;
        let id = child.id(&captured)?;
        if id.is_empty() && child.resource.provider == Provider::Stripe {
            return Err(Unreadable(format!("{}: an element without an id", child.resource.name)));
        }
        let nested = self.sets(child, &captured, &id)?;
        let (cells, unheld) = child.cells(&captured);
        Ok(Row { id, parent_id: Some(parent_id.to_owned()), position, cells, unheld, data, nested })
    }
}

/// A stored row as it is read today.
#[derive(Debug)]
pub struct Again {
    /// Typed columns.
    pub cells: Vec<Cell>,
    /// What they cannot hold.
    pub unheld: Vec<Unheld>,
    /// The lists inside it that have tables of their own.
    pub children: Vec<ChildSet>,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    data: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    has_more: bool,
}

fn parse<'a, T: Deserialize<'a>>(json: &'a str, what: &str) -> Result<T, Unreadable> {
    serde_json::from_str(json).map_err(|error| Unreadable(format!("{what}: {error}")))
}

impl Compiled {
    fn new(index: usize, resource: &'static Resource) -> Compiled {
        let mut compiled =
            Compiled { resource, index, children: Vec::new(), tree: Tree::default(), columns: Vec::new() };
        for pointer in FIXED {
            compiled.tree.slot(pointer);
        }
        for column in resource.columns {
            let slots = column.from.split('|').map(|pointer| compiled.tree.slot(pointer)).collect();
            compiled.columns.push(slots);
        }
        compiled
    }

    /// Returns the child resources' indexes whose lists stand in this one's JSON.
    pub fn child_indexes(&self) -> impl Iterator<Item = usize> {
        self.children.iter().map(|(child, _)| *child)
    }

    fn capture<'a>(&self, data: &'a str) -> Result<Captured<'a>, Unreadable> {
        self.tree.capture(data).map_err(|error| Unreadable(format!("{}: {error}", self.resource.name)))
    }

    /// Returns the text without the fields that this resource keeps secret.
    fn without_secrets(&self, data: String) -> String {
        if self.resource.secret.is_empty() {
            return data;
        }
        let edits: Vec<_> = self.resource.secret.iter().map(|pointer| (*pointer, Edit::Remove)).collect();
        text::edit(&data, &edits)
    }

    /// Returns the id, or nothing where there is none.
    ///
    /// An object says of what kind it is, and a list of one kind that shows another is no such list. Lists of several
    /// kinds (a customer's sources) get new ones now and then, and some old answers do not say.
    fn id(&self, captured: &Captured) -> Result<String, Unreadable> {
        let (name, objects) = (self.resource.name, self.resource.objects);
        let raw = captured.first(ID).unwrap_or_default();
        let is_id = match self.resource.provider {
            Provider::Stripe => raw.starts_with('"'),
            Provider::Fic => is_plain(raw),
        };
        if !(raw.is_empty() || is_id) {
            return Err(Unreadable(format!("{name}: {} is no id", shown(raw))));
        }
        let id = plain_text(raw);
        match (captured.first(KIND).map(plain_text), objects) {
            (Some(kind), [wanted]) if kind != *wanted => {
                Err(Unreadable(format!("{name}: {} is of the kind {}, not {wanted}", shown(&id), shown(&kind))))
            }
            _ => Ok(id),
        }
    }

    /// Returns the typed columns, and what none of them can hold.
    fn cells(&self, captured: &Captured) -> (Vec<Cell>, Vec<Unheld>) {
        let mut unheld = Vec::new();
        let columns = self.resource.columns.iter().zip(&self.columns);
        let cells = columns.map(|(column, slots)| {
            captured.cell(column, slots).unwrap_or_else(|why| {
                unheld.push(Unheld { column: column.name, why });
                Cell::Null
            })
        });
        (cells.collect(), unheld)
    }
}

/// Returns the text as the file keeps it of any resource: compact, without what is never stored.
fn kept_text(sent: &str, resource: &Resource) -> Result<String, Unreadable> {
    Ok(text::without_key(compact(sent, resource, text::DEPTH_MAX)?, NEVER_STORED))
}

fn compact(sent: &str, resource: &Resource, depth_max: usize) -> Result<String, Unreadable> {
    match text::compacted(sent) {
        (compact, depth) if depth <= depth_max => Ok(compact),
        _ => Err(Unreadable(format!("{}: nested more than {} deep", resource.name, text::DEPTH_MAX))),
    }
}

/// Returns a list envelope's text around whole elements, for splicing a completed list into its parent's JSON.
pub fn envelope_of<'a>(elements: impl Iterator<Item = &'a str>, url: &str) -> String {
    #[derive(Serialize)]
    struct Rest<'a> {
        has_more: bool,
        url: &'a str,
    }
    let rest = serde_json::to_string(&Rest { has_more: false, url }).expect("a bool and a str are JSON");
    let data: Vec<&str> = elements.collect();
    format!("{{\"object\":\"list\",\"data\":[{}],{}", data.join(","), &rest[1..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::resource::*;

    static ITEM: Resource = Resource {
        name: "subscription_items",
        objects: &["subscription_item"],
        list: List::Under { parent: "subscriptions", path: "/v1/subscription_items?subscription={parent}" },
        inline: &[Inline { parent: "subscriptions", at: "/items", expand: false }],
        columns: &[refer("price_id", "/price"), decimal("rate", "/rate"), int("quantity", "/quantity")],
        ..Resource::BLANK
    };
    static SUBSCRIPTION: Resource = Resource {
        name: "subscriptions",
        columns: &[
            refer("customer_id", "/customer"),
            time("period_start", "/items/data/*/start|/start").min(),
            time("period_end", "/items/data/*/end|/end").max(),
            text("name", "/name"),
            boolean("paid", "/paid"),
            int("item_count", "/items/data/*/id").count(),
        ],
        secret: &["/client_secret"],
        ..Resource::BLANK
    };

    fn object(text: &str) -> Object {
        let catalog = Catalog::new([&SUBSCRIPTION, &ITEM]);
        catalog.object(catalog.get(&SUBSCRIPTION), text).expect("reads")
    }

    #[test]
    fn new_and_old_shapes_fill_the_same_columns() {
        let new = object(
            r#"{"id":"s","customer":{"id":"c","deleted":true},"items":{"data":[{"id":"i","start":5,"end":9},{"id":"j","start":4,"end":8}],"has_more":false}}"#,
        );
        let old = object(r#"{"id":"s","customer":"c","start":4,"end":9,"items":{"data":[{"id":"i"},{"id":"j"}]}}"#);
        assert_eq!(new.row.cells, old.row.cells);
        assert_eq!(new.row.cells[1..3], [Cell::Int(4), Cell::Int(9)]);
        assert_eq!(new.row.cells[5], Cell::Int(2));
        assert!(!new.gone);
    }

    #[test]
    fn children_come_out_with_exact_decimals_and_secrets_stay_out() {
        let read = object(
            r#"{ "id": "s", "client_secret": "x_secret", "items": {"data":[{"id":"i","price":"p","rate":0.10,"quantity":3}],"has_more":true} }"#,
        );
        assert!(!read.row.data.contains("secret"));
        let [set] = &read.children[..] else { panic!("one list") };
        assert!(!set.complete);
        assert_eq!(set.rows[0].parent_id.as_deref(), Some("s"));
        assert_eq!(set.rows[0].cells, [Cell::Text("p".into()), Cell::Text("0.10".into()), Cell::Int(3)]);
    }

    #[test]
    fn what_is_nested_beyond_reason_is_refused() {
        let nested = |depth: usize| format!(r#"{{"id":"a","deep":{}1{}}}"#, "[".repeat(depth), "]".repeat(depth));
        let catalog = Catalog::new([&SUBSCRIPTION, &ITEM]);
        let read = |text: &str| catalog.object(catalog.get(&SUBSCRIPTION), text);
        assert!(read(&nested(text::DEPTH_MAX - 1)).is_ok());
        assert!(read(&nested(text::DEPTH_MAX)).is_err() && read(&nested(1_000_000)).is_err());
        assert!(read(r#"{"id":"a","name":"[[[{{{\"[[["}"#).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn any_amount_and_any_id_come_out_digit_by_digit(
            whole in proptest::prelude::any::<i64>(),
            digits in "[0-9]{1,12}",
            id in "\\PC{1,20}",
        ) {
            let quoted = serde_json::Value::from(id.as_str()).to_string();
            let rate = format!("{}.{digits}", whole.unsigned_abs());
            let read = object(&format!(
                r#"{{"id":{quoted},"name":{whole},"items":{{"data":[{{"id":"i","rate":{rate},"quantity":{whole}}}],"has_more":false}}}}"#
            ));
            proptest::prop_assert_eq!(&read.row.id, &id);
            proptest::prop_assert_eq!(&read.row.cells[3], &Cell::Text(whole.to_string()));
            let child = &read.children[0].rows[0].cells;
            proptest::prop_assert_eq!(&child[1], &Cell::Text(rate));
            proptest::prop_assert_eq!(&child[2], &Cell::Int(whole));
        }
    }

    #[test]
    fn an_object_without_an_id_is_refused() {
        let catalog = Catalog::new([&SUBSCRIPTION]);
        for bad in
            ["{}", "[]", "7", "{\"id\":null}", "{\"id\":", "{\"id\":7}", "{\"id\":{\"id\":\"a\"}}", "{\"id\":[]}"]
        {
            assert!(catalog.object(catalog.get(&SUBSCRIPTION), bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_list_of_one_kind_takes_no_other_and_a_list_of_several_takes_any() {
        static ONE: Resource = Resource { name: "charges", objects: &["charge"], ..Resource::BLANK };
        static SEVERAL: Resource = Resource { name: "sources", objects: &["card", "source"], ..Resource::BLANK };
        static FIC: Resource = Resource { provider: Provider::Fic, name: "clients", ..Resource::BLANK };
        let catalog = Catalog::new([&ONE, &SEVERAL, &FIC]);
        let read = |resource: &'static Resource, text: &str| catalog.object(catalog.get(resource), text);
        let refused = read(&ONE, r#"{"id":"cus_1","object":"customer"}"#).expect_err("is none");
        assert_eq!(refused.0, "charges: cus_1 is of the kind customer, not charge");
        for (resource, text) in [
            (&ONE, r#"{"id":"ch_1","object":"charge"}"#),
            (&ONE, r#"{"id":"ch_1"}"#),
            (&ONE, r#"{"id":"ch_1","object":"charge","deleted":true}"#),
            (&SEVERAL, r#"{"id":"btc_1","object":"bitcoin_receiver"}"#),
            (&FIC, r#"{"id":7,"object":"anything"}"#),
            (&FIC, r#"{"id":"7"}"#),
        ] {
            assert!(read(resource, text).is_ok(), "{text}");
        }
        assert!(read(&FIC, r#"{"id":{"id":7}}"#).is_err() && read(&FIC, r#"{"id":true}"#).is_err());
    }
}
