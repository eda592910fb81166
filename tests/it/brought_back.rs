//! Accounts that were removed and come back: with what line, and not while another process has the file.

use stripesync::store::Lock;

use crate::accounts::{CONNECTED_KEY, Many, SHOP_KEY, STUDIO};
use crate::program::{Ran, text};

#[test]
fn an_account_whose_key_went_with_it_comes_back_with_the_line_that_was_told() {
    let world = Many::new();
    let variables = [("SHOP", SHOP_KEY), ("STUDIO", STUDIO)];
    let back = |ran: &Ran| {
        let told = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = told.split("until `stripesync ").nth(1).and_then(|rest| rest.split('`').next());
        (line.unwrap_or_else(|| panic!("{told}")).to_owned(), told)
    };
    let active = |id: &str| world.accounts(&format!("remote_id='{id}' AND status='active'"));
    for (id, name, option) in
        [("acct_1ShopOnItsOwn", "shop", "--stripe-key-env=SHOP"), ("12346", "studio", "--fic-token-env=STUDIO")]
    {
        assert_eq!(world.run(&["accounts", "add", name, option], &variables).code, Some(0));
        // The token opens another company: only the last one takes it along.
        if name == "studio" {
            let other = world.run(&["accounts", "remove", "12347", "--yes"], &variables);
            assert_eq!((other.code, back(&other).0.as_str()), (Some(0), "accounts add 12347"), "{}", other.stderr);
        }
        for more in [&[][..], &["--keep-data"]] {
            let removed = world.run(&[&["accounts", "remove", id, "--yes"], more].concat(), &variables);
            assert_eq!((removed.code, active(id)), (Some(0), 0), "{}", removed.stderr);
            assert!(!world.config().contains(name), "{}", world.config());
            let (line, told) = back(&removed);
            assert!(told.contains("with its "), "{told}");
            // By its id it cannot come back: nothing is left that opens it.
            let by_id = world.run(&["accounts", "add", id], &variables);
            assert_eq!((by_id.code, active(id)), (Some(4), 0), "{}", by_id.stderr);
            let arguments: Vec<&str> = line.split(' ').chain([option]).collect();
            let added = world.run(&arguments, &variables);
            assert_eq!((added.code, active(id)), (Some(0), 1), "{line}: {}", added.stderr);
        }
    }
    // What was removed beside it stays so.
    assert_eq!(active("12347"), 0);
}

#[test]
fn nothing_that_was_removed_comes_back_while_another_process_has_the_file() {
    let world = Many::new();
    let (token, key) = (("FIC_ACCESS_TOKEN", "a/sandbox"), ("SHOP", SHOP_KEY));
    let studio = ("STUDIO", STUDIO);
    let variables = [token, key, studio];
    assert_eq!(world.run(&["accounts", "discover"], &[token]).code, Some(0));
    assert_eq!(world.run(&["accounts", "add", "shop", "--stripe-key-env", "SHOP"], &variables).code, Some(0));
    let all = ["acct_1ShopOnItsOwn", "12346"];
    for id in all {
        assert_eq!(world.run(&["accounts", "remove", id, "--yes"], &variables).code, Some(0));
    }
    let removed = |id: &str| {
        let listed = world.json(&["accounts", "list", "--status", "removed"], &variables);
        listed.as_array().expect("a list").iter().any(|it| it["account"] == id)
    };
    let of_shop = ["accounts", "add", "shop", "--stripe-key-env", "SHOP"];
    let of_studio = ["accounts", "add", "studio", "--fic-token-env", "STUDIO", "--company-id", "12346"];
    let lines: [&[&str]; 4] =
        [&["accounts", "add", "12346"], &of_shop, &of_studio, &["accounts", "discover", "--include-removed"]];
    let (held, config) = (Lock::take(&world.home.database(), "now").expect("is free"), world.config());
    let marks = "SELECT group_concat(remote_id || status || coalesce(opened, '-')) FROM accounts";
    let before = text(&world.home.database(), marks);
    for line in lines {
        let ran = world.run(line, &variables);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(5), ""), "{line:?}: {}", ran.stderr);
        assert!(all.iter().all(|id| removed(id)), "{line:?}");
        assert_eq!((world.config(), text(&world.home.database(), marks)), (config.clone(), before.clone()), "{line:?}");
    }
    // What has nothing to do with it may run beside.
    for line in [
        &["accounts", "add", "first", "--stripe-key-env", "FIRST"][..],
        &["accounts", "add", "12345"],
        &["accounts", "discover"],
        &["accounts", "discover", "--include-removed", "--dry-run"],
    ] {
        let ran = world.run(line, &[token, key, ("FIRST", CONNECTED_KEY)]);
        assert_eq!(ran.code, Some(0), "{line:?}: {}", ran.stderr);
    }
    assert!(all.iter().all(|id| removed(id)));
    drop(held);
    assert_eq!(world.run(&of_shop, &variables).code, Some(0));
    assert_eq!(world.run(lines[0], &variables).code, Some(0));
    assert!(!all.iter().any(|id| removed(id)));
    world.home.assert_intact();
}
