//! Who may import whom, and in which folder each of the outside world's crates may appear.

use std::path::{Path, PathBuf};

/// A layer's folder (or file) under `src/`, and the layers of ours that it may name.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &["model"]),
    ("clock", &["clock"]),
    ("config", &["config", "model"]),
    ("providers", &["providers", "model"]),
    ("http", &["http", "model", "clock"]),
    ("store", &["store", "model"]),
    ("sync", &["sync", "providers", "http", "store", "model", "clock"]),
    ("receive", &["receive", "sync", "providers", "store", "model", "clock"]),
    ("sandbox", &["sandbox"]),
    ("ui", &["ui", "model", "clock"]),
];

/// A crate and the only folders that know it.
const OUTSIDE: &[(&str, &str)] = &[
    ("clap", "cli"),
    ("clap_complete", "cli"),
    ("rusqlite", "store"),
    ("ureq", "http"),
    ("indicatif", "ui"),
    ("comfy_table", "ui"),
    ("httparse", "receive sandbox"),
    ("hyper", "receive"),
    ("tokio", "receive"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("src is here") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn layers_import_downwards_only_and_crates_stay_at_home() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut broken = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("UTF-8");
        let name = file.strip_prefix(&root).expect("below src").to_string_lossy().into_owned();
        let home = name.split(['/', '.']).next().unwrap_or_default();
        // Tests may reach across to check one layer against another.
        if name.contains("test") {
            continue;
        }
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            if let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == home) {
                for used in
                    line.split("crate::").skip(1).filter_map(|rest| rest.split([':', ';', ' ', '{', ',']).next())
                {
                    if !used.is_empty() && !allowed.contains(&used) {
                        broken.push(format!("{name}: {home} must not know {used}: {}", line.trim()));
                    }
                }
            }
            for (outside, folders) in OUTSIDE {
                if line.contains(&format!("{outside}::")) && !folders.split(' ').any(|folder| folder == home) {
                    broken.push(format!("{name}: {outside} belongs in {folders}: {}", line.trim()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
