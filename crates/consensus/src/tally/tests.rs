//! Single votes: each counted once, checked in one go when a quorum agrees, and bounded.

use realdid_types::{Epoch, Evidence, View, Vote, VoteStatement};

use super::{Noted, Tally, VIEWS_KEPT, evidence};
use crate::network::{GENESIS, Network, TagVerifier, at, forged};

/// A statement about view 1 that needs no block.
fn statement() -> VoteStatement {
    VoteStatement::skip(at(1))
}

fn two_prepares(network: &Network) -> [VoteStatement; 2] {
    let block = network.child(1, &network.genesis);
    [&block, &network.twin(&block)].map(|block| VoteStatement::prepare(at(1), block.digest()))
}

fn forge(vote: Vote) -> Vote {
    Vote { signature: forged(), ..vote }
}

/// Counts what these signers say, and looks for a quorum.
fn count_after(network: &Network, tally: &mut Tally, votes: Vec<Vote>) -> super::Count {
    let statement = votes.last().expect("some votes").statement;
    for vote in &votes {
        tally.add(vote, false);
    }
    tally.count(statement, &network.set, GENESIS, &TagVerifier)
}

#[test]
fn a_quorum_of_good_votes_is_a_certificate_that_holds() {
    let network = Network::of(4);
    let mut tally = Tally::default();
    let vote = |signer| network.vote(signer, statement());
    assert_eq!(count_after(&network, &mut tally, vec![vote(0), vote(1)]).certificate, None);
    let certificate = count_after(&network, &mut tally, vec![vote(3)]).certificate.expect("three of four");
    assert_eq!(certificate.verify(&network.set, GENESIS, &TagVerifier), Ok(()));
    assert_eq!(certificate.statement, statement());
}

#[test]
fn the_same_vote_is_counted_once() {
    let network = Network::of(4);
    let mut tally = Tally::default();
    let vote = network.vote(1, statement());
    assert_eq!(tally.add(&vote, false), Noted::New);
    assert_eq!(tally.add(&vote, false), Noted::Known);
    let again = vec![vote.clone(), vote, network.vote(2, statement())];
    assert_eq!(count_after(&network, &mut tally, again).certificate, None);
}

#[test]
fn votes_for_different_blocks_make_no_certificate_together() {
    let network = Network::of(4);
    let [one, other] = two_prepares(&network);
    let votes = vec![network.vote(0, one), network.vote(1, one), network.vote(2, other)];
    assert_eq!(count_after(&network, &mut Tally::default(), votes).certificate, None);
}

#[test]
fn a_second_vote_of_the_same_kind_is_shown_as_a_contradiction_and_never_counted() {
    let network = Network::of(4);
    let [one, other] = two_prepares(&network);
    let mut tally = Tally::default();
    let first = network.vote(2, one);
    tally.add(&first, false);
    assert_eq!(tally.add(&network.vote(2, other), false), Noted::Contradicts(first));
    let others = vec![network.vote(0, other), network.vote(1, other)];
    assert_eq!(count_after(&network, &mut tally, others).certificate, None);
}

#[test]
fn commit_and_skip_of_one_validator_contradict_each_other_in_either_order() {
    let network = Network::of(4);
    let commit = network.vote(2, VoteStatement::commit(at(1), network.genesis.digest()));
    let skip = network.vote(2, statement());
    for (first, second) in [(&commit, &skip), (&skip, &commit)] {
        let mut tally = Tally::default();
        assert_eq!(tally.add(first, false), Noted::New);
        assert_eq!(tally.add(second, false), Noted::Contradicts(first.clone()));
    }
    let prepare = network.vote(2, two_prepares(&network)[0]);
    let mut tally = Tally::default();
    tally.add(&prepare, false);
    assert_eq!(tally.add(&skip, false), Noted::New);
}

#[test]
fn forged_votes_are_named_taken_out_and_replaced_by_good_ones() {
    let network = Network::of(4);
    let mut tally = Tally::default();
    let vote = |signer| network.vote(signer, statement());
    let count = count_after(&network, &mut tally, vec![vote(0), forge(vote(1)), vote(2)]);
    assert_eq!((count.certificate, count.forged), (None, vec![vote(1).signer]));
    let count = count_after(&network, &mut tally, vec![vote(1)]);
    assert!(count.certificate.is_some() && count.forged.is_empty());
}

#[test]
fn a_forged_vote_does_not_take_a_quorum_of_good_ones_down() {
    let network = Network::of(4);
    let vote = |signer| network.vote(signer, statement());
    let votes = vec![forge(vote(0)), vote(1), vote(2), vote(3)];
    let certificate = count_after(&network, &mut Tally::default(), votes).certificate.expect("three good");
    assert_eq!(certificate.verify(&network.set, GENESIS, &TagVerifier), Ok(()));
}

#[test]
fn only_verified_contradictions_are_evidence() {
    let network = Network::of(4);
    let [one, other] = two_prepares(&network).map(|statement| network.vote(2, statement));
    let of = |a: &Vote, b: &Vote| evidence(a, b, &network.set, GENESIS, &TagVerifier);
    assert!(matches!(of(&one, &other), Some(Evidence::Votes(_))));
    assert_eq!(of(&one, &forge(other)), None);
    assert_eq!(of(&one, &one), None);
}

#[test]
fn the_votes_of_one_signer_are_shown_newest_first() {
    let network = Network::of(4);
    let mut tally = Tally::default();
    for view in [2, 1, 3] {
        tally.add(&network.vote(2, VoteStatement::skip(at(view))), false);
        tally.add(&network.vote(1, VoteStatement::skip(at(view))), false);
    }
    let shown: Vec<Vote> = tally.of_signer(Epoch(0), network.vote(2, statement()).signer).collect();
    assert_eq!(shown, [3, 2, 1].map(|view| network.vote(2, VoteStatement::skip(at(view)))));
}

#[test]
fn votes_at_or_below_the_floor_and_of_long_past_views_are_let_go() {
    let network = Network::of(4);
    let signer = network.vote(1, statement()).signer;
    let mut tally = Tally::default();
    for view in 1..=VIEWS_KEPT + 10 {
        tally.add(&network.vote(1, VoteStatement::skip(at(view))), false);
    }
    tally.prune(View(3), View(VIEWS_KEPT + 10));
    assert!(!tally.has_skip(View(10), signer) && tally.has_skip(View(11), signer));
    tally.prune(View(20), View(VIEWS_KEPT + 10));
    assert!(!tally.has_skip(View(20), signer) && tally.has_skip(View(21), signer));
}
