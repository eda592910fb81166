//! The client and a server that is not who it says, with the server's authority trusted: the only fault is the one named.

use std::sync::Arc;

use super::tls_server::{Matter, TlsServer};
use crate::clock::FakeClock;
use crate::http::{Client, Error, Limits, Settings};
use crate::model::cancel::Cancel;
use crate::model::secret::Secret;
use crate::model::wire::{Answer, Request};

fn asked(server: &TlsServer, root: Option<&[u8]>) -> (Result<Vec<u8>, Error>, u64) {
    let mut settings = Settings::new(&server.url, Limits::new(1000, None))
        .header("Authorization", Secret::new("Bearer sk_test_MARKER"));
    settings.root = root.map(<[u8]>::to_vec);
    let client = Client::new(settings, Arc::new(FakeClock::at_ms(1_700_000_000_000)), Cancel::default()).unwrap();
    let request = Request { path: "/v1/things".to_owned(), endpoint: "/v1/things" };
    let got = client.get_counted(&request, &mut 0, &mut |answer: &Answer| Ok(answer.body.clone()));
    (got, client.sent())
}

#[test]
fn a_server_that_is_who_it_says_gets_the_key() {
    for matter in [Matter::None, Matter::SelfSigned] {
        let server = TlsServer::start(matter, "{}");
        let (got, _) = asked(&server, Some(&server.root));
        assert_eq!(got.unwrap(), b"{}", "{matter:?}");
        let seen = String::from_utf8(server.seen().readable).unwrap();
        assert!(seen.starts_with("GET /v1/things ") && seen.contains("Bearer sk_test_MARKER"), "{seen}");
    }
}

#[test]
fn a_server_that_is_not_is_refused_at_once_and_gets_no_byte() {
    let cases = [
        (Matter::None, false, "signed by nobody whom this program trusts"),
        (Matter::SelfSigned, false, "signed by nobody whom this program trusts"),
        (Matter::WrongName, true, "certificate not valid for name \"localhost\"; certificate is only valid for"),
        (Matter::Expired, true, "certificate expired"),
        (Matter::OldVersion, true, "ServerDoesNotSupportTls12Or13"),
    ];
    for (matter, is_trusted, words) in cases {
        let server = TlsServer::start(matter, "{}");
        let (got, sent) = asked(&server, is_trusted.then_some(&server.root));
        let Err(Error::Unreachable { host, cause }) = got else { panic!("{matter:?}: {got:?}") };
        assert!(host == "localhost" && cause.starts_with("TLS: ") && cause.contains(words), "{matter:?}: {cause}");
        // Asking again would not help.
        let seen = server.seen();
        assert_eq!((sent, seen.connections, seen.readable), (1, 1, Vec::new()), "{matter:?}");
        assert!(seen.records.iter().all(|kind| *kind == 21), "more than alerts came: {:?}", seen.records);
    }
}
