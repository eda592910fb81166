//! The arguments of `companies`.

use clap::{ArgGroup, Args, Subcommand};

use crate::cli::values;

/// The arguments of `companies`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = COMPANIES_HELP, disable_help_subcommand = true)]
pub struct CompaniesArgs {
    /// What to do
    #[command(subcommand)]
    pub command: CompaniesCommand,
}

const COMPANIES_HELP: &str = "\
Examples:
  stripesync companies add \"Acme S.r.l.\"
  stripesync companies assign 1 --account acct_123
  stripesync companies list

Companies are your own: tenants, clients, shops. Those of Fatture in
Cloud are accounts, which belong to one of yours. A row belongs to the
company of its account; else to the one that its customer's metadata
names under company_id; else to the one that its customer was assigned
to. The views customer_companies, company_rows and company_events have
the company of every customer, row and event; lines, items and payments
go by the customer of what they stand under.";

/// The commands of `companies`.
#[derive(Debug, Clone, Subcommand)]
pub enum CompaniesCommand {
    /// Add a company
    Add(CompaniesAddArgs),
    /// List the companies, with the accounts and customers that were assigned to each
    #[command(after_long_help = LIST_HELP)]
    List,
    /// Put an account or a customer into a company, or take it out
    Assign(CompaniesAssignArgs),
    /// Remove a company; its accounts and customers become nobody's
    Remove(CompaniesRemoveArgs),
}

const LIST_HELP: &str = "\
Examples:
  stripesync companies list
  stripesync companies list --format json | jq -r '.[].company'

Customers that a company's account or their own metadata puts into it
are in the view customer_companies.";

/// The arguments of `companies add`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = ADD_HELP)]
pub struct CompaniesAddArgs {
    /// Its name
    #[arg(value_name = "NAME", value_parser = values::company_name)]
    pub name: String,
    /// Its id, as your customers' metadata has it under company_id [default: the smallest number that is free and in no metadata]
    #[arg(long, value_name = "ID", value_parser = values::company_id)]
    pub id: Option<String>,
}

const ADD_HELP: &str = "\
Examples:
  stripesync companies add \"Acme S.r.l.\"
  stripesync companies add \"Acme S.r.l.\" --id 4711";

/// The arguments of `companies assign`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = ASSIGN_HELP, group = ArgGroup::new("what").args(["account", "customer"]).required(true))]
pub struct CompaniesAssignArgs {
    /// The company of your own: one of `stripesync companies list`
    #[arg(value_name = "OWN_COMPANY", required_unless_present = "none", value_parser = values::company_id)]
    pub id: Option<String>,
    /// Take it out of its company
    #[arg(long, conflicts_with = "id")]
    pub none: bool,
    /// The account (acct_…) or company of Fatture in Cloud (a number), in all its modes
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The customer (cus_…)
    #[arg(long, value_name = "ID", value_parser = values::customer_id)]
    pub customer: Option<String>,
    /// The account that the customer is of, where the file has several
    #[arg(long, value_name = "ID", requires = "customer")]
    pub in_account: Option<String>,
}

const ASSIGN_HELP: &str = "\
Examples:
  stripesync companies assign 7 --account acct_123
  stripesync companies assign 7 --account 108061
  stripesync companies assign 7 --customer cus_9 --in-account acct_123
  stripesync companies assign --none --account acct_123";

/// The arguments of `companies remove`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = REMOVE_HELP)]
pub struct CompaniesRemoveArgs {
    /// The company of your own: one of `stripesync companies list`
    #[arg(value_name = "OWN_COMPANY", value_parser = values::company_id)]
    pub id: String,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

const REMOVE_HELP: &str = "\
Examples:
  stripesync companies remove 7
  stripesync companies remove 7 --yes";
