//! A question to whoever sits at the terminal, whose answer is not shown. It goes to stderr: stdout is for data.

use std::io::{self, IsTerminal};

use dialoguer::Password;
use dialoguer::console::Term;

use super::{Ui, text};

impl Ui {
    /// Returns whether there is somebody to answer.
    pub fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks for a secret, which is not shown while it is typed.
    ///
    /// # Errors
    /// The terminal's.
    pub fn ask_secret(&self, prompt: &str) -> io::Result<String> {
        let asked = Password::new().with_prompt(text::safe(prompt)).allow_empty_password(true);
        asked.interact_on(&Term::stderr()).map_err(io::Error::from)
    }
}
