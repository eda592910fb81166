//! `webhooks`: whom the services send events to.

mod companies;
mod fic;
mod keep;
mod probe;
mod stripe;
mod turn;
mod verified;

use std::path::PathBuf;

use super::args::{Global, ProviderArg, WebhooksArgs, WebhooksCommand, WebhooksDeleteArgs, WebhooksListArgs};
use super::exit::{Exit, Failure, REFUSED_KEY_HINT, REFUSED_TOKEN_HINT};
use super::{places, settings, signals};
use crate::clock::Clock;
use crate::config::{self, FicAccess, Settings, StripeAccess};
use crate::http::Error as HttpError;
use crate::model::cancel::Cancel;
use crate::model::webhooks::{Hook, HookStep};
use crate::providers::stripe::endpoints;
use crate::store;
use crate::sync::webhooks::Error;
use crate::ui::Ui;

/// Runs the command.
pub(super) fn run(args: &WebhooksArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    // Whoever is asked may go away by Ctrl-C: signals are not watched before.
    if let WebhooksCommand::Delete(args) = &args.command
        && !is_wanted(args, global, ui)?
    {
        ui.note("nothing was deleted");
        ui.hook_steps(&[], false).map_err(|error| Failure::stdout(&error))?;
        return Ok(Exit::Done);
    }
    let cancel = signals::watch()?;
    store::stop_waiting_for(&cancel);
    let desk = Desk { settings, key: args.credential.as_deref(), global, ui, clock, cancel };
    let ended = match &args.command {
        WebhooksCommand::List(args) => list(args, &desk),
        WebhooksCommand::Create(args) => match args.provider {
            ProviderArg::Stripe => stripe::create(args, &desk),
            ProviderArg::Fic => fic::create(args, &desk),
        },
        WebhooksCommand::Update(args) if endpoints::is_id(&args.id) => stripe::update(args, &desk),
        WebhooksCommand::Update(args) => fic::update(args, &desk),
        WebhooksCommand::Delete(args) => delete(args, &desk),
        WebhooksCommand::Verify(args) => verified::verify(args, &desk),
        WebhooksCommand::Sync(args) => keep::sync(args, &desk),
    };
    match (desk.cancel.signal(), ended) {
        // What a signal cut short is told as that, whatever it looked like.
        (Some(signal), Ok(Exit::Partly)) => Ok(Exit::Interrupted(signal)),
        (Some(signal), Err(failure)) if matches!(failure.exit, Exit::Failed | Exit::Partly) => {
            Err(Failure { exit: Exit::Interrupted(signal), ..failure })
        }
        (_, ended) => ended,
    }
}

/// What every one of these commands works with.
struct Desk<'a> {
    settings: Settings,
    /// The name of the key or token that is meant, where it is not those without one.
    key: Option<&'a str>,
    global: &'a Global,
    ui: &'a Ui,
    clock: &'a dyn Clock,
    cancel: Cancel,
}

impl Desk<'_> {
    /// Returns the key that is meant.
    fn stripe(&self) -> Result<StripeAccess, Failure> {
        let missing = || config::Error::OtherCredentials { service: "Stripe", setting: "STRIPE_API_KEY" };
        let access = match self.key {
            None => self.settings.stripe()?,
            Some(name) => self.settings.credentials_named(name)?.stripe.pop(),
        };
        Ok(access.ok_or_else(missing)?)
    }

    /// Returns the token that is meant.
    fn fic(&self) -> Result<FicAccess, Failure> {
        let missing = || config::Error::OtherCredentials { service: "Fatture in Cloud", setting: "FIC_ACCESS_TOKEN" };
        let access = match self.key {
            None => self.settings.fic()?,
            Some(name) => self.settings.credentials_named(name)?.fic.pop(),
        };
        Ok(access.ok_or_else(missing)?)
    }

    /// Returns where the config file is, or would be.
    fn config_path(&self) -> Result<PathBuf, Failure> {
        places(self.global)?.config_path().ok_or_else(|| {
            Failure::usage("there is no place for the config file: no home folder is known")
                .hint("name a file with --config, or take the secret with --print-secret")
        })
    }

    /// Turns a service's no into the command's end; what a signal cut short is told as that.
    fn failed(&self, error: Error) -> Failure {
        match (&error, self.cancel.signal()) {
            (Error::Http(HttpError::Interrupted), Some(signal)) => {
                Failure::new(Exit::Interrupted(signal), "interrupted")
                    .hint("`stripesync webhooks list` shows what is there")
            }
            _ => error.into(),
        }
    }

    /// Writes what was done, or would be. What is done stays done where nobody can be told.
    fn tell(&self, steps: &[HookStep], is_dry: bool) -> Result<(), Failure> {
        let is_change = |step: &HookStep| !is_dry && step.act != "leave";
        let changed = steps.iter().any(is_change);
        self.ui.hook_steps(steps, is_dry).map_err(|error| {
            let failure = Failure::stdout(&error);
            match changed {
                true => failure.hint("what was to be done is done: `stripesync webhooks list` shows it"),
                false => failure,
            }
        })
    }

    fn now_s(&self) -> i64 {
        self.clock.now_ms().div_euclid(1000)
    }
}

