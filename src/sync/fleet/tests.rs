//! The fleet with accounts that are made up: who has a turn, what is written of it, and that all write into one file.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU32, AtomicUsize};

use super::*;
use crate::clock::SystemClock;
use crate::model::progress::{Gaps, Outcome, ResourceReport};
use crate::model::resource::Provider;
use crate::store::NewAccount;

type GoesOn = Box<dyn Fn(&Made) -> bool + Send + Sync>;

/// Steps of reading, each a row in the file, and what happens to accounts instead of an end.
#[derive(Default)]
struct Made {
    queued: Vec<Member>,
    worked_off: Mutex<Vec<String>>,
    steps: HashMap<String, u32>,
    /// Those with steps of their own go on beyond them as long as this holds.
    goes_on: Option<GoesOn>,
    done: Mutex<HashMap<String, u32>>,
    trouble: HashMap<String, Trouble>,
    /// Whether each credential is refused itself.
    refused: HashSet<usize>,
    probes: AtomicU32,
    in_turn: AtomicU32,
    most_in_turn: AtomicU32,
    step: Duration,
}

#[derive(Clone, Copy)]
enum Trouble {
    Down,
    /// Answers nothing for so many milliseconds, and then that it is down.
    Hangs(u64),
    Revoked,
    Refused,
    Panics,
    Quota(u64),
}

fn summary(outcome: Outcome) -> Summary {
    let counts = Counts { requests: 1, ..Counts::default() };
    let name = "stripe:customers".to_owned();
    let report = ResourceReport {
        name,
        account: String::new(),
        mode: String::new(),
        counts,
        took_ms: 0,
        outcome,
        gaps: Gaps::default(),
    };
    Summary { reports: vec![report], requests: 1, took_ms: 0, signal: None, locked: None, quota_free_after: None }
}

impl Pull for Made {
    fn pull(&self, store: &Store, member: &Member, cancel: &Cancel, _: &dyn Sink) -> Result<Summary, Error> {
        let in_turn = self.in_turn.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_turn.fetch_max(in_turn, Ordering::SeqCst);
        let ended = self.read(store, member, cancel);
        self.in_turn.fetch_sub(1, Ordering::SeqCst);
        ended
    }

    fn queued(&self, _: &Store) -> Result<Vec<Member>, Error> {
        // Nothing comes before somebody has a turn: otherwise it would be chance whose seat is free.
        let is_anybody_in_turn = self.in_turn.load(Ordering::SeqCst) > 0;
        Ok(if is_anybody_in_turn { self.queued.clone() } else { Vec::new() })
    }

    fn work_off(&self, _: &Store, member: &Member, _: &Cancel) -> Result<Summary, Error> {
        self.worked_off.lock().expect("whole").push(member.remote_id.clone());
        match self.trouble.contains_key(&member.remote_id) {
            true => Ok(summary(Outcome::Failed("status 500".to_owned()))),
            false => Ok(summary(Outcome::Complete)),
        }
    }

    fn probe(&self, line: usize) -> Result<(), Error> {
        self.probes.fetch_add(1, Ordering::SeqCst);
        if self.refused.contains(&line) { Err(Error::Unauthorized("Invalid API Key".to_owned())) } else { Ok(()) }
    }

    fn interrupt(&self) {}
}

impl Made {
    fn read(&self, store: &Store, member: &Member, cancel: &Cancel) -> Result<Summary, Error> {
        match self.trouble.get(&member.remote_id) {
            Some(Trouble::Down) => return Ok(summary(Outcome::Failed("status 500".to_owned()))),
            Some(Trouble::Hangs(ms)) => {
                let until = Instant::now() + Duration::from_millis(*ms);
                while Instant::now() < until {
                    if cancel.is_set() {
                        return Err(Error::Http(crate::http::Error::Interrupted));
                    }
                    std::thread::sleep(Duration::from_millis(1));
                }
                return Err(Error::Unanswered("timed out".to_owned()));
            }
            Some(Trouble::Revoked) => return Err(Error::Disconnected("access was revoked".to_owned())),
            Some(Trouble::Refused) => return Err(Error::Unauthorized("Invalid API Key".to_owned())),
            Some(Trouble::Panics) => {
                self.in_turn.fetch_sub(1, Ordering::SeqCst);
                store.begin()?;
                panic!("a bug");
            }
            Some(Trouble::Quota(wait_s)) => {
                let wait = Duration::from_secs(*wait_s);
                return Ok(Summary { quota_free_after: Some(wait), ..summary(Outcome::Complete) });
            }
            None => {}
        }
        let began = Instant::now();
        while !cancel.is_set() && self.has_more(member) && began.elapsed() < HANGING {
            let step = {
                let mut done = self.done.lock().expect("whole");
                let step = done.entry(member.remote_id.clone()).or_default();
                *step += 1;
                *step
            };
            store.begin()?;
            store.set_events_until(member.row, i64::from(step))?;
            store.commit()?;
            std::thread::sleep(self.step);
        }
        let outcome = if self.has_more(member) { Outcome::Interrupted } else { Outcome::Complete };
        Ok(Summary { signal: cancel.signal(), ..summary(outcome) })
    }

