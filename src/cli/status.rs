//! `status`: how the file stands.

use std::path::Path;
use std::time::Duration;

use super::args::{Global, StatusArgs};
use super::exit::{Exit, Failure};
use super::openers::openers;
use super::{accounts, settings, signals, sync as sync_command};
use crate::clock::Clock;
use crate::model::accounts::{Openers, Standing};
use crate::model::log::LogStats;
use crate::model::report::{ACCOUNTS_IN_FULL_MAX, ACCOUNTS_NAMED_MAX, AccountReport, StatusReport, StatusWish};
use crate::store::{self, NAMELESS, Store};
use crate::sync;
use crate::ui::units::{counted, span};
use crate::ui::{Redraw, Ui};

/// How often `--watch` draws anew.
const WATCH_EVERY: Duration = Duration::from_secs(2);

/// Runs the command.
pub(super) fn run(args: &StatusArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    let openers = openers(&settings, ui);
    let database = settings.database.value;
    let look = || {
        present(&database)?;
        let store = Store::open_read_only(&database)?;
        let (status, stats) =
            read(args, global, (&database, openers.as_ref()), &store, clock.now_ms().div_euclid(1000))?;
        Ok((store, status, stats))
    };
    if args.watch {
        return watch(look, ui, clock);
    }
    let (store, status, stats) = look()?;
    tell(&store, &status, stats.as_ref(), ui)?;
    match args.max_age {
        // A list, and no chain of causes.
        Some(age) => fresh(&status.accounts, age, clock.now_ms().div_euclid(1000)).map_err(|mut failure| {
            failure.causes.drain(..).for_each(|other| ui.trouble(&other));
            failure
        }),
        None => Ok(Exit::Done),
    }
}

/// Writes what was read, and with it the tables of one account after the other.
fn tell(store: &Store, status: &StatusReport, stats: Option<&LogStats>, ui: &Ui) -> Result<(), Failure> {
    let catalog = sync::catalog();
    let mut writer = ui.begin_status(status, stats).map_err(|error| Failure::stdout(&error))?;
    if writer.wants_accounts() {
        let tables = store.account_tables(&catalog, &status.accounts)?;
        for account in &status.accounts {
            let mut account = account.clone();
            tables.read(&mut account)?;
            writer.account(&account).map_err(|error| Failure::stdout(&error))?;
        }
    }
    writer.end().map_err(|error| Failure::stdout(&error))
}

/// Refuses a file that is not there: reading makes none.
pub(super) fn present(database: &Path) -> Result<(), Failure> {
    if database.exists() || database.is_symlink() {
        return Ok(());
    }
    let message = format!("there is no database {}", database.display());
    Err(Failure::failed(message)
        .hint("`stripesync sync` makes it; --database names another file, such as the sandbox.db of `sync --sandbox`"))
}

fn read(
    args: &StatusArgs,
    global: &Global,
    (database, openers): (&Path, Option<&Openers>),
    store: &Store,
    now_s: i64,
) -> Result<(StatusReport, Option<LogStats>), Failure> {
    let provider = args.provider.map(|provider| sync_command::provider(provider).name());
    for id in &args.account {
        let found = accounts::named(store, id)?;
        if let Some(asked) = provider.filter(|asked| found.iter().all(|it| it.provider != *asked)) {
            let message = format!("{id} is an account of {}, and --provider names {}", found[0].provider, asked);
            return Err(Failure::usage(message).hint("leave --provider away"));
        }
    }
    let accounts = args.account.clone();
    let wish = StatusWish { provider, accounts, is_full: global.verbose > 0, openers: openers.cloned() };
    let mut status = store.status_of(&wish, now_s)?;
    sync::webhooks::add_troubles(store, &mut status, now_s)?;
    status.database = database.display().to_string();
    let stats = args.stats.then(|| store.log_stats(provider, &args.account, now_s)).transpose()?;
    Ok((status, stats))
}

