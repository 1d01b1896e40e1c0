//! `propose` and `approve`: how members change the validators.

use realdid_crypto::SecretKey;
use realdid_state::{OpenProposals, Outcome, ProposalEntry, Refused, StateKey};
use realdid_types::{
    AddValidator, Approve, BlockDigest, Change, Header, Operation, ProofOfPossession, ProposalId, Propose,
    RemoveValidator, Sequence, SignedTransaction, Validator,
};

use crate::ledger::{Ledger, genesis, member, organisation, public, secret, signed_by, validator};

/// A proof by `key` over a header.
pub fn proof_over(ledger: &Ledger, key: &SecretKey, header: &Header) -> ProofOfPossession {
    let message = ProofOfPossession::signing_digest(ledger.digest(), header.digest());
    ProofOfPossession { height: header.height, signature: key.sign(message.as_bytes()) }
}

/// A change by which `name`, run by alpha, joins.
pub fn joining(ledger: &Ledger, name: &str) -> Change {
    let Validator { organisation, consensus_key, transport_key } = validator(name, "alpha");
    let proof = proof_over(ledger, &secret(&format!("{name}.consensus")), &ledger.tip);
    Change::AddValidator(AddValidator { organisation, consensus_key, transport_key, proof })
}

pub fn leaving(name: &str) -> Change {
    Change::RemoveValidator(RemoveValidator { consensus_key: public(&format!("{name}.consensus")) })
}

pub fn propose(ledger: &Ledger, by: &str, change: Change) -> SignedTransaction {
    let expires = ledger.now().plus(30_000);
    ledger.sign(member(by), Operation::Propose(Propose { change, expires }), &[by])
}

pub fn approve(ledger: &Ledger, by: &str, proposal: &SignedTransaction) -> SignedTransaction {
    let proposal = ProposalId(proposal.id().0);
    ledger.sign(member(by), Operation::Approve(Approve { proposal }), &[by])
}

/// Makes a change with the approvals of alpha, beta and gamma.
pub fn decide(ledger: &mut Ledger, change: Change) {
    let proposal = propose(ledger, "alpha", change);
    let approvals = ["beta", "gamma"].map(|by| approve(ledger, by, &proposal));
    ledger.apply([vec![proposal], approvals.to_vec()].concat());
}

fn next_names(ledger: &Ledger) -> Vec<Validator> {
    ledger.sets().next.iter().cloned().collect()
}

fn open(ledger: &Ledger) -> usize {
    ledger.entry::<OpenProposals>(&StateKey::OpenProposals).expect("always there").proposals.len()
}

#[test]
fn a_validator_joins_and_another_leaves_by_three_approvals() {
    let mut ledger = Ledger::new();
    let change = joining(&ledger, "omega");
    decide(&mut ledger, change);
    assert_eq!(next_names(&ledger).last(), Some(&validator("omega", "alpha")));
    assert_eq!(ledger.sets().current.len(), 4);
    assert_eq!(open(&ledger), 0);

    ledger.include(Vec::new());
    decide(&mut ledger, leaving("beta"));
    assert!(!next_names(&ledger).contains(&validator("beta", "beta")));
    assert_eq!((ledger.sets().current.len(), ledger.sets().next.len()), (5, 4));
}

#[test]
fn one_approval_less_changes_nothing() {
    let mut ledger = Ledger::new();
    let proposal = propose(&ledger, "alpha", leaving("delta"));
    ledger.apply(vec![proposal.clone(), approve(&ledger, "beta", &proposal)]);

    assert_eq!(ledger.sets().current, ledger.sets().next);
    let key = StateKey::Proposal(ProposalId(proposal.id().0));
    let entry: ProposalEntry = ledger.entry(&key).expect("open");
    assert_eq!(entry.approvals, ["alpha", "beta"].map(organisation));
}

/// One member is one voice, the proposer included.
#[test]
fn a_member_approves_once() {
    let mut ledger = Ledger::new();
    let proposal = propose(&ledger, "alpha", leaving("delta"));
    ledger.apply(vec![proposal.clone()]);
    ledger.apply(vec![approve(&ledger, "beta", &proposal)]);

    for by in ["alpha", "beta"] {
        let again = approve(&ledger, by, &proposal);
        ledger.assert_refused(again, Refused::AlreadyApproved);
    }
}

