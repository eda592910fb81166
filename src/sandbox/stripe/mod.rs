//! The look-alike of Stripe: keys, accounts, answers.

mod book;
mod check;
mod connected;
#[cfg(test)]
mod crowd_tests;
mod endpoints;
mod facts;
mod generate;
mod life;
mod list;
mod old;
mod shape;
#[cfg(test)]
mod tests;
mod text;
pub mod types;
mod worlds;

use std::sync::{Arc, RwLock};

pub use connected::Connected;
pub use generate::Sizes;
pub use life::{Change, TruthObject};
pub use worlds::Platform;

use super::clock::SandboxClock;
use super::faults::Fault;
use super::service::{Call, Reply, Service, Whose};
use super::trouble::Trouble;
use book::Book;
use check::{Refusal, check};
use facts::{Facts, Matched};
use generate::{Kind, Role};
use list::page;
use text::{PAGE, shift};
use worlds::{Door, World, read};

/// A key that the sandbox accepts. Its mode (`sk_live_…`, `rk_test_…`) decides which of an account's data it sees: test and
/// live are two different sets.
#[derive(Debug, Clone, Default)]
pub struct Key {
    /// The key itself: `sk_test_…`, `rk_test_…`.
    pub text: String,
    /// For a restricted key: objects that it may not read (`refund`, `issuing.card`).
    pub denied: Vec<String>,
    /// The account that it opens: one of [`super::Options::platforms`], a connected account, or an account on its own that
    /// nothing else names. None is the sandbox's platform.
    pub account: Option<String>,
}

impl Key {
    /// A key to the sandbox's platform that may read everything.
    pub fn new(text: impl Into<String>) -> Key {
        Key { text: text.into(), ..Key::default() }
    }

    /// Lets it open another account.
    pub fn of(mut self, account: impl Into<String>) -> Key {
        self.account = Some(account.into());
        self
    }
}

/// What a Stripe look-alike is made from.
#[derive(Debug, Clone)]
pub(super) struct Setup {
    pub(super) seed: u64,
    pub(super) sizes: Sizes,
    pub(super) connected: Connected,
    pub(super) platforms: Vec<Platform>,
    pub(super) livemode: bool,
    pub(super) start_s: i64,
    pub(super) keys: Vec<Key>,
    pub(super) missing_products: Vec<String>,
    pub(super) event_version: String,
}

/// The look-alike, as one account in one mode sees it. What is said of "the account" is said of that one, unless an account
/// is named.
pub struct Stripe {
    core: Arc<Core>,
    /// The number of its world.
    world: usize,
    account_id: String,
}

/// What all views share.
struct Core {
    setup: Setup,
    worlds: Vec<World>,
    doors: Vec<Door>,
    event_version: RwLock<String>,
    clock: Arc<SandboxClock>,
    desk: endpoints::Desk,
}

/// How an account is refused that lacks a product: some with 400, some with 403.
const PRODUCT_REFUSALS: &[(&str, u16, &str)] = &[
    (
        "issuing",
        400,
        "Your account is not set up to use Issuing. Please visit https://dashboard.stripe.com/issuing/overview to get started.",
    ),
    ("treasury", 403, "You do not have access to Treasury. Your account is not enabled for this product."),
    ("terminal", 400, "Your account is not set up to use Terminal."),
    ("identity", 403, "Your account cannot currently use Identity."),
    ("climate", 400, "Your account is not set up to use Climate."),
    ("financial_connections", 403, "Your account is not set up to use Financial Connections."),
];
/// Of a key that an answer names so many characters are shown.
const KEY_SHOWN: usize = 4;

impl Stripe {
    pub(super) fn new(setup: Setup, clock: Arc<SandboxClock>) -> Stripe {
        let (worlds, doors) = worlds::open(&setup);
        let event_version = RwLock::new(setup.event_version.clone());
        let (world, account_id) =
            doors.first().map_or((0, worlds[0].account_id.clone()), |d| (d.world, d.account_id.clone()));
        Stripe {
            core: Arc::new(Core { setup, worlds, doors, event_version, clock, desk: endpoints::Desk::default() }),
            world,
            account_id,
        }
    }

    /// Returns the own account's id: the platform's, unless the first key is another account's.
    pub fn account_id(&self) -> &str {
        &self.account_id
    }

    /// Returns the ids of the connected accounts, oldest first.
    pub fn connected_ids(&self) -> Vec<String> {
        let is_platform = self.world().account_id == self.account_id;
        if is_platform { self.world().connected_ids() } else { Vec::new() }
    }

