use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::config::{Places, gather, resolve};

const ONE: &str = "sk_test_theFirstOfThem";
const TWO: &str = "rk_live_theSecondOfThem";

/// What a config file, an environment and a `.env` come to; the notes, too.
fn read(config: &str, variables: &[(&str, &str)], dot_env: &str) -> (Settings, Vec<String>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("config.toml");
    fs::write(&path, config).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
    if !dot_env.is_empty() {
        let path = folder.path().join(".env");
        fs::write(&path, dot_env).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
    }
    fs::create_dir(folder.path().join("stripe")).expect("made");
    let of_stripe_cli = "[default]\ntest_mode_api_key = \"rk_test_ofTheStripeCli\"\n";
    fs::write(folder.path().join("stripe/config.toml"), of_stripe_cli).expect("written");
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let gathered = gather(&Places {
        variables,
        working_folder: folder.path().to_owned(),
        config_folder: Some(folder.path().to_owned()),
        config_file: Some(path),
        project: None,
    });
    let gathered = gathered.expect("readable");
    (resolve(&gathered.layers).expect("nothing is blank"), gathered.notes)
}

fn names(credentials: &Credentials) -> Vec<String> {
    let stripe = credentials.stripe.iter().map(|it| (it.name.as_deref(), it.key.expose()));
    let fic = credentials.fic.iter().map(|it| (it.name.as_deref(), it.token.expose()));
    stripe.chain(fic).map(|(name, text)| format!("{}={text}", name.unwrap_or("-"))).collect()
}

#[test]
fn those_without_a_name_come_first_then_by_name_whatever_place_says_the_text() {
    let config = format!(
        "[stripe]\napi_key = \"sk_test_withoutAName\"\n[fic]\ncompany_id = 5\n[keys.shop]\nstripe_key = \"{ONE}\"\n\
         [keys.b-log_2]\nstripe_key_env = \"BLOG_KEY\"\n[keys.studio]\nfic_token_env = \"STUDIO\"\ncompany_id = 12\n"
    );
    let variables = [("BLOG_KEY", TWO), ("FIC_ACCESS_TOKEN", "a/plain")];
    let (settings, _) = read(&config, &variables, "STUDIO=a/studio\nBLOG_KEY=sk_test_notThisOne\n");
    let credentials = settings.credentials().expect("fine");
    let wanted = [
        "-=sk_test_withoutAName".to_owned(),
        format!("b-log_2={TWO}"),
        format!("shop={ONE}"),
        "-=a/plain".to_owned(),
        "studio=a/studio".to_owned(),
    ];
    assert_eq!(names(&credentials), wanted);
    let companies: Vec<_> = credentials.fic.iter().map(|it| it.company.as_deref()).collect();
    assert_eq!(companies, [Some("5"), Some("12")]);
    assert_eq!(credentials.stripe[1].mode.name(), "live");
    assert_eq!(credentials.fic[1].source, Source::Variable { name: "STUDIO".to_owned(), is_dot_env: true });
    // What asks for one credential alone knows nothing of the others.
    assert_eq!(settings.stripe().expect("fine").expect("given").key.expose(), "sk_test_withoutAName");
    assert!(!format!("{settings:?}{credentials:?}").contains("OfThem"), "no text of a key is ever printed");
}

#[test]
fn a_variable_that_is_not_set_is_told_by_who_needs_it_and_keeps_nobody_else() {
    let config = format!("[keys.gone]\nstripe_key_env = \"NOT_SET\"\n[keys.shop]\nstripe_key = \"{ONE}\"\n");
    let (settings, _) = read(&config, &[], "");
    let credentials = settings.credentials().expect("the other one is fine");
    assert_eq!(names(&credentials), [format!("shop={ONE}")]);
    let [unset] = &credentials.unset[..] else { panic!("{:?}", credentials.unset) };
    assert_eq!((unset.name.as_str(), unset.provider), ("gone", "stripe"));
    let said = unset.error().to_string();
    assert!(said.starts_with("NOT_SET is not set, which keys.gone names (from "), "{said}");
    // The Stripe CLI's key is for those who keep none themselves.
    assert!(settings.stripe_key.is_none() && read("", &[], "").0.stripe_key.is_some());
}