#[test]
fn a_proposal_is_void_from_its_expiry_on() {
    let mut ledger = Ledger::new();
    let proposal = propose(&ledger, "alpha", leaving("delta"));
    let Operation::Propose(Propose { expires, .. }) = &proposal.transaction.operation else {
        panic!("it proposes")
    };
    let expires = *expires;
    ledger.apply(vec![proposal.clone()]);
    ledger.pause = expires.0 - ledger.tip.time.0 - 1;
    ledger.apply(vec![approve(&ledger, "beta", &proposal)]);
    assert_eq!(open(&ledger), 1);

    ledger.pause = 1;
    let late = approve(&ledger, "gamma", &proposal);
    let outcomes = ledger.include(vec![late]);

    assert_eq!(outcomes, [Outcome::Refused(Refused::UnknownProposal)]);
    assert_eq!((open(&ledger), ledger.sets().next.len()), (0, 4));
}

#[test]
fn a_proposal_that_is_unknown_or_decided_cannot_be_approved() {
    let mut ledger = Ledger::new();
    let never_sent = propose(&ledger, "alpha", leaving("delta"));
    let unknown = approve(&ledger, "beta", &never_sent);
    ledger.assert_refused(unknown, Refused::UnknownProposal);

    let proposal = propose(&ledger, "alpha", leaving("delta"));
    let approvals = ["beta", "gamma", "delta"].map(|by| approve(&ledger, by, &proposal));
    let outcomes = ledger.include([vec![proposal], approvals.to_vec()].concat());
    assert_eq!(outcomes.last(), Some(&Outcome::Refused(Refused::UnknownProposal)));
    assert_eq!(outcomes.first(), Some(&Outcome::Applied));
}

#[test]
fn a_proposal_must_expire_later_and_soon_enough() {
    let mut ledger = Ledger::new();
    let limit = ledger.genesis.parameters.max_expiry;
    for (ahead, allowed) in [(0, false), (limit + 1, false), (limit, true)] {
        let operation = Propose { change: leaving("delta"), expires: ledger.now().plus(ahead) };
        let signed = ledger.sign(member("alpha"), Operation::Propose(operation), &["alpha"]);
        if allowed {
            ledger.apply(vec![signed]);
        } else {
            ledger.assert_refused(signed, Refused::ProposalExpiry);
        }
    }
}

#[test]
fn at_most_sixty_four_proposals_are_open() {
    let mut ledger = Ledger::new();
    let numbered = |number: u64| {
        let mut transaction = propose(&ledger, "alpha", leaving("delta")).transaction;
        transaction.sequence = Sequence(number);
        signed_by(transaction, &["alpha"])
    };
    let proposals = (0..64).map(numbered).collect();
    ledger.apply(proposals);
    assert_eq!(open(&ledger), 64);

    let one_more = propose(&ledger, "beta", leaving("delta"));
    ledger.assert_refused(one_more, Refused::TooManyProposals);
}

#[test]
fn only_members_run_validators_and_no_key_is_used_twice() {
    let mut ledger = Ledger::new();
    let Change::AddValidator(sound) = joining(&ledger, "omega") else { panic!("it adds") };
    let stranger = AddValidator { organisation: organisation("omega"), ..sound.clone() };
    let used = AddValidator { transport_key: public("beta.transport"), ..sound.clone() };
    let both = AddValidator { transport_key: sound.consensus_key, ..sound };
    for (add, refused) in [
        (stranger, Refused::UnknownMember),
        (used, Refused::ValidatorExists),
        (both, Refused::ValidatorExists),
    ] {
        let signed = propose(&ledger, "alpha", Change::AddValidator(add));
        ledger.assert_refused(signed, refused);
    }
    let twin = propose(&ledger, "alpha", joining(&ledger, "beta"));
    ledger.assert_refused(twin, Refused::ValidatorExists);
}

#[test]
fn who_is_no_validator_cannot_leave() {
    let mut ledger = Ledger::new();
    let signed = propose(&ledger, "alpha", leaving("omega"));
    ledger.assert_refused(signed, Refused::UnknownValidator);
}

#[test]
fn the_last_validator_cannot_leave() {
    let mut genesis = genesis();
    genesis.validators.truncate(1);
    let mut ledger = Ledger::of(genesis);
    let signed = propose(&ledger, "alpha", leaving("alpha"));
    ledger.assert_refused(signed, Refused::TooFewValidators);
}

#[test]
fn a_full_set_takes_no_more_validators() {
    let mut genesis = genesis();
    genesis.validators = (0..200).map(|number| validator(&format!("v{number}"), "beta")).collect();
    let mut ledger = Ledger::of(genesis);
    let signed = propose(&ledger, "alpha", joining(&ledger, "omega"));
    ledger.assert_refused(signed, Refused::TooManyValidators);
}

