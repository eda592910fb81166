//! Notifications of Fatture in Cloud as they come in. They name objects and carry none: what they name is queued to be
//! fetched, deletions too, of which only a 404 is proof.

use std::time::Instant;

use super::delivery::{Accepted, Delivery, Verdict, nothing};
use super::handler::{Handler, Taken};
use super::intake::Intake;
use super::{Error, logged, number};
use crate::model::resource::Provider;
use crate::model::text;
use crate::providers::fic::notification::{self, Notification};
use crate::store::{Event, NAMELESS, NewAccount, SETTLING_S, Waiting};

/// How far the service's clock is believed to be ahead.
const AHEAD_MAX_S: i64 = 5;
/// The door that anybody may come to whom the service has given a token.
const LIVE: &str = "live";

impl Intake<'_> {
    /// Takes one notification in.
    pub(super) fn take_notification(&mut self, delivery: &Delivery, now_s: i64) -> Result<Accepted, Error> {
        let began = Instant::now();
        let (read, trouble) = match notification::outline(&|_| None, &delivery.body) {
            Ok((read, why)) => (read, why.map(|why| why.to_string())),
            Err(why) => {
                return Ok(Accepted { provider: Provider::Fic, ..nothing(Verdict::Malformed(why.to_string())) });
            }
        };
        if delivery.door == LIVE && !self.is_kept(&read.company_id, delivery.body.len(), now_s)? {
            let (id, kind, account) = (read.id, read.kind, read.company_id);
            return Ok(Accepted { provider: Provider::Fic, id, kind, account, ..nothing(Verdict::Unkept) });
        }
        let account = self.company(&read.company_id)?;
        self.log(account, event(read, trouble, &delivery.body, now_s), delivery, now_s, began)
    }

    /// Returns whether there is room for a notification: of companies that no token has opened there is little.
    fn is_kept(&mut self, remote_id: &str, bytes: usize, now_s: i64) -> Result<bool, Error> {
        let is_opened = |intake: &Self| intake.companies.iter().any(|it| it.is_seen && it.remote_id == remote_id);
        if is_opened(self) || self.strangers.is_kept(remote_id, bytes, now_s) {
            return Ok(true);
        }
        // A sync beside may have opened it since.
        self.companies = self.store.known_accounts("fic")?;
        Ok(is_opened(self))
    }

    /// Finds the row of a company, or makes one: a company that nobody reads yet is logged as well.
    fn company(&mut self, remote_id: &str) -> Result<i64, Error> {
        let named = if remote_id.is_empty() { NAMELESS } else { remote_id };
        let find = |intake: &Intake| intake.companies.iter().find(|it| it.remote_id == named).map(|it| it.row);
        if let Some(row) = find(self) {
            return Ok(row);
        }
        // A sync beside may have met it since.
        self.companies = self.store.known_accounts("fic")?;
        if let Some(row) = find(self) {
            return Ok(row);
        }
        let new = NewAccount::named("fic", named, if self.is_sandbox { "sandbox" } else { self.company_mode });
        let row = self.store.account(&new)?.id;
        self.companies = self.store.known_accounts("fic")?;
        Ok(row)
    }
}

/// Returns a notification as it goes into the log.
fn event(read: Notification, mut trouble: Option<String>, body: &str, now_s: i64) -> Event {
    let (mut payload, depth) = text::compacted(body);
    if depth > text::DEPTH_MAX {
        payload = logged::too_deep(&read.id);
        trouble = Some("it is nested too deep".to_owned());
    }
    let tables = notification::concern(&read.kind).map_or(&[][..], |concern| concern.tables);
    let table = tables.first().filter(|_| trouble.is_none());
    let mut ids = read.ids.into_iter();
    Event {
        table: table.map(|table| (*table).to_owned()).unwrap_or_default(),
        // Of several none stands for the others.
        object_id: ids.next().filter(|_| ids.len() == 0),
        api_version: None,
        // By the service's clock, which may be some seconds ahead of ours. More would be a zone that is wrongly marked.
        created_s: read.time_s.map_or(now_s, |time_s| time_s.min(now_s.saturating_add(AHEAD_MAX_S))),
        priority: notification::priority(&read.kind),
        id: read.id,
        kind: read.kind,
        payload,
        error: trouble,
        livemode: None,
    }
}

