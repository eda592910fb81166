//! Whose an event is, and what is known of that account: who asks for what its events cannot tell, and which of its lists were
//! read whole.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::handler::Current;
use super::intake::{Asking, Intake};
use super::{Error, number};
use crate::model::resource::Provider;
use crate::providers::stripe::event;
use crate::store::{KnownAccount, NAMELESS, NewAccount};

/// How old the knowledge may be of which lists were read whole: syncs go on beside.
const CURRENT_AGE_MAX: Duration = Duration::from_secs(60);
/// Accounts of which that is kept; with more of them it is looked up more often.
pub(super) const CURRENT_MAX: usize = 1024;

impl Intake<'_> {
    /// Returns whether nobody asks the service soon for an account's objects.
    pub(super) fn is_offline(&self, account: i64) -> bool {
        let mode = match self.asking {
            Asking::All => return false,
            Asking::Nobody => return true,
            Asking::In(mode) => mode,
        };
        let known = self.accounts.iter().find(|it| it.row == account);
        // What nobody has named yet is named by the key, which will have opened it.
        !known.is_some_and(|it| it.mode == mode && !it.is_removed && (it.is_seen || it.remote_id == NAMELESS))
    }

    /// Reads the accounts anew where somebody else wrote: a sync beside may have learned since whose key it is.
    pub(super) fn look_at_accounts(&mut self) -> Result<(), Error> {
        let version = self.store.accounts_version()?;
        if self.seen_version != Some(version) {
            self.accounts = self.store.known_accounts("stripe")?;
            self.seen_version = Some(version);
        }
        self.is_sandbox |= self.accounts.iter().any(|account| account.mode == "sandbox");
        Ok(())
    }

    /// Says which lists are known whole, as far as that is not known from a moment ago.
    pub(super) fn refresh(&mut self, account: i64, now_s: i64) -> Result<(), Error> {
        if self.current.get(&account).is_some_and(|(since, _)| since.elapsed() < CURRENT_AGE_MAX) {
            return Ok(());
        }
        if self.current.len() >= CURRENT_MAX {
            self.current.clear();
        }
        // A key may have opened one since.
        self.look_at_accounts()?;
        let current = match self.store.oldest_walk_s(account)? {
            // Connected accounts, thousands of them.
            None => Arc::clone(&self.unread),
            Some(_) => Arc::new(self.known_whole(account, now_s)?),
        };
        self.current.insert(account, (Instant::now(), current));
        Ok(())
    }

    /// Returns which of an account's lists are known whole, and since when.
    fn known_whole(&self, account: i64, now_s: i64) -> Result<Current, Error> {
        let known = self.accounts.iter().find(|it| it.row == account);
        let row = crate::store::Account {
            id: account,
            remote_id: known.map(|it| it.remote_id.clone()).unwrap_or_default(),
            created_s: None,
            events_until_s: None,
        };
        let is_live = known.is_some_and(|it| it.mode == "live");
        let standing =
            super::standing::Standing { store: self.store, account: &row, began_s: now_s, initial: false, is_live };
        let mut current = Current::new();
        for &(_, resource) in self.numbers() {
            let whole_since_s = match super::changes::is_listed(resource) {
                true => standing.whole_since_s(number(self.numbers(), resource), resource, &[])?,
                false => None,
            };
            current.insert(resource.table(), whole_since_s);
        }
        Ok(current)
    }

    /// Finds whose event it is: who it names, whose secret signed it, the only account of its mode, or one without a name.
    pub(super) fn owner(&mut self, read: &event::Event, owner: Option<&str>) -> Result<i64, Error> {
        let mode = match (self.is_sandbox, read.livemode) {
            (true, _) => "sandbox",
            (false, Some(true)) => "live",
            (false, _) => "test",
        };
        let own = self.own.as_ref().filter(|(_, of)| *of == mode).map(|(id, _)| id.as_str());
        let said = read.account.as_deref().or(owner).or(own);
        let named = said.or(self.only_of(mode)).unwrap_or(NAMELESS).to_owned();
        if let Some(known) = self.accounts.iter().find(|it| it.mode == mode && it.remote_id == named) {
            return Ok(known.row);
        }
        let new = NewAccount::named("stripe", named, mode);
        let row = self.store.account(&new)?.id;
        // It is known by that; all the others are as they were.
        self.accounts.push(KnownAccount {
            row,
            remote_id: new.remote_id,
            mode: mode.to_owned(),
            is_seen: false,
            is_connected: false,
            is_removed: false,
        });
        self.seen_version = Some(self.store.accounts_version()?);
        Ok(row)
    }

    /// Returns the account that is the only one of its mode that a key of its own has opened.
    fn only_of(&self, mode: &str) -> Option<&str> {
        // What events alone have named are accounts that are connected to it, too.
        let mut of_mode = self.accounts.iter().filter(|it| it.mode == mode && it.is_seen && !it.is_connected);
        match (of_mode.next(), of_mode.next()) {
            (Some(only), None) => Some(&only.remote_id),
            _ => None,
        }
    }

    pub(super) fn provider_of(&self, account: i64) -> Provider {
        let is_company = self.companies.iter().any(|it| it.row == account);
        if is_company { Provider::Fic } else { Provider::Stripe }
    }

    pub(super) fn name_of(&self, account: i64) -> String {
        let known = self.accounts.iter().chain(&self.companies).find(|it| it.row == account);
        known.map_or_else(String::new, |it| it.remote_id.clone())
    }
}
