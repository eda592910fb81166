//! Subscriptions of Fatture in Cloud.

use std::collections::{BTreeMap, BTreeSet};

use super::super::args::{WebhooksCreateArgs, WebhooksDeleteArgs, WebhooksUpdateArgs};
use super::super::exit::{Exit, Failure};
use super::companies::{Companies, Line};
use super::verified::{Waiting, wait};
use super::{Desk, Gone, refused_url, turn, unpermitted};
use crate::http::Error as HttpError;
use crate::http::write::{Permit, Writer};
use crate::model::webhooks::{Hook, HookStep};
use crate::providers::fic::subscriptions::{self, Act, Plan, Subscription, Update, Wanted};
use crate::sync::fic::Company;
use crate::sync::webhooks::{self, Error};
use crate::ui::units::counted;

/// Lists the subscriptions of every company.
pub(super) fn list(desk: &Desk<'_>, company: Option<&str>) -> Result<Vec<Hook>, Failure> {
    let companies = Companies::open(desk, false)?;
    let mut hooks = Vec::new();
    for company in companies.chosen(company)? {
        let list = companies.with(&company, |line| Ok((line.subscriptions()?, line.client.service_now_s())));
        let (list, now_s) = list?;
        let means = companies.means(&company.id);
        hooks.extend(list.iter().map(|it| webhooks::subscription_hook(&company.id, it, &means, now_s)));
    }
    Ok(hooks)
}

/// Returns the word that changes may be made, or why not; none is needed where nothing is.
fn permitted(companies: &Companies<'_>, is_meant: bool, is_dry: bool) -> Result<Option<Permit>, Failure> {
    if is_dry {
        return Ok(None);
    }
    permit(companies, is_meant).map(Some).ok_or_else(|| unpermitted("the companies of Fatture in Cloud are real"))
}

/// Returns the word that changes may be made, where it is given or needed by nobody.
pub(super) fn permit(companies: &Companies<'_>, is_meant: bool) -> Option<Permit> {
    Permit::of(companies.is_real(), is_meant)
}

pub(super) fn step(company: &str, act: &'static str, id: Option<&str>, url: &str, details: Vec<String>) -> HookStep {
    let (account, id) = (company.to_owned(), id.map(str::to_owned));
    HookStep { provider: "fic", account, act, id, url: url.to_owned(), details, probe: None }
}

/// What came of a company.
#[derive(Default)]
struct Done {
    steps: Vec<HookStep>,
    /// Sentences about what did not become as wanted.
    troubles: Vec<String>,
}

/// Whether a receiver answers.
enum Heard {
    /// It does, or nobody asked it, or waited for it.
    Something,
    /// None of those that were asked did, in all the time that was waited.
    Nothing,
}

