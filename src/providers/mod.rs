//! What each service looks like: resource tables, requests, answers. Pure: builds and reads, never sends.

pub mod fic;
pub mod stripe;
