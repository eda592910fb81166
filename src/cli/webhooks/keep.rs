//! What is kept of webhooks: signing secrets in the config file, and the services' lists in the database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::args::WebhooksSyncArgs;
use super::super::engine::{self, Access, Order, Pulled};
use super::super::exit::{Exit, Failure};
use super::super::meant::left_out;
use super::super::signals;
use super::companies::Companies;
use super::{Desk, concerned, stripe};
use crate::config::edit::Edit;
use crate::config::{self, AccountSecret, Secret, Source, StripeAccess, fingerprint};
use crate::model::progress::{Counts, Gaps, Outcome, ResourceReport, Silent};
use crate::model::report::{AccountFailure, RunReport};
use crate::providers::stripe::endpoints::Endpoint;
use crate::store::{self, Store};
use crate::sync::webhooks;

/// The list of endpoints among Stripe's resources.
const ENDPOINTS: &str = "webhook_endpoints";
const ENDPOINTS_TABLE: &str = "stripe_webhook_endpoints";
/// So long a second of the service's lasts at most, and its clock is looked at so often.
const SECOND_MAX: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(50);
/// How the mirrored subscriptions are called in reports.
const SUBSCRIPTIONS: &str = "fic:webhook_subscriptions";
/// Where the secret of an endpoint for connected accounts stands: it is no single account's.
const SHARED: [&str; 2] = ["stripe", "webhook_secret"];

/// Where it stands which secret is which endpoint's, by its fingerprint: beside the secrets, so that it goes where they go.
const ENDPOINT_SECRETS: [&str; 2] = ["webhooks", "endpoints"];

/// Where a signing secret goes.
pub(super) struct Place {
    path: PathBuf,
    is_shared: bool,
}

impl Place {
    /// Looks whether a secret can be kept there.
    pub fn new(desk: &Desk<'_>, is_shared: bool) -> Result<Place, Failure> {
        let path = desk.config_path()?;
        Edit::open(&path).map(drop).map_err(|error| {
            let hint =
                "mend that, name another file with --config, or take the secret with --print-secret; nothing was made";
            Failure::from(error).hint(hint)
        })?;
        Ok(Place { path, is_shared })
    }

    /// Returns the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds an endpoint's secret; returns the name under which it stands.
    pub fn save(&self, account: &str, endpoint: &str, secret: &Secret) -> Result<String, config::Error> {
        let mut edit = Edit::open(&self.path)?;
        let name = if self.is_shared {
            edit.append_part(&SHARED, secret.expose())?;
            SHARED.join(".")
        } else {
            let keys = ["accounts", account, "webhook_secrets"];
            edit.append(&keys, secret.expose())?;
            keys.join(".")
        };
        edit.set(&endpoint_keys(endpoint), &fingerprint(secret.expose()))?;
        edit.save()?;
        Ok(name)
    }
}

fn endpoint_keys(endpoint: &str) -> [&str; 3] {
    [ENDPOINT_SECRETS[0], ENDPOINT_SECRETS[1], endpoint]
}

/// Takes the signing secret of an endpoint that is gone out of the config file, wherever somebody has moved it there, or only
/// looks; returns what became of it, and what did not become as it should.
pub(super) fn forgotten(
    desk: &Desk<'_>,
    account: &str,
    endpoint: &Endpoint,
    is_dry: bool,
) -> (Vec<String>, Option<String>) {
    let id = endpoint.id.as_str();
    let (names, mark) = match taken_out(desk, id, is_dry) {
        Ok(Some(it)) => it,
        Ok(None) => (Vec::new(), None),
        // Where nobody knows a secret nothing was to be written.
        Err(_) if !desk.settings.endpoint_secrets.contains_key(id) => (Vec::new(), None),
        Err(error) => {
            let stays = format!("the signing secret of {id} stays in the config file: {error}");
            return (vec!["its signing secret stays in the config file".to_owned()], Some(stays));
        }
    };
    if names.is_empty() {
        let can_be = stand(desk, account, endpoint.is_connect());
        let stays = || {
            let places = can_be.join(" and ");
            desk.ui.note(&format!(
                "which signing secret is that of {id} is not known here: what stands in {places} stays; take it out there if it is that"
            ));
            vec!["its signing secret is not known, and nothing was taken out of the settings".to_owned()]
        };
        return (if can_be.is_empty() { Vec::new() } else { stays() }, None);
    }
    if !is_dry {
        desk.ui.note("a `stripesync listen` that runs knows the signing secret until SIGHUP (kill -HUP)");
    }
    if let (Some(mark), Some(said)) = (mark, &desk.settings.webhook_secret)
        && let Source::Environment(name) | Source::DotEnv(name) = &said.source
        && said.value.expose().split(',').any(|part| fingerprint(part.trim()) == mark)
    {
        desk.ui.note(&format!("but {name} is set ({}), and has it, too: take it out there", said.source));
    }
    (vec![format!("its signing secret goes out of the config file: {}", names.join(", "))], None)
}

