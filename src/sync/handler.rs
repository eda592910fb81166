//! What an event means for the rows. One path for every event, whatever door it came by: the service's log, a webhook, a
//! file.

use std::collections::HashMap;

use super::Error;
use crate::model::extract::{Catalog, Compiled};
use crate::model::resource::{Provider, Resource};
use crate::model::row::Object;
use crate::providers::stripe::event;
use crate::store::{Applied, Error as StoreError, Rows, Source, Store, Told, Waiting, object_of};

/// The tables that events keep true, each with the second since which its list is known whole.
pub type Current = HashMap<String, Option<i64>>;

/// What to do about one event; for some there is nothing to do, for some there are several things.
enum Effect {
    Apply {
        is_gone: bool,
        /// The object, where it has been read already.
        object: Option<Object>,
    },
    Fetch {
        index: usize,
        id: String,
    },
    /// Lays the events of an object over what is known of it, where nobody asks.
    Merge,
    Fanout {
        index: usize,
        parent_id: String,
    },
}

/// What taking an event's effect came to.
#[derive(Debug, Default)]
pub struct Taken {
    /// What became of the row that the payload is about, where the payload was applied.
    pub applied: Option<Applied>,
    /// Why its payload cannot be taken; every attempt ends so.
    pub trouble: Option<String>,
    /// Whether it says no more than what is to be fetched.
    pub is_fetched_later: bool,
}

/// Takes the effects of one account's logged events, one after the other, in the transaction that is open.
///
/// Events of what is not current change nothing: its first reading will begin after them.
pub struct Handler<'h, 'c> {
    /// The file.
    pub store: &'h Store,
    /// Its resource tables.
    pub rows: &'h mut Rows<'c>,
    /// The registry.
    pub catalog: &'c Catalog,
    /// The account's row.
    pub account: i64,
    /// Resource numbers in the file and entries.
    pub numbers: &'h [(i64, &'static Resource)],
    /// The tables that events keep true.
    pub current: &'h Current,
}

impl Handler<'_, '_> {
    /// Takes one event's effect: its payload where that suffices, else a queued GET, one for each object.
    ///
    /// # Errors
    /// SQLite's; the transaction should be rolled back then.
    pub fn take(&mut self, one: &Waiting) -> Result<Taken, Error> {
        let (store, account, catalog) = (self.store, self.account, self.catalog);
        // Somebody wants no rows of it. Where it comes back, its first reading will begin after this.
        if store.is_shut(account)? {
            return Ok(Taken::default());
        }
        let number = |index: usize| super::number(self.numbers, catalog.entries()[index].resource);
        let table = one.event.table.as_str();
        if catalog.by_table(table).is_some_and(|it| it.resource.provider == Provider::Fic) {
            return self.ask_for_named(one);
        }
        let is_alive = |id: &str| store.is_alive(account, table, id);
        let mut taken = Taken::default();
        super::derived::write(store, account, &one.event.kind, &one.event.payload)?;
        super::account_events::take(store, account, one)?;
        let is_offline = self.rows.is_offline();
        for effect in effects(catalog, self.current, one, &is_alive, is_offline)? {
            match effect {
                Effect::Apply { is_gone, object } => {
                    taken = apply(self.rows, catalog, account, one, (is_gone, object))?
                }
                Effect::Merge => taken = merge(self.rows, catalog, account, one)?,
                Effect::Fetch { index, id } => {
                    store.queue_fetch(account, number(index), &id, one.event.created_s, "event")?;
                    self.rows.doubt(catalog.entries()[index].resource, &id, account)?;
                }
                Effect::Fanout { index, parent_id } => store.queue_fanout(account, number(index), &parent_id)?,
            }
        }
        Ok(taken)
    }
}

fn effects(
    catalog: &Catalog,
    current: &Current,
    one: &Waiting,
    is_alive: &dyn Fn(&str) -> Result<bool, StoreError>,
    is_offline: bool,
) -> Result<Vec<Effect>, Error> {
    let event = &one.event;
    let Some(compiled) = catalog.by_table(&event.table) else { return Ok(Vec::new()) };
    let resource = compiled.resource;
    // Those are found by what they stand in, and need no id: the summary of a customer's entitlements has none.
    if resource.is_child() {
        let payload = object_of(&event.payload).unwrap_or_default();
        return Ok(child_effects(catalog, current, compiled, payload));
    }
    let Some(id) = &event.object_id else { return Ok(Vec::new()) };
    let Some(whole_since_s) = current.get(&event.table) else { return Ok(Vec::new()) };
    let is_gone = resource.gone.contains(&event.kind.as_str()) && event.error.is_none();
    let payload = object_of(&event.payload).unwrap_or_default();
    let on_clock =
        || serde_json::from_str::<event::Subject>(payload).is_ok_and(|s| s.test_clock.is_some_and(|c| !c.is_null()));
    let may_suffice = event.error.is_none() && event::suffices(resource, event.api_version.as_deref()) && !on_clock();
    let object = if may_suffice { catalog.object(compiled, payload).ok() } else { None };
    let suffices = object.as_ref().is_some_and(|object| object.children.iter().all(|set| set.complete));
    let fetch = || Effect::Fetch { index: compiled.index, id: id.clone() };
    let must_ask = !(is_gone || suffices || resource.get.is_empty());
    if must_ask && (!is_offline || event.error.is_some()) {
        return Ok(vec![fetch()]);
    }
    // A complete reading that began later did not show it: it was gone by then, or it is hidden.
    let is_unshown = !is_gone && whole_since_s.is_some_and(|s| event.created_s < s - 1) && !is_alive(id)?;
    let hides = resource.hides_rows || resource.hides_test_clocks;
    if is_unshown && hides && !resource.get.is_empty() {
        return Ok(vec![fetch()]);
    }
    Ok(match is_unshown {
        true => vec![Effect::Apply { is_gone: !hides, object }],
        false if must_ask => vec![fetch(), Effect::Merge],
        false => vec![Effect::Apply { is_gone, object }],
    })
}

