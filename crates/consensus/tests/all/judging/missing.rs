//! What is missing is fetched or waited for. It is no reason to give the view up at once, and when it comes the block
//! is prepared, even by a validator that skipped the view meanwhile because its time was over.

use std::time::Duration;

use realdid_consensus::{Effect, Incoming, Input, Timer};
use realdid_types::{Block, Message, Request, Timestamp};

use super::in_view_2;
use crate::{
    network::{Network, at, consensus_key},
    node::Node,
    pool::{batch, with_batches},
};

/// Neither of the two things that a validator can say of a view.
fn is_undecided(node: &Node<'_>, block: &Block) -> bool {
    !node.has_prepared(block) && !node.has_skipped(block.header.at.view.0)
}

/// The claim of this file for one thing that is missing: `arrange` makes it missing, `bring` brings it.
fn is_waited_for(arrange: fn(&mut Node<'_>, &Block) -> Block, bring: fn(&mut Node<'_>, &Block)) {
    for gives_up_meanwhile in [false, true] {
        let network = Network::of(4);
        let (mut node, parent) = in_view_2(&network);
        let block = arrange(&mut node, &parent);
        let at = block.header.at;
        node.hear_block(&block);
        node.fire(Timer::Patience(at));
        assert!(is_undecided(&node, &block));
        if gives_up_meanwhile {
            node.fire(Timer::Advance(at));
            assert!(node.has_skipped(at.view.0));
        }
        bring(&mut node, &block);
        assert!(node.has_prepared(&block));
        assert_eq!(node.has_skipped(at.view.0), gives_up_meanwhile);
    }
}

#[test]
fn a_missing_batch_is_waited_for() {
    is_waited_for(
        |node, parent| {
            node.pool.missing.insert(batch(1).digest);
            with_batches(node.network.child(2, parent), vec![batch(1)])
        },
        |node, _| {
            node.pool.missing.clear();
            node.take(Input::BatchesChanged);
        },
    );
}

#[test]
fn a_missing_execution_of_the_parent_is_waited_for() {
    is_waited_for(
        |node, parent| {
            node.slow_execution = true;
            let unexecuted = node.network.child(2, parent);
            node.prepare(&unexecuted);
            node.network.child(3, &unexecuted)
        },
        |node, _| {
            node.execute();
        },
    );
}

/// The block of view 2, of which a validator hears only that it is prepared.
fn unseen_parent(network: &Network) -> Block {
    network.child(2, &network.child(1, &network.genesis))
}

#[test]
fn a_missing_body_of_the_parent_is_waited_for() {
    is_waited_for(
        |node, _| {
            let unseen = unseen_parent(node.network);
            node.learn(node.network.prepared(&unseen));
            node.network.child(3, &unseen)
        },
        |node, _| {
            let unseen = unseen_parent(node.network);
            node.hear(3, Incoming::Block(Box::new(unseen)));
        },
    );
}

#[test]
fn a_time_that_has_not_come_is_waited_for() {
    is_waited_for(
        |node, parent| {
            let mut block = node.network.child(2, parent);
            block.header.time = node.wall.plus(501);
            block
        },
        |node, block| {
            node.wall = node.wall.next();
            node.fire(Timer::Early(block.header.at));
        },
    );
}

#[test]
fn a_missing_certificate_of_the_parent_is_waited_for() {
    is_waited_for(
        |node, _| {
            let parent = unseen_parent(node.network);
            node.hear_block(&parent);
            node.learn(node.network.skipped(2));
            node.network.child(3, &parent)
        },
        |node, _| {
            let parent = unseen_parent(node.network);
            node.learn(node.network.prepared(&parent));
        },
    );
}

#[test]
fn a_missing_skip_certificate_is_waited_for() {
    is_waited_for(
        |node, parent| {
            node.learn(node.network.skipped(4));
            node.network.child(5, parent)
        },
        |node, _| {
            node.learn(node.network.skipped(2));
            node.learn(node.network.skipped(3));
        },
    );
}

#[test]
fn missing_batches_are_fetched_from_the_leader_once() {
    let network = Network::of(4);
    let (mut node, parent) = in_view_2(&network);
    let missing = [batch(1), batch(3)].map(|reference| reference.digest);
    node.pool.missing.extend(missing);
    let block = with_batches(network.child(2, &parent), vec![batch(1), batch(2), batch(3)]);
    let effects = node.hear_block(&block);
    let fetch = Effect::FetchBatches(missing.to_vec(), consensus_key(network.leader(2)));
    assert!(effects.contains(&fetch));
    assert!(!node.take(Input::BatchesChanged).contains(&fetch));
}

/// Nobody judges it any more, but what follows cannot be executed without it.
#[test]
fn the_batches_of_a_block_that_others_certified_are_fetched_until_they_come() {
    let network = Network::of(4);
    let (mut node, parent) = in_view_2(&network);
    node.pool.missing.insert(batch(1).digest);
    let block = with_batches(network.child(2, &parent), vec![batch(1)]);
    let fetch = Effect::FetchBatches(vec![batch(1).digest], consensus_key(network.leader(2)));
    node.learn(network.prepared(&block));
    let effects = node.hear(1, Incoming::Block(Box::new(block)));
    assert!(effects.contains(&fetch));
    assert!(!node.take(Input::BatchesChanged).contains(&fetch));
    assert!(node.fire(Timer::Repair).contains(&fetch));
    node.pool.missing.clear();
    assert!(!node.fire(Timer::Repair).contains(&fetch));
}

#[test]
fn a_missing_parent_is_asked_for_by_its_digest() {
    let network = Network::of(4);
    let (mut node, _) = in_view_2(&network);
    let unseen = unseen_parent(&network);
    node.learn(network.prepared(&unseen));
    let effects = node.hear_block(&network.child(3, &unseen));
    let asked = Effect::Broadcast(Message::Request(Request::Block(unseen.digest())));
    assert!(effects.contains(&asked));
}

#[test]
fn a_block_half_a_second_ahead_of_this_clock_is_prepared_and_one_later_is_judged_again_in_time() {
    let network = Network::of(4);
    for (ahead, wait) in [(500, None), (501, Some(1)), (2_500, Some(2_000))] {
        let (mut node, parent) = in_view_2(&network);
        let mut block = network.child(2, &parent);
        block.header.time = node.wall.plus(ahead);
        let effects = node.hear_block(&block);
        let again = wait.map(|wait| Effect::SetTimer(Timer::Early(at(2)), Duration::from_millis(wait)));
        assert_eq!(node.has_prepared(&block), again.is_none(), "{ahead}");
        assert!(again.is_none_or(|again| effects.contains(&again)), "{ahead}");
    }
}

#[test]
fn a_clock_far_behind_the_chain_lets_only_a_block_one_millisecond_after_its_parent_pass() {
    let network = Network::of(4);
    for (after, passes) in [(1, true), (2, false)] {
        let mut node = Node::new(&network, 0);
        let mut parent = network.child(1, &network.genesis);
        parent.header.time = node.wall;
        node.prepare(&parent);
        node.wall = Timestamp(0);
        let mut block = network.child(2, &parent);
        block.header.time = parent.header.time.plus(after);
        node.hear_block(&block);
        assert_eq!(node.has_prepared(&block), passes);
        assert!(!node.has_skipped(2));
    }
}
