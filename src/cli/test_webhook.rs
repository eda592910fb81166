//! `test-webhook`: one event by the receiver's own path, and what it does to the row that it is about.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueHint};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::args::Global;
use super::exit::{Exit, Failure};
use super::payloads::{Payload, Payloads, provider_of};
use super::{replay, settings, signals, values};
use crate::clock::Clock;
use crate::config::{Secret, WebhookSecret};
use crate::http::post::{Posted, Poster};
use crate::model::resource::Provider;
use crate::model::trial::Trial;
use crate::providers::stripe::{API_VERSION, event, signature};
use crate::sandbox::event_types;
use crate::store::{self, Store};
use crate::sync;
use crate::sync::delivery::{Delivery, Retries};
use crate::sync::intake::Intake;
use crate::sync::trial;
use crate::ui::text::safe;
use crate::ui::{PostLine, Ui};

/// A receiver answers in milliseconds; Stripe itself waits no longer than this.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The arguments of `test-webhook`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = HELP)]
pub struct TestWebhookArgs {
    /// File with one event, or with a bare object (see --type); - for stdin
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Make an event of this type, of now, of the bare object in the file
    #[arg(long = "type", value_name = "TYPE", value_parser = values::known_event_type)]
    pub kind: Option<String>,
    /// Post it, signed, to this receiver, and write nothing into the file
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, conflicts_with_all = ["dry_run", "apply"])]
    pub url: Option<String>,
    /// Show what would change; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take it also into a file that holds accounts of Stripe
    #[arg(long)]
    pub apply: bool,
}

const HELP: &str = "\
Examples:
  stripesync test-webhook --database try.db --file invoice.paid.json
  stripesync test-webhook --file event.json --dry-run
  stripe customers retrieve cus_123 > customer.json
  stripesync test-webhook --file customer.json --type customer.updated
  stripesync test-webhook --file event.json \\
    --url http://127.0.0.1:4242/api/stripe/webhook

It is signed with STRIPE_WEBHOOK_SECRET (the first of several), with one
made up for the occasion where there is none, and checked as a receiver
checks it. A row that it changes among those of a real account is
unsettled until a sync has asked Stripe for the object.

Exit codes: 0 done, 1 --url was not answered 2xx, 2 it is no event,
  3 its effect could not be taken
  all of them: `stripesync --help`";

/// Runs the command.
pub(super) fn run(args: &TestWebhookArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    let payload = Payloads::one(&args.file)?;
    let now_s = clock.now_ms().div_euclid(1000);
    let event = event(payload, args.kind.as_deref(), now_s)?;
    let provider = provider_of(&event.body);
    match (provider, &args.url) {
        (Provider::Fic, Some(_)) => {
            return Err(Failure::usage(
                "a notification of Fatture in Cloud cannot be sent: only the service can sign it",
            )
            .hint("without --url it is taken into this machine's file"));
        }
        (Provider::Fic, None) => {
            ui.note("a notification of Fatture in Cloud: only the service can sign it, and none is checked")
        }
        (Provider::Stripe, url) => {
            let secret = secret(settings.webhook_secrets()?, ui);
            if let Some(url) = url {
                return post(url, &event, &secret, now_s, ui);
            }
            check(&event.body, &secret, now_s)?;
        }
    }
    let delivery = Delivery {
        provider,
        body: event.body,
        door: "test",
        owner: None,
        correlation_id: format!("test-{:08x}", random() >> 32),
    };
    let database = &settings.database.value;
    let trial = match args.dry_run {
        true => rehearsed(database, &delivery, now_s)?,
        false => taken(database, args.apply, super::retries(&settings)?, &delivery, now_s)?,
    };
    if let ("malformed", Some(why)) = (trial.outcome, &trial.why) {
        return Err(Failure::usage(format!("{} holds no event: {why}", event.place)));
    }
    ui.trial(&trial, args.dry_run).map_err(|error| Failure::stdout(&error))?;
    Ok(if trial.has_failed() { Exit::Partly } else { Exit::Done })
}

/// Signs a body and checks that as a receiver does.
fn check(body: &str, secret: &Secret, now_s: i64) -> Result<(), Failure> {
    let header = signature::sign(body.as_bytes(), secret, now_s);
    let secrets = std::slice::from_ref(secret);
    signature::verify(Some(&header), body.as_bytes(), secrets, now_s, signature::TOLERANCE_S)
        .map(drop)
        .map_err(|error| Failure::failed("the signature made for the event does not pass").because(&error))
}

