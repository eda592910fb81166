//! Whom the services send events to, and what is done about it, as tables, JSON and CSV. Pure.

use serde_json::{Value, json};

use super::sheet::{self, addresses, names, numbers, whole, words};
use super::text::safe_json;
use crate::model::secret::Secret;
use crate::model::webhooks::{Hook, HookStep};

/// Stands for all types.
const ALL: &str = "*";
/// What a receiver is asked for, by which its answer is known among other sentences.
const PROBED: &str = "/healthz";
const STEP_TITLES: [&str; 7] = ["provider", "account", "act", "id", "url", "details", "probe"];

/// Draws whom the services send events to; what is to be mended stands below.
pub fn list(hooks: &[Hook], width: Option<u16>) -> String {
    if hooks.is_empty() {
        return String::new();
    }
    let columns = [
        // What tells endpoints apart goes last.
        whole("service").dropped(4),
        whole("account").dropped(6),
        names("id"),
        addresses("url"),
        whole("status"),
        whole("connect").dropped(5),
        whole("version").dropped(1),
        numbers("events").dropped(2),
        numbers("missing").dropped(3),
    ];
    let row = |it: &Hook| {
        let yes_or_no = |is: bool| if is { "yes" } else { "no" }.to_owned();
        vec![
            it.provider.to_owned(),
            it.account.clone(),
            it.id.clone(),
            it.url.clone(),
            it.status.clone(),
            it.connect.map(yes_or_no).unwrap_or_default(),
            version(it),
            count(it),
            if it.is_ours { it.missing.len().to_string() } else { String::new() },
        ]
    };
    sheet::table(&columns, &hooks.iter().map(row).collect::<Vec<_>>(), width)
}

/// Says what is to be mended, a sentence for each.
pub fn troubles(hooks: &[Hook]) -> Vec<String> {
    hooks.iter().flat_map(|it| it.troubles.iter().map(|what| format!("{} {what}", it.id))).collect()
}

/// Names a version, and marks one that rows are not made from.
fn version(it: &Hook) -> String {
    let name = it.api_version.as_deref().unwrap_or("the account's");
    match it.is_version_ours {
        None => String::new(),
        Some(true) => name.to_owned(),
        Some(false) => format!("{name} (other)"),
    }
}

fn count(it: &Hook) -> String {
    if it.events.iter().any(|kind| kind == ALL) { "all".to_owned() } else { it.events.len().to_string() }
}

/// Writes whom the services send events to.
pub fn list_json(hooks: &[Hook]) -> String {
    let one = |it: &Hook| {
        json!({
            "provider": it.provider, "account": it.account, "id": it.id, "url": it.url, "status": it.status,
            "connect": it.connect, "api_version": it.api_version, "version_ours": it.is_version_ours, "events": it.events, "missing": it.missing,
            "description": it.description, "ours": it.is_ours, "troubles": it.troubles,
        })
    };
    line(&json!(hooks.iter().map(one).collect::<Vec<_>>()))
}

/// Writes a line for each.
pub fn list_csv(hooks: &[Hook]) -> String {
    let titles = ["provider", "account", "id", "url", "status", "connect", "api_version", "events", "missing", "ours"];
    let row = |it: &Hook| {
        vec![
            it.provider.to_owned(),
            it.account.clone(),
            it.id.clone(),
            it.url.clone(),
            it.status.clone(),
            it.connect.map(|it| it.to_string()).unwrap_or_default(),
            it.api_version.clone().unwrap_or_default(),
            count(it),
            it.missing.len().to_string(),
            it.is_ours.to_string(),
        ]
    };
    sheet::csv(&titles, &hooks.iter().map(row).collect::<Vec<_>>())
}

/// Draws what is done, or would be.
pub fn steps(steps: &[HookStep], is_plan: bool, width: Option<u16>) -> String {
    let columns = [
        whole("service").dropped(1),
        whole("account").dropped(2),
        whole(if is_plan { "would" } else { "did" }),
        names("id"),
        addresses("url"),
        words("what"),
    ];
    let row = |it: &HookStep| {
        vec![
            it.provider.to_owned(),
            it.account.clone(),
            it.act.to_owned(),
            it.id.clone().unwrap_or_default(),
            it.url.clone(),
            what(it).join("; "),
        ]
    };
    let mut out = String::new();
    if !steps.is_empty() {
        out.push_str(&sheet::table(&columns, &steps.iter().map(row).collect::<Vec<_>>(), width));
    }
    if is_plan {
        out.push_str("nothing was changed\n");
    }
    out
}

/// What to know about a step, and what came of asking the receiver.
fn what(it: &HookStep) -> Vec<String> {
    let probed = it.probe.iter().map(|probe| format!("{PROBED} {}", probe.what));
    it.details.iter().cloned().chain(probed).collect()
}

/// Writes what is done, or would be.
pub fn steps_json(steps: &[HookStep], is_plan: bool) -> String {
    line(&json!({"dry_run": is_plan, "steps": steps.iter().map(step_json).collect::<Vec<_>>()}))
}

fn step_json(it: &HookStep) -> Value {
    let probe = it.probe.as_ref().map(|it| json!({"url": it.url, "ok": it.is_ok, "what": it.what}));
    json!({
        "provider": it.provider, "account": it.account, "act": it.act, "id": it.id, "url": it.url,
        "details": it.details, "probe": probe,
    })
}

