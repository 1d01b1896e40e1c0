//! Votes and what goes with them are kept exactly as long as the protocol needs them.

use realdid_consensus::{Alarm, Folder, Record};
use realdid_crypto::Digest;
use realdid_types::{
    Block, BlockDigest, Certificate, Epoch, EpochView, Height, Proposal, Signers, ValidatorIndex, View, Vote,
    VoteStatement,
};

use crate::solo::{Solo, consensus_key, create, genesis, open};

fn at(view: u64) -> EpochView {
    EpochView::new(Epoch(0), View(view))
}

fn block(number: u8) -> BlockDigest {
    BlockDigest(Digest::from_bytes([number; 32]))
}

fn signature() -> realdid_crypto::Signature {
    consensus_key().sign(b"whatever")
}

fn vote(statement: VoteStatement) -> Vote {
    Vote { statement, signer: ValidatorIndex(0), signature: signature() }
}

fn certificate(statement: VoteStatement) -> Certificate {
    Certificate { statement, signers: Signers::new([ValidatorIndex(0)], 1), signatures: vec![signature()] }
}

fn proposal(height: u64, view: u64) -> Proposal {
    let mut header = genesis().header().unwrap();
    header.height = Height(height);
    header.at = at(view);
    Proposal {
        block: Block { header, batches: Vec::new() },
        signature: signature(),
        parent: None,
        skips: Vec::new(),
        commit: None,
    }
}

#[test]
fn a_commit_certificate_lets_lower_views_go_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let votes: Vec<Vote> = (1..=4).map(|view| vote(VoteStatement::skip(at(view)))).collect();
    let skip = |view| Record::Certificate(certificate(VoteStatement::skip(at(view))));
    store.write(&votes, &[skip(1), skip(2), skip(3), Record::Proposal(Box::new(proposal(1, 2)))]).unwrap();

    let commit = certificate(VoteStatement::commit(at(3), block(3)));
    store.write(&[], &[Record::Certificate(commit.clone())]).unwrap();
    drop(store);

    let recovered = open(folder.path()).recover(Digest::ZERO).unwrap().consensus;
    let views: Vec<View> = recovered.votes.iter().map(|vote| vote.statement.at.view).collect();
    assert_eq!(views, [View(3), View(4)]);
    assert!(recovered.certificates.contains(&commit));
    assert!(recovered.certificates.iter().all(|certificate| certificate.statement.at >= at(3)));
    assert_eq!(recovered.proposals, [proposal(1, 2)], "it stays until a block of its height is final");
}

#[test]
fn a_proposal_goes_when_a_block_of_its_height_is_final() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    store.write(&[], &[Record::Proposal(Box::new(proposal(9, 1)))]).unwrap();
    let mut solo = Solo::start(store);
    solo.run_to(Height(8));
    assert!(solo.store.recover(Digest::ZERO).unwrap().consensus.proposals.contains(&proposal(9, 1)));

    solo.run_to(Height(9));

    assert!(!solo.store.recover(Digest::ZERO).unwrap().consensus.proposals.contains(&proposal(9, 1)));
}

#[test]
fn the_first_vote_clears_the_mark_of_a_key_that_never_voted() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    assert_eq!(store.recover(Digest::ZERO).unwrap().consensus.folder, Folder::NeverVoted);

    store.write(&[vote(VoteStatement::skip(at(1)))], &[]).unwrap();
    drop(store);

    assert_eq!(open(folder.path()).recover(Digest::ZERO).unwrap().consensus.folder, Folder::Voted);
}

#[test]
fn marks_and_bounds_never_fall_and_an_alarm_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let alarms = [
        Alarm::Root(block(1)),
        Alarm::ForeignVote(VoteStatement::skip(at(7))),
        Alarm::Fork(block(2), Box::new(certificate(VoteStatement::commit(at(3), block(3))))),
        Alarm::Certificates(
            Box::new(certificate(VoteStatement::skip(at(3)))),
            Box::new(certificate(VoteStatement::commit(at(3), block(3)))),
        ),
    ];
    for mark in [5, 3] {
        store.write(&[], &[Record::LeadMark(at(mark)), Record::WipedBound(at(mark + 1))]).unwrap();
    }
    for alarm in alarms {
        store.write(&[], &[Record::Alarm(alarm.clone())]).unwrap();
        let recovered = store.recover(Digest::ZERO).unwrap().consensus;
        assert_eq!((recovered.lead_mark, recovered.wiped_bound), (at(5), at(6)));
        assert_eq!(recovered.alarm, Some(alarm));
    }
}
