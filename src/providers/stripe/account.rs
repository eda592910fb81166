//! An account's own object, and what events say of the account itself.

use serde::Deserialize;

use crate::model::wire::Unreadable;

/// What is read of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// `acct_…`.
    pub id: String,
    /// Its name, for people: that of the business, else the address of its owner.
    pub name: Option<String>,
    /// Two letters.
    pub country: Option<String>,
    /// Unix seconds.
    pub created_s: Option<i64>,
}

#[derive(Deserialize)]
struct Wire {
    id: String,
    #[serde(default)]
    country: Option<String>,
    #[serde(default)]
    created: Option<i64>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    business_profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    #[serde(default)]
    name: Option<String>,
}

/// Reads an account's object.
///
/// # Errors
/// When it is none.
pub fn read(json: &str) -> Result<Account, Unreadable> {
    let wire: Wire = serde_json::from_str(json).map_err(|error| Unreadable(format!("no account: {error}")))?;
    Ok(Account {
        id: wire.id,
        name: wire.business_profile.and_then(|profile| profile.name).or(wire.email),
        country: wire.country,
        created_s: wire.created,
    })
}

/// What an event says of an account itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountEffect {
    /// Its object is in it: name and country are these.
    Describes,
    /// The platform may read it no more.
    Revokes,
    /// The platform may read it.
    Grants,
}

/// The types of events that say something of an account itself (Stripe's list of event types; Connect's documentation says
/// of the second that the account is gone for the platform).
const EFFECTS: [(&str, AccountEffect); 3] = [
    ("account.updated", AccountEffect::Describes),
    ("account.application.deauthorized", AccountEffect::Revokes),
    ("account.application.authorized", AccountEffect::Grants),
];

/// Returns what events of a type say of an account itself.
pub fn effect(kind: &str) -> Option<AccountEffect> {
    EFFECTS.iter().find(|(name, _)| *name == kind).map(|(_, effect)| *effect)
}

/// Returns whether events of a type say who may read an account. Their object is the platform's application, which has no
/// table: what they concern is the account that they name.
pub fn is_of_access(kind: &str) -> bool {
    matches!(effect(kind), Some(AccountEffect::Revokes | AccountEffect::Grants))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_business_has_its_name_and_a_person_an_address() {
        let read = |rest: &str| read(&format!(r#"{{"id":"acct_1",{rest}"created":5}}"#)).expect("an account");
        let named = read(r#""business_profile":{"name":"Shop"},"email":"a@b.c","country":"IT","#);
        assert_eq!(
            (named.name.as_deref(), named.country.as_deref(), named.created_s),
            (Some("Shop"), Some("IT"), Some(5))
        );
        assert_eq!(read(r#""business_profile":{"name":null},"email":"a@b.c","#).name.as_deref(), Some("a@b.c"));
        assert_eq!(read(r#""business_profile":null,"#).name, None);
        assert!(super::read("{}").is_err());
    }

    #[test]
    fn every_type_that_says_something_of_accounts_exists() {
        let facts = include_str!("../../../testdata/sandbox/stripe-facts.json");
        for (kind, _) in EFFECTS {
            assert!(facts.contains(&format!("\"{kind}\":")), "{kind}");
        }
        assert!(is_of_access("account.application.authorized") && !is_of_access("account.updated"));
        assert_eq!(effect("account.external_account.updated"), None);
    }
}
