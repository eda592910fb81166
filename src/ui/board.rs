//! What is known of every resource in flight, and which of them have a place on the screen. Pure: the hour is given.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use dialoguer::console::{measure_text_width, truncate_str};

use super::text::safe;
use super::units::{clock, counted, grouped};
use crate::model::progress::{Progress, ResourceReport};

/// Places for bars; more would push everything else off a terminal of 24 lines.
pub const PLACES: usize = 12;
/// Columns of a name and of a bar.
const NAME_WIDTH: usize = 30;
const BAR_WIDTH: usize = 16;
/// A resource that was quiet for so long gives its place to another one.
const QUIET_MAX: Duration = Duration::from_secs(3);
/// Work that is done by then needs no line of its own in a log: the closing table tells of it.
const LONG: Duration = Duration::from_secs(10);
/// So many resources are named in a line about all.
const NAMED_MAX: usize = 3;
/// An estimate from less than this share of the span, in thousandths, or less than this time is a guess.
const SHARE_MIN: u32 = 10;
const WATCHED_MIN: Duration = Duration::from_secs(1);
/// As long as more lists under objects turn up, nobody knows when they are read.
const SETTLED_MIN: Duration = Duration::from_secs(3);

/// One resource in flight.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Qualified name.
    pub name: String,
    /// Part of its list that is read, in thousandths, where known.
    share_permille: Option<u32>,
    /// Lists under other objects, where it has such.
    under: Option<Under>,
    phase: &'static str,
    rows: u64,
    began: Duration,
    /// When the phase began, of which the share is told.
    phase_began: Duration,
    moved: Duration,
    /// Whether nothing of it is known to be still to come.
    is_ended: bool,
}

/// How many lists under other objects are read.
#[derive(Debug, Clone, Copy)]
struct Under {
    done: u64,
    of: u64,
    /// Since when that many are known to be, and how many were read by then.
    settled: (Duration, u64),
}

/// Everything in flight.
#[derive(Debug, Default)]
pub struct Board {
    lines: HashMap<String, Line>,
    places: [Option<String>; PLACES],
    rows: u64,
    /// The lists to be read: what stands inside objects has none of its own.
    lists: HashSet<String>,
    done: HashSet<String>,
    given_up: HashSet<String>,
}

impl Board {
    /// Starts with the qualified names of the lists to be read.
    pub fn new(lists: HashSet<String>) -> Board {
        Board { lists, ..Board::default() }
    }

    /// Takes one step. Returns the resource's place where it has or gets one.
    pub fn take(&mut self, progress: &Progress, now: Duration) -> Option<usize> {
        match progress {
            Progress::Started { name, phase } => {
                let line = self.line(name, now);
                (line.phase, line.phase_began, line.moved) = (phase, now, now);
                (line.share_permille, line.is_ended) = (None, false);
                self.place(name, now)
            }
            Progress::Stored { name, rows, share_permille } => {
                self.rows += rows;
                let line = self.line(name, now);
                line.rows += rows;
                // A bar that goes back says that nobody knows.
                let share_permille = share_permille.map(|share| share.min(1000));
                line.share_permille = share_permille.max(line.share_permille);
                line.moved = now;
                self.place(name, now)
            }
            Progress::Under { name, done, of } => {
                // Objects that are still listed bring more, and take most of the requests.
                let is_listing = self.lines.values().any(|line| line.phase == "listing" && !line.is_ended);
                let line = self.line(name, now);
                line.under = Some(Under::next(line.under.filter(|_| !is_listing), *done, *of, now));
                (line.moved, line.is_ended) = (now, done == of);
                self.place(name, now)
            }
            Progress::Ended { name, is_whole } => {
                if let Some(line) = self.lines.get_mut(name) {
                    line.is_ended = true;
                }
                let ended = if *is_whole { &mut self.done } else { &mut self.given_up };
                if self.lists.contains(name) {
                    ended.insert(name.clone());
                }
                self.free(name)
            }
            Progress::Finished { report } => {
                self.lines.remove(&report.name);
                self.free(&report.name)
            }
            Progress::Note(_) => None,
        }
    }

    fn line(&mut self, name: &str, now: Duration) -> &mut Line {
        let new = || Line { name: name.to_owned(), began: now, phase_began: now, moved: now, ..Line::default() };
        self.lines.entry(name.to_owned()).or_insert_with(new)
    }