/// With four validators one may change in an epoch, joins and leaves counted together; with seven two.
#[test]
fn an_epoch_bears_as_many_changes_as_may_be_faulty() {
    let mut ledger = Ledger::new();
    let leave = propose(&ledger, "alpha", leaving("delta"));
    let approvals = ["beta", "gamma"].map(|by| approve(&ledger, by, &leave));
    let join = propose(&ledger, "delta", joining(&ledger, "omega"));
    let outcomes = ledger.include([vec![leave], approvals.to_vec(), vec![join]].concat());
    assert_eq!(outcomes.last(), Some(&Outcome::Refused(Refused::TooManyChanges)));

    let mut genesis = genesis();
    genesis.validators.extend((0..3).map(|number| validator(&format!("v{number}"), "beta")));
    genesis.parameters.approvals = 2;
    let mut ledger = Ledger::of(genesis);
    let by_each = [("alpha", leaving("v0")), ("beta", joining(&ledger, "omega")), ("gamma", leaving("v1"))];
    let proposals = by_each.map(|(by, change)| propose(&ledger, by, change));
    ledger.apply(proposals.to_vec());
    let by_others = ["beta", "gamma", "alpha"].iter().zip(&proposals);
    let approvals = by_others.map(|(by, proposal)| approve(&ledger, by, proposal)).collect();
    let refused = Outcome::Refused(Refused::TooManyChanges);
    assert_eq!(ledger.include(approvals), [Outcome::Applied, Outcome::Applied, refused]);
}

/// A change that the epoch cannot bear now may be approved in the next one.
#[test]
fn an_approval_that_comes_too_early_leaves_the_proposal_open() {
    let mut ledger = Ledger::new();
    let later = propose(&ledger, "delta", leaving("gamma"));
    ledger.apply(vec![later.clone(), approve(&ledger, "beta", &later)]);
    let leave = propose(&ledger, "alpha", leaving("delta"));
    let approvals = ["beta", "gamma"].map(|by| approve(&ledger, by, &leave));
    let early = approve(&ledger, "alpha", &later).transaction;
    let early = signed_by(realdid_types::Transaction { sequence: Sequence(1), ..early }, &["alpha"]);

    let outcomes = ledger.include([vec![leave], approvals.to_vec(), vec![early]].concat());
    assert_eq!(outcomes.last(), Some(&Outcome::Refused(Refused::TooManyChanges)));

    ledger.apply(vec![approve(&ledger, "alpha", &later)]);
    assert_eq!((ledger.sets().current.len(), ledger.sets().next.len()), (3, 2));
}

#[test]
fn a_joining_key_signs_one_of_the_newest_256_headers() {
    let mut ledger = Ledger::new();
    let mut headers = vec![ledger.tip.clone()];
    for _ in 0..300 {
        ledger.include(Vec::new());
        headers.push(ledger.tip.clone());
    }
    let with_proof = |ledger: &Ledger, header: &Header| {
        let Change::AddValidator(add) = joining(ledger, "omega") else { panic!("it adds") };
        let proof = proof_over(ledger, &secret("omega.consensus"), header);
        propose(ledger, "alpha", Change::AddValidator(AddValidator { proof, ..add }))
    };

    let next = ledger.tip.height.0 as usize + 1;
    let too_old = with_proof(&ledger, &headers[next - 257]);
    ledger.assert_refused(too_old, Refused::HeaderNotRecent);
    let mut coming = ledger.tip.clone();
    coming.height = ledger.tip.height.next();
    let future = with_proof(&ledger, &coming);
    ledger.assert_refused(future, Refused::HeaderNotRecent);
    headers.push(ledger.tip.clone());
    let next = ledger.tip.height.0 as usize + 1;
    let oldest = with_proof(&ledger, &headers[next - 256]);
    ledger.apply(vec![oldest]);
}

/// Somebody else's key, another header of that height, or another network's header proves nothing.
#[test]
fn a_proof_of_possession_is_by_the_key_over_that_header_of_this_network() {
    let mut ledger = Ledger::new();
    let sign = |name: &str, genesis, header: BlockDigest| {
        secret(name).sign(ProofOfPossession::signing_digest(genesis, header).as_bytes())
    };
    for case in 0..3 {
        let (tip, network) = (ledger.tip.digest(), ledger.digest());
        let signature = match case {
            0 => sign("alpha.consensus", network, tip),
            1 => sign("omega.consensus", network, ledger.tip.parent),
            _ => sign("omega.consensus", realdid_types::GenesisDigest::ZERO, tip),
        };
        let Change::AddValidator(add) = joining(&ledger, "omega") else { panic!("it adds") };
        let proof = ProofOfPossession { signature, ..add.proof };
        let signed = propose(&ledger, "alpha", Change::AddValidator(AddValidator { proof, ..add }));
        ledger.assert_refused(signed, Refused::PossessionForged);
    }
}
