use std::fs;

use super::*;

const ONE: &str = "whsec_theFirstSecretOfThem";
const TWO: &str = "whsec_theSecondSecretOfThem";

struct Home {
    folder: tempfile::TempDir,
    path: PathBuf,
}

/// A folder with a config file of this text; none of it where the text is empty.
fn home(text: &str, mode: u32) -> Home {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("config.toml");
    if !text.is_empty() {
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("closed");
    }
    Home { folder, path }
}

impl Home {
    fn text(&self) -> String {
        fs::read_to_string(&self.path).expect("there")
    }
    fn files(&self) -> usize {
        fs::read_dir(self.folder.path()).expect("a folder").count()
    }
}

/// What becomes of a text by an edit.
fn edited(text: &str, change: impl FnOnce(&mut Edit) -> Result<(), Error>) -> String {
    let home = home(text, 0o600);
    let mut edit = Edit::open(&home.path).expect("a file of ours");
    change(&mut edit).expect("nothing is in the way");
    edit.save().expect("written");
    assert_eq!(home.files(), 1, "nothing is left beside it");
    home.text()
}

#[test]
fn a_new_file_has_a_section_for_each_account_and_is_the_owners_alone() {
    let home = home("", 0);
    let path = home.folder.path().join("stripesync/config.toml");
    let mut edit = Edit::open(&path).expect("a folder can be made");
    edit.append(&["accounts", "acct_1", "webhook_secrets"], ONE).expect("empty");
    edit.set(&["stripe", "webhook_secret"], TWO).expect("empty");
    assert!(!path.exists(), "nothing is written before it is saved");
    edit.save().expect("written");
    let text = fs::read_to_string(&path).expect("there");
    assert_eq!(
        text,
        format!("[accounts.acct_1]\nwebhook_secrets = [\"{ONE}\"]\n\n[stripe]\nwebhook_secret = \"{TWO}\"\n")
    );
    assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(path.parent().expect("its folder")).expect("there").mode() & 0o777, 0o700);
}

#[test]
fn comments_order_and_what_is_not_touched_stay() {
    let text = "# mine\ndatabase = 'a.db'   # the file\n\n[fic]\ncompany_id = 17 # a number\n\n[stripe]\n# the old one\n\
                api_base = \"http://127.0.0.1:1\" # a test\n# the end\n";
    let changed = edited(text, |edit| {
        edit.set(&["stripe", "api_base"], "http://127.0.0.1:2")?;
        edit.set(&["admin", "token"], "0123456789abcdef")
    });
    let wanted = text.replace(":1\"", ":2\"") + "\n[admin]\ntoken = \"0123456789abcdef\"\n";
    assert_eq!(changed, wanted);
    // And back again.
    let back = edited(&changed, |edit| {
        edit.set(&["stripe", "api_base"], "http://127.0.0.1:1")?;
        assert!(edit.remove(&["admin", "token"]) && edit.remove(&["admin"]));
        assert!(!edit.remove(&["admin", "token"]), "it is gone");
        Ok(())
    });
    assert_eq!(
        back,
        text.replace("# the end\n", ""),
        "the remark went with the table that it had become the remark of"
    );
}

#[test]
fn a_list_grows_as_it_is_written_and_has_everything_once() {
    let keys = ["accounts", "acct_1", "webhook_secrets"];
    for (text, wanted) in [
        (
            format!("[accounts.acct_1]\nwebhook_secrets = [\"{ONE}\"] # one\n"),
            format!("[\"{ONE}\", \"{TWO}\"] # one\n"),
        ),
        (
            format!("[accounts.acct_1]\nwebhook_secrets = [\n  # the first\n  \"{ONE}\",\n]\n"),
            format!("[\n  # the first\n  \"{ONE}\",\n  \"{TWO}\",\n]\n"),
        ),
        (
            format!("accounts = {{ acct_1 = {{ webhook_secrets = [\"{ONE}\"] }} }}\n"),
            format!("[\"{ONE}\", \"{TWO}\"] }} }}\n"),
        ),
        (format!("accounts.acct_1.webhook_secrets = [\"{ONE}\"]\n"), format!("[\"{ONE}\", \"{TWO}\"]\n")),
        (
            "accounts = { acct_2 = {} }\n".to_owned(),
            format!("acct_1 = {{ webhook_secrets = [\"{ONE}\", \"{TWO}\"] }} }}\n"),
        ),
        (
            "accounts.acct_2.webhook_secrets = []\n".to_owned(),
            format!("[accounts.acct_1]\nwebhook_secrets = [\"{ONE}\", \"{TWO}\"]\n"),
        ),
    ] {
        let changed = edited(&text, |edit| {
            edit.append(&keys, ONE)?;
            edit.append(&keys, TWO)?;
            edit.append(&keys, ONE)
        });
        assert!(changed.ends_with(&wanted), "{changed}");
    }
}

