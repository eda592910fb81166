//! What holds for webhooks: who signs them, how often a failed one is tried again, how long a sender waits. Pure.

use std::ops::RangeInclusive;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::access::check_signing_secret;
use super::layers::label;
use super::{Error, Secret, Settings, Source, Sourced};

/// More retries than these would go on for days.
const RETRIES: RangeInclusive<u32> = 0..=10;
/// What the first delay may be.
const DELAY: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3600);
/// What a sender may wait: Stripe itself gives up after some tens of seconds.
const ANSWER: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(60);
/// Fewer days of events are never kept: what the services may send again has to be known.
pub const KEEP_DAYS_MIN: u32 = 31;
/// What is shorter can be tried out.
const TOKEN_CHARS_MIN: usize = 16;
/// An account has sixteen endpoints: these are told apart by far less.
const FINGERPRINT_BYTES: usize = 8;
/// Ten years.
const KEEP_DAYS_MAX: u32 = 3650;
/// Units of a duration and their seconds.
const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];

/// A signing secret as the config file has it under an account.
#[derive(Debug, Clone)]
pub struct AccountSecret {
    /// `acct_…`.
    pub account: String,
    /// `whsec_…`.
    pub secret: Secret,
    /// Who said it.
    pub source: Source,
}

/// A signing secret that can be used.
#[derive(Debug, Clone)]
pub struct WebhookSecret {
    /// `whsec_…`.
    pub secret: Secret,
    /// The account whose events it signs, where the settings say.
    pub owner: Option<String>,
}

/// How often a failed event is tried again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retrying {
    /// So often.
    pub times: u32,
    /// After this time first; each further time after twice as long.
    pub first_delay: Duration,
}

impl Settings {
    /// Returns the signing secrets of Stripe's webhooks: several while one is rolled, or for several endpoints. Those that
    /// name their account come first. None where nobody says any.
    ///
    /// # Errors
    /// When one of them cannot be a signing secret, or is said to be two accounts'.
    pub fn webhook_secrets(&self) -> Result<Vec<WebhookSecret>, Error> {
        let mut known: Vec<WebhookSecret> = Vec::new();
        for AccountSecret { account, secret, source } in &self.account_secrets {
            let setting = format!("accounts.{account}.webhook_secrets");
            let wrong = |why| Error::Credential { setting, why, place: source.clone() };
            if !is_account(account) {
                return Err(wrong("is of no account of Stripe: those are named acct_…"));
            }
            if let Err(why) = check_signing_secret(secret.expose()) {
                return Err(wrong(why));
            }
            match known.iter().find(|it| it.secret.expose() == secret.expose()) {
                Some(it) if it.owner.as_ref() != Some(account) => {
                    return Err(wrong("has a secret that is another account's, too: each endpoint has its own"));
                }
                Some(_) => {}
                None => known.push(WebhookSecret { secret: secret.clone(), owner: Some(account.clone()) }),
            }
        }
        let Some(said) = &self.webhook_secret else { return Ok(known) };
        for part in said.value.expose().split(',').map(str::trim) {
            check_signing_secret(part).map_err(|why| Error::Credential {
                setting: label("webhook_secret", &said.source),
                why,
                place: said.source.clone(),
            })?;
            if known.iter().all(|it| it.secret.expose() != part) {
                known.push(WebhookSecret { secret: Secret::new(part), owner: None });
            }
        }
        Ok(known)
    }

    /// Returns how often failed events are tried again.
    ///
    /// # Errors
    /// When a setting says what cannot be.
    pub fn retrying(&self) -> Result<Retrying, Error> {
        let times = self.max_retries.value.parse().ok().filter(|times| RETRIES.contains(times));
        let times = times.ok_or_else(|| wrong("max_retries", &self.max_retries, "must be a number from 0 to 10"))?;
        let first_delay = time("retry_delay", &self.retry_delay, DELAY, "must be a time from 1s to 1h, such as 30s")?;
        Ok(Retrying { times, first_delay })
    }

    /// Returns what somebody has to show who wants a sync from the admin port; none where nobody may.
    ///
    /// # Errors
    /// When it is so short that it could be guessed, or no header can hold it.
    pub fn admin_token(&self) -> Result<Option<Secret>, Error> {
        let Some(said) = &self.admin_token else { return Ok(None) };
        let text = said.value.expose();
        let why = match text {
            text if !text.bytes().all(|b| b.is_ascii_graphic()) => "has characters that no header can hold",
            text if text.len() < TOKEN_CHARS_MIN => "is too short: give 16 characters or more that nobody can guess",
            _ => return Ok(Some(said.value.clone())),
        };
        Err(Error::Value { setting: label("admin_token", &said.source), why, place: said.source.clone() })
    }

    /// Returns for how many days a receiver keeps events; none where it keeps them for good.
    ///
    /// # Errors
    /// When the setting says what cannot be.
    pub fn keep_days(&self) -> Result<Option<u32>, Error> {
        let Some(said) = &self.keep_days else { return Ok(None) };
        let days = said.value.parse().ok().filter(|days| (KEEP_DAYS_MIN..=KEEP_DAYS_MAX).contains(days));
        days.map(Some).ok_or_else(|| wrong("keep_days", said, "must be a number of days from 31 to 3650"))
    }

    /// Returns how long a sender of events waits for the answer to one, before it is told to come again.
    ///
    /// # Errors
    /// When the setting says what cannot be.
    pub fn answer_timeout(&self) -> Result<Duration, Error> {
        time("answer_timeout", &self.answer_timeout, ANSWER, "must be a time from 1s to 60s, such as 25s")
    }
}

