//! Endpoints of Stripe.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::args::{WebhooksCreateArgs, WebhooksDeleteArgs, WebhooksUpdateArgs};
use super::super::engine;
use super::super::exit::{Exit, Failure};
use super::{Desk, Gone, keep, refused_url, turn, unpermitted};
use crate::clock::SystemClock;
use crate::config::{self, Mode, Secret, StripeAccess};
use crate::http::write::{Permit, Writer};
use crate::http::{Client, Limits};
use crate::model::webhooks::{Hook, HookStep, Means};
use crate::providers::stripe::endpoints::{self, Endpoint, Plan, Update, Wanted};
use crate::providers::stripe::{API_VERSION, ENDPOINT_PER_S, event_types};
use crate::store::Lock;
use crate::sync::{self, webhooks};

/// What stands for every type on the command line, and for those that concern a table.
const ALL: &str = "all";
const DEFAULT: &str = "default";

/// A key, and whose it is.
pub(super) struct Line {
    pub client: Client,
    /// `acct_…`.
    pub account: String,
    /// What commands about its endpoints need.
    pub means: Means,
}

impl Line {
    /// Asks Stripe whose the key is.
    pub fn open(desk: &Desk<'_>) -> Result<Line, Failure> {
        let access = desk.stripe()?;
        let limits = Limits::new(engine::stripe_per_s(&access), Some(ENDPOINT_PER_S));
        let settings = engine::stripe_settings(&access, limits);
        let client = Client::new(settings, Arc::new(SystemClock::new()), desk.cancel.clone());
        let client = client.map_err(|error| Failure::from(sync::Error::Http(error)))?;
        let account = sync::identify(&client, access.mode.name(), access.name.clone())
            .map_err(|error| desk.failed(error.into()))?;
        let means = Means { company: None, is_live: is_real(&access), credential: access.name };
        Ok(Line { client, account: account.remote_id, means })
    }

    /// Reads all endpoints.
    pub fn endpoints(&self, desk: &Desk<'_>) -> Result<Vec<Endpoint>, Failure> {
        webhooks::endpoints(&self.client).map_err(|error| desk.failed(error))
    }

    /// Reads all endpoints, and says of each how it stands.
    pub fn hooks(&self, desk: &Desk<'_>) -> Result<Vec<Hook>, Failure> {
        let there = self.endpoints(desk)?;
        Ok(there.iter().map(|it| webhooks::endpoint_hook(&self.account, it, &self.means)).collect())
    }

    pub fn step(&self, act: &'static str, id: Option<&str>, url: &str, details: Vec<String>) -> HookStep {
        let (account, id) = (self.account.clone(), id.map(str::to_owned));
        HookStep { provider: "stripe", account, act, id, url: url.to_owned(), details, probe: None }
    }
}

/// Returns the word that changes may be made, or why not; none is needed where nothing is.
fn permitted(desk: &Desk<'_>, is_meant: bool, is_dry: bool) -> Result<Option<Permit>, Failure> {
    if is_dry {
        return Ok(None);
    }
    Permit::of(is_real(&desk.stripe()?), is_meant).map(Some).ok_or_else(|| unpermitted("the key is of live mode"))
}

fn is_real(access: &StripeAccess) -> bool {
    access.mode == Mode::Live && !config::is_loopback(&access.base_url)
}

/// Lists the endpoints.
pub(super) fn list(desk: &Desk<'_>) -> Result<Vec<Hook>, Failure> {
    Line::open(desk)?.hooks(desk)
}