/// Returns whether the settings, or the config file as it is by now, have a secret that can be an endpoint's own: of those
/// that are known to be another's it is none.
pub(super) fn has_secret(desk: &Desk<'_>, account: &str, id: &str, is_connect: bool) -> Result<bool, Failure> {
    let is_anothers = |secret: &str| {
        let mark = fingerprint(secret);
        desk.settings.endpoint_secrets.iter().any(|(other, known)| other != id && *known == mark)
    };
    let can_be = |owner: Option<&str>| owner.is_none_or(|owner| !is_connect && owner == account);
    let secrets = desk.settings.webhook_secrets()?;
    if secrets.iter().any(|it| can_be(it.owner.as_deref()) && !is_anothers(it.secret.expose())) {
        return Ok(true);
    }
    // Another run may have kept it a moment ago.
    let kept =
        if desk.settings.endpoint_secrets.contains_key(id) { None } else { taken_out(desk, id, true).ok().flatten() };
    Ok(kept.is_some_and(|(names, _)| !names.is_empty()))
}

/// Takes the signing secret of an endpoint that this account does not have out of the config file, where it is kept for this
/// account: it was deleted elsewhere, or an earlier delete was cut short. Returns what became of it, if there was one. What is
/// kept for others stays: whether they have the endpoint, this account's key does not tell.
pub(super) fn left_behind(desk: &Desk<'_>, account: &str, id: &str, is_dry: bool) -> Option<Vec<String>> {
    let of_it = format!("accounts.{account}.webhook_secrets");
    let (names, _) = taken_out(desk, id, true).ok().flatten()?;
    if names.is_empty() || names.iter().any(|name| *name != of_it) {
        if !names.is_empty() {
            let places = names.join(" and ");
            desk.ui.note(&format!("a signing secret of {id} stands in {places}: take it out there if it is gone"));
        }
        return None;
    }
    match taken_out(desk, id, is_dry) {
        Ok(_) => Some(vec![
            "it was gone already".to_owned(),
            format!("its signing secret goes out of the config file: {of_it}"),
        ]),
        Err(error) => {
            desk.ui.note(&format!("the signing secret of {id} stays in the config file: {error}"));
            None
        }
    }
}

/// The names of the lists that an endpoint's secret stood in, and its fingerprint.
type TakenOut = (Vec<String>, Option<String>);

fn taken_out(desk: &Desk<'_>, id: &str, is_dry: bool) -> Result<Option<TakenOut>, config::Error> {
    let Some(path) = desk.config_path().ok().filter(|path| path.exists()) else { return Ok(None) };
    let mut edit = Edit::open(&path)?;
    let Some(mark) = edit.text(&endpoint_keys(id)).map(str::to_owned) else { return Ok(None) };
    let is_its = |secret: &str| fingerprint(secret) == mark;
    let mut names = Vec::new();
    for account in edit.names(&["accounts"]) {
        let keys = ["accounts", &account, "webhook_secrets"];
        if edit.remove_from_list(&keys, &is_its) {
            names.push(keys.join("."));
        }
    }
    if edit.remove_part(&SHARED, &is_its) {
        names.push(SHARED.join("."));
    }
    edit.remove(&endpoint_keys(id));
    if edit.names(&ENDPOINT_SECRETS).is_empty() {
        edit.remove(&ENDPOINT_SECRETS);
    }
    if !is_dry {
        edit.save()?;
    }
    Ok(Some((names, Some(mark))))
}

