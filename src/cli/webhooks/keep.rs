//! What is kept of webhooks: signing secrets in the config file, and the services' lists in the database.

use std::path::{Path, PathBuf};

use super::super::args::WebhooksSyncArgs;
use super::super::engine::{self, Access, Order, Pulled};
use super::super::exit::{Exit, Failure};
use super::companies::Companies;
use super::{Desk, concerned};
use crate::config::edit::Edit;
use crate::config::{self, Secret, Source};
use crate::model::progress::{Counts, Gaps, Outcome, ResourceReport, Silent};
use crate::model::report::{AccountFailure, RunReport};
use crate::sync::webhooks;

/// The list of endpoints among Stripe's resources.
const ENDPOINTS: &str = "webhook_endpoints";
/// How the mirrored subscriptions are called in reports.
const SUBSCRIPTIONS: &str = "fic:webhook_subscriptions";
/// Where the secret of an endpoint for connected accounts stands: it is no single account's.
const SHARED: [&str; 2] = ["stripe", "webhook_secret"];

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

    /// Adds a secret; returns the name under which it stands.
    pub fn save(&self, account: &str, secret: &Secret) -> Result<String, config::Error> {
        let mut edit = Edit::open(&self.path)?;
        let name = if self.is_shared {
            edit.append_part(&SHARED, secret.expose())?;
            SHARED.join(".")
        } else {
            let keys = ["accounts", account, "webhook_secrets"];
            edit.append(&keys, secret.expose())?;
            keys.join(".")
        };
        edit.save()?;
        Ok(name)
    }
}

/// Says that what was written does not count, where a stronger place says the same setting.
pub(super) fn tell_overridden(desk: &Desk<'_>, is_shared: bool) {
    let said = desk.settings.webhook_secret.as_ref().map(|said| &said.source);
    if let (true, Some(source @ (Source::Environment(name) | Source::DotEnv(name)))) = (is_shared, said) {
        desk.ui.note(&format!("but {name} is set ({source}), and counts instead: add the secret there, too"));
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
    report.failures.extend(
        failures.iter().map(|it| AccountFailure { account: "webhooks".to_owned(), message: it.message.clone() }),
    );
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
    let stripe = desk.stripe()?;
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
    let access = Access { stripe: vec![stripe], ..Access::default() };
    match engine::pull(&order, &access, &Silent, &desk.cancel, desk.clock)? {
        Pulled::Done { report, .. } => Ok(report),
        Pulled::Planned { .. } => Ok(RunReport::default()),
    }
}

fn subscriptions(args: &WebhooksSyncArgs, desk: &Desk<'_>, report: &mut RunReport, failures: &mut Vec<Failure>) {
    let mut read = || {
        let companies = Companies::open(desk, true)?;
        for company in companies.chosen(args.company.as_deref())? {
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
