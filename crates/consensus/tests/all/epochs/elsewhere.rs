//! Who is in another epoch: behind, ahead, or told of the end by somebody.

use realdid_consensus::{Effect, Folder, Incoming, Timer};
use realdid_types::{Epoch, EpochView, Message, Request, View, ViewRange, VoteStatement};

use super::Epochs;
use crate::{
    disk::Disk,
    network::{at, consensus_key, forged},
    node::{Node, distrusted},
};

#[test]
fn whoever_speaks_of_the_epoch_before_is_sent_its_proof_once_between_two_repairs() {
    let epochs = Epochs::new();
    let (mut node, _) = epochs.entered(0);
    let proof = Effect::Send(consensus_key(3), Message::EpochEnd(Box::new(epochs.end())));
    let ask = |node: &mut Node<'_>| {
        let range = ViewRange { epoch: Epoch(0), first: View(3), last: View(3) };
        node.hear(3, Incoming::Request(Request::Views(range))).contains(&proof)
    };
    assert!(ask(&mut node) && !ask(&mut node));
    node.fire(Timer::Repair);
    assert!(ask(&mut node));
}

#[test]
fn whoever_speaks_of_a_later_epoch_is_a_hint_to_look_there() {
    let epochs = Epochs::new();
    let mut node = Node::new(&epochs.old, 0);
    let vote = epochs.old.vote(3, VoteStatement::skip(EpochView::new(Epoch(2), View(1))));
    let effects = node.hear(3, Incoming::Vote(vote));
    assert!(effects.contains(&Effect::LaterEpoch(Epoch(2), consensus_key(3))));
}

#[test]
fn whoever_comes_late_enters_the_next_epoch_by_the_proof_alone() {
    let epochs = Epochs::new();
    let mut node = epochs.at_barrier(0);
    node.hear(3, Incoming::EpochEnd(Box::new(epochs.end())));
    assert_eq!(node.engine.epoch(), Epoch(1));
}

#[test]
fn a_forged_proof_leads_nowhere() {
    let epochs = Epochs::new();
    let mut node = epochs.at_barrier(0);
    let mut fake = epochs.end();
    fake.commit.signatures[0] = forged();
    assert_eq!(distrusted(&node.hear(3, Incoming::EpochEnd(Box::new(fake)))), 1);
    assert_eq!(node.engine.epoch(), Epoch(0));
}

#[test]
fn a_wiped_validator_whose_bound_no_final_block_has_reached_asks_the_new_set_again() {
    let epochs = Epochs::new();
    let mut node = Node::start(&epochs.old, 0, Disk::new(&epochs.old, Folder::Wiped));
    node.outcomes.insert(epochs.barrier().digest(), epochs.after_barrier());
    for from in 1..4 {
        let nonce = node.disk.nonce();
        let answer = realdid_types::WipedAnswer { nonce, present: at(1), entry: None };
        node.hear(from, Incoming::WipedAnswer(Box::new(answer)));
    }
    assert!(node.engine.is_voting() && node.engine.voter().bound() == at(3));
    node.prepare(&epochs.barrier());
    let closing = epochs.closing(2, &epochs.barrier());
    node.prepare(&closing);
    let effects = node.learn(epochs.old.committed(&closing));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Broadcast(Message::WipedQuestion(_)))));
    assert!(node.engine.epoch() == Epoch(1) && !node.engine.is_voting());
}
