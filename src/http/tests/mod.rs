//! The pure parts by properties; the wire against a raw socket that misbehaves.

mod breaker;
mod fork;
mod limiter;
mod post;
mod retry;
mod skew;
mod tls;
mod tls_server;
mod wire;
mod write;
