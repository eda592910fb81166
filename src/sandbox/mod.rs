//! A deterministic look-alike of both services on loopback: a playground, and what the tests run against.
//!
//! It must not share its knowledge with the client: nothing here imports `providers`, `http`, `store` or `sync`.

pub mod fic;
pub mod service;
