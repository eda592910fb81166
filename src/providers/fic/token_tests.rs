use base64::engine::general_purpose::STANDARD;
use p256::SecretKey;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer;
use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use serde_json::json;

use super::*;

const ID: &str = "198:f059b211-24f4-44ab-9859-b1613a9a0712";
const SUBJECT: &str = "company:108061";
const SINK: &str = "https://example.com/api/webhooks/fic/108061/clients";
const NOW_S: i64 = 1_680_605_662;

/// A token and the base64 of its key's PEM text, both made by openssl, with the claims of [`claims`].
const FOREIGN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FwaS12Mi5mYXR0dXJlaW5jbG91ZC5pdCIsImF1ZCI6WyJodHRwczovL2V4YW1wbGUuY29tL2FwaS93ZWJob29rcy9maWMvMTA4MDYxL2NsaWVudHMiXSwic3ViIjoiY29tcGFueToxMDgwNjEiLCJqdGkiOiIxOTg6ZjA1OWIyMTEtMjRmNC00NGFiLTk4NTktYjE2MTNhOWEwNzEyIiwiaWF0IjoxNjgwNjA1NjYyLCJleHAiOjE2ODA2MTY0NjIuMjUsImFpZCI6IjEyMzQifQ.pCCG9WiMvAM2ixVUZAiMvM3Su2fx08pgoiLz2skhMJQ7vCQg3p9W4-8WU3loYrJ0AnX0BOM5QLjtG3iCuCcyLA";
const FOREIGN_KEY: &str = "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFcEY0RHNNRGZ5TW9qUnFEem1aVVRSU2UxVmdoTwpHNUhXYytGLzRYTkgyc0Z4djBodmlIWnltSUw2am9iQW5rT0sycWRWeDFadFVqQ2JUVUMxckN3NkJ3PT0KLS0tLS1FTkQgUFVCTElDIEtFWS0tLS0tCg==";
/// The example of RFC 7515, appendix A.3, and its key, the point behind 26 bytes that say which curve.
const RFC: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const RFC_KEY: [&str; 3] = [
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
    "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
];

fn signing_key(fill: u8) -> SigningKey {
    SigningKey::from_slice(&[fill; 32]).expect("a scalar")
}

fn ours() -> SigningKey {
    signing_key(7)
}

fn expected() -> Expected<'static> {
    Expected { issuer: ISSUER, audience: SINK, subject: Some(SUBJECT), id: Some(ID), may_be_bare: false, now_s: NOW_S }
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": [SINK], "sub": SUBJECT, "jti": ID, "iat": NOW_S, "exp": NOW_S + 10_800, "aid": 1234})
}

/// With some claims replaced; null takes one out.
fn claims_with(changes: Value) -> Value {
    let mut all = claims();
    for (name, value) in changes.as_object().expect("an object") {
        all[name] = value.clone();
    }
    all.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    all
}

fn encoded(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// A token of these texts, as it stands in a request.
fn made(header: &str, payload: &str, key: &SigningKey) -> String {
    let message = format!("{}.{}", encoded(header), encoded(payload));
    let signature: Signature = key.sign(message.as_bytes());
    format!("Bearer {message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

fn token(claims: &Value) -> String {
    made(r#"{"typ":"JWT","alg":"ES256"}"#, &claims.to_string(), &ours())
}

fn verdict(token: &str, expected: &Expected<'_>) -> Result<Claims, Refused> {
    check(Some(token), ours().verifying_key(), expected)
}

fn refused(token: &str) -> Refused {
    verdict(token, &expected()).expect_err(token)
}

#[test]
fn a_token_made_elsewhere_passes() {
    let wanted = Claims { id: Some(ID.into()), subject: Some(SUBJECT.into()), expires_s: 1_680_616_462 };
    let foreign_key = key(FOREIGN_KEY).expect("a key");
    assert_eq!(check(Some(&format!("Bearer {FOREIGN}")), &foreign_key, &expected()), Ok(wanted.clone()));
    assert_eq!(check(Some(&format!("bearer  {FOREIGN} ")), &foreign_key, &expected()), Ok(wanted));
    // No other key takes it, the built-in one least of all.
    let built_in = key(PUBLIC_KEY).expect("the built-in key");
    assert_eq!(check(Some(&format!("Bearer {FOREIGN}")), &built_in, &expected()), Err(Refused::Signature));
    assert_eq!(refused(&format!("Bearer {FOREIGN}")), Refused::Signature);
}

#[test]
fn the_standards_own_example_is_signed_well() {
    let [curve, x, y] = RFC_KEY;
    let point = [URL_SAFE_NO_PAD.decode(x).expect("x"), URL_SAFE_NO_PAD.decode(y).expect("y")].concat();
    let der = [STANDARD.decode(curve).expect("a beginning"), point].concat();
    let joe = key(&STANDARD.encode(der)).expect("a key");
    let at = |now_s| check(Some(&format!("Bearer {RFC}")), &joe, &Expected { issuer: "joe", now_s, ..expected() });
    // It is of another world, which is said only of what was signed.
    assert_eq!(at(1_300_819_380), Err(Refused::Claim("aud")));
    assert_eq!(at(1_300_819_441), Err(Refused::Expired { by_s: 61 }));
    let changed = RFC.replace(".eyJpc3Mi", ".eyJpc3Nj");
    assert_eq!(check(Some(&format!("Bearer {changed}")), &joe, &expected()), Err(Refused::Signature));
}

#[test]
fn either_form_of_a_signature_is_one() {
    let text = token(&claims());
    let (message, signature) = text.rsplit_once('.').expect("three parts");
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).expect("base64")).expect("64 bytes");
    let (r, s) = signature.split_scalars();
    let mirrored = Signature::from_scalars(r, -s).expect("a signature");
    assert_ne!(signature, mirrored);
    let again = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mirrored.to_bytes()));
    // Signers that do not normalise make each of the two half of the time.
    assert!(verdict(&text, &expected()).is_ok() && verdict(&again, &expected()).is_ok());
}

