//! Which companies there are, and which token sees which.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::quota::Limits;
use super::{FicSettings, generate};
use crate::sandbox::random::mix;
use crate::sandbox::tail::long_tail;

/// The id of the first company unless another is given; the others' follow in steps.
pub(super) const FIRST_ID: u64 = 12_345;
const ID_STEP: u64 = 37;
/// The accountant's firm of [`FicSettings::accountant`].
const FIRM_ID: u64 = 9_001;
/// The data of other companies than the first are made from the seed and their id.
const OTHER: u64 = 0xf1c;

/// What a company is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompanyKind {
    /// One with data.
    Company,
    /// An accountant's firm, which has no data that a token could read, and the companies that it controls.
    Accountant {
        /// Their ids.
        controlled: Vec<u64>,
    },
}

/// A company beside the first.
#[derive(Debug, Clone)]
pub struct FicCompany {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: CompanyKind,
    /// How many clients; everything else follows from it.
    pub clients: usize,
    /// Its quotas, where they are not the settings'.
    pub limits: Option<Limits>,
}

/// A token beside the first, which sees everything.
#[derive(Debug, Clone)]
pub struct FicToken {
    /// The token itself: `a/…`.
    pub text: String,
    /// The companies that it sees; with an accountant's firm, those that the firm controls.
    pub companies: Vec<u64>,
    /// Read scopes that it lacks: `taxes:r`.
    pub missing_scopes: BTreeSet<String>,
}

impl FicCompany {
    /// An ordinary company.
    pub fn new(id: u64, clients: usize) -> FicCompany {
        FicCompany { id, name: format!("Azienda {id} S.r.l."), kind: CompanyKind::Company, clients, limits: None }
    }

    /// An accountant's firm.
    pub fn accountant(id: u64, controlled: Vec<u64>) -> FicCompany {
        let name = format!("Studio {id}");
        FicCompany { id, name, kind: CompanyKind::Accountant { controlled }, clients: 0, limits: None }
    }

    /// What it controls.
    fn controlled(&self) -> &[u64] {
        match &self.kind {
            CompanyKind::Company => &[],
            CompanyKind::Accountant { controlled } => controlled,
        }
    }

    /// What its data are made from.
    pub(super) fn seed(&self, settings: &FicSettings) -> u64 {
        if self.id == settings.company_id { settings.seed } else { mix(settings.seed ^ OTHER, self.id) }
    }

    /// Shows it as `/user/companies` does. The real answer's example has a number for a VAT number where the
    /// specification has a text; this has both.
    fn shown(&self) -> Value {
        let is_accountant = matches!(self.kind, CompanyKind::Accountant { .. });
        let digits = mix(OTHER, self.id) % 90_000_000_000 + 10_000_000_000;
        let (tax_code, vat_number) =
            if self.id == FIRST_ID { (12_345_678_901, 12_345_678_901) } else { (digits, digits) };
        let vat_number = if self.id % 2 == 1 { json!(vat_number) } else { json!(vat_number.to_string()) };
        json!({"id": self.id, "name": self.name, "type": if is_accountant { "accountant" } else { "company" },
            "tax_code": tax_code.to_string(), "vat_number": vat_number, "fic_plan": if is_accountant { "complete" } else { "trial" },
            "fic_license_expire": "2027-12-31", "connection_id": self.id % 1_000 + 1,
            "access_token": if is_accountant { Value::Null } else { json!("a/never-store-this") }, "controlled_companies": []})
    }

    /// Shows it as its own `/company/info` does.
    pub(super) fn info(&self) -> Value {
        let shown = self.shown();
        json!({"id": self.id, "name": self.name, "email": format!("azienda{}@example.com", self.id), "type": shown["type"],
            "tax_code": shown["tax_code"], "vat_number": shown["vat_number"].as_str().map_or_else(|| shown["vat_number"].to_string(), str::to_owned),
            "access_info": {"role": "master", "through_accountant": false}, "plan_info": {"limits": {}, "functions": {}},
            "is_accountant": shown["type"] == "accountant", "accountant_id": null})
    }
}

