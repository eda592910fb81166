//! The companies of a token, one after the other, each within its quotas, which outlive the command.

use std::sync::Arc;

use super::super::engine;
use super::super::exit::Failure;
use super::super::meant::{left_out, taken_up};
use super::Desk;
use crate::clock::SystemClock;
use crate::config::{self, FicAccess};
use crate::http::{Client, Limits};
use crate::model::webhooks::Means;
use crate::providers::fic::subscriptions::Subscription;
use crate::store::{self, Store};
use crate::sync::fic::{Company, Whose};
use crate::sync::{self, webhooks};

/// Share of each quota to use, as a sync does without other words.
const SHARE_PERCENT: u32 = 80;
/// What names companies has no quota of a company.
const PER_S: u32 = 5;

/// A token, and the file in which its companies' quotas are.
pub(super) struct Companies<'a> {
    desk: &'a Desk<'a>,
    pub access: FicAccess,
    store: Store,
    mode: &'static str,
}

/// One company being asked.
pub(super) struct Line<'a> {
    companies: &'a Companies<'a>,
    pub client: &'a Client,
    pub company: &'a Company,
}

impl Line<'_> {
    /// Returns what commands about the company's subscriptions need.
    pub fn means(&self) -> Means {
        self.companies.means(&self.company.id)
    }

    /// Reads the company's subscriptions.
    pub fn subscriptions(&self) -> Result<Vec<Subscription>, Failure> {
        webhooks::subscriptions(self.client, &self.company.id).map_err(|error| self.companies.desk.failed(error))
    }

    /// Returns the file.
    pub fn store(&self) -> &Store {
        &self.companies.store
    }

    /// Returns the company's row, and makes it where there is none: the service has answered for it.
    pub fn row(&self) -> Result<i64, store::Error> {
        if let Some(row) = self.companies.known(self.company)? {
            return Ok(row);
        }
        let credential = self.companies.access.name.clone();
        let whose = Whose { company: self.company, mode: self.companies.mode, credential };
        Ok(self.store().account(&whose.account())?.id)
    }
}

impl<'a> Companies<'a> {
    /// Takes the token, and the file; one that is not there is made where `is_kept` says that something goes into it.
    pub fn open(desk: &'a Desk<'a>, is_kept: bool) -> Result<Companies<'a>, Failure> {
        let access = desk.fic()?;
        let database = &desk.settings.database.value;
        let store = if is_kept || database.exists() { Store::open(database)? } else { Store::in_memory()? };
        let mode = engine::fic_mode(false, &access.base_url);
        Ok(Companies { desk, access, store, mode })
    }

    /// Returns the company named, that of the settings, or all that the token sees.
    pub fn chosen(&self, named: Option<&str>) -> Result<Vec<Company>, Failure> {
        let named = named.or(self.access.company.as_deref());
        if let Some(id) = named {
            return Ok(vec![Company { id: id.to_owned(), name: String::new() }]);
        }
        let client = self.client(Limits::new(PER_S, None))?;
        let seen = sync::fic::companies(&client).map_err(|error| self.desk.failed(error.into()))?;
        if seen.is_empty() {
            return Err(Failure::failed("the token of Fatture in Cloud sees no company")
                .hint("look in its settings, under developers, which company the token was made for"));
        }
        Ok(seen)
    }

    /// Returns those of [`Companies::chosen`] that were not removed from the file; of one that was, somebody who names it
    /// hears so.
    pub fn synced(&self, named: Option<&str>) -> Result<Vec<Company>, Failure> {
        let removed = self.store.removed_accounts("fic", self.mode)?;
        if let Some(id) = named.filter(|named| removed.iter().any(|id| id == named)) {
            return Err(Failure::usage(format!("company {id} was removed")).hint(taken_up(id)));
        }
        let chosen = self.chosen(named)?;
        let (gone, synced): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|it| removed.contains(&it.id));
        for Company { id, .. } in &gone {
            self.desk.ui.note(&left_out(id));
        }
        Ok(synced)
    }

    /// Returns the mode of the token's companies.
    pub fn mode(&self) -> &'static str {
        self.mode
    }

    /// Returns whether what is changed is real.
    pub fn is_real(&self) -> bool {
        !config::is_loopback(&self.access.base_url)
    }

    /// Returns what commands about a company's subscriptions need.
    pub fn means(&self, company: &str) -> Means {
        let credential = self.access.name.clone();
        Means { company: Some(company.to_owned()), credential, is_live: self.is_real() }
    }

    /// Does something with a company, within its quotas, and keeps what that used of them.
    pub fn with<T>(&self, company: &Company, act: impl FnOnce(&Line<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        let limits = sync::fic::limits(&self.store, &company.id, SHARE_PERCENT, self.desk.now_s())?;
        let client = self.client(limits)?;
        let line = Line { companies: self, client: &client, company };
        let done = act(&line);
        // A number that is nobody's gets no row for having been asked about.
        let row = if done.is_ok() { Some(line.row()?) } else { self.known(company)? };
        if let Some(row) = row {
            sync::fic::spend(&self.store, row, client.sent(), self.desk.now_s())?;
        }
        done
    }

    fn known(&self, company: &Company) -> Result<Option<i64>, store::Error> {
        let known = self.store.known_accounts("fic")?;
        Ok(known.into_iter().find(|it| it.remote_id == company.id && it.mode == self.mode).map(|it| it.row))
    }

    fn client(&self, limits: Limits) -> Result<Client, Failure> {
        let settings = engine::fic_settings(&self.access, limits);
        let client = Client::new(settings, Arc::new(SystemClock::new()), self.desk.cancel.clone());
        client.map_err(|error| sync::Error::Http(error).into())
    }
}
