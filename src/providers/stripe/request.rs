//! Requests of Stripe's API, as plain data.

use crate::model::resource::{List, Resource};
use crate::model::span::Span;
use crate::model::wire::Request;

/// Objects on a page: the most that Stripe gives.
pub const PAGE_OBJECTS: usize = 100;

/// The account that the key belongs to. Source: API reference, "Retrieve account".
pub fn account() -> Request {
    Request { path: "/v1/account".to_owned(), endpoint: "/v1/account" }
}

/// One page of the accounts that are connected to the key's own. Source: API reference, "List all connected accounts".
pub fn connected(cursor: Option<&str>) -> Request {
    let mut query = Query::new("/v1/accounts");
    query.add("limit", &PAGE_OBJECTS.to_string());
    if let Some(cursor) = cursor {
        query.add("starting_after", cursor);
    }
    query.request("/v1/accounts")
}

/// One page of a top-level list; `None` for a resource that has none.
pub fn list(resource: &Resource, pass: &str, span: Span, cursor: Option<&str>) -> Option<Request> {
    let (path, is_paged) = match resource.list {
        List::Sliced(path) | List::Cursor(path) => (path, true),
        List::Once(path) => (path, false),
        _ => return None,
    };
    let mut query = Query::new(path);
    if is_paged {
        query.add("limit", &PAGE_OBJECTS.to_string());
    }
    query.add_raw(pass);
    if matches!(resource.list, List::Sliced(_)) {
        query.add_span(span);
    }
    for field in resource.expand {
        query.add("expand[]", &format!("data.{field}"));
    }
    if let Some(cursor) = cursor {
        query.add("starting_after", cursor);
    }
    Some(query.request(path))
}

/// One page of a child list under its parent; `None` for a resource that has none.
pub fn under(child: &Resource, parent_id: &str, cursor: Option<&str>) -> Option<Request> {
    let List::Under { path, .. } = child.list else { return None };
    let (route, fixed) = path.split_once('?').unwrap_or((path, ""));
    let mut query = Query::new(&route.replace("{parent}", &encode(parent_id)));
    query.add_raw(&fixed.replace("{parent}", &encode(parent_id)));
    if !child.unpaged {
        query.add("limit", &PAGE_OBJECTS.to_string());
    }
    for field in child.expand {
        query.add("expand[]", &format!("data.{field}"));
    }
    if let Some(cursor) = cursor {
        query.add("starting_after", cursor);
    }
    Some(query.request(route))
}

/// One object by its id; `None` for a resource without such a request.
pub fn single(resource: &Resource, id: &str) -> Option<Request> {
    if resource.get.is_empty() || resource.get.contains("{parent}") {
        return None;
    }
    let mut query = Query::new(&resource.get.replace("{id}", &encode(id)));
    for field in resource.expand {
        query.add("expand[]", field);
    }
    Some(query.request(resource.get))
}

/// One page of the event log.
pub fn events(span: Span, cursor: Option<&str>) -> Request {
    let mut query = Query::new("/v1/events");
    query.add("limit", &PAGE_OBJECTS.to_string());
    query.add_span(span);
    if let Some(cursor) = cursor {
        query.add("starting_after", cursor);
    }
    query.request("/v1/events")
}

struct Query(String);

impl Query {
    fn new(path: &str) -> Query {
        Query(path.to_owned())
    }
    fn add(&mut self, name: &str, value: &str) {
        let pair = format!("{}={}", encode(name), encode(value));
        self.add_raw(&pair);
    }
    fn add_raw(&mut self, pairs: &str) {
        if !pairs.is_empty() {
            self.0.push(if self.0.contains('?') { '&' } else { '?' });
            self.0.push_str(pairs);
        }
    }
    fn add_span(&mut self, span: Span) {
        if let Some(from_s) = span.from_s {
            self.add("created[gte]", &from_s.to_string());
        }
        if let Some(until_s) = span.until_s {
            self.add("created[lt]", &until_s.to_string());
        }
    }
    fn request(self, endpoint: &'static str) -> Request {
        Request { path: self.0, endpoint }
    }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::resource::Inline;

    #[test]
    fn requests_say_what_the_table_says() {
        let prices = Resource {
            name: "prices",
            list: List::Sliced("/v1/prices"),
            get: "/v1/prices/{id}",
            expand: &["tiers"],
            ..Resource::BLANK
        };
        let span = Span { from_s: Some(5), until_s: None };
        let page = list(&prices, "active=true", span, Some("price_1")).expect("listed");
        assert_eq!(
            page.path,
            "/v1/prices?limit=100&active=true&created%5Bgte%5D=5&expand%5B%5D=data.tiers&starting_after=price_1"
        );
        assert_eq!(single(&prices, "a/b?c").expect("gettable").path, "/v1/prices/a%2Fb%3Fc?expand%5B%5D=tiers");
        let items = Resource {
            name: "subscription_items",
            list: List::Under { parent: "subscriptions", path: "/v1/subscription_items?subscription={parent}" },
            inline: &[Inline { parent: "subscriptions", at: "/items", expand: false }],
            ..Resource::BLANK
        };
        let page = under(&items, "sub_1", None).expect("listed");
        assert_eq!(page.path, "/v1/subscription_items?subscription=sub_1&limit=100");
        assert_eq!(page.endpoint, "/v1/subscription_items");
    }
}