#[test]
fn only_es256_is_taken() {
    let payload = claims().to_string();
    for alg in ["none", "None", "HS256", "RS256", "ES384", "es256", "ES256 ", "ES256K", ""] {
        let token = made(&json!({"alg": alg}).to_string(), &payload, &ours());
        assert_eq!(refused(&token), Refused::Algorithm, "{alg}");
        let (unsigned, _) = token.rsplit_once('.').expect("three parts");
        assert_eq!(refused(&format!("{unsigned}.")), Refused::Algorithm, "{alg}");
    }
    for header in ["{}", "[\"ES256\"]", "null", "ES256", r#"{"alg":null}"#, r#"{"alg":["ES256"]}"#] {
        assert_eq!(refused(&made(header, &payload, &ours())), Refused::Malformed, "{header}");
    }
    let twice = r#"{"alg":"ES256","alg":"none"}"#;
    assert_eq!(refused(&made(twice, &payload, &ours())), Refused::Malformed);
    let critical = r#"{"alg":"ES256","crit":["exp"]}"#;
    assert_eq!(refused(&made(critical, &payload, &ours())), Refused::Malformed);
    // A key that a token brings along is nobody's.
    let intruder = signing_key(9);
    let brought = json!({"alg": "ES256", "jwk": {"kty": "EC", "crv": "P-256", "x": "", "y": ""}, "kid": "1"});
    assert_eq!(refused(&made(&brought.to_string(), &payload, &intruder)), Refused::Signature);
}

