//! How answers go onto the wire: whole, or damaged as a [`Fault`] says.

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use super::clock::http_date;
use super::faults::Fault;
use super::service::Reply;

/// Pieces of a slow body.
const DRIPS: usize = 10;
/// What the gzip bomb unpacks to.
const BOMB_BYTES: usize = 256 * 1024 * 1024;
/// What the huge headers add up to.
const HUGE_HEADER_BYTES: usize = 512 * 1024;

/// Stripe's refusal by a limiter.
pub(super) fn too_many(reason: &str) -> Reply {
    let mut reply = error(429, "invalid_request_error", "rate_limit", "Request rate limit exceeded.");
    reply.headers.push(("Stripe-Should-Retry".into(), "true".into()));
    reply.headers.push(("Stripe-Rate-Limited-Reason".into(), reason.into()));
    reply
}

fn error(status: u16, kind: &str, code: &str, message: &str) -> Reply {
    let body = format!(
        "{{\n  \"error\": {{\n    \"code\": \"{code}\",\n    \"message\": \"{message}\",\n    \"type\": \"{kind}\"\n  }}\n}}\n"
    );
    Reply { status, headers: Vec::new(), body: body.into_bytes() }
}

fn reason_phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Status",
    }
}

/// Everything before the body; `length` is the `Content-Length` claimed, if any.
fn head(date_s: i64, reply: &Reply, length: Option<usize>) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {} {}\r\nServer: sandbox\r\nDate: {}\r\n",
        reply.status,
        reason_phrase(reply.status),
        http_date(date_s)
    );
    if !reply.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        head.push_str("Content-Type: application/json\r\n");
    }
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match length {
        Some(length) => head.push_str(&format!("Content-Length: {length}\r\n\r\n")),
        None => head.push_str("Connection: close\r\n\r\n"),
    }
    head.into_bytes()
}

/// Sends a whole answer; returns whether the connection lives on.
pub(super) fn reply(stream: &mut TcpStream, date_s: i64, reply: &Reply) -> io::Result<bool> {
    stream.write_all(&head(date_s, reply, Some(reply.body.len())))?;
    stream.write_all(&reply.body)?;
    Ok(true)
}

/// Sends an answer damaged as the fault says; `pause` is that of a slow body.
pub(super) fn faulty(
    stream: &mut TcpStream,
    date_s: i64,
    mut whole: Reply,
    (fault, pause): (Fault, Duration),
) -> io::Result<bool> {
    let half = whole.body.len() / 2;
    match fault {
        Fault::ResetBefore => return close(stream),
        Fault::ResetInHeaders => {
            stream.write_all(&head(date_s, &whole, Some(whole.body.len()))[..20])?;
            return close(stream);
        }
        Fault::ResetInBody => {
            stream.write_all(&head(date_s, &whole, Some(whole.body.len())))?;
            stream.write_all(&whole.body[..half])?;
            return close(stream);
        }
        Fault::CutWithoutLength => {
            stream.write_all(&head(date_s, &whole, None))?;
            stream.write_all(&whole.body[..half])?;
            return close(stream);
        }
        Fault::SlowBody => return drip(stream, date_s, &whole, pause),
        Fault::Internal => whole = error(500, "api_error", "internal", "An unknown error occurred."),
        Fault::Unavailable => {
            whole = error(503, "api_error", "unavailable", "The service is not available.");
            whole.headers.push(("Stripe-Should-Retry".into(), "true".into()));
        }
        Fault::Conflict => {
            whole = error(409, "invalid_request_error", "lock_timeout", "Another request holds this object.")
        }
        Fault::RateLimited => whole = too_many("global-rate"),
        Fault::Unauthorized => {
            whole = error(401, "invalid_request_error", "api_key_expired", "Expired API Key provided.")
        }
        Fault::Redirect => {
            whole.status = 302;
            whole.headers.push(("Location".into(), "http://elsewhere.invalid/v1/customers".into()));
            whole.body.clear();
        }
        Fault::GzipBomb => {
            whole.headers.push(("Content-Encoding".into(), "gzip".into()));
            whole.body = gzip_of_spaces(BOMB_BYTES);
        }
        Fault::HugeHeaders => whole.headers.push(("X-Huge".into(), "x".repeat(HUGE_HEADER_BYTES))),
        _ => deform(&mut whole, fault),
    }
    reply(stream, date_s, &whole)
}