/// Makes what is missing of the groups, and waits until the service says that the receiver is whom it was said to be.
pub(super) fn create(args: &WebhooksCreateArgs, desk: &Desk<'_>) -> Result<Exit, Failure> {
    if args.connect || !args.events.is_empty() || args.description.is_some() || args.print_secret {
        return Err(Failure::usage("--connect, --events, --description and --print-secret are Stripe's"));
    }
    let host = subscriptions::host(&args.url).map_err(|why| refused_url(&args.url, why))?;
    let is_all = args.groups.is_empty() || args.groups.iter().any(|group| group == subscriptions::ALL);
    let groups: Vec<&str> =
        if is_all { subscriptions::groups().collect() } else { args.groups.iter().map(String::as_str).collect() };
    let companies = Companies::open(desk, !args.dry_run)?;
    let permit = permitted(&companies, args.live, args.dry_run)?;
    if permit.is_some() {
        desk.ui.note(&format!(
            "Fatture in Cloud asks https://{host} who it is as soon as a subscription is made: `stripesync listen` has to be up there by now"
        ));
    }
    let mut done = Done::default();
    let mut failure = None;
    let chosen = companies.synced(args.company.as_deref())?;
    if chosen.is_empty() {
        return Err(Failure::usage("there is no company left to make subscriptions for"));
    }
    for (at, company) in chosen.iter().enumerate() {
        let wanted: Vec<Wanted> = groups.iter().map(|group| Wanted::of(&host, &company.id, group)).collect();
        let waiting = Waiting { time: args.wait, is_wanted: !args.no_wait };
        match companies.with(company, |line| of_company(line, &wanted, permit, waiting, desk, &mut done)) {
            // Each attempt is one of five: they are not spent on a receiver that is not there.
            Ok(Heard::Nothing) if at + 1 < chosen.len() => {
                done.troubles.push(format!(
                    "https://{host} does not answer: the companies after {} are left out; run it again when it does",
                    company.id
                ));
                break;
            }
            Ok(_) => {}
            // One company without a licence is no reason for the others to have none.
            Err(error) if !desk.cancel.is_set() && args.company.is_none() && error.exit != Exit::Held => {
                done.troubles.push(format!("company {}: {}", company.id, error.message));
                failure.get_or_insert(error);
            }
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    ended(&done, failure, args.dry_run, desk)
}

/// Writes what was done, and what it came to.
fn ended(done: &Done, failure: Option<Failure>, is_dry: bool, desk: &Desk<'_>) -> Result<Exit, Failure> {
    if !done.steps.is_empty() || failure.is_none() {
        desk.tell(&done.steps, is_dry)?;
    }
    for trouble in &done.troubles {
        desk.ui.trouble(trouble);
    }
    match failure {
        Some(failure) if done.steps.is_empty() || desk.cancel.is_set() => Err(failure),
        Some(failure) => {
            if !done.troubles.iter().any(|told| told.ends_with(&failure.message)) {
                desk.ui.failure(&failure.message, &failure.causes, failure.hint.as_deref());
            }
            Ok(Exit::Partly)
        }
        None if done.troubles.is_empty() || is_dry => Ok(Exit::Done),
        _ => Ok(Exit::Partly),
    }
}

fn of_company(
    line: &Line<'_>,
    wanted: &[Wanted],
    permit: Option<Permit>,
    waiting: Waiting,
    desk: &Desk<'_>,
    done: &mut Done,
) -> Result<Heard, Failure> {
    // Let go before anybody waits for the receiver.
    let turn = permit.map(|_| turn::take(desk, &desk.settings.database.value)).transpose()?;
    let there = line.subscriptions()?;
    let mut unverified: BTreeMap<String, Subscription> = BTreeMap::new();
    for wanted in wanted {
        let plan = subscriptions::plan(wanted, &there);
        elsewhere(&plan, wanted, line, done);
        let Some(permit) = permit else {
            done.steps.extend(planned(&plan.act, wanted, &line.company.id));
            continue;
        };
        let writer = Writer::new(line.client, permit);
        match carried_out(line, &writer, &plan.act, wanted, done) {
            Ok(made) => unverified.extend(made.map(|made| (made.id.clone(), made))),
            // A scope that the token lacks is no reason to leave the other groups out.
            Err(error @ (Error::Forbidden { .. } | Error::Refused { .. })) => {
                done.troubles.push(format!("company {}, {}: {error}", line.company.id, wanted.group));
            }
            Err(error) => return Err(desk.failed(error)),
        }
    }
    drop(turn);
    if permit.is_none() {
        return Ok(Heard::Something);
    }
    let list = wait(line, &unverified, waiting, desk)?;
    let its = |step: &&mut HookStep| step.act == "create" && step.account == line.company.id;
    for step in done.steps.iter_mut().filter(its) {
        let is_verified = |id: &String| list.iter().find(|it| it.id == *id).map(|it| it.is_verified);
        if let Some(is_verified) = step.id.as_ref().and_then(is_verified) {
            step.details.push(if is_verified { "verified" } else { "not verified" }.to_owned());
        }
    }
    done.troubles.extend(super::verified::told(line, &list, &unverified)?);
    let mirrored = webhooks::mirror(line.store(), line.row()?, &list, line.client.service_now_s());
    mirrored.map_err(|error| desk.failed(error))?;
    let is_verified = |it: &Subscription| it.is_verified && unverified.contains_key(&it.id);
    let is_silent = waiting.is_wanted && !unverified.is_empty() && !list.iter().any(is_verified);
    Ok(if is_silent { Heard::Nothing } else { Heard::Something })
}

/// Names the subscriptions that have types of the group: the service sends a type to one address alone.
fn elsewhere(plan: &Plan, wanted: &Wanted, line: &Line<'_>, done: &mut Done) {
    let means = line.means();
    for (other, count) in &plan.elsewhere {
        let count = counted(*count as u64, "type");
        done.troubles.push(format!(
            "{count} of {} go to {} ({}) already, and the service sends each to one address: `stripesync webhooks delete {}{means}` first",
            wanted.group, other.sink, other.id, other.id
        ));
    }
}

/// Says what would be done.
fn planned(act: &Act, wanted: &Wanted, company: &str) -> Option<HookStep> {
    let types = |types: &BTreeSet<String>| vec![counted(types.len() as u64, "type")];
    Some(match act {
        Act::Create { types: all } => step(company, "create", None, &wanted.sink, types(all)),
        Act::Extend { id, added, .. } => step(company, "extend", Some(id), &wanted.sink, types(added)),
        Act::Verify { id } => step(company, "leave", Some(id), &wanted.sink, vec!["it is not verified".to_owned()]),
        Act::Leave { id } => step(company, "leave", Some(id), &wanted.sink, Vec::new()),
        Act::Elsewhere => return None,
    })
}

/// Does it; returns the subscription that is to be verified.
fn carried_out(
    line: &Line<'_>,
    writer: &Writer<'_>,
    act: &Act,
    wanted: &Wanted,
    done: &mut Done,
) -> Result<Option<Subscription>, Error> {
    let company = line.company.id.as_str();
    match act {
        Act::Create { types } => {
            let change = subscriptions::create(company, &wanted.sink, types);
            let made = webhooks::change_subscription(writer, &change, subscriptions::read_made);
            let (made, warnings) = match made {
                // It may have been made: then it is there by now.
                Err(Error::Http(HttpError::Uncertain { .. })) => {
                    let there = webhooks::subscriptions(line.client, company)?;
                    match there.into_iter().find(|it| it.sink == wanted.sink) {
                        Some(made) => (made, Vec::new()),
                        None => return made.map(|_| None),
                    }
                }
                made => made?,
            };
            attempted(line, &made.id)?;
            done.troubles.extend(warnings);
            let types = vec![counted(made.types.len() as u64, "type")];
            done.steps.push(step(company, "create", Some(&made.id), &wanted.sink, types));
            Ok(Some(made))
        }
        Act::Extend { id, added, types } => {
            let change = subscriptions::update(company, id, &Update { types: Some(types.clone()), sink: None });
            let (_, warnings) = webhooks::change_subscription(writer, &change, subscriptions::read_made)?;
            done.troubles.extend(warnings);
            let added = vec![counted(added.len() as u64, "more type")];
            done.steps.push(step(company, "extend", Some(id), &wanted.sink, added));
            Ok(None)
        }
        Act::Verify { id } => {
            done.steps.extend(planned(act, wanted, company));
            let means = line.means();
            done.troubles.push(format!("{id} is not verified: `stripesync webhooks verify {id}{means}`"));
            Ok(None)
        }
        Act::Leave { .. } | Act::Elsewhere => {
            done.steps.extend(planned(act, wanted, company));
            Ok(None)
        }
    }
}

/// Notes that the service asks a sink.
pub(super) fn attempted(line: &Line<'_>, id: &str) -> Result<(), Error> {
    let row = line.row()?;
    if line.store().is_removed(row)? {
        return Ok(());
    }
    Ok(line.store().note_verify_attempt(row, id, line.client.service_now_s())?)
}

/// Finds subscriptions among the companies. NOT VERIFIED that an id stands for one subscription whatever the company: one
/// that several have has to be said with its company.
pub(super) fn find(
    companies: &Companies<'_>,
    company: Option<&str>,
    ids: &[String],
) -> Result<Vec<(Company, Subscription)>, Failure> {
    let mut found: Vec<(Company, Subscription)> = Vec::new();
    for company in companies.chosen(company)? {
        let list = companies.with(&company, |line| line.subscriptions())?;
        for it in list.into_iter().filter(|it| ids.contains(&it.id)) {
            if let Some((other, _)) = found.iter().find(|(_, other)| other.id == it.id) {
                let message =
                    format!("the companies {} and {} both have a subscription {}", other.id, company.id, it.id);
                let hint = format!("say whose is meant: --company {} or --company {}", other.id, company.id);
                return Err(Failure::usage(message).hint(hint));
            }
            found.push((company.clone(), it));
        }
    }
    Ok(found)
}

/// Moves a subscription, or gives it what is missing of its group.
pub(super) fn update(args: &WebhooksUpdateArgs, desk: &Desk<'_>) -> Result<Exit, Failure> {
    if args.enable || args.disable || !args.events.is_empty() || args.description.is_some() {
        return Err(Failure::usage("--enable, --disable, --events and --description are Stripe's")
            .hint("a subscription of Fatture in Cloud can be moved (--url), extended, verified and deleted"));
    }
    let host = args.url.as_deref().map(subscriptions::host).transpose();
    let host = host.map_err(|why| refused_url(args.url.as_deref().unwrap_or_default(), why))?;
    let companies = Companies::open(desk, !args.dry_run)?;
    let permit = permitted(&companies, args.live, args.dry_run)?;
    let found = find(&companies, args.company.as_deref(), std::slice::from_ref(&args.id))?;
    let Some((company, there)) = found.into_iter().next() else {
        return Err(Failure::failed(format!("there is no subscription {}", args.id))
            .hint("`stripesync webhooks list --provider fic` shows them"));
    };
    let group = there.group();
    let sink = host.map(|host| Wanted::of(&host, &company.id, group).sink).filter(|sink| *sink != there.sink);
    if group.is_empty() {
        let message = format!("{} leads to {}, which is no receiver of this program", there.id, there.sink);
        return Err(Failure::usage(message).hint("delete it, and create one for a group"));
    }
    let missing = there.missing();
    let types = (!missing.is_empty()).then(|| there.types.iter().chain(&missing).cloned().collect());
    let update = Update { sink, types };
    let url = update.sink.clone().unwrap_or_else(|| there.sink.clone());
    let mut details: Vec<String> = Vec::new();
    details.extend(update.sink.as_ref().map(|sink| format!("{} becomes {sink}, which is asked who it is", there.sink)));
    details.extend(update.types.as_ref().map(|_| counted(missing.len() as u64, "more type")));
    let mut done = Done::default();
    if update == Update::default() {
        let details = vec!["it is so already".to_owned()];
        done.steps.push(step(&company.id, "leave", Some(&there.id), &url, details));
        return ended(&done, None, args.dry_run, desk);
    }
    done.steps.push(step(&company.id, "update", Some(&there.id), &url, details));
    let Some(permit) = permit else { return ended(&done, None, true, desk) };
    companies.with(&company, |line| {
        let change = subscriptions::update(&company.id, &there.id, &update);
        let writer = Writer::new(line.client, permit);
        let changed = webhooks::change_subscription(&writer, &change, subscriptions::read_made);
        let (_, warnings) = changed.map_err(|error| desk.failed(error))?;
        done.troubles.extend(warnings);
        let mut asked = BTreeMap::new();
        if update.sink.is_some() {
            attempted(line, &there.id).map_err(|error| desk.failed(error))?;
            asked.insert(there.id.clone(), Subscription { sink: url.clone(), ..there.clone() });
        }
        let list = wait(line, &asked, Waiting::usual(), desk)?;
        done.troubles.extend(super::verified::told(line, &list, &asked)?);
        let mirrored = webhooks::mirror(line.store(), line.row()?, &list, line.client.service_now_s());
        mirrored.map(drop).map_err(|error| desk.failed(error))
    })?;
    ended(&done, None, false, desk)
}

/// Takes subscriptions away; those that are not there are named in `missing`.
pub(super) fn delete(
    args: &WebhooksDeleteArgs,
    ids: &[String],
    desk: &Desk<'_>,
    gone: &mut Gone,
) -> Result<(), Failure> {
    let companies = Companies::open(desk, false)?;
    let permit = permitted(&companies, args.live, args.dry_run)?;
    let found = find(&companies, args.company.as_deref(), ids)?;
    gone.missing.extend(ids.iter().filter(|id| found.iter().all(|(_, it)| it.id != **id)).cloned());
    for (company, it) in found {
        if let Some(permit) = permit {
            companies.with(&company, |line| {
                let change = subscriptions::delete(&company.id, &it.id);
                match webhooks::change_subscription(&Writer::new(line.client, permit), &change, |_| Ok(())) {
                    // Asked twice, or taken away by somebody else meanwhile: it is gone.
                    Ok(()) | Err(Error::Missing { .. }) => {}
                    Err(error) => return Err(desk.failed(error)),
                }
                // What somebody takes away on purpose is not missed.
                Ok(line.store().forget_subscription(line.row()?, &it.id)?)
            })?;
        }
        gone.steps.push(step(&company.id, "delete", Some(&it.id), &it.sink, Vec::new()));
    }
    Ok(())
}
