//! Which accounts a command line means, through the real program against a sandbox of both services.

use std::sync::Arc;

use assert_cmd::Command;
use stripesync::sandbox::fic::{FicSandbox, FicSettings};
use stripesync::sandbox::{Options, Sandbox, Sizes, TEST_KEY};

struct World {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> World {
        let company = FicSandbox::new(FicSettings { clients: 5, ..FicSettings::default() });
        let options = Options {
            sizes: Sizes::customers(1),
            mounts: vec![(&["/c/", "/user/", "/info/"], Arc::new(company))],
            ..Options::default()
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        World { sandbox: Sandbox::start(options).expect("starts"), folder }
    }

    /// Runs with both credentials; returns the exit code and what was said.
    fn sync(&self, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_stripesync"))
            .env_clear()
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path())
            .env("STRIPE_API_KEY", TEST_KEY)
            .env("STRIPE_API_BASE", self.sandbox.stripe_base_url())
            .env("FIC_ACCESS_TOKEN", "a/sandbox")
            .env("FIC_API_BASE", self.sandbox.fic_base_url())
            .envs(variables.iter().copied())
            .arg("sync")
            .args(arguments)
            .output()
            .expect("starts");
        (output.status.code().expect("exits"), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn a_company_named_leaves_stripe_out_and_an_account_the_companies() {
    let world = World::new();
    let both = ["stripe:customers", "fic:clients", "--account"];
    let (code, said) = world.sync(&[&both[..], &["12345"]].concat(), &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Stripe is left out: --account 12345"), "{said}");
    let (code, said) = world.sync(&[&both[..], &["acct_other"]].concat(), &[]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("Fatture in Cloud is left out") && said.contains("this key opens acct_"), "{said}");
    let opened = said.split("this key opens ").nth(1).and_then(|rest| rest.split(',').next()).expect("named");
    let (code, said) = world.sync(&[&both[..], &[opened]].concat(), &[]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = world.sync(&[&both[..], &[opened, "--account", "acct_other"]].concat(), &[]);
    assert!(code == 3 && said.contains("not acct_other"), "{code}: {said}");
}

#[test]
fn a_name_that_nobody_opens_is_refused_with_those_that_are() {
    let world = World::new();
    let seen = "12345 (Sandbox S.r.l.)";
    for (arguments, variables, parts) in [
        (&["fic:clients"][..], &[("FIC_COMPANY_ID", "999")][..], &["no company 999", seen, "FIC_COMPANY_ID"][..]),
        (&["fic:clients", "--account", "999"], &[], &["no company 999", seen]),
        (&["fic:clients", "--account", "12345"], &[("FIC_COMPANY_ID", "999")], &["no company 999", seen]),
        (&["--account", "nonsense"], &[], &["this key opens acct_", "not nonsense", "no company nonsense", seen]),
        (&["stripe:customers", "--account", "12345"], &[], &["does not belong to the service", "acct_"]),
    ] {
        let (code, said) = world.sync(arguments, variables);
        assert_eq!(code, 2, "{arguments:?}: {said}");
        for part in parts {
            assert!(said.contains(part), "{part} in {said}");
        }
    }
    let (code, said) = world.sync(&["fic:clients", "--account", "12345", "--account", "999"], &[]);
    assert!(code == 3 && said.contains("no company 999"), "{code}: {said}");
}
