//! `accounts add`: a key or token under a name, tried before anything is written; or an account that was removed.

use std::io::{BufRead, Read};
use std::path::Path;

use super::asking::Access;
use super::{connected, lock, named, opened};
use crate::cli::args::{AccountsAddArgs, Global, ProviderArg};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{places, settings, signals, values};
use crate::clock::Clock;
use crate::config::edit::Edit;
use crate::config::{self, Credentials, KeyField, NamedKey, Places, Said, Secret, Settings};
use crate::model::accounts::{AccountLine, Found, Standing};
use crate::model::cancel::Cancel;
use crate::store::Store;
use crate::sync::TakesUp;
use crate::ui::Ui;
use crate::ui::units::counted;

/// No key or token comes near.
const LINE_BYTES_MAX: u64 = 8 * 1024;

/// Runs the command.
pub(super) fn run(args: &AccountsAddArgs, global: &Global, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    let settings = settings(global, ui)?;
    let is_account = args.name.starts_with("acct_") || is_known_company(&args.name, &settings)?;
    if is_account {
        return bring_back(args, &settings, ui, clock);
    }
    let places = places(global)?;
    config::check_name(&args.name).map_err(|why| Failure::usage(format!("{} {why}", args.name)))?;
    let path = places.config_path().ok_or_else(|| {
        Failure::usage("there is no place for a config file: no home folder, and none named")
            .hint("name one with --config")
    })?;
    refuse_taken(&settings, &args.name, &path)?;
    let field = credential(args, &places, global, ui)?;
    let new = NamedKey {
        name: args.name.clone(),
        fields: vec![field.clone()],
        company: args.company_id.clone(),
        file: path.clone(),
    };
    // Whoever cannot be written to is told before anybody is asked. Nobody else waits while a service is.
    drop(Edit::open(&path)?);
    let credentials = with_what_is_there(&places, &new)?;
    if let Some(unset) = credentials.unset.iter().find(|it| it.name == args.name) {
        return Err(Failure::usage(format!("{} is not set", unset.variable))
            .hint("set it in this environment, so that the key can be tried; only its name is written down"));
    }
    let cancel = signals::watch()?;
    let access = newest(&credentials, &args.name)?;
    let tried = access.try_out(&cancel);
    if let Some(signal) = cancel.signal() {
        return Err(Failure::new(Exit::Interrupted(signal), "interrupted").hint("nothing was written"));
    }
    let opens = tried?;
    // Before anything is written: what the key opens has to go somewhere.
    let store = opened(&settings.database.value)?;
    // Whoever adds the key of an account, or of one company, asks for that.
    let is_one = new.company.is_some() || access.provider() == "stripe";
    let removed = store.removed_accounts(access.provider(), access.mode())?;
    let takes_up = match is_one && opens.iter().any(|id| removed.contains(id)) {
        // Not while another process is just removing it; and whoever is refused for that has written nothing.
        true => {
            store.guard(lock(&settings.database.value, &cancel, ui, clock)?);
            TakesUp::Everybody
        }
        // What somebody begins to remove from here on stays out. A sync that runs is in nobody's way.
        false => TakesUp::Nobody,
    };
    // Another one may have added a key meanwhile, and from here on waits: this takes an instant.
    let mut edit = Edit::open(&path)?;
    let credentials = with_what_is_there(&places, &new)?;
    let access = newest(&credentials, &args.name)?;
    write(&mut edit, &new, &field)?;
    edit.save()?;
    let found = access.find(&store, &names(&credentials, access.provider()), false, takes_up, &cancel, &mut |_| {});
    let found = found.map_err(|failure| written_all_the_same(failure, &new, cancel.signal()))?;
    tell(&found, &new, &field, ui);
    ui.found(&[found], false).map_err(|error| Failure::stdout(&error))?;
    Ok(Exit::Done)
}

/// Returns a new key with those that are there now; refuses it where its name or its text is among them.
fn with_what_is_there(places: &Places, new: &NamedKey) -> Result<Credentials, Failure> {
    let there = config::resolve(&config::gather(places)?.layers)?;
    refuse_taken(&there, &new.name, &new.file)?;
    Ok(there.credentials_with(new)?)
}

