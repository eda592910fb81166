//! Events sent on to another application: by `listen` as they came, by `replay` signed anew.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use stripesync::model::secret::Secret;
use stripesync::providers::stripe::{API_VERSION, signature};

use crate::program::{Home, Ran, Unanswered, finished, ran, signal, started, until};
use crate::receiver::{Running, SECRET, now_s};

/// What another application got.
#[derive(Debug, Clone)]
struct Got {
    head: String,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    fn id(&self) -> String {
        let event: Value = serde_json::from_str(&self.body).expect("JSON");
        event["id"].as_str().expect("an id").to_owned()
    }
}

/// Another application: answers each body as the script says, after a while where that says so.
struct Application {
    url: String,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Application {
    fn start(script: impl Fn(&Got) -> (u16, Duration) + Send + Sync + 'static) -> Application {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let (kept, script) = (Arc::clone(&got), Arc::new(script));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (kept, script) = (Arc::clone(&kept), Arc::clone(&script));
                std::thread::spawn(move || {
                    let (mut head, mut byte) = (Vec::new(), [0]);
                    while !head.ends_with(b"\r\n\r\n") {
                        if stream.read(&mut byte).unwrap_or(0) == 0 {
                            return;
                        }
                        head.push(byte[0]);
                    }
                    let head = String::from_utf8(head).expect("text");
                    let one = Got { head, body: String::new() };
                    let length = one.header("content-length").expect("a length").parse().expect("a number");
                    let mut body = vec![0; length];
                    stream.read_exact(&mut body).expect("whole");
                    let one = Got { body: String::from_utf8(body).expect("text"), ..one };
                    kept.lock().expect("whole").push(one.clone());
                    let (status, pause) = script(&one);
                    std::thread::sleep(pause);
                    let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                    let _ = stream.write_all(answer.as_bytes());
                });
            }
        });
        Application { url, got }
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().expect("whole").clone()
    }
}

fn taking() -> Application {
    Application::start(|_| (200, Duration::ZERO))
}

/// Another application that answers nobody as long as anybody waits.
fn silent() -> Application {
    Application::start(|_| (200, Duration::from_secs(3600)))
}

/// An event with blanks and numbers that nobody may touch.
fn event(id: &str, created_s: i64) -> String {
    format!(
        r#"{{ "id":"{id}", "object":"event","type":"product.updated","created":{created_s},"livemode":true,
        "api_version":"{API_VERSION}","data":{{"object":{{"id":"prod_{id}","object":"product","name":"è {id}","x":1.10}}}} }}"#
    )
}

fn write_events(home: &Home, count: i64) -> Vec<String> {
    let events: Vec<String> = (0..count).map(|n| event(&format!("evt_{n:03}"), 1000 + n).replace('\n', " ")).collect();
    std::fs::write(home.path().join("events.ndjson"), events.join("\n")).expect("written");
    events
}

fn with_secret(home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.command(arguments);
    command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    command
}

fn is_signed(got: &Got) -> bool {
    let secrets = [Secret::new(SECRET)];
    signature::verify(got.header("stripe-signature"), got.body.as_bytes(), &secrets, now_s(), 60).is_ok()
}

fn outcomes(ran: &Ran) -> Value {
    let told: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", ran.stdout, ran.stderr));
    told["outcomes"].clone()
}

#[test]
fn replayed_events_pass_another_applications_check_byte_for_byte() {
    let home = Home::new();
    let events = write_events(&home, 30);
    let theirs = taking();
    let ran =
        ran(&mut with_secret(&home, &["replay", "events.ndjson", "--forward-to", &theirs.url, "--format", "json"]));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(outcomes(&ran), serde_json::json!({"200": 30}));
    let mut bodies: Vec<String> = theirs.got().iter().map(|got| got.body.clone()).collect();
    bodies.sort();
    assert_eq!(bodies, events, "each once, to the byte");
    assert!(theirs.got().iter().all(is_signed), "{:?}", theirs.got()[0]);
    assert!(!home.database().exists(), "nothing was written here");
}

