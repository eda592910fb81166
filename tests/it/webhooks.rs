//! `webhooks` with Stripe, against the sandbox: what is made there, what of it is kept here, and what is refused.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use stripesync::providers::stripe::{API_VERSION, event_types};
use stripesync::sandbox::service::{Call, Service};
use stripesync::sandbox::{Change, LIVE_KEY, Options, Sandbox, Sizes, TEST_KEY};
use stripesync::store::Lock;

use crate::program::{Home, Ran, Reply, Scripted, account, finished, holds, ran, started};
use crate::receiver::Running;
use crate::support::watched;

const HERE: &str = "https://hooks.example.com/api/stripe/webhook";
const CONFIG: &str = "config.toml";

pub struct World {
    pub sandbox: Sandbox,
    pub home: Home,
}

impl World {
    pub fn new() -> World {
        let world = World {
            sandbox: Sandbox::start(Options { sizes: Sizes::customers(3), ..Options::default() }).expect("starts"),
            home: Home::new(),
        };
        // Those that the account has from the start are somebody else's.
        for it in world.endpoints() {
            let id = it["id"].as_str().expect("an id");
            assert!(world.sandbox.stripe().delete(None, "webhook_endpoint", id, Change::Silent));
        }
        std::fs::write(world.config(), "# mine\n[webhooks]\nmax_retries = 3 # as ever\n").expect("written");
        std::fs::set_permissions(world.config(), std::fs::Permissions::from_mode(0o644)).expect("set");
        world
    }

    pub fn config(&self) -> PathBuf {
        self.home.path().join(CONFIG)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let arguments = [&["webhooks"], arguments, &["--config", CONFIG]].concat();
        self.home.asking(&self.sandbox.stripe_base_url(), TEST_KEY, &arguments)
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(&mut self.command(arguments))
    }

    /// What the service has, read behind the program's back.
    pub fn endpoints(&self) -> Vec<Value> {
        let truth = self.sandbox.stripe().truth(None);
        truth["/v1/webhook_endpoints"].iter().map(|it| it.json.clone()).collect()
    }

    /// A request of the service as anybody would send it: status and body.
    pub fn call(&self, method: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        let mut all = vec![("authorization".to_owned(), format!("Bearer {TEST_KEY}"))];
        all.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let call = Call {
            method: method.to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: all,
            body: body.as_bytes().to_vec(),
        };
        let reply = self.sandbox.stripe().answer(&call, self.sandbox.now_s());
        (reply.status, serde_json::from_slice(&reply.body).expect("JSON"))
    }
}

/// The secrets in a text.
pub fn secrets(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.starts_with("whsec_") && word.len() > 20);
    words.map(str::to_owned).collect()
}

