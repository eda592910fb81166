//! stdout and stderr as everybody here writes to them: at once, or handed to threads of their own where nobody may wait for
//! a reader.

use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use indicatif::MultiProgress;

use super::units::grouped;

/// Pieces of text that wait for a stream; what comes when so many do is not written, and counted.
const WAITING_MAX: usize = 4096;
/// And what they hold together.
const WAITING_BYTES_MAX: usize = 2 << 20;
/// What comes within that time is written together.
const GATHERED: Duration = Duration::from_millis(5);
/// And so many bytes at most.
const GATHERED_BYTES_MAX: usize = 64 << 10;
/// What is said of that at the very end has so long more, from then on. It is waited out only where nobody reads stderr
/// either.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How often a full queue is tried again by whoever waits for its end.
const NOTICE: Duration = Duration::from_millis(10);

/// The two streams. Clones write to the same.
#[derive(Debug, Clone)]
pub(super) struct Streams {
    /// What is drawn on stderr, and has to give way to lines.
    pub bars: MultiProgress,
    aside: Arc<OnceLock<Aside>>,
}

#[derive(Debug)]
struct Aside {
    out: Outlet,
    err: Outlet,
}

impl Streams {
    pub fn new(bars: MultiProgress) -> Streams {
        Streams { bars, aside: Arc::default() }
    }

    /// From now on nobody waits for whoever reads: what they do not take in time is counted, and left out.
    ///
    /// # Errors
    /// When the system has no threads.
    pub fn set_aside(&self) -> io::Result<()> {
        if self.aside.get().is_some() {
            return Ok(());
        }
        let err = Outlet::begin("stderr", write_err, |lost| write_err(lost.as_bytes()))?;
        let told = err.clone();
        let out = Outlet::begin("stdout", write_out, move |lost| told.put(lost.into_bytes()))?;
        // Whoever else did so meanwhile has the streams.
        let _ = self.aside.set(Aside { out, err });
        Ok(())
    }

    /// Writes to stdout.
    ///
    /// # Errors
    /// When it cannot be written; not when nobody reads it any more, or when it is written later.
    pub fn out(&self, bytes: &[u8]) -> io::Result<()> {
        match self.aside.get() {
            Some(aside) => {
                aside.out.put(bytes.to_vec());
                Ok(())
            }
            None => self.bars.suspend(|| try_write_out(bytes)),
        }
    }

    /// Writes to stderr. There is nowhere left to tell that it is gone.
    pub fn err(&self, bytes: &[u8]) {
        match self.aside.get() {
            Some(aside) => aside.err.put(bytes.to_vec()),
            None => self.bars.suspend(|| write_err(bytes)),
        }
    }

    /// Waits until everything is written, no longer than that.
    pub fn flush(&self, time: Duration) {
        if let Some(aside) = self.aside.get() {
            aside.flush(Instant::now() + time, LAST_WORDS);
        }
    }
}

impl Aside {
    /// Waits until then for stdout, and after that for stderr, for which it may be late already.
    fn flush(&self, until: Instant, last_words: Duration) {
        if !self.out.flush(until) {
            let lost = self.out.unwritten();
            self.err.put(lost_told("stdout", lost).into_bytes());
        }
        self.err.flush(Instant::now() + last_words);
    }
}

fn try_write_out(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        // A reader such as `head` that has seen enough is no failure.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn write_out(bytes: &[u8]) {
    // Whoever let this go aside goes on when nobody looks.
    let _ = try_write_out(bytes);
}

fn write_err(bytes: &[u8]) {
    let _ = io::stderr().write_all(bytes);
}

/// What goes through a queue.
enum Piece {
    Text(Vec<u8>),
    /// Whoever waits for all that came before.
    End(SyncSender<()>),
}

/// The queue before a stream, and the thread behind it, which lives as long as the process.
#[derive(Debug, Clone)]
struct Outlet {
    queue: SyncSender<Piece>,
    held: Arc<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// Bytes in the queue.
    bytes: AtomicUsize,
    /// Pieces that are not written yet.
    pieces: AtomicU64,
    /// Pieces for which there was no room.
    lost: AtomicU64,
}

impl Outlet {
    fn begin(
        name: &'static str,
        write: impl Fn(&[u8]) + Send + 'static,
        tell: impl Fn(String) + Send + 'static,
    ) -> io::Result<Outlet> {
        let (queue, pieces) = sync_channel(WAITING_MAX);
        let held = Arc::<Held>::default();
        let outlet = Outlet { queue, held: Arc::clone(&held) };
        let work = move || {
            while let Some(waiting) = gather(&pieces) {
                held.bytes.fetch_sub(waiting.text.len(), Ordering::Relaxed);
                write(&waiting.text);
                held.pieces.fetch_sub(waiting.pieces, Ordering::Relaxed);
                let count = held.lost.swap(0, Ordering::Relaxed);
                if count > 0 {
                    tell(lost_told(name, count));
                }
                for end in &waiting.ends {
                    // It may have waited long enough.
                    let _ = end.try_send(());
                }
            }
        };
        std::thread::Builder::new().name(name.into()).spawn(work)?;
        Ok(outlet)
    }

