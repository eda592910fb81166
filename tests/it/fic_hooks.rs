//! Fatture in Cloud's notifications, through the real receiver, against a company in the sandbox: what is answered, what is
//! asked for because of them, and what the file holds then.

use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{EncodePublicKey, LineEnding};
use serde_json::{Value, json};
use stripesync::sandbox::fic::{FicLife, FicSandbox, FicSettings, Limits};
use stripesync::sandbox::{Options, Sandbox, Sizes};

use crate::program::{Home, execute, ran, text, until};
use crate::receiver::Running;

const COMPANY: &str = "12345";
const SINK: &str = "/api/webhooks/fic/12345/entity";
const CLIENTS: &str = "/entities/clients";

struct World {
    sandbox: Sandbox,
    life: FicLife,
    home: Home,
    asked: Arc<Mutex<Vec<String>>>,
    /// What is asked for with this in its path is answered when this is empty.
    kept_waiting: Arc<(Mutex<String>, Condvar)>,
    key: SigningKey,
}

fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs() as i64
}

impl World {
    fn new(clients: usize) -> World {
        let unlimited = Limits { five_minutes: usize::MAX, hour: u64::MAX, month: u64::MAX };
        let service = FicSandbox::new(FicSettings { clients, limits: unlimited, ..FicSettings::default() });
        let life = service.life();
        let options = Options {
            sizes: Sizes::customers(1),
            start_s: now_s() - 100,
            mounts: vec![(&["/c/", "/user/", "/info/"], Arc::new(service))],
            ..Options::default()
        };
        let sandbox = Sandbox::start(options).expect("starts");
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&asked);
        let kept_waiting: Arc<(Mutex<String>, Condvar)> = Arc::default();
        let held = Arc::clone(&kept_waiting);
        sandbox.on_request(move |_, call| {
            kept.lock().expect("whole").push(call.path.clone());
            let (part, changed) = &*held;
            let is_held = |part: &mut String| !part.is_empty() && call.path.contains(&**part);
            drop(changed.wait_while(part.lock().expect("whole"), is_held).expect("whole"));
        });
        let key = SigningKey::from_slice(&[7; 32]).expect("a scalar");
        World { sandbox, life, home: Home::new(), asked, kept_waiting, key }
    }

    /// A command that has the company's token, and checks tokens by our key.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(arguments);
        let pem = p256::PublicKey::from(self.key.verifying_key()).to_public_key_pem(LineEnding::LF).expect("a key");
        command.env("FIC_PUBLIC_KEY", pem).env("FIC_API_BASE", self.sandbox.fic_base_url());
        command.env("FIC_ACCESS_TOKEN", "a/sandbox");
        command
    }

    fn sync(&self, arguments: &[&str]) {
        let done = ran(&mut self.command(&[&["sync", "--provider", "fic"], arguments].concat()));
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        self.asked.lock().expect("whole").clear();
        // What is of the same second is in doubt.
        self.sandbox.advance_s(10);
    }

    fn listen(&self) -> Running {
        Running::of(self.command(&["listen", "--port", "0"]))
    }

    /// Has whoever asks for something with this in its path wait until this is called with nothing.
    fn keep_waiting(&self, part: &str) {
        let (kept, changed) = &*self.kept_waiting;
        part.clone_into(&mut kept.lock().expect("whole"));
        changed.notify_all();
    }

    /// How often something of this path was asked for.
    fn requests(&self, part: &str) -> usize {
        self.asked.lock().expect("whole").iter().filter(|path| path.contains(part)).count()
    }

    /// A token of these claims, as far as they differ from those of this event.
    fn token(&self, id: &str, other: &Value) -> String {
        let mut claims = json!({
            "iss": "https://api-v2.fattureincloud.it", "aud": [format!("https://hooks.example.com{SINK}")],
            "sub": format!("company:{COMPANY}"), "jti": id, "iat": now_s(), "exp": now_s() + 10_800, "aid": 1,
        });
        for (name, value) in other.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let message = format!("{}.{}", encoded(r#"{"alg":"ES256","typ":"JWT"}"#), encoded(&claims.to_string()));
        let signature: Signature = self.key.sign(message.as_bytes());
        format!("Bearer {message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// A notification in binary mode.
    fn binary(&self, id: &str, kind: &str, ids: &Value) -> Vec<u8> {
        self.binary_with(id, kind, &json!({"data": {"ids": ids}}).to_string(), &self.token(id, &json!({})))
    }

    fn binary_with(&self, id: &str, kind: &str, body: &str, token: &str) -> Vec<u8> {
        let time = jiff::Timestamp::from_second(self.sandbox.now_s()).expect("a time");
        let kind = format!("it.fattureincloud.webhooks.{kind}");
        let headers = [
            ("Content-Type", "application/json"),
            ("ce-specversion", "1.0"),
            ("ce-source", "https://api-v2.fattureincloud.it"),
            ("ce-subject", &format!("company:{COMPANY}")),
            ("ce-time", &time.to_string()),
            ("ce-id", id),
            ("ce-type", &kind),
            ("Authorization", token),
        ];
        request("POST", SINK, body, &headers)
    }

    fn clients(&self) -> Vec<Value> {
        self.life.truth(CLIENTS)
    }

    fn name_of(&self, id: &str) -> String {
        text(&self.home.database(), &format!("SELECT coalesce(max(name), '-') FROM fic_clients WHERE id = '{id}'"))
    }
}

fn request(method: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: hooks.example.com\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn id_of(row: &Value) -> String {
    row["id"].as_i64().expect("a number").to_string()
}

#[test]
fn what_a_notification_names_is_fetched_and_what_is_gone_has_answered_404() {
    let world = World::new(40);
    world.sync(&[]);
    let running = world.listen();
    let clients = world.clients();
    let (changed, gone, alive) = (id_of(&clients[0]), id_of(&clients[1]), id_of(&clients[2]));
    // It has begun to catch up, whose companies the token opens first of all.
    until("looked at the start", || world.requests("/entities/clients") > 0);
    world.asked.lock().expect("whole").clear();
    assert!(world.life.change(CLIENTS, &changed, &json!({"name": "Nuovo S.p.A."}), world.sandbox.now_s()));
    assert!(world.life.delete(CLIENTS, &gone));
    let new = world.life.create(CLIENTS, clients[3].clone(), world.sandbox.now_s());
    let named = |id: &str| json!([id.parse::<i64>().expect("a number")]);
    // The same object again and again costs little, and no time decides what: nobody gets it before all have come.
    world.keep_waiting(&format!("/entities/clients/{changed}"));
    for n in 0..10 {
        let one = world.binary(&format!("1:{n}"), "entities.clients.update", &named(&changed));
        assert_eq!(running.status_of(&one), 202, "{n}");
    }
    let again = world.binary("1:0", "entities.clients.update", &named(&changed));
    assert_eq!(running.status_of(&again), 200, "it is in the log");
    assert_eq!(running.status_of(&world.binary("2:1", "entities.clients.delete", &named(&gone))), 202);
    // Nobody signs ids: that it is gone is believed when the service says so.
    assert_eq!(running.status_of(&world.binary("2:2", "entities.clients.delete", &named(&alive))), 202);
    let structured = json!({
        "specversion": "1.0", "id": "3:1", "source": "https://api-v2.fattureincloud.it", "subject": "company:12345",
        "type": "it.fattureincloud.webhooks.entities.clients.create", "time": "2026-01-01T10:00:00+02:00",
        "data": {"ids": [new.parse::<i64>().expect("a number")]},
    });
    let token = world.token("3:1", &json!({}));
    let sent = request("POST", SINK, &structured.to_string(), &[("Authorization", &token)]);
    assert_eq!(running.status_of(&sent), 202);
    world.keep_waiting("");
    let rows = |sql: &str| world.home.count(&format!("SELECT count(*) FROM {sql}"));
    until("fetched", || {
        world.name_of(&changed) == "Nuovo S.p.A."
            && rows(&format!("fic_clients WHERE id = '{gone}' AND deleted_at IS NOT NULL")) == 1
            && rows(&format!("fic_clients WHERE id = '{new}'")) == 1
            && rows("fetches") == 0
    });
    assert_eq!(rows(&format!("fic_clients WHERE id = '{alive}' AND deleted_at IS NULL")), 1);
    assert_eq!(rows("fic_clients WHERE unsettled"), 0);
    assert_eq!(rows("webhook_events WHERE provider = 'fic' AND status = 'processed'"), 13);
    assert_eq!(world.home.count("SELECT duplicates FROM webhook_events WHERE event_id = '1:0'"), 1);
    // Two rounds at most met the burst, and none of the lists was read for it.
    assert!(world.requests(&format!("/entities/clients/{changed}")) <= 2, "{:?}", world.asked.lock());
    assert_eq!(world.requests("/user/companies"), 0);
    running.stop();
    world.home.assert_intact();
}

#[test]
fn many_objects_are_fetched_by_their_list() {
    let world = World::new(120);
    world.sync(&["clients"]);
    let clients = world.clients();
    for client in &clients {
        world.life.change(CLIENTS, &id_of(client), &json!({"note": "imported"}), world.sandbox.now_s());
    }
    let running = world.listen();
    let ids: Vec<Value> = clients.iter().map(|client| client["id"].clone()).collect();
    assert_eq!(running.status_of(&world.binary("1:1", "entities.clients.update", &json!(ids))), 202);
    let told = "SELECT count(*) FROM fic_clients WHERE json_extract(data, '$.note') = 'imported' AND NOT unsettled";
    until("read", || world.home.count(told) == 120 && world.home.count("SELECT count(*) FROM fetches") == 0);
    assert!(world.requests("/entities/clients") < 30, "{}", world.requests("/entities/clients"));
    running.stop();
}

#[test]
fn without_a_token_it_is_kept_and_the_next_sync_fetches_it() {
    let world = World::new(10);
    world.sync(&["clients"]);
    let id = id_of(&world.clients()[0]);
    world.life.change(CLIENTS, &id, &json!({"name": "Cambiato"}), world.sandbox.now_s());
    let mut command = world.command(&["listen", "--port", "0"]);
    command.env_remove("FIC_ACCESS_TOKEN");
    let running = Running::of(command);
    let named = json!([id.parse::<i64>().expect("a number")]);
    assert_eq!(running.status_of(&world.binary("1:1", "entities.clients.update", &named)), 202);
    assert_eq!(world.home.count("SELECT count(*) FROM fic_clients WHERE unsettled"), 1);
    // A company that nobody reads is kept as well.
    let other = json!({"sub": "company:777"});
    let body = json!({"data": {"ids": [5]}}).to_string();
    let sent = world.binary_with("9:1", "entities.clients.create", &body, &world.token("9:1", &other));
    let sent = String::from_utf8(sent).expect("text").replace("company:12345", "company:777");
    assert_eq!(running.status_of(sent.as_bytes()), 200);
    let its = "FROM accounts WHERE provider = 'fic' AND remote_id = '777'";
    assert_eq!(world.home.count(&format!("SELECT count(*) {its}")), 1);
    // Nobody's token is carried to a company that somebody else named.
    let waits = format!("SELECT count(*) FROM fetches WHERE account = (SELECT id {its})");
    assert_eq!(world.home.count(&waits), 0);
    running.stop();
    world.sandbox.advance_s(10);
    world.sync(&["clients"]);
    assert_eq!(world.name_of(&id), "Cambiato");
    assert_eq!(world.home.count("SELECT count(*) FROM fic_clients WHERE unsettled"), 0);
}

#[test]
fn only_the_services_own_tokens_open_and_what_it_sent_is_never_refused() {
    let world = World::new(5);
    let running = world.listen();
    let body = r#"{"data":{"ids":[1]}}"#;
    let kind = "entities.clients.update";
    let post = |id: &str, body: &str, token: &str| running.status_of(&world.binary_with(id, kind, body, token));
    let forged = |id: &str| {
        let token = world.token(id, &json!({}));
        let (message, _) = token.rsplit_once('.').expect("a token");
        format!("{message}.{}", "A".repeat(86))
    };
    let challenge = "ab".repeat(32);
    let asks = |path: &str, headers: &[(&str, &str)]| running.exchange(&request("GET", path, "", headers));
    // Before anything fitted, it may be the key known here that is wrong.
    assert_eq!(post("1:1", body, &forged("1:1")), 503);
    assert_eq!(post("1:1", body, ""), 503);
    let refused = asks(SINK, &[("x-fic-verification-challenge", &challenge)]);
    assert!(refused.starts_with("HTTP/1.1 503") && !refused.contains(&challenge), "{refused}");
    // The challenge comes before any event, in a header or in the query.
    let bare = world.token("", &json!({"jti": null, "sub": null}));
    let wanted = format!(r#"{{"verification":"{challenge}"}}"#);
    for (path, headers) in [
        (SINK.to_owned(), vec![("x-fic-verification-challenge", challenge.as_str()), ("Authorization", &bare)]),
        (format!("{SINK}?x-fic-verification-challenge={challenge}"), vec![("Authorization", &bare)]),
    ] {
        let answer = asks(&path, &headers);
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&wanted), "{path}: {answer}");
    }
    let scripted = asks(SINK, &[("x-fic-verification-challenge", "<script>"), ("Authorization", &bare)]);
    assert!(scripted.starts_with("HTTP/1.1 400"), "{scripted}");
    assert_eq!(post("1:2", body, &world.token("1:2", &json!({}))), 200);
    // Now the key is known to be right.
    for (what, token) in [
        ("forged", forged("1:3")),
        ("of another event", world.token("1:2", &json!({}))),
        ("of another company", world.token("1:3", &json!({"sub": "company:1"}))),
        ("for another receiver", world.token("1:3", &json!({"aud": ["https://x.example/other"]}))),
        ("by another issuer", world.token("1:3", &json!({"iss": "https://example.com"}))),
        ("none", String::new()),
    ] {
        assert_eq!(post("1:3", body, &token), 401, "{what}");
    }
    // Its time may be wrong because ours is.
    assert_eq!(post("1:3", body, &world.token("1:3", &json!({"exp": now_s() - 90}))), 503);
    assert_eq!(world.home.count("SELECT count(*) FROM webhook_events"), 1, "nothing is kept of those");
    let welcome = world.binary("1:4", "subscriptions.welcome", &json!([]));
    assert_eq!(running.status_of(&welcome), 200);
    // What it did send comes no better a second time: a refusal would only end the subscription.
    assert_eq!(post("1:5", r#"{"data":{"ids":["a/b"]}}"#, &world.token("1:5", &json!({}))), 200);
    assert_eq!(post("1:6", "no JSON", &world.token("1:6", &json!({}))), 200);
    let statuses = "SELECT group_concat(event_id || ' ' || status, ', ') FROM
                    (SELECT * FROM webhook_events ORDER BY event_id)";
    assert_eq!(
        text(&world.home.database(), statuses),
        "1:2 processed, 1:4 ignored, 1:5 dead, 1:6 dead",
        "and is kept as it came"
    );
    let kept = "SELECT json_extract(payload, '$.data_base64') FROM webhook_events WHERE event_id = '1:6'";
    assert_eq!(text(&world.home.database(), kept), "bm8gSlNPTg==");
    running.stop();
}

#[test]
fn a_notification_out_of_a_file_goes_the_same_way() {
    let world = World::new(5);
    world.sync(&["clients"]);
    let id = id_of(&world.clients()[0]);
    let event = json!({
        "specversion": "1.0", "id": "1:1", "type": "it.fattureincloud.webhooks.entities.clients.delete",
        "subject": "company:12345", "time": "2026-01-01T00:00:00Z", "data": {"ids": [id.parse::<i64>().expect("one")]},
    });
    std::fs::write(world.home.path().join("event.json"), event.to_string()).expect("written");
    execute(&world.home.database(), "UPDATE row_states SET from_s = 0, until_s = 0");
    let done = ran(&mut world.command(&["replay", "event.json", "--apply", "--format", "json"]));
    assert!(done.code == Some(0) && done.stdout.contains(r#""stored":1"#), "{}{}", done.stdout, done.stderr);
    let waits = format!("SELECT count(*) FROM fetches WHERE id = '{id}'");
    assert_eq!(world.home.count(&waits), 1);
    world.sync(&["clients"]);
    assert_eq!((world.home.count(&waits), world.name_of(&id) == "-"), (0, false), "it was there all along");
}
