//! Requests that say in two ways where they end, as raw bytes: a proxy before the receiver may find another end than it
//! does, and whoever sends them means what stands in between.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use stripesync::model::secret::Secret;
use stripesync::providers::stripe::signature;

use crate::listening::{Listening, event, exchange, now_s};
use crate::program::Home;
use crate::receiver::SECRET;

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

/// A signed event with these headers besides, and this after them.
fn post(headers: &str, signed: &str, body: &str) -> String {
    let header = signature::sign(signed.as_bytes(), &Secret::new(SECRET), now_s());
    format!("POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: {header}\r\n{headers}\r\n{body}")
}

fn chunked(body: &str) -> String {
    format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
}

/// The statuses of the answers on one connection, in their order.
fn statuses(answer: &str) -> Vec<u16> {
    let lines = answer.split("HTTP/1.1 ").skip(1);
    lines.map(|line| line[..3].parse().expect("a status")).collect()
}

/// Bytes for one connection, and what has to come back.
fn table(id: &mut dyn FnMut() -> String) -> Vec<(&'static str, String, Vec<u16>)> {
    let mut next = || event(&id(), "prod_1", "A", 1000);
    let mut table = Vec::new();
    let mut add = |what: &'static str, bytes: String, statuses: &[u16]| table.push((what, bytes, statuses.to_vec()));
    let body = next();
    let (length, chunks) = (format!("Content-Length: {}\r\n", body.len()), "Transfer-Encoding: chunked\r\n");
    add("a length", post(&length, &body, &body), &[200]);
    let body = next();
    add("chunks", post(chunks, &body, &chunked(&body)), &[200]);
    let body = next();
    add("both", post(&(length.clone() + chunks), &body, &chunked(&body)), &[400]);
    add("both, the other way round", post(&format!("{chunks}{length}"), &body, &chunked(&body)), &[400]);
    add("both, and the body fits the length", post(&format!("{chunks}{length}"), &body, &body), &[400]);
    add("two lengths", post(&format!("{length}Content-Length: 0\r\n"), &body, &body), &[400]);
    add("a length twice", post(&length.repeat(2), &body, &body), &[400]);
    add("two lengths in one", post("Content-Length: 5, 5\r\n", &body, &body), &[400]);
    add("a length with a sign", post("Content-Length: +5\r\n", &body, &body), &[400]);
    add("chunks twice", post(&chunks.repeat(2), &body, &chunked(&body)), &[400]);
    let other = "Transfer-Encoding: identity\r\n";
    add("two codings", post(&format!("{other}{chunks}"), &body, &chunked(&body)), &[400]);
    add("two codings, the other way round", post(&format!("{chunks}{other}"), &body, &chunked(&body)), &[400]);
    add("another coding", post(other, &body, &body), &[400]);
    add("a blank before the colon", post(&length.replace(':', " :"), &body, &body), &[400]);
    add("a folded line", post("X: y\r\n Content-Length: 5\r\n", &body, &body), &[400]);
    add("chunks in HTTP/1.0", post(chunks, &body, &chunked(&body)).replacen("1.1", "1.0", 1), &[400]);
    let no_path = |head: &str| format!("{head} HTTP/1.1\r\nHost: x\r\n{length}{chunks}\r\n0\r\n\r\n");
    add("both, for nothing", no_path("GET /healthz"), &[400]);
    // It never comes again after a 4xx, should a proxy have made it so.
    add("both, of the other service", no_path("POST /api/webhooks/fic/1/x"), &[503]);
    // Where the body ends two readers disagree; what stands in it or behind it is not answered.
    let smuggled = |headers: &str, before: &str| post(headers, &body, &format!("{before}{HEALTH}"));
    add("another behind the chunks", smuggled(&format!("Content-Length: 5\r\n{chunks}"), "0\r\n\r\n"), &[400]);
    add("another behind the length", smuggled(&format!("{chunks}Content-Length: 5\r\n"), "hello"), &[400]);
    let body = next();
    let held = body + HEALTH;
    let length = format!("Content-Length: {}\r\n", held.len());
    add("another within a body", post(&length, &held, &held), &[400]);
    let [first, second] = [next(), next()];
    let plain = |body: &str| post(&format!("Content-Length: {}\r\n", body.len()), body, body);
    let last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    add("three in a row", format!("{}{}{last}", plain(&first), plain(&second)), &[200, 200, 200]);
    let [first, second] = [next(), next()];
    let both = format!("Content-Length: {}\r\n{chunks}", second.len());
    add("the second one has both", plain(&first) + &post(&both, &second, &chunked(&second)) + HEALTH, &[200, 400]);
    let [first, second] = [next(), next()];
    add("nothing is read behind chunks", post(chunks, &first, &chunked(&first)) + &plain(&second), &[200]);
    table
}

#[test]
fn a_request_has_one_end_or_none_and_nobody_hides_another_in_it() {
    let home = Home::new();
    let told = home.path().join("told.txt");
    let listening = Listening::start(&home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET).stdout(std::fs::File::create(&told).expect("a file"));
    });
    let mut number = 0;
    let mut id = || {
        number += 1;
        format!("evt_{number}")
    };
    let table = table(&mut id);
    let mut wrong = Vec::new();
    for (what, bytes, wanted) in &table {
        let answered = statuses(&exchange(listening.port, bytes.as_bytes()));
        if answered != *wanted {
            wrong.push(format!("{what}: {answered:?} and not {wanted:?}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert_eq!(home.count("SELECT count(*) FROM webhook_events"), 6, "what was refused is not kept");
    // However the bytes are cut.
    let (what, bytes, wanted) = table.iter().find(|row| row.0 == "the second one has both").expect("is there");
    let mut stream = TcpStream::connect(("127.0.0.1", listening.port)).expect("is there");
    stream.set_nodelay(true).expect("is set");
    for piece in bytes.as_bytes().chunks(7) {
        // It may be answered before all of it was sent.
        let _ = stream.write_all(piece);
        std::thread::sleep(Duration::from_micros(200));
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert_eq!(statuses(&String::from_utf8_lossy(&answer)), *wanted, "{what}, in small pieces");
    listening.stop();
    let told = std::fs::read_to_string(&told).expect("is there");
    assert!(told.contains("both a length and chunks"), "it says why:\n{told}");
}
