//! Many accounts: which of them, in which order, and how they share the places.

mod keyless;
mod opening;
mod price;
mod reach;

use std::sync::Mutex;
use std::time::Duration;

use super::companies::refuse_unknown as refuse_unknown_company;
use super::engine::{self, Access, Order, stripe_mode};
use super::exit::{Exit, Failure};
use crate::clock::Clock;
use crate::config::{FicAccess, StripeAccess};
use crate::model::cancel::Cancel;
use crate::model::fleet::{FleetPlan, FleetReport, FleetSink, FleetStep, Member, StopCause};
use crate::model::progress::{Progress, Sink};
use crate::model::resource::Provider;
use crate::store::{Readable, Store};
use crate::sync;
use crate::sync::fleet::Plan;
use keyless::Asked;
use opening::{Line, Opening, Opens};
use reach::Reach;

/// How long an account has its turn while others wait.
const TURN: Duration = Duration::from_secs(30);
/// Companies that are read side by side with one token. Each has quotas of its own.
const COMPANIES_AT_ONCE: usize = 8;

/// Which accounts are meant.
#[derive(Debug, Clone, Default)]
pub(super) struct Choice {
    /// At most so many; those first that waited longest.
    pub limit: Option<usize>,
    /// Only those that belong to this company of the user's.
    pub company: Option<String>,
    /// These alone, by the services' ids; none means all.
    pub accounts: Vec<String>,
    /// Whether those that failed lately wait: a person who names them does not want to.
    pub heeds_back_off: bool,
    /// Accounts that are read at a time.
    pub at_once: usize,
    /// Whether one that was named may have been disconnected meanwhile.
    pub may_be_gone: bool,
}

/// What came of it.
pub(super) enum Batch {
    /// It was carried out.
    Done(FleetReport),
    /// Whose turn it would be, and what it would cost.
    Planned(FleetPlan),
}

/// Reads many accounts, or says whose turn it is.
///
/// # Errors
/// What is wrong with the file, with all credentials, or with the choice.
pub(super) fn pull(
    order: &Order,
    access: &Access,
    choice: &Choice,
    sink: &dyn FleetSink,
    cancel: &Cancel,
    clock: &dyn Clock,
) -> Result<Batch, Failure> {
    if let Some(id) = &choice.company {
        refuse_unknown_company(id, &order.database)?;
    }
    if order.dry_run {
        for (entry, why) in &access.lacking {
            sink.step(FleetStep::Note(format!("{entry}: {why}: what it opens is not in the plan")));
        }
        return price::plan(order, access, choice, clock).map(Batch::Planned);
    }
    let catalog = sync::catalog();
    let store = engine::open(order, &catalog, &Notes(sink), cancel, clock)?;
    // Whoever asks for all means those that nobody has looked for yet, too.
    let discovers = choice.accounts.is_empty() && choice.company.is_none() && !order.queued_only;
    let opening = Opening { order, access, store: &store, cancel, sink, discovers };
    let mut report = FleetReport::default();
    let lines = opening.all(&mut report)?;
    // Given here, where nobody writes beside.
    store.numbers(&catalog)?;
    let readable = store.readable_accounts()?;
    let members = chosen(&readable, &lines, choice, order, clock.now_ms().div_euclid(1000));
    // Who could not be asked may open what was named.
    if !cancel.is_set() && report.stopped.is_empty() {
        refuse_unknown(choice, &members, &readable)?;
    }
    if discovers {
        keyless::tell(&Asked { readable: &readable, lines: &lines, order, access }, sink, &mut report);
    }
    let reach = Reach {
        order,
        access,
        catalog: &catalog,
        lines: &lines,
        store_clock: clock,
        readers: sync::readers()?,
        cut: Mutex::default(),
    };
    let plan = shares(&lines, choice, order);
    let done = sync::fleet::run(&store, members, &reach, &plan, cancel, clock, sink)?;
    report.stopped.extend(done.stopped);
    report.members.extend(done.members);
    Ok(Batch::Done(FleetReport {
        stopped: report.stopped,
        members: report.members,
        other_requests: report.other_requests + done.other_requests,
        credentials: (access.stripe.len() + access.fic.len() + access.lacking.len()) as u64,
        ..done
    }))
}

