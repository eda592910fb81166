//! Laying an event's payload over what was known of its object before: the payload's fields count, and what it cannot show
//! stays. Pure; numbers and strings keep every byte.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::resource::Resource;
use super::text::{Members, key_name};

/// What a payload cannot show of a resource.
#[derive(Debug, Clone, Default)]
pub struct Hidden {
    /// The fields that only an answer has which was asked to expand them, as `expand` writes them (`items.data.discounts`),
    /// each with the kind of the objects that it names by their ids (`discount`), where there is one.
    expanded: Vec<(Vec<&'static str>, &'static str)>,
    /// The lists that come cut short, as members (`lines`).
    lists: Vec<Vec<&'static str>>,
}

impl Hidden {
    /// Collects it from the table; `children` are the resources whose rows stand in this one's JSON.
    pub fn of(resource: &Resource, children: &[&'static Resource]) -> Hidden {
        let places = || {
            let inlines = children.iter().flat_map(|child| child.inline.iter().map(move |inline| (*child, inline)));
            inlines.filter(|(_, inline)| inline.parent == resource.name)
        };
        // What is expanded inside of elements has the last name of its path in common with a child of the elements.
        let kind = |path: &[&str]| {
            let pointer = |inline: &'static str| inline.rsplit('/').next();
            let mut inlines = children.iter().flat_map(|child| child.inline.iter().map(move |inline| (*child, inline)));
            let named = inlines.find(|(_, inline)| pointer(inline.at) == path.last().copied());
            named.and_then(|(child, _)| child.objects.first().copied()).unwrap_or_default()
        };
        let expanded = resource.expand.iter().map(|field| {
            let path: Vec<&str> = field.split('.').collect();
            let kind = kind(&path);
            (path, kind)
        });
        let lists = places().map(|(_, inline)| inline.at.split('/').skip(1).collect());
        Hidden { expanded: expanded.collect(), lists: lists.collect() }
    }
}

/// Returns the payload with what it cannot show taken from `before`. A payload of another release has a shape of its own:
/// of what it lacks nobody knows whether it is gone, so that all of it stays.
pub fn laid_over(payload: &str, before: Option<&str>, hidden: &Hidden, is_other_release: bool) -> String {
    let mut merged = payload.to_owned();
    for (path, kind) in &hidden.expanded {
        merged = expanded(&merged, before, path, kind);
    }
    let Some(before) = before else { return merged };
    for path in &hidden.lists {
        merged = list(&merged, before, path);
    }
    if is_other_release { with_members_of(&merged, before) } else { merged }
}

/// Lays what stands at a path of `old` into `new`, where `new` has nothing there or the ids alone.
fn expanded(new: &str, old: Option<&str>, path: &[&str], kind: &str) -> String {
    let Some((first, rest)) = path.split_first() else { return objects_for_ids(new, old, kind) };
    if let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(new) {
        let olds: Vec<&RawValue> = old.and_then(|old| serde_json::from_str(old).ok()).unwrap_or_default();
        let of = |element: &RawValue| {
            olds.iter().find(|old| id(element.get()).is_some() && id(old.get()) == id(element.get()))
        };
        let elements = elements.iter().map(|it| expanded(it.get(), of(it).map(|old| old.get()), path, kind));
        return format!("[{}]", elements.collect::<Vec<_>>().join(","));
    }
    let Ok(Members(members)) = serde_json::from_str(new) else { return new.to_owned() };
    let old = old.and_then(|old| member(old, first));
    let mut out = Vec::with_capacity(members.len() + 1);
    let mut is_there = false;
    for (key, value) in members {
        if key_name(key) == *first {
            is_there = true;
            out.push(format!("{}:{}", key.get(), expanded(value.get(), old, rest, kind)));
        } else {
            out.push(format!("{}:{}", key.get(), value.get()));
        }
    }
    if let Some(old) = old.filter(|_| !is_there && rest.is_empty()) {
        out.push(format!("{}:{old}", quoted(first)));
    }
    format!("{{{}}}", out.join(","))
}

/// Puts objects where ids stand: the one known before, or as much of it as the id says.
fn objects_for_ids(new: &str, old: Option<&str>, kind: &str) -> String {
    let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(new) else { return new.to_owned() };
    let olds: Vec<&RawValue> = old.and_then(|old| serde_json::from_str(old).ok()).unwrap_or_default();
    let object = |element: &RawValue| -> String {
        let Ok(named) = serde_json::from_str::<String>(element.get()) else { return element.get().to_owned() };
        if kind.is_empty() {
            return element.get().to_owned();
        }
        match olds.iter().find(|old| id(old.get()).as_deref() == Some(&named)) {
            Some(old) => old.get().to_owned(),
            None => format!("{{\"id\":{},\"object\":{}}}", element.get(), quoted(kind)),
        }
    };
    format!("[{}]", elements.into_iter().map(object).collect::<Vec<_>>().join(","))
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(default)]
    has_more: bool,
}

/// Adds to a list that came cut short what was known of it: what it shows counts, what it does not show stays.
fn list(new: &str, before: &str, path: &[&str]) -> String {
    let at = |text: &'_ str| path.iter().try_fold(text.to_owned(), |text, name| member(&text, name).map(str::to_owned));
    let (Some(shown), Some(known)) = (at(new), at(before)) else { return new.to_owned() };
    let (Ok(shown_list), Ok(known_list)) = (serde_json::from_str::<List>(&shown), serde_json::from_str::<List>(&known))
    else {
        return new.to_owned();
    };
    if !shown_list.has_more {
        return new.to_owned();
    }
    let is_shown = |element: &RawValue| shown_list.data.iter().any(|it| id(it.get()) == id(element.get()));
    let rest = known_list.data.iter().filter(|element| !is_shown(element));
    let data: Vec<&str> = shown_list.data.iter().chain(rest).map(|element| element.get()).collect();
    let data = format!("[{}]", data.join(","));
    let pointer = format!("/{}/data", path.join("/"));
    super::text::edit(new, &[(&pointer, super::text::Edit::Replace(data))])
}

