//! A look-alike of Fatture in Cloud. Where the documentation is silent it takes the less friendly reading.

mod answer;
mod facts;
mod filter;
mod generate;
mod quota;
mod state;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

pub use quota::Limits;

use super::service::{Call, Reply, Service};
use facts::Operation;
use quota::Usage;
use state::State;

/// What the service does with `updated_at` inside `q`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateFilter {
    /// Filters.
    Works,
    /// Answers as if it were not there.
    Ignored,
    /// Answers 422.
    Refused,
}

/// How the sandbox behaves.
#[derive(Debug, Clone)]
pub struct FicSettings {
    /// What the data is made from.
    pub seed: u64,
    /// How many clients; everything else follows from it.
    pub clients: usize,
    /// The only company.
    pub company_id: u64,
    /// The only token.
    pub token: String,
    /// Read scopes that the token lacks: `taxes:r`, `issued_documents.quotes:r`.
    pub missing_scopes: BTreeSet<String>,
    /// Whether incremental reading works.
    pub update_filter: UpdateFilter,
    /// Quotas.
    pub limits: Limits,
}

impl Default for FicSettings {
    fn default() -> FicSettings {
        FicSettings {
            seed: 1,
            clients: 50,
            company_id: 12345,
            token: "a/sandbox".to_owned(),
            missing_scopes: BTreeSet::new(),
            update_filter: UpdateFilter::Works,
            limits: Limits::default(),
        }
    }
}

/// The service.
pub struct FicSandbox {
    settings: FicSettings,
    operations: Vec<Operation>,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    state: State,
    usage: Usage,
    reads: u64,
}

fn locked(inner: &Mutex<Inner>) -> MutexGuard<'_, Inner> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FicSandbox {
    /// Makes the company.
    pub fn new(settings: FicSettings) -> FicSandbox {
        let mut state = State::default();
        generate::fill(&mut state, settings.seed, settings.clients);
        let inner = Arc::new(Mutex::new(Inner { state, usage: Usage::default(), reads: 0 }));
        FicSandbox { settings, operations: facts::operations(), inner }
    }

    /// Returns the handle with which tests let things happen in the company.
    pub fn life(&self) -> FicLife {
        FicLife { inner: Arc::clone(&self.inner) }
    }
}

impl Service for FicSandbox {
    fn answer(&self, call: &Call, now_s: i64) -> Reply {
        answer::answer(&self.settings, &self.operations, &mut locked(&self.inner), call, now_s)
    }

    fn endpoint(&self, call: &Call) -> String {
        let path = facts::find(&self.operations, &call.path).map_or(call.path.as_str(), |(op, _)| op.path.as_str());
        format!("{} {path}", call.method)
    }
}

/// What happens in the company, and what is true of it. Lists are named by their path: `/entities/clients`.
#[derive(Clone)]
pub struct FicLife {
    inner: Arc<Mutex<Inner>>,
}

impl FicLife {
    /// Creates a row, with both timestamps where the service keeps them, and returns its id.
    pub fn create(&self, list: &'static str, mut row: Value, now_s: i64) -> String {
        if state::has_stamps(list) {
            let stamp = generate::rome(now_s);
            row["created_at"] = Value::from(stamp.clone());
            row["updated_at"] = Value::from(stamp);
        }
        locked(&self.inner).state.insert(list, row)
    }

    /// Changes members of a row; returns whether it exists.
    pub fn change(&self, list: &'static str, id: &str, members: &Value, now_s: i64) -> bool {
        locked(&self.inner).state.change(list, id, members, now_s)
    }

    /// Deletes a row: documents go to the bin, everything else vanishes.
    pub fn delete(&self, list: &'static str, id: &str) -> bool {
        locked(&self.inner).state.delete(list, id)
    }

    /// Restores a document from the bin.
    pub fn restore(&self, list: &'static str, id: &str) -> bool {
        locked(&self.inner).state.restore(list, id)
    }

    /// Returns a list's rows as they truly are, without the members that differ at every read.
    pub fn truth(&self, list: &str) -> Vec<Value> {
        let mut rows = locked(&self.inner).state.rows(list).to_vec();
        for row in rows.iter_mut().filter_map(Value::as_object_mut) {
            row.retain(|name, _| !state::VOLATILE.contains(&name.as_str()));
        }
        rows
    }

    /// Returns the ids in a list's bin.
    pub fn binned(&self, list: &str) -> Vec<String> {
        locked(&self.inner).state.binned(list).iter().map(state::id_of).collect()
    }

    /// Returns the items of a price list by product id.
    pub fn prices(&self, price_list: &str) -> Value {
        locked(&self.inner).state.prices(price_list).cloned().map_or(Value::Null, Value::Object)
    }
}

#[cfg(test)]
mod tests;
