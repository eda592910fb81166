//! Files that are not what they should be, and places where none can be. The real program each time.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sha2::{Digest, Sha256};
use stripesync::sandbox::{Options, Sandbox, TEST_KEY};
use stripesync::store::Store;

use crate::program::{Home, Ran, count, execute, finished, ran, started, text, until};
use crate::support::hold_from;

/// The migrations in order; a file of an older program has only the first of them.
fn migrations() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("readable").map(|file| file.expect("readable").path()).collect();
    // Beside them lies what they come to together.
    files.retain(|file| !file.ends_with("schema.sql"));
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).expect("readable")).collect()
}

fn digest(path: &Path) -> Vec<u8> {
    Sha256::digest(fs::read(path).expect("readable")).to_vec()
}

/// Asserts that one message was written, and that it says all of this.
fn assert_told(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, Some(code), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("error:").count(), 1, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("hint:").count(), 1, "{}", ran.stderr);
    for part in parts {
        assert!(ran.stderr.contains(part), "{part:?} is not in\n{}", ran.stderr);
    }
}

const SYNC: [&str; 5] = ["sync", "coupons", "products", "--sandbox", "--database"];

fn sync(home: &Home, database: &str) -> Ran {
    home.run(&[&SYNC[..], &[database]].concat())
}

fn status(home: &Home, database: &str) -> Ran {
    home.run(&["status", "--database", database])
}

#[test]
fn a_file_of_a_newer_or_another_program_stays_as_it_is() {
    let home = Home::new();
    assert_eq!(sync(&home, "newer.db").code, Some(0));
    let (newer, other, words) =
        (home.path().join("newer.db"), home.path().join("other.db"), home.path().join("words.db"));
    execute(&newer, "PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)");
    execute(&other, "CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')");
    fs::write(
        &words,
        "not a database, but longer than the header of one, which has a hundred bytes, so that it is read".repeat(9),
    )
    .expect("written");
    let cases: [(&Path, &[&str]); 3] = [
        (&newer, &["made by a newer stripesync (schema 99", "install the newer stripesync"]),
        (&other, &["a database of another program", "--database"]),
        (&words, &["damaged or no SQLite database", "look whether --database names the right file"]),
    ];
    for (path, parts) in cases {
        let before = digest(path);
        let name = path.to_str().expect("text");
        for ran in [sync(&home, name), status(&home, name)] {
            assert_told(&ran, 6, parts);
            assert_eq!(digest(path), before, "{name}");
        }
    }
}

#[test]
fn where_no_file_can_be_none_is_made() {
    let home = Home::new();
    fs::create_dir(home.path().join("folder.db")).expect("made");
    std::os::unix::fs::symlink("/dev/full", home.path().join("full.db")).expect("made");
    std::os::unix::fs::symlink("not/there.db", home.path().join("link.db")).expect("made");
    let fifo = Command::new("mkfifo").arg(home.path().join("pipe.db")).status();
    assert!(fifo.expect("mkfifo is there").success());
    let before: usize = fs::read_dir(home.path()).expect("readable").count();
    for (name, parts) in [
        ("folder.db", &["folder.db is a folder, not a file", "spelt right"][..]),
        ("full.db", &["full.db is a device or a pipe, not a file"]),
        ("link.db", &["link.db is a link that leads nowhere, not a file", "spelt right"]),
        ("pipe.db", &["pipe.db is a device or a pipe, not a file"]),
        ("no/such/folder/x.db", &["there is no folder no/such/folder", "make the folder"]),
    ] {
        let ran = sync(&home, name);
        assert_told(&ran, 6, parts);
        // Whoever opens a pipe waits for ever.
        assert!(ran.took < Duration::from_secs(30), "{name}: {:?}", ran.took);
        let ran = status(&home, name);
        assert!(matches!(ran.code, Some(1 | 6)) && ran.stderr.contains("hint:"), "{name}: {}", ran.stderr);
    }
    assert_eq!(fs::read_dir(home.path()).expect("readable").count(), before, "a refusal leaves nothing behind");
}

/// Runs the program as somebody who may not write everywhere, as the superuser may. None where that cannot be.
fn as_nobody(home: &Home, arguments: &[&str]) -> Option<Ran> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !is_root {
        return Some(home.run(arguments));
    }
    // The build's folder may be the superuser's alone.
    let copy = home.path().join("bin");
    if !copy.exists() {
        fs::copy(env!("CARGO_BIN_EXE_stripesync"), &copy).expect("copied");
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).expect("set");
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy).args(arguments);
    command.env_clear().env("PATH", std::env::var_os("PATH")?).env("HOME", home.path()).current_dir(home.path());
    Command::new("setpriv").arg("--version").output().ok()?;
    Some(ran(&mut command))
}

