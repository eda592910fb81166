//! The types of events that Stripe's specification names, and what each is about.

use super::facts::Facts;

/// Returns every type.
pub fn all() -> impl Iterator<Item = &'static str> {
    Facts::get().events.keys().map(String::as_str)
}

/// Returns what events of a type are about, as their objects call themselves; nothing where there is no such type.
pub fn objects_of(kind: &str) -> Option<&'static [String]> {
    Facts::get().events.get(kind).map(Vec::as_slice)
}

/// Returns a type that tells of such an object: of a change, where there is one.
pub fn about(object: &str) -> Option<&'static str> {
    let fits = || Facts::get().events.iter().filter(|(_, objects)| objects.iter().any(|it| it == object));
    let kinds = || fits().map(|(kind, _)| kind.as_str());
    kinds().find(|kind| kind.ends_with(".updated")).or_else(|| kinds().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_objects_lead_to_one_another() {
        assert_eq!(all().count(), 275);
        assert_eq!(objects_of("customer.updated"), Some(&["customer".to_owned()][..]));
        assert_eq!((objects_of("customer.update"), about("no_such_object")), (None, None));
        for kind in all() {
            let objects = objects_of(kind).expect("is one");
            assert!(!objects.is_empty() && objects.iter().all(|object| about(object).is_some()), "{kind}");
        }
    }
}