/// Makes an endpoint, unless it is there.
pub(super) fn create(args: &WebhooksCreateArgs, desk: &Desk<'_>) -> Result<Exit, Failure> {
    if !args.groups.is_empty() || args.company.is_some() {
        return Err(Failure::usage("--groups and --company are Fatture in Cloud's; say --provider fic"));
    }
    let is_live = desk.stripe()?.mode == Mode::Live;
    let url = endpoints::url(&args.url, is_live).map_err(|why| refused_url(&args.url, why))?;
    let events = match args.events.as_slice() {
        [] => types(&[DEFAULT.to_owned()], args.connect)?,
        some => types(some, args.connect)?,
    };
    let permit = permitted(desk, args.live, args.dry_run)?;
    // Who is told a secret once had better know before where to put it.
    let place = match (args.print_secret, &permit) {
        (false, Some(_)) => Some(keep::Place::new(desk, args.connect)?),
        _ => None,
    };
    let _turn = permit.map(|_| turn(desk, place.as_ref())).transpose()?;
    let line = Line::open(desk)?;
    let wanted = Wanted { url, events, connect: args.connect, description: args.description.clone() };
    let there = line.endpoints(desk)?;
    match endpoints::plan(&wanted, &there) {
        // A pipe that waits for a secret must not get anything else.
        Plan::There { id, .. } if args.print_secret && !args.dry_run => Err(Failure::failed(format!(
            "{id} is there for this address already, and its secret was told once, when it was made"
        ))
        .hint(format!(
            "the dashboard shows it; or `stripesync webhooks delete {id}{}`, and create it again",
            line.means
        ))),
        Plan::There { id, differences } => there_already(&line, &wanted, &id, &differences, args.dry_run, desk),
        Plan::Full => Err(Failure::failed(format!(
            "the account has {} webhook endpoints; Stripe permits {}",
            there.len(),
            endpoints::ENDPOINTS_MAX
        ))
        .hint("`stripesync webhooks list` shows them, `stripesync webhooks delete ID` takes one away")),
        Plan::Create => match permit {
            None => {
                let step = line.step("create", None, &wanted.url, described(&wanted));
                desk.tell(&[step], true)?;
                Ok(Exit::Done)
            }
            Some(permit) => made(&line, &wanted, permit, place, desk),
        },
    }
}

/// Takes the turn of whoever makes endpoints with this config file; where the secret goes elsewhere, as far as there is a
/// place for that.
fn turn(desk: &Desk<'_>, place: Option<&keep::Place>) -> Result<Option<Lock>, Failure> {
    if let Some(place) = place {
        return turn::take(desk, place.path()).map(Some);
    }
    let files: Vec<_> = desk.config_path().ok().into_iter().chain([desk.settings.database.value.clone()]).collect();
    let turn = turn::take_at_any(desk, &files)?;
    if turn.is_none() {
        desk.ui.note("nothing can be written here that keeps another `stripesync webhooks create` out meanwhile");
    }
    Ok(turn)
}

fn described(wanted: &Wanted) -> Vec<String> {
    let events = match wanted.events.contains(endpoints::ALL) {
        true => "all events".to_owned(),
        false => format!("{} types of events", wanted.events.len()),
    };
    let whose = if wanted.connect { "of connected accounts" } else { "of the account itself" };
    vec![format!("{events} {whose}"), format!("version {API_VERSION}")]
}

/// Reads what `--events` names, of an account's own events or of connected accounts'.
fn types(names: &[String], connect: bool) -> Result<BTreeSet<String>, Failure> {
    if names.iter().any(|name| name == ALL) {
        return match names {
            [_] => Ok(BTreeSet::from([endpoints::ALL.to_owned()])),
            _ => Err(Failure::usage("--events names all, and others besides: all is enough")),
        };
    }
    let of = |name: &String| match name.as_str() {
        DEFAULT => event_types::handled(connect).into_iter().collect(),
        name => event_types::named(name),
    };
    Ok(names.iter().flat_map(of).map(str::to_owned).collect())
}

/// Says that there is one already, and in what it is other than wanted.
fn there_already(
    line: &Line,
    wanted: &Wanted,
    id: &str,
    differences: &[endpoints::Difference],
    is_dry: bool,
    desk: &Desk<'_>,
) -> Result<Exit, Failure> {
    let details: Vec<String> = match differences {
        [] => vec!["it is there as it is wanted".to_owned()],
        some => some.iter().map(ToString::to_string).collect(),
    };
    let step = line.step("leave", Some(id), &wanted.url, details);
    desk.tell(&[step], is_dry)?;
    if differences.is_empty() {
        return match is_dry || keep::has_secret(desk, &line.account, id, wanted.connect)? {
            true => Ok(Exit::Done),
            false => Err(Failure::new(
                Exit::Partly,
                format!(
                    "{id} is there, but no signing secret in the settings can be its own: `listen` refuses its events"
                ),
            )
            .hint(format!(
                "the Dashboard shows it; or `stripesync webhooks delete {id}{}`, and create it again",
                line.means
            ))),
        };
    }
    let message = format!("{id} is there for this address already, and is other than wanted");
    let means = &line.means;
    let hint = match differences.iter().any(endpoints::Difference::is_fixed) {
        true => format!(
            "its version is fixed: `stripesync webhooks delete {id}{means}`, then create it again; or create one with another path, such as /webhook, and delete the old one when events come"
        ),
        false => format!(
            "`stripesync webhooks update {id}{means}` changes it, with --events, --enable or --description (`--events default` for what concerns a table)"
        ),
    };
    if is_dry {
        desk.ui.note(&hint);
        return Ok(Exit::Done);
    }
    Err(Failure::new(Exit::Partly, message).hint(hint))
}

