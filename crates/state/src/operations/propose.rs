//! `propose`: a member asks the others to decide on a change; its proposal is its own approval.

use realdid_crypto::verify_one;
use realdid_types::{
    AddValidator, Change, OrganisationName, ProofOfPossession, ProposalId, Propose, RemoveValidator,
    TransactionId, Validator, ValidatorSet, limits,
};

use crate::{
    MemberEntry, OpenProposals, ProposalEntry, RecentHeader, Refused, StateKey, entries::OPEN_PROPOSALS_MAX,
    execute::BlockExecution, operations::approve,
};

pub(crate) fn run(
    block: &mut BlockExecution<'_>,
    proposer: &OrganisationName,
    operation: &Propose,
    transaction: TransactionId,
) -> Result<(), Refused> {
    let open = check(block, operation)?;
    apply(block, proposer, operation, ProposalId(transaction.0), open);
    Ok(())
}

fn check(block: &BlockExecution<'_>, operation: &Propose) -> Result<OpenProposals, Refused> {
    let now = block.now().time;
    if operation.expires <= now || operation.expires > now.plus(block.parameters.max_expiry) {
        return Err(Refused::ProposalExpiry);
    }
    let open: OpenProposals = block.draft.get(&StateKey::OpenProposals).unwrap_or_default();
    if open.proposals.len() >= OPEN_PROPOSALS_MAX {
        return Err(Refused::TooManyProposals);
    }
    changed_set(block, &operation.change)?;
    if let Change::AddValidator(add) = &operation.change {
        check_possession(block, add)?;
    }
    Ok(open)
}

fn apply(
    block: &mut BlockExecution<'_>,
    proposer: &OrganisationName,
    operation: &Propose,
    id: ProposalId,
    mut open: OpenProposals,
) {
    let entry = ProposalEntry {
        change: operation.change.clone(),
        expires: operation.expires,
        approvals: vec![proposer.clone()],
    };
    open.proposals.push(id);
    open.proposals.sort_unstable();
    block.draft.put(&StateKey::OpenProposals, &open);
    approve::store_or_enact(block, id, entry);
}

/// The next set with a change made to it, if it may be made.
pub(crate) fn changed_set(block: &BlockExecution<'_>, change: &Change) -> Result<ValidatorSet, Refused> {
    let (current, next) = (&block.sets.current, &block.sets.next);
    let validators: Vec<Validator> = match change {
        Change::AddValidator(add) => with(block, next, add)?,
        Change::RemoveValidator(remove) => without(next, remove)?,
    };
    let set = ValidatorSet::new(validators).map_err(|_| Refused::ValidatorExists)?;
    let differ = |a: &ValidatorSet, b: &ValidatorSet| {
        a.iter().filter(|one| !b.iter().any(|other| other == *one)).count()
    };
    let changes = differ(current, &set).saturating_add(differ(&set, current));
    if changes > current.quorum().faulty().max(1) { Err(Refused::TooManyChanges) } else { Ok(set) }
}

fn with(
    block: &BlockExecution<'_>,
    next: &ValidatorSet,
    add: &AddValidator,
) -> Result<Vec<Validator>, Refused> {
    if block.draft.get::<MemberEntry>(&StateKey::Member(add.organisation.clone())).is_none() {
        return Err(Refused::UnknownMember);
    }
    if next.len() >= limits::VALIDATORS_MAX {
        return Err(Refused::TooManyValidators);
    }
    let joining = Validator {
        organisation: add.organisation.clone(),
        consensus_key: add.consensus_key,
        transport_key: add.transport_key,
    };
    Ok(next.iter().cloned().chain([joining]).collect())
}

fn without(next: &ValidatorSet, remove: &RemoveValidator) -> Result<Vec<Validator>, Refused> {
    if next.index_of(&remove.consensus_key).is_none() {
        return Err(Refused::UnknownValidator);
    }
    if next.len() == 1 {
        return Err(Refused::TooFewValidators);
    }
    Ok(next.iter().filter(|validator| validator.consensus_key != remove.consensus_key).cloned().collect())
}

fn check_possession(block: &BlockExecution<'_>, add: &AddValidator) -> Result<(), Refused> {
    let slot = StateKey::RecentHeader((add.proof.height.0 % 256) as u8);
    let recent = block.draft.get::<RecentHeader>(&slot).filter(|recent| recent.height == add.proof.height);
    let header = recent.ok_or(Refused::HeaderNotRecent)?.block;
    let message = ProofOfPossession::signing_digest(block.inputs.genesis, header);
    if verify_one(block.inputs.verifier, &add.consensus_key, message.as_bytes(), &add.proof.signature) {
        Ok(())
    } else {
        Err(Refused::PossessionForged)
    }
}
