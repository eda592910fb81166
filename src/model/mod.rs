//! The words of the domain. No input, no output, nothing of ours imported.

pub mod accounts;
pub mod alerts;
pub mod cancel;
mod capture;
pub mod cell;
pub mod extract;
pub mod fleet;
pub mod invoice;
pub mod log;
pub mod merge;
pub mod metrics;
pub mod order;
pub mod progress;
pub mod report;
pub mod resource;
pub mod row;
pub mod scrub;
pub mod secret;
pub mod span;
pub mod text;
pub mod trial;
pub mod webhooks;
pub mod wire;
