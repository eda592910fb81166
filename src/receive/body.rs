//! The bodies of requests: read within a time, to a size, and into a room that all of them share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use super::answer::Answer;
use super::crowd::{BodyRoom, OWN_BYTES, Place};

/// An event of Stripe is some kilobytes; a list in it is cut at ten.
const BYTES_MAX: usize = 1 << 20;
/// A body has to be there by then.
const TIME: Duration = Duration::from_secs(10);

/// A body that has come whole.
pub(super) struct Whole {
    pub bytes: Vec<u8>,
    /// What it takes of the common room, until it is answered.
    pub room: Option<BodyRoom>,
}

/// Why a body did not come.
enum Trouble {
    TooLarge,
    Broken(hyper::Error),
}

/// Reads a body.
pub(super) async fn read(body: Incoming, place: &Place) -> Result<Whole, (String, Answer)> {
    let too_large = || (format!("the body is larger than {} KiB", BYTES_MAX >> 10), Answer::TooLarge);
    let size = body.size_hint();
    if size.lower() > BYTES_MAX as u64 {
        return Err(too_large());
    }
    // Nobody knows how large one in chunks becomes.
    let announced = size.exact().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(BYTES_MAX);
    let is_waiting = AtomicBool::new(false);
    match tokio::time::timeout(TIME, collect(body, announced, place, &is_waiting)).await {
        Ok(Ok(whole)) => Ok(whole),
        Ok(Err(Trouble::TooLarge)) => Err(too_large()),
        Ok(Err(Trouble::Broken(error))) => Err((format!("the body did not come whole: {error}"), Answer::Bad)),
        Err(_) if is_waiting.into_inner() => {
            Err(("the bodies of other requests left no room for this one".to_owned(), Answer::Later))
        }
        Err(_) => Err((format!("the body did not come within {} s", TIME.as_secs()), Answer::TooSlow)),
    }
}

async fn collect(
    mut body: Incoming,
    announced: usize,
    place: &Place,
    is_waiting: &AtomicBool,
) -> Result<Whole, Trouble> {
    let mut whole = Whole { bytes: Vec::with_capacity(announced.min(OWN_BYTES)), room: None };
    while let Some(frame) = body.frame().await {
        // What stands behind the chunks says nothing.
        let Ok(data) = frame.map_err(Trouble::Broken)?.into_data() else { continue };
        let bytes = whole.bytes.len() + data.len();
        if bytes > BYTES_MAX {
            return Err(Trouble::TooLarge);
        }
        if bytes > OWN_BYTES && whole.room.is_none() {
            is_waiting.store(true, Ordering::Relaxed);
            whole.room = Some(place.room_for(announced, bytes).await);
            is_waiting.store(false, Ordering::Relaxed);
            whole.bytes.reserve_exact(announced.saturating_sub(whole.bytes.len()));
        } else if whole.room.is_some() {
            place.grew(data.len());
        }
        whole.bytes.extend_from_slice(&data);
    }
    place.has_come();
    Ok(whole)
}
