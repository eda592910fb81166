//! Ties: the one rule asked with all that the file knows about an object.

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use super::apply::{Applied, Rows, Source, Stored, Told};
use super::error::Error;
use crate::model::extract::{Catalog, Compiled};
use crate::model::order::{self, Act, Interval, Origin, State, Verdict};
use crate::model::resource::Resource;
use crate::model::row::Object;
use crate::model::text::{self, Edit};

/// Logged events looked at to decide a tie; a busier second stays unsettled until its GET.
pub(super) const TIE_EVENTS_MAX: i64 = 200;

/// An event of the log as a state, with the object's JSON that it carried and the API version of that.
pub(super) type Logged = (State, Option<String>, Option<String>);

/// All that is known about one object: the incoming state first, then the log's, then what the API said last.
struct Known {
    states: Vec<State>,
    /// For each state the object's JSON that an event carried, and the API version of that.
    payloads: Vec<(Option<String>, Option<String>)>,
    /// Which of them is the row, where the row is no event of the log.
    row: Option<usize>,
}

impl Known {
    fn add(&mut self, state: State, payload: (Option<String>, Option<String>)) {
        self.states.push(state);
        self.payloads.push(payload);
    }

    fn has_event(&self, id: Option<&str>) -> bool {
        id.is_some() && self.states.iter().any(|state| event_id(state) == id)
    }
}

