//! The program in a real terminal: what people see of it, bars and colours included.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use serde_json::json;
use stripesync::sandbox::{LIVE_KEY, Options, Sandbox, Sizes, TEST_KEY};
use unicode_width::UnicodeWidthStr;

use super::program::{Home, Reply, Scripted, signal, until};

/// Nothing here lasts longer unless it hangs.
const PATIENCE: Duration = Duration::from_secs(600);

/// Runs a command in a terminal of so many columns; returns the exit code and every byte that the terminal got.
fn in_terminal(columns: u16, command: &mut Command) -> (Option<i32>, String) {
    in_terminal_until(columns, command, |_, _| false)
}

/// The same; Ctrl-C is pressed once `is_enough` of what the terminal got.
fn in_terminal_until(
    columns: u16,
    command: &mut Command,
    is_enough: impl Fn(&str, &File) -> bool,
) -> (Option<i32>, String) {
    in_terminal_typing(columns, command, is_enough, CTRL_C)
}

/// What Ctrl-C sends.
const CTRL_C: &[u8] = b"\x03";

/// The same with anything else typed then.
fn in_terminal_typing(
    columns: u16,
    command: &mut Command,
    is_enough: impl Fn(&str, &File) -> bool,
    typed: &[u8],
) -> (Option<i32>, String) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).expect("granted");
    unlockpt(&ours).expect("unlocked");
    let size = Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&ours, size).expect("sized");
    let name = ptsname(&ours, Vec::new()).expect("named").into_string().expect("text");
    let theirs = || OpenOptions::new().read(true).write(true).open(&name).expect("opens");
    command.env("TERM", "xterm-256color").stdin(theirs()).stdout(theirs()).stderr(theirs());
    let mut child = command.spawn().expect("starts");
    let (began, guard) = (Instant::now(), guarded(child.id()));
    // The command keeps its ends of the terminal open, which would then never end.
    command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut seen = Vec::new();
    let (mut ours, mut chunk, mut is_pressed) = (File::from(ours), [0; 4096], false);
    // Linux says that the other side has gone by an error, others by an end.
    while let Ok(count) = ours.read(&mut chunk) {
        if count == 0 {
            break;
        }
        seen.extend_from_slice(&chunk[..count]);
        if !is_pressed && is_enough(&String::from_utf8_lossy(&seen), &ours) {
            is_pressed = true;
            // The terminal echoes it; the signal is for who has the terminal for its own.
            ours.write_all(typed).expect("pressed");
            if typed == CTRL_C {
                signal(&child, "INT");
            }
        }
    }
    drop(guard);
    let code = child.wait().expect("ends").code();
    let seen = String::from_utf8(seen).expect("text");
    assert!(began.elapsed() < PATIENCE, "it hung: {seen}");
    (code, seen)
}

/// Kills a process that hangs, unless the guard is dropped before: who reads its terminal would wait for ever.
fn guarded(pid: u32) -> Sender<()> {
    let (guard, is_over) = channel();
    std::thread::spawn(move || {
        if is_over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
        }
    });
    guard
}

/// Returns the lines without what moves the cursor, clears or colours.
fn lines(seen: &str) -> Vec<String> {
    let mut text = String::new();
    let mut rest = seen.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\x1b' if rest.peek() == Some(&'[') => while rest.next().is_some_and(|c| !c.is_ascii_alphabetic()) {},
            '\r' => {}
            c => text.push(c),
        }
    }
    text.lines().map(str::to_owned).collect()
}

