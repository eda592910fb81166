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

    fn keyless(&self, provider: Provider) -> u64 {
        let is_asked = self.order.only.iter().any(|resource| resource.provider == provider);
        let its = self.readable.iter().filter(|it| is_asked && provider_of(it) == provider);
        its.filter(|it| !self.has_key(it)).count() as u64
    }
}

/// Tells how many there are. A service without any credential is left out, which is no failure; where there are some, one is
/// missing.
pub(super) fn tell(asked: &Asked, sink: &dyn FleetSink, report: &mut FleetReport) {
    for provider in [Provider::Stripe, Provider::Fic] {
        let keyless = asked.keyless(provider);
        if keyless == 0 {
            continue;
        }
        let accounts = counted(keyless, "account");
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