/// Says how the accounts of the credentials share the places.
fn shares(lines: &[Line], choice: &Choice, order: &Order) -> Plan {
    let at_once = lines.iter().map(|line| match line.opens {
        Opens::Account { .. } => choice.at_once,
        Opens::Companies(_) => choice.at_once.min(COMPANIES_AT_ONCE),
    });
    // A company's lists are read anew where a turn is cut, which costs a part of its quota.
    let turns = lines.iter().map(|line| matches!(line.opens, Opens::Account { .. }).then_some(TURN));
    Plan {
        workers: choice.at_once,
        at_once: at_once.collect(),
        turns: turns.collect(),
        queued_only: order.queued_only,
        // A receiver's own pieces are short.
        runs_errands: !order.beside_receiver,
    }
}

/// Says whose turn it would be, by what the file knows, and with which of the credentials, Stripe's first. Asks nobody.
fn turns(store: &Store, order: &Order, access: &Access, choice: &Choice, now_s: i64) -> Result<Vec<Member>, Failure> {
    let readable = store.readable_accounts()?;
    let line_of = |it: &Readable| {
        // What a second place named is read with the first.
        let double =
            access.doubles.iter().find(|double| double.provider == it.provider && double.name == it.credential);
        let name = double.map_or(&it.credential, |double| &double.used);
        let is_key = |key: &StripeAccess| {
            it.provider == "stripe" && *name == key.name && it.mode == stripe_mode(key, access.is_sandbox)
        };
        let is_token = |token: &FicAccess| {
            let is_its = token.company.as_ref().is_none_or(|company| *company == it.remote_id);
            it.provider == "fic" && *name == token.name && is_its
        };
        let token = || access.fic.iter().position(is_token).map(|at| access.stripe.len() + at);
        access.stripe.iter().position(is_key).or_else(token)
    };
    let members = select(readable.iter().filter_map(|it| Some((it, line_of(it)?))), choice, order, now_s);
    refuse_unknown(choice, &members, &readable)?;
    Ok(members)
}

/// Returns the accounts that the credentials reach and the choice means, in the order of their turns.
fn chosen(readable: &[Readable], lines: &[Line], choice: &Choice, order: &Order, now_s: i64) -> Vec<Member> {
    let line_of = |it: &Readable| lines.iter().position(|line| line.reaches(it));
    let reached = readable.iter().filter_map(|it| Some((it, line_of(it)?)));
    select(reached, choice, order, now_s)
}

/// Takes of the accounts reached those that are meant.
fn select<'a>(
    reached: impl Iterator<Item = (&'a Readable, usize)>,
    choice: &Choice,
    order: &Order,
    now_s: i64,
) -> Vec<Member> {
    let concerns = |provider| order.only.iter().any(|resource| resource.provider == provider);
    let members = reached.filter_map(|(it, line)| {
        let provider = provider_of(it);
        let is_named = choice.accounts.is_empty() || choice.accounts.contains(&it.remote_id);
        let is_its = choice.company.is_none() || it.company == choice.company;
        let is_due = !choice.heeds_back_off || it.retry_at_s.is_none_or(|at_s| at_s <= now_s);
        (is_named && is_its && is_due && concerns(provider)).then(|| member(it, line))
    });
    members.take(choice.limit.unwrap_or(usize::MAX)).collect()
}

fn provider_of(it: &Readable) -> Provider {
    if it.provider == "fic" { Provider::Fic } else { Provider::Stripe }
}

/// Returns an account as one that a line reaches.
fn member(it: &Readable, line: usize) -> Member {
    Member {
        row: it.row,
        provider: provider_of(it),
        remote_id: it.remote_id.clone(),
        mode: it.mode.clone(),
        name: it.name.clone(),
        line,
        is_connected: it.platform.is_some(),
    }
}

