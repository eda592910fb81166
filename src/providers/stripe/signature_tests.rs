use proptest::prelude::*;

use super::*;

const A: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const B: &str = "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH";
const T: i64 = 1_700_000_000;
const BODY: &[u8] = br#"{"id":"evt_1","object":"event"}"#;

// Each is what Python's hmac.new(secret, time + b"." + body, sha256).hexdigest() returned, at second 1700000000.
const BODY_BY_A: &str = "1e58533e9136e20e64d0cc6a7d309ac7aeb8c42d5cfa02e63055723957723ba6";
const BODY_BY_B: &str = "d150bcbb1b150e35eb3439897cb7f183abb2a5a83a3bdcabab7d562f7f8f700c";
const EMPTY_BY_A: &str = "cba1e6bca7337490cde16bc4e0003251c7f5bb8e661e3d8e25d141a92c2ec991";
const LINE_BY_A: &str = "51d6ec1b52963ed097af25e0e1efc5c17f7807336f5e21fb306a84eba837a68e";
const UNICODE_BY_A: &str = "1c19e9676e66298bfc37dd987ffa9dceae956bd459345e73dc0870aca74003f3";
const BYTES_BY_A: &str = "2e3bf7fb89be62857e9a02e14e514dc798de25be6a6727e50505188920d5b388";
/// Over the time `01700000000`.
const ZERO_LED_BY_A: &str = "86e0cab4cf67a4e0ee8123a2ce9b97e471fb8e770a089245a80aa173df0acd53";
/// Over the time `1700000001`.
const LATER_BY_A: &str = "1b279c279a1d89e73977f51b76c8c7617a33dd81c39b1ff2b2e2340c70d6280d";
/// With what follows `whsec_` in A alone.
const BODY_BY_TAIL: &str = "35ad38cbe71d538a7b40fda330e2c0f58b859e854f56a878929deec6d50ce5b2";
/// With the empty key, and with one blank.
const BODY_BY_NOTHING: &str = "0d17fe88d3c7334149a7322db918de47cc9f5bd15de2bd0a2de56250f2ed247b";
const BODY_BY_BLANK: &str = "d1e23d631948722bf960dc4f431368d5ad7f9cb7ee8217b36bd6a36bc25a5acc";

fn secrets(texts: &[&str]) -> Vec<Secret> {
    texts.iter().map(|text| Secret::new(*text)).collect()
}

/// With both secrets known, and the clock at the second of signing.
fn verdict(header: &str, body: &[u8]) -> Result<usize, Refused> {
    verify(Some(header), body, &secrets(&[A, B]), T, TOLERANCE_S)
}

#[test]
fn bodies_are_signed_as_bytes() {
    for (body, hex) in [
        (BODY, BODY_BY_A),
        (b"", EMPTY_BY_A),
        (b"{\"id\":\"evt_1\",\"object\":\"event\"}\n", LINE_BY_A),
        ("{\"name\":\"Città 🦀 è\"}".as_bytes(), UNICODE_BY_A),
        (b"\xff\xfe\x00{\"\x80", BYTES_BY_A),
    ] {
        let shown = String::from_utf8_lossy(body);
        assert_eq!(verdict(&format!("t=1700000000,v1={hex}"), body), Ok(0), "{shown}");
        assert_eq!(sign(body, &Secret::new(A), T), format!("t=1700000000,v1={hex}"), "{shown}");
    }
    // The line break at the end is part of what was signed.
    assert_eq!(verdict(&format!("t=1700000000,v1={LINE_BY_A}"), BODY), Err(Refused::NoMatch));
    assert_eq!(verdict(&format!("t=1700000000,v1={EMPTY_BY_A}"), BODY), Err(Refused::NoMatch));
}

