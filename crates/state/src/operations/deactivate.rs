//! `deactivate`, whose rules stand in the identity crate.

use realdid_crypto::PublicKey;
use realdid_identity::{DidRecord, deactivate};
use realdid_types::{DeactivateDid, Did};

use crate::{Refused, StateKey, block::BlockExecution};

pub(crate) fn run(
    block: &mut BlockExecution<'_>,
    did: Did,
    record: &DidRecord,
    operation: &DeactivateDid,
) -> Result<(), Refused> {
    let replaced = |key: &PublicKey| block.draft.get(&StateKey::ReplacedKey(did, *key));
    let checked = deactivate::check(operation, did, record, &replaced, block.now())?;
    let (changed, retired) = deactivate::apply(checked, block.now());
    block.replace_record(did, record, changed, &retired);
    Ok(())
}
