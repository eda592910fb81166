//! What commands tell about accounts and about the user's own companies. The store fills these, the UI draws them.

use std::collections::HashMap;

/// How an account stands, in one word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Synced whenever it is its turn.
    #[default]
    Active,
    /// Its last sync failed; it is tried again.
    Failing,
    /// No credential that is set opens it. The file alone does not tell: see [`Openers::look_at`].
    NoKey,
    /// No credential has opened it: events alone named it.
    Named,
    /// Its owner has taken the access back.
    Disconnected,
    /// It was removed by hand, or the account was on whose key it is read.
    Removed,
}

impl Standing {
    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Active => "active",
            Standing::Failing => "failing",
            Standing::NoKey => "no-key",
            Standing::Named => "named",
            Standing::Disconnected => "disconnected",
            Standing::Removed => "removed",
        }
    }

    /// Decides it by what the file holds of an account.
    pub fn of(status: &str, is_opened: bool, failures: u64) -> Standing {
        match (status, is_opened) {
            ("removed", _) => Standing::Removed,
            ("disconnected", _) => Standing::Disconnected,
            (_, false) => Standing::Named,
            (_, true) if failures > 0 => Standing::Failing,
            _ => Standing::Active,
        }
    }

    /// Returns whether its data are to be kept current.
    pub fn is_synced(self) -> bool {
        matches!(self, Standing::Active | Standing::Failing)
    }
}

/// One account, as `accounts list` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLine {
    /// Its row in `accounts`.
    pub row: i64,
    /// `stripe`, `fic`.
    pub provider: String,
    /// The service's id.
    pub id: String,
    /// `live`, `test`, `sandbox`.
    pub mode: String,
    /// Its name, as the service says.
    pub name: Option<String>,
    /// Two letters.
    pub country: Option<String>,
    /// How it stands.
    pub standing: Standing,
    /// The name of the key or token that reads it; none of the one without a name.
    pub credential: Option<String>,
    /// The account on whose key it is read, where it is not its own.
    pub platform: Option<String>,
    /// The company that it belongs to.
    pub company: Option<String>,
    /// That company's name.
    pub company_name: Option<String>,
    /// When a credential first opened it; unix seconds, as all times here.
    pub opened_s: Option<i64>,
    /// When a sync last came to its end, by this machine's clock: see [`super::report::AccountReport::age_s`].
    pub synced_s: Option<i64>,
    /// Every event before this second is in the file.
    pub events_until_s: Option<i64>,
    /// When an answer of the service last told of it, by the service's clock.
    pub answered_s: Option<i64>,
    /// Syncs that failed in a row.
    pub failures: u64,
    /// Why the last one failed, or why it is disconnected.
    pub error: Option<String>,
    /// Not before then, after a failure.
    pub retry_at_s: Option<i64>,
    /// Living rows in the tables of resources; none where they were not counted.
    pub rows: Option<u64>,
}

impl AccountLine {
    /// Returns how people name it: `stripe acct_1 (live)`.
    pub fn label(&self) -> String {
        format!("{} {} ({})", self.provider, self.id, self.mode)
    }
}

/// A credential that the settings name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opener {
    /// `stripe`, `fic`.
    pub provider: &'static str,
    /// Its name; none of the one that has no name.
    pub name: Option<String>,
    /// `live`, `test`; or why it opens nothing.
    pub mode: Result<&'static str, String>,
}

/// Every credential that the settings name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Openers(pub Vec<Opener>);

/// Who reads accounts as its own: a mode and a credential's name.
type Reader = (String, Option<String>);

impl Openers {
    /// Marks the accounts that are to be read and that none of these opens, and says what would. `lines` are all accounts
    /// of the file: who reads others on their behalf is among them.
    pub fn look_at(&self, lines: &mut [AccountLine]) {
        let newest = newest(lines);
        let closed = |line: &AccountLine| self.closed(line, &newest);
        let own = lines.iter().filter(|line| line.platform.is_none());
        let platforms: HashMap<(String, String), String> =
            own.filter_map(|line| Some(((line.mode.clone(), line.id.clone()), closed(line)?))).collect();
        for line in lines {
            let of_platform = || platforms.get(&(line.mode.clone(), line.platform.clone()?)).cloned();
            if let Some(why) = closed(line).or_else(of_platform).filter(|_| line.standing.is_synced()) {
                line.standing = Standing::NoKey;
                line.error = Some(why);
            }
        }
    }

