//! Events as they go into the log: secrets removed, and what cannot be read told apart from what can. One broken event
//! must not keep the others from being read.

use sha2::{Digest, Sha256};

use super::changes::EVENTS;
use super::tally::Tally;
use super::{Error, account_events};
use crate::model::cell::shown;
use crate::model::extract::{Catalog, Compiled, NEVER_STORED};
use crate::model::progress::Outcome;
use crate::model::scrub::scrub;
use crate::model::span::Span;
use crate::model::text::{self, Edit};
use crate::providers::stripe::page::Page;
use crate::providers::stripe::{account, event};
use crate::store::{Event, Store};

/// Broken events that a message names.
const NAMED_MAX: usize = 3;
/// Previews carry no object that could be stored.
const PREVIEW: &str = "invoice.upcoming";

/// Reads a page of events, newest first; returns with them the id after which older ones are listed.
pub(super) fn events(catalog: &Catalog, page: &Page, span: Span, now_s: i64) -> (Vec<Event>, Option<String>) {
    let read: Vec<event::Event> = page.data.iter().map(|raw| event::read(raw.get())).collect();
    let is_time = |created_s: &i64| span.contains(*created_s);
    // What does not say when it happened stands between two that do.
    let mut around_s = read.iter().find_map(|event| event.created_s.filter(is_time)).unwrap_or(now_s);
    let cursor = read.iter().rev().find_map(|event| event.id.clone());
    let mut events = Vec::with_capacity(read.len());
    for (mut event, raw) in read.into_iter().zip(&page.data) {
        match event.created_s.filter(is_time) {
            Some(created_s) => around_s = created_s,
            None => drop(event.trouble.get_or_insert("its created lies outside of the time asked for")),
        }
        events.push(logged(catalog, event, around_s, raw.get()));
    }
    (events, cursor)
}

pub(super) fn logged(catalog: &Catalog, mut read: event::Event, created_s: i64, json: &str) -> Event {
    let compiled = super::dispatch::by_object(catalog, &read.subject.object, &read.kind);
    let (payload, depth) = text::compacted(json);
    let priority = event::priority(&read.kind);
    let is_too_deep = depth > text::DEPTH_MAX;
    let is_whole = |c: &Compiled| c.resource.is_child() || read.subject.id.is_some() || read.kind == PREVIEW;
    if is_too_deep {
        read.trouble = Some("it is nested too deep");
    } else if read.trouble.is_none() && !compiled.is_none_or(is_whole) {
        read.trouble = Some("its data.object has no id");
    }
    let id = read.id.unwrap_or_else(|| nameless(&payload));
    let payload = match is_too_deep {
        true => too_deep(&id),
        false => without_secrets(catalog, compiled, read.trouble.is_some(), payload),
    };
    // Of what is broken the object's name may be known all the same: that one can be asked for.
    let can_be_asked = |c: &&Compiled| read.trouble.is_none() || !(c.resource.is_child() || c.resource.get.is_empty());
    let is_named = |c: &&Compiled| c.resource.is_child() || read.subject.id.is_some();
    let table = compiled.filter(is_named).filter(|_| read.kind != PREVIEW).filter(can_be_asked);
    let mut table = table.map(|c| c.resource.table()).unwrap_or_default();
    let mut object_id = read.subject.id;
    if read.account.is_some() && read.trouble.is_none() && account::is_of_access(&read.kind) {
        (table, object_id) = (account_events::TABLE.to_owned(), read.account);
    }
    Event {
        table,
        object_id,
        api_version: read.api_version,
        created_s,
        id,
        kind: read.kind,
        payload,
        error: read.trouble.map(str::to_owned),
        livemode: read.livemode,
        priority,
    }
}

/// Returns what is kept of an event that no reader of JSON could take.
pub(super) fn too_deep(id: &str) -> String {
    serde_json::json!({"id": id, "stripesync_refused": format!("nested more than {} deep", text::DEPTH_MAX)})
        .to_string()
}

/// Removes what is never stored, and what the resource keeps secret. What is broken may hide whose secrets it carries:
/// those of all resources go, and whatever looks like a credential.
fn without_secrets(catalog: &Catalog, compiled: Option<&Compiled>, is_broken: bool, payload: String) -> String {
    let of: Vec<&Compiled> =
        if is_broken { catalog.entries().iter().collect() } else { compiled.into_iter().collect() };
    let secret: Vec<String> = of
        .iter()
        .flat_map(|c| c.resource.secret)
        .flat_map(|pointer| [format!("/data/object{pointer}"), format!("/data/previous_attributes{pointer}")])
        .collect();
    let mut payload = text::without_key(payload, NEVER_STORED);
    if !secret.is_empty() {
        let edits: Vec<(&str, Edit)> = secret.iter().map(|pointer| (pointer.as_str(), Edit::Remove)).collect();
        payload = text::edit(&payload, &edits);
    }
    if is_broken { scrub(&payload).into_owned() } else { payload }
}

/// Returns a name for an event that has none: the same for the same event, so that it is in the log once.
fn nameless(payload: &str) -> String {
    let digest = Sha256::digest(payload.as_bytes());
    let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("without-id-{hex}")
}

/// Events of a run that could not be read, but name their object.
#[derive(Debug, Default)]
pub(super) struct Broken {
    count: u64,
    named: Vec<String>,
}

impl Broken {
    /// Counts an event that is new in the log, if it is such a one.
    pub fn add(&mut self, event: &Event) {
        let Some(why) = event.error.as_ref().filter(|_| !event.table.is_empty()) else { return };
        self.count += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push(told(&event.id, &event.kind, why));
        }
    }

    /// Says what is asked for in place of what an event should have told.
    pub fn tell(&self, tally: &Tally) {
        if self.count > 0 {
            let events = sentence(self.count, &self.named);
            tally.note(format!("broken events, their objects are asked for instead: {events}"));
        }
    }
}

/// Says which changes nobody can name, of this run and of earlier ones: they stay unknown until all lists are read anew.
pub(super) fn tell_lost(store: &Store, account: i64, log: i64, tally: &mut Tally) -> Result<(), Error> {
    let (count, first) = store.lost_events(account, log, NAMED_MAX)?;
    if count > 0 {
        let named: Vec<String> = first.iter().map(|lost| told(&lost.id, &lost.kind, &lost.why)).collect();
        let way = "`stripesync sync --initial` reads all lists anew";
        let text = format!("what these changed is unknown, {way}: {}", sentence(count, &named));
        tally.fail(EVENTS, Outcome::Failed(text));
    }
    Ok(())
}

fn told(id: &str, kind: &str, why: &str) -> String {
    let kind = if kind.is_empty() { "no type" } else { kind };
    format!("{} ({}): {why}", shown(id), shown(kind))
}

fn sentence(count: u64, named: &[String]) -> String {
    let more = count.saturating_sub(named.len() as u64);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{more}", named.join("; "))
}
