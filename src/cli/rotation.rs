//! The signing secrets of a receiver, and what SIGHUP does to them: the settings are read anew, so that a secret is rolled
//! without a restart.

use std::io::IsTerminal;

use signal_hook::consts::SIGHUP;
use signal_hook::iterator::{Handle, Signals};

use super::args::Global;
use super::exit::Failure;
use super::settings;
use crate::config::WebhookSecret;
use crate::model::cancel::Cancel;
use crate::receive::{SigningSecret, SigningSecrets};
use crate::ui::Ui;

/// The secrets of a running receiver, and where they come from.
pub(super) struct Rotation<'a> {
    pub global: &'a Global,
    pub ui: &'a Ui,
    pub secrets: SigningSecrets,
    /// Whether signatures are not looked at.
    pub is_open: bool,
    pub cancel: &'a Cancel,
}

/// Begins to watch for SIGHUP.
///
/// # Errors
/// When the system refuses handlers.
pub(super) fn hangups() -> Result<Signals, Failure> {
    Signals::new([SIGHUP]).map_err(|error| Failure::failed("signals cannot be watched").because(&error))
}

/// Ends what goes on beside a receiver when it is dropped: the watch for SIGHUP, and all that waits for the wish to stop.
pub(super) struct Closing<'a>(pub Handle, pub &'a Cancel);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
        if !self.1.is_set() {
            self.1.set(signal_hook::consts::SIGTERM);
        }
    }
}

impl Rotation<'_> {
    /// Reads the settings anew at each SIGHUP, until the signals are closed.
    pub fn serve(&self, mut hangups: Signals) {
        let had_terminal = std::io::stderr().is_terminal();
        for signal in hangups.forever() {
            // Who sat at it has closed it.
            if had_terminal && !std::io::stderr().is_terminal() {
                self.cancel.set(signal);
                return;
            }
            self.reread();
        }
    }

    fn reread(&self) {
        if self.is_open {
            return self.ui.note("SIGHUP: signatures are not checked, so there are no secrets to read anew");
        }
        let read = settings(self.global, self.ui).and_then(|settings| Ok(settings.webhook_secrets()?));
        match read {
            Ok(secrets) if secrets.is_empty() => self.ui.failure(
                "SIGHUP: the settings have no webhook signing secret any more; those known so far stay",
                &[],
                None,
            ),
            Ok(secrets) => {
                self.secrets.exchange(&signing(&secrets));
                self.ui.note(&format!("SIGHUP: signed with {} from now on", told(&secrets)));
            }
            Err(failure) => {
                let message = "SIGHUP: the settings cannot be used; the signing secrets known so far stay";
                self.ui.failure(message, &[failure.message], failure.hint.as_deref());
            }
        }
    }
}

/// Returns the secrets as the receiver takes them.
pub(super) fn signing(secrets: &[WebhookSecret]) -> Vec<SigningSecret> {
    let one = |it: &WebhookSecret| SigningSecret { secret: it.secret.clone(), owner: it.owner.clone() };
    secrets.iter().map(one).collect()
}

/// Names the secrets as far as they may be shown, with their accounts.
pub(super) fn told(secrets: &[WebhookSecret]) -> String {
    let one = |it: &WebhookSecret| match &it.owner {
        Some(owner) => format!("{} ({owner})", it.secret.hint()),
        None => it.secret.hint(),
    };
    secrets.iter().map(one).collect::<Vec<_>>().join(", ")
}
