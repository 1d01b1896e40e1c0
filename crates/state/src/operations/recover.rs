//! `recover`, whose rules stand in the identity crate.

use realdid_crypto::PublicKey;
use realdid_identity::{DidRecord, recover};
use realdid_types::{Did, RecoverDid};

use crate::{Refused, StateKey, block::BlockExecution};

pub(crate) fn run(
    block: &mut BlockExecution<'_>,
    did: Did,
    record: &DidRecord,
    operation: &RecoverDid,
) -> Result<(), Refused> {
    let replaced = |key: &PublicKey| block.draft.get(&StateKey::ReplacedKey(did, *key));
    let checked = recover::check(operation, did, record, &replaced, block.now())?;
    let (changed, retired) = recover::apply(checked, block.now());
    block.replace_record(did, record, changed, &retired);
    Ok(())
}
