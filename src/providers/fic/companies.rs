//! The companies that a token may see.

use serde::Deserialize;

use crate::model::wire::Unreadable;

/// One company. The answer's per-company `access_token` is never read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// The id that stands in paths.
    pub id: String,
    /// Its name, where it has one.
    pub name: String,
}

#[derive(Deserialize)]
struct Envelope {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    companies: Vec<Wire>,
}

#[derive(Deserialize)]
struct Wire {
    id: i64,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    controlled_companies: Option<Vec<Wire>>,
}

/// Reads `/user/companies`. Of an accountant's firm the controlled companies count as well, each once.
pub fn read(body: &[u8]) -> Result<Vec<Company>, Unreadable> {
    let envelope: Envelope = serde_json::from_slice(body)
        .map_err(|e| Unreadable(format!("the list of companies is not readable at column {}", e.column())))?;
    let mut found: Vec<Company> = Vec::new();
    for wire in envelope.data.companies {
        let controlled = wire.controlled_companies.unwrap_or_default();
        let is_accountant = wire.kind.as_deref() == Some("accountant");
        let own = (!is_accountant || controlled.is_empty()).then_some((wire.id, wire.name));
        for (id, name) in own.into_iter().chain(controlled.into_iter().map(|c| (c.id, c.name))) {
            let id = id.to_string();
            if !found.iter().any(|c| c.id == id) {
                found.push(Company { id, name: name.unwrap_or_default() });
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accountant_stands_for_the_companies_it_controls() {
        let body = br#"{"data":{"companies":[{"id":1,"name":"A","type":"company","access_token":"a/x","vat_number":12},
            {"id":2,"type":"accountant","controlled_companies":[{"id":3,"name":"C"},{"id":1}]}]}}"#;
        let ids: Vec<_> = read(body).expect("readable").into_iter().map(|c| c.id).collect();
        assert_eq!(ids, ["1", "3"]);
    }

    #[test]
    fn an_unreadable_answer_does_not_quote_the_body() {
        let error = read(br#"{"data":{"companies":[{"id":"secret","access_token":"a/x"}]}}"#).expect_err("id is text");
        assert!(!error.0.contains("secret"));
    }
}
