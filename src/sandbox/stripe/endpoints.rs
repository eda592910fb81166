//! Webhook endpoints: made, changed and taken away by requests. The secret is said once, when one is made.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::check::Refusal;
use super::facts::Facts;
use super::generate::Kind;
use super::text::canonical;
use super::worlds::{Door, Shelved, World, read};
use super::{Stripe, no_access};
use crate::sandbox::random::{mix, mix_text};
use crate::sandbox::server::pairs;
use crate::sandbox::service::{Call, Reply};

const LIST: &str = "/v1/webhook_endpoints";
/// So many has an account.
const MOST: usize = 16;
/// Characters of a description, and of a key of idempotency.
const DESCRIPTION_MAX: usize = 5_000;
const KEY_MAX: usize = 255;
/// Answers kept by key; a sandbox that is asked more often has forgotten the first.
const KEPT_MAX: usize = 10_000;

/// What was answered to POSTs, by their keys.
#[derive(Debug, Default)]
pub(super) struct Desk {
    kept: Mutex<HashMap<String, Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    asked: (String, Vec<u8>),
    reply: Reply,
}

/// Whose endpoints they are.
struct Office<'a> {
    world: &'a World,
    door: &'a Door,
    book: Shelved,
    seed: u64,
}

/// Answers what is no reading of an endpoint; nothing for any other call.
pub(super) fn answer(stripe: &Stripe, door: &Door, call: &Call, now_s: i64) -> Option<Result<Reply, Refusal>> {
    let rest = call.path.strip_prefix(LIST)?;
    let id = match rest.strip_prefix('/') {
        None if rest.is_empty() => None,
        Some(id) if !id.contains('/') => Some(id),
        _ => return None,
    };
    let office = || {
        let world = &stripe.core.worlds[door.world];
        let account = call.header("stripe-account").unwrap_or(&door.account_id);
        let may = account == door.account_id || door.account_id == world.account_id;
        let book = may.then(|| world.book(account)).flatten().ok_or_else(|| no_access(&door.key.text, account))?;
        let office = Office { world, door, book, seed: stripe.core.setup.seed };
        office.permitted().map(|()| office)
    };
    match (call.method.as_str(), id) {
        ("POST", _) => Some(once(&stripe.core.desk, door, call, || match id {
            None => office()?.create(call, now_s),
            Some(id) => office()?.update(call, id),
        })),
        ("DELETE", Some(id)) => Some(office().and_then(|office| office.delete(id))),
        _ => None,
    }
}

/// Does what is asked under a key once, and gives the same answer to whoever asks again with it.
fn once(desk: &Desk, door: &Door, call: &Call, act: impl FnOnce() -> Result<Reply, Refusal>) -> Result<Reply, Refusal> {
    let Some(key) = call.header("idempotency-key") else { return act() };
    if key.len() > KEY_MAX {
        return Err(Refusal::new(400, "", "Idempotency keys can be at most 255 characters."));
    }
    let asked = (call.path.clone(), call.body.clone());
    let mut kept = desk.kept.lock().unwrap_or_else(PoisonError::into_inner);
    let key = format!("{} {} {key}", door.world, door.account_id);
    if let Some(known) = kept.get(&key) {
        if known.asked != asked {
            let text =
                "Keys for idempotent requests can only be used with the same parameters they were first used with.";
            return Err(Refusal::new(400, "idempotency_key_in_use", text));
        }
        let mut reply = known.reply.clone();
        reply.headers.push(("Idempotent-Replayed".into(), "true".into()));
        return Ok(reply);
    }
    let reply = act()?;
    if kept.len() < KEPT_MAX {
        kept.insert(key, Kept { asked, reply: reply.clone() });
    }
    Ok(reply)
}

