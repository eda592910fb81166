//! Keys and tokens with names: several Stripe accounts and several logins of Fatture in Cloud side by side. Pure.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::access::is_variable_name;
use super::files::{self, Scalar};
use super::layers::label;
use super::{Error, FicAccess, Mode, Places, Secret, Settings, Source, StripeAccess};

/// Longer names are no help to anybody.
const NAME_CHARS_MAX: usize = 64;
/// What an entry holds: exactly one of these.
const FIELDS: &str = "needs exactly one of stripe_key, stripe_key_env, fic_token and fic_token_env";

/// An entry `[keys.NAME]` of the config file.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct KeySection {
    stripe_key: Option<String>,
    stripe_key_env: Option<String>,
    fic_token: Option<String>,
    fic_token_env: Option<String>,
    company_id: Option<Scalar>,
}

impl KeySection {
    /// Returns whether the entry holds a secret itself, and not the name of one.
    pub fn holds_secret(&self) -> bool {
        self.stripe_key.is_some() || self.fic_token.is_some()
    }
}

/// A key or token with a name, as the config file has it; unchecked, see [`Settings::credentials`].
#[derive(Debug, Clone)]
pub struct NamedKey {
    /// Its name.
    pub name: String,
    /// What the entry says.
    pub fields: Vec<KeyField>,
    /// The company of Fatture in Cloud chosen, if one was.
    pub company: Option<String>,
    /// The config file.
    pub file: PathBuf,
}

impl NamedKey {
    /// Returns whether the entry is meant for Stripe.
    pub fn is_stripe(&self) -> bool {
        self.fields.iter().any(|it| it.field.starts_with("stripe"))
    }
}

/// One way in which an entry says a credential.
#[derive(Debug, Clone)]
pub struct KeyField {
    /// `stripe_key`, `stripe_key_env`, `fic_token`, `fic_token_env`.
    pub field: &'static str,
    /// The variable that the entry names, where it names one.
    pub variable: Option<String>,
    /// The credential; none where that variable is not set.
    pub value: Option<Secret>,
    /// Who said the credential.
    pub source: Source,
}

/// Every credential that the settings hold.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Of Stripe: the one without a name first, then by name.
    pub stripe: Vec<StripeAccess>,
    /// Of Fatture in Cloud, in the same order.
    pub fic: Vec<FicAccess>,
    /// Entries that name a variable which is not set: whoever needs them goes without, the others go on.
    pub unset: Vec<UnsetKey>,
    /// Those that say the same as one before them, which is used in their place.
    pub doubles: Vec<DoubleKey>,
}

/// A credential that stands in two places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubleKey {
    /// `stripe`, `fic`.
    pub provider: &'static str,
    /// The name of the second.
    pub name: Option<String>,
    /// The name of the first, which is used.
    pub used: Option<String>,
    /// The data set it opens, of Stripe.
    pub mode: Option<Mode>,
    /// What to tell of it, in a line.
    pub note: String,
}

/// An entry that names a variable which is not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsetKey {
    /// The entry's name.
    pub name: String,
    /// `stripe`, `fic`.
    pub provider: &'static str,
    /// The entry's field that names the variable.
    pub field: &'static str,
    /// The variable; where somebody has put the key itself there, that.
    pub variable: String,
    /// The config file.
    pub file: PathBuf,
}

impl UnsetKey {
    /// Returns what to tell whoever needs this very credential.
    pub fn error(&self) -> Error {
        if !is_variable_name(&self.variable) {
            let setting = format!("keys.{}.{}", self.name, self.field);
            let why =
                "holds no name of an environment variable; a key or token itself belongs into stripe_key or fic_token";
            return Error::Value { setting, why, place: Source::File(self.file.clone()) };
        }
        Error::Unset { name: self.name.clone(), variable: self.variable.clone(), file: self.file.clone() }
    }
}

/// What one place says.
#[derive(Clone)]
struct SaidBy<'a> {
    text: &'a str,
    name: &'a Option<String>,
    /// The only company that it is for, where that is said: two companies of one token are two accounts.
    company: Option<&'a str>,
    /// What its place calls it.
    what: String,
    source: &'a Source,
}