impl FicSettings {
    /// An accountant's firm that controls so many companies, whose sizes follow a long tail: the largest has so many
    /// clients. The first of them has the id that the only company of [`FicSettings::default`] has.
    pub fn accountant(count: u32, largest: u32) -> FicSettings {
        let mut settings = FicSettings::many(count, largest);
        let controlled = std::iter::once(settings.company_id).chain(settings.companies.iter().map(|c| c.id)).collect();
        settings.companies.insert(0, FicCompany::accountant(FIRM_ID, controlled));
        settings
    }

    /// So many companies side by side (at least one), whose sizes follow a long tail.
    pub fn many(count: u32, largest: u32) -> FicSettings {
        let mut settings = FicSettings::default();
        let sizes = long_tail(settings.seed, count.max(1), largest);
        settings.clients = sizes[0] as usize;
        let others = (1..).zip(&sizes[1..]);
        settings.companies = others.map(|(n, size)| FicCompany::new(FIRST_ID + n * ID_STEP, *size as usize)).collect();
        settings
    }

    /// The first company, as the settings describe it.
    fn first(&self) -> FicCompany {
        let name = "Sandbox S.r.l.".to_owned();
        FicCompany { name, ..FicCompany::new(self.company_id, self.clients) }
    }
}

/// All companies and all tokens.
pub(super) struct Register {
    companies: Vec<FicCompany>,
    tokens: Vec<FicToken>,
}

impl Register {
    pub(super) fn new(settings: &FicSettings) -> Register {
        let companies: Vec<FicCompany> =
            std::iter::once(settings.first()).chain(settings.companies.iter().cloned()).collect();
        let all = FicToken {
            text: settings.token.clone(),
            companies: companies.iter().map(|c| c.id).collect(),
            missing_scopes: settings.missing_scopes.clone(),
        };
        let tokens = std::iter::once(all).chain(settings.tokens.iter().cloned()).collect();
        Register { companies, tokens }
    }

    pub(super) fn token(&self, text: &str) -> Option<&FicToken> {
        self.tokens.iter().find(|token| token.text == text)
    }

    pub(super) fn company(&self, id: u64) -> Option<&FicCompany> {
        self.companies.iter().find(|company| company.id == id)
    }

    /// The companies that a token sees, in the order in which they stand.
    fn seen(&self, token: &FicToken) -> Vec<&FicCompany> {
        let named = token.companies.iter().filter_map(|id| self.company(*id));
        let ids: BTreeSet<u64> =
            named.flat_map(|c| std::iter::once(c.id).chain(c.controlled().iter().copied())).collect();
        self.companies.iter().filter(|company| ids.contains(&company.id)).collect()
    }

    pub(super) fn sees(&self, token: &FicToken, id: u64) -> bool {
        self.seen(token).iter().any(|company| company.id == id)
    }

    /// Answers `/user/companies`: what an accountant controls stands in the accountant's firm alone.
    pub(super) fn listed(&self, token: &FicToken) -> Value {
        let seen = self.seen(token);
        let inside: BTreeSet<u64> = seen.iter().flat_map(|c| c.controlled().iter().copied()).collect();
        let top = seen.iter().filter(|company| !inside.contains(&company.id));
        let rows = top.map(|company| {
            let mut row = company.shown();
            let controlled = company.controlled().iter().filter_map(|id| self.company(*id));
            row["controlled_companies"] = controlled.map(controlled_row).collect();
            row
        });
        json!({"data": {"companies": rows.collect::<Vec<_>>()}})
    }
}

/// A controlled company has fewer fields than one of its own.
fn controlled_row(company: &FicCompany) -> Value {
    let mut row = company.shown();
    if let Some(members) = row.as_object_mut() {
        members.retain(|name, _| !matches!(name.as_str(), "vat_number" | "controlled_companies"));
    }
    row
}

/// Fills a company's book. Rows of every company are numbered from 1, so that whoever mixes companies up is found out.
pub(super) fn fill(state: &mut super::state::State, company: &FicCompany, settings: &FicSettings) {
    generate::fill(state, company.seed(settings), company.clients);
}
