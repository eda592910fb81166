//! What a run over many accounts would cost, by what the file knows already. Asks nobody, writes nothing.

use std::collections::{HashMap, HashSet};

use super::super::engine::{self, Access, Order, stripe_mode, stripe_per_s};
use super::super::exit::Failure;
use super::super::price::hour_s;
use super::opening::Credential;
use super::{COMPANIES_AT_ONCE, Choice, turns};
use crate::clock::Clock;
use crate::model::extract::Catalog;
use crate::model::fleet::{FleetPlan, Member, PlannedMember};
use crate::model::report::{PlannedResource, least_s};
use crate::model::resource::Provider;
use crate::store::{Account, Store};
use crate::sync::{self, Options};

/// What is asked with each credential, before any account: whose it is, which companies it opens.
const ASKED_FIRST: &str = "stripe:account";
const UNREAD: &str = "never read: each list once";
const AGAIN: &str = "everything again";
const CHANGES: &str = "what changed";

/// Says whose turn it would be, and what it would ask for.
///
/// An account that was read before is priced list by list, as `sync --dry-run` does it for one. One that was never read
/// counts as an empty one: all of these cost the same, and are reckoned once.
///
/// # Errors
/// What is wrong with the file or with the choice.
pub(super) fn plan(order: &Order, access: &Access, choice: &Choice, clock: &dyn Clock) -> Result<FleetPlan, Failure> {
    let is_there = order.database.exists();
    // A file that is not there yet knows as much as an empty one.
    let store = if is_there { Store::open_read_only(&order.database)? } else { Store::in_memory()? };
    let now_s = clock.now_ms().div_euclid(1000);
    let members = turns(&store, order, access, choice, now_s)?;
    let catalog = sync::catalog();
    let mut pricing = Pricing { order, access, store: &store, catalog: &catalog, clock, unread: HashMap::new() };
    let known = known(&store, access)?;
    let mut planned = Vec::with_capacity(members.len());
    for member in members {
        planned.push(pricing.priced(member, &known)?);
    }
    let credentials = access.stripe.len() + access.fic.len();
    // Whoever is not chosen this time is known all the same.
    let all = turns(&store, order, access, &Choice::default(), now_s)?;
    let with_members: HashSet<usize> = all.iter().map(|member| member.line).collect();
    let mut unknown = 0;
    for (_, credential) in Credential::all(access).enumerate().filter(|(line, _)| !with_members.contains(line)) {
        // Where all was removed by hand nothing comes on top.
        let (provider, mode, name) = credential.whose(access.is_sandbox);
        unknown += u64::from(store.removed_own(provider, mode, name)?.is_empty());
    }
    let time_s = (0..credentials).map(|line| line_s(line, &planned, order, access)).max().unwrap_or(0);
    Ok(FleetPlan { members: planned, other_requests: credentials as u64, unknown, time_s })
}

/// Returns the Stripe accounts that the file knows, by their rows.
fn known(store: &Store, access: &Access) -> Result<HashMap<i64, Account>, Failure> {
    let mut modes: Vec<&str> = access.stripe.iter().map(|key| stripe_mode(key, access.is_sandbox)).collect();
    modes.sort_unstable();
    modes.dedup();
    let mut known = HashMap::new();
    for mode in modes {
        known.extend(store.accounts_of("stripe", mode)?.into_iter().map(|account| (account.id, account)));
    }
    Ok(known)
}

/// Accounts being priced.
struct Pricing<'a> {
    order: &'a Order,
    access: &'a Access,
    store: &'a Store,
    catalog: &'a Catalog,
    clock: &'a dyn Clock,
    /// What one costs that was never read, by its credential and by whether it is read on its behalf.
    unread: HashMap<(usize, bool), (u64, bool)>,
}

impl Pricing<'_> {
    fn priced(&mut self, member: Member, known: &HashMap<i64, Account>) -> Result<PlannedMember, Failure> {
        let last_s = self.store.last_run_s(member.row)?;
        let is_read = last_s.is_some();
        let kind = (member.line, member.is_connected);
        let (requests, is_open) = match self.unread.get(&kind).filter(|_| !is_read) {
            Some(priced) => *priced,
            None => {
                let lines = self.lines(&member, known.get(&member.row).filter(|_| is_read), last_s)?;
                let lines = || lines.iter().filter(|it| it.name != ASKED_FIRST);
                (lines().map(|it| it.requests).sum(), lines().any(|it| it.is_open))
            }
        };
        if !is_read {
            self.unread.insert(kind, (requests, is_open));
        }
        let how = match (is_read, self.order.initial) {
            (false, _) => UNREAD,
            (true, true) => AGAIN,
            (true, false) => CHANGES,
        };
        Ok(PlannedMember { member, how, requests, is_open, is_read })
    }

    fn lines(
        &self,
        member: &Member,
        account: Option<&Account>,
        last_s: Option<i64>,
    ) -> Result<Vec<PlannedResource>, Failure> {
        let mut options = Options { accounts: Vec::new(), ..engine::options(self.order, member.provider) };
        match member.provider {
            Provider::Stripe => {
                let key = &self.access.stripe[member.line];
                if member.is_connected {
                    options.only.retain(|resource| !resource.platform_only);
                }
                let mode = stripe_mode(key, self.access.is_sandbox);
                let now_s = hour_s(last_s, self.access.is_sandbox, &key.base_url, self.clock);
                Ok(sync::estimate(self.store, self.catalog, account, mode == "live", &options, now_s)?)
            }
            Provider::Fic => {
                let token = &self.access.fic[member.line - self.access.stripe.len()];
                let now_s = hour_s(last_s, self.access.is_sandbox, &token.base_url, self.clock);
                let company = last_s.map(|_| (member.row, member.remote_id.as_str()));
                Ok(sync::fic::estimate(self.store, self.catalog, company, &options, now_s)?)
            }
        }
    }
}

/// Returns how long the limits make the accounts of one credential last at least. All of a key share the key's limit; each
/// company has quotas of its own, and some are read side by side.
fn line_s(line: usize, planned: &[PlannedMember], order: &Order, access: &Access) -> u64 {
    let its = || planned.iter().filter(|it| it.member.line == line);
    match access.stripe.get(line) {
        Some(key) => {
            let per_s = (stripe_per_s(key) * order.rate_percent / 100).max(1);
            its().map(|it| it.requests).sum::<u64>().div_ceil(u64::from(per_s))
        }
        None => {
            let windows = sync::fic::windows(order.rate_percent);
            let times = || its().map(|it| least_s(it.requests, &windows));
            let together = times().sum::<u64>().div_ceil(COMPANIES_AT_ONCE as u64);
            times().max().unwrap_or(0).max(together)
        }
    }
}
