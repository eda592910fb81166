//! Fatture in Cloud: requests, list envelopes, error bodies and the table of resources.

pub mod resources;
