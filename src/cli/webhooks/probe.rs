//! Whether somebody answers at the addresses that events go to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Desk;
use crate::clock::SystemClock;
use crate::http::{Client, Error, Limits, Settings};
use crate::model::webhooks::{HookStep, Probe};
use crate::model::wire::Request;

/// Where a receiver says that it is up.
const PATH: &str = "/healthz";
/// A receiver answers at once.
const TIME: Duration = Duration::from_secs(10);
const NOT_FOUND: u16 = 404;

/// Asks each receiver once that is named in the steps, and writes into them what came of it; returns what did not answer.
pub(super) fn probe(desk: &Desk<'_>, steps: &mut [HookStep]) -> Vec<String> {
    let mut asked: BTreeMap<String, Probe> = BTreeMap::new();
    for step in steps {
        let origin = step.url.split('/').take(3).collect::<Vec<_>>().join("/");
        let probe = asked.entry(origin).or_insert_with_key(|origin| ask(desk, origin));
        step.probe = Some(probe.clone());
    }
    asked.into_values().filter(|it| !it.is_ok).map(|it| format!("{} {}", it.url, it.what)).collect()
}

fn ask(desk: &Desk<'_>, origin: &str) -> Probe {
    let mut settings = Settings::new(origin, Limits::new(10, None));
    settings.attempts = 1;
    settings.timeouts.global = TIME;
    let client = Client::new(settings, Arc::new(SystemClock::new()), desk.cancel.clone());
    let request = Request { path: PATH.to_owned(), endpoint: PATH };
    let answered = client.and_then(|client| client.get(&request, &mut |_| Ok(())));
    let what = answered.as_ref().map_or_else(in_words, |()| "answers".to_owned());
    Probe { url: format!("{origin}{PATH}"), is_ok: answered.is_ok(), what }
}

/// Says what came instead of an answer, as the rest of a sentence.
fn in_words(error: &Error) -> String {
    match error {
        Error::Redirected { status, location, .. } => format!(
            "answers {status} and points to {location}: services do not follow that, no event comes; have events sent where it points to"
        ),
        Error::Refused(answer) if answer.status == NOT_FOUND => {
            "answers 404: something else than `stripesync listen` is there, or only some paths are led to it".to_owned()
        }
        Error::Refused(answer) => {
            format!("answers {}: something stands before the receiver that lets nobody in", answer.status)
        }
        Error::GaveUp { status: Some(status), .. } => {
            format!("answers {status}: what leads there runs, and `stripesync listen` behind it does not answer")
        }
        Error::GaveUp { last: cause, .. } | Error::CircuitOpen { cause, .. } | Error::Unreachable { cause, .. } => {
            format!("does not answer: {cause}")
        }
        Error::Setup(why) => format!("was not asked: {why}"),
        other => format!("does not answer as a receiver does: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_instead_of_an_answer_is_told_in_plain_words() {
        let redirected = Error::Redirected {
            endpoint: PATH,
            host: "a.example".into(),
            status: 308,
            location: "www.a.example".into(),
        };
        assert!(in_words(&redirected).starts_with("answers 308 and points to www.a.example: services do not follow"));
        let gone = |status, last: &str| Error::GaveUp {
            endpoint: PATH,
            host: "a.example".into(),
            attempts: 1,
            last: last.into(),
            status,
            request_id: None,
        };
        assert!(in_words(&gone(Some(502), "502")).starts_with("answers 502: "));
        assert_eq!(in_words(&gone(None, "timed out")), "does not answer: timed out");
    }
}
