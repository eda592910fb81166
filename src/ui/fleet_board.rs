//! What is known of many accounts in one run, as a picture that stays as large as it is however many they are. Pure: the
//! hour is given.

use std::collections::HashMap;
use std::time::Duration;

use dialoguer::console::{measure_text_width, truncate_str};

use super::text::safe;
use super::units::{clock, counted, grouped};
use crate::model::fleet::{End, FleetStep, Member};

/// Accounts in turn that have a line each; of the others the number is told.
const SHOWN_MAX: usize = 6;
/// Columns of an account's id, of its name, and of the bar.
const ID_WIDTH: usize = 24;
const NAME_WIDTH: usize = 24;
const BAR_WIDTH: usize = 24;
/// An estimate from fewer accounts, or from less time, is a guess.
const ENDED_MIN: u64 = 5;
/// One part in so many has to be done: large accounts share their time with all others, and end late.
const SHARE_MIN: u64 = 4;
const WATCHED_MIN: Duration = Duration::from_secs(3);
/// Failures that have a line of their own in a log; the closing table has all.
const TOLD_MAX: u64 = 20;

/// One account that has its turn.
#[derive(Debug, Clone)]
struct InTurn {
    name: String,
    began: Duration,
    rows: u64,
}

/// All of them.
#[derive(Debug, Default)]
pub struct FleetBoard {
    of: u64,
    done: u64,
    partly: u64,
    failed: u64,
    unfinished: u64,
    rows: u64,
    told: u64,
    in_turn: Vec<(i64, InTurn)>,
    /// Rows of earlier turns of those that were put back.
    before: HashMap<i64, u64>,
}

impl FleetBoard {
    /// Takes one step. Returns the line that a log without a terminal gets, if it is worth one.
    pub fn take(&mut self, step: &FleetStep, now: Duration) -> Option<String> {
        match step {
            FleetStep::Of(of) => self.of = *of,
            FleetStep::Began(member) => {
                let rows = self.before.get(&member.row).copied().unwrap_or(0);
                self.in_turn.push((member.row, InTurn { name: named(member), began: now, rows }));
            }
            FleetStep::Stored { row, rows } => {
                self.rows += rows;
                if let Some((_, turn)) = self.in_turn.iter_mut().find(|(of, _)| of == row) {
                    turn.rows += rows;
                }
            }
            FleetStep::PutBack(row) => {
                if let Some(turn) = self.leave(*row) {
                    self.before.insert(*row, turn.rows);
                }
            }
            FleetStep::Ended(report) => {
                self.leave(report.member.row);
                self.before.remove(&report.member.row);
                let counter = match report.end {
                    End::Done => &mut self.done,
                    End::Partly(_) => &mut self.partly,
                    End::Failed(_) | End::Disconnected(_) => &mut self.failed,
                    End::Unfinished(_) => &mut self.unfinished,
                };
                *counter += 1;
                return self.line(&report.member, &report.end);
            }
            FleetStep::Note(note) => return Some(safe(note).into_owned()),
        }
        None
    }

    fn leave(&mut self, row: i64) -> Option<InTurn> {
        let place = self.in_turn.iter().position(|(of, _)| *of == row)?;
        Some(self.in_turn.remove(place).1)
    }

    fn line(&mut self, member: &Member, end: &End) -> Option<String> {
        let (End::Failed(why) | End::Disconnected(why) | End::Partly(why)) = end else { return None };
        self.told += 1;
        match self.told {
            told if told < TOLD_MAX => Some(format!("{} {}: {}", named(member), end.word(), safe(why))),
            TOLD_MAX => Some("further ones are in the closing table".to_owned()),
            _ => None,
        }
    }

    fn ended(&self) -> u64 {
        self.done + self.partly + self.failed + self.unfinished
    }

    /// Draws those that have their turn, longest first, and the line over all, each line within the terminal's width.
    pub fn picture(&self, now: Duration, width: u16, color: bool) -> String {
        let mut lines: Vec<String> = self.in_turn.iter().take(SHOWN_MAX).map(|(_, turn)| turn.drawn(now)).collect();
        if self.in_turn.len() > SHOWN_MAX {
            lines.push(format!("and {} more in turn", self.in_turn.len() - SHOWN_MAX));
        }
        lines.push(self.overall(now, Some(color)));
        // What is typed meanwhile is echoed behind the last line, and must not begin another one.
        let most = usize::from(width).saturating_sub(3);
        let cut = |line: String| {
            if measure_text_width(&line) > most { truncate_str(&line, most, "…").into_owned() } else { line }
        };
        lines.into_iter().map(cut).collect::<Vec<_>>().join("\n")
    }

    /// Returns the line over all, with a bar in colours or without where it is drawn.
    fn overall(&self, now: Duration, bar: Option<bool>) -> String {
        let ended = self.ended();
        let mut out = String::new();
        if let Some(color) = bar {
            let share = usize::try_from(ended * BAR_WIDTH as u64 / self.of.max(1)).unwrap_or(0).min(BAR_WIDTH);
            let (begun, rest) = ("━".repeat(share), "─".repeat(BAR_WIDTH - share));
            out = match color {
                true => format!("\x1b[36m{begun}\x1b[0m\x1b[2m{rest}\x1b[0m "),
                false => format!("{begun}{rest} "),
            };
        }
        out.push_str(&format!("{} of {}", grouped(ended), counted(self.of, "account")));
        for (count, what) in [(self.failed, "failed"), (self.partly, "partly")] {
            if count > 0 {
                out.push_str(&format!(", {} {what}", grouped(count)));
            }
        }
        out.push_str(&format!("  {}, {}", clock(now), counted(self.rows, "row")));
        if let Some(left) = self.remaining(now) {
            out.push_str(&format!(", {} left", clock(left)));
        }
        out
    }

