//! Who reads what several credentials open: each account is read with one of them, once, and with the same one from run to
//! run.

use std::collections::HashMap;

use super::Error;
use crate::store::Store;

/// What one credential opens as its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// `stripe`, `fic`.
    pub provider: &'static str,
    /// `live`, `test` or `sandbox`.
    pub mode: &'static str,
    /// The credential's name; none of the one that has no name.
    pub credential: Option<String>,
    /// The accounts, by the service's ids.
    pub ids: Vec<String>,
}

/// Shares accounts out among the credentials that open them: returns for each view the ids that are read with it. An account
/// stays with the credential that read it before, for as long as that opens it; else it is the first one's that does.
///
/// # Errors
/// SQLite's.
pub fn shared_out(store: &Store, views: &[View]) -> Result<Vec<Vec<String>>, Error> {
    let mut readers: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for (at, view) in views.iter().enumerate() {
        for id in &view.ids {
            let of_it = (view.provider, view.mode, id.as_str());
            let is_reader =
                || Ok::<bool, Error>(store.reader_of(view.provider, id, view.mode)? == Some(view.credential.clone()));
            if !readers.contains_key(&of_it) || is_reader()? {
                readers.insert(of_it, at);
            }
        }
    }
    let share = |(at, view): (usize, &View)| {
        let is_its = |id: &&String| readers.get(&(view.provider, view.mode, id.as_str())) == Some(&at);
        view.ids.iter().filter(is_its).cloned().collect()
    };
    Ok(views.iter().enumerate().map(share).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{NewAccount, Opened};

    fn view(credential: Option<&str>, ids: &[&str]) -> View {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        View { provider: "fic", mode: "live", credential: credential.map(str::to_owned), ids }
    }

    fn shares(store: &Store, views: &[View]) -> Vec<String> {
        shared_out(store, views).expect("reads").into_iter().map(|ids| ids.join(" ")).collect()
    }

    #[test]
    fn each_is_read_once_and_by_who_read_it_before_while_he_still_may() {
        let store = Store::in_memory().expect("opens");
        let opened = |id: &str, by: Option<&str>| {
            let opened = Opened { credential: by.map(str::to_owned), platform: None };
            store
                .account(&NewAccount { opened: Some(opened), ..NewAccount::named("fic", id, "live") })
                .expect("written");
        };
        let both = [view(None, &["1", "2", "3"]), view(Some("studio"), &["2", "3", "4"])];
        assert_eq!(shares(&store, &both), ["1 2 3", "4"], "nobody read them yet");
        opened("2", Some("studio"));
        opened("3", None);
        opened("4", Some("taken_out"));
        assert_eq!(shares(&store, &both), ["1 3", "2 4"]);
        assert_eq!(shares(&store, &[both[1].clone(), both[0].clone()]), ["2 4", "1 3"], "whatever their order");
        let gone = [view(None, &["2"]), view(Some("studio"), &["4"])];
        assert_eq!(shares(&store, &gone), ["2", "4"], "who does not open it any more does not keep it");
        // The same number in another mode is another company.
        let in_test = View { mode: "test", ..view(None, &["2"]) };
        assert_eq!(shares(&store, &[in_test, both[1].clone()]), ["2", "2 3 4"]);
    }
}
