//! The second port: figures for a monitor, and the wish for a sync. On this machine alone, and not for pages that a browser
//! shows: a name that somebody lets point here, or another site's script, is refused before anything is looked at.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderMap, ORIGIN,
    WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::model::cancel::Cancel;
use crate::model::secret::Secret;

/// Monitors are few.
const CONNECTIONS_MAX: usize = 16;
/// A request has to be there by then.
const HEADERS_TIME: Duration = Duration::from_secs(5);
/// How soon the wish to stop is seen.
const NOTICE: Duration = Duration::from_millis(50);
const METRICS: &str = "/metrics";
const SYNC: &str = "/api/stripe/sync";
/// What a browser says when nobody else's page made the request.
const OWN_SITES: [&[u8]; 2] = [b"none", b"same-origin"];
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const JSON: &str = "application/json";

/// Who works behind the port.
pub trait Office: Send + Sync {
    /// Returns the figures as Prometheus reads them.
    ///
    /// # Errors
    /// Why there are none now.
    fn metrics(&self) -> Result<String, String>;
    /// Starts a sync, or finds the one that is wanted or at work already; returns its id.
    ///
    /// # Errors
    /// Why there is none.
    fn start_sync(&self) -> Result<String, String>;
    /// Returns how a sync stands, as JSON.
    fn sync_state(&self, id: &str) -> Option<String>;
}

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wish {
    Metrics,
    StartSync,
    SyncState(String),
    /// A status, and why.
    No(u16, &'static str),
    OtherMethod(&'static str),
}

/// A request, as far as it decides.
struct Asked<'a> {
    method: &'a str,
    path: &'a str,
    /// The host that the request line names, where it names one.
    authority: Option<&'a str>,
    headers: &'a HeaderMap,
}

/// Serves until somebody asks to stop. Without a token nobody can wish for a sync.
///
/// # Errors
/// When the system gives no thread.
pub fn start(
    listener: TcpListener,
    token: Option<Secret>,
    office: Arc<dyn Office>,
    cancel: &Cancel,
) -> std::io::Result<JoinHandle<std::io::Result<()>>> {
    let port = listener.local_addr()?.port();
    let cancel = cancel.clone();
    let work = move || serve(listener, port, token, office, &cancel);
    std::thread::Builder::new().name("admin".into()).spawn(work)
}

fn serve(
    listener: TcpListener,
    port: u16,
    token: Option<Secret>,
    office: Arc<dyn Office>,
    cancel: &Cancel,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let (token, places) = (Arc::new(token), Arc::new(Semaphore::new(CONNECTIONS_MAX)));
        let next = async || {
            let place = Arc::clone(&places).acquire_owned().await.map_err(std::io::Error::other)?;
            Ok::<_, std::io::Error>((listener.accept().await?.0, place))
        };
        while !cancel.is_set() {
            let Ok(Ok((stream, place))) = tokio::time::timeout(NOTICE, next()).await else { continue };
            let (token, office) = (Arc::clone(&token), Arc::clone(&office));
            let service = service_fn(move |request: Request<Incoming>| {
                let (token, office) = (Arc::clone(&token), Arc::clone(&office));
                async move { Ok::<_, Infallible>(respond(&request, port, (*token).as_ref(), &*office)) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADERS_TIME)
                .keep_alive(false)
                .half_close(true)
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(async move {
                let _ = connection.await;
                drop(place);
            });
        }
        Ok(())
    })
}

fn respond(
    request: &Request<Incoming>,
    port: u16,
    token: Option<&Secret>,
    office: &dyn Office,
) -> Response<Full<Bytes>> {
    let asked = Asked {
        method: request.method().as_str(),
        path: request.uri().path(),
        authority: request.uri().authority().map(|it| it.as_str()),
        headers: request.headers(),
    };
    let error = |why: &str| json!({"error": why}).to_string();
    match wish(&asked, port, token) {
        Wish::Metrics => match office.metrics() {
            Ok(text) => answer(200, TEXT, text, None),
            Err(why) => answer(503, JSON, error(&why), None),
        },
        Wish::StartSync => match office.start_sync() {
            Ok(id) => answer(202, JSON, json!({"id": id}).to_string(), None),
            Err(why) => answer(503, JSON, error(&why), None),
        },
        Wish::SyncState(id) => match office.sync_state(&id) {
            Some(state) => answer(200, JSON, state, None),
            None => answer(404, JSON, error("no such sync"), None),
        },
        Wish::No(status, why) => answer(status, JSON, error(why), None),
        Wish::OtherMethod(method) => answer(405, JSON, error("method not allowed"), Some(method)),
    }
}

fn answer(status: u16, kind: &'static str, body: String, allow: Option<&'static str>) -> Response<Full<Bytes>> {
    let mut builder = Response::builder()
        .status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .header(CONTENT_TYPE, kind)
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'")
        .header(CACHE_CONTROL, "no-store")
        .header(CONNECTION, "close");
    if status == 401 {
        builder = builder.header(WWW_AUTHENTICATE, "Bearer");
    }
    if let Some(method) = allow {
        builder = builder.header(ALLOW, method);
    }
    builder.body(Full::new(Bytes::from(body))).unwrap_or_default()
}

/// Decides what a request is for.
fn wish(asked: &Asked, port: u16, token: Option<&Secret>) -> Wish {
    if !is_meant(asked, port) || !is_own(asked.headers, port) {
        return Wish::No(403, "only for programs on this machine");
    }
    let id = asked.path.strip_prefix(SYNC).and_then(|rest| rest.strip_prefix('/')).filter(|id| !id.is_empty());
    let (wanted, wish) = match (asked.path, id, token) {
        (METRICS, ..) => ("GET", Wish::Metrics),
        // Where there is no token the path is not there.
        (SYNC, _, Some(_)) => ("POST", Wish::StartSync),
        (_, Some(id), Some(_)) => ("GET", Wish::SyncState(id.to_owned())),
        _ => return Wish::No(404, "not found"),
    };
    if asked.method != wanted {
        return Wish::OtherMethod(wanted);
    }
    match (&wish, token) {
        (Wish::Metrics, _) => wish,
        (_, Some(token)) if is_shown(asked.headers, token) => wish,
        _ => Wish::No(401, "the token is needed: Authorization: Bearer …"),
    }
}

/// Returns whether the request names this machine and this port: a name that leads here by somebody else's will does not.
fn is_meant(asked: &Asked, port: u16) -> bool {
    let mut hosts = asked.headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let is_ours = |text: &str| own_hosts(port).iter().any(|own| own.eq_ignore_ascii_case(text));
    host.to_str().is_ok_and(is_ours) && asked.authority.is_none_or(is_ours)
}

/// Returns whether no other site's page made the request.
fn is_own(headers: &HeaderMap, port: u16) -> bool {
    let is_own_origin =
        |origin: &[u8]| own_hosts(port).iter().any(|host| format!("http://{host}").as_bytes() == origin);
    headers.get_all(ORIGIN).iter().all(|origin| is_own_origin(origin.as_bytes()))
        && headers.get_all("sec-fetch-site").iter().all(|site| OWN_SITES.contains(&site.as_bytes()))
}

fn own_hosts(port: u16) -> [String; 3] {
    ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}"))
}

