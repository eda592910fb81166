//! Accounts, what credentials open, and companies: as tables, CSV and JSON. Pure.

use serde_json::json;

use super::json::line;
use super::sheet::{self, names, numbers, whole, words};
use super::text::safe;
use super::units::{counted, grouped, moment};
use crate::model::accounts::{AccountLine, Assigned, CompanyLine, Found, RemovedAccount};

/// Returns how many of each standing there are, in words.
fn summary(lines: &[AccountLine]) -> String {
    let mut counts: Vec<(&str, u64)> = Vec::new();
    let mut sorted: Vec<_> = lines.iter().map(|line| line.standing).collect();
    sorted.sort_unstable();
    for standing in sorted {
        match counts.last_mut() {
            Some((name, count)) if *name == standing.name() => *count += 1,
            _ => counts.push((standing.name(), 1)),
        }
    }
    let parts: Vec<String> = counts.into_iter().map(|(name, count)| format!("{} {name}", grouped(count))).collect();
    format!("{}: {}\n", counted(lines.len() as u64, "account"), parts.join(", "))
}

/// Returns the name of the key or token that reads an account: of a connected one its platform's.
fn key(line: &AccountLine) -> String {
    match (&line.credential, line.opened_s) {
        (Some(name), _) => name.clone(),
        (None, Some(_)) => "(no name)".to_owned(),
        (None, None) => String::new(),
    }
}

/// Draws accounts, one in each line; with `all`, why and until when those wait that failed.
pub fn table(lines: &[AccountLine], all: bool, width: Option<u16>) -> String {
    let has_company = lines.iter().any(|line| line.company.is_some());
    let mut columns = vec![
        whole("provider"),
        whole("id"),
        names("name").dropped(4),
        whole("mode"),
        names("company").dropped(if has_company { 3 } else { 0 }),
        whole("status"),
        whole("last sync").dropped(2),
        whole("events until").dropped(1),
        numbers("rows"),
        names("key").dropped(5),
    ];
    if all {
        columns.extend([numbers("failures"), whole("next try").dropped(1), words("error")]);
    }
    let time = |s: Option<i64>, none: &str| s.map_or_else(|| none.to_owned(), moment);
    let row = |line: &AccountLine| {
        let company = match (&line.company, &line.company_name) {
            (Some(id), Some(name)) => format!("{id} {name}"),
            (Some(id), None) => id.clone(),
            (None, _) => String::new(),
        };
        let mut row = vec![
            line.provider.clone(),
            line.id.clone(),
            line.name.clone().unwrap_or_default(),
            line.mode.clone(),
            company,
            line.standing.name().to_owned(),
            time(line.synced_s, "never"),
            time(line.events_until_s, ""),
            line.rows.map(grouped).unwrap_or_default(),
            key(line),
        ];
        if all {
            let failures = if line.failures > 0 { grouped(line.failures) } else { String::new() };
            row.extend([failures, time(line.retry_at_s, ""), line.error.clone().unwrap_or_default()]);
        }
        row
    };
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    sheet::table(&columns, &rows, width) + &summary(lines)
}

/// Writes accounts as CSV.
pub fn csv(lines: &[AccountLine]) -> String {
    const TITLES: [&str; 17] = [
        "provider",
        "account",
        "name",
        "mode",
        "country",
        "company",
        "company_name",
        "status",
        "credential",
        "platform",
        "opened_s",
        "last_sync_s",
        "events_until_s",
        "rows",
        "failures",
        "retry_at_s",
        "error",
    ];
    let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let row = |line: &AccountLine| {
        vec![
            line.provider.clone(),
            line.id.clone(),
            text(&line.name),
            line.mode.clone(),
            text(&line.country),
            text(&line.company),
            text(&line.company_name),
            line.standing.name().to_owned(),
            text(&line.credential),
            text(&line.platform),
            number(line.opened_s),
            number(line.synced_s),
            number(line.events_until_s),
            line.rows.map(|rows| rows.to_string()).unwrap_or_default(),
            line.failures.to_string(),
            number(line.retry_at_s),
            text(&line.error),
        ]
    };
    sheet::csv(&TITLES, &lines.iter().map(row).collect::<Vec<_>>())
}

