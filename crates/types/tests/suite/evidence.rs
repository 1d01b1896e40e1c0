//! Evidence proves what no honest validator does, and nothing else.

use realdid_types::*;

use crate::world::{World, at, block, verifier, world};

fn verdict(world: &World, evidence: &Evidence) -> Result<(), EvidenceError> {
    evidence.verify(&world.set, world.genesis, &verifier())
}

#[test]
fn contradicting_votes_are_evidence_in_one_order() {
    let world = world(4);
    let contradictions = [
        (VoteStatement::prepare(at(0, 1), block(1)), VoteStatement::prepare(at(0, 1), block(2))),
        (VoteStatement::commit(at(0, 1), block(1)), VoteStatement::commit(at(0, 1), block(2))),
        (VoteStatement::commit(at(0, 1), block(1)), VoteStatement::skip(at(0, 1))),
    ];
    for (a, b) in contradictions {
        let (a, b) = (world.vote(a, 1), world.vote(b, 1));
        let evidence = Evidence::votes(a.clone(), b.clone()).unwrap();
        assert_eq!(Some(&evidence), Evidence::votes(b.clone(), a.clone()).as_ref());
        assert_eq!(verdict(&world, &evidence), Ok(()));
        assert_eq!(evidence.accused(), (Epoch(0), ValidatorIndex(1)));

        let swapped = Evidence::Votes(Box::new((b, a)));
        assert_eq!(verdict(&world, &swapped), Err(EvidenceError::NoContradiction), "one form only");
    }
}

#[test]
fn what_an_honest_validator_may_say_is_no_evidence() {
    let world = world(4);
    let prepare = |view, byte| VoteStatement::prepare(at(0, view), block(byte));
    let commit = |view, byte| VoteStatement::commit(at(0, view), block(byte));
    let skip = |view| VoteStatement::skip(at(0, view));
    let honest = [
        (prepare(1, 1), prepare(1, 1), 1, "the same twice"),
        (prepare(1, 1), skip(1), 1, "a Prepare and a Skip"),
        (prepare(1, 1), commit(1, 1), 1, "a Prepare and a Commit"),
        (prepare(1, 1), commit(1, 2), 1, "a Commit of what others prepared"),
        (prepare(1, 1), prepare(2, 2), 1, "another view"),
        (commit(1, 1), skip(2), 1, "a later Skip"),
        (skip(1), skip(1), 1, "two Skips"),
        (prepare(1, 1), prepare(1, 2), 2, "two validators"),
    ];
    for (a, b, other, what) in honest {
        let (a, b) = (world.vote(a, 1), world.vote(b, other));
        assert_eq!(Evidence::votes(a.clone(), b.clone()), None, "{what}");
        let claimed = Evidence::Votes(Box::new((a, b)));
        assert_eq!(verdict(&world, &claimed), Err(EvidenceError::NoContradiction), "{what}");
    }
}

#[test]
fn a_forged_vote_accuses_nobody() {
    let world = world(4);
    let good = world.vote(VoteStatement::prepare(at(0, 1), block(1)), 1);
    let mut forged = world.vote(VoteStatement::prepare(at(0, 1), block(2)), 2);
    forged.signer = ValidatorIndex(1);
    let evidence = Evidence::votes(good.clone(), forged).unwrap();
    assert_eq!(verdict(&world, &evidence), Err(EvidenceError::Forged));

    let stranger = |byte| {
        let mut vote = world.vote(VoteStatement::prepare(at(0, 1), block(byte)), 1);
        vote.signer = ValidatorIndex(4);
        vote
    };
    let evidence = Evidence::votes(stranger(1), stranger(2)).unwrap();
    assert_eq!(verdict(&world, &evidence), Err(EvidenceError::Forged));
}

fn proposed(world: &World, header: Header) -> SignedHeader {
    let key = &world.keys[usize::from(header.proposer.0)];
    let signature = key.sign(header.proposal_digest(world.genesis).as_bytes());
    SignedHeader { header, signature }
}

#[test]
fn two_proposals_of_one_view_are_evidence() {
    let world = world(4);
    let first = world.header(3, at(0, 2));
    let second = Header { time: first.time.plus(1), ..first.clone() };
    let (a, b) = (proposed(&world, first.clone()), proposed(&world, second));
    let evidence = Evidence::proposals(a.clone(), b.clone()).unwrap();
    assert_eq!(Some(&evidence), Evidence::proposals(b.clone(), a.clone()).as_ref());
    assert_eq!(verdict(&world, &evidence), Ok(()));
    assert_eq!(evidence.accused(), (Epoch(0), ValidatorIndex(2)));

    let Evidence::Proposals(pair) = evidence else { unreachable!() };
    let swapped = Evidence::Proposals(Box::new((pair.1, pair.0)));
    assert_eq!(verdict(&world, &swapped), Err(EvidenceError::NoContradiction));

    assert_eq!(Evidence::proposals(a.clone(), a.clone()), None, "one proposal twice");
    let later = proposed(&world, Header { at: at(0, 6), ..first.clone() });
    assert_eq!(Evidence::proposals(a.clone(), later), None, "the leader's next view");
    let other = proposed(&world, Header { proposer: ValidatorIndex(1), ..first });
    assert_eq!(Evidence::proposals(a, other), None, "two proposers");
}

/// A leader signs proposals and votes as different kinds: a vote's signature makes no proposal.
#[test]
fn a_signature_of_another_kind_proves_nothing() {
    let world = world(4);
    let first = world.header(3, at(0, 2));
    let second = Header { time: first.time.plus(1), ..first.clone() };
    let voted = |header: Header| {
        let statement = VoteStatement::prepare(header.at, header.digest());
        SignedHeader { signature: world.sign(statement, usize::from(header.proposer.0)), header }
    };
    let evidence = Evidence::proposals(voted(first), voted(second)).unwrap();
    assert_eq!(verdict(&world, &evidence), Err(EvidenceError::Forged));
}
