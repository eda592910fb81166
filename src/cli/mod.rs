//! Arguments to calls, errors to exit codes.

use std::process::ExitCode;

/// Parses the process's arguments and runs the command.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