#[test]
fn an_endpoint_is_made_once_and_its_secret_is_in_the_config_alone() {
    let world = World::new();
    let calls = watched(&world.sandbox);
    let made = world.run(&["create", "hooks.example.com", "--format", "json", "-vv"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let there = world.endpoints();
    assert_eq!(there.len(), 1);
    let one = &there[0];
    assert_eq!(
        (&one["url"], &one["api_version"], &one["status"]),
        (&json!(HERE), &json!(API_VERSION), &json!("enabled"))
    );
    let events: BTreeSet<&str> =
        one["enabled_events"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(events, event_types::handled(false));
    // The secret: in the file, closed, among what was there, and nowhere else.
    let text = std::fs::read_to_string(world.config()).expect("there");
    assert!(text.starts_with("# mine\n[webhooks]\nmax_retries = 3 # as ever\n"), "{text}");
    assert!(
        text.contains(&format!("[accounts.{}]\nwebhook_secrets = [\"whsec_", world.sandbox.stripe().account_id())),
        "{text}"
    );
    assert_eq!(std::fs::metadata(world.config()).expect("there").permissions().mode() & 0o777, 0o600);
    let secret = secrets(&text).pop().expect("a secret");
    assert_eq!(
        holds(world.home.path(), &[&made.stdout, &made.stderr], &secret),
        [world.config().display().to_string()]
    );
    let hint = format!("whsec_…{}", &secret[secret.len() - 4..]);
    assert!(
        made.stderr.contains(&hint) && made.stderr.contains("SIGHUP") && made.stderr.contains(CONFIG),
        "{}",
        made.stderr
    );
    let step: Value = serde_json::from_str(&made.stdout).expect("JSON");
    assert_eq!((&step["steps"][0]["act"], &step["steps"][0]["id"]), (&json!("create"), &one["id"]));
    let posts: Vec<_> = calls.lock().expect("whole").iter().filter(|call| call.method == "POST").cloned().collect();
    assert!(posts.len() == 1 && posts[0].header("idempotency-key").is_some(), "{posts:?}");
    // A second time nothing is made, and nothing is changed.
    let again = world.run(&["create", "https://hooks.example.com/"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stdout.contains("it is there as it is wanted"), "{}", again.stdout);
    let other = world.run(&["create", HERE, "--events", "invoice.*"]);
    assert_eq!(other.code, Some(3), "{}", other.stderr);
    assert!(
        other.stdout.contains("besides") && other.stderr.contains("webhooks update"),
        "{} {}",
        other.stdout,
        other.stderr
    );
    assert_eq!(world.endpoints(), there);
    assert_eq!(secrets(&std::fs::read_to_string(world.config()).expect("there")).len(), 1);
    // What is kept is what `listen` reads: a whole round.
    let verified = world.run(&["verify"]);
    assert_eq!(verified.code, Some(0), "{} {}", verified.stdout, verified.stderr);
}

#[test]
fn an_endpoint_for_connected_accounts_is_another_one_and_its_secret_nobodys_in_particular() {
    let world = World::new();
    assert_eq!(world.run(&["create", "hooks.example.com"]).code, Some(0));
    let mut command = world.command(&["create", "hooks.example.com", "--connect", "--description", "the shops"]);
    let made = ran(command.env("STRIPE_WEBHOOK_SECRET", "whsec_fromTheEnvironment1"));
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(
        made.stderr.contains("STRIPE_WEBHOOK_SECRET is set") && made.stderr.contains("counts instead"),
        "{}",
        made.stderr
    );
    let text = std::fs::read_to_string(world.config()).expect("there");
    assert!(text.contains("[stripe]\nwebhook_secret = \"whsec_"), "{text}");
    assert_eq!(secrets(&text).len(), 2, "{text}");
    let there = world.endpoints();
    let connect = there.iter().find(|it| it["description"] == "the shops").expect("made");
    let events: BTreeSet<&str> =
        connect["enabled_events"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(events.contains("account.application.deauthorized"), "{events:?}");
    let listed: Value = serde_json::from_str(&world.run(&["list", "--format", "json"]).stdout).expect("JSON");
    let whose: BTreeSet<(bool, bool)> = listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| (it["connect"].as_bool().expect("said"), it["ours"].as_bool().expect("said")))
        .collect();
    assert_eq!(whose, BTreeSet::from([(false, true), (true, true)]));
}

#[test]
fn a_plan_changes_nothing_and_asks_only_to_read() {
    let world = World::new();
    let before = std::fs::read(world.config()).expect("there");
    let calls = watched(&world.sandbox);
    let planned = world.run(&["create", "hooks.example.com", "--dry-run"]);
    assert_eq!(planned.code, Some(0), "{}", planned.stderr);
    assert!(
        planned.stdout.contains("create") && planned.stdout.ends_with("nothing was changed\n"),
        "{}",
        planned.stdout
    );
    assert!(world.endpoints().is_empty());
    assert_eq!(world.run(&["create", "hooks.example.com"]).code, Some(0));
    let id = world.endpoints()[0]["id"].as_str().expect("an id").to_owned();
    let after = std::fs::read(world.config()).expect("there");
    assert_ne!(before, after);
    calls.lock().expect("whole").clear();
    let there = world.endpoints();
    for arguments in [
        &["update", &id, "--disable", "--dry-run"][..],
        &["update", &id, "--events", "all", "--dry-run"],
        &["delete", &id, "--dry-run"],
        &["verify", "--dry-run"],
    ] {
        let ran = world.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
        assert!(
            ran.stdout.contains(&id) && ran.stdout.ends_with("nothing was changed\n"),
            "{arguments:?}: {}",
            ran.stdout
        );
    }
    assert_eq!(world.endpoints(), there);
    assert!(calls.lock().expect("whole").iter().all(|call| call.method == "GET"));
    assert!(!world.home.database().exists(), "nobody asked for a database");
}

#[test]
fn what_is_changed_is_told_and_what_is_deleted_is_asked_for() {
    let world = World::new();
    assert_eq!(world.run(&["create", "hooks.example.com", "--events", "invoice.paid,customer.*"]).code, Some(0));
    let id = world.endpoints()[0]["id"].as_str().expect("an id").to_owned();
    let verified = world.run(&["verify", &id]);
    assert_eq!(verified.code, Some(3), "{}", verified.stdout);
    assert!(verified.stderr.contains("types that concern a table"), "{}", verified.stderr);
    let mended = world.run(&["update", &id, "--events", "default"]);
    assert_eq!(mended.code, Some(0), "{}", mended.stderr);
    assert_eq!(world.run(&["verify", &id]).code, Some(0), "it gets what concerns a table");
    // What is not there is told in the same way whatever was wanted of it.
    for arguments in
        [&["verify", "we_nobody"][..], &["update", "we_nobody", "--enable"], &["delete", "we_nobody", "--yes"]]
    {
        let ran = world.run(arguments);
        assert!(ran.code == Some(1) && ran.stderr.contains("we_nobody"), "{arguments:?}: {}", ran.stderr);
    }
    let updated = world.run(&["update", &id, "--disable", "--events", "all", "--url", "https://b.example.com/webhook"]);
    assert_eq!(updated.code, Some(0), "{}", updated.stderr);
    let one = &world.endpoints()[0];
    assert_eq!((&one["status"], &one["enabled_events"]), (&json!("disabled"), &json!(["*"])));
    assert_eq!(one["url"], "https://b.example.com/webhook");
    for part in ["it gets disabled", "https://b.example.com/webhook", "* come in"] {
        assert!(updated.stdout.contains(part), "{part}: {}", updated.stdout);
    }
    let same = world.run(&["update", &id, "--disable"]);
    assert!(same.code == Some(0) && same.stdout.contains("it is so already"), "{}", same.stdout);
    assert_eq!(world.run(&["update", &id]).code, Some(2), "nothing is named");
    assert_eq!(world.run(&["update", &id, "--enable", "--disable"]).code, Some(2));
    assert_eq!(world.run(&["update", "we_nobody", "--enable"]).code, Some(1));
    // Nobody can be asked here.
    let asked = world.run(&["delete", &id]);
    assert_eq!(asked.code, Some(2), "{}", asked.stderr);
    assert!(asked.stderr.contains("--yes"), "{}", asked.stderr);
    assert_eq!(world.endpoints().len(), 1);
    let deleted = world.run(&["delete", &id, "we_nobody", "--yes"]);
    assert_eq!(deleted.code, Some(3), "{}", deleted.stderr);
    assert!(deleted.stderr.contains("there is no we_nobody") && deleted.stdout.contains(&id), "{}", deleted.stderr);
    assert!(world.endpoints().is_empty());
}

#[test]
fn a_secret_that_cannot_be_kept_leaves_no_endpoint_and_one_that_is_wanted_is_on_stdout_alone() {
    let world = World::new();
    // A file that others may write: seen before anything is made.
    std::fs::set_permissions(world.config(), std::fs::Permissions::from_mode(0o666)).expect("set");
    let calls = watched(&world.sandbox);
    let refused = world.run(&["create", "hooks.example.com"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("chmod go-w") && refused.stderr.contains("--print-secret"), "{}", refused.stderr);
    assert!(calls.lock().expect("whole").is_empty(), "nobody was asked");
    // One that breaks between the look and the answer: it is taken away again.
    std::fs::set_permissions(world.config(), std::fs::Permissions::from_mode(0o600)).expect("set");
    let config = world.config();
    world.sandbox.on_request(move |_, call| {
        if call.method == "POST" {
            std::fs::write(&config, "[accounts]\nacct_1SandboxPlatform = 7\n").expect("written");
        }
    });
    let undone = world.run(&["create", "hooks.example.com"]);
    assert_eq!(undone.code, Some(1), "{}", undone.stderr);
    assert!(undone.stderr.contains("taken away again"), "{}", undone.stderr);
    assert!(world.endpoints().is_empty());
    assert!(secrets(&undone.stderr).is_empty() && secrets(&undone.stdout).is_empty());
    // Whoever keeps secrets elsewhere gets it by a pipe.
    std::fs::write(world.config(), "").expect("written");
    world.sandbox.on_answer(|_, _| {});
    let printed = world.run(&["create", "hooks.example.com", "--print-secret"]);
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let secret = printed.stdout.trim_end();
    assert_eq!(secrets(secret), [secret], "nothing else is there");
    assert!(holds(world.home.path(), &[&printed.stderr], secret).is_empty());
    assert_eq!(world.endpoints().len(), 1);
}

#[test]
fn sixteen_are_the_most_and_real_things_need_a_word() {
    let world = World::new();
    for n in 0..16 {
        let (status, made) = world.call(
            "POST",
            "/v1/webhook_endpoints",
            &format!("url=https%3A%2F%2Fx.example%2F{n}&enabled_events[]=*"),
            &[],
        );
        assert_eq!(status, 200, "{made}");
    }
    let full = world.run(&["create", "hooks.example.com"]);
    assert_eq!(full.code, Some(1), "{}", full.stderr);
    assert!(full.stderr.contains("16"), "{}", full.stderr);
    let (status, refused) = world.call("POST", "/v1/webhook_endpoints", "url=https%3A%2F%2Fy&enabled_events[]=*", &[]);
    assert_eq!(status, 400, "{refused}");
    // A live key, and a service that is not on this machine: nothing is even asked.
    let mut command = world.home.command(&["webhooks", "create", "hooks.example.com", "--config", CONFIG]);
    let live = ran(command.env("STRIPE_API_KEY", LIVE_KEY));
    assert_eq!(live.code, Some(2), "{}", live.stderr);
    assert!(live.stderr.contains("--live"), "{}", live.stderr);
    let mut command =
        world.home.command(&["webhooks", "create", "http://hooks.example.com", "--live", "--config", CONFIG]);
    let plain = ran(command.env("STRIPE_API_KEY", LIVE_KEY));
    assert_eq!(plain.code, Some(2), "{}", plain.stderr);
    assert!(plain.stderr.contains("https"), "{}", plain.stderr);
}

#[test]
fn nonsense_is_refused_before_anybody_is_asked() {
    let world = World::new();
    let calls = watched(&world.sandbox);
    for arguments in [
        &["create", ""][..],
        &["create", "ftp://x"],
        &["create", "a b"],
        &["create", "h.example", "--events", "invoice.payed"],
        &["create", "h.example", "--events", "nothing.*"],
        &["create", "h.example", "--events", "all,invoice.paid"],
        &["create", "h.example", "--groups", "taxes"],
        &["create", "h.example", "--provider", "fic"],
        &["update", "we_1/../../customers", "--enable"],
        &["delete", "--yes"],
        &["delete", "cus_1", "--yes"],
        &["verify", "evt_1"],
        &["nonsense"],
        &[],
    ] {
        let ran = world.run(arguments);
        assert!(matches!(ran.code, Some(2 | 4)), "{arguments:?}: {:?} {}", ran.code, ran.stderr);
        assert!(ran.stdout.is_empty(), "{arguments:?}: {}", ran.stdout);
    }
    assert!(calls.lock().expect("whole").is_empty());
    let mistyped = world.run(&["create", "h.example", "--events", "invoice.payed"]);
    assert!(mistyped.stderr.contains("invoice.paid"), "{}", mistyped.stderr);
    let mut command = world.home.command(&["webhooks", "list"]);
    let nobody = ran(&mut command);
    assert_eq!(nobody.code, Some(4), "{}", nobody.stderr);
}

#[test]
fn a_key_that_may_not_is_told_so_and_what_may_have_been_done_is_not_done_twice() {
    let refusal = r#"{"error":{"type":"invalid_request_error","message":"The provided key 'rk_test_*' does not have the required permissions for this endpoint. Having the 'rak_webhook_write' permission would allow this request to continue."}}"#;
    let list = r#"{"object":"list","data":[],"has_more":false,"url":"/v1/webhook_endpoints"}"#;
    let scripted = Scripted::start(move |path, _| match path {
        "/v1/account" => account(),
        "/v1/webhook_endpoints?limit=100" => Reply::Json(200, list.to_owned()),
        _ => Reply::Json(403, refusal.to_owned()),
    });
    let home = Home::new();
    let arguments = ["webhooks", "create", "hooks.example.com", "--config", CONFIG];
    std::fs::write(home.path().join(CONFIG), "").expect("written");
    let ran_so = ran(&mut home.asking(&scripted.url, "rk_test_x1234567890", &arguments));
    assert_eq!(ran_so.code, Some(4), "{}", ran_so.stderr);
    assert!(ran_so.stderr.contains("rak_webhook_write"), "{}", ran_so.stderr);
    // The sandbox does once what is asked under one key.
    let world = World::new();
    let body = "url=https%3A%2F%2Fx.example&enabled_events[]=*";
    let key = [("idempotency-key", "k1")];
    let (_, first) = world.call("POST", "/v1/webhook_endpoints", body, &key);
    let (_, again) = world.call("POST", "/v1/webhook_endpoints", body, &key);
    assert_eq!((&first, world.endpoints().len()), (&again, 1));
    assert!(first["secret"].as_str().is_some_and(|it| it.starts_with("whsec_")), "{first}");
    let (status, _) = world.call("POST", "/v1/webhook_endpoints", "url=https%3A%2F%2Fy&enabled_events[]=*", &key);
    assert_eq!(status, 400);
    let id = first["id"].as_str().expect("an id");
    let (_, read) = world.call("GET", &format!("/v1/webhook_endpoints/{id}"), "", &[]);
    assert_eq!((&read["id"], read.get("secret")), (&first["id"], None), "it is said once");
    for (body, status) in
        [("api_version=2020-08-27", 400), ("connect=true", 400), ("disabled=maybe", 400), ("disabled=true", 200)]
    {
        assert_eq!(world.call("POST", &format!("/v1/webhook_endpoints/{id}"), body, &[]).0, status, "{body}");
    }
    assert_eq!(world.call("DELETE", &format!("/v1/webhook_endpoints/{id}"), "", &[]).1["deleted"], true);
    assert_eq!(world.call("DELETE", &format!("/v1/webhook_endpoints/{id}"), "", &[]).0, 404);
}

#[test]
fn what_is_mirrored_shows_in_status() {
    let world = World::new();
    assert_eq!(world.run(&["create", "hooks.example.com"]).code, Some(0));
    let (id, stripe) = (world.endpoints()[0]["id"].as_str().expect("an id").to_owned(), world.sandbox.stripe());
    let status = |format: &str| world.home.run(&["status", "--format", format]).stdout;
    let synced = world.run(&["sync"]);
    assert_eq!(synced.code, Some(0), "{} {}", synced.stdout, synced.stderr);
    assert!(!status("table").contains(&id), "all is well");
    stripe.change(
        None,
        "webhook_endpoint",
        &id,
        &json!({"status": "disabled", "api_version": "2020-08-27"}),
        Change::Silent,
    );
    world.sandbox.advance_s(60);
    assert_eq!(world.run(&["sync"]).code, Some(0));
    let told = status("table");
    assert!(told.contains(&format!("webhook {id} is disabled")) && told.contains("payloads of 2020-08-27"), "{told}");
    let told: Value = serde_json::from_str(&status("json")).expect("JSON");
    let troubles = told["accounts"][0]["webhooks"].as_array().expect("a list");
    assert!(troubles.len() == 2 && troubles.iter().all(|it| it["id"] == json!(id)), "{troubles:?}");
    assert_eq!(world.home.count("SELECT count(*) FROM stripe_webhook_endpoints WHERE deleted_at IS NULL"), 1);
    // Who mends it here, sees it at once.
    world.sandbox.advance_s(60);
    let enabled = world.run(&["update", &id, "--enable"]);
    assert_eq!(enabled.code, Some(0), "{}", enabled.stderr);
    let told = status("table");
    assert!(!told.contains("is disabled") && told.contains("payloads of 2020-08-27"), "{told}");
    // Where the file cannot take it now, that is said, and nothing else goes wrong.
    world.sandbox.advance_s(60);
    let lock = Lock::take(&world.home.database(), "2026-11-22T14:00:00Z").expect("free");
    let disabled = world.run(&["update", &id, "--disable"]);
    let why = "the file shows the endpoints as they were until `stripesync webhooks sync`";
    assert!(disabled.code == Some(0) && disabled.stderr.contains(why), "{}", disabled.stderr);
    drop(lock);
    // What somebody took away is nobody's trouble.
    assert!(stripe.delete(None, "webhook_endpoint", &id, Change::Silent));
    world.sandbox.advance_s(60);
    assert_eq!(world.run(&["sync"]).code, Some(0));
    assert!(!status("table").contains(&id));
    world.home.assert_intact();
}

#[test]
fn what_is_changed_twice_in_a_second_is_in_the_file_as_it_is_at_the_service() {
    let world = World::new();
    assert_eq!(world.run(&["sync"]).code, Some(0));
    let file = || {
        let rows = "SELECT coalesce(group_concat(url || ' ' || status, ' '), '') FROM stripe_webhook_endpoints
                    WHERE deleted_at IS NULL";
        crate::program::text(&world.home.database(), rows)
    };
    let service = || -> Vec<String> {
        let told = |it: &Value| format!("{} {}", it["url"].as_str().unwrap_or(""), it["status"].as_str().unwrap_or(""));
        world.endpoints().iter().map(told).collect()
    };
    // A script's pace: several of them within a second.
    for _ in 0..3 {
        assert_eq!(world.run(&["create", "quick.example.com"]).code, Some(0));
        let id = world.endpoints()[0]["id"].as_str().expect("an id").to_owned();
        for arguments in
            [&["update", &id, "--disable"][..], &["update", &id, "--enable"], &["update", &id, "--disable"]]
        {
            let ran = world.run(arguments);
            assert_eq!((ran.code, file()), (Some(0), service().concat()), "{arguments:?}: {}", ran.stderr);
        }
        let gone = world.run(&["delete", &id, "--yes"]);
        assert_eq!((gone.code, file(), service().len()), (Some(0), String::new(), 0), "{}", gone.stderr);
    }
    // A password in an address is not repeated.
    for arguments in
        [&["create", "https://user:pw1234@h.example.com/x"][..], &["update", "we_1", "--url", "u:pw1234@h"]]
    {
        let ran = world.run(arguments);
        assert!(ran.code == Some(2) && !ran.stderr.contains("pw1234"), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("…@h"), "{}", ran.stderr);
    }
}

#[test]
fn a_key_with_a_name_is_used_where_it_is_named_and_an_unknown_name_is_refused() {
    let world = World::new();
    let config = std::fs::read_to_string(world.config()).expect("readable");
    std::fs::write(world.config(), format!("{config}[keys.shop]\nstripe_key_env = \"SHOP_KEY\"\n")).expect("written");
    let named = |key: Option<&str>, arguments: &[&str]| {
        let mut command = world.command(arguments);
        command.env_remove("STRIPE_API_KEY");
        key.map(|key| command.env("SHOP_KEY", key));
        ran(&mut command)
    };
    assert_eq!(named(Some(TEST_KEY), &["list"]).code, Some(4), "there is none without a name");
    let made = named(Some(TEST_KEY), &["create", "hooks.example.com", "--credential", "shop"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert_eq!(world.endpoints().len(), 1);
    let synced = named(Some(TEST_KEY), &["sync", "--provider", "stripe", "--credential", "shop"]);
    assert_eq!(synced.code, Some(0), "{}", synced.stderr);
    let credential = "SELECT credential FROM accounts";
    assert_eq!(crate::program::text(&world.home.database(), credential), "shop");
    let unset = named(None, &["list", "--credential", "shop"]);
    assert!(unset.code == Some(4) && unset.stderr.contains("SHOP_KEY"), "{}", unset.stderr);
    let unknown = named(Some(TEST_KEY), &["list", "--credential", "mine"]);
    assert!(
        unknown.code == Some(2) && unknown.stderr.contains("mine") && unknown.stderr.contains("shop"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn two_at_once_make_one_endpoint() {
    let world = World::new();
    // Whoever looks before the other has made something would find nothing: looking takes its time here.
    world.sandbox.on_request(|_, call| {
        if call.path == "/v1/webhook_endpoints" {
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
    });
    for printed in [false, true] {
        let arguments = ["create", if printed { "b.example.com" } else { "a.example.com" }, "--print-secret"];
        let arguments = &arguments[..if printed { 3 } else { 2 }];
        let both = [started(&mut world.command(arguments)), started(&mut world.command(arguments))];
        let both = both.map(|(child, began)| finished(child, began));
        let told = || both.iter().map(|it| format!("{:?} {} {}", it.code, it.stdout, it.stderr)).collect::<Vec<_>>();
        assert_eq!(world.endpoints().len(), if printed { 2 } else { 1 }, "{:?}", told());
        // The second finds it there; a secret that was told the first cannot be told to it.
        let mut codes = both.iter().map(|it| it.code).collect::<Vec<_>>();
        codes.sort_unstable();
        assert_eq!(codes, [Some(0), Some(i32::from(printed))], "{:?}", told());
    }
    let text = std::fs::read_to_string(world.config()).expect("there");
    assert_eq!(secrets(&text).len(), 1, "{text}");
    let files = std::fs::read_dir(world.home.path()).expect("readable").count();
    assert_eq!(files, 1, "nothing is left of it");
}

#[test]
fn whoever_waits_too_long_is_told_who_is_at_it() {
    let world = World::new();
    let held = stripesync::store::Lock::take_for(&world.config(), ".webhooks-lock", "2026-11-22T11:00:00Z");
    let refused = world.run(&["create", "hooks.example.com"]);
    assert_eq!(refused.code, Some(5), "{}", refused.stderr);
    let holder = format!("process {}, since 2026-11-22T11:00:00Z", std::process::id());
    assert!(refused.stderr.contains(&holder), "{}", refused.stderr);
    assert!(world.endpoints().is_empty());
    // What only looks waits for nobody.
    assert_eq!(world.run(&["create", "hooks.example.com", "--dry-run"]).code, Some(0));
    drop(held.expect("free"));
    assert_eq!(world.run(&["create", "hooks.example.com"]).code, Some(0));
}

#[test]
fn programs_read_what_every_command_did() {
    let world = World::new();
    let of = |arguments: &[&str], format: &str| {
        let ran = world.run(&[arguments, &["--format", format]].concat());
        assert!(matches!(ran.code, Some(0 | 3)), "{arguments:?}: {:?} {}", ran.code, ran.stderr);
        ran.stdout
    };
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&of(arguments, "json")).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
    };
    let made = json(&["create", "a.example.com", "--print-secret"]);
    let secret = made["steps"][0]["secret"].as_str().expect("a secret").to_owned();
    assert_eq!(secrets(&secret), std::slice::from_ref(&secret));
    let csv = of(&["create", "b.example.com", "--print-secret"], "csv");
    assert!(csv.starts_with("provider,account,act,id,url,details,probe,secret\n"), "{csv}");
    assert!(csv.lines().count() == 2 && secrets(&csv).len() == 1, "{csv}");
    assert!(holds(world.home.path(), &[], &secret).is_empty(), "it is on stdout alone");
    let id = made["steps"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(json(&["list"]).as_array().map(Vec::len), Some(2));
    for (arguments, is_dry) in [
        (&["create", "c.example.com", "--dry-run"][..], true),
        (&["create", "a.example.com", "--dry-run"], true),
        (&["create", "a.example.com"], false),
        (&["update", &id, "--disable"], false),
        (&["update", &id, "--disable", "--dry-run"], true),
        (&["verify"], false),
        (&["verify", &id, "--dry-run"], true),
        (&["delete", &id, "--dry-run"], true),
        (&["delete", &id, "--yes"], false),
    ] {
        let read = json(arguments);
        assert_eq!(read["dry_run"], json!(is_dry), "{arguments:?}");
        assert!(read["steps"].as_array().is_some_and(|it| !it.is_empty()), "{arguments:?}: {read}");
    }
    assert!(json(&["sync"]).is_object());
    assert!(of(&["list"], "csv").starts_with("provider,account,id,url,status,"));
    assert!(of(&["create", "c.example.com", "--dry-run"], "csv").starts_with("provider,account,act,id,"));
}

#[test]
fn what_the_receiver_itself_answered_stands_in_its_row() {
    let world = World::new();
    // The real one, which speaks plain http: a tunnel before it speaks https.
    let mut command = world.home.command(&["listen", "--port", "0", "--admin-port", "off"]);
    command.env("STRIPE_WEBHOOK_SECRET", "whsec_theReceiversOwnSecret1");
    let running = Running::of(command);
    let plain = format!("http://127.0.0.1:{}", running.port);
    let moved = Scripted::start(|_, _| {
        Reply::Raw(b"HTTP/1.1 301 X\r\nLocation: https://www.example.com/\r\nContent-Length: 0\r\n\r\n".to_vec())
    });
    let speaks_plain = plain.replace("http://", "https://");
    let cases = [(&plain, "answers"), (&moved.url, "points to www.example.com"), (&speaks_plain, "plain http")];
    for (url, words) in cases {
        assert_eq!(world.run(&["create", url]).code, Some(0));
        let id = world
            .endpoints()
            .iter()
            .find(|it| it["url"].as_str().is_some_and(|it| it.starts_with(url.as_str())))
            .expect("made")["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let is_fine = words == "answers";
        let drawn = world.run(&["verify", &id, "--probe"]);
        assert_eq!(drawn.code, Some(if is_fine { 0 } else { 3 }), "{url}: {} {}", drawn.stdout, drawn.stderr);
        assert!(drawn.stdout.contains("/healthz") && drawn.stdout.contains(words), "{url}: {}", drawn.stdout);
        let read: Value =
            serde_json::from_str(&world.run(&["verify", &id, "--probe", "--format", "json"]).stdout).expect("JSON");
        let probe = &read["steps"][0]["probe"];
        assert_eq!((&probe["ok"], &probe["url"]), (&json!(is_fine), &json!(format!("{url}/healthz"))), "{read}");
        assert!(probe["what"].as_str().is_some_and(|it| it.contains(words)), "{read}");
    }
    running.stop();
}

#[test]
fn an_account_that_was_removed_is_not_read_again() {
    let world = World::new();
    assert_eq!(world.run(&["sync"]).code, Some(0));
    let id = world.sandbox.stripe().account_id();
    let removed = world.home.run(&["accounts", "remove", id, "--keep-data", "--yes"]);
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    assert_eq!(world.run(&["create", "hooks.example.com"]).code, Some(0));
    let synced = world.run(&["sync"]);
    assert_eq!(synced.code, Some(0), "{} {}", synced.stdout, synced.stderr);
    assert!(synced.stderr.contains(&format!("{id} is left out: it was removed")), "{}", synced.stderr);
    assert_eq!(world.home.count("SELECT count(*) FROM accounts WHERE status = 'removed'"), 1);
    assert_eq!(world.home.count("SELECT count(*) FROM stripe_webhook_endpoints WHERE deleted_at IS NULL"), 0);
}