    /// Finds the resource's place, or gives it one that is free or whose holder has nothing to show.
    fn place(&mut self, name: &str, now: Duration) -> Option<usize> {
        if let Some(place) = self.places.iter().position(|taken| taken.as_deref() == Some(name)) {
            return Some(place);
        }
        let is_idle = |taken: &Option<String>| {
            let line = taken.as_ref().and_then(|name| self.lines.get(name));
            line.is_none_or(|line| line.share_permille == Some(1000) || !line.moved_within(QUIET_MAX, now))
        };
        let free = self.places.iter().position(Option::is_none);
        let place = free.or_else(|| self.places.iter().position(is_idle))?;
        self.places[place] = Some(name.to_owned());
        Some(place)
    }

    /// Takes the resource's place away. Returns which it was.
    fn free(&mut self, name: &str) -> Option<usize> {
        let place = self.places.iter().position(|taken| taken.as_deref() == Some(name))?;
        self.places[place] = None;
        Some(place)
    }

    /// Draws everything that has a place and is in work, and the line over all, each line within the terminal's width.
    pub fn picture(&self, now: Duration, width: u16, color: bool) -> String {
        let shown = (0..PLACES).filter_map(|place| self.at(place)).filter(|line| line.is_shown(now));
        let mut lines: Vec<String> = shown.map(|line| line.drawn(now, color)).collect();
        lines.push(self.overall(now));
        // What is typed meanwhile, Ctrl-C at least, is echoed behind the last line, and must not begin another one.
        let most = usize::from(width).saturating_sub(3);
        let cut = |line: String| {
            if measure_text_width(&line) > most { truncate_str(&line, most, "…").into_owned() } else { line }
        };
        lines.into_iter().map(cut).collect::<Vec<_>>().join("\n")
    }

    /// Returns who has the place.
    pub fn at(&self, place: usize) -> Option<&Line> {
        self.lines.get(self.places[place].as_ref()?)
    }

    /// Returns the line over all.
    pub fn overall(&self, now: Duration) -> String {
        let rate = per_second(self.rows, now).map(|rate| format!(", {rate}/s")).unwrap_or_default();
        let (rows, lists) = (counted(self.rows, "row"), counted(self.lists.len() as u64, "list"));
        let given_up = match self.given_up.difference(&self.done).count() {
            0 => String::new(),
            count => format!(", {count} given up"),
        };
        format!("{}  {rows}{rate}, {} of {lists} done{given_up}", clock(now), self.done.len())
    }

    /// Returns a line for a log without a terminal: notes, and what was long in flight and is done. `all` asks for a line
    /// for everything that had rows.
    pub fn plain(progress: &Progress, all: bool) -> Option<String> {
        match progress {
            Progress::Started { .. } | Progress::Stored { .. } | Progress::Under { .. } | Progress::Ended { .. } => {
                None
            }
            Progress::Finished { report } => {
                let is_long = u128::from(report.took_ms) >= LONG.as_millis();
                finished(report).filter(|_| all || is_long)
            }
            Progress::Note(note) => Some(safe(note).into_owned()),
        }
    }

    /// Returns the line for such a log that says, now and then, that the work goes on and on what.
    pub fn heartbeat(&self, now: Duration) -> String {
        let mut lines: Vec<&Line> = self.lines.values().filter(|line| line.is_in_work(now)).collect();
        lines.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.name.cmp(&b.name)));
        let named: Vec<String> =
            lines.iter().take(NAMED_MAX).map(|line| format!("{} {}", safe(&line.name), line.text(now))).collect();
        let more = match lines.len().saturating_sub(NAMED_MAX) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let colon = if named.is_empty() { "" } else { ": " };
        format!("{}{colon}{}{more}", self.overall(now), named.join("; "))
    }
}

impl Under {
    /// Takes the newest count.
    fn next(before: Option<Under>, done: u64, of: u64, now: Duration) -> Under {
        let settled = before.filter(|it| it.of == of).map_or((now, done), |it| it.settled);
        Under { done, of, settled }
    }

    /// Returns the time left if the rest goes as fast as since it is known how many there are.
    fn remaining(&self, now: Duration) -> Option<Duration> {
        let (since, then) = self.settled;
        let (time, read) = (now.saturating_sub(since), self.done.saturating_sub(then));
        let left = u32::try_from(self.of.saturating_sub(self.done)).ok()?;
        let read = u32::try_from(read).ok().filter(|read| *read > 0 && time >= SETTLED_MIN)?;
        Some(time * left / read)
    }
}

