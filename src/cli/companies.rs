//! `companies`: the user's own companies, and what belongs to them.

use std::path::Path;

use super::accounts::{confirmed, named, opened};
use super::args::{
    CompaniesAddArgs, CompaniesArgs, CompaniesAssignArgs, CompaniesCommand, CompaniesRemoveArgs, Global,
};
use super::exit::{Exit, Failure};
use super::{settings, status};
use crate::clock::Clock;
use crate::model::accounts::{AccountLine, Assigned, CompanyLine};
use crate::store::{self, Store};
use crate::ui::Ui;
use crate::ui::units::counted;

/// Runs the command.
pub(super) fn run(args: &CompaniesArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let database = settings(global, ui)?.database.value;
    match &args.command {
        CompaniesCommand::Add(args) => add(args, &opened(&database)?, ui, clock)?,
        CompaniesCommand::List => {
            status::present(&database)?;
            let companies = Store::open_read_only(&database)?.companies()?;
            ui.companies(&companies).map_err(|error| Failure::stdout(&error))?;
        }
        CompaniesCommand::Assign(args) => {
            status::present(&database)?;
            assign(args, &opened(&database)?, ui)?;
        }
        CompaniesCommand::Remove(args) => {
            status::present(&database)?;
            remove(args, &opened(&database)?, global, ui)?;
        }
    }
    Ok(Exit::Done)
}

fn add(args: &CompaniesAddArgs, store: &Store, ui: &Ui, clock: &dyn Clock) -> Result<(), Failure> {
    let now_s = clock.now_ms().div_euclid(1000);
    // Customers' metadata may name companies that nobody has added: a new one is not to get theirs unasked.
    let named = store.companies_in_metadata()?;
    let taken: Vec<&str> = named.keys().map(String::as_str).collect();
    let id = store.at_once(|| store.add_company(args.id.as_deref(), &args.name, &taken, now_s))?;
    let Some(id) = id else {
        let id = args.id.as_deref().unwrap_or_default();
        return Err(Failure::usage(format!("there is a company {id} already"))
            .hint("`stripesync companies list` shows it; choose another --id, or leave it away"));
    };
    let new = store.companies()?.into_iter().filter(|it| it.id == id).collect::<Vec<_>>();
    ui.note(&format!("company {id} is \"{}\"", args.name));
    if let Some(customers) = named.get(&id) {
        let customers = counted(*customers, "customer");
        ui.note(&format!("the metadata of {customers} names company {id}: these belong to it as long as it does"));
    }
    ui.companies(&new).map_err(|error| Failure::stdout(&error))
}

/// Returns a company.
///
/// # Errors
/// When there is none of this id.
pub(super) fn company(store: &Store, id: &str) -> Result<CompanyLine, Failure> {
    let found = store.companies()?.into_iter().find(|it| it.id == id);
    found.map_or_else(|| Err(unknown(Some(store), id)?), Ok)
}

/// Says that none of the user's own companies has this id; and where it is one of Fatture in Cloud, that.
///
/// # Errors
/// SQLite's.
pub(super) fn unknown(store: Option<&Store>, id: &str) -> Result<Failure, store::Error> {
    let named = store.map(|store| store.accounts_named(id)).transpose()?.unwrap_or_default();
    Ok(match named.iter().find(|it| it.provider == "fic") {
        Some(account) => {
            let name = account.name.as_ref().map(|name| format!(" \"{name}\"")).unwrap_or_default();
            let why = format!("{id}{name} is a company of Fatture in Cloud, not one of `stripesync companies list`");
            Failure::usage(why).hint(format!(
                "`stripesync sync --account {id}` reads it; `stripesync companies assign OWN --account {id}` puts it into a \
                 company of your own"
            ))
        }
        None => Failure::usage(format!("there is no company {id}"))
            .hint(format!("`stripesync companies add NAME --id {id}` adds it, `stripesync companies list` shows all")),
    })
}

/// Refuses a company that nobody has added; a file that is not there, or is too old for companies, has none.
pub(super) fn refuse_unknown(id: &str, database: &Path) -> Result<(), Failure> {
    match database.exists().then(|| Store::open_read_only(database)) {
        None | Some(Err(crate::store::Error::Older { .. })) => company(&Store::in_memory()?, id).map(drop),
        Some(opened) => company(&opened?, id).map(drop),
    }
}

fn assign(args: &CompaniesAssignArgs, store: &Store, ui: &Ui) -> Result<(), Failure> {
    let id = args.id.as_deref().filter(|_| !args.none);
    let company = id.map(|id| company(store, id)).transpose()?;
    let mut assigned = Vec::new();
    match (&args.account, &args.customer) {
        (Some(account), _) => {
            for account in named(store, account)? {
                let before = store.assign_account(account.row, id)?;
                tell(&account.label(), before.as_deref(), company.as_ref(), ui);
                assigned
                    .push(Assigning { account: &account, customer: None, company: company.as_ref(), before }.done());
            }
        }
        (None, Some(customer)) => assigned.push(assign_customer(args, store, (customer, company.as_ref()), ui)?),
        (None, None) => {}
    }
    ui.assigned(&assigned).map_err(|error| Failure::stdout(&error))
}