/// Returns whether the request shows the token. Digests are compared: how long that takes tells nothing of the token.
fn is_shown(headers: &HeaderMap, token: &Secret) -> bool {
    let mut shown = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (shown.next(), shown.next()) else { return false };
    let Some(shown) = only.as_bytes().strip_prefix(b"Bearer ") else { return false };
    let (shown, token) = (Sha256::digest(shown), Sha256::digest(token.expose().as_bytes()));
    shown.iter().zip(token.iter()).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wished(method: &str, path: &str, headers: &[(&'static str, &str)], token: Option<&str>) -> Wish {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().expect("a value"));
        }
        let asked = Asked { method, path, authority: None, headers: &map };
        wish(&asked, 4243, token.map(Secret::new).as_ref())
    }

    #[test]
    fn paths_methods_and_the_token_decide() {
        const HERE: (&str, &str) = ("host", "127.0.0.1:4243");
        const TOKEN: Option<&str> = Some("aTokenOfSomeLength");
        let shown = ("authorization", "Bearer aTokenOfSomeLength");
        let no = |status| move |wish: &Wish| matches!(wish, Wish::No(it, _) if *it == status);
        assert_eq!(wished("GET", "/metrics", &[HERE], None), Wish::Metrics);
        assert_eq!(wished("GET", "/metrics", &[("host", "LocalHost:4243")], None), Wish::Metrics);
        assert_eq!(wished("POST", "/metrics", &[HERE], None), Wish::OtherMethod("GET"));
        assert_eq!(wished("POST", SYNC, &[HERE, shown], TOKEN), Wish::StartSync);
        assert_eq!(wished("GET", SYNC, &[HERE, shown], TOKEN), Wish::OtherMethod("POST"));
        assert_eq!(wished("GET", "/api/stripe/sync/a", &[HERE, shown], TOKEN), Wish::SyncState("a".into()));
        assert!(no(404)(&wished("POST", SYNC, &[HERE, shown], None)), "without a token there is no such path");
        for (path, status) in [("/", 404), ("/webhook", 404), ("/healthz", 404), ("/api/stripe/sync/", 404)] {
            assert!(no(status)(&wished("GET", path, &[HERE, shown], TOKEN)), "{path}");
        }
        for wrong in [
            "Bearer aTokenOfSomeLengtH",
            "Bearer ",
            "bearer aTokenOfSomeLength",
            "aTokenOfSomeLength",
            "Bearer aTokenOfSomeLength ",
        ] {
            assert!(no(401)(&wished("POST", SYNC, &[HERE, ("authorization", wrong)], TOKEN)), "{wrong}");
        }
        assert!(no(401)(&wished("POST", SYNC, &[HERE, shown, shown], TOKEN)), "two of them");
        assert!(no(403)(&wished("POST", SYNC, &[shown], TOKEN)), "no host");
    }
}
