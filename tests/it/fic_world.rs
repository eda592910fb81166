//! A company in the sandbox, a file, and the comparison of both.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use stripesync::http::{Client, Limits, Settings};
use stripesync::model::cancel::Cancel;
use stripesync::model::progress::{Counts, Outcome, Silent};
use stripesync::model::resource::{List, Resource};
use stripesync::model::secret::Secret;
use stripesync::providers::fic::resources::RESOURCES;
use stripesync::providers::fic::{authorization, page};
use stripesync::sandbox::fic::{FicLife, FicSandbox, FicSettings, Limits as FicLimits};
use stripesync::sandbox::service::Service;
use stripesync::sandbox::{Options as SandboxOptions, Sandbox, Sizes};
use stripesync::store::Store;
use stripesync::sync::fic::{self, Company};
use stripesync::sync::{self, Error, Options, Summary};

use crate::support::{SILENCE_MAX, StillClock, difference};

const VOLATILE: &[&str] = &["url", "dn_url", "ai_url", "attachment_url", "attachment_preview_url"];
const UNLIMITED: FicLimits = FicLimits { five_minutes: usize::MAX, hour: u64::MAX, month: u64::MAX };

pub struct World {
    pub sandbox: Sandbox,
    pub life: FicLife,
    pub store: Store,
}

pub fn settings(clients: usize) -> FicSettings {
    FicSettings { clients, limits: UNLIMITED, ..FicSettings::default() }
}

pub fn world(settings: FicSettings) -> World {
    world_behind(settings, |service| Arc::new(service))
}

/// The same behind something that answers in the company's place.
pub fn world_behind(settings: FicSettings, front: impl FnOnce(FicSandbox) -> Arc<dyn Service>) -> World {
    let service = FicSandbox::new(settings);
    let life = service.life();
    let options = SandboxOptions {
        sizes: Sizes::customers(1),
        clock_runs: false,
        mounts: vec![(&["/c/", "/user/", "/info/"], front(service))],
        ..SandboxOptions::default()
    };
    World { sandbox: Sandbox::start(options).expect("starts"), life, store: Store::in_memory().expect("opens") }
}

pub fn company() -> Company {
    Company { id: "12345".to_owned(), name: "Sandbox S.r.l.".to_owned() }
}

pub fn whose(company: &Company) -> fic::Whose<'_> {
    fic::Whose { company, mode: "live", credential: None }
}

pub fn client(sandbox: &Sandbox, limits: Limits, token: &str, cancel: &Cancel) -> Client {
    let settings = Settings { limits, ..client_settings(sandbox, token) };
    Client::new(settings, Arc::new(StillClock::of(sandbox)), cancel.clone()).expect("a client")
}

fn client_settings(sandbox: &Sandbox, token: &str) -> Settings {
    let mut settings = Settings::new(sandbox.fic_base_url(), Limits::new(100_000, None))
        .header("Authorization", Secret::new(authorization(token)))
        .header("Accept", Secret::new("application/json"));
    settings.timeouts.global = Duration::from_secs(20);
    settings
}

impl World {
    pub fn pull_until(&self, cancel: &Cancel) -> Result<Summary, Error> {
        let client = client(&self.sandbox, Limits::new(100_000, None), "a/sandbox", cancel);
        let options = Options { only: RESOURCES.iter().collect(), ..Options::default() };
        self.run(&client, &options, cancel)
    }

    /// Pulls with a client that waits for no slow body.
    pub fn pull_impatiently(&self) -> Summary {
        let (mut settings, cancel) = (client_settings(&self.sandbox, "a/sandbox"), Cancel::default());
        settings.timeouts.per_read = SILENCE_MAX;
        let client = Client::new(settings, Arc::new(StillClock::of(&self.sandbox)), cancel.clone()).expect("a client");
        let options = Options { only: RESOURCES.iter().collect(), ..Options::default() };
        self.run(&client, &options, &cancel).expect("pulls")
    }

    /// Pulls with a client that has asked before, and so knows the service's time.
    pub fn pull_with(&self, options: &Options, cancel: &Cancel) -> Result<Summary, Error> {
        let client = client(&self.sandbox, Limits::new(100_000, None), "a/sandbox", cancel);
        fic::companies(&client).expect("answers");
        self.run(&client, options, cancel)
    }

    fn run(&self, client: &Client, options: &Options, cancel: &Cancel) -> Result<Summary, Error> {
        fic::run(&self.store, &sync::catalog(), client, &whose(&company()), options, cancel, &Silent)
    }

    /// Pulls a while after the last time, as people do.
    pub fn pull(&self) -> Summary {
        self.sandbox.advance_s(60);
        self.pull_until(&Cancel::default()).expect("pulls")
    }

    pub fn assert_true(&self) {
        let found: Vec<String> = RESOURCES.iter().filter_map(|resource| self.compare(resource)).collect();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    fn truth(&self, resource: &Resource) -> Option<BTreeMap<String, Value>> {
        let (List::Pages(path) | List::Once(path) | List::DateRange(path)) = resource.list else { return None };
        let mut rows = self.life.truth(path);
        if resource.name == "product_categories" {
            rows = vec![json!("Alimentari"), json!("Servizi")];
        }
        let catalog = sync::catalog();
        let body = json!({"data": rows}).to_string();
        let contexts: Vec<&str> = resource.passes.iter().copied().filter(|pass| pass.starts_with("context=")).collect();
        let mut found = BTreeMap::new();
        for pass in if contexts.is_empty() { vec![""] } else { contexts } {
            for row in page::read(resource, pass, body.as_bytes()).expect("readable").rows {
                let object = catalog.object(catalog.get(resource), &row).expect("an object");
                found.insert(object.row.id, parsed(&object.row.data));
            }
        }
        Some(found)
    }

    pub fn compare(&self, resource: &Resource) -> Option<String> {
        let wanted = self.truth(resource)?;
        let table = resource.table();
        let rows = self.rows(&format!("SELECT id, data FROM {table} WHERE deleted_at IS NULL"));
        let stored: BTreeMap<String, Value> = rows.into_iter().map(|r| (r[0].clone(), parsed(&r[1]))).collect();
        if let Some(id) = wanted.keys().find(|id| !stored.contains_key(*id)) {
            return Some(format!("{table}: {id} is missing, {} of {}", stored.len(), wanted.len()));
        }
        if let Some(id) = stored.keys().find(|id| !wanted.contains_key(*id)) {
            return Some(format!("{table}: {id} is too many, {} of {}", stored.len(), wanted.len()));
        }
        wanted.iter().find_map(|(id, row)| difference(&format!("{table} {id}: "), row, &stored[id]))
    }

    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.store.query_text(sql).expect("rows")
    }
}

fn parsed(data: &str) -> Value {
    let mut value: Value = serde_json::from_str(data).expect("JSON");
    if let Some(members) = value.as_object_mut() {
        members.retain(|name, _| !VOLATILE.contains(&name.as_str()));
    }
    value
}

pub fn sum(summary: &Summary) -> Counts {
    let mut sum = Counts::default();
    for report in &summary.reports {
        sum.new += report.counts.new;
        sum.changed += report.counts.changed;
        sum.deleted += report.counts.deleted;
        sum.requests += report.counts.requests;
    }
    sum
}

pub fn assert_complete(summary: &Summary) {
    for report in &summary.reports {
        assert_eq!(report.outcome, Outcome::Complete, "{}", report.name);
    }
}
