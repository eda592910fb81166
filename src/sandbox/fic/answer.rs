//! From a call to a reply: who asks, is it allowed, which rows, in which envelope.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::facts::{self, Operation};
use super::filter::{self, Filter};
use super::state::{VOLATILE, id_of};
use super::{CompanyKind, FicCompany, FicSandbox, FicToken, Inner, UpdateFilter, hooks, locked};
use crate::sandbox::faults::Fault;
use crate::sandbox::service::{Call, Reply};
use crate::sandbox::trouble::Trouble;

/// What a page holds when the caller does not say: the smaller of the two documented values.
const PER_PAGE_DEFAULT: usize = 5;
const PER_PAGE_MAX: usize = 100;
/// Where the cashbook is cut without a word.
const CASHBOOK_CAP: usize = 1_000;

/// The fields that each list may be filtered by; the service refuses others.
const FILTERABLE: &[(&str, &[&str])] = &[
    (
        "/entities/clients",
        &["id", "code", "name", "type", "vat_number", "tax_code", "email", "created_at", "updated_at"],
    ),
    (
        "/entities/suppliers",
        &["id", "code", "name", "type", "vat_number", "tax_code", "email", "created_at", "updated_at"],
    ),
    (
        "/products",
        &["id", "name", "code", "net_price", "gross_price", "category", "in_stock", "created_at", "updated_at"],
    ),
    (
        "/issued_documents",
        &[
            "type",
            "entity.id",
            "entity.name",
            "date",
            "number",
            "numeration",
            "amount_net",
            "amount_vat",
            "amount_gross",
            "next_due_date",
            "created_at",
            "updated_at",
        ],
    ),
    (
        "/received_documents",
        &[
            "id",
            "type",
            "category",
            "description",
            "entity.id",
            "entity.name",
            "date",
            "next_due_date",
            "amount_gross",
            "amount_net",
            "amount_vat",
            "invoice_number",
            "created_at",
            "updated_at",
        ],
    ),
    ("/receipts", &["date", "type", "description", "rc_center", "created_at", "updated_at"]),
    ("/taxes", &["due_date", "status", "amount", "description"]),
    ("/archive", &["date", "category", "description"]),
];

/// The filterable fields that cannot be sorted by.
fn unsortable(list: &str) -> &'static [&'static str] {
    match list {
        "/received_documents" => &["type", "description", "invoice_number"],
        "/receipts" => &["type", "description"],
        "/issued_documents" => &["type"],
        _ => &["id"],
    }
}

/// Why a call is refused.
struct Refused {
    status: u16,
    message: String,
    field: Option<String>,
}

fn refused(status: u16, message: impl Into<String>) -> Refused {
    Refused { status, message: message.into(), field: None }
}

fn invalid(field: &str, message: impl Into<String>) -> Refused {
    Refused { status: 422, message: message.into(), field: Some(field.to_owned()) }
}

/// What a call is answered from: who asks, of which company if of one, and its rows.
struct Asked<'a> {
    sandbox: &'a FicSandbox,
    token: &'a FicToken,
    company: Option<&'a FicCompany>,
}

/// The company's id in a path.
pub(super) fn company_of(path: &str) -> Option<&str> {
    path.strip_prefix("/c/").and_then(|rest| rest.split('/').next())
}

/// Answers a call.
pub(super) fn answer(sandbox: &FicSandbox, call: &Call, now_s: i64) -> Reply {
    let bearer = call.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = bearer.and_then(|text| sandbox.register.token(text)) else { return unauthorized() };
    let id = company_of(&call.path).and_then(|id| id.parse::<u64>().ok());
    let seen = id.filter(|id| sandbox.register.sees(token, *id));
    let company = seen.and_then(|id| sandbox.register.company(id));
    let limits = company.and_then(|company| company.limits).unwrap_or(sandbox.settings.limits);
    // What is no company's is shown from the first one's book.
    let book = sandbox.book(company.map_or(sandbox.settings.company_id, |company| company.id));
    let mut inner = locked(&book);
    let taken = match company {
        Some(_) => inner.usage.take(limits, now_s),
        None => locked(&sandbox.users).entry(token.text.clone()).or_default().take(limits, now_s),
    };
    if let Err(spent) = taken {
        let mut reply = error_reply(&refused(spent.status, "Limite di richieste superato"));
        reply.headers.push(("Retry-After".to_owned(), spent.retry_after_s.to_string()));
        return reply;
    }
    let asked = Asked { sandbox, token, company };
    if let Some(mut reply) = hooks::answer(&token.missing_scopes, &mut inner.hooks, call, now_s, &|id| {
        permitted(&asked, Some(id)).map(drop).map_err(|refused| error_reply(&refused))
    }) {
        reply.headers.extend(company.map_or_else(Vec::new, |_| inner.usage.headers(limits)));
        return reply;
    }
    match data(&asked, &mut inner, call) {
        Ok(body) => {
            let headers = company.map_or_else(Vec::new, |_| inner.usage.headers(limits));
            Reply { status: 200, headers, body: body.to_string().into_bytes() }
        }
        Err(refused) => error_reply(&refused),
    }
}

