//! Webhooks: subscriptions, the challenge, notifications, and how a subscription comes to its end. Where the documentation
//! is silent this is the less friendly reading.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::hook_wire::{self, Event};
use super::{FicLife, Inner, locked};
use crate::sandbox::random::mix;
use crate::sandbox::service::{Call, Reply};

/// Every type, and the groups at the end.
const TYPES: &str = include_str!("../../../testdata/fic/event-types.txt");
const PREFIX: &str = "it.fattureincloud.webhooks.";
const WELCOME: &str = "it.fattureincloud.webhooks.subscriptions.welcome";
/// So often a sink is asked, and no more often than this.
const ATTEMPTS_MAX: u32 = 5;
const ATTEMPT_EVERY_S: i64 = 600;
/// Attempts at one notification, and the pause between them: the service's own is not known.
const DELIVERIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(50);
/// From the first failed delivery.
const EXPIRY_S: i64 = 10 * 86_400;
/// Between the answer to a creation and the challenge.
const CHALLENGE_AFTER: Duration = Duration::from_millis(30);

/// Where public hosts are.
#[derive(Debug, Default)]
pub(super) struct Places {
    hosts: BTreeMap<String, SocketAddr>,
    elsewhere: Option<SocketAddr>,
}

/// The subscriptions of a company.
#[derive(Debug, Default)]
pub(super) struct Hooks {
    all: Vec<Subscription>,
    places: Arc<Mutex<Places>>,
    numbered: u64,
    /// Challenges that are to be sent.
    due: Vec<Challenge>,
}

#[derive(Debug, Clone)]
struct Subscription {
    id: String,
    sink: String,
    types: BTreeSet<String>,
    is_verified: bool,
    attempts: u32,
    attempted_s: i64,
    first_error_s: Option<i64>,
}

impl Subscription {
    fn shown(&self) -> Value {
        json!({"id": self.id, "sink": self.sink, "verified": self.is_verified, "types": self.types,
            "config": {"mapping": "binary"}})
    }
}

#[derive(Debug, Clone)]
struct Challenge {
    company: String,
    id: String,
    sink: String,
    by_query: bool,
    value: String,
}

