//! Whether a request is Fatture in Cloud's own. Pure but for what was seen.

use std::sync::atomic::{AtomicBool, Ordering};

use super::answer::Answer;
use crate::providers::fic::notification::Notification;
use crate::providers::fic::token::{self, Expected, ISSUER, Key, Refused};

/// The key, and whether it was seen to be the right one.
pub(super) struct TokenGate {
    key: Key,
    /// Whether tokens are not looked at.
    is_open: bool,
    /// There is one source for the key, and no word about when it changes: until it has fitted once, it may be the key
    /// that is wrong.
    has_fitted: AtomicBool,
}

impl TokenGate {
    pub fn new(key: Key, is_open: bool) -> TokenGate {
        TokenGate { key, is_open, has_fitted: AtomicBool::new(false) }
    }

    /// Checks the token of a request to `path`: that of an event has to fit it, that of a challenge stands alone.
    pub fn check(
        &self,
        authorization: Option<&str>,
        path: &str,
        event: Option<&Notification>,
        now_s: i64,
    ) -> Result<(), Refused> {
        if self.is_open {
            return Ok(());
        }
        let expected = Expected {
            issuer: ISSUER,
            audience: path,
            subject: event.map(|event| event.subject.as_str()).filter(|subject| !subject.is_empty()),
            id: event.map(|event| event.id.as_str()),
            may_be_bare: event.is_none_or(|event| event.kind == crate::providers::fic::notification::WELCOME),
            now_s,
        };
        token::check(authorization, &self.key, &expected)?;
        if event.is_some() {
            self.has_fitted.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Returns what a refusal is answered with. The sender never comes again after a 401: it is for those whose token is
    /// not signed with a key that is known to be right. A token out of its time may be this machine's clock.
    pub fn answer(&self, refused: &Refused) -> Answer {
        let is_ours_to_mend = matches!(refused, Refused::Expired { .. }) || !self.has_fitted.load(Ordering::Relaxed);
        if is_ours_to_mend { Answer::Later } else { Answer::Unauthorised }
    }
}
