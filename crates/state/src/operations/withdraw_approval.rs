//! `withdraw_approval`: a member takes its yes back, as long as the proposal is open.

use realdid_types::{OrganisationName, WithdrawApproval};

use super::approve;
use crate::{ProposalEntry, Refused, StateKey, block::BlockExecution};

pub(crate) fn run(
    block: &mut BlockExecution<'_>,
    member: &OrganisationName,
    operation: &WithdrawApproval,
) -> Result<(), Refused> {
    let key = StateKey::Proposal(operation.proposal);
    let mut entry: ProposalEntry = block.draft.get(&key).ok_or(Refused::UnknownProposal)?;
    if !entry.approvals.contains(member) {
        return Err(Refused::NotApproved);
    }
    entry.approvals.retain(|other| other != member);
    if entry.approvals.is_empty() {
        approve::close(block, operation.proposal);
    } else {
        block.draft.put(&key, &entry);
    }
    Ok(())
}
