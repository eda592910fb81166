//! Every type of event that the pinned version knows, and which of them concern a table. Pure.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::resources;

/// Type, and what its events carry, with `|` between several. Source: the official libraries for Node (23.1.0) and Python
/// (16.1.0), which agree, for [`super::API_VERSION`].
const TYPES: &str = include_str!("event_types.tsv");

/// Questions that wait for an answer within seconds: whoever subscribes to them answers for the card's owner.
/// Source: docs.stripe.com/issuing/controls/real-time-authorizations.
const QUESTIONS: &[&str] = &["issuing_authorization.request"];

/// What a platform's endpoint for its connected accounts hears besides: who joined, and who left.
const OF_CONNECTED: &[&str] = &["account.application.authorized", "account.application.deauthorized"];

/// The types whose objects have a table.
static WITH_TABLE: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let known: BTreeSet<&str> = resources::all().flat_map(|resource| resource.objects.iter().copied()).collect();
    let has_table = |objects: &str| objects.split('|').any(|object| known.contains(object));
    let all = TYPES.lines().filter_map(|line| line.split_once('\t'));
    all.filter(|(kind, objects)| has_table(objects) && !QUESTIONS.contains(kind)).map(|(kind, _)| kind).collect()
});

/// Returns every type.
pub fn all() -> impl Iterator<Item = &'static str> {
    TYPES.lines().filter_map(|line| line.split('\t').next())
}

/// Returns the types that this program does something with, of an account's own events or of connected accounts'.
pub fn handled(connect: bool) -> BTreeSet<&'static str> {
    let more = if connect { OF_CONNECTED } else { &[] };
    WITH_TABLE.iter().chain(more).copied().collect()
}

/// Returns the types that a name stands for: itself, or with `*` at its end all that begin so. None where there is none.
pub fn named(name: &str) -> Vec<&'static str> {
    match name.strip_suffix('*') {
        Some(begin) => all().filter(|kind| kind.starts_with(begin)).collect(),
        None => all().filter(|kind| *kind == name).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_table_is_subscribed_to_and_questions_are_not() {
        let own = handled(false);
        for kind in ["customer.created", "invoice.paid", "customer.subscription.deleted", "account.updated"] {
            assert!(own.contains(kind), "{kind}");
        }
        for kind in ["issuing_authorization.request", "account.application.deauthorized", "balance.available"] {
            assert!(!own.contains(kind), "{kind}");
        }
        let more: Vec<_> = handled(true).into_iter().filter(|kind| !own.contains(kind)).collect();
        assert_eq!(more, OF_CONNECTED);
        assert!(QUESTIONS.iter().all(|kind| all().any(|it| it == *kind)));
    }

    #[test]
    fn every_prefix_of_the_tables_has_types() {
        let known: Vec<_> = all().collect();
        for resource in resources::all() {
            for prefix in resource.events {
                assert!(known.iter().any(|kind| kind.starts_with(prefix)), "{}: {prefix}", resource.name);
            }
        }
        assert_eq!(known.iter().collect::<BTreeSet<_>>().len(), known.len(), "each stands once");
    }

    #[test]
    fn a_name_stands_for_itself_and_a_star_for_all_that_begin_so() {
        assert_eq!(named("invoice.paid"), ["invoice.paid"]);
        assert!(named("invoice.*").len() > 10 && named("invoice.*").iter().all(|kind| kind.starts_with("invoice.")));
        assert!(named("invoice").is_empty() && named("").is_empty() && named("nonsense.*").is_empty());
    }
}
