//! What the admin port shows and starts: the figures of the receiver and of the file, and a sync.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;

use super::wishes::Wishes;
use crate::clock::{Clock, SystemClock};
use crate::model::cancel::Cancel;
use crate::model::metrics::{self, Family, FigureKind, FileFigures};
use crate::model::scrub::scrub;
use crate::receive::admin::Office;
use crate::receive::{BOUNDS_US, Figures, SigningSecrets};
use crate::store::{Error, Store};

/// Reading the figures of the file takes no longer.
const READ_TIME: Duration = Duration::from_secs(5);
/// Figures of the file are shown again for so many times as long as it took to read them: a large log costs no more than a
/// twentieth of a processor, however often somebody asks.
const REST: u32 = 20;
/// And no longer than this.
const REST_MAX: Duration = Duration::from_secs(60);
/// What waits by priority.
const PRIORITIES: [&str; 3] = ["high", "medium", "low"];

/// The office of a running receiver.
pub(super) struct ReceiverOffice {
    pub database: PathBuf,
    pub figures: Arc<Figures>,
    pub secrets: SigningSecrets,
    /// Syncs that are wanted; none without a key.
    pub wishes: Option<Arc<Wishes>>,
    /// When it began, unix seconds.
    pub began_s: i64,
    pub cancel: Cancel,
    pub of_file: Mutex<Option<(Instant, FileFigures)>>,
}

impl Office for ReceiverOffice {
    fn metrics(&self) -> Result<String, String> {
        let of_file = self.of_file().map_err(|error| format!("the file cannot be read: {error}"))?;
        let mut families = self.of_receiver();
        families.extend(of_the_file(&of_file));
        Ok(metrics::text(&families))
    }

    fn start_sync(&self) -> Result<String, String> {
        let wishes =
            self.wishes.as_ref().filter(|wishes| wishes.are_heard).ok_or("there is no STRIPE_API_KEY to sync with")?;
        Ok(wishes.ask(now_s()))
    }

    fn sync_state(&self, id: &str) -> Option<String> {
        let wish = self.wishes.as_ref()?.find(id)?;
        let json = json!({
            "id": wish.id,
            "state": wish.state(),
            "asked_s": wish.asked_s,
            "began_s": wish.began_s,
            "ended_s": wish.ended_s,
            "error": wish.error.as_deref().map(scrub),
        });
        Some(json.to_string())
    }
}

impl ReceiverOffice {
    fn of_file(&self) -> Result<FileFigures, Error> {
        let mut kept = self.of_file.lock().unwrap_or_else(PoisonError::into_inner);
        let began = Instant::now();
        if let Some((_, figures)) = kept.as_ref().filter(|(until, _)| began < *until) {
            return Ok(figures.clone());
        }
        let mut store = Store::open_read_only(&self.database)?;
        store.read_no_longer_than(READ_TIME, &self.cancel)?;
        let figures = store.figures()?;
        let rest = (began.elapsed() * REST).min(REST_MAX);
        *kept = Some((Instant::now() + rest, figures.clone()));
        Ok(figures)
    }

    fn of_receiver(&self) -> Vec<Family> {
        use FigureKind::{Counter, Gauge, Histogram};
        let mut events = Family::new(
            "stripesync_events_total",
            Counter,
            "Deliveries and further attempts at events, by how they ended.",
        );
        let mut duplicates = 0;
        for (provider, status, count) in self.figures.outcomes() {
            events = events.with(&[("provider", provider), ("status", status)], count);
            duplicates += if status == "duplicate" { count } else { 0 };
        }
        let (up_to, count, time_us) = self.figures.times();
        let mut refusals =
            Family::new("stripesync_signature_refusals_total", Counter, "Requests whose signature was refused.");
        for (reason, count) in self.figures.refusals() {
            refusals = refusals.with(&[("reason", reason)], count);
        }
        let mut responses = Family::new("stripesync_responses_total", Counter, "Answers of the webhook port.");
        for (code, count) in self.figures.answers() {
            responses = responses.with(&[("code", &code.to_string())], count);
        }
        let mut matched = Family::new(
            "stripesync_webhook_secret_matched_total",
            Counter,
            "Requests that a signing secret signed, by its last four characters.",
        );
        for it in self.secrets.matched() {
            matched = matched.with(&[("secret", &it.hint), ("account", it.owner.as_deref().unwrap_or(""))], it.times);
        }
        let mut families = vec![
            Family::new("stripesync_build_info", Gauge, "The version, as a label of a figure that is always 1.")
                .with(&[("version", env!("CARGO_PKG_VERSION"))], 1),
            Family::one("stripesync_start_time_seconds", Gauge, "When the receiver began, unix time.", self.began_s),
            events,
            Family::new(
                "stripesync_event_processing_seconds",
                Histogram,
                "How long log and effect of an event took, without the commit.",
            )
            .histogram(&BOUNDS_US, &up_to, count, time_us),
            Family::new(
                "stripesync_duplicates_total",
                Counter,
                "Deliveries of what was in the log already, and took no effect twice.",
            )
            .with(&[], duplicates),
            refusals,
            responses,
            Family::new("stripesync_connections_total", Counter, "Connections that the webhook port took.")
                .with(&[], self.figures.connections()),
            Family::new(
                "stripesync_connections_ended_total",
                Counter,
                "Connections that had delivered nothing and were ended so that others had their place.",
            )
            .with(&[], self.figures.connections_ended()),
            matched,
        ];
        families.extend(self.wishes.iter().flat_map(|wishes| of_catching_up(wishes)));
        families
    }
}