/// Writes an endpoint that was made, with its secret, for a program.
pub fn made_json(made: &HookStep, secret: &Secret) -> String {
    let mut step = step_json(made);
    step["secret"] = json!(secret.expose());
    line(&json!({"dry_run": false, "steps": [step]}))
}

/// Writes an endpoint that was made, with its secret, as a line.
pub fn made_csv(made: &HookStep, secret: &Secret) -> String {
    let row = [step_csv(made), vec![secret.expose().to_owned()]].concat();
    sheet::csv(&[&STEP_TITLES[..], &["secret"]].concat(), &[row])
}

/// Writes a line for each step.
pub fn steps_csv(steps: &[HookStep]) -> String {
    sheet::csv(&STEP_TITLES, &steps.iter().map(step_csv).collect::<Vec<_>>())
}

fn step_csv(it: &HookStep) -> Vec<String> {
    vec![
        it.provider.to_owned(),
        it.account.clone(),
        it.act.to_owned(),
        it.id.clone().unwrap_or_default(),
        it.url.clone(),
        it.details.join("; "),
        it.probe.as_ref().map(|it| it.what.clone()).unwrap_or_default(),
    ]
}

fn line(value: &serde_json::Value) -> String {
    format!("{}\n", safe_json(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    fn hooks() -> Vec<Hook> {
        let one = Hook {
            provider: "stripe",
            account: "acct_1".into(),
            id: "we_1".into(),
            url: "https://a.example/\u{1b}[31m".into(),
            status: "disabled".into(),
            connect: Some(true),
            api_version: Some("2020-08-27".into()),
            is_version_ours: Some(false),
            troubles: vec!["is disabled".into()],
            events: vec!["a".into(), "b".into()],
            missing: vec!["c".into()],
            description: None,
            is_ours: true,
        };
        let all = Hook { id: "we_2".into(), events: vec![ALL.into()], is_ours: false, ..one.clone() };
        vec![one, all]
    }

    #[test]
    fn a_list_fits_the_terminal_and_obeys_nobody() {
        for width in [None, Some(120), Some(60)] {
            let drawn = list(&hooks(), width);
            assert!(drawn.lines().all(|line| line.width() <= width.unwrap_or(200).into()), "{drawn}");
            assert!(drawn.contains("we_1") && !drawn.contains('\u{1b}'), "{drawn}");
        }
        assert!(list(&hooks(), None).contains("2020-08-27 (other)"));
        assert!(list(&[], None).is_empty());
        assert_eq!(troubles(&hooks()[..1]), ["we_1 is disabled"]);
        assert!(list_csv(&hooks()).ends_with(",disabled,true,2020-08-27,all,1,false\n"), "{}", list_csv(&hooks()));
        let read: serde_json::Value = serde_json::from_str(&list_json(&hooks())).expect("JSON");
        assert_eq!((&read[0]["missing"][0], &read[1]["events"][0]), (&json!("c"), &json!("*")));
    }

    #[test]
    fn at_eighty_columns_nothing_is_lost_that_tells_endpoints_apart() {
        let of = |id: &str, account: &str, url: &str, status: &str| Hook {
            id: id.into(),
            account: account.into(),
            url: url.into(),
            status: status.into(),
            ..hooks()[0].clone()
        };
        let stripe = "https://hooks.a-rather-long-name.example.com/api/stripe/webhook";
        let fic = "https://hooks.a-rather-long-name.example.com/api/webhooks/fic/12345/issued_documents";
        let all = [
            of("we_1PqRsTuVwXyZaBcDeFgHiJkL", "acct_1PqRsTuVwXyZaBcD", stripe, "enabled"),
            of("SUB230", "12345", fic, "unverified"),
        ];
        let drawn = list(&all, Some(80));
        assert_eq!(drawn.lines().count(), 3, "{drawn}");
        for part in [
            "we_1PqRsTuVwXyZaBcDeFgHiJkL",
            "SUB230",
            "https://hooks.",
            "/12345/issued_documents",
            "enabled",
            "unverified",
        ] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
        let short = list(&all[1..], Some(80));
        assert!(short.contains("account") && !short.contains("events"), "{short}");
    }

    #[test]
    fn steps_say_whether_they_were_done() {
        let step = HookStep {
            provider: "fic",
            account: "12".into(),
            act: "create",
            id: None,
            url: "https://a.example".into(),
            details: vec!["3 types".into(), "x".into()],
            probe: None,
        };
        let planned = steps(std::slice::from_ref(&step), true, None);
        assert!(planned.contains("would") && planned.ends_with("nothing was changed\n"), "{planned}");
        assert!(steps(std::slice::from_ref(&step), false, None).contains("3 types; x"));
        assert!(steps_csv(std::slice::from_ref(&step)).ends_with("fic,12,create,,https://a.example,3 types; x,\n"));
        let read: serde_json::Value = serde_json::from_str(&steps_json(&[step], true)).expect("JSON");
        assert_eq!((&read["dry_run"], &read["steps"][0]["id"]), (&json!(true), &serde_json::Value::Null));
    }
}
