use super::*;

fn endpoint(id: &str, url: &str, events: &[&str]) -> Endpoint {
    Endpoint {
        id: id.to_owned(),
        url: url.to_owned(),
        enabled_events: set(events),
        status: "enabled".to_owned(),
        api_version: Some(API_VERSION.to_owned()),
        metadata: BTreeMap::from([(MARK.to_owned(), MARK_OWN.to_owned())]),
        ..Endpoint::default()
    }
}

fn set(events: &[&str]) -> BTreeSet<String> {
    events.iter().map(|kind| (*kind).to_owned()).collect()
}

fn wanted(url: &str, events: &[&str]) -> Wanted {
    Wanted { url: url.to_owned(), events: set(events), connect: false, description: None }
}

const HERE: &str = "https://a.example/api/stripe/webhook";

#[test]
fn what_is_there_is_not_made_twice_and_what_differs_is_told() {
    let there = [endpoint("we_1", HERE, &["b", "a"])];
    assert_eq!(plan(&wanted(HERE, &["a", "b"]), &there), Plan::There { id: "we_1".into(), differences: Vec::new() });
    let Plan::There { differences, .. } = plan(&wanted(HERE, &["a", "c"]), &there) else { panic!("it is there") };
    assert_eq!(differences, [Difference::Missing(vec!["c".into()]), Difference::More(vec!["b".into()])]);
    let other = Endpoint { status: "disabled".into(), api_version: None, ..there[0].clone() };
    let Plan::There { differences, .. } = plan(&wanted(HERE, &["a", "b"]), &[other]) else { panic!("it is there") };
    assert_eq!(differences, [Difference::Version(None), Difference::Disabled]);
    assert_eq!(differences.iter().map(Difference::is_fixed).collect::<Vec<_>>(), [true, false]);
    // The same address for connected accounts is another endpoint.
    let connect = Wanted { connect: true, ..wanted(HERE, &["a", "b"]) };
    assert_eq!(plan(&connect, &there), Plan::Create);
    let many: Vec<Endpoint> = (0..16).map(|n| endpoint("we_1", &format!("https://b.example/{n}"), &["a"])).collect();
    assert_eq!((plan(&connect, &many), plan(&connect, &many[1..])), (Plan::Full, Plan::Create));
}

#[test]
fn an_update_sends_what_differs_alone() {
    let there = endpoint("we_1", HERE, &["a"]);
    let same = Update { url: Some(HERE.into()), events: Some(set(&["a"])), disabled: Some(false), description: None };
    assert_eq!(same.against(&there), Update::default());
    let other = Update { disabled: Some(true), events: Some(set(&["a", "b"])), ..Update::default() }.against(&there);
    let form = [("enabled_events[]", "a"), ("enabled_events[]", "b"), ("disabled", "true")];
    let form = form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    assert_eq!(update("we_1", &other).content, Content::Form(form));
    assert_eq!(other.told(&there), ["events: b come in", "it gets disabled"]);
}

#[test]
fn an_endpoint_is_made_with_our_version_and_our_mark() {
    let wanted = Wanted { connect: true, description: Some("here".into()), ..wanted(HERE, &["a", "b"]) };
    let Content::Form(form) = create(&wanted).content else { panic!("a form") };
    let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let ours = [
        ("url", HERE),
        ("api_version", API_VERSION),
        ("enabled_events[]", "a"),
        ("enabled_events[]", "b"),
        ("connect", "true"),
        ("metadata[stripesync]", "connect"),
        ("description", "here"),
    ];
    assert_eq!(pairs, ours);
}

#[test]
fn an_answer_is_read_and_its_secret_is_no_part_of_any_message() {
    let body = br#"{"id":"we_1","object":"webhook_endpoint","url":"https://x.example/w","enabled_events":["*"],
        "status":"enabled","api_version":null,"application":"ca_1","secret":"whsec_MARKER","metadata":{},"livemode":true}"#;
    let (read_one, secret) = read_created(body).expect("one");
    assert!(read_one.is_connect() && read_one.livemode && !read_one.is_ours() && !read_one.is_version_ours());
    assert!(read_one.missing().is_empty(), "a star stands for all");
    assert_eq!(secret.expect("said").expose(), "whsec_MARKER");
    let error = read_created(&body[..body.len() - 9]).expect_err("cut");
    assert!(!error.0.contains("MARKER"), "{error}");
    let page = [b"{\"data\":[", &body[..], b"],\"has_more\":true}"].concat();
    assert_eq!(read_page(&page).map(|(all, more)| (all.len(), more)), Ok((1, true)));
    let marked = endpoint("we_2", "https://x.example/w", &["customer.created"]);
    assert!(marked.is_ours() && !marked.is_connect());
    assert!(marked.missing().len() > 100 && !marked.missing().contains(&"customer.created"));
}

#[test]
fn an_address_is_read_as_people_write_it() {
    for (text, is_live, wanted) in [
        ("hooks.example.com", true, Ok("https://hooks.example.com/api/stripe/webhook")),
        ("https://hooks.example.com/", true, Ok("https://hooks.example.com/api/stripe/webhook")),
        ("https://hooks.example.com/webhook", true, Ok("https://hooks.example.com/webhook")),
        ("http://127.0.0.1:4242", false, Ok("http://127.0.0.1:4242/api/stripe/webhook")),
        ("http://127.0.0.1:4242", true, Err("has to be https: real events go nowhere else")),
        ("ftp://x", false, Err("has to begin with https://")),
        ("", false, Err("is no address: give https://HOST/PATH, or a host alone")),
        ("https://u:p@x", false, Err("is no address: give https://HOST/PATH, or a host alone")),
        ("a b", false, Err("is no address: give https://HOST/PATH, or a host alone")),
        ("https://x/#a", false, Err("has a fragment, which is never sent")),
    ] {
        assert_eq!(url(text, is_live).as_deref(), wanted.as_ref().copied(), "{text}");
    }
    assert!(is_id("we_1Pgc6y_x") && !is_id("we_") && !is_id("we_1/../x") && !is_id("SUB1"));
}