impl Rows<'_> {
    /// Decides a tie from all that is known about the object.
    pub(super) fn settle(
        &mut self,
        index: usize,
        stored: Stored,
        object: &Object,
        told: &Told,
    ) -> Result<Applied, Error> {
        let known = self.known(index, &stored, object, told)?;
        let verdict = order::settle(&known.states).expect("the incoming state is one");
        let winner = &known.states[verdict.winner];
        if self.are_even(index, &stored, object, told, (&known, verdict)) {
            return self.choose(index, stored, object, told);
        }
        if verdict.winner == 0 {
            return self.rewrite(index, &stored, object, told, verdict.settled);
        }
        if Some(verdict.winner) != known.row && event_id(winner) != stored.event_id.as_deref() {
            let (body, api_version) = &known.payloads[verdict.winner];
            let third = (winner, body.as_deref().unwrap_or_default(), api_version.as_deref());
            return self.take_logged(index, (&stored, &object.row.id), third, told, verdict.settled);
        }
        // A row that is laid together of an event and what was known before stays in doubt.
        let is_merged = known.row.is_some() && stored.event_id.is_some();
        let settled = verdict.settled && !is_merged;
        if settled == stored.unsettled {
            self.mark(index, stored.row_id, !settled)?;
        }
        if !settled {
            let until_s = told.interval().until_s.max(stored.interval.until_s);
            self.queue_fetch(index, told.account, &object.row.id, until_s)?;
        }
        Ok(Applied::Unchanged)
    }

    /// Returns whether row and object are answers of the same seconds that differ only in what no event shows, such as a
    /// list of a customer's cards: nothing but another answer tells which of them came later.
    fn are_even(
        &self,
        index: usize,
        stored: &Stored,
        object: &Object,
        told: &Told,
        (known, verdict): (&Known, Verdict),
    ) -> bool {
        let Some(row) = known.row.filter(|_| verdict.settled && told.event_id().is_none()) else { return false };
        let is_of_them = verdict.winner == 0 || verdict.winner == row;
        is_of_them && known.states[0].content == known.states[row].content && !self.is_equal(index, stored, object)
    }

    /// Takes one of two answers of the same seconds, whichever came first, until a GET tells.
    fn choose(&mut self, index: usize, stored: Stored, object: &Object, told: &Told) -> Result<Applied, Error> {
        let now = told.interval();
        if (now.from_s, &object.row.data) > (stored.interval.from_s, &stored.data) {
            return self.rewrite(index, &stored, object, told, false);
        }
        self.mark(index, stored.row_id, true)?;
        self.queue_fetch(index, told.account, &object.row.id, now.until_s.max(stored.interval.until_s))?;
        Ok(Applied::Unchanged)
    }

    fn known(&self, index: usize, stored: &Stored, object: &Object, told: &Told) -> Result<Known, Error> {
        let resource = self.catalog.entries()[index].resource;
        let shown = |data: &str| comparable(resource, data);
        let incoming = State {
            interval: told.interval(),
            origin: origin_of(told, object, &shown),
            content: if object.gone { None } else { shown(&object.row.data) },
            terminal: is_terminal(resource, &object.row.data),
            // All answers are of one version.
            api_version: told.event_id().and(told.api_version).map(str::to_owned),
        };
        let mut known = Known { states: vec![incoming], payloads: vec![(None, None)], row: None };
        for logged in self.logged(resource, told.account, &object.row.id, i64::MIN)? {
            let is_incoming = event_id(&logged.0) == told.event_id();
            let may_replace = is_incoming || self.may_replace(index, &logged);
            let (state, body, api_version) = logged;
            if is_incoming {
                // The log knows what the incoming event changed.
                known.states[0] = state;
            } else if may_replace {
                known.add(state, (body, api_version));
            }
        }
        if known.has_event(stored.event_id.as_deref()) {
            // The row is an event's: what the API last said before it may tell where a circle of events began.
            if let Some((interval, data)) = self.kept_answer(index, stored.row_id)? {
                known.add(answer_state(resource, interval, data.as_deref()), (None, None));
            }
        } else {
            known.row = Some(known.states.len());
            let data = stored.deleted_at.is_none().then_some(stored.data.as_str());
            known.add(answer_state(resource, stored.interval, data), (None, None));
        }
        Ok(known)
    }

    /// Writes an event of the log over the row: neither the row nor what came wins.
    fn take_logged(
        &mut self,
        index: usize,
        (stored, id_of_row): (&Stored, &str),
        (winner, body, api_version): (&State, &str, Option<&str>),
        came: &Told,
        settled: bool,
    ) -> Result<Applied, Error> {
        let compiled = &self.catalog.entries()[index];
        let id = event_id(winner).unwrap_or_default();
        let source = Source::Event { id, created_s: winner.interval.from_s };
        let told = Told { account: came.account, source, api_version };
        let Ok(mut object) = self.catalog.object(compiled, body) else {
            self.mark(index, stored.row_id, true)?;
            self.queue_fetch(index, told.account, id_of_row, stored.interval.until_s)?;
            return Ok(Applied::Unchanged);
        };
        object.gone = winner.content.is_none();
        self.rewrite(index, stored, &object, &told, settled)
    }

    /// Returns whether a logged payload may replace a row: it has all that an answer shows, in the shape of the release
    /// that answers have. For any other a GET is queued, and what that brings is ordered by itself.
    pub(super) fn may_replace(&self, index: usize, (state, body, api_version): &Logged) -> bool {
        may_replace(self.catalog, &self.catalog.entries()[index], state, body.as_deref(), api_version.as_deref())
    }

    /// Marks a row as doubtful that waits for a GET since an event could not replace it that may tell more than its state.
    ///
    /// # Errors
    /// SQLite's.
    pub fn doubt(&mut self, resource: &'static Resource, id: &str, account: i64) -> Result<(), Error> {
        let index = self.catalog.get(resource).index;
        if !self.store.is_queued(account, self.numbers[index], id)? {
            return Ok(());
        }
        self.prepare(index)?;
        let Some(stored) = self.stored(index, account, id)?.filter(|stored| !stored.unsettled) else { return Ok(()) };
        let mut logged = self.logged(resource, account, id, stored.interval.from_s)?;
        // Several events of one second may go in a circle, and where that began an older one may have said.
        let of_its_second = logged.iter().filter(|it| it.0.interval.from_s == stored.interval.from_s).count();
        if stored.event_id.is_some() && of_its_second > 1 {
            logged = self.logged(resource, account, id, i64::MIN)?;
        }
        if logged.iter().any(|it| !self.may_replace(index, it)) {
            self.mark(index, stored.row_id, true)
        } else {
            Ok(())
        }
    }

    /// Marks a row as doubtful, and queues the GET that ends the doubt: what it holds came from somebody's file.
    ///
    /// # Errors
    /// SQLite's.
    pub fn have_asked(&mut self, resource: &'static Resource, id: &str, account: i64, at_s: i64) -> Result<(), Error> {
        self.distrust(resource, id, account)?;
        self.queue_fetch(self.catalog.get(resource).index, account, id, at_s)
    }

    /// Returns whether no answer is known of an object that was sent after `since_s`.
    ///
    /// # Errors
    /// SQLite's.
    pub fn lacks_answer(
        &mut self,
        resource: &'static Resource,
        id: &str,
        account: i64,
        since_s: i64,
    ) -> Result<bool, Error> {
        let index = self.catalog.get(resource).index;
        self.prepare(index)?;
        let stored = self.stored(index, account, id)?;
        Ok(stored.is_none_or(|stored| stored.unsettled || stored.interval.from_s <= since_s))
    }

    /// Marks a row as doubtful until an answer comes.
    ///
    /// # Errors
    /// SQLite's.
    pub fn distrust(&mut self, resource: &'static Resource, id: &str, account: i64) -> Result<(), Error> {
        let index = self.catalog.get(resource).index;
        self.prepare(index)?;
        match self.stored(index, account, id)?.filter(|stored| !stored.unsettled) {
            Some(stored) => self.mark(index, stored.row_id, true),
            None => Ok(()),
        }
    }

    /// Returns whether a state that is no newer than the row may tell otherwise where the events of the row's second
    /// began: several of them may go in a circle (A→B→A), which ends where the older state says that it began.
    pub(super) fn may_move_the_end(
        &self,
        index: usize,
        stored: &Stored,
        object: &Object,
        told: &Told,
    ) -> Result<bool, Error> {
        if stored.event_id.is_none() || told.interval().is_after(stored.interval) {
            return Ok(false);
        }
        let table = self.catalog.entries()[index].resource.table();
        let second_s = stored.interval.from_s;
        let several = "SELECT count(*) > 1 FROM webhook_events
                       WHERE account=?1 AND object=?2 AND object_id=?3 AND created=?4";
        self.conn
            .prepare_cached(several)
            .and_then(|mut s| s.query_row(params![told.account, table, object.row.id, second_s], |row| row.get(0)))
            .map_err(|e| self.store.sql(e))
    }

    /// Returns whether a newer answer is known. Of all answers only the newest counts, so that it makes no difference
    /// which of them the file has forgotten.
    pub(super) fn is_outdated_answer(&self, index: usize, stored: &Stored, told: &Told) -> Result<bool, Error> {
        if matches!(told.source, Source::Event { .. }) {
            return Ok(false);
        }
        let newest = match stored.event_id {
            None => Some(stored.interval),
            Some(_) => self.kept_answer(index, stored.row_id)?.map(|(interval, _)| interval),
        };
        // An answer's interval begins a second before it was sent.
        Ok(newest.is_some_and(|newest| told.interval().until_s < newest.from_s.saturating_add(1)))
    }

    /// Keeps the newest answer beside a row that is an event's, and lets it go when a newer answer is the row.
    pub(super) fn keep_answer(&self, index: usize, stored: &Stored, object: &Object, told: &Told) -> Result<(), Error> {
        let now = told.interval();
        let is_answer = matches!(told.source, Source::Answer { .. });
        let (interval, data) = match (is_answer, stored.event_id.is_some()) {
            (false, false) if stored.interval.from_s > i64::MIN && !stored.interval.is_after(now) => {
                (stored.interval, stored.deleted_at.is_none().then_some(stored.data.as_str()))
            }
            (true, true) if !now.is_after(stored.interval) => (now, (!object.gone).then_some(object.row.data.as_str())),
            (true, true) => return self.forget_answer(index, stored.row_id),
            _ => return Ok(()),
        };
        self.put_answer(index, stored.row_id, interval, data)
    }

    /// Keeps an answer beside a row, unless a newer one is kept.
    pub(super) fn put_answer(
        &self,
        index: usize,
        row_id: i64,
        interval: Interval,
        data: Option<&str>,
    ) -> Result<(), Error> {
        self.conn
            .prepare_cached(
                "INSERT INTO answers (resource, row_id, from_s, until_s, data) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET from_s=?3, until_s=?4, data=?5 WHERE (until_s, from_s, coalesce(data, '')) < (?4, ?3, coalesce(?5, ''))",
            )
            .and_then(|mut s| {
                s.execute(params![self.numbers[index], row_id, interval.from_s, interval.until_s, data])
            })
            .map(drop)
            .map_err(|e| self.store.sql(e))
    }

    fn forget_answer(&self, index: usize, row_id: i64) -> Result<(), Error> {
        self.conn
            .prepare_cached("DELETE FROM answers WHERE resource=?1 AND row_id=?2")
            .and_then(|mut s| s.execute(params![self.numbers[index], row_id]))
            .map(drop)
            .map_err(|e| self.store.sql(e))
    }

    pub(super) fn kept_answer(&self, index: usize, row_id: i64) -> Result<Option<(Interval, Option<String>)>, Error> {
        self.conn
            .prepare_cached("SELECT from_s, until_s, data FROM answers WHERE resource=?1 AND row_id=?2")
            .and_then(|mut s| {
                s.query_row(params![self.numbers[index], row_id], |row| {
                    Ok((Interval { from_s: row.get(0)?, until_s: row.get(1)? }, row.get(2)?))
                })
                .optional()
            })
            .map_err(|e| self.store.sql(e))
    }

    /// Returns the newest logged events of an object, from a second on.
    pub(super) fn logged(
        &self,
        resource: &Resource,
        account: i64,
        id: &str,
        since_s: i64,
    ) -> Result<Vec<Logged>, Error> {
        let sql = |e| self.store.sql(e);
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT event_id, type, created, payload, api_version FROM webhook_events
                 WHERE account=?1 AND object=?2 AND object_id=?3 AND created>=?5 AND error IS NULL
                 ORDER BY created DESC, event_id LIMIT ?4",
            )
            .map_err(sql)?;
        let rows = statement
            .query_map(params![account, resource.table(), id, TIE_EVENTS_MAX, since_s], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, String>(3)?,
                    row.get::<_, Option<String>>(4)?,
                ))
            })
            .map_err(sql)?;
        let mut states = Vec::new();
        for row in rows {
            let (event_id, kind, created_s, payload, api_version) = row.map_err(sql)?;
            let state = super::events::state(resource, event_id, &kind, created_s, &payload, comparable);
            states.extend(state.map(|(mut state, body)| {
                state.api_version.clone_from(&api_version);
                (state, body, api_version)
            }));
        }
        Ok(states)
    }
}

