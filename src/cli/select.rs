//! Which resources a command line means. Pure.

use std::collections::BTreeSet;

use crate::model::resource::{List, Provider, Resource};

/// Names this alike are worth suggesting (Jaro-Winkler, 1 is equal).
const ALIKE_MIN: f64 = 0.8;
/// More suggestions than this are a list to read instead.
const SUGGESTIONS_MAX: usize = 3;

/// What the user said about resources.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish<'a> {
    /// Names; none, or `all`, means every resource.
    pub names: &'a [String],
    /// Names to leave out.
    pub exclude: &'a [String],
    /// Only this service.
    pub provider: Option<Provider>,
}

/// Returns whether an account named on the command line may be one of this service: Stripe's begin with `acct_`,
/// companies of Fatture in Cloud are numbers. What is neither may be meant for both.
pub fn may_belong(account: &str, provider: Provider) -> bool {
    let is_company = !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit());
    match provider {
        Provider::Stripe => !is_company,
        Provider::Fic => !account.starts_with("acct_"),
    }
}

/// Why a wish cannot be granted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A name without a letter in it: an unset variable of a script, most likely.
    #[error("a resource without a name was asked for: \"{0}\"")]
    Blank(String),
    /// No resource has this name.
    #[error("there is no resource {name}{}", did_you_mean(.suggestions))]
    Unknown {
        /// As typed.
        name: String,
        /// Names like it.
        suggestions: Vec<String>,
    },
    /// The name's service is not the one chosen.
    #[error("{name} is not a resource of --provider {}", .provider.name())]
    OtherProvider {
        /// As typed.
        name: String,
        /// The one chosen.
        provider: Provider,
    },
    /// Asked for and excluded at once.
    #[error("{0} is asked for and excluded by --exclude at once")]
    Contradiction(String),
    /// What was asked for is read with something excluded.
    #[error("{name} is read with {parents}, which --exclude leaves out")]
    ParentExcluded {
        /// As typed.
        name: String,
        /// What it is read with.
        parents: String,
    },
    /// Everything was excluded.
    #[error("nothing is left to pull: --exclude leaves out all that was chosen")]
    NothingLeft,
}

fn did_you_mean(suggestions: &[String]) -> String {
    match suggestions {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        more => format!("; did you mean one of {}?", more.join(", ")),
    }
}

/// What a wish comes down to.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The resources, in the order of the table.
    pub resources: Vec<&'static Resource>,
    /// Sentences on what else an exclusion leaves out.
    pub notes: Vec<String>,
}

/// Parts words at their commas: `customers,invoices` is as good as two words. A word of nothing else stays, to be refused.
pub fn parted(words: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for word in words {
        let parts: Vec<&str> = word.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            names.push(word.clone());
        }
        names.extend(parts.into_iter().map(str::to_owned));
    }
    names
}

/// Returns the resources meant, in the order of the table. Children follow their parents; a child that has no list of
/// its own brings its parent along, and is left out with it.
///
/// # Errors
/// When a name means nothing, what is asked for by name is excluded, or nothing is left.
pub fn select(table: &[&'static Resource], wish: &Wish) -> Result<Selection, Error> {
    let mut chosen = vec![false; table.len()];
    let is_all = wish.names.is_empty() || wish.names.iter().any(|name| normal(name) == "all");
    for (_, indices) in asked(table, wish)? {
        for index in indices {
            chosen[index] = true;
            choose_parents(table, index, &mut chosen);
        }
    }
    if is_all {
        for (index, resource) in table.iter().enumerate() {
            chosen[index] = wish.provider.is_none_or(|provider| provider == resource.provider);
        }
    }
    spread(table, &mut chosen, follows_any);
    let mut named_out = vec![false; table.len()];
    if wish.exclude.iter().any(|name| normal(name) == "all") {
        return Err(Error::NothingLeft);
    }
    for name in wish.exclude {
        for index in named(table, name, None)? {
            named_out[index] = true;
        }
    }
    let mut excluded = named_out.clone();
    spread(table, &mut excluded, falls_with);
    for (name, indices) in asked(table, wish)? {
        check_left(table, name, &indices, &named_out, &excluded)?;
    }
    let left: Vec<usize> = (0..table.len()).filter(|&i| chosen[i] && !excluded[i]).collect();
    if left.is_empty() && !table.is_empty() {
        return Err(Error::NothingLeft);
    }
    let also: Vec<usize> = (0..table.len()).filter(|&i| chosen[i] && excluded[i] && !named_out[i]).collect();
    let mut notes: Vec<String> = also_left_out(table, &also).into_iter().collect();
    notes.extend(in_part(table, &left, &excluded));
    notes.extend(comes_along(table, &left, &named_out));
    Ok(Selection { resources: left.into_iter().map(|i| table[i]).collect(), notes })
}

/// Returns the names asked for, and where each stands in the table.
fn asked<'a>(table: &[&'static Resource], wish: &Wish<'a>) -> Result<Vec<(&'a str, Vec<usize>)>, Error> {
    let names = wish.names.iter().filter(|name| normal(name) != "all");
    names.map(|name| Ok((name.as_str(), named(table, name, wish.provider)?))).collect()
}

