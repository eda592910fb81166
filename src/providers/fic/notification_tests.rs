use super::*;
use crate::providers::fic::resources::RESOURCES;

/// The service's list: 71 types, and 7 groups of them.
const TYPES: &str = include_str!("../../../testdata/fic/event-types.txt");
const CLIENT_CREATE: &str = "it.fattureincloud.webhooks.entities.clients.create";

fn from(headers: &[(&str, &str)], body: &str) -> Result<Notification, Unreadable> {
    let find = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    read(&find, body)
}

/// In binary mode, as the service's page of notifications shows it.
fn binary(kind: &str, body: &str) -> Result<Notification, Unreadable> {
    let headers = [
        ("ce-type", kind),
        ("ce-time", "2023-04-04T12:54:21+02:00"),
        ("ce-subject", "company:108061"),
        ("ce-specversion", "1.0"),
        ("ce-source", "https://api-v2.fattureincloud.it"),
        ("ce-id", "198:f059b211-24f4-44ab-9859-b1613a9a0712"),
        ("content-type", "application/json"),
    ];
    from(&headers, body)
}

/// In structured mode, with one piece replaced.
fn structured(piece: &str, by: &str) -> Result<Notification, Unreadable> {
    let body = r#"{
        "id": "198:f059b211-24f4-44ab-9859-b1613a9a0712", "source": "https://api-v2.fattureincloud.it",
        "specversion": "1.0", "type": "it.fattureincloud.webhooks.entities.clients.create",
        "subject": "company:108061", "time": "2023-04-04T12:54:21+02:00", "datacontenttype": "application/json",
        "data": {"ids": [3062300]}
    }"#;
    assert!(body.contains(piece), "{piece}");
    from(&[("content-type", "application/json")], &body.replace(piece, by))
}

