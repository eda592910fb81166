//! Several companies and tokens.

use serde_json::{Value, json};

use super::*;

const NOW_S: i64 = 1_767_225_600;

fn ask_as(sandbox: &FicSandbox, token: &str, path: &str) -> (u16, Value) {
    let headers = vec![("authorization".to_owned(), format!("Bearer {token}"))];
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let query = query.split('&').filter_map(|p| p.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let call = Call { method: "GET".to_owned(), path: path.to_owned(), query, headers, body: Vec::new() };
    let reply = sandbox.answer(&call, NOW_S);
    (reply.status, serde_json::from_slice(&reply.body).expect("JSON"))
}

fn ask(sandbox: &FicSandbox, path: &str) -> (u16, Value) {
    ask_as(sandbox, "a/sandbox", path)
}

fn ids(companies: &Value) -> Vec<u64> {
    companies.as_array().expect("a list").iter().map(|c| c["id"].as_u64().expect("a number")).collect()
}

#[test]
fn an_accountant_controls_fifty_companies_of_all_sizes() {
    let sandbox = FicSandbox::new(FicSettings::accountant(50, 400));
    let (_, body) = ask(&sandbox, "/user/companies");
    let firms = &body["data"]["companies"];
    assert_eq!((ids(firms).len(), &firms[0]["type"]), (1, &json!("accountant")));
    assert!(firms[0]["access_token"].is_null() && firms[0]["tax_code"].is_string());
    let inside = ids(&firms[0]["controlled_companies"]);
    assert!(inside.len() == 50 && inside.contains(&12_345));
    assert!(firms[0]["controlled_companies"][7]["access_token"].is_string());
    assert!(firms[0]["controlled_companies"][7].get("vat_number").is_none());
    let clients = |id: &u64| ask(&sandbox, &format!("/c/{id}/entities/clients")).1["total"].as_u64().expect("a total");
    let sizes: Vec<u64> = inside.iter().map(clients).collect();
    assert_eq!(sizes.iter().max(), Some(&400));
    assert!(sizes.iter().filter(|size| **size <= 20).count() > 25, "{sizes:?}");
    let firm = ids(firms)[0];
    assert_eq!(ask(&sandbox, &format!("/c/{firm}/entities/clients")).0, 403);
}

#[test]
fn each_company_has_data_of_its_own_that_only_its_life_changes() {
    let sandbox = FicSandbox::new(FicSettings { companies: vec![FicCompany::new(77, 50)], ..FicSettings::default() });
    let amounts = |id: u64| {
        let rows = sandbox.life_of(id).expect("is there").truth("/issued_documents");
        rows.iter().map(|row| row["amount_gross"].to_string()).collect::<Vec<_>>()
    };
    assert!(amounts(77) != amounts(12_345) && amounts(77).len() == amounts(12_345).len());
    let alone = FicSandbox::new(FicSettings::default());
    let first = |sandbox: &FicSandbox| sandbox.life().truth("/issued_documents");
    assert_eq!(first(&sandbox), first(&alone), "the first is as it is alone");
    let id = sandbox.life_of(77).expect("is there").create("/products", json!({"name": "Nuovo"}), NOW_S);
    assert_eq!(ask(&sandbox, &format!("/c/77/products/{id}")).1["data"]["name"], "Nuovo");
    assert_ne!(ask(&sandbox, &format!("/c/12345/products/{id}")).1["data"]["name"], "Nuovo");
    assert!(sandbox.life_of(78).is_none());
    assert_eq!(ask(&sandbox, "/c/77/company/info").1["data"]["id"], 77);
}

#[test]
fn a_companys_rows_are_made_when_it_is_asked() {
    let sandbox = FicSandbox::new(FicSettings::many(50, 4_000));
    assert_eq!(locked(&sandbox.books).len(), 0);
    assert_eq!(ids(&ask(&sandbox, "/user/companies").1["data"]["companies"]).len(), 50);
    assert!(locked(&sandbox.books).len() <= 1);
    assert_eq!(ask(&sandbox, &format!("/c/{}/taxes", 12_345 + 37 * 49)).0, 200);
    assert!(locked(&sandbox.books).len() <= 2);
}

#[test]
fn a_token_sees_its_companies_and_no_others() {
    let token = |text: &str, companies: &[u64]| FicToken {
        text: text.to_owned(),
        companies: companies.to_vec(),
        missing_scopes: BTreeSet::from(["taxes:r".to_owned()]),
    };
    let companies = vec![
        FicCompany::new(2, 5),
        FicCompany::new(3, 5),
        FicCompany::new(4, 5),
        FicCompany::accountant(9, vec![3, 4]),
    ];
    let tokens = vec![token("a/firm", &[9]), token("a/two", &[2, 4])];
    let sandbox = FicSandbox::new(FicSettings { companies, tokens, ..FicSettings::default() });
    let listed = |text: &str| ids(&ask_as(&sandbox, text, "/user/companies").1["data"]["companies"]);
    assert_eq!((listed("a/sandbox"), listed("a/firm"), listed("a/two")), (vec![12_345, 2, 9], vec![9], vec![2, 4]));
    let statuses = |text: &str| [2, 3, 4, 5].map(|id| ask_as(&sandbox, text, &format!("/c/{id}/products")).0);
    assert_eq!(statuses("a/sandbox"), [200, 200, 200, 404]);
    assert_eq!(statuses("a/firm"), [403, 200, 200, 404]);
    assert_eq!(statuses("a/two"), [200, 403, 200, 404]);
    assert_eq!(statuses("a/nobody"), [401; 4]);
    let taxes = ["a/sandbox", "a/two"].map(|text| ask_as(&sandbox, text, "/c/2/taxes").0);
    assert_eq!(taxes, [200, 403]);
}

#[test]
fn quotas_are_each_companys_own() {
    let few = Limits { five_minutes: 2, hour: 100, month: 1_000 };
    let fewer = FicCompany { limits: Some(Limits { five_minutes: 9, hour: 1, month: 1_000 }), ..FicCompany::new(3, 5) };
    let companies = vec![FicCompany::new(2, 5), fewer];
    let sandbox = FicSandbox::new(FicSettings { companies, limits: few, ..FicSettings::default() });
    let asked = |id: u64| [1, 2, 3].map(|_| ask(&sandbox, &format!("/c/{id}/products")).0);
    assert_eq!((asked(2), asked(12_345), asked(3)), ([200, 200, 429], [200, 200, 429], [200, 403, 403]));
    assert_eq!([1, 2, 3].map(|_| ask(&sandbox, "/user/companies").0), [200, 200, 429]);
}
