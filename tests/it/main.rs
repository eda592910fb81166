//! Tests of the whole, in one binary.

mod fic_sandbox;
mod fic_sync;
mod fic_tables;
mod stripe_sync;
mod support;
