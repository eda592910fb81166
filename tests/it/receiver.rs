//! The receiver, as a process, by real connections: what it answers, what is durable by then, and what it withstands.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use stripesync::model::secret::Secret;
use stripesync::providers::stripe::{API_VERSION, signature};
use stripesync::store::Store;

use crate::program::{Home, Ran, Reply, Scripted, account, finished, signal, until};
use crate::support::Dice;

pub const SECRET: &str = "whsec_aSigningSecretForTheTests";
/// No answer takes as long unless somebody hangs.
const PATIENCE: Duration = Duration::from_secs(300);

pub fn now_s() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    since.as_secs() as i64
}

/// An event about a product, whose payload suffices.
fn event(id: &str, product: &str, name: &str, created_s: i64) -> String {
    format!(
        r#"{{"id":"{id}","object":"event","type":"product.updated","created":{created_s},"livemode":true,
        "api_version":"{API_VERSION}","data":{{"object":{{"id":"{product}","object":"product","name":"{name}"}}}}}}"#
    )
}

fn signed(body: &[u8], secret: &str, at_s: i64) -> String {
    signature::sign(body, &Secret::new(secret), at_s)
}

/// A whole request, with these headers besides the usual ones.
pub fn request(body: &[u8], headers: &[(&str, &str)]) -> Vec<u8> {
    let mut head = format!("POST /api/stripe/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

/// A running receiver.
pub struct Running {
    child: Child,
    pub port: u16,
    began: Instant,
    said: JoinHandle<String>,
}

impl Running {
    pub fn start(home: &Home, more: &[&str]) -> Running {
        let arguments = [&["listen", "--port", "0"], more].concat();
        let mut command = home.command(&arguments);
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
        Running::of(command)
    }

    /// Runs a command that listens on a free port, and tells nobody what it writes.
    pub fn of(mut command: Command) -> Running {
        command.stdout(Stdio::null());
        Running::begin(command)
    }

    /// Runs a command that listens on a free port.
    pub fn begin(mut command: Command) -> Running {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("says where");
        let port = line.split("127.0.0.1:").nth(1).and_then(|rest| rest.split(',').next()).expect("an address");
        let port = port.trim().parse().unwrap_or_else(|_| panic!("{line}"));
        // Nobody may be stopped by a pipe that is full.
        let said = std::thread::spawn(move || {
            let mut said = String::new();
            stderr.read_to_string(&mut said).map(|_| said).expect("text")
        });
        Running { child, port, began: Instant::now(), said }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("is there");
        stream.set_read_timeout(Some(PATIENCE)).expect("is set");
        stream
    }

    /// Sends bytes and reads all that comes until the other side ends, or one answer.
    pub fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // Whoever is refused early may not take all of it.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub fn status_of(&self, bytes: &[u8]) -> u16 {
        let answer = self.exchange(bytes);
        answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or_else(|| panic!("no answer: {answer:?}"))
    }

    pub fn post(&self, body: &str) -> u16 {
        let header = signed(body.as_bytes(), SECRET, now_s());
        self.status_of(&request(body.as_bytes(), &[("Stripe-Signature", &header), ("Connection", "close")]))
    }

    /// Tells it to stop; returns what it did, and what it said after its first line.
    pub fn ended(self) -> (Ran, String) {
        signal(&self.child, "TERM");
        let ran = finished(self.child, self.began);
        (ran, self.said.join().expect("whole"))
    }

    pub fn stop(self) {
        let (ran, _) = self.ended();
        assert_eq!(ran.code, Some(0), "a receiver that is told to stop ends well");
    }
}

#[test]
fn an_event_is_in_the_file_when_it_is_answered_and_once_however_often_it_comes() {
    let home = Home::new();
    let running = Running::start(&home, &[]);
    let body = event("evt_1", "prod_1", "A", 100);
    assert_eq!(running.post(&body), 200);
    assert_eq!(home.count("SELECT count(*) FROM stripe_products WHERE id = 'prod_1' AND name = 'A'"), 1);
    // The same event from many senders at once.
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert_eq!(running.post(&body), 200));
        }
    });
    assert_eq!(home.count("SELECT count(*) FROM webhook_events"), 1);
    assert_eq!(home.count("SELECT duplicates FROM webhook_events WHERE attempts = 1"), 20);
    // An older state that arrives late changes nothing.
    assert_eq!(running.post(&event("evt_0", "prod_1", "before", 50)), 200);
    assert_eq!(home.count("SELECT count(*) FROM stripe_products WHERE name = 'A'"), 1);
    assert_eq!(
        running.post(r#"{"id":"evt_2","object":"event","type":"no.such","created":1,"data":{"object":{}}}"#),
        200
    );
    assert_eq!(running.post(&event("evt_3", "", "C", 100).replace(r#""id":"","#, "")), 200);
    let statuses = "SELECT group_concat(status, ' ') FROM (SELECT status FROM webhook_events ORDER BY event_id)";
    assert_eq!(text(&home, statuses), "processed processed ignored dead");
    running.stop();
    home.assert_intact();
}

fn text(home: &Home, sql: &str) -> String {
    Store::open_read_only(&home.database()).expect("opens").query_text(sql).expect("rows").remove(0).remove(0)
}

#[test]
fn who_may_not_sign_is_refused_and_nothing_is_kept_of_it() {
    let home = Home::new();
    let running = Running::start(&home, &[]);
    let body = event("evt_1", "prod_1", "A", 100).into_bytes();
    let good = signed(&body, SECRET, now_s());
    let with = |headers: &[(&str, &str)]| running.status_of(&request(&body, headers));
    assert_eq!(with(&[]), 400, "no signature");
    assert_eq!(with(&[("Stripe-Signature", "t=1,v0=00")]), 400, "no v1");
    assert_eq!(with(&[("Stripe-Signature", &signed(&body, "whsec_another", now_s()))]), 400, "another's");
    assert_eq!(with(&[("Stripe-Signature", &signed(b"{}", SECRET, now_s()))]), 400, "of another body");
    assert_eq!(with(&[("Stripe-Signature", &signed(&body, SECRET, now_s() - 310))]), 400, "too old");
    assert_eq!(with(&[("Stripe-Signature", &good), ("Stripe-Signature", &good)]), 400, "two headers");
    assert_eq!(with(&[("Stripe-Signature", &good), ("Transfer-Encoding", "chunked")]), 400, "two ends");
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"[..],
        b"POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ] {
        assert_eq!(running.status_of(bytes), 404);
    }
    assert_eq!(running.status_of(b"GET /webhook HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), 405);
    assert_eq!(running.status_of(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), 200);
    for odd in [&b"\x16\x03\x01\x02\x00"[..], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"nonsense\r\n\r\n"] {
        let answer = running.exchange(odd);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{odd:?}: {answer}");
    }
    assert_eq!(home.count("SELECT count(*) FROM webhook_events"), 0);
    for odd in [&b"not json"[..], b"[]", b"null", b"", b"{\"id\":\"evt_1\"}", b"\xff\xfe{}"] {
        let header = signed(odd, SECRET, now_s());
        assert_eq!(running.status_of(&request(odd, &[("Stripe-Signature", &header)])), 400, "{odd:?}");
    }
    assert_eq!(with(&[("Stripe-Signature", &good)]), 200, "it takes what is right all the same");
    running.stop();
}

/// Whether nothing came on a connection, and it has not ended either.
fn is_silent(stream: &mut TcpStream) -> bool {
    stream.set_nonblocking(true).expect("is set");
    let read = stream.read(&mut [0]);
    stream.set_nonblocking(false).expect("is set");
    read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

/// Whether the other side ends a connection, with or without a word.
fn is_ended(mut stream: TcpStream) -> bool {
    let read = stream.read_to_end(&mut Vec::new());
    read.map_or_else(|error| !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), |_| true)
}

#[test]
fn what_is_too_large_or_too_slow_ends_and_others_are_served_meanwhile() {
    let home = Home::new();
    let mut command = home.command(&["listen", "--port", "0"]);
    command.env("STRIPE_WEBHOOK_SECRET", SECRET).stdout(Stdio::piped());
    let running = Running::begin(command);
    let head = |length: usize| format!("POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
    assert_eq!(running.status_of(&[head(10 << 20).as_bytes(), &vec![b'x'; 2 << 20]].concat()), 413);
    let chunks = [
        &b"POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n"[..],
        &vec![b'x'; 2 << 20],
    ]
    .concat();
    assert_eq!(running.status_of(&chunks), 413);
    // Hundreds that send nothing, and some that begin and stop.
    let mut slow = running.connect();
    slow.write_all(head(100).as_bytes()).expect("sent");
    // Somebody is served while none of them has ended. They end after five seconds: whoever was held up for as long tries
    // again, and who had waited for them would never see it.
    let mut idle = Vec::new();
    let is_served_beside = (0..20).any(|number| {
        idle = (0..200).map(|_| running.connect()).collect();
        assert_eq!(running.post(&event(&format!("evt_{number}"), "prod_1", "A", 100)), 200);
        idle.iter_mut().all(is_silent)
    });
    assert!(is_served_beside, "it waits for those that send nothing");
    let mut answer = Vec::new();
    let _ = slow.read_to_end(&mut answer);
    assert!(String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 408"), "{:?}", String::from_utf8_lossy(&answer));
    assert!(idle.into_iter().all(is_ended), "who sends nothing keeps his place");
    let (ran, _) = running.ended();
    assert!(ran.code == Some(0) && ran.stdout.contains("the body did not come within 10 s"), "{}", ran.stdout);
}

/// Sends events one after the other until the receiver is gone; counts and returns those that were acknowledged.
fn send_until_gone(port: u16, name: &str, created_s: i64, is_killed: &AtomicBool, count: &AtomicUsize) -> Vec<String> {
    let mut taken = Vec::new();
    for number in 0..200 {
        let id = format!("evt_{name}_{number}");
        let body = event(&id, &format!("prod_{}", number % 7), &id, created_s + number);
        let header = signed(body.as_bytes(), SECRET, now_s());
        let bytes = request(body.as_bytes(), &[("Stripe-Signature", &header), ("Connection", "close")]);
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { break };
        // Its port may be somebody else's by now.
        if is_killed.load(SeqCst) {
            break;
        }
        stream.set_read_timeout(Some(PATIENCE)).expect("is set");
        let mut answer = Vec::new();
        if stream.write_all(&bytes).is_err() || stream.read_to_end(&mut answer).is_err() {
            break;
        }
        if answer.starts_with(b"HTTP/1.1 200") {
            taken.push(id);
            count.fetch_add(1, SeqCst);
        }
    }
    taken
}

#[test]
fn whatever_was_acknowledged_is_there_after_a_kill_at_any_instant() {
    let home = Home::new();
    let mut dice = Dice::new(11);
    let mut acknowledged: Vec<String> = Vec::new();
    let mut wanted = 0;
    for round in 0..50 {
        let mut running = Running::start(&home, &[]);
        let port = running.port;
        let (is_killed, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let senders: Vec<_> = (0..8)
            .map(|sender| {
                let (is_killed, count) = (Arc::clone(&is_killed), Arc::clone(&count));
                let name = format!("{round}_{sender}");
                std::thread::spawn(move || send_until_gone(port, &name, 1000 + round * 200, &is_killed, &count))
            })
            .collect();
        // It dies when it has acknowledged so many, with others on their way: how long that takes is the machine's affair.
        let lives_for = dice.below(30);
        until("acknowledged", || count.load(SeqCst) >= lives_for);
        is_killed.store(true, SeqCst);
        running.child.kill().expect("killed");
        running.child.wait().expect("ends");
        for sender in senders {
            acknowledged.extend(sender.join().expect("whole"));
        }
        wanted += lives_for;
    }
    assert!(acknowledged.len() >= wanted && wanted > 500, "{} events were acknowledged", acknowledged.len());
    home.assert_intact();
    let store = Store::open(&home.database()).expect("opens");
    let log = store.query_text("SELECT event_id, status, count(*) FROM webhook_events GROUP BY 1").expect("rows");
    let kept: std::collections::HashMap<&str, (&str, &str)> =
        log.iter().map(|row| (row[0].as_str(), (row[1].as_str(), row[2].as_str()))).collect();
    for id in &acknowledged {
        assert_eq!(kept.get(id.as_str()), Some(&("processed", "1")), "{id}");
    }
}

#[test]
fn without_a_key_an_events_fields_are_taken_and_what_it_cannot_show_stays_in_doubt() {
    let home = Home::new();
    let running = Running::start(&home, &[]);
    let event = |id: &str, kind: &str, created_s: i64, object: &str| {
        format!(
            r#"{{"id":"{id}","object":"event","type":"{kind}","created":{created_s},"livemode":true,
                "api_version":"{API_VERSION}","data":{{"object":{object},"previous_attributes":{{}}}}}}"#
        )
    };
    // What a customer's cards are, no event tells; nor what stands behind a discount's id.
    let customer =
        |name: &str| format!(r#"{{"id":"cus_1","object":"customer","name":"{name}","balance":-1234567890123}}"#);
    assert_eq!(running.post(&event("evt_2", "customer.updated", 20, &customer("B"))), 200);
    assert_eq!(running.post(&event("evt_1", "customer.created", 10, &customer("A"))), 200);
    let row = "SELECT name || ' ' || balance_minor || ' ' || unsettled FROM stripe_customers";
    assert_eq!(text(&home, row), "B -1234567890123 1");
    let lines = |ids: &[&str], has_more: bool| {
        let lines: Vec<String> = ids
            .iter()
            .map(|id| format!(r#"{{"id":"{id}","object":"line_item","amount":1,"discounts":["di_1"]}}"#))
            .collect();
        format!(
            r#"{{"id":"in_1","object":"invoice","total":5,"discounts":["di_1"],
                "lines":{{"object":"list","data":[{}],"has_more":{has_more}}}}}"#,
            lines.join(",")
        )
    };
    assert_eq!(running.post(&event("evt_3", "invoice.updated", 30, &lines(&["il_3"], true))), 200);
    assert_eq!(running.post(&event("evt_4", "invoice.created", 29, &lines(&["il_1", "il_2"], false))), 200);
    let lines = "SELECT group_concat(id, ' ') FROM (SELECT id FROM stripe_invoice_lines ORDER BY position)";
    assert_eq!(text(&home, lines), "il_3 il_1 il_2", "what a list cut short does not show is not gone");
    assert_eq!(home.count("SELECT count(*) FROM stripe_discounts WHERE id = 'di_1' AND parent_id = 'in_1'"), 1);
    assert_eq!(running.post(&event("evt_5", "customer.deleted", 40, &customer("B"))), 200);
    assert_eq!(home.count("SELECT count(*) FROM stripe_customers WHERE deleted_at = 40"), 1);
    // The next sync with a key asks for what is in doubt.
    assert_eq!(home.count("SELECT count(*) FROM fetches WHERE id IN ('cus_1', 'in_1')"), 2);
    running.stop();
    // Whose it is, nobody has said yet; but it is no playground.
    std::fs::write(home.path().join("made_up.json"), event("evt_9", "customer.created", 50, &customer("X")))
        .expect("written");
    let refused = home.run(&["replay", "made_up.json"]);
    assert!(refused.code == Some(2) && refused.stderr.contains("--apply"), "{}", refused.stderr);
    home.assert_intact();
}

#[test]
fn what_a_key_cannot_ask_for_is_not_asked_for_again_and_again() {
    let home = Home::new();
    let service = Scripted::start(|path, _| match path.split('?').next() {
        Some("/v1/account") => account(),
        Some(path) if path.starts_with("/v1/customers") => {
            Reply::Json(403, r#"{"error":{"type":"invalid_request_error","message":"not permitted"}}"#.to_owned())
        }
        _ => Reply::Json(200, r#"{"object":"list","data":[],"has_more":false,"url":"/v1/x"}"#.to_owned()),
    });
    let mut command =
        home.asking(&service.url, "sk_live_aKeyForTheTests", &["listen", "--port", "0", "--admin-port", "off"]);
    command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    let running = Running::of(command);
    let customer = |id: &str, account: &str| {
        format!(
            r#"{{"id":"evt_{id}","object":"event","type":"customer.updated","created":{},"livemode":true,{account}
                "api_version":"{API_VERSION}","data":{{"object":{{"id":"cus_{id}","object":"customer","name":"N"}}}}}}"#,
            now_s() - 5
        )
    };
    until("asked whose key it is", || !service.requests().is_empty());
    assert_eq!(running.post(&customer("1", "")), 200);
    assert_eq!(running.post(&customer("2", r#""account":"acct_connected","#)), 200);
    let asked = |part: &str| service.requests().iter().filter(|head| head.contains(part)).count();
    until("asked for what the event was about", || asked("/v1/customers/cus_1") > 0);
    std::thread::sleep(Duration::from_secs(7));
    assert!(asked("/v1/customers/cus_1") <= 2 && asked("/v1/account") <= 4, "{:#?}", service.requests());
    assert_eq!(asked("cus_2"), 0, "this key does not open that account");
    // Nobody will ask for it, so that what the event tells is taken.
    assert_eq!(home.count("SELECT count(*) FROM stripe_customers WHERE id = 'cus_2' AND name = 'N' AND unsettled"), 1);
    running.stop();
}

#[test]
fn what_is_announced_as_too_large_is_not_waited_for_and_a_web_page_may_not_write() {
    let home = Home::new();
    let running = Running::start(&home, &[]);
    // Said before a megabyte comes that was announced: who waits for it learns that it ended early, and says 400.
    let announced =
        b"POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: t=1,v1=00\r\nContent-Length: 10000000\r\n\r\n";
    assert_eq!(running.status_of(announced), 413);
    let body = event("evt_1", "prod_1", "A", 100);
    let header = signed(body.as_bytes(), SECRET, now_s());
    let mut coded = request(b"", &[("Stripe-Signature", &header), ("Transfer-Encoding", "gzip, chunked")]);
    let at = memchr::memmem::find(&coded, b"Content-Length: 0\r\n").expect("is there");
    coded.drain(at..at + b"Content-Length: 0\r\n".len());
    coded.extend_from_slice(format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()).as_bytes());
    assert_eq!(running.status_of(&coded), 400);
    running.stop();
    let running = Running::start(&home, &["--skip-verify"]);
    let from_a_page = [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Connection", "close")];
    assert_eq!(running.status_of(&request(body.as_bytes(), &from_a_page)), 400);
    assert_eq!(running.status_of(&request(body.as_bytes(), &[("Connection", "close")])), 200);
    running.stop();
    assert_eq!(home.count("SELECT count(*) FROM webhook_events"), 1);
}

#[test]
fn it_does_not_start_where_anybody_could_write() {
    let home = Home::new();
    let ran = home.run(&["listen", "--port", "0"]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert!(ran.stderr.contains("STRIPE_WEBHOOK_SECRET"), "{}", ran.stderr);
    let ran = home.run(&["listen", "--port", "0", "--skip-verify", "--host", "0.0.0.0"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let mut command = home.command(&["listen", "--port", "0"]);
    let ran = crate::program::ran(command.env("STRIPE_WEBHOOK_SECRET", "sk_live_notASigningSecret1"));
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert!(ran.stderr.contains("whsec_") && !ran.stderr.contains("notASigning"), "{}", ran.stderr);
    assert!(!home.database().exists(), "nothing was begun");
}
