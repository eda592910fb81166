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
use crate::model::report::{ACCOUNTS_NAMED_MAX, AccountReport, StatusReport, StatusWish};
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
        read(args, global, (&database, openers.as_ref()), clock.now_ms().div_euclid(1000))
    };
    if args.watch {
        return watch(look, ui, clock);
    }
    let (status, stats) = look()?;
    ui.status(&status, stats.as_ref()).map_err(|error| Failure::stdout(&error))?;
    match args.max_age {
        Some(age) => fresh(&status.accounts, age, clock.now_ms().div_euclid(1000)),
        None => Ok(Exit::Done),
    }
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
    now_s: i64,
) -> Result<(StatusReport, Option<LogStats>), Failure> {
    let store = Store::open_read_only(database)?;
    let provider = args.provider.map(|provider| sync_command::provider(provider).name());
    for id in &args.account {
        accounts::named(&store, id)?;
    }
    let accounts = args.account.clone();
    let wish = StatusWish { provider, accounts, is_full: global.verbose > 0, openers: openers.cloned() };
    let mut status = store.status_of(&sync::catalog(), &wish, now_s)?;
    sync::webhooks::add_troubles(&store, &mut status, now_s)?;
    status.database = database.display().to_string();
    let stats = args.stats.then(|| store.log_stats(provider, now_s)).transpose()?;
    Ok((status, stats))
}

fn watch(
    look: impl Fn() -> Result<(StatusReport, Option<LogStats>), Failure>,
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
    let mut redraw = Redraw::default();
    while !cancel.is_set() {
        let (status, stats) = look()?;
        ui.redraw_status(&mut redraw, &status, stats.as_ref()).map_err(|error| Failure::stdout(&error))?;
        signals::rest(clock, &cancel, WATCH_EVERY);
    }
    Ok(Exit::Done)
}

/// Says which accounts are older than they may be. Events that came for nobody in particular have no sync of their own.
fn fresh(accounts: &[AccountReport], age: Duration, now_s: i64) -> Result<Exit, Failure> {
    let age_s = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
    let told = |account: &AccountReport| {
        let name = format!("{} {} ({})", account.provider, account.id, account.mode);
        // Waiting would not make it younger.
        let why = account.error.as_ref().filter(|_| account.standing == Standing::NoKey);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        match account.fresh_until_s().map(|until_s| now_s.saturating_sub(until_s)) {
            None => Some(format!("{name} was never synced to the end{why}")),
            Some(ago_s) if ago_s > age_s => {
                Some(format!("{name} was last synced {} ago{why}", span(ago_s.unsigned_abs())))
            }
            Some(_) => None,
        }
    };
    // Nobody is to keep those current that were removed, or whose owner has taken the access back.
    let is_meant = |account: &&AccountReport| {
        account.id != NAMELESS && !matches!(account.standing, Standing::Removed | Standing::Disconnected)
    };
    let mut accounts = accounts.iter().filter(is_meant).peekable();
    let mut stale: Vec<String> = match accounts.peek() {
        None => vec!["no account was ever synced into it".to_owned()],
        Some(_) => accounts.filter_map(told).collect(),
    };
    if stale.is_empty() {
        return Ok(Exit::Done);
    }
    let more = stale.len().saturating_sub(ACCOUNTS_NAMED_MAX);
    stale.truncate(ACCOUNTS_NAMED_MAX);
    if more > 0 {
        stale.push(format!("and {} more", counted(more as u64, "account")));
    }
    let message = format!("the file is older than {}: {}", span(age.as_secs()), stale.remove(0));
    let mut failure = Failure::new(Exit::Partly, message).hint("`stripesync sync` brings it up to date");
    failure.causes = stale;
    Err(failure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::ResourceState;

    fn account(id: &str, events_until_s: Option<i64>, lists: &[(&str, i64)]) -> AccountReport {
        let resource = |(status, at_s): &(&str, i64)| ResourceState {
            last_status: Some((*status).to_owned()),
            last_sync_s: Some(*at_s),
            ..ResourceState::default()
        };
        AccountReport {
            provider: "stripe".into(),
            id: id.into(),
            mode: "live".into(),
            events_until_s,
            resources: lists.iter().map(resource).collect(),
            ..AccountReport::default()
        }
    }

    #[test]
    fn an_account_is_as_fresh_as_its_events_or_as_what_was_read_whole() {
        let hour = Duration::from_secs(3600);
        let cases: [(AccountReport, bool); 8] = [
            (account("a", Some(6400), &[]), true),
            (account("a", Some(6399), &[]), false),
            // One list that is asked for in each run tells nothing of those that come with events.
            (account("a", Some(5000), &[("complete", 9999)]), false),
            (account("a", None, &[("complete", 7000), ("failed", 9999)]), true),
            (account("a", None, &[("complete", 5000), ("failed", 9999)]), false),
            (account("a", None, &[]), false),
            // By a clock that is ahead of this one.
            (account("a", Some(20_000), &[]), true),
            (account(NAMELESS, None, &[]), false),
        ];
        for (account, is_fresh) in cases {
            let ended = fresh(std::slice::from_ref(&account), hour, 10_000);
            let wanted = if is_fresh { Ok(Exit::Done) } else { Err(Exit::Partly) };
            assert_eq!(ended.map_err(|failure| failure.exit), wanted, "{account:?}");
        }
        let both = [account(NAMELESS, None, &[]), account("a", Some(9000), &[])];
        assert_eq!(fresh(&both, hour, 10_000).expect("fresh"), Exit::Done);
    }

    #[test]
    fn of_thousands_the_first_are_named_and_those_that_nobody_syncs_are_not() {
        let mut many: Vec<AccountReport> = (0..25).map(|n| account(&format!("acct_{n}"), Some(0), &[])).collect();
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
        // Where accounts are summed up, the end of the last sync stands for what its lists would tell.
        let summed = AccountReport { synced_s: Some(9990), ..account("12", None, &[]) };
        assert_eq!(fresh(&[summed], Duration::from_secs(60), 10_000).expect("fresh"), Exit::Done);
    }

    #[test]
    fn every_account_that_is_too_old_is_named() {
        let old = [account("acct_1", Some(0), &[]), account("acct_2", Some(9990), &[]), account("acct_3", None, &[])];
        let failure = fresh(&old, Duration::from_secs(60), 10_000).expect_err("old");
        assert_eq!(
            failure.message,
            "the file is older than 1 min: stripe acct_1 (live) was last synced 2 h 46 min ago"
        );
        assert_eq!(failure.causes, ["stripe acct_3 (live) was never synced to the end"]);
    }
}
