//! One exchange with the service, by ureq. Never retries, never follows, never prints a header.

use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ureq::http::Uri;
use ureq::tls::TlsConfig;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Proxy};

use super::names::Names;
use super::{Error, Settings};
use crate::model::scrub::{scrub, without};
use crate::model::wire::{Change, Content, Request};

/// A parallel run has up to 32 requests in flight; more connections would never be used.
const IDLE_CONNECTIONS: usize = 32;
/// Both services close idle connections after about a minute; using one just then fails.
const IDLE_AGE: Duration = Duration::from_secs(30);
pub const USER_AGENT: &str = concat!("stripesync/", env!("CARGO_PKG_VERSION"));
/// The proxies that are honoured, as ureq looks for them.
const PROXY_VARIABLES: [&str; 6] = ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

/// What may be too large.
const ANSWER: &str = "answer is";
const HEADERS: &str = "headers are";
const LOOKUP_FAILED: &str = "failed to lookup address information";
/// The header whose value no message may repeat.
const CREDENTIAL: &str = "authorization";
/// How rustls words a bad certificate, and a TLS version or cipher that one side refuses.
const UNTRUSTED: [&str; 3] = ["certificate", "fatal alert", "peer is incompatible"];

/// How rustls words that something came which is no TLS at all, and what that is.
const NO_TLS: &str = "received corrupt message of type InvalidContentType";
const PLAIN: &str = "https was asked for, and something else came, as from a port that speaks plain http";

/// What the service sent, decoded.
pub struct Received {
    pub status: u16,
    pub body: Vec<u8>,
    pub date_s: Option<i64>,
    pub request_id: Option<String>,
    pub retry_after_s: Option<u64>,
    pub should_retry: Option<bool>,
    /// `Stripe-Rate-Limited-Reason` begins with `endpoint` or `resource`.
    pub is_endpoint_limit: bool,
    /// Host of `Location`.
    pub location: Option<String>,
    /// Whether the service says that its clock is not the world's.
    pub is_clock_made_up: bool,
}

/// Why nothing whole was received.
pub enum Fault {
    /// No connection: nothing was sent.
    NoConnection(String),
    /// The other side is not who it says; asking again would not help.
    Untrusted(String),
    /// Connected, but no whole answer came.
    Broken(String),
    /// More of this than the program takes: `answer is`, `headers are`.
    TooLarge(&'static str, usize),
    /// The request itself cannot be sent.
    Unsendable(String),
}

/// Where to, and the agent that goes there.
pub struct Wire {
    agent: Agent,
    names: Names,
    base: String,
    pub host: String,
    settings: Settings,
    /// Buffers of bodies that have been read. Each thread that made its own would keep the room for it: with thirty
    /// requests in flight that is more than all else that is held.
    spare: Mutex<Vec<Vec<u8>>>,
}

/// Buffers kept for the next bodies, and the largest that is worth keeping.
const SPARE_MAX: usize = 4;
const SPARE_BYTES_MAX: usize = 2 << 20;
/// Bytes of a body read at a time: no more than this is touched beyond what came.
const CHUNK_BYTES: usize = 32 << 10;

impl Wire {
    /// Checks the base URL and the proxy, and builds the agent.
    pub fn new(settings: Settings) -> Result<Wire, Error> {
        let base = settings.base_url.trim_end_matches('/').to_owned();
        let uri: Uri = base.parse().map_err(|_| Error::Setup(format!("not a URL: {base}")))?;
        let host = uri.host().ok_or_else(|| Error::Setup(format!("no host in the URL {base}")))?.to_owned();
        let is_loopback = is_loopback(&host);
        if uri.scheme_str() != Some("https") && !is_loopback {
            return Err(Error::Setup(format!(
                "{base}: only https, except on this machine: a key would travel readable"
            )));
        }
        let timeouts = settings.timeouts;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .https_only(!is_loopback)
            .proxy(if is_loopback { None } else { proxy()? })
            .tls_config(trusting(&settings))
            .user_agent(USER_AGENT)
            .accept("application/json")
            .timeout_resolve(Some(timeouts.connect))
            .timeout_connect(Some(timeouts.connect))
            .timeout_recv_response(Some(timeouts.response))
            .timeout_per_read(Some(timeouts.per_read))
            .timeout_global(Some(timeouts.global))
            .max_idle_connections(IDLE_CONNECTIONS)
            .max_idle_connections_per_host(IDLE_CONNECTIONS)
            .max_idle_age(IDLE_AGE)
            .build();
        let names = Names::default();
        let agent = Agent::with_parts(config, DefaultConnector::default(), names.clone());
        Ok(Wire { agent, names, base, host, settings, spare: Mutex::default() })
    }

