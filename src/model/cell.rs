//! One JSON value to one typed cell. What a column cannot hold exactly is not rounded: the column stays empty, and the
//! reason is told.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::resource::Kind;
use super::row::Cell;
use super::scrub::scrub;

/// A value that its column cannot hold; the row's JSON has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unheld {
    /// The column.
    pub column: &'static str,
    /// What the value is and why it does not fit: `1.5 is no whole number`.
    pub why: String,
}

/// Characters of a value that a message shows.
const SHOWN_MAX: usize = 40;
/// Digits of a number of 64 bits.
const DIGITS_MAX: usize = 19;

/// Reads a value that is not null.
///
/// # Errors
/// The value and why a column of this kind cannot hold it.
pub(super) fn read(kind: Kind, raw: &str) -> Result<Cell, String> {
    match kind {
        // An empty text is how some services write that there is nothing.
        Kind::Int | Kind::Minor | Kind::Time | Kind::Bool if raw == "\"\"" => Ok(Cell::Null),
        Kind::Int | Kind::Minor | Kind::Time => integer(kind, raw).map(Cell::Int),
        Kind::Bool => match raw.trim_matches('"') {
            "true" | "1" => Ok(Cell::Int(1)),
            "false" | "0" => Ok(Cell::Int(0)),
            _ => Err(format!("{} is neither true nor false", shown(raw))),
        },
        Kind::Text | Kind::Date | Kind::Decimal => Ok(Cell::Text(plain_text(raw))),
        Kind::Ref if raw.starts_with('{') => match serde_json::from_str::<Reference>(raw) {
            Ok(Reference { id: Some(id) }) if is_plain(id.get()) => Ok(Cell::Text(plain_text(id.get()))),
            _ => Err(format!("{} names no object", shown(raw))),
        },
        Kind::Ref if is_plain(raw) => Ok(Cell::Text(plain_text(raw))),
        Kind::Ref => Err(format!("{} names no object", shown(raw))),
        // The text that it is derived from has a column of its own, and says what it says.
        Kind::RomeTime => Ok(rome_time(&plain_text(raw)).map_or(Cell::Null, Cell::Int)),
        Kind::Json => Ok(Cell::Text(raw.to_owned())),
    }
}

/// Reads a whole number, also as JSON and older versions spell it: `2.0`, `1e2`, `"12"`.
///
/// # Errors
/// As [`read`].
pub(super) fn integer(kind: Kind, raw: &str) -> Result<i64, String> {
    let text = raw.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(raw);
    text.parse().ok().or_else(|| spelled_out(text)?.parse().ok()).ok_or_else(|| {
        let is_whole = text.bytes().all(|b| b.is_ascii_digit() || b == b'-') || spelled_out(text).is_some();
        let why = match kind {
            _ if is_whole && !text.is_empty() => "is beyond 64 bits",
            Kind::Minor => "is no whole number of minor units",
            Kind::Time => "is no time in whole seconds",
            _ => "is no whole number",
        };
        format!("{} {why}", shown(raw))
    })
}

/// Returns the digits of a number that JSON allows to be spelled with a point or an exponent, if it is a whole one.
fn spelled_out(text: &str) -> Option<String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    if digits.is_empty() || !digits.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = part.trim_end_matches('0');
    let zeros = usize::try_from(exponent).ok()?.checked_sub(part.len())?;
    // One digit more than there is room for is as good as a billion.
    Some(format!("{whole}{part}{}", "0".repeat(zeros.min(DIGITS_MAX))))
}

/// Returns the value as a message may show it: its beginning, and never a credential.
pub(super) fn shown(raw: &str) -> Cow<'_, str> {
    let raw = scrub(raw);
    match raw.char_indices().nth(SHOWN_MAX) {
        Some((at, _)) => Cow::Owned(format!("{}…", &raw[..at])),
        None => raw,
    }
}

/// Returns whether a value is a text or a number: what can be an id.
pub(super) fn is_plain(raw: &str) -> bool {
    raw.starts_with(|first: char| first == '"' || first == '-' || first.is_ascii_digit())
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

/// Returns a string's content, and any other value's own text.
pub(super) fn plain_text(raw: &str) -> String {
    if raw.starts_with('"') {
        // A lone surrogate escape is legal JSON and no Unicode text: such a value is kept as it was spelled.
        serde_json::from_str(raw).unwrap_or_else(|_| raw.to_owned())
    } else {
        raw.to_owned()
    }
}

/// Reads `YYYY-MM-DD HH:MM:SS` as Europe/Rome; dates that do not exist give nothing.
fn rome_time(text: &str) -> Option<i64> {
    let local: jiff::civil::DateTime = text.parse().ok()?;
    let zone = jiff::tz::TimeZone::get("Europe/Rome").ok()?;
    Some(local.to_zoned(zone).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_however_they_are_spelled_and_nothing_is_rounded() {
        for (raw, wanted) in [
            ("12", 12),
            ("\"12\"", 12),
            ("-0", 0),
            ("2.0", 2),
            ("1000.0", 1000),
            ("-12.50e2", -1250),
            ("1E3", 1000),
            ("1e+2", 100),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(read(Kind::Minor, raw), Ok(Cell::Int(wanted)), "{raw}");
        }
        assert_eq!(read(Kind::Minor, "\"\""), Ok(Cell::Null));
    }

    #[test]
    fn what_no_column_can_hold_is_named_with_its_reason() {
        for (kind, raw, wanted) in [
            (Kind::Minor, "1.5", "1.5 is no whole number of minor units"),
            (Kind::Minor, "\"12.5\"", "\"12.5\" is no whole number of minor units"),
            (Kind::Minor, "true", "true is no whole number of minor units"),
            (Kind::Minor, "{\"a\":1}", "{\"a\":1} is no whole number of minor units"),
            (Kind::Minor, "9223372036854775808", "9223372036854775808 is beyond 64 bits"),
            (Kind::Minor, "1e99", "1e99 is beyond 64 bits"),
            (Kind::Minor, "1e2147483647", "1e2147483647 is beyond 64 bits"),
            (Kind::Int, "100e-2", "100e-2 is no whole number"),
            (Kind::Int, "1e", "1e is no whole number"),
            (Kind::Int, "e5", "e5 is no whole number"),
            (Kind::Time, "\"yesterday\"", "\"yesterday\" is no time in whole seconds"),
            (Kind::Bool, "7", "7 is neither true nor false"),
            (Kind::Ref, "{\"object\":\"customer\"}", "{\"object\":\"customer\"} names no object"),
            (Kind::Ref, "[\"a\"]", "[\"a\"] names no object"),
            (Kind::Int, "\"sk_live_MARKER0123456789abcd\"", "\"sk_live_…abcd\" is no whole number"),
        ] {
            assert_eq!(read(kind, raw), Err(wanted.to_owned()), "{raw}");
        }
        let long = read(Kind::Int, &format!("\"{}\"", "x".repeat(1_000_000))).expect_err("is none");
        assert!(long.chars().count() < 100, "{long}");
    }

    #[test]
    fn an_expanded_reference_is_its_id() {
        for (raw, wanted) in [(r#"{"id":"cus_1","x":{}}"#, "cus_1"), ("\"cus_1\"", "cus_1"), (r#"{"id":7}"#, "7")] {
            assert_eq!(read(Kind::Ref, raw), Ok(Cell::Text(wanted.to_owned())), "{raw}");
        }
    }
}
