//! `listen`: the receiver of webhooks, and what keeps the file current beside it.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::alerts::Alerts;
use super::args::{Global, ListenArgs};
use super::catch_up::{self, CatchUp};
use super::exit::{Exit, Failure};
use super::keeping::Keeping;
use super::office::ReceiverOffice;
use super::rotation::{self, Rotation};
use super::values::AdminPort;
use super::{replay, settings, signals};
use crate::clock::{Clock, SystemClock};
use crate::config::{Secret, Settings, WebhookSecret};
use crate::model::cancel::Cancel;
use crate::receive::{self, Ended, Figures, News, SigningSecrets, Terms, admin, route};
use crate::store::{self, Store};
use crate::sync;
use crate::sync::intake::{Accepted, Intake};
use crate::ui::{DeliveryLine, Ui};

/// Refusals told in a minute: who knocks ten thousand times does not fill a disk.
const REFUSALS_PER_MINUTE: u32 = 30;
/// Alerts that are still on their way when it stops have so long.
const ALERTS_TIME: Duration = Duration::from_secs(2);
const MINUTE: Duration = Duration::from_secs(60);

/// Runs the command.
pub(super) fn run(args: &ListenArgs, global: &Global, ui: &Ui) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    let secrets = settings.webhook_secrets()?;
    let (retries, answer_time) = (super::retries(&settings)?, settings.answer_timeout()?);
    let (token, keep_days) = (settings.admin_token()?, settings.keep_days()?);
    let host = host(&args.host)?;
    check(args, host, &secrets)?;
    let listener = bind(SocketAddr::new(host, args.port))?;
    let cancel = signals::watch()?;
    let hangups = rotation::hangups()?;
    store::stop_waiting_for(&cancel);
    let catalog = sync::catalog();
    let store = Store::open(&settings.database.value)?;
    store.reread(&catalog, &cancel)?;
    store.durable()?;
    tell_start(&listener, &settings, &secrets, args, ui)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let alerts = Alerts::begin(&settings)?.map(Arc::new);
    let catch_up = CatchUp::begin(&settings, args.catch_up, alerts.clone(), &cancel, ui)?;
    let mut intake = Intake::new(&store, &catalog, retries, None)?;
    let terms = Terms {
        secrets: SigningSecrets::new(&rotation::signing(&secrets)),
        is_open: args.skip_verify,
        answer_time,
        figures: Arc::new(Figures::default()),
    };
    let office = ReceiverOffice {
        database: settings.database.value.clone(),
        figures: Arc::clone(&terms.figures),
        secrets: terms.secrets.clone(),
        wishes: catch_up.wishes.clone(),
        began_s: clock.now_ms() / 1000,
        cancel: cancel.clone(),
        of_file: Default::default(),
    };
    let admin = open_office(args.admin_port, token, office, &cancel, ui);
    let mut teller = Teller { ui, clock: &*clock, alerts: alerts.as_deref(), refused: 0, since: clock.elapsed() };
    let rotation = Rotation { global, ui, secrets: terms.secrets.clone(), is_open: args.skip_verify, cancel: &cancel };
    let keeping = keep_days.map(|days| Keeping {
        database: settings.database.value.clone(),
        days,
        clock: &*clock,
        cancel: &cancel,
    });
    let ran = std::thread::scope(|scope| {
        let _closing = rotation::Closing(hangups.handle(), &cancel);
        scope.spawn(|| rotation.serve(hangups));
        if let Some(keeping) = &keeping {
            scope.spawn(|| keeping.serve());
        }
        receive::run(listener, &terms, &mut intake, (&clock, &cancel), &mut |news| teller.tell(&news))
    });
    // Whoever catches up finishes its batch.
    catch_up.end(&cancel);
    if let Some(admin) = admin {
        let _ = admin.join();
    }
    if let Some(alerts) = alerts {
        alerts.end(ALERTS_TIME);
    }
    match ran {
        Ok(()) => {
            ui.note("stopped; everything that was acknowledged is in the file");
            Ok(Exit::Done)
        }
        Err(Ended::Sync(error)) => Err(error.into()),
        Err(Ended::System(error)) => Err(Failure::failed("the receiver cannot go on").because(&error)),
    }
}

/// Opens the port for monitors. That it is taken is no reason not to receive.
fn open_office(
    port: AdminPort,
    token: Option<Secret>,
    office: ReceiverOffice,
    cancel: &Cancel,
    ui: &Ui,
) -> Option<JoinHandle<std::io::Result<()>>> {
    let AdminPort::At(port) = port else { return None };
    let has_token = token.is_some();
    let opened = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((address, admin::start(listener, token, Arc::new(office), cancel)?))
    });
    match opened {
        Ok((address, thread)) => {
            let syncs = if has_token { "; POST /api/stripe/sync with the token starts a sync" } else { "" };
            ui.note(&format!("for monitors: GET http://{address}/metrics{syncs}"));
            Some(thread)
        }
        Err(error) => {
            ui.failure(
                &format!("there is no port for monitors: 127.0.0.1:{port}: {error}; events are received all the same"),
                &[],
                Some("--admin-port 0 takes a free one, --admin-port off has none"),
            );
            None
        }
    }
}