/// Refuses a name that an entry has.
fn refuse_taken(settings: &Settings, name: &str, path: &Path) -> Result<(), Failure> {
    if settings.named_keys.iter().all(|it| it.name != name) {
        return Ok(());
    }
    Err(Failure::usage(format!("{} has a key named {name} already", path.display()))
        .hint("choose another name; or change that entry with an editor, and run `stripesync accounts discover`"))
}

/// Says that the key is there, though what it opens could not be written down.
fn written_all_the_same(failure: impl Into<Failure>, new: &NamedKey, signal: Option<i32>) -> Failure {
    let failure: Failure = failure.into();
    let exit = signal.map_or(failure.exit, Exit::Interrupted);
    Failure::new(exit, failure.message).hint(format!(
        "keys.{} is in the config file; `stripesync accounts discover` writes down what it opens",
        new.name
    ))
}

/// Returns whether a name is that of a company of Fatture in Cloud which is synced no more: names may be numbers, too.
fn is_known_company(name: &str, settings: &Settings) -> Result<bool, Failure> {
    let is_number = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
    if !is_number || !settings.database.value.exists() {
        return Ok(false);
    }
    let known = Store::open_read_only(&settings.database.value)?.accounts_named(name)?;
    Ok(known.iter().any(|it| it.provider == "fic"))
}

/// Says the credential: a variable, what somebody types, or a line of stdin.
fn credential(args: &AccountsAddArgs, places: &Places, global: &Global, ui: &Ui) -> Result<KeyField, Failure> {
    let variable = match (&args.stripe_key_env, &args.fic_token_env) {
        (Some(variable), _) => Some(("stripe_key_env", variable)),
        (_, Some(variable)) => Some(("fic_token_env", variable)),
        _ => None,
    };
    if let Some((field, variable)) = variable {
        // Not by clap, which would repeat it: it may be the key itself.
        let variable = values::variable(variable)
            .map_err(|why| Failure::usage(format!("--{}: {why}", field.replace('_', "-"))))?;
        let is_other = args.provider.is_some_and(|it| (it == ProviderArg::Fic) != (field == "fic_token_env"));
        if is_other {
            return Err(Failure::usage("--provider names another service than the variable's option")
                .hint("leave --provider away: the option says whose key it is"));
        }
        return Ok(config::candidate(places, field, Said::Variable(variable))?);
    }
    let secret = typed(global, ui)?;
    let looks_like_stripe = ["sk_", "rk_", "pk_", "whsec_"].iter().any(|begin| secret.expose().starts_with(begin));
    let is_stripe = args.provider.map_or(looks_like_stripe, |it| it == ProviderArg::Stripe);
    let field = if is_stripe { "stripe_key" } else { "fic_token" };
    Ok(config::candidate(places, field, Said::Text(secret))?)
}

fn typed(global: &Global, ui: &Ui) -> Result<Secret, Failure> {
    let text = if ui.can_ask() {
        if global.no_input {
            return Err(Failure::usage("there is no key: --no-input keeps from asking for it").hint(
                "name the variable that holds it with --stripe-key-env or --fic-token-env, or give it on stdin",
            ));
        }
        signals::asking(ui, || ui.ask_secret("Stripe key or token of Fatture in Cloud (it is not shown)"))?
    } else {
        let mut line = String::new();
        let mut stdin = std::io::stdin().lock().take(LINE_BYTES_MAX);
        let read = std::io::BufReader::new(&mut stdin).read_line(&mut line);
        read.map_err(|error| Failure::usage("stdin holds no key").because(&error))?;
        line
    };
    let text = text.trim_end_matches(['\n', '\r']);
    if text.trim().is_empty() {
        return Err(Failure::usage("no key was given")
            .hint("name the variable that holds it with --stripe-key-env or --fic-token-env, or give it on stdin"));
    }
    Ok(Secret::new(text))
}