/// Names the places in which the secret of an endpoint can be, among those of which it is not known whose they are.
fn stand(desk: &Desk<'_>, account: &str, is_connect: bool) -> Vec<String> {
    let can_be = |secret: &str| {
        let mark = fingerprint(secret);
        desk.settings.endpoint_secrets.values().all(|known| *known != mark)
    };
    let is_its = |it: &AccountSecret| it.account == account && can_be(it.secret.expose());
    let mut places = Vec::new();
    if !is_connect && desk.settings.account_secrets.iter().any(is_its) {
        places.push(format!("accounts.{account}.webhook_secrets"));
    }
    let shared = desk.settings.webhook_secret.as_ref();
    let shared = shared.filter(|said| said.value.expose().split(',').any(|part| can_be(part.trim())));
    places.extend(shared.map(|said| match &said.source {
        Source::Environment(name) | Source::DotEnv(name) => format!("{name} ({})", said.source),
        _ => SHARED.join("."),
    }));
    places
}

/// Says when a receiver that runs knows a new secret: never, where a stronger place says the same setting.
pub(super) fn tell_receiver(desk: &Desk<'_>, is_shared: bool) {
    let said = desk.settings.webhook_secret.as_ref().map(|said| &said.source);
    if let (true, Some(source @ (Source::Environment(name) | Source::DotEnv(name)))) = (is_shared, said) {
        desk.ui.note(&format!("but {name} is set ({source}), and counts instead: add the secret there, too"));
    } else {
        desk.ui.note("a `stripesync listen` that runs takes it with SIGHUP (kill -HUP)");
    }
}

/// Reads the services' lists into the file.
pub(super) fn sync(args: &WebhooksSyncArgs, desk: &Desk<'_>) -> Result<Exit, Failure> {
    let (of_stripe, of_fic) = concerned(desk, args.provider)?;
    let mut report = RunReport::default();
    let mut failures = Vec::new();
    if of_stripe && (args.company.is_none() || args.provider.is_some()) {
        match endpoints(desk) {
            Ok(read) => report = read,
            Err(failure) => failures.push(failure),
        }
    }
    if of_fic {
        subscriptions(args, desk, &mut report, &mut failures);
    }
    let untold = |it: &&Failure| report.failures.iter().all(|told| told.message != it.message);
    let untold: Vec<String> = failures.iter().filter(untold).map(|it| it.message.clone()).collect();
    report
        .failures
        .extend(untold.into_iter().map(|message| AccountFailure { account: "webhooks".to_owned(), message }));
    if report.resources.is_empty()
        && let Some(failure) = failures.into_iter().next()
    {
        return Err(failure);
    }
    desk.ui.run_report(&report).map_err(|error| Failure::stdout(&error))?;
    Ok(Exit::of_run(&report))
}

/// Stripe's endpoints are a resource like any other: the engine reads it, whole.
fn endpoints(desk: &Desk<'_>) -> Result<RunReport, Failure> {
    let access = desk.stripe()?;
    if let Some(account) = removed(desk, &access)? {
        desk.ui.note(&left_out(&account));
        return Ok(RunReport::default());
    }
    let only = crate::providers::stripe::resources::all().filter(|it| it.name == ENDPOINTS).collect();
    let order = Order {
        database: desk.settings.database.value.clone(),
        only,
        accounts: Vec::new(),
        initial: true,
        since_s: None,
        dry_run: false,
        jobs: 1,
        rate_percent: 80,
        queued_only: false,
        beside_receiver: false,
    };
    let access = Access { stripe: vec![access], ..Access::default() };
    match engine::pull(&order, &access, &Silent, &desk.cancel, desk.clock)? {
        Pulled::Done { report, .. } => Ok(report),
        Pulled::Planned { .. } => Ok(RunReport::default()),
    }
}