fn unauthorized() -> Reply {
    let body = json!({"error": "invalid_request", "error_description": "Token mancante o non valido"});
    Reply { status: 401, headers: Vec::new(), body: body.to_string().into_bytes() }
}

/// Refuses a call to a company in trouble, as the service would; none where the trouble has no form of the service's own.
pub(super) fn troubled(trouble: Trouble) -> Option<Reply> {
    match trouble {
        Trouble::Revoked => Some(error_reply(&refused(403, "Permessi insufficienti"))),
        Trouble::Fault(Fault::Unauthorized) => Some(unauthorized()),
        Trouble::Fault(Fault::Internal) => Some(error_reply(&refused(500, "Server error"))),
        Trouble::Fault(Fault::RateLimited) => {
            let mut reply = error_reply(&refused(429, "Limite di richieste superato"));
            reply.headers.push(("Retry-After".to_owned(), "1".to_owned()));
            Some(reply)
        }
        _ => None,
    }
}

fn error_reply(refused: &Refused) -> Reply {
    let complaints = refused.field.as_ref().map(|field| json!({field: [refused.message]}));
    let mut error = json!({"message": refused.message, "validation_result": complaints});
    if refused.status == 403 {
        error["code"] = json!("NO_PERMISSION");
    }
    Reply { status: refused.status, headers: Vec::new(), body: json!({"error": error}).to_string().into_bytes() }
}

fn data(asked: &Asked<'_>, inner: &mut Inner, call: &Call) -> Result<Value, Refused> {
    let (op, values) = facts::find(&asked.sandbox.operations, &call.path).ok_or_else(|| refused(404, "Not found"))?;
    if call.method != "GET" {
        return Err(refused(405, "Method not allowed"));
    }
    check_params(op, call)?;
    if op.path == "/user/companies" {
        return Ok(asked.sandbox.register.listed(asked.token));
    }
    let Some(path) = op.path.strip_prefix("/c/{company_id}") else {
        return Ok(json!({"data": inner.state.rows(&op.path)}));
    };
    let company = permitted(asked, values.first())?;
    check_scope(&asked.token.missing_scopes, op, path, inner, call, values.get(1))?;
    let update_filter = asked.sandbox.settings.update_filter;
    match (path, values.get(1)) {
        ("/company/info", _) => Ok(json!({"data": company.info()})),
        ("/cashbook", _) => cashbook(inner, call),
        ("/info/product_categories", _) => Ok(json!({"data": ["Alimentari", "Servizi"]})),
        ("/price_lists/{price_list_id}/items", Some(id)) => {
            inner.state.prices(id).map(|items| json!({"data": items})).ok_or_else(|| refused(404, "Not found"))
        }
        (path, Some(id)) => single(inner, path, id, call),
        (path, None) if path.starts_with("/bin/") => Ok(json!({"data": inner.state.binned(&path[4..])})),
        (path, None) if op.params.iter().any(|p| p.name == "page") => list(update_filter, inner, path, call),
        (path, None) => Ok(json!({"data": inner.state.rows(path)})),
    }
}

/// The company that is asked, if the token may. One that it does not see is refused like one without permission, and so
/// is an accountant's firm: what can be read is what it controls.
fn permitted<'a>(asked: &Asked<'a>, id: Option<&String>) -> Result<&'a FicCompany, Refused> {
    match asked.company {
        Some(company) if company.kind == CompanyKind::Company => Ok(company),
        Some(_) => Err(refused(403, "Permessi insufficienti")),
        None => {
            let id = id.and_then(|id| id.parse::<u64>().ok());
            let is_others = id.is_some_and(|id| asked.sandbox.register.company(id).is_some());
            Err(if is_others { refused(403, "Permessi insufficienti") } else { refused(404, "Company not found") })
        }
    }
}

fn check_params(op: &Operation, call: &Call) -> Result<(), Refused> {
    for (name, value) in &call.query {
        let known = op.params.iter().find(|p| p.name == *name);
        let param = known.ok_or_else(|| invalid(name, format!("unknown parameter {name}")))?;
        if param.integer && value.parse::<u64>().is_err() || !param.values.is_empty() && !param.values.contains(value) {
            return Err(invalid(name, format!("the selected {name} is invalid")));
        }
    }
    match op.params.iter().find(|p| p.required && call.param(&p.name).is_none()) {
        Some(param) => Err(invalid(&param.name, format!("the {} field is required", param.name))),
        None => Ok(()),
    }
}

