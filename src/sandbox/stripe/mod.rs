//! The look-alike of Stripe: keys, accounts, answers.

mod book;
mod check;
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

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

pub use generate::Sizes;
pub use life::{Change, TruthObject};

use super::clock::SandboxClock;
use super::service::{Call, Reply, Service};
use book::Book;
use check::{Refusal, check};
use facts::{Facts, Matched};
use generate::{Gen, Kind};
use list::page;
use text::{PAGE, shift};

/// A key that the sandbox accepts.
#[derive(Debug, Clone)]
pub struct Key {
    /// The key itself: `sk_test_…`, `rk_test_…`.
    pub text: String,
    /// For a restricted key: objects that it may not read (`refund`, `issuing.card`).
    pub denied: Vec<String>,
}

/// What a Stripe look-alike is made from.
#[derive(Debug, Clone)]
pub(super) struct Setup {
    pub(super) seed: u64,
    pub(super) sizes: Sizes,
    pub(super) livemode: bool,
    pub(super) start_s: i64,
    pub(super) keys: Vec<Key>,
    pub(super) missing_products: Vec<String>,
    pub(super) event_version: String,
}

/// The look-alike.
pub struct Stripe {
    setup: Setup,
    account_id: String,
    books: RwLock<BTreeMap<String, Book>>,
    event_version: RwLock<String>,
    clock: Arc<SandboxClock>,
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
/// Connected accounts are this much smaller than the platform.
const CONNECTED_SHARE: u32 = 10;

impl Stripe {
    pub(super) fn new(setup: Setup, clock: Arc<SandboxClock>) -> Stripe {
        let account_id = "acct_1SandboxPlatform".to_owned();
        let own = Gen::new(setup.seed, &account_id, setup.livemode, true, setup.start_s, &setup.sizes);
        let mut books = BTreeMap::new();
        for n in 0..own.count(Kind::Account) {
            let id = own.id(Kind::Account, n);
            let sizes = Sizes::customers(setup.sizes.customers.min(1000) / CONNECTED_SHARE + 3);
            let seed = setup.seed.wrapping_add(u64::from(n) + 1);
            let made = Gen::new(seed, &id, setup.livemode, false, setup.start_s, &sizes);
            books.insert(id, Book::new(made));
        }
        books.insert(account_id.clone(), Book::new(own));
        let event_version = RwLock::new(setup.event_version.clone());
        let stripe = Stripe { setup, account_id, books: RwLock::new(books), event_version, clock };
        stripe.seed_events();
        stripe
    }

    /// Returns the platform's own account id.
    pub fn account_id(&self) -> &str {
        &self.account_id
    }

    /// Returns the ids of the connected accounts.
    pub fn connected_ids(&self) -> Vec<String> {
        self.books().keys().filter(|id| **id != self.account_id).cloned().collect()
    }

    fn books(&self) -> RwLockReadGuard<'_, BTreeMap<String, Book>> {
        self.books.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, call: &Call) -> Result<&Key, Refusal> {
        let wrong = |message: &str| Refusal::new(401, "", message);
        let header = call.header("authorization").unwrap_or("");
        let given = match header.split_once(' ') {
            Some(("Bearer", key)) => key.trim().to_owned(),
            Some(("Basic", coded)) => basic_user(coded.trim()),
            _ => return Err(wrong("You did not provide an API key.")),
        };
        let known = self.setup.keys.iter().find(|k| k.text == given);
        known.ok_or_else(|| wrong("Invalid API Key provided: ****"))
    }

    fn respond(&self, call: &Call, now_s: i64) -> Result<Reply, Refusal> {
        let key = self.key(call)?;
        let unknown = || Refusal::new(404, "", format!("Unrecognized request URL ({}: {}).", call.method, call.path));
        if call.method != "GET" {
            return Err(Refusal::new(405, "", "This sandbox is read-only."));
        }
        let matched = Facts::get().find(&call.path).ok_or_else(unknown)?;
        self.permit(key, call, &matched)?;
        let books = self.books();
        let account = call.header("stripe-account").unwrap_or(&self.account_id);
        let revoked = || {
            Refusal::new(
                403,
                "account_invalid",
                format!("The provided key does not have access to account '{account}'"),
            )
        };
        let book = books.get(account).ok_or_else(revoked)?;
        let asked = check(call, &matched)?;
        let version = call.header("stripe-version").unwrap_or(old::OLD);
        let body = match matched.is_list {
            true => {
                let page = page(book, &matched, &asked, now_s)?;
                let data: Vec<String> = page.data.into_iter().map(|t| aged(t, version)).collect();
                envelope(&data, page.has_more, &call.path)
            }
            false => {
                let text = self.single(book, &matched, &asked.expand)?;
                shift(&aged(text, version), PAGE, 0).into_owned()
            }
        };
        Ok(Reply { status: 200, headers: vec![("Stripe-Version".into(), version.to_owned())], body: body.into_bytes() })
    }

    fn permit(&self, key: &Key, call: &Call, matched: &Matched<'_>) -> Result<(), Refusal> {
        if let Some(object) = matched.path.objects.iter().find(|o| key.denied.contains(o)) {
            let name = format!("rak_{}_read", object.replace('.', "_"));
            let message = format!(
                "The provided key 'rk_****' does not have the required permissions for this endpoint on account '{}'. Having the \
                 '{name}' permission would allow this request to continue.",
                self.account_id
            );
            return Err(Refusal::new(403, "", message));
        }
        let product = call.path.split('/').nth(2).unwrap_or("");
        if self.setup.missing_products.iter().any(|p| p == product) {
            let row = PRODUCT_REFUSALS.iter().find(|(name, ..)| *name == product);
            let (status, message) = row.map_or((400, "Your account is not set up for this product."), |r| (r.1, r.2));
            return Err(Refusal::new(status, "", message));
        }
        Ok(())
    }

    fn single(&self, book: &Book, matched: &Matched<'_>, expand: &[String]) -> Result<String, Refusal> {
        let expand: Vec<&str> = expand.iter().map(String::as_str).collect();
        let Some(id) = matched.held.last() else { return self.own_single(book, matched) };
        let object = matched.path.objects.first().map_or("object", String::as_str);
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

    /// Objects of which there is one: the account, its balance, its settings.
    fn own_single(&self, book: &Book, matched: &Matched<'_>) -> Result<String, Refusal> {
        let object = matched.path.objects.first().map_or("", String::as_str);
        let mut value = facts::sample(object).clone();
        if object == "account" {
            value["id"] = book.made.account_id.clone().into();
        }
        if value.get("livemode").is_some() {
            value["livemode"] = book.made.livemode.into();
        }
        Ok(text::canonical(&value))
    }
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