    /// Ends every request in flight, and all later ones.
    pub fn shutdown(&self) {
        self.agent.clone().shutdown();
    }

    /// Sends once, on behalf of an account where one is given, and reads the whole answer.
    pub fn exchange(&self, request: &Request, on_behalf_of: Option<&str>) -> Result<Received, Fault> {
        let mut call = self.agent.get(format!("{}{}", self.base, request.path));
        for (name, value) in &self.settings.headers {
            call = call.header(name, value.expose());
        }
        if let Some(account) = on_behalf_of {
            call = call.header("Stripe-Account", account);
        }
        self.received(call.call())
    }

    /// Sends a change once, on behalf of an account where one is given, and reads the whole answer. `key` names it, so that
    /// the service does it once.
    pub fn submit(&self, change: &Change, key: Option<&str>, on_behalf_of: Option<&str>) -> Result<Received, Fault> {
        let mut call =
            ureq::http::Request::builder().method(change.verb.name()).uri(format!("{}{}", self.base, change.path));
        for (name, value) in &self.settings.headers {
            call = call.header(name, value.expose());
        }
        if let Some(key) = key {
            call = call.header("Idempotency-Key", key);
        }
        if let Some(account) = on_behalf_of {
            call = call.header("Stripe-Account", account);
        }
        let (kind, body) = match &change.content {
            Content::Nothing => (None, String::new()),
            Content::Form(pairs) => (Some("application/x-www-form-urlencoded"), form(pairs)),
            Content::Json(text) => (Some("application/json"), text.clone()),
        };
        if let Some(kind) = kind {
            call = call.header("Content-Type", kind);
        }
        let call = call.body(body).map_err(|error| Fault::Unsendable(error.to_string()))?;
        self.received(self.agent.run(call))
    }

    fn received(&self, sent: Result<ureq::http::Response<Body>, ureq::Error>) -> Result<Received, Fault> {
        // Whatever was wrong with it, another address may do better.
        let mut response = sent.map_err(|e| fault(&e)).inspect_err(|_| self.names.forget())?;
        let mut received = heads(&response);
        received.body = self.body(response.body_mut()).inspect_err(|_| self.names.forget())?;
        // What is not what was asked for ends in messages, and some refusals repeat the key that they refuse.
        if !(200..300).contains(&received.status) {
            received.body = self.without_credential(&String::from_utf8_lossy(&received.body)).into_bytes();
        }
        Ok(received)
    }

    /// Returns a text from outside without the credential, and without anything else that looks like one.
    pub fn clean(&self, text: &str) -> String {
        scrub(&self.without_credential(text)).into_owned()
    }

    fn without_credential(&self, text: &str) -> String {
        let credentials = self.settings.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(CREDENTIAL));
        credentials.fold(text.to_owned(), |text, (_, value)| {
            let bare = value.expose().rsplit(' ').next().unwrap_or_default();
            without(&text, bare)
        })
    }

    /// Reads at most the limit, counted after decoding, which is what stops a gzip bomb.
    fn body(&self, body: &mut Body) -> Result<Vec<u8>, Fault> {
        let limit = self.settings.max_body_bytes;
        let told = body.content_length().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        if told > limit {
            return Err(Fault::TooLarge(ANSWER, limit));
        }
        let mut bytes = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        bytes.reserve(told);
        let mut reader = body.as_reader();
        let mut chunk = [0; CHUNK_BYTES];
        loop {
            match reader.read(&mut chunk) {
                Ok(0) => return Ok(bytes),
                Ok(read) if bytes.len() + read > limit => return Err(Fault::TooLarge(ANSWER, limit)),
                Ok(read) => bytes.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(fault(&ureq::Error::from(error))),
            }
        }
    }

    /// Takes back the buffer of a body that has been read.
    pub fn give_back(&self, mut body: Vec<u8>) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if body.capacity() <= SPARE_BYTES_MAX && spare.len() < SPARE_MAX {
            body.clear();
            spare.push(body);
        }
    }
}

/// Writes names and values as forms do.
fn form(pairs: &[(String, String)]) -> String {
    let one = |(name, value): &(String, String)| format!("{}={}", encoded(name), encoded(value));
    pairs.iter().map(one).collect::<Vec<_>>().join("&")
}

