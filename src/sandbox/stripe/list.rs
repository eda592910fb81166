//! Pages: which objects a list request means, in which order, from which cursor.

use super::book::{Book, EMBEDDED, Place};
use super::check::{Asked, Refusal};
use super::facts::{Matched, Path};
use super::generate::Kind;
use super::shape::{is_hidden, nested_page, show};
use super::text::{reference, scalar};

/// How far back events are listed.
const EVENT_HORIZON_S: i64 = 30 * 86_400;
/// Parameters that name no field of the object.
const NOT_A_FIELD: &[&str] =
    &["delivery_success", "ownership", "start_time", "end_time", "scope", "owner", "value_grouping_window"];

/// A page: objects as shown, and whether more follow.
pub(super) struct Page {
    pub(super) data: Vec<String>,
    pub(super) has_more: bool,
}

/// The path with its placeholders emptied: `/v1/invoices/{}/lines`.
pub(super) fn emptied(path: &str) -> String {
    let segments = path.split('/').map(|s| if s.starts_with('{') { "{}" } else { s });
    segments.collect::<Vec<_>>().join("/")
}

/// Answers a list request that was found allowed.
pub(super) fn page(book: &Book, matched: &Matched<'_>, asked: &Asked, now_s: i64) -> Result<Page, Refusal> {
    let path = emptied(&matched.path.path);
    if let Some((parent, name, _, by, _)) = EMBEDDED.iter().find(|e| e.2 == path) {
        let id = if by.is_empty() { matched.held.first().cloned() } else { asked.filter(by).map(str::to_owned) };
        return embedded(book, *parent, name, &id.unwrap_or_default(), asked);
    }
    let Some(kind) = matched.path.objects.first().and_then(|o| Kind::of(o)) else {
        return Ok(Page { data: Vec::new(), has_more: false });
    };
    let kind = if path == "/v1/customers/{}/sources" { Kind::Card } else { kind };
    let held = owner(book, matched)?;
    let mut places = Candidates::new(book, kind, matched.path, asked, held, now_s)?;
    let newest_first = asked.ending_before.is_none();
    let limit = if matched.path.paginated { asked.limit } else { usize::MAX };
    let expand: Vec<&str> = asked.expand.iter().map(String::as_str).collect();
    let mut page = Page { data: Vec::with_capacity(limit.min(100)), has_more: false };
    while let Some(text) = places.next_visible() {
        if page.data.len() == limit {
            page.has_more = true;
            break;
        }
        page.data.push(show(book, kind, &text, &expand));
    }
    if !newest_first {
        page.data.reverse();
    }
    Ok(page)
}

/// The field and value that a path's parent stands for; refuses parents that are not there.
fn owner(book: &Book, matched: &Matched<'_>) -> Result<Option<(String, String)>, Refusal> {
    let Some(id) = matched.held.last() else { return Ok(None) };
    let mut segments = matched.path.path.split('/');
    let place = segments.by_ref().take_while(|s| !s.starts_with('{')).skip(2).collect::<Vec<_>>();
    let parent = match place.as_slice() {
        ["customers"] => Kind::Customer,
        ["accounts"] => Kind::Account,
        ["products"] => Kind::Product,
        ["billing", "meters"] => Kind::Meter,
        ["sources"] => Kind::Source,
        _ => return Ok(None),
    };
    if book.get(parent, id).is_none() {
        return Err(Refusal::missing(parent.row().object, id, 404, "id"));
    }
    let field = match parent {
        Kind::Product => "~product".to_owned(),
        Kind::Meter => "meter".to_owned(),
        _ => parent.row().object.to_owned(),
    };
    Ok(Some((field, id.clone())))
}

fn embedded(book: &Book, parent: Kind, name: &str, id: &str, asked: &Asked) -> Result<Page, Refusal> {
    let text = book.get(parent, id).ok_or_else(|| Refusal::missing(parent.row().object, id, 404, "id"))?;
    let keeps = asked.expand.iter().any(|e| e == "discounts");
    let all = nested_page(&text, name, keeps);
    let at = |cursor: &str| {
        let found = all.iter().position(|e| scalar(e, "id") == Some(cursor));
        found.ok_or_else(|| Refusal::missing("item", cursor, 400, "starting_after"))
    };
    let (from, to) = match (&asked.starting_after, &asked.ending_before) {
        (Some(after), _) => (at(after)? + 1, all.len()),
        (None, Some(before)) => (at(before)?.saturating_sub(asked.limit), at(before)?),
        (None, None) => (0, all.len()),
    };
    let data: Vec<String> = all[from..to].iter().take(asked.limit).cloned().collect();
    let has_more = if asked.ending_before.is_some() { from > 0 } else { to - from > data.len() };
    Ok(Page { data, has_more })
}

/// Places that a request may mean, in its order, and the tests that each must pass.
struct Candidates<'b> {
    book: &'b Book,
    kind: Kind,
    places: Box<dyn Iterator<Item = Place> + 'b>,
    path: &'b Path,
    asked: &'b Asked,
    tests: Vec<Test>,
}

/// One condition on an object's text.
enum Test {
    Is(String, String),
    Holds(String),
    Within(String, i64, i64),
    EventType(Vec<String>),
    OwnTaxId,
}

