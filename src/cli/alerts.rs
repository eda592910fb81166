//! Wakes somebody: a command is run, an address is told. One alert at a time, behind a queue with a bound, and never in the
//! way of whoever raises it.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::json;

use super::exit::{Exit, Failure};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Alerting, SETTINGS, Settings};
use crate::http::post::Poster;
use crate::model::alerts::{Alert, Tried, Watchman};
use crate::model::cancel::Cancel;
use crate::model::scrub::scrub;
use crate::sync::delivery::{Accepted, Verdict};

/// Alerts that wait; more than these are not told.
const WAITING_MAX: usize = 32;
/// Neither a command nor an address may take longer.
const TIME: Duration = Duration::from_secs(10);
/// How soon a command's end is seen.
const NOTICE: Duration = Duration::from_millis(20);
/// How soon it is seen that an alert is due.
const GATHERED_SEEN: Duration = Duration::from_millis(250);
/// Where the system looks for programs while no PATH is set.
const PATH: &str = "/bin:/usr/bin";
/// What an alert says at most, in characters.
const MESSAGE_CHARS_MAX: usize = 2000;
/// No id is longer that a service made.
const ID_CHARS_MAX: usize = 255;
/// No path is longer that a system opens.
const PATH_CHARS_MAX: usize = 4096;

/// Raises alerts.
pub(super) struct Alerts {
    watchman: Arc<Mutex<Watchman>>,
    queue: Mutex<Option<SyncSender<Alert>>>,
    ended: Mutex<Option<(Receiver<()>, JoinHandle<()>)>>,
    /// What is on its way is given up.
    stop: Cancel,
    running: Arc<Running>,
}

/// The command that is under way. Whoever has hold of this may end it, and nobody else learns of its end meanwhile.
type Running = Mutex<Option<Child>>;

impl Alerts {
    /// Begins, where the settings name somebody to tell.
    ///
    /// # Errors
    /// When the settings cannot be.
    pub fn begin(settings: &Settings) -> Result<Option<Alerts>, Failure> {
        let Some(Alerting { command, url, failure_percent, window }) = settings.alerting()? else { return Ok(None) };
        let poster = url.map(|url| poster(url.expose())).transpose()?;
        if let Some(command) = &command {
            startable(&command[0], std::env::var_os("PATH").as_deref())?;
        }
        let stop = Cancel::default();
        let (queue, alerts) = sync_channel(WAITING_MAX);
        let (tell_end, ended) = sync_channel(1);
        let running = Arc::<Running>::default();
        let database = shown(&settings.database.value);
        let sender = Sender { command, poster, database, stop: stop.clone(), running: Arc::clone(&running) };
        let window_s = i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
        let watchman = Arc::new(Mutex::new(Watchman::new(failure_percent, window_s)));
        let watched = Arc::clone(&watchman);
        let work = move || {
            sender.serve(&alerts, &watched);
            let _ = tell_end.send(());
        };
        let thread = std::thread::Builder::new().name("alerts".into()).spawn(work);
        let thread = thread.map_err(|error| Failure::failed("no thread for alerts").because(&error))?;
        let (queue, ended) = (Mutex::new(Some(queue)), Mutex::new(Some((ended, thread))));
        Ok(Some(Alerts { watchman, queue, ended, stop, running }))
    }

    /// An event was taken in, or tried again.
    pub fn tried(&self, accepted: &Accepted) {
        let why = match &accepted.verdict {
            Verdict::Failed(why) | Verdict::GivenUp(why) | Verdict::Unusable(why) => Some(why.as_str()),
            Verdict::Processed | Verdict::Ignored | Verdict::Stored => None,
            Verdict::Duplicate | Verdict::Malformed(_) | Verdict::Unkept => return,
        };
        let Accepted { id, kind, account, verdict, .. } = accepted;
        let tried = Tried { id, kind, account, why, is_dead: verdict.is_dead() };
        let alert = self.lock().tried(&tried, now_s());
        alert.into_iter().for_each(|alert| self.queue(alert));
        #[cfg(debug_assertions)]
        super::holding_back::tried();
    }

    /// A sync failed.
    pub fn sync_failed(&self, subject: &str, message: &str) {
        let alert = self.lock().sync_failed(subject, message, now_s());
        alert.into_iter().for_each(|alert| self.queue(alert));
    }

