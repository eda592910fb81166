//! Whether events can come: what is checked at Stripe, and how Fatture in Cloud is had ask receivers who they are.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::args::WebhooksVerifyArgs;
use super::super::exit::{Exit, Failure};
use super::super::signals;
use super::companies::{Companies, Line};
use super::fic::{attempted, find, permit as permitted, step};
use super::{Desk, concerned, keep, probe, stripe};
use crate::http::write::Writer;
use crate::model::webhooks::{Hook, HookStep};
use crate::providers::fic::subscriptions::{self, ATTEMPT_EVERY_S, ATTEMPTS_MAX, Subscription};
use crate::providers::stripe::endpoints;
use crate::sync::webhooks;
use crate::ui::units::{moment, span};

/// The first look at whether a sink has answered, and the longest pause between two: each costs a request of the quota.
const FIRST_LOOK: Duration = Duration::from_millis(500);
const LOOK_MAX: Duration = Duration::from_secs(15);
/// Where nobody says how long to wait.
const WAIT: Duration = Duration::from_secs(60);
/// How often a countdown is told.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// How long the service's verdict is waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    /// So long.
    pub time: Duration,
    /// Whether at all.
    pub is_wanted: bool,
}

impl Waiting {
    /// As long as nobody says otherwise.
    pub fn usual() -> Waiting {
        Waiting { time: WAIT, is_wanted: true }
    }
}

/// Waits until the service says that these are verified, or the time is over; returns the list as it is then.
pub(super) fn wait(
    line: &Line<'_>,
    asked: &BTreeMap<String, Subscription>,
    waiting: Waiting,
    desk: &Desk<'_>,
) -> Result<Vec<Subscription>, Failure> {
    let began = desk.clock.elapsed();
    let (mut pause, mut told) = (FIRST_LOOK, None);
    loop {
        let is_over = asked.is_empty() || !waiting.is_wanted;
        if !is_over {
            signals::rest(desk.clock, &desk.cancel, pause);
        }
        let list = line.subscriptions()?;
        let open = list.iter().filter(|it| asked.contains_key(&it.id) && !it.is_verified).count();
        let left = waiting.time.saturating_sub(desk.clock.elapsed().saturating_sub(began));
        if is_over || open == 0 || left.is_zero() || desk.cancel.is_set() {
            return Ok(list);
        }
        if told != Some(open) || pause >= LOOK_MAX {
            let (verified, of) = (asked.len() - open, asked.len());
            desk.ui.note(&format!("{verified} of {of} verified; {} left to wait", span(left.as_secs().max(1))));
            told = Some(open);
        }
        pause = (pause * 2).min(LOOK_MAX).min(left);
    }
}

/// Says which of those that were asked are not verified, and what is left to try.
pub(super) fn told(
    line: &Line<'_>,
    list: &[Subscription],
    asked: &BTreeMap<String, Subscription>,
) -> Result<Vec<String>, Failure> {
    let (mut told, means) = (Vec::new(), line.means());
    for (id, asked) in asked {
        let Some(it) = list.iter().find(|it| it.id == *id) else {
            let again = webhooks::again(asked, &means);
            told.push(format!("{id} is gone: the service took it away, as its attempts are used up; `{again}`"));
            continue;
        };
        if it.is_verified {
            continue;
        }
        let (attempts, last_s) = line.store().verify_attempts(line.row()?, id)?.unwrap_or((1, 0));
        let left = ATTEMPTS_MAX.saturating_sub(attempts);
        let host = it.sink.split('/').nth(2).unwrap_or_default();
        told.push(format!(
            "{id} is not verified: https://{host}/healthz has to answer from outside; {left} of {ATTEMPTS_MAX} attempts are left, the next from {} on: `stripesync webhooks verify {id}{means}`",
            moment(last_s + ATTEMPT_EVERY_S)
        ));
    }
    Ok(told)
}

