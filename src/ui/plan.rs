//! What a run would do, as tables, CSV and sentences. Pure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::run::{label, provider_of, whose};
use super::sheet::{self, names, numbers, words};
use super::text::safe;
use super::units::{counted, grouped, span};
use crate::model::report::{PlannedResource, least_s};

/// What is known of how long a planned run would take.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    /// Requests per second to Stripe that it would keep to, where known.
    pub rate_per_s: Option<u32>,
    /// How many requests Fatture in Cloud permits in how many seconds; none where it sets no limit.
    pub fic_windows: Vec<(u32, u64)>,
    /// Whether the file knows how large every account is.
    pub is_size_known: bool,
}

impl Pace {
    /// Says what the requests to one service come to, and how long those take at least.
    fn told(&self, provider: &str, plan: &[&PlannedResource]) -> String {
        let requests: u64 = plan.iter().map(|planned| planned.requests).sum();
        let time = if provider == "fic" { self.fic_time(plan) } else { self.stripe_time(requests) };
        let time = time.filter(|_| self.is_size_known).map(|time| format!(" ({time})")).unwrap_or_default();
        format!("{} to {}{time}", grouped(requests), service(provider))
    }

    fn stripe_time(&self, requests: u64) -> Option<String> {
        let rate = self.rate_per_s.filter(|rate| *rate > 0)?;
        Some(format!("{} at {rate} per second", span(requests.div_ceil(rate.into()).max(1))))
    }

    /// Each company has a quota of its own, and they are read one after the other.
    fn fic_time(&self, plan: &[&PlannedResource]) -> Option<String> {
        self.fic_windows.first()?;
        let mut companies: BTreeMap<&str, u64> = BTreeMap::new();
        for planned in plan {
            *companies.entry(&planned.account).or_default() += planned.requests;
        }
        let time_s: u64 = companies.values().map(|requests| least_s(*requests, &self.fic_windows)).sum();
        Some(format!("{} within its quota", span(time_s.max(1))))
    }
}

/// Returns a service's name for people.
fn service(provider: &str) -> &'static str {
    if provider == "fic" { "Fatture in Cloud" } else { "Stripe" }
}

/// Draws the plan of `--dry-run`, a table for each account. What costs nothing is left out unless `all` is wanted.
pub fn table(plan: &[PlannedResource], pace: &Pace, all: bool, width: Option<u16>) -> String {
    let mut out = String::new();
    let modes: BTreeSet<&str> = plan.iter().map(|planned| planned.mode.as_str()).collect();
    for ((Reverse(provider), account, mode), lists) in by_account(plan) {
        let shown: Vec<&PlannedResource> = lists.into_iter().filter(|it| all || it.requests > 0).collect();
        if shown.is_empty() {
            continue;
        }
        let account = if account.is_empty() { "(which account, it tells when asked)" } else { account };
        out.push_str(&format!("{} {}\n", service(provider), safe(&label(account, mode, &modes))));
        let columns = [names("list"), numbers("requests"), words("what for")];
        let rows: Vec<Vec<String>> = shown.into_iter().map(row).collect();
        out.push_str(&sheet::table(&columns, &rows, width));
        out.push('\n');
    }
    let mut say = |sentence: &str| out.push_str(&sheet::sentence(sentence, 0, width));
    say(&sum(plan, pace));
    if !pace.is_size_known {
        say(FIRST_READING);
    }
    out.push_str(&on_top(plan, width));
    for sentence in notes(plan, all) {
        out.push_str(&sheet::sentence(&sentence, 0, width));
    }
    out
}

fn row(planned: &PlannedResource) -> Vec<String> {
    let requests = grouped(planned.requests) + if planned.is_open { "+" } else { " " };
    let plain = planned.name.split_once(':').map_or(planned.name.as_str(), |(_, plain)| plain);
    vec![plain.to_owned(), requests, planned.how.clone()]
}

