//! A running `listen`, with what it says and the requests that tests make of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use stripesync::model::secret::Secret;
use stripesync::providers::stripe::{API_VERSION, signature};

use super::program::{Home, PATIENCE, finished, signal, until};

/// A running receiver.
pub struct Listening {
    child: Child,
    /// Where it takes events.
    pub port: u16,
    said: Arc<Mutex<Vec<String>>>,
    began: Instant,
}

pub fn now_s() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    since.as_secs() as i64
}

/// An event about a product, whose payload suffices.
pub fn event(id: &str, product: &str, name: &str, created_s: i64) -> String {
    format!(
        r#"{{"id":"{id}","object":"event","type":"product.updated","created":{created_s},"livemode":true,
        "api_version":"{API_VERSION}","data":{{"object":{{"id":"{product}","object":"product","name":"{name}"}}}}}}"#
    )
}

/// A whole request: method and path, headers, body.
pub fn request(line: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{line} HTTP/1.1\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

/// A signed event on its way.
pub fn signed(body: &str, secret: &str) -> Vec<u8> {
    let header = signature::sign(body.as_bytes(), &Secret::new(secret), now_s());
    request("POST /webhook", &[("Host", "x"), (signature::HEADER, &header)], body.as_bytes())
}

/// Sends bytes to a port of this machine and reads all that comes.
pub fn exchange(port: u16, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("is there");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("is set");
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer.
pub fn status(answer: &str) -> u16 {
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

impl Listening {
    /// Starts `listen --port 0` with more arguments, in an environment that the caller completes.
    pub fn start(home: &Home, more: &[&str], complete: impl FnOnce(&mut Command)) -> Listening {
        let mut command = home.command(&[&["listen", "--port", "0"], more].concat());
        command.stdout(Stdio::null());
        complete(&mut command);
        Listening::of(command)
    }

    /// Starts a command that ends up as a receiver.
    pub fn of(command: Command) -> Listening {
        Listening::begun(command).listens()
    }

    /// The same, before it listens.
    pub fn begun(mut command: Command) -> Listening {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("starts");
        let began = Instant::now();
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                kept.lock().expect("whole").push(line);
            }
        });
        Listening { child, port: 0, said, began }
    }

    /// Waits until it listens.
    pub fn listens(mut self) -> Listening {
        until("listened", || self.port_after("listening on http://127.0.0.1:").is_some());
        self.port = self.port_after("listening on http://127.0.0.1:").expect("said");
        self
    }

    /// The number that follows these words in what it said.
    pub fn port_after(&self, words: &str) -> Option<u16> {
        let said = self.said();
        let rest = said.split(words).nth(1)?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    }

    /// All that it said so far.
    pub fn said(&self) -> String {
        self.said.lock().expect("whole").join("\n")
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has said this.
    pub fn says(&self, words: &str) {
        let began = Instant::now();
        while !self.said().contains(words) {
            assert!(began.elapsed() < PATIENCE, "never said {words:?}:\n{}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The most memory that it ever had, in KiB.
    pub fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Waits for its end; returns the exit code, and how long it took.
    pub fn ended(self) -> (Option<i32>, Duration) {
        let since = Instant::now();
        (finished(self.child, self.began).code, since.elapsed())
    }

    pub fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Posts a signed event; returns the status of the answer.
    pub fn post(&self, body: &str, secret: &str) -> u16 {
        status(&exchange(self.port, &signed(body, secret)))
    }

    /// Stops it; it has to end well. Returns how long that took.
    pub fn stop(self) -> Duration {
        signal(&self.child, "TERM");
        let asked = Instant::now();
        let ran = finished(self.child, self.began);
        assert_eq!(ran.code, Some(0), "a receiver that is told to stop ends well");
        asked.elapsed()
    }
}
