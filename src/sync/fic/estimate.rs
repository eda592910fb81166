//! What a run would cost at least, by what the file knows. Sends nothing.

use super::decide::{Decision, Job, passes, upkeep_allowance};
use crate::model::extract::Catalog;
use crate::model::report::PlannedResource;
use crate::model::resource::{List, Provider, Resource};
use crate::providers::fic::request::{self, PER_PAGE};
use crate::store::Store;
use crate::sync::{Error, Options};

/// Says what a run over a company would ask for at least; no company stands for one that the file does not know.
///
/// # Errors
/// SQLite's.
pub fn estimate(
    store: &Store,
    catalog: &Catalog,
    company: Option<(i64, &str)>,
    options: &Options,
    now_s: i64,
) -> Result<Vec<PlannedResource>, Error> {
    let (account, name) = company.unwrap_or((0, ""));
    let numbers = store.known_numbers(catalog)?;
    let decision = Decision { store, account, now_s, initial: options.initial };
    let mut planned = Vec::new();
    let mut upkeep = Vec::new();
    for &resource in options.only.iter().filter(|resource| resource.provider == Provider::Fic) {
        if resource.is_child() {
            planned.extend(under(store, account, resource, name)?);
            continue;
        }
        let number = crate::sync::number(&numbers, resource);
        let mut requests = 0;
        let mut how = "nothing due";
        if request::BINS.iter().any(|bin| bin.resource == resource.name) {
            (requests, how) = (1, "what is in its bin");
        }
        for &pass in passes(resource) {
            let (now, later) = decision.plan(number, resource, pass)?;
            upkeep.extend(later);
            let Some(job) = now else { continue };
            how = said(job);
            let total = store.list_state(account, number, pass)?.total.unwrap_or(0);
            let pages = u64::try_from(total).unwrap_or(0).div_ceil(u64::from(PER_PAGE)).max(1);
            requests += if job == Job::Scan && !matches!(resource.list, List::DateRange(_)) { pages } else { 1 };
        }
        let is_open = matches!(how, "the whole list" | "what changed" | "by date");
        planned.push(line(resource, name, how, requests, is_open));
    }
    let main: u64 = planned.iter().map(|planned| planned.requests).sum();
    // What may wait is done as far as the allowance goes, the most urgent first; each costs one request or more.
    upkeep.sort_by_key(|it| -it.urgency);
    let allowed = usize::try_from(upkeep_allowance(main)).unwrap_or(usize::MAX);
    for it in upkeep.iter().take(allowed) {
        if let Some(found) = planned.iter_mut().find(|planned| planned.name == qualified(it.resource)) {
            found.requests += 1;
            found.is_open = true;
            found.how = "a check, as its turn has come".to_owned();
        }
    }
    Ok(planned)
}

/// A list under each parent is read with the parent's list.
fn under(
    store: &Store,
    account: i64,
    resource: &'static Resource,
    name: &str,
) -> Result<Option<PlannedResource>, Error> {
    let List::Under { parent, .. } = resource.list else { return Ok(None) };
    let parents = store.living_ids(account, &format!("fic_{parent}"))?.len();
    let how = if parents == 0 {
        format!("one list or more for each of {parent}")
    } else {
        format!("one list for each of {parent} when those are read again ({parents} now)")
    };
    Ok(Some(PlannedResource { parent: Some(parent), ..line(resource, name, &how, 0, true) }))
}

fn said(job: Job) -> &'static str {
    match job {
        Job::Scan => "the whole list",
        Job::Changes => "what changed",
        Job::Count => "whether its size is the same",
        Job::Cashbook => "by date",
    }
}

fn qualified(resource: &Resource) -> String {
    format!("{}:{}", resource.provider.name(), resource.name)
}

fn line(resource: &Resource, account: &str, how: &str, requests: u64, is_open: bool) -> PlannedResource {
    PlannedResource {
        name: qualified(resource),
        account: account.to_owned(),
        mode: String::new(),
        how: how.to_owned(),
        requests,
        is_open,
        parent: None,
    }
}
