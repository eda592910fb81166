//! What Stripe's specification says: `testdata/sandbox/stripe-facts.json`, made by `testdata/sandbox/derive.py`.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

/// One query parameter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Param {
    pub(super) range: u8,
    pub(super) array: u8,
    pub(super) required: u8,
    #[serde(rename = "enum")]
    pub(super) choices: Option<Vec<String>>,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) keys: Option<BTreeMap<String, Key>>,
    pub(super) needs: Vec<String>,
}

/// A key inside a nested parameter (`recurring[interval]`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Key {
    #[serde(rename = "enum")]
    pub(super) choices: Option<Vec<String>>,
}

/// A GET path: a list or a single object.
#[derive(Debug, Deserialize)]
pub(super) struct Path {
    pub(super) path: String,
    pub(super) objects: Vec<String>,
    pub(super) schemas: Vec<String>,
    pub(super) params: BTreeMap<String, Param>,
    /// Lists only: whether it takes cursors.
    #[serde(default)]
    pub(super) paginated: bool,
    /// (field, value or `*` for any but null, parameters that show them, separated by `|`).
    #[serde(default)]
    pub(super) hides: Vec<(String, String, String)>,
}

/// What is known of an object type.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Object {
    pub(super) expand_only: Vec<String>,
    pub(super) nested: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) deleted_event: Option<String>,
}

/// The whole file.
#[derive(Debug, Deserialize)]
pub(super) struct Facts {
    pub(super) lists: Vec<Path>,
    pub(super) gets: Vec<Path>,
    expandable: HashMap<String, HashMap<String, Vec<String>>>,
    objects: HashMap<String, Object>,
    pub(super) events: BTreeMap<String, Vec<String>>,
    /// The paths by the number of their segments, made at the first question.
    #[serde(skip)]
    templates: OnceLock<HashMap<usize, Vec<Template>>>,
}

/// A path's segments, its place in `lists` or `gets`, and whether that is `lists`.
#[derive(Debug)]
struct Template {
    segments: Vec<String>,
    at: usize,
    is_list: bool,
}

/// A path that matched, with what stood in its placeholders.
pub(super) struct Matched<'f> {
    pub(super) path: &'f Path,
    pub(super) is_list: bool,
    pub(super) held: Vec<String>,
}

impl Facts {
    /// Returns the embedded facts.
    pub(super) fn get() -> &'static Facts {
        static FACTS: OnceLock<Facts> = OnceLock::new();
        FACTS.get_or_init(|| {
            serde_json::from_str(include_str!("../../../testdata/sandbox/stripe-facts.json"))
                .expect("the embedded facts are the output of derive.py, which the tests read")
        })
    }

    /// Finds the path that a request means; literal segments win over placeholders.
    pub(super) fn find(&self, path: &str) -> Option<Matched<'_>> {
        let segments: Vec<&str> = path.split('/').collect();
        let fits = self.templates().get(&segments.len())?.iter().filter_map(|template| {
            let Template { at, is_list, .. } = *template;
            let held = held(&template.segments, &segments)?;
            Some(Matched { path: if is_list { &self.lists[at] } else { &self.gets[at] }, is_list, held })
        });
        fits.min_by_key(|m| m.held.len())
    }

    fn templates(&self) -> &HashMap<usize, Vec<Template>> {
        self.templates.get_or_init(|| {
            let mut by_length: HashMap<usize, Vec<_>> = HashMap::new();
            for (paths, is_list) in [(&self.lists, true), (&self.gets, false)] {
                for (at, path) in paths.iter().enumerate() {
                    let segments: Vec<String> = path.path.split('/').map(str::to_owned).collect();
                    by_length.entry(segments.len()).or_default().push(Template { segments, at, is_list });
                }
            }
            by_length
        })
    }

    /// Returns what is known of an object type.
    pub(super) fn object(&self, name: &str) -> &Object {
        static NONE: OnceLock<Object> = OnceLock::new();
        self.objects.get(name).unwrap_or_else(|| NONE.get_or_init(Object::default))
    }

    /// Says whether a dotted path of fields may be expanded from one of the given schemas.
    pub(super) fn expands(&self, schemas: &[String], path: &[&str]) -> bool {
        let Some((first, rest)) = path.split_first() else { return false };
        schemas.iter().any(|schema| {
            let Some(fields) = self.expandable.get(schema) else { return false };
            if let Some(union) = fields.get("") {
                return self.expands(union, path);
            }
            let Some(targets) = fields.get(*first) else { return false };
            // A list's elements are reached through its `data`.
            let deeper = if rest.first() == Some(&"data") { &rest[1..] } else { rest };
            deeper.is_empty() || self.expands(targets, deeper)
        })
    }

    /// Returns the object types that an expanded field may hold.
    pub(super) fn targets(&self, object: &str, field: &str) -> &[String] {
        self.expandable.get(object).and_then(|f| f.get(field)).map_or(&[], Vec::as_slice)
    }
}

/// Matches a template's segments with as many of a path; returns what its placeholders hold.
fn held(template: &[String], path: &[&str]) -> Option<Vec<String>> {
    let mut out = Vec::new();
    for (want, have) in template.iter().zip(path) {
        match want.starts_with('{') && !have.is_empty() {
            true => out.push((*have).to_owned()),
            false if want == have => {}
            false => return None,
        }
    }
    Some(out)
}

/// Returns Stripe's sample of an object type, completed by the specification.
pub(super) fn sample(object: &str) -> &'static Value {
    static SAMPLES: OnceLock<Value> = OnceLock::new();
    let all = SAMPLES.get_or_init(|| {
        serde_json::from_str(include_str!("../../../testdata/sandbox/stripe-fixtures.json"))
            .expect("the embedded fixtures are the output of derive.py, which the tests read")
    });
    &all[object]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_object_has_a_sample() {
        let facts = Facts::get();
        assert_eq!((facts.lists.len(), facts.events.len()), (120, 275));
        for object in facts.lists.iter().flat_map(|l| &l.objects) {
            assert!(sample(object)["object"].is_string(), "{object} has no sample");
        }
    }

    #[test]
    fn expansions_follow_the_schemas() {
        let facts = Facts::get();
        let subscription = ["subscription".to_owned()];
        for good in
            ["customer", "discounts", "items.data.discounts", "latest_invoice.customer", "items.data.price.tiers"]
        {
            assert!(facts.expands(&subscription, &good.split('.').collect::<Vec<_>>()), "{good}");
        }
        for bad in ["status", "nothing", "customer.name", "items.data.quantity"] {
            assert!(!facts.expands(&subscription, &bad.split('.').collect::<Vec<_>>()), "{bad}");
        }
        assert!(
            facts.expands(&["price".to_owned()], &["tiers"]) && facts.expands(&["coupon".to_owned()], &["applies_to"])
        );
    }

    #[test]
    fn literal_segments_win() {
        let facts = Facts::get();
        assert!(facts.find("/v1/customers").unwrap().is_list);
        assert_eq!(facts.find("/v1/customers/cus_1").unwrap().held, ["cus_1"]);
        assert!(facts.find("/v1/nothing").is_none() && facts.find("/v1/customers/").is_none());
        assert_eq!(facts.find("/v1/credit_notes/preview/lines").unwrap().path.path, "/v1/credit_notes/preview/lines");
    }
}
