//! Votes and certificates.

use std::collections::BTreeMap;

use realdid_types::*;

use crate::world::{at, block, verifier, world};

#[test]
fn a_vote_holds_only_as_it_was_signed() {
    let world = world(4);
    let statement = VoteStatement::prepare(at(1, 2), block(7));
    let vote = world.vote(statement, 2);
    let holds = |vote: &Vote| vote.verify(&world.set, world.genesis, &verifier());
    assert!(holds(&vote));

    assert!(!holds(&Vote { signer: ValidatorIndex(1), ..vote.clone() }), "another signer");
    assert!(!holds(&Vote { signer: ValidatorIndex(4), ..vote.clone() }), "no signer");
    let others = [
        VoteStatement::commit(at(1, 2), block(7)),
        VoteStatement::prepare(at(1, 3), block(7)),
        VoteStatement::prepare(at(2, 2), block(7)),
        VoteStatement::prepare(at(1, 2), block(8)),
        VoteStatement::skip(at(1, 2)),
    ];
    for statement in others {
        assert!(!holds(&Vote { statement, ..vote.clone() }), "{statement:?}");
    }
    let elsewhere = GenesisDigest(crate::world::filled(8));
    assert!(!vote.verify(&world.set, elsewhere, &verifier()), "another network");
}

#[test]
fn a_signed_skip_of_a_block_is_no_vote() {
    let world = world(4);
    let statement = VoteStatement { kind: VoteKind::Skip, at: at(0, 1), block: block(7) };
    assert!(!world.vote(statement, 0).verify(&world.set, world.genesis, &verifier()));
}

#[test]
fn exactly_the_first_quorum_is_taken() {
    for n in [1, 2, 3, 4, 5, 7, 9, 16, 17] {
        let world = world(n);
        let statement = VoteStatement::skip(at(0, 1));
        let quorum = world.set.quorum().size();

        let certificate = world.certificate(statement);
        assert_eq!(certificate.verify(&world.set, world.genesis, &verifier()), Ok(()), "n = {n}");
        let first: Vec<_> = (0..quorum as u16).map(ValidatorIndex).collect();
        assert_eq!(certificate.signers.iter().collect::<Vec<_>>(), first);

        let last = Certificate::assemble(statement, &world.signatures(statement, n - quorum..n), &world.set);
        assert_eq!(last.unwrap().verify(&world.set, world.genesis, &verifier()), Ok(()), "n = {n}");
        let short = world.signatures(statement, 0..quorum - 1);
        assert_eq!(Certificate::assemble(statement, &short, &world.set), None, "n = {n}");
    }
}

#[test]
fn strangers_do_not_count_towards_a_quorum() {
    let world = world(4);
    let statement = VoteStatement::skip(at(0, 1));
    let mut signatures = world.signatures(statement, 0..2);
    signatures.insert(ValidatorIndex(4), world.sign(statement, 0));
    signatures.insert(ValidatorIndex(900), world.sign(statement, 0));
    assert_eq!(Certificate::assemble(statement, &signatures, &world.set), None);
}

#[test]
fn more_or_fewer_than_a_quorum_is_no_certificate() {
    let world = world(7);
    let statement = VoteStatement::prepare(at(0, 1), block(1));
    let of = |signers: std::ops::Range<usize>| {
        let signatures: BTreeMap<_, _> = world.signatures(statement, signers);
        let signers = Signers::new(signatures.keys().copied(), 7);
        let certificate = Certificate { statement, signers, signatures: signatures.into_values().collect() };
        certificate.verify(&world.set, world.genesis, &verifier())
    };
    assert_eq!(of(0..4), Err(CertificateError::Quorum { signers: 4, quorum: 5 }));
    assert_eq!(of(0..5), Ok(()));
    assert_eq!(of(0..6), Err(CertificateError::Quorum { signers: 6, quorum: 5 }));
}

#[test]
fn the_bitmap_has_one_bit_for_each_validator_and_no_other() {
    let (four, nine) = (world(4), world(9));
    let statement = VoteStatement::skip(at(0, 1));
    let shape = |signers: &[u16], n| {
        let signers = Signers::new(signers.iter().copied().map(ValidatorIndex), n);
        let signatures = vec![four.sign(statement, 0); signers.count()];
        Certificate { statement, signers, signatures }.check_shape(&four.set)
    };
    assert_eq!(shape(&[0, 1, 3], 4), Ok(()));
    assert_eq!(shape(&[0, 1, 4], 8), Err(CertificateError::Bitmap(4)), "a spare bit");
    assert_eq!(shape(&[0, 1, 2], 9), Err(CertificateError::Bitmap(4)), "a byte too many");
    let of_four = four.certificate(statement);
    assert_eq!(of_four.check_shape(&nine.set), Err(CertificateError::Bitmap(9)), "a byte too few");
}

#[test]
fn as_many_signatures_as_signers() {
    let world = world(4);
    let mut certificate = world.certificate(VoteStatement::skip(at(0, 1)));
    let one = certificate.signatures.pop().unwrap();
    let count = |signatures| Err(CertificateError::Count { signatures, signers: 3 });
    assert_eq!(certificate.check_shape(&world.set), count(2));
    certificate.signatures.extend([one, one]);
    assert_eq!(certificate.check_shape(&world.set), count(4));
}

#[test]
fn a_forged_signature_is_found_with_its_signer() {
    let world = world(4);
    let statement = VoteStatement::skip(at(0, 1));
    let mut signatures = world.signatures(statement, [0, 2, 3]);
    signatures.insert(ValidatorIndex(2), world.sign(VoteStatement::skip(at(0, 2)), 2));
    let certificate = Certificate::assemble(statement, &signatures, &world.set).unwrap();
    assert_eq!(
        certificate.verify(&world.set, world.genesis, &verifier()),
        Err(CertificateError::Forged(vec![ValidatorIndex(2)]))
    );
}

#[test]
fn signatures_of_one_kind_or_view_do_not_certify_another() {
    let world = world(4);
    let prepared = world.certificate(VoteStatement::prepare(at(0, 1), block(1)));
    for statement in [
        VoteStatement::commit(at(0, 1), block(1)),
        VoteStatement::prepare(at(0, 2), block(1)),
        VoteStatement::prepare(at(1, 1), block(1)),
        VoteStatement::prepare(at(0, 1), block(2)),
        VoteStatement::skip(at(0, 1)),
    ] {
        let other = Certificate { statement, ..prepared.clone() };
        let refused = other.verify(&world.set, world.genesis, &verifier());
        assert!(matches!(refused, Err(CertificateError::Forged(_))), "{statement:?}");
    }
}

#[test]
fn a_quorum_can_not_certify_the_skip_of_a_block() {
    let world = world(4);
    for statement in [
        VoteStatement { kind: VoteKind::Skip, at: at(0, 1), block: block(1) },
        VoteStatement { kind: VoteKind::Commit, at: at(0, 1), block: BlockDigest::ZERO },
    ] {
        let refused = world.certificate(statement).verify(&world.set, world.genesis, &verifier());
        assert_eq!(refused, Err(CertificateError::Statement));
    }
}