/// Makes the endpoint and keeps its secret; what cannot be kept is of no use to anybody, and goes again.
fn made(
    line: &Line,
    wanted: &Wanted,
    permit: Permit,
    place: Option<keep::Place>,
    desk: &Desk<'_>,
) -> Result<Exit, Failure> {
    let writer = Writer::new(&line.client, permit);
    let made = webhooks::change_endpoint(&writer, &endpoints::create(wanted), endpoints::read_created);
    let (endpoint, secret) = match made {
        Ok(made) => made,
        Err(error) => return Err(stray(line, &writer, wanted, desk.failed(error))),
    };
    let kept = match (&secret, &place) {
        (None, _) => Err(Failure::failed("Stripe's answer has no secret in it")),
        (Some(secret), Some(place)) => place.save(&line.account, &endpoint.id, secret).map(Some).map_err(Failure::from),
        (Some(secret), None) => {
            let step = line.step("create", Some(&endpoint.id), &wanted.url, described(wanted));
            desk.ui.hook_secret(&step, secret).map(|()| None).map_err(|error| Failure::stdout(&error))
        }
    };
    let kept = match kept {
        Ok(kept) => kept,
        Err(failure) => return Err(taken_back(line, &writer, &endpoint.id, place.is_none(), failure)),
    };
    keep::refreshed(desk, line, false);
    let id = &endpoint.id;
    match kept {
        None => {
            desk.ui.note(&format!("{id} sends events to {}; its secret is on stdout, and nowhere else", wanted.url))
        }
        Some(name) => {
            let step = line.step("create", Some(id), &wanted.url, described(wanted));
            let told = desk.tell(&[step], false);
            let hint = secret.as_ref().map(Secret::hint).unwrap_or_default();
            let place = place.as_ref().map(|place| place.path().display().to_string()).unwrap_or_default();
            desk.ui.note(&format!("its signing secret {hint} stands in {place}, as {name}"));
            keep::tell_receiver(desk, wanted.connect);
            told?;
        }
    }
    if !endpoint.is_version_ours() {
        let version = endpoint.api_version.as_deref().unwrap_or("the account's own");
        desk.ui
            .note(&format!("Stripe gave it the version {version}, not {API_VERSION}: its payloads are fetched anew"));
    }
    Ok(Exit::Done)
}

/// What became of a creation whose answer did not come: an endpoint without its secret is of no use, and goes again.
fn stray(line: &Line, writer: &Writer<'_>, wanted: &Wanted, failure: Failure) -> Failure {
    // There was none before.
    let found = webhooks::endpoints(&line.client).map(|there| endpoints::plan(wanted, &there));
    match found {
        Ok(Plan::There { id, .. }) => taken_back(line, writer, &id, false, failure),
        Ok(_) => failure,
        Err(_) => failure.hint(
            "an endpoint may have been made, without its secret being kept: `stripesync webhooks list` shows it; delete it, and create it again",
        ),
    }
}

fn taken_back(line: &Line, writer: &Writer<'_>, id: &str, is_printed: bool, failure: Failure) -> Failure {
    let deleted = webhooks::change_endpoint(writer, &endpoints::delete(id), |_| Ok(()));
    let mut causes = vec![failure.message];
    causes.extend(failure.causes);
    match deleted {
        Ok(()) => {
            let message = format!("the secret of {id} could not be kept, so the endpoint was taken away again");
            let hint = match is_printed {
                true => {
                    "mend that and run it again; or leave --print-secret away, and the config file takes the secret"
                }
                false => "mend that and run it again; or take the secret yourself, with --print-secret",
            };
            Failure { causes, ..Failure::failed(message).hint(hint) }
        }
        Err(error) => {
            causes.push(format!("and it could not be taken away: {error}"));
            let message = format!("the secret of {id} could not be kept, and the endpoint is there without it");
            Failure {
                causes,
                ..Failure::failed(message).hint(format!("`stripesync webhooks delete {id}{}`", line.means))
            }
        }
    }
}