    /// Returns the same service as another key sees it: its account, its mode. None where there is no such key.
    pub fn as_seen_by(&self, key: &str) -> Option<Stripe> {
        let door = self.core.doors.iter().find(|door| door.key.text == key)?;
        Some(Stripe { core: Arc::clone(&self.core), world: door.world, account_id: door.account_id.clone() })
    }

    fn world(&self) -> &World {
        &self.core.worlds[self.world]
    }

    fn door(&self, call: &Call) -> Result<&Door, Refusal> {
        let wrong = |message: &str| Refusal::new(401, "", message);
        let given = given_key(call).ok_or_else(|| wrong("You did not provide an API key."))?;
        let known = self.core.doors.iter().find(|door| door.key.text == given);
        known.ok_or_else(|| wrong("Invalid API Key provided: ****"))
    }

    fn respond(&self, call: &Call, now_s: i64) -> Result<Reply, Refusal> {
        let door = self.door(call)?;
        let unknown = || Refusal::new(404, "", format!("Unrecognized request URL ({}: {}).", call.method, call.path));
        if let Some(answer) = endpoints::answer(self, door, call, now_s) {
            return answer;
        }
        if call.method != "GET" {
            return Err(Refusal::new(405, "", "This sandbox is read-only."));
        }
        let matched = Facts::get().find(&call.path).ok_or_else(unknown)?;
        self.permit(door, call, &matched)?;
        let world = &self.core.worlds[door.world];
        let account = call.header("stripe-account").unwrap_or(&door.account_id);
        // A connected account's own key opens that account alone.
        let may = account == door.account_id || door.account_id == world.account_id;
        let book = may.then(|| world.book(account)).flatten().ok_or_else(|| no_access(&door.key.text, account))?;
        let asked = check(call, &matched)?;
        let version = call.header("stripe-version").unwrap_or(old::OLD);
        let body = match matched.is_list {
            true => {
                let page = page(&read(&book), &matched, &asked, now_s)?;
                let data: Vec<String> = page.data.into_iter().map(|t| aged(t, version)).collect();
                envelope(&data, page.has_more, &call.path)
            }
            false => {
                let text = single(world, account, &read(&book), &matched, &asked.expand)?;
                shift(&aged(text, version), PAGE, 0).into_owned()
            }
        };
        Ok(Reply { status: 200, headers: vec![("Stripe-Version".into(), version.to_owned())], body: body.into_bytes() })
    }

    fn permit(&self, door: &Door, call: &Call, matched: &Matched<'_>) -> Result<(), Refusal> {
        if let Some(object) = matched.path.objects.iter().find(|o| door.key.denied.contains(o)) {
            let name = format!("rak_{}_read", object.replace('.', "_"));
            let message = format!(
                "The provided key 'rk_****' does not have the required permissions for this endpoint on account '{}'. Having the \
                 '{name}' permission would allow this request to continue.",
                door.account_id
            );
            return Err(Refusal::new(403, "", message));
        }
        let product = call.path.split('/').nth(2).unwrap_or("");
        if self.core.setup.missing_products.iter().any(|p| p == product) {
            let row = PRODUCT_REFUSALS.iter().find(|(name, ..)| *name == product);
            let (status, message) = row.map_or((400, "Your account is not set up for this product."), |r| (r.1, r.2));
            return Err(Refusal::new(status, "", message));
        }
        Ok(())
    }
}

/// Refuses an account that does not belong to the key's, or no longer.
fn no_access(key: &str, account: &str) -> Refusal {
    let masked = key.rsplit_once('_').map_or("****".to_owned(), |(prefix, rest)| {
        let last: String = rest.chars().skip(rest.chars().count().saturating_sub(KEY_SHOWN)).collect();
        format!("{prefix}_****{last}")
    });
    let message = format!(
        "The provided key '{masked}' does not have access to account '{account}' (or that account does not exist). \
         Application access may have been revoked."
    );
    Refusal::new(403, "account_invalid", message)
}

