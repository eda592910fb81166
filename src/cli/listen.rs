//! `listen`: the receiver of webhooks, and what keeps the file current beside it.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::alerts::Alerts;
use super::args::{Global, ListenArgs};
use super::catch_up::{self, CatchUp};
use super::exit::{Exit, Failure};
use super::keeping::Keeping;
use super::office::ReceiverOffice;
use super::pass_on::{self, PassOn};
use super::rotation::{self, Rotation};
use super::values::AdminPort;
use super::{engine, settings, signals};
use crate::clock::{Clock, SystemClock};
use crate::config::{Secret, Settings, WebhookSecret};
use crate::http::post::Poster;
use crate::model::cancel::Cancel;
use crate::model::extract::Catalog;
use crate::providers::fic::token;
use crate::receive::{self, Ended, Figures, News, SigningSecrets, Terms, admin, route};
use crate::store::{self, Store};
use crate::sync;
use crate::sync::delivery::{Accepted, Retries, Verdict};
use crate::sync::intake::Intake;
use crate::ui::{DeliveryLine, Ui};

/// Refusals told in a minute: who knocks ten thousand times does not fill a disk.
const REFUSALS_PER_MINUTE: u32 = 30;
/// Alerts that are still on their way when it stops have so long.
const ALERTS_TIME: Duration = Duration::from_secs(2);
const MINUTE: Duration = Duration::from_secs(60);
/// A file that another program keeps locked is waited for so long at the start; a try takes ten seconds.
const LOCKED_TIME: Duration = Duration::from_secs(25);

/// Runs the command.
pub(super) fn run(args: &ListenArgs, global: &Global, ui: &Ui) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    let said = Said::of(&settings)?;
    let host = host(&args.host)?;
    check(args, host, &said.secrets, said.is_fic_meant)?;
    let listener = bind(SocketAddr::new(host, args.port))?;
    let own = listener.local_addr().map_err(|error| Failure::failed("cannot listen").because(&error))?;
    let target = pass_on::target(args.forward_to.as_deref(), own)?;
    // A terminal that is held, or a pipe that nobody reads, must not keep events from the file.
    ui.write_aside().map_err(|error| Failure::failed("no thread to write lines with").because(&error))?;
    let cancel = signals::watch()?;
    let hangups = rotation::hangups()?;
    store::stop_waiting_for(&cancel);
    let catalog = sync::catalog();
    let store = match prepared(&settings.database.value, &catalog, &cancel, ui) {
        // Nothing was begun.
        Err(_) if cancel.is_set() => return Ok(Exit::Done),
        opened => opened?,
    };
    let mut intake = Intake::new(&store, &catalog, said.retries.clone(), None)?.with_companies_in(said.company_mode);
    intake = match settings.stripe()? {
        Some(access) => intake.asking_in(access.mode.name()),
        None => intake.offline(),
    };
    // Whoever cannot be told is refused before anything has begun.
    let alerts = Alerts::begin(&settings)?.map(Arc::new);
    tell_start(&listener, &settings, &said.secrets, args, said.is_fic_meant, ui)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let terms = said.terms(args);
    let mut beside = Beside::begin(&settings, &said, &terms, (args, target, alerts), &cancel, ui)?;
    let alerts = beside.alerts.as_deref();
    let mut teller = Teller { ui, clock: &*clock, alerts, refused: 0, since: clock.elapsed() };
    let rotation = Rotation { global, ui, secrets: terms.secrets.clone(), is_open: terms.is_open, cancel: &cancel };
    let database = settings.database.value.clone();
    let keeping = said.keep_days.map(|days| Keeping { database, days, clock: &*clock, cancel: &cancel });
    let mut tell = |news: News| {
        teller.tell(&news);
        if let (News::Durable(event), Some(pass_on)) = (&news, &mut beside.pass_on) {
            pass_on.pass(event, ui);
        }
    };
    let ran = std::thread::scope(|scope| {
        let _closing = rotation::Closing(hangups.handle(), &cancel);
        scope.spawn(|| rotation.serve(hangups));
        if let Some(keeping) = &keeping {
            scope.spawn(|| keeping.serve());
        }
        receive::run(listener, &terms, &mut intake, (&clock, &cancel), &mut tell)
    });
    beside.end(&cancel, ui);
    match ran {
        Ok(()) => {
            // What was acknowledged is where the file is by now.
            store.look_at_place()?;
            ui.note("stopped; everything that was acknowledged is in the file");
            Ok(Exit::Done)
        }
        Err(Ended::Sync(error)) => Err(error.into()),
        Err(Ended::System(error)) => Err(Failure::failed("the receiver cannot go on").because(&error)),
    }
}

