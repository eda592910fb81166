//! What a run does about each pass of each list. The run asks this, and so does its estimate.

use crate::model::resource::{List, Resource};
use crate::providers::fic::request::{self, PER_PAGE};
use crate::store::{ListState, Store};
use crate::sync::Error;

/// What a pass in which nothing happened may cost.
const QUIET_REQUESTS_MAX: u64 = 30;
/// What upkeep gets in any case, so that a company with many changes does not starve it.
const UPKEEP_REQUESTS_MIN: u64 = 8;
/// Lists that nothing tells of are read again after a day.
const DAILY_S: i64 = 24 * 3600;
/// Lists whose changes are asked for are read whole once a week, which finds what vanished.
pub(super) const WEEKLY_S: i64 = 7 * DAILY_S;
/// The name under which a resource's probe is remembered, whatever passes it has.
pub(super) const PROBE: &str = "";

/// What is to be done about one pass of one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Job {
    /// Read it whole.
    Scan,
    /// Ask for what changed.
    Changes,
    /// Compare its size with ours.
    Count,
    /// Read windows of days.
    Cashbook,
}

/// A job that may wait for another run.
pub(super) struct Upkeep {
    pub urgency: i64,
    pub job: Job,
    pub resource: &'static Resource,
    pub pass: &'static str,
}

/// One company's lists in the file at one moment.
pub(super) struct Decision<'a> {
    pub store: &'a Store,
    /// The company's row.
    pub account: i64,
    pub now_s: i64,
    /// Whether everything is to be read again.
    pub initial: bool,
}

impl Decision<'_> {
    /// Decides what to do about a pass at once, and what when there is room.
    pub(super) fn plan(
        &self,
        number: i64,
        resource: &'static Resource,
        pass: &'static str,
    ) -> Result<(Option<Job>, Option<Upkeep>), Error> {
        let walk = self.store.walk(self.account, number, pass)?;
        if matches!(resource.list, List::DateRange(_)) {
            return Ok((Some(Job::Cashbook), None));
        }
        let Some(read_s) = walk.and_then(|walk| walk.drained_s).filter(|_| !self.initial) else {
            return Ok((Some(Job::Scan), None));
        };
        let age_s = self.now_s - read_s;
        let state = self.store.list_state(self.account, number, pass)?;
        let later = |urgency, job| Some(Upkeep { urgency, job, resource, pass });
        let is_small = state.total.is_some_and(|total| total <= i64::from(PER_PAGE));
        if request::may_filter_by_update(resource) {
            if is_small || age_s >= WEEKLY_S || !self.is_filtered(number, &state)? {
                return Ok((Some(Job::Scan), None));
            }
            let has_bin = request::BINS.iter().any(|bin| bin.resource == resource.name);
            return Ok((Some(Job::Changes), if has_bin { None } else { later(i64::MAX, Job::Count) }));
        }
        let is_document = matches!(resource.list, List::Pages(_));
        Ok((
            None,
            match (is_document, is_small) {
                // One request tells all of it: asked for as often as there is room, before the lookups.
                (true, true) => later(age_s.saturating_mul(24), Job::Scan),
                _ if age_s >= DAILY_S => later(age_s, Job::Scan),
                _ => None,
            },
        ))
    }

    fn is_filtered(&self, number: i64, state: &ListState) -> Result<bool, Error> {
        let probe = self.store.list_state(self.account, number, PROBE)?;
        Ok(probe.filter.as_deref() == Some("works") && state.updated_until.is_some())
    }
}

/// Returns what upkeep may cost after so many requests for what cannot wait.
pub(super) fn upkeep_allowance(sent: u64) -> u64 {
    QUIET_REQUESTS_MAX.saturating_sub(sent).max(UPKEEP_REQUESTS_MIN)
}

/// Returns the passes of a list; one plain pass where the table names none.
pub(super) fn passes(resource: &Resource) -> &'static [&'static str] {
    if resource.passes.is_empty() { &[PROBE] } else { resource.passes }
}