/// Returns the credential that was just added.
fn newest<'c>(credentials: &'c Credentials, name: &str) -> Result<Access<'c>, Failure> {
    let is_it = |it: &Option<String>| it.as_deref() == Some(name);
    let stripe = credentials.stripe.iter().find(|it| is_it(&it.name)).map(Access::Stripe);
    let found = stripe.or_else(|| credentials.fic.iter().find(|it| is_it(&it.name)).map(Access::Fic));
    found.ok_or_else(|| Failure::failed(format!("the key {name} is not among the credentials")))
}

/// Returns the names of all credentials of a service.
pub(super) fn names(credentials: &Credentials, provider: &str) -> Vec<Option<String>> {
    let unset = credentials.unset.iter().filter(|it| it.provider == provider).map(|it| Some(it.name.clone()));
    match provider {
        "stripe" => credentials.stripe.iter().map(|it| it.name.clone()).chain(unset).collect(),
        _ => credentials.fic.iter().map(|it| it.name.clone()).chain(unset).collect(),
    }
}

fn write(edit: &mut Edit, new: &NamedKey, field: &KeyField) -> Result<(), Failure> {
    let value = match (&field.variable, &field.value) {
        (Some(variable), _) => variable.as_str(),
        (None, Some(secret)) => secret.expose(),
        (None, None) => "",
    };
    edit.set(&["keys", &new.name, field.field], value)?;
    if let Some(company) = &new.company {
        edit.set(&["keys", &new.name, "company_id"], company)?;
    }
    Ok(())
}

fn tell(found: &Found, new: &NamedKey, field: &KeyField, ui: &Ui) {
    let what = match (&field.variable, &field.value) {
        (Some(variable), _) => format!("the name of the variable {variable}"),
        (None, secret) => {
            let hint = secret.as_ref().map(Secret::hint).unwrap_or_default();
            format!("the {} {hint}", if found.provider == "fic" { "token" } else { "key" })
        }
    };
    ui.note(&format!("{} holds {what} now, as keys.{}", new.file.display(), new.name));
    if found.provider == "stripe" {
        ui.note("accounts that are connected to it, `stripesync accounts discover` finds");
    }
}

/// Takes an account up again that was removed, or that its platform does not show any more: whoever reads it is asked first.
fn bring_back(args: &AccountsAddArgs, settings: &Settings, ui: &Ui, clock: &dyn Clock) -> Result<Exit, Failure> {
    if args.stripe_key_env.is_some() || args.fic_token_env.is_some() {
        return Err(Failure::usage(format!("{} is an account's id, not a name for its key", args.name))
            .hint("choose a name of your own, such as shop"));
    }
    crate::cli::status::present(&settings.database.value)?;
    let store = opened(&settings.database.value)?;
    let known = named(&store, &args.name)?;
    if idle(&known).is_empty() {
        return nothing_to_do(&known, ui);
    }
    let credentials = settings.credentials()?;
    let cancel = signals::watch()?;
    // From before the first question to the end: asking writes, too. One that is being removed at this moment is removed, and
    // whoever is refused for that has brought nothing back.
    store.guard(lock(&settings.database.value, &cancel, ui, clock)?);
    // As whoever had the file before left it.
    let known = named(&store, &args.name)?;
    if idle(&known).is_empty() {
        return nothing_to_do(&known, ui);
    }
    // It may be there in two modes, of which a key opens one.
    let (mut back, mut first) = (Vec::new(), None);
    for account in idle(&known) {
        let tried =
            refuse_without_platform(&store, account).and_then(|()| try_reader(&store, account, &credentials, &cancel));
        if let Err(failure) = tried {
            first.get_or_insert(failure);
            continue;
        }
        store.at_once(|| store.brought_back(account.row).map(drop))?;
        back.push(account);
        ui.note(&format!("{} is synced again", account.label()));
        let with_it = connected(&store, account)?;
        if with_it > 0 {
            ui.note(&format!("{} that its key reads: synced again, too", counted(with_it, "account")));
        }
    }
    if let Some(failure) = first.filter(|_| back.is_empty()) {
        return Err(failure);
    }
    let found: Vec<Found> = back.iter().map(|it| alone(it, 1)).collect();
    ui.found(&found, false).map_err(|error| Failure::stdout(&error))?;
    Ok(Exit::Done)
}

