//! How the engine reaches each of many accounts.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::engine::{self, Access, Order};
use super::member;
use super::opening::{Line, Opens};
use crate::clock::Clock;
use crate::http::Client;
use crate::model::cancel::Cancel;
use crate::model::extract::Catalog;
use crate::model::fleet::Member;
use crate::model::progress::{Silent, Sink};
use crate::store::{Readable, Store};
use crate::sync::fic::{Company, Whose};
use crate::sync::fleet::Pull;
use crate::sync::{self, Options, Readers, Summary, Target, Who};

/// Faults before the first answer, after which an account has had its turn.
const FAULTS_MAX: u32 = 4;
/// Requests on their way for what is queued for one account.
const ERRAND_IN_FLIGHT: usize = 3;

/// Locks; a thread that panicked while holding leaves whole clients behind.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How the engine reaches the accounts.
pub(super) struct Reach<'a> {
    pub order: &'a Order,
    pub access: &'a Access,
    pub catalog: &'a Catalog,
    pub lines: &'a [Line],
    pub store_clock: &'a dyn Clock,
    pub readers: Readers,
    /// Of accounts whose turn was cut: what they were told to wait for holds in their next turn, too.
    pub cut: Mutex<HashMap<i64, Client>>,
}

impl Reach<'_> {
    fn ask(
        &self,
        store: &Store,
        member: &Member,
        mut options: Options,
        cancel: &Cancel,
        sink: &dyn Sink,
    ) -> Result<Summary, sync::Error> {
        let line = &self.lines[member.line];
        match &line.opens {
            Opens::Account { .. } => {
                if member.is_connected {
                    options.only.retain(|resource| !resource.platform_only);
                }
                let on_behalf_of = member.is_connected.then_some(member.remote_id.as_str());
                let client = match held(&self.cut).remove(&member.row) {
                    Some(before) => before.again(cancel.clone()),
                    None => line.client.fork(on_behalf_of, &line.limits, cancel.clone()),
                };
                let readers = Some(&self.readers);
                let target = Target { client: &client, mode: line.mode, who: Who::Known(member.row), readers };
                let pulled = sync::run(store, self.catalog, &target, &options, cancel, sink);
                if cancel.is_set() {
                    held(&self.cut).insert(member.row, client);
                }
                pulled
            }
            Opens::Companies(_) => {
                let limits = if self.access.is_sandbox {
                    line.limits.clone()
                } else {
                    let now_s = self.store_clock.now_ms().div_euclid(1000);
                    sync::fic::limits(store, &member.remote_id, self.order.rate_percent, now_s)?
                };
                let client = line.client.fork(None, &limits, cancel.clone());
                let company = Company { id: member.remote_id.clone(), name: member.name.clone().unwrap_or_default() };
                let whose = Whose { company: &company, mode: line.mode, credential: line.credential.clone() };
                sync::fic::run(store, self.catalog, &client, &whose, &options, cancel, sink)
            }
        }
    }
}

impl Pull for Reach<'_> {
    fn pull(&self, store: &Store, member: &Member, cancel: &Cancel, sink: &dyn Sink) -> Result<Summary, sync::Error> {
        let options = Options { accounts: Vec::new(), ..engine::options(self.order, member.provider) };
        // What is queued may be broken object by object, and says nothing of the account.
        let faults_max = (!self.order.queued_only).then_some(FAULTS_MAX);
        self.ask(store, member, Options { faults_max, ..options }, cancel, sink)
    }

    fn queued(&self, store: &Store) -> Result<Vec<Member>, sync::Error> {
        let now_s = self.store_clock.now_ms().div_euclid(1000);
        let queued = store.readable_due(now_s)?;
        let line_of = |it: &Readable| self.lines.iter().position(|line| line.reaches(it));
        Ok(queued.iter().filter_map(|it| Some(member(it, line_of(it)?))).collect())
    }

    fn work_off(&self, store: &Store, member: &Member, cancel: &Cancel) -> Result<Summary, sync::Error> {
        let only = self.catalog.entries().iter().map(|it| it.resource);
        let options = Options {
            only: only.filter(|resource| resource.provider == member.provider).collect(),
            accounts: Vec::new(),
            initial: false,
            since_s: None,
            in_flight_max: ERRAND_IN_FLIGHT,
            queued_only: true,
            time_max: None,
            faults_max: None,
        };
        self.ask(store, member, options, cancel, &Silent)
    }

    fn probe(&self, line: usize) -> Result<(), sync::Error> {
        let line = &self.lines[line];
        match &line.opens {
            Opens::Account { remote_id, .. } => {
                let own = sync::identify(&line.client, line.mode, None)?;
                if own.remote_id == *remote_id {
                    return Ok(());
                }
                Err(sync::Error::OtherAccount { opened: own.remote_id, asked: remote_id.clone() })
            }
            Opens::Companies(_) => sync::fic::companies(&line.client).map(drop),
        }
    }

    fn interrupt(&self) {
        self.lines.iter().for_each(|line| line.client.interrupt());
    }
}