/// Takes it in for good.
fn taken(database: &Path, apply: bool, retries: Retries, delivery: &Delivery, now_s: i64) -> Result<Trial, Failure> {
    let cancel = signals::watch()?;
    store::stop_waiting_for(&cancel);
    let store = replay::open(database, apply, &cancel)?;
    let catalog = sync::catalog();
    let mut intake = Intake::new(&store, &catalog, retries, None)?.offline();
    Ok(trial::take(&store, &catalog, &mut intake, delivery, now_s)?)
}

/// Takes it in and gives it up again: the file stays as it is, and one that is not there is not made.
fn rehearsed(database: &Path, delivery: &Delivery, now_s: i64) -> Result<Trial, Failure> {
    let store = match database.exists() {
        true => Store::open_to_rehearse(database)?,
        false => Store::in_memory()?,
    };
    let catalog = sync::catalog();
    store.begin()?;
    let trial = Intake::new(&store, &catalog, Retries::default(), None)
        .and_then(|intake| trial::take(&store, &catalog, &mut intake.offline(), delivery, now_s));
    store.rollback();
    Ok(trial?)
}

/// Sends it to another receiver.
fn post(url: &str, event: &Named, secret: &Secret, now_s: i64, ui: &Ui) -> Result<Exit, Failure> {
    let poster = Poster::new(url, TIMEOUT).map_err(|error| Failure::usage(error.to_string()))?;
    let header = signature::sign(event.body.as_bytes(), secret, now_s);
    let sent = poster.post(&[(signature::HEADER, &header)], event.body.as_bytes());
    let Posted { status, took_us, correlation_id } = sent.map_err(|error| {
        Failure::failed(format!("{} cannot be sent", event.id))
            .because(&error)
            .hint("is the receiver running there? `stripesync listen` tells its address when it starts")
    })?;
    let correlation_id = correlation_id.as_deref();
    let line = PostLine { url: poster.shown(), kind: &event.kind, event: &event.id, status, correlation_id, took_us };
    ui.posted(&line).map_err(|error| Failure::stdout(&error))?;
    match status {
        200..300 => return Ok(Exit::Done),
        404 | 405 if poster.has_no_path() => ui.note(&format!(
            "the address has no path; a receiver of stripesync has its own: --url {}/api/stripe/webhook",
            poster.shown().trim_end_matches('/')
        )),
        300..400 => ui.note("it points elsewhere; redirects are not followed: name the address that it leads to"),
        400..404 => ui.note("where it checks signatures, it has to know the secret that this one was made with"),
        _ => {}
    }
    Ok(Exit::Failed)
}

/// Returns the secret to sign with, and says which.
pub(super) fn secret(known: Vec<WebhookSecret>, ui: &Ui) -> Secret {
    // One that is nobody's in particular goes before those that name an account.
    if let Some(first) = known.into_iter().min_by_key(|it| it.owner.is_some()) {
        return first.secret;
    }
    ui.note("no signing secret is set (STRIPE_WEBHOOK_SECRET): signed with one made up for the occasion");
    Secret::new(format!("whsec_{:016x}{:016x}", random(), random()))
}

/// The standard library seeds its hashers at random, which is enough for what is thrown away.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// An event, and how it is called.
#[derive(Debug)]
struct Named {
    place: String,
    id: String,
    kind: String,
    body: String,
}

/// The fields that tell an event from a bare object.
#[derive(Debug, Deserialize)]
struct Shape<'a> {
    #[serde(default)]
    object: Option<String>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<serde_json::Value>,
    #[serde(default)]
    livemode: Option<serde_json::Value>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// Returns the event of a file as it stands there, or one made around a bare object.
