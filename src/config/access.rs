//! Credentials looked at before they go anywhere. Pure.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use super::layers::label;
use super::webhooks::wrong;
use super::{Error, Secret, Settings, Source, Sourced};

/// Which data set a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Real money.
    Live,
    /// Stripe's test mode.
    Test,
}

impl Mode {
    /// Returns the word used in the file and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Live => "live",
            Mode::Test => "test",
        }
    }
}

/// All that a Stripe client needs.
#[derive(Debug, Clone)]
pub struct StripeAccess {
    /// The key's name; none of the one that has no name.
    pub name: Option<String>,
    /// The secret or restricted key.
    pub key: Secret,
    /// The data set it opens.
    pub mode: Mode,
    /// Requests a second that Stripe permits, where it permits more or less than usual.
    pub per_s: Option<u32>,
    /// Scheme and host, no slash at the end.
    pub base_url: String,
    /// Who said the key.
    pub source: Source,
}

/// All that a Fatture in Cloud client needs.
#[derive(Debug, Clone)]
pub struct FicAccess {
    /// The token's name; none of the one that has no name.
    pub name: Option<String>,
    /// The access token.
    pub token: Secret,
    /// The company chosen, if one was.
    pub company: Option<String>,
    /// Scheme and host, no slash at the end.
    pub base_url: String,
    /// Who said the token.
    pub source: Source,
}

/// What comes along when a line is copied out of a script.
const QUOTES: [char; 3] = ['"', '\'', '`'];
/// Characters of a signing secret behind its beginning; Stripe's have 32 and more. What is shorter can be tried out.
const SIGNING_CHARS_MIN: usize = 16;

/// Stripe raises an account's limit for those who ask.
const PER_S: RangeInclusive<u32> = 1..=10_000;

/// Beginnings of keys that work.
const KEYS: [(&str, Mode); 4] =
    [("sk_live_", Mode::Live), ("rk_live_", Mode::Live), ("sk_test_", Mode::Test), ("rk_test_", Mode::Test)];

/// Beginnings of what is often taken for a key, and why it is none.
const NOT_KEYS: [(&str, &str); 4] = [
    ("pk_", "is a publishable key: it is made for browsers and cannot read an account"),
    ("whsec_", "is a webhook signing secret, not an API key"),
    ("sk_org_", "is an organisation key: a key of the account itself is needed"),
    ("acct_", "is an account's id, not a key"),
];

/// Parts of Stripe's keys and secrets, wherever they stand: what has one goes to nobody else, and is no name.
const LIKE_SECRETS: [&str; 8] = ["sk_live", "sk_test", "sk_org", "rk_live", "rk_test", "pk_live", "pk_test", "whsec_"];
/// No honest name is longer.
const VARIABLE_CHARS_MAX: usize = 200;
/// Letters and digits behind such a part from which on it is none of a word that ends alike, such as `helpdesk_test`.
const TELLING_CHARS_MIN: usize = 16;

/// Returns whether a text is or holds a key or secret of Stripe's.
pub fn is_like_a_secret(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let is_one = |at: usize, part: &str| {
        let begins = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let rest = text[at + part.len()..].trim_start_matches('_').bytes();
        begins || rest.take_while(u8::is_ascii_alphanumeric).count() >= TELLING_CHARS_MIN
    };
    LIKE_SECRETS.iter().any(|part| text.match_indices(part).any(|(at, _)| is_one(at, part)))
}

/// Returns whether a text can be the name of an environment variable, and not what is in it. No key is in capitals.
pub fn is_variable_name(text: &str) -> bool {
    let is_fine = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let begins = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    let is_secret = is_like_a_secret(text) && text.bytes().any(|b| b.is_ascii_lowercase());
    begins && text.bytes().all(is_fine) && text.len() <= VARIABLE_CHARS_MAX && !is_secret
}

impl Settings {
    /// Returns what a Stripe client needs, or nothing where no key was given.
    ///
    /// # Errors
    /// When the key cannot work, or would be sent where it should not go.
    pub fn stripe(&self) -> Result<Option<StripeAccess>, Error> {
        let Some(said) = &self.stripe_key else { return Ok(None) };
        self.stripe_access(&said.value, label("stripe_key", &said.source), &said.source).map(Some)
    }