/// Writes accounts as JSON.
pub fn json(lines: &[AccountLine]) -> String {
    let account = |it: &AccountLine| {
        json!({
            "provider": it.provider,
            "account": it.id,
            "name": it.name,
            "mode": it.mode,
            "country": it.country,
            "company": it.company,
            "company_name": it.company_name,
            "status": it.standing.name(),
            "credential": it.credential,
            "platform": it.platform,
            "opened_s": it.opened_s,
            "last_sync_s": it.synced_s,
            "events_until_s": it.events_until_s,
            "rows": it.rows,
            "failures": it.failures,
            "retry_at_s": it.retry_at_s,
            "error": it.error,
        })
    };
    line(&lines.iter().map(account).collect::<Vec<_>>())
}

/// Draws what credentials open.
pub fn found_table(found: &[Found], is_plan: bool, width: Option<u16>) -> String {
    let columns = [
        whole("provider"),
        names("key"),
        whole("mode"),
        whole("own account").dropped(1),
        numbers("accounts"),
        numbers("new"),
        numbers("gone"),
        words("trouble"),
    ];
    let row = |it: &Found| {
        let key = it.credential.clone().unwrap_or_else(|| "(no name)".to_owned());
        let counts = match it.error {
            Some(_) => [String::new(), String::new(), String::new()],
            None => [it.listed, it.new, it.gone].map(grouped),
        };
        let mut row = vec![it.provider.to_owned(), key, it.mode.to_owned(), it.own.clone().unwrap_or_default()];
        row.extend(counts);
        row.push(it.error.clone().unwrap_or_default());
        row
    };
    let mut out = sheet::table(&columns, &found.iter().map(row).collect::<Vec<_>>(), width);
    if is_plan {
        out.push_str("nothing was written\n");
    }
    out
}

/// Says what else there is to know of what was found.
pub fn found_notes(found: &[Found]) -> Vec<String> {
    let mut notes = Vec::new();
    let named = |name: &Option<String>| {
        name.as_ref().map_or_else(|| "the one without a name".to_owned(), |it| format!("keys.{it}"))
    };
    for it in found {
        for (account, other) in it.shared.iter().take(5) {
            let (by, other) = (named(&it.credential), named(other));
            notes.push(format!("{account} is opened by {by} and by {other}, which goes on to read it"));
        }
        if it.shared.len() > 5 {
            notes.push(format!("and {} more", counted(it.shared.len() as u64 - 5, "account")));
        }
        if it.removed > 0 {
            let removed = counted(it.removed, "account");
            notes.push(format!(
                "left out: {removed} that you removed; `stripesync accounts add ID` takes one up again, \
                 `stripesync accounts discover --include-removed` all"
            ));
        }
    }
    notes
}

/// Writes what credentials open as CSV.
pub fn found_csv(found: &[Found]) -> String {
    let row = |it: &Found| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let mut row = vec![it.provider.to_owned(), text(&it.credential), it.mode.to_owned(), text(&it.own)];
        row.extend([it.listed, it.new, it.gone, it.removed].map(|count| count.to_string()));
        row.push(text(&it.error));
        row
    };
    let titles = ["provider", "credential", "mode", "account", "listed", "new", "gone", "removed", "error"];
    sheet::csv(&titles, &found.iter().map(row).collect::<Vec<_>>())
}

/// Writes what credentials open as JSON.
pub fn found_json(found: &[Found], is_plan: bool) -> String {
    let one = |it: &Found| {
        let shared: Vec<_> =
            it.shared.iter().map(|(account, other)| json!({"account": account, "credential": other})).collect();
        json!({
            "provider": it.provider,
            "credential": it.credential,
            "mode": it.mode,
            "account": it.own,
            "listed": it.listed,
            "new": it.new,
            "gone": it.gone,
            "removed": it.removed,
            "shared": shared,
            "error": it.error,
            "dry_run": is_plan,
        })
    };
    line(&found.iter().map(one).collect::<Vec<_>>())
}

