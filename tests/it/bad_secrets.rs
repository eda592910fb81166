//! What must never be seen, planted and looked for; whose word counts; and text that would command a terminal.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
use stripesync::model::resource::{List, Resource};
use stripesync::sandbox::{Key, Options, Sandbox, Sizes};

use crate::program::{Home, Reply, Scripted, account, finished, holds, ran, started, until};
use crate::support;

/// Asserts that none of the folder's files and none of these texts holds any of this.
fn assert_unseen(folder: &Path, texts: &[&str], needles: &[&str]) {
    for needle in needles {
        assert_eq!(holds(folder, texts, needle), Vec::<String>::new(), "{needle}");
    }
}

#[test]
fn a_key_is_seen_nowhere_at_any_verbosity() {
    const KEY: &str = "sk_live_MARKERq1w2e3r4t5y6u7i8";
    // The same, and as a user name with nothing behind it, in base64; at the other two offsets in a longer text.
    let base64 = ["c2tfbGl2ZV9NQVJLRVJxMXcy", "tfbGl2ZV9NQVJLRVJxMXcy", "X2xpdmVfTUFSS0VS"];
    let keys = vec![Key::new(KEY)];
    let sandbox = Sandbox::start(Options { sizes: Sizes::customers(10), livemode: true, keys, ..Options::default() });
    let sandbox = sandbox.expect("starts");
    let home = Home::new();
    for more in
        [&["-v", "-v", "-v"][..], &["-v", "-v", "-v", "--log-format", "json", "--format", "json"], &["--format", "csv"]]
    {
        let arguments =
            [&["sync", "customers", "payment_intents", "setup_intents", "--rate", "100%"][..], more].concat();
        let ran = ran(&mut home.asking(&sandbox.stripe_base_url(), KEY, &arguments));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_unseen(home.path(), &[&ran.stdout, &ran.stderr], &["MARKER", "Bearer"]);
        assert_unseen(home.path(), &[&ran.stdout, &ran.stderr], &base64);
        assert_unseen(home.path(), &[&ran.stdout, &ran.stderr], &["client_secret", "_secret_"]);
    }
    assert!(home.count("SELECT count(*) FROM stripe_payment_intents") > 0);
    for arguments in [&["status"][..], &["--help"], &["sync", "--help"], &["completions", "bash"], &["man"]] {
        let ran = ran(&mut home.asking(&sandbox.stripe_base_url(), KEY, arguments));
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
        assert_unseen(home.path(), &[&ran.stdout, &ran.stderr], &["MARKER"]);
    }
}

/// What everybody on the machine may read of a running process and its children: command line, names, environment.
fn shown_of(pid: u32, with_environment: bool) -> Vec<String> {
    let read =
        |path: String| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let mut shown = vec![read(format!("/proc/{pid}/cmdline"))];
    if with_environment {
        shown.push(read(format!("/proc/{pid}/environ")));
    }
    for thread in fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let thread = thread.path();
        shown.push(read(format!("{}/comm", thread.display())));
        for child in read(format!("{}/children", thread.display())).split_whitespace() {
            shown.extend(shown_of(child.parse().expect("a number"), true));
        }
    }
    shown
}

