use super::*;

const SINK: &str = "https://a.example/api/webhooks/fic/12/taxes";

fn taxes(acts: &[&str]) -> BTreeSet<String> {
    acts.iter().map(|act| format!("it.fattureincloud.webhooks.taxes.{act}")).collect()
}

fn there(id: &str, sink: &str, acts: &[&str], is_verified: bool) -> Subscription {
    Subscription { id: id.into(), sink: sink.into(), types: taxes(acts), is_verified, ..Subscription::default() }
}

#[test]
fn the_groups_have_every_type_once() {
    let named: Vec<String> = groups().flat_map(types).collect();
    let wanted: BTreeSet<&str> = include_str!("../../../testdata/fic/event-types.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.contains(".all."))
        .collect();
    assert_eq!(named.iter().map(String::as_str).collect::<BTreeSet<_>>(), wanted);
    assert_eq!((named.len(), wanted.len()), (71, 71), "each stands in one group");
    assert!(types("all").is_empty() && types("").is_empty());
}

#[test]
fn what_is_there_is_not_made_twice() {
    let wanted = Wanted::of("a.example", "12", "taxes");
    assert_eq!(wanted.sink, SINK);
    let all = ["create", "update", "delete"];
    let act = |there: &[Subscription]| plan(&wanted, there).act;
    assert_eq!(act(&[]), Act::Create { types: taxes(&all) });
    assert_eq!(act(&[there("SUB1", SINK, &all, true)]), Act::Leave { id: "SUB1".into() });
    assert_eq!(act(&[there("SUB1", &format!("{SINK}/"), &all, false)]), Act::Verify { id: "SUB1".into() });
    let extended = Act::Extend { id: "SUB1".into(), added: taxes(&["delete"]), types: taxes(&all) };
    assert_eq!(act(&[there("SUB1", SINK, &["create", "update"], true)]), extended);
    // What goes elsewhere would be left out with a warning: it is not asked for.
    let other = there("SUB2", "https://b.example/x", &["create"], true);
    assert_eq!(act(std::slice::from_ref(&other)), Act::Create { types: taxes(&["update", "delete"]) });
    assert_eq!(plan(&wanted, std::slice::from_ref(&other)).elsewhere, [(other, 1)]);
    assert_eq!(act(&[there("SUB2", "https://b.example/x", &all, true)]), Act::Elsewhere);
}

#[test]
fn requests_are_as_documented() {
    let made = create("12", SINK, &taxes(&["create"]));
    assert_eq!((made.verb, made.path.as_str(), made.endpoint), (Verb::Post, "/c/12/subscriptions", "/subscriptions"));
    let body = r#"{"data":{"config":{"mapping":"binary"},"sink":"https://a.example/api/webhooks/fic/12/taxes","types":["it.fattureincloud.webhooks.taxes.create"],"verification_method":"header"}}"#;
    assert_eq!(made.content, Content::Json(body.to_owned()));
    let asked = verify("12", "SUB1");
    assert_eq!((asked.verb, asked.path.as_str()), (Verb::Post, "/c/12/subscriptions/SUB1/verify"));
    let changed = update("12", "SUB1", &Update { types: Some(taxes(&["create"])), sink: None });
    assert_eq!(changed.verb, Verb::Put);
    let only = r#"{"data":{"types":["it.fattureincloud.webhooks.taxes.create"]}}"#;
    assert_eq!(changed.content, Content::Json(only.to_owned()));
    let gone = delete("12", "SUB1");
    assert_eq!((gone.verb, gone.content), (Verb::Delete, Content::Nothing));
    assert_eq!(one("12", "SUB1").path, "/c/12/subscriptions/SUB1");
}

#[test]
fn answers_are_read_in_both_their_shapes() {
    let one = r#"{"id":"SUB1","sink":"https://a.example/api/webhooks/fic/12/taxes","verified":true,"types":["it.fattureincloud.webhooks.taxes.create"]}"#;
    for (warnings, count) in [("null", 0), ("\"some types\"", 1), ("[\"a\",\"b\"]", 2), ("{}", 0)] {
        let body = format!(r#"{{"data":{one},"warnings":{warnings}}}"#);
        let (read, said) = read_made(body.as_bytes()).expect("readable");
        assert_eq!((read.id.as_str(), read.group(), said.len()), ("SUB1", "taxes", count), "{warnings}");
        assert_eq!(
            read.missing(),
            ["it.fattureincloud.webhooks.taxes.delete", "it.fattureincloud.webhooks.taxes.update"]
        );
    }
    let list = format!(r#"{{"data":[{one},{{"id":7,"types":null}}]}}"#);
    let list = read_list(list.as_bytes()).expect("readable");
    assert_eq!((list.len(), list[1].id.as_str(), list[1].is_ours()), (2, "7", false));
    assert!(read_list(br#"{"data":null}"#).expect("none").is_empty());
    for bad in [&b"{}"[..], b"{\"data\":{}}", b"{\"data\":[{\"id\":\"../x\"}]}", b"[]"] {
        assert!(read_list(bad).is_err());
    }
    let ends = r#"{"data":{"id":"SUB1","expires_at":"2026-12-01"}}"#;
    assert_eq!(read_one(ends.as_bytes()).expect("readable").expires_at.as_deref(), Some("2026-12-01"));
}

#[test]
fn a_host_is_read_as_people_write_it() {
    for (text, wanted) in [
        ("hooks.example.com", Some("hooks.example.com")),
        ("https://hooks.example.com/", Some("hooks.example.com")),
        ("hooks.example.com:8443", Some("hooks.example.com:8443")),
        ("http://hooks.example.com", None),
        ("hooks.example.com/path", None),
        ("user@hooks.example.com", None),
        ("", None),
        ("a b", None),
    ] {
        assert_eq!(host(text).ok().as_deref(), wanted, "{text}");
    }
    assert!(is_id("SUB230") && !is_id("") && !is_id("SUB/1") && !is_id(".."));
}