/// Looks whether anything is left of a name that was asked for.
fn check_left(
    table: &[&'static Resource],
    name: &str,
    indices: &[usize],
    named_out: &[bool],
    excluded: &[bool],
) -> Result<(), Error> {
    if indices.iter().any(|&index| !excluded[index]) {
        return Ok(());
    }
    if indices.iter().all(|&index| named_out[index]) {
        return Err(Error::Contradiction(name.to_owned()));
    }
    let parents: BTreeSet<&str> =
        indices.iter().flat_map(|&index| parents(table, index)).map(|at| table[at].name).collect();
    let parents: Vec<&str> = parents.into_iter().collect();
    Err(Error::ParentExcluded { name: name.to_owned(), parents: parents.join(", ") })
}

/// Says what is left out because it is read with what was excluded.
fn also_left_out(table: &[&'static Resource], also: &[usize]) -> Option<String> {
    let names: Vec<String> = also.iter().map(|&index| qualified(table[index])).collect();
    let first = names.first()?;
    let more = if names.len() == 1 { String::new() } else { format!(", {}", names[1..].join(", ")) };
    Some(format!("left out as well, being read only with what --exclude names: {first}{more}"))
}

/// Says of what stands in several resources that the part in the excluded ones is left out.
fn in_part(table: &[&'static Resource], left: &[usize], excluded: &[bool]) -> Vec<String> {
    let parts = left.iter().filter(|&&index| !has_own_list(table[index])).filter_map(|&index| {
        let lost: BTreeSet<&str> =
            parents(table, index).into_iter().filter(|&at| excluded[at]).map(|at| table[at].name).collect();
        let lost = lost.into_iter().collect::<Vec<_>>().join(", ");
        if lost.is_empty() {
            return None;
        }
        Some(format!("of {} those in {lost} are left out", qualified(table[index])))
    });
    parts.collect()
}

/// Says of what stands in an object's own JSON that it comes with the object whatever was excluded.
fn comes_along(table: &[&'static Resource], left: &[usize], named_out: &[bool]) -> Vec<String> {
    let notes = (0..table.len()).filter(|&index| named_out[index]).filter_map(|index| {
        let inline = table[index].inline.iter().filter_map(|at| position(table, table[index].provider, at.parent));
        let parents: BTreeSet<&str> = inline.filter(|at| left.contains(at)).map(|at| table[at].name).collect();
        let parents = parents.into_iter().collect::<Vec<_>>().join(", ");
        if parents.is_empty() {
            return None;
        }
        Some(format!("{} stands in {parents} and comes along all the same", qualified(table[index])))
    });
    notes.collect()
}

/// Returns a name that means one service's resource: `stripe:invoices`.
pub fn qualified(resource: &Resource) -> String {
    format!("{}:{}", resource.provider.name(), resource.name)
}

/// Returns whether a resource is read by a list of its own, and not with what it stands in.
pub fn has_own_list(resource: &Resource) -> bool {
    !matches!(resource.list, List::Under { .. } | List::Unlisted(_))
}

/// Returns where in the table a typed name stands: once, or once for each service.
fn named(table: &[&'static Resource], typed: &str, provider: Option<Provider>) -> Result<Vec<usize>, Error> {
    let name = normal(typed);
    let (service, plain) = match name.split_once(':') {
        Some((service, plain)) => (Some(service), plain),
        None => (None, name.as_str()),
    };
    let found: Vec<usize> = (0..table.len())
        .filter(|&i| table[i].name == plain && service.is_none_or(|service| table[i].provider.name() == service))
        .collect();
    if plain.trim_matches(',').is_empty() {
        return Err(Error::Blank(typed.to_owned()));
    }
    if found.is_empty() {
        return Err(Error::Unknown { name: typed.to_owned(), suggestions: suggestions(table, &name) });
    }
    let Some(provider) = provider else { return Ok(found) };
    let of_provider: Vec<usize> = found.into_iter().filter(|&i| table[i].provider == provider).collect();
    if of_provider.is_empty() {
        return Err(Error::OtherProvider { name: typed.to_owned(), provider });
    }
    Ok(of_provider)
}

/// Hyphens and capitals are what people type for the same thing.
fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace('-', "_")
}

/// Marks what must be read for a child to be read: every parent that it stands in, and theirs.
fn choose_parents(table: &[&'static Resource], child: usize, chosen: &mut [bool]) {
    let mut open = vec![child];
    while let Some(at) = open.pop() {
        if has_own_list(table[at]) {
            continue;
        }
        for parent in parents(table, at) {
            if !chosen[parent] {
                chosen[parent] = true;
                open.push(parent);
            }
        }
    }
}

/// Marks what follows from what is marked, and what follows from that.
fn spread(table: &[&'static Resource], marked: &mut [bool], follows: fn(&'static Resource, &[usize], &[bool]) -> bool) {
    // Each round reaches one generation further down.
    loop {
        let mut grew = false;
        for index in 0..table.len() {
            if !marked[index] && follows(table[index], &parents(table, index), marked) {
                marked[index] = true;
                grew = true;
            }
        }
        if !grew {
            return;
        }
    }
}

/// A child is pulled with any parent.
fn follows_any(_: &'static Resource, parents: &[usize], marked: &[bool]) -> bool {
    parents.iter().any(|&parent| marked[parent])
}

/// A child cannot be read when nothing is left that shows it.
fn falls_with(child: &'static Resource, parents: &[usize], marked: &[bool]) -> bool {
    !has_own_list(child) && !parents.is_empty() && parents.iter().all(|&parent| marked[parent])
}

/// Returns where in the table a child's parents stand.
fn parents(table: &[&'static Resource], child: usize) -> Vec<usize> {
    let resource = table[child];
    let under = match resource.list {
        List::Under { parent, .. } => Some(parent),
        _ => None,
    };
    let names = resource.inline.iter().map(|inline| inline.parent).chain(under);
    names.filter_map(|parent| position(table, resource.provider, parent)).filter(|&parent| parent != child).collect()
}

fn position(table: &[&'static Resource], provider: Provider, name: &str) -> Option<usize> {
    table.iter().position(|resource| resource.provider == provider && resource.name == name)
}

fn suggestions(table: &[&'static Resource], name: &str) -> Vec<String> {
    let (service, plain) = match name.split_once([':', '_']) {
        Some((service @ ("fic" | "stripe"), plain)) => (Some(service), plain),
        _ => (None, name),
    };
    // Whose service is named is not sent to the other one, unless nothing there is like it.
    let of_service: Vec<String> = alike(table, plain, |provider| service.is_none_or(|name| provider.name() == name));
    if of_service.is_empty() { alike(table, plain, |_| true) } else { of_service }
}

/// What people call resources of Fatture in Cloud that have another name there.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("invoices", "issued_documents"),
    ("quotes", "issued_documents"),
    ("proformas", "issued_documents"),
    ("credit_notes", "issued_documents"),
    ("orders", "issued_documents"),
    ("delivery_notes", "issued_documents"),
    ("bills", "received_documents"),
    ("expenses", "received_documents"),
    ("customers", "clients"),
    ("vendors", "suppliers"),
];

fn alike(table: &[&'static Resource], plain: &str, is_meant: impl Fn(Provider) -> bool) -> Vec<String> {
    let likeness = |resource: &Resource| {
        let is_other_name = |(typed, name): &(&str, &str)| *name == resource.name && *typed == plain;
        match resource.provider == Provider::Fic && OTHER_NAMES.iter().any(is_other_name) {
            true => 1.0,
            false => strsim::jaro_winkler(plain, resource.name),
        }
    };
    let meant = table.iter().filter(|resource| is_meant(resource.provider));
    let mut alike: Vec<(f64, &str)> = meant.map(|resource| (likeness(resource), resource.name)).collect();
    alike.retain(|(likeness, _)| *likeness >= ALIKE_MIN);
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    alike.dedup_by_key(|(_, name)| *name);
    alike.into_iter().take(SUGGESTIONS_MAX).map(|(_, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::resource::Inline;

    const fn of(provider: Provider, name: &'static str, list: List) -> Resource {
        Resource { provider, name, list, ..Resource::BLANK }
    }
    const fn under(provider: Provider, name: &'static str, parent: &'static str) -> Resource {
        of(provider, name, List::Under { parent, path: "" })
    }
    static TABLE: [Resource; 8] = [
        of(Provider::Stripe, "customers", List::Sliced("")),
        of(Provider::Stripe, "invoices", List::Sliced("")),
        under(Provider::Stripe, "invoice_lines", "invoices"),
        under(Provider::Stripe, "line_parts", "invoice_lines"),
        of(Provider::Stripe, "products", List::Sliced("")),
        of(Provider::Fic, "clients", List::Pages("")),
        of(Provider::Fic, "products", List::Pages("")),
        under(Provider::Fic, "product_items", "products"),
    ];

    fn names(wanted: &str, exclude: &str, provider: Option<Provider>) -> Result<String, Error> {
        let split = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let table: Vec<&'static Resource> = TABLE.iter().collect();
        let (names, exclude) = (split(wanted), split(exclude));
        let selected = select(&table, &Wish { names: &names, exclude: &exclude, provider })?;
        Ok(selected.resources.iter().map(|r| format!("{}:{}", r.provider.name(), r.name)).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn an_account_tells_by_its_shape_whose_it_is() {
        for (account, stripe, fic) in
            [("acct_1", true, false), ("12345", false, true), ("nonsense", true, true), ("", true, true)]
        {
            let may = [Provider::Stripe, Provider::Fic].map(|provider| may_belong(account, provider));
            assert_eq!(may, [stripe, fic], "{account}");
        }
    }

    #[test]
    fn names_mean_resources_and_what_stands_in_them() {
        let fic = "fic:clients fic:products fic:product_items";
        let stripe = "stripe:customers stripe:invoices stripe:invoice_lines stripe:line_parts stripe:products";
        let all = format!("{stripe} {fic}");
        let cases = [
            ("", "", None, all.as_str()),
            ("all", "", None, &all),
            ("all customers", "", None, &all),
            ("", "", Some(Provider::Fic), fic),
            ("all", "", Some(Provider::Stripe), stripe),
            ("customers", "", None, "stripe:customers"),
            ("Stripe:Customers", "", None, "stripe:customers"),
            (
                "invoices customers invoices",
                "",
                None,
                "stripe:customers stripe:invoices stripe:invoice_lines stripe:line_parts",
            ),
            ("invoice-lines", "", None, "stripe:invoices stripe:invoice_lines stripe:line_parts"),
            ("line_parts", "", None, "stripe:invoices stripe:invoice_lines stripe:line_parts"),
            ("products", "", None, "stripe:products fic:products fic:product_items"),
            ("products", "", Some(Provider::Fic), "fic:products fic:product_items"),
            ("stripe:products", "", None, "stripe:products"),
            ("", "invoices products", None, "stripe:customers fic:clients"),
            ("", "fic:products invoice_lines", None, "stripe:customers stripe:invoices stripe:products fic:clients"),
        ];
        for (wanted, exclude, provider, expected) in cases {
            assert_eq!(names(wanted, exclude, provider).as_deref(), Ok(expected), "{wanted:?} without {exclude:?}");
        }
    }

    #[test]
    fn what_means_nothing_is_named_with_what_is_like_it() {
        let cases = [
            ("custmers", "there is no resource custmers; did you mean customers?"),
            ("invoice", "there is no resource invoice; did you mean one of invoices, invoice_lines?"),
            ("stripe_customers", "there is no resource stripe_customers; did you mean customers?"),
            ("stripe:clients", "there is no resource stripe:clients; did you mean clients?"),
            ("fic:customers", "there is no resource fic:customers; did you mean clients?"),
            ("zebra", "there is no resource zebra"),
            ("", "a resource without a name was asked for: \"\""),
            (" ", "a resource without a name was asked for: \" \""),
            ("stripe:", "a resource without a name was asked for: \"stripe:\""),
        ];
        for (typed, message) in cases {
            let table: Vec<&'static Resource> = TABLE.iter().collect();
            let names = [typed.to_owned()];
            let error = select(&table, &Wish { names: &names, ..Wish::default() }).expect_err(typed);
            assert_eq!(error.to_string(), message);
        }
        let error = names("fic:clients", "", Some(Provider::Stripe)).expect_err("other service");
        assert_eq!(error.to_string(), "fic:clients is not a resource of --provider stripe");
        assert_eq!(names("", "customers invoices products clients", None), Err(Error::NothingLeft));
        assert_eq!(names("", "all", None), Err(Error::NothingLeft));
        assert!(matches!(names("", "nothing_like_it", None), Err(Error::Unknown { .. })));
    }

    #[test]
    fn what_is_asked_for_by_name_is_never_excluded_in_silence() {
        for (wanted, exclude, message) in [
            ("customers", "customers", "customers is asked for and excluded by --exclude at once"),
            ("all Customers", "customers", "Customers is asked for and excluded by --exclude at once"),
            ("invoice_lines", "invoices", "invoice_lines is read with invoices, which --exclude leaves out"),
            ("line_parts customers", "invoices", "line_parts is read with invoice_lines, which --exclude leaves out"),
        ] {
            assert_eq!(names(wanted, exclude, None).expect_err(wanted).to_string(), message);
        }
        let one_service = names("products", "fic:products", None);
        assert_eq!(one_service.as_deref(), Ok("stripe:products"), "something is left of that name");
        assert_eq!(names("invoices", "invoice_lines", None).as_deref(), Ok("stripe:invoices"));
    }

    #[test]
    fn an_exclusion_says_what_else_it_leaves_out() {
        static SHARED: [Resource; 4] = [
            of(Provider::Stripe, "customers", List::Sliced("")),
            of(Provider::Stripe, "invoices", List::Sliced("")),
            Resource {
                inline: &[
                    Inline { parent: "customers", at: "", expand: false },
                    Inline { parent: "invoices", at: "", expand: false },
                ],
                ..of(Provider::Stripe, "discounts", List::Unlisted(""))
            },
            Resource {
                inline: &[Inline { parent: "customers", at: "", expand: false }],
                ..of(Provider::Stripe, "cards", List::Cursor(""))
            },
        ];
        let notes = |table: &'static [Resource], exclude: &str| {
            let table: Vec<&'static Resource> = table.iter().collect();
            let exclude = [exclude.to_owned()];
            select(&table, &Wish { exclude: &exclude, ..Wish::default() }).expect("something is left").notes
        };
        let fallen =
            "left out as well, being read only with what --exclude names: stripe:invoice_lines, stripe:line_parts";
        assert_eq!(notes(&TABLE, "invoices"), [fallen]);
        assert_eq!(notes(&TABLE, "customers"), [""; 0]);
        let along = "stripe:cards stands in customers and comes along all the same";
        assert_eq!(notes(&SHARED, "cards"), [along]);
        // What has a list of its own is read all the same.
        assert_eq!(notes(&SHARED, "customers"), ["of stripe:discounts those in customers are left out"]);
    }
}
