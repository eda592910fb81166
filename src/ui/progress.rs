//! Progress on stderr: bars on a terminal, lines elsewhere, nothing with `--quiet`.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Look;
use super::board::{Board, PLACES};
use super::text::safe;
use crate::model::progress::{Progress, Sink};

/// Work that is done by then was no wait.
const UNSEEN: Duration = Duration::from_millis(250);
/// How often the line over all moves although nothing happens.
const TICK: Duration = Duration::from_millis(250);
/// Redraws per second; more only costs the engine's threads time.
const REDRAWS_PER_S: u8 = 10;

/// Where long work reports to. Bars and lines end when it is dropped.
pub struct Watch {
    began: Instant,
    resources: u64,
    face: Face,
    board: Mutex<Board>,
}

enum Face {
    Quiet,
    Lines,
    Bars(Box<Bars>),
}

impl Watch {
    pub(super) fn new(look: &Look, bars: MultiProgress, resources: usize) -> Watch {
        let face = if look.quiet {
            Face::Quiet
        } else if io::stderr().is_terminal() {
            Face::Bars(Box::new(Bars::new(bars, look.color)))
        } else {
            Face::Lines
        };
        Watch { began: Instant::now(), resources: resources as u64, face, board: Mutex::default() }
    }
}

impl Sink for Watch {
    fn report(&self, progress: Progress) {
        let now = self.began.elapsed();
        // A panic elsewhere while drawing must not take the engine's threads along.
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        match &self.face {
            Face::Quiet => {}
            Face::Lines => {
                board.take(&progress, now);
                if let Some(line) = board.plain(&progress, now) {
                    // There is nowhere left to tell that stderr is gone.
                    let _ = writeln!(io::stderr(), "{line}");
                }
            }
            Face::Bars(bars) => bars.report(&mut board, &progress, self.resources, now),
        }
    }
}

struct Bars {
    all: MultiProgress,
    places: Mutex<[Option<ProgressBar>; PLACES]>,
    overall: ProgressBar,
    color: bool,
    curtain: Curtain,
}

impl Bars {
    fn new(all: MultiProgress, color: bool) -> Bars {
        let template = if color { "{spinner:.cyan} {wide_msg}" } else { "{spinner} {wide_msg}" };
        let overall = all.add(ProgressBar::new_spinner().with_style(style(template)));
        overall.enable_steady_tick(TICK);
        let curtain = Curtain::new(all.clone());
        Bars { all, places: Mutex::default(), overall, color, curtain }
    }

    fn report(&self, board: &mut Board, progress: &Progress, resources: u64, now: Duration) {
        if let Progress::Note(note) = progress {
            // Not `println`, which says nothing while the bars are still hidden.
            self.all.suspend(|| {
                let _ = writeln!(io::stderr(), "{}", safe(note));
            });
            return;
        }
        if let Some(place) = board.take(progress, now) {
            self.draw(board, place, now);
        }
        self.overall.set_message(board.overall(resources, now));
    }

    fn draw(&self, board: &Board, place: usize, now: Duration) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(line) = board.at(place) else {
            if let Some(bar) = places[place].take() {
                bar.finish_and_clear();
                self.all.remove(&bar);
            }
            return;
        };
        let bar = places[place].get_or_insert_with(|| self.all.insert_before(&self.overall, self.bar()));
        bar.set_prefix(safe(&line.name).into_owned());
        bar.set_message(line.text(now));
        bar.set_position(u64::from(line.share_permille.unwrap_or(0)));
    }

    fn bar(&self) -> ProgressBar {
        let template =
            if self.color { "{prefix:30!} {bar:16.cyan/dim} {wide_msg}" } else { "{prefix:30!} {bar:16} {wide_msg}" };
        // Thousandths of the resource's time span.
        ProgressBar::new(1000).with_style(style(template).progress_chars("━╸─"))
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates here are constants, drawn by a test")
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.curtain.close();
        let places = self.places.get_mut().unwrap_or_else(PoisonError::into_inner);
        for bar in places.iter_mut().filter_map(Option::take) {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
        self.overall.finish_and_clear();
        self.all.remove(&self.overall);
        let _ = self.all.clear();
        self.all.set_draw_target(ProgressDrawTarget::hidden());
    }
}

/// Keeps the bars hidden for the first moment, even if nothing happens that would show them.
struct Curtain {
    closed: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Curtain {
    fn new(bars: MultiProgress) -> Curtain {
        let closed: Arc<(Mutex<bool>, Condvar)> = Arc::default();
        let seen = Arc::clone(&closed);
        let rise = move || {
            let (closed, changed) = &*seen;
            let guard = closed.lock().unwrap_or_else(PoisonError::into_inner);
            let waited = changed.wait_timeout_while(guard, UNSEEN, |closed| !*closed);
            let (closed, _) = waited.unwrap_or_else(PoisonError::into_inner);
            if !*closed {
                bars.set_draw_target(ProgressDrawTarget::stderr_with_hz(REDRAWS_PER_S));
            }
        };
        // Without a thread to spare the bars stay hidden; the work goes on.
        let thread = std::thread::Builder::new().name("curtain".into()).spawn(rise).ok();
        Curtain { closed, thread }
    }

    fn close(&mut self) {
        let (closed, changed) = &*self.closed;
        *closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::progress::{Counts, Outcome, ResourceReport};

    #[test]
    fn every_template_draws_and_every_bar_goes_away() {
        for color in [true, false] {
            let all = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
            let bars = Bars::new(all.clone(), color);
            let mut board = Board::default();
            let now = Duration::from_secs(2);
            for n in 0..2 * PLACES {
                let progress = Progress::Stored { name: format!("stripe:r{n}"), rows: 5, share_permille: Some(400) };
                bars.report(&mut board, &progress, 99, now);
            }
            let report = ResourceReport {
                name: "stripe:r0".into(),
                account: "acct_1".into(),
                counts: Counts::default(),
                took_ms: 1,
                outcome: Outcome::Complete,
            };
            bars.report(&mut board, &Progress::Finished { report }, 99, now);
            assert!(bars.overall.message().starts_with("0:02  120 rows, 60/s"), "{}", bars.overall.message());
            drop(bars);
            assert!(all.is_hidden());
        }
    }
}