fn event(payload: Payload, kind: Option<&str>, now_s: i64) -> Result<Named, Failure> {
    let Payload { place, body } = payload;
    let shape: Shape = serde_json::from_str(&body)
        .map_err(|error| Failure::usage(format!("{place} holds neither an event nor an object")).because(&error))?;
    let is_named = [Some("event"), Some(event::THIN)].contains(&shape.object.as_deref());
    let is_event = is_named || shape.object.is_none() && shape.data.is_some();
    let said = shape.kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default().to_owned();
    match (is_event, kind) {
        (true, None) => {
            let id = shape.id.unwrap_or_default();
            Ok(Named { place, id, kind: said, body })
        }
        (true, Some(_)) => Err(Failure::usage(format!("{place} holds an event ({said}), which says its type itself"))
            .hint("leave --type away; it makes an event of a bare object")),
        (false, None) => {
            let object = shape.object.unwrap_or_else(|| "customer".to_owned());
            Err(Failure::usage(format!("{place} holds no event but an object"))
                .hint(format!("say what happened to it, such as --type {object}.updated")))
        }
        (false, Some(kind)) => {
            fits(kind, shape.object.as_deref(), &place)?;
            let id = format!("evt_test_{:016x}", random());
            let livemode = shape.livemode == Some(serde_json::Value::Bool(true));
            let body = format!(
                "{{\"id\":\"{id}\",\"object\":\"event\",\"api_version\":\"{API_VERSION}\",\"created\":{now_s},\
                 \"data\":{{\"object\":{body}}},\"livemode\":{livemode},\"pending_webhooks\":0,\
                 \"request\":{{\"id\":null,\"idempotency_key\":null}},\"type\":\"{kind}\"}}"
            );
            Ok(Named { place, id, kind: kind.to_owned(), body })
        }
    }
}

/// Refuses an object that no event of this type is about.
fn fits(kind: &str, object: Option<&str>, place: &str) -> Result<(), Failure> {
    let Some(about) = event_types::objects_of(kind) else { return Ok(()) };
    if object.is_some_and(|object| about.iter().any(|known| known == object)) {
        return Ok(());
    }
    let named = about.join(" or ");
    let message = match object {
        Some(object) => format!("{kind} tells of \"{named}\", and {place} holds \"{}\"", safe(object)),
        None => format!("{kind} tells of \"{named}\", and {place} does not say what it holds"),
    };
    let hint = match object.and_then(event_types::about) {
        Some(kind) => format!("of such an object tells --type {kind}, for one"),
        None => "the object has to have its field \"object\", as Stripe's answers have".to_owned(),
    };
    Err(Failure::usage(message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(body: &str, kind: Option<&str>) -> Result<Named, Failure> {
        event(Payload { place: "x.json".to_owned(), body: body.to_owned() }, kind, 1_793_491_200)
    }

    #[test]
    fn a_bare_object_becomes_an_event_of_now_with_its_text_to_the_digit() {
        let object = r#"{"object":"customer","id":"cus_1","livemode":true,"x":1.10}"#;
        let made = named(object, Some("customer.updated")).expect("is one");
        let why = named(object, Some("charge.updated")).expect_err("is none");
        assert_eq!(why.message, "charge.updated tells of \"charge\", and x.json holds \"customer\"");
        assert!(why.hint.is_some_and(|hint| hint.contains("--type customer.")));
        assert!(
            named(r#"{"id":"cus_1"}"#, Some("customer.updated"))
                .expect_err("says nothing")
                .message
                .contains("does not say")
        );
        assert!(made.body.contains(&format!(r#""data":{{"object":{object}}}"#)), "{}", made.body);
        let read: serde_json::Value = serde_json::from_str(&made.body).expect("JSON");
        assert_eq!((&read["livemode"], read["created"].as_i64()), (&true.into(), Some(1_793_491_200)));
        assert_eq!((read["api_version"].as_str(), read["id"].as_str()), (Some(API_VERSION), Some(made.id.as_str())));
        assert_ne!(named(object, Some("customer.created")).expect("is one").id, made.id, "each is another event");
        let why = named(object, None).expect_err("which?");
        assert_eq!(why.hint.as_deref(), Some("say what happened to it, such as --type customer.updated"));
    }

    #[test]
    fn an_event_stays_as_it_is_and_says_its_type_itself() {
        let body = r#"{ "id":"evt_1", "object":"event", "type":"a.b", "data":{"object":{}} }"#;
        let read = named(body, None).expect("is one");
        assert_eq!((read.body.as_str(), read.id.as_str(), read.kind.as_str()), (body, "evt_1", "a.b"));
        assert!(named(body, Some("a.c")).is_err() && named("[]", None).is_err() && named("{", None).is_err());
    }
}
