//! JSON as text: made compact, edited and compared without losing a digit.
//!
//! Everything here but [`compacted`] takes text that serde_json has already accepted.

use std::borrow::Cow;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// Deeper than this nothing is taken in: what reads it later, SQLite's JSON functions among them, has limits of its own.
pub const DEPTH_MAX: usize = 128;

/// Copies the text without the white space between its tokens. Strings and numbers keep every byte.
pub fn compact(text: &str) -> String {
    compacted(text).0
}

/// As [`compact`]; returns with it how deep arrays and objects stand in one another. What is no JSON does not become JSON:
/// a blank stays where two tokens would become one without it.
pub fn compacted(text: &str) -> (String, usize) {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let (mut kept_from, mut at) = (0, 0);
    let (mut depth, mut deepest) = (0usize, 0);
    while at < bytes.len() {
        match BYTES[usize::from(bytes[at])] {
            Byte::Quote => {
                at = string_end(bytes, at);
                continue;
            }
            Byte::Blank => {
                out.push_str(&text[kept_from..at]);
                while at < bytes.len() && matches!(BYTES[usize::from(bytes[at])], Byte::Blank) {
                    at += 1;
                }
                if at < bytes.len()
                    && is_of_a_word(bytes[at])
                    && out.as_bytes().last().is_some_and(|b| is_of_a_word(*b))
                {
                    out.push(' ');
                }
                kept_from = at;
                continue;
            }
            Byte::Open => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            Byte::Close => depth = depth.saturating_sub(1),
            Byte::Other => {}
        }
        at += 1;
    }
    out.push_str(&text[kept_from..]);
    (out, deepest)
}

/// What a byte outside of strings means where tokens are told apart.
#[derive(Clone, Copy)]
enum Byte {
    Quote,
    Blank,
    Open,
    Close,
    Other,
}

/// Every byte's meaning: a table is a third faster than comparing.
const BYTES: [Byte; 256] = {
    let mut bytes = [Byte::Other; 256];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = match at as u8 {
            b'"' => Byte::Quote,
            b' ' | b'\n' | b'\r' | b'\t' => Byte::Blank,
            b'{' | b'[' => Byte::Open,
            b'}' | b']' => Byte::Close,
            _ => Byte::Other,
        };
        at += 1;
    }
    bytes
};

/// Returns whether a byte that is no blank, outside of strings, belongs to a number, `true`, `false` or `null`, or to
/// nothing known.
fn is_of_a_word(byte: u8) -> bool {
    matches!(BYTES[usize::from(byte)], Byte::Other) && !matches!(byte, b',' | b':')
}

/// Returns the index after the string that opens at `at`.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at..]) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
        if at >= bytes.len() {
            break;
        }
    }
    bytes.len()
}

/// What to do with the value at a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Take key and value away.
    Remove,
    /// Put this JSON text in its place; adds nothing where the key is absent.
    Replace(String),
}

/// Returns the compact object text with the edits done. Pointers name object members only (`/a/b`), `*` stands for
/// every element of an array; what they do not find stays as it is.
pub fn edit(text: &str, edits: &[(&str, Edit)]) -> String {
    let mut parsed: Vec<(Vec<&str>, &Edit)> = Vec::with_capacity(edits.len());
    for (pointer, edit) in edits {
        if may_have_key(text, pointer.rsplit('/').next().unwrap_or_default()) {
            parsed.push((pointer.split('/').skip(1).collect(), edit));
        }
    }
    if parsed.is_empty() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    edit_value(text, &parsed, &mut out);
    out
}

/// Returns whether a member of this name can stand somewhere in the text: most edits find nothing, and this is far
/// quicker than a reading. A letter of a key may be spelled as an escape.
fn may_have_key(text: &str, key: &str) -> bool {
    let has = |needle: &str| memchr::memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
    key == "*" || has(&Value::from(key).to_string()) || has("\\u00")
}

