//! Accounts that nobody can read any more: a run that passes them over must not look as if they were up to date.

use super::super::engine::{Access, Order};
use super::opening::{Credential, Line};
use super::provider_of;
use crate::config::FicAccess;
use crate::model::fleet::{FleetReport, FleetSink, FleetStep, StopCause, Stopped};
use crate::model::resource::Provider;
use crate::store::Readable;
use crate::ui::units::counted;

/// The accounts that could be read, and what there is to read them with.
pub(super) struct Asked<'a> {
    pub readable: &'a [Readable],
    pub lines: &'a [Line],
    pub order: &'a Order,
    pub access: &'a Access,
}

impl Asked<'_> {
    fn has_key(&self, it: &Readable) -> bool {
        // What could not be asked is told by itself; what answered opens something else now.
        let is_its = |credential: Credential| {
            let whose = credential.whose(self.access.is_sandbox);
            (it.provider.as_str(), it.mode.as_str(), it.credential.as_deref()) == whose
                && self.lines.iter().all(|line| line.whose() != whose)
        };
        // What is not set this time is told by itself.
        let is_unset = |(entry, _): &(String, String)| entry.strip_prefix("keys.") == it.credential.as_deref();
        // Whom the settings leave out has a key.
        let is_left_out = |token: &FicAccess| {
            (it.provider == "fic" && it.credential == token.name)
                && token.company.as_ref().is_some_and(|id| *id != it.remote_id)
        };
        self.lines.iter().any(|line| line.reaches(it))
            || self.access.fic.iter().any(is_left_out)
            || Credential::all(self.access).any(is_its)
            || self.access.lacking.iter().any(is_unset)
    }

    /// Returns those of a service.
    fn keyless(&self, provider: Provider) -> Vec<&Readable> {
        let is_asked = self.order.only.iter().any(|resource| resource.provider == provider);
        let its = self.readable.iter().filter(|it| is_asked && provider_of(it) == provider);
        its.filter(|it| !self.has_key(it)).collect()
    }

    /// Returns whether the key that read an account is of the other mode now: somebody has gone from tests to the real thing.
    fn is_of_other_mode(&self, it: &Readable) -> bool {
        Credential::all(self.access).any(|credential| {
            let (provider, mode, name) = credential.whose(self.access.is_sandbox);
            (it.provider.as_str(), it.credential.as_deref()) == (provider, name) && it.mode != mode
        })
    }
}

/// Tells how many there are. A service without any credential is left out, which is no failure; where there are some, one is
/// missing.
pub(super) fn tell(asked: &Asked, sink: &dyn FleetSink, report: &mut FleetReport) {
    for provider in [Provider::Stripe, Provider::Fic] {
        let (other_mode, keyless): (Vec<_>, Vec<_>) =
            asked.keyless(provider).into_iter().partition(|it| asked.is_of_other_mode(it));
        if !other_mode.is_empty() {
            let accounts = counted(other_mode.len() as u64, "account");
            sink.step(FleetStep::Note(format!("{accounts} of the other mode than the keys that are set: left out")));
        }
        if keyless.is_empty() {
            continue;
        }
        let accounts = counted(keyless.len() as u64, "account");
        let why = format!(
            "no key is set any more that reads {accounts}: `stripesync accounts list --status no-key` shows which"
        );
        let has_others = Credential::all(asked.access).any(|it| it.whose(false).0 == provider.name());
        match has_others {
            true => report.stopped.push(Stopped { why, cause: StopCause::Keyless }),
            false => sink.step(FleetStep::Note(why)),
        }
    }
}
