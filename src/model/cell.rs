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
        Kind::Decimal if raw == "\"\"" => Ok(Cell::Null),
        Kind::Decimal => match bare(raw) {
            text if is_number(text) => Ok(Cell::Text(text.to_owned())),
            _ => Err(format!("{} is no number", shown(raw))),
        },
        Kind::Text | Kind::Date => Ok(Cell::Text(plain_text(raw))),
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
    let text = bare(raw);
    text.parse().ok().or_else(|| spelled_out(text)?.parse().ok()).ok_or_else(|| {
        let why = match kind {
            _ if spelled_out(text).is_some() => "is beyond 64 bits",
            Kind::Minor => "is no whole number of minor units",
            Kind::Time => "is no time in whole seconds",
            _ => "is no whole number",
        };
        format!("{} {why}", shown(raw))
    })
}

/// Returns a value's text without the quotes of a string.
fn bare(raw: &str) -> &str {
    raw.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(raw)
}

/// Returns whether a text is a number as JSON spells it; SQL and people read the same in it.
fn is_number(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    is_digits(whole.strip_prefix('-').unwrap_or(whole))
        && is_digits(part)
        && is_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))
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
    if digits.bytes().chain(part.bytes()).all(|b| b == b'0') {
        return Some("0".to_owned());
    }
    let zeros = i64::from(exponent) - part.len() as i64;
    let all = format!("{whole}{part}");
    match usize::try_from(zeros) {
        // One digit more than there is room for is as good as a billion.
        Ok(zeros) => Some(format!("{all}{}", "0".repeat(zeros.min(DIGITS_MAX)))),
        Err(_) => {
            let spare = usize::try_from(-zeros).ok()?;
            let kept = all.len().checked_sub(spare).filter(|kept| all[*kept..].bytes().all(|b| b == b'0'))?;
            Some(all[..kept].to_owned())
        }
    }
}

/// Returns the value as a message may show it: its beginning, and never a credential.
pub fn shown(raw: &str) -> Cow<'_, str> {
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
            ("100e-2", 1),
            ("-0.0", 0),
            ("0e-5", 0),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(read(Kind::Minor, raw), Ok(Cell::Int(wanted)), "{raw}");
        }
        assert_eq!(read(Kind::Minor, "\"\""), Ok(Cell::Null));
        assert_eq!(read(Kind::Decimal, "\"\""), Ok(Cell::Null));
        for (raw, wanted) in
            [("12.50", "12.50"), ("\"0.000000000001\"", "0.000000000001"), ("-3", "-3"), ("1e-7", "1e-7")]
        {
            assert_eq!(read(Kind::Decimal, raw), Ok(Cell::Text(wanted.to_owned())), "{raw}");
        }
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
            (Kind::Int, "150e-2", "150e-2 is no whole number"),
            (Kind::Minor, "\"2026-01-31\"", "\"2026-01-31\" is no whole number of minor units"),
            (Kind::Decimal, "\"abc\"", "\"abc\" is no number"),
            (Kind::Decimal, "\"12,50\"", "\"12,50\" is no number"),
            (Kind::Decimal, "{\"a\":1}", "{\"a\":1} is no number"),
            (Kind::Decimal, "\"1.\"", "\"1.\" is no number"),
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
