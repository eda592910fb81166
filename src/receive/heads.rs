//! Where each request on a connection ends, by its own headers as they came. The parser behind this takes `Content-Length`
//! out of a request that has chunks, too, and joins what is said twice: nobody could see any more that two readers of the
//! same bytes, a proxy and this one, would find two different ends, and a request of somebody else's in between.

use std::collections::VecDeque;
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::server::{HEADER_BYTES_MAX, HEADERS_MAX};

/// What stays allocated between two heads.
const KEPT_BYTES: usize = 1 << 10;

/// How a request says where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// It has a length, or nothing follows.
    Plain,
    /// In chunks. What comes behind the last one is not looked at, so that the connection ends with the answer.
    Chunks,
    /// Two readers would take it for two things; this is why.
    Unclear(&'static str),
}

impl Framing {
    /// Returns whether nothing more is read from the connection.
    pub fn is_last(self) -> bool {
        self != Framing::Plain
    }
}

/// Finds the heads in what comes over one connection. Bodies pass by uncopied. Pure.
#[derive(Debug, Default)]
pub(super) struct Heads {
    at: At,
    /// What has come of a head.
    head: Vec<u8>,
    /// Bytes since the last end of a line, without carriage returns.
    line_bytes: usize,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Head,
    /// So many bytes of a body are to come.
    Body(u64),
    /// Nothing more is looked at.
    Over,
}

impl Heads {
    /// Takes the next bytes, however they are cut; tells of each head that is whole by now.
    pub fn feed(&mut self, mut bytes: &[u8], found: &mut dyn FnMut(Framing)) {
        while !bytes.is_empty() {
            match self.at {
                At::Over => return,
                At::Body(left) => {
                    let count = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                    bytes = &bytes[count..];
                    self.at = At::of(left - count as u64);
                }
                At::Head => bytes = self.feed_head(bytes, found),
            }
        }
    }

    /// Takes what belongs to the head; returns the rest.
    fn feed_head<'b>(&mut self, bytes: &'b [u8], found: &mut dyn FnMut(Framing)) -> &'b [u8] {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                // Empty lines before a request are nothing.
                b'\r' | b'\n' if self.head.is_empty() => continue,
                b'\n' if self.line_bytes == 0 => {
                    self.head.push(b'\n');
                    self.end_head(found);
                    if self.head.is_empty() {
                        return &bytes[at + 1..];
                    }
                    continue;
                }
                b'\n' => self.line_bytes = 0,
                b'\r' => {}
                _ => self.line_bytes += 1,
            }
            self.head.push(*byte);
            // The parser refuses it, too.
            if self.head.len() > HEADER_BYTES_MAX {
                self.end(At::Over);
                return &[];
            }
        }
        &[]
    }

    /// Reads what may be a whole head by the same parser that reads it afterwards.
    fn end_head(&mut self, found: &mut dyn FnMut(Framing)) {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        let (framing, next) = match request.parse(&self.head) {
            Ok(httparse::Status::Complete(_)) => framing(request.headers),
            Ok(httparse::Status::Partial) => return,
            // It is refused by whoever reads it next.
            Err(_) => return self.end(At::Over),
        };
        self.end(next);
        found(framing);
    }

    fn end(&mut self, next: At) {
        self.at = next;
        self.line_bytes = 0;
        self.head.clear();
        self.head.shrink_to(KEPT_BYTES);
    }
}

impl At {
    fn of(body_bytes: u64) -> At {
        if body_bytes == 0 { At::Head } else { At::Body(body_bytes) }
    }
}

/// Says how a request ends, and what comes behind its head.
fn framing(headers: &[httparse::Header]) -> (Framing, At) {
    let of =
        |name: &'static str| headers.iter().filter(move |it| it.name.eq_ignore_ascii_case(name)).map(|it| it.value);
    let (mut lengths, mut codings) = (of("content-length"), of("transfer-encoding"));
    let unclear = |why| (Framing::Unclear(why), At::Over);
    match (lengths.next(), codings.next()) {
        (Some(_), Some(_)) => unclear("the request has both a length and chunks"),
        (None, None) => (Framing::Plain, At::Head),
        _ if lengths.next().is_some() => unclear("the request says its length twice"),
        _ if codings.next().is_some() => unclear("the request says twice how its body is encoded"),
        (None, Some(coding)) if coding.eq_ignore_ascii_case(b"chunked") => (Framing::Chunks, At::Over),
        (None, Some(_)) => unclear("the request's body is encoded in a way that is not read here"),
        (Some(length), None) => match number(length) {
            Some(length) => (Framing::Plain, At::of(length)),
            None => unclear("the request's length is no number"),
        },
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
}

/// The requests that were seen on a connection and not answered yet. What a connection may hold unread bounds them.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(Arc<Mutex<VecDeque<Framing>>>);

impl Seen {
    fn add(&self, framing: Framing) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(framing);
    }

    /// Returns how the next request ends.
    pub fn next(&self) -> Framing {
        let next = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        // Where two readers disagree which requests there are, one of them is deceived.
        next.unwrap_or(Framing::Unclear("the request is not where the one before it ended"))
    }
}

