//! The real program in a home of its own, and a service that answers by script.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Nothing here lasts longer unless it hangs, also on a machine that is slow and does much else. It proves nothing: what has
/// to be quick has a bound of its own.
pub const PATIENCE: Duration = Duration::from_secs(600);

/// A folder with the program's database in it, without the environment of whoever runs the tests.
pub struct Home {
    folder: TempDir,
}

/// What the program did.
pub struct Ran {
    /// The exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// What scripts read.
    pub stdout: String,
    /// What people read.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
}

impl Home {
    pub fn new() -> Home {
        Home { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The database of runs that name no other.
    pub fn database(&self) -> PathBuf {
        self.path().join("stripesync.db")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stripesync"));
        command.env_clear().env("HOME", self.path()).current_dir(self.path()).args(arguments);
        command
    }

    /// A command that asks the service at this URL with this key.
    pub fn asking(&self, url: &str, key: &str, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command.env("STRIPE_API_BASE", url).env("STRIPE_API_KEY", key);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(&mut self.command(arguments))
    }

    /// One number out of the database.
    pub fn count(&self, sql: &str) -> i64 {
        count(&self.database(), sql)
    }

    /// Asserts that the file is whole, as SQLite sees it.
    pub fn assert_intact(&self) {
        assert_eq!(text(&self.database(), "PRAGMA quick_check"), "ok");
    }
}

/// Runs a command to its end.
pub fn ran(command: &mut Command) -> Ran {
    let began = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    finished(child, began)
}

/// Waits for a child's end.
pub fn finished(child: Child, began: Instant) -> Ran {
    let Output { status, stdout, stderr } = child.wait_with_output().expect("ends");
    let took = began.elapsed();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("writes text");
    let ran = Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr), took };
    assert!(!ran.stderr.contains("met a bug"), "{}", ran.stderr);
    assert!(took < PATIENCE, "{took:?}: {}", ran.stderr);
    ran
}

/// Starts a command whose end is to be waited for later.
pub fn started(command: &mut Command) -> (Child, Instant) {
    let began = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    (child.expect("starts"), began)
}

/// Sends a signal by its name.
pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
}

/// Whether a child has this file open.
pub fn has_open(child: &Child, file: &Path) -> bool {
    let Ok(open) = fs::read_dir(format!("/proc/{}/fd", child.id())) else { return false };
    open.flatten().any(|one| fs::read_link(one.path()).is_ok_and(|place| place == file))
}

/// A port at which nobody answers. It is held: one that was let go may be another test's the next moment.
pub struct Unanswered(tokio::net::TcpSocket);

impl Unanswered {
    pub fn new() -> Unanswered {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
        Unanswered(socket)
    }

    pub fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("an address")
    }
}

/// Waits until something holds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "never {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn open(database: &Path) -> rusqlite::Connection {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    let conn = rusqlite::Connection::open_with_flags(database, flags).expect("opens");
    conn.busy_timeout(Duration::from_secs(10)).expect("set");
    conn
}

/// One number out of a database.
pub fn count(database: &Path, sql: &str) -> i64 {
    open(database).query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// One text out of a database.
pub fn text(database: &Path, sql: &str) -> String {
    open(database).query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Runs statements on a database.
pub fn execute(database: &Path, sql: &str) {
    let conn = rusqlite::Connection::open(database).expect("opens");
    conn.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Whether any file of a folder, or any of these texts, holds this.
pub fn holds(folder: &Path, texts: &[&str], needle: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        if text.contains(needle) {
            found.push(format!("text {index}: {text}"));
        }
    }
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_file() && memchr::memmem::find(&fs::read(&path).expect("readable"), needle.as_bytes()).is_some() {
            found.push(path.display().to_string());
        }
    }
    found
}

/// What the scripted service does with one request.
#[derive(Clone)]
pub enum Reply {
    /// An answer with this status and JSON, or what should be JSON.
    Json(u16, String),
    /// These bytes and the end of the connection.
    Raw(Vec<u8>),
    /// Nothing, for as long as the other side waits.
    Silence,
}

/// Answers every request as the script says; keeps their heads.
pub struct Scripted {
    pub url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// The script gets the path with its query and the number of the request, from 1.
    pub fn start(script: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Scripted {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let (kept, script) = (Arc::clone(&seen), Arc::new(script));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, script) = (Arc::clone(&kept), Arc::clone(&script));
                // The client's going away is its own affair.
                std::thread::spawn(move || drop(answer(stream, &kept, &*script)));
            }
        });
        Scripted { url, seen }
    }

    /// One account, and the same reply to everything else.
    pub fn after_the_account(reply: Reply) -> Scripted {
        Scripted::start(move |path, _| if path == "/v1/account" { account() } else { reply.clone() })
    }

    pub fn requests(&self) -> Vec<String> {
        self.seen.lock().expect("whole").clone()
    }
}

/// The account's own object.
pub fn account() -> Reply {
    Reply::Json(200, r#"{"id":"acct_1Scripted","object":"account","country":"IT","created":1700000000}"#.to_owned())
}

fn answer(
    mut stream: TcpStream,
    seen: &Mutex<Vec<String>>,
    script: &(dyn Fn(&str, usize) -> Reply + Send + Sync),
) -> std::io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let number = {
        let mut seen = seen.lock().expect("whole");
        seen.push(head);
        seen.len()
    };
    match script(&path, number) {
        Reply::Json(status, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            stream.write_all((head + &body).as_bytes())
        }
        Reply::Raw(bytes) => stream.write_all(&bytes),
        Reply::Silence => stream.read(&mut byte).map(drop),
    }
}