/// Opens the file, and looks whether it can be written. What another program keeps locked is waited for, as after a
/// machine's start, when everything begins at once.
fn prepared(database: &Path, catalog: &Catalog, cancel: &Cancel, ui: &Ui) -> Result<Store, Failure> {
    let (began, mut is_told) = (Instant::now(), false);
    loop {
        match prepare(database, catalog, cancel) {
            Err(store::Error::Locked { .. }) if began.elapsed() < LOCKED_TIME && !cancel.is_set() => {
                if !std::mem::replace(&mut is_told, true) {
                    let (file, seconds) = (database.display(), LOCKED_TIME.as_secs());
                    ui.note(&format!("{file} is locked by another program; it is waited for, {seconds} s at most"));
                }
            }
            prepared => return Ok(prepared?),
        }
    }
}

fn prepare(database: &Path, catalog: &Catalog, cancel: &Cancel) -> Result<Store, store::Error> {
    let store = Store::open(database)?;
    store.reread(catalog, cancel)?;
    store.begin()?;
    store.commit()?;
    // A disk that fails is told before anybody sends anything.
    if let Some(sync) = store.wal_sync()? {
        sync.sync()?;
    }
    Ok(store)
}

/// What the settings say of a receiver.
struct Said {
    secrets: Vec<WebhookSecret>,
    retries: Retries,
    answer_time: Duration,
    token: Option<Secret>,
    keep_days: Option<u32>,
    fic_key: token::Key,
    is_fic_meant: bool,
    company_mode: &'static str,
}

impl Said {
    fn of(settings: &Settings) -> Result<Said, Failure> {
        Ok(Said {
            secrets: settings.webhook_secrets()?,
            retries: super::retries(settings)?,
            answer_time: settings.answer_timeout()?,
            token: settings.admin_token()?,
            keep_days: settings.keep_days()?,
            fic_key: fic_key(settings)?,
            is_fic_meant: settings.fic()?.is_some() || settings.fic_public_key.is_some(),
            company_mode: engine::fic_mode(false, settings.fic_base.value.trim_end_matches('/')),
        })
    }

    fn terms(&self, args: &ListenArgs) -> Terms {
        Terms {
            secrets: SigningSecrets::new(&rotation::signing(&self.secrets)),
            fic_key: self.fic_key,
            is_open: args.skip_verify,
            answer_time: self.answer_time,
            figures: Arc::new(Figures::default()),
        }
    }
}

/// What goes on beside a receiver, in threads of its own.
struct Beside {
    pass_on: Option<PassOn>,
    alerts: Option<Arc<Alerts>>,
    catch_up: CatchUp,
    admin: Option<JoinHandle<std::io::Result<()>>>,
}

impl Beside {
    fn begin(
        settings: &Settings,
        said: &Said,
        terms: &Terms,
        (args, target, alerts): (&ListenArgs, Option<Poster>, Option<Arc<Alerts>>),
        cancel: &Cancel,
        ui: &Ui,
    ) -> Result<Beside, Failure> {
        let pass_on = target.map(|target| PassOn::begin(target, ui)).transpose()?;
        let catch_up = CatchUp::begin(settings, args.catch_up, alerts.clone(), cancel, ui)?;
        let office = ReceiverOffice {
            database: settings.database.value.clone(),
            figures: Arc::clone(&terms.figures),
            secrets: terms.secrets.clone(),
            wishes: catch_up.wishes.clone(),
            began_s: SystemClock::new().now_ms() / 1000,
            cancel: cancel.clone(),
            of_file: Default::default(),
        };
        let admin = open_office(args.admin_port, said.token.clone(), office, cancel, ui);
        Ok(Beside { pass_on, alerts, catch_up, admin })
    }

