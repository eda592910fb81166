//! Which credentials the settings name, for those who tell how accounts stand.

use super::engine::fic_mode;
use crate::config::{Credentials, Mode, Settings};
use crate::model::accounts::{Opener, Openers};
use crate::ui::Ui;

/// Returns all credentials that the settings name. Where one of them cannot work, that is said instead: what accounts need it
/// nobody can tell, and whoever only looks at the file is to see it all the same.
pub(super) fn openers(settings: &Settings, ui: &Ui) -> Option<Openers> {
    match settings.credentials() {
        Ok(credentials) => Some(named(&credentials, fic_mode(false, settings.fic_base.value.trim_end_matches('/')))),
        Err(error) => {
            ui.note(&format!("{error}; which accounts have a key is not told"));
            None
        }
    }
}

fn named(credentials: &Credentials, fic_mode: &'static str) -> Openers {
    let opener = |provider, name: &Option<String>, mode| Opener { provider, name: name.clone(), mode };
    let mode = |mode: Option<Mode>| Ok(mode.map_or(fic_mode, Mode::name));
    let stripe = credentials.stripe.iter().map(|it| opener("stripe", &it.name, mode(Some(it.mode))));
    let fic = credentials.fic.iter().map(|it| opener("fic", &it.name, mode(None)));
    let doubles = credentials.doubles.iter().map(|it| opener(it.provider, &it.name, mode(it.mode)));
    let unset =
        credentials.unset.iter().map(|it| opener(it.provider, &Some(it.name.clone()), Err(it.error().to_string())));
    Openers(stripe.chain(fic).chain(doubles).chain(unset).collect())
}
