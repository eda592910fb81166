//! Takes credentials out of text that a service or a proxy wrote. Some refusals repeat the key that they refuse.

use std::borrow::Cow;

/// Beginnings of Stripe's keys and signing secrets; what follows is letters, digits and underscores.
const PREFIXES: [&str; 4] = ["sk_", "rk_", "pk_", "whsec_"];
/// Parts of a prefix that may be shown: they tell the kind of key and its mode.
const SHOWN: [&str; 3] = ["org_", "live_", "test_"];
/// Shorter tails are words, or keys that are shortened already (`sk_test_****1234`).
const TAIL_MIN: usize = 8;
/// Characters shown of a tail that is long enough to keep the rest secret.
const LAST: usize = 4;
/// Tails from this length on show their last characters.
const TELLING_MIN: usize = 16;
/// Fatture in Cloud's tokens begin so.
const FIC_PREFIX: &str = "a/";
/// Fatture in Cloud's tokens are some hundred characters; shorter is a path.
const FIC_TAIL_MIN: usize = 16;
/// A signed token begins with the base64 of `{"`.
const JWT_PREFIX: &str = "ey";
/// The header and the payload of a signed token are no shorter.
const JWT_PART_MIN: usize = 8;

/// Returns the text with everything shortened that looks like a key, a signing secret or a token: `sk_test_…1234`.
pub fn scrub(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut kept_from = 0;
    let mut at = 0;
    while at < text.len() {
        match credential(text, at) {
            Some((length, shown)) => {
                out.push_str(&text[kept_from..at]);
                out.push_str(&shown);
                at += length;
                kept_from = at;
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    if kept_from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept_from..]);
    Cow::Owned(out)
}

/// Returns the first key, signing secret or signed token of a text, shortened, where there is one that is long enough to be
/// real: names of files and accounts are not taken for one.
pub fn first_credential(text: &str) -> Option<String> {
    text.char_indices().find_map(|(at, _)| {
        let (length, shown) = credential(text, at).filter(|_| !text[at..].starts_with(FIC_PREFIX))?;
        (length >= shown.find('…')? + TELLING_MIN).then_some(shown)
    })
}

/// Returns whether a text as a whole looks like a token of Fatture in Cloud.
pub fn is_fic_token(text: &str) -> bool {
    fic_token(text).is_some_and(|(length, _)| length == text.len())
}

/// Returns the text without this very secret, in the spellings that JSON and URLs give it.
pub fn without(text: &str, secret: &str) -> String {
    let mut out = text.to_owned();
    for form in [secret.to_owned(), secret.replace('/', "\\/"), secret.replace('/', "%2F"), secret.replace('/', "%2f")]
    {
        // A secret of a few characters would take half of any text with it, and is none.
        if form.len() >= TAIL_MIN && out.contains(&form) {
            let shown = shortened(&form).unwrap_or_else(|| "…".to_owned());
            out = out.replace(&form, &shown);
        }
    }
    out
}

fn shortened(secret: &str) -> Option<String> {
    credential(secret, 0).map(|(_, shown)| shown)
}

/// Returns the length of the credential that begins here, and what may be shown of it.
fn credential(text: &str, at: usize) -> Option<(usize, String)> {
    let before = text[..at].bytes().next_back();
    if before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return None;
    }
    let rest = &text[at..];
    key(rest).or_else(|| fic_token(rest)).or_else(|| signed_token(rest).map(|length| (length, "…".to_owned())))
}

fn key(rest: &str) -> Option<(usize, String)> {
    let prefix = PREFIXES.into_iter().find(|prefix| rest.starts_with(prefix))?;
    let length = prefix.len() + run(&rest[prefix.len()..], |b| b.is_ascii_alphanumeric() || b == b'_');
    if length - prefix.len() < TAIL_MIN {
        return None;
    }
    let mut shown = prefix.len();
    for part in SHOWN {
        if rest[shown..].starts_with(part) {
            shown += part.len();
        }
    }
    let last = if length - shown >= TELLING_MIN { &rest[length - LAST..length] } else { "" };
    Some((length, format!("{}…{last}", &rest[..shown])))
}