/// A connection whose requests are looked at as they pass by.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    heads: Heads,
    seen: Seen,
}

impl<S> Watched<S> {
    /// Watches a connection; what is seen is told there.
    pub fn new(stream: S, seen: Seen) -> Watched<S> {
        Watched { stream, heads: Heads::default(), seen }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context, buffer: &mut ReadBuf) -> Poll<Result<()>> {
        let Watched { stream, heads, seen } = self.get_mut();
        let before = buffer.filled().len();
        let polled = Pin::new(stream).poll_read(context, buffer);
        heads.feed(&buffer.filled()[before..], &mut |framing| seen.add(framing));
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
    fn poll_write_vectored(self: Pin<&mut Self>, context: &mut Context, parts: &[IoSlice]) -> Poll<Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, parts)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(pieces: &[&[u8]]) -> Vec<Framing> {
        let (mut heads, mut seen) = (Heads::default(), Vec::new());
        pieces.iter().for_each(|piece| heads.feed(piece, &mut |framing| seen.push(framing)));
        seen
    }

    fn post(headers: &str, body: &str) -> String {
        format!("POST /webhook HTTP/1.1\r\nHost: x\r\n{headers}\r\n{body}")
    }

    fn is_unclear(framing: Option<&Framing>) -> bool {
        matches!(framing, Some(Framing::Unclear(_)))
    }

    #[test]
    fn only_one_end_is_clear() {
        let one = |headers: &str| all(&[post(headers, "").as_bytes()]);
        assert_eq!(one(""), [Framing::Plain]);
        assert_eq!(one("Content-Length: 5\r\n"), [Framing::Plain]);
        assert_eq!(one("content-LENGTH:5 \n"), [Framing::Plain]);
        assert_eq!(one("X-Content-Length: 5\r\nContent-Length: 5\r\n"), [Framing::Plain]);
        assert_eq!(one("Transfer-Encoding: Chunked\r\n"), [Framing::Chunks]);
        for unclear in [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nX: y\r\nContent-Length: 5\r\n",
            "TRANSFER-ENCODING: x\r\ncontent-length: 5\r\n",
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            "Content-Length: 5, 5\r\n",
            "Content-Length: +5\r\n",
            "Content-Length: 0x5\r\n",
            "Content-Length: \r\n",
            "Content-Length: 99999999999999999999999\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: \x0bchunked\r\n",
            "Transfer-Encoding: \r\n",
        ] {
            let seen = one(unclear);
            assert!(seen.is_empty() || is_unclear(seen.first()), "{unclear:?}: {seen:?}");
        }
        // What the parser refuses is nothing that anybody answers for.
        for refused in
            ["Content-Length : 5\r\n", " Content-Length: 5\r\n", "X: y\r\n Content-Length: 5\r\n", "\0: 5\r\n"]
        {
            assert_eq!(one(refused), [], "{refused:?}");
        }
    }

    #[test]
    fn what_stands_in_a_body_is_no_request_and_what_stands_behind_it_is() {
        let inner = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
        let length = format!("Content-Length: {}\r\n", inner.len());
        let both = format!("{length}Transfer-Encoding: chunked\r\n");
        assert_eq!(all(&[post(&length, inner).as_bytes()]), [Framing::Plain]);
        assert_eq!(all(&[(post(&length, inner) + "\r\n\n" + inner).as_bytes()]), [Framing::Plain; 2]);
        let seen = all(&[(post(&length, inner) + &post(&both, inner) + inner).as_bytes()]);
        assert!(seen.len() == 2 && seen[0] == Framing::Plain && is_unclear(seen.get(1)), "{seen:?}");
        let chunks = post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n");
        assert_eq!(all(&[(chunks + inner).as_bytes()]), [Framing::Chunks], "nothing behind chunks is looked at");
        let huge = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "y".repeat(HEADER_BYTES_MAX));
        assert_eq!(all(&[(huge + inner).as_bytes()]), [], "nor behind a head without end");
    }

    #[test]
    fn a_request_that_was_not_seen_is_unclear() {
        let seen = Seen::default();
        seen.add(Framing::Plain);
        assert_eq!(seen.next(), Framing::Plain);
        assert!(is_unclear(Some(&seen.next())));
    }

    /// Requests and things like them.
    fn stream() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec![
            "GET /healthz HTTP/1.1\r\n",
            "POST /webhook HTTP/1.1\r\n",
            "POST /webhook HTTP/1.0\n",
            "Host: x\r\n",
            "Content-Length: 5\r\n",
            "content-length: 5\n",
            "Content-Length: 40\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding : chunked\r\n",
            " folded\r\n",
            "\r\n",
            "\n",
            "\r",
            "hello",
            "0\r\n\r\n",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #[test]
        fn how_the_bytes_are_cut_changes_nothing(stream in stream(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
            let whole = all(&[&stream]);
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
            at.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for to in at.into_iter().chain([stream.len()]) {
                pieces.push(&stream[from..to]);
                from = to;
            }
            prop_assert_eq!(&all(&pieces), &whole);
            let bytes: Vec<&[u8]> = stream.chunks(1).collect();
            prop_assert_eq!(&all(&bytes), &whole);
        }
    }
}
