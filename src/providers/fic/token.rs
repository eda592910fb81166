//! The signed token that comes with each webhook: that the service sent it, to us, for this event. Pure.
//!
//! It is a JWT whose algorithm is ES256 and nothing else, whatever its header asks for. It covers no byte of the body.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

/// A public key that tokens are checked with.
pub type Key = VerifyingKey;

/// The key that the service signs with.
/// Source: developers.fattureincloud.it/docs/webhooks/notifications, which prints it as the base64 of this text. There
/// is no other place to read it, no name of the key in the tokens and no word about a change: hence [`key`].
pub const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/RoHIjgY7hfXfY5p/Jy+K/FguMZ4
3TvZ9t4eN7+kxQ0MJzKtowv4CcYTFqrBm7hMB5ZWKnqLz24D6lQjSL0Ysw==
-----END PUBLIC KEY-----
";
/// Who the tokens say they are from.
pub const ISSUER: &str = "https://api-v2.fattureincloud.it";

/// A token lives for three hours; so much longer it is taken, as clocks differ.
const LEEWAY_S: i64 = 60;
/// A token is some six hundred bytes.
const TOKEN_BYTES_MAX: usize = 8192;
/// A key is two hundred bytes.
const KEY_BYTES_MAX: usize = 4096;
/// What the labels of PEM stand between.
const MARK: &str = "-----";

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Who sends: [`ISSUER`], but for test servers.
    pub issuer: &'a str,
    /// Where it was sent to: the whole URL, or from `/` on the path alone where nobody knows what a tunnel is called.
    pub audience: &'a str,
    /// The event's subject, where there is an event.
    pub subject: Option<&'a str>,
    /// The event's id, where there is an event.
    pub id: Option<&'a str>,
    /// Whether the token may leave subject and id out: at the challenge and the welcome, which change nothing. What it
    /// says there must fit all the same.
    pub may_be_bare: bool,
    /// Now.
    pub now_s: i64,
}

/// What a token that passed says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The event's id.
    pub id: Option<String>,
    /// The company: `company:108061`.
    pub subject: Option<String>,
    /// The second from which it holds no more.
    pub expires_s: i64,
}

/// Why a token is not taken. From [`Refused::Expired`] on its signature was good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No token.
    #[error("the request has no Authorization header with a Bearer token; Fatture in Cloud sends one with each")]
    Missing,
    /// No JWT.
    #[error("its token is no JWT")]
    Malformed,
    /// Signed in a way that is not allowed here, or not at all.
    #[error("its token asks for an algorithm other than ES256")]
    Algorithm,
    /// Not signed with this key.
    #[error(
        "its token is not signed with the key known here; if the service changed its key, FIC_PUBLIC_KEY takes the new one"
    )]
    Signature,
    /// Too old.
    #[error("its token expired {by_s} s ago by the clock of this machine")]
    Expired {
        /// How long ago.
        by_s: i64,
    },
    /// What was signed is no set of claims.
    #[error("its token is signed, but its claims cannot be read")]
    Unreadable,
    /// A claim is missing or does not fit. Its name in the token.
    #[error("its token does not fit the request: its claim {0} is missing or says something else")]
    Claim(&'static str),
}

impl Refused {
    /// Returns whether the service did sign the token, so that the key is right and something else is not.
    pub fn is_signed(&self) -> bool {
        matches!(self, Refused::Expired { .. } | Refused::Unreadable | Refused::Claim(_))
    }
}

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Nothing in it.
    #[error("is set but blank")]
    Blank,
    /// The other half of a pair.
    #[error("is a private key; the public one is needed, which begins with -----BEGIN PUBLIC KEY-----")]
    Private,
    /// Anything else.
    #[error("is no public key of the curve P-256; a PEM text (-----BEGIN PUBLIC KEY-----) or its base64 is needed")]
    Unreadable,
}

/// Reads a key: a PEM text, however its lines were broken on the way (environments hold one line, or `\n` spelled out), or
/// the base64 of it, as the service's page prints it.
///
/// # Errors
/// When it is none, as the end of a sentence that begins with the setting's name.
pub fn key(pem_or_base64: &str) -> Result<Key, BadKey> {
    if pem_or_base64.trim().is_empty() {
        return Err(BadKey::Blank);
    }
    if pem_or_base64.len() > KEY_BYTES_MAX {
        return Err(BadKey::Unreadable);
    }
    let text = pem_or_base64.replace("\\n", "\n");
    let decoded = within_marks(&text)?;
    let der = match std::str::from_utf8(&decoded) {
        Ok(text) if text.starts_with(MARK) => within_marks(text)?,
        _ => decoded,
    };
    VerifyingKey::from_public_key_der(&der).map_err(|_| BadKey::Unreadable)
}

