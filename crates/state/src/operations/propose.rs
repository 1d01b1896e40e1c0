//! `propose`: a member asks the others to decide on a change; its proposal is its own approval.

use realdid_types::{Change, OrganisationName, ProposalId, Propose, TransactionId};

use super::{
    approve,
    change::{self, Effect},
    validator_change,
};
use crate::{
    OpenProposals, ProposalEntry, Refused, StateKey, block::BlockExecution, entries::OPEN_PROPOSALS_MAX,
};

pub(crate) fn run(
    block: &mut BlockExecution<'_>,
    proposer: &OrganisationName,
    operation: &Propose,
    transaction: TransactionId,
) -> Result<(), Refused> {
    let effect = check(block, proposer, operation)?;
    apply(block, proposer, operation, ProposalId(transaction.0), effect);
    Ok(())
}

/// What the proposal would do if it were approved now.
fn check(
    block: &BlockExecution<'_>,
    proposer: &OrganisationName,
    operation: &Propose,
) -> Result<Effect, Refused> {
    if !block.is_in_role(proposer, block.rule(operation.change.action()).role) {
        return Err(Refused::NotInRole);
    }
    let now = block.now().time;
    if operation.expires <= now || operation.expires > now.plus(block.parameters.max_expiry) {
        return Err(Refused::ProposalExpiry);
    }
    let open: OpenProposals = block.draft.get(&StateKey::OpenProposals).unwrap_or_default();
    if open.proposals.len() >= OPEN_PROPOSALS_MAX {
        return Err(Refused::TooManyProposals);
    }
    let effect = change::check(block, &operation.change)?;
    if let Change::AddValidator(add) = &operation.change {
        validator_change::check_possession(block, add)?;
    }
    Ok(effect)
}

fn apply(
    block: &mut BlockExecution<'_>,
    proposer: &OrganisationName,
    operation: &Propose,
    id: ProposalId,
    effect: Effect,
) {
    let Propose { change, expires } = operation.clone();
    let entry = ProposalEntry { change, expires, approvals: Vec::new() };
    approve::open(block, id);
    approve::approve(block, id, entry, proposer, effect);
}
