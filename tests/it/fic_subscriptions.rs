//! The life of a subscription of Fatture in Cloud, against the sandbox and a receiver that is a process: made, challenged,
//! verified, told something, expired, and made again.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use stripesync::sandbox::fic::{FicLife, FicSandbox, FicSettings, Limits, public_key};
use stripesync::sandbox::{Options, Sandbox, Sizes};

use crate::program::{Home, Ran, Unanswered, finished, ran, started, text, until};
use crate::receiver::Running;

const COMPANY: &str = "12345";
const HOST: &str = "hooks.example.com";
const CLIENTS: &str = "/entities/clients";
const DAY_S: i64 = 86_400;

struct World {
    sandbox: Sandbox,
    life: FicLife,
    home: Home,
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs() as i64
}

impl World {
    fn new(adapt: impl FnOnce(&mut FicSettings)) -> World {
        let mut settings = FicSettings { clients: 10, ..FicSettings::default() };
        adapt(&mut settings);
        let service = FicSandbox::new(settings);
        let life = service.life();
        let options = Options {
            sizes: Sizes::customers(1),
            start_s: now_s() - 100,
            mounts: vec![(&["/c/", "/user/", "/info/"], Arc::new(service))],
            ..Options::default()
        };
        let sandbox = Sandbox::start(options).expect("starts");
        let asked: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let kept = Arc::clone(&asked);
        sandbox.on_request(move |_, call| {
            kept.lock().expect("whole").push((call.method.clone(), call.path.clone()));
        });
        World { sandbox, life, home: Home::new(), asked }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(arguments);
        command.env("FIC_PUBLIC_KEY", public_key()).env("FIC_API_BASE", self.sandbox.fic_base_url());
        command.env("FIC_ACCESS_TOKEN", "a/sandbox");
        command
    }

    fn webhooks(&self, arguments: &[&str]) -> Ran {
        ran(&mut self.command(&[&["webhooks"], arguments].concat()))
    }

    fn create(&self, more: &[&str]) -> Ran {
        self.webhooks(&[&["create", "--provider", "fic", HOST], more].concat())
    }

    /// A receiver, at the public host's place.
    fn listen(&self) -> Running {
        let running = Running::of(self.command(&["listen", "--port", "0", "--admin-port", "off"]));
        self.life.map_host(HOST, SocketAddr::from(([127, 0, 0, 1], running.port)));
        running
    }

    fn subscriptions(&self) -> Vec<Value> {
        self.life.subscriptions()
    }

    /// What was asked for with this method since the last look.
    fn requests(&self, method: &str) -> Vec<String> {
        let mut asked = self.asked.lock().expect("whole");
        let found = asked.iter().filter(|(verb, _)| verb == method).map(|(_, path)| path.clone()).collect();
        asked.clear();
        found
    }
}

