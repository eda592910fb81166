//! What happens to objects after the start: created, changed, deleted, with or without an event; and the truth.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use serde_json::{Value, json};

use super::Stripe;
use super::book::{Book, EMBEDDED};
use super::facts::{Facts, Path, sample};
use super::generate::{Kind, ROWS, Role};
use super::list::emptied;
use super::text::{NESTED, canonical, elements, field, scalar};
use super::worlds::{Shelved, read};
use super::{old, shape};
use crate::sandbox::random::mix;

/// Events that exist from the start.
const FIRST_EVENTS: u32 = 20;
/// How long before the start the first of them happened.
const FIRST_EVENTS_S: i64 = 20 * 86_400;
/// Bounds what merging descends.
const MAX_MERGE_DEPTH: usize = 16;

/// Whether a change shows in `/v1/events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It logs an event.
    Evented,
    /// It happens silently.
    Silent,
}

/// One object as it really is.
#[derive(Debug, Clone)]
pub struct TruthObject {
    /// Its id.
    pub id: String,
    /// Its parent's id, in a list of its own for each parent.
    pub parent: Option<String>,
    /// Everything: nested lists complete, expand-only fields in.
    pub json: Value,
    /// Whether any list shows it: not so for inline prices, detached payment methods and closed reviews.
    pub listed: bool,
}

impl Stripe {
    fn book(&self, account: Option<&str>) -> Option<Shelved> {
        self.world().book(account.unwrap_or(&self.account_id))
    }