/// Percent-encodes everything but unreserved characters.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Says what kind of failure this is.
pub fn fault(error: &ureq::Error) -> Fault {
    use ureq::{Error as E, Timeout};
    match error {
        E::HostNotFound => Fault::NoConnection("name lookup failed: no address".to_owned()),
        E::Timeout(Timeout::Resolve) => Fault::NoConnection("name lookup timed out".to_owned()),
        E::Timeout(Timeout::Connect) => Fault::NoConnection("the connection timed out".to_owned()),
        E::ConnectionFailed => Fault::NoConnection("the connection failed".to_owned()),
        E::ConnectProxyFailed(why) => Fault::NoConnection(format!("the proxy refused: {why}")),
        E::Timeout(which) => Fault::Broken(format!("timed out ({which})")),
        E::LargeResponseHeader(_, limit) => Fault::TooLarge(HEADERS, *limit),
        E::Tls(why) => Fault::Untrusted(format!("TLS: {why}")),
        E::Rustls(why) => Fault::Untrusted(format!("TLS: {}", in_words(&why.to_string()))),
        E::Io(e) => io_fault(e),
        E::Protocol(_) | E::Decompress(..) | E::BodyStalled => Fault::Broken(error.to_string()),
        E::Http(_) | E::BadUri(_) | E::RequireHttpsOnly(_) | E::InvalidProxyUrl | E::TlsRequired => {
            Fault::Unsendable(error.to_string())
        }
        _ => Fault::Broken(error.to_string()),
    }
}

fn io_fault(error: &io::Error) -> Fault {
    use io::ErrorKind as K;
    let text = error.to_string();
    match error.kind() {
        K::ConnectionRefused => Fault::NoConnection("connection refused".to_owned()),
        K::HostUnreachable | K::NetworkUnreachable | K::NetworkDown | K::AddrNotAvailable => Fault::NoConnection(text),
        // The standard library has no kind for a failed name lookup, only these words.
        _ if text.starts_with(LOOKUP_FAILED) => {
            Fault::NoConnection(text.replacen(LOOKUP_FAILED, "name lookup failed", 1))
        }
        // rustls reports what it does not accept through the stream, as invalid data.
        K::InvalidData if UNTRUSTED.iter().any(|words| text.contains(words)) => {
            Fault::Untrusted(format!("TLS: {}", in_words(&text)))
        }
        K::UnexpectedEof => Fault::Broken("the connection ended before the answer did".to_owned()),
        _ => Fault::Broken(in_words(&text)),
    }
}

/// Trusts the authorities that come with the program, on every machine the same.
fn trusting(_settings: &Settings) -> TlsConfig {
    #[cfg(test)]
    if let Some(root) = &_settings.root {
        let root = ureq::tls::Certificate::from_der(root).to_owned();
        return TlsConfig::builder().root_certs(ureq::tls::RootCerts::new_with_certs(&[root])).build();
    }
    TlsConfig::default()
}

/// Returns rustls's words, where they are no name of a variant.
fn in_words(text: &str) -> String {
    text.replace("UnknownIssuer", "signed by nobody whom this program trusts (UnknownIssuer)").replace(NO_TLS, PLAIN)
}

fn heads(response: &ureq::http::Response<Body>) -> Received {
    let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::trim);
    Received {
        status: response.status().as_u16(),
        body: Vec::new(),
        date_s: header("date").and_then(date_s),
        request_id: header("request-id").map(str::to_owned),
        retry_after_s: header("retry-after").and_then(|v| v.parse().ok()),
        should_retry: header("stripe-should-retry").and_then(|v| v.parse().ok()),
        is_endpoint_limit: header("stripe-rate-limited-reason")
            .is_some_and(|v| v.starts_with("endpoint") || v.starts_with("resource")),
        is_clock_made_up: header("stripesync-clock") == Some("made up"),
        location: header("location").map(|v| {
            let host = v.parse::<Uri>().ok().and_then(|u| u.host().map(str::to_owned));
            host.unwrap_or_else(|| "another path".to_owned())
        }),
    }
}

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date_s(text: &str) -> Option<i64> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok().map(|t| t.as_second())
}

/// A proxy that is set but unusable is an error: going direct instead would be a surprise.
pub fn proxy() -> Result<Option<Proxy>, Error> {
    let found = Proxy::try_from_env();
    let set = PROXY_VARIABLES.into_iter().find(|name| std::env::var(name).is_ok_and(|v| !v.is_empty()));
    match (found, set) {
        (None, Some(name)) => Err(Error::Setup(format!("the proxy in {name} is not a URL that can be used"))),
        (found, _) => Ok(found),
    }
}

/// Tells whether the host can only be this machine.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