/// Returns what stands on a screen of so many columns that got this: the lines as people see them in the end.
fn screen(columns: usize, seen: &str) -> Vec<String> {
    let (mut lines, mut row, mut column) = (vec![Vec::new()], 0_usize, 0_usize);
    let mut rest = seen.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\x1b' && rest.next_if_eq(&'[').is_some() {
            let mut count = String::new();
            while let Some(digit) = rest.next_if(|c| !c.is_ascii_alphabetic()) {
                count.push(digit);
            }
            let is_whole = count == "2";
            let count = count.parse().unwrap_or(1);
            match rest.next() {
                Some('A') => row = row.saturating_sub(count),
                Some('B') => row += count,
                Some('C') => column += count,
                Some('D') => column = column.saturating_sub(count),
                Some('K') => lines[row].truncate(if is_whole { 0 } else { column }),
                _ => {}
            }
        } else if c == '\r' {
            column = 0;
        } else if c == '\n' {
            row += 1;
        } else {
            if column == columns {
                (row, column) = (row + 1, 0);
            }
            lines.resize_with(lines.len().max(row + 1), Vec::new);
            let line = &mut lines[row];
            line.resize(line.len().max(column + 1), ' ');
            line[column] = c;
            column += 1;
        }
        lines.resize_with(lines.len().max(row + 1), Vec::new);
    }
    lines.into_iter().map(|line| line.into_iter().collect::<String>().trim_end().to_owned()).collect()
}

#[test]
fn what_does_not_come_back_is_asked_for_and_a_way_out_is_no_yes() {
    let sandbox = Sandbox::start(Options { sizes: Sizes::customers(1), ..Options::default() }).expect("starts");
    let home = Home::new();
    let endpoints = || {
        let truth = sandbox.stripe().truth(None);
        truth["/v1/webhook_endpoints"].iter().map(|it| it.id.clone()).collect::<Vec<_>>()
    };
    let id = endpoints().remove(0);
    let arguments = ["webhooks", "delete", &id];
    let is_asked = |seen: &str, _: &File| seen.contains("[y/N]");
    for (typed, wanted) in
        [(&b"n\n"[..], Some(0)), (b"\n", Some(0)), (b"\x04", Some(0)), (CTRL_C, None), (b"y\n", Some(0))]
    {
        let mut command = home.asking(&sandbox.stripe_base_url(), TEST_KEY, &arguments);
        let before = endpoints().len();
        let (code, seen) = in_terminal_typing(80, &mut command, is_asked, typed);
        assert_eq!(code, wanted, "{typed:?}: {seen}");
        assert!(seen.contains(&id), "{seen}");
        let is_gone = endpoints().len() < before;
        assert_eq!(is_gone, typed == b"y\n", "{typed:?}: {seen}");
    }
}

#[test]
fn a_key_is_asked_for_unseen_and_a_removal_is_confirmed() {
    let sandbox = Sandbox::start(Options { sizes: Sizes::customers(1), ..Options::default() }).expect("starts");
    let home = Home::new();
    let command = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.env("STRIPE_API_BASE", sandbox.stripe_base_url());
        command
    };
    // A terminal that is being set up for it forgets what was typed before.
    let is_shown = |terminal: &File| tcgetattr(terminal).expect("a terminal").local_modes.contains(LocalModes::ECHO);
    let is_asked = |seen: &str, terminal: &File| {
        let is_asked = seen.contains("not shown");
        if is_asked {
            until("typed unseen", || !is_shown(terminal));
        }
        is_asked
    };
    let add = ["accounts", "add", "shop"];
    let (code, seen) = in_terminal_typing(80, &mut command(&add), is_asked, format!("{TEST_KEY}\n").as_bytes());
    assert!(code == Some(0) && seen.contains("keys.shop") && !seen.contains(TEST_KEY), "{code:?}: {seen}");
    let id = sandbox.stripe().account_id().to_owned();
    for (answer, part, left) in [("n\n", "nothing was removed", 1), ("y\n", "keys.shop is out of the config file", 0)] {
        let mut remove = command(&["accounts", "remove", &id]);
        let (code, seen) = in_terminal_typing(80, &mut remove, |seen, _| seen.contains("[y/N]"), answer.as_bytes());
        assert!(code == Some(0) && seen.contains(part), "{code:?}: {seen}");
        assert_eq!(home.count("SELECT count(*) FROM accounts WHERE status <> 'removed'"), left);
    }
}