/// Returns what tells a signing secret from others and says nothing of it. Stripe names no secret but when it is made: by
/// this the one of an endpoint is found again.
pub fn fingerprint(secret: &str) -> String {
    let digest = Sha256::digest(secret.as_bytes());
    let hex: String = digest.iter().take(FINGERPRINT_BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn is_account(name: &str) -> bool {
    let id = name.strip_prefix("acct_").unwrap_or_default();
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

pub(super) fn wrong(name: &'static str, said: &Sourced<String>, why: &'static str) -> Error {
    Error::Value { setting: label(name, &said.source), why, place: said.source.clone() }
}

/// Reads a time; a number alone is seconds.
pub(super) fn time(
    name: &'static str,
    said: &Sourced<String>,
    range: RangeInclusive<Duration>,
    why: &'static str,
) -> Result<Duration, Error> {
    let seconds = said.value.parse().ok().map(Duration::from_secs);
    seconds.or_else(|| duration(&said.value)).filter(|it| range.contains(it)).ok_or_else(|| wrong(name, said, why))
}

/// Reads a time such as `90s`, `15m`, `2h`, `1h30m`, `1d`; none is 0.
pub fn duration(text: &str) -> Option<Duration> {
    let mut total_s = 0_u64;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let (_, unit_s) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total_s = total_s.checked_add(number.checked_mul(*unit_s)?)?;
        rest = &rest[digits + unit.len_utf8()..];
    }
    (total_s > 0).then(|| Duration::from_secs(total_s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layer, Layers, resolve};

    fn settings(pairs: &[(&'static str, &str)], accounts: &[(&str, &str)]) -> Settings {
        let source = || Source::File("config.toml".into());
        let file = pairs.iter().fold(Layer::default(), |layer, (name, value)| layer.with(name, *value, source()));
        let secret = |(account, secret): &(&str, &str)| AccountSecret {
            account: (*account).to_owned(),
            secret: Secret::new(*secret),
            source: source(),
        };
        let account_secrets = accounts.iter().map(secret).collect();
        resolve(&Layers { file, account_secrets, ..Layers::default() }).expect("nothing is blank")
    }

    #[test]
    fn retries_and_times_have_bounds_that_are_told() {
        let seconds = Duration::from_secs;
        let usual = settings(&[], &[]);
        assert_eq!(usual.retrying().expect("fine"), Retrying { times: 3, first_delay: seconds(30) });
        assert_eq!(usual.answer_timeout().expect("fine"), seconds(25));
        for (delay, wanted) in [("1", Some(1)), ("2m", Some(120)), ("1h", Some(3600)), ("0", None), ("61m", None)] {
            let retrying = settings(&[("max_retries", "10"), ("retry_delay", delay)], &[]).retrying();
            assert_eq!(retrying.ok().map(|it| it.first_delay), wanted.map(seconds), "{delay}");
        }
        for bad in ["11", "-1", "three", "1.5"] {
            let error = settings(&[("max_retries", bad)], &[]).retrying().expect_err(bad).to_string();
            assert_eq!(error, "webhooks.max_retries must be a number from 0 to 10 (from config.toml)");
        }
        let error = settings(&[("answer_timeout", "2m")], &[]).answer_timeout().expect_err("too long").to_string();
        assert!(error.starts_with("webhooks.timeout must be a time from 1s to 60s"), "{error}");
    }

    #[test]
    fn a_token_and_days_that_cannot_be_are_refused_without_the_tokens_text() {
        for (token, is_fine) in [("0123456789abcdef", true), ("0123456789abcde", false), ("0123456789 abcdef", false)] {
            let read = settings(&[("admin_token", token)], &[]).admin_token();
            assert_eq!(read.is_ok(), is_fine, "{token}");
            assert!(read.err().is_none_or(|error| !error.to_string().contains("0123")));
        }
        assert!(settings(&[], &[]).admin_token().expect("fine").is_none());
        for (days, wanted) in [("31", Some(31)), ("3650", Some(3650)), ("30", None), ("3651", None), ("90d", None)] {
            let read = settings(&[("keep_days", days)], &[]).keep_days();
            assert_eq!(read.ok().flatten(), wanted, "{days}");
        }
    }

    #[test]
    fn secrets_that_name_their_account_come_first_and_once() {
        const ONE: &str = "whsec_theFirstSecretOfThem";
        const TWO: &str = "whsec_theSecondSecretOfThem";
        let both = settings(&[("webhook_secret", &format!("{TWO}, {ONE}"))], &[("acct_1", ONE), ("acct_1", ONE)]);
        let known = both.webhook_secrets().expect("fine");
        let known: Vec<_> = known.iter().map(|it| (it.secret.expose(), it.owner.as_deref())).collect();
        assert_eq!(known, [(ONE, Some("acct_1")), (TWO, None)]);
        for (accounts, part) in [
            (&[("acct_1", ONE), ("acct_2", ONE)][..], "another account's"),
            (&[("shop", ONE)], "acct_…"),
            (&[("acct_", ONE)], "acct_…"),
            (&[("acct_1", "sk_live_MARKERxxxxxxxxx")], "API key"),
            (&[("acct_1", "")], "blank"),
        ] {
            let error = settings(&[], accounts).webhook_secrets().expect_err(part).to_string();
            assert!(error.contains(part) && !error.contains("MARKER") && !error.contains(ONE), "{error}");
        }
    }
}
