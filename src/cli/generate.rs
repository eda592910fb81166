//! Completions and man pages, made from the same definitions as the help.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::exit::{Exit, Failure};
use crate::ui::Ui;

/// Every shell that completions are kept for in `completions/`.
const SHELLS: [Shell; 5] = [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh];

/// A file's name and content.
pub type File = (String, Vec<u8>);

/// Runs `completions`.
pub(super) fn completions(args: &CompletionsArgs, ui: &Ui) -> Result<Exit, Failure> {
    match (&args.dir, args.shell) {
        (Some(folder), _) => write_all(folder, &completion_files()),
        (None, Some(shell)) => print(&completion(shell), ui),
        (None, None) => Err(Failure::usage("name a shell, or a folder with --dir")),
    }
}

/// Runs `man`.
pub(super) fn man(args: &ManArgs, ui: &Ui) -> Result<Exit, Failure> {
    let files = man_files()?;
    match &args.dir {
        Some(folder) => write_all(folder, &files),
        None => {
            files.iter().find(|(name, _)| name == "stripesync.1").map_or(Ok(Exit::Done), |(_, page)| print(page, ui))
        }
    }
}

/// Returns what the folder `completions/` must hold.
pub fn completion_files() -> Vec<File> {
    SHELLS
        .into_iter()
        .map(|shell| (clap_complete::Generator::file_name(&shell, "stripesync"), completion(shell)))
        .collect()
}

fn completion(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "stripesync", &mut script);
    script
}

/// Returns what the folder `man/` must hold: a page for the program and one for each command.
///
/// # Errors
/// When memory cannot be written, which it has no reason to refuse.
pub fn man_files() -> Result<Vec<File>, Failure> {
    let mut root = Cli::command();
    root.build();
    let mut pages = Vec::new();
    gather(&root, &mut pages);
    pages.into_iter().map(page).collect()
}

/// Puts a command and those below it into a list.
fn gather(command: &clap::Command, pages: &mut Vec<clap::Command>) {
    pages.push(command.clone());
    command.get_subcommands().filter(|c| !c.is_hide_set()).for_each(|below| gather(below, pages));
}

fn page(mut command: clap::Command) -> Result<File, Failure> {
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().to_owned();
    let man = clap_mangen::Man::new(command).source(concat!("stripesync ", env!("CARGO_PKG_VERSION")));
    let name = man.get_filename();
    let mut page = Vec::new();
    man.render(&mut page).map_err(|error| Failure::failed(format!("cannot write {name}")).because(&error))?;
    let page = with_synopsis(&sectioned(&String::from_utf8_lossy(&page)), &usage);
    Ok((name, page.into_bytes()))
}

/// Says in the synopsis what the help says: the options have a section of their own.
fn with_synopsis(page: &str, usage: &str) -> String {
    const SYNOPSIS: &str = ".SH SYNOPSIS\n";
    let Some((before, after)) = page.split_once(SYNOPSIS) else { return page.to_owned() };
    let rest = after.find(".SH ").map_or("", |begin| &after[begin..]);
    let usage = usage.replace('-', "\\-");
    format!("{before}{SYNOPSIS}{usage}\n{rest}")
}

/// Gives what clap calls extra (our help's last part) sections of its own, line by line as it stands in the help: most
/// paragraphs begin with words that name them, before a colon; the others are notes.
fn sectioned(page: &str) -> String {
    const EXTRA: &str = ".SH EXTRA\n";
    let Some((before, after)) = page.split_once(EXTRA) else { return page.to_owned() };
    let (extra, rest) = match after.find("\n.SH ") {
        Some(end) => after.split_at(end + 1),
        None => (after, ""),
    };
    let mut out = before.to_owned();
    for paragraph in extra.split("\n\n") {
        let paragraph = paragraph.trim_end();
        let (first, lines) = paragraph.split_once('\n').unwrap_or((paragraph, ""));
        let Some((title, more)) = first.split_once(':') else {
            out.push_str(&format!(".SH NOTES\n.nf\n{paragraph}\n.fi\n"));
            continue;
        };
        out.push_str(&format!(".SH \"{}\"\n", title.trim().to_uppercase()));
        out.push_str(&format!(
            ".nf\n{}",
            if more.trim().is_empty() { String::new() } else { format!("{}\n", more.trim()) }
        ));
        out.push_str(&format!("{lines}{}.fi\n", if lines.is_empty() { "" } else { "\n" }));
    }
    out + rest
}

fn print(bytes: &[u8], ui: &Ui) -> Result<Exit, Failure> {
    ui.raw(bytes).map_err(|error| Failure::stdout(&error))?;
    Ok(Exit::Done)
}

fn write_all(folder: &Path, files: &[File]) -> Result<Exit, Failure> {
    let refused = |path: &Path, error: &std::io::Error| {
        Failure::failed(format!("cannot write {}", path.display())).because(error)
    };
    fs::create_dir_all(folder).map_err(|error| refused(folder, &error))?;
    for (name, content) in files {
        let path = folder.join(name);
        fs::write(&path, content).map_err(|error| refused(&path, &error))?;
    }
    Ok(Exit::Done)
}