fn fic_token(rest: &str) -> Option<(usize, String)> {
    let tail = rest.strip_prefix(FIC_PREFIX).or_else(|| rest.strip_prefix("a\\/"))?;
    let length = run(tail, |b| b.is_ascii_alphanumeric() || b"._-+=".contains(&b));
    let whole = rest.len() - tail.len() + length;
    (length >= FIC_TAIL_MIN).then(|| (whole, "a/…".to_owned()))
}

fn signed_token(rest: &str) -> Option<usize> {
    let part = |text: &str| run(text, |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let header = part(rest.strip_prefix(JWT_PREFIX)?) + JWT_PREFIX.len();
    let payload = part(rest[header..].strip_prefix('.')?);
    let signature = part(rest[header + 1 + payload..].strip_prefix('.')?);
    (header >= JWT_PART_MIN && payload >= JWT_PART_MIN).then_some(header + payload + signature + 2)
}

fn run(text: &str, is_in: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|b| is_in(*b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_among_arguments_is_found_and_a_name_is_none() {
        for (text, shown) in [
            ("whsec_abcdefghijklmnopqrst", "whsec_…qrst"),
            ("--key=sk_live_abcdefghijklmnopqrst", "sk_live_…qrst"),
            ("https://x/?k=rk_test_abcdefghijklmnop", "rk_test_…mnop"),
            ("eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl", "…"),
        ] {
            assert_eq!(first_credential(text).as_deref(), Some(shown), "{text}");
        }
        for name in ["sk_live_backup.db", "a/events-of-november.json", "acct_1ABCdefGHIjklMNO", "whsec_…", "pk_1", "é"]
        {
            assert_eq!(first_credential(name), None, "{name}");
        }
        assert!(is_fic_token("a/nobody-knows-this-token"));
        for name in ["a/b", "A/S Nordisk Handelskompagni", "acct_1ABCdefGHIjklMNO", "a/nobody knows this token"] {
            assert!(!is_fic_token(name), "{name}");
        }
    }

    #[test]
    fn what_looks_like_a_credential_is_shortened() {
        let cases = [
            ("Invalid API Key provided: sk_live_MARKER0123456789abcd", "Invalid API Key provided: sk_live_…abcd"),
            ("(rk_test_MARKER0123456789wxyz)", "(rk_test_…wxyz)"),
            ("sk_org_live_MARKER0123456789wxyz", "sk_org_live_…wxyz"),
            ("sk_test_MARKER0", "sk_test_…"),
            ("pk_live_MARKER0123456789abcd whsec_MARKER0123456789abcd", "pk_live_…abcd whsec_…abcd"),
            ("token a/eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.MARKER.x_-y is bad", "token a/… is bad"),
            (r"token a\/eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9", "token a/…"),
            ("Bearer eyJhbGciOiJFUzI1NiJ9.eyJNQVJLRVIiOjF9.c2lnbmF0dXJl!", "Bearer …!"),
            ("è sk_live_MARKER0123456789abcd è", "è sk_live_…abcd è"),
        ];
        for (text, wanted) in cases {
            assert_eq!(scrub(text), wanted);
        }
    }

    #[test]
    fn what_does_not_look_like_one_stays() {
        for text in [
            "",
            "Invalid API Key provided: sk_test_****abcd",
            "needs 'rak_subscription_read'",
            "task_sk_12345678",
            "the path /data/customers_of_the_year_2026",
            "eye.contact.lens",
            "sk_",
            "№ 1 株式会社",
        ] {
            assert_eq!(scrub(text), text);
        }
    }

    #[test]
    fn the_very_secret_goes_in_every_spelling() {
        let token = "a/sandbox-token";
        for text in ["x a/sandbox-token y", r"x a\/sandbox-token y", "x a%2Fsandbox-token y", "x a%2fsandbox-token y"] {
            assert_eq!(without(text, token), "x … y", "{text}");
        }
        assert_eq!(without("x", ""), "x");
    }
}
