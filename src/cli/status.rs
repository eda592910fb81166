//! `status`: how the file stands.

use super::args::Global;
use super::exit::{Exit, Failure};
use super::{engine, settings};
use crate::ui::Ui;

/// Runs the command.
pub(super) fn run(global: &Global, ui: &Ui) -> Result<Exit, Failure> {
    let database = settings(global, ui)?.database.value;
    if !database.exists() && !database.is_symlink() {
        let message = format!("there is no database {}", database.display());
        return Err(Failure::failed(message).hint(
            "`stripesync sync` makes it; --database names another file, such as the sandbox.db of `sync --sandbox`",
        ));
    }
    let status = engine::status(&database)?;
    ui.status(&status).map_err(|error| Failure::stdout(&error))?;
    Ok(Exit::Done)
}