    /// Checks a key; `setting` is what its place calls it.
    ///
    /// # Errors
    /// As [`Settings::stripe`].
    pub fn stripe_access(&self, key: &Secret, setting: String, source: &Source) -> Result<StripeAccess, Error> {
        let wrong = |why| Error::Credential { setting, why, place: source.clone() };
        let mode = check_text(key.expose()).and_then(|()| mode(key.expose())).map_err(wrong)?;
        let base_url = checked_base("STRIPE_API_BASE", &self.stripe_base, source)?;
        let per_s = self.stripe_per_s.as_ref().map(per_s).transpose()?;
        Ok(StripeAccess { name: None, key: key.clone(), mode, per_s, base_url, source: source.clone() })
    }

    /// Returns what a Fatture in Cloud client needs, or nothing where no token was given.
    ///
    /// # Errors
    /// When the token cannot work, or would be sent where it should not go.
    pub fn fic(&self) -> Result<Option<FicAccess>, Error> {
        let Some(said) = &self.fic_token else { return Ok(None) };
        let company = self.fic_company.as_ref().map(|company| company.value.clone());
        self.fic_access(&said.value, label("fic_token", &said.source), &said.source, company).map(Some)
    }

    /// Checks a token; `setting` is what its place calls it.
    ///
    /// # Errors
    /// As [`Settings::fic`].
    pub fn fic_access(
        &self,
        token: &Secret,
        setting: String,
        source: &Source,
        company: Option<String>,
    ) -> Result<FicAccess, Error> {
        let checked = if is_like_a_secret(token.expose()) {
            Err("is a key or secret of Stripe's, not a token of Fatture in Cloud")
        } else if token.expose().starts_with("Bearer ") {
            Err("begins with \"Bearer\": give the token alone")
        } else {
            check_text(token.expose())
        };
        checked.map_err(|why| Error::Credential { setting, why, place: source.clone() })?;
        let base_url = checked_base("FIC_API_BASE", &self.fic_base, source)?;
        Ok(FicAccess { name: None, token: token.clone(), company, base_url, source: source.clone() })
    }
}

fn per_s(said: &Sourced<String>) -> Result<u32, Error> {
    let per_s = said.value.parse().ok().filter(|per_s| PER_S.contains(per_s));
    per_s.ok_or_else(|| wrong("stripe_per_s", said, "must be a number from 1 to 10000"))
}

/// Refuses what is no signing secret: a signature made with it would let anybody in, or nobody.
pub(super) fn check_signing_secret(text: &str) -> Result<(), &'static str> {
    if text.starts_with("sk_") || text.starts_with("rk_") {
        return Err("is an API key, not a webhook signing secret: those begin with whsec_");
    }
    check_text(text)?;
    match text.strip_prefix("whsec_") {
        None => Err("is no webhook signing secret: those begin with whsec_"),
        Some("") => Err("is only the beginning of a signing secret: nothing follows whsec_"),
        Some(rest) if rest.len() < SIGNING_CHARS_MIN => {
            Err("is too short for a signing secret: a part was lost while copying")
        }
        Some(_) => Ok(()),
    }
}

/// Refuses what no credential looks like, before it ends up in a header.
fn check_text(text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() {
        Err("is set but blank")
    } else if QUOTES.iter().any(|quote| text.starts_with(*quote) || text.ends_with(*quote)) {
        Err("has quotation marks around it, which belong to the shell: give it without")
    } else if text.trim() != text {
        Err("has white space around it, often a line break taken along while copying")
    } else if !text.bytes().all(|b| b.is_ascii_graphic()) {
        Err("contains white space or characters that no key has")
    } else if text.contains('*') || text.contains("...") {
        Err("is a shortened form, as pages and logs show it; the whole key is needed")
    } else {
        Ok(())
    }
}

/// Reads the mode off a key's beginning.
fn mode(key: &str) -> Result<Mode, &'static str> {
    if let Some((_, why)) = NOT_KEYS.iter().find(|(prefix, _)| key.starts_with(prefix)) {
        return Err(why);
    }
    let known = KEYS.iter().find(|(prefix, _)| key.starts_with(prefix));
    known
        .map(|(_, mode)| *mode)
        .ok_or("does not look like a Stripe key, which begins with sk_live_, sk_test_, rk_live_ or rk_test_")
}

/// Returns the URL without a slash at the end, if the credential may go there.
fn checked_base(setting: &'static str, base: &Sourced<String>, credential: &Source) -> Result<String, Error> {
    let wrong = |why| Error::BaseUrl { setting, why, place: base.source.clone() };
    let is_loopback = check_url(&base.value).map_err(wrong)?;
    // Whoever can put a .env into a folder must not be able to send a key from elsewhere to a host of their choice.
    let from_dot_env = base.source.is_dot_env();
    if from_dot_env && !is_loopback && !credential.is_dot_env() {
        return Err(wrong("would send a credential that does not come from .env to a host that .env names"));
    }
    Ok(base.value.trim_end_matches('/').to_owned())
}

