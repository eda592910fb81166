//! Who may hand events in. Pure but for a count.

use std::sync::atomic::{AtomicU32, Ordering};

use super::answer::Answer;
use super::secrets::SigningSecrets;
use crate::providers::stripe::signature::{self, Refused, TOLERANCE_S};

/// So many bodies in a row that were signed by who may, at a time that is not now: it is our clock that is wrong.
const OFF_IN_A_ROW: u32 = 3;

/// The secrets, and what was seen of the clock.
pub(super) struct Gate {
    secrets: SigningSecrets,
    /// Whether signatures are not looked at.
    is_open: bool,
    off_in_a_row: AtomicU32,
}

impl Gate {
    pub fn new(secrets: SigningSecrets, is_open: bool) -> Gate {
        Gate { secrets, is_open, off_in_a_row: AtomicU32::new(0) }
    }

    /// Returns whether signatures are not looked at.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Returns whether any signature can be good.
    pub fn is_usable(&self) -> bool {
        self.is_open || !self.secrets.is_empty()
    }

    /// Checks a body's signature; returns the account whose secret made it, where that is known.
    pub fn check(&self, header: Option<&str>, body: &[u8], now_s: i64) -> Result<Option<String>, Refused> {
        if self.is_open {
            return Ok(None);
        }
        let known = self.secrets.known();
        let checked = signature::verify(header, body, &known.secrets, now_s, TOLERANCE_S);
        match checked {
            Ok(_) => self.off_in_a_row.store(0, Ordering::Relaxed),
            Err(Refused::Stale { .. } | Refused::Future { .. }) => {
                self.off_in_a_row.fetch_add(1, Ordering::Relaxed);
            }
            Err(_) => {}
        }
        checked.map(|index| known.count(index))
    }

    /// Returns what a refusal is answered with: what was signed rightly and comes at a wrong time again and again is to
    /// come once more, when this machine's clock is set.
    pub fn answer(&self, refused: &Refused) -> Answer {
        match refused {
            Refused::Stale { .. } | Refused::Future { .. }
                if self.off_in_a_row.load(Ordering::Relaxed) >= OFF_IN_A_ROW =>
            {
                Answer::Later
            }
            _ => Answer::Bad,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::secrets::SigningSecret;
    use super::*;
    use crate::model::secret::Secret;

    #[test]
    fn a_clock_that_is_off_is_told_from_an_old_copy() {
        let secret = Secret::new("whsec_aTestSecretThatIsLong");
        let known = SigningSecret { secret: secret.clone(), owner: Some("acct_1".to_owned()) };
        let gate = Gate::new(SigningSecrets::new(&[known]), false);
        let header = signature::sign(b"{}", &secret, 1000);
        assert_eq!(gate.check(Some(&header), b"{}", 1300), Ok(Some("acct_1".to_owned())));
        for (round, wanted) in [Answer::Bad, Answer::Bad, Answer::Later, Answer::Later].into_iter().enumerate() {
            let refused = gate.check(Some(&header), b"{}", 90_000).expect_err("too old");
            assert_eq!(gate.answer(&refused), wanted, "{round}");
        }
        // A wrong signature says nothing of the clock.
        let refused = gate.check(Some(&header), b"[]", 1000).expect_err("another body");
        assert_eq!((refused, gate.answer(&refused)), (Refused::NoMatch, Answer::Bad));
        gate.check(Some(&header), b"{}", 900).expect("in time");
        let refused = gate.check(Some(&header), b"{}", 90_000).expect_err("too old");
        assert_eq!(gate.answer(&refused), Answer::Bad);
    }
}
