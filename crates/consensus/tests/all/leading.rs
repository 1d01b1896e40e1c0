//! A leader's turn: the lead mark, what it builds on, and when it holds back.

use realdid_consensus::{Effect, Record, Timer};
use realdid_types::{Block, EpochView, Height, Message, View, VoteStatement};

use crate::{
    network::{Network, at},
    node::{Node, proposed, writes},
    pool::{batch, with_batches},
};

/// Validator 1 leads view 1; a batch waits, so that it does not hold back.
fn leader(network: &Network) -> Node<'_> {
    let mut node = Node::new(network, 1);
    node.pool.heard_pending = true;
    node
}

/// The lead marks that are written with these effects.
fn marks(effects: &[Effect]) -> Vec<EpochView> {
    let records = writes(effects).flat_map(|write| {
        write.records.iter().filter_map(|record| match record {
            Record::LeadMark(at) => Some(*at),
            _ => None,
        })
    });
    records.collect()
}

#[test]
fn a_leader_above_its_mark_proposes_nothing_before_the_mark_is_durable() {
    let network = Network::of(4);
    let mut node = leader(&network);
    node.slow_disk = true;
    let effects = node.fire(Timer::Repair);
    assert_eq!(marks(&effects), [at(1)]);
    assert!(writes(&effects).all(|write| write.sync));
    assert!(proposed(&node.effects).is_empty());
    let effects = node.store();
    assert_eq!(proposed(&effects).len(), 1);
}

/// Were the next view of every voter marked, however far away, nobody could propose in its first turn after the power
/// failed everywhere.
#[test]
fn a_vote_marks_the_next_view_if_its_voter_leads_it() {
    let network = Network::of(4);
    for (me, marked) in [(0, vec![]), (2, vec![at(2)]), (3, vec![])] {
        let mut node = Node::new(&network, me);
        let effects = node.hear_block(&network.child(1, &network.genesis));
        assert_eq!(marks(&effects), marked, "validator {me}");
    }
}

#[test]
fn a_leader_below_its_durable_mark_proposes_without_another_write() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 2);
    node.pool.heard_pending = true;
    let block = network.child(1, &network.genesis);
    node.hear_block(&block);
    node.slow_disk = true;
    let effects = node.learn(network.prepared(&block));
    assert_eq!(proposed(&effects).len(), 1);
}

#[test]
fn a_leader_whose_mark_is_written_and_not_durable_waits_for_it() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 2);
    node.pool.heard_pending = true;
    node.slow_disk = true;
    let block = network.child(1, &network.genesis);
    node.prepare(&block);
    assert!(proposed(&node.effects).is_empty());
    node.store();
    assert_eq!(proposed(&node.effects).len(), 1);
}

#[test]
fn nothing_is_proposed_at_or_below_the_mark_of_an_earlier_life() {
    let network = Network::of(4);
    let mut node = leader(&network);
    node.slow_disk = true;
    node.fire(Timer::Repair);
    node.store();
    assert_eq!(proposed(&node.effects).len(), 1);
    let mut node = node.restart();
    node.pool.heard_pending = true;
    node.fire(Timer::Repair);
    assert!(proposed(&node.effects).is_empty());
    assert!(node.has_skipped(1));
}

#[test]
fn a_leader_proposes_once_a_view() {
    let network = Network::of(4);
    let mut node = leader(&network);
    for timer in [Timer::Repair, Timer::Patience(at(1)), Timer::Idle(at(1)), Timer::Repair] {
        node.fire(timer);
    }
    assert_eq!(proposed(&node.effects).len(), 1);
}

#[test]
fn a_leader_prepares_its_own_block_like_anybody_elses() {
    let network = Network::of(4);
    let mut node = leader(&network);
    node.pool.to_propose = vec![batch(1), batch(2)];
    node.fire(Timer::Repair);
    let header = proposed(&node.effects).first().copied().cloned().expect("proposed");
    assert_eq!((header.transactions, header.height), (2, Height(1)));
    assert!(node.decided().contains(&VoteStatement::prepare(at(1), header.digest())));
}

#[test]
fn a_leader_that_gave_its_view_up_does_not_propose_in_it() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 1);
    node.pool.announced_pending = true;
    node.fire(Timer::Patience(at(1)));
    node.fire(Timer::Lead(at(1)));
    assert!(node.has_skipped(1));
    node.pool.heard_pending = true;
    node.fire(Timer::Repair);
    assert!(proposed(&node.effects).is_empty());
}

#[test]
fn a_leader_builds_on_the_highest_certified_block_with_every_view_since_skipped() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    node.pool.heard_pending = true;
    let first = network.child(1, &network.genesis);
    let second = network.child(2, &first);
    node.prepare(&first);
    node.prepare(&second);
    let effects = node.learn(network.skipped(3));
    let header = proposed(&effects).first().copied().cloned().expect("proposed");
    assert_eq!((header.parent, header.parent_view, header.at), (second.digest(), View(2), at(4)));
    assert!(header.time > second.header.time && header.state_root == crate::network::root_after(&second));
}

#[test]
fn the_proposal_carries_the_proof_of_its_parent() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    node.pool.heard_pending = true;
    let first = network.child(1, &network.genesis);
    node.prepare(&first);
    node.learn(network.skipped(2));
    let effects = node.learn(network.skipped(3));
    let sent = effects.iter().find_map(|effect| match effect {
        Effect::Broadcast(Message::Proposal(proposal)) => Some(proposal),
        _ => None,
    });
    let sent = sent.expect("proposed");
    assert_eq!(sent.parent, Some(network.prepared(&first)));
    assert_eq!(sent.skips, [network.skipped(2), network.skipped(3)]);
}

#[test]
fn a_leader_without_a_way_to_a_parent_gives_its_view_up_after_one_delta_and_not_before() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    node.pool.heard_pending = true;
    node.learn(network.skipped(3));
    assert!(proposed(&node.effects).is_empty() && !node.has_skipped(4));
    node.fire(Timer::Patience(at(4)));
    assert!(proposed(&node.effects).is_empty() && node.has_skipped(4));
}

#[test]
fn a_leader_lists_no_batch_that_its_chain_has_already() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 2);
    node.pool.heard_pending = true;
    node.pool.to_propose = vec![batch(1), batch(2)];
    node.prepare(&with_batches(network.child(1, &network.genesis), vec![batch(1)]));
    let header = proposed(&node.effects).first().copied().expect("proposed");
    assert_eq!(header.batches, Block::batches_root(&[batch(2)]));
}

/// The pool hears only after the turn that they are final; listed twice, they would be charged to their author twice.
#[test]
fn a_leader_does_not_list_again_what_the_same_turn_made_final() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 2);
    node.pool.heard_pending = true;
    node.pool.to_propose = vec![batch(1), batch(2)];
    let block = with_batches(network.child(1, &network.genesis), vec![batch(1)]);
    node.hear_block(&block);
    let effects = node.learn(network.committed(&block));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Final { .. })));
    let header = proposed(&effects).first().copied().expect("proposed");
    assert_eq!(header.batches, Block::batches_root(&[batch(2)]));
}