/// Says what became of an account.
pub fn removed_table(it: &RemovedAccount) -> String {
    let (provider, id, mode) = (safe(&it.provider), safe(&it.id), safe(&it.mode));
    let mut out = match it.is_kept {
        true => format!("{provider} {id} ({mode}) is synced no more; its rows stay\n"),
        false => {
            let rest = if it.is_interrupted { ", others are still to go" } else { "" };
            format!("removed {provider} {id} ({mode}): {} deleted{rest}\n", counted(it.rows, "row"))
        }
    };
    if let Some(key) = &it.key {
        out.push_str(&format!("keys.{} is out of the config file\n", safe(key)));
    }
    if it.connected > 0 {
        let connected = counted(it.connected, "account");
        out.push_str(&format!("{connected} that its key read: synced no more either, their rows stay\n"));
    }
    out
}

/// Writes the same as CSV.
pub fn removed_csv(it: &RemovedAccount) -> String {
    let row = vec![
        it.provider.clone(),
        it.id.clone(),
        it.mode.clone(),
        it.is_removed.to_string(),
        it.rows.to_string(),
        it.is_kept.to_string(),
        it.key.clone().unwrap_or_default(),
        it.connected.to_string(),
        it.is_interrupted.to_string(),
    ];
    let titles = ["provider", "account", "mode", "removed", "rows", "kept", "credential", "connected", "interrupted"];
    sheet::csv(&titles, &[row])
}

/// Writes the same as JSON.
pub fn removed_json(it: &RemovedAccount) -> String {
    line(&json!({
        "provider": it.provider,
        "account": it.id,
        "mode": it.mode,
        "removed": it.is_removed,
        "rows": it.rows,
        "kept": it.is_kept,
        "credential": it.key,
        "connected": it.connected,
        "interrupted": it.is_interrupted,
    }))
}

/// Draws companies.
pub fn companies_table(companies: &[CompanyLine], width: Option<u16>) -> String {
    if companies.is_empty() {
        return "no company; `stripesync companies add NAME` adds one\n".to_owned();
    }
    let row = |it: &CompanyLine| vec![it.id.clone(), it.name.clone(), grouped(it.accounts), grouped(it.customers)];
    let columns = [whole("id"), names("name"), numbers("accounts"), numbers("customers")];
    sheet::table(&columns, &companies.iter().map(row).collect::<Vec<_>>(), width)
}

/// Writes companies as CSV.
pub fn companies_csv(companies: &[CompanyLine]) -> String {
    let row = |it: &CompanyLine| {
        let counts = [it.accounts.to_string(), it.customers.to_string(), it.created_s.to_string()];
        [vec![it.id.clone(), it.name.clone()], counts.to_vec()].concat()
    };
    let rows: Vec<Vec<String>> = companies.iter().map(row).collect();
    sheet::csv(&["company", "company_name", "accounts", "customers", "created_s"], &rows)
}

/// Writes companies as JSON.
pub fn companies_json(companies: &[CompanyLine]) -> String {
    let one = |it: &CompanyLine| {
        json!({
            "company": it.id,
            "company_name": it.name,
            "accounts": it.accounts,
            "customers": it.customers,
            "created_s": it.created_s,
        })
    };
    line(&companies.iter().map(one).collect::<Vec<_>>())
}

/// Writes what became of assignments as CSV.
pub fn assigned_csv(assigned: &[Assigned]) -> String {
    let row = |it: &Assigned| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let whose = [it.provider.clone(), it.account.clone(), it.mode.clone(), text(&it.customer)];
        [&whose[..], &[text(&it.company), text(&it.company_name), text(&it.before)]].concat()
    };
    let titles = ["provider", "account", "mode", "object_id", "company", "company_name", "company_before"];
    sheet::csv(&titles, &assigned.iter().map(row).collect::<Vec<_>>())
}

/// Writes what became of assignments as JSON.
pub fn assigned_json(assigned: &[Assigned]) -> String {
    let one = |it: &Assigned| {
        json!({
            "provider": it.provider,
            "account": it.account,
            "mode": it.mode,
            "object_id": it.customer,
            "company": it.company,
            "company_name": it.company_name,
            "company_before": it.before,
        })
    };
    line(&assigned.iter().map(one).collect::<Vec<_>>())
}