/// A child changes with those it stands in: each that it names is fetched where it shows its children, else their list
/// is read.
fn child_effects(catalog: &Catalog, current: &Current, child: &Compiled, payload: &str) -> Vec<Effect> {
    let resource = child.resource;
    let payload: serde_json::Value = serde_json::from_str(payload).unwrap_or_default();
    let alone = resource.parent().map(|parent| (parent, resource.owner));
    let owners = if resource.owners.is_empty() { alone.as_slice() } else { resource.owners };
    let mut effects = Vec::new();
    for (name, pointer) in owners {
        let named = payload.pointer(pointer).and_then(|owner| owner.as_str().or_else(|| owner["id"].as_str()));
        let parent = catalog.by_table(&format!("stripe_{name}"));
        let (Some(parent), Some(id)) = (parent, named) else { continue };
        if !current.contains_key(&parent.resource.table()) {
            continue;
        }
        effects.push(if resource.inline.is_empty() {
            Effect::Fanout { index: child.index, parent_id: id.to_owned() }
        } else {
            Effect::Fetch { index: parent.index, id: id.to_owned() }
        });
    }
    effects
}

/// Lays an event over what is known of its object; says why where that comes to no object.
fn merge(rows: &mut Rows, catalog: &Catalog, account: i64, one: &Waiting) -> Result<Taken, Error> {
    let event = &one.event;
    let (Some(compiled), Some(id)) = (catalog.by_table(&event.table), &event.object_id) else {
        return Ok(Taken::default());
    };
    Ok(match rows.merge_logged(compiled.resource, id, account, event)? {
        Ok(applied) => Taken { applied: Some(applied), ..Taken::default() },
        Err(why) => Taken { trouble: Some(why.to_string()), ..Taken::default() },
    })
}

/// Applies an event's payload; says why where it cannot be read.
fn apply(
    rows: &mut Rows,
    catalog: &Catalog,
    account: i64,
    one: &Waiting,
    (is_gone, object): (bool, Option<Object>),
) -> Result<Taken, Error> {
    let event = &one.event;
    let Some(compiled) = catalog.by_table(&event.table) else { return Ok(Taken::default()) };
    let source = Source::Event { id: &event.id, created_s: event.created_s };
    let told = Told { account, source, api_version: event.api_version.as_deref() };
    // Where others have a say beside this event, they all decide together.
    let is_apart = !compiled.resource.get.is_empty() && event.error.is_none() && event.object_id.is_some();
    let is_told = is_gone == compiled.resource.gone.contains(&event.kind.as_str());
    let is_merged = rows.is_offline() && is_apart && is_told;
    let id = event.object_id.as_deref().unwrap_or_default();
    let read = || catalog.object(compiled, object_of(&event.payload).unwrap_or_default());
    let applied = match object.map_or_else(read, Ok) {
        Ok(mut object) => {
            object.gone |= is_gone;
            match is_merged {
                true => rows.apply_unless_merged(&object, &told)?,
                false => Some(rows.apply(&object, &told)?),
            }
        }
        Err(_) if is_merged && rows.is_doubtful(compiled.resource, id, account)? => None,
        // Which object is gone is known all the same.
        Err(_) if is_gone => {
            let applied = rows.apply_absence(compiled.resource, id, &told)?;
            rows.doubt(compiled.resource, id, account)?;
            Some(applied)
        }
        Err(error) => return Ok(Taken { trouble: Some(error.to_string()), ..Taken::default() }),
    };
    match applied {
        None => merge(rows, catalog, account, one),
        applied => Ok(Taken { applied, ..Taken::default() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetched(payload: &str, current: &[&str]) -> Vec<(String, String)> {
        let catalog = super::super::catalog();
        let current = current.iter().map(|table| ((*table).to_owned(), None)).collect();
        let discounts = catalog.by_table("stripe_discounts").expect("is a resource");
        child_effects(&catalog, &current, discounts, payload)
            .into_iter()
            .map(|effect| match effect {
                Effect::Fetch { index, id } => (catalog.entries()[index].resource.table(), id),
                _ => panic!("discounts have no list of their own"),
            })
            .collect()
    }

    #[test]
    fn a_discount_refreshes_everything_that_it_names() {
        let payload =
            r#"{"id":"di_1","customer":{"id":"cus_1"},"subscription":"sub_1","invoice":null,"invoice_item":"ii_1"}"#;
        let all = ["stripe_customers", "stripe_subscriptions", "stripe_invoices", "stripe_invoice_items"];
        let named = |table: &str, id: &str| (table.to_owned(), id.to_owned());
        let wanted = [
            named("stripe_customers", "cus_1"),
            named("stripe_subscriptions", "sub_1"),
            named("stripe_invoice_items", "ii_1"),
        ];
        assert_eq!(fetched(payload, &all), wanted);
        assert_eq!(fetched(payload, &all[..1]), wanted[..1]);
        assert_eq!(fetched(r#"{"id":"di_1","customer":null}"#, &all), []);
    }
}
