//! What stops voting until an operator clears it.

use realdid_consensus::{Alarm, Effect, Incoming, Input};
use realdid_types::{Vote, VoteStatement};

use super::bounded;
use crate::{
    network::{GENESIS, Network, TagVerifier, at, forged},
    node::Node,
};

#[test]
fn a_foreign_vote_of_its_key_stops_a_voting_validator_with_an_alarm() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let foreign = VoteStatement::skip(at(1));
    let effects = node.hear(2, Incoming::Vote(network.vote(0, foreign)));
    assert!(effects.contains(&Effect::Alarm(Alarm::ForeignVote(foreign))));
    node.hear_block(&network.child(1, &network.genesis));
    assert_eq!(node.decided(), []);
}

#[test]
fn an_alarm_outlives_a_restart() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    node.hear(2, Incoming::Vote(network.vote(0, VoteStatement::skip(at(1)))));
    let mut node = node.restart();
    node.hear_block(&network.child(1, &network.genesis));
    assert!(node.engine.alarm().is_some() && node.decided().is_empty());
}

#[test]
fn neither_a_forged_vote_nor_one_below_the_bound_is_foreign() {
    let network = Network::of(4);
    let mut node = bounded(&network, false);
    let forgotten = network.vote(0, VoteStatement::skip(at(2)));
    let fake = Vote { signature: forged(), ..network.vote(0, VoteStatement::skip(at(5))) };
    assert!(!fake.verify(&network.set, GENESIS, &TagVerifier));
    node.hear(2, Incoming::Vote(forgotten));
    node.hear(2, Incoming::Vote(fake));
    assert_eq!(node.engine.alarm(), None);
}

#[test]
fn two_certificates_that_exclude_each_other_stop_voting_with_an_alarm() {
    let network = Network::of(4);
    let block = network.child(1, &network.genesis);
    let twin = network.twin(&block);
    let pairs = [
        (network.prepared(&block), network.prepared(&twin)),
        (network.committed(&block), network.skipped(1)),
        (network.skipped(1), network.committed(&block)),
        (network.prepared(&block), network.committed(&twin)),
    ];
    for (one, other) in pairs {
        let mut node = Node::new(&network, 0);
        node.learn(one.clone());
        assert_eq!(node.engine.alarm(), None);
        node.learn(other.clone());
        let expected = Alarm::Certificates(Box::new(one), Box::new(other));
        assert_eq!(node.engine.alarm(), Some(&expected));
        assert!(!node.engine.is_voting());
    }
}

#[test]
fn a_chain_that_catching_up_finds_excluded_stops_voting_with_an_alarm() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let commit = network.committed(&network.child(1, &network.genesis));
    let alarm = Alarm::Fork(commit.statement.block, Box::new(commit.clone()));
    let effects = node.take(Input::Forked(commit));
    assert!(effects.contains(&Effect::Alarm(alarm)));
    node.hear_block(&network.child(1, &network.genesis));
    assert_eq!(node.decided(), []);
    assert!(!node.restart().engine.is_voting());
}