fn of_catching_up(wishes: &Wishes) -> [Family; 2] {
    let told = wishes.told();
    [
        Family::new(
            "stripesync_catch_ups_total",
            FigureKind::Counter,
            "Readings of Stripe's own list of events and of Fatture in Cloud's lists, and syncs that were asked for, by how they ended.",
        )
        .with(&[("status", "done")], told.done)
        .with(&[("status", "failed")], told.failed),
        Family::one(
            "stripesync_last_catch_up_timestamp_seconds",
            FigureKind::Gauge,
            "When the last one of Stripe that was done ended, unix time.",
            told.last_done_s,
        ),
    ]
}

fn now_s() -> i64 {
    SystemClock::new().now_ms().div_euclid(1000)
}

fn of_the_file(file: &FileFigures) -> Vec<Family> {
    use FigureKind::Gauge;
    let mut events =
        Family::new("stripesync_log_events", Gauge, "Events in the log of the file, by what became of them.");
    for (provider, status, count) in &file.events {
        events = events.with(&[("provider", provider), ("status", status)], count);
    }
    let mut queue = Family::new(
        "stripesync_queue_events",
        Gauge,
        "Events of the log that wait for their effect, or for another attempt.",
    );
    for (priority, count) in PRIORITIES.iter().zip(file.queue) {
        queue = queue.with(&[("priority", priority)], count);
    }
    let oldest_s = file.oldest_waiting_s.map_or(0, |since_s| now_s().saturating_sub(since_s).max(0));
    let mut synced =
        Family::new("stripesync_last_sync_timestamp_seconds", Gauge, "When the last sync of an account ended.");
    let mut until = Family::new(
        "stripesync_events_until_timestamp_seconds",
        Gauge,
        "Until when the service's own list of events was read.",
    );
    let mut accounts = Family::new("stripesync_accounts", Gauge, "Accounts of the file, by how they stand.");
    let mut never = Family::new("stripesync_accounts_never_synced", Gauge, "Those of which no sync came to its end.");
    let mut oldest = Family::new(
        "stripesync_oldest_sync_timestamp_seconds",
        Gauge,
        "When the last sync of the one ended that was synced longest ago.",
    );
    for group in &file.groups {
        let labels = [("provider", group.provider.as_str()), ("mode", &group.mode), ("status", group.status)];
        accounts = accounts.with(&labels, group.accounts);
        never = never.with(&labels, group.never_synced);
        oldest = group.oldest_sync_s.into_iter().fold(oldest, |family, at_s| family.with(&labels, at_s));
    }
    for account in &file.accounts {
        let labels = [("provider", account.provider.as_str()), ("account", &account.account), ("mode", &account.mode)];
        synced = account.last_sync_s.into_iter().fold(synced, |family, at_s| family.with(&labels, at_s));
        until = account.events_until_s.into_iter().fold(until, |family, at_s| family.with(&labels, at_s));
    }
    vec![
        events,
        queue,
        Family::one(
            "stripesync_oldest_waiting_seconds",
            Gauge,
            "How long the oldest of them has waited; 0 where none does.",
            oldest_s,
        ),
        Family::new("stripesync_queue_fetches", Gauge, "Objects and lists that are still to be asked for.")
            .with(&[], file.fetches),
        accounts,
        never,
        oldest,
        synced,
        until,
        Family::new("stripesync_database_bytes", Gauge, "How large the file and its WAL are.").with(&[], file.bytes),
    ]
}
