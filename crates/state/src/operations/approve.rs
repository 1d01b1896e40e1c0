//! `approve`: a member is for a proposal; with enough approvals it takes effect at once.

use realdid_types::{Approve, OrganisationName, ProposalId, ValidatorSet};

use super::validator_change;
use crate::{OpenProposals, ProposalEntry, Refused, StateKey, block::BlockExecution};

pub(crate) fn run(
    block: &mut BlockExecution<'_>,
    member: &OrganisationName,
    operation: &Approve,
) -> Result<(), Refused> {
    let (entry, set) = check(block, member, operation)?;
    approve(block, operation.proposal, entry, member, set);
    Ok(())
}

/// The proposal, and the next validators if it were approved now.
fn check(
    block: &BlockExecution<'_>,
    member: &OrganisationName,
    operation: &Approve,
) -> Result<(ProposalEntry, ValidatorSet), Refused> {
    let entry: ProposalEntry =
        block.draft.get(&StateKey::Proposal(operation.proposal)).ok_or(Refused::UnknownProposal)?;
    if entry.approvals.contains(member) {
        return Err(Refused::AlreadyApproved);
    }
    let set = validator_change::changed_set(block, &entry.change)?;
    Ok((entry, set))
}

/// Adds a member's approval to an open proposal, and puts `set` next if the policy's threshold is reached.
pub(super) fn approve(
    block: &mut BlockExecution<'_>,
    id: ProposalId,
    mut entry: ProposalEntry,
    member: &OrganisationName,
    set: ValidatorSet,
) {
    entry.approvals.push(member.clone());
    entry.approvals.sort_unstable();
    if entry.approvals.len() as u64 >= u64::from(block.parameters.approvals) {
        block.sets.next = set;
        block.draft.put(&StateKey::ValidatorSets, &block.sets);
        close(block, id);
    } else {
        block.draft.put(&StateKey::Proposal(id), &entry);
    }
}

/// Closes the proposals whose time is over.
pub(crate) fn sweep_expired(block: &mut BlockExecution<'_>) {
    let now = block.now().time;
    let open: OpenProposals = block.draft.get(&StateKey::OpenProposals).unwrap_or_default();
    for id in open.proposals {
        let entry: Option<ProposalEntry> = block.draft.get(&StateKey::Proposal(id));
        if entry.is_none_or(|entry| entry.expires <= now) {
            close(block, id);
        }
    }
}

/// Lists a proposal as open.
pub(super) fn open(block: &mut BlockExecution<'_>, id: ProposalId) {
    change_list(block, |proposals| {
        proposals.push(id);
        proposals.sort_unstable();
    });
}

fn close(block: &mut BlockExecution<'_>, id: ProposalId) {
    change_list(block, |proposals| proposals.retain(|other| *other != id));
    block.draft.remove(&StateKey::Proposal(id));
}

fn change_list(block: &mut BlockExecution<'_>, change: impl FnOnce(&mut Vec<ProposalId>)) {
    let mut open: OpenProposals = block.draft.get(&StateKey::OpenProposals).unwrap_or_default();
    change(&mut open.proposals);
    block.draft.put(&StateKey::OpenProposals, &open);
}