    /// A sync ended; raises an alert where it failed, and not where somebody wanted it so or another one is at work.
    pub fn synced(&self, ended: &Result<Exit, Failure>) {
        match ended {
            Ok(Exit::Partly) => {
                self.sync_failed("sync", "a sync was partly done: `stripesync status` names what failed")
            }
            // Of many accounts none could be read.
            Ok(Exit::Failed | Exit::Unauthorised) => {
                self.sync_failed("sync", "a sync failed: `stripesync accounts list` names the reasons")
            }
            Err(failure) if matches!(failure.exit, Exit::Failed | Exit::Unauthorised | Exit::Database) => {
                self.sync_failed("sync", &format!("a sync failed: {}", failure.message));
            }
            _ => {}
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Watchman> {
        locked(&self.watchman)
    }

    fn queue(&self, alert: Alert) {
        let queue = locked(&self.queue);
        if queue.as_ref().is_some_and(|queue| queue.try_send(alert).is_err()) {
            tracing::warn!("an alert was not told: too many wait");
        }
    }

    /// Lets what waits be told for so long, and ends.
    pub fn end(&self, time: Duration) {
        drop(locked(&self.queue).take());
        let Some((ended, thread)) = locked(&self.ended).take() else { return };
        if ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("alerts were still on their way, and are given up");
            self.stop.set(signal_hook::consts::SIGTERM);
            // Not left to the thread, which may not have its turn before the program is over.
            if let Some(mut child) = locked(&self.running).take() {
                kill(&mut child);
            }
            // An address that does not answer ends by itself, later than anybody waits.
            let _ = ended.recv_timeout(NOTICE * 10);
            return;
        }
        let _ = thread.join();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Refuses a program that nobody could start when it is needed.
fn startable(program: &str, path: Option<&OsStr>) -> Result<(), Failure> {
    let is_program = |path: &Path| path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0);
    let is_there = match program.contains('/') {
        true => is_program(Path::new(program)),
        false => {
            std::env::split_paths(path.unwrap_or(OsStr::new(PATH))).any(|folder| is_program(&folder.join(program)))
        }
    };
    if is_there {
        return Ok(());
    }
    let why = match program.contains('/') {
        true if Path::new(program).exists() => "is no file that may be executed",
        true => "is not there",
        false => "is in no folder of PATH",
    };
    Err(Failure::usage(format!("alerts.command: the program {program} {why}")).hint(
        "give its whole path and make it executable (chmod +x); it runs without a shell: for pipes, command = \"sh -c '…'\"",
    ))
}

fn now_s() -> i64 {
    SystemClock::new().now_ms().div_euclid(1000)
}

fn shown(database: &Path) -> String {
    std::path::absolute(database).unwrap_or_else(|_| database.to_owned()).display().to_string()
}

fn poster(url: &str) -> Result<Poster, Failure> {
    let wrong = |why: &str| Failure::usage(format!("alerts.url {why}"));
    let poster = Poster::new(url, TIME).map_err(|error| wrong(&format!("cannot be used: {error}")))?;
    if !url.trim_start().starts_with("https:") && !config::is_this_machine(poster.host_and_port().0) {
        return Err(wrong("has to be https: plain http is for this machine only")
            .hint("what an alert says is nobody else's business"));
    }
    Ok(poster)
}

/// Tells alerts, one after the other.
struct Sender {
    command: Option<Vec<String>>,
    poster: Option<Poster>,
    database: String,
    stop: Cancel,
    running: Arc<Running>,
}

impl Sender {
    /// Tells what comes, and what the watchman has gathered when that is due, until nobody raises any more.
    fn serve(&self, alerts: &Receiver<Alert>, watchman: &Mutex<Watchman>) {
        loop {
            match alerts.recv_timeout(GATHERED_SEEN) {
                Ok(alert) => self.send(&alert),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            #[cfg(debug_assertions)]
            if super::holding_back::is_on() {
                continue;
            }
            let due = locked(watchman).due(now_s());
            due.iter().for_each(|alert| self.send(alert));
        }
        let last = locked(watchman).last(now_s());
        last.iter().for_each(|alert| self.send(alert));
    }

    fn send(&self, alert: &Alert) {
        if self.stop.is_set() {
            return;
        }
        let message: String = harmless(&scrub(&alert.message)).chars().take(MESSAGE_CHARS_MAX).collect();
        let body = body(alert, &message, &self.database);
        if let Some(Err(why)) = self.command.as_deref().map(|command| self.run(command, alert, &message, &body)) {
            tracing::warn!(kind = alert.kind.name(), "the command of alerts {why}");
        }
        let Some(poster) = &self.poster else { return };
        match poster.post(&[], body.as_bytes()) {
            Ok(posted) if posted.is_taken() => {}
            Ok(posted) => {
                tracing::warn!(kind = alert.kind.name(), "{} answered an alert with {}", poster.shown(), posted.status);
            }
            Err(error) => tracing::warn!(kind = alert.kind.name(), "an alert could not be posted: {error}"),
        }
    }

    /// Runs the command with the alert on its stdin. It gets none of the program's secrets.
    fn run(&self, words: &[String], alert: &Alert, message: &str, body: &str) -> Result<(), String> {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own: what it starts itself can be ended with it.
        command.process_group(0);
        for name in SETTINGS.iter().flat_map(|setting| setting.variables) {
            command.env_remove(name);
        }
        // A proxy's address may hold its password.
        let proxies = std::env::vars_os().filter(|(name, value)| {
            let name = name.to_string_lossy().to_ascii_lowercase();
            name.ends_with("_proxy") && value.to_string_lossy().contains('@')
        });
        for (name, _) in proxies {
            command.env_remove(name);
        }
        command
            .env("STRIPESYNC_ALERT_KIND", alert.kind.name())
            .env("STRIPESYNC_ALERT_SUBJECT", harmless(&short(&alert.subject)))
            .env("STRIPESYNC_ALERT_MESSAGE", message)
            .env("STRIPESYNC_ALERT_EVENTS", alert.events.to_string())
            .env("STRIPESYNC_ALERT_DATABASE", harmless(&self.database));
        let began = Instant::now();
        self.start(&mut command, body)?;
        loop {
            // For whoever ends the program, too, in between.
            let mut running = locked(&self.running);
            let Some(child) = running.as_mut() else { return Err("was killed with the end of the program".to_owned()) };
            let result = match child.try_wait() {
                Ok(Some(status)) if status.success() => Ok(()),
                Ok(Some(status)) => Err(format!("ended with {status}")),
                Ok(None) if began.elapsed() < TIME => {
                    drop(running);
                    std::thread::sleep(NOTICE);
                    continue;
                }
                _ => {
                    kill(child);
                    Err(format!("did not end within {} s, and was killed", began.elapsed().as_secs()))
                }
            };
            *running = None;
            return result;
        }
    }

    /// Starts a command, unless nothing is to be told any more, and gives it the alert.
    fn start(&self, command: &mut Command, body: &str) -> Result<(), String> {
        let mut running = locked(&self.running);
        // Looked at behind the lock: what has been ended by then would not be ended again.
        if self.stop.is_set() {
            return Err("was not started: the program ends".to_owned());
        }
        let mut child = command.spawn().map_err(|error| format!("cannot be started: {error}"))?;
        // It is smaller than what a pipe holds, so that nobody waits for a command that does not read it.
        if let Some(mut stdin) = child.stdin.take() {
            let _ = stdin.write_all(format!("{body}\n").as_bytes());
        }
        *running = Some(child);
        Ok(())
    }
}

/// Ends a command and what it has started. Its number is nobody else's as long as it is not waited for.
fn kill(child: &mut Child) {
    let group = format!("-{}", child.id());
    let mut all = Command::new("kill");
    all.args(["-KILL", "--", &group]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = all.status();
    // Where there is no such program, at least this one.
    let _ = child.kill();
    let _ = child.wait();
}

/// Returns what a command and an address are given: below 60 KiB, whatever an event says.
fn body(alert: &Alert, message: &str, database: &str) -> String {
    let event_ids: Vec<String> = alert.event_ids.iter().map(|id| beginning(&harmless(id), ID_CHARS_MAX)).collect();
    let json = json!({
        "kind": alert.kind.name(),
        "subject": short(&harmless(&alert.subject)),
        "message": message,
        // What chats show.
        "text": format!("stripesync: {message}"),
        "at_s": alert.at_s,
        "events": alert.events,
        "event_ids": event_ids,
        "database": beginning(&harmless(database), PATH_CHARS_MAX),
    });
    json.to_string()
}

/// Returns the beginning of a text: what goes to a command fits into a pipe.
fn short(text: &str) -> String {
    beginning(text, MESSAGE_CHARS_MAX)
}

fn beginning(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}

/// Returns a text without what a variable cannot hold and a terminal would obey.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::alerts::AlertKind;

    #[test]
    fn an_end_ends_a_command_also_where_the_thread_never_has_its_turn() {
        let mut command = Command::new("sleep");
        let child = command.arg("300").process_group(0).spawn().expect("starts");
        let words = format!("/proc/{}/cmdline", child.id());
        let (told, never) = sync_channel(1);
        let thread = std::thread::spawn(|| {});
        let alerts = Alerts {
            watchman: Arc::new(Mutex::new(Watchman::new(100, 600))),
            queue: Mutex::default(),
            ended: Mutex::new(Some((never, thread))),
            stop: Cancel::default(),
            running: Arc::new(Mutex::new(Some(child))),
        };
        alerts.end(Duration::ZERO);
        assert!(locked(&alerts.running).is_none() && !Path::new(&words).exists(), "it still runs");
        drop(told);
    }

    #[test]
    fn what_comes_to_its_turn_behind_the_end_is_not_started() {
        let (poster, stop, running) = (None, Cancel::default(), Arc::default());
        let sender = Sender { command: None, poster, database: String::new(), stop: stop.clone(), running };
        stop.set(signal_hook::consts::SIGTERM);
        let why = sender.start(&mut Command::new("true"), "{}").expect_err("it is over");
        assert!(why.contains("not started") && locked(&sender.running).is_none(), "{why}");
    }

    #[test]
    fn what_a_command_is_given_fits_into_a_pipe_whatever_an_event_says() {
        for c in ['\u{1}', '"', '\u{10ffff}', 'x'] {
            let long = c.to_string().repeat(200_000);
            let event_ids = vec![long.clone(); 3];
            let (kind, subject, events) = (AlertKind::EventDead, long.clone(), 3);
            let alert = Alert { kind, subject, message: long.clone(), at_s: i64::MAX, events, event_ids };
            let made = body(&alert, &short(&harmless(&long)), &long);
            assert!(made.len() < 60 << 10, "{c:?}: {} bytes", made.len());
            let read: serde_json::Value = serde_json::from_str(&made).expect("JSON");
            assert!(read["event_ids"][2].as_str().is_some_and(|id| id.chars().count() == 255), "{c:?}");
        }
    }
}