/// Service, account and mode.
type Whose<'a> = (Reverse<&'a str>, &'a str, &'a str);

/// Parts a plan by account, Stripe's first. What is asked before the account is known goes with the first one.
fn by_account(plan: &[PlannedResource]) -> BTreeMap<Whose<'_>, Vec<&PlannedResource>> {
    let mut accounts: BTreeMap<Whose<'_>, Vec<&PlannedResource>> = BTreeMap::new();
    for planned in plan {
        let provider = provider_of(&planned.name);
        let is_its = |it: &&PlannedResource| {
            provider_of(&it.name) == provider && it.mode == planned.mode && !it.account.is_empty()
        };
        let first = plan.iter().find(is_its);
        let account = if planned.account.is_empty() { first.map_or("", |it| &it.account) } else { &planned.account };
        accounts.entry((Reverse(provider), account, &planned.mode)).or_default().push(planned);
    }
    accounts
}

/// Says what the plan comes to.
fn sum(plan: &[PlannedResource], pace: &Pace) -> String {
    let least: u64 = plan.iter().map(|planned| planned.requests).sum();
    let mut services: BTreeMap<Reverse<&str>, Vec<&PlannedResource>> = BTreeMap::new();
    for planned in plan {
        services.entry(Reverse(provider_of(&planned.name))).or_default().push(planned);
    }
    let parts: Vec<String> = services.iter().map(|(Reverse(provider), lists)| pace.told(provider, lists)).collect();
    format!("at least {}: {}", counted(least, "request"), parts.join(", "))
}

/// Says how the plan is to be read.
fn notes(plan: &[PlannedResource], all: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if plan.iter().any(|planned| planned.requests > 0 && planned.is_open) {
        notes.push("a + stands where the answers may ask for more".to_owned());
    }
    let resting = plan.iter().filter(|planned| planned.requests == 0).count();
    if resting > 0 && !all {
        let rest = if resting == 1 { "that costs nothing by itself is" } else { "that cost nothing by themselves are" };
        notes.push(format!("{} {rest} not shown (-v)", counted(resting as u64, "list")));
    }
    notes.push("this was a plan: nothing was asked, nothing was written".to_owned());
    notes
}

/// What to reckon with when nothing is known yet.
const FIRST_READING: &str = "how large the account is, the file does not know yet: the first sync takes one request for \
    every 100 objects, so 100,000 invoices are 1,000 requests; and one for each list that stands under an object, so \
    10,000 customers with three lists each are 30,000 more";

/// Says what comes on top that nobody can count, the same under many parents in one line.
fn on_top(plan: &[PlannedResource], width: Option<u16>) -> String {
    let mut ways: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
    for planned in plan.iter().filter(|planned| planned.requests == 0 && planned.is_open) {
        let parent = planned.parent.unwrap_or_default();
        let way = if parent.is_empty() { planned.how.clone() } else { planned.how.replacen(parent, "these", 1) };
        *ways.entry(way).or_default().entry(parent).or_default() += 1;
    }
    let mut out = if ways.is_empty() { String::new() } else { "on top of that, by what is found:\n".to_owned() };
    for (way, parents) in ways {
        let times = |times: u64| if times > 1 { format!(" ({times} lists)") } else { String::new() };
        let named: Vec<(&str, u64)> = parents.into_iter().filter(|(parent, _)| !parent.is_empty()).collect();
        let way = match named[..] {
            [] => way,
            [(name, count)] => way.replacen("these", &format!("{name}{}", times(count)), 1),
            _ => {
                let named: Vec<String> = named.iter().map(|(name, count)| format!("{name}{}", times(*count))).collect();
                format!("{way}: {}", named.join(", "))
            }
        };
        out.push_str(&sheet::sentence(&safe(&way), 2, width));
    }
    out
}

