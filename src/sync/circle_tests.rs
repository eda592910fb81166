//! Ties told one by one. Events of one second that go in a circle end where they began, and an older event says where that
//! was; of answers and events that contradict each other none is certain.

use super::*;

#[test]
fn a_circle_whose_beginning_could_not_be_applied_is_doubtful() {
    let step = |(after_s, is_old, what)| Step { after_s, what, is_old };
    let steps = [
        (0, false, What::Rename(0)),
        (0, false, What::Delete),
        // Nothing else says that it was there when the next second began.
        (0, true, What::Rename(0)),
        (1, false, What::Delete),
        (0, false, What::Rename(0)),
    ];
    let life = KINDS[0].lived(&steps.map(step));
    for (seed, door) in (0..20).flat_map(|seed| [(seed, Door::Log), (seed, Door::Receiver)]) {
        let (offline, online) = ended(&life, seed, false, door);
        assert!(offline.is_unsettled && online.is(&life) && !online.is_unsettled, "{offline:#?} and {online:#?}");
    }
}

#[test]
fn a_circle_ends_at_the_same_place_whether_what_says_where_it_began_came_first_or_last() {
    let step = |(after_s, is_old, name)| Step { after_s, what: What::Rename(name), is_old };
    let steps = [
        (0, false, 0),
        // Changes nothing, and makes the last event's id the greater one: where nobody knows, that one counts.
        (0, false, 0),
        // Of another release, in the second of the creation: which of them came later nobody knows.
        (0, true, 2),
        // There and back again, so that it ends where that second ended.
        (1, false, 0),
        (0, false, 2),
    ];
    let life = KINDS[0].lived(&steps.map(step));
    let held = |order: &[usize]| {
        on_a_file(life.kind, Door::ReceiverAlone, |bench| {
            order.iter().for_each(|at| bench.arrives(&life.said[*at]));
            bench.held()
        })
    };
    let first = held(&[0, 1, 2, 3]);
    assert!(first.is_unsettled, "{first:#?}");
    for order in orders(life.said.len()) {
        assert_eq!(held(&order), first, "in the order {order:?}");
    }
}

#[test]
fn a_final_status_that_an_answer_showed_stays_in_doubt_where_an_event_of_its_seconds_shows_another() {
    let kind = Kind { object: "setup_intent", table: "stripe_setup_intents", member: "status", ..KINDS[0] };
    let shown = |status: &str| json!({"id": "x_1", "object": kind.object, "status": status});
    let answer = Said::Answer { when: When { sent_s: 100, date_s: 100 }, content: Some(shown("succeeded")) };
    // What was there before it, it does not say.
    let event = kind.event(0, false, 100, (None, Some(&shown("processing"))));
    let payload = event.payload.replace("setup_intent.created", "setup_intent.requires_action");
    let event = Said::Event(Event { payload, ..event });
    for said in [[&answer, &event], [&event, &answer]] {
        let held = on_a_file(kind, Door::ReceiverAlone, |bench| {
            said.iter().for_each(|said| bench.arrives(said));
            bench.held()
        });
        assert!(held.object == Some(shown("succeeded")) && held.is_unsettled && held.is_waiting, "{held:#?}");
    }
}

/// Returns all orders of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else { return vec![Vec::new()] };
    let with_last = |order: &Vec<usize>, at: usize| [&order[..at], &[last], &order[at..]].concat();
    orders(last).iter().flat_map(|order| (0..count).map(move |at| with_last(order, at))).collect()
}
