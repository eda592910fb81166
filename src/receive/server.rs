//! The HTTP side: hyper on one thread. It reads no more than it must, checks the signature, hands the body to the desk and
//! answers when what that has committed is on the disk.

use std::convert::Infallible;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, ORIGIN, RETRY_AFTER,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::answer::Answer;
use super::body::{self, Whole};
use super::crowd::{Place, Places};
use super::desk::{Counter, Original};
use super::figures::Figures;
use super::gate::Gate;
use super::heads::{Framing, Seen, Watched};
use super::route::{Route, route, stripe_paths};
use super::token_gate::TokenGate;
use super::{CORRELATION_HEADER, Refusal};
use crate::clock::Clock;
use crate::model::cancel::Cancel;
use crate::model::resource::Provider;
use crate::model::wire::VIA_HEADER;
use crate::providers::fic::notification;
use crate::providers::stripe::signature;
use crate::sync::delivery::Delivery;

/// The headers of a request have to be there by then, also those of the next one on a connection.
const HEADERS_TIME: Duration = Duration::from_secs(5);
pub(super) const HEADERS_MAX: usize = 64;
pub(super) const HEADER_BYTES_MAX: usize = 16 << 10;
/// Characters that are told of what somebody asked for in vain.
const ASKED_MAX: usize = 100;
/// Connections that wait to be taken, as far as the system lets them.
const WAITING_MAX: u32 = 1024;
/// What is read ahead on a connection.
const READ_BYTES_MAX: usize = HEADER_BYTES_MAX;
/// A connection is told to end with the first answer after that, so that its place is free for another.
const CONNECTION_TIME: Duration = Duration::from_secs(30);
/// And is ended then, whatever it does: longer than an honest request takes that begins at the last moment.
const CONNECTION_TIME_MAX: Duration = Duration::from_secs(75);
/// How long requests in flight may take to end once somebody asked to stop.
const STOP_TIME: Duration = Duration::from_secs(8);
/// How soon the wish to stop is seen.
const NOTICE: Duration = Duration::from_millis(50);
/// After a failed accept, most likely for want of open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// What every connection shares.
pub(super) struct Shared {
    pub counter: Counter,
    pub gate: Gate,
    pub token_gate: TokenGate,
    /// The writer answers in milliseconds; another program may keep the file locked for ten seconds.
    pub answer_time: Duration,
    pub figures: Arc<Figures>,
    pub clock: Arc<dyn Clock>,
    pub cancel: Cancel,
    /// Where refusals are told.
    pub refused: std::sync::mpsc::SyncSender<Refusal>,
    /// Makes this process's correlation ids unlike others'.
    pub seed: u32,
    pub count: AtomicU64,
}

/// Serves until somebody asks to stop, then lets what is in flight end.
pub(super) fn serve(listener: std::net::TcpListener, shared: Shared) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = with_room(listener)?;
        let shared = Arc::new(shared);
        let graceful = GracefulShutdown::new();
        accept(&listener, &shared, &graceful).await;
        drop(listener);
        let _ = tokio::time::timeout(STOP_TIME, graceful.shutdown()).await;
        Ok(())
    })
}

/// Lets more connections wait than the standard library does: one that finds no room comes again after a second.
fn with_room(listener: std::net::TcpListener) -> std::io::Result<TcpListener> {
    listener.set_nonblocking(true)?;
    TcpSocket::from_std_stream(OwnedFd::from(listener).into()).listen(WAITING_MAX)
}