    fn has_more(&self, member: &Member) -> bool {
        let done = self.done.lock().expect("whole").get(&member.remote_id).copied().unwrap_or(0);
        match self.steps.get(&member.remote_id) {
            Some(steps) => done < *steps || self.goes_on.as_ref().is_some_and(|goes_on| goes_on(self)),
            None => done < 1,
        }
    }
}

/// Who came to an end, in that order. Clones see the same.
#[derive(Default, Clone)]
struct Ends(Arc<Mutex<Vec<String>>>);

impl FleetSink for Ends {
    fn step(&self, step: FleetStep) {
        if let FleetStep::Ended(report) = step {
            self.0.lock().expect("whole").push(report.member.remote_id);
        }
    }
}

struct World {
    folder: tempfile::TempDir,
    store: Store,
    members: Vec<Member>,
}

fn world(count: usize, lines: usize) -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("x.db")).expect("opens");
    let member = |number: usize| {
        let remote_id = format!("acct_{number}");
        let row = store.account(&NewAccount::opened("stripe", remote_id.clone(), "test")).expect("an account").id;
        Member {
            row,
            provider: Provider::Stripe,
            remote_id,
            mode: "test".into(),
            name: None,
            line: number % lines,
            is_connected: true,
        }
    };
    let members = (0..count).map(member).collect();
    World { folder, store, members }
}

impl World {
    fn run(&self, made: &Made, workers: usize, turn: Duration, ends: &Ends) -> FleetReport {
        let lines = self.members.iter().map(|member| member.line).max().unwrap_or(0) + 1;
        let plan = Plan {
            workers,
            at_once: vec![workers; lines],
            turns: vec![Some(turn); lines],
            queued_only: false,
            runs_errands: false,
        };
        let clock = SystemClock::new();
        run(&self.store, self.members.clone(), made, &plan, &Cancel::default(), &clock, ends).expect("the file is well")
    }

    fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.store.query_text(sql).expect("rows")
    }
}

const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(60);
/// Nothing lasts longer unless it hangs.
const HANGING: Duration = Duration::from_secs(300);

#[test]
fn a_large_account_delays_no_small_one() {
    let world = world(101, 1);
    let steps = [("acct_0".to_owned(), 400), ("acct_1".to_owned(), 400)].into();
    let ends = Ends::default();
    // However long a small one takes: the large ones have more to read than that.
    let ended = ends.clone();
    let goes_on: GoesOn = Box::new(move |_| ended.0.lock().expect("whole").len() < 99);
    let made = Made { steps, step: Duration::from_millis(1), goes_on: Some(goes_on), ..Made::default() };
    // Both places are taken by large ones first.
    let report = world.run(&made, 2, SHORT, &ends);
    let order = ends.0.lock().expect("whole").clone();
    assert_eq!(report.count(|end| *end == End::Done), 101);
    let last: HashSet<&str> = order[99..].iter().map(String::as_str).collect();
    assert_eq!(last, HashSet::from(["acct_0", "acct_1"]), "{order:?}");
    let steps: u32 = made.done.lock().expect("whole").values().sum();
    assert!(steps >= 899, "{steps}");
    let read = world.rows("SELECT sum(events_until), count(attempted), sum(failures) FROM accounts");
    assert_eq!(read, [[steps.to_string().as_str(), "101", "0"]], "no step was lost or done twice");
}

