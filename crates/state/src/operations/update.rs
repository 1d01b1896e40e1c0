//! `update`, whose rules stand in the identity crate.

use realdid_crypto::PublicKey;
use realdid_identity::{DidRecord, ReplacedKey, update};
use realdid_types::{Did, UpdateDid};

use crate::{Refused, StateKey, block::BlockExecution};

pub(crate) fn run(
    block: &mut BlockExecution<'_>,
    did: Did,
    record: &DidRecord,
    operation: &UpdateDid,
) -> Result<(), Refused> {
    let replaced_key = |key: &PublicKey| StateKey::ReplacedKey(did, *key);
    let was_replaced = |key: &PublicKey| block.draft.get::<ReplacedKey>(&replaced_key(key)).is_some();
    let checked = update::check(operation, did, record, &was_replaced)?;
    if block.parameters.format >= 2 {
        update::check_recovery(operation, record)?;
    }
    let (changed, replaced) = update::apply(checked, block.now());
    block.replace_record(did, record, changed, &replaced);
    Ok(())
}
