//! What can go wrong on the way, on purpose: drawn from a seeded generator or scripted for the nth request.

use std::time::Duration;

use super::random::mix;

/// The pause in a slow body unless told otherwise: long enough to be seen, and to be waited for.
const PAUSE: Duration = Duration::from_millis(50);

/// One way for an answer to be bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 500 with Stripe's error envelope.
    Internal,
    /// 503 with `Stripe-Should-Retry: true`.
    Unavailable,
    /// 409, another request holds the object.
    Conflict,
    /// 429 although no limit was passed.
    RateLimited,
    /// 401, as if the key were revoked.
    Unauthorized,
    /// The connection closes before any answer.
    ResetBefore,
    /// The connection closes inside the headers.
    ResetInHeaders,
    /// The connection closes inside the body, with the full `Content-Length` promised.
    ResetInBody,
    /// Half of the body, the connection's end as its only end: no `Content-Length`.
    CutWithoutLength,
    /// A complete body that is not JSON.
    MalformedJson,
    /// 200 with a web page.
    Html,
    /// 200 with nothing.
    EmptyBody,
    /// `{}`.
    EmptyObject,
    /// `data` is an object.
    DataNotAList,
    /// The first object of the page lacks its id.
    ObjectWithoutId,
    /// `has_more` is missing.
    HasMoreMissing,
    /// `has_more` is true on the last page too.
    HasMoreForever,
    /// `data` is empty and `has_more` true.
    EmptyPageWithMore,
    /// The page that a request without cursor gets, whatever the cursor: the same page twice, or a cycle.
    FirstPageAgain,
    /// The body in small pieces with pauses (`Faults::pause`).
    SlowBody,
    /// A small gzip body that unpacks to hundreds of megabytes.
    GzipBomb,
    /// Headers of several hundred kilobytes.
    HugeHeaders,
    /// A redirect to another host.
    Redirect,
}

impl Fault {
    /// Every kind, for tables of tests.
    pub const ALL: [Fault; 23] = [
        Fault::Internal,
        Fault::Unavailable,
        Fault::Conflict,
        Fault::RateLimited,
        Fault::Unauthorized,
        Fault::ResetBefore,
        Fault::ResetInHeaders,
        Fault::ResetInBody,
        Fault::CutWithoutLength,
        Fault::MalformedJson,
        Fault::Html,
        Fault::EmptyBody,
        Fault::EmptyObject,
        Fault::DataNotAList,
        Fault::ObjectWithoutId,
        Fault::HasMoreMissing,
        Fault::HasMoreForever,
        Fault::EmptyPageWithMore,
        Fault::FirstPageAgain,
        Fault::SlowBody,
        Fault::GzipBomb,
        Fault::HugeHeaders,
        Fault::Redirect,
    ];
}

/// When faults happen.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Share of requests hit, in thousandths; each draws one of `kinds`.
    pub per_mille: u32,
    /// What may be drawn.
    pub kinds: Vec<Fault>,
    /// Only requests of exactly this path can draw one; of every path below it where it ends in `/`.
    pub path: Option<String>,
    /// Faults for the nth request (from 1) since start, whatever the draw.
    pub at: Vec<(u64, Fault)>,
    /// From this request on (from 1), every one answers 401: the key was revoked meanwhile.
    pub revoked_from: Option<u64>,
    /// Between two pieces of a slow body; a twentieth of a second where this is `None`.
    pub pause: Option<Duration>,
}

impl Faults {
    /// Draws with the given share of the given kinds.
    pub fn share(per_mille: u32, kinds: &[Fault]) -> Faults {
        Faults { per_mille, kinds: kinds.to_vec(), ..Faults::default() }
    }

    /// Returns how long a slow body pauses.
    pub(super) fn pause(&self) -> Duration {
        self.pause.unwrap_or(PAUSE)
    }

    /// Returns what happens to the nth request (from 1), which is for this path.
    pub(super) fn draw(&self, seed: u64, n: u64, path: &str) -> Option<Fault> {
        if self.revoked_from.is_some_and(|from| n >= from) {
            return Some(Fault::Unauthorized);
        }
        if let Some(&(_, fault)) = self.at.iter().find(|(at, _)| *at == n) {
            return Some(fault);
        }
        let drawn = mix(seed ^ 0xfa17, n);
        let fits = |only: &String| only == path || only.ends_with('/') && path.starts_with(only.as_str());
        let is_here = self.path.as_ref().is_none_or(fits);
        let hit = is_here && !self.kinds.is_empty() && drawn % 1000 < u64::from(self.per_mille);
        hit.then(|| self.kinds[(drawn >> 32) as usize % self.kinds.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_deterministic_and_near_their_share() {
        let faults = Faults::share(50, &Fault::ALL);
        let hits: Vec<_> = (1..=10_000).map(|n| faults.draw(7, n, "/")).collect();
        assert_eq!(hits, (1..=10_000).map(|n| faults.draw(7, n, "/")).collect::<Vec<_>>());
        assert!((350..650).contains(&hits.iter().flatten().count()));
        assert!(Fault::ALL.iter().all(|f| hits.contains(&Some(*f))));
    }

    #[test]
    fn a_path_means_itself_or_what_is_below_it() {
        let of = |path: &str| Faults { path: Some(path.to_owned()), ..Faults::share(1000, &[Fault::Html]) };
        let cases = [("/v1/a", "/v1/a", true), ("/v1/a", "/v1/a/b", false), ("/v1/a/", "/v1/a/b", true)];
        for (only, path, wanted) in cases {
            assert_eq!(of(only).draw(1, 1, path).is_some(), wanted, "{only} {path}");
        }
        assert_eq!(of("/v1/a/").draw(1, 1, "/v1/a"), None);
    }

    #[test]
    fn a_script_goes_before_the_draw_and_a_revoked_key_before_both() {
        let faults =
            Faults { at: vec![(2, Fault::Html), (9, Fault::Html)], revoked_from: Some(8), ..Faults::default() };
        assert_eq!(
            [1, 2, 3, 8, 9].map(|n| faults.draw(1, n, "/")),
            [None, Some(Fault::Html), None, Some(Fault::Unauthorized), Some(Fault::Unauthorized)]
        );
    }
}