#[test]
fn ctrl_c_leaves_no_bar_behind() {
    let latency = Duration::from_millis(50);
    let sandbox =
        Sandbox::start(Options { sizes: Sizes::customers(300), livemode: true, latency, ..Options::default() })
            .expect("starts");
    for columns in [60, 100_u16] {
        let home = Home::new();
        let mut sync = home.asking(&sandbox.stripe_base_url(), LIVE_KEY, &["sync"]);
        // Some pictures of some bars, and the last one to its last line: a key's echo within a bar would break it.
        let is_whole = |seen: &str| lines(seen).last().is_some_and(|line| line.contains(" lists done"));
        let is_enough = |seen: &str, _: &File| {
            seen.matches('─').count() > 1500 && seen.contains("stripe:customers ") && is_whole(seen)
        };
        let (code, seen) = in_terminal_until(columns, &mut sync, is_enough);
        assert_eq!(code, Some(130), "{seen}");
        let (before, _) = seen.split_once("^C").expect("it was echoed");
        let picture = screen(columns.into(), before);
        let bars = picture.iter().filter(|line| line.contains('─'));
        let is_one = |line: &&String| line.starts_with("stripe:") && line.matches("stripe:").count() == 1;
        assert!(bars.clone().count() > 1 && bars.clone().all(|line| is_one(&line)), "{picture:#?}");
        let left = screen(columns.into(), &seen);
        let is_bar = |line: &&String| line.contains('─') || line.contains('━') || line.contains(" lists done");
        assert_eq!(left.iter().find(is_bar), None, "{left:#?}");
        let told = left.iter().rposition(|line| line.starts_with("interrupted; everything read")).expect("told");
        // In lines that break at blanks.
        let end = left[told..].join(" ");
        assert!(end.contains("and the same command goes on from there"), "{left:#?}");
        assert!(left.iter().all(|line| line.width() <= columns.into()), "{left:#?}");
    }
}

#[test]
fn bars_move_and_the_tables_fit() {
    let sandbox = Sandbox::start(Options {
        sizes: Sizes::customers(150),
        livemode: true,
        latency: Duration::from_millis(100),
        ..Options::default()
    })
    .expect("starts");
    // The last pages come when a bar was seen.
    let is_drawn = Arc::new(AtomicBool::new(false));
    let seen_by_now = Arc::clone(&is_drawn);
    sandbox.on_request(move |_, call| {
        if call.param("starting_after").is_some() {
            until("drawn", || seen_by_now.load(SeqCst));
        }
    });
    for columns in [60, 80, 120] {
        is_drawn.store(false, SeqCst);
        let home = Home::new();
        let arguments = ["sync", "stripe:payouts", "stripe:charges", "--rate", "100%"];
        let mut sync = home.asking(&sandbox.stripe_base_url(), LIVE_KEY, &arguments);
        let (code, seen) = in_terminal_until(columns, &mut sync, |seen, _| {
            is_drawn.fetch_or(seen.contains('─'), SeqCst);
            false
        });
        assert_eq!(code, Some(0), "{seen}");
        assert!(seen.contains(" of 2 lists done") && seen.contains('─'), "no bar was drawn: {seen:?}");
        // Up, and to the line's start: the picture is drawn over itself.
        assert!(seen.contains("\x1b[1A") || seen.contains("\x1b[2K"), "{seen:?}");
        let mut tables = lines(&seen);
        tables.extend(lines(&in_terminal(columns, &mut home.command(&["status"])).1));
        let begin = tables.iter().position(|line| line.starts_with("resource ")).expect("a table");
        for line in &tables[begin..] {
            // The file's own name is as long as the user made it.
            let is_ours = !line.contains("stripesync.db");
            assert!(!is_ours || line.width() <= columns.into(), "{columns}: {line:?}");
        }
        let row = |name: &str| tables[begin..].iter().filter(|line| line.starts_with(name)).count();
        let service = if columns < 100 { "" } else { "stripe:" };
        let totals = tables.iter().filter(|line| line.starts_with("total ")).count();
        assert_eq!((row(&format!("{service}charges ")), row("stripe_charges "), totals), (1, 1, 2), "{tables:?}");
    }
}