#[test]
fn the_header_has_a_grammar() {
    let upper = BODY_BY_A.to_uppercase();
    let wrong = "0".repeat(64);
    let many = |count: usize| format!("t=1700000000{},v1={BODY_BY_A}", format!(",v1={wrong}").repeat(count - 1));
    let long = format!("t=1700000000,v1={BODY_BY_A},x={}", "x".repeat(HEADER_BYTES_MAX));
    let table: Vec<(String, Result<usize, Refused>)> = vec![
        (format!("t=1700000000,v1={BODY_BY_A}"), Ok(0)),
        (format!("t=1700000000,v1={BODY_BY_B}"), Ok(1)),
        (format!("v1={BODY_BY_A},t=1700000000"), Ok(0)),
        (format!("t=1700000000, v1={BODY_BY_A}"), Ok(0)),
        (format!("t=1700000000,v1={BODY_BY_A},"), Ok(0)),
        (format!("t=1700000000,v1={upper}"), Ok(0)),
        // One good among others, whatever they are.
        (format!("t=1700000000,v1={wrong},v1={BODY_BY_A}"), Ok(0)),
        (format!("t=1700000000,v1={BODY_BY_B},v1={BODY_BY_A}"), Ok(0)),
        (format!("t=1700000000,v1=nothex,v1=,v1,v1=abc,v1={BODY_BY_A}"), Ok(0)),
        (format!("t=1700000000,v0={wrong},v1={BODY_BY_A}"), Ok(0)),
        (format!("t=1700000000,v2=anything=at=all,,junk,v1={BODY_BY_A}"), Ok(0)),
        (many(SIGNATURES_MAX), Ok(0)),
        // The time as it was sent is what was signed.
        (format!("t=01700000000,v1={ZERO_LED_BY_A}"), Ok(0)),
        (format!("t=01700000000,v1={BODY_BY_A}"), Err(Refused::NoMatch)),
        (format!("t=1700000001,v1={BODY_BY_A}"), Err(Refused::NoMatch)),
        (format!("t=1700000001,v1={LATER_BY_A}"), Ok(0)),
        // Of two times the first.
        (format!("t=1700000000,t=1700000000,v1={BODY_BY_A}"), Ok(0)),
        (format!("t=1700000000,t=1700000001,v1={BODY_BY_A}"), Ok(0)),
        (format!("t=1700000001,t=1700000000,v1={BODY_BY_A}"), Err(Refused::NoMatch)),
        // Not v1, not of ours, not whole.
        (format!("t=1700000000,v1={wrong}"), Err(Refused::NoMatch)),
        (format!("t=1700000000,v1={}", &BODY_BY_A[..63]), Err(Refused::NoMatch)),
        (format!("t=1700000000,v1={BODY_BY_A}0"), Err(Refused::NoMatch)),
        (format!("t=1700000000,v1={BODY_BY_A}00"), Err(Refused::NoMatch)),
        (format!("t=1700000000,v1=={BODY_BY_A}"), Err(Refused::NoMatch)),
        (format!("t=1700000000,v1={}é", &BODY_BY_A[..62]), Err(Refused::NoMatch)),
        (format!("t=1700000000,v1={BODY_BY_TAIL}"), Err(Refused::NoMatch)),
        ("t=1700000000,v1=".to_owned(), Err(Refused::NoMatch)),
        (format!("t=1700000000,v0={BODY_BY_A}"), Err(Refused::Malformed)),
        (format!("t=1700000000,V1={BODY_BY_A}"), Err(Refused::Malformed)),
        (format!("t=1700000000;v1={BODY_BY_A}"), Err(Refused::Malformed)),
        ("t=1700000000".to_owned(), Err(Refused::Malformed)),
        // No time that could be one.
        (format!("v1={BODY_BY_A}"), Err(Refused::Malformed)),
        (format!("v1,t=1,{BODY_BY_A}"), Err(Refused::NoMatch)),
        (format!("t=,v1={BODY_BY_A}"), Err(Refused::Malformed)),
        (format!("t,v1={BODY_BY_A}"), Err(Refused::Malformed)),
        (format!("t=+1700000000,v1={BODY_BY_A}"), Err(Refused::Malformed)),
        (format!("t=-1700000000,v1={BODY_BY_A}"), Err(Refused::Malformed)),
        (format!("t=1_700_000_000,v1={BODY_BY_A}"), Err(Refused::Malformed)),
        (format!("t=1700000000.0,v1={BODY_BY_A}"), Err(Refused::Malformed)),
        (format!("t=１７００,v1={BODY_BY_A}"), Err(Refused::Malformed)),
        (format!("t=99999999999999999999999999,v1={BODY_BY_A}"), Err(Refused::Malformed)),
        // No end of it.
        (many(SIGNATURES_MAX + 1), Err(Refused::Malformed)),
        (long, Err(Refused::Malformed)),
        ("I'm not even a real signature header".to_owned(), Err(Refused::Malformed)),
        (String::new(), Err(Refused::Missing)),
        (" ".to_owned(), Err(Refused::Missing)),
    ];
    for (header, wanted) in table {
        assert_eq!(verdict(&header, BODY), wanted, "{header}");
    }
    assert_eq!(verify(None, BODY, &secrets(&[A]), T, TOLERANCE_S), Err(Refused::Missing));
}

#[test]
fn a_signature_holds_for_five_minutes_to_both_sides() {
    let (good, wrong) = (format!("t=1700000000,v1={BODY_BY_A}"), format!("t=1700000000,v1={BODY_BY_B}"));
    let at = |header: &str, now_s: i64| verify(Some(header), BODY, &secrets(&[A]), now_s, TOLERANCE_S);
    for (late_s, wanted) in [
        (0, Ok(0)),
        (299, Ok(0)),
        (300, Ok(0)),
        (301, Err(Refused::Stale { by_s: 301 })),
        (86_400, Err(Refused::Stale { by_s: 86_400 })),
        (-60, Ok(0)),
        (-300, Ok(0)),
        (-301, Err(Refused::Future { by_s: 301 })),
    ] {
        assert_eq!(at(&good, T + late_s), wanted, "{late_s} s late");
        // Who did not sign learns nothing of our clock.
        assert_eq!(at(&wrong, T + late_s), Err(Refused::NoMatch), "{late_s} s late");
    }
    assert_eq!(verify(Some(&good), BODY, &secrets(&[A]), T + 15, 10), Err(Refused::Stale { by_s: 15 }));
    assert_eq!(at(&good, i64::MAX), Err(Refused::Stale { by_s: i64::MAX - T }));
    let far = sign(BODY, &Secret::new(A), 999_999_999_999);
    assert_eq!(at(&far, T), Err(Refused::Future { by_s: 999_999_999_999 - T }));
}