/// What was put into which company, or taken out.
struct Assigning<'a> {
    account: &'a AccountLine,
    customer: Option<&'a str>,
    company: Option<&'a CompanyLine>,
    before: Option<String>,
}

impl Assigning<'_> {
    fn done(self) -> Assigned {
        Assigned {
            provider: self.account.provider.clone(),
            account: self.account.id.clone(),
            mode: self.account.mode.clone(),
            customer: self.customer.map(str::to_owned),
            company: self.company.map(|it| it.id.clone()),
            company_name: self.company.map(|it| it.name.clone()),
            before: self.before,
        }
    }
}

fn assign_customer(
    args: &CompaniesAssignArgs,
    store: &Store,
    (customer, company): (&str, Option<&CompanyLine>),
    ui: &Ui,
) -> Result<Assigned, Failure> {
    let account = account_of(args, store, customer)?;
    let before = store.assign_customer(account.row, customer, company.map(|it| it.id.as_str()))?;
    tell(&format!("{customer} of {}", account.label()), before.as_deref(), company, ui);
    if company.is_some() && !store.accounts_with_customer(customer)?.contains(&account.row) {
        ui.note(&format!("the file has no {customer} of that account yet; it counts once there is one"));
    }
    // Other rules come first; whoever assigns by hand should hear that it changes nothing.
    if let Some((decided, by)) = store.company_of_customer(account.row, customer)?
        && by != "customer"
    {
        let by = if by == "account" { "its account's company" } else { "its metadata's company_id" };
        ui.note(&format!("it belongs to company {decided} all the same: {by} comes first"));
    }
    Ok(Assigning { account: &account, customer: Some(customer), company, before }.done())
}

/// Finds the account that a customer is of.
fn account_of(args: &CompaniesAssignArgs, store: &Store, customer: &str) -> Result<AccountLine, Failure> {
    let holders = store.accounts_with_customer(customer)?;
    let candidates: Vec<AccountLine> = match &args.in_account {
        Some(id) => named(store, id)?.into_iter().filter(|it| it.provider == "stripe").collect(),
        None => {
            let lines = store.account_lines()?.into_iter().filter(|it| it.provider == "stripe");
            lines.filter(|it| holders.is_empty() || holders.contains(&it.row)).collect()
        }
    };
    // In several modes: the one that has the customer.
    let has_it = |it: &&AccountLine| holders.contains(&it.row);
    let of = match candidates.iter().filter(has_it).count() {
        0 => candidates,
        _ => candidates.iter().filter(has_it).cloned().collect(),
    };
    let labels = of.iter().take(5).map(AccountLine::label).collect::<Vec<_>>().join(", ");
    match of.len() {
        1 => Ok(of.into_iter().next().ok_or_else(|| Failure::failed("no account"))?),
        0 => Err(Failure::usage("the file has no Stripe account that the customer could be of")
            .hint("`stripesync sync` brings it")),
        count if holders.is_empty() => Err(Failure::usage(format!(
            "none of the {} in the file has a customer {customer}",
            counted(count as u64, "Stripe account")
        ))
        .hint("look whether it is spelt right; one that is still to come needs --in-account")),
        count => Err(Failure::usage(format!("{customer} is in {}: {labels}", counted(count as u64, "account")))
            .hint("say which with --in-account")),
    }
}

fn tell(what: &str, before: Option<&str>, company: Option<&CompanyLine>, ui: &Ui) {
    let text = match (before, company) {
        (Some(before), Some(company)) if before == company.id => {
            format!("{what} belongs to company {} \"{}\" already", company.id, company.name)
        }
        (Some(before), Some(company)) => {
            format!("{what} moves from company {before} to {} \"{}\"", company.id, company.name)
        }
        (None, Some(company)) => format!("{what} belongs to company {} \"{}\" now", company.id, company.name),
        (Some(before), None) => format!("{what} was taken out of company {before}"),
        (None, None) => format!("{what} was in no company"),
    };
    ui.note(&text);
}

fn remove(args: &CompaniesRemoveArgs, store: &Store, global: &Global, ui: &Ui) -> Result<(), Failure> {
    let company = company(store, &args.id)?;
    let (accounts, customers) = (counted(company.accounts, "account"), counted(company.customers, "customer"));
    let question =
        format!("Remove company {} \"{}\"; its {accounts} and {customers} become nobody's?", company.id, company.name);
    let is_meant = args.yes || confirmed(&question, global, ui)?;
    if !is_meant {
        ui.note("nothing was removed");
        return ui.removed_company(&company, false).map_err(|error| Failure::stdout(&error));
    }
    store.remove_company(&company.id)?;
    ui.note(&format!("removed company {} \"{}\"; {accounts} and {customers} are nobody's", company.id, company.name));
    ui.removed_company(&company, true).map_err(|error| Failure::stdout(&error))
}
