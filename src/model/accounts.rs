//! What commands tell about accounts and about the user's own companies. The store fills these, the UI draws them.

/// How an account stands, in one word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Synced whenever it is its turn.
    #[default]
    Active,
    /// Its last sync failed; it is tried again.
    Failing,
    /// No credential has opened it: events alone named it.
    Named,
    /// Its owner has taken the access back.
    Disconnected,
    /// It was removed by hand, and its rows kept.
    Removed,
}

impl Standing {
    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Active => "active",
            Standing::Failing => "failing",
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
    /// Accounts that were read with its key, and are by none now.
    pub orphans: u64,
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
}
