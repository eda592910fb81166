//! Which request is for what. Pure.

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// An event of Stripe.
    Stripe,
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

/// Finds what a request is for; a query says nothing here.
pub fn route(method: &str, path: &str) -> Route {
    match PATHS.iter().find(|(known, _, _)| *known == path) {
        Some((_, wanted, route)) if *wanted == method => *route,
        Some((_, wanted, _)) => Route::OtherMethod(wanted),
        None => Route::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert_eq!(route(method, path), wanted, "{method} {path}");
        }
    }
}