fn host(text: &str) -> Result<IpAddr, Failure> {
    match text {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        text => text.parse().map_err(|_| {
            Failure::usage(format!("--host {text} is no address of this machine"))
                .hint("127.0.0.1 for a tunnel on this machine, 0.0.0.0 for every interface")
        }),
    }
}

/// Refuses what would let anybody write into the file.
fn check(args: &ListenArgs, host: IpAddr, secrets: &[WebhookSecret]) -> Result<(), Failure> {
    if args.skip_verify && !host.is_loopback() {
        return Err(Failure::usage(format!(
            "--skip-verify takes events from anybody, and {host} can be reached from other machines"
        ))
        .hint("leave --host away, or set STRIPE_WEBHOOK_SECRET and leave --skip-verify away"));
    }
    if secrets.is_empty() && !args.skip_verify {
        return Err(Failure::new(
            Exit::Unauthorised,
            "no webhook signing secret: without one nobody can tell Stripe's events from others'",
        )
        .hint(
            "set STRIPE_WEBHOOK_SECRET to the whsec_… of your endpoint (Stripe's Dashboard, Developers, Webhooks), or \
             [stripe] webhook_secret in the config file; several with commas",
        ));
    }
    Ok(())
}

fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        let failure = Failure::failed(format!("cannot listen on {address}")).because(&error);
        match error.kind() {
            ErrorKind::AddrInUse => failure.hint("another receiver may be running; `--port 0` takes a free port"),
            ErrorKind::PermissionDenied => {
                failure.hint("ports below 1024 are for the superuser; choose another --port")
            }
            ErrorKind::AddrNotAvailable => failure.hint("--host has to be an address of this machine"),
            _ => failure,
        }
    })
}

fn tell_start(
    listener: &TcpListener,
    settings: &Settings,
    secrets: &[WebhookSecret],
    args: &ListenArgs,
    ui: &Ui,
) -> Result<(), Failure> {
    let address = listener.local_addr().map_err(|error| Failure::failed("cannot listen").because(&error))?;
    let paths: Vec<&str> = route::stripe_paths().collect();
    ui.note(&format!("listening on http://{address}, into {}", settings.database.value.display()));
    ui.note(&format!("Stripe's events: POST {}; whether it is up: GET /healthz", paths.join(" or ")));
    match secrets {
        _ if args.skip_verify => ui.note("signatures are NOT checked: whoever reaches this port writes into the file"),
        secrets => ui.note(&format!("signed with {}", rotation::told(secrets))),
    }
    if !address.ip().is_loopback() {
        ui.note("other machines can reach this port; it takes nothing but signed events");
    }
    Ok(())
}

/// Writes a line for each thing that happens, and few where somebody only knocks.
struct Teller<'a> {
    ui: &'a Ui,
    clock: &'a dyn Clock,
    alerts: Option<&'a Alerts>,
    refused: u32,
    since: Duration,
}

impl Teller<'_> {
    fn tell(&mut self, news: &News) {
        if let (Some(alerts), News::Taken(accepted, _) | News::Again(accepted)) = (self.alerts, news) {
            alerts.tried(accepted);
        }
        match news {
            News::Taken(accepted, answer) => self.line(accepted, Some(answer.status_and_body().0)),
            News::Again(accepted) => self.line(accepted, None),
            News::Unwritten(count, error) => {
                let causes =
                    if *count == 0 { Vec::new() } else { vec![format!("{count} events were told to come again")] };
                self.ui.failure(&error.to_string(), &causes, None);
            }
            News::Refused(refusal) => {
                if !self.may_tell() {
                    return;
                }
                let line = DeliveryLine {
                    at_s: self.clock.now_ms() / 1000,
                    kind: "",
                    id: "",
                    account: "",
                    status: Some(refusal.answer.status_and_body().0),
                    outcome: "refused",
                    why: Some(&refusal.why),
                    took_us: None,
                    row: None,
                };
                self.ui.delivery(&line);
            }
        }
    }

    /// Counts refusals, and says once a minute how many were not told.
    fn may_tell(&mut self) -> bool {
        let now = self.clock.elapsed();
        if now.saturating_sub(self.since) >= MINUTE {
            let untold = self.refused.saturating_sub(REFUSALS_PER_MINUTE);
            if untold > 0 {
                self.ui.note(&format!("{untold} more requests were refused"));
            }
            (self.refused, self.since) = (0, now);
        }
        self.refused += 1;
        self.refused <= REFUSALS_PER_MINUTE
    }

    fn line(&self, accepted: &Accepted, status: Option<u16>) {
        let (outcome, why) = replay::outcome(&accepted.verdict);
        self.ui.delivery(&DeliveryLine {
            at_s: self.clock.now_ms() / 1000,
            kind: &accepted.kind,
            id: &accepted.id,
            account: &accepted.account,
            status,
            outcome,
            why,
            took_us: Some(accepted.took_us),
            row: accepted.row,
        });
    }
}

/// The times that `--catch-up` takes, for the help.
pub(super) const CATCH_UP: &str = catch_up::DEFAULT;