impl<'a> SaidBy<'a> {
    fn of(name: &'a Option<String>, text: &'a Secret, setting: &'static str, source: &'a Source) -> SaidBy<'a> {
        let what = name.as_ref().map_or_else(|| label(setting, source), |name| format!("keys.{name}"));
        SaidBy { text: text.expose(), name, company: None, what, source }
    }

    fn stripe(it: &StripeAccess) -> SaidBy<'_> {
        SaidBy::of(&it.name, &it.key, "stripe_key", &it.source)
    }

    fn fic(it: &FicAccess) -> SaidBy<'_> {
        SaidBy { company: it.company.as_deref(), ..SaidBy::of(&it.name, &it.token, "fic_token", &it.source) }
    }
}

impl Credentials {
    fn said(&self) -> impl Iterator<Item = SaidBy<'_>> {
        self.stripe.iter().map(SaidBy::stripe).chain(self.fic.iter().map(SaidBy::fic))
    }

    /// Says of each, Stripe's first, that another one before it is the same, and the name of that one, where one is.
    fn told_doubles(&self) -> Vec<Option<(String, Option<String>)>> {
        let mut known: HashMap<(&str, Option<&str>), SaidBy<'_>> = HashMap::new();
        let told = self.said().map(|said| {
            if let Some(first) = known.get(&(said.text, said.company)) {
                let (second, place) = (&said.what, said.source);
                let note =
                    format!("{second} is the same as {}, which is used: take one of them away ({place})", first.what);
                return Some((note, first.name.clone()));
            }
            known.insert((said.text, said.company), said);
            None
        });
        told.collect()
    }

    /// Keeps of each text the first place that says it: an account is read once, and with one credential.
    fn set_doubles_aside(&mut self) {
        let (mut told, mut doubles) = (self.told_doubles().into_iter(), Vec::new());
        let mut is_kept = |provider, name: &Option<String>, mode| {
            let double = told.next().flatten();
            let double = double.map(|(note, used)| DoubleKey { provider, name: name.clone(), used, mode, note });
            doubles.extend(double.clone());
            double.is_none()
        };
        self.stripe.retain(|it| is_kept("stripe", &it.name, Some(it.mode)));
        self.fic.retain(|it| is_kept("fic", &it.name, None));
        self.doubles = doubles;
    }

    /// Returns whether there is none, and none is meant either.
    pub fn is_empty(&self) -> bool {
        self.stripe.is_empty() && self.fic.is_empty() && self.unset.is_empty()
    }
}

/// Reads the entries; `variables` and `dot_env` are the environment and what `.env` of the working folder says.
pub(super) fn named(
    sections: BTreeMap<String, KeySection>,
    file: &Path,
    variables: &HashMap<String, String>,
    dot_env: &HashMap<String, String>,
) -> Vec<NamedKey> {
    let direct = |field, value: Option<String>| {
        let source = Source::File(file.to_owned());
        value.map(|value| KeyField { field, variable: None, value: Some(Secret::new(value)), source })
    };
    let by_name =
        |field, variable: Option<String>| variable.map(|variable| by_name(field, variable, variables, dot_env));
    let entry = |(name, section): (String, KeySection)| {
        let fields = [
            direct("stripe_key", section.stripe_key),
            by_name("stripe_key_env", section.stripe_key_env),
            direct("fic_token", section.fic_token),
            by_name("fic_token_env", section.fic_token_env),
        ];
        NamedKey {
            name,
            fields: fields.into_iter().flatten().collect(),
            company: section.company_id.map(String::from),
            file: file.to_owned(),
        }
    };
    sections.into_iter().map(entry).collect()
}

/// Reads a credential as an entry would say it that names this variable, or holds this text.
///
/// # Errors
/// When `.env` cannot be read.
pub fn candidate(places: &Places, field: &'static str, said: Said) -> Result<KeyField, Error> {
    Ok(match said {
        Said::Variable(variable) => by_name(field, variable, &places.variables, &files::dot_env(places)?),
        Said::Text(value) => KeyField { field, variable: None, value: Some(value), source: Source::Given },
    })
}

/// How an entry says a credential.
#[derive(Debug, Clone)]
pub enum Said {
    /// By the name of a variable.
    Variable(String),
    /// By its text.
    Text(Secret),
}

fn by_name(
    field: &'static str,
    variable: String,
    variables: &HashMap<String, String>,
    dot_env: &HashMap<String, String>,
) -> KeyField {
    let said = |place: &HashMap<String, String>| place.get(&variable).map(|value| Secret::new(value.as_str()));
    let (value, is_dot_env) = match said(variables) {
        None => (said(dot_env), true),
        said => (said, false),
    };
    let source = Source::Variable { name: variable.clone(), is_dot_env };
    KeyField { field, variable: Some(variable), value, source }
}

