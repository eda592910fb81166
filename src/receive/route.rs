//! Which request is for what. Pure.

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// An event of Stripe.
    Stripe,
    /// A notification of Fatture in Cloud.
    Fic,
    /// The same service asks whether this is the address that somebody says it is.
    FicChallenge,
    /// Whether the receiver is there.
    Health,
    /// There is such a path, for these methods.
    OtherMethod(&'static str),
    /// There is no such path.
    Nothing,
}

/// Every path, with the one method that it takes.
const PATHS: &[(&str, &str, Route)] = &[
    ("/api/stripe/webhook", "POST", Route::Stripe),
    ("/webhook", "POST", Route::Stripe),
    ("/healthz", "GET", Route::Health),
];

/// The paths that take Stripe's events, for people.
pub fn stripe_paths() -> impl Iterator<Item = &'static str> {
    PATHS.iter().filter(|(_, _, route)| *route == Route::Stripe).map(|(path, _, _)| *path)
}

/// What every path of Fatture in Cloud's begins with; a name for the account and one for the group of types follow.
const FIC: &str = "/api/webhooks/fic/";
/// Characters of each of them.
const NAME_CHARS_MAX: usize = 64;

/// The shape of the paths that take Fatture in Cloud's notifications, for people.
pub const FIC_PATH: &str = "/api/webhooks/fic/{account_id}/{event_group}";

/// Finds what a request is for; a query says nothing here.
pub fn route(method: &str, path: &str) -> Route {
    if is_fic(path) {
        return match method {
            "POST" => Route::Fic,
            "GET" => Route::FicChallenge,
            _ => Route::OtherMethod("GET, POST"),
        };
    }
    match PATHS.iter().find(|(known, _, _)| *known == path) {
        Some((_, wanted, route)) if *wanted == method => *route,
        Some((_, wanted, _)) => Route::OtherMethod(wanted),
        None => Route::Nothing,
    }
}

/// Both names are the subscriber's own: whose events they are, the events say.
fn is_fic(path: &str) -> bool {
    let is_name = |name: &str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        (1..=NAME_CHARS_MAX).contains(&name.len()) && name.bytes().all(is_plain)
    };
    let names = path.strip_prefix(FIC).and_then(|rest| rest.split_once('/'));
    names.is_some_and(|(account, group)| is_name(account) && is_name(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_webhooks_are_made_for_leads_here() {
        use crate::providers::fic::subscriptions::{Wanted, groups};
        assert_eq!(route("POST", crate::providers::stripe::endpoints::PATH), Route::Stripe);
        for group in groups() {
            let sink = Wanted::of("h.example", "108061", group).sink;
            let path = sink.strip_prefix("https://h.example").expect("at the host");
            assert_eq!((route("POST", path), route("GET", path)), (Route::Fic, Route::FicChallenge), "{path}");
        }
    }

    #[test]
    fn only_these_paths_and_methods_lead_anywhere() {
        for (method, path, wanted) in [
            ("POST", "/api/stripe/webhook", Route::Stripe),
            ("POST", "/webhook", Route::Stripe),
            ("GET", "/healthz", Route::Health),
            ("GET", "/webhook", Route::OtherMethod("POST")),
            ("PUT", "/api/stripe/webhook", Route::OtherMethod("POST")),
            ("POST", "/healthz", Route::OtherMethod("GET")),
            ("POST", "/webhook/", Route::Nothing),
            ("POST", "//webhook", Route::Nothing),
            ("GET", "/", Route::Nothing),
            ("GET", "/metrics", Route::Nothing),
            ("POST", "*", Route::Nothing),
            ("POST", "/api/webhooks/fic/108061/entity", Route::Fic),
            ("GET", "/api/webhooks/fic/108061/issued_documents", Route::FicChallenge),
            ("DELETE", "/api/webhooks/fic/108061/entity", Route::OtherMethod("GET, POST")),
            ("POST", "/api/webhooks/fic/108061", Route::Nothing),
            ("POST", "/api/webhooks/fic/108061/", Route::Nothing),
            ("POST", "/api/webhooks/fic//entity", Route::Nothing),
            ("POST", "/api/webhooks/fic/1/entity/x", Route::Nothing),
            ("POST", "/api/webhooks/fic/1/%2e%2e", Route::Nothing),
        ] {
            assert_eq!(route(method, path), wanted, "{method} {path}");
        }
    }
}