/// See [`Rows::may_replace`].
pub(super) fn may_replace(
    catalog: &Catalog,
    compiled: &Compiled,
    state: &State,
    body: Option<&str>,
    api_version: Option<&str>,
) -> bool {
    state.content.is_none() || is_all_that_answers_show(catalog, compiled, body, api_version)
}

/// Returns whether a payload has all that an answer shows, or no answer shows more.
pub(super) fn is_all_that_answers_show(
    catalog: &Catalog,
    compiled: &Compiled,
    body: Option<&str>,
    api_version: Option<&str>,
) -> bool {
    let is_whole = || {
        let object = body.and_then(|body| catalog.object(compiled, body).ok());
        object.is_some_and(|object| object.children.iter().all(|set| set.complete))
    };
    let is_shown = compiled.resource.expand.is_empty() && release(api_version) == release(catalog.api_version());
    compiled.resource.get.is_empty() || is_shown && is_whole()
}

/// Returns the release of an API version, `dahlia` of `2026-10-28.dahlia`; versions of the same one only add.
pub(super) fn release(api_version: Option<&str>) -> Option<&str> {
    api_version.map(|version| version.rsplit('.').next().unwrap_or_default())
}

pub(super) fn event_id(state: &State) -> Option<&str> {
    match &state.origin {
        Origin::Event { id, .. } => Some(id),
        Origin::Answer { .. } => None,
    }
}

