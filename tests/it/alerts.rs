//! Alerts: somebody is told by a command or an address, once, without any secret, and nobody waits for it.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::listening::{Listening, event, now_s};
use super::program::{Home, Reply, Scripted, ran, until};

const SECRET: &str = "whsec_aSigningSecretForTheTests";
/// Nothing here takes as long, however slow the machine is.
const PATIENCE: Duration = Duration::from_secs(300);

fn config(home: &Home, alerts: &str) {
    let path = home.path().join("config.toml");
    fs::write(&path, format!("[webhooks]\nmax_retries = 0\n[alerts]\n{alerts}\n")).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("closed");
}

fn listen(home: &Home) -> Listening {
    listen_and_gather(home, 0)
}

/// Nobody is told of what is given up before so many events came, however long that takes. (A release build does not wait
/// for them: there they have to come within a second.)
fn listen_and_gather(home: &Home, events: u64) -> Listening {
    Listening::start(home, &["--config", "config.toml", "--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET).env("STRIPESYNC_ADMIN_TOKEN", "aTokenThatNobodyGuesses");
        command.env("STRIPESYNC_TEST_ALERT_AFTER", events.to_string());
    })
}

/// An event that does not say which product it is about.
fn lost(id: &str) -> String {
    event(id, "", "A", now_s()).replace(r#""id":"","#, "")
}

/// Answers every request with this status; hands over heads and bodies.
fn address(status: u16) -> (String, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook?token=aTokenInTheAddress", listener.local_addr().expect("an address"));
    let (sender, received) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
            let whole = |bytes: &[u8]| {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let (head, body) = text.split_once("\r\n\r\n")?;
                let length = head.to_lowercase().split("content-length: ").nth(1)?.lines().next()?.parse().ok()?;
                (body.len() >= length).then(|| (head.to_owned(), body.to_owned()))
            };
            while whole(&bytes).is_none() {
                match stream.read(&mut part) {
                    Ok(count) if count > 0 => bytes.extend(&part[..count]),
                    _ => break,
                }
            }
            let _ = stream.write_all(
                format!("HTTP/1.1 {status} X\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n").as_bytes(),
            );
            if let Some(request) = whole(&bytes) {
                let _ = sender.send(request);
            }
        }
    });
    (url, received)
}

#[test]
fn a_command_is_told_of_an_event_that_is_given_up_once_and_without_secrets() {
    let home = Home::new();
    // The variables are there when the alert is.
    config(&home, "command = \"sh -c 'env > told.env; cat >> told.json'\"");
    let running = listen_and_gather(&home, 4);
    assert_eq!(running.post(&event("evt_0", "prod_0", "A", now_s()), SECRET), 200);
    for n in 1..4 {
        assert_eq!(running.post(&lost(&format!("evt_{n}")), SECRET), 200);
    }
    let read = || fs::read_to_string(home.path().join("told.json")).unwrap_or_default();
    until("told", || read().ends_with('\n'));
    running.stop();
    let told = read();
    assert_eq!(told.lines().count(), 1, "the same alert is told once: {told}");
    let alert: Value = serde_json::from_str(told.trim()).expect("JSON");
    assert_eq!(
        (alert["kind"].as_str(), alert["subject"].as_str()),
        (Some("event_dead"), Some("unknown product.updated"))
    );
    let message = alert["message"].as_str().expect("a sentence");
    let wanted = "3 events of type product.updated were given up (evt_1, evt_2, evt_3), the last because";
    assert!(message.starts_with(wanted) && message.contains("retry-failed` tries them again"), "{message}");
    assert_eq!((alert["events"].as_u64(), alert["event_ids"][0].as_str()), (Some(3), Some("evt_1")), "{alert}");
    assert!(alert["database"].as_str().is_some_and(|it| it.starts_with('/')) && alert["at_s"].is_i64(), "{alert}");
    let variables = fs::read_to_string(home.path().join("told.env")).expect("written");
    assert!(variables.contains("STRIPESYNC_ALERT_KIND=event_dead\n"), "{variables}");
    for secret in ["whsec_", "STRIPE_WEBHOOK_SECRET", "STRIPESYNC_ADMIN_TOKEN", "aTokenThat"] {
        assert!(!variables.contains(secret), "{variables}");
    }
}