/// Reads the endpoints into the file once one of them was changed, or taken away (`is_gone`), where it has the list: what
/// `status` says of them is true again at once. A file that cannot take it now says so.
pub(super) fn refreshed(desk: &Desk<'_>, line: &stripe::Line, is_gone: bool) {
    let known_s = |access: &StripeAccess| {
        let store = Store::open_read_only(&desk.settings.database.value)?;
        let mode = engine::stripe_mode(access, false);
        let is_removed = store.removed_accounts("stripe", mode)?.contains(&line.account);
        let row = store.find_account("stripe", &line.account, mode)?.filter(|_| !is_removed);
        let begun = row.map(|row| store.tables_begun(row)).transpose()?.unwrap_or_default();
        let has_list = begun.iter().any(|table| table == ENDPOINTS_TABLE);
        let known_s = if has_list { Some(store.endpoints_known_s(&line.account, mode)?) } else { None };
        Ok::<_, store::Error>(known_s.map(Option::unwrap_or_default))
    };
    let Some(known_s) = desk.stripe().ok().and_then(|access| known_s(&access).ok().flatten()) else { return };
    let past_s = if is_gone { known_s + store::LISTED_AFTER_S } else { known_s };
    let why = match is_past(desk, line, past_s).then(|| endpoints(desk)) {
        Some(Ok(report)) if Exit::of_run(&report) == Exit::Done => return,
        Some(Ok(_)) => "the list could not be read".to_owned(),
        Some(Err(failure)) => failure.message,
        None => "the service's clock stands still".to_owned(),
    };
    desk.ui.note(&format!("the file shows the endpoints as they were until `stripesync webhooks sync`: {why}"));
}

/// Waits until the service's clock is past a second: of two readings of one second nobody knows which one is newer.
fn is_past(desk: &Desk<'_>, line: &stripe::Line, second: i64) -> bool {
    let began = desk.clock.elapsed();
    while line.client.service_now_s() <= second {
        if desk.clock.elapsed().saturating_sub(began) > SECOND_MAX || desk.cancel.is_set() {
            return false;
        }
        signals::rest(desk.clock, &desk.cancel, LOOK);
    }
    true
}

/// Returns the account of a key where it was removed from the file: a list that is read would take it up again.
fn removed(desk: &Desk<'_>, access: &StripeAccess) -> Result<Option<String>, Failure> {
    let database = &desk.settings.database.value;
    let known = |store: Store| store.removed_accounts("stripe", engine::stripe_mode(access, false));
    // A file that is not there, or is too old for that, has none; what is wrong with it is told by whoever writes into it.
    let removed = Store::open_read_only(database).and_then(known).unwrap_or_default();
    if removed.is_empty() {
        return Ok(None);
    }
    Ok(Some(stripe::Line::open(desk)?.account).filter(|account| removed.contains(account)))
}

fn subscriptions(args: &WebhooksSyncArgs, desk: &Desk<'_>, report: &mut RunReport, failures: &mut Vec<Failure>) {
    let mut read = || {
        let companies = Companies::open(desk, true)?;
        for company in companies.synced(args.company.as_deref())? {
            let began = desk.clock.elapsed();
            let mirrored = companies.with(&company, |line| {
                let list = line.subscriptions()?;
                let mirrored = webhooks::mirror(line.store(), line.row()?, &list, line.client.service_now_s());
                mirrored.map_err(|error| desk.failed(error))
            });
            match mirrored {
                Ok(it) => report.resources.push(ResourceReport {
                    name: SUBSCRIPTIONS.to_owned(),
                    account: company.id.clone(),
                    mode: companies.mode().to_owned(),
                    counts: Counts {
                        new: it.new,
                        changed: it.changed,
                        deleted: it.deleted,
                        unchanged: it.unchanged,
                        requests: 1,
                    },
                    took_ms: u64::try_from((desk.clock.elapsed() - began).as_millis()).unwrap_or(u64::MAX),
                    outcome: Outcome::Complete,
                    gaps: Gaps::default(),
                }),
                Err(failure) if desk.cancel.is_set() => return Err(failure),
                Err(failure) => {
                    let message = failure.message.clone();
                    report.failures.push(AccountFailure { account: company.id.clone(), message });
                    failures.push(failure);
                }
            }
            report.requests += 1;
        }
        Ok(())
    };
    let done: Result<(), Failure> = read();
    if let Err(failure) = done {
        failures.push(failure);
    }
    report.signal = report.signal.or(desk.cancel.signal());
}