/// Changes an endpoint where it differs.
pub(super) fn update(args: &WebhooksUpdateArgs, desk: &Desk<'_>) -> Result<Exit, Failure> {
    let is_live = desk.stripe()?.mode == Mode::Live;
    let url = args.url.as_deref().map(|url| endpoints::url(url, is_live)).transpose();
    let url = url.map_err(|why| refused_url(args.url.as_deref().unwrap_or_default(), why))?;
    // What is named wrongly is refused before anybody is asked.
    types(&args.events, false)?;
    let wish = Update {
        url,
        events: None,
        disabled: (args.enable || args.disable).then_some(args.disable),
        description: args.description.clone(),
    };
    if wish == Update::default() && args.events.is_empty() {
        return Err(Failure::usage("nothing is named that shall change")
            .hint("say --url, --events, --enable, --disable or --description"));
    }
    let permit = permitted(desk, args.live, args.dry_run)?;
    let line = Line::open(desk)?;
    let there = line.endpoints(desk)?;
    let there = there.iter().find(|it| it.id == args.id).ok_or_else(|| none(&args.id))?;
    let events = (!args.events.is_empty()).then(|| types(&args.events, there.is_connect())).transpose()?;
    let changes = Update { events, ..wish }.against(there);
    let url = changes.url.as_deref().unwrap_or(&there.url);
    let step = |act, details| line.step(act, Some(&args.id), url, details);
    let step = match (changes == Update::default(), permit) {
        (true, _) => step("leave", vec!["it is so already".to_owned()]),
        (false, None) => step("update", changes.told(there)),
        (false, Some(permit)) => {
            let change = endpoints::update(&args.id, &changes);
            let done = webhooks::change_endpoint(&Writer::new(&line.client, permit), &change, endpoints::read);
            done.map_err(|error| desk.failed(error))?;
            keep::refreshed(desk, &line, false);
            step("update", changes.told(there))
        }
    };
    desk.tell(&[step], args.dry_run)?;
    Ok(Exit::Done)
}

fn none(id: &str) -> Failure {
    Failure::failed(format!("the account has no webhook endpoint {id}"))
        .hint("`stripesync webhooks list --provider stripe` shows them; live and test mode have their own")
}

/// Takes endpoints away; those that are not there are named in `missing`.
pub(super) fn delete(
    args: &WebhooksDeleteArgs,
    ids: &[String],
    desk: &Desk<'_>,
    gone: &mut Gone,
) -> Result<(), Failure> {
    let permit = permitted(desk, args.live, args.dry_run)?;
    // One that is being made has its secret kept before it is taken away.
    let config: Vec<_> = desk.config_path().ok().into_iter().collect();
    let _turn = permit.map(|_| turn::take_at_any(desk, &config)).transpose()?;
    let line = Line::open(desk)?;
    let there = line.endpoints(desk)?;
    for id in ids {
        let Some(endpoint) = there.iter().find(|it| it.id == *id) else {
            match keep::left_behind(desk, &line.account, id, args.dry_run) {
                Some(details) => gone.steps.push(line.step("delete", Some(id), "", details)),
                None => gone.missing.push(id.clone()),
            }
            continue;
        };
        if let Some(permit) = permit {
            let writer = Writer::new(&line.client, permit);
            match webhooks::change_endpoint(&writer, &endpoints::delete(id), |_| Ok(())) {
                // Asked twice, or taken away by somebody else meanwhile: it is gone.
                Ok(()) | Err(webhooks::Error::Missing { .. }) => {}
                Err(error) => return Err(desk.failed(error)),
            }
        }
        let (details, trouble) = keep::forgotten(desk, &line.account, endpoint, args.dry_run);
        gone.troubles.extend(trouble);
        gone.steps.push(line.step("delete", Some(id), &endpoint.url, details));
    }
    if permit.is_some() && !gone.steps.is_empty() {
        keep::refreshed(desk, &line, true);
    }
    Ok(())
}
