//! The command line from outside: help, refusals and their exit codes, completions, man pages.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use clap::CommandFactory;
use stripesync::cli::args::Cli;
use stripesync::cli::generate;
use tempfile::TempDir;

/// The built program in a home of its own, without the environment of whoever runs the tests.
struct Home {
    folder: TempDir,
}

/// What the program did.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Home {
    fn new() -> Home {
        Home { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stripesync"));
        command.env_clear().env("HOME", self.path()).current_dir(self.path()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        let output = command.output().expect("starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("writes text");
        Ran { code: output.status.code().expect("exits"), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

#[test]
fn the_definitions_are_sound() {
    Cli::command().debug_assert();
}

#[test]
fn help_has_what_a_newcomer_needs() {
    let home = Home::new();
    let root =
        ["sync --all --sandbox", "STRIPE_API_KEY", "FIC_ACCESS_TOKEN", "config.toml", "Exit codes", "--database"];
    let sync = [
        "stripesync sync --all --sandbox",
        "--since",
        "--every",
        "--dry-run",
        "--exclude",
        "80%",
        "--initial",
        "--provider",
        "nothing counts as complete",
        "Examples:",
    ];
    let cases: [(&[&str], &[&str]); 7] = [
        (&["--help"], &root),
        (&["sync", "--help"], &sync),
        (&["-h"], &["sync ", "status ", "sandbox ", "completions ", "man "]),
        (&["man", "--help"], &["Examples:", "--dir"]),
        (&["status", "--help"], &["Examples:", "--format json"]),
        (&["sandbox", "--help"], &["Examples:", "--latency-ms", "--rate-limit", "12111"]),
        (&["completions", "--help"], &["Examples:", "bash"]),
    ];
    for (arguments, parts) in cases {
        let ran = home.run(arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        for part in parts {
            assert!(ran.stdout.contains(part), "{arguments:?} lacks {part:?}:\n{}", ran.stdout);
        }
    }
}

#[test]
fn help_shows_no_value_of_the_environment() {
    let home = Home::new();
    let secrets =
        [("STRIPE_API_KEY", "sk_live_MARKER"), ("STRIPE_SECRET", "sk_live_MARKER"), ("FIC_ACCESS_TOKEN", "MARKER")];
    for arguments in [&["--help"][..], &["sync", "--help"], &["-h"], &["sandbox", "--help"], &["nonsense"]] {
        let ran = home.run_with(arguments, &secrets);
        assert!(!(ran.stdout + &ran.stderr).contains("MARKER"), "{arguments:?}");
    }
}

#[test]
fn version_names_the_program() {
    let ran = Home::new().run(&["--version"]);
    assert_eq!(ran.stdout, concat!("stripesync ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn contradictions_and_bad_values_are_usage_errors() {
    let home = Home::new();
    let cases: [(&[&str], &str); 30] = [
        (&[], "Usage"),
        (&["frobnicate"], "unrecognized subcommand"),
        (&["sync", "--all", "customers"], "cannot be used with"),
        (&["sync", "--initial", "--since", "2026-01-01"], "cannot be used with"),
        (&["sync", "--every", "15m", "--dry-run"], "cannot be used with"),
        (&["sync", "--sandbox", "--account", "acct_1"], "cannot be used with"),
        (&["sync", "--quiet", "--verbose"], "cannot be used with"),
        (&["sync", "--every", "15"], "a number and a unit"),
        (&["sync", "--every", "1s"], "10s to 7d"),
        (&["sync", "--jobs", "0"], "1 to 32"),
        (&["sync", "--jobs", "33"], "1 to 32"),
        (&["sync", "--rate", "101%"], "1% to 100%"),
        (&["sync", "--since", "2999-01-01"], "in the future"),
        (&["sync", "--since", "soon"], "give a date such as 2026-01-31"),
        (&["sync", "--since", "2026-13-01"], "\"2026-13-01\" is no date"),
        (&["sync", "--provider", "paypal"], "invalid value"),
        (&["sync", "zebras"], "there is no resource zebras"),
        (&["sync", "--exclude", "zebras"], "there is no resource zebras"),
        (&["sync", "customers", "--exclude", "customers", "--sandbox"], "asked for and excluded"),
        (&["sync", "customer_sources", "--exclude", "customers", "--sandbox"], "is read with customers, which"),
        (&["sandbox", "--latency-ms", "999999"], "0 to 60000"),
        (&["sync", ""], "a resource without a name"),
        (&["sync", "--exclude", "", "--sandbox"], "a resource without a name"),
        (&["status", "--config", "missing.toml"], "no such file"),
        (&["sync", "--sandbox", "--config", "missing.toml"], "no such file"),
        (&["man", "--config", "missing.toml"], "no such file"),
        (&["completions"], "required"),
        (&["completions", "tcsh"], "no completions for tcsh, only for bash, elvish, fish, powershell, zsh"),
        (&["sync", ","], "a resource without a name"),
        (&["sync", "customers,zebras"], "there is no resource zebras"),
    ];
    for (arguments, part) in cases {
        let ran = home.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(part), "{arguments:?} lacks {part:?}:\n{}", ran.stderr);
        assert_eq!(ran.stdout, "", "{arguments:?}");
    }
    assert_eq!(fs::read_dir(home.path()).expect("readable").count(), 0, "a refusal leaves nothing behind");
}

#[test]
fn a_date_that_is_none_is_not_blamed_on_the_clock() {
    let ran = Home::new().run(&["sync", "--since", "2026-13-01"]);
    assert!(!ran.stderr.contains("clock"), "{}", ran.stderr);
    let ran = Home::new().run(&["sync", "--since", "2999-01-01"]);
    assert!(ran.stderr.contains("this machine's clock is wrong"), "{}", ran.stderr);
}

#[test]
fn no_option_takes_a_secret() {
    // What takes the name of a variable refuses what is none; see `accounts add`.
    fn takes_a_name(option: &clap::Arg) -> bool {
        option.get_value_names().is_some_and(|names| names.iter().any(|name| name == "VARIABLE"))
    }
    fn options(command: &clap::Command) -> Vec<String> {
        // A switch says what becomes of one, and takes none: --print-secret.
        let taking = command.get_opts().filter(|option| option.get_action().takes_values() && !takes_a_name(option));
        let own = taking.filter_map(|option| option.get_long()).map(str::to_owned);
        own.chain(command.get_subcommands().flat_map(options)).collect()
    }
    for option in options(&Cli::command()) {
        for word in ["key", "token", "secret", "password"] {
            assert!(!option.contains(word), "--{option}");
        }
    }
    for option in ["--stripe-key-env", "--fic-token-env"] {
        for secret in ["rk_test_51AbCdEfGhIjKlMnOp", "a/eyJhbGciOiJIUzI1NiJ9.secret", "sk-live"] {
            let ran = Home::new().run(&["accounts", "add", "shop", option, secret]);
            assert_eq!(ran.code, 2, "{option} {secret}: {}", ran.stderr);
        }
    }
}

/// Short enough to be no certain secret, glued to a name, of a form that no key has, long, and of the other service.
const MADE_UP: [&str; 7] = [
    "sk_live_madeUp",
    "rk_live_madeUp-with-dashes-0000000",
    "whsec_madeUp1234",
    "SK_TEST_madeUpSecret000000000000",
    "my_sk_live_madeUpSecret000000000000",
    "sk_live_madeUpSecret000000000000",
    "a/madeUp-token-of-nobody",
];

/// Every command that has none below it, with the words that call it.
fn leaves(command: &clap::Command, words: &[String]) -> Vec<(Vec<String>, clap::Command)> {
    let below = |command: &clap::Command| leaves(command, &[words, &[command.get_name().to_owned()]].concat());
    match command.has_subcommands() {
        true => command.get_subcommands().flat_map(below).collect(),
        false => vec![(words.to_vec(), command.clone())],
    }
}

/// What makes a line whole in which this argument has a value: what else is required.
fn company_of(words: &str, argument: &clap::Arg) -> Vec<String> {
    let rest: &[&str] = match (words, argument.get_id().as_str()) {
        ("companies assign", "id") => &["--account", "acct_1"],
        ("companies assign", "in_account") => &["7", "--customer", "cus_1"],
        ("companies assign", _) => &["7"],
        _ => &[],
    };
    rest.iter().map(|&word| word.to_owned()).collect()
}

/// What a command requires, with a value.
fn fitting(argument: &clap::Arg) -> Vec<String> {
    let value = match argument.get_value_names().and_then(|names| names.first()).map(|name| name.as_str()) {
        Some("URL") => "https://example.com",
        Some("ID") => "we_1",
        _ => "7",
    };
    argument.get_long().map(|long| format!("--{long}")).into_iter().chain([value.to_owned()]).collect()
}

#[test]
fn a_secret_given_as_whatever_argument_is_refused_and_neither_repeated_nor_kept() {
    let root = Cli::command();
    let is_path = |argument: &clap::Arg| {
        use clap::ValueHint::{AnyPath, DirPath, FilePath};
        matches!(argument.get_value_hint(), AnyPath | DirPath | FilePath)
    };
    let mut tried = 0;
    for (words, leaf) in leaves(&root, &[]) {
        let above = words.iter().scan(root.clone(), |command, word| {
            let own: Vec<clap::Arg> = command.get_arguments().filter(|it| it.is_global_set()).cloned().collect();
            *command = command.find_subcommand(word).expect("known").clone();
            Some(own)
        });
        // What holds for every command is tried with the first one of them.
        let is_first = words == ["sync"];
        let above: Vec<clap::Arg> = above.skip(usize::from(!is_first)).flatten().collect();
        let takes = |it: &&clap::Arg| it.get_action().takes_values();
        for argument in leaf.get_arguments().chain(&above).filter(takes) {
            let required = leaf.get_arguments().filter(|it| it.is_required_set() && it.get_id() != argument.get_id());
            let mut rest: Vec<String> = required.flat_map(fitting).collect();
            rest.extend(company_of(&words.join(" "), argument));
            for secret in MADE_UP {
                // Files may be called so; only what is nothing else than a secret is refused there.
                if is_path(argument) && secret != "sk_live_madeUpSecret000000000000" {
                    continue;
                }
                // An address may be of that form.
                if secret.starts_with("a/") && argument.get_value_hint() == clap::ValueHint::Url {
                    continue;
                }
                let own = argument.get_long().map(|long| format!("--{long}"));
                let line: Vec<&str> = words.iter().chain(&own).map(String::as_str).chain([secret]).collect();
                let line: Vec<&str> = line.into_iter().chain(rest.iter().map(String::as_str)).collect();
                assert_refused_unseen(&line, secret);
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "{tried}");
    // Where no argument belongs.
    for secret in MADE_UP {
        let (unknown, glued) = (format!("--{secret}"), format!("-p{secret}"));
        for line in
            [&[secret][..], &["accounts", secret], &["status", secret], &["sync", &unknown], &["status", &glued]]
        {
            assert_refused_unseen(line, secret);
        }
    }
}

/// Runs a line that holds a secret: it is refused as that, and leaves nothing of it, nor anything else.
fn assert_refused_unseen(line: &[&str], secret: &str) {
    let home = Home::new();
    let ran = home.run(line);
    assert_eq!(ran.code, 2, "{line:?}: {}{}", ran.stdout, ran.stderr);
    // What clap refuses for its form alone it says so, without what may be a token of Fatture in Cloud.
    let is_told = ran.stderr.contains("roll it") || secret.starts_with("a/") && ran.stderr.contains("error: ");
    assert!(is_told, "{line:?}: {}", ran.stderr);
    assert!(!(ran.stdout + &ran.stderr).contains("madeUp"), "{line:?}: {}", ran.stderr);
    assert_eq!(fs::read_dir(home.path()).expect("readable").count(), 0, "{line:?} leaves a file");
}

#[test]
fn names_that_only_remind_of_a_secret_are_taken() {
    let home = Home::new();
    for (name, id) in
        [("Helpdesk", "helpdesk_test"), ("A/S Nordisk Handelskompagni", "sk_bratislava"), ("Kiosk", "a/b")]
    {
        let ran = home.run(&["companies", "add", name, "--id", id, "--database", "sk_live_backup.db"]);
        assert!(ran.code == 0 && ran.stdout.contains(id), "{id}: {}", ran.stderr);
    }
    assert!(home.path().join("sk_live_backup.db").exists());
}

#[test]
fn without_a_credential_the_ways_to_give_one_are_named() {
    let ran = Home::new().run(&["sync"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    for part in
        ["error: no credentials", "hint:", "STRIPE_API_KEY", "FIC_ACCESS_TOKEN", ".env", "config.toml", "--sandbox"]
    {
        assert!(ran.stderr.contains(part), "{part} in\n{}", ran.stderr);
    }
}

#[test]
fn credentials_of_another_service_than_was_named_are_told_from_none() {
    for arguments in [&["sync", "fic:clients"][..], &["sync", "--provider", "fic"], &["sync", "--account", "999"]] {
        let ran = Home::new().run_with(arguments, &[("STRIPE_API_KEY", "sk_test_MARKER0123456789")]);
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        let told = "error: what was asked for is in Fatture in Cloud, and there is no FIC_ACCESS_TOKEN";
        assert!(ran.stderr.contains(told) && !ran.stderr.contains("no credentials"), "{}", ran.stderr);
    }
}

#[test]
fn credentials_that_cannot_work_are_explained_and_not_shown() {
    let home = Home::new();
    for (variable, value, part) in [
        ("STRIPE_API_KEY", "pk_live_MARKER", "publishable"),
        ("STRIPE_API_KEY", "whsec_MARKER", "signing secret"),
        ("STRIPE_API_KEY", " ", "blank"),
        ("STRIPE_API_KEY", "sk_live_MARKER\n", "white space around"),
        ("STRIPE_SECRET", "MARKER", "does not look like a Stripe key"),
        ("FIC_ACCESS_TOKEN", "Bearer MARKER", "begins with \"Bearer\""),
        ("FIC_ACCESS_TOKEN", "", "blank"),
    ] {
        let ran = home.run_with(&["sync", "-vv"], &[(variable, value)]);
        assert_eq!(ran.code, 4, "{value:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(part) && ran.stderr.contains(variable), "{value:?}: {}", ran.stderr);
        assert_eq!(ran.stderr.matches(variable).count(), 1, "named once: {}", ran.stderr);
        assert!(!(ran.stdout + &ran.stderr).contains("MARKER"), "{value:?}");
    }
}

#[test]
fn a_base_url_without_its_scheme_is_told_what_to_write() {
    let variables = [("STRIPE_API_KEY", "sk_test_x"), ("STRIPE_API_BASE", "localhost:12111")];
    let ran = Home::new().run_with(&["sync"], &variables);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for part in ["must begin with http:// (this machine)", "such as http://localhost:12111"] {
        assert!(ran.stderr.contains(part), "{part} in\n{}", ran.stderr);
    }
}

#[test]
fn a_shell_without_completions_is_not_sent_to_another() {
    let ran = Home::new().run(&["completions", "tcsh"]);
    assert!(!ran.stderr.contains("similar"), "{}", ran.stderr);
}

#[test]
fn commas_part_names_as_blanks_do() {
    let home = Home::new();
    let plan = |names: &[&str]| {
        let ran = home.run(&[&["sync", "--sandbox", "--dry-run"], names].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    };
    let wanted = plan(&["stripe:customers", "stripe:invoices", "fic:clients"]);
    assert_eq!(plan(&["stripe:customers,stripe:invoices,", "fic:clients"]), wanted);
    assert_eq!(plan(&["stripe:customers,", " stripe:invoices,fic:clients"]), wanted);
}

#[test]
fn a_key_does_not_go_to_a_host_without_tls() {
    let variables = [("STRIPE_API_KEY", "sk_test_x"), ("STRIPE_API_BASE", "http://example.com")];
    let ran = Home::new().run_with(&["sync"], &variables);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("must be https"), "{}", ran.stderr);
}

#[test]
fn status_without_a_database_says_what_makes_one() {
    let home = Home::new();
    let ran = home.run_with(&["status"], &[("STRIPESYNC_DATABASE", "elsewhere.db")]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(
        ran.stderr.contains("no database elsewhere.db") && ran.stderr.contains("stripesync sync"),
        "{}",
        ran.stderr
    );
    let ran = home.run_with(&["status", "--database", "flag.db"], &[("STRIPESYNC_DATABASE", "elsewhere.db")]);
    assert!(ran.stderr.contains("no database flag.db"), "{}", ran.stderr);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let home = Home::new();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_stripesync"))
        .env_clear()
        .env("HOME", home.path())
        .args(["completions", "bash"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_full_disk_behind_stdout_is_told() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let home = Home::new();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("opens");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_stripesync"))
        .env_clear()
        .env("HOME", home.path())
        .args(["completions", "bash"])
        .stdout(full)
        .output()
        .expect("starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("stdout cannot be written"));
}

/// Compares a folder of the project with what would be written there now.
fn compare(folder: &str, files: &[generate::File], renew: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut kept: Vec<String> = fs::read_dir(&path)
        .unwrap_or_else(|error| panic!("{folder}/: {error}; renew with: {renew}"))
        .map(|entry| entry.expect("readable").file_name().into_string().expect("text"))
        .collect();
    kept.sort();
    let mut wanted: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    wanted.sort_unstable();
    assert_eq!(kept, wanted, "{folder}/ holds other files than are made; renew with: {renew}");
    for (name, content) in files {
        let same = fs::read(path.join(name)).expect("readable") == *content;
        assert!(same, "{folder}/{name} is not what is made now; renew with: {renew}");
    }
}

#[test]
fn completions_are_up_to_date() {
    compare("completions", &generate::completion_files(), "cargo run -- completions --dir completions");
}

#[test]
fn man_pages_have_their_examples_line_by_line() {
    for (name, page) in generate::man_files().expect("made") {
        let page = String::from_utf8(page).expect("text");
        assert!(!page.contains(".SH EXTRA"), "{name}");
        let examples = page.split_once(".SH \"EXAMPLES\"\n.nf\n").expect("a section of its own").1;
        let lines: Vec<&str> = examples.lines().take_while(|line| *line != ".fi").collect();
        assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with("  ")), "{name}: {lines:?}");
    }
}

#[test]
fn shells_complete_the_names_of_resources_and_help_does_not_list_them() {
    // The others know no values of arguments.
    let know = ["stripesync.bash", "_stripesync", "stripesync.fish"];
    for (name, script) in generate::completion_files().into_iter().filter(|(name, _)| know.contains(&name.as_str())) {
        let script = String::from_utf8(script).expect("text");
        for resource in ["customers", "issued_documents", "subscription_items"] {
            assert!(script.contains(resource), "{name} lacks {resource}");
        }
    }
    let help = Home::new().run(&["sync", "--help"]).stdout;
    assert!(help.lines().count() < 140 && !help.contains("subscription_items"), "{help}");
    assert!(help.contains("issued_documents") && help.contains("comes with it"), "{help}");
}

/// The exit codes of a text's table, as numbers that begin a line.
fn codes(text: &str, begin: &str) -> Vec<String> {
    let table = text.split_once(begin).expect("a table").1;
    let line = |line: &str| line.trim_start_matches(['|', ' ']).chars().take_while(char::is_ascii_digit).collect();
    table.lines().skip(1).map(line).filter(|code: &String| !code.is_empty()).collect()
}

#[test]
fn exit_codes_are_in_the_help_and_in_the_readme() {
    let wanted = ["0", "1", "2", "3", "4", "5", "6", "130"];
    let help = Home::new().run(&["--help"]).stdout;
    assert_eq!(codes(&help, "Exit codes:"), wanted, "{help}");
    let readme = include_str!("../../README.md");
    let table = readme.split("## Troubleshooting").next().expect("some");
    assert_eq!(codes(table, "| exit code"), wanted);
}

/// A man page's text as it is shown.
fn shown(page: &str) -> String {
    page.replace("\\-", "-").replace("\\*(Aq", "'").replace("\\*(aq", "'")
}

#[test]
fn what_stands_line_by_line_fits_eighty_columns_also_in_a_man_page() {
    // Man pages are indented by seven.
    const MOST: usize = 73;
    for (name, page) in generate::man_files().expect("made") {
        let page = String::from_utf8(page).expect("text");
        for verbatim in page.split(".nf\n").skip(1).map(|rest| rest.split(".fi\n").next().unwrap_or_default()) {
            let long = verbatim.lines().find(|line| shown(line).chars().count() > MOST);
            assert_eq!(long, None, "{name}");
        }
    }
}

#[test]
fn the_synopsis_of_a_man_page_is_the_usage_of_the_help() {
    for (name, page) in generate::man_files().expect("made") {
        let page = shown(&String::from_utf8(page).expect("text"));
        let (_, after) = page.split_once(".SH SYNOPSIS\n").expect("a synopsis");
        let synopsis = after.lines().next().expect("a line");
        // The file's name does not tell `retry-failed` from `events list`.
        let is_command = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let words: Vec<&str> = synopsis.split(' ').skip(1).take_while(is_command).collect();
        assert_eq!(format!("stripesync-{}.1", words.join("-")).replace("-.", "."), name);
        let help = Home::new().run(&[&words[..], &["--help"]].concat()).stdout;
        assert!(help.contains(&format!("Usage: {synopsis}\n")), "{name}: {synopsis:?} in\n{help}");
    }
}

#[test]
fn man_pages_are_up_to_date() {
    let files = generate::man_files().expect("made");
    compare("man", &files, "cargo run -- man --dir man");
}
