//! One account's objects: what the generator says, overlaid by what was changed, deleted and added since.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::facts::Facts;
use super::generate::{Gen, Kind, ROWS};
use super::text::{NESTED, PAGE, elements, field, reference, scalar, shift};

/// Where an object stands in its list: second and number. Added ones count from here, so they are newer in their second.
pub(super) type Place = (i64, u32);
pub(super) const ADDED_FROM: u32 = 1 << 31;
/// A nested object's id is its parent's with another prefix and so many digits more.
const NESTED_DIGITS: usize = 3;

/// Lists that stand inside their parent: parent, field, the list's own path with `{}`, or the parameter naming the parent.
pub(super) const EMBEDDED: &[(Kind, &str, &str, &str, Kind)] = &[
    (Kind::Subscription, "items", "/v1/subscription_items", "subscription", Kind::SubscriptionItem),
    (Kind::Invoice, "lines", "/v1/invoices/{}/lines", "", Kind::LineItem),
    (Kind::CheckoutSession, "line_items", "/v1/checkout/sessions/{}/line_items", "", Kind::Item),
    (Kind::CreditNote, "lines", "/v1/credit_notes/{}/lines", "", Kind::CreditNoteLine),
    (Kind::Transfer, "reversals", "/v1/transfers/{}/reversals", "", Kind::TransferReversal),
    (Kind::ApplicationFee, "refunds", "/v1/application_fees/{}/refunds", "", Kind::FeeRefund),
    (Kind::PaymentLink, "line_items", "/v1/payment_links/{}/line_items", "", Kind::Item),
    (Kind::Quote, "line_items", "/v1/quotes/{}/line_items", "", Kind::Item),
    (Kind::Quote, "~upfront", "/v1/quotes/{}/computed_upfront_line_items", "", Kind::Item),
    (Kind::PaymentIntent, "~amount_lines", "/v1/payment_intents/{}/amount_details_line_items", "", Kind::AmountLine),
    (Kind::Account, "external_accounts", "/v1/accounts/{}/external_accounts", "", Kind::BankAccount),
    (Kind::ValueList, "list_items", "/v1/radar/value_list_items", "value_list", Kind::ValueListItem),
];

#[derive(Default)]
struct Table {
    /// Generated objects that differ from what the generator says; none means deleted.
    changed: HashMap<u32, Option<Arc<str>>>,
    added: BTreeMap<Place, Arc<str>>,
    by_id: HashMap<String, Place>,
    /// The last content of what was deleted.
    gone: BTreeMap<String, Arc<str>>,
}

type Index = Arc<HashMap<String, Vec<u32>>>;

/// One account.
pub(super) struct Book {
    pub(super) made: Gen,
    /// What was changed, by kind: of most kinds nothing, and there are many accounts.
    tables: BTreeMap<Kind, Table>,
    /// Expand-only fields that a kind's objects have at all, found out once: looking for absent ones costs a whole scan.
    expand_only: Vec<OnceLock<Vec<&'static str>>>,
    next_added: u32,
    /// Generated objects by the value of one of their fields, made when first asked for.
    indexes: Mutex<HashMap<(Kind, String), Index>>,
}

impl Book {
    pub(super) fn new(made: Gen) -> Book {
        let mut tables: BTreeMap<Kind, Table> = BTreeMap::new();
        for n in (0..made.count(Kind::Customer)).filter(|n| made.customer_is_gone(*n)) {
            let customers = tables.entry(Kind::Customer).or_default();
            customers.gone.insert(made.id(Kind::Customer, n), made.text(Kind::Customer, n).into());
            customers.changed.insert(n, None);
        }
        let expand_only = ROWS.iter().map(|_| OnceLock::new()).collect();
        Book { made, tables, expand_only, next_added: ADDED_FROM, indexes: Mutex::default() }
    }

