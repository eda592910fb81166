//! The table of Fatture in Cloud's resources.

use crate::model::resource::Resource;

/// Every listable resource of Fatture in Cloud.
pub static RESOURCES: &[Resource] = &[];