#[test]
fn a_key_stands_in_no_command_line_no_process_name_and_no_childs_environment() {
    use std::os::unix::fs::OpenOptionsExt;
    const KEY: &str = "sk_test_MARKERp1r2o3c4e5s6s7";
    let keys = vec![Key::new(KEY)];
    let sandbox = Sandbox::start(Options { sizes: Sizes::customers(10), keys, ..Options::default() }).expect("starts");
    for in_dot_env in [true, false] {
        let home = Home::new();
        let mut command = home.command(&["sync", "customers", "invoices", "--rate", "100%", "-v", "-v"]);
        command.env("STRIPE_API_BASE", sandbox.stripe_base_url());
        if in_dot_env {
            let path = home.path().join(".env");
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).expect("is made");
            std::io::Write::write_all(&mut file, format!("STRIPE_API_KEY={KEY}\n").as_bytes()).expect("is written");
        } else {
            command.env("STRIPE_API_KEY", KEY);
        }
        // Looked at while each of its requests is being answered: the key is in its hands then.
        let (pid, shown) = (Arc::new(AtomicU32::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (looked, seen) = (Arc::clone(&pid), Arc::clone(&shown));
        sandbox.on_request(move |_, _| {
            until("known", || looked.load(SeqCst) != 0);
            // The environment that it was started with is its user's own choice.
            seen.lock().expect("whole").push(shown_of(looked.load(SeqCst), in_dot_env));
        });
        let (child, began) = started(&mut command);
        pid.store(child.id(), SeqCst);
        let ran = finished(child, began);
        sandbox.on_request(|_, _| {});
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let shown = shown.lock().expect("whole");
        assert!(shown.len() > 3 && shown.iter().all(|texts| texts[0].contains("stripesync")), "{shown:?}");
        let told: Vec<_> = shown.iter().flatten().filter(|text| text.contains("MARKER")).collect();
        assert_eq!(told, Vec::<&String>::new());
    }
}

/// Puts a value where a pointer of the resource table points, `*` being the one element of a list.
fn plant(into: &mut Value, pointer: &[&str], secret: &str) {
    let Some((first, rest)) = pointer.split_first() else {
        *into = json!(secret);
        return;
    };
    if *first == "*" {
        if !into.is_array() {
            *into = json!([{"id": "src_1", "object": "source"}]);
        }
        return plant(&mut into[0], rest, secret);
    }
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    if *first == "data" {
        into["object"] = json!("list");
        into["has_more"] = json!(false);
    }
    plant(&mut into[*first], rest, secret);
}

fn now_s() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs()
}

/// An object of the resource with a secret wherever one could stand.
fn planted(resource: &Resource) -> Value {
    let object = resource.objects.first().copied().unwrap_or("thing");
    let mut value = json!({"id": format!("id_{}", resource.name), "object": object, "created": now_s()});
    for pointer in resource.secret {
        let steps: Vec<&str> = pointer.split('/').skip(1).collect();
        plant(&mut value, &steps, "whsec_MARKER0123456789");
    }
    value["deep"] = json!({"er": [{"client_secret": "pi_1_secret_MARKER"}]});
    value
}

#[test]
fn secrets_inside_of_objects_and_events_are_never_stored() {
    let with_secrets: Vec<&'static Resource> = support::everything()
        .into_iter()
        .filter(|resource| !resource.secret.is_empty() && matches!(resource.list, List::Sliced(_) | List::Cursor(_)))
        .collect();
    assert!(with_secrets.len() > 5);
    let known = with_secrets.clone();
    let service = Scripted::start(move |path, _| {
        let path = path.split('?').next().unwrap_or_default();
        if path == "/v1/account" {
            return account();
        }
        let list =
            |data: Vec<Value>| Reply::Json(200, json!({"object": "list", "data": data, "has_more": false}).to_string());
        if path == "/v1/events" {
            let event = |resource: &&'static Resource| {
                let data = json!({"object": planted(resource), "previous_attributes": planted(resource)});
                let kind = format!("{}.updated", resource.objects.first().copied().unwrap_or("thing"));
                json!({"id": format!("evt_{}", resource.name), "object": "event", "type": kind, "created": now_s(),
                       "api_version": "2024-06-20", "data": data})
            };
            return list(known.iter().map(event).collect());
        }
        let is_listed =
            |resource: &&&'static Resource| matches!(resource.list, List::Sliced(at) | List::Cursor(at) if at == path);
        let is_asked = |resource: &&&'static Resource| path.ends_with(&format!("/id_{}", resource.name));
        match (known.iter().find(is_listed), known.iter().find(is_asked)) {
            (Some(resource), _) => list(vec![planted(resource)]),
            (None, Some(resource)) => Reply::Json(200, planted(resource).to_string()),
            (None, None) => list(Vec::new()),
        }
    });
    let home = Home::new();
    let names: Vec<String> = with_secrets.iter().map(|resource| format!("stripe:{}", resource.name)).collect();
    let arguments: Vec<&str> =
        ["sync", "-v", "-v", "-v", "--rate", "100%"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let sync = || ran(&mut home.asking(&service.url, "sk_live_0123456789abcdef", &arguments));
    let first = sync();
    assert!(matches!(first.code, Some(0 | 3)), "{}", first.stderr);
    for resource in &with_secrets {
        let rows = home.count(&format!("SELECT count(*) FROM {}", resource.table()));
        assert_eq!(rows, 1, "{}: {}", resource.name, first.stderr);
    }
    assert_eq!(home.count("SELECT count(*) FROM webhook_events") as usize, with_secrets.len());
    // Whoever has the file open keeps its WAL alive: what only stood there for a while counts too.
    let reader = rusqlite::Connection::open(home.database()).expect("opens");
    reader.query_row("SELECT count(*) FROM accounts", [], |row| row.get::<_, i64>(0)).expect("a count");
    let arguments_again = ["--initial"];
    let again = ran(home.asking(&service.url, "sk_live_0123456789abcdef", &arguments).args(arguments_again));
    assert!(matches!(again.code, Some(0 | 3)), "{}", again.stderr);
    assert!(home.path().join("stripesync.db-wal").exists());
    assert_unseen(
        home.path(),
        &[&first.stdout, &first.stderr, &again.stdout, &again.stderr],
        &["MARKER", "client_secret\":", "sk_live_0123456789abcdef"],
    );
}