impl Office<'_> {
    fn permitted(&self) -> Result<(), Refusal> {
        if self.door.key.denied.iter().any(|object| object == "webhook_endpoint") {
            let account = &self.door.account_id;
            let text = format!(
                "The provided key 'rk_****' does not have the required permissions for this endpoint on account '{account}'. \
                 Having the 'rak_webhook_write' permission would allow this request to continue."
            );
            return Err(Refusal::new(403, "", text));
        }
        Ok(())
    }

    fn create(&self, call: &Call, now_s: i64) -> Result<Reply, Refusal> {
        let form = Form::read(call, &["url", "enabled_events", "api_version", "connect", "description", "metadata"])?;
        let url = form.one("url").ok_or_else(|| missing("url"))?;
        self.check_url(url)?;
        if form.events.is_empty() {
            return Err(missing("enabled_events"));
        }
        let connect = match form.one("connect") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(invalid("connect", "Invalid boolean: connect")),
        };
        let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
        let all = book.walk(Kind::WebhookEndpoint, (i64::MIN, i64::MAX), None, true);
        let alive = all.filter(|place| book.at(Kind::WebhookEndpoint, *place).is_some()).count();
        if alive >= MOST {
            let text = format!("You have reached the maximum of {MOST} test webhook endpoints.");
            return Err(Refusal::new(400, "", text));
        }
        let id = format!("we_1N{:013}", book.next_number());
        // That it is for connected accounts it does not say.
        let mut endpoint = json!({
            "id": id, "object": "webhook_endpoint", "api_version": form.one("api_version"), "application": null,
            "created": now_s, "description": form.one("description"), "enabled_events": form.events,
            "livemode": self.world.livemode, "metadata": form.metadata, "status": "enabled", "url": url,
        });
        book.add(Kind::WebhookEndpoint, &id, now_s, canonical(&endpoint).into());
        let secret = mix(mix_text(self.seed, &id), u64::from(connect));
        endpoint["secret"] = json!(format!("whsec_{secret:016x}{:016x}", mix(secret, 2)));
        Ok(reply(&endpoint))
    }

    fn update(&self, call: &Call, id: &str) -> Result<Reply, Refusal> {
        // Version and accounts are fixed when it is made: the parameters are not known here.
        let form = Form::read(call, &["url", "enabled_events", "disabled", "description", "metadata"])?;
        let text = read(&self.book).get(Kind::WebhookEndpoint, id).ok_or_else(|| unknown(id))?;
        let mut endpoint: Value = serde_json::from_str(&text).map_err(|_| unknown(id))?;
        if let Some(url) = form.one("url") {
            self.check_url(url)?;
            endpoint["url"] = json!(url);
        }
        if !form.events.is_empty() {
            endpoint["enabled_events"] = json!(form.events);
        }
        match form.one("disabled") {
            None => {}
            Some(word @ ("true" | "false")) => {
                endpoint["status"] = json!(if word == "true" { "disabled" } else { "enabled" });
            }
            Some(_) => return Err(invalid("disabled", "Invalid boolean: disabled")),
        }
        if let Some(description) = form.one("description") {
            endpoint["description"] = if description.is_empty() { Value::Null } else { json!(description) };
        }
        for (name, value) in &form.metadata {
            endpoint["metadata"][name.as_str()] = json!(value);
        }
        let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
        if !book.change(Kind::WebhookEndpoint, id, canonical(&endpoint).into()) {
            return Err(unknown(id));
        }
        Ok(reply(&endpoint))
    }

    fn delete(&self, id: &str) -> Result<Reply, Refusal> {
        let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
        book.delete(Kind::WebhookEndpoint, id).ok_or_else(|| unknown(id))?;
        Ok(reply(&json!({"id": id, "object": "webhook_endpoint", "deleted": true})))
    }

    /// Real events go over https alone.
    fn check_url(&self, url: &str) -> Result<(), Refusal> {
        let is_https = url.starts_with("https://") && url.len() > "https://".len();
        let is_http = url.starts_with("http://") && url.len() > "http://".len();
        match (is_https, is_http && !self.world.livemode) {
            (false, false) if is_http => Err(invalid("url", "Invalid URL: Webhook URLs must be HTTPS in live mode.")),
            (false, false) => Err(invalid("url", "Invalid URL: An explicit scheme (such as https) must be provided.")),
            _ => Ok(()),
        }
    }
}

fn unknown(id: &str) -> Refusal {
    Refusal::missing("webhook_endpoint", id, 404, "webhook_endpoint")
}

/// A form's values, as far as they are allowed.
struct Form {
    single: BTreeMap<String, String>,
    events: Vec<String>,
    metadata: BTreeMap<String, String>,
}

impl Form {
    fn read(call: &Call, known: &[&str]) -> Result<Form, Refusal> {
        let mut form = Form { single: BTreeMap::new(), events: Vec::new(), metadata: BTreeMap::new() };
        for (full, value) in pairs(&String::from_utf8_lossy(&call.body)) {
            let (name, key) = full.split_once('[').map_or((full.as_str(), None), |(n, k)| (n, k.strip_suffix(']')));
            match (name, key) {
                (name, _) if !known.contains(&name) => {
                    let text = format!("Received unknown parameter: {full}");
                    return Err(Refusal { status: 400, code: "parameter_unknown", param: Some(full), message: text });
                }
                ("enabled_events", Some(_)) => {
                    if value != "*" && !Facts::get().events.iter().any(|(kind, _)| *kind == value) {
                        let text = format!("Invalid enabled_events: '{value}' is no event type");
                        return Err(invalid("enabled_events", &text));
                    }
                    form.events.push(value);
                }
                ("metadata", Some(key)) => drop(form.metadata.insert(key.to_owned(), value)),
                (name, None) if name != "enabled_events" => drop(form.single.insert(name.to_owned(), value)),
                _ => return Err(invalid(name, &format!("Invalid {name}"))),
            }
        }
        if form.one("description").is_some_and(|text| text.len() > DESCRIPTION_MAX) {
            return Err(invalid("description", "Invalid string: description is too long"));
        }
        Ok(form)
    }

    fn one(&self, name: &str) -> Option<&str> {
        self.single.get(name).map(String::as_str)
    }
}

fn missing(param: &str) -> Refusal {
    let message = format!("Missing required param: {param}.");
    Refusal { status: 400, code: "parameter_missing", param: Some(param.to_owned()), message }
}

fn invalid(param: &str, message: &str) -> Refusal {
    Refusal { status: 400, code: "", param: Some(param.to_owned()), message: message.to_owned() }
}

fn reply(value: &Value) -> Reply {
    let body = serde_json::to_string_pretty(value).unwrap_or_default();
    Reply { status: 200, headers: Vec::new(), body: body.into_bytes() }
}
