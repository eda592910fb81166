//! What a run for one Stripe account would cost at least, by what the file knows. Sends nothing.

use super::changes::{EVENTS, is_listed};
use super::standing::{Next, Standing, TEST_CLOCKS, plain_passes};
use super::{Error, Options};
use crate::model::extract::Catalog;
use crate::model::report::PlannedResource;
use crate::model::resource::{List, Provider, Resource};
use crate::store::{Account, Store};

/// Objects of a page.
const PAGE_OBJECTS: u64 = 100;

/// Says what a run would ask for at least; no account stands for one that the file does not know. What only the lists
/// themselves can tell is marked as open.
///
/// # Errors
/// SQLite's.
pub fn estimate(
    store: &Store,
    catalog: &Catalog,
    account: Option<&Account>,
    is_live: bool,
    options: &Options,
    now_s: i64,
) -> Result<Vec<PlannedResource>, Error> {
    let unknown = Account { id: 0, remote_id: String::new(), created_s: None, events_until_s: None };
    let account = account.unwrap_or(&unknown);
    let standing = Standing { store, account, began_s: now_s, initial: options.initial, is_live };
    let estimate = Estimate { standing, numbers: store.known_numbers(catalog)?, options };
    let mut planned = vec![estimate.line("stripe:account", "which account the key opens", 1, false)];
    let chosen: Vec<&'static Resource> =
        options.only.iter().copied().filter(|resource| resource.provider == Provider::Stripe).collect();
    let needs_clocks = !is_live && chosen.iter().any(|resource| resource.hides_test_clocks);
    let clocks = estimate.numbers.iter().map(|(_, resource)| *resource).filter(|resource| {
        needs_clocks && resource.name == TEST_CLOCKS && !chosen.iter().any(|chosen| chosen.name == resource.name)
    });
    for resource in clocks.chain(chosen.iter().copied().filter(|resource| is_listed(resource))) {
        planned.push(estimate.list(resource)?);
    }
    for &resource in chosen.iter().filter(|resource| !is_listed(resource)) {
        planned.extend(estimate.under(resource, &chosen)?);
    }
    if options.since_s.is_none() {
        let how = "the log of changes, and what it does not tell";
        planned.push(estimate.line(&EVENTS.replacen('_', ":", 1), how, 1, true));
    }
    Ok(planned)
}

struct Estimate<'a> {
    standing: Standing<'a>,
    numbers: Vec<(i64, &'static Resource)>,
    options: &'a Options,
}

impl Estimate<'_> {
    fn line(&self, name: &str, how: &str, requests: u64, is_open: bool) -> PlannedResource {
        let account = self.standing.account.remote_id.clone();
        PlannedResource {
            name: name.to_owned(),
            account,
            mode: String::new(),
            how: how.to_owned(),
            requests,
            is_open,
            parent: None,
        }
    }

    /// Prices one list, pass by pass.
    fn list(&self, resource: &'static Resource) -> Result<PlannedResource, Error> {
        let standing = &self.standing;
        let number = super::number(&self.numbers, resource);
        let name = qualified(resource);
        if standing.is_absent(number)? {
            return Ok(self.line(&name, "not available, asked again in a week", 0, false));
        }
        let passes = standing.passes(resource)?;
        // Once it is read, what appeared meanwhile is asked for. A product that is not there is asked for once.
        let drain = u64::from(!matches!(resource.list, List::Once(_)) && resource.product.is_empty());
        if self.options.since_s.is_some() {
            return Ok(self.line(&name, "what was created since that day", passes.len() as u64, true));
        }
        let is_complete = standing.whole_since_s(number, resource, &[])?.is_some();
        let (mut requests, mut how, mut is_open) = (0, "changes come with the events", false);
        for (index, pass) in passes.iter().enumerate() {
            let next = standing.next(number, resource, pass, is_complete)?;
            is_open |= next != Next::Rest;
            match next {
                Next::Rest => {}
                Next::Poll(_) => {
                    how = "only what is new";
                    requests += u64::from(!matches!(resource.list, List::Once(_)));
                }
                Next::GoOn(walk) => {
                    how = "the rest of a list begun earlier";
                    requests += standing.store.open_slices(walk.id)?.len() as u64 + drain;
                }
                Next::Anew => {
                    how = "the whole list";
                    // The rows known tell the pages of all passes together.
                    let rows = if index == 0 { self.rows(resource)? } else { 0 };
                    requests += rows.div_ceil(PAGE_OBJECTS).saturating_sub(passes.len() as u64 - 1).max(1) + drain;
                }
            }
        }
        Ok(self.line(&name, how, requests, is_open))
    }

    fn rows(&self, resource: &Resource) -> Result<u64, Error> {
        if self.standing.account.id == 0 {
            return Ok(0);
        }
        Ok(self.standing.store.living_count(self.standing.account.id, &resource.table())?)
    }

    /// Returns whether a list is read from its start, for more than what stands on a new test clock.
    fn is_read_anew(&self, number: i64, resource: &'static Resource) -> Result<bool, Error> {
        let is_complete = self.standing.whole_since_s(number, resource, &[])?.is_some();
        for pass in plain_passes(resource) {
            if self.standing.next(number, resource, pass, is_complete)? == Next::Anew {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Prices the lists under parents: those that wait are known, others are when their parents are read.
    fn under(
        &self,
        resource: &'static Resource,
        chosen: &[&'static Resource],
    ) -> Result<Option<PlannedResource>, Error> {
        let List::Under { parent, .. } = resource.list else { return Ok(None) };
        let number = super::number(&self.numbers, resource);
        let waiting = self.standing.store.waiting_lists(self.standing.account.id, number)?;
        let listed = chosen.iter().find(|listed| listed.name == parent).filter(|listed| is_listed(listed));
        let (mut is_read, mut anew) = (true, 0);
        if let Some(listed) = listed {
            let number = super::number(&self.numbers, listed);
            if self.standing.is_absent(number)? {
                return Ok(Some(self.line(&qualified(resource), "not available, as what it belongs to", 0, false)));
            }
            is_read = self.standing.whole_since_s(number, listed, &[])?.is_some();
            // A list that stands in its parent is only asked for where it comes cut short.
            if resource.inline.is_empty() && self.options.since_s.is_none() && self.is_read_anew(number, listed)? {
                anew = self.rows(listed)?;
            }
        }
        let lists = waiting.max(anew);
        // Where the product is not there, the first answer tells so for all.
        let requests = if resource.product.is_empty() { lists } else { lists.min(1) };
        let how = match (lists, is_read, resource.inline.is_empty()) {
            (0, true, true) => format!("one list for each of {parent} that changed"),
            (0, true, false) => format!("one list for each of {parent} that changed and comes cut short"),
            (0, false, true) => format!("one list or more for each of {parent}"),
            (0, false, false) => {
                format!("one list for each of {parent} that comes cut short")
            }
            _ if anew > 0 => format!("one list for each of the {anew} {parent}"),
            (_, true, _) => format!("the lists of {waiting} {parent} that are still to be read"),
            (_, false, _) => {
                format!("the lists of {waiting} {parent} that are still to be read, and of those not known yet")
            }
        };
        let line = self.line(&qualified(resource), &how, requests, true);
        Ok(Some(PlannedResource { parent: Some(parent), ..line }))
    }
}

fn qualified(resource: &Resource) -> String {
    format!("{}:{}", resource.provider.name(), resource.name)
}