#[test]
fn text_that_would_command_a_terminal_reaches_none() {
    let name =
        "Acme\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\r\n\u{200b}Z\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}";
    let body = json!({"id": "acct_1\u{1b}[2J", "object": "account", "created": 1_700_000_000, "business_profile": {"name": name}}).to_string();
    let rate =
        json!({"id": "txr_\u{1b}[2J\u{202e}", "object": "tax_rate", "created": 1_700_000_000, "display_name": name});
    let page = json!({"object": "list", "data": [rate], "has_more": true}).to_string();
    let service = Scripted::start(move |path, _| {
        let none = r#"{"object":"list","data":[],"has_more":false}"#;
        let is_events = path.starts_with("/v1/events");
        Reply::Json(
            200,
            if path == "/v1/account" {
                body.clone()
            } else if is_events {
                none.to_owned()
            } else {
                page.clone()
            },
        )
    });
    let mut home = Home::new();
    let mut outputs = Vec::new();
    for more in [&["-v", "-v", "-v"][..], &["--color", "on"], &["--format", "csv"]] {
        home = Home::new();
        let arguments = [&["sync", "tax_rates"][..], more].concat();
        let ran = ran(&mut home.asking(&service.url, "sk_live_0123456789abcdef", &arguments));
        assert!(ran.stderr.contains("came twice as a cursor"), "{}", ran.stderr);
        outputs.push(ran);
    }
    let status = home.run(&["status"]);
    assert!(status.stdout.contains(r"Acme\u{1b}]0;owned\u{7}"), "{}", status.stdout);
    outputs.push(status);
    for ran in &outputs {
        for text in [&ran.stdout, &ran.stderr] {
            let plain = text.replace("\u{1b}[1;31m", "").replace("\u{1b}[1;36m", "").replace("\u{1b}[0m", "");
            let bad = |c: char| c != '\n' && c.is_control() || matches!(c, '\u{202e}' | '\u{200b}');
            // A CSV carries the data as it is, for programs; it is quoted, and goes to no terminal.
            assert!(!plain.chars().any(bad) || plain.starts_with("provider,account,"), "{plain:?}");
        }
    }
    let json = home.run(&["status", "--format", "json"]).stdout;
    let told: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(told["accounts"][0]["name"], json!(name), "what programs read is the data unchanged");
    assert!(!json.chars().any(|c| c != '\n' && c < ' '), "{json:?}");
}

/// Writes what a place says, and returns the command with the environment that belongs to it.
fn say(home: &Home, place: usize, line: [&str; 2]) {
    let config = home.path().join(".config");
    match place {
        1 => fs::write(home.path().join(".env"), format!("{}\n", line[0])).expect("written"),
        2 => {
            fs::create_dir_all(config.join("stripesync")).expect("made");
            fs::write(config.join("stripesync/config.toml"), format!("{}\n", line[1])).expect("written");
        }
        _ => {}
    }
}