/// Issued documents need the scope of their own type; elsewhere any of the operation's scopes does.
fn check_scope(
    missing: &BTreeSet<String>,
    op: &Operation,
    path: &str,
    inner: &Inner,
    call: &Call,
    id: Option<&String>,
) -> Result<(), Refused> {
    let denied = || refused(403, "Permessi insufficienti");
    if path.starts_with("/issued_documents") {
        let row = id.and_then(|id| inner.state.rows("/issued_documents").iter().find(|row| id_of(row) == *id));
        let kind = call.param("type").or_else(|| row.and_then(|row| row["type"].as_str())).unwrap_or_default();
        let plural = if kind.starts_with("self_") { "self_invoices".to_owned() } else { format!("{kind}s") };
        let scope = format!("issued_documents.{plural}:r");
        return if missing.contains(&scope) { Err(denied()) } else { Ok(()) };
    }
    let all_missing = !op.scopes.is_empty() && op.scopes.iter().all(|scope| missing.contains(scope));
    if all_missing { Err(denied()) } else { Ok(()) }
}

fn cashbook(inner: &Inner, call: &Call) -> Result<Value, Refused> {
    for name in ["date_from", "date_to"] {
        let is_date = call.param(name).is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok());
        if !is_date {
            return Err(invalid(name, format!("{name} is not a date")));
        }
    }
    let (from, to) = (call.param("date_from").unwrap_or_default(), call.param("date_to").unwrap_or_default());
    let side = call.param("type").unwrap_or("all");
    let account = call.param("payment_account_id");
    let uses = |row: &Value, key: &str| account.is_some_and(|id| id_of(&row[key]) == id);
    let fits = |row: &&Value| {
        let date = row["date"].as_str().unwrap_or_default();
        let of_account = account.is_none() || uses(row, "payment_account_in") || uses(row, "payment_account_out");
        date >= from && date <= to && (side == "all" || row["type"] == side) && of_account
    };
    let mut rows: Vec<&Value> = inner.state.rows("/cashbook").iter().filter(fits).collect();
    rows.sort_by(|a, b| a["date"].as_str().cmp(&b["date"].as_str()));
    rows.truncate(CASHBOOK_CAP);
    Ok(json!({"data": rows}))
}

fn single(inner: &mut Inner, path: &str, id: &str, call: &Call) -> Result<Value, Refused> {
    let (list, _) = path.rsplit_once('/').unwrap_or((path, ""));
    let found = match list.strip_prefix("/bin") {
        Some(list) => inner.state.binned(list).iter().find(|row| id_of(row) == id),
        None => {
            // What is set up under /settings is listed under /info, templates apart.
            let listed = if inner.state.rows(list).is_empty() {
                list.replacen("/settings", "/info", 1)
            } else {
                list.to_owned()
            };
            inner.state.rows(&listed).iter().find(|row| id_of(row) == id)
        }
    };
    let mut row = found.cloned().ok_or_else(|| refused(404, "Not found"))?;
    refresh_urls(&mut row, &mut inner.reads);
    match call.param("fields") {
        Some(fields) => Ok(json!({"data": chosen(&row, fields)?})),
        None => Ok(json!({"data": row})),
    }
}

fn list(update_filter: UpdateFilter, inner: &mut Inner, path: &str, call: &Call) -> Result<Value, Refused> {
    let per_page = number(call, "per_page", PER_PAGE_DEFAULT)?;
    let page = number(call, "page", 1)?;
    if per_page > PER_PAGE_MAX {
        return Err(invalid("per_page", "per_page may not be greater than 100"));
    }
    let filter = filter_of(update_filter, path, call)?;
    let by_type = matches!(path, "/issued_documents" | "/received_documents");
    let fits = |row: &&Value| {
        let of_type = !by_type || call.param("type").is_none_or(|kind| row["type"] == kind);
        of_type && filter.as_ref().is_none_or(|filter| filter.passes(row))
    };
    // Newest first unless told otherwise, so that whatever is created meanwhile shifts the pages.
    let mut rows: Vec<Value> = inner.state.rows(path).iter().rev().filter(fits).cloned().collect();
    sort(path, call, &mut rows)?;
    let total = rows.len();
    let last_page = total.div_ceil(per_page).max(1);
    let from = page.saturating_sub(1).saturating_mul(per_page);
    let shown: Vec<Value> = rows.into_iter().skip(from).take(per_page).collect();
    let count = shown.len();
    let mut data = Vec::with_capacity(count);
    for mut row in shown {
        refresh_urls(&mut row, &mut inner.reads);
        data.push(as_listed(row, call)?);
    }
    let link = |n: usize| json!(format!("page={n}"));
    let mut body = json!({"current_page": page, "last_page": last_page, "per_page": per_page, "total": total, "path": path,
        "from": if count > 0 { json!(from + 1) } else { Value::Null }, "to": if count > 0 { json!(from + count) } else { Value::Null },
        "first_page_url": link(1), "last_page_url": link(last_page),
        "prev_page_url": if page > 1 { link(page - 1) } else { Value::Null },
        "next_page_url": if page < last_page { link(page + 1) } else { Value::Null }, "data": data});
    match path {
        "/taxes" => body["aggregated_data"] = json!({"amount": "0.00"}),
        "/received_documents/pending" => body["counters"] = json!({"agyo": 3, "mail": 2, "browser": 2}),
        _ => {}
    }
    Ok(body)
}

