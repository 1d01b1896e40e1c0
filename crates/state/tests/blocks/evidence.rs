//! `report evidence`: on record once for each validator and epoch, and only if it proves something.

use realdid_crypto::{Digest, Signature};
use realdid_identity::Moment;
use realdid_state::{Evidenced, Refused, StateKey};
use realdid_types::{
    BlockDigest, Epoch, EpochView, Evidence, Operation, ReportEvidence, SignedHeader, SignedTransaction,
    ValidatorIndex, View, Vote, VoteStatement,
};

use crate::{
    governance::{decide, leaving},
    ledger::{Ledger, MEMBERS, create_with, did_of, member, secret},
};

fn vote(ledger: &Ledger, statement: VoteStatement, signer: u16) -> Vote {
    let key = secret(&format!("{}.consensus", MEMBERS[usize::from(signer)]));
    let signature = key.sign(statement.signing_digest(ledger.digest()).as_bytes());
    Vote { statement, signer: ValidatorIndex(signer), signature }
}

/// Two Prepares of a validator in one view of an epoch.
pub fn double_prepare(ledger: &Ledger, signer: u16, at: (u64, u64)) -> Evidence {
    let at = EpochView::new(Epoch(at.0), View(at.1));
    let prepare = |byte| VoteStatement::prepare(at, BlockDigest(Digest::from_bytes([byte; 32])));
    Evidence::votes(vote(ledger, prepare(1), signer), vote(ledger, prepare(2), signer))
        .expect("a contradiction")
}

pub fn report(ledger: &Ledger, evidence: Evidence) -> SignedTransaction {
    let operation = Operation::ReportEvidence(ReportEvidence { evidence });
    ledger.sign(member("beta"), operation, &["beta"])
}

#[test]
fn evidence_goes_on_record_and_removes_nobody() {
    let mut ledger = Ledger::new();
    let evidence = double_prepare(&ledger, 2, (0, 5));

    ledger.apply(vec![report(&ledger, evidence.clone())]);

    let entry: Option<Evidenced> = ledger.entry(&StateKey::Evidence(Epoch(0), ValidatorIndex(2)));
    let reported = Moment { height: ledger.tip.height, time: ledger.tip.time };
    assert_eq!(entry, Some(Evidenced { evidence: evidence.digest(), reported }));
    assert_eq!((ledger.sets().current.len(), ledger.sets().next.len()), (4, 4));
}

#[test]
fn two_proposals_of_one_view_are_evidence() {
    let mut ledger = Ledger::new();
    let signed = |time: u64| {
        let mut header = ledger.tip.clone();
        header.time = header.time.plus(time);
        let message = header.proposal_digest(ledger.digest());
        SignedHeader { signature: secret("alpha.consensus").sign(message.as_bytes()), header }
    };
    let evidence = Evidence::proposals(signed(1), signed(2)).expect("a contradiction");

    ledger.apply(vec![report(&ledger, evidence)]);
}

/// Otherwise one liar could fill the state with its own contradictions.
#[test]
fn one_validator_is_on_record_once_in_an_epoch() {
    let mut ledger = Ledger::new();
    ledger.apply(vec![report(&ledger, double_prepare(&ledger, 2, (0, 5)))]);

    let same = report(&ledger, double_prepare(&ledger, 2, (0, 5)));
    ledger.assert_refused(same, Refused::EvidenceKnown);
    let other_view = report(&ledger, double_prepare(&ledger, 2, (0, 6)));
    ledger.assert_refused(other_view, Refused::EvidenceKnown);
    ledger.apply(vec![report(&ledger, double_prepare(&ledger, 3, (0, 5)))]);
}

/// Nobody honest can be accused: signatures, the contradiction and its order are all checked.
#[test]
fn false_evidence_is_refused() {
    let mut ledger = Ledger::new();
    let Evidence::Votes(sound) = double_prepare(&ledger, 2, (0, 5)) else { panic!("two votes") };
    let (a, b) = *sound;
    let forged = Vote { signature: Signature::ed25519([7; 64]), ..a.clone() };
    let framed = Vote { signer: ValidatorIndex(1), ..a.clone() };
    let framed_b = Vote { signer: ValidatorIndex(1), ..b.clone() };
    let stranger =
        (Vote { signer: ValidatorIndex(9), ..a.clone() }, Vote { signer: ValidatorIndex(9), ..b.clone() });
    let skip = vote(&ledger, VoteStatement::skip(a.statement.at), 2);
    let pairs = [
        (forged, b.clone()),
        (framed, framed_b),
        stranger,
        (a.clone(), a.clone()),
        (b.clone(), a.clone()),
        (a, skip),
    ];
    for pair in pairs {
        let false_evidence = report(&ledger, Evidence::Votes(Box::new(pair)));
        ledger.assert_refused(false_evidence, Refused::EvidenceForged);
    }
}

/// Only the present set is at hand; a departed key can sign anything.
#[test]
fn evidence_of_another_epoch_is_refused() {
    let mut ledger = Ledger::new();
    let future = report(&ledger, double_prepare(&ledger, 2, (1, 5)));
    ledger.assert_refused(future, Refused::UnknownEpoch);
    decide(&mut ledger, leaving("delta"));
    ledger.include(Vec::new());
    let past = report(&ledger, double_prepare(&ledger, 2, (0, 5)));
    ledger.assert_refused(past, Refused::UnknownEpoch);
    ledger.apply(vec![report(&ledger, double_prepare(&ledger, 2, (1, 5)))]);
}

#[test]
fn only_members_report_evidence() {
    let mut ledger = Ledger::new();
    ledger.apply(vec![ledger.create(&["ann"])]);
    let evidence = double_prepare(&ledger, 2, (0, 5));
    let operation = Operation::ReportEvidence(ReportEvidence { evidence });
    let did = did_of(&create_with(&["ann"]));
    let signed = ledger.sign(realdid_types::Sender::Did(did), operation, &["ann"]);
    ledger.assert_refused(signed, Refused::OtherSender);
}
