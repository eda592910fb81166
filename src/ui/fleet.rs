//! Many accounts in one run: what is seen while it lasts, and what came of each as a table, JSON and CSV.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use dialoguer::console::Term;
use indicatif::{MultiProgress, ProgressDrawTarget};
use serde::Serialize;

use super::Look;
use super::fleet_board::FleetBoard;
use super::progress::{Bars, DRAWS_PER_S, HEARTBEAT_EVERY, Screen, Ticker, WIDTH_USUAL};
use super::run::label;
use super::sheet::{self, Column, names, numbers, whole, words};
use super::text::safe_up_to;
use super::units::{counted, grouped, seconds, span};
use crate::model::fleet::{End, FleetPlan, FleetReport, FleetSink, FleetStep, Member, MemberReport, PlannedMember};

/// Accounts that have a line each though nothing was wrong with them.
const LINES_MAX: usize = 20;
/// Accounts with trouble that have a line each.
const TROUBLED_MAX: usize = 50;
/// Characters of a reason in a table.
const WHY_LENGTH_MAX: usize = 160;

/// Where a run over many accounts reports to. Bars and lines end when it is dropped.
pub struct FleetWatch {
    began: Instant,
    board: Arc<Mutex<FleetBoard>>,
    face: Face,
}

enum Face {
    Quiet,
    /// Held for its end, which ends the lines.
    Lines {
        _heart: Ticker,
    },
    Bars {
        all: MultiProgress,
        _bars: Bars,
    },
}

impl FleetWatch {
    pub(super) fn new(look: &Look, all: MultiProgress) -> FleetWatch {
        let began = Instant::now();
        let board: Arc<Mutex<FleetBoard>> = Arc::default();
        let shared = Arc::clone(&board);
        let face = if look.quiet {
            Face::Quiet
        } else if io::stderr().is_terminal() && !look.dumb {
            let color = look.color;
            let picture = move || {
                let width = Term::stderr().size_checked().map_or(WIDTH_USUAL, |(_, columns)| columns);
                held(&shared).picture(began.elapsed(), width, color)
            };
            let screen = ProgressDrawTarget::term_like_with_hz(Box::new(Screen::stderr()), DRAWS_PER_S);
            Face::Bars { all: all.clone(), _bars: Bars::new(all, picture, screen) }
        } else {
            let beat = move || {
                let line = held(&shared).heartbeat(began.elapsed());
                let _ = writeln!(io::stderr(), "{line}");
                HEARTBEAT_EVERY
            };
            Face::Lines { _heart: Ticker::start("heartbeat", HEARTBEAT_EVERY, beat) }
        };
        FleetWatch { began, board, face }
    }
}