    /// The expand-only fields that objects of a kind have; every known one where the generator makes no such object.
    pub(super) fn expand_only(&self, kind: Kind) -> &[&'static str] {
        self.expand_only[kind as usize].get_or_init(|| {
            let known = Facts::get().object(kind.row().object).expand_only.iter().map(String::as_str);
            let made = (self.made.count(kind) > 0).then(|| self.made.text(kind, 0));
            known.filter(|name| made.as_ref().is_none_or(|text| field(text, name).is_some())).collect()
        })
    }

    fn table(&self, kind: Kind) -> &Table {
        static UNTOUCHED: OnceLock<Table> = OnceLock::new();
        self.tables.get(&kind).unwrap_or_else(|| UNTOUCHED.get_or_init(Table::default))
    }

    /// Where the object with this id stands, if it is alive.
    pub(super) fn place(&self, kind: Kind, id: &str) -> Option<Place> {
        if let Some(place) = self.table(kind).by_id.get(id) {
            return Some(*place);
        }
        let n = self.made.number(kind, id)?;
        let deleted = matches!(self.table(kind).changed.get(&n), Some(None));
        (!deleted).then(|| (self.made.created(kind, n), n))
    }

    /// The whole object at a place.
    pub(super) fn at(&self, kind: Kind, (second, n): Place) -> Option<Arc<str>> {
        let table = self.table(kind);
        if n >= ADDED_FROM {
            return table.added.get(&(second, n)).cloned();
        }
        match table.changed.get(&n) {
            Some(changed) => changed.clone(),
            None => Some(self.made.text(kind, n).into()),
        }
    }

    /// The id of the object at a place, without making its text.
    pub(super) fn id_at(&self, kind: Kind, (second, n): Place) -> Option<String> {
        let table = self.table(kind);
        if n >= ADDED_FROM {
            return table.added.get(&(second, n)).and_then(|text| scalar(text, "id")).map(str::to_owned);
        }
        let is_gone = matches!(table.changed.get(&n), Some(None));
        (!is_gone).then(|| self.made.id(kind, n))
    }

    /// The whole object with this id, nested ones too.
    pub(super) fn get(&self, kind: Kind, id: &str) -> Option<Arc<str>> {
        let of = EMBEDDED.iter().filter(|(.., child)| *child == kind);
        for (parent, name, ..) in of {
            let code = id.strip_prefix(kind.row().prefix);
            let Some(code) = code.and_then(|c| c.get(..c.len().checked_sub(NESTED_DIGITS)?)) else { continue };
            let Some(text) = self.get(*parent, &format!("{}{code}", parent.row().prefix)) else { continue };
            let found = field(&text, name).and_then(|(_, value)| {
                let all = elements(&text[value], NESTED);
                all.into_iter()
                    .map(|e| shift(e, NESTED, PAGE))
                    .find(|e| scalar(e, "id") == Some(id))
                    .map(|e| e.as_ref().into())
            });
            if found.is_some() {
                return found;
            }
        }
        self.place(kind, id).and_then(|place| self.at(kind, place))
    }

    /// The last content of a deleted object.
    pub(super) fn gone(&self, kind: Kind, id: &str) -> Option<&Arc<str>> {
        self.table(kind).gone.get(id)
    }

    /// All deleted objects of a kind.
    pub(super) fn all_gone(&self, kind: Kind) -> impl Iterator<Item = (&String, &Arc<str>)> {
        self.table(kind).gone.iter()
    }

