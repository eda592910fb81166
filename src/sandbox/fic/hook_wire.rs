//! How webhooks leave the sandbox: plain HTTP to this machine, with the signed token that the service sends along.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{EncodePublicKey, LineEnding};
use serde_json::{Value, json};

const ISSUER: &str = "https://api-v2.fattureincloud.it";
const CHALLENGE: &str = "x-fic-verification-challenge";
/// The key of the look-alike; nothing of worth is signed with it.
const KEY: [u8; 32] = [7; 32];
/// Whoever does not answer in this time has not answered.
const PATIENCE: Duration = Duration::from_secs(10);
/// Of an answer no more is read.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;
const TOKEN_LIFE_S: u64 = 3 * 3_600;

/// What is told.
pub(super) struct Event<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    pub company: &'a str,
    pub ids: &'a Value,
    /// When it happened; none means now, by this machine's clock.
    pub now_s: Option<i64>,
}

/// Returns what receivers check the sandbox's tokens with: `FIC_PUBLIC_KEY`.
pub fn public_key() -> String {
    let key = SigningKey::from_slice(&KEY).ok();
    let pem = key.and_then(|key| p256::PublicKey::from(key.verifying_key()).to_public_key_pem(LineEnding::LF).ok());
    pem.unwrap_or_default()
}

/// Asks a sink whether it is whom somebody says it is.
pub(super) fn challenge(place: SocketAddr, sink: &str, value: &str, by_query: bool) -> bool {
    let (host, path) = parts(sink);
    let (target, header) = match by_query {
        true => {
            let join = if path.contains('?') { '&' } else { '?' };
            (format!("{path}{join}{CHALLENGE}={value}"), String::new())
        }
        false => (path.to_owned(), format!("{CHALLENGE}: {value}\r\n")),
    };
    let token = token(sink, None, None);
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{header}Authorization: {token}\r\n{COMMON}\r\n");
    let answer = exchange(place, request.as_bytes());
    let is_same = |body: &str| {
        let body: Option<Value> = serde_json::from_str(body).ok();
        body.is_some_and(|body| body["verification"] == value)
    };
    answer.is_some_and(|(status, body)| status == 200 && is_same(&body))
}

const COMMON: &str = "User-Agent: FattureInCloud/API-WEBHOOK\r\nConnection: close\r\n";

/// Sends a notification in binary mode; returns what was answered.
pub(super) fn deliver(place: SocketAddr, sink: &str, event: &Event<'_>) -> Option<u16> {
    let (host, path) = parts(sink);
    let body = json!({"data": {"ids": event.ids}}).to_string();
    let subject = format!("company:{}", event.company);
    let token = token(sink, Some(&subject), Some(event.id));
    let second = event.now_s.unwrap_or_else(|| i64::try_from(machine_s()).unwrap_or(0));
    let time = jiff::Timestamp::from_second(second).map(|time| time.to_string()).unwrap_or_default();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nce-specversion: 1.0\r\nce-source: {ISSUER}\r\n\
         ce-id: {}\r\nce-type: {}\r\nce-subject: {subject}\r\nce-time: {time}\r\nAuthorization: {token}\r\n{COMMON}\
         Content-Length: {}\r\n\r\n",
        event.id,
        event.kind,
        body.len()
    );
    exchange(place, format!("{head}{body}").as_bytes()).map(|(status, _)| status)
}

fn parts(sink: &str) -> (&str, &str) {
    let rest = sink.split_once("://").map_or(sink, |(_, rest)| rest);
    rest.split_at(rest.find('/').unwrap_or(rest.len()))
}

/// Signs a token. It is dated by this machine's clock: whoever checks it has no other.
fn token(sink: &str, subject: Option<&str>, id: Option<&str>) -> String {
    let now_s = machine_s();
    let mut claims = json!({"iss": ISSUER, "aud": [sink], "iat": now_s, "exp": now_s + TOKEN_LIFE_S, "aid": 1});
    for (name, value) in [("sub", subject), ("jti", id)] {
        if let Some(value) = value {
            claims[name] = json!(value);
        }
    }
    let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", encoded(r#"{"alg":"ES256","typ":"JWT"}"#), encoded(&claims.to_string()));
    let signed = SigningKey::from_slice(&KEY).map(|key| {
        let signature: Signature = key.sign(message.as_bytes());
        URL_SAFE_NO_PAD.encode(signature.to_bytes())
    });
    format!("Bearer {message}.{}", signed.unwrap_or_default())
}

fn machine_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Sends a request and reads its answer: status and body. Nothing where nobody answers.
fn exchange(place: SocketAddr, request: &[u8]) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&place, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(request).ok()?;
    let mut bytes = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1)?.parse().ok()?;
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Some((status, body.to_owned()))
}
