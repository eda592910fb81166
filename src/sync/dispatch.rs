//! Which table an event's object belongs to.

use crate::model::extract::{Catalog, Compiled};
use crate::model::resource::Provider;

/// Returns the resource of an object: the one that claims the object's kind, and among several the one whose event
/// prefixes fit the event's type best.
pub fn by_object<'c>(catalog: &'c Catalog, object: &str, event_type: &str) -> Option<&'c Compiled> {
    let fit = |c: &Compiled| c.resource.events.iter().filter(|p| event_type.starts_with(**p)).map(|p| p.len()).max();
    catalog
        .entries()
        .iter()
        .filter(|c| c.resource.provider == Provider::Stripe && c.resource.objects.contains(&object))
        .max_by_key(|c| (fit(c), !c.resource.is_child()))
}