    /// Walks places with `low <= second < high`, newest first or oldest first, beyond the given place.
    pub(super) fn walk(
        &self,
        kind: Kind,
        (low_s, high_s): (i64, i64),
        after: Option<Place>,
        newest_first: bool,
    ) -> impl Iterator<Item = Place> + '_ {
        let (mut low, mut high) = ((low_s, 0), (high_s, 0));
        match (after, newest_first) {
            (Some(place), true) => high = high.min(place),
            (Some((second, n)), false) => low = low.max((second, n + 1)),
            (None, _) => {}
        }
        if low > high {
            high = low;
        }
        let (mut from, mut to) = (self.first_at(kind, low), self.first_at(kind, high));
        let mut added = self.table(kind).added.range(low..high).map(|(place, _)| *place).peekable();
        let mut added_back = self.table(kind).added.range(low..high).rev().map(|(place, _)| *place).peekable();
        std::iter::from_fn(move || {
            let made = (from < to).then(|| if newest_first { to - 1 } else { from });
            let made = made.map(|n| (self.made.created(kind, n), n));
            let extra = if newest_first { added_back.peek() } else { added.peek() }.copied();
            let takes_extra = match (made, extra) {
                (Some(made), Some(extra)) => (extra > made) == newest_first,
                (None, Some(_)) => true,
                _ => false,
            };
            match (takes_extra, newest_first) {
                (true, true) => added_back.next(),
                (true, false) => added.next(),
                (false, true) => made.inspect(|_| to -= 1),
                (false, false) => made.inspect(|_| from += 1),
            }
        })
    }

    /// The first generated number at or after a place.
    fn first_at(&self, kind: Kind, (second, n): Place) -> u32 {
        let start = self.made.made_before(kind, second);
        if n == 0 {
            return start;
        }
        let end = self.made.made_before(kind, second.saturating_add(1));
        if n >= ADDED_FROM { end } else { n.clamp(start, end) }
    }

    /// Places of objects whose own field has a value, oldest first. Quick for generated ones, by an index.
    pub(super) fn having(&self, kind: Kind, name: &str, value: &str) -> Vec<Place> {
        let index = self.index(kind, name);
        let table = self.table(kind);
        let is = |text: &str| reference(text, name) == Some(value);
        let made = index.get(value).into_iter().flatten().filter(|n| !table.changed.contains_key(n));
        let mut all: Vec<Place> = made.map(|n| (self.made.created(kind, *n), *n)).collect();
        let changed = table.changed.iter().filter(|(_, text)| text.as_ref().is_some_and(|t| is(t)));
        all.extend(changed.map(|(n, _)| (self.made.created(kind, *n), *n)));
        all.extend(table.added.iter().filter(|(_, text)| is(text)).map(|(place, _)| *place));
        all.sort_unstable();
        all
    }

    fn index(&self, kind: Kind, name: &str) -> Index {
        let mut indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let mut index: HashMap<String, Vec<u32>> = HashMap::new();
            for n in 0..self.made.count(kind) {
                if let Some(value) = reference(&self.made.text(kind, n), name) {
                    index.entry(value.to_owned()).or_default().push(n);
                }
            }
            Arc::new(index)
        };
        Arc::clone(indexes.entry((kind, name.to_owned())).or_insert_with(make))
    }

    /// Adds an object, or one again whose id was deleted.
    pub(super) fn add(&mut self, kind: Kind, id: &str, second: i64, text: Arc<str>) {
        let place = (second, self.next_added);
        self.next_added += 1;
        let table = self.tables.entry(kind).or_default();
        table.gone.remove(id);
        table.by_id.insert(id.to_owned(), place);
        table.added.insert(place, text);
    }

    /// Gives an object new content; says whether it was there.
    pub(super) fn change(&mut self, kind: Kind, id: &str, text: Arc<str>) -> bool {
        let Some(place) = self.place(kind, id) else { return false };
        let table = self.tables.entry(kind).or_default();
        match place.1 >= ADDED_FROM {
            true => drop(table.added.insert(place, text)),
            false => drop(table.changed.insert(place.1, Some(text))),
        }
        true
    }

    /// Deletes an object; returns its last content.
    pub(super) fn delete(&mut self, kind: Kind, id: &str) -> Option<Arc<str>> {
        let place = self.place(kind, id)?;
        let last = self.at(kind, place)?;
        let table = self.tables.entry(kind).or_default();
        match place.1 >= ADDED_FROM {
            true => {
                table.added.remove(&place);
                table.by_id.remove(id);
            }
            false => drop(table.changed.insert(place.1, None)),
        }
        table.gone.insert(id.to_owned(), Arc::clone(&last));
        Some(last)
    }

    /// A number for the next id.
    pub(super) fn next_number(&self) -> u32 {
        self.next_added
    }
}
