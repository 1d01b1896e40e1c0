//! Events in the order of their times; those of one time in the order in which they were planned.

use std::{cmp::Ordering, cmp::Reverse, collections::BinaryHeap};

use super::{Event, network::Micros};

/// What is still to happen.
#[derive(Default)]
pub struct Queue {
    heap: BinaryHeap<Reverse<Queued>>,
    pushed: u64,
}

struct Queued {
    at: Micros,
    place: u64,
    event: Event,
}

impl Queue {
    /// Plans an event.
    pub fn push(&mut self, at: Micros, event: Event) {
        self.pushed += 1;
        self.heap.push(Reverse(Queued { at, place: self.pushed, event }));
    }

    /// The next event, if it is not after `until`, and its time.
    pub fn pop(&mut self, until: Micros) -> Option<(Micros, Event)> {
        if self.heap.peek().is_none_or(|Reverse(next)| next.at > until) {
            return None;
        }
        self.heap.pop().map(|Reverse(next)| (next.at, next.event))
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.place).cmp(&(other.at, other.place))
    }
}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Queued {}
