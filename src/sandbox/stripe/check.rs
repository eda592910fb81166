//! Whether a request is one that the specification allows; Stripe's refusals.

use serde_json::json;

use super::facts::{Facts, Matched, Param};
use super::shape::MAX_EXPAND_DEPTH;
use crate::sandbox::service::{Call, Reply};

/// The largest page.
pub(super) const MAX_LIMIT: usize = 100;
/// The page when nothing is said.
const DEFAULT_LIMIT: usize = 10;
/// Exact event types in one request.
const MAX_TYPES: usize = 20;

/// A refusal: status, code, parameter, message.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) param: Option<String>,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, code, param: None, message: message.into() }
    }
    fn at(param: &str, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status: 400, code, param: Some(param.to_owned()), message: message.into() }
    }
    /// An object that is not there.
    pub(super) fn missing(object: &str, id: &str, status: u16, param: &str) -> Refusal {
        let message = format!("No such {}: '{id}'", object.replace(['.', '_'], " "));
        Refusal { status, code: "resource_missing", param: Some(param.to_owned()), message }
    }
    /// Writes Stripe's error envelope.
    pub(super) fn reply(&self) -> Reply {
        let mut error = json!({"type": "invalid_request_error", "message": self.message});
        if !self.code.is_empty() {
            error["code"] = json!(self.code);
            error["doc_url"] = json!(format!("https://stripe.com/docs/error-codes/{}", self.code.replace('_', "-")));
        }
        if let Some(param) = &self.param {
            error["param"] = json!(param);
        }
        let body = serde_json::to_string_pretty(&json!({"error": error})).unwrap_or_default();
        Reply { status: self.status, headers: Vec::new(), body: body.into_bytes() }
    }
}

/// What a checked request asks for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) limit: usize,
    pub(super) expand: Vec<String>,
    pub(super) starting_after: Option<String>,
    pub(super) ending_before: Option<String>,
    /// Ranges by field: inclusive low, exclusive high.
    pub(super) ranges: Vec<(String, i64, i64)>,
    /// Everything else: full parameter name, value.
    pub(super) filters: Vec<(String, String)>,
}

impl Asked {
    pub(super) fn filter(&self, name: &str) -> Option<&str> {
        self.filters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// Checks a request's parameters against those of its path.
pub(super) fn check(call: &Call, matched: &Matched<'_>) -> Result<Asked, Refusal> {
    let params = &matched.path.params;
    let mut asked = Asked { limit: DEFAULT_LIMIT, ..Asked::default() };
    for (full, value) in &call.query {
        let (name, key) = full.split_once('[').map_or((full.as_str(), None), |(n, k)| (n, k.strip_suffix(']')));
        let Some(param) = params.get(name) else {
            return Err(Refusal::at(full, "parameter_unknown", format!("Received unknown parameter: {full}")));
        };
        match name {
            "limit" => asked.limit = limit(value)?,
            "expand" => asked.expand.push(expansion(matched, value)?),
            "starting_after" => asked.starting_after = Some(value.clone()),
            "ending_before" => asked.ending_before = Some(value.clone()),
            _ if param.range == 1 => range(&mut asked, name, key, value)?,
            _ => {
                plain(param, full, key, value)?;
                asked.filters.push((full.clone(), value.clone()));
            }
        }
    }
    if asked.starting_after.is_some() && asked.ending_before.is_some() {
        let message = "Received both starting_after and ending_before parameters. Please pass in only one.";
        return Err(Refusal::at("ending_before", "", message));
    }
    required(call, matched)?;
    Ok(asked)
}

fn limit(value: &str) -> Result<usize, Refusal> {
    let number: i64 = value
        .parse()
        .map_err(|_| Refusal::at("limit", "parameter_invalid_integer", format!("Invalid integer: {value}")))?;
    match usize::try_from(number) {
        Ok(n) if (1..=MAX_LIMIT).contains(&n) => Ok(n),
        _ => Err(Refusal::at("limit", "", "Limit must be between 1 and 100.")),
    }
}

fn expansion(matched: &Matched<'_>, value: &str) -> Result<String, Refusal> {
    let wrong = |message: String| Refusal::at("expand", "", message);
    if value.split('.').count() > MAX_EXPAND_DEPTH {
        return Err(wrong("You cannot expand more than 4 levels of a property.".to_owned()));
    }
    let inner = match matched.is_list {
        true => value.strip_prefix("data.").ok_or_else(|| {
            wrong(format!(
                "This property cannot be expanded ({value}). You may want to try expanding 'data.{value}' instead."
            ))
        })?,
        false => value,
    };
    match Facts::get().expands(&matched.path.schemas, &inner.split('.').collect::<Vec<_>>()) {
        true => Ok(inner.to_owned()),
        false => Err(wrong(format!("This property cannot be expanded ({value})."))),
    }
}

fn range(asked: &mut Asked, name: &str, key: Option<&str>, value: &str) -> Result<(), Refusal> {
    let full = key.map_or(name.to_owned(), |k| format!("{name}[{k}]"));
    let second: i64 = value
        .parse()
        .map_err(|_| Refusal::at(&full, "parameter_invalid_integer", format!("Invalid integer: {value}")))?;
    let (low, high) = match key {
        None => (second, second + 1),
        Some("gte") => (second, i64::MAX),
        Some("gt") => (second + 1, i64::MAX),
        Some("lt") => (i64::MIN, second),
        Some("lte") => (i64::MIN, second + 1),
        Some(_) => return Err(Refusal::at(&full, "parameter_unknown", format!("Received unknown parameter: {full}"))),
    };
    asked.ranges.push((name.to_owned(), low, high));
    Ok(())
}

fn plain(param: &Param, full: &str, key: Option<&str>, value: &str) -> Result<(), Refusal> {
    let unknown = || Refusal::at(full, "parameter_unknown", format!("Received unknown parameter: {full}"));
    let choices = match (&param.keys, key) {
        (Some(keys), Some(key)) => keys.get(key.split(']').next().unwrap_or(key)).ok_or_else(unknown)?.choices.as_ref(),
        (Some(_), None) => return Err(Refusal::at(full, "", "Invalid object")),
        (None, Some("")) if param.array == 1 => None,
        (None, Some(_)) if param.array != 1 => return Err(unknown()),
        (None, _) => param.choices.as_ref(),
    };
    if let Some(choices) = choices.filter(|c| !c.iter().any(|x| x == value)) {
        return Err(Refusal::at(full, "", format!("Invalid {full}: must be one of {}", choices.join(", "))));
    }
    if param.kind == "boolean" && value != "true" && value != "false" {
        return Err(Refusal::at(full, "", format!("Invalid boolean: {value}")));
    }
    Ok(())
}

fn required(call: &Call, matched: &Matched<'_>) -> Result<(), Refusal> {
    let given = |name: &str| call.query.iter().any(|(n, _)| n == name || n.starts_with(&format!("{name}[")));
    for (name, param) in &matched.path.params {
        let inner = param.needs.iter().map(|key| format!("{name}[{key}]")).find(|full| given(name) && !given(full));
        let absent = (param.required == 1 && !given(name)).then(|| name.clone()).or(inner);
        if let Some(absent) = absent {
            return Err(Refusal::at(&absent, "parameter_missing", format!("Missing required param: {absent}.")));
        }
    }
    let types = call.query.iter().filter(|(n, _)| n.starts_with("types[")).count();
    if types > MAX_TYPES || (types > 0 && call.param("type").is_some()) {
        return Err(Refusal::at("types", "", "You may pass up to 20 types, and not together with type."));
    }
    Ok(())
}
