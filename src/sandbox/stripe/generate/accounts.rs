//! Accounts as objects: a platform's connected ones, and the platform itself.

use serde_json::{Value, json};

use super::Gen;
use super::kinds::Kind;
use super::template::{Fields, list_text};
use crate::sandbox::random::mix_text;
use crate::sandbox::stripe::facts::sample;
use crate::sandbox::stripe::text::quoted;

/// Where connected accounts are, and what they count in.
const HOMES: &[(&str, &str)] = &[("IT", "eur"), ("US", "usd"), ("JP", "jpy")];
/// Where platforms are: nowhere that a connected account is.
const PLATFORM_HOME: (&str, &str) = ("IE", "eur");
/// What connected accounts are called, each with its number behind.
const TRADES: &[&str] =
    &["Bakery", "Studio", "Garden", "Workshop", "Press", "Records", "Cycles", "Clinic", "Kitchen", "Yard"];
/// Of so many connected accounts one is not yet allowed to charge: this one.
const UNREADY: (u32, u32) = (29, 23);
/// The second connected account has more bank accounts than an account shows inline.
const MANY_BANKS: (u32, u32) = (1, 12);
/// A platform is so much older than the clock's start, at least: older than all that it has.
const PLATFORM_AGE_S: i64 = 7 * 365 * 86_400;
/// And some days more.
const PLATFORM_AGE_SPREAD_DAYS: u64 = 300;

/// A connected account with bank accounts.
pub(super) fn account(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    let id = g.id(kind, n);
    let (country, currency) = HOMES[n as usize % HOMES.len()];
    let trade = TRADES[g.bits(kind, n, 1) as usize % TRADES.len()];
    let is_ready = n % UNREADY.0 != UNREADY.1;
    f.raw("/created", g.created(kind, n));
    f.text("/email", &format!("connected{n}@example.com"));
    f.text("/business_profile/name", &format!("{trade} {n}"));
    f.text("/country", country);
    f.text("/default_currency", currency);
    f.raw("/charges_enabled", is_ready);
    f.raw("/details_submitted", true);
    f.raw("/payouts_enabled", is_ready);
    f.raw("/metadata", format!("{{\n        \"company_id\": {}\n      }}", quoted(&n.to_string())));
    let code = id.trim_start_matches("acct_");
    let one = |k: u32| {
        let mut f = Fields::new();
        f.text("/id", &format!("ba_{code}{k:03}"));
        f.text("/account", &id);
        f.raw("/customer", "null");
        f.text("/last4", &format!("{k:04}"));
        g.nested(Kind::BankAccount, &f)
    };
    let banks = if n == MANY_BANKS.0 { MANY_BANKS.1 } else { 1 };
    let all: Vec<String> = (0..banks).rev().map(one).collect();
    f.raw("/external_accounts", list_text(&all, false, &format!("/v1/accounts/{id}/external_accounts")));
}

/// A platform's own account, which no list shows.
pub(in super::super) fn own_account(g: &Gen) -> Value {
    let mut account = sample("account").clone();
    let name = g.account_id.trim_start_matches("acct_1").trim_start_matches("acct_");
    let days = mix_text(0, &g.account_id) % PLATFORM_AGE_SPREAD_DAYS;
    account["id"] = json!(g.account_id);
    account["business_profile"]["name"] = json!(name);
    account["email"] = json!(format!("{}@example.com", name.to_ascii_lowercase()));
    account["country"] = json!(PLATFORM_HOME.0);
    account["default_currency"] = json!(PLATFORM_HOME.1);
    account["created"] = json!(g.end_s - PLATFORM_AGE_S - days as i64 * 86_400);
    for ready in ["charges_enabled", "details_submitted", "payouts_enabled"] {
        account[ready] = json!(true);
    }
    account["external_accounts"]["url"] = json!(format!("/v1/accounts/{}/external_accounts", g.account_id));
    account
}
