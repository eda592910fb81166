//! Changes over real sockets: what is sent, and what is not sent twice.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use crate::clock::FakeClock;
use crate::http::write::{Permit, Writer};
use crate::http::{Client, Error, Limits, Settings};
use crate::model::cancel::Cancel;
use crate::model::secret::Secret;
use crate::model::wire::{Change, Content, Unreadable, Verb};

const DONE: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
const BROKEN: &str = "HTTP/1.1 500 X\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
const SLOWER: &str = "HTTP/1.1 429 X\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
const REFUSED: &str = "HTTP/1.1 422 X\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
/// The connection ends when all was read.
const CUT: &str = "";

/// Serves these answers in order, the last again and again, and keeps what came, body and all.
fn serving(answers: &'static [&'static str]) -> (Client, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&seen);
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.expect("a connection");
            let (mut came, mut chunk) = (String::new(), [0; 4096]);
            loop {
                let read = stream.read(&mut chunk).expect("reads");
                came.push_str(&String::from_utf8_lossy(&chunk[..read]));
                let (head, body) = came.split_once("\r\n\r\n").unwrap_or((&came, ""));
                let lower = head.to_lowercase();
                let length = lower.split("content-length: ").nth(1).and_then(|it| it.lines().next()).unwrap_or("0");
                if read == 0 || came.contains("\r\n\r\n") && body.len() >= length.parse().expect("a number") {
                    break;
                }
            }
            kept.lock().expect("whole").push(came);
            let _ = stream.write_all(answers[number.min(answers.len() - 1)].as_bytes());
        }
    });
    let settings = Settings::new(url, Limits::new(1000, None)).header("Authorization", Secret::new("Bearer sk_test_x"));
    (Client::new(settings, Arc::new(FakeClock::at_ms(0)), Cancel::default()).expect("a client"), seen)
}

fn change(verb: Verb, content: Content) -> Change {
    Change { verb, path: "/v1/things".to_owned(), endpoint: "/v1/things", content }
}

fn form() -> Content {
    Content::Form(vec![("enabled_events[]".into(), "a.b".into()), ("url".into(), "https://x.example/a?b=1&c".into())])
}

fn send(client: &Client, change: &Change) -> Result<(), Error> {
    let permit = Permit::of(false, false).expect("nothing real");
    Writer::new(client, permit).send(change, &mut |answer| {
        if answer.body == b"{}" { Ok(()) } else { Err(Unreadable("odd".to_owned())) }
    })
}

/// The value of a header of a request, by its lower-case name.
fn header(request: &str, name: &str) -> Option<String> {
    let head = request.split("\r\n\r\n").next().expect("a head");
    let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}: ")));
    line.map(|line| line[name.len() + 2..].to_owned())
}

#[test]
fn a_form_is_sent_again_under_the_same_key_and_another_change_has_another() {
    let (client, seen) = serving(&[CUT, BROKEN, SLOWER, DONE]);
    send(&client, &change(Verb::Post, form())).expect("done at last");
    send(&client, &change(Verb::Post, form())).expect("done");
    let seen = seen.lock().expect("whole").clone();
    assert_eq!(seen.len(), 5);
    let keys: Vec<String> = seen.iter().map(|it| header(it, "idempotency-key").expect("has one")).collect();
    assert!(keys[..4].iter().all(|key| *key == keys[0]) && keys[4] != keys[0], "{keys:?}");
    assert!(keys[0].len() > 32, "{keys:?}");
    assert!(seen[0].starts_with("POST /v1/things HTTP/1.1\r\n"), "{}", seen[0]);
    assert_eq!(header(&seen[0], "content-type").as_deref(), Some("application/x-www-form-urlencoded"));
    assert_eq!(header(&seen[0], "authorization").as_deref(), Some("Bearer sk_test_x"));
    assert!(seen.iter().all(|it| it.ends_with("enabled_events%5B%5D=a.b&url=https%3A%2F%2Fx.example%2Fa%3Fb%3D1%26c")));
}

#[test]
fn what_may_have_arrived_and_has_no_key_is_not_sent_twice() {
    for (answers, is_unsure) in
        [(&[CUT][..], true), (&[BROKEN], true), (&["HTTP/1.1 200 OK\r\n\r\nno"], true), (&[REFUSED], false)]
    {
        let (client, seen) = serving(answers);
        let error = send(&client, &change(Verb::Post, Content::Json("{\"data\":{}}".into()))).expect_err("no answer");
        assert_eq!(matches!(error, Error::Uncertain { .. }), is_unsure, "{answers:?}: {error}");
        assert_eq!(seen.lock().expect("whole").len(), 1, "{answers:?}");
    }
    // A limiter says that it was not done.
    let (client, seen) = serving(&[SLOWER, DONE]);
    send(&client, &change(Verb::Post, Content::Json("{}".into()))).expect("done");
    let seen = seen.lock().expect("whole").clone();
    assert_eq!((seen.len(), header(&seen[0], "idempotency-key")), (2, None));
}

#[test]
fn what_changes_nothing_a_second_time_is_sent_again() {
    for (verb, content) in [(Verb::Put, Content::Json("{}".into())), (Verb::Delete, Content::Nothing)] {
        let (client, seen) = serving(&[CUT, BROKEN, DONE]);
        send(&client, &change(verb, content)).expect("done");
        let seen = seen.lock().expect("whole").clone();
        assert_eq!(seen.len(), 3);
        assert!(seen[0].starts_with(&format!("{} /v1/things", verb.name())), "{}", seen[0]);
    }
}

#[test]
fn real_things_are_changed_only_where_that_is_meant() {
    assert!(Permit::of(true, false).is_none());
    assert!(Permit::of(true, true).is_some() && Permit::of(false, false).is_some());
}