#[test]
fn what_is_no_token_is_told_from_what_is_signed_badly() {
    let good = token(&claims());
    let bare = good.trim_start_matches("Bearer ");
    for missing in ["", "Bearer", "Bearer ", bare, "Basic dXNlcjpwYXNz", &format!("Token {bare}")] {
        assert_eq!(refused(missing), Refused::Missing, "{missing}");
    }
    assert_eq!(check(None, ours().verifying_key(), &expected()), Err(Refused::Missing));
    let (message, signature) = bare.rsplit_once('.').expect("three parts");
    let padded = format!("Bearer {bare}==");
    let long = format!("Bearer {}.{}", message, "A".repeat(8192));
    for malformed in ["Bearer x", "Bearer .", "Bearer ..", "Bearer a.b.c", "Bearer é.é.é", &padded, &long] {
        assert_eq!(refused(malformed), Refused::Malformed, "{malformed}");
    }
    let zeros = URL_SAFE_NO_PAD.encode([0; 64]);
    let short = &signature[..84];
    for wrong in [&zeros, short, ""] {
        assert_eq!(refused(&format!("Bearer {message}.{wrong}")), Refused::Signature, "{wrong}");
    }
    let (header, payload) = message.split_once('.').expect("two parts");
    assert_eq!(refused(&format!("Bearer {header}.{payload}.x.{signature}")), Refused::Signature);
    let other = encoded(&claims_with(json!({"sub": "company:1"})).to_string());
    assert_eq!(refused(&format!("Bearer {header}.{other}.{signature}")), Refused::Signature);
    assert_eq!(refused(&made(r#"{"alg":"ES256"}"#, &claims().to_string(), &signing_key(9))), Refused::Signature);
}

#[test]
fn a_signed_text_that_is_no_set_of_claims_is_refused() {
    let twice = format!(r#"{{"exp":1,"exp":{NOW_S}}}"#);
    for payload in ["", "null", "[]", "{", "1", r#"{"aud":5}"#, r#"{"jti":5}"#, r#"{"exp":"soon"}"#, &twice] {
        let refusal = refused(&made(r#"{"alg":"ES256"}"#, payload, &ours()));
        assert_eq!((refusal.is_signed(), refusal), (true, Refused::Unreadable), "{payload}");
    }
}

#[test]
fn a_token_holds_to_its_end_and_a_minute() {
    let at = |late_s: i64| {
        let now_s = NOW_S + 10_800 + late_s;
        verdict(&token(&claims()), &Expected { now_s, ..expected() }).map(|_| ())
    };
    for (late_s, wanted) in [
        (-10_800, Ok(())),
        (0, Ok(())),
        (60, Ok(())),
        (61, Err(Refused::Expired { by_s: 61 })),
        (86_400, Err(Refused::Expired { by_s: 86_400 })),
    ] {
        assert_eq!(at(late_s), wanted, "{late_s} s late");
    }
    for (exp, wanted) in [
        (json!(NOW_S - 60), Ok(NOW_S - 60)),
        (json!(1_680_605_662.75), Ok(NOW_S)),
        (json!(1e30), Ok(i64::MAX)),
        (json!(-5), Err(Refused::Expired { by_s: NOW_S + 5 })),
        (json!(i64::MIN), Err(Refused::Expired { by_s: i64::MAX })),
        (Value::Null, Err(Refused::Claim("exp"))),
    ] {
        let read = verdict(&token(&claims_with(json!({"exp": exp}))), &expected()).map(|claims| claims.expires_s);
        assert_eq!(read, wanted, "{exp}");
    }
}

#[test]
fn every_claim_must_fit() {
    for (changes, claim) in [
        (json!({"iss": "https://api-v2.fattureincloud.it/"}), "iss"),
        (json!({"iss": "https://evil.example"}), "iss"),
        (json!({"iss": null}), "iss"),
        (json!({"aud": "https://evil.example/api/webhooks/fic/108061/clients"}), "aud"),
        (json!({"aud": ["https://example.com/api/webhooks/fic/1/clients"]}), "aud"),
        (json!({"aud": []}), "aud"),
        (json!({"aud": null}), "aud"),
        (json!({"jti": "198:other"}), "jti"),
        (json!({"jti": null}), "jti"),
        (json!({"sub": "company:1"}), "sub"),
        (json!({"sub": ""}), "sub"),
        (json!({"sub": null}), "sub"),
    ] {
        let refusal = refused(&token(&claims_with(changes.clone())));
        assert_eq!((refusal.is_signed(), refusal), (true, Refused::Claim(claim)), "{changes}");
    }
    assert!(!Refused::Signature.is_signed() && Refused::Expired { by_s: 61 }.is_signed());
}

#[test]
fn only_what_changes_nothing_may_come_bare() {
    let bare = token(&claims_with(json!({"jti": null, "sub": null})));
    let challenge = Expected { subject: None, id: None, may_be_bare: true, ..expected() };
    let welcome = Expected { may_be_bare: true, ..expected() };
    for expected in [&challenge, &welcome] {
        let read = verdict(&bare, expected).expect("signed");
        assert_eq!((read.id, read.subject), (None, None));
    }
    let full = token(&claims());
    assert!(verdict(&full, &challenge).is_ok() && verdict(&full, &welcome).is_ok());
    // What it does say must fit.
    let other = token(&claims_with(json!({"sub": "company:1"})));
    assert_eq!(verdict(&other, &welcome), Err(Refused::Claim("sub")));
    let other = token(&claims_with(json!({"jti": "198:other"})));
    assert_eq!(verdict(&other, &welcome), Err(Refused::Claim("jti")));
    // And the rest has no exception.
    let elsewhere = token(&claims_with(json!({"jti": null, "sub": null, "aud": "https://evil.example/"})));
    assert_eq!(verdict(&elsewhere, &challenge), Err(Refused::Claim("aud")));
}

#[test]
fn an_audience_is_compared_by_host_and_path() {
    for (said, ours, fits) in [
        (SINK, SINK, true),
        ("https://example.com/api/webhooks/fic/108061/clients/", SINK, true),
        ("https://EXAMPLE.com:443/api/webhooks/fic/108061/clients", SINK, true),
        ("https://example.com/api/webhooks/fic/108061/clients?x-fic-verification-challenge=0a", SINK, true),
        (SINK, "https://example.com/api/webhooks/fic/108061/clients/?a=https://b#c", true),
        ("example.com/api/webhooks/fic/108061/clients", SINK, true),
        (SINK, "/api/webhooks/fic/108061/clients", true),
        (SINK, "/api/webhooks/fic/108061/clients/?a=https://b/c", true),
        ("https://example.com", "https://example.com/", true),
        ("https://example.com/api/webhooks/fic/108061/CLIENTS", SINK, false),
        ("https://example.com/api/webhooks/fic/108061", SINK, false),
        ("https://example.com/api/webhooks/fic/108061/clients/x", SINK, false),
        ("https://example.com:8443/api/webhooks/fic/108061/clients", SINK, false),
        ("https://example.com.evil.example/api/webhooks/fic/108061/clients", SINK, false),
        ("https://evil.example/?https://example.com/api/webhooks/fic/108061/clients", SINK, false),
        ("/api/webhooks/fic/108061/clients", SINK, false),
        (SINK, "/api/webhooks/fic/1/clients", false),
        (SINK, "/clients", false),
        (SINK, "", false),
        ("", SINK, false),
    ] {
        for aud in [json!(said), json!([said]), json!(["https://elsewhere.example/", said])] {
            let read = verdict(&token(&claims_with(json!({"aud": aud}))), &Expected { audience: ours, ..expected() });
            assert_eq!(read.is_ok(), fits, "{aud} for {ours:?}: {read:?}");
        }
    }
}

#[test]
fn a_key_is_read_in_every_form_it_is_passed_on_in() {
    let wanted = key(PUBLIC_KEY).expect("the built-in key");
    let inner: String = PUBLIC_KEY.lines().filter(|line| !line.starts_with('-')).collect();
    for form in [
        PUBLIC_KEY.trim().to_owned(),
        format!("\n{PUBLIC_KEY}\n"),
        PUBLIC_KEY.replace('\n', "\r\n"),
        PUBLIC_KEY.replace('\n', "\\n"),
        PUBLIC_KEY.replace('\n', " "),
        PUBLIC_KEY.replace('\n', ""),
        STANDARD.encode(PUBLIC_KEY),
        STANDARD.encode(PUBLIC_KEY.trim()),
        STANDARD.encode(PUBLIC_KEY).trim_end_matches('=').to_owned(),
        STANDARD.encode(PUBLIC_KEY).as_bytes().chunks(76).map(|c| String::from_utf8_lossy(c) + "\n").collect(),
        inner,
    ] {
        assert_eq!(key(&form), Ok(wanted), "{form}");
    }
    let written = p256::PublicKey::from(ours().verifying_key()).to_public_key_pem(LineEnding::CRLF).expect("PEM");
    assert_eq!(key(&written), Ok(*ours().verifying_key()));
}

#[test]
fn what_is_no_key_is_told() {
    let secret = SecretKey::from_slice(&[7; 32]).expect("a scalar").to_pkcs8_pem(LineEnding::LF).expect("PEM");
    let off_curve = STANDARD.decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE").expect("a beginning");
    let off_curve = STANDARD.encode([off_curve, vec![1; 64]].concat());
    for (text, wanted) in [
        ("", BadKey::Blank),
        (" \n", BadKey::Blank),
        (secret.as_str(), BadKey::Private),
        (&STANDARD.encode(secret.as_bytes()), BadKey::Private),
        ("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----", BadKey::Private),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", BadKey::Unreadable),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", BadKey::Unreadable),
        (PUBLIC_KEY.trim_end().trim_end_matches('-'), BadKey::Unreadable),
        (&off_curve, BadKey::Unreadable),
        ("a key", BadKey::Unreadable),
        ("AAAA", BadKey::Unreadable),
        (&PUBLIC_KEY.repeat(2), BadKey::Unreadable),
        (&"A".repeat(5000), BadKey::Unreadable),
    ] {
        assert_eq!(key(text), Err(wanted), "{text}");
    }
}
