//! What the service's OpenAPI file says about its GET operations, derived by `testdata/sandbox/derive_fic.py`.

use serde::Deserialize;

/// One GET operation.
#[derive(Debug, Deserialize)]
pub struct Operation {
    /// Path template: `/c/{company_id}/issued_documents/{document_id}`.
    pub path: String,
    /// Query parameters.
    pub params: Vec<Param>,
    /// Read scopes; empty where the file names none.
    pub scopes: Vec<String>,
}

/// One query parameter.
#[derive(Debug, Deserialize)]
pub struct Param {
    /// Name.
    pub name: String,
    /// Whether a call without it is invalid.
    pub required: bool,
    /// Whether it must be a whole number.
    pub integer: bool,
    /// The allowed values, if they are listed.
    pub values: Vec<String>,
}

#[derive(Deserialize)]
struct Facts {
    operations: Vec<Operation>,
}

/// Reads the embedded facts.
pub fn operations() -> Vec<Operation> {
    let text = include_str!("../../../testdata/sandbox/fic-facts.json");
    serde_json::from_str::<Facts>(text).expect("the embedded file is checked by a test").operations
}

/// Finds the operation of a path and the values of its `{…}` segments; fixed segments win over placeholders.
pub fn find<'o>(operations: &'o [Operation], path: &str) -> Option<(&'o Operation, Vec<String>)> {
    let given: Vec<&str> = path.split('/').collect();
    let fitting = operations.iter().filter_map(|op| Some((op, values(&op.path, &given)?)));
    fitting.min_by_key(|(_, values)| values.len())
}

fn values(template: &str, given: &[&str]) -> Option<Vec<String>> {
    let wanted: Vec<&str> = template.split('/').collect();
    if wanted.len() != given.len() {
        return None;
    }
    let mut values = Vec::new();
    for (want, have) in wanted.iter().zip(given) {
        if want.starts_with('{') {
            values.push((*have).to_owned());
        } else if want != have {
            return None;
        }
    }
    Some(values)
}