/// Returns a logged notification as this version reads it, if it can.
pub(super) fn reread(old: &Event) -> Option<Event> {
    let (read, trouble) = notification::outline(&|_| None, &old.payload).ok()?;
    let read = event(read, trouble.map(|why| why.to_string()), &old.payload, old.created_s);
    Some(Event { created_s: old.created_s, ..read })
}

impl Handler<'_, '_> {
    /// Queues a GET for each object that a notification names, unless an answer that was sent later is known.
    pub(super) fn ask_for_named(&mut self, one: &Waiting) -> Result<Taken, Error> {
        let event = &one.event;
        // A company that no token has opened is logged alone: its first reading will begin after this.
        if !self.store.is_seen(self.account)? {
            return Ok(Taken::default());
        }
        let read = match notification::read(&|_| None, &event.payload) {
            Ok(read) => read,
            Err(why) => return Ok(Taken { trouble: Some(why.to_string()), ..Taken::default() }),
        };
        for table in notification::concern(&event.kind).map_or(&[][..], |concern| concern.tables) {
            let Some(compiled) = self.catalog.by_table(table) else { continue };
            let number = number(self.numbers, compiled.resource);
            for id in &read.ids {
                if self.rows.lacks_answer(compiled.resource, id, self.account, event.created_s)? {
                    self.rows.distrust(compiled.resource, id, self.account)?;
                    // From then on an answer, of a list too, was certainly sent after it.
                    let not_before_s = event.created_s.saturating_add(SETTLING_S);
                    self.store.queue_fetch(self.account, number, id, not_before_s, "event")?;
                }
            }
        }
        Ok(Taken { is_fetched_later: true, ..Taken::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::sync::delivery::Retries;

    fn of_company(company: i64, number: usize) -> Delivery {
        let body = format!(
            r#"{{"specversion":"1.0","id":"{company}:{number}","type":"it.fattureincloud.webhooks.entities.clients.update",
                "subject":"company:{company}","time":"2026-01-01T00:00:00Z","data":{{"ids":[{number}]}}}}"#
        );
        Delivery { provider: Provider::Fic, body, door: LIVE, owner: None, correlation_id: "c".to_owned() }
    }

    #[test]
    fn a_strangers_company_does_not_fill_the_file_and_ones_own_is_never_cut_short() {
        let store = Store::in_memory().expect("opens");
        let catalog = crate::sync::catalog();
        let own = NewAccount { name: Some("Own S.r.l.".to_owned()), ..NewAccount::opened("fic", "1", "live") };
        let mut intake = Intake::new(&store, &catalog, Retries::default(), None).expect("prepares");
        let mut unkept = |company: i64, numbers: std::ops::Range<usize>| {
            let batch: Vec<Delivery> = numbers.map(|number| of_company(company, number)).collect();
            let taken = intake.take(&batch, 1_767_225_600).expect("takes");
            taken.iter().filter(|one| one.verdict == Verdict::Unkept).count()
        };
        assert_eq!((unkept(2, 0..1000), unkept(2, 1000..1010)), (0, 10));
        assert_eq!(unkept(1, 0..1001), 1, "nobody has opened it yet");
        store.account(&own).expect("is opened by a sync beside");
        assert_eq!(unkept(1, 1000..1010), 0);
        for company in 3..200 {
            unkept(company, 0..1);
        }
        let kept = "SELECT count(DISTINCT account), count(*) FROM webhook_events";
        assert_eq!(store.query_text(kept).expect("rows"), [["100", "2108"]]);
    }
}
