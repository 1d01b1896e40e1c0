//! The operations, one file each: check, then apply.

pub(crate) mod approve;
pub(crate) mod evidence;
pub(crate) mod propose;

use realdid_identity::{DidRecord, update};
use realdid_types::{Did, Operation, SignedTransaction, UpdateDid};

use crate::{Refused, StateKey, execute::BlockExecution};

/// What an operation costs its batch's organisation: one unit for each entry that it writes.
pub(crate) fn cost(operation: &Operation) -> u64 {
    match operation {
        Operation::CreateDid(_) | Operation::ReportEvidence(_) => 1,
        Operation::UpdateDid(update) => 1_u64.saturating_add(update.remove.len() as u64),
        Operation::Propose(_) | Operation::Approve(_) => 2,
    }
}

/// `update`, whose rules stand in the identity crate.
pub(crate) fn update(
    block: &mut BlockExecution<'_>,
    operation: &UpdateDid,
    did: Did,
    record: DidRecord,
    signed: &SignedTransaction,
) -> Result<(), Refused> {
    if operation.did != did {
        return Err(Refused::OtherSender);
    }
    update::check(operation, &record, signed)?;
    let (changed, replaced) = update::apply(operation, &record, block.now());
    block.draft.put(&StateKey::Record(did), &changed);
    for key in &replaced {
        block.draft.put(&StateKey::ReplacedKey(did, key.key.key), key);
    }
    Ok(())
}