#[test]
fn events_of_the_log_are_sent_by_type_and_what_fails_is_counted_by_status() {
    let home = Home::new();
    let events = write_events(&home, 6);
    assert_eq!(home.run(&["replay", "events.ndjson"]).code, Some(0));
    // One is refused for good, one answers only the second time.
    let is_again = AtomicBool::new(false);
    let theirs = Application::start(move |got| match got.id().as_str() {
        "evt_002" => (404, Duration::ZERO),
        "evt_003" if !is_again.swap(true, SeqCst) => (503, Duration::ZERO),
        _ => (200, Duration::ZERO),
    });
    let send = |more: &[&str]| {
        let arguments = [&["replay", "--forward-to", &theirs.url, "--format", "json"], more].concat();
        ran(&mut with_secret(&home, &arguments))
    };
    let sent = send(&["--type", "product.*", "--until", "1970-01-01T00:16:45Z"]);
    assert_eq!(sent.code, Some(3), "{}", sent.stderr);
    assert_eq!(outcomes(&sent), serde_json::json!({"200": 4, "404": 1}));
    assert!(sent.stderr.contains("row 3 of the log: answered 404"), "{}", sent.stderr);
    let seen = theirs.got();
    assert_eq!(seen.iter().filter(|got| got.id() == "evt_003").count(), 2, "a 503 is worth another try");
    assert_eq!(seen.iter().filter(|got| got.id() == "evt_002").count(), 1, "a 404 is not");
    assert!(seen.iter().all(|got| got.id() != "evt_005") && seen.iter().all(is_signed));
    let compact: Value = serde_json::from_str(&events[0]).expect("JSON");
    assert_eq!(
        serde_json::from_str::<Value>(&seen.iter().find(|got| got.id() == "evt_000").expect("sent").body).ok(),
        Some(compact)
    );
    let none = send(&["--type", "invoice.*"]);
    assert_eq!((none.code, outcomes(&none)), (Some(0), serde_json::json!({})));
}

#[test]
fn where_nobody_answers_a_few_events_it_has_failed_too() {
    let home = Home::new();
    write_events(&home, 2);
    let gone = Unanswered::new();
    let url = format!("http://{}/hook", gone.address());
    let ended = ran(&mut with_secret(&home, &["replay", "events.ndjson", "--forward-to", &url, "--format", "json"]));
    assert_eq!((ended.code, outcomes(&ended)), (Some(1), serde_json::json!({"no answer": 2})), "{}", ended.stderr);
    assert!(ended.stderr.contains("does not answer; not one event is known to have arrived"), "{}", ended.stderr);
    assert!(ended.stderr.contains("hint: is the application running there?"), "{}", ended.stderr);
}

#[test]
fn where_nobody_answers_it_ends_soon_and_a_wish_to_stop_is_heard() {
    let home = Home::new();
    write_events(&home, 200);
    let gone = Unanswered::new();
    let url = format!("http://user:verysecret@{}/hook", gone.address());
    let ended = ran(&mut with_secret(&home, &["replay", "events.ndjson", "--forward-to", &url]));
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stderr.contains("does not answer; the rest was not sent"), "{}", ended.stderr);
    assert!(ended.took < Duration::from_secs(20), "{:?}", ended.took);
    assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("verysecret"), "{}", ended.stderr);
    let slow = silent();
    let (child, began) =
        started(&mut with_secret(&home, &["replay", "events.ndjson", "--forward-to", &slow.url, "--format", "json"]));
    until("sent", || slow.got().len() >= 8);
    assert_eq!(slow.got().len(), 8, "no more than eight at once");
    let asked = Instant::now();
    signal(&child, "INT");
    let stopped = finished(child, began);
    assert_eq!(stopped.code, Some(130), "{}", stopped.stderr);
    // Two seconds are left for answers; who waits for each has to wait for twenty.
    assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
    assert!(stopped.stdout.contains("outcomes"), "{}", stopped.stdout);
}