    /// Says why nobody opens an account, if nobody does. What a sandbox made up needs no key.
    fn closed(&self, line: &AccountLine, newest: &HashMap<Reader, (Option<i64>, String)>) -> Option<String> {
        if !line.standing.is_synced() || line.mode == "sandbox" {
            return None;
        }
        let mut named =
            self.0.iter().filter(|it| it.provider == line.provider && it.name == line.credential).peekable();
        let what = match (&line.credential, line.provider.as_str()) {
            (Some(name), _) => format!("keys.{name}"),
            (None, "fic") => "FIC_ACCESS_TOKEN".to_owned(),
            (None, _) => "STRIPE_API_KEY".to_owned(),
        };
        if named.peek().is_none() {
            let place = if line.credential.is_some() { "in the config file" } else { "set" };
            return Some(format!("{what}, which opened it, is not {place}"));
        }
        let mut why = None;
        for opener in named {
            match &opener.mode {
                Ok(mode) if *mode == line.mode => {
                    why = None;
                    break;
                }
                Ok(mode) => why = Some(format!("{what}, which opened it, is of {mode} mode now")),
                Err(lacking) => why = Some(lacking.clone()),
            }
        }
        let other = newest.get(&(line.mode.clone(), line.credential.clone())).filter(|_| is_own_of_stripe(line));
        let other = other.filter(|(answered_s, id)| *id != line.id && *answered_s > line.answered_s);
        why.or_else(|| other.map(|(_, id)| format!("{what}, which opened it, opens {id} now")))
    }
}

fn is_own_of_stripe(line: &AccountLine) -> bool {
    line.provider == "stripe" && line.platform.is_none() && line.opened_s.is_some()
}

/// Returns for each Stripe key the account that it opened last: it has one of its own.
fn newest(lines: &[AccountLine]) -> HashMap<Reader, (Option<i64>, String)> {
    let mut newest: HashMap<Reader, (Option<i64>, String)> = HashMap::new();
    for line in lines.iter().filter(|line| is_own_of_stripe(line) && line.standing.is_synced()) {
        let told = (line.answered_s, line.id.clone());
        let known = newest.entry((line.mode.clone(), line.credential.clone())).or_insert_with(|| told.clone());
        if told.0 > known.0 {
            *known = told;
        }
    }
    newest
}

/// One of the user's own companies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyLine {
    /// The user's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Accounts that belong to it.
    pub accounts: u64,
    /// Customers that were assigned to it one by one.
    pub customers: u64,
    /// When it was added, unix seconds.
    pub created_s: i64,
}

/// An account, or a customer, that was put into a company or taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// `stripe`, `fic`.
    pub provider: String,
    /// The service's id of the account; of a customer, the account that it is of.
    pub account: String,
    /// `live`, `test`, `sandbox`.
    pub mode: String,
    /// The customer, where not the account itself is meant.
    pub customer: Option<String>,
    /// The company that it was put into; none where it was taken out.
    pub company: Option<String>,
    /// That company's name.
    pub company_name: Option<String>,
    /// The company that it was in before.
    pub before: Option<String>,
}

/// What one credential opens, as `accounts discover` and `accounts add` found it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// `stripe`, `fic`.
    pub provider: &'static str,
    /// The credential's name; none of the one that has no name.
    pub credential: Option<String>,
    /// `live`, `test`.
    pub mode: &'static str,
    /// Its own account, of Stripe.
    pub own: Option<String>,
    /// Accounts that it opens.
    pub listed: u64,
    /// Those that the file did not know as opened.
    pub new: u64,
    /// Those that it opens no longer.
    pub gone: u64,
    /// Those that were removed by hand, and stay so.
    pub removed: u64,
    /// Accounts that another credential opens, too: the account, and that credential's name.
    pub shared: Vec<(String, Option<String>)>,
    /// Why nothing, or not all, could be found.
    pub error: Option<String>,
}