fn number(call: &Call, name: &str, default: usize) -> Result<usize, Refused> {
    let Some(text) = call.param(name) else { return Ok(default) };
    let value = text.parse::<usize>().ok().filter(|n| *n > 0);
    value.ok_or_else(|| invalid(name, format!("{name} must be at least 1")))
}

fn filter_of(update_filter: UpdateFilter, path: &str, call: &Call) -> Result<Option<Filter>, Refused> {
    let Some(q) = call.param("q") else { return Ok(None) };
    let filter = filter::parse(q).map_err(|message| invalid("q", message))?;
    let allowed = FILTERABLE.iter().find(|(list, _)| *list == path).map_or(&[][..], |(_, fields)| *fields);
    let by_update = filter.fields().contains(&"updated_at");
    let unknown = filter.fields().into_iter().find(|field| !allowed.contains(field));
    match (unknown, update_filter) {
        (Some(field), _) => Err(invalid("q", format!("cannot filter by {field}"))),
        (None, UpdateFilter::Refused) if by_update => Err(invalid("q", "cannot filter by updated_at")),
        (None, UpdateFilter::Ignored) => Ok(filter.without("updated_at")),
        (None, _) => Ok(Some(filter)),
    }
}

fn sort(path: &str, call: &Call, rows: &mut [Value]) -> Result<(), Refused> {
    let Some(wanted) = call.param("sort") else { return Ok(()) };
    let allowed = FILTERABLE.iter().find(|(list, _)| *list == path).map_or(&[][..], |(_, fields)| *fields);
    let mut keys = Vec::new();
    for part in wanted.split(',') {
        let field = part.strip_prefix('-').unwrap_or(part);
        if !allowed.contains(&field) || unsortable(path).contains(&field) {
            return Err(invalid("sort", format!("cannot sort by {field}")));
        }
        keys.push((format!("/{}", field.replace('.', "/")), part.starts_with('-')));
    }
    rows.sort_by(|a, b| {
        let by_key = keys.iter().map(|(pointer, descending)| {
            let value = |row: &Value| row.pointer(pointer).cloned().unwrap_or(Value::Null);
            let order = filter::compare(&value(a), &value(b)).unwrap_or(std::cmp::Ordering::Equal);
            if *descending { order.reverse() } else { order }
        });
        by_key.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    Ok(())
}

/// Shows a row as a list does: the whole only with `fieldset=detailed`.
fn as_listed(mut row: Value, call: &Call) -> Result<Value, Refused> {
    if let Some(fields) = call.param("fields") {
        return chosen(&row, fields);
    }
    if call.param("fieldset") != Some("detailed") {
        for name in ["items_list", "payments_list"] {
            if row.get(name).is_some() {
                row[name] = Value::Null;
            }
        }
        if let Some(members) = row.as_object_mut() {
            members.retain(|name, _| !matches!(name.as_str(), "created_at" | "updated_at" | "currency"));
        }
    }
    Ok(row)
}

/// Keeps the asked-for members. Lists without an id beside them are known to end in a server error.
fn chosen(row: &Value, fields: &str) -> Result<Value, Refused> {
    if matches!(fields, "items_list" | "payments_list") {
        return Err(refused(500, "Server error"));
    }
    let mut out = Map::new();
    for name in fields.split(',') {
        out.insert(name.to_owned(), row.get(name).cloned().unwrap_or(Value::Null));
    }
    Ok(Value::Object(out))
}

fn refresh_urls(row: &mut Value, reads: &mut u64) {
    for name in VOLATILE.iter().copied() {
        if row.get(name).is_some() {
            *reads += 1;
            row[name] = json!(format!("https://files.sandbox.invalid/{name}/{reads}"));
        }
    }
}
