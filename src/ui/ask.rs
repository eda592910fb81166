//! Questions to whoever sits at the terminal. They go to stderr: stdout is for data.

use std::io::{self, IsTerminal};

use dialoguer::console::Term;
use dialoguer::{Confirm, Password};

use super::{Ui, text};

impl Ui {
    /// Returns whether there is somebody to answer.
    pub fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks for a yes; a bare Enter is a no.
    ///
    /// # Errors
    /// The terminal's; also where Ctrl-C ends it.
    pub fn confirm(&self, question: &str) -> io::Result<bool> {
        let question = text::safe(question);
        let asked = Confirm::new().with_prompt(question).default(false).interact_on(&Term::stderr());
        asked.map_err(io::Error::from)
    }

    /// Asks for a secret, which is not shown while it is typed.
    ///
    /// # Errors
    /// As [`Ui::confirm`].
    pub fn ask_secret(&self, prompt: &str) -> io::Result<String> {
        let asked = Password::new().with_prompt(text::safe(prompt)).allow_empty_password(true);
        asked.interact_on(&Term::stderr()).map_err(io::Error::from)
    }
}