#[test]
fn a_folder_that_may_not_be_written_to_can_still_be_looked_at() {
    let home = Home::new();
    let folder = home.path().join("shelf");
    fs::create_dir(&folder).expect("made");
    assert_eq!(sync(&home, "shelf/x.db").code, Some(0));
    for name in ["x.db", "x.db.lock"] {
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o444)).expect("set");
    }
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).expect("set");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("set");
    let before = digest(&folder.join("x.db"));
    let Some(looked) = as_nobody(&home, &["status", "--database", "shelf/x.db"]) else { return };
    assert_eq!(looked.code, Some(0), "{}", looked.stderr);
    assert!(looked.stdout.contains("stripe_coupons"), "{}", looked.stdout);
    let arguments = [&SYNC[..], &["shelf/x.db"]].concat();
    let written = as_nobody(&home, &arguments).expect("as before");
    assert_told(&written, 6, &["cannot be written", "a folder that you may write to"]);
    let new = as_nobody(&home, &[&SYNC[..], &["shelf/new.db"]].concat()).expect("as before");
    assert_told(&new, 6, &["cannot be written"]);
    assert_eq!(digest(&folder.join("x.db")), before);
    // What only a writer can merge is not passed over in silence.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("set");
    fs::write(folder.join("x.db-wal"), [0x37; 4096]).expect("written");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("set");
    let unmerged = as_nobody(&home, &["status", "--database", "shelf/x.db"]).expect("as before");
    assert_told(
        &unmerged,
        6,
        &["its latest changes are still in shelf/x.db-wal", "copy the file together with its -wal"],
    );
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("set");
}

