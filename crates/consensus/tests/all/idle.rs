//! With nothing to do a leader holds its block back, and nobody's clock runs against it.

use std::time::Duration;

use realdid_consensus::{Effect, Input, Timer};
use realdid_types::Block;

use crate::{
    network::{Network, at},
    node::{Node, proposed},
    pool::{batch, with_batches},
};

#[test]
fn a_leader_with_nothing_to_propose_holds_back_until_it_may_no_longer() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 1);
    let idle = Effect::SetTimer(Timer::Idle(at(1)), Duration::from_secs(1));
    assert!(node.effects.contains(&idle));
    node.fire(Timer::Patience(at(1)));
    assert!(proposed(&node.effects).is_empty());
    node.fire(Timer::Idle(at(1)));
    assert_eq!(proposed(&node.effects).len(), 1);
}

#[test]
fn a_leader_that_holds_back_proposes_as_soon_as_it_hears_of_a_batch() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 1);
    node.pool.heard_pending = true;
    node.take(Input::BatchesChanged);
    assert_eq!(proposed(&node.effects).len(), 1);
}

/// Whether a voter's clock for the leader of this view was started.
fn leads_clock_runs(node: &Node<'_>, view: u64) -> bool {
    node.effects
        .iter()
        .any(|effect| matches!(effect, Effect::SetTimer(Timer::Lead(of), _) if *of == at(view)))
}

#[test]
fn a_voters_clocks_run_only_once_it_has_announced_a_batch() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    assert!(!leads_clock_runs(&node, 1));
    node.pool.heard_pending = true;
    node.take(Input::BatchesChanged);
    assert!(!leads_clock_runs(&node, 1));
    node.pool.announced_pending = true;
    node.take(Input::BatchesChanged);
    assert!(leads_clock_runs(&node, 1));
}

#[test]
fn a_voters_clocks_run_when_its_leader_may_hold_back_no_longer() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    node.fire(Timer::Idle(at(1)));
    assert!(leads_clock_runs(&node, 1));
}

/// Validator 0 among four, to which this block of view 1 is final.
fn after_final<'a>(network: &'a Network, block: &Block) -> Node<'a> {
    let mut node = Node::new(network, 0);
    node.prepare(block);
    node.learn(network.committed(block));
    node
}

#[test]
fn nobody_may_hold_back_before_transactions_are_final() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    node.prepare(&with_batches(network.child(1, &network.genesis), vec![batch(1)]));
    assert!(leads_clock_runs(&node, 2));
}

#[test]
fn nobody_may_hold_back_the_block_after_transactions() {
    let network = Network::of(4);
    let full = with_batches(network.child(1, &network.genesis), vec![batch(1)]);
    let node = after_final(&network, &full);
    assert!(leads_clock_runs(&node, 2));
}

#[test]
fn a_leader_may_hold_back_once_transactions_and_a_block_after_them_are_final() {
    let network = Network::of(4);
    let full = with_batches(network.child(1, &network.genesis), vec![batch(1)]);
    let mut node = after_final(&network, &full);
    let empty = network.child(2, &full);
    node.prepare(&empty);
    node.learn(network.committed(&empty));
    node.effects.clear();
    node.learn(network.skipped(3));
    assert!(!leads_clock_runs(&node, 4) && proposed(&node.effects).is_empty());
    node.fire(Timer::Idle(at(4)));
    assert_eq!(proposed(&node.effects).len(), 1);
}

#[test]
fn whoever_hears_that_all_is_final_stops_its_clocks_again() {
    let network = Network::of(4);
    let full = with_batches(network.child(1, &network.genesis), vec![batch(1)]);
    let mut node = after_final(&network, &full);
    let empty = network.child(2, &full);
    node.prepare(&empty);
    assert!(leads_clock_runs(&node, 3));
    node.learn(network.committed(&empty));
    node.fire(Timer::Lead(at(3)));
    node.fire(Timer::Advance(at(3)));
    assert!(!node.has_skipped(3));
}
