//! The real program and a service that cannot prove who it is.

use stripesync::sandbox::TEST_KEY;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::program::{Home, holds, ran};

#[path = "../../src/http/tests/tls_server.rs"]
mod tls_server;

use tls_server::{Matter, TlsServer};

const ACCOUNT: &str = r#"{"id":"acct_1Tls","object":"account","country":"IT","created":1700000000}"#;

/// Asks as somebody who trusts the server's authority, and returns the status.
fn asked_in_trust(server: &TlsServer) -> u16 {
    let roots = RootCerts::new_with_certs(&[Certificate::from_der(&server.root).to_owned()]);
    let tls = TlsConfig::builder().root_certs(roots).build();
    let agent = ureq::Agent::config_builder().tls_config(tls).build().new_agent();
    agent.get(format!("{}/v1/account", server.url)).call().expect("an answer").status().as_u16()
}

#[test]
fn a_service_that_cannot_prove_who_it_is_is_named_and_never_gets_the_key() {
    let cases = [
        // A good server, but for its authority: nobody knows it.
        (Matter::None, "signed by nobody whom this program trusts"),
        (Matter::SelfSigned, "signed by nobody whom this program trusts"),
        (Matter::WrongName, "TLS: invalid peer certificate"),
        (Matter::Expired, "certificate expired"),
        (Matter::OldVersion, "ServerDoesNotSupportTls12Or13"),
    ];
    for (matter, words) in cases {
        let server = TlsServer::start(matter, ACCOUNT);
        let home = Home::new();
        let ran = ran(&mut home.asking(&server.url, TEST_KEY, &["sync", "charges", "-v"]));
        assert_eq!(ran.code, Some(1), "{matter:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("cannot reach localhost: TLS: "), "{matter:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{matter:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("nothing was changed"), "{matter:?}: {}", ran.stderr);
        let seen = server.seen();
        assert_eq!(seen.readable, b"", "{matter:?}: the program spoke HTTP");
        // It was no dead server: whoever trusts its authority gets an answer.
        if matches!(matter, Matter::None | Matter::SelfSigned) {
            assert_eq!(asked_in_trust(&server), 200, "{matter:?}");
        }
        assert!(seen.connections > 0 && seen.records.iter().all(|kind| *kind == 21), "{matter:?}: {seen:?}");
        assert_eq!(holds(home.path(), &[&ran.stdout, &ran.stderr], TEST_KEY), Vec::<String>::new());
    }
}

#[test]
fn there_is_no_switch_that_trusts_anybody() {
    let home = Home::new();
    let server = TlsServer::start(Matter::SelfSigned, ACCOUNT);
    // What other programs listen to.
    let mut sync = home.asking(&server.url, TEST_KEY, &["sync", "charges"]);
    for (name, value) in [("PYTHONHTTPSVERIFY", "0"), ("NODE_TLS_REJECT_UNAUTHORIZED", "0"), ("SSL_VERIFY", "false")] {
        sync.env(name, value);
    }
    assert_eq!(ran(&mut sync).code, Some(1));
    for switch in ["--insecure", "-k", "--no-verify"] {
        assert_eq!(
            ran(&mut home.asking(&server.url, TEST_KEY, &["sync", "charges", switch])).code,
            Some(2),
            "{switch}"
        );
    }
    assert_eq!(server.seen().readable, b"");
}
