//! The table of Stripe's resources.

use crate::model::resource::Resource;

/// Every listable resource of Stripe.
pub static RESOURCES: &[Resource] = &[];
