//! What programs read: one thing has one name, whichever command tells it; and what people read, where nothing is asked for.

use std::collections::BTreeSet;
use std::process::Stdio;

use serde_json::Value;

use crate::listening::{Listening, event, now_s};
use crate::program::{Home, Reply, Scripted};
use crate::receiver::{Running, SECRET};

fn keys(json: &Value) -> BTreeSet<String> {
    json.as_object().unwrap_or_else(|| panic!("no object: {json}")).keys().cloned().collect()
}

#[test]
fn one_thing_has_one_name_in_all_that_programs_read() {
    let home = Home::new();
    let mut command = home.command(&["listen", "--port", "0", "--admin-port", "off", "--format", "json"]);
    command.env("STRIPE_WEBHOOK_SECRET", SECRET).stdout(Stdio::piped());
    let running = Running::begin(command);
    let url = format!("http://127.0.0.1:{}/webhook", running.port);
    std::fs::write(home.path().join("fine.json"), event("evt_fine", "prod_1", "A", now_s())).expect("written");
    let lost = event("evt_lost", "", "A", now_s()).replace(r#""id":"","#, "");
    std::fs::write(home.path().join("lost.json"), &lost).expect("written");
    let with_secret = |arguments: &[&str]| {
        let ran = crate::program::ran(home.command(arguments).env("STRIPE_WEBHOOK_SECRET", SECRET));
        serde_json::from_str::<Value>(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", ran.stdout, ran.stderr))
    };
    let posted = with_secret(&["test-webhook", "--file", "fine.json", "--url", &url, "--format", "json"]);
    assert_eq!(running.post(&lost), 200);
    let (ran, _) = running.ended();
    let heard: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let tested = with_secret(&["test-webhook", "--file", "lost.json", "--apply", "--format", "json"]);
    let listed = with_secret(&["events", "list", "--format", "json"]);
    let shown = with_secret(&["events", "show", "evt_lost", "--format", "json"]);
    let planned = with_secret(&["retry-failed", "--dry-run", "--format", "json"])["events"][0].clone();
    let retried = with_secret(&["retry-failed", "--format", "json"])["failures"][0].clone();
    let all = [&posted, &heard[0], &heard[1], &tested, &listed[0], &shown, &planned, &retried];
    for told in all {
        let keys = keys(told);
        for name in ["event_id", "type"] {
            assert!(keys.contains(name), "{name} in {told}");
        }
        for other in ["event", "id", "row", "at", "outcome", "object", "kind"] {
            assert!(!keys.contains(other), "{other} in {told}");
        }
        // What became of an event is a word; what was answered a number of its own.
        assert!(told.get("status").is_none_or(Value::is_string), "{told}");
        assert!(told.get("http_status").is_none_or(Value::is_u64), "{told}");
    }
    for told in &all[1..] {
        assert!(told["webhook_id"].is_u64() && told["account"].is_string() && told["status"].is_string(), "{told}");
    }
    for told in [&heard[1], &tested, &shown, &planned, &retried] {
        assert_eq!((told["event_id"].as_str(), told["status"].as_str()), (Some("evt_lost"), Some("dead")), "{told}");
        assert_eq!((told["webhook_id"].as_u64(), told["type"].as_str()), (Some(2), Some("product.updated")), "{told}");
        assert_eq!(told["error"], "its data.object has no id", "{told}");
    }
    assert_eq!(posted["http_status"], 200);
    assert!(heard[0]["http_status"] == 200 && heard[0]["at_s"].as_i64().is_some_and(|at_s| at_s >= now_s() - 600));
    for arguments in [&["events", "list"][..], &["retry-failed", "--dry-run"], &["events", "show", "2"]] {
        let csv = home.run(&[arguments, &["--format", "csv"]].concat()).stdout;
        assert!(csv.starts_with("webhook_id,provider,account,event_id,type,table,object_id,created_s,"), "{csv}");
    }
}

#[test]
fn no_part_of_the_program_is_named_to_whoever_listens_unless_he_asks() {
    let refusing = Scripted::start(|_, _| Reply::Json(401, r#"{"error":{"message":"no such key"}}"#.to_owned()));
    for (more, has_parts) in [(&[][..], false), (&["-v"][..], true)] {
        let home = Home::new();
        let running = Listening::start(&home, &[&["--admin-port", "off"], more].concat(), |command| {
            command.env("STRIPE_WEBHOOK_SECRET", SECRET).env("STRIPE_API_KEY", "sk_test_ofTheService");
            command.env("STRIPE_API_BASE", &refusing.url);
        });
        running.says("catching up failed: ");
        let said = running.said();
        running.stop();
        assert_eq!(said.contains("stripesync::"), has_parts, "{said}");
    }
}