/// Writes a company that was removed, or was not after all, as CSV.
pub fn removed_company_csv(it: &CompanyLine, is_removed: bool) -> String {
    let counts = [it.accounts.to_string(), it.customers.to_string(), is_removed.to_string()];
    let row = [vec![it.id.clone(), it.name.clone()], counts.to_vec()].concat();
    sheet::csv(&["company", "company_name", "accounts", "customers", "removed"], &[row])
}

/// Writes the same as JSON.
pub fn removed_company_json(it: &CompanyLine, is_removed: bool) -> String {
    line(&json!({
        "company": it.id,
        "company_name": it.name,
        "accounts": it.accounts,
        "customers": it.customers,
        "removed": is_removed,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::accounts::Standing;
    use unicode_width::UnicodeWidthStr;

    fn account(id: &str, standing: Standing) -> AccountLine {
        AccountLine {
            row: 1,
            provider: "stripe".into(),
            id: id.into(),
            mode: "live".into(),
            name: Some("Shop\x1b[31m".into()),
            country: Some("IT".into()),
            standing,
            credential: Some("shop".into()),
            platform: None,
            company: Some("7".into()),
            company_name: Some("Seven".into()),
            opened_s: Some(1),
            synced_s: Some(1_793_491_200),
            events_until_s: None,
            answered_s: None,
            failures: 2,
            error: Some("a \"b\", c".into()),
            retry_at_s: Some(5),
            rows: Some(1_234_567),
        }
    }

    #[test]
    fn accounts_are_one_line_each_and_summed_up_by_how_they_stand() {
        let lines = [
            account("acct_1", Standing::Active),
            account("acct_2", Standing::Failing),
            account("acct_3", Standing::Active),
        ];
        for width in [None, Some(120), Some(80), Some(72)] {
            let drawn = table(&lines, false, width);
            // Who reads it comes before when it was last read.
            let shop = drawn.lines().nth(1).is_some_and(|line| line.ends_with("shop"));
            assert!(shop && drawn.lines().next().is_some_and(|titles| titles.ends_with("key")), "{drawn}");
            assert_eq!(drawn.lines().count(), 5, "{drawn}");
            assert!(drawn.lines().all(|line| line.width() <= width.unwrap_or(300).into()), "{drawn}");
            assert!(drawn.contains("1,234,567") && drawn.contains("acct_2") && !drawn.contains('\x1b'), "{drawn}");
            assert!(drawn.ends_with("3 accounts: 2 active, 1 failing\n"), "{drawn}");
        }
        assert!(table(&lines, true, None).contains("a \"b\", c"));
        let read: serde_json::Value = serde_json::from_str(&json(&lines)).expect("JSON");
        assert_eq!((&read[1]["status"], &read[1]["rows"]), (&json!("failing"), &json!(1_234_567)));
        assert!(csv(&lines).lines().nth(1).is_some_and(|it| it.ends_with(r#",2,5,"a ""b"", c""#)), "{}", csv(&lines));
        let unnamed = AccountLine { credential: None, ..account("acct_1", Standing::Active) };
        let by_events = AccountLine { opened_s: None, ..unnamed.clone() };
        assert_eq!([key(&lines[0]), key(&unnamed), key(&by_events)], ["shop", "(no name)", ""]);
    }

    #[test]
    fn what_was_found_names_the_key_and_who_else_has_one() {
        let found = [
            Found {
                provider: "stripe",
                mode: "live",
                listed: 2001,
                new: 3,
                shared: vec![("acct_1".into(), Some("b".into()))],
                ..Found::default()
            },
            Found {
                provider: "fic",
                credential: Some("studio".into()),
                error: Some("refused".into()),
                ..Found::default()
            },
        ];
        let drawn = found_table(&found, true, None);
        assert!(drawn.contains("2,001") && drawn.contains("(no name)") && drawn.contains("refused"), "{drawn}");
        assert!(drawn.ends_with("nothing was written\n"), "{drawn}");
        assert_eq!(
            found_notes(&found),
            ["acct_1 is opened by the one without a name and by keys.b, which goes on to read it"]
        );
    }
}
