//! Progress on stderr: bars on a terminal, lines elsewhere, nothing with `--quiet`.

use std::collections::HashSet;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use dialoguer::console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::Look;
use super::board::Board;
use super::text::safe;
use crate::model::progress::{Progress, Sink};

/// Work that is done by then was no wait.
const UNSEEN: Duration = Duration::from_millis(250);
/// The picture is drawn again no more often than this, however much happens: a terminal over a slow line must follow.
const PAINT_EVERY: Duration = Duration::from_millis(100);
/// Not a limit: the painter keeps the pace, and a picture that it made must not get lost.
pub(super) const DRAWS_PER_S: u8 = 255;
/// How often a log without a terminal hears that the work goes on.
pub(super) const HEARTBEAT_EVERY: Duration = Duration::from_secs(10);
/// Where the terminal does not tell its width.
pub(super) const WIDTH_USUAL: u16 = 80;

/// Where long work reports to. Bars and lines end when it is dropped.
pub struct Watch {
    began: Instant,
    board: Arc<Mutex<Board>>,
    face: Face,
}

enum Face {
    Quiet,
    /// Held for its end, which ends the lines.
    Lines {
        all: bool,
        _heart: Ticker,
    },
    Bars(Bars),
}

impl Watch {
    pub(super) fn new(look: &Look, bars: MultiProgress, lists: HashSet<String>) -> Watch {
        let began = Instant::now();
        let board = Arc::new(Mutex::new(Board::new(lists)));
        let face = if look.quiet {
            Face::Quiet
        } else if io::stderr().is_terminal() && !look.dumb {
            let picture = Picture { board: Arc::clone(&board), began, color: look.color };
            let screen = ProgressDrawTarget::term_like_with_hz(Box::new(Screen::stderr()), DRAWS_PER_S);
            Face::Bars(Bars::new(bars, move || picture.text(), screen))
        } else {
            let shared = Arc::clone(&board);
            let beat = move || {
                let line = held(&shared).heartbeat(began.elapsed());
                let _ = writeln!(io::stderr(), "{line}");
                HEARTBEAT_EVERY
            };
            Face::Lines { all: look.verbose, _heart: Ticker::start("heartbeat", HEARTBEAT_EVERY, beat) }
        };
        Watch { began, board, face }
    }
}

impl Sink for Watch {
    fn report(&self, progress: Progress) {
        let now = self.began.elapsed();
        match &self.face {
            Face::Quiet => {}
            Face::Lines { all, .. } => {
                held(&self.board).take(&progress, now);
                if let Some(line) = Board::plain(&progress, *all) {
                    // There is nowhere left to tell that stderr is gone.
                    let _ = writeln!(io::stderr(), "{line}");
                }
            }
            Face::Bars(bars) => match &progress {
                // Not `println`, which says nothing while the bars are still hidden.
                Progress::Note(note) => bars.all.suspend(|| {
                    let _ = writeln!(io::stderr(), "{}", super::wrapped(&safe(note), 0));
                }),
                progress => drop(held(&self.board).take(progress, now)),
            },
        }
    }
}

/// The terminal behind stderr. indicatif fills every line up with blanks, so that the next text begins below it: the echo of
/// a Ctrl-C would begin a line there that nobody counts, and one of the picture's would be left behind. Here lines end as
/// they should, and the cursor stays behind the last one.
#[derive(Debug)]
pub(super) struct Screen {
    term: Term,
    /// Whether the line was filled up, and what is written next begins another.
    is_full: AtomicBool,
}

impl Screen {
    pub fn stderr() -> Screen {
        Screen { term: Term::buffered_stderr(), is_full: AtomicBool::new(false) }
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        self.term.size().1
    }
    fn height(&self) -> u16 {
        self.term.size().0
    }
    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_up(n)
    }
    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_down(n)
    }
    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_right(n)
    }
    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_left(n)
    }
    fn write_line(&self, line: &str) -> io::Result<()> {
        self.write_str(line)?;
        self.is_full.store(false, Ordering::Relaxed);
        self.term.write_line("")
    }
    fn write_str(&self, text: &str) -> io::Result<()> {
        if text.trim_matches(' ').is_empty() {
            self.is_full.store(true, Ordering::Relaxed);
            return Ok(());
        }
        if self.is_full.swap(false, Ordering::Relaxed) {
            self.term.write_line("")?;
        }
        self.term.write_str(text)
    }
    fn clear_line(&self) -> io::Result<()> {
        self.term.clear_line()
    }
    fn flush(&self) -> io::Result<()> {
        // The picture is drawn: what comes next says for itself where.
        self.is_full.store(false, Ordering::Relaxed);
        self.term.flush()
    }
}

