use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

/// A layer that says its own name for the database.
fn saying(name: &str, source: Source) -> Layer {
    Layer::default().with("database", name, source)
}

#[test]
fn the_strongest_place_wins_for_every_subset_of_places() {
    let places = [
        ("flag", Source::Flag),
        ("environment", Source::Environment("STRIPESYNC_DATABASE")),
        ("dotenv", Source::DotEnv("STRIPESYNC_DATABASE")),
        ("file", Source::File("config.toml".into())),
    ];
    // Bit n says whether place n speaks; the fifth place, the default, always does for the database and never for keys,
    // so the fifth bit chooses between the two settings: 32 rows.
    for subset in 0_u32..32 {
        let has_default = subset & 16 != 0;
        let setting = if has_default { "database" } else { "stripe_key" };
        let layer = |n: usize| {
            let (name, source) = &places[n];
            if subset & (1 << n) == 0 {
                Layer::default()
            } else {
                Layer::default().with(setting, *name, source.clone())
            }
        };
        let layers =
            Layers { flags: layer(0), environment: layer(1), dot_env: layer(2), file: layer(3), ..Layers::default() };
        let settings = resolve(&layers).expect("nothing is blank");
        let found = match setting {
            "database" => Some((settings.database.value.display().to_string(), settings.database.source)),
            _ => settings.stripe_key.map(|key| (key.value.expose().to_owned(), key.source)),
        };
        let strongest = (0..4).find(|n| subset & (1 << n) != 0).map(|n| (places[n].0.to_owned(), places[n].1.clone()));
        let default = has_default.then(|| ("./stripesync.db".to_owned(), Source::Default));
        assert_eq!(found, strongest.or(default), "subset {subset:05b}");
    }
}

#[test]
fn a_blank_value_is_named_and_does_not_fall_through() {
    let layers = Layers {
        environment: saying(" ", Source::Environment("STRIPESYNC_DATABASE")),
        file: saying("real.db", Source::File("config.toml".into())),
        ..Layers::default()
    };
    let message = resolve(&layers).expect_err("blank").to_string();
    assert_eq!(message, "STRIPESYNC_DATABASE is set but blank (from the environment)");
}

#[test]
fn nothing_printed_holds_a_key() {
    let layers = Layers {
        environment: Layer::default().with("stripe_key", "sk_live_MARKER", Source::Environment("STRIPE_API_KEY")),
        ..Layers::default()
    };
    let settings = resolve(&layers).expect("fine");
    let access = settings.stripe().expect("fine").expect("given");
    assert!(!format!("{layers:?} {settings:?} {access:?}").contains("MARKER"));
}

struct Home {
    folder: tempfile::TempDir,
    places: Places,
}

fn home() -> Home {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let places = Places {
        working_folder: folder.path().join("work"),
        config_folder: Some(folder.path().join("config")),
        ..Places::default()
    };
    for name in ["work", "config/stripesync", "config/stripe"] {
        fs::create_dir_all(folder.path().join(name)).expect("folder");
    }
    Home { folder, places }
}

impl Home {
    fn write(&self, name: &str, text: &str, mode: u32) {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
    }

    fn settings(&self) -> (Settings, Vec<String>) {
        let gathered = gather(&self.places).expect("readable");
        (resolve(&gathered.layers).expect("resolves"), gathered.notes)
    }

    fn error(&self) -> String {
        gather(&self.places).expect_err("refused").to_string()
    }
}

#[test]
fn dot_env_counts_only_if_nobody_else_can_write_it() {
    let home = home();
    home.write("work/.env", "STRIPE_API_KEY=sk_test_fromdotenv\nFIC_COMPANY_ID=\"7\" # ours\n", 0o600);
    let (settings, notes) = home.settings();
    let key = settings.stripe_key.expect("given");
    assert_eq!((key.value.expose(), key.source), ("sk_test_fromdotenv", Source::DotEnv("STRIPE_API_KEY")));
    assert_eq!(settings.fic_company.expect("given").value, "7");
    assert!(notes.is_empty(), "{notes:?}");

    for mode in [0o620, 0o602, 0o666] {
        home.write("work/.env", "STRIPE_API_KEY=sk_test_fromdotenv\n", mode);
        let (settings, notes) = home.settings();
        assert!(settings.stripe_key.is_none(), "{mode:o}");
        assert!(notes[0].contains("others may write it"), "{notes:?}");
    }
}