impl Line {
    fn moved_within(&self, time: Duration, now: Duration) -> bool {
        now.saturating_sub(self.moved) < time
    }

    /// Returns whether it is worth a line: a list that is read, lists under objects that are known to wait, or rows that
    /// come along with those of others, for as long as they come.
    fn is_shown(&self, now: Duration) -> bool {
        let is_listed = !self.phase.is_empty();
        match self.is_ended {
            false if is_listed => true,
            false if self.under.is_some() => self.moved_within(LONG, now),
            _ => self.moved_within(QUIET_MAX, now),
        }
    }

    /// Returns whether its rows came of late, or are known to be still to come.
    fn is_in_work(&self, now: Duration) -> bool {
        self.moved_within(LONG, now) && self.rows > 0 && !self.is_ended && self.share_permille != Some(1000)
    }

    /// Returns name, bar and text.
    fn drawn(&self, now: Duration, color: bool) -> String {
        let name = truncate_str(&safe(&self.name), NAME_WIDTH, "…").into_owned();
        let under = self.under.map(|it| (it.done * 1000 / it.of.max(1)).min(1000) as usize);
        let done = under.or(self.share_permille.map(|share| share as usize)).unwrap_or(0) * BAR_WIDTH / 1000;
        let (begun, rest) = ("━".repeat(done), "─".repeat(BAR_WIDTH - done));
        let text = self.text(now);
        match color {
            true => format!("{name:NAME_WIDTH$} \x1b[36m{begun}\x1b[0m\x1b[2m{rest}\x1b[0m {text}"),
            false => format!("{name:NAME_WIDTH$} {begun}{rest} {text}"),
        }
    }

    /// Returns what stands behind the name: phase, rows, rate, remaining time.
    pub fn text(&self, now: Duration) -> String {
        let watched = now.saturating_sub(self.began);
        let mut parts = Vec::new();
        if !self.phase.is_empty() {
            parts.push(self.phase.to_owned());
        }
        parts.extend(self.under.map(|it| format!("{} of {}", grouped(it.done), counted(it.of, "list"))));
        parts.push(counted(self.rows, "row"));
        parts.extend(per_second(self.rows, watched).map(|rate| format!("{rate}/s")));
        let phase = now.saturating_sub(self.phase_began);
        let left = match self.under {
            Some(under) => under.remaining(now),
            None => self.share_permille.and_then(|share| remaining(phase, share)),
        };
        // Less than a second is over before it is read.
        parts.extend(left.filter(|left| left.as_secs() > 0).map(|left| format!("{} left", clock(left))));
        parts.join(", ")
    }
}

fn finished(report: &ResourceReport) -> Option<String> {
    let c = report.counts;
    if c.new + c.changed + c.deleted == 0 {
        return None;
    }
    let outcome = super::run::outcome(report);
    let (new, changed, deleted) = (grouped(c.new), grouped(c.changed), grouped(c.deleted));
    let took = clock(Duration::from_millis(report.took_ms));
    Some(format!("{}: {outcome}, {new} new, {changed} changed, {deleted} deleted in {took}", report.name))
}

fn per_second(rows: u64, time: Duration) -> Option<String> {
    let ms = u64::try_from(time.as_millis()).ok().filter(|_| time >= WATCHED_MIN)?;
    // Less than one in a second is no pace to tell.
    Some(rows.saturating_mul(1000) / ms).filter(|rate| *rate > 0).map(grouped)
}

