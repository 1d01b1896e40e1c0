//! Every start begins with a question, and with listening for what the disk lacks.

use realdid_consensus::{Effect, Folder, Incoming, Record, Timer};
use realdid_types::{Epoch, Message, Vote, VoteStatement, WipedAnswer, WipedQuestion};

use super::{asks, listening};
use crate::{
    disk::Disk,
    network::{Network, at, consensus_key, forged},
    node::Node,
};

#[test]
fn every_start_asks_where_everybody_is_and_votes_only_after_listening() {
    let network = Network::of(4);
    for folder in [Folder::NeverVoted, Folder::Voted] {
        let mut node = Node::start(&network, 0, Disk::new(&network, folder));
        let block = network.child(1, &network.genesis);
        node.hear_block(&block);
        assert!(asks(&node.effects) && node.decided().is_empty());
        node.fire(Timer::Listen);
        assert!(node.has_prepared(&block));
    }
}

#[test]
fn the_only_validator_of_a_set_need_not_ask() {
    let network = Network::of(1);
    let node = listening(&network);
    assert!(!asks(&node.effects) && node.engine.is_voting());
}

#[test]
fn a_vote_that_the_disk_lacks_makes_a_starting_validator_wiped() {
    let network = Network::of(4);
    let mut node = listening(&network);
    node.hear(2, Incoming::Vote(network.vote(0, VoteStatement::skip(at(1)))));
    node.fire(Timer::Listen);
    assert!(node.engine.is_wiped() && !node.engine.is_voting());
}

#[test]
fn neither_a_forged_nor_a_remembered_nor_a_settled_vote_makes_a_validator_wiped() {
    let network = Network::of(4);
    let mut disk = Disk::new(&network, Folder::Voted);
    let block = network.child(1, &network.genesis);
    let remembered = network.vote(0, VoteStatement::skip(at(2)));
    disk.store(std::slice::from_ref(&remembered), &[Record::Certificate(network.committed(&block))]);
    let settled = network.vote(0, VoteStatement::prepare(at(1), block.digest()));
    let fake = Vote { signature: forged(), ..network.vote(0, VoteStatement::skip(at(3))) };
    let mut node = Node::start(&network, 0, disk);
    for vote in [remembered, settled, fake] {
        node.hear(2, Incoming::Vote(vote));
    }
    node.fire(Timer::Listen);
    assert!(node.engine.is_voting());
}

#[test]
fn whoever_is_asked_says_where_it_is_proves_it_and_shows_the_askers_votes() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let block = network.child(1, &network.genesis);
    node.prepare(&block);
    let vote = VoteStatement::skip(at(2));
    node.hear_vote(3, vote);
    let nonce = network.genesis.digest().0;
    let question = WipedQuestion { epoch: Epoch(0), nonce };
    let effects = node.hear(3, Incoming::WipedQuestion(question));
    let asker = consensus_key(3);
    let entry = Some(network.prepared(&block));
    let answer = WipedAnswer { nonce, present: at(2), entry };
    assert!(effects.contains(&Effect::Send(asker, Message::WipedAnswer(Box::new(answer)))));
    assert!(effects.contains(&Effect::Send(asker, Message::Vote(network.vote(3, vote)))));
}
