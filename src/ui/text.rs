//! Text from outside made harmless for a terminal and for a spreadsheet. Pure.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Longer texts are cut in tables and messages: names are shorter, and what is longer is made to be.
const LENGTH_MAX: usize = 300;
/// Marks on one letter that any script uses; more pile up over the lines around.
const MARKS_MAX: usize = 3;

/// Returns the text with everything shown as `\u{…}` that a terminal would obey or hide: control characters (C0, C1, line
/// breaks), marks that turn the writing direction, invisible characters, and piles of combining marks.
pub fn safe(text: &str) -> Cow<'_, str> {
    safe_up_to(text, LENGTH_MAX)
}

/// Returns whether a terminal shows the text as it is.
pub fn is_safe(text: &str) -> bool {
    safe_up_to(text, usize::MAX) == text
}

/// Does as [`safe`] and cuts after so many characters.
pub fn safe_up_to(text: &str, length_max: usize) -> Cow<'_, str> {
    if text.len() <= length_max && text.bytes().all(|b| matches!(b, 0x20..=0x7e)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().min(length_max) + 16);
    let mut marks = 0;
    for (count, c) in text.chars().enumerate() {
        if count == length_max {
            out.push('…');
            break;
        }
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        if is_treacherous(c) || marks > MARKS_MAX {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            // Zero width, direction marks, line and paragraph separators, embeddings, isolates.
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            // Tags and private planes have no shape of their own.
            | '\u{e0000}'..='\u{10ffff}')
}

/// Returns JSON of the same content in which everything is spelt as `\u…` that a terminal would obey or hide. Such
/// characters stand in texts only, and line breaks between documents stay.
pub fn safe_json(json: String) -> String {
    if !json.chars().any(|c| c != '\n' && is_treacherous(c)) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if c != '\n' && is_treacherous(c) {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

/// Returns a CSV cell that no spreadsheet takes for a formula. Numbers are left alone.
pub fn unarmed(cell: &str) -> Cow<'_, str> {
    let is_armed = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_armed && !is_number(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

fn is_number(cell: &str) -> bool {
    let digits = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    proptest::proptest! {
        #[test]
        fn any_json_says_the_same_without_what_a_terminal_would_obey(
            text in "[\\PC\\u{0}-\\u{9f}\\u{200b}-\\u{2069}\\u{e0000}-\\u{e007f}]{0,40}",
        ) {
            let shown = safe_json(serde_json::json!({ &text: [&text] }).to_string());
            proptest::prop_assert!(!shown.chars().any(is_treacherous));
            let read: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
            proptest::prop_assert_eq!(read, serde_json::json!({ &text: [&text] }));
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelt_out() {
        let cases = [
            ("Plain & simple", "Plain & simple"),
            ("Zoë 株式会社 🙂", "Zoë 株式会社 🙂"),
            ("\x1b[31mred", r"\u{1b}[31mred"),
            ("\x1b]8;;https://e\x07link", r"\u{1b}]8;;https://e\u{7}link"),
            ("\x1b]52;c;aGk=\x07", r"\u{1b}]52;c;aGk=\u{7}"),
            ("a\r\nb\tc\0", r"a\u{d}\u{a}b\u{9}c\u{0}"),
            ("\u{7f}\u{9b}31m\u{85}", r"\u{7f}\u{9b}31m\u{85}"),
            ("\u{202e}gpj.exe", r"\u{202e}gpj.exe"),
            ("a\u{2066}b\u{2069}\u{61c}", r"a\u{2066}b\u{2069}\u{61c}"),
            ("a\u{200b}b\u{feff}c\u{2060}\u{ad}", r"a\u{200b}b\u{feff}c\u{2060}\u{ad}"),
            ("tag\u{e0041}", r"tag\u{e0041}"),
            ("e\u{301}", "e\u{301}"),
        ];
        for (text, wanted) in cases {
            assert_eq!(safe(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn nothing_treacherous_is_left_of_any_character() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let text = format!("a{c}");
            let shown = safe(&text);
            assert!(!shown.chars().any(|c| c.is_control() || is_treacherous(c)), "{c:?}");
        }
    }

    #[test]
    fn piles_of_marks_and_endless_names_are_bounded() {
        let pile = format!("Z{}", "\u{301}".repeat(1000));
        let shown = safe(&pile);
        assert_eq!(shown.matches('\u{301}').count(), MARKS_MAX);
        assert!(shown.ends_with('…') && shown.width() < 10 * LENGTH_MAX);
        assert_eq!(safe(&"x".repeat(100_000)).chars().count(), LENGTH_MAX + 1);
    }

    #[test]
    fn formulas_are_disarmed_and_numbers_are_not() {
        for armed in
            ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\r=1", "-", "+", "-1.2.3", "--1", "-1e5"]
        {
            assert_eq!(unarmed(armed), format!("'{armed}"), "{armed:?}");
        }
        for fine in ["", "plain", "12", "-12", "+12", "-0.5", "1=1", "'=1"] {
            assert_eq!(unarmed(fine), fine, "{fine:?}");
        }
    }
}
