//! A short share of the model, and proof that it can fail.

use std::{collections::BTreeSet, ops::Range};

use super::{
    network::Network,
    search::{Fault, Found, Search},
    validator::Broken,
    walk,
};

const ALL: Range<usize> = 0..usize::MAX;

fn search(fault: Fault, broken: Broken, closes: Range<usize>, states: usize) -> Found {
    let network = Network::new(4, BTreeSet::from([1]));
    Search::new(&network, fault, broken, closes).run(states, |_, _, _| {})
}

#[test]
fn the_first_states_with_a_crash_keep_every_rule_and_come_to_a_commit() {
    let found = search(Fault::Crash(2), Broken::Nothing, ALL, 20_000);
    assert_eq!(found.violation, None);
}

#[test]
fn the_first_states_with_a_wiped_validator_keep_every_rule() {
    let found = search(Fault::Wipe(2), Broken::Nothing, ALL, 20_000);
    assert_eq!(found.violation, None);
}

/// Two runs with a part of the closures each are one run with all of them.
#[test]
fn the_closures_of_a_search_can_be_shared_out() {
    let run = |closes| search(Fault::Wipe(2), Broken::Nothing, closes, 20_000);
    let (first, second, both) = (run(0..5_000), run(5_000..ALL.end), run(ALL));
    assert_eq!((first.explored, second.explored), (5_000, both.explored));
    assert_eq!((first.closures, second.closures), (5_000, both.closures - 5_000));
    assert_eq!((second.states, second.depth), (both.states, both.depth));
}

#[test]
fn random_walks_keep_every_rule_and_come_to_a_commit() {
    let violated: Vec<_> =
        (1..=300).filter_map(|number| walk::walk(number, Broken::Nothing, false).violation).collect();
    assert_eq!(violated, []);
}

#[test]
fn a_walk_is_the_same_each_time() {
    let (a, b) = (walk::walk(7, Broken::Nothing, true), walk::walk(7, Broken::Nothing, true));
    assert_eq!((a.events, a.final_blocks, a.n), (b.events, b.final_blocks, b.n));
}

/// A crash between sending and storing lets an honest validator contradict itself.
#[test]
fn a_vote_sent_before_it_is_durable_is_found_out() {
    let found = search(Fault::Crash(2), Broken::SendsEarly, 0..0, 1_000_000);
    let (what, path) = found.violation.expect("a contradiction");
    assert!(what.contains("I1") || what.contains("I2") || what.contains("raised an alarm"), "{what}");
    assert!(path.iter().any(|event| event.contains("crashes")), "{path:?}");
}

/// What was lost on the way must be sent again by somebody.
#[test]
fn a_network_without_repair_is_found_to_halt() {
    let found = search(Fault::Crash(2), Broken::NoRepair, ALL, 20_000);
    assert!(found.violation.is_some_and(|(what, _)| what.contains("halt")));
}
