//! One POST to an address that the user names: another application's, or another receiver. Nothing of the services' own
//! credentials goes there, nothing is retried or followed here, and what the address itself holds of a secret is never told.

use std::io::Read;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ureq::http::Uri;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};

use super::Error;
use super::agent::{Fault, USER_AGENT, fault, is_loopback, proxy};
use crate::model::scrub::scrub;
use crate::model::secret::Secret;
use crate::model::wire::CORRELATION_HEADER;

/// Of an answer nothing is wanted but that it ends: then the connection serves for the next.
const BODY_BYTES_MAX: usize = 64 << 10;
/// Many servers close idle connections after five seconds; using one just then fails.
const IDLE_AGE: Duration = Duration::from_secs(3);
/// Threads that share a poster are few.
const IDLE_CONNECTIONS: usize = 8;
/// Headers in which an application may name the request, the one that counts first.
const NAMES: [&str; 3] = [CORRELATION_HEADER, "x-request-id", "request-id"];
/// Nobody names a request at greater length.
const NAME_CHARS_MAX: usize = 200;

/// An answer, whatever it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// HTTP status.
    pub status: u16,
    /// From the request to the end of the answer.
    pub took_us: u64,
    /// What the other side finds this request by in its log, where it says so.
    pub correlation_id: Option<String>,
}

impl Posted {
    /// Returns whether the other side has taken it.
    pub fn is_taken(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url}: {cause}")]
pub struct Unposted {
    /// Where it was to go, without what is secret in it.
    pub url: String,
    /// No connection, no answer in time, a certificate.
    pub cause: String,
    /// Whether the next attempt would end like this one.
    pub is_final: bool,
}

/// Posts to one address. Shared between threads.
pub struct Poster {
    agent: Agent,
    url: String,
    shown: String,
    host: String,
    port: u16,
    /// What the address says before its `@`.
    authorization: Option<Secret>,
}

impl Poster {
    /// Checks the address; `timeout` is that of a whole exchange. Sends nothing.
    ///
    /// # Errors
    /// When it is no http or https address, or the proxy that the environment names is none.
    pub fn new(url: &str, timeout: Duration) -> Result<Poster, Error> {
        // An address that cannot be read may be a secret in the wrong place: it is not repeated.
        let wrong = |why: &str| Error::Setup(format!("the URL to post to {why}"));
        let uri: Uri = url.trim().parse().map_err(|_| wrong("is none: give http://… or https://…"))?;
        let port = match (uri.scheme_str(), uri.port_u16()) {
            (Some("http"), port) => port.unwrap_or(80),
            (Some("https"), port) => port.unwrap_or(443),
            _ => return Err(wrong("has to begin with http:// or https://")),
        };
        let authority = uri.authority().map(|it| it.as_str()).unwrap_or_default();
        let (user, place) = authority.rsplit_once('@').map_or((None, authority), |(user, place)| (Some(user), place));
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| wrong("names no host"))?.to_owned();
        let scheme = uri.scheme_str().unwrap_or_default();
        let path = uri.path();
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let hidden = if query.is_empty() { "" } else { "?…" };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(if is_loopback(&host) { None } else { proxy()? })
            .user_agent(USER_AGENT)
            .timeout_global(Some(timeout))
            .max_idle_connections(IDLE_CONNECTIONS)
            .max_idle_connections_per_host(IDLE_CONNECTIONS)
            .max_idle_age(IDLE_AGE)
            .build();
        Ok(Poster {
            agent: Agent::with_parts(config, DefaultConnector::default(), DefaultResolver::default()),
            url: format!("{scheme}://{place}{path}{query}"),
            shown: scrub(&format!("{scheme}://{place}{path}{hidden}")).into_owned(),
            authorization: user.map(|user| Secret::new(format!("Basic {}", STANDARD.encode(decoded(user))))),
            host,
            port,
        })
    }

    /// Returns the address without what is secret in it: its credentials, and its query, where many hide a token.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Returns whether the address names no path at its host.
    pub fn has_no_path(&self) -> bool {
        self.url.splitn(4, '/').nth(3).is_none_or(str::is_empty)
    }

    /// Returns the host and the port that it leads to.
    pub fn host_and_port(&self) -> (&str, u16) {
        (self.host.trim_start_matches('[').trim_end_matches(']'), self.port)
    }

    /// Posts a JSON body as it is, with these headers.
    ///
    /// # Errors
    /// When no whole answer came.
    pub fn post(&self, headers: &[(&str, &str)], body: &[u8]) -> Result<Posted, Unposted> {
        let began = Instant::now();
        let mut call = self.agent.post(&self.url).header("Content-Type", "application/json; charset=utf-8");
        if let Some(authorization) = &self.authorization {
            call = call.header("Authorization", authorization.expose());
        }
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        let mut response = call.send(body).map_err(|error| self.unposted(&error))?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let name = NAMES.into_iter().find_map(header).filter(|name| !name.is_empty());
        let correlation_id = name.map(|name| scrub(name).chars().take(NAME_CHARS_MAX).collect());
        let status = response.status().as_u16();
        skip(response.body_mut());
        Ok(Posted { status, took_us: micros(began.elapsed()), correlation_id })
    }

    /// Ends what is on its way, and lets nothing more go.
    pub fn shutdown(&self) {
        self.agent.clone().shutdown();
    }

    fn unposted(&self, error: &ureq::Error) -> Unposted {
        let (cause, is_final) = match fault(error) {
            Fault::NoConnection(cause) | Fault::Broken(cause) => (cause, false),
            Fault::Untrusted(cause) | Fault::Unsendable(cause) => (cause, true),
            Fault::TooLarge(what, limit_bytes) => (format!("the {what} larger than {limit_bytes} bytes"), true),
        };
        Unposted { url: self.shown.clone(), cause: scrub(&cause).into_owned(), is_final }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Reads an answer's body away, no more of it than a decent one has. The answer stands by its status alone.
fn skip(body: &mut Body) {
    let mut reader = body.as_reader().take(BODY_BYTES_MAX as u64);
    let _ = std::io::copy(&mut reader, &mut std::io::sink());
}

/// Takes the percent signs out of what an address says before its `@`; what is no such sign stays.
fn decoded(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let pair = bytes.get(at + 1).copied().and_then(digit).zip(bytes.get(at + 2).copied().and_then(digit));
        match pair.filter(|_| byte == b'%') {
            Some((high, low)) => {
                out.push(high << 4 | low);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}
