//! Signatures of webhooks: who sent a body, and when. Pure; nothing of a body is read before this has passed.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::model::secret::Secret;

/// How far the time in a signature may lie from ours, to both sides. Source: docs.stripe.com/webhooks/signature.
pub const TOLERANCE_S: i64 = 300;
/// The header that carries the signature.
pub const HEADER: &str = "Stripe-Signature";

/// A header with all of its signatures is some hundred bytes.
const HEADER_BYTES_MAX: usize = 4096;
/// While a secret is rolled there is one for each that is valid; two are usual.
const SIGNATURES_MAX: usize = 16;
/// Seconds have ten digits until the year 2286.
const DIGITS_MAX: usize = 12;
/// What an HMAC of SHA-256 is long.
const SIGNATURE_BYTES: usize = 32;

/// Why a body is not taken for Stripe's. Times are told only of what was signed with a secret of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no header, or nothing in it.
    #[error("the request has no Stripe-Signature header; Stripe sends one with each webhook")]
    Missing,
    /// The header is no list of one time and some signatures, or has more of them than a service sends.
    #[error("the Stripe-Signature header is not of the form t=<seconds>,v1=<hex>")]
    Malformed,
    /// No signature was made with a secret of ours over this body.
    #[error(
        "no signature fits the body and a signing secret known here; is the endpoint's whsec_ secret among them, \
         and does a proxy leave the body as it is?"
    )]
    NoMatch,
    /// Signed by the owner of a secret, but so many seconds ago.
    #[error("it was signed {by_s} s ago by the clock of this machine, and may be a copy of an old one")]
    Stale {
        /// How far its time lies behind ours.
        by_s: i64,
    },
    /// Signed by the owner of a secret, but so many seconds from now.
    #[error("it was signed {by_s} s in the future by the clock of this machine, which seems to be slow")]
    Future {
        /// How far its time lies ahead of ours.
        by_s: i64,
    },
}

/// A header taken apart.
struct Signatures<'a> {
    /// The time as it was sent: this text was signed.
    time: &'a str,
    time_s: i64,
    /// Those that could be decoded.
    made: Vec<[u8; SIGNATURE_BYTES]>,
}

/// Returns which of the secrets signed the body within the tolerance.
///
/// # Errors
/// When none did, or at another time.
pub fn verify(
    header: Option<&str>,
    body: &[u8],
    secrets: &[Secret],
    now_s: i64,
    tolerance_s: i64,
) -> Result<usize, Refused> {
    let sent = parse(header.unwrap_or_default())?;
    let is_of = |secret: &Secret| {
        let mac = mac(secret, sent.time, body);
        sent.made.iter().any(|made| mac.clone().verify_slice(made).is_ok())
    };
    // Anybody can sign with a blank secret. None gets this far from the settings; this is the last door.
    let found = secrets.iter().position(|secret| !secret.expose().trim().is_empty() && is_of(secret));
    let index = found.ok_or(Refused::NoMatch)?;
    match now_s.saturating_sub(sent.time_s) {
        by_s if by_s > tolerance_s => Err(Refused::Stale { by_s }),
        by_s if by_s < -tolerance_s => Err(Refused::Future { by_s: -by_s }),
        _ => Ok(index),
    }
}

/// Returns the header that makes a body pass as signed at this second with this secret.
pub fn sign(body: &[u8], secret: &Secret, at_s: i64) -> String {
    let time = at_s.to_string();
    let made = mac(secret, &time, body).finalize().into_bytes();
    let hex: String = made.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={hex}")
}

/// Refuses what no signing secret looks like. Whoever has an empty one in use takes everybody's word.
///
/// # Errors
/// What is wrong with it, as the end of a sentence that begins with the setting's name.
pub fn check_secret(text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() {
        return Err("is set but blank");
    }
    if text.trim() != text {
        return Err("has white space around it, often a line break taken along while copying");
    }
    if let Some((_, why)) = NOT_SECRETS.iter().find(|(prefix, _)| text.starts_with(prefix)) {
        return Err(why);
    }
    let Some(tail) = text.strip_prefix("whsec_") else {
        return Err("does not look like a webhook signing secret, which begins with whsec_");
    };
    if text.contains(['*', '…']) || text.contains("...") {
        Err("is a shortened form, as pages and logs show it; the whole secret is needed")
    } else if tail.is_empty() {
        Err("ends after whsec_; the whole secret is needed")
    } else if !tail.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'/' | b'=')) {
        Err("contains characters that no signing secret has")
    } else {
        Ok(())
    }
}

/// Beginnings of what is often taken for a signing secret, and what it is.
const NOT_SECRETS: [(&str, &str); 5] = [
    ("sk_", "is an API key; the endpoint's signing secret is needed, which begins with whsec_"),
    ("rk_", "is a restricted API key; the endpoint's signing secret is needed, which begins with whsec_"),
    ("pk_", "is a publishable key; the endpoint's signing secret is needed, which begins with whsec_"),
    ("we_", "is an endpoint's id; its signing secret is needed, which begins with whsec_"),
    ("acct_", "is an account's id; the endpoint's signing secret is needed, which begins with whsec_"),
];

/// Takes a header apart. Of several times the first counts, as in Stripe's own Python library; schemes other than `v1`
/// say nothing (`v0` is a decoy of test mode).
fn parse(header: &str) -> Result<Signatures<'_>, Refused> {
    if header.trim().is_empty() {
        return Err(Refused::Missing);
    }
    if header.len() > HEADER_BYTES_MAX {
        return Err(Refused::Malformed);
    }
    let (mut time, mut made, mut signatures) = (None, Vec::new(), 0);
    for item in header.split(',') {
        let (key, value) = item.trim().split_once('=').unwrap_or((item.trim(), ""));
        match key {
            "t" => time = time.or(Some(value)),
            "v1" => {
                signatures += 1;
                made.extend(decoded(value));
            }
            _ => {}
        }
    }
    let time = time.ok_or(Refused::Malformed)?;
    let is_digits = time.len() <= DIGITS_MAX && time.bytes().all(|b| b.is_ascii_digit());
    let time_s = time.parse().ok().filter(|_| is_digits).ok_or(Refused::Malformed)?;
    if signatures == 0 || signatures > SIGNATURES_MAX {
        return Err(Refused::Malformed);
    }
    Ok(Signatures { time, time_s, made })
}

/// Reads hex of either case; what is none, or of another length, is no signature.
fn decoded(hex: &str) -> Option<[u8; SIGNATURE_BYTES]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut made = [0; SIGNATURE_BYTES];
    let pairs = hex.as_bytes().chunks_exact(2);
    if hex.len() != 2 * SIGNATURE_BYTES {
        return None;
    }
    for (byte, pair) in made.iter_mut().zip(pairs) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(made)
}

/// Begins the comparison of `<time>.<body>`; the key is the whole secret, `whsec_` included.
fn mac(secret: &Secret, time: &str, body: &[u8]) -> Hmac<Sha256> {
    let keyed = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes());
    keyed.expect("an HMAC takes a key of any length").chain_update(time).chain_update(b".").chain_update(body)
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