#[test]
fn the_terminal_obeys_nobody_but_us() {
    const HOSTILE: &str = "Acme\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\\x1b[2J\u{9b}31m\u{202e}\x07";
    let account = json!({
        "id": "acct_1Hostile", "object": "account", "country": "IT", "created": 1_700_000_000,
        "business_profile": {"name": HOSTILE},
    });
    let refusal = json!({"error": {"type": "invalid_request_error", "message": HOSTILE}});
    let service = Scripted::start(move |path, _| match path {
        "/v1/account" => Reply::Json(200, account.to_string()),
        _ => Reply::Json(400, refusal.to_string()),
    });
    let home = Home::new();
    let mut sync = home.asking(&service.url, "sk_live_0123456789abcdef", &["sync", "stripe:customers", "-v"]);
    let (code, mut seen) = in_terminal(80, &mut sync);
    assert_eq!(code, Some(3), "{seen}");
    assert!(seen.contains(r"here\u{1b}]8;;"), "the refusal is told: {seen:?}");
    let (code, status) = in_terminal(80, &mut home.command(&["status"]));
    assert_eq!(code, Some(0), "{status}");
    assert!(status.contains(r"Acme\u{1b}]8;;https://evil.example"), "{status:?}");
    seen.push_str(&status);
    for bad in ["\x1b]", "\x1b\\", "\x1b[2J", "\u{9b}", "\u{202e}", "\x07"] {
        assert!(!seen.contains(bad), "{bad:?} in {seen:?}");
    }
}

#[test]
fn a_refused_argument_is_repeated_harmless() {
    let home = Home::new();
    for arguments in
        [&["sync", "--jobs=\x1b[2J7\u{9b}31m\u{202e}"][..], &["sync", "\x1b]0;owned\x07"], &["\x1b[2Jsync"]]
    {
        let (code, seen) = in_terminal(80, &mut home.command(arguments));
        assert_eq!(code, Some(2), "{seen}");
        for bad in ["\x1b[2J", "\u{9b}", "\u{202e}", "\x1b]", "\x07"] {
            assert!(!seen.contains(bad), "{bad:?} in {seen:?}");
        }
    }
}

/// What stands below a picture of a status that is watched.
const FOOTER: &str = "every 2 s; Ctrl-C ends";

#[test]
fn a_watched_status_is_drawn_over_itself_and_ends_with_ctrl_c() {
    let home = Home::new();
    let sync = home.run(&["sync", "stripe:products", "fic:clients", "--sandbox", "--database", "stripesync.db"]);
    assert_eq!(sync.code, Some(0), "{}", sync.stderr);
    for (columns, arguments) in [(80, &["status", "--watch"][..]), (50, &["status", "--watch", "--stats", "-v"])] {
        let mut command = home.command(arguments);
        let is_enough = |seen: &str, _: &File| seen.matches(FOOTER).count() >= 2;
        let (code, seen) = in_terminal_until(columns, &mut command, is_enough);
        assert_eq!(code, Some(0), "{seen}");
        let (before, _) = seen.split_once("^C").expect("it was echoed");
        assert!(before.contains("A\r\x1b[J"), "{before:?}");
        // What the second picture stands on is as high as the first one. A third may have been begun.
        let pictures: Vec<&str> = before.split("\x1b[J").skip(1).collect();
        let up: usize =
            pictures[0].rsplit("\x1b[").next().and_then(|it| it.strip_suffix("A\r")?.parse().ok()).expect("a move");
        let [first, second] = [0, 1].map(|at| pictures[at].split_inclusive(FOOTER).next().expect("a picture"));
        assert_eq!((up, second.lines().count()), (first.lines().count(), up), "{before:?}");
        assert!(up < 40 && second.lines().all(|line| line.width() <= columns.into()), "{second}");
        let part = if arguments.len() == 2 { "stripe_products" } else { "Total Webhooks" };
        assert!(second.contains(part), "{second}");
    }
    let (code, seen) = in_terminal(80, &mut home.command(&["status", "--watch", "--format", "json"]));
    assert!(code == Some(2) && seen.contains("--watch draws tables"), "{seen}");
}
