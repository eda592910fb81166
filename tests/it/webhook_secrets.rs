//! What becomes of signing secrets when their endpoints go.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::program::{holds, ran};
use crate::webhooks::{World, secrets};

#[test]
fn the_secret_of_what_is_deleted_goes_out_of_the_config_wherever_it_stands() {
    let world = World::new();
    let before = std::fs::read_to_string(world.config()).expect("there");
    let text = || std::fs::read_to_string(world.config()).expect("there");
    assert_eq!(world.run(&["create", "a.example.com"]).code, Some(0));
    assert_eq!(world.run(&["create", "a.example.com", "--connect"]).code, Some(0));
    assert_eq!(world.run(&["create", "b.example.com"]).code, Some(0));
    let of = |url: &str, connect: bool| {
        let there = world.endpoints();
        let mark = json!(if connect { "connect" } else { "own" });
        let is_it =
            |it: &&Value| it["url"].as_str().is_some_and(|it| it.contains(url)) && it["metadata"]["stripesync"] == mark;
        there.iter().find(is_it).expect("made")["id"].as_str().expect("an id").to_owned()
    };
    let (own, connect, other) = (of("a.example", false), of("a.example", true), of("b.example", false));
    assert_eq!(secrets(&text()).len(), 3);
    // A plan says where it stands, and leaves it there.
    let full = text();
    let planned: Value =
        serde_json::from_str(&world.run(&["delete", &own, "--dry-run", "--format", "json"]).stdout).expect("JSON");
    let place = format!("accounts.{}.webhook_secrets", world.sandbox.stripe().account_id());
    assert!(planned["steps"][0]["details"][0].as_str().is_some_and(|it| it.contains(&place)), "{planned}");
    assert_eq!(text(), full);
    let gone: Value =
        serde_json::from_str(&world.run(&["delete", &own, "--yes", "--format", "json"]).stdout).expect("JSON");
    assert_eq!((&gone["steps"][0]["act"], &gone["dry_run"]), (&json!("delete"), &json!(false)));
    assert_eq!(secrets(&text()).len(), 2, "{}", text());
    assert!(!text().contains(&own), "{}", text());
    // Somebody has put another one beside that of the connected accounts, and moved a third there.
    let moved = secrets(text().split("webhook_secrets = ").nth(1).expect("a list"))[0].clone();
    let shared = secrets(text().split("webhook_secret = ").nth(1).expect("a text"))[0].clone();
    let edited = text().replace(&format!("[\"{moved}\"]"), "[]");
    let edited = edited.replace(&shared, &format!("whsec_somebodyElsesSecret1, {shared}, {moved}"));
    std::fs::write(world.config(), edited).expect("written");
    let mut command = world.command(&["delete", &connect, &other, "--yes"]);
    let deleted = ran(command.env("STRIPE_WEBHOOK_SECRET", &moved));
    assert_eq!(deleted.code, Some(0), "{} {}", deleted.stdout, deleted.stderr);
    assert!(deleted.stdout.contains("stripe.webhook_secret"), "{}", deleted.stdout);
    assert!(deleted.stderr.contains("STRIPE_WEBHOOK_SECRET is set"), "{}", deleted.stderr);
    assert!(holds(world.home.path(), &[&deleted.stdout, &deleted.stderr], &moved).is_empty());
    assert_eq!(secrets(&text()), ["whsec_somebodyElsesSecret1"], "{}", text());
    assert!(text().starts_with(before.trim_end()) && !text().contains("sha256"), "{}", text());
}

#[test]
fn the_secret_of_what_was_deleted_elsewhere_goes_too_but_not_anothers() {
    let world = World::new();
    let text = || std::fs::read_to_string(world.config()).expect("there");
    assert_eq!(world.run(&["create", "a.example.com"]).code, Some(0));
    let id = world.endpoints()[0]["id"].as_str().expect("an id").to_owned();
    let kept = text();
    let account = world.sandbox.stripe().account_id().to_owned();
    // As if another account's, which this key does not tell of.
    std::fs::write(world.config(), kept.replace(&account, "acct_1Another")).expect("written");
    let asked = |id: &str| world.run(&["delete", id, "--yes"]);
    let elsewhere = asked("we_1NotOfThisAccount");
    assert_eq!(elsewhere.code, Some(1), "{}", elsewhere.stderr);
    let strange = text().replace(&id, "we_1NotOfThisAccount");
    std::fs::write(world.config(), &strange).expect("written");
    let elsewhere = asked("we_1NotOfThisAccount");
    assert!(elsewhere.code == Some(1) && elsewhere.stderr.contains("acct_1Another"), "{}", elsewhere.stderr);
    assert_eq!(text(), strange);
    // Its own, deleted in the Dashboard.
    std::fs::write(world.config(), kept.replace(&id, "we_1DeletedElsewhere")).expect("written");
    let gone = asked("we_1DeletedElsewhere");
    assert!(gone.code == Some(0) && gone.stdout.contains("gone already"), "{} {}", gone.stdout, gone.stderr);
    assert!(secrets(&text()).is_empty() && !text().contains("sha256"), "{}", text());
    assert_eq!(world.endpoints().len(), 1, "nothing else was deleted");
}

#[test]
fn where_nobody_knows_whose_a_secret_is_it_stays_and_that_is_told() {
    let world = World::new();
    assert_eq!(world.run(&["create", "a.example.com"]).code, Some(0));
    let id = world.endpoints()[0]["id"].as_str().expect("an id").to_owned();
    let text = std::fs::read_to_string(world.config()).expect("there");
    let forgotten: Vec<&str> = text.lines().filter(|line| !line.contains("sha256")).collect();
    std::fs::write(world.config(), forgotten.join("\n")).expect("written");
    let deleted = world.run(&["delete", &id, "--yes"]);
    assert_eq!(deleted.code, Some(0), "{}", deleted.stderr);
    assert!(deleted.stderr.contains("webhook_secrets stays"), "{}", deleted.stderr);
    assert_eq!(secrets(&std::fs::read_to_string(world.config()).expect("there")).len(), 1);
    // What is known to be another's is not suspected.
    std::fs::write(world.config(), "").expect("written");
    assert_eq!(world.run(&["create", "c.example.com"]).code, Some(0));
    let (_, strange) =
        world.call("POST", "/v1/webhook_endpoints", "url=https%3A%2F%2Fx.example&enabled_events[]=*", &[]);
    let deleted = world.run(&["delete", strange["id"].as_str().expect("an id"), "--yes"]);
    assert!(deleted.code == Some(0) && !deleted.stderr.contains("stays"), "{}", deleted.stderr);
    let kept = world.endpoints()[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(world.run(&["delete", &kept, "--yes"]).code, Some(0));
    // A file that cannot be written keeps it, and that is no success.
    assert_eq!(world.run(&["create", "b.example.com"]).code, Some(0));
    let id = world.endpoints()[0]["id"].as_str().expect("an id").to_owned();
    std::fs::set_permissions(world.config(), std::fs::Permissions::from_mode(0o400)).expect("set");
    let deleted = world.run(&["delete", &id, "--yes"]);
    assert_eq!(deleted.code, Some(3), "{} {}", deleted.stdout, deleted.stderr);
    assert!(deleted.stderr.contains("stays in the config file") && world.endpoints().is_empty(), "{}", deleted.stderr);
}