fn watch(
    look: impl Fn() -> Result<(Store, StatusReport, Option<LogStats>), Failure>,
    ui: &Ui,
    clock: &dyn Clock,
) -> Result<Exit, Failure> {
    if !ui.can_redraw() {
        return Err(Failure::usage("--watch draws tables over and over, which only a terminal can show").hint(
            "leave --watch and --format away on a terminal; for a pipe, call `stripesync status` as often as wanted",
        ));
    }
    let cancel = signals::watch()?;
    store::stop_waiting_for(&cancel);
    let catalog = sync::catalog();
    let mut redraw = Redraw::default();
    while !cancel.is_set() {
        let (store, mut status, stats) = look()?;
        if stats.is_none() && status.overview.is_none() {
            // A picture is as long as the terminal.
            let shown = status.accounts.len().min(ACCOUNTS_IN_FULL_MAX);
            let tables = store.account_tables(&catalog, &status.accounts[..shown])?;
            status.accounts[..shown].iter_mut().try_for_each(|account| tables.read(account))?;
        }
        ui.redraw_status(&mut redraw, &status, stats.as_ref()).map_err(|error| Failure::stdout(&error))?;
        signals::rest(clock, &cancel, WATCH_EVERY);
    }
    Ok(Exit::Done)
}

/// Says which accounts are older than they may be. Events that came for nobody in particular have no sync of their own.
fn fresh(accounts: &[AccountReport], age: Duration, now_s: i64) -> Result<Exit, Failure> {
    let age_s = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
    let is_old = |account: &&AccountReport| account.age_s(now_s).is_none_or(|ago_s| ago_s > age_s);
    let told = |account: &&AccountReport| {
        let name = format!("{} {} ({})", account.provider, account.id, account.mode);
        // Waiting would not make it younger.
        let why = account.error.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        match account.age_s(now_s) {
            None => format!("{name} was never synced to the end{why}"),
            Some(ago_s) => format!("{name} was last synced {} ago{why}", span(ago_s.unsigned_abs())),
        }
    };
    // Nobody is to keep those current that were removed, or whose owner has taken the access back.
    let is_meant = |account: &&AccountReport| {
        account.id != NAMELESS && !matches!(account.standing, Standing::Removed | Standing::Disconnected)
    };
    let mut accounts = accounts.iter().filter(is_meant).peekable();
    let is_empty = accounts.peek().is_none();
    let old: Vec<&AccountReport> = accounts.filter(is_old).collect();
    if old.is_empty() && !is_empty {
        return Ok(Exit::Done);
    }
    let mut stale: Vec<String> = old.iter().take(ACCOUNTS_NAMED_MAX).map(told).collect();
    let more = old.len().saturating_sub(ACCOUNTS_NAMED_MAX);
    if more > 0 {
        stale.push(format!("and {} more", counted(more as u64, "account")));
    }
    let mut stale = stale.into_iter();
    let first = stale.next().unwrap_or_else(|| "no account was ever synced into it".to_owned());
    let message = format!("the file is older than {}: {first}", span(age.as_secs()));
    let mut failure = Failure::new(Exit::Partly, message).hint(healing(&old));
    failure.causes = stale.collect();
    Err(failure)
}

