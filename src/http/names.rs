//! Name lookup that remembers. By itself ureq looks up the host before every request, also where a connection is open,
//! and each time in a thread of its own: a question to the name server for each of a hundred requests a second.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// How long an answer is used: as long as the services' own name servers let theirs be kept.
const KEPT: Duration = Duration::from_secs(60);
/// Hosts remembered; a client talks to one, or to a proxy.
const HOSTS_MAX: usize = 8;

/// The addresses found lately, by host and port. Clones share them.
#[derive(Debug, Clone)]
pub struct Names {
    found: Arc<Mutex<HashMap<String, Found>>>,
    ask: Arc<dyn Resolver>,
}

#[derive(Debug)]
struct Found {
    addresses: Vec<SocketAddr>,
    since: Instant,
}

impl Default for Names {
    fn default() -> Names {
        Names::asking(Arc::new(DefaultResolver::default()))
    }
}

impl Names {
    fn asking(ask: Arc<dyn Resolver>) -> Names {
        Names { found: Arc::default(), ask }
    }

    /// Has every host looked up anew: what was found does not answer.
    pub fn forget(&self) {
        self.held().clear();
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, host: &str) -> Option<ResolvedSocketAddrs> {
        let found = self.held();
        let known = found.get(host).filter(|known| known.since.elapsed() < KEPT)?;
        let mut addresses = self.ask.empty();
        known.addresses.iter().for_each(|address| addresses.push(*address));
        Some(addresses)
    }
}

impl Resolver for Names {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        // Without a proxy's user and password, which stand before the host. The default port follows from the scheme.
        let authority = uri.authority().map_or("", |it| it.as_str());
        let host = authority.rsplit('@').next().unwrap_or_default();
        let host = format!("{}://{host}", uri.scheme_str().unwrap_or_default());
        if let Some(addresses) = self.known(&host) {
            return Ok(addresses);
        }
        let addresses = self.ask.resolve(uri, config, timeout)?;
        let mut found = self.held();
        if found.len() >= HOSTS_MAX {
            found.clear();
        }
        found.insert(host, Found { addresses: addresses.iter().copied().collect(), since: Instant::now() });
        drop(found);
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Answers with one address for each host, and counts the questions.
    #[derive(Debug, Default)]
    struct Server(AtomicUsize);

    impl Resolver for Server {
        fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
            self.0.fetch_add(1, Ordering::SeqCst);
            if uri.host() == Some("nowhere.example") {
                return Err(Error::HostNotFound);
            }
            let mut addresses = self.empty();
            addresses.push(SocketAddr::from(([10, 0, 0, uri.host().map_or(0, str::len) as u8], 443)));
            Ok(addresses)
        }
    }

    #[test]
    fn a_host_is_asked_for_once_until_it_is_old_or_does_not_answer() {
        let server = Arc::new(Server::default());
        let names = Names::asking(server.clone());
        let config = Config::default();
        let asked = || server.0.load(Ordering::SeqCst);
        let look = |uri: &str| {
            let timeout = NextTimeout {
                after: Duration::from_secs(1).into(),
                reason: ureq::Timeout::Resolve,
                ..NextTimeout::default()
            };
            names.resolve(&uri.parse().expect("a URL"), &config, timeout).map(|found| found.to_vec())
        };
        let first = look("https://a.example/v1/x").expect("found");
        assert_eq!(look("https://a.example/v1/y").expect("found"), first);
        assert_eq!(asked(), 1);
        assert_ne!(look("https://ab.example/v1/x").expect("found"), first);
        assert_eq!(asked(), 2);
        look("https://user:secret@abc.example/").expect("found");
        assert!(!format!("{names:?}").contains("secret"), "{names:?}");
        names.forget();
        look("https://a.example/").expect("found");
        assert_eq!(asked(), 4);
        // A failure is not remembered.
        assert!(look("https://nowhere.example/").is_err() && look("https://nowhere.example/").is_err());
        assert_eq!(asked(), 6);
        names.forget();
        look("https://a.example/").expect("found");
        assert_eq!(asked(), 7);
        let old = Instant::now().checked_sub(KEPT).expect("a machine that runs for a minute");
        names.held().values_mut().for_each(|found| found.since = old);
        look("https://a.example/").expect("found");
        assert_eq!(asked(), 8);
        for host in 0..100 {
            look(&format!("https://host-{host}.example/")).expect("found");
        }
        assert!(names.held().len() <= HOSTS_MAX);
    }
}