#[test]
fn who_fails_is_written_down_with_the_reason_and_all_others_are_done() {
    let world = world(40, 1);
    let trouble = [
        ("acct_3".to_owned(), Trouble::Down),
        ("acct_7".to_owned(), Trouble::Revoked),
        ("acct_11".to_owned(), Trouble::Refused),
        ("acct_13".to_owned(), Trouble::Panics),
        ("acct_17".to_owned(), Trouble::Quota(3600)),
    ];
    let made = Made { trouble: trouble.into(), ..Made::default() };
    let report = world.run(&made, 4, LONG, &Ends::default());
    assert_eq!(report.count(|end| *end == End::Done), 35);
    assert!(report.stopped.is_empty() && report.signal.is_none());
    let told = "SELECT remote_id, status, failures, retry_at > attempted, error FROM accounts
                WHERE error IS NOT NULL ORDER BY id";
    let told: Vec<String> = world.rows(told).into_iter().map(|row| row.join(" ")).collect();
    assert_eq!(told[0], "acct_3 active 1 1 stripe:customers: status 500");
    assert_eq!(told[1], "acct_7 disconnected 0 null access was revoked");
    assert_eq!(told[2], "acct_11 active 1 1 Invalid API Key");
    assert!(told[3].starts_with("acct_13 active 1 1 this program broke down"), "{}", told[3]);
    assert!(told[4].starts_with("acct_17 active 0 null its quota is used for 60 min"), "{}", told[4]);
    assert_eq!(told.len(), 5);
    // Again: it waits longer each time.
    let before = world.rows("SELECT retry_at - attempted FROM accounts WHERE remote_id='acct_3'");
    world.run(&made, 4, LONG, &Ends::default());
    let after = world.rows("SELECT retry_at - attempted FROM accounts WHERE remote_id='acct_3'");
    assert_eq!((before, after), (vec![vec!["60".to_owned()]], vec![vec!["300".to_owned()]]));
    // And once it is well it is as if nothing had been.
    world.run(&Made::default(), 4, LONG, &Ends::default());
    assert_eq!(
        world.rows("SELECT failures, retry_at, error FROM accounts WHERE remote_id='acct_3'"),
        [["0", "null", "null"]]
    );
}

#[test]
fn a_refused_credential_is_no_accounts_fault_and_the_other_credentials_accounts_go_on() {
    let world = world(60, 2);
    let trouble = world.members.iter().filter(|it| it.line == 1).map(|it| (it.remote_id.clone(), Trouble::Revoked));
    let made = Made { trouble: trouble.collect(), refused: HashSet::from([1]), ..Made::default() };
    let report = world.run(&made, 3, LONG, &Ends::default());
    assert_eq!(report.count(|end| *end == End::Done), 30);
    assert_eq!(report.count(|end| matches!(end, End::Unfinished(_))), 30);
    assert_eq!(report.stopped.len(), 1);
    assert!(
        report.stopped[0].cause == StopCause::Refused && report.stopped[0].why.contains("refused the key"),
        "{:?}",
        report.stopped
    );
    assert_eq!(world.rows("SELECT count(*) FROM accounts WHERE status='disconnected' OR error IS NOT NULL"), [["0"]]);
    assert!(made.probes.load(Ordering::SeqCst) <= 3, "those in turn ask at most");
}

#[test]
fn many_failures_in_a_row_are_looked_into_and_end_where_the_service_is_down() {
    let world = world(200, 1);
    let trouble = world.members.iter().map(|it| (it.remote_id.clone(), Trouble::Down));
    let made = Made { trouble: trouble.collect(), refused: HashSet::from([0]), ..Made::default() };
    let report = world.run(&made, 4, LONG, &Ends::default());
    let failed = report.count(|end| matches!(end, End::Failed(_)));
    // Every fifth failure in a row asks whether the credential is well; while all four that work here wait for that answer,
    // whoever asked first, no other account has its turn.
    assert!((5..=20).contains(&failed), "{failed}");
    assert_eq!((report.stopped.len(), report.members.len()), (1, 200));
    assert_eq!(world.rows("SELECT count(*) FROM accounts WHERE attempted IS NULL"), [[(200 - failed).to_string()]]);
}

#[test]
fn a_quota_that_is_soon_free_is_waited_for_aside() {
    let world = world(10, 1);
    let made = Made { trouble: [("acct_0".to_owned(), Trouble::Quota(1))].into(), ..Made::default() };
    let cancel = Cancel::default();
    let ends = Ends::default();
    let plan = Plan { workers: 1, at_once: vec![1], turns: vec![Some(LONG)], queued_only: false, runs_errands: false };
    let report = std::thread::scope(|scope| {
        // It would wait for its quota again and again.
        scope.spawn(|| {
            while ends.0.lock().expect("whole").len() < 9 {
                std::thread::yield_now();
            }
            cancel.set(15);
        });
        run(&world.store, world.members.clone(), &made, &plan, &cancel, &SystemClock::new(), &ends).expect("ends")
    });
    assert_eq!((report.count(|end| *end == End::Done), report.signal), (9, Some(15)));
    assert_eq!(report.members[9].member.remote_id, "acct_0");
    assert_eq!(world.rows("SELECT attempted, error FROM accounts WHERE remote_id='acct_0'"), [["null", "null"]]);
}