    fn write<T>(&self, account: Option<&str>, act: impl FnOnce(&mut Book) -> Option<T>) -> Option<T> {
        let book = self.book(account)?;
        act(&mut book.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// In whose book an object stands: a connected account itself is in its platform's.
    fn home<'a>(&'a self, account: Option<&'a str>, kind: Kind, id: &str) -> Option<&'a str> {
        let is_itself = kind == Kind::Account && account == Some(id);
        if is_itself { Some(&self.world().account_id) } else { account }
    }

    fn event_version(&self) -> String {
        self.core.event_version.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets the API version in which later events are rendered.
    pub fn set_event_version(&self, version: &str) {
        *self.core.event_version.write().unwrap_or_else(PoisonError::into_inner) = version.to_owned();
    }

    /// Creates an object like the newest of its type, with the given fields merged in; `id` and `created` may be among them.
    /// Returns its id, or none where the account or the type is unknown.
    pub fn create(&self, account: Option<&str>, object: &str, fields: &Value, how: Change) -> Option<String> {
        let kind = Kind::of(object)?;
        let now_s = self.core.clock.now_s();
        self.write(account, |book| {
            let newest = book.walk(kind, (i64::MIN, i64::MAX), None, true).next().and_then(|p| book.at(kind, p));
            let text = newest.map_or_else(|| canonical(sample(object)), |t| t.to_string());
            let old_id = scalar(&text, "id").unwrap_or("").to_owned();
            let fresh = format!("{}N{:013}", kind.row().prefix, book.next_number());
            let id = fields["id"].as_str().map_or(fresh, str::to_owned);
            let (old_code, code) =
                (old_id.strip_prefix(kind.row().prefix)?, id.strip_prefix(kind.row().prefix).unwrap_or(&id));
            // Ids of nested objects contain their parent's code.
            let mut value: Value =
                serde_json::from_str(&if old_code.len() < 6 { text.clone() } else { text.replace(old_code, code) })
                    .ok()?;
            if value.get("created").is_some() {
                value["created"] = json!(now_s);
            }
            merge(&mut value, fields, MAX_MERGE_DEPTH);
            value["id"] = json!(id);
            let created = value["created"].as_i64().unwrap_or(now_s);
            let whole: Arc<str> = canonical(&value).into();
            book.add(kind, &id, created, Arc::clone(&whole));
            if how == Change::Evented {
                log(book, &self.event_version(), (kind, "created", &whole), None, now_s);
            }
            Some(id)
        })
    }

    /// Merges fields into an object; says whether it was there. A connected account itself (`account` and `id` both its id)
    /// is changed in its platform's list, and the event is the connected account's, as Stripe has it.
    pub fn change(&self, account: Option<&str>, object: &str, id: &str, fields: &Value, how: Change) -> bool {
        let Some(kind) = Kind::of(object) else { return false };
        let now_s = self.core.clock.now_s();
        let home = self.home(account, kind, id);
        let is_own = home != account;
        let version = self.event_version();
        let done = self.write(home, |book| {
            let before = book.get(kind, id)?;
            let old: Value = serde_json::from_str(&before).ok()?;
            let mut new = old.clone();
            merge(&mut new, fields, MAX_MERGE_DEPTH);
            let whole: Arc<str> = canonical(&new).into();
            if !book.change(kind, id, Arc::clone(&whole)) {
                return None;
            }
            let before = previous(&old, &new);
            if how == Change::Evented && !is_own {
                log(book, &version, (kind, "updated", &whole), Some(before.clone()), now_s);
            }
            Some((whole, before))
        });
        if let Some((whole, before)) = done.as_ref().filter(|_| is_own && how == Change::Evented) {
            let of = (kind, "updated", &**whole);
            self.write(account, |book| log(book, &version, of, Some(before.clone()), now_s));
        }
        done.is_some()
    }

    /// Deletes an object; says whether it was there.
    pub fn delete(&self, account: Option<&str>, object: &str, id: &str, how: Change) -> bool {
        let Some(kind) = Kind::of(object) else { return false };
        let now_s = self.core.clock.now_s();
        let done = self.write(account, |book| {
            let last = book.delete(kind, id)?;
            if how == Change::Evented {
                log(book, &self.event_version(), (kind, "deleted", &last), None, now_s);
            }
            Some(())
        });
        done.is_some()
    }

    /// Returns an object as it really is.
    pub fn get(&self, account: Option<&str>, object: &str, id: &str) -> Option<Value> {
        let kind = Kind::of(object)?;
        let book = self.book(self.home(account, kind, id))?;
        let text = read(&book).get(kind, id)?;
        serde_json::from_str(&text).ok().map(without_private)
    }

    /// Logs an event of any type about an object as it is now.
    pub fn announce(&self, account: Option<&str>, object: &str, id: &str, event_type: &str) -> bool {
        let Some(kind) = Kind::of(object) else { return false };
        let now_s = self.core.clock.now_s();
        let Some(home) = self.book(self.home(account, kind, id)) else { return false };
        let Some(whole) = read(&home).get(kind, id) else { return false };
        let of = (kind, event_type, &*whole);
        self.write(account, |book| event(book, &self.event_version(), of, None, now_s)).is_some()
    }

    /// Returns every object of an account as it really is, by list path (`/v1/invoices/{invoice}/lines`), straight from
    /// where it is kept. Products that the account lacks are left out.
    pub fn truth(&self, account: Option<&str>) -> BTreeMap<String, Vec<TruthObject>> {
        let Some(book) = self.book(account) else { return BTreeMap::new() };
        let book = read(&book);
        let has = |list: &&Path| !self.core.setup.missing_products.iter().any(|product| is_of_product(list, product));
        Facts::get().lists.iter().filter(has).map(|list| (list.path.clone(), truth_of_list(&book, list))).collect()
    }

    /// Returns the objects of one list as they really are, as [`Stripe::truth`] does; none where there is no such list.
    pub fn truth_of(&self, account: Option<&str>, path: &str) -> Vec<TruthObject> {
        let Some(book) = self.book(account) else { return Vec::new() };
        let book = read(&book);
        let list = Facts::get().lists.iter().find(|list| list.path == path);
        list.map(|list| truth_of_list(&book, list)).unwrap_or_default()
    }

    /// Returns (object type, id, last content) of everything deleted.
    pub fn deleted(&self, account: Option<&str>) -> Vec<(String, String, Value)> {
        let Some(book) = self.book(account) else { return Vec::new() };
        let book = read(&book);
        let of = |kind: Kind| book.all_gone(kind).map(move |(id, text)| (kind, id, text));
        let all = ROWS.iter().flat_map(|row| of(row.kind));
        all.filter_map(|(kind, id, text)| {
            Some((kind.row().object.to_owned(), id.clone(), without_private(serde_json::from_str(text).ok()?)))
        })
        .collect()
    }
}

/// What an event tells of: the kind of object, the event's type or the last word of it, the object as it is.
type Told<'a> = (Kind, &'a str, &'a str);

/// Logs that an object was created, changed or deleted, if there is a type of event that tells of it.
fn log(
    book: &mut Book,
    version: &str,
    (kind, verb, whole): Told<'_>,
    previous: Option<Value>,
    now_s: i64,
) -> Option<()> {
    let name = event_type(kind.row().object, verb)?;
    event(book, version, (kind, name, whole), previous, now_s)
}

fn event(
    book: &mut Book,
    version: &str,
    (kind, name, whole): Told<'_>,
    previous: Option<Value>,
    now_s: i64,
) -> Option<()> {
    let mut object: Value = serde_json::from_str(&shape::show(book, kind, whole, &[])).ok()?;
    if old::is_old(version) {
        old::age(&mut object);
    }
    let number = book.next_number();
    // Ids of events are not in order.
    let id = format!("evt_{:014x}", mix(book.made.seed ^ 0xe7e7, u64::from(number)) & 0xff_ffff_ffff_ffff);
    let mut data = json!({"object": object});
    if let Some(previous) = previous {
        data["previous_attributes"] = previous;
    }
    let mut event = json!({
        "id": id, "object": "event", "api_version": version, "created": now_s, "data": data, "livemode": book.made.livemode,
        "pending_webhooks": 0, "request": {"id": null, "idempotency_key": null}, "type": name
    });
    if book.made.role == Role::Connected {
        event["account"] = json!(book.made.account_id);
    }
    book.add(Kind::Event, &id, now_s, canonical(&event).into());
    Some(())
}

/// Writes a few events of the weeks before the start into a new book, about customers as they are.
pub(super) fn first_events(book: &mut Book, version: &str) {
    let count = book.made.count(Kind::Customer).min(FIRST_EVENTS);
    for at in 0..count {
        let second = book.made.end_s - FIRST_EVENTS_S * i64::from(count - at) / i64::from(count + 1);
        let id = book.made.id(Kind::Customer, book.made.count(Kind::Customer) - 1 - at);
        if let Some(whole) = book.get(Kind::Customer, &id) {
            let previous = json!({"metadata": {"note": "before"}});
            event(book, version, (Kind::Customer, "customer.updated", &whole), Some(previous), second);
        }
    }
}

fn is_of_product(list: &Path, product: &str) -> bool {
    list.path.strip_prefix("/v1/").and_then(|rest| rest.strip_prefix(product)).is_some_and(|rest| rest.starts_with('/'))
}

fn truth_of_list(book: &Book, list: &Path) -> Vec<TruthObject> {
    let path = emptied(&list.path);
    match EMBEDDED.iter().find(|embedded| embedded.2 == path) {
        Some((parent, name, ..)) => nested_truth(book, *parent, name),
        None => own_truth(book, list),
    }
}

fn own_truth(book: &Book, list: &Path) -> Vec<TruthObject> {
    let path = emptied(&list.path);
    let kind = match path.as_str() {
        "/v1/customers/{}/sources" => Some(Kind::Card),
        "/v1/credit_notes/preview/lines" => None,
        _ => list.objects.first().and_then(|o| Kind::of(o)),
    };
    let Some(kind) = kind else { return Vec::new() };
    let never = list.hides.iter().filter(|(.., shown_by)| shown_by.is_empty()).collect::<Vec<_>>();
    let parent_field = path.contains("{}").then(|| match path.split('/').nth(2) {
        Some("customers") => "customer",
        Some("accounts") => "account",
        Some("products") => "~product",
        Some("billing") => "meter",
        _ => "source",
    });
    let places = book.walk(kind, (i64::MIN, i64::MAX), None, true);
    let texts = places.filter_map(|place| book.at(kind, place));
    let each = texts.filter_map(|text| {
        let parent = parent_field.and_then(|name| super::text::reference(&text, name)).map(str::to_owned);
        let kept_from = parent_field.is_some() && parent.as_deref().is_none_or(|p| p == "null");
        let others = path == "/v1/tax_ids" && scalar(&text, "customer") != Some("null");
        if kept_from || others {
            return None;
        }
        let hidden = never.iter().any(|(name, value, _)| scalar(&text, name) == Some(value.as_str()));
        let listed = !hidden && !text.contains("\n      \"~unlisted\": true");
        let json = without_private(serde_json::from_str(&text).ok()?);
        Some(TruthObject { id: scalar(&text, "id").unwrap_or("").to_owned(), parent, json, listed })
    });
    each.collect()
}

fn nested_truth(book: &Book, parent: Kind, name: &str) -> Vec<TruthObject> {
    let mut out = Vec::new();
    for text in book.walk(parent, (i64::MIN, i64::MAX), None, true).filter_map(|place| book.at(parent, place)) {
        let parent_id = scalar(&text, "id").unwrap_or("").to_owned();
        let Some((_, value)) = field(&text, name) else { continue };
        for element in elements(&text[value], NESTED) {
            let Ok(json) = serde_json::from_str::<Value>(element) else { continue };
            let id = json["id"].as_str().unwrap_or("").to_owned();
            out.push(TruthObject { id, parent: Some(parent_id.clone()), json, listed: true });
        }
    }
    out
}

fn without_private(mut value: Value) -> Value {
    if let Value::Object(map) = &mut value {
        map.retain(|name, _| !name.starts_with('~'));
    }
    value
}

/// The event type that tells of an object's being created, updated or deleted, if there is one.
fn event_type(object: &str, verb: &str) -> Option<&'static str> {
    let facts = Facts::get();
    if verb == "deleted"
        && let Some(named) = facts.object(object).deleted_event.as_deref()
    {
        return Some(named);
    }
    let fits = facts
        .events
        .iter()
        .filter(|(name, carried)| carried.iter().any(|c| c == object) && name.rsplit('.').next() == Some(verb));
    fits.map(|(name, _)| name.as_str()).min_by_key(|name| name.len())
}

/// The old values of what changed, as `previous_attributes` have them.
fn previous(old: &Value, new: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return json!({}) };
    let names = old.keys().chain(new.keys()).filter(|n| old.get(*n) != new.get(*n) && !n.starts_with('~'));
    let pairs = names.map(|n| match (old.get(n), new.get(n)) {
        (Some(a @ Value::Object(_)), Some(b @ Value::Object(_))) => (n.clone(), previous(a, b)),
        (a, _) => (n.clone(), a.cloned().unwrap_or(Value::Null)),
    });
    Value::Object(pairs.collect())
}

/// Merges objects field by field; everything else replaces.
fn merge(into: &mut Value, from: &Value, depth: usize) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) if depth > 0 => {
            for (name, value) in from {
                merge(into.entry(name.clone()).or_insert(Value::Null), value, depth - 1);
            }
        }
        (into, from) => *into = from.clone(),
    }
}