#[test]
fn what_cannot_be_is_refused_by_its_name_and_without_its_text() {
    for (config, parts) in [
        ("[keys.\"a b\"]\nstripe_key = \"x\"\n", &["keys.a b is no name"][..]),
        ("[keys.acct_1]\nstripe_key = \"x\"\n", &["keys.acct_1 is an account's id"]),
        ("[keys.a]\n", &["keys.a needs exactly one of"]),
        ("[keys.a]\ncompany_id = 1\n", &["keys.a needs exactly one of"]),
        ("[keys.a]\nstripe_key = \"sk_test_MARKER\"\nfic_token = \"a/MARKER\"\n", &["keys.a needs exactly one of"]),
        ("[keys.a]\nstripe_key = \"sk_test_MARKER\"\ncompany_id = 1\n", &["keys.a has a company_id"]),
        ("[keys.a]\nstripe_key = \"pk_test_MARKER\"\n", &["keys.a.stripe_key is a publishable key"]),
        ("[keys.a]\nstripe_key_env = \"BLANK\"\n", &["keys.a.stripe_key_env (BLANK) is set but blank"]),
        ("[keys.a]\nfic_token = \"Bearer a/MARKER\"\n", &["keys.a.fic_token begins with \"Bearer\""]),
    ] {
        let (settings, _) = read(config, &[("BLANK", " ")], "");
        let said = settings.credentials().expect_err(config).to_string();
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
        assert!(!said.contains("MARKER"), "{said}");
    }
}

#[test]
fn of_the_same_text_in_two_places_the_first_works_and_the_second_is_named() {
    let twice = format!("[keys.a]\nstripe_key = \"{ONE}\"\n[keys.b]\nstripe_key_env = \"B\"\n");
    let as_default = format!("[stripe]\napi_key = \"{ONE}\"\n[keys.a]\nstripe_key = \"{ONE}\"\n");
    let tokens = "[keys.a]\nfic_token = \"a/one\"\n[keys.b]\nfic_token = \"a/one\"\n[keys.c]\nfic_token = \"a/two\"\n";
    for (config, variables, left, told) in [
        (twice.as_str(), &[("B", ONE)][..], &[format!("a={ONE}")][..], "keys.b is the same as keys.a, which is used"),
        (&as_default, &[], &[format!("-={ONE}")], "keys.a is the same as stripe.api_key, which is used"),
        (
            "[keys.a]\nstripe_key_env = \"B\"\n",
            &[("B", ONE), ("STRIPE_API_KEY", ONE)],
            &[format!("-={ONE}")],
            "keys.a is the same as STRIPE_API_KEY, which is used",
        ),
        (
            tokens,
            &[],
            &["-=rk_test_ofTheStripeCli".to_owned(), "a=a/one".to_owned(), "c=a/two".to_owned()],
            "keys.b is the same as keys.a, which is used",
        ),
    ] {
        let (settings, _) = read(config, variables, "");
        let credentials = settings.credentials().expect("the first works");
        assert_eq!(names(&credentials), left);
        let [double] = &credentials.doubles[..] else { panic!("{:?}", credentials.doubles) };
        assert!(double.note.starts_with(told) && !double.note.contains(ONE), "{}", double.note);
        assert!(!double.note.contains('\n'), "{}", double.note);
    }
}

#[test]
fn a_key_that_would_be_a_double_is_refused_with_the_place_that_has_it() {
    let (settings, _) = read("", &[("STRIPE_API_KEY", ONE)], "");
    let field = KeyField {
        field: "stripe_key",
        variable: None,
        value: Some(Secret::new(ONE)),
        source: Source::File(PathBuf::from("/unwritten/config.toml")),
    };
    let new = NamedKey {
        name: "shop".to_owned(),
        fields: vec![field],
        company: None,
        file: PathBuf::from("/unwritten/config.toml"),
    };
    let said = settings.credentials_with(&new).expect_err("a double").to_string();
    assert!(said.contains("STRIPE_API_KEY") && said.contains("environment") && !said.contains("unwritten"), "{said}");
}

#[test]
fn a_dot_env_sends_no_named_key_from_elsewhere_to_a_host_of_its_choice() {
    let base = "STRIPE_API_BASE=https://evil.example\n";
    let (settings, _) = read(&format!("[keys.a]\nstripe_key = \"{ONE}\"\n"), &[], base);
    let said = settings.credentials().expect_err("refused").to_string();
    assert!(said.contains("would send a credential that does not come from .env"), "{said}");
    let by_variable = "[keys.a]\nstripe_key_env = \"A\"\n";
    assert!(read(by_variable, &[("A", ONE)], base).0.credentials().is_err());
    let all_its_own = read(by_variable, &[], &format!("{base}A={ONE}\n")).0.credentials().expect("its own key");
    assert_eq!(all_its_own.stripe[0].base_url, "https://evil.example");
}