fn id_of(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

#[test]
fn the_whole_life_of_a_subscription() {
    let world = World::new(|_| {});
    let synced = ran(&mut world.command(&["sync", "--provider", "fic", "clients"]));
    assert_eq!(synced.code, Some(0), "{}", synced.stderr);
    world.sandbox.advance_s(10);
    let running = world.listen();
    world.requests("POST");
    // Made, challenged by a request of the service's own to the real receiver, and verified.
    let made = world.create(&["--groups", "entity,taxes"]);
    assert_eq!(made.code, Some(0), "{} {}", made.stdout, made.stderr);
    assert!(made.stderr.contains("`stripesync listen` has to be up"), "{}", made.stderr);
    let there = world.subscriptions();
    assert!(there.len() == 2 && there.iter().all(|it| it["verified"] == true), "{there:?}");
    let sinks: BTreeSet<&str> = there.iter().filter_map(|it| it["sink"].as_str()).collect();
    let wanted = ["entity", "taxes"].map(|group| format!("https://{HOST}/api/webhooks/fic/{COMPANY}/{group}"));
    assert_eq!(sinks, wanted.iter().map(String::as_str).collect());
    assert_eq!(world.requests("POST").len(), 2);
    until("welcomed", || world.home.count("SELECT count(*) FROM webhook_events WHERE status = 'ignored'") == 2);
    // A second run creates nothing.
    let again = world.create(&["--groups", "entity,taxes"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(world.requests("POST").is_empty() && world.requests("PUT").is_empty());
    assert_eq!(world.subscriptions(), there);
    // Something happens, the service tells of it, and the object is fetched.
    let client = world.life.truth(CLIENTS)[0].clone();
    let id = client["id"].to_string();
    assert!(world.life.change(CLIENTS, &id, &json!({"name": "Nuovo S.p.A."}), world.sandbox.now_s()));
    let told = world.life.notify(COMPANY, "entities.clients.update", &json!([client["id"]]), world.sandbox.now_s());
    assert_eq!(told, [202], "one subscription has the type");
    let name = format!("SELECT coalesce(max(name), '-') FROM fic_clients WHERE id = '{id}'");
    until("fetched", || text(&world.home.database(), &name) == "Nuovo S.p.A.");
    // The receiver goes away: ten days of failures later the service takes the subscription away.
    running.stop();
    let unanswered = Unanswered::new();
    world.life.map_host(HOST, unanswered.address());
    let fail = |ids: &Value| world.life.notify(COMPANY, "entities.clients.update", ids, world.sandbox.now_s());
    assert_eq!(fail(&json!([1])), [0]);
    world.sandbox.advance_s(9 * DAY_S);
    assert_eq!(fail(&json!([1])), [0]);
    assert_eq!(world.subscriptions().len(), 2, "it is not over yet");
    world.sandbox.advance_s(2 * DAY_S);
    assert_eq!(fail(&json!([1])), [0]);
    assert_eq!(world.subscriptions().len(), 1);
    // The file finds that out, and says what to do.
    let mirrored = world.webhooks(&["sync"]);
    assert_eq!(mirrored.code, Some(0), "{} {}", mirrored.stdout, mirrored.stderr);
    let status = world.home.run(&["status"]).stdout;
    let lost =
        id_of(there.iter().find(|it| it["sink"].as_str().is_some_and(|it| it.ends_with("entity"))).expect("was made"));
    let hint = format!("webhook {lost} is gone from the service");
    assert!(status.contains(&hint) && status.contains("--groups entity"), "{status}");
    // Made again, with the receiver back.
    let running = world.listen();
    let remade = world.create(&["--groups", "entity,taxes"]);
    assert_eq!(remade.code, Some(0), "{} {}", remade.stdout, remade.stderr);
    assert_eq!(world.requests("POST").len(), 1, "what was there stays");
    assert!(world.subscriptions().iter().all(|it| it["verified"] == true));
    assert!(!world.home.run(&["status"]).stdout.contains("is gone"));
    assert_eq!(fail(&json!([client["id"]])), [202]);
    running.stop();
    world.home.assert_intact();
}

#[test]
fn a_receiver_that_does_not_answer_is_told_and_verified_when_it_is_time_again() {
    let world = World::new(|_| {});
    let unheard = world.create(&["--groups", "taxes", "--wait", "2s"]);
    assert_eq!(unheard.code, Some(3), "{} {}", unheard.stdout, unheard.stderr);
    let id = id_of(&world.subscriptions()[0]);
    assert!(unheard.stderr.contains(&format!("{id} is not verified")), "{}", unheard.stderr);
    assert!(unheard.stderr.contains("4 of 5 attempts are left"), "{}", unheard.stderr);
    assert!(world.home.run(&["status"]).stdout.contains(&format!("webhook {id} is not verified")));
    world.requests("POST");
    // The service asks once in ten minutes: also another run of the program knows when it did.
    let early = world.webhooks(&["verify", &id, "--no-wait"]);
    assert_eq!(early.code, Some(3), "{}", early.stderr);
    assert!(early.stderr.contains("may be asked again from") && world.requests("POST").is_empty(), "{}", early.stderr);
    let running = world.listen();
    world.sandbox.advance_s(601);
    let planned = world.webhooks(&["verify", "--dry-run"]);
    assert_eq!((planned.code, world.requests("POST").len()), (Some(3), 0), "{}", planned.stderr);
    let verified = world.webhooks(&["verify"]);
    assert_eq!(verified.code, Some(0), "{} {}", verified.stdout, verified.stderr);
    assert_eq!(world.subscriptions()[0]["verified"], true);
    assert_eq!(world.requests("POST"), [format!("/c/{COMPANY}/subscriptions/{id}/verify")]);
    running.stop();
}

#[test]
fn after_the_fifth_attempt_it_is_lost_and_no_sixth_is_made() {
    let world = World::new(|_| {});
    assert_eq!(world.create(&["--groups", "taxes", "--no-wait"]).code, Some(3));
    let id = id_of(&world.subscriptions()[0]);
    for attempt in 2..=5 {
        world.sandbox.advance_s(601);
        // The last one ends as soon as it is gone, whenever the service comes to it.
        let wait = if attempt < 5 { "2s" } else { "300s" };
        let ran = world.webhooks(&["verify", &id, "--wait", wait]);
        assert_eq!(ran.code, Some(3), "{attempt}: {}", ran.stderr);
        let told = if attempt < 5 { format!("{} of 5 attempts are left", 5 - attempt) } else { "is gone".to_owned() };
        assert!(ran.stderr.contains(&told), "{attempt}: {}", ran.stderr);
    }
    assert!(world.subscriptions().is_empty());
    world.requests("POST");
    assert_eq!(world.webhooks(&["verify", &id]).code, Some(1));
    assert!(world.requests("POST").is_empty());
}

#[test]
fn a_plan_makes_nothing_and_what_goes_elsewhere_is_named() {
    let world = World::new(|_| {});
    let planned = world.create(&["--dry-run"]);
    assert_eq!(planned.code, Some(0), "{}", planned.stderr);
    for group in
        ["entity", "issued_documents", "received_documents", "products", "receipts", "taxes", "archive", "cashbook"]
    {
        assert!(planned.stdout.contains(&format!("/{COMPANY}/{group}")), "{group}: {}", planned.stdout);
    }
    assert!(world.requests("POST").is_empty() && world.subscriptions().is_empty());
    assert!(!world.home.database().exists(), "nothing is kept of a plan");
    let running = world.listen();
    assert_eq!(world.create(&["--groups", "taxes"]).code, Some(0));
    world.life.map_host("other.example.com", SocketAddr::from(([127, 0, 0, 1], running.port)));
    world.requests("POST");
    let elsewhere = world.webhooks(&["create", "--provider", "fic", "other.example.com", "--groups", "taxes"]);
    assert_eq!(elsewhere.code, Some(3), "{}", elsewhere.stderr);
    let id = id_of(&world.subscriptions()[0]);
    assert!(
        elsewhere.stderr.contains(&format!("webhooks delete {id}")) && world.requests("POST").is_empty(),
        "{}",
        elsewhere.stderr
    );
    // It can be moved instead.
    let moved = world.webhooks(&["update", &id, "--url", "other.example.com"]);
    assert_eq!(moved.code, Some(0), "{} {}", moved.stdout, moved.stderr);
    let one = &world.subscriptions()[0];
    assert_eq!(
        (&one["verified"], &one["sink"]),
        (&json!(true), &json!(format!("https://other.example.com/api/webhooks/fic/{COMPANY}/taxes")))
    );
    let deleted = world.webhooks(&["delete", &id, "--yes"]);
    assert_eq!(deleted.code, Some(0), "{}", deleted.stderr);
    assert!(world.subscriptions().is_empty());
    assert_eq!(world.webhooks(&["sync"]).code, Some(0));
    assert!(!world.home.run(&["status"]).stdout.contains("webhook SUB"), "nobody misses what was deleted");
    running.stop();
}

#[test]
fn a_scope_that_is_missing_leaves_the_other_groups_and_is_named() {
    let missing = BTreeSet::from(["taxes:r".to_owned()]);
    let world = World::new(|settings| settings.missing_scopes = missing);
    let running = world.listen();
    let made = world.create(&["--groups", "taxes,receipts"]);
    assert_eq!(made.code, Some(3), "{} {}", made.stdout, made.stderr);
    assert!(made.stderr.contains("taxes") && made.stderr.contains("does not permit"), "{}", made.stderr);
    let there = world.subscriptions();
    assert!(there.len() == 1 && there[0]["sink"].as_str().is_some_and(|it| it.ends_with("/receipts")), "{there:?}");
    // A group that has a part of its types gets the rest.
    let listed: Value = serde_json::from_str(&world.webhooks(&["list", "--format", "json"]).stdout).expect("JSON");
    assert_eq!((&listed[0]["status"], &listed[0]["missing"]), (&json!("verified"), &json!([])));
    running.stop();
}

#[test]
fn quotas_are_respected_across_restarts() {
    let limits = Limits { five_minutes: 300, hour: 1_000, month: 40_000 };
    let world = World::new(|settings| settings.limits = limits);
    let running = world.listen();
    assert_eq!(world.create(&["--groups", "taxes"]).code, Some(0));
    let sent = || {
        let asked = world.asked.lock().expect("whole").clone();
        asked.iter().filter(|(_, path)| path.starts_with("/c/") && path.contains("/subscriptions")).count() as i64
    };
    let kept = "SELECT coalesce(sum(requests), 0) FROM quotas WHERE window_s = 3600";
    assert_eq!(world.home.count(kept), sent(), "what was sent is in the file");
    for _ in 0..3 {
        assert_eq!(world.webhooks(&["list", "--company", COMPANY]).code, Some(0));
    }
    assert_eq!(world.home.count(kept), sent());
    // All but three of the hour's requests are spent, says the file: another run stops before the service has to.
    let account = world.home.count("SELECT id FROM accounts WHERE provider = 'fic'");
    crate::program::execute(
        &world.home.database(),
        &format!("INSERT INTO quotas VALUES ({account}, 3600, {}, 800)", now_s()),
    );
    let before = sent();
    let spent = world.webhooks(&["list", "--company", COMPANY]);
    assert_ne!(spent.code, Some(0), "{}", spent.stdout);
    assert!(spent.stderr.contains("quota"), "{}", spent.stderr);
    assert_eq!(sent(), before, "nothing was asked");
    running.stop();
}

#[test]
fn real_companies_need_a_word_and_nonsense_is_refused_before_anybody_is_asked() {
    let world = World::new(|_| {});
    let mut real = world.home.command(&["webhooks", "create", "--provider", "fic", HOST]);
    let real = ran(real.env("FIC_ACCESS_TOKEN", "a/real-token-of-somebody"));
    assert_eq!(real.code, Some(2), "{}", real.stderr);
    assert!(real.stderr.contains("--live"), "{}", real.stderr);
    for arguments in [
        &["create", "--provider", "fic", "http://hooks.example.com"][..],
        &["create", "--provider", "fic", "hooks.example.com/path"],
        &["create", "--provider", "fic", HOST, "--groups", "everything"],
        &["create", "--provider", "fic", HOST, "--connect"],
        &["create", "--provider", "fic", HOST, "--company", "../1"],
        &["create", "--provider", "fic", HOST, "--wait", "soon"],
        &["update", "SUB1", "--disable"],
        &["verify", "SUB/1"],
    ] {
        let ran = world.webhooks(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.stderr);
    }
    assert!(world.asked.lock().expect("whole").is_empty());
    let unknown = world.create(&["--company", "999", "--groups", "taxes"]);
    assert_eq!(unknown.code, Some(1), "{}", unknown.stderr);
    assert_eq!(world.home.count("SELECT count(*) FROM accounts"), 0, "a number that is nobody's leaves nothing");
}

#[test]
fn a_receiver_that_is_silent_for_one_company_costs_the_others_no_attempt() {
    let world = World::new(|settings| *settings = FicSettings::accountant(3, 5));
    let listed = world.webhooks(&["list"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    world.requests("POST");
    let silent = world.create(&["--groups", "taxes", "--wait", "2s"]);
    assert_eq!(silent.code, Some(3), "{} {}", silent.stdout, silent.stderr);
    assert_eq!(world.requests("POST").len(), 1);
    assert!(silent.stderr.contains("left out"), "{}", silent.stderr);
    let running = world.listen();
    world.sandbox.advance_s(601);
    assert_eq!(world.webhooks(&["verify"]).code, Some(0));
    world.requests("POST");
    let made = world.create(&["--groups", "taxes"]);
    assert_eq!(made.code, Some(0), "{} {}", made.stdout, made.stderr);
    assert!(world.requests("POST").len() >= 2, "the other companies");
    let all: Value = serde_json::from_str(&world.webhooks(&["list", "--format", "json"]).stdout).expect("JSON");
    let all = all.as_array().expect("a list");
    assert!(all.len() >= 3 && all.iter().all(|it| it["status"] == "verified"), "{all:?}");
    let sinks: BTreeSet<&str> = all.iter().filter_map(|it| it["url"].as_str()).collect();
    assert_eq!(sinks.len(), all.len(), "each company has an address of its own");
    // An id that several companies have is nobody's: nothing is taken away by guessing.
    let id = id_of(&all[0]);
    assert!(all.iter().all(|it| id_of(it) == id), "the unfriendly reading: {all:?}");
    world.requests("DELETE");
    let guessed = world.webhooks(&["delete", &id, "--yes"]);
    assert_eq!((guessed.code, world.requests("DELETE").len()), (Some(2), 0), "{}", guessed.stderr);
    assert!(guessed.stderr.contains("--company"), "{}", guessed.stderr);
    let account = all[1]["account"].as_str().expect("a company");
    assert_eq!(world.webhooks(&["delete", &id, "--yes", "--company", account]).code, Some(0));
    assert_eq!(world.requests("DELETE"), [format!("/c/{account}/subscriptions/{id}")]);
    running.stop();
}

#[test]
fn two_at_once_make_one_subscription_and_nobody_is_kept_waiting_by_a_receiver() {
    let world = World::new(|_| {});
    world.sandbox.on_request({
        let kept = Arc::clone(&world.asked);
        move |_, call| {
            kept.lock().expect("whole").push((call.method.clone(), call.path.clone()));
            // Looking takes its time: whoever looks before the other has made something finds nothing.
            if call.path.ends_with("/subscriptions") {
                std::thread::sleep(std::time::Duration::from_millis(300));
            }
        }
    });
    let arguments = ["webhooks", "create", "--provider", "fic", HOST, "--groups", "taxes", "--wait", "8s"];
    let both = [(); 2].map(|()| started(&mut world.command(&arguments)));
    let both = both.map(|(child, began)| finished(child, began));
    let told: Vec<_> = both.iter().map(|it| format!("{:?} {} {}", it.code, it.stdout, it.stderr)).collect();
    assert_eq!((world.requests("POST").len(), world.subscriptions().len()), (1, 1), "{told:?}");
    // There is no receiver: one waits for it in vain, the other sees that it is not verified, and does not wait.
    assert!(both.iter().all(|it| it.code == Some(3)), "{told:?}");
    let named = format!("webhooks verify {} --company {COMPANY}`", id_of(&world.subscriptions()[0]));
    assert!(both.iter().all(|it| it.stderr.contains(&named)), "{told:?}");
    assert!(!world.home.path().join("stripesync.db.webhooks-lock").exists());
}

#[test]
fn companies_that_were_removed_are_left_out_and_whatever_is_named_can_be_copied() {
    let world = World::new(|settings| *settings = FicSettings::accountant(3, 5));
    assert_eq!(world.create(&["--groups", "taxes", "--no-wait"]).code, Some(3));
    let all: Value = serde_json::from_str(&world.webhooks(&["list", "--format", "json"]).stdout).expect("JSON");
    let all: Vec<(String, String)> = all
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| (it["account"].as_str().expect("a company").to_owned(), id_of(it)))
        .collect();
    assert!(all.len() >= 3 && all.iter().all(|(_, id)| *id == all[0].1), "the unfriendly reading: {all:?}");
    // What status says of each works as it is printed, and means that one alone.
    world.requests("POST");
    let status: Value = serde_json::from_str(&world.home.run(&["status", "--format", "json"]).stdout).expect("JSON");
    let mut copied = 0;
    for account in status["accounts"].as_array().expect("a list") {
        for it in account["webhooks"].as_array().into_iter().flatten() {
            let command = it["trouble"].as_str().and_then(|it| it.split('`').nth(1)).expect("a command").to_owned();
            let words: Vec<&str> = command.split(' ').skip(1).collect();
            let ran = ran(&mut world.command(&[&words[..], &["--no-wait"]].concat()));
            assert!(ran.code == Some(3) && ran.stderr.contains("may be asked again"), "{command}: {}", ran.stderr);
            copied += 1;
        }
    }
    assert_eq!(copied, all.len());
    let listed = world.webhooks(&["list"]).stderr;
    assert!(all.iter().all(|(company, _)| listed.contains(&format!("--company {company}`"))), "{listed}");
    // One goes: it is asked about no more, unless somebody looks for what is still sent there.
    let (gone, id) = &all[1];
    let removed = world.home.run(&["accounts", "remove", gone, "--keep-data", "--yes"]);
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    world.requests("GET");
    let synced = world.webhooks(&["sync"]);
    assert_eq!(synced.code, Some(0), "{} {}", synced.stdout, synced.stderr);
    assert!(synced.stderr.contains(&format!("company {gone} is left out")), "{}", synced.stderr);
    let asked = world.requests("GET");
    assert!(asked.iter().all(|path| !path.contains(&format!("/c/{gone}/"))), "{asked:?}");
    assert!(asked.iter().any(|path| path.contains(&format!("/c/{}/", all[0].0))), "{asked:?}");
    for command in ["sync", "verify"] {
        let named = world.webhooks(&[command, "--company", gone]);
        assert!(named.code == Some(2) && named.stderr.contains("was removed"), "{command}: {}", named.stderr);
    }
    assert!(world.webhooks(&["list"]).stdout.contains(&format!("/fic/{gone}/")), "it is there still");
    let deleted = world.webhooks(&["delete", id, "--company", gone, "--yes", "--format", "json"]);
    assert_eq!(deleted.code, Some(0), "{}", deleted.stderr);
    let deleted: Value = serde_json::from_str(&deleted.stdout).expect("JSON");
    assert_eq!((&deleted["steps"][0]["account"], &deleted["steps"][0]["act"]), (&json!(gone), &json!("delete")));
}