#[test]
fn a_receiver_passes_on_what_it_has_taken_as_it_came() {
    let home = Home::new();
    let theirs = taking();
    let running = Running::start(&home, &["--forward-to", &theirs.url]);
    let body = event("evt_1", 100);
    assert_eq!(running.post(&body), 200);
    assert_eq!(running.post(&body), 200);
    until("passed on", || theirs.got().len() == 2);
    for got in theirs.got() {
        assert_eq!(got.body, body, "to the byte");
        assert!(is_signed(&got), "{got:?}");
        let name = got.header("stripesync-correlation-id").expect("is named").to_owned();
        assert!(got.header("stripesync-via").is_some_and(|via| name.starts_with(via)), "{got:?}");
        assert!(got.header("authorization").is_none(), "{got:?}");
    }
    // What nobody may send is not sent on.
    assert_eq!(
        running.status_of(&crate::receiver::request(body.as_bytes(), &[("Stripe-Signature", "t=1,v1=00")])),
        400
    );
    running.stop();
    assert_eq!(theirs.got().len(), 2);
    assert_eq!(home.count("SELECT count(*) FROM webhook_events"), 1);
}

#[test]
fn a_target_that_answers_nobody_slows_nobody_and_is_told() {
    let home = Home::new();
    let theirs = silent();
    let mut command = with_secret(&home, &["listen", "--port", "0", "--forward-to", &theirs.url, "--format", "json"]);
    command.stdout(Stdio::piped());
    let running = Running::begin(command);
    let note = "x".repeat(900_000);
    for number in 0..20 {
        let body = event(&format!("evt_{number}"), 100).replace("\"x\":1.10", &format!("\"x\":\"{note}\""));
        assert_eq!(running.post(&body), 200, "whatever the target does");
    }
    let asked = Instant::now();
    let (ran, stderr) = running.ended();
    // Five seconds are left for what waits; who waits for an answer has to wait for twenty, each time.
    assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
    assert_eq!(ran.code, Some(0));
    let told = stderr.lines().filter(|line| line.contains("events were not passed on")).count();
    assert!((1..=2).contains(&told), "{stderr}");
    assert!(stderr.contains("were still to be passed on"), "{stderr}");
    let failed =
        ran.stdout.lines().find(|line| line.contains("forwarded_to")).unwrap_or_else(|| panic!("{}", ran.stdout));
    let failed: Value = serde_json::from_str(failed).expect("JSON");
    assert!(failed["http_status"].is_null() && failed["error"].is_string(), "{failed}");
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE status = 'processed'"), 20);
}

#[test]
fn nothing_goes_in_a_circle() {
    let home = Home::new();
    let to_itself = |host: &str| {
        let port =
            TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port().to_string();
        let url = format!("http://{host}:{port}/webhook");
        ran(&mut with_secret(&home, &["listen", "--port", &port, "--forward-to", &url]))
    };
    for host in ["127.0.0.1", "localhost"] {
        // Another test may have got the port meanwhile.
        let ran = (0..20).map(|_| to_itself(host)).find(|ran| !ran.stderr.contains("cannot listen on"));
        let ran = ran.expect("a free port");
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains("is this receiver itself"), "{}", ran.stderr);
    }
    assert!(!home.database().exists(), "nothing was begun");
    // By a detour, as through a tunnel, nobody can see it at the start.
    let detour = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/webhook", detour.local_addr().expect("an address"));
    let running = Running::start(&home, &["--forward-to", &url]);
    let back = running.port;
    let passed: Arc<Mutex<usize>> = Arc::default();
    let count = Arc::clone(&passed);
    std::thread::spawn(move || {
        for mut stream in detour.incoming().flatten() {
            *count.lock().expect("whole") += 1;
            std::thread::spawn(move || {
                let mut there = std::net::TcpStream::connect(("127.0.0.1", back)).expect("is there");
                let (mut reader, mut writer) =
                    (stream.try_clone().expect("cloned"), there.try_clone().expect("cloned"));
                std::thread::spawn(move || std::io::copy(&mut reader, &mut writer));
                let _ = std::io::copy(&mut there, &mut stream);
            });
        }
    });
    assert_eq!(running.post(&event("evt_1", 100)), 200);
    until("come back", || home.count("SELECT duplicates FROM webhook_events") == 1);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(home.count("SELECT duplicates FROM webhook_events"), 1, "once, and no more");
    assert_eq!(*passed.lock().expect("whole"), 1);
    running.stop();
}
