//! Posting to an address that a user names, over real sockets.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::http::post::Poster;

/// Answers one request after the other with these bytes, or not at all where there are none; returns where, and what came.
fn answering(answers: Vec<&'static str>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let place = listener.local_addr().expect("an address").to_string();
    let (sender, came) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut request = Vec::new();
            let mut chunk = [0; 4096];
            while !request.ends_with(b"}") {
                let read = stream.read(&mut chunk).expect("reads");
                assert!(read > 0, "{}", String::from_utf8_lossy(&request));
                request.extend_from_slice(&chunk[..read]);
            }
            sender.send(String::from_utf8(request).expect("text")).expect("somebody looks");
            if answer.is_empty() {
                // Silence until the other side has gone, or is taken to wait for ever.
                stream.set_read_timeout(Some(Duration::from_secs(300))).expect("is set");
                let _ = stream.read(&mut chunk);
                continue;
            }
            stream.write_all(answer.as_bytes()).expect("writes");
        }
    });
    (place, came)
}

#[test]
fn a_body_goes_as_it_is_with_its_headers_and_nothing_is_followed() {
    let moved = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let named = "HTTP/1.1 503 X\r\nX-Request-Id: req_7\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno";
    let (place, came) = answering(vec![moved, named]);
    let poster = Poster::new(&format!("http://us%40r:pa%3Ass@{place}/hook?token=abc"), Duration::from_secs(9));
    let poster = poster.expect("is one");
    assert_eq!(poster.shown(), format!("http://{place}/hook?…"));
    let first = poster.post(&[("Stripe-Signature", "t=1,v1=00")], b"{ \"a\":  1.10 }").expect("answers");
    assert_eq!((first.status, first.is_taken(), first.correlation_id), (302, false, None));
    let request = came.recv().expect("came");
    assert!(request.starts_with("POST /hook?token=abc HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\n{ \"a\":  1.10 }"), "{request}");
    let lower = request.to_lowercase();
    assert!(lower.contains("\r\nstripe-signature: t=1,v1=00\r\n"), "{request}");
    // us@r:pa:ss
    assert!(request.contains("Basic dXNAcjpwYTpzcw=="), "{request}");
    assert!(lower.contains(&format!("\r\nhost: {place}\r\n")), "{request}");
    let second = poster.post(&[], b"{}").expect("answers");
    assert_eq!((second.status, second.correlation_id.as_deref()), (503, Some("req_7")));
}

#[test]
fn what_does_not_answer_ends_in_time_and_is_named_without_its_secrets() {
    let (place, _came) = answering(vec![""]);
    let poster = Poster::new(&format!("http://u:verysecret@{place}/x"), Duration::from_millis(200)).expect("is one");
    let failed = poster.post(&[], b"{}").expect_err("nobody answers");
    assert!(!failed.is_final && failed.to_string().starts_with(&format!("http://{place}/x: ")), "{failed}");
    assert!(failed.cause.contains("timed out") && !failed.to_string().contains("verysecret"), "{failed}");
    let gone = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let poster = Poster::new(&format!("http://{gone}/"), Duration::from_secs(300)).expect("is one");
    assert_eq!(poster.post(&[], b"{}").expect_err("nobody is there").cause, "connection refused");
}

#[test]
fn what_is_no_address_is_refused_and_not_repeated() {
    for text in ["", "localhost:3000/x", "ftp://example.com/", "/hook", "whsec_aSecretInTheWrongPlace", "http://"] {
        let error = Poster::new(text, Duration::from_secs(1)).err().expect("is none").to_string();
        assert!(error.contains("URL") && !error.contains("SecretInTheWrongPlace"), "{text}: {error}");
    }
    let poster = Poster::new("https://[::1]/", Duration::from_secs(1)).expect("is one");
    assert_eq!(poster.host_and_port(), ("::1", 443));
}