#[test]
fn both_modes_say_the_same() {
    let wanted = Notification {
        id: "198:f059b211-24f4-44ab-9859-b1613a9a0712".into(),
        kind: CLIENT_CREATE.into(),
        subject: "company:108061".into(),
        company_id: "108061".into(),
        time: "2023-04-04T12:54:21+02:00".into(),
        // date -u -d 2023-04-04T10:54:21Z +%s
        time_s: Some(1_680_605_661),
        ids: vec!["3062300".into()],
    };
    assert_eq!(binary(CLIENT_CREATE, r#"{"data":{"ids":[3062300]}}"#).as_ref(), Ok(&wanted));
    assert_eq!(structured("1.0", "1.0").as_ref(), Ok(&wanted));
    // Where both are there, the headers count, whatever the body repeats.
    let both = r#"{"specversion":"1.0","id":"other","type":"other","data":{"ids":[3062300]}}"#;
    assert_eq!(binary(CLIENT_CREATE, both).as_ref(), Ok(&wanted));
}

#[test]
fn ids_are_numbers_or_text_and_nothing_else() {
    let ids = |list: &str| binary(CLIENT_CREATE, &format!(r#"{{"data":{{"ids":{list}}}}}"#)).map(|read| read.ids);
    for (list, wanted) in [
        ("[]", vec![]),
        ("[1, 2,1]", vec!["1", "2", "1"]),
        (r#"["7", "in-12_b:3"]"#, vec!["7", "in-12_b:3"]),
        ("[0]", vec!["0"]),
        ("[18446744073709551616123]", vec!["18446744073709551616123"]),
    ] {
        assert_eq!(ids(list), Ok(wanted.into_iter().map(str::to_owned).collect()), "{list}");
    }
    for list in [
        "[null]",
        "[1.5]",
        "[1e3]",
        "[-1]",
        "[true]",
        "[[1]]",
        "[{}]",
        r#"[""]"#,
        r#"[" 1"]"#,
        r#"["a/b"]"#,
        r#"[".."]"#,
        r#"["1?x=1"]"#,
        r#"["1%2F"]"#,
        r#"["1\u0000"]"#,
        r#"["\ud800"]"#,
        "null",
        "1",
        r#""1""#,
        "{}",
        "[1,null]",
    ] {
        assert_eq!(ids(list), Err(Unreadable::Ids), "{list}");
    }
    assert_eq!(ids(&format!("[{}]", "1".repeat(65))), Err(Unreadable::Ids));
    let many = |count: usize| ids(&format!("[{}]", vec!["1"; count].join(",")));
    assert_eq!(many(10_000).map(|ids| ids.len()), Ok(10_000));
    assert_eq!(many(10_001), Err(Unreadable::TooManyIds(10_001)));
}

#[test]
fn what_is_no_notification_says_why() {
    for (piece, by, wanted) in [
        (r#""specversion": "1.0","#, "", Unreadable::NoEvent),
        (r#""specversion": "1.0","#, r#""specversion": "1.0", "specversion": "1.0","#, Unreadable::Json),
        (r#""id":"#, r#""x":"#, Unreadable::Field("id")),
        (r#""id": "198:f059b211-24f4-44ab-9859-b1613a9a0712""#, r#""id": 5"#, Unreadable::Field("id")),
        ("198:f059b211", " \\u001b[2J", Unreadable::Field("id")),
        (r#""type":"#, r#""x":"#, Unreadable::Field("type")),
        ("entities.clients.create", "\\n", Unreadable::Field("type")),
        (r#""subject":"#, r#""x":"#, Unreadable::Subject),
        ("company:108061", "company:", Unreadable::Subject),
        ("company:108061", "company:1/../2", Unreadable::Subject),
        ("company:108061", "company:1234567890123456789", Unreadable::Subject),
        ("company:108061", "user:108061", Unreadable::Subject),
        (r#""data": {"ids": [3062300]}"#, r#""data": [[1]]"#, Unreadable::Ids),
        (r#""data": {"ids": [3062300]}"#, r#""data": null"#, Unreadable::Ids),
        ("ids", "id", Unreadable::Ids),
    ] {
        assert_eq!(structured(piece, by), Err(wanted), "{piece} -> {by}");
    }
    assert_eq!(structured("198:f059b211", &"x".repeat(256)), Err(Unreadable::Field("id")));
    for body in ["null", "[]", "\"x\"", "{", "{}x", "\u{feff}{}", "nothing", "[null,null,null,null,null,null]"] {
        assert_eq!(from(&[], body), Err(Unreadable::Json), "{body}");
        assert_eq!(binary(CLIENT_CREATE, body), Err(Unreadable::Json), "{body}");
    }
    for body in ["", " ", "{}", r#"{"id":"evt_1","object":"event"}"#] {
        assert_eq!(from(&[], body), Err(Unreadable::NoEvent), "{body}");
    }
    let lone = |name| from(&[(name, "1.0")], r#"{"specversion":"1.0","id":"a","type":"b"}"#);
    assert_eq!(lone("ce-specversion"), Err(Unreadable::Field("id")), "the headers count");
    assert_eq!(lone("ce-id"), Err(Unreadable::Field("type")));
    assert_eq!(lone("ce-type"), Err(Unreadable::Field("id")));
    // Nothing here goes down with the depth of what somebody sends.
    let deep = format!(r#"{{"data":{{"ids":{}{}}}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(binary(CLIENT_CREATE, &deep), Err(Unreadable::Ids));
}

#[test]
fn a_time_that_cannot_be_read_loses_no_notification() {
    for (time, wanted) in [
        ("2023-04-04T12:54:21+02:00", Some(1_680_605_661)),
        ("2023-04-04T10:54:21Z", Some(1_680_605_661)),
        ("2023-04-04T10:54:21.987654Z", Some(1_680_605_661)),
        // Without a zone nobody knows when that was.
        ("2023-04-04T12:54:21", None),
        ("2023-15-04T12:54:21Z", None),
        ("yesterday", None),
    ] {
        let read = structured("2023-04-04T12:54:21+02:00", time).expect(time);
        assert_eq!((read.time.as_str(), read.time_s), (time, wanted));
    }
    let read = structured(r#""time":"#, r#""x":"#).expect("readable");
    assert_eq!((read.time.as_str(), read.time_s), ("", None));
}

#[test]
fn the_welcome_and_unknown_types_ask_for_nothing() {
    let unknown = "it.fattureincloud.webhooks.price_lists.create";
    for kind in [WELCOME, unknown] {
        assert_eq!(concern(kind), None);
        for body in ["", "{}", r#"{"data":null}"#, r#"{"data":{"ids":null}}"#, r#"{"data":"welcome"}"#] {
            let read = binary(kind, body).unwrap_or_else(|e| panic!("{kind} {body}: {e}"));
            assert_eq!((read.kind.as_str(), read.company_id.as_str(), read.ids.len()), (kind, "108061", 0), "{body}");
        }
    }
    let bare = |kind| from(&[("ce-id", "1:a"), ("ce-type", kind)], "{}");
    assert_eq!(bare(WELCOME).map(|read| read.company_id), Ok(String::new()));
    assert_eq!(bare(unknown), Err(Unreadable::Subject));
    let elsewhere = from(&[("ce-id", "1:a"), ("ce-type", WELCOME), ("ce-subject", "company:x")], "{}");
    assert_eq!(elsewhere, Err(Unreadable::Subject));
}

#[test]
fn every_type_of_the_services_list_has_a_table() {
    let mut mirrored = 0;
    for kind in TYPES.lines() {
        let concern = concern(kind);
        let words =
            concern.map_or("ignored".to_owned(), |c| format!("mirrored {} {}", c.tables.join("+"), c.act.name()));
        println!("{kind} {words}");
        let concern = concern.unwrap_or_else(|| panic!("{kind} is ignored"));
        let is_group = kind.contains(".all.");
        assert_eq!(concern.tables.len(), if kind.contains("entities.all") { 2 } else { 1 }, "{kind}");
        assert!(kind.ends_with(concern.act.name()), "{kind}");
        mirrored += usize::from(!is_group);
    }
    assert_eq!((mirrored, TYPES.lines().count()), (71, 78));
    // And the table knows no others, but for names that older pages have.
    let known = CONCERNS.iter().flat_map(|(segment, _, acts)| acts.iter().map(move |act| (segment, act.name())));
    let others: Vec<String> = known
        .map(|(segment, act)| format!("{PREFIX}{segment}.{act}"))
        .filter(|kind| !TYPES.lines().any(|known| known == kind))
        .map(|kind| kind[PREFIX.len()..].rsplit_once('.').map_or(String::new(), |(segment, _)| segment.to_owned()))
        .collect();
    let mut segments = others.clone();
    segments.dedup();
    assert_eq!(segments, ["issued_documents.self_invoices", "issued_documents", "entities"]);
}

#[test]
fn a_type_names_the_table_of_its_ids() {
    for (kind, table, act) in [
        ("entities.clients.create", "fic_clients", Act::Create),
        ("entities.suppliers.delete", "fic_suppliers", Act::Delete),
        ("issued_documents.self_own_invoices.email_sent", "fic_issued_documents", Act::EmailSent),
        ("issued_documents.receipts.update", "fic_issued_documents", Act::Update),
        ("receipts.update", "fic_receipts", Act::Update),
        ("issued_documents.e_invoices.status_update", "fic_issued_documents", Act::StatusUpdate),
        ("received_documents.e_invoices.receive", "fic_received_documents_pending", Act::Receive),
        ("received_documents.create", "fic_received_documents", Act::Create),
        ("archive_documents.update", "fic_archive", Act::Update),
        ("taxes.create", "fic_taxes", Act::Create),
        ("cashbook.delete", "fic_cashbook", Act::Delete),
        ("products.stock_update", "fic_products", Act::StockUpdate),
        ("issued_documents.all.delete", "fic_issued_documents", Act::Delete),
    ] {
        let concern = concern(&format!("{PREFIX}{kind}")).unwrap_or_else(|| panic!("{kind} is ignored"));
        assert_eq!((concern.tables, concern.act), (&[table][..], act), "{kind}");
    }
    for kind in [
        "entities.clients.create",
        "it.fattureincloud.webhooks.clients.create",
        "it.fattureincloud.webhooks.entities.clients.email_sent",
        "it.fattureincloud.webhooks.entities.clients",
        "it.fattureincloud.webhooks.create",
        "it.fattureincloud.api.entities.clients.create",
        "IT.fattureincloud.webhooks.entities.clients.create",
        "it.fattureincloud.webhooks.",
        "",
    ] {
        assert_eq!(concern(kind), None, "{kind}");
    }
}

#[test]
fn every_table_named_is_one_and_can_be_read_by_id() {
    for (segment, tables, _) in CONCERNS {
        for table in *tables {
            let resource = RESOURCES.iter().find(|resource| resource.table() == *table);
            let resource = resource.unwrap_or_else(|| panic!("{segment}: there is no {table}"));
            assert!(resource.get.contains("{id}"), "{segment}: {table} has no Get");
        }
    }
}

#[test]
fn a_challenge_is_hex_or_nothing() {
    let hex = "09af".repeat(16);
    let query = format!("{CHALLENGE}={hex}");
    assert_eq!(challenge(Some(&hex), None), Some(hex.as_str()));
    assert_eq!(challenge(None, Some(&query)), Some(hex.as_str()));
    assert_eq!(challenge(None, Some(&format!("a=1&{query}&b"))), Some(hex.as_str()));
    assert_eq!(challenge(Some("<script>"), Some(&query)), Some(hex.as_str()));
    assert_eq!(challenge(Some("AB12"), Some(&query)), Some("AB12"));
    let longest = "a".repeat(128);
    assert_eq!(challenge(Some(&longest), None), Some(longest.as_str()));
    for text in ["", " ", "xyz", "0x12", "12 ", "12\n", "12\"}", "é1", "%31", &"a".repeat(129)] {
        assert_eq!(challenge(Some(text), None), None, "{text:?}");
        assert_eq!(challenge(None, Some(&format!("{CHALLENGE}={text}"))), None, "{text:?}");
    }
    for query in ["", "abc", "challenge=ab", "x-fic-verification-challenge", "y-x-fic-verification-challenge=ab"] {
        assert_eq!(challenge(None, Some(query)), None, "{query:?}");
    }
    assert_eq!(challenge(None, None), None);
}
