//! stripesync keeps a local SQLite file equal to Stripe accounts and Fatture in Cloud companies.
//!
//! # The map
//! Layers import downwards only:
//!
//! ```text
//! main → cli → receive → sync → providers, http, store → model
//!         ├──→ sandbox
//!         └──→ ui → model            (config and clock are given in from cli, as values)
//! ```
//!
//! * [`model`]: the words of the domain: what a resource is, how JSON becomes a row, which state wins. Pure.
//! * [`providers`]: the tables of Stripe's and Fatture in Cloud's resources, and how their requests and answers look. Pure.
//! * [`http`]: the only place that knows ureq: sends a request, waits for the governor, retries.
//! * [`store`]: the only place that knows SQL: migrations, applying states, cursors, the event log, reports.
//! * [`sync`]: the engine: plans, fetches in parallel, writes with one thread.
//! * [`receive`]: the receiver of webhooks; the only place that knows hyper and tokio. One thread speaks HTTP, one writes,
//!   one waits for the disk and then lets the answers go.
//! * [`sandbox`]: a look-alike of both services on loopback. It shares no knowledge with `providers`.
//! * [`ui`]: owns stdout and stderr; the only place that knows indicatif.
//! * [`cli`]: arguments to calls, errors to exit codes; the only place that knows clap.
//!
//! # Invariants
//! 1. A row and the cursor that claims it go into the file in one transaction; for an object that waits for the rest of its
//!    list, a queued GET goes in its place.
//! 2. Which state of an object wins is decided by [`model::order`] alone, and never by arrival order.
//! 3. Money is an integer of minor units or an exact decimal text, never a float.
//! 4. Secrets have a type that cannot be printed ([`config::Secret`]); what a service says is scrubbed of whatever looks
//!    like one before anybody sees it ([`model::scrub`]).
//! 5. Every loop over the network has a bound.
//! 6. Nothing counts as complete that was not read to its end: a list's walk, the look at what it did not show, its drain.
//! 7. From the moment the reading of a list begins, every change of its account is read from the event log, or, where the
//!    log does not reach back that far, the list is read anew.
//! 8. Adding a resource touches one table entry, a migration and a sample in `testdata/`.
//! 9. What fails waits behind what did not: no number of broken objects keeps another from its turn.
//! 10. While another process has the file open, or this one for another writer, a write transaction ends after 20 ms, or
//!     with what came in one piece, and after 20 ms of writing a pause follows in which the others find the file free.
//!     Connections that read many accounts side by side have one pen, which goes to whoever waited longest; the pauses are
//!     theirs together.
//! 11. A webhook is acknowledged when its log row and its effect are on the disk, in one transaction, in the file that stands
//!     at its path, and never before.
//! 12. Of an event log that is pruned, that stays which [`model::order`] may still ask for, and all that may come again.
//! 13. Every event takes its effect in [`sync`]'s one handler, whatever door it came by; what it says beyond its row derives
//!     from its payload alone. What only two answers show is booked as observed, and gives way to its event.
//! 14. Where nobody asks the service, a row is a function of the set of logged events and the newest answer
//!     ([`model::merge`]), and unsettled wherever a payload could not show all.
//! 15. Nobody's credential goes where a webhook names: only accounts that it has opened are asked about.
//! 16. What changes something at a service goes through [`http::write`], which commands that write hold alone; what may have
//!     been done is not done twice, and real things are changed only where `--live` is said.

pub mod cli;
pub mod clock;
pub mod config;
pub mod http;
pub mod model;
pub mod providers;
pub mod receive;
pub mod sandbox;
pub mod store;
pub mod sync;
pub mod ui;