/// Asks whether something shall go that does not come back.
fn is_wanted(args: &WebhooksDeleteArgs, global: &Global, ui: &Ui) -> Result<bool, Failure> {
    if args.yes || args.dry_run {
        return Ok(true);
    }
    let question = format!("No more events to {}: delete?", args.ids.join(", "));
    let asked = if global.no_input { Ok(None) } else { ui.confirm(&question) };
    let asked = asked.map_err(|error| Failure::failed("the terminal cannot be asked").because(&error))?;
    asked.ok_or_else(|| {
        Failure::usage("nobody can be asked whether that is meant").hint("say --yes; --dry-run shows what would go")
    })
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let (exit, hint) = match error {
            Error::Http(error) => return crate::sync::Error::Http(error).into(),
            Error::Store(error) => return error.into(),
            Error::Sync(error) => return error.into(),
            Error::Unauthorised { service: "Stripe", .. } => (Exit::Unauthorised, REFUSED_KEY_HINT),
            Error::Unauthorised { .. } => (Exit::Unauthorised, REFUSED_TOKEN_HINT),
            Error::Forbidden { service: "Stripe", .. } => (
                Exit::Unauthorised,
                "give the key write permission for webhook endpoints at https://dashboard.stripe.com/apikeys",
            ),
            Error::Forbidden { .. } => (
                Exit::Unauthorised,
                "the token needs read scopes for every type that is asked for; --groups names only those that it has",
            ),
            Error::Missing { .. } => (Exit::Failed, "`stripesync webhooks list` shows what there is"),
            Error::Refused { .. } | Error::Endless => (Exit::Failed, "nothing was changed; mend what it names"),
        };
        Failure::from_error(exit, &error).hint(hint)
    }
}

/// Refuses an address, without the password that somebody may have put into it.
fn refused_url(url: &str, why: &str) -> Failure {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let shown = match rest.rsplit_once('@') {
        Some((_, host)) if scheme.is_empty() => format!("…@{host}"),
        Some((_, host)) => format!("{scheme}://…@{host}"),
        None => url.to_owned(),
    };
    Failure::usage(format!("{shown} {why}"))
}

/// Says that real things are changed only where that is said.
fn unpermitted(what: &str) -> Failure {
    Failure::usage(format!("{what}: nothing is changed there without --live"))
        .hint("look with --dry-run what would be done, then say --live")
}

/// Which services a command is about: those named, or all that there are credentials for.
fn concerned(desk: &Desk<'_>, provider: Option<ProviderArg>) -> Result<(bool, bool), Failure> {
    let has = match desk.key {
        None => (desk.settings.stripe_key.is_some(), desk.settings.fic_token.is_some()),
        Some(name) => {
            let all = desk.settings.credentials_named(name)?;
            (!all.stripe.is_empty(), !all.fic.is_empty())
        }
    };
    match (provider, has) {
        (Some(ProviderArg::Stripe), _) => Ok((true, false)),
        (Some(ProviderArg::Fic), _) => Ok((false, true)),
        (None, (false, false)) if desk.key.is_none() && !desk.settings.named_keys.is_empty() => {
            let names: Vec<&str> = desk.settings.named_keys.iter().map(|it| it.name.as_str()).collect();
            let message = format!("all keys and tokens that are set have a name: {}", names.join(", "));
            let hint = format!("say which is meant, such as with --credential {}", names[0]);
            Err(Failure::new(Exit::Unauthorised, message).hint(hint))
        }
        (None, (false, false)) => Err(config::Error::NoCredentials.into()),
        (None, has) => Ok(has),
    }
}

fn list(args: &WebhooksListArgs, desk: &Desk<'_>) -> Result<Exit, Failure> {
    let (of_stripe, of_fic) = concerned(desk, args.provider)?;
    let of_stripe = of_stripe && (args.company.is_none() || args.provider.is_some());
    let mut hooks: Vec<Hook> = Vec::new();
    let mut failures = Vec::new();
    for found in [of_stripe.then(|| stripe::list(desk)), of_fic.then(|| fic::list(desk, args.company.as_deref()))]
        .into_iter()
        .flatten()
    {
        match found {
            Ok(found) => hooks.extend(found),
            Err(failure) => failures.push(failure),
        }
    }
    let is_partly = !failures.is_empty() && (of_stripe && of_fic && failures.len() == 1);
    if let Some(failure) = failures.into_iter().next() {
        if !is_partly {
            return Err(failure);
        }
        desk.ui.failure(&failure.message, &failure.causes, failure.hint.as_deref());
    }
    desk.ui.hooks(&hooks).map_err(|error| Failure::stdout(&error))?;
    if hooks.is_empty() {
        desk.ui.note("no events are sent to anybody; `stripesync webhooks create` changes that");
    }
    Ok(if is_partly { Exit::Partly } else { Exit::Done })
}

/// What a deletion came to.
#[derive(Default)]
struct Gone {
    steps: Vec<HookStep>,
    /// Ids of what is not there.
    missing: Vec<String>,
    /// Sentences about what did not become as wanted.
    troubles: Vec<String>,
}

fn delete(args: &WebhooksDeleteArgs, desk: &Desk<'_>) -> Result<Exit, Failure> {
    let (of_stripe, of_fic): (Vec<String>, Vec<String>) = args.ids.iter().cloned().partition(|id| endpoints::is_id(id));
    let mut gone = Gone::default();
    let mut ended = Ok(());
    if !of_stripe.is_empty() {
        ended = stripe::delete(args, &of_stripe, desk, &mut gone);
    }
    if !of_fic.is_empty() && ended.is_ok() {
        ended = fic::delete(args, &of_fic, desk, &mut gone);
    }
    // What was done before something failed is told all the same.
    if ended.is_ok() || !gone.steps.is_empty() {
        desk.tell(&gone.steps, args.dry_run)?;
    }
    for trouble in &gone.troubles {
        desk.ui.trouble(trouble);
    }
    ended?;
    if gone.missing.is_empty() {
        return Ok(if gone.troubles.is_empty() { Exit::Done } else { Exit::Partly });
    }
    let message = format!("there is no {}", gone.missing.join(", "));
    let exit = if gone.steps.is_empty() { Exit::Failed } else { Exit::Partly };
    Err(Failure::new(exit, message).hint("`stripesync webhooks list` shows what there is"))
}
