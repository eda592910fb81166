//! Text that must never be seen: keys, tokens, signing secrets.

use secrecy::{ExposeSecret, SecretString};

/// A secret. It has no `Display`, its `Debug` is redacted, and its memory is wiped on drop.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps the text.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(SecretString::from(text.into()))
    }
    /// Returns the text itself; only for the wire.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
    /// Returns a form that may be shown: the public prefix and the last four characters.
    pub fn hint(&self) -> String {
        let text = self.expose();
        let last: String = text.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        let prefix =
            ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"].into_iter().find(|p| text.starts_with(p));
        if text.len() < 16 { "…".to_owned() } else { format!("{}…{last}", prefix.unwrap_or("")) }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(redacted)")
    }
}