/// Returns the time left if the rest goes as fast as what is done.
fn remaining(watched: Duration, share_permille: u32) -> Option<Duration> {
    let is_telling = watched >= WATCHED_MIN && (SHARE_MIN..1000).contains(&share_permille);
    is_telling.then(|| watched * (1000 - share_permille) / share_permille)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::progress::{Counts, Gaps, Outcome};

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn started(name: &str) -> Progress {
        Progress::Started { name: name.into(), phase: "listing" }
    }

    fn stored(name: &str, rows: u64, share: u32) -> Progress {
        Progress::Stored { name: name.into(), rows, share_permille: Some(share) }
    }

    fn done(name: &str, new: u64, outcome: Outcome) -> Progress {
        let counts = Counts { new, ..Counts::default() };
        let report = ResourceReport {
            name: name.into(),
            account: "acct_1".into(),
            mode: "live".into(),
            counts,
            took_ms: 1,
            outcome,
            gaps: Gaps::default(),
        };
        Progress::Finished { report }
    }

    /// A board for lists of these names, and for so many in all.
    fn board(names: &[&str], count: usize) -> Board {
        let others = (names.len()..count).map(|n| format!("other {n}"));
        Board::new(names.iter().map(|name| (*name).to_owned()).chain(others).collect())
    }

    #[test]
    fn a_line_tells_phase_rows_rate_and_remaining_time() {
        let mut board = board(&["stripe:customers"], 87);
        assert_eq!(board.take(&started("stripe:customers"), s(0)), Some(0));
        board.take(&stored("stripe:customers", 5000, 250), s(10));
        let line = board.at(0).expect("has a place");
        assert_eq!(line.text(s(10)), "listing, 5,000 rows, 500/s, 0:30 left");
        assert_eq!(board.overall(s(10)), "0:10  5,000 rows, 500/s, 0 of 87 lists done");
    }

    #[test]
    fn nothing_is_estimated_from_too_little() {
        for (watched, share) in [(s(0), 500), (s(60), 0), (s(60), 9), (s(60), 1000)] {
            assert_eq!(remaining(watched, share), None, "{watched:?} {share}");
        }
        assert_eq!(remaining(s(60), 500), Some(s(60)));
        assert_eq!(per_second(10, s(0)), None);
    }

    #[test]
    fn places_are_bounded_and_go_to_who_moves() {
        let mut board = Board::default();
        for n in 0..PLACES {
            assert_eq!(board.take(&started(&format!("r{n}")), s(0)), Some(n));
        }
        assert_eq!(board.take(&started("late"), s(1)), None, "all places are taken by resources that just moved");
        board.take(&stored("r3", 1, 1000), s(1));
        assert_eq!(board.take(&stored("late", 1, 5), s(1)), Some(3), "r3 has nothing left to show");
        assert_eq!(board.take(&done("late", 1, Outcome::Complete), s(2)), Some(3));
        assert!(board.at(3).is_none());
        assert_eq!(board.take(&started("x"), s(2)), Some(3));
        assert_eq!(board.take(&started("y"), s(9)), Some(0), "r0 was quiet for long");
    }

    #[test]
    fn a_picture_fits_the_terminal_and_takes_orders_from_nobody() {
        let mut board = Board::default();
        for n in 0..2 * PLACES {
            board.take(&stored(&format!("stripe:a_resource_with_a_long_name_\x1b[2J_{n}"), 5, 400), s(2));
        }
        for (width, color) in [(20, false), (80, false), (80, true), (200, true)] {
            let picture = board.picture(s(2), width, color);
            assert_eq!(picture.lines().count(), PLACES + 1);
            assert!(picture.lines().all(|line| measure_text_width(line) < usize::from(width)), "{picture}");
            assert!(!picture.contains("\x1b[2J"), "{picture:?}");
        }
        let wide = board.picture(s(2), 200, false);
        assert!(wide.contains("━━━━━━────────── 5 rows") && wide.ends_with("0 of 0 lists done"), "{wide}");
    }

    #[test]
    fn plain_lines_are_few_and_worth_reading() {
        let print = |progress: Progress| Board::plain(&progress, false);
        assert_eq!(print(started("a")), None);
        assert_eq!(print(stored("a", 10, 1)), None);
        assert_eq!(print(done("a", 40, Outcome::Complete)), None, "it took a moment, and stands in the table");
        let mut long = done("a", 40, Outcome::Complete);
        if let Progress::Finished { report } = &mut long {
            report.took_ms = 65_000;
        }
        assert_eq!(print(long).as_deref(), Some("a: complete, 40 new, 0 changed, 0 deleted in 1:05"));
        let all = |progress: Progress| Board::plain(&progress, true);
        assert!(all(done("a", 40, Outcome::Complete)).is_some());
        assert_eq!(all(done("b", 0, Outcome::Complete)), None);
        assert_eq!(print(Progress::Note("one\x07".into())).as_deref(), Some(r"one\u{7}"));
    }

    #[test]
    fn a_heartbeat_names_what_is_in_work() {
        let mut board = board(&["stripe:done", "stripe:empty", "a", "b", "c", "d", "e\x1b[2J"], 87);
        assert_eq!(board.heartbeat(s(10)), "0:10  0 rows, 0 of 87 lists done");
        board.take(&stored("stripe:done", 900, 1000), s(1));
        board.take(&started("stripe:empty"), s(1));
        for (name, rows) in [("a", 100), ("b", 3), ("c", 5000), ("d", 70), ("e\x1b[2J", 60)] {
            board.take(&stored(name, rows, 100), s(1));
        }
        assert_eq!(
            board.heartbeat(s(10)),
            "0:10  6,133 rows, 613/s, 0 of 87 lists done: c 5,000 rows, 555/s, 1:21 left; \
             a 100 rows, 11/s, 1:21 left; d 70 rows, 7/s, 1:21 left; and 2 more"
        );
        assert!(!board.heartbeat(s(60)).contains("left"), "nothing moved for long");
    }

    fn ended(name: &str, is_whole: bool) -> Progress {
        Progress::Ended { name: name.into(), is_whole }
    }

    #[test]
    fn what_is_read_leaves_the_screen_and_is_counted() {
        let mut board = board(&["stripe:a", "stripe:b", "stripe:c"], 87);
        for name in ["stripe:a", "stripe:b", "stripe:c"] {
            board.take(&started(name), s(0));
            board.take(&stored(name, 10, 100), s(1));
        }
        board.take(&stored("stripe:lines", 50, 0), s(1));
        let shown = |board: &Board, now| {
            let picture = board.picture(now, 200, false);
            let mut names: Vec<String> = picture
                .lines()
                .filter_map(|line| Some(line.strip_prefix("stripe:")?.split(' ').next()?.into()))
                .collect();
            names.sort();
            names.join(" ")
        };
        assert_eq!(shown(&board, s(2)), "a b c lines");
        board.take(&ended("stripe:a", true), s(2));
        board.take(&ended("stripe:b", false), s(2));
        // What stands in others' objects is no list.
        board.take(&ended("stripe:lines", true), s(2));
        assert_eq!(shown(&board, s(2)), "c");
        assert!(board.overall(s(2)).ends_with(" 1 of 87 lists done, 1 given up"), "{}", board.overall(s(2)));
        assert!(!board.heartbeat(s(2)).contains("stripe:a"), "{}", board.heartbeat(s(2)));
        // Single objects of it come by, for a while.
        board.take(&Progress::Stored { name: "stripe:a".into(), rows: 1, share_permille: None }, s(3));
        assert_eq!(shown(&board, s(4)), "a c");
        assert_eq!(shown(&board, s(60)), "c", "whoever is slow is still in work");
        assert!(board.overall(s(60)).contains("1 of 87 lists done"));
    }

    #[test]
    fn a_bar_never_goes_back_but_with_a_new_phase() {
        let mut board = board(&["stripe:a"], 1);
        board.take(&started("stripe:a"), s(0));
        board.take(&stored("stripe:a", 100, 500), s(10));
        board.take(&stored("stripe:a", 100, 300), s(11));
        board.take(&Progress::Stored { name: "stripe:a".into(), rows: 1, share_permille: None }, s(12));
        let bar = |board: &Board, now| board.at(0).expect("a place").drawn(now, false).matches('━').count();
        assert_eq!(bar(&board, s(12)), BAR_WIDTH / 2);
        board.take(&started("stripe:a"), s(20));
        assert_eq!(bar(&board, s(20)), 0);
        board.take(&stored("stripe:a", 100, 500), s(24));
        assert!(board.at(0).expect("a place").text(s(24)).ends_with(", 0:04 left"), "it is the phase's share");
    }

    #[test]
    fn lists_under_objects_tell_how_many_of_how_many() {
        let mut board = Board::default();
        let under = |done, of| Progress::Under { name: "stripe:tax_ids".into(), done, of };
        board.take(&under(1, 100), s(0));
        board.take(&under(50, 3000), s(10));
        let text = |board: &Board, now| board.at(0).expect("a place").text(now);
        assert_eq!(text(&board, s(10)), "50 of 3,000 lists, 0 rows", "more turn up: nobody knows how long");
        board.take(&under(1050, 3000), s(20));
        assert_eq!(text(&board, s(20)), "1,050 of 3,000 lists, 0 rows, 0:19 left");
        assert!(board.picture(s(20), 200, false).contains("━━━━━─"), "{}", board.picture(s(20), 200, false));
        board.take(&started("stripe:customers"), s(21));
        board.take(&under(1200, 3000), s(30));
        assert_eq!(text(&board, s(60)), "1,200 of 3,000 lists, 0 rows", "customers take most of the requests");
        board.take(&ended("stripe:customers", true), s(31));
        board.take(&under(3000, 3000), s(40));
        board.take(&ended("stripe:tax_ids", true), s(40));
        assert_eq!(board.picture(s(40), 200, false).lines().count(), 1);
    }
}
