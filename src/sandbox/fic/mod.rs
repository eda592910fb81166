//! A look-alike of Fatture in Cloud. Where the documentation is silent it takes the less friendly reading.

mod answer;
mod companies;
mod facts;
mod filter;
mod generate;
mod hook_wire;
mod hooks;
mod quota;
mod state;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

pub use companies::{CompanyKind, FicCompany, FicToken};
pub use hook_wire::public_key;
pub use quota::Limits;

use super::service::{Call, Reply, Service, Whose};
use super::trouble::Trouble;
use companies::Register;
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
    /// How many clients the first company has; everything else follows from it.
    pub clients: usize,
    /// The first company; the only one unless others are given.
    pub company_id: u64,
    /// Other companies.
    pub companies: Vec<FicCompany>,
    /// The first token, which sees every company.
    pub token: String,
    /// Other tokens.
    pub tokens: Vec<FicToken>,
    /// Read scopes that the first token lacks: `taxes:r`, `issued_documents.quotes:r`.
    pub missing_scopes: BTreeSet<String>,
    /// Whether incremental reading works.
    pub update_filter: UpdateFilter,
    /// Quotas of each company that has none of its own.
    pub limits: Limits,
}

impl Default for FicSettings {
    fn default() -> FicSettings {
        FicSettings {
            seed: 1,
            clients: 50,
            company_id: companies::FIRST_ID,
            companies: Vec::new(),
            token: "a/sandbox".to_owned(),
            tokens: Vec::new(),
            missing_scopes: BTreeSet::new(),
            update_filter: UpdateFilter::Works,
            limits: Limits::default(),
        }
    }
}

/// The service.
pub struct FicSandbox {
    settings: FicSettings,
    register: Register,
    operations: Vec<Operation>,
    /// What was made of the companies so far, by id.
    books: Mutex<HashMap<u64, Arc<Mutex<Inner>>>>,
    /// What each token used of calls that are no company's.
    users: Mutex<HashMap<String, Usage>>,
    /// Where webhooks go.
    places: Arc<Mutex<hooks::Places>>,
}

/// One company's rows, and what was used of its quotas.
struct Inner {
    state: State,
    usage: Usage,
    reads: u64,
    hooks: hooks::Hooks,
}

fn locked<T>(inner: &Mutex<T>) -> MutexGuard<'_, T> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FicSandbox {
    /// Makes the service; a company's data are made when first asked for.
    pub fn new(settings: FicSettings) -> FicSandbox {
        let register = Register::new(&settings);
        FicSandbox {
            settings,
            register,
            operations: facts::operations(),
            books: Mutex::default(),
            users: Mutex::default(),
            places: Arc::default(),
        }
    }

    /// Returns the handle with which tests let things happen in the first company.
    pub fn life(&self) -> FicLife {
        FicLife { inner: self.book(self.settings.company_id) }
    }

    /// Returns the same of any company; none where there is no such company.
    pub fn life_of(&self, company_id: u64) -> Option<FicLife> {
        self.register.company(company_id).map(|company| FicLife { inner: self.book(company.id) })
    }

    /// One company's book. Of a company that is not there it is empty.
    fn book(&self, company_id: u64) -> Arc<Mutex<Inner>> {
        let make = || {
            let mut state = State::default();
            if let Some(company) = self.register.company(company_id) {
                companies::fill(&mut state, company, &self.settings);
            }
            Arc::new(Mutex::new(Inner {
                state,
                usage: Usage::default(),
                reads: 0,
                hooks: hooks::Hooks::new(&self.places),
            }))
        };
        Arc::clone(locked(&self.books).entry(company_id).or_insert_with(make))
    }
}

impl Service for FicSandbox {
    fn answer(&self, call: &Call, now_s: i64) -> Reply {
        let reply = answer::answer(self, call, now_s);
        let id = answer::company_of(&call.path).and_then(|id| id.parse().ok());
        if let Some(company) = id.and_then(|id| self.register.company(id)) {
            hooks::challenge_those_due(&self.book(company.id));
        }
        reply
    }

    fn endpoint(&self, call: &Call) -> String {
        let path = facts::find(&self.operations, &call.path).map_or(call.path.as_str(), |(op, _)| op.path.as_str());
        format!("{} {path}", call.method)
    }

    fn whose(&self, call: &Call) -> Whose {
        let company = answer::company_of(&call.path).unwrap_or(NO_COMPANY);
        Whose { owner: OWNER.to_owned(), account: company.to_owned() }
    }

    fn refusal(&self, _call: &Call, trouble: Trouble) -> Option<Reply> {
        answer::troubled(trouble)
    }
}

/// Nobody's limits are shared with Stripe's.
const OWNER: &str = "fic";
/// Calls that are no company's are counted under this name.
const NO_COMPANY: &str = "fic";

/// What happens in a company, and what is true of it. Lists are named by their path: `/entities/clients`.
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
mod company_tests;
#[cfg(test)]
mod tests;
