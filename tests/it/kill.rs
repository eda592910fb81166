//! The real program, killed at any instant and at its commits: the file is whole after the next good run.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use sha2::{Digest, Sha256};
use stripesync::sandbox::{Options as SandboxOptions, Sandbox, Sizes};
use stripesync::store::Store;

use crate::support;

/// Runs cut short, at random instants and at commits; a file that got whole in spite of them makes room for a new one.
const KILLS: u64 = 50;
/// Runs in all, so that a machine too quick to kill ends the test too.
const RUNS_MAX: u64 = 200;

fn stripesync(database: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("stripesync"));
    let home = database.parent().expect("a folder");
    command
        .env_clear()
        .env("HOME", home)
        .current_dir(home)
        .args(["sync", "--all", "--sandbox", "--provider", "stripe", "--quiet", "--database"])
        .arg(database)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// A digest of every row of every resource table, apart from when it was first seen.
fn digest(store: &Store) -> String {
    let mut hash = Sha256::new();
    for resource in support::everything() {
        let parent = if resource.is_child() { "parent_id, position" } else { "''" };
        let columns: Vec<&str> = resource.columns.iter().map(|column| column.name).collect();
        let columns = if columns.is_empty() { "''".to_owned() } else { columns.join(", ") };
        let sql = format!(
            "SELECT {parent}, id, {columns}, data, deleted_at, unsettled FROM {} ORDER BY 1, 2, 3",
            resource.table()
        );
        for row in store.query_text(&sql).expect("rows") {
            hash.update(row.join("\u{1f}"));
            hash.update("\n");
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn count(store: &Store, sql: &str) -> u64 {
    store.query_text(sql).expect("a count")[0][0].parse().expect("a number")
}

/// Starts a run and kills it, at a commit or at some instant; returns whether it came to no good end.
fn cut_short(database: &Path, draw: u64, whole_ms: u64) -> bool {
    let mut command = stripesync(database);
    if draw % 5 < 2 {
        let moment = if draw.is_multiple_of(2) { "before" } else { "after" };
        command.env("STRIPESYNC_TEST_ABORT", format!("{moment}:{}", 1 + draw % 12));
        return !command.status().expect("runs").success();
    }
    let mut child = command.spawn().expect("runs");
    std::thread::sleep(Duration::from_millis(draw % whole_ms.max(2) / 2));
    let _ = child.kill();
    !child.wait().expect("ends").success()
}

#[test]
fn fifty_kills_leave_a_file_that_the_next_run_makes_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let unbroken = folder.path().join("unbroken.db");
    let began = std::time::Instant::now();
    assert!(stripesync(&unbroken).status().expect("runs").success());
    let whole_ms = began.elapsed().as_millis() as u64;
    let wanted = digest(&Store::open(&unbroken).expect("opens"));

    let (mut split, mut fanned, mut undrained, mut killed) = (false, false, false, 0);
    let (mut seed, mut runs, mut file) = (0x5eed_u64, 0, 0);
    while killed < KILLS && runs < RUNS_MAX {
        file += 1;
        let database = folder.path().join(format!("killed{file}.db"));
        let mut is_whole = false;
        while !is_whole && killed < KILLS && runs < RUNS_MAX {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            runs += 1;
            is_whole = !cut_short(&database, seed >> 33, whole_ms);
            killed += u64::from(!is_whole);
            if let Ok(store) = Store::open(&database) {
                split |= count(&store, "SELECT count(*) FROM slices WHERE done=0 AND until_s IS NOT NULL") > 0;
                fanned |= count(&store, "SELECT count(*) FROM fanouts") > 0;
                let open = "SELECT count(*) FROM walks WHERE finished_s IS NOT NULL AND drained_s IS NULL";
                undrained |= count(&store, open) > 0;
            }
        }
        assert!(stripesync(&database).status().expect("runs").success());
        let store = Store::open(&database).expect("opens");
        assert_eq!(store.query_text("PRAGMA integrity_check").expect("checks"), [["ok"]]);
        assert_eq!(digest(&store), wanted, "file {file}");
        // The look-alike inside the program is this one.
        let sandbox = Sandbox::start(SandboxOptions { sizes: Sizes::customers(200), ..SandboxOptions::default() });
        assert_eq!(support::differences(&sandbox.expect("starts"), &store), Vec::<String>::new(), "file {file}");
    }
    assert_eq!(killed, KILLS, "of {runs} runs");
    assert!(split && fanned && undrained, "split {split}, fan-outs {fanned}, drains {undrained}");
}
