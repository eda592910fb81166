//! One creation at a time: neither service makes a thing only once, so what is there is read, compared, made and kept in one
//! piece. Nobody waits for a receiver meanwhile.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::exit::{Exit, Failure};
use super::super::{engine, signals};
use super::Desk;
use crate::clock::Clock;
use crate::model::cancel::Cancel;
use crate::store::{Error, Lock};

/// What the lock's file is called behind the name of the config file or the database.
const ENDING: &str = ".webhooks-lock";
/// Another one's turn takes some requests, each of which may be slow.
const WAIT: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);

/// Takes the turn of whoever keeps what is made in this file; waits for another one's to end, for a while.
pub(super) fn take(desk: &Desk<'_>, file: &Path) -> Result<Lock, Failure> {
    let told = |pid: &str, since: &str| {
        desk.ui.note(&format!("another `stripesync webhooks` (process {pid}, since {since}) is at it; waiting"));
    };
    waited(file, desk.clock, &desk.cancel, &told).map_err(|failure| match failure.exit {
        // Its own hint means the database.
        Exit::Database if *file != *desk.settings.database.value => {
            failure.hint("mend that, or name another config file with --config; nothing was made")
        }
        _ => failure,
    })
}

/// Takes the turn beside the first of these files where that can be; none where nothing can be written.
pub(super) fn take_at_any(desk: &Desk<'_>, files: &[PathBuf]) -> Result<Option<Lock>, Failure> {
    for file in files {
        match take(desk, file) {
            Ok(lock) => return Ok(Some(lock)),
            Err(failure) if matches!(failure.exit, Exit::Held | Exit::Interrupted(_)) => return Err(failure),
            Err(_) => {}
        }
    }
    Ok(None)
}

fn waited(file: &Path, clock: &dyn Clock, cancel: &Cancel, told: &dyn Fn(&str, &str)) -> Result<Lock, Failure> {
    let began = clock.elapsed();
    let now = engine::utc(clock.now_ms());
    let mut is_told = false;
    loop {
        let (pid, since) = match Lock::take_for(file, ENDING, &now) {
            Err(Error::Held { pid, since, .. }) => (pid, since),
            taken => return Ok(taken?),
        };
        if let Some(signal) = cancel.signal() {
            return Err(Failure::new(Exit::Interrupted(signal), "interrupted; nothing was made"));
        }
        if clock.elapsed().saturating_sub(began) >= WAIT {
            let message = format!(
                "another `stripesync webhooks` (process {pid}, since {since}) makes endpoints for {}",
                file.display()
            );
            return Err(Failure::new(Exit::Held, message).hint("wait for it, or stop that process; nothing was made"));
        }
        if !is_told {
            told(&pid, &since);
            is_told = true;
        }
        signals::rest(clock, cancel, LOOK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::FakeClock;

    #[test]
    fn a_turn_is_waited_for_so_long_and_then_its_holder_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x.db");
        let clock = FakeClock::at_ms(1_793_491_200_000);
        let held = waited(&file, &clock, &Cancel::default(), &|_, _| panic!("it is free")).expect("free");
        let told = std::cell::RefCell::new(Vec::new());
        let refused = waited(&file, &clock, &Cancel::default(), &|pid, since| {
            told.borrow_mut().push(format!("{pid} {since}"));
        });
        let Err(refused) = refused else { panic!("it is held") };
        assert_eq!((refused.exit, clock.elapsed() >= WAIT), (Exit::Held, true));
        let pid = std::process::id();
        assert!(refused.message.contains(&format!("process {pid}, since 2026-")), "{}", refused.message);
        assert_eq!(told.into_inner().len(), 1, "once");
        drop(held);
        waited(&file, &clock, &Cancel::default(), &|_, _| panic!("it is free")).map(drop).expect("free again");
        // Where nothing can be made nobody waits.
        let began = clock.elapsed();
        assert!(waited(&folder.path().join("no/x.db"), &clock, &Cancel::default(), &|_, _| {}).is_err());
        assert_eq!(clock.elapsed(), began);
    }
}
