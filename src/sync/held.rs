//! Objects that came with a list cut short, held back until it is whole: so they are written once. Pure.

use std::collections::VecDeque;

use super::task::{Task, When};
use crate::model::resource::List;
use crate::model::row::Object;

/// Objects held at a time, in memory. What comes beyond is written as it came, and its list read when all others are.
const HELD_MAX: usize = 128;

/// The objects held back in one phase.
pub struct Held {
    waiting: VecDeque<Task>,
    out: usize,
    out_max: usize,
}

impl Held {
    /// Holds nothing yet. Of `in_flight_max` requests, half at most are for lists: the others go on with the pages.
    pub fn new(in_flight_max: usize) -> Held {
        Held { waiting: VecDeque::new(), out: 0, out_max: (in_flight_max / 2).max(1) }
    }

    /// Takes an object that a page of this walk showed with a list cut short, if there is room.
    pub fn take(&mut self, walk: usize, object: &Object, when: When) -> bool {
        let is_taken = is_cut(object) && self.waiting.len() + self.out < HELD_MAX;
        if is_taken {
            self.waiting.push_back(Task::Complete { walk, object: Box::new(object.clone()), when });
        }
        is_taken
    }

    /// Puts what may be asked for now before all else in the queue: what is held is not yet in the file.
    pub fn give(&mut self, queue: &mut VecDeque<Task>) {
        while self.out < self.out_max
            && let Some(task) = self.waiting.pop_front()
        {
            self.out += 1;
            queue.push_front(task);
        }
    }

    /// One that was given has come back.
    pub fn came_back(&mut self) {
        self.out -= 1;
    }
}

/// Returns whether a list in the object goes on, and both can be asked for.
pub fn is_cut(object: &Object) -> bool {
    let is_cut = |set: &crate::model::row::ChildSet| !set.complete && matches!(set.resource.list, List::Under { .. });
    !object.gone && !object.resource.get.is_empty() && object.children.iter().any(is_cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::resource::Resource;
    use crate::model::row::{ChildSet, Row};

    static PARENT: Resource = Resource { name: "parents", get: "/v1/parents/{id}", ..Resource::BLANK };
    static UNASKED: Resource = Resource { name: "unasked", ..Resource::BLANK };
    static CHILD: Resource = Resource {
        name: "children",
        list: List::Under { parent: "parents", path: "/v1/parents/{id}/children" },
        ..Resource::BLANK
    };
    const WHEN: When = When { sent_s: 1, date_s: 1 };

    fn object(resource: &'static Resource, complete: bool) -> Object {
        let row = Row {
            id: "p_1".to_owned(),
            parent_id: None,
            position: 0,
            cells: Vec::new(),
            data: "{}".to_owned(),
            nested: Vec::new(),
            unheld: Vec::new(),
        };
        let children = vec![ChildSet { resource: &CHILD, rows: Vec::new(), complete }];
        Object { resource, row, children, gone: false, created_s: None }
    }

    #[test]
    fn only_what_is_cut_and_can_be_asked_for_is_held() {
        let mut held = Held::new(4);
        assert!(!held.take(0, &object(&PARENT, true), WHEN));
        assert!(!held.take(0, &object(&UNASKED, false), WHEN));
        assert!(!held.take(0, &Object { gone: true, ..object(&PARENT, false) }, WHEN));
        assert!(held.take(0, &object(&PARENT, false), WHEN));
    }

    #[test]
    fn there_is_a_bound_to_what_is_held_and_to_what_is_asked_for_at_once() {
        let mut held = Held::new(8);
        let taken = (0..HELD_MAX + 10).filter(|_| held.take(0, &object(&PARENT, false), WHEN)).count();
        assert_eq!(taken, HELD_MAX);
        let mut queue = VecDeque::new();
        held.give(&mut queue);
        held.give(&mut queue);
        assert_eq!(queue.len(), 4);
        assert!(!held.take(0, &object(&PARENT, false), WHEN), "what is asked for is still held");
        held.came_back();
        held.give(&mut queue);
        assert_eq!(queue.len(), 5);
    }
}