fn edit_value(text: &str, edits: &[(Vec<&str>, &Edit)], out: &mut String) {
    match text.as_bytes().first() {
        Some(b'{') => edit_object(text, edits, out),
        Some(b'[') => edit_array(text, edits, out),
        _ => out.push_str(text),
    }
}

fn edit_object(text: &str, edits: &[(Vec<&str>, &Edit)], out: &mut String) {
    let Ok(Members(members)) = serde_json::from_str(text) else {
        out.push_str(text);
        return;
    };
    out.push('{');
    let mut first = true;
    for (key, value) in members {
        let name = key_name(key);
        let here: Vec<_> = edits.iter().filter(|(path, _)| path.first() == Some(&&*name)).collect();
        let whole = here.iter().find(|(path, _)| path.len() == 1).map(|(_, edit)| *edit);
        if whole == Some(&Edit::Remove) {
            continue;
        }
        if !first {
            out.push(',');
        }
        first = false;
        out.push_str(key.get());
        out.push(':');
        match whole {
            Some(Edit::Replace(new)) => out.push_str(new),
            _ if here.is_empty() => out.push_str(value.get()),
            _ => edit_value(value.get(), &deeper(&here), out),
        }
    }
    out.push('}');
}

fn edit_array(text: &str, edits: &[(Vec<&str>, &Edit)], out: &mut String) {
    let here: Vec<_> = edits.iter().filter(|(path, _)| path.len() > 1 && path[0] == "*").collect();
    let elements: Vec<&RawValue> = match serde_json::from_str(text) {
        Ok(elements) if !here.is_empty() => elements,
        _ => {
            out.push_str(text);
            return;
        }
    };
    let below = deeper(&here);
    out.push('[');
    for (index, element) in elements.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        edit_value(element.get(), &below, out);
    }
    out.push(']');
}

/// Returns the compact text without any member of this name, at whatever depth.
pub fn without_key(text: String, key: &str) -> String {
    if !may_have_key(&text, key) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    write_without_key(&text, key, &mut out);
    out
}

fn write_without_key(text: &str, key: &str, out: &mut String) {
    match text.as_bytes().first() {
        Some(b'{') => {
            let Ok(Members(members)) = serde_json::from_str(text) else { return out.push_str(text) };
            out.push('{');
            for (index, (name, value)) in members.into_iter().filter(|(name, _)| key_name(name) != key).enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                out.push_str(name.get());
                out.push(':');
                write_without_key(value.get(), key, out);
            }
            out.push('}');
        }
        Some(b'[') => {
            let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(text) else { return out.push_str(text) };
            out.push('[');
            for (index, element) in elements.into_iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_without_key(element.get(), key, out);
            }
            out.push(']');
        }
        _ => out.push_str(text),
    }
}

fn deeper<'a>(edits: &[&(Vec<&'a str>, &'a Edit)]) -> Vec<(Vec<&'a str>, &'a Edit)> {
    edits.iter().map(|(path, edit)| (path[1..].to_vec(), *edit)).collect()
}

/// Returns the text of the value at a JSON pointer of object members, from compact text.
pub fn at<'a>(text: &'a str, pointer: &str) -> Option<&'a str> {
    pointer.split('/').skip(1).try_fold(text, |object, wanted| {
        let Members(members) = serde_json::from_str(object).ok()?;
        members.into_iter().find(|(key, _)| key_name(key) == wanted).map(|(_, value)| value.get())
    })
}

/// Returns what a key's text spells.
pub(super) fn key_name(key: &RawValue) -> Cow<'_, str> {
    let spelled = key.get();
    match spelled.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(name) if !name.contains('\\') => Cow::Borrowed(name),
        _ => serde_json::from_str::<String>(spelled).map_or(Cow::Borrowed(spelled), Cow::Owned),
    }
}