/// Changes the body of a 200 into one that a careless reader would believe.
fn deform(whole: &mut Reply, fault: Fault) {
    let text = String::from_utf8_lossy(&whole.body).into_owned();
    let body = match fault {
        Fault::MalformedJson => text.replacen("\": ", "\" ", 1) + "}",
        Fault::Html => {
            whole.headers.push(("Content-Type".into(), "text/html".into()));
            "<!DOCTYPE html><html><body><h1>Sign in to the network</h1></body></html>".to_owned()
        }
        Fault::EmptyBody => String::new(),
        Fault::EmptyObject => "{}".to_owned(),
        Fault::DataNotAList => r#"{"object":"list","data":{"id":"x"},"has_more":false,"url":"/v1/x"}"#.to_owned(),
        Fault::EmptyPageWithMore => r#"{"object":"list","data":[],"has_more":true,"url":"/v1/x"}"#.to_owned(),
        Fault::ObjectWithoutId => text.replacen("\"id\": ", "\"di\": ", 1).replacen("\"id\":", "\"di\":", 1),
        // The envelope's own flag is the only one at its depth.
        Fault::HasMoreMissing => text.replace("\n  \"has_more\": false,", "").replace("\n  \"has_more\": true,", ""),
        Fault::HasMoreForever => text.replace("\n  \"has_more\": false", "\n  \"has_more\": true"),
        _ => text,
    };
    whole.body = body.into_bytes();
    if !matches!(fault, Fault::FirstPageAgain | Fault::HasMoreForever | Fault::HasMoreMissing | Fault::ObjectWithoutId)
    {
        whole.status = 200;
    }
}

fn drip(stream: &mut TcpStream, date_s: i64, whole: &Reply, pause: Duration) -> io::Result<bool> {
    stream.write_all(&head(date_s, whole, Some(whole.body.len())))?;
    for piece in whole.body.chunks((whole.body.len() / DRIPS).max(1)) {
        stream.write_all(piece)?;
        std::thread::sleep(pause);
    }
    Ok(true)
}

fn close(stream: &TcpStream) -> io::Result<bool> {
    stream.shutdown(Shutdown::Both)?;
    Ok(false)
}

/// Writes a gzip stream of so many spaces by hand: one literal, then matches of 258 bytes at distance 1 in deflate's
/// fixed code. Its trailer's checksum is not right; nobody should come so far.
fn gzip_of_spaces(unpacked: usize) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut bits, mut count) = (0u32, 0u32);
    // Deflate packs from the lowest bit; Huffman codes go in from their highest bit.
    let mut put = |code: u32, len: u32, out: &mut Vec<u8>| {
        for shift in (0..len).rev() {
            bits |= ((code >> shift) & 1) << count;
            count += 1;
            if count == 8 {
                out.push(bits as u8);
                (bits, count) = (0, 0);
            }
        }
    };
    put(1, 1, &mut out); // last block
    put(0b10, 2, &mut out); // fixed codes (01, lowest bit first)
    put(0x30 + 0x20, 8, &mut out); // a space
    for _ in 0..unpacked / 258 {
        put(0b1100_0101, 8, &mut out); // length 258
        put(0, 5, &mut out); // distance 1
    }
    put(0, 7, &mut out); // end of block
    put(0, 7, &mut out); // padding
    out.extend_from_slice(&[0; 8]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn the_bomb_is_small_and_unpacks_to_spaces() {
        let packed = gzip_of_spaces(258 * 100);
        let mut unpacked = vec![0; 20_000];
        flate2::read::GzDecoder::new(&packed[..]).read_exact(&mut unpacked).unwrap();
        assert!(packed.len() < 250 && unpacked.iter().all(|b| *b == b' '));
    }

    #[test]
    fn deformed_bodies_differ_only_in_what_their_name_says() {
        let body = "{\n  \"object\": \"list\",\n  \"data\": [\n    {\n      \"id\": \"a\",\n      \"has_more\": false\n    }\n  ],\n  \"has_more\": false,\n  \"url\": \"/\"\n}";
        let bent = |fault| {
            let mut reply = Reply { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() };
            deform(&mut reply, fault);
            serde_json::from_slice::<serde_json::Value>(&reply.body)
        };
        assert!(bent(Fault::MalformedJson).is_err() && bent(Fault::Html).is_err() && bent(Fault::EmptyBody).is_err());
        assert!(bent(Fault::HasMoreMissing).unwrap().get("has_more").is_none());
        assert_eq!(bent(Fault::HasMoreForever).unwrap()["has_more"], true);
        assert_eq!(bent(Fault::HasMoreForever).unwrap()["data"][0]["has_more"], false);
        assert!(bent(Fault::ObjectWithoutId).unwrap()["data"][0].get("id").is_none());
    }
}