/// Returns what an answer said as a state; no data says that the object was not there.
pub(super) fn answer_state(resource: &Resource, interval: Interval, data: Option<&str>) -> State {
    State {
        interval,
        // An answer's interval begins a second before it was sent.
        origin: Origin::Answer { sent_s: interval.from_s.saturating_add(1) },
        content: data.and_then(|data| comparable(resource, data)),
        terminal: data.is_some_and(|data| is_terminal(resource, data)),
        api_version: None,
    }
}

fn origin_of(told: &Told, object: &Object, shown: &dyn Fn(&str) -> Option<Value>) -> Origin {
    match told.source {
        Source::Answer { sent_s, .. } => Origin::Answer { sent_s },
        Source::Event { id, .. } => {
            let act =
                if object.gone { Act::Deleted(shown(&object.row.data).unwrap_or_default()) } else { Act::Unexplained };
            Origin::Event { id: id.to_owned(), act }
        }
    }
}

/// Returns the content as far as every source shows it: what only an expanded answer has, and what differs on every
/// read, is left out.
pub(super) fn comparable(resource: &Resource, data: &str) -> Option<Value> {
    let edits: Vec<(String, Edit)> = resource
        .expand
        .iter()
        .map(|field| format!("/{}", field.replace('.', "/")))
        .chain(resource.volatile.iter().map(|pointer| (*pointer).to_owned()))
        .chain(resource.secret.iter().map(|pointer| (*pointer).to_owned()))
        .map(|pointer| (pointer, Edit::Remove))
        .collect();
    let edits: Vec<(&str, Edit)> = edits.iter().map(|(pointer, edit)| (pointer.as_str(), edit.clone())).collect();
    serde_json::from_str(&text::edit(data, &edits)).ok()
}

pub(super) fn is_terminal(resource: &Resource, data: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Status {
        #[serde(default)]
        status: Option<String>,
    }
    let read = || serde_json::from_str::<Status>(data).ok()?.status;
    !resource.terminal.is_empty() && read().is_some_and(|status| resource.terminal.contains(&status.as_str()))
}
