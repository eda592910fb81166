//! Answers that are JSON of the right shape with values that make no sense. The real program against a script.

use std::sync::{Arc, Mutex};

use stripesync::sandbox::TEST_KEY;

use crate::program::{Home, Ran, Reply, Scripted, account, execute, ran, text};

fn list(objects: &[String]) -> Reply {
    let objects = objects.join(",");
    Reply::Json(200, format!(r#"{{"object":"list","data":[{objects}],"has_more":false,"url":"/v1/x"}}"#))
}

fn charge(id: &str, amount: &str) -> String {
    format!(r#"{{"id":"{id}","object":"charge","created":1700000000,"amount":{amount},"currency":"eur"}}"#)
}

/// A service with these charges and no events.
fn with_charges(charges: Vec<String>) -> Scripted {
    Scripted::start(move |path, _| match path {
        "/v1/account" => account(),
        path if path.starts_with("/v1/charges") && !path.contains("created") => list(&charges),
        _ => list(&[]),
    })
}

fn sync(home: &Home, service: &Scripted, arguments: &[&str]) -> Ran {
    ran(&mut home.asking(&service.url, TEST_KEY, &[&["sync"], arguments].concat()))
}

#[test]
fn an_amount_that_no_column_can_hold_is_told_and_kept_in_data() {
    let amounts = ["1e3", "1000.0", "\"12\"", "null", "1.5", "9223372036854775808", "true", "\"12.5\""];
    let charges = amounts.iter().enumerate().map(|(n, amount)| charge(&format!("ch_{n}"), amount)).collect();
    let service = with_charges(charges);
    let home = Home::new();
    let first = sync(&home, &service, &["charges"]);
    assert_eq!(first.code, Some(3), "{}", first.stderr);
    for part in [
        "stripe:charges of acct_1Scripted has gaps: ch_4: amount_minor 1.5 is no whole number of minor units; \
         ch_5: amount_minor 9223372036854775808 is beyond 64 bits; ch_6: amount_minor true",
        "and 1 more; those columns are empty, data keeps what was sent",
    ] {
        assert!(first.stderr.contains(part), "{part:?} is not in\n{}", first.stderr);
    }
    assert!(first.stdout.contains("with gaps"), "{}", first.stdout);
    let held = "SELECT group_concat(coalesce(amount_minor, '-'), ' ') FROM (SELECT * FROM stripe_charges ORDER BY id)";
    assert_eq!(text(&home.database(), held), "1000 1000 12 - - - - -");
    let kept = "SELECT group_concat(substr(data, instr(data, 'amount') + 8, 5), ' ')
                FROM (SELECT * FROM stripe_charges WHERE id IN ('ch_0', 'ch_4', 'ch_5') ORDER BY id)";
    assert_eq!(text(&home.database(), kept), "1e3,\" 1.5,\" 92233");
    let log = "SELECT status || ': ' || error FROM sync_logs WHERE resource = 'stripe_charges'";
    assert!(text(&home.database(), log).starts_with("with gaps: ch_4: amount_minor 1.5 is no whole number"));
    // Read again with equal content, it is no better.
    let again = sync(&home, &service, &["charges", "--initial", "--format", "json"]);
    assert_eq!(again.code, Some(3), "{}", again.stderr);
    assert!(again.stdout.contains(r#""outcome":"with gaps","detail":"ch_4: amount_minor 1.5"#), "{}", again.stdout);
    home.assert_intact();
}

#[test]
fn a_gap_behind_ten_thousand_that_were_healed_is_told() {
    let service = with_charges(vec![charge("ch_9", "1.5")]);
    let home = Home::new();
    assert_eq!(sync(&home, &service, &["charges"]).code, Some(3));
    // More than one turn looks at, all of them before it, and none of them without its values by now.
    let healed = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
                  INSERT INTO gaps (account, resource, parent_id, row_key)
                  SELECT account, resource, parent_id, printf('ch_0%05d', i) FROM gaps, n";
    execute(&home.database(), healed);
    let next = sync(&home, &service, &["charges"]);
    assert_eq!(next.code, Some(3), "{}", next.stderr);
    assert!(next.stderr.contains("has gaps: ch_9: amount_minor 1.5"), "{}", next.stderr);
    assert_eq!(home.count("SELECT count(*) FROM gaps"), 1);
}

#[test]
fn what_a_column_cannot_hold_is_told_by_every_run_until_the_row_holds_it() {
    let invoice = |amount: &str, tax: &str| {
        format!(
            r#"{{"id":"in_1","object":"invoice","created":1700000000,"amount_due":{amount},"lines":{{"object":"list",
            "data":[{{"id":"il_1","object":"line_item","amount":{tax}}}],"has_more":false}}}}"#
        )
    };
    let shown = Arc::new(Mutex::new(Some(invoice("1.5", "2.5"))));
    let served = Arc::clone(&shown);
    let service = Scripted::start(move |path, _| match path {
        "/v1/account" => account(),
        path if path.starts_with("/v1/invoices?") && !path.contains("created") => {
            list(&served.lock().expect("fine").clone().into_iter().collect::<Vec<_>>())
        }
        path if path.starts_with("/v1/invoices/in_1") => match &*served.lock().expect("fine") {
            Some(invoice) => Reply::Json(200, invoice.clone()),
            None => Reply::Json(404, r#"{"error":{"type":"invalid_request_error","code":"resource_missing"}}"#.into()),
        },
        _ => list(&[]),
    });
    let home = Home::new();
    let run = |arguments: &[&str], code: i32, told: &[&str]| {
        let ran = sync(&home, &service, arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}\n{}", ran.stderr);
        told.iter().for_each(|part| assert!(ran.stderr.contains(part), "{part:?} is not in\n{}", ran.stderr));
        assert!(code == 3 || !ran.stderr.contains("gaps"), "{}", ran.stderr);
    };
    let both = [
        "stripe:invoices of acct_1Scripted has gaps: in_1: amount_due_minor 1.5",
        "stripe:invoice_lines of acct_1Scripted has gaps: il_1 of in_1: amount_minor 2.5",
    ];
    run(&["invoices", "tax_rates"], 3, &both);
    // Nothing is read again: it is missing all the same, but not of what was not asked for.
    run(&["invoices"], 3, &both);
    run(&["tax_rates"], 0, &[]);
    let status = home.run(&["status"]);
    assert!(status.stdout.lines().any(|line| line.starts_with("stripe_invoices") && line.contains("with gaps")));
    // One of them is mended.
    *shown.lock().expect("fine") = Some(invoice("15", "2.5"));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    run(&["invoices", "--initial"], 3, &both[1..]);
    assert_eq!(home.count("SELECT count(*) FROM gaps"), 1);
    // What is gone is missed by nobody.
    *shown.lock().expect("fine") = None;
    std::thread::sleep(std::time::Duration::from_millis(2100));
    run(&["invoices", "--initial"], 0, &[]);
    assert_eq!(home.count("SELECT count(*) FROM gaps"), 0);
    home.assert_intact();
}

#[test]
fn more_gaps_than_anybody_looks_at_are_at_least_so_many() {
    let service = with_charges((0..10_005).map(|n| charge(&format!("ch_{n:05}"), "1.5")).collect());
    let home = Home::new();
    let ran = sync(&home, &service, &["charges"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("ch_00002: amount_minor 1.5"), "{}", ran.stderr);
    assert!(ran.stderr.contains("and at least 9997 more; those columns are empty"), "{}", ran.stderr);
    assert_eq!(home.count("SELECT count(*) FROM gaps"), 10_005);
}

#[test]
fn a_tax_of_which_a_part_cannot_be_read_is_no_smaller_sum() {
    let invoice = r#"{"id":"in_1","object":"invoice","created":1700000000,
        "total_taxes":[{"amount":100},{"amount":7.5}],"lines":{"object":"list","data":[],"has_more":false}}"#;
    let service = Scripted::start(move |path, _| match path {
        "/v1/account" => account(),
        path if path.starts_with("/v1/invoices?") && !path.contains("created") => list(&[invoice.to_owned()]),
        _ => list(&[]),
    });
    let home = Home::new();
    let ran = sync(&home, &service, &["invoices"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("in_1: tax_minor 7.5 is no whole number of minor units; that column"),
        "{}",
        ran.stderr
    );
    assert_eq!(home.count("SELECT tax_minor IS NULL FROM stripe_invoices"), 1);
}

#[test]
fn an_object_of_another_kind_or_with_an_id_that_is_none_is_refused_by_name() {
    let cases = [
        (
            r#"{"id":"cus_1","object":"customer","created":1700000000}"#,
            "charges: cus_1 is of the kind customer, not charge",
        ),
        (r#"{"id":{"id":"ch_2"},"object":"charge","created":1700000000}"#, r#"charges: {"id":"ch_2"} is no id"#),
        (r#"{"id":7,"object":"charge","created":1700000000}"#, "charges: 7 is no id"),
    ];
    std::thread::scope(|scope| {
        for (bad, words) in cases {
            scope.spawn(move || {
                let service = with_charges(vec![charge("ch_1", "5"), bad.to_owned()]);
                let home = Home::new();
                let ran = sync(&home, &service, &["charges", "tax_rates"]);
                assert_eq!(ran.code, Some(3), "{}", ran.stderr);
                let told = format!(
                    "stripe:charges of acct_1Scripted failed: /v1/charges: unreadable answer after 6 attempts: {words}"
                );
                assert!(ran.stderr.contains(&told), "{}", ran.stderr);
                // Nothing of that page counts, and what has nothing to do with it is read.
                assert_eq!(home.count("SELECT count(*) FROM stripe_charges"), 0, "{words}");
                let ended = "SELECT status FROM sync_logs WHERE resource = 'stripe_tax_rates'";
                assert_eq!(text(&home.database(), ended), "complete");
                home.assert_intact();
            });
        }
    });
}

/// An event of now about a charge, in a shape that is not the pinned one: the charge is asked for.
fn event(id: &str, data: &str) -> String {
    let now_s = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    format!(
        r#"{{"id":"{id}","object":"event","type":"charge.updated","created":{now_s},"api_version":"2020-08-27","data":{data}}}"#
    )
}

#[test]
fn an_object_that_comes_for_another_does_not_take_its_place() {
    let service = Scripted::start(|path, _| match path {
        "/v1/account" => account(),
        path if path.starts_with("/v1/events") => {
            list(&[event("evt_1", r#"{"object":{"id":"ch_1","object":"charge"}}"#)])
        }
        path if path.starts_with("/v1/charges/") => Reply::Json(200, charge("ch_9", "9")),
        path if path.starts_with("/v1/charges") && !path.contains("created") => list(&[charge("ch_1", "1")]),
        _ => list(&[]),
    });
    let home = Home::new();
    let ran = sync(&home, &service, &["charges"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("charges: ch_9 came for ch_1"), "{}", ran.stderr);
    assert_eq!(text(&home.database(), "SELECT group_concat(id) FROM stripe_charges"), "ch_1");
    assert_eq!(home.count("SELECT count(*) FROM fetches WHERE id='ch_1'"), 1, "the next run asks again");
}

#[test]
fn a_broken_event_is_logged_and_named_and_keeps_no_other_from_being_read() {
    let event = |id: &str, data: &str| event(id, data);
    let whole = r#"{"object":{"id":"ch_2","object":"charge"}}"#;
    let deep = format!(r#"{{"object":{{"id":"ch_4","object":"charge","x":{}1{}}}}}"#, "[".repeat(500), "]".repeat(500));
    let untimed = event("evt_untimed", &whole.replace("ch_2", "ch_3"));
    let untimed = untimed.replacen(r#""created":"#, r#""created":"soon","x":"#, 1);
    let events = vec![
        event("evt_null", "null"),
        event("evt_empty", "{}"),
        event(
            "evt_no_id",
            r#"{"object":{"object":"charge","client_secret":"MARKER1","note":"sk_live_MARKER0123456789abcd"}}"#,
        ),
        untimed,
        event("evt_deep", &deep),
        "7".to_owned(),
        event("evt_good", whole),
    ];
    let service = Scripted::start(move |path, _| match path {
        "/v1/account" => account(),
        path if path.starts_with("/v1/events") => list(&events),
        path if path.starts_with("/v1/charges/") => {
            let id = path.trim_start_matches("/v1/charges/").split('?').next().unwrap_or_default();
            Reply::Json(200, charge(id, "9"))
        }
        path if path.starts_with("/v1/charges") && !path.contains("created") => list(&[charge("ch_1", "1")]),
        _ => list(&[]),
    });
    let home = Home::new();
    let first = sync(&home, &service, &["charges"]);
    assert_eq!(first.code, Some(3), "{}", first.stderr);
    for part in [
        "stripe:events of acct_1Scripted failed: what these changed is unknown, `stripesync sync --initial` reads all",
        "evt_null (charge.updated): it has no data.object; evt_empty (charge.updated): it has no data.object",
        "and 1 more",
        "their objects are asked for instead: evt_untimed (charge.updated): its created is no time; evt_deep",
    ] {
        assert!(first.stderr.contains(part), "{part:?} is not in\n{}", first.stderr);
    }
    // The whole one took effect, and what the broken ones name was asked for.
    let amounts = "SELECT group_concat(id || '=' || amount_minor) FROM (SELECT * FROM stripe_charges ORDER BY id)";
    assert_eq!(text(&home.database(), amounts), "ch_1=1,ch_2=9,ch_3=9,ch_4=9");
    let log = "SELECT group_concat(substr(event_id, 1, 11) || ' ' || status || ' ' || coalesce(error, '-'), x'0a')
               FROM (SELECT * FROM webhook_events ORDER BY event_id)";
    let wanted = "evt_deep processed it is nested too deep\n\
                  evt_empty dead it has no data.object\n\
                  evt_good processed -\n\
                  evt_no_id dead its data.object has no id\n\
                  evt_null dead it has no data.object\n\
                  evt_untimed processed its created is no time\n\
                  without-id- dead it is no object";
    assert_eq!(text(&home.database(), log), wanted);
    assert_eq!(home.count("SELECT count(*) FROM webhook_events WHERE json_valid(payload)"), 7);
    assert_eq!(crate::program::holds(home.path(), &[&first.stderr], "MARKER"), Vec::<String>::new());
    // The watermark has gone on, and what they changed is as unknown as before: until all is read anew.
    let second = sync(&home, &service, &["charges"]);
    assert_eq!(second.code, Some(3), "{}", second.stderr);
    assert!(second.stderr.contains("evt_null") && !second.stderr.contains("evt_deep"), "{}", second.stderr);
    // Whatever came in the second in which a list began to be read may have come after.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let third = sync(&home, &service, &["charges", "--initial"]);
    assert_eq!(third.code, Some(0), "{}", third.stderr);
    let fourth = sync(&home, &service, &["charges"]);
    assert_eq!((fourth.code, fourth.stderr.contains("evt_")), (Some(0), false), "{}", fourth.stderr);
    home.assert_intact();
}