#[test]
fn parts_between_commas_grow_and_stand_once() {
    let keys = ["stripe", "webhook_secret"];
    for (before, wanted) in [
        (String::new(), format!("{ONE},{TWO}")),
        (format!("{TWO}, {ONE}"), format!("{TWO}, {ONE}")),
        (format!("{ONE}, "), format!("{ONE},{TWO}")),
    ] {
        let changed = edited(&format!("[stripe]\nwebhook_secret = \"{before}\"\n"), |edit| {
            edit.append_part(&keys, ONE)?;
            edit.append_part(&keys, TWO)
        });
        assert_eq!(changed, format!("[stripe]\nwebhook_secret = \"{wanted}\"\n"));
    }
}

#[test]
fn what_is_in_the_way_is_named_and_the_file_stays_as_it_was() {
    for (text, keys) in [
        ("database = \"a.db\"\n", &["database", "x"][..]),
        ("[stripe]\n", &["stripe"]),
        ("[accounts.acct_1]\n", &["accounts", "acct_1"]),
    ] {
        let home = home(text, 0o600);
        let mut edit = Edit::open(&home.path).expect("a file of ours");
        let error = edit.set(keys, "x").expect_err("in the way").to_string();
        assert!(error.ends_with(&format!("something else stands where {} belongs", keys.join("."))), "{error}");
        drop(edit);
        assert_eq!((home.text().as_str(), home.files()), (text, 1));
    }
    let home = home("[accounts.acct_1]\nwebhook_secrets = []\n", 0o600);
    let mut edit = Edit::open(&home.path).expect("a file of ours");
    assert!(edit.append_part(&["accounts", "acct_1", "webhook_secrets"], ONE).is_err(), "a list is no text");
    edit.set(&["stirpe", "api_key"], "sk_test_MARKER").expect("nothing is in the way");
    let error = edit.save().expect_err("a name that the program would refuse").to_string();
    assert!(error.contains("an unknown name") && !error.contains("MARKER"), "{error}");
    assert_eq!((home.text().as_str(), home.files()), ("[accounts.acct_1]\nwebhook_secrets = []\n", 1));
}

#[test]
fn a_file_that_is_not_for_us_to_replace_is_refused() {
    for (mode, why) in [(0o620, "chmod go-w"), (0o602, "chmod go-w"), (0o400, "read-only")] {
        let home = home("[stripe]\n", mode);
        let error = Edit::open(&home.path).expect_err(why).to_string();
        assert!(error.contains(why), "{error}");
    }
    let broken = home("[stripe]\napi_key = \"sk_test_MARKER\n", 0o600);
    let error = Edit::open(&broken.path).expect_err("no TOML").to_string();
    assert!(error.contains("line 2") && !error.contains("MARKER"), "{error}");
    let home = home("", 0);
    fs::create_dir(&home.path).expect("a folder in its place");
    assert!(Edit::open(&home.path).expect_err("a folder").to_string().contains("not a regular file"));
    assert!(Edit::open(&home.path.join("../file/config.toml")).is_ok(), "folders are made");
    fs::write(home.folder.path().join("text"), "").expect("written");
    let error = Edit::open(&home.folder.path().join("text/config.toml")).expect_err("in a file").to_string();
    assert!(error.starts_with("cannot write"), "{error}");
}

