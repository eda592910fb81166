//! What a run would cost, by what the file knows already. Asks nobody, writes nothing.

use super::engine::{Access, Order, Pulled, fic_mode, options, stripe_per_s};
use super::exit::Failure;
use super::meant::left_out;
use crate::clock::Clock;
use crate::config::{self, FicAccess, StripeAccess};
use crate::model::extract::Catalog;
use crate::model::report::PlannedResource;
use crate::model::resource::Provider;
use crate::sandbox;
use crate::store::{Account, Store};
use crate::sync;

/// Says what a run would ask for.
pub(super) fn plan(order: &Order, access: &Access, clock: &dyn Clock) -> Result<Pulled, Failure> {
    // A file that is not there yet knows as much as an empty one.
    let known = if order.database.exists() { Store::open_read_only(&order.database)? } else { Store::in_memory()? };
    let catalog = sync::catalog();
    let planning = Planning { order, access, store: &known, catalog: &catalog, clock };
    let mut resources = Vec::new();
    let mut is_size_known = true;
    for stripe in &access.stripe {
        is_size_known &= planning.stripe(stripe, &mut resources)?;
    }
    for fic in &access.fic {
        is_size_known &= planning.fic(fic, &mut resources)?;
    }
    // They are read one after the other: the slowest says how long it takes at most.
    let paces = access.stripe.iter().filter(|_| !access.is_sandbox);
    let paces = paces.map(|access| (stripe_per_s(access) * order.rate_percent / 100).max(1));
    let rate_per_s = paces.min();
    let has_quota = !access.fic.is_empty() && !access.is_sandbox;
    let fic_windows = if has_quota { sync::fic::windows(order.rate_percent) } else { Vec::new() };
    Ok(Pulled::Planned { resources, rate_per_s, fic_windows, is_size_known })
}

/// One order being priced.
struct Planning<'a> {
    order: &'a Order,
    access: &'a Access,
    store: &'a Store,
    catalog: &'a Catalog,
    clock: &'a dyn Clock,
}

impl Planning<'_> {
    /// Prices Stripe; returns whether the account was read to its end before.
    fn stripe(&self, access: &StripeAccess, resources: &mut Vec<PlannedResource>) -> Result<bool, Failure> {
        let mode = if self.access.is_sandbox { "sandbox" } else { access.mode.name() };
        // Only the service knows whose key it is; the account that was synced last with it is the likely one.
        let own = self.store.own_accounts("stripe", mode, access.name.as_deref())?;
        let account = own.into_iter().find(|account| self.is_chosen(account));
        if account.is_none()
            && let Some(id) = self.store.removed_own("stripe", mode, access.name.as_deref())?.into_iter().next()
        {
            resources.push(PlannedResource {
                name: "stripe:account".to_owned(),
                how: format!("whose the key is; {}", left_out(&id)),
                account: id,
                mode: mode.to_owned(),
                requests: 1,
                parent: None,
                is_open: false,
            });
            return Ok(true);
        }
        let now_s = self.now_s(account.as_ref(), &access.base_url)?;
        let (options, is_live) = (options(self.order, Provider::Stripe), mode == "live");
        let lines = sync::estimate(self.store, self.catalog, account.as_ref(), is_live, &options, now_s)?;
        resources.extend(lines.into_iter().map(|line| PlannedResource { mode: mode.to_owned(), ..line }));
        // The event log is read when the lists have been.
        Ok(account.is_some_and(|account| account.events_until_s.is_some()))
    }

    /// Prices Fatture in Cloud; returns whether a company is known.
    fn fic(&self, access: &FicAccess, resources: &mut Vec<PlannedResource>) -> Result<bool, Failure> {
        let mode = fic_mode(self.access.is_sandbox, &access.base_url);
        let is_meant = |account: &Account| access.company.as_ref().is_none_or(|company| *company == account.remote_id);
        let mut companies = self.store.accounts_of("fic", mode)?;
        companies.retain(|company| self.is_chosen(company) && is_meant(company));
        let options = options(self.order, Provider::Fic);
        resources.push(PlannedResource {
            name: "fic:companies".to_owned(),
            account: String::new(),
            mode: mode.to_owned(),
            how: "which companies the token opens".to_owned(),
            requests: 1,
            parent: None,
            is_open: false,
        });
        let removed = self.store.removed_own("fic", mode, access.name.as_deref())?;
        if companies.is_empty() && !removed.is_empty() {
            return Ok(true);
        }
        let in_mode = |line| PlannedResource { mode: mode.to_owned(), ..line };
        if companies.is_empty() {
            let now_s = self.now_s(None, &access.base_url)?;
            let lines = sync::fic::estimate(self.store, self.catalog, None, &options, now_s)?;
            resources.extend(lines.into_iter().map(in_mode));
        }
        for company in &companies {
            let now_s = self.now_s(Some(company), &access.base_url)?;
            let named = Some((company.id, company.remote_id.as_str()));
            let lines = sync::fic::estimate(self.store, self.catalog, named, &options, now_s)?;
            resources.extend(lines.into_iter().map(in_mode));
        }
        Ok(!companies.is_empty())
    }

    fn is_chosen(&self, account: &Account) -> bool {
        self.order.accounts.is_empty() || self.order.accounts.contains(&account.remote_id)
    }

    fn now_s(&self, account: Option<&Account>, base_url: &str) -> Result<i64, Failure> {
        let last_s = account.map(|account| self.store.last_run_s(account.id)).transpose()?.flatten();
        Ok(hour_s(last_s, self.access.is_sandbox, base_url, self.clock))
    }
}

/// Returns the hour to plan by, without asking: this machine's, but never before the account's last run by the service's
/// clock. What is served on this machine has a clock of its own, of which that last run is all we know.
pub(super) fn hour_s(last_s: Option<i64>, is_sandbox: bool, base_url: &str, clock: &dyn Clock) -> i64 {
    let ours_s = clock.now_ms().div_euclid(1000);
    match last_s {
        // The sandbox of a file stands still.
        _ if is_sandbox => sandbox::START_S,
        Some(last_s) if config::is_loopback(base_url) => last_s,
        Some(last_s) => ours_s.max(last_s),
        None => ours_s,
    }
}