/// Adds the members that an object lacks and the other has.
fn with_members_of(new: &str, before: &str) -> String {
    let (Ok(Members(members)), Ok(Members(others))) =
        (serde_json::from_str::<Members>(new), serde_json::from_str::<Members>(before))
    else {
        return new.to_owned();
    };
    let has = |key: &RawValue| members.iter().any(|(known, _)| key_name(known) == key_name(key));
    let added = others.iter().filter(|(key, _)| !has(key));
    let all: Vec<String> =
        members.iter().chain(added).map(|(key, value)| format!("{}:{}", key.get(), value.get())).collect();
    format!("{{{}}}", all.join(","))
}

fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let Members(members) = serde_json::from_str(object).ok()?;
    members.into_iter().find(|(key, _)| key_name(key) == name).map(|(_, value)| value.get())
}

fn id(object: &str) -> Option<Cow<'_, str>> {
    let text = member(object, "id")?;
    serde_json::from_str(text).ok().map(Cow::Owned)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::resource::Inline;
    use super::*;

    const PARENTS: [Resource; 3] = [
        Resource { name: "customers", expand: &["sources"], ..Resource::BLANK },
        Resource { name: "subscriptions", expand: &["discounts", "items.data.discounts"], ..Resource::BLANK },
        Resource { name: "credit_notes", ..Resource::BLANK },
    ];
    const CHILDREN: [&Resource; 2] = [
        &Resource {
            objects: &["discount"],
            inline: &[Inline { parent: "subscriptions", at: "/discounts", expand: true }],
            ..Resource::BLANK
        },
        &Resource {
            objects: &["credit_note_line_item"],
            inline: &[Inline { parent: "credit_notes", at: "/lines", expand: false }],
            ..Resource::BLANK
        },
    ];

    fn hidden(name: &str) -> Hidden {
        let resource = PARENTS.iter().find(|resource| resource.name == name).expect("is there");
        Hidden::of(resource, &CHILDREN)
    }

    fn merged(name: &str, payload: &str, before: &str) -> String {
        laid_over(payload, Some(before).filter(|before| !before.is_empty()), &hidden(name), false)
    }

    #[test]
    fn fields_that_no_event_shows_stay_and_all_others_are_the_events() {
        let before = r#"{"id":"cus_1","name":"A","phone":"1","sources":{"data":[{"id":"card_1"}]},"balance":1.50}"#;
        let payload = r#"{"id":"cus_1","name":"B","balance":2.00}"#;
        let wanted = r#"{"id":"cus_1","name":"B","balance":2.00,"sources":{"data":[{"id":"card_1"}]}}"#;
        assert_eq!(merged("customers", payload, before), wanted);
        // Null is said, not left out.
        assert_eq!(merged("customers", r#"{"id":"cus_1","sources":null}"#, before), r#"{"id":"cus_1","sources":null}"#);
        assert_eq!(merged("customers", payload, ""), payload);
    }

    #[test]
    fn ids_stand_for_the_objects_that_were_known() {
        let before = r#"{"id":"sub_1","discounts":[{"id":"di_1","amount":5},{"id":"di_2"}],
            "items":{"data":[{"id":"si_1","discounts":[{"id":"di_3","x":1}]}],"has_more":false}}"#;
        let payload = r#"{"id":"sub_1","discounts":["di_1","di_9"],"items":{"data":[{"id":"si_1","discounts":["di_3"]},{"id":"si_2","discounts":[]}],"has_more":false}}"#;
        let wanted = r#"{"id":"sub_1","discounts":[{"id":"di_1","amount":5},{"id":"di_9","object":"discount"}],"items":{"data":[{"id":"si_1","discounts":[{"id":"di_3","x":1}]},{"id":"si_2","discounts":[]}],"has_more":false}}"#;
        assert_eq!(merged("subscriptions", payload, before), wanted);
    }

    #[test]
    fn a_list_that_came_cut_short_takes_nothing_away() {
        let before =
            r#"{"id":"cn_1","lines":{"data":[{"id":"a","n":1},{"id":"b","n":1},{"id":"c","n":1}],"has_more":false}}"#;
        let payload = r#"{"id":"cn_1","lines":{"data":[{"id":"b","n":2},{"id":"d","n":2}],"has_more":true}}"#;
        let wanted = r#"{"id":"cn_1","lines":{"data":[{"id":"b","n":2},{"id":"d","n":2},{"id":"a","n":1},{"id":"c","n":1}],"has_more":true}}"#;
        assert_eq!(merged("credit_notes", payload, before), wanted);
        let whole = payload.replace("true", "false");
        assert_eq!(merged("credit_notes", &whole, before), whole);
    }

    #[test]
    fn a_payload_of_another_release_takes_away_nothing_that_it_does_not_know() {
        let over = laid_over(r#"{"id":"p","a":2}"#, Some(r#"{"id":"p","a":1,"new":7}"#), &hidden("credit_notes"), true);
        assert_eq!(over, r#"{"id":"p","a":2,"new":7}"#);
    }

    #[test]
    fn nothing_here_goes_down_with_what_is_no_object() {
        for (payload, before) in
            [("[]", "{}"), ("{}", "[]"), ("{", "}"), ("null", "1"), (r#"{"lines":3}"#, r#"{"lines":{}}"#)]
        {
            for name in ["customers", "subscriptions", "credit_notes"] {
                merged(name, payload, before);
            }
        }
    }
}