/// An object's members in the order sent, keys and values as text.
pub(super) struct Members<'a>(pub(super) Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// Returns whether two JSON texts have equal content, apart from the volatile pointers. Key order and the spelling
/// of strings do not count; numbers compare by their text, so that no amount is rounded into equality.
pub fn equal(left: &str, right: &str, volatile: &[&str]) -> bool {
    if left == right {
        return true;
    }
    let edits: Vec<(&str, Edit)> = volatile.iter().map(|pointer| (*pointer, Edit::Remove)).collect();
    if edits.is_empty() { same(left, right) } else { same(&edit(left, &edits), &edit(right, &edits)) }
}

/// Returns whether two texts say the same, looking no further than the first difference. Text that is no JSON says itself.
fn same(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    match (left.as_bytes().first(), right.as_bytes().first()) {
        (Some(b'{'), Some(b'{')) => {
            let (Some(left), Some(right)) = (members_by_name(left), members_by_name(right)) else { return false };
            left.len() == right.len()
                && left.iter().zip(&right).all(|(left, right)| left.0 == right.0 && same(left.1.get(), right.1.get()))
        }
        (Some(b'['), Some(b'[')) => {
            let read = |text| serde_json::from_str::<Vec<&RawValue>>(text).ok();
            let (Some(left), Some(right)) = (read(left), read(right)) else { return false };
            left.len() == right.len() && left.iter().zip(&right).all(|(left, right)| same(left.get(), right.get()))
        }
        // Without an escape a string has one spelling.
        (Some(b'"'), Some(b'"')) if left.contains('\\') || right.contains('\\') => {
            let read = |text| serde_json::from_str::<String>(text).ok();
            read(left).is_some_and(|left| Some(left) == read(right))
        }
        (left_is, right_is) => left_is == right_is && left_is != Some(&b'"') && left.trim() == right.trim(),
    }
}