impl FleetSink for FleetWatch {
    fn step(&self, step: FleetStep) {
        if matches!(self.face, Face::Quiet) {
            return;
        }
        let line = held(&self.board).take(&step, self.began.elapsed());
        let Some(line) = line else { return };
        match &self.face {
            Face::Quiet => {}
            // There is nowhere left to tell that stderr is gone.
            Face::Lines { .. } => drop(writeln!(io::stderr(), "{line}")),
            // What fails is counted in the picture, and named in the closing table.
            Face::Bars { all, .. } if matches!(step, FleetStep::Note(_)) => all.suspend(|| {
                let _ = writeln!(io::stderr(), "{}", super::wrapped(&line, 0));
            }),
            Face::Bars { .. } => {}
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const COLUMNS: [Column; 8] = [
    names("account"),
    words("name").dropped(3),
    whole("outcome"),
    numbers("new").dropped(5),
    numbers("changed").dropped(4),
    numbers("requests").dropped(2),
    numbers("seconds").dropped(1),
    words("why"),
];

/// Draws what came of the accounts: a sentence over all, and a line for each that is worth one.
pub fn table(report: &FleetReport, all: bool, width: Option<u16>) -> String {
    let is_troubled = |it: &&MemberReport| !matches!(it.end, End::Done | End::Unfinished(_));
    let mut shown: Vec<&MemberReport> = if all || report.members.len() <= LINES_MAX {
        report.members.iter().collect()
    } else {
        report.members.iter().filter(is_troubled).collect()
    };
    let hidden = if all { 0 } else { shown.len().saturating_sub(TROUBLED_MAX) };
    shown.truncate(shown.len() - hidden);
    let mut out = String::new();
    if !shown.is_empty() {
        let modes = modes(report.members.iter().map(|it| &it.member));
        let rows: Vec<Vec<String>> = shown.into_iter().map(|it| row(it, &modes)).collect();
        out.push_str(&sheet::table(&COLUMNS, &rows, width));
    }
    if hidden > 0 {
        out.push_str(&format!("and {} more (-v)\n", grouped(hidden as u64)));
    }
    out.push_str(&sheet::sentence(&sum(report), 0, width));
    out
}

/// Returns the modes of accounts: where there is more than one, it is told of each which it is.
fn modes<'a>(members: impl Iterator<Item = &'a Member>) -> BTreeSet<&'a str> {
    members.map(|member| member.mode.as_str()).collect()
}

fn row(it: &MemberReport, modes: &BTreeSet<&str>) -> Vec<String> {
    let name = it.member.name.clone().unwrap_or_default();
    let c = it.counts;
    let mut row = vec![label(&it.member.remote_id, &it.member.mode, modes), name, it.end.word().to_owned()];
    row.extend([c.new, c.changed + c.deleted, c.requests].map(grouped));
    row.push(seconds(it.took_ms));
    row.push(safe_up_to(it.end.why().unwrap_or_default(), WHY_LENGTH_MAX).into_owned());
    row
}

/// Says what came of all of them in a sentence.
fn sum(report: &FleetReport) -> String {
    let mut ends: BTreeMap<usize, (&'static str, u64)> = BTreeMap::new();
    let order = |end: &End| match end {
        End::Done => 0,
        End::Partly(_) => 1,
        End::Failed(_) => 2,
        End::Disconnected(_) => 3,
        End::Unfinished(_) => 4,
    };
    for it in &report.members {
        ends.entry(order(&it.end)).or_insert((it.end.word(), 0)).1 += 1;
    }
    let ends: Vec<String> = ends.values().map(|(word, count)| format!("{} {word}", grouped(*count))).collect();
    let of = |count: fn(&MemberReport) -> u64| report.members.iter().map(count).sum::<u64>();
    let requests = of(|it| it.counts.requests) + report.other_requests;
    let accounts = counted(report.members.len() as u64, "account");
    let colon = if ends.is_empty() { "" } else { ": " };
    format!(
        "{accounts}{colon}{}; {} new, {} changed, {} deleted; {} in {} s",
        ends.join(", "),
        counted(of(|it| it.counts.new), "row"),
        grouped(of(|it| it.counts.changed)),
        grouped(of(|it| it.counts.deleted)),
        counted(requests, "request"),
        seconds(report.took_ms)
    )
}

/// Draws whose turn it would be, and what it would cost.
pub fn plan_table(plan: &FleetPlan, all: bool, width: Option<u16>) -> String {
    let columns = [
        names("account"),
        words("name").dropped(2),
        whole("service").dropped(1),
        numbers("requests"),
        words("what for"),
    ];
    let modes = modes(plan.members.iter().map(|it| &it.member));
    let row = |it: &PlannedMember| {
        let requests = grouped(it.requests) + if it.is_open { "+" } else { " " };
        let name = it.member.name.clone().unwrap_or_default();
        vec![
            label(&it.member.remote_id, &it.member.mode, &modes),
            name,
            it.member.provider.name().to_owned(),
            requests,
            it.how.to_owned(),
        ]
    };
    // One line too many is not worth a line that says so.
    let is_whole = all || plan.members.len() <= LINES_MAX + 1;
    let shown = if is_whole { plan.members.len() } else { LINES_MAX };
    let rows: Vec<Vec<String>> = plan.members.iter().take(shown).map(row).collect();
    let mut out = if rows.is_empty() { String::new() } else { sheet::table(&columns, &rows, width) };
    if !is_whole {
        out.push_str(&format!("and {} more (-v)\n", grouped((plan.members.len() - shown) as u64)));
    }
    for sentence in plan_sentences(plan) {
        out.push_str(&sheet::sentence(&sentence, 0, width));
    }
    out
}

/// Says what a plan comes to, and how that was reckoned.
fn plan_sentences(plan: &FleetPlan) -> Vec<String> {
    let accounts = counted(plan.members.len() as u64, "account");
    let time = if plan.time_s > 0 { format!(", {} at least", span(plan.time_s)) } else { String::new() };
    let others = match plan.other_requests {
        0 => String::new(),
        others => format!(" ({} to ask what the keys open)", grouped(others)),
    };
    let requests = counted(plan.requests(), "request");
    let mut told = vec![format!("{accounts} would have a turn: at least {requests}{others}{time}")];
    let unread = plan.members.iter().filter(|it| !it.is_read).count() as u64;
    if unread > 0 {
        let were = if unread == 1 { "was" } else { "were" };
        let unread = counted(unread, "account");
        told.push(format!(
            "{unread} {were} never read: each list is counted as if it were empty, and every 100 objects take a request more"
        ));
    }
    if plan.unknown > 0 {
        let keys = counted(plan.unknown, "key or token").replace("key or tokens", "keys or tokens");
        told.push(format!("of {keys} the file knows no account yet: what is opened comes on top, once it was asked"));
    }
    if plan.members.iter().any(|it| it.is_open) {
        told.push("a + stands where the answers may ask for more".to_owned());
    }
    told.push("this was a plan: nothing was asked, nothing was written".to_owned());
    told
}

#[derive(Serialize)]
struct Fleet<'a> {
    accounts: Vec<Account<'a>>,
    failures: Vec<Failed<'a>>,
    requests: u64,
    took_ms: u64,
    signal: Option<i32>,
    locked: Option<&'a str>,
}

/// As in what a run tells; whose accounts they are, the message says.
#[derive(Serialize)]
struct Failed<'a> {
    account: Option<&'a str>,
    message: &'a str,
}