#[test]
fn the_strongest_place_decides_in_every_combination() {
    // The command line, the environment, .env, the config file, and the default where nobody says anything.
    for said in 0..16_u32 {
        let home = Home::new();
        let says = |place: u32| said & (1 << place) != 0;
        let mut arguments = vec!["status"];
        if says(0) {
            arguments.extend(["--database", "flag.db"]);
        }
        let mut command = home.command(&arguments);
        if says(1) {
            command.env("STRIPESYNC_DATABASE", "environment.db");
        }
        if says(2) {
            say(&home, 1, ["STRIPESYNC_DATABASE=dotenv.db", ""]);
        }
        if says(3) {
            say(&home, 2, ["", "database = \"config.db\""]);
        }
        let names = ["flag.db", "environment.db", "dotenv.db", "config.db"];
        let wanted = (0..4).find(|place| says(*place)).map_or("stripesync.db", |place| names[place as usize]);
        let ran = ran(&mut command);
        assert!(
            ran.stderr.contains(&format!("no database {wanted}")) || ran.stderr.contains(&format!("./{wanted}")),
            "{said:04b}: {}",
            ran.stderr
        );
    }
}

#[test]
fn the_strongest_place_gives_the_key_in_every_combination() {
    let service = Scripted::start(|_, _| Reply::Json(401, r#"{"error":{"message":"no"}}"#.to_owned()));
    // The environment, .env, the config file, the Stripe CLI's own file.
    for said in 1..16_u32 {
        let home = Home::new();
        let says = |place: u32| said & (1 << place) != 0;
        let mut command = home.command(&["sync", "coupons"]);
        command.env("STRIPE_API_BASE", &service.url);
        if says(0) {
            command.env("STRIPE_API_KEY", "sk_test_fromEnvironment");
        }
        if says(1) {
            say(&home, 1, ["STRIPE_API_KEY=sk_test_fromDotEnv", ""]);
        }
        if says(2) {
            say(&home, 2, ["", "[stripe]\napi_key = \"sk_test_fromConfig\""]);
        }
        if says(3) {
            fs::create_dir_all(home.path().join(".config/stripe")).expect("made");
            let text = "[default]\ntest_mode_api_key = \"sk_test_fromStripeCli\"\n";
            fs::write(home.path().join(".config/stripe/config.toml"), text).expect("written");
        }
        let keys = ["fromEnvironment", "fromDotEnv", "fromConfig", "fromStripeCli"];
        let wanted = (0..4).find(|place| says(*place)).map_or("", |place| keys[place as usize]);
        let ran = ran(&mut command);
        assert_eq!(ran.code, Some(4), "{said:04b}: {}", ran.stderr);
        let head = service.requests().last().cloned().unwrap_or_default();
        assert!(head.contains(&format!("Bearer sk_test_{wanted}\r\n")), "{said:04b}: {head}");
        assert_eq!(
            ran.stderr.contains("as no other was given"),
            wanted == "fromStripeCli",
            "{said:04b}: {}",
            ran.stderr
        );
        assert!(keys.iter().all(|key| !ran.stderr.contains(key)), "{}", ran.stderr);
    }
}

#[test]
fn a_secret_among_the_arguments_is_refused_and_not_repeated() {
    const SECRET: &str = "whsec_MARKERq1w2e3r4t5y6u7i8";
    let home = Home::new();
    let with_value = format!("--webhook-secret={SECRET}");
    for arguments in [
        &["listen", "--webhook-secret", SECRET][..],
        &["listen", &with_value],
        &["replay", SECRET],
        &["--quiet", "status", "--account", "sk_live_MARKERq1w2e3r4t5y6u7i8"],
    ] {
        let ran = home.run(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("everybody on this machine") && ran.stderr.contains("STRIPE_WEBHOOK_SECRET"));
        assert_unseen(home.path(), &[&ran.stdout, &ran.stderr], &["MARKER"]);
    }
}