/// Refuses what is no name of an entry; says what one is, as the rest of a sentence.
///
/// # Errors
/// The reason.
pub fn check_name(name: &str) -> Result<(), &'static str> {
    let is_fine = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    match name {
        "" => Err("is empty: a name has letters, digits, - and _"),
        name if super::access::is_like_a_secret(name) => Err("looks like a key itself: choose a name such as shop"),
        name if name.len() > NAME_CHARS_MAX => Err("is too long: a name has 64 characters at most"),
        name if !name.bytes().all(is_fine) => Err("is no name: those have letters, digits, - and _ alone"),
        name if name.starts_with("acct_") => Err("is an account's id: a name for its key is something else"),
        _ => Ok(()),
    }
}

impl Settings {
    /// Returns every key and token: those without a name first, then by name.
    ///
    /// # Errors
    /// When one of them cannot work, or would be sent where it should not go. That a variable which an entry names is not set
    /// is no error here: it is told by whoever needs that entry. Nor is it one that stands in two places.
    pub fn credentials(&self) -> Result<Credentials, Error> {
        let mut credentials = Credentials {
            stripe: self.stripe()?.into_iter().collect(),
            fic: self.fic()?.into_iter().collect(),
            ..Credentials::default()
        };
        for named in &self.named_keys {
            self.add_key(named, &mut credentials)?;
        }
        credentials.set_doubles_aside();
        Ok(credentials)
    }

    /// Returns the credentials as they would be with one more; that one is then the last of its service.
    ///
    /// # Errors
    /// As [`Settings::credentials`], and where another place has the same text.
    pub fn credentials_with(&self, named: &NamedKey) -> Result<Credentials, Error> {
        let mut credentials = self.credentials()?;
        self.add_key(named, &mut credentials)?;
        let mut known = HashMap::new();
        for said in credentials.said() {
            if let Some(first) = known.insert((said.text, said.company), said.clone()) {
                return Err(Error::Twice { first: first.what, second: said.what, place: first.source.clone() });
            }
        }
        Ok(credentials)
    }

    /// Returns the one credential that has this name.
    ///
    /// # Errors
    /// As [`Settings::credentials`], and where no entry has the name, or names a variable that is not set.
    pub fn credentials_named(&self, name: &str) -> Result<Credentials, Error> {
        let Some(named) = self.named_keys.iter().find(|it| it.name == name) else {
            let known = self.named_keys.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Error::NoKey { name: name.to_owned(), known });
        };
        let mut credentials = Credentials::default();
        self.add_key(named, &mut credentials)?;
        match credentials.unset.pop() {
            Some(unset) => Err(unset.error()),
            None => Ok(credentials),
        }
    }

    fn add_key(&self, named: &NamedKey, credentials: &mut Credentials) -> Result<(), Error> {
        let entry = format!("keys.{}", named.name);
        let wrong = |why| Error::Value { setting: entry.clone(), why, place: Source::File(named.file.clone()) };
        check_name(&named.name).map_err(wrong)?;
        let [field] = &named.fields[..] else { return Err(wrong(FIELDS)) };
        let is_fic = field.field.starts_with("fic");
        if named.company.is_some() && !is_fic {
            return Err(wrong("has a company_id, which is for tokens of Fatture in Cloud"));
        }
        let Some(value) = &field.value else {
            credentials.unset.push(UnsetKey {
                name: named.name.clone(),
                provider: if is_fic { "fic" } else { "stripe" },
                field: field.field,
                variable: field.variable.clone().unwrap_or_default(),
                file: named.file.clone(),
            });
            return Ok(());
        };
        let setting = match &field.variable {
            None => format!("{entry}.{}", field.field),
            Some(variable) => format!("{entry}.{} ({variable})", field.field),
        };
        if is_fic {
            let company = named.company.clone();
            let access = self.fic_access(value, setting, &field.source, company)?;
            credentials.fic.push(FicAccess { name: Some(named.name.clone()), ..access });
        } else {
            let access = self.stripe_access(value, setting, &field.source)?;
            credentials.stripe.push(StripeAccess { name: Some(named.name.clone()), ..access });
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
