//! `propose`: a member asks the others to decide on a change; its proposal is its own approval.

use realdid_types::{Change, OrganisationName, ProposalId, Propose, TransactionId, ValidatorSet};

use super::{approve, validator_change};
use crate::{
    OpenProposals, ProposalEntry, Refused, StateKey, block::BlockExecution, entries::OPEN_PROPOSALS_MAX,
};

pub(crate) fn run(
    block: &mut BlockExecution<'_>,
    proposer: &OrganisationName,
    operation: &Propose,
    transaction: TransactionId,
) -> Result<(), Refused> {
    let set = check(block, operation)?;
    apply(block, proposer, operation, ProposalId(transaction.0), set);
    Ok(())
}

/// The next validators if the proposal were approved now.
fn check(block: &BlockExecution<'_>, operation: &Propose) -> Result<ValidatorSet, Refused> {
    let now = block.now().time;
    if operation.expires <= now || operation.expires > now.plus(block.parameters.max_expiry) {
        return Err(Refused::ProposalExpiry);
    }
    let open: OpenProposals = block.draft.get(&StateKey::OpenProposals).unwrap_or_default();
    if open.proposals.len() >= OPEN_PROPOSALS_MAX {
        return Err(Refused::TooManyProposals);
    }
    let set = validator_change::changed_set(block, &operation.change)?;
    if let Change::AddValidator(add) = &operation.change {
        validator_change::check_possession(block, add)?;
    }
    Ok(set)
}

fn apply(
    block: &mut BlockExecution<'_>,
    proposer: &OrganisationName,
    operation: &Propose,
    id: ProposalId,
    set: ValidatorSet,
) {
    let Propose { change, expires } = operation.clone();
    let entry = ProposalEntry { change, expires, approvals: Vec::new() };
    approve::open(block, id);
    approve::approve(block, id, entry, proposer, set);
}