/// Refuses accounts that were named and are not read: a run that does nothing must not look like success.
fn refuse_unknown(choice: &Choice, members: &[Member], readable: &[Readable]) -> Result<(), Failure> {
    let is_meant = |id: &&String| members.iter().all(|member| member.remote_id != **id);
    let missing: Vec<&str> = choice.accounts.iter().filter(is_meant).map(String::as_str).collect();
    if missing.is_empty() || choice.may_be_gone {
        return Ok(());
    }
    let known = missing.iter().filter(|id| readable.iter().any(|it| it.remote_id == **id)).count();
    let (why, hint) = match known {
        0 => (
            "no credential is known to open",
            "`stripesync accounts list` shows all accounts; `stripesync accounts discover` finds connected ones",
        ),
        _ => ("no credential that is set opens", "`stripesync accounts list` says which key or token reads each"),
    };
    Err(Failure::usage(format!("{why} {}", missing.join(", "))).hint(hint))
}

/// What is noted while the file is opened.
struct Notes<'a>(&'a dyn FleetSink);

impl Sink for Notes<'_> {
    fn report(&self, progress: Progress) {
        if let Progress::Note(note) = progress {
            self.0.step(FleetStep::Note(note));
        }
    }
}

/// Says how a run over many accounts ends.
pub(super) fn exit_of(report: &FleetReport) -> Exit {
    use crate::model::fleet::End;
    if let Some(signal) = report.signal {
        return Exit::Interrupted(signal);
    }
    if report.locked.is_some() {
        return Exit::Held;
    }
    let well = report.count(|end| matches!(end, End::Done | End::Partly(_)));
    let refused =
        report.stopped.iter().filter(|it| matches!(it.cause, StopCause::Unset | StopCause::Refused)).count() as u64;
    let stopped = report.stopped.iter().filter(|it| it.cause != StopCause::Keyless).count() as u64;
    match report.count(|end| *end != End::Done) {
        0 if report.stopped.is_empty() => Exit::Done,
        _ if well == 0 && refused > 0 && refused >= report.credentials => Exit::Unauthorised,
        0 if well == 0 && stopped >= report.credentials => Exit::Failed,
        bad if well == 0 && bad > 0 && report.count(|end| matches!(end, End::Failed(_))) == bad => Exit::Failed,
        _ => Exit::Partly,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fleet::{End, MemberReport, Stopped};
    use crate::model::progress::Counts;

    fn exit(ends: &[End], causes: &[StopCause], credentials: u64) -> Exit {
        let member = Member {
            row: 1,
            provider: Provider::Stripe,
            remote_id: "acct_1".into(),
            mode: "live".into(),
            name: None,
            line: 0,
            is_connected: false,
        };
        let members = ends.iter().map(|end| MemberReport {
            member: member.clone(),
            end: end.clone(),
            counts: Counts::default(),
            took_ms: 0,
        });
        let stopped = causes.iter().map(|cause| Stopped { why: String::new(), cause: *cause });
        exit_of(&FleetReport {
            members: members.collect(),
            stopped: stopped.collect(),
            credentials,
            ..FleetReport::default()
        })
    }

    #[test]
    fn a_run_ends_by_what_came_of_its_accounts_and_of_its_credentials() {
        use StopCause::{Elsewhere, Keyless, Refused, Unreached, Unset};
        let gone = End::Disconnected("gone".into());
        let failed = End::Failed("500".into());
        for (ends, causes, credentials, wanted) in [
            (&[End::Done][..], &[][..], 1, Exit::Done),
            (&[], &[], 1, Exit::Done),
            (&[End::Done], &[Keyless], 1, Exit::Partly),
            (&[], &[Keyless], 1, Exit::Partly),
            (&[End::Done, gone], &[], 1, Exit::Partly),
            (&[failed.clone(), failed], &[], 1, Exit::Failed),
            (&[], &[Refused, Unset], 2, Exit::Unauthorised),
            (&[], &[Unreached, Elsewhere], 2, Exit::Failed),
            (&[], &[Refused], 2, Exit::Partly),
            // Refused when its accounts were done: what was read is read.
            (&[End::Done], &[Refused], 1, Exit::Partly),
            (&[End::Done], &[Unreached], 1, Exit::Partly),
        ] {
            assert_eq!(exit(ends, causes, credentials), wanted, "{ends:?} {causes:?} of {credentials}");
        }
    }
}