/// Returns which of an account's lines are synced no more. One that only events named was never there, if another one was.
fn idle(known: &[AccountLine]) -> Vec<&AccountLine> {
    let idle = || known.iter().filter(|it| !it.standing.is_synced());
    let was_there = |it: &&AccountLine| it.standing != Standing::Named;
    if idle().any(|it| was_there(&it)) { idle().filter(was_there).collect() } else { idle().collect() }
}

fn nothing_to_do(known: &[AccountLine], ui: &Ui) -> Result<Exit, Failure> {
    ui.note(&format!("{} is synced whenever it is its turn; nothing to do", known[0].label()));
    let found: Vec<Found> = known.iter().map(|it| alone(it, 0)).collect();
    ui.found(&found, false).map_err(|error| Failure::stdout(&error))?;
    Ok(Exit::Done)
}

/// Tells of an account alone as of what a credential opens; `new` is 1 where it was taken up again.
fn alone(account: &AccountLine, new: u64) -> Found {
    Found {
        provider: if account.provider == "fic" { "fic" } else { "stripe" },
        credential: account.credential.clone(),
        mode: match account.mode.as_str() {
            "live" => "live",
            "sandbox" => "sandbox",
            _ => "test",
        },
        own: Some(account.id.clone()),
        listed: 1,
        new,
        ..Found::default()
    }
}

/// Refuses an account that is read on the key of one that was removed: that one comes first.
fn refuse_without_platform(store: &Store, account: &AccountLine) -> Result<(), Failure> {
    let Some(id) = &account.platform else { return Ok(()) };
    let platforms = store.accounts_named(id)?;
    let is_removed = |it: &AccountLine| it.mode == account.mode && it.standing == Standing::Removed;
    if !platforms.iter().any(is_removed) {
        return Ok(());
    }
    Err(Failure::usage(format!("{} is read with the key of {id}, which was removed", account.label()))
        .hint(format!("`stripesync accounts add {id}` takes that up again, and all that is read with its key")))
}

/// Asks the service with the credential that read an account whether it still does.
fn try_reader(store: &Store, account: &AccountLine, credentials: &Credentials, cancel: &Cancel) -> Result<(), Failure> {
    let is_its = |name: &Option<String>| *name == account.credential;
    let stripe = credentials.stripe.iter().filter(|it| it.mode.name() == account.mode);
    let access = match account.provider.as_str() {
        "stripe" => stripe.into_iter().find(|it| is_its(&it.name)).map(Access::Stripe),
        _ => credentials.fic.iter().find(|it| is_its(&it.name)).map(Access::Fic),
    };
    // Of one whose rows went with it nothing but the mark and this name is left.
    let is_known = account.opened_s.is_some() || account.standing == Standing::Removed;
    let company = if account.provider == "fic" { format!(" --company-id {}", account.id) } else { String::new() };
    let nothing = |why: String| {
        Err(Failure::new(Exit::Unauthorised, format!("nothing opens {}: {why}", account.label())).hint(format!(
            "`stripesync accounts add NAME{company}` adds a key of its own, `stripesync accounts discover \
             --include-removed` asks the others"
        )))
    };
    let by = account.credential.as_ref().map_or_else(|| "the one without a name".to_owned(), |it| format!("keys.{it}"));
    let Some(access) = access.filter(|_| is_known) else { return nothing(format!("{by} is not there")) };
    // What it opens today is written down on the way; the list of a platform says whether the account is still there.
    let (with_connected, takes_up) = (account.platform.is_some(), TakesUp::Only(&account.id));
    access.find(store, &names(credentials, access.provider()), with_connected, takes_up, cancel, &mut |_| {})?;
    let now = store.accounts_named(&account.id)?.into_iter().find(|it| it.row == account.row);
    match now.map(|it| it.standing) {
        Some(Standing::Disconnected) => {
            Err(Failure::new(Exit::Unauthorised, format!("{} is not shown any more", account.label()))
                .hint("its owner has to connect it again"))
        }
        // It was not among what the credential opens.
        Some(Standing::Removed) => nothing(format!("{by} does not show it")),
        _ => Ok(()),
    }
}
