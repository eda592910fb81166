//! Accounts and companies that misbehave while all others do not.

use std::collections::HashMap;
use std::time::Duration;

use super::faults::Fault;

/// What is wrong with one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Access was taken away: 403, of Stripe with the code `account_invalid`, of Fatture in Cloud without permission.
    Revoked,
    /// Every answer is bad in this way: [`Fault::Internal`], [`Fault::Unauthorized`], [`Fault::MalformedJson`],
    /// [`Fault::Html`], [`Fault::RateLimited`], [`Fault::ResetBefore`] and so on.
    Fault(Fault),
    /// Every answer comes so much later.
    Hangs(Duration),
}

/// Who is in trouble, by id.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    by_account: HashMap<String, (Trouble, u64)>,
}

impl Troubles {
    /// Sets the trouble of an account from its nth request (from 1) on, or ends it.
    pub(super) fn set(&mut self, account: &str, trouble: Option<(Trouble, u64)>) {
        match trouble {
            Some(trouble) => drop(self.by_account.insert(account.to_owned(), trouble)),
            None => drop(self.by_account.remove(account)),
        }
    }

    /// What befalls the nth request (from 1) of an account.
    pub(super) fn of(&self, account: &str, nth: u64) -> Option<Trouble> {
        self.by_account.get(account).filter(|(_, from)| nth >= *from).map(|(trouble, _)| *trouble)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_begins_with_its_request_and_hits_nobody_else() {
        let mut troubles = Troubles::default();
        troubles.set("a", Some((Trouble::Revoked, 3)));
        let seen = [1, 2, 3, 4].map(|nth| troubles.of("a", nth).is_some());
        assert_eq!((seen, troubles.of("b", 9)), ([false, false, true, true], None));
        troubles.set("a", None);
        assert_eq!(troubles.of("a", 9), None);
    }
}