fn single(
    world: &World,
    account: &str,
    book: &Book,
    matched: &Matched<'_>,
    expand: &[String],
) -> Result<String, Refusal> {
    let expand: Vec<&str> = expand.iter().map(String::as_str).collect();
    let object = matched.path.objects.first().map_or("object", String::as_str);
    let own = matched.held.last().is_none_or(|id| object == "account" && id == account);
    if own && object == "account" {
        return Ok(own_account(world, account, book, &expand));
    }
    let Some(id) = matched.held.last() else { return Ok(own_single(object, book)) };
    for kind in matched.path.objects.iter().filter_map(|o| Kind::of(o)) {
        if let Some(text) = book.get(kind, id) {
            return Ok(shape::show(book, kind, &text, &expand));
        }
        if kind == Kind::Customer && book.gone(kind, id).is_some() {
            let stub = serde_json::json!({"id": id, "object": "customer", "deleted": true});
            return Ok(text::canonical(&stub));
        }
    }
    Err(Refusal::missing(object, id, 404, "id"))
}

/// The account itself: a connected one as its platform lists it.
fn own_account(world: &World, account: &str, book: &Book, expand: &[&str]) -> String {
    if book.made.role == Role::Connected {
        let platform = world.platform();
        let platform = read(&platform);
        if let Some(text) = platform.get(Kind::Account, account) {
            return shape::show(&platform, Kind::Account, &text, expand);
        }
    }
    text::canonical(&generate::own_account(&book.made))
}

/// Objects of which there is one: the balance, settings.
fn own_single(object: &str, book: &Book) -> String {
    let mut value = facts::sample(object).clone();
    if value.get("livemode").is_some() {
        value["livemode"] = book.made.livemode.into();
    }
    text::canonical(&value)
}

impl Service for Stripe {
    fn answer(&self, call: &Call, now_s: i64) -> Reply {
        let mut reply = self.respond(call, now_s).unwrap_or_else(|refusal| refusal.reply());
        let number = super::random::mix_text(now_s.unsigned_abs(), &call.path);
        reply.headers.push(("Request-Id".into(), format!("req_{number:016x}")));
        reply
    }

    fn endpoint(&self, call: &Call) -> String {
        let path = Facts::get().find(&call.path).map_or(call.path.as_str(), |m| m.path.path.as_str());
        format!("{} {path}", call.method)
    }

    fn whose(&self, call: &Call) -> Whose {
        let asked = call.header("stripe-account").map(str::to_owned);
        let Ok(door) = self.door(call) else {
            return Whose { owner: String::new(), account: asked.unwrap_or_default() };
        };
        let mode = if self.core.worlds[door.world].livemode { "live" } else { "test" };
        let owner = format!("{} {mode}", door.account_id);
        Whose { owner, account: asked.unwrap_or_else(|| door.account_id.clone()) }
    }

    fn refusal(&self, call: &Call, trouble: Trouble) -> Option<Reply> {
        match trouble {
            Trouble::Revoked => {
                let key = given_key(call).unwrap_or_default();
                Some(no_access(&key, &self.whose(call).account).reply())
            }
            Trouble::Fault(Fault::Unauthorized) => {
                Some(Refusal::new(401, "", "Invalid API Key provided: ****").reply())
            }
            _ => None,
        }
    }
}

/// The key that a call brings.
fn given_key(call: &Call) -> Option<String> {
    match call.header("authorization").unwrap_or("").split_once(' ') {
        Some(("Bearer", key)) => Some(key.trim().to_owned()),
        Some(("Basic", coded)) => Some(basic_user(coded.trim())),
        _ => None,
    }
}

/// Renders an object in an old release's shape where one is asked for.
fn aged(text: String, version: &str) -> String {
    if !old::is_old(version) {
        return text;
    }
    let Ok(mut value) = serde_json::from_str(&text) else { return text };
    old::age(&mut value);
    text::canonical(&value)
}

fn envelope(data: &[String], has_more: bool, url: &str) -> String {
    let mut out = String::with_capacity(data.iter().map(|d| d.len() + 8).sum::<usize>() + 200);
    out.push_str("{\n  \"object\": \"list\",\n  \"data\": [");
    for (at, object) in data.iter().enumerate() {
        out.push_str(if at == 0 { "\n    " } else { ",\n    " });
        out.push_str(object);
    }
    out.push_str(if data.is_empty() { "]" } else { "\n  ]" });
    out.push_str(if has_more { ",\n  \"has_more\": true" } else { ",\n  \"has_more\": false" });
    out.push_str(",\n  \"url\": ");
    out.push_str(&text::quoted(url));
    out.push_str("\n}\n");
    out
}

/// The user of a Basic credential (base64 of `key:`).
fn basic_user(coded: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for digit in coded.bytes().filter_map(|b| ALPHABET.iter().position(|a| *a == b)) {
        bits = (bits << 6) | digit as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    String::from_utf8_lossy(&out).split(':').next().unwrap_or("").to_owned()
}