/// Writes the plan as CSV.
pub fn csv(plan: &[PlannedResource]) -> String {
    let rows: Vec<Vec<String>> = plan
        .iter()
        .map(|planned| {
            let mut row = whose(&planned.name, &planned.account, &planned.mode).to_vec();
            row.extend([planned.how.clone(), planned.requests.to_string(), planned.is_open.to_string()]);
            row
        })
        .collect();
    sheet::csv(&["provider", "account", "mode", "resource", "table", "how", "requests", "open"], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_adds_up() {
        let planned = |name: &str, how: &str, requests, is_open| PlannedResource {
            name: name.into(),
            account: "acct_1".into(),
            mode: "live".into(),
            how: how.into(),
            requests,
            parent: how.contains("customers").then_some("customers"),
            is_open,
        };
        let plan = [
            planned("stripe:a", "the whole list", 100, true),
            planned("stripe:b", "the whole list", 61, false),
            planned("stripe:c", "by events", 0, false),
            planned("stripe:d", "one list for each of customers", 0, true),
            planned("stripe:e", "one list for each of customers", 0, true),
        ];
        let pace = Pace { rate_per_s: Some(80), fic_windows: vec![(240, 300), (800, 3600)], is_size_known: true };
        let drawn = table(&plan, &pace, false, Some(80));
        let wanted = "at least 161 requests: 161 to Stripe (3 s at 80 per second)\n\
            on top of that, by what is found:\n  one list for each of customers (2 lists)\n\
            a + stands where the answers may ask for more\n\
            3 lists that cost nothing by themselves are not shown (-v)\n\
            this was a plan: nothing was asked, nothing was written\n";
        assert!(drawn.starts_with("Stripe acct_1\n") && drawn.ends_with(wanted), "{drawn}");
        assert!(drawn.contains("100+") && !drawn.contains("\nc "), "{drawn}");
        let one = table(&[planned("stripe:c", "by events", 0, false)], &pace, false, None);
        assert!(one.contains("\n1 list that costs nothing by itself is not shown (-v)\n"), "{one}");
        let more = [
            plan[3].clone(),
            PlannedResource { parent: Some("events"), how: "one list for each of events".into(), ..plan[3].clone() },
        ];
        let several = table(&more, &pace, false, None);
        assert!(several.contains("\n  one list for each of these: customers, events\n"), "{several}");
        let unknown = table(&plan, &Pace { is_size_known: false, ..pace }, true, None);
        assert!(unknown.contains("\nc ") && !unknown.contains(" s at "), "{unknown}");
        assert!(unknown.contains("at least 161 requests: 161 to Stripe\nhow large"), "{unknown}");
    }

    #[test]
    fn a_plan_tells_the_time_that_quotas_take_and_whose_each_list_is() {
        let planned = |name: &str, account: &str, requests| PlannedResource {
            name: name.into(),
            account: account.into(),
            mode: "live".into(),
            how: "the whole list".into(),
            requests,
            parent: None,
            is_open: false,
        };
        let plan = [planned("stripe:a", "", 4), planned("fic:companies", "", 1), planned("fic:x", "77", 500)];
        let pace = Pace { rate_per_s: Some(80), fic_windows: vec![(240, 300), (800, 3600)], is_size_known: true };
        let drawn = table(&plan, &pace, false, None);
        let sum = "at least 505 requests: 4 to Stripe (1 s at 80 per second), \
            501 to Fatture in Cloud (10 min within its quota)\n";
        assert!(drawn.contains(sum), "{drawn}");
        assert!(drawn.starts_with("Stripe (which account, it tells when asked)\nlist "), "{drawn}");
        assert!(drawn.contains("\nFatture in Cloud 77\nlist ") && drawn.contains("\ncompanies "), "{drawn}");
        for (requests, time_s) in [(0, 0), (240, 0), (241, 300), (800, 900), (801, 3600)] {
            assert_eq!(least_s(requests, &pace.fic_windows), time_s, "{requests}");
        }
    }
}
