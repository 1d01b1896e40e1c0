//! The operations, one file each: check, then apply. A check reads and refuses; what it found out goes to `apply`,
//! which writes and cannot fail.

pub(crate) mod create;
pub(crate) mod update;

pub(crate) mod approve;
pub(crate) mod evidence;
pub(crate) mod propose;

mod validator_change;

pub(crate) use validator_change::{changes_max, difference};

use realdid_types::Operation;

/// What an operation costs its batch's organisation: one unit for each entry that it writes.
pub(crate) fn cost(operation: &Operation) -> u64 {
    match operation {
        Operation::CreateDid(_) | Operation::ReportEvidence(_) => 1,
        Operation::UpdateDid(update) => 1_u64.saturating_add(update.remove.len() as u64),
        Operation::Propose(_) | Operation::Approve(_) => 2,
    }
}
