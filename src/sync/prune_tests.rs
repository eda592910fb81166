//! A log that was pruned at any instant leads to the same rows as one that was not.

use proptest::prelude::*;

use super::super::prune::prune;
use super::*;
use crate::model::log::PruneWish;

/// Days that lie between what is old enough to be pruned and what comes after.
const APART_S: i64 = 40 * 86_400;

#[test]
fn a_circle_that_comes_after_the_pruning_is_told_by_what_stayed() {
    let step = |(after_s, what)| Step { after_s, what, is_old: false };
    let steps = [
        (0, What::Rename(0)),
        (5, What::Rename(1)),
        (5, What::Rename(2)),
        (APART_S, What::Rename(0)),
        (0, What::Rename(2)),
    ];
    let life = KINDS[0].lived(&steps.map(step));
    for seed in 0..20 {
        let (offline, _, gone) = ended_in_two(&life, life.said.split_at(3), life.end_s - 86_400, seed, (true, false));
        assert!(gone == 2 && offline.is(&life) && !offline.is_unsettled, "{gone}: {offline:#?}");
    }
}

/// As [`ended`], in two times: what is old arrives first, and then the log is pruned or not.
fn ended_in_two(
    life: &Life,
    (old, new): (&[Said], &[Said]),
    before_s: i64,
    seed: u64,
    (prunes, is_offline): (bool, bool),
) -> (Held, Held, usize) {
    let door = if is_offline { Door::ReceiverAlone } else { Door::Log };
    on_a_file(life.kind, door, |bench| {
        let mut random = Random(seed);
        bench.all_arrive(old.iter().collect(), &mut random, None);
        let count = || bench.store.query_text("SELECT count(*) FROM webhook_events").expect("rows").remove(0).remove(0);
        let before: usize = count().parse().expect("a number");
        if prunes {
            let wish = PruneWish { before_s, statuses: vec!["processed", "ignored"] };
            prune(bench.store, bench.catalog, &wish, 0, &Cancel::default()).expect("prunes");
        }
        let gone = before - count().parse::<usize>().expect("a number");
        bench.all_arrive(new.iter().collect(), &mut random, None);
        let offline = bench.held();
        bench.ask_until_done(life.end.as_ref(), life.end_s + 10);
        (offline, bench.held(), gone)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 3000, ..ProptestConfig::default() })]

    #[test]
    fn a_log_that_was_pruned_leads_to_the_same_rows(
        (kind, mut steps) in life(true),
        at in any::<prop::sample::Index>(),
        seed in any::<u64>(),
        is_offline in any::<bool>(),
    ) {
        let at = at.index(steps.len());
        steps[at].after_s += APART_S;
        let mut life = kind.lived(&steps);
        let begun_s = 1_790_000_000 + steps[..=at].iter().map(|step| step.after_s).sum::<i64>();
        let before_s = begun_s - 5 * 86_400;
        // No answer is on its way for weeks.
        let began_s = |said: &Said| match said {
            Said::Event(event) => event.created_s,
            Said::Answer { when, .. } => when.sent_s,
        };
        life.said.retain(|said| !matches!(said, Said::Answer { when, .. } if when.date_s - when.sent_s > 86_400));
        life.said.sort_by_key(|said| began_s(said) >= before_s);
        let (old, new) = life.said.split_at(life.said.partition_point(|said| began_s(said) < before_s));
        let [pruned, whole] = [true, false].map(|prunes| ended_in_two(&life, (old, new), before_s, seed, (prunes, is_offline)));
        prop_assert_eq!((&pruned.0.object, &pruned.0.lines), (&whole.0.object, &whole.0.lines));
        prop_assert_eq!(pruned.0.is_unsettled, whole.0.is_unsettled, "{:#?}", pruned);
        prop_assert!(pruned.1.is(&life) && !pruned.1.is_unsettled, "{:#?} is not {:#?}", pruned.1, life.end);
    }
}