#[derive(Serialize)]
struct Account<'a> {
    provider: &'static str,
    account: &'a str,
    mode: &'a str,
    name: Option<&'a str>,
    outcome: &'static str,
    detail: Option<&'a str>,
    new: u64,
    changed: u64,
    deleted: u64,
    unchanged: u64,
    requests: u64,
    took_ms: u64,
}

impl<'a> Account<'a> {
    fn of(it: &'a MemberReport) -> Account<'a> {
        Account {
            provider: it.member.provider.name(),
            account: &it.member.remote_id,
            mode: &it.member.mode,
            name: it.member.name.as_deref(),
            outcome: it.end.word(),
            detail: it.end.why(),
            new: it.counts.new,
            changed: it.counts.changed,
            deleted: it.counts.deleted,
            unchanged: it.counts.unchanged,
            requests: it.counts.requests,
            took_ms: it.took_ms,
        }
    }
}

/// Writes what came of the accounts as one line of JSON.
pub fn json(report: &FleetReport) -> String {
    super::json::line(&Fleet {
        accounts: report.members.iter().map(Account::of).collect(),
        failures: report.stopped.iter().map(|it| Failed { account: None, message: &it.why }).collect(),
        requests: report.members.iter().map(|it| it.counts.requests).sum::<u64>() + report.other_requests,
        took_ms: report.took_ms,
        signal: report.signal,
        locked: report.locked.as_deref(),
    })
}

#[derive(Serialize)]
struct Plan<'a> {
    accounts: Vec<Planned<'a>>,
    requests: u64,
    time_s: u64,
    unknown_credentials: u64,
}

#[derive(Serialize)]
struct Planned<'a> {
    provider: &'static str,
    account: &'a str,
    mode: &'a str,
    name: Option<&'a str>,
    how: &'a str,
    requests: u64,
    open: bool,
}

/// Writes whose turn it would be as JSON.
pub fn plan_json(plan: &FleetPlan) -> String {
    let planned = plan.members.iter().map(|it| Planned {
        provider: it.member.provider.name(),
        account: &it.member.remote_id,
        mode: &it.member.mode,
        name: it.member.name.as_deref(),
        how: it.how,
        requests: it.requests,
        open: it.is_open,
    });
    super::json::line(&Plan {
        accounts: planned.collect(),
        requests: plan.requests(),
        time_s: plan.time_s,
        unknown_credentials: plan.unknown,
    })
}

/// Writes a line for each account.
pub fn csv(report: &FleetReport) -> String {
    let titles = [
        "provider",
        "account",
        "mode",
        "name",
        "outcome",
        "new",
        "changed",
        "deleted",
        "unchanged",
        "requests",
        "took_ms",
        "detail",
    ];
    let rows: Vec<Vec<String>> = report
        .members
        .iter()
        .map(|it| {
            let told = Account::of(it);
            let mut row = vec![told.provider.to_owned(), told.account.to_owned(), told.mode.to_owned()];
            row.extend([told.name.unwrap_or_default().to_owned(), told.outcome.to_owned()]);
            row.extend(
                [told.new, told.changed, told.deleted, told.unchanged, told.requests, told.took_ms]
                    .map(|number| number.to_string()),
            );
            row.push(told.detail.unwrap_or_default().to_owned());
            row
        })
        .collect();
    sheet::csv(&titles, &rows)
}

