//! Whose secret signs, and secrets that are rolled while the receiver runs; how often a failed event is tried again.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::listening::{Listening, event};
use super::program::{Home, execute, text, until};

const PLAIN: &str = "whsec_aSecretOfNobody0000";
const OWNED: &str = "whsec_aSecretOfAccount0001";
const ROLLED: &str = "whsec_aSecretOfAccount0002";

fn config(home: &Home, content: &str) {
    let path = home.path().join("config.toml");
    fs::write(&path, content).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("closed");
}

fn with_owned(secret: &str) -> String {
    format!("[stripe]\nwebhook_secret = \"{PLAIN}\"\n[accounts.acct_Owner1]\nwebhook_secrets = [\"{secret}\"]\n")
}

#[test]
fn a_secret_tells_whose_event_it_is_and_is_rolled_without_a_restart() {
    let home = Home::new();
    config(&home, &with_owned(OWNED));
    let running = Listening::start(&home, &["--config", "config.toml"], |_| {});
    running.says("signed with whsec_…0001 (acct_Owner1), whsec_…0000");
    assert_eq!(running.post(&event("evt_1", "prod_1", "A", 100), OWNED), 200);
    let owner = "SELECT remote_id FROM accounts a JOIN webhook_events e ON e.account = a.id WHERE event_id = 'evt_1'";
    assert_eq!(text(&home.database(), owner), "acct_Owner1");
    assert_eq!(running.post(&event("evt_2", "prod_1", "B", 101), ROLLED), 400);

    config(&home, &with_owned(ROLLED));
    running.signal("HUP");
    running.says("SIGHUP: signed with whsec_…0002 (acct_Owner1), whsec_…0000 from now on");
    assert_eq!(running.post(&event("evt_2", "prod_1", "B", 101), ROLLED), 200);
    assert_eq!(running.post(&event("evt_3", "prod_1", "C", 102), OWNED), 400, "a secret that is gone opens nothing");

    for (broken, why) in [
        ("[accounts.acct_Owner1]\nwebhook_secrets = \"x\"\n", "line 2"),
        ("[accounts.shop]\nwebhook_secrets = [\"whsec_xxxxxxxxxxxxxxxxx\"]\n", "is of no account of Stripe"),
        ("", "have no webhook signing secret any more"),
    ] {
        config(&home, broken);
        running.signal("HUP");
        running.says(why);
        assert_eq!(running.post(&event("evt_2", "prod_1", "B", 101), ROLLED), 200, "the old ones stay: {why}");
    }
    for secret in [PLAIN, OWNED, ROLLED] {
        assert!(!running.said().contains(secret), "{}", running.said());
    }
    running.stop();
}

#[test]
fn a_config_that_others_may_read_is_named_when_it_holds_signing_secrets() {
    let home = Home::new();
    config(&home, &with_owned(OWNED));
    let path = home.path().join("config.toml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("opened");
    let running = Listening::start(&home, &["--config", "config.toml"], |_| {});
    running.says("config.toml holds secrets and is open to others");
    running.stop();
}

#[test]
fn failed_events_are_tried_again_as_often_as_the_settings_say() {
    let home = Home::new();
    config(&home, "[webhooks]\nmax_retries = 1\nretry_delay = \"1s\"\n");
    let running = Listening::start(&home, &["--config", "config.toml"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", PLAIN);
    });
    let refuse = "CREATE TRIGGER refuses BEFORE INSERT ON stripe_products BEGIN SELECT RAISE(ABORT, 'not now'); END";
    execute(&home.database(), refuse);
    assert_eq!(running.post(&event("evt_1", "prod_1", "A", 1), PLAIN), 500);
    let log = "SELECT status || attempts FROM webhook_events";
    until("given up", || text(&home.database(), log) == "dead2");
    running.stop();

    let refused = super::program::ran(home.command(&["retry-failed"]).env("STRIPE_WEBHOOK_MAX_RETRIES", "11"));
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("STRIPE_WEBHOOK_MAX_RETRIES must be a number from 0 to 10 (from the environment)"),
        "{}",
        refused.stderr
    );
}