/// Names the commands that bring these accounts up to date.
fn healing(old: &[&AccountReport]) -> String {
    const KEYLESS: &str = "set the variable that an entry names; `stripesync accounts add NAME` adds a key or token, `stripesync accounts \
         discover` asks those that there are";
    let (keyless, keyed): (Vec<&AccountReport>, Vec<&AccountReport>) =
        old.iter().partition(|account| matches!(account.standing, Standing::Named | Standing::NoKey));
    let sync = match keyed.iter().any(|account| account.is_connected) {
        true => "`stripesync sync --all-accounts` brings it up to date",
        false => "`stripesync sync` brings it up to date",
    };
    match (keyed.is_empty(), keyless.len() as u64) {
        (_, 0) => sync.to_owned(),
        (true, _) => format!("no key or token opens it: {KEYLESS}"),
        (false, count) => format!("{sync}; no key or token opens {}: {KEYLESS}", counted(count, "account")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: &str, synced_s: Option<i64>) -> AccountReport {
        AccountReport { provider: "stripe".into(), id: id.into(), mode: "live".into(), synced_s, ..Default::default() }
    }

    #[test]
    fn an_account_is_as_old_as_the_end_of_its_last_sync_by_this_machines_clock() {
        let hour = Duration::from_secs(3600);
        let ended = |accounts: &[AccountReport]| fresh(accounts, hour, 10_000).map_err(|failure| failure.exit);
        // What the service's clock says plays no part: a sandbox's is made up.
        let by_events = AccountReport { events_until_s: Some(9999), ..account("a", None) };
        for (account, is_fresh) in [
            (account("a", Some(6400)), true),
            (account("a", Some(6399)), false),
            (AccountReport { events_until_s: Some(5), ..account("a", Some(9000)) }, true),
            (by_events, false),
            // This machine's clock was put back meanwhile.
            (account("a", Some(20_000)), true),
            (account(NAMELESS, None), false),
        ] {
            let wanted = if is_fresh { Ok(Exit::Done) } else { Err(Exit::Partly) };
            assert_eq!(ended(std::slice::from_ref(&account)), wanted, "{account:?}");
        }
        assert_eq!(ended(&[account(NAMELESS, None), account("a", Some(9000))]), Ok(Exit::Done));
    }

    #[test]
    fn of_thousands_the_first_are_named_and_those_that_nobody_syncs_are_not() {
        let mut many: Vec<AccountReport> = (0..25).map(|n| account(&format!("acct_{n}"), Some(0))).collect();
        many[0].standing = Standing::Disconnected;
        many[1].standing = Standing::Removed;
        let failure = fresh(&many, Duration::from_secs(60), 10_000).expect_err("old");
        assert!(failure.message.contains("acct_2 "), "{}", failure.message);
        assert_eq!((failure.causes.len(), failure.causes[19].as_str()), (20, "and 3 accounts more"));
        many[2].standing = Standing::NoKey;
        many[2].error = Some("keys.shop, which opened it, is not in the config file".to_owned());
        let told = fresh(&many, Duration::from_secs(60), 10_000).expect_err("old").message;
        assert!(told.ends_with("ago: keys.shop, which opened it, is not in the config file"), "{told}");
        assert_eq!(fresh(&many[..2], Duration::from_secs(60), 10_000).expect_err("none").exit, Exit::Partly);
    }

    #[test]
    fn every_account_that_is_too_old_is_named_with_the_command_that_heals_it() {
        let mut old = [account("acct_1", Some(0)), account("acct_2", Some(9990)), account("acct_3", None)];
        let failed = |accounts: &[AccountReport]| fresh(accounts, Duration::from_secs(60), 10_000).expect_err("old");
        let failure = failed(&old);
        assert_eq!(
            failure.message,
            "the file is older than 1 min: stripe acct_1 (live) was last synced 2 h 46 min ago"
        );
        assert_eq!(failure.causes, ["stripe acct_3 (live) was never synced to the end"]);
        let hint = |failure: Failure| failure.hint.unwrap_or_default();
        assert!(hint(failure).starts_with("`stripesync sync` "));
        // One that is fresh needs no other command than the others.
        old[1].is_connected = true;
        assert!(hint(failed(&old)).starts_with("`stripesync sync` "));
        old[2].is_connected = true;
        assert!(hint(failed(&old)).starts_with("`stripesync sync --all-accounts` "));
        old[2] = AccountReport { standing: Standing::Named, ..account("acct_3", None) };
        assert!(hint(failed(&old[2..])).contains("`stripesync accounts add NAME`"));
        let both = hint(failed(&old));
        assert!(both.starts_with("`stripesync sync` ") && both.contains("opens 1 account: "), "{both}");
    }
}
