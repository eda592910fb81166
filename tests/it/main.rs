//! Tests of the whole, in one binary.

mod fic_tables;
