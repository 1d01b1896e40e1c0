//! Nothing that was sent is trusted to have arrived: it is sent again, asked for by view, and answered.

use realdid_consensus::{Effect, Incoming, Input, Timer};
use realdid_types::{Block, Epoch, Message, Request, View, ViewRange, VoteStatement};

use crate::{
    network::{Network, at, consensus_key},
    node::Node,
};

fn views(first: u64, last: u64) -> Request {
    Request::Views(ViewRange { epoch: Epoch(0), first: View(first), last: View(last) })
}

fn broadcasts(effects: &[Effect], message: Message) -> bool {
    effects.contains(&Effect::Broadcast(message))
}

fn sends(effects: &[Effect], to: u8, message: Message) -> bool {
    effects.contains(&Effect::Send(consensus_key(to), message))
}

/// A validator in view 3 that has prepared its block; view 1 is final and view 2 prepared.
fn in_view_3(network: &Network) -> (Node<'_>, [Block; 3]) {
    let mut node = Node::new(network, 0);
    let one = network.child(1, &network.genesis);
    let two = network.child(2, &one);
    let three = network.child(3, &two);
    node.prepare(&one);
    node.prepare(&two);
    node.learn(network.committed(&one));
    node.hear_block(&three);
    (node, [one, two, three])
}

/// What the validator above has to say to somebody who may have missed everything.
fn bundle(network: &Network, [one, two, three]: &[Block; 3]) -> [Message; 5] {
    let vote = |statement| Message::Vote(network.vote(0, statement));
    [
        Message::Certificate(network.prepared(two)),
        Message::Certificate(network.committed(one)),
        Message::Proposal(Box::new(network.proposal(three))),
        vote(VoteStatement::commit(at(2), two.digest())),
        vote(VoteStatement::prepare(at(3), three.digest())),
    ]
}

#[test]
fn a_second_without_progress_sends_everything_again_that_could_bring_it() {
    let network = Network::of(4);
    let (mut node, blocks) = in_view_3(&network);
    node.fire(Timer::Repair);
    let effects = node.fire(Timer::Repair);
    assert!(bundle(&network, &blocks).into_iter().all(|message| broadcasts(&effects, message)));
}

#[test]
fn a_view_that_was_entered_since_the_last_repair_is_progress() {
    let network = Network::of(4);
    let (mut node, blocks) = in_view_3(&network);
    let effects = node.fire(Timer::Repair);
    assert!(!bundle(&network, &blocks).into_iter().any(|message| broadcasts(&effects, message)));
}

#[test]
fn repair_comes_again_each_second() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    for second in 1..4 {
        node.now = std::time::Duration::from_secs(second);
        let next = Effect::SetTimer(Timer::Repair, node.now + std::time::Duration::from_secs(1));
        assert!(node.fire(Timer::Repair).contains(&next));
    }
}

#[test]
fn whoever_comes_back_is_sent_all_that_it_may_have_missed() {
    let network = Network::of(4);
    let (mut node, blocks) = in_view_3(&network);
    let effects = node.take(Input::Connected(consensus_key(2)));
    assert!(bundle(&network, &blocks).into_iter().all(|message| sends(&effects, 2, message)));
}

#[test]
fn certificates_of_views_that_were_jumped_over_are_asked_for_on_entry() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let effects = node.learn(network.skipped(4));
    assert!(broadcasts(&effects, Message::Request(views(1, 5))));
}

#[test]
fn certificates_that_a_proposal_needs_are_asked_for_by_view() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let parent = network.child(1, &network.genesis);
    node.prepare(&parent);
    node.learn(network.skipped(4));
    let effects = node.hear_block(&network.child(5, &parent));
    assert!(broadcasts(&effects, Message::Request(views(2, 3))));
}

#[test]
fn certificates_that_are_asked_for_are_sent() {
    let network = Network::of(4);
    let (mut node, [_, two, three]) = in_view_3(&network);
    let effects = node.hear(3, Incoming::Request(views(2, 3)));
    assert!(sends(&effects, 3, Message::Certificate(network.prepared(&two))));
    assert!(sends(&effects, 3, Message::Proposal(Box::new(network.proposal(&three)))));
}

#[test]
fn a_view_at_or_below_the_floor_is_answered_with_the_best_commit_certificate() {
    let network = Network::of(4);
    let (mut node, [one, ..]) = in_view_3(&network);
    let commit = Message::Certificate(network.committed(&one));
    assert!(sends(&node.hear(3, Incoming::Request(views(1, 1))), 3, commit.clone()));
    assert!(!sends(&node.hear(3, Incoming::Request(views(2, 3))), 3, commit));
}

#[test]
fn a_block_that_is_asked_for_is_sent_if_it_is_here() {
    let network = Network::of(4);
    let (mut node, [_, two, three]) = in_view_3(&network);
    let unknown = network.child(4, &three);
    for (block, known) in [(two, true), (unknown, false)] {
        let effects = node.hear(3, Incoming::Request(Request::Block(block.digest())));
        assert_eq!(sends(&effects, 3, Message::Block(Box::new(block))), known);
    }
}

#[test]
fn the_certificate_by_which_a_view_was_entered_is_sent_on() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let skipped = network.skipped(1);
    assert!(broadcasts(&node.learn(skipped.clone()), Message::Certificate(skipped.clone())));
    node.hear_vote(1, VoteStatement::skip(at(2)));
    let effects = node.fire(Timer::Spread(at(2)));
    assert!(!sends(&effects, 1, Message::Certificate(skipped.clone())));
    assert!(sends(&effects, 2, Message::Certificate(skipped)));
}

#[test]
fn an_unasked_block_is_not_kept() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let stray = network.child(1, &network.genesis);
    node.hear(3, Incoming::Block(Box::new(stray.clone())));
    assert_eq!(node.engine.block(stray.digest()), None);
}