/// Returns an object's members sorted by name; of several with one name the last counts.
fn members_by_name(text: &str) -> Option<Vec<(Cow<'_, str>, &RawValue)>> {
    let Members(members) = serde_json::from_str(text).ok()?;
    let mut members: Vec<(Cow<str>, &RawValue)> =
        members.into_iter().rev().map(|(key, value)| (key_name(key), value)).collect();
    // Stable: the last of several comes first now, and stays.
    members.sort_by(|a, b| a.0.cmp(&b.0));
    members.dedup_by(|later, first| later.0 == first.0);
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_keeps_strings_and_digits_and_tells_the_depth() {
        assert_eq!(compacted(r#"{"a": [[1], "[[[["], "b": {}}"#).1, 3);
        let cases = [
            ("{ \"a\" : 1.50 ,\n \"b c\" : [ 1 , 2 ] }", r#"{"a":1.50,"b c":[1,2]}"#),
            (r#"{"q": "a \" b \\", "z" : "  "}"#, r#"{"q":"a \" b \\","z":"  "}"#),
            ("[]", "[]"),
            // No JSON before, and none after.
            ("[1 2]", "[1 2]"),
            ("[tr\n\tue , 1 ]", "[tr ue,1]"),
        ];
        for (sent, wanted) in cases {
            assert_eq!(compact(sent), wanted);
        }
    }

    #[test]
    fn edits_reach_members_and_elements_and_nothing_else() {
        let text = r#"{"a":{"s":1,"t":2},"l":[{"s":1},{"s":2,"u":3}],"s":9.10}"#;
        let edits = [
            ("/a/s", Edit::Remove),
            ("/l/*/s", Edit::Remove),
            ("/nowhere", Edit::Remove),
            ("/s", Edit::Replace("[]".into())),
        ];
        assert_eq!(edit(text, &edits), r#"{"a":{"t":2},"l":[{},{"u":3}],"s":[]}"#);
        let escaped = r#"{"\u0073":1,"t":2}"#;
        assert_eq!(edit(escaped, &[("/s", Edit::Remove)]), r#"{"t":2}"#);
        assert_eq!(at(text, "/a/t"), Some("2"));
        assert_eq!(at(escaped, "/s"), Some("1"));
        assert_eq!(at(text, "/a/x"), None);
    }

    fn any_json() -> impl proptest::strategy::Strategy<Value = Value> {
        use proptest::prelude::*;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::hash_map(".{0,6}", inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest::proptest! {
        #[test]
        fn any_json_keeps_its_content_through_compacting_and_editing(value in any_json()) {
            let pretty = serde_json::to_string_pretty(&value).expect("JSON");
            let text = compact(&pretty);
            proptest::prop_assert_eq!(&text, &value.to_string());
            let edited = edit(&text, &[("/no such member/x", Edit::Remove), ("/*/neither", Edit::Remove)]);
            proptest::prop_assert!(equal(&edited, &pretty, &[]));
            let read: Value = serde_json::from_str(&edited).expect("JSON");
            proptest::prop_assert_eq!(read, value);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_json_after_compacting_only_if_it_was_before(text in r#"[\[\]{},: \n"\\1e.t-]{0,12}|\[(1|true|"a"|[ ,\n]){0,6}\]"#) {
            let is_json = |text: &str| serde_json::from_str::<&RawValue>(text).is_ok();
            proptest::prop_assert_eq!(is_json(&text), is_json(&compact(&text)), "{:?} {:?}", &text, compact(&text));
        }
    }

    #[test]
    fn a_key_is_taken_out_at_any_depth_and_only_as_a_key() {
        let text = r#"{"client_secret":"x","a":[{"client_secret":{"b":1},"c":"client_secret"}],"d":{"e":{"client_secret":null}}}"#;
        let wanted = r#"{"a":[{"c":"client_secret"}],"d":{"e":{}}}"#;
        assert_eq!(without_key(text.to_owned(), "client_secret"), wanted);
    }

    #[test]
    fn equality_is_of_content_not_of_bytes() {
        assert!(equal(r#"{"a":"\u00e9","b":1}"#, r#"{"b":1,"a":"é"}"#, &[]));
        assert!(!equal(r#"{"a":9007199254740993}"#, r#"{"a":9007199254740992}"#, &[]));
        assert!(!equal(r#"{"a":null}"#, "{}", &[]));
        assert!(equal(r#"{"a":1,"url":"x"}"#, r#"{"a":1,"url":"y"}"#, &["/url"]));
    }

    /// Any JSON, small enough that two of them are often equal.
    fn small_json() -> impl proptest::strategy::Strategy<Value = Value> {
        use proptest::prelude::*;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..3i64).prop_map(Value::from),
            "[a\"\\\\é/]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec(("[ab\"]{0,2}", inner), 0..3)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    /// The same in another spelling: members in another order, a name twice, every character escaped.
    fn spelled_otherwise(value: &Value) -> String {
        let string = |text: &str| {
            let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            format!("\"{units}\"")
        };
        match value {
            Value::String(text) => string(text),
            Value::Array(all) => format!("[{}]", all.iter().map(spelled_otherwise).collect::<Vec<_>>().join(",")),
            Value::Object(members) => {
                let told: Vec<String> =
                    members.iter().rev().map(|(k, v)| format!("{}:{}", string(k), spelled_otherwise(v))).collect();
                let again = members.iter().next_back().map(|(k, _)| format!("{}:[7]", string(k)));
                format!("{{{}}}", again.into_iter().chain(told).collect::<Vec<_>>().join(","))
            }
            other => other.to_string(),
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_equal_is_equal_in_any_spelling_and_what_is_not_in_none(left in small_json(), right in small_json()) {
            let is_equal = left == right;
            for (left, right) in [
                (left.to_string(), right.to_string()),
                (spelled_otherwise(&left), right.to_string()),
                (left.to_string(), spelled_otherwise(&right)),
            ] {
                proptest::prop_assert_eq!(equal(&left, &right, &[]), is_equal, "{} and {}", left, right);
            }
            proptest::prop_assert!(equal(&left.to_string(), &spelled_otherwise(&left), &[]), "{}", left);
        }
    }
}
