//! `approve`: a member is for a proposal; with enough approvals it takes effect at once.

use realdid_types::{Approve, OrganisationName, ProposalId};

use crate::{OpenProposals, ProposalEntry, Refused, StateKey, execute::BlockExecution, operations::propose};

pub(crate) fn run(
    block: &mut BlockExecution<'_>,
    member: &OrganisationName,
    operation: &Approve,
) -> Result<(), Refused> {
    let entry = check(block, member, operation)?;
    apply(block, member, operation, entry);
    Ok(())
}

fn check(
    block: &BlockExecution<'_>,
    member: &OrganisationName,
    operation: &Approve,
) -> Result<ProposalEntry, Refused> {
    let entry: ProposalEntry =
        block.draft.get(&StateKey::Proposal(operation.proposal)).ok_or(Refused::UnknownProposal)?;
    if entry.approvals.contains(member) {
        return Err(Refused::AlreadyApproved);
    }
    propose::changed_set(block, &entry.change)?;
    Ok(entry)
}

fn apply(
    block: &mut BlockExecution<'_>,
    member: &OrganisationName,
    operation: &Approve,
    mut entry: ProposalEntry,
) {
    entry.approvals.push(member.clone());
    entry.approvals.sort_unstable();
    store_or_enact(block, operation.proposal, entry);
}

/// Keeps a proposal open, or makes its change if it has the approvals that the policy asks for.
pub(crate) fn store_or_enact(block: &mut BlockExecution<'_>, id: ProposalId, entry: ProposalEntry) {
    let enough = entry.approvals.len() as u64 >= u64::from(block.parameters.approvals);
    match propose::changed_set(block, &entry.change) {
        Ok(set) if enough => {
            block.sets.next = set;
            block.draft.put(&StateKey::ValidatorSets, &block.sets);
            close(block, id);
        }
        _ => block.draft.put(&StateKey::Proposal(id), &entry),
    }
}

/// Closes the proposals whose time is over.
pub(crate) fn sweep_expired(block: &mut BlockExecution<'_>) {
    let now = block.now().time;
    let open: OpenProposals = block.draft.get(&StateKey::OpenProposals).unwrap_or_default();
    for id in open.proposals {
        if block.draft.get::<ProposalEntry>(&StateKey::Proposal(id)).is_none_or(|entry| entry.expires <= now)
        {
            close(block, id);
        }
    }
}

fn close(block: &mut BlockExecution<'_>, id: ProposalId) {
    let mut open: OpenProposals = block.draft.get(&StateKey::OpenProposals).unwrap_or_default();
    open.proposals.retain(|other| *other != id);
    block.draft.put(&StateKey::OpenProposals, &open);
    block.draft.remove(&StateKey::Proposal(id));
}
