//! What was taken out of the event log, or would be. Pure.

use serde_json::json;

use super::sheet::{self, names, numbers, whole};
use super::text::safe;
use super::units::counted;
use crate::model::log::Pruned;

fn total(pruned: &Pruned) -> u64 {
    pruned.removed.values().sum()
}

/// Draws how many events of which kind went.
pub fn table(pruned: &Pruned, is_plan: bool, width: Option<u16>) -> String {
    let row = |((status, kind), count): (&(String, String), &u64)| {
        vec![status.clone(), safe(kind).into_owned(), super::units::grouped(*count)]
    };
    let rows: Vec<Vec<String>> = pruned.removed.iter().map(row).collect();
    let mut out = String::new();
    if !rows.is_empty() {
        out.push_str(&sheet::table(&[whole("status"), names("type"), numbers("events")], &rows, width));
    }
    let events = counted(total(pruned), "event");
    out.push_str(&match is_plan {
        true => format!("would remove {events}; nothing was written\n"),
        false => format!("removed {events}\n"),
    });
    out
}

/// Writes the same as CSV.
pub fn csv(pruned: &Pruned) -> String {
    let row =
        |((status, kind), count): (&(String, String), &u64)| vec![status.clone(), kind.clone(), count.to_string()];
    sheet::csv(&["status", "type", "events"], &pruned.removed.iter().map(row).collect::<Vec<_>>())
}

/// Writes the same as JSON.
pub fn json(pruned: &Pruned, is_plan: bool) -> String {
    let kinds: Vec<_> = pruned
        .removed
        .iter()
        .map(|((status, kind), count)| json!({"status": status, "type": kind, "events": count}))
        .collect();
    let all = json!({
        "dry_run": is_plan,
        "removed": total(pruned),
        "needed": pruned.needed,
        "kinds": kinds,
        "interrupted": pruned.is_interrupted,
    });
    format!("{}\n", super::text::safe_json(all.to_string()))
}

/// Says why some stay that are as old.
pub fn needed(pruned: &Pruned) -> Option<String> {
    (pruned.needed > 0).then(|| {
        format!(
            "{} as old stay: the last of their objects, which the order of later ones may hang on",
            counted(pruned.needed, "event")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_is_told_by_status_and_type() {
        let removed = [(("ignored", "a.b"), 2), (("processed", "c.d\u{1b}"), 1200)];
        let removed = removed.map(|((status, kind), count)| ((status.to_owned(), kind.to_owned()), count)).into();
        let pruned = Pruned { removed, needed: 3, is_interrupted: false };
        let drawn = table(&pruned, false, None);
        assert!(drawn.ends_with("removed 1,202 events\n") && !drawn.contains('\u{1b}'), "{drawn}");
        assert!(table(&pruned, true, None).ends_with("would remove 1,202 events; nothing was written\n"));
        assert_eq!(table(&Pruned::default(), false, None), "removed 0 events\n");
        assert!(csv(&pruned).starts_with("status,type,events\nignored,a.b,2\n"), "{}", csv(&pruned));
        let read: serde_json::Value = serde_json::from_str(&json(&pruned, true)).expect("JSON");
        assert_eq!(
            (&read["removed"], &read["needed"], &read["kinds"][0]["events"]),
            (&json!(1202), &json!(3), &json!(2))
        );
        assert!(needed(&pruned).is_some_and(|it| it.starts_with("3 events as old stay")));
        assert_eq!(needed(&Pruned::default()), None);
    }
}