/// Why a call is refused: status, member, words.
type Refused = (u16, &'static str, String);

/// Answers what is about subscriptions, if the company may be asked about; nothing for any other call.
pub(super) fn answer(
    missing_scopes: &BTreeSet<String>,
    hooks: &mut Hooks,
    call: &Call,
    now_s: i64,
    permitted: &dyn Fn(&String) -> Result<(), Reply>,
) -> Option<Reply> {
    let rest = call.path.strip_prefix("/c/")?;
    let (company, rest) = rest.split_once('/')?;
    let segments: Vec<&str> = rest.split('/').collect();
    let (&"subscriptions", segments) = segments.split_first()? else { return None };
    if let Err(refused) = permitted(&company.to_owned()) {
        return Some(refused);
    }
    let done = match (call.method.as_str(), segments) {
        ("GET", []) => Ok(json!({"data": hooks.all.iter().map(Subscription::shown).collect::<Vec<_>>()})),
        ("GET", [id]) => hooks.find(id).map(|it| json!({"data": it.shown()})),
        ("POST", []) => hooks.create(missing_scopes, company, call, now_s),
        ("PUT", [id]) => hooks.update(missing_scopes, company, id, call, now_s),
        ("DELETE", [id]) => hooks.take_away(id),
        ("POST", [id, "verify"]) => hooks.verify(company, id, call, now_s),
        ("GET" | "POST" | "PUT" | "DELETE", [] | [_] | [_, "verify"]) => {
            Err((405, "", "Method not allowed".to_owned()))
        }
        _ => Err((404, "", "Not found".to_owned())),
    };
    Some(match done {
        // What is taken away leaves no body.
        Ok(Value::Null) => Reply { status: 200, headers: Vec::new(), body: Vec::new() },
        Ok(body) => Reply { status: 200, headers: Vec::new(), body: body.to_string().into_bytes() },
        Err((status, field, message)) => {
            let complaints = (!field.is_empty()).then(|| json!({field: [message]}));
            let mut error = json!({"message": message, "validation_result": complaints});
            if status == 403 {
                error["code"] = json!("NO_PERMISSION");
            }
            Reply { status, headers: Vec::new(), body: json!({"error": error}).to_string().into_bytes() }
        }
    })
}

impl Hooks {
    /// None yet.
    pub fn new(places: &Arc<Mutex<Places>>) -> Hooks {
        Hooks { places: Arc::clone(places), ..Hooks::default() }
    }

    fn find(&mut self, id: &str) -> Result<&mut Subscription, Refused> {
        self.all.iter_mut().find(|it| it.id == id).ok_or_else(|| (404, "", "Not found".to_owned()))
    }

    fn create(
        &mut self,
        missing_scopes: &BTreeSet<String>,
        company: &str,
        call: &Call,
        now_s: i64,
    ) -> Result<Value, Refused> {
        let data = data(call)?;
        let sink = sink(&data)?.ok_or_else(|| (422, "sink", "The sink field is required.".to_owned()))?;
        let (types, warnings) = self.types(missing_scopes, "", &data)?;
        let types = types.filter(|types| !types.is_empty());
        let types = types.ok_or_else(|| (422, "types", format!("No valid types. {}", warnings.join(" "))))?;
        self.numbered += 1;
        let id = format!("SUB{}", 200 + self.numbered);
        let made = Subscription {
            id: id.clone(),
            sink,
            types,
            is_verified: false,
            attempts: 0,
            attempted_s: now_s,
            first_error_s: None,
        };
        let mut shown = made.shown();
        self.all.push(made);
        self.challenge(company, &id, &data, now_s);
        // Documented answers say so before anybody was asked.
        shown["verified"] = json!(true);
        Ok(json!({"data": shown, "warnings": if warnings.is_empty() { Value::Null } else { json!(warnings) }}))
    }

    fn update(
        &mut self,
        missing_scopes: &BTreeSet<String>,
        company: &str,
        id: &str,
        call: &Call,
        now_s: i64,
    ) -> Result<Value, Refused> {
        let data = data(call)?;
        let sink = sink(&data)?;
        let (types, warnings) = self.types(missing_scopes, id, &data)?;
        let subscription = self.find(id)?;
        subscription.types = types.unwrap_or_else(|| subscription.types.clone());
        let is_moved = sink.as_ref().is_some_and(|sink| *sink != subscription.sink);
        if let Some(sink) = sink.filter(|_| is_moved) {
            subscription.sink = sink;
            subscription.is_verified = false;
            self.challenge(company, id, &data, now_s);
        }
        let shown = self.find(id)?.shown();
        Ok(json!({"data": shown, "warnings": if warnings.is_empty() { Value::Null } else { json!(warnings) }}))
    }

    fn take_away(&mut self, id: &str) -> Result<Value, Refused> {
        self.find(id)?;
        self.all.retain(|it| it.id != id);
        Ok(Value::Null)
    }

    fn verify(&mut self, company: &str, id: &str, call: &Call, now_s: i64) -> Result<Value, Refused> {
        let data = if call.body.is_empty() { json!({}) } else { data(call)? };
        let subscription = self.find(id)?;
        let wait_s = subscription.attempted_s + ATTEMPT_EVERY_S - now_s;
        if wait_s > 0 {
            return Err((422, "", format!("Next verification in {wait_s} seconds")));
        }
        self.challenge(company, id, &data, now_s);
        Ok(json!({"data": self.find(id)?.shown()}))
    }

    /// Takes the types asked for: groups are taken apart; what is no type, or goes to another subscription of the company
    /// already, is left out with a warning. Nothing where none are said.
    fn types(
        &mut self,
        missing_scopes: &BTreeSet<String>,
        own_id: &str,
        data: &Value,
    ) -> Result<(Option<BTreeSet<String>>, Vec<String>), Refused> {
        let Some(asked) = data.get("types").filter(|types| !types.is_null()) else { return Ok((None, Vec::new())) };
        let asked = asked.as_array().ok_or_else(|| (422, "types", "The types must be an array.".to_owned()))?;
        let (mut types, mut warnings) = (BTreeSet::new(), Vec::new());
        for kind in asked.iter().map(|kind| kind.as_str().unwrap_or_default()) {
            let known = expanded(kind);
            if known.is_empty() {
                warnings.push(format!("{kind} is not a valid type."));
            }
            types.extend(known);
        }
        if let Some(kind) = types.iter().find(|kind| scopes(kind).iter().any(|it| missing_scopes.contains(it))) {
            return Err((403, "", format!("Permessi insufficienti: {kind}")));
        }
        let others = self.all.iter().filter(|it| it.id != own_id);
        let taken: BTreeSet<String> = others.flat_map(|it| it.types.iter().cloned()).collect();
        warnings.extend(types.intersection(&taken).map(|kind| format!("{kind} is already subscribed.")));
        types.retain(|kind| !taken.contains(kind));
        Ok((Some(types), warnings))
    }

    /// Has a challenge sent once the answer is on its way.
    fn challenge(&mut self, company: &str, id: &str, data: &Value, now_s: i64) {
        self.numbered += 1;
        let number = self.numbered;
        let Ok(subscription) = self.find(id) else { return };
        subscription.attempts += 1;
        subscription.attempted_s = now_s;
        let challenge = Challenge {
            company: company.to_owned(),
            id: id.to_owned(),
            sink: subscription.sink.clone(),
            by_query: data["verification_method"] == "query",
            value: (0..4).map(|part| format!("{:016x}", mix(number, part))).collect(),
        };
        self.due.push(challenge);
    }

    fn place(&self, sink: &str) -> Option<SocketAddr> {
        let rest = sink.strip_prefix("https://")?;
        let host = rest.split('/').next().unwrap_or_default();
        let places = locked(&self.places);
        // Whatever it is told, it never goes beyond this machine.
        places.hosts.get(host).copied().or(places.elsewhere).filter(|place| place.ip().is_loopback())
    }
}

/// Sends the challenges that are due, each in a thread of its own.
pub(super) fn challenge_those_due(inner: &Arc<Mutex<Inner>>) {
    let due = std::mem::take(&mut locked(inner).hooks.due);
    for challenge in due {
        let inner = Arc::clone(inner);
        std::thread::spawn(move || {
            std::thread::sleep(CHALLENGE_AFTER);
            let place = locked(&inner).hooks.place(&challenge.sink);
            let by_query = challenge.by_query;
            let is_answered =
                place.is_some_and(|place| hook_wire::challenge(place, &challenge.sink, &challenge.value, by_query));
            let mut held = locked(&inner);
            let Ok(subscription) = held.hooks.find(&challenge.id) else { return };
            // Another sink may have been said meanwhile.
            if subscription.sink != challenge.sink {
                return;
            }
            subscription.is_verified |= is_answered;
            if !is_answered && subscription.attempts >= ATTEMPTS_MAX {
                held.hooks.all.retain(|it| it.id != challenge.id);
            }
            drop(held);
            if let Some(place) = place.filter(|_| is_answered) {
                let id = format!("welcome:{}", challenge.id);
                let event = Event { id: &id, kind: WELCOME, company: &challenge.company, ids: &json!([]), now_s: None };
                // Nobody is told how that went.
                let _ = hook_wire::deliver(place, &challenge.sink, &event);
            }
        });
    }
}

impl FicLife {
    /// Says where a public host is: `hooks.example.com`, on this machine.
    pub fn map_host(&self, host: &str, place: SocketAddr) {
        locked(&locked(&self.inner).hooks.places).hosts.insert(host.to_owned(), place);
    }

    /// Says where every other public host is.
    pub fn map_all_hosts(&self, place: SocketAddr) {
        locked(&locked(&self.inner).hooks.places).elsewhere = Some(place);
    }

    /// Returns the company's subscriptions as they are.
    pub fn subscriptions(&self) -> Vec<Value> {
        locked(&self.inner).hooks.all.iter().map(Subscription::shown).collect()
    }

    /// Tells the company's subscriptions of something (`entities.clients.update`) as the service does, and waits for what
    /// becomes of it; returns the statuses that came back, 0 where nobody answered. What fails counts for the expiry.
    pub fn notify(&self, company: &str, kind: &str, ids: &Value, now_s: i64) -> Vec<u16> {
        let kind = format!("{PREFIX}{kind}");
        let wanted = |it: &&Subscription| it.is_verified && it.types.contains(&kind);
        let (told, number) = {
            let mut held = locked(&self.inner);
            held.hooks.numbered += 1;
            let told: Vec<Subscription> = held.hooks.all.iter().filter(wanted).cloned().collect();
            (told, held.hooks.numbered)
        };
        let mut statuses = Vec::new();
        for subscription in told {
            let id = format!("{number}:{:016x}", mix(number, 7));
            let event = Event { id: &id, kind: &kind, company, ids, now_s: Some(now_s) };
            let status = self.deliver(&subscription, &event);
            self.book(&subscription.id, status, now_s);
            statuses.push(status);
        }
        statuses
    }

    fn deliver(&self, subscription: &Subscription, event: &Event<'_>) -> u16 {
        let place = locked(&self.inner).hooks.place(&subscription.sink);
        let mut status = 0;
        for attempt in 0..DELIVERIES {
            std::thread::sleep(if attempt == 0 { Duration::ZERO } else { PAUSE });
            status = place.and_then(|place| hook_wire::deliver(place, &subscription.sink, event)).unwrap_or(0);
            if !matches!(status, 0 | 500..=599) {
                break;
            }
        }
        status
    }

    /// What came of a delivery: a success makes everything well, a 410 ends the subscription, and so does a failure so long
    /// after the first one.
    fn book(&self, id: &str, status: u16, now_s: i64) {
        let mut held = locked(&self.inner);
        let Ok(subscription) = held.hooks.find(id) else { return };
        let is_over = match status {
            200 | 201 | 202 | 204 | 102 => {
                subscription.first_error_s = None;
                false
            }
            410 => true,
            _ => now_s - *subscription.first_error_s.get_or_insert(now_s) > EXPIRY_S,
        };
        if is_over {
            held.hooks.all.retain(|it| it.id != id);
        }
    }
}

fn data(call: &Call) -> Result<Value, Refused> {
    let body: Option<Value> = serde_json::from_slice(&call.body).ok();
    let data = body.and_then(|body| body.get("data").filter(|data| data.is_object()).cloned());
    data.ok_or_else(|| (422, "data", "The data field is required.".to_owned()))
}

fn sink(data: &Value) -> Result<Option<String>, Refused> {
    match data.get("sink").filter(|sink| !sink.is_null()) {
        None => Ok(None),
        Some(Value::String(sink)) if sink.starts_with("https://") => Ok(Some(sink.clone())),
        Some(_) => Err((422, "sink", "The sink must be an https url.".to_owned())),
    }
}

/// Returns the types that one stands for.
fn expanded(kind: &str) -> Vec<String> {
    let all = || TYPES.lines().filter(|line| !line.contains(".all."));
    let Some((group, act)) = kind.split_once(".all.") else {
        return all().filter(|it| *it == kind).map(str::to_owned).collect();
    };
    if !TYPES.lines().any(|line| line == kind) {
        return Vec::new();
    }
    let is_of = |it: &&str| it.starts_with(&format!("{group}.")) && it.ends_with(&format!(".{act}"));
    // The documented expansion of this one leaves these out.
    let is_left_out = |it: &&str| act == "email_sent" && it.contains(".supplier_orders.");
    all().filter(is_of).filter(|it| !is_left_out(it)).map(str::to_owned).collect()
}

/// Returns the read scopes that a type needs.
fn scopes(kind: &str) -> Vec<String> {
    let bare = kind.strip_prefix(PREFIX).unwrap_or_default();
    let segments: Vec<&str> = bare.split('.').collect();
    match segments.as_slice() {
        ["entities", which, _] => vec![format!("entity.{which}:r")],
        ["issued_documents", "e_invoices", _] => {
            vec!["issued_documents.invoices:r".to_owned(), "issued_documents.credit_notes:r".to_owned()]
        }
        ["issued_documents", which, _] if which.starts_with("self_") => {
            vec!["issued_documents.self_invoices:r".to_owned()]
        }
        ["issued_documents", which, _] => vec![format!("issued_documents.{which}:r")],
        ["products", "stock_update"] => vec!["products:r".to_owned(), "stock:r".to_owned()],
        ["archive_documents", _] => vec!["archive:r".to_owned()],
        [first, ..] => vec![format!("{first}:r")],
        [] => Vec::new(),
    }
}