    fn remaining(&self, now: Duration) -> Option<Duration> {
        let ended = self.ended();
        let left = u32::try_from(self.of.saturating_sub(ended)).ok().filter(|left| *left > 0)?;
        let is_told = ended >= ENDED_MIN && ended * SHARE_MIN >= self.of && now >= WATCHED_MIN;
        is_told.then(|| now / u32::try_from(ended).unwrap_or(u32::MAX) * left)
    }

    /// Returns the line for a log without a terminal that says, now and then, how far it is.
    pub fn heartbeat(&self, now: Duration) -> String {
        let named: Vec<&str> = self.in_turn.iter().take(2).map(|(_, turn)| turn.name.as_str()).collect();
        let more = match self.in_turn.len().saturating_sub(2) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let in_turn = if named.is_empty() { String::new() } else { format!("; in turn: {}{more}", named.join(", ")) };
        format!("{}{in_turn}", self.overall(now, None))
    }
}

impl InTurn {
    fn drawn(&self, now: Duration) -> String {
        let rows = counted(self.rows, "row");
        let width = ID_WIDTH + NAME_WIDTH + 1;
        let name = truncate_str(&self.name, width, "…").into_owned();
        let blanks = " ".repeat(width.saturating_sub(measure_text_width(&name)));
        format!("{name}{blanks} {rows}, {}", clock(now.saturating_sub(self.began)))
    }
}

fn named(member: &Member) -> String {
    match &member.name {
        Some(name) => format!("{} {}", safe(&member.remote_id), safe(name)),
        None => safe(&member.remote_id).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fleet::MemberReport;
    use crate::model::progress::Counts;
    use crate::model::resource::Provider;

    fn member(row: i64) -> Member {
        let name = Some(format!("Shop\x1b[31m {row}"));
        Member {
            row,
            provider: Provider::Stripe,
            remote_id: format!("acct_{row}"),
            mode: "live".into(),
            name,
            line: 0,
            is_connected: true,
        }
    }

    fn ended(row: i64, end: End) -> FleetStep {
        FleetStep::Ended(MemberReport { member: member(row), end, counts: Counts::default(), took_ms: 1 })
    }

    #[test]
    fn the_picture_of_five_thousand_accounts_is_as_small_as_that_of_ten() {
        let s = Duration::from_secs;
        let mut board = FleetBoard::default();
        board.take(&FleetStep::Of(5000), s(0));
        for row in 0..2000 {
            board.take(&FleetStep::Began(member(row)), s(1));
            if row >= 16 {
                let end = if row % 100 == 0 { End::Failed("status 500".into()) } else { End::Done };
                board.take(&ended(row - 16, end), s(10));
            }
        }
        board.take(&FleetStep::Stored { row: 1984, rows: 1234 }, s(10));
        for (width, color) in [(80, false), (80, true), (40, false)] {
            let picture = board.picture(s(20), width, color);
            let lines: Vec<&str> = picture.lines().collect();
            assert_eq!(lines.len(), SHOWN_MAX + 2, "{picture}");
            assert!(lines.iter().all(|line| measure_text_width(line) < usize::from(width)), "{picture}");
            assert!(picture.contains("acct_1984") && !picture.contains("\x1b[31m"), "{picture}");
        }
        let picture = board.picture(s(20), 120, false);
        assert!(picture.contains("1,234 rows, 0:19") && picture.contains("and 10 more in turn"), "{picture}");
        assert!(picture.contains("1,984 of 5,000 accounts, 19 failed  0:20, 1,234 rows, 0:30 left"), "{picture}");
        assert_eq!(board.heartbeat(s(20)).lines().count(), 1);
        assert!(board.heartbeat(s(20)).contains("and 14 more"), "{}", board.heartbeat(s(20)));
    }

    #[test]
    fn failures_have_a_line_each_until_there_are_many_and_rows_of_an_earlier_turn_still_count() {
        let mut board = FleetBoard::default();
        let now = Duration::from_secs(1);
        let lines: Vec<Option<String>> =
            (0..40).map(|row| board.take(&ended(row, End::Failed("down".into())), now)).collect();
        assert_eq!(lines.iter().flatten().count() as u64, TOLD_MAX);
        assert!(lines[0].as_ref().is_some_and(|line| line.ends_with("failed: down")), "{:?}", lines[0]);
        board.take(&FleetStep::Began(member(50)), now);
        board.take(&FleetStep::Stored { row: 50, rows: 7 }, now);
        board.take(&FleetStep::PutBack(50), now);
        assert!(!board.picture(now, 80, false).contains("acct_50"));
        board.take(&FleetStep::Began(member(50)), now);
        assert!(board.picture(now, 80, false).contains("7 rows"));
    }
}
