//! How the file stands, written one account after the other: of thousands of them one is held at a time.

use std::io;

use super::{Format, Ui, json, stats, status, width};
use crate::model::log::LogStats;
use crate::model::report::{AccountReport, StatusReport};

/// Writes the accounts of a status. What programs read has all of them in full; people are told a sum where they are many.
pub struct StatusWriter<'a> {
    ui: &'a Ui,
    status: &'a StatusReport,
    stats: Option<&'a LogStats>,
    written: u64,
}

impl<'a> StatusWriter<'a> {
    pub(super) fn begin(
        ui: &'a Ui,
        status: &'a StatusReport,
        stats: Option<&'a LogStats>,
    ) -> io::Result<StatusWriter<'a>> {
        let writer = StatusWriter { ui, status, stats, written: 0 };
        match (ui.look.format, stats) {
            (Format::Json, _) => ui.stdout(&json::status_head(status))?,
            (Format::Csv, None) => ui.csv(&status::csv_head())?,
            (Format::Csv, Some(stats)) => ui.csv(&stats::csv(stats))?,
            (Format::Table, None) => ui.stdout(&status::head(status, width()))?,
            (Format::Table, Some(_)) => ui.stdout(&ui.status_table(status, stats))?,
        }
        Ok(writer)
    }

    /// Returns whether the tables of each account are to be told.
    pub fn wants_accounts(&self) -> bool {
        match (self.ui.look.format, self.stats) {
            (Format::Json, _) => true,
            (Format::Csv, stats) => stats.is_none(),
            (Format::Table, stats) => stats.is_none() && self.status.overview.is_none(),
        }
    }

    /// Writes one account.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn account(&mut self, account: &AccountReport) -> io::Result<()> {
        match self.ui.look.format {
            Format::Json => self.ui.stdout(&json::status_account(account, self.written))?,
            Format::Csv => self.ui.csv(&status::csv_account(account))?,
            Format::Table => self.ui.stdout(&status::account_table(account, self.ui.look.verbose, width()))?,
        }
        self.written += 1;
        Ok(())
    }

    /// Writes what stands behind the accounts.
    ///
    /// # Errors
    /// As [`Ui::run_report`].
    pub fn end(self) -> io::Result<()> {
        match self.ui.look.format {
            Format::Json => self.ui.stdout(&json::status_tail(self.status, self.stats)),
            Format::Csv | Format::Table => Ok(()),
        }
    }
}