#[test]
fn what_the_program_makes_is_for_its_owner_alone() {
    let home = Home::new();
    let line = format!("umask 000; exec {} sync coupons --sandbox --database x.db", env!("CARGO_BIN_EXE_stripesync"));
    let mut command = Command::new("bash");
    command.env_clear().env("HOME", home.path()).current_dir(home.path()).args(["-c", &line]);
    // Whoever has the file open keeps the WAL there to be looked at.
    assert_eq!(ran(&mut command).code, Some(0));
    let reader = rusqlite::Connection::open(home.path().join("x.db")).expect("opens");
    reader.query_row("SELECT count(*) FROM accounts", [], |row| row.get::<_, i64>(0)).expect("a count");
    assert_eq!(ran(&mut command).code, Some(0));
    for name in ["x.db", "x.db-wal", "x.db-shm", "x.db.lock"] {
        let mode = fs::metadata(home.path().join(name)).unwrap_or_else(|e| panic!("{name}: {e}")).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_disk_that_fills_up_ends_the_run_and_the_next_one_goes_on() {
    let home = Home::new();
    let database = home.path().join("x.db");
    // Files up to so many kilobytes: enough for the schema, and for a part of the rows.
    for limit_kb in [40, 10_500, 12_000] {
        let _ = fs::remove_file(&database);
        let _ = fs::remove_file(home.path().join("x.db-wal"));
        let line = format!(
            "ulimit -f {limit_kb}; exec {} sync --sandbox --provider stripe --database x.db",
            env!("CARGO_BIN_EXE_stripesync")
        );
        let mut command = Command::new("bash");
        command.env_clear().env("HOME", home.path()).current_dir(home.path()).args(["-c", &line]);
        let full = ran(&mut command);
        assert_told(&full, 6, &["x.db"]);
        assert!(full.stderr.contains("is full") || full.stderr.contains("cannot be written"), "{}", full.stderr);
        let whole = home.run(&["sync", "--sandbox", "--provider", "stripe", "--quiet", "--database", "x.db"]);
        assert_eq!(whole.code, Some(0), "{limit_kb}: {}", whole.stderr);
        assert_eq!(text(&database, "PRAGMA integrity_check"), "ok");
        assert_eq!(count(&database, "SELECT count(*) FROM stripe_charges"), 600, "{limit_kb}");
    }
}

/// A file as the program left it that had so many migrations, with a row that must survive.
fn older(path: &Path, all: &[String], migrations: usize) {
    let application_id = 0x7373_796e;
    let schema = all[..migrations].join("\n");
    execute(path, &format!("PRAGMA journal_mode = WAL; {schema}"));
    execute(path, &format!("PRAGMA user_version = {migrations}; PRAGMA application_id = {application_id}"));
    execute(
        path,
        "INSERT INTO accounts (id, provider, remote_id, mode) VALUES (1, 'stripe', 'acct_1Kept', 'sandbox');
         PRAGMA wal_checkpoint(TRUNCATE)",
    );
}

fn schema(path: &Path) -> (i64, String) {
    let version = count(path, "PRAGMA user_version");
    let all = "SELECT coalesce(group_concat(name || ':' || coalesce(sql, ''), char(10)), '') FROM (SELECT * FROM sqlite_schema ORDER BY name)";
    (version, text(path, all))
}

#[test]
fn a_migration_cut_short_leaves_the_old_schema_or_the_new_one() {
    let home = Home::new();
    let whole = home.path().join("whole.db");
    assert_eq!(sync(&home, "whole.db").code, Some(0));
    let new = schema(&whole);
    let all = migrations();
    assert_eq!(new.0 as usize, all.len(), "the program has every migration");
    for migrations in 1..all.len() {
        for (moment, is_new) in [(Some("migrating"), Some(false)), (Some("migrated"), Some(true)), (None, None)] {
            // Release builds have no break points.
            if moment.is_some() && !cfg!(debug_assertions) {
                continue;
            }
            let name = format!("{migrations}-{}.db", moment.unwrap_or("some-instant"));
            let path = home.path().join(&name);
            older(&path, &all, migrations);
            let old = schema(&path);
            assert_eq!(old.0 as usize, migrations);
            let looked = status(&home, &name);
            assert_told(&looked, 6, &["the schema of an older stripesync", "`stripesync sync` brings it up to date"]);
            let mut command = home.command(&[&SYNC[..], &[name.as_str(), "--quiet"]].concat());
            match moment {
                Some(moment) => {
                    let ran = ran(command.env("STRIPESYNC_TEST_ABORT", moment));
                    assert_eq!(ran.code, None, "{name}: it was to die there: {}", ran.stderr);
                }
                None => {
                    let (mut child, _) = started(&mut command);
                    std::thread::sleep(Duration::from_millis(3 * migrations as u64 * migrations as u64));
                    child.kill().expect("killed");
                    child.wait().expect("ends");
                }
            }
            let found = schema(&path);
            assert!(found == old || found == new, "{name}: version {} is neither", found.0);
            if let Some(is_new) = is_new {
                assert_eq!(found == new, is_new, "{name}");
            }
            assert_eq!(text(&path, "PRAGMA integrity_check"), "ok", "{name}");
            assert_eq!(count(&path, "SELECT count(*) FROM accounts WHERE remote_id='acct_1Kept'"), 1, "{name}");
            assert_eq!(sync(&home, &name).code, Some(0), "{name}");
            assert_eq!(schema(&path), new, "{name}");
        }
    }
}

/// The numbers of a status, or why there are none.
fn numbers(home: &Home) -> (Ran, Option<String>) {
    let ran = home.run(&["status", "--format", "json", "--database", "x.db"]);
    let told = (ran.code == Some(0)).then(|| {
        let status: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        status["accounts"].to_string()
    });
    (ran, told)
}

#[test]
fn a_flipped_byte_is_noticed_or_does_no_harm() {
    let home = Home::new();
    let made = home.run(&["sync", "customers", "charges", "products", "--sandbox", "--quiet", "--database", "x.db"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let path: PathBuf = home.path().join("x.db");
    execute(&path, "PRAGMA wal_checkpoint(TRUNCATE)");
    let (_, truth) = numbers(&home);
    let whole = fs::read(&path).expect("readable");
    let page = 16_384;
    let pages = whole.len() / page;
    let (mut seed, mut noticed, mut synced) = (0xf11b_u64, 0, 0);
    for n in 0..100 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let draw = seed >> 24;
        // Half of them hit what tells of the rest: the file's header, and the headers of pages.
        let at = match n % 4 {
            0 => draw as usize % 100,
            1 => (draw as usize % pages) * page + (draw >> 20) as usize % 16,
            _ => draw as usize % whole.len(),
        };
        let flipped = whole[at] ^ (1 << (draw % 8));
        let file = OpenOptions::new().write(true).open(&path).expect("opens");
        file.write_all_at(&[flipped], at as u64).expect("written");
        let (ran, told) = numbers(&home);
        let what = format!("flip {n}, byte {at} of page {}: {} -> {flipped}", at / page + 1, whole[at]);
        match ran.code {
            Some(0) if told == truth => {}
            Some(0) => {
                // SQLite itself sees nothing wrong with it, and so nobody can.
                assert_eq!(text(&path, "PRAGMA quick_check"), "ok", "{what}: {}", ran.stdout);
            }
            Some(6) => {
                assert!(ran.stderr.contains("hint:"), "{what}: {}", ran.stderr);
                noticed += 1;
            }
            other => panic!("{what}: {other:?} {}", ran.stderr),
        }
        if n % 10 == 0 {
            let arguments = ["sync", "customers", "charges", "--sandbox", "--initial", "--quiet", "--database", "x.db"];
            let ran = home.run(&arguments);
            assert!(matches!(ran.code, Some(0 | 6)), "{what}: {:?} {}", ran.code, ran.stderr);
            synced += usize::from(ran.code == Some(0));
        }
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(home.path().join(format!("x.db{ending}")));
        }
        fs::write(&path, &whole).expect("written");
    }
    assert!(noticed > 2 && synced > 2, "{noticed} noticed, {synced} synced");
    drop(Store::open(&path).expect("whole again"));
}

#[test]
fn a_header_that_tells_of_a_form_nobody_knows_is_damage() {
    let home = Home::new();
    assert_eq!(sync(&home, "x.db").code, Some(0));
    let path = home.path().join("x.db");
    execute(&path, "PRAGMA wal_checkpoint(TRUNCATE)");
    // The form of its schema stands there.
    let file = OpenOptions::new().write(true).open(&path).expect("opens");
    file.write_all_at(&[5], 47).expect("written");
    let before = digest(&path);
    for ran in [status(&home, "x.db"), sync(&home, "x.db")] {
        assert_told(&ran, 6, &["x.db is damaged", "unsupported file format", "restore a backup"]);
    }
    assert_eq!(digest(&path), before, "a damaged file is reported, never replaced");
}

#[test]
fn a_file_cut_in_half_or_emptied_is_told_or_begun_anew() {
    let home = Home::new();
    assert_eq!(sync(&home, "x.db").code, Some(0));
    let path = home.path().join("x.db");
    execute(&path, "PRAGMA wal_checkpoint(TRUNCATE)");
    let whole = fs::read(&path).expect("readable");
    for length in [whole.len() / 2, 100] {
        fs::write(&path, &whole[..length]).expect("written");
        let before = digest(&path);
        for ran in [status(&home, "x.db"), sync(&home, "x.db")] {
            assert_told(&ran, 6, &["x.db is damaged", "restore a backup"]);
        }
        assert_eq!(digest(&path), before, "a damaged file is reported, never replaced");
    }
    fs::write(&path, "").expect("written");
    assert_told(&status(&home, "x.db"), 6, &["older stripesync or is empty"]);
    assert_eq!(sync(&home, "x.db").code, Some(0));
}

#[test]
fn a_file_that_is_taken_away_or_replaced_in_mid_run_ends_it() {
    for replaced in [false, true] {
        let sandbox =
            Sandbox::start(Options { latency: Duration::from_millis(10), ..Options::default() }).expect("starts");
        let home = Home::new();
        let mut sync = home.asking(&sandbox.stripe_base_url(), TEST_KEY, &["sync", "--all"]);
        let (child, began) = started(&mut sync);
        until("a hundred requests", || sandbox.stats().total.requests > 100);
        fs::rename(home.database(), home.path().join("away.db")).expect("moved");
        if replaced {
            fs::write(home.database(), b"").expect("written");
        }
        let ran = finished(child, began);
        assert_told(&ran, 6, &["taken away or replaced while it was being written", "leave the file in its place"]);
        assert_eq!(fs::metadata(home.database()).is_ok_and(|file| file.len() == 0), replaced);
    }
}

#[test]
fn names_that_mean_something_to_sqlite_are_names_of_files() {
    for name in [":memory:", "file:x.db?mode=memory"] {
        let home = Home::new();
        let ran = sync(&home, name);
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
        assert!(count(&home.path().join(name), "SELECT count(*) FROM stripe_coupons") > 0, "{name}");
    }
}

#[test]
fn a_link_and_its_file_are_one_database() {
    let sandbox = Sandbox::start(Options::default()).expect("starts");
    let home = Home::new();
    let url = sandbox.stripe_base_url();
    let sync = |database: &str| home.asking(&url, TEST_KEY, &["sync", "--database", database, "charges", "invoices"]);
    assert_eq!(ran(&mut home.asking(&url, TEST_KEY, &["sync", "tax_rates"])).code, Some(0));
    std::os::unix::fs::symlink(home.database(), home.path().join("link.db")).expect("made");
    let held = hold_from(&sandbox, 0);
    let before = sandbox.stats().total.requests;
    let (mut first, _) = started(&mut sync("stripesync.db"));
    until("a request", || sandbox.stats().total.requests > before);
    let second = ran(&mut sync("link.db"));
    assert_told(&second, 5, &[&format!("process {}", first.id())]);
    first.kill().expect("killed");
    first.wait().expect("ends");
    held.let_go();
}
