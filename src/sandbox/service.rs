//! What the HTTP server asks of a service: an answer to a call, no sockets.

use super::trouble::Trouble;

/// One request as the server read it.
#[derive(Debug, Clone)]
pub struct Call {
    /// `GET`, `POST`, `DELETE`, in upper case.
    pub method: String,
    /// Decoded path without query.
    pub path: String,
    /// Decoded query pairs in order, repeats kept: `("expand[]", "data.tiers")`.
    pub query: Vec<(String, String)>,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Call {
    /// Returns the first value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    /// Returns the first value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// What to send back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Extra headers (`Date`, `Content-Length` and the like are the server's).
    pub headers: Vec<(String, String)>,
    /// JSON body.
    pub body: Vec<u8>,
}

/// Whom a call is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whose {
    /// On whose limits it draws, apart from the account's: the credential's owner.
    pub owner: String,
    /// Whose data is asked for: a connected account, a company, else the owner. By this id troubles are set, and requests
    /// counted.
    pub account: String,
}

/// A look-alike. Called from many threads.
pub trait Service: Send + Sync {
    /// Answers a call; `now_s` is the sandbox's clock in unix seconds.
    fn answer(&self, call: &Call, now_s: i64) -> Reply;
    /// Names the operation that the service's endpoint limit counts: `GET /v1/customers/{id}`.
    fn endpoint(&self, call: &Call) -> String;
    /// Says whom a call is for.
    fn whose(&self, _call: &Call) -> Whose {
        Whose::default()
    }
    /// Refuses a call as this service does where the account is in such trouble; none where it has no form of its own.
    fn refusal(&self, _call: &Call, _trouble: Trouble) -> Option<Reply> {
        None
    }
}