/// What became of an account's rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemovedAccount {
    /// `stripe`, `fic`.
    pub provider: String,
    /// The service's id.
    pub id: String,
    /// `live`, `test`, `sandbox`.
    pub mode: String,
    /// Whether it was removed at all: somebody may have said no.
    pub is_removed: bool,
    /// Rows deleted, as `accounts list` counts them.
    pub rows: u64,
    /// Whether they were kept.
    pub is_kept: bool,
    /// The entry that was taken out of the config file.
    pub key: Option<String>,
    /// Accounts that were read with its key, and are by none until it comes back.
    pub connected: u64,
    /// Whether somebody asked to stop before the end.
    pub is_interrupted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_syncing_tells_more_than_what_failed() {
        for (status, is_opened, failures, wanted) in [
            ("active", true, 0, "active"),
            ("active", true, 2, "failing"),
            ("active", false, 0, "named"),
            ("disconnected", true, 2, "disconnected"),
            ("removed", true, 2, "removed"),
            ("removed", false, 0, "removed"),
        ] {
            assert_eq!(Standing::of(status, is_opened, failures).name(), wanted);
        }
    }

    fn line(id: &str, credential: Option<&str>, platform: Option<&str>, answered_s: i64) -> AccountLine {
        AccountLine {
            row: 1,
            provider: if id.starts_with("acct_") { "stripe" } else { "fic" }.to_owned(),
            id: id.to_owned(),
            mode: "live".to_owned(),
            name: None,
            country: None,
            standing: Standing::Failing,
            credential: credential.map(str::to_owned),
            platform: platform.map(str::to_owned),
            company: None,
            company_name: None,
            opened_s: Some(1),
            synced_s: None,
            events_until_s: None,
            answered_s: Some(answered_s),
            failures: 3,
            error: Some("status 500".to_owned()),
            retry_at_s: None,
            rows: None,
        }
    }

    #[test]
    fn who_has_no_key_is_told_with_the_one_that_it_had() {
        let opener = |provider, name: Option<&str>, mode| Opener { provider, name: name.map(str::to_owned), mode };
        let openers = Openers(vec![
            opener("stripe", None, Ok("live")),
            opener("stripe", Some("shop"), Ok("test")),
            opener("stripe", Some("lost"), Err("LOST is not set".to_owned())),
            opener("fic", Some("studio"), Ok("live")),
        ]);
        let standing = |standing, line| AccountLine { standing, ..line };
        let sandbox = AccountLine { mode: "sandbox".to_owned(), ..line("acct_s", Some("gone"), None, 5) };
        let mut lines = [
            line("acct_1", None, None, 9),
            line("acct_2", None, Some("acct_1"), 5),
            line("acct_3", None, None, 8),
            line("acct_4", None, Some("acct_3"), 5),
            line("acct_5", Some("shop"), None, 5),
            line("acct_6", Some("lost"), None, 5),
            line("acct_7", Some("gone"), None, 5),
            line("12", Some("studio"), None, 5),
            line("13", None, None, 5),
            standing(Standing::Disconnected, line("acct_8", Some("gone"), None, 5)),
            standing(Standing::Named, line("acct_9", Some("gone"), None, 5)),
            sandbox,
        ];
        openers.look_at(&mut lines);
        let told: Vec<_> = lines
            .iter()
            .filter(|line| line.standing == Standing::NoKey)
            .map(|line| format!("{}: {}", line.id, line.error.as_deref().unwrap_or_default()))
            .collect();
        let wanted = [
            "acct_3: STRIPE_API_KEY, which opened it, opens acct_1 now",
            "acct_4: STRIPE_API_KEY, which opened it, opens acct_1 now",
            "acct_5: keys.shop, which opened it, is of test mode now",
            "acct_6: LOST is not set",
            "acct_7: keys.gone, which opened it, is not in the config file",
            "13: FIC_ACCESS_TOKEN, which opened it, is not set",
        ];
        assert_eq!(told, wanted);
    }
}
