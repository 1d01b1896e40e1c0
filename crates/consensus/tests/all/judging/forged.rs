//! What the leader did not sign says nothing of the leader: it is never a reason to give the view up.

use realdid_consensus::{Effect, Incoming};
use realdid_types::{Block, Certificate, Evidence, Proposal, ValidatorIndex, VoteStatement};

use super::in_view_2;
use crate::{
    network::{Network, forged},
    node::{Node, distrusted},
    pool::{batch, with_batches},
};

fn forge(mut certificate: Certificate) -> Certificate {
    certificate.signatures[1] = forged();
    certificate
}

/// What others pass off as the leader's proposal is refused, the view is not skipped for it, and the leader's own
/// is prepared after it.
fn is_told_from_the_leaders_own(fake: fn(&Network, &Block) -> Proposal) {
    let network = Network::of(4);
    let (mut node, parent) = in_view_2(&network);
    let block = network.child(2, &parent);
    let effects = node.hear(3, Incoming::Proposal(Box::new(fake(&network, &block))));
    assert_eq!(distrusted(&effects), 1);
    assert!(!node.has_skipped(2));
    node.hear_block(&block);
    assert!(node.has_prepared(&block));
}

#[test]
fn a_forged_signature_is_no_reason_to_skip() {
    is_told_from_the_leaders_own(|network, block| Proposal {
        signature: forged(),
        ..network.proposal(&network.twin(block))
    });
}

#[test]
fn a_signature_under_another_header_is_no_reason_to_skip() {
    is_told_from_the_leaders_own(|network, block| Proposal {
        signature: network.proposal(block).signature,
        ..network.proposal(&network.twin(block))
    });
}

#[test]
fn a_block_of_somebody_who_does_not_lead_the_view_is_no_reason_to_skip() {
    is_told_from_the_leaders_own(|network, block| {
        let mut usurped = network.twin(block);
        usurped.header.proposer = ValidatorIndex(3);
        network.proposal(&usurped)
    });
}

#[test]
fn batches_that_are_not_the_signed_headers_are_no_reason_to_skip() {
    is_told_from_the_leaders_own(|network, block| {
        let mut proposal = network.proposal(block);
        proposal.block.batches = vec![batch(1)];
        proposal
    });
    is_told_from_the_leaders_own(|network, block| {
        let mut proposal = network.proposal(&with_batches(network.twin(block), vec![batch(1), batch(2)]));
        proposal.block.batches.reverse();
        proposal
    });
}

/// A certificate that somebody on the way spoilt is taken out; the block itself is judged as if it had not been there.
fn is_prepared_in_spite_of(spoil: fn(&Network, &mut Proposal, &Block)) {
    let network = Network::of(4);
    let (mut node, parent) = in_view_2(&network);
    let block = network.child(2, &parent);
    let mut proposal = network.proposal(&block);
    spoil(&network, &mut proposal, &parent);
    let effects = node.hear_proposal(proposal);
    assert_eq!(distrusted(&effects), 1);
    assert!(node.has_prepared(&block) && !node.has_skipped(2));
}

#[test]
fn a_bad_parent_certificate_is_no_reason_to_skip() {
    is_prepared_in_spite_of(|network, proposal, parent| {
        proposal.parent = Some(forge(network.prepared(&network.twin(parent))));
    });
}

#[test]
fn a_bad_skip_certificate_is_no_reason_to_skip() {
    is_prepared_in_spite_of(|network, proposal, _| proposal.skips = vec![forge(network.skipped(1))]);
}

#[test]
fn a_bad_commit_certificate_is_no_reason_to_skip() {
    is_prepared_in_spite_of(|network, proposal, parent| {
        proposal.commit = Some(forge(network.committed(parent)));
    });
}

#[test]
fn a_block_whose_only_parent_certificate_is_bad_waits_for_a_good_one() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let parent = network.child(1, &network.genesis);
    node.hear_block(&parent);
    node.learn(network.skipped(1));
    let block = network.child(2, &parent);
    let mut proposal = network.proposal(&block);
    proposal.parent = Some(forge(network.prepared(&parent)));
    node.hear_proposal(proposal);
    assert!(!node.has_prepared(&block) && !node.has_skipped(2));
    node.learn(network.prepared(&parent));
    assert!(node.has_prepared(&block) && !node.has_skipped(2));
}

#[test]
fn good_certificates_attached_to_a_block_are_taken() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let parent = network.child(1, &network.genesis);
    node.hear_block(&parent);
    node.learn(network.skipped(4));
    let block = network.child(5, &parent);
    let mut proposal = network.proposal(&block);
    proposal.parent = Some(network.prepared(&parent));
    proposal.skips = vec![network.skipped(2), network.skipped(3)];
    node.hear_proposal(proposal);
    assert!(node.has_prepared(&block));
}

#[test]
fn a_certificate_of_fewer_than_a_quorum_proves_nothing() {
    let network = Network::of(4);
    let (mut node, parent) = in_view_2(&network);
    let mut short = network.committed(&parent);
    short.signatures.pop();
    let effects = node.learn(short);
    assert_eq!((distrusted(&effects), node.engine.floor().view.0), (1, 0));
}

#[test]
fn a_second_block_of_the_leader_is_evidence_once_and_the_first_one_stands() {
    let network = Network::of(4);
    let (mut node, parent) = in_view_2(&network);
    let block = network.child(2, &parent);
    let twin = network.twin(&block);
    node.hear_block(&block);
    let reported = |effects: &[Effect]| {
        let proposals = |effect: &&Effect| matches!(effect, Effect::Report(one) if matches!(**one, Evidence::Proposals(_)));
        effects.iter().filter(proposals).count()
    };
    assert_eq!(reported(&node.hear_block(&twin)), 1);
    assert_eq!(reported(&node.hear_block(&network.twin(&twin))), 0);
    assert!(node.has_prepared(&block) && !node.has_prepared(&twin) && !node.has_skipped(2));
}

#[test]
fn a_vote_is_taken_only_from_its_signers_own_stream() {
    let network = Network::of(4);
    let (mut node, parent) = in_view_2(&network);
    let statement = VoteStatement::commit(parent.header.at, parent.digest());
    for signer in [1, 2] {
        let vote = Incoming::Vote(network.vote(signer, statement));
        assert_eq!(distrusted(&node.hear(3, vote)), 1);
    }
    assert_eq!(node.engine.floor().view.0, 0);
    node.hear_vote(1, statement);
    node.hear_vote(2, statement);
    assert_eq!(node.engine.floor(), parent.header.at);
}
