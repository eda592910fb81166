//! Clients for single questions: whose a key is, what it opens.

use std::sync::Arc;

use crate::cli::engine;
use crate::cli::exit::Failure;
use crate::clock::SystemClock;
use crate::config::{FicAccess, Mode, StripeAccess};
use crate::http::{self, Client, Limits};
use crate::model::accounts::Found;
use crate::model::cancel::Cancel;
use crate::providers::stripe;
use crate::store::Store;
use crate::sync::{self, TakesUp, discovery};

/// The share of a service's limits that such questions use.
const RATE_PERCENT: u32 = 80;
/// Requests per second to Fatture in Cloud; there is one for each token.
const FIC_PER_S: u32 = 2;

/// A credential of either service.
pub(super) enum Access<'a> {
    Stripe(&'a StripeAccess),
    Fic(&'a FicAccess),
}

impl Access<'_> {
    pub fn name(&self) -> &Option<String> {
        match self {
            Access::Stripe(access) => &access.name,
            Access::Fic(access) => &access.name,
        }
    }

    pub fn provider(&self) -> &'static str {
        match self {
            Access::Stripe(_) => "stripe",
            Access::Fic(_) => "fic",
        }
    }

    pub fn mode(&self) -> &'static str {
        match self {
            Access::Stripe(access) => access.mode.name(),
            Access::Fic(access) => engine::fic_mode(false, &access.base_url),
        }
    }

    /// Returns service, mode and name: by these the file knows its accounts.
    pub fn whose(&self) -> (&'static str, &'static str, Option<&str>) {
        (self.provider(), self.mode(), self.name().as_deref())
    }

    pub fn client(&self, cancel: &Cancel) -> Result<Client, http::Error> {
        let settings = match self {
            Access::Stripe(access) => {
                let per_s = if access.mode == Mode::Live { stripe::LIVE_PER_S } else { stripe::TEST_PER_S };
                let limits = Limits::new(per_s, Some(stripe::ENDPOINT_PER_S));
                engine::stripe_settings(access, Limits { share_percent: RATE_PERCENT, ..limits })
            }
            Access::Fic(access) => engine::fic_settings(access, Limits::new(FIC_PER_S, None)),
        };
        Client::new(settings, Arc::new(SystemClock::new()), cancel.clone())
    }

    /// Asks what the credential opens, and writes it down; `all` are the names of its service's credentials.
    pub fn find(
        &self,
        store: &Store,
        all: &[Option<String>],
        with_connected: bool,
        takes_up: TakesUp,
        cancel: &Cancel,
        told: &mut dyn FnMut(u64),
    ) -> Result<Found, sync::Error> {
        let client = self.client(cancel)?;
        let credential = self.name().clone();
        let asked = discovery::Asked { client: &client, mode: self.mode(), credential, all, takes_up, cancel };
        match self {
            Access::Stripe(_) => discovery::stripe(store, &asked, with_connected, told),
            Access::Fic(access) => discovery::companies(store, &asked, access.company.as_deref()),
        }
    }

    /// Asks whether the service takes the credential, and returns the ids of what that opens: one at least, those that are
    /// connected to a platform left out.
    ///
    /// # Errors
    /// When it does not, or opens nothing.
    pub fn try_out(&self, cancel: &Cancel) -> Result<Vec<String>, Failure> {
        let client = self.client(cancel).map_err(sync::Error::from)?;
        match self {
            Access::Stripe(access) => {
                let own = sync::identify(&client, self.mode(), access.name.clone()).map_err(said_of_a_key)?;
                Ok(vec![own.remote_id])
            }
            Access::Fic(access) => {
                let seen = sync::fic::companies(&client).map_err(said_of_a_key)?;
                let ids: Vec<String> = seen.into_iter().map(|it| it.id).collect();
                if ids.is_empty() {
                    return Err(Failure::failed("the token of Fatture in Cloud sees no company")
                        .hint("look in its settings, under developers, which company the token was made for"));
                }
                match &access.company {
                    None => Ok(ids),
                    Some(chosen) if ids.contains(chosen) => Ok(vec![chosen.clone()]),
                    Some(chosen) => {
                        let ids = ids.join(", ");
                        Err(Failure::usage(format!("the token sees no company {chosen}, only {ids}")).hint(
                            "name one of these with --company-id, or leave it away for all; companies of your own \
                             (`stripesync companies list`) are not meant here",
                        ))
                    }
                }
            }
        }
    }
}

/// A refusal of a key that is not in the settings yet: nothing in them is to be mended.
fn said_of_a_key(error: sync::Error) -> Failure {
    let is_refused = error.is_refusal();
    let failure = Failure::from(error);
    if is_refused { failure.hint("nothing was written; look whether it was copied whole, or revoked") } else { failure }
}