/// Runs `webhooks verify`.
pub(super) fn verify(args: &WebhooksVerifyArgs, desk: &Desk<'_>) -> Result<Exit, Failure> {
    let (mut of_stripe, mut of_fic) = concerned(desk, args.provider)?;
    if let Some(id) = &args.id {
        (of_stripe, of_fic) = (endpoints::is_id(id), !endpoints::is_id(id));
    }
    of_stripe &= args.company.is_none() || args.provider.is_some();
    let mut checked = Checked::default();
    if of_stripe {
        of_endpoints(args, desk, &mut checked)?;
    }
    if of_fic {
        of_subscriptions(args, desk, &mut checked)?;
    }
    if args.probe {
        checked.troubles.extend(probe::probe(desk, &mut checked.steps));
    }
    desk.tell(&checked.steps, args.dry_run)?;
    for trouble in &checked.troubles {
        desk.ui.trouble(trouble);
    }
    if checked.steps.is_empty() {
        let hint = "`stripesync webhooks create` makes one; `stripesync webhooks list` shows all, also others'";
        let (exit, message) = match &args.id {
            Some(id) => (Exit::Failed, format!("there is no {id}")),
            None => (Exit::Partly, "no events are sent to a receiver of this program".to_owned()),
        };
        return Err(Failure::new(exit, message).hint(hint));
    }
    Ok(match desk.cancel.signal() {
        Some(signal) => Exit::Interrupted(signal),
        None if checked.troubles.is_empty() => Exit::Done,
        None => Exit::Partly,
    })
}

#[derive(Default)]
struct Checked {
    steps: Vec<HookStep>,
    troubles: Vec<String>,
}

fn is_meant(it: &Hook, id: Option<&String>) -> bool {
    id.map_or(it.is_ours, |id| *id == it.id)
}

/// Checks endpoints as far as Stripe and the settings tell: it has no way to send a test.
fn of_endpoints(args: &WebhooksVerifyArgs, desk: &Desk<'_>, checked: &mut Checked) -> Result<(), Failure> {
    let line = stripe::Line::open(desk)?;
    let hooks = line.hooks(desk)?.into_iter().filter(|it| is_meant(it, args.id.as_ref()));
    let hooks: Vec<Hook> = hooks.collect();
    let secrets = desk.settings.webhook_secrets()?;
    for it in &hooks {
        let mut found: Vec<String> = it.troubles.clone();
        if !it.missing.is_empty() {
            let events = format!("`stripesync webhooks update {} --events default{}`", it.id, line.means);
            found.push(format!("does not get {} types that concern a table; {events}", it.missing.len()));
        }
        if !keep::has_secret(desk, &it.account, &it.id, it.connect == Some(true))? {
            found.push(
                "has no signing secret in the settings that can be its own: `stripesync listen` refuses its events; the Dashboard shows it"
                    .to_owned(),
            );
        }
        let details = if found.is_empty() { vec![it.status.clone()] } else { found.clone() };
        checked.steps.push(line.step("verify", Some(&it.id), &it.url, details));
        checked.troubles.extend(found.into_iter().map(|what| format!("{} {what}", it.id)));
    }
    let own = hooks.iter().filter(|it| it.connect == Some(false)).count();
    if own > 0 && own > secrets.len() {
        desk.ui.note("there are fewer signing secrets in the settings than endpoints: each has its own");
    }
    Ok(())
}