/// Writes whose turn it would be as CSV.
pub fn plan_csv(plan: &FleetPlan) -> String {
    let row = |it: &PlannedMember| {
        let name = it.member.name.clone().unwrap_or_default();
        let whose = [it.member.provider.name().to_owned(), it.member.remote_id.clone(), it.member.mode.clone(), name];
        [&whose[..], &[it.how.to_owned(), it.requests.to_string(), it.is_open.to_string()]].concat()
    };
    let titles = ["provider", "account", "mode", "name", "how", "requests", "open"];
    sheet::csv(&titles, &plan.members.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fleet::{StopCause, Stopped};
    use crate::model::progress::Counts;
    use crate::model::resource::Provider;
    use unicode_width::UnicodeWidthStr;

    fn report(count: usize) -> FleetReport {
        let counts = Counts { new: 1000, requests: 7, ..Counts::default() };
        let member = |row: usize| MemberReport {
            member: Member {
                row: row as i64,
                provider: Provider::Stripe,
                remote_id: format!("acct_1Connected{row:04}"),
                mode: "live".into(),
                name: Some("A shop of some name".into()),
                line: 0,
                is_connected: true,
            },
            end: match row % 50 {
                7 => End::Failed("stripe:customers: /v1/customers: status 500 after 4 attempts; and 3 more".into()),
                9 => End::Disconnected("The provided key does not have access to account".into()),
                _ => End::Done,
            },
            counts,
            took_ms: 1234,
        };
        let stopped = vec![Stopped { why: "Stripe refused the key".into(), cause: StopCause::Refused }];
        FleetReport {
            members: (0..count).map(member).collect(),
            other_requests: 2,
            took_ms: 60_000,
            stopped,
            ..FleetReport::default()
        }
    }

    #[test]
    fn of_many_accounts_those_with_trouble_are_named_and_all_are_counted() {
        let report = report(1000);
        for width in [None, Some(120), Some(80), Some(60)] {
            let drawn = table(&report, false, width);
            assert!(drawn.lines().all(|line| line.width() <= usize::from(width.unwrap_or(400))), "{drawn}");
            assert!(drawn.contains("acct_1Connected0007") && drawn.contains("acct_1Connected0009"), "{drawn}");
            assert!(!drawn.contains("acct_1Connected0008"), "{drawn}");
        }
        let drawn = table(&report, false, Some(100));
        assert!(drawn.contains("1,000 accounts: 960 done, 20 failed, 20 disconnected;"), "{drawn}");
        assert!(drawn.contains("7,002 requests in 60"), "{drawn}");
        assert!(table(&report, true, None).contains("acct_1Connected0008"));
        assert_eq!(csv(&report).lines().count(), 1001);
        let json: serde_json::Value = serde_json::from_str(&json(&report)).expect("JSON");
        assert_eq!(json["accounts"][7]["outcome"], "failed");
        assert_eq!((json["accounts"].as_array().map(Vec::len), json["requests"].as_u64()), (Some(1000), Some(7002)));
        assert_eq!(json["failures"][0]["message"], "Stripe refused the key");
    }

    #[test]
    fn of_few_accounts_each_has_a_line() {
        let drawn = table(&report(3), false, Some(120));
        assert!(drawn.contains("acct_1Connected0002") && drawn.contains("done"), "{drawn}");
    }

    #[test]
    fn a_plan_tells_what_each_costs_and_what_all_do() {
        let planned = |row: usize| {
            let is_read = row > 0;
            let member = report(row + 1).members.remove(row).member;
            PlannedMember {
                member,
                how: "what changed",
                requests: if is_read { 2 } else { 150 },
                is_open: true,
                is_read,
            }
        };
        let members: Vec<PlannedMember> = (0..30).map(planned).collect();
        let plan = FleetPlan { members, other_requests: 1, unknown: 0, time_s: 3 };
        for width in [None, Some(80), Some(60)] {
            let drawn = plan_table(&plan, false, width);
            assert!(drawn.lines().all(|line| line.width() <= usize::from(width.unwrap_or(400))), "{drawn}");
            assert!(drawn.contains("150+") && drawn.contains("\nand 10 more (-v)\n"), "{drawn}");
        }
        let drawn = plan_table(&plan, true, None);
        let sum = "30 accounts would have a turn: at least 209 requests (1 to ask what the keys open), 3 s at least\n\
                   1 account was never read: ";
        assert!(drawn.contains(sum) && drawn.contains("acct_1Connected0029"), "{drawn}");
        let json: serde_json::Value = serde_json::from_str(&plan_json(&plan)).expect("JSON");
        assert_eq!((json["requests"].as_u64(), json["accounts"][0]["requests"].as_u64()), (Some(209), Some(150)));
        assert_eq!(plan_csv(&plan).lines().count(), 31);
        let nobody = plan_table(&FleetPlan { unknown: 2, ..FleetPlan::default() }, false, None);
        assert!(
            nobody.starts_with("0 accounts would have a turn: at least 0 requests\nof 2 keys or tokens"),
            "{nobody}"
        );
    }
}