#[test]
fn an_address_is_told_when_too_many_events_fail() {
    let home = Home::new();
    let (url, received) = address(302);
    config(&home, &format!("url = \"{url}\"\nfailure_rate = \"30%\""));
    let running = listen_and_gather(&home, 12);
    for n in 0..8 {
        assert_eq!(running.post(&event(&format!("evt_{n}"), &format!("prod_{n}"), "A", now_s()), SECRET), 200);
    }
    for n in 0..4 {
        assert_eq!(running.post(&lost(&format!("evt_lost_{n}")), SECRET), 200);
    }
    let mut told = [(); 2].map(|()| received.recv_timeout(PATIENCE).expect("told"));
    let kind = |told: &(String, String)| {
        let alert = serde_json::from_str::<Value>(&told.1).expect("JSON");
        alert["kind"].as_str().expect("a word").to_owned()
    };
    // Both are due at once; which is told first is nobody's business.
    told.sort_by_key(|told| std::cmp::Reverse(kind(told)));
    assert_eq!(told.each_ref().map(kind), ["failure_rate", "event_dead"]);
    assert!(told[0].1.contains("4 of 12 events failed within 10 min"), "{}", told[0].1);
    assert!(told[1].1.contains("4 events of type product.updated were given up"), "{}", told[1].1);
    assert!(told[0].0.starts_with("POST /hook?token=aTokenInTheAddress "), "{}", told[0].0);
    running.says("answered an alert with 302");
    assert!(!running.said().contains("aTokenInTheAddress"), "{}", running.said());
    running.stop();
    assert!(received.try_recv().is_err(), "nothing is followed, nothing is told twice");
}

#[test]
fn a_failed_sync_is_told() {
    let home = Home::new();
    config(&home, "command = \"sh -c 'cat > told.json'\"");
    let refusing = Scripted::start(|_, _| Reply::Json(401, r#"{"error":{"message":"no such key"}}"#.to_owned()));
    let synced =
        ran(&mut home.asking(&refusing.url, "sk_test_ofTheService", &["sync", "products", "--config", "config.toml"]));
    assert_eq!(synced.code, Some(4), "{}", synced.stderr);
    let told = fs::read_to_string(home.path().join("told.json")).expect("told before the program ended");
    let alert: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((alert["kind"].as_str(), alert["subject"].as_str()), (Some("sync_failed"), Some("sync")), "{alert}");
}

#[test]
fn a_slow_command_delays_nobody() {
    let home = Home::new();
    // It may take ten seconds.
    config(&home, "command = \"sh -c 'touch begun; sleep 60'\"");
    let running = listen(&home);
    assert_eq!(running.post(&lost("evt_0"), SECRET), 200);
    until("begun", || home.path().join("begun").exists());
    for n in 1..20 {
        let began = Instant::now();
        assert_eq!(running.post(&lost(&format!("evt_{n}")), SECRET), 200);
        assert_eq!(running.post(&event(&format!("evt_fine_{n}"), "prod_1", "A", now_s()), SECRET), 200);
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    }
    running.stop();
    // The alert is told when nobody can raise one any more, and its command is under way then.
    let running = listen(&home);
    assert_eq!(running.post(&lost("evt_20"), SECRET), 200);
    running.signal("TERM");
    running.says("alerts were still on their way, and are given up");
    assert_eq!(running.ended().0, Some(0));
}

#[test]
fn a_command_that_takes_too_long_is_ended_with_what_it_started() {
    let home = Home::new();
    config(&home, "command = \"sh -c 'sleep 300 & echo $! > left.pid; wait'\"");
    let running = listen(&home);
    assert_eq!(running.post(&lost("evt_1"), SECRET), 200);
    let left = || fs::read_to_string(home.path().join("left.pid")).unwrap_or_default();
    until("started", || left().ends_with('\n'));
    // What has ended has no words any more, also while nobody has taken note of it.
    let words = || fs::read_to_string(format!("/proc/{}/cmdline", left().trim())).unwrap_or_default();
    assert!(words().contains("300"), "{}", words());
    running.stop();
    until("ended", || words().is_empty());
}

#[test]
fn alerts_that_cannot_be_told_are_refused_at_the_start() {
    let home = Home::new();
    fs::write(home.path().join("told.json"), "{}").expect("written");
    for (alerts, why) in [
        ("url = \"http://alerts.example/x\"", "has to be https"),
        ("url = \"alerts.example\"", "alerts.url cannot be used"),
        ("command = \"notify 'me\"", "alerts.command has a quote that is not closed"),
        ("command = \"no-such-program x\"", "the program no-such-program is in no folder of PATH"),
        ("command = \"./told.json\"", "the program ./told.json is no file that may be executed"),
        ("command = \"/no/such/one\"", "chmod +x"),
        ("failure_rate = \"0%\"", "alerts.failure_rate must be a share"),
    ] {
        config(&home, alerts);
        let listened = ran(home
            .command(&["listen", "--port", "0", "--config", "config.toml"])
            .env("STRIPE_WEBHOOK_SECRET", SECRET));
        assert!(
            listened.code == Some(2) && listened.stderr.contains(why),
            "{why}: {:?} {}",
            listened.code,
            listened.stderr
        );
    }
}
