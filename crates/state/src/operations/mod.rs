//! The operations, one file each: check, then apply. A check reads and refuses; what it found out goes to `apply`,
//! which writes and cannot fail.

pub(crate) mod create;
pub(crate) mod deactivate;
pub(crate) mod recover;
pub(crate) mod update;

pub(crate) mod attest;
pub(crate) mod site;
pub(crate) mod withdraw;

pub(crate) mod approve;
pub(crate) mod evidence;
pub(crate) mod propose;
pub(crate) mod withdraw_approval;

mod change;
mod member_change;
mod parameter_change;
mod validator_change;

pub(crate) use validator_change::{changes_max, difference};

use realdid_types::{Change, Operation, limits};

/// What an operation costs its batch's organisation: one unit for each entry that it writes, or may have to.
pub(crate) fn cost(operation: &Operation) -> u64 {
    let more = match operation {
        Operation::CreateDid(_)
        | Operation::ReportEvidence(_)
        | Operation::RegisterSite(_)
        | Operation::UpdateSite(_) => 0,
        Operation::UpdateDid(update) => update.remove.len(),
        Operation::RecoverDid(recover) => limits::DID_KEYS_MAX.saturating_add(recover.compromised.len()),
        Operation::DeactivateDid(end) => limits::DID_KEYS_MAX.saturating_add(end.compromised.len()),
        Operation::Attest(attest) => attest.dids.len(),
        Operation::Withdraw(withdraw) => withdraw.dids.len(),
        Operation::Propose(propose) => nodes_changed(&propose.change).saturating_add(1),
        Operation::Approve(_) | Operation::WithdrawApproval(_) => 1,
    };
    1_u64.saturating_add(more as u64)
}

fn nodes_changed(change: &Change) -> usize {
    match change {
        Change::PutMember(put) => put.add_nodes.len().saturating_add(put.remove_nodes.len()),
        _ => 0,
    }
}
