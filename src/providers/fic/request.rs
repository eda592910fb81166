//! Building the requests that pull a company's data.

use crate::model::resource::{List, Resource};
use crate::model::wire::Request;

/// Rows per page; the most that the service gives. Its own default is documented as 50 and as 5.
pub const PER_PAGE: u32 = 100;

/// The paths that are the same for every company, without `/c/{company_id}`.
const GLOBAL_PATHS: &[&str] =
    &["/info/detailed_countries", "/info/currencies", "/info/languages", "/info/measures", "/info/dn_causals"];

/// A stable order for each paged resource: things that do not change while a scan runs. Documents cannot be sorted by
/// id, so creation time comes first and ties are broken by what else may be sorted by. Resources without an entry have
/// no documented sort field.
const SORTS: &[(&str, &str)] = &[
    ("clients", "created_at,code,name"),
    ("suppliers", "created_at,code,name"),
    ("products", "created_at,code,name"),
    ("issued_documents", "created_at,number,numeration"),
    ("received_documents", "created_at,date,amount_gross"),
    ("receipts", "created_at,date"),
    ("taxes", "due_date,amount,description"),
    ("archive", "date,category,description"),
];

/// The resources whose documentation names `updated_at` as a filter; whether it works is probed.
const WITH_UPDATED_AT: &[&str] =
    &["clients", "suppliers", "products", "issued_documents", "received_documents", "receipts"];

/// A bin: deleted documents that can be restored. It lists tombstones, not rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bin {
    /// The resource whose deleted objects it lists.
    pub resource: &'static str,
    /// Path without company.
    pub path: &'static str,
}

/// Both bins.
pub const BINS: &[Bin] = &[
    Bin { resource: "issued_documents", path: "/bin/issued_documents" },
    Bin { resource: "received_documents", path: "/bin/received_documents" },
];

/// Which rows of a paged list to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Selection<'a> {
    /// One of the resource's `passes` (`type=invoice`), or empty.
    pub pass: &'a str,
    /// Only rows changed at or after this Italian local time, as the service writes it: `2026-01-31 10:00:00`.
    pub updated_since: Option<&'a str>,
}

/// Returns the path on the wire: most resources belong to a company, a few lookups to nobody.
pub fn scoped(company: &str, path: &str) -> String {
    if GLOBAL_PATHS.contains(&path) { path.to_owned() } else { format!("/c/{}{path}", encode(company)) }
}

/// Returns the stable sort expression of a resource, or none where no field is documented.
pub fn stable_sort(resource: &Resource) -> Option<&'static str> {
    SORTS.iter().find(|(name, _)| *name == resource.name).map(|(_, sort)| *sort)
}

/// Returns whether filtering by `updated_at` is worth a probe.
pub fn may_filter_by_update(resource: &Resource) -> bool {
    WITH_UPDATED_AT.contains(&resource.name)
}

/// Builds the request for one page of a paged list, from 1; none for resources that are listed otherwise.
pub fn page(resource: &Resource, company: &str, selection: Selection<'_>, page: u32) -> Option<Request> {
    let List::Pages(path) = resource.list else { return None };
    let mut query = Query::of(selection.pass);
    query.add("fieldset", "detailed").add("per_page", &PER_PAGE.to_string()).add("page", &page.to_string());
    match selection.updated_since {
        Some(since) => {
            query.add("sort", "updated_at").add("q", &updated_filter(since));
        }
        None => {
            if let Some(sort) = stable_sort(resource) {
                query.add("sort", sort);
            }
        }
    }
    Some(request(path, &scoped(company, path), query))
}

/// Builds the request for a page of ids alone, for the sweep that finds what was deleted.
pub fn id_page(resource: &Resource, company: &str, pass: &str, page: u32) -> Option<Request> {
    let List::Pages(path) = resource.list else { return None };
    let mut query = Query::of(pass);
    query.add("fields", "id").add("per_page", &PER_PAGE.to_string()).add("page", &page.to_string());
    if let Some(sort) = stable_sort(resource) {
        query.add("sort", sort);
    }
    Some(request(path, &scoped(company, path), query))
}

/// Builds the request for a list that comes whole in one answer.
pub fn once(resource: &Resource, company: &str, pass: &str) -> Option<Request> {
    let List::Once(path) = resource.list else { return None };
    Some(request(path, &scoped(company, path), Query::of(pass)))
}

/// Builds the request for the rows under one parent.
pub fn under(resource: &Resource, company: &str, parent_id: &str) -> Option<Request> {
    let List::Under { path, .. } = resource.list else { return None };
    let filled = path.replace("{parent}", &encode(parent_id));
    Some(request(path, &scoped(company, &filled), Query::of("")))
}

