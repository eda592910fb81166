//! A TLS server on loopback whose certificate may be bad in one way. It keeps what came in over its connections.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};

/// What is the matter with the server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Matter {
    /// Nothing, for whoever trusts its authority.
    None,
    /// It signed its certificate itself.
    SelfSigned,
    /// The certificate is for another host.
    WrongName,
    /// The certificate was good until the end of 2020.
    Expired,
    /// It speaks TLS 1.1, and nothing newer.
    OldVersion,
}

/// What came in.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    /// Connections.
    pub connections: usize,
    /// What could be read of them: nothing where no connection was trusted.
    pub readable: Vec<u8>,
    /// The types of the records that came after the first greeting, where the server speaks an old version.
    pub records: Vec<u8>,
}

/// A running server; it ends with the test's process.
pub struct TlsServer {
    /// `https://localhost:1234`.
    pub url: String,
    /// The authority that signed the certificate, or the certificate itself, as DER.
    pub root: Vec<u8>,
    seen: Arc<Mutex<Seen>>,
}

impl TlsServer {
    /// Starts a server that answers every request with this JSON.
    pub fn start(matter: Matter, body: &'static str) -> TlsServer {
        let (config, root) = configured(matter);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                kept.lock().expect("whole").connections += 1;
                stream.set_read_timeout(Some(Duration::from_secs(5))).expect("set");
                // The client's going away is what is tested.
                let _ = match matter {
                    Matter::OldVersion => greet_as_of_old(stream, &kept),
                    _ => answer(stream, &config, body, &kept),
                };
            }
        });
        TlsServer { url, root, seen }
    }

    /// Returns what came in so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().expect("whole").clone()
    }
}

fn configured(matter: Matter) -> (Arc<ServerConfig>, Vec<u8>) {
    let authority_key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).expect("signed");
    let issuer = Issuer::new(authority, authority_key);

    let name = if matter == Matter::WrongName { "other.example" } else { "localhost" };
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    if matter == Matter::Expired {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2020, 12, 31));
    }
    let key = KeyPair::generate().expect("a key");
    let is_own = matter == Matter::SelfSigned;
    let signed = if is_own { params.self_signed(&key) } else { params.signed_by(&key, &issuer) };
    let chain: Vec<CertificateDer<'static>> = vec![signed.expect("signed").der().clone()];
    let root = if is_own { chain[0].to_vec() } else { root.der().to_vec() };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate and its key");
    (Arc::new(config), root)
}

fn answer(mut tcp: TcpStream, config: &Arc<ServerConfig>, body: &str, seen: &Mutex<Seen>) -> io::Result<()> {
    let mut connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    let mut tls = rustls::Stream::new(&mut connection, &mut tcp);
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && tls.read(&mut byte)? == 1 {
        head.push(byte[0]);
        seen.lock().expect("whole").readable.push(byte[0]);
    }
    write!(tls, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())?;
    tls.conn.send_close_notify();
    tls.flush()
}

/// Takes the client's greeting and answers it with TLS 1.1, a cipher of its time and no extension.
fn greet_as_of_old(mut tcp: TcpStream, seen: &Mutex<Seen>) -> io::Result<()> {
    record(&mut tcp)?;
    let mut hello = vec![3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0xc0, 0x13, 0]);
    let length = hello.len() as u8;
    tcp.write_all(&[22, 3, 2, 0, length + 4, 2, 0, 0, length])?;
    tcp.write_all(&hello)?;
    loop {
        let (kind, content) = record(&mut tcp)?;
        let mut seen = seen.lock().expect("whole");
        seen.records.push(kind);
        seen.readable.extend(if kind == 21 { Vec::new() } else { content });
    }
}

/// Reads one record: its type and its content.
fn record(tcp: &mut TcpStream) -> io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    tcp.read_exact(&mut head)?;
    let mut content = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    tcp.read_exact(&mut content)?;
    Ok((head[0], content))
}