/// Has the service ask again every sink that is not verified.
fn of_subscriptions(args: &WebhooksVerifyArgs, desk: &Desk<'_>, checked: &mut Checked) -> Result<(), Failure> {
    let companies = Companies::open(desk, !args.dry_run)?;
    let waiting = Waiting { time: args.wait, is_wanted: !args.no_wait };
    let chosen = match &args.id {
        None => companies.synced(args.company.as_deref())?,
        Some(id) => {
            let found = find(&companies, args.company.as_deref(), std::slice::from_ref(id))?;
            found.into_iter().map(|(company, _)| company).collect()
        }
    };
    for company in chosen {
        companies.with(&company, |line| {
            let list = line.subscriptions()?;
            let is_meant = |it: &&Subscription| args.id.as_ref().map_or(it.is_ours(), |id| *id == it.id);
            let meant: Vec<Subscription> = list.iter().filter(is_meant).cloned().collect();
            for it in meant.iter().filter(|it| it.is_verified) {
                let details = vec!["verified".to_owned()];
                checked.steps.push(step(&company.id, "leave", Some(&it.id), &it.sink, details));
            }
            let open: Vec<Subscription> = meant.into_iter().filter(|it| !it.is_verified).collect();
            if open.is_empty() {
                return Ok(());
            }
            // Looking alone needs no word.
            let permit = if args.dry_run { None } else { permitted(&companies, args.live) };
            let due = if permit.is_some() { due(line, &open, waiting, desk, checked)? } else { Vec::new() };
            let mut asked = BTreeMap::new();
            for it in &open {
                let is_asked = due.contains(&it.id);
                if let Some(permit) = permit.filter(|_| is_asked) {
                    let writer = Writer::new(line.client, permit);
                    let change = subscriptions::verify(&company.id, &it.id);
                    let done = webhooks::change_subscription(&writer, &change, |_| Ok(()));
                    attempted(line, &it.id).map_err(|error| desk.failed(error))?;
                    match done {
                        Ok(()) => drop(asked.insert(it.id.clone(), it.clone())),
                        Err(error @ (webhooks::Error::Refused { .. } | webhooks::Error::Missing { .. })) => {
                            checked.troubles.push(format!("{}: {error}", it.id));
                        }
                        Err(error) => return Err(desk.failed(error)),
                    }
                }
                let details = vec![if is_asked { "was asked" } else { "not verified" }.to_owned()];
                checked.steps.push(step(&company.id, "verify", Some(&it.id), &it.sink, details));
                if permit.is_none() {
                    let hint = if args.dry_run { "" } else { ": with --live the service asks it again who it is" };
                    checked.troubles.push(format!("{} is not verified{hint}", it.id));
                }
            }
            if permit.is_none() {
                return Ok(());
            }
            let list = wait(line, &asked, waiting, desk)?;
            for step in checked.steps.iter_mut().filter(|it| it.act == "verify" && it.account == company.id) {
                let now = step.id.as_ref().filter(|id| asked.contains_key(*id));
                let now = now.and_then(|id| list.iter().find(|it| it.id == *id));
                step.details.extend(now.map(|it| if it.is_verified { "verified" } else { "not verified" }.to_owned()));
            }
            checked.troubles.extend(told(line, &list, &asked)?);
            let mirrored = webhooks::mirror(line.store(), line.row()?, &list, line.client.service_now_s());
            mirrored.map(drop).map_err(|error| desk.failed(error))
        })?;
    }
    Ok(())
}

/// Returns those that may be asked about now, after waiting for the time that the service sets between two attempts.
fn due(
    line: &Line<'_>,
    open: &[Subscription],
    waiting: Waiting,
    desk: &Desk<'_>,
    checked: &mut Checked,
) -> Result<Vec<String>, Failure> {
    let mut due = Vec::new();
    for it in open {
        let (attempts, last_s) = line.store().verify_attempts(line.row()?, &it.id)?.unwrap_or((0, i64::MIN));
        if attempts >= ATTEMPTS_MAX {
            checked.troubles.push(format!(
                "{id} was asked {attempts} times, more often than the service does: `stripesync webhooks delete {id}{means}`, then `{again}`",
                id = it.id,
                means = line.means(),
                again = webhooks::again(it, &line.means())
            ));
            continue;
        }
        let next_s = last_s.saturating_add(ATTEMPT_EVERY_S);
        let wait_s = next_s.saturating_sub(line.client.service_now_s());
        if wait_s > 0 && !waiting.is_wanted {
            let next = moment(next_s);
            checked.troubles.push(format!("{} may be asked again from {next} on", it.id));
            continue;
        }
        let number = attempts + 1;
        countdown(
            u64::try_from(wait_s).unwrap_or(0),
            &format!("attempt {number} of {ATTEMPTS_MAX} for {}", it.id),
            desk,
        );
        if desk.cancel.is_set() {
            break;
        }
        due.push(it.id.clone());
    }
    Ok(due)
}

/// Waits so many seconds, and says each minute how many are left.
fn countdown(seconds: u64, what: &str, desk: &Desk<'_>) {
    let until = desk.clock.elapsed() + Duration::from_secs(seconds);
    loop {
        let left = until.saturating_sub(desk.clock.elapsed());
        if left.is_zero() || desk.cancel.is_set() {
            return;
        }
        desk.ui.note(&format!("{what} in {}: the service asks once in ten minutes", span(left.as_secs().max(1))));
        signals::rest(desk.clock, &desk.cancel, left.min(TOLD_EVERY));
    }
}
