//! Tests of the whole, in one binary.

mod accounts;
mod cli;
mod fic_gone;
mod fic_sandbox;
mod fic_sync;
mod fic_tables;
mod fic_world;
mod kill;
mod layers;
mod older;
mod ordering;
mod stripe_sync;
mod stripe_tables;
mod support;