    /// Hands over what is to be written; never waits.
    fn put(&self, text: Vec<u8>) {
        let bytes = text.len();
        let fits = self.held.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= WAITING_BYTES_MAX;
        self.held.pieces.fetch_add(1, Ordering::Relaxed);
        if !fits || self.queue.try_send(Piece::Text(text)).is_err() {
            self.held.bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.held.pieces.fetch_sub(1, Ordering::Relaxed);
            self.held.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns whether everything was written in time.
    fn flush(&self, until: Instant) -> bool {
        let (end, ended) = sync_channel(1);
        let mut piece = Piece::End(end);
        let left = || until.saturating_duration_since(Instant::now());
        while let Err(TrySendError::Full(back)) = self.queue.try_send(piece) {
            if left().is_zero() {
                return false;
            }
            piece = back;
            std::thread::sleep(NOTICE.min(left()));
        }
        ended.recv_timeout(left()).is_ok()
    }

    /// Returns how many pieces wait, or had no room.
    fn unwritten(&self) -> u64 {
        self.held.pieces.load(Ordering::Relaxed) + self.held.lost.load(Ordering::Relaxed)
    }
}

/// What is written in one go.
#[derive(Default)]
struct Gathered {
    text: Vec<u8>,
    pieces: u64,
    ends: Vec<SyncSender<()>>,
}

/// Waits for something to write, a moment for more, and takes what is there; nothing when nobody is left who writes.
fn gather(pieces: &Receiver<Piece>) -> Option<Gathered> {
    let mut gathered = Gathered::default();
    let mut next = pieces.recv().ok();
    next.as_ref()?;
    if matches!(next, Some(Piece::Text(_))) {
        std::thread::sleep(GATHERED);
    }
    while let Some(piece) = next {
        match piece {
            Piece::Text(text) => {
                gathered.text.extend_from_slice(&text);
                gathered.pieces += 1;
            }
            Piece::End(end) => gathered.ends.push(end),
        }
        next = if gathered.text.len() < GATHERED_BYTES_MAX { pieces.try_recv().ok() } else { None };
    }
    Some(gathered)
}

fn lost_told(name: &str, count: u64) -> String {
    let (lines, were) = if count == 1 { ("piece", "was") } else { ("pieces", "were") };
    format!("{} {lines} of output {were} not written: {name} was not read fast enough\n", grouped(count))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::channel;

    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn whoever_writes_never_waits_and_what_is_left_out_is_told() {
        let (go_on, may_go_on) = channel::<()>();
        let (begun, has_begun) = channel();
        let written = Arc::new(Mutex::new(Vec::new()));
        let (into, told) = (Arc::clone(&written), Arc::new(Mutex::new(Vec::new())));
        let into_told = Arc::clone(&told);
        let write = move |bytes: &[u8]| {
            let _ = begun.send(());
            let _ = may_go_on.recv();
            into.lock().expect("whole").extend_from_slice(bytes);
        };
        let outlet = Outlet::begin("stdout", write, move |lost| into_told.lock().expect("whole").push(lost));
        let outlet = outlet.expect("a thread");
        outlet.put(b"a\n".to_vec());
        // The first is being written when those come that have no room.
        has_begun.recv().expect("it is written");
        for _ in 0..WAITING_MAX + 7 {
            outlet.put(b"b\n".to_vec());
        }
        assert!(!outlet.flush(Instant::now() + Duration::from_millis(50)));
        assert_eq!(*written.lock().expect("whole"), b"", "nobody has read yet, and nobody waited");
        drop(go_on);
        assert!(outlet.flush(Instant::now() + LONG));
        assert_eq!(written.lock().expect("whole").len(), 2 + 2 * WAITING_MAX);
        assert_eq!(
            *told.lock().expect("whole"),
            ["7 pieces of output were not written: stdout was not read fast enough\n"]
        );
    }

    #[test]
    fn what_is_written_comes_out_in_order_and_whole() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&written);
        let write = move |bytes: &[u8]| into.lock().expect("whole").extend_from_slice(bytes);
        let outlet = Outlet::begin("stdout", write, |lost| panic!("{lost}")).expect("a thread");
        let mut wanted = Vec::new();
        for n in 0..3000 {
            let line = format!("{n} {}\n", "x".repeat(n % 400));
            wanted.extend_from_slice(line.as_bytes());
            outlet.put(line.into_bytes());
            if n % 1000 == 999 {
                assert!(outlet.flush(Instant::now() + LONG));
            }
        }
        assert!(*written.lock().expect("whole") == wanted);
    }

    #[test]
    fn what_is_said_at_the_very_end_has_its_time_however_late_it_is() {
        let (_go_on, may_go_on) = channel::<()>();
        let out = Outlet::begin("stdout", move |_| may_go_on.recv().unwrap_or(()), |lost| panic!("{lost}"));
        let told = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&told);
        let write = move |bytes: &[u8]| into.lock().expect("whole").extend_from_slice(bytes);
        let err = Outlet::begin("stderr", write, |lost| panic!("{lost}")).expect("a thread");
        let aside = Aside { out: out.expect("a thread"), err };
        aside.out.put(b"a\n".to_vec());
        // The time for stdout was over long ago, as after a pause of the machine.
        let until = Instant::now().checked_sub(2 * LONG).unwrap_or_else(Instant::now);
        aside.flush(until, LONG);
        let told = String::from_utf8(told.lock().expect("whole").clone()).expect("text");
        assert_eq!(told, "1 piece of output was not written: stdout was not read fast enough\n");
    }
}
