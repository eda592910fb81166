//! The signing secrets that a receiver knows. They may be exchanged while it runs: a secret is rolled without a restart.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::model::secret::Secret;

/// A signing secret, and the account whose endpoint it belongs to where the settings say.
#[derive(Debug, Clone)]
pub struct SigningSecret {
    /// `whsec_…`.
    pub secret: Secret,
    /// `acct_…`.
    pub owner: Option<String>,
}

/// The secrets of a receiver, and how often each of them signed what came. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct SigningSecrets(Arc<RwLock<Arc<Known>>>);

/// The secrets at one time.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// In the order in which they are tried.
    pub secrets: Vec<Secret>,
    owners: Vec<Option<String>>,
    matched: Vec<Arc<AtomicU64>>,
}

/// How often a secret signed what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// The secret, as far as it may be shown.
    pub hint: String,
    /// The account that it belongs to, where the settings say.
    pub owner: Option<String>,
    /// Since the receiver began to know it.
    pub times: u64,
}

impl SigningSecrets {
    /// Knows these secrets.
    pub fn new(secrets: &[SigningSecret]) -> SigningSecrets {
        let known = SigningSecrets::default();
        known.exchange(secrets);
        known
    }

    /// Knows these from now on, and no others. A request whose check has begun ends by those of before.
    pub fn exchange(&self, secrets: &[SigningSecret]) {
        let old = self.known();
        let count_of = |secret: &Secret| {
            let at = old.secrets.iter().position(|known| known.expose() == secret.expose());
            at.map(|at| Arc::clone(&old.matched[at])).unwrap_or_default()
        };
        let new = Known {
            secrets: secrets.iter().map(|it| it.secret.clone()).collect(),
            owners: secrets.iter().map(|it| it.owner.clone()).collect(),
            matched: secrets.iter().map(|it| count_of(&it.secret)).collect(),
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.known().secrets.is_empty()
    }

    /// Returns how often each of them signed what came.
    pub fn matched(&self) -> Vec<Matched> {
        let known = self.known();
        let one = |at: usize| Matched {
            hint: known.secrets[at].hint(),
            owner: known.owners[at].clone(),
            times: known.matched[at].load(Ordering::Relaxed),
        };
        (0..known.secrets.len()).map(one).collect()
    }

    pub(super) fn known(&self) -> Arc<Known> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Known {
    /// Counts that a secret signed what came; returns whose it is, where that is known.
    pub fn count(&self, index: usize) -> Option<String> {
        self.matched[index].fetch_add(1, Ordering::Relaxed);
        self.owners[index].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_keeps_its_count_and_what_goes_is_not_known() {
        let secret = |text: &str, owner: Option<&str>| SigningSecret {
            secret: Secret::new(format!("whsec_aTestSecret{text}")),
            owner: owner.map(str::to_owned),
        };
        let known = SigningSecrets::new(&[secret("0001", None), secret("0002", Some("acct_1"))]);
        assert_eq!(known.known().count(1), Some("acct_1".to_owned()));
        known.exchange(&[secret("0002", Some("acct_2")), secret("0003", None)]);
        let told: Vec<_> = known.matched().into_iter().map(|it| (it.hint, it.owner, it.times)).collect();
        let wanted = [("whsec_…0002".to_owned(), Some("acct_2".to_owned()), 1), ("whsec_…0003".to_owned(), None, 0)];
        assert_eq!(told, wanted);
    }
}