#[test]
fn a_signal_ends_all_turns_and_the_same_accounts_are_first_again() {
    let world = world(30, 1);
    let steps = world.members.iter().map(|it| (it.remote_id.clone(), 1_000_000)).collect();
    let made = Made { steps, step: Duration::from_millis(1), ..Made::default() };
    let cancel = Cancel::default();
    let plan = Plan { workers: 5, at_once: vec![5], turns: vec![Some(LONG)], queued_only: false, runs_errands: false };
    let report = std::thread::scope(|scope| {
        scope.spawn(|| {
            while made.most_in_turn.load(Ordering::SeqCst) < 5 {
                std::thread::yield_now();
            }
            cancel.set(2);
        });
        let ended =
            run(&world.store, world.members.clone(), &made, &plan, &cancel, &SystemClock::new(), &Ends::default());
        ended.expect("ends")
    });
    assert_eq!((report.members.len(), report.signal), (30, Some(2)));
    assert!(report.members.iter().all(|it| matches!(it.end, End::Unfinished(_))));
    assert_eq!(made.most_in_turn.load(Ordering::SeqCst), 5);
    assert_eq!(world.store.readable_accounts().expect("rows")[0].remote_id, "acct_0");
}

#[test]
fn more_accounts_than_places_that_hang_for_longer_than_a_turn_come_to_an_end_too() {
    let world = world(20, 1);
    let trouble = world.members.iter().map(|it| (it.remote_id.clone(), Trouble::Hangs(150)));
    let made = Made { trouble: trouble.collect(), ..Made::default() };
    let report = world.run(&made, 3, SHORT, &Ends::default());
    assert_eq!(report.count(|end| matches!(end, End::Failed(why) if why.contains("timed out"))), 20);
}

#[test]
fn what_was_noted_of_a_refused_credential_is_over_once_it_is_taken() {
    let world = world(3, 1);
    let trouble = [("acct_1".to_owned(), Trouble::Down)].into();
    world.run(&Made { trouble, ..Made::default() }, 2, LONG, &Ends::default());
    let told = "SELECT remote_id, failures, error FROM accounts WHERE failures > 0 ORDER BY id";
    world.store.refused("stripe", "test", None, "Invalid API Key").expect("noted");
    assert_eq!(world.rows(told).len(), 3);
    world.store.accepted("stripe", "test", Some("another")).expect("noted");
    assert_eq!(world.rows(told).len(), 3, "it reads none of them");
    world.store.accepted("stripe", "test", None).expect("noted");
    // What it failed with itself, and when it is tried again, stays.
    assert_eq!(world.rows(told), [["acct_1", "1", "stripe:customers: status 500"]]);
}

#[test]
fn what_a_receiver_queues_is_worked_off_beside_the_turns_but_not_of_who_has_one() {
    let mut world = world(3, 1);
    let queued = world.members.clone();
    world.members.truncate(1);
    // The first has a turn of some seconds, and until as many errands are run as are wanted; the second is well, the third
    // fails.
    let wanted = Arc::new(AtomicUsize::new(0));
    let errands = Arc::clone(&wanted);
    let goes_on: GoesOn =
        Box::new(move |made| made.worked_off.lock().expect("whole").len() < errands.load(Ordering::SeqCst));
    let made = Made {
        steps: [("acct_0".to_owned(), 5)].into(),
        step: Duration::from_secs(1),
        goes_on: Some(goes_on),
        trouble: [("acct_2".to_owned(), Trouble::Down)].into(),
        queued,
        ..Made::default()
    };
    let plan =
        |runs_errands| Plan { workers: 1, at_once: vec![1], turns: vec![Some(LONG)], queued_only: false, runs_errands };
    let done = |plan: &Plan| {
        let ends = Ends::default();
        let clock = SystemClock::new();
        let report = run(&world.store, world.members.clone(), &made, plan, &Cancel::default(), &clock, &ends);
        assert_eq!(report.expect("the file is well").count(|end| *end == End::Done), 1);
        std::mem::take(&mut *made.worked_off.lock().expect("whole"))
    };
    // Nobody else has the file open: nobody could have queued anything.
    assert_eq!(done(&plan(true)), [""; 0]);
    let _receiver = Store::open(&world.folder.path().join("x.db")).expect("opens");
    made.done.lock().expect("whole").clear();
    wanted.store(3, Ordering::SeqCst);
    let worked_off = done(&plan(true));
    assert_eq!(worked_off[..3], ["acct_1", "acct_2", "acct_1"], "who failed waits for its own turn");
    assert!(!worked_off[3..].iter().any(|it| it == "acct_2"), "{worked_off:?}");
    wanted.store(0, Ordering::SeqCst);
    made.done.lock().expect("whole").clear();
    assert_eq!(done(&plan(false)), [""; 0]);
}
