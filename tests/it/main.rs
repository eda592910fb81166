//! Tests of the whole, in one binary.

mod accounts;
mod bad_answers;
mod bad_days;
mod bad_files;
mod bad_secrets;
mod bad_values;
mod by_events;
mod cli;
mod clocks;
mod endless;
mod fic_gone;
mod fic_sandbox;
mod fic_sync;
mod fic_tables;
mod fic_world;
mod gaps;
mod interface;
mod kill;
mod layers;
mod locked;
mod names;
mod older;
mod ordering;
mod program;
mod resume;
mod sandbox_books;
mod sharing;
mod stripe_sync;
mod stripe_tables;
mod support;
mod terminal;
<<<<<<< HEAD
mod while_reading;
=======
mod tls;
>>>>>>> T2