/// Returns whether a URL is of this machine: what answers there is a sandbox or a test, with a clock of its own.
pub fn is_loopback(url: &str) -> bool {
    check_url(url).unwrap_or(false)
}

/// Returns whether a host, without brackets, is this machine.
pub fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback())
}

/// Checks scheme and host; returns whether the host is this machine.
fn check_url(url: &str) -> Result<bool, &'static str> {
    let (encrypted, rest) = match url.split_once("://") {
        Some(("https", rest)) => (true, rest),
        Some(("http", rest)) => (false, rest),
        _ => return Err("must begin with http:// (this machine) or https:// (any other host)"),
    };
    let authority = rest.split('/').next().unwrap_or_default();
    if rest.bytes().any(|b| !b.is_ascii_graphic() || matches!(b, b'?' | b'#' | b'@' | b'\\')) {
        return Err("must be scheme, host and port alone, without user, query or fragment");
    }
    if !rest[authority.len()..].trim_end_matches('/').is_empty() {
        return Err(
            "must be scheme, host and port alone, such as http://127.0.0.1:4243, without a path: that is added",
        );
    }
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    if host.is_empty() {
        return Err("names no host");
    }
    let is_loopback = is_this_machine(host);
    if encrypted || is_loopback { Ok(is_loopback) } else { Err("must be https; plain http is for this machine only") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_mode_or_why_it_is_none() {
        for (key, wanted) in [("sk_live_a", Mode::Live), ("rk_live_a", Mode::Live), ("sk_test_a", Mode::Test)] {
            assert_eq!(mode(key), Ok(wanted), "{key}");
        }
        for (key, part) in [
            ("pk_live_a", "publishable"),
            ("whsec_a", "webhook"),
            ("sk_org_live_a", "organisation"),
            ("acct_1", "account's id"),
            ("hello", "does not look like"),
        ] {
            let why = mode(key).expect_err(key);
            assert!(why.contains(part), "{key}: {why}");
        }
    }

    #[test]
    fn a_name_that_ends_like_a_key_begins_is_none() {
        for text in [
            "sk_live_a",
            "my_RK_TEST_1",
            "KEY=whsec_abc",
            "sk_org_live_a",
            "k%3Dsk_live_0123456789abcdef",
            "https://example.com/?k=pk_test_a",
        ] {
            assert!(is_like_a_secret(text), "{text}");
        }
        for text in
            ["", "helpdesk_test", "KIOSK_LIVE_KEY", "desk_org", "acct_1", "sk_bratislava", "task_test_customers"]
        {
            assert!(!is_like_a_secret(text), "{text}");
        }
    }

    #[test]
    fn text_that_no_key_has_is_refused_with_the_reason() {
        for (text, part) in [
            ("", "blank"),
            (" \t", "blank"),
            ("sk_test_a\n", "white space around"),
            (" sk_test_a", "white space around"),
            ("sk_test a", "contains"),
            ("sk_tést", "contains"),
            ("sk_live_***abcd", "shortened"),
        ] {
            let why = check_text(text).expect_err(text);
            assert!(why.contains(part), "{text:?}: {why}");
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for (url, wanted) in [
            ("https://api.stripe.com", Ok(false)),
            ("https://api.stripe.com/", Ok(false)),
            ("http://127.0.0.1:4000", Ok(true)),
            ("http://localhost:1", Ok(true)),
            ("http://[::1]:9", Ok(true)),
            ("http://127.0.0.1.example.com", Err(())),
            ("http://localhost.example.com", Err(())),
            ("http://localhost@example.com", Err(())),
            ("https://user:pw@example.com", Err(())),
            ("http://api.stripe.com", Err(())),
            ("ftp://localhost", Err(())),
            ("api.stripe.com", Err(())),
            ("localhost:12111", Err(())),
            ("https://", Err(())),
            ("https://a b", Err(())),
            ("https://a?x=1", Err(())),
            ("http://127.0.0.1:1/v1", Err(())),
            ("https://api.stripe.com/v1/", Err(())),
        ] {
            assert_eq!(check_url(url).map_err(drop), wanted, "{url}");
        }
    }
}