/// Builds the request for one object; none where the service has no such call.
pub fn single(resource: &Resource, company: &str, id: &str) -> Option<Request> {
    if resource.get.is_empty() {
        return None;
    }
    let mut query = Query::of("");
    // The settings calls know no presets, and unknown parameters may be refused.
    if matches!(resource.list, List::Pages(_)) {
        query.add("fieldset", "detailed");
    }
    let filled = resource.get.replace("{id}", &encode(id));
    Some(request(resource.get, &scoped(company, &filled), query))
}

/// Builds the request for a bin's whole content.
pub fn bin(bin: Bin, company: &str) -> Request {
    request(bin.path, &scoped(company, bin.path), Query::of(""))
}

/// Builds the request for the companies that a token may see.
pub fn companies() -> Request {
    request("/user/companies", "/user/companies", Query::of(""))
}

/// Builds one half of the `updated_at` probe: a filter that no row can pass, of which one row is asked for.
pub fn probe_filtered(resource: &Resource, company: &str, pass: &str) -> Option<Request> {
    probe(resource, company, pass, Some("2999-12-31 00:00:00"))
}

/// Builds the other half: the same request without the filter.
pub fn probe_plain(resource: &Resource, company: &str, pass: &str) -> Option<Request> {
    probe(resource, company, pass, None)
}

/// Judges a probe by both totals: `Some(true)` when the filter works, `Some(false)` when it is ignored, none when the
/// list is empty and so proves nothing. (A refusal of the filtered request means that it does not work.)
pub fn filter_works(total_filtered: u64, total_plain: u64) -> Option<bool> {
    (total_plain > 0).then_some(total_filtered == 0)
}

fn probe(resource: &Resource, company: &str, pass: &str, since: Option<&str>) -> Option<Request> {
    let List::Pages(path) = resource.list else { return None };
    if !may_filter_by_update(resource) {
        return None;
    }
    let mut query = Query::of(pass);
    query.add("fields", "id").add("per_page", "1").add("page", "1");
    if let Some(since) = since {
        query.add("q", &updated_filter(since));
    }
    Some(request(path, &scoped(company, path), query))
}

/// Writes the filter; a quote inside a literal is doubled by the service's grammar.
fn updated_filter(since: &str) -> String {
    format!("updated_at >= '{}'", since.replace('\'', "''"))
}

pub(super) fn request(endpoint: &'static str, path: &str, query: Query) -> Request {
    let path = if query.0.is_empty() { path.to_owned() } else { format!("{path}?{}", query.0) };
    Request { path, endpoint }
}

/// A query string in the making.
pub(super) struct Query(String);

impl Query {
    /// Starts with a pass of the resource table, which is a query string already.
    pub(super) fn of(pass: &str) -> Query {
        Query(pass.to_owned())
    }
    pub(super) fn add(&mut self, name: &str, value: &str) -> &mut Query {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
        self.0.push_str(&encode(value));
        self
    }
}

/// Percent-encodes everything but unreserved characters and the comma of sort lists.
fn encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::fic::resources::RESOURCES;

    fn named(name: &str) -> &'static Resource {
        RESOURCES.iter().find(|r| r.name == name).expect("in the table")
    }

    #[test]
    fn a_page_asks_for_everything_in_a_stable_order() {
        let selection = Selection { pass: "type=invoice", updated_since: None };
        let request = page(named("issued_documents"), "12", selection, 3).expect("paged");
        assert_eq!(
            request.path,
            "/c/12/issued_documents?type=invoice&fieldset=detailed&per_page=100&page=3&sort=created_at,number,numeration"
        );
        assert_eq!(request.endpoint, "/issued_documents");
    }

    #[test]
    fn an_incremental_page_is_sorted_by_change() {
        let selection = Selection { pass: "", updated_since: Some("2026-01-31 10:00:00") };
        let request = page(named("clients"), "12", selection, 1).expect("paged");
        assert!(request.path.ends_with("sort=updated_at&q=updated_at%20%3E%3D%20%272026-01-31%2010%3A00%3A00%27"));
    }

    #[test]
    fn global_lookups_have_no_company() {
        assert_eq!(once(named("currencies"), "12", "").expect("once").path, "/info/currencies");
        assert_eq!(once(named("vat_types"), "12", "").expect("once").path, "/c/12/info/vat_types");
    }

    #[test]
    fn ids_cannot_leave_their_segment() {
        let request = single(named("clients"), "12", "1/../2?x").expect("has a get");
        assert_eq!(request.path, "/c/12/entities/clients/1%2F..%2F2%3Fx?fieldset=detailed");
    }

    #[test]
    fn children_are_asked_for_under_their_parent() {
        assert_eq!(under(named("price_list_items"), "12", "10").expect("under").path, "/c/12/price_lists/10/items");
    }

    #[test]
    fn a_probe_of_an_empty_list_proves_nothing() {
        assert_eq!(filter_works(0, 0), None);
        assert_eq!(filter_works(0, 9), Some(true));
        assert_eq!(filter_works(9, 9), Some(false));
        assert!(probe_filtered(named("taxes"), "12", "").is_none());
    }
}
