//! When a view is given up, and how it is left.

use std::time::Duration;

use realdid_consensus::{DELTA_START, Effect, Incoming, Timer};
use realdid_types::{Height, VoteStatement};

use crate::{
    network::{Network, at, consensus_key},
    node::Node,
};

/// A validator that has told everybody of a batch, so that its clocks run.
fn impatient(network: &Network, me: u8) -> Node<'_> {
    let mut node = Node::new(network, me);
    node.pool.announced_pending = true;
    node.fire(Timer::Repair);
    node
}

fn skips(node: &Node<'_>) -> Vec<u64> {
    let skips = node.decided().into_iter().filter(|vote| *vote == VoteStatement::skip(vote.at));
    skips.map(|vote| vote.at.view.0).collect()
}

#[test]
fn a_leader_has_two_deltas_to_propose_and_a_block_three_to_be_prepared() {
    let network = Network::of(4);
    let node = impatient(&network, 0);
    let lead = Effect::SetTimer(Timer::Lead(at(1)), DELTA_START * 2);
    let advance = Effect::SetTimer(Timer::Advance(at(1)), DELTA_START * 3);
    assert!(node.effects.contains(&lead) && node.effects.contains(&advance));
}

#[test]
fn the_round_trip_to_the_leader_is_added_to_its_time() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let round_trip = Duration::from_millis(70);
    node.take(realdid_consensus::Input::RoundTrip(consensus_key(1), round_trip));
    node.pool.announced_pending = true;
    let effects = node.fire(Timer::Repair);
    assert!(effects.contains(&Effect::SetTimer(Timer::Lead(at(1)), DELTA_START * 2 + round_trip)));
}

#[test]
fn a_view_without_a_proposal_is_given_up_when_lead_is_over() {
    let network = Network::of(4);
    let mut node = impatient(&network, 0);
    node.fire(Timer::Patience(at(1)));
    assert_eq!(skips(&node), []);
    node.fire(Timer::Lead(at(1)));
    assert_eq!(skips(&node), [1]);
}

#[test]
fn a_view_with_a_proposal_is_given_up_only_when_advance_is_over() {
    let network = Network::of(4);
    let mut node = impatient(&network, 0);
    node.hear_block(&network.child(1, &network.genesis));
    node.fire(Timer::Lead(at(1)));
    assert_eq!(skips(&node), []);
    node.fire(Timer::Advance(at(1)));
    assert_eq!(skips(&node), [1]);
}

#[test]
fn a_timer_of_another_view_is_void() {
    let network = Network::of(4);
    let mut node = impatient(&network, 0);
    node.learn(network.skipped(1));
    for void in [at(1), at(3)] {
        node.fire(Timer::Lead(void));
        node.fire(Timer::Advance(void));
    }
    assert_eq!(skips(&node), []);
}

#[test]
fn timers_alone_move_nobody_to_another_view() {
    let network = Network::of(4);
    let mut node = impatient(&network, 0);
    for timer in [Timer::Patience(at(1)), Timer::Lead(at(1)), Timer::Advance(at(1)), Timer::Idle(at(1))] {
        node.fire(timer);
    }
    assert_eq!(node.engine.at(), at(1));
    node.hear_vote(2, VoteStatement::skip(at(1)));
    assert_eq!(node.engine.at(), at(1));
    node.hear_vote(3, VoteStatement::skip(at(1)));
    assert_eq!(node.engine.at(), at(2));
}

#[test]
fn a_view_that_its_leader_gave_up_is_given_up_at_once() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    node.hear_vote(2, VoteStatement::skip(at(1)));
    assert_eq!(skips(&node), []);
    node.hear_vote(1, VoteStatement::skip(at(1)));
    assert_eq!(skips(&node), [1]);
}

#[test]
fn after_more_than_f_skipped_views_in_a_row_nobody_skips_before_a_delta_has_passed() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    node.learn(network.skipped(1));
    node.hear_vote(2, VoteStatement::skip(at(2)));
    assert_eq!(skips(&node), [2]);
    node.learn(network.skipped(2));
    node.hear_vote(3, VoteStatement::skip(at(3)));
    assert_eq!(skips(&node), [2]);
    node.fire(Timer::Patience(at(3)));
    assert_eq!(skips(&node), [2, 3]);
}

#[test]
fn a_leader_that_was_silent_while_a_quorum_was_heard_is_skipped_at_once() {
    for (heard, skipped) in [(vec![1, 2], vec![7]), (vec![1], vec![]), (vec![1, 2, 3], vec![])] {
        let network = Network::of(4);
        let mut node = Node::new(&network, 0);
        let mut block = network.genesis.clone();
        for view in 1..6 {
            block = network.child(view, &block);
            node.hear(1, Incoming::Certificate(network.prepared(&block)));
        }
        node.now = Duration::from_secs(3);
        heard.iter().for_each(|peer| drop(node.hear(*peer, Incoming::Other)));
        node.hear(1, Incoming::Certificate(network.prepared(&network.child(6, &block))));
        assert_eq!((network.leader(7), node.engine.at()), (3, at(7)));
        assert_eq!(skips(&node), skipped, "{heard:?}");
    }
}

#[test]
fn a_certificate_of_any_kind_of_the_present_or_a_later_view_ends_it() {
    let network = Network::of(4);
    let block = network.child(1, &network.genesis);
    let later = network.child(5, &block);
    for (certificate, next) in [
        (network.prepared(&block), 2),
        (network.committed(&block), 2),
        (network.skipped(1), 2),
        (network.prepared(&later), 6),
        (network.skipped(8), 9),
    ] {
        let mut node = Node::new(&network, 0);
        node.learn(certificate);
        assert_eq!(node.engine.at(), at(next));
    }
}

#[test]
fn a_certificate_of_an_earlier_view_moves_nobody_back() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    node.learn(network.skipped(4));
    node.learn(network.prepared(&network.child(2, &network.genesis)));
    assert_eq!(node.engine.at(), at(5));
}

#[test]
fn an_earlier_view_is_still_committed_when_its_certificate_comes_late_unless_it_was_skipped() {
    for skipped in [false, true] {
        let network = Network::of(4);
        let mut node = impatient(&network, 0);
        let block = network.child(1, &network.genesis);
        node.hear_block(&block);
        if skipped {
            node.fire(Timer::Advance(at(1)));
        }
        node.learn(network.skipped(1));
        node.learn(network.prepared(&block));
        assert_eq!(node.has_committed(&block), !skipped);
        assert_eq!(node.has_skipped(1), skipped);
    }
}

#[test]
fn q_commits_make_a_block_and_all_its_ancestors_final_in_the_order_of_heights() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let mut parent = network.genesis.clone();
    for view in 1..4 {
        parent = network.child(view, &parent);
        node.prepare(&parent);
    }
    let statement = VoteStatement::commit(at(3), parent.digest());
    node.hear_vote(1, statement);
    assert_eq!(node.engine.tip().height, Height(0));
    let effects = node.hear_vote(2, statement);
    let finals = effects.iter().filter_map(|effect| match effect {
        Effect::Final { block, .. } => Some(block.header.height.0),
        _ => None,
    });
    assert_eq!(finals.collect::<Vec<_>>(), [1, 2, 3]);
}