/// What is painted, and out of what.
struct Picture {
    board: Arc<Mutex<Board>>,
    began: Instant,
    color: bool,
}

impl Picture {
    fn text(&self) -> String {
        let width = Term::stderr().size_checked().map_or(WIDTH_USUAL, |(_, columns)| columns);
        held(&self.board).picture(self.began.elapsed(), width, self.color)
    }
}

/// The picture on the terminal, and the thread that paints it: reports come by the thousand a second, pictures do not.
pub(super) struct Bars {
    all: MultiProgress,
    sheet: ProgressBar,
    painter: Ticker,
}

impl Bars {
    pub fn new(all: MultiProgress, picture: impl Fn() -> String + Send + 'static, stderr: ProgressDrawTarget) -> Bars {
        let style = ProgressStyle::with_template("{msg}").expect("the template is a constant, drawn by a test");
        let sheet = all.add(ProgressBar::new_spinner().with_style(style));
        let (canvas, target) = (sheet.clone(), all.clone());
        let mut hidden = Some(stderr);
        let paint = move || {
            // Hidden for the first moment, even if nothing happens that would show it.
            if let Some(stderr) = hidden.take() {
                target.set_draw_target(stderr);
            }
            canvas.set_message(picture());
            PAINT_EVERY
        };
        Bars { all, sheet, painter: Ticker::start("painter", UNSEEN, paint) }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.painter.stop();
        self.sheet.finish_and_clear();
        self.all.remove(&self.sheet);
        self.all.set_draw_target(ProgressDrawTarget::hidden());
    }
}

/// A thread that does something again and again until this is dropped. Without a thread to spare it is not done; the
/// work goes on.
pub(super) struct Ticker {
    closed: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Waits, then does it; `tick` says how long to wait until the next time.
    pub fn start(name: &str, first: Duration, mut tick: impl FnMut() -> Duration + Send + 'static) -> Ticker {
        let closed: Arc<(Mutex<bool>, Condvar)> = Arc::default();
        let seen = Arc::clone(&closed);
        let run = move || {
            let mut wait = first;
            while !waited(&seen, wait) {
                wait = tick();
            }
        };
        Ticker { closed, thread: std::thread::Builder::new().name(name.into()).spawn(run).ok() }
    }

    fn stop(&mut self) {
        let (closed, changed) = &*self.closed;
        *held(closed) = true;
        changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits, and returns whether it is over.
fn waited(closed: &(Mutex<bool>, Condvar), time: Duration) -> bool {
    let (closed, changed) = closed;
    let waited = changed.wait_timeout_while(held(closed), time, |closed| !*closed);
    *waited.unwrap_or_else(PoisonError::into_inner).0
}

/// Locks; a panic elsewhere while drawing must not take the engine's threads along.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    /// A terminal that counts what is done to it.
    #[derive(Debug, Default, Clone)]
    struct Counting {
        flushes: Arc<AtomicU32>,
        text: Arc<Mutex<String>>,
    }

    impl TermLike for Counting {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, line: &str) -> io::Result<()> {
            self.write_str(line)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            held(&self.text).push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            self.flushes.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    }

    #[test]
    fn the_picture_is_painted_seldom_and_goes_away() {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        let lists = (0..9).map(|n| format!("stripe:r{n}")).collect();
        let board = Arc::new(Mutex::new(Board::new(lists)));
        let terminal = Counting::default();
        let picture = Picture { board: Arc::clone(&board), began: Instant::now(), color: false };
        let began = Instant::now();
        let bars =
            Bars::new(all.clone(), move || picture.text(), ProgressDrawTarget::term_like(Box::new(terminal.clone())));
        let watch = Watch { began: Instant::now(), board, face: Face::Bars(bars) };
        let painted = || terminal.flushes.load(Ordering::SeqCst);
        // However late the painter comes to it.
        while painted() < 2 || began.elapsed() < Duration::from_millis(800) {
            assert!(began.elapsed() < Duration::from_secs(300), "nothing is painted");
            for n in 0..100 {
                let progress = Progress::Stored { name: format!("stripe:r{n}"), rows: 5, share_permille: Some(400) };
                watch.report(progress);
            }
        }
        drop(watch);
        let lasted = began.elapsed();
        assert!(all.is_hidden());
        let text = held(&terminal.text).clone();
        assert!(text.contains("stripe:r0") && text.contains(" 0 of 9 lists done"), "{text}");
        // As many as there is time for after the first moment, one at its end, one to clear, and one for luck.
        let most = 3 + lasted.saturating_sub(UNSEEN).as_millis() / PAINT_EVERY.as_millis();
        assert!(u128::from(painted()) <= most, "{} pictures in {lasted:?}", painted());
    }
}