#[test]
fn a_dot_env_cannot_send_somebody_elses_key_away() {
    let mut home = home();
    home.write("work/.env", "STRIPE_API_BASE=https://example.com\n", 0o600);
    home.places.variables.insert("STRIPE_API_KEY".into(), "sk_live_real".into());
    let message = home.settings().0.stripe().expect_err("refused").to_string();
    assert!(message.starts_with("STRIPE_API_BASE would send a credential"), "{message}");

    home.write("work/.env", "STRIPE_API_BASE=http://127.0.0.1:1\n", 0o600);
    assert!(home.settings().0.stripe().is_ok(), "this machine is no stranger");
    home.places.variables.clear();
    home.write("work/.env", "STRIPE_API_BASE=https://example.com/\nSTRIPE_SECRET=sk_test_x\n", 0o600);
    let access = home.settings().0.stripe().expect("its own key").expect("given");
    assert_eq!((access.base_url.as_str(), access.mode), ("https://example.com", Mode::Test));
}

#[test]
fn the_first_of_two_names_wins() {
    let mut home = home();
    home.places.variables.insert("STRIPE_SECRET".into(), "sk_test_second".into());
    assert_eq!(home.settings().0.stripe_key.expect("given").value.expose(), "sk_test_second");
    home.places.variables.insert("STRIPE_API_KEY".into(), "sk_test_first".into());
    assert_eq!(home.settings().0.stripe_key.expect("given").value.expose(), "sk_test_first");
}

#[test]
fn the_config_file_is_read_and_its_mistakes_are_told_without_their_text() {
    let home = home();
    let text =
        "database = \"a.db\"\n[stripe]\napi_key = \"sk_test_file\"\n[fic]\naccess_token = \"t\"\ncompany_id = 12\n";
    home.write("config/stripesync/config.toml", text, 0o600);
    let (settings, notes) = home.settings();
    assert_eq!(settings.database.value, PathBuf::from("a.db"));
    assert_eq!(settings.fic_company.expect("given").value, "12");
    assert!(notes.is_empty(), "{notes:?}");

    home.write("config/stripesync/config.toml", text, 0o644);
    assert!(home.settings().1[0].contains("chmod 600"));

    home.write("config/stripesync/config.toml", "[stripe]\napi_key = sk_live_MARKER\n", 0o600);
    let message = home.error();
    assert!(message.contains("line 2") && !message.contains("MARKER"), "{message}");
    home.write("config/stripesync/config.toml", "[stripe]\napi_key = [\"sk_live_MARKER\"]\n", 0o600);
    assert!(!home.error().contains("MARKER"), "{}", home.error());
    home.write("config/stripesync/config.toml", "stripe = \"sk_live_MARKER\"\n", 0o600);
    assert!(!home.error().contains("MARKER"), "{}", home.error());
    home.write("config/stripesync/config.toml", "\n[stirpe]\n", 0o600);
    assert!(home.error().contains("line 2: an unknown name, expected one of"), "{}", home.error());
}

#[test]
fn files_that_are_none_are_refused() {
    let mut home = home();
    home.places.config_file = Some(home.folder.path().join("missing.toml"));
    assert!(home.error().contains("no such file"));
    home.places.config_file = Some("/dev/zero".into());
    assert!(home.error().contains("not a regular file"));
    home.places.config_file = None;
    home.write("work/.env", &"#".repeat(70_000), 0o600);
    assert!(home.error().contains("larger than 64 KiB"));
    home.write("work/.env", "STRIPE_API_KEY sk_live_MARKER\n", 0o600);
    assert!(home.error().contains("NAME=value") && !home.error().contains("MARKER"), "{}", home.error());
}

#[test]
fn the_stripe_clis_key_is_the_last_resort() {
    let mut home = home();
    let text = "[default]\ntest_mode_api_key = \"rk_test_cli\"\nlive_mode_api_key = \"rk_live_****abcd\"\n\
                [shop]\ntest_mode_api_key = \"\"\nlive_mode_api_key = \"rk_live_shop\"\n[masked]\nlive_mode_api_key = \"rk_live_**\"\n";
    home.write("config/stripe/config.toml", text, 0o600);
    let key = home.settings().0.stripe_key.expect("given");
    assert_eq!(key.value.expose(), "rk_test_cli");
    assert!(key.source.to_string().starts_with("from the Stripe CLI's settings, project default"));

    home.places.project = Some("shop".into());
    assert_eq!(home.settings().0.stripe_key.expect("given").value.expose(), "rk_live_shop");
    home.places.project = Some("masked".into());
    let (settings, notes) = home.settings();
    assert!(settings.stripe_key.is_none() && notes[0].starts_with("no usable key"), "{notes:?}");
    home.places.project = Some("nobody".into());
    assert!(home.error().contains("no project nobody"));

    home.places.variables.insert("STRIPE_API_KEY".into(), "sk_test_env".into());
    assert_eq!(home.settings().0.stripe_key.expect("given").value.expose(), "sk_test_env");
}