async fn accept(listener: &TcpListener, shared: &Arc<Shared>, graceful: &GracefulShutdown) {
    let places = Places::new();
    loop {
        tokio::select! {
            () = stopped(&shared.cancel) => return,
            accepted = next(listener, &places) => match accepted {
                Ok((stream, place)) => connect(stream, place, shared, graceful),
                Err(_) => {
                    places.give_one_back();
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
}

/// Takes a connection, and a place for it.
async fn next(listener: &TcpListener, places: &Arc<Places>) -> std::io::Result<(TcpStream, Place)> {
    // Somebody has to be there before anybody else gives way.
    let (stream, _) = listener.accept().await?;
    Ok((stream, places.take().await))
}

async fn stopped(cancel: &Cancel) {
    while !cancel.is_set() {
        tokio::time::sleep(NOTICE).await;
    }
}

fn connect(stream: TcpStream, place: Place, shared: &Arc<Shared>, graceful: &GracefulShutdown) {
    let _ = stream.set_nodelay(true);
    shared.figures.connected();
    let (shared, place) = (Arc::clone(shared), Arc::new(place));
    let of_requests = (Arc::clone(&shared), Arc::clone(&place));
    let began = tokio::time::Instant::now();
    let seen = Seen::default();
    let stream = Watched::new(stream, seen.clone());
    let service = service_fn(move |request| {
        let ((shared, place), framing) = (of_requests.clone(), seen.next());
        async move {
            let mut response = respond(request, framing, &place, &shared).await;
            if framing.is_last() || began.elapsed() >= CONNECTION_TIME {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_TIME)
        // Who has said all that he has to say may still want the answer.
        .half_close(true)
        .max_headers(HEADERS_MAX)
        .max_header_size(HEADER_BYTES_MAX)
        .max_buf_size(READ_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        tokio::select! {
            // What a sender did wrong on the way, hyper has answered.
            _ = tokio::time::timeout(CONNECTION_TIME_MAX, connection) => {}
            () = place.is_needed() => shared.figures.gave_way(),
        }
    });
}

async fn respond(
    request: Request<Incoming>,
    framing: Framing,
    place: &Place,
    shared: &Shared,
) -> Response<Full<Bytes>> {
    let number = shared.count.fetch_add(1, Ordering::Relaxed);
    let correlation_id = format!("{:08x}-{number:08x}", shared.seed);
    let route = route(request.method().as_str(), request.uri().path());
    if let Framing::Unclear(why) = framing {
        let answer = refuse(shared, &correlation_id, why, unclear(route));
        shared.figures.answered(answer);
        return response(answer, &correlation_id);
    }
    let answer = match route {
        Route::Stripe => stripe(request, place, shared, &correlation_id).await,
        Route::Fic => fic(request, place, shared, &correlation_id).await,
        Route::FicChallenge => match challenge(&request, shared, &correlation_id) {
            Ok(challenge) => {
                shared.figures.answered(Answer::Taken);
                return echo(&challenge, &correlation_id);
            }
            Err(answer) => answer,
        },
        Route::Health => Answer::Healthy,
        Route::OtherMethod(method) => {
            let why = format!("{}: this path takes {method}", asked(&request));
            refuse(shared, &correlation_id, why, Answer::OtherMethod(method))
        }
        Route::Nothing => {
            let paths: Vec<&str> = stripe_paths().collect();
            let why = format!("{}: no such path; Stripe's events go to {}", asked(&request), paths.join(" or "));
            refuse(shared, &correlation_id, why, Answer::Nothing)
        }
    };
    shared.figures.answered(answer);
    response(answer, &correlation_id)
}

/// Returns a request's method and path, shortened.
fn asked(request: &Request<Incoming>) -> String {
    let path: String = request.uri().path().chars().take(ASKED_MAX).collect();
    let method: String = request.method().as_str().chars().take(ASKED_MAX).collect();
    format!("{method} {path}")
}

/// Returns what a request without a certain end is answered with. Where it may be Fatture in Cloud's, through a proxy that
/// is at fault, it is to come again: after a 4xx it never does.
fn unclear(route: Route) -> Answer {
    if route == Route::Fic { Answer::Later } else { Answer::Bad }
}

fn response(answer: Answer, correlation_id: &str) -> Response<Full<Bytes>> {
    let (status, body) = answer.status_and_body();
    let mut builder = Response::builder()
        .status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .header(CONTENT_TYPE, "application/json")
        .header(CORRELATION_HEADER, correlation_id);
    if let Answer::OtherMethod(method) = answer {
        builder = builder.header(ALLOW, method);
    }
    if answer == Answer::Later {
        builder = builder.header(RETRY_AFTER, "5");
    }
    if answer.ends_connection() {
        builder = builder.header(CONNECTION, "close");
    }
    builder.body(Full::new(Bytes::from_static(body.as_bytes()))).unwrap_or_default()
}

/// Sends a challenge back, as the service asks for it.
fn echo(challenge: &str, correlation_id: &str) -> Response<Full<Bytes>> {
    let body = serde_json::json!({ "verification": challenge }).to_string();
    let builder =
        Response::builder().header(CONTENT_TYPE, "application/json").header(CORRELATION_HEADER, correlation_id);
    builder.body(Full::new(Bytes::from(body))).unwrap_or_default()
}

/// Tells of a request that is not taken in; returns what it is answered with.
fn refuse(shared: &Shared, correlation_id: &str, why: impl Into<String>, answer: Answer) -> Answer {
    let refusal = Refusal { why: why.into(), answer, correlation_id: correlation_id.to_owned() };
    // Nobody waits for a log that is full of refusals.
    let _ = shared.refused.try_send(refusal);
    answer
}

/// Reads a body, once it is certain who is to have signed it, by the header of that name.
async fn body_of(
    request: Request<Incoming>,
    signed_by: &str,
    place: &Place,
    shared: &Shared,
    correlation_id: &str,
) -> Result<(Option<String>, HeaderMap, Whole), Answer> {
    if let Some(why) = ambiguity(request.version(), request.headers(), signed_by) {
        return Err(refuse(shared, correlation_id, why, Answer::Bad));
    }
    if shared.gate.is_open() && is_of_a_page(request.headers()) {
        let why = "a web page sent the request, and nothing else says who may (--skip-verify)";
        return Err(refuse(shared, correlation_id, why, Answer::Bad));
    }
    if shared.cancel.is_set() {
        return Err(Answer::Later);
    }
    let (head, body) = request.into_parts();
    let signature = text_of(&head.headers, signed_by);
    match body::read(body, place).await {
        Ok(body) => Ok((signature, head.headers, body)),
        Err((why, answer)) => Err(refuse(shared, correlation_id, why, answer)),
    }
}

fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Takes one event of Stripe.
async fn stripe(request: Request<Incoming>, place: &Place, shared: &Shared, correlation_id: &str) -> Answer {
    if !shared.gate.is_usable() {
        return refuse(shared, correlation_id, "an event of Stripe came, and no signing secret is set", Answer::Later);
    }
    let (signature, headers, body) = match body_of(request, signature::HEADER, place, shared, correlation_id).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let owner = match shared.gate.check(signature.as_deref(), &body.bytes, shared.clock.now_ms() / 1000) {
        Ok(owner) => owner,
        Err(error) => {
            shared.figures.refused(&error);
            return refuse(shared, correlation_id, error.to_string(), shared.gate.answer(&error));
        }
    };
    place.prove();
    // The room is the next one's when this one is answered.
    let Whole { bytes, room: _room } = body;
    let Ok(body) = String::from_utf8(bytes) else {
        return refuse(shared, correlation_id, "the body is no UTF-8 text", Answer::Bad);
    };
    let correlation_id = correlation_id.to_owned();
    let original = Original { signature, via: text_of(&headers, VIA_HEADER) };
    let delivery = Delivery { provider: Provider::Stripe, body, door: "live", owner, correlation_id };
    hand_in(delivery, Some(original), shared).await
}

/// Takes one notification of Fatture in Cloud.
async fn fic(request: Request<Incoming>, place: &Place, shared: &Shared, correlation_id: &str) -> Answer {
    let path = request.uri().path().to_owned();
    let (token, headers, whole) = match body_of(request, AUTHORIZATION.as_str(), place, shared, correlation_id).await {
        Ok(read) => read,
        // Whoever sent it, it may be the service, which never comes again after a 4xx.
        Err(_) => return Answer::Later,
    };
    let body = notification::structured(&|name| text_of(&headers, name), &whole.bytes);
    let outlined = notification::outline(&|_| None, &body);
    let event = outlined.as_ref().ok().map(|(event, _)| event);
    if let Err(error) = shared.token_gate.check(token.as_deref(), &path, event, shared.clock.now_ms() / 1000) {
        return refuse(shared, correlation_id, error.to_string(), shared.token_gate.answer(&error));
    }
    place.prove();
    if let Err(why) = outlined {
        // It is the service's own: to refuse it would end the subscription, and it would come no better again.
        let why = format!("a notification of Fatture in Cloud: {why}");
        return refuse(shared, correlation_id, why, Answer::Taken);
    }
    let correlation_id = correlation_id.to_owned();
    hand_in(Delivery { provider: Provider::Fic, body, door: "live", owner: None, correlation_id }, None, shared).await
}

/// Reads the challenge of a verification. It is echoed whatever company the path seems to name: the path is the subscriber's
/// own choice, so that a stranger would only have to write another one, while an owner who chose a word would fail five
/// times and lose the subscription. What comes of a stranger's company then is bounded where it is taken in.
fn challenge(request: &Request<Incoming>, shared: &Shared, correlation_id: &str) -> Result<String, Answer> {
    let headers = request.headers();
    if let Some(why) = ambiguity(request.version(), headers, AUTHORIZATION.as_str()) {
        return Err(refuse(shared, correlation_id, why, Answer::Bad));
    }
    let token = text_of(headers, AUTHORIZATION.as_str());
    let checked = shared.token_gate.check(token.as_deref(), request.uri().path(), None, shared.clock.now_ms() / 1000);
    if let Err(error) = checked {
        return Err(refuse(shared, correlation_id, error.to_string(), shared.token_gate.answer(&error)));
    }
    let in_header = text_of(headers, notification::CHALLENGE);
    let found = notification::challenge(in_header.as_deref(), request.uri().query());
    found.map(str::to_owned).ok_or_else(|| refuse(shared, correlation_id, "it brings no challenge", Answer::Bad))
}

/// Hands a delivery to the writer, and waits until it is durable.
async fn hand_in(delivery: Delivery, original: Option<Original>, shared: &Shared) -> Answer {
    let correlation_id = delivery.correlation_id.clone();
    let Some(answered) = shared.counter.hand_in(delivery, original) else {
        return refuse(shared, &correlation_id, "too many events wait for the file", Answer::Later);
    };
    match tokio::time::timeout(shared.answer_time, answered).await {
        Ok(Ok(answer)) => answer,
        _ => refuse(shared, &correlation_id, "the file could not be written in time", Answer::Later),
    }
}

/// Says what makes it uncertain for whom a request is, or who signed it: two readers would take it for two things.
fn ambiguity(version: Version, headers: &HeaderMap, signed_by: &str) -> Option<&'static str> {
    let several = |name| headers.get_all(name).iter().nth(1).is_some();
    if several(HOST.as_str()) || version == Version::HTTP_11 && !headers.contains_key(HOST) {
        return Some("the request does not say for which host it is, or says several");
    }
    several(signed_by).then_some("the request has several headers that say who signed it")
}

/// Returns whether a browser sent a request for a page that somebody looks at.
fn is_of_a_page(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    headers.contains_key(ORIGIN) || site.is_some_and(|site| site != b"none")
}
