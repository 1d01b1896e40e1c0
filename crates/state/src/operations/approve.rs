//! `approve`: a member is for a proposal; with enough approvals it takes effect at once.

use realdid_types::{Approve, OrganisationName, ProposalId};

use super::change::{self, Effect};
use crate::{OpenProposals, ProposalEntry, Refused, StateKey, block::BlockExecution};

pub(crate) fn run(
    block: &mut BlockExecution<'_>,
    member: &OrganisationName,
    operation: &Approve,
) -> Result<(), Refused> {
    let (entry, effect) = check(block, member, operation)?;
    approve(block, operation.proposal, entry, member, effect);
    Ok(())
}

/// The proposal, and what it would do if it were approved now.
fn check(
    block: &BlockExecution<'_>,
    member: &OrganisationName,
    operation: &Approve,
) -> Result<(ProposalEntry, Effect), Refused> {
    let entry: ProposalEntry =
        block.draft.get(&StateKey::Proposal(operation.proposal)).ok_or(Refused::UnknownProposal)?;
    if !block.is_in_role(member, block.rule(entry.change.action()).role) {
        return Err(Refused::NotInRole);
    }
    if entry.approvals.contains(member) {
        return Err(Refused::AlreadyApproved);
    }
    let effect = change::check(block, &entry.change)?;
    Ok((entry, effect))
}

/// Adds a member's approval to an open proposal, which takes effect if the policy's threshold is reached. Whoever has
/// left since, or lost the role, does not count.
pub(super) fn approve(
    block: &mut BlockExecution<'_>,
    id: ProposalId,
    mut entry: ProposalEntry,
    member: &OrganisationName,
    effect: Effect,
) {
    entry.approvals.push(member.clone());
    entry.approvals.sort_unstable();
    let rule = block.rule(entry.change.action());
    let counting = entry.approvals.iter().filter(|name| block.is_in_role(name, rule.role)).count();
    if counting as u64 >= u64::from(rule.approvals) {
        change::apply(block, effect);
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

pub(super) fn close(block: &mut BlockExecution<'_>, id: ProposalId) {
    change_list(block, |proposals| proposals.retain(|other| *other != id));
    block.draft.remove(&StateKey::Proposal(id));
}

fn change_list(block: &mut BlockExecution<'_>, change: impl FnOnce(&mut Vec<ProposalId>)) {
    let mut open: OpenProposals = block.draft.get(&StateKey::OpenProposals).unwrap_or_default();
    change(&mut open.proposals);
    block.draft.put(&StateKey::OpenProposals, &open);
}