    fn end(self, cancel: &Cancel, ui: &Ui) {
        if let Some(pass_on) = self.pass_on {
            pass_on.end(ui);
        }
        // Whoever catches up finishes its batch.
        self.catch_up.end(cancel);
        if let Some(admin) = self.admin {
            let _ = admin.join();
        }
        if let Some(alerts) = self.alerts {
            alerts.end(ALERTS_TIME);
        }
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

/// Returns the key that Fatture in Cloud's tokens are checked with.
fn fic_key(settings: &Settings) -> Result<token::Key, Failure> {
    let Some(said) = &settings.fic_public_key else {
        return token::key(token::PUBLIC_KEY).map_err(|why| Failure::failed(format!("the key known here {why}")));
    };
    token::key(&said.value).map_err(|why| Failure::usage(format!("FIC_PUBLIC_KEY {why} ({})", said.source)))
}

/// Refuses what would let anybody write into the file.
fn check(args: &ListenArgs, host: IpAddr, secrets: &[WebhookSecret], is_fic_meant: bool) -> Result<(), Failure> {
    if args.skip_verify && !host.is_loopback() {
        return Err(Failure::usage(format!(
            "--skip-verify takes events from anybody, and {host} can be reached from other machines"
        ))
        .hint("leave --host away, or set STRIPE_WEBHOOK_SECRET and leave --skip-verify away"));
    }
    if let AdminPort::At(port) = args.admin_port
        && port == args.port
        && port != 0
    {
        return Err(Failure::usage(format!("--port and --admin-port are both {port}"))
            .hint("leave one of them away, or choose another; --admin-port off has none, 0 takes a free one"));
    }
    if secrets.is_empty() && !is_fic_meant && !args.skip_verify {
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
    is_fic_meant: bool,
    ui: &Ui,
) -> Result<(), Failure> {
    let address = listener.local_addr().map_err(|error| Failure::failed("cannot listen").because(&error))?;
    let paths: Vec<&str> = route::stripe_paths().collect();
    ui.note(&format!("listening on http://{address}, into {}", settings.database.value.display()));
    ui.note(&format!("Stripe's events: POST {}; whether it is up: GET /healthz", paths.join(" or ")));
    if is_fic_meant {
        ui.note(&format!("Fatture in Cloud's events: GET and POST {}", route::FIC_PATH));
    }
    match secrets {
        [] if !args.skip_verify => ui.note("no STRIPE_WEBHOOK_SECRET: Stripe's events are told to come again"),
        _ if args.skip_verify => ui.note("signatures are NOT checked: whoever reaches this port writes into the file"),
        secrets => ui.note(&format!("signed with {}", rotation::told(secrets))),
    }
    if !address.ip().is_loopback() {
        ui.note("other machines can reach this port; it takes nothing but signed events");
    }
    Ok(())
}

/// Says what to do about a file that cannot be written, while the receiver goes on.
fn mended_by(error: &sync::Error) -> Option<&'static str> {
    use store::Error as E;
    let sync::Error::Store(error) = error else { return None };
    Some(match error {
        E::Gone { .. } => "put it back, or stop this and start it again; until then nothing is taken in",
        E::Full { .. } => "make room; senders come again, and are served by then",
        E::Locked { .. } => "close the program that keeps it locked; senders come again, and are served by then",
        E::ReadOnly { .. } => {
            "look at the disk and at who may write the file; senders come again, and are served by then"
        }
        _ => return None,
    })
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
            // Nothing is kept of it, and who sends one may send ten thousand.
            News::Taken(Accepted { verdict: Verdict::Malformed(_) | Verdict::Unkept, .. }, _) if !self.may_tell() => {}
            News::Taken(accepted, answer) => self.line(accepted, Some(answer.status_and_body().0)),
            News::Durable(_) => {}
            News::Again(accepted) => self.line(accepted, None),
            News::Unwritten(count, error) => {
                let causes =
                    if *count == 0 { Vec::new() } else { vec![format!("{count} events were told to come again")] };
                self.ui.failure(&error.to_string(), &causes, mended_by(error));
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
                    correlation_id: &refusal.correlation_id,
                    invoice: None,
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
        let (outcome, why) = accepted.verdict.in_words();
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
            correlation_id: &accepted.correlation_id,
            invoice: accepted.invoice.as_ref(),
        });
    }
}

/// The times that `--catch-up` takes, for the help.
pub(super) const CATCH_UP: &str = catch_up::DEFAULT;