#[test]
fn a_readable_file_is_closed_and_a_link_stays_one() {
    let home = home("database = \"a.db\"\n", 0o644);
    let link = home.folder.path().join("link.toml");
    std::os::unix::fs::symlink("config.toml", &link).expect("a link");
    let mut edit = Edit::open(&link).expect("a file of ours");
    edit.set(&["stripe", "api_key"], "sk_test_x").expect("free");
    edit.save().expect("written");
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    assert_eq!(fs::metadata(&home.path).expect("there").mode() & 0o777, 0o600);
    assert_eq!(home.text(), "database = \"a.db\"\n\n[stripe]\napi_key = \"sk_test_x\"\n");
    set(&link, &["database"], "b.db").expect("written");
    assert!(remove(&link, &["stripe"]).expect("written") && !remove(&link, &["stripe"]).expect("nothing to do"));
    assert_eq!(home.text(), "database = \"b.db\"\n");
    fs::remove_file(&home.path).expect("removed");
    let error = Edit::open(&link).expect_err("it leads nowhere").to_string();
    assert!(error.contains("where the link leads there is nothing"), "{error}");
}

#[test]
fn two_programs_at_once_lose_nothing_of_each_other() {
    let home = home("# shared\n", 0o600);
    let path = &home.path;
    let append = |number: usize| {
        let mut edit = Edit::open(path).expect("the others end");
        edit.append(&["accounts", &format!("acct_{number}"), "webhook_secrets"], ONE).expect("free");
        edit.save().expect("written");
    };
    // Few at a time: the turns are not dealt out in order, and each waits for its own no longer than some seconds.
    for round in 0..3 {
        std::thread::scope(|scope| {
            for number in 0..4 {
                scope.spawn(move || append(round * 4 + number));
            }
        });
    }
    let text = home.text();
    let missing: Vec<_> = (0..12).filter(|n| !text.contains(&format!("[accounts.acct_{n}]"))).collect();
    assert!(missing.is_empty() && text.starts_with("# shared\n"), "{missing:?} {text}");
}

#[test]
fn what_is_taken_out_of_a_list_leaves_the_others_as_they_are_written() {
    let keys = ["accounts", "acct_1", "webhook_secrets"];
    for (text, wanted) in [
        (
            format!("[accounts.acct_1]\nwebhook_secrets = [\"{ONE}\", \"{TWO}\"] # both\n"),
            format!("[\"{TWO}\"] # both\n"),
        ),
        (
            format!("[accounts.acct_1]\nwebhook_secrets = [\n  # the first\n  \"{ONE}\",\n  # mine\n  \"{TWO}\",\n]\n"),
            format!("[\n  # mine\n  \"{TWO}\",\n]\n"),
        ),
        (
            format!("[accounts.acct_1]\n# why\nwebhook_secrets = [\"{ONE}\"]\n[admin]\n"),
            "[accounts.acct_1]\n[admin]\n".to_owned(),
        ),
        (format!("accounts.acct_1.webhook_secrets = [\"{TWO}\", \"{ONE}\"]\n"), format!("[\"{TWO}\"]\n")),
    ] {
        let changed = edited(&text, |edit| {
            assert_eq!(edit.names(&["accounts"]), ["acct_1"]);
            assert!(edit.remove_from_list(&keys, &|it| it == ONE));
            assert!(!edit.remove_from_list(&keys, &|it| it == ONE), "it is gone");
            Ok(())
        });
        assert!(changed.ends_with(&wanted), "{changed}");
    }
    let untouched = format!("# mine\n[stripe]\nwebhook_secret = \"{TWO}\"\n");
    let changed = edited(&untouched, |edit| {
        assert!(!edit.remove_from_list(&keys, &|_| true), "there is none");
        assert!(!edit.remove_from_list(&["stripe", "webhook_secret"], &|_| true), "it is no list");
        assert!(!edit.remove_part(&["stripe", "webhook_secret"], &|it| it == ONE));
        Ok(())
    });
    assert_eq!(changed, untouched);
}

#[test]
fn what_is_taken_out_from_between_commas_leaves_the_others_or_nothing() {
    let keys = ["stripe", "webhook_secret"];
    for (value, wanted) in [
        (format!("'{ONE}, {TWO}' # as ever"), format!("[stripe]\nwebhook_secret = \"{TWO}\" # as ever\n")),
        (format!("\"{TWO},{ONE},\""), format!("[stripe]\nwebhook_secret = \"{TWO}\"\n")),
        (format!("\"{ONE}\""), "[stripe]\n".to_owned()),
    ] {
        let changed = edited(&format!("[stripe]\nwebhook_secret = {value}\n"), |edit| {
            assert!(edit.text(&keys).is_some_and(|text| text.contains(ONE)));
            assert!(edit.remove_part(&keys, &|it| it == ONE));
            Ok(())
        });
        assert_eq!(changed, wanted);
    }
}