/// Decodes base64, without the lines that PEM puts around it.
fn within_marks(text: &str) -> Result<Vec<u8>, BadKey> {
    let parts: Vec<&str> = text.trim().split(MARK).collect();
    let inner = match parts.as_slice() {
        [bare] => bare,
        ["", "BEGIN PUBLIC KEY", inner, "END PUBLIC KEY", ""] => inner,
        [_, label, ..] if label.ends_with("PRIVATE KEY") => return Err(BadKey::Private),
        _ => return Err(BadKey::Unreadable),
    };
    let bare: String = inner.split_ascii_whitespace().collect();
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&alphabet::STANDARD, config).decode(bare).map_err(|_| BadKey::Unreadable)
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(default)]
    iss: Option<String>,
    #[serde(default)]
    aud: Option<Audience>,
    #[serde(default)]
    sub: Option<String>,
    #[serde(default)]
    jti: Option<String>,
    #[serde(default)]
    exp: Option<Number>,
}

/// One audience or several: the standard allows both.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Checks the value of an `Authorization` header: first who signed, then what.
///
/// # Errors
/// What does not fit.
pub fn check(authorization: Option<&str>, key: &VerifyingKey, expected: &Expected<'_>) -> Result<Claims, Refused> {
    let payload = signed(authorization.unwrap_or_default(), key)?;
    let payload: Payload = json(payload).ok_or(Refused::Unreadable)?;
    let expires_s = payload.exp.as_ref().and_then(seconds).ok_or(Refused::Claim("exp"))?;
    let by_s = expected.now_s.saturating_sub(expires_s);
    if by_s > LEEWAY_S {
        return Err(Refused::Expired { by_s });
    }
    if payload.iss.as_deref() != Some(expected.issuer) {
        return Err(Refused::Claim("iss"));
    }
    let is_ours = match &payload.aud {
        Some(Audience::One(one)) => is_audience(one, expected.audience),
        Some(Audience::Several(several)) => several.iter().any(|one| is_audience(one, expected.audience)),
        None => false,
    };
    if !is_ours {
        return Err(Refused::Claim("aud"));
    }
    let fits = |said: Option<&str>, wanted: Option<&str>| match said {
        Some(said) => wanted.is_none_or(|wanted| wanted == said),
        None => expected.may_be_bare,
    };
    if !fits(payload.jti.as_deref(), expected.id) {
        return Err(Refused::Claim("jti"));
    }
    if !fits(payload.sub.as_deref(), expected.subject) {
        return Err(Refused::Claim("sub"));
    }
    Ok(Claims { id: payload.jti, subject: payload.sub, expires_s })
}

/// Returns the payload, still encoded, of a token that this key signed.
fn signed<'a>(authorization: &'a str, key: &VerifyingKey) -> Result<&'a str, Refused> {
    let (scheme, token) = authorization.trim().split_once(' ').ok_or(Refused::Missing)?;
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(Refused::Missing);
    }
    let token = token.trim();
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Refused::Malformed);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Refused::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(Refused::Malformed)?;
    let header: Header = json(header).ok_or(Refused::Malformed)?;
    // The token's own word on how to check it is compared and never followed.
    if header.alg != "ES256" {
        return Err(Refused::Algorithm);
    }
    // What it calls critical would have to be understood.
    if header.crit.is_some() {
        return Err(Refused::Malformed);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refused::Malformed)?;
    let signature = Signature::from_slice(&signature).map_err(|_| Refused::Signature)?;
    key.verify(message.as_bytes(), &signature).map_err(|_| Refused::Signature)?;
    Ok(payload)
}

/// Reads an encoded object; serde would take a list of the fields for one.
fn json<T: DeserializeOwned>(encoded: &str) -> Option<T> {
    let decoded = URL_SAFE_NO_PAD.decode(encoded).ok()?;
    serde_json::from_slice(&decoded).ok().filter(|_| decoded.trim_ascii_start().starts_with(b"{"))
}

/// Reads a time, which may have a fraction.
fn seconds(number: &Number) -> Option<i64> {
    // A fraction of a second is no money, and `as` keeps to the ends of the range.
    number.as_i64().or_else(|| number.as_f64().map(|s| s.floor() as i64))
}

/// Compares an audience with ours. How the service writes it is not documented to the letter: the scheme, the case of
/// the host, its usual port, a query and slashes at the end do not count.
fn is_audience(said: &str, ours: &str) -> bool {
    let (said_host, said_path) = host_and_path(said);
    let (our_host, our_path) = host_and_path(ours);
    let is_host = !our_host.is_empty() && said_host.eq_ignore_ascii_case(our_host);
    said_path == our_path && (is_host || ours.starts_with('/'))
}

fn host_and_path(url: &str) -> (&str, &str) {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (host.strip_suffix(":443").unwrap_or(host), path.trim_end_matches('/'))
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