impl<'b> Candidates<'b> {
    fn new(
        book: &'b Book,
        kind: Kind,
        path: &'b Path,
        asked: &'b Asked,
        held: Option<(String, String)>,
        now_s: i64,
    ) -> Result<Self, Refusal> {
        let newest_first = asked.ending_before.is_none();
        let cursor = asked.starting_after.as_ref().or(asked.ending_before.as_ref());
        let missing = |id: &String| {
            let name = if newest_first { "starting_after" } else { "ending_before" };
            Refusal::missing(kind.row().object, id, 400, name)
        };
        let after = cursor.map(|id| book.place(kind, id).ok_or_else(|| missing(id))).transpose()?;
        let mut span = (i64::MIN, i64::MAX);
        let mut tests = Vec::new();
        for (name, low, high) in &asked.ranges {
            match name.as_str() {
                "created" => span = (span.0.max(*low), span.1.min(*high)),
                _ => tests.push(Test::Within(name.clone(), *low, *high)),
            }
        }
        if kind == Kind::Event {
            span.0 = span.0.max(now_s - EVENT_HORIZON_S);
        }
        filters(kind, path, asked, &mut tests);
        let by = held.or_else(|| quick(kind, &mut tests));
        let places: Box<dyn Iterator<Item = Place>> = match by {
            Some((name, value)) => {
                let beyond = move |p: &Place| match after {
                    Some(cursor) => {
                        if newest_first {
                            *p < cursor
                        } else {
                            *p > cursor
                        }
                    }
                    None => true,
                };
                let mut all = book.having(kind, &name, &value);
                all.retain(|p| (span.0..span.1).contains(&p.0) && beyond(p));
                if newest_first {
                    all.reverse();
                }
                Box::new(all.into_iter())
            }
            None => Box::new(book.walk(kind, span, after, newest_first)),
        };
        Ok(Candidates { book, kind, places, path, asked, tests })
    }

    fn next_visible(&mut self) -> Option<std::sync::Arc<str>> {
        let given = |name: &str| !name.is_empty() && self.asked.filter(name).is_some();
        loop {
            let place = self.places.next()?;
            let Some(text) = self.book.at(self.kind, place) else { continue };
            if !is_hidden(&text, &self.path.hides, &given) && self.tests.iter().all(|t| passes(t, &text)) {
                return Some(text);
            }
        }
    }
}

fn filters(kind: Kind, path: &Path, asked: &Asked, tests: &mut Vec<Test>) {
    let mut types: Vec<String> = Vec::new();
    for (full, value) in &asked.filters {
        let name = full.split('[').next().unwrap_or(full);
        match (kind, name) {
            (Kind::Event, "type" | "types") => types.push(value.clone()),
            (Kind::Subscription, "status") if value == "all" => {}
            (Kind::Subscription, "status") if value == "ended" => {
                tests.push(Test::Is("status".into(), "canceled".into()))
            }
            (Kind::TaxId, "owner") if full == "owner[customer]" => {
                tests.push(Test::Is("customer".into(), value.clone()))
            }
            (Kind::TaxId, "owner") if value == "self" => tests.push(Test::OwnTaxId),
            (_, "customer") if matches!(kind, Kind::ActiveEntitlement | Kind::MeterSummary) => {
                tests.push(Test::Is("~customer".into(), value.clone()));
            }
            _ if NOT_A_FIELD.contains(&name) => {}
            _ if full.contains('[') => tests.push(Test::Holds(value.clone())),
            _ => tests.push(Test::Is(name.to_owned(), value.clone())),
        }
    }
    if !types.is_empty() {
        tests.push(Test::EventType(types));
    }
    if path.path == "/v1/tax_ids" && asked.filter("owner[type]").is_none() {
        tests.push(Test::OwnTaxId);
    }
}

/// Takes the first test on a reference out of the tests: an index answers it.
fn quick(kind: Kind, tests: &mut Vec<Test>) -> Option<(String, String)> {
    const INDEXED: &[&str] =
        &["customer", "charge", "invoice", "payment_intent", "product", "file", "setup_intent", "~customer"];
    if kind == Kind::Event {
        return None;
    }
    let at = tests.iter().position(|t| matches!(t, Test::Is(name, _) if INDEXED.contains(&name.as_str())))?;
    match tests.swap_remove(at) {
        Test::Is(name, value) => Some((name, value)),
        _ => None,
    }
}

fn passes(test: &Test, text: &str) -> bool {
    match test {
        Test::Is(name, value) => match reference(text, name) {
            Some(have) => have == value,
            // Not the object's own field: anywhere inside it (subscription of an invoice, price of an item).
            None => {
                text.contains(&format!("\"{name}\": \"{value}\"")) || text.contains(&format!("\"id\": \"{value}\""))
            }
        },
        Test::Holds(value) => text.contains(&format!("\"{value}\"")) || text.contains(&format!(": {value}")),
        Test::Within(name, low, high) => {
            scalar(text, name).and_then(|v| v.parse::<i64>().ok()).is_some_and(|v| (*low..*high).contains(&v))
        }
        Test::EventType(types) => {
            let have = scalar(text, "type").unwrap_or("");
            types.iter().any(|t| t == have || t.strip_suffix('*').is_some_and(|start| have.starts_with(start)))
        }
        Test::OwnTaxId => scalar(text, "customer") == Some("null"),
    }
}