#[test]
fn the_secret_that_matched_is_told() {
    let (by_a, by_b) = (format!("t=1700000000,v1={BODY_BY_A}"), format!("t=1700000000,v1={BODY_BY_B}"));
    let of = |header: &str, known: &[&str]| verify(Some(header), BODY, &secrets(known), T, TOLERANCE_S);
    for (header, known, wanted) in [
        (&by_a, &[A][..], Ok(0)),
        (&by_a, &[B, A], Ok(1)),
        (&by_b, &[B, A], Ok(0)),
        (&by_b, &[A], Err(Refused::NoMatch)),
        (&by_a, &[], Err(Refused::NoMatch)),
        (&format!("{by_a},v1={BODY_BY_B}"), &[B], Ok(0)),
    ] {
        assert_eq!(of(header, known), wanted, "{header}, {} secrets", known.len());
    }
}

#[test]
fn a_blank_secret_opens_to_nobody() {
    for (blank, hex) in [("", BODY_BY_NOTHING), (" ", BODY_BY_BLANK)] {
        let header = format!("t=1700000000,v1={hex}");
        // Else this would prove nothing.
        assert_eq!(header, sign(BODY, &Secret::new(blank), T));
        let verdict = verify(Some(&header), BODY, &secrets(&[blank, A]), T, TOLERANCE_S);
        assert_eq!(verdict, Err(Refused::NoMatch), "{blank:?}");
    }
}

#[test]
fn what_is_no_signing_secret_is_told_by_name() {
    for text in [A, B, "whsec_test_secret", "whsec_6f7a+/=", "whsec_0123456789abcdef"] {
        assert_eq!(check_secret(text), Ok(()), "{text}");
    }
    for (text, part) in [
        ("", "blank"),
        (" \t\n", "blank"),
        ("whsec_abc\n", "white space around"),
        (" whsec_abc", "white space around"),
        ("sk_live_abc", "is an API key"),
        ("sk_org_live_abc", "is an API key"),
        ("rk_test_abc", "restricted API key"),
        ("pk_live_abc", "publishable"),
        ("we_1abc", "endpoint's id"),
        ("acct_1abc", "account's id"),
        ("whsec_***abcd", "shortened"),
        ("whsec_…abcd", "shortened"),
        ("whsec_abc...", "shortened"),
        ("whsec_", "ends after"),
        ("whsec_a b", "contains"),
        ("whsec_a,whsec_b", "contains"),
        ("whsec_à", "contains"),
        ("\"whsec_abc\"", "does not look like"),
        ("WHSEC_abc", "does not look like"),
        ("hunter2", "does not look like"),
    ] {
        let why = check_secret(text).expect_err(text);
        assert!(why.contains(part), "{text:?}: {why}");
    }
}

proptest! {
    #[test]
    fn what_was_signed_passes_and_nothing_else(
        body in prop::collection::vec(any::<u8>(), 0..300),
        tail in "[A-Za-z0-9]{1,64}",
        at_s in 0i64..99_999_999_999,
        late_s in -300i64..=300,
        place in any::<prop::sample::Index>(),
        flip in 1u8..,
    ) {
        let known = [Secret::new(format!("whsec_{tail}"))];
        let header = sign(&body, &known[0], at_s);
        let now_s = at_s + late_s;
        prop_assert_eq!(verify(Some(&header), &body, &known, now_s, TOLERANCE_S), Ok(0));
        if !body.is_empty() {
            let mut changed = body.clone();
            changed[place.index(body.len())] ^= flip;
            prop_assert_eq!(verify(Some(&header), &changed, &known, now_s, TOLERANCE_S), Err(Refused::NoMatch));
        }
        let longer = [&body[..], &[flip]].concat();
        prop_assert_eq!(verify(Some(&header), &longer, &known, now_s, TOLERANCE_S), Err(Refused::NoMatch));
        let (_, made) = header.split_once(',').expect("two items");
        let moved = format!("t={},{made}", at_s + 1);
        prop_assert_eq!(verify(Some(&moved), &body, &known, now_s, TOLERANCE_S), Err(Refused::NoMatch));
        let other = [Secret::new(format!("whsec_{tail}x"))];
        prop_assert_eq!(verify(Some(&header), &body, &other, now_s, TOLERANCE_S), Err(Refused::NoMatch));
    }
}
